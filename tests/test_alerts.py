"""What is told, when, in which words, and once: values first, then the whole program."""

import json

import pytest
from account_windows import five_hour, windows
from commands import HOUR, NOW
from logged import Minute, keep_logs
from made_facts import changed_facts, made_facts
from webhooks import SECRET

from ccmon import line_answer
from ccmon.alerts import rules
from ccmon.alerts.kinds import KINDS
from ccmon.alerts.rules import SAME_S, NearWindow, Usual
from ccmon.learning.values import Change, Learned, Use
from ccmon.model import Block, Facts, Sample, Source
from ccmon.pipeline import alerting, history
from ccmon.settings import context
from ccmon.store import learning
from ccmon.system import clock
from ccmon.typed_values import RawValue
from ccmon.usage import compute
from ccmon.when import SESSION_S

START, END = NOW - 2 * HOUR, NOW + 3 * HOUR
WARSAW = clock.zone("Europe/Warsaw")               # 17:00 there, END is 20:00
DAY = 24 * HOUR


def session(tokens, start=START, last=None):
    """A running session; most of it at its begin unless said otherwise."""
    return Block(start, start + SESSION_S, last or start + 60, tokens, tokens, 0, 0, 0, 1.0, ("opus",), 1)


def seen(tokens, plan="pro", official=None, now=NOW, calm=True, limit=(10_000, "flag"), **more):
    """The moment as all views see it; calm: nothing was used in the last hour."""
    facts = made_facts((session(tokens),), (START,), (Sample(START + 60, now, START, tokens),) if calm else (), None,
                  Source(refreshed=now), windows=windows(official), **more)
    return compute.assess(facts, compute.Options(plan=plan, explicit_limit=limit), WARSAW, now)


def kinds(snapshot, near=(), usual=None):
    """The kinds that are due where sessions with these ends came near their limit."""
    return [alert.kind for alert in rules.due(snapshot, WARSAW, [NearWindow("five_hour", end) for end in near], usual)]


# --- when ---

@pytest.mark.parametrize("tokens, want", [(7999, []), (8000, ["80"]), (9999, ["80"]), (10_000, ["80"]), (10_001, ["100"]),
                                          (99_999, ["100"])])
def test_thresholds_of_tokens(tokens, want):
    assert kinds(seen(tokens)) == want


@pytest.mark.parametrize("percent, want", [(79, []), (80, ["80"]), (99, ["80"]), (100, ["100"]), (101, ["100"])])
def test_thresholds_of_claudes_own_percentage(percent, want):
    assert kinds(seen(5000, official=five_hour(percent, NOW + HOUR, NOW - 60))) == want


def test_above_a_record_nothing_is_known_to_be_reached():
    assert kinds(seen(9000, plan="custom_max", limit=None)) == []


@pytest.mark.parametrize("tokens, limit, want", [(1900, 10_000, []), (1900, 2500, ["runs_out"]), (4500, 10_000, ["runs_out"]),
                                                 (1900, 9600, [])])
def test_running_out_is_told_where_a_plain_rate_says_something(tokens, limit, want):
    """At 20 % a rate that runs out at once is no news; all of the use is of the last quarter of an hour."""
    start = NOW - HOUR // 4
    facts = made_facts((session(tokens, start),), (start,), (), None, Source(refreshed=NOW))
    snapshot = compute.assess(facts, compute.Options(explicit_limit=(limit, "flag")), WARSAW, NOW)
    assert "runs_out_before_reset" in [notice.code for notice in snapshot.warnings]
    assert kinds(snapshot) == want


def test_nothing_without_a_session():
    assert kinds(compute.assess(Facts(), compute.Options(), WARSAW, NOW)) == []
    assert rules.window_end(compute.assess(Facts(), compute.Options(), WARSAW, NOW)) is None


