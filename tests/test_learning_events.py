"""The limit from limit events alone: which ruler they speak for, how sure it is, and what it is called."""

import pytest
import scenes
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.learning import intervals, learner, posterior
from ccmon.learning.values import WINDOW_S, Reading, Use, measure
from ccmon.usage.prices import token_rates
from ccmon.views.limit_words import between, cut_offs, limit_words

pytestmark = pytest.mark.newest_only

OPUS, HAIKU = "claude-opus-4-6", "claude-haiku-4-5"            # $5 and $25, $1 and $5, a million tokens in and out
MIXES = ((4, 1, 0), (1, 3, 60), (2, 1, 9), (6, 2, 200), (1, 1, 30), (9, 1, 4), (3, 5, 90), (2, 7, 15), (5, 1, 300), (1, 9, 120))
COST = {(OPUS, "input"): 5e-6, (OPUS, "output"): 25e-6, (OPUS, "cache_read"): 0.5e-6}
RULES = {"cost": COST, "tokens": {(OPUS, "input"): 1.0, (OPUS, "output"): 1.0},
         "all_tokens": {key: 1.0 for key in COST}, "models": {**COST, (OPUS, "cache_read"): 0.0}}
START = 1780272000


def load_of(mix, amount, weights=COST):
    """So much of the mix (input, output, cache reads) that it weighs the amount."""
    load = dict(zip(COST, map(float, mix)))
    factor = amount / sum(count * weights.get(key, 0.0) for key, count in load.items())
    return {key: count * factor for key, count in load.items()}


def history(amounts, weights=COST, events_at=None, mixes=MIXES):
    """One window a day of three hours' work; those in events_at (by default all) were cut off at its end."""
    use, readings = [], []
    for number, amount in enumerate(amounts):
        begin, load = START + 86_400 * number, load_of(mixes[number % len(mixes)], amount / 3, weights)
        use += [Use(begin + hour * 3600, 60, load) for hour in range(3)]
        if events_at is None or number in events_at:
            readings.append(Reading(begin + 2 * 3600 + 60, 100.0, begin + WINDOW_S, "limit"))
    return use, readings, START + 86_400 * len(amounts)


def learned(amounts, *given, **more):
    use, readings, now = history(amounts, *given, **more)
    return posterior.by_events(intervals.intervals_of(readings, use), use, now, token_rates)


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_ruler_is_the_one_in_which_the_events_agree(name):
    amount = 20.0 if name in ("cost", "models") else 400_000.0
    use, readings, now = history([amount] * 4, RULES[name])
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
    _, readings, now = history([20.0] * 4)
    use = [Use(START - 86_400, 60, {(HAIKU, "input"): 5.0})]
    assert posterior.by_events(intervals.intervals_of(readings, use), use, now, token_rates) is None
    assert learner.learn(use, readings, [], [], now, token_rates).learned.estimate is None


@pytest.mark.parametrize("amounts, percents, words", [
    ([20.0] * 5, [], "cut off 5 times"), ([20.0], [], "cut off once"), ([20.0] * 2, [], "cut off twice"),
    ([20.0] * 3, [10, 30, 50, 70, 90], ""), ([], [10, 30, 50, 70, 90], "")])
def test_only_what_rests_on_events_alone_says_so(amounts, percents, words):
    use, readings, now = history(amounts)
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
