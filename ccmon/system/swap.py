"""The door to files that other programs write, too: the content is exchanged for another one only if it is still what was read.

Where the system can swap two names in one step, what came out of the place is looked at afterwards, so that nothing can come
between; elsewhere there is a look right before the rename. Who still writes into the file that came out is waited for.
"""

import errno
import os
import signal
import stat
import sys
import time
from contextlib import suppress
from typing import Any, Callable, Optional, TypeVar

from ccmon.errors import PathError
from ccmon.system import newfiles, private, targets
from ccmon.system.newfiles import NewFile
from ccmon.system.targets import Place

Result = TypeVar("Result")
_SWAP = 2                              # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_PATIENCE_S = 10.0
_WAIT_S, _PAUSE_S = 2.0, 0.01
_ACCESS = "system.posix_acl_access"
_LATE_S = 0.2                          # where nobody says whether a file is still written to
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Changed(PathError):
    """Another program has written the file since it was read: it stays as that has left it. Begin anew."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "is being written all the time", "Try again when nobody else changes it")


def put(path: str, before: Optional[bytes], after: bytes, mode: Optional[int] = None, lines: bool = False) -> None:
    """Put `after` where `before` is (None: where nothing is), behind links of one's own, too; a file keeps its mode.

    lines: what others have added at the end meanwhile stands behind it then. Raises Changed, OSError.
    """
    with targets.opened(path) as place:
        status = place.status()
        if (status is None) != (before is None):
            raise Changed(path)
        if status is not None and not stat.S_ISREG(status.st_mode):
            raise OSError(errno.ELOOP, "it is a link of another user, or no file")
        mode = mode if mode is not None else 0o600 if status is None else stat.S_IMODE(status.st_mode)
        with newfiles.written(place.folder, place.at, after, mode) as new:
            new.shut()
            _given_over(place, new, status, mode)
            if before is None:
                _create(place, new)
            elif not _exchanged(place, new, before, after, lines):
                raise Changed(path)


def _given_over(place: Place, new: NewFile, status: Optional[os.stat_result], mode: int) -> None:
    """Let it have the owner, group and access list of what it is put in place of, else the owner of the folder: root is asked
    to write into the homes of others, who could not read what is root's. What we may not give stays as it is.
    """
    if new.fd < 0 or place.at is None or not hasattr(os, "fchown"):
        return
    made, like = os.fstat(new.fd), status or os.fstat(place.at)
    group = like.st_gid if status or made.st_uid == 0 else made.st_gid
    if (made.st_uid, made.st_gid) != (like.st_uid, group):
        for uid in (like.st_uid, made.st_uid):
            with suppress(OSError):
                os.fchown(new.fd, uid, group)
                break
    if status and hasattr(os, "getxattr"):
        with suppress(OSError):        # most have none
            old = os.open(place.name, _READ, dir_fd=place.at)
            try:
                os.setxattr(new.fd, _ACCESS, os.getxattr(old, _ACCESS))
            finally:
                os.close(old)
    os.fchmod(new.fd, mode)            # a new owner takes some of it away


def repeated(work: Callable[[], Result]) -> Result:
    """What comes of the work, which is begun anew as long as others change the file meanwhile. Raises Changed in the end."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with suppress(Changed):
            return work()
        time.sleep(_PAUSE_S)
    return work()


def remove(path: str, before: bytes, lines: bool = False) -> None:
    """Remove the file, behind links of one's own, too, if that is all that is in it. Raises Changed, OSError."""
    with targets.opened(path) as place, newfiles.making(place.folder, place.at) as new:
        new.close()
        private.put_in_place(place.name, new.name, place.at)
        came_out = _settled(new.name, place.at)
        if came_out == before:
            return
        try:
            _create(place, new)
        except Changed:                # a new one is there by now
            if lines and came_out.startswith(before):
                _append(place, came_out[len(before):])
        raise Changed(path)


