"""From histories of minutes to the ledger (schema 200): a copy is kept, and what was counted twice is cut anew or set aside.

Where the minutes hold all of a session, the sessions of that time are made of them; of sessions that merely overlap, the
fullest counts. For migrations.py and schema.py, inside their transaction.
"""

import os
import sqlite3
from contextlib import closing
from typing import Dict, Iterable, List, Sequence, Tuple

from ccmon.model import SESSION_S
from ccmon.store import reported, rows, sessions, usage, values
from ccmon.store.rows import Row
from ccmon.store.sessions import SUMMED, Bound
from ccmon.system import private

BREAKING = 200
COPY = "copy_before_200"
_HOUR_S, _QUARTER_S = 3600, 900
_EVER = 1 << 40

Sums = Sequence[int]                   # four kinds


def keep_copy(db: sqlite3.Connection, path: str) -> None:
    """Copy the file as it is, beside it; nobody writes meanwhile. The name is noted."""
    name, number = f"{path}.before-{BREAKING}", 0
    while os.path.lexists(name):
        number += 1
        name = f"{path}.before-{BREAKING}-{number}"
    os.close(private.open_file(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(name)) as copy:
        source.backup(copy)
    rows.write_note(db, COPY, name)


def repair(db: sqlite3.Connection) -> None:
    """Bring the sessions and minutes of all owners into the new tables."""
    for owner, in db.execute("SELECT id FROM owner").fetchall():
        _take_minutes(db, owner)
        _take_sessions(db, owner)


# --- minutes -----------------------------------------------------------------------------------------------------------------

_KINDS = "input, output, cache_creation, cache_read"
_ROWS = f"SELECT ts, model_id, {_KINDS} FROM {{}} WHERE owner_id = ? AND {values.TIMES.format('ts')} AND {values.FOUR} ORDER BY ts"


def _take_minutes(db: sqlite3.Connection, owner: int) -> None:
    """Minutes become quarters of an hour; of hours that were summed up and told again, the larger sum counts."""
    quarters: Dict[Tuple[int, int], List[int]] = {}
    for ts, model, *kinds in db.execute(_ROWS.format("minute"), (owner,)):
        sums = quarters.setdefault((ts // _QUARTER_S * _QUARTER_S, model), [0] * 4)
        sums[:] = [known + more for known, more in zip(sums, kinds)]
    for ts, model, *kinds in db.execute(_ROWS.format("hour"), (owner,)):
        parts = [(ts + at, model) for at in range(0, _HOUR_S, _QUARTER_S) if (ts + at, model) in quarters]
        if sum(kinds) >= sum(sum(quarters[part]) for part in parts):
            for part in parts:
                del quarters[part]
            _put(db, owner, ts, model, _HOUR_S, kinds)
    for (ts, model), sums in quarters.items():
        _put(db, owner, ts, model, _QUARTER_S, sums)
    usage.settle_legacy(db, owner, None)


def _put(db: sqlite3.Connection, owner: int, ts: int, model: int, span_s: int, kinds: Sums) -> None:
    db.execute(f"INSERT INTO legacy (owner_id, ts, model_id, span_s, {_KINDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               (owner, ts, model, span_s, *kinds))


# --- sessions ----------------------------------------------------------------------------------------------------------------

def _take_sessions(db: sqlite3.Connection, owner: int) -> None:
    old = rows.rows_of(db.execute(f"{rows.SELECT} FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)))
    covered = [row for row in old if _is_covered(db, owner, row)]
    kept, aside = _without_overlaps([row for row in old if row not in covered])
    for row in (*kept, *aside):        # two may want to begin where a third one stands
        db.execute("UPDATE session SET start_ts = -id WHERE id = ?", (row.id,))
    for row in kept:
        _report(db, row)
    wanted = _cuts_of_minutes(db, owner, [(row.block.start, row.block.end) for row in kept])
    aside += _replaced(db, owner, covered, wanted)
    _remove(db, owner, aside)
    for start, end, number in db.execute("SELECT start_ts, end_ts, id FROM session WHERE owner_id = ?", (owner,)).fetchall():
        db.execute("UPDATE session SET settled = ? WHERE id = ?", (SUMMED, number))
        sessions.sum_up(db, owner, Bound(start, end, number, SUMMED))


def _remove(db: sqlite3.Connection, owner: int, aside: Sequence[Row]) -> None:
    """Take these out of the sessions; what was seen of one is what was seen of the session that ran then."""
    gone = {row.id for row in aside}
    starts = [(start, number) for start, number in db.execute("SELECT start_ts, id FROM session WHERE owner_id = ?", (owner,))
              if number not in gone]
    for row in aside:
        reported.set_aside(db, owner, row.block)
        heirs = [number for start, number in starts if start <= row.block.start < start + SESSION_S]
        sessions.remove(db, row.id, heirs[0] if heirs else None)


def _is_covered(db: sqlite3.Connection, owner: int, row: Row) -> bool:
    """Whether the minutes hold all that the session has."""
    block = row.block
    found = usage.Total(db, owner, block.start, block.end)
    return any(found.kinds) and (not block.counted or found.tokens >= block.tokens)


def _without_overlaps(found: Iterable[Row]) -> Tuple[List[Row], List[Row]]:
    """Those that count, the fullest first; and those that overlap one of them. None of the first is longer than a session."""
    kept: List[Row] = []
    aside: List[Row] = []
    for row in sorted(found, key=lambda row: (rows.rank(row.block), -row.block.start), reverse=True):
        rivals = [one for one in kept if one.block.overlap_s(row.block) >= _HOUR_S or one.block.start == row.block.start]
        (aside if rivals else kept).append(row)
    return _placed(sorted(kept, key=lambda row: row.block.start)), aside


def _placed(kept: Sequence[Row]) -> List[Row]:
    """Each with bounds of its own: starts of neighbours may differ by less than an hour between versions of ccusage."""
    found: List[Row] = []
    for at, row in enumerate(kept):
        block = row.block
        start = max([block.start, block.end - SESSION_S, *(one.block.end for one in found[-1:])])
        following = [kept[at + 1].block.start] if at + 1 < len(kept) else []
        end = max(start, min([block.end, start + SESSION_S, *(other for other in following if other > start)]))
        found.append(row._replace(block=block._replace(start=start, end=end)))
    return found


def _report(db: sqlite3.Connection, row: Row) -> None:
    db.execute("UPDATE session SET start_ts = ?, end_ts = ? WHERE id = ?", (row.block.start, row.block.end, row.id))
    reported.put(db, row.id, reported.counts_of(row.block))


def _cuts_of_minutes(db: sqlite3.Connection, owner: int, fixed: Sequence[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Start and end of the sessions that the minutes between those that stay make, as far as minutes can tell."""
    times = {ts for table in ("minute", "hour") for ts, in
             db.execute(f"SELECT DISTINCT ts FROM {table} WHERE owner_id = ? AND {values.TIMES.format('ts')}", (owner,))}
    found: List[Tuple[int, int]] = []
    for ts in sorted(times):
        inside = any(start <= ts < end for start, end in (*fixed, *found[-1:]))
        if not inside:
            low = max([end for _, end in (*fixed, *found) if end <= ts], default=-_EVER)
            high = min([start for start, _ in fixed if start > ts], default=_EVER)
            start = max(ts // _HOUR_S * _HOUR_S, low)
            found.append((start, min(start + SESSION_S, high)))
    return found


def _replaced(db: sqlite3.Connection, owner: int, covered: Sequence[Row], wanted: Sequence[Tuple[int, int]]) -> List[Row]:
    """Write these sessions in the place of those that the minutes cover; the ones whose place is nobody's."""
    free = {row.block.start: row for row in covered}
    missing: List[Tuple[int, int]] = []
    for start, end in wanted:
        row = free.pop(start, None)
        if row:
            db.execute("UPDATE session SET end_ts = ?, cost_micro_usd = CASE WHEN ? THEN cost_micro_usd END, counted = 1 WHERE id = ?",
                       (end, usage.Total(db, owner, start, end).tokens == row.block.tokens, row.id))
        else:
            missing.append((start, end))
    for start, end in missing:
        db.execute("""INSERT INTO session (owner_id, start_ts, end_ts, tokens, source, limit_source) VALUES (?, ?, ?, 0, 'logs', '')
            ON CONFLICT (owner_id, start_ts) DO NOTHING""", (owner, start, end))
    return list(free.values())
