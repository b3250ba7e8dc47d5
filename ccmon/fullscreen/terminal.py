"""The door to the terminal as it is without curses: what a clean one is, and how to bring it back."""

import contextlib
import os
import select
import time

from ccmon.quick_typing import Any, List

termios: Any
try:
    import termios
except ImportError:                    # Windows
    termios = None

_IN, _OUT = 0, 1
# Families that are xterms at heart: they know what others only would print.
XTERM_LIKE = ("xterm", "kitty", "ghostty", "foot", "wezterm", "alacritty", "rio", "contour", "konsole", "vte", "gnome",
              "iterm", "mintty", "rxvt", "st-", "tmux", "screen")
# For the background's colour; and for what it is, which all of them answer: then no answer to the first is under way.
_QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
_PASSED = b"\x1bPtmux;\x1b\x1b]11;?\x07\x1b\\"       # by tmux, to the terminal that it is in
_MOST_BYTES = 4096
# Plain attributes and letters, normal keypad, visible cursor, unmarked pastes, main screen: every living terminal knows them.
FAREWELL = b"\x1b[0m\x1b(B\x0f\x1b[?1l\x1b>\x1b[?25h\x1b[?2004l\x1b[?1049l"
# What others leave behind: mouse and focus reports, frozen pictures, other keys, no wrapping, a part that scrolls.
_OTHERS = (b"".join(b"\x1b[?%dl" % mode for mode in (1000, 1002, 1003, 1004, 1005, 1006, 1015, 2026, 5, 66))
           + b"\x1b[>4;0m\x1b[4l\x1b[?7h\x1b[0 q\x1b[r")
_NEW_ROW = b"\x1b[999;1H\r\n"         # where nothing is overwritten: the cursor may have been restored to anywhere
_CHARACTERS = {"VINTR": b"\x03", "VQUIT": b"\x1c", "VERASE": b"\x7f", "VKILL": b"\x15", "VEOF": b"\x04", "VSUSP": b"\x1a",
               "VSTART": b"\x11", "VSTOP": b"\x13"}


def reset() -> None:
    """Bring back the terminal of standard output, whatever program has left it dirty; OSError when there is none."""
    os.get_terminal_size(_OUT)
    if termios:
        termios.tcsetattr(_OUT, termios.TCSANOW, _sane(termios.tcgetattr(_OUT)))
    os.write(_OUT, FAREWELL + _OTHERS + _NEW_ROW)


def _sane(modes: List[Any]) -> List[Any]:
    """Lines with echo, Enter as a new line, Ctrl-C and Ctrl-Z as signals; the erase key and the speed as they are."""
    inputs, outputs, control, local, *speeds, characters = modes
    inputs &= ~(termios.IGNBRK | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXOFF | termios.PARMRK)
    inputs |= termios.ICRNL | termios.IXON
    outputs |= termios.OPOST | termios.ONLCR
    local &= ~(termios.ECHONL | termios.NOFLSH | termios.TOSTOP)
    local |= termios.ISIG | termios.ICANON | termios.IEXTEN | termios.ECHO | termios.ECHOE | termios.ECHOK
    for name, usual in _CHARACTERS.items():
        at = getattr(termios, name)
        characters[at] = usual if characters[at] in (b"\0", b"\xff") else characters[at]      # not where it was chosen
    return [inputs, outputs, control | termios.CREAD, local, *speeds, characters]


def mark_pastes(marked: bool) -> None:
    """Have the terminal put marks around what is pasted, or not; one that does not know it leaves it. OSError."""
    if termios:
        os.write(_OUT, b"\x1b[?2004h" if marked else b"\x1b[?2004l")


def ask_background(pass_tmux: bool = False) -> None:
    """Ask for the background's colour, tmux's terminal too; the answer comes as if it were typed. OSError."""
    os.write(_OUT, _QUESTION + _PASSED * pass_tmux)


def is_last_answer(answer: bytes) -> bool:
    """Whether that which comes after all else ends there."""
    return b"\x1b[?" in answer and answer.endswith(b"c")


def background(wait_s: float) -> bytes:
    """What the terminal answers within that time, by a program that has no screen; nothing where something was typed already."""
    try:
        before = termios.tcgetattr(_IN)
        quiet = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
        termios.tcsetattr(_IN, termios.TCSANOW, quiet)
        try:
            if select.select([_IN], [], [], 0)[0]:
                return b""
            ask_background()
            return _answer(time.monotonic() + wait_s)
        finally:
            termios.tcsetattr(_IN, termios.TCSANOW, before)
    except (OSError, termios.error):
        return b""


def _answer(until_s: float) -> bytes:
    answer = b""
    while not is_last_answer(answer) and len(answer) < _MOST_BYTES:
        if not select.select([_IN], [], [], max(0.0, until_s - time.monotonic()))[0]:
            break
        part = os.read(_IN, _MOST_BYTES)
        answer += part
        if not part:
            break
    return answer


def in_front() -> bool:
    """Whether the terminal is ours, or nobody's."""
    try:
        return os.tcgetpgrp(_IN) == os.getpgrp()
    except OSError:
        return True


def release() -> None:
    """Undo a Ctrl-S and throw away what the terminal does not take, so that a blocked write returns."""
    with contextlib.suppress(termios.error):
        termios.tcflow(_OUT, termios.TCOOFF)       # Linux starts only what was stopped in the same way
        termios.tcflow(_OUT, termios.TCOON)
        termios.tcflush(_OUT, termios.TCOFLUSH)
