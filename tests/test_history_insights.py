"""The sentences of a report: each is said when its numbers carry it, with the right numbers, and not otherwise."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import DAY, HOUR, NOW, UTC, WARSAW, made, record, weeks

from ccmon.history import digest
from ccmon.history.groups import total

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
