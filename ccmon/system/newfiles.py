"""The door to files and folders that are not finished: made under a name of their own, and swept when a kill has left them.

A maker holds a lock on what it makes, for as long as it lives: where that can be had, nobody makes it any more. No number of
a process can be taken for that of another one so.
"""

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from itertools import islice

from ccmon import locks, private
from ccmon.quick_typing import Iterable, Iterator, Mapping, Optional, Set

DAY_S = 86_400
PATIENCE_S = 10.0                      # for another process that changes the same
MOST_LOOKED_AT, MOST_SWEPT = 20_000, 1000
_NAME = (r"\.ccmon-(?P<folder>demo-|merge-|prompt-)?(?P<new>[0-9a-f]{12})?(?(new)|[a-z0-9_]{8})"
                   r"(?P<side>-journal|-wal|-shm)?")
# What an older ccmon has left in the cache:
_LINE = r"\.[A-Za-z0-9]+(\.line|\.taken)?\.[0-9]{1,10}|logs\.db(-journal|-wal|-shm)?"
_ONCE: Set[str] = set()
_LOOK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NewFile:
    """A file that is not in place yet: its name in the folder (`at`), or its path where there is no descriptor of that."""

    def __init__(self, folder: str, at: Optional[int]) -> None:
        self.at, self.fd = at, -1
        while self.fd < 0:
            name = _name(".ccmon-")
            self.name = name if at is not None else os.path.join(folder, name)
            with suppress(FileExistsError):
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
                self.fd = os.open(self.name, flags, 0o600, dir_fd=at)
                if not _is_claimed(self.fd, self.name, at):
                    self.close()

    def write(self, content: bytes, mode: int, lasting: bool) -> None:
        """All of it, with that mode, whatever the umask; lasting: safe on the disk. Raises OSError."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self.fd, rest):]
        if lasting:
            os.fsync(self.fd)
        if hasattr(os, "fchmod"):
            os.fchmod(self.fd, mode)
        else:                          # Windows: one that is open cannot be renamed
            self.close()
            os.chmod(self.name, mode)

    def shut(self) -> None:
        """It is written; from now on it is only kept from being swept."""
        if self.fd >= 0 and os.name != "nt":
            os.close(self.fd)
            self.fd = os.open(self.name, _LOOK, dir_fd=self.at)
            locks.flocked(self.fd)

    def close(self) -> None:
        """Closing twice is nothing."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


@contextmanager
def making(folder: str, at: Optional[int] = None) -> Iterator[NewFile]:
    """A new 0600 file in the folder; its name is gone afterwards, whatever has it then. Raises OSError."""
    sweep([folder])
    new = NewFile(folder, at)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(new.fd, 0o600)   # whatever the umask
        yield new
    finally:                           # a signal, too
        with suppress(OSError):
            os.unlink(new.name, dir_fd=at)
        new.close()


@contextmanager
def written(folder: str, at: Optional[int], content: bytes, mode: int = 0o600, lasting: bool = True) -> Iterator[NewFile]:
    """A new file in the folder with all of the content, for the caller to put in place. Raises OSError."""
    with making(folder, at) as new:
        new.write(content, mode, lasting)
        yield new


def replace(folder: str, at: Optional[int], name: str, content: bytes, mode: int = 0o600, lasting: bool = True) -> None:
    """Put the content in place of whatever has that name, whole or not at all; a link is replaced itself. Raises OSError.

    at: a descriptor of the folder; where there is none, name is the path. lasting: safe on the disk before it has the name.
    """
    with written(folder, at, content, mode, lasting) as new:
        private.put_in_place(new.name, name, at)


@contextmanager
def folder_in(parent: str, prefix: str) -> Iterator[str]:
    """A new folder, 0700, gone afterwards with all that is in it. Raises OSError."""
    sweep([parent])
    path, fd = _folder(parent, prefix)
    try:
        yield path
    finally:
        _remove_tree(path)
        if fd >= 0:
            os.close(fd)


@contextmanager
def temporary(prefix: str, env: Mapping[str, str]) -> Iterator[str]:
    """A folder that is gone afterwards, in the first one where only this user can put something.

    Only a user who has none gets one in the common folder: 0700, under a name that cannot be foretold.
    """
    with folder_in(next(private.temporary_folders(env)), prefix) as path:
        yield path


def _folder(parent: str, prefix: str) -> "tuple[str, int]":
    while True:
        path, fd = os.path.join(parent, _name(prefix)), -1
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
            os.chmod(path, 0o700)
            with suppress(OSError):    # Windows opens no folders
                fd = os.open(path, _LOOK)
            if fd < 0 or _is_claimed(fd, path, None):
                return path, fd
            os.close(fd)


def _name(prefix: str) -> str:
    return prefix + os.urandom(6).hex()


# --- whose maker lives ----------------------------------------------------------------------------------------------------

def _is_claimed(fd: int, name: str, at: Optional[int]) -> bool:
    """Take the lock; False when it was swept before that."""
    locks.flocked(fd)
    return _is_there(fd, name, at)


def _is_there(fd: int, name: str, at: Optional[int]) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(name, dir_fd=at, follow_symlinks=False))
    except FileNotFoundError:
        return False


def is_part(name: str, cache: bool = False) -> bool:
    """Whether it is the name of what was not finished; of the cache, also by an older ccmon."""
    if name[:7] != ".ccmon-" and not cache:
        return False                   # as nearly all
    import re
    return bool(re.fullmatch(_NAME, name) or cache and re.fullmatch(_LINE, name))


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """One process at a time, waited for a while; where no file can be made, and on Windows, none is excluded.

    Raises BlockingIOError when another one does not end. One that is gone or stopped locks nobody out.
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


# --- sweeping -------------------------------------------------------------------------------------------------------------

def sweep(folders: Iterable[str], cache: bool = False) -> None:
    """Remove what killed makers have left in the folders, once in the life of this process; never an error."""
    for folder in folders:
        if folder and folder not in _ONCE:
            _ONCE.add(folder)
            with suppress(OSError, ValueError):
                _sweep(folder, cache)


def _sweep(folder: str, cache: bool) -> None:
    with os.scandir(folder) as entries:
        all_names = [one.name for one in islice(entries, MOST_LOOKED_AT)]
    names = [name for name in all_names if is_part(name, cache)]
    for name in sorted(names, key=len)[:MOST_SWEPT]:     # what sqlite has put beside one comes after it
        with suppress(OSError):
            _sweep_one(folder, name)


def _sweep_one(folder: str, name: str) -> None:
    import re
    path, named = os.path.join(folder, name), re.fullmatch(_NAME, name)
    if named and named["side"] and os.path.lexists(path[:-len(named["side"])]):
        return
    fd = -1 if os.name == "nt" else os.open(path, _LOOK)
    try:
        status = os.stat(path, follow_symlinks=False) if fd < 0 else os.fstat(fd)
        free = None if fd < 0 else locks.flocked(fd)
        is_over = free if named and named["new"] and free is not None else (
            free is not False and time.time() - status.st_mtime > DAY_S)
        if not is_over or not private.is_own(status) or fd >= 0 and not _is_there(fd, path, None):
            return
        is_folder = named is not None and named["folder"] is not None
        if stat.S_ISREG(status.st_mode) and not is_folder:
            os.unlink(path)
        elif stat.S_ISDIR(status.st_mode) and is_folder:
            _remove_tree(path)
    finally:
        if fd >= 0:
            os.close(fd)


def _remove_tree(path: str) -> None:
    """Links in it are removed, not followed."""
    from shutil import rmtree
    rmtree(path, ignore_errors=True)
