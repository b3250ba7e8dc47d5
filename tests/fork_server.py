"""Calls of ccmon without the start of an interpreter for each: one process has everything loaded, and every call is a fork of it.

The interpreter's own start is measured and tried by the tests that start real commands (Machine.start, Machine.shell).
"""

import array
import importlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
HELD_BY_A_PIPE = 4096                   # bytes, on any system
_only_one = threading.Lock()
_servers: Dict[Tuple[int, str], socket.socket] = {}        # by the process that started it, and by its LC_ALL


def suits(env: Dict[str, str]) -> bool:
    """Whether a call in that environment begins as a server has begun."""
    own = {name for name in env if name.startswith(("PYTHON", "LC_", "LANG", "LD_"))}
    return own == {"PYTHONPATH", "LC_ALL"} and env["PYTHONPATH"] == str(ROOT) and env["LC_ALL"] in ("C.UTF-8", "C")


def call(words: Sequence[str], env: Dict[str, str], cwd: str, stdin: bytes, patience_s: float,
         uid: int = 0) -> Optional[Tuple[int, str, str]]:
    """Exit code, stdout and stderr of a call; None where another thread has one under way, or no pipe holds all of stdin.

    Root's calls are made by that user, if any.
    """
    if len(stdin) > HELD_BY_A_PIPE or not _only_one.acquire(blocking=False):
        return None
    try:
        return call_of(_socket(env["LC_ALL"]), [list(words), env, cwd, uid], stdin, patience_s)
    finally:
        _only_one.release()


def _socket(locale: str) -> socket.socket:
    key = os.getpid(), locale
    if key not in _servers:
        _servers[key], _ = start(locale)
    return _servers[key]


def start(locale: str, before: Sequence[str] = (), **more: str) -> Tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """A server, behind those words of a command line and with more in its environment; it ends with the socket to call it by."""
    ours, theirs = socket.socketpair()
    env = {"PYTHONPATH": str(ROOT), "LC_ALL": locale, "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **more}
    process = subprocess.Popen([*before, sys.executable, __file__, str(theirs.fileno())], env=env, cwd="/",
                               pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True)
    theirs.close()
    return ours, process


def call_of(server: socket.socket, asked: List[Any], stdin: bytes, patience_s: float) -> Tuple[int, str, str]:
    """The same of a call of one server: its words, environment, folder and user."""
    given, out, err = os.pipe(), os.pipe(), os.pipe()
    os.write(given[1], stdin)
    os.close(given[1])
    request = json.dumps(asked).encode()
    fds = array.array("i", [given[0], out[1], err[1]])
    server.sendmsg([len(request).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    server.sendall(request)
    for fd in fds:
        os.close(fd)
    pid = int.from_bytes(server.recv(4, socket.MSG_WAITALL), "big")
    texts = _read([out[0], err[0]], pid, time.monotonic() + patience_s)
    return int.from_bytes(server.recv(4, socket.MSG_WAITALL), "big", signed=True), texts[0], texts[1]


def _read(fds: List[int], pid: int, deadline: float) -> List[str]:
    """Everything that is written there; TimeoutExpired, and the end of that process, when it takes too long."""
    texts, left = {fd: b"" for fd in fds}, set(fds)
    while left:
        ready = select.select(list(left), [], [], max(0.0, deadline - time.monotonic()))[0]
        if not ready:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(["ccmon"], deadline)
        for fd in ready:
            part = os.read(fd, 65_536)
            texts[fd] += part
            if not part:
                os.close(fd)
                left.remove(fd)
    return [texts[fd].decode("utf-8", "surrogateescape").replace("\r\n", "\n") for fd in fds]


# --- the server -----------------------------------------------------------------------------------------------------------

IMPORTED = re.compile(r"^ *(?:from ([\w.]+) import|import ([\w.]+))", re.MULTILINE)
ENCODINGS = ("ascii", "idna", "latin_1", "utf_8_sig")
OF_THE_LIBRARY = ("_strptime", "grp", "pty", "pwd", "resource", "unicodedata", *(f"encodings.{name}" for name in ENCODINGS))


def load() -> None:
    """All of ccmon, and what its files import, wherever they do: a call may have rights too few to read the library."""
    names = set(OF_THE_LIBRARY)
    for path in (ROOT / "ccmon").rglob("*.py"):
        names.add(".".join(path.relative_to(ROOT).with_suffix("").parts).replace(".__init__", ""))
        names.update(name for found in IMPORTED.findall(path.read_text()) for name in found)
    for name in sorted(names - {"ccmon.bare_start", ""}):
        with suppress(ImportError):    # of another system, or an extra
            importlib.import_module(name)
    for name in ("Europe/Warsaw", "UTC"):
        sys.modules["pytz"].timezone(name)         # its files may be out of reach as well


def _serve(server: socket.socket) -> None:
    while True:
        length, ancillary, _, _ = server.recvmsg(4, socket.CMSG_SPACE(12))
        if not length:
            return
        fds = array.array("i")
        fds.frombytes(ancillary[0][2][:12])
        asked = json.loads(server.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
        pid = os.fork()
        if pid == 0:
            server.close()
            _become(*asked, list(fds))
        for fd in fds:
            os.close(fd)
        server.sendall(pid.to_bytes(4, "big"))
        status = os.waitpid(pid, 0)[1]
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        server.sendall(code.to_bytes(4, "big", signed=True))


def _become(words: List[str], env: Dict[str, str], cwd: str, uid: int, fds: List[int]) -> None:
    """What a new interpreter would be; ends with the command's own exit."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
    os.closerange(3, 64)
    if uid and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    coding, errors = sys.stdout.encoding, sys.stdout.errors         # those of the server's locale
    sys.stdout = sys.__stdout__ = open(1, "w", encoding=coding, errors=errors, closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = open(2, "w", 1, coding, "backslashreplace", closefd=False)  # type: ignore[misc]
    sys.argv = [str(ROOT / "ccmon" / "__main__.py"), *words]
    from ccmon import __main__
    __main__.main()


if __name__ == "__main__":
    del sys.path[0]                    # the folder of this file
    load()
    import gc
    gc.collect()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
