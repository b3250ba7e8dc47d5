"""The limit as a posterior, by percentages and by events: made-up windows with a known limit."""

from functools import lru_cache
from statistics import NormalDist, median

import pytest
import scenes
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator import Scenario, simulate

from ccmon.learning import intervals, learner, posterior
from ccmon.learning.intervals import Interval, intervals_of
from ccmon.learning.posterior import estimate
from ccmon.learning.runway import limit_draws
from ccmon.learning.values import WINDOW_S, Estimate, Reading, UnitWeights, Use, measure
from ccmon.usage.prices import token_rates
from ccmon.views.limit_words import between, cut_offs, limit_words

pytestmark = pytest.mark.newest_only


COST = UnitWeights("cost", (("", "cost", 1.0),))
ROUNDINGS = ("floor", "round", "ceil")
SEEDS = range(10)


@lru_cache(maxsize=None)
def history(seed, elsewhere, rounding):
    """Intervals and the true limit in USD: the server weighs by price."""
    sim = simulate(Scenario(seed=seed, days=16, elsewhere=elsewhere, rounding=rounding))
    return intervals_of(sim.readings, sim.use)[:100], sim.limits[0][1]


def errors(elsewhere, count, rounding=None):
    """Of each user: the relative error, whether the interval holds the true limit, and the estimate."""
    found = []
    for seed in SEEDS:
        intervals, limit = history(seed, elsewhere, rounding or ROUNDINGS[seed % 3])
        known = estimate(intervals[:count], COST)
        found.append((abs(known.median / limit - 1), known.low <= limit <= known.high, known))
    return found


@pytest.mark.parametrize("elsewhere, count, most", [(0.0, 30, 0.01), (0.3, 30, 0.03), (0.7, 30, 0.03), (0.3, 100, 0.01),
                                                    (0.7, 100, 0.01)])
def test_the_limit_is_near_the_truth_and_in_the_interval(elsewhere, count, most):
    found = errors(elsewhere, count)
    assert median(error for error, _, _ in found) <= most
    assert sum(held for _, held, _ in found) >= len(found) - 2      # 90 %, and what ten users may be off by
    assert sum(known.learned for _, _, known in found) >= len(found) - 2
    covered = sum(known.covered for _, _, known in found) / len(found)
    assert covered == pytest.approx(1 - elsewhere, abs=0.25)


def whole(amount, points=100.0, number=0, **parts):
    begin = WINDOW_S * number
    return Interval(begin + WINDOW_S, begin, begin + 9000, points, {("", "cost"): amount}, True, **parts)


def full(*amounts):
    return [whole(amount, number=number, exact=True) for number, amount in enumerate(amounts)]


@pytest.mark.parametrize("intervals", [[], [whole(0.0)], [Interval(1, 0, 1, 50.0, {("", "input"): 5.0})]])
def test_without_a_percentage_there_is_no_limit(intervals):
    assert estimate(intervals, COST, [30.0, 40.0]) is None


def test_one_hit_is_a_guess_with_a_wide_interval():
    known = estimate(full(20.0), COST)
    assert not known.learned
    assert known.low <= 20.0 <= known.high and known.high > 1.5 * known.low


@pytest.mark.parametrize("shown", ["hits", "percentages"])
def test_windows_that_agree_are_learned(shown):
    amounts = (20.0, 20.1, 19.95, 20.02, 20.05, 19.9)
    parts = [whole(0.6 * amount, 60.0, number) for number, amount in enumerate(amounts)]
    known = estimate(full(*amounts) if shown == "hits" else parts, COST)
    assert known.learned and known.noise <= 0.04
    assert known.low < known.median < known.high
    assert known.median == pytest.approx(20.0, rel=0.015)
    assert (known.readings, known.windows, known.covered) == (6, 6, 1.0)


def test_windows_used_elsewhere_count_as_such():
    known = estimate(full(20.0, 11.0, 20.1, 7.0, 19.95, 20.02, 3.0, 20.04), COST)
    assert known.median == pytest.approx(20.0, rel=0.01)
    assert known.covered == 5 / 8


def test_of_a_long_history_the_latest_windows_count():
    later = [Interval(one.window + 10**8, one.start + 10**8, one.end + 10**8, *one[3:]) for one in full(*[20.0] * 180)]
    known = estimate([*full(*[90.0] * 700), *later], COST)
    assert known.median == pytest.approx(20.0, rel=0.01)
    assert (known.windows, known.covered) == (150, 1.0)


def test_one_absurd_window_moves_nothing():
    plain, absurd = estimate(full(*[20.0] * 8), COST), estimate(full(*[20.0] * 8, 900.0), COST)
    assert absurd.median == pytest.approx(plain.median, rel=0.005)


@pytest.mark.parametrize("amounts", [(20, 26, 15, 31, 22, 18, 28, 24), (5, 20, 9, 50, 2, 14, 33, 70)])
def test_what_does_not_agree_is_not_learned(amounts):
    known = estimate(full(*amounts), COST)
    assert not known.learned


