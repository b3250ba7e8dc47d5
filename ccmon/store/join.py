"""The rows of one owner join those of another: of another machine's file, or under another name in the same one.

Each message joins as if its log were read here. Nothing that is stored here shrinks, and joining again changes nothing.
Times are epoch seconds, `_ms` epoch milliseconds.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left

from ccmon.model import Block, Forecast, Owner
from ccmon.quick_typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import archive, learning, log_state, messages, reported, rows, sessions, usage
from ccmon.store.join_messages import Elsewhere, JoiningMessages, JoinTimes, OtherOwner, OwnNumbers
from ccmon.store.messages import MessageChange
from ccmon.store.sessions import OPEN, SETTLED, SUMMED, Bound
from ccmon.text import clean
from ccmon.when import HOUR_S


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


# --- older sums, readings, limit events, forecasts, snapshots -----------------------------------------------------------

_LEGACY = f"""SELECT ts, span_s, model_id, input, output, cache_creation, cache_read FROM legacy WHERE owner_id = ?
    AND {usage.LEGACY}"""
Sums = Dict[int, Tuple[int, ...]]      # of an hour: start -> seconds, four kinds


def join_legacy(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes, names: OwnNumbers) -> bool:
    """Of each hour and model the larger sum, whether it is one of the hour or of its quarters; True when anything changed."""
    theirs = _by_hour((ts, span_s, names.own_number("model", model), *kinds)
                      for ts, span_s, model, *kinds in other.rows(f"{_LEGACY} AND ts <= ?", at.latest))
    ours = _by_hour(db.execute(_LEGACY, (owner,))) if theirs else {}
    changed = False
    for (hour, model), their_sums in theirs.items():
        own = ours.get((hour, model), {})
        wanted = _larger(own, their_sums)
        if wanted != own:
            changed = True
            db.execute("DELETE FROM legacy WHERE owner_id = ? AND model_id = ? AND ts >= ? AND ts < ?",
                       (owner, model, hour, hour + HOUR_S))
            db.executemany("""INSERT INTO legacy (owner_id, model_id, ts, span_s, input, output, cache_creation, cache_read)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", [(owner, model, ts, *sums) for ts, sums in wanted.items()])
    return changed


