"""The door to what is typed, read once the screen is up: keys, and the answer of a terminal that was asked for its background."""

import contextlib
import os
import select
import time

from ccmon.fullscreen import keys, terminal
from ccmon.fullscreen.screen_signals import signal
from ccmon.quick_typing import Callable, List, Mapping, Optional, Sequence
from ccmon.settings.themes import background_of
from ccmon.system import ready

_IN = 0
_ANSWER_S = 2.0                        # an answer takes no longer, or does not come
_LEAVE_S = 0.3                         # so long it may hold up who leaves
_MORE_S, _MOST_MORE_S = 0.01, 0.25     # keys that come so fast are taken together, but frames go on
_EMPTY_READS = 3                       # "readable" so often without a byte: the terminal is gone
_EVENTS = {keys.PASTE: keys.ScreenEvent("paste"), keys.CTRL_L: keys.ScreenEvent("redraw"),
           keys.CTRL_C: keys.ScreenEvent("signal", int(signal.SIGINT))}            # where it is not a signal
# Whether what the outer terminal answers comes to this pane alone; tmux answers itself from 3.4 on.
TMUX_STATE = "#{pane_active}#{window_active}#{session_attached}#{pane_in_mode}#{pane_synchronized} #{allow-passthrough}"


def may_pass(state: str) -> bool:
    """Whether tmux lets a question through to its terminal, and brings the answer to this pane; state: TMUX_STATE, filled in."""
    pane, _, passing = state.strip().partition(" ")
    return pane == "11100" and passing in ("", "1", "2", "on", "all")              # none: before 3.3 it always did


class Keyboard:
    """What is typed on standard input, as events; `redraw` is Ctrl-L."""

    def __init__(self, sequences: Mapping[bytes, str], bell: int) -> None:
        """`sequences`: what the keys of this terminal send; bell: a descriptor that ends a wait when it can be read."""
        self._decoder, self._typing = keys.Decoder(sequences), keys.Typing()
        self._sources, self._empty_reads = [_IN, bell], 0
        self._asked_s: Optional[float] = None
        self._passed = False

    def listen(self, timeout_s: float, silence: Callable[[], None]) -> List[keys.ScreenEvent]:
        """What is typed within that time; the bell is silenced."""
        due = [due_s - time.monotonic() for due_s in (self._decoder.due_s, self._typing.due_s) if due_s is not None]
        events: List[keys.ScreenEvent] = []
        for source in ready.readable(self._sources, max(0.0, min([timeout_s, *due]))):
            if source == _IN:
                events += self._typed()
            else:
                silence()
        now_s = time.monotonic()
        return events + self.heard(self._decoder.decoded(b"", now_s), now_s) + self._answers()

    def heard(self, names: Sequence[str], now_s: float) -> List[keys.ScreenEvent]:
        """Those of these names that are to be acted on."""
        return [_EVENTS.get(name) or keys.ScreenEvent("key", name) for name in self._typing.heard(names, now_s)]

    def reset(self) -> None:
        """Forget what has begun: it has gone to somebody else, or nowhere."""
        self._decoder.reset()

    def _typed(self) -> List[keys.ScreenEvent]:
        """All that comes at once: curses would take each byte for a key, and knows no pastes."""
        names: List[str] = []
        until_s = time.monotonic() + _MOST_MORE_S
        while True:
            data = self._read()
            now_s = time.monotonic()
            names += self._decoder.decoded(data, now_s)
            if not data or now_s >= until_s or not ready.readable([_IN], self._more_s(names, now_s)):
                break
        events = self.heard(names, now_s)
        return events if data else events + self._end_of_input()

    def _read(self) -> bytes:
        with contextlib.suppress(OSError):
            data = os.read(_IN, 1 << 16)
            self._empty_reads = 0 if data else self._empty_reads
            return data
        return b""

    def _more_s(self, names: Sequence[str], now_s: float) -> float:
        """How long to wait whether more belongs to it; keys that are no characters are no text."""
        if self._decoder.due_s is not None:
            return min(keys.ESCAPE_S, max(0.0, self._decoder.due_s - now_s))
        return _MORE_S if self._decoder.pasting or any(len(name) <= 1 for name in names) else 0.0

    def _end_of_input(self) -> List[keys.ScreenEvent]:
        self._empty_reads += 1
        if self._empty_reads < _EMPTY_READS:
            return []
        self._sources.remove(_IN)      # readable for ever: waiting on it would spin
        return [keys.ScreenEvent("closed")]

    # --- the background -------------------------------------------------------------------------------------------------

    def ask_background(self, term: str, pass_tmux: bool) -> None:
        """Ask a terminal of that type, once, and tmux's too; the answer is the event `background`, #rrggbb."""
        if self._asked_s is None and term.startswith(terminal.XTERM_LIKE):
            self._asked_s, self._passed, self._decoder.is_awaiting = time.monotonic(), pass_tmux, True
            with contextlib.suppress(OSError):
                terminal.ask_background(pass_tmux)

    def _answers(self) -> List[keys.ScreenEvent]:
        answers, self._decoder.answers = self._decoder.answers, []
        colours = list(filter(None, map(background_of, answers)))
        late = self._asked_s is None or time.monotonic() > self._asked_s + _ANSWER_S
        # tmux says what it is before its terminal has answered.
        self._decoder.is_awaiting &= not (late or any(colours if self._passed else map(terminal.is_last_answer, answers)))
        return [keys.ScreenEvent("background", colour) for colour in colours]

    def take_answers(self) -> None:
        """Wait for what is under way: whoever has the terminal next would get it as if it were typed."""
        until_s = min((self._asked_s or 0.0) + _ANSWER_S, time.monotonic() + _LEAVE_S)
        while self._decoder.is_awaiting and select.select([_IN], [], [], max(0.0, until_s - time.monotonic()))[0]:
            data = self._read()
            self._decoder.decoded(data, time.monotonic())
            self._decoder.is_awaiting &= bool(data)
            self._answers()
