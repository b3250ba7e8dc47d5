"""The door to signals that end this process: in order, as an exception does."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable, Iterator, List

if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal  # private: the numbers alone, without the enumerations that are slow to make
    except ImportError:
        import signal

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
