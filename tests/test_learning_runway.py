"""The runway: what it learns from made-up days with a known course, and what it says then."""

import array
import binascii
import json
import random

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.learning import runway, state, usage_curve, values
from ccmon.learning.values import WINDOW_S, Learned, LearnedState, Reading, UsageCurve

T0 = 1_700_006_400                     # midnight UTC
DAY = 86400


def worked(days, scale=1.0, seed=1, steady=False):
    """Use each minute from 9 to 17 o'clock: in bursts, or always the same."""
    rng, loads = random.Random(seed), []
    for day in range(days):
        pace = 1.0
        for minute in range(480):
            if minute % 20 == 0 and not steady:
                pace = rng.choice((0.0, 0.2, 1.0, 3.0))
            if pace:
                loads.append((T0 + DAY * day + 9 * 3600 + 60 * minute, 60, scale * pace * (1 if steady else rng.random() * 2)))
    return usage_curve.from_loads(loads)


BURSTS = worked(10)
NOON = T0 + 9 * DAY + 12 * 3600
KNOWN = usage_curve.until(BURSTS, NOON)
TRAINED = runway.train(KNOWN, NOON)


def other_moments(numbers):
    """A state whose stored moments are these numbers."""
    text = binascii.b2a_base64(array.array("d", numbers).tobytes()).decode()
    return values.RunwayModel(NOON, TRAINED.rows, TRAINED.usage, text)


def test_what_is_worked_out_when_it_is_learned_says_the_same_later(monkeypatch):
    made = [runway.forecast(TRAINED, KNOWN, left, NOON, NOON + WINDOW_S, (0.9, 1.1)) for left in (1.0, 90.0, 900.0)]
    text = state.dump(LearnedState(Learned(NOON), runway.with_moments(TRAINED), TRAINED))
    stored, plain = state.load(text)[1:3]
    older = state.load(text.split("\n")[0]).points
    numbers = array.array("d", binascii.a2b_base64(stored.moments))
    spoilt = [other_moments(those) for those in ((), numbers[1:], numbers[12:-1], [0.0] * 24, [*numbers[:-1], float("nan")],
                                                 [*numbers[:-1], 0.0], [*numbers[:1], float("inf"), *numbers[2:]])]
    for model in (plain, older, *spoilt, *(values.RunwayModel(NOON, TRAINED.rows, TRAINED.usage, one) for one in ("x", "ä"))):
        assert [runway.forecast(model, KNOWN, left, NOON, NOON + WINDOW_S, (0.9, 1.1)) for left in (1.0, 90.0, 900.0)] == made
    monkeypatch.delattr(runway, "_moments")
    assert [runway.forecast(stored, KNOWN, left, NOON, NOON + WINDOW_S, (0.9, 1.1)) for left in (1.0, 90.0, 900.0)] == made
    monkeypatch.setattr(runway, "ENOUGH", TRAINED.rows + 1)
    assert runway.with_moments(TRAINED).moments == ""


def test_of_few_moments_it_is_the_last_hours_rate():
    known = usage_curve.until(worked(1, steady=True), T0 + 11 * 3600)
    trained = runway.train(known, T0 + 11 * 3600)
    assert trained.rows < values.ENOUGH and not trained.usage.times
    found = runway.forecast(trained, known, 90.0, T0 + 11 * 3600, T0 + 14 * 3600)
    assert (found.median, found.low, found.high) == (T0 + 11 * 3600 + 90 * 60,) * 3
    assert (found.probability, found.rule, found.rows) == (1.0, "last_hour", trained.rows)
    lasts = runway.forecast(trained, known, 181.0, T0 + 11 * 3600, T0 + 14 * 3600)
    assert (lasts.median, lasts.probability) == (T0 + 14 * 3600, 0.0)


