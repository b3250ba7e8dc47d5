"""The log reader: what is new in Claude Code's log files goes into the ledger, together with how far it was read.

A long history is read in two steps: first the files of the last days, in memory, which give the session that runs; then, in a
process of its own, everything.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from contextlib import closing, contextmanager

from ccmon import locks, refresher
from ccmon.model import Block, Owner
from ccmon.quick_typing import (
    TYPE_CHECKING,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)
from ccmon.sources.log_files import LogFile
from ccmon.store import ledger, log_state, trusted
from ccmon.store.database import Store
from ccmon.store.ledger import LogPart
from ccmon.store.log_state import LogPosition, is_read
from ccmon.system import processes
from ccmon.when import HOUR_S

if TYPE_CHECKING:
    import sqlite3

    from ccmon.sources.log_entries import LogEntry

RECENT_H = 48
AT_ONCE_BYTES = 24 << 20               # as much is read without a second process
MOST_ROWS = 4000                       # messages of one transaction: others write, too
MOST_FILES = 50                        # of one transaction
CUT_S = 5                              # a long reading makes sessions of what it has so far, so often

OnProgress = Callable[[float], None]         # of the share (0..1) that has been read
RatesOf = Callable[[str], Optional[Tuple[float, ...]]]     # of a model: USD per million tokens of the five kinds


def _no_rates(_model: str) -> None:
    return None


class EntryPrices(NamedTuple):
    """What entries cost."""

    of: Callable[["LogEntry"], Optional[float]]           # US dollars, None when unknown
    stamp: int                         # another one when the prices are others
    rates: RatesOf = _no_rates         # of answers of few tokens; None where `of` is to be asked
    plain_tokens: int = 0              # as many are few


class LogSet(NamedTuple):
    """What is to be read, and for whom."""

    folders: Sequence[str]             # that hold the projects
    files: Sequence[LogFile]           # in the order in which ccusage reads them
    owner: Owner
    price: EntryPrices


# --- into the ledger ------------------------------------------------------------------------------------------------------

def read(store: Store, logs: LogSet, now: int, on_progress: Optional[OnProgress] = None, until: float = float("inf")) -> bool:
    """Read what is new into the ledger; whether everything is read by `until` (monotonic s). Raises StoreError.

    False, too, where another process has read some of it meanwhile: it may have been killed before the end. What was read stays
    when this is interrupted at any point: the next call goes on from there.
    """
    nothing: Tuple[Dict[bytes, LogPosition], int] = {}, 0
    positions, stamp = store.read_owner(logs.owner, log_state.standing, nothing)
    if stamp != logs.price.stamp:
        _reprice(store, logs)
    files = {os.fsencode(file.path): file for file in logs.files}
    waiting = [file for path, file in files.items() if path not in positions or not is_read(file.status, positions[path], now)]
    gone = positions.keys() - files.keys()
    complete = True
    if waiting:
        with _without_collection():
            complete = _read_waiting(store, logs, waiting, positions, now, on_progress, until)
    if waiting or gone or store.read_owner(logs.owner, lambda db, owner: _is_unfinished(db, owner, now), True):
        _finish(store, logs, now, complete, gone)
    return complete


@contextmanager
def _without_collection() -> Iterator[None]:
    """Many small objects without cycles: looking for some took a third of the time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def _read_waiting(store: Store, logs: LogSet, waiting: Sequence[LogFile], positions: Dict[bytes, LogPosition], now: int,
                  on_progress: Optional[OnProgress], until: float) -> bool:
    from ccmon.sources import log_parts, log_workers  # where nothing is new, nothing is parsed

    def read_one(file: LogFile, before: Optional[LogPosition]) -> Iterator[LogPart]:
        return log_parts.new_parts(file, before, logs.folders, logs.price, now)
    begins = [positions[path].offset if path in positions else 0 for path in (os.fsencode(file.path) for file in waiting)]
    size = sum(max(0, file.size - begin) for file, begin in zip(waiting, begins))
    batch, done = _Batch(store, logs.owner), 0
    with closing(log_workers.parts_of_all(waiting, positions, read_one)) as all_parts:
        for begin, (file, parts) in zip(begins, all_parts):
            for part in parts:
                batch.add(part)
                if on_progress:               # it may raise: also in the middle of a large log
                    on_progress(min(1.0, (done + max(0, part.after.offset - begin)) / max(1, size)))
            done += max(0, file.size - begin)
            if time.monotonic() > until:
                break
            if time.monotonic() > batch.cut_at:
                batch.cut(logs, now)
        else:
            return batch.write()
    batch.write()
    return False


