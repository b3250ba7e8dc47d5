"""The door to a file that the user named for output: written whole or not at all."""

import errno
import os
import stat

from ccmon.errors import Unwritable
from ccmon.system import newfiles, private, targets
from ccmon.system.targets import Place

READABLE = 0o644


def write(path: str, content: bytes, for_all: bool = False) -> None:
    """Put the content in place at once, behind a link of one's own too; pipes and devices are written to. Raises Unwritable.

    A file of one's own that is there keeps its mode. Nobody else may write to a new one, and who may read it is for the umask
    to say; `for_all`: everyone may, since another user's service takes it up.
    """
    try:
        with targets.opened(path) as place:
            _put(place, content, for_all)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise Unwritable(f"{path} cannot be written ({reason})", "Name a file in a folder that you can write to") from None


def _put(place: Place, content: bytes, for_all: bool) -> None:
    found, number = place.found(), place.descriptor()
    if number is not None and number >= 0:
        _pour(os.dup(number), content)
    elif number is not None:
        _pour(os.open(place.path, os.O_WRONLY), content)
    elif found is None or stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
        _replace(place, content, _mode(found, for_all))
    elif stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    else:
        _pour(_special(place, found), content)


def _pour(fd: int, content: bytes) -> None:
    with os.fdopen(fd, "wb") as file:
        file.write(content)


def _special(place: Place, found: os.stat_result) -> int:
    """A pipe or device, which it would be wrong to replace; one that another user has put there would get what is not theirs."""
    foreign = PermissionError(errno.EPERM, "it belongs to another user")
    if not place.is_trusted(found):
        raise foreign
    fd = os.open(place.name, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), dir_fd=place.at)
    if not os.path.samestat(os.fstat(fd), found):
        os.close(fd)
        raise foreign
    return fd


def _replace(place: Place, content: bytes, mode: int) -> None:
    with newfiles.making(place.folder, place.at) as new:
        new.write(content, mode)
        private.put_in_place(new.name, place.name, place.at)


def _mode(found: "os.stat_result | None", for_all: bool) -> int:
    """Who may do what with a file of another user would be theirs to choose."""
    if found is not None and stat.S_ISREG(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid()):
        return stat.S_IMODE(found.st_mode)
    return READABLE if for_all else READABLE & ~_umask()


def _umask() -> int:
    """It cannot be asked for without being set."""
    before = os.umask(0o077)
    os.umask(before)
    return before
