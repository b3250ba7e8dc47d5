"""Alerts of the account's other windows and of its credits: thresholds of one's own, once, in which words; and received."""

import json
import time

import pytest
from account_windows import five_hour
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st
from made_facts import made_facts
from test_alerts import DAY, END, START, WARSAW, session
from test_alerts_command import DIRECT
from test_hook import ask
from test_hook import told as claude_says
from webhooks import calls, program, server

from ccmon.alerts import kinds, rules
from ccmon.alerts.rules import NearWindow
from ccmon.model import Apart, Credits, Sample, Source
from ccmon.pipeline import alerting, history
from ccmon.settings import context
from ccmon.typed_values import RawValue
from ccmon.usage import compute
from ccmon.usage.windows import window

pytestmark = pytest.mark.newest_only

WEEK_S = 7 * DAY
RESET = NOW + 2 * DAY                  # of the week
LATE = "Wed 17:00"                     # that in Warsaw


def facts(*windows, tokens=100, credits=(), now=NOW):
    """What is known of an account with these windows; of the limit of 10,000 tokens hardly anything is used."""
    return made_facts((session(tokens),), (START,), (Sample(START + 60, now, START, tokens),), None, Source(refreshed=now),
                 windows=windows, credits=credits)


def seen(*windows, now=NOW, **more):
    return compute.assess(facts(*windows, now=now, **more), compute.Options(explicit_limit=(10_000, "flag")), WARSAW, now)


def week(percent, name="seven_day", resets_at=RESET, read_at=NOW - 60, forecast=None):
    """A window that is not the session's."""
    return window(name, percent, resets_at, read_at)._replace(forecast=forecast)


def due(snapshot, wanted=kinds.KINDS, noted=()):
    return [alert.key for alert in rules.due(snapshot, WARSAW, noted, None, wanted)]


def told(snapshot, wanted=kinds.KINDS, noted=()):
    return [(alert.title, alert.text) for alert in rules.due(snapshot, WARSAW, noted, None, wanted)]


def thresholds(found):
    return [key for key in found if key[:1].isdigit()]


# --- which ---

@given(st.lists(st.integers(1, 300), max_size=6, unique=True), st.integers(0, 300), st.integers(0, 99))
def test_the_highest_passed_threshold_of_each_window_and_no_other(levels, used, five):
    """By a rule of one line for each window; a window whose week is over for longer says nothing."""
    snapshot = seen(five_hour(five, END, NOW), week(used))
    passed = max((level for level in levels if used >= level), default=None)
    at_session = max((level for level in levels if five >= level), default=None) if used < 100 else None
    want = {f"{passed} seven_day"} - {"None seven_day"} | {str(at_session)} - {"None"}
    assert set(thresholds(due(snapshot, [str(level) for level in levels]))) == want


@pytest.mark.parametrize("other, want", [
    (week(100, "seven_day_opus"), ["100 seven_day_opus"]),
    (week(100, "seven_day_opus", RESET - DAY), ["100 seven_day_opus"]),
    (week(100, "seven_day_opus", RESET + DAY), ["100 seven_day_opus"]),
    (week(90, "monthly_budget", RESET - 60), ["80 monthly_budget"]), (week(79), [])])
def test_a_window_beside_those_that_are_fine(other, want):
    assert thresholds(due(seen(five_hour(20, END, NOW), other))) == want


@pytest.mark.parametrize("five, other, opens, want", [
    (100, 100, RESET + HOUR, ["100 seven_day"]), (90, 100, RESET - HOUR, ["100 seven_day"]), (10, 90, RESET, ["100 seven_day"])])
def test_a_window_says_nothing_while_a_longer_one_is_used_up(five, other, opens, want):
    """Neither the session nor the model's week, unless that one opens later."""
    snapshot = seen(five_hour(five, END, NOW), week(100), week(other, "seven_day_opus", opens))
    later = ["100 seven_day_opus"] if opens > RESET and other >= 100 else []
    assert sorted(due(snapshot)) == sorted(want + later)


