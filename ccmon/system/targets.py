"""The door to what a path leads to: the folder, held open, and the name in it.

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
from typing import Iterator, List, Optional, Set

from ccmon.named_tuple import NamedTuple

_MOST_LINKS = 40
_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(?:self|thread-self|([0-9]+))(?:/task/[0-9]+)?/fd")
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


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
