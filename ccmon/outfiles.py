"""The door to a file that the user named for output: written whole or not at all, readable for everyone."""

import os
import stat
import tempfile

from ccmon.model import Unwritable

MODE = 0o644


def write(path: str, content: bytes) -> None:
    """Put the content in place at once, behind a link too; pipes and devices are written to. Raises Unwritable."""
    try:
        if _is_special(path):
            with open(path, "wb") as file:
                file.write(content)
        else:
            _replace(os.path.realpath(path), content)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise Unwritable(f"{path} cannot be written ({reason}). Name a file in a folder that you can write to") from None


def _is_special(path: str) -> bool:
    """Neither a plain file nor nothing: to replace /dev/stdout would be wrong."""
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)


def _replace(path: str, content: bytes) -> None:
    fd, temporary = tempfile.mkstemp(prefix=".ccmon-", dir=os.path.dirname(path))      # does not end in .prom
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, MODE)
        os.replace(temporary, path)
    except BaseException:              # a signal, too
        os.unlink(temporary)
        raise
