"""The door to time: the current time, and time zones by name (pytz inside, loaded only when a zone is asked for)."""

import os
import time
from bisect import bisect_right
from datetime import datetime, timedelta

from ccmon.errors import CcmonError
from ccmon.quick_typing import Callable, Iterable, List, Mapping, Optional
from ccmon.system import processes
from ccmon.text import clean, clip

_EPOCH = datetime(1970, 1, 1)
_LATEST_S = 253_402_300_799 - 2 * 86400     # two days before the end of year 9999: no zone can push it over
_LATEST_ON_WINDOWS_S = 32_503_593_600       # 2999-12-31 00:00 UTC


class TimeZone:
    """A time zone: its name, how far its clocks are ahead of UTC at any time, and by how many hours people read them."""

    def __init__(self, name: str, offset_s: Callable[[int], int], dial: int = 24) -> None:
        self.name, self.dial = name, dial
        self._offset_s = offset_s

    def with_dial(self, hours: int) -> "TimeZone":
        """The same zone, its times written by 12 or 24 hours."""
        return TimeZone(self.name, self._offset_s, hours)

    def offset_s(self, epoch: int) -> int:
        """Seconds that local time is ahead of UTC; times outside 1970..9999 count as the nearest inside."""
        return self._offset_s(_clamped(epoch))


def _clamped(epoch: int) -> int:
    return max(0, min(epoch, _LATEST_S))


def now(env: Mapping[str, str]) -> int:
    """Epoch seconds; CCMON_NOW in the environment takes the place of the clock. CcmonError when it is no such number."""
    fixed = env.get("CCMON_NOW", "").strip()
    if not fixed:
        return int(time.time())
    if not (fixed.isascii() and fixed.isdigit() and len(fixed) <= 12 and int(fixed) <= _LATEST_S):
        raise CcmonError(f"CCMON_NOW is '{clip(clean(fixed), 40)}'", "It must be epoch seconds, such as 1700000000")
    return int(fixed)


def zone(name: str, at: Optional[int] = None) -> TimeZone:
    """The zone of that name in pytz (any case), or the system's for "local", named as it is called at that time (or now).

    CcmonError with near matches for any other name, and when pytz is not installed.
    """
    wanted = name.strip()
    if wanted.lower() == "local":
        return TimeZone(_abbreviation(at), lambda epoch: _local(epoch).tm_gmtoff)
    return TimeZone("UTC", lambda _: 0) if wanted.upper() == "UTC" else _zone_of_file(wanted) or _pytz_zone(wanted)


def _abbreviation(at: Optional[int]) -> str:
    epoch = time.time() if at is None else _clamped(at)
    return clean(_local(epoch).tm_zone or "").strip() or "local"


def _local(epoch: float) -> time.struct_time:
    """Windows knows no local time beyond the year 3000."""
    try:
        return time.localtime(epoch)
    except OSError:
        return time.localtime(min(epoch, _LATEST_ON_WINDOWS_S))


def _pytz_zone(name: str) -> TimeZone:
    try:
        import pytz
    except ImportError:
        command = f"{processes.pip()} install pytz"
        raise CcmonError("pytz is missing", f"Install it with: {command}", command) from None
    try:
        tzinfo = pytz.timezone(name)
    except pytz.UnknownTimeZoneError:
        raise CcmonError(f"Unknown time zone '{clip(clean(name), 40)}'", _nearest(name, pytz.all_timezones)) from None

    def offset_s(epoch: int) -> int:
        utc = _EPOCH + timedelta(seconds=epoch)
        return int((tzinfo.fromutc(utc).replace(tzinfo=None) - utc).total_seconds())

    return TimeZone(str(tzinfo), offset_s)


def _zone_of_file(name: str) -> Optional[TimeZone]:
    """The zone by its file in pytz, whose code takes half a start of Python to load; None where that has to decide."""
    parts = name.split("/")
    if len(parts) < 2 or name != name.title() or "PYTZ_TZDATADIR" in os.environ or not all(part[:1].isalpha() for part in parts):
        return None                    # title: some disks have the file of europe/warsaw, too
    try:
        from importlib.machinery import PathFinder
        package = PathFinder.find_spec("pytz").origin  # type: ignore[union-attr]
        with open(os.path.join(os.path.dirname(package), "zoneinfo", *parts), "rb") as file:  # type: ignore[arg-type]
            return TimeZone(name, _offset_by(file.read()))
    except (AttributeError, LookupError, OSError, TypeError, ValueError):      # ValueError: a name that no file can have here
        return None


def _offset_by(tzfile: bytes) -> Callable[[int], int]:
    """Epoch -> offset (s) by the first block of a tzfile(5), which pytz reads, too; in whole minutes, as there. LookupError."""
    def number(at: int) -> int:
        return int.from_bytes(tzfile[at:at + 4], "big", signed=True)

    changes, kinds = number(32), number(36)
    end = 44 + 5 * changes             # of the times and kinds of the changes; six bytes for each kind follow
    times = [number(at) for at in range(44, end - changes, 4)]
    offsets = [(number(at) + 30) // 60 * 60 for at in range(end, end + 6 * kinds, 6)]
    of_changes = [offsets[kind] for kind in tzfile[end - changes:end]]
    earliest = next((offset for offset, is_dst in zip(offsets, tzfile[end + 4::6]) if not is_dst), offsets[0])

    def offset_s(epoch: int) -> int:
        before = bisect_right(times, epoch)
        return of_changes[before - 1] if before else earliest
    return offset_s


def _nearest(name: str, names: Iterable[str]) -> str:
    """What to write instead, as a sentence."""
    near = _near(name, names)
    if not near:
        return "Use a name such as Europe/Warsaw, or local for the system's zone"
    listed = " or ".join(filter(None, (", ".join(near[:-1]), near[-1])))
    return f"Did you mean {listed}?"


def _near(name: str, names: Iterable[str], count: int = 3) -> List[str]:
    """Up to three zones that resemble the name, or whose city does, best first."""
    wanted = "_".join(name.lower().split())[:64]
    scored = sorted((-_likeness(wanted, candidate.lower()), candidate) for candidate in names)
    return [candidate for score, candidate in scored[:count] if score <= -0.75]


def _likeness(wanted: str, candidate: str) -> float:
    import difflib
    whole = difflib.SequenceMatcher(None, candidate, wanted).ratio()
    city = difflib.SequenceMatcher(None, candidate.split("/")[-1], wanted.split("/")[-1]).ratio()
    return max(whole, city)
