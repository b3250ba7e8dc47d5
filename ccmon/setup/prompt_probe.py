"""The door to a shell that is started once, to see its prompt: in a pseudo terminal of its own, ended with all that it started.

Nothing is typed there: what a terminal answers by itself is answered, and no line of the user's history is written.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import struct
import sys
import time
from contextlib import suppress

from ccmon import private
from ccmon.quick_typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.system import process_facts, processes, ready
from ccmon.text import char_width

PATIENCE_S = 10.0                      # for start-up files that do much, or wait for somebody
# After the last byte: when the line is seen; when it is not, as a prompt may be drawn in parts; when nothing is drawn at all.
QUIET_S, LONG_QUIET_S, EMPTY_QUIET_S = 0.15, 0.6, 3.0
OTHER_QUIET_S = 2.0                    # when another program has the keys
MOST_BYTES = 1 << 18                   # of what is written, its end
_PAUSE_S = 0.03
_GENTLE_S = 0.3                        # for an agent of the start-up files that tidies up behind itself
_ANSWERS = ((b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[0c", b"\x1b[?62;22c"))
_RESET = ("SIGPIPE", "SIGXFSZ", "SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCHLD", "SIGWINCH")
TAB_CELLS = 8
MOST_CHARACTERS = 1 << 20              # of a flood, its end
_PIECES = re.compile(r"\x1b\[(?P<arguments>[0-9:;<=>?]*)[ -/]*(?P<csi>[@-~])"
                     r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b)|$)"        # a title, a colour that is asked for
                     r"|\x1b[ -/]+.|\x1b(?P<escape>.)|(?P<char>[^\x1b])", re.DOTALL)


class Trial(NamedTuple):
    """How a shell came up."""

    written: str                       # all that it and its start-up files wrote, or the end of that
    has_prompt: bool                   # it waits for a command
    program: Optional[str] = None      # what has the terminal: the shell itself, or what was started in it
    beside: Tuple[str, ...] = ()       # programs that run in the shell's own group, as those of a start-up file do
    status: Optional[int] = None       # the exit status of a shell that has ended already
    took_s: float = 0.0


# Whether what is written shows the line; None while it shows no prompt.
Shows = Callable[[str], Optional[bool]]


def tried(argv: Sequence[str], env: Mapping[str, str], folder: str, size: Tuple[int, int], mark: str,
          shows: Shows, new_paths: Sequence[str] = ()) -> Trial:
    """Start it with that environment, in that folder, on a terminal of (columns, rows), and end it again.

    mark: NAME=value of the environment, by which all that descends from it is recognized; new_paths: what the shell makes
    when it is started for the first time. Raises OSError where there is no pseudo terminal.
    """
    started = time.monotonic()
    new = [path for path in new_paths if not os.path.lexists(path)]
    pid, fd = _start(argv, env, folder, size)
    seen, program, beside = _ShellOutput(), None, []
    try:
        _watch(pid, fd, seen, shows, started + PATIENCE_S)
        if seen.status is None:
            with suppress(OSError):
                program = process_facts.name(os.tcgetpgrp(fd))
            beside = [one.texts[0] for one in process_facts.listed(process_facts.NAME)
                      if one.pid != pid and one.group == one.session == pid]
    finally:
        _end_all(pid, mark)
        with suppress(OSError):
            os.close(fd)
        if seen.status is None:
            _reaped(pid)
        for path in reversed(new):
            _remove(path)
    own = program is not None and os.path.basename(argv[0]) in program
    return Trial(seen.text(), seen.has_prompt and own, program, tuple(beside), seen.status, time.monotonic() - started)


# --- its start ------------------------------------------------------------------------------------------------------------

def _start(argv: Sequence[str], env: Mapping[str, str], folder: str, size: Tuple[int, int]) -> Tuple[int, int]:
    """Its process and our end of its terminal."""
    import pty  # not on Windows
    sys.stdout.flush()
    pid, fd = pty.fork()
    if pid == 0:
        _become(argv, processes.environment(env), folder, size)
    return pid, fd


def _become(argv: Sequence[str], env: Dict[str, str], folder: str, size: Tuple[int, int]) -> None:
    """In the new process: the shell, as a terminal starts one."""
    try:
        import fcntl
        import termios
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        for name in _RESET:            # an ignored signal would be ignored in the shell, too
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir(folder)
        os.execve(argv[0], list(argv), env)  # absolute, no shell  # nosec B606
    finally:
        os._exit(127)


# --- until there is a prompt ----------------------------------------------------------------------------------------------

class _ShellOutput:
    """What came of it so far."""

    def __init__(self) -> None:
        self.written, self.size = b"", 0           # of a flood only the end; all bytes that there were
        self.has_prompt = False
        self.status: Optional[int] = None

    def text(self) -> str:
        """As a terminal reads it."""
        return self.written.decode("utf-8", "replace")


def _watch(pid: int, fd: int, seen: _ShellOutput, shows: Shows, deadline: float) -> None:
    last, judged, wanted_s = time.monotonic(), -1, QUIET_S
    while time.monotonic() < deadline:
        part = _read(fd)
        if part:
            last = time.monotonic()
            seen.written = (seen.written + part)[-MOST_BYTES:]
            seen.size += len(part)
            _answer(fd, part)
        elif part is None:
            seen.status = _reaped(pid)
            return
        quiet_s = time.monotonic() - last
        keys = _keys_of(fd) if quiet_s >= QUIET_S else None
        if keys != pid:
            if keys is not None and quiet_s >= OTHER_QUIET_S:
                return
            continue
        if judged != seen.size:
            judged = seen.size
            wanted_s = {True: QUIET_S, False: LONG_QUIET_S, None: EMPTY_QUIET_S}[shows(seen.text())]
        if quiet_s >= wanted_s:
            seen.has_prompt = True
            return


def _read(fd: int) -> Optional[bytes]:
    """What there is by now; None at the end."""
    if not ready.readable([fd], _PAUSE_S):
        return b""
    try:
        return os.read(fd, 65_536) or None
    except OSError:                    # EIO: nobody has the terminal any more
        return None


def _answer(fd: int, part: bytes) -> None:
    """What a terminal answers by itself: a shell may wait for it before it shows a prompt."""
    for question, answer in _ANSWERS:
        if question in part:
            with suppress(OSError):
                os.write(fd, answer)


def _keys_of(fd: int) -> Optional[int]:
    """The group of the program that gets each key as it is pressed and shows it itself, as a shell does that edits a command."""
    import termios
    try:
        modes = termios.tcgetattr(fd)[3]
        return None if modes & (termios.ICANON | termios.ECHO) else os.tcgetpgrp(fd)
    except (OSError, termios.error):
        return None


# --- its end --------------------------------------------------------------------------------------------------------------

def _end_all(pid: int, mark: str) -> None:
    """The shell and what hangs on it at once: asked to, it would write its history. What it left running elsewhere, gently."""
    others = []
    for child in _descendants(pid, mark):
        if process_facts.session(child) == pid:
            processes.send(child, signal.SIGKILL)
        else:
            others.append(child)
            processes.send(child, signal.SIGTERM)
    processes.end(pid)
    deadline = time.monotonic() + (_GENTLE_S if others else 0)
    while others and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        others = [other for other in others if process_facts.session(other) is not None]
    for child in {*_descendants(pid, mark), *others}:
        processes.send(child, signal.SIGKILL)


def _remove(path: str) -> None:
    """What is a file or holds only such; a folder that others use by now stays."""
    if os.path.isdir(path) and os.path.basename(path) == "fish":
        shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        os.rmdir(path) if os.path.isdir(path) else os.remove(path)


def _descendants(pid: int, mark: str) -> List[int]:
    """The processes that have the mark in their environment; where the system does not show that, those of the shell's session
    and all that they have started: but for what has left them altogether, which is like any other process there."""
    if process_facts.has_proc():
        names = filter(str.isdigit, os.listdir(process_facts.proc_path()))
        return [int(name) for name in names if int(name) != os.getpid() and _has(name, mark)]
    everybody, family = process_facts.listed(process_facts.NAME), {pid}
    while True:
        more = {one.pid for one in everybody if one.parent in family or one.session == pid} - family
        if not more:
            return [one.pid for one in everybody if one.pid in family]
        family |= more


def _has(pid: str, mark: str) -> bool:
    with suppress(OSError):
        return b"\0" + mark.encode() + b"\0" in b"\0" + private.read(process_facts.proc_path(pid, "environ")) + b"\0"
    return False


def _reaped(pid: int) -> int:
    """The exit status, minus the signal when one ended it."""
    for turn in range(100):
        try:
            gone, status = os.waitpid(pid, os.WNOHANG)
        except OSError:
            return 0
        if gone:
            return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        time.sleep(_PAUSE_S)
        if turn == 30:
            processes.end(pid)         # it let go of its terminal and runs on
    return 0


# --- what it shows --------------------------------------------------------------------------------------------------------

class SmallScreen:
    """What a terminal shows after what was written there, cells and cursor: enough of one to read a prompt."""

    def __init__(self, columns: int, rows: int, written: str = "") -> None:
        self.columns, self.row_count = columns, rows
        self.cells = [self._blank_row() for _ in range(rows)]
        self.row = self.column = 0
        self._saved = (0, 0)
        self._wraps = False            # the last cell of the row is taken: the next character begins a new one
        self._actions: Dict[str, Callable[[List[int]], None]] = {
            "A": lambda n: self._go(self.row - (n[0] or 1), self.column),
            "B": lambda n: self._go(self.row + (n[0] or 1), self.column),
            "C": lambda n: self._go(self.row, self.column + (n[0] or 1)),
            "D": lambda n: self._go(self.row, self.column - (n[0] or 1)),
            "E": lambda n: self._go(self.row + (n[0] or 1), 0), "F": lambda n: self._go(self.row - (n[0] or 1), 0),
            "G": lambda n: self._go(self.row, (n[0] or 1) - 1), "d": lambda n: self._go((n[0] or 1) - 1, self.column),
            "H": lambda n: self._go((n[0] or 1) - 1, (n[1] or 1) - 1), "f": lambda n: self._go((n[0] or 1) - 1, (n[1] or 1) - 1),
            "J": lambda n: self._erase_screen(n[0]), "K": lambda n: self._erase_row(n[0]),
            "X": lambda n: self._blank(self.column, self.column + (n[0] or 1)), "P": lambda n: self._shift(n[0] or 1),
            "@": lambda n: self._shift(-(n[0] or 1)), "s": lambda n: self._save(), "u": lambda n: self._restore()}
        self.write(written)

    def write(self, text: str) -> None:
        """Take what was written; any other sequence is left out."""
        for piece in _PIECES.finditer(text[-MOST_CHARACTERS:]):
            if piece["char"]:
                self._character(piece["char"])
            elif piece["csi"]:
                self._control(piece["csi"], piece["arguments"])
            elif piece["escape"] == "7":
                self._save()
            elif piece["escape"] == "8":
                self._restore()
            elif piece["escape"] == "M":
                self._go(self.row - 1, self.column)

    def rows(self) -> List[str]:
        """The rows, without what is blank at their ends."""
        return ["".join(row).rstrip() for row in self.cells]

    def text(self) -> str:
        """All cells in one line: what goes on in the next row is whole in it."""
        return "".join("".join(row) for row in self.cells)

    def _blank_row(self) -> List[str]:
        return [" "] * self.columns

    def _go(self, row: int, column: int) -> None:
        self.row, self.column = min(max(row, 0), self.row_count - 1), min(max(column, 0), self.columns - 1)
        self._wraps = False

    def _save(self) -> None:
        self._saved = (self.row, self.column)

    def _restore(self) -> None:
        self._go(*self._saved)

    def _control(self, final: str, arguments: str) -> None:
        if arguments[:1] in ("<", "=", ">", "?"):
            if arguments in ("?1049", "?47", "?1047"):              # the other screen, and back
                self._erase_screen(2)
            return
        numbers = [min(int(word), 9999) if word.isdigit() and len(word) < 9 else 0 for word in re.split("[;:]", arguments)]
        action = self._actions.get(final)
        if action:
            action([*numbers, 0])

    def _character(self, char: str) -> None:
        if char == "\r":
            self._go(self.row, 0)
        elif char in "\n\v\f":
            self._down()
        elif char == "\b":
            self._go(self.row, self.column - 1)
        elif char == "\t":
            self._go(self.row, (self.column // TAB_CELLS + 1) * TAB_CELLS)
        elif char >= " " and char != "\x7f":
            self._print(char)

    def _down(self) -> None:
        self._wraps = False
        if self.row < self.row_count - 1:
            self.row += 1
        else:
            self.cells = [*self.cells[1:], self._blank_row()]

    def _print(self, char: str) -> None:
        cells = char_width(char)
        if self._wraps or self.column + cells > self.columns:
            self.column = 0
            self._down()
        if cells == 0:
            return
        self.cells[self.row][self.column:self.column + cells] = [char, ""][:cells]
        self.column += cells
        if self.column >= self.columns:
            self.column, self._wraps = self.columns - 1, True

    def _erase_screen(self, how: int) -> None:
        if how == 0:
            self._erase_row(0)
        elif how == 1:
            self._erase_row(1)
        first, last = {0: (self.row + 1, self.row_count), 1: (0, self.row)}.get(how, (0, self.row_count))
        for row in range(first, last):
            self.cells[row] = self._blank_row()

    def _erase_row(self, how: int) -> None:
        self._blank(*{0: (self.column, self.columns), 1: (0, self.column + 1)}.get(how, (0, self.columns)))

    def _blank(self, first: int, end: int) -> None:
        """Cells of the row."""
        last = min(self.columns, end)
        self.cells[self.row][first:last] = [" "] * (last - first)

    def _shift(self, number: int) -> None:
        """Take cells out at the cursor, or put blanks in when negative."""
        row = self.cells[self.row]
        before, after = row[:self.column], row[self.column + max(0, number):]
        self.cells[self.row] = ([*before, *[" "] * max(0, -number), *after] + self._blank_row())[:self.columns]
