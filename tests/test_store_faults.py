"""What the store survives: damage, other databases, locks, any modes."""

import os
import random
import sqlite3
import stat
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_cases import DAY, ME, T0, block, fill, keep, kept_files, tokens_in

from ccmon import migrations
from ccmon.model import SESSION_S
from ccmon.store import Busy, StoreError, open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")

ROOT = str(Path(__file__).resolve().parent.parent)

@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "ccmon" / "history.sqlite3")


# --- modes ---

def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277])
def test_files_are_private_whatever_the_umask(tmp_path, path, mask):
    tmp_path.chmod(0o755)
    with umask(mask), open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        found = {suffix: mode(path + suffix) for suffix in ("", "-wal", "-shm")}
    assert found == {"": 0o600, "-wal": 0o600, "-shm": 0o600}
    assert [mode(folder) for folder in list(Path(path).parents)[:3]] == [0o700, 0o700, 0o755]      # the last was there


@pytest.mark.parametrize("target", ["victim", "absent", "."])
def test_a_planted_link_is_refused(tmp_path, target):
    (tmp_path / "victim").write_text("")
    link = tmp_path / "history.sqlite3"
    link.symlink_to(tmp_path / target)
    with pytest.raises(StoreError, match="is a link or not a plain file; history is off until"):
        open_store(str(link), 100, T0)
    assert (tmp_path / "victim").read_text() == ""
    assert sorted(os.listdir(str(tmp_path))) == ["history.sqlite3", "victim"]


# --- damage ---

def overwrite(path, at, data, cut=False):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)
        if cut:
            file.truncate()


NOISE = random.Random(4).getrandbits(8 * 3000).to_bytes(3000, "big")


@pytest.mark.parametrize("damage", [
    pytest.param(lambda path: overwrite(path, 0, b"hi", cut=True), id="2 bytes"),
    pytest.param(lambda path: overwrite(path, 0, b"not a database " * 999, cut=True), id="text"),
    pytest.param(lambda path: overwrite(path, 0, NOISE, cut=True), id="noise"),
    pytest.param(lambda path: overwrite(path, 100, NOISE[:900]), id="schema page"),
    pytest.param(lambda path: overwrite(path, 4096, b"", cut=True), id="truncated"),
])
def test_a_damaged_file_is_kept_and_a_new_one_begun(path, damage):
    fill(path)
    damage(path)
    before = Path(path).read_bytes()
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        kept, = kept_files(path)
        assert kept in store.trouble
        assert store.facts(ME, T0).trouble == store.trouble
        told = store.trouble
    assert Path(kept).read_bytes() == before
    assert mode(path) == 0o600
    with open_store(path, 1000, T0) as again:
        assert again.trouble is None
        assert [again.facts(ME, now).trouble for now in (T0 - DAY, T0 + 60, T0 + DAY - 1, T0 + DAY)] == [told] * 3 + [None]
        assert keep(again, [block(tokens=5)], T0 + 60).trouble == told
    assert tokens_in(path) == [5]


def test_only_the_newest_damage_is_told(path):
    for number, now in enumerate([T0, T0 + 3 * DAY]):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(b"broken %d" % number * 200)
        open_store(path, 1000, now).close()
        with open_store(path, 1000, now) as store:
            assert kept_files(path)[number] in store.facts(ME, now + 60).trouble


def test_an_empty_file_is_a_new_store(path):
    os.makedirs(os.path.dirname(path))
    open(path, "w").close()
    with open_store(path, 1000, T0) as store:
        assert (store.trouble, store.records(None, T0)) == (None, [])


