"""What was learned applied to a moment: the runway of the session and of the week, on the screen, the line and in --json."""

import pytest
import scenes
from made_facts import changed_facts
from scenes import NOW, START, learned, official, outlook, plan, scene

from ccmon import text
from ccmon.learning import week
from ccmon.learning.usage_curve import until
from ccmon.learning.values import ENOUGH, Choice, Comparison, Learned, Reading, RunwayModel, UsageCurve
from ccmon.model import Runway
from ccmon.text import Charset
from ccmon.usage import outlook as outlook_of
from ccmon.usage.outlook import Outlook, Pace, is_likelihood, week_by_pace, window_runway
from ccmon.views import document, graph, why_numbers
from ccmon.views.evidence import Evidence
from ccmon.views.line import fields
from ccmon.views.screen import dashboard, small, windows

pytestmark = pytest.mark.newest_only

HOUR = 3600
END, OFFICIAL_END = START + 5 * HOUR, START + 4 * HOUR + 40 * 60


def shot(tokens=21_012, **more):
    return scene(tokens, more.pop("options", scenes.MAX5), **more).snapshot


def known(percent=61, tokens=21_012, **more):
    """A moment with Claude's percentage, and everything learned."""
    return shot(tokens, windows=official(percent), learned=learned(), outlook=outlook(percent, tokens), **more)


# --- which pace, which reset ----------------------------------------------------------------------------------------------

def test_it_is_cut_at_the_window_s_own_reset():
    runway = known().runway
    assert runway.rule == "runway" and runway.resets_at == OFFICIAL_END
    assert NOW < runway.low <= runway.median <= runway.high <= OFFICIAL_END and 0 <= runway.probability <= 1
    assert shot(outlook=outlook(0, 21_012)).runway.resets_at == END


def test_a_reset_of_one_s_own_does_not_move_it():
    own = plan("max5", rule=scenes.ResetRule("hour", (16,)))
    seen = known(options=own)
    assert seen.reset.at == START + 3 * HOUR and seen.runway == known().runway


def test_more_used_is_sooner_out():
    likely = [known(percent).runway.probability for percent in (20, 50, 80, 95)]
    assert likely == sorted(likely) and likely[0] < 0.2 and likely[-1] > 0.8


def test_without_claude_s_word_tokens_count():
    near, far = (shot(tokens, outlook=outlook(0, tokens)).runway for tokens in (33_000, 9_000))
    assert near.rule == far.rule == "runway" and near.probability > far.probability
    assert shot(21_012, windows=official(61)).runway is None and shot(None, outlook=outlook(0, 9)).runway is None


def test_an_unsure_limit_widens_the_interval():
    sure = learned()
    wide = sure._replace(estimate=sure.estimate._replace(low=sure.estimate.median * 0.7, high=sure.estimate.median * 1.5))
    spans = []
    for limit in (sure, wide):
        runway = shot(27_000, options=plan("ml_auto"), learned=limit, outlook=outlook(0, 27_000)).runway
        spans.append(runway.high - runway.low)
    assert spans[1] > spans[0]


def test_nothing_runs_out_while_the_week_is_used_up():
    """Unless something is used all the same: the points of the last minutes say so."""
    session, week = official(61)
    windows, busy = (session, week._replace(percent=100.0)), outlook(61, 21_012)
    quiet = busy._replace(points=busy.points._replace(usage=until(busy.points.usage, NOW - 1000)))
    assert shot(windows=windows, learned=learned(), outlook=busy).runway == known().runway
    runway = shot(windows=windows, learned=learned(), outlook=quiet).runway
    assert (runway.probability, runway.median, runway.band) == (0, OFFICIAL_END, ()) and known().runway.probability > 0


def test_little_known_is_a_plain_rate_and_says_so():
    pace = Pace(RunwayModel(NOW, ENOUGH - 1), UsageCurve((START, NOW), (0.0, 21_012.0), (), (START,)))
    made = scene(21_012, outlook=Outlook(None, pace, None))
    assert made.snapshot.runway.rule == "last_hour" and not is_likelihood(made.snapshot.runway)
    assert "(last-hour rate)" in text.plain(windows.runs_out_row(made, 70))
    assert document.document(made.snapshot)["runway"]["rule"] == "last_hour"


def test_a_span_that_begins_and_ends_with_the_reset_is_not_shown():
    made = known(50)
    end = made.runway.resets_at
    rows = [windows._likely(scene(14_012), made.runway._replace(probability=0.06, median=end, low=low, high=end))[0]
            for low in (end, end - 3600)]
    assert ["-" in "".join(span.text for span in row) for row in rows] == [False, True]


def test_nothing_left_is_no_likelihood():
    made = scene(21_012, windows=official(100), learned=learned(), outlook=outlook(100, 21_012))
    assert made.snapshot.runway.probability == 1 and windows.likelihood_runway(made) is None
    assert "all used" in text.plain(windows.runs_out_row(made, 70))


@pytest.mark.parametrize("damaged", [None, object(), 3, ()])
def test_an_outlook_of_another_kind_is_none(damaged):
    seen = shot(windows=official(), outlook=damaged)
    assert seen.runway is None and seen.week is None


