"""The door to what lies in a sqlite file, whosever: its size, schema and rows. Creates nothing and changes nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import Callable, List, Optional, Tuple, TypeVar

from ccmon.errors import CcmonError
from ccmon.model import Block, Owner
from ccmon.named_tuple import NamedTuple
from ccmon.store import connection, history_path, learning, ledger, present, rows
from ccmon.when import HOUR_S

BUSY_S = 0.25
MOST_TABLES = 20

Result = TypeVar("Result")


class TableCounts(NamedTuple):
    """The tables of a file."""

    schema: int                        # its user_version
    rows: Tuple[Tuple[str, int], ...]  # table, number of rows; in the order in which they were made


def size(path: str) -> int:
    """Bytes on the disk, 0 when there is no such file."""
    size_bytes = 0
    for ending in ("", "-wal"):
        with suppress(OSError):
            size_bytes += os.path.getsize(path + ending)
    return size_bytes


def read(path: str, query: Callable[[sqlite3.Connection], Result]) -> Result:
    """The result of a query of the file. CcmonError when there is none that can be read."""
    refusal = history_path.refusal(path)
    if refusal:                        # sqlite would wait for a pipe's other end, and write beside another user's
        raise CcmonError(f"{path} cannot be used: {refusal}")
    try:
        with closing(sqlite3.connect(connection.uri(path) + "?mode=rw", uri=True, timeout=BUSY_S)) as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            return query(db)
    except (sqlite3.Error, ValueError) as err:
        raise CcmonError(f"{path} cannot be read ({err})") from None


def table_counts(db: sqlite3.Connection) -> TableCounts:
    """The number of rows of each table."""
    schema = int(db.execute("PRAGMA user_version").fetchone()[0])
    sql = """SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
        ORDER BY rowid LIMIT ?"""
    names: List[str] = [name for name, in db.execute(sql, (MOST_TABLES,))]
    return TableCounts(schema, tuple((name, _rows(db, name)) for name in names))


def ccusage_path(db: sqlite3.Connection) -> Optional[str]:
    """The ccusage that last worked, in a history."""
    row = db.execute("SELECT value FROM note WHERE key = 'ccusage_path'").fetchone()
    return str(row[0]) if row else None


def read_counts(db: sqlite3.Connection, owner: Owner) -> Optional[ledger.LogCounts]:
    """What has been read of that owner's logs."""
    owner_id = rows.owner_id(db, owner)
    return None if owner_id is None else ledger.counts(db, owner_id)


def running(db: sqlite3.Connection, owner: Owner, now: int) -> List[Block]:
    """The sessions of that owner that ccusage says to run."""
    owner_id = rows.owner_id(db, owner)
    return [] if owner_id is None else present.running_blocks(db, owner_id, now)


def difference(db: sqlite3.Connection, owner: Owner, now: int, stamp: str) -> Optional[Tuple[int, int]]:
    """Tokens of the session that runs, as ccusage and as the logs have it, where these differ; stamp: of the logs, which have to
    be those that were read last."""
    owner_id = rows.owner_id(db, owner)
    if owner_id is None or not (rows.note(db, f"{learning.LOGS} {owner_id}") or "").endswith(f" {stamp}"):
        return None
    for block in present.running_blocks(db, owner_id, now):
        row = db.execute("""SELECT tokens FROM session WHERE owner_id = ? AND start_ts / ? = ? AND end_ts > ? AND
            source = 'logs' AND typeof(tokens) = 'integer'""", (owner_id, HOUR_S, block.start // HOUR_S, now)).fetchone()
        if row and row[0] != block.tokens:
            return block.tokens, row[0]
    return None


def last_percentage(db: sqlite3.Connection, owner: Owner) -> Optional[int]:
    """Epoch s of the owner's newest official percentage, if a session began after it; else None."""
    owner_id = rows.owner_id(db, owner)
    epoch = db.execute(f"""SELECT max(ts) FROM reading WHERE owner_id = ? AND source = 'statusline'
        AND {rows.TIMES.format('ts')}""", (owner_id,)).fetchone()[0]
    later = db.execute(f"SELECT 1 FROM session WHERE owner_id = ? AND start_ts > ? AND {rows.TIMES.format('start_ts')} LIMIT 1",
                       (owner_id, epoch)).fetchone()
    return epoch if later else None


def _rows(db: sqlite3.Connection, name: str) -> int:
    quoted = name.replace('"', '""')
    return int(db.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])
