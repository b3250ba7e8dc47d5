"""Many logs read side by side: processes forked for it send the parts through pipes; one process stores it.

A process that is killed loses nothing: what it had yet to read is read here. Where none can be forked, all of it is.
"""

import gc
import marshal  # of what our own children send
import os
import signal
import sys
from contextlib import suppress
from itertools import repeat

from ccmon.quick_typing import Any, Callable, Dict, Generator, Iterable, Iterator, List, Optional, Sequence, Tuple, Type
from ccmon.sources.log_files import LogFile
from ccmon.store.learning import LimitEvent
from ccmon.store.ledger import LogPart
from ccmon.store.log_state import LogPosition
from ccmon.store.messages import LogMessage
from ccmon.system import ready, signals

FROM_BYTES = 8 << 20                   # less is read sooner than it is divided
MOST_WORKERS = 4                       # one process stores it all: more than so many wait for that one
MOST_AHEAD = 4 << 20                   # bytes of each process that wait here until it is its turn
_LONG_S = 3600.0                       # of waiting, before it is begun anew
_HEAD = 8                              # bytes: the length of a message
_AT_ONCE = 1 << 18
_PIPE_BYTES, _SET_PIPE_BYTES = 1 << 20, 1031     # Linux: what the others do while this one stores; fcntl has its name since 3.10
_MUCH = 1 << 15                        # bytes that are sent in one go
_MARSHAL = 2                           # the format without references: looking for some takes longer than it saves

_made: Callable[[Type[LogMessage], Tuple[Any, ...]], LogMessage] = tuple.__new__      # at a third of what _make takes

Read = Callable[[LogFile, Optional[LogPosition]], Iterator[LogPart]]
FileParts = Generator[Tuple[LogFile, Iterator[LogPart]], None, None]


def parts_of_all(files: Sequence[LogFile], positions: Dict[bytes, LogPosition], read: Read) -> FileParts:
    """Each file in turn with its parts, which are to be taken before the next file is; read reads one from a position on."""
    number = min(MOST_WORKERS, _cores()) if _may_fork() and sum(_size(file, positions) for file in files) >= FROM_BYTES else 1
    shares = _shares(files, positions, number)
    workers: List[_Worker] = []
    try:
        for own in range(number if number > 1 else 0):
            mine = [file for file, share in zip(files, shares) if share == own]
            workers.append(_Worker(mine, positions, read, workers))
        for file, share in zip(files, shares):
            before = positions.get(os.fsencode(file.path))
            yield file, _parts(workers, share, file, before, read) if workers else read(file, before)
    finally:
        for worker in workers:
            worker.end()


def _may_fork() -> bool:
    """Not beside a screen, whose threads hold locks that nobody would open in the child."""
    threading = sys.modules.get("threading")
    return hasattr(os, "fork") and (threading is None or threading.current_thread() is threading.main_thread())


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # macOS
        return os.cpu_count() or 1


def _size(file: LogFile, positions: Dict[bytes, LogPosition]) -> int:
    before = positions.get(os.fsencode(file.path))
    return max(0, file.size - (before.offset if before else 0))


def _shares(files: Sequence[LogFile], positions: Dict[bytes, LogPosition], number: int) -> List[int]:
    """Which process reads each file: the one that has least to do before it."""
    loads, shares = [0] * number, []
    for file in files:
        shares.append(loads.index(min(loads)))
        loads[shares[-1]] += _size(file, positions) + 1
    return shares


def _parts(workers: Sequence["_Worker"], share: int, file: LogFile, before: Optional[LogPosition],
           read: Read) -> Iterator[LogPart]:
    """The parts of a file that a process sends; what it did not come to is read here."""
    while True:
        message = workers[share].message(workers)
        if message is None:
            yield from read(file, before)
            return
        content = marshal.loads(message)  # nosec B302
        if content is None:
            return
        part = _unpacked(content)
        yield part
        before = part.after


