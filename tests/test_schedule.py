"""Reset rules and the resets they give; around changes of the clocks: tests/faults/test_faults_C_zones.py."""

import pytest
import pytz
from account_windows import five_hour
from hypothesis import given
from hypothesis import strategies as st
from moments import DAY, HOUR, UTC, Fake, at

from ccmon import when
from ccmon.model import Reset
from ccmon.system import clock
from ccmon.typed_values import ResetRule, parse_rule
from ccmon.usage import compute

# --- rules ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, rule", [
    ("session", ResetRule("session")), (" Schedule ", ResetRule("schedule")), ("5", ResetRule("hour", (5,))),
    ("0", ResetRule("hour", (0,))), ("23", ResetRule("hour", (23,))), ("05", ResetRule("hour", (5,))),
    ("5,10,15,20", ResetRule("hour", (5, 10, 15, 20))), ("20, 5,5", ResetRule("hour", (5, 20))),
])
def test_rules(text, rule):
    assert parse_rule(text) == rule


# --- local hours to moments -------------------------------------------------------------------------------------------

@given(st.sampled_from(pytz.all_timezones), st.integers(0, 2**31), st.sets(st.integers(0, 23), min_size=1))
def test_the_next_hour_is_in_the_future_and_near(name, now, hours):
    zone = clock.zone(name)
    found = compute.next_hour(now, sorted(hours), zone)
    assert now < found <= now + 49 * HOUR
    assert when.local(found, zone).hour in hours or zone.offset_s(found - 1) != zone.offset_s(found)


@given(st.integers(1_500_000_000, 1_900_000_000), st.sets(st.integers(0, 23), min_size=1))
def test_in_warsaw_it_is_within_25_hours(now, hours):
    assert compute.next_hour(now, sorted(hours), clock.zone("Europe/Warsaw")) <= now + 25 * HOUR


@given(st.integers(-16 * HOUR, 16 * HOUR), st.integers(-16 * HOUR, 16 * HOUR), st.integers(-3 * DAY, 3 * DAY), st.integers(0, 23))
def test_any_change_of_any_zone(before_s, after_s, shift, hour):
    now = 1_700_000_000
    zone = Fake("any", before_s, now + shift, after_s)
    assert now < compute.next_hour(now, (hour,), zone) <= now + 24 * HOUR + max(24 * HOUR, abs(after_s - before_s))


# --- resets -----------------------------------------------------------------------------------------------------------

NOW = at("2024-05-01 15:42")
END = at("2024-05-01 18:30")
REFERENCE = at("2024-05-01 18:00")


@pytest.mark.parametrize("rule, session_end, expected", [
    ("session", END, (END, "session")),
    ("session", None, (REFERENCE, "schedule")),
    ("session", NOW, (REFERENCE, "schedule")),
    ("session", NOW - 9, (REFERENCE, "schedule")),
    ("schedule", END, (REFERENCE, "schedule")),
    ("schedule", None, (REFERENCE, "schedule")),
    ("15", END, (at("2024-05-02 15:00"), "hour")),
    ("16", None, (at("2024-05-01 16:00"), "hour")),
    ("5,10,15,20", END, (at("2024-05-01 20:00"), "hour")),
])
def test_next_reset(rule, session_end, expected):
    found = compute.next_reset(NOW, parse_rule(rule), session_end, UTC)
    assert found == Reset(*expected, "UTC", REFERENCE, rule == "session" and expected[1] == "schedule")


OFFICIAL = at("2024-05-01 17:40")


@pytest.mark.parametrize("rule, session_end, official, expected", [
    ("session", END, OFFICIAL, (OFFICIAL, "official")),
    ("session", END, END + 9, (END + 9, "official")),
    ("session", None, OFFICIAL, (OFFICIAL, "official")),
    ("session", END, NOW + 1, (NOW + 1, "official")),
    ("session", END, NOW, (END, "session")),
    ("session", None, NOW - 9, (REFERENCE, "schedule")),
    ("schedule", END, OFFICIAL, (REFERENCE, "schedule")),
    ("16", END, OFFICIAL, (at("2024-05-01 16:00"), "hour")),
])
def test_what_claude_says_comes_before_the_end_of_the_session_only(rule, session_end, official, expected):
    found = compute.next_reset(NOW, parse_rule(rule), session_end, UTC, five_hour(37.0, official, NOW - 40))
    assert found == Reset(*expected, "UTC", REFERENCE, rule == "session" and expected[1] == "schedule")


def test_the_zone_decides_and_is_named():
    found = compute.next_reset(NOW, ResetRule("schedule"), None, clock.zone("asia/tokyo"))
    assert found == Reset(at("2024-05-01 19:00"), "schedule", "Asia/Tokyo", at("2024-05-01 19:00"))


def test_a_rule_without_hours_falls_back_to_the_schedule():
    assert compute.next_reset(NOW, ResetRule("hour"), END, UTC) == Reset(REFERENCE, "schedule", "UTC", REFERENCE)


# --- how moments are written ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("moment, expected", [
    ("2024-05-01 18:00", "18:00"), ("2024-05-01 00:00", "00:00"), ("2024-05-02 02:13", "Thu 02:13"),
    ("2024-05-07 02:13", "Tue 02:13"), ("2024-05-08 02:13", "8 May 02:13"), ("2024-04-30 23:59", "Tue 23:59"),
    ("2024-04-25 09:05", "Thu 09:05"), ("2024-04-24 09:05", "24 Apr 09:05"), ("2024-12-03 02:13", "3 Dec 02:13"),
])
def test_clock_text(moment, expected):
    assert when.clock_text(at(moment), NOW, UTC) == expected


def test_clock_text_is_local():
    assert when.clock_text(at("2024-05-01 22:30"), NOW, clock.zone("Europe/Warsaw")) == "Thu 00:30"


@given(st.integers(), st.integers())
def test_clock_text_never_raises(epoch, now):
    assert 5 <= len(when.clock_text(epoch, now, Fake("far", -14 * HOUR, 0, 14 * HOUR))) <= 17
