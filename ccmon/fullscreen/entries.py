"""The door to what curses needs: a Python that has it, the entry of terminfo that serves a TERM, and the environment.

setupterm answers once a process, whatever name it is given later: what decides between entries is asked in forked children.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys

from ccmon.fullscreen import terminal
from ccmon.quick_typing import Any, Iterator, Mapping, NamedTuple, Optional, Tuple
from ccmon.system import processes

curses: Any
try:
    import curses
except ImportError:                    # Windows without windows-curses
    curses = None

_POSIX = os.name == "posix"
_OUT = 1
MOST_COLUMNS, MOST_ROWS = 1000, 500    # curses takes memory for every cell
_REPEATS_CHARACTERS = (6, 1)           # the ncurses before repeat a character's low byte: BBBB for a bar
# Xterms at heart; every one that ncurses brings lacks `rep`, but for xterm's own, in which a newer one than 2017 has it.
_STAND_INS = ("xterm-256color", "xterm")
_WITHOUT_REP = ("screen-256color", "tmux-256color", "xterm-xfree86", "screen", "tmux")
FIRST_BUILD, LAST_BUILD = (3, 8), (3, 14)          # of the Pythons that windows-curses has builds for; setup.cfg says the same
PLATFORMS = ("win-amd64", "win32")
WHOLE_PYTHONS = {                      # by what installs there
    "zypper": "sudo zypper install python3-curses", "apt-get": "sudo apt-get install python3", "dnf": "sudo dnf install python3",
    "pacman": "sudo pacman -S python", "apk": "sudo apk add python3", "brew": "brew install python3"}
FROM_ITS_AUTHORS = "https://www.python.org/downloads/"


class TerminfoEntry(NamedTuple):
    """An entry of terminfo, as far as it decides which one serves."""

    name: str
    colours: int                       # -1: none
    has_rep: bool                      # it knows how to repeat a character


@functools.lru_cache(maxsize=None)
def entry_for(term: str) -> Optional[str]:
    """The entry that serves this TERM: its own, or a stand-in for the families that are xterms at heart. None: there is none."""
    chosen = _without_rep(term) if repeats_bytes() else None
    for name in (chosen,) if chosen else _names(term):
        with contextlib.suppress(curses.error):
            curses.setupterm(name, _OUT)
            return name
    return None


def repeats_bytes() -> bool:
    """Whether this curses repeats bytes, not characters, where the entry has `rep`; one that is no ncurses may."""
    version = getattr(curses, "ncurses_version", None)
    return version is None or tuple(version[:2]) < _REPEATS_CHARACTERS


def draws_ascii_alone(term: str) -> bool:
    """Whether everything else may come out as other characters: the only entry has `rep`, and this curses repeats bytes."""
    return repeats_bytes() and entry_for(term) is not None and bool(curses.tigetstr("rep"))


def keypad_on() -> bytes:
    """What has the terminal in use send its keys as its entry has them."""
    sequence = bytes(curses.tigetstr("smkx") or b"") if _POSIX else b""
    if b"$<" not in sequence:             # how long to wait, as few terminals have it
        return sequence
    import re
    return re.sub(rb"\$<[^>]*>", b"", sequence)


def _names(term: str) -> Tuple[str, ...]:
    like_screen = ("screen-256color", "screen") if term.startswith(("tmux", "screen")) else ()
    return (term, *like_screen, *_STAND_INS) if term.startswith(terminal.XTERM_LIKE) else (term,)


def _without_rep(term: str) -> Optional[str]:
    """The first that lacks it and has no more colours than the terminal; None where none is better than its own."""
    names = dict.fromkeys((*_names(term), *(_WITHOUT_REP if term.startswith(terminal.XTERM_LIKE) else ())))
    most: Optional[int] = None
    for entry in filter(None, map(_entry, names)):
        most = entry.colours if most is None else most
        if not entry.has_rep and entry.colours <= most:
            return entry.name
    return None


def _entry(name: str) -> Optional[TerminfoEntry]:
    """The entry, read in a child; None where there is none, or no process can be had."""
    with contextlib.suppress(OSError, ValueError), _pipe() as (reader, writer):
        pid = os.fork()
        if pid == 0:
            _send_entry(name, writer)
        _, status = os.waitpid(pid, 0)
        if status == 0:
            colours, has_rep = os.read(reader, 100).split()
            return TerminfoEntry(name, int(colours), has_rep == b"True")
    return None


def _send_entry(name: str, writer: int) -> None:
    try:
        curses.setupterm(name, _OUT)
        os.write(writer, f"{curses.tigetnum('colors')} {bool(curses.tigetstr('rep'))}".encode())
        os._exit(0)
    finally:                           # nothing of the parent's is to be run, or written, twice
        os._exit(1)


@contextlib.contextmanager
def _pipe() -> Iterator[Tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def prepare_environment(stack: contextlib.ExitStack) -> None:
    """LINES and COLUMNS gone (curses would believe them), a short wait after ESC."""
    names = ("LINES", "COLUMNS", "ESCDELAY")
    stack.callback(os.environ.update, {name: os.environ[name] for name in names if name in os.environ})
    for name in names:
        stack.callback(os.environ.pop, name, None)
    os.environ.setdefault("ESCDELAY", "25")
    os.environ.pop("LINES", None)
    os.environ.pop("COLUMNS", None)
    if _POSIX:
        _bound_size()


@contextlib.contextmanager
def term_of_entry() -> Iterator[None]:
    """TERM as the entry that serves it, for curses alone: other programs that are started get the user's."""
    term = os.environ.get("TERM")
    try:
        if _POSIX:
            os.environ["TERM"] = entry_for(term or "") or "dumb"
        yield
    finally:
        if term is None:
            os.environ.pop("TERM", None)
        else:
            os.environ["TERM"] = term


def _bound_size() -> None:
    with contextlib.suppress(OSError):
        columns, rows = os.get_terminal_size(_OUT)
        if columns > MOST_COLUMNS or rows > MOST_ROWS:
            os.environ.update(LINES=str(min(rows, MOST_ROWS)), COLUMNS=str(min(columns, MOST_COLUMNS)))


# --- a Python with curses: on Windows a package, for some Pythons; elsewhere it is a part of Python -----------------------

def curses_command(env: Mapping[str, str]) -> str:
    """What to type in a shell, so that there is a Python with curses."""
    if not processes.WINDOWS:
        return next((line for name, line in WHOLE_PYTHONS.items() if processes.which(name, env)),
                    f"{'open' if sys.platform == 'darwin' else 'xdg-open'} {FROM_ITS_AUTHORS}")
    if has_curses_build():
        return f"{processes.pip()} install windows-curses"
    return f"winget install Python.Python.{LAST_BUILD[0]}.{LAST_BUILD[1]} --architecture x64"


def has_curses_build() -> bool:
    """Whether there is a windows-curses for this very Python."""
    import sysconfig  # dear
    is_free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return (FIRST_BUILD <= sys.version_info[:2] <= LAST_BUILD and sysconfig.get_platform() in PLATFORMS and not is_free_threaded
            and sys.implementation.name == "cpython")


def without_curses(env: Mapping[str, str]) -> str:
    """The sentence for who wanted a full screen."""
    if processes.WINDOWS and not has_curses_build():
        return ("no full screen: windows-curses, which it needs, has no build for this Python. All else works. "
                f"Install one that it has, and ccmon in that: {curses_command(env)}")
    with_it = "" if processes.WINDOWS else " and ccmon in a Python that has it"
    return f"no full screen: this Python has no curses. All else works. Install it{with_it}: {curses_command(env)}"
