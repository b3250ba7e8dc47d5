"""The facts now: the last sessions, those that run as the source reports them, and samples of them. Times are epoch seconds."""

from __future__ import annotations

import sqlite3
from typing import List, Optional, Sequence, Tuple

from ccmon.model import Block, HighWater, Record, Sample, StoredFacts
from ccmon.named_tuple import NamedTuple
from ccmon.store import limit_events, log_state, rows, running, usage, values
from ccmon.when import DAY_S, HOUR_S, SESSION_S, SKEW_S

FACTS_S = 8 * DAY_S
SAMPLES_S = HOUR_S
SAMPLES_MAX = 20_000


def facts(db: sqlite3.Connection, owner: int, now: int) -> StoredFacts:
    """The facts of that owner, without trouble."""
    stored = facts_without_samples(db, owner, now)
    return stored._replace(samples=tuple(samples(db, owner, now, stored.blocks)))


def facts_without_samples(db: sqlite3.Connection, owner: int, now: int) -> StoredFacts:
    """The same without samples."""
    stored = _blocks(db, owner, now)
    listed = [start for start, in db.execute("""SELECT start_ts FROM session WHERE owner_id = ? AND end_ts > ? AND start_ts <= ?
        AND listed = 1 ORDER BY start_ts""", (owner, now, now + SKEW_S))]
    since = _cut_since(db, owner, now)
    blocks, reported = stored, running.blocks(db, owner, now)
    hours = {block.start // HOUR_S for block in reported}
    for block in [block for block in reported if block.start <= now]:
        others = [one for one in blocks if one.end <= now or one.start // HOUR_S in hours]
        blocks = _beside(db, owner, blocks, others, block, since, now)
    starts = sorted({*listed, *(block.start for block in blocks if block not in stored)} & {block.start for block in blocks})
    return StoredFacts(tuple(blocks), tuple(starts), (), high_water(db, owner, now), since)


def _beside(db: sqlite3.Connection, owner: int, stored: List[Block], others: List[Block], block: Block, since: Optional[int],
            now: int) -> List[Block]:
    """The sessions with one that runs by ccusage: its figures where it cuts as the ledger does, else the ledger's where logs are
    gone or late. others: those that it does not contradict."""
    same = next((one for one in stored if block.start // HOUR_S == one.start // HOUR_S and one.end > now), None)
    if same:
        gone = log_state.number(db, owner, log_state.VANISHED) >= same.start * 1000
        if gone and same.tokens > block.tokens or same.start == block.start and same.source == block.source:
            return stored
        is_same_cut = (same.start, same.end) == (usage.quarter(block.start), usage.quarter(block.end))
        block = block if is_same_cut else block._replace(start=same.start, end=same.end)
        return [block if one is same else one for one in stored]
    if since is not None:
        return stored
    rest = [one for one in others if one.end > now or one.source == "logs" or not one.same_session(block)]
    return sorted([*rest, block], key=lambda one: one.start)


def _cut_since(db: sqlite3.Connection, owner: int, now: int) -> Optional[int]:
    """The newest time of which logs are gone or came late, where the present session is still cut otherwise for it.
    After a pause of more than five hours the sessions are the same again, whatever was before."""
    at = max(log_state.number(db, owner, log_state.VANISHED), log_state.number(db, owner, log_state.LATE)) // 1000
    if not at or at > now + SKEW_S:
        return None
    last: Optional[int] = at
    for start, end, newest in db.execute(f"""SELECT start_ts, end_ts, last_ts FROM session WHERE owner_id = ? AND end_ts >= ?
            AND start_ts <= ? AND {rows.TIMED} ORDER BY start_ts""", (owner, at, now)):
        if last is not None and start - last > SESSION_S:
            return None
        last = values.epoch(newest) or end
    return at if last is not None and now - last <= SESSION_S else None


def records(db: sqlite3.Connection, owner: Optional[int], now: int, since: Optional[int]) -> List[Record]:
    """Sessions that ended after since, by start; of all owners without one. One that should run may be unlisted."""
    sql = rows.SELECT + """, plan, limit_tokens, limit_source, listed OR end_ts <= ?1,
        (SELECT host FROM owner WHERE id = owner_id) FROM session
        WHERE (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR end_ts > ?3) ORDER BY start_ts, owner_id"""
    fetched = [(rows.stored_session(columns), columns[-5:]) for columns in db.execute(sql, (now, owner, since))]
    return [Record(row.block, values.text(plan), values.count(limit) or 0, values.text(limit_source),
                   bool(listed), values.text(host)) for row, (plan, limit, limit_source, listed, host) in fetched if row]


def high_water(db: sqlite3.Connection, owner: int, now: int) -> Optional[HighWater]:
    """The largest session that is over, None without one."""
    # Sessions without separate counts may include cache tokens: they matter only when there are no others. A session is made
    # of whole quarters: what ccusage reports of it may run a little longer.
    done = f"""FROM session WHERE owner_id = ?1 AND end_ts <= ?2 AND {values.TIMES.format('start_ts')}
        AND typeof(tokens) = 'integer' AND tokens BETWEEN 1 AND {values.MOST} AND (end_ts <= ?2 - {usage.QUARTER_S} OR NOT EXISTS
        (SELECT 1 FROM reported WHERE session_id = id AND reported.end_ts BETWEEN ?2 + 1 AND ?2 + {usage.QUARTER_S}))"""
    top = db.execute(f"SELECT tokens, start_ts, counted {done} ORDER BY counted DESC, tokens DESC, start_ts LIMIT 1",
                     (owner, now)).fetchone()
    if top is None:
        return None
    behind = db.execute(f"SELECT count(*) {done} AND counted = ?3", (owner, now, top[2])).fetchone()[0]
    return HighWater(top[0], top[1], behind)


def _blocks(db: sqlite3.Connection, owner: int, now: int) -> List[Block]:
    newest = "(SELECT max(start_ts) FROM session WHERE owner_id = ?1 AND start_ts <= ?2)"
    where = f" FROM session WHERE owner_id = ?1 AND start_ts <= ?2 AND (end_ts > ?3 OR start_ts = {newest}) ORDER BY start_ts"
    return [row.block for row in rows.stored_sessions(db.execute(rows.SELECT + where, (owner, now + SKEW_S, now - FACTS_S)))]


_SAMPLES = """SELECT ts, seen, session.start_ts, snapshot.tokens
    FROM snapshot LEFT JOIN session ON session.id = snapshot.session_id
    WHERE snapshot.owner_id = ?1 AND ts <= ?2
        AND ts >= coalesce((SELECT max(ts) FROM snapshot WHERE owner_id = ?1 AND ts < ?3), ?3)
    ORDER BY ts DESC LIMIT ?4"""


def samples(db: sqlite3.Connection, owner: int, now: int, blocks: Sequence[Block]) -> List[Sample]:
    """What was seen, from an hour ago or the active session's start on; thousands of rows."""
    active = [block.start for block in blocks if block.start <= now < block.end]
    since = min([now - SAMPLES_S] + active[-1:])
    fetched = db.execute(_SAMPLES, (owner, now, since, SAMPLES_MAX)).fetchall()
    starts = {usage.quarter(block.start): block.start for block in blocks}     # a row has whole quarters, a report may not
    return [Sample(ts, seen, starts.get(start, start), tokens)
            for ts, seen, start, tokens in filter(values.is_sample, reversed(fetched))]


class OwnerSessions(NamedTuple):
    """The sessions and windows of one owner."""

    is_own: bool                       # of the account that is looked at
    records: List[Record]              # by start
    windows: List[Tuple[int, float]]   # reset of a 5-hour window, a percentage that Claude reported
    cuts: List[int]                    # when a session was cut off, by time


def owner_sessions(db: sqlite3.Connection, own: Optional[int], everywhere: bool, now: int,
                   since: Optional[int]) -> List[OwnerSessions]:
    """Of the own owner, or of each one. since: sessions that ended after it, and those beside them that windows may belong to."""
    owners = [number for number, in db.execute("SELECT id FROM owner ORDER BY id")] if everywhere else [own] if own else []
    start = None if since is None else since - 2 * SESSION_S
    return [OwnerSessions(number == own, records(db, number, now, start), _windows(db, number, start or 0),
                 limit_events.reached(db, number, (start or 0) - SESSION_S, 1 << 40)) for number in owners]


def _windows(db: sqlite3.Connection, owner: int, since: int) -> List[Tuple[int, float]]:
    fetched = db.execute("""SELECT ts, percent, resets_at, source FROM reading
        WHERE owner_id = ? AND window_s = ? AND source = 'statusline' AND resets_at > ?""", (owner, SESSION_S, since))
    return [(resets_at, float(percent)) for _, percent, resets_at, _ in filter(values.is_reading, fetched)]
