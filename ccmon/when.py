"""Wall clocks as the pure rooms see them: what a zone must offer, local time, and how a moment is written in English."""

from datetime import date, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1)
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799       # the years 1 to 9999: what datetime can hold
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Zone(Protocol):
    """What is asked of a time zone: its name, and how far its clocks are ahead of UTC at a moment."""

    @property
    def name(self) -> str:
        """As shown on the screen."""

    def offset_s(self, epoch: int) -> int:
        """Seconds that local time is ahead of UTC."""


def local(epoch: int, zone: Zone) -> datetime:
    """The wall clock at that moment, without a zone of its own; never raises, the edges of the calendar clamp it."""
    seconds = epoch + zone.offset_s(epoch)
    return _EPOCH + timedelta(seconds=max(_FIRST_S, min(seconds, _LAST_S)))


def midnight(day: date, zone: Zone) -> int:
    """The first moment of the local day, in epoch s, also where clocks change at that hour."""
    wall = (day - _EPOCH.date()).days * 86_400
    found = {wall - zone.offset_s(wall + side) for side in (-86_400, 86_400)}
    return min((at for at in found if local(at, zone).date() >= day), default=max(found))


def epoch(wall: datetime, zone: Zone) -> int:
    """When the clocks showed that, in epoch s: the first time where they did twice, where never the moment of the gap's end."""
    seconds = int((wall - _EPOCH).total_seconds())
    found = {seconds - zone.offset_s(seconds + side) for side in (-86_400, 86_400)}
    return min((at for at in found if local(at, zone) >= wall), default=max(found))


def clock_text(epoch: int, now: int, zone: Zone) -> str:
    """18:00 today, Mon 02:13 within six days of now, else 3 Dec 02:13; in English whatever the locale."""
    then, today = local(epoch, zone), local(now, zone)
    hours = f"{then.hour:02d}:{then.minute:02d}"
    days = (then.date() - today.date()).days
    if days == 0:
        return hours
    if abs(days) < 7:
        return f"{DAYS[then.weekday()]} {hours}"
    return f"{then.day} {MONTHS[then.month - 1]} {hours}"