@pytest.mark.parametrize("near, now, want", [
    ((), END + 60, []), ((END,), END - 1, []), ((END,), END, ["reset"]), ((END,), END + HOUR, ["reset"]),
    ((END,), END + SESSION_S, [])])
def test_a_reset_is_news_after_80_percent(near, now, want):
    idle = compute.assess(made_facts((session(9000),), (START,)), compute.Options(), WARSAW, now)
    assert [kind for kind in kinds(idle, near) if kind == "reset"] == want


def test_a_reset_before_its_time_is_seen_by_the_next_window():
    early = seen(100, official=five_hour(1, NOW + SESSION_S, NOW - 60))
    assert kinds(early, (NOW + HOUR,)) == ["reset"] and kinds(early, (NOW + SESSION_S - HOUR,)) == []
    assert "17:00" in rules.due(early, WARSAW, [NearWindow("five_hour", NOW + HOUR)], None)[0].text


def test_a_change_of_the_allocation():
    change = Change(NOW - 4 * DAY, 0.5, NOW - HOUR)
    found = rules.due(seen(100, learned=Learned(NOW, changes=(change,))), WARSAW, (), None)
    assert [(alert.kind, alert.window_end) for alert in found] == [("allocation", change.at)]
    old = Change(NOW - 9 * DAY, 0.5, NOW - 6 * HOUR)
    assert kinds(seen(100, learned=Learned(NOW, changes=(old,)))) == []


# --- what is usual ---

