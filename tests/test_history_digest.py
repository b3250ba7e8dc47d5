"""The numbers of a report: which period, which sessions belong to it, and what it is compared with."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import DAY, HOUR, NOW, UTC, WARSAW, made, record, spent, used, weeks

from ccmon.history import digest
from ccmon.history.groups import total
from ccmon.system import clock
from ccmon.when import local, midnight


def at(text, zone=WARSAW):
    """Epoch s of a local time that is no clock change."""
    wall = int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc).timestamp())
    return wall - zone.offset_s(wall - zone.offset_s(wall))


# --- periods ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind, back, key, first, last", [
    ("week", 0, "2025-W48", date(2025, 11, 24), date(2025, 11, 30)),
    ("week", 1, "2025-W47", date(2025, 11, 17), date(2025, 11, 23)),
    ("month", 0, "2025-11", date(2025, 11, 1), date(2025, 11, 30)),
    ("month", 1, "2025-10", date(2025, 10, 1), date(2025, 10, 31)),
    ("month", 11, "2024-12", date(2024, 12, 1), date(2024, 12, 31)),
])
def test_the_period(kind, back, key, first, last):
    period = digest.period_at(NOW, kind, WARSAW, back)
    assert (period.key, period.first, period.last) == (key, first, last)
    assert local(period.start, WARSAW) == datetime(first.year, first.month, first.day)
    assert local(period.end - 1, WARSAW).date() == last


@pytest.mark.parametrize("text, hours", [("2025-10-22 12:00", 169), ("2025-03-26 12:00", 167), ("2025-11-26 12:00", 168)])
def test_a_week_with_a_clock_change_is_longer_or_shorter(text, hours):
    period = digest.period_at(at(text), "week", WARSAW)
    assert period.end - period.start == hours * HOUR


@pytest.mark.parametrize("zone, day, first", [
    ("America/Sao_Paulo", date(2018, 11, 4), "01:00"),             # there was no midnight
    ("America/Havana", date(2025, 11, 2), "00:00"),                # there were two: 01:00 became 00:00
    ("Asia/Beirut", date(2024, 10, 27), "00:00"),                  # midnight became 23:00, and came an hour later
    ("Europe/Warsaw", date(2025, 10, 26), "00:00"), ("UTC", date(1970, 1, 1), "00:00"),
])
def test_a_day_begins_with_its_first_moment(zone, day, first):
    zone = clock.zone(zone)
    begins = midnight(day, zone)
    assert f"{local(begins, zone):%H:%M}" == first and local(begins, zone).date() == day
    assert local(begins - 1, zone).date() < day


@pytest.mark.parametrize("now", [0, 253_402_127_999], ids=["1970", "9999"])
@pytest.mark.parametrize("kind", ["week", "month"])
def test_the_ends_of_the_calendar(now, kind):
    assert made([], kind, now=now).total.sessions == 0
    assert made([], kind, 1, now=now).total.sessions == 0


# --- what belongs to it -----------------------------------------------------------------------------------------------

def test_a_session_across_midnight_counts_on_the_day_on_which_it_began_and_its_use_where_it_was():
    late = record(at("2025-11-23 22:00"), 500, last=at("2025-11-24 01:59"))      # Sunday to Monday
    before, now = made([late], back=1), made([late])
    assert [day.tokens for day in before.days] == [0, 0, 0, 0, 0, 0, 250] and before.total.sessions == 1
    assert [day.tokens for day in now.days] == [250] and now.total.sessions == 0 and not now.is_empty and now.rises == ()
    assert before.heat[6][22:] == [125, 125] and sum(map(sum, before.heat)) == 250
    assert now.heat[0][:3] == [125, 125, 0] and sum(map(sum, now.heat)) == 250


def test_days_with_nothing_are_there_and_days_to_come_are_not():
    found = made([record(at("2025-11-24 09:00"))], now=at("2025-11-26 08:00"))
    assert [(day.begins.day, day.sessions) for day in found.days] == [(24, 1), (25, 0), (26, 0)]
    assert found.so_far and not made([], back=1).so_far


def test_what_has_not_begun_is_left_out():
    assert made([record(NOW + HOUR)]).total.sessions == 0


@pytest.mark.parametrize("text, sums", [("2025-10-26 12:00", [3, 3]), ("2025-10-27 12:00", [0, 6])])
def test_the_hour_that_comes_twice_counts_both(text, sums):
    change = at("2025-10-26 01:00")                                # 03:00 became 02:00 two hours later
    found = made([record(change + hour * HOUR, 1, last=change + hour * HOUR + 60) for hour in range(6)], back=int("27" in text),
                 now=at(text))
    assert found.total.tokens == 6 and sum(found.heat[6]) == 6
    assert [found.heat[6][2], found.heat[6][1]] == [2, 1]


# --- what it is compared with -------------------------------------------------------------------------------------------

HISTORY = [record(at(text), tokens, last=at(text)) for text, tokens in [
    ("2025-11-10 08:00", 1), ("2025-11-17 09:00", 10), ("2025-11-17 16:59", 100), ("2025-11-17 17:01", 1000),
    ("2025-11-20 09:00", 10_000), ("2025-11-24 09:00", 5)]]


def test_a_running_week_is_compared_up_to_the_same_time():
    assert made(HISTORY).before.tokens == 110
    assert made(HISTORY, back=1).before.tokens == 1


def test_a_running_month_is_compared_up_to_the_same_day():
    october = [record(at("2025-09-30 09:00"), 1), record(at("2025-10-01 09:00"), 10), record(at("2025-10-24 16:00"), 100),
               record(at("2025-10-24 18:00"), 1000)]
    assert made(october, "month").before.tokens == 110
    assert made(october, "month", now=at("2025-11-30 12:00")).before.tokens == 1110


def test_a_short_month_before_is_taken_whole():
    february = [record(at("2025-01-01 09:00"), 1), record(at("2025-02-28 22:00"), 10)]
    assert made(february, "month", now=at("2025-03-31 09:00")).before.tokens == 10


@pytest.mark.parametrize("first, known", [("2025-11-17 23:00", True), ("2025-11-18 00:00", False)])
def test_nothing_is_compared_with_a_week_that_is_not_known_from_its_first_day(first, known):
    assert (made([record(at(first))]).before is not None) is known


def test_the_week_after_a_clock_change_is_compared_by_wall_time():
    records = [record(at(text), tokens, last=at(text)) for text, tokens in (("2025-10-20 08:00", 1), ("2025-10-26 11:30", 10))]
    assert made(records, now=at("2025-11-02 12:00")).before.tokens == 11
    assert made(records, now=at("2025-11-02 11:00")).before.tokens == 1


# --- parts ----------------------------------------------------------------------------------------------------------------

def test_sessions_by_what_they_are_rated_by():
    records = [record(NOW - 20 * HOUR, 30_000), record(NOW - 15 * HOUR, 36_000, hit=False), record(NOW - 10 * HOUR, 35_000),
               record(NOW - 5 * HOUR, 10, rated_by="official", percent=81.0)]
    assert made(records, "month").measured == (("official", 1, 1, 0, 0), ("limit", 3, 3, 1, 1))


def test_machines_only_when_there_are_several():
    one, other = record(NOW - 20 * HOUR, 8), record(NOW - 10 * HOUR, 9, host="laptop")
    assert made([one], "month").hosts == ()
    assert [(group.key, group.tokens) for group in made([one, other], "month").hosts] == [("laptop", 9), ("studio", 8)]


def test_models_are_those_of_the_period():
    start = NOW - 10 * HOUR
    rows = [used(start - 40 * 24 * HOUR, 999, "other"), used(start, 600), used(start, 400, None)]
    models = made([record(start, 1000)], "month", rows=rows).models
    assert [(group.key, group.tokens, group.cost_usd) for group in models] == [
        ("claude-opus-4-1-20250805", 600, 6.0), ("not by model", 400, None)]


def test_a_session_rises_as_it_was_seen():
    start = NOW // HOUR * HOUR - 4 * HOUR
    rise = made([record(start, 1000, last=start + 2 * HOUR + 1800)], rows=[used(start, 200), used(start + HOUR, 800)]).rises[0]
    assert rise.points == ((start, 0.0), (start + 900, 200.0), (start + HOUR, 200.0), (start + HOUR + 900, 1000.0),
                           (start + 2 * HOUR + 1800, 1000.0))


@given(st.lists(st.tuples(st.integers(0, 40 * 24), st.integers(0, 10**7), st.integers(-3600, 18_000)), max_size=30),
       st.sampled_from(["week", "month"]), st.integers(0, 1), st.sampled_from([UTC, WARSAW]))
def test_nothing_is_lost_or_counted_twice(found, kind, back, zone):
    records = sorted((record(NOW - hours * HOUR, tokens, last=NOW - hours * HOUR + last) for hours, tokens, last in found),
                     key=lambda one: one.block.start)
    rows = spent(records, True)
    report = made(records, kind, back, zone=zone, rows=rows)
    inside = [one for one in records if report.period.start <= one.block.start < report.period.end]
    tokens = sum(row.input + row.output for row in rows if report.period.start <= row.at < report.period.end and row.at <= NOW)
    assert report.total.tokens == tokens == sum(day.tokens for day in report.days) == sum(map(sum, report.heat))
    assert tokens == sum(model.tokens for model in report.models)
    assert report.total.sessions == len(inside) == sum(use.sessions for use in report.measured) == len(report.rises)
    for rise in report.rises:
        times, tokens = zip(*rise.points)
        assert list(times) == sorted(times) and list(tokens) == sorted(tokens)
        assert tokens[-1] == pytest.approx(rise.record.block.tokens)
    assert all(number >= 0 for row in report.heat for number in row)


def test_a_year_of_sessions_is_one_report():
    records = weeks(70)
    assert len(records) > 1500
    report = made(records, "month", 1)
    assert report.period.key == "2025-10" and report.total.sessions == 4 * 23 + 8
    assert report.period.start - DAY < report.rises[0].record.block.start


# --- sentences --------------------------------------------------------------------------------------------------------

MONDAY = 1_763_337_600                 # Monday 17 November 2025, 00:00 UTC
MIDNIGHT = MONDAY // HOUR * HOUR


def hours(days, *pattern):
    """The same tokens, by hour of the day, on so many days from Monday on."""
    return {MIDNIGHT + day * DAY + hour * HOUR: tokens for day in range(days) for hour, tokens in pattern}


def days(*tokens, near=(), hits=()):
    """Days from Monday 17 November on; none of tokens had no session."""
    return [total([])._replace(begins=date(2025, 11, 17) + timedelta(days=at), sessions=int(number > 0), tokens=number,
                               near=int(at in near or at in hits), hits=int(at in hits)) for at, number in enumerate(tokens)]


# --- hours --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("found, words", [
    (hours(3, (9, 100), (10, 100), (11, 100), (20, 100)), "09:00 to 12:00, with 75 % of the tokens."),
    (hours(3, (23, 50), (0, 50), (1, 50)), "23:00 to 02:00, with 100 %"),
    (hours(3, (14, 100)), "12:00 to 15:00, with 100 %"),
    (hours(2, (9, 100)), None),                                    # two days are no habit
    (hours(5, *((hour, 10) for hour in range(24))), None),         # all hours alike
    (hours(3, *((hour, 10) for hour in range(0, 24, 2))), None),   # two of twelve: less than a quarter
    (hours(3, (9, 0)), None), ({}, None),
])
def test_the_busiest_hours(found, words):
    said = digest.busiest(found, UTC)
    assert said is None if words is None else words in said


def test_the_busiest_hours_are_local():
    assert "12:00 to 15:00" in digest.busiest(hours(3, (13, 9)), WARSAW)


# --- trend --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("tokens, words", [
    ([1000 * n for n in range(1, 9)],
     "Use grows: about 1k tokens more each week over the last 8 weeks, 22 % of the median week (4.5k)."),
    ([1000 * n for n in range(8, 0, -1)], "Use falls: about 1k tokens fewer each week over the last 8 weeks, 22 %"),
    ([9_999_999, *(1000 * n for n in range(1, 9))], "grows: about 1k tokens more"),        # only the last eight count
    ([100, 200, 300, 400, 500], "over the last 5 weeks, 33 % of the median week (300)."),
    ([100, 200, 300, 400, 90_000], "grows: about 100 tokens more each"),                   # one week does not carry it away
    ([100, 200, 300, 400], None),                                                          # too few
    ([100, 200, 300, 500, 400], None),                                                     # five must all agree
    ([1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070], None),                              # clear, but small
    ([500, 100, 900, 300, 700, 200, 800, 400], None), ([500] * 8, None), ([0] * 8, None), ([], None),
])
def test_the_trend(tokens, words):
    said = digest.trend(tokens, "week")
    assert said is None if words is None else words in said


@given(st.lists(st.integers(0, 10**9), max_size=12))
def test_a_trend_backwards_is_the_other_trend(tokens):
    tokens = tokens[-8:]
    there, back = digest.trend(tokens, "month"), digest.trend(tokens[::-1], "month")
    assert (there is None) == (back is None)
    if there and back:
        assert {there.split()[1], back.split()[1]} == {"grows:", "falls:"}


@given(st.integers(5, 8), st.integers(1, 1000))
def test_what_grows_evenly_grows_by_that(count, step):
    said = digest.trend([step * n for n in range(1, count + 1)], "week")
    assert said.startswith(f"Use grows: about {digest.short_count(step)} tokens more")


# --- reset hours --------------------------------------------------------------------------------------------------------

def test_the_fullest_window_of_each_reset_hour():
    found = digest.peaks(hours(2, (8, 10), (9, 10), (10, 10), (11, 10), (12, 10)), UTC)
    assert (found[8], found[9], found[10], found[11], found[7]) == (50, 40, 30, 30, 40)
    assert found[3] == 50              # 03:00, then 08:00


def test_the_last_window_of_a_day_is_short():
    found = digest.peaks(hours(1, (4, 1), (5, 1), (6, 1)), UTC)
    assert found[5] == 2               # 01:00 to 05:00, then 05:00


@given(st.dictionaries(st.integers(0, 200), st.floats(0, 10**9), min_size=1))
def test_peaks_lie_between_the_fullest_hour_and_all(found):
    tokens = {MIDNIGHT + hour * HOUR: number for hour, number in found.items()}
    peaks = digest.peaks(tokens, UTC)
    assert len(peaks) == 24
    assert all(max(tokens.values()) <= peak <= sum(tokens.values()) * 1.000001 for peak in peaks)


@given(st.dictionaries(st.integers(0, 200), st.integers(0, 10**9)), st.integers(0, 23))
def test_an_hour_later_suits_what_comes_an_hour_later(found, by):
    peaks = digest.peaks({MIDNIGHT + hour * HOUR: number for hour, number in found.items()}, UTC)
    later = digest.peaks({MIDNIGHT + (hour + by) * HOUR: number for hour, number in found.items()}, UTC)
    assert [later[(hour + by) % 24] for hour in range(24)] == peaks


MORNINGS = hours(8, *((hour, 10) for hour in range(8, 13)))


@pytest.mark.parametrize("count, limit, found, words", [
    (8, 60, MORNINGS, "A reset at 00:00, then 05:00, 10:00, 15:00, would have suited: no window would have held more than "
                      "30 tokens, 40 % less than the largest session (50)."),
    (7, 60, MORNINGS, None),                                       # too few
    (8, 63, MORNINGS, None),                                       # the limit was never near
    (8, 60, hours(8, (8, 50)), None),                              # nothing to be gained
    (8, 60, hours(8, (8, 44), (9, 6)), None),                      # too little
])
def test_the_reset_hour_that_would_have_suited(count, limit, found, words):
    records = [record(MIDNIGHT + day * DAY + 8 * HOUR, 50, limit=limit) for day in range(count)]
    assert digest.reset_hour(records, found, UTC) == words


# --- days ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("found, words", [
    (days(5, 5, 5), None),
    (days(5, 5, 5, near=[1]),
     "On 1 of 3 active days a session used 80 % of its limit or more (Tue 18 Nov); the limit itself was not reached."),
    (days(5, hits=[0]), "On 1 of 1 active day a session used 80 % of its limit or more (Mon 17 Nov); the limit itself was "
                        "reached too."),
    (days(5, 0, 5, near=[0], hits=[2]), "On 2 of 2 active days a session used 80 % of its limit or more (Mon 17 Nov and "
                                        "Wed 19 Nov); the limit itself was reached on 1 of them."),
    (days(5, 5, 5, 5, hits=[0, 1, 3]), "(Mon 17 Nov, Tue 18 Nov and Thu 20 Nov); the limit itself was reached on 3 of them."),
    (days(5, 5, hits=[0, 1]), "reached on both."),
    (days(*[5] * 6, near=range(5)), "On 5 of 6 active days a session used 80 % of its limit or more; the limit itself was not"),
])
def test_days_near_the_limit(found, words):
    said = digest.near_limit(found)
    assert said is None if words is None else words in said


USUAL = [100, 110, 90, 100, 105, 95, 100, 100, 100]


@pytest.mark.parametrize("found, words", [
    ([*USUAL, 400], "Unusual: Wed 26 Nov with 400 tokens, 4.0 times the median active day (100)."),
    ([*USUAL, 300, 500], "Unusual: Thu 27 Nov with 500 tokens, 5.0 times and Wed 26 Nov with 300 tokens, 3.0 times the"),
    ([*USUAL, 400, 600, 500], "Unusual: Thu 27 Nov with 600 tokens, 6.0 times and Fri 28 Nov with 500 tokens, 5.0 times the"),
    ([*USUAL, 0, 195], None),                                      # not twice as much
    ([*USUAL[1:], 400], None),                                     # nine days are not enough
    ([10, 200, 30, 150, 20, 180, 90, 60, 120, 240], None),         # where all days differ none stands out
    ([0] * 12, None),
])
def test_unusual_days(found, words):
    said = digest.unusual(days(*found), days(*found))
    assert said is None if words is None else words in said


# --- all together -------------------------------------------------------------------------------------------------------

def test_a_long_history_says_something_of_everything():
    said = made(weeks(12), back=1).insights
    assert [sentence.split(":")[0].split()[0] for sentence in said] == ["On", "Use", "The", "A"]
    assert all(sentence.endswith(".") for sentence in said)


@pytest.mark.parametrize("count, nothing", [(3, True), (4, False)])
def test_thin_data_say_nothing(count, nothing):
    records = [record(NOW - (n + 1) * 5 * HOUR, 35_000) for n in range(count)]
    assert (made(records, "month").insights == ()) is nothing


def test_a_running_week_is_no_part_of_the_trend():
    records = [record(NOW - week * 7 * DAY, 100_000 - 10_000 * week) for week in range(9, 0, -1)]
    now = [record(NOW - n * 4 * HOUR, 10) for n in range(1, 5)]
    assert "grows: about 10k" in " ".join(made([*records, *now]).insights)
