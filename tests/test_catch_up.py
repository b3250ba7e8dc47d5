"""Whether the history has all of the logs, seen without reading them: False only where reading them would change nothing."""

import os
import sqlite3

import pytest
from claude_logs import talk, write
from commands import HOUR, NOW

from ccmon.pipeline import catch_up, refresh, stored
from ccmon.settings import context

pytestmark = pytest.mark.newest_only
BEGAN = NOW - 30 * HOUR


@pytest.fixture
def home(tmp_path):
    """Where two talks were logged and read a while ago; the session of the second one was still open."""
    write(tmp_path / ".claude", [*talk(1, BEGAN, 2, 20), *talk(2, BEGAN + 7 * HOUR, 1, 20, session="2" * 36)])
    for log in logs_of(tmp_path):
        os.utime(log, (BEGAN, BEGAN))
    read(tmp_path, BEGAN + 9 * HOUR)
    read(tmp_path, BEGAN + 10 * HOUR)          # compared once with what was read
    return tmp_path


def logs_of(home):
    return sorted(str(path) for path in home.rglob("*.jsonl"))


def ctx_at(home, now, source="auto"):
    return context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(now), "LC_ALL": "C.UTF-8", "CCMON_SOURCE": source})


def read(home, now):
    refresh.catch_up(ctx_at(home, now))


def is_needed(home, now, source="auto"):
    ctx = ctx_at(home, now, source)
    with stored.opened(ctx, stored.SCREEN_BUSY_MS, stored.StoreAccess) as known:
        return catch_up.is_needed(ctx, known)


def contents(home):
    """All rows of the history but when the clock was last seen."""
    with sqlite3.connect(home / ".local/share/ccmon/ccmon.db") as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: [row for row in db.execute(f"SELECT * FROM {table}") if row[0] != "clock"] for table in tables}


def append(home):
    with open(logs_of(home)[0], "a", encoding="utf-8") as log:
        log.write("{}\n")


def forget(key):
    def change(home):
        with sqlite3.connect(home / ".local/share/ccmon/ccmon.db") as db:
            assert db.execute("DELETE FROM note WHERE key LIKE ?", (key + " %",)).rowcount
    return change


def unrate(home):
    with sqlite3.connect(home / ".local/share/ccmon/ccmon.db") as db:
        assert db.execute("UPDATE session SET limit_source = ''").rowcount


def configure(home):
    (home / ".config/ccmon").mkdir(parents=True)
    (home / ".config/ccmon/config.ini").write_text("[prices]\nclaude-sonnet = 1, 2, 3, 3, 0\n", encoding="utf-8")


CHANGES = {
    "nothing": (lambda home: None, 9.5, False), "a session is over": (lambda home: None, 14, True),
    "a line more": (append, 9.5, True), "touched": (lambda home: os.utime(logs_of(home)[1]), 9.5, True),
    "a log is gone": (lambda home: os.remove(logs_of(home)[0]), 9.5, True),
    "a new log": (lambda home: write(home / ".claude", talk(3, BEGAN, 1, 3, session="3" * 36)), 9.5, True),
    "moved": (lambda home: os.rename(logs_of(home)[0], logs_of(home)[0] + "x.jsonl"), 9.5, True),
    "other prices": (configure, 9.5, True), "never read to the end": (forget("logs_read"), 9.5, True),
    "no limit noted": (unrate, 9.5, True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_logs_are_read_where_that_would_change_anything(home, change):
    make, hours, wanted = CHANGES[change]
    make(home)
    now = BEGAN + round(hours * HOUR) + HOUR
    before, needed = contents(home), is_needed(home, now)
    read(home, now)
    assert (needed, contents(home) != before) == (wanted, wanted)
    assert not is_needed(home, now)


def test_logs_that_are_not_to_be_read_are_not(home):
    append(home)
    assert is_needed(home, NOW) and not is_needed(home, NOW, source="ccusage")
