"""Groups and days: sums are the same whatever the grouping, periods begin where calendars say, no quarter of an hour is lost."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone

from ccmon import choices
from ccmon.choices import PERIODS
from ccmon.errors import UsageError
from ccmon.history import groups
from ccmon.history.groups import TimeBounds, began_in, chosen, first_day, label, next_period
from ccmon.model import Block, Record, UsageRow
from ccmon.system import clock
from ccmon.typed_times import typed
from ccmon.when import HOUR_S, local

WARSAW, UTC = clock.zone("Europe/Warsaw"), FixedZone("UTC", 0)
KOLKATA = clock.zone("Asia/Kolkata")
ZONES = (WARSAW, UTC, KOLKATA, clock.zone("America/New_York"), clock.zone("Asia/Kathmandu"), clock.zone("Australia/Lord_Howe"))
NOW = 1_764_000_000                    # 24 November 2025, 16:00 UTC


def at(text):
    """Epoch s of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def session(start, tokens=1000, used_s=2 * HOUR_S, limit=7000, host="here", **fields):
    """A stored session, rated by its limit and cut off where it used all of that."""
    begin = at(start) if isinstance(start, str) else start
    last = None if used_s is None else begin + used_s
    made = Block(begin, begin + 5 * HOUR_S, last, tokens, tokens // 4, tokens - tokens // 4, tokens * 5, tokens * 90, 1.5,
                 ("opus",))
    return Record(made._replace(**fields), "pro", limit, "plan", True, host, tokens * 100 / limit if limit else 0.0, "limit",
                  0 < limit <= tokens)


