"""`ccmon report` from outside: which sessions, which form, and what becomes of the file."""

import os
import re
import sqlite3
import stat
import subprocess
import sys

import pytest
from commands import HOUR, NOW, ROOT, block
from terminal import Terminal
from test_report_views import Page

pytestmark = pytest.mark.newest_only

DAY = 24 * HOUR


@pytest.fixture
def used(machine):
    """Two weeks of sessions, the last one two hours old."""
    machine.answers([block(NOW - 2 * HOUR - n * 11 * HOUR, 3000 + 100 * n) for n in range(30)])
    machine.run("record", "--plan", "max5")
    return machine


def first_line(done):
    assert (done.code, done.err) == (0, "")
    return " ".join(done.out.splitlines()[0].split())


@pytest.mark.parametrize("words, heading", [
    ((), "Week 48, 24 to 30 November 2025 so far, Mon 24 Nov 17:00 Europe/Warsaw"),
    (("--last",), "Week 47, 17 to 23 November 2025 complete Europe/Warsaw"),
    (("--period", "month"), "November 2025 so far, Mon 24 Nov 17:00 Europe/Warsaw"),
    (("--period", "month", "--last"), "October 2025 complete Europe/Warsaw"),
    (("--timezone", "Asia/Tokyo"), "Week 48, 24 to 30 November 2025 so far, Tue 25 Nov 01:00 Asia/Tokyo"),
    (("--last", "--markdown"), "# Week 47, 17 to 23 November 2025")])
def test_the_period(used, words, heading):
    assert first_line(used.run("report", *words)) == heading


def test_the_report_says_what_the_history_says(used):
    last = next(week for week in used.run("history", "--by", "week", "--json").json if week["begins"] == "2025-11-17")
    shown = used.run("report", "--last").out
    assert f"{last['tokens']:,}" in shown and re.search(rf"sessions +{last['sessions']}\b", shown)


@pytest.mark.parametrize("words", [(), ("--markdown",), ("--html", "-")])
def test_without_a_history_there_is_a_sentence(machine, words):
    done = machine.run("report", *words)
    assert (done.code, done.err) == (0, "")
    said = " ".join(done.out.split())
    assert "is stored so far. To read the usage now: ccmon record; for the week before: ccmon" in said.replace("\\", "")
    month = " ".join(machine.run("report", "--period", "month", "--last").out.split())
    assert "No session of this month is stored. ccmon keeps them" in month


def test_one_session_is_enough(machine):
    machine.answers([block(NOW - HOUR, 100)])
    machine.run("record")
    for words in ((), ("--markdown",), ("--html", "-")):
        assert "100" in machine.run("report", *words).out


def test_hostile_names_do_nothing(machine):
    machine.configure("[ccmon]\nplan = a|b<script>`x`\n[plans]\na|b<script>`x` = 7000\n")
    machine.answers([block(NOW - n * 6 * HOUR, 900, models=["a|b<script>", "\u001b[2J`x`\u202e"]) for n in range(1, 12)])
    machine.run("record")
    assert "\x1b" not in machine.run("report", TERM="xterm-256color").out
    assert "<script>" in Page(machine.run("report", "--html", "-").out).text
    assert "a\\|b&lt;script&gt;\\`x\\`" in machine.run("report", "--markdown").out


def test_1500_sessions(machine):
    machine.answers([block(NOW - n * 6 * HOUR, 1000 + n % 700) for n in range(1, 1501)])
    machine.run("record")
    done = machine.run("report", "--period", "month", "--last")
    assert "sessions" in done.out and done.code == 0


# --- the file -----------------------------------------------------------------------------------------------------------

def test_the_page_is_written_whole_and_readable(used):
    used.run("report", "--html", "new.html")
    path = used.cwd / "new.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_text(encoding="utf-8") == used.run("report", "--html", "-").out
    assert Page(path.read_text(encoding="utf-8")).open == []
    assert [file.name for file in used.cwd.iterdir()] == ["new.html"]


def test_an_older_page_is_replaced_behind_a_link_too(used):
    (used.cwd / "real.html").write_text("old")
    (used.cwd / "link.html").symlink_to("real.html")
    assert used.run("report", "--html", "link.html").code == 0
    assert (used.cwd / "link.html").is_symlink() and "<!DOCTYPE html>" in (used.cwd / "real.html").read_text()


