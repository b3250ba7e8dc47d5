"""The sessions of each owner, with all that tells how near their limits they came: percentages of windows, and cut-offs.

For database.py, inside its transactions; sqlite3.Error comes as it is. Times are epoch seconds.
"""

from __future__ import annotations

import sqlite3
from typing import List, Optional, Tuple

from ccmon.model import Record
from ccmon.named_tuple import NamedTuple
from ccmon.store import limit_events, present, values
from ccmon.when import SESSION_S

_EVER = 1 << 40


class OwnerSessions(NamedTuple):
    """What is known of one owner."""

    is_own: bool                       # of the account that is looked at
    records: List[Record]              # by start
    windows: List[Tuple[int, float]]   # reset of a 5-hour window, a percentage that Claude told of it
    cuts: List[int]                    # when a session was cut off, by time


def owner_sessions(db: sqlite3.Connection, own: Optional[int], everywhere: bool, now: int,
                   since: Optional[int]) -> List[OwnerSessions]:
    """Of the own owner, or of each one. since: sessions that ended after it, and those beside them that windows may belong to."""
    owners = [number for number, in db.execute("SELECT id FROM owner ORDER BY id")] if everywhere else [own] if own else []
    start = None if since is None else since - 2 * SESSION_S
    return [OwnerSessions(number == own, present.records(db, number, now, start), _windows(db, number, start or 0),
                 limit_events.reached(db, number, (start or 0) - SESSION_S, _EVER)) for number in owners]


def _windows(db: sqlite3.Connection, owner: int, since: int) -> List[Tuple[int, float]]:
    found = db.execute("""SELECT ts, percent, resets_at, source FROM reading
        WHERE owner_id = ? AND window_s = ? AND source = 'statusline' AND resets_at > ?""", (owner, SESSION_S, since))
    return [(resets_at, float(percent)) for _, percent, resets_at, _ in filter(values.is_reading, found)]
