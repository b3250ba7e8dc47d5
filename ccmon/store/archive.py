"""The old made small: snapshots one a minute, later one an hour; messages packed, a day in a row, with about 20 bytes each.

A copy of a packed message has the same message and request (or conversation), and its time is within a day of the first one's.
"""

from __future__ import annotations

import sqlite3
import struct
import zlib

from ccmon.quick_typing import Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple
from ccmon.store import messages, rows
from ccmon.store.log_state import PACKED, packed_ms
from ccmon.store.messages import MessageChange, MessageRow
from ccmon.store.usage import QUARTER_S
from ccmon.when import DAY_S, HOUR_S

DAY_MS, _QUARTER_MS = DAY_S * 1000, QUARTER_S * 1000
_63_BITS = (1 << 63) - 1
_AT_START = 1 << 16                    # a flag of packed messages alone
_COLUMNS = 10                          # of a packed day, behind the identities
MOST_DAY_BYTES = 64 << 20              # unpacked: three quarters of a million messages

Day = Dict[int, MessageRow]                   # by identity; message and key of the rows are 0

def identity(row: MessageRow) -> int:
    """63 bits that stand for the message and its request or conversation."""
    return (row.message ^ ((row.key & 0xFFFFFFFFFF) << 20)) & _63_BITS


def pack(day: Mapping[int, MessageRow], start_ms: int) -> bytes:
    """The messages of a day as bytes: identities first, then column by column."""
    keys = sorted(day)
    in_order = [day[key] for key in keys]
    columns = [[(row.at_ms - start_ms) // _QUARTER_MS, *row[4:11], -1 if row.cost_nano is None else row.cost_nano,
                row.flags | (0 if row.at_ms % _QUARTER_MS else _AT_START)] for row in in_order]
    numbers = [*keys, *(number for column in zip(*columns) for number in column)]
    return zlib.compress(struct.pack(f"<{len(numbers)}q", *numbers), 9)


def unpack(data: bytes, start_ms: int) -> Day:
    """The messages of a packed day, each a millisecond after its quarter began, or at its start where it was sent just then."""
    packed = zlib.decompressobj()
    raw = packed.decompress(data, MOST_DAY_BYTES)
    if not packed.eof:
        raise zlib.error("cut short, or more than any day")
    numbers = struct.unpack(f"<{len(raw) // 8}q", raw)
    number = len(numbers) // (_COLUMNS + 1)
    columns = [numbers[at * number:(at + 1) * number] for at in range(_COLUMNS + 1)]
    return {key: MessageRow._make([0, 0, 0, start_ms + quarter * _QUARTER_MS + (0 if flags & _AT_START else 1), *counts,
                           None if cost < 0 else cost, flags & ~_AT_START])
            for key, quarter, *counts, cost, flags in zip(*columns)}


class PackedDays:
    """The packed days that a batch of messages touches."""

    def __init__(self, db: sqlite3.Connection, owner: int, until_ms: int) -> None:
        self.db, self.owner, self.until_ms = db, owner, until_ms
        self.changes: List[MessageChange] = []
        self._days: Dict[int, Day] = {}
        self._written: Set[int] = set()

    def unknown(self, logged: Iterable[MessageRow], known: messages.MessageIndex) -> Iterator[MessageRow]:
        """The rows that are not of a packed day; those that are, are taken up here."""
        for row in logged:
            if row.at_ms >= self.until_ms + DAY_MS or row.key in known.get(row.message, ()) or not self.take(row):
                yield row

    def take(self, row: MessageRow) -> bool:
        """Whether that message is packed; a better copy replaces it. One that is new, or of another time now, is not yet."""
        day, key = row.at_ms // DAY_MS, identity(row)
        for near in (day, day - 1, day + 1):
            stored = self._day(near).get(key)
            if stored is not None:
                if stored.counts and row.counts and not stored.flags & messages.ALONE and messages.is_better(row, stored):
                    return self._replaced(near, key, row)
                return True
        return False

    def has(self, row: MessageRow) -> bool:
        """Whether that message is packed."""
        day = row.at_ms // DAY_MS
        return any(identity(row) in self._day(near) for near in (day, day - 1, day + 1))

    def _replaced(self, day: int, key: int, row: MessageRow) -> bool:
        """Whether the better copy is packed now in the same day."""
        before = self._days[day].pop(key)
        self._written.add(day)
        if before.at_ms // _QUARTER_MS != row.at_ms // _QUARTER_MS:
            self.changes.append((before, before._replace(flags=before.flags | messages.ABSORBED)))
            return False
        self._days[day][key] = row
        self.changes.append((before, row))
        return True

    def _day(self, day: int) -> Day:
        if day not in self._days:
            self._days[day] = _stored(self.db, self.owner, day)
        return self._days[day]

    def save(self) -> None:
        """Write the days that changed."""
        for day in self._written:
            put(self.db, self.owner, day, self._days[day])


