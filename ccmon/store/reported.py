"""What the source reports, stored: sessions, their limits, and snapshots of the active one. For pipeline/recording.py.

ccusage's sessions are the history where no log was read. Of reports that cut the same time otherwise those count that hold most.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right

from ccmon.model import Block, Limit
from ccmon.quick_typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import present, rows, sessions, trusted, usage
from ccmon.store.sessions import SUMMED, Bound
from ccmon.store.trusted import Trust
from ccmon.when import DAY_S, HOUR_S, SESSION_S, SKEW_S

_NEIGHBOUR_S = HOUR_S                    # starts differ by less between versions of ccusage: such sessions are neighbours

class PlacedReport(NamedTuple):
    """A report that counts, and the time that its session has."""

    report: Block
    start: int
    end: int


def chosen_reports(reports: Iterable[Block], taken: Sequence[Tuple[int, int]]) -> List[PlacedReport]:
    """The reports that count, by start: of all that do not overlap one another or a time that is taken, those that hold most.
    Neighbours that overlap by less than an hour share it: the later one begins where the earlier one ends."""
    placed: List[PlacedReport] = []
    for report in _fullest([one for one in reports if not any(_collides(one, *time) for time in taken)]):
        start = max([usage.quarter(report.start), *(one.end for one in placed[-1:])])
        for _, end in (time for time in sorted(taken) if time[0] <= start < time[1]):
            start = end
        limits = [usage.quarter(other) for other, _ in taken if other > start]
        end = -(-max(report.end, start + 1) // usage.QUARTER_S) * usage.QUARTER_S
        last = min([end, start + SESSION_S, *limits])
        if last > start:
            placed.append(PlacedReport(report, start, last))
    return placed


def _fullest(reports: Iterable[Block]) -> List[Block]:
    """By start, those without overlaps that hold the most tokens together; tokens that may include cache count last."""
    sorted_ = sorted(reports, key=lambda one: (_own_end(one), one.start))
    ends = [_own_end(one) for one in sorted_]
    best: List[Tuple[Tuple[int, ...], int, bool]] = [((0,) * 4, 0, False)]        # sums, where to go on, whether it is taken
    for at, one in enumerate(sorted_):
        before = bisect_right(ends, one.start, 0, at)
        sums = tuple(map(sum, zip(best[before][0], (one.tokens * one.counted, one.tokens, one.entries, 1))))
        best.append((sums, before, True) if sums > best[at][0] else (best[at][0], at, False))
    fullest: List[Block] = []
    at = len(sorted_)
    while at:
        _, before, is_taken = best[at]
        fullest += [sorted_[at - 1]] if is_taken else []
        at = before
    return fullest[::-1]


def _own_end(report: Block) -> int:
    """From when on another one may begin."""
    return report.end - min(_NEIGHBOUR_S - 1, (report.end - report.start) // 2)


def _collides(report: Block, start: int, end: int) -> bool:
    shorter = min(report.end - report.start, end - start)
    return report.start == start or min(report.end, end) - max(report.start, start) >= max(1, min(_NEIGHBOUR_S, shorter // 2))


def save(db: sqlite3.Connection, owner: int, blocks: Iterable[Block], now: int) -> None:
    """Store these reports; what runs and is reported no more is marked as such."""
    wanted = rows.distinct(blocks, now)
    changed = [block for block in wanted if _store_report(db, owner, block, now)]
    if changed:
        choose(db, owner, min(block.start for block in changed), max(block.end for block in changed))
    starts = {block.start for block in wanted}
    running = db.execute("""SELECT id, reported.start_ts FROM session JOIN reported ON session_id = id
        WHERE session.owner_id = ? AND session.end_ts > ? AND session.start_ts <= ?""", (owner, now, now + SKEW_S)).fetchall()
    for number, start in running:
        db.execute("UPDATE session SET listed = ?1 WHERE id = ?2 AND listed <> ?1", (int(start in starts), number))


def _store_report(db: sqlite3.Connection, owner: int, block: Block, now: int) -> bool:
    """Store a report, unless a fuller one of that start is stored; whether anything changed. Of equal ones the newer counts while
    the session runs, the older when it is over."""
    columns = db.execute(f"SELECT 0, {', '.join(rows.CONTENT)} FROM reported WHERE owner_id = ? AND start_ts = ?",
                       (owner, block.start)).fetchone()
    row = rows.stored_session(columns) if columns else None
    content = block
    if row:
        is_running = 0 <= now < max(row.block.end, block.end)
        content = rows.better(block, row.block) if is_running else rows.better(row.block, block)
    if row and rows.session_columns(content) == rows.session_columns(row.block):
        return False
    names = ", ".join(rows.CONTENT)
    db.execute(f"""INSERT INTO reported (owner_id, {names}) VALUES (?{', ?' * len(rows.CONTENT)})
        ON CONFLICT (owner_id, start_ts) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rows.CONTENT)}""",
               (owner, *rows.session_columns(content)))
    return True


def add_report(db: sqlite3.Connection, owner: int, block: Block, number: Optional[int]) -> bool:
    """Store a report of another history, the fuller one of each start; whether it is of the session with that number here."""
    _store_report(db, owner, block, -1)
    if number is not None:
        db.execute("UPDATE reported SET session_id = ? WHERE owner_id = ? AND start_ts = ?", (number, owner, block.start))
    return number is not None


def choose(db: sqlite3.Connection, owner: int, since: int, until: int) -> None:
    """Bring the sessions of that time in line with the reports, wherever these reach into each other."""
    reports = _near(db, owner, since, until)
    low, high = min(one.start for one in reports) - SESSION_S, max(one.end for one in reports) + SESSION_S
    starts = {one.start for one in reports}
    here = db.execute(f"""SELECT id, start_ts, end_ts, (SELECT start_ts FROM reported WHERE session_id = id) FROM session
        WHERE owner_id = ? AND end_ts > ? AND start_ts < ? AND {rows.TIMED} ORDER BY start_ts""",
                      (owner, low, high)).fetchall()
    of_messages = [row for row in here if usage.UsageTotal(db, owner, row[1], row[2], rests=False).entries]
    for number, start, end, _ in of_messages:
        _attach(db, owner, reports, number, start, end)
    free = {row[0]: row for row in here if row[3] in starts and row not in of_messages}
    taken = [row[1:3] for row in here if row[0] not in free]
    placed = chosen_reports([one for one in reports if not _is_attached(db, owner, one)], taken)
    pairs = _paired(placed, free)
    for number in free.keys() - {number for _, number in pairs}:
        usage.clear_spread(db, owner, free[number][1], free[number][2])
        heirs = [heir for one, heir in pairs if heir and one.start < free[number][2] and free[number][1] < one.end]
        sessions.remove(db, number, heirs[0] if heirs else None)
    for one, number in pairs:          # two may exchange their times
        if number and free[number][1] != one.start:
            usage.clear_spread(db, owner, free[number][1], free[number][2])
            db.execute("UPDATE session SET start_ts = -id WHERE id = ?", (number,))
    for one, number in pairs:
        _write(db, owner, one, number)


def _near(db: sqlite3.Connection, owner: int, since: int, until: int) -> List[Block]:
    """The reports of that time, and all that overlap one of them."""
    while True:
        fetched = db.execute(f"""SELECT 0, {', '.join(rows.CONTENT)} FROM reported
            WHERE owner_id = ? AND end_ts >= ? AND start_ts <= ? ORDER BY start_ts""", (owner, since, until))
        reports = [row.block for row in rows.stored_sessions(fetched)]
        low, high = min([since, *(one.start for one in reports)]), max([until, *(one.end for one in reports)])
        if (low, high) == (since, until):
            return reports
        since, until = low, high


def _attach(db: sqlite3.Connection, owner: int, reports: Sequence[Block], number: int, start: int, end: int) -> None:
    """A session of messages has the report of the same start, where that has more."""
    report = next((one for one in reports if one.start // HOUR_S == start // HOUR_S), None)
    if report is None:
        return
    total = usage.UsageTotal(db, owner, start, end, rests=False)
    if report.counted and report.tokens > total.tokens:
        db.execute("UPDATE reported SET session_id = ? WHERE owner_id = ? AND start_ts = ?", (number, owner, report.start))
        state = db.execute("SELECT settled FROM session WHERE id = ?", (number,)).fetchone()[0]
        sessions.sum_by_quarters(db, owner, Bound(start, end, number, state))


def _is_attached(db: sqlite3.Connection, owner: int, report: Block) -> bool:
    row = db.execute("SELECT session_id, session.start_ts, session.end_ts FROM reported LEFT JOIN session ON id = session_id "
                       "WHERE reported.owner_id = ? AND reported.start_ts = ?", (owner, report.start)).fetchone()
    if rows.epoch(row[1]) is None or rows.epoch(row[2]) is None:
        return False
    return usage.UsageTotal(db, owner, row[1], row[2], rests=False).entries > 0


def _paired(placed: Sequence[PlacedReport], free: "dict[int, Sequence[int]]") -> List[Tuple[PlacedReport, int]]:
    """Each with the number of the row that it goes on with, 0 for a new one."""
    left = dict(free)
    pairs: List[Tuple[PlacedReport, int]] = []
    for one in placed:
        same = [number for number, row in left.items() if row[1] == one.start]
        shared = {number: min(one.end, row[2]) - max(one.start, row[1]) for number, row in left.items()
                  if all(other.start != row[1] for other in placed)}
        best = same[0] if same else max(shared, key=lambda number: shared[number], default=0)
        number = best if same or 2 * shared.get(best, 0) > one.end - one.start else 0
        left.pop(number, None)
        pairs.append((one, number))
    return pairs


def _write(db: sqlite3.Connection, owner: int, one: PlacedReport, number: int) -> None:
    content = one.report._replace(start=one.start, end=one.end)
    if number:
        before = db.execute(f"{rows.SELECT}, (SELECT start_ts FROM reported WHERE session_id = id) FROM session WHERE id = ?",
                            (number,)).fetchone()
        if before[1:-1] == rows.session_columns(content) and before[-1] == one.report.start:
            return
        usage.clear_spread(db, owner, one.start, one.end)
        db.execute(rows.UPDATE, (*rows.session_columns(content), number))
        db.execute("UPDATE reported SET session_id = NULL WHERE session_id = ?", (number,))
    else:
        number = db.execute(rows.INSERT, (owner, *rows.session_columns(content))).lastrowid or 0
    db.execute("UPDATE session SET settled = ? WHERE id = ?", (SUMMED, number))
    db.execute("UPDATE reported SET session_id = ? WHERE owner_id = ? AND start_ts = ?", (number, owner, one.report.start))
    sessions.end_by_quarters(db, owner, one.start)
    sessions.sum_up(db, owner, Bound(one.start, one.end, number, SUMMED))


def set_aside(db: sqlite3.Connection) -> List[Block]:
    """The reports that count nothing because others cut the same time, by start."""
    fetched = db.execute(f"SELECT 0, {', '.join(rows.CONTENT)} FROM reported WHERE session_id IS NULL ORDER BY start_ts")
    return [row.block for row in rows.stored_sessions(fetched)]


# --- with limits and snapshots -----------------------------------------------------------------------------------------

HEARTBEAT_S = 240                      # an unchanged snapshot is written again after this


class SessionLimit(NamedTuple):
    """A session, and the limit that is stored for it."""

    id: int
    tokens: int
    limit: Tuple[object, ...]          # plan, tokens, source


def write_reports(db: sqlite3.Connection, owner: int, blocks: Optional[Sequence[Block]], now: int, is_history: bool) -> Trust:
    """Store what the source reported (None: it is the ledger itself). is_history: no log was read, and they are the history."""
    trust = trusted.update(db, now, [block.start if block.last is None else block.last for block in blocks or ()])
    present.note_running(db, owner, blocks or (), now)
    if blocks is not None and is_history:
        save(db, owner, blocks, now)
    return trust


def sessions_without_limit(db: sqlite3.Connection, owner: int, now: int, with_running: bool) -> List[SessionLimit]:
    """The sessions that are new, or that run, too.
    To a clock that is behind, those that are over may be of the future: what was noted of them stays."""
    fetched = db.execute("""SELECT id, tokens, plan, limit_tokens, limit_source FROM session
        WHERE owner_id = ? AND start_ts <= ? AND (limit_source = '' OR end_ts > ? AND ?)""",
                      (owner, now + SKEW_S, now, with_running))
    return [SessionLimit(number, rows.count(tokens) or 0, tuple(limit)) for number, tokens, *limit in fetched]


def write_limits(db: sqlite3.Connection, limits: Iterable[Tuple[SessionLimit, Limit]]) -> None:
    """Write the limits that are not stored yet."""
    db.executemany("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?", [
        (limit.plan, limit.tokens, limit.source, row.id) for row, limit in limits
        if row.limit != (limit.plan, limit.tokens, limit.source)])


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(rows.COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(rows.COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in rows.COUNTS)}"""
_IDLE = (None, 0, None, None, None, None, None)


