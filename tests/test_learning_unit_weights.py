"""The ruler: the right one is chosen on simulated users, and what it measures fits the percentages that are shown later."""

from functools import lru_cache
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator import WEIGHTINGS, Scenario, simulate

from ccmon.learning import least_squares
from ccmon.learning.intervals import Interval, UseLookup, intervals_of
from ccmon.learning.unit_weights import ranked
from ccmon.learning.values import MENU, WINDOW_S, UnitWeights, measure, meter
from ccmon.usage.prices import token_rates

pytestmark = pytest.mark.newest_only

OPUS = "claude-opus-4-6"
RIGHT = {"list_price": "cost", "in_out": "tokens", "all_tokens": "all_tokens", "cheap_reads": "models", "own_mix": "models"}
ROUNDINGS = ("floor", "round", "ceil")


@lru_cache(maxsize=None)
def history(seed, weighting, elsewhere=0.3, days=24):
    sim = simulate(Scenario(seed=seed, days=days, weighting=weighting, elsewhere=elsewhere, rounding=ROUNDINGS[seed % 3]))
    return sim, intervals_of(sim.readings, sim.use)


def missed(sim, ruler, known):
    """Points by which the ruler misses the end of later windows that were used here alone."""
    load = {}
    for interval in known:
        for key, count in interval.load.items():
            load[key] = load.get(key, 0.0) + count
    scale = measure(ruler, load) / sum(count * sim.weights.get(key, 0.0) for key, count in load.items())
    used = UseLookup(sim.use)
    later = [window for window in sim.windows if window.start >= known[-1].end and window.seen > 0.9999 and not window.hit_at]
    return [abs(100 * measure(ruler, used.between(window.start, window.resets_at)) / (scale * window.limit) - window.percent)
            for window in later[:20]]


@pytest.mark.parametrize("weighting", sorted(WEIGHTINGS))
def test_the_right_ruler_is_chosen_and_tells_later_windows(weighting):
    errors, names = [], []
    for seed in (0, 1, 4):
        sim, intervals = history(seed, weighting)
        ruler = ranked(intervals[:100], token_rates)[0]
        names.append(ruler.name)
        errors.append(median(missed(sim, ruler, intervals[:100])))
        assert ruler.error_points < 1.5 and ruler.readings > 90
    assert names.count(RIGHT[weighting]) >= 2
    assert median(errors) <= 1.0


@pytest.mark.parametrize("weighting", ["list_price", "in_out"])
def test_windows_partly_used_elsewhere_do_not_mislead(weighting):
    _, intervals = history(2, weighting, elsewhere=0.9)
    ruler = ranked(intervals[:90], token_rates)[0]
    assert ruler.name == RIGHT[weighting]
    assert ruler.error_points < 1.0


@pytest.mark.parametrize("weighting, least", [("list_price", 2.0), ("own_mix", 2.0)])
def test_a_wrong_ruler_shows_a_larger_error(weighting, least):
    _, intervals = history(1, weighting)
    rulers = {ruler.name: ruler for ruler in ranked(intervals[:100], token_rates)}
    assert rulers["tokens"].error_points > least > rulers[RIGHT[weighting]].error_points


def test_ranked_begins_with_the_chosen_and_holds_the_menu():
    _, intervals = history(1, "own_mix")
    rulers = ranked(intervals[:60], token_rates)
    assert {ruler.name for ruler in rulers} == set(MENU)
    assert [ruler.name for ruler in ranked(intervals[:60], token_rates, menu=("cost",))] == ["cost"]


def test_the_fewer_windows_the_more_doubt():
    _, intervals = history(1, "own_mix")
    few, many = ({ruler.name: ruler.doubt for ruler in ranked(intervals[:count], token_rates)} for count in (20, 150))
    assert few["models"] > 2 * many["models"] > 0.0


def test_windows_that_say_the_same_are_doubted_while_they_are_few():
    loads = [{("", "output"): 50.0 + 7 * (n % 5), ("", "cache_read"): 90.0 - 9 * (n % 4)} for n in range(24)]
    intervals = [interval(load, load[("", "output")] * 0.5 + load[("", "cache_read")] * 0.1, n) for n, load in enumerate(loads)]
    few, many = (ranked(intervals[:count], token_rates, menu=("kinds",))[0].doubt for count in (4, 24))
    assert few > 3 * many


def interval(load, points=10.0, number=0):
    return Interval(WINDOW_S * (number + 9), WINDOW_S * number, WINDOW_S * number + 60, points, load, True)


@pytest.mark.parametrize("load, names", [
    ({("", "cost"): 2.0}, {"cost"}),
    ({("", "input"): 5.0, ("", "output"): 9.0}, {"tokens", "all_tokens", "kinds"}),
    ({(OPUS, "output"): 9.0}, {"tokens", "all_tokens", "cost", "kinds", "models"}),
    ({("new-model", "output"): 9.0}, {"tokens", "all_tokens", "kinds", "models"}),
    ({(OPUS, "output"): 9.0, ("", "output"): 9.0}, {"tokens", "all_tokens", "kinds"}),
    ({(OPUS, "cache_read"): 9.0, ("", "cost"): 1.0}, {"all_tokens", "cost", "kinds", "models"}),
], ids=["cost alone", "no models", "priced", "no price", "half unknown", "cache alone"])
def test_only_what_is_known_is_on_the_menu(load, names):
    found = ranked([interval(load, number=number) for number in range(4)], token_rates)
    assert {ruler.name for ruler in found} == names
    assert all(measure(ruler, load) > 0 for ruler in found)


