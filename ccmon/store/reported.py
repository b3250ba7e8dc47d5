"""What ccusage reports of sessions: kept as the history only where no log was read; and what of it is shown beside the ledger.

Of reports that cut the same time otherwise the fullest counts, the rest is set aside. For database.py, inside its transactions.
"""

import json
import sqlite3
from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import SESSION_S, SKEW_S, Block
from ccmon.store import rows, sessions, usage, values
from ccmon.store.sessions import SUMMED, Bound

_NEIGHBOUR_S = 3600                    # starts differ by less between versions of ccusage: such sessions are neighbours
_COUNTS = ("tokens", "input", "output", "cache_creation", "cache_read", "cost_micro_usd", "entries", "counted")
_RUNNING = "running"

CREATE = (
    """CREATE TABLE reported (
        session_id INTEGER PRIMARY KEY REFERENCES session (id),
        tokens INTEGER NOT NULL,
        input INTEGER,
        output INTEGER,
        cache_creation INTEGER,
        cache_read INTEGER,
        cost_micro_usd INTEGER,
        entries INTEGER NOT NULL,
        counted INTEGER NOT NULL)""",
    f"""CREATE TABLE set_aside (
        owner_id INTEGER NOT NULL,
        start_ts INTEGER NOT NULL,
        {', '.join(name for name in rows.CONTENT[1:])},
        PRIMARY KEY (owner_id, start_ts)) WITHOUT ROWID""",
)


class Stored(NamedTuple):
    """A session of the history, and what was reported of it."""

    row: rows.Row
    state: int
    counts: Optional[Tuple[Optional[int], ...]]        # in the order of _COUNTS; None where nothing was reported


# --- storing ---------------------------------------------------------------------------------------------------------------

def save(db: sqlite3.Connection, owner: int, blocks: Iterable[Block], now: int) -> None:
    """Keep these reports; what runs and is reported no more is marked as such."""
    wanted = rows.distinct(blocks, now)
    stored = _stored(db, owner, min([now] + [block.start for block in wanted]))
    seen = {_save(db, owner, block, stored, now) for block in wanted}
    for one in stored:
        if one.state == SUMMED and one.row.block.end > now:
            db.execute("UPDATE session SET listed = ?1 WHERE id = ?2 AND listed <> ?1", (int(one.row.id in seen), one.row.id))


def _stored(db: sqlite3.Connection, owner: int, since: int) -> List[Stored]:
    return stored_of(db.execute(f"{SELECT} AND (end_ts >= ? OR start_ts >= ?) ORDER BY start_ts", (owner, since, since)))


SELECT = f"""{rows.SELECT.replace("SELECT id", "SELECT session.id").replace(", ", ", session.")}, settled,
    {', '.join(f'reported.{name}' for name in _COUNTS)}
    FROM session LEFT JOIN reported ON session_id = session.id WHERE owner_id = ?"""


def stored_of(found: Iterable[Sequence]) -> List[Stored]:
    """What was found by SELECT."""
    width = len(rows.CONTENT) + 1
    made = ((rows.row_of(columns), columns[width], columns[width + 1:]) for columns in found)
    return [Stored(row, state, None if counts[0] is None else tuple(counts)) for row, state, counts in made if row]


def _save(db: sqlite3.Connection, owner: int, block: Block, stored: List[Stored], now: int) -> int:
    """The number of the row that has the block now; 0 where it was set aside."""
    same = next((one for one in stored if one.row.block.start == block.start), None)
    rivals = [] if same else [one for one in stored if _are_rivals(one.row.block, block)]
    if len(rivals) == 1 and rivals[0].row.block.same_session(block):
        same = rivals[0]
    if same:
        return _joined(db, owner, same, block, stored, now)
    placed = _placed(block, [one for one in stored if one not in rivals])
    if rivals and not _is_fullest(db, owner, block, rivals) or not sessions.has_quarter(db, owner, placed.start, placed.end):
        set_aside(db, owner, block)
        return 0
    new = _inserted(db, owner, block, placed)
    for one in rivals:
        set_aside(db, owner, one.row.block)
        sessions.clear_rest(db, owner, Bound(one.row.block.start, one.row.block.end, one.row.id, SUMMED))
        sessions.remove(db, one.row.id, new.row.id)
        stored.remove(one)
    sessions.sum_up(db, owner, Bound(new.row.block.start, new.row.block.end, new.row.id, SUMMED))
    stored.append(new)
    return new.row.id


def _is_fullest(db: sqlite3.Connection, owner: int, block: Block, rivals: Sequence[Stored]) -> bool:
    """Whether the block has as much as all that it would replace; what was made of messages is never replaced."""
    return _may_go(db, owner, rivals) and block.tokens >= sum(one.row.block.tokens for one in rivals)


