"""The log reader: what is new in Claude Code's log files is read into the cache, and sessions are made anew where that matters.

A long history is read in two steps: first the files of the last days, which give the session that runs; then, in a
process of its own, everything.
"""

import gc
import os
import subprocess
import sys
import time
from collections import deque
from functools import lru_cache
from itertools import count, groupby
from typing import TYPE_CHECKING, Callable, Deque, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ccmon import linecache
from ccmon.model import SESSION_S, Block, CcmonError
from ccmon.sources import limit_events, log_blocks, log_entries, log_files, log_limits
from ccmon.sources.log_cache import Key, Known, LogCache, Made, Read
from ccmon.sources.log_entries import Entry
from ccmon.sources.log_files import LogFile
from ccmon.system import clock, processes

if TYPE_CHECKING:
    from concurrent.futures import Future

HOUR_S = 3600
RECENT_H = 48
AT_ONCE_BYTES = 24 << 20               # as much is read without a second process
SETTLED_S = 60                         # a line without an end is taken when nothing has come for so long
MOST_ROWS = 20_000                     # entries of one transaction
MOST_WHOLE_BYTES = 32 << 20            # of a file that is held in memory
MOST_WAITING = 6                       # files read and not yet stored
END_BYTES = 256 << 10                  # of a file, where what was written last is looked for
MOST_SENT = 5000                       # minutes given to the store at a time
NAME = "logs.db"

Send = Callable[[Sequence[Tuple[int, str, int, int, int, int]], Sequence[Tuple[int, Optional[int], int]]], bool]
_WINDOWS_S = {"session": SESSION_S, "weekly": limit_events.WEEK_S}           # limits of the whole account
_PLACES = 16                           # entries that one line may give


class Price(NamedTuple):
    """What entries cost."""

    of: Callable[[Entry], Optional[float]]             # US dollars, None when unknown
    stamp: int                         # another one when the prices are others


class Result(NamedTuple):
    """What the logs say."""

    blocks: Tuple[Block, ...]
    skipped: int                       # damaged lines
    progress: Optional[float]          # 0..1 while the full read goes on, None when it is done


def look(folder: str, files: Sequence[LogFile], now: int, price: Price, send: Send) -> Result:
    """Read what is new in the files; the sessions by then. The cache is in the folder. Raises CcmonError.

    send takes minutes (as LogCache.unsent gives them) and the moments and resets of limit messages (epoch s) and the
    length of their windows (s); it answers whether it has kept them.
    """
    with LogCache(os.path.join(folder, NAME)) as cache:
        if cache.note("complete"):
            _update(cache, files, now, price)
        elif sum(file.size for file in files) <= AT_ONCE_BYTES:
            complete(cache, files, now, price)
        else:
            return _begin(cache, folder, files, now, price)
        _send(cache, send)
        return _result(cache, cache.blocks(), None)


def _send(cache: LogCache, send: Send) -> None:
    minutes = cache.unsent(MOST_SENT)
    hits = [(at, resets_at, _WINDOWS_S[kind]) for at, kind, resets_at in cache.hits() if kind in _WINDOWS_S]
    if send(minutes, hits) and minutes:
        with cache.transaction():
            cache.sent(minutes)


def _result(cache: LogCache, blocks: Iterable[Block], progress: Optional[float]) -> Result:
    return Result(tuple(blocks), cache.skipped(), progress)


# --- the first time ---------------------------------------------------------------------------------------------------

def _begin(cache: LogCache, folder: str, files: Sequence[LogFile], now: int, price: Price) -> Result:
    """The recent sessions at once, and everything soon."""
    alone = _alone(folder)             # else a process is at it: it would have to wait for us, and we for it
    hours = RECENT_H
    while True:
        since_s = now - hours * HOUR_S
        window = [file for file in files if file.mtime_ns >= since_s * 10 ** 9]
        if alone:
            with cache.transaction():  # a process that read everything may have been killed
                cache.index(True)
            decide(cache, _read_new(cache, window, files, now, whole=False).messages)
        entries = list(cache.alive_from(since_s * 1000))
        pauses = log_blocks.pauses(entries)
        if pauses or len(window) == len(files):
            break
        hours *= 2
    if alone:
        _start()
    done = sum(known.offset for known in cache.known().values()) / sum(file.size for file in files)
    return _result(cache, log_blocks.blocks(entries[pauses[0] if pauses else 0:], price.of), min(0.99, done))


def _alone(folder: str) -> bool:
    fd = linecache.lock(os.path.join(folder, "logs.reading"))
    linecache.unlock(-1 if fd is None else fd)
    return fd is not None


def complete(cache: LogCache, files: Sequence[LogFile], now: int, price: Price) -> None:
    """Read everything that has not been read, resolve the duplicates and make all sessions."""
    with cache.transaction():
        cache.index(False)
    _read_side_by_side(cache, files, now)
    _read_new(cache, files, files, now, whole=True)
    with cache.transaction():
        cache.index(True)
        cache.doubt_shared()
        cache.decide(_decisions(cache.undecided()))
        cache.decide_rest()
        cache.replace_sessions(-1 << 62, _made(cache.alive_from(-1 << 62), price))
        cache.write_note("complete", 1)
        cache.write_note("prices", price.stamp)


