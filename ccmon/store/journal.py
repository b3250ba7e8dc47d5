"""Where sqlite may write ahead to a log that all processes share (WAL), and where it needs a rollback journal.

WAL needs memory that all of them share, and so a disk of this machine that has such. What a disk refused is noted in the file,
with the number of that disk: it is not asked for again there.
"""

import os
import sqlite3
from contextlib import closing, suppress
from typing import List, Optional, Tuple

from ccmon.store import rows
from ccmon.system import processes

# File systems of one machine. All others may be another machine's: those of a network, of fuse, of a virtual machine's host
# (9p, drvfs, virtiofs, vboxsf, fakeowner); there, and on what is not in this list, a rollback journal is slower and safe.
LOCAL = frozenset("""apfs aufs bcachefs btrfs ecryptfs exfat ext2 ext3 ext4 f2fs ffs fuseblk hammer hammer2 hfs hfsplus jffs2 jfs
    lfs mfs minix msdos msdosfs nilfs2 ntfs ntfs3 overlay ramfs reiser4 reiserfs rootfs shiftfs simfs tmpfs ubifs udf ufs vfat xfs
    yaffs2 zfs""".split())
PROGRAMS = ("/sbin/mount", "/bin/mount")           # which list the disks where the kernel has no table of them
_ROW = r".* on (?P<folder>/.*?)(?: type (?P<type>[\w.+-]+))? \((?P<first>[\w.+-]+)[^()]*\)"
_NOTE = "journal"
_REFUSALS = ("disk I/O error", "unable to open database file", "locking protocol")

Mount = Tuple[str, str]                # folder, kind


class Refused(Exception):
    """The file cannot be read or written with memory that is shared: sqlite's error."""

    def __init__(self, error: sqlite3.OperationalError) -> None:
        super().__init__(str(error))
        self.error = error


def may_be_refusal(error: Exception) -> bool:
    """Whether sqlite reports this where a disk has no shared memory, among other reasons."""
    return isinstance(error, sqlite3.OperationalError) and any(words in str(error) for words in _REFUSALS)


def has_descriptors() -> bool:
    """Whether this process may open a few files more: sqlite reports the same for one that may not."""
    opened: List[int] = []
    try:
        for _ in range(2):
            opened += os.pipe()
        return True
    except OSError:
        return False
    finally:
        for fd in opened:
            os.close(fd)


def filesystem_type(path: str, mounts: List[Mount]) -> str:
    """The kind of file system that holds the path; "" when no mount is above it."""
    above = [(len(folder), kind) for folder, kind in mounts if f"{path}/".startswith(folder.rstrip("/") + "/")]
    return max(reversed(above), key=lambda mount: mount[0], default=(0, ""))[1]        # of two on one folder the last counts


def is_remote_by_program(path: str) -> bool:
    """Whether `mount` calls it the disk of another machine; False where it prints nothing: then only a try shows it."""
    import re
    program = next(filter(processes.is_program, PROGRAMS), None)
    output = program and processes.printed([program], {"LC_ALL": "C"}) or ""
    matches = filter(None, (re.fullmatch(_ROW, row) for row in output.splitlines()))
    mounts = [(row["folder"].lower(), row["type"] or row["first"]) for row in matches]
    kind = filesystem_type(os.path.realpath(path).lower(), mounts)         # there upper and lower case often are the same
    return kind != "" and kind not in LOCAL


def choose(db: sqlite3.Connection, path: str, remote: Optional[bool]) -> None:
    """Have the file written in the way that its disk allows.
    remote: whether other machines share it; None where no table has it: `mount` is asked for a new file, and for one that was on
    another disk before. Raises sqlite3.Error, as where the disk has no shared memory."""
    mode = _mode(db)
    if remote is not True and (remote is None or mode != "wal") and _noted(db) == f"{mode} {disk(path)}":
        _sync(db, mode)
        return
    if remote is None:
        remote = is_remote_by_program(path)
    if remote:
        mode = _leave(db, mode)
    else:
        mode = _mode(db, "PRAGMA journal_mode = WAL")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()            # by the shared memory, if there is such
    _sync(db, mode)


def _leave(db: sqlite3.Connection, mode: str) -> str:
    try:
        return _mode(db, "PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error) and "locking protocol" not in str(error):
            raise
        return mode                    # in use as it is: changed by who opens it alone


def _sync(db: sqlite3.Connection, mode: str) -> None:
    """A WAL is whole without waiting for the disk at each end of a transaction; a rollback journal is not everywhere."""
    db.execute("PRAGMA synchronous = NORMAL" if mode == "wal" else "PRAGMA synchronous = FULL")


def note(db: sqlite3.Connection, path: str) -> None:
    """Note how the file is written on this disk."""
    with suppress(sqlite3.OperationalError):                       # busy, or full: the next one notes it
        text = f"{_mode(db)} {disk(path)}"
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


def disk(path: str) -> int:
    """The number of the disk on which the file is, as far as the system gives one; another one after a move."""
    try:
        return os.stat(path).st_dev
    except OSError:
        return -1
