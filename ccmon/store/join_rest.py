"""What another owner has beside sessions and messages: older sums, readings, limit events, forecasts, snapshots. For join.py."""

import sqlite3
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from ccmon.model import Forecast
from ccmon.store import learning, rows, thin, usage
from ccmon.store.join_messages import JoinTimes, OtherOwner, OwnNumbers
from ccmon.text import clean
from ccmon.when import HOUR_S

_LEGACY = f"""SELECT ts, span_s, model_id, input, output, cache_creation, cache_read FROM legacy WHERE owner_id = ?
    AND {usage.LEGACY}"""
Sums = Dict[int, Tuple[int, ...]]      # of an hour: start -> seconds, four kinds


def join_legacy(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes, names: OwnNumbers) -> bool:
    """Of each hour and model the larger sum, whether it is one of the hour or of its quarters; True when anything changed."""
    theirs = _by_hour((ts, span_s, names.own_number("model", model), *kinds)
                      for ts, span_s, model, *kinds in other.rows(f"{_LEGACY} AND ts <= ?", at.latest))
    ours = _by_hour(db.execute(_LEGACY, (owner,))) if theirs else {}
    changed = False
    for (hour, model), their_sums in theirs.items():
        own = ours.get((hour, model), {})
        wanted = _larger(own, their_sums)
        if wanted != own:
            changed = True
            db.execute("DELETE FROM legacy WHERE owner_id = ? AND model_id = ? AND ts >= ? AND ts < ?",
                       (owner, model, hour, hour + HOUR_S))
            db.executemany("""INSERT INTO legacy (owner_id, model_id, ts, span_s, input, output, cache_creation, cache_read)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", [(owner, model, ts, *sums) for ts, sums in wanted.items()])
    return changed


def _by_hour(fetched: Iterable[Sequence[int]]) -> Dict[Tuple[int, int], Sums]:
    hours: Dict[Tuple[int, int], Sums] = {}
    for ts, span_s, model, *kinds in fetched:
        hours.setdefault((ts // HOUR_S * HOUR_S, model), {})[ts] = (span_s, *kinds)
    return hours


def _larger(ours: Sums, theirs: Sums) -> Sums:
    spans = {sums[0] for sums in (*ours.values(), *theirs.values())}
    if spans == {usage.QUARTER_S}:
        return {ts: max((one[ts] for one in (ours, theirs) if ts in one), key=lambda sums: (sum(sums[1:]), sums))
                for ts in ours.keys() | theirs.keys()}
    return max(ours, theirs, key=lambda one: (sum(sum(sums[1:]) for sums in one.values()), sorted(one.items())))


_READINGS = "window_s, ts, percent, resets_at, source, noted_at"
_EVENTS = "ts, kind, model, resets_at"
_PUT_READING = f"INSERT OR IGNORE INTO reading (owner_id, {_READINGS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_WINDOWS = "login, name, ts, percent, resets_at, source"
_PUT_WINDOW = f"INSERT OR IGNORE INTO window_reading (owner_id, {_WINDOWS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_EVENT = f"""INSERT INTO limit_event (owner_id, {_EVENTS}) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (owner_id, ts, kind, model) DO UPDATE SET resets_at = excluded.resets_at
    WHERE resets_at = 0 AND excluded.resets_at > 0"""
_PUT_FORECAST = f"""INSERT INTO forecast (owner_id, {learning.COLUMNS}) VALUES (?{', ?' * len(Forecast._fields)})
    ON CONFLICT (owner_id, window_s, ts) DO UPDATE SET outcome_at = excluded.outcome_at, reached = excluded.reached
    WHERE outcome_at IS NULL"""
# A limit that was not understood when its message was read may be by now.
_KNOWN_BETTER = """DELETE FROM limit_event WHERE owner_id = ? AND kind = 'other' AND EXISTS (SELECT 1 FROM limit_event AS better
    WHERE better.owner_id = limit_event.owner_id AND better.ts = limit_event.ts AND better.kind <> 'other')"""


def join_rest(db: sqlite3.Connection, owner: int, other: OtherOwner, at: JoinTimes,
              ids: Dict[int, Optional[int]]) -> Tuple[int, int]:
    """Readings, limit events, forecasts and snapshots; how many readings and snapshots are new."""
    def fetched(names: str, table: str) -> List[Tuple[Any, ...]]:
        return other.rows(f"SELECT {names} FROM {table} WHERE owner_id = ? AND ts <= ?", at.latest)

    readings = _put(db, _PUT_READING, owner, _cleaned(fetched(_READINGS, "reading")))
    _put(db, _PUT_WINDOW, owner, _cleaned(fetched(_WINDOWS, "window_reading")))
    _put(db, _PUT_EVENT, owner, _cleaned(fetched(_EVENTS, "limit_event")))
    db.execute(_KNOWN_BETTER, (owner,))
    _put(db, _PUT_FORECAST, owner, _cleaned(fetched(learning.COLUMNS, "forecast")))
    shots = [(ts, seen, ids.get(session), *counts, *_bucket(ts, at)) for ts, seen, session, *counts in fetched(_SHOT, "snapshot")
             if session is None or ids.get(session) is not None]
    snapshots = _put(db, _PUT_SNAPSHOT, owner, shots)
    if snapshots:
        thin.rewind(db, owner, 0)
    return readings, snapshots


def _put(db: sqlite3.Connection, statement: str, owner: int, columns: Iterable[Sequence[Any]]) -> int:
    before = db.total_changes
    db.executemany(statement, [(owner, *row) for row in columns])
    return db.total_changes - before


def _cleaned(fetched: Iterable[Sequence[Any]]) -> List[Tuple[Any, ...]]:
    return [tuple(clean(value) if isinstance(value, str) else value for value in row) for row in fetched]


_SHOT = f"ts, seen, session_id, {', '.join(rows.COUNTS)}"
# Nothing new: as many tokens of the session are stored for its second, or for the minute or hour of which one is left.
_PUT_SNAPSHOT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM snapshot
        WHERE owner_id = ?1 AND ts >= ?11 AND ts < ?12 AND session_id IS ?4 AND tokens >= ?5)
    ON CONFLICT (owner_id, ts) DO UPDATE SET seen = max(seen, excluded.seen), session_id = excluded.session_id,
        {', '.join(f'{name} = excluded.{name}' for name in rows.COUNTS)} WHERE excluded.tokens > tokens"""


def _bucket(ts: int, at: JoinTimes) -> Tuple[int, int]:
    """The time in which one of ours may say the same."""
    span_s = thin.bucket_s(ts, at.now)
    return ts // span_s * span_s, ts // span_s * span_s + span_s