def row(when, tokens, model="opus", host="here", project="/src/shop", cost_usd=0.25):
    """What was used in a quarter of an hour."""
    begin = at(when) if isinstance(when, str) else when
    return UsageRow(begin, model, project, tokens // 3, tokens - tokens // 3, tokens * 2, tokens * 3, cost_usd, host)


def keys(found):
    """The groups' names with their sessions and tokens."""
    return {group.key: (group.sessions, group.tokens) for group in found}


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
def test_all_stands_where_its_time_is(start, day, week, month):
    for key, period in zip((day, week, month), PERIODS):
        quarter = row(at(start) // 900 * 900, 7)
        assert keys(groups.by_period([session(start)], [], period, WARSAW)) == {key: (1, 0)}
        assert keys(groups.by_period([session(start)], [quarter], period, WARSAW)) == {key: (1, 7)}


@pytest.mark.parametrize("zone, quarter, day, hour", [
    ("Asia/Kolkata", "2025-11-22T18:15", "2025-11-22", "23:00"), ("Asia/Kolkata", "2025-11-22T18:30", "2025-11-23", "00:00"),
    ("Asia/Kathmandu", "2025-11-22T18:00", "2025-11-22", "23:00"), ("Asia/Kathmandu", "2025-11-22T18:15", "2025-11-23", "00:00"),
    ("Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-05", "01:00"),        # 01:30 comes twice: this is the first one
    ("Australia/Lord_Howe", "2026-04-04T15:15", "2026-04-05", "01:00"),        # 01:45, half an hour later
    ("America/Sao_Paulo", "2018-11-04T03:00", "2018-11-04", "01:00"),          # there was no midnight
])
def test_zones_that_are_off_by_half_an_hour(zone, quarter, day, hour):
    used, zone = [row(quarter, 9)], clock.zone(zone)
    assert keys(groups.by_period([], used, "day", zone)) == {day: (0, 9)}
    assert [group.key for group in groups.by_hour([], used, zone) if group.tokens] == [hour]


def test_a_day_without_a_session_that_began_in_it_has_what_was_used_in_it():
    late = session("2025-11-22T22:00", 1000, 4 * HOUR_S)
    used = [row("2025-11-22T22:00", 300), row("2025-11-23T01:00", 700)]
    assert keys(groups.by_period([late], used, "day", UTC)) == {"2025-11-22": (1, 300), "2025-11-23": (0, 700)}
    assert [group.percent for group in groups.by_period([late], used, "day", UTC)] == [pytest.approx(100 / 7), 0.0]


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
    records = [session("2025-11-22T08:00", 5600), session("2025-11-22T14:00", 7000), session("2025-11-22T20:00", 5599)]
    found, = groups.by_period(records, [row("2025-11-22T08:00", 30), row("2025-11-22T14:00", 60, "sonnet")], "day", WARSAW)
    assert found == groups.UsageGroup(
        "2025-11-22", date(2025, 11, 22), 3, 90, 30, 60, 180, 270, 0.5, ("opus", "sonnet"), 100.0, 2, 1)


def test_one_unknown_cost_makes_the_sum_unknown():
    found, = groups.by_period([], [row("2025-11-22T08:00", 9), row("2025-11-22T14:00", 9, cost_usd=None)], "day", WARSAW)
    assert found.cost_usd is None and found.tokens == 18 and groups.total([found]).cost_usd is None


def test_a_bare_total_has_no_kinds_and_none_has_the_sum_of_them():
    bare = session("2025-11-22T08:00", 900, counted=False, input=None)
    used = [row("2025-11-22T08:00", 900, None), row("2025-11-22T20:00", 90), row("2025-11-22T20:00", 60, None),
            row("2025-11-22T08:00", 30, None, "there")]
    marked = groups.with_bare_totals(used, [bare, session("2025-11-22T20:00"), session("2025-11-22T08:00", host="there")])
    assert [one.counted for one in marked] == [False, True, True, True]
    day, = groups.by_period([bare], marked, "day", UTC)
    assert (day.tokens, day.input, day.output, day.cache_creation, day.cache_read) == (1080, None, None, None, None)
    assert {group.key: group.input for group in groups.by_model([bare], marked)} == {"not by model": None, "opus": 30}


def test_a_session_without_a_limit_is_near_nothing():
    found, = groups.by_period([session("2025-11-22T08:00", limit=0)], [], "day", WARSAW)
    assert (found.percent, found.near, found.hits) == (0.0, 0, 0)


def test_nothing_makes_no_groups():
    assert groups.by_period([], [], "day", WARSAW) == groups.by_model([], []) == groups.by_project([], []) == []
    assert groups.by_quarter([]) == {} and groups.total([]).tokens == 0 and groups.total([]).is_empty
    assert [group.tokens for group in groups.by_hour([], [], WARSAW)] == [0] * 24


# --- all groupings ------------------------------------------------------------------------------------------------------

@st.composite
def histories(draw):
    """Sessions one after the other on two machines, and what was used by quarter, model and project of each: all of it."""
    records, used = [], []
    for host in ("here", "there"):
        start = (NOW - 40 * 86_400 + draw(st.integers(0, 86_400))) // 900 * 900
        for _ in range(draw(st.integers(0, 5))):
            tokens, used_s = draw(st.integers(0, 50_000)), draw(st.none() | st.integers(0, 5 * HOUR_S - 1))
            known = draw(st.booleans())
            models = st.sampled_from(["opus", "sonnet", ""]) if known else st.none()
            projects = st.sampled_from(["/src/a", "/src/b", ""]) if known else st.none()
            until = start + 5 * HOUR_S if used_s is None else start + used_s + 1
            left = tokens
            for begins in range(start, until, 900):
                part = left if begins + 900 >= until else draw(st.integers(0, left))
                left -= part
                used += [row(begins, part, draw(models), host, draw(projects))] if part else []
            records.append(session(start, tokens, used_s, host=host, models=tuple({one.model for one in used if one.model})))
            start += draw(st.integers(20, 800)) * 900
    return sorted(records, key=lambda record: record.block.start), sorted(used, key=lambda one: one.at)


def grouped(records, used, kind, zone):
    """The groups of a kind."""
    if kind in PERIODS:
        return groups.by_period(records, used, kind, zone)
    return groups.by_hour(records, used, zone) if kind == "hour" else getattr(groups, f"by_{kind}")(records, used)


@settings(deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_all_groupings_have_one_total(history, zone):
    records, used = history
    tokens = sum(record.block.tokens for record in records)
    sums = {kind: groups.total(grouped(records, used, kind, zone)) for kind in choices.GROUPS[1:]}
    assert {whole.tokens for whole in sums.values()} == {tokens}
    for name in ("input", "output", "cache_creation", "cache_read"):
        assert {getattr(whole, name) for whole in sums.values()} == {sum(getattr(one, name) for one in used)}
    assert len({round(whole.cost_usd, 6) for whole in sums.values()}) == 1
    assert {sums[period].sessions for period in PERIODS} == {len(records)}
    assert sum(groups.by_quarter(used).values()) == tokens == sum(map(sum, groups.heat(groups.by_quarter(used), zone)))


@settings(deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_a_day_has_what_clocks_there_showed(history, zone):
    records, used = history
    wanted = {}
    for one in used:
        shown = datetime.fromtimestamp(one.at + zone.offset_s(one.at), timezone.utc)
        wanted[f"{shown:%Y-%m-%d}"] = wanted.get(f"{shown:%Y-%m-%d}", 0) + one.input + one.output
    found = {group.key: group.tokens for group in groups.by_period(records, used, "day", zone) if group.tokens}
    assert found == wanted
    assert [group.begins for group in groups.by_period(records, used, "day", zone)] == sorted(
        {*map(date.fromisoformat, wanted), *(local(one.block.start, zone).date() for one in records)})


@settings(deadline=None)
@given(histories())
def test_sessions_of_a_model_or_project_are_those_in_whose_time_it_was_used(history):
    records, used = history
    for group in groups.by_model(records, used):
        name = None if group.key == groups.NOT_BY_MODEL else "" if group.key == groups.NO_MODEL else group.key
        own = [one for one in used if one.model == name]
        assert group.sessions == len([record for record in records if any(
            one.host == record.host and record.block.start <= one.at < record.block.end for one in own)]) > 0
    assert groups.sessions_using(records, used) == [record for record in records if record.block.tokens]


def test_hours_of_the_day_are_local_also_where_clocks_change():
    records = [session("2026-10-25T00:00", 100, 0), session("2026-10-25T01:00", 50, 0)]         # both 02:00 in Warsaw
    used = [row("2026-10-25T00:00", 100), row("2026-10-25T01:15", 50)]
    found = groups.by_hour(records[:1], used, WARSAW)
    assert [(group.key, group.tokens, group.sessions) for group in found if group.tokens] == [("02:00", 150, 1)]
    night = groups.by_hour([], [row("2026-03-29T00:45", 1), row("2026-03-29T01:00", 1)], WARSAW)
    assert [group.key for group in night if group.tokens] == ["01:00", "03:00"]
    india = groups.by_hour(records, used, KOLKATA)
    assert [group.key for group in india if group.tokens] == ["05:00", "06:00"]


def test_heat_is_by_weekday_and_hour():
    table = groups.heat({at("2025-11-24T15:45"): 5.0, at("2025-11-30T23:00"): 7.0}, WARSAW)
    assert [(day, hour, tokens) for day, line in enumerate(table) for hour, tokens in enumerate(line) if tokens] == [
        (0, 0, 7.0), (0, 16, 5.0)]
    assert len(table) == 7 and {len(line) for line in table} == {24}


def test_a_course_is_cut_into_equal_parts():
    quarters = {900 * number: number for number in range(1, 9)}
    assert groups.tokens_by_part(quarters, 900, 900 * 9, 4) == [3, 7, 11, 15]
    assert groups.tokens_by_part(quarters, 1000, 900 * 9, 1) == [36] and groups.tokens_by_part(quarters, 900, 900, 2) == [0, 0]


# --- models and projects --------------------------------------------------------------------------------------------------

def by_model(records, used):
    """Name: tokens, sessions, cost."""
    return {group.key: (group.tokens, group.sessions, group.cost_usd) for group in groups.by_model(records, used)}


def test_models():
    used = [row("2025-11-22T08:00", 300), row("2025-11-22T08:00", 600, "sonnet"), row("2025-11-22T09:00", 300, None)]
    assert by_model([session("2025-11-22T08:00", 1200)], used) == {"sonnet": (600, 1, 0.25), "opus": (300, 1, 0.25),
                                                                  "not by model": (300, 1, 0.25)}
    assert [group.key for group in groups.by_model([], used)] == ["sonnet", "not by model", "opus"]
    assert [group.models for group in groups.by_model([], used)] == [("sonnet",), (), ("opus",)]


@pytest.mark.parametrize("tokens, cache, expected", [(0, 0, []), (9, 0, ["no model"]), (0, 5, ["no model"])])
def test_messages_of_claude_code_itself_have_a_row_when_they_used_something(tokens, cache, expected):
    quiet = row("2025-11-22T08:00", tokens, "")._replace(cache_creation=0, cache_read=cache)
    assert [group.key for group in groups.by_model([], [quiet])] == expected


def test_projects():
    used = [row("2025-11-22T08:00", 300), row("2025-11-22T08:15", 500, "sonnet"), row("2025-11-22T09:00", 20, project=""),
            row("2025-11-22T10:00", 10, None, project=None), row("2025-11-22T10:00", 900, project="-src-x"),
            row("2025-11-22T11:00", 7, "opus", "there", None)]
    found = groups.by_project([session("2025-11-22T08:00", 1200)], used)
    assert [(group.key, group.tokens, group.sessions) for group in found] == [
        ("-src-x", 900, 1), ("/src/shop", 800, 1), ("no project", 20, 1), ("not by project", 17, 1)]
    assert found[1].models == ("opus", "sonnet") and found[3].models == ("opus",)


def test_another_machines_use_is_of_its_own_sessions():
    here, there = session("2025-11-22T08:00", 1000, host="a"), session("2025-11-22T08:00", 700, host="b")
    used = [row("2025-11-22T08:00", 700, "opus", "b"), row("2025-11-22T08:00", 1000, "x", "a")]
    assert by_model([here, there], used) == {"x": (1000, 1, 0.25), "opus": (700, 1, 0.25)}


def test_models_have_no_limit():
    group, = groups.by_model([session("2025-11-22T08:00", 9000)], [row("2025-11-22T08:00", 9000)])
    assert (group.begins, group.percent, group.near, group.hits, group.sessions) == (None, 0.0, 0, 0, 1)


def test_cut_off_and_above_a_mere_figure_are_counted_apart():
    records = [session("2025-11-22T08:00", 9000)._replace(hit=False), session("2025-11-22T14:00", 9000),
               session("2025-11-22T20:00", 7000)._replace(hit=False)]
    found, = groups.by_period(records, [], "day", UTC)
    assert (found.near, found.hits, found.passed) == (3, 1, 1)
    assert groups.total([found, found])[-3:] == (6, 2, 2)
    assert not records[0]._replace(rated_by="official").passed


# --- what --since and --until choose ----------------------------------------------------------------------------------

TODAY, SUNDAY = date(2026, 11, 22), 1_795_356_000         # a Sunday, 15:00 in Warsaw


def days(word):
    """The first and the last day that the word names."""
    found = typed(word, SUNDAY, WARSAW)
    return found.first, found.last


@pytest.mark.parametrize("word, first, last", [
    ("2026-11-01", "2026-11-01", "2026-11-01"), ("2024-02-29", "2024-02-29", "2024-02-29"),
    ("2026-11", "2026-11-01", "2026-11-30"), ("2026-12", "2026-12-01", "2026-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
    ("2026", "2026-01-01", "2026-12-31"), ("2026-W47", "2026-11-16", "2026-11-22"), ("2026-w47", "2026-11-16", "2026-11-22"),
    ("2025-W01", "2024-12-30", "2025-01-05"), ("2026-W53", "2026-12-28", "2027-01-03"),
    ("today", "2026-11-22", "2026-11-22"), (" Yesterday ", "2026-11-21", "2026-11-21"),
    ("monday", "2026-11-16", "2026-11-16"), ("Sun", "2026-11-22", "2026-11-22"), ("last sunday", "2026-11-15", "2026-11-15"),
    ("3d", "2026-11-19", "2026-11-19"), ("3 days ago", "2026-11-19", "2026-11-19"), ("a week ago", "2026-11-15", "2026-11-15"),
    ("last 2 weeks", "2026-11-08", "2026-11-08"), ("1 month ago", "2026-10-22", "2026-10-22"), ("1y", "2025-11-22", "2025-11-22"),
    ("9 months", "2026-02-22", "2026-02-22"), ("week", "2026-11-16", "2026-11-22"), ("last week", "2026-11-09", "2026-11-15"),
    ("this month", "2026-11-01", "2026-11-30"), ("Last Month", "2026-10-01", "2026-10-31"),
    ("last year", "2025-01-01", "2025-12-31"), ("december", "2025-12-01", "2025-12-31"), ("Nov 3", "2026-11-03", "2026-11-03"),
    ("3rd november 2025", "2025-11-03", "2025-11-03"), ("feb 2024", "2024-02-01", "2024-02-29"),
    ("2026/11/01", "2026-11-01", "2026-11-01"), ("2026-11-1", "2026-11-01", "2026-11-01"),
    ("20261101", "2026-11-01", "2026-11-01"),
    ("01.11.2026", "2026-11-01", "2026-11-01"), ("2026-W7", "2026-02-09", "2026-02-15"),
    ("since monday", "2026-11-16", "2026-11-16"),
])
def test_what_a_word_names(word, first, last):
    assert days(word) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("word", [
    "", "x", "2026-13", "2026-00-05", "2026-00", "2026-02-29", "2026-11-31", "2026-W00", "2025-W53", "2026-W54",
    "26-11-01", "0000",
    "11/01/2026", "31.11.2026", "٢٠٢٦", "9999-12", "tomorrow", "-5", "5", "3x", "last", "ago", "mo", "9" * 50 + "d",
    "9" * 50, "\x1b[31m",
    "2026-11\n-01"])
def test_wrong_words_are_told_with_what_is_valid(word):
    for given_days in ((word, None), (None, word)):
        with pytest.raises(UsageError, match=r"^--(since|until): '.*' is not a day \(2026-11-22, today, yester") as told:
            chosen(*given_days, SUNDAY, WARSAW)
        assert str(told.value).isprintable()


@pytest.mark.parametrize("since, until, expected", [
    (None, None, TimeBounds()), ("2026-11", None, TimeBounds(date(2026, 11, 1))),
    (None, "2026-11", TimeBounds(None, date(2026, 11, 30))),
    ("2026-W47", "today", TimeBounds(date(2026, 11, 16), TODAY)),
    ("2026-11-05", "2026-11-05", TimeBounds(date(2026, 11, 5), date(2026, 11, 5))),
    ("2h", None, TimeBounds(after=SUNDAY - 2 * HOUR_S)), ("3d", "1h", TimeBounds(date(2026, 11, 19), before=SUNDAY - HOUR_S)),
    ("14:30", "now", TimeBounds(after=SUNDAY - 1800, before=SUNDAY)),
    ("yesterday 2pm", None, TimeBounds(after=SUNDAY - 25 * HOUR_S)),
    ("90 minutes ago", None, TimeBounds(after=SUNDAY - 5400)), ("16:00", None, TimeBounds(after=SUNDAY - 23 * HOUR_S)),
])
def test_from_and_to(since, until, expected):
    assert chosen(since, until, SUNDAY, WARSAW) == expected


def test_the_end_before_the_beginning_is_told():
    with pytest.raises(UsageError, match="--since 2026-11-10 is after --until 2026-10-31"):
        chosen("2026-11-10", "2026-10", SUNDAY, WARSAW)
    with pytest.raises(UsageError, match="--since 14:00 is after --until 12:00: exchange them"):
        chosen("1h", "3h", SUNDAY, WARSAW)


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)), st.sampled_from(PERIODS))
def test_every_label_of_the_table_can_be_asked_for(day, period):
    first = first_day(day, period)
    assert days(label(first, period)) == (first, next_period(first, period) - timedelta(days=1))


@given(st.text("0123456789abdehmoprstuwy -:/.,@", max_size=14) | st.text(max_size=6))
def test_any_words_are_a_time_or_none(text):
    """Nothing else comes of it, and what is a day is in order."""
    try:
        found = typed(text, SUNDAY, WARSAW)
    except (ValueError, OverflowError):
        return
    assert found.at is not None or found.first <= found.last


@pytest.mark.parametrize("wanted, count", [
    (TimeBounds(), 4), (TimeBounds(date(2025, 11, 23)), 2), (TimeBounds(None, date(2025, 11, 22)), 2),
    (TimeBounds(date(2025, 11, 22), date(2025, 11, 22)), 1), (TimeBounds(date(2025, 11, 25)), 0)])
def test_days_are_local_and_both_ends_belong_to_it(wanted, count):
    records = [session(start) for start in ("2025-11-21T22:59", "2025-11-21T23:00", "2025-11-22T23:00", "2025-11-24T22:59")]
    assert len(began_in(records, wanted, WARSAW)) == count


def test_zones_matter():
    records, wanted = [session("2025-11-22T23:30")], TimeBounds(date(2025, 11, 23), date(2025, 11, 23))
    assert began_in(records, wanted, WARSAW) == records and began_in(records, wanted, FixedZone("UTC", 0)) == []
