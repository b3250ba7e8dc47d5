"""A terminal for tests: runs a command in a pty of a given size, reads it through pyte, and tells what it left behind.

Use as `with Terminal([...], columns=80, rows=24) as term:`, then wait_for, send, signal, resize, stall, close, wait_exit.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import pyte

PATIENCE_S = 20.0                      # only ever spent by a test that fails
_CURSOR, _ALTERNATE, _KEYPAD = 25, 1049, 1
_KIND_ASKED = b"\x1b[c"               # every terminal answers that
_UNWANTED = (1000, 1002, 1003, 1006, 2004)     # mouse, bracketed paste

KEYS = {"up": "\x1bOA", "down": "\x1bOB", "right": "\x1bOC", "left": "\x1bOD", "home": "\x1bOH", "end": "\x1bOF",
        "pgup": "\x1b[5~", "pgdn": "\x1b[6~", "esc": "\x1b", "enter": "\r", "ctrl-c": "\x03", "ctrl-l": "\x0c",
        "ctrl-s": "\x13", "ctrl-q": "\x11", "ctrl-\\": "\x1c", "tab": "\t", "backspace": "\x7f"}


class _Screen(pyte.Screen):
    """pyte 0.8 does not know REP, which curses uses for runs of one character, nor SU and SD, with which it moves rows."""

    _last = " "

    def draw(self, data: str) -> None:
        self._last = data[-1:] or self._last
        super().draw(data)

    def repeat(self, count: int = 1) -> None:
        self.draw(self._last * count)

    def rows_up(self, count: int = 1) -> None:
        self._at_top(self.delete_lines, count)

    def rows_down(self, count: int = 1) -> None:
        self._at_top(self.insert_lines, count)

    def _at_top(self, work: Callable[[int], None], count: int) -> None:
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        work(count)
        self.cursor.x, self.cursor.y = x, y


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "rows_up", "T": "rows_down"}
    events = pyte.ByteStream.events | {"repeat", "rows_up", "rows_down"}


class Leftover(NamedTuple):
    """What a program must put back: all of these are true when it did."""

    same_modes: bool                   # termios as before
    cursor: bool
    main_screen: bool
    keypad_off: bool
    no_mouse_or_paste: bool


class Terminal:
    """A command in a pseudo-terminal, and everything it wrote there."""

    def __init__(self, command: Sequence[str], columns: int = 80, rows: int = 24, env: Optional[Mapping[str, str]] = None,
                 term: Optional[str] = "xterm-256color", controlling: bool = True, window: Optional[Tuple[int, int]] = None,
                 answers: bool = True, **streams: Any) -> None:
        """env is the whole environment but for TERM; streams (stdin, stdout, stderr) replace the terminal's.

        Not controlling: no signals come from the terminal, not even SIGHUP when it closes. A window of another size than
        columns and rows is told to the command only. One that answers says what it is, and nothing of its background.
        """
        self._answers = answers
        self.raw = bytearray()
        self._lock = threading.RLock()
        self._reading = threading.Event()
        self._reading.set()
        self._master, self._slave = pty.openpty()
        self._winsize(*(window or (columns, rows)))
        self.screen = _Screen(columns, rows)
        self._stream = _Stream(self.screen)
        self.modes_before = termios.tcgetattr(self._slave)
        self.process = self._spawn(list(command), dict(os.environ if env is None else env), term,
                                   {"preexec_fn": self._take if controlling else None, **streams})
        self._done = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _spawn(self, command: List[str], env: Dict[str, str], term: Optional[str], streams: Dict[str, Any]) -> Any:
        env.pop("TERM", None)
        if term is not None:
            env["TERM"] = term
        return subprocess.Popen(command, env=env, start_new_session=True,
                                **{"stdin": self._slave, "stdout": self._slave, "stderr": self._slave, **streams})

    def _take(self) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()
        os.close(self._slave)

    # what the user does

    def send(self, keys: str) -> None:
        """Type: the name of a key in KEYS, or the text itself."""
        os.write(self._master, KEYS.get(keys, keys).encode())

    def signal(self, number: int) -> None:
        """A signal to the command."""
        self.process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """A new size; the kernel sends SIGWINCH."""
        with self._lock:
            self.screen.resize(rows, columns)
        self._winsize(columns, rows)

    def _winsize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stall(self) -> None:
        """Stop reading, as a dead ssh does."""
        self._reading.clear()
        self.pause()

    def resume(self) -> None:
        """Read again."""
        self._reading.set()

    def pause(self, seconds: float = 0.3) -> None:
        """Let time pass where nothing can be waited for."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the window."""
        if not self._done:
            self._done = True
            self._reading.set()
            self._reader.join()
            os.close(self._master)

    # what the user sees

    def _read(self) -> None:
        while not self._done:
            self._reading.wait()
            if not select.select([self._master], [], [], 0.05)[0] or not self._reading.is_set():
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            with self._lock:
                self.raw += data
                self._stream.feed(data)
            if _KIND_ASKED in data and self._answers:
                os.write(self._master, b"\x1b[?6c")

    def lines(self) -> List[str]:
        """The rows as they are shown."""
        with self._lock:
            return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        """The rows as one text."""
        return "\n".join(self.lines())

    def style_at(self, row: int, column: int) -> Any:
        """pyte's character, with fg, bold, reverse."""
        with self._lock:
            return self.screen.buffer[row][column]

    def written(self) -> int:
        """Bytes the command has written so far."""
        with self._lock:
            return len(self.raw)

    def wait_until(self, seen: Callable[[], Any], what: object = "") -> None:
        """Wait until it is so; fail with the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while not seen():
            assert time.monotonic() < deadline, f"never seen: {what!r}; on the screen:\n{self.text()}"
            time.sleep(0.01)

    def wait_for(self, text: str) -> None:
        """Wait until the text is on the screen."""
        self.wait_until(lambda: text in self.text(), text)

    def wait_exit(self, timeout_s: float = PATIENCE_S) -> int:
        """The exit status; minus the signal when one killed it. Everything written has been read, unless stalled."""
        status = self.process.wait(timeout_s)
        if self._reading.is_set() and not self._done:
            before = -1
            while before != self.written():
                before = self.written()
                time.sleep(0.1)
        return status

    def leftover(self) -> Leftover:
        """The state of the terminal now, by its modes and by replaying all that was written."""
        modes = self.private_modes()
        return Leftover(termios.tcgetattr(self._slave) == self.modes_before, modes.get(_CURSOR, True),
                        not modes.get(_ALTERNATE, False), not modes.get(_KEYPAD, False),
                        not any(modes.get(mode, False) for mode in _UNWANTED))

    def private_modes(self) -> Dict[int, bool]:
        """The DEC private modes that were ever switched, and how they stand."""
        modes = {}
        for found in re.finditer(rb"\x1b\[\?([\d;]+)([hl])", bytes(self.raw)):
            modes.update({int(mode): found[2] == b"h" for mode in found[1].split(b";")})
        return modes

    def unread(self) -> bytes:
        """What was typed and nobody has read: the next program gets it."""
        modes = termios.tcgetattr(self._slave)
        termios.tcsetattr(self._slave, termios.TCSANOW, [*modes[:3], modes[3] & ~termios.ICANON, *modes[4:]])
        try:
            return os.read(self._slave, 4096) if select.select([self._slave], [], [], 0)[0] else b""
        finally:
            termios.tcsetattr(self._slave, termios.TCSANOW, modes)

    def cpu_s(self) -> float:
        """Processor seconds that the running command has used (Linux)."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


CLEAN = Leftover(True, True, True, True, True)
