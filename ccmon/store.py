"""The door to sqlite: what ccmon remembers. Opening (and what can be wrong with the file), saving, and reading back.

One Store is one connection: one thread, never across a fork. All errors are StoreError; times are epoch seconds.
"""

import sqlite3
from contextlib import suppress
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar

from ccmon import migrations
from ccmon.migrations import OTHER_FOLDER
from ccmon.model import Block, CcmonError, Facts, HighWater, Limit, Owner, Record, Sample

FUTURE_S = 60            # clocks may differ by this much
HEARTBEAT_S = 240        # an unchanged snapshot is written again after this
FACTS_S = 8 * 86400
SAMPLES_S = 3600
SAMPLES_MAX = 20_000
_COST_MAX = 10 ** 15     # micro-dollars

Answer = TypeVar("Answer")


class StoreError(CcmonError):
    """The history cannot be used: one sentence with the way out."""


class Busy(StoreError):
    """Another process held the lock for longer than busy_ms: drop this moment and go on."""


class Damaged(StoreError):
    """The file is not a sound database."""


def open_store(path: str, busy_ms: int) -> "Store":
    """The history at an absolute path, created when absent; waits at most about busy_ms for others. Raises StoreError."""
    return Store(path, busy_ms)


def _explained(error: sqlite3.Error, path: str) -> StoreError:
    reason = str(error)
    if migrations.is_busy(error):
        return Busy(f"{path} is held by another program ({reason}); this moment is not recorded")
    if any(word in reason for word in ("malformed", "not a database", "Could not decode")):
        return Damaged(f"{path} is damaged ({reason}); history is off until it is moved away {OTHER_FOLDER}")
    if "full" in reason or "I/O" in reason:
        return StoreError(f"{path} cannot be used ({reason}); history is off until the disk has space {OTHER_FOLDER}")
    return StoreError(f"{path} cannot be used ({reason}); history is off until it can be written {OTHER_FOLDER}")


# --- rows ------------------------------------------------------------------------------------------------------------

# In the order of Block's fields.
_CONTENT = ("start_ts", "end_ts", "last_ts", "tokens", "input", "output", "cache_creation", "cache_read",
            "cost_micro_usd", "models", "entries", "counted", "source")
_COUNTS = _CONTENT[3:9]
_SELECT = "SELECT id, " + ", ".join(_CONTENT)
_INSERT = f"INSERT INTO session (owner_id, {', '.join(_CONTENT)}) VALUES (?{', ?' * len(_CONTENT)})"
_UPDATE = f"UPDATE session SET {', '.join(name + ' = ?' for name in _CONTENT)} WHERE id = ?"


class _Row(NamedTuple):
    id: int
    block: Block


def _values(block: Block) -> Tuple[object, ...]:
    cost = None if block.cost_usd is None else min(_COST_MAX, round(block.cost_usd * 1_000_000))
    return tuple(block._replace(cost_usd=cost, models=",".join(block.models), counted=int(block.counted)))  # type: ignore


def _block(values: Sequence) -> Block:
    block = Block(*values)
    return block._replace(cost_usd=None if block.cost_usd is None else block.cost_usd / 1_000_000,
                          models=tuple(values[9].split(",")) if values[9] else (), counted=bool(block.counted))


def _row(values: Sequence) -> _Row:
    return _Row(values[0], _block(values[1:1 + len(_CONTENT)]))


# --- one session, told twice -----------------------------------------------------------------------------------------

def _rank(block: Block) -> Tuple[bool, int, int]:
    return block.counted, block.tokens, block.entries


def _distinct(blocks: Iterable[Block], now: int) -> List[Block]:
    """By start, one each, none from the future."""
    best: Dict[int, Block] = {}
    for block in sorted(blocks, key=_rank):
        if block.start <= now + FUTURE_S:
            best[block.start] = block
    return [best[start] for start in sorted(best)]


def _closest(block: Block, rows: Iterable[_Row]) -> Optional[_Row]:
    """The stored row that is the same session with another start."""
    same = [row for row in rows if row.block.overlap_s(block) and row.block.same_session(block)]
    return max(same, key=lambda row: (row.block.overlap_s(block), -row.block.start), default=None)


