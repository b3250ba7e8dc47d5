"""The history of another machine, or a backup of this one, taken in: each owner's rows join that owner's, none shrinks.

Of a private copy the rows of our tables are put into a new file of our schema, which is checked first, so that nothing wrong with
it can be taken for damage of ours. It is written in one transaction.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

from ccmon.errors import CcmonError, UsageError
from ccmon.quick_typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import archive, check, connection, copy, foreign, history_path, join, join_messages, log_state, rows
from ccmon.store.foreign import Watchdog, WrongShape
from ccmon.store.join_messages import JoinTimes, OtherOwner
from ccmon.text import clean
from ccmon.when import SKEW_S


class MergedRows(NamedTuple):
    """Rows that are new or hold more than before."""

    host: str
    sessions: int = 0
    readings: int = 0
    messages: int = 0
    snapshots: int = 0


class OtherHistory(NamedTuple):
    """The other history, in our schema."""

    db: sqlite3.Connection
    path: str                          # of the file that this is made of
    watchdog: Watchdog
    old_at: int                        # as old as then its snapshots are thinned, and its sessions are over (epoch s)


@contextmanager
def opened(file: str, path: str, now: int, is_over: Callable[[], bool] = lambda: False,
           old_at: Optional[int] = None) -> Iterator[OtherHistory]:
    """The rows of a private copy of the file at path, in a file beside it: in our schema, and thinned.
    Once is_over() is true, what sqlite does is ended. Raises UsageError, CcmonError."""
    old_at = now if old_at is None else old_at
    watchdog, taken = Watchdog(is_over), file + ".taken"
    with closing(sqlite3.connect(taken, isolation_level=None)) as db:
        try:
            watchdog.watch(db, False)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY"):
                db.execute(f"PRAGMA {pragma}").fetchall()
            with foreign.opened(file, watchdog) as source:
                _look_through(source, path)
                foreign.take(source, db, watchdog)
            _prepare(db, taken, path, now, old_at)
        except WrongShape as error:
            raise UsageError(f"{path} is not a history of ccmon: {error}", "Nothing was merged") from None
        except _WRONG as error:
            raise join_messages.damaged(path, "it takes too long to read" if watchdog.is_slow else str(error)) from None
        for name in (file, taken):     # a kill leaves nothing of the other machine: what is open needs no name, but on Windows
            history_path.delete(name, "")
        yield OtherHistory(db, path, watchdog, old_at)


_WRONG = sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError, history_path.Unusable


def _look_through(source: sqlite3.Connection, path: str) -> None:
    why = copy.strangeness(source)
    if why:
        raise (CcmonError if "newer" in why else UsageError)(f"{path} {why}. Nothing was merged")
    foreign.check_tables(source)
    wrong = check.faults(source) if foreign.is_plain(source) else check.missing(source)
    if wrong:
        raise join_messages.damaged(path, wrong[0])


def _prepare(db: sqlite3.Connection, file: str, path: str, now: int, old_at: int) -> None:
    wrong = check.problems(db)
    if wrong:
        raise join_messages.damaged(path, wrong[0])
    connection.prepare(db, file, copy.BUSY_MS, journals=False)
    db.execute("BEGIN")
    foreign.settle(db, now + SKEW_S)
    archive.thin_snapshots(db, old_at)
    db.execute("COMMIT")


def merge(db: sqlite3.Connection, theirs: OtherHistory, now: int, own_host: str = "") -> List[MergedRows]:
    """Take in all of it; what came, by machine. own_host: what this machine is called, where nothing was stored yet."""
    theirs.watchdog.watch(db, False)
    try:
        return _merge_all(db, theirs, now, own_host)
    except sqlite3.Error:
        if theirs.watchdog.is_over():                        # which is no sign of damage
            raise CcmonError("Nothing was merged: it was ended") from None
        raise
    finally:
        db.set_progress_handler(None, 0)


def _merge_all(db: sqlite3.Connection, theirs: OtherHistory, now: int, own_host: str) -> List[MergedRows]:
    by_host: Dict[str, MergedRows] = {}
    owners = OtherOwner(theirs.db, 0, theirs.path).rows(
        "SELECT id, host, account FROM owner WHERE id <> ? ORDER BY host, account")
    for number, host, account in owners:
        host = clean(host)
        at = JoinTimes(now + SKEW_S, theirs.old_at)
        came = _merge(db, OtherOwner(theirs.db, number, theirs.path), (host, clean(account)), at, own_host)
        by_host[host] = MergedRows(host, *map(sum, zip(by_host.get(host, MergedRows(host))[1:], came)))
    return [came for came in by_host.values() if any(came[1:])]


def _merge(db: sqlite3.Connection, other: OtherOwner, names: Tuple[str, str], at: JoinTimes, own_host: str) -> Sequence[int]:
    """A message that stands under another owner stays there: logs may be synced between machines, or copied to another home.
    Two accounts of one machine may share folders: what stands there under both does so here, too."""
    owner = _owner(db, names)
    theirs = {(clean(host), clean(account)): number for number, host, account in
              other.rows("SELECT id, host, account FROM owner WHERE id <> ?")}
    elsewhere = [(number, theirs.get((host, account)) if host == names[0] else None) for number, host, account in
                 db.execute("SELECT id, host, account FROM owner WHERE id <> ? ORDER BY id", (owner,))]
    is_own = names[0] == (rows.note(db, "host") or own_host)
    settles = log_state.is_complete(db, owner) or not is_own and other.read(lambda db: log_state.is_complete(db, other.owner))
    return join.join(db, owner, other, at._replace(settles=settles), elsewhere)


def _owner(db: sqlite3.Connection, names: Tuple[str, str]) -> int:
    """Whoever it is by that name; unlike this machine's own, it is not renamed."""
    db.execute("INSERT OR IGNORE INTO owner (host, account) VALUES (?, ?)", names)
    return int(db.execute("SELECT id FROM owner WHERE host = ? AND account = ?", names).fetchone()[0])