def test_a_steady_pace_goes_on():
    steady = worked(6, steady=True)
    now = T0 + 5 * DAY + 11 * 3600
    known = usage_curve.until(steady, now)
    found = runway.forecast(runway.train(known, now), known, 60.0, now, now + 3 * 3600)
    assert found.probability > 0.9 and found.rule == "runway"
    assert abs(found.median - (now + 3600)) < 900
    assert found.low <= found.median <= found.high


def test_the_end_of_the_day_is_known():
    def chance(hour):
        now = T0 + 9 * DAY + hour * 3600 - 600
        return runway.forecast(TRAINED, usage_curve.until(BURSTS, now), 100.0, now, now + 3 * 3600).probability

    assert chance(17) < 0.6 * chance(12)


def test_more_left_lasts_longer():
    found = [runway.forecast(TRAINED, KNOWN, left, NOON, NOON + 4 * 3600) for left in (1, 10, 50, 100, 200, 400, 1000)]
    assert [one.median for one in found] == sorted(one.median for one in found)
    chances = [one.probability for one in found]
    assert chances == sorted(chances, reverse=True) and chances[0] > 0.9 and chances[-1] < 0.05


def test_the_unit_does_not_matter():
    scaled = usage_curve.until(worked(10, scale=1000.0), NOON)
    other = runway.forecast(runway.train(scaled, NOON), scaled, 60000.0, NOON, NOON + 4 * 3600)
    found = runway.forecast(TRAINED, KNOWN, 60.0, NOON, NOON + 4 * 3600)
    assert other.probability == pytest.approx(found.probability, abs=0.02)
    assert abs(other.median - found.median) < 300


def test_the_band_widens_and_ends_at_the_reset():
    band = runway.forecast(TRAINED, KNOWN, 60.0, NOON, NOON + 2 * 3600).band
    assert [at for at, _, _ in band] == [NOON + 60 * minutes for minutes in runway.HORIZONS if minutes <= 120]
    assert all(low <= high for _, low, high in band)
    assert [high for _, _, high in band] == sorted(high for _, _, high in band)


def test_an_unsure_limit_spreads_the_forecast():
    def found(spread):
        return runway.forecast(TRAINED, KNOWN, 60.0, NOON, NOON + 4 * 3600, spread)

    sure, unsure = found((1.0,)), found((0.8, 0.9, 1.0, 1.1, 1.2))
    chances = [found((factor,)).probability for factor in (0.8, 1.2)]
    assert chances[1] < unsure.probability < chances[0]
    assert unsure.high - unsure.low >= sure.high - sure.low - 600
    assert found((0.001, 1.0)) == sure                     # by that limit it would have been reached: impossible


@pytest.mark.parametrize(("left", "spread"), [(0.0, (1.0,)), (-5.0, (1.0,)), (1.0, (0.001,))])
def test_nothing_left_is_now(left, spread):
    found = runway.forecast(TRAINED, KNOWN, left, NOON, NOON + 3600, spread)
    assert (found.median, found.low, found.high, found.probability) == (NOON, NOON, NOON, 1.0)


def test_it_is_kept_as_json():
    kept = json.dumps(state.runway_parts(TRAINED))
    assert state.load_runway(json.loads(kept)) == TRAINED
    assert len(kept) < 20000
    few = values.RunwayModel(5, 3)
    assert state.load_runway(json.loads(json.dumps(state.runway_parts(few)))) == few


@pytest.mark.parametrize("kept", [
    None, 1, [], [1, 2], [1, 2, 3], [1, 2, [[1]]], {"a": 1}, [1, 2, [5, 0], [1.0], [], []], [1, 2, [5, 6], [], [], []],
    [1, 2, [5, 6], [-1.0], [], []], [1, 2, [5], [], [[9, 1], [2, 3]], []], [1, 2, [5], [], [], [3, 1]]])
def test_something_else_is_not_loaded(kept):
    assert state.load_runway(kept) is None