def _paired(blocks: Sequence[Block], rows: Sequence[_Row]) -> List[Tuple[Block, Optional[_Row]]]:
    """Each fetched block with its stored row: that of the same start, else one that no other block of the fetch claims."""
    by_start = {row.block.start: row for row in rows}
    starts = {block.start for block in blocks}
    free = [row for row in rows if row.block.start not in starts]
    pairs = []
    for block in blocks:
        row = by_start.get(block.start) or _closest(block, free)
        if row in free:
            free.remove(row)
        pairs.append((block, row))
    return pairs


def _merged(stored: Block, fetched: Block, now: int) -> Block:
    """What is known after the fetch. A completed session never shrinks and stays completed; the first start counts."""
    if stored.end <= now:
        content = _better(stored, fetched)
    else:
        content = stored if stored.counted and not fetched.counted else fetched
    place = content if stored.start == fetched.start else min(stored, fetched, key=lambda block: block.start)
    end = stored.end if stored.end <= now < place.end else place.end
    return content._replace(start=place.start, end=end)


def _better(stored: Block, fetched: Block) -> Block:
    """The one with more in it; of two with the same numbers the stored one, its blanks filled."""
    if _rank(stored) != _rank(fetched):
        return max(stored, fetched, key=_rank)
    blank = [name for name in ("last", "cache_creation", "cache_read", "cost_usd", "models")
             if getattr(stored, name) in (None, ())]
    return stored._replace(**{name: getattr(fetched, name) for name in blank})


# --- reading ---------------------------------------------------------------------------------------------------------

def _owner_id(db: sqlite3.Connection, owner: Owner) -> Optional[int]:
    found = db.execute("SELECT id FROM owner WHERE host = ? AND account = ?", owner).fetchone()
    return found[0] if found else None


def _made_owner_id(db: sqlite3.Connection, owner: Owner) -> int:
    known = _owner_id(db, owner)
    if known is None:
        known = db.execute("INSERT INTO owner (host, account) VALUES (?, ?)", owner).lastrowid
    return known  # type: ignore[return-value]


def _rows_since(db: sqlite3.Connection, owner_id: int, since: int) -> List[_Row]:
    where = " FROM session WHERE owner_id = ? AND (end_ts >= ? OR start_ts >= ?) ORDER BY start_ts"
    return [_row(values) for values in db.execute(_SELECT + where, (owner_id, since, since))]


def _high_water(db: sqlite3.Connection, owner_id: int, now: int) -> Optional[HighWater]:
    # Sessions without separate counts may include cache tokens: they matter only when there are no others.
    done = "FROM session WHERE owner_id = ? AND end_ts <= ? AND tokens > 0"
    top = db.execute(f"SELECT tokens, start_ts, counted {done} ORDER BY counted DESC, tokens DESC, start_ts LIMIT 1",
                     (owner_id, now)).fetchone()
    if top is None:
        return None
    behind = db.execute(f"SELECT count(*) {done} AND counted = ?", (owner_id, now, top[2])).fetchone()[0]
    return HighWater(top[0], top[1], behind)


def _blocks(db: sqlite3.Connection, owner_id: int, now: int) -> List[Block]:
    newest = "(SELECT max(start_ts) FROM session WHERE owner_id = ?1 AND start_ts <= ?2)"
    where = f" FROM session WHERE owner_id = ?1 AND start_ts <= ?2 AND (end_ts > ?3 OR start_ts = {newest}) ORDER BY start_ts"
    return [_row(values).block for values in db.execute(_SELECT + where, (owner_id, now + FUTURE_S, now - FACTS_S))]


def _listed(db: sqlite3.Connection, owner_id: int, now: int) -> List[int]:
    where = "owner_id = ? AND end_ts > ? AND start_ts <= ? AND listed = 1"
    sql = f"SELECT start_ts FROM session WHERE {where} ORDER BY start_ts"
    return [start for start, in db.execute(sql, (owner_id, now, now + FUTURE_S))]


_SAMPLES = """SELECT ts, seen, session.start_ts, snapshot.tokens
    FROM snapshot LEFT JOIN session ON session.id = snapshot.session_id
    WHERE snapshot.owner_id = ?1 AND ts <= ?2
        AND ts >= coalesce((SELECT max(ts) FROM snapshot WHERE owner_id = ?1 AND ts < ?3), ?3)
    ORDER BY ts DESC LIMIT ?4"""


