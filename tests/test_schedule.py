"""Reset rules against a search minute by minute, around every change of the clocks in ten zones."""

from datetime import datetime, timezone
from functools import lru_cache
from typing import NamedTuple

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from ccmon import clock, schedule, when
from ccmon.model import CcmonError, Quota, Reset
from ccmon.schedule import REFERENCE_HOURS, ResetRule

HOUR, DAY = 3600, 86400
UTC = clock.zone("UTC")


class Fake(NamedTuple):
    """A zone of our own: ahead by one number until a moment, then by another."""

    name: str
    before_s: int
    change: int
    after_s: int

    def offset_s(self, epoch: int) -> int:
        return self.before_s if epoch < self.change else self.after_s


def at(text: str) -> int:
    """Epoch seconds of 2024-03-31 01:00 in UTC."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc).timestamp())


# --- rules ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, rule", [
    ("session", ResetRule("session")), (" Schedule ", ResetRule("schedule")), ("5", ResetRule("hour", (5,))),
    ("0", ResetRule("hour", (0,))), ("23", ResetRule("hour", (23,))), ("05", ResetRule("hour", (5,))),
    ("5,10,15,20", ResetRule("hour", (5, 10, 15, 20))), ("20, 5,5", ResetRule("hour", (5, 20))),
])
def test_rules(text, rule):
    assert schedule.parse_rule(text) == rule


@pytest.mark.parametrize("text", [
    "", ",", "5,", "24", "005", "-1", "5.5", "5;6", "session,5", "noon", "١", "²", "5 6", "1" * 99, "\x1b",
])
def test_what_is_no_rule(text):
    with pytest.raises(CcmonError, match="is no reset rule. Use session, schedule, or hours from 0 to 23") as caught:
        schedule.parse_rule(text)
    assert len(str(caught.value)) < 150 and str(caught.value).isprintable()


# --- local hours to moments -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, day, hour, expected", [
    ("Europe/Warsaw", (2024, 3, 30), 2, "2024-03-30 01:00"),
    ("Europe/Warsaw", (2024, 3, 31), 2, "2024-03-31 01:00"),             # skipped: 03:00 local
    ("Europe/Warsaw", (2024, 3, 31), 3, "2024-03-31 01:00"),
    ("Europe/Warsaw", (2024, 10, 27), 2, "2024-10-27 00:00"),            # twice: the first
    ("Europe/Warsaw", (2024, 10, 27), 3, "2024-10-27 02:00"),
    ("Australia/Lord_Howe", (2024, 10, 6), 2, "2024-10-05 15:30"),       # 02:00 to 02:30
    ("Australia/Lord_Howe", (2024, 10, 6), 3, "2024-10-05 16:00"),
    ("Australia/Lord_Howe", (2024, 4, 7), 1, "2024-04-06 14:00"),        # 01:30 to 02:00 twice
    ("Australia/Lord_Howe", (2024, 4, 7), 2, "2024-04-06 15:30"),
    ("America/Sao_Paulo", (2017, 10, 15), 0, "2017-10-15 03:00"),        # midnight skipped
    ("America/Sao_Paulo", (2018, 2, 17), 23, "2018-02-18 01:00"),        # 23:00 twice
    ("America/Sao_Paulo", (2018, 2, 18), 0, "2018-02-18 03:00"),
    ("Pacific/Apia", (2011, 12, 30), 0, "2011-12-30 10:00"),             # the whole day skipped
    ("Pacific/Apia", (2011, 12, 30), 15, "2011-12-30 10:00"),
    ("Pacific/Apia", (2011, 12, 31), 1, "2011-12-30 11:00"),
])
def test_the_hour_of_a_day(name, day, hour, expected):
    zone, moment = clock.zone(name), at(expected)
    nominal = datetime(*day, hour)
    before, shown = when.local(moment - 1, zone), when.local(moment, zone)
    assert before < nominal <= shown                          # that day's, by the clocks of the place
    assert [schedule.next_hour(moment - early_s, [hour], zone) for early_s in (1, 1800)] == [moment, moment]


@pytest.mark.parametrize("change", range(1_000_000_000, 1_000_000_009))
def test_a_gap_ends_at_the_exact_second(change):
    zone = Fake("odd", 0, change, 7200)
    assert schedule.next_hour(change - 1, range(24), zone) == change


CHANGES = [
    ("Europe/Warsaw", "2024-03-31 01:00"), ("Europe/Warsaw", "2024-10-27 01:00"),
    ("Australia/Lord_Howe", "2024-10-05 15:30"), ("Australia/Lord_Howe", "2024-04-06 15:00"),
    ("America/Sao_Paulo", "2017-10-15 03:00"), ("America/Sao_Paulo", "2018-02-18 02:00"),
    ("US/Eastern", "2024-03-10 07:00"), ("US/Eastern", "2024-11-03 06:00"),
    ("America/New_York", "2025-03-09 07:00"), ("America/New_York", "2025-11-02 06:00"),
    ("Europe/London", "2024-03-31 01:00"), ("Europe/London", "2024-10-27 01:00"),
    ("Australia/Sydney", "2024-10-05 16:00"), ("Australia/Sydney", "2024-04-06 16:00"),
    ("Asia/Tokyo", "2024-03-31 01:00"), ("UTC", "2024-03-31 01:00"), ("Asia/Singapore", "2024-03-31 01:00"),
    ("Pacific/Apia", "2011-12-30 10:00"), ("America/St_Johns", "2010-11-07 02:31"), ("Africa/Casablanca", "2024-04-14 02:00"),
]


@lru_cache(maxsize=None)
def reached(name: str, change: int):
    """(moment, local hour) when the clocks first show or pass each full hour, found minute by minute."""
    offset_s, out = clock.zone(name).offset_s, []
    start = change - 3 * DAY
    highest = (start + offset_s(start)) // HOUR
    for minute in range(start, change + 4 * DAY, 60):
        hours = (minute + offset_s(minute)) // HOUR
        out.extend((minute, passed % 24) for passed in range(highest + 1, hours + 1))
        highest = max(highest, hours)
    return out


@pytest.mark.parametrize("name, change", CHANGES)
def test_the_next_hour_as_found_by_brute_force(name, change):
    zone, moment = clock.zone(name), at(change)
    nows = [moment + shift for shift in range(-26 * HOUR, 26 * HOUR, 1800)]
    nows += [moment + shift for base in (-DAY, -HOUR, 0, 1800, HOUR, DAY) for shift in (base - 1, base + 1)]
    for hour in range(24):
        moments = [minute for minute, shown in reached(name, moment) if shown == hour]
        for now in nows:
            assert schedule.next_hour(now, (hour,), zone) == next(m for m in moments if m > now), (hour, now - moment)


@pytest.mark.parametrize("name, change", CHANGES)
def test_the_table_names_real_changes(name, change):
    offset_s = clock.zone(name).offset_s
    steady = name in ("Asia/Tokyo", "UTC", "Asia/Singapore")
    assert (offset_s(at(change) - 1) == offset_s(at(change))) == steady


@pytest.mark.parametrize("now, expected", [
    ("2024-05-01 03:59", "2024-05-01 04:00"), ("2024-05-01 04:00", "2024-05-01 09:00"), ("2024-05-01 13:59", "2024-05-01 14:00"),
    ("2024-05-01 14:00", "2024-05-01 18:00"), ("2024-05-01 18:00", "2024-05-01 23:00"), ("2024-05-01 23:00", "2024-05-02 04:00"),
    ("2023-12-31 23:30", "2024-01-01 04:00"), ("2024-02-28 23:30", "2024-02-29 04:00"),
])
def test_reference_times(now, expected):
    assert schedule.next_hour(at(now), REFERENCE_HOURS, UTC) == at(expected)


@given(st.sampled_from(pytz.all_timezones), st.integers(0, 2**31), st.sets(st.integers(0, 23), min_size=1))
def test_the_next_hour_is_in_the_future_and_near(name, now, hours):
    zone = clock.zone(name)
    found = schedule.next_hour(now, sorted(hours), zone)
    assert now < found <= now + 49 * HOUR
    assert when.local(found, zone).hour in hours or zone.offset_s(found - 1) != zone.offset_s(found)


@given(st.integers(1_500_000_000, 1_900_000_000), st.sets(st.integers(0, 23), min_size=1))
def test_in_warsaw_it_is_within_25_hours(now, hours):
    assert schedule.next_hour(now, sorted(hours), clock.zone("Europe/Warsaw")) <= now + 25 * HOUR


@given(st.integers(-16 * HOUR, 16 * HOUR), st.integers(-16 * HOUR, 16 * HOUR), st.integers(-3 * DAY, 3 * DAY), st.integers(0, 23))
def test_any_change_of_any_zone(before_s, after_s, shift, hour):
    now = 1_700_000_000
    zone = Fake("any", before_s, now + shift, after_s)
    assert now < schedule.next_hour(now, (hour,), zone) <= now + 24 * HOUR + max(24 * HOUR, abs(after_s - before_s))


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
    found = schedule.next_reset(NOW, schedule.parse_rule(rule), session_end, UTC)
    assert found == Reset(*expected, "UTC", REFERENCE)


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
    found = schedule.next_reset(NOW, schedule.parse_rule(rule), session_end, UTC, Quota(37.0, official, NOW - 40))
    assert found == Reset(*expected, "UTC", REFERENCE)


def test_the_zone_decides_and_is_named():
    found = schedule.next_reset(NOW, ResetRule("schedule"), None, clock.zone("asia/tokyo"))
    assert found == Reset(at("2024-05-01 19:00"), "schedule", "Asia/Tokyo", at("2024-05-01 19:00"))


@pytest.mark.parametrize("name, now, hour, expected", [
    ("Europe/Warsaw", "2024-03-30 23:10", 2, "2024-03-31 01:00"),       # does not exist: 03:00 local
    ("Europe/Warsaw", "2024-10-26 23:10", 2, "2024-10-27 00:00"),
    ("Europe/Warsaw", "2024-10-27 00:30", 2, "2024-10-28 01:00"),       # 02:30 the first time
    ("Europe/Warsaw", "2024-10-27 01:30", 2, "2024-10-28 01:00"),       # and the second time
    ("America/Sao_Paulo", "2018-02-18 02:30", 23, "2018-02-19 02:00"),
])
def test_reset_hour_across_a_change(name, now, hour, expected):
    assert schedule.next_reset(at(now), ResetRule("hour", (hour,)), None, clock.zone(name)).at == at(expected)


def test_a_rule_without_hours_falls_back_to_the_schedule():
    assert schedule.next_reset(NOW, ResetRule("hour"), END, UTC) == Reset(REFERENCE, "schedule", "UTC", REFERENCE)


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
    assert 5 <= len(when.clock_text(epoch, now, Fake("far", -14 * HOUR, 0, 14 * HOUR))) <= 12
