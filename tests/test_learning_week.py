"""The runway of the 7-day window: what is taken from readings, how days are drawn, and whether the intervals are right."""

import math
from random import Random

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.learning import score, state, usage_curve, values, week
from ccmon.learning.evaluate import WeekWalk, keep
from ccmon.learning.usage_curve import between
from ccmon.learning.values import Reading, UsageCurve
from ccmon.usage.burn import window_by_pace

pytestmark = pytest.mark.newest_only

DAY, HOUR = 86_400, 3_600
T0 = 1_763_942_400                     # Monday 24 November 2025, 00:00 UTC
RESET = T0 + 7 * DAY


def reading(at, percent, resets_at=RESET):
    return Reading(T0 + at, float(percent), resets_at)


def user(seed, days=70, daily=12.0):
    """Readings on every whole percent, and (time, true percentage, reset) each quarter of an hour."""
    rng, reset, level = Random(seed), T0 + Random(seed).randrange(7 * 96) * 900 + 900, 0.0
    used, shown, readings, path = 0.0, -1, [], []
    for day in range(days):
        level = 0.8 * level + rng.gauss(0, 0.15)
        amount = daily * (0.35 if day % 7 > 4 else 1.05) * math.exp(level + rng.gauss(0, 0.5)) * (rng.random() > 0.06)
        begin, number = 30 + rng.randrange(12), rng.randrange(12, 40)
        for quarter in range(96):
            ts = T0 + day * DAY + quarter * 900
            if ts >= reset:
                reset, used, shown = reset + 7 * DAY, 0.0, -1
            spent = amount / number * rng.expovariate(1) if begin <= quarter < begin + number else 0.0
            used = min(100.0, used + spent)
            path.append((ts + 900, used, reset))
            if spent and int(used) != shown:
                shown = int(used)
                readings.append(Reading(ts + 900, float(shown), reset))
    return readings, path


