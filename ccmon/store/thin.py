"""Thinning with age: every snapshot for two days, one a minute up to 90 days, one an hour for ever; messages are packed.

Each step is a transaction. Sessions, readings and forecasts stay as they are. How far it came is noted: it may be interrupted.
"""

from __future__ import annotations

import sqlite3
from typing import Callable, Dict, Iterable, List, Optional, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.store import rows
from ccmon.when import DAY_S, HOUR_S

RAW_S, MINUTES_S = 2 * DAY_S, 90 * DAY_S
EVERY_S = HOUR_S           # there is nothing to do before another hour has passed
ROWS = 300               # looked at in one step: a few milliseconds
_FREE_PAGES = 64         # left for the next rows
_VACUUM_PAGES = 16       # given back to the disk in one step
_DONE = "thinned"


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


def due(db: sqlite3.Connection, now: int) -> bool:
    """True when an hour has passed since all was done, or the clock was set back."""
    done_at = rows.number(rows.note(db, _DONE))
    return done_at is None or not 0 <= now - done_at < EVERY_S


def step(db: sqlite3.Connection, now: int) -> bool:
    """A small piece of what is left to do; False when there was nothing left."""
    if any(_owner_step(db, owner, now) for owner, in db.execute("SELECT id FROM owner").fetchall()) or _shrink(db):
        return True
    rows.write_note(db, _DONE, str(now))
    return False


def rewind(db: sqlite3.Connection, owner: int, oldest: int) -> None:
    """Rows from there on have come in: what is old among them is thinned with the next step."""
    marks = _marks(db, owner)
    if oldest < max(marks):
        whole = oldest // HOUR_S * HOUR_S
        _write_marks(db, owner, [min(mark, whole) for mark in marks])
        db.execute("DELETE FROM note WHERE key = ?", (_DONE,))


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
    marks = [rows.number(word) or 0 for word in (rows.note(db, f"{_DONE} {owner}") or "").split()]
    return marks if len(marks) == len(_STAGES) else [0] * len(_STAGES)


def _write_marks(db: sqlite3.Connection, owner: int, marks: List[int]) -> None:
    rows.write_note(db, f"{_DONE} {owner}", " ".join(map(str, marks)))


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
    from ccmon.store import archive  # where a day is old enough
    done_ms = archive.step(db, owner, until * 1000)
    return until if done_ms is None else max(since, min(until - 1, done_ms // 1000))


_STAGES = (ThinningStage(RAW_S, 60, _thin), ThinningStage(MINUTES_S, HOUR_S, _thin), ThinningStage(MINUTES_S, HOUR_S, _pack))
