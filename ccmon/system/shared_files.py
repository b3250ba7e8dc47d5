"""The door to whole files that other programs write, too, by swap.py; what goes wrong is a PathError."""

import os
import stat
from typing import Optional

from ccmon.errors import PathError
from ccmon.system import private, swap


def read(path: str) -> Optional[bytes]:
    """The content; None when there is no file. PathError when it cannot be read."""
    try:
        return private.read(path, private.anybody)
    except FileNotFoundError:
        return None
    except OSError as err:
        raise PathError(path, f"cannot be read ({err.strerror})", "Nothing was changed") from None


def remove(path: str, before: bytes, lines: bool = False) -> None:
    """Remove the file, behind a link too. Changed when something else is in it, PathError when it cannot be."""
    try:
        swap.remove(path, before, lines)
    except OSError as err:
        raise PathError(path, f"cannot be removed ({err.strerror})") from None


def replace(path: str, before: Optional[bytes], after: bytes, like: Optional[str] = None, lines: bool = False) -> None:
    """Put the content in place at once, behind a link too, with the mode that the file (or the one like it) has.

    lines: what is added at the end meanwhile stays. Changed when something else than `before` is in it by now, CcmonError
    when it cannot be written; then nothing has changed.
    """
    if before == after:
        return
    try:
        private.make_folder(os.path.dirname(os.path.realpath(path)))
        swap.put(path, before, after, stat.S_IMODE(os.stat(like).st_mode) if like else None, lines)
    except OSError as err:
        raise PathError(path, f"cannot be written ({err.strerror})", "Nothing was changed") from None
