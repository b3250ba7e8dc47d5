"""The rows of our tables in a database that somebody else made, copied into new tables, for merge.py: nothing in it runs.

Views, triggers, generated columns and expressions in indexes are programs of whoever wrote the file. Nothing takes without end.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager

from ccmon.quick_typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple
from ccmon.store import connection, log_state, schema
from ccmon.when import DAY_S

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


class WrongShape(Exception):
    """Why it is no history of ours, in words that follow "is not a history of ccmon"."""


def _schema_objects(db: sqlite3.Connection) -> List[Tuple[str, str, int]]:
    """All of them: kind (table, index, view, trigger), name, and page, 0 where it has none. Raises WrongShape, sqlite3.Error."""
    fetched = db.execute("SELECT type, name, rootpage FROM sqlite_master LIMIT ?", (MOST_OBJECTS + 1,)).fetchall()
    if len(fetched) > MOST_OBJECTS:
        raise WrongShape("it has more tables than any")
    return [(kind, name, root if type(root) is int else 0) for kind, name, root in fetched
            if isinstance(kind, str) and isinstance(name, str)]


def check_tables(db: sqlite3.Connection) -> None:
    """Raise WrongShape where one of our tables is there and is no table with columns that hold what was put in."""
    wanted = schema.columns(_version(db))
    for kind, name, root in _schema_objects(db):
        if name.lower() in wanted:
            if kind != "table" or root < 1:
                raise WrongShape(f"{name} is no table of its own there")
            if _computes(db, name):
                raise WrongShape(f"{name} has columns that are computed")


def is_plain(db: sqlite3.Connection) -> bool:
    """Whether a check of all pages would run nothing of the file's own."""
    return all(kind in ("table", "index") and root >= 1
               and (kind == "index" or not (_computes(db, name) or _has_odd_index(db, name)))
               for kind, name, root in _schema_objects(db))


def _computes(db: sqlite3.Connection, table: str) -> bool:
    return any(row[_HIDDEN] for row in db.execute(f"PRAGMA table_xinfo({_quoted(table)})"))


def _has_odd_index(db: sqlite3.Connection, table: str) -> bool:
    indexes = db.execute(f"PRAGMA index_list({_quoted(table)})").fetchall()
    return any(row[_PARTIAL] or any(column[1] == _EXPRESSION for column in db.execute(f"PRAGMA index_xinfo({_quoted(row[1])})"))
               for row in indexes)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

MOST_ROWS = 20_000_000                 # of a table
MOST_TEXT = 4096                       # characters; a path is the longest
_MOST_OF = {"owner": 1000, "model": 10_000, "project": 100_000}
_LEFT = {"alert", "log_file"}          # alerts that were sent, and logs that were read, on that machine
_LONGEST_REPORT_S = 2 * DAY_S
_LONGEST_WINDOW_S = 8 * DAY_S
_LONGEST_UNKNOWN_S, _LONGEST_NAME = 401 * DAY_S, 64
_MOST_IN_ALL = 10 ** 17                # tokens, or billionths of a US dollar, of a table: sums of several still fit


def _version(source: sqlite3.Connection) -> int:
    return min(connection.version_of(source), connection.VERSION)


def take(source: sqlite3.Connection, target: sqlite3.Connection, watchdog: Watchdog) -> None:
    """Fill an empty database with the rows of our tables. Raises WrongShape, sqlite3.Error, and others for impossible values."""
    version = _version(source)
    target.execute("PRAGMA foreign_keys = OFF")          # a reference to nothing is reported, not refused
    target.execute("BEGIN")
    schema.create(target, version)
    for table, names in schema.columns(version).items():
        if table not in _LEFT:
            columns, marks = ", ".join(names), ", ".join("?" * len(names))
            rows = source.execute(f"SELECT {columns} FROM {table} NOT INDEXED")
            target.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", _checked(rows, table, watchdog))
    target.execute(f"PRAGMA user_version = {version:d}")
    target.execute("COMMIT")


def _checked(rows: sqlite3.Cursor, table: str, watchdog: Watchdog) -> Iterator[Sequence[Any]]:
    most = _MOST_OF.get(table, MOST_ROWS)
    for number, row in enumerate(rows):
        if number == most:
            raise WrongShape(f"{table} has more than {most} rows")
        watchdog.reset()
        if table in ("note", "meta") and not str(row[0]).startswith(f"{log_state.COMPLETE} "):
            continue                   # what was learned there is long, and stays there
        if any(isinstance(value, str) and len(value) > MOST_TEXT
               or isinstance(value, bytes) and len(value) > MOST_VALUE_BYTES for value in row):
            raise WrongShape(f"{table} holds a value that is too long")
        yield row


_TIMES = (                             # of a row that came in time: what else in it lies ahead
    "DELETE FROM snapshot WHERE seen > ?1",
    "UPDATE session SET last_ts = NULL WHERE last_ts > ?1",
    "UPDATE reported SET last_ts = NULL WHERE last_ts > ?1",
    f"DELETE FROM reported WHERE start_ts <= ?1 AND end_ts - start_ts > {_LONGEST_REPORT_S}",
    "UPDATE reading SET noted_at = NULL WHERE noted_at > ?1",
    f"DELETE FROM reading WHERE resets_at - ts > window_s + {DAY_S} OR window_s NOT BETWEEN 1 AND {_LONGEST_WINDOW_S}",
    f"DELETE FROM window_reading WHERE ts > ?1 OR resets_at - ts > {_LONGEST_UNKNOWN_S} OR length(name) > {_LONGEST_NAME}",
    f"UPDATE limit_event SET resets_at = 0 WHERE resets_at - ts > {_LONGEST_WINDOW_S}",
    f"DELETE FROM forecast WHERE outcome_at > ?1 OR resets_at - ts > window_s + {DAY_S} OR seed_at > ?1",
)
_SUMMED: Dict[str, str] = {
    "message": "input output cache_5m cache_1h cache_read cost_nano", "usage": "input output cache_creation cache_read cost_nano",
    "legacy": "input output cache_creation cache_read", "session": "tokens input output cache_creation cache_read cost_micro_usd",
    "reported": "tokens input output cache_creation cache_read cost_micro_usd", "snapshot": "tokens"}


def settle(db: sqlite3.Connection, latest: int) -> None:
    """Leave out times that lie ahead, in a history of our present schema. Raises WrongShape where sums of it cannot be made."""
    for statement in _TIMES:
        db.execute(statement, (latest,) if "?1" in statement else ())
    for table, names in _SUMMED.items():
        sums = ", ".join(f"total({name})" for name in names.split())
        if max(db.execute(f"SELECT {sums} FROM {table}").fetchone()) > _MOST_IN_ALL:
            raise WrongShape(f"{table} has numbers that cannot be")
