"""The door to the spool: what Claude Code reported to its status line (hook.py adds it), taken by one refresh at a time."""

import errno
import os
import time
from contextlib import nullcontext, suppress
from typing import IO, Iterator, Optional

from ccmon import line_answer, private

LATE_S = 10                            # a writer that had the file open may add to it so long after it was taken
MOST_BYTES = 200_000                   # of what is read at once
_NO_SPOOL = (errno.ENOENT, errno.EPERM, errno.ENXIO, errno.ELOOP)      # nothing, or nothing of ours


def may_hold(where: str) -> bool:
    """Whether it may hold what was not taken yet; False where contents() would give nothing."""
    return any(os.path.lexists(where + "/" + line_answer.SPOOL + ending) for ending in ("", ".taken"))


def contents(where: str) -> Iterator[str]:
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
