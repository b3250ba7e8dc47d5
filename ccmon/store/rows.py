"""What the columns may hold; the rows of sessions and owners, and small notes, inside a transaction. Times are epoch seconds.

sqlite takes any value anywhere, and a disk may turn one into another: what cannot be is unknown, or its row is left out.
"""

from __future__ import annotations

import sqlite3

from ccmon.model import Block, Forecast, MergedOwner, Owner
from ccmon.quick_typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import clean
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import DAY_S, SESSION_S, SKEW_S

MOST = 10 ** 15                        # tokens, micro-dollars
LATEST_S = 10 ** 11                    # epoch s
MOST_SUMMED = 10 ** 18                 # of many of them, and billionths of a US dollar
TIMES = "typeof({0}) = 'integer' AND {0} BETWEEN 0 AND " + str(LATEST_S)
ABSORBED = 8                           # flag of a message that another copy stands for


def counted(names: Iterable[str], most: int = MOST) -> str:
    """SQL that is true of a row in which all of these count something."""
    return " AND ".join(f"typeof({name}) = 'integer' AND {name} BETWEEN 0 AND {most}" for name in names)


def whole(names: Iterable[str]) -> str:
    """SQL that is true of a row in which all of these are whole numbers."""
    return " AND ".join(f"typeof({name}) = 'integer'" for name in names)


FOUR = counted(("input", "output", "cache_creation", "cache_read"), MOST_SUMMED)
# An undamaged message. `+`: the guard is no reason to read another index.
MESSAGE = " AND ".join((whole(("message", "key", "session", "model_id", "project_id", "flags")),
                        counted(("+at_ms", "input", "output", "cache_5m", "cache_1h", "cache_read")),
                        counted(("coalesce(cost_nano, 0)",), MOST_SUMMED)))


def count(value: Any) -> Optional[int]:
    """The number where it counts something, else None."""
    return value if type(value) is int and 0 <= value <= MOST else None


def epoch(value: Any) -> Optional[int]:
    """The epoch seconds where it is a time, else None."""
    return value if type(value) is int and 0 <= value <= LATEST_S else None


def text(value: Any) -> str:
    """The text without control characters, "" where it is none."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() and value.isprintable() else clean(value)


def number(noted: Optional[str]) -> Optional[int]:
    """The whole number that was noted as a text; None where it is none."""
    digits = noted or ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def is_sample(row: Sequence[Any]) -> bool:
    """ts, seen, start of the session or None, tokens."""
    ts, seen, start, tokens = row
    return (epoch(ts) is not None and epoch(seen) is not None and (start is None or epoch(start) is not None)
            and count(tokens) is not None)


def is_reading(row: Sequence[Any]) -> bool:
    """ts, percent, resets_at, source."""
    ts, percent, resets_at, source = row
    return (epoch(ts) is not None and epoch(resets_at) is not None and isinstance(source, str)
            and type(percent) in (int, float) and 0 <= percent <= MOST_PERCENT)


def is_forecast(made: Forecast) -> bool:
    """Whether it can have been made."""
    times = (made.ts, made.resets_at, made.median, made.low, made.high, made.seed_at, made.outcome_at or 0)
    shares = ((made.percent, MOST_PERCENT), (made.probability, 1))
    return (all(epoch(at) is not None for at in times) and isinstance(made.rule, str) and isinstance(made.window_s, int)
            and all(type(value) in (int, float) and 0 <= value <= most for value, most in shares))

MOST_TABLES = 20         # of a file of whomever
NOTICE_S = DAY_S          # what became of a damaged history is shown for so long
_COST_MAX = 10 ** 15     # micro-dollars

# In the order of Block's fields.
CONTENT = ("start_ts", "end_ts", "last_ts", "tokens", "input", "output", "cache_creation", "cache_read",
            "cost_micro_usd", "models", "entries", "counted", "source")
COUNTS = CONTENT[3:9]
TIMED = f"{TIMES.format('start_ts')} AND {TIMES.format('end_ts')}"
SELECT = "SELECT id, " + ", ".join(CONTENT)
INSERT = f"INSERT INTO session (owner_id, {', '.join(CONTENT)}) VALUES (?{', ?' * len(CONTENT)})"
UPDATE = f"UPDATE session SET {', '.join(name + ' = ?' for name in CONTENT)} WHERE id = ?"


class StoredSession(NamedTuple):
    """A stored session."""

    id: int
    block: Block


def session_columns(block: Block) -> Tuple[object, ...]:
    """In the order of CONTENT."""
    cost = None if block.cost_usd is None else min(_COST_MAX, round(block.cost_usd * 1_000_000))
    return tuple(block._replace(cost_usd=cost, models=",".join(block.models), counted=int(block.counted)))  # type: ignore


def _block(columns: Sequence) -> Optional[Block]:
    """A value that cannot be is unknown; None where the start is."""
    start, end, last = map(epoch, columns[:3])
    if start is None:
        return None
    tokens, *counts, cost = map(count, columns[3:9])
    given, made, created, read = counts
    over = end if end is not None and end >= start else start + SESSION_S
    return Block(start, over, last, tokens or 0, given, made, created, read, None if cost is None else cost / 1_000_000,
                 tuple(filter(None, text(columns[9]).split(","))), count(columns[10]) or 0,
                 bool(columns[11]), text(columns[12]))


def stored_session(columns: Sequence) -> Optional[StoredSession]:
    """A row of SELECT; further columns are ignored. None for a row that is no session."""
    block = _block(columns[1:1 + len(CONTENT)])
    return None if block is None else StoredSession(columns[0], block)


def stored_sessions(fetched: Iterable[Sequence]) -> List[StoredSession]:
    """All of them."""
    return [row for row in map(stored_session, fetched) if row is not None]


def rank(block: Block) -> Tuple[bool, int, int]:
    """Of one session reported twice, the higher one has more in it."""
    return block.counted, block.tokens, block.entries


def distinct(blocks: Iterable[Block], now: int) -> List[Block]:
    """By start, one each, none from the future; of one start reported twice rather the one that runs."""
    best: Dict[int, Block] = {}
    for block in sorted(blocks, key=lambda block: (block.end > now, rank(block))):
        if block.start <= now + SKEW_S:
            best[block.start] = block
    return [best[start] for start in sorted(best)]


def better(stored: Block, fetched: Block) -> Block:
    """The one with more in it; of two with the same numbers the stored one, its blanks filled."""
    if rank(stored) != rank(fetched):
        return max(stored, fetched, key=rank)
    blank = [name for name in ("last", "cache_creation", "cache_read", "cost_usd", "models")
             if getattr(stored, name) in (None, ())]
    return stored._replace(**{name: getattr(fetched, name) for name in blank})


_HOST, _NEWS = "host", "moved_aside"
THINNED = "thinned"                    # when all that is old had been thinned, and with an owner how far that came


def note(db: sqlite3.Connection, key: str) -> Optional[str]:
    """What was written under the key."""
    row = db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
    return row[0] if row and isinstance(row[0], str) else None


def write_note(db: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a small text; the same one again writes nothing."""
    db.execute("""INSERT INTO note (key, value) VALUES (?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value""", (key, value))


