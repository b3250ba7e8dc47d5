"""Days and times as people type them: 2026-11-22, last week, monday, 3d, 2pm, yesterday 14:30, 10 minutes ago.

The one parser of all of them: --since and --until, `ccmon history WHEN` and `ccmon hit --at` take from it what they need.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from ccmon.quick_typing import Callable, NamedTuple, Optional, Tuple
from ccmon.typed_values import SECOND_UNITS, bare, days
from ccmon.when import DAY_S, DAYS, MONTHS, SKEW_S, Zone, epoch, local

_UNITS = {"d": ("d", "day", "days"), "w": ("w", "wk", "wks", "week", "weeks"), "mo": ("mo", "month", "months"),
          "y": ("y", "yr", "yrs", "year", "years")}
_ISO = re.compile(r"([0-9]{4})(?:-?w([0-9]{1,2})|[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?|([0-9]{2})([0-9]{2}))?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})?")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?\s*(am|pm|a\.m\.|p\.m\.|h|uhr|o'clock)?")
_STAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[t ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?\s?"
                    r"(z|utc|[+-][0-9]{2}:?[0-9]{2})")
_AGO = re.compile(r"(?:(?:the )?(?:last|past|previous) (?=[0-9]))?-?(an? |[0-9.]+ ?)([a-z]+)((?: ?[0-9.]+ ?[a-z]+)*)(?: ago)?")
_JOINED = re.compile(r"[\s,]+|(?<=[0-9])t(?=[0-9]{1,2}:)")
_NEEDLESS = ("at", "on", "since", "from", "until", "of", "the")
_LONGEST = 60


class Typed(NamedTuple):
    """What was typed: whole local days, both included, or an epoch; `ago` is both, a length of days before now."""

    first: Optional[date] = None
    last: Optional[date] = None
    at: Optional[int] = None           # epoch s


def typed(words: str, now: int, zone: Zone) -> Typed:
    """The days or the epoch. ValueError or OverflowError when the words are neither."""
    text = " ".join(bare(words).lower().split())
    if not text.isascii() or len(text) > _LONGEST:
        raise ValueError(words)
    today = local(now, zone).date()
    stamp = _STAMP.fullmatch(text)
    if text == "now":
        return Typed(at=now)
    if stamp:
        return Typed(at=_stamp_epoch(stamp))
    if re.fullmatch(r"@?[0-9]{9,11}", text):
        return Typed(at=int(text.lstrip("@")))
    if re.fullmatch(r"@?[0-9]{13}", text):
        return Typed(at=int(text.lstrip("@")) // 1000)
    parts = [part for part in _JOINED.split(text) if part]
    while parts and parts[0] in _NEEDLESS:
        parts.pop(0)
    return _typed_parts(parts, now, today, zone)


def _typed_parts(parts: "list[str]", now: int, today: date, zone: Zone) -> Typed:
    """A day, a time, a day and a time in either order, or a length of time."""
    text = " ".join(parts)
    if not parts:
        raise ValueError(text)
    for read in (_days, lambda one, _: _ago(one, now, zone), lambda one, _: _last_time(one, now, zone)):
        result = read(text, today)
        if result:
            return result
    for cut in range(1, len(parts)):
        one, other = parts[:cut], [part for part in parts[cut:] if part not in _NEEDLESS]
        for day, time in ((" ".join(one), " ".join(other)), (" ".join(other), " ".join(one))):
            span, wall = _days(day, today) or _ago(day, now, zone), _clock(time)
            if span and span.first == span.last and span.first and wall:
                return Typed(at=epoch(datetime(span.first.year, span.first.month, span.first.day, *wall), zone))
    raise ValueError(text)


def _stamp_epoch(stamp: "re.Match[str]") -> int:
    wall = datetime.fromisoformat(f"{stamp[1]} {stamp[2]}")
    ahead = 0
    if stamp[3][0] in "+-":
        digits = stamp[3][1:].replace(":", "")
        ahead = (int(digits[:2]) * 60 + int(digits[2:])) * (60 if stamp[3][0] == "+" else -60)
    return int(wall.replace(tzinfo=timezone.utc).timestamp()) - ahead


# --- days -------------------------------------------------------------------------------------------------------------------

def _days(text: str, today: date) -> Optional[Typed]:
    """None where the words name no days; ValueError where they name none that there are."""
    near = {"today": 0, "yesterday": 1, "day before yesterday": 2}.get(text)
    if near is not None:
        return _span(today - timedelta(days=near), 1)
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    if iso:
        return _iso(iso)
    if dotted:
        return _past_day(today, int(dotted[2]), int(dotted[1]), int(dotted[3]) if dotted[3] else None)
    return _weekday(text, today) or _period(text, today) or _month(text, today)


def _span(first: date, length: int) -> Typed:
    return Typed(first, first + timedelta(days=length - 1))


def _iso(match: "re.Match[str]") -> Typed:
    year, week, month, day, month_2, day_2 = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    if week is not None:
        return _week(year, week)
    month = month if month is not None else month_2
    day = day if day is not None else day_2
    if month is None:
        return Typed(date(year, 1, 1), date(year, 12, 31))
    first = date(year, month, 1 if day is None else day)
    return Typed(first, first) if day is not None else _whole_month(first)


def _week(year: int, week: int) -> Typed:
    """ISO weeks begin on Monday; the first one has the 4th of January."""
    fourth = date(year, 1, 4)
    monday = fourth + timedelta(days=7 * (week - 1) - fourth.weekday())
    if not week or monday.isocalendar()[0] != year:
        raise ValueError(f"{year} has no week {week}")
    return _span(monday, 7)


def _whole_month(day: date) -> Typed:
    first = day.replace(day=1)
    return Typed(first, _months_later(first, 1) - timedelta(days=1))


def _months_later(first: date, number: int) -> date:
    """The first day of the month that is so many months away."""
    months = first.year * 12 + first.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _index(text: str, names: Tuple[str, ...], full: Tuple[str, ...]) -> Optional[int]:
    """Of mon, mon., tues and monday: 0 or 1."""
    word = text.rstrip(".")
    return next((at for at, (short, name) in enumerate(zip(names, full))
                 if len(word) >= 3 and word.startswith(short.lower()) and name.startswith(word)), None)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")


def _weekday(text: str, today: date) -> Optional[Typed]:
    """The newest one of that name, today included; with last the one before today."""
    earlier, word = text.startswith("last "), re.sub(r"^(?:last|this) ", "", text)
    index = _index(word, DAYS, _WEEKDAYS)
    if index is None:
        return None
    back = (today.weekday() - index) % 7
    return _span(today - timedelta(days=back or (7 if earlier else 0)), 1)


def _period(text: str, today: date) -> Optional[Typed]:
    """This or the last week, month or year."""
    match = re.fullmatch(r"(?:(this|current|last|previous|past) )?(week|month|year)", text)
    if not match:
        return None
    back = 1 if match[1] in ("last", "previous", "past") else 0
    if match[2] == "week":
        return _span(today - timedelta(days=today.weekday() + 7 * back), 7)
    if match[2] == "month":
        return _whole_month(_months_later(today.replace(day=1), -back))
    return Typed(date(today.year - back, 1, 1), date(today.year - back, 12, 31))


def _month(text: str, today: date) -> Optional[Typed]:
    """November, nov 2026, 3 nov, Nov 3rd 2026: without a year the newest one that is not still to come."""
    words = re.sub(r"(?<=[0-9])(?:st|nd|rd|th|\.)(?= |$)", "", text).split()
    matches = [(at, index) for at, word in enumerate(words) for index in [_index(word, MONTHS, _MONTHS)] if index is not None]
    if len(matches) != 1 or len(words) > 3:
        return None
    (at, index), = matches
    rest = words[:at] + words[at + 1:]
    if not all(word.isdigit() and len(word) in (1, 2, 4) for word in rest):
        return None
    years = [int(word) for word in rest if len(word) == 4]
    numbers = [int(word) for word in rest if len(word) < 4]
    if len(years) > 1 or len(numbers) > 1:
        return None
    return _past_day(today, index + 1, numbers[0] if numbers else None, years[0] if years else None)


def _past_day(today: date, month: int, day: Optional[int], year: Optional[int]) -> Typed:
    first = date(year or today.year, month, day or 1)
    if year is None and first > today:
        first = date(today.year - 1, month, day or 1)
    return _whole_month(first) if day is None else Typed(first, first)


# --- times ------------------------------------------------------------------------------------------------------------------

def _ago(text: str, now: int, zone: Zone) -> Optional[Typed]:
    """3d, 3 days ago, a week ago, last 3 days: from days on the whole day; 2h, 1h30m, 10 minutes ago: an epoch."""
    match = _AGO.fullmatch(text)
    if not match:
        return None
    unit = next((short for short, words in _UNITS.items() if match[2] in words), None)
    if unit is None and match[2] not in SECOND_UNITS:
        return None
    number = "1" if match[1].startswith("a") else match[1].strip()
    if unit in ("mo", "y") and number.isdigit() and not match[3]:
        day = _months_back(local(now, zone).date(), int(number) * (12 if unit == "y" else 1))
        wall = local(now, zone)
        return Typed(day, day, epoch(wall.replace(year=day.year, month=day.month, day=day.day, microsecond=0), zone))
    seconds = int(_length(number + match[2] + match[3]) * DAY_S)
    if unit is None:
        return Typed(at=now - seconds)
    day = (local(now, zone) - timedelta(seconds=seconds)).date()
    return Typed(day, day, now - seconds)


_length: Callable[[str], float] = days(0, 36_500)


def _months_back(day: date, number: int) -> date:
    """The same day of an earlier month, or its last one where that is shorter."""
    first = _months_later(day.replace(day=1), -number)
    last = _months_later(first, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _last_time(text: str, now: int, zone: Zone) -> Optional[Typed]:
    """A time of day is the last one."""
    wall = _clock(text)
    if wall is None:
        return None
    today = local(now, zone)
    at = datetime(today.year, today.month, today.day, *wall)
    result = epoch(at, zone)
    return Typed(at=result if result <= now + SKEW_S else epoch(at - timedelta(days=1), zone))


def _clock(text: str) -> Optional[Tuple[int, int, int]]:
    """Hour, minute and second of 14:30, 14:30:05, 2pm, 2:30 pm, 14h, 14h30, noon and midnight; None for other words."""
    named = {"noon": 12, "midday": 12, "midnight": 0}.get(text)
    if named is not None:
        return named, 0, 0
    match = _CLOCK.fullmatch(text)
    if not match or not (match[2] or match[4]):
        return None                    # a number alone
    hour, minute, second, half = int(match[1]), int(match[2] or 0), int(match[3] or 0), (match[4] or "")[:1]
    if half in ("a", "p"):
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(text)
    return hour, minute, second
