"""The history of another machine joins this one: what comes, twice, from any schema, and what is refused."""

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import merge_cases
import pytest
from account_windows import keep_readings
from commands import NOW
from commands import block as answered
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_cases import assert_sound, older
from store_cases import DAY, HOUR, ME, T0, add_snapshots, block, keep

from ccmon.errors import CcmonError, UsageError
from ccmon.model import Limit, Owner
from ccmon.store import connection, learning, ledger, rows, schema
from ccmon.store import copy as store_copy
from ccmon.store import merge as store_merge
from ccmon.store.database import open_store
from ccmon.store.messages import LogMessage
from ccmon.when import SESSION_S

pytestmark = pytest.mark.newest_only
SERVER, LATER = Owner("server", "a1"), T0 + DAY


@pytest.fixture
def ours(tmp_path):
    return str(tmp_path / "ours.db")


@pytest.fixture
def theirs(tmp_path):
    return str(tmp_path / "theirs.db")


def fill(path, blocks, owner=SERVER, now=LATER):
    with open_store(path, 1000, T0) as store:
        keep(store, blocks, now, owner)


def merge(ours, theirs, now=LATER):
    return merge_cases.merge(ours, theirs, now)


def sessions(path, owner=None):
    with open_store(path, 1000, T0) as store:
        return [(r.host, r.block.start, r.block.tokens) for r in store.records(owner, T0)]


