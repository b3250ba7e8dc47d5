"""How full the window is, and by whose word: Claude's own, what was learned, or tokens against the plan."""

import pytest
from account_windows import five_hour, windows
from made_facts import changed_facts, made_facts

from ccmon.learning.values import Change, Estimate, Learned, UnitWeights
from ccmon.model import Block, HighWater, Hit, LearnedLimit, Sample, Source
from ccmon.system import clock
from ccmon.usage import notices, utilization
from ccmon.usage.compute import Options, assess
from ccmon.views import document

HOUR = 3600
NOW = 1_714_578_120                     # Wed 2024-05-01 15:42:00 UTC
START = NOW - 2 * HOUR
UTC = clock.zone("UTC")
RECORD = HighWater(9000, NOW - 90 * HOUR, 41)


def block(tokens, last=NOW - 30, **more):
    made = Block(START, START + 5 * HOUR, last, tokens, tokens // 4, tokens - tokens // 4, 1000, 50_000, 1.0, ("m",), 9)
    return made._replace(**more)


def quota(percent=37.0, read_s=40, resets_s=HOUR):
    return five_hour(percent, NOW + resets_s, NOW - read_s)


def learned(median=50_000.0, name="tokens", is_learned=True, **more):
    weights = {"tokens": (("", "input", 1.0), ("", "output", 1.0)), "cost": (("", "cost", 1.0),)}[name]
    estimate = Estimate(median, 0.9 * median, 1.2 * median, 0.02, 60, 9, 0.8, is_learned)
    return Learned(NOW - HOUR, UnitWeights(name, weights, 0.6, 120), estimate, readings=120, tokens_per_load=1.0, **more)


def facts(*blocks, official=None, **more):
    return made_facts(blocks, tuple(b.start for b in blocks), source=Source(refreshed=NOW - 2),
                 windows=windows(official), **{"high_water": RECORD, **more})


def shot(known, plan="pro", limit=None, now=NOW):
    return assess(known, Options(plan, limit), UTC, now)


def warned(snapshot):
    return [notice.code for notice in snapshot.warnings if not notice.advice]


def advised(snapshot):
    return [notice.code for notice in snapshot.warnings if notice.advice]


# --- when Claude's own word counts --------------------------------------------------------------------------------------

@pytest.mark.parametrize("read_s, last, counts", [
    (40, NOW - 30, True), (600, NOW, True),                    # read of late, whatever was used since
    (601, NOW, False), (601, NOW - 601 + 60, True), (601, NOW - 540, False),
    (4000, NOW - 4000, True), (4000, NOW - 4100, True),        # long ago, but nothing was used here since
    (601, None, False), (600, None, True),                     # nobody knows when it was used last
])
def test_fresh(read_s, last, counts):
    seen = shot(facts(block(20_000, last), official=quota(37.0, read_s)))
    assert (seen.percent_source == "official") is counts
    assert seen.percent == (37.0 if counts else pytest.approx(100 * 20_000 / 9000))


def test_a_window_that_has_passed_says_nothing():
    known = facts(block(3500), official=quota(resets_s=60))
    assert [shot(known, now=NOW + s).percent_source for s in (0, 59, 60)] == ["official", "official", "tokens"]


def test_without_a_session_what_claude_says_is_the_percentage():
    seen = shot(facts(official=quota(81.0, 5000)))
    assert (seen.percent, seen.percent_source, seen.left, seen.active) == (81.0, "official", None, False)
    assert notices.exit_code(seen) == 10


@pytest.mark.parametrize("percent, tokens, codes, exit_code", [
    (37.0, 20_000, [], 0), (79.9, 20_000, [], 0), (80.0, 100, ["near_limit"], 10), (99.9, 9, ["near_limit"], 10),
    (100.0, 100, ["over_limit"], 11), (101.0, 90_000, ["over_limit"], 11), (104.0, 100, ["over_limit"], 11),
    (460.0, 100, ["over_limit"], 11),
])
@pytest.mark.parametrize("plan, limit", [("pro", None), ("custom_max", None), ("max5", None), ("ml_auto", None),
                                         ("pro", (50, "flag"))])
def test_while_it_is_fresh_no_plan_figure_warns(percent, tokens, codes, exit_code, plan, limit):
    seen = shot(facts(block(tokens), official=quota(percent)), plan, limit)
    assert [code for code in warned(seen) if code != "runs_out_before_reset"] == codes
    assert notices.exit_code(seen) == exit_code and not seen.limit.switched and not seen.limit.unknown
    assert seen.limit.plan == plan


@pytest.mark.parametrize("percent, tokens, left", [(50.0, 20_000, 20_000), (80.0, 4000, 1000), (100.0, 9000, 0),
                                                   (101.0, 9000, 0), (460.0, 9000, 0)])
def test_tokens_left_are_converted_by_what_the_percentage_took(percent, tokens, left):
    seen = shot(facts(block(tokens), official=quota(percent)))
    assert (seen.left, seen.capacity, seen.about) == (left, tokens + left, True)


def test_a_small_percentage_says_nothing_of_tokens():
    seen = shot(facts(block(100), official=quota(4.0)))
    assert seen.left == round(0.96 * 7000)         # of the plan's reference figure
    assert shot(facts(block(0), official=quota(40.0))).left == round(0.6 * 7000)


# --- the limit was reached ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("hit_s, official, percent", [
    (60, None, 100.0), (60, quota(28.0, read_s=61), 100.0), (60, quota(28.0, read_s=20), 100.0),
    (60, quota(101.0), 101.0),
    (500, quota(28.0, read_s=100), 28.0),          # Claude has answered since: it goes on
    (2 * HOUR + 1, None, None),                    # of the session before
])
def test_a_limit_event_is_a_hundred(hit_s, official, percent):
    seen = shot(facts(block(1900, NOW - hit_s), official=official, hit_at=NOW - hit_s))
    assert seen.percent == (percent or pytest.approx(100 * 1900 / 7000))
    assert ("over_limit" in warned(seen)) is (percent is not None and percent >= 100)