def test_what_a_stop_hides_is_not_counted_as_rest():
    """Someone who works on evenly but is stopped at the limit in every other window would have gone on."""
    readings = []
    for day in range(12):
        for minute in range(0, 300, 2):
            percent = min(100.0, minute / (2.0 if day % 2 else 4.0))
            readings.append(Reading(T0 + day * DAY + 36000 + 60 * minute, percent, T0 + day * DAY + 36000 + WINDOW_S))
    known = usage_curve.from_readings(readings)
    now = T0 + 12 * DAY
    deaf = UsageCurve(known.times, known.loads, (), known.starts)
    heeds, ignores = (runway.train(one, now) for one in (known, deaf))
    at = T0 + 11 * DAY + 36000 + 120 * 60
    chances = [runway.forecast(one, usage_curve.until(known, at), 60.0, at, at + 10800).probability for one in (heeds, ignores)]
    assert chances[0] > chances[1] + 0.05


# --- the pieces ----------------------------------------------------------------------------------------------------------------

def test_kaplan_meier_by_hand():
    """Of four moments one came to nothing, one was stopped at 1 (it may have become anything), two came to 2 and 4."""
    seen = [(4.0, False, 1.0), (1.0, True, 1.0), (0.0, False, 1.0), (2.0, False, 1.0)]
    assert runway.reached_by(seen, [-1.0, 0.0, 1.0, 2.0, 4.0, 5.0]) == pytest.approx((0, 0.25, 0.25, 0.625, 1, 1), abs=1e-9)


@given(st.lists(st.tuples(st.sampled_from((0.0, 1.0, 2.5, 7.0)), st.booleans(), st.floats(0.01, 1)), min_size=1),
       st.floats(0.01, 0.99))
def test_a_share_is_reached_by_the_first_value_that_is_enough(seen, share):
    values = sorted({value for value, _, _ in seen})
    enough = [value for value, reached in zip(values, runway.reached_by(seen, values)) if reached >= share]
    assert runway._reaching(sorted(seen), (share,)) == [*enough, values[-1]][:1]


@pytest.mark.parametrize("left", [0.1, 5.0, 40.0, 300.0])
def test_each_moment_says_when_so_much_had_been_used(left):
    """Minute by minute through the course."""
    _, moments = runway._past(TRAINED)
    here, known = moments[7][-1], TRAINED.usage
    taken = runway._took(known, moments, left, here, [1.0] * len(moments))
    for (ts, load, stop, *_, speed), (minutes, is_open, _) in zip(moments, taken):
        wanted = load + left * speed / here
        used = (usage_curve.at(known, ts + 60 * minute) >= wanted for minute in range(301))
        first = next((minute for minute, enough in enumerate(used) if enough), None)
        if is_open:
            assert minutes == stop and (first is None or first >= minutes)
        else:
            assert (first is None and minutes > 300) or first - 1 <= minutes <= first


def test_moments_like_this_one_count_most():
    """Someone who works on evenly for an hour and then rests: in the hour it goes on, in the rest it does not."""
    begins = [T0 + DAY * day + 3600 * hour for day in range(8) for hour in range(8, 20, 2)]
    loads = usage_curve.from_loads([(begin + 60 * minute, 60, 1.0) for begin in begins for minute in range(60)])
    known = usage_curve.until(loads, T0 + 7 * DAY)
    trained = runway.train(known, T0 + 7 * DAY)

    def chance(minute):
        now = T0 + 6 * DAY + 12 * 3600 + 60 * minute
        return runway.reached(runway.reach_curve(trained, usage_curve.until(known, now), [15.0], now), 30)

    assert min(map(chance, (5, 20, 40))) > 2 * max(map(chance, (62, 70)))


@pytest.mark.parametrize(("curve", "cut", "expected"), [
    ([(0, 0), (100, 1)], 100, (5, 95)), ([(0, 0), (100, 0.5)], 100, (20, 100)), ([(0, 0), (100, 0.05)], 100, (100, 100))])
def test_ninety_per_cent_end_at_the_reset_where_it_may_last(curve, cut, expected):
    assert runway.interval(curve, cut) == pytest.approx(expected)


