"""D-23, the logs: two read them at once, and one of them is killed; q comes while they are read."""

import os
import signal
import sys

import pytest
from claude_logs import Entry, write
from commands import HOUR, NOW
from full_screen import leave, monitor
from ledger_world import ME, PRICE

from ccmon.pipeline import refresh
from ccmon.settings import context
from ccmon.sources import log_files, log_parts, log_reader, log_workers
from ccmon.sources.cancel import Cancel
from ccmon.store import ledger, log_state
from ccmon.store.database import open_store
from ccmon.system import signals

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals of POSIX")]

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
    logs = log_reader.LogSet([projects], log_files.scan([projects]), ME, PRICE)
    take, calls = ledger.store_parts, []

    def take_after(db, owner, parts):
        calls.append(parts)            # the second time the other one has gone on to somewhere within
        return [False] * len(parts) if len(calls) == 2 else take(db, owner, parts)
    monkeypatch.setattr(ledger, "store_parts", take_after)
    with open_store(path, 5000, NOW) as store:
        assert not log_reader.read(store, logs, NOW)
        assert not store.read_owner(ME, log_state.is_complete, True)
        assert log_reader.read(store, logs, NOW) and store.read_owner(ME, log_state.is_complete, False)
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


def test_D23_ctrl_c_ends_the_reading_of_a_large_log_and_loses_nothing(machine, monkeypatch):
    """Not only when all of it has been read: with gigabytes of logs that is minutes later."""
    write(machine.home / ".claude", answers())
    machine.configure("[ccmon]\nsource = logs\n")
    ctx = context.prepare({}, {"HOME": str(machine.home), "CCMON_NOW": str(NOW), "LC_ALL": "C.UTF-8"})
    cancel, take = Cancel(), ledger.store_parts

    def take_and_ask(db, owner, parts):
        cancel.ask()                   # as the handler of the signal does
        return take(db, owner, parts)

    def read():
        return sum(sum(row.tokens for row in refresh.once(ctx, -1, cancel=cancel, insist=True, whole=whole).stored.blocks)
                   for whole in (None, lambda share: None))
    monkeypatch.setattr(ledger, "store_parts", take_and_ask)
    assert read() < 2 * NUMBER
    monkeypatch.setattr(ledger, "store_parts", take)
    cancel = Cancel()
    assert read() == 2 * 2 * NUMBER


@pytest.mark.parametrize("place", ["open_log", "fingerprint"], ids=["before a log", "in a log"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_D23_what_ends_a_process_that_helps_is_no_end_of_this_one(tmp_path, monkeypatch, capfd, number, place):
    """Out of memory, one of those that read is ended: the handler and the exception are not its own."""
    write(tmp_path / "home", answers(0, 500))
    path, projects = str(tmp_path / "ccmon.db"), str(tmp_path / "home" / "projects")
    logs = log_reader.LogSet([projects], log_files.scan([projects]), ME, PRICE)
    before = {one: signal.getsignal(one) for one in signals.ENDINGS}
    here, plain, calls = os.getpid(), getattr(log_files, place), []
    children, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: children.append(fork()) or children[-1])

    def work_and_end(*given):
        calls.append(given)
        if os.getpid() != here and len(calls) == (1 if place == "open_log" else 3):
            os.kill(os.getpid(), number)
        return plain(*given)
    monkeypatch.setattr(log_workers, "FROM_BYTES", 0)
    monkeypatch.setattr(log_workers, "_cores", lambda: 3)
    monkeypatch.setattr(log_parts, "MOST_ROWS", 50)
    monkeypatch.setattr(log_files, "CHUNK", 5000)
    monkeypatch.setattr(log_files, place, work_and_end)
    try:
        signals.end_in_order()
        with open_store(path, 5000, NOW) as store:
            log_reader.read(store, logs, NOW)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert total(path) == 2 * 500 and "Traceback" not in capfd.readouterr().err
    for child in children:             # none is left
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
