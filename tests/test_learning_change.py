"""Changes of the allocation: found when there are any, and not when there are none."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator import DAY_S, START, Scenario, simulate

from ccmon.learning import change, intervals, unit_weights
from ccmon.learning.intervals import Interval
from ccmon.learning.values import WINDOW_S, Change, Reading, UnitWeights
from ccmon.usage import notices
from ccmon.usage.prices import token_rates

pytestmark = pytest.mark.newest_only

TOKENS = UnitWeights("tokens", (("", "input", 1.0),))
TWICE = UnitWeights("all_tokens", (("", "input", 2.0),))
OTHER = UnitWeights("cost", (("", "cost", 1.0),))
LIMIT = 1e6


def history(seed=0, days=40, elsewhere=0.0, noise=0.02, factor=lambda start: 1.0, cost_factor=None, share=None):
    """Intervals of three windows a day; load of two kinds, each with its own limit that may change."""
    rng = random.Random(seed)
    found = []
    for day in range(days):
        for hour in (8, 14, 20):
            start = START + day * DAY_S + hour * 3600
            partly = rng.random() < (elsewhere(start) if callable(elsewhere) else elsewhere)
            for n in range(rng.randint(2, 8)):
                here = rng.random() if partly and rng.random() < 0.5 else 1.0
                here = share if partly and share else here
                points = rng.randint(8, 12)
                used = points / 100 * here * math.exp(rng.gauss(0, noise)) * LIMIT
                load = {("", "input"): used * factor(start), ("", "cost"): used * (cost_factor or factor)(start)}
                found.append(Interval(start + WINDOW_S, start + n * 1800, start + n * 1800 + 1800, points, load, n == 0))
    return found


def from_day(day, factor):
    return lambda start: factor if start >= START + day * DAY_S else 1.0


def peak(factor):
    """Another limit for windows that start on workdays from 13 to 19 o'clock."""
    return lambda start: factor if (start - START) // DAY_S % 7 < 5 and 13 <= start % DAY_S // 3600 < 19 else 1.0


# --- nothing has changed ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("elsewhere", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("seed", range(3))
def test_a_steady_limit_raises_no_alarm(seed, elsewhere):
    assert change.changes_of(history(seed, elsewhere=elsewhere), [TOKENS, TWICE]) == []


def test_more_use_elsewhere_is_no_lower_limit():
    more = history(1, elsewhere=lambda start: 0.1 if start < START + 20 * DAY_S else 0.9)
    assert change.changes_of(more, [TOKENS, TWICE]) == []


def test_one_window_used_by_halves_is_no_lower_limit():
    """All of its intervals say the same, and yet it is one piece of evidence."""
    once = history(1, elsewhere=lambda start: 1.0 if start == START + 20 * DAY_S + 8 * 3600 else 0.0, share=0.5)
    assert change.changes_of(once, [TOKENS, TWICE]) == []


def test_one_odd_window_is_no_change():
    odd = history(1, factor=lambda start: 1.5 if start == START + 20 * DAY_S + 14 * 3600 else 1.0)
    assert change.changes_of(odd, [TOKENS, TWICE]) == []


@pytest.mark.parametrize("factor", [0.5, 0.7, 0.9, 1.2])
def test_hours_with_another_limit_are_no_change(factor):
    assert change.changes_of(history(2, factor=peak(factor), elsewhere=0.2), [TOKENS, TWICE]) == []


@pytest.mark.parametrize("pieces", [
    [], history(days=1), history(days=2),
    [piece._replace(points=0.0) for piece in history()],
    [piece._replace(load={}) for piece in history()],
])
def test_little_or_nothing_to_go_by(pieces):
    assert change.changes_of(pieces, [TOKENS, TWICE]) == []
    assert change.changes_of(history(factor=from_day(20, 0.7)), []) == []


# --- something has changed ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("elsewhere", [0.0, 0.3])
@pytest.mark.parametrize("factor", [0.5, 0.8, 0.9, 1.1, 1.25, 2.0, 5.0])
def test_a_change_is_found_with_its_time_and_factor(factor, elsewhere):
    found = change.changes_of(history(3, elsewhere=elsewhere, factor=from_day(20, factor)), [TOKENS, TWICE])
    assert len(found) == 1 and found[0].sure == "statistics"
    assert found[0].factor == pytest.approx(factor, rel=0.03)
    assert abs(found[0].at - (START + 20 * DAY_S + 8 * 3600)) <= (12 * 3600 if elsewhere else 0)
    assert found[0].at < found[0].found_at <= START + (23 if elsewhere else 22) * DAY_S


def test_each_of_several_changes_is_found_once():
    def factor(start):
        return from_day(14, 0.7)(start) * from_day(25, 1.5)(start) * from_day(34, 0.8)(start)
    found = change.changes_of(history(4, elsewhere=0.2, factor=factor), [TOKENS, TWICE])
    assert [round(one.factor, 1) for one in found] == [0.7, 1.5, 0.8]
    for one, day in zip(found, (14, 25, 34)):
        assert abs(one.at - (START + day * DAY_S + 8 * 3600)) <= 12 * 3600


