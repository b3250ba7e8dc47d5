"""The door to the processes of the system, other ccmon among them: by /proc where the kernel has it, else by `ps`.

Nobody runs `ps` for a line or at each refresh: what is noted of a process on the way needs none.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

from ccmon import locks, private
from ccmon.quick_typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.system import processes

PS = "/bin/ps"                         # absolute: what is ended by its answer is not output by a program that lies on PATH
_TEXT = {"LC_ALL": "C", "TZ": "UTC0", "COLUMNS": "100000", "PATH": os.defpath}      # BSD's cuts off a row at 79 cells
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SLACK_S = 2                            # two answers of one start may differ by a second
NAME, WORDS = "comm", "args"
PATIENCE_S, _PAUSE_S = 5.0, 0.02       # until one that is to end is killed
_PYTHON = r"(python|pypy)[0-9.]*t?(\.exe)?"          # that of a framework is Python.app's Python
_NAMES, _ANEW = ("ccmon", "ccmon.exe"), "from ccmon.refresher import go_on"
_BARE = "/ccmon/bare_start.py"         # as Claude Code calls it


class Process(NamedTuple):
    """A process that runs, or is stopped."""

    pid: int
    parent: int
    group: int
    session: int                       # 0 where it cannot be read
    user: int
    letter: str                        # of its state; T: stopped
    texts: Tuple[str, ...]             # the name of its program, or the words of its call; those of `ps` are cut at each space


def has_proc() -> bool:
    """Whether the kernel shows its processes as files, as Linux does; what BSD may have there is another thing."""
    return bool(locks.stat_words("self"))


def proc_path(*names: str) -> str:
    """The path in /proc."""
    return "/".join((locks.PROC, *names))


def _stat_words(pid: str) -> List[str]:
    """As locks.stat_words, also of another user's process."""
    with suppress(OSError):
        return private.read(proc_path(pid, "stat"), private.anybody).rpartition(b")")[2].decode("ascii", "replace").split()
    return []


# --- one process ------------------------------------------------------------------------------------------------------------

def started(pid: int) -> str:
    """When the process started: ticks since the boot, or where only `ps` has it @ and the epoch second; "" when it is gone."""
    if pid < 1:
        return ""
    words = _stat_words(str(pid))
    if words or has_proc():
        return words[19] if len(words) > 19 else ""
    return _start(_ps_output("-o", "lstart=", "-p", str(pid)) or "") if _is_there(pid) else ""


def is_same_start(one: str, other: str) -> bool:
    """Whether two answers of started() may be of one process."""
    if one[:1] == other[:1] == "@" and one[1:].isdigit() and other[1:].isdigit():
        return abs(int(one[1:]) - int(other[1:])) <= SLACK_S
    return one != "" and one == other


def state(pid: int, noted: str = "") -> str:
    """The letter of its state, T when it is stopped; "" when it is gone, ? when it cannot be read.

    noted: @ and the epoch second in which it was seen: one that started later is another one.
    """
    words = _stat_words(str(pid))
    if words or has_proc():
        return words[0].replace("Z", "").replace("X", "") if words else ""
    if not _is_there(pid):
        return ""
    output = (_ps_output("-o", "stat=", "-o", "lstart=", "-p", str(pid)) or "").strip()
    letter, _, rest = output.partition(" ")
    start = _start(rest)
    if noted[:1] == start[:1] == "@" and noted[1:].isdigit() and int(start[1:]) > int(noted[1:]) + SLACK_S:
        return ""
    return letter[:1].replace("Z", "") if letter else "?"


def name(pid: int) -> Optional[str]:
    """The name of its program; None when it is gone."""
    with suppress(OSError):
        return private.read(proc_path(str(pid), "comm"), private.anybody).decode("utf-8", "replace").strip()
    output = None if has_proc() or pid < 1 else _ps_output("-o", "comm=", "-p", str(pid))
    return os.path.basename((output or "").strip()) or None


def session(pid: int) -> Optional[int]:
    """The session that it is of; None when it is gone, or cannot be read."""
    return _session(pid) or None if state(pid) not in ("", "?") else None


