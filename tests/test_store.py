"""The store's rules on a sound file: what is saved, merged and remembered."""

import sqlite3
from contextlib import closing

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from store_cases import DAY, HOUR, ME, OTHER, T0, block, keep, limit_of, path, saved, store, written_rows  # noqa: F401

from ccmon.model import HighWater, Limit, Owner, Sample, StoredFacts
from ccmon.store import reported
from ccmon.store.database import open_store
from ccmon.usage import compute, utilization
from ccmon.when import SESSION_S

# --- what comes in comes out ---

@pytest.mark.parametrize("given", [
    block(),
    block(cost_usd=None, last=None, models=(), entries=0),
    block(counted=False, input=None, output=None, cache_creation=None, cache_read=None, source="logs"),
    block(models=("claude-opus-4", "claude-sonnet-4.5"), cost_usd=0.000001),
    block(tokens=10 ** 15, cost_usd=123456.654321),
    block(length=HOUR),
])
def test_a_block_comes_back_as_it_was(store, given):
    keep(store, [given], T0 + 10)
    assert saved(store) == [given]
    assert store.records(OTHER, T0) == []


def test_a_cost_beyond_all_measure_is_kept_as_a_number(store):
    keep(store, [block(cost_usd=1e300)], T0)
    assert saved(store)[0].cost_usd == 1e9


def test_the_same_save_again_changes_nothing(store):
    blocks = [block(T0 - DAY), block(T0 - 7 * HOUR, 500), block(T0, 20)]
    assert written_rows(store, lambda: keep(store, blocks, T0 + 10)) > 0
    assert written_rows(store, lambda: keep(store, blocks, T0 + 15)) == 0
    assert written_rows(store, lambda: keep(store, blocks[::-1], T0 + 20)) == 0


def test_owners_do_not_mix(store):
    keep(store, [block()], T0)
    keep(store, [block(tokens=7)], T0, OTHER)
    assert [b.tokens for b in saved(store)] == [1000]
    assert [b.tokens for b in saved(store, OTHER)] == [7]
    assert [r.block.tokens for r in store.records(None, T0)] == [1000, 7]


@pytest.mark.parametrize("ahead, kept", [(60, 1), (61, 0), (DAY, 0)])
def test_blocks_of_the_future_are_not_stored(store, ahead, kept):
    keep(store, [block(T0 + ahead)], T0)
    assert len(saved(store)) == kept


def test_one_start_twice_in_a_fetch_is_one_session(store):
    twice = [block(tokens=50), block(tokens=80), block(tokens=900_000, counted=False)]
    keep(store, twice, T0)
    assert [b.tokens for b in saved(store)] == [80]
    assert written_rows(store, lambda: keep(store, twice[::-1], T0)) == 0


def test_of_one_start_told_twice_the_one_that_runs(store):
    twice = [block(tokens=50, length=HOUR), block(tokens=20)]
    for fetch in (twice, twice[::-1]):
        assert keep(store, fetch, T0 + 2 * HOUR).listed == (T0,)
        assert saved(store) == [block(tokens=20)]


# --- the merge rules ---

LATER = T0 + SESSION_S          # the session of T0 is over


@pytest.mark.parametrize("fetched, now, expected", [
    pytest.param(block(tokens=10), LATER - 1, block(), id="active: never shrinks"),
    pytest.param(block(tokens=1001, cost_usd=None), LATER - 1, block(tokens=1001, cost_usd=None), id="active: grows"),
    pytest.param(block(tokens=10), LATER, block(), id="completed: never shrinks"),
    pytest.param(block(tokens=1001), LATER, block(tokens=1001), id="completed: grows"),
    pytest.param(block(entries=2), LATER, block(), id="completed: fewer entries"),
    pytest.param(block(entries=4, cost_usd=9.0), LATER, block(entries=4, cost_usd=9.0), id="completed: more entries"),
    pytest.param(block(cost_usd=9.0, source="logs"), LATER, block(), id="completed: another price"),
    pytest.param(block(tokens=9_000, counted=False), LATER - 1, block(), id="active: uncounted"),
    pytest.param(block(tokens=9_000, counted=False), LATER, block(), id="completed: uncounted"),
    pytest.param(block(length=3 * HOUR), LATER, block(), id="completed: another length"),
    pytest.param(block(length=8 * HOUR, tokens=9), LATER, block(), id="completed: no, it runs, and has less"),
    pytest.param(block(length=8 * HOUR), LATER - 1, block(), id="active: longer than any session"),
    pytest.param(block(length=3 * HOUR), LATER - 1, block(length=3 * HOUR), id="active: over already"),
])
def test_the_same_start_again(store, fetched, now, expected):
    keep(store, [block()], T0)
    keep(store, [fetched], now)
    assert saved(store) == [expected]