def test_a_change_is_found_where_the_limit_has_its_hours_too():
    def factor(start):
        return peak(0.8)(start) * from_day(25, 0.75)(start)
    found = change.changes_of(history(5, factor=factor), [TOKENS, TWICE])
    assert [round(one.factor, 2) for one in found] == [pytest.approx(0.75, abs=0.02)]
    assert found[0].found_at <= START + 28 * DAY_S


def test_other_hours_at_another_limit_are_a_change_when_the_hours_had_no_part_in_it_before():
    """From the change on only the evenings are used, which had the same limit as other hours."""
    pieces = [piece for piece in history(5, factor=from_day(21, 0.6))
              if piece.start < START + 21 * DAY_S or piece.start % DAY_S >= 20 * 3600]
    found = change.changes_of(pieces, [TOKENS, TWICE])
    assert [one.factor for one in found] == [pytest.approx(0.6, rel=0.03)]


def test_what_was_found_stays_as_it_was_found():
    """Called each day with more: the same changes, at the same time, found at the same moment."""
    pieces = history(1, elsewhere=0.3, factor=lambda start: from_day(12, 0.8)(start) * from_day(22, 1.3)(start), days=30)
    all_found = change.changes_of(pieces, [TOKENS, TWICE])
    assert len(all_found) == 2
    for day in (1, 5, 10, 12, 13, 14, 15, 22, 23, 24, 28, 30):
        end = START + day * DAY_S
        then = change.changes_of([piece for piece in pieces if piece.window - WINDOW_S < end], [TOKENS, TWICE])
        expected = [one for one in all_found if one.found_at < end + WINDOW_S]
        assert [(one.at, one.found_at) for one in then] == [(one.at, one.found_at) for one in expected]


# --- two rulers ---------------------------------------------------------------------------------------------------------

def test_both_rulers_must_show_it():
    pieces = history(6, factor=from_day(20, 0.7), cost_factor=lambda start: 1.0)
    assert change.changes_of(pieces, [TOKENS, OTHER]) == []
    assert change.changes_of(pieces, [OTHER, TOKENS]) == []
    assert len(change.changes_of(pieces, [TOKENS])) == 1


def test_rulers_that_contradict_each_other_show_nothing():
    assert change.changes_of(history(6, factor=from_day(20, 0.7), cost_factor=from_day(20, 1.3)), [TOKENS, OTHER]) == []


def blurred(pieces, seed):
    """With a cost that has little to do with the percentage."""
    rng = random.Random(seed)
    return [piece._replace(load={**piece.load, ("", "cost"): piece.load[("", "cost")] * math.exp(rng.gauss(0, 0.4))})
            for piece in pieces]


@pytest.mark.parametrize("seed", range(4))
def test_a_ruler_that_does_not_fit_is_no_witness(seed):
    pieces = blurred(history(6, factor=from_day(20, 0.7), cost_factor=lambda start: 1.0), seed)
    assert len(change.changes_of(pieces, [TOKENS, OTHER])) == 1


def test_nor_does_it_show_anything_itself():
    assert change.changes_of(blurred(history(6, factor=from_day(20, 0.1)), 1), [OTHER, TOKENS]) == []


def test_rulers_of_few_readings_show_nothing():
    pieces = history(6, factor=from_day(20, 0.7))
    found = [len(change.changes_of(pieces, [TOKENS._replace(readings=count), TWICE])) for count in (29, 30)]
    assert found == [0, 1]


# --- the simulator's users ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("weighting, factor", [("own_mix", 0.8), ("in_out", 1.25), ("list_price", 1.0)])
def test_simulated_users(weighting, factor):
    changes = ((21.3, factor),) if factor != 1 else ()
    user = simulate(Scenario(seed=2, days=28, weighting=weighting, changes=changes))
    pieces = intervals.intervals_of(user.readings, user.use)
    settled = [one for one in pieces if one.end <= pieces[-1].end - change.SETTLED_S]
    old, new = (unit_weights.ranked(some, token_rates)[0] for some in (settled, pieces))
    found = change.changes_of(pieces, [old, new])
    assert [round(one.factor, 1) for one in found] == ([round(factor, 1)] if changes else [])


# --- re-baselines -------------------------------------------------------------------------------------------------------

RESET = START + WINDOW_S


def told(*values, source="statusline"):
    """Readings five minutes apart: a percentage, or a percentage and the reset."""
    pairs = [value if isinstance(value, tuple) else (value, RESET) for value in values]
    return [Reading(START + 300 * n, percent, resets_at, source) for n, (percent, resets_at) in enumerate(pairs)]