# --- the week -----------------------------------------------------------------------------------------------------------

def test_the_week_has_a_runway_of_its_own():
    seen = known()
    week = next(one for one in seen.windows if one.name == "seven_day")
    assert seen.week.resets_at == week.resets_at and seen.week.median <= seen.week.resets_at
    plain = window_runway(scenes.facts_of(9), week, NOW)
    assert plain.rule == "average" and not is_likelihood(plain)


def test_the_plain_rate_of_a_week():
    quota = official()[1]
    gone_s = NOW - (quota.resets_at - 7 * scenes.DAY_S)
    fast = quota._replace(percent=90.0)
    assert week_by_pace(fast, NOW) == pytest.approx(NOW + gone_s / 9, abs=1) and week_by_pace(quota, NOW) == quota.resets_at


# --- where a simpler rule was better ------------------------------------------------------------------------------------

LOST = Choice("simple", NOW - scenes.DAY_S, Comparison(14, 8.31, 0.0041), Comparison(3, -2.0, 0.75))


def test_every_view_shows_the_rate_that_was_better_and_the_runway_goes_on():
    options = {"windows": official(61), "outlook": outlook(61, 21_012)}
    made = scene(21_012, scenes.MAX5, learned=learned()._replace(session_choice=LOST), **options)
    seen, before = made.snapshot, shot(learned=learned(), **options)
    assert seen.runway.rule == "last_hour" and seen.runway.learned == before.runway
    assert seen.runway.median == min(seen.predicted_end, OFFICIAL_END) and seen.runway.resets_at == OFFICIAL_END
    assert next(one.forecast for one in seen.windows if one.name == "five_hour") == seen.runway
    assert "(last-hour rate)" in text.plain(windows.runs_out_row(made, 70))
    assert "% likely" not in scenes.line_words(seen, made.zone)
    assert fields.values(seen, made.zone, Charset())("likely", None, 9) == "-"
    told = document.document(seen)
    assert told["runway"]["learned"] == document.document(before)["runway"]
    assert told["learned"]["choices"]["session"] == {
        "rule": "simple", "since": LOST.since, "then": {"windows": 14, "lost_min": 8.31, "chance": 0.0041},
        "now": {"windows": 3, "lost_min": -2.0, "chance": 0.75}}
    words = " ".join(why_numbers.runway(Evidence(seen, made.zone, *[None] * 11), 80))
    assert words.startswith("session, shown: the last-hour rate since 2026-01-14: on the 14 sessions before, the error (CRPS) of "
                            "the runway was 8.3 minutes above that of the last-hour rate (0.4 % likely by chance); ")


def test_of_the_week_it_is_the_pace_so_far():
    reset = official()[1].resets_at
    weekly = [Reading(at, (at + 7 * scenes.DAY_S - reset) % (7 * scenes.DAY_S) / 7000, reset + (at - reset) // (7 * scenes.DAY_S)
                      * 7 * scenes.DAY_S + 7 * scenes.DAY_S) for at in range(NOW - 40 * scenes.DAY_S, NOW, HOUR)]
    facts = changed_facts(scenes.facts_of(9), outlook=Outlook(None, None, week.train(weekly, NOW)), learned=Learned(NOW))
    window = official(61, 40)[1]
    before, seen = (window_runway(changed_facts(facts, learned=Learned(NOW, week_choice=rule)), window, NOW)
                    for rule in (Choice(), LOST))
    assert is_likelihood(before) and (seen.rule, seen.learned) == ("average", before)
    assert abs(seen.median - week_by_pace(window, NOW)) < 400              # made anew every five minutes


def test_nothing_used_lasts_by_the_rate_of_the_last_hour():
    found = outlook_of.shown_session_runway(known().runway, Learned(NOW, session_choice=LOST), None)
    assert (found.median, found.probability, found.rule) == (OFFICIAL_END, 0.0, "last_hour")
    plain = found._replace(learned=None)
    assert outlook_of.shown_session_runway(plain, Learned(NOW, session_choice=LOST), None) == plain


# --- how it is said ---------------------------------------------------------------------------------------------------------

def said(probability, width, median=START + 3 * HOUR, low=START + 10_000, high=START + 4 * HOUR, rule="runway"):
    made = scene(21_012, windows=official(61), learned=learned())
    runway = Runway(median, low, high, probability, rule, 200, (), OFFICIAL_END)
    return made._replace(snapshot=made.snapshot._replace(runway=runway)), width


@pytest.mark.parametrize("probability, width, words", [
    (0.62, 90, "62 % likely to run out before 17:40 (median 16:00, 15:46-17:00)"),
    (0.62, 66, "62 % likely before 17:40 (median 16:00, 15:46-17:00)"),
    (0.62, 59, "62 % before 17:40 (median 16:00, 15:46-17:00)"),
    (0.62, 49, "62 % before 17:40, 15:46-17:00"), (0.62, 35, "62 % before 17:40"), (0.62, 20, "62 %"),
    (0.2, 90, "20 % likely to run out before 17:40 (median 16:00, 15:46-17:00)"),
    (0.02, 90, "lasts to 17:40, 2 % likely to run out before"), (0.02, 50, "lasts to 17:40 (2 % risk)"),
    (0.02, 28, "lasts to 17:40"),
])
def test_the_row_has_shorter_words_for_less_room(probability, width, words):
    made, width = said(probability, width)
    assert text.plain(windows.runs_out_row(made, width)).split("runs out")[1].strip() == words


