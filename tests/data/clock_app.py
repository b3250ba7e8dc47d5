"""A small program that uses the screen as an app does: a clock that ticks, what happened last, and keys that misbehave.

q quits, x raises, t lets a thread fail, b paints big changing frames as fast as it can, w wakes from a thread, h hangs,
m changes the theme, k kills; any other key is shown. The first argument is the log file, the second the seconds between ticks.
"""

import os
import signal
import sys
import termios
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from ccmon import output  # noqa: E402
from ccmon.fullscreen import screen as door  # noqa: E402
from ccmon.fullscreen.screen_signals import exit_code  # noqa: E402
from ccmon.settings.themes import THEMES  # noqa: E402
from ccmon.text import ROLES, Span  # noqa: E402

WIDE = "🎯 wide 日本語 e\u0301 " * 20


def frame(ticks, events, busy, size):
    if busy:
        return [(Span(chr(97 + (ticks + row) % 26) * 300, "ok"),) for row in range(100)]
    head = [(Span("tick "), Span(f"{ticks:06d}", "value")), (Span(f"size {size[0]}x{size[1]}"),)]
    head += [(Span(f"events {' '.join(events[-6:])}"),), tuple(Span(f"{role} ", role) for role in ROLES)]
    rest = [(Span(WIDE),), (Span("control\x1b[2Jled \0zero"),), (Span("R" * 500, "danger"),)]
    return head + rest + [(Span(f"row {n} " + "." * 300),) for n in range(7, 100)]


def fail():
    raise ZeroDivisionError("in a thread")


def hang():
    # Holds no lock, but never comes back to the loop.
    while True:
        time.sleep(0.05)


def run(screen, tick_s):
    ticks, events, busy = 0, [], False
    while True:
        ticks += 1
        screen.paint(frame(ticks, events, busy, screen.size()))
        for kind, value in screen.wait(0 if busy else tick_s):
            if kind == "signal":
                return exit_code(value)
            if kind == "closed":
                return 129
            events.append(f"{kind}:{value}")
            if value == "q":
                return 0
            busy = busy or value == "b"
            actions = {"x": lambda: 1 / 0, "h": hang, "t": threading.Thread(target=fail).start,
                       "w": threading.Thread(target=screen.wake).start, "m": lambda: screen.set_theme(THEMES["light"]),
                       "k": lambda: os.kill(os.getpid(), signal.SIGKILL)}
            actions.get(value, lambda: None)()


def main():
    if os.environ.get("STOPPED"):      # as if by Ctrl-S
        termios.tcflow(1, termios.TCOOFF)
    reason = door.usable(os.environ)
    if reason:
        print(f"plain: {reason}")
        return 3
    output.utf8()
    try:
        with open(sys.argv[1], "a", buffering=1) as log, door.Screen(THEMES["dark"], log) as screen:
            return run(screen, float(sys.argv[2]))
    except ZeroDivisionError as err:
        print(f"clock: {err}", file=sys.stderr)
        return 70
    finally:
        if os.isatty(1) and not os.environ.get("STOPPED"):     # the window may be closed
            print("LINES", os.environ.get("LINES"), "TERM", os.environ.get("TERM"))


if __name__ == "__main__":
    sys.exit(main())