def set_aside(db: sqlite3.Connection, owner: int, block: Block) -> None:
    """Keep a report that does not count, unless a fuller one of that start is kept."""
    names = ", ".join(rows.CONTENT)
    kept = rows.rows_of(db.execute(f"SELECT 0, {names} FROM set_aside WHERE owner_id = ? AND start_ts = ?", (owner, block.start)))
    if kept and rows.rank(kept[0].block) >= rows.rank(block):
        return
    db.execute(f"INSERT OR REPLACE INTO set_aside (owner_id, {names}) VALUES (?{', ?' * len(rows.CONTENT)})",
               (owner, *rows.values_of(block)))


def _placed(block: Block, others: Sequence[Stored]) -> Block:
    """With its bounds between its neighbours."""
    start = max([block.start, *(one.row.block.end for one in others if one.row.block.start < block.start < one.row.block.end)])
    limits = [one.row.block.start for one in others if start < one.row.block.start < block.end]
    return block._replace(start=start, end=max(start, min([block.end, start + SESSION_S, *limits])))


def _inserted(db: sqlite3.Connection, owner: int, block: Block, placed: Block) -> Stored:
    """A new row."""
    number = db.execute(rows.INSERT, (owner, *rows.values_of(placed))).lastrowid or 0
    db.execute("UPDATE session SET settled = ? WHERE id = ?", (SUMMED, number))
    counts = counts_of(block)
    put(db, number, counts)
    return Stored(rows.Row(number, placed), SUMMED, counts)


def _joined(db: sqlite3.Connection, owner: int, same: Stored, block: Block, stored: List[Stored], now: int) -> int:
    """One session told once more: its place stays, and it holds the more of the two; while it runs the report has the word."""
    known, number = same.row.block, same.row.id
    before = None if same.counts is None else _with(known, same.counts)
    if before is None and not rows.rank(block) > rows.rank(known):
        return number                  # the ledger knows as much
    is_running = max(known.end, block.end) > now
    content = block if before is None else _merged(before, block, is_running)
    end = known.end
    if is_running and block.start == known.start:
        limits = [one.row.block.start for one in stored if one.row.block.start > known.start]
        end = max(known.start, min([block.end, known.start + SESSION_S, *limits]))
    placed = content._replace(start=known.start, end=end)
    if before is not None and rows.values_of(placed) == rows.values_of(before):
        return number
    place = ("end_ts", "last_ts", "models", "source")
    db.execute(f"UPDATE session SET {', '.join(f'{name} = ?' for name in place)}, settled = {SUMMED} WHERE id = ?",
               (end, placed.last, ",".join(placed.models), placed.source, number))
    put(db, number, counts_of(placed))
    sessions.sum_up(db, owner, Bound(placed.start, placed.end, number, SUMMED))
    stored[stored.index(same)] = Stored(rows.Row(number, placed), SUMMED, counts_of(placed))
    return number


def _merged(before: Block, block: Block, is_running: bool) -> Block:
    if is_running and block.start == before.start:
        return before if before.counted and not block.counted else block
    return rows.better(before, block)


# --- reports of another history ------------------------------------------------------------------------------------------------

class _Group(NamedTuple):
    """Reports of both histories that overlap one another, directly or by others."""

    told: List[Block]
    ours: List[Stored]


def join(db: sqlite3.Connection, owner: int, told: Iterable[Block]) -> None:
    """Take up what ccusage reported to another history of times in which there are sessions here, too.

    One session told twice holds the more of the two. Of more than two that were cut otherwise the side counts that has more,
    whichever history joins the other; what was made of messages stays.
    """
    stored = _stored(db, owner, 0)
    for group in _groups(told, stored):
        if len(group.told) == 1 and len(group.ours) == 1 and _is_same(group.ours[0].row.block, group.told[0]):
            _joined(db, owner, group.ours[0], group.told[0], stored, sessions.EVER)
        elif not group.ours:
            _put_beside(db, owner, group.told[0], stored)
        elif _may_go(db, owner, group.ours) and _weight(group.told) > _weight([report_of(one) for one in group.ours]):
            _replace(db, owner, group, stored)
        else:
            for block in group.told:
                set_aside(db, owner, block)


def report_of(one: Stored) -> Block:
    """The session as it was reported; as it is where it was not."""
    return one.row.block if one.counts is None else _with(one.row.block, one.counts)


