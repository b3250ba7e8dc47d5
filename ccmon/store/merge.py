"""The history of another machine, or a backup of this one, taken in: each owner's rows join that owner's, none shrinks.

First all of it is read, from a private copy, so that nothing wrong with it can be taken for damage of ours; then it is
written in one transaction of the store: all of it or nothing. Once more brings nothing: what is known already is
recognised by its time, and older rows are thinned like ours before they are compared.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from contextlib import closing
from operator import attrgetter
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from ccmon.model import SKEW_S, Block, CcmonError, Forecast, UsageError
from ccmon.store import check, copy, learning, logs, migrations, rows, thin
from ccmon.store.logs import Minute
from ccmon.store.rows import Row
from ccmon.text import clean


class Came(NamedTuple):
    """Rows that are new or hold more than before."""

    host: str
    sessions: int = 0
    readings: int = 0
    minutes: int = 0                   # with the hours that were minutes once
    snapshots: int = 0


class Session(NamedTuple):
    """One of theirs: its number there, and the plan, limit, its source and whether it was listed."""

    id: int
    block: Block
    limit: Tuple[Any, ...]


class Part(NamedTuple):
    """All that the other history has of one owner, by time."""

    host: str
    account: str
    sessions: List[Session]
    readings: List[Tuple[Any, ...]]    # window_s, ts, percent, resets_at, source, noted_at
    minutes: List[Minute]
    hours: List[Minute]
    snapshots: List[Tuple[Any, ...]]   # ts, seen, session, counts
    forecasts: List[Tuple[Any, ...]]   # as learning.COLUMNS


# --- reading the other one -----------------------------------------------------------------------------------------------

def read(file: str, path: str, now: int) -> List[Part]:
    """All that is in a private copy of the file at path, which gets our schema and is thinned. Raises UsageError, CcmonError."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            _prepare(db, file, path, now)
            owners = db.execute("SELECT id, host, account FROM owner ORDER BY host, account").fetchall()
            return [_part(db, number, clean(host), clean(account), now + SKEW_S) for number, host, account in owners]
    except (sqlite3.Error, UnicodeDecodeError, migrations.Unusable) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: str, what: str) -> CcmonError:
    return CcmonError(f"{path} is damaged ({what}). Nothing was merged; a backup of it may be sound")


def _prepare(db: sqlite3.Connection, file: str, path: str, now: int) -> None:
    why = copy.strangeness(db)
    if why:
        raise (CcmonError if "newer" in why else UsageError)(f"{path} {why}. Nothing was merged")
    wrong = check.problems(db)
    if wrong:
        raise _damaged(path, wrong[0])
    migrations.prepare(db, file, copy.BUSY_MS)
    db.execute("DELETE FROM meta")     # how far it was thinned there; and its notes are not for us
    db.execute("BEGIN")
    while thin.step(db, now):
        pass
    db.execute("COMMIT")


def _part(db: sqlite3.Connection, owner: int, host: str, account: str, latest: int) -> Part:
    """What lies ahead of the clock is left out."""
    def their(sql: str) -> List[Tuple[Any, ...]]:
        found = db.execute(sql, (owner, latest))
        return [tuple(clean(value) if isinstance(value, str) else value for value in row) for row in found]

    sessions = [Session(row[0], known.block, row[-4:]) for row, known in
                ((row, rows.row_of(row)) for row in their(_SESSIONS)) if known]
    minutes, hours = ([Minute(*row) for row in their(_MINUTES.format(table))] for table in ("minute", "hour"))
    return Part(host, account, sessions, their(_READINGS), minutes, hours, their(_SNAPSHOTS), their(_FORECASTS))


_SESSIONS = f"""{rows.SELECT}, plan, limit_tokens, limit_source, listed FROM session
    WHERE owner_id = ? AND start_ts <= ? ORDER BY start_ts"""
_READINGS = "SELECT window_s, ts, percent, resets_at, source, noted_at FROM reading WHERE owner_id = ? AND ts <= ?"
_FORECASTS = f"SELECT {learning.COLUMNS} FROM forecast WHERE owner_id = ? AND ts <= ?"
_MINUTES = """SELECT ts, name, input, output, cache_creation, cache_read FROM {} JOIN model ON id = model_id
    WHERE owner_id = ? AND ts <= ?"""
_SNAPSHOTS = f"""SELECT ts, seen, session_id, {', '.join(rows.COUNTS)} FROM snapshot WHERE owner_id = ?1 AND ts <= ?2
    AND (session_id IS NULL OR (SELECT start_ts FROM session WHERE id = session_id) <= ?2)"""


# --- taking it in --------------------------------------------------------------------------------------------------------

def merge(db: sqlite3.Connection, parts: Iterable[Part], now: int) -> List[Came]:
    """Take in what was read; what came, by machine."""
    found: Dict[str, Came] = {}
    for part in parts:
        known, came = found.get(part.host, Came(part.host)), _merge(db, part, now)
        found[part.host] = Came(part.host, *(one + more for one, more in zip(known[1:], came[1:])))
    return [came for came in found.values() if any(came[1:])]


