"""What was used by quarter of an hour, model and project: sums of the messages, for ever. Costs are billionths of a US dollar.

Beside them stand rests, which shrink as messages come in: of minutes that an older ccmon summed up (table legacy; without a
project), and of sessions that only ccusage has reported (without model and project). Times are epoch seconds.
"""

import sqlite3

from ccmon.model import UsageRow
from ccmon.quick_typing import TYPE_CHECKING, Dict, Iterable, List, Optional, Sequence, Set, Tuple
from ccmon.store import rows
from ccmon.when import HOUR_S

if TYPE_CHECKING:
    from ccmon.store.messages import MessageChange, MessageRow

QUARTER_S = HOUR_S // 4
_QUARTER_MS = QUARTER_S * 1000
UNKNOWN = -1                           # instead of a model's or project's number
_KINDS = ("input", "output", "cache_creation", "cache_read")
_SUMS = (*_KINDS, "cost_nano", "unpriced", "entries")
_NAMES = ", ".join(_SUMS)
VALID = f"{rows.TIMES.format('ts')} AND {rows.counted(_SUMS, rows.MOST_SUMMED)}"

Key = Tuple[int, int, int]             # quarter, number of the model, of the project
Sums = List[int]                       # in the order of _SUMS

def quarter(ts: int) -> int:
    """The start of the quarter of an hour that holds that time."""
    return ts // QUARTER_S * QUARTER_S


def message_sums(row: "MessageRow") -> Sums:
    """What a message adds."""
    return [row.input, row.output, row.cache_5m + row.cache_1h, row.cache_read, row.cost_nano or 0,
            int(row.cost_nano is None), 1]


def deltas(changes: "Iterable[MessageChange]") -> Dict[Key, Sums]:
    """What these changes of messages change of the sums, by quarter, number of the model and of the project."""
    changed: Dict[Key, Sums] = {}
    for before, after in changes:
        if before is not None and before.counts:
            _add_to(changed, before, -1)
        if not after.flags & rows.ABSORBED:
            _add_to(changed, after, 1)
    return changed


def _add_to(changed: Dict[Key, Sums], row: "MessageRow", sign: int) -> None:
    _, _, _, at_ms, model, project, given, made, five, hour, read, cost_nano, _ = row
    key = at_ms // _QUARTER_MS * QUARTER_S, model, project
    sums = changed.get(key)
    if sums is None:
        sums = changed[key] = [0] * len(_SUMS)
    sums[0] += sign * given
    sums[1] += sign * made
    sums[2] += sign * (five + hour)
    sums[3] += sign * read
    if cost_nano is None:
        sums[5] += sign
    else:
        sums[4] += sign * cost_nano
    sums[6] += sign


def add(db: sqlite3.Connection, owner: int, changed: Dict[Key, Sums]) -> None:
    """Add these numbers, which may be below zero; what has no message left goes."""
    db.executemany(_ADD, [(owner, *key, *sums) for key, sums in changed.items() if any(sums)])
    db.executemany("DELETE FROM usage WHERE owner_id = ? AND ts = ? AND model_id = ? AND project_id = ? AND entries <= 0",
                   [(owner, *key) for key, sums in changed.items() if sums[-1] < 0])


_ADD = f"""INSERT INTO usage (owner_id, ts, model_id, project_id, {_NAMES}) VALUES (?, ?, ?, ?{', ?' * len(_SUMS)})
    ON CONFLICT (owner_id, ts, model_id, project_id)
    DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in _SUMS)}"""
_PUT = f"INSERT OR REPLACE INTO usage (owner_id, ts, model_id, project_id, {_NAMES}) VALUES (?, ?, ?, ?{', ?' * len(_SUMS)})"


_COVERED = f"""SELECT {', '.join(f'coalesce(sum({kind}), 0)' for kind in _KINDS)} FROM usage
    WHERE owner_id = ? AND ts >= ? AND ts < ? AND model_id = ? AND project_id >= 0 AND {rows.FOUR}"""


def settle_legacy(db: sqlite3.Connection, owner: int, touched: Optional[Iterable[Key]]) -> Set[int]:
    """What older sums hold beyond the messages, at these keys (None: everywhere); the quarters whose rest changed."""
    changed = set()
    for ts, model, span_s, *sums in _legacy(db, owner, touched):
        covered = db.execute(_COVERED, (owner, ts, ts + span_s, model)).fetchone()
        rest = [max(0, summed - messages_sum) for summed, messages_sum in zip(sums, covered)]
        before = db.execute(f"""SELECT {', '.join(_KINDS)} FROM usage
            WHERE owner_id = ? AND ts = ? AND model_id = ? AND project_id = ?""", (owner, ts, model, UNKNOWN)).fetchone()
        if any(rest) and tuple(rest) != before:
            db.execute(_PUT, (owner, ts, model, UNKNOWN, *rest, 0, 1, 0))
            changed.add(ts)
        elif before and not any(rest):
            db.execute("DELETE FROM usage WHERE owner_id = ? AND ts = ? AND model_id = ? AND project_id = ?",
                       (owner, ts, model, UNKNOWN))
            changed.add(ts)
    return changed