@pytest.mark.parametrize("name, unknown", [("cost_usd", None), ("cache_creation", None), ("cache_read", None),
                                           ("models", ()), ("last", None)])
def test_a_completed_session_has_its_blanks_filled(store, name, unknown):
    keep(store, [block(**{name: unknown})], LATER)
    keep(store, [block()], LATER)
    assert saved(store) == [block()]
    assert written_rows(store, lambda: keep(store, [block(**{name: unknown})], LATER)) == 0


def test_counts_replace_an_uncounted_total(store):
    keep(store, [block(tokens=900_000, counted=False)], LATER)
    keep(store, [block()], LATER)
    assert saved(store) == [block()]


@pytest.mark.parametrize("shift, now, expected", [
    pytest.param(-900, T0, (T0 - 900, LATER - 900), id="earlier"),
    pytest.param(900, T0 + 900, (T0 + 900, LATER + 900), id="later"),
    pytest.param(-900, LATER - 300, (T0 - 900, LATER - 900), id="earlier, over by that"),
    pytest.param(900, LATER, (T0 + 900, LATER + 900), id="later, and not over"),
    pytest.param(900, LATER + 900, (T0 + 900, LATER + 900), id="later, completed, with more"),
])
def test_another_start_of_the_same_session(store, shift, now, expected):
    keep(store, [block()], T0)
    fetched = block(T0 + shift, 1500)
    keep(store, [fetched], now)
    assert [(b.start, b.end, b.tokens) for b in saved(store)] == [(*expected, 1500)]
    assert written_rows(store, lambda: keep(store, [fetched], now)) == 0


def test_what_is_over_stays_where_it_is(store):
    keep(store, [block()], LATER)
    keep(store, [block(T0 - 600, tokens=3)], LATER)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0, 1000)]


def aside(store):
    with closing(sqlite3.connect(store.path)) as db:
        return [(one.start, one.tokens) for one in reported.set_aside(db)]


def test_of_sessions_that_overlap_the_fullest_counts(store):
    """The first log was removed: what was 9-14 and 15-20 is now said to be 11-16."""
    keep(store, [block(T0, 102), block(T0 + 6 * HOUR, 5000)], T0 + 7 * HOUR - 60)
    recut = block(T0 + 2 * HOUR, 4900)
    facts = keep(store, [recut], T0 + 7 * HOUR - 50)
    assert [(b.start, b.tokens) for b in saved(store)] == [(T0, 102), (T0 + 6 * HOUR, 5000)]
    assert aside(store) == [(T0 + 2 * HOUR, 4900)]
    assert [b.tokens for b in compute.active(facts.blocks, facts.listed, T0 + 7 * HOUR - 50)] == [4900]         # as ccusage says
    keep(store, [block(T0 + 2 * HOUR, 5200)], T0 + 7 * HOUR - 40)
    assert [(b.start, b.end, b.tokens) for b in saved(store)] == [(T0 + 2 * HOUR, T0 + 7 * HOUR, 5200)]
    assert aside(store) == [(T0, 102), (T0 + 6 * HOUR, 5000)]


