"""The door to Claude Code's own file .claude.json: whether it has changed, and its text.

No other file that belongs to Claude Code is opened here. What the text says is read in account_json.
"""

from __future__ import annotations

import errno
import os
from typing import List, Optional, Sequence

from ccmon import private
from ccmon.named_tuple import NamedTuple

NAME = ".claude.json"
MISSING = "-"


class FileText(NamedTuple):
    """The file and its text."""

    path: str
    written_at: int                    # epoch s
    text: str = ""
    fault: str = ""                    # why there is no text
    lasting: bool = False              # that changes only when the file does


def stamp(paths: Sequence[str]) -> str:
    """What changes when one of these files does; dashes for those that are not there."""
    return " ".join(map(_stamp, paths))


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return MISSING
    return f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}"


def texts(paths: Sequence[str]) -> List[FileText]:
    """Those of the files that are there, with why where one cannot be read."""
    return [one for one in map(_text, paths) if one is not None]


def _text(path: str) -> Optional[FileText]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    written_at = int(status.st_mtime)
    try:
        if status.st_size > private.MOST_BYTES:
            raise OSError(errno.EFBIG, f"it holds more than {private.MOST_BYTES >> 20} MB")
        return FileText(path, written_at, private.read(path).decode("utf-8-sig", "replace"))
    except OSError as error:
        lasting = error.errno in (errno.EFBIG, errno.EPERM) and str(error.strerror).startswith("it ")
        return FileText(path, written_at, fault=str(error.strerror or error), lasting=lasting)
