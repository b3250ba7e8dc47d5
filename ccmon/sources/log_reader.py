"""The log reader: what is new in Claude Code's log files goes into the ledger, together with how far it was read.

A long history is read in two steps: first the files of the last days, in memory, which give the session that runs; then, in a
process of its own, everything.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections import deque
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Callable, Deque, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon import locks, refresher
from ccmon.errors import CcmonError
from ccmon.model import Block, Owner
from ccmon.sources import limit_events, log_entries, log_files, log_limits, log_unused
from ccmon.sources.log_entries import Entry
from ccmon.sources.log_files import LogFile
from ccmon.store import ledger, trusted
from ccmon.store.database import Store
from ccmon.store.ledger import Part, Position
from ccmon.store.limit_events import Event
from ccmon.store.messages import Message, Row
from ccmon.system import clock, processes, signals
from ccmon.text import clean

if TYPE_CHECKING:
    from concurrent.futures import Future

HOUR_S = 3600
RECENT_H = 48
AT_ONCE_BYTES = 24 << 20               # as much is read without a second process
MOST_ROWS = 2000                       # messages of one transaction: others write, too
MOST_FILES = 50                        # of one transaction
MOST_WHOLE_BYTES = 32 << 20            # of a file that is held in memory
MOST_WAITING = 6                       # files read and not yet stored
CUT_S = 2                              # a long reading makes sessions of what it has so far, so often
_NEW = Position(0, 0, 0, 0, 0, b"", crc=0)
CHECK_S = 240                          # so long after a log has changed it is compared with what was read: a look later, 5 min
RECENT_S = 3600                        # and one that was written so lately again and again: not every change shows in its times
MOST_COMPARED = 4 << 20                # bytes that are compared whenever a log has grown

Tell = Callable[[float], None]         # is told the share (0..1) that has been read


class Price(NamedTuple):
    """What entries cost."""

    of: Callable[[Entry], Optional[float]]             # US dollars, None when unknown
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
    _reprice(store, logs)
    nothing: Dict[bytes, Position] = {}
    known = store.of_owner(logs.owner, ledger.positions, nothing)
    waiting = [file for file in logs.files if not _is_read(file, known.get(os.fsencode(file.path)), now)]
    size = sum(max(0, file.size - known.get(os.fsencode(file.path), _NEW).offset) for file in waiting)
    complete = True
    batch = _Batch(store, logs.owner)
    done, cut_at = 0, time.monotonic() + CUT_S
    for file, parts in _side_by_side(logs, waiting, known, size, now):
        for part in parts:
            batch.add(part)
            if tell:                   # whoever is told may want no more: also in the middle of a large log
                tell(min(1.0, (done + part.after.offset) / max(1, size)))
        done += file.size
        if time.monotonic() > until:
            complete = False
            break
        if time.monotonic() > cut_at:
            began = time.monotonic()   # what has been read so far is shown
            batch.write()
            _finish(store, logs, now, False)
            cut_at = time.monotonic() + CUT_S + 9 * (time.monotonic() - began)
    batch.write()
    complete = complete and not batch.refused
    _finish(store, logs, now, complete)
    return complete


def _reprice(store: Store, logs: Logs) -> None:
    if store.of_owner(logs.owner, lambda db, owner: ledger.number(db, owner, ledger.PRICES), 0) == logs.price.stamp:
        return

    def cost_of(model: str, row: Row) -> Optional[int]:
        return _nano(logs.price.of(Entry(row.at_ms, None, None, 0, model or None, *row[6:11], False, False, None, None)))
    store.change_of(logs.owner, lambda db, owner: ledger.reprice(db, owner, logs.price.stamp, cost_of))


def _nano(cost_usd: Optional[float]) -> Optional[int]:
    return None if cost_usd is None else min(10 ** 17, round(cost_usd * 1e9))


def _finish(store: Store, logs: Logs, now: int, complete: bool) -> None:
    present = [os.fsencode(file.path) for file in logs.files]
    store.change_of(logs.owner, lambda db, owner: ledger.finish(db, owner, present, trusted.look(db, now).moment, complete))


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


def _is_read(file: LogFile, known: Optional[Position], now: int) -> bool:
    """Whether the file is as it was when it was read to its end, as far as it can be seen, and need not be looked into."""
    return known is not None and _looks_the_same(file, known) and known.ctime_ns == file.ctime_ns and not _is_due(known, now)


def _looks_the_same(file: LogFile, known: Position) -> bool:
    return (known.device, known.inode, known.size, known.mtime_ns, known.ctime_ns or file.ctime_ns) == (
        file.device, file.inode, file.size, file.mtime_ns, file.ctime_ns)


def _is_due(known: Position, now: int) -> bool:
    """Whether it is time to compare a log with what was read of it; a clock that was set back is not waited for."""
    return known.check_at != 0 and not now < known.check_at <= now + CHECK_S


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
    for file in waiting:
        yield file, parts_of(file, known.get(os.fsencode(file.path)), logs.folders, logs.price, now)


def _serve() -> None:
    """Begin a process that works for this one: what ends it is no exception, which would be handed over or printed."""
    gc.disable()
    signals.end_at_once()


def _pooled(submit: Callable[..., "Future[List[Part]]"], logs: Logs, waiting: Sequence[LogFile], known: Dict[bytes, Position],
            now: int) -> Iterator[Tuple[LogFile, Iterator[Part]]]:
    """In their order; a large file is read here, part by part."""
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
    return list(parts_of(file, known, folders, price, now))


# --- one file -----------------------------------------------------------------------------------------------------------------

def parts_of(file: LogFile, known: Optional[Position], folders: Sequence[str], price: Price, now: int) -> Iterator[Part]:
    """What is new in a file, in parts of some thousand messages; nothing when it cannot be read."""
    fd = log_files.open_log(file)
    if fd is None:
        return
    try:
        stays = _compared(fd, file, known, now) if known is not None else None
        reading = _Reading(file, stays, folders, price)
        if stays is not None:
            unsaid = reading.unsaid(fd)
            if unsaid:                 # what was better in the place of a worse copy: that is read again
                reading = _Reading(file, None, folders, price, unsaid)
        has_changed = known is not None and not _looks_the_same(file, known)
        is_recent = abs(now - file.mtime_ns // 10 ** 9) < RECENT_S
        reading.check_at = stays.check_at if stays and stays.check_at else now + CHECK_S if has_changed or is_recent else 0
        yield from reading.parts(fd)
    finally:
        os.close(fd)


def _compared(fd: int, file: LogFile, known: Position, now: int) -> Optional[Position]:
    """The position where the bytes that were read are still there, else None: what was read of it before stays in the ledger.

    One that has only grown is compared at its ends, and from time to time whole.
    """
    if ((known.device, known.inode) != (file.device, file.inode) or known.offset > file.size
            or log_files.fingerprint(fd, known.offset) != known.print):
        return None
    if known.size < file.size and known.offset > MOST_COMPARED and known.crc >= 0 and not _is_due(known, now):
        return known
    crc = log_files.checksum(fd, known.offset)
    return known._replace(crc=crc, check_at=0) if known.crc in (crc, -1) and crc >= 0 else None


class _Reading:
    """What has come of one file so far."""

    def __init__(self, file: LogFile, known: Optional[Position], folders: Sequence[str], price: Price,
                 withdrawn: Sequence[Message] = ()) -> None:
        path = file.path.replace(os.sep, "/")
        self.file, self.price, self.check_at = file, price, 0
        self.session, self.project = log_entries.session_of(path), project_of(path, folders)
        self.name = os.path.basename(path)
        self.before = known
        self.at = known or _NEW
        self.left_out: Dict[str, int] = json.loads(self.at.left_out)
        self.seen: Dict[int, int] = {}                     # lines without an id that say the same
        self.unseen_to = self.at.offset                    # where lines may stand that are not in `seen`
        self._clear()
        self.withdrawn: Sequence[Message] = withdrawn

    def _clear(self) -> None:
        self.messages: List[Message] = []
        self.events: List[Event] = []
        self.folder = ""
        self.withdrawn = ()

    def unsaid(self, fd: int) -> List[Message]:
        """What the next line said as long as it had no end, where it is no good line with all that followed."""
        line = next(log_files.lines(fd, self.at.offset, True), None)
        begin = log_entries.begin_of(line.content) if line is not None and line.content is not None else b""
        for entry in log_entries.parse(begin, self.session) if begin else ():
            self._add(entry, True)
        found = self.messages
        self._clear()
        return found

    def parts(self, fd: int) -> Iterator[Part]:
        """All that is new. A last line without an end is read as it stands, and once more when it has one."""
        for line in log_files.lines(fd, self.at.offset, True, self.at.crc):
            self._take(line)
            if len(self.messages) >= MOST_ROWS:
                yield self._part(fd, False)
        yield self._part(fd, True)

    def _part(self, fd: int, is_last: bool) -> Part:
        at = self.at._replace(device=self.file.device, inode=self.file.inode, mtime_ns=self.file.mtime_ns,
                              size=self.file.size if is_last else 0, print=log_files.fingerprint(fd, self.at.offset),
                              left_out=json.dumps(self.left_out), ctime_ns=self.file.ctime_ns, check_at=self.check_at)
        part = Part(os.fsencode(self.file.path), self.before, at, self.messages, self.events,
                    (self.project, self.folder) if self.folder else None, self.withdrawn)
        self.before = self.at = at
        self._clear()
        return part

    def _take(self, line: log_files.Line) -> None:
        content = line.content
        found = () if content is None else log_entries.parse(content, self.session)
        if line.is_whole:
            self.at = self.at._replace(offset=line.end, lines=self.at.lines + 1, crc=line.crc)
            if not found and (content is None or log_entries.wanted(content)):
                self._leave_out("damaged" if content is None else log_unused.unused_kind(content))
        for entry in found:
            if entry.message is not None or line.is_whole:
                self._add(entry, not line.is_whole)
        if found and not self.folder and content is not None:
            self.folder = log_entries.folder_of(content, self.project)
        event = None if content is None or not line.is_whole else limit_events.limit_event(content)
        if event:
            event = log_limits.settled(event, _zone)
            self.events.append(Event(event.at_ms // 1000, event.kind, event.model, event.resets_at))

    def _leave_out(self, kind: str) -> None:
        if kind == "damaged":
            self.at = self.at._replace(damaged=self.at.damaged + 1, first_damaged=self.at.first_damaged or self.at.lines)
        else:
            self.left_out[kind] = self.left_out.get(kind, 0) + 1

    def _add(self, entry: Entry, unended: bool) -> None:
        nano = _nano(self.price.of(entry))
        message = entry.message
        if message is None:            # nobody's duplicate: known by all that it says, and how often it was said before
            self._see_before()
            message = self._see(entry)
            message = _digest(f"{message} {self.seen[message]}", entry)
        self.at = self.at._replace(last_ms=max(self.at.last_ms, entry.at_ms))
        self.messages.append(Message(entry.at_ms, message, entry.request, entry.session, entry.model or "", self.project,
                                     entry.input, entry.output, entry.cache_5m, entry.cache_1h, entry.cache_read, nano,
                                     entry.message is None, entry.sidechain, entry.speed, entry.cost_usd is not None, unended))

    def _see(self, entry: Entry) -> int:
        message = _digest(self.name, entry)
        self.seen[message] = self.seen.get(message, -1) + 1
        return message

    def _see_before(self) -> None:
        """Lines that say the same stand beside one another: some may have been read by an earlier look."""
        until, self.unseen_to = self.unseen_to, 0
        fd = log_files.open_log(self.file) if until else None
        if fd is None:
            return
        for line in log_files.lines(fd, max(0, until - MOST_COMPARED), False):
            if line.end > until:
                break
            for entry in log_entries.parse(line.content or b"", self.session):
                if entry.message is None:
                    self._see(entry)
        os.close(fd)


def _digest(name: str, entry: Entry) -> int:
    """63 bits that stand for an entry of that log."""
    made = blake2b(repr((name, *entry)).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(made.digest(), "big") >> 1


def project_of(path: str, folders: Sequence[str]) -> str:
    """The project that a log belongs to: the name of its folder below projects/, "" for a log that lies beside them."""
    for folder in folders:
        whole = folder.replace(os.sep, "/").rstrip("/") + "/"
        if path.startswith(whole):
            name, slash, _ = path[len(whole):].partition("/")
            return clean(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) if slash else ""
    return ""


@lru_cache(maxsize=8)
def _zone(name: str) -> Optional[clock.Zone]:
    try:
        return clock.zone(name)
    except CcmonError:
        return None


# --- in memory ----------------------------------------------------------------------------------------------------------------

def recent(logs: Logs, now: int) -> List[Block]:
    """The last sessions, from the files of the last days alone, which are read anew."""
    hours = RECENT_H
    while True:
        since_ns = (now - hours * HOUR_S) * 10 ** 9
        window = [file for file in logs.files if file.mtime_ns >= since_ns]
        is_all = len(window) == len(logs.files)
        parts = (part for file in window for part in parts_of(file, None, logs.folders, logs.price, now))
        found = [message for part in parts for message in part.messages]
        from ccmon.store import scratch
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
