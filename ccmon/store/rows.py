"""What is asked and written inside a transaction: sessions, snapshots and small notes, and which rows are one session.

For database.py and its neighbours, with the connection that they opened; sqlite3.Error comes as it is. Times are epoch seconds.
"""

import sqlite3
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import SESSION_S, SKEW_S, Block, Facts, HighWater, Limit, Owner, Record, Sample
from ccmon.store import values

HEARTBEAT_S = 240        # an unchanged snapshot is written again after this
FACTS_S = 8 * 86400
SAMPLES_S = 3600
SAMPLES_MAX = 20_000
NEWS_S = 86_400          # what became of a damaged history is told for so long
_COST_MAX = 10 ** 15     # micro-dollars

LimitOf = Callable[[int, Optional[HighWater]], Limit]
Settle = Callable[[Optional[str]], Tuple[str, Sequence[Tuple[int, int, float, int]]]]      # ledger -> ledger, rows of reading
ActiveOf = Callable[[Sequence[Block], Sequence[int], int], Sequence[Block]]

# In the order of Block's fields.
CONTENT = ("start_ts", "end_ts", "last_ts", "tokens", "input", "output", "cache_creation", "cache_read",
            "cost_micro_usd", "models", "entries", "counted", "source")
COUNTS = CONTENT[3:9]
SELECT = "SELECT id, " + ", ".join(CONTENT)
INSERT = f"INSERT INTO session (owner_id, {', '.join(CONTENT)}) VALUES (?{', ?' * len(CONTENT)})"
UPDATE = f"UPDATE session SET {', '.join(name + ' = ?' for name in CONTENT)} WHERE id = ?"


class Row(NamedTuple):
    """A stored session."""

    id: int
    block: Block


def values_of(block: Block) -> Tuple[object, ...]:
    """In the order of CONTENT."""
    cost = None if block.cost_usd is None else min(_COST_MAX, round(block.cost_usd * 1_000_000))
    return tuple(block._replace(cost_usd=cost, models=",".join(block.models), counted=int(block.counted)))  # type: ignore


def _block(columns: Sequence) -> Optional[Block]:
    """A value that cannot be is unknown; None where the start is."""
    start, end, last = map(values.moment, columns[:3])
    if start is None:
        return None
    tokens, *counts, cost = map(values.count, columns[3:9])
    given, made, created, read = counts
    over = end if end is not None and end >= start else start + SESSION_S
    return Block(start, over, last, tokens or 0, given, made, created, read, None if cost is None else cost / 1_000_000,
                 tuple(filter(None, values.text(columns[9]).split(","))), values.count(columns[10]) or 0,
                 bool(columns[11]), values.text(columns[12]))


def row_of(columns: Sequence) -> Optional[Row]:
    """What was found by SELECT; further columns are left out. None for a row that is no session."""
    block = _block(columns[1:1 + len(CONTENT)])
    return None if block is None else Row(columns[0], block)


def rows_of(found: Iterable[Sequence]) -> List[Row]:
    """All of them."""
    return [row for row in map(row_of, found) if row is not None]


# --- one session, told twice -----------------------------------------------------------------------------------------

def rank(block: Block) -> Tuple[bool, int, int]:
    """Of one session told twice, the higher one has more in it."""
    return block.counted, block.tokens, block.entries


def _distinct(blocks: Iterable[Block], now: int) -> List[Block]:
    """By start, one each, none from the future; of one start told twice rather the one that runs."""
    best: Dict[int, Block] = {}
    for block in sorted(blocks, key=lambda block: (block.end > now, rank(block))):
        if block.start <= now + SKEW_S:
            best[block.start] = block
    return [best[start] for start in sorted(best)]


def closest(block: Block, rows: Iterable[Row]) -> Optional[Row]:
    """The stored row that is the same session with another start: starts stay, while a running session's end may move."""
    same = [row for row in rows if row.block.overlap_s(block) and row.block.same_session(block)]
    return min(same, key=lambda row: (abs(row.block.start - block.start), row.block.start), default=None)


def _paired(blocks: Sequence[Block], rows: Sequence[Row]) -> List[Tuple[Block, Optional[Row]]]:
    """Each fetched block with its stored row: that of the same start, else one that no other block of the fetch claims."""
    by_start = {row.block.start: row for row in rows}
    starts = {block.start for block in blocks}
    free = [row for row in rows if row.block.start not in starts]
    pairs = []
    for block in blocks:
        row = by_start.get(block.start) or closest(block, free)
        if row in free:
            free.remove(row)
        pairs.append((block, row))
    return pairs


def _merged(stored: Block, fetched: Block, now: int) -> Block:
    """What is known of a session after the fetch. Its first start counts, and counts are better than a bare total.

    While either says that it runs, the source has the word, on the end too: a session that ccusage calls running is
    running, even when the row was over. Only a row that is over, and that no running block belongs to, is completed: it
    stays so and never shrinks.
    """
    start = min(stored.start, fetched.start)
    if max(stored.end, fetched.end) > now:
        content = stored if stored.counted and not fetched.counted else fetched
        return content._replace(start=start, end=fetched.end)
    return joined(stored, fetched)