@pytest.mark.parametrize("name", ["folder", "missing/page.html", "folder/.", "", "x" * 300])
def test_what_cannot_be_written_is_told_in_one_sentence(used, name):
    (used.cwd / "folder").mkdir()
    done = used.run("report", "--html", name)
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch(r"ccmon: .*cannot be written \(.+\)\. .+\n", done.err)
    assert [file.name for file in used.cwd.rglob("*")] == ["folder"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_told(used):
    done = used.run("report", "--html", "/dev/full")
    assert done.code == 1 and "No space left" in done.err


# --- machines -----------------------------------------------------------------------------------------------------------

def test_of_all_machines_and_of_one(used):
    host = os.uname().nodename
    own = used.run("report", "--last").out
    assert used.run("report", "--last", "--host", "all").out == own
    assert used.run("report", "--last", "--host", host).out == own


@pytest.fixture
def two(used):
    """The history of another machine, too; both were watched by the log reader."""
    used.answers([block(NOW - 30 * HOUR, 77_000)])
    used.run("record", "--plan", "max20", CLAUDE_CONFIG_DIR=used.folder / "other")
    with sqlite3.connect(str(used.home / ".local/share/ccmon/ccmon.db")) as db:
        (mine, _), (other, _) = sorted(db.execute("SELECT id, host FROM owner"))
        db.execute("UPDATE owner SET host = 'laptop' WHERE id = ?", (other,))
        for name, owner, hours in (("mine-1", mine, 35), ("mine-1", mine, 30), ("theirs-1", other, 30)):
            db.execute("INSERT OR IGNORE INTO model (name) VALUES (?)", (name,))
            db.execute("""INSERT INTO usage (owner_id, ts, model_id, project_id, input, output, cache_creation, cache_read,
                cost_nano, unpriced, entries) SELECT ?, ?, id, 0, 1000, 2000, 0, 0, 0, 0, 1 FROM model WHERE name = ?""",
                       (owner, (NOW - hours * HOUR) // 900 * 900, name))
    db.close()
    return used


@pytest.mark.parametrize("host, models", [
    (None, {"mine-1"}), ("laptop", {"theirs-1"}), ("all", {"mine-1", "theirs-1"})])
def test_each_machine_has_its_own_report(two, host, models):
    shown = two.run("report", "--last", "--period", "week", "--markdown", *(("--host", host) if host else ())).out
    assert set(re.findall(r"^\| (mine-1|theirs-1) ", shown, re.M)) == models
    assert ("## Machines" in shown) is (host == "all")


def test_an_unknown_machine_is_refused_with_those_that_there_are(used):
    done = used.run("report", "--host", "\x1bnowhere")
    assert (done.code, done.out) == (2, "")
    assert "nothing is known of 'nowhere'" in done.err and f"{os.uname().nodename} and all" in done.err


def test_wrong_words_are_refused(used):
    assert "invalid choice: 'year'" in used.run("report", "--period", "year").err
    assert used.run("report", "--markdown", "--html", "-").code == 2


# --- the terminal -------------------------------------------------------------------------------------------------------

def test_a_pipe_gets_no_colours_and_a_terminal_does(used):
    assert "\x1b" not in used.run("report", "--last").out
    coloured = used.run("report", "--last", FORCE_COLOR="1")
    assert "\x1b[" in coloured.out
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured.out).replace(" ", "") == used.run("report", "--last").out.replace(" ", "")


def test_ascii_where_the_locale_knows_no_more(used):
    assert used.run("report", "--last", LC_ALL="C", PYTHONIOENCODING="ascii").out.isascii()
    assert used.run("report", "--last", "--ascii").out.isascii()


def test_it_fits_an_80x24_terminal(used):
    with Terminal(used.command("report", "--last"), env=used.env(CCMON_NOW=NOW, PAGER="")) as term:
        term.wait_until(lambda: "Limits" in term.text(), "the end of the report")
        assert all(len(line.rstrip()) <= 80 for line in term.text().splitlines())


@pytest.mark.parametrize("words", [("report",), ("report", "--markdown"), ("report", "--html", "-")])
def test_the_demo_has_a_report(words, tmp_path):
    env = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
           "CCMON_NOW": "1795358530"}              # a Sunday: a Monday's report has no session yet
    done = subprocess.run([sys.executable, "-m", "ccmon", "--demo", *words], env=env, capture_output=True, check=True)
    assert b"not by model" in done.stdout          # it has no logs
