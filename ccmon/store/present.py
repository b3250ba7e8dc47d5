"""What is known at one moment: the last sessions, those that run as the source reports them, and what was seen of them.

For database.py, inside its transactions; sqlite3.Error comes as it is. Times are epoch seconds.
"""

import sqlite3
from typing import Callable, List, Optional, Sequence, Tuple

from ccmon.model import Block, Facts, HighWater, Limit, Record, Sample
from ccmon.store import log_state, rows, running_note, trusted, usage, values
from ccmon.when import SESSION_S, SKEW_S

HEARTBEAT_S = 240                      # an unchanged snapshot is written again after this
FACTS_S = 8 * 86400
SAMPLES_S = 3600
SAMPLES_MAX = 20_000

LimitOf = Callable[[int, Optional[HighWater]], Limit]
ActiveOf = Callable[[Sequence[Block], Sequence[int], int], Sequence[Block]]


# --- reading ---------------------------------------------------------------------------------------------------------------

def facts(db: sqlite3.Connection, owner: int, now: int) -> Facts:
    """What is known of that owner, without source and trouble."""
    known = _facts(db, owner, now)
    return known._replace(samples=tuple(samples(db, owner, now, known.blocks)))


def _facts(db: sqlite3.Connection, owner: int, now: int) -> Facts:
    stored, listed = _blocks(db, owner, now), _listed(db, owner, now)
    since = _cut_since(db, owner, now)
    blocks, running = stored, running_note.load(db, owner, now)
    hours = {block.start // 3600 for block in running}
    for block in [block for block in running if block.start <= now]:
        others = [one for one in blocks if one.end <= now or one.start // 3600 in hours]
        blocks = _beside(db, owner, blocks, others, block, since, now)
    starts = sorted({*listed, *(block.start for block in blocks if block not in stored)} & {block.start for block in blocks})
    return Facts(tuple(blocks), tuple(starts), (), _high_water(db, owner, now), cut_since=since)


def _beside(db: sqlite3.Connection, owner: int, known: List[Block], others: List[Block], block: Block, since: Optional[int],
            now: int) -> List[Block]:
    """The sessions with one that ccusage says to run: its figures where it cuts as the ledger does, else the ledger's word
    where logs are known to be gone or late. others: those that it does not contradict."""
    same = next((one for one in known if block.start // 3600 == one.start // 3600 and one.end > now), None)
    if same:
        gone = log_state.number(db, owner, log_state.VANISHED) >= same.start * 1000
        if gone and same.tokens > block.tokens or same.start == block.start and same.source == block.source:
            return known
        is_same_cut = (same.start, same.end) == (usage.quarter(block.start), usage.quarter(block.end))
        block = block if is_same_cut else block._replace(start=same.start, end=same.end)
        return [block if one is same else one for one in known]
    if since is not None:
        return known
    rest = [one for one in others if one.end > now or one.source == "logs" or not one.same_session(block)]
    return sorted([*rest, block], key=lambda one: one.start)


def _cut_since(db: sqlite3.Connection, owner: int, now: int) -> Optional[int]:
    """The newest moment of which logs are gone or came late, where the present session is still cut otherwise for it.

    After a pause of more than five hours the sessions are the same again, whatever was before.
    """
    at = max(log_state.number(db, owner, log_state.VANISHED), log_state.number(db, owner, log_state.LATE)) // 1000
    if not at or at > now + SKEW_S:
        return None
    last: Optional[int] = at
    for start, end, newest in db.execute(f"""SELECT start_ts, end_ts, last_ts FROM session WHERE owner_id = ? AND end_ts >= ?
            AND start_ts <= ? AND {values.TIMED} ORDER BY start_ts""", (owner, at, now)):
        if last is not None and start - last > SESSION_S:
            return None
        last = values.moment(newest) or end
    return at if last is not None and now - last <= SESSION_S else None


def records(db: sqlite3.Connection, owner: Optional[int], now: int, since: Optional[int]) -> List[Record]:
    """Sessions that ended after since, by start; of all owners without one. One that should run may be unlisted."""
    sql = rows.SELECT + """, plan, limit_tokens, limit_source, listed OR end_ts <= ?1,
        (SELECT host FROM owner WHERE id = owner_id) FROM session
        WHERE (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR end_ts > ?3) ORDER BY start_ts, owner_id"""
    found = [(rows.row_of(columns), columns[-5:]) for columns in db.execute(sql, (now, owner, since))]
    return [Record(row.block, values.text(plan), values.count(limit) or 0, values.text(limit_source),
                   bool(listed), values.text(host)) for row, (plan, limit, limit_source, listed, host) in found if row]


def _high_water(db: sqlite3.Connection, owner: int, now: int) -> Optional[HighWater]:
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
    return [row.block for row in rows.rows_of(db.execute(rows.SELECT + where, (owner, now + SKEW_S, now - FACTS_S)))]


def _listed(db: sqlite3.Connection, owner: int, now: int) -> List[int]:
    where = "owner_id = ? AND end_ts > ? AND start_ts <= ? AND listed = 1"
    sql = f"SELECT start_ts FROM session WHERE {where} ORDER BY start_ts"
    return [start for start, in db.execute(sql, (owner, now, now + SKEW_S))]


_SAMPLES = """SELECT ts, seen, session.start_ts, snapshot.tokens
    FROM snapshot LEFT JOIN session ON session.id = snapshot.session_id
    WHERE snapshot.owner_id = ?1 AND ts <= ?2
        AND ts >= coalesce((SELECT max(ts) FROM snapshot WHERE owner_id = ?1 AND ts < ?3), ?3)
    ORDER BY ts DESC LIMIT ?4"""


def samples(db: sqlite3.Connection, owner: int, now: int, blocks: Sequence[Block]) -> List[Sample]:
    """What was seen, from an hour ago or the active session's start on; thousands of rows."""
    active = [block.start for block in blocks if block.start <= now < block.end]
    since = min([now - SAMPLES_S] + active[-1:])
    found = db.execute(_SAMPLES, (owner, now, since, SAMPLES_MAX)).fetchall()
    starts = {usage.quarter(block.start): block.start for block in blocks}     # a row has whole quarters, a report may not
    return [Sample(ts, seen, starts.get(start, start), tokens)
            for ts, seen, start, tokens in filter(values.is_sample, reversed(found))]


# --- writing ---------------------------------------------------------------------------------------------------------------

def record(db: sqlite3.Connection, blocks: Optional[Sequence[Block]], owner: int, now: int, limit_of: LimitOf,
           active_of: ActiveOf, is_history: bool) -> Facts:
    """Save what the source reported (None: it is the ledger itself), note what the active session shows, and give what is
    known then, without the samples. is_history: no log was read, the reports are the history."""
    trust = trusted.look(db, now, [block.start if block.last is None else block.last for block in blocks or ()])
    if blocks is not None:
        running_note.save(db, owner, blocks, now)
        if is_history:
            from ccmon.store import reported  # where ccusage is asked
            reported.save(db, owner, blocks, now)
    else:
        running_note.save(db, owner, (), now)
    known = _facts(db, owner, now)
    note_limits(db, owner, now, limit_of)
    active = active_of(known.blocks, known.listed, now)
    if not (trust.in_doubt and (now > trust.believed or _is_past(db, owner, now))):
        _observe(db, owner, active[0] if active else None, now)
    return known


def note_limits(db: sqlite3.Connection, owner: int, now: int, limit_of: LimitOf, running: bool = True) -> None:
    """The plan and limit of this time for the sessions that are new, or that run, too; all are judged by the same high water.

    To a clock that is behind, those that are over may be of the future: what was noted of them stays.
    """
    high_water = _high_water(db, owner, now)
    found = db.execute("""SELECT id, tokens, plan, limit_tokens, limit_source FROM session
        WHERE owner_id = ? AND start_ts <= ? AND (limit_source = '' OR end_ts > ? AND ?)""",
                       (owner, now + SKEW_S, now, running)).fetchall()
    for number, tokens, *before in found:
        limit = limit_of(values.count(tokens) or 0, high_water)
        if before != [limit.plan, limit.tokens, limit.source]:
            db.execute("UPDATE session SET plan = ?, limit_tokens = ?, limit_source = ? WHERE id = ?",
                       (limit.plan, limit.tokens, limit.source, number))


_NEWEST = f"""SELECT ts, seen, session_id, {', '.join(rows.COUNTS)} FROM snapshot
    WHERE owner_id = ? AND ts <= ? ORDER BY ts DESC LIMIT 1"""
_UPSERT = f"""INSERT INTO snapshot (owner_id, ts, seen, session_id, {', '.join(rows.COUNTS)})
    VALUES (?, ?, ?, ?{', ?' * len(rows.COUNTS)}) ON CONFLICT (owner_id, ts) DO UPDATE SET
    seen = excluded.seen, session_id = excluded.session_id, {', '.join(f'{c} = excluded.{c}' for c in rows.COUNTS)}"""
_IDLE = (None, 0, None, None, None, None, None)


def _shown(db: sqlite3.Connection, owner: int, block: Optional[Block]) -> Optional[Tuple[object, ...]]:
    """What a snapshot says of a stored session, or of none; None of one that is not stored yet."""
    if block is None:
        return _IDLE
    found = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts IN (?, ?) ORDER BY start_ts DESC",
                       (owner, block.start, usage.quarter(block.start))).fetchone()
    return (found[0], *rows.values_of(block)[3:9]) if found else None


def _is_past(db: sqlite3.Connection, owner: int, now: int) -> bool:
    """Whether what was seen soon after that is known: to a clock that is behind, this moment is another one."""
    return db.execute("SELECT 1 FROM snapshot WHERE owner_id = ? AND ts > ? AND ts <= ? LIMIT 1",
                      (owner, now + SKEW_S, now + trusted.DAY_S)).fetchone() is not None


def _observe(db: sqlite3.Connection, owner: int, block: Optional[Block], now: int) -> None:
    shown = _shown(db, owner, block)
    if shown is None:
        return
    newest = db.execute(_NEWEST, (owner, now)).fetchone()
    seen = now if newest is None else values.moment(newest[1]) or 0
    if newest and (seen > now + SKEW_S or newest[2:] == shown and now - seen > HEARTBEAT_S):
        # Ahead of now means that the clock was set back: the row may not claim what has not been yet.
        db.execute("UPDATE snapshot SET seen = ? WHERE owner_id = ? AND ts = ?", (now, owner, newest[0]))
    if newest is None or newest[2:] != shown:
        db.execute(_UPSERT, (owner, now, now, *shown))
