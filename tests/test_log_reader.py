"""The log reader over time: files that grow, shrink, go and come back, and what of them comes into the history."""

import json
import os
import signal
import sys
import time
from functools import partial

import pytest
from commands import HOUR, NOW, Machine, wait_until
from ledger_world import ME

from ccmon.sources import log_entries, log_files, log_parts, log_reader, log_workers
from ccmon.store import ledger
from ccmon.store.database import open_store
from ccmon.usage import prices

T0 = 1_764_000_000
PRICE = log_reader.EntryPrices(partial(prices.cost_usd, own={}), 1)


class Logs:
    """A folder of logs and a history beside it."""

    def __init__(self, folder):
        self.root, self.path_of_store = folder / "home" / "projects", str(folder / "ccmon.db")

    def logs(self):
        return log_reader.LogSet([str(self.root)], log_files.scan([str(self.root)]), ME, PRICE)

    def read(self, now=T0 + 100 * HOUR, **more):
        with open_store(self.path_of_store, 2000, now) as store:
            log_reader.read(store, self.logs(), now, **more)
            return [record.block.tokens for record in store.records(ME, now)]

    def counts(self):
        with open_store(self.path_of_store, 2000, T0) as store:
            return store.read_owner(ME, ledger.counts, None)

    def path(self, name="p/a.jsonl"):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add(self, name, *lines, end="\n"):
        with self.path(name).open("a") as file:
            file.write("".join(text + end for text in lines))


@pytest.fixture
def logs(tmp_path):
    return Logs(tmp_path)


def line(number, at=0, given=10, **more):
    """A line of a log: an answer so many seconds after T0."""
    fields = {"sessionId": "s", "requestId": f"r{number}", "version": "2.0.1",
              "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(T0 + at)) + ".000Z",
              "message": {"id": f"m{number}", "model": "claude-sonnet-4-5-20250929",
                          "usage": {"input_tokens": given, "output_tokens": 5}}, **more}
    return json.dumps(fields, separators=(",", ":"))


# --- one file -----------------------------------------------------------------------------------------------------------

def test_new_lines_are_added(logs):
    logs.add("p/a.jsonl", line(1))
    assert logs.read() == [15]
    logs.add("p/a.jsonl", line(2, 60), line(3, 7 * HOUR))
    assert logs.read() == [30, 15]


def test_only_new_bytes_are_read(logs, monkeypatch):
    logs.add("p/a.jsonl", line(1), line(2))
    logs.read()
    read, record = [], log_entries.record
    monkeypatch.setattr(log_entries, "record", lambda line: read.append(line) or record(line))
    logs.read()
    assert read == []
    logs.add("p/a.jsonl", line(3))
    logs.read()
    assert read == [line(3).encode()]


def test_where_nothing_is_new_nothing_is_parsed_and_nothing_written(logs, monkeypatch):
    """Until a session is over, which fixes it, or a log is gone, which is noted."""
    logs.add("p/a.jsonl", line(1, 99 * HOUR), line(2, 99 * HOUR + 60))
    logs.add("p/b.jsonl", line(3, 99 * HOUR))
    os.utime(str(logs.path()), (T0, T0))                   # long ago: no look is due
    os.utime(str(logs.path("p/b.jsonl")), (T0, T0))
    logs.read()
    finished, finish = [], ledger.finish
    monkeypatch.setattr(ledger, "finish", lambda db, owner, gone, *more: finished.append(gone) or finish(db, owner, gone, *more))
    monkeypatch.delitem(sys.modules, "ccmon.sources.log_parts")
    monkeypatch.delattr("ccmon.sources.log_parts")
    assert logs.read() == [45] and logs.read(now=T0 + 103 * HOUR) == [45] and finished == []
    assert "ccmon.sources.log_parts" not in sys.modules
    assert [logs.read(now=T0 + at * HOUR) for at in (105, 106)] == [[45], [45]] and len(finished) == 1
    os.unlink(str(logs.path("p/b.jsonl")))
    assert logs.read(now=T0 + 107 * HOUR) == [45]
    assert finished[1:] == [{os.fsencode(str(logs.path("p/b.jsonl")))}]


@pytest.mark.parametrize("change, tokens", [
    (lambda path: path.write_text(line(7, given=70) + "\n"), 45 + 75), (lambda path: path.write_text(""), 45),
    (lambda path: (path.unlink(), path.write_text(line(8, given=80) + "\n")), 45 + 85),
    (lambda path: path.write_text(line(5, given=11) + "\n" + path.read_text().split("\n", 1)[1]), 45 + 16),
    (lambda path: path.unlink(), 45), (lambda path: os.replace(str(path), str(path.with_name("moved.jsonl"))), 45),
], ids=["truncated", "emptied", "replaced", "rewritten", "deleted", "renamed"])
def test_whatever_becomes_of_a_file_nothing_is_lost_and_nothing_counts_twice(logs, change, tokens):
    logs.add("p/a.jsonl", line(1), line(2, 60), line(3, 120))
    logs.read()
    change(logs.path())
    assert sum(logs.read()) == tokens
    logs.add("p/b.jsonl", line(20, 600))
    assert sum(logs.read()) == tokens + 15


