"""Sessions and minutes made into groups: by day, week, month, hour of the day or model; and tokens hour by hour."""

from datetime import date, timedelta
from typing import Callable, Container, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import Record, Used
from ccmon.text import printable
from ccmon.when import Zone, local

HOUR_S = 3600
PERIODS = ("day", "week", "month")
KINDS = ("session", *PERIODS, "hour", "model")


class Group(NamedTuple):
    """What several sessions have in common. A session belongs to the period in which it began."""

    key: str                           # 2026-11-22, 2026-W47, 2026-11, 14:00, a model's name
    begins: Optional[date]             # first local day of the period; None for hours of the day and models
    sessions: int
    tokens: int                        # input + output
    input: Optional[int]               # None when a session did not tell; likewise below
    output: Optional[int]
    cache_creation: Optional[int]
    cache_read: Optional[int]
    cost_usd: Optional[float]
    models: Tuple[str, ...]
    percent: float                     # the largest share of its limit that a session used; 0.0 for hours and models
    near: int                          # sessions that used 80 % or more of the limit of their time
    hits: int                          # sessions that used all of it


def share(record: Record) -> float:
    """Percent of the limit of its time."""
    return record.block.tokens * 100 / record.limit if record.limit > 0 else 0.0


def is_hit(record: Record) -> bool:
    """Whether all of its limit was used; one's own record is no limit that could be reached."""
    return share(record) >= 100 and record.limit_source != "high_water"


# --- periods ----------------------------------------------------------------------------------------------------------

def by_period(records: Sequence[Record], period: str, zone: Zone) -> List[Group]:
    """One group for each day, week (from Monday) or month with a session, by time."""
    found: Dict[date, List[Record]] = {}
    for record in records:
        found.setdefault(first_day(local(record.block.start, zone).date(), period), []).append(record)
    return [_group(label(day, period), day, found[day]) for day in sorted(found)]


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


def total(groups: Sequence[Group]) -> Group:
    """All of them together."""
    return Group("total", None, sum(g.sessions for g in groups), sum(g.tokens for g in groups),
                 _known(g.input for g in groups), _known(g.output for g in groups), _known(g.cache_creation for g in groups),
                 _known(g.cache_read for g in groups), _known_cost(g.cost_usd for g in groups),
                 _names(name for g in groups for name in g.models), max((g.percent for g in groups), default=0.0),
                 sum(g.near for g in groups), sum(g.hits for g in groups))


def _group(key: str, begins: Optional[date], records: Sequence[Record]) -> Group:
    blocks, shares = [record.block for record in records], [share(record) for record in records]
    return Group(key, begins, len(records), sum(b.tokens for b in blocks), _known(b.input for b in blocks),
                 _known(b.output for b in blocks), _known(b.cache_creation for b in blocks), _known(b.cache_read for b in blocks),
                 _known_cost(b.cost_usd for b in blocks), _names(name for b in blocks for name in b.models),
                 max(shares, default=0.0), sum(s >= 80 for s in shares), sum(map(is_hit, records)))


def _known(counts: Iterable[Optional[int]]) -> Optional[int]:
    found = list(counts)
    return None if None in found else sum(count for count in found if count is not None)


def _known_cost(costs: Iterable[Optional[float]]) -> Optional[float]:
    found = list(costs)
    return None if None in found else sum(cost for cost in found if cost is not None)