@pytest.mark.parametrize("intervals", [[], [interval({})], [interval({(OPUS, "output"): 0.0})]])
def test_nothing_used_here_gives_no_ruler(intervals):
    assert ranked(intervals, token_rates) == []


def test_without_costs_the_price_list_is_used():
    alike = [interval({(OPUS, "output"): 4e6, (OPUS, "input"): 1e6}, number=number) for number in range(3)]
    found = ranked(alike, token_rates, menu=("cost",))
    assert measure(found[0], {(OPUS, "output"): 1e6}) == pytest.approx(25.0)


@pytest.mark.parametrize("load, expected", [
    ({("opus", "input"): 10.0}, 20.0),
    ({("other", "input"): 10.0}, 5.0),
    ({("", "input"): 10.0, ("opus", "output"): 1.0}, 5.0),
    ({("", "cost"): 3.0}, 0.0),
    ({}, 0.0),
])
def test_models_without_a_weight_take_the_common_one(load, expected):
    ruler = UnitWeights("models", (("opus", "input", 2.0), ("", "input", 0.5)))
    assert measure(ruler, load) == meter(ruler)(load) == expected


@pytest.mark.parametrize("weighting", ["cheap_reads", "own_mix"])
def test_fitted_weights_count_about_as_tokens(weighting):
    _, intervals = history(1, weighting)
    loads = [interval.load for interval in intervals[:80]]
    tokens = sum(count for load in loads for (_, kind), count in load.items() if kind in ("input", "output"))
    for ruler in ranked(intervals[:80], token_rates):
        if ruler.name in ("kinds", "models"):
            assert sum(measure(ruler, load) for load in loads) == pytest.approx(tokens)
            assert min(weight for _, _, weight in ruler.weights) >= 0


@given(st.lists(st.lists(st.floats(0, 9), min_size=3, max_size=3), min_size=6, max_size=12),
       st.lists(st.floats(0.1, 5), min_size=3, max_size=3))
def test_least_squares_are_never_negative_and_best(rows, truth):
    points = [sum(a * b for a, b in zip(row, truth)) for row in rows]
    gram = [[sum(row[i] * row[j] for row in rows) for j in range(3)] for i in range(3)]
    right = [sum(row[i] * shown for row, shown in zip(rows, points)) for i in range(3)]
    found = least_squares.least_squares(gram, right, [1.0, 1.0, 1.0])

    def loss(weights):
        return sum((sum(a * b for a, b in zip(row, weights)) - shown) ** 2 for row, shown in zip(rows, points))

    assert min(found) >= 0
    assert loss(found) <= loss([1.0, 1.0, 1.0]) + 1e-6


@pytest.mark.parametrize("truth", [(1.0, 0.05), (0.1, 1.0), (1.0, 0.0)])
def test_weights_far_from_the_prior_are_found(truth):
    """The second column fills few rows: what they say must not be taken for noise."""
    columns = [[40.0 + 3 * n for n in range(12)] + [2.0, 1.0, 4.0], [0.0] * 12 + [60.0, 80.0, 50.0]]
    points = least_squares.predicted(truth, columns)
    rows = least_squares.Rows(columns, [points[0] + 25, *points[1:]], [0.3] * 15, list(range(15)))
    found = least_squares.fit(rows, [1.0, 1.0], 2.0)
    assert found.weights == pytest.approx(truth, abs=0.02)
    assert found.noise < 0.02


def test_models_of_hardly_any_use_weigh_by_the_price_list():
    haiku = "claude-haiku-4-5"
    loads = [{(OPUS, "output"): 1e5 + 1e4 * (n % 3), (haiku, "output"): 100.0} for n in range(6)]
    parts = [interval(load, load[(OPUS, "output")] / 1e4, n) for n, load in enumerate(loads)]
    ruler = ranked(parts, token_rates, menu=("models",))[0]
    opus, small, other = (measure(ruler, {(model, "output"): 1.0}) for model in (OPUS, haiku, "other"))
    assert small == pytest.approx(opus / 5) and other == pytest.approx(opus)


def test_negative_answers_become_zero():
    assert least_squares.least_squares([[1.0, 0.0], [0.0, 1.0]], [2.0, -3.0], [1.0, 1.0]) == [2.0, 0.0]


@pytest.mark.parametrize("amounts", [(1.0, 0.0), (0.0, 2.0), (3.0, 1.0)])
def test_the_spread_of_what_is_told_is_that_of_the_inverse(amounts):
    a, b, c = 4.0, 1.0, 9.0
    x, y = amounts
    inverse = (c * x * x - 2 * b * x * y + a * y * y) / (a * c - b * b)
    assert least_squares.spread([[a, b], [b, c]], amounts) == pytest.approx(inverse ** 0.5)