def contents(path):
    """All rows but the notes."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'note'")]
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def said(number, at, tokens=2):
    """A message."""
    return LogMessage(at * 1000, number, number, 7, "opus", "-p", tokens - 1, 1, 1, 0, 1, 1000)


def everything(path, owner=SERVER):
    """A history with rows of every kind, also such as are thinned."""
    fill(path, [block(T0), block(T0 + 6 * HOUR, 700)], owner)
    with open_store(path, 1000, T0) as store:
        keep_readings(store, owner, [(18_000, T0 + 5, 37.0, T0 + HOUR), (604_800, T0 + 5, 4.5, T0 + DAY)])
        store.change_owner(owner, lambda db, n: ledger.count(db, n, [said(number, T0 + 60 * number) for number in range(90)]))
        store.change_owner(owner, lambda db, n: ledger.finish(db, n, [], LATER, True))
        store.change_owner(owner, lambda db, n: learning.note_hit(db, n, T0 + 9, T0 + 60))
        store.change_owner(owner, lambda db, n: db.execute(f"INSERT INTO limit_event VALUES ({n}, {T0 + 9}, 'session', '', 0)"))
        add_snapshots(store, range(T0, T0 + 600, 7))


# --- what comes ---

def test_another_machine_comes_with_all_it_has_and_once_only(ours, theirs):
    fill(ours, [block(tokens=5)], ME)
    everything(theirs)
    assert merge(ours, theirs) == [("server", 2, 3, 90, 87)]
    assert sessions(ours) == [("laptop", T0, 5), ("server", T0, 1000), ("server", T0 + 6 * HOUR, 700)]
    with open_store(ours, 1000, LATER) as store:
        assert (store.facts(ME, LATER).high_water.tokens, store.read_owner(SERVER, rows.ledger, None)) == (5, None)
        assert sum(row.input + row.output for row in store.used(None, 0, 2 ** 40) if row.host == "server") == 1700
        assert {row.project for row in store.used(None, 0, 2 ** 40) if row.host == "server"} == {"-p", None}
        assert sum(row.input + row.output for row in store.used(ME, 0, 2 ** 40)) == 5
    before = contents(ours)
    assert merge(ours, theirs) == [] and contents(ours) == before


@pytest.mark.parametrize("age", [DAY, 20 * DAY, 91 * DAY, 500 * DAY])
def test_twice_brings_nothing_at_any_age_and_after_any_thinning(ours, theirs, age):
    everything(theirs)
    for now in (T0 + age, T0 + age + HOUR, T0 + age + 100 * DAY):
        came = merge(ours, theirs, now)
        assert bool(came) == (now == T0 + age)
        with open_store(ours, 1000, now) as store:
            while not store.maintain(now, 60, 0):
                pass
    with open_store(ours, 1000, now) as store, open_store(theirs, 1000, now) as other:
        assert [row[:6] for row in store.used(None, 0, 2 ** 40)] == [row[:6] for row in other.used(None, 0, 2 ** 40)]


def test_what_grew_since_comes_alone(ours, theirs):
    fill(theirs, [block()])
    merge(ours, theirs)
    fill(theirs, [block(), block(T0 + 6 * HOUR, 9)])
    with open_store(theirs, 1000, T0) as store:
        keep_readings(store, SERVER, [(18_000, LATER, 1.0, LATER + HOUR)])
    assert merge(ours, theirs) == [("server", 1, 1, 0, 0)]
    assert len(sessions(ours)) == 2


def test_a_backup_of_this_machine_fills_the_gap_and_shrinks_nothing(ours, theirs):
    fill(ours, [block(T0 - DAY, 300), block(T0, 50)], ME)
    shutil.copy(ours, theirs)
    os.unlink(ours)
    fill(ours, [block(T0, 900), block(T0 + 6 * HOUR, 7)], ME, LATER + HOUR)
    assert merge(ours, theirs, LATER + HOUR)[0][:2] == ("laptop", 1)
    assert sessions(ours, ME) == [("laptop", T0 - DAY, 300), ("laptop", T0, 900), ("laptop", T0 + 6 * HOUR, 7)]
    with open_store(ours, 1000, T0) as store:
        assert store.facts(ME, LATER + HOUR).high_water.tokens == 900


@pytest.mark.parametrize("known, told, expected", [
    pytest.param(block(), block(tokens=10), block(), id="fewer tokens"),
    pytest.param(block(), block(tokens=2000), block(tokens=2000), id="more tokens"),
    pytest.param(block(), block(entries=9), block(entries=9), id="more entries"),
    pytest.param(block(cost_usd=None), block(), block(), id="a blank is filled"),
    pytest.param(block(), block(T0 - 600, 5), block(), id="told with an earlier start"),
    pytest.param(block(), block(T0 + 600, 5000), block(T0, 5000, last=T0 + 660), id="told with a later start"),
    pytest.param(block(), block(tokens=90_000, counted=False), block(), id="a bare total"),
])
def test_one_session_of_both_keeps_the_most(ours, theirs, known, told, expected):
    fill(ours, [known], ME)
    fill(theirs, [told], ME)
    for _ in range(2):
        merge(ours, theirs)
        with open_store(ours, 1000, T0) as store:
            assert [record.block for record in store.records(ME, LATER)] == [expected]


@pytest.mark.parametrize("more, plan", [(True, "max20"), (False, "custom_max")])
def test_the_plan_comes_with_the_numbers_it_was_noted_for(ours, theirs, more, plan):
    fill(ours, [block()], ME)
    with open_store(theirs, 1000, T0) as store:
        keep(store, [block(tokens=2000 if more else 20)], LATER, ME, lambda *_: Limit(140_000, "max20", "flag", "max20"))
    merge(ours, theirs)
    with open_store(ours, 1000, T0) as store:
        assert [record.plan for record in store.records(ME, LATER)] == [plan]


def test_a_running_session_of_this_machine_is_not_taken_back(ours, theirs):
    fill(theirs, [block(tokens=10)], ME, T0 + 60)
    fill(ours, [block(tokens=500)], ME, T0 + 600)
    merge(ours, theirs, T0 + 700)
    with open_store(ours, 1000, T0) as store:
        facts = store.facts(ME, T0 + 700)
        assert ([b.tokens for b in facts.blocks], facts.listed) == ([500], (T0,))
        assert [(s.ts, s.tokens) for s in facts.samples] == [(T0 + 60, 10), (T0 + 600, 500)]


@pytest.mark.parametrize("tokens, came", [(900, 0), (1000, 0), (1200, 1)])
def test_snapshots_of_one_second_keep_the_most(ours, theirs, tokens, came):
    fill(ours, [block()], ME, T0 + 60)
    fill(theirs, [block(tokens=tokens)], ME, T0 + 60)
    assert sum(part[4] for part in merge(ours, theirs, T0 + 120)) == came
    with open_store(ours, 1000, T0) as store:
        assert [sample.tokens for sample in store.facts(ME, T0 + 120).samples] == [max(1000, tokens)]


def test_what_is_less_than_the_one_kept_of_its_minute_or_hour_is_not_new(ours, theirs):
    """A backup of the time before: of its half hour another row stayed than of ours."""
    fill(ours, [block()], ME)
    shutil.copy(ours, theirs)
    for path, until in ((ours, 3000), (theirs, 1500)):
        with closing(sqlite3.connect(path)) as db, db:
            db.executemany("INSERT OR REPLACE INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, 1, ?)",
                           [(T0 + at, T0 + at, at) for at in range(0, until, 7)])
    for now in (T0 + 3 * DAY, T0 + 100 * DAY):
        with open_store(ours, 1000, now) as store:
            while not store.maintain(now, 60, 0):
                pass
        assert merge(ours, theirs, now) == []


def test_what_lies_ahead_of_the_clock_does_not_come(ours, theirs):
    fill(theirs, [block(), block(T0 + 2 * DAY, 3)], now=T0 + 2 * DAY)
    merge(ours, theirs, LATER)
    assert sessions(ours) == [("server", T0, 1000)]
    merge(ours, theirs, T0 + 3 * DAY)
    assert len(sessions(ours)) == 2


def test_three_machines_through_one(ours, theirs, tmp_path):
    """The server's file holds the laptop's history too, which comes along; and back it brings nothing."""
    fill(ours, [block(tokens=5)], ME)
    fill(theirs, [block(tokens=6)])
    fill(theirs, [block(T0 + 6 * HOUR, 8)], Owner("server", "b2"))
    merge(theirs, ours)
    third = str(tmp_path / "third.db")
    fill(third, [block(tokens=7)], Owner("mac", "c3"))
    assert [came[:2] for came in merge(third, theirs)] == [("laptop", 1), ("server", 2)]
    assert merge(theirs, ours) == [] and [came[0] for came in merge(ours, third)] == ["mac", "server"]


MINUTES = st.integers(0, 30 * 60)
BLOCKS = st.builds(lambda at, tokens, entries: block(T0 + at * 60, tokens, entries=entries),
                   MINUTES, st.integers(1, 50), st.integers(0, 5))
BOTH = st.tuples(st.lists(BLOCKS, max_size=7), st.lists(BLOCKS, max_size=7))


@settings(max_examples=examples(50), deadline=None)
@given(both=BOTH)
def test_any_two_histories_of_one_owner(tmp_path_factory, both):
    folder, now = tmp_path_factory.mktemp("merge"), T0 + 10 * DAY
    ours, theirs = str(folder / "ours.db"), str(folder / "theirs.db")
    for path, blocks in zip((ours, theirs), both):
        fill(path, blocks, ME, now)
    most = max(sum(tokens for _, _, tokens in sessions(path)) for path in (ours, theirs))
    merge(ours, theirs, now)
    after = contents(ours)
    assert_sound(ours)
    assert merge(ours, theirs, now) == [] and contents(ours) == after
    assert sum(tokens for _, _, tokens in sessions(ours)) >= most


# --- files as they are found ---

def tree(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


@pytest.mark.parametrize("version", [number for number, _ in schema.STEPS if number < 200])
def test_every_released_schema_is_read_and_stays_as_it_was(ours, tmp_path, version):
    folder = tmp_path / "old"
    folder.mkdir()
    older(str(folder / "ccmon.db"), SERVER, [block()], version=version)
    before = tree(folder)
    assert merge(ours, str(folder / "ccmon.db"))[0][:2] == ("server", 1)
    assert tree(folder) == before


def test_a_higher_additive_schema_is_read(ours, theirs):
    fill(theirs, [block()])
    with closing(sqlite3.connect(theirs)) as db, db:
        db.execute("ALTER TABLE session ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")
        db.execute("CREATE TABLE extra (a)")
        db.execute(f"PRAGMA user_version = {connection.VERSION + 5}")
    assert merge(ours, theirs)[0][:2] == ("server", 1)


@contextmanager
def in_use(path):
    """Rows that are only in the -wal, of a process that was killed."""
    killed = path + ".killed"
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], LATER, SERVER)
        for suffix in ("", "-wal"):
            shutil.copy(path + suffix, killed + suffix)
        yield killed


@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_only_in_the_journal_comes_and_nothing_is_written_beside_it(ours, tmp_path, read_only):
    with in_use(str(tmp_path / "theirs.db")) as path:
        folder = tmp_path / "disk"
        folder.mkdir()
        for suffix in ("", "-wal"):
            os.rename(path + suffix, str(folder / "ccmon.db") + suffix)
        before = tree(folder)
        os.chmod(str(folder), 0o555 if read_only else 0o755)
        assert merge(ours, str(folder / "ccmon.db"))[0][:2] == ("server", 1)
        assert tree(folder) == before


def test_a_history_that_others_write_to_can_be_read(ours, theirs):
    with open_store(theirs, 1000, T0) as store:
        keep(store, [block()], LATER, SERVER)
        assert merge(ours, theirs)[0][:2] == ("server", 1)
        keep(store, [block(), block(T0 + 6 * HOUR)], LATER + 60, SERVER)
        assert merge(ours, theirs, LATER + 60)[0][:2] == ("server", 1)


def broken(path):
    fill(path, [block(T0 + n * SESSION_S) for n in range(300)], now=T0 + 400 * SESSION_S)
    data = bytearray(Path(path).read_bytes())
    data[4096 * 2:4096 * 6] = b"broken" * 2731 + b"no"
    Path(path).write_bytes(data)


def database(*statements):
    def make(path):
        with closing(sqlite3.connect(path)) as db, db:
            for statement in statements:
                db.execute(statement)
    return make


def ours_with(*statements):
    def make(path):
        fill(path, [block()])
        database(*statements)(path)
    return make


REFUSED = [
    pytest.param(lambda path: None, UsageError, "cannot be read (No such file or directory)", id="missing"),
    pytest.param(os.mkdir, UsageError, "is a folder", id="folder"),
    pytest.param(os.mkfifo, UsageError, "is not a plain file", id="pipe"),
    pytest.param(lambda path: Path(path).write_text("tokens,cost\n1,2\n"), UsageError, "is not a history of ccmon", id="text"),
    pytest.param(lambda path: Path(path).touch(), UsageError, "is not a history of ccmon", id="empty"),
    pytest.param(database("CREATE TABLE session (a)"), UsageError, "is not a history of ccmon", id="foreign"),
    pytest.param(database("CREATE TABLE a (a)", "PRAGMA user_version = 101"), UsageError, "is not a history", id="like ours"),
    pytest.param(ours_with("PRAGMA user_version = 300"), CcmonError, "newer ccmon (schema 300", id="newer"),
    pytest.param(broken, CcmonError, "is damaged", id="damaged"),
    pytest.param(lambda path: Path(path).write_bytes(b"SQLite format 3\0" + b"x" * 9000), CcmonError, "is damaged", id="header"),
    pytest.param(ours_with("UPDATE session SET tokens = 'many'"), CcmonError, "is damaged (1 row of session without whole",
                 id="texts for numbers"),
    pytest.param(ours_with("UPDATE session SET owner_id = 77"), CcmonError, "a row of session without its owner", id="loose"),
    pytest.param(ours_with("UPDATE session SET models = CAST(x'ff' AS TEXT)"), CcmonError, "is damaged (Could not decode",
                 id="no utf-8"),
]


@pytest.mark.parametrize("make, error, sentence", REFUSED)
def test_what_cannot_be_merged_is_refused_in_a_sentence(ours, theirs, make, error, sentence):
    fill(ours, [block(tokens=5)], ME)
    make(theirs)
    before = contents(ours)
    with pytest.raises(CcmonError) as caught:
        merge(ours, theirs)
    assert type(caught.value) is error and str(caught.value).startswith(theirs + " ") and sentence in str(caught.value)
    assert "\n" not in str(caught.value) and contents(ours) == before


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_itself_is_refused(ours, theirs, link):
    fill(ours, [block()], ME)
    if link:
        link(ours, theirs)
    with pytest.raises(UsageError, match="is the history of this machine itself"):
        merge(ours, theirs if link else ours)


def test_a_merge_that_fails_in_the_middle_leaves_nothing(ours, theirs):
    fill(ours, [block(tokens=5)], ME)
    everything(theirs)
    before = contents(ours)
    with store_copy.copied(theirs, ours) as copy, store_merge.opened(copy, theirs, LATER) as other:
        other.db.execute("DROP TABLE snapshot")                      # what is read last
        with open_store(ours, 1000, T0) as store, pytest.raises(CcmonError, match=r"theirs.db is damaged \(no such table"):
            store.change(lambda db: store_merge.merge(db, other, LATER))
    assert contents(ours) == before and not list(Path(ours).parent.glob("*.corrupt-*"))


def test_a_file_that_never_stays_still_is_given_up(ours, theirs, monkeypatch):
    fill(theirs, [block()])
    stamps = iter(range(10 ** 6))
    monkeypatch.setattr(store_copy, "_stamps", lambda path: next(stamps))
    monkeypatch.setattr(store_copy, "_ATTEMPTS", 2)
    with pytest.raises(CcmonError, match="is being written all the time"):
        merge(ours, theirs)


def test_the_command_says_what_came_and_then_that_nothing_is_new(machine, theirs):
    machine.answers([answered(NOW - HOUR, 700)])
    assert machine.run("record").code == 0
    everything(theirs, Owner("old-laptop\x1b[31m", "a1"))
    told = machine.run("merge", theirs)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("2 sessions, 3 readings, ") and told.out.endswith(" of host old-laptop[31m\n")
    assert machine.run("merge", theirs)[:2] == (0, "nothing new\n")
    assert {row["host"] for row in machine.run("history", "--json", "--host", "all").json} >= {"old-laptop[31m"}


@pytest.mark.parametrize("words, code, sentence", [
    (["merge", "/nonexistent/ccmon.db"], 2, "cannot be read (No such file or directory)"), (["merge", "/"], 2, "is a folder"),
    (["merge", "/etc/passwd"], 2, "is not a history of ccmon"), (["merge"], 2, "FILE")])
def test_the_command_refuses_in_one_line(machine, words, code, sentence):
    told = machine.run(*words)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1) and sentence in told.err


def test_the_command_with_a_held_store_merges_nothing(machine, theirs):
    fill(theirs, [block()])
    assert machine.run("record").code == 0
    stored = str(machine.home / ".local/share/ccmon/ccmon.db")
    with closing(sqlite3.connect(stored, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        told = machine.run("merge", theirs)
    assert told.code == 30 and "is held by another program: nothing was merged" in told.err
    assert machine.run("merge", theirs, HOME="/nonexistent").code == 30
