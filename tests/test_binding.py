"""Which limit decides how much is left: the rule against another way to say it, and that it does not flap."""

import pytest
from account_windows import five_hour, seven_day
from hypothesis import given
from hypothesis import strategies as st
from scenes import MAX5, NOW, START, block, outlook, scene

from ccmon.model import Credits, Hit, Runway
from ccmon.usage import binding, notices
from ccmon.usage.binding import Candidate
from ccmon.usage.windows import name_words, window
from ccmon.views import document

pytestmark = pytest.mark.newest_only

HOUR, DAY = 3600, 86_400
END = START + 5 * HOUR
WEEK = NOW + 3 * DAY


def runway(probability, median, resets_at, rule="week"):
    return Runway(median, median - 60, median + 60, probability, rule, resets_at=resets_at)


def known(name, percent, resets_at=WEEK, forecast=None):
    return window(name, percent, resets_at, NOW - 60)._replace(forecast=forecast)


def session(percent, forecast=None, full=None):
    return Candidate("five_hour", percent, END, percent >= 100 if full is None else full, forecast)


PERCENTS = st.integers(0, 130).map(float)
FORECASTS = st.none() | st.builds(runway, st.sampled_from([0.0, 0.3, 0.49, 0.5, 0.51, 0.9, 1.0]),
                                  st.integers(1, 70).map(lambda hours: NOW + hours * HOUR), st.just(WEEK),
                                  st.sampled_from(["week", "average"]))
WINDOWS = st.lists(st.builds(known, st.sampled_from(["seven_day", "thirty_day", "spend_limit", "seven_day_opus"]), PERCENTS,
                             st.integers(1, 90).map(lambda hours: NOW + hours * HOUR), FORECASTS),
                   unique_by=lambda one: one.name, max_size=4)
SESSIONS = st.none() | st.builds(session, PERCENTS, FORECASTS)


def tightest(windows, own, models):
    """The names that the rule of the issue allows, said another way: group after group, the first that is not empty."""
    alone = bool(models) and all("opus" in name for name in models)
    found = {one.name: (one.percent, one.resets_at, one.forecast) for one in windows if one.name != "seven_day_opus" or alone}
    if own:
        found["five_hour"] = own[1], own[2], own[4]
    full = {name: one[1] for name, one in found.items() if one[0] >= 100}
    if full:
        return {name for name in full if full[name] == max(full.values())}
    ending = {name: one[2].median for name, one in found.items()
              if one[2] and one[2].probability >= 0.5 and (one[2].rule == "week" or one[0] >= 20)}
    if ending:
        return {name for name in ending if ending[name] == min(ending.values())}
    near = {name: one[0] for name, one in found.items() if one[0] >= 80}
    if near:
        return {name for name in near if near[name] == max(near.values())}
    return {"five_hour"} if own else {"seven_day"} & found.keys() or set(found)


@given(WINDOWS, SESSIONS, st.sampled_from([(), ("claude-opus-4-5",), ("claude-opus-4-5", "claude-haiku-4-5")]))
def test_the_tightest_window_binds(windows, own, models):
    found = binding.tightest(windows, own, block(9)._replace(models=models), "", NOW)
    allowed = tightest(windows, own, models)
    assert (found.name in allowed) if found else not allowed


@given(WINDOWS, SESSIONS, st.lists(st.tuples(st.integers(-1, 1), st.integers(-9, 9)), min_size=2, max_size=12))
def test_it_does_not_flap(windows, own, noise):
    """Percentages that move by one and ends that move by minutes: what binds changes at most once and for good."""
    names, before = [], ""
    for points, minutes in noise:
        moved = [one._replace(percent=one.percent + points if 1 < one.percent < 99 else one.percent,
                              forecast=one.forecast and one.forecast._replace(median=one.forecast.median + 60 * minutes))
                 for one in windows]
        found = binding.tightest(moved, own, None, before, NOW)
        before = f"{found.name} {found.why}" if found else ""
        names.append(found.name if found else "")
    changes = [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]
    assert len(changes) == len(set(changes)), changes