def test_many_windows_of_much_noise_are_not_learned_however_narrow_the_interval():
    bell = [NormalDist(20.0, 1.6).inv_cdf((n + 0.5) / 60) for n in range(60)]
    known = estimate(full(*bell), COST)
    assert known.high / known.low < 1.3 and known.noise > 0.04 and not known.learned


def test_percentages_that_are_rounded_up_do_not_shift_the_limit():
    shown = [whole(0.2 * (points - 0.85), points, n) for n, points in enumerate((92, 85, 74, 65, 56, 47, 44, 42, 31, 30))]
    known = estimate([*shown, *full(20.0)], COST)
    assert known.median == pytest.approx(20.0, rel=0.003) and known.low < 20.0 < known.high


@pytest.mark.parametrize("count, windows", [(5, 5), (12, 2)])
def test_a_handful_in_three_windows_is_needed(count, windows):
    intervals = [Interval(WINDOW_S * (n % windows + 1), 0, 60, 40.0, {("", "cost"): 8.0}, True) for n in range(count)]
    assert not estimate(intervals, COST).learned


def test_floors_push_the_limit_up():
    alone, bounded = estimate(full(20.0), COST), estimate(full(20.0), COST, [1.0, 23.0, 24.0, 26.0])
    assert bounded.median > 26.0 > alone.low and bounded.low > alone.low


def test_floors_below_say_nothing():
    assert estimate(full(20.0, 20.1, 20.0), COST, [0.0, 3.0, 9.0]).median == pytest.approx(20.0, rel=0.01)


def test_the_rulers_doubt_widens_the_interval():
    intervals = full(*[20.0] * 8)
    sure, doubted = estimate(intervals, COST), estimate(intervals, COST._replace(doubt=0.1))
    assert doubted.median == sure.median
    assert doubted.high / doubted.low > 1.3 > 1.05 > sure.high / sure.low


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_the_way_of_rounding_is_found(rounding):
    assert median(error for error, _, _ in errors(0.3, 60, rounding)) <= 0.006


@given(st.lists(st.tuples(st.floats(1e-3, 1e9), st.floats(8, 100), st.booleans(), st.booleans()), min_size=1, max_size=12),
       st.lists(st.floats(0, 1e9), max_size=4))
@settings(max_examples=examples(25), deadline=None)
def test_whatever_was_read_the_interval_holds_the_median(rows, floors):
    intervals = [Interval(WINDOW_S * (n + 1), WINDOW_S * n, WINDOW_S * n + 60, points, {("", "cost"): amount}, begun, exact)
                 for n, (amount, points, begun, exact) in enumerate(rows)]
    known = estimate(intervals, COST, floors)
    assert 0 < known.low <= known.median <= known.high < float("inf")
    assert 0 <= known.covered <= 1


def test_draws_are_the_posteriors_quantiles():
    known = Estimate(100.0, 90.0, 120.0, 0.01, 9, 9, 1.0, True)
    found = limit_draws(known, 10)
    assert found == sorted(found) and len(found) == 10
    assert found[0] == pytest.approx(known.low, rel=1e-3) and found[-1] == pytest.approx(known.high, rel=1e-3)
    assert limit_draws(known, 1) == pytest.approx([100.0])


OPUS, HAIKU = "claude-opus-4-6", "claude-haiku-4-5"            # $5 and $25, $1 and $5, a million tokens in and out
MIXES = ((4, 1, 0), (1, 3, 60), (2, 1, 9), (6, 2, 200), (1, 1, 30), (9, 1, 4), (3, 5, 90), (2, 7, 15), (5, 1, 300), (1, 9, 120))
RATES = {(OPUS, "input"): 5e-6, (OPUS, "output"): 25e-6, (OPUS, "cache_read"): 0.5e-6}
RULES = {"cost": RATES, "tokens": {(OPUS, "input"): 1.0, (OPUS, "output"): 1.0},
         "all_tokens": {key: 1.0 for key in RATES}, "models": {**RATES, (OPUS, "cache_read"): 0.0}}
START = 1780272000


def load_of(mix, amount, weights=RATES):
    """So much of the mix (input, output, cache reads) that it weighs the amount."""
    load = dict(zip(RATES, map(float, mix)))
    factor = amount / sum(count * weights.get(key, 0.0) for key, count in load.items())
    return {key: count * factor for key, count in load.items()}


def cut_off(amounts, weights=RATES, events_at=None, mixes=MIXES):
    """One window a day of three hours' work; those in events_at (by default all) were cut off at its end."""
    use, readings = [], []
    for number, amount in enumerate(amounts):
        begin, load = START + 86_400 * number, load_of(mixes[number % len(mixes)], amount / 3, weights)
        use += [Use(begin + hour * 3600, 60, load) for hour in range(3)]
        if events_at is None or number in events_at:
            readings.append(Reading(begin + 2 * 3600 + 60, 100.0, begin + WINDOW_S, "limit"))
    return use, readings, START + 86_400 * len(amounts)