def joined(stored: Block, fetched: Block) -> Block:
    """What is known of a session that is over: its first start, and what never shrinks."""
    content = _better(stored, fetched)
    place = content if stored.start == fetched.start else min(stored, fetched, key=lambda block: block.start)
    return content._replace(start=place.start, end=place.end)


def _better(stored: Block, fetched: Block) -> Block:
    """The one with more in it; of two with the same numbers the stored one, its blanks filled."""
    if rank(stored) != rank(fetched):
        return max(stored, fetched, key=rank)
    blank = [name for name in ("last", "cache_creation", "cache_read", "cost_usd", "models")
             if getattr(stored, name) in (None, ())]
    return stored._replace(**{name: getattr(fetched, name) for name in blank})


# --- notes -----------------------------------------------------------------------------------------------------------

_HOST, _NEWS = "host", "moved_aside"


def note(db: sqlite3.Connection, key: str) -> Optional[str]:
    """What was written under the key."""
    found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return found[0] if found and isinstance(found[0], str) else None


def write_note(db: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a small text; the same one again writes nothing."""
    db.execute("""INSERT INTO meta (key, value) VALUES (?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value""", (key, value))


def ledger_key(owner: int) -> str:
    """Where an owner's ledger of official percentages is noted."""
    return f"official {owner}"


def settle(db: sqlite3.Connection, owner: int, settle: Settle) -> None:
    """Keep what settle makes of the ledger: the next one, and rows of window (s), time, percentage and reset."""
    ledger, rows = settle(note(db, ledger_key(owner)))
    write_note(db, ledger_key(owner), ledger)
    db.executemany("INSERT OR REPLACE INTO reading (owner_id, window_s, ts, percent, resets_at) VALUES (?, ?, ?, ?, ?)",
                   [(owner, *row) for row in rows])


def news(db: sqlite3.Connection, now: int) -> Optional[str]:
    """What became of the history before this one, on the day after it happened."""
    noted, _, sentence = (note(db, _NEWS) or "").partition(" ")
    at = values.number(noted)
    return values.text(sentence) if at is not None and now - at < NEWS_S else None


def write_news(db: sqlite3.Connection, sentence: str, now: int) -> None:
    """Keep the sentence for everyone who asks within a day."""
    write_note(db, _NEWS, f"{now} {sentence}")


# A machine's name changes with its network; its history does not: the name of the first use stands for all later ones.
_OWNER = f"""SELECT id FROM owner
    WHERE host = coalesce((SELECT value FROM meta WHERE key = '{_HOST}' AND typeof(value) = 'text'), ?) AND account = ?"""


def owner_id(db: sqlite3.Connection, owner: Owner) -> Optional[int]:
    """The number of this machine's owner of that account, whatever the machine is called by now."""
    found = db.execute(_OWNER, owner).fetchone()
    return found[0] if found else None


def made_owner_id(db: sqlite3.Connection, owner: Owner) -> int:
    """The same, made on the first use."""
    db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (_HOST, owner.host))
    known = owner_id(db, owner)
    if known is None:
        names = note(db, _HOST) or owner.host, owner.account
        known = db.execute("INSERT INTO owner (host, account) VALUES (?, ?)", names).lastrowid
    return known  # type: ignore[return-value]


# --- reading ---------------------------------------------------------------------------------------------------------

def facts(db: sqlite3.Connection, owner: int, now: int) -> Facts:
    """What is known of that owner, without source and trouble."""
    blocks = _blocks(db, owner, now)
    return Facts(tuple(blocks), tuple(_listed(db, owner, now)), tuple(samples(db, owner, now, blocks)),
                 _high_water(db, owner, now))


def records(db: sqlite3.Connection, owner: Optional[int], now: int, since: Optional[int]) -> List[Record]:
    """Sessions that ended after since, by start; of all owners without one. One that should run may be unlisted."""
    sql = SELECT + """, plan, limit_tokens, limit_source, listed OR end_ts <= ?1,
        (SELECT host FROM owner WHERE id = owner_id) FROM session
        WHERE (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR end_ts > ?3) ORDER BY start_ts, owner_id"""
    found = [(row_of(columns), columns[-5:]) for columns in db.execute(sql, (now, owner, since))]
    return [Record(row.block, values.text(plan), values.count(limit) or 0, values.text(limit_source),
                   bool(listed), values.text(host)) for row, (plan, limit, limit_source, listed, host) in found if row]


def _rows_since(db: sqlite3.Connection, owner: int, since: int) -> List[Row]:
    where = " FROM session WHERE owner_id = ? AND (end_ts >= ? OR start_ts >= ?) ORDER BY start_ts"
    return rows_of(db.execute(SELECT + where, (owner, since, since)))


def _high_water(db: sqlite3.Connection, owner: int, now: int) -> Optional[HighWater]:
    # Sessions without separate counts may include cache tokens: they matter only when there are no others.
    done = f"""FROM session WHERE owner_id = ? AND end_ts <= ? AND {values.TIMES.format('start_ts')}
        AND typeof(tokens) = 'integer' AND tokens BETWEEN 1 AND {values.MOST}"""
    top = db.execute(f"SELECT tokens, start_ts, counted {done} ORDER BY counted DESC, tokens DESC, start_ts LIMIT 1",
                     (owner, now)).fetchone()
    if top is None:
        return None
    behind = db.execute(f"SELECT count(*) {done} AND counted = ?", (owner, now, top[2])).fetchone()[0]
    return HighWater(top[0], top[1], behind)


def _blocks(db: sqlite3.Connection, owner: int, now: int) -> List[Block]:
    newest = "(SELECT max(start_ts) FROM session WHERE owner_id = ?1 AND start_ts <= ?2)"
    where = f" FROM session WHERE owner_id = ?1 AND start_ts <= ?2 AND (end_ts > ?3 OR start_ts = {newest}) ORDER BY start_ts"
    return [row.block for row in rows_of(db.execute(SELECT + where, (owner, now + SKEW_S, now - FACTS_S)))]


def _listed(db: sqlite3.Connection, owner: int, now: int) -> List[int]:
    where = "owner_id = ? AND end_ts > ? AND start_ts <= ? AND listed = 1"
    sql = f"SELECT start_ts FROM session WHERE {where} ORDER BY start_ts"
    return [start for start, in db.execute(sql, (owner, now, now + SKEW_S))]


_SAMPLES = """SELECT ts, seen, session.start_ts, snapshot.tokens
    FROM snapshot LEFT JOIN session ON session.id = snapshot.session_id
    WHERE snapshot.owner_id = ?1 AND ts <= ?2
        AND ts >= coalesce((SELECT max(ts) FROM snapshot WHERE owner_id = ?1 AND ts < ?3), ?3)
    ORDER BY ts DESC LIMIT ?4"""


def samples(db: sqlite3.Connection, owner: int, now: int, blocks: Sequence[Block]) -> List[Sample]:
    """What was seen, from an hour ago or the active session's start on; thousands of rows."""
    active = [block.start for block in blocks if block.start <= now < block.end]
    since = min([now - SAMPLES_S] + active[-1:])
    found = db.execute(_SAMPLES, (owner, now, since, SAMPLES_MAX)).fetchall()
    return [Sample(*columns) for columns in reversed(found) if values.is_sample(columns)]


# --- writing ---------------------------------------------------------------------------------------------------------

def record(db: sqlite3.Connection, blocks: Sequence[Block], owner: int, now: int, limit_of: LimitOf,
           active_of: ActiveOf) -> Facts:
    """Save what changed, note what the active session shows, and give what is known then, without the samples."""
    changed = _save(db, _distinct(blocks, now), owner, now)
    known, listed, high_water = _blocks(db, owner, now), _listed(db, owner, now), _high_water(db, owner, now)
    _note_limits(db, changed, high_water, limit_of)
    active = active_of(known, listed, now)
    _observe(db, owner, active[0] if active else None, now)
    return Facts(tuple(known), tuple(listed), (), high_water)


def _save(db: sqlite3.Connection, blocks: Sequence[Block], owner: int, now: int) -> Dict[int, int]:
    """The rows (id: tokens) that changed."""
    rows = _rows_since(db, owner, min([now] + [block.start for block in blocks]))
    seen, changed = set(), {}
    for block, row in _paired(blocks, rows):
        content = _merged(row.block, block, now) if row else block
        row_id = row.id if row else db.execute(INSERT, (owner, *values_of(content))).lastrowid or 0
        if row is None or values_of(content) != values_of(row.block):
            changed[row_id] = content.tokens
        if row and row_id in changed:
            db.execute(UPDATE, (*values_of(content), row_id))
        seen.add(row_id)
    current = db.execute("SELECT id, listed FROM session WHERE owner_id = ? AND end_ts > ?", (owner, now)).fetchall()
    for row_id, listed in current:
        if bool(listed) != (row_id in seen):
            db.execute("UPDATE session SET listed = ? WHERE id = ?", (int(row_id in seen), row_id))
    return changed


def _note_limits(db: sqlite3.Connection, changed: Mapping[int, int], high_water: Optional[HighWater],
                 limit_of: LimitOf) -> None:
    """The plan and limit of this time for the rows (id: tokens) that changed; all are judged by the same high water."""
    for row_id, tokens in changed.items():
        limit = limit_of(tokens, high_water)
        db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?",
                   (limit.plan, limit.tokens, limit.source, row_id))


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in COUNTS)}"""
_IDLE = (None, 0, None, None, None, None, None)


def _shown(db: sqlite3.Connection, owner: int, block: Optional[Block]) -> Tuple[object, ...]:
    """What a snapshot says of a stored session, or of none."""
    if block is None:
        return _IDLE
    found = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts = ?", (owner, block.start)).fetchone()
    return (found[0], *values_of(block)[3:9])


def _observe(db: sqlite3.Connection, owner: int, block: Optional[Block], now: int) -> None:
    shown = _shown(db, owner, block)
    newest = db.execute(_NEWEST, (owner, now)).fetchone()
    seen = now if newest is None else values.moment(newest[1]) or 0
    if newest and (seen > now + SKEW_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner, now, now, *shown))
