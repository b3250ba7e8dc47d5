"""The log reader over time: files that grow, shrink, go and come back, and what is kept of them."""

import json
import os
import random
import sqlite3
import time
from functools import partial

import pytest
from ccmon.sources.log_cache import LogCache
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.sources import log_blocks, log_entries, log_files, log_reader
from ccmon.usage import prices

T0 = 1_764_000_000
HOUR = 3600
PRICE = log_reader.Price(partial(prices.cost_usd, own={}), 1)


class Logs:
    """A folder of logs and a reader's cache beside it."""

    def __init__(self, folder):
        self.home, self.cache = folder / "home", folder / "cache"
        self.root = self.home / "projects"
        self.sent, self.hits = {}, []

    def files(self):
        return log_files.scan([str(self.root)])

    def look(self, now=T0 + 100 * HOUR, keep=True):
        def send(minutes, hits):
            if keep:
                self.sent.update({minute[:2]: minute[2:] for minute in minutes})
                self.hits = hits
            return keep
        return log_reader.look(str(self.cache), self.files(), now, PRICE, send)

    def blocks(self, **more):
        return list(self.look(**more).blocks)

    def expected(self):
        """What a reader makes of all files that remembers nothing."""
        entries = []
        for file in self.files():
            with open(file.path, "rb") as lines:
                for line in lines.read().split(b"\n"):
                    entries += log_entries.parse(line, log_entries.session_of(file.path))
        return log_blocks.blocks(log_blocks.survivors(entries), PRICE.of)

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


def rounded(blocks):
    """Sums of money do not depend on the order of what is of the same millisecond."""
    return [block._replace(cost_usd=block.cost_usd and round(block.cost_usd, 9)) for block in blocks]


def tokens(result):
    return [block.tokens for block in result.blocks]


# --- one file -----------------------------------------------------------------------------------------------------------

def test_new_lines_are_added(logs):
    logs.add("p/a.jsonl", line(1))
    assert tokens(logs.look()) == [15]
    logs.add("p/a.jsonl", line(2, 60), line(3, 7 * HOUR))
    assert tokens(logs.look()) == [30, 15]
    assert logs.blocks() == logs.expected()


def test_only_new_bytes_are_read(logs, monkeypatch):
    logs.add("p/a.jsonl", line(1), line(2))
    logs.look()
    read, parse = [], log_entries.parse
    monkeypatch.setattr(log_entries, "parse", lambda text, session: read.append(text) or parse(text, session))
    logs.look()
    assert read == []
    logs.add("p/a.jsonl", line(3))
    logs.look()
    assert read == [line(3).encode()]


def test_half_a_line_waits_for_its_end(logs):
    whole = line(1)
    logs.add("p/a.jsonl", whole[:50], end="")
    now = int(time.time())
    assert tokens(logs.look(now=now)) == []
    logs.add("p/a.jsonl", whole[50:])
    assert tokens(logs.look(now=now)) == [15]


def test_a_last_line_without_an_end_counts_when_nothing_more_comes(logs):
    logs.add("p/a.jsonl", line(1), line(2, 60)[:-1] + "}", end="")
    logs.path().write_text(line(1) + "\n" + line(2, 60))
    now = int(time.time())
    assert tokens(logs.look(now=now)) == [15]
    assert tokens(logs.look(now=now + 61)) == [30]
    logs.add("p/a.jsonl", "\n" + line(3, 90))
    assert tokens(logs.look(now=now + 61)) == [45]


@pytest.mark.parametrize("change", [
    lambda path: path.write_text(line(7, given=70) + "\n"), lambda path: path.write_text(""),
    lambda path: (path.unlink(), path.write_text(line(8, given=80) + "\n" + line(9, given=1) + "\n")),
    lambda path: path.write_text(line(5, given=11) + "\n" + path.read_text().split("\n", 1)[1]),
    lambda path: path.unlink(),
    lambda path: os.replace(str(path), str(path.with_name("moved.jsonl"))),
], ids=["truncated", "emptied", "replaced", "rewritten", "deleted", "renamed"])
def test_whatever_becomes_of_a_file(logs, change):
    logs.add("p/a.jsonl", line(1), line(2, 60), line(3, 120))
    logs.add("p/b.jsonl", line(3, 120), line(4, 9 * HOUR))
    logs.look()
    change(logs.path())
    os.utime(str(logs.path("p/b.jsonl")))
    assert logs.blocks() == logs.expected()
    logs.add("p/b.jsonl", line(20, 9 * HOUR + 60))
    assert logs.blocks() == logs.expected()