def test_the_session_that_opens_later_than_the_week_speaks():
    assert due(seen(five_hour(100, END, NOW), week(100, resets_at=NOW + HOUR))) == ["100"]


@pytest.mark.parametrize("percent, elapsed, want", [
    (60, 2, ["runs_out seven_day"]), (60, 5, []), (19, 0.2, []), (100, 2, ["100 seven_day"]),
    (85, 2, ["80 seven_day", "runs_out seven_day"])])
def test_a_week_that_runs_out_before_its_reset(percent, elapsed, want):
    """At its own pace so far, from a fifth on."""
    assert due(seen(week(percent, resets_at=int(NOW + WEEK_S - elapsed * DAY)))) == want


def test_above_the_limit_of_tokens_ones_own_thresholds_go_on():
    for tokens, levels, want in ((5000, "50 80", ["50"]), (10_000, "80 100", ["80"]), (10_001, "80 100 150", ["100"]),
                                 (15_000, "80 100 150", ["150"]), (15_000, "80", ["80"]), (4999, "50", [])):
        assert thresholds(due(seen(tokens=tokens), levels.split())) == want


# --- resets ---

WEEK, OVER = NearWindow("seven_day", RESET), NearWindow("seven_day", RESET, full=True)


@pytest.mark.parametrize("noted, windows, now, want", [
    ([], [], RESET, []), ([WEEK], [week(85)], RESET - 60, []), ([WEEK], [], RESET, ["reset seven_day"]),
    ([WEEK], [], RESET + DAY - 1, ["reset seven_day"]), ([WEEK], [], RESET + DAY, []),
    ([WEEK], [week(1, resets_at=NOW + WEEK_S)], NOW, ["reset seven_day"]),     # before its time
    ([WEEK], [week(85, resets_at=RESET + HOUR)], RESET - 60, []),               # its end has moved
    ([NearWindow("five_hour", NOW)], [], NOW, ["reset"]),
    ([NearWindow("five_hour", NOW), WEEK, OVER], [week(100)], NOW, []),              # nothing begins anew
    ([NearWindow("five_hour", NOW), WEEK, OVER], [week(0, resets_at=NOW + WEEK_S)], NOW + 60, ["reset", "reset seven_day"]),
    ([NearWindow("five_hour", RESET - HOUR), WEEK, OVER], [], RESET, ["reset seven_day"])])
def test_a_reset_is_news_after_80_percent(noted, windows, now, want):
    snapshot = compute.assess(made_facts(windows=tuple(windows)), compute.Options(), WARSAW, now)
    assert sorted(key for key in due(snapshot, noted=noted) if key.startswith("reset")) == want


def test_another_account_that_answers_is_no_reset():
    other = week(5, resets_at=RESET + 3 * DAY)
    snapshot = seen(other)._replace(apart=Apart(accounts=((week(85),),)))
    assert due(snapshot, noted=[WEEK]) == [] and due(seen(other), noted=[WEEK]) == ["reset seven_day"]


def test_which_windows_are_noted():
    found = rules.near_windows(seen(five_hour(80, END, NOW), week(100), week(81, "seven_day_opus"), week(79, "seven_day_sonnet")))
    assert set(found) == {NearWindow("five_hour", END), WEEK, OVER, NearWindow("seven_day_opus", RESET)}


# --- words ---

def extra(used=3.0, limit=50.0, percent=None, enabled=True, kind="extra_usage", resets_at=None, read_at=NOW):
    return Credits(kind, used, limit, "USD", percent, enabled, resets_at, read_at, "claude")


