"""What years of history cost: python tests/benchmarks/store.py [--scale S] [--keep FILE]

A year is generated: a change every 3 s for 22.8 h of each day, 10 million in all (--scale 0.35: 8 h a day), in 1,500 sessions,
with an answer by minute and model and Claude Code's percentages. The changes are put in hour by hour as rows, not each by a
refresh of its own (those are timed at the end, on the full store); after each hour the thinning runs as it would, without
its rests. So it takes a few minutes. Then: size, writes, thinning, commands in bare starts, and 50 writers at once.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from logged import Minute, keep_logs  # noqa: E402

from ccmon.model import Block, Limit, Owner
from ccmon.pipeline.recording import store_answer  # noqa: E402
from ccmon.settings import config  # noqa: E402
from ccmon.store.database import Busy, Store, open_store  # noqa: E402
from ccmon.when import SESSION_S  # noqa: E402

DAYS, SESSIONS, EVERY_S = 365, 1500, 3
HOUR_S, DAY_S = 3600, 86_400
FULL_DAY_S = 10_000_000 / DAYS * EVERY_S
MODELS = ("claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805", "claude-haiku-4-5-20251001")
SESSION_EVERY_S = DAYS * DAY_S / SESSIONS
WRITERS, TURNS = 50, 20
WRITER = """
import json, random, sys, time
sys.path[:0] = json.loads(sys.argv[1])
sys.argv = ["store.py"]
from importlib.machinery import SourceFileLoader
bench = SourceFileLoader("bench", sys.path[1] + "/benchmarks/store.py").load_module()
"""


# --- a year --------------------------------------------------------------------------------------------------------------

class Year:
    """A store that is filled hour by hour."""

    def __init__(self, path: str, owner: Owner, now: int, scale: float) -> None:
        self.path, self.owner, self.now = path, owner, now
        self.begins = (now - DAYS * DAY_S) // DAY_S * DAY_S
        self.used_s = FULL_DAY_S * scale           # of each day
        self.rng = random.Random(1)
        self.store = open_store(path, 2000, self.begins)
        assert self.store._db
        self.store._db.execute("PRAGMA wal_autocheckpoint = 0")        # done apart: it holds up its process, but no other
        self.steps_s: List[float] = []
        self.steps_cpu_s: List[float] = []
        self.checkpoints_s: List[float] = []
        self.largest = self.changes = 0
        plain = self.store._attempt

        def timed(begin: str, work: Callable[[Any], Any]) -> Any:
            began, cpu_s = time.perf_counter(), time.thread_time()
            try:
                return plain(begin, work)
            finally:
                if self.thinning and begin != "BEGIN":
                    self.steps_s.append(time.perf_counter() - began)
                    self.steps_cpu_s.append(time.thread_time() - cpu_s)
        self.thinning = False
        self.store._attempt = timed  # type: ignore[method-assign]

    def session(self, at: int) -> Tuple[int, Block]:
        """The number of the session at a time, and how it is then."""
        number = int((at - self.begins) / SESSION_EVERY_S)
        start = self.begins + int(number * SESSION_EVERY_S)
        tokens = (at - start) * (3 + number % 7) + 1
        return number, Block(start, start + SESSION_S, at, tokens, tokens // 5, tokens - tokens // 5, tokens * 5, tokens * 95,
                             tokens / 5000, MODELS[:1 + number % 2], tokens // 400)

    def fill(self) -> None:
        """All hours up to now."""
        for hour in range(self.begins, self.now, HOUR_S):
            last = min(hour + HOUR_S, self.now)
            busy = range(hour, max(hour, min(last, hour // DAY_S * DAY_S + int(self.used_s))), EVERY_S)
            if busy:
                self._hour(busy)
            self._thin(last)
            self.checkpoints_s.append(timed(lambda: self.store._db.execute("PRAGMA wal_checkpoint").fetchall()))  # type: ignore
            if hour % (30 * DAY_S) < HOUR_S:
                print(f"\r{(hour - self.begins) // DAY_S} days", end="", file=sys.stderr, flush=True)
                self.largest = max(self.largest, size(self.path))
        print("\r", end="", file=sys.stderr)

    def _hour(self, busy: range) -> None:
        sessions = {number: block for number, block in map(self.session, (*busy[::600], busy[-1]))}
        record(self.store, list(sessions.values()), self.owner, busy[-1])
        db = self.store._db
        assert db is not None
        ids = dict(db.execute("SELECT start_ts, id FROM session ORDER BY start_ts DESC LIMIT 3"))
        db.execute("BEGIN")
        db.executemany("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._changes(busy, ids))
        db.executemany("INSERT OR REPLACE INTO reading VALUES (1, ?, ?, ?, ?, 'statusline', NULL)", self._readings(busy))
        db.execute("COMMIT")
        self.changes += len(busy)
        keep_logs(self.store, self.owner, self._minutes(busy), [])

    def _changes(self, busy: range, ids: Dict[int, int]) -> Any:
        for at in busy:
            block = self.session(at)[1]
            if at < block.end and block.start in ids:
                yield (at, at + EVERY_S - 1, ids[block.start], block.tokens, block.input, block.output, block.cache_creation,
                       block.cache_read, int((block.cost_usd or 0) * 1e6))

    def _readings(self, busy: range) -> Any:
        """The session's percentage every five minutes, the week's every two hours."""
        for at in busy[::100]:
            end = self.session(at)[1].end
            yield 18_000, at, (at % 18_000) / 180, end
        if busy[0] // HOUR_S % 2:
            yield 604_800, busy[0], (busy[0] % 604_800) / 6048, busy[0] // 604_800 * 604_800 + 604_800

    def _minutes(self, busy: range) -> List[Minute]:
        """Two models in two of three minutes, else one."""
        number = self.rng.randrange
        return [Minute(at, model, number(900), number(3000), number(90_000), number(900_000))
                for at in range(busy[0] // 60 * 60, busy[-1], 60) for model in MODELS[:1 + (at // 60 % 3 > 0)]]

    def _thin(self, now: int) -> None:
        self.thinning = True
        while not self.store.maintain(now, most_s=3600, rest=0):
            pass
        self.thinning = False


def record(store: Store, blocks: Sequence[Block], owner: Owner, now: int) -> None:
    """What a refresh writes."""
    store_answer(store, owner, blocks, now, lambda tokens, high: Limit(7000, "pro", "plan", "pro"))


def size(path: str) -> int:
    """Bytes of the file and what belongs to it."""
    return sum(os.path.getsize(path + suffix) for suffix in ("", "-wal") if os.path.exists(path + suffix))


# --- figures -------------------------------------------------------------------------------------------------------------

def line(name: str, value: str) -> None:
    """One row of the table."""
    print(f"{name:44} {value}")


def ms(times_s: Sequence[float]) -> str:
    """The median, the longest of 99.9 %, and the longest."""
    rare = sorted(times_s)[len(times_s) * 999 // 1000]
    return "   ".join(f"{name} {1000 * took_s:7.2f}" for name, took_s in zip(
        ("p50", "p99.9", "max"), (statistics.median(times_s), rare, max(times_s)))) + " ms"


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def figures(year: Year, took_s: float) -> None:
    """Size, writes, reads and thinning."""
    store, db = year.store, year.store._db
    assert db is not None
    line("raw changes", f"{year.changes:,} in {took_s:.0f} s, thinned on the way")
    for table in ("session", "snapshot", "reading", "message", "archive", "usage"):
        line(f"  rows of {table}", f"{db.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,}")
    line("size of the year", f"{os.path.getsize(year.path) / 1e6:.1f} MB; with -wal {size(year.path) / 1e6:.1f} MB "
         f"(at most {year.largest / 1e6:.1f} MB on the way)")
    line("thinning: one step (transaction)", f"{ms(year.steps_s)}   ({len(year.steps_s):,} steps)")
    line("  its CPU time", ms(year.steps_cpu_s))
    line("a checkpoint, which holds up nobody else", ms(year.checkpoints_s))
    line("thinning: an hour of changes", f"{1000 * sum(year.steps_s) / DAYS / 24:.1f} ms")
    line("thinning: nothing to do", ms([timed(lambda: store.maintain(year.now)) for _ in range(50)]))
    writes = [timed(lambda at=at: record(store, [year.session(at)[1]], year.owner, at))  # type: ignore[misc]
              for at in range(year.now, year.now + 300 * EVERY_S, EVERY_S)]
    line("one write (a refresh's record)", ms(writes))
    line("latest snapshot (facts)", ms([timed(lambda: store.facts(year.owner, year.now + 900)) for _ in range(100)]))
    line("all sessions", ms([timed(lambda: store.records(year.owner, year.now)) for _ in range(20)]))
    line("tokens by hour and model, all", ms([timed(lambda: store.used(year.owner, 0, 2 ** 40)) for _ in range(20)]))


def commands(env: Dict[str, str], runs: int) -> None:
    """Whole commands, in turn with the bare start."""
    works = {"bare interpreter start": ["-c", "pass"], "ccmon history --by day": ["-m", "ccmon", "history", "--by", "day"],
             "ccmon history --by model": ["-m", "ccmon", "history", "--by", "model"],
             "ccmon history --by day --json": ["-m", "ccmon", "history", "--by", "day", "--json"],
             "ccmon history --check": ["-m", "ccmon", "history", "--check"]}
    samples: Dict[str, List[float]] = {name: [] for name in works}
    for turn in range(runs + 1):
        for name, words in works.items():
            took_s = timed(lambda w=words: subprocess.run([sys.executable, *w], env=env, stdout=subprocess.DEVNULL,  # type: ignore
                                                          check=False, cwd="/"))
            samples[name] += [took_s] if turn else []
    bare_s = statistics.median(samples["bare interpreter start"])
    for name, times_s in samples.items():
        took_s = statistics.median(times_s)
        line(name, f"{1000 * took_s:8.1f} ms   {took_s / bare_s:5.1f} starts")
    line("  the goal: 5 starts + 50 ms", f"{5000 * bare_s + 50:8.1f} ms")


# --- fifty at once -------------------------------------------------------------------------------------------------------

def herd(year: Year) -> None:
    """Fifty processes write, each about once in a second, one reads and one thins; the longest of each."""
    year.store.close()
    kinds = ["reads", "thins"] + ["writes"] * WRITERS
    setting = json.dumps([str(ROOT), str(ROOT / "tests")])
    works = [f"bench.{kind}({year.path!r}, {year.now}, {tuple(year.owner)!r}, {n})" for n, kind in enumerate(kinds)]
    children = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", WRITER + work, setting], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True) for work in works]
    for child in children:
        assert child.stdout and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.close()
    told = [json.loads(child.stdout.read()) for child in children if child.stdout]
    for child in children:
        child.wait()
    times_s = [took_s for one in told[2:] for took_s in one["took_s"]]
    line(f"{WRITERS} writers: a write, with opening", ms(times_s))
    line("  its wait for the lock", ms([wait_s for one in told[2:] for wait_s in one["waited_s"]]))
    line("  writes dropped because the store was busy", f"{sum(one['busy'] for one in told)} of {len(times_s)}")
    line("  a reader beside them", ms(told[0]["took_s"]))
    line("  thinning beside them, a call", ms(told[1]["took_s"]))


def _told(times_s: List[float], busy: int = 0, waits_s: Sequence[float] = (0.0,)) -> None:
    print(json.dumps({"took_s": times_s, "busy": busy, "waited_s": waits_s}))


def _ready() -> None:
    print("ready", flush=True)
    sys.stdin.read()


def writes(path: str, now: int, owner: Tuple[str, str], number: int) -> None:
    """A writer: as a refresh does, with a connection of its own each time."""
    _ready()
    rng, times_s, waits_s, busy = random.Random(number), [], [], 0      # type: ignore[var-annotated]

    def waited(db: Any, begin: str, plain: Callable[[Any, str], None]) -> None:
        waits_s.append(timed(lambda: plain(db, begin)))
    for turn in range(TURNS):
        time.sleep(rng.uniform(0, 2))
        at = now + 1000 + turn
        start, tokens = now - 100, number + turn * 100
        block = Block(start, start + SESSION_S, at, tokens, 0, tokens, 0, 0, 1.0, MODELS[:1], 1)
        began = time.perf_counter()
        try:
            with open_store(path, 250, at) as store:
                store._begin = partial(waited, plain=store._begin)  # type: ignore[method-assign]
                record(store, [block], Owner(*owner), at)
        except Busy:
            busy += 1
        times_s.append(time.perf_counter() - began)
    _told(times_s, busy, waits_s)


def reads(path: str, now: int, owner: Tuple[str, str], number: int) -> None:
    """The reader: the facts, again and again."""
    _ready()
    with open_store(path, 250, now) as store:
        times_s = []
        for _ in range(10 * TURNS):
            times_s.append(timed(lambda: store.facts(Owner(*owner), now + 1000)))
            time.sleep(0.05)
    _told(times_s)


def thins(path: str, now: int, owner: Tuple[str, str], number: int) -> None:
    """The thinning of a further hour at a time."""
    _ready()
    with open_store(path, 250, now) as store:
        times_s = []
        for turn in range(5 * TURNS):
            times_s.append(timed(lambda at=now + turn * HOUR_S: store.maintain(at)))  # type: ignore[misc]
            time.sleep(0.05)
    _told(times_s)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--keep", metavar="FILE", help="keep the year's file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {"HOME": folder, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "dumb"}
        path = config.paths(env).store
        assert path
        year = Year(path, config.owner(env), int(time.time()) // HOUR_S * HOUR_S, given.scale)
        took_s = timed(year.fill)
        figures(year, took_s)
        if given.keep:
            year.store.close()
            shutil.copy(path, given.keep)
        commands(env, given.runs)
        herd(year)


if __name__ == "__main__":
    main()
