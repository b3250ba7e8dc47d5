"""Wall clocks as the pure rooms see them: what a zone must offer, local time, and how a time is written in English.

People read times of day by the clock that they have chosen; data for programs never do.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ccmon.quick_typing import Protocol

HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 7 * 86_400
SESSION_S = 5 * HOUR_S
SKEW_S = 60                            # clocks that differ by less are not reported
_EPOCH = datetime(1970, 1, 1)
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799       # the years 1 to 9999: what datetime can hold
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Zone(Protocol):
    """A time zone: its name, and how far its clocks are ahead of UTC."""

    @property
    def name(self) -> str:
        """As shown on the screen."""

    @property
    def dial(self) -> int:
        """12 or 24: by how many hours its times of day are written for people."""

    def offset_s(self, epoch: int) -> int:
        """Seconds that local time is ahead of UTC."""


def local(epoch: int, zone: Zone) -> datetime:
    """The wall clock at that epoch, without a zone of its own; never raises, the edges of the calendar clamp it."""
    seconds = epoch + zone.offset_s(epoch)
    return _EPOCH + timedelta(seconds=max(_FIRST_S, min(seconds, _LAST_S)))


def midnight(day: date, zone: Zone) -> int:
    """The beginning of the local day, in epoch s, also where clocks change at that hour."""
    wall = (day - _EPOCH.date()).days * DAY_S
    candidates = {wall - zone.offset_s(wall + side) for side in (-DAY_S, DAY_S)}
    return min((at for at in candidates if local(at, zone).date() >= day), default=max(candidates))


def epoch(wall: datetime, zone: Zone) -> int:
    """When the clocks showed that, in epoch s: the first time where they did twice, where never the gap's end."""
    seconds = int((wall - _EPOCH).total_seconds())
    candidates = {seconds - zone.offset_s(seconds + side) for side in (-DAY_S, DAY_S)}
    return min((at for at in candidates if local(at, zone) >= wall), default=max(candidates))


def time_of_day(hour: int, minute: int, dial: int) -> str:
    """18:05, or 6:05pm; the 24th hour is the next midnight."""
    hour %= 24
    return f"{hour % 12 or 12}:{minute:02d}{'ap'[hour // 12]}m" if dial == 12 else f"{hour:02d}:{minute:02d}"


def hour_name(hour: int, dial: int) -> str:
    """18, or 6pm: a full hour, as it stands under an axis."""
    return f"{hour % 12 or 12}{'ap'[hour % 24 // 12]}m" if dial == 12 else f"{hour:02d}"


def hour_text(epoch: int, zone: Zone) -> str:
    """18:05, whatever the day."""
    then = local(epoch, zone)
    return time_of_day(then.hour, then.minute, zone.dial)


def second_text(epoch: int, zone: Zone) -> str:
    """18:05:09, or 6:05:09pm."""
    then = local(epoch, zone)
    hours = time_of_day(then.hour, then.minute, zone.dial)
    return f"{hours[:-2]}:{then.second:02d}{hours[-2:]}" if zone.dial == 12 else f"{hours}:{then.second:02d}"


def day_text(epoch: int, zone: Zone) -> str:
    """22 Nov."""
    then = local(epoch, zone)
    return f"{then.day} {MONTHS[then.month - 1]}"


def day_name(day: date) -> str:
    """Sun 22 Nov."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def day_and_hour(epoch: int, zone: Zone) -> str:
    """Sun 22 Nov 18:05."""
    return f"{day_name(local(epoch, zone).date())} {hour_text(epoch, zone)}"


def dated(epoch: int, zone: Zone) -> str:
    """2026-11-22 18:05."""
    return f"{local(epoch, zone):%Y-%m-%d} {hour_text(epoch, zone)}"


def clock_text(epoch: int, now: int, zone: Zone) -> str:
    """18:00 today, Mon 02:13 within six days of now, else 3 Dec 02:13, with its year where that is far; in English."""
    then, today = local(epoch, zone), local(now, zone)
    hours = hour_text(epoch, zone)
    days = (then.date() - today.date()).days
    if days == 0:
        return hours
    if abs(days) < 7:
        return f"{DAYS[then.weekday()]} {hours}"
    year = f" {then.year}" if abs(days) > 300 else ""
    return f"{then.day} {MONTHS[then.month - 1]}{year} {hours}"
