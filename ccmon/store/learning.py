"""What the limit is learned from: readings and hits; forecasts with their outcomes, and notes. Times are epoch seconds."""

import sqlite3
from binascii import crc32
from typing import Iterable, List, Optional, Sequence, Tuple

from ccmon.model import Forecast
from ccmon.store import rows, trusted, values
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import DAY_S, HOUR_S, SESSION_S, WEEK_S

EVERY_S = 300            # of a window one forecast is stored in this time
LATE_S = 120             # a message in the log is read so long after its time
_SAME_S = HOUR_S           # sessions begin at whole hours, windows when they begin: ends that differ by no more are the same
_ONE_HIT_S = 60          # noted twice is noted once
_OPEN_S = 40 * DAY_S    # the user may note a hit of the last 30 days
_WINDOWS_S = (SESSION_S, WEEK_S)

def readings(db: sqlite3.Connection, owner: int, window_s: int, since: int, until: int) -> List[Tuple[int, float, int, str]]:
    """Time, percentage, reset and source, by time; none from before what was forgotten."""
    since = max(since, forgotten_at(db, owner))
    fetched = db.execute("""SELECT ts, percent, resets_at, source FROM reading
        WHERE owner_id = ? AND window_s = ? AND ts >= ? AND ts <= ? ORDER BY ts, percent""", (owner, window_s, since, until))
    return list(filter(values.is_reading, fetched))


_IS_TIME = values.TIMES.format("ts")
_TIMED = f"{_IS_TIME} AND {values.TIMES.format('resets_at')}"
_FIRST_OF = (f"min(start_ts) FROM session WHERE {values.TIMES.format('start_ts')}",
             f"min(ts) FROM reading WHERE source <> 'hit' AND {_IS_TIME}",
             f"min(ts) FROM usage WHERE {_IS_TIME}")


def oldest_epoch(db: sqlite3.Connection, owner: int) -> Optional[int]:
    """Epoch s of the oldest row that is not a user's note; None without one."""
    epochs = [db.execute(f"SELECT {first} AND owner_id = ?", (owner,)).fetchone()[0] for first in _FIRST_OF]
    return min((ts for ts in epochs if ts is not None), default=None)


def note_hit(db: sqlite3.Connection, owner: int, at: int, now: int) -> Tuple[int, bool]:
    """The user was cut off then; the time under which that is noted, and whether it is new."""
    before = db.execute("""SELECT ts FROM reading WHERE owner_id = ? AND window_s = ? AND source = 'hit'
        AND ts > ? AND ts < ? ORDER BY abs(ts - ?) LIMIT 1""",
                        (owner, SESSION_S, at - _ONE_HIT_S, at + _ONE_HIT_S, at)).fetchone()
    if before:
        return before[0], False
    db.execute("""INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source, noted_at)
        VALUES (?, ?, ?, 100, ?, 'hit', ?)""", (owner, SESSION_S, at, _reset_of(db, owner, at), now))
    reopen(db, owner, [at])
    write_note(db, owner, _HITS, " ".join([*_noted_hits(db, owner), str(at)][-_MOST_HITS:]))
    return at, True


def _noted_hits(db: sqlite3.Connection, owner: int) -> List[str]:
    """Times of what the user noted, the last one last: a clock that was ahead would put its own behind all others."""
    return (note(db, owner, _HITS) or "").split()


def _reset_of(db: sqlite3.Connection, owner: int, at: int) -> int:
    """The reset of the window that ran then, by the newest reading before; 0 when unknown."""
    row = db.execute(f"""SELECT resets_at FROM reading WHERE owner_id = ? AND window_s = ? AND source = 'statusline'
        AND {_TIMED} AND resets_at > ? AND resets_at - window_s <= ? ORDER BY ts > ?, abs(ts - ?) LIMIT 1""",
                       (owner, SESSION_S, at, at, at, at)).fetchone()
    return int(row[0]) if row else 0


def undo_hit(db: sqlite3.Connection, owner: int) -> Optional[int]:
    """Take back what was noted last; the time it was about, None when nothing is noted."""
    times = [ts for ts, in db.execute(f"""SELECT ts FROM reading WHERE owner_id = ? AND window_s = ? AND source = 'hit'
        AND {_IS_TIME} ORDER BY coalesce(noted_at, ts), ts""", (owner, SESSION_S))]
    if not times:
        return None
    noted = [word for word in _noted_hits(db, owner) if values.number(word) in times]
    last = int(noted.pop() if noted else times[-1])
    write_note(db, owner, _HITS, " ".join(noted))
    db.execute("DELETE FROM reading WHERE owner_id = ? AND window_s = ? AND source = 'hit' AND ts = ?", (owner, SESSION_S, last))
    reopen(db, owner, [last])
    return last


COLUMNS = ", ".join(Forecast._fields)


def is_due(db: sqlite3.Connection, owner: int, window_s: int, now: int) -> bool:
    """True when no forecast of that window was stored of late."""
    return db.execute("SELECT 1 FROM forecast WHERE owner_id = ? AND window_s = ? AND ts > ? AND ts <= ?",
                      (owner, window_s, now - EVERY_S, now)).fetchone() is None


def write_forecast(db: sqlite3.Connection, owner: int, forecast: Forecast) -> None:
    """Store it, unless another one was stored of late."""
    if is_due(db, owner, forecast.window_s, forecast.ts):
        db.execute(f"INSERT INTO forecast (owner_id, {COLUMNS}) VALUES (?{', ?' * len(forecast)})", (owner, *forecast))


