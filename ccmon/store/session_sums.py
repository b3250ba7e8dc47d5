"""Sessions made of the sums of their quarters of an hour, where none is fixed yet: of a long history in a tenth of the time."""

import sqlite3

from ccmon.quick_typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple
from ccmon.store import messages, rows, usage
from ccmon.when import HOUR_S, SESSION_S

_SOME = 400                            # values in one statement
_SUMS = f"""SELECT ts, model_id, sum(input), sum(output), sum(cache_creation), sum(cache_read), sum(cost_nano), sum(unpriced),
    sum(entries) FROM usage WHERE owner_id = ? AND project_id >= 0 AND entries > 0 AND {usage.VALID} GROUP BY ts, model_id
    ORDER BY ts"""
_LAST = f"""SELECT at_ms FROM message WHERE owner_id = ? AND at_ms >= ? AND at_ms < ? AND NOT flags & {rows.ABSORBED}
    AND {rows.MESSAGE} ORDER BY at_ms DESC LIMIT 1"""

Cut = Tuple[Any, ...]                  # the columns of a session's row in the order of rows.CONTENT
Group = List[Sequence[int]]            # rows of _SUMS


def cuts(db: sqlite3.Connection, owner: int) -> Optional[List[Cut]]:
    """The sessions of all messages; None where only the messages tell them: one lies at the very end of a session."""
    groups = _groups(db.execute(_SUMS, (owner,)))
    names = {number: rows.text(name) for number, name in db.execute("SELECT id, name FROM model")}
    made = [_cut(db, owner, start, group, names) for start, group in groups.items()]
    is_split = _is_any_at(db, owner, [(start + SESSION_S) * 1000 for start in groups])
    return None if is_split or None in made else [one for one in made if one]


def _groups(quarters: Iterable[Sequence[int]]) -> Dict[int, Group]:
    """The quarters of each session, by its start: the full hour of the first one, five hours after which another one begins."""
    groups: Dict[int, Group] = {}
    start = -SESSION_S
    for row in quarters:
        if row[0] >= start + SESSION_S:
            start = row[0] // HOUR_S * HOUR_S
        groups.setdefault(start, []).append(row)
    return groups


def _is_any_at(db: sqlite3.Connection, owner: int, times_ms: Sequence[int]) -> bool:
    some = [times_ms[at:at + _SOME] for at in range(0, len(times_ms), _SOME)]
    return any(db.execute(f"SELECT 1 FROM message WHERE owner_id = ? AND at_ms IN ({','.join('?' * len(times))}) LIMIT 1",
                          (owner, *times)).fetchone() for times in some)


def _cut(db: sqlite3.Connection, owner: int, start: int, group: Group, names: Dict[int, str]) -> Optional[Cut]:
    """The session; None where its last message is not there."""
    last = db.execute(_LAST, (owner, group[-1][0] * 1000, (group[-1][0] + usage.QUARTER_S) * 1000)).fetchone()
    if last is None:
        return None
    given, made, created, read, cost_nano, unpriced, entries = (sum(row[at] for row in group) for at in range(2, 9))
    named = filter(None, (names.get(number, "") for number in _models(db, owner, group)))
    return (start, start + SESSION_S, last[0] // 1000, given + made, given, made, created, read,
            None if unpriced else round(cost_nano / 1000), ",".join(dict.fromkeys(named)), entries, 1, "logs")


def _models(db: sqlite3.Connection, owner: int, group: Group) -> Iterable[int]:
    """The models in the order in which they were first asked; where two are new in a quarter, its messages tell that."""
    seen: Dict[int, None] = {}
    for ts in dict.fromkeys(row[0] for row in group):
        new = [row[1] for row in group if row[0] == ts and row[1] not in seen]
        if len(new) > 1:
            in_order = messages.counted_by_time(db, owner, ts * 1000, (ts + usage.QUARTER_S) * 1000, False)
            new = [message[1] for message in in_order]
        seen.update(dict.fromkeys(new))
    return seen
