"""The door to whole files that other programs write, too: the content is exchanged only if it is still what was read.

Where the system can swap two names in one step, what came out is checked afterwards, so that nothing can come
between; elsewhere the check comes right before the rename. Who still writes into the file that came out is waited for.
"""

import errno
import os
import signal
import stat
import sys
import time
from contextlib import suppress

from ccmon import locks, private
from ccmon.errors import PathError
from ccmon.quick_typing import Any, Callable, Optional, TypeVar
from ccmon.system import named_files, newfiles
from ccmon.system.named_files import Target
from ccmon.system.newfiles import NewFile

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


def read(path: str) -> Optional[bytes]:
    """The content; None when there is no file. PathError when it cannot be read."""
    try:
        return private.read(path, private.anybody)
    except FileNotFoundError:
        return None
    except OSError as err:
        raise PathError(path, f"cannot be read ({err.strerror})", "Nothing was changed") from None


def remove(path: str, before: bytes, lines: bool = False) -> None:
    """Remove the file, behind a link too. Changed when something else is in it, PathError when it cannot be."""
    try:
        _remove(path, before, lines)
    except OSError as err:
        raise PathError(path, f"cannot be removed ({err.strerror})") from None


def replace(path: str, before: Optional[bytes], after: bytes, like: Optional[str] = None, lines: bool = False) -> None:
    """Put the content in place at once, behind a link too, with the mode that the file (or the one like it) has.

    lines: what is added at the end meanwhile stays. Changed when something else than `before` is in it by now, CcmonError
    when it cannot be written; then nothing has changed.
    """
    if before == after:
        return
    try:
        private.make_folder(os.path.dirname(os.path.realpath(path)))
        _put(path, before, after, stat.S_IMODE(os.stat(like).st_mode) if like else None, lines)
    except OSError as err:
        raise PathError(path, f"cannot be written ({err.strerror})", "Nothing was changed") from None


def repeated(work: Callable[[], Result]) -> Result:
    """What comes of the work, which is begun anew as long as others change the file meanwhile. Raises Changed in the end."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with suppress(Changed):
            return work()
        time.sleep(_PAUSE_S)
    return work()


# --- the exchange ---------------------------------------------------------------------------------------------------------

def _put(path: str, before: Optional[bytes], after: bytes, mode: Optional[int] = None, lines: bool = False) -> None:
    """Put `after` where `before` is (None: where nothing is), behind links of one's own, too; the mode stays.

    lines: what others have added at the end meanwhile stands behind it then. Raises Changed, OSError.
    """
    with named_files.opened(path) as target:
        status = target.status()
        if (status is None) != (before is None):
            raise Changed(path)
        if status is not None and not stat.S_ISREG(status.st_mode):
            raise OSError(errno.ELOOP, "it is a link of another user, or no file")
        mode = mode if mode is not None else 0o600 if status is None else stat.S_IMODE(status.st_mode)
        with newfiles.written(target.folder, target.at, after, mode) as new:
            new.shut()
            _given_over(target, new, status, mode)
            if before is None:
                _create(target, new)
            elif not _exchanged(target, new, before, after, lines):
                raise Changed(path)


def _given_over(target: Target, new: NewFile, status: Optional[os.stat_result], mode: int) -> None:
    """Let it have the owner, group and access list of what it is put in place of, else the owner of the folder: root is asked
    to write into the homes of others, who could not read what is root's. What we may not give stays as it is.
    """
    if new.fd < 0 or target.at is None or not hasattr(os, "fchown"):
        return
    made, like = os.fstat(new.fd), status or os.fstat(target.at)
    group = like.st_gid if status or made.st_uid == 0 else made.st_gid
    if (made.st_uid, made.st_gid) != (like.st_uid, group):
        for uid in (like.st_uid, made.st_uid):
            with suppress(OSError):
                os.fchown(new.fd, uid, group)
                break
    if status and hasattr(os, "getxattr"):
        with suppress(OSError):        # most have none
            old = os.open(target.name, _READ, dir_fd=target.at)
            try:
                os.setxattr(new.fd, _ACCESS, os.getxattr(old, _ACCESS))
            finally:
                os.close(old)
    os.fchmod(new.fd, mode)            # a new owner takes some of it away


def _remove(path: str, before: bytes, lines: bool = False) -> None:
    """Remove the file, behind links of one's own, too, if that is all that is in it. Raises Changed, OSError."""
    with named_files.opened(path) as target, newfiles.making(target.folder, target.at) as new:
        new.close()
        private.put_in_place(target.name, new.name, target.at)
        came_out = _settled(new.name, target.at)
        if came_out == before:
            return
        try:
            _create(target, new)
        except Changed:                # a new one is there by now
            if lines and came_out.startswith(before):
                _append(target, came_out[len(before):])
        raise Changed(path)