@pytest.mark.parametrize("official, words", [
    (None, "Limit reached: cut off at 15:41"), (quota(97.0), "Limit reached: cut off at 15:41"),
    (quota(100.0), "Limit reached: Claude says 100 % of the 5-hour window is used")])
def test_who_says_that_the_limit_is_reached(official, words):
    seen = shot(facts(block(1900, NOW - 60), official=official, hit_at=NOW - 60))
    assert words in [notice.text for notice in seen.warnings]
    assert seen.reset.rule == ("official" if official else "session")


def test_a_limit_event_is_over_when_work_goes_on():
    seen = shot(facts(block(1900, NOW), hit_at=NOW - 601))
    assert seen.percent_source == "tokens" and seen.windows == () and notices.exit_code(seen) == 0


def test_an_event_from_the_future_is_none():
    assert shot(facts(block(1900), hit_at=NOW + 61)).percent_source == "tokens"


# --- the learned limit ----------------------------------------------------------------------------------------------------

def test_ml_auto_uses_what_was_learned():
    seen = shot(facts(block(20_000), learned=learned()), "ml_auto")
    assert (seen.percent, seen.percent_source, seen.limit.tokens) == (40.0, "learned", 50_000)
    assert (seen.limit.source, seen.limit.unit, seen.about) == ("learned", "tokens", False)
    assert seen.limit.learned == LearnedLimit(50_000, 45_000, 60_000, "tokens") and warned(seen) == []


def test_under_another_ruler_tokens_are_converted_by_the_session_s_own_mix():
    load = {("m", "input"): 5000.0, ("m", "output"): 15_000.0, ("", "cost"): 4.0}
    seen = shot(facts(block(20_000), learned=learned(10.0, "cost"), load=load), "ml_auto")
    assert (seen.limit.tokens, seen.limit.unit, seen.about) == (50_000, "cost", True)      # 5,000 tokens for a dollar
    assert seen.percent == 40.0 and "about" not in " ".join(n.text for n in seen.warnings)
    told = document.document(seen)
    assert told["plan"]["limit_unit"] == "cost" and told["percent_source"] == "learned" and told["tokens_about"] is True


