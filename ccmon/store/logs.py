"""The rows that only the log files give: tokens by minute and model, and limit messages. For database.py and its neighbours."""

import sqlite3
from typing import Iterable, List, NamedTuple, Optional, Sequence

from ccmon.model import SESSION_S, Used
from ccmon.store import learning, values


class Minute(NamedTuple):
    """Tokens of one minute and model."""

    ts: int                            # epoch s of its start
    model: str                         # "" for none
    input: int
    output: int
    cache_creation: int
    cache_read: int


class Hit(NamedTuple):
    """Claude Code said that a limit was reached, as a rule that of the session."""

    at: int                            # epoch s
    resets_at: Optional[int]           # epoch s
    window_s: int = SESSION_S          # or that of the week


def keep_minutes(db: sqlite3.Connection, owner: int, minutes: Sequence[Minute], table: str = "minute") -> None:
    """Add or correct minutes (or hours); a count never shrinks: the logs may have been deleted in part."""
    keep_models(db, minutes)
    db.executemany(_KEEP.format(table=table), [(owner, minute.ts, *minute[2:], minute.model) for minute in minutes])


def keep_models(db: sqlite3.Connection, minutes: Iterable[Minute]) -> None:
    """Give the models their numbers."""
    db.executemany("INSERT OR IGNORE INTO model (name) VALUES (?)", [(name,) for name in {minute.model for minute in minutes}])


def keep_hits(db: sqlite3.Connection, owner: int, hits: Iterable[Hit]) -> None:
    """A limit message is a reading of 100 %; one whose reset was not understood before gets it."""
    new = []
    for hit in hits:
        before = db.total_changes
        db.execute(_HIT, (owner, hit.window_s, hit.at, hit.resets_at or 0))
        new += [hit.at] if db.total_changes > before else []
    learning.reopen(db, owner, new)


def used(db: sqlite3.Connection, owner: Optional[int], since: int, until: int) -> List[Used]:
    """Tokens by hour, model and machine from since on and before until; of all owners without one."""
    found = db.execute(_USED, (owner, since, until))
    return [Used(ts, values.text(model), given, made, created, read, values.text(host))
            for ts, model, given, made, created, read, host in found]


def has_minutes_of(db: sqlite3.Connection, owner: int, hour: Minute) -> bool:
    """True when the minutes that are stored make up no less than this hour."""
    sums = db.execute(f"""SELECT {_SUMS} FROM minute JOIN model ON id = model_id
        WHERE owner_id = ? AND name = ? AND ts >= ? AND ts < ?""", (owner, hour.model, hour.ts, hour.ts + 3600)).fetchone()
    return sums[0] is not None and all(known >= told for known, told in zip(sums, hour[2:]))


def sum_hours(db: sqlite3.Connection, owner: int, since: int, until: int) -> None:
    """Put hours in the place of the minutes from since on and before until, which are whole hours."""
    db.execute(_SUM, (owner, since, until))
    db.execute("DELETE FROM minute WHERE owner_id = ? AND ts >= ? AND ts < ?", (owner, since, until))


_HIT = """INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source) VALUES (?, ?, ?, 100, ?, 'limit')
    ON CONFLICT (owner_id, window_s, ts, source) DO UPDATE SET resets_at = excluded.resets_at
    WHERE resets_at = 0 AND excluded.resets_at > 0"""
_KINDS = ("input", "output", "cache_creation", "cache_read")
_NAMES = ", ".join(_KINDS)
_SUMS = ", ".join(f"sum({kind})" for kind in _KINDS)
_LARGEST = f"""ON CONFLICT (owner_id, ts, model_id) DO UPDATE SET
    {', '.join(f'{kind} = max({kind}, excluded.{kind})' for kind in _KINDS)}
    WHERE {' OR '.join(f'excluded.{kind} > {kind}' for kind in _KINDS)}"""
_KEEP = f"""INSERT INTO {{table}} (owner_id, ts, {_NAMES}, model_id)
    VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM model WHERE name = ?)) {_LARGEST}"""
_SUM = f"""INSERT INTO hour (owner_id, ts, model_id, {_NAMES})
    SELECT owner_id, ts / 3600 * 3600, model_id, {_SUMS} FROM minute
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND {values.FOUR} GROUP BY 1, 2, 3 {_LARGEST}"""
# Minutes that are told again after they were summed up count once: the larger of the two is what was used.
_RANGE = "owner_id IN (SELECT id FROM owner WHERE ?1 IS NULL OR id = ?1) AND ts >= ?2 AND ts < ?3 "
_RANGE += f"AND typeof(ts) = 'integer' AND {values.FOUR}"
_TWICE = f"""SELECT owner_id, ts / 3600 * 3600 AS ts, model_id, {', '.join(f'sum({kind}) AS {kind}' for kind in _KINDS)}
    FROM minute WHERE {_RANGE} GROUP BY 1, 2, 3 UNION ALL SELECT owner_id, ts, model_id, {_NAMES} FROM hour WHERE {_RANGE}"""
_ONCE = f"""SELECT owner_id, ts, model_id, {', '.join(f'max({kind}) AS {kind}' for kind in _KINDS)}
    FROM ({_TWICE}) GROUP BY owner_id, ts, model_id"""
_USED = f"""SELECT ts, name, {_SUMS}, host FROM ({_ONCE}) JOIN model ON model.id = model_id JOIN owner ON owner.id = owner_id
    GROUP BY ts, name, host ORDER BY ts, name, host"""