def steady(days, points_a_day):
    """The same use every day from 9 to 17, in windows from T0 on."""
    found = []
    for day in range(days):
        for hour in range(9, 17):
            done = (day % 7 + (hour - 8) / 8) * points_a_day
            found.append(Reading(T0 + day * DAY + hour * HOUR, min(100.0, done), RESET + day // 7 * 7 * DAY))
    return found


# --- the course ---------------------------------------------------------------------------------------------------------

def test_points_add_up_over_windows_and_fall_never():
    readings = [reading(HOUR, 5), reading(2 * HOUR, 8), reading(7 * DAY + HOUR, 3, RESET + 7 * DAY),
                reading(7 * DAY + 2 * HOUR, 9, RESET + 7 * DAY)]
    known = week.weekly_usage(readings)
    assert known.loads[-1] == 8 + 3 + 6 and between(known, T0, T0 + HOUR) == 5       # the first window's start counts as 0 %
    assert list(known.loads) == sorted(known.loads) and list(known.times) == sorted(set(known.times))
    assert between(known, T0 + 2 * HOUR, RESET) == 0    # nothing was read until the reset


def test_the_order_of_readings_does_not_matter():
    readings = user(1, 20)[0]
    mixed = readings[:]
    Random(3).shuffle(mixed)
    assert week.weekly_usage(mixed) == week.weekly_usage(readings)


@pytest.mark.parametrize("last, next_at, unseen", [
    (100, 7 * DAY + HOUR, True),       # used up: what would have been used is not known
    (50, 7 * DAY + HOUR, False),       # no reading for days: nothing was used
    (50, 3 * DAY, False),
])
def test_a_full_window_is_a_span_in_which_use_is_unknown(last, next_at, unseen):
    resets_at = RESET if next_at < 7 * DAY else RESET + 7 * DAY
    known = week.weekly_usage([reading(HOUR, 1), reading(2 * DAY, last), reading(next_at, 60, resets_at)])
    assert known.stops == (((T0 + 2 * DAY, RESET),) if unseen else ())


def test_what_comes_after_the_limit_is_not_known_however_often_it_is_said():
    readings = [reading(HOUR, 1), reading(2 * DAY, 100), reading(6 * DAY, 100), reading(7 * DAY + HOUR, 2, RESET + 7 * DAY)]
    assert week.weekly_usage(readings).stops == ((T0 + 2 * DAY, RESET),)


@given(st.lists(st.tuples(st.integers(0, 40 * DAY), st.floats(0, 101), st.integers(0, 6)), max_size=30))
def test_any_readings_give_a_course(rows):
    known = week.weekly_usage([reading(at, percent, RESET + which * DAY * 7) for at, percent, which in rows])
    assert list(known.times) == sorted(set(known.times)) and list(known.loads) == sorted(known.loads)


# --- the forecast -------------------------------------------------------------------------------------------------------

def test_a_steady_user_is_told_when():
    readings, now = steady(40, 20.0), T0 + 36 * DAY          # 36 days: one day into the sixth window
    done = week.train(readings, now)
    told = week.forecast(done, 25.0, now, RESET + 35 * DAY)
    assert told.rule == "week" and told.probability > 0.6
    assert abs(told.median - (now + 3 * DAY + 14 * HOUR)) < DAY           # 75 points at 20 a day, in working hours
    assert told.low <= told.median < RESET + 35 * DAY


def test_a_moderate_user_is_told_that_it_lasts():
    now = T0 + 36 * DAY
    told = week.forecast(week.train(steady(40, 5.0), now), 5.0, now, RESET + 35 * DAY)
    assert told.probability < 0.1 and told.median == told.low == told.high == RESET + 35 * DAY


def test_weekdays_are_told_apart():
    """Ten heavy Mondays: on a Monday morning the day counts as heavy, on a Tuesday as lighter."""
    readings, used = [], 0.0
    for day in range(70):
        used = 0.0 if day % 7 == 0 else used
        for hour in range(10, 16):
            used += 10.0 if day % 7 == 0 else 0.2
            readings.append(Reading(T0 + day * DAY + hour * HOUR, float(int(used)), RESET + day // 7 * 7 * DAY))
    done = week.train(readings, T0 + 69 * DAY)
    soon = {day: week.forecast(done, 70.0, T0 + day * DAY, T0 + day * DAY + 24 * HOUR).probability for day in (70, 71)}
    assert soon[70] > 1.5 * soon[71]


def test_newer_days_count_more():
    """Four weeks at 4 points a day, four at 12: of 52 points in six days more is likely than not, by all days alike it is not."""
    readings = [Reading(T0 + day * DAY + hour * HOUR, float((4 if day < 28 else 12) * (day % 7 + (hour - 9) / 8)),
                        RESET + day // 7 * 7 * DAY) for day in range(57) for hour in range(10, 18)]
    now = T0 + 57 * DAY
    assert week.forecast(week.train(readings, now), 48.0, now, now + 6 * DAY).probability > 0.5


@pytest.mark.parametrize("days, rule", [(0, "pace"), (2, "pace"), (3, "week"), (40, "week")])
def test_the_rule_says_whether_there_are_days_behind_it(days, rule):
    now = T0 + days * DAY + 12 * HOUR
    done = week.train(steady(days + 1, 5.0), now)
    assert week.forecast(done, 30.0, now, now + 3 * DAY)[4:6] == (rule, done.days) and done.days == days


@pytest.mark.parametrize("percent, left_days, expected_days, probability", [
    (40, 3, 3, 0),                     # 40 points in four days: another 60 take six
    (80, 3, 1, 1),
    (0, 3, 3, 0),
    (50, 7, 7, 0),                     # the window has just begun: no pace
])
def test_the_pace_rule(percent, left_days, expected_days, probability):
    told = window_by_pace(float(percent), T0, T0 + left_days * DAY, 0)
    assert told.median == told.low == told.high == T0 + expected_days * DAY
    assert (told.probability, told.rule, told.rows) == (probability, "average", 0)


def test_on_the_first_day_the_interval_is_wide_and_the_more_is_used_the_more_likely_it_runs_out():
    now = T0 + DAY
    told = [week.forecast(week.train([], T0), percent, now, RESET) for percent in (0.0, 5.0, 15.0, 30.0, 60.0, 90.0)]
    shares = [one.probability for one in told]
    assert shares == sorted(shares) and shares[0] < 0.25 and 0.5 < shares[3] < 0.95
    assert told[3].low < now + DAY and told[3].high == RESET        # 30 % in a day: from some hours to never


def test_a_window_that_is_used_up_or_over():
    done = week.train(steady(30, 5.0), T0 + 30 * DAY)
    assert week.forecast(done, 100.0, T0, RESET)[:4] == (T0, T0, T0, 1.0)
    assert week.forecast(done, 40.0, RESET, RESET)[:4] == (RESET, RESET, RESET, 0.0)


def scores(seeds, days, first_day, daily, limits):
    """Coverage, and CRPS beside that of the straight line, of a decision every 30 hours at these shares of the largest week."""
    found = []
    for seed in seeds:
        readings, path = user(seed, days, daily)
        largest = max(reading.percent for reading in readings)
        walk = WeekWalk([share * largest for share in limits], apart_s=30 * HOUR)
        for one in readings:
            walk.take(*one[:3])
        found += [pair for decision, pair in zip(walk.decisions, walk.errors()) if decision.ts >= T0 + first_day * DAY]
    ours, straight = (score.total([pair[place] for pair in found]) for place in (0, 1))
    return ours.coverage90, ours.crps_min / straight.crps_min - 1, len(found)


@pytest.mark.parametrize("days, first_day, daily, limits", [
    (15, 0, 7.0, (0.5, 0.75, 0.95)), (49, 14, 7.0, (0.5, 0.75, 0.95)), (49, 14, 18.0, (1.0,))])       # the last are often stopped
def test_it_is_right_as_often_as_it_says_and_better_than_the_straight_line(days, first_day, daily, limits):
    covered, crps, count = scores(range(12), days, first_day, daily, limits)
    assert 0.85 <= covered <= 0.97 and crps < -0.3 and count > 90


def test_only_the_past_counts():
    readings, _ = user(4)
    now = T0 + 40 * DAY
    assert week.train(readings, now) == week.train([r for r in readings if r.ts <= now], now)


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 50), st.floats(0, 101), st.integers(0, 7 * DAY), st.integers(0, 3 * DAY))
def test_the_numbers_are_in_order(seed, percent, left_s, later):
    now = T0 + 30 * DAY
    done = week.train(user(seed % 5, 30)[0], now)
    told = week.forecast(done, percent, now + later, now + later + left_s)
    assert now + later <= told.low <= told.median <= told.high <= now + later + left_s
    assert 0 <= told.probability <= 1


# --- as text ------------------------------------------------------------------------------------------------------------

def test_what_is_kept_comes_back_and_is_small():
    done = week.train(user(2)[0], T0 + 60 * DAY)
    text = state.dump_week(done)
    assert state.load_week(text) == done and len(text) < 20_000


@pytest.mark.parametrize("text", [
    None, "", "[]", "{}", "[1,2,3]", "[1,20,null,[1,2],[3],[]]", "[1,20,[2,5,9],[2,1],[3,4],[]]", "[1,20,null,[1],[2],[]]",
    "[1,20,[2,5,9],[],[],[]]", '[1,"x",null,[],[],[]]', "[1,20,null,[],[],[[1]]]",
    "[1,0.3,0.9,20,[1,2],[3,4],[]]"])                 # of an older version
def test_a_damaged_text_is_none(text):
    assert state.load_week(text) is None


def test_nothing_known_is_kept_too():
    assert state.load_week(state.dump_week(week.train([], T0))) == values.WeekModel(T0, 0, None, UsageCurve((), ()))


def walked(rows, limits=(50.0,)):
    walk = WeekWalk(limits)
    for at, percent, resets_at in rows:
        walk.take(T0 + at, percent, resets_at)
    return walk


def test_decisions_are_an_hour_apart_and_below_the_limit():
    rows = [(DAY, 20.0, RESET), (DAY + 1800, 21.0, RESET), (DAY + HOUR, 22.0, RESET + 60), (DAY + 3 * HOUR, 50.0, RESET)]
    walk = walked(rows)
    assert [(one.ts - T0, one.resets_at) for one in walk.decisions] == [(DAY, RESET), (DAY + HOUR, RESET)]


def test_the_straight_line_and_the_outcome_by_hand():
    """20 % in a day: 50 % after another 1.5 days by the straight line, in fact after two; the second week is not over."""
    rows = [(DAY, 20.0, RESET), (3 * DAY, 50.0, RESET), (8 * DAY, 10.0, RESET + 7 * DAY)]
    (_, straight), = walked(rows).errors()
    assert straight == score.Errors(12 * 60, 12 * 60, 0.0)
    (_, lasted), = walked([(DAY, 20.0, RESET), (8 * DAY, 0.0, RESET + 7 * DAY)]).errors()
    assert lasted == score.Errors(4.5 * 1440, 4.5 * 1440, 1.0)


def test_a_reset_that_is_a_minute_off_either_way_is_one_week():
    rows = [(DAY + hour * HOUR, 10.0 + hour, RESET + 60 * (-1, 0, 1)[hour % 3]) for hour in range(30)]
    walk = walked(rows)
    assert list(walk.windows) == [RESET - 60] and walk.week.usage.loads[-1] == 10 + 23


def test_readings_that_repeat_the_last_one_are_not_kept_and_say_the_same():
    """A row each 30 seconds for a year is a million: each day looks at all that is kept."""
    every = [Reading(T0 + 30 * number, min(100.0, float(number // 150)), RESET + number // 20160 * 7 * DAY)
             for number in range(25000)]
    few = []
    for number, one in enumerate(every):
        keep(few, one)
        if number in (5000, 17017, 24999):
            assert week.train(few, one.ts) == week.train(every, one.ts)
    assert len(few) < 900 and usage_curve.blocked(few) == usage_curve.blocked(every) != []
