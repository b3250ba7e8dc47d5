"""When the tokens run out, which pace lasts, and the curve of a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import Block, Sample
from ccmon.usage import burn

NOW = 1_700_000_000
HOUR = 3600


@pytest.mark.parametrize("left, rate, expected", [
    (600, 10.0, NOW + HOUR), (19_588, 142.0, NOW + 8276), (1, 60_000.0, NOW), (1, float("inf"), NOW),
    (0, 10.0, None), (-5, 10.0, None), (600, 0.0, None), (600, -1.0, None), (600, float("nan"), None),
    (7000, 1e-9, None), (7000, 5e-324, None), (366 * 1440, 1.0, NOW + burn.HORIZON_S), (366 * 1440 + 1, 1.0, None),
])
def test_predicted_end(left, rate, expected):
    assert burn.predicted_end(NOW, left, rate) == expected


@given(st.integers(-10, 10**15), st.floats())
def test_a_forecast_is_never_in_the_past(left, rate):
    end = burn.predicted_end(NOW, left, rate)
    assert end is None or NOW <= end <= NOW + burn.HORIZON_S


@pytest.mark.parametrize("left, reset_in_s, expected", [
    (600, HOUR, 10.0), (0, HOUR, 0.0), (-9, HOUR, 0.0), (10, 30, 20.0), (10, 0, 600.0), (10, -50, 600.0),
])
def test_sustainable(left, reset_in_s, expected):
    assert burn.sustainable(left, NOW, NOW + reset_in_s) == expected


@given(st.integers(100, 10**7), st.integers(300, 5 * HOUR))
def test_the_sustainable_pace_ends_at_the_reset(left, reset_in_s):
    end = burn.predicted_end(NOW, left, burn.sustainable(left, NOW, NOW + reset_in_s))
    assert abs(end - (NOW + reset_in_s)) <= 1


# --- the curve --------------------------------------------------------------------------------------------------------

START = NOW - 2 * HOUR


def session(tokens=900, start=START):
    return Block(start, start + 5 * HOUR, None, tokens, None, None, None, None, None)


def row(minute, seen, tokens, start=START):
    return Sample(START + minute * 60, START + seen * 60, start, tokens)


def shape(samples, block=None, now=NOW):
    """The curve in minutes after the start."""
    return [((ts - START) / 60, tokens) for ts, tokens in burn.curve(samples, block or session(), now)]


@pytest.mark.parametrize("samples, expected", [
    ([], [(0, 0), (120, 900)]),
    ([row(10, 30, 200), row(40, 60, 500)], [(0, 0), (10, 200), (30, 200), (40, 500), (60, 500), (120, 900)]),
    ([row(10, 10, 200)], [(0, 0), (10, 200), (120, 900)]),
    ([row(10, 20, 200, start=START - 9), row(30, 40, 0, start=None)], [(0, 0), (120, 900)]),     # not this session
    ([row(10, 10, 500), row(20, 20, 300)], [(0, 0), (10, 500), (20, 500), (120, 900)]),          # counted anew, lower
    ([row(10, 20, 5000)], [(0, 0), (10, 900), (20, 900), (120, 900)]),                           # above what it holds now
    ([row(110, 150, 800), row(160, 170, 850)], [(0, 0), (110, 800), (120, 800), (120, 900)]),    # seen in the future
    ([row(-5, 10, 100)], [(0, 0), (0, 100), (10, 100), (120, 900)]),
    ([row(100, 120, 900)], [(0, 0), (100, 900), (120, 900)]),
])
def test_curve(samples, expected):
    assert shape(samples) == expected


def test_the_curve_of_a_past_session_stops_at_its_end():
    assert shape([], now=NOW + 9 * HOUR) == [(0, 0), (300, 900)]


def test_no_curve_before_the_session():
    assert burn.curve([], session(start=NOW + 1), NOW) == []
    assert burn.curve([], session(start=NOW), NOW) == [(NOW, 0), (NOW, 900)]


def test_what_lies_between_two_points_of_a_step_is_left_out():
    rows = [row(minute, minute, 5 * minute) for minute in (3, 6, 9, 12, 40, 41, 60, 61, 62, 75)]
    points = burn.thinned(burn.curve(rows, session(), NOW), 600)
    assert [(ts - START) // 60 for ts, _ in points] == [0, 9, 12, 40, 41, 60, 62, 75, 120]


@given(st.lists(st.builds(row, st.integers(-99, 200), st.integers(-99, 200), st.integers(0, 2000)), max_size=8),
       st.integers(1, 3600))
def test_a_step_leaves_points_of_the_full_curve(samples, step_s):
    full = burn.curve(sorted(samples), session(), NOW)
    points = burn.thinned(full, step_s)
    assert set(points) <= set(full) and points[0] == full[0] and points[-1] == full[-1]
    assert all(c[0] - a[0] >= step_s for a, c in zip(points, points[2:]))
    assert all(b[0] - a[0] < step_s for a, b in zip(points, points[1:]) for dropped in set(full) - set(points) if a < dropped < b)


@given(st.lists(st.builds(row, st.integers(-99, 200), st.integers(-99, 200), st.integers(0, 2000)), max_size=8))
def test_the_curve_never_falls(samples):
    points = burn.curve(sorted(samples), session(), NOW)
    assert points[0] == (START, 0) and points[-1] == (NOW, 900)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in zip(points, points[1:]))
