"""How far the logs have been read, and whether anything of that is unfinished: what is noted, without what reads and cuts."""

from __future__ import annotations

import os
import sqlite3

from ccmon.quick_typing import Dict, NamedTuple, Optional, Tuple
from ccmon.store import rows
from ccmon.when import SKEW_S

VANISHED, LATE, COMPLETE, PRICES, OPEN_SPAN = "vanished_ms", "late_ms", "logs_read", "prices", "open_span"
PACKED = "archived_ms"
CHECK_S = 240                          # so long after a log has changed it is compared with what was read
FileStatus = Tuple[int, int, int, int, int]      # device, inode, size, mtime_ns, ctime_ns


class LogPosition(NamedTuple):
    """How far a log has been read; in the order of the table's columns behind owner and path."""

    device: int
    inode: int
    size: int                          # when it was last read to its end
    mtime_ns: int
    offset: int                        # bytes up to the end of the last whole line that was read
    print: bytes                       # fingerprint of those
    lines: int = 0
    damaged: int = 0                   # lines
    first_damaged: int = 0             # number of the first such line, from 1; 0 without one
    left_out: str = "{}"               # lines of other kinds with a usage of their own: kind -> number, as JSON
    last_ms: int = 0                   # epoch ms of the newest message
    ctime_ns: int = 0                  # 0: unknown
    crc: int = -1                      # of the bytes up to the offset; -1: unknown
    check_at: int = 0                  # epoch s at which those are compared with it; 0: when the file changes


NAMES = ", ".join(LogPosition._fields)
VALID = " AND ".join(("typeof(path) = 'blob' AND typeof(print) = 'blob' AND typeof(left_out) = 'text'",
                       rows.whole(("device", "inode", "mtime_ns")),
                       rows.counted(("size", "offset", "lines", "damaged", "first_damaged", "last_ms"))))
_CHECKED = rows.whole(("ctime_ns", "crc", "check_at"))


def is_read(status: FileStatus, position: LogPosition, now: int) -> bool:
    """Whether a file is as it was when it was read to its end, as far as it can be seen, and need not be looked into."""
    return looks_the_same(status, position) and position.ctime_ns == status[-1] and not is_due(position, now)


def looks_the_same(status: FileStatus, position: LogPosition) -> bool:
    """Whether its size and times are those that were noted; an older ccmon did not note when the system last changed it."""
    return (position.device, position.inode, position.size, position.mtime_ns, position.ctime_ns or status[-1]) == status


def is_due(position: LogPosition, now: int) -> bool:
    """Whether it is time to compare a log with what was read of it; a clock that was set back is not waited for."""
    return position.check_at != 0 and not now < position.check_at <= now + CHECK_S


def positions(db: sqlite3.Connection, owner: int) -> Dict[bytes, LogPosition]:
    """How far each log has been read, by path; one with a damaged row is read anew."""
    return {row[0]: LogPosition._make(row[1:]) for row in
            db.execute(f"SELECT path, {NAMES} FROM log_file WHERE owner_id = ? AND {VALID} AND {_CHECKED}", (owner,))}


def standing(db: sqlite3.Connection, owner: int) -> Tuple[Dict[bytes, LogPosition], int]:
    """How far each log has been read, and the stamp of the prices by which messages are priced."""
    return positions(db, owner), number(db, owner, PRICES)


def has_checks(db: sqlite3.Connection, owner: int) -> bool:
    """Whether any log is yet to be compared with what was read of it."""
    return db.execute("SELECT 1 FROM log_file WHERE owner_id = ? AND check_at LIMIT 1", (owner,)).fetchone() is not None


def is_complete(db: sqlite3.Connection, owner: int) -> bool:
    """Whether all logs of the owner have been read to their ends once."""
    return rows.note(db, f"{COMPLETE} {owner}") is not None


def is_unfinished(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether finish would change anything where no log has changed: a session is over, or the round before was broken off."""
    return not is_complete(db, owner) or open_span(db, owner) is not None or has_ended(db, owner, now)


def open_span(db: sqlite3.Connection, owner: int) -> Optional[Tuple[int, int]]:
    """From when to when (epoch ms) messages have come since the sessions were last cut; None when none have."""
    words = (rows.note(db, f"{OPEN_SPAN} {owner}") or "").split()
    numbers = [rows.number(word) for word in words]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and None not in numbers else None  # type: ignore[return-value]


def has_ended(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether any session is over and not yet fixed."""
    return db.execute("SELECT 1 FROM session WHERE owner_id = ? AND NOT settled AND end_ts <= ? LIMIT 1",
                      (owner, now)).fetchone() is not None


def has_new_sessions(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether any session has come for which no limit of its time is noted."""
    return db.execute("SELECT 1 FROM session WHERE owner_id = ? AND start_ts <= ? AND limit_source = '' LIMIT 1",
                      (owner, now + SKEW_S)).fetchone() is not None


def packed_ms(db: sqlite3.Connection, owner: int) -> int:
    """Epoch ms before which all messages are packed."""
    return number(db, owner, PACKED)


def number(db: sqlite3.Connection, owner: int, name: str) -> int:
    """A number noted of the owner, 0 when none is."""
    return rows.number(rows.note(db, f"{name} {owner}")) or 0


def damaged(db: sqlite3.Connection, owner: int) -> Tuple[int, Optional[str]]:
    """How many lines are damaged, and the log with the most of them."""
    fetched = db.execute(f"""SELECT path, damaged FROM log_file WHERE owner_id = ? AND damaged AND {VALID}
        ORDER BY damaged DESC, path""", (owner,)).fetchall()
    return sum(row[1] for row in fetched), os.fsdecode(fetched[0][0]) if fetched else None