@pytest.mark.parametrize("readings, factors", [
    (told(10, 20, 30), []),
    (told(10, 60, 30, 35), [2.0]),
    (told(10, 60, 0, 5), [1.0]),                       # begun anew: nothing is said of the limit
    (told(10, 12, 4), [1.0]),                          # so few points that a ratio says little
    (told(10, 11, 10), []),                            # rounding
    (told(50, 40, 20), [1.25, 2.0]),
    (told(50, (52, RESET + 60)), []),                  # jitter
    (told(50, (2, RESET + 7200)), [1.0]),
    (told((50, RESET + 7200), (50, RESET)), [1.0]),
    (told(50, (10, 0)), []),                           # its window is not known
    (told(100, 50, source="limit"), []),
    ([Reading(START, 90, RESET), Reading(RESET + 10, 5, RESET + WINDOW_S)], []),
    ([Reading(START, 90, RESET), Reading(RESET - 10, 5, RESET + WINDOW_S)], []),     # clocks differ by seconds
    ([], []),
])
def test_rebaselines(readings, factors):
    found = change.rebaselined(readings)
    assert [round(one.factor, 2) for one in found] == factors
    assert all(one.sure == "rebaseline" and one.at == one.found_at for one in found)


def test_the_simulators_rebaseline_is_seen_at_once():
    user = simulate(Scenario(seed=4, days=14, elsewhere=0, rebaseline=True, changes=((10.5, 1.5),)))
    found = change.rebaselined(user.readings)
    assert [one.factor for one in found] == [pytest.approx(1.5, rel=0.1)]
    assert 0 <= found[0].at - (START + 10.5 * DAY_S) <= 3600


# --- what is made of them ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("one, text", [
    (Change(0, 0.8, 0), "The same local work now takes 25 % more of your quota: "
                        "the limit was lowered, or the account is also used elsewhere (since Tue 14:05)"),
    (Change(0, 1.25, 0), "The same local work now takes 20 % less of your quota: "
                         "the limit was raised, or less is used elsewhere (since Tue 14:05)"),
    (Change(0, 1.25, 0, "rebaseline"), "Claude took back a part of the percentage: "
                                       "the limit was raised, or use was forgiven (since Tue 14:05)"),
    (Change(0, 1.0, 0, "rebaseline"), "Claude began your 5-hour window anew (since Tue 14:05)"),
])
def test_wording(one, text):
    assert notices.change_sentence(one, "Tue 14:05") == text


def test_the_limit_is_learned_from_what_came_after_the_last_change():
    pieces = history(days=10)
    at = START + 5 * DAY_S
    changes = [Change(START + 2 * DAY_S, 0.5, 0), Change(at, 1.5, 0), Change(START + 8 * DAY_S, 1.0, 0, "rebaseline")]
    assert change.since_last_change(pieces, changes) == [piece for piece in pieces if piece.start >= at]
    assert change.since_last_change(pieces, []) == pieces
    assert change.since_last_change(pieces, changes[2:]) == pieces      # begun anew is no other limit


def test_levelled_intervals_are_all_of_the_present_limit():
    pieces = history(days=30, noise=0, factor=lambda start: from_day(10, 0.5)(start) * from_day(20, 3)(start))
    level = change.levelled(pieces, [Change(START + 10 * DAY_S, 0.5, 0), Change(START + 20 * DAY_S, 3.0, 0)])
    assert {round(100 * one.load[("", "input")] / one.points) for one in level} == {round(1.5 * LIMIT)}


def at_day(day, factor, sure="statistics"):
    return Change(day * DAY_S, factor, day * DAY_S + 99, sure)


@pytest.mark.parametrize("found, known, both", [
    ([at_day(5, 0.8)], [], [at_day(5, 0.8)]),
    ([at_day(6, 0.8)], [at_day(5, 0.8)], [at_day(5, 0.8)]),                # as it was found first
    ([at_day(6, 1.2)], [at_day(5, 0.8)], [at_day(5, 0.8), at_day(6, 1.2)]),
    ([at_day(9, 0.8)], [at_day(5, 0.8)], [at_day(5, 0.8), at_day(9, 0.8)]),
    ([at_day(6, 1.6), at_day(5, 1.5, "rebaseline")], [], [at_day(5, 1.5, "rebaseline")]),
    ([at_day(5, 1.5, "rebaseline"), at_day(6, 1.5, "rebaseline")], [at_day(5, 1.5, "rebaseline")],
     [at_day(5, 1.5, "rebaseline"), at_day(6, 1.5, "rebaseline")]),
    ([at_day(6, 0.8)], [at_day(5, 1.0, "rebaseline")], [at_day(5, 1.0, "rebaseline"), at_day(6, 0.8)]),
])
def test_each_change_is_told_once(found, known, both):
    assert change.joined(found, known) == both


DAYS = st.integers(0, 60)
CHANGES = st.lists(st.builds(at_day, DAYS, st.sampled_from([0.5, 0.8, 1.25])), max_size=6)


@given(CHANGES, CHANGES)
def test_known_changes_stay_and_are_not_told_again(found, known):
    both = change.joined(found, known)
    assert both == sorted(both) and set(known) <= set(both) <= set(known) | set(found)
    assert change.joined(found, both) == both