def _read_side_by_side(cache: LogCache, files: Sequence[LogFile], now: int) -> None:
    """Read files that nobody has read yet in two processes; the rest, and all where that cannot be, is left to _read_new."""
    known = cache.known()
    fresh = [file for file in files if file.path not in known and file.size <= MOST_WHOLE_BYTES]
    if sum(file.size for file in fresh) <= AT_ONCE_BYTES:
        return
    try:
        from concurrent.futures import ProcessPoolExecutor  # dear, and only worth it here
        with ProcessPoolExecutor(2, initializer=gc.disable) as pool:
            waiting: "Deque[Tuple[LogFile, Future[List[Read]]]]" = deque()
            for file in fresh:
                waiting.append((file, pool.submit(_read_whole, file, _is_final(file, now))))
                if len(waiting) > MOST_WAITING:
                    _store_whole(cache, *waiting.popleft())
            while waiting:
                _store_whole(cache, *waiting.popleft())
    except (ImportError, OSError, RuntimeError):       # no semaphores, or a process was killed
        return


def _read_whole(file: LogFile, final: bool) -> List[Read]:
    fd = log_files.open_log(file)
    if fd is None:
        return []
    try:
        return _decided(list(_batches(fd, 0, final, log_entries.session_of(file.path.replace(os.sep, "/")))))
    finally:
        os.close(fd)


def _decided(reads: List[Read]) -> List[Read]:
    """With the duplicates within the file resolved; most messages stand in one file only."""
    kept = log_blocks.kept([entry for read in reads for _, _, entry in read.rows])
    counter = count()
    return [read._replace(rows=[(place, next(counter) in kept, entry) for place, _, entry in read.rows]) for read in reads]


def _store_whole(cache: LogCache, file: LogFile, reads: "Future[List[Read]]") -> None:
    with cache.transaction():
        known = cache.add_file(file)
        for read in reads.result() if known.offset == 0 else ():
            cache.add(known, file, read)