def test_half_an_overlap_is_another_session_and_the_fullest_counts(store):
    keep(store, [block()], T0)
    keep(store, [block(T0 + SESSION_S // 2, 5)], T0 + SESSION_S // 2)
    assert [b.tokens for b in saved(store)] == [1000] and aside(store) == [(T0 + SESSION_S // 2, 5)]


def test_neighbours_that_overlap_by_minutes_are_both_kept(store):
    keep(store, [block()], T0)
    keep(store, [block(LATER - 900, 5)], LATER)
    assert [(b.start, b.end, b.tokens) for b in saved(store)] == [(T0, LATER, 1000), (LATER, LATER + SESSION_S - 900, 5)]


def test_starts_and_ends_are_whole_quarters_of_an_hour(store):
    keep(store, [block(T0 + 1017, 5), block(T0 + 1017 + SESSION_S + 60, 6)], T0 + 9 * HOUR)
    assert [(b.start, b.end) for b in saved(store)] == [(T0 + 900, LATER + 900), (LATER + 900, LATER + 900 + SESSION_S)]


def test_a_session_reported_with_a_later_start_runs_to_its_new_end(store):
    """ccusage was upgraded in the session, or its first log was removed: 13-18 is now 14-19."""
    keep(store, [block(tokens=1000)], T0)
    moved = block(T0 + HOUR)
    for now, tokens in [(T0 + 4 * HOUR, 1200), (LATER, 1300), (LATER + HOUR - 1, 1400)]:
        facts = keep(store, [block(T0 + HOUR, tokens)], now)
        running = [(b.start, b.end, b.tokens) for b in compute.active(facts.blocks, facts.listed, now)]
        assert running == [(moved.start, moved.end, tokens)]
        assert facts.high_water is None
    facts = keep(store, [block(T0 + HOUR, 1500)], LATER + HOUR)
    assert [(b.start, b.end, b.tokens) for b in facts.blocks] == [(moved.start, moved.end, 1500)]
    assert facts.high_water == HighWater(1500, moved.start, 1)


# --- forgotten and listed ---

def test_a_forgotten_session_stays_with_its_last_values_and_is_not_listed(store):
    keep(store, [block()], T0)
    assert store.facts(ME, T0).listed == (T0,)
    keep(store, [], T0 + 60)
    assert store.facts(ME, T0 + 60) == StoredFacts((block(),), (), (Sample(T0, T0, T0, 1000), Sample(T0 + 60, T0 + 60, None, 0)))
    assert [[record.listed for record in store.records(ME, now)] for now in (LATER - 1, LATER)] == [[False], [True]]
    assert written_rows(store, lambda: keep(store, [], T0 + 61)) == 0
    keep(store, [block()], T0 + 90)
    assert store.facts(ME, T0 + 90).listed == (T0,)
    assert [record.listed for record in store.records(ME, T0 + 90)] == [True]


def test_a_matched_session_is_listed_under_its_new_start(store):
    keep(store, [block()], T0)
    keep(store, [block(T0 + 900, 1001)], T0 + 1000)
    assert store.facts(ME, T0 + 1000).listed == (T0 + 900,)


def test_completed_sessions_are_not_listed_and_not_unlisted(store):
    keep(store, [block()], T0)
    assert written_rows(store, lambda: keep(store, [], LATER)) == 3      # the snapshot: nothing is active; what runs; the clock
    assert store.facts(ME, LATER).listed == ()


# --- plan and limit ---

def noted(store):
    return [(record.plan, record.limit, record.limit_source) for record in store.records(ME, T0)]


def test_sessions_saved_together_are_judged_by_the_same_record(store):
    keep(store, [block(T0 - 2 * DAY, 300), block(T0 - DAY, 900), block(T0, 50)], T0)
    assert noted(store) == [("custom_max", 900, "high_water"), ("custom_max", 900, "high_water"),
                             ("custom_max", 900, "high_water")]


def test_an_active_session_is_no_record(store):
    keep(store, [block(tokens=9_000)], T0)
    assert noted(store) == [("pro", 7000, "plan")]


def test_a_completed_session_keeps_the_limit_of_its_time(store):
    def flagged(tokens, high):
        return Limit(1, "max5", "flag", "max5")
    keep(store, [block()], T0)
    keep(store, [block()], LATER, limit_of=flagged)
    assert noted(store) == [("pro", 7000, "plan")]
    keep(store, [block(tokens=1001)], LATER, limit_of=flagged)           # even where more of it is known now
    assert noted(store) == [("pro", 7000, "plan")]


def test_a_failing_limit_leaves_nothing_behind(store):
    with pytest.raises(ZeroDivisionError):
        keep(store, [block()], T0, limit_of=lambda tokens, high: 1 / 0)
    assert saved(store) == []
    keep(store, [block()], T0)
    assert saved(store) == [block()]


def test_what_is_recorded_is_what_is_read_afterwards(store):
    seen = []

    def limit(tokens, high):
        seen.append((tokens, high))
        return Limit(7000, "pro", "plan", "pro")
    facts = keep(store, [block(T0 - DAY, 300), block(T0, 50)], T0 + 5, limit_of=limit)
    assert facts == store.facts(ME, T0 + 5)
    assert facts.samples == (Sample(T0 + 5, T0 + 5, T0, 50),)
    assert seen == [(300, facts.high_water), (50, facts.high_water)] and facts.high_water.tokens == 300


def test_a_failing_choice_of_the_active_session_leaves_nothing_behind(store, monkeypatch):
    monkeypatch.setattr(compute, "active", lambda blocks, listed, now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep(store, [block()], T0)
    assert saved(store) == []


# --- the machine's name ---

@pytest.mark.parametrize("name", ["laptop-2.fritz.box", "d34db33f", ""])
def test_a_machine_that_is_called_otherwise_keeps_its_history(store, name):
    renamed = Owner(name, ME.account)
    keep(store, [block(T0 - DAY, 9_000), block()], T0)
    before = store.facts(ME, T0)
    assert store.facts(renamed, T0) == before
    assert [r.block.tokens for r in store.records(renamed, T0)] == [9000, 1000]
    assert written_rows(store, lambda: keep(store, [block(T0 - DAY, 9_000), block()], T0, renamed)) == 0
    assert [r.block.tokens for r in store.records(None, T0)] == [9000, 1000]
    keep(store, [block(tokens=5)], T0, Owner(name, "another"))
    assert [b.tokens for b in store.facts(Owner("third", "another"), T0).blocks] == [5]
    assert store.get("host") == ME.host


def test_sessions_of_another_machine_stay_apart(store):
    keep(store, [block()], T0)
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("INSERT INTO owner VALUES (7, 'server', ?)", (ME.account,))
        db.execute("INSERT INTO session (owner_id, start_ts, end_ts, tokens) VALUES (7, ?, ?, 99999)", (T0 - DAY, T0 - DAY + 1))
    assert store.facts(Owner("server", ME.account), T0) == store.facts(ME, T0)
    assert (saved(store), store.facts(ME, T0).high_water) == ([block()], None)
    assert [r.block.tokens for r in store.records(None, T0)] == [99999, 1000]


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
    ([block(T0 - SESSION_S + 900, 5)], None),
])
def test_high_water_is_the_largest_completed_session(store, blocks, expected):
    keep(store, blocks, T0)
    keep(store, [block(T0 - 3 * DAY, 10 ** 6)], T0, OTHER)
    assert store.facts(ME, T0).high_water == expected
    assert utilization.high_water(saved(store), T0) == expected


# --- any sequence of saves ---

MINUTES = st.integers(0, 40 * 4).map(lambda quarter: 15 * quarter)
BLOCKS = st.builds(
    lambda at, tokens, entries, counted, hours: block(T0 + at * 60, tokens, hours * HOUR, entries=entries, counted=counted),
    MINUTES, st.integers(0, 50), st.integers(0, 5), st.booleans(), st.sampled_from([5, 5, 5, 3, 8]))
SAVES = st.lists(st.tuples(st.integers(0, 600), st.lists(BLOCKS, max_size=6)), min_size=1, max_size=6)


def all_reports(store):
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("SELECT start_ts, tokens, counted FROM reported").fetchall()


def stored_rows(store):
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("SELECT start_ts, end_ts, counted, tokens FROM session ORDER BY start_ts").fetchall()


@settings(max_examples=examples(30), deadline=None)
@given(saves=SAVES)
def test_whatever_is_reported_sessions_never_overlap_and_the_newest_is_shown(tmp_path_factory, saves):
    now, kept = T0, {}
    with open_store(str(tmp_path_factory.mktemp("store") / "h.sqlite3"), 1000, T0) as store:
        for later, blocks in saves:
            now += later * 60
            facts = keep(store, blocks, now)
            assert written_rows(store, lambda fetch=blocks, at=now: keep(store, fetch, at)) == 0
            after = stored_rows(store)
            reports = {start: tokens for start, tokens, counted in all_reports(store) if counted}
            assert all(reports[start] >= tokens for start, tokens in kept.items())
            kept = reports
            assert all(0 <= end - start <= SESSION_S for start, end, _, _ in after)
            assert all(end <= start for (_, end, _, _), (start, _, _, _) in zip(after, after[1:]))
            assert sum(row.input + row.output for row in store.used(ME, 0, 2 ** 40)) == sum(tokens for *_, tokens in after)
            running = [b for b in blocks if b.start <= now < b.end]
            shown = compute.active(facts.blocks, facts.listed, now)
            assert bool(running) == bool(shown)
            if running:
                newest = max(b.start for b in running)
                assert any(abs(b.start - newest) < HOUR or b.start < newest < b.end for b in shown)
            assert facts.high_water == utilization.high_water(saved(store), now)