@pytest.mark.parametrize("load, tokens", [
    ({("m", "input"): 400.0, ("", "cost"): 4.0}, 10),          # too little to have a mix: that of all use, one to one
    ({("m", "input"): 4000.0}, 10),                            # no cost is known
    (None, 200_000),                                           # of ccusage: 20,000 tokens for one dollar
])
def test_a_session_without_a_mix_of_its_own(load, tokens):
    assert utilization.limit_in_tokens(learned(10.0, "cost"), load, block(20_000)).tokens == tokens


@pytest.mark.parametrize("nothing", [None, learned(is_learned=False), Learned(NOW), learned()._replace(tokens_per_load=0.0)])
def test_nothing_learned_is_no_limit(nothing):
    assert utilization.limit_in_tokens(nothing, {}, None) is None


def test_without_anything_learned_ml_auto_is_the_record_and_then_pro():
    seen = shot(facts(block(3000), learned=learned(is_learned=False)), "ml_auto")
    assert (seen.limit.tokens, seen.limit.source, seen.percent_source) == (9000, "high_water", "tokens")
    assert shot(facts(block(3000), high_water=None), "ml_auto").limit.tokens == 7000


def test_the_switch_from_pro_goes_to_what_was_learned():
    seen = shot(facts(block(8000), learned=learned()))
    assert (seen.limit.plan, seen.limit.source, seen.limit.switched) == ("ml_auto", "learned", True)
    way_out = "Your plan: ccmon config set plan max20 (or max5)"
    assert f"Tokens exceeded Pro limit - switched to ml_auto (50,000). {way_out}" in [notice.text for notice in seen.warnings]
    seen = shot(facts(block(8000), learned=learned(10.0, "cost"), load={("m", "input"): 8000.0, ("", "cost"): 1.6}))
    assert "switched to ml_auto (about 50,000)" in seen.warnings[0].text + seen.warnings[-1].text


def test_above_the_learned_limit_is_over_the_limit():
    seen = shot(facts(block(51_000), learned=learned()), "ml_auto")
    assert warned(seen) == ["over_limit"] and "(the learned limit)" in seen.warnings[0].text


@pytest.mark.parametrize("percent, seen_tokens, expected, left", [
    (51.0, None, 51.0, 24_500), (51.0, 18_000, 55.0, 22_500), (30.0, 18_000, 40.0, 30_000), (99.0, 10_000, 119.0, 0)])
def test_what_claude_said_long_ago_is_the_least(percent, seen_tokens, expected, left):
    samples = () if seen_tokens is None else (Sample(NOW - 900, NOW - 800, START, seen_tokens),)
    known = facts(block(20_000), official=quota(percent, 700), learned=learned(), samples=samples)
    seen = shot(known, "ml_auto")
    assert (seen.percent, seen.percent_source, seen.left) == (expected, "learned", left)
    by_plan = 100 * 20_000 / 35_000 if percent < 80 else percent
    assert seen.about is (expected != 40.0) and shot(known, "max5").percent == pytest.approx(by_plan)


@pytest.mark.parametrize("percent, tokens, code", [(20.0, 100, 0), (90.0, 100, 10), (100.0, 100, 11), (90.0, 6600, 10)])
def test_old_words_of_claude_count_where_tokens_say_less(percent, tokens, code):
    seen = shot(facts(block(tokens), official=quota(percent, 5400)))
    by_tokens = 100 * tokens / 7000
    assert notices.exit_code(seen) == code and seen.percent == (max(percent, by_tokens) if percent >= 80 else by_tokens)
    assert seen.binding.percent == seen.percent and (seen.binding.why == "full") is (percent == 100)


@pytest.mark.parametrize("official, told_s, resets_s", [
    (None, 3600, 3600), (quota(28.0, 5400, 7200), 7200, 7200),
    (quota(28.0, 5400, 300), 5400, 5400), (quota(28.0, 30, 7200), 7200, 7200)])