def _session(pid: int) -> int:
    with suppress(OSError):
        return os.getsid(pid)
    return 0


def _is_there(pid: int) -> bool:
    """Whether anything has that number: where nothing has, `ps` need not be run."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return 0 < pid < 1 << 31


# --- all of them ------------------------------------------------------------------------------------------------------------

def listed(what: str) -> List[Process]:
    """The processes of all users, as far as they are seen; what: NAME of the program, or the WORDS of its call."""
    return list(_of_proc(what) if has_proc() else _of_ps(what))


def _of_proc(what: str) -> Iterator[Process]:
    for pid in filter(str.isdigit, os.listdir(proc_path())):
        with suppress(OSError, ValueError, IndexError):
            words, user = _stat_words(pid), os.stat(proc_path(pid)).st_uid
            output = os.fsdecode(private.read(proc_path(pid, "comm" if what == NAME else "cmdline"), private.anybody))
            texts = (output.strip(),) if what == NAME else tuple(output.rstrip("\0").split("\0"))
            if words[0] not in "ZX":
                yield Process(int(pid), int(words[1]), int(words[2]), _session(int(pid)), user, words[0], texts)


def _of_ps(what: str) -> Iterator[Process]:
    asked = [word for column in ("pid", "ppid", "pgid", "uid", "stat", what) for word in ("-o", f"{column}=")]
    for row in (_ps_output("-A", *asked) or "").splitlines():
        words = row.split(None, 5)
        with suppress(ValueError):
            if len(words) > 4 and words[4][:1] != "Z":
                text = words[5].strip() if len(words) > 5 else ""
                texts = (os.path.basename(text),) if what == NAME else tuple(text.split())
                pid, parent, group, user = map(int, words[:4])
                yield Process(pid, parent, group, _session(pid), user, words[4][:1], texts)


# --- ps ---------------------------------------------------------------------------------------------------------------------

def _ps_output(*words: str) -> Optional[str]:
    """What it prints, its times in UTC and its names in English; None where it cannot be run, or knows no such process."""
    return processes.printed([PS, *words], _TEXT)


def _start(output: str) -> str:
    """The time that stands as Sun Nov  9 21:38:53 2026 there, as @ and its epoch second; in another form without its spaces."""
    words = output.split()
    try:
        _, month, day, clock, year = words
        hour, minute, second = map(int, clock.split(":"))
        from calendar import timegm
        return f"@{timegm((int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second))}"
    except ValueError:
        return "".join(words)


# --- other ccmon ------------------------------------------------------------------------------------------------------------

class OwnProcess(NamedTuple):
    """A process that is a ccmon."""

    pid: int
    env: Optional[Mapping[str, str]]   # the one that it was started with; None where it cannot be seen


def running_ccmon() -> List[OwnProcess]:
    """The other ccmon of this user. Where there is no /proc, their environment cannot be read; on Windows none are listed."""
    if processes.WINDOWS:
        return []
    by_proc, own = has_proc(), (os.getpid(), os.getppid())
    return [OwnProcess(one.pid, _environment(one.pid) if by_proc else None) for one in listed(WORDS)
            if one.user == os.getuid() and one.pid not in own and is_ccmon(one.texts if by_proc else _joined(one.texts))]


def is_ccmon(words: Sequence[str]) -> bool:
    """Whether these are the words that a ccmon was started with."""
    names = [word.rsplit("/", 1)[-1] for word in words]
    if not names or names[0] in _NAMES:
        return bool(names)
    import re
    if not re.fullmatch(_PYTHON, names[0], re.IGNORECASE):
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
        content = os.fsdecode(private.read(proc_path(str(pid), "environ"), private.anybody))
        return dict(part.split("=", 1) for part in content.split("\0") if "=" in part)
    return {}


def end(pids: Iterable[int]) -> None:
    """End them, in order while there is time; a stopped one at once, since it would wake up on somebody else's screen."""
    import signal
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
    states = {pid: state(pid) for pid in pids}
    return {pid: letter for pid, letter in states.items() if letter}
