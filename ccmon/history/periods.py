"""What --since, --until and --host choose of the history: days and times, and what began and was used in them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, List, Optional, Sequence

from ccmon.errors import UsageError
from ccmon.model import Record, UsageRow
from ccmon.named_tuple import NamedTuple
from ccmon.text import clean, clip, did_you_mean
from ccmon.when import Zone, clock_text, local, midnight

if TYPE_CHECKING:
    from ccmon.typed_times import Typed

VALID = ("a day (2026-11-22, today, yesterday, monday, 3d), a week (2026-W47, last week), a month (2026-11), a year (2026) "
         "or a moment (2h, 14:30)")


class TimeBounds(NamedTuple):
    """Local days, both included, or times; None where there is no bound."""

    first: Optional[date] = None
    last: Optional[date] = None
    after: Optional[int] = None        # epoch s: what ends, or is used, after that
    before: Optional[int] = None       # epoch s: what begins, or is used, before that


def chosen(since: Optional[str], until: Optional[str], now: int, zone: Zone) -> TimeBounds:
    """What --since and --until say: a week, month or year is meant whole. UsageError names what is valid."""
    if since is None and until is None:
        return TimeBounds()
    begin, end = _typed("--since", since, now, zone), _typed("--until", until, now, zone)
    bounds = TimeBounds(begin.first, end.last, None if begin.first else begin.at, None if end.last else end.at)
    if bounds.first and bounds.last and bounds.first > bounds.last:
        raise UsageError(f"--since {bounds.first} is after --until {bounds.last}: exchange them")
    from_s, to_s = bounds.after or (midnight(bounds.first, zone) if bounds.first else None), bounds.before
    if from_s is not None and to_s is not None and from_s > to_s:
        raise UsageError(f"--since {clock_text(from_s, now, zone)} is after --until {clock_text(to_s, now, zone)}: exchange them")
    return bounds


def _typed(flag: str, word: Optional[str], now: int, zone: Zone) -> "Typed":
    from ccmon.typed_times import Typed, typed
    if word is None:
        return Typed()
    try:
        return typed(word, now, zone)
    except (ValueError, OverflowError):
        raise UsageError(f"{flag}: '{clip(clean(word), 40)}' is not {VALID}") from None


def began_in(records: Sequence[Record], wanted: TimeBounds, zone: Zone) -> List[Record]:
    """The sessions that began on those local days."""
    return [record for record in records if is_in(record.block.start, wanted, zone)]


def used_in(used: Sequence[UsageRow], wanted: TimeBounds, zone: Zone) -> List[UsageRow]:
    """What was used in the quarters of an hour of those local days."""
    inside = {at for at in {row.at for row in used} if is_in(at, wanted, zone)}
    return [row for row in used if row.at in inside]


def is_in(at: int, wanted: TimeBounds, zone: Zone) -> bool:
    """Whether that time (epoch s) is on one of the days, and before the upper bound; `after` is not checked here."""
    if wanted == TimeBounds():
        return True
    if not (wanted.first or date.min) <= local(at, zone).date() <= (wanted.last or date.max):
        return False
    return wanted.before is None or at < wanted.before


def records_of_host(records: List[Record], host: Optional[str]) -> List[Record]:
    """Those of that machine; of every one for None and all. UsageError lists the machines that there are."""
    if host in (None, "all"):
        return records
    hosts = sorted({record.host for record in records})
    if host not in hosts and hosts:
        word = clip(clean(str(host)), 60)
        raise UsageError(f"--host: nothing is known of '{word}'{did_you_mean(word, hosts)}; "
                         f"there are {', '.join(map(clean, hosts))} and all")
    return [record for record in records if record.host == host]


def used_on_host(used: List[UsageRow], host: Optional[str]) -> List[UsageRow]:
    """What was used on that machine; on every one for None and all."""
    return used if host in (None, "all") else [row for row in used if row.host == host]