def test_files_that_cannot_be_read_or_are_none(logs):
    logs.add("p/a.jsonl", line(1))
    os.mkfifo(str(logs.path("p/pipe.jsonl")))
    logs.path("p/dir.jsonl").mkdir()
    os.symlink(str(logs.root), str(logs.path("p/loop")))
    assert logs.read() == [15]


def test_damaged_lines_are_left_out_and_counted_where_they_stand(logs):
    bad = ['{"usage":{', '{"type":"assistant","message":{"usage":{"input_tokens":-1,"output_tokens":1}}}', "{}", "", "nonsense"]
    logs.add("p/a.jsonl", *bad, line(1))
    logs.add("p/b.jsonl", line(2), '{"type":"progress","data":{"usage":{}}}')
    with logs.path().open("ab") as file:
        file.write(b'\xff\xfe"usage":{\xff\n')
    assert logs.read() == [30]
    found = logs.counts()
    assert found.damaged == 3 and found.left_out == {"progress": 1} and found.worst == [(str(logs.path()), 3, 1)]
    logs.add("p/a.jsonl", line(3), bad[0])
    assert logs.read() == [45] and logs.counts().worst == [(str(logs.path()), 4, 1)]


def test_a_path_that_is_no_text(logs):
    path = os.fsencode(str(logs.root)) + b"/p\xff/a.jsonl"
    os.makedirs(os.path.dirname(path))
    with open(path, "w") as file:
        file.write(line(1) + "\n")
    assert logs.read() == [15]
    os.unlink(path)
    assert logs.read() == [15]


@pytest.mark.parametrize("path, name", [
    ("/h/.claude/projects/-src-shop/a.jsonl", "-src-shop"), ("/h/.claude/projects/-src/s/subagents/agent.jsonl", "-src"),
    ("/h/.claude/projects/a.jsonl", ""), ("/h/projects/.claude/projects/-x/a.jsonl", ""), ("/elsewhere/-x/a.jsonl", "")])
def test_the_project_is_the_folder_below_projects(path, name):
    assert log_parts.project_name(path, ["/h/.claude/projects", "/other/projects"]) == name


@pytest.mark.parametrize("cwd, project, folder", [
    ("/home/dev/shop", "-home-dev-shop", "/home/dev/shop"), ("/home/dev/shop/web/src", "-home-dev-shop", "/home/dev/shop"),
    ("/home/dev/my.shop", "-home-dev-my-shop", "/home/dev/my.shop"), ("/elsewhere", "-home-dev-shop", ""),
    ("C:\\Users\\dev\\shop\\web", "C--Users-dev-shop", "C:\\Users\\dev\\shop"), ("", "-x", "")])
def test_the_path_of_a_project_is_what_its_lines_tell(cwd, project, folder):
    assert log_entries.project_folder(cwd, project) == folder


# --- transactions -----------------------------------------------------------------------------------------------------------

def test_what_was_read_and_that_it_was_read_are_stored_together(logs, monkeypatch):
    """Ended at any write, the next reading goes on where this one was."""
    monkeypatch.setattr(log_reader, "MOST_ROWS", 3)
    monkeypatch.setattr(log_parts, "MOST_ROWS", 3)
    monkeypatch.setattr(log_files, "CHUNK", 300)
    logs.add("p/a.jsonl", *[line(n, n) for n in range(20)])
    logs.add("p/b.jsonl", *[line(100 + n, n) for n in range(20)])
    taken = []

    class Ended(Exception):
        pass

    def take(db, owner, parts):
        if len(taken) == stop:
            raise Ended
        taken.append(parts)
        return plain(db, owner, parts)
    plain = ledger.store_parts
    monkeypatch.setattr(ledger, "store_parts", take)
    for stop in (0, 1, 2, 3, 5):       # noqa: B007
        taken.clear()
        with pytest.raises(Ended):
            logs.read()
    monkeypatch.setattr(ledger, "store_parts", plain)
    assert sum(logs.read()) == 40 * 15


