"""The door to a text file that the user named: its lines, whatever bytes are in it. A dash is standard input."""

import sys
from typing import BinaryIO, Iterator

from ccmon.errors import CcmonError

MOST_LINE_BYTES = 1 << 20              # a summary of one user has a thousand
MOST_BYTES = 256 << 20


def lines(path: str) -> Iterator[str]:
    """The lines one by one. Raises CcmonError when the file is not there or cannot be read."""
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
