"""The door to the machine around ccmon, for `ccmon doctor`: what may be read and written, what programs say. Changes nothing."""

import os
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Iterator, List, Mapping, Optional, Sequence

from ccmon.model import Place
from ccmon.system import private, processes

_REST_S = 0.5                          # for what it printed, when it has ended
_MOST_BYTES = 1 << 20
PATIENCE_S = 3.0                       # for a program that only says its version
MOST_SHUT = 3                          # folders named


def place(path: str) -> Place:
    """What is there, and what this user may do with it."""
    try:
        found = os.stat(path)
    except PermissionError:
        return _shut_above(path)
    except (OSError, ValueError):
        return Place(path)
    folder = stat.S_ISDIR(found.st_mode)
    enter = os.X_OK if folder else 0
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return Place(path, True, folder, stat.S_IMODE(found.st_mode) if os.name == "posix" else 0, own,
                 os.access(path, os.R_OK | enter), os.access(path, os.W_OK | enter))


def is_foreign(path: str) -> bool:
    """Whether it belongs to another user, who is not root."""
    with suppress(OSError):
        return private.foreign(os.stat(path)) is not None
    return False


def _shut_above(path: str) -> Place:
    """The folder over it that is shut."""
    folder = os.path.dirname(path)
    with suppress(OSError):
        own = not hasattr(os, "getuid") or os.stat(folder).st_uid == os.getuid()
        return Place(folder, True, True, own=own, readable=False, writable=False)
    return _shut_above(folder) if folder != os.path.dirname(folder) else Place(folder, True, True, own=False, readable=False)


def above(path: str) -> Place:
    """The lowest folder over the path that there is."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return place(folder)


def free(folder: str) -> Optional[int]:
    """Bytes that this user may still write there; None where nobody says it (Windows, some network disks)."""
    if sys.platform == "win32":
        return None
    try:
        found = os.statvfs(folder)
    except (OSError, ValueError):
        return None
    if not found.f_blocks:
        return None
    return 0 if found.f_files and not found.f_favail else found.f_bavail * found.f_frsize


def shut_logs(configured: Sequence[str], folders: Sequence[str]) -> List[Place]:
    """The topmost of what cannot be read of the folders of logs, each of which lies in the configured one of its number."""
    shut: List[Place] = []
    for outer, folder in zip(configured, folders):
        top, whole = place(outer), place(folder)
        if top.exists and not top.readable:
            shut.append(top)
        elif whole.exists:
            wrong = [found for found in _below(folder) if not found.readable]
            if not whole.readable or wrong:
                shut.append(whole._replace(own=whole.own and all(found.own for found in wrong)))
    return shut[:MOST_SHUT]


def _below(folder: str) -> Iterator[Place]:
    """Every folder and log below; links are not followed, as the reader does."""
    waiting = [folder]
    while waiting:
        with suppress(OSError, ValueError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder or entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                    yield place(entry.path)
                if is_folder:
                    waiting.append(entry.path)


def beside(path: str, name: str) -> Optional[str]:
    """The program of that name in the same folder."""
    other = os.path.join(os.path.dirname(path), name)
    return other if processes.is_program(other) else None


def which(name: str, env: Mapping[str, str]) -> Optional[str]:
    """The program of that name on PATH; relative entries are not searched."""
    return processes.which(name, env)


def called() -> Optional[str]:
    """The command as it was called, or the one that belongs to python -m ccmon; None when it was no command of its own."""
    return processes.own_program()


def same_file(one: str, other: str) -> bool:
    """Whether both lead to one file."""
    with suppress(OSError):
        return os.path.samefile(one, other)
    return False


def is_program(path: str) -> bool:
    """Whether it can be run."""
    return processes.is_program(path)


def said(argv: Sequence[str], env: Mapping[str, str]) -> Optional[str]:
    """What the program prints; None when it fails, is slow or cannot be started."""
    try:
        process = subprocess.Popen(processes.arguments(argv), env=processes.environment(env), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   **processes.APART)  # absolute, no shell  # nosec B603
    except (OSError, ValueError):
        return None
    parts: List[bytes] = []
    reading = threading.Thread(target=_read, args=(process, parts), daemon=True)
    reading.start()
    try:
        code = process.wait(PATIENCE_S)
        reading.join(_REST_S)          # a child of it may hold the pipe for ever
    except subprocess.TimeoutExpired:  # also a flood, which is not read to its end
        code = None
    finally:
        processes.end(process.pid)
    return b"".join(parts).decode("utf-8", "replace").strip() if code == 0 else None


def _read(process: "subprocess.Popen[bytes]", parts: List[bytes]) -> None:
    assert process.stdout is not None
    part = b"-"
    while part and sum(map(len, parts)) < _MOST_BYTES:
        part = os.read(process.stdout.fileno(), 65_536)
        parts.append(part)


def locale_is_known() -> bool:
    """Whether this machine has the locale that the environment names."""
    import locale
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        return False
    return True
