"""From histories of minutes to the ledger (schema 200): a copy is left, and what was counted twice is cut anew or set aside.

Where the minutes hold all of a session, the sessions of that time are made of them; of sessions that merely overlap, the
fullest counts.
"""

import os
import sqlite3
from contextlib import closing, suppress
from typing import Dict, List, Optional, Sequence, Tuple

from ccmon import private
from ccmon.model import Block
from ccmon.store import history_path, reported, rows, sessions, usage, values
from ccmon.store.rows import StoredSession
from ccmon.store.sessions import SUMMED, Bound
from ccmon.when import HOUR_S, SESSION_S

BREAKING = 200
COPY = "copy_before_200"

Sums = Sequence[int]                   # four kinds


class CopyBeforeUpgrade:
    """A copy of the file as it is, beside it; nobody writes meanwhile. Its name is noted, and is its own from put() on: who is
    killed before leaves a part, which the next one writes anew."""

    def __init__(self, path: str) -> None:
        self.name, self._part, number = f"{path}.before-{BREAKING}", f"{path}.before-{BREAKING}.part", 0
        while os.path.lexists(self.name):
            number += 1
            self.name = f"{path}.before-{BREAKING}-{number}"
        self._path = path

    def make(self) -> None:
        """Write it, under the name of a part."""
        self.drop_part()
        os.close(private.open_file(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(self._part)) as copy:
            source.backup(copy)

    def put(self, db: sqlite3.Connection) -> None:
        """Give it its name; the file is about to be another one."""
        rows.write_note(db, COPY, self.name)
        private.put_in_place(self._part, self.name)

    def drop(self) -> None:
        """The file stays as it is: with each attempt on a full disk there would be one more."""
        with suppress(OSError):
            os.unlink(self.name)

    def drop_part(self) -> None:
        """Only as long as nobody else can write one."""
        history_path.delete(self._part, "")


def repair(db: sqlite3.Connection) -> None:
    """Bring the sessions and minutes of all owners into the new tables."""
    for owner, in db.execute("SELECT id FROM owner").fetchall():
        _take_minutes(db, owner)
        _take_sessions(db, owner)


_KINDS = "input, output, cache_creation, cache_read"
_ROWS = f"""SELECT ts, model_id, {_KINDS} FROM {{}} WHERE owner_id = ? AND {values.TIMES.format('ts')} AND {values.FOUR}
    ORDER BY ts"""


def _take_minutes(db: sqlite3.Connection, owner: int) -> None:
    """Minutes become quarters of an hour; of hours that were summed up and reported again, the larger sum counts."""
    quarters: Dict[Tuple[int, int], List[int]] = {}
    for ts, model, *kinds in db.execute(_ROWS.format("minute"), (owner,)):
        sums = quarters.setdefault((ts // usage.QUARTER_S * usage.QUARTER_S, model), [0] * 4)
        sums[:] = [before + more for before, more in zip(sums, kinds)]
    for ts, model, *kinds in db.execute(_ROWS.format("hour"), (owner,)):
        parts = [(ts + at, model) for at in range(0, HOUR_S, usage.QUARTER_S) if (ts + at, model) in quarters]
        if sum(kinds) >= sum(sum(quarters[part]) for part in parts):
            for part in parts:
                del quarters[part]
            _put(db, owner, ts, model, HOUR_S, kinds)
    for (ts, model), sums in quarters.items():
        _put(db, owner, ts, model, usage.QUARTER_S, sums)
    usage.settle_legacy(db, owner, None)


def _put(db: sqlite3.Connection, owner: int, ts: int, model: int, span_s: int, kinds: Sums) -> None:
    db.execute(f"INSERT INTO legacy (owner_id, ts, model_id, span_s, {_KINDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               (owner, ts, model, span_s, *kinds))


def _take_sessions(db: sqlite3.Connection, owner: int) -> None:
    """Those of which the minutes hold all are made anew of them; the others stay what was reported."""
    old = rows.stored_sessions(db.execute(f"{rows.SELECT} FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)))
    covered = [row for row in old if _is_covered(db, owner, row)]
    rest = [_fitted(row.block) for row in old if row not in covered]
    placed = reported.chosen_reports([fitted for fitted, _ in rest], [])
    starts = dict(rest)
    wanted = [(one.start, one.end, starts[one.report]) for one in placed]
    wanted += [(start, end, start) for start, end in _cuts_of_minutes(db, owner, [one[1:] for one in placed])]
    for row in old:
        db.execute("UPDATE session SET start_ts = -id WHERE id = ?", (row.id,))
        if row not in covered or row.block.start not in [was for _, _, was in wanted]:
            db.execute(f"INSERT INTO reported (owner_id, {_CONTENT}) VALUES (?{', ?' * len(rows.CONTENT)})",
                       (owner, *rows.session_columns(row.block)))
    left = {row.block.start: row.id for row in old}
    for start, end, was in sorted(wanted):
        _settle(db, owner, start, end, left.pop(was, None), was)
    _remove(db, owner, list(left.values()))


def _fitted(block: Block) -> Tuple[Block, int]:
    """A session that was reported with two starts may be longer than any is: its last five hours; and its start as it was."""
    return block._replace(start=max(block.start, block.end - SESSION_S)), block.start


_CONTENT = ", ".join(rows.CONTENT)


def _is_covered(db: sqlite3.Connection, owner: int, row: StoredSession) -> bool:
    """Whether the minutes hold all that the session has."""
    block = row.block
    total = usage.UsageTotal(db, owner, block.start, block.end)
    return any(total.kinds) and (not block.counted or total.tokens >= block.tokens)


def _settle(db: sqlite3.Connection, owner: int, start: int, end: int, number: Optional[int], was: int) -> None:
    """Give a session its time for good; it goes on with the row that it had, and with the report of the start that it had."""
    if number is None:
        number = db.execute("INSERT INTO session (owner_id, start_ts, end_ts, tokens, source) VALUES (?, ?, ?, 0, 'logs')",
                            (owner, start, end)).lastrowid or 0
    tokens = db.execute("SELECT tokens FROM session WHERE id = ?", (number,)).fetchone()[0]
    db.execute("UPDATE session SET start_ts = ?, end_ts = ?, settled = ? WHERE id = ?", (start, end, SUMMED, number))
    db.execute("UPDATE reported SET session_id = ? WHERE owner_id = ? AND start_ts = ?", (number, owner, was))
    if usage.UsageTotal(db, owner, start, end).tokens != tokens:
        db.execute("UPDATE session SET cost_micro_usd = NULL WHERE id = ? AND NOT EXISTS "
                   "(SELECT 1 FROM reported WHERE session_id = ?1)", (number,))
    sessions.sum_up(db, owner, Bound(start, end, number, SUMMED))


def _cuts_of_minutes(db: sqlite3.Connection, owner: int, fixed: Sequence[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Start and end of the sessions that the minutes between those that stay make, as far as minutes show it."""
    times = {ts for table in ("minute", "hour") for ts, in
             db.execute(f"SELECT DISTINCT ts FROM {table} WHERE owner_id = ? AND {values.TIMES.format('ts')}", (owner,))}
    cuts: List[Tuple[int, int]] = []
    for ts in sorted(times):
        if not any(start <= ts < end for start, end in (*fixed, *cuts[-1:])):
            low = max([end for _, end in (*fixed, *cuts) if end <= ts], default=-sessions.EVER)
            high = min([start for start, _ in fixed if start > ts], default=sessions.EVER)
            start = max(ts // HOUR_S * HOUR_S, low)
            cuts.append((start, min(start + SESSION_S, high)))
    return cuts


def _remove(db: sqlite3.Connection, owner: int, gone: Sequence[int]) -> None:
    """Take these rows out; what was seen of one is what was seen of the session that ran then."""
    for number in gone:
        seen = db.execute("SELECT min(ts) FROM snapshot WHERE session_id = ?", (number,)).fetchone()[0]
        heir = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts <= ? AND end_ts > ? AND id <> ?",
                          (owner, seen, seen, number)).fetchone()
        sessions.remove(db, number, heir[0] if heir else None)
