"""The door to being stopped by Ctrl-Z: not while this process holds what the others wait for and nobody can take from it."""

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Iterator, List, Optional

if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal  # private: the numbers alone, without the enumerations that are slow to make
    except ImportError:
        import signal

STOP: Optional[int] = getattr(signal, "SIGTSTP", None)
_PATIENCE_S = 3.0
_holding = threading.RLock()


@contextmanager
def put_off() -> Iterator[None]:
    """Until left, Ctrl-Z waits; here in the main thread, or where the screen takes it, by stop()."""
    is_main = threading.current_thread() is threading.main_thread()
    if STOP is None or not is_main or signal.getsignal(STOP) != signal.SIG_DFL:
        with _holding:
            yield
        return
    noted: List[int] = []
    signal.signal(STOP, lambda number, _frame: noted.append(number))
    try:
        with _holding:
            yield
    finally:
        signal.signal(STOP, signal.SIG_DFL)
        if noted:
            stop()


def stop() -> None:
    """Stop as Ctrl-Z does, once no thread of this process holds anything. The signal is not handled by us."""
    assert STOP is not None
    free = _holding.acquire(timeout=_PATIENCE_S)
    try:
        os.kill(os.getpid(), STOP)
    finally:
        if free:
            _holding.release()
