"""The door to the terminal: whether it can be drawn on, painting lines, waiting for keys and signals, leaving it clean.

The only import of curses. Roles become attributes here; what the lines say is not known here.
"""

import contextlib
import functools
import os
import select
import selectors
import signal
import sys
import threading
import time
from collections import deque
from typing import Any, Deque, Dict, List, Mapping, NamedTuple, Optional, Sequence, TextIO, Tuple, Union

from ccmon.text import ROLES, Line, Span, clean, clip_line, width
from ccmon.themes import THEMES, Style, colour, is_dim

curses: Any
termios: Any
try:
    import curses
except ImportError:                    # Windows without windows-curses
    curses = None
try:
    import termios
except ImportError:                    # Windows; every use of it is kept behind _POSIX
    termios = None

_POSIX = os.name == "posix"
_IN, _OUT = 0, 1
_FATAL = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT") if hasattr(signal, name))
_SIZE_CHANGED = tuple(getattr(signal, name) for name in ("SIGWINCH", "SIGCONT") if hasattr(signal, name))
_PATIENCE_S = 1.0                      # a stalled terminal gets this long after a signal
_LAST_CHANCE_S = 0.7
_EMPTY_READS = 3                       # "readable" so often without a byte: the terminal is gone
# Plain attributes and letters, normal keypad, visible cursor, main screen: what every living terminal understands.
_FAREWELL = b"\x1b[0m\x1b(B\x0f\x1b[?1l\x1b>\x1b[?25h\x1b[?1049l"


class Event(NamedTuple):
    """What `Screen.wait` saw: key, signal, resize, wake or closed."""

    kind: str
    value: Union[str, int, None] = None    # the key's name or the signal's number


def exit_code(signum: int) -> int:
    """The exit status after that signal: 128 + number, and 0 for Ctrl-C, which is a way to quit."""
    return 0 if signum == signal.SIGINT else 128 + signum


_XTERM_LIKE = ("xterm", "kitty", "ghostty", "foot", "wezterm", "alacritty", "rio", "contour", "konsole", "vte", "gnome",
               "iterm", "mintty", "rxvt", "st-", "tmux", "screen")


@functools.lru_cache(maxsize=None)     # setupterm answers once a process: later calls succeed whatever the name
def _terminfo(term: str) -> Optional[str]:
    """The terminfo entry that serves this TERM: its own, or a stand-in for the families that are xterms at heart."""
    like_screen = ("screen-256color", "screen") if term.startswith(("tmux", "screen")) else ()
    stand_ins = (*like_screen, "xterm-256color", "xterm") if term.startswith(_XTERM_LIKE) else ()
    for name in (term, *stand_ins):
        with contextlib.suppress(curses.error):
            curses.setupterm(name, _OUT)
            return str(name)
    return None


def usable(env: Mapping[str, str]) -> Optional[str]:
    """None when a full screen can be drawn, else the reason in words."""
    if curses is None:
        return "this Python has no curses (on Windows: pip install windows-curses)"
    for descriptor, stream, name in ((_IN, sys.stdin, "input"), (_OUT, sys.__stdout__, "output")):
        if stream is None or not os.isatty(descriptor):
            return f"standard {name} is not a terminal"
    term = env.get("TERM", "")
    if _POSIX and not term:
        return "TERM is not set, so the kind of terminal is not known"
    if _POSIX and _terminfo(term) is None:
        return f"the terminal type {term!a} (TERM) is not known on this machine"
    if _POSIX and not curses.tigetstr("cup"):
        return f"a terminal of type {term!a} (TERM) cannot place the cursor"
    return None


def reset_terminal() -> None:
    """Bring back the terminal of standard output after a program that died while drawing; silent when there is none."""
    if not os.isatty(_OUT):
        return
    if _POSIX:
        modes = termios.tcgetattr(_OUT)
        modes[0] |= termios.ICRNL | termios.IXON
        modes[1] |= termios.OPOST | termios.ONLCR
        modes[3] |= termios.ICANON | termios.ECHO | termios.ECHOE | termios.ECHOK | termios.ISIG | termios.IEXTEN
        termios.tcsetattr(_OUT, termios.TCSANOW, modes)
    os.write(_OUT, _FAREWELL)


