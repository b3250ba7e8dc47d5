"""What was used when: by minute and model, else by quarter of an hour, else by snapshots of a session (epoch seconds)."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, Optional, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.store import log_state, usage, values

Shot = Tuple[int, int, int, int, int, int, Optional[int]]  # first and last time of these counts: four kinds, micro-dollars
Minute = Tuple[int, int, int, int, int, int]               # time, number of the model, four kinds


class SnapshotSeries(NamedTuple):
    """A session whose minutes are unknown, by its snapshots."""

    start: int
    shots: List[Shot]                  # by time, the first from the session's start on


class RecordedUse(NamedTuple):
    """All use that is stored, by time."""

    models: Dict[int, str]
    minutes: List[Minute]              # by time
    quarters: List[Minute]             # by quarter of an hour, of times whose messages are packed
    seen: List[SnapshotSeries]                   # by start


_FOUR = "input, output, cache_creation, cache_read"
_MODELS = "SELECT id, name FROM model WHERE typeof(name) = 'text'"
_NUMBERED = f"model_id IN (SELECT id FROM ({_MODELS}))"
_MINUTES = f"""SELECT at_ms / 60000 * 60 AS ts, model_id, sum(input), sum(output), sum(cache_5m + cache_1h), sum(cache_read)
    FROM message WHERE owner_id = ? AND at_ms >= ? AND at_ms < ? AND NOT flags & {values.ABSORBED} AND {_NUMBERED}
    AND {values.MESSAGE} GROUP BY 1, 2 ORDER BY 1"""
_QUARTERS = f"""SELECT ts, model_id, sum(input), sum(output), sum(cache_creation), sum(cache_read) FROM usage
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND (project_id = {usage.UNKNOWN} OR ts < ?) AND {_NUMBERED}
    AND {values.TIMES.format('ts')} AND {values.FOUR} GROUP BY 1, 2 ORDER BY 1"""
_WITHOUT = f"""SELECT id, start_ts, coalesce(last_ts, min(end_ts, ?3)), {_FOUR}, cost_micro_usd FROM session
    WHERE owner_id = ?1 AND end_ts > ?2 AND start_ts < ?3 AND counted AND {values.TIMES.format('start_ts')}
    AND NOT EXISTS (SELECT 1 FROM usage WHERE owner_id = ?1
        AND model_id <> {usage.UNKNOWN} AND ts > start_ts - {usage.QUARTER_S} AND ts < end_ts) ORDER BY start_ts"""
_SHOTS = f"""SELECT session_id, ts, seen, {_FOUR}, cost_micro_usd FROM snapshot
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND input IS NOT NULL ORDER BY ts"""


def recorded_use(db: sqlite3.Connection, owner: int, since: int, until: int) -> RecordedUse:
    """What was used from since on and before until; sessions of which only a sum is stored are left out."""
    packed = log_state.packed_ms(db, owner) // 1000
    quarters = db.execute(_QUARTERS, (owner, usage.quarter(since), until, packed)).fetchall()
    return RecordedUse({number: values.text(name) for number, name in db.execute(_MODELS)},
                  db.execute(_MINUTES, (owner, max(since, packed) * 1000, until * 1000)).fetchall(), quarters,
                  _seen(db, owner, since, until))


def _seen(db: sqlite3.Connection, owner: int, since: int, until: int) -> List[SnapshotSeries]:
    sessions = db.execute(_WITHOUT, (owner, since, until)).fetchall()
    shots: Dict[int, List[Shot]] = {row[0]: [] for row in sessions}
    if shots:
        for number, *shot in db.execute(_SHOTS, (owner, min(since, sessions[0][1]), until)):
            if number in shots:
                shots[number] += _shot(*shot)
    series = []
    for number, start, last, *counts in sessions:
        end = _shot(start, last, *counts)
        if shots[number] and end:
            at = max(last, shots[number][-1][1])           # what came after the last snapshot
            series.append(SnapshotSeries(start, [*shots[number], (at, at, *end[0][2:])]))
    return series


def _shot(first: Any, last: Any, *counts: Any) -> List[Shot]:
    """One, or none where it cannot be."""
    if values.epoch(first) is None or values.epoch(last) is None or None in map(values.count, counts[:4]):
        return []
    return [(first, last, *map(values.count, counts))]  # type: ignore[list-item]
