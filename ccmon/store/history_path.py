"""The path of the history, checked without opening or creating anything: what must not be used there, and what cannot be.

The program, its checks and `ccmon doctor` all ask here, so that none accepts what another one refuses.
"""

import os
import stat
from contextlib import suppress
from typing import Iterator, Optional, Tuple

from ccmon import private
from ccmon.errors import PathError

OTHER_FOLDER = "(or set CCMON_DATA_DIR to another folder)"
SIDES = ("-wal", "-shm", "-journal")   # what sqlite puts beside it
NOT_PLAIN = "is a link or not a plain file"


def refusal(path: str) -> Optional[str]:
    """Why what lies there must not be used, as the rest of a sentence; None when it may be, and when nothing is there.
    A link is not followed: who planted it would have us write to what it leads to, sqlite's journal lies beside the file
    that it finds behind it, and a damaged file could not be moved aside. The folder may be a link."""
    if "\0" in path:
        return f"is no name of a file; history is off until it is another one {OTHER_FOLDER}"
    odd = odd_file(path)
    if odd is None:
        return _foreign_refusal(path)
    what = NOT_PLAIN if odd == path else f"cannot be used: {odd} {NOT_PLAIN}"
    return f"{what}; history is off until it is moved away {OTHER_FOLDER}"


def _foreign_refusal(path: str) -> Optional[str]:
    """What belongs to another user, or is open to others, as the rest of a sentence."""
    taken = foreign_file(path)
    if taken is None:
        return None
    name, why = taken
    shared = why == private.SHARED
    from shlex import quote
    until = f"they may not: chmod go-w {quote(name)}" if shared else "CCMON_DATA_DIR names a folder of your own"
    return f"cannot be used: {name} {why}; history is off until {until}"


def foreign_file(path: str) -> Optional[Tuple[str, str]]:
    """The folder, or the file, or one beside it, that another user owns or could exchange for another one, and which it is."""
    folder = os.path.dirname(path)
    why = private.foreign_folder(folder)
    with suppress(OSError):            # ccmon makes the file 0600: where it is not, the disk has no modes
        if not why and not os.lstat(path).st_mode & 0o002:
            why = private.open_to_others(os.stat(folder))
    if why:
        return folder, why
    for name in files(path):
        with suppress(OSError):
            if private.foreign(os.lstat(name)):
                return name, private.FOREIGN
    return None


def odd_file(path: str) -> Optional[str]:
    """The file, or one beside it, that is not a plain one."""
    for name in files(path):
        with suppress(OSError):        # gone meanwhile, as a journal is when the last program ends
            if not stat.S_ISREG(os.lstat(name).st_mode):
                return name
    return None


def inaccessible(path: str) -> Optional[str]:
    """What this user may not write to, or read, of what lies there; None when there is nothing such."""
    first = next((name for name in files(path) if not os.access(name, os.R_OK | os.W_OK)), None)
    folder = os.path.dirname(path)
    return first or (None if os.access(folder, os.W_OK | os.X_OK) or not os.path.lexists(path) else folder)


def exists(path: str) -> bool:
    """Whether a history lies there. CcmonError when it must not be used, cannot be looked at, or could not even be made."""
    why = refusal(path)
    if why:
        raise PathError(path, why)
    try:
        os.lstat(path)
        return True
    except FileNotFoundError:
        pass
    except OSError as err:
        raise PathError(path, f"cannot be read ({err.strerror})", "Check the permissions of its folder") from None
    above = _lowest(path)
    if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
        reason = "nothing can be written to it" if os.path.isdir(above) else "it is no folder"
        raise PathError(path, f"cannot be created ({above}: {reason}); history is off until its folder can be written "
                              f"{OTHER_FOLDER}")
    return False


def _lowest(path: str) -> str:
    """What is there of the folders over it."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return folder


def delete(path: str, *more_sides: str) -> None:
    """Delete what sqlite puts beside a file, and the file itself where more_sides holds ""."""
    for side in (*more_sides, *SIDES):
        with suppress(OSError):
            os.unlink(path + side)


def files(path: str) -> Iterator[str]:
    """The file and what sqlite has put beside it, as far as they are there."""
    return (name for name in (path, *(path + side for side in SIDES)) if os.path.lexists(name))