@pytest.mark.parametrize("pace", [0.9, 1.0, 1.01, 1.02, 1.1])
def test_a_week_at_an_even_pace_does_not_flap(pace):
    """Whole per cents that come every now and then: between two of them the plain rate falls, with each it rises again."""
    begin, names, before = NOW - 2 * DAY, [], ""
    for at in range(begin + 2 * DAY, begin + 7 * DAY, 1200):
        known_percent = int(100 * pace * (at - begin) / (7 * DAY))
        if known_percent >= 80:
            break
        running = block(900)._replace(start=at - HOUR, end=at + 4 * HOUR, last=at)
        week = seven_day(known_percent, begin + 7 * DAY, at - 60)
        found = scene(900, now=at, session=running, windows=(week,), bound=before).snapshot.binding
        before = f"{found.name} {found.why}"
        names.append(found.name)
        assert found.why != "runs_out" or found.forecast.median < week.resets_at
    assert sum(one != other for one, other in zip(names, names[1:])) <= 1


@pytest.mark.parametrize("name, ids, alone", [
    ("Opus", ["claude-opus-4-5-20251101"], True), ("Opus 4.5", ["claude-opus-4-5-20251101"], True),
    ("Opus 4", ["claude-opus-4-5", "claude-opus-4-1"], True), ("Opus 4.1", ["claude-opus-4-5"], False),
    ("Opus", ["claude-opus-4-5", "claude-haiku-4-5"], False), ("Opus", [], False), ("Son", ["claude-sonnet-4-5"], False),
    ("Fable", ["global.anthropic.claude-fable-5-v1:0"], True)])
def test_a_window_of_one_model_binds_where_that_model_runs_alone(name, ids, alone):
    assert binding.is_only_model(name, ids) is alone


def shot(*windows, tokens=9000, **more):
    return scene(tokens, MAX5, windows=windows, **more).snapshot


def codes(snapshot):
    return [notice.code for notice in snapshot.warnings if not notice.advice]


@pytest.mark.parametrize("percent, name, code, warned", [
    (20, "five_hour", 0, []), (84, "seven_day", 10, ["near_limit"]), (100, "seven_day", 11, ["over_limit"]),
    (104, "seven_day", 11, ["over_limit"])])
def test_the_week_speaks_where_it_is_tighter(percent, name, code, warned):
    seen = shot(five_hour(20, END, NOW - 60), seven_day(percent, NOW + 6 * HOUR, NOW - 60))
    told = document.document(seen)
    assert (seen.binding.name, notices.exit_code(seen), codes(seen)) == (name, code, warned)
    assert told["binding"]["name"] == name and told["percent"] == 20 and [one["name"] for one in told["windows"]][0] == name
    idle = shot(seven_day(percent, NOW + 6 * HOUR, NOW - 60), tokens=None)
    assert notices.exit_code(idle) == (code or 20)


@pytest.mark.parametrize("credit, words", [
    (None, "week used up: nothing until Sun 15:42"),
    (Credits("extra_usage", 3.0, 50.0, "USD", 6.0, True, None, NOW, "account_file"), "week used up: on extra usage, $3 of $50"),
    (Credits("extra_usage", 2.5, None, "EUR", None, True, None, NOW, "account_file"), "week used up: on extra usage, 2.50 EUR"),
    (Credits("extra_usage", 50.0, 50.0, "USD", 100.0, True, None, NOW, "account_file"), "week used up: nothing until Sun 15:42"),
    (Credits("extra_usage", 3.0, 50.0, "USD", 6.0, False, None, NOW, "account_file"), "week used up: nothing until Sun 15:42")])
