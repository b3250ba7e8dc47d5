"""The door to sqlite: opens the history, and runs transactions. One Store is one connection: one thread, never across a fork."""

import errno
import os
import sqlite3
import time
from contextlib import suppress

from ccmon.errors import CcmonError
from ccmon.model import Owner, Record, StoredFacts, UsageRow
from ccmon.quick_typing import Callable, List, Optional, Sequence, Set, TypeVar
from ccmon.store import connection, history_path, rows
from ccmon.store.history_path import OTHER_FOLDER
from ccmon.system import signals
from ccmon.when import HOUR_S

Result = TypeVar("Result")
_PAUSES_MS = 8           # sqlite tries again after 1, 2 and 5 ms
_MOVES = 3               # so often the file may be moved aside by others while one works
_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

_moved: List[str] = []


def moved_aside() -> List[str]:
    """What this process has moved aside because it was damaged, a sentence each."""
    return _moved


class StoreError(CcmonError):
    """The history cannot be used: one sentence with the way out."""


class Busy(StoreError):
    """Another process held the lock for longer than busy_ms: leave this record out and go on."""


class Damaged(StoreError):
    """The file is damaged."""


class Shut(StoreError):
    """The file cannot be written; `until` is the condition under which it can."""

    def __init__(self, path: str, failed: str, until: str) -> None:
        super().__init__(f"{path} cannot be {failed}; history is off until {until} {OTHER_FOLDER}")
        self.frozen = f"{path} cannot be {failed}; nothing is recorded until {until} {OTHER_FOLDER}"


def open_store(path: str, busy_ms: int, now: int) -> "Store":
    """The history at an absolute path, created when absent; waits at most about busy_ms for others. Raises StoreError."""
    return Store(path, busy_ms, now)


def _explained(error: Exception, path: str, db: Optional[sqlite3.Connection] = None) -> Optional[StoreError]:
    """The error to raise; None for one that has nothing to do with the file, which is checked where db is given."""
    reason = str(error)
    if connection.is_busy(error):
        return Busy(f"{path} is held by another program ({reason}); this moment is not recorded")
    until = _disk_condition(reason, path)
    if until is None and (connection.says_damaged(error) or db is not None and connection.is_damaged(db)):
        return Damaged(f"{path} is damaged ({reason}); history is off until it is moved away {OTHER_FOLDER}")
    if until is None and not isinstance(error, sqlite3.Error):
        return None
    return Shut(path, f"used ({reason})", until or "it can be written")


def _disk_condition(reason: str, path: str) -> Optional[str]:
    """Under which condition sqlite can go on, when it is the disk that fails."""
    failing = "I/O" in reason
    if "disk is full" in reason or failing and history_path.is_full(path):
        return "the disk has space"
    if "readonly" in reason or "unable to open" in reason:
        return "it can be written"
    return "the disk can be read and written" if failing else None


def _begun(db: sqlite3.Connection, begin: str, until: float) -> bool:
    try:
        db.execute(begin)
        return True
    except sqlite3.OperationalError as error:
        if not connection.is_busy(error) or time.monotonic() > until:
            raise
        return False


def _is_thinning_due(db: sqlite3.Connection, now: int) -> bool:
    """True when an hour has passed since all was done, or the clock was set back."""
    done_at = rows.number(rows.note(db, rows.THINNED))
    return done_at is None or not 0 <= now - done_at < HOUR_S


# --- the store -------------------------------------------------------------------------------------------------------

