"""One of Claude Code's log files: what is new in it, part by part, as the ledger takes it."""

import json
import os
from functools import lru_cache

from ccmon.blake import blake2b
from ccmon.errors import CcmonError
from ccmon.quick_typing import Dict, Iterator, List, Optional, Sequence, Tuple
from ccmon.sources import limit_events, log_entries, log_files, log_limits, log_unused
from ccmon.sources.log_entries import LogEntry
from ccmon.sources.log_files import Lines, LogFile
from ccmon.sources.log_reader import MOST_ROWS, EntryPrices
from ccmon.sources.log_shapes import Shapes
from ccmon.store import ledger
from ccmon.store.learning import LimitEvent
from ccmon.store.ledger import LogPart
from ccmon.store.log_state import CHECK_S, LogPosition, is_due, looks_the_same
from ccmon.store.messages import LogMessage, MessageRow
from ccmon.system import clock
from ccmon.text import clean

RECENT_S = 3600                        # a log that was written so lately is compared again and again: not all shows in its times
MOST_COMPARED = 4 << 20                # bytes that are compared whenever a log has grown
_NONE = False, -1, False
_made = tuple.__new__
_SHAPES = Shapes()
_NEW = LogPosition(0, 0, 0, 0, 0, b"", crc=0)


def nano(cost_usd: Optional[float]) -> Optional[int]:
    """Billionths of a US dollar; None when unknown."""
    return None if cost_usd is None else min(10 ** 17, round(cost_usd * 1e9))


def message_cost(price: EntryPrices) -> ledger.CostOf:
    """What a stored message of a model costs, in billionths of a US dollar."""
    def cost(model: str, row: MessageRow) -> Optional[int]:
        return nano(price.of(LogEntry(row.at_ms, None, None, 0, model or None, *row[6:11], False, False, None, None)))
    return cost


