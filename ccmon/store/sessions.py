"""The 5-hour sessions, cut from the messages by ccusage 20's rule, and fixed once they are over: no two overlap.

A late message inside a settled session joins it, one between two of them opens a session that ends where the next one begins.
Times are epoch seconds, `_ms` epoch milliseconds.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right

from ccmon.model import Block
from ccmon.quick_typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import log_state, messages, rows, session_sums, usage
from ccmon.store.log_state import OPEN_SPAN, open_span
from ccmon.store.messages import CountedMessage, LogMessage, MessageChange, MessageRow
from ccmon.when import HOUR_S, SESSION_S

# Bounds that may move; bounds that stay, with sums that follow each change; and with sums of the quarters between them.
OPEN, SETTLED, SUMMED = 0, 1, 2
_HOUR_MS, _SESSION_MS = HOUR_S * 1000, SESSION_S * 1000
EVER = 1 << 40                         # s


class Bound(NamedTuple):
    """A session whose start and end stay."""

    start: int
    end: int
    id: int
    state: int                         # SETTLED | SUMMED

    def is_whole(self) -> bool:
        """Whether a message at its very end is still its own, by ccusage's rule; to a sum of quarters it is the next one's."""
        return self.state == SETTLED and self.end - self.start == SESSION_S


Cut = Tuple[Any, ...]                  # a session made of messages: the columns of its row in the order of rows.CONTENT


def bounds(db: sqlite3.Connection, owner: int, since_ms: int = -EVER, until_ms: int = EVER * 1000) -> List[Bound]:
    """The sessions with fixed bounds that touch that time, by start."""
    return _bounds(db, "owner_id = ? AND settled AND end_ts >= ? AND start_ts <= ?", owner, since_ms // 1000,
                   until_ms // 1000 + 1)


_BOUND = f"""SELECT start_ts, end_ts, id, settled FROM session WHERE {rows.TIMED}
    AND end_ts BETWEEN start_ts AND start_ts + {SESSION_S} AND typeof(settled) = 'integer'"""


def _bounds(db: sqlite3.Connection, where: str, *given: Any) -> List[Bound]:
    return list(map(Bound._make, db.execute(f"{_BOUND} AND {where} ORDER BY start_ts", given)))


def bound_at(fixed: Sequence[Bound], starts_ms: Sequence[int], at_ms: int) -> Optional[Bound]:
    """The one of them that a message of that time belongs to."""
    at = bisect_left(starts_ms, at_ms)
    before = fixed[at - 1] if at else None
    if before and (at_ms < before.end * 1000 or at_ms == before.end * 1000 and before.is_whole()):
        return before
    return fixed[at] if at < len(fixed) and starts_ms[at] == at_ms < fixed[at].end * 1000 else None


# --- what changes of messages do to them -------------------------------------------------------------------------------

def apply(db: sqlite3.Connection, owner: int, changes: Sequence[MessageChange], quarters: Iterable[int]) -> None:
    """Bring the fixed sessions up to date, and note what has to be cut anew; quarters: where a rest changed."""
    loose = [row.at_ms for change in changes for row in change if row is not None and not row.flags & messages.ABSORBED]
    times = [*loose, *(ts * 1000 for ts in quarters)]
    if not times:
        return
    fixed = bounds(db, owner, min(times), max(times))
    starts_ms = [bound.start * 1000 for bound in fixed]
    moved: Dict[Bound, List[Tuple[int, MessageRow]]] = {}
    if fixed:
        loose = []
        for sign, row in _counted(changes):
            bound = bound_at(fixed, starts_ms, row.at_ms)
            moved.setdefault(bound, []).append((sign, row)) if bound else loose.append(row.at_ms)
    for bound in {bound for bound in (bound_at(fixed, starts_ms, ts * 1000) for ts in quarters) if bound}:
        moved.setdefault(bound, [])
    for bound, parts in moved.items():
        sum_up(db, owner, bound) if bound.state == SUMMED else _shift(db, owner, bound, parts)
    _note_late(db, owner, [row.at_ms for parts in moved.values() for _, row in parts], loose)
    if loose:
        span = [*loose, *(open_span(db, owner) or ())]
        rows.write_note(db, f"{OPEN_SPAN} {owner}", f"{min(span)} {max(span)}")


def _counted(changes: Sequence[MessageChange]) -> Iterator[Tuple[int, MessageRow]]:
    """What is taken out (-1) and what is added (1)."""
    for change in changes:
        for sign, row in zip((-1, 1), change):
            if row is not None and not row.flags & messages.ABSORBED:
                yield sign, row


def _note_late(db: sqlite3.Connection, owner: int, joined_ms: Sequence[int], loose_ms: Sequence[int]) -> None:
    """The newest time of which messages came after its session was over: ccusage cuts its sessions otherwise from there."""
    if not (joined_ms or loose_ms):
        return
    end = db.execute(f"SELECT max(end_ts) FROM session WHERE owner_id = ? AND settled AND {rows.TIMED}", (owner,)).fetchone()[0]
    late = [*joined_ms, *(at for at in loose_ms if end is not None and at < end * 1000)]
    raise_note(db, owner, log_state.LATE, max(late, default=0))


def raise_note(db: sqlite3.Connection, owner: int, name: str, value: int) -> None:
    """Note a number of the owner, unless a larger one stands there."""
    if value > (rows.number(rows.note(db, f"{name} {owner}")) or 0):
        rows.write_note(db, f"{name} {owner}", str(value))


def _shift(db: sqlite3.Connection, owner: int, bound: Bound, parts: Sequence[Tuple[int, MessageRow]]) -> None:
    """Add messages to a settled session, or take them out."""
    sums = [0] * 7
    for sign, row in parts:
        for at, number in enumerate(usage.message_sums(row)):
            sums[at] += sign * number
    names, *stored = db.execute("SELECT models, last_ts, cost_micro_usd FROM session WHERE id = ?", (bound.id,)).fetchone()
    last, cost = rows.epoch(stored[0]), rows.count(stored[1])
    wanted = dict.fromkeys(filter(None, rows.text(names).split(",")))
    wanted.update(dict.fromkeys(_model_names(db, [row.model_id for sign, row in parts if sign > 0])))
    latest = max([row.at_ms // 1000 for sign, row in parts if sign > 0], default=last)
    cost = _priced(db, owner, bound) if cost is None or sums[5] else cost + round(sums[4] / 1000)
    db.execute("""UPDATE session SET tokens = tokens + ?, input = input + ?, output = output + ?,
        cache_creation = cache_creation + ?, cache_read = cache_read + ?, cost_micro_usd = ?, entries = entries + ?,
        models = ?, last_ts = max(coalesce(last_ts, ?), ?) WHERE id = ?""",
               (sums[0] + sums[1], *sums[:4], cost, sums[6], ",".join(wanted), latest, latest, bound.id))
    if db.execute("SELECT entries <= 0 FROM session WHERE id = ?", (bound.id,)).fetchone()[0]:
        remove(db, bound.id, None)     # its messages have better copies elsewhere


def _priced(db: sqlite3.Connection, owner: int, bound: Bound) -> Optional[int]:
    """Micro-dollars of all quarters of a session, None where any price is unknown."""
    nano = usage.UsageTotal(db, owner, bound.start, bound.end).cost_nano
    return None if nano is None else round(nano / 1000)


def _model_names(db: sqlite3.Connection, numbers: Iterable[int]) -> List[str]:
    fetched = (db.execute("SELECT name FROM model WHERE id = ?", (number,)).fetchone() for number in dict.fromkeys(numbers))
    return [name for row in fetched if row for name in (rows.text(row[0]),) if name]


# --- cutting -----------------------------------------------------------------------------------------------------------

def recut(db: sqlite3.Connection, owner: int) -> None:
    """Make the sessions of all times in which messages have come, between those that are fixed."""
    span = open_span(db, owner)
    if span is None:
        return
    fixed = bounds(db, owner)
    edges = [None, *fixed], [*fixed, None]
    for before, after in zip(*edges):
        low, high = before.end if before else -EVER, after.start if after else EVER
        if low * 1000 <= span[1] and span[0] <= high * 1000:
            made = None if fixed else session_sums.cuts(db, owner)
            if made is None:
                in_order = messages.counted_by_time(db, owner, low * 1000, high * 1000, not fixed)
                if before and before.is_whole():
                    in_order = [message for message in in_order if message[0] > low * 1000]
                made = list(cuts(db, in_order, low, high))
            _replace(db, owner, low, high, made)
    db.execute("DELETE FROM note WHERE key = ?", (f"{OPEN_SPAN} {owner}",))


def cuts(db: sqlite3.Connection, by_time: Sequence[CountedMessage], low: int, high: int) -> Iterator[Cut]:
    """The sessions of these messages, given by time, all between two times at which others end and begin."""
    names = {number: rows.text(name) for number, name in db.execute("SELECT id, name FROM model")}
    firsts = session_starts([message[0] for message in by_time])
    for first, after in zip(firsts, [*firsts[1:], len(by_time)]):
        yield _cut(by_time[first:after], max(by_time[first][0] // _HOUR_MS * HOUR_S, low), high, names)


def recent_sessions(logged: Iterable[LogMessage], is_all: bool) -> List[Block]:
    """The sessions that these messages make: all, or those from the first pause of five hours on."""
    from ccmon.store import ledger, schema  # which import this file
    with schema.empty() as db:
        ledger.count(db, 1, list(logged))
        by_time = messages.counted_by_time(db, 1, 0, 1 << 62, True)
        if not is_all:
            starts = (at for at in range(1, len(by_time)) if by_time[at][0] - by_time[at - 1][0] > _SESSION_MS)
            by_time = by_time[next(starts, len(by_time)):]
        made = [rows.stored_session((0, *cut)) for cut in cuts(db, by_time, 0, 1 << 40)]
        return [row.block for row in made if row]


def session_starts(times_ms: Sequence[int]) -> List[int]:
    """Which of the messages at these times, given in order, begins each session, by ccusage 20's rule.
    A session begins at its first message's full hour; the first message more than five hours after that begins the next one."""
    at, firsts = 0, []
    while at < len(times_ms):
        firsts.append(at)
        at = bisect_right(times_ms, times_ms[at] // _HOUR_MS * _HOUR_MS + _SESSION_MS, at)
    return firsts


def _cut(group: Sequence[CountedMessage], start: int, high: int, names: Dict[int, str]) -> Cut:
    times_ms, models, *columns, costs = zip(*group)
    given, made, created, read = map(sum, columns)
    cost = None if None in costs else round(sum(costs) / 1000)
    end = min(start + SESSION_S, high)
    named = filter(None, (names.get(number, "") for number in dict.fromkeys(models)))
    return (start, end, times_ms[-1] // 1000, given + made, given, made, created, read, cost,
            ",".join(dict.fromkeys(named)), len(group), 1, "logs")


def _replace(db: sqlite3.Connection, owner: int, low: int, high: int, wanted: Sequence[Cut]) -> None:
    """Replace the open sessions between low and high by these; one that goes on has the same id."""
    select = f"""{rows.SELECT} FROM session WHERE owner_id = ? AND NOT settled AND start_ts >= ? AND start_ts < ?
        AND typeof(start_ts) = 'integer'"""
    old = {row[1]: row for row in db.execute(select, (owner, low, high))}
    here = {cut[0]: cut for cut in wanted}
    moved: Dict[int, int] = {}         # number of a session that goes -> start of the one that has most of it
    for start in [start for start in old if start not in here]:
        row = old.pop(start)
        last = rows.epoch(row[2]) or start
        moved[row[0]] = max(here, key=lambda at: min(here[at][1], last) - max(at, start), default=start)
    renamed = {start: number for number, start in moved.items() if start in here and start not in old}
    for start, number in renamed.items():
        db.execute(rows.UPDATE, (*here[start], number))
    for start, cut in here.items():
        if start in old and old[start][1:] != cut:
            db.execute(rows.UPDATE, (*cut, old[start][0]))
        elif start not in old and start not in renamed:
            db.execute(rows.INSERT, (owner, *cut))
    for number, start in moved.items():
        if number not in renamed.values():
            heir = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts = ?", (owner, start)).fetchone()
            remove(db, number, heir[0] if heir and heir[0] != number else None)


def remove(db: sqlite3.Connection, number: int, heir: Optional[int]) -> None:
    """Take out a session; what was seen of it is what was seen of the heir."""
    db.execute("UPDATE snapshot SET session_id = ? WHERE session_id = ?", (heir, number))
    db.execute("UPDATE reported SET session_id = NULL WHERE session_id = ?", (number,))
    db.execute("DELETE FROM session WHERE id = ?", (number,))


def settle(db: sqlite3.Connection, owner: int, now: int) -> None:
    """Fix the sessions that are over; only for who has read all logs to their ends."""
    db.execute("UPDATE session SET settled = ? WHERE owner_id = ? AND NOT settled AND end_ts <= ?", (SETTLED, owner, now))


def settle_of(db: sqlite3.Connection, owner: int, settled: Iterable[MessageRow]) -> None:
    """Fix the sessions of these messages."""
    db.executemany(f"UPDATE session SET settled = {SETTLED} WHERE owner_id = ? AND NOT settled AND start_ts <= ? AND end_ts > ?",
                   {(owner, row.at_ms // 1000, row.at_ms // 1000) for row in settled})


def session_of_quarter(db: sqlite3.Connection, owner: int, ts: int) -> Bound:
    """The session of the quarter that begins then; a new one between its neighbours where there is none."""
    there = _bounds(db, "owner_id = ? AND start_ts < ? AND end_ts > ?", owner, ts + usage.QUARTER_S, ts)
    if there:
        return there[0]
    select = f"FROM session WHERE {rows.TIMED} AND owner_id = ?"
    low = db.execute(f"SELECT max(end_ts) {select} AND end_ts <= ?", (owner, ts)).fetchone()[0]
    high = db.execute(f"SELECT min(start_ts) {select} AND start_ts > ?", (owner, ts)).fetchone()[0]
    start = max(ts // HOUR_S * HOUR_S, -EVER if low is None else low)
    end = min(start + SESSION_S, EVER if high is None else high)
    number = db.execute("""INSERT INTO session (owner_id, start_ts, end_ts, tokens, source, settled)
        VALUES (?, ?, ?, 0, 'logs', ?)""", (owner, start, end, SUMMED)).lastrowid or 0
    return Bound(start, end, number, SUMMED)


def sum_by_quarters(db: sqlite3.Connection, owner: int, bound: Bound) -> None:
    """Fix a session, and write what its quarters hold; a message at its very end is the next one's from now on."""
    db.execute("UPDATE session SET settled = ? WHERE id = ?", (SUMMED, bound.id))
    sum_up(db, owner, bound._replace(state=SUMMED))
    if bound.state != SUMMED:
        apply(db, owner, [(None, row) for row in messages.between(db, owner, bound.end * 1000, bound.end * 1000 + 1)], ())


def end_by_quarters(db: sqlite3.Connection, owner: int, at_s: int) -> None:
    """Let messages of that very second be of the session that begins then, and not of one that ends then."""
    if messages.between(db, owner, at_s * 1000, at_s * 1000 + 1):
        for bound in _bounds(db, "owner_id = ? AND end_ts = ? AND settled <> ?", owner, at_s, SUMMED):
            sum_by_quarters(db, owner, bound)


# --- sums of quarters --------------------------------------------------------------------------------------------------

def sum_up(db: sqlite3.Connection, owner: int, bound: Bound) -> None:
    """Write what the quarters of a session hold, with what ccusage reported beyond it."""
    select = "SELECT tokens, input, output, cache_creation, cache_read, cost_micro_usd, entries, counted, source FROM reported"
    row = db.execute(f"{select} WHERE session_id = ?", (bound.id,)).fetchone()
    reported = row and (*map(rows.count, row[:6]), rows.count(row[6]) or 0, bool(row[7]), rows.text(row[8]))
    stored = db.execute("SELECT last_ts, cost_micro_usd FROM session WHERE id = ?", (bound.id,)).fetchone()
    last_ms = db.execute("""SELECT max(at_ms) FROM message WHERE owner_id = ? AND at_ms >= ? AND at_ms <= ?
        AND typeof(at_ms) = 'integer'""", (owner, bound.start * 1000, bound.end * 1000)).fetchone()[0]
    epochs, cost = (rows.epoch(stored[0]), None if last_ms is None else last_ms // 1000), rows.count(stored[1])
    last = max([epoch for epoch in epochs if epoch is not None], default=None)
    usage.clear_spread(db, owner, bound.start, bound.end)
    total = usage.UsageTotal(db, owner, bound.start, bound.end)
    rest = _spread_rest(db, owner, bound, reported, total, last) if reported else [0] * 4
    whole = usage.UsageTotal(db, owner, bound.start, bound.end)
    if whole.kinds != [*map(sum, zip(total.kinds, rest))]:
        raise sqlite3.IntegrityError("rows that were written are missing")
    is_counted = reported is None or reported[7] or total.entries > 0
    kinds: Sequence[Optional[int]] = whole.kinds if is_counted else (None,) * 4
    if reported and not total.entries:
        cost = reported[5]
    elif whole.cost_nano is not None:
        cost = round(whole.cost_nano / 1000)
    elif reported:
        cost = reported[5]
    models = db.execute("SELECT models FROM session WHERE id = ?", (bound.id,)).fetchone()[0]
    names = dict.fromkeys([*filter(None, rows.text(models).split(",")), *whole.models])
    db.execute("""UPDATE session SET last_ts = ?, tokens = ?, input = ?, output = ?, cache_creation = ?, cache_read = ?,
        cost_micro_usd = ?, models = ?, entries = ?, counted = ?, source = ? WHERE id = ?""",
               (last, whole.tokens, *kinds, cost, ",".join(names), max(total.entries, reported[6] if reported else 0),
                int(is_counted), "logs" if reported is None or 0 < total.tokens == whole.tokens else reported[8], bound.id))


def _spread_rest(db: sqlite3.Connection, owner: int, bound: Bound, reported: Sequence, total: usage.UsageTotal,
                 last: Optional[int]) -> List[int]:
    """What ccusage reported beyond the messages; a bare total (it may include cache tokens) only where there are none."""
    reported_tokens, *kinds, cost, _, is_counted, _ = reported
    tokens = reported_tokens or 0
    if is_counted:
        rest = [max(0, (count or 0) - seen) for count, seen in zip(kinds, total.kinds)]
        beyond = max(0, tokens - total.tokens)             # kinds may be counted otherwise: together they are what is beyond
        rest[:2] = min(rest[0], beyond), beyond - min(rest[0], beyond)
    else:
        rest = [0, 0 if total.entries else tokens, 0, 0]
    if any(rest):
        part = (rest[0] + rest[1]) / tokens if tokens else 1.0
        nano = None if cost is None else round(cost * 1000 * min(1.0, part))
        until = min(bound.end - 1, bound.start + SESSION_S - 1, max(bound.start, last or 0))
        usage.spread(db, owner, bound.start, until, rest, nano)
    return rest
