"""Ledgers of machines for the tests of merging: messages, packed or not, reported sessions, files of older schemas."""

import sqlite3
from contextlib import closing

from ccmon.model import Block, Owner
from ccmon.store import archive, check, ledger, log_state, messages, reported, rows, schema
from ccmon.store import copy as store_copy
from ccmon.store import merge as store_merge
from ccmon.store.database import open_store

HOUR, DAY = 3600, 86_400
B0 = 1_750_032_000                     # a full hour, and midnight in UTC
LATER = B0 + 40 * DAY
LAPTOP, SERVER, DESK = (Owner(host, "a1") for host in ("laptop", "server", "desk"))


def message(number, at_s, tokens=10, model="opus", project="-p", **more):
    """A message of so many input tokens; the second after B0 may be a fraction."""
    given = dict(request=number + 1, session=7, output=0, cache_5m=0, cache_1h=0, cache_read=0, cost_nano=tokens * 1000)
    given.update(more)
    return messages.LogMessage(round((B0 + at_s) * 1000), number, model=model, project=project, input=tokens, **given)


def take(path, owner, found, now=LATER, complete=True, packed_until=None):
    """Read these messages as from logs; pack those before that second after B0."""
    with open_store(path, 1000, now) as store:
        def work(db, number):
            ledger.count(db, number, found)
            ledger.finish(db, number, [], now, complete)
            while packed_until is not None and archive.pack_oldest_day(db, number, (B0 + packed_until) * 1000) is not None:
                pass
        store.change_owner(owner, work)


def report(path, owner, blocks, now=LATER):
    """Keep what ccusage reported."""
    with open_store(path, 1000, now) as store:
        store.change_owner(owner, lambda db, number: reported.save(db, number, blocks, now))


def told(at_s, tokens, hours=5):
    """A session as ccusage reports it."""
    start = B0 + at_s
    return Block(start, start + hours * HOUR, start + 60, tokens, tokens, 0, 0, 0, None, ("opus",), 1, True, "ccusage")


def older(path, owner, blocks=(), minutes=(), version=105):
    """A file of a schema before the ledger: sessions and minutes (time, tokens)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for number, step in schema.STEPS:
            if number <= version:
                step(db)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("INSERT INTO owner VALUES (1, ?, ?)", owner)
        for block in blocks:
            db.execute(rows.INSERT, (1, *rows.session_columns(block)))
        if minutes:
            db.execute("INSERT INTO model VALUES (1, 'opus')")
            db.executemany("INSERT INTO minute VALUES (1, ?, 1, ?, 0, 0, 0)", [(B0 + at // 60 * 60, n) for at, n in minutes])


def merge(ours, theirs, now=LATER, own_host=""):
    """What the command does: what came, as tuples."""
    with store_copy.copied(theirs, ours) as copy, store_merge.opened(copy, theirs, now) as other:
        with open_store(ours, 1000, now) as store:
            return [tuple(came) for came in store.change(lambda db: store_merge.merge(db, other, now, own_host))]


def used(path):
    """What was used in all, by machine."""
    found = {}
    with open_store(path, 1000, LATER) as store:
        for one in store.used(None, 0, 2 ** 40):
            found[one.host] = found.get(one.host, 0) + one.input + one.output
    return found


def sessions_of(path, owner=None):
    """Start and end in hours after B0, and tokens."""
    with open_store(path, 1000, LATER) as store:
        return [((r.block.start - B0) / HOUR, (r.block.end - B0) / HOUR, r.block.tokens) for r in store.records(owner, LATER)]


def contents(path):
    """All rows of a file; without what only grows with use."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}


def assert_sound(path):
    """What has to be true of any history; said by the tables themselves."""
    assert check.examine(path).problems == ()
    with closing(sqlite3.connect(path)) as db:
        for owner, in db.execute("SELECT id FROM owner").fetchall():
            select = "SELECT start_ts, end_ts, tokens FROM session WHERE owner_id = ? ORDER BY start_ts"
            found = db.execute(select, (owner,)).fetchall()
            assert all(end - start <= 5 * HOUR for start, end, _ in found)
            assert all(before[1] <= after[0] for before, after in zip(found, found[1:]))
            whole = db.execute("SELECT coalesce(sum(input + output), 0) FROM usage WHERE owner_id = ?", (owner,)).fetchone()[0]
            is_cut = log_state.open_span(db, owner) is None        # else its logs are still being read, and nothing has joined it
            assert not is_cut or sum(tokens for _, _, tokens in found) == whole
