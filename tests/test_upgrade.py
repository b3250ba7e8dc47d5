"""Histories of older versions brought to the ledger: what was counted twice is cut anew or set aside, and a copy is kept."""

import sqlite3
from contextlib import closing

import pytest
from commands import HOUR, NOW
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_world import ME, MONDAY, World
from ledger_world import Line as LogLine
from logged import Minute, keep_logs
from store_cases import block, keep

from ccmon.model import Owner
from ccmon.store import connection, reported, rows, schema
from ccmon.store.database import StoreError, open_store
from ccmon.when import SESSION_S

OLD = [step for number, step in schema.STEPS if number < schema.BREAKING]


def old_store(path, sessions=(), minutes=(), hours=(), owner=ME):
    """A history as ccmon 0.1 wrote it; minutes and hours are (epoch s, model, input, output)."""
    with closing(sqlite3.connect(path)) as db, db:
        for step in OLD:
            step(db)
        db.execute("PRAGMA user_version = 105")
        db.execute("INSERT INTO meta VALUES ('host', ?)", (owner.host,))
        db.execute("INSERT INTO owner VALUES (1, ?, ?)", owner)
        for session in sessions:
            db.execute(rows.INSERT, (1, *rows.session_columns(session)))
        for table, found in (("minute", minutes), ("hour", hours)):
            for ts, model, given_, made in found:
                db.execute("INSERT OR IGNORE INTO model (name) VALUES (?)", (model,))
                db.execute(f"INSERT INTO {table} SELECT 1, ?, id, ?, ?, 3, 7 FROM model WHERE name = ?",
                           (ts, given_, made, model))
        db.executemany("INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, ?, 1)",
                       [(session.start, session.start, number + 1) for number, session in enumerate(sessions)])
    return path


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "ccmon.db")


def found(path, now=NOW):
    """Hours from Monday, and tokens, of the sessions."""
    with open_store(path, 1000, now) as store:
        return [((r.block.start - MONDAY) / HOUR, (r.block.end - MONDAY) / HOUR, r.block.tokens) for r in store.records(ME, now)]


def total(path):
    with open_store(path, 1000, NOW) as store:
        return sum(row.input + row.output for row in store.used(ME, 0, 1 << 40))


def aside(path):
    with closing(sqlite3.connect(path)) as db:
        return [one.tokens for one in reported.set_aside(db)]


def at(hour, tokens, length=5):
    return block(MONDAY + round(hour * HOUR), tokens, round(length * HOUR), last=MONDAY + round(hour * HOUR) + 60)


# --- what was counted twice ---------------------------------------------------------------------------------------------------

def test_where_the_minutes_hold_all_the_sessions_are_cut_anew(path):
    """The first of two logs was deleted: 9-14 and 15-20 had become 9-16 with all tokens, beside 15-20."""
    minutes = [(MONDAY + 9 * HOUR, "opus", 1, 1), (MONDAY + 11 * HOUR, "opus", 50, 50), (MONDAY + 15 * HOUR, "opus", 2500, 2500)]
    old_store(path, [at(9, 5100, 7), at(15, 5000)], minutes)
    assert found(path) == [(9, 14, 102), (15, 20, 5000)] and total(path) == 5102


def test_of_sessions_that_merely_overlap_the_fullest_counts(path):
    old_store(path, [at(9, 99), at(11, 5100), at(15, 5000), at(30, 7)])
    assert found(path) == [(11, 16, 5100), (30, 35, 7)] and total(path) == 5107
    assert aside(path) == [99, 5000]


def test_a_session_that_was_given_two_starts_is_as_long_as_one(path):
    old_store(path, [at(9, 5100, 7)])
    assert found(path) == [(11, 16, 5100)]


def test_neighbours_stay(path):
    old_store(path, [at(9.25, 10), at(14, 20), at(19, 30)])
    assert found(path) == [(9.25, 14.25, 10), (14.25, 19, 20), (19, 24, 30)] and aside(path) == []


def test_a_session_of_which_minutes_hold_only_a_part_keeps_the_rest(path):
    old_store(path, [at(9, 1000)], [(MONDAY + 10 * HOUR, "opus", 100, 300), (MONDAY + 40 * HOUR, "opus", 2, 2)])
    assert found(path) == [(9, 14, 1000), (40, 45, 4)] and total(path) == 1004
    with open_store(path, 1000, NOW) as store:
        by_model = {}
        for row in store.used(ME, 0, 1 << 40):
            by_model[row.model] = by_model.get(row.model, 0) + row.input + row.output
    assert by_model == {"opus": 404, None: 600}


def test_hours_of_old_minutes_count_once(path):
    hour = MONDAY + 9 * HOUR
    old_store(path, [at(9, 60)], [(hour + 60, "opus", 5, 5)], [(hour, "opus", 20, 40), (hour - 50 * HOUR, "opus", 1, 1)])
    assert total(path) == 62 and [tokens for _, _, tokens in found(path)] == [2, 60]


