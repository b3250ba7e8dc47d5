"""Messages of another owner on their way into the ledger: each once, the better copy of it, packed or not. For join.py."""

from __future__ import annotations

import sqlite3

from ccmon.errors import CcmonError
from ccmon.quick_typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple
from ccmon.store import archive, ledger, messages, sessions
from ccmon.store.archive import Day
from ccmon.store.messages import ABSORBED, MessageChange, MessageRow
from ccmon.text import clean, model_id

_MANY = 4000                           # messages in one go

# An owner of ours where a message may stand already, and stays alone. And who that is in the other history, of which what
# stands there under both may stand under both here; None where that makes no difference.
Elsewhere = Tuple[int, Optional[int]]


class JoinTimes(NamedTuple):
    """The times of a join, epoch s."""

    latest: int                        # what is of later does not come
    now: int                           # as old as that are the snapshots that are compared; 0: none of them is thinned
    settles: bool = False              # all logs of the owner were read, so that sessions that are over are settled


class OtherOwner(NamedTuple):
    """Whose rows join, and where they are."""

    db: sqlite3.Connection
    owner: int
    path: str = ""                     # of the file, for error messages; "" for our own one

    def rows(self, sql: str, *given: Any) -> List[Tuple[Any, ...]]:
        """The rows of that query, with the owner's id as its first parameter. Errors of another file are CcmonError."""
        return self.read(lambda db: db.execute(sql, (self.owner, *given)).fetchall())

    def read(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """The result of work."""
        try:
            return work(self.db)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not self.path:
                raise
            raise damaged(self.path, str(error)) from None


def damaged(path: str, what: str) -> CcmonError:
    """The error for another file that is damaged."""
    return CcmonError(f"{path} is damaged ({what})", "Nothing was merged; a backup of it may be sound")


class OwnNumbers:
    """The numbers that their models and projects have here."""

    def __init__(self, db: sqlite3.Connection, other: OtherOwner) -> None:
        self.db, self.other = db, other
        self._known: Dict[Tuple[str, int], int] = {}

    def own_number(self, table: str, number: int) -> int:
        """The number of that one here."""
        if number < 0 or not self.other.path:
            return number
        if (table, number) not in self._known:
            row = self.other.read(lambda db: db.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone())
            name, *path = row[1:] if row else ("",)
            name = model_id(name) if table == "model" else clean(name)
            here = messages.numbers(self.db, [name], table)[name]
            if path and path[0]:
                self.db.execute("UPDATE project SET path = ? WHERE id = ? AND path = ''", (clean(path[0]), here))
            self._known[table, number] = here
        return self._known[table, number]

    def of(self, row: MessageRow) -> MessageRow:
        """The row as one of ours."""
        return row._replace(model_id=self.own_number("model", row.model_id),
                            project_id=self.own_number("project", row.project_id))


class JoiningMessages:
    """Their messages on their way."""

    def __init__(self, db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes,
                 elsewhere: Sequence[Elsewhere]) -> None:
        self.db, self.owner, self.other, self.elsewhere = db, owner, other, elsewhere
        self.latest_ms = at.latest * 1000
        self.names = OwnNumbers(db, other)
        self.changes: List[MessageChange] = []
        self._days: Dict[int, Set[int]] = {}               # who got any -> epoch ms of the days to pack

    def take(self) -> None:
        """All of them; those that another one stands for when all that may stand for one have come."""
        for which in ("NOT", ""):
            for batch in self._recent(which):
                self._fold([self.names.of(row) for row in batch])
        for start_ms, day in self._packed():
            self._join_day(start_ms, [self.names.of(row) for row in archive.identified_rows(day) if row.at_ms <= self.latest_ms])

    def _recent(self, which: str) -> Iterator[List[MessageRow]]:
        last = (-1, 0, 0)
        while True:
            fetched = self.other.rows(f"""{messages.SELECT} AND at_ms <= ? AND {which} flags & {ABSORBED}
                AND (at_ms > ? OR at_ms = ? AND (message > ? OR message = ? AND key > ?)) ORDER BY at_ms, message, key LIMIT ?""",
                                    self.latest_ms, last[0], last[0], last[1], last[1], last[2], _MANY)
            if not fetched:
                return
            batch = list(map(MessageRow._make, fetched))
            last = batch[-1].at_ms, batch[-1].message, batch[-1].key
            yield batch

    def _packed(self) -> Iterator[Tuple[int, Day]]:
        for day, in self.other.rows("SELECT day FROM archive WHERE owner_id = ? ORDER BY day"):
            (data,), = self.other.rows("SELECT data FROM archive WHERE owner_id = ? AND day = ?", day)
            yield day * archive.DAY_MS, archive.unpack(data, day * archive.DAY_MS)

    def _fold(self, batch: List[MessageRow]) -> None:
        for owner, twin in self.elsewhere:
            there = ledger.stored_keys(self.db, owner, batch)
            self._changed(owner, ledger.fold(self.db, owner, [row for row in batch if row[:2] in there]))
            there -= ledger.stored_keys(self.db, self.owner, batch)
            if twin is not None and there:
                there -= ledger.stored_keys(self.other.db, twin, batch)
            batch = [row for row in batch if row[:2] not in there]
        self._changed(self.owner, ledger.fold(self.db, self.owner, batch))

    def _changed(self, owner: int, changes: List[MessageChange]) -> None:
        self.changes += changes
        if changes:
            self._days.setdefault(owner, set())

    def _join_day(self, start_ms: int, batch: List[MessageRow]) -> None:
        for owner, twin in self.elsewhere:
            changes, unknown = archive.join(self.db, owner, start_ms, batch)
            self._apply(owner, changes)
            there = {row.message for row in batch} - {row.message for row in unknown}
            there -= archive.stored_identities(self.db, self.owner, start_ms, batch)
            if twin is not None and there:
                there -= archive.stored_identities(self.other.db, twin, start_ms, batch)
            batch = [row for row in batch if row.message not in there]
        changes, new = archive.join(self.db, self.owner, start_ms, batch)
        messages.save(self.db, self.owner, new)
        self._apply(self.owner, [*changes, *((None, row) for row in new)])

    def _apply(self, owner: int, changes: List[MessageChange]) -> None:
        ledger.apply(self.db, owner, changes)
        self._changed(owner, changes)
        if changes:
            self._days[owner].update(after.at_ms // archive.DAY_MS * archive.DAY_MS for _, after in changes)

    def pack(self) -> None:
        """Cut the sessions of what came packed, fix them, and pack it."""
        for owner, days in self._days.items():
            sessions.recut(self.db, owner)
            for start_ms in days:
                sessions.settle_of(self.db, owner, archive.joined(self.db, owner, start_ms))
                archive.pack_joined(self.db, owner, start_ms)