def _free_output() -> None:
    """Undo a Ctrl-S and throw away what the terminal does not take, so that a blocked write returns."""
    with contextlib.suppress(termios.error):
        termios.tcflow(_OUT, termios.TCOOFF)       # Linux starts only what was stopped in the same way
        termios.tcflow(_OUT, termios.TCOON)
        termios.tcflush(_OUT, termios.TCOFLUSH)


def _set_modes(modes: List[Any]) -> None:
    with contextlib.suppress(termios.error):
        termios.tcsetattr(_IN, termios.TCSANOW, modes)


def _stop_curses() -> None:
    # endwin holds the interpreter lock while it writes, so no thread could free a terminal that is stalled here.
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(_OUT, select.POLLOUT)
        if not poll.poll(300):
            _free_output()
    with contextlib.suppress(curses.error):
        curses.endwin()


def _prepare_environment(stack: contextlib.ExitStack) -> None:
    """LINES and COLUMNS gone (curses would believe them), TERM known to terminfo, a short wait after ESC."""
    stack.callback(os.environ.update, {n: os.environ[n] for n in ("LINES", "COLUMNS", "TERM", "ESCDELAY") if n in os.environ})
    stack.callback(os.environ.pop, "ESCDELAY", None)
    os.environ.setdefault("ESCDELAY", "25")
    os.environ.pop("LINES", None)
    os.environ.pop("COLUMNS", None)
    if _POSIX:
        os.environ["TERM"] = _terminfo(os.environ.get("TERM", "")) or "dumb"


