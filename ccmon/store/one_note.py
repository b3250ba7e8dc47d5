"""One note of an owner's, read by a query alone: who shows nothing else of the history does without what opens it."""

import sqlite3
from contextlib import closing
from typing import Optional

from ccmon.model import Owner
from ccmon.store import history_path, rows

_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name IN ('note', 'owner')"


def one_note(path: str, owner: Owner, key: str) -> Optional[str]:
    """What stands under the key with the owner's number behind it, None where nothing does.

    LookupError where the history has to be opened whole: it is held, damaged, refused, or has no such owner.
    """
    if history_path.refusal(path):
        raise LookupError(path)
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            number = rows.owner_id(db, owner) if db.execute(_TABLES).fetchone()[0] == 2 else None
            if number is not None:
                return rows.note(db, f"{key} {number}")
    except (sqlite3.Error, UnicodeDecodeError):
        pass
    raise LookupError(path)
