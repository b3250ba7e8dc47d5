"""The door to signals that end this process: in order, as an exception does."""

import signal
from typing import List

# SIGBREAK: Ctrl-Break on Windows, and a console that is closed.
ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name))


def heeded() -> List[int]:
    """The signals that end this process; nohup and its like have some of them ignored."""
    return [number for number in ENDINGS if signal.getsignal(number) != signal.SIG_IGN]


def end_in_order() -> None:
    """Let SIGTERM and SIGHUP end the process as an exception does: with ccusage killed and files put away."""
    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for number in heeded():
        if number == signal.SIGINT:    # has an exception of its own
            continue
        signal.signal(number, leave)