@pytest.mark.parametrize("power", [0.6, 1.0, 1.5])
def test_nine_of_ten_intervals_hold_in_the_long_run(power):
    """Where 10 % of the distribution hold too much or too little, so much is left out that 90 % hold."""
    rng, are_covered = random.Random(3), []
    for _ in range(2000):
        are_covered.append(rng.random() ** power > runway.tail_after(are_covered))
    assert sum(are_covered[-800:]) / 800 == pytest.approx(0.9, abs=0.025)


def test_what_is_left_out_follows_past_forecasts_within_bounds():
    assert runway.tail_after([]) == values.TAIL
    assert runway.tail_after([False]) < values.TAIL < runway.tail_after([True])
    assert runway.tail_after([True] * 5000) == values.WIDEST_TAIL
    assert runway.tail_after([False] * 500) == values.LEAST_TAIL


@settings(max_examples=examples(40), deadline=None)
@given(st.floats(0.001, 1e5), st.integers(-7200, 30000), st.integers(1, WINDOW_S),
       st.lists(st.floats(0.2, 5), min_size=1, max_size=4))
def test_any_moment_has_a_forecast(left, later, ahead, spread):
    found = runway.forecast(TRAINED, KNOWN, left, NOON + later, NOON + later + ahead, spread)
    assert NOON + later <= found.low <= found.high <= NOON + later + ahead
    assert NOON + later <= found.median <= found.high
    assert 0 <= found.probability <= 1


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20 * DAY), st.integers(1, 600), st.floats(0, 1e4)), max_size=300), st.integers(0, 3))
def test_any_course_can_be_learned(use, hits):
    readings = [Reading(T0 + DAY * hit, 100, T0 + DAY * hit + 7200) for hit in range(hits)]
    known = usage_curve.from_loads([(T0 + ts, span, load) for ts, span, load in sorted(use)], readings)
    now = T0 + 21 * DAY
    trained = runway.train(known, now)
    assert 0 <= runway.forecast(trained, known, 100.0, now, now + 3600).probability <= 1
    assert state.load_runway(json.loads(json.dumps(state.runway_parts(trained)))) == trained


def test_nothing_is_learned_from_within_a_stop():
    stopped = KNOWN._replace(stops=tuple((T0 + DAY * day + 12 * 3600, T0 + DAY * day + 14 * 3600) for day in range(9)))
    assert runway.train(stopped, NOON).rows < TRAINED.rows - 9 * 12


@pytest.mark.parametrize(("percent", "reset_min", "used", "minutes"), [
    (99, 60, 0, 0), (100, 60, 0, 60), (101, 60, 0, 60), (100, -5, 0, 0), (100, 60, 3, 0)])
def test_nothing_can_be_used_while_the_week_is_used_up(percent, reset_min, used, minutes):
    """Unless something is used all the same, as by extra usage."""
    known = UsageCurve((T0, NOON - 900, NOON - 60), (0.0, 9.0, 9.0 + used))
    assert runway.blocked_min(known, percent, NOON + 60 * reset_min, NOON) == minutes


@pytest.mark.parametrize("trained", [TRAINED, values.RunwayModel(NOON, 3)])
def test_what_cannot_be_used_yet_is_used_up_later(trained):
    free, blocked, over = (runway.forecast(trained, KNOWN, 15.0, NOON, NOON + 4 * 3600, wait_min=wait) for wait in (0, 60, 240))
    assert blocked.low >= min(NOON + 3600, free.low + 3600) and blocked.median >= free.median
    assert free.probability >= blocked.probability >= over.probability == 0 and over.median == NOON + 4 * 3600


@given(st.floats(0.1, 500), st.integers(-3600, 14400))
def test_the_probability_never_falls_with_time(left, later):
    curve = runway.reach_curve(TRAINED, KNOWN, [left], NOON + later)
    assert all(one <= other for one, other in zip(curve, curve[1:]))
    assert all(before[1] <= after[1] for before, after in zip(curve, curve[1:]))
