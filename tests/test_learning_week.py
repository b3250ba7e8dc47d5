"""The runway of the 7-day window: what is taken from readings, how days are drawn, and whether the intervals are right."""

import math
from random import Random

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.learning import week
from ccmon.learning.course import between
from ccmon.learning.values import Course, Reading

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
    known = week.course(readings)
    assert known.loads[-1] == 3 + 3 + 6                 # the first reading is where it starts
    assert list(known.loads) == sorted(known.loads) and list(known.times) == sorted(set(known.times))
    assert between(known, T0 + 2 * HOUR, RESET) == 0    # nothing was seen until the reset


def test_the_order_of_readings_does_not_matter():
    readings = user(1, 20)[0]
    mixed = readings[:]
    Random(3).shuffle(mixed)
    assert week.course(mixed) == week.course(readings)


@pytest.mark.parametrize("last, next_at, unseen", [
    (100, 7 * DAY + HOUR, True),       # used up: what would have been used is not known
    (50, 7 * DAY + HOUR, True),        # no reading for days before the reset
    (50, 3 * DAY, False),              # the same window: what was used is known
])
def test_spans_that_nobody_saw_are_told(last, next_at, unseen):
    resets_at = RESET if next_at < 7 * DAY else RESET + 7 * DAY
    known = week.course([reading(HOUR, 1), reading(2 * DAY, last), reading(next_at, 60, resets_at)])
    assert known.stops == (((T0 + 2 * DAY, RESET),) if unseen else ())


def test_what_comes_after_the_limit_is_not_known_however_often_it_is_said():
    readings = [reading(HOUR, 1), reading(2 * DAY, 100), reading(6 * DAY, 100), reading(7 * DAY + HOUR, 2, RESET + 7 * DAY)]
    assert week.course(readings).stops == ((T0 + 2 * DAY, RESET),)


@given(st.lists(st.tuples(st.integers(0, 40 * DAY), st.floats(0, 101), st.integers(0, 6)), max_size=30))
def test_any_readings_give_a_course(rows):
    known = week.course([reading(at, percent, RESET + which * DAY * 7) for at, percent, which in rows])
    assert list(known.times) == sorted(set(known.times)) and list(known.loads) == sorted(known.loads)


# --- the forecast -------------------------------------------------------------------------------------------------------

def test_a_steady_user_is_told_when():
    readings, now = steady(40, 20.0), T0 + 36 * DAY          # 36 days: one day into the sixth window
    done = week.train(readings, now)
    told = week.forecast(done, 25.0, now, RESET + 35 * DAY)
    assert told.rule == "week" and told.probability == 1.0
    assert abs(told.median - (now + 3 * DAY + 14 * HOUR)) < 2 * HOUR      # 75 points at 20 a day, in working hours
    assert told.low <= told.median <= told.high < RESET + 35 * DAY


def test_a_moderate_user_is_told_that_it_lasts():
    now = T0 + 36 * DAY
    told = week.forecast(week.train(steady(40, 5.0), now), 5.0, now, RESET + 35 * DAY)
    assert told.probability == 0.0 and told.median == told.low == told.high == RESET + 35 * DAY


def test_weekdays_are_told_apart():
    """Ten heavy Mondays: on a Monday morning the day counts as heavy, on a Tuesday as light."""
    readings, used = [], 0.0
    for day in range(70):
        used = 0.0 if day % 7 == 0 else used
        for hour in range(10, 16):
            used += 10.0 if day % 7 == 0 else 0.2
            readings.append(Reading(T0 + day * DAY + hour * HOUR, float(int(used)), RESET + day // 7 * 7 * DAY))
    done = week.train(readings, T0 + 69 * DAY)
    soon = {day: week.forecast(done, 70.0, T0 + day * DAY, T0 + day * DAY + 24 * HOUR).probability for day in (70, 71)}
    assert soon[70] > 0.5 > 0.3 > soon[71]


def test_newer_days_count_more():
    """Four weeks at 4 points a day, four at 12: of 52 points in six days more is likely than not, by all days alike it is not."""
    readings = [Reading(T0 + day * DAY + hour * HOUR, float((4 if day < 28 else 12) * (day % 7 + (hour - 9) / 8)),
                        RESET + day // 7 * 7 * DAY) for day in range(57) for hour in range(10, 18)]
    now = T0 + 57 * DAY
    assert week.forecast(week.train(readings, now), 48.0, now, now + 6 * DAY).probability > 0.5


@pytest.mark.parametrize("days, rule", [(10, "average"), (13, "average"), (16, "week"), (40, "week")])
def test_with_little_known_the_pace_of_this_window_counts(days, rule):
    now = T0 + days * DAY
    assert week.forecast(week.train(steady(days, 5.0), now), 30.0, now, now + 3 * DAY).rule == rule


@pytest.mark.parametrize("percent, left_days, expected_days, probability", [
    (40, 3, 3, 0),                     # 40 points in four days: another 60 take six
    (80, 3, 1, 1),
    (0, 3, 3, 0),
    (50, 7, 7, 0),                     # the window has just begun: no pace
])
def test_the_pace_rule(percent, left_days, expected_days, probability):
    told = week.forecast(week.train([], T0), float(percent), T0, T0 + left_days * DAY)
    assert told.median == told.low == told.high == T0 + expected_days * DAY
    assert (told.probability, told.rule, told.rows) == (probability, "average", 0)


def test_a_window_that_is_used_up_or_over():
    done = week.train(steady(30, 5.0), T0 + 30 * DAY)
    assert week.forecast(done, 100.0, T0, RESET)[:4] == (T0, T0, T0, 1.0)
    assert week.forecast(done, 40.0, RESET, RESET)[:4] == (RESET, RESET, RESET, 0.0)


def test_the_intervals_are_right_and_better_than_the_pace():
    """Nine users, a decision every few days from the fifth week on: outcomes inside, and the Brier score beside the pace's."""
    inside, ours, pace = [], 0.0, 0.0
    for seed in range(9):
        readings, path = user(seed, daily=16.0)
        for place in range(96 * 31 + 40, len(path) - 96 * 7, 96 * 5 + 8):
            ts, used, reset = path[place]
            ends = next((at for at, percent, resets_at in path[place:] if percent >= 100 or resets_at != reset))
            reached, ends = ends < reset, min(ends, reset)
            if used < 100:
                told = week.forecast(week.train(readings, ts), float(int(used)), ts, reset)
                plain = week.forecast(week.train([], ts), used, ts, reset)
                inside.append(told.low <= ends <= told.high)
                ours += (told.probability - reached) ** 2
                pace += (plain.probability - reached) ** 2
    assert len(inside) > 40
    assert 0.85 <= sum(inside) / len(inside) <= 1.0
    assert ours < 0.85 * pace


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
    text = week.dump(done)
    assert week.load(text) == done and len(text) < 20_000


@pytest.mark.parametrize("text", [None, "", "[]", "{}", "[1,2,3]", '[1,0.1,0.9,20,[1,2],[3],[]]', '[1,0.1,0.9,20,[2,1],[3,4],[]]',
                                  '[1,"x",0.9,20,[],[],[]]', '[1,0.1,0.9,20,[],[],[[1]]]'])
def test_a_damaged_text_is_none(text):
    assert week.load(text) is None


def test_nothing_known_is_kept_too():
    assert week.load(week.dump(week.train([], T0))) == week.Week(T0, 0.3, 0.0, 0, Course((), ()))
