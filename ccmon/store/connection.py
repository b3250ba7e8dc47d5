"""Connections to the file of the history: brought to the present schema, or such that cannot write; and what damage is."""

import os
import sqlite3
import time
from _thread import allocate_lock
from contextlib import closing, suppress

from ccmon import private
from ccmon.errors import CcmonError
from ccmon.model import Owner
from ccmon.quick_typing import Callable, List, Optional, TypeVar
from ccmon.store import history_path, rows
from ccmon.store.history_path import OTHER_FOLDER, Unusable
from ccmon.system import signals

Result = TypeVar("Result")
FIRST, VERSION = 100, 202              # of the schema; its steps are loaded where there is one to take
_ATTEMPT_MS = 5
_READING_S = 0.25
_NOTE = "journal"
# What sqlite reports where a disk has no shared memory, among other reasons.
_REFUSALS = ("disk I/O error", "unable to open database file", "locking protocol")
# What would run with each write, or without end with each query, in a file that came from elsewhere.
_PROGRAMS = """SELECT count(*) FROM sqlite_master WHERE type = 'trigger' OR coalesce(rootpage, 0) < 1 AND name IN (
    'owner', 'session', 'snapshot', 'meta', 'note', 'reading', 'model', 'project', 'minute', 'hour', 'forecast', 'alert',
    'message', 'usage', 'legacy', 'archive', 'reported', 'limit_event', 'log_file', 'window_reading')"""


_creating = allocate_lock()


