"""What the store keeps for learning: the course of use, readings, forecasts with their outcomes, and what can be forgotten."""

import os
import sqlite3
from contextlib import closing

import pytest
from account_windows import keep_readings
from commands import NOW
from logged import Hit, Minute, keep_logs
from store_cases import DAY, HOUR, block

from ccmon.learning import usage_curve
from ccmon.learning.values import Reading
from ccmon.model import Forecast, Runway, Source
from ccmon.pipeline import history
from ccmon.pipeline.history import SourceAnswer
from ccmon.settings import context
from ccmon.store import check, merge, rows, schema
from ccmon.store import copy as store_copy
from ccmon.store.database import open_store
from ccmon.when import SESSION_S

T = NOW // 3600 * 3600
ENDS = T + 4 * HOUR
SONNET, OPUS = "claude-sonnet-4-5-20250929", "claude-opus-4-5"
SAYS = Runway(T + 9_000, T + 6_000, T + 12_000, 0.6, "runway", 120, ((T + 60, 1.0, 2.0),))


@pytest.fixture
def ctx(home):
    return context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(T)})


@pytest.fixture
def kept(ctx):
    with history.opened(ctx, 1000) as opened:
        yield opened


def read_at(kept, *readings, window_s=SESSION_S):
    """Official readings: time, percentage, reset."""
    rows = [(window_s, *reading) for reading in readings]
    keep_readings(kept.store, kept.ctx.owner, rows)


def look(kept, sql, *values):
    with closing(sqlite3.connect(kept.ctx.paths.store)) as db:
        return db.execute(sql, values).fetchall()


# --- use ---

def test_use_comes_by_minute_and_model_with_its_cost(kept):
    keep_logs(kept.store, kept.ctx.owner, [Minute(T - 120, SONNET, 100, 200, 3000, 40_000), Minute(T - 120, OPUS, 1, 2, 3, 4),
                    Minute(T - 60, SONNET, 5, 6, 7, 8)], [])
    first, second = kept.learning_history(T)[0]
    assert (first.ts, first.span_s, second.ts) == (T - 120, 60, T - 60)
    assert first.load[SONNET, "cache_read"] == 40_000 and first.load[OPUS, "output"] == 2 and (OPUS, "input") not in second.load
    sonnet = (100 * 3 + 200 * 15 + 3000 * 3.75 + 40_000 * 0.3) / 1e6
    assert first.load["", "cost"] == pytest.approx(sonnet + (1 * 5 + 2 * 25 + 3 * 6.25 + 4 * 0.5) / 1e6)


def test_ones_own_prices_count_and_an_unknown_one_leaves_the_cost_open(home):
    config = home / ".config/ccmon/config.ini"
    config.parent.mkdir(parents=True)
    config.write_text(f"[prices]\n{SONNET} = 1, 2, 3, 4, 5\n")
    with history.opened(context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(T)}), 1000) as kept:
        keep_logs(kept.store, kept.ctx.owner, [
            Minute(T - 120, SONNET, 1_000_000, 0, 0, 1_000_000), Minute(T - 60, SONNET, 1, 1, 1, 1),
            Minute(T - 60, "gpt-9", 1, 0, 0, 0), Minute(T, SONNET, 0, 0, 0, 0), Minute(T, "", 0, 0, 0, 0)])
        assert [use.load.get(("", "cost")) for use in kept.uses(T - HOUR, T + 1)] == [6.0, None, 0.0]


def test_old_minutes_come_as_quarters_of_an_hour_and_none_twice(kept):
    old = (T - 100 * DAY) // 3600 * 3600
    minutes = [Minute(old + 60 * n, SONNET, 10, 0, 0, 0) for n in range(60)] + [Minute(T - 60, SONNET, 1, 0, 0, 0)]
    keep_logs(kept.store, kept.ctx.owner, minutes)
    while not kept.store.maintain(T, 60, 0):
        pass
    quarters = [(old + 900 * n, 900, 150) for n in range(4)]

    def found():
        return [(use.ts, use.span_s, use.load[SONNET, "input"]) for use in kept.learning_history(T, 365)[0]]
    assert found() == [*quarters, (T - 60, 60, 1)]
    keep_logs(kept.store, kept.ctx.owner, [Minute(old, SONNET, 10, 0, 0, 0)])              # read again after it was packed
    assert found() == [*quarters, (T - 60, 60, 1)]
    keep_logs(kept.store, kept.ctx.owner, [Minute(old, SONNET, 700, 0, 0, 0)])             # a better copy
    assert found() == [(old, 900, 840), *quarters[1:], (T - 60, 60, 1)]