def _reprice(store: Store, logs: LogSet) -> None:
    from ccmon.sources import log_parts  # once for each list of prices
    cost_of = log_parts.message_cost(logs.price)
    store.change_owner(logs.owner, lambda db, owner: ledger.reprice(db, owner, logs.price.stamp, cost_of))


def _is_unfinished(db: "sqlite3.Connection", owner: int, now: int) -> bool:
    return log_state.is_unfinished(db, owner, trusted.current(db, now).epoch)


def _finish(store: Store, logs: LogSet, now: int, complete: bool, gone: Iterable[bytes] = ()) -> None:
    store.change_owner(logs.owner, lambda db, owner: ledger.finish(db, owner, gone, trusted.update(db, now).epoch, complete))


class _Batch:
    """Parts that are stored in one transaction."""

    def __init__(self, store: Store, owner: Owner) -> None:
        self.store, self.owner = store, owner
        self.refused = False           # another process has read some of it meanwhile
        self.cut_at = time.monotonic() + CUT_S             # when sessions are made of what has come so far
        self._parts: List[LogPart] = []
        self._messages = 0             # in them

    def add(self, part: LogPart) -> None:
        """Take up one more part, and store all of them when they are many."""
        self._parts.append(part)
        self._messages += len(part.messages)
        if self._messages >= MOST_ROWS or len(self._parts) >= MOST_FILES:
            self.write()

    def cut(self, logs: LogSet, now: int) -> None:
        """Show what has been read so far; that takes a tenth of the time at most."""
        began = time.monotonic()
        self.write()
        _finish(self.store, logs, now, False)
        self.cut_at = time.monotonic() + CUT_S + 9 * (time.monotonic() - began)

    def write(self) -> bool:
        """Store what has been taken up; whether all of it, with what came before, is what this process has read."""
        parts, self._parts, self._messages = self._parts, [], 0
        if parts:
            taken = self.store.change_owner(self.owner, lambda db, owner: ledger.store_parts(db, owner, parts))
            self.refused = self.refused or not all(taken)
        return not self.refused


# --- in memory ----------------------------------------------------------------------------------------------------------------

def recent(logs: LogSet, now: int) -> List[Block]:
    """The last sessions, from the files of the last days alone, which are read anew."""
    from ccmon.sources.log_parts import new_parts
    from ccmon.store import sessions
    hours = RECENT_H
    while True:
        since_ns = (now - hours * HOUR_S) * 10 ** 9
        window = [file for file in logs.files if file.mtime_ns >= since_ns]
        is_all = len(window) == len(logs.files)
        parts = (part for file in window for part in new_parts(file, None, logs.folders, logs.price, now))
        messages = [message for part in parts for message in part.messages]
        blocks = sessions.recent_sessions(messages, is_all)
        if blocks or is_all:
            return blocks
        hours *= 2


def start(cache: str, env: Optional[Mapping[str, str]] = None) -> bool:
    """Let a process of its own, in that environment, read everything, unless one is at it."""
    fd = locks.lock(os.path.join(cache, "logs.reading"))
    locks.unlock(-1 if fd is None else fd)
    if fd is None:
        return False
    import subprocess  # dear, and only a long history is read so
    code = ("import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; "
            "from ccmon.pipeline.sources import read_all_logs; read_all_logs()")
    subprocess.Popen([sys.executable, "-c", code, refresher.import_folder()], cwd=os.path.abspath(os.sep), close_fds=True,
                     **processes.APART, env=env,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # our own words  # nosec B603
    return True
