"""S-8 and S-10: what the line says when nothing, something old or nothing any more is known, and what a cached one may touch."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from commands import HOUR, NOW, PATIENCE_S, block, wait_until
from line_shells import processes, program
from live_lines import age, end_refresher, live, one_line, warm
from test_ccmon_line import ask, line  # noqa: F401

pytestmark = pytest.mark.newest_only

TTL_S = 15


# --- S-8: nothing, old, dead ----------------------------------------------------------------------------------------------

def test_S08_nothing_known_yet(machine):
    machine.slow(30)
    assert one_line(machine.run("--statusline", "--wait", "0", now=None)) == "CC -"
    end_refresher(machine)


def test_S08_missing(machine):
    shown = one_line(machine.run("--statusline", CCMON_CCUSAGE="/nonexistent/ccusage"))
    assert shown == "CC ! ccusage missing"


def test_S08_old_data_are_marked_with_their_age(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    machine.fails()
    shown = one_line(machine.run("--statusline", "--plan", "max5", now=NOW + 300))
    assert shown.startswith("~CC 26%") and shown.endswith(" 5m old")


@pytest.mark.parametrize("after_s, marked", [(3 * TTL_S, False), (3 * TTL_S + 1, True)])
def test_S08_data_are_old_after_three_times_the_time_to_live(machine, after_s, marked):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record", "--interval", "1")
    machine.fails()
    shown = one_line(machine.run("--statusline", "--interval", "1", now=NOW + after_s))
    assert shown.startswith("~CC 131%") == marked and shown.startswith("CC 131%") != marked


def test_S08_numbers_are_dropped_when_the_session_is_over(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    machine.fails()
    shown = one_line(machine.run("--statusline", now=NOW + 4 * HOUR))
    assert shown.startswith("~CC idle") and "9.2k" not in shown


def test_S08_a_ccusage_that_is_gone_leaves_the_numbers_until_the_session_is_over(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    machine.ccusage.unlink()
    machine.run("record", now=NOW + 60, PATH="/bin")
    assert one_line(machine.run("--statusline", now=NOW + HOUR, PATH="/bin")).startswith("~CC 131%")
    shown = one_line(machine.run("--statusline", now=NOW + 4 * HOUR, PATH="/bin"))
    assert shown == "CC ! ccusage missing"


def about_to_end(machine, *words):
    """A cached line of a session with seconds left; more of them where the machine is too busy for few."""
    for left_s in (4, 12, 36):
        machine.answers([block(int(time.time()) - 5 * HOUR + left_s, 9200)])
        shown = warm(machine, *words)
        if "idle" not in shown:
            return shown
        wait_until(machine.idle, "the refresher ends")
        for folder in (machine.cache, machine.home / ".local/share/ccmon"):    # else the first session is the largest so far
            shutil.rmtree(str(folder))
    return ""


def test_S08_a_cached_line_does_not_outlive_its_session(machine):
    live(machine)
    assert about_to_end(machine, "--line-ttl", "60").startswith("CC 131%")
    wait_until(lambda: "idle" in one_line(machine.run("--statusline", "--line-ttl", "60", now=None)), "the session ends")


def test_S08_nor_does_the_line_of_the_launcher(line):  # noqa: F811
    assert about_to_end(line).startswith("CC 131%")
    wait_until(lambda: "idle" in ask(line, ["dash"]), "the session ends")


@pytest.mark.parametrize("late_s, begins", [(20, "CC 131%"), (900, "~CC 131%")])
def test_S08_behind_a_dead_ccusage_the_age_is_told(line, late_s, begins):  # noqa: F811
    """The real clock, and a last refresh that was so long ago."""
    live(line)
    line.configure("[ccmon]\ninterval = 1\n")
    warm(line)
    line.fails()
    with closing(sqlite3.connect(str(line.home / ".local/share/ccmon/ccmon.db"))) as db, db:
        db.execute("UPDATE snapshot SET ts = ts - ?, seen = seen - ?", (late_s, late_s))
    state = line.cache / "state"
    head, note = state.read_text().split("\n", 1)
    at = int(re.findall(r'"refreshed": (\d+)', note)[0])
    state.write_text(head + "\n" + note.replace(f'"refreshed": {at}', f'"refreshed": {at - late_s}'))
    age(line, late_s)
    for shown in (one_line(line.run("--statusline", "--max-width", "70", now=None)), ask(line, ["dash"], "fish")):
        assert re.sub("\x1b\\[[0-9;]*m", "", shown).startswith(begins) and ("old" in shown) == (begins[0] == "~")
    wait_until(line.idle, "the refresher ends")


# --- what could not be stored is not said to be known -------------------------------------------------------------------

def test_S08_a_number_that_could_not_be_stored_is_not_taken_for_known(machine):
    """D-1: a save is dropped while another process holds the store; who reads the store then sees older numbers."""
    machine.answers([block(NOW - 2 * HOUR, 700)])
    machine.run("record")
    log = machine.home / ".claude/projects/p/s.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text("{}\n")
    machine.answers([block(NOW - 2 * HOUR, 900)])
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"), isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        assert machine.run("--json", now=NOW + 600).json["session"]["tokens"] == 900
    shown = one_line(machine.run("--statusline", "--plan", "max5", now=NOW + 602))
    assert shown.startswith("~CC 2% 700/35k") or "900" in shown, shown         # old and marked, or read again meanwhile
    wait_until(machine.idle, "the refresher ends")
    assert machine.run("--json", now=NOW + 610).json["session"]["tokens"] == 900, "it is asked for again"


# --- S-10: a cached line touches nothing but the cache --------------------------------------------------------------------

def touched(machine, words):
    """The paths in the home that a call asks the system for."""
    log = machine.folder / "strace"
    program("strace")
    subprocess.run(["strace", "-f", "-qq", "-o", str(log), "-e", "trace=%file", *words], env=machine.env(), cwd=str(machine.cwd),
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE_S)
    paths = re.findall(r'"([^"\n]*)"', log.read_text(errors="replace"))
    return {path for path in paths if path.startswith(str(machine.home) + "/")}


@pytest.mark.parametrize("words", [[], ["--format", "claude"]])
def test_S10_a_cached_line_asks_for_nothing_but_the_cache_and_the_time_of_the_configuration(machine, words):
    live(machine)
    warm(machine, *words)
    command = machine.command("--statusline", *words)
    outside = {path for path in touched(machine, command) if not path.startswith(str(machine.cache) + "/")}
    assert {path for path in outside if "/.local/lib/python" not in path} == {str(machine.home / ".config/ccmon/config.ini")}
    assert processes(machine, command) == []
    long_road = touched(machine, machine.command("--statusline", "--limit", "77"))
    assert any(path.endswith("ccmon.db") for path in long_road), "the way to look sees the store"


@pytest.mark.parametrize("way", ["fifo", "locked"])
def test_S10_whatever_has_become_of_the_store_and_of_ccusage(line, way):  # noqa: F811
    expected = warm(line)
    store = line.home / ".local/share/ccmon/ccmon.db"
    line.behaves("sleep 600")
    with closing(sqlite3.connect(str(store), isolation_level=None)) as db:
        if way == "locked":
            db.execute("BEGIN EXCLUSIVE")
        else:
            store.unlink()
            os.mkfifo(str(store))      # whoever opens it waits for ever
        assert one_line(line.run("--statusline", now=None)) == expected == ask(line, ["dash"])[:-1]
    assert line.runs() == 1
