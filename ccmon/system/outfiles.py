"""The door to a file that the user named for output: written whole or not at all."""

import os
import stat
import tempfile

from ccmon.model import Unwritable
from ccmon.system import private

READABLE = 0o644


def write(path: str, content: bytes, for_all: bool = False) -> None:
    """Put the content in place at once, behind a link too; pipes and devices are written to. Raises Unwritable.

    A file that is there keeps its mode. Nobody else may write to a new one, and who may read it is for the umask to say;
    `for_all`: everyone may, since another user's service takes it up.
    """
    try:
        if _is_special(path):
            with open(path, "wb") as file:
                file.write(content)
        else:
            _replace(os.path.realpath(path), content, for_all)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise Unwritable(f"{path} cannot be written ({reason}). Name a file in a folder that you can write to") from None


def _is_special(path: str) -> bool:
    """Neither a plain file nor nothing: to replace /dev/stdout would be wrong."""
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)


def _replace(path: str, content: bytes, for_all: bool) -> None:
    fd, temporary = tempfile.mkstemp(prefix=".ccmon-", dir=os.path.dirname(path))      # does not end in .prom
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path, for_all))
        private.put_in_place(temporary, path)
    except BaseException:              # a signal, too
        os.unlink(temporary)
        raise


def _mode(path: str, for_all: bool) -> int:
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    return READABLE if for_all else READABLE & ~_umask()


def _umask() -> int:
    """It cannot be asked for without being set."""
    before = os.umask(0o077)
    os.umask(before)
    return before
