"""What the source reports at one moment, saved: the sessions, their limits, and what the active one shows.

For database.py, inside its transactions; sqlite3.Error comes as it is. Times are epoch seconds.
"""

import sqlite3
from typing import Callable, Optional, Sequence, Tuple

from ccmon.model import Block, Facts, HighWater, Limit
from ccmon.store import present, rows, running, trusted, usage, values
from ccmon.when import SKEW_S

HEARTBEAT_S = 240                      # an unchanged snapshot is written again after this

LimitOf = Callable[[int, Optional[HighWater]], Limit]
ActiveOf = Callable[[Sequence[Block], Sequence[int], int], Sequence[Block]]


def record(db: sqlite3.Connection, blocks: Optional[Sequence[Block]], owner: int, now: int, limit_of: LimitOf,
           active_of: ActiveOf, is_history: bool) -> Facts:
    """Save what the source reported (None: it is the ledger itself), note what the active session shows, and give what is
    known then, without the samples. is_history: no log was read, the reports are the history."""
    trust = trusted.update(db, now, [block.start if block.last is None else block.last for block in blocks or ()])
    if blocks is not None:
        running.note(db, owner, blocks, now)
        if is_history:
            from ccmon.store import reported  # of ccusage
            reported.save(db, owner, blocks, now)
    else:
        running.note(db, owner, (), now)
    known = present.facts_without_samples(db, owner, now)
    note_limits(db, owner, now, limit_of)
    active = active_of(known.blocks, known.listed, now)
    if not (trust.in_doubt and (now > trust.believed or _is_past(db, owner, now))):
        _observe(db, owner, active[0] if active else None, now)
    return known


def note_limits(db: sqlite3.Connection, owner: int, now: int, limit_of: LimitOf, running: bool = True) -> None:
    """The plan and limit of this time for the sessions that are new, or that run, too; all are judged by the same high water.

    To a clock that is behind, those that are over may be of the future: what was noted of them stays.
    """
    high_water = present.high_water(db, owner, now)
    found = db.execute("""SELECT id, tokens, plan, limit_tokens, limit_source FROM session
        WHERE owner_id = ? AND start_ts <= ? AND (limit_source = '' OR end_ts > ? AND ?)""",
                       (owner, now + SKEW_S, now, running)).fetchall()
    for number, tokens, *before in found:
        limit = limit_of(values.count(tokens) or 0, high_water)
        if before != [limit.plan, limit.tokens, limit.source]:
            db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?",
                       (limit.plan, limit.tokens, limit.source, number))


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(rows.COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(rows.COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in rows.COUNTS)}"""
_IDLE = (None, 0, None, None, None, None, None)


def _shown(db: sqlite3.Connection, owner: int, block: Optional[Block]) -> Optional[Tuple[object, ...]]:
    """What a snapshot says of a stored session, or of none; None of one that is not stored yet."""
    if block is None:
        return _IDLE
    found = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts IN (?, ?) ORDER BY start_ts DESC",
                       (owner, block.start, usage.quarter(block.start))).fetchone()
    return (found[0], *rows.session_columns(block)[3:9]) if found else None


def _is_past(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether what was seen soon after that is known: to a clock that is behind, this moment is another one."""
    return db.execute("SELECT 1 FROM snapshot WHERE owner_id = ? AND ts > ? AND ts <= ? LIMIT 1",
                      (owner, now + SKEW_S, now + trusted.DAY_S)).fetchone() is not None


def _observe(db: sqlite3.Connection, owner: int, block: Optional[Block], now: int) -> None:
    shown = _shown(db, owner, block)
    if shown is None:
        return
    newest = db.execute(_NEWEST, (owner, now)).fetchone()
    seen = now if newest is None else values.epoch(newest[1]) or 0
    if newest and (seen > now + SKEW_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner, now, now, *shown))
