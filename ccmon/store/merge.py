"""The history of another machine, or a backup of this one, taken in: each owner's rows join that owner's, none shrinks.

It is read from a private copy that was looked through first, so that nothing wrong with it can be taken for damage of ours; it
is written in one transaction of the store: all of it or nothing. Once more brings nothing: each message is known again, and
older snapshots are thinned like ours before they are compared.
"""

import sqlite3
from contextlib import closing, contextmanager
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import SKEW_S, CcmonError, UsageError
from ccmon.store import check, copy, join, ledger, migrations, other, rows, thin
from ccmon.store.other import Moment, Other
from ccmon.text import clean


class Came(NamedTuple):
    """Rows that are new or hold more than before."""

    host: str
    sessions: int = 0
    readings: int = 0
    messages: int = 0
    snapshots: int = 0


class Theirs(NamedTuple):
    """The other history, in our schema."""

    db: sqlite3.Connection
    path: str                          # of the file that this is a copy of
    old_at: int                        # as old as then its snapshots are thinned, and its sessions are over (epoch s)


# --- reading the other one -----------------------------------------------------------------------------------------------

@contextmanager
def opened(file: str, path: str, now: int, old_at: Optional[int] = None) -> Iterator[Theirs]:
    """A private copy of the file at path, which gets our schema and is thinned. Raises UsageError, CcmonError."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA synchronous = OFF")
            _prepare(db, file, path, now if old_at is None else old_at)
        except (sqlite3.Error, UnicodeDecodeError, migrations.Unusable) as error:
            raise other.damaged(path, str(error)) from None
        yield Theirs(db, path, now if old_at is None else old_at)


def _prepare(db: sqlite3.Connection, file: str, path: str, old_at: int) -> None:
    why = copy.strangeness(db)
    if why:
        raise (CcmonError if "newer" in why else UsageError)(f"{path} {why}. Nothing was merged")
    wrong = check.problems(db)
    if wrong:
        raise other.damaged(path, wrong[0])
    migrations.prepare(db, file, copy.BUSY_MS)
    db.execute("BEGIN")
    thin.thin_snapshots(db, old_at)
    db.execute("COMMIT")


# --- taking it in --------------------------------------------------------------------------------------------------------

def merge(db: sqlite3.Connection, theirs: Theirs, now: int, own_host: str = "") -> List[Came]:
    """Take in all of it; what came, by machine. own_host: what this machine is called, where nothing was stored yet."""
    found: Dict[str, Came] = {}
    owners = Other(theirs.db, 0, theirs.path).rows("SELECT id, host, account FROM owner WHERE id <> ? ORDER BY host, account")
    for number, host, account in owners:
        host = clean(host)
        at = Moment(now + SKEW_S, theirs.old_at)
        came = _merge(db, Other(theirs.db, number, theirs.path), (host, clean(account)), at, own_host)
        found[host] = Came(host, *map(sum, zip(found.get(host, Came(host))[1:], came)))
    return [came for came in found.values() if any(came[1:])]


def _merge(db: sqlite3.Connection, other: Other, names: Tuple[str, str], at: Moment, own_host: str) -> Sequence[int]:
    """A message that stands under another owner stays there: logs may be synced between machines, or copied to another home.

    Two accounts of one machine may share folders: what stands there under both does so here, too.
    """
    owner = _owner(db, names)
    theirs = {(clean(host), clean(account)): number for number, host, account in
              other.rows("SELECT id, host, account FROM owner WHERE id <> ?")}
    elsewhere = [(number, theirs.get((host, account)) if host == names[0] else None) for number, host, account in
                 db.execute("SELECT id, host, account FROM owner WHERE id <> ? ORDER BY id", (owner,))]
    is_own = names[0] == (rows.note(db, "host") or own_host)
    settles = ledger.is_complete(db, owner) or not is_own and other.read(lambda db: ledger.is_complete(db, other.owner))
    return join.join(db, owner, other, at._replace(settles=settles), elsewhere)


def _owner(db: sqlite3.Connection, names: Tuple[str, str]) -> int:
    """Whoever it is by that name; unlike this machine's own, it is not renamed."""
    db.execute("INSERT OR IGNORE INTO owner (host, account) VALUES (?, ?)", names)
    return int(db.execute("SELECT id FROM owner WHERE host = ? AND account = ?", names).fetchone()[0])