def _create(target: Target, new: NewFile) -> None:
    """Give it its name, unless somebody else was faster."""
    try:
        if target.at is None:
            os.rename(new.name, target.name)             # on Windows it does not replace
        else:
            os.link(new.name, target.name, src_dir_fd=target.at, dst_dir_fd=target.at)
    except FileExistsError:
        raise Changed(target.path) from None
    except OSError as err:
        if err.errno not in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES):
            raise
        if target.status() is not None:  # a file system without hard links
            raise Changed(target.path) from None
        private.put_in_place(new.name, target.name, target.at)


def _exchanged(target: Target, new: NewFile, before: bytes, after: bytes, lines: bool) -> bool:
    """Whether it was; if not, what others have made of the file is there."""
    old = os.open(target.name, _READ, dir_fd=target.at)
    try:
        now = _content(old)
        if now != before and not (lines and now.startswith(before)):
            return False
        locks.flocked(old)            # nobody sweeps it while it has the other name
        if not _swap(target, new.name):
            private.put_in_place(new.name, target.name, target.at)
            return _caught_up(target, old, before, lines)
        if os.path.samestat(os.fstat(old), os.stat(new.name, dir_fd=target.at, follow_symlinks=False)):
            came_out = _quiet(old)
            if came_out == before:
                return True
            if lines and came_out.startswith(before):
                _append_or_undo(target, new, came_out[len(before):])
                return True
        _give_back(target, new, after, lines)
        return False
    finally:
        os.close(old)


def _give_back(target: Target, new: NewFile, after: bytes, lines: bool) -> None:
    """Put back what came out; what others have meanwhile made of ours is newer, and stays."""
    while True:
        if not _swap(target, new.name):
            return
        came_out = _settled(new.name, target.at)
        if came_out == after:
            return
        if lines and came_out.startswith(after):
            _append(target, came_out[len(after):])
            return
        after = _read_by(_content, target.name, target.at)       # back with it, unless that has changed, too


def _caught_up(target: Target, old: int, before: bytes, lines: bool) -> bool:
    """After a mere rename: add what came late to the old file."""
    late = _quiet(old)
    if late != before and lines and late.startswith(before):
        _append(target, late[len(before):])
    return True


def _append_or_undo(target: Target, new: NewFile, rest: bytes) -> None:
    """A full disk must not cost what the others have added: then all is as they left it."""
    try:
        _append(target, rest)
    except OSError:
        _swap(target, new.name)
        raise


def _append(target: Target, rest: bytes) -> None:
    """In one write, as a shell does, which no other one divides."""
    fd = os.open(target.name, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0), dir_fd=target.at)
    try:
        if os.write(fd, rest) < len(rest):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    finally:
        os.close(fd)


def _swap(target: Target, name: str) -> bool:
    """Exchange two names in one step; False where that cannot be done."""
    call = _call()
    if call is None or target.at is None:
        return False
    import ctypes
    if not call(target.at, os.fsencode(name), target.at, os.fsencode(target.name), _SWAP):
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
