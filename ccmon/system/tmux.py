"""The door to the tmux servers that run: which of this user's there are, what an option of theirs holds, and setting it."""

import os
import re
import stat
from contextlib import suppress

from ccmon import private
from ccmon.quick_typing import Iterator, List, Mapping, Optional, Sequence, Set
from ccmon.system import process_facts, processes

_LISTENING = re.compile(r"(?P<inode>\d+) (?P<path>/.*)")


def sockets(env: Mapping[str, str]) -> List[str]:
    """The sockets of this user's servers, those in the usual folders first; empty where there is no tmux."""
    if processes.WINDOWS or processes.which("tmux", env) is None:
        return []
    paths = [env.get("TMUX", "").split(",")[0], *_in_folders(env), *_of_servers()]
    return list(dict.fromkeys(path for path in paths if _is_own_socket(path)))


def has_server(env: Mapping[str, str]) -> bool:
    """Whether there is a server where tmux expects one: it makes a folder where it is asked without."""
    if processes.WINDOWS:
        return False
    usual = os.path.join(env.get("TMUX_TMPDIR") or "/tmp", f"tmux-{os.getuid()}", "default")      # tmux's own  # nosec B108
    return any(map(_is_own_socket, (env.get("TMUX", "").split(",")[0], usual)))


def option(socket: str, name: str, env: Mapping[str, str]) -> Optional[str]:
    """The global option's value; None when no server answers."""
    value = _tmux(socket, ["show-options", "-gqv", name], env)
    return value[:-1] if value is not None and value.endswith("\n") else value


def set_option(socket: str, name: str, value: Optional[str], env: Mapping[str, str]) -> bool:
    """Give the global option a value, or with None the one that it has by itself; whether that was done."""
    if value is None:
        return _tmux(socket, ["set-option", "-gqu", name], env) is not None
    if value.endswith(";"):            # it would end the command
        value = value[:-1] + "\\;"
    return _tmux(socket, ["set-option", "-gq", "--", name, value], env) is not None


def _tmux(socket: str, words: List[str], env: Mapping[str, str]) -> Optional[str]:
    program = processes.which("tmux", env)
    return processes.printed([program, "-S", socket, *words], env, strip=False) if program else None


def _in_folders(env: Mapping[str, str]) -> Iterator[str]:
    for base in dict.fromkeys([env.get("TMUX_TMPDIR", ""), "/tmp"]):          # tmux's own folders  # nosec B108
        folder = os.path.join(base, f"tmux-{os.getuid()}")
        with suppress(OSError, ValueError):
            yield from (os.path.join(folder, name) for name in sorted(os.listdir(folder)) if base)


def _of_servers() -> Iterator[str]:
    """Those that lie elsewhere: on Linux the sockets that processes named tmux: server have open, else those that tmux was called
    with, as in tmux -S /tmp/mine."""
    if not process_facts.has_proc():
        for one in process_facts.listed(process_facts.WORDS):
            if one.user == os.getuid() and os.path.basename(one.texts[0] if one.texts else "") == "tmux":
                yield from _named_sockets(one.texts)
        return
    inodes = _open_sockets()
    rows: List[str] = []
    if inodes:
        with suppress(OSError):
            rows = os.fsdecode(private.read(process_facts.proc_path("net", "unix"), private.anybody)).splitlines()
    for row in rows:
        named = _LISTENING.search(row)
        if named and named["inode"] in inodes:
            yield named["path"]


def _named_sockets(words: Sequence[str]) -> Iterator[str]:
    for word, after in zip(words[1:], (*words[2:], "")):
        if word[:2] == "-S":
            yield word[2:] or after


def _open_sockets() -> Set[str]:
    inodes: Set[str] = set()
    for one in process_facts.listed(process_facts.NAME):
        if one.user == os.getuid() and one.texts[0].startswith("tmux: server"):
            folder = process_facts.proc_path(str(one.pid), "fd")
            with suppress(OSError):
                links = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
                inodes |= {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}
    return inodes


def _is_own_socket(path: str) -> bool:
    try:
        status = os.lstat(path) if path else None
    except (OSError, ValueError):
        return False
    return status is not None and stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid()
