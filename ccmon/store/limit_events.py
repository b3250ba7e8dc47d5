"""Limit events of Claude Code: every kind is stored, and those of the session and the week are readings, too (epoch seconds)."""

from __future__ import annotations

import sqlite3
from typing import Dict, Iterable, List, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.store import learning, values
from ccmon.when import SESSION_S, WEEK_S

ONE_S = 60                             # what is repeated so soon is listed once
_WINDOWS_S = {"session": SESSION_S, "weekly": WEEK_S}      # 100 % of these windows: the limit is learned from it
_LONGEST = 40                          # characters of a kind or a model's name
_UNKNOWN = "other"                     # its reset was not understood: which limit it is about may be clear later

LimitEventRow = Tuple[int, int, str, str, str]   # time, reset (0 when unknown), source (hit | limit), kind, model ("" for none)


class LimitEvent(NamedTuple):
    """A limit was reached."""

    at: int                            # epoch s
    kind: str                          # as in ccmon.sources.limit_events
    model: str = ""                    # whose limit it is, "" for none
    resets_at: int = 0                 # epoch s, 0 when unknown


def add(db: sqlite3.Connection, owner: int, events: Iterable[LimitEvent]) -> None:
    """Store them; the same ones again change nothing, but a reset that was unknown.
    A message about a window that was over already teaches nothing: its 100 % are not those of the window it came in."""
    changed = []
    for event in filter(_can_be, events):
        if _write(db, owner, event) and event.kind in _WINDOWS_S and not 0 < event.resets_at <= event.at:
            before = db.total_changes
            db.execute(_READING, (owner, _WINDOWS_S[event.kind], event.at, event.resets_at))
            changed += [event.at] if db.total_changes > before else []
    learning.reopen(db, owner, changed)


def _write(db: sqlite3.Connection, owner: int, event: LimitEvent) -> bool:
    """False where that time has a better kind."""
    stored = {kind for kind, in db.execute("SELECT kind FROM limit_event WHERE owner_id = ? AND ts = ?", (owner, event.at))}
    if event.kind == _UNKNOWN and stored - {_UNKNOWN}:
        return False
    if event.kind != _UNKNOWN and _UNKNOWN in stored:
        db.execute("DELETE FROM limit_event WHERE owner_id = ? AND ts = ? AND kind = ?", (owner, event.at, _UNKNOWN))
    db.execute(_EVENT, (owner, event.at, event.kind, event.model, event.resets_at))
    return True


def _can_be(event: LimitEvent) -> bool:
    texts = event.kind, event.model
    return (values.epoch(event.at) is not None and values.epoch(event.resets_at) is not None
            and all(isinstance(text, str) and len(text) <= _LONGEST for text in texts))


_LATER = "DO UPDATE SET resets_at = excluded.resets_at WHERE resets_at = 0 AND excluded.resets_at > 0"
_EVENT = f"""INSERT INTO limit_event (owner_id, ts, kind, model, resets_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (owner_id, ts, kind, model) {_LATER}"""
_READING = f"""INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source) VALUES (?, ?, ?, 100, ?, 'limit')
    ON CONFLICT (owner_id, window_s, ts, source) {_LATER}"""


def events(db: sqlite3.Connection, owner: int, since: int = 0) -> List[LimitEventRow]:
    """Those from since on, and what the user noted, by time; what is repeated within a minute is one, at its first time.
    Readings of messages from before there was this table are among them."""
    listed: List[LimitEventRow] = []
    newest: Dict[Tuple[str, str, str], int] = {}
    for at, resets_at, source, *texts in db.execute(_LIST, (owner, SESSION_S, WEEK_S, since)).fetchall():
        kind, model = map(values.text, texts)
        index = newest.get((source, kind, model))
        if index is not None and _is_same(listed[index], at, resets_at):
            listed[index] = (listed[index][0], resets_at or listed[index][1], *listed[index][2:])
        else:
            newest[source, kind, model] = len(listed)
            listed.append((at, resets_at, source, kind, model))
    return listed


def _is_same(row: LimitEventRow, at: int, resets_at: int) -> bool:
    return row[2] != "hit" and at - row[0] < ONE_S and (resets_at == row[1] or not resets_at or not row[1])


def reached(db: sqlite3.Connection, owner: int, since: int, until: int) -> List[int]:
    """When a session was cut off, from since on and before until, by time.
    By its own limit, by extra usage that came to its end after that limit, or as the user noted."""
    return [ts for ts, in db.execute(_REACHED, (owner, SESSION_S, since, until))]


_TIMED = f"{values.TIMES.format('ts')} AND {values.TIMES.format('resets_at')}"
_LIST = f"""SELECT ts, resets_at, 'limit', kind, model FROM limit_event WHERE owner_id = ?1 AND ts >= ?4 AND {_TIMED}
    UNION ALL SELECT ts, resets_at, source, CASE window_s WHEN ?2 THEN 'session' ELSE 'weekly' END AS kind, '' FROM reading AS old
    WHERE owner_id = ?1 AND window_s IN (?2, ?3) AND ts >= ?4 AND source IN ('hit', 'limit') AND {_TIMED}
    AND NOT (source = 'limit' AND EXISTS (SELECT 1 FROM limit_event AS new WHERE new.owner_id = ?1 AND new.ts = old.ts
        AND new.kind = CASE old.window_s WHEN ?2 THEN 'session' ELSE 'weekly' END))
    ORDER BY ts, 3, 4, 5"""
_REACHED = f"""SELECT ts FROM limit_event WHERE owner_id = ?1 AND kind IN ('session', 'extra') AND ts >= ?3 AND ts < ?4
    AND {_TIMED} UNION SELECT ts FROM reading WHERE owner_id = ?1 AND window_s = ?2 AND source IN ('hit', 'limit')
    AND ts >= ?3 AND ts < ?4 AND {_TIMED} ORDER BY ts"""
