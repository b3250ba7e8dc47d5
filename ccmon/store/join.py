"""The rows of one owner join those of another: of another machine's file, or under another name in the same one.

Each message joins as it would if its log were read here: once, the better copy of it. Sessions of theirs have their bounds where
there is none of ours; their other messages join our sessions. Nothing that is stored here shrinks, and joining again changes
nothing. Times are epoch seconds, `_ms` epoch milliseconds.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from ccmon.model import Block
from ccmon.named_tuple import NamedTuple
from ccmon.store import log_state, messages, reported, rows, sessions, usage
from ccmon.store.join_messages import Elsewhere, JoiningMessages, JoinTimes, OtherOwner
from ccmon.store.join_rest import join_legacy, join_rest
from ccmon.store.messages import MessageChange
from ccmon.store.sessions import OPEN, SETTLED, SUMMED, Bound
from ccmon.text import clean


class _OtherSession(NamedTuple):
    """A session of theirs: its number there, and the plan, limit, its source and whether it was listed."""

    id: int
    block: Block
    state: int
    is_report: bool
    limit: Tuple[Any, ...]


Taken = Dict[int, Bound]


def join(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes,
         elsewhere: Sequence[Elsewhere] = ()) -> Tuple[int, int, int, int]:
    """Take all of it up; how many sessions, readings, messages and snapshots are new or more than before.
    Messages that stand under one of the owners elsewhere already stay there."""
    sessions.recut(db, owner)
    before, late = _contents(db, owner), rows.note(db, f"{log_state.LATE} {owner}")
    theirs = _sessions_of(other, at)
    taken = _take_sessions(db, owner, theirs)
    joining = JoiningMessages(db, owner, other, at, elsewhere)
    joining.take()
    if join_legacy(db, owner, other, at, joining.names):
        sessions.apply(db, owner, [], usage.settle_legacy(db, owner, None))
    _settle(db, owner, other, at, theirs, taken, joining)
    _note(db, owner, late, joining.changes, bool(other.path))
    after = _contents(db, owner)
    _take_limits(db, theirs, taken, before, after)
    ids = {one.id: taken[one.id].id if one.id in taken else _heir(one.block, after) for one in theirs}
    readings, snapshots = join_rest(db, owner, other, at, ids)
    former = {(row.block, row.id) for row in before}
    return (sum((row.block, row.id) not in former for row in after), readings,
            sum(change.counts for _, change in joining.changes), snapshots)


def _contents(db: sqlite3.Connection, owner: int) -> List[rows.StoredSession]:
    return rows.stored_sessions(db.execute(f"{rows.SELECT} FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)))


def _sessions_of(other: OtherOwner, at: JoinTimes) -> List[_OtherSession]:
    fetched = other.rows(f"""{rows.SELECT}, settled, {_IS_REPORT}, plan, limit_tokens, limit_source, listed FROM session
        WHERE owner_id = ? AND start_ts <= ? ORDER BY start_ts""", at.latest)
    made = ((rows.stored_session(columns), columns[-6:]) for columns in fetched)
    return [_OtherSession(row.id, row.block, state, bool(report),
                          tuple(clean(one) if isinstance(one, str) else one for one in limit))
            for row, (state, report, *limit) in made if row]


# Made of a report alone: which of the reports count is chosen anew, among theirs and ours.
_IS_REPORT = f"""EXISTS (SELECT 1 FROM reported WHERE session_id = session.id) AND NOT EXISTS (SELECT 1 FROM usage
    WHERE usage.owner_id = session.owner_id AND ts >= start_ts AND ts < end_ts AND model_id <> {usage.UNKNOWN})"""


def _take_sessions(db: sqlite3.Connection, owner: int, theirs: Iterable[_OtherSession]) -> Taken:
    """Fix their bounds where there is none of ours; what each is here, by its number there. They are filled by what joins."""
    ours = [row.block for row in _contents(db, owner)]
    starts = [block.start for block in ours]
    packed_ms = log_state.packed_ms(db, owner)
    taken = {}
    for one in theirs:
        before = ours[:bisect_left(starts, max(one.block.end, one.block.start + 1))][-1:]
        is_free = not before or max(before[0].end, before[0].start + 1) <= one.block.start
        # A message at its very start may be the last one of our session before; a packed one cannot be asked for.
        is_free = is_free and not messages.between(db, owner, one.block.start * 1000, one.block.start * 1000 + 1) and not (
            before and before[0].end == one.block.start and one.block.start * 1000 <= packed_ms)
        if one.state != OPEN and is_free and not one.is_report:
            empty = one.block._replace(tokens=0, input=0, output=0, cache_creation=0, cache_read=0, entries=0, counted=True)
            if one.state == SETTLED:
                empty = empty._replace(last=None, cost_usd=0.0, models=())
            number = db.execute(rows.INSERT, (owner, *rows.session_columns(empty))).lastrowid or 0
            at_end = (messages.between(db, owner, one.block.end * 1000, one.block.end * 1000 + 1)      # of the next session here
                      or one.block.end in starts and one.block.end * 1000 <= packed_ms)
            taken[one.id] = Bound(one.block.start, one.block.end, number, SUMMED if at_end else one.state)
            db.execute("UPDATE session SET settled = ? WHERE id = ?", (taken[one.id].state, number))
    return taken


def _settle(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes, theirs: Sequence[_OtherSession], taken: Taken,
            joining: JoiningMessages) -> None:
    """Cut the sessions of what came, with what was reported of them; afterwards each quarter is in one of them."""
    reports = rows.stored_sessions(other.rows(f"""SELECT coalesce(session_id, 0), {', '.join(rows.CONTENT)} FROM reported
        WHERE owner_id = ? AND start_ts <= ?""", at.latest))
    numbers = {number: bound.id for number, bound in taken.items()}
    free = [row.block for row in reports if not reported.add_report(db, owner, row.block, numbers.get(row.id))]
    for bound in taken.values():
        if bound.state == SUMMED:
            sessions.sum_up(db, owner, bound)
    joining.pack()
    _cover(db, owner)
    if free:
        reported.choose(db, owner, min(block.start for block in free), max(block.end for block in free))
    sessions.recut(db, owner)
    if at.settles:
        sessions.settle(db, owner, at.now)
    _complete(db, theirs, taken)


def _cover(db: sqlite3.Connection, owner: int) -> None:
    """Let older sums that lie in no session that is summed up by its quarters be in one."""
    sessions.recut(db, owner)
    for ts, in db.execute(_LOOSE, (owner,)).fetchall():
        if db.execute(f"{_LOOSE} AND ts = ?2", (owner, ts)).fetchone():
            sessions.sum_by_quarters(db, owner, sessions.session_of_quarter(db, owner, ts))
            sessions.recut(db, owner)


_LOOSE = f"""SELECT DISTINCT ts FROM usage WHERE owner_id = ?1 AND project_id = {usage.UNKNOWN} AND model_id <> {usage.UNKNOWN}
    AND NOT EXISTS (SELECT 1 FROM session WHERE session.owner_id = ?1 AND settled = {SUMMED}
    AND start_ts < ts + {usage.QUARTER_S} AND end_ts > ts)"""


def _complete(db: sqlite3.Connection, theirs: Iterable[_OtherSession], taken: Taken) -> None:
    """A session that holds here what it held there has the columns it had there; one that all of its messages have left goes."""
    for one in (one for one in theirs if one.id in taken):
        row = next(iter(rows.stored_sessions(db.execute(f"{rows.SELECT} FROM session WHERE id = ?", (taken[one.id].id,)))), None)
        if row is None:                # its last message has a better copy elsewhere
            del taken[one.id]
        elif _sums(row.block) == _sums(one.block):
            db.execute(rows.UPDATE, (*rows.session_columns(one.block._replace(source=row.block.source)), row.id))
        elif not any(_sums(row.block)):
            sessions.remove(db, row.id, None)
            del taken[one.id]


def _sums(block: Block) -> Tuple[Optional[int], ...]:
    return block.tokens, block.input, block.output, block.cache_creation, block.cache_read, block.entries


def _take_limits(db: sqlite3.Connection, theirs: Iterable[_OtherSession], taken: Taken, before: Sequence[rows.StoredSession],
                 after: Sequence[rows.StoredSession]) -> None:
    """The limit goes with the numbers that it was noted for."""
    former = {row.id: row.block for row in before}
    by_start = {row.block.start: row.id for row in after}
    for one in theirs:
        number = taken[one.id].id if one.id in taken else by_start.get(one.block.start)
        if number is not None and (number not in former or rows.rank(one.block) > rows.rank(former[number])):
            db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ?, listed = ? WHERE id = ?",
                       (*one.limit, number))


def _heir(block: Block, ours: Sequence[rows.StoredSession]) -> Optional[int]:
    """Our session of most of that time."""
    same = [row for row in ours if row.block.overlap_s(block) or row.block.start == block.start]
    return max(same, key=lambda row: (row.block.overlap_s(block), -row.block.start)).id if same else None


def _note(db: sqlite3.Connection, owner: int, late: Optional[str], changes: Sequence[MessageChange], is_other_file: bool) -> None:
    """Of messages that are in no log here ccusage knows nothing, and their prices are those of another day.
    As long as not all logs have been read, they may be in one that is still to come."""
    new = [after.at_ms for before, after in changes if before is None and after.counts]
    if new and is_other_file and log_state.is_complete(db, owner):
        sessions.raise_note(db, owner, log_state.VANISHED, max(new))
    elif late is None:
        db.execute("DELETE FROM note WHERE key = ?", (f"{log_state.LATE} {owner}",))
    else:
        rows.write_note(db, f"{log_state.LATE} {owner}", late)
    if changes:
        db.execute("DELETE FROM note WHERE key = ?", (f"{log_state.PRICES} {owner}",))       # of another day
