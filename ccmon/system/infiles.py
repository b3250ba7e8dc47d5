"""The door to a text file that the user named: its lines, whatever bytes are in it. A dash is standard input."""

import sys
from typing import Iterator

from ccmon.model import CcmonError


def lines(path: str) -> Iterator[str]:
    """The lines one by one. Raises CcmonError when the file is not there or cannot be read."""
    try:
        if path == "-":
            if sys.stdin is not None:
                yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
            return
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            yield from file
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise CcmonError(f"{path} cannot be read ({reason}). Name a text file, or - for standard input") from None
