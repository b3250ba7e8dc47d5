"""Whether the clock is believed: nothing that cannot be undone is done on the word of one that has jumped by more than a day.

A message of that time confirms it at once; else it has to go on for a day. Meanwhile what is old is what was old at the earlier
of both times. The clock is the machine's: one note for all owners, written when logs or ccusage are read, never by a merge.
"""

from __future__ import annotations

import sqlite3

from ccmon.quick_typing import Iterable, NamedTuple, Optional
from ccmon.store import rows
from ccmon.when import DAY_S, HOUR_S, SKEW_S

_NOTED_S = HOUR_S          # what changes by less is not written
_NOTE = "clock"


class Clock(NamedTuple):
    """What is noted of it; epoch s."""

    believed: int                      # when it was last believed
    since: int = 0                     # when it had jumped, 0 when it has not
    last: int = 0                      # its last time since then


class Trust(NamedTuple):
    """What is to be made of the clock."""

    now: int
    believed: int                      # now, or in doubt the last time that was believed
    in_doubt: bool
    is_noted: bool = True

    @property
    def epoch(self) -> int:
        """The time by which things are old."""
        return min(self.now, self.believed)


def judged_clock(stored: Clock, now: int, is_confirmed: bool) -> Clock:
    """What is to be noted of a clock that shows now."""
    if is_confirmed or abs(now - stored.believed) <= DAY_S:
        return Clock(now)
    goes_on = stored.since and -SKEW_S <= now - stored.last <= DAY_S      # after more it may be another wrong one
    since = stored.since if goes_on else now
    return Clock(now) if now - since >= DAY_S else Clock(stored.believed, since, now)


def update(db: sqlite3.Connection, now: int, message_epochs: Iterable[int] = ()) -> Trust:
    """The clock now, noted for the next call; message_epochs: of messages that ccusage has just reported (epoch s)."""
    stored = _stored_clock(db)
    clock = _current_clock(db, stored, now, message_epochs)
    if not _is_noted(stored, clock):
        rows.write_note(db, _NOTE, " ".join(map(str, clock)))
    return _trust(clock, now)


def current(db: sqlite3.Connection, now: int) -> Trust:
    """The same, where nothing is written: is_noted: whether that is stored yet."""
    stored = _stored_clock(db)
    clock = _current_clock(db, stored, now, ())
    return _trust(clock, now)._replace(is_noted=_is_noted(stored, clock))


def _trust(clock: Clock, now: int) -> Trust:
    return Trust(now, clock.believed, bool(clock.since))


def _is_noted(stored: Optional[Clock], clock: Clock) -> bool:
    if stored is None or stored.since != clock.since:
        return False
    return abs(stored.believed - clock.believed) < _NOTED_S and abs(stored.last - clock.last) < _NOTED_S


def _stored_clock(db: sqlite3.Connection) -> Optional[Clock]:
    numbers = [rows.number(word) for word in (rows.note(db, _NOTE) or "").split()]
    return Clock(*numbers) if len(numbers) == 3 and None not in numbers else None  # type: ignore[arg-type]


def _current_clock(db: sqlite3.Connection, stored: Optional[Clock], now: int, message_epochs: Iterable[int]) -> Clock:
    """The logs are looked through only for a clock that has jumped."""
    before = stored or _first(db, now)
    has_jumped = abs(now - before.believed) > DAY_S
    return judged_clock(before, now, has_jumped and (_is_new if now > before.believed else _is_last)(db, now, message_epochs))


def _is_new(db: sqlite3.Connection, now: int, message_epochs: Iterable[int]) -> bool:
    """Whether there is a message of a time to which the clock has gone ahead."""
    return any(abs(now - at) <= DAY_S for at in message_epochs) or db.execute(
        "SELECT 1 FROM log_file WHERE typeof(last_ms) = 'integer' AND last_ms BETWEEN ? AND ? LIMIT 1",
        ((now - DAY_S) * 1000, (now + DAY_S) * 1000)).fetchone() is not None


def _is_last(db: sqlite3.Connection, now: int, message_epochs: Iterable[int]) -> bool:
    """Whether the newest of all messages is of a time to which the clock has gone back."""
    epochs = [db.execute("SELECT max(last_ms) / 1000 FROM log_file WHERE typeof(last_ms) = 'integer'").fetchone()[0],
             db.execute("SELECT max(start_ts) FROM session WHERE typeof(start_ts) = 'integer'").fetchone()[0], *message_epochs]
    newest = max((one for one in epochs if one is not None), default=None)
    return newest is not None and abs(now - newest) <= DAY_S


def _first(db: sqlite3.Connection, now: int) -> Clock:
    """Of a history of which nothing is noted yet: the newest time in it that is not ahead of now."""
    latest = now + SKEW_S
    epochs = [db.execute("SELECT max(seen) FROM snapshot WHERE typeof(seen) = 'integer' AND seen <= ?", (latest,)).fetchone()[0],
             db.execute("SELECT max(last_ts) FROM session WHERE typeof(last_ts) = 'integer' AND last_ts <= ?",
                        (latest,)).fetchone()[0],
             db.execute("SELECT max(last_ms) / 1000 FROM log_file WHERE typeof(last_ms) = 'integer' AND last_ms <= ?",
                        (latest * 1000,)).fetchone()[0]]
    return Clock(max((one for one in epochs if one is not None), default=now))
