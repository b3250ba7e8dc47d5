"""The door to the files around ccmon, for `ccmon doctor`: what is there, and what this user may do with it. Changes nothing."""

import os
import stat
import sys
from contextlib import suppress
from typing import Iterator, List, Optional, Sequence

from ccmon import private
from ccmon.doctor.check import FileStat

MOST_SHUT = 3                          # folders named


def status_of(path: str) -> FileStat:
    """What is there; where that cannot be seen, the folder over it that is shut."""
    try:
        status = os.stat(path)
    except PermissionError:
        return _shut_above(path)
    except (OSError, ValueError):
        return FileStat(path)
    folder = stat.S_ISDIR(status.st_mode)
    enter = os.X_OK if folder else 0
    own = private.is_own(status)
    return FileStat(path, True, folder, stat.S_IMODE(status.st_mode) if os.name == "posix" else 0, own,
                 os.access(path, os.R_OK | enter), os.access(path, os.W_OK | enter))


def _shut_above(path: str) -> FileStat:
    folder = os.path.dirname(path)
    with suppress(OSError):
        own = private.is_own(os.stat(folder))
        return FileStat(folder, True, True, own=own, readable=False, writable=False)
    return _shut_above(folder) if folder != os.path.dirname(folder) else FileStat(folder, True, True, own=False, readable=False)


def is_foreign(path: str) -> bool:
    """Whether it belongs to another user, who is not root."""
    with suppress(OSError):
        return private.foreign(os.stat(path)) is not None
    return False


def above(path: str) -> FileStat:
    """The lowest folder over the path that there is."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return status_of(folder)


def lowest(path: str) -> FileStat:
    """What is there, or the lowest folder over it."""
    return status_of(path) if os.path.lexists(path) else above(path)


def free_bytes(folder: str) -> Optional[int]:
    """What this user may still write there; None where nobody says it (Windows, some network disks)."""
    if sys.platform == "win32":
        return None
    try:
        status = os.statvfs(folder)
    except (OSError, ValueError):
        return None
    if not status.f_blocks:
        return None
    return 0 if status.f_files and not status.f_favail else status.f_bavail * status.f_frsize


def shut_logs(configured: Sequence[str], folders: Sequence[str]) -> List[FileStat]:
    """The topmost of what cannot be read of the folders of logs, each of which lies in the configured one of its number."""
    shut: List[FileStat] = []
    for outer, folder in zip(configured, folders):
        top, whole = status_of(outer), status_of(folder)
        if top.exists and not top.readable:
            shut.append(top)
        elif whole.exists:
            wrong = [inner for inner in _below(folder) if not inner.readable]
            if not whole.readable or wrong:
                shut.append(whole._replace(own=whole.own and all(inner.own for inner in wrong)))
    return shut[:MOST_SHUT]


def _below(folder: str) -> Iterator[FileStat]:
    """Every folder and log below; links are not followed, as the reader does."""
    waiting = [folder]
    while waiting:
        with suppress(OSError, ValueError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder or entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                    yield status_of(entry.path)
                if is_folder:
                    waiting.append(entry.path)
