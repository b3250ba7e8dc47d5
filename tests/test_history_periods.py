"""Days as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import FixedZone
from test_history_groups import WARSAW, session

from ccmon.choices import PERIODS
from ccmon.errors import UsageError
from ccmon.history.groups import TimeBounds, began_in, chosen, first_day, label, next_period
from ccmon.typed_times import typed

TODAY, NOW = date(2026, 11, 22), 1_795_356_000         # a Sunday, 15:00 in Warsaw
HOUR = 3600


def days(word):
    """The first and the last day that the word names."""
    found = typed(word, NOW, WARSAW)
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
            chosen(*given_days, NOW, WARSAW)
        assert str(told.value).isprintable()


@pytest.mark.parametrize("since, until, expected", [
    (None, None, TimeBounds()), ("2026-11", None, TimeBounds(date(2026, 11, 1))),
    (None, "2026-11", TimeBounds(None, date(2026, 11, 30))),
    ("2026-W47", "today", TimeBounds(date(2026, 11, 16), TODAY)),
    ("2026-11-05", "2026-11-05", TimeBounds(date(2026, 11, 5), date(2026, 11, 5))),
    ("2h", None, TimeBounds(after=NOW - 2 * HOUR)), ("3d", "1h", TimeBounds(date(2026, 11, 19), before=NOW - HOUR)),
    ("14:30", "now", TimeBounds(after=NOW - 1800, before=NOW)), ("yesterday 2pm", None, TimeBounds(after=NOW - 25 * HOUR)),
    ("90 minutes ago", None, TimeBounds(after=NOW - 5400)), ("16:00", None, TimeBounds(after=NOW - 23 * HOUR)),
])
def test_from_and_to(since, until, expected):
    assert chosen(since, until, NOW, WARSAW) == expected


def test_the_end_before_the_beginning_is_told():
    with pytest.raises(UsageError, match="--since 2026-11-10 is after --until 2026-10-31"):
        chosen("2026-11-10", "2026-10", NOW, WARSAW)
    with pytest.raises(UsageError, match="--since 14:00 is after --until 12:00: exchange them"):
        chosen("1h", "3h", NOW, WARSAW)


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)), st.sampled_from(PERIODS))
def test_every_label_of_the_table_can_be_asked_for(day, period):
    first = first_day(day, period)
    assert days(label(first, period)) == (first, next_period(first, period) - timedelta(days=1))


@given(st.text("0123456789abdehmoprstuwy -:/.,@", max_size=14) | st.text(max_size=6))
def test_any_words_are_a_time_or_none(text):
    """Nothing else comes of it, and what is a day is in order."""
    try:
        found = typed(text, NOW, WARSAW)
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
