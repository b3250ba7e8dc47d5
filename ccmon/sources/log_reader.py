"""The log reader: what is new in Claude Code's log files goes into the ledger, together with how far it was read.

A long history is read in two steps: first the files of the last days, in memory, which give the session that runs; then, in a
process of its own, everything.
"""

import gc
import os
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Callable, Deque, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon import locks, refresher
from ccmon.model import Block, Owner
from ccmon.sources.log_changes import is_read
from ccmon.sources.log_files import LogFile
from ccmon.store import ledger, trusted
from ccmon.store.database import Store
from ccmon.store.ledger import Part, Position
from ccmon.system import processes, signals

if TYPE_CHECKING:
    import sqlite3
    from concurrent.futures import Future

    from ccmon.sources.log_entries import Entry

HOUR_S = 3600
RECENT_H = 48
AT_ONCE_BYTES = 24 << 20               # as much is read without a second process
MOST_ROWS = 2000                       # messages of one transaction: others write, too
MOST_FILES = 50                        # of one transaction
MOST_WHOLE_BYTES = 32 << 20            # of a file that is held in memory
MOST_WAITING = 6                       # files read and not yet stored
CUT_S = 2                              # a long reading makes sessions of what it has so far, so often

Tell = Callable[[float], None]         # is told the share (0..1) that has been read


class Price(NamedTuple):
    """What entries cost."""

    of: Callable[["Entry"], Optional[float]]           # US dollars, None when unknown
    stamp: int                         # another one when the prices are others


class Logs(NamedTuple):
    """What is to be read, and for whom."""

    folders: Sequence[str]             # that hold the projects
    files: Sequence[LogFile]           # in the order in which ccusage reads them
    owner: Owner
    price: Price


# --- into the ledger ------------------------------------------------------------------------------------------------------

def read(store: Store, logs: Logs, now: int, tell: Optional[Tell] = None, until: float = float("inf")) -> bool:
    """Read what is new into the ledger; whether everything is read by the moment `until` (monotonic s). Raises StoreError.

    False, too, where another process has read some of it meanwhile: it may have been killed before the end. What was read stays
    when this is interrupted at any point: the next call goes on from there.
    """
    nothing: Tuple[Dict[bytes, Position], int] = {}, 0
    known, stamp = store.of_owner(logs.owner, ledger.standing, nothing)
    if stamp != logs.price.stamp:
        _reprice(store, logs)
    files = {os.fsencode(file.path): file for file in logs.files}
    waiting = [file for path, file in files.items() if path not in known or not is_read(file, known[path], now)]
    gone = known.keys() - files.keys()
    complete = True
    if waiting:
        complete = _read_waiting(store, logs, waiting, known, now, tell, until)
    if waiting or gone or store.of_owner(logs.owner, lambda db, owner: _is_unfinished(db, owner, now), True):
        _finish(store, logs, now, complete, gone)
    return complete


def _read_waiting(store: Store, logs: Logs, waiting: Sequence[LogFile], known: Dict[bytes, Position], now: int,
                  tell: Optional[Tell], until: float) -> bool:
    begins = [known[path].offset if path in known else 0 for path in (os.fsencode(file.path) for file in waiting)]
    size = sum(max(0, file.size - begin) for file, begin in zip(waiting, begins))
    batch = _Batch(store, logs.owner)
    done, cut_at, complete = 0, time.monotonic() + CUT_S, True
    for begin, (file, parts) in zip(begins, _side_by_side(logs, waiting, known, size, now)):
        for part in parts:
            batch.add(part)
            if tell:                   # whoever is told may want no more: also in the middle of a large log
                tell(min(1.0, (done + max(0, part.after.offset - begin)) / max(1, size)))
        done += max(0, file.size - begin)
        if time.monotonic() > until:
            complete = False
            break
        if time.monotonic() > cut_at:
            began = time.monotonic()   # what has been read so far is shown
            batch.write()
            _finish(store, logs, now, False)
            cut_at = time.monotonic() + CUT_S + 9 * (time.monotonic() - began)
    batch.write()
    return complete and not batch.refused


def _reprice(store: Store, logs: Logs) -> None:
    from ccmon.sources import log_parts  # once for each list of prices
    cost_of = log_parts.cost_of(logs.price)
    store.change_of(logs.owner, lambda db, owner: ledger.reprice(db, owner, logs.price.stamp, cost_of))


def _is_unfinished(db: "sqlite3.Connection", owner: int, now: int) -> bool:
    return ledger.is_unfinished(db, owner, trusted.peek(db, now).moment)


