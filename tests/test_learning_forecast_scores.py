"""How good past forecasts were: scores of made-up ones whose outcome is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.learning import score
from ccmon.model import Forecast
from ccmon.when import SESSION_S

T = 1_764_000_000
MIN, HOUR = 60, 3600
RESET = T + 3 * HOUR


def made(median=120, low=60, high=180, probability=0.8, seed=100, outcome=130, reached=True, **fields):
    """Minutes from T; an outcome of None is open."""
    at = {name: T + value * MIN for name, value in (("median", median), ("low", low), ("high", high), ("seed_at", seed))}
    end = None if outcome is None else T + outcome * MIN
    known = {"ts": T, "resets_at": RESET, "percent": 40.0, "probability": probability, "rule": "runway", "outcome_at": end,
             "reached": None if outcome is None else reached}
    return Forecast(**{**known, **at, **fields})


def test_nothing_is_over():
    found = score.scores_of([made(outcome=None)])
    assert (found.ours.n, found.seed.n, found.windows, found.error_min, found.open) == (0, 0, 0, None, 1)
    assert score.scores_of([]) == found._replace(open=0)


def test_one_that_came_true():
    found = score.scores_of([made()])
    assert (found.ours.n, found.windows, found.error_min, found.open) == (1, 1, 10.0, 0)
    assert found.ours.mae_min == 10 and found.seed.mae_min == found.seed.crps_min == 30
    assert 0 < found.ours.crps_min < 30 and found.ours.brier == pytest.approx(0.04) and found.seed.brier == 0
    assert (found.ours.coverage90, found.seed.coverage90) == (1.0, None)


@pytest.mark.parametrize("outcome, reached, inside", [(59, True, False), (60, True, True), (180, False, True), (20, True, False)])
def test_the_interval_counts(outcome, reached, inside):
    assert score.scores_of([made(outcome=outcome, reached=reached)]).ours.coverage90 == float(inside)


def test_it_lasted_to_the_reset():
    """The outcome is the reset, whenever that was noticed."""
    found = score.scores_of([made(probability=0.3, median=180, seed=90, outcome=200, reached=False)])
    assert found.ours.mae_min == 0 and found.ours.brier == pytest.approx(0.09)
    assert found.seed.mae_min == 90 and found.seed.brier == 1


@pytest.mark.parametrize("rule", ["last_hour", "average"])
def test_the_seeds_rule_has_no_interval(rule):
    """While too little is known ccmon says what the seed's rule says, and scores like it."""
    found = score.scores_of([made(rule=rule, median=100, low=100, high=100, probability=1.0)])
    assert found.ours == found.seed and found.ours.coverage90 is None
    lasting = score.scores_of([made(rule=rule, median=180, low=180, high=180, probability=0.0, seed=180)])
    assert lasting.ours == lasting.seed


def test_windows_are_told_apart_and_resets_that_jitter_are_one():
    forecasts = [made(resets_at=RESET + shift) for shift in (0, 40, 300, SESSION_S, SESSION_S + 60)]
    assert score.scores_of(forecasts).windows == 2


def test_the_week_is_scored_for_itself():
    forecasts = [made(), made(window_s=7 * 86_400, resets_at=T + 5 * 86_400)]
    assert score.scores_of(forecasts).ours.n == score.scores_of(forecasts, 7 * 86_400).ours.n == 1


@given(st.lists(st.builds(made, *[st.integers(0, 400)] * 3, st.floats(0, 1), st.integers(0, 400), st.integers(-10, 400),
                          st.booleans(), rule=st.sampled_from(["runway", "last_hour", "arima"])), min_size=1))
def test_any_forecasts_have_a_score(forecasts):
    found = score.scores_of(forecasts)
    assert found.ours.n == len(forecasts)
    assert 0 <= found.ours.crps_min <= 180 and 0 <= found.ours.brier <= 1 and 0 <= found.error_min <= 400
