"""The door to the ccmon that run: which processes of this user they are, and how they are ended.

Where there is no /proc, their environment cannot be read; on Windows none are listed.
"""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from typing import Dict, Iterable, List, Mapping, Optional, Sequence

from ccmon import private
from ccmon.named_tuple import NamedTuple
from ccmon.system import process_facts, processes

PATIENCE_S, _PAUSE_S = 5.0, 0.02
_PYTHON = re.compile(r"(python|pypy)[0-9.]*t?(\.exe)?", re.IGNORECASE)      # that of a framework is Python.app's Python
_NAMES, _ANEW = ("ccmon", "ccmon.exe"), "from ccmon.refresher import go_on"
_BARE = "/ccmon/bare_start.py"         # as Claude Code calls it


class OwnProcess(NamedTuple):
    """A process that is a ccmon."""

    pid: int
    env: Optional[Mapping[str, str]]   # the one that it was started with; None where it cannot be seen


def running() -> List[OwnProcess]:
    """The other ccmon of this user."""
    if processes.WINDOWS:
        return []
    has_proc, own = process_facts.has_proc(), (os.getpid(), os.getppid())
    return [OwnProcess(one.pid, _environment(one.pid) if has_proc else None) for one in process_facts.listed(process_facts.WORDS)
            if one.user == os.getuid() and one.pid not in own and is_ccmon(one.texts if has_proc else _joined(one.texts))]


def is_ccmon(words: Sequence[str]) -> bool:
    """Whether these are the words that a ccmon was started with."""
    names = [word.rsplit("/", 1)[-1] for word in words]
    if not names or names[0] in _NAMES:
        return bool(names)
    if not _PYTHON.fullmatch(names[0]):
        return False
    rest = list(words[1:])
    while rest and rest[0][:1] == "-" and rest[0][1:2] not in ("m", "c", "-") and len(rest[0]) > 1:
        rest = rest[2:] if rest[0] in ("-X", "-W") else rest[1:]
    if rest[:1] == ["-c"]:             # a refresher that began anew
        return _ANEW in " ".join(rest)
    return rest[:2] == ["-m", "ccmon"] or bool(rest) and (rest[0].rsplit("/", 1)[-1] in _NAMES or rest[0].endswith(_BARE))


def _joined(parts: Sequence[str]) -> List[str]:
    """The words of a call that was cut at its spaces: those of the paths of files that are there belong to them."""
    words, left = [], list(parts)
    while left:
        number = 1
        if left[0][:1] == "/" and not os.path.lexists(left[0]):
            number = next((many for many in range(2, len(left) + 1) if os.path.isfile(" ".join(left[:many]))), 1)
        words.append(" ".join(left[:number]))
        left = left[number:]
    return words


def _environment(pid: int) -> Mapping[str, str]:
    """The one that it was started with; of another user's, or one that has just ended, nothing."""
    with suppress(OSError):
        content = os.fsdecode(private.read(process_facts.proc_path(str(pid), "environ"), private.anybody))
        return dict(part.split("=", 1) for part in content.split("\0") if "=" in part)
    return {}


def end(pids: Iterable[int]) -> None:
    """End them, in order while there is time; a stopped one at once, since it would wake up on somebody else's screen."""
    left = _living(pids)
    for pid, letter in left.items():
        processes.send(pid, signal.SIGKILL if letter == "T" else signal.SIGTERM)
    until = time.monotonic() + PATIENCE_S
    while left and time.monotonic() < until:
        time.sleep(_PAUSE_S)
        left = _living(left)
    for pid in left:
        processes.send(pid, signal.SIGKILL)


def _living(pids: Iterable[int]) -> Dict[int, str]:
    states = {pid: process_facts.state(pid) for pid in pids}
    return {pid: letter for pid, letter in states.items() if letter}
