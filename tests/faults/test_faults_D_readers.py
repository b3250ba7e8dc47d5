"""D-23, the logs: two read them at once, and one of them is killed; q comes while they are read."""

import os
import sys

import pytest
from claude_logs import Entry, write
from commands import HOUR, NOW
from full_screen import leave, monitor
from ledger_world import ME, PRICE

from ccmon.sources import log_files, log_reader
from ccmon.store import ledger
from ccmon.store.database import open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals of POSIX")

NUMBER = 9000


def answers(begin=0, number=NUMBER):
    return [Entry(NOW - HOUR + n / 10, 1, 1, message=f"m{n}", request=f"r{n}") for n in range(begin, begin + number)]


def total(path):
    with open_store(path, 5000, NOW) as store:
        return sum(row.input + row.output for row in store.used(ME, 0, 2 ** 40))


def test_D23_what_another_process_began_and_was_killed_at_is_read_on(tmp_path, monkeypatch):
    """It has taken the first part of the log meanwhile: who read it beside does not call it read."""
    write(tmp_path / "home", answers())
    path, projects = str(tmp_path / "ccmon.db"), str(tmp_path / "home" / "projects")
    logs = log_reader.Logs([projects], log_files.scan([projects]), ME, PRICE)
    take, calls = ledger.take, []

    def take_after(db, owner, parts):
        calls.append(parts)            # the second time the other one has gone on to somewhere within
        return [False] * len(parts) if len(calls) == 2 else take(db, owner, parts)
    monkeypatch.setattr(ledger, "take", take_after)
    with open_store(path, 5000, NOW) as store:
        assert not log_reader.read(store, logs, NOW)
        assert not store.of_owner(ME, ledger.is_complete, True)
        assert log_reader.read(store, logs, NOW) and store.of_owner(ME, ledger.is_complete, False)
    assert total(path) == 2 * NUMBER


def test_D23_q_at_any_moment_loses_no_answer_of_a_large_log(machine):
    """The thread that reads ends in the midst of it; whoever looks next reads on."""
    write(machine.home / ".claude", answers())
    stored = machine.home / ".local/share/ccmon/ccmon.db"
    for seconds in (0.0, 0.3):
        with monitor(machine, "--source", "logs") as term:
            term.wait_for("ccmon")
            if seconds and not os.path.exists(str(stored) + "-wal"):
                term.wait_until(lambda: os.path.exists(str(stored)), "it is begun")
            leave(term)
    history = machine.run("history", "--json", "--source", "logs", now=None)
    assert history.code == 0 and sum(row["tokens"] for row in history.json) == 2 * NUMBER
