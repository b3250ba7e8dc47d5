"""The door to the terminal's background: asked for its colour once the screen is up, and no answer left behind for others."""

import contextlib
import select
import time
from typing import Callable, List, Optional

from ccmon.fullscreen import keys, terminal
from ccmon.settings.themes import background_of

_IN = 0
_ANSWER_S = 2.0                        # an answer takes no longer, or does not come
_LEAVE_S = 0.3                         # so long it may hold up who leaves
# Whether what the outer terminal answers comes to this pane alone; tmux answers itself from 3.4 on.
TMUX_STATE = "#{pane_active}#{window_active}#{session_attached}#{pane_in_mode}#{pane_synchronized} #{allow-passthrough}"


def may_pass(state: str) -> bool:
    """Whether tmux lets a question through to its terminal, and brings the answer to this pane; state: TMUX_STATE, filled in."""
    pane, _, passing = state.strip().partition(" ")
    return pane == "11100" and passing in ("", "1", "2", "on", "all")              # none: before 3.3 it always did


class Background:
    """The question of one screen, whose decoder takes the answers out of what is typed."""

    def __init__(self, decoder: keys.Decoder) -> None:
        self._decoder = decoder
        self._asked_s: Optional[float] = None
        self._passed = False

    def ask(self, term: str, pass_tmux: bool) -> None:
        """Ask a terminal of that type, once, and tmux's too; the answer is the event `background`, #rrggbb."""
        if self._asked_s is None and term.startswith(terminal.XTERM_LIKE):
            self._asked_s, self._passed, self._decoder.is_awaiting = time.monotonic(), pass_tmux, True
            with contextlib.suppress(OSError):
                terminal.ask_background(pass_tmux)

    def events(self) -> List[keys.ScreenEvent]:
        """What the terminal has answered."""
        answers, self._decoder.answers = self._decoder.answers, []
        colours = list(filter(None, map(background_of, answers)))
        late = self._asked_s is None or time.monotonic() > self._asked_s + _ANSWER_S
        # tmux says what it is before its terminal has answered.
        self._decoder.is_awaiting &= not (late or any(colours if self._passed else map(terminal.is_last_answer, answers)))
        return [keys.ScreenEvent("background", colour) for colour in colours]

    def take(self, read: Callable[[], bytes]) -> None:
        """Wait for what is under way: whoever has the terminal next would get it as if it were typed."""
        until_s = min((self._asked_s or 0.0) + _ANSWER_S, time.monotonic() + _LEAVE_S)
        while self._decoder.is_awaiting and select.select([_IN], [], [], max(0.0, until_s - time.monotonic()))[0]:
            data = read()
            self._decoder.decoded(data, time.monotonic())
            self._decoder.is_awaiting &= bool(data)
            self.events()
