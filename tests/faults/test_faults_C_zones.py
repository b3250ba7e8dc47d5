"""Faults C-1, C-2, C-4, C-5: hours that do not exist or come twice, hours and zones that are none, local mean time."""

from datetime import datetime, timedelta
from functools import lru_cache

import pytest
import pytz
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st
from moments import DAY, Fake, at

from ccmon import when
from ccmon.errors import CcmonError
from ccmon.system import clock
from ccmon.typed_values import ResetRule, parse_rule
from ccmon.usage import compute

pytestmark = pytest.mark.newest_only


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
def test_C01_the_hour_of_a_day(name, day, hour, expected):
    zone, moment = clock.zone(name), at(expected)
    nominal = datetime(*day, hour)
    before, shown = when.local(moment - 1, zone), when.local(moment, zone)
    assert before < nominal <= shown                          # that day's, by the clocks of the place
    assert [compute.next_hour(moment - early_s, [hour], zone) for early_s in (1, 1800)] == [moment, moment]


@pytest.mark.parametrize("change", range(1_000_000_000, 1_000_000_009))
def test_C01_a_gap_ends_at_the_exact_second(change):
    zone = Fake("odd", 0, change, 7200)
    assert compute.next_hour(change - 1, range(24), zone) == change


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
def test_C01_the_next_hour_as_found_by_brute_force(name, change):
    zone, moment = clock.zone(name), at(change)
    nows = [moment + shift for shift in range(-26 * HOUR, 26 * HOUR, 1800)]
    nows += [moment + shift for base in (-DAY, -HOUR, 0, 1800, HOUR, DAY) for shift in (base - 1, base + 1)]
    for hour in range(24):
        moments = [minute for minute, shown in reached(name, moment) if shown == hour]
        for now in nows:
            assert compute.next_hour(now, (hour,), zone) == next(m for m in moments if m > now), (hour, now - moment)


@pytest.mark.parametrize("name, change", CHANGES)
def test_C01_the_table_names_real_changes(name, change):
    offset_s = clock.zone(name).offset_s
    steady = name in ("Asia/Tokyo", "UTC", "Asia/Singapore")
    assert (offset_s(at(change) - 1) == offset_s(at(change))) == steady


@pytest.mark.parametrize("name, now, hour, expected", [
    ("Europe/Warsaw", "2024-03-30 23:10", 2, "2024-03-31 01:00"),       # does not exist: 03:00 local
    ("Europe/Warsaw", "2024-10-26 23:10", 2, "2024-10-27 00:00"),
    ("Europe/Warsaw", "2024-10-27 00:30", 2, "2024-10-28 01:00"),       # 02:30 the first time
    ("Europe/Warsaw", "2024-10-27 01:30", 2, "2024-10-28 01:00"),       # and the second time
    ("America/Sao_Paulo", "2018-02-18 02:30", 23, "2018-02-19 02:00"),
])
def test_C01_reset_hour_across_a_change(name, now, hour, expected):
    assert compute.next_reset(at(now), ResetRule("hour", (hour,)), None, clock.zone(name)).at == at(expected)


@pytest.mark.parametrize("name, change", [
    ("Europe/Warsaw", "2024-03-31 01:00"), ("Australia/Lord_Howe", "2024-04-06 15:00"), ("Pacific/Apia", "2011-12-30 10:00")])
def test_C01_the_program_on_the_day_before_a_change_of_the_clocks(machine, name, change):
    hour = when.local(at(change), clock.zone(name)).hour         # the hour that is skipped, or comes twice, or just after
    machine.answers([block(at(change) - days * DAY - 3 * HOUR, 100 + days) for days in range(4)])
    now = at(change) - DAY + HOUR
    for words in (["--json", "--reset-hour", str((hour - 1) % 24)], ["--once", "--reset", f"{hour},{(hour + 1) % 24}"]):
        shown = machine.run(*words, "--timezone", name, now=now)
        assert shown.code in (0, 20) and (words[0] == "--once" or now < shown.json["reset"]["at"] <= now + 49 * HOUR)
    assert machine.run("record", now=at(change) + DAY).code == 0
    rows = machine.run("history", "--json", "--by", "day", "--timezone", name, now=at(change) + 2 * DAY).json
    assert sum(row["tokens"] for row in rows) == 406


@pytest.mark.parametrize("hour", ["24", "-1"])
def test_C02_a_reset_hour_that_is_none_is_told_and_nothing_is_done(machine, hour):
    calls = [(["--json", f"--reset-hour={hour}"], {}), ([f"--reset-hour={hour}"], {}), (["--json"], {"CCMON_RESET_HOUR": hour})]
    for words, env in calls:
        result = machine.run(*words, **env)
        assert (result.code, result.out) == (2, "") and "hour" in result.err.lower() and result.err.count("\n") <= 2, words
    assert machine.runs() == 0


@pytest.mark.parametrize("words, config, rule", [
    (["--reset-hour="], "", "session"), (["--reset-hour="], "reset_hour = 7\n", "session"), ([], "reset_hour =\n", "session"),
    (["--reset", "7"], "reset_hour =\n", "hour"), ([], "reset = 7\nreset_hour =\n", "hour")])
