"""The door to other programs: where one is, what it is called, started apart from the terminal, and ended with all it started.

Every difference between POSIX and Windows in this is here; only line_answer has its own start, for the sake of its speed.
"""

import os
import sys
from contextlib import suppress

from ccmon.quick_typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

WINDOWS = os.name == "nt"
PATIENCE_S = 5.0                       # for taskkill, and for what a program prints
_REST_S, _MOST_BYTES = 0.5, 1 << 20    # of that: for what is in the pipe when it has ended; no more is read of a flood
_NEW_GROUP, _NO_WINDOW = 0x00000200, 0x08000000
# For Popen: our Ctrl-C is not theirs. Without a console to share, each console program would open a window.
APART: Dict[str, Any] = {"creationflags": _NEW_GROUP | _NO_WINDOW} if WINDOWS else {"start_new_session": True}
ENDINGS = ".COM;.EXE;.BAT;.CMD"
SECRET_VARIABLES = ("CCMON_ALERT_WEBHOOK_URL",)


def folders(env: Mapping[str, str]) -> List[str]:
    """The absolute entries of PATH, in order: a relative or empty one would run what lies in the current folder."""
    return [folder for folder in env.get("PATH", "" if WINDOWS else os.defpath).split(os.pathsep) if is_absolute(folder)]


def is_absolute(path: str) -> bool:
    r"""Whether it means one file, whatever the current folder; on Windows \bin depends on the present drive."""
    return os.path.isabs(path) and (not WINDOWS or bool(os.path.splitdrive(path)[0]))


def names(name: str, env: Mapping[str, str]) -> List[str]:
    """How the program's file may be called: on Windows with the endings of PATHEXT, unless it has one."""
    if not WINDOWS or os.path.splitext(name)[1]:
        return [name]
    return [name + ending for ending in (env.get("PATHEXT") or ENDINGS).split(";") if ending]


def is_program(path: str) -> bool:
    """True for a regular file that this user may execute."""
    return os.path.isfile(path) and os.access(path, os.X_OK)


def which(name: str, env: Mapping[str, str]) -> Optional[str]:
    """The program of that name on PATH. Not by shutil.which: that looks into the current folder first on Windows."""
    if os.path.dirname(name):
        return name if is_absolute(name) and is_program(name) else None
    paths = (os.path.join(folder, file) for folder in folders(env) for file in names(name, env))
    return next(filter(is_program, paths), None)


def pip() -> str:
    """The pip that installs for this very Python, as a word of a command: a virtual environment's own by its path."""
    import shlex
    if sys.prefix != sys.base_prefix:
        return shlex.quote(os.path.join(sys.prefix, "Scripts" if WINDOWS else "bin", "pip"))
    return f"{shlex.quote(sys.executable or 'python3')} -m pip"


def own_command(env: Mapping[str, str]) -> str:
    """How ccmon is to be called in a shell here: its name, or the path that was called where that is not on PATH."""
    called = None if which("ccmon", env) else own_program()
    if called is None:
        return "ccmon"
    if WINDOWS:
        return f'"{called}"' if " " in called else called
    import shlex
    home = env.get("HOME", "").rstrip("/") + "/"
    return "~/" + shlex.quote(called[len(home):]) if len(home) > 1 and called.startswith(home) else shlex.quote(called)


def own_program() -> Optional[str]:
    """The `ccmon` that was called or, for python -m ccmon, the one that pip has made for it; None where there is none."""
    called = os.path.abspath(sys.argv[0])
    if os.path.basename(called).lower() != "__main__.py":
        return called if os.path.basename(called).lower() in ("ccmon", "ccmon.exe") and is_program(called) else None
    packages = os.path.dirname(os.path.dirname(called))
    if os.path.basename(packages) not in ("site-packages", "dist-packages"):
        return None
    up = os.path.dirname
    lib = up(packages)                 # in lib/python3.9, Lib or Python39, by the system and by whose they are
    programs = [os.path.join(folder, "Scripts", "ccmon.exe") for folder in (lib, up(lib))]
    return next(filter(is_program, programs if WINDOWS else [os.path.join(up(up(lib)), "bin", "ccmon")]), None)


def split(command: str) -> List[str]:
    r"""The words of a command; on Windows a backslash is part of a path, and only " quotes. Raises ValueError."""
    import shlex
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if WINDOWS:
        lexer.escape, lexer.quotes = "", '"'
    return list(lexer)


def arguments(words: Sequence[str]) -> Union[str, List[str]]:
    """What Popen is given. Windows hands a .cmd or .bat to cmd.exe, where & and ^ in a path without quotes would be read."""
    if not WINDOWS or not words[0].lower().endswith((".cmd", ".bat")):
        return list(words)
    import subprocess  # dear, and not every command starts another program
    return " ".join([f'"{words[0]}"', subprocess.list2cmdline(words[1:])]).rstrip()


def environment(env: Mapping[str, str]) -> Dict[str, str]:
    """The environment as other programs get it: without the secrets, which are for ccmon alone."""
    return {name: value for name, value in env.items() if name not in SECRET_VARIABLES}


def printed(words: Sequence[str], env: Mapping[str, str], strip: bool = True) -> Optional[str]:
    """What a program prints that ends soon; None when it fails, is slow, floods or cannot be started. None of it is left."""
    import subprocess
    import threading
    try:
        process = subprocess.Popen(arguments(words), env=environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, **APART)  # absolute, no shell  # nosec B603
    except (OSError, ValueError):
        return None
    parts: List[bytes] = []
    reading = threading.Thread(target=_read, args=(process.stdout, parts), daemon=True)
    reading.start()
    try:
        code = process.wait(PATIENCE_S)
        reading.join(_REST_S)          # a child of it may hold the pipe for ever
    except subprocess.TimeoutExpired:
        code = None
    finally:
        end(process.pid)
    text = b"".join(parts).decode("utf-8", "surrogateescape")
    return None if code != 0 else text.strip() if strip else text


def _read(pipe: Any, parts: List[bytes]) -> None:
    part = b"-"
    while part and sum(map(len, parts)) < _MOST_BYTES:
        part = os.read(pipe.fileno(), 65_536)
        parts.append(part)


def measured(words: Sequence[str], env: Mapping[str, str]) -> Tuple[float, Optional[str]]:
    """Processor seconds of a program, with all that it waits for, and what `printed` gives. Not on Windows."""
    import resource
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = printed(words, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output


def end(pid: int, gently: bool = False) -> None:
    """End a process that was started APART, with all that it has started; that it is gone already is no error."""
    if WINDOWS:
        _end_tree(pid)
        return
    with suppress(OSError):
        import signal
        os.killpg(pid, signal.SIGTERM if gently else signal.SIGKILL)


def send(pid: int, number: int) -> None:
    """Send it a signal; that it is gone already is no error."""
    with suppress(OSError):
        os.kill(pid, number)


def _end_tree(pid: int) -> None:
    """Never os.kill: whatever the signal, there it ends that one process and leaves its children."""
    import subprocess
    taskkill = os.path.join(os.environ.get("SystemRoot", r"C:\Windows"), "System32", "taskkill.exe")
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run([taskkill, "/T", "/F", "/PID", str(pid)], check=False, timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **APART)  # a number  # nosec B603