def _names(names: Iterable[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(names))


# --- hours and models -------------------------------------------------------------------------------------------------

def hours_of(record: Record, now: int) -> range:
    """The hours in which the session was used, each as the epoch s of its start."""
    block = record.block
    until = block.used_until(now) + (block.last is not None)       # the last message belongs to its hour, the end does not
    return range(block.start // HOUR_S * HOUR_S, max(block.start + 1, until), HOUR_S)


def hourly(records: Sequence[Record], used: Sequence[Used], now: int) -> Dict[int, float]:
    """Tokens of each hour (epoch s of its start): as the log reader saw them, else spread evenly over the session.

    What the reader did not see of a session is spread over the hours of it without any, or over all when there are none.
    """
    hours: Dict[int, float] = {}
    for row in used:
        hours[row.hour] = hours.get(row.hour, 0.0) + row.input + row.output
    seen = set(hours)
    for record, rest in zip(records, unseen(records, used, now)):
        span = hours_of(record, now)
        free = [hour for hour in span if hour not in seen] or span
        for hour in free if rest else ():
            hours[hour] = hours.get(hour, 0.0) + rest / len(free)
    return hours


def unseen(records: Sequence[Record], used: Sequence[Used], now: int) -> List[int]:
    """Tokens of each session that its machine's log reader did not see; what that saw counts for one session only."""
    left: Dict[Tuple[str, int], int] = {}
    for row in used:
        left[row.host, row.hour] = left.get((row.host, row.hour), 0) + row.input + row.output
    rests = []
    for record in records:
        rest = record.block.tokens
        for at in _watched(record, left, now):
            taken = min(rest, left[at])
            rest -= taken
            left[at] -= taken
        rests.append(rest)
    return rests


def _watched(record: Record, known: Container[Tuple[str, int]], now: int) -> List[Tuple[str, int]]:
    """The hours of a session for which there are rows, of its machine or of one without a name."""
    return [at for hour in hours_of(record, now) for at in ((record.host, hour), ("", hour)) if at in known]


def by_hour(records: Sequence[Record], used: Sequence[Used], zone: Zone, now: int) -> List[Group]:
    """One group for each of the 24 local hours of the day; sessions are those that used tokens in it."""
    tokens, sessions = [0.0] * 24, [0] * 24
    for hour, number in hourly(records, used, now).items():
        tokens[local(hour, zone).hour] += number
    for record in records:
        for hour in {local(at, zone).hour for at in hours_of(record, now)}:
            sessions[hour] += 1
    return [Group(f"{hour:02d}:00", None, sessions[hour], count, None, None, None, None, None, (), 0.0, 0, 0)
            for hour, count in enumerate(_whole(tokens))]


def _whole(numbers: Sequence[float]) -> List[int]:
    """Rounded so that the sum stays what it is."""
    out, before, total = [], 0, 0.0
    for number in numbers:
        total += number
        out.append(round(total) - before)
        before = round(total)
    return out


def by_model(records: Sequence[Record], used: Sequence[Used], cost: Callable[[Used], Optional[float]], now: int) -> List[Group]:
    """One group for each model, the most used first. What only ccusage told stands under the session's joined models."""
    found: Dict[str, List[Group]] = {}
    for row in used:
        found.setdefault(row.model or "none", []).append(_of_used(row, cost(row)))
    names: Dict[Tuple[str, int], List[str]] = {}
    for row in used:
        names.setdefault((row.host, row.hour), []).append(row.model or "none")
    for record, rest in zip(records, unseen(records, used, now)):
        present = {name for at in _watched(record, names, now) for name in names[at]}
        if rest or not present:
            joined = " + ".join(sorted(printable(model) for model in record.block.models)) or "unknown"
            found.setdefault(joined, []).append(_of_rest(record, rest))
            present.discard(joined)
        for name in present:
            found[name].append(_of_session())
    groups = [total(parts)._replace(key=name, models=(name,), percent=0.0, near=0, hits=0) for name, parts in found.items()]
    return sorted(groups, key=lambda group: (-group.tokens, group.key))


def _of_used(row: Used, cost_usd: Optional[float]) -> Group:
    return Group("", None, 0, row.input + row.output, row.input, row.output, row.cache_creation, row.cache_read, cost_usd,
                 (), 0.0, 0, 0)


def _of_rest(record: Record, rest: int) -> Group:
    """The part of a session that makes up so many of its tokens; all of it when it has none."""
    block = record.block
    part = rest / block.tokens if block.tokens else 1.0

    def some(number: Optional[int]) -> Optional[int]:
        return None if number is None else round(number * part)
    given = some(block.input)
    output = None if given is None or block.output is None else rest - given
    cost = None if block.cost_usd is None else block.cost_usd * part
    return Group("", None, 1, rest, given, output, some(block.cache_creation), some(block.cache_read), cost, (), 0.0, 0, 0)


def _of_session() -> Group:
    return Group("", None, 1, 0, 0, 0, 0, 0, 0.0, (), 0.0, 0, 0)


def heat(hours: Dict[int, float], zone: Zone) -> List[List[float]]:
    """Tokens by weekday (Monday first) and local hour: seven rows of 24."""
    table = [[0.0] * 24 for _ in range(7)]
    for hour, tokens in hours.items():
        at = local(hour, zone)
        table[at.weekday()][at.hour] += tokens
    return table