def new_parts(file: LogFile, position: Optional[LogPosition], folders: Sequence[str], price: EntryPrices,
             now: int) -> Iterator[LogPart]:
    """What is new in a file, in parts of some thousand messages; nothing when it cannot be read."""
    fd = log_files.open_log(file)
    if fd is None:
        return
    try:
        stays = _compared(fd, file, position, now) if position is not None else None
        reading = _LogProgress(file, stays, folders, price)
        if stays is not None:
            unsaid = reading.unsaid(fd)
            if unsaid:                 # a better copy was overwritten by a worse one: that is read again
                reading = _LogProgress(file, None, folders, price, unsaid)
        has_changed = position is not None and not looks_the_same(file.status, position)
        is_recent = abs(now - file.mtime_ns // 10 ** 9) < RECENT_S
        reading.check_at = stays.check_at if stays and stays.check_at else now + CHECK_S if has_changed or is_recent else 0
        yield from reading.parts(fd)
    finally:
        os.close(fd)


def _compared(fd: int, file: LogFile, position: LogPosition, now: int) -> Optional[LogPosition]:
    """The position where the bytes that were read are still there, else None: what was read of it before stays in the ledger.

    One that has only grown is compared at its ends, and from time to time whole.
    """
    if ((position.device, position.inode) != (file.device, file.inode) or position.offset > file.size
            or log_files.fingerprint(fd, position.offset) != position.print):
        return None
    if position.size < file.size and position.offset > MOST_COMPARED and position.crc >= 0 and not is_due(position, now):
        return position
    crc = log_files.checksum(fd, position.offset)
    return position._replace(crc=crc, check_at=0) if position.crc in (crc, -1) and crc >= 0 else None


class _LogProgress:
    """What has been read of one file so far."""

    def __init__(self, file: LogFile, position: Optional[LogPosition], folders: Sequence[str], price: EntryPrices,
                 withdrawn: Sequence[LogMessage] = ()) -> None:
        path = file.path.replace(os.sep, "/")
        self.file, self.price, self.check_at = file, price, 0
        self.session, self.project = log_entries.path_session(path), project_name(path, folders)
        self.name = os.path.basename(path)
        self.before = position
        begin = position or _NEW
        self.offset, self.crc, self.lines, self.last_ms = begin.offset, begin.crc, begin.lines, begin.last_ms
        self.damaged, self.first_damaged = begin.damaged, begin.first_damaged
        self.left_out: Dict[str, int] = json.loads(begin.left_out)
        self.seen: Dict[int, int] = {}                     # equal lines without an id
        self.rates: Dict[Optional[str], Optional[Tuple[float, ...]]] = {None: None}
        self.elsewhere: object = None                      # a folder in a line that is not the project's
        self.unseen_to = begin.offset                         # where lines may stand that are not in `seen`
        self._clear()
        self.withdrawn: Sequence[LogMessage] = withdrawn

    def _clear(self) -> None:
        self.messages: List[LogMessage] = []
        self.best: Dict[Tuple[int, int], Tuple[bool, int, bool]] = {}        # of each message in them
        self.events: List[LimitEvent] = []
        self.folder = ""
        self.withdrawn = ()

    def unsaid(self, fd: int) -> List[LogMessage]:
        """The messages of the next line as it was without its end, where it is no good line with all that followed."""
        some = next(log_files.lines(fd, self.offset, True), None)
        begin = log_entries.leading_object(some.content.partition(b"\n")[0]) if some and not some.too_long else b""
        for entry in log_entries.parse(begin, self.session) if begin else ():
            self._add(entry, True)
        messages = self.messages
        self._clear()
        return messages

    def parts(self, fd: int) -> Iterator[LogPart]:
        """All that is new. A last line without an end is read as it stands, and once more when it has one."""
        for some in log_files.lines(fd, self.offset, True, self.crc):
            if some.is_whole:
                self._take(some)
                self.offset, self.crc = some.end, some.crc
            else:
                self._take_unended(some.content)
            if len(self.messages) >= MOST_ROWS:
                yield self._part(fd, False)
        yield self._part(fd, True)

    def _part(self, fd: int, is_last: bool) -> LogPart:
        file = self.file
        at = LogPosition(file.device, file.inode, file.size if is_last else 0, file.mtime_ns, self.offset,
                      log_files.fingerprint(fd, self.offset), self.lines, self.damaged, self.first_damaged,
                      json.dumps(self.left_out), self.last_ms, file.ctime_ns, self.crc, self.check_at)
        part = LogPart(os.fsencode(file.path), self.before, at, self.messages, self.events,
                    (self.project, self.folder) if self.folder else None, self.withdrawn)
        self.before = at
        self._clear()
        return part

    def _take(self, some: Lines) -> None:
        """Lines with their ends; only those are cut out that hold what is wanted."""
        for _ in range(some.too_long):
            self._leave_out(log_unused.DAMAGED)
            self.lines += 1
        lines = some.content
        at = lines.find(log_entries.USAGE)
        while at >= 0:
            start, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
            kind = self._take_answer(lines[start:end])
            if kind:
                self._leave_out(kind, lines, start)
            at = lines.find(log_entries.USAGE, end)
        at = lines.find(limit_events.FLAG)
        while at >= 0:
            start, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
            self._take_event(lines[start:end])
            at = lines.find(limit_events.FLAG, end)
        self.lines += lines.count(b"\n")

    def _take_answer(self, line: bytes, unended: bool = False) -> str:
        """Take up a line with a usage in it; its kind where it is no answer, else ""."""
        ordinary = None if unended else _SHAPES.entry(line)
        if ordinary:
            self._add(ordinary[0], False)
            if ordinary[1] and not self.folder:
                self._take_folder(ordinary[1])
            return ""
        data = log_entries.record(line)
        entries = () if data is None else log_entries.record_entries(data, line, self.session)
        for entry in entries:
            if entry.message is not None or not unended:
                self._add(entry, unended)
        if data and entries:
            _SHAPES.learn(line, data)
            if not self.folder:
                self._take_folder(data.get("cwd"))
        return "" if entries else log_unused.unused_kind(line, data)

    def _take_folder(self, cwd: object) -> None:
        """The project's folder, unless a line before it has the same useless one."""
        if cwd != self.elsewhere and type(cwd) is str:
            self.folder, self.elsewhere = log_entries.project_folder(cwd, self.project), cwd

    def _take_event(self, content: bytes) -> None:
        event = limit_events.limit_message(content)
        if event:
            event = log_limits.with_reset(event, _zone)
            self.events.append(LimitEvent(event.at_ms // 1000, event.kind, event.model, event.resets_at))

    def _take_unended(self, line: bytes) -> None:
        if log_entries.USAGE in line:
            self._take_answer(line, True)

    def _leave_out(self, kind: str, lines: bytes = b"", start: int = 0) -> None:
        """Count a line of that kind, the one that begins there among lines that are yet to be counted."""
        if kind != log_unused.DAMAGED:
            self.left_out[kind] = self.left_out.get(kind, 0) + 1
            return
        self.damaged += 1
        self.first_damaged = self.first_damaged or self.lines + lines.count(b"\n", 0, start) + 1

    def _add(self, entry: LogEntry, unended: bool) -> None:
        message = entry.message
        if message is None:            # nobody's duplicate: its content and a counter identify it
            self._see_before()
            message = self._see(entry)
            message = _digest(f"{message} {self.seen[message]}", entry)
        at_ms, ident, request, session, model, given, made, five, hour, read, sidechain, speed, cost_usd, _ = entry
        if at_ms > self.last_ms:
            self.last_ms = at_ms
        total = given + made + five + hour + read
        if ident is not None and not unended:
            rank = not sidechain, total, speed             # as messages.is_better has it
            key = ident, ~session if request is None else request
            if rank <= self.best.get(key, _NONE):
                return                 # repeated, half of all lines, or a worse copy
            self.best[key] = rank
        if model not in self.rates:
            self.rates[model] = self.price.rates(model or "")
        rates = self.rates[model] if cost_usd is None and total <= self.price.plain_tokens else None
        cost = self.price.of(entry) if rates is None else (
            given * rates[0] + made * rates[1] + five * rates[2] + hour * rates[3] + read * rates[4]) / 1_000_000
        self.messages.append(_made(LogMessage, (
            at_ms, message, request, session, model or "", self.project, given, made, five, hour, read,
            nano(cost), ident is None, sidechain, speed, cost_usd is not None, unended)))

    def _see(self, entry: LogEntry) -> int:
        message = _digest(self.name, entry)
        self.seen[message] = self.seen.get(message, -1) + 1
        return message

    def _see_before(self) -> None:
        """Equal lines stand beside one another: some may have been read before."""
        until, self.unseen_to = self.unseen_to, 0
        fd = log_files.open_log(self.file) if until else None
        if fd is None:
            return
        for some in log_files.lines(fd, max(0, until - MOST_COMPARED), False):
            *ended, _ = some.content[:max(0, until - some.end + len(some.content))].split(b"\n")
            for line in ended:
                for entry in log_entries.parse(line, self.session):
                    if entry.message is None:
                        self._see(entry)
            if some.end >= until:
                break
        os.close(fd)


def _digest(name: str, entry: LogEntry) -> int:
    """63 bits that stand for an entry of that log."""
    made = blake2b(repr((name, *entry)).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(made.digest(), "big") >> 1


def project_name(path: str, folders: Sequence[str]) -> str:
    """The project that a log belongs to: the name of its folder below projects/, "" for a log that lies beside them."""
    for folder in folders:
        whole = folder.replace(os.sep, "/").rstrip("/") + "/"
        if path.startswith(whole):
            name, slash, _ = path[len(whole):].partition("/")
            return clean(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) if slash else ""
    return ""


@lru_cache(maxsize=8)
def _zone(name: str) -> Optional[clock.TimeZone]:
    try:
        return clock.zone(name)
    except CcmonError:
        return None
