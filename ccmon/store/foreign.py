"""A database that somebody else made, opened so that nothing in it runs and nothing takes without end.

Views, triggers, generated columns and expressions in indexes are programs of whoever wrote the file: none of them is run. What
reads it can be ended at any moment, and is when no row came for long.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import Callable, Iterator, List, Optional, Set

from ccmon.named_tuple import NamedTuple

MOST_OBJECTS = 1000                    # tables, indexes and whatever else there may be
MOST_VALUE_BYTES = 64 << 20            # a packed day of the busiest has a few megabytes
QUIET_S = 120.0                        # the check of all pages of the largest file takes a few seconds
_MOST_HEAP_BYTES = 512 << 20           # of all of sqlite, where the length of a value cannot be bounded
_STEPS = 10_000                        # of sqlite's machine, between two questions whether to go on
_CONFIG = {"ENABLE_TRIGGER": False, "ENABLE_VIEW": False, "DEFENSIVE": True, "TRUSTED_SCHEMA": False, "WRITABLE_SCHEMA": False,
           "ENABLE_LOAD_EXTENSION": False}
_PRAGMAS = "trusted_schema = OFF", "cell_size_check = ON", "ignore_check_constraints = ON", "mmap_size = 0", "temp_store = MEMORY"
_ALONE = "locking_mode = EXCLUSIVE"    # a private copy needs no memory that others share
_ASKED = {"user_version", "table_info", "table_xinfo", "index_xinfo", "index_list", "integrity_check", "foreign_key_check"}
_FUNCTIONS = {"count", "typeof"}
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION}
_HIDDEN, _EXPRESSION = 6, -2           # column of table_xinfo; the column that index_xinfo names instead
_PARTIAL = 4                           # column of index_list


class Watchdog:
    """Whether what reads a file goes on: until it is ended, or no row came for too long."""

    def __init__(self, is_over: Callable[[], bool], quiet_s: float = QUIET_S) -> None:
        self.is_over, self.quiet_s, self.is_slow = is_over, quiet_s, False
        self.reset()

    def reset(self) -> None:
        """A row came."""
        self._until = time.monotonic() + self.quiet_s

    def watch(self, db: sqlite3.Connection, is_timed: bool = True) -> None:
        """Let it end what this connection does: with sqlite3.OperationalError."""
        db.set_progress_handler(self._is_late if is_timed else self.is_over, _STEPS)

    def _is_late(self) -> bool:
        self.is_slow = self.is_slow or time.monotonic() > self._until
        return self.is_slow or self.is_over()


@contextmanager
def opened(file: str, watchdog: Watchdog) -> Iterator[sqlite3.Connection]:
    """A connection to the file that reads tables, and does nothing else. Raises sqlite3.Error."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        watchdog.watch(db)
        for name, value in _CONFIG.items():
            number = getattr(sqlite3, f"SQLITE_DBCONFIG_{name}", None)         # since Python 3.12
            if number is not None:
                db.setconfig(number, value)    # type: ignore[attr-defined]
        if hasattr(db, "setlimit"):            # since Python 3.11
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_VALUE_BYTES)     # type: ignore[attr-defined]
        else:
            db.execute(f"PRAGMA hard_heap_limit = {_MOST_HEAP_BYTES:d}").fetchall()
        for pragma in (*_PRAGMAS, _ALONE):
            db.execute(f"PRAGMA {pragma}").fetchall()
        db.set_authorizer(_may)
        yield db


def _may(action: int, first: Optional[str], second: Optional[str], *_: object) -> int:
    """Tables are read, and questions of the schema answered; no function is called that costs, nothing written or attached."""
    may = action in _READS or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _ASKED
                               or action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS)
    return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY


class SchemaObject(NamedTuple):
    """A row of sqlite_master."""

    kind: str                          # table | index | view | trigger
    name: str
    root: int                          # page; 0 where it has none


class WrongShape(Exception):
    """Why it is no history of ours, in words that follow "is not a history of ccmon"."""


def schema_objects(db: sqlite3.Connection) -> List[SchemaObject]:
    """All of them. Raises WrongShape, sqlite3.Error."""
    fetched = db.execute("SELECT type, name, rootpage FROM sqlite_master LIMIT ?", (MOST_OBJECTS + 1,)).fetchall()
    if len(fetched) > MOST_OBJECTS:
        raise WrongShape("it has more tables than any")
    return [SchemaObject(kind, name, root if type(root) is int else 0) for kind, name, root in fetched
            if isinstance(kind, str) and isinstance(name, str)]


def check_tables(db: sqlite3.Connection, wanted: Set[str]) -> None:
    """Raise WrongShape where one of these is there and is no table with columns that hold what was put in."""
    for thing in schema_objects(db):
        if thing.name.lower() in wanted:
            if thing.kind != "table" or thing.root < 1:
                raise WrongShape(f"{thing.name} is no table of its own there")
            if _computes(db, thing.name):
                raise WrongShape(f"{thing.name} has columns that are computed")


def is_plain(db: sqlite3.Connection) -> bool:
    """Whether a check of all pages would run nothing of the file's own."""
    for thing in schema_objects(db):
        if thing.kind not in ("table", "index") or thing.root < 1:
            return False
        if thing.kind == "table" and (_computes(db, thing.name) or _has_odd_index(db, thing.name)):
            return False
    return True


def _computes(db: sqlite3.Connection, table: str) -> bool:
    return any(row[_HIDDEN] for row in db.execute(f"PRAGMA table_xinfo({_quoted(table)})"))


def _has_odd_index(db: sqlite3.Connection, table: str) -> bool:
    indexes = db.execute(f"PRAGMA index_list({_quoted(table)})").fetchall()
    return any(row[_PARTIAL] or any(column[1] == _EXPRESSION for column in db.execute(f"PRAGMA index_xinfo({_quoted(row[1])})"))
               for row in indexes)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
