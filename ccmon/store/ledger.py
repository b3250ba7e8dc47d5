"""The ledger: what the log reader hands over, stored together with how far it has read. Only added to: a file that is gone
takes nothing with it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from contextlib import suppress
from operator import attrgetter

from ccmon.quick_typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple
from ccmon.store import archive, learning, messages, rows, sessions, usage
from ccmon.store.log_state import COMPLETE, NAMES, PRICES, VALID, VANISHED, LogPosition, number, packed_ms
from ccmon.store.messages import LogMessage

CostOf = Callable[[str, messages.MessageRow], Optional[int]]      # name of the model, tokens -> billionths of a US dollar


class LogPart(NamedTuple):
    """What came of reading a part of one log."""

    path: bytes
    before: Optional[LogPosition]         # as it stood before; None where the file is read from its start
    after: LogPosition
    messages: Sequence[LogMessage]
    events: Sequence[learning.LimitEvent]
    folder: Optional[Tuple[str, str]] = None   # a project, and the path of its folder where a line has it
    withdrawn: Sequence[LogMessage] = ()  # taken from a line that had no end, and is another one now


class LogCounts(NamedTuple):
    """What has been read."""

    files: int
    lines: int
    messages: int                      # those that count, without the packed ones
    damaged: int                       # lines
    left_out: Dict[str, int]           # kind -> lines
    worst: Sequence[Tuple[str, int, int]]      # path, damaged lines, number of the first one


_MODEL, _PROJECT = (attrgetter(name) for name in ("model", "project"))     # of so many messages: sooner than in a loop
_PUT = f"INSERT OR REPLACE INTO log_file (owner_id, path, {NAMES}) VALUES (?, ?{', ?' * len(LogPosition._fields)})"


def store_parts(db: sqlite3.Connection, owner: int, parts: Sequence[LogPart]) -> List[bool]:
    """Store these parts; whether each was taken: not what another process has read meanwhile."""
    taken = [_is_next(db, owner, part) for part in parts]
    wanted = [part for part, is_next in zip(parts, taken) if is_next]
    _withdraw(db, owner, [message for part in wanted for message in part.withdrawn])
    count(db, owner, [message for part in wanted for message in part.messages])
    learning.add_limit_events(db, owner, [event for part in wanted for event in part.events])
    db.executemany(_PUT, [(owner, part.path, *part.after) for part in wanted])
    db.executemany("UPDATE project SET path = ?2 WHERE name = ?1 AND path = ''", [part.folder for part in wanted if part.folder])
    return taken


def _is_next(db: sqlite3.Connection, owner: int, part: LogPart) -> bool:
    row = db.execute("SELECT offset, print FROM log_file WHERE owner_id = ? AND path = ?", (owner, part.path)).fetchone()
    return row is None or part.before is None or tuple(row) == (part.before.offset, part.before.print)


def _withdraw(db: sqlite3.Connection, owner: int, logged: Sequence[LogMessage]) -> None:
    """Take out messages of which no whole line has been seen."""
    if not logged:
        return
    nothing: Dict[str, int] = defaultdict(int)
    wanted, stored = messages.message_rows(logged, nothing, nothing), messages.load(db, owner, (one.message for one in logged))
    rows_ = [row for row in (stored.get(one.message, {}).get(one.key) for one in wanted) if row and row.flags & messages.UNENDED]
    apply(db, owner, [(row, row._replace(flags=row.flags | messages.ABSORBED)) for row in rows_])
    db.executemany("DELETE FROM message WHERE owner_id = ? AND message = ? AND key = ?", [(owner, *row[:2]) for row in rows_])


def count(db: sqlite3.Connection, owner: int, logged: Sequence[LogMessage]) -> None:
    """Take up messages, in their order: each once, the better copy of each."""
    if not logged:
        return
    models = messages.numbers(db, map(_MODEL, logged), "model")
    projects = messages.numbers(db, map(_PROJECT, logged), "project")
    fold(db, owner, messages.message_rows(logged, models, projects))


def fold(db: sqlite3.Connection, owner: int, new: Sequence[messages.MessageRow]) -> List[messages.MessageChange]:
    """Take up rows of messages, with the numbers that models and projects have here; what changed."""
    stored = messages.load(db, owner, (row.message for row in new))
    old = archive.PackedDays(db, owner, packed_ms(db, owner))
    changes = messages.fold(stored, old.unknown(new, stored))
    messages.save(db, owner, [after for _, after in changes])
    old.save()
    apply(db, owner, [*changes, *old.changes])
    return [*changes, *old.changes]


def stored_keys(db: sqlite3.Connection, owner: int, wanted: Sequence[messages.MessageRow]) -> Set[Tuple[int, int]]:
    """Message and key of those rows that the owner has."""
    stored = messages.load(db, owner, (row.message for row in wanted))
    old = archive.PackedDays(db, owner, 0)
    return {row[:2] for row in wanted if row.key in stored.get(row.message, ()) or old.has(row)}


def apply(db: sqlite3.Connection, owner: int, changes: Sequence[messages.MessageChange]) -> None:
    """Bring sums and sessions up to date with these changes."""
    changed = usage.deltas(changes)
    usage.add(db, owner, changed)
    sessions.apply(db, owner, changes, usage.settle_legacy(db, owner, changed))


def reprice(db: sqlite3.Connection, owner: int, stamp: int, cost_of: CostOf) -> None:
    """Give all messages that are not packed their price of today, where it is another one than that of the stamp noted."""
    if number(db, owner, PRICES) == stamp:
        return
    names = {identity: rows.text(name) for identity, name in db.execute("SELECT id, name FROM model")}
    changes: List[messages.MessageChange] = []
    for row in map(messages.MessageRow._make, db.execute(f"{messages.SELECT} AND NOT flags & {messages.PRICED}", (owner,))):
        cost = cost_of(names.get(row.model_id, ""), row)
        if cost != row.cost_nano:
            changes.append((row, row._replace(cost_nano=cost)))
    messages.save(db, owner, [after for _, after in changes])
    apply(db, owner, changes)
    rows.write_note(db, f"{PRICES} {owner}", str(stamp))


def finish(db: sqlite3.Connection, owner: int, gone: Iterable[bytes], now: int, complete: bool) -> None:
    """A round of reading is over. gone: logs that are there no more; complete: the others have been read to their ends."""
    for path in gone:
        row = db.execute(f"SELECT last_ms FROM log_file WHERE owner_id = ? AND path = ? AND {VALID}", (owner, path)).fetchone()
        sessions.raise_note(db, owner, VANISHED, row[0] if row else 0)
        db.execute("DELETE FROM log_file WHERE owner_id = ? AND path = ?", (owner, path))
    sessions.recut(db, owner)
    if complete:
        sessions.settle(db, owner, now)
        rows.write_note(db, f"{COMPLETE} {owner}", "1")


def has_messages(db: sqlite3.Connection, owner: int) -> bool:
    """Whether any message of the owner is stored."""
    return any(db.execute(f"SELECT 1 FROM {table} WHERE owner_id = ? LIMIT 1", (owner,)).fetchone()
               for table in ("message", "archive"))


def share_read(db: sqlite3.Connection, owner: int, size: int) -> float:
    """How much (0..1) of so many bytes of logs has been read."""
    done = db.execute(f"SELECT sum(offset) FROM log_file WHERE owner_id = ? AND {VALID}", (owner,)).fetchone()[0] or 0
    return min(1.0, done / size) if size else 1.0


MOST_NAMED = 5                         # logs with damaged lines that are named


def counts(db: sqlite3.Connection, owner: int) -> LogCounts:
    """Of all logs that are there."""
    files, lines, damaged = db.execute(f"""SELECT count(*), sum(lines), sum(damaged) FROM log_file
        WHERE owner_id = ? AND {VALID}""", (owner,)).fetchone()
    alive = db.execute(f"SELECT count(*) FROM message WHERE owner_id = ? AND NOT flags & {messages.ABSORBED}",
                       (owner,)).fetchone()[0]
    worst = db.execute(f"""SELECT path, damaged, first_damaged FROM log_file WHERE owner_id = ? AND damaged AND {VALID}
        ORDER BY damaged DESC, path LIMIT ?""", (owner, MOST_NAMED))
    return LogCounts(files, lines or 0, alive, damaged or 0, left_out(db, owner),
                  [(os.fsdecode(path), number, first) for path, number, first in worst])


def left_out(db: sqlite3.Connection, owner: int) -> Dict[str, int]:
    """Lines of other kinds with a usage of their own, by kind."""
    numbers: Dict[str, int] = {}
    for kinds, in db.execute("SELECT left_out FROM log_file WHERE owner_id = ? AND left_out <> '{}'", (owner,)):
        with suppress(ValueError, AttributeError, TypeError, OverflowError):
            for kind, number in json.loads(kinds).items():
                numbers[rows.text(kind)] = numbers.get(rows.text(kind), 0) + int(number)
    return numbers
