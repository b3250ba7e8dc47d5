"""What the limit is learned from: readings, hits, limit events; forecasts with outcomes; notes. Times are epoch seconds."""

from __future__ import annotations

import sqlite3
from binascii import crc32

from ccmon.model import Forecast
from ccmon.quick_typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import rows, trusted
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
    return list(filter(rows.is_reading, fetched))


_IS_TIME = rows.TIMES.format("ts")
_TIMED = f"{_IS_TIME} AND {rows.TIMES.format('resets_at')}"
_FIRST_OF = (f"min(start_ts) FROM session WHERE {rows.TIMES.format('start_ts')}",
             f"min(ts) FROM reading WHERE source <> 'hit' AND {_IS_TIME}",
             f"min(ts) FROM usage WHERE {_IS_TIME}")


def oldest_epoch(db: sqlite3.Connection, owner: int) -> Optional[int]:
    """Epoch s of the oldest row that is not a user's note; None without one."""
    epochs = [db.execute(f"SELECT {first} AND owner_id = ?", (owner,)).fetchone()[0] for first in _FIRST_OF]
    return min((ts for ts in epochs if ts is not None), default=None)


def last_percentage(db: sqlite3.Connection, owner: int) -> Optional[int]:
    """Epoch s of the newest official percentage, if a session began after it; else None."""
    epoch = db.execute(f"SELECT max(ts) FROM reading WHERE owner_id = ? AND source = 'statusline' AND {_IS_TIME}",
                       (owner,)).fetchone()[0]
    later = db.execute(f"SELECT 1 FROM session WHERE owner_id = ? AND start_ts > ? AND {rows.TIMES.format('start_ts')} LIMIT 1",
                       (owner, epoch)).fetchone()
    return epoch if later else None


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
    noted = [word for word in _noted_hits(db, owner) if rows.number(word) in times]
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
            for made in filter(rows.is_forecast, map(Forecast._make, fetched))]


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
    before, whole = rows.number(length) or 0, spool[:spool.rfind("\n") + 1]
    is_known = before <= len(whole) and _fingerprint(whole[:before]) == print_
    return whole[before if is_known else 0:].splitlines(), f"{len(whole)} {_fingerprint(whole)}"


def _fingerprint(text: str) -> str:
    return format(crc32(text.encode("utf-8", "replace")), "08x")


def forgotten_at(db: sqlite3.Connection, owner: int) -> int:
    """Nothing is learned from readings before that."""
    return rows.number(note(db, owner, _FORGOTTEN)) or 0


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


# --- limit events of Claude Code: every kind is stored, and those of the session and the week are readings, too -------------

ONE_S = 60                             # what is repeated so soon is listed once
_KINDS_S = {"session": SESSION_S, "weekly": WEEK_S}      # 100 % of these windows: the limit is learned from it
_LONGEST = 40                          # characters of a kind or a model's name
_UNKNOWN = "other"                     # its reset was not understood: which limit it is about may be clear later

LimitEventRow = Tuple[int, int, str, str, str]   # time, reset (0 when unknown), source (hit | limit), kind, model ("" for none)


class LimitEvent(NamedTuple):
    """A limit was reached."""

    at: int                            # epoch s
    kind: str                          # as in ccmon.sources.limit_events
    model: str = ""                    # whose limit it is, "" for none
    resets_at: int = 0                 # epoch s, 0 when unknown


def add_limit_events(db: sqlite3.Connection, owner: int, events: Iterable[LimitEvent]) -> None:
    """Store them; the same ones again change nothing, but a reset that was unknown.
    A message about a window that was over already teaches nothing: its 100 % are not those of the window it came in."""
    changed = []
    for event in filter(_can_be, events):
        if _write_event(db, owner, event) and event.kind in _KINDS_S and not 0 < event.resets_at <= event.at:
            before = db.total_changes
            db.execute(_READING, (owner, _KINDS_S[event.kind], event.at, event.resets_at))
            changed += [event.at] if db.total_changes > before else []
    reopen(db, owner, changed)


def _write_event(db: sqlite3.Connection, owner: int, event: LimitEvent) -> bool:
    """False where that time has a better kind."""
    stored = {kind for kind, in db.execute("SELECT kind FROM limit_event WHERE owner_id = ? AND ts = ?", (owner, event.at))}
    if event.kind == _UNKNOWN and stored - {_UNKNOWN}:
        return False
    if event.kind != _UNKNOWN and _UNKNOWN in stored:
        db.execute("DELETE FROM limit_event WHERE owner_id = ? AND ts = ? AND kind = ?", (owner, event.at, _UNKNOWN))
    db.execute(PUT_EVENT, (owner, event.at, event.kind, event.model, event.resets_at))
    return True


def _can_be(event: LimitEvent) -> bool:
    texts = event.kind, event.model
    return (rows.epoch(event.at) is not None and rows.epoch(event.resets_at) is not None
            and all(isinstance(text, str) and len(text) <= _LONGEST for text in texts))


_LATER = "DO UPDATE SET resets_at = excluded.resets_at WHERE resets_at = 0 AND excluded.resets_at > 0"
PUT_EVENT = f"""INSERT INTO limit_event (owner_id, ts, kind, model, resets_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (owner_id, ts, kind, model) {_LATER}"""
_READING = f"""INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source) VALUES (?, ?, ?, 100, ?, 'limit')
    ON CONFLICT (owner_id, window_s, ts, source) {_LATER}"""


def limit_events(db: sqlite3.Connection, owner: int, since: int = 0) -> List[LimitEventRow]:
    """Those from since on, and what the user noted, by time; what is repeated within a minute is one, at its first time.
    Readings of messages from before there was this table are among them."""
    listed: List[LimitEventRow] = []
    newest: Dict[Tuple[str, str, str], int] = {}
    for at, resets_at, source, *texts in db.execute(_LIST, (owner, SESSION_S, WEEK_S, since)).fetchall():
        kind, model = map(rows.text, texts)
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


_LIST = f"""SELECT ts, resets_at, 'limit', kind, model FROM limit_event WHERE owner_id = ?1 AND ts >= ?4 AND {_TIMED}
    UNION ALL SELECT ts, resets_at, source, CASE window_s WHEN ?2 THEN 'session' ELSE 'weekly' END AS kind, '' FROM reading AS old
    WHERE owner_id = ?1 AND window_s IN (?2, ?3) AND ts >= ?4 AND source IN ('hit', 'limit') AND {_TIMED}
    AND NOT (source = 'limit' AND EXISTS (SELECT 1 FROM limit_event AS new WHERE new.owner_id = ?1 AND new.ts = old.ts
        AND new.kind = CASE old.window_s WHEN ?2 THEN 'session' ELSE 'weekly' END))
    ORDER BY ts, 3, 4, 5"""
_REACHED = f"""SELECT ts FROM limit_event WHERE owner_id = ?1 AND kind IN ('session', 'extra') AND ts >= ?3 AND ts < ?4
    AND {_TIMED} UNION SELECT ts FROM reading WHERE owner_id = ?1 AND window_s = ?2 AND source IN ('hit', 'limit')
    AND ts >= ?3 AND ts < ?4 AND {_TIMED} ORDER BY ts"""