class Store:
    """One connection to the history. `trouble` is a sentence when it moved a damaged file aside, else None."""

    def __init__(self, path: str, busy_ms: int, now: int) -> None:
        self.path, self.busy_ms, self.opened_at = path, busy_ms, now
        self.trouble: Optional[str] = None
        self._db: Optional[sqlite3.Connection] = None
        self._identity: Optional[history_path.Identity] = None
        self._doubted: List[sqlite3.Connection] = []     # it met damage; the last one to close a file deletes its -wal
        self._frozen: Optional[Shut] = None              # why what is there can only be read
        self._transact("", lambda db: None)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; closing twice is nothing."""
        self._doubt()
        while self._doubted:
            with suppress(sqlite3.Error):
                self._doubted.pop().close()

    def _doubt(self) -> None:
        if self._db is not None:
            self._doubted.append(self._db)
            self._db = None

    def facts(self, owner: Owner, now: int) -> StoredFacts:
        """What is stored, without `source`. Raises StoreError."""
        from ccmon.store import present
        return self.read(owner, lambda db, owner_id: self.with_trouble(
            db, StoredFacts() if owner_id is None else present.facts(db, owner_id, now), now))

    def with_trouble(self, db: sqlite3.Connection, facts: StoredFacts, now: int) -> StoredFacts:
        """The facts with what is wrong with the file."""
        return facts._replace(trouble=self.trouble or (self._frozen and self._frozen.frozen) or rows.damage_notice(db, now))

    def records(self, owner: Optional[Owner], now: int, since: Optional[int] = None) -> List[Record]:
        """Sessions that ended after since, by start; of all owners without one. Raises StoreError."""
        from ccmon.store import present
        return self._read_of(owner, lambda db, owner_id: present.records(db, owner_id, now, since), [])

    def used(self, owner: Optional[Owner], since: int, until: int) -> List[UsageRow]:
        """What was used by quarter of an hour, model, project and machine; of all owners without one. Raises StoreError."""
        from ccmon.store import usage
        return self._read_of(owner, lambda db, owner_id: usage.usage_rows(db, owner_id, since, until), [])

    def read(self, owner: Owner, work: Callable[[sqlite3.Connection, Optional[int]], Result]) -> Result:
        """What work reads with the connection and the owner's id, None as long as there is none. Raises StoreError."""
        return self._transact("BEGIN", lambda db: work(db, rows.owner_id(db, owner)))

    def read_owner(self, owner: Owner, work: Callable[[sqlite3.Connection, int], Result], nothing: Result) -> Result:
        """What work reads with the connection and the owner's id; nothing as long as there is none. Raises StoreError."""
        return self.read(owner, lambda db, owner_id: nothing if owner_id is None else work(db, owner_id))

    def _read_of(self, owner: Optional[Owner], work: Callable[[sqlite3.Connection, Optional[int]], Result],
                 nothing: Result) -> Result:
        """The same; of all owners without one."""
        if owner is None:
            return self._transact("BEGIN", lambda db: work(db, None))
        return self.read_owner(owner, work, nothing)

    def change_owner(self, owner: Owner, work: Callable[[sqlite3.Connection, int], Result]) -> Result:
        """All that work does with the connection and the owner's id, or nothing of it. Raises Busy, StoreError."""
        return self.change(lambda db: work(db, rows.ensured_owner_id(db, owner)))

    def change(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """All that work does with the connection, or nothing of it. Raises Busy, StoreError."""
        return self._transact("BEGIN IMMEDIATE", work)

    def maintain(self, now: int, most_s: float = 0.1, rest: float = 4.0) -> bool:
        """Thin what has grown old; True when all of it is done, else the next call goes on. Raises StoreError, not Busy.
        A step takes a few milliseconds; after it others have `rest` times as long to write, all within about most_s."""
        until = time.monotonic() + most_s
        with suppress(Busy):
            if not self._transact("BEGIN", lambda db: _is_thinning_due(db, now)):
                return True
            from ccmon.store import archive
            pause_s = 0.0
            while time.monotonic() + pause_s < until:
                time.sleep(pause_s)
                began = time.monotonic()
                if not self._transact("BEGIN IMMEDIATE", lambda db: archive.step(db, now)):
                    return True
                pause_s = rest * (time.monotonic() - began)
        return False

    def accounts(self, owner: Owner) -> Set[str]:
        """The other accounts of the owner's machine. Raises StoreError."""
        def read(db: sqlite3.Connection) -> Set[str]:
            return {rows.text(name) for name, _ in db.execute(rows.ACCOUNTS, (owner.host,))} - {owner.account}
        return self._transact("BEGIN", read)

    def join_accounts(self, owner: Owner, former: Sequence[str]) -> None:
        """Let the owner have all that is stored under its former accounts, each message once. Raises Busy, StoreError."""
        from ccmon.store import join  # once in the life of a history
        self._transact("BEGIN IMMEDIATE", lambda db: join.join_accounts(db, owner, former))

    def is_frozen(self) -> bool:
        """Whether nothing can be written where the file lies."""
        return self._frozen is not None

    def get(self, key: str) -> Optional[str]:
        """The text that is stored under the key. Raises StoreError."""
        return self._transact("BEGIN", lambda db: rows.note(db, key))

    def put(self, key: str, value: str) -> None:
        """Store a small text; the same one again writes nothing. Raises Busy, StoreError."""
        self._transact("BEGIN IMMEDIATE", lambda db: rows.write_note(db, key, value))

    def _transact(self, begin: str, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """The work in a transaction; without begin the file is only opened."""
        for _ in range(_MOVES):
            try:
                answer = self._tried(begin, work)
                if begin != "BEGIN IMMEDIATE" or history_path.identity(self.path) == self._identity:
                    return answer      # else it was written to a file that was moved aside meanwhile
            except Shut:               # of a file that is being moved aside
                if history_path.identity(self.path) == self._identity:
                    raise
        return self._tried(begin, work)

    def _tried(self, begin: str, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            if self._db is None or self._frozen or history_path.identity(self.path) != self._identity:
                self.close()                             # moved aside by another process, or deleted: begin anew
                self._open()
            return self._attempt(begin, work)
        except Damaged:
            return self._again(lambda: self._attempt(begin, work))

    def _again(self, attempt: Callable[[], Result]) -> Result:
        """Try once more; only what a second connection meets too is damage: sqlite calls a failed read so as well."""
        try:
            self._doubt()
            self._open()
            return attempt()
        except Damaged:
            if self._frozen:                             # perhaps only being written to
                raise self._frozen from None
            self._renew()
            return attempt()

    def _attempt(self, begin: str, work: Callable[[sqlite3.Connection], Result]) -> Result:
        db = self._db
        assert db is not None
        try:
            return self._done(db, begin, work)
        except CcmonError:
            raise
        except Exception as error:                       # whatever is made of a damaged row
            explained = _explained(error, self.path, db)
            if explained is None:
                raise
            raise explained from error

    def _done(self, db: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if not begin:
            return work(db)
        with signals.no_stop():          # nobody can take a lock of sqlite's from a process that is stopped
            try:
                self._begin(db, begin)
                answer = work(db)
                db.execute("COMMIT")
                return answer
            finally:
                if db.in_transaction:
                    with suppress(sqlite3.Error):
                        db.execute("ROLLBACK")

    def _begin(self, db: sqlite3.Connection, begin: str) -> None:
        if begin == "BEGIN":
            db.execute(begin)
            return
        if self._frozen:
            raise self._frozen
        until = time.monotonic() + self.busy_ms / 1000
        # sqlite's own pauses grow to 100 ms: among many writers some would wait for long, and others all but never.
        db.execute(f"PRAGMA busy_timeout = {_PAUSES_MS}")
        try:
            while not _begun(db, begin, until):
                time.sleep(0.001)
        finally:
            db.execute(f"PRAGMA busy_timeout = {self.busy_ms:d}")

    def _open(self) -> None:
        """Open the file; where nothing can be written, as it is."""
        self._frozen = None
        try:
            self._open_whole()
        except Shut as error:
            self._db = connection.open_frozen(self.path)      # for one transaction: others may begin to write
            if self._db is None:
                raise
            self._frozen = error

    def _open_whole(self) -> None:
        try:
            connection.create_file(self.path)
            self._identity = history_path.identity(self.path)
            self._connect()
        except history_path.Unusable as error:
            self.close()
            raise StoreError(f"{self.path} {error}") from None
        except OSError as error:
            wanted = "the disk has space" if error.errno in _NO_SPACE else "its folder can be written"
            raise Shut(self.path, f"created ({error.strerror})", wanted) from error
        except Exception as error:                       # also whatever an upgrade makes of a damaged row
            explained = _explained(error, self.path, self._db)
            if not isinstance(explained, Damaged):       # _renew closes it when the file has been moved
                self.close()
            if explained is None:
                raise
            raise explained from error

    def _connect(self) -> None:
        self._db = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.prepare(self._db, self.path, self.busy_ms)
        except connection.Refused as refused:            # a disk without shared memory, whatever it is called
            self._db.close()
            try:
                connection.leave(self.path, self.busy_ms)
                self._db = sqlite3.connect(self.path, isolation_level=None)
            except sqlite3.Error:
                self._db = None
                raise refused.error from None
            connection.prepare(self._db, self.path, self.busy_ms, may_share=False)

    def _renew(self) -> None:
        if os.name == "nt":                              # Windows renames no open file
            self.close()
        try:
            moved_to = history_path.move_aside(self.path, self._identity)
        except OSError as error:
            raise StoreError(f"{self.path} is damaged and cannot be moved aside ({error.strerror}); "
                             f"history is off until it is {OTHER_FOLDER}") from error
        finally:
            self.close()                                 # not before: that would fold -wal in and delete it
        self._open()
        if moved_to:
            self.trouble = sentence = f"The history was damaged: it is kept as {moved_to}, and a new one was begun"
            _moved.append(sentence)
            with suppress(StoreError):                   # this process shows it; the others may miss it
                self._attempt("BEGIN IMMEDIATE", lambda db: rows.write_damage_notice(db, sentence, self.opened_at))
