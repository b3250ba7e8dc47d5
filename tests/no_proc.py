"""A kernel without /proc, as that of macOS: in this process, or in every Python that is started."""

import builtins
import errno
import io
import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def hide(put=setattr):
    """Let no call of Python find anything below /proc; put(holder, name, value) replaces a function."""
    def blind(call):
        def refusing(path=".", *args, **given):
            if isinstance(path, (str, bytes, os.PathLike)) and f"{os.fsdecode(path)}/".startswith("/proc/"):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            return call(path, *args, **given)
        return refusing
    for holder, name in [(os, name) for name in ("open", "stat", "lstat", "listdir", "scandir", "readlink", "access")] + [
            (builtins, "open"), (io, "open")]:
        put(holder, name, blind(getattr(holder, name)))


def site(folder):
    """PYTHONPATH of Pythons that find no /proc."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text("from no_proc import hide\nhide()\n")
    return f"{folder}{os.pathsep}{ROOT}{os.pathsep}{ROOT / 'tests'}"