def test_C02_an_empty_reset_hour_is_none(machine, words, config, rule):
    machine.answers([block(NOW - HOUR, 100)])
    machine.configure("[ccmon]\n" + config)
    told = machine.run("--json", *words)
    assert (told.code, told.json["reset"]["rule"]) == (0, rule)


@pytest.mark.parametrize("text", [
    "", " ", ",", "5,", "24", "005", "-1", "5.5", "5;6", "session,5", "noonish", "١", "²", "5 session", "1" * 99, "\x1b",
])
def test_C02_what_is_no_rule(text):
    with pytest.raises(CcmonError, match="is no reset rule. Use session, schedule, or hours from 0 to 23") as caught:
        parse_rule(text)
    assert len(str(caught.value)) < 150 and str(caught.value).isprintable()


@pytest.mark.parametrize("typo, near", [
    ("Europe/Warszawa", "Europe/Warsaw"), ("Warsaw", "Europe/Warsaw"), ("warszawa", "Europe/Warsaw"),
    ("Asia/Warsaw", "Europe/Warsaw"), ("new york", "America/New_York"), ("Eastern", "US/Eastern"),
    ("tokio", "Asia/Tokyo"), ("Ausralia/Sydney", "Australia/Sydney"),
    ("Lord Howe", "Australia/Lord_Howe"), ("GMT+99", "Etc/GMT+9"),
])
def test_C04_a_typo_gets_near_matches(typo, near):
    with pytest.raises(CcmonError) as caught:
        clock.zone(typo)
    said, _, matches = str(caught.value).partition(". Did you mean ")
    assert said == f"Unknown time zone '{typo}'"
    assert near in matches.rstrip("?").replace(" or ", ", ").split(", ") and matches.count(",") <= 1


def test_C04_the_best_match_comes_first():
    with pytest.raises(CcmonError, match=r"'Europe/Warszawa'\. Did you mean Europe/Warsaw\b"):
        clock.zone("Europe/Warszawa")


def test_C04_a_zone_that_is_none_is_told_and_nothing_is_done(machine):
    near = "Did you mean Europe/Warsaw"
    for words, env in ((["--json", "--timezone", "Europe/Warszawa"], {}), (["--timezone", "europe/warszawa"], {}),
                       (["--once"], {"CCMON_TIMEZONE": "Europe/Warszawa"}), (["history", "--timezone", "Warszawa"], {})):
        result = machine.run(*words, **env)
        assert (result.code, result.out) == (2, "") and near in result.err and result.err.count("\n") == 1
    assert machine.run("--json", "--timezone", "../../../../../../etc/passwd").code == 2
    assert machine.runs() == 0


@pytest.mark.parametrize("name", [
    "", "  ", "../../etc/passwd", "/etc/localtime", pytest.param("x" * 100_000, id="long"), "\x00", "\x1b[2J", "żółw", "\ud800",
])
def test_C04_what_is_no_zone_at_all(name):
    with pytest.raises(CcmonError, match="(?s)^Unknown time zone '.*Europe/Warsaw, or local") as caught:
        clock.zone(name)
    assert len(str(caught.value)) < 150 and str(caught.value).isprintable()


@pytest.mark.parametrize("asked, name", [
    ("Europe/Warsaw", "Europe/Warsaw"), ("europe/warsaw", "Europe/Warsaw"), (" UTC ", "UTC"), ("utc", "UTC"),
    ("US/EASTERN", "US/Eastern"), ("Etc/GMT+5", "Etc/GMT+5"),
])
def test_C04_zone_names(asked, name):
    assert clock.zone(asked).name == name


@pytest.mark.parametrize("name, epoch, hours", [
    ("Europe/Warsaw", 1705000000, 1), ("Europe/Warsaw", 1720000000, 2), ("UTC", 1720000000, 0), ("Etc/GMT+5", 0, -5),
    ("Australia/Lord_Howe", 1720000000, 10.5), ("Australia/Lord_Howe", 1705000000, 11),
    ("Pacific/Apia", 1325239199, -10), ("Pacific/Apia", 1325239200, 14),
])
def test_C05_offsets(name, epoch, hours):
    assert clock.zone(name).offset_s(epoch) == hours * 3600


def test_C05_no_zone_is_in_local_mean_time():
    """Warsaw's is 1:24 ahead, which a zone of pytz has until a moment is given to it."""
    for name in pytz.common_timezones:
        assert clock.zone(name).offset_s(1720000000) % 900 == clock.zone(name).offset_s(1705000000) % 900 == 0, name


@given(st.sampled_from(pytz.all_timezones), st.integers(0, 2**31))
def test_C05_local_agrees_with_pytz(name, epoch):
    assert when.local(epoch, clock.zone(name)) == datetime.fromtimestamp(epoch, pytz.timezone(name)).replace(tzinfo=None)


def test_C05_a_zone_read_from_its_file_is_that_of_pytz():
    start = datetime(1970, 1, 1)
    for name in pytz.common_timezones[::7]:
        ours, theirs = clock.zone(name), pytz.timezone(name)
        changes = [moment for moment in getattr(theirs, "_utc_transition_times", []) if moment > start]
        for moment in (start, datetime(2080, 7, 1), *(one + timedelta(seconds=side) for one in changes for side in (-1, 0))):
            epoch = int((moment - start).total_seconds())
            assert ours.offset_s(epoch) == (theirs.fromutc(moment).replace(tzinfo=None) - moment).total_seconds(), (name, epoch)