@pytest.mark.parametrize("work", [
    pytest.param(lambda store: keep(store, [block(tokens=5)], T0), id="save"),
    pytest.param(lambda store: store.facts(ME, T0), id="facts"),
    pytest.param(lambda store: store.records(ME, T0), id="records"),
])
def test_damage_in_the_middle_is_met_by_any_statement(path, work):
    fill(path, 300)
    overwrite(path, 4096, NOISE * ((os.path.getsize(path) - 4096) // 3000))
    with open_store(path, 1000, T0) as store:
        assert store.trouble is None                   # the first page is sound: nothing to see at the door
        work(store)
        assert kept_files(path)[0] in store.trouble
        with open_store(path, 1000, T0) as another:
            assert another.facts(ME, T0).trouble == store.trouble
        keep(store, [block(tokens=5)], T0)
    assert tokens_in(path) == [5]


def test_each_damaged_file_has_its_own_name(path):
    for number in (1, 2, 3):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(b"broken %d" % number * 200)
        os.utime(path, (T0, T0))
        open_store(path, 1000, T0).close()
    assert [os.path.basename(name).split(".corrupt-")[1] for name in kept_files(path)] == [
        "20250615-150640", "20250615-150640-1", "20250615-150640-2"]


def test_the_companions_of_a_damaged_file_are_kept_too(path):
    os.makedirs(os.path.dirname(path))
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).write_bytes(b"broken" * 1000)
    fill(path)
    kept, = kept_files(path)
    assert [Path(kept + suffix).read_bytes() for suffix in ("", "-wal")] == [b"broken" * 1000] * 2
    assert os.path.exists(kept + "-shm")
    assert tokens_in(path) == [1]


def test_a_store_that_another_process_renewed_is_followed(path):
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        os.rename(path, path + ".away")
        keep(store, [block(tokens=5)], T0)
        assert tokens_in(path) == [5]
        assert store.trouble is None


# --- other databases ---

def database(path, *statements):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize("statements, sentence", [
    (["PRAGMA user_version = 200"], r"was written by a newer ccmon \(schema 200, this one knows 104\); history is off; upgrade"),
    (["CREATE TABLE session (a)", "PRAGMA user_version = 317"], r"newer ccmon \(schema 317"),
    (["CREATE TABLE session (a)"], "is a database of another program"),
    (["PRAGMA user_version = 99"], "is a database of another program"),
    (["PRAGMA user_version = -1"], "is a database of another program"),
])
def test_a_database_that_is_not_ours_is_left_alone(path, statements, sentence):
    database(path, "CREATE TABLE precious (a)", *statements)
    before = Path(path).read_bytes()
    with pytest.raises(StoreError, match=sentence) as caught:
        open_store(path, 1000, T0)
    assert path in str(caught.value)
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_a_higher_additive_schema_is_used_as_it_is(path):
    fill(path)
    database(path, "ALTER TABLE session ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
             "ALTER TABLE snapshot ADD COLUMN mood TEXT", "ALTER TABLE owner ADD COLUMN mood TEXT",
             "CREATE TABLE extra (a)", "PRAGMA user_version = 104")
    with open_store(path, 1000, T0) as store:
        keep(store, [block(), block(T0 + SESSION_S, 9)], T0 + SESSION_S)
        store.put("a", "b")
        assert [b.tokens for b in store.facts(ME, T0 + SESSION_S).blocks] == [1000, 9]
        assert store._db.execute("PRAGMA user_version").fetchone()[0] == 104


def test_a_step_is_taken_once_and_a_failing_one_not_at_all(path, monkeypatch):
    fill(path)

    def add_mood(db):
        db.execute("ALTER TABLE session ADD COLUMN mood TEXT")
    released, last = migrations.STEPS, migrations.VERSION
    monkeypatch.setattr(migrations, "VERSION", last + 2)
    monkeypatch.setattr(migrations, "STEPS", (*released, (last + 1, add_mood), (last + 2, add_mood)))
    with pytest.raises(StoreError, match="duplicate column name: mood.*history is off"):
        open_store(path, 1000, T0)
    monkeypatch.setattr(migrations, "STEPS", (*released, (last + 1, add_mood), (last + 2, lambda db: None)))
    for _ in range(2):
        assert tokens_in(path) == [1]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == last + 2
        assert "mood" in [row[1] for row in db.execute("PRAGMA table_info(session)")]


@pytest.mark.parametrize("steps", range(1, len(migrations.STEPS)))
def test_every_released_schema_is_brought_up_to_date(path, monkeypatch, steps):
    with monkeypatch.context() as old:
        old.setattr(migrations, "STEPS", migrations.STEPS[:steps])
        old.setattr(migrations, "VERSION", migrations.STEPS[-1][0])
        fill(path)
    with open_store(path, 1000, T0) as store:
        assert tokens_in(path) == [1]
        store.settle(ME, lambda ledger: ("ledger", [(18_000, T0, 37.0, T0 + 60)]))
        assert store.ledger(ME) == "ledger"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION
        assert db.execute("SELECT window_s, ts, percent, resets_at FROM reading").fetchall() == [(18_000, T0, 37.0, T0 + 60)]


# --- locks ---

@contextmanager
def locked(path, begin="BEGIN IMMEDIATE"):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(begin)
        yield


def test_a_held_lock_costs_the_moment_and_nothing_else(path):
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


@pytest.mark.parametrize("is_new", [True, False])
def test_locked_is_not_empty_and_not_old(path, is_new):
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
