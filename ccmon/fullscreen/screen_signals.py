"""The door to signals while the screen is up: those that end the program, new sizes, and the shell's job control."""

import contextlib
import os
import threading
import time
from collections import deque

from ccmon.fullscreen import terminal
from ccmon.quick_typing import TYPE_CHECKING, Any, Deque, Optional
from ccmon.system import ready, signals

if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal  # private: the numbers alone, without the enumerations that are slow to make
    except ImportError:
        import signal

termios: Any
try:
    import termios
except ImportError:                    # Windows; every use of it is behind _POSIX
    termios = None

_POSIX = os.name == "posix"
_IN, _OUT = 0, 1
FATAL = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK", "SIGINT") if hasattr(signal, name))
STOP: Optional[int] = getattr(signal, "SIGTSTP", None)
CONTINUE: int = getattr(signal, "SIGCONT", -1)
SIZE_CHANGED = tuple(getattr(signal, name) for name in ("SIGWINCH", "SIGCONT") if hasattr(signal, name))
_PATIENCE_S = 1.0                      # a stalled terminal gets this long after a signal
_LAST_CHANCE_S = 0.7
_STALLED_S = 0.3


def exit_code(signum: int) -> int:
    """The exit status after that signal: 128 + number, and 0 for Ctrl-C, which is a way to quit."""
    return 0 if signum == signal.SIGINT else 128 + signum


class Signals:
    """Signals while the screen is up: noted for the main thread, which a thread wakes, and replaces when it hangs."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        """The stack undoes everything: handlers, wakeup descriptor, thread, pipes."""
        self.numbers: Deque[int] = deque()
        self._left, self._lock = threading.Event(), threading.Lock()
        for number in FATAL + SIZE_CHANGED:
            stack.callback(signal.signal, number, signal.signal(number, self._note) or signal.SIG_DFL)
        if STOP is not None and signal.getsignal(STOP) == signal.SIG_DFL:
            # Not left to curses: stopped again in the background it would never hear the signal that ends it.
            stack.callback(signal.signal, STOP, signal.signal(STOP, self._note))
        if _POSIX:
            self._open_pipes(stack)
            self._start_thread(stack)

    def _note(self, number: int, _frame: object) -> None:
        self.numbers.append(number)

    def ended(self) -> bool:
        """Whether a signal that ends the program is waiting."""
        return bool(set(self.numbers) & set(FATAL))

    def stop(self) -> None:
        """Stop, as Ctrl-Z does; comes back in the foreground, or with a signal that ends the program."""
        assert STOP is not None
        signal.signal(STOP, signal.SIG_DFL)
        signals.stop()
        signal.signal(STOP, self._note)
        self.come_in_front()

    def begin_in_front(self) -> None:
        """Stop where Ctrl-Z was pressed meanwhile, and else wait for the terminal; SystemExit where a signal ends the program."""
        is_free = False
        while not is_free:
            if STOP is not None and STOP in self.numbers:
                self.numbers.remove(STOP)
                self.stop()
            self.come_in_front()
            for number in self.numbers:
                if number in FATAL:
                    raise SystemExit(exit_code(number))
            # Stopped by Ctrl-S: curses, which holds the interpreter's lock while it begins, would hear no signal.
            is_free = ready.is_writable(_OUT, _STALLED_S)
        self._modes = termios.tcgetattr(_IN)       # those read before may have been a shell's, at its prompt

    def come_in_front(self) -> None:
        """Be stopped, as a job in the background is, until the terminal is ours or a signal ends the program."""
        before = -1                    # not continued because it was not stopped: nobody could bring it to the front
        while before != self.numbers.count(CONTINUE) and not (terminal.in_front() or self._ends_soon() or terminal.in_front()):
            before = self.numbers.count(CONTINUE)
            os.killpg(os.getpgrp(), signal.SIGTTOU)

    def _ends_soon(self) -> bool:
        for _ in range(30):            # another thread may be the one that takes the signal
            if self.ended():
                break
            time.sleep(0.01)
        return self.ended()

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
        while not set(numbers) & {0, *FATAL}:
            numbers = os.read(self._bytes, 512)
            self.ring()
        fatal = [number for number in numbers if number in FATAL]
        if fatal and not self._left.wait(_PATIENCE_S):
            terminal.release()
            if not self._left.wait(_LAST_CHANCE_S):
                self._abandon(fatal[0])

    def _abandon(self, number: int) -> None:
        """End the process for a main thread that hangs in its terminal or elsewhere."""
        with contextlib.suppress(termios.error):
            termios.tcsetattr(_IN, termios.TCSANOW, self._modes)
        with contextlib.suppress(OSError):     # its own open file: O_NONBLOCK on ours would outlive us in the shell
            os.write(os.open(os.ttyname(_OUT), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY), terminal.FAREWELL)
        os._exit(exit_code(number))