class _Worker:
    """A process that reads some files and sends their parts, and nothing behind those of each file."""

    def __init__(self, files: Sequence[LogFile], positions: Dict[bytes, LogPosition], read: Read,
                 earlier: Sequence["_Worker"]) -> None:
        self.got, self.pid, self.fd = bytearray(), 0, -1
        reading, writing = _pipe()
        try:
            self.pid = os.fork()
        except OSError:                # no more processes: all is read here
            os.close(reading)
        else:
            if not self.pid:
                _work(writing, [reading, *(one.fd for one in earlier if one.fd >= 0)], files, positions, read)
            self.fd = reading
        os.close(writing)

    def message(self, workers: Sequence["_Worker"]) -> Optional[bytes]:
        """The next one; None where the process is gone. Until it is there, what the others send is taken in, too."""
        while True:
            end = _HEAD + int.from_bytes(self.got[:_HEAD], "big")
            if _HEAD <= len(self.got) >= end:
                message = bytes(self.got[_HEAD:end])
                del self.got[:end]
                return message
            if self.fd < 0:
                return None
            open_ones = {one.fd: one for one in workers if one.fd >= 0 and (one is self or len(one.got) < MOST_AHEAD)}
            for fd in ready.readable(list(open_ones), _LONG_S):
                open_ones[fd]._take_in()

    def _take_in(self) -> None:
        content = os.read(self.fd, _AT_ONCE)
        self.got += content
        if not content:
            os.close(self.fd)
            self.fd = -1

    def end(self) -> None:
        """Let it be over, whatever it was at."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        if self.pid:
            with suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
            with suppress(OSError):
                os.waitpid(self.pid, 0)
            self.pid = 0


def _work(writing: int, others: Iterable[int], files: Sequence[LogFile], positions: Dict[bytes, LogPosition], read: Read) -> None:
    """The life of such a process; it ends without what this one does at its end. What fails here is tried again there."""
    try:
        signals.end_at_once()
        gc.disable()                   # many small objects without cycles
        for fd in others:              # with the last reader gone the next message ends the process
            os.close(fd)
        waiting = bytearray()
        for file in files:
            for part in read(file, positions.get(os.fsencode(file.path))):
                _send(writing, waiting, part)
            _send(writing, waiting, None)
        _write(writing, waiting)
    finally:
        os._exit(0)


def _pipe() -> Tuple[int, int]:
    """Both ends of a large pipe."""
    reading, writing = os.pipe()
    if sys.platform == "linux":
        from fcntl import fcntl
        with suppress(OSError):        # more than a user may have
            fcntl(writing, _SET_PIPE_BYTES, _PIPE_BYTES)
    return reading, writing


def _send(writing: int, waiting: bytearray, part: Optional[LogPart]) -> None:
    """Send what waits and the part, as soon as that is much: each time wakes the other."""
    content = marshal.dumps(None if part is None else _packed(part), _MARSHAL)
    waiting += len(content).to_bytes(_HEAD, "big") + content
    if len(waiting) >= _MUCH:
        _write(writing, waiting)
        waiting.clear()


def _write(writing: int, content: bytearray) -> None:
    with memoryview(content) as view:
        at = 0
        while at < len(view):
            at += os.write(writing, view[at:])


def _packed(part: LogPart) -> Tuple[Any, ...]:
    """The part as plain tuples, which are sent in half the time."""
    path, before, after, messages, events, folder, withdrawn = part
    return (path, before and tuple(before), tuple(after), [*map(tuple, messages)], [*map(tuple, events)], folder,
            [*map(tuple, withdrawn)])


def _unpacked(content: Tuple[Any, ...]) -> LogPart:
    path, before, after, messages, events, folder, withdrawn = content
    return LogPart(path, before and LogPosition._make(before), LogPosition._make(after),
                   [*map(_made, repeat(LogMessage), messages)],
                   [*map(LimitEvent._make, events)], folder, [*map(LogMessage._make, withdrawn)])