def test_a_duplicate_in_a_file_that_goes_is_counted_again(logs):
    logs.add("p/a.jsonl", line(1, given=30))
    logs.add("p/b.jsonl", line(1, given=10))
    assert tokens(logs.look()) == [35]
    logs.path("p/a.jsonl").unlink()
    assert tokens(logs.look()) == [15]


def test_files_that_cannot_be_read_or_are_none(logs):
    logs.add("p/a.jsonl", line(1))
    os.mkfifo(str(logs.path("p/pipe.jsonl")))
    logs.path("p/dir.jsonl").mkdir()
    os.symlink(str(logs.root), str(logs.path("p/loop")))
    assert tokens(logs.look()) == [15]


def test_damaged_lines_are_skipped_and_counted(logs):
    bad = ['{"usage":{', '"usage":{}', '{"message":{"usage":{"input_tokens":-1,"output_tokens":1}}}', "{}", "", "\x00\x01",
           "nonsense"]
    logs.add("p/a.jsonl", *bad, line(1))
    with logs.path().open("ab") as file:
        file.write(b'\xff\xfe"usage":{\xff\n')
    result = logs.look()
    assert tokens(result) == [15]
    with LogCache(str(logs.cache / "logs.db")) as cache:
        assert cache.counts() == (1, 9, 1, 0, 4) and result.skipped == 4


def test_a_path_that_is_no_text(logs):
    path = os.fsencode(str(logs.root)) + b"/p\xff/a.jsonl"
    os.makedirs(os.path.dirname(path))
    with open(path, "w") as file:
        file.write(line(1) + "\n")
    assert tokens(logs.look()) == [15]
    os.unlink(path)
    assert tokens(logs.look()) == []


# --- many looks -----------------------------------------------------------------------------------------------------------

@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10 ** 6))
def test_whatever_happens_it_equals_a_reader_without_a_memory(tmp_path_factory, seed):
    rng, logs = random.Random(seed), Logs(tmp_path_factory.mktemp("logs"))
    for _ in range(8):
        name = f"p{rng.randrange(2)}/f{rng.randrange(3)}.jsonl"
        act = rng.random()
        if act < 0.7 or not logs.path(name).exists():
            logs.add(name, *[line(rng.randrange(12), rng.choice([0, 1, 4, 5, 6, 11, 12, 30]) * HOUR + rng.randrange(3) * 1800,
                                  rng.randrange(40), isSidechain=rng.random() < 0.2) for _ in range(rng.randrange(6))])
        elif act < 0.8:
            logs.path(name).unlink()
        elif act < 0.9:
            logs.path(name).write_text(line(rng.randrange(12)) + "\n")
        else:
            os.replace(str(logs.path(name)), str(logs.path(f"p0/g{rng.randrange(3)}.jsonl")))
        if rng.random() < 0.7:
            assert rounded(logs.blocks()) == rounded(logs.expected())


def test_the_cache_may_be_deleted_or_damaged_at_any_time(logs):
    logs.add("p/a.jsonl", line(1), line(2, 6 * HOUR))
    expected = logs.blocks()
    cache = logs.cache / "logs.db"
    for spoil in (lambda: cache.unlink(), lambda: cache.write_bytes(b"x" * 5000), lambda: cache.write_bytes(b""),
                  lambda: sqlite3.connect(str(cache)).execute("PRAGMA user_version = 99")):
        spoil()
        assert logs.blocks() == expected
    assert oct(cache.stat().st_mode & 0o777) == "0o600"


