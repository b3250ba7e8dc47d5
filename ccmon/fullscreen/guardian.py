"""The door to the guardian: a small process that brings the terminal back when ccmon is killed or crashes.

It writes what it last got by a pipe when that breaks without a goodbye. Forked before anything heavy is loaded.
"""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Sequence

# The words that the full screen is called with: a table of its own, as that of the options is heavy; a test compares them.
SWITCHES = ("--demo", "--compact", "--ascii", "--no-emoji", "--no-account-file")
VALUED = ("--plan", "--limit", "--reset", "--reset-hour", "--timezone", "--clock", "--interval", "--account", "--official",
          "--timeout", "--ccusage", "--source", "--theme", "--format", "--template", "--max-width", "--wait", "--line-ttl",
          "--alerts", "--alert-by", "--alert-command", "--alert-webhook-file")
ALSO = ("demo", "--emoji", "--account-file", "--guardian", "--no-compact", "--no-ascii")     # not in the list of the options
YES = ("", "1", "yes", "true", "on", "y", "t", "enable", "enabled")            # CCMON_GUARDIAN; empty is as good as not set
_OUT, _GOODBYE, _CHECK_S, _LONG_S = 1, b"\0", 1.0, 1e5
_LAST_TRIES, _TRY_S = 100, 0.01       # so often, until one that does not end is killed
_pipe = _pid = -1


def wanted(argv: "Sequence[str]", env: "Mapping[str, str]") -> bool:
    """Whether this call is going to be the full screen with a guardian; what only the configuration says comes later."""
    if env.get("CCMON_GUARDIAN", "").lower() not in YES or env.get("TERM", "") in ("", "dumb"):
        return False
    words = iter(argv)
    for word in words:
        name, equals, _ = word.partition("=")
        if name in VALUED:
            value = name if equals else next(words, "--")
            if not equals and value[:1] == "-" and value != "-" and " " not in value:
                return False
        elif word not in SWITCHES + ALSO:          # a command, an option that means no screen, or a mistake
            return False
    return True


def start() -> None:
    """Fork it, where standard input and output are a terminal; ccmon goes on without one when that cannot be done."""
    global _pipe, _pid
    if hasattr(os, "fork") and os.isatty(0) and os.isatty(_OUT):
        try:
            reader, _pipe = os.pipe()
            try:
                _pid = os.fork()
            finally:
                if _pid != 0:
                    os.close(reader)
        except OSError:                # no process or descriptor is left
            dismiss()
            return
        if _pid == 0:
            try:
                os.close(_pipe)
                _guard(reader, os.getpgrp())
            finally:
                os._exit(0)


def dismiss() -> None:
    """Nothing is guarded any more: it ends, and nothing of it is left. Harmless when there is none."""
    global _pipe, _pid
    send()
    pipe, pid, _pipe, _pid = _pipe, _pid, -1, -1
    if pipe >= 0:
        os.close(pipe)
    if pid > 0 and not _ended(pid):
        try:
            os.kill(pid, 9)            # somebody has stopped it: it would hold its parent up
            os.waitpid(pid, 0)
        except OSError:
            pass


def _ended(pid: int) -> bool:
    for _ in range(_LAST_TRIES):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return True
        except OSError:                # somebody else has buried it
            return True
        time.sleep(_TRY_S)
    return False


def send(will: bytes = _GOODBYE) -> None:
    """What to write to the terminal should ccmon die; or, with nothing, that there is no longer anything to do."""
    if _pipe >= 0:
        try:
            os.write(_pipe, will)
        except OSError:
            pass                       # somebody has killed the guardian


def _guard(reader: int, group: int) -> None:
    import termios
    if TYPE_CHECKING:
        import signal
    else:
        try:
            import _signal as signal  # private: the numbers alone, without the enumerations that are slow to make
        except ImportError:
            import signal
    for name in ("INT", "QUIT", "TERM", "HUP", "TSTP", "TTOU"):        # what ends or stops ccmon must not do it to its guardian
        signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_IGN)
    os.setpgid(0, 0)
    from ccmon.system import ready
    modes, will, message, shown = None, b"", _GOODBYE, False
    while message:
        shown = _in_front(group)
        if modes is None and shown:    # in the background they are those of a shell at its prompt
            modes = termios.tcgetattr(_OUT)
        if ready.readable([reader], _CHECK_S if will else _LONG_S):      # asks again: ccmon may have been stopped
            message = os.read(reader, 4096)
            will = (will + message).rpartition(_GOODBYE)[2]
    if will and (shown or _in_front(group)):       # else it was stopped: somebody else is on the screen
        if modes and _in_front(group):         # else the shell was quicker, and has set modes of its own
            termios.tcsetattr(_OUT, termios.TCSANOW, modes)
        os.write(_OUT, will)


def _in_front(group: int) -> bool:
    try:
        return os.tcgetpgrp(_OUT) == group
    except OSError:                    # not its controlling terminal: nobody can take it away
        return True