def create_file(path: str) -> None:
    """The folder and an empty file, when absent. Raises OSError, and Unusable when something else lies there."""
    _refuse_strange(path)
    private.make_folder(os.path.dirname(path))
    # Empty and 0600 before sqlite makes it 0644; -wal and -shm take its mode.
    with _creating, suppress(FileExistsError):           # another thread's sqlite locks would go with our close
        os.close(private.open_file(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    _refuse_strange(path)


def _refuse_strange(path: str) -> None:
    why = history_path.refusal(path)
    if why:
        raise Unusable(why)


class Refused(Exception):
    """The file cannot be read or written with memory that is shared: sqlite's error."""

    def __init__(self, error: sqlite3.OperationalError) -> None:
        super().__init__(str(error))
        self.error = error


def is_busy(error: Exception) -> bool:
    """True when another process holds the lock: never a sign of an empty, old or damaged file."""
    return isinstance(error, sqlite3.OperationalError) and any(w in str(error) for w in ("locked", "locking protocol"))


def prepare(db: sqlite3.Connection, path: str, busy_ms: int, journals: bool = True, may_share: bool = True) -> None:
    """Bring a fresh connection (isolation_level None) and its file into shape; tried again while busy, up to busy_ms.
    journals: whether it is chosen how the file is written; may_share: not with memory that is shared, which was tried.
    Raises Unusable, Refused where the disk has no such memory, and sqlite3.Error as it comes."""
    until, remote = time.monotonic() + busy_ms / 1000, history_path.is_remote(path) if may_share else True
    # Many short attempts: each checks anew, and in a crowd of first runs one has done the work for all.
    db.execute(f"PRAGMA busy_timeout = {_ATTEMPT_MS}")
    while True:
        try:
            with signals.no_stop():
                _prepare(db, path, remote, journals)
            break
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                may_be_refusal = may_share and any(words in str(error) for words in _REFUSALS)
                if may_be_refusal and history_path.has_descriptors() and not history_path.is_full(path):
                    raise Refused(error) from None
                raise
            time.sleep(_ATTEMPT_MS / 1000)
    db.execute(f"PRAGMA busy_timeout = {busy_ms:d}")
    if journals and (remote is None or not may_share):
        note(db, path)


def _prepare(db: sqlite3.Connection, path: str, remote: Optional[bool], journals: bool) -> None:
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA temp_store = MEMORY")             # not in the common temporary folder
    db.execute("PRAGMA foreign_keys = ON")
    version = _version(db)
    if version == 0 and _number(db, "PRAGMA page_count") == 0:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")   # has no effect once the first page is written
    if journals:
        choose(db, path, remote)
    if version < VERSION:
        _migrate(db, path)


def _migrate(db: sqlite3.Connection, path: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    from ccmon.store import schema
    copy: Optional[schema.CopyBeforeUpgrade] = None
    try:
        version = _version(db)                           # again: another process may have been faster
        if 0 < version < schema.BREAKING <= VERSION:
            copy = schema.CopyBeforeUpgrade(path)
            copy.make()
        for number, step in schema.STEPS:
            if number > version:
                step(db)
        if version < VERSION:
            db.execute(f"PRAGMA user_version = {VERSION:d}")
        if copy:
            copy.put(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            if copy:
                copy.drop_part()
            db.execute("ROLLBACK")
        with suppress(sqlite3.Error):
            if copy and version_of(db) < schema.BREAKING:         # not interrupted as it was done
                copy.drop()
        raise


def _version(db: sqlite3.Connection) -> int:
    # Tables are counted first: they and the version appear at the same time, perhaps between these two reads.
    tables, version = table_count(db), version_of(db)
    if version <= VERSION and _number(db, _PROGRAMS):
        raise Unusable(f"holds a trigger, or a view in the place of a table; history is off until it is moved away "
                       f"{OTHER_FOLDER}")
    if version // 100 > VERSION // 100:
        raise Unusable(f"was written by a newer ccmon (schema {version}, this one knows {VERSION}); "
                            "history is off; upgrade ccmon")
    if (tables if version == 0 else version < FIRST):
        raise Unusable(f"is a database of another program; history is off until it is moved away {OTHER_FOLDER}")
    return version


def table_count(db: sqlite3.Connection) -> int:
    """How many tables and indexes there are."""
    return _number(db, "SELECT count(*) FROM sqlite_master")


def version_of(db: sqlite3.Connection) -> int:
    """The number of the schema."""
    return _number(db, "PRAGMA user_version")


def _number(db: sqlite3.Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


# --- how it is written: WAL needs memory that all processes share; what a disk refused is noted with its number -----------

def choose(db: sqlite3.Connection, path: str, remote: Optional[bool]) -> None:
    """Have the file written in the way that its disk allows.
    remote: whether other machines share it; None where no table has it: `mount` is asked for a new file, and for one that was on
    another disk before. Raises sqlite3.Error, as where the disk has no shared memory."""
    mode = _mode(db)
    if remote is True or (remote is None or mode != "wal") and _noted(db) != f"{mode} {history_path.disk(path)}":
        if remote is None:
            remote = history_path.is_remote_by_program(path)
        if remote:
            mode = _leave(db, mode)
        else:
            mode = _mode(db, "PRAGMA journal_mode = WAL")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()        # by the shared memory, if there is such
    # A WAL is whole without waiting for the disk at each end of a transaction; a rollback journal is not everywhere.
    db.execute("PRAGMA synchronous = NORMAL" if mode == "wal" else "PRAGMA synchronous = FULL")


def _leave(db: sqlite3.Connection, mode: str) -> str:
    try:
        return _mode(db, "PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error) and "locking protocol" not in str(error):
            raise
        return mode                    # in use as it is: changed by who opens it alone


def note(db: sqlite3.Connection, path: str) -> None:
    """Note how the file is written on this disk."""
    with suppress(sqlite3.OperationalError):                       # busy, or full: the next one notes it
        text = f"{_mode(db)} {history_path.disk(path)}"
        if _noted(db) != text:
            rows.write_note(db, _NOTE, text)


def leave(path: str, busy_ms: int) -> None:
    """Have a file that is in WAL written with a rollback journal, without shared memory: while nobody else uses it.
    Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        _mode(db, "PRAGMA journal_mode = DELETE")


def _mode(db: sqlite3.Connection, pragma: str = "PRAGMA journal_mode") -> str:
    return str(db.execute(pragma).fetchone()[0])


def _noted(db: sqlite3.Connection) -> Optional[str]:
    try:
        return rows.note(db, _NOTE)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):                          # a new file, or one from before the notes
            return None
        raise


# --- connections that cannot write ---------------------------------------------------------------------------------------

def read_only(path: str, busy_ms: int) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error."""
    where = uri(path) + "?mode=ro"
    db = sqlite3.connect(where, uri=True, timeout=busy_ms / 1000, isolation_level=None)
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        table_count(db)
        return db
    except sqlite3.OperationalError as error:
        db.close()
        if is_busy(error) or history_path.size_bytes(path + "-wal", path + "-journal"):
            raise
    # In a folder where nothing can be written there is no shared memory, and nobody who would change the file.
    return sqlite3.connect(where + "&immutable=1", uri=True, isolation_level=None)


def uri(path: str) -> str:
    """The file as sqlite's connect wants it with uri=True, without any choice."""
    whole = os.path.abspath(path).replace(os.sep, "/").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return "file://" + ("" if whole.startswith("/") else "/") + whole              # behind //, what begins with // is no host


def open_frozen(path: str) -> Optional[sqlite3.Connection]:
    """A connection to what lies where nothing can be written: a full or read-only disk; None when it cannot be read so."""
    try:
        db = read_only(path, 0)
    except sqlite3.Error:
        return None
    try:
        if version_of(db) // 100 == VERSION // 100 and version_of(db) >= VERSION:
            return db
    except (sqlite3.Error, UnicodeDecodeError):
        pass
    db.close()
    return None


def read_file(path: str, query: Callable[[sqlite3.Connection], Result]) -> Result:
    """The result of a query of a file of whomever; nothing is made or changed. CcmonError when there is none that can be read."""
    refusal = history_path.refusal(path)
    if refusal:                        # sqlite would wait for a pipe's other end, and write beside another user's
        raise CcmonError(f"{path} cannot be used: {refusal}")
    try:
        with closing(sqlite3.connect(uri(path) + "?mode=rw", uri=True, timeout=_READING_S)) as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            return query(db)
    except (sqlite3.Error, ValueError) as err:
        raise CcmonError(f"{path} cannot be read ({err})") from None


def read_owner(path: str, owner: Owner, query: Callable[[sqlite3.Connection, int], Result], nothing: Result) -> Result:
    """The same with the owner's id; nothing where there is none."""
    def of_owner(db: sqlite3.Connection) -> Result:
        owner_id = rows.owner_id(db, owner)
        return nothing if owner_id is None else query(db, owner_id)
    return read_file(path, of_owner)


# --- damage --------------------------------------------------------------------------------------------------------------

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
