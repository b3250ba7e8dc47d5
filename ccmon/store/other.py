"""Another owner's rows, in another history or under another name in our own: how they are read. For join.py."""

from __future__ import annotations

import sqlite3
from typing import Any, Callable, List, Tuple

from ccmon.errors import CcmonError
from ccmon.named_tuple import NamedTuple


class JoinTimes(NamedTuple):
    """When that is."""

    latest: int                        # what is of later does not come
    now: int                           # as old as that are the snapshots that are compared; 0: none of them is thinned
    settles: bool = False              # all logs of the owner were read, so that sessions that are over are settled


class OtherOwner(NamedTuple):
    """Whose rows join, and where they are."""

    db: sqlite3.Connection
    owner: int
    path: str = ""                     # of the file, for what is told of it; "" for our own one

    def rows(self, sql: str, *given: Any) -> List[Tuple[Any, ...]]:
        """What that finds with the owner's number as its first parameter. What is wrong with another file is CcmonError."""
        return self.read(lambda db: db.execute(sql, (self.owner, *given)).fetchall())

    def read(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """What work finds."""
        try:
            return work(self.db)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not self.path:
                raise
            raise damaged(self.path, str(error)) from None


def damaged(path: str, what: str) -> CcmonError:
    """What to tell of another file that is not sound."""
    return CcmonError(f"{path} is damaged ({what})", "Nothing was merged; a backup of it may be sound")
