"""Copies of a history: one that is made while others write, and one of another machine's file, which is never touched.

The own file is only opened by sqlite: closing it in any other way would drop the locks of this process.
"""

import os
import sqlite3
import stat
import time
from contextlib import closing, contextmanager, suppress
from io import FileIO
from pathlib import Path

from ccmon import private
from ccmon.errors import CcmonError, PathError, Unwritable, UsageError
from ccmon.quick_typing import Callable, Iterator, List, Optional, Tuple
from ccmon.store import connection, history_path, schema
from ccmon.system import named_files, newfiles
from ccmon.system.named_files import Target
from ccmon.system.newfiles import NewFile

BUSY_MS = 2000
_MAGIC = b"SQLite format 3\0"
_SIDES = ("-wal", "-journal")
_ATTEMPTS = 20
MOST_BYTES = 1 << 30                   # of a file of another machine, and what lies beside it; ten years have a tenth of it
_PART_BYTES = 1 << 20
_OF_SEVERAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_NAME_OTHER = "Name the ccmon.db of the other machine, or a backup of it"
_NOTHING_MERGED = "Nothing was merged: name the ccmon.db of the other machine, or a backup of it"


class Broken(Exception):
    """sqlite's message about a damaged file."""


class InUse(PathError):
    """Another program holds the file."""


class Newer(PathError):
    """A ccmon of a later version has written it."""


# --- looking -----------------------------------------------------------------------------------------------------------

