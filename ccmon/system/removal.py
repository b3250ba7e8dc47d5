"""The door to what is taken away: plain files of this user's own, by name, and folders in which nothing is left.

Nothing is followed: a link stays, and so does what it leads to.
"""

import os
import stat
from contextlib import suppress

from ccmon import private
from ccmon.quick_typing import List, Optional

LINK, NOT_PLAIN = "it is a link", "it is not a plain file"


def names(folder: str) -> List[str]:
    """What lies in the folder, sorted; nothing where there is none, or it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []


def why_not(path: str) -> Optional[str]:
    """What there is against removing the file, as the rest of a sentence; None when there is nothing, or no file."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as err:
        return f"it cannot be looked at ({getattr(err, 'strerror', None) or err})"
    if stat.S_ISLNK(status.st_mode):
        return LINK
    if not stat.S_ISREG(status.st_mode):
        return NOT_PLAIN
    if not private.is_own(status):
        return f"it {private.FOREIGN}"
    folder = os.path.dirname(path)
    return None if os.access(folder, os.W_OK | os.X_OK) else f"{folder} cannot be written"


def remove_file(path: str) -> Optional[str]:
    """Remove it. Why not, as the rest of a sentence; None when it is gone."""
    why = why_not(path)
    if why is None:
        try:
            with suppress(FileNotFoundError):
                os.unlink(path)
        except OSError as err:
            why = f"it cannot be removed ({err.strerror})"
    return why


def remove_folder(path: str) -> bool:
    """Whether it was removed: as is_empty."""
    with suppress(OSError, ValueError):
        if is_empty(path):
            os.rmdir(path)
            return True
    return False


def is_empty(path: str) -> bool:
    """Whether it is an own folder, no link, in which nothing is."""
    with suppress(OSError, ValueError):
        status = os.lstat(path)
        return stat.S_ISDIR(status.st_mode) and private.is_own(status) and not os.listdir(path)
    return False


def is_private_folder(path: str) -> bool:
    """Whether it is a folder of mode 0700, as ccmon makes them."""
    with suppress(OSError, ValueError):
        status = os.lstat(path)
        return stat.S_ISDIR(status.st_mode) and (os.name == "nt" or stat.S_IMODE(status.st_mode) == 0o700)
    return False


def is_shut(path: str) -> bool:
    """Whether there may be something that this user cannot read: a file, a folder, or one that is on the way to it."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as err:
        return isinstance(err, PermissionError)
    return not os.access(path, os.R_OK | os.X_OK if stat.S_ISDIR(mode) else os.R_OK)


def size(path: str) -> int:
    """The bytes of the file, 0 when there is none."""
    with suppress(OSError, ValueError):
        return os.lstat(path).st_size
    return 0