def seen(kept, start, *steps, end=True):
    """A session of ccusage that was seen with so many tokens at these seconds after its start."""
    for after_s, tokens in steps:
        told = block(start, tokens, last=start + after_s, cache_creation=2 * tokens, cache_read=5 * tokens, cost_usd=tokens / 100)
        kept.store_answer(SourceAnswer((told,), Source("ccusage")), start + after_s)


def test_without_minutes_the_course_is_what_was_seen(kept):
    seen(kept, T - 10 * HOUR, (600, 400), (1200, 1000), (1300, 1000), (1500, 1200))
    found = kept.learning_history(T)[0]
    assert [(use.ts - (T - 10 * HOUR), use.span_s) for use in found] == [(0, 600), (600, 600), (1200, 300)]
    assert [use.load["", "input"] + use.load["", "output"] for use in found] == [400, 600, 200]
    assert found[1].load["", "cache_read"] == 3000 and found[1].load["", "cost"] == pytest.approx(6.0)


def test_what_came_after_the_last_look_comes_last(kept):
    seen(kept, T - 10 * HOUR, (600, 400))
    before = block(T - 10 * HOUR, 900, last=T - 10 * HOUR + 2000, cost_usd=None)
    kept.store_answer(SourceAnswer((before,), Source("ccusage")), T - HOUR)
    assert [(use.ts + use.span_s - (T - 10 * HOUR), use.load["", "output"]) for use in kept.learning_history(T)[0]] == [
        (600, 100), (2000, 125)]


def test_a_session_of_which_only_the_sum_is_known_is_left_out_and_minutes_are_better(kept):
    kept.store_answer(SourceAnswer((block(T - 30 * HOUR, 5000), block(T - 60 * HOUR, 10, input=None, output=None, counted=False)),
                     Source("ccusage")), T - HOUR)
    assert kept.learning_history(T)[0] == []
    seen(kept, T - 10 * HOUR, (600, 400), (1200, 1000))
    keep_logs(kept.store, kept.ctx.owner, [Minute(T - 10 * HOUR + 300, SONNET, 4, 4, 4, 4)], [])
    found, _, sessions = kept.learning_history(T)
    assert [use.load.get((SONNET, "input")) for use in found] == [4]
    assert [session.start for session in sessions] == [T - 60 * HOUR, T - 30 * HOUR, T - 10 * HOUR]


def test_quarters_are_better_than_what_was_seen_too(kept):
    old = (T - 100 * DAY) // 3600 * 3600
    seen(kept, old, (600, 400), (1200, 1000))
    keep_logs(kept.store, kept.ctx.owner, [Minute(old + 300, SONNET, 4, 4, 4, 4), Minute(old + SESSION_S, SONNET, 5, 5, 5, 5)])
    while not kept.store.maintain(T, 60, 0):
        pass
    assert [use.load.get((SONNET, "input")) for use in kept.learning_history(T, 365)[0]] == [4, 5]


def test_falling_counts_are_no_use(kept):
    shots = [(10, 10, 5, 5, 0, 0, None), (20, 20, 3, 9, 0, 0, 4_000_000), (30, 30, 3, 5, 0, 0, None)]
    assert [(use.ts, use.span_s, dict(use.load)) for use in usage_curve.of_session(0, shots)] == [
        (0, 10, {("", "input"): 5, ("", "output"): 5, ("", "cache_creation"): 0, ("", "cache_read"): 0}),
        (10, 10, {("", "input"): 0, ("", "output"): 4, ("", "cache_creation"): 0, ("", "cache_read"): 0, ("", "cost"): 4.0})]


# --- readings ---

def test_readings_come_by_window_and_time(kept):
    read_at(kept, (T - 60, 12.0, ENDS), (T - 600, 10.0, ENDS), (T - 100 * DAY, 50.0, T - 100 * DAY + HOUR))
    read_at(kept, (T - 60, 40.0, T + DAY), window_s=7 * DAY)
    keep_logs(kept.store, kept.ctx.owner, [], [Hit(T - 30, ENDS), Hit(T - 20, None), Hit(T - 10, T + DAY, 7 * DAY)])
    assert kept.learning_history(T)[1] == [
        Reading(T - 600, 10.0, ENDS), Reading(T - 60, 12.0, ENDS), Reading(T - 30, 100.0, ENDS, "limit"),
        Reading(T - 20, 100.0, 0, "limit")]
    assert kept.weekly_readings(T) == [Reading(T - 60, 40.0, T + DAY), Reading(T - 10, 100.0, T + DAY, "limit")]


