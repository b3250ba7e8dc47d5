"""The door to what lies in a sqlite file, whosever: its size, schema and rows. Creates nothing and changes nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import Callable, List, Optional, Tuple, TypeVar

from ccmon.errors import CcmonError
from ccmon.model import Block, Owner
from ccmon.named_tuple import NamedTuple
from ccmon.store import history_path, learning, ledger, rows, values
from ccmon.store import running as running_note

BUSY_S = 0.25
MOST_TABLES = 20
_WITH = ("", "-wal")                   # what makes up the file

Result = TypeVar("Result")


class TableCounts(NamedTuple):
    """What a file holds."""

    schema: int                        # its user_version
    rows: Tuple[Tuple[str, int], ...]  # table, number of rows; in the order in which they were made


def size(path: str) -> int:
    """Bytes on the disk, 0 when there is no such file."""
    found = 0
    for ending in _WITH:
        with suppress(OSError):
            found += os.path.getsize(path + ending)
    return found


def read(path: str, work: Callable[[sqlite3.Connection], Result]) -> Result:
    """What work finds in the file. CcmonError when there is none that can be read."""
    strange = history_path.refusal(path)
    if strange:                        # sqlite would wait for a pipe's other end, and write beside another user's
        raise CcmonError(f"{path} cannot be used: {strange}")
    try:
        with closing(sqlite3.connect(_uri(path), uri=True, timeout=BUSY_S)) as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            return work(db)
    except (sqlite3.Error, ValueError) as err:
        raise CcmonError(f"{path} cannot be read ({err})") from None


def _uri(path: str) -> str:
    """mode=rw: a file that is not there is not made, and what a log of changes leaves beside it is taken away again."""
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{'//' if quoted.startswith('/') else ''}{quoted}?mode=rw"


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
    known = rows.owner_id(db, owner)
    return None if known is None else ledger.counts(db, known)


def running(db: sqlite3.Connection, owner: Owner, now: int) -> List[Block]:
    """The sessions of that owner that ccusage says to run."""
    known = rows.owner_id(db, owner)
    return [] if known is None else running_note.blocks(db, known, now)


def difference(db: sqlite3.Connection, owner: Owner, now: int, stamp: str) -> Optional[Tuple[int, int]]:
    """Tokens of the session that runs, as ccusage and as the logs have it, where these differ; stamp: of the logs, which have to
    be those that were read last."""
    known = rows.owner_id(db, owner)
    if known is None or not (rows.note(db, f"{learning.LOGS} {known}") or "").endswith(f" {stamp}"):
        return None
    for block in running_note.blocks(db, known, now):
        found = db.execute("""SELECT tokens FROM session WHERE owner_id = ? AND start_ts / 3600 = ? AND end_ts > ? AND
            source = 'logs' AND typeof(tokens) = 'integer'""", (known, block.start // 3600, now)).fetchone()
        if found and found[0] != block.tokens:
            return block.tokens, found[0]
    return None


def last_percentage(db: sqlite3.Connection, owner: Owner) -> Optional[int]:
    """When Claude Code last told that owner's official percentage (epoch s), if a session began after it; else None."""
    known = rows.owner_id(db, owner)
    told = db.execute(f"""SELECT max(ts) FROM reading WHERE owner_id = ? AND source = 'statusline'
        AND {values.TIMES.format('ts')}""", (known,)).fetchone()[0]
    since = db.execute(f"SELECT 1 FROM session WHERE owner_id = ? AND start_ts > ? AND {values.TIMES.format('start_ts')} LIMIT 1",
                       (known, told)).fetchone()
    return told if since else None


def _rows(db: sqlite3.Connection, name: str) -> int:
    quoted = name.replace('"', '""')
    return int(db.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])