@pytest.mark.parametrize("windows, credits, want", [
    ([week(84)], (), [("84 % of the week is used", f"Claude says 84 % of the week is used. Reset at {LATE}.")]),
    ([week(100)], (), [("The week is used up", f"Week used up: nothing until {LATE}.")]),
    ([week(100)], (extra(),), [("The week is used up", "Week used up: on extra usage, $3 of $50.")]),
    ([week(120)], (), [("The week is used up", f"Week used up: nothing until {LATE}.")]),
    ([week(100, "seven_day_sonnet")], (),
     [("The week of Sonnet is used up", f"Week of Sonnet used up until {LATE}; the rest goes on.")]),
    ([week(100, "seven_day_opus")], (), [("The week of Opus is used up", f"Week of Opus used up: nothing until {LATE}.")]),
    ([week(84, read_at=NOW - 30 * HOUR)], (), [
        ("84 % of the week is used", f"Claude says 84 % of the week is used. Reset at {LATE}. Claude said so 1d 6h ago.")]),
    ([], (extra(42),), [("84 % of the extra usage is used", "84 % of the extra usage is used ($42 of $50).")]),
    ([], (extra(None, None, 130, kind="spend_limit", resets_at=RESET),),
     [("The spend limit is used up", f"130 % of the spend limit is used. Reset at {LATE}.")])])
def test_words(windows, credits, want):
    found = told(seen(*windows, credits=credits), ["80", "100", "credits"])
    assert found == want


def test_words_of_running_out_and_of_a_reset():
    begun = week(60, resets_at=NOW + 5 * DAY)
    [(title, text)] = told(seen(begun))
    assert title == "The week runs out before its reset"
    assert text.startswith("Runs out at ") and text.endswith(" 60 % of the week is used.")
    [(title, text)] = told(seen(now=RESET + HOUR), ["reset"], [NearWindow("seven_day_opus", RESET)])
    assert (title, text) == ("The week of Opus was reset", "The week of Opus that was nearly used up was reset at 17:00.")


def test_values_for_programs():
    [alert] = rules.due(seen(five_hour(20, END, NOW), week(84.5)), WARSAW, (), None, ["80"])
    given_ = rules.variables(alert)
    assert [given_[f"CCMON_ALERT_{name}"] for name in (
        "KIND", "THRESHOLD", "WINDOW", "WINDOW_LABEL", "WINDOW_SCOPE", "WINDOW_PERCENT", "WINDOW_RESETS_AT", "WINDOW_RESET",
        "PERCENT", "CREDITS")] == ["80", "80", "seven_day", "7d", "account", "84.5", str(RESET), LATE, "20", ""]
    [alert] = rules.due(seen(credits=(extra(45),)), WARSAW, (), None, ["credits", "90"])
    found = json.loads(json.dumps(rules.payload(alert)))["ccmon"]
    assert {name: found[name] for name in found if "credits" in name or "window" in name or name == "threshold"} == {
        "threshold": 90, "credits": "extra_usage", "credits_used": 45, "credits_limit": 50, "credits_currency": "USD",
        "credits_percent": 90, **dict.fromkeys(("window", "window_label", "window_scope", "window_percent", "window_resets_at",
                                                "window_reset"))}


# --- credits ---

@pytest.mark.parametrize("one, wanted, want", [
    (extra(39.9), "credits", []), (extra(40), "credits", ["credits 80 extra_usage"]),
    (extra(51), "credits", ["credits 100 extra_usage"]),
    (extra(26), "credits 50 95", ["credits 50 extra_usage"]), (extra(45), "80", []), (extra(45, enabled=False), "credits", []),
    (extra(45, None), "credits", []), (extra(None, None), "credits", []), (extra(0, 0), "credits", []),
    (extra(45, resets_at=NOW), "credits", []), (extra(45, read_at=NOW - 40 * DAY), "credits", []),
    (extra(None, None, 300, kind="spend_limit", enabled=False), "credits 200", ["credits 200 spend_limit"])])
def test_credits(one, wanted, want):
    assert due(seen(credits=(one,)), wanted.split()) == want


def test_a_spend_limit_that_is_a_window_too_is_told_once():
    snapshot = seen(week(90, "spend_limit"), credits=(extra(45, kind="spend_limit", resets_at=RESET),))
    assert due(snapshot, ["80", "credits"]) == ["credits 80 spend_limit"] and due(snapshot, ["80"]) == ["80 spend_limit"]


