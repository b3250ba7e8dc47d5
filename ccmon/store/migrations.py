"""The history file from nothing to the present schema: its path, its pragmas, and when a step is taken."""

import os
import sqlite3
import threading
import time
from contextlib import suppress
from typing import Optional, Tuple

from ccmon.store import history_path, journal
from ccmon.store.history_path import OTHER_FOLDER
from ccmon.store.journal import Refused
from ccmon.system import private, stops

FIRST, VERSION = 100, 202              # of the schema; its steps are loaded where there is one to take

_ATTEMPT_MS = 5
_SHARED_BYTES = 32 * 1024
_MOUNTS = "/proc/self/mounts"
# What would run with each write, or without end with each query, in a file that came from elsewhere.
_PROGRAMS = """SELECT count(*) FROM sqlite_master WHERE type = 'trigger' OR coalesce(rootpage, 0) < 1 AND name IN (
    'owner', 'session', 'snapshot', 'meta', 'note', 'reading', 'model', 'project', 'minute', 'hour', 'forecast', 'alert',
    'message', 'usage', 'legacy', 'archive', 'reported', 'limit_event', 'log_file', 'window_reading')"""
_creating = threading.Lock()

Identity = Tuple[int, int]


class Unusable(Exception):
    """What lies at the path must not be used: what it is and the way out, as the rest of a sentence."""


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


def identity(path: str) -> Optional[Identity]:
    """What tells this file from another one at its path; never opens it, that would drop sqlite's locks."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def is_full(path: str) -> bool:
    """True when the disk has no room for sqlite's shared memory, which it then calls an I/O error."""
    with suppress(OSError):
        from shutil import disk_usage
        return disk_usage(os.path.dirname(path) or ".").free < _SHARED_BYTES
    return False


def is_remote(path: str) -> Optional[bool]:
    """True on a file system that other machines may share: there they share no memory. None where no table has it."""
    history_path = os.path.realpath(path)
    if os.name == "nt":                # \\server\share, also behind the letter of a drive
        return history_path.startswith("\\\\") and (history_path[2:3] not in "?." or history_path[:8].upper() == "\\\\?\\UNC\\")
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split(" ")[1:3] for line in file if line.count(" ") >= 2]
    except OSError:
        return None
    kind = journal.filesystem_type(history_path, [(_unescaped(folder), kind) for folder, kind in mounts])
    return kind != "" and kind not in journal.LOCAL


def _unescaped(name: str) -> str:
    for octal, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        name = name.replace(octal, char)
    return name


def move_aside(path: str, damaged: Optional[Identity]) -> Optional[str]:
    """The new name of the damaged file, or None when another process has moved it already."""
    with private.locked(os.path.dirname(path)):
        if damaged is None or identity(path) != damaged:
            return None
        new_path = _free_name(path)
        # The database last: sqlite drops a -wal without a database, and must not mix it with a new one.
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                os.rename(path + suffix, new_path + suffix)
        return new_path


def _free_name(path: str) -> str:
    """PATH.corrupt- and when it was last written (UTC)."""
    name = path + time.strftime(".corrupt-%Y%m%d-%H%M%S", time.gmtime(os.stat(path).st_mtime))
    number, free = 0, name
    while any(os.path.lexists(free + suffix) for suffix in ("", "-wal", "-shm")):
        number += 1
        free = f"{name}-{number}"
    return free


def is_busy(error: Exception) -> bool:
    """True when another process holds the lock: never a sign of an empty, old or damaged file."""
    return isinstance(error, sqlite3.OperationalError) and any(w in str(error) for w in ("locked", "locking protocol"))


def prepare(db: sqlite3.Connection, path: str, busy_ms: int, journals: bool = True, may_share: bool = True) -> None:
    """Bring a fresh connection (isolation_level None) and its file into shape; tried again while busy, up to busy_ms.
    journals: whether it is chosen how the file is written; may_share: not with memory that is shared, which was tried.
    Raises Unusable, Refused where the disk has no such memory, and sqlite3.Error as it comes."""
    until, remote = time.monotonic() + busy_ms / 1000, is_remote(path) if may_share else True
    # Many short attempts: each checks anew, and in a crowd of first runs one has done the work for all.
    db.execute(f"PRAGMA busy_timeout = {_ATTEMPT_MS}")
    while True:
        try:
            with stops.put_off():
                _prepare(db, path, remote, journals)
            break
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                if may_share and journal.may_be_refusal(error) and journal.has_descriptors() and not is_full(path):
                    raise Refused(error) from None
                raise
            time.sleep(_ATTEMPT_MS / 1000)
    db.execute(f"PRAGMA busy_timeout = {busy_ms:d}")
    if journals and (remote is None or not may_share):
        journal.note(db, path)


def _prepare(db: sqlite3.Connection, path: str, remote: Optional[bool], journals: bool) -> None:
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA temp_store = MEMORY")             # not in the common temporary folder
    db.execute("PRAGMA foreign_keys = ON")
    version = _version(db)
    if version == 0 and _number(db, "PRAGMA page_count") == 0:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")   # has no effect once the first page is written
    if journals:
        journal.choose(db, path, remote)
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
