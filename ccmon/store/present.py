"""The facts now, what is used when, and the sessions that run as the source reports them. Times are epoch seconds."""

from __future__ import annotations

import sqlite3

from ccmon import checked
from ccmon.model import Block, HighWater, Record, Sample, StoredFacts
from ccmon.quick_typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import learning, log_state, rows, usage
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
    blocks, reported = stored, running_blocks(db, owner, now)
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
        last = rows.epoch(newest) or end
    return at if last is not None and now - last <= SESSION_S else None


def records(db: sqlite3.Connection, owner: Optional[int], now: int, since: Optional[int]) -> List[Record]:
    """Sessions that ended after since, by start; of all owners without one. One that should run may be unlisted."""
    sql = rows.SELECT + """, plan, limit_tokens, limit_source, listed OR end_ts <= ?1,
        (SELECT host FROM owner WHERE id = owner_id) FROM session
        WHERE (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR end_ts > ?3) ORDER BY start_ts, owner_id"""
    fetched = [(rows.stored_session(columns), columns[-5:]) for columns in db.execute(sql, (now, owner, since))]
    return [Record(row.block, rows.text(plan), rows.count(limit) or 0, rows.text(limit_source),
                   bool(listed), rows.text(host)) for row, (plan, limit, limit_source, listed, host) in fetched if row]


def high_water(db: sqlite3.Connection, owner: int, now: int) -> Optional[HighWater]:
    """The largest session that is over, None without one."""
    # Sessions without separate counts may include cache tokens: they matter only when there are no others. A session is made
    # of whole quarters: what ccusage reports of it may run a little longer.
    done = f"""FROM session WHERE owner_id = ?1 AND end_ts <= ?2 AND {rows.TIMES.format('start_ts')}
        AND typeof(tokens) = 'integer' AND tokens BETWEEN 1 AND {rows.MOST} AND (end_ts <= ?2 - {usage.QUARTER_S} OR NOT EXISTS
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
            for ts, seen, start, tokens in filter(rows.is_sample, reversed(fetched))]


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
                 learning.reached(db, number, (start or 0) - SESSION_S, 1 << 40)) for number in owners]


def _windows(db: sqlite3.Connection, owner: int, since: int) -> List[Tuple[int, float]]:
    fetched = db.execute("""SELECT ts, percent, resets_at, source FROM reading
        WHERE owner_id = ? AND window_s = ? AND source = 'statusline' AND resets_at > ?""", (owner, SESSION_S, since))
    return [(resets_at, float(percent)) for _, percent, resets_at, _ in filter(rows.is_reading, fetched)]


# --- the sessions that run by the last answer of the source, as it reported them ------------------------------------------

_RUNNING = "running"


def note_running(db: sqlite3.Connection, owner: int, answer: Iterable[Block], now: int) -> None:
    """Store the sessions of the last answer that run."""
    import json
    running = [block for block in rows.distinct(answer, now) if block.end > now]
    rows.write_note(db, f"{_RUNNING} {owner}", json.dumps(running))


def running_blocks(db: sqlite3.Connection, owner: int, now: int) -> List[Block]:
    """The sessions of the last answer that still run."""
    try:
        running = [Block(*fields) for fields in checked.value(rows.note(db, f"{_RUNNING} {owner}") or "[]")]
        return [block._replace(models=tuple(block.models)) for block in running
                if _is_possible(block) and block.end > now and block.start <= now + SKEW_S]
    except checked.Damage:
        return []


def _is_possible(block: Block) -> bool:
    """Whether what was stored can be a session."""
    numbers = (block.tokens, *(count for count in block[4:8] if count is not None), block.entries)
    return (rows.epoch(block.start) is not None and rows.epoch(block.end) is not None and block.start < block.end
            and (block.last is None or rows.epoch(block.last) is not None)
            and all(rows.count(number) is not None for number in numbers)
            and (block.cost_usd is None or type(block.cost_usd) in (int, float) and 0 <= block.cost_usd < 1e9)
            and all(isinstance(name, str) for name in block.models) and isinstance(block.source, str))


def running_difference(db: sqlite3.Connection, owner: int, now: int, stamp: str) -> Optional[Tuple[int, int]]:
    """Tokens of the session that runs, as ccusage and as the logs have it, where these differ; stamp: of the logs, which have to
    be those that were read last."""
    if not (learning.note(db, owner, learning.LOGS) or "").endswith(f" {stamp}"):
        return None
    for block in running_blocks(db, owner, now):
        row = db.execute("""SELECT tokens FROM session WHERE owner_id = ? AND start_ts / ? = ? AND end_ts > ? AND
            source = 'logs' AND typeof(tokens) = 'integer'""", (owner, HOUR_S, block.start // HOUR_S, now)).fetchone()
        if row and row[0] != block.tokens:
            return block.tokens, row[0]
    return None


# --- what was used when: by minute and model, else by quarter of an hour, else by snapshots of a session ------------------

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
    FROM message WHERE owner_id = ? AND at_ms >= ? AND at_ms < ? AND NOT flags & {rows.ABSORBED} AND {_NUMBERED}
    AND {rows.MESSAGE} GROUP BY 1, 2 ORDER BY 1"""
_QUARTERS = f"""SELECT ts, model_id, sum(input), sum(output), sum(cache_creation), sum(cache_read) FROM usage
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND (project_id = {usage.UNKNOWN} OR ts < ?) AND {_NUMBERED}
    AND {rows.TIMES.format('ts')} AND {rows.FOUR} GROUP BY 1, 2 ORDER BY 1"""
_WITHOUT = f"""SELECT id, start_ts, coalesce(last_ts, min(end_ts, ?3)), {_FOUR}, cost_micro_usd FROM session
    WHERE owner_id = ?1 AND end_ts > ?2 AND start_ts < ?3 AND counted AND {rows.TIMES.format('start_ts')}
    AND NOT EXISTS (SELECT 1 FROM usage WHERE owner_id = ?1
        AND model_id <> {usage.UNKNOWN} AND ts > start_ts - {usage.QUARTER_S} AND ts < end_ts) ORDER BY start_ts"""
_SHOTS = f"""SELECT session_id, ts, seen, {_FOUR}, cost_micro_usd FROM snapshot
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND input IS NOT NULL ORDER BY ts"""


def recorded_use(db: sqlite3.Connection, owner: int, since: int, until: int) -> RecordedUse:
    """What was used from since on and before until; sessions of which only a sum is stored are left out."""
    packed = log_state.packed_ms(db, owner) // 1000
    quarters = db.execute(_QUARTERS, (owner, usage.quarter(since), until, packed)).fetchall()
    return RecordedUse({number: rows.text(name) for number, name in db.execute(_MODELS)},
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
    if rows.epoch(first) is None or rows.epoch(last) is None or None in map(rows.count, counts[:4]):
        return []
    return [(first, last, *map(rows.count, counts))]  # type: ignore[list-item]
