"""Messages of old: what is needed to know each of them again and to correct it, a day of them packed into one row.

An old message keeps its identity, the quarter of an hour it was sent in, its model, project and tokens: about 20 bytes. A copy
is known again by the same message and request (or conversation) when its time is within a day of the first one's.
"""

import sqlite3
import struct
import zlib
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Set, Tuple

from ccmon.store import messages, rows, values
from ccmon.store.messages import Change, Row

_DAY_MS, _QUARTER_MS = 86_400_000, 900_000
_63_BITS = (1 << 63) - 1
_COLUMNS = 10                          # of a packed day, behind the identities
_DONE = "archived_ms"

Day = Dict[int, Row]                   # by identity; message and key of the rows are not known

CREATE = (
    """CREATE TABLE archive (
        owner_id INTEGER NOT NULL,
        day INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (owner_id, day)) WITHOUT ROWID""",
)


def identity(row: Row) -> int:
    """63 bits that stand for the message and its request or conversation."""
    return (row.message ^ ((row.key & 0xFFFFFFFFFF) << 20)) & _63_BITS


def boundary_ms(db: sqlite3.Connection, owner: int) -> int:
    """Epoch ms before which all messages are packed."""
    return values.number(rows.note(db, f"{_DONE} {owner}")) or 0


# --- a day -----------------------------------------------------------------------------------------------------------------

def pack(day: Mapping[int, Row], start_ms: int) -> bytes:
    """The messages of a day as bytes: identities first, then column by column."""
    keys = sorted(day)
    found = [day[key] for key in keys]
    columns = [[(row.at_ms - start_ms) // _QUARTER_MS, *row[4:11], -1 if row.cost_nano is None else row.cost_nano, row.flags]
               for row in found]
    numbers = [*keys, *(number for column in zip(*columns) for number in column)]
    return zlib.compress(struct.pack(f"<{len(numbers)}q", *numbers), 9)


def unpack(data: bytes, start_ms: int) -> Day:
    """The messages of a packed day; each a millisecond after its quarter began, which no session's end is."""
    raw = zlib.decompress(data)
    numbers = struct.unpack(f"<{len(raw) // 8}q", raw)
    number = len(numbers) // (_COLUMNS + 1)
    columns = [numbers[at * number:(at + 1) * number] for at in range(_COLUMNS + 1)]
    return {key: Row._make([0, 0, 0, start_ms + quarter * _QUARTER_MS + 1, *counts, None if cost < 0 else cost, flags])
            for key, quarter, *counts, cost, flags in zip(*columns)}


def days(db: sqlite3.Connection, owner: int) -> Iterator[Tuple[int, Day]]:
    """All packed days: epoch ms of the start, and the messages."""
    for day, data in db.execute("SELECT day, data FROM archive WHERE owner_id = ? ORDER BY day", (owner,)).fetchall():
        yield day * _DAY_MS, unpack(data, day * _DAY_MS)


class Old:
    """The packed days that a batch of messages touches."""

    def __init__(self, db: sqlite3.Connection, owner: int, until_ms: int) -> None:
        self.db, self.owner, self.until_ms = db, owner, until_ms
        self.changes: List[Change] = []
        self._days: Dict[int, Day] = {}
        self._written: Set[int] = set()

    def unknown(self, found: Iterable[Row], known: messages.Known) -> Iterator[Row]:
        """The rows that are not of a packed day; those that are, are taken up here."""
        for row in found:
            if row.at_ms >= self.until_ms + _DAY_MS or row.key in known.get(row.message, ()) or not self._take(row):
                yield row

    def _take(self, row: Row) -> bool:
        day, key = row.at_ms // _DAY_MS, identity(row)
        for near in (day, day - 1, day + 1):
            old = self._day(near).get(key)
            if old is not None:
                if old.counts and not old.flags & messages.ALONE and messages.is_better(row, old):
                    self._put(near, key, row)
                return True
        if row.at_ms < self.until_ms:
            self._put(day, key, row)
        return row.at_ms < self.until_ms

    def _put(self, day: int, key: int, row: Row) -> None:
        """Take a row up, or in the place of the one that is known."""
        before = self._days[day].pop(key, None)
        self._day(row.at_ms // _DAY_MS)[key] = row
        self._written |= {day, row.at_ms // _DAY_MS}
        self.changes.append((before, row))

    def _day(self, day: int) -> Day:
        if day not in self._days:
            found = self.db.execute("SELECT data FROM archive WHERE owner_id = ? AND day = ?", (self.owner, day)).fetchone()
            self._days[day] = unpack(found[0], day * _DAY_MS) if found else {}
        return self._days[day]

    def save(self) -> None:
        """Write the days that changed."""
        for day in self._written:
            put(self.db, self.owner, day, self._days[day])


def put(db: sqlite3.Connection, owner: int, day: int, content: Day) -> None:
    """Write a packed day."""
    db.execute("INSERT OR REPLACE INTO archive (owner_id, day, data) VALUES (?, ?, ?)",
               (owner, day, pack(content, day * _DAY_MS)))


# --- growing old -----------------------------------------------------------------------------------------------------------

def step(db: sqlite3.Connection, owner: int, until_ms: int) -> Optional[int]:
    """Pack the oldest day that lies before that time (epoch ms) whole; the end of it, None when there is none.

    Only what stands in sessions that are over for good: the others are still cut from their messages.
    """
    first = db.execute("SELECT min(at_ms), max(at_ms) FROM message WHERE owner_id = ?", (owner,)).fetchone()
    if first[0] is None:
        return None
    day = first[0] // _DAY_MS
    if (day + 1) * _DAY_MS > min(until_ms, first[1], _open_ms(db, owner)):
        return None
    found = list(map(Row._make, db.execute(f"{messages.SELECT} AND at_ms < ?", (owner, (day + 1) * _DAY_MS))))
    old = db.execute("SELECT data FROM archive WHERE owner_id = ? AND day = ?", (owner, day)).fetchone()
    put(db, owner, day, {**(unpack(old[0], day * _DAY_MS) if old else {}), **{identity(row): row for row in found}})
    db.execute("DELETE FROM message WHERE owner_id = ? AND at_ms < ?", (owner, (day + 1) * _DAY_MS))
    done = max((day + 1) * _DAY_MS, boundary_ms(db, owner))
    rows.write_note(db, f"{_DONE} {owner}", str(done))
    return done


def _open_ms(db: sqlite3.Connection, owner: int) -> int:
    """Epoch ms from which sessions are still cut."""
    start = db.execute("SELECT min(start_ts) FROM session WHERE owner_id = ? AND NOT settled", (owner,)).fetchone()[0]
    span = rows.note(db, f"open_span {owner}")
    spans = [] if span is None else [values.number(span.split()[0]) or 0]
    return min([1 << 62 if start is None else start * 1000, *spans])
