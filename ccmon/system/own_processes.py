"""The door to the ccmon that run: which processes of this user they are, and how they are ended.

Where there is no /proc, `ps` names them, without their environment; on Windows none are seen.
"""

import os
import re
import signal
import time
from contextlib import suppress
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional

from ccmon.system import private, processes

PATIENCE_S, _PAUSE_S = 5.0, 0.02
_PYTHON = re.compile(r"(python|pypy)[0-9.]*(\.exe)?")
_NAMES = ("ccmon", "ccmon.exe")


class Running(NamedTuple):
    """A process that is a ccmon."""

    pid: int
    env: Optional[Mapping[str, str]]   # the one that it was started with; None where it cannot be seen


def running() -> List[Running]:
    """The other ccmon of this user."""
    if processes.WINDOWS:
        return []
    found = _of_proc() if os.path.isdir("/proc/self") else _of_ps()
    return [one for one in found if one.pid not in (os.getpid(), os.getppid())]


def is_ccmon(words: List[str]) -> bool:
    """Whether these are the words that a ccmon was started with."""
    names = [word.rsplit("/", 1)[-1] for word in words]
    if not names or names[0] in _NAMES:
        return bool(names)
    if not _PYTHON.fullmatch(names[0]):
        return False
    rest = words[1:]
    while rest and rest[0][:1] == "-" and rest[0][1:2] not in ("m", "c", "-") and len(rest[0]) > 1:
        rest = rest[2:] if rest[0] in ("-X", "-W") else rest[1:]
    return rest[:2] == ["-m", "ccmon"] or bool(rest) and rest[0].rsplit("/", 1)[-1] in _NAMES


def _of_proc() -> Iterator[Running]:
    for name in os.listdir("/proc"):
        with suppress(OSError, ValueError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == os.getuid() and is_ccmon(_parts(name, "cmdline")):
                env = dict(part.split("=", 1) for part in _parts(name, "environ") if "=" in part)
                yield Running(int(name), env)


def _parts(pid: str, file: str) -> List[str]:
    return os.fsdecode(private.read(f"/proc/{pid}/{file}", private.anybody)).rstrip("\0").split("\0")


def _of_ps() -> Iterator[Running]:
    said = processes.printed(["/bin/ps", "-axo", "pid=,uid=,args="], os.environ) or ""
    for row in said.splitlines():
        words = row.split()
        if len(words) > 2 and words[1] == str(os.getuid()) and words[0].isdigit() and is_ccmon(words[2:]):
            yield Running(int(words[0]), None)


def end(pids: Iterable[int]) -> None:
    """End them, in order while there is time; a stopped one at once, since it would wake up on somebody else's screen."""
    left = {pid: _letter(pid) for pid in pids}
    for pid, letter in left.items():
        _send(pid, signal.SIGKILL if letter == "T" else signal.SIGTERM)
    until = time.monotonic() + PATIENCE_S
    while left and time.monotonic() < until:
        time.sleep(_PAUSE_S)
        left = _living(left)
    for pid in left:
        _send(pid, signal.SIGKILL)


def _living(pids: Mapping[int, str]) -> Dict[int, str]:
    found = {}
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, 0)
            found[pid] = _letter(pid)
    return {pid: letter for pid, letter in found.items() if letter not in ("Z", "X")}


def _letter(pid: int) -> str:
    """The state of the process; "" where nobody says it."""
    with suppress(OSError, ValueError):
        return _parts(str(pid), "stat")[0].rpartition(")")[2].split()[0]
    return ""


def _send(pid: int, number: int) -> None:
    with suppress(OSError):
        os.kill(pid, number)