def test_what_is_said_of_a_week_that_is_used_up(credit, words):
    seen = shot(five_hour(20, END, NOW - 60), seven_day(100, WEEK, NOW - 60), credits=(credit,) if credit else ())
    assert [notice.text for notice in seen.warnings][0] == words and notices.exit_code(seen) == 11


def test_a_model_that_is_used_up_stops_that_model_alone():
    opus = window("seven_day_opus", 100, WEEK, NOW - 60)
    for models, name, code in ((("claude-sonnet-4-5",), "five_hour", 0), (("claude-opus-4-5",), "seven_day_opus", 11)):
        seen = shot(five_hour(20, END, NOW - 60), opus, session=block(9000)._replace(models=models))
        assert (seen.binding.name, notices.exit_code(seen)) == (name, code)
        assert codes(seen) == (["model_over_limit"] if code == 0 else ["over_limit"])


@pytest.mark.parametrize("hit, percent", [
    (Hit("seven_day", NOW - HOUR, WEEK), 100), (Hit("seven_day", NOW - HOUR, 0), 100),
    (Hit("seven_day", NOW - HOUR, WEEK + 60), 100),
    (Hit("seven_day", NOW - 3 * HOUR, WEEK), 40), (Hit("seven_day", NOW - HOUR, NOW - 60), 40),
    (Hit("seven_day", NOW - HOUR, WEEK - 2 * DAY), 40), (Hit("seven_day", NOW + HOUR, WEEK), 40)])
def test_a_limit_event_fills_its_window_until_claude_says_otherwise(hit, percent):
    seen = shot(seven_day(40, WEEK, NOW - 2 * HOUR), hits=(hit,))
    assert [one.percent for one in seen.windows] == [percent]


def test_a_limit_event_makes_a_window_that_nobody_has_told():
    seen = shot(hits=(Hit("seven_day", NOW - HOUR, WEEK), Hit("seven_day_opus", NOW - HOUR, 0)))
    assert [(one.name, one.percent, one.source) for one in seen.windows] == [("seven_day", 100, "limit")]


def test_each_window_has_its_forecast_from_the_first_day():
    seen = shot(five_hour(20, END, NOW - 60), seven_day(60, NOW + 5 * DAY, NOW - 60), window("seven_day_opus", 9, NOW + DAY, NOW))
    rules = {one.name: one.forecast.rule for one in seen.windows}
    assert rules == {"five_hour": "last_hour", "seven_day": "average", "seven_day_opus": "average"}
    assert (seen.binding.name, seen.binding.why) == ("seven_day", "runs_out") and codes(seen) == ["runs_out_before_reset"]
    learned = shot(five_hour(20, END, NOW - 60), outlook=outlook(20, 9000))
    assert learned.windows[0].forecast == learned.runway


@pytest.mark.parametrize("before", ["", "seven_day_opus", "seven_day"])
def test_of_two_that_open_together_the_whole_account_s_speaks(before):
    """The weeks of a model and of the account often end together: nothing at all goes on then."""
    seen = shot(window("seven_day", 100, WEEK, NOW), window("seven_day_opus", 100, WEEK, NOW), bound=before,
                session=block(9000, models=("claude-opus-4-5",)))
    assert seen.binding.name == "seven_day"


def test_a_session_near_its_limit_by_tokens_is_told_though_a_model_s_week_binds():
    seen = shot(window("seven_day_opus", 79, WEEK, NOW), tokens=35_000, session=block(35_000, models=("claude-opus-4-5",)))
    assert seen.binding.name == "seven_day_opus" and "near_limit" in codes(seen) and notices.exit_code(seen) == 10


@pytest.mark.parametrize("name, words", [
    ("five_hour", "5 hours"), ("seven_day", "week"), ("seven_day_opus_4_1", "week of Opus 4.1"), ("spend_limit", "spend limit"),
    ("monthly", "monthly limit"), ("monthly_budget", "monthly budget")])
def test_a_window_in_a_sentence(name, words):
    assert name_words(name) == words
