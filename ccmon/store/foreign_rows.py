"""The rows of our tables in a database that somebody else made, copied into new tables; all else in it is left. For merge.py."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Iterator, Sequence

from ccmon.store import foreign, log_state, migrations, schema
from ccmon.store.foreign import MOST_VALUE_BYTES, Watchdog, WrongShape
from ccmon.when import DAY_S

MOST_ROWS = 20_000_000                 # of a table
MOST_TEXT = 4096                       # characters; a path is the longest
_MOST_OF = {"owner": 1000, "model": 10_000, "project": 100_000}
_LEFT = {"alert", "log_file"}          # alerts that were sent, and logs that were read, on that machine
_LONGEST_REPORT_S = 2 * DAY_S
_LONGEST_WINDOW_S = 8 * DAY_S
_LONGEST_UNKNOWN_S, _LONGEST_NAME = 401 * DAY_S, 64
_MOST_IN_ALL = 10 ** 17                # tokens, or billionths of a US dollar, of a table: sums of several still fit


def _version(source: sqlite3.Connection) -> int:
    return min(migrations.version_of(source), migrations.VERSION)


def check(source: sqlite3.Connection) -> None:
    """Raise WrongShape where one of our tables is something else there."""
    foreign.check_tables(source, set(schema.columns(_version(source))))


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