@pytest.mark.parametrize("now, month", [(1767225599, 1767225600), (1767225600, 1769904000), (NOW, None)])
def test_credits_of_a_month_end_with_it(now, month):
    """The last second of 2025, and the first of 2026, in UTC."""
    [alert] = rules.due(seen(now=now, credits=(extra(45, read_at=now),)), WARSAW, (), None, ["credits"])
    assert month in (None, alert.window_end) and now < alert.window_end <= now + 31 * DAY


# --- names ---

@given(st.text(max_size=12))
def test_any_text_is_a_list_of_kinds_or_an_error(text):
    try:
        found = kinds.parse_kinds(text)
    except ValueError as err:
        assert "choose from" in str(err) or "stands alone" in str(err)
    else:
        assert kinds.parse_kinds(",".join(found)) == found and found == tuple(dict.fromkeys(found))


NAMES = st.sampled_from(["five_hour", "seven_day", "seven_day_opus", "100", "credits"])
KIND = st.one_of(st.integers(1, 1000).map(str), st.sampled_from(kinds.NAMES))


@given(KIND, NAMES, KIND, NAMES)
def test_a_key_holds_its_kind_and_window_and_covers_lower_thresholds_of_that_window(kind, name, other, beside):
    one, two = kinds.key(kind, name), kinds.key(other, beside)
    assert kinds.kind_and_window(one) == (kind, name)
    both = kinds.threshold(kind), kinds.threshold(other)
    assert kinds.covers(one, two) == (one == two or name == beside and None not in both and both[0] > both[1])


def test_credits_and_windows_do_not_cover_each_other():
    one = kinds.credits_key(95, "seven_day")
    assert kinds.covers(one, kinds.credits_key(80, "seven_day")) and kinds.kind_and_window(one) == ("credits 95", "seven_day")
    assert not kinds.covers(one, "80 seven_day") and not kinds.covers("95 seven_day", kinds.credits_key(80, "seven_day"))


# --- once ---

@pytest.fixture
def ctx(home):
    words = {"alerts": RawValue("50 80 95 100 runs_out reset credits", "--alerts"), "alert_by": RawValue("desktop", "--alert-by"),
             "limit": RawValue("10000", "--limit")}
    return context.prepare(words, {"HOME": str(home), "CCMON_NOW": str(NOW), "PATH": "/nowhere"})


def claimed(ctx, *windows, at=NOW, **more):
    """What this process is to tell at that moment; noted as told."""
    later = ctx._replace(env={**ctx.env, "CCMON_NOW": str(at)})
    found = alerting.claim(later, facts(*windows, now=at, **more))
    alerting.send(later, found)
    return [one.alert.key for one in found]


def test_each_threshold_of_a_week_once_and_only_upwards(ctx):
    assert claimed(ctx, week(97)) == ["95 seven_day", "runs_out seven_day"] and claimed(ctx, week(97)) == []
    assert claimed(ctx, week(90)) == [] and claimed(ctx, week(100), at=NOW + HOUR) == ["100 seven_day"]
    assert claimed(ctx, week(100), at=NOW + 47 * HOUR) == []
    assert claimed(ctx, at=RESET + 20 * HOUR) == ["reset seven_day"] and claimed(ctx, at=RESET + 21 * HOUR) == []
    fresh = week(55, resets_at=RESET + WEEK_S, read_at=RESET + 5 * DAY)
    assert claimed(ctx, fresh, at=RESET + 5 * DAY) == ["50 seven_day"]


def test_windows_that_end_together_have_alerts_of_their_own(ctx):
    near = [week(85, name, END) for name in ("seven_day", "seven_day_opus", "seven_day_sonnet")]
    found = thresholds(claimed(ctx, five_hour(85, END, NOW), *near))
    assert sorted(found) == ["80", "80 seven_day", "80 seven_day_opus", "80 seven_day_sonnet"]