def _samples(db: sqlite3.Connection, owner_id: int, now: int, blocks: Sequence[Block]) -> List[Sample]:
    active = [block.start for block in blocks if block.start <= now < block.end]
    since = min([now - SAMPLES_S] + active[-1:])
    found = db.execute(_SAMPLES, (owner_id, now, since, SAMPLES_MAX)).fetchall()
    return [Sample(*values) for values in reversed(found)]


# --- writing ---------------------------------------------------------------------------------------------------------

LimitOf = Callable[[int, Optional[HighWater]], Limit]


def _save(db: sqlite3.Connection, blocks: Sequence[Block], owner_id: int, now: int, limit_of: LimitOf) -> None:
    rows = _rows_since(db, owner_id, min([now] + [block.start for block in blocks]))
    seen, changed = set(), {}
    for block, row in _paired(blocks, rows):
        content = _merged(row.block, block, now) if row else block
        row_id = row.id if row else db.execute(_INSERT, (owner_id, *_values(content))).lastrowid or 0
        if row is None or _values(content) != _values(row.block):
            changed[row_id] = content.tokens
        if row and row_id in changed:
            db.execute(_UPDATE, (*_values(content), row_id))
        seen.add(row_id)
    _note_limits(db, owner_id, changed, now, limit_of)
    current = db.execute("SELECT id, listed FROM session WHERE owner_id = ? AND end_ts > ?", (owner_id, now)).fetchall()
    for row_id, listed in current:
        if bool(listed) != (row_id in seen):
            db.execute("UPDATE session SET listed = ? WHERE id = ?", (int(row_id in seen), row_id))


