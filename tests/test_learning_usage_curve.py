"""The course of use: looked up between points, grown from percentages, built from use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.learning import learner, usage_curve
from ccmon.learning.values import WINDOW_S, Reading, UsageCurve, Use
from ccmon.usage.prices import token_rates

T0 = 1_700_000_000 // 3600 * 3600
LINE = UsageCurve((100, 200, 200, 300), (0.0, 10.0, 20.0, 20.0))


@pytest.mark.parametrize(("ts", "load"), [(0, 0), (100, 0), (150, 5), (199, 9.9), (200, 20), (250, 20), (999, 20)])
def test_use_is_linear_between_points(ts, load):
    assert usage_curve.at(LINE, ts) == pytest.approx(load)


def test_what_was_used_between_two_times():
    assert usage_curve.between(LINE, 150, 250) == pytest.approx(15)
    assert usage_curve.at(UsageCurve((), ()), 5) == 0


@pytest.mark.parametrize(("ts", "start"), [(T0 - 1, T0 - 1), (T0, T0), (T0 + WINDOW_S - 1, T0), (T0 + WINDOW_S, T0 + WINDOW_S)])
def test_a_window_runs_five_hours(ts, start):
    assert usage_curve.window_start(UsageCurve((), (), (), (T0,)), ts) == start


@pytest.mark.parametrize(("ts", "stop"), [(0, 100), (99, 100), (100, 100), (150, 150), (200, 300), (400, float("inf"))])
def test_the_next_stop(ts, stop):
    known = UsageCurve((), (), ((100, 200), (300, 400)))
    assert usage_curve.stop_after(known, ts) == stop


def grown(*readings):
    growing = usage_curve.CurveBuilder()
    for minute, percent, reset_min in readings:
        growing.add(T0 + 60 * minute, percent, T0 + 60 * reset_min)
    return growing.usage


def loads(found):
    return {(ts - T0) // 60: load for ts, load in zip(found.times, found.loads)}


@pytest.mark.parametrize(("readings", "expected"), [
    ([(10, 4, 300)], {0: 0, 10: 4}),                                             # the window stood at 0 % when it began
    ([(10, 4, 300), (20, 9, 300)], {0: 0, 10: 4, 20: 9}),
    ([(10, 9, 300), (20, 4, 300), (30, 9, 300)], {0: 0, 10: 9, 20: 9, 30: 9}),   # an old answer said again adds nothing
    ([(10, 9, 300), (20, 2, 300), (21, 2, 300), (22, 2, 300), (30, 5, 300)],
     {0: 0, 10: 9, 20: 9, 21: 9, 22: 9, 30: 12}),                                # a new base, seen three times
    ([(10, 9, 300), (310, 3, 600)], {0: 0, 10: 9, 300: 9, 310: 12}),
    ([(10, 9, 300), (310, 3, 605)], {0: 0, 10: 9, 305: 9, 310: 12}),
    ([(10, 9, 300), (20, 3, 310)], {0: 0, 10: 9, 20: 12}),                       # a new reset before the old one
])
def test_percentages_add_up_over_windows(readings, expected):
    assert loads(grown(*readings)) == expected


def test_a_stop_lasts_from_the_limit_to_the_reset():
    found = grown((10, 50, 300), (20, 100, 300), (30, 100, 300), (310, 1, 600))
    assert list(found.stops) == [(T0 + 1200, T0 + 18000)]
    assert list(found.starts) == [T0, T0 + 18000]


def test_a_stop_ends_early_when_the_percentage_is_set_back():
    found = grown((20, 100, 300), (30, 20, 300), (31, 20, 300), (32, 20, 300))
    assert list(found.stops) == [(T0 + 1200, T0 + 32 * 60)]


def test_readings_without_a_reset_are_left_out_of_the_percentages():
    kept = [Reading(T0 + 600, 5, T0 + WINDOW_S), Reading(T0 + 700, 100, 0, "limit"), Reading(T0 + 5400, 8, T0 + WINDOW_S)]
    found = loads(usage_curve.from_readings(kept))
    assert found[0] == 0 and found[10] == 5 and found[90] == 8
    assert usage_curve.at(usage_curve.from_readings(kept), T0 + 4000) == 5     # flat until the next one


USE = [(T0 + 600, 60, 10.0), (T0 + 660, 60, 5.0), (T0 + 7200, 60, 1.0)]


def test_use_becomes_a_course_with_looks_at_the_quiet_time():
    found = usage_curve.from_loads(USE)
    assert usage_curve.at(found, T0 + 630) == pytest.approx(5) and usage_curve.at(found, T0 + 9999) == pytest.approx(16)
    assert list(found.starts) == [T0]                     # the full hour, where no reading says otherwise
    assert usage_curve.at(found, T0 + 7100) == pytest.approx(15)
    assert {T0 + 720 + 900 * step for step in range(1, 7)} <= set(found.times)


def test_windows_and_stops_come_from_the_readings():
    readings = [Reading(T0 + 500, 3, T0 + 17000), Reading(T0 + 720, 100, T0 + 17000, "limit"), Reading(T0 + 730, 100, 0, "hit")]
    found = usage_curve.from_loads(USE, readings)
    assert found.starts == (T0 + 17000 - WINDOW_S,)
    assert found.stops == ((T0 + 720, T0 + 17000),)


@pytest.mark.parametrize(("weekly", "expected"), [
    ([], []), ([(10, 99, 500)], []),
    ([(10, 100, 500)], [(10, 500)]),
    ([(10, 100, 500), (20, 100, 501), (30, 101, 500)], [(10, 500)]),             # said again
    ([(10, 100, 500), (20, 60, 900)], [(10, 20)]),                               # set back, or another week
    ([(10, 100, 500), (500, 1, 9000), (600, 100, 9000)], [(10, 500), (600, 9000)]),
    ([(5, 90, 500), (10, 100, 0)], [(10, 500)]), ([(10, 100, 0)], []),           # a limit message does not say until when
])
def test_nothing_can_be_used_while_the_week_is_used_up(weekly, expected):
    assert usage_curve.blocked([Reading(*one) for one in weekly]) == expected


def test_learning_takes_such_a_time_for_a_stop_of_the_session_s_use():
    readings = [Reading(T0 + 600 * step, step % 30, T0 + (step // 30 + 1) * WINDOW_S) for step in range(300)]
    use = [Use(one.ts, 60, {("", "input"): 9.0}) for one in readings]
    weekly = [Reading(T0 + 90000, 100, T0 + 120000), Reading(T0 + 120600, 1, T0 + 700000)]
    for known, stops in ((weekly, ((T0 + 90000, T0 + 120000),)), ((), ())):
        lessons = learner.learn(use, readings, (), known, T0 + 180000, token_rates)
        assert lessons.points.usage.stops == lessons.tokens.usage.stops == stops


def test_stops_that_overlap_become_one():
    known = UsageCurve((1,), (0.0,), ((10, 20), (40, 50)))
    assert usage_curve.stopped(known, [(15, 30), (45, 48), (60, 70)]).stops == ((10, 30), (40, 50), (60, 70))
    assert usage_curve.stopped(known, []) is known


def test_only_what_was_known_then():
    found = usage_curve.until(UsageCurve((1, 5, 9), (0, 1, 2), ((4, 20), (7, 20)), (1, 8)), 7)
    assert found == UsageCurve((1, 5), (0, 1), ((4, 20),), (1,))


@given(st.lists(st.tuples(st.integers(0, 40000), st.floats(0, 101), st.integers(0, 40000)), max_size=30))
def test_a_course_never_falls(rows):
    growing = usage_curve.CurveBuilder()
    for ts, percent, reset in sorted(rows):
        growing.add(T0 + ts, percent, T0 + reset)
    times, found = growing.usage.times, growing.usage.loads
    assert all(one < other for one, other in zip(times, times[1:]))
    assert all(one <= other for one, other in zip(found, found[1:]))
    assert all(begin <= end for begin, end in growing.usage.stops)


@given(st.lists(st.tuples(st.integers(0, 90000), st.integers(1, 3600), st.floats(0, 1e6)), max_size=30))
def test_no_use_is_lost(use):
    found = usage_curve.from_loads([(T0 + ts, span, load) for ts, span, load in sorted(use)])
    assert usage_curve.at(found, T0 + 200000) == pytest.approx(sum(load for _, _, load in use))
    assert all(one < other for one, other in zip(found.times, found.times[1:]))
