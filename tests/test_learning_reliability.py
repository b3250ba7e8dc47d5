"""Likelihoods against what came: bins of made-up forecasts, and the chart that is made of them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone
from test_learning_forecast_scores import RESET, made

from ccmon.learning import reliability
from ccmon.learning.learned import Choice, Comparison
from ccmon.learning.reliability import LEAST_WINDOWS, Bin, Reliability
from ccmon.text import Charset, line_width, plain
from ccmon.views import score_words
from ccmon.when import SESSION_S

FOUND = Reliability((Bin(0.0, 0.3, 0.04, 0.03, 1420, 131), Bin(0.3, 0.6, 0.45, 0.17, 88, 12), Bin(0.6, 1.0, 0.71, 0.98, 41, 9)),
                    1549, 140, 0.47, 0.93)


def forecasts(number, happens, seed=5):
    """One a window: a likelihood, and an outcome that comes with the probability happens(likelihood)."""
    dice = random.Random(seed)
    said = [dice.random() for _ in range(number)]
    return [made(probability=one, reached=dice.random() < happens(one), outcome=100, resets_at=RESET + at * SESSION_S)
            for at, one in enumerate(said)]


def test_who_says_what_happens_is_not_blamed_and_who_exaggerates_is():
    true = reliability.of(forecasts(800, lambda said: said)).bins
    assert len(true) == 10 and sum(bool(one.verdict) for one in true) <= 2          # each with one chance in ten
    assert all(abs(one.said - one.happened) < 0.15 for one in true)
    high = reliability.of(forecasts(800, lambda said: said / 2)).bins
    assert {one.verdict for one in high[4:]} == {"too high"}
    assert {one.verdict for one in reliability.of(forecasts(800, lambda said: 0.5 + said / 2)).bins[:5]} == {"too low"}


MADE = st.builds(made, probability=st.floats(0, 1), reached=st.booleans(), rule=st.sampled_from(["runway", "arima", "last_hour"]),
                 resets_at=st.integers(0, 30).map(lambda at: RESET + at * SESSION_S), outcome=st.sampled_from([None, 50, 150]))


@settings(max_examples=60)
@given(st.lists(MADE, max_size=60))
def test_every_likelihood_is_in_one_bin_of_enough_windows(some):
    found = reliability.of(some)
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
    found = reliability.of([*some, lasting])
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