def forecasts(db: sqlite3.Connection, owner: int, since: int) -> List[Forecast]:
    """Those from since on, by time."""
    fetched = db.execute(f"SELECT {COLUMNS} FROM forecast WHERE owner_id = ? AND ts >= ? ORDER BY ts, window_s", (owner, since))
    return [made._replace(reached=None if made.reached is None else bool(made.reached))
            for made in filter(values.is_forecast, map(Forecast._make, fetched))]


def outcomes(db: sqlite3.Connection, owner: int, now: int) -> List[Tuple[int, int, int, bool]]:
    """What has come of open forecasts: window_s, ts, outcome and whether the limit was reached."""
    waiting = [row for window_s in _WINDOWS_S for row in db.execute(f"""SELECT window_s, ts, resets_at FROM forecast
        WHERE owner_id = ? AND window_s = ? AND ts > ? AND outcome_at IS NULL AND {_TIMED}""", (owner, window_s, now - _OPEN_S))]
    reached = {window_s: _reached(db, owner, window_s, min(ends for w, _, ends in waiting if w == window_s) - window_s)
               for window_s in {row[0] for row in waiting}}
    closed = []
    for window_s, ts, resets_at in waiting:
        at = next((at for at, ends in reached[window_s] if resets_at - window_s < at <= min(resets_at, now)
                   and (not ends or abs(ends - resets_at) <= _SAME_S)), None)
        if at is not None or resets_at + LATE_S <= now:
            closed.append((window_s, ts, resets_at if at is None else at, at is not None))
    return closed


def _reached(db: sqlite3.Connection, owner: int, window_s: int, since: int) -> List[Tuple[int, int]]:
    return db.execute(f"""SELECT ts, resets_at FROM reading WHERE owner_id = ? AND window_s = ? AND ts > ?
        AND percent BETWEEN 100 AND {MOST_PERCENT} AND {_TIMED} ORDER BY ts""", (owner, window_s, since)).fetchall()


def close(db: sqlite3.Connection, owner: int, outcome_rows: Iterable[Tuple[int, int, int, bool]]) -> None:
    """Write these outcomes; what was made after the limit had been reached was no forecast, and is deleted."""
    for window_s, ts, at, reached in outcome_rows:
        if at > ts:
            db.execute("UPDATE forecast SET outcome_at = ?, reached = ? WHERE owner_id = ? AND window_s = ? AND ts = ?",
                       (at, int(reached), owner, window_s, ts))
        else:
            db.execute("DELETE FROM forecast WHERE owner_id = ? AND window_s = ? AND ts = ?", (owner, window_s, ts))


def reopen(db: sqlite3.Connection, owner: int, times: Sequence[int]) -> None:
    """The rows of these times have changed: forecasts of their windows are open again."""
    db.executemany("""UPDATE forecast SET outcome_at = NULL, reached = NULL WHERE owner_id = ?1 AND window_s = ?2
        AND resets_at >= ?3 AND resets_at - window_s < ?3 AND ts > ?3 - window_s AND ts < ?3 + window_s""",
                   [(owner, SESSION_S, at) for at in times])


def note(db: sqlite3.Connection, owner: int, name: str) -> Optional[str]:
    """What was noted of the owner under that name."""
    return rows.note(db, f"{name} {owner}")


def write_note(db: sqlite3.Connection, owner: int, name: str, text: str) -> None:
    """Note a text; the same one again writes nothing."""
    rows.write_note(db, f"{name} {owner}", text)


def unread(db: sqlite3.Connection, owner: int, spool: str) -> Tuple[List[str], str]:
    """The whole lines of the spool behind those that were taken, and what to note under SPOOL when they are."""
    length, _, print_ = (note(db, owner, SPOOL) or "").partition(" ")
    before, whole = values.number(length) or 0, spool[:spool.rfind("\n") + 1]
    is_known = before <= len(whole) and _fingerprint(whole[:before]) == print_
    return whole[before if is_known else 0:].splitlines(), f"{len(whole)} {_fingerprint(whole)}"


def _fingerprint(text: str) -> str:
    return format(crc32(text.encode("utf-8", "replace")), "08x")


def forgotten_at(db: sqlite3.Connection, owner: int) -> int:
    """Nothing is learned from readings before that."""
    return values.number(note(db, owner, _FORGOTTEN)) or 0


def forget(db: sqlite3.Connection, owner: int, now: int) -> None:
    """Begin to learn anew; readings, sessions and minutes stay in the history."""
    db.execute("DELETE FROM forecast WHERE owner_id = ?", (owner,))
    db.execute("DELETE FROM note WHERE key IN (?, ?, ?)",
               (f"{LEARNED} {owner}", f"{EXTRA} {owner}", f"{WEEKS} {owner}"))
    for lead in (f"{_NOTIFIED} {owner} ", f"{LEARNED} {owner} "):          # of other logins
        db.execute("DELETE FROM note WHERE substr(key, 1, ?) = ?", (len(lead), lead))
    write_note(db, owner, _FORGOTTEN, str(_after_last(db, owner, now)))


def _after_last(db: sqlite3.Connection, owner: int, now: int) -> int:
    """From when on readings are new; a clock that is doubted may be years off, so there the stored ones say it."""
    trust = trusted.current(db, now)
    if not trust.in_doubt:
        return now
    last = db.execute(f"SELECT max(ts) FROM reading WHERE owner_id = ? AND ts <= ? AND {_IS_TIME}",
                      (owner, max(now, trust.believed))).fetchone()[0]
    return trust.epoch if last is None else last + 1


LEARNED, EXTRA, LOGS, SPOOL = "learned", "learned_extra", "logs_learned", "spool_read"
_NOTIFIED, _FORGOTTEN = "told", "learn_since"
_HITS, _MOST_HITS = "hits_noted", 50
USUAL, WEEKS = "usual_hour", "learned_weeks"
