"""How well a limit explains a window, and the hours at which it is another one."""

import math
import random
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.learning import evidence
from ccmon.learning.evidence import STEP, Grid, Likelihood, Noise, Rhythm, Row, rhythm_of
from ccmon.learning.intervals import densities

DAY_S, MONDAY = 86400, 1780272000      # 2026-06-01, a Monday
GRID = Grid(-1.0, 200)
BLUR = 0.04


def windows(count, whole, local, sd=0.03, seed=1):
    """Windows of six intervals at a log limit of 0."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        alone = rng.random() < whole
        shares = [1.0 if alone or rng.random() < local else 1 - rng.random() for _ in range(6)]
        found.append([Row(math.log(share) + rng.gauss(0, math.hypot(sd, BLUR)), BLUR) for share in shares])
    return found


def best(vector):
    return GRID.log_limit(vector.index(max(vector)))


# --- sums and densities -------------------------------------------------------------------------------------------------

@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_log_sum(values):
    assert evidence.log_sum(values) == pytest.approx(math.log(sum(math.exp(value) for value in values)), abs=1e-9)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20))
def test_the_mean_place_is_on_the_grid(values):
    assert 0 <= evidence.mean(values) <= len(values) - 1


@pytest.mark.parametrize("sd, mostly", [(0.01, 0.0), (0.05, 0.0), (0.05, 0.5), (0.2, 0.0)])
def test_densities_sum_to_one(sd, mostly):
    offs = [n / 1000 for n in range(-6000, 2000)]
    here, partly = zip(*densities(offs, repeat(sd), mostly))
    assert sum(here) / 1000 == pytest.approx(1, abs=1e-6) and sum(partly) / 1000 == pytest.approx(1, abs=0.025)


def test_rounding_counts_by_points():
    assert evidence.row(50, 10, sharp=False).log_limit == pytest.approx(math.log(500))
    assert evidence.row(50, 10, sharp=True).blur < evidence.row(50, 10, sharp=False).blur < evidence.row(50, 5, False).blur
    assert math.isfinite(evidence.row(0, 10, sharp=False).log_limit)


# --- one window -----------------------------------------------------------------------------------------------------------

def test_a_window_speaks_for_its_own_limit():
    vector = Likelihood(GRID, Noise()).window([Row(0.3, BLUR)] * 4)
    assert best(vector) == pytest.approx(0.3, abs=STEP)


def test_a_higher_limit_is_no_surprise_and_a_lower_one_is():
    """Less may be seen here than was used, never more."""
    vector = Likelihood(GRID, Noise()).window([Row(0.0, BLUR), Row(-0.1, BLUR)])
    at = {off: vector[round((off - GRID.low) / STEP)] for off in (-0.4, 0.0, 0.4)}
    assert at[0.0] > at[0.4] > at[-0.4] + 3


def test_equal_shares_are_one_piece_of_evidence():
    likelihood = Likelihood(GRID, Noise())
    gains = [max(vector) - vector[round((0.5 - GRID.low) / STEP)]
             for vector in (likelihood.window([Row(0.0, BLUR)] * count) for count in (2, 12))]
    assert gains[1] < gains[0] + 3


def test_intervals_beyond_the_grid_do_not_meet_at_its_edge():
    low = Likelihood(GRID, Noise()).window([Row(-5, BLUR), Row(-3, BLUR), Row(-4, BLUR), Row(0.0, BLUR)])
    assert best(low) == pytest.approx(0, abs=2 * STEP)


def test_the_grid_holds_what_several_windows_say():
    rows = [[Row(0.0, BLUR)]] * 5 + [[Row(9.0, BLUR)]] + [[Row(1.0, BLUR)]] * 5 + [[Row(-9.0, BLUR)]] + [[Row(1.0, BLUR)]]
    grid = evidence.grid_for(rows)
    assert -1 < grid.low < 0 and 1 < grid.log_limit(grid.size - 1) < 2


# --- the noise --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("whole, local", [(0.95, 0.5), (0.6, 0.5), (0.3, 0.7)])
def test_the_noise_is_fitted(whole, local):
    noise = evidence.fitted(windows(80, whole, local), GRID, Noise())
    assert noise.sd == pytest.approx(0.03, abs=0.015)
    assert noise.whole == pytest.approx(whole, abs=0.15)
    assert noise.local == pytest.approx(local, abs=0.2)


def test_outliers_are_no_noise():
    rows = windows(40, 1.0, 1.0)
    rows[3][2] = Row(-6.0, BLUR)
    rows[9][1] = Row(4.0, BLUR)
    assert evidence.fitted(rows, GRID, Noise()).sd < 0.05
    assert evidence.fitted([], GRID, Noise()) == Noise()


# --- hours of the week --------------------------------------------------------------------------------------------------

def starts(days=21):
    return [MONDAY + day * DAY_S + hour * 3600 for day in range(days) for hour in (8, 13, 18, 23)]


def vectors(limits):
    likelihood = Likelihood(GRID, Noise())
    return [likelihood.window([Row(limit, BLUR)] * 3) for limit in limits]


@pytest.mark.parametrize("covers", [
    Rhythm((0, 1, 2, 3, 4), 12, 3, -0.3, 0), Rhythm((0, 1, 2, 3, 4), 13, 6, 0.4, 0), Rhythm((5, 6), 0, 24, -0.2, 0),
    Rhythm((0, 1, 2, 3, 4, 5, 6), 22, 12, 0.2, 0),
])
def test_hours_with_another_limit_are_found(covers):
    found = rhythm_of(starts(), vectors([covers.shift(start) for start in starts()]))
    assert found is not None and found.log_bayes > 10
    shifts = [(found.shift(start), covers.shift(start)) for start in starts()]
    apart = {round(told - true, 1) for told, true in shifts}
    assert len(apart) == 1             # the same hours, or all the others with the opposite sign


@pytest.mark.parametrize("days", [0, 1, 3, 21])
def test_a_steady_limit_has_no_hours(days):
    assert rhythm_of(starts(days), vectors([0.0] * len(starts(days)))) is None


@pytest.mark.parametrize("day, hour, inside", [(0, 13, True), (0, 12, False), (0, 18, True), (0, 19, False), (5, 13, False),
                                               (7, 13, True)])
def test_which_windows_are_covered(day, hour, inside):
    rhythm = Rhythm((0, 1, 2, 3, 4), 13, 6, 0.5, 9)
    start = MONDAY + day * DAY_S + hour * 3600 + 59
    assert rhythm.shift(start) == (0.5 if inside else 0.0)