def test_what_was_seen_of_a_session_is_what_was_seen_of_its_heir(path):
    old_store(path, [at(9, 100), at(11, 5100)])
    with open_store(path, 1000, NOW) as store, closing(sqlite3.connect(path)) as db:
        assert store.records(ME, NOW) and db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM snapshot").fetchone() == (2,)


# --- and reading the logs after it ---------------------------------------------------------------------------------------------

def test_the_logs_that_are_still_there_count_nothing_twice(tmp_path):
    world = World(tmp_path)
    lines = [LogLine(number, (MONDAY + 9 * HOUR + number * 600) * 1000, 10) for number in range(6)]
    minutes = [(line.at_ms // 60_000 * 60, "claude-sonnet-4-5-20250929", line.tokens, line.tokens) for line in lines]
    old_store(world.path, [at(9, 120)], minutes)
    world.write("p/a.jsonl", *lines[2:])                   # the first two are gone
    world.now = NOW + 90 * 86_400
    for _ in range(2):
        world.record()
        assert found(world.path) == [(9, 14, 120)] and total(world.path) == 120
    world.write("p/b.jsonl", *lines[:2])                   # restored
    world.write("p/c.jsonl", LogLine(50, (MONDAY + 10 * HOUR) * 1000, 4), LogLine(51, (MONDAY + 99 * HOUR) * 1000, 1))
    world.record()
    assert found(world.path) == [(9, 14, 128), (99, 104, 2)]


def test_a_message_in_a_minute_that_an_older_version_summed_up_may_be_hidden_by_it_but_never_counts_twice(path):
    old_store(path, [at(9, 20)], [(MONDAY + 9 * HOUR, "opus", 10, 10)])
    with open_store(path, 1000, NOW) as store:
        keep_logs(store, ME, [Minute(MONDAY + 9 * HOUR, "opus", 4, 4, 0, 0)])
    assert total(path) == 20 and found(path) == [(9, 14, 20)]


# --- the file -----------------------------------------------------------------------------------------------------------------

def test_a_copy_of_the_file_is_kept_and_named(path):
    old_store(path, [at(9, 100)])
    with open_store(path, 1000, NOW) as store:
        assert store.get(schema.COPY) == path + ".before-200"
    with closing(sqlite3.connect(path + ".before-200")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (105,)
        assert db.execute("SELECT tokens FROM session").fetchone() == (100,)


def test_a_new_history_needs_no_copy(path):
    with open_store(path, 1000, NOW) as store:
        keep(store, [block()], NOW)
        assert store.get(schema.COPY) is None


def test_an_older_version_keeps_off(path, monkeypatch):
    old_store(path, [at(9, 100)])
    assert found(path)
    before = open(path, "rb").read()
    monkeypatch.setattr(connection, "VERSION", 105)
    with pytest.raises(StoreError, match="was written by a newer ccmon"):
        open_store(path, 1000, NOW)
    assert open(path, "rb").read() == before


def test_a_second_account_is_brought_along(path):
    other = Owner(ME.host, "other")
    old_store(path, [at(9, 100)])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO owner VALUES (2, ?, ?)", other)
        db.execute(rows.INSERT, (2, *rows.session_columns(at(9, 7))))
    assert found(path) == [(9, 14, 100)]
    with open_store(path, 1000, NOW) as store:
        assert [record.block.tokens for record in store.records(other, NOW)] == [7]


SESSIONS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 99), st.sampled_from((5, 5, 7, 3))), max_size=8,
                    unique_by=lambda session: session[0])
MINUTES = st.lists(st.tuples(st.integers(0, 60 * 60), st.sampled_from(("opus", "haiku")), st.integers(0, 9)), max_size=12,
                   unique_by=lambda minute: minute[:2])


@settings(max_examples=examples(30))
@given(SESSIONS, MINUTES)
def test_any_old_history_becomes_one_without_overlaps(tmp_path_factory, sessions, minutes):
    path = str(tmp_path_factory.mktemp("old") / "ccmon.db")
    old_store(path, [at(hour, tokens, length) for hour, tokens, length in sessions],
              [(MONDAY + minute * 60, model, tokens, tokens) for minute, model, tokens in minutes])
    after = found(path)
    assert all(end <= start for (_, end, _), (start, _, _) in zip(after, after[1:]))
    assert all(0 < end - start <= SESSION_S / HOUR for start, end, _ in after)
    assert sum(tokens for _, _, tokens in after) == total(path) >= max([0, *(tokens for _, tokens, _ in sessions)])
    assert total(path) >= sum(2 * tokens for _, _, tokens in minutes)
