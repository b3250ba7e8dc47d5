"""What the source reports, stored: the sessions, their limits, and snapshots of the active one. For pipeline/recording.py."""

from __future__ import annotations

import sqlite3
from typing import Iterable, List, Optional, Sequence, Tuple

from ccmon.model import Block, Limit
from ccmon.named_tuple import NamedTuple
from ccmon.store import rows, running, trusted, usage, values
from ccmon.store.trusted import Trust
from ccmon.when import DAY_S, SKEW_S

HEARTBEAT_S = 240                      # an unchanged snapshot is written again after this


class SessionLimit(NamedTuple):
    """A session, and the limit that is stored for it."""

    id: int
    tokens: int
    limit: Tuple[object, ...]          # plan, tokens, source


def write_reports(db: sqlite3.Connection, owner: int, blocks: Optional[Sequence[Block]], now: int, is_history: bool) -> Trust:
    """Store what the source reported (None: it is the ledger itself). is_history: no log was read, and they are the history."""
    trust = trusted.update(db, now, [block.start if block.last is None else block.last for block in blocks or ()])
    running.note(db, owner, blocks or (), now)
    if blocks is not None and is_history:
        from ccmon.store import reported  # of ccusage
        reported.save(db, owner, blocks, now)
    return trust


def sessions_without_limit(db: sqlite3.Connection, owner: int, now: int, with_running: bool) -> List[SessionLimit]:
    """The sessions that are new, or that run, too.
    To a clock that is behind, those that are over may be of the future: what was noted of them stays."""
    rows = db.execute("""SELECT id, tokens, plan, limit_tokens, limit_source FROM session
        WHERE owner_id = ? AND start_ts <= ? AND (limit_source = '' OR end_ts > ? AND ?)""",
                      (owner, now + SKEW_S, now, with_running))
    return [SessionLimit(number, values.count(tokens) or 0, tuple(limit)) for number, tokens, *limit in rows]


def write_limits(db: sqlite3.Connection, limits: Iterable[Tuple[SessionLimit, Limit]]) -> None:
    """Write the limits that are not stored yet."""
    db.executemany("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?", [
        (limit.plan, limit.tokens, limit.source, row.id) for row, limit in limits
        if row.limit != (limit.plan, limit.tokens, limit.source)])


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(rows.COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(rows.COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in rows.COUNTS)}"""
_IDLE = (None, 0, None, None, None, None, None)


def _snapshot_columns(db: sqlite3.Connection, owner: int, block: Optional[Block]) -> Optional[Tuple[object, ...]]:
    """Of a stored session, or of none; None for one that is not stored yet."""
    if block is None:
        return _IDLE
    row = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts IN (?, ?) ORDER BY start_ts DESC",
                     (owner, block.start, usage.quarter(block.start))).fetchone()
    return (row[0], *rows.session_columns(block)[3:9]) if row else None


def _has_later_snapshots(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether there are snapshots of soon after now: to a clock that is behind, this is another time."""
    return db.execute("SELECT 1 FROM snapshot WHERE owner_id = ? AND ts > ? AND ts <= ? LIMIT 1",
                      (owner, now + SKEW_S, now + DAY_S)).fetchone() is not None


def write_snapshot(db: sqlite3.Connection, owner: int, block: Optional[Block], now: int, trust: Trust) -> None:
    """Write what the active session shows (None: there is none), unless the clock is wrong by all that is stored."""
    shown = _snapshot_columns(db, owner, block)
    if shown is None or trust.in_doubt and (now > trust.believed or _has_later_snapshots(db, owner, now)):
        return
    newest = db.execute(_NEWEST, (owner, now)).fetchone()
    seen = now if newest is None else values.epoch(newest[1]) or 0
    if newest and (seen > now + SKEW_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner, now, now, *shown))