def _snapshot_columns(db: sqlite3.Connection, owner: int, block: Optional[Block]) -> Optional[Tuple[object, ...]]:
    """Of a stored session, or of none; None for one that is not stored yet."""
    if block is None:
        return _IDLE
    row = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts IN (?, ?) ORDER BY start_ts DESC",
                     (owner, block.start, usage.quarter(block.start))).fetchone()
    return (row[0], *rows.session_columns(block)[3:9]) if row else None


def _has_later_snapshots(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether there are snapshots of soon after now: to a clock that is behind, this is another time."""
    return db.execute("SELECT 1 FROM snapshot WHERE owner_id = ? AND ts > ? AND ts <= ? LIMIT 1",
                      (owner, now + SKEW_S, now + DAY_S)).fetchone() is not None


def write_snapshot(db: sqlite3.Connection, owner: int, block: Optional[Block], now: int, trust: Trust) -> None:
    """Write what the active session shows (None: there is none), unless the clock is wrong by all that is stored."""
    shown = _snapshot_columns(db, owner, block)
    if shown is None or trust.in_doubt and (now > trust.believed or _has_later_snapshots(db, owner, now)):
        return
    newest = db.execute(_NEWEST, (owner, now)).fetchone()
    seen = now if newest is None else rows.epoch(newest[1]) or 0
    if newest and (seen > now + SKEW_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner, now, now, *shown))