def _replace(db: sqlite3.Connection, owner: int, group: _Group, stored: List[Stored]) -> None:
    for one in group.ours:
        set_aside(db, owner, report_of(one))
        sessions.clear_rest(db, owner, Bound(one.row.block.start, one.row.block.end, one.row.id, SUMMED))
        db.execute("UPDATE session SET start_ts = -id, end_ts = -id WHERE id = ?", (one.row.id,))
        stored.remove(one)
    for block in group.told:
        _put_beside(db, owner, block, stored)
    for one in group.ours:
        heir = max(stored, key=lambda other: other.row.block.overlap_s(one.row.block), default=None)
        sessions.remove(db, one.row.id, heir.row.id if heir else None)


def _put_beside(db: sqlite3.Connection, owner: int, block: Block, stored: List[Stored]) -> None:
    placed = _placed(block, stored)
    if sessions.has_quarter(db, owner, placed.start, placed.end):
        new = _inserted(db, owner, block, placed)
        sessions.sum_up(db, owner, Bound(placed.start, placed.end, new.row.id, SUMMED))
        stored.append(new)
    else:
        set_aside(db, owner, block)


def _groups(told: Iterable[Block], stored: Sequence[Stored]) -> List[_Group]:
    found: List[_Group] = []
    for block in told:
        group = _Group([block], [one for one in stored if _are_rivals(one.row.block, block)])
        for other in [other for other in found if any(one in other.ours for one in group.ours)]:
            found.remove(other)
            group = _Group([*other.told, *group.told], [*other.ours, *(one for one in group.ours if one not in other.ours)])
        found.append(group)
    return found


def _are_rivals(one: Block, other: Block) -> bool:
    """Whether both tell of the same time, beyond what neighbours may overlap."""
    shorter = min(one.end - one.start, other.end - other.start)
    return one.start == other.start or one.overlap_s(other) >= max(1, min(_NEIGHBOUR_S, shorter // 2))


def _is_same(one: Block, other: Block) -> bool:
    return one.start == other.start or one.same_session(other)


def _may_go(db: sqlite3.Connection, owner: int, found: Sequence[Stored]) -> bool:
    return all(one.state == SUMMED and one.counts is not None
               and not usage.Total(db, owner, one.row.block.start, one.row.block.end).entries for one in found)


def _weight(found: Sequence[Block]) -> Tuple[object, ...]:
    """Of two sides the heavier one counts; they weigh the same only when they are the same."""
    contents = sorted(map(rows.values_of, found), key=repr)
    return all(block.counted for block in found), sum(block.tokens for block in found), repr(contents)


def counts_of(block: Block) -> Tuple[Optional[int], ...]:
    """In the order of _COUNTS."""
    columns = dict(zip(rows.CONTENT, rows.values_of(block)))
    return tuple(columns[name] for name in _COUNTS)  # type: ignore[misc]


def _with(block: Block, counts: Sequence[Optional[int]]) -> Block:
    """The session with what was reported of it."""
    tokens, given, made, created, read, cost, entries, counted = counts
    return block._replace(tokens=tokens or 0, input=given, output=made, cache_creation=created, cache_read=read,
                          cost_usd=None if cost is None else cost / 1e6, entries=entries or 0, counted=bool(counted))


def put(db: sqlite3.Connection, number: int, counts: Sequence[Optional[int]]) -> None:
    """Write what was reported of a session."""
    db.execute(f"INSERT OR REPLACE INTO reported (session_id, {', '.join(_COUNTS)}) VALUES (?{', ?' * len(_COUNTS)})",
               (number, *counts))


# --- what runs -------------------------------------------------------------------------------------------------------------

def note_running(db: sqlite3.Connection, owner: int, blocks: Iterable[Block], now: int) -> None:
    """Keep what the last answer says of the sessions that run."""
    running = [block for block in rows.distinct(blocks, now) if block.end > now]
    rows.write_note(db, f"{_RUNNING} {owner}", json.dumps(running))


def running(db: sqlite3.Connection, owner: int, now: int) -> List[Block]:
    """The sessions that the last answer said to run, as far as they do."""
    try:
        found = [Block(*fields) for fields in json.loads(rows.note(db, f"{_RUNNING} {owner}") or "[]")]
        return [block._replace(models=tuple(block.models)) for block in found
                if _is_possible(block) and block.end > now and block.start <= now + SKEW_S]
    except (ValueError, TypeError):
        return []


def _is_possible(block: Block) -> bool:
    """Whether what a disk has kept can be a session."""
    numbers = (block.tokens, *(count for count in block[4:8] if count is not None), block.entries)
    return (values.moment(block.start) is not None and values.moment(block.end) is not None and block.start < block.end
            and (block.last is None or values.moment(block.last) is not None)
            and all(values.count(number) is not None for number in numbers)
            and (block.cost_usd is None or type(block.cost_usd) in (int, float) and 0 <= block.cost_usd < 1e9)
            and all(isinstance(name, str) for name in block.models) and isinstance(block.source, str))
