"""The door to the guardian: a small process that brings the terminal back when ccmon is killed or crashes.

A pipe tells it what to write then; it acts when that breaks without a goodbye. Forked before anything heavy is loaded.
"""

import os

_OUT, _GOODBYE, _CHECK_S = 1, b"\0", 1.0
_pipe = -1


def start() -> None:
    """Fork it, where standard input and output are a terminal."""
    global _pipe
    if hasattr(os, "fork") and os.isatty(0) and os.isatty(_OUT):
        told, _pipe = os.pipe()
        if os.fork() == 0:
            try:
                os.close(_pipe)
                _guard(told, os.getpgrp())
            finally:
                os._exit(0)
        os.close(told)


def tell(will: bytes = _GOODBYE) -> None:
    """What to write to the terminal should ccmon die; or, with nothing, that there is no longer anything to do."""
    if _pipe >= 0:
        try:
            os.write(_pipe, will)
        except OSError:
            pass                       # somebody has killed the guardian


def _guard(told: int, group: int) -> None:
    import select
    import signal
    import termios
    for name in ("INT", "QUIT", "TERM", "HUP", "TSTP", "TTOU"):        # what ends or stops ccmon must not do it to its guardian
        signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_IGN)
    os.setpgid(0, 0)
    modes, will, message, shown = termios.tcgetattr(_OUT), b"", _GOODBYE, False
    while message:
        shown = _in_front(group)
        if select.select([told], [], [], _CHECK_S if will else None)[0]:       # looks again: ccmon may have been stopped
            message = os.read(told, 4096)
            will = (will + message).rpartition(_GOODBYE)[2]
    if will and (shown or _in_front(group)):       # else it was stopped: somebody else is on the screen
        if _in_front(group):           # else the shell was quicker, and has set modes of its own
            termios.tcsetattr(_OUT, termios.TCSANOW, modes)
        os.write(_OUT, will)


def _in_front(group: int) -> bool:
    try:
        return os.tcgetpgrp(_OUT) == group
    except OSError:                    # not its controlling terminal: nobody can take it away
        return True