def _by_hour(fetched: Iterable[Sequence[int]]) -> Dict[Tuple[int, int], Sums]:
    hours: Dict[Tuple[int, int], Sums] = {}
    for ts, span_s, model, *kinds in fetched:
        hours.setdefault((ts // HOUR_S * HOUR_S, model), {})[ts] = (span_s, *kinds)
    return hours


def _larger(ours: Sums, theirs: Sums) -> Sums:
    spans = {sums[0] for sums in (*ours.values(), *theirs.values())}
    if spans == {usage.QUARTER_S}:
        return {ts: max((one[ts] for one in (ours, theirs) if ts in one), key=lambda sums: (sum(sums[1:]), sums))
                for ts in ours.keys() | theirs.keys()}
    return max(ours, theirs, key=lambda one: (sum(sum(sums[1:]) for sums in one.values()), sorted(one.items())))


_READINGS = "window_s, ts, percent, resets_at, source, noted_at"
_EVENTS = "ts, kind, model, resets_at"
_PUT_READING = f"INSERT OR IGNORE INTO reading (owner_id, {_READINGS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_WINDOWS = "login, name, ts, percent, resets_at, source"
_PUT_WINDOW = f"INSERT OR IGNORE INTO window_reading (owner_id, {_WINDOWS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_FORECAST = f"""INSERT INTO forecast (owner_id, {learning.COLUMNS}) VALUES (?{', ?' * len(Forecast._fields)})
    ON CONFLICT (owner_id, window_s, ts) DO UPDATE SET outcome_at = excluded.outcome_at, reached = excluded.reached
    WHERE outcome_at IS NULL"""
# A limit that was not understood when its message was read may be by now.
_KNOWN_BETTER = """DELETE FROM limit_event WHERE owner_id = ? AND kind = 'other' AND EXISTS (SELECT 1 FROM limit_event AS better
    WHERE better.owner_id = limit_event.owner_id AND better.ts = limit_event.ts AND better.kind <> 'other')"""


def join_rest(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes,
              ids: Dict[int, Optional[int]]) -> Tuple[int, int]:
    """Readings, limit events, forecasts and snapshots; how many readings and snapshots are new."""
    def fetched(names: str, table: str) -> List[Tuple[Any, ...]]:
        return other.rows(f"SELECT {names} FROM {table} WHERE owner_id = ? AND ts <= ?", at.latest)

    readings = _put(db, _PUT_READING, owner, _cleaned(fetched(_READINGS, "reading")))
    _put(db, _PUT_WINDOW, owner, _cleaned(fetched(_WINDOWS, "window_reading")))
    _put(db, learning.PUT_EVENT, owner, _cleaned(fetched(_EVENTS, "limit_event")))
    db.execute(_KNOWN_BETTER, (owner,))
    _put(db, _PUT_FORECAST, owner, _cleaned(fetched(learning.COLUMNS, "forecast")))
    shots = [(ts, seen, ids.get(session), *counts, *_bucket(ts, at)) for ts, seen, session, *counts in fetched(_SHOT, "snapshot")
             if session is None or ids.get(session) is not None]
    snapshots = _put(db, _PUT_SNAPSHOT, owner, shots)
    if snapshots:
        archive.rewind(db, owner, 0)
    return readings, snapshots


def _put(db: sqlite3.Connection, statement: str, owner: int, columns: Iterable[Sequence[Any]]) -> int:
    before = db.total_changes
    db.executemany(statement, [(owner, *row) for row in columns])
    return db.total_changes - before


def _cleaned(fetched: Iterable[Sequence[Any]]) -> List[Tuple[Any, ...]]:
    return [tuple(clean(value) if isinstance(value, str) else value for value in row) for row in fetched]


_SHOT = f"ts, seen, session_id, {', '.join(rows.COUNTS)}"
# Nothing new: as many tokens of the session are stored for its second, or for the minute or hour of which one is left.
_PUT_SNAPSHOT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM snapshot
        WHERE owner_id = ?1 AND ts >= ?11 AND ts < ?12 AND session_id IS ?4 AND tokens >= ?5)
    ON CONFLICT (owner_id, ts) DO UPDATE SET seen = max(seen, excluded.seen), session_id = excluded.session_id,
        {', '.join(f'{name} = excluded.{name}' for name in rows.COUNTS)} WHERE excluded.tokens > tokens"""


def _bucket(ts: int, at: JoinTimes) -> Tuple[int, int]:
    """The time in which one of ours may say the same."""
    span_s = archive.bucket_s(ts, at.now)
    return ts // span_s * span_s, ts // span_s * span_s + span_s


# --- one account that is stored under several names ---------------------------------------------------------------------

_TABLES = ("snapshot", "session", "reported", "reading", "window_reading", "limit_event", "forecast", "alert", "message",
           "archive", "usage", "legacy", "log_file")
_AS_THEY_ARE = ("alert", "log_file")   # one row of each key, ours where there are both
_LARGER = (log_state.LATE, log_state.VANISHED, log_state.PACKED)
_MADE_ANEW = (rows.THINNED, log_state.OPEN_SPAN, log_state.PRICES)


def join_accounts(db: sqlite3.Connection, owner: Owner, former: Sequence[str]) -> bool:
    """Let the owner have all that is stored of this machine under one of the former accounts; True when there was any."""
    names = set(former) - {owner.account}
    numbers = dict(db.execute(rows.ACCOUNTS, (owner.host,)).fetchall())
    old = [numbers[name] for name in sorted(numbers.keys() & names, key=lambda name: numbers[name])]
    for number in old:
        if owner.account not in numbers:
            db.execute("UPDATE owner SET account = ? WHERE id = ?", (owner.account, number))
            numbers[owner.account] = number
        else:
            _join(db, numbers[owner.account], number)
    return bool(old)


def _join(db: sqlite3.Connection, owner: int, former: int) -> None:
    sessions.recut(db, former)
    join(db, owner, OtherOwner(db, former), JoinTimes(sessions.EVER, 0))
    for table in _AS_THEY_ARE:
        db.execute(f"UPDATE OR IGNORE {table} SET owner_id = ? WHERE owner_id = ?", (owner, former))
    _join_notes(db, owner, former)
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE owner_id = ?", (former,))
    db.execute("DELETE FROM owner WHERE id = ?", (former,))


def _join_notes(db: sqlite3.Connection, owner: int, former: int) -> None:
    """What is noted of the owner stays; what is noted of the former one alone is taken over."""
    ours, theirs = _notes(db, owner), _notes(db, former)
    for key, value in theirs.items():
        db.execute("DELETE FROM note WHERE key = ?", (_key(key, former),))
        if key in _MADE_ANEW:
            db.execute("DELETE FROM note WHERE key = ?", (_key(key, owner),))
        elif key in _LARGER:
            rows.write_note(db, _key(key, owner), str(max(rows.number(value) or 0, rows.number(ours.get(key)) or 0)))
        elif key not in ours:
            rows.write_note(db, _key(key, owner), value)


def _notes(db: sqlite3.Connection, owner: int) -> Dict[str, str]:
    """What is noted of an owner: `name NUMBER`, or `name NUMBER more`; here without the number."""
    notes: Dict[str, str] = {}
    for key, value in db.execute("SELECT key, value FROM note WHERE typeof(key) = 'text' AND typeof(value) = 'text'"):
        name, _, rest = key.partition(" ")
        number, space, more = rest.partition(" ")
        if number == str(owner):
            notes[name + space + more] = value
    return notes


def _key(key: str, owner: int) -> str:
    name, space, more = key.partition(" ")
    return f"{name} {owner}{space}{more}"
