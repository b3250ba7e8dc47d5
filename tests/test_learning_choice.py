"""Which rule is shown: by windows won and lost, whatever the rules are, and how sure that is."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_learning_forecast_scores import HOUR, RESET, made

from ccmon import checked
from ccmon.learning import score, state
from ccmon.learning.score import LAST, Loss
from ccmon.learning.values import LEAST_COMPARED
from ccmon.when import SESSION_S

MINUTES = st.lists(st.integers(-40, 40), min_size=1, max_size=9)


def windows(*minutes):
    return [Loss(RESET + at * SESSION_S, float(loss)) for at, loss in enumerate(minutes)]


@given(MINUTES)
def test_the_chance_is_that_of_all_signs(minutes):
    """Against trying each: differences are cut into 400 steps, so that sums that are nearly alike may change sides."""
    whole, least = sum(map(abs, minutes)), sum(minutes)
    sums = [sum(sign * value for sign, value in zip(signs, minutes)) for signs in product((1, -1), repeat=len(minutes))]
    slack = whole * len(minutes) / 400
    low, high = (sum(total >= least + shift for total in sums) / len(sums) for shift in (slack, -slack))
    assert low - 1e-9 <= score.chance(minutes) <= high + 1e-9 if whole else score.chance(minutes) == 1.0


def test_the_chance_of_losing_every_time_is_that_of_so_many_coins():
    assert [score.chance([3.5] * count) for count in (1, 2, 8)] == [1 / 2, 1 / 4, 1 / 256]


@pytest.mark.parametrize("minutes, rule", [
    ([5] * (LEAST_COMPARED - 1), "learned"), ([5] * LEAST_COMPARED, "simple"),               # so few say nothing
    ([-5] * 40, "learned"), ([0] * 40, "learned"), ([5, -5] * 20, "learned"),
    ([0.5] * 40, "learned"),                                                # surely, but by half a minute
    ([90] + [-1] * 19, "learned"),                                          # one window alone is chance
    ([-9] * 30 + [9] * 10, "learned"), ([-9] * 30 + [9] * 17, "simple"),    # old windows count against new ones, but not for ever
    ([5] * LEAST_COMPARED + [-5] * (LEAST_COMPARED - 1), "simple"), ([5] * LEAST_COMPARED + [-5] * LEAST_COMPARED, "learned"),
    ([5] * LEAST_COMPARED + [-5] * LEAST_COMPARED + [5] * (LEAST_COMPARED - 1), "learned"),
])
def test_who_loses_by_more_than_chance_is_not_shown(minutes, rule):
    assert score.choice_of(windows(*minutes)).rule == rule


@given(st.lists(st.integers(-30, 30), max_size=60))
def test_whatever_happens_the_reasons_fit(minutes):
    found = score.choice_of(windows(*minutes))
    assert found.rule == "learned" or found.then.lost_min > 0 and found.then.chance < score.CHANCE
    assert (found.since == 0) == (found.then.windows == 0) and found.now.windows <= min(LAST, len(minutes))
    assert found.since == 0 or found.then.windows >= LEAST_COMPARED
    assert state.load_choice(found) == found


def test_a_window_counts_once_and_plain_rates_say_nothing():
    """The runway says the limit is as likely as not, the simple rule is right; ten such forecasts are one window."""
    wrong = {"median": 180, "high": 180, "probability": 0.5, "seed": 130, "outcome": 130}
    ten = [made(ts=RESET - 3 * HOUR + 60 * at, resets_at=RESET + 30 * at, **wrong) for at in range(10)]
    others = (made(rule="last_hour", resets_at=RESET + SESSION_S), made(outcome=None), made(window_s=9))
    found = score.scores_of([*ten, *others]).losses
    assert len(found) == 1 and found[0].minutes > 10
    apart = [one._replace(resets_at=RESET + at * SESSION_S) for at, one in enumerate(ten)]
    assert score.choice_of(score.scores_of(apart).losses).rule == "simple"


@pytest.mark.parametrize("damage", [None, [], ["best", 0, [0, 0, 1], [0, 0, 1]], ["simple", -1, [0, 0, 1], [0, 0, 1]],
                                    ["simple", 5, [0, 0, 2], [0, 0, 1]], ["simple", 5, [0, float("nan"), 1], [0, 0, 1]]])
def test_a_damaged_choice_is_none(damage):
    with pytest.raises(checked.Damage):
        state.load_choice(damage)