LEGACY = f"{rows.TIMES.format('ts')} AND {rows.FOUR} AND span_s IN ({QUARTER_S}, {HOUR_S})"      # a row that can be


def _legacy(db: sqlite3.Connection, owner: int, touched: Optional[Iterable[Key]]) -> List[Sequence[int]]:
    select = f"SELECT ts, model_id, span_s, {', '.join(_KINDS)} FROM legacy WHERE owner_id = ? AND {LEGACY}"
    if touched is None:
        return db.execute(select, (owner,)).fetchall()
    if db.execute("SELECT 1 FROM legacy WHERE owner_id = ? LIMIT 1", (owner,)).fetchone() is None:
        return []
    by_key: Dict[Tuple[int, int], Sequence[int]] = {}
    for ts, model in {key[:2] for key in touched}:
        for row in db.execute(f"{select} AND model_id = ? AND ts IN (?, ?) AND ts + span_s > ?",
                              (owner, model, ts, ts // HOUR_S * HOUR_S, ts)):
            by_key[row[0], row[1]] = row
    return list(by_key.values())


def spread(db: sqlite3.Connection, owner: int, start: int, last: int, rest: Sequence[int], cost_nano: Optional[int]) -> None:
    """Put what only ccusage has reported of a session (four kinds of tokens) evenly into the quarters from start to last."""
    quarters = range(quarter(start), max(start, last) + 1, QUARTER_S)
    number = len(quarters)
    for at, ts in enumerate(quarters):
        part = [count * (at + 1) // number - count * at // number for count in (*rest, cost_nano or 0)]
        db.execute(_PUT, (owner, ts, UNKNOWN, UNKNOWN, *part, int(cost_nano is None), 0))


def clear_spread(db: sqlite3.Connection, owner: int, start: int, end: int) -> None:
    """Take out what was spread over that time."""
    db.execute("DELETE FROM usage WHERE owner_id = ? AND ts >= ? AND ts < ? AND model_id = ?",
               (owner, quarter(start), end, UNKNOWN))


class UsageTotal:
    """The sum of all quarters of a time."""

    def __init__(self, db: sqlite3.Connection, owner: int, start: int, end: int, rests: bool = True) -> None:
        fetched = db.execute(f"""SELECT model_id, coalesce((SELECT name FROM model WHERE id = model_id), ''), {_NAMES}, ts
            FROM usage WHERE owner_id = ? AND ts >= ? AND ts < ? AND {VALID}{'' if rests else ' AND project_id >= 0'}
            ORDER BY ts""", (owner, quarter(start), end)).fetchall()
        self.kinds = [sum(row[2 + at] for row in fetched) for at in range(len(_KINDS))]
        self.cost_nano: Optional[int] = None if any(row[-3] for row in fetched) else sum(row[-4] for row in fetched)
        self.entries = sum(row[-2] for row in fetched)
        self.models = tuple(dict.fromkeys(filter(None, (rows.text(row[1]) for row in fetched))))
        self.last: Optional[int] = max((row[-1] for row in fetched), default=None)

    @property
    def tokens(self) -> int:
        """Input and output."""
        return self.kinds[0] + self.kinds[1]


def usage_rows(db: sqlite3.Connection, owner: Optional[int], since: int, until: int) -> List[UsageRow]:
    """What was used by quarter of an hour, model, project and machine, from since on and before until; of all without owner."""
    fetched = db.execute(_USED, (owner, since, until))
    return [UsageRow(ts, None if model_id == UNKNOWN else rows.text(model),
                 None if project_id == UNKNOWN else rows.text(project),
                 given, made, created, read, None if unpriced or rows.count(cost) is None else cost / 1e9, rows.text(host))
            for ts, model_id, model, project_id, project, given, made, created, read, cost, unpriced, host in fetched]


_USED = f"""SELECT ts, model_id, model.name, project_id, CASE path WHEN '' THEN project.name ELSE path END,
    {', '.join(_SUMS[:-1])}, host FROM usage JOIN owner ON owner.id = owner_id LEFT JOIN model ON model.id = model_id
    LEFT JOIN project ON project.id = project_id
    WHERE (?1 IS NULL OR owner_id = ?1) AND ts >= ?2 AND ts < ?3 AND {rows.TIMES.format('ts')} AND {rows.FOUR}
    ORDER BY ts, model_id, project_id, host"""
