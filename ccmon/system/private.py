"""The door to what is the user's alone: folders 0700, files 0600 whatever the umask, a folder for a while, secret variables."""

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import Callable, Iterator, List, Mapping, Optional

from ccmon import line_answer

PATIENCE_S = 10.0                      # for another process that changes the same
MOST_BYTES = 16 << 20                  # of a file that is read whole
Whose = Callable[[os.stat_result], Optional[str]]       # what there is against the owner and the mode, None: nothing
FOREIGN, SHARED = "belongs to another user", "can be written by others"
_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2)


def make_folder(path: str) -> None:
    """Like makedirs, but all are 0700; folders that are there already stay as they are, and no home is made. Raises OSError."""
    if not path or os.path.isdir(path):
        return
    if path == os.environ.get("HOME"):                   # gone for now: whoever brings it back makes it
        raise FileNotFoundError(errno.ENOENT, "the home is gone", path)
    make_folder(os.path.dirname(path))
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)


def own_folder(path: str) -> None:
    """The same for a folder of ccmon's own: one that another user made is refused. Raises OSError."""
    why = whose_folder(path)
    if why:
        raise PermissionError(errno.EPERM, f"it {why}", path)
    make_folder(path)


def open_file(path: str, flags: int) -> int:
    """A descriptor of the file itself, not of one behind a link; it is 0600, as a new one and from now on. Raises OSError."""
    fd = open_plain(path, flags | getattr(os, "O_NOFOLLOW", 0))
    if hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(fd).st_mode) != 0o600:
        with suppress(OSError):                          # root's
            os.fchmod(fd, 0o600)
    return fd


def open_plain(path: str, flags: int, whose: Optional[Whose] = None) -> int:
    """A descriptor of a plain file, got without waiting for anything; whose says what is refused, foreign if it is not given.

    Pipes, devices and folders are none; a link may lead to one. Nothing is cut before it was checked. Raises OSError.
    """
    def refusal(status: os.stat_result) -> Optional[str]:
        is_plain = stat.S_ISREG(status.st_mode)
        return (whose or foreign)(status) if is_plain else f"is {_kind(status.st_mode)}, not a plain file"

    return line_answer.open_plain(path, flags, refusal)


def _kind(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device"


def read(path: str, whose: Optional[Whose] = None) -> bytes:
    """All that a plain file holds, as open_plain opens it. Raises OSError."""
    with os.fdopen(open_plain(path, os.O_RDONLY, whose), "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it holds more than {MOST_BYTES >> 20} MB", path)
    return content


# --- whose it is ----------------------------------------------------------------------------------------------------------

def is_own(status: os.stat_result) -> bool:
    """Whether it belongs to this user."""
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def foreign(status: os.stat_result) -> Optional[str]:
    """That it belongs to another user, who is not root; None of one's own and root's."""
    if not is_own(status) and status.st_uid not in (0, os.stat("/").st_uid):
        return FOREIGN                 # in a namespace of users root's files have another number
    return None


def open_to_others(status: os.stat_result) -> Optional[str]:
    """The same, or that others may write to it: all, or a group that is not this user's own. In a sticky folder they cannot."""
    if not hasattr(os, "getuid") or stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return foreign(status)
    shared = status.st_mode & 0o002 or status.st_mode & 0o020 and not _is_own_group(status.st_gid)
    return foreign(status) or (SHARED if shared else None)


def _is_own_group(group: int) -> bool:
    """Whether it is the group of this process, or the user's first one, which that is not under newgrp and sg."""
    if group == os.getgid():
        return True
    import pwd
    with suppress(KeyError):           # a user without a name, as in containers
        return group == pwd.getpwuid(os.getuid()).pw_gid
    return False


def anybody(_found: os.stat_result) -> Optional[str]:
    """Nothing against whomever it belongs to: it is no file of ccmon's own."""
    return None


def whose_folder(path: str) -> Optional[str]:
    """That the folder belongs to another user, or a link that leads to it, or the one in which it would be made."""
    while path and not os.path.lexists(path):
        path = os.path.dirname(path)
    above = os.path.dirname(path)
    with suppress(OSError, ValueError):
        folders = [path, above] if os.path.basename(above) == "ccmon" else [path]
        return next(filter(None, (foreign(stat_of(folder)) for folder in folders for stat_of in (os.stat, os.lstat))), None)
    return None


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

    Raises BlockingIOError when another one does not end. One that is gone or stopped locks nobody out.
    """
    from ccmon import locks  # not for every call that knows where its files are
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
    """A folder that is gone afterwards, in the first one where only this user can put something.

    Only a user who has none gets one in the common folder: 0700, under a name that cannot be foretold.
    """
    from ccmon.system import newfiles
    with newfiles.folder_in(next(own_folders(env)), prefix) as path:
        yield path


def own_folders(env: Mapping[str, str]) -> Iterator[str]:
    """Where such a folder may be made, in order; the common one where there is none."""
    folders = [folder for folder in _candidate_folders(env) if _is_closed(folder)]
    if not folders:
        from tempfile import gettempdir
        folders = [gettempdir()]
    return iter(folders)


def _candidate_folders(env: Mapping[str, str]) -> List[str]:
    """Without tempfile.gettempdir(), which writes a file into the common folder to see whether it can."""
    named = [env.get(name, "") for name in ("TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")]
    home = env.get("HOME", "")
    return [*named, os.path.join(home, ".cache"), home]


def _is_closed(path: str) -> bool:
    """Whether the folder is this user's, and nobody else can write to it."""
    if not os.path.isabs(path) or not os.path.isdir(path) or not os.access(path, os.W_OK | os.X_OK):
        return False
    status = os.stat(path)
    return not hasattr(os, "getuid") or is_own(status) and not status.st_mode & 0o022
