"""All that a report says, as numbers: the period, the one before, days, hours, models, plans, sessions and sentences."""

from datetime import date, datetime, time, timedelta
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon.history import groups, insights
from ccmon.history.groups import HOUR_S, Group, by_period, hours_of, is_hit, share, total
from ccmon.model import SESSION_S, Record, Used
from ccmon.when import Zone, local, midnight

CostOf = Callable[[Used], Optional[float]]
Point = Tuple[int, float]              # epoch s, tokens
KNOWN_WEEKS = 8                        # before the period: what usual days are told from


class Period(NamedTuple):
    """A week or a month."""

    kind: str                          # week | month
    first: date                        # local
    last: date                         # local, inclusive
    start: int                         # epoch s
    end: int                           # epoch s, exclusive

    @property
    def key(self) -> str:
        """2026-W47, 2026-11."""
        return groups.label(self.first, self.kind)


class PlanUse(NamedTuple):
    """The sessions under one plan."""

    plan: str
    limits: Tuple[int, int]            # tokens: the lowest and the highest limit
    sessions: int
    near: int                          # used 80 % or more
    hits: int                          # used all


class Rise(NamedTuple):
    """How the tokens of a session rose."""

    record: Record
    percent: float
    points: Tuple[Point, ...]          # by time: from 0 to all tokens


class Digest(NamedTuple):
    """The report."""

    period: Period
    now: int
    zone: Zone
    total: Group
    before: Optional[Group]            # the period before, up to the same time of it; None where it is not known whole
    days: Tuple[Group, ...]            # all that have begun
    heat: List[List[float]]            # tokens by weekday and hour
    models: Tuple[Group, ...]
    plans: Tuple[PlanUse, ...]
    hosts: Tuple[Group, ...]           # more than one, or none
    rises: Tuple[Rise, ...]
    insights: Tuple[str, ...]

    @property
    def so_far(self) -> bool:
        """Whether the period still runs."""
        return self.now < self.period.end


# --- periods ----------------------------------------------------------------------------------------------------------

def period_at(now: int, kind: str, zone: Zone, back: int = 0) -> Period:
    """The period that contains now, or one before it."""
    first = groups.first_day(local(now, zone).date(), kind)
    for _ in range(back):
        first = groups.first_day(first - timedelta(days=1), kind)
    try:
        following = groups.next_period(first, kind)
    except OverflowError:              # the calendar ends with the year 9999
        following = date.max
    return Period(kind, first, following - timedelta(days=1), midnight(first, zone), midnight(following, zone))


def before(period: Period, zone: Zone) -> Period:
    """The period before it."""
    return period_at(period.start, period.kind, zone, 1)


def _in(records: Sequence[Record], start: int, end: int) -> List[Record]:
    return [record for record in records if start <= record.block.start < end]


# --- the whole --------------------------------------------------------------------------------------------------------

def make(records: Sequence[Record], used: Sequence[Used], period: Period, zone: Zone, now: int, cost: CostOf) -> Digest:
    """The report of a period. records: all that are known, by start; used: what was seen from the period's start on.

    A session belongs to the day in which it began, with all its tokens; the hours have those that were used in them.
    """
    records = [record for record in records if record.block.start <= now]
    inside = _in(records, period.start, period.end)
    seen = _of_sessions(used, inside, now)
    own_hours = groups.hourly(inside, seen, now)
    days = _days(inside, period, zone, now)
    return Digest(
        period, now, zone, total(days), _before(records, period, zone, now), days,
        heat=groups.heat(_hours(records, used, period, now), zone),
        models=tuple(groups.by_model(inside, seen, cost, now)), plans=_plans(inside), hosts=_hosts(inside),
        rises=tuple(_rise(record, own_hours, now) for record in inside),
        insights=tuple(_insights(records, inside, days, own_hours, period, zone, now)))


def _of_sessions(used: Sequence[Used], records: Sequence[Record], now: int) -> List[Used]:
    """What was seen in the hours of these sessions."""
    hours = {hour for record in records for hour in hours_of(record, now)}
    return [row for row in used if row.hour in hours]