def _merge(db: sqlite3.Connection, part: Part, now: int) -> Came:
    owner = _owner(db, part)
    sessions, ids = _merge_sessions(db, part.sessions, owner)
    logs.keep_models(db, [*part.minutes, *part.hours])
    writes = (lambda: db.executemany(_READING, [(owner, *row) for row in part.readings]),
              lambda: _merge_minutes(db, part, owner),
              lambda: db.executemany(_SNAPSHOT, [_shot(row, owner, ids, now) for row in part.snapshots]))
    totals = [db.total_changes]
    for write in writes:
        write()
        totals.append(db.total_changes)
    came = Came(part.host, sessions, *(after - before for before, after in zip(totals, totals[1:])))
    db.executemany(_FORECAST, [(owner, *row) for row in part.forecasts])       # of a backup: not worth a word
    if came.minutes or came.snapshots:
        thin.rewind(db, owner, 0)
    return came


def _owner(db: sqlite3.Connection, part: Part) -> int:
    """Whoever it is by that name; unlike this machine's own, it is not renamed."""
    names = part.host, part.account
    db.execute("INSERT OR IGNORE INTO owner (host, account) VALUES (?, ?)", names)
    return int(db.execute("SELECT id FROM owner WHERE host = ? AND account = ?", names).fetchone()[0])


_READING = """INSERT OR IGNORE INTO reading (owner_id, window_s, ts, percent, resets_at, source, noted_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_FORECAST = f"""INSERT INTO forecast (owner_id, {learning.COLUMNS}) VALUES (?{', ?' * len(Forecast._fields)})
    ON CONFLICT (owner_id, window_s, ts) DO UPDATE SET outcome_at = excluded.outcome_at, reached = excluded.reached
    WHERE outcome_at IS NULL"""


def _merge_minutes(db: sqlite3.Connection, part: Part, owner: int) -> None:
    logs.keep_minutes(db, owner, part.minutes)
    logs.keep_minutes(db, owner, [hour for hour in part.hours if not logs.has_minutes_of(db, owner, hour)], "hour")


# --- sessions --------------------------------------------------------------------------------------------------------

def _merge_sessions(db: sqlite3.Connection, sessions: Sequence[Session], owner: int) -> Tuple[int, Dict[int, int]]:
    """How many are new or better known now, and the number that each of theirs has here."""
    changed, ids = 0, {}
    for session, row in _paired(db, sessions, owner):
        number = row.id if row else db.execute(rows.INSERT, (owner, *rows.values_of(session.block))).lastrowid or 0
        ids[session.id] = number
        changed += _write(db, number, session, row)
    return changed, ids


def _write(db: sqlite3.Connection, number: int, session: Session, row: Optional[Row]) -> bool:
    """True when something was new. The limit goes with the numbers that it was noted for."""
    if row:
        content = rows.values_of(rows.joined(row.block, session.block))
        if content == rows.values_of(row.block):
            return False
        db.execute(rows.UPDATE, (*content, number))
    if row is None or rows.rank(session.block) > rows.rank(row.block):
        db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ?, listed = ? WHERE id = ?",
                   (*session.limit, number))
    return True


def _paired(db: sqlite3.Connection, sessions: Sequence[Session], owner: int) -> List[Tuple[Session, Optional[Row]]]:
    """Each of theirs with our row of it: that of the same start, else one that overlaps and that no other one claims."""
    ours = rows.rows_of(db.execute(f"{rows.SELECT} FROM session WHERE owner_id = ?", (owner,)))
    by_start = {row.block.start: row for row in ours}
    claimed = {session.block.start for session in sessions}
    free = sorted((row for row in ours if row.block.start not in claimed), key=attrgetter("block.start"))
    longest = max((row.block.end - row.block.start for row in free), default=0)
    starts = [row.block.start for row in free]
    taken: Set[int] = set()
    pairs: List[Tuple[Session, Optional[Row]]] = []
    for session in sessions:
        block = session.block
        near = free[bisect_left(starts, block.start - longest):bisect_right(starts, block.end)]
        row = by_start.get(block.start) or rows.closest(block, [row for row in near if row.id not in taken])
        if row:
            taken.add(row.id)
        pairs.append((session, row))
    return pairs


# --- snapshots -------------------------------------------------------------------------------------------------------

# Nothing new: as many tokens of the session are known of its second, or of the minute or hour of which one is kept.
_SNAPSHOT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM snapshot
        WHERE owner_id = ?1 AND ts >= ?11 AND ts < ?12 AND session_id IS ?4 AND tokens >= ?5)
    ON CONFLICT (owner_id, ts) DO UPDATE SET seen = max(seen, excluded.seen), session_id = excluded.session_id,
        {', '.join(f'{name} = excluded.{name}' for name in rows.COUNTS)} WHERE excluded.tokens > tokens"""


def _shot(row: Tuple[Any, ...], owner: int, ids: Dict[int, int], now: int) -> Tuple[Any, ...]:
    """Their row as ours, with the time in which one of ours may say the same."""
    ts, seen, session, *counts = row
    span_s = thin.bucket_s(ts, now)
    since = ts // span_s * span_s
    return (owner, ts, seen, ids.get(session), *counts, since, since + span_s)