def test_two_that_read_at_once_count_nothing_twice(logs):
    logs.add("p/a.jsonl", *[line(n, n) for n in range(50)])
    with open_store(logs.path_of_store, 2000, T0) as one, open_store(logs.path_of_store, 2000, T0) as other:
        first = log_reader._Batch(one, ME)
        for part in log_parts.new_parts(logs.logs().files[0], None, logs.logs().folders, PRICE, T0):
            first.add(part)
        log_reader.read(other, logs.logs(), T0 + 1)
        first.write()
    assert sum(logs.read()) == 50 * 15


# --- a long history -------------------------------------------------------------------------------------------------------

@pytest.fixture
def long_logs(logs, monkeypatch):
    """Logs that are too many to be read at once."""
    monkeypatch.setattr(log_reader, "AT_ONCE_BYTES", 1000)
    monkeypatch.setattr(log_workers, "FROM_BYTES", 1000)
    monkeypatch.setattr(log_workers, "_cores", lambda: 3)
    for day in range(10):
        name = f"p/{day}.jsonl"
        own = [line(100 * day + n, day * 24 * HOUR + n * 600) for n in range(20)]
        logs.add(name, *own, line(100 * day + 7, day * 24 * HOUR + 4200, given=30), line(3, 1800, given=day))
        os.utime(str(logs.path(name)), (T0 + (day * 24 + 4) * HOUR,) * 2)
    return logs


def test_the_recent_sessions_come_first_and_are_right(long_logs):
    now = T0 + (9 * 24 + 4) * HOUR
    recent = log_reader.recent(long_logs.logs(), now)
    assert [block.tokens for block in recent] == long_logs.read(now=now)[-len(recent):] and recent


def test_an_endless_session_has_the_whole_history_read(long_logs):
    long_logs.add("p/x.jsonl", *[line(5000 + n, n * 4 * HOUR) for n in range(60)])
    now = T0 + 239 * HOUR
    assert log_reader.recent(long_logs.logs(), now)[-1].tokens == long_logs.read(now=now)[-1]


def test_many_are_read_in_three_processes_as_in_one(long_logs, monkeypatch):
    said = []
    together = long_logs.read(on_progress=said.append)
    assert said == sorted(said) and said[-1] == 1.0
    os.unlink(long_logs.path_of_store)
    monkeypatch.setattr(log_workers, "_cores", lambda: 1)
    assert together == long_logs.read()


# --- the first look -----------------------------------------------------------------------------------------------------------

@pytest.fixture
def unread(tmp_path):
    """A machine with logs and without ccusage that ccmon has never run on."""
    machine = Machine(tmp_path)
    (machine.bin / "ccusage").unlink()
    log = machine.home / ".claude/projects/-src-shop/a.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text("".join(line(n, NOW - T0 - (300 - n) * HOUR) + "\n" for n in range(300)))
    machine.log = log
    yield machine
    machine.close()


@pytest.mark.parametrize("words", [("history", "--json"), ("report", "--last"), ("export", "--openmetrics"), ("learn", "--json")])
def test_whoever_shows_the_history_reads_it_first(unread, words):
    result = unread.run(*words)
    assert result.code == 0 and result.err == ""
    assert sum(row["tokens"] for row in unread.run("history", "--json").json) == 300 * 15


@pytest.mark.parametrize("words", [("record",), ("--json",), ("--once",)])
def test_who_asks_for_numbers_without_ccusage_has_all_of_them(unread, words):
    unread.run(*words)
    import sqlite3
    with sqlite3.connect(str(unread.home / ".local/share/ccmon/ccmon.db")) as db:
        assert db.execute("SELECT sum(tokens) FROM session").fetchone() == (300 * 15,)


def test_with_nothing_to_read_the_next_step_is_named(tmp_path):
    machine = Machine(tmp_path)
    (machine.bin / "ccusage").unlink()
    out = machine.run("history").out
    assert "No sessions are stored yet" in out and "claude" in out
    machine.close()


def test_ctrl_c_keeps_what_was_read(unread):
    for number in range(400):
        other = unread.log.with_name(f"{number}.jsonl")
        other.write_text("".join(line(1000 * number + n, NOW - T0 - n * 600) + "\n" for n in range(60)))
    import sqlite3
    import subprocess
    path = unread.home / ".local/share/ccmon/ccmon.db"
    process = subprocess.Popen(unread.command("record"), env=unread.env(), cwd=str(unread.cwd), stderr=subprocess.PIPE)

    def some():
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
                return db.execute("SELECT count(*) FROM message").fetchone()[0]
        except sqlite3.Error:
            return 0
    wait_until(some, "something is stored")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) in (0, 130) and b"Traceback" not in process.communicate()[1]
    assert some() > 0
    unread.run("record")
    assert sum(row["tokens"] for row in unread.run("history", "--json").json) == (300 + 400 * 60 - 60) * 15 or some() > 20_000
