"""Sessions and quarters of an hour made into groups: by day, week, month, hour of the day, model or project.

What was used counts where its quarter of an hour lies, whichever session it belongs to: so all groupings have one total.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Dict, Hashable, Iterable, List, Mapping, Optional, Sequence, Set, Tuple, TypeVar

from ccmon.model import NEAR_PERCENT, Record, UsageRow
from ccmon.named_tuple import NamedTuple
from ccmon.when import Zone, day_name, local

QUARTER_S = 900
RANKED = ("model", "project")          # the most used first
NO_MODEL, NOT_BY_MODEL = "no model", "not by model"
NO_PROJECT, NOT_BY_PROJECT = "no project", "not by project"

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
N = TypeVar("N", int, float)


class UsageGroup(NamedTuple):
    """What was used in a time, by a model or in a project, and the sessions that belong there."""

    key: str                           # 2026-11-22, 2026-W47, 2026-11, 14:00, a model's name, a project's folder
    begins: Optional[date]             # first local day of the period; None for hours of the day, models and projects
    sessions: int                      # that began in the period; in which the hour, model or project was used
    tokens: int                        # input + output
    input: Optional[int]               # None when a session did not tell; likewise below
    output: Optional[int]
    cache_creation: Optional[int]
    cache_read: Optional[int]
    cost_usd: Optional[float]
    models: Tuple[str, ...]
    percent: float                     # the largest share of its limit that a session used; 0.0 where there is no period
    near: int                                      # sessions that used 80 % or more of their limit
    hits: int                          # sessions that were cut off at it
    passed: int = 0                    # sessions above a mere reference figure that nothing says were cut off

    @property
    def is_empty(self) -> bool:
        """Whether nothing was used, and no session began."""
        return not (self.sessions or self.tokens)

    @property
    def day_name(self) -> str:
        """Sun 22 Nov, its first day; empty where it is no period."""
        return day_name(self.begins) if self.begins else ""


# --- periods ----------------------------------------------------------------------------------------------------------

def by_period(records: Sequence[Record], used: Sequence[UsageRow], period: str, zone: Zone) -> List[UsageGroup]:
    """One group for each day, week (from Monday) or month in which something was used or a session began, by time."""
    quarters = {at: first_day(local(at, zone).date(), period) for at in {row.at for row in used}}
    spent = _grouped((quarters[row.at], row) for row in used)
    began = _grouped((first_day(local(record.block.start, zone).date(), period), record) for record in records)
    return [_period(label(day, period), day, spent.get(day, ()), began.get(day, ())) for day in sorted({*spent, *began})]


def single_group(key: str, used: Sequence[UsageRow], records: Sequence[Record]) -> UsageGroup:
    """All of it as one group."""
    return _period(key, None, used, records)


def _period(key: str, begins: Optional[date], used: Sequence[UsageRow], records: Sequence[Record]) -> UsageGroup:
    return _group(key, begins, used)._replace(
        sessions=len(records), percent=max((record.percent for record in records), default=0.0), near=near_count(records),
        hits=sum(record.hit for record in records), passed=sum(record.passed for record in records))


def near_count(records: Sequence[Record]) -> int:
    """How many used 80 % of their limit or more."""
    return sum(record.percent >= NEAR_PERCENT for record in records)


def first_day(day: date, period: str) -> date:
    """The first day of its period."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def next_period(day: date, period: str) -> date:
    """The first day of the period after the one that begins on that day."""
    if period == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if period == "week" else 1)


def label(day: date, period: str) -> str:
    """2026-11-22, 2026-W47, 2026-11."""
    if period == "week":
        year, week, _ = day.isocalendar()[:3]
        return f"{year}-W{week:02d}"
    return day.isoformat()[:7] if period == "month" else day.isoformat()


def total(groups: Sequence[UsageGroup]) -> UsageGroup:
    """All of them together."""
    return UsageGroup("total", None, sum(g.sessions for g in groups), sum(g.tokens for g in groups),
                      _sum(g.input for g in groups), _sum(g.output for g in groups), _sum(g.cache_creation for g in groups),
                      _sum(g.cache_read for g in groups), _sum(g.cost_usd for g in groups),
                      _names(name for g in groups for name in g.models), max((g.percent for g in groups), default=0.0),
                      sum(g.near for g in groups), sum(g.hits for g in groups), sum(g.passed for g in groups))


# --- hours, models, projects ------------------------------------------------------------------------------------------

def by_hour(records: Sequence[Record], used: Sequence[UsageRow], zone: Zone) -> List[UsageGroup]:
    """One group for each of the 24 local hours of the day."""
    quarters = {at: local(at, zone).hour for at in {row.at for row in used}}
    by_hour = _by([quarters[row.at] for row in used], records, used)
    return [by_hour.get(hour, _group("", None, ()))._replace(key=f"{hour:02d}:00") for hour in range(24)]


