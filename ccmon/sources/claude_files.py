"""The door to what Claude Code says: its own file .claude.json, and the spool of what it told its status line.

No other file that belongs to Claude Code is opened here. account_json and spool_lines read what the texts say.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import nullcontext, suppress

from ccmon import line_answer, private
from ccmon.quick_typing import IO, Iterator, List, NamedTuple, Optional, Sequence

MISSING = "-"
LATE_S = 10                            # a writer that had the file open may add to it so long after it was taken
MOST_BYTES = 200_000                   # of what is read at once
_NO_SPOOL = (errno.ENOENT, errno.EPERM, errno.ENXIO, errno.ELOOP)      # nothing, or nothing of ours


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
        return FileText(path, written_at, private.read(path).decode("utf-8-sig", "replace"))
    except OSError as error:
        lasting = error.errno in (errno.EFBIG, errno.EPERM) and str(error.strerror).startswith("it ")
        return FileText(path, written_at, fault=str(error.strerror or error), lasting=lasting)


# --- the spool: hook.py adds to it, one refresh at a time takes it ----------------------------------------------------

def may_hold_spool(where: str) -> bool:
    """Whether it may hold what was not taken yet; False where spool_contents() would give nothing."""
    return any(os.path.lexists(where + "/" + line_answer.SPOOL + ending) for ending in ("", ".taken"))


def spool_contents(where: str) -> Iterator[str]:
    """What the spool of that cache folder holds, file by file: ask for the next when one is stored. The caller holds the lock.

    What was taken stays readable for a while, and is given again: a writer that had the file open then may still have added to
    it. What is added once its name is gone its writer writes anew, see hook.append.
    """
    path, taken = where + "/" + line_answer.SPOOL, where + "/" + line_answer.SPOOL + ".taken"
    try:
        old = _opened(taken)
    except OSError as error:
        if error.errno not in _NO_SPOOL:
            return                     # it may not be replaced
        old = None
    with old or nullcontext():
        before = _content(old)
        yield before
        if old and os.name == "nt":    # Windows replaces no open file
            old.close()
        if os.path.exists(path):
            try:
                private.put_in_place(path, taken)
                file = _opened(taken)
            except OSError:
                return
            yield from _grown(old, before)
            with file:
                yield _content(file)
        elif time.time() - private.mtime_s(taken) > LATE_S:
            with suppress(OSError):
                os.unlink(taken)
            yield from _grown(old, before)


def _opened(path: str) -> IO[bytes]:
    """A plain file of our own. Raises OSError."""
    return os.fdopen(private.open_plain(path, os.O_RDONLY), "rb")


def _grown(old: Optional[IO[bytes]], before: str) -> Iterator[str]:
    """What the file holds by now, where it has grown."""
    content = _content(old) if old and not old.closed else before
    if content != before:
        yield content


def _content(file: Optional[IO[bytes]]) -> str:
    if file is None:
        return ""
    file.seek(0)
    return file.read(MOST_BYTES).decode("ascii", "replace")
