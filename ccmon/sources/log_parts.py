"""One of Claude Code's log files: what is new in it, part by part, as the ledger takes it."""

import json
import os
from functools import lru_cache
from hashlib import blake2b
from typing import Dict, Iterator, List, Optional, Sequence

from ccmon.errors import CcmonError
from ccmon.sources import limit_events, log_entries, log_files, log_limits, log_unused
from ccmon.sources.log_changes import CHECK_S, is_due, looks_the_same
from ccmon.sources.log_entries import LogEntry
from ccmon.sources.log_files import LogFile
from ccmon.sources.log_reader import MOST_ROWS, EntryPrices
from ccmon.store import ledger
from ccmon.store.learning import LimitEvent
from ccmon.store.ledger import LogPart
from ccmon.store.log_state import LogPosition
from ccmon.store.messages import LogMessage, MessageRow
from ccmon.system import clock
from ccmon.text import clean

RECENT_S = 3600                        # a log that was written so lately is compared again and again: not all shows in its times
MOST_COMPARED = 4 << 20                # bytes that are compared whenever a log has grown
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
        has_changed = position is not None and not looks_the_same(file, position)
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
        self.elsewhere = b""                               # a folder in a line that is not the project's
        self.unseen_to = begin.offset                         # where lines may stand that are not in `seen`
        self._clear()
        self.withdrawn: Sequence[LogMessage] = withdrawn

    def _clear(self) -> None:
        self.messages: List[LogMessage] = []
        self.events: List[LimitEvent] = []
        self.folder = ""
        self.withdrawn = ()

    def unsaid(self, fd: int) -> List[LogMessage]:
        """The messages of the next line as it was without its end, where it is no good line with all that followed."""
        some = next(log_files.lines(fd, self.offset, True), None)
        begin = log_entries.leading_object(some.contents[0] or b"") if some is not None else b""
        for entry in log_entries.parse(begin, self.session) if begin else ():
            self._add(entry, True)
        messages = self.messages
        self._clear()
        return messages

    def parts(self, fd: int) -> Iterator[LogPart]:
        """All that is new. A last line without an end is read as it stands, and once more when it has one."""
        for some in log_files.lines(fd, self.offset, True, self.crc):
            if some.is_whole:
                self._take(some.contents)
                self.offset, self.crc = some.end, some.crc
            else:
                self._take_unended(some.contents[0])
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

    def _take(self, contents: Sequence[Optional[bytes]]) -> None:
        """Lines with their ends; most of them are passed over at a glance."""
        for number, content in enumerate(contents, self.lines + 1):
            if content is None:
                self._leave_out(log_unused.DAMAGED, number)
            elif log_entries.USAGE in content:
                self._take_answer(content, number)
            elif limit_events.FLAG in content:
                self._take_event(content)
        self.lines += len(contents)

    def _take_answer(self, content: bytes, number: int) -> None:
        """A line with a usage in it, most often an answer."""
        data = log_entries.record(content)
        entries = () if data is None else log_entries.record_entries(data, content, self.session)
        for entry in entries:
            self._add(entry, False)
        if not entries:
            self._leave_out(log_unused.unused_kind(content), number)
        elif not self.folder:
            self._take_folder(content)
        if data is None or data.get("isApiErrorMessage"):
            self._take_event(content)

    def _take_folder(self, content: bytes) -> None:
        """The project's folder, unless the line has the same useless one as a line before it."""
        at = content.find(log_entries.CWD_BEGIN)
        if at >= 0 and not content.startswith(self.elsewhere or b"\n", at):
            self.folder = log_entries.project_folder(content, self.project)
            end = content.find(b'"', at + len(log_entries.CWD_BEGIN))
            self.elsewhere = b"" if self.folder else content[at:end + 1]

    def _take_event(self, content: bytes) -> None:
        event = limit_events.limit_message(content)
        if event:
            event = log_limits.with_reset(event, _zone)
            self.events.append(LimitEvent(event.at_ms // 1000, event.kind, event.model, event.resets_at))

    def _take_unended(self, content: Optional[bytes]) -> None:
        entries = () if content is None else log_entries.parse(content, self.session)
        for entry in entries:
            if entry.message is not None:
                self._add(entry, True)
        if entries and not self.folder and content is not None:
            self.folder = log_entries.project_folder(content, self.project)

    def _leave_out(self, kind: str, number: int) -> None:
        if kind == log_unused.DAMAGED:
            self.damaged, self.first_damaged = self.damaged + 1, self.first_damaged or number
        else:
            self.left_out[kind] = self.left_out.get(kind, 0) + 1

    def _add(self, entry: LogEntry, unended: bool) -> None:
        message = entry.message
        if message is None:            # nobody's duplicate: its content and a counter identify it
            self._see_before()
            message = self._see(entry)
            message = _digest(f"{message} {self.seen[message]}", entry)
        at_ms, ident, request, session, model, given, made, five, hour, read, sidechain, speed, cost_usd, _ = entry
        if at_ms > self.last_ms:
            self.last_ms = at_ms
        self.messages.append(LogMessage._make((
            at_ms, message, request, session, model or "", self.project, given, made, five, hour, read,
            nano(self.price.of(entry)), ident is None, sidechain, speed, cost_usd is not None, unended)))

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
            end = some.start
            for content in some.contents:
                end += len(content or b"") + 1
                for entry in log_entries.parse(content or b"", self.session) if end <= until else ():
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