def _stored(db: sqlite3.Connection, owner: int, day: int) -> Day:
    row = db.execute("SELECT data FROM archive WHERE owner_id = ? AND day = ?", (owner, day)).fetchone()
    return unpack(row[0], day * DAY_MS) if row else {}


def _add(db: sqlite3.Connection, owner: int, day: int, new: Iterable[MessageRow]) -> None:
    put(db, owner, day, {**_stored(db, owner, day), **{identity(row): row for row in new}})


def put(db: sqlite3.Connection, owner: int, day: int, content: Day) -> None:
    """Write a packed day."""
    db.execute("INSERT OR REPLACE INTO archive (owner_id, day, data) VALUES (?, ?, ?)",
               (owner, day, pack(content, day * DAY_MS)))


def join(db: sqlite3.Connection, owner: int, start_ms: int,
         day: Sequence[MessageRow]) -> Tuple[List[MessageChange], List[MessageRow]]:
    """Join a packed day of another history, its rows from identified_rows(): better copies replace those that are stored.
    The changes, and the rows that are not stored here."""
    near = _near(db, owner, start_ms)
    old = PackedDays(db, owner, 1 << 62)
    changes: List[MessageChange] = []
    unknown: List[MessageRow] = []
    for row in day:
        stored = near.get(row.message)
        if stored is None:
            before = len(old.changes)
            if not old.take(row):
                is_moved = len(old.changes) > before           # stored here until now, at another time
                changes.append((None, row)) if is_moved else unknown.append(row)
        elif stored.counts and row.counts and not stored.flags & messages.ALONE and messages.is_better(row, stored):
            is_near = stored.at_ms // _QUARTER_MS == row.at_ms // _QUARTER_MS
            changes.append((stored, row._replace(message=stored.message, key=stored.key, session=stored.session,
                                                at_ms=stored.at_ms if is_near else row.at_ms)))
    messages.save(db, owner, [after for _, after in changes])
    old.save()
    return [*changes, *old.changes], unknown


def stored_identities(db: sqlite3.Connection, owner: int, start_ms: int, day: Sequence[MessageRow]) -> Set[int]:
    """The identities of those that the owner has."""
    near, old = _near(db, owner, start_ms), PackedDays(db, owner, 1 << 62)
    return {row.message for row in day if row.message in near or old.has(row)}


def _near(db: sqlite3.Connection, owner: int, start_ms: int) -> Dict[int, MessageRow]:
    """What is not packed of that day and those beside it, by identity."""
    fetched = db.execute(f"{messages.SELECT} AND at_ms >= ? AND at_ms < ?", (owner, start_ms - DAY_MS, start_ms + 2 * DAY_MS))
    return {identity(row): row for row in map(MessageRow._make, fetched)}


def identified_rows(day: Day) -> List[MessageRow]:
    """The messages of a packed day, each with its identity as its message: the identity of that is the same."""
    return [row._replace(message=key) for key, row in day.items()]


def joined(db: sqlite3.Connection, owner: int, start_ms: int) -> List[MessageRow]:
    """What was stored under its identity, of the day that begins then (epoch ms)."""
    return list(map(MessageRow._make, db.execute(f"{messages.SELECT} AND at_ms >= ? AND at_ms < ? AND key = 0",
                                          (owner, start_ms, start_ms + DAY_MS))))


