"""Readings of every window of the account, by login: each change of a percentage or a reset. Times are epoch seconds.

The 5 hours and the week stand in `reading`, too, from which the limit is learned, and into which an older ccmon writes.
"""

from __future__ import annotations

import sqlite3

from ccmon.quick_typing import Dict, List, NamedTuple, Sequence, Tuple
from ccmon.store import rows
from ccmon.when import DAY_S, SESSION_S, WEEK_S

NAMES_S = {"five_hour": SESSION_S, "seven_day": WEEK_S}             # those of `reading`
AHEAD = "newahead"               # lines of the spool that are of the future by this clock
_FIRST_LOGIN = "first_login"
_LONGEST = 64                          # characters of a name
_NEWEST_S = 40 * DAY_S                # a window that was read before that is over


class WindowReading(NamedTuple):
    """A percentage and a reset that Claude reported."""

    login: str                         # short hash, "" as long as it is unknown
    name: str
    ts: int
    percent: float
    resets_at: int
    source: str                        # statusline | account_file | claude


def add(db: sqlite3.Connection, owner: int, new: Sequence[WindowReading]) -> None:
    """Store them; those that are learned from in `reading`, too."""
    db.executemany("""INSERT OR REPLACE INTO window_reading (owner_id, login, name, ts, percent, resets_at, source)
        VALUES (?, ?, ?, ?, ?, ?, ?)""", [(owner, *row) for row in new])
    db.executemany("INSERT OR REPLACE INTO reading (owner_id, window_s, ts, percent, resets_at) VALUES (?, ?, ?, ?, ?)",
                   [(owner, NAMES_S[row.name], *row[2:5]) for row in new if row.name in NAMES_S])


def note_login(db: sqlite3.Connection, owner: int, login: str) -> None:
    """Note the first login: readings before it are its own."""
    if login and rows.note(db, f"{_FIRST_LOGIN} {owner}") is None:
        rows.write_note(db, f"{_FIRST_LOGIN} {owner}", login)


def are_waiting(db: sqlite3.Connection, owner: int) -> bool:
    """Whether lines of Claude Code wait for the right clock."""
    return bool(rows.note(db, f"{AHEAD} {owner}"))


def first_login(db: sqlite3.Connection, owner: int) -> str:
    """To whom belongs what was read when nobody knew; "" as long as nobody does."""
    return rows.note(db, f"{_FIRST_LOGIN} {owner}") or ""


_OLD = " UNION ALL ".join(f"""SELECT '', '{name}', ts, percent, resets_at, source FROM reading AS old
    WHERE owner_id = ?1 AND window_s = {seconds} AND source = 'statusline' AND ts >= ?2 AND ts <= ?3
    AND ?4 IN ('', '{name}') AND NOT EXISTS (
        SELECT 1 FROM window_reading AS new WHERE new.owner_id = ?1 AND new.name = '{name}' AND new.ts = old.ts)"""
                          for name, seconds in NAMES_S.items())
_ALL = f"""SELECT login, name, ts, percent, resets_at, source FROM window_reading
    WHERE owner_id = ?1 AND ts >= ?2 AND ts <= ?3 AND ?4 IN ('', name) UNION ALL {_OLD} ORDER BY 3, 2"""


def readings(db: sqlite3.Connection, owner: int, since: int, until: int, name: str = "") -> List[WindowReading]:
    """All of them, or those of one name, by time; those without a login have the first one."""
    first = first_login(db, owner)
    return [WindowReading(rows.text(login) or first, rows.text(name), ts, float(percent), resets_at, source)
            for login, name, ts, percent, resets_at, source in db.execute(_ALL, (owner, since, until, name))
            if rows.is_reading((ts, percent, resets_at, source)) and isinstance(name, str) and len(name) <= _LONGEST]


def names(db: sqlite3.Connection, owner: int) -> List[str]:
    """Of which windows anything was ever read."""
    newer = [name for name, in db.execute("SELECT DISTINCT name FROM window_reading WHERE owner_id = ?", (owner,))]
    old = [name for name, seconds in NAMES_S.items() if db.execute(
        "SELECT 1 FROM reading WHERE owner_id = ? AND window_s = ? LIMIT 1", (owner, seconds)).fetchone()]
    return [name for name in dict.fromkeys([*newer, *old]) if isinstance(name, str) and len(name) <= _LONGEST]


def other_logins(db: sqlite3.Connection, owner: int, name: str, login: str, since: int, until: int) -> Dict[Tuple[int, int], str]:
    """Times and resets of a window that were read of other logins: those are learned from no more."""
    if not login:
        return {}
    first = first_login(db, owner)
    return {(ts, resets_at): other for other, ts, resets_at in db.execute("""SELECT login, ts, resets_at FROM window_reading
        WHERE owner_id = ? AND name = ? AND ts >= ? AND ts <= ?""", (owner, name, since, until)) if (other or first) != login}


def newest(db: sqlite3.Connection, owner: int, now: int) -> Dict[str, List[WindowReading]]:
    """By login, the newest reading of each window; "" where it is unknown."""
    by_window: Dict[Tuple[str, str], WindowReading] = {}
    for row in readings(db, owner, now - _NEWEST_S, now):
        by_window[row.login, row.name] = row
    by_login: Dict[str, List[WindowReading]] = {}
    for row in by_window.values():
        by_login.setdefault(row.login, []).append(row)
    return by_login
