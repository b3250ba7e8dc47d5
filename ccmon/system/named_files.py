"""The door to files that the user named: one for output, written whole or not at all, and a text that is read."""

import errno
import os
import stat
import sys
from typing import BinaryIO, Iterator, Optional

from ccmon import private
from ccmon.errors import CcmonError, Unwritable
from ccmon.system import newfiles, targets
from ccmon.system.targets import Target

READABLE = 0o644
MOST_LINE_BYTES = 1 << 20              # a summary of one user has a thousand
MOST_BYTES = 256 << 20


def write(path: str, content: bytes, for_all: bool = False) -> None:
    """Write the content at once, behind a link of one's own too; pipes and devices are written to. Raises Unwritable.

    The mode of an own file stays. Nobody else may write to a new one, and who may read it is for the umask
    to say; `for_all`: everyone may, since another user's service takes it up.
    """
    try:
        with targets.opened(path) as target:
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