def _start() -> None:
    """Let a process of its own read everything."""
    code = ("import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; "
            "from ccmon.pipeline.sources import read_all_logs; read_all_logs()")
    subprocess.Popen([sys.executable, "-c", code, linecache.import_folder()], cwd=os.path.abspath(os.sep), close_fds=True,
                     **processes.APART,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # our own words  # nosec B603


def read_all(folder: str, files: Sequence[LogFile], price: Price) -> None:
    """What that process does; nothing when another one is at it."""
    fd = linecache.lock(os.path.join(folder, "logs.reading"))
    if fd is None:
        return
    with LogCache(os.path.join(folder, NAME)) as cache:
        if not cache.note("complete"):
            complete(cache, files, int(time.time()), price)
    linecache.unlock(fd)


# --- what is new ------------------------------------------------------------------------------------------------------

def _update(cache: LogCache, files: Sequence[LogFile], now: int, price: Price) -> None:
    changes = _read_new(cache, files, files, now, whole=False)
    moments = changes.moments + decide(cache, changes.messages)
    priced = cache.note("prices") == price.stamp
    if not moments and priced:
        return
    from_ms = _anchor(cache.edges(), min(moments)) if priced else -1 << 62
    with cache.transaction():
        cache.write_note("prices", price.stamp)
        cache.replace_sessions(from_ms, _made(cache.alive_from(from_ms), price))


def _made(entries: Iterable[Entry], price: Price) -> Iterator[Made]:
    """The sessions of entries by time, one at a time."""
    for group in log_blocks.groups(entries):
        yield Made(group[0].at_ms, group[-1].at_ms, log_blocks.block(group, price.of), log_blocks.minutes(group))


def _anchor(edges: Sequence[Tuple[int, int]], at_ms: int) -> int:
    """Epoch ms from which the sessions have to be made anew: the last pause of more than 5 hours before the change."""
    anchor = at_ms
    for first_ms, last_ms in edges:    # the newest first
        if first_ms <= anchor:
            if anchor - last_ms > log_blocks.SESSION_MS:
                break
            anchor = first_ms
    return anchor


class _Changes:
    """Messages to decide on, and the moments (ms) at which something came or went."""

    def __init__(self) -> None:
        self.messages: Set[int] = set()
        self.moments: List[int] = []

    def took(self, read: Read) -> None:
        """Note what was read."""
        self.messages.update(entry.message for _, _, entry in read.rows if entry.message is not None)
        self.moments += [min(entry.at_ms for _, _, entry in read.rows)] if read.rows else []

    def forgot(self, cache: LogCache, known: Known) -> None:
        """Take a file out of the cache."""
        with cache.transaction():
            self.messages.update(cache.messages_of(known.id))
            earliest_ms = cache.span_of(known.id)
            self.moments += [] if earliest_ms is None else [earliest_ms]
            cache.forget(known.id)


def _read_new(cache: LogCache, wanted: Sequence[LogFile], files: Sequence[LogFile], now: int, whole: bool) -> _Changes:
    """Read the new parts of the wanted files, and forget files that are gone.

    whole: what changed is not of interest, everything will be made anew.
    """
    known, present, changes = cache.known(), {file.path for file in files}, _Changes()
    for path in set(known) - present:
        changes.forgot(cache, known[path])
    for file in wanted:
        for read in _parts(cache, file, known.get(file.path), now, changes):
            if not whole:
                changes.took(read)
    return changes


def _parts(cache: LogCache, file: LogFile, known: Optional[Known], now: int, changes: _Changes) -> Iterator[Read]:
    """The file's new parts, each stored when it is given."""
    final = _is_final(file, now)
    if known and _looked_at(file, known) and (known.offset == file.size or not final):
        return
    fd = log_files.open_log(file)
    if fd is None:
        return
    try:
        if known and not _continues(fd, file, known):
            changes.forgot(cache, known)
            known = None
        if known is None:
            with cache.transaction():
                known = cache.add_file(file)
        for read in _batches(fd, known.offset, final, log_entries.session_of(file.path.replace(os.sep, "/"))):
            with cache.transaction():
                if cache.offset(known.id) != known.offset:
                    return             # another process reads this file
                cache.add(known, file, read)
            known = known._replace(offset=read.offset)
            yield read
    finally:
        os.close(fd)


def _is_final(file: LogFile, now: int) -> bool:
    """True when nothing has been written for a while."""
    return now - file.mtime_ns // 10 ** 9 > SETTLED_S


def _looked_at(file: LogFile, known: Known) -> bool:
    return (known.device, known.inode, known.size, known.mtime_ns) == (file.device, file.inode, file.size, file.mtime_ns)


def _continues(fd: int, file: LogFile, known: Known) -> bool:
    """True when the bytes that were read are still there."""
    same = (known.device, known.inode) == (file.device, file.inode)
    return same and known.offset <= file.size and log_files.fingerprint(fd, known.offset) == known.print


def _batches(fd: int, offset: int, final: bool, session: str) -> Iterator[Read]:
    rows: List[Tuple[int, Optional[bool], Entry]] = []
    limits: List[Tuple[int, str, Optional[int]]] = []
    lines = skipped = 0
    for line in log_files.lines(fd, offset, final):
        lines, offset = lines + 1, line.end
        found = () if line.content is None else log_entries.parse(line.content, session)
        rows += [(line.start * _PLACES + number, None, entry) for number, entry in enumerate(found[:_PLACES])]
        if line.content is None or not found and log_entries.wanted(line.content):
            skipped += 1
        event = None if line.content is None else limit_events.limit_event(line.content)
        if event:
            settled = log_limits.settled(event, _zone)
            limits.append((settled.at_ms // 1000, settled.kind, settled.resets_at or None))
        if len(rows) >= MOST_ROWS:
            yield Read(offset, log_files.fingerprint(fd, offset), rows, limits, lines, skipped, False)
            rows, limits, lines, skipped = [], [], 0, 0
    yield Read(offset, log_files.fingerprint(fd, offset), rows, limits, lines, skipped, True)


def limits_at_the_end(files: Sequence[LogFile], now: int) -> List[Tuple[int, Optional[int], int]]:
    """The limit messages of the last five hours (as `send` takes them) from the ends of the files, which are not read whole."""
    found: List[Tuple[int, Optional[int], int]] = []
    for file in files:
        fd = log_files.open_log(file) if now - file.mtime_ns // 10 ** 9 < SESSION_S else None
        if fd is not None:
            try:
                lines = log_files.lines(fd, max(0, file.size - END_BYTES), True)
                told = [limit_events.limit_event(line.content) for line in lines if line.content]
            finally:
                os.close(fd)
            events = [log_limits.settled(event, _zone) for event in told if event]
            found += [(event.at_ms // 1000, event.resets_at or None, SESSION_S) for event in events
                      if event.kind == "session" and now - SESSION_S < event.at_ms // 1000]
    return found


@lru_cache(maxsize=8)
def _zone(name: str) -> Optional[clock.Zone]:
    try:
        return clock.zone(name)
    except CcmonError:
        return None


# --- duplicates -------------------------------------------------------------------------------------------------------

def decide(cache: LogCache, messages: Set[int]) -> List[int]:
    """Resolve the duplicates of these messages; the moments (ms) at which something counts now or counts no more."""
    moments: List[int] = []
    with cache.transaction():
        cache.decide(list(_decisions(cache.of_messages(sorted(messages)), moments)))
        cache.decide_rest()
    return moments


def _decisions(rows: Iterable[Tuple[Key, Optional[bool], Entry]], moments: Optional[List[int]] = None
               ) -> Iterator[Tuple[bool, int, int]]:
    """What changes: whether an entry counts, its file and its place."""
    for _, group in groupby(rows, key=lambda row: row[2].message):
        known = list(group)
        kept = log_blocks.kept([entry for _, _, entry in known])
        for index, (key, alive, entry) in enumerate(known):
            if alive is None or bool(alive) != (index in kept):
                if moments is not None:
                    moments.append(entry.at_ms)
                yield (index in kept, *key)
