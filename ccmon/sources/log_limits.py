"""When the limit of an event resets, also where it is written in words such as "resets 6pm (Europe/Rome)"."""

import re
from datetime import date, datetime, timedelta

from ccmon.quick_typing import Callable, Iterator, List, Match, Optional, Tuple
from ccmon.sources.limit_events import MODEL, SESSION, SLACK_S, UNNAMED, WEEKLY, LimitMessage, by_reset
from ccmon.when import DAY_S, DAYS, HOUR_S, MONTHS, SESSION_S, WEEK_S, Zone, epoch, local

MONTH_S = 40 * DAY_S                  # extra usage, credits and budgets are given by the month
_LONGEST_S = {SESSION: SESSION_S, WEEKLY: WEEK_S, MODEL: WEEK_S}
_LOCAL = "local"
_RESETS = re.compile(r"""\breset(?:s|ting)?\ (?:at\ |on\ )?
    (?:(?P<day>[a-z]{3,9})(?:\ (?P<number>[0-9]{1,2}))?,?\ (?:20[0-9]{2},?\ )?(?:at\ )?)?
    (?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?:\ ?(?P<half>[ap]m)\b)?
    (?:\ ?\((?P<zone>[a-z][a-z0-9_+/-]{0,60})\))?""", re.IGNORECASE | re.VERBOSE)
_IN = re.compile(r"\breset(?:s|ting)?\ in\ ((?:[0-9]{1,3}\ ?[a-z]+,?\ ?(?:and\ )?){1,4})", re.IGNORECASE | re.VERBOSE)
_SPAN = re.compile(r"([0-9]{1,3}) ?(d|h|m)(?:ays?|(?:ou)?rs?|in(?:ute)?s?)?\b", re.IGNORECASE)
_UNITS_S = {"d": DAY_S, "h": HOUR_S, "m": 60}

ZoneOf = Callable[[str], Optional[Zone]]         # by name, "local" for the system's; None when there is none


def with_reset(event: LimitMessage, zone_of: ZoneOf) -> LimitMessage:
    """The event with its reset (epoch s, 0 when unknown), and with the limit that this makes it where it names none.

    A reset further off than the limit's window is long is none. One that was a number and is long past stays: such a
    message is about a window that is over.
    """
    at = event.at_ms // 1000
    reset = event.resets_at or resets_at(event.text, at, zone_of) or 0
    kind = by_reset(at, reset) if event.kind == UNNAMED else event.kind
    fits = at < reset <= at + _LONGEST_S.get(kind, MONTH_S) + SLACK_S or reset <= at - SLACK_S
    return event._replace(kind=kind, resets_at=reset if fits else 0)


def resets_at(text: str, at: int, zone_of: ZoneOf) -> Optional[int]:
    """Epoch s of the first such time after `at`, within a month; None when the text tells none.

    Words tell whole minutes: a time that was up to 5 minutes ago is that one, not the next day's.
    """
    spans = _IN.search(text)
    if spans:
        ahead_s = sum(int(number) * _UNITS_S[unit.lower()] for number, unit in _SPAN.findall(spans.group(1)))
        return at + ahead_s if ahead_s else None
    match = _RESETS.search(text)
    zone = zone_of(match["zone"] or _LOCAL) if match else None
    wanted = _hour(match) if match else None
    if match is None or zone is None or wanted is None:
        return None
    walls = [datetime(day.year, day.month, day.day, *wanted) for day in _days(match, local(at, zone).date())]
    return min((time for wall in walls for time in _times(wall, zone) if time > at - SLACK_S), default=None)


def _times(wall: datetime, zone: Zone) -> Iterator[int]:
    """When the clocks show that: twice in the hour that comes again, the gap's end where never."""
    first = epoch(wall, zone)
    yield first
    for later in (first + 1800, first + 3600):
        if local(later, zone) == wall:
            yield later


def _hour(match: "Match[str]") -> Optional[Tuple[int, int]]:
    """Hour and minute; a bare number is no time."""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        possible, hour = 1 <= hour <= 12, hour % 12 + 12 * (match["half"].lower() == "pm")
    else:
        possible = match["minute"] is not None and hour < 24
    return (hour, minute) if possible and minute < 60 else None


def _days(match: "Match[str]", today: date) -> List[date]:
    """The days that may be meant, from yesterday on: midnight may be just over."""
    days = [today + timedelta(days=ahead) for ahead in range(-1, MONTH_S // DAY_S)]
    name = (match["day"] or "")[:3].title()
    if match["number"]:
        return [day for day in days if MONTHS[day.month - 1] == name and day.day == int(match["number"])]
    return [day for day in days[:10] if DAYS[day.weekday()] == name] if name else days[:3]