class _Signals:
    """Signals while the screen is up: noted for the main thread, which a thread wakes, and replaces when it hangs."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        """The stack undoes everything: handlers, wakeup descriptor, thread, pipes."""
        self.numbers: Deque[int] = deque()
        self._left, self._lock = threading.Event(), threading.Lock()
        for number in _FATAL + _SIZE_CHANGED:
            stack.callback(signal.signal, number, signal.signal(number, self._note) or signal.SIG_DFL)
        if _POSIX:
            self._open_pipes(stack)
            self._start_thread(stack)

    def _note(self, number: int, _frame: object) -> None:
        self.numbers.append(number)

    def _open_pipes(self, stack: contextlib.ExitStack) -> None:
        pipes = (*os.pipe(), *os.pipe())
        self.bell, self._bell_in, self._bytes, self._bytes_in = pipes
        for descriptor in pipes:
            stack.callback(os.close, descriptor)
            os.set_blocking(descriptor, descriptor == self._bytes)

    def _start_thread(self, stack: contextlib.ExitStack) -> None:
        self._modes = termios.tcgetattr(_IN)
        stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(self._bytes_in, warn_on_full_buffer=False))
        thread = threading.Thread(target=self._watch, name="ccmon-signals", daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(self._leave)

    def _leave(self) -> None:
        with self._lock:
            self._left.set()
            os.write(self._bytes_in, b"\0")

    def ring(self) -> None:
        """Make the bell readable; from any thread, and harmless after the screen is left."""
        with self._lock:               # a descriptor that was closed may be somebody's file by now
            if _POSIX and not self._left.is_set():
                with contextlib.suppress(BlockingIOError):     # full: it rings already
                    os.write(self._bell_in, b"!")

    def silence(self) -> None:
        """Take every ring off the bell: no pipe holds more."""
        os.read(self.bell, 1 << 20)

    def _watch(self) -> None:
        # Blocked: every signal goes to the main thread, and touching the terminal from the background stops nobody.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        numbers = b""
        while not set(numbers) & {0, *_FATAL}:
            numbers = os.read(self._bytes, 512)
            self.ring()
        fatal = [number for number in numbers if number in _FATAL]
        if fatal and not self._left.wait(_PATIENCE_S):
            _free_output()
            if not self._left.wait(_LAST_CHANCE_S):
                self._abandon(fatal[0])

    def _abandon(self, number: int) -> None:
        """End the process for a main thread that hangs in its terminal or elsewhere."""
        _set_modes(self._modes)
        with contextlib.suppress(OSError):     # its own open file: O_NONBLOCK on ours would outlive us in the shell
            os.write(os.open(os.ttyname(_OUT), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY), _FAREWELL)
        os._exit(exit_code(number))


def _key_names() -> Dict[int, str]:
    words = ("up", "down", "left", "right", "home", "end", "enter", "backspace")
    names = {getattr(curses, f"KEY_{word.upper()}"): word for word in words}
    names.update({curses.KEY_PPAGE: "pgup", curses.KEY_NPAGE: "pgdn", 8: "backspace", 127: "backspace"})
    names.update({9: "tab", 10: "enter", 13: "enter", 27: "esc"})
    return {**names, **{code: chr(code) for code in range(32, 127)}}


class Screen:
    """The terminal in full-screen mode, between `with` and its end."""

    def __init__(self, theme_name: str, log: TextIO) -> None:
        self._theme_name, self._log = theme_name, log
        self._frame: object = None
        self._empty_reads, self._woken = 0, False

    def __enter__(self) -> "Screen":
        with contextlib.ExitStack() as stack:
            _prepare_environment(stack)
            self._signals = _Signals(stack)
            stack.enter_context(contextlib.redirect_stderr(self._log))     # warnings and tracebacks of threads too
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def _start(self, stack: contextlib.ExitStack) -> None:
        self._window = curses.initscr()
        stack.callback(_stop_curses)
        curses.noecho()
        curses.cbreak()
        self._window.keypad(True)
        self._window.leaveok(True)
        self._window.nodelay(True)
        with contextlib.suppress(curses.error):
            curses.curs_set(0)
        self._names = _key_names()
        self._colours, self._background = _colours()
        self.coloured = self._colours > 0      # the terminal shows colours, and is wanted to
        self.set_theme(self._theme_name)
        if _POSIX:
            # poll knows descriptors above 1024, but the Mac's does not know terminals.
            self._selector = selectors.SelectSelector() if sys.platform == "darwin" else selectors.PollSelector()
            stack.callback(self._selector.close)
            self._selector.register(_IN, selectors.EVENT_READ)
            self._selector.register(self._signals.bell, selectors.EVENT_READ)

    def size(self) -> Tuple[int, int]:
        """Width and height in cells."""
        height, columns = self._window.getmaxyx()
        return columns, height

    def set_theme(self, name: str) -> None:
        """Paint with that theme from the next frame on; without colours it is always mono."""
        theme = THEMES[name if self._colours else "mono"]
        self._attributes = {role: self._attribute(pair, theme[role]) for pair, role in enumerate(ROLES, 1)}
        self._frame = None

    def _attribute(self, pair: int, style: Style) -> int:
        flags = ((style.bold, curses.A_BOLD), (is_dim(style, self._colours), curses.A_DIM), (style.reverse, curses.A_REVERSE))
        attribute = sum(flag for wanted, flag in flags if wanted)
        index = colour(style, self._colours)
        if index is not None:
            curses.init_pair(pair, index, self._background)
            attribute |= curses.color_pair(pair)
        return int(attribute)

    def paint(self, lines: Sequence[Line]) -> None:
        """Show the lines from the top, cut at the edges; an unchanged frame costs nothing."""
        columns, height = self.size()
        frame = (tuple(lines), columns, height)
        if frame == self._frame:
            return
        self._frame = frame
        for row, line in enumerate(lines[:height]):
            self._put(row, line, columns)
        if len(lines) < height:
            self._window.move(len(lines), 0)
            self._window.clrtobot()
        self._window.refresh()         # not doupdate: that keeps the interpreter lock while the terminal is stalled

    def _put(self, row: int, line: Line, columns: int) -> None:
        # Cleared row by row, downwards: a character that the C library takes for wider may spill on the next row.
        self._window.move(row, 0)
        self._window.clrtoeol()
        shown = [span if span.text.isprintable() else Span(clean(span.text), span.role) for span in line]
        column = 0
        for span in clip_line(shown, columns):
            # The bottom right cell is painted and then complained about, as the cursor has nowhere to go.
            with contextlib.suppress(curses.error, ValueError):
                self._window.addstr(row, column, span.text, self._attributes.get(span.role, 0))
            column += width(span.text)

    def wake(self) -> None:
        """Make `wait` return; from any thread, also when nobody waits."""
        self._woken = True
        self._signals.ring()

    def wait(self, timeout_s: float) -> List[Event]:
        """What happened, at once if something did, else after at most that many seconds (then often nothing)."""
        events = self._noted()
        if not events:
            events = self._listen_for(timeout_s) if _POSIX else self._poll_for(timeout_s)
            events += self._noted()
        return events

    def _noted(self) -> List[Event]:
        """Signals, new sizes and wakes since the last call."""
        taken = [self._signals.numbers.popleft() for _ in range(len(self._signals.numbers))]
        events = [Event("signal", int(number)) for number in taken if number in _FATAL]
        if set(taken) & set(_SIZE_CHANGED):
            events.append(self._resized())
        if self._woken:
            self._woken = False
            events.append(Event("wake"))
        return events

    def _listen_for(self, timeout_s: float) -> List[Event]:
        events: List[Event] = []
        for key, _ in self._selector.select(max(0.0, timeout_s)):
            if key.fd == self._signals.bell:
                self._signals.silence()
            else:
                events += self._keys() or self._end_of_input()
        return events

    def _poll_for(self, timeout_s: float) -> List[Event]:
        deadline = time.monotonic() + timeout_s
        events = self._keys() + self._noted()
        while not events and time.monotonic() < deadline:
            time.sleep(0.05)
            events = self._keys() + self._noted()
        return events

    def _keys(self) -> List[Event]:
        events: List[Event] = []
        for code in iter(self._window.getch, -1):
            self._empty_reads = 0
            events += self._key(code)
        return events

    def _key(self, code: int) -> List[Event]:
        if code == 12 or (code == curses.KEY_RESIZE and not _POSIX):       # Ctrl-L
            return [self._resized()]
        if code == 3:                                                      # Ctrl-C where it is not a signal
            return [Event("signal", int(signal.SIGINT))]
        return [Event("key", self._names[code])] if code in self._names else []

    def _end_of_input(self) -> List[Event]:
        self._empty_reads += 1
        if self._empty_reads < _EMPTY_READS:
            return []
        self._selector.unregister(_IN)         # readable for ever: waiting on it would spin
        return [Event("closed")]

    def _resized(self) -> Event:
        self._frame = None
        with contextlib.suppress(OSError, curses.error):
            columns, rows = os.get_terminal_size(_OUT)
            if not _POSIX:
                curses.resize_term(0, 0)
            elif rows > 0 and columns > 0:
                curses.resizeterm(rows, columns)
            self._window.keypad(True)  # a shell that had the terminal meanwhile has switched it off
            self._window.clear()
        return Event("resize")


def _colours() -> Tuple[int, int]:
    """How many colours there are (0: none, or not wanted) and the index of the background."""
    if os.environ.get("NO_COLOR") or os.environ.get("CLICOLOR") == "0":
        return 0, -1
    colours, background = 0, 0
    with contextlib.suppress(curses.error):
        curses.start_color()
        colours = curses.COLORS if curses.has_colors() and curses.COLORS >= 8 else 0
        curses.use_default_colors()
        background = -1
    return colours, background
