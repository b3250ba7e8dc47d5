"""Groups of sessions: sums are the same whatever the grouping, periods begin where calendars say, hours lose no token."""

from datetime import date, datetime, timedelta, timezone

import pytest
import report_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone

from ccmon.history import groups
from ccmon.history.groups import HOUR_S, PERIODS
from ccmon.model import Block, Record, Used
from ccmon.system import clock

WARSAW, UTC = clock.zone("Europe/Warsaw"), FixedZone("UTC", 0)
KOLKATA = clock.zone("Asia/Kolkata")
ZONES = (WARSAW, UTC, KOLKATA, clock.zone("America/New_York"))
NOW = 1_764_000_000                    # 24 November 2025, 16:00 UTC


def at(text):
    """Epoch s of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def session(start, tokens=1000, used_s=2 * HOUR_S, limit=7000, host="here", **fields):
    """A stored session."""
    begin = at(start) if isinstance(start, str) else start
    last = None if used_s is None else begin + used_s
    made = Block(begin, begin + 5 * HOUR_S, last, tokens, tokens // 4, tokens - tokens // 4, tokens * 5, tokens * 90, 1.5,
                 ("opus",))
    return Record(made._replace(**fields), "pro", limit, "plan", True, host)


def row(hour, tokens, model="opus", host="here"):
    """What the log reader saw of an hour."""
    begin = at(hour) if isinstance(hour, str) else hour
    return Used(begin, model, tokens // 3, tokens - tokens // 3, tokens * 2, tokens * 3, host)


def keys(records, period, zone=WARSAW):
    """The groups' names."""
    return [group.key for group in groups.by_period(records, period, zone)]


# --- periods ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("start, day, week, month", [
    ("2025-11-22T22:59", "2025-11-22", "2025-W47", "2025-11"),      # Saturday 23:59 in Warsaw
    ("2025-11-22T23:00", "2025-11-23", "2025-W47", "2025-11"),      # midnight there
    ("2025-11-23T23:00", "2025-11-24", "2025-W48", "2025-11"),      # Monday
    ("2025-11-30T22:59", "2025-11-30", "2025-W48", "2025-11"),
    ("2025-11-30T23:00", "2025-12-01", "2025-W49", "2025-12"),
    ("2024-12-30T12:00", "2024-12-30", "2025-W01", "2024-12"),      # the week is of the next year
    ("2027-01-01T12:00", "2027-01-01", "2026-W53", "2027-01"),      # the week is of the last year
    ("2026-03-29T00:59", "2026-03-29", "2026-W13", "2026-03"),      # the night in which clocks go forward
    ("2026-03-29T21:59", "2026-03-29", "2026-W13", "2026-03"),      # its day has 23 hours
    ("2026-03-29T22:00", "2026-03-30", "2026-W14", "2026-03"),
    ("2026-10-25T22:59", "2026-10-25", "2026-W43", "2026-10"),      # this one has 25
    ("2026-10-25T23:00", "2026-10-26", "2026-W44", "2026-10"),
    ("2024-02-29T12:00", "2024-02-29", "2024-W09", "2024-02"),
])
def test_a_session_stands_where_it_began(start, day, week, month):
    assert [keys([session(start)], period) for period in PERIODS] == [[day], [week], [month]]


@pytest.mark.parametrize("day, period, first, after", [
    (date(2025, 11, 22), "day", date(2025, 11, 22), date(2025, 11, 23)),
    (date(2025, 11, 22), "week", date(2025, 11, 17), date(2025, 11, 24)),
    (date(2025, 11, 17), "week", date(2025, 11, 17), date(2025, 11, 24)),
    (date(2025, 1, 31), "month", date(2025, 1, 1), date(2025, 2, 1)),
    (date(2025, 2, 28), "month", date(2025, 2, 1), date(2025, 3, 1)),
    (date(2024, 12, 31), "month", date(2024, 12, 1), date(2025, 1, 1)),
])
def test_periods_begin_and_follow_each_other(day, period, first, after):
    assert groups.first_day(day, period) == first and groups.next_period(first, period) == after


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)), st.sampled_from(PERIODS))
def test_every_day_is_in_exactly_one_period(day, period):
    first = groups.first_day(day, period)
    after = groups.next_period(first, period)
    assert first <= day < after and groups.first_day(after, period) == after
    assert groups.first_day(after - timedelta(days=1), period) == first


def test_what_a_group_says():
    found, = groups.by_period([session("2025-11-22T08:00", 5600), session("2025-11-22T14:00", 7000, models=("sonnet", "opus")),
                               session("2025-11-22T20:00", 5599)], "day", WARSAW)
    assert found == groups.Group("2025-11-22", date(2025, 11, 22), 3, 18_199, 4549, 13_650, 90_995, 1_637_910, 4.5,
                                 ("opus", "sonnet"), 100.0, 2, 1)


@pytest.mark.parametrize("name, sums", [("cost_usd", "cost_usd"), ("input", "input"), ("cache_read", "cache_read")])
def test_one_unknown_number_makes_the_sum_unknown(name, sums):
    records = [session("2025-11-22T08:00"), session("2025-11-22T14:00", **{name: None})]
    found, = groups.by_period(records, "day", WARSAW)
    assert getattr(found, sums) is None and found.tokens == 2000
    assert getattr(groups.total([found]), sums) is None


