"""The door to the terminal: whether it can be drawn on, painting lines, waiting for keys and signals, leaving it clean.

The only import of curses. Roles become attributes here.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time

from ccmon.fullscreen import entries, terminal
from ccmon.fullscreen.screen_signals import CONTINUE, FATAL, SIZE_CHANGED, STOP, Signals, signal
from ccmon.quick_typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, TextIO, Tuple
from ccmon.settings.themes import THEMES, Style, Theme, colour, is_dim, worn
from ccmon.system import ready
from ccmon.text import ROLES, Charset, Line, Span, clean, clip_line, width

if TYPE_CHECKING:
    from ccmon.fullscreen.keyboard import Keyboard
    from ccmon.fullscreen.keys import ScreenEvent

curses: Any
try:
    import curses
except ImportError:                    # Windows without windows-curses, a Python that was built without
    curses = None

_POSIX = os.name == "posix"
_IN, _OUT, _ERR = 0, 1, 2
_STALLED_S = 0.3


def usable(env: Mapping[str, str]) -> Optional[str]:
    """None when a full screen can be drawn, else the reason in words."""
    if curses is None:
        return "this Python has no curses"
    for descriptor, stream, name in ((_IN, sys.stdin, "input"), (_OUT, sys.__stdout__, "output")):
        if stream is None or not os.isatty(descriptor):
            return f"standard {name} is not a terminal"
    term = env.get("TERM", "")
    if _POSIX and not term:
        return "TERM is not set, so the kind of terminal is not known"
    if _POSIX and entries.entry_for(term) is None:
        return f"the terminal type {term!a} (TERM) is not known on this machine"
    if _POSIX and not curses.tigetstr("cup"):
        return f"a terminal of type {term!a} (TERM) cannot place the cursor"
    return None


def drawable(charset: Charset) -> Charset:
    """What of it curses can draw: windows-curses has 16 bits for a cell, in which an emoji becomes two broken characters."""
    if _POSIX:
        return Charset(False, False) if entries.draws_ascii_alone(os.environ.get("TERM", "")) else charset
    return charset._replace(emoji=False)


def _stop_curses() -> None:
    if curses.isendwin():
        return
    # endwin holds the interpreter lock while it writes, so no thread could free a terminal that is stalled here.
    if _POSIX and not ready.is_writable(_OUT, _STALLED_S):
        terminal.release()
    with contextlib.suppress(OSError), _not_stopped():
        terminal.mark_pastes(False)
    with contextlib.suppress(curses.error), _not_stopped():
        curses.endwin()


@contextlib.contextmanager
def _not_stopped() -> Iterator[None]:
    """For what is put back even from the background, where the kernel would stop us."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN) if _POSIX else None
    try:
        yield
    finally:
        if _POSIX:
            signal.signal(signal.SIGTTOU, before)


@contextlib.contextmanager
def _stderr_to(log: TextIO) -> Iterator[None]:
    """Warnings, tracebacks of threads, and what libraries and children print: none of it belongs on the screen."""
    with contextlib.redirect_stderr(log), contextlib.ExitStack() as stack:
        if os.isatty(_ERR):
            before = os.dup(_ERR)
            stack.callback(os.close, before)
            stack.callback(os.dup2, before, _ERR)
            os.dup2(log.fileno(), _ERR)
        yield


@functools.lru_cache(maxsize=None)
def _key_names() -> Dict[int, str]:
    """By what curses reads, where there is nothing else to read from."""
    from ccmon.fullscreen import keys
    words = ("up", "down", "left", "right", "home", "end", "enter", "backspace")
    names = {getattr(curses, f"KEY_{word.upper()}"): word for word in words}
    names.update({curses.KEY_PPAGE: "pgup", curses.KEY_NPAGE: "pgdn", 27: "esc", **keys.CONTROLS})
    return {**names, **{code: chr(code) for code in range(32, 127)}}