@pytest.mark.parametrize("probability, role", [(0.04, "ok"), (0.06, "value"), (0.5, "warn"), (0.99, "warn")])
def test_what_is_likely_is_a_warning(probability, role):
    assert windows.runs_out_row(*said(probability, 80))[1].role == role


def test_a_median_at_the_reset_is_not_said():
    made, width = said(0.4, 80, median=OFFICIAL_END, high=OFFICIAL_END)
    assert "(15:46-17:40)" in text.plain(windows.runs_out_row(made, width))


def test_the_notice_comes_with_a_probability_of_half():
    codes = {percent: [notice.code for notice in known(percent).warnings] for percent in (20, 97)}
    assert "runs_out_before_reset" in codes[97] and "runs_out_before_reset" not in codes[20]
    words = next(notice.text for notice in known(97).warnings if notice.code == "runs_out_before_reset")
    assert "% likely to run out before 17:40 (median " in words


def test_the_line_says_only_what_is_likely():
    likely, _ = said(0.62, 80)
    unlikely, _ = said(0.3, 80)
    assert scenes.line_words(likely.snapshot, likely.zone) == "CC 61% 21k/~35k 103/min out 16:00 62% likely reset 17:40"
    assert " lasts 70% likely reset" in scenes.line_words(unlikely.snapshot, unlikely.zone)


def test_templates_have_the_likelihood():
    made, _ = said(0.62, 80)
    value = fields.values(made.snapshot, made.zone, Charset())
    names = ("likely", "out_median", "out_low", "out_high", "percent_source", "limit", "left")
    assert [value(name, None, 80) for name in names] == ["62", "16:00", "15:46", "17:00", "official", "~35k", "~14k"]
    assert value("likely_week", None, 80) == "-"


def test_json_has_the_likelihood():
    told = document.document(said(0.625, 80)[0].snapshot)["runway"]
    assert told == {"median": START + 3 * HOUR, "low": START + 10_000, "high": START + 4 * HOUR, "probability": 0.625,
                    "rule": "runway", "rows": 200, "learned": None}
    assert document.document(shot())["runway"] is None


def test_the_smallest_window_says_how_likely():
    assert "62 % likely out" in "\n".join(map(text.plain, small.tiny(said(0.62, 20)[0], 20, 6)))


def test_the_score_is_for_windows_with_room():
    pages = {width: "\n".join(map(text.plain, dashboard.render(scene(
        21_012, windows=official(61), learned=learned(), outlook=outlook(61, 21_012)), width, 24))) for width in (80, 60)}
    assert "mean error 9 min over 31 sessions" in pages[80] and "mean error" not in pages[60]


# --- the band ----------------------------------------------------------------------------------------------------------------

def dots(strokes, charset=None, cells=60, rows=12):
    picture = graph.Curve(0, 100, 1000, strokes, 50)
    lines = [text.plain(line) for line in graph.render(picture, cells, rows, charset or Charset(), [])]
    return [line[6:] for line in lines[:rows - 2]]


EDGES = [graph.Stroke((50, 400), (100, end), "dim", "dotted") for end in (500, 700)]


def ink(line):
    """How much of a line of the graph is drawn on."""
    return sum({".": 1, "*": 4}.get(char, bin(ord(char)).count("1") - 2 if "\u2800" < char < "\u2900" else 0) for char in line)


def test_the_band_lies_between_its_edges():
    shown = dots(EDGES)
    marked = [row for row, line in enumerate(shown) if ink(line)]
    assert 2 <= min(marked) and max(marked) <= 6 and all(not line[:26].strip(" ┄limt") for line in shown)


@pytest.mark.parametrize("charset", [Charset(), Charset(False, False)])
def test_what_was_seen_is_the_heaviest_and_the_band_the_lightest(charset):
    seen, pace, band = (sum(map(ink, dots([graph.Stroke((50, 400), (100, 600), role, pattern)], charset)))
                        for pattern, role in (("solid", "accent"), ("dashed", "dim"), ("dotted", "dim")))
    assert seen > 3 * pace and pace > 1.5 * band > 0


def test_an_edge_that_leaves_the_picture_is_not_bent_along_its_top():
    shown = dots([graph.Stroke((0, 0), (100, 1e300), "dim", "dotted"), graph.Stroke((50, 400), (100, 2000), "dim", "dotted")])
    assert any(map(ink, shown)) and not any(ink(line[45:]) for line in shown)


def test_the_band_is_in_tokens_and_ends_with_the_window():
    seen = known()
    assert all(NOW < at <= OFFICIAL_END and 0 <= low <= high for at, low, high in seen.runway.band)
    assert seen.runway.band[-1][2] > 300           # tokens, not points