def _note_limits(db: sqlite3.Connection, owner_id: int, changed: Mapping[int, int], now: int, limit_of: LimitOf) -> None:
    """The plan and limit of this time for the rows (id: tokens) that changed; all are judged by the same high water."""
    high_water = _high_water(db, owner_id, now) if changed else None
    for row_id, tokens in changed.items():
        limit = limit_of(tokens, high_water)
        db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?",
                   (limit.plan, limit.tokens, limit.source, row_id))


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(_COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(_COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(_COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in _COUNTS)}"""
_IDLE = (0, None, None, None, None, None)


def _stored_row(db: sqlite3.Connection, owner_id: int, block: Block) -> Optional[_Row]:
    rows = _rows_since(db, owner_id, block.start)
    exact = [row for row in rows if row.block.start == block.start]
    return exact[0] if exact else _closest(block, rows)


def _observe(db: sqlite3.Connection, owner_id: int, block: Optional[Block], now: int) -> None:
    row = _stored_row(db, owner_id, block) if block else None
    if block and (row is None or row.block.counted > block.counted):
        return                                           # not saved (busy), or numbers that cannot be compared
    shown = (row.id, *_values(block)[3:9]) if row and block else (None, *_IDLE)
    newest = db.execute(_NEWEST, (owner_id, now)).fetchone()
    seen = newest[1] if newest else now
    if newest and (seen > now + FUTURE_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner_id, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner_id, now, now, *shown))


# --- the store -------------------------------------------------------------------------------------------------------

class Store:
    """One connection to the history. `trouble` is a sentence when a damaged file was moved aside, else None."""

    def __init__(self, path: str, busy_ms: int) -> None:
        self.path, self.busy_ms = path, busy_ms
        self.trouble: Optional[str] = None
        self._db: Optional[sqlite3.Connection] = None
        self._identity: Optional[migrations.Identity] = None
        try:
            self._open()
        except Damaged:
            self._renew()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; closing twice is nothing."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    def save(self, blocks: Sequence[Block], owner: Owner, now: int, limit_of: LimitOf) -> None:
        """Remember what the source just answered; only what changed is written. Raises Busy, StoreError."""
        known = _distinct(blocks, now)
        self._transact("BEGIN IMMEDIATE", lambda db: _save(db, known, _made_owner_id(db, owner), now, limit_of))

    def observe(self, owner: Owner, block: Optional[Block], now: int) -> None:
        """Remember that the (saved) active session had these numbers, or that none was active. Raises Busy, StoreError."""
        self._transact("BEGIN IMMEDIATE", lambda db: _observe(db, _made_owner_id(db, owner), block, now))

    def facts(self, owner: Owner, now: int) -> Facts:
        """What the store knows at this moment; `source` is for the caller to fill in. Raises StoreError."""
        def read(db: sqlite3.Connection) -> Facts:
            owner_id = _owner_id(db, owner)
            if owner_id is None:
                return Facts()
            blocks = _blocks(db, owner_id, now)
            return Facts(tuple(blocks), tuple(_listed(db, owner_id, now)), tuple(_samples(db, owner_id, now, blocks)),
                         _high_water(db, owner_id, now))
        facts = self._transact("BEGIN", read)
        return facts._replace(trouble=self.trouble)

    def high_water(self, owner: Owner, now: int) -> Optional[HighWater]:
        """The largest session completed by now. Raises StoreError."""
        def read(db: sqlite3.Connection) -> Optional[HighWater]:
            owner_id = _owner_id(db, owner)
            return None if owner_id is None else _high_water(db, owner_id, now)
        return self._transact("BEGIN", read)

    def records(self, owner: Optional[Owner] = None, since: Optional[int] = None) -> List[Record]:
        """Sessions that ended after since, by start; of all owners without one. Raises StoreError."""
        sql = _SELECT + """, plan, limit_tokens, limit_source FROM session
            WHERE (?1 IS NULL OR owner_id = ?1) AND (?2 IS NULL OR end_ts > ?2) ORDER BY start_ts, owner_id"""

        def read(db: sqlite3.Connection) -> List[Record]:
            owner_id = _owner_id(db, owner) if owner else None
            if owner and owner_id is None:
                return []
            return [Record(_row(values).block, *values[-3:]) for values in db.execute(sql, (owner_id, since))]
        return self._transact("BEGIN", read)

    def get(self, key: str) -> Optional[str]:
        """What was put under the key. Raises StoreError."""
        found = self._transact("BEGIN", lambda db: db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone())
        return found[0] if found else None

    def put(self, key: str, value: str) -> None:
        """Remember a small text; the same one again writes nothing. Raises Busy, StoreError."""
        sql = """INSERT INTO meta (key, value) VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value"""
        self._transact("BEGIN IMMEDIATE", lambda db: db.execute(sql, (key, value)))

    def _transact(self, begin: str, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        try:
            if self._db is None or migrations.identity(self.path) != self._identity:
                self.close()                             # moved aside by another process, or deleted: begin anew
                self._open()
            return self._attempt(begin, work)
        except Damaged:
            self._renew()
            return self._attempt(begin, work)

    def _attempt(self, begin: str, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        db = self._db
        assert db is not None
        try:
            db.execute(begin)
            answer = work(db)
            db.execute("COMMIT")
            return answer
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error
        finally:
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")

    def _open(self) -> None:
        try:
            migrations.make_place(self.path)
            self._identity = migrations.identity(self.path)
            self._db = sqlite3.connect(self.path, isolation_level=None)
            migrations.prepare(self._db, self.busy_ms)
        except sqlite3.Error as error:
            explained = _explained(error, self.path)
            if not isinstance(explained, Damaged):       # _renew closes it when the file has been moved
                self.close()
            raise explained from error
        except migrations.Unusable as error:
            self.close()
            raise StoreError(f"{self.path} {error}") from None
        except OSError as error:
            raise StoreError(f"{self.path} cannot be created ({error.strerror}); history is off until its folder "
                             f"can be written {OTHER_FOLDER}") from error

    def _renew(self) -> None:
        if migrations.fcntl is None:                     # Windows renames no open file
            self.close()
        try:
            kept = migrations.move_aside(self.path, self._identity)
        except OSError as error:
            raise StoreError(f"{self.path} is damaged and cannot be moved aside ({error.strerror}); "
                             f"history is off until it is {OTHER_FOLDER}") from error
        finally:
            self.close()                                 # not before: that would fold -wal in and delete it
        if kept:
            self.trouble = f"The history was damaged: it is kept as {kept}, and a new one was begun"
        self._open()