def _finish(store: Store, logs: Logs, now: int, complete: bool, gone: Iterable[bytes] = ()) -> None:
    store.change_of(logs.owner, lambda db, owner: ledger.finish(db, owner, gone, trusted.look(db, now).moment, complete))


class _Batch:
    """Parts that are stored in one transaction."""

    def __init__(self, store: Store, owner: Owner) -> None:
        self.store, self.owner = store, owner
        self.refused = False           # another process has read some of it meanwhile
        self._parts: List[Part] = []

    def add(self, part: Part) -> None:
        """Take up one more part, and store all of them when they are many."""
        self._parts.append(part)
        if sum(len(one.messages) for one in self._parts) >= MOST_ROWS or len(self._parts) >= MOST_FILES:
            self.write()

    def write(self) -> None:
        """Store what has been taken up."""
        parts, self._parts = self._parts, []
        if parts:
            taken = self.store.change_of(self.owner, lambda db, owner: ledger.take(db, owner, parts))
            self.refused = self.refused or not all(taken)


# --- two processes ------------------------------------------------------------------------------------------------------------

def _side_by_side(logs: Logs, waiting: Sequence[LogFile], known: Dict[bytes, Position],
                  size: int, now: int) -> Iterator[Tuple[LogFile, Iterator[Part]]]:
    """The parts of each file; much of it is read in two processes, where those can be had."""
    if size > AT_ONCE_BYTES:
        try:
            from concurrent.futures import ProcessPoolExecutor  # dear, and only worth it here
            with ProcessPoolExecutor(2, initializer=_serve) as pool:
                yield from _pooled(pool.submit, logs, waiting, known, now)
                return
        except (ImportError, OSError, RuntimeError):   # no semaphores, or a process was killed
            pass
    from ccmon.sources.log_parts import parts_of  # where nothing is new, nothing is parsed
    for file in waiting:
        yield file, parts_of(file, known.get(os.fsencode(file.path)), logs.folders, logs.price, now)


def _serve() -> None:
    """Begin a process that works for this one: what ends it is no exception, which would be handed over or printed."""
    gc.disable()
    signals.end_at_once()


def _pooled(submit: Callable[..., "Future[List[Part]]"], logs: Logs, waiting: Sequence[LogFile], known: Dict[bytes, Position],
            now: int) -> Iterator[Tuple[LogFile, Iterator[Part]]]:
    """In their order; a large file is read here, part by part."""
    from ccmon.sources.log_parts import parts_of
    begun: "Deque[Tuple[LogFile, Optional[Future[List[Part]]]]]" = deque()

    def first() -> Tuple[LogFile, Iterator[Part]]:
        file, future = begun.popleft()
        known_to = known.get(os.fsencode(file.path))
        return file, iter(future.result()) if future else parts_of(file, known_to, logs.folders, logs.price, now)

    for file in waiting:
        task = _whole, file, known.get(os.fsencode(file.path)), logs.folders, logs.price, now
        begun.append((file, submit(*task) if file.size <= MOST_WHOLE_BYTES else None))
        while len(begun) > MOST_WAITING:
            yield first()
    while begun:
        yield first()


def _whole(file: LogFile, known: Optional[Position], folders: Sequence[str], price: Price, now: int) -> List[Part]:
    from ccmon.sources.log_parts import parts_of
    return list(parts_of(file, known, folders, price, now))


# --- in memory ----------------------------------------------------------------------------------------------------------------

def recent(logs: Logs, now: int) -> List[Block]:
    """The last sessions, from the files of the last days alone, which are read anew."""
    from ccmon.sources.log_parts import parts_of
    from ccmon.store import scratch
    hours = RECENT_H
    while True:
        since_ns = (now - hours * HOUR_S) * 10 ** 9
        window = [file for file in logs.files if file.mtime_ns >= since_ns]
        is_all = len(window) == len(logs.files)
        parts = (part for file in window for part in parts_of(file, None, logs.folders, logs.price, now))
        found = [message for part in parts for message in part.messages]
        blocks = scratch.recent_sessions(found, is_all)
        if blocks or is_all:
            return blocks
        hours *= 2


def start(cache: str, env: Optional[Mapping[str, str]] = None) -> bool:
    """Let a process of its own, in that environment, read everything, unless one is at it."""
    fd = locks.lock(os.path.join(cache, "logs.reading"))
    locks.unlock(-1 if fd is None else fd)
    if fd is None:
        return False
    code = ("import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; "
            "from ccmon.pipeline.sources import read_all_logs; read_all_logs()")
    subprocess.Popen([sys.executable, "-c", code, refresher.import_folder()], cwd=os.path.abspath(os.sep), close_fds=True,
                     **processes.APART, env=env,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # our own words  # nosec B603
    return True
