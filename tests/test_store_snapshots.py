"""What the store reads back: snapshots, facts, records, and the shape of the file."""

import sqlite3
from contextlib import closing

import pytest
from store_cases import DAY, HOUR, ME, OTHER, T0, add_snapshots, block, keep, limit_of, path, snapshots, store, written_rows  # noqa: F401

from ccmon.model import Sample, StoredFacts
from ccmon.store import connection, schema
from ccmon.store.present import SAMPLES_MAX
from ccmon.store.reported import HEARTBEAT_S
from ccmon.usage import compute
from ccmon.when import SESSION_S

# --- snapshots ---

def test_a_snapshot_is_a_row_per_change(store):
    for at, shown in [(0, []), (60, []), (120, [block(tokens=10)]), (180, [block(tokens=10)]), (240, [block(tokens=30)])]:
        facts = keep(store, shown, T0 + at)
    assert facts.samples == store.facts(ME, T0 + 300).samples == (
        Sample(T0, T0, None, 0), Sample(T0 + 120, T0 + 120, T0, 10), Sample(T0 + 240, T0 + 240, T0, 30))


@pytest.mark.parametrize("shown", [[], [block()]])
def test_an_unchanged_snapshot_only_beats_now_and_then(store, shown):
    keep(store, shown, T0)
    assert written_rows(store, lambda: keep(store, shown, T0 + HEARTBEAT_S)) == 0
    assert written_rows(store, lambda: keep(store, shown, T0 + HEARTBEAT_S + 1)) == 1
    assert [row[:2] for row in snapshots(store)] == [(T0, T0 + HEARTBEAT_S + 1)]


@pytest.mark.parametrize("changed", [dict(cost_usd=2.0), dict(cache_read=10), dict(input=1, output=999),
                                     dict(cache_creation=6)])
def test_any_number_makes_a_change(store, changed):
    for at, shown in enumerate([block(), block(**changed)]):
        keep(store, [shown], T0 + at)
    assert len(snapshots(store)) == 2


def test_a_snapshot_names_the_session_as_it_is_stored(store):
    keep(store, [block()], T0)
    keep(store, [block(T0 + 900, 2000)], T0 + 1000)
    assert store.facts(ME, T0 + 1000).samples == (Sample(T0, T0, T0 + 900, 1000), Sample(T0 + 1000, T0 + 1000, T0 + 900, 2000))
    keep(store, [block(T0 - 900, 2001)], T0 + 1100)
    assert [sample.session for sample in store.facts(ME, T0 + 1100).samples] == [T0 - 900] * 3


def test_a_total_that_cannot_be_compared_is_not_observed(store):
    keep(store, [block()], T0)
    keep(store, [block(tokens=99_999, counted=False)], T0 + 60)
    assert [(ts, tokens) for ts, _, _, tokens in snapshots(store)] == [(T0, 1000)]


@pytest.mark.parametrize("first, expected", [(0, T0 - SESSION_S), (1, T0)])
def test_the_active_session_is_the_first_of_those_that_are(store, monkeypatch, first, expected):
    monkeypatch.setattr(compute, "active", lambda blocks, listed, now: blocks[first:])
    facts = keep(store, [block(T0 - SESSION_S), block()], T0)
    assert [sample.session for sample in facts.samples] == [expected]


def test_two_snapshots_in_one_second_are_one(store):
    for tokens in (10, 20):
        keep(store, [block(tokens=tokens)], T0)
    assert [(ts, tokens) for ts, _, _, tokens in snapshots(store)] == [(T0, 20)]


# --- facts ---

def test_facts_of_an_unknown_owner_are_empty(store):
    keep(store, [block()], T0, OTHER)
    assert store.facts(ME, T0) == StoredFacts()


@pytest.mark.parametrize("stored, found", [((1, 12, 3, 7, 9), [7, 3, 1]), ((40, 30), [30])])
def test_facts_hold_eight_days_by_start_and_the_newest_block(store, stored, found):
    keep(store, [block(T0 - days * DAY) for days in stored], T0)
    assert [b.start for b in store.facts(ME, T0).blocks] == [T0 - days * DAY for days in found]


@pytest.mark.parametrize("session_start, expected", [(None, T0 - 4200), (T0 - 600, T0 - 4200), (T0 - 2 * HOUR, T0 - 7800)])
def test_samples_reach_back_an_hour_or_to_the_start_and_one_before(store, session_start, expected):
    keep(store, [block(session_start)] if session_start else [], T0)
    add_snapshots(store, range(T0 - 3 * HOUR, T0 + 1, 600))
    found = store.facts(ME, T0).samples
    assert [sample.ts for sample in found] == list(range(expected, T0 + 1, 600))


def test_samples_are_capped_to_the_newest(store):
    keep(store, [block(T0 - 3 * DAY, length=4 * DAY)], T0)
    add_snapshots(store, range(T0 - SAMPLES_MAX - 5, T0 + 5))
    found = store.facts(ME, T0).samples
    assert [found[0].ts, found[-1].ts, len(found)] == [T0 - SAMPLES_MAX + 1, T0, SAMPLES_MAX]


def test_no_question_reads_a_whole_table(store):
    """Every statement of the usual round finds its rows through an index, so that age does not make it slow."""
    keep(store, [block(T0 - HOUR)], T0)
    asked = []
    store._db.set_trace_callback(asked.append)
    keep(store, [block(T0 - HOUR, 2000)], T0 + 1)
    store.facts(ME, T0 + 2)
    store._db.set_trace_callback(None)
    plans = [row[3] for sql in asked if sql.startswith(("SELECT", "UPDATE"))
             for row in store._db.execute("EXPLAIN QUERY PLAN " + sql)]
    assert len(plans) > 10
    assert [plan for plan in plans if plan.startswith("SCAN") and "CONSTANT" not in plan] == []


# --- records, meta, schema ---

def test_records_since(store):
    keep(store, [block(T0 - 2 * DAY), block(T0 - DAY)], T0)
    assert [r.block.start for r in store.records(ME, T0, T0 - DAY)] == [T0 - DAY]
    assert [r.block.start for r in store.records(None, T0, T0 - 2 * DAY + SESSION_S)] == [T0 - DAY]
    assert [r.block.start for r in store.records(None, T0)] == [T0 - 2 * DAY, T0 - DAY]


def test_meta_remembers_and_writes_only_changes(store):
    assert store.get("ccusage") is None
    assert written_rows(store, lambda: store.put("ccusage", "/a")) == 1
    assert written_rows(store, lambda: store.put("ccusage", "/a")) == 0
    assert written_rows(store, lambda: store.put("ccusage", "/b")) == 1
    assert store.get("ccusage") == "/b"


def test_the_shape_of_a_new_file(store):
    with closing(sqlite3.connect(store.path)) as db:
        pragmas = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "auto_vacuum", "user_version")]
    assert pragmas == ["wal", 2, connection.VERSION]
    own = [store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("foreign_keys", "synchronous", "busy_timeout")]
    assert own == [1, 1, 1000]


def test_steps_count_up_and_give_their_reason():
    numbers = [number for number, _ in schema.STEPS]
    assert numbers[0] == 100 and numbers == sorted(set(numbers))
    assert (connection.FIRST, connection.VERSION) == (numbers[0], numbers[-1])
    assert all(step.__doc__.startswith("Because ") for _, step in schema.STEPS)