def _hours(records: Sequence[Record], used: Sequence[Used], period: Period, now: int) -> Dict[int, float]:
    """Tokens of the hours of the period, also of a session that began before it."""
    near = _in(records, period.start - SESSION_S, period.end)
    seen = [row for row in used if row.hour < period.end]
    return {hour: tokens for hour, tokens in groups.hourly(near, seen, now).items() if period.start <= hour < period.end}


def _before(records: Sequence[Record], period: Period, zone: Zone, now: int) -> Optional[Group]:
    """The period before, as far as the present one has come; None where the memory does not reach back to its first day."""
    earlier = before(period, zone)
    if not records or records[0].block.start >= midnight(earlier.first + timedelta(days=1), zone):
        return None
    found = _in(records, earlier.start, earlier.end)
    if now < period.end:               # by wall clocks: a day of the one may be longer than that of the other
        gone = local(now, zone) - datetime.combine(period.first, time.min)
        until = datetime.combine(earlier.first, time.min) + gone
        found = [record for record in found if local(record.block.start, zone) < until]
    return total(by_period(found, period.kind, zone))


def _days(records: Sequence[Record], period: Period, zone: Zone, now: int) -> Tuple[Group, ...]:
    """One group for each day that has begun, with or without sessions."""
    found = {group.begins: group for group in by_period(records, "day", zone)}
    count = (min(period.last, local(now, zone).date()) - period.first).days + 1
    days = [period.first + timedelta(days=n) for n in range(count)]
    return tuple(found.get(day) or total([])._replace(key=day.isoformat(), begins=day) for day in days)


def _plans(records: Sequence[Record]) -> Tuple[PlanUse, ...]:
    found: Dict[str, List[Record]] = {}
    for record in records:
        found.setdefault(record.plan, []).append(record)
    return tuple(PlanUse(plan, (min(r.limit for r in own), max(r.limit for r in own)), len(own),
                         sum(share(r) >= 80 for r in own), sum(map(is_hit, own))) for plan, own in found.items())


def _hosts(records: Sequence[Record]) -> Tuple[Group, ...]:
    """One group for each machine, the most used first; none when there is only one."""
    found: Dict[str, List[Record]] = {}
    for record in records:
        found.setdefault(record.host, []).append(record)
    machines = [total(by_period(own, "month", _UTC))._replace(key=host) for host, own in found.items()]
    return tuple(sorted(machines, key=lambda group: -group.tokens)) if len(machines) > 1 else ()


class _Utc:
    name = "UTC"

    def offset_s(self, epoch: int) -> int:
        """None."""
        return 0


_UTC = _Utc()


def _rise(record: Record, hours: Mapping[int, float], now: int) -> Rise:
    """A point at the end of each hour of the session; steady within the hours."""
    block, span = record.block, hours_of(record, now)
    until, whole = max(block.start + 1, block.used_until(now)), sum(hours.get(hour, 0.0) for hour in span)
    points: List[Point] = [(block.start, 0.0)]
    risen = 0.0
    for hour in span:
        risen += hours.get(hour, 0.0)
        points.append((min(hour + HOUR_S, until), block.tokens * risen / whole if whole else float(block.tokens)))
    return Rise(record, share(record), tuple(points))


def _insights(records: Sequence[Record], inside: Sequence[Record], days: Sequence[Group], hours: Mapping[int, float],
              period: Period, zone: Zone, now: int) -> List[str]:
    if len(inside) < insights.LEAST_SESSIONS:
        return []
    known = by_period(_in(records, period.start - KNOWN_WEEKS * 7 * 86400, period.end), "day", zone)
    return insights.sentences([
        insights.near_limit(days), insights.trend(_periods(records, period, zone, now), period.kind),
        insights.busiest(hours, zone), insights.reset_hour(inside, hours, zone), insights.unusual(days, known)])


def _periods(records: Sequence[Record], period: Period, zone: Zone, now: int) -> List[int]:
    """Tokens of the completed periods up to this one, the oldest first; not of the first one known, of which a part may lack."""
    last = period if period.end <= now else before(period, zone)
    tokens = {group.begins: group.tokens for group in by_period(records, period.kind, zone)}
    found: List[int] = []
    while len(found) < insights.TREND_PERIODS and tokens and last.first > min(filter(None, tokens)):
        found.insert(0, tokens.get(last.first, 0))
        last = before(last, zone)
    return found
