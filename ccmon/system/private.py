"""The door to what is the user's alone: folders 0700, files 0600 whatever the umask, a folder for a while, secret variables."""

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import Iterator, List, Mapping, Optional

from ccmon import locks
from ccmon.system import newfiles

PATIENCE_S = 10.0                      # for another process that changes the same
_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2)


def make_folder(path: str) -> None:
    """Like makedirs, but all are 0700; folders that are there already stay as they are. Raises OSError."""
    if not path or os.path.isdir(path):
        return
    make_folder(os.path.dirname(path))
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)


def open_file(path: str, flags: int) -> int:
    """A descriptor of the file itself, not of one behind a link; it is 0600, as a new one and from now on. Raises OSError."""
    fd = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o600)
    if hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(fd).st_mode) != 0o600:
        with suppress(OSError):                          # another user's
            os.fchmod(fd, 0o600)
    return fd


def refuse_pipe(path: str) -> None:
    """Raise OSError where opening the file would wait for somebody else to open its other end."""
    with suppress(FileNotFoundError, ValueError):
        if stat.S_ISFIFO(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe", path)


def put_in_place(temporary: str, path: str, at: Optional[int] = None) -> None:
    """os.replace; on Windows, where a file that somebody reads cannot be replaced, tried for a moment. Raises OSError.

    at: a descriptor of the folder that both names are in.
    """
    if at is not None:
        return os.replace(temporary, path, src_dir_fd=at, dst_dir_fd=at)
    for pause_s in _PAUSES_S if os.name == "nt" else ():
        with suppress(PermissionError):
            return os.replace(temporary, path)
        time.sleep(pause_s)
    os.replace(temporary, path)


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """One process at a time, waited for a while; where no file can be made, and on Windows, none is excluded.

    Raises BlockingIOError when another one does not end. One that is gone or stopped keeps nobody out.
    """
    path, until = os.path.join(folder or ".", ".ccmon-lock"), time.monotonic() + PATIENCE_S
    lock = -1 if os.name == "nt" else locks.file_lock(path)
    while lock is None:
        if time.monotonic() > until:
            raise BlockingIOError(errno.EWOULDBLOCK, f"held by {locks.holder_of(path)}", path)
        time.sleep(0.02)
        lock = locks.file_lock(path)
    try:
        yield
    finally:
        locks.unlock(lock)


@contextmanager
def temporary(prefix: str, env: Mapping[str, str]) -> Iterator[str]:
    """A folder that is gone afterwards, in the first place where only this user can put something.

    Only a user who has no such place gets one in the common place: 0700, under a name that cannot be foretold.
    """
    place = next(own_places(env), None)
    if place is None:
        from tempfile import gettempdir
        place = gettempdir()
    with newfiles.folder_in(place, prefix) as path:
        yield path


def own_places(env: Mapping[str, str]) -> Iterator[str]:
    """Where such a folder may be made, in order."""
    return filter(_is_own, _places(env))


def _places(env: Mapping[str, str]) -> List[str]:
    """Without tempfile.gettempdir(), which writes a file into the common place to see whether it can."""
    named = [env.get(name, "") for name in ("TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")]
    home = env.get("HOME", "")
    return [*named, os.path.join(home, ".cache"), home]


def _is_own(path: str) -> bool:
    """Whether the folder is this user's, and nobody else can write to it."""
    if not os.path.isabs(path) or not os.path.isdir(path) or not os.access(path, os.W_OK | os.X_OK):
        return False
    found = os.stat(path)
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