def test_minutes_and_limits_are_given_once_and_again_when_they_change(logs):
    logs.add("p/a.jsonl", line(1), line(2, 30), line(3, 60))
    logs.look(keep=False)
    assert logs.sent == {}
    logs.look()
    assert sorted(logs.sent.values()) == [(10, 5, 0, 0), (20, 10, 0, 0)]
    logs.sent.clear()
    logs.look()
    assert logs.sent == {}
    logs.add("p/a.jsonl", line(4, 61))
    logs.look()
    assert list(logs.sent.values()) == [(20, 10, 0, 0)]
    limit = {"type": "assistant", "isApiErrorMessage": True, "timestamp": "2025-11-24T16:10:00.000Z", "sessionId": "s",
             "message": {"id": "x", "model": "<synthetic>", "role": "assistant", "usage": {"input_tokens": 0, "output_tokens": 0},
                         "content": [{"type": "text", "text": "You've hit your session limit - resets 6pm"}]}}
    logs.add("p/a.jsonl", json.dumps(limit, separators=(",", ":")))
    logs.look()
    assert logs.hits[0][0] == T0 + 600


# --- a long history -------------------------------------------------------------------------------------------------------

@pytest.fixture
def long_logs(logs, monkeypatch):
    """Logs that are too many to be read at once; the process that reads them all is held back."""
    monkeypatch.setattr(log_reader, "AT_ONCE_BYTES", 1000)
    started = []
    monkeypatch.setattr(log_reader, "_start", lambda: started.append(True))
    for day in range(10):
        name = f"p/{day}.jsonl"
        own = [line(100 * day + n, day * 24 * HOUR + n * 600) for n in range(20)]
        logs.add(name, *own, line(100 * day + 7, day * 24 * HOUR + 4200, given=30), line(3, 1800, given=day))
        os.utime(str(logs.path(name)), (T0 + (day * 24 + 4) * HOUR,) * 2)
    return logs, started


def reading(work, seen):
    """The same work, and how many files were known before and after it."""
    def wrapped(cache, files, now):
        seen.append(len(cache.known()))
        work(cache, files, now)
        seen.append(len(cache.known()))
    return wrapped


def test_the_recent_sessions_come_first_and_are_right(long_logs, monkeypatch):
    logs, started = long_logs
    seen = []
    now = T0 + (9 * 24 + 4) * HOUR
    first = logs.look(now=now)
    assert started and 0 < first.progress < 0.5
    assert list(first.blocks) == logs.expected()[-len(first.blocks):] and len(first.blocks) >= 1
    monkeypatch.setattr(log_reader, "_read_side_by_side", reading(log_reader._read_side_by_side, seen))
    log_reader.read_all(str(logs.cache), logs.files(), PRICE)
    assert seen and 0 < seen[0] < len(logs.files()) == seen[1]        # before: the recent files
    then = logs.look(now=now)
    assert then.progress is None and list(then.blocks) == logs.expected()


def test_one_process_after_a_death_does_the_rest(long_logs):
    logs, _ = long_logs
    with LogCache(str(logs.cache / "logs.db")) as cache, cache.transaction():
        cache.index(False)
    now = T0 + (9 * 24 + 4) * HOUR
    logs.look(now=now)
    log_reader.read_all(str(logs.cache), logs.files(), PRICE)
    assert rounded(logs.blocks(now=now)) == rounded(logs.expected())


def test_while_everything_is_read_the_numbers_stay(long_logs):
    logs, started = long_logs
    now = T0 + (9 * 24 + 4) * HOUR
    first = logs.look(now=now)
    started.clear()
    from ccmon import linecache
    fd = linecache.lock(str(logs.cache / "logs.reading"))
    again = logs.look(now=now)
    linecache.unlock(fd)
    assert started == [] and again.blocks == first.blocks


def test_an_endless_session_has_the_whole_history_read(long_logs):
    logs, _ = long_logs
    logs.add("p/x.jsonl", *[line(5000 + n, n * 4 * HOUR) for n in range(60)])
    now = T0 + 239 * HOUR
    assert list(logs.look(now=now).blocks)[-1] == logs.expected()[-1]
