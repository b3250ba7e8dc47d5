"""The file of the history: what must not be used there and what cannot be, how it is moved aside, and its disk.

The program, its checks and `ccmon doctor` all ask here, so that none accepts what another one refuses.
"""

import os
import sqlite3
import stat
import time
from contextlib import closing, suppress

from ccmon import private
from ccmon.errors import PathError
from ccmon.model import Owner
from ccmon.quick_typing import Iterator, List, Optional, Tuple
from ccmon.store import rows
from ccmon.system import processes

OTHER_FOLDER = "(or set CCMON_DATA_DIR to another folder)"
SIDES = ("-wal", "-shm", "-journal")   # what sqlite puts beside it
NOT_PLAIN = "is a link or not a plain file"
# File systems of one machine. All others may be another machine's: those of a network, of fuse, of a virtual machine's host
# (9p, drvfs, virtiofs, vboxsf, fakeowner); there, and on what is not in this list, a rollback journal is slower and safe.
LOCAL = frozenset("""apfs aufs bcachefs btrfs ecryptfs exfat ext2 ext3 ext4 f2fs ffs fuseblk hammer hammer2 hfs hfsplus jffs2 jfs
    lfs mfs minix msdos msdosfs nilfs2 ntfs ntfs3 overlay ramfs reiser4 reiserfs rootfs shiftfs simfs tmpfs ubifs udf ufs vfat xfs
    yaffs2 zfs""".split())
PROGRAMS = ("/sbin/mount", "/bin/mount")           # which list the disks where the kernel has no table of them
_MOUNTS = "/proc/self/mounts"
_SHARED_BYTES = 32 * 1024
_ROW = r".* on (?P<folder>/.*?)(?: type (?P<type>[\w.+-]+))? \((?P<first>[\w.+-]+)[^()]*\)"
Identity = Tuple[int, int]
Mount = Tuple[str, str]                # folder, kind


class Unusable(Exception):
    """What lies at the path must not be used: what it is and the way out, as the rest of a sentence."""


def refusal(path: str) -> Optional[str]:
    """Why what lies there must not be used, as the rest of a sentence; None when it may be, and when nothing is there.
    A link is not followed: who planted it would have us write to what it leads to, sqlite's journal lies beside the file
    that it finds behind it, and a damaged file could not be moved aside. The folder may be a link."""
    if "\0" in path:
        return f"is no name of a file; history is off until it is another one {OTHER_FOLDER}"
    odd = odd_file(path)
    if odd is None:
        return _foreign_refusal(path)
    what = NOT_PLAIN if odd == path else f"cannot be used: {odd} {NOT_PLAIN}"
    return f"{what}; history is off until it is moved away {OTHER_FOLDER}"


def _foreign_refusal(path: str) -> Optional[str]:
    """What belongs to another user, or is open to others, as the rest of a sentence."""
    taken = foreign_file(path)
    if taken is None:
        return None
    name, why = taken
    shared = why == private.SHARED
    from shlex import quote
    until = f"they may not: chmod go-w {quote(name)}" if shared else "CCMON_DATA_DIR names a folder of your own"
    return f"cannot be used: {name} {why}; history is off until {until}"


def foreign_file(path: str) -> Optional[Tuple[str, str]]:
    """The folder, or the file, or one beside it, that another user owns or could exchange for another one, and which it is."""
    folder = os.path.dirname(path)
    why = private.foreign_folder(folder)
    with suppress(OSError):            # ccmon makes the file 0600: where it is not, the disk has no modes
        if not why and not os.lstat(path).st_mode & 0o002:
            why = private.open_to_others(os.stat(folder))
    if why:
        return folder, why
    for name in files(path):
        with suppress(OSError):
            if private.foreign(os.lstat(name)):
                return name, private.FOREIGN
    return None


