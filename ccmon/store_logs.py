"""The rows that only the log files give: tokens by minute and model, and limit messages. Only store.py calls."""

import sqlite3
from typing import Iterable, List, NamedTuple, Optional

from ccmon.model import Used

_FIVE_HOURS_S = 18_000


class Minute(NamedTuple):
    """Tokens of one minute and model."""

    ts: int                            # epoch s of its start
    model: str                         # "" for none
    input: int
    output: int
    cache_creation: int
    cache_read: int


class Hit(NamedTuple):
    """Claude Code said that the limit of the session was reached."""

    at: int                            # epoch s
    resets_at: Optional[int]           # epoch s


def keep_minutes(db: sqlite3.Connection, owner: int, minutes: Iterable[Minute]) -> None:
    """Add or correct minutes; a count never shrinks: the logs may have been deleted in part."""
    for minute in minutes:
        db.execute("INSERT OR IGNORE INTO model (name) VALUES (?)", (minute.model,))
        db.execute(_KEEP, (owner, minute.ts, *minute[2:], minute.model))


def keep_hits(db: sqlite3.Connection, owner: int, hits: Iterable[Hit]) -> None:
    """A limit message is a reading of 100 %."""
    db.executemany("""INSERT OR IGNORE INTO reading (owner_id, window_s, ts, percent, resets_at, source)
        VALUES (?, ?, ?, 100, ?, 'limit')""", [(owner, _FIVE_HOURS_S, hit.at, hit.resets_at or 0) for hit in hits])


def used(db: sqlite3.Connection, owner: Optional[int], since: int, until: int) -> List[Used]:
    """Tokens by hour and model from since on and before until; of all owners without one."""
    rows = db.execute("""SELECT ts / 3600 * 3600, name, sum(input), sum(output), sum(cache_creation), sum(cache_read)
        FROM minute JOIN model ON id = model_id WHERE (?1 IS NULL OR owner_id = ?1) AND ts >= ?2 AND ts < ?3
        GROUP BY 1, 2 ORDER BY 1, 2""", (owner, since, until))
    return [Used(*row) for row in rows]


_KINDS = ("input", "output", "cache_creation", "cache_read")
_KEEP = f"""INSERT INTO minute (owner_id, ts, {', '.join(_KINDS)}, model_id)
    VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM model WHERE name = ?))
    ON CONFLICT (owner_id, ts, model_id) DO UPDATE SET {', '.join(f'{kind} = max({kind}, excluded.{kind})' for kind in _KINDS)}
    WHERE {' OR '.join(f'excluded.{kind} > {kind}' for kind in _KINDS)}"""
