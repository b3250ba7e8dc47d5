"""The door to signals that end this process, in order, as an exception does, and to Ctrl-Z, which stops it."""

import os
import sys
from contextlib import contextmanager

from ccmon.quick_typing import TYPE_CHECKING, Any, Callable, Iterator, List, Optional

if TYPE_CHECKING:
    import signal
    from threading import RLock
else:
    try:
        import _signal as signal  # private: the numbers alone, without the enumerations that are slow to make
    except ImportError:
        import signal
    try:
        from _thread import RLock
    except ImportError:
        from threading import RLock

# SIGBREAK: Ctrl-Break on Windows, and a console that is closed.
ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name))
STOP: Optional[int] = getattr(signal, "SIGTSTP", None)
_PATIENCE_S = 3.0
_holding = RLock()


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


def end_at_once() -> None:
    """Let the system end the process, as it does where nobody asked for anything else."""
    for number in heeded():
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def deferred() -> Iterator[Callable[[], bool]]:
    """Inside, an ending is raised as ever; where C code swallows that, the given call says so, and it is raised at the end.

    Only for the main thread, which alone gets signals.
    """
    raised: List[BaseException] = []
    before = {number: signal.getsignal(number) for number in heeded()}

    def handle(number: int, frame: Any) -> None:
        try:
            handler = before[number]
            if callable(handler):
                handler(number, frame)
            else:
                raise SystemExit(128 + number)
        except BaseException as ending:
            raised.append(ending)
            raise

    for number in before:
        signal.signal(number, handle)
    try:
        yield lambda: bool(raised)
    except BaseException:
        if raised:
            raise raised[0] from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    if raised:
        raise raised[0]


# --- Ctrl-Z -----------------------------------------------------------------------------------------------------------------

@contextmanager
def no_stop() -> Iterator[None]:
    """Until left, Ctrl-Z waits, here in the main thread, or where the screen takes it, by stop().

    For as long as this process holds what others wait for, and nobody can take from it.
    """
    threading = sys.modules.get("threading")               # where nobody has loaded it, there is no other thread
    is_main = threading is None or threading.current_thread() is threading.main_thread()
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
