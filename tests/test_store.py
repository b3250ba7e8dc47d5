"""The store's rules on a sound file: what is saved, merged and remembered."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_cases import DAY, HOUR, ME, OTHER, T0, block, limit_of, path, saved, store, written_rows  # noqa: F401

from ccmon.model import SESSION_S, Facts, HighWater, Limit
from ccmon.store import open_store

# --- what comes in comes out ---

@pytest.mark.parametrize("given", [
    block(),
    block(cost_usd=None, last=None, models=(), entries=0),
    block(counted=False, input=None, output=None, cache_creation=None, cache_read=None, source="logs"),
    block(models=("claude-opus-4", "claude-sonnet-4.5"), cost_usd=0.000001),
    block(tokens=10 ** 15, cost_usd=123456.654321),
    block(length=0),
])
def test_a_block_comes_back_as_it_was(store, given):
    store.save([given], ME, T0 + 10, limit_of)
    assert saved(store) == [given]
    assert store.records(OTHER) == []


def test_a_cost_beyond_all_measure_is_kept_as_a_number(store):
    store.save([block(cost_usd=1e300)], ME, T0, limit_of)
    assert saved(store)[0].cost_usd == 1e9


def test_the_same_save_again_changes_nothing(store):
    blocks = [block(T0 - DAY), block(T0 - 7 * HOUR, 500), block(T0, 20)]
    assert written_rows(store, lambda: store.save(blocks, ME, T0 + 10, limit_of)) > 0
    assert written_rows(store, lambda: store.save(blocks, ME, T0 + 15, limit_of)) == 0
    assert written_rows(store, lambda: store.save(blocks[::-1], ME, T0 + 20, limit_of)) == 0


def test_owners_do_not_mix(store):
    store.save([block()], ME, T0, limit_of)
    store.save([block(tokens=7)], OTHER, T0, limit_of)
    assert [b.tokens for b in saved(store)] == [1000]
    assert [b.tokens for b in saved(store, OTHER)] == [7]
    assert [r.block.tokens for r in store.records(None)] == [1000, 7]


@pytest.mark.parametrize("ahead, kept", [(60, 1), (61, 0), (DAY, 0)])
def test_blocks_of_the_future_are_not_stored(store, ahead, kept):
    store.save([block(T0 + ahead)], ME, T0, limit_of)
    assert len(saved(store)) == kept


def test_one_start_twice_in_a_fetch_is_one_session(store):
    twice = [block(tokens=50), block(tokens=80), block(tokens=900_000, counted=False)]
    store.save(twice, ME, T0, limit_of)
    assert [b.tokens for b in saved(store)] == [80]
    assert written_rows(store, lambda: store.save(twice[::-1], ME, T0, limit_of)) == 0


# --- the merge rules ---

LATER = T0 + SESSION_S          # the session of T0 is over


@pytest.mark.parametrize("fetched, now, expected", [
    pytest.param(block(tokens=10), LATER - 1, block(tokens=10), id="active: shrinks"),
    pytest.param(block(cost_usd=None), LATER - 1, block(cost_usd=None), id="active: the source has the word"),
    pytest.param(block(tokens=10), LATER, block(), id="completed: never shrinks"),
    pytest.param(block(tokens=1001), LATER, block(tokens=1001), id="completed: grows"),
    pytest.param(block(entries=2), LATER, block(), id="completed: fewer entries"),
    pytest.param(block(entries=4, cost_usd=9.0), LATER, block(entries=4, cost_usd=9.0), id="completed: more entries"),
    pytest.param(block(cost_usd=9.0, source="logs"), LATER, block(), id="completed: another price"),
    pytest.param(block(tokens=9_000, counted=False), LATER - 1, block(), id="active: uncounted"),
    pytest.param(block(tokens=9_000, counted=False), LATER, block(), id="completed: uncounted"),
    pytest.param(block(length=8 * HOUR, tokens=2000), LATER, block(tokens=2000), id="completed: stays completed"),
    pytest.param(block(length=3 * HOUR), LATER, block(), id="completed: another length"),
    pytest.param(block(length=8 * HOUR), LATER - 1, block(length=8 * HOUR), id="active: another length"),
])
def test_the_same_start_again(store, fetched, now, expected):
    store.save([block()], ME, T0, limit_of)
    store.save([fetched], ME, now, limit_of)
    assert saved(store) == [expected]


@pytest.mark.parametrize("name, unknown", [("cost_usd", None), ("cache_creation", None), ("cache_read", None),
                                           ("models", ()), ("last", None)])
def test_a_completed_session_has_its_blanks_filled(store, name, unknown):
    store.save([block(**{name: unknown})], ME, LATER, limit_of)
    store.save([block()], ME, LATER, limit_of)
    assert saved(store) == [block()]
    assert written_rows(store, lambda: store.save([block(**{name: unknown})], ME, LATER, limit_of)) == 0


def test_counts_replace_an_uncounted_total(store):
    store.save([block(tokens=900_000, counted=False)], ME, LATER, limit_of)
    store.save([block()], ME, LATER, limit_of)
    assert saved(store) == [block()]


@pytest.mark.parametrize("shift, now, expected", [
    pytest.param(-600, T0, (T0 - 600, LATER - 600), id="earlier"),
    pytest.param(600, T0 + 600, (T0, LATER), id="later"),
    pytest.param(-600, LATER - 300, (T0 - 600, LATER - 600), id="earlier, over by that"),
    pytest.param(600, LATER, (T0, LATER), id="later, completed"),
])
def test_another_start_of_the_same_session(store, shift, now, expected):
    store.save([block()], ME, T0, limit_of)
    fetched = block(T0 + shift, 1500)
    store.save([fetched], ME, now, limit_of)
    assert [(b.start, b.end, b.tokens) for b in saved(store)] == [(*expected, 1500)]
    assert written_rows(store, lambda: store.save([fetched], ME, now, limit_of)) == 0


def test_an_earlier_start_counts_even_when_the_numbers_do_not(store):
    store.save([block()], ME, LATER, limit_of)
    store.save([block(T0 - 600, tokens=3)], ME, LATER, limit_of)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0 - 600, 1000)]


def test_half_an_overlap_is_another_session(store):
    store.save([block()], ME, T0, limit_of)
    store.save([block(T0 + SESSION_S // 2, 5)], ME, T0 + SESSION_S // 2, limit_of)
    assert [b.tokens for b in saved(store)] == [1000, 5]


def test_a_start_that_the_fetch_names_is_not_taken_for_another(store):
    store.save([block()], ME, T0, limit_of)
    store.save([block(), block(T0 - 600, 7)], ME, T0, limit_of)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0 - 600, 7), (T0, 1000)]


def test_two_blocks_do_not_share_one_row(store):
    store.save([block()], ME, T0, limit_of)
    fetch = [block(T0 + 60, 7), block(T0 + 120, 8)]
    store.save(fetch, ME, T0 + 120, limit_of)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0, 7), (T0 + 120, 8)]
    assert written_rows(store, lambda: store.save(fetch, ME, T0 + 120, limit_of)) == 0


def test_of_two_rows_the_one_that_overlaps_more(store):
    store.save([block(T0, 1), block(T0 + 2 * HOUR, 2)], ME, T0 + 2 * HOUR, limit_of)
    store.save([block(T0 + 100 * 60, 3)], ME, T0 + 2 * HOUR, limit_of)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0, 1), (T0 + 100 * 60, 3)]


# --- forgotten and listed ---

def test_a_forgotten_session_stays_with_its_last_values_and_is_not_listed(store):
    store.save([block()], ME, T0, limit_of)
    assert store.facts(ME, T0).listed == (T0,)
    store.save([], ME, T0 + 60, limit_of)
    assert store.facts(ME, T0 + 60) == Facts((block(),), (), (), None)
    assert written_rows(store, lambda: store.save([], ME, T0 + 61, limit_of)) == 0
    store.save([block()], ME, T0 + 90, limit_of)
    assert store.facts(ME, T0 + 90).listed == (T0,)


def test_a_matched_session_is_listed_under_its_stored_start(store):
    store.save([block()], ME, T0, limit_of)
    store.save([block(T0 + 600)], ME, T0 + 700, limit_of)
    assert store.facts(ME, T0 + 700).listed == (T0,)


def test_completed_sessions_are_not_listed_and_not_unlisted(store):
    store.save([block()], ME, T0, limit_of)
    assert written_rows(store, lambda: store.save([], ME, LATER, limit_of)) == 0
    assert store.facts(ME, LATER).listed == ()


# --- plan and limit ---

def limits(store):
    return [(record.plan, record.limit, record.limit_source) for record in store.records(ME)]


def test_sessions_saved_together_are_judged_by_the_same_record(store):
    store.save([block(T0 - 2 * DAY, 300), block(T0 - DAY, 900), block(T0, 50)], ME, T0, limit_of)
    assert limits(store) == [("custom_max", 900, "high_water"), ("custom_max", 900, "high_water"),
                             ("custom_max", 900, "high_water")]


def test_an_active_session_is_no_record(store):
    store.save([block(tokens=9_000)], ME, T0, limit_of)
    assert limits(store) == [("pro", 7000, "plan")]


def test_a_completed_session_keeps_its_limit_while_its_content_stays(store):
    def flagged(tokens, high):
        return Limit(1, "max5", "flag", "max5")
    store.save([block()], ME, T0, limit_of)
    store.save([block()], ME, LATER, flagged)
    assert limits(store) == [("pro", 7000, "plan")]
    store.save([block(tokens=1001)], ME, LATER, flagged)
    assert limits(store) == [("max5", 1, "flag")]


def test_a_failing_limit_leaves_nothing_behind(store):
    with pytest.raises(ZeroDivisionError):
        store.save([block()], ME, T0, lambda tokens, high: 1 / 0)
    assert saved(store) == []
    store.save([block()], ME, T0, limit_of)
    assert saved(store) == [block()]


# --- high water ---

@pytest.mark.parametrize("blocks, expected", [
    ([], None),
    ([block(T0)], None),
    ([block(T0 - DAY, 0)], None),
    ([block(T0 - DAY, 40), block(T0 - 2 * DAY, 90), block(T0, 500)], HighWater(90, T0 - 2 * DAY, 2)),
    ([block(T0 - DAY, 90), block(T0 - 2 * DAY, 90)], HighWater(90, T0 - 2 * DAY, 2)),
    ([block(T0 - DAY, 900_000, counted=False), block(T0 - 2 * DAY, 90)], HighWater(90, T0 - 2 * DAY, 1)),
    ([block(T0 - DAY, 900_000, counted=False)], HighWater(900_000, T0 - DAY, 1)),
    ([block(T0 - SESSION_S, 5)], HighWater(5, T0 - SESSION_S, 1)),
    ([block(T0 - SESSION_S + 1, 5)], None),
])
def test_high_water_is_the_largest_completed_session(store, blocks, expected):
    store.save(blocks, ME, T0, limit_of)
    store.save([block(T0 - 3 * DAY, 10 ** 6)], OTHER, T0, limit_of)
    assert store.high_water(ME, T0) == expected
    assert store.facts(ME, T0).high_water == expected


# --- any sequence of saves ---

MINUTES = st.integers(0, 40 * 60)
BLOCKS = st.builds(
    lambda at, tokens, entries, counted, hours: block(T0 + at * 60, tokens, hours * HOUR, entries=entries, counted=counted),
    MINUTES, st.integers(0, 50), st.integers(0, 5), st.booleans(), st.sampled_from([5, 5, 5, 1, 8]))
SAVES = st.lists(st.tuples(st.integers(0, 600), st.lists(BLOCKS, max_size=6)), min_size=1, max_size=6)


def stored_by_id(store):
    with closing(sqlite3.connect(store.path)) as db:
        return {row[0]: row[1:] for row in db.execute("SELECT id, start_ts, end_ts, counted, tokens FROM session")}


@settings(max_examples=60, deadline=None)
@given(saves=SAVES)
def test_completed_sessions_never_lose(tmp_path_factory, saves):
    now = T0
    with open_store(str(tmp_path_factory.mktemp("store") / "h.sqlite3"), 1000) as store:
        for later, blocks in saves:
            now += later * 60
            before = stored_by_id(store)
            store.save(blocks, ME, now, limit_of)
            after = stored_by_id(store)
            assert written_rows(store, lambda fetch=blocks, at=now: store.save(fetch, ME, at, limit_of)) == 0
            starts = [start for start, *_ in after.values()]
            assert len(starts) == len(set(starts))
            for row_id, (start, end, counted, tokens) in before.items():
                assert after[row_id][0] <= start
                assert end > now or after[row_id][1] <= now
                assert end > now or after[row_id][2:] >= (counted, tokens)