def test_a_limit_message_gets_its_reset_when_it_is_understood(kept):
    for hit in (Hit(T, None), Hit(T, ENDS), Hit(T, None), Hit(T, ENDS + 60)):
        keep_logs(kept.store, kept.ctx.owner, [], [hit])
    assert [(event.at, event.resets_at, event.source) for event in kept.limit_events()] == [(T, ENDS, "limit")]


def test_nothing_is_known_at_first_and_without_a_store(ctx):
    poor = context.prepare({}, {**ctx.env, "CCMON_DATA_DIR": "/dev/null/x"})
    for one in (ctx, poor):
        with history.opened(one, 50) as kept:
            kept.close_forecasts(T)
            assert (kept.learning_history(T), kept.weekly_readings(T), kept.forecasts()) == (([], [], []), [], [])
            assert kept.learned() is None
    with history.opened(poor, 50) as kept:
        kept.write_learned("{}")
        kept.store_forecast(T, ENDS, 10.0, SAYS, ENDS)
        assert kept.forecasts() == []


# --- forecasts ---

def said(kept, *times, resets_at=ENDS, window_s=SESSION_S):
    for at in times:
        kept.store_forecast(at, resets_at, 40.0, SAYS, resets_at, window_s)


def outcomes(kept):
    return [(made.ts - T, made.outcome_at and made.outcome_at - T, made.reached) for made in kept.forecasts()]


def test_a_forecast_is_kept_whole(kept):
    said(kept, T)
    assert kept.forecasts() == [Forecast(T, ENDS, 40.0, T + 9_000, T + 6_000, T + 12_000, 0.6, "runway", ENDS)]
    kept.close_forecasts(ENDS + 200)
    (closed,) = kept.forecasts(T)
    assert closed == Forecast(T, ENDS, 40.0, *SAYS[:5], ENDS, ENDS, False) and kept.forecasts(T + 1) == []


def test_one_in_five_minutes_of_each_window_is_kept(kept):
    said(kept, T, T + 1, T + 299, T + 300, T - 10, T + 500, T + 601)
    said(kept, T + 1, resets_at=T + DAY, window_s=7 * DAY)
    assert [made.ts - T for made in kept.forecasts()] == [-10, 0, 1, 300, 601]


def test_what_is_used_up_or_over_is_not_forecast(kept):
    kept.store_forecast(T, ENDS, 100.0, SAYS, ENDS)
    kept.store_forecast(ENDS, ENDS, 50.0, SAYS, ENDS)
    assert kept.forecasts() == []


@pytest.mark.parametrize("readings, outcome", [
    ((), (ENDS - T, False)),
    (((T + 900, 99.0, ENDS),), (ENDS - T, False)),
    (((T + 900, 99.0, ENDS), (T + 950, 100.0, ENDS), (T + 990, 101.0, ENDS)), (950, True)),
    (((T + 900, 99.0, ENDS), (T + 950, 104.0, ENDS)), (950, True)),
    (((T + 950, 100.0, ENDS - 60),), (950, True)),
    (((T + 950, 100.0, 0),), (950, True)),
    (((T + 950, 100.0, ENDS - 2 * HOUR),), (ENDS - T, False)),          # of another window
    (((ENDS - SESSION_S, 100.0, 0), (ENDS + 1, 100.0, 0)), (ENDS - T, False)),
], ids=["nothing", "nearly", "first", "extra usage", "jitter", "reset unknown", "other window", "before and after"])
def test_what_comes_of_a_forecast(kept, readings, outcome):
    said(kept, T)
    read_at(kept, *readings)
    kept.close_forecasts(ENDS + 119)
    assert outcomes(kept) == [(0, *(outcome if outcome[1] else (None, None)))]
    kept.close_forecasts(ENDS + 120)
    kept.close_forecasts(ENDS + DAY)
    assert outcomes(kept) == [(0, *outcome)]


def test_a_forecast_after_the_limit_was_none(kept):
    said(kept, T, T + 600, T + 1200)
    keep_logs(kept.store, kept.ctx.owner, [], [Hit(T + 700, ENDS)])           # read from the logs a little later
    kept.close_forecasts(T + 1300)
    assert outcomes(kept) == [(0, 700, True), (600, 700, True)]


def test_what_is_learned_later_changes_the_outcome(kept):
    said(kept, T)
    kept.close_forecasts(ENDS + 200)
    keep_logs(kept.store, kept.ctx.owner, [], [Hit(T + 800, None)])
    kept.close_forecasts(ENDS + 300)
    assert outcomes(kept) == [(0, 800, True)]
    kept.add_hit(T + 500)
    kept.close_forecasts(ENDS + 300)
    assert outcomes(kept) == [(0, 500, True)]
    kept.undo_hit()
    kept.close_forecasts(ENDS + 300)
    assert outcomes(kept) == [(0, 800, True)]


