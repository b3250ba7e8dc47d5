"""What is taken of a database that somebody else made: rows of the tables that are known, put into new ones of our own making.

So that whatever else is in it stays behind: its schema, its notes, how far its logs were read. For merge.py.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.store import foreign, log_state, migrations, schema
from ccmon.store.foreign import MOST_VALUE_BYTES, Watchdog, WrongShape

MOST_ROWS = 20_000_000                 # of a table
MOST_TEXT = 4096                       # characters; a path is the longest
_MOST_OF = {"owner": 1000, "model": 10_000, "project": 100_000}
_LEFT = {"alert", "log_file"}          # what was told, and read, on that machine
_DAY_S = 86_400
_LONGEST_REPORT_S = 2 * _DAY_S
_LONGEST_WINDOW_S = 8 * _DAY_S
_LONGEST_UNKNOWN_S, _LONGEST_NAME = 401 * _DAY_S, 64
_MOST_IN_ALL = 10 ** 17                # tokens, or billionths of a US dollar, of a table: sums of several still fit


class TableColumns(NamedTuple):
    """A table of ours, and its columns in their order."""

    name: str
    columns: Tuple[str, ...]


def _tables(version: int) -> List[TableColumns]:
    """The tables of that schema."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as whole:
        _create(whole, version)
        names = [name for name, in whole.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [TableColumns(name, tuple(row[1] for row in whole.execute(f"PRAGMA table_info({name})"))) for name in names]


def _create(db: sqlite3.Connection, version: int) -> None:
    for number, step in schema.STEPS:
        if number <= version:
            step(db)


def _version(source: sqlite3.Connection) -> int:
    return min(migrations.version_of(source), migrations.VERSION)


def check(source: sqlite3.Connection) -> None:
    """Raise WrongShape where one of our tables is something else there."""
    foreign.check_tables(source, {table.name for table in _tables(_version(source))})


def take(source: sqlite3.Connection, target: sqlite3.Connection, watchdog: Watchdog) -> None:
    """Fill an empty database with what is known. Raises WrongShape, sqlite3.Error, and others where a value cannot be."""
    version = _version(source)
    target.execute("PRAGMA foreign_keys = OFF")          # what refers to nothing is told, not refused
    target.execute("BEGIN")
    _create(target, version)
    for table in _tables(version):
        if table.name not in _LEFT:
            _copy(source, target, table, watchdog)
    target.execute(f"PRAGMA user_version = {version:d}")
    target.execute("COMMIT")


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: TableColumns, watchdog: Watchdog) -> None:
    columns = ", ".join(table.columns)
    places = ", ".join("?" * len(table.columns))
    found = source.execute(f"SELECT {columns} FROM {table.name} NOT INDEXED")
    target.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({places})", _sane(found, table.name, watchdog))


def _sane(found: sqlite3.Cursor, table: str, watchdog: Watchdog) -> Iterator[Sequence[Any]]:
    most = _MOST_OF.get(table, MOST_ROWS)
    for number, row in enumerate(found):
        if number == most:
            raise WrongShape(f"{table} has more than {most} rows")
        watchdog.reset()
        if table in ("note", "meta") and not str(row[0]).startswith(f"{log_state.COMPLETE} "):
            continue                   # what was learned there is long, and stays there
        if any(_is_too_long(value) for value in row):
            raise WrongShape(f"{table} holds a value that is too long")
        yield row


def _is_too_long(value: Any) -> bool:
    return (isinstance(value, str) and len(value) > MOST_TEXT or isinstance(value, bytes) and len(value) > MOST_VALUE_BYTES)


# --- times and sums ----------------------------------------------------------------------------------------------------------

_TIMES = (                             # of a row that came in time: what else in it lies ahead
    "DELETE FROM snapshot WHERE seen > ?1",
    "UPDATE session SET last_ts = NULL WHERE last_ts > ?1",
    "UPDATE reported SET last_ts = NULL WHERE last_ts > ?1",
    f"DELETE FROM reported WHERE start_ts <= ?1 AND end_ts - start_ts > {_LONGEST_REPORT_S}",
    "UPDATE reading SET noted_at = NULL WHERE noted_at > ?1",
    f"DELETE FROM reading WHERE resets_at - ts > window_s + {_DAY_S} OR window_s NOT BETWEEN 1 AND {_LONGEST_WINDOW_S}",
    f"DELETE FROM window_reading WHERE ts > ?1 OR resets_at - ts > {_LONGEST_UNKNOWN_S} OR length(name) > {_LONGEST_NAME}",
    f"UPDATE limit_event SET resets_at = 0 WHERE resets_at - ts > {_LONGEST_WINDOW_S}",
    f"DELETE FROM forecast WHERE outcome_at > ?1 OR resets_at - ts > window_s + {_DAY_S} OR seed_at > ?1",
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
