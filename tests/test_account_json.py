"""What Claude Code's own file says of the account, whatever stands in it."""

import json

import pytest
from claude_account import DAY, HOUR, NOW, PROFILE, document, iso, text, utilization
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import Credits, Login
from ccmon.sources.session_json import MOST_WINDOWS, is_possible, window_name
from ccmon.usage import account_json
from ccmon.usage.account_json import parse

CREDITS = Credits("extra_usage", 3.41, 50.0, "USD", 6.8, True, None, NOW, "account_file")


def test_a_file_as_claude_code_writes_it():
    found = parse(text())
    assert [(one.name, one.label, one.scope, one.percent, one.read_at, one.source) for one in found.windows] == [
        ("five_hour", "5h", "account", 20, NOW, "account_file"), ("seven_day", "7d", "account", 84, NOW, "account_file"),
        ("seven_day_fable_5", "7d Fable 5", "Fable 5", 100, NOW, "account_file")]
    assert [one.resets_at for one in found.windows] == [(NOW + left) // 60 * 60 for left in (2 * HOUR, 3 * DAY, 4 * DAY)]
    assert (found.credits, found.dropped) == ((CREDITS,), 0)
    assert (found.login.plan, found.login.tier, len(found.login.account)) == ("max20", "default_claude_max_20x", 12)
    assert "SECRET" not in repr(found) and "somebody" not in repr(found) and PROFILE["accountUuid"] not in repr(found)


@pytest.mark.parametrize("change, plan", [
    ({}, "max20"), ({"organizationRateLimitTier": "default_claude_max_5x"}, "max5"),
    ({"userRateLimitTier": "default_claude_max_5x"}, "max5"),              # a seat's own counts before the organisation's
    ({"organizationRateLimitTier": "default_claude_max_5x_2026"}, "max5"),
    ({"organizationRateLimitTier": "default_claude_ai"}, "pro"), ({"organizationRateLimitTier": "claude_pro"}, "pro"),
    ({"organizationRateLimitTier": "default_claude_max_50x"}, ""), ({"organizationRateLimitTier": "default_raven"}, ""),
    ({"organizationRateLimitTier": None}, ""), ({"organizationRateLimitTier": None, "organizationType": "claude_pro"}, "pro"),
    ({"organizationRateLimitTier": ["default_claude_max_5x"]}, ""), ({"organizationRateLimitTier": "\x1b[31mmax" * 99}, ""),
])
def test_the_plan_by_the_tier(change, plan):
    login = parse(text(profile={**PROFILE, **change})).login
    assert login.plan == plan and login.tier.isprintable() and login.tier.isascii() and len(login.tier) <= 64


def test_two_logins_are_two_accounts_and_one_without_ids_is_none():
    hashes = {parse(text(profile={**PROFILE, **change})).login.account
              for change in ({}, {"accountUuid": "other"}, {"organizationUuid": "other"}, {"organizationUuid": None})}
    assert len(hashes) == 4
    assert parse(text(profile={"accountUuid": None, "organizationUuid": ["x"]})).login == Login("")


@pytest.mark.parametrize("of_whom", ["another", None, 7])
def test_what_another_login_has_left_there_is_not_taken(of_whom):
    found = parse(text(accountUuid=of_whom))
    assert (found.windows, found.credits, found.dropped, found.login.plan) == ((), (), 0, "max20")


@pytest.mark.parametrize("extra, expected, dropped", [
    ({"is_enabled": True, "monthly_limit": None, "used_credits": 341, "utilization": None, "currency": "eur"},
     CREDITS._replace(limit=None, currency="EUR", percent=None), 0),
    ({"is_enabled": True, "monthly_limit": 5000, "used_credits": 341, "currency": "JPY"},
     CREDITS._replace(used=341.0, limit=5000.0, currency="JPY", percent=None), 0),
    ({"is_enabled": False, "monthly_limit": None, "used_credits": None}, None, 0),
    ({"is_enabled": False, "monthly_limit": 5000, "used_credits": 341, "utilization": 6.8, "currency": "USD"},
     CREDITS._replace(enabled=False), 0),
    ({"is_enabled": True, "monthly_limit": "much", "used_credits": 341, "utilization": 6.8, "currency": "\x1b[3"},
     CREDITS._replace(limit=None, currency="", enabled=False), 1),         # an unreadable limit is no "no limit"
    ({"is_enabled": "yes"}, None, 1), ([], None, 1), (None, None, 0), ({"is_enabled": True, "used_credits": -5}, None, 1),
])
def test_credits_are_in_minor_units(extra, expected, dropped):
    found = parse(text(limits=utilization(extra_usage=extra)))
    if isinstance(extra, dict) and extra.get("used_credits") == -5:
        expected = CREDITS._replace(used=None, limit=None, currency="", percent=None, enabled=False)
    assert (found.credits, found.dropped) == ((() if expected is None else (expected,)), dropped)


@pytest.mark.parametrize("member, dropped", [
    ({"utilization": 50, "resets_at": None}, 1), ({"utilization": None, "resets_at": iso(NOW + DAY)}, 1),
    ({"utilization": 50, "resets_at": iso(NOW - DAY)}, 1), ({"utilization": 0.5, "resets_at": iso(NOW + DAY)}, 1),
    ({"utilization": NOW, "resets_at": iso(NOW + DAY)}, 1), ({"utilization": 50, "resets_at": iso(NOW + 400 * DAY)}, 1),
    ({"utilization": 100, "resets_at": iso(NOW + 7 * DAY)}, 1), ({"utilization": 50, "resets_at": 1000 * (NOW + DAY)}, 0),
    ({"utilization": "50", "resets_at": NOW + DAY}, 0), ({"utilization": True, "resets_at": {}}, 0), ("nonsense", 0), (None, 0),
])
def test_a_window_that_cannot_be_is_counted_and_left_out(member, dropped):
    found = parse(text(limits={"seven_day_sonnet": member}))
    is_taken = isinstance(member, dict) and not dropped and member["utilization"] is not True
    assert ([one.name for one in found.windows], found.dropped) == (["seven_day_sonnet"] if is_taken else [], dropped)


@pytest.mark.parametrize("fetched", [None, "yesterday", -1, 10 ** 20, {}, 5])
def test_without_the_time_of_reading_nothing_is_known_of_the_windows(fetched):
    found = parse(text(fetchedAtMs=fetched))
    assert (found.windows, found.read_at, found.login.plan) == ((), 0, "max20") and found.dropped == 3


@pytest.mark.parametrize("content", ["", "{", text()[:-40], "[]", "null", "7", "[" * 100_000, "\0", "\ufffd" * 9])
def test_what_is_no_object_says_nothing(content):
    assert parse(content) is None


def test_numbers_of_thousands_of_digits_elsewhere_do_no_harm():
    content = text()[:-1].rstrip() + ', "other": ' + "9" * 9000 + "}"
    assert parse(content) == parse(text())


KEYS = ("five_hour", "seven_day", "utilization", "resets_at", "limits", "kind", "percent", "scope", "model", "display_name",
        "extra_usage", "is_enabled", "used_credits")
PLAIN = (st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=9) | st.just(iso(NOW + DAY)))
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5), max_leaves=30)


@given(st.sampled_from(["oauthAccount", "cachedUsageUtilization", "utilization", "limits"]), JSON)
def test_whatever_stands_there_comes_out_clean_or_not_at_all(place, value):
    whole = document(limits={"limits": value} if place == "limits" else value if place == "utilization" else None)
    found = parse(json.dumps({**whole, place: value}))
    assert len(found.windows) <= MOST_WINDOWS and found.dropped >= 0
    for one in found.windows:
        assert one.name == window_name(one.name) and is_possible(one.name, one.percent, one.resets_at, one.read_at)
    for credits in found.credits:
        assert (credits.used or 0) >= 0 and credits.currency.isascii() and len(credits.currency) in (0, 3)


def test_the_answer_of_claude_itself_is_read_alike():
    limits = {key: value for key, value in utilization().items() if key != "limits"}
    limits["model_scoped"] = [{"display_name": "Fable 5", "utilization": 100, "resets_at": iso(NOW + 4 * DAY)}]
    asked, read = account_json.usage(limits, NOW, "claude"), parse(text())
    assert [one._replace(source="account_file") for one in asked.windows] == list(read.windows)
    assert [one._replace(source="account_file") for one in asked.credits] == list(read.credits)
