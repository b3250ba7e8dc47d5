"""Days as people write them: 2026-11-22, 2026-W47, 2026-11, 2026, today, yesterday; what began and was used in them."""

import re
from datetime import date, timedelta
from typing import List, NamedTuple, Optional, Sequence

from ccmon.history.groups import next_period
from ccmon.model import Record, UsageError, Used
from ccmon.text import clean, clip
from ccmon.when import Zone, local

VALID = "a day (2026-11-22, today, yesterday), a week (2026-W47), a month (2026-11) or a year (2026)"
_FORMS = re.compile(r"([0-9]{4})(?:-(?:W([0-9]{2})|([0-9]{2})(?:-([0-9]{2}))?))?", re.IGNORECASE)


class Days(NamedTuple):
    """Local days, both included; None where there is no bound."""

    first: Optional[date] = None
    last: Optional[date] = None


def chosen(since: Optional[str], until: Optional[str], today: date) -> Days:
    """What --since and --until say: a week, month or year is meant whole. UsageError names what is valid."""
    first = None if since is None else _days("--since", since, today).first
    last = None if until is None else _days("--until", until, today).last
    if first and last and first > last:
        raise UsageError(f"--since {first} is after --until {last}: exchange them")
    return Days(first, last)


def _days(flag: str, word: str, today: date) -> Days:
    try:
        return days(word, today)
    except (ValueError, OverflowError):
        raise UsageError(f"{flag}: '{clip(clean(word), 40)}' is not {VALID}") from None


def days(word: str, today: date) -> Days:
    """The first and the last day of what the word names. ValueError or OverflowError when it names none."""
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(word.strip().lower())
    if named:
        return Days(named, named)
    found = _FORMS.fullmatch(word.strip())
    if found is None:
        raise ValueError(word)
    year, week, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    if week is not None:
        return _week(year, week)
    if month is None:
        return Days(date(year, 1, 1), date(year, 12, 31))
    first = date(year, month, 1 if day is None else day)
    return Days(first, first if day is not None else next_period(first, "month") - timedelta(days=1))


def _week(year: int, week: int) -> Days:
    """ISO weeks begin on Monday; the first one has the 4th of January."""
    fourth = date(year, 1, 4)
    monday = fourth + timedelta(days=7 * (week - 1) - fourth.weekday())
    if not week or monday.isocalendar()[0] != year:
        raise ValueError(f"{year} has no week {week}")
    return Days(monday, monday + timedelta(days=6))


def began_in(records: Sequence[Record], wanted: Days, zone: Zone) -> List[Record]:
    """The sessions that began on those local days."""
    return [record for record in records if is_in(record.block.start, wanted, zone)]


def used_in(used: Sequence[Used], wanted: Days, zone: Zone) -> List[Used]:
    """What was used in the quarters of an hour of those local days."""
    inside = {at for at in {row.at for row in used} if is_in(at, wanted, zone)}
    return [row for row in used if row.at in inside]


def is_in(at: int, wanted: Days, zone: Zone) -> bool:
    """Whether that moment (epoch s) is on one of the days."""
    if wanted == Days():
        return True
    return (wanted.first or date.min) <= local(at, zone).date() <= (wanted.last or date.max)
