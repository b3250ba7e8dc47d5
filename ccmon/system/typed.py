"""The door to what was typed, or pasted, before anybody asked for it."""

import select
from typing import Any

termios: Any
try:
    import termios
except ImportError:                    # Windows
    termios = None

_IN, _MOST, _MORE_S = 0, 40, 0.05


def forget() -> None:
    """Throw it away, with what still comes of it, for 2 s at most; the terminal is standard input."""
    for _ in range(_MOST if termios else 0):
        try:
            termios.tcflush(_IN, termios.TCIFLUSH)
        except termios.error:          # it has gone: reading will tell
            return
        if not select.select([_IN], [], [], _MORE_S)[0]:
            return