def test_a_session_without_a_limit_is_near_nothing():
    found, = groups.by_period([session("2025-11-22T08:00", limit=0)], "day", WARSAW)
    assert (found.percent, found.near, found.hits) == (0.0, 0, 0)


def test_nothing_makes_no_groups():
    assert groups.by_period([], "day", WARSAW) == [] and groups.by_model([], [], lambda used: 0.0, NOW) == []
    assert groups.hourly([], [], NOW) == {} and groups.total([]).tokens == 0
    assert [group.tokens for group in groups.by_hour([], [], WARSAW, NOW)] == [0] * 24


# --- hours ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("start, used_s, hours", [
    ("2025-11-22T08:00", 0, ["08"]),
    ("2025-11-22T08:00", HOUR_S - 1, ["08"]),
    ("2025-11-22T08:00", HOUR_S, ["08", "09"]),                     # the last message stands in its hour
    ("2025-11-22T08:50", 1200, ["08", "09"]),
    ("2025-11-22T08:00", None, ["08", "09", "10", "11", "12"]),     # the end is no longer part of it
    ("2025-11-24T15:30", None, ["15"]),                             # it still runs: up to now, 16:00
])
def test_the_hours_of_a_session(start, used_s, hours):
    found = groups.hours_of(session(start, used_s=used_s), NOW)
    assert [datetime.fromtimestamp(hour, timezone.utc).strftime("%H") for hour in found] == hours


@pytest.mark.parametrize("used, expected", [
    ([], {"08": 400, "09": 400, "10": 400}),                                              # only ccusage told: evenly
    ([("08", 900), ("10", 300)], {"08": 900, "10": 300}),                                 # the log told all of it
    ([("09", 200)], {"08": 500, "09": 200, "10": 500}),                                   # the log told a part
    ([("08", 100), ("09", 100), ("10", 100)], {"08": 400, "09": 400, "10": 400}),         # of every hour a part
    ([("09", 5000)], {"09": 5000}),                                                       # more than the session knows of
    ([("20", 70)], {"08": 400, "09": 400, "10": 400, "20": 70}),                          # of no session
])
def test_tokens_by_the_hour(used, expected):
    found = groups.hourly([session("2025-11-22T08:00", 1200)], [row(f"2025-11-22T{hour}:00", n) for hour, n in used], NOW)
    assert {datetime.fromtimestamp(hour, timezone.utc).strftime("%H"): n for hour, n in found.items()} == expected


def test_an_hour_of_two_sessions_counts_for_each_with_its_part():
    first, second = session("2025-11-22T08:30", 1000, 5 * HOUR_S - 60), session("2025-11-22T13:30", 500, HOUR_S)
    used = [row("2025-11-22T08:00", 600), row("2025-11-22T13:00", 700), row("2025-11-22T14:00", 200)]
    assert groups.unseen([first, second], used, NOW) == [0, 0]
    assert sum(groups.hourly([first, second], used, NOW).values()) == 1500


@st.composite
def histories(draw):
    """Sessions one after the other on two machines, and what log readers saw of some of them."""
    records, used = [], []
    for host in ("here", "there"):
        start = NOW - 40 * 86_400 + draw(st.integers(0, 86_400))
        for _ in range(draw(st.integers(0, 5))):
            tokens, used_s = draw(st.integers(0, 50_000)), draw(st.none() | st.integers(0, 5 * HOUR_S - 1))
            made = session(start, tokens, used_s, host=host, models=draw(st.sampled_from([("opus",), ("opus", "sonnet"), ()])))
            records.append(made)
            if draw(st.booleans()):
                left = tokens
                for hour in groups.hours_of(made, NOW):
                    part = draw(st.integers(0, left))
                    left -= part
                    used += [row(hour, part, draw(st.sampled_from(["opus", "sonnet", ""])), host)] if part else []
            start += draw(st.integers(5, 200)) * HOUR_S + draw(st.integers(0, HOUR_S))
    return sorted(records, key=lambda record: record.block.start), used


