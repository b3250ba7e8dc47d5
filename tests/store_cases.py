"""A small store and its blocks, for the tests of the store."""

import glob
import sqlite3
from contextlib import closing

import pytest

from ccmon.model import Block, Limit, Owner
from ccmon.pipeline.recording import store_answer
from ccmon.store.database import open_store
from ccmon.when import SESSION_S

ME, OTHER = Owner("laptop", "a1"), Owner("laptop", "b2")
T0 = 1_749_999_600                     # a full hour
HOUR = 3600
DAY = 86400


def block(start=T0, tokens=1000, length=SESSION_S, **more):
    given = dict(last=start + 60, input=tokens - tokens // 4, output=tokens // 4, cache_creation=5, cache_read=9,
                 cost_usd=1.25, models=("claude-opus-4",), entries=3)
    return Block(start, start + length, tokens=tokens, **{**given, **more})


def limit_of(tokens, high):
    """A limit that shows what it was made of."""
    return Limit(high.tokens if high else 7000, "custom_max" if high else "pro", "high_water" if high else "plan", "pro")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "ccmon" / "history.sqlite3")


@pytest.fixture
def store(path):
    with open_store(path, 1000, T0) as opened:
        yield opened


def keep(store, blocks, now, owner=ME, limit_of=limit_of):
    """What a refresh does with an answer."""
    return store_answer(store, owner, blocks, now, limit_of)


def saved(store, owner=ME):
    return [record.block for record in store.records(owner, T0)]


def snapshots(store):
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("SELECT ts, seen, session_id, tokens FROM snapshot ORDER BY ts").fetchall()


def fill(path, number=1):
    """A file with so many completed sessions of 1, 2, 3 ... tokens."""
    with open_store(path, 1000, T0) as store:
        keep(store, [block(T0 + n * SESSION_S, n + 1) for n in range(number)], T0 + number * SESSION_S)


def tokens_in(path):
    with open_store(path, 1000, T0) as store:
        return [block.tokens for block in saved(store)]


def kept_files(path):
    """The damaged files that were moved aside."""
    return [name for name in sorted(glob.glob(glob.escape(path) + ".corrupt-*")) if name[-4:] not in ("-wal", "-shm")]


def add_snapshots(store, times):
    with closing(sqlite3.connect(store.path)) as db, db:
        db.executemany("REPLACE INTO snapshot (owner_id, ts, seen, tokens) VALUES (1, ?, ?, 5)", [(ts, ts) for ts in times])


def written_rows(store, work):
    """How many rows the work inserted, updated or deleted."""
    before = store._db.total_changes
    work()
    return store._db.total_changes - before
