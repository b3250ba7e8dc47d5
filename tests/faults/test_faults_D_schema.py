"""D-4, D-5, D-6 and D-13: locked histories, and those of newer, older and other programs."""

import os
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from account_windows import keep_readings
from commands import wait_until
from store_cases import DAY, ME, T0, block, fill, keep, kept_files, path, saved, tokens_in  # noqa: F401
from store_processes import OLD, active, fill_old, old_copies, version  # noqa: F401

from ccmon.store import check, connection, schema, window_readings
from ccmon.store.database import Busy, StoreError, open_store
from ccmon.when import SESSION_S

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")]

NEWER = (connection.VERSION // 100 + 1) * 100            # the next schema that an older ccmon cannot use


def database(path, *statements):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@contextmanager
def locked(path, begin="BEGIN IMMEDIATE"):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(begin)
        yield


@pytest.mark.parametrize("is_new", [True, False])
def test_D04_locked_is_not_empty_and_not_old(path, is_new):
    if is_new:
        database(path)
        Path(path).touch()
    else:
        fill(path)
        database(path, "PRAGMA journal_mode = DELETE")
    with locked(path, "BEGIN EXCLUSIVE"), pytest.raises(Busy):
        open_store(path, 50, T0)
    assert kept_files(path) == []
    assert tokens_in(path) == ([] if is_new else [1])


@pytest.mark.parametrize("statements, sentence", [
    ([f"PRAGMA user_version = {NEWER}"],
     rf"was written by a newer ccmon \(schema {NEWER}, this one knows {connection.VERSION}\); history is off; upgrade"),
    (["CREATE TABLE session (a)", f"PRAGMA user_version = {NEWER + 117}"], rf"newer ccmon \(schema {NEWER + 117}"),
    (["CREATE TABLE session (a)"], "is a database of another program"),
    (["PRAGMA user_version = 99"], "is a database of another program"),
    (["PRAGMA user_version = -1"], "is a database of another program"),
])
def test_D05_a_database_that_is_not_ours_is_left_alone(path, statements, sentence):
    database(path, "CREATE TABLE precious (a)", *statements)
    before = Path(path).read_bytes()
    with pytest.raises(StoreError, match=sentence) as caught:
        open_store(path, 1000, T0)
    assert path in str(caught.value)
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


@pytest.mark.parametrize("steps", range(1, OLD + 1))
def test_D05_a_ccmon_before_the_ledger_leaves_it_alone(path, monkeypatch, steps):
    """Whatever it knows, it says one sentence; what was its own lies beside."""
    fill_old(path, steps)
    assert tokens_in(path) == [1]
    before, old = Path(path).read_bytes(), schema.STEPS[:steps]
    monkeypatch.setattr(schema, "STEPS", old)
    monkeypatch.setattr(connection, "VERSION", old[-1][0])
    with pytest.raises(StoreError, match=rf"newer ccmon \(schema \d+, this one knows {old[-1][0]}\); history is off; upgrade"):
        open_store(path, 1000, T0)
    assert Path(path).read_bytes() == before and kept_files(path) == []
    assert old_copies(path) == [(old[-1][0], 1)]


def test_D06_a_higher_additive_schema_is_used_as_it_is(path):
    fill(path)
    database(path, "ALTER TABLE session ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
             "ALTER TABLE snapshot ADD COLUMN mood TEXT", "ALTER TABLE owner ADD COLUMN mood TEXT",
             "CREATE TABLE extra (a)", f"PRAGMA user_version = {connection.VERSION + 1}")
    with open_store(path, 1000, T0) as store:
        keep(store, [block(), block(T0 + SESSION_S, 9)], T0 + SESSION_S)
        store.put("a", "b")
        assert [b.tokens for b in store.facts(ME, T0 + SESSION_S).blocks] == [1000, 9]
        assert store._db.execute("PRAGMA user_version").fetchone()[0] == connection.VERSION + 1


def test_D03_a_step_is_taken_once_and_a_failing_one_not_at_all(path, monkeypatch):
    fill(path)

    def add_mood(db):
        db.execute("ALTER TABLE session ADD COLUMN mood TEXT")
    released, last = schema.STEPS, connection.VERSION
    monkeypatch.setattr(connection, "VERSION", last + 2)
    monkeypatch.setattr(schema, "STEPS", (*released, (last + 1, add_mood), (last + 2, add_mood)))
    with pytest.raises(StoreError, match="duplicate column name: mood.*history is off"):
        open_store(path, 1000, T0)
    monkeypatch.setattr(schema, "STEPS", (*released, (last + 1, add_mood), (last + 2, lambda db: None)))
    for _ in range(2):
        assert tokens_in(path) == [1]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == last + 2
        assert "mood" in [row[1] for row in db.execute("PRAGMA table_info(session)")]


@pytest.mark.parametrize("steps", range(1, OLD + 1))
def test_D03_every_released_schema_is_brought_up_to_date(path, steps):
    fill_old(path, steps)
    with open_store(path, 1000, T0) as store:
        assert tokens_in(path) == [1]
        keep_readings(store, ME, [(18_000, T0, 37.0, T0 + 60)])
        assert store.read_owner(ME, window_readings.names, []) == ["five_hour"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == connection.VERSION
        assert db.execute("SELECT window_s, ts, percent, resets_at FROM reading").fetchall() == [(18_000, T0, 37.0, T0 + 60)]
    assert check.examine(path).problems == ()


ADDED = ("ALTER TABLE session ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
         "ALTER TABLE message ADD COLUMN mood TEXT", "CREATE TABLE extra (a)")


@pytest.mark.parametrize("steps", range(1, len(ADDED) + 1))
def test_D06_an_older_ccmon_goes_on_beside_a_newer_one(path, steps):
    """Both have it open, write in turns, and thin; the older one knows so many steps of the same hundred less."""
    with pytest.MonkeyPatch.context() as new:
        added = tuple((connection.VERSION + n, lambda db, statement=statement: db.execute(statement))
                      for n, statement in enumerate(ADDED[:steps], 1))
        new.setattr(schema, "STEPS", (*schema.STEPS, *added))
        new.setattr(connection, "VERSION", added[-1][0])
        newer = open_store(path, 1000, T0)
    with newer, open_store(path, 1000, T0) as older:
        for turn in range(6):
            now = T0 + turn * SESSION_S
            facts = keep((older, newer)[turn % 2], [block(now, turn + 1)], now)
            assert facts.blocks == older.facts(ME, now).blocks == newer.facts(ME, now).blocks
        while not newer.maintain(T0 + 200 * DAY, 60, 0):
            pass
        keep(older, [block(T0 + 9 * SESSION_S, 77)], T0 + 9 * SESSION_S)
        assert [b.tokens for b in saved(newer)] == [1, 2, 3, 4, 5, 6, 77]
    assert version(path) == connection.VERSION + steps and check.examine(path).problems == ()


def test_D06_a_newer_ccmon_thinned_and_added_columns(path):
    fill(path)
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("session", "snapshot", "message", "usage", "reported", "archive", "reading"):
            db.execute(f"ALTER TABLE {table} ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")
        db.execute("INSERT INTO note VALUES ('thinned 1', '5 5 5 5 5')")
        db.execute(f"PRAGMA user_version = {connection.VERSION + 1}")
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=9)], T0 + 60)
        keep_readings(store, ME, [(18_000, T0, 1.0, T0 + 60)])
        assert store.maintain(T0 + 200 * DAY, 60, 0)
    assert check.examine(path).problems == () and version(path) == connection.VERSION + 1