def learned(amounts, *given, **more):
    use, readings, now = cut_off(amounts, *given, **more)
    return posterior.by_events(intervals.intervals_of(readings, use), use, now, token_rates)


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_ruler_is_the_one_in_which_the_events_agree(name):
    amount = 20.0 if name in ("cost", "models") else 400_000.0
    use, readings, now = cut_off([amount] * 4, RULES[name])
    chosen, limit = posterior.by_events(intervals.intervals_of(readings, use), use, now, token_rates)
    assert chosen.name == name and limit.learned and limit.noise < 0.02
    assert limit.low <= measure(chosen, load_of(MIXES[1], amount, RULES[name])) <= limit.high <= 1.05 * limit.low
    assert (limit.readings, limit.windows, limit.covered) == (4, 4, 1.0)


@pytest.mark.parametrize("amounts, is_learned", [
    ((20,), False), ((20, 20), False), ((20, 20.1, 19.95), True), ((20, 14, 9), False),
    ((20, 11, 20.1, 19.95), True),     # one of them was partly used elsewhere
    ((20, 20.05, 7, 20.1, 15, 19.9, 3, 20.02, 12, 20), True)])
def test_three_events_that_agree_are_learned(amounts, is_learned):
    chosen, limit = learned(amounts)
    assert limit.learned == is_learned and chosen.name == "cost"
    assert limit.low <= 20 <= limit.high
    if is_learned:
        assert limit.median == pytest.approx(20, rel=0.01) and limit.high < 1.1 * limit.low


def test_one_event_is_a_guess_by_cost_with_a_wide_interval_above_it():
    chosen, limit = learned((20,))
    assert chosen.name == "cost" and limit.high > 2 * limit.low and limit.low > 18


def test_windows_without_an_event_raise_the_limit_if_they_held_more():
    alone, beside = learned((20, 15, 5)), learned((20, 15, 5, 26, 27, 25), events_at=(0, 1, 2))
    assert alone[1].median < 22 < beside[1].median and beside[1].low > alone[1].low


def test_of_many_events_the_latest_count():
    _, limit = learned([90.0] * 30 + [20.0] * posterior.MOST_EVENTS)
    assert limit.windows == posterior.MOST_EVENTS and limit.median == pytest.approx(20, rel=0.01)


@given(st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=8), st.sets(st.integers(0, 7), min_size=1))
@settings(max_examples=examples(10), deadline=None)
def test_whatever_was_used_the_interval_holds_the_median(amounts, hits):
    found = learned(amounts, events_at=hits)
    if found:
        assert 0 < found[1].low <= found[1].median <= found[1].high < float("inf") and 0 <= found[1].covered <= 1
    assert bool(found) == any(hit < len(amounts) for hit in hits)


def test_nothing_used_here_teaches_nothing():
    _, readings, now = cut_off([20.0] * 4)
    use = [Use(START - 86_400, 60, {(HAIKU, "input"): 5.0})]
    assert posterior.by_events(intervals.intervals_of(readings, use), use, now, token_rates) is None
    assert learner.learn(use, readings, [], [], now, token_rates).learned.estimate is None


@pytest.mark.parametrize("amounts, percents, words", [
    ([20.0] * 5, [], "cut off 5 times"), ([20.0], [], "cut off once"), ([20.0] * 2, [], "cut off twice"),
    ([20.0] * 3, [10, 30, 50, 70, 90], ""), ([], [10, 30, 50, 70, 90], "")])
def test_only_what_rests_on_events_alone_says_so(amounts, percents, words):
    use, readings, now = cut_off(amounts)
    at = now + 86_400
    use += [Use(at + n * 600, 60, load_of(MIXES[2], 4.0)) for n in range(5)]
    readings += [Reading(at + n * 600 + 60, percent, at + WINDOW_S) for n, percent in enumerate(percents)]
    found = learner.learn(use, readings, [], [], at + WINDOW_S, token_rates).learned
    assert cut_offs(found) == words and found.estimate is not None
    assert (found.hits, found.readings) == (len(amounts), len(amounts) + len(percents))


@pytest.mark.parametrize("name, is_learned, expected", [
    ("cost", True, ("learned 34k-37k, by cost, cut off 12 times", "learned 34k-37k, cut off 12 times",
                    "learned, cut off 12 times", "learned")),
    ("tokens", False, ("limit unknown, at least 31,200 (41 sessions; cut off 12 times)", "limit unknown, at least 31k"))])
def test_the_screen_says_how_often_one_was_cut_off(name, is_learned, expected):
    known = scenes.learned(name, is_learned)._replace(readings=3)
    made = scenes.scene(21_012, scenes.plan("ml_auto"), learned=known, high_water=scenes.RECORD)
    assert limit_words(made.snapshot, scenes.FixedZone())[:len(expected)] == expected


def test_a_limit_that_is_not_learned_has_no_middle():
    known = scenes.learned("tokens", False)
    assert between(known, known.unit_weights, known.estimate) == "between 33,600 and 36,750 tokens (90 % interval)"