def pack_joined(db: sqlite3.Connection, owner: int, start_ms: int) -> None:
    """Pack that; sessions that are not settled would lose it."""
    joined_rows = joined(db, owner, start_ms)
    if joined_rows:
        _add(db, owner, start_ms // DAY_MS, joined_rows)
        db.executemany("DELETE FROM message WHERE owner_id = ? AND message = ? AND key = 0",
                       [(owner, row.message) for row in joined_rows])
        rows.write_note(db, f"{PACKED} {owner}", str(max(start_ms + DAY_MS, packed_ms(db, owner))))


def pack_oldest_day(db: sqlite3.Connection, owner: int, until_ms: int) -> Optional[int]:
    """Pack the oldest day that lies before that time (epoch ms) whole; the end of it, None when there is none.
    Only what stands in sessions that are over for good: the others are still cut from their messages."""
    first, last = (db.execute(f"SELECT {one}(at_ms) FROM message WHERE owner_id = ? AND typeof(at_ms) = 'integer'",
                              (owner,)).fetchone()[0] for one in ("min", "max"))     # both at once read every message
    if first is None:
        return None
    day = first // DAY_MS
    if (day + 1) * DAY_MS > min(until_ms, last, _open_ms(db, owner)):
        return None
    fetched = list(map(MessageRow._make, db.execute(f"{messages.SELECT} AND at_ms < ?", (owner, (day + 1) * DAY_MS))))
    _add(db, owner, day, fetched)
    if not db.execute("DELETE FROM message WHERE owner_id = ? AND at_ms < ?", (owner, (day + 1) * DAY_MS)).rowcount:
        raise sqlite3.IntegrityError("a message is in an index alone")                     # and would be so for ever
    done = max((day + 1) * DAY_MS, packed_ms(db, owner))
    rows.write_note(db, f"{PACKED} {owner}", str(done))
    return done


def _open_ms(db: sqlite3.Connection, owner: int) -> int:
    """Epoch ms from which sessions are still cut."""
    start = db.execute("SELECT min(start_ts) FROM session WHERE owner_id = ? AND NOT settled AND typeof(start_ts) = 'integer'",
                       (owner,)).fetchone()[0]
    span = rows.note(db, f"open_span {owner}")
    spans = [] if span is None else [rows.number(span.partition(" ")[0]) or 0]
    return min([1 << 62 if start is None else start * 1000, *spans])


# --- thinning with age; sessions, readings and forecasts stay as they are -------------------------------------------------

RAW_S, MINUTES_S = 2 * DAY_S, 90 * DAY_S
ROWS = 300               # looked at in one step: a few milliseconds
_FREE_PAGES = 64         # left for the next rows
_VACUUM_PAGES = 16       # given back to the disk in one step


class ThinningStage(NamedTuple):
    """What becomes of rows that are so old."""

    age_s: int
    bucket_s: int
    work: Callable[[sqlite3.Connection, int, int, int, int], int]     # owner, since, until, bucket_s -> where to go on


class _SnapshotKey(NamedTuple):
    """The columns of a snapshot that decide which one stays."""

    ts: int
    seen: int
    session_id: Optional[int]
    tokens: int


def step(db: sqlite3.Connection, now: int) -> bool:
    """A small piece of what is left to do; False when there was nothing left."""
    if any(_owner_step(db, owner, now) for owner, in db.execute("SELECT id FROM owner").fetchall()) or _shrink(db):
        return True
    rows.write_note(db, rows.THINNED, str(now))
    return False


def rewind(db: sqlite3.Connection, owner: int, oldest: int) -> None:
    """Rows from there on have come in: what is old among them is thinned with the next step."""
    marks = _marks(db, owner)
    if oldest < max(marks):
        whole = oldest // HOUR_S * HOUR_S
        _write_marks(db, owner, [min(mark, whole) for mark in marks])
        db.execute("DELETE FROM note WHERE key = ?", (rows.THINNED,))


def bucket_s(ts: int, now: int) -> int:
    """Of so many seconds one snapshot of a session is left at that age."""
    fits = [stage.bucket_s for stage in _STAGES[:2] if ts < _until(stage, now)]
    return max(fits, default=1)


def thin_snapshots(db: sqlite3.Connection, now: int) -> None:
    """Thin the snapshots of all owners in one go, and nothing else: in a copy that is to be compared with ours."""
    for owner, in db.execute("SELECT id FROM owner").fetchall():
        for stage in _STAGES[:2]:
            since, until = 0, _until(stage, now)
            while since < until:
                since = stage.work(db, owner, since, until, stage.bucket_s)


def _owner_step(db: sqlite3.Connection, owner: int, now: int) -> bool:
    marks = _marks(db, owner)
    for at, stage in enumerate(_STAGES):
        until = _until(stage, now)
        if marks[at] > until:                            # the clock was ahead: what has come since is yet to be done
            marks[at] = until
            _write_marks(db, owner, marks)
        if marks[at] < until:
            marks[at] = stage.work(db, owner, marks[at], until, stage.bucket_s)
            _write_marks(db, owner, marks)
            return True
    return False


def _until(stage: ThinningStage, now: int) -> int:
    """Only whole minutes and hours are thinned."""
    return (now - stage.age_s) // stage.bucket_s * stage.bucket_s


def _marks(db: sqlite3.Connection, owner: int) -> List[int]:
    marks = [rows.number(word) or 0 for word in (rows.note(db, f"{rows.THINNED} {owner}") or "").split()]
    return marks if len(marks) == len(_STAGES) else [0] * len(_STAGES)


def _write_marks(db: sqlite3.Connection, owner: int, marks: List[int]) -> None:
    rows.write_note(db, f"{rows.THINNED} {owner}", " ".join(map(str, marks)))


def _shrink(db: sqlite3.Connection) -> bool:
    free = db.execute("PRAGMA freelist_count").fetchone()[0]
    if free <= _FREE_PAGES:
        return False
    db.execute(f"PRAGMA incremental_vacuum({min(_VACUUM_PAGES, free - _FREE_PAGES)})").fetchall()
    return bool(db.execute("PRAGMA freelist_count").fetchone()[0] < free)      # else the file was made without it


def _thin(db: sqlite3.Connection, owner: int, since: int, until: int, bucket_s: int) -> int:
    fetched = [_SnapshotKey(*row) for row in db.execute("""SELECT ts, seen, session_id, tokens FROM snapshot
        WHERE owner_id = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT ?""", (owner, since, until, ROWS))]
    if len(fetched) == ROWS:
        until = fetched[-1].ts // bucket_s * bucket_s
        until = until if until > fetched[0].ts else fetched[-1].ts      # more in one bucket than a step takes
    until = max(int(until), since + 1)                              # whatever a disk has made of them
    shots = {shot.ts: shot for shot in fetched if shot.ts < until}
    thinned = _thinned(filter(rows.is_sample, shots.values()), bucket_s)
    db.executemany("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?",
                   [(shot.seen, owner, ts) for ts, shot in thinned.items() if shot != shots[ts]])
    db.executemany("DELETE FROM snapshot WHERE owner_id = ? AND ts = ?", [(owner, ts) for ts in shots if ts not in thinned])
    return until


def _thinned(shots: Iterable[_SnapshotKey], bucket_s: int) -> Dict[int, _SnapshotKey]:
    """By time: of each bucket and session the one with the most tokens, seen as long as any of them; of equals the last.
    Its time stays: moved to the first, it would claim what had not been used yet."""
    best: Dict[Tuple[int, Optional[int]], _SnapshotKey] = {}
    for shot in shots:
        key = shot.ts // bucket_s, shot.session_id
        other = best.get(key, shot)
        best[key] = max(shot, other, key=lambda one: (one.tokens, one.ts))._replace(seen=max(shot.seen, other.seen))
    return {shot.ts: shot for shot in best.values()}


def _pack(db: sqlite3.Connection, owner: int, since: int, until: int, bucket_s: int) -> int:
    """Pack one day of messages."""
    done_ms = pack_oldest_day(db, owner, until * 1000)
    return until if done_ms is None else max(since, min(until - 1, done_ms // 1000))


_STAGES = (ThinningStage(RAW_S, 60, _thin), ThinningStage(MINUTES_S, HOUR_S, _thin), ThinningStage(MINUTES_S, HOUR_S, _pack))
