"""The door to the processes of the system: by /proc where the kernel has it, else by `ps`, as on macOS and BSD.

Nobody runs `ps` for a line or at each refresh: what is noted of a process on the way needs none.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Iterator, List, Optional, Tuple

from ccmon import locks, private
from ccmon.named_tuple import NamedTuple
from ccmon.system import processes

PS = "/bin/ps"                         # absolute: what is ended by its answer is not output by a program that lies on PATH
_TEXT = {"LC_ALL": "C", "TZ": "UTC0", "COLUMNS": "100000", "PATH": os.defpath}      # BSD's cuts off a row at 79 cells
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SLACK_S = 2                            # two answers of one start may differ by a second
NAME, WORDS = "comm", "args"


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
