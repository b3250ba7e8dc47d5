"""What a limit message says: which limit it is about, and when that resets, in words such as "resets 6pm (Europe/Rome)"."""

import re
from datetime import date, datetime, timedelta
from typing import Callable, List, Match, Optional, Tuple

from ccmon.model import SESSION_S
from ccmon.sources.log_entries import Limit
from ccmon.when import DAYS, MONTHS, Zone, epoch, local

WEEK_S = 7 * 86_400
_SLACK_S = 300           # the clocks of a machine and of the server differ
_LOCAL = "local"
_RESETS = re.compile(r"""\breset(?:s|ting)?\ (?:at\ |on\ )?
    (?:(?P<day>[a-z]{3,9})(?:\ (?P<number>[0-9]{1,2}))?,?\ (?:at\ )?)?
    (?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?:\ ?(?P<half>[ap]m)\b)?
    (?:\ ?\((?P<zone>[a-z][a-z0-9_+/-]{0,60})\))?""", re.IGNORECASE | re.VERBOSE)
_OF_MODEL = re.compile(r"\b(?:opus|sonnet|haiku|fable)\b[a-z ]* limit\b", re.IGNORECASE)

ZoneOf = Callable[[str], Optional[Zone]]         # by name, "local" for the system's; None when there is none


def settled(limit: Limit, zone_of: ZoneOf) -> Tuple[int, str, Optional[int]]:
    """When it was (epoch s), which limit: session | weekly | model | unknown, and its reset (epoch s, None when unknown).

    A message that names no limit is about the session when it resets within five hours.
    """
    at = limit.at_ms // 1000
    if _OF_MODEL.search(limit.text):
        return at, "model", None
    window_s = WEEK_S if limit.kind == "weekly" else SESSION_S
    told = limit.resets_at or resets_at(limit.text, at, zone_of)
    reset = told if told and at < told <= at + window_s + _SLACK_S else None
    return at, "session" if limit.kind == "unknown" and reset else limit.kind, reset


def resets_at(text: str, at: int, zone_of: ZoneOf) -> Optional[int]:
    """Epoch s of the first such time after `at`, within eight days; None when the text tells none."""
    found = _RESETS.search(text)
    zone = zone_of(found["zone"] or _LOCAL) if found else None
    wanted = _hour(found) if found else None
    if found is None or zone is None or wanted is None:
        return None
    times = [epoch(datetime(day.year, day.month, day.day, *wanted), zone) for day in _days(found, local(at, zone).date())]
    return min((time for time in times if time > at), default=None)


def _hour(found: "Match[str]") -> Optional[Tuple[int, int]]:
    """Hour and minute; a bare number is no time."""
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        possible, hour = 1 <= hour <= 12, hour % 12 + 12 * (found["half"].lower() == "pm")
    else:
        possible = found["minute"] is not None and hour < 24
    return (hour, minute) if possible and minute < 60 else None


def _days(found: "Match[str]", today: date) -> List[date]:
    """The days that may be meant, from today on."""
    days = [today + timedelta(days=ahead) for ahead in range(9)]
    name = (found["day"] or "")[:3].title()
    if found["number"]:
        return [day for day in days if MONTHS[day.month - 1] == name and day.day == int(found["number"])]
    return [day for day in days if DAYS[day.weekday()] == name] if name else days[:2]