def odd_file(path: str) -> Optional[str]:
    """The file, or one beside it, that is not a plain one."""
    for name in files(path):
        with suppress(OSError):        # gone meanwhile, as a journal is when the last program ends
            if not stat.S_ISREG(os.lstat(name).st_mode):
                return name
    return None


def inaccessible(path: str) -> Optional[str]:
    """What this user may not write to, or read, of what lies there; None when there is nothing such."""
    first = next((name for name in files(path) if not os.access(name, os.R_OK | os.W_OK)), None)
    folder = os.path.dirname(path)
    return first or (None if os.access(folder, os.W_OK | os.X_OK) or not os.path.lexists(path) else folder)


def exists(path: str) -> bool:
    """Whether a history lies there. CcmonError when it must not be used, cannot be looked at, or could not even be made."""
    why = refusal(path)
    if why:
        raise PathError(path, why)
    try:
        os.lstat(path)
        return True
    except FileNotFoundError:
        pass
    except OSError as err:
        raise PathError(path, f"cannot be read ({err.strerror})", "Check the permissions of its folder") from None
    above = _lowest(path)
    if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
        reason = "nothing can be written to it" if os.path.isdir(above) else "it is no folder"
        raise PathError(path, f"cannot be created ({above}: {reason}); history is off until its folder can be written "
                              f"{OTHER_FOLDER}")
    return False


def _lowest(path: str) -> str:
    """What is there of the folders over it."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return folder


def delete(path: str, *more_sides: str) -> None:
    """Delete what sqlite puts beside a file, and the file itself where more_sides holds ""."""
    for side in (*more_sides, *SIDES):
        with suppress(OSError):
            os.unlink(path + side)


def files(path: str) -> Iterator[str]:
    """The file and what sqlite has put beside it, as far as they are there."""
    return (name for name in (path, *(path + side for side in SIDES)) if os.path.lexists(name))


def size_bytes(*paths: str) -> int:
    """Bytes on the disk of these files together, none of one that is not there."""
    total = 0
    for path in paths:
        with suppress(OSError):
            total += os.stat(path).st_size
    return total


def identity(path: str) -> Optional[Identity]:
    """What tells this file from another one at its path; never opens it, that would drop sqlite's locks."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def move_aside(path: str, damaged: Optional[Identity]) -> Optional[str]:
    """The new name of the damaged file, or None when another process has moved it already."""
    from ccmon.system import newfiles  # hardly ever
    with newfiles.locked(os.path.dirname(path)):
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


_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name IN ('note', 'owner')"


def one_note(path: str, owner: Owner, key: str) -> Optional[str]:
    """What stands under the key with the owner's number behind it, None where nothing does: read by a query alone.

    LookupError where the history has to be opened whole: it is held, damaged, refused, or has no such owner.
    """
    if refusal(path):
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


# --- its disk ----------------------------------------------------------------------------------------------------------

def is_full(path: str) -> bool:
    """True when the disk has no room for sqlite's shared memory, which it then calls an I/O error."""
    with suppress(OSError):
        from shutil import disk_usage
        return disk_usage(os.path.dirname(path) or ".").free < _SHARED_BYTES
    return False


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


def disk(path: str) -> int:
    """The number of the disk on which the file is, as far as the system gives one; another one after a move."""
    try:
        return os.stat(path).st_dev
    except OSError:
        return -1


def is_remote(path: str) -> Optional[bool]:
    """True on a file system that other machines may share: there they share no memory. None where no table has it."""
    real = os.path.realpath(path)
    if os.name == "nt":                # \\server\share, also behind the letter of a drive
        return real.startswith("\\\\") and (real[2:3] not in "?." or real[:8].upper() == "\\\\?\\UNC\\")
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split(" ")[1:3] for line in file if line.count(" ") >= 2]
    except OSError:
        return None
    kind = filesystem_type(real, [(_unescaped(folder), kind) for folder, kind in mounts])
    return kind != "" and kind not in LOCAL


def _unescaped(name: str) -> str:
    for octal, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        name = name.replace(octal, char)
    return name


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
