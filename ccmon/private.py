"""The door to what is the user's alone: folders 0700, files 0600 whatever the umask, opened without waiting for anything.

Each cached line loads this file: it imports nothing of ccmon and nothing slow.
"""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, Mapping
    Whose = Callable[[os.stat_result], "str | None"]       # what there is against the owner and the mode, None: nothing

MOST_BYTES = 16 << 20                  # of a file that is read whole
MOST_CACHED_BYTES = 1 << 20            # of one in the cache, or in /proc; one that is larger is none of ours
FOREIGN, SHARED = "belongs to another user", "can be written by others"
_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2)
_KINDS = {0o040000: "a folder", 0o010000: "a pipe"}
_EPERM, _ENOENT, _EFBIG = 1, 2, 27     # as everywhere; errno is one more file to load


# --- whose it is ----------------------------------------------------------------------------------------------------------

def is_own(status: os.stat_result) -> bool:
    """Whether it belongs to this user."""
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def foreign(status: os.stat_result) -> "str | None":
    """That it belongs to another user, who is not root; None of one's own and root's."""
    if not is_own(status) and status.st_uid not in (0, os.stat("/").st_uid):
        return FOREIGN                 # in a namespace of users root's files have another number
    return None


def foreign_folder(path: str) -> "str | None":
    """That the folder belongs to another user, or a link that leads to it, or the one in which it would be made."""
    while path and not os.path.lexists(path):
        path = os.path.dirname(path)
    above = os.path.dirname(path)
    try:
        folders = [path, above] if os.path.basename(above) == "ccmon" else [path]
        return next(filter(None, [foreign(stat_of(folder)) for folder in folders for stat_of in (os.stat, os.lstat)]), None)
    except (OSError, ValueError):
        return None


def open_to_others(status: os.stat_result) -> "str | None":
    """The same, or that others may write to it: all, or a group that is not this user's own. In a sticky folder they cannot."""
    if not hasattr(os, "getuid") or status.st_mode & 0o170000 == 0o040000 and status.st_mode & 0o1000:
        return foreign(status)
    shared = status.st_mode & 0o002 or status.st_mode & 0o020 and not _is_own_group(status.st_gid)
    return foreign(status) or (SHARED if shared else None)


def _is_own_group(group: int) -> bool:
    """Whether it is the group of this process, or the user's first one, which that is not under newgrp and sg."""
    if group == os.getgid():
        return True
    import pwd
    try:
        return group == pwd.getpwuid(os.getuid()).pw_gid
    except KeyError:                   # a user without a name, as in containers
        return False


def anybody(_status: os.stat_result) -> None:
    """Nothing against whomever it belongs to: it is no file of ccmon's own."""


# --- files ----------------------------------------------------------------------------------------------------------------

def open_plain(path: str, flags: int, whose: "Whose" = foreign) -> int:
    """A descriptor of a plain file, got without waiting for anything; whose says what is refused. Raises OSError.

    Pipes, devices and folders are none; a link may lead to one. Nothing is cut before it was checked.
    """
    fd = os.open(path, flags & ~os.O_TRUNC | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
                 | getattr(os, "O_BINARY", 0), 0o600)
    try:
        status = os.fstat(fd)
        kind = status.st_mode & 0o170000
        why = whose(status) if kind == 0o100000 else f"is {_KINDS.get(kind, 'a device')}, not a plain file"
        if why:
            raise PermissionError(_EPERM, f"it {why}", path)
        if flags & os.O_TRUNC:
            os.ftruncate(fd, 0)
    except OSError:
        os.close(fd)
        raise
    return fd


def open_file(path: str, flags: int) -> int:
    """A descriptor of the file itself, not of one behind a link; it is 0600, as a new one and from now on. Raises OSError."""
    fd = open_plain(path, flags | getattr(os, "O_NOFOLLOW", 0))
    try:
        if os.fstat(fd).st_mode & 0o777 != 0o600 and hasattr(os, "fchmod"):
            os.fchmod(fd, 0o600)
    except OSError:                    # root's
        pass
    return fd


def read(path: str, whose: "Whose" = foreign) -> bytes:
    """All that a plain file holds, as open_plain opens it. Raises OSError."""
    with os.fdopen(open_plain(path, os.O_RDONLY, whose), "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(_EFBIG, f"it holds more than {MOST_BYTES >> 20} MB", path)
    return content


def content_of(path: str) -> "bytes | None":
    """The same of a file of ccmon's own; None when there is none, or it cannot be one of ours."""
    try:
        fd = open_plain(path, os.O_RDONLY)
    except (OSError, ValueError):
        return None
    try:
        size = os.fstat(fd).st_size    # 0 of what /proc has
        return os.read(fd, max(size, 4096)) if size <= MOST_CACHED_BYTES else None
    except OSError:
        return None
    finally:
        os.close(fd)


def mtime_s(path: str) -> float:
    """When the file was last written (epoch s), 0 when there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0


def set_time(path: str, at: float) -> None:
    """Give an existing file a time of change."""
    try:
        os.utime(path, (at, at))
    except (OSError, OverflowError):
        pass


def unlink(path: str) -> None:
    """Remove the file, where that can be done."""
    try:
        os.unlink(path)
    except OSError:
        pass


def put_in_place(temporary: str, path: str, at: "int | None" = None) -> None:
    """os.replace; on Windows, where a file that somebody reads cannot be replaced, tried for a moment. Raises OSError.

    at: a descriptor of the folder that both names are in.
    """
    if at is not None:
        return os.replace(temporary, path, src_dir_fd=at, dst_dir_fd=at)
    for pause_s in _PAUSES_S if os.name == "nt" else ():
        try:
            return os.replace(temporary, path)
        except PermissionError:
            time.sleep(pause_s)
    os.replace(temporary, path)


# --- folders --------------------------------------------------------------------------------------------------------------

def make_folder(path: str) -> None:
    """Like makedirs, but all are 0700; folders that are there already stay as they are, and no home is made. Raises OSError."""
    if not path or os.path.isdir(path):
        return
    if path == os.environ.get("HOME"):                   # gone for now: whoever brings it back makes it
        raise FileNotFoundError(_ENOENT, "the home is gone", path)
    make_folder(os.path.dirname(path))
    try:
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)
    except FileExistsError:
        pass


def own_folder(path: str) -> None:
    """The same for a folder of ccmon's own: one that another user made is refused. Raises OSError."""
    why = foreign_folder(path)
    if why:
        raise PermissionError(_EPERM, f"it {why}", path)
    make_folder(path)


def temporary_folders(env: "Mapping[str, str]") -> "Iterator[str]":
    """Where a folder for a while may be made, in order: where only this user can put something, else the common one."""
    # Without tempfile.gettempdir(), which writes a file into the common folder to see whether it can.
    home = env.get("HOME", "")
    named = [env.get(name, "") for name in ("TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")]
    folders = [folder for folder in (*named, os.path.join(home, ".cache"), home) if _is_closed(folder)]
    if not folders:
        from tempfile import gettempdir
        folders = [gettempdir()]
    return iter(folders)


def _is_closed(path: str) -> bool:
    """Whether the folder is this user's, and nobody else can write to it."""
    if not os.path.isabs(path) or not os.path.isdir(path) or not os.access(path, os.W_OK | os.X_OK):
        return False
    status = os.stat(path)
    return not hasattr(os, "getuid") or is_own(status) and not status.st_mode & 0o022
