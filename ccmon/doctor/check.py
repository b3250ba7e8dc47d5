"""The values of `ccmon doctor`: a verdict on one topic, what all of them come to, and a file as it was measured."""

from __future__ import annotations

from typing import List, Optional

from ccmon.named_tuple import NamedTuple
from ccmon.text import plural

OK, HINT, FAULT = "ok", "hint", "fault"


class Check(NamedTuple):
    """The verdict on one topic."""

    topic: str
    state: str                         # ok | hint | fault
    says: str
    mend: Optional[str] = None         # a command for a shell; None when it is ok


class FileStat(NamedTuple):
    """A file or folder, and what this user may do with it."""

    path: str
    exists: bool = False
    folder: bool = False
    mode: int = 0                      # permission bits
    own: bool = True
    readable: bool = True
    writable: bool = True


def exit_code(checks: List[Check]) -> int:
    """1 when something has to be mended."""
    return 1 if any(check.state == FAULT for check in checks) else 0


def summary(checks: List[Check]) -> str:
    """2 faults, 1 hint; or that there is none."""
    numbers = [(sum(check.state == state for check in checks), state) for state in (FAULT, HINT)]
    return ", ".join(plural(number, state) for number, state in numbers if number) or "nothing is wrong"
