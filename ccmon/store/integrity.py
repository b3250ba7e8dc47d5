"""The integrity of a file of sqlite, and connections that cannot write."""

import os
import sqlite3
from typing import List, Optional

from ccmon.store import migrations


def says_damaged(error: Exception) -> bool:
    """True when the error itself says that the file is damaged, or no history."""
    words = ("malformed", "not a database", "Could not decode", "no such column", "no such table", "foreign key mismatch")
    # A damaged schema is quoted in sqlite's message, which Python then cannot decode: older ones give none.
    unspoken = isinstance(error, UnicodeDecodeError) or type(error) is sqlite3.DatabaseError and not str(error)
    return unspoken or (
        isinstance(error, sqlite3.Error) and any(word in str(error) for word in words))


def is_damaged(db: sqlite3.Connection) -> bool:
    """True when pages, indexes or the links between tables do not fit together, or a row holds what none can."""
    from ccmon.store import check  # slow, and needed by hardly anyone
    try:
        return bool(check.problems(db))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return says_damaged(error)


def faults(db: sqlite3.Connection, pragma: str) -> List[str]:
    """The errors that integrity_check or quick_check reports, each once."""
    errors = dict.fromkeys(str(row[0]) for row in db.execute(f"PRAGMA {pragma}(1000000000)"))
    return [error for error in errors if error != "ok" and not _is_false(db, error)]


def _is_false(db: sqlite3.Connection, fault: str) -> bool:
    """sqlite 3.40 sees NULL in tables without rowid whose key is not their first columns."""
    import re
    named = re.fullmatch(r"NULL value in (\w+)\.(\w+)", fault)
    return named is not None and not db.execute("SELECT count(*) FROM {} WHERE typeof({}) = 'null'".format(*named.groups())
                                                ).fetchone()[0]


def read_only(path: str, busy_ms: int) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error."""
    where = uri(path) + "?mode=ro"
    db = sqlite3.connect(where, uri=True, timeout=busy_ms / 1000, isolation_level=None)
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        migrations.table_count(db)
        return db
    except sqlite3.OperationalError as error:
        db.close()
        if migrations.is_busy(error) or _has_content(path + "-wal") or _has_content(path + "-journal"):
            raise
    # In a folder where nothing can be written there is no shared memory, and nobody who would change the file.
    return sqlite3.connect(where + "&immutable=1", uri=True, isolation_level=None)


def uri(path: str) -> str:
    """The file as sqlite's connect wants it with uri=True, without any choice."""
    whole = os.path.abspath(path).replace(os.sep, "/").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return "file://" + ("" if whole.startswith("/") else "/") + whole              # behind //, what begins with // is no host


def _has_content(path: str) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False


def open_frozen(path: str) -> Optional[sqlite3.Connection]:
    """A connection to what lies where nothing can be written: a full or read-only disk; None when it cannot be read so."""
    try:
        db = read_only(path, 0)
    except sqlite3.Error:
        return None
    try:
        if migrations.version_of(db) // 100 == migrations.VERSION // 100 and migrations.version_of(db) >= migrations.VERSION:
            return db
    except (sqlite3.Error, UnicodeDecodeError):
        pass
    db.close()
    return None
