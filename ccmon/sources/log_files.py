"""The door to Claude Code's log files: which there are, whether any has changed, and the new lines of one.

Nothing is followed that is a link, as ccusage does; what cannot be read is counted and left out.
"""

from __future__ import annotations

import os
import stat
from binascii import crc32

from ccmon.quick_typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

CHUNK = 1 << 20
MOST_LINE = 32 << 20                   # a longer line is skipped: nobody can mean it
_BYTES = getattr(os, "O_BINARY", 0)     # on Windows, where else a line end is one byte, and Ctrl-Z ends the file
HAS_CTIME = os.name != "nt"          # there it is when the file was made
_ENDS = 512                            # bytes at both ends of what was read tell whether a file is still the same


class LogFile(NamedTuple):
    """A file and its status."""

    path: str
    root: int                          # number of its folder
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int = 0                  # when the system last changed it: no program can set that; 0 where unknown

    @property
    def status(self) -> Tuple[int, int, int, int, int]:
        """What the system says of it."""
        return self[2:]


class Lines(NamedTuple):
    """Lines that stand one behind the other."""

    start: int                         # bytes before them in the file
    end: int                           # bytes up to the next one
    content: bytes                     # with their ends; without those that were too long
    is_whole: bool = True              # False for what stands behind the last line's end
    too_long: int = 0                  # lines that were: they stand before the others
    crc: int = 0                       # of all bytes up to their end, where that of those before the first line was given


def projects(folders: Sequence[str]) -> List[str]:
    """The folders that hold logs, of Claude Code's configuration folders; those themselves may be named, too."""
    tails = [folder.rstrip("/" + os.sep) for folder in folders]
    return [tail if os.path.basename(tail) == "projects" else os.path.join(tail, "projects") for tail in tails]


def scan(folders: Sequence[str]) -> List[LogFile]:
    """Every log below the folders, folder by folder, each in the order of the paths; those that two of them hold once."""
    logs: Dict[str, LogFile] = {}
    for root, folder in enumerate(dict.fromkeys(folders)):
        real = _real(folder)
        for file in sorted(_below(folder, root)):        # below a folder no link is followed
            logs.setdefault(os.path.join(real, file.path[len(folder):].lstrip(os.sep)), file)
    return list(logs.values())


def _real(folder: str) -> str:
    try:
        return os.path.realpath(folder)
    except ValueError:                 # no path at all
        return folder


def _below(folder: str, root: int) -> Iterator[LogFile]:
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                        yield _described(entry, root)
        except (OSError, ValueError):
            continue                   # unreadable, or gone meanwhile


def _described(entry: "os.DirEntry[str]", root: int) -> LogFile:
    status = entry.stat(follow_symlinks=False)
    return LogFile(entry.path, root, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns,
                   status.st_ctime_ns if HAS_CTIME else 0)


def stamp(files: Sequence[LogFile]) -> str:
    """A short text that changes whenever a file does; "" when there are none."""
    seen = repr(list(map(tuple, files))).encode()          # both ways: hashlib takes long to load
    return f"{crc32(seen):08x}{crc32(seen[::-1]):08x}" if files else ""


def open_log(file: LogFile) -> Optional[int]:
    """A descriptor of a plain file; None when it cannot be read. Never waits for a pipe of that name."""
    try:
        fd = os.open(file.path, os.O_RDONLY | _BYTES | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    return None


def fingerprint(fd: int, offset: int) -> bytes:
    """A digest of both ends of the bytes before the offset."""
    head = _at(fd, 0, min(offset, _ENDS))
    tail = _at(fd, max(0, offset - _ENDS), min(offset, _ENDS))
    from ccmon.blake import blake2b  # not where nothing has changed
    return blake2b(head + b"\0" + tail, digest_size=8).digest()


def checksum(fd: int, size: int) -> int:
    """The CRC of the first so many bytes; -1 when there are fewer."""
    crc = 0
    os.lseek(fd, 0, os.SEEK_SET)
    while size > 0:
        content = _next(fd, min(size, CHUNK))
        if not content:
            return -1
        size -= len(content)
        crc = crc32(content, crc)
    return crc


def lines(fd: int, offset: int, final: bool, crc: int = 0) -> Iterator[Lines]:
    """The lines from the offset on, chunk by chunk, where the bytes before it have that CRC. One without an end waits for it,
    unless `final` says that it is wanted as it stands."""
    start, length = offset, 0
    pieces: List[bytes] = []             # parts of the present line, none when it is too long
    os.lseek(fd, offset, os.SEEK_SET)
    while True:
        chunk = _next(fd, CHUNK)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            end, crc = start + length + cut, crc32(chunk[:cut], crc)
            first = chunk.index(b"\n") + 1
            is_long = length + first - 1 > MOST_LINE
            yield Lines(start, end, chunk[first:cut] if is_long else b"".join([*pieces, chunk[:cut]]), True, int(is_long), crc)
            start, length, pieces = end, 0, []
        if not chunk:
            break
        rest = chunk[cut:]
        length += len(rest)
        crc = crc32(rest, crc)
        pieces = [*pieces, rest] if length <= MOST_LINE else []
    if final and length:
        yield Lines(start, start + length, b"".join(pieces), False, int(not pieces), crc)


def _next(fd: int, size: int) -> bytes:
    try:
        return os.read(fd, size)
    except OSError:
        return b""


def _at(fd: int, offset: int, size: int) -> bytes:
    """Bytes at the offset; the position for further reading stays."""
    try:
        before = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, offset, os.SEEK_SET)
        content = os.read(fd, size)
        os.lseek(fd, before, os.SEEK_SET)
        return content
    except OSError:
        return b""
