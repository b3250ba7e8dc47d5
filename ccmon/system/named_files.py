"""The door to files that are named: where a path leads, a file for output, written whole or not at all, a text that is read.

A link is followed when it is this user's or root's, or lies where nobody else could have put it; so nobody leads us to a file
of ours from a folder that is open to others, and no folder changes between check and use.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from contextlib import contextmanager

from ccmon import private
from ccmon.errors import CcmonError, Unwritable
from ccmon.quick_typing import BinaryIO, Iterator, List, NamedTuple, Optional, Set
from ccmon.system import newfiles

READABLE = 0o644
MOST_LINE_BYTES = 1 << 20              # a summary of one user has a thousand
MOST_BYTES = 256 << 20
_MOST_LINKS = 40
_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(?:self|thread-self|([0-9]+))(?:/task/[0-9]+)?/fd")
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


# --- where a path leads -----------------------------------------------------------------------------------------------------

class Target(NamedTuple):
    """Where a file is, or is to be."""

    at: Optional[int]                  # a descriptor of the folder; None on Windows
    folder: str
    name: str                          # in the folder; the whole path where there is no descriptor

    @property
    def path(self) -> str:
        """For programs that know no descriptors, and messages."""
        return os.path.join(self.folder, self.name)

    def status(self) -> Optional[os.stat_result]:
        """What lies there, a link as such; None when nothing does. Raises OSError."""
        try:
            return os.stat(self.name, dir_fd=self.at, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def is_trusted(self, status: os.stat_result) -> bool:
        """Whether what was there is this user's or root's, or nobody else could have put it there."""
        return self.at is None or status.st_uid in _owners() or _is_closed(os.fstat(self.at))

    def descriptor(self) -> Optional[int]:
        """The descriptor of this process that this stands for, as /dev/stdout and /dev/fd/63 do; -1: another one's."""
        named = _DESCRIPTORS.fullmatch(self.folder)
        if named is None or not self.name.isdigit():
            return None
        return int(self.name) if named[1] in (None, str(os.getpid())) else -1


@contextmanager
def opened(path: str) -> Iterator[Target]:
    """Follow the path to its end, as far as its links are to be followed; what lies there is not opened. Raises OSError."""
    if sys.platform == "win32" or os.name == "nt":
        real = os.path.realpath(path)
        yield Target(None, os.path.dirname(real), real)
        return
    target = _walk(os.fspath(path))
    try:
        yield target
    finally:
        if target.at is not None:
            os.close(target.at)


def _owners() -> Set[int]:
    """Who is trusted; in a container root's files may have another number."""
    return {os.getuid(), 0, os.stat("/").st_uid}


def _is_closed(folder: os.stat_result) -> bool:
    """Whether only somebody who is trusted can put anything into the folder."""
    return folder.st_uid in _owners() and not folder.st_mode & 0o022


def _walk(path: str) -> Target:
    if "\0" in path:
        raise OSError(errno.EINVAL, "a name cannot have a NUL", path)
    folder = "/" if path.startswith("/") else os.getcwd()
    fd, todo, links = os.open("/" if path.startswith("/") else ".", _FOLDER), _parts(path), 0
    try:
        while todo:
            part = todo.pop()
            target = Target(fd, folder, part)
            status = target.status() if part != ".." else None
            if part != ".." and status is not None and stat.S_ISLNK(status.st_mode) and not _ends(target, status, todo):
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                link = os.readlink(part, dir_fd=fd)
                todo += _parts(link)
                if link.startswith("/"):
                    fd, folder = _moved(fd, "/", None), "/"
            elif part != ".." and not todo:
                return target
            else:
                fd = _moved(fd, part, fd)
                folder = os.path.dirname(folder) if part == ".." else os.path.join(folder, part)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    except BaseException:
        os.close(fd)
        raise


def _parts(path: str) -> List[str]:
    """The names on the way, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _ends(target: Target, status: os.stat_result, todo: List[str]) -> bool:
    """Whether the link is the end of the way: one of a descriptor leads to no path, one that is not trusted is no way."""
    if target.descriptor() is not None:
        return True
    if target.is_trusted(status):
        return False
    if todo:
        raise OSError(errno.ELOOP, f"{target.path} is a link of another user", target.path)
    return True


def _moved(old: int, name: str, at: Optional[int]) -> int:
    fd = os.open(name, _FOLDER, dir_fd=at)
    os.close(old)
    return fd


# --- a file for output ------------------------------------------------------------------------------------------------------

def write(path: str, content: bytes, for_all: bool = False) -> None:
    """Write the content at once, behind a link of one's own too; pipes and devices are written to. Raises Unwritable.

    The mode of an own file stays. Nobody else may write to a new one, and who may read it is for the umask
    to say; `for_all`: everyone may, since another user's service takes it up.
    """
    try:
        with opened(path) as target:
            _put(target, content, for_all)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise Unwritable(f"{path} cannot be written ({reason})", "Name a file in a folder that you can write to") from None


def _put(target: Target, content: bytes, for_all: bool) -> None:
    status, number = target.status(), target.descriptor()
    if number is not None and number >= 0:
        _pour(os.dup(number), content)
    elif number is not None:
        _pour(os.open(target.path, os.O_WRONLY), content)
    elif status is None or stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
        newfiles.replace(target.folder, target.at, target.name, content, _mode(status, for_all))
    elif stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    else:
        _pour(_special(target, status), content)


def _pour(fd: int, content: bytes) -> None:
    with os.fdopen(fd, "wb") as file:
        file.write(content)


def _special(target: Target, status: os.stat_result) -> int:
    """A pipe or device, which it would be wrong to replace; one that another user has put there would get what is not theirs."""
    foreign = PermissionError(errno.EPERM, "it belongs to another user")
    if not target.is_trusted(status):
        raise foreign
    fd = os.open(target.name, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), dir_fd=target.at)
    if not os.path.samestat(os.fstat(fd), status):
        os.close(fd)
        raise foreign
    return fd


def _mode(status: Optional[os.stat_result], for_all: bool) -> int:
    """Who may do what with a file of another user would be theirs to choose."""
    if status is not None and stat.S_ISREG(status.st_mode) and private.is_own(status):
        return stat.S_IMODE(status.st_mode)
    return READABLE if for_all else READABLE & ~_umask()


def _umask() -> int:
    """It cannot be asked for without being set."""
    before = os.umask(0o077)
    os.umask(before)
    return before


# --- a text that is read ---------------------------------------------------------------------------------------------------

def lines(path: str) -> Iterator[str]:
    """The lines one by one, whatever bytes are in it; a dash is standard input. Raises CcmonError when it cannot be read."""
    try:
        if path == "-":
            if sys.stdin is not None:
                yield from (line.decode("utf-8", "replace") for line in _bounded(sys.stdin.buffer))
            return
        with open(path, "rb") as file:
            for number, line in enumerate(_bounded(file)):
                yield line.decode("utf-8" if number else "utf-8-sig", "replace")
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise CcmonError(f"{path} cannot be read ({reason})", "Name a text file, or - for standard input") from None


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """Its lines; ValueError where one has no end, or the file has none."""
    left = MOST_BYTES
    while True:
        line = file.readline(MOST_LINE_BYTES + 1)
        left -= len(line)
        if len(line) > MOST_LINE_BYTES or left < 0:
            raise ValueError("it has a line that is too long" if left >= 0 else "it is too long")
        if not line:
            return
        yield line