def test_credits_once_a_threshold_and_month(ctx):
    assert claimed(ctx, credits=(extra(41),)) == ["credits 80 extra_usage"] and claimed(ctx, credits=(extra(42),)) == []
    assert claimed(ctx, credits=(extra(50),)) == ["credits 100 extra_usage"] and claimed(ctx, credits=(extra(48),)) == []
    later = NOW + 31 * DAY
    assert claimed(ctx, credits=(extra(49, read_at=later),), at=later) == ["credits 95 extra_usage"]


def test_what_an_older_ccmon_has_told_of_the_session_is_told(ctx):
    with history.opened(ctx, 1000) as kept:
        assert kept.claim_alert("80", END, ["desktop", ""], 60, NOW) == ["desktop", ""]
        kept.note_alert("80", END, "desktop", "shown")
    assert thresholds(claimed(ctx, tokens=8500)) == []
    assert "reset" in claimed(ctx, at=END + 60)


# --- received -----------------------------------------------------------------------------------------------------------

def test_all_of_them_by_a_command_and_by_a_webhook(ctx, tmp_path):
    """A week near its limit, over it and reset, a model's week, and credits: as their receivers get them."""
    own = program(tmp_path / "own")
    with server() as hook:
        ctx = ctx._replace(env={**ctx.env, "PATH": "/usr/bin:/bin", "CCMON_ALERT_WEBHOOK_URL": hook.url},
                           settings=ctx.settings._replace(alert_by=("command", "webhook"), alert_command=str(own)))
        for at, windows, credits in ((NOW, [week(84, forecast=None)], ()), (NOW + 60, [week(100)], (extra(41),)),
                                     (RESET + 60, [week(100, "seven_day_opus", RESET + HOUR)], ())):
            claimed(ctx, *windows, at=at, credits=credits)
    want = [("80", "seven_day", "84 % of the week is used"), ("runs_out", "seven_day", "The week runs out before its reset"),
            ("100", "seven_day", "The week is used up"), ("credits", None, "82 % of the extra usage is used"),
            ("100", "seven_day_opus", "The week of Opus is used up"), ("reset", "seven_day", "The week was reset")]
    got = [(one["ccmon"]["kind"], one["ccmon"]["window"], one["text"].partition(": ")[0]) for one in hook.taken]
    assert got == want
    variables = [dict(word.partition("=")[::2] for word in call if "=" in word) for call in calls(own)]
    assert [(one["CCMON_ALERT_KIND"], one["CCMON_ALERT_WINDOW"] or None, one["CCMON_ALERT_TITLE"]) for one in variables] == want
    assert variables[2]["CCMON_ALERT_TEXT"] == "Week used up: on extra usage, $41 of $50."


def test_the_whole_way_from_claude_codes_own_words(machine):
    """The JSON of its status line, kept for everyone; `ccmon record` sends, and `ccmon alerts` says so."""
    now = int(time.time())
    machine.answers([block(now - HOUR, 700)])
    machine.configure("[ccmon]\nalerts = 50, 80, 95, 100\nalert_by = webhook\ntimezone = UTC\n")
    with server() as hook:
        variables = {"CCMON_ALERT_WEBHOOK_URL": hook.url, **DIRECT}
        for counter, used in ((1000, 84), (2000, 97), (3000, 100)):
            ask(machine, claude_says(20, used, counter=counter, left_s=3 * HOUR))
            assert machine.run("record", now=None, **variables).code == 0
        listed = machine.run("alerts", now=None, **variables).out
    assert [one["ccmon"]["threshold"] for one in hook.taken] == [80, 95, 100]
    assert hook.taken[2]["text"].startswith("The week is used up: Week used up: nothing until ")
    assert [line.split()[1:4] for line in listed.splitlines()[-3:]] == [[str(level), "7d", "webhook"] for level in (80, 95, 100)]