def _sequences() -> Dict[bytes, str]:
    """What the keys of this terminal send, as terminfo knows it."""
    names = {"kcuu1": "up", "kcud1": "down", "kcub1": "left", "kcuf1": "right", "khome": "home", "kend": "end", "kpp": "pgup",
             "knp": "pgdn", "kent": "enter"}
    return {sequence: name for sequence, name in ((curses.tigetstr(entry), name) for entry, name in names.items()) if sequence}


def _event(kind: str, value: Optional[int] = None) -> ScreenEvent:
    from ccmon.fullscreen.keys import ScreenEvent  # not for the first frame
    return ScreenEvent(kind, value)


class Screen:
    """The terminal in full-screen mode, between `with` and its end."""

    def __init__(self, theme: Theme, log: TextIO) -> None:
        self._theme, self._log = theme, log
        self._frame: Optional[Tuple[Tuple[Line, ...], int, int]] = None
        self._woken = False
        self._keyboard: Optional[Keyboard] = None

    def __enter__(self) -> "Screen":
        with contextlib.ExitStack() as stack:
            entries.prepare_environment(stack)
            self._signals = Signals(stack)
            if _POSIX:                 # before curses, which takes the modes that it finds for those to bring back
                self._signals.begin_in_front()
            stack.enter_context(_stderr_to(self._log))
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def _start(self, stack: contextlib.ExitStack) -> None:
        with entries.term_of_entry():
            self._window = curses.initscr()
        stack.callback(_stop_curses)
        curses.noecho()
        curses.cbreak()
        self._window.leaveok(True)
        self._window.nodelay(True)
        with contextlib.suppress(curses.error):
            curses.curs_set(0)
        self._window.keypad(True)
        self._take_keys()
        self._colours, self._background = _colours()
        self.coloured = self._colours > 0      # the terminal shows colours, and is wanted to
        self.set_theme(self._theme)
        if _POSIX:
            curses.typeahead(-1)       # a frame is painted as a whole, whatever is typed meanwhile
            stack.callback(self._take_answers)

    def size(self) -> Tuple[int, int]:
        """Width and height in cells."""
        height, columns = self._window.getmaxyx()
        return columns, height

    def set_theme(self, theme: Theme) -> None:
        """Paint with that theme from the next frame on; without colours it is always mono."""
        self._theme = theme if self._colours else THEMES["mono"]
        self._attributes = {role: self._attribute(pair, self._theme[role]) for pair, role in enumerate(ROLES, 1)}
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
        before = self._frame[0] if self._frame and self._frame[1:] == frame[1:] else ()
        self._frame, spilt = frame, False
        for row, line in enumerate(lines[:height]):
            if spilt or row >= len(before) or before[row] != line:
                self._put(row, line, columns)
                spilt = self._window.getyx()[0] != row
        if len(lines) < height:
            self._window.move(len(lines), 0)
            self._window.clrtobot()
        self._window.refresh()         # not doupdate: that holds the interpreter lock while the terminal is stalled

    def _put(self, row: int, line: Line, columns: int) -> None:
        # Cleared row by row, downwards: a character that the C library takes for wider may spill on the next row,
        # which is then put, too.
        self._window.move(row, 0)
        self._window.clrtoeol()
        shown = [span if span.text.isprintable() else Span(clean(span.text), span.role) for span in line]
        column = 0
        for span in clip_line(shown, columns):
            # The bottom right cell is painted and then complained about, as the cursor has nowhere to go.
            with contextlib.suppress(curses.error, ValueError):
                self._window.addstr(row, column, span.text, self._span_attribute(span))
            column += width(span.text)

    def _span_attribute(self, span: Span) -> int:
        attribute, style = self._attributes.get(span.role, 0), self._theme.get(span.role, Style())
        return attribute if worn(style, span.text) == style else attribute & ~int(curses.A_REVERSE)

    def ring(self) -> None:
        """The terminal's bell."""
        with contextlib.suppress(curses.error, OSError):
            if _POSIX:                 # curses would hold the interpreter lock while the terminal is stalled
                os.write(_OUT, b"\a")
            else:
                curses.beep()

    def ask_background(self, term: str, pass_tmux: bool) -> None:
        """Ask a terminal of that type, once, and that of tmux too; the answer is the event `background`, #rrggbb."""
        if _POSIX and self.coloured:
            self._listening().ask_background(term, pass_tmux)

    def wake(self) -> None:
        """Make `wait` return; from any thread, also when nobody waits."""
        self._woken = True
        self._signals.ring()

    def wait(self, timeout_s: float) -> List[ScreenEvent]:
        """What happened, at once if something did, else after at most that many seconds (then often nothing)."""
        events = self._noted()
        if not events:
            typed = self._listening().listen(timeout_s, self._signals.silence) if _POSIX else self._polled(timeout_s)
            events = [self._resized() if event.kind == "redraw" else event for event in typed] + self._noted()
        return events

    def _listening(self) -> Keyboard:
        """The keyboard, loaded when it is first listened to: the first frame stands before that."""
        if self._keyboard is None:
            from ccmon.fullscreen.keyboard import Keyboard
            self._keyboard = Keyboard(_sequences() if _POSIX else {}, self._signals.bell if _POSIX else -1)
        return self._keyboard

    def _noted(self) -> List[ScreenEvent]:
        """Signals, new sizes and wakes since the last call."""
        if _POSIX:
            self._obey_job_control()
        taken = [self._signals.numbers.popleft() for _ in range(len(self._signals.numbers))]
        events = [_event("signal", int(number)) for number in taken if number in FATAL]
        if set(taken) & set(SIZE_CHANGED):
            events.append(self._resized())
        if self._woken:
            self._woken = False
            events.append(_event("wake"))
        return events

    def _obey_job_control(self) -> None:
        if self._signals.ended():
            return
        if STOP in self._signals.numbers:
            self._take_answers()
            _stop_curses()
            self._signals.stop()
            self._listening().reset()
        elif CONTINUE in self._signals.numbers:               # somebody has stopped us, and this may be the background
            self._signals.come_in_front()
            _stop_curses()             # the next frame brings everything back, whatever a shell has changed meanwhile

    def _polled(self, timeout_s: float) -> List[ScreenEvent]:
        deadline = time.monotonic() + timeout_s
        events = self._keys() + self._noted()
        while not events and time.monotonic() < deadline:
            time.sleep(0.05)
            events = self._keys() + self._noted()
        return events

    def _keys(self) -> List[ScreenEvent]:
        """What curses has read, where there is nothing else to read from."""
        codes, named = list(iter(self._window.getch, -1)), _key_names()
        names = [named.get(code, "") for code in codes if code in named or code < 256]
        resized = [self._resized()] if curses.KEY_RESIZE in codes else []
        return resized + self._listening().heard(names, time.monotonic())

    def _take_keys(self) -> None:
        """Have function keys sent as the sequences of _sequences, and pasted text marked; without curses and its lock."""
        with contextlib.suppress(OSError):
            os.write(_OUT, entries.keypad_on())
            terminal.mark_pastes(True)

    def _take_answers(self) -> None:
        if self._keyboard and not self._signals.ended():       # else nobody waits any more
            self._keyboard.take_answers()

    def _resized(self) -> ScreenEvent:
        self._frame = None
        with contextlib.suppress(OSError, curses.error):
            columns, rows = os.get_terminal_size(_OUT)
            if not _POSIX:
                curses.resize_term(0, 0)
            elif rows > 0 and columns > 0:
                curses.resizeterm(min(rows, entries.MOST_ROWS), min(columns, entries.MOST_COLUMNS))
            self._take_keys()          # a shell that had the terminal meanwhile has switched it off
            self._window.clear()
        return _event("resize")


def _colours() -> Tuple[int, int]:
    """How many colours there are (0: none, or not wanted) and the index of the background."""
    if os.environ.get("NO_COLOR") or os.environ.get("CLICOLOR") == "0":
        return 0, -1
    colours, background = 0, 0
    with contextlib.suppress(curses.error):
        curses.start_color()
        colours = curses.COLORS if curses.has_colors() and curses.COLORS >= 8 else 0
        colours = 8 if colours > 256 else colours          # "direct": the numbers above 7 are red, green and blue
        curses.use_default_colors()
        background = -1
    return colours, background
