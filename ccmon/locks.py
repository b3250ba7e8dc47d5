"""The door to locks: one process at a time, without waiting, and who it is.

For whatever may hold up a line: it imports nothing but linecache.
"""

import os

from ccmon import linecache


def lock(where: str) -> "int | None":
    """The refresh lock without waiting: a descriptor, or None while another process refreshes.

    Where there can be no lock (no home, read-only, full, some network disks) -1: refresh without one rather than never.
    """
    try:
        linecache.make_folder(where)
        fd = linecache.open_file(where + "/lock", os.O_RDWR | os.O_CREAT)
    except OSError:
        return -1
    try:
        if os.name == "nt":
            import msvcrt
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return fd
    except (BlockingIOError, PermissionError):
        os.close(fd)
        return None
    except OSError:                    # a file system without locks
        os.close(fd)
        return -1


def unlock(fd: int) -> None:
    """Give the lock back."""
    if fd >= 0:
        if os.name == "nt":            # else it may go some time after the descriptor
            import msvcrt
            os.lseek(fd, 0, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
        os.close(fd)


def leave_group(fd: int, text: str) -> None:
    """Write who runs (process group and its start) into the lock file, so that the next holder can end an orphan."""
    if fd >= 0 and os.name != "nt":
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, text.encode(), 0)
        except OSError:
            pass


def left_group(fd: int) -> str:
    """What a holder that died has left in the lock file."""
    try:
        return os.pread(fd, 100, 0).decode("ascii", "replace") if fd >= 0 and os.name != "nt" else ""
    except OSError:
        return ""