@settings(deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_sums_are_equal_whatever_the_grouping(history, zone):
    records, used = history
    tokens = sum(record.block.tokens for record in records)
    for period in PERIODS:
        found = groups.by_period(records, period, zone)
        assert sum(group.tokens for group in found) == tokens and sum(group.sessions for group in found) == len(records)
        assert [group.begins for group in found] == sorted({group.begins for group in found})
        assert groups.total(found).tokens == tokens
    assert sum(group.tokens for group in groups.by_model(records, used, lambda used: 1.0, NOW)) == tokens
    assert sum(group.tokens for group in groups.by_hour(records, used, zone, NOW)) == tokens


@settings(deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_no_token_is_lost_by_the_hour(history, zone):
    records, used = history
    hours = groups.hourly(records, used, NOW)
    assert sum(hours.values()) == pytest.approx(sum(record.block.tokens for record in records))
    assert all(hour % HOUR_S == 0 and tokens >= 0 for hour, tokens in hours.items())
    assert set(hours) <= {hour for record in records for hour in groups.hours_of(record, NOW)}
    assert sum(map(sum, groups.heat(hours, zone))) == pytest.approx(sum(hours.values()))


@given(histories())
def test_no_session_is_more_unseen_than_it_has_tokens(history):
    records, used = history
    for record, rest in zip(records, groups.unseen(records, used, NOW)):
        assert 0 <= rest <= record.block.tokens
    assert groups.unseen(records, [], NOW) == [record.block.tokens for record in records]


def test_hours_of_the_day_are_local_also_where_clocks_change():
    records = [session("2026-10-25T00:00", 100, 0), session("2026-10-25T01:00", 50, 0)]         # both 02:00 in Warsaw
    found = groups.by_hour(records, [], WARSAW, at("2026-11-01T00:00"))
    assert [(group.key, group.tokens, group.sessions) for group in found if group.tokens] == [("02:00", 150, 2)]
    night = groups.by_hour([session("2026-03-29T00:30", 300, HOUR_S)], [], WARSAW, at("2026-04-01T00:00"))
    assert [group.key for group in night if group.sessions] == ["01:00", "03:00"]
    india = groups.by_hour(records, [], KOLKATA, at("2026-11-01T00:00"))
    assert [group.key for group in india if group.tokens] == ["05:00", "06:00"]


def test_heat_is_by_weekday_and_hour():
    table = groups.heat({at("2025-11-24T15:00"): 5.0, at("2025-11-30T23:00"): 7.0}, WARSAW)
    assert [(day, hour, tokens) for day, line in enumerate(table) for hour, tokens in enumerate(line) if tokens] == [
        (0, 0, 7.0), (0, 16, 5.0)]
    assert len(table) == 7 and {len(line) for line in table} == {24}


# --- models -----------------------------------------------------------------------------------------------------------

def by_model(records, used, cost=lambda used: 2.0):
    """Name: tokens, sessions, cost."""
    return {group.key: (group.tokens, group.sessions, group.cost_usd) for group in groups.by_model(records, used, cost, NOW)}


def test_models_as_the_log_reader_saw_them():
    used = [row("2025-11-22T08:00", 300), row("2025-11-22T08:00", 600, "sonnet"), row("2025-11-22T09:00", 300, "")]
    assert by_model([session("2025-11-22T08:00", 1200)], used) == {"sonnet": (600, 1, 2.0), "opus": (300, 1, 2.0),
                                                                  "none": (300, 1, 2.0)}


@pytest.mark.parametrize("models, name", [(("sonnet", "opus"), "opus + sonnet"), (("opus", "sonnet"), "opus + sonnet"),
                                          ((), "unknown"), (("\x1b[31mopus\n",), "[31mopus ")])
def test_sessions_that_only_ccusage_told_stand_under_their_joined_models(models, name):
    assert by_model([session("2025-11-22T08:00", 1200, models=models)], []) == {name: (1200, 1, 1.5)}


def test_what_the_log_reader_missed_stands_under_the_joined_models():
    record = session("2025-11-22T08:00", 1000, models=("sonnet", "opus"))
    assert by_model([record], [row("2025-11-22T08:00", 250)]) == {"opus + sonnet": (750, 1, 1.125), "opus": (250, 1, 2.0)}
    assert by_model([session("2025-11-22T08:00", 1000)], [row("2025-11-22T08:00", 250)]) == {"opus": (1000, 1, 3.125)}


def test_another_machines_log_says_nothing_of_this_ones_sessions():
    here, there = session("2025-11-22T08:00", 1000, host="a", models=("x",)), session("2025-11-22T08:00", 700, host="b")
    used = [row("2025-11-22T08:00", 700, "opus", "b")]
    assert by_model([here, there], used) == {"x": (1000, 1, 1.5), "opus": (700, 1, 2.0)}


def test_a_model_without_a_price_has_no_cost_and_the_others_keep_theirs():
    used = [row("2025-11-22T08:00", 300), row("2025-11-22T08:00", 700, "new")]
    found = by_model([session("2025-11-22T08:00", 1000)], used, lambda row: None if row.model == "new" else 0.5)
    assert found == {"new": (700, 1, None), "opus": (300, 1, 0.5)}


def test_an_empty_session_is_counted():
    assert by_model([session("2025-11-22T08:00", 0)], []) == {"opus": (0, 1, 1.5)}


def test_models_have_no_limit():
    group, = groups.by_model([session("2025-11-22T08:00", 9000)], [], lambda row: 0.0, NOW)
    assert (group.begins, group.percent, group.near, group.hits, group.models) == (None, 0.0, 0, 0, ("opus",))


@pytest.mark.parametrize("source, hit", [("plan", True), ("learned", True), ("high_water", False)])
def test_ones_own_record_is_no_limit_that_was_reached(source, hit):
    own = report_cases.record(report_cases.NOW, 5000, plan="custom_max", limit=5000, limit_source=source)
    assert groups.is_hit(own) is hit and groups._group("", None, [own]).hits == int(hit)
    assert not groups.is_hit(own._replace(limit=5001))