def test_the_week_has_its_own_outcome(kept):
    said(kept, T, resets_at=T + 3 * DAY, window_s=7 * DAY)
    keep_logs(kept.store, kept.ctx.owner, [], [Hit(T + 500, None), Hit(T + DAY, T + 3 * DAY, 7 * DAY)])
    kept.close_forecasts(T + 2 * DAY)
    assert outcomes(kept) == [(0, DAY, True)]


# --- what is noted, and forgotten ---

def test_the_learned_state_belongs_to_its_owner(kept):
    kept.write_learned('{"a": 1}')
    assert kept.learned() == '{"a": 1}'
    other = kept.ctx._replace(owner=kept.ctx.owner._replace(account="another"))
    with history.opened(other, 1000) as theirs:
        assert theirs.learned() is None


def test_forgetting_begins_anew_and_loses_nothing_else(kept):
    read_at(kept, (T - 60, 12.0, ENDS))
    read_at(kept, (T - 60, 12.0, T + DAY), window_s=7 * DAY)
    keep_logs(kept.store, kept.ctx.owner, [Minute(T - 60, SONNET, 1, 1, 1, 1)], [Hit(T - 30, None)])
    seen(kept, T - HOUR, (60, 100))
    said(kept, T)
    kept.write_learned("{}")
    kept.forget_learning(T)
    found, readings, sessions = kept.learning_history(T)
    assert (len(found), readings, len(sessions), kept.weekly_readings(T)) == (1, [], 1, [])
    assert (kept.learned(), kept.forecasts()) == (None, [])
    assert look(kept, "SELECT count(*) FROM reading") == [(3,)]
    read_at(kept, (T + 60, 13.0, ENDS))
    assert [reading.percent for reading in kept.learning_history(T + 60)[1]] == [13.0]


# --- the table among the others ---

@pytest.mark.parametrize("steps", range(1, len(schema.STEPS)))
def test_every_earlier_schema_gets_the_table(home, steps):
    ctx = context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(T)})
    os.makedirs(os.path.dirname(ctx.paths.store), 0o700)
    with closing(sqlite3.connect(ctx.paths.store)) as db, db:
        for number, step in schema.STEPS[:steps]:
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("INSERT INTO owner VALUES (1, ?, ?)", ctx.owner)
        db.execute(rows.INSERT, (1, *rows.session_columns(block(T - 10 * HOUR))))
        if steps > 1:
            db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at) VALUES (1, ?, ?, 9, ?)",
                       (SESSION_S, T - 60, ENDS))
    with history.opened(ctx, 1000) as kept:
        said(kept, T)
        kept.add_hit(T)
        kept.close_forecasts(ENDS + 200)
        assert outcomes(kept) == [] and len(kept.learning_history(T)[1]) == (2 if steps > 1 else 1)
        assert kept.undo_hit() == T and check.examine(ctx.paths.store).problems == ()


def merged(ctx, path):
    with store_copy.copied(path, ctx.paths.store) as copy:
        with merge.opened(copy, path, T + DAY) as theirs, open_store(ctx.paths.store, 1000, T) as store:
            return store.change(lambda db: merge.merge(db, theirs, T + DAY))


def test_forecasts_come_with_a_merge_once(kept, tmp_path):
    said(kept, T, T + 600)
    copy = str(tmp_path / "backup.db")
    store_copy.backup(kept.ctx.paths.store, copy)
    kept.close_forecasts(ENDS + 200)
    kept.store.change(lambda db: db.execute("DELETE FROM forecast WHERE ts > ?", (T,)))
    for _ in range(2):
        merged(kept.ctx, copy)
        assert outcomes(kept) == [(0, ENDS - T, False), (600, None, None)]


def test_the_check_looks_at_forecasts(kept):
    said(kept, T)
    assert check.examine(kept.ctx.paths.store).rows["forecast"] == 1
    for wrong in ("probability = 2", "outcome_at = 5, reached = 1", "outcome_at = ts + 1", "low = 'x'"):
        kept.store.change(lambda db, wrong=wrong: db.execute(f"UPDATE forecast SET {wrong}"))
        (problem,) = check.examine(kept.ctx.paths.store).problems
        assert "1 row of forecast" in problem
        made_good = "UPDATE forecast SET probability = 0.5, outcome_at = NULL, reached = NULL, low = 1"
        kept.store.change(lambda db, sql=made_good: db.execute(sql))