@contextmanager
def reading(path: str) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. Raises Broken, and CcmonError where the file cannot be read at all, or must not be."""
    why = history_path.refusal(path)
    if why:
        raise PathError(path, why)
    try:
        with closing(_opened(path)) as db:
            yield db
    except UnicodeDecodeError as error:                  # a damaged schema, quoted in sqlite's message
        raise Broken(error.object.decode("ascii", "replace")) from None
    except sqlite3.Error as error:
        if connection.is_busy(error):
            raise InUse(path, f"is held by another program ({error})", "Try again in a moment") from None
        if "unable to open" in str(error):
            raise PathError(path, f"cannot be read ({error})", "Check its permissions") from None
        raise Broken(str(error) or "its schema cannot be read") from None


def _opened(path: str) -> sqlite3.Connection:
    """What a killed writer left half done is undone first, as at every start of ccmon: without that nobody can read it."""
    try:
        return connection.read_only(path, BUSY_MS)
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error) or history_path.inaccessible(path):
            raise
    db = sqlite3.connect(connection.uri(path) + "?mode=rw", uri=True, timeout=BUSY_MS / 1000, isolation_level=None)
    db.execute("PRAGMA query_only = ON")
    return db


def is_newer(db: sqlite3.Connection) -> bool:
    """Whether a ccmon of a later version has written it."""
    return connection.version_of(db) // 100 > connection.VERSION // 100


def strangeness(db: sqlite3.Connection) -> Optional[str]:
    """Why this database is not for us, as the rest of a sentence; None when it is a history."""
    version = connection.version_of(db)
    if is_newer(db):
        return f"was written by a newer ccmon (schema {version}, this one knows {connection.VERSION}): upgrade ccmon"
    tables = {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    notes = "note" if version >= schema.BREAKING else "meta"
    return None if version >= connection.FIRST and {"owner", "session", "snapshot", notes} <= tables else (
        "is not a history of ccmon")


def is_blank(db: sqlite3.Connection) -> bool:
    """Whether it is a file that ccmon has only begun, or an empty one: it fills that as its own."""
    return connection.version_of(db) == 0 and connection.table_count(db) == 0


# --- a backup ----------------------------------------------------------------------------------------------------------

def backup(source: str, target: str) -> Tuple[int, int]:
    """Copy the history to a file of its own, whole or not at all, while others write; its sessions and bytes.
    Raises UsageError when something else lies there, Unwritable, CcmonError, Broken."""
    try:
        with named_files.opened(target) as file:
            _may_replace(file.path, target, source)
            with newfiles.making(file.folder, file.at) as new:
                if os.name == "nt":    # one that is open cannot be renamed
                    new.close()
                temporary = os.path.join(file.folder, os.path.basename(new.name))
                sessions = _put_copy(source, temporary, new, file)
            return sessions, history_path.size_bytes(file.path)
    except OSError as error:
        raise Unwritable(f"{target} cannot be written ({error.strerror})", "Name a file in a folder that can be") from None


def _put_copy(source: str, temporary: str, new: NewFile, target: Target) -> int:
    try:
        sessions = _filled(source, temporary)
        with open(temporary, "rb+") as whole:
            os.fsync(whole.fileno())
        private.put_in_place(new.name, target.name, target.at)
        return sessions
    finally:
        history_path.delete(temporary)


def _may_replace(real: str, target: str, source: str) -> None:
    if not os.path.lexists(real) or os.path.islink(real):          # a link that is not followed is replaced itself
        return
    if os.path.isdir(real):
        raise UsageError(f"{target} is a folder", "Name a file in it")
    if os.path.samefile(real, source):
        raise UsageError(f"{target} is the history itself", "Name another file")
    if not stat.S_ISREG(os.stat(real).st_mode) or not _as_it_lies(real, lambda db: strangeness(db) is None):
        raise UsageError(f"{target} is there already, and not a history of ccmon", "Name another file")
    if history_path.size_bytes(real + "-wal"):
        raise UsageError(f"{target} is in use: {target}-wal is there", "Name another file")


def is_of_another_program(path: str) -> bool:
    """Whether it is an undamaged database, and not one of ccmon; nothing is written beside it."""
    return _as_it_lies(path, lambda db: not is_blank(db) and not is_newer(db) and strangeness(db) is not None)


def _as_it_lies(path: str, question: Callable[[sqlite3.Connection], bool]) -> bool:
    """The answer without a look at what lies beside it; False of a file that is damaged."""
    try:
        with closing(sqlite3.connect(Path(path).as_uri() + "?mode=ro&immutable=1", uri=True)) as db:
            return question(db)
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _filled(source: str, temporary: str) -> int:
    """Copy all pages in one go, check them, and make the copy a single file; the number of its sessions."""
    with reading(source) as db:
        if is_blank(db):
            raise CcmonError(f"There is nothing to copy yet: {source} is empty. ccmon keeps sessions from its first run on")
        why = strangeness(db)
        if why:
            raise CcmonError(f"{source} {why}")
        with closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
            try:
                db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            except sqlite3.OperationalError as error:
                if "full" in str(error) or "I/O" in str(error):
                    raise OSError(0, str(error)) from None
                raise
            wrong = connection.faults(copy, "quick_check")
            if wrong:
                raise Broken(wrong[0])
            return int(copy.execute("SELECT count(*) FROM session").fetchone()[0])


# --- a file of another machine -------------------------------------------------------------------------------------------

@contextmanager
def copied(path: str, own: str) -> Iterator[str]:
    """The path of a private copy with all that the file and its journal say; gone afterwards. Raises UsageError, CcmonError."""
    _may_read(path, own)
    with newfiles.temporary(".ccmon-merge-", os.environ) as folder:
        copy = os.path.join(folder, "other.db")
        try:
            _copy_still(path, copy)
        except OSError as error:
            raise CcmonError(f"{path} cannot be copied to {folder} ({error.strerror})", "Nothing was merged") from None
        yield copy


def _may_read(path: str, own: str) -> None:
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a plain file"
            raise UsageError(f"{path} is {what}", _NAME_OTHER)
        if os.path.exists(own) and os.path.samefile(path, own):
            raise UsageError(f"{path} is the history of this machine itself", "Name that of another one")
        with _opened_raw(path) as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise UsageError(f"{path} is not a history of ccmon", _NAME_OTHER)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", _NAME_OTHER) from None


def _copy_still(path: str, copy: str) -> None:
    """Copy the file and its journal while nobody changes them."""
    for _ in range(_ATTEMPTS):
        before, room = _stamps(path), MOST_BYTES
        for suffix in ("", *_SIDES):
            with suppress(FileNotFoundError):
                os.unlink(copy + suffix)
            if suffix == "" or os.path.lexists(path + suffix):
                room -= _copy_file(path + suffix, copy + suffix, room)
        if _stamps(path) == before:
            _check_journal(path, copy + _SIDES[1])
            return
        time.sleep(0.05)
    raise CcmonError(f"{path} is being written all the time", "Merge a backup of it: ccmon history --backup FILE")


def _copy_file(path: str, copy: str, most: int) -> int:
    """Copy a plain file of so many bytes at most, however long it grows meanwhile; how many there were."""
    number = 0
    with _opened_raw(path) as source, open(copy, "wb") as target:
        state = os.fstat(source.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise UsageError(f"{path} is not a plain file", _NOTHING_MERGED)
        part = b"" if state.st_size > most else source.read(_PART_BYTES)
        while part and number <= most:
            number += target.write(part)
            part = source.read(_PART_BYTES)
    if max(number, state.st_size) > most:
        raise CcmonError(f"{path} is larger than any history ({MOST_BYTES >> 30} GB at most)", "Nothing was merged")
    return number


def _check_journal(path: str, journal: str) -> None:
    """sqlite deletes the file that a journal of a change to several files names at its end."""
    with suppress(FileNotFoundError), open(journal, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - len(_OF_SEVERAL)))
        if file.read() == _OF_SEVERAL:
            raise UsageError(f"{path}{_SIDES[1]} is of a change to several files", _NOTHING_MERGED)


def _stamps(path: str) -> List[Tuple[int, int, bytes]]:
    """Times, sizes and heads, in which sqlite counts changes: two within a second leave the same time on some disks."""
    stamps = []
    for suffix in ("", *_SIDES):
        with suppress(FileNotFoundError):
            state = os.stat(path + suffix)
            stamps.append((state.st_mtime_ns, state.st_size, _head(path + suffix)))
    return stamps


def _head(path: str) -> bytes:
    """The first 100 bytes; nothing of what is no file."""
    with suppress(OSError), _opened_raw(path) as file:
        return file.read(100)
    return b""


def _opened_raw(path: str) -> FileIO:
    """Without waiting for the other end of a pipe."""
    return open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb", 0)
