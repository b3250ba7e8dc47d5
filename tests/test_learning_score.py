"""Scores of forecasts, by hand and against brute force; likelihoods against what came; which rule is shown."""

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone

from ccmon import checked
from ccmon.learning import runway, score, state
from ccmon.learning.score import LAST, LEAST_WINDOWS, Bin, Loss, Reliability
from ccmon.learning.values import LEAST_COMPARED, Choice, Comparison
from ccmon.model import Forecast
from ccmon.text import Charset, line_width, plain
from ccmon.views import score_words
from ccmon.when import SESSION_S

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


FOUND = Reliability((Bin(0.0, 0.3, 0.04, 0.03, 1420, 131), Bin(0.3, 0.6, 0.45, 0.17, 88, 12), Bin(0.6, 1.0, 0.71, 0.98, 41, 9)),
                    1549, 140, 0.47, 0.93)


def forecasts(number, happens, seed=5):
    """One a window: a likelihood, and an outcome that comes with the probability happens(likelihood)."""
    dice = random.Random(seed)
    said = [dice.random() for _ in range(number)]
    return [made(probability=one, reached=dice.random() < happens(one), outcome=100, resets_at=RESET + at * SESSION_S)
            for at, one in enumerate(said)]


def test_who_says_what_happens_is_not_blamed_and_who_exaggerates_is():
    true = score.reliability_of(forecasts(800, lambda said: said)).bins
    assert len(true) == 10 and sum(bool(one.verdict) for one in true) <= 2          # each with one chance in ten
    assert all(abs(one.said - one.happened) < 0.15 for one in true)
    high = score.reliability_of(forecasts(800, lambda said: said / 2)).bins
    assert {one.verdict for one in high[4:]} == {"too high"}
    assert {one.verdict for one in score.reliability_of(forecasts(800, lambda said: 0.5 + said / 2)).bins[:5]} == {"too low"}


MADE = st.builds(made, probability=st.floats(0, 1), reached=st.booleans(), rule=st.sampled_from(["runway", "arima", "last_hour"]),
                 resets_at=st.integers(0, 30).map(lambda at: RESET + at * SESSION_S), outcome=st.sampled_from([None, 50, 150]))


@settings(max_examples=60)
@given(st.lists(MADE, max_size=60))
def test_every_likelihood_is_in_one_bin_of_enough_windows(some):
    found = score.reliability_of(some)
    known = [one for one in some if one.outcome_at is not None and one.rule != "last_hour"]
    assert sum(one.forecasts for one in found.bins) == found.forecasts == len(known)
    assert all(one.windows >= LEAST_WINDOWS for one in found.bins) or len(found.bins) == 1
    for one in found.bins:
        inside = [made_ for made_ in known if one.low <= made_.probability < one.high or one.high == made_.probability == 1]
        assert len(inside) == one.forecasts and one.happened == pytest.approx(sum(m.reached for m in inside) / len(inside))
        assert one.low - 1e-9 <= one.said <= one.high + 1e-9


def test_medians_and_intervals_are_counted():
    some = [made(median=120, low=60, high=180, outcome=at, resets_at=RESET + at * SESSION_S) for at in (50, 70, 100, 130)]
    lasting = made(median=180, probability=0.1, outcome=200, reached=False)          # its median is the reset
    found = score.reliability_of([*some, lasting])
    assert (found.before_median, found.in_interval) == (0.75, 0.8)


@pytest.mark.parametrize("now, words", [
    (Comparison(1, -2.0, 0.7), "on the last session, the error (CRPS) of the runway was 2.0 minutes below that of the "
                               "last-hour rate (30.0 % likely by chance)"),
    (Comparison(20, 60.0, 1e-6), "on the last 20 sessions, the error (CRPS) of the runway was 60.0 minutes above that of the "
                                 "last-hour rate (below 0.1 % likely by chance)")])
def test_which_rule_was_better_is_said_in_words(now, words):
    said = list(score_words.choice_sentences(Choice(now=now), "session", FixedZone()))
    assert said[:2] == ["shown: the runway", words]


def test_of_the_week_the_other_rule_has_the_name_that_the_screen_gives_it():
    said = list(score_words.choice_sentences(Choice("simple", RESET, Comparison(8, 9.0, 0.004)), "week", FixedZone()))
    assert said[0].startswith("shown: the pace so far since ")
    assert said[-1] == "after 8 weeks the week's own runway may take its place"


CHART = """\
 said  happened  0 %                100 %  forecasts  windows
  4 %       3 %  ┃───────────────────────      1,420      131
 45 %      17 %  ████▏─────┃─────────────         88       12  too high
 71 %      98 %  █████████████████┃█████▌         41        9  too low"""
NARROW = """\
 said  happened  0 % 100 %  of
  4 %       3 %  |........ 131
 45 %      17 %  ##..|....  12!
 71 %      98 %  ######|##   9!"""


@pytest.mark.parametrize("cells, charset, rows", [(71, Charset(), CHART), (31, Charset(False, False), NARROW)])
def test_the_chart_says_in_figures_what_the_bars_show(cells, charset, rows):
    assert [plain(line).rstrip() for line in score_words.chart(FOUND, cells, charset)] == rows.splitlines()


@given(st.integers(11, 120), st.booleans())
def test_no_row_is_wider_than_its_room(cells, unicode):
    rows = score_words.chart(FOUND, cells, Charset(unicode, False))
    assert max(map(line_width, rows)) <= cells and (unicode or "".join(map(plain, rows)).isascii())
    assert score_words.chart(Reliability(), cells, Charset()) == []


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