def used(tokens_of):
    """Use of each hour of the 29 days before, by day (1: yesterday) and hour of the day."""
    today = NOW // HOUR * HOUR
    return [Use(today - back * HOUR, 60, {("opus", "input"): tokens, ("opus", "cache_read"): 1e9})
            for back in range(1, 29 * 24 + 1) for tokens in [tokens_of((back + 23) // 24, (today // HOUR - back) % 24)] if tokens]


HERE = NOW // HOUR % 24


def test_the_most_of_this_hour_and_its_neighbours():
    flat = rules.usual_of(used(lambda day, hour: 1000 if 8 <= hour < 18 else 0), NOW)
    assert flat == Usual(1000, 1000)
    beside = rules.usual_of(used(lambda day, hour: 7000 if (day, hour) == (9, HERE - 1) else 100), NOW)
    assert beside == Usual(7000, 100)
    never = rules.usual_of(used(lambda day, hour: 500 if hour < 4 else 0), NOW)
    assert never == Usual(0, 500)


@pytest.mark.parametrize("tokens_of", [lambda day, hour: 0, lambda day, hour: 1000 * (day < 13),
                                       lambda day, hour: 1000 * (hour == 3)])
def test_too_little_says_nothing(tokens_of):
    assert rules.usual_of(used(tokens_of), NOW) is None


@pytest.mark.parametrize("tokens, usual, want", [(2001, Usual(1000, 500), True), (1999, Usual(1000, 500), False),
                                                 (600, Usual(0, 500), True), (499, Usual(0, 500), False)])
def test_what_is_unusual(tokens, usual, want):
    assert rules.is_unusual(tokens, usual) is want
    busy = seen(1)._replace(burn_per_min=tokens / 60)
    assert ("unusual" in kinds(busy, usual=usual)) is want


# --- words ---

def test_words_and_numbers():
    told = rules.due(seen(8250), WARSAW, (), None)[0]
    assert told.title == "82 % of the session is used"
    assert told.text == "Near the limit: 8,250 of 10,000 tokens (82 %). Reset at 20:00."
    given = rules.variables(told)
    assert given["CCMON_ALERT_KIND"] == "80" and given["CCMON_ALERT_PERCENT"] == "82.5" and given["CCMON_ALERT_LEFT"] == "1750"
    assert given["CCMON_ALERT_RESETS_AT"] == str(END) and given["CCMON_ALERT_RESET"] == "20:00"
    document = json.loads(json.dumps(rules.payload(told)))
    assert document["text"] == document["content"] == f"{told.title}: {told.text}" and document["ccmon"]["tokens"] == 8250


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_of_every_kind_with_and_without_a_session(kind):
    for snapshot in (seen(8250), compute.assess(Facts(), compute.Options(), WARSAW, NOW)):
        told = rules.sample(kind, snapshot, WARSAW)
        assert kind in told.text and all(isinstance(value, str) for value in rules.variables(told).values())


# --- once ---

@pytest.fixture
def ctx(home):
    words = {"alerts": RawValue("all", "--alerts"), "alert_by": RawValue("bell,desktop,webhook", "--alert-by"),
             "limit": RawValue("10000", "--limit")}
    return context.prepare(words, {"HOME": str(home), "CCMON_NOW": str(NOW), "PATH": "/nowhere"})


def facts(tokens, start=START):
    return made_facts((session(tokens, start),), (start,), (Sample(start + 60, NOW, start, tokens),), None, Source(refreshed=NOW))


def claimed(ctx, *of, **more):
    return [(one.alert.kind, one.channels) for one in alerting.claim(ctx, facts(*of), **more)]


def later(ctx, seconds):
    return ctx._replace(env={**ctx.env, "CCMON_NOW": str(NOW + seconds)})


def test_each_kind_once_on_each_channel(ctx):
    assert claimed(ctx, 8500) == [("80", ["desktop", "webhook"])]
    assert claimed(ctx, 8600) == []
    assert claimed(ctx, 8700, on_screen=True) == [("80", ["bell"])] and claimed(ctx, 8700, on_screen=True) == []
    assert claimed(ctx, 10_500) == [("100", ["desktop", "webhook"])] and claimed(ctx, 10_500) == []


@pytest.mark.parametrize("moved", [0, 60, HOUR, SAME_S - 1])
def test_a_window_whose_end_moves_is_the_same_window(ctx, moved):
    claimed(ctx, 8500)
    assert "80" not in [kind for kind, _ in claimed(ctx, 8500, START + moved)]


def test_the_next_session_has_alerts_of_its_own(ctx):
    claimed(ctx, 8500)
    after = later(ctx, 3 * HOUR)
    found = alerting.claim(after, facts(9500, END))
    assert [one.alert.kind for one in found] == ["80", "runs_out", "reset"] and claimed(after, 9500, END) == []


def test_the_reset_comes_only_where_80_percent_was_seen(ctx):
    claimed(ctx, 7000)
    assert claimed(later(ctx, 3 * HOUR), 7000) == []
    claimed(ctx, 8500)
    assert [kind for kind, _ in claimed(later(ctx, 3 * HOUR), 8500)] == ["reset"]
    assert claimed(later(ctx, 3 * HOUR + 60), 8500) == []


def test_the_reset_alone_can_be_wanted(ctx):
    ctx = ctx._replace(settings=ctx.settings._replace(alerts=("reset",)))
    assert claimed(ctx, 8500) == [] and claimed(later(ctx, 3 * HOUR), 8500) == [("reset", ["desktop", "webhook"])]


@pytest.mark.parametrize("change", [{"alerts": None}, {"alerts": ()}])
def test_alerts_are_off_unless_they_are_wanted(ctx, change):
    assert claimed(ctx._replace(settings=ctx.settings._replace(**change)), 8500) == []
    assert context.prepare({}, ctx.env).settings.alerts is None


def test_a_demo_tells_nobody(ctx):
    assert claimed(ctx._replace(demo=NOW), 8500) == []


def test_without_a_store_nobody_is_told_twice(ctx):
    nowhere = ctx._replace(paths=ctx.paths._replace(store=None))
    assert claimed(nowhere, 8500) == []


def test_a_window_with_other_flags_is_not_what_alerts_go_by(home, tmp_path):
    """--plan in one window changes neither the line nor the alerts."""
    (home / ".config/ccmon").mkdir(parents=True)
    (home / ".config/ccmon/config.ini").write_text("[ccmon]\nalerts = 80\nalert_by = desktop\nlimit = 100000\n")
    env = {"HOME": str(home), "CCMON_NOW": str(NOW)}
    assert claimed(context.prepare({"limit": RawValue("10000", "--limit")}, env), 8500) == []
    assert claimed(context.prepare({}, env), 85_000) == [("80", ["desktop"])]


def test_unusual_use_comes_from_the_stored_history(ctx):
    ctx = ctx._replace(settings=ctx.settings._replace(alerts=("unusual",)))
    wild = changed_facts(facts(9000), samples=(Sample(START, NOW - HOUR, START, 100), Sample(NOW, NOW, START, 9000)))
    assert alerting.claim(ctx, wild) == []                     # nothing is known yet
    today = NOW // HOUR * HOUR
    with history.opened(ctx, 1000) as kept:
        keep_logs(kept.store, kept.ctx.owner, [Minute(today - day * DAY + hour * HOUR, "opus", 900, 100, 0, 0)
                        for day in range(1, 29) for hour in (-1, 0, 1)], [])
    assert alerting.claim(ctx, wild) == []                     # looked up once an hour
    with history.opened(ctx, 1000) as kept:
        kept.write_note(learning.USUAL, "0")
    found = alerting.claim(ctx, wild)
    assert [one.alert.kind for one in found] == ["unusual"] and alerting.claim(ctx, wild) == []
    assert "4.5k tokens in the last hour" in found[0].alert.text and "28 days is 1k" in found[0].alert.text


@pytest.mark.parametrize("text", ["", "x", f"{NOW // HOUR * HOUR}", f"{NOW // HOUR * HOUR} 1", f"{NOW // HOUR * HOUR} a b"])
def test_a_damaged_note_says_nothing(ctx, text):
    with history.opened(ctx, 1000) as kept:
        kept.write_note(learning.USUAL, text)
    wild = changed_facts(facts(900), samples=(Sample(START, NOW - HOUR, START, 100), Sample(NOW, NOW, START, 900)))
    assert alerting.claim(ctx, wild) == []


def test_what_became_of_it_is_kept(ctx):
    found = alerting.claim(ctx, facts(8500), on_screen=True)
    alerting.send(ctx, found)
    with history.opened(ctx, 1000) as kept:
        told = {one.channel: one.outcome for one in kept.sent_alerts(0)}
    assert told["bell"] == "rung" and "notify-send was not found" in told["desktop"] and "no address" in told["webhook"]


def test_secrets_do_not_reach_the_names_of_lines():
    env = {"LANG": "C.UTF-8", "CCMON_ALERT_WEBHOOK_URL": f"https://h/{SECRET}"}
    assert line_answer.key(["--statusline"], env) == "--statusline\0"


@pytest.mark.parametrize("moved, want", [(0, []), (SAME_S - 1, []), (1 - SAME_S, []), (SAME_S, ["bell"]), (-SAME_S, ["bell"])])
def test_the_store_itself_knows_the_same_window(ctx, moved, want):
    """Two processes that looked at the same moment, and know its end a little differently."""
    with history.opened(ctx, 1000) as one, history.opened(ctx, 1000) as other:
        assert one.claim_alert("80", END, ["bell"], SAME_S, NOW) == ["bell"]
        assert other.claim_alert("80", END + moved, ["bell"], SAME_S, NOW) == want
        assert other.claim_alert("80", END, ["desktop"], SAME_S, NOW) == ["desktop"]


def test_what_is_old_goes(ctx):
    with history.opened(ctx, 1000) as kept:
        kept.claim_alert("80", END, ["bell"], SAME_S, NOW)
    with history.opened(later(ctx, 91 * DAY), 1000) as kept:
        kept.claim_alert("80", END + 91 * DAY, ["bell"], SAME_S, NOW + 91 * DAY)
        assert [told.window_end for told in kept.sent_alerts(0)] == [END + 91 * DAY]
