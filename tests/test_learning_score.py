"""Scores of forecasts, by hand and against brute force."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.learning import runway, score

EVEN = [(0.0, 0.0), (100.0, 1.0)]                  # equally likely at each minute up to 100
HALF = [(0.0, 0.0), (100.0, 0.5)]                  # as likely as not within 100 minutes


@pytest.mark.parametrize(("curve", "cut", "outcome", "expected"), [
    (EVEN, 100, 100, 100 / 3),                     # the integral of (x / 100)^2
    (EVEN, 100, 0, 100 / 3),
    (EVEN, 100, 50, 100 / 12),
    (HALF, 100, 100, 100 / 12),
    (HALF, 200, 200, 100 / 12 + 25),               # stays at one half after its last point
    (EVEN, 50, 50, 50 / 12),                       # cut at the reset
    ([(30.0, 0.0), (30.0, 1.0)], 100, 50, 20),     # a certain time: the absolute error
    ([(100.0, 0.0)], 100, 40, 60),                 # never
    (EVEN, 0, 0, 0),
])
def test_crps_is_exact(curve, cut, outcome, expected):
    assert score.crps(curve, cut, outcome) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "cut", "minutes"), [(0.5, 100, 50), (0.05, 100, 5), (0.95, 60, 60), (0.0, 100, 0)])
def test_quantiles_are_cut_at_the_reset(share, cut, minutes):
    assert runway.quantile(EVEN, cut, share) == pytest.approx(minutes)


def test_a_share_that_is_never_reached_is_the_reset():
    assert runway.quantile(HALF, 300, 0.6) == 300
    assert runway.quantile([], 300, 0.5) == 300


@pytest.mark.parametrize(("cut", "probability"), [(50, 0.25), (100, 0.5), (300, 0.5), (0, 0)])
def test_probability_before_the_reset(cut, probability):
    assert runway.reached(HALF, cut) == pytest.approx(probability)


def test_errors_of_a_distribution():
    found = score.errors(HALF, (20.0, 200.0), 200, 60, True)
    assert found == (40, pytest.approx(score.crps(HALF, 200, 60)), 0.25, True)
    assert score.errors(HALF, (61.0, 200.0), 200, 60, True).covered is False
    assert score.errors(HALF, None, 200, 200, False) == (100, pytest.approx(100 / 12 + 25), 0.25, None)


@pytest.mark.parametrize(("minutes", "hit", "outcome", "mae", "brier"), [
    (50, True, 80, 30, 0), (50, False, 100, 50, 1), (runway.NEVER, False, 100, 0, 0), (runway.NEVER, True, 70, 30, 1),
    (100, False, 100, 0, 0)])
def test_errors_of_a_certain_time(minutes, hit, outcome, mae, brier):
    assert score.certain(minutes, 100, outcome, hit) == (mae, mae, brier, None)


@pytest.mark.parametrize(("left", "gained", "minutes"), [(50, 25, 120), (50, 0, math.inf), (50, -3, math.inf), (1, 60, 1)])
def test_the_seeds_rule(left, gained, minutes):
    assert runway.seed_minutes(left, gained) == minutes


def test_a_kept_forecast_stands_for_a_distribution():
    found = score.sketch(60, 10, 100, 0.7, 100)
    assert found == [(0, 0), (10, 0.05), (60, 0.5), (100, 0.7)]
    assert score.sketch(100, 100, 100, 0.01, 100) == [(0, 0), (100, 0.01)]


def test_means_over_many():
    found = [score.Errors(10, 5, 0.5, True), score.Errors(20, 15, 0.0, False), score.Errors(30, 10, 0.1)]
    assert score.total(found) == (3, 20, 10, pytest.approx(0.2), 0.5)
    assert score.total([]) == (0, None, None, None, None)
    assert score.total([score.Errors(1, 1, 0)]).coverage90 is None
    assert score.beside(score.total(found), score.total([]))["mae"] == {"ccmon": 20, "seed": None}


CURVES = st.lists(st.tuples(st.floats(0.1, 60), st.floats(0, 1)), min_size=1, max_size=6).map(
    lambda steps: [(sum(step for step, _ in steps[:count + 1]), sorted(share for _, share in steps)[count])
                   for count in range(len(steps))])


@given(CURVES, st.floats(1, 300), st.floats(0, 1))
def test_crps_is_the_integral(curve, cut, part):
    outcome, steps = part * cut, 800
    brute = sum((runway.reached(curve, (step + 0.5) * cut / steps) - ((step + 0.5) * cut / steps >= outcome)) ** 2
                for step in range(steps)) * cut / steps
    assert score.crps(curve, cut, outcome) == pytest.approx(brute, abs=cut / 100 + 1e-6)


@given(CURVES, st.floats(1, 300))
def test_quantiles_rise_and_agree_with_the_probability(curve, cut):
    found = [runway.quantile(curve, cut, share / 20) for share in range(1, 20)]
    assert found == sorted(found) and 0 <= found[0] and found[-1] <= cut
    for share, minutes in zip(range(1, 20), found):
        if minutes < cut:
            assert runway.reached(curve, minutes + 1e-6) >= share / 20 - 1e-3