def table_counts(db: sqlite3.Connection) -> Tuple[int, Tuple[Tuple[str, int], ...]]:
    """The number of the schema, and the number of rows of each table, in the order in which they were made; of whatever file."""
    fetched = db.execute("""SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0
        AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid LIMIT ?""", (MOST_TABLES,)).fetchall()
    quoted = [(name, name.replace('"', '""')) for name, in fetched]
    counts = tuple((name, int(db.execute(f'SELECT count(*) FROM "{quote}"').fetchone()[0])) for name, quote in quoted)
    return int(db.execute("PRAGMA user_version").fetchone()[0]), counts


def ledger_key(owner: int) -> str:
    """Where an owner's ledger of official percentages is noted."""
    return f"official {owner}"


def ledger(db: sqlite3.Connection, owner: int) -> Optional[str]:
    """The owner's ledger of official percentages."""
    return note(db, ledger_key(owner))


def damage_notice(db: sqlite3.Connection, now: int) -> Optional[str]:
    """What became of the history before this one, on the day after it happened."""
    noted, _, sentence = (note(db, _NEWS) or "").partition(" ")
    at = number(noted)
    return text(sentence) if at is not None and -NOTICE_S <= now - at < NOTICE_S else None


def write_damage_notice(db: sqlite3.Connection, sentence: str, now: int) -> None:
    """Store the sentence for everyone who asks within a day."""
    write_note(db, _NEWS, f"{now} {sentence}")


# A machine's name changes with its network; its history does not: the name of the first use stands for all later ones.
ACCOUNTS = f"""SELECT account, id FROM owner
    WHERE host = coalesce((SELECT value FROM note WHERE key = '{_HOST}' AND typeof(value) = 'text'), ?)"""
_OWNER = f"{ACCOUNTS} AND account = ?"
_MERGED = "SELECT account, id FROM owner WHERE host = ? AND account = ?"
_OTHERS = f"""SELECT id, host, account FROM owner
    WHERE host <> coalesce((SELECT value FROM note WHERE key = '{_HOST}' AND typeof(value) = 'text'), ?) ORDER BY host, account"""


def owner_id(db: sqlite3.Connection, owner: Owner) -> Optional[int]:
    """The number of this machine's owner of that account, whatever the machine is called by now."""
    row = db.execute(_MERGED if isinstance(owner, MergedOwner) else _OWNER, owner).fetchone()
    return row[1] if row else None


def own_owners(db: sqlite3.Connection, host: str) -> Dict[str, int]:
    """Those of this machine, which is called that: the number of each account."""
    return {text(account): number for account, number in db.execute(ACCOUNTS, (host,))}


def merged_owners(db: sqlite3.Connection, host: str) -> Dict[int, MergedOwner]:
    """Those of other machines than this one, which is called that, by number."""
    return {number: MergedOwner(text(name), text(account)) for number, name, account in db.execute(_OTHERS, (host,))
            if isinstance(name, str) and isinstance(account, str)}


def ensured_owner_id(db: sqlite3.Connection, owner: Owner) -> int:
    """The same, made on the first use."""
    db.execute("INSERT OR IGNORE INTO note (key, value) VALUES (?, ?)", (_HOST, owner.host))
    number = owner_id(db, owner)
    if number is None:
        names = note(db, _HOST) or owner.host, owner.account
        number = db.execute("INSERT INTO owner (host, account) VALUES (?, ?)", names).lastrowid
    return number  # type: ignore[return-value]
