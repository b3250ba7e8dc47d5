"""Records of limits: what they hold, what they say, how leniently they are read, and what is none of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.sources.limit_events import KINDS, LimitMessage, limit_message

AT, AT_MS = "2026-09-21T15:33:20.250Z", 1_790_004_800_250
RESETS = 1_790_010_000
NULLS = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "service_tier": None, "inference_geo": None,
         "iterations": None, "speed": None}
DOT = "\u00b7"


def record(text=None, **top):
    """As a current Claude Code writes it: nulls where no answer has them."""
    content = [{"type": "text", "text": text}] if isinstance(text, str) else text
    return {"type": "assistant", "timestamp": AT, "sessionId": "s", "isApiErrorMessage": True, "parentUuid": None,
            "message": {"id": "x", "model": "<synthetic>", "role": "assistant", "usage": NULLS, "content": content}, **top}


def event(fields, **spaces):
    return limit_message(json.dumps(fields, **spaces).encode())


def rejected(kind, **more):
    return {"status": "rejected", "resetsAt": RESETS, "rateLimitType": kind, "overageStatus": "rejected", "isUsingOverage": False,
            "unifiedRateLimitFallbackAvailable": False, **more}


def which(text, **top):
    found = event(record(text, **top))
    return found and (found.kind, found.model)


# --- what the record holds ---

@pytest.mark.parametrize("kind, which", [
    ("five_hour", ("session", "")), ("seven_day", ("weekly", "")), ("seven_day_opus", ("model", "Opus")),
    ("seven_day_sonnet", ("model", "Sonnet")), ("seven_day_overage_included", ("model", "Fable")), ("overage", ("extra", "")),
    ("seven_day_haiku", ("model", "Haiku")), ("seven_day_oauth_apps", ("model", "Oauth apps")), ("fortnight", ("other", "")),
    (None, ("other", "")), (5, ("other", ""))])
def test_the_structure_is_enough(kind, which):
    found = event(record("No more today", quotaLimits=rejected(kind), error="rate_limit", apiErrorStatus=429))
    assert found == LimitMessage(AT_MS, *which, RESETS, "No more today")


@pytest.mark.parametrize("status", ["allowed", "allowed_warning", "queued", ""])
def test_only_a_rejection_is_one(status):
    for kind in ("five_hour", "overage"):
        assert event(record("You've hit your session limit", quotaLimits={**rejected(kind), "status": status})) is None


@pytest.mark.parametrize("told", [None, {}, [], "rejected", {"status": None}, {"resetsAt": RESETS, "rateLimitType": "seven_day"}])
def test_without_a_status_the_words_decide(told):
    assert which("You've hit your session limit", quotaLimits=told) == ("session", "")


@pytest.mark.parametrize("text, kind, more, which", [
    (f"You've hit your session limit {DOT} resets 9pm (UTC)", "five_hour", {}, ("session", "")),
    ("You've hit your session limit", "five_hour", {"overageDisabledReason": "out_of_credits"}, ("session", "")),
    ("You've hit your session limit", "five_hour", {"isUsingOverage": True}, ("extra", "")),       # passed before, not now
    ("You've hit your limit", "seven_day", {}, ("weekly", "")), ("You've hit your limit", "five_hour", {}, ("session", "")),
    (f"You're out of extra usage {DOT} resets 5pm (UTC)", "five_hour", {}, ("extra", "")),
    (f"You're out of usage credits {DOT} resets 5pm (UTC)", "seven_day", {}, ("extra", "")),
    (f"You've hit your monthly spend limit {DOT} your weekly limit resets 8pm (UTC)", "seven_day", {}, ("spend", "")),
    ("Your seat type doesn't include extra usage", "five_hour", {}, ("session", "")),  # there was none to pass it with
    ("You've hit your weekly limit", "five_hour", {}, ("session", "")),
    ("You've reached your Fable 5 limit.", "seven_day_overage_included", {}, ("model", "Fable 5")),
    ("Fable 5 requires usage credits", "seven_day_overage_included", {}, ("model", "Fable")),
    ("API Error: Rate limit reached", "five_hour", {}, ("session", ""))])
def test_structure_and_words_together(text, kind, more, which):
    found = event(record(text, quotaLimits=rejected(kind, **more)))
    assert (found.kind, found.model) == which and found.resets_at == RESETS


@pytest.mark.parametrize("fields", [
    record("x", quotaLimits=[None, rejected("five_hour")]), record("x", error={"quotaLimits": rejected("five_hour")}),
    record("x", errorDetails={"error": {"quotaLimits": rejected("five_hour")}}), record("x",
    rate_limit_info=rejected("five_hour")),
    {**record(), "message": {"quotaLimits": rejected("five_hour"), "content": [{"text": "x"}]}},
    {**record(), "message": {"error": {"quotaLimits": rejected("five_hour")}, "content": "x"}}])
def test_it_may_stand_elsewhere(fields):
    assert event(fields) == LimitMessage(AT_MS, "session", "", RESETS, "x")


@pytest.mark.parametrize("told, resets_at", [
    (RESETS, RESETS), (RESETS + 0.7, RESETS), (RESETS * 1000, RESETS), (None, 0), ("soon", 0), (-5, 0), (0, 0), (True, 0),
    (1e300, 0)])
def test_the_reset_as_a_number(told, resets_at):
    assert event(record("x", quotaLimits=rejected("five_hour", resetsAt=told))).resets_at == resets_at


def test_nothing_else_need_be_there():
    assert event({"isApiErrorMessage": True, "timestamp": AT, "quotaLimits": {"status": "rejected", "rateLimitType": "five_hour"}}
                 ) == LimitMessage(AT_MS, "session", "", 0, "")


# --- what it says ---

# All that @anthropic-ai/claude-agent-sdk 0.3.332 lists as first words of a usage limit that was reached, with our kind of each.
# The first two say which limit in what follows. Usage credits are the newer name of extra usage; an organisation's own usage is
# bought, so it is credit; what a seat or an admin does not allow is no amount that was used up.
FIRST_WORDS = [
    ("You've hit your", "limit", "unnamed"), ("You've reached your", "limit", "unnamed"),
    ("You're out of usage credits", "", "extra"),
    (f"Your org is out of usage {DOT} add funds to continue", "", "credit"),
    (f"Your org is out of usage {DOT} contact your admin", "", "credit"),
    ("Your seat type doesn't include usage credits", "", "admin"), ("Your seat type doesn't include usage", "", "admin"),
    ("Your usage allocation has been disabled by your admin", "", "admin"),
    ("Your group's usage limit is set to $0", "", "admin"),
    ("Fable 5 requires usage credits", "", "credit"), ("You're out of extra usage", "", "extra"),
    ("Your seat type doesn't include extra usage", "", "admin")]


@pytest.mark.parametrize("words, then, kind", FIRST_WORDS)
def test_all_first_words(words, then, kind):
    text = f"{words} {then}".strip()
    for said in (text, f"{text} {DOT} resets 5pm (UTC)", text.replace("'", "\u2019")):
        found = event(record(said))
        assert found.kind == kind and found.resets_at == 0 and found.text == said


@pytest.mark.parametrize("text, kind, model", [
    ("5-hour limit reached \u2219 resets 10pm", "session", ""), ("Session limit reached \u2219 resets 2am", "session", ""),
    ("You've hit your session limit", "session", ""), ("You've reached your 5-hour limit", "session", ""),
    ("you have hit your session limit", "session", ""), ("You\u2019ve hit your session limit", "session", ""),
    ("Claude AI usage limit reached", "session", ""), (f"Claude AI usage limit reached|{RESETS}", "session", ""),
    (f"Claude AI usage limit reached|{RESETS + 2 * 86_400}", "weekly", ""),
    (f"Claude AI usage limit reached|{AT_MS // 1000 - 1100}", "session", ""),
    ("Weekly limit reached \u2219 resets Oct 6, 1pm", "weekly", ""), ("You've hit your weekly limit", "weekly", ""),
    ("You've reached your weekly usage limit", "weekly", ""), ("You've hit your 7-day limit", "weekly", ""),
    ("Opus weekly limit reached \u2219 resets Oct 6, 1pm", "model", "Opus"), ("You've hit your Opus limit", "model", "Opus"),
    ("You've hit your Fable 5 limit", "model", "Fable 5"), ("Fable 5 limit reached", "model", "Fable 5"),
    ("You've reached your Fable 5.1 limit. Run /usage-credits to continue or switch models with /model.", "model", "Fable 5.1"),
    ("Claude Opus 4 limit reached, now using Sonnet 4", "model", "Opus 4"), ("You've hit your sonnet limit", "model", "Sonnet"),
    ("You've hit your Mythos-7 weekly limit", "model", "Mythos-7"), ("Claude Cantata 2.5 limit reached", "model", "Cantata 2.5"),
    ("You've hit your limit", "unnamed", ""), ("Limit reached", "unnamed", ""),
    ("You've reached your usage limit.", "unnamed", ""),
    ("Claude usage limit reached. Your limit will reset at 3pm (America/Santiago).", "unnamed", ""),
    ("Usage limit reached", "unnamed", ""), ("You've hit your fast limit", "other", ""),
    ("You've hit your daily limit", "other", ""),
    ("You've hit your usage credit limit", "extra", ""), ("You've hit your extra usage limit", "extra", ""),
    ("You're out of usage credits. Run /usage-credits to keep using Fable 5 or /model to switch models.", "credit", "Fable 5"),
    ("You're out of usage credits. Switch to another model", "credit", ""),
    ("Cantata 2 requires extra usage", "credit", "Cantata 2"),
    ("Fast mode requires usage credits", "credit", ""), ("Credit balance is too low", "credit", ""),
    ("Your credit balance is too low to access the API", "credit", ""), ("Monthly limit reached", "spend", ""),
    ("You've hit your monthly spend limit", "spend", ""), ("You've hit your individual spend limit", "spend", ""),
    ("Spend limit reached", "spend", ""), ("Org limit reached", "spend", ""),
    (f"You've hit your org's monthly spend limit {DOT} your session limit resets 5pm (UTC)", "spend", ""),
    ("You've hit your org's monthly usage limit", "spend", ""), ("You've hit your channel's monthly spend limit", "spend", ""),
    ("You've hit your team's shared budget. /model to switch models.", "spend", "")])
def test_all_wordings(text, kind, model):
    parts = [{"type": "thinking"}, None, {"type": "text", "text": "Sorry."}, {"type": "text", "text": text}]
    for message in ({"content": text, "usage": None}, {"content": [text]}, {"content": parts}, text):
        found = event({**record(), "message": message})
        assert (found.kind, found.model, found.text) == (kind, model, text)


@pytest.mark.parametrize("text", [
    "Not logged in \u00b7 Please run /login", "API Error: 529 Overloaded", "Prompt is too long", "Invalid API key", "Timed out",
    "API Error: 429 This request would exceed your account's rate limit.", "API Error: Rate limit reached", "Rate limit reached",
    "API Error: Server is temporarily limiting requests (not your usage limit) \u00b7 Rate limited", "Rate limit hit",
    "API Error: 429 Too many requests \u00b7 the burst limit resets 5pm (UTC)",
    "Context limit reached \u00b7 /compact to continue", "Output token limit reached", "You've reached your context limit",
    "You've used 90% of your session limit", "You're close to your usage limit", "Approaching your weekly limit",
    "You're now using extra usage", "Connection reset by peer", "the limit", "",
    "Opus is experiencing high load, please use /model to switch"])
def test_other_errors_are_no_limits(text):
    assert event(record(text)) is None and event(record(text, error="rate_limit", apiErrorStatus=429, quotaLimits=None)) is None


@pytest.mark.parametrize("more", [{"error": "rate_limit"}, {"error": {"type": "rate_limit_error"}}, {"apiErrorStatus": 429}])
def test_new_words_with_a_reset_are_a_limit_where_the_record_says_so(more):
    text = f"That was all for now {DOT} resets 5pm (UTC)"
    assert which(text, **more) == ("unnamed", "") and which(text, error="server_error") is None


# --- how it is read ---

@pytest.mark.parametrize("fields", [
    record("Weekly limit reached", isApiErrorMessage=False), record("Weekly limit reached", isApiErrorMessage="true"),
    record("Weekly limit reached", isApiErrorMessage=None), record("Weekly limit reached", timestamp="soon"),
    record("Weekly limit reached", timestamp=None), record(None), record([{"text": 5}, {}, [], 7]),
    [record("Weekly limit reached")],
    {"type": "user", "timestamp": AT, "message": {"content": json.dumps(record("Weekly limit reached"))}}])
def test_what_only_looks_like_one(fields):
    assert event(fields) is None


def test_it_is_read_leniently():
    fields = record("Weekly limit reached", quotaLimits=None, error=None, apiErrorStatus=None, version=None, costUSD=None)
    expected = LimitMessage(AT_MS, "weekly", "", 0, "Weekly limit reached")
    assert event(fields) == event(fields, indent=1) == event(fields, separators=(" , ", " : ")) == expected
    assert limit_message(b" " + json.dumps(fields).replace('"id": "x"', '"id": NaN, "id": 1').encode() + b"\r\n") == expected
    for time in ("2026-09-21T15:33:20.250999Z", AT[:-1] + "+00:00", "2026-09-21T18:33:20.250+03:00"):
        assert event({**fields, "timestamp": time}) == expected
    assert limit_message(json.dumps(fields).encode().replace(b'"x"', b'"\xff"')) == expected


def test_the_text_is_cleaned_and_cut():
    found = event(record("Weekly limit reached\n\x1b[31m \u202e" + "x" * 900))
    assert found.text.startswith("Weekly limit reached [31m xxx") and 200 < len(found.text) <= 240


@given(st.binary(max_size=60), st.integers(0, 700), st.integers(0, 30))
def test_never_raises_whatever_the_bytes(noise, at, dropped):
    line = json.dumps(record("Weekly limit reached", quotaLimits=rejected("five_hour"))).encode()
    limit_message(line[:at] + noise + line[at + dropped:])


NAMES = st.sampled_from(["quotaLimits", "status", "rateLimitType", "resetsAt", "error", "type", "content", "text", "rejected"])
VALUES = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), NAMES),
                      lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
                          max_leaves=8)


@given(st.sampled_from(["quotaLimits", "error", "apiErrorStatus", "timestamp", "message", "errorDetails"]), VALUES)
def test_never_raises_whatever_the_values(name, value):
    found = event(record("Weekly limit reached", **{name: value}))
    assert found is None or found.kind in KINDS


@given(st.text(max_size=300), st.booleans())
def test_no_words_do_harm(text, limited):
    found = event(record(f"You've hit your {text} limit", error="rate_limit" if limited else None))
    assert found is None or found.kind in (*KINDS, "unnamed") and len(found.model) <= 24 and found.model.isascii()


def test_deep_and_long_lines():
    assert limit_message(b'{"isApiErrorMessage":true,"x":' + b"[" * 100_000) is None
    assert limit_message(b'{"isApiErrorMessage":true,"timestamp":' + b"9" * 10_000 + b"}") is None