def _create(place: Place, new: NewFile) -> None:
    """Give it its name, unless somebody else was faster."""
    try:
        if place.at is None:
            os.rename(new.name, place.name)              # on Windows it does not replace
        else:
            os.link(new.name, place.name, src_dir_fd=place.at, dst_dir_fd=place.at)
    except FileExistsError:
        raise Changed(place.path) from None
    except OSError as err:
        if err.errno not in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES):
            raise
        if place.status() is not None:  # a file system without hard links
            raise Changed(place.path) from None
        private.put_in_place(new.name, place.name, place.at)


def _exchanged(place: Place, new: NewFile, before: bytes, after: bytes, lines: bool) -> bool:
    """Whether it was; if not, what others have made of the file is there."""
    old = os.open(place.name, _READ, dir_fd=place.at)
    try:
        now = _content(old)
        if now != before and not (lines and now.startswith(before)):
            return False
        newfiles.claim(old)            # nobody sweeps it while it has the other name
        if not _swap(place, new.name):
            private.put_in_place(new.name, place.name, place.at)
            return _caught_up(place, old, before, lines)
        if os.path.samestat(os.fstat(old), os.stat(new.name, dir_fd=place.at, follow_symlinks=False)):
            came_out = _quiet(old)
            if came_out == before:
                return True
            if lines and came_out.startswith(before):
                _append_or_undo(place, new, came_out[len(before):])
                return True
        _give_back(place, new, after, lines)
        return False
    finally:
        os.close(old)


def _give_back(place: Place, new: NewFile, after: bytes, lines: bool) -> None:
    """Put back what came out; what others have meanwhile made of ours is newer, and stays in its place."""
    while True:
        if not _swap(place, new.name):
            return
        came_out = _settled(new.name, place.at)
        if came_out == after:
            return
        if lines and came_out.startswith(after):
            _append(place, came_out[len(after):])
            return
        after = _content_of(place.name, place.at)       # back with it, unless that has changed, too


def _caught_up(place: Place, old: int, before: bytes, lines: bool) -> bool:
    """After a mere rename: add what came late to the old file."""
    late = _quiet(old)
    if late != before and lines and late.startswith(before):
        _append(place, late[len(before):])
    return True


def _append_or_undo(place: Place, new: NewFile, rest: bytes) -> None:
    """A full disk must not cost what the others have added: then all is as they left it."""
    try:
        _append(place, rest)
    except OSError:
        _swap(place, new.name)
        raise


def _append(place: Place, rest: bytes) -> None:
    """In one write, as a shell does, which no other one divides."""
    fd = os.open(place.name, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0), dir_fd=place.at)
    try:
        if os.write(fd, rest) < len(rest):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    finally:
        os.close(fd)


def _swap(place: Place, name: str) -> bool:
    """Exchange two names in one step; False where that cannot be done."""
    call = _call()
    if call is None or place.at is None:
        return False
    import ctypes
    if not call(place.at, os.fsencode(name), place.at, os.fsencode(place.name), _SWAP):
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number))


def _call() -> Any:
    """The library's function, None where there is none."""
    try:
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
    except (ImportError, OSError, TypeError):
        return None
    return getattr(library, "renameat2", None) or getattr(library, "renameatx_np", None)


# --- who still writes -------------------------------------------------------------------------------------------------------

def _settled(name: str, at: Optional[int]) -> bytes:
    """What is in the file when nobody writes to it any more."""
    return _read_by(_quiet, name, at)


def _content_of(name: str, at: Optional[int]) -> bytes:
    return _read_by(_content, name, at)


def _read_by(read: Callable[[int], bytes], name: str, at: Optional[int]) -> bytes:
    fd = os.open(name, _READ, dir_fd=at)
    try:
        return read(fd)
    finally:
        os.close(fd)


def _content(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as file:
        return file.read()


def _quiet(fd: int) -> bytes:
    until = time.monotonic() + _WAIT_S
    while not _is_unwritten(fd) and time.monotonic() < until:
        time.sleep(_PAUSE_S)
    return _content(fd)


def _is_unwritten(fd: int) -> bool:
    """Whether no process has it open for writing: Linux gives a lease for reading then alone."""
    if sys.platform == "linux":
        import fcntl
        try:
            fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)         # whoever opens it now would end us by SIGIO
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return True
        except OSError as err:
            if err.errno == errno.EAGAIN:
                return False
    time.sleep(_LATE_S)
    return True