def test_a_limit_event_says_when_the_session_begins_anew(official, told_s, resets_s):
    known = facts(block(1900, NOW - 60), official=official, hit_at=NOW - 60)
    seen = shot(changed_facts(known, hits=(Hit("five_hour", NOW - 60, NOW + told_s),)))
    assert (seen.percent, seen.reset.at, seen.binding.resets_at) == (100.0, NOW + resets_s, NOW + resets_s)


@pytest.mark.parametrize("percent, source, want", [
    (79.0, "statusline", ("tokens", "session", 0)), (95.0, "account_file", ("official", "runs_out", 10)),
    (100.0, "account_file", ("official", "full", 11))])
def test_a_full_window_stays_full_until_its_reset(percent, source, want):
    """Read hours ago, and little was used here since: headline, what binds and the exit code say the same."""
    said = quota(percent, 7200)._replace(source=source)
    seen = shot(facts(block(1900, NOW), official=said), "max5")
    assert (seen.percent_source, seen.binding.why, notices.exit_code(seen)) == want
    assert seen.binding.percent == seen.percent and ("over_limit" in warned(seen)) is (percent >= 100)


# --- advice, and a change ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("plan, more, advice", [
    ("max5", {"learned": learned()}, ["limit_learned"]), ("ml_auto", {"learned": learned()}, []),
    ("max5", {"learned": learned(), "official": quota()}, []),             # Claude's own word is shown anyway
    ("max5", {}, []), ("pro", {}, []), ("ml_auto", {}, ["nothing_learned"]), ("ml_auto", {"official": quota()}, []),
    ("ml_auto", {"learned": learned(is_learned=False)}, ["nothing_learned"]),
])
def test_advice_is_no_warning(plan, more, advice):
    seen = shot(facts(block(3000), **more), plan)
    assert advised(seen) == advice and not set(document.document(seen)["warnings"]) & {"limit_learned", "nothing_learned"}


def test_above_the_record_the_way_to_the_limit_is_told():
    seen = shot(facts(block(9001)), "custom_max")
    assert (warned(seen), advised(seen)) == (["limit_unknown"], ["nothing_learned"])
    assert "ccmon init claude --write" in seen.warnings[-1].text


@pytest.mark.parametrize("factor, sure, words", [
    (0.8, "statistics", "now takes 25 % more of your quota: the limit was lowered, or the account is also used elsewhere"),
    (1.25, "statistics", "now takes 20 % less of your quota"), (1.25, "rebaseline", "Claude took back a part of the percentage"),
])
def test_a_change_of_the_allocation_is_told_for_five_hours(factor, sure, words):
    known = facts(block(3000), learned=learned(changes=(Change(NOW - 40 * HOUR, factor, NOW - 60, sure),)))
    notices = [notice.text for notice in shot(known, "max5").warnings if notice.code == "allocation_changed"]
    assert len(notices) == 1 and words in notices[0]
    assert "allocation_changed" in warned(shot(known, "max5", now=NOW - 61 + 5 * HOUR))
    assert "allocation_changed" not in warned(shot(known, "max5", now=NOW - 60 + 5 * HOUR))


@pytest.mark.parametrize("noise, readings, words", [
    (0.02, 0, "Nothing learned, custom_max in force. To learn: ccmon init claude --write"),
    (0.02, 12, "from 12 readings: it takes a few days"),
    (0.07, 400, "the readings do not fit the use here (noise 7 %)"),
    (0.07, 1, "from 1 reading: it takes a few days"),
])
def test_why_nothing_is_learned(noise, readings, words):
    known = learned(is_learned=False)._replace(readings=readings)
    known = known._replace(estimate=known.estimate._replace(noise=noise, readings=readings))
    seen = shot(facts(block(3000), learned=known), "ml_auto")
    assert words in seen.warnings[-1].text and len(seen.warnings[-1].text) <= 80
    none = shot(facts(block(3000), high_water=None), "ml_auto").warnings[-1].text
    assert none == "Nothing learned, plan pro in force. To learn: ccmon init claude --write"
    assert shot(facts(block(9001)), "custom_max").warnings[-1].text.startswith("To learn the real limit, connect Claude Code: ")