def by_model(records: Sequence[Record], used: Sequence[UsageRow]) -> List[UsageGroup]:
    """One group for each model, the most used first; what is not known by model is one of them.

    Messages of Claude Code itself have no model: they have no group unless they used something.
    """
    rows = [row for row in used if row.model != "" or any(row[3:7])]
    return _ranked(_by([_named(row.model, NO_MODEL, NOT_BY_MODEL) for row in rows], records, rows))


def by_project(records: Sequence[Record], used: Sequence[UsageRow]) -> List[UsageGroup]:
    """One group for each project, the most used first; what is not known by project is one of them."""
    return _ranked(_by([_named(row.project, NO_PROJECT, NOT_BY_PROJECT) for row in used], records, used))


def _named(name: Optional[str], none: str, unknown: str) -> str:
    return unknown if name is None else name or none


def _ranked(by_key: Mapping[str, UsageGroup]) -> List[UsageGroup]:
    groups = [group._replace(key=key) for key, group in by_key.items()]
    return sorted(groups, key=lambda group: (-group.tokens, group.key))


def _by(keys: Sequence[K], records: Sequence[Record], used: Sequence[UsageRow]) -> Dict[K, UsageGroup]:
    """A group for each key, which the rows have in their order; its sessions are those in whose time it was used."""
    present: Dict[Tuple[str, int], Set[K]] = {}
    for key, row in zip(keys, used):
        present.setdefault((row.host, row.at), set()).add(key)
    sessions: Dict[K, int] = {}
    for record in records:
        for key in {key for at in _quarters(record) for key in present.get((record.host, at), ())}:
            sessions[key] = sessions.get(key, 0) + 1
    rows_by_key = _grouped(zip(keys, used))
    return {key: _group("", None, rows)._replace(sessions=sessions.get(key, 0)) for key, rows in rows_by_key.items()}


def sessions_using(records: Sequence[Record], used: Sequence[UsageRow]) -> List[Record]:
    """The sessions in whose time any of it was used."""
    present = {(row.host, row.at) for row in used}
    return [record for record in records if any((record.host, at) in present for at in _quarters(record))]


def _quarters(record: Record) -> range:
    return range(record.block.start // QUARTER_S * QUARTER_S, record.block.end, QUARTER_S)


# --- sums -------------------------------------------------------------------------------------------------------------

def with_bare_totals(used: Sequence[UsageRow], records: Sequence[Record]) -> List[UsageRow]:
    """The rows, those marked of which only a bare total of their session is known."""
    bare = {(record.host, at) for record in records if not record.block.counted for at in _quarters(record)}
    return [row._replace(counted=False) if row.model is None and (row.host, row.at) in bare else row for row in used]


def _grouped(pairs: Iterable[Tuple[K, V]]) -> Dict[K, List[V]]:
    values: Dict[K, List[V]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return values


def _group(key: str, begins: Optional[date], used: Sequence[UsageRow]) -> UsageGroup:
    def whole(numbers: Iterable[int]) -> Optional[int]:
        return sum(numbers) if is_counted else None
    is_counted = all(row.counted for row in used)
    return UsageGroup(key, begins, 0, sum(row.input + row.output for row in used), whole(row.input for row in used),
                      whole(row.output for row in used), whole(row.cache_creation for row in used),
                      whole(row.cache_read for row in used), _sum(row.cost_usd for row in used),
                      _names(row.model for row in used if row.model), 0.0, 0, 0)


def _sum(numbers: Iterable[Optional[N]]) -> Optional[N]:
    """None where one of them is not known."""
    terms = list(numbers)
    return None if None in terms else sum(term for term in terms if term is not None)  # type: ignore[return-value]


def _names(names: Iterable[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(names))


# --- courses ----------------------------------------------------------------------------------------------------------

def by_quarter(used: Iterable[UsageRow]) -> Dict[int, int]:
    """Tokens of each quarter of an hour (epoch s of its start) in which there were any."""
    tokens: Dict[int, int] = {}
    for row in used:
        if row.input + row.output:
            tokens[row.at] = tokens.get(row.at, 0) + row.input + row.output
    return tokens


def tokens_by_part(quarters: Mapping[int, float], start: int, end: int, parts: int) -> List[float]:
    """Tokens in so many equal parts of that time."""
    tokens = [0.0] * parts
    for at in range(start // QUARTER_S * QUARTER_S, end, QUARTER_S):
        tokens[min(parts - 1, max(0, (at - start) * parts // max(1, end - start)))] += quarters.get(at, 0)
    return tokens


def heat(quarters: Mapping[int, float], zone: Zone) -> List[List[float]]:
    """Tokens by weekday (Monday first) and local hour: seven rows of 24."""
    table = [[0.0] * 24 for _ in range(7)]
    for at, tokens in quarters.items():
        then = local(at, zone)
        table[then.weekday()][then.hour] += tokens
    return table