def test_D13_a_held_lock_costs_the_moment_and_nothing_else(path):
    fill(path)
    with open_store(path, 50, T0) as store:
        with locked(path):
            for work in (lambda: keep(store, [block()], T0), lambda: store.put("a", "b")):
                with pytest.raises(Busy, match="is held by another program"):
                    work()
            assert [b.tokens for b in store.facts(ME, T0).blocks] == [1]
            assert tokens_in(path) == [1]
        keep(store, [block()], T0)
    assert tokens_in(path) == [1000]


# --- the whole program ---

def program_works(active, *warnings):
    """The numbers of this moment are right, and only these are warned of."""
    told = active.run("--json")
    assert told.code == 0 and told.json["session"]["tokens"] == 1234
    assert told.json["warnings"] == list(warnings)
    assert active.run("--statusline", "--wait", "20", now=None).code == 0
    wait_until(active.idle, "the refresher ends: its clock is not that of the others here")


@pytest.mark.parametrize("number, what", [(NEWER, f"schema {NEWER}"), (0, "another program")])
def test_D05_ccmon_works_beside_a_history_that_is_not_for_it(active, number, what):
    assert active.run("record").code == 0
    stored = active.home / ".local/share/ccmon/ccmon.db"
    database(str(stored), f"PRAGMA user_version = {number}")
    before = stored.read_bytes()
    program_works(active, "store_failed")
    for words in (["record"], ["history"]):
        told = active.run(*words)
        assert told.code == 30 and what in told.err
    assert stored.read_bytes() == before and kept_files(str(stored)) == []


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_D13_ccmon_works_beside_a_lock_that_is_held(active, journal):
    """In WAL reads wait for nobody; a file that is locked against readers too costs history for the moment."""
    assert active.run("record").code == 0
    stored = active.home / ".local/share/ccmon/ccmon.db"
    database(str(stored))
    with closing(sqlite3.connect(str(stored))) as db:
        db.execute(f"PRAGMA journal_mode = {journal}").fetchall()
    with locked(str(stored), "BEGIN EXCLUSIVE"):
        program_works(active, "store_failed")
        told = active.run("history", "--json")
        assert (told.code, len(told.json)) == (0, 1) if journal == "WAL" else told.code == 30
    program_works(active)
    assert kept_files(str(stored)) == []
