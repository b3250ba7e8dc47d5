"""ccmon --statusline from outside: what the line says, who waits for it, both roads. Its faults: faults/test_faults_S_*.py."""

import os
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager

import pytest
from commands import HOUR, NOW, block, wait_until
from live_lines import LONG, STALE_S, age, end_refresher, live, one_line, warm

from ccmon import line_answer, line_cache

pytestmark = pytest.mark.newest_only

ACTIVE = "CC 26% 9.2k/35k"


def test_the_line_of_an_active_session(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200, models=["a"])])
    line = one_line(machine.run("--statusline", "--plan", "max5", "--timezone", "UTC"))
    assert line == "CC 26% 9.2k/35k 77/min lasts reset 19:00"


def test_idle_names_a_reset_only_where_it_was_asked_for(machine):
    machine.answers([block(NOW - 30 * HOUR, 900)])
    assert one_line(machine.run("--statusline")) == "CC idle since Sun 12:00"
    assert one_line(machine.run("--statusline", "--reset", "schedule")) == "CC idle reset 18:00"


# --- waiting --------------------------------------------------------------------------------------------------------------

def test_the_first_call_waits_for_a_quick_ccusage(machine):
    live(machine)
    assert one_line(machine.run("--statusline", "--plan", "max5", "--wait", "30", now=None)).startswith(ACTIVE)


def test_only_the_first_call_waits(machine):
    machine.slow(600)
    assert one_line(machine.run("--statusline", "--wait", "0.5", now=None)) == "CC -"
    for words in ([], [], ["--plan", "max5"]):
        assert one_line(machine.run("--statusline", "--wait", "60", *words, now=None)) == "CC -"     # else PATIENCE_S runs out
    assert machine.runs() == 1
    end_refresher(machine)


@contextmanager
def held(machine):
    """Another program has the history for itself, for longer than anybody waits for it."""
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"), isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("before", ["hit", "record"], ids=["never-read", "read"])
def test_a_history_that_another_program_holds_leaves_no_empty_line_behind(machine, before):
    live(machine)
    machine.configure(LONG + "wait = 2\n", is_old=True)
    machine.run(before, now=None)
    shutil.rmtree(str(machine.cache), ignore_errors=True)
    with held(machine):
        machine.run("--statusline", now=None)
        wait_until(machine.idle, "the refresher ends")
        assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")
        assert one_line(machine.run("--statusline", "--plan", "max5", now=None)) == "CC -"
    assert one_line(machine.run("--statusline", "--plan", "max5", now=None)) != "CC -" or before == "hit"


def test_where_no_cache_can_be_written_nobody_waits(machine):
    live(machine)
    (machine.home / ".cache").write_text("a file in the way")
    assert one_line(machine.run("--statusline", "--wait", "60", now=None)).startswith("CC ")


# --- failures and the configuration --------------------------------------------------------------------------------------

def test_back_off_is_obeyed_and_the_numbers_stay(machine):
    live(machine)
    line = warm(machine)
    machine.fails()
    age(machine, STALE_S)
    machine.run("--statusline", now=None)
    wait_until(lambda: line_answer.read_state(str(machine.cache)).failures == 1, "it fails")
    runs = machine.runs()
    for _ in range(10):
        assert one_line(machine.run("--statusline", now=None))[:8] == line[:8]
    assert machine.runs() - runs <= 1                    # the pause is 3 s, then 6
    age(machine, 3600)
    machine.run("--statusline", now=None)
    wait_until(lambda: machine.runs() > runs, "the pause ends")


def test_pauses_grow_and_end_with_success(machine):
    machine.fails()
    pauses = []
    for at in range(7):
        machine.run("record", now=NOW + 100 * at)
        pauses.append(line_answer.read_state(str(machine.cache)).retry_at - NOW - 100 * at)
    machine.answers([])
    machine.run("record", now=NOW + 1000)
    assert pauses == [3, 6, 12, 24, 48, 60, 60]
    assert line_answer.read_state(str(machine.cache)).failures == 0


def test_a_changed_configuration_shows_at_once_and_refreshes_once(machine):
    live(machine)
    assert warm(machine).startswith("CC 131%")
    age(machine, 5)
    machine.configure(LONG + "plan = max5\n")
    assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)
    wait_until(machine.idle, "the refresher ends")
    for _ in range(3):
        assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)
    assert machine.runs() == 2


def test_a_configuration_dated_in_the_future_does_not_refresh_for_ever(machine):
    live(machine)
    os.utime(machine.configure(LONG + "plan = max5\n"), (time.time() + 9999, time.time() + 9999))
    for _ in range(5):
        warm(machine)
    assert machine.runs() == 1


# --- both roads -----------------------------------------------------------------------------------------------------------

def test_the_screens_flags_do_not_change_the_line(machine):
    live(machine)
    line = warm(machine)
    machine.run("record", "--plan", "max20", now=None)
    assert one_line(machine.run("--statusline", now=None)).split()[1] == line.split()[1]


def test_at_most_32_lines_are_kept_current_and_no_other_is_shown(machine):
    live(machine)
    machine.run("record", now=None)
    for limit in range(100, 140):
        key = line_answer.key(["--statusline", f"--limit={limit}"], {"LC_ALL": "C.UTF-8"})
        line_cache.write_line(str(machine.cache), key, b"old\n")
    machine.run("record", now=None)
    assert len(list(machine.cache.glob("*.line"))) == 32
    for limit in (100, 120, 139):
        assert one_line(machine.run("--statusline", f"--limit={limit}", now=None)) != "old"
