"""The door to bash's start-up files: which of them a new bash reads, as terminals start it on this system.

On macOS it starts as a login shell: of three files it reads the first that is there, and ~/.bashrc only where that one says so.
"""

import os
import re
import sys
from contextlib import suppress
from typing import List, Optional

from ccmon.system import private

USUAL = ".bashrc"
OF_LOGIN = (".bash_profile", ".bash_login", ".profile")
BESIDE = (".bash_aliases",)            # that Debian's ~/.bashrc reads: lines are moved there by hand
_READS = re.compile(r"(?:^|[;&|({\s])(?:\.|source)\s+(?P<path>\"[^\"]*\"|'[^']*'|[^\s;&|#]+)")


def is_login_usual() -> bool:
    """Whether terminals start it as a login shell here."""
    return sys.platform == "darwin"


def login_file(home: str) -> Optional[str]:
    """What a login bash reads: the first that there is and that can be read; None where there is none."""
    paths = (os.path.join(home, name) for name in OF_LOGIN)
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.R_OK)), None)


def place(home: str) -> str:
    """Where lines belong that each new bash shall read, whether that file is there or not."""
    usual = os.path.join(home, USUAL)
    return login_file(home) or os.path.join(home, OF_LOGIN[0]) if is_login_usual() else usual


def all_files(home: str) -> List[str]:
    """Where such lines may be, whatever is there."""
    return [os.path.join(home, name) for name in (USUAL, *OF_LOGIN, *BESIDE)]


def read_at_start(home: str, is_login: bool) -> List[str]:
    """The files that a new bash reads, as far as their words say so: one may read another one."""
    first = login_file(home) if is_login else os.path.join(home, USUAL)
    found = [first] if first else []
    for path in found:                 # grows meanwhile
        found += [other for other in _read_by(path, home) if other not in found]
    return found


def _read_by(path: str, home: str) -> List[str]:
    text = ""
    with suppress(OSError):
        text = private.read(path, private.anybody).decode("utf-8", "replace")
    rows = [row for row in text.splitlines() if not row.lstrip().startswith("#")]
    names = {os.path.basename(match["path"].strip("\"'")) for row in rows for match in _READS.finditer(row)}
    return [other for other in all_files(home) if os.path.basename(other) in names]
