"""All that a report says, as numbers: the period, the one before, days, hours, models, plans, sessions and sentences."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from ccmon.history import groups, insights
from ccmon.history.groups import QUARTER_S, UsageGroup, by_period
from ccmon.history.rating import OFFICIAL, Scale
from ccmon.history.windows import PastWindow
from ccmon.model import Record, UsageRow
from ccmon.named_tuple import NamedTuple
from ccmon.when import WEEK_S, Zone, local, midnight

Point = Tuple[int, float]              # epoch s, tokens
USUAL_WEEKS = 8                        # before the period: what usual days are computed from


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


class Measured(NamedTuple):
    """The sessions that are rated by the same."""

    by: str                            # official | learned | limit
    sessions: int
    near: int                          # used 80 % or more
    hits: int                          # were cut off
    passed: int                        # are above a mere reference figure


class Rise(NamedTuple):
    """How the tokens of a session rose."""

    record: Record
    points: Tuple[Point, ...]          # by time: from 0 to all tokens


class Digest(NamedTuple):
    """The report."""

    period: Period
    now: int
    zone: Zone
    total: UsageGroup
    before: Optional[UsageGroup]            # the period before, up to the same time of it; None where it is not known whole
    days: Tuple[UsageGroup, ...]            # all that have begun
    heat: List[List[float]]            # tokens by weekday and hour
    models: Tuple[UsageGroup, ...]
    scale: Scale                       # what sessions are rated by of which Claude has reported nothing
    measured: Tuple[Measured, ...]
    hosts: Tuple[UsageGroup, ...]           # more than one, or none
    rises: Tuple[Rise, ...]
    insights: Tuple[str, ...]
    weeks: Tuple[PastWindow, ...] = () # 7-day windows that ran in the period, by time

    @property
    def so_far(self) -> bool:
        """Whether the period still runs."""
        return self.now < self.period.end

    @property
    def is_empty(self) -> bool:
        """Whether nothing was used in it, and no session began."""
        return self.total.is_empty


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


def needed_since(period: Period, zone: Zone) -> int:
    """From when on (epoch s) a report needs what was used."""
    return period_at(period.start, period.kind, zone, insights.TREND_PERIODS + 2).start


def _in(records: Sequence[Record], start: int, end: int) -> List[Record]:
    return [record for record in records if start <= record.block.start < end]


def _spent(used: Sequence[UsageRow], start: int, end: int) -> List[UsageRow]:
    return [row for row in used if start <= row.at < end]


# --- the whole --------------------------------------------------------------------------------------------------------

def make(records: Sequence[Record], used: Sequence[UsageRow], period: Period, zone: Zone, now: int, scale: Scale,
         weeks: Sequence[PastWindow] = ()) -> Digest:
    """The report of a period. records: all that are stored, rated, by start; used: what was used from `needed_since` on, by time;
    weeks: the stored 7-day windows, by time.

    What was used belongs to the day and hour in which it was used, a session to the day in which it began.
    """
    records = [record for record in records if record.block.start <= now]
    used = [row for row in used if row.at <= now]
    inside, spent = _in(records, period.start, period.end), _spent(used, period.start, period.end)
    quarters = groups.by_quarter(used)
    own = {at: tokens for at, tokens in quarters.items() if period.start <= at < period.end}
    days = _days(inside, spent, period, zone, now)
    return Digest(
        period, now, zone, groups.single_group(period.key, spent, inside), _before(records, used, period, zone, now), days,
        heat=groups.heat(own, zone), models=tuple(groups.by_model(inside, spent)), scale=scale, measured=_measured(inside),
        hosts=_hosts(inside, spent), rises=tuple(_rise(record, quarters, now) for record in inside),
        insights=tuple(_insights(records, used, inside, days, own, period, zone, now)), weeks=_weeks(weeks, period, now))


def _weeks(weeks: Sequence[PastWindow], period: Period, now: int) -> Tuple[PastWindow, ...]:
    """Those of which anything was read in the period."""
    until = min(period.end, now + 1)
    return tuple(one for one in weeks if any(period.start <= at < until for at, _ in one.readings))


def _before(records: Sequence[Record], used: Sequence[UsageRow], period: Period, zone: Zone, now: int) -> Optional[UsageGroup]:
    """The period before, as far as the present one has come; None where the memory does not reach back to its first day."""
    earlier = before(period, zone)
    first = min([record.block.start for record in records[:1]] + [row.at for row in used[:1]], default=None)
    if first is None or first >= midnight(earlier.first + timedelta(days=1), zone):
        return None
    before_records, spent = _in(records, earlier.start, earlier.end), _spent(used, earlier.start, earlier.end)
    if now < period.end:               # by wall clocks: a day of the one may be longer than that of the other
        gone = local(now, zone) - datetime.combine(period.first, time.min)
        until = datetime.combine(earlier.first, time.min) + gone
        before_records = [record for record in before_records if local(record.block.start, zone) < until]
        spent = [row for row in spent if local(row.at, zone) < until]
    return groups.single_group(earlier.key, spent, before_records)


def _days(records: Sequence[Record], used: Sequence[UsageRow], period: Period, zone: Zone, now: int) -> Tuple[UsageGroup, ...]:
    """One group for each day that has begun, with or without use."""
    groups_by_day = {group.begins: group for group in by_period(records, used, "day", zone)}
    count = (min(period.last, local(now, zone).date()) - period.first).days + 1
    days = [period.first + timedelta(days=n) for n in range(count)]
    return tuple(groups_by_day.get(day) or groups.total([])._replace(key=day.isoformat(), begins=day) for day in days)


def _measured(records: Sequence[Record]) -> Tuple[Measured, ...]:
    """Those by Claude's own word first."""
    by_rating: Dict[str, List[Record]] = {}
    for record in sorted(records, key=lambda record: record.rated_by != OFFICIAL):
        by_rating.setdefault(record.rated_by, []).append(record)
    return tuple(Measured(by, len(own), groups.near_count(own), sum(one.hit for one in own), sum(one.passed for one in own))
                 for by, own in by_rating.items())


def _hosts(records: Sequence[Record], used: Sequence[UsageRow]) -> Tuple[UsageGroup, ...]:
    """One group for each machine, the most used first; none when there is only one."""
    names = dict.fromkeys([record.host for record in records] + [row.host for row in used])
    machines = [groups.single_group(host, [row for row in used if row.host == host], [one for one in records if one.host == host])
                for host in names]
    return tuple(sorted(machines, key=lambda group: -group.tokens)) if len(machines) > 1 else ()


def _rise(record: Record, quarters: Mapping[int, int], now: int) -> Rise:
    """A point at the end of each quarter of an hour in which something was used; steady within it."""
    block = record.block
    until = max(block.start + 1, block.used_until(now))
    span = range(block.start // QUARTER_S * QUARTER_S, min(block.end, until + 1), QUARTER_S)
    whole, risen = sum(quarters.get(at, 0) for at in span), 0
    points: List[Point] = [(block.start, 0.0)]
    for at in (at for at in span if at in quarters):
        points += [(at, points[-1][1])] if points[-1][0] < at else []
        risen += quarters[at]
        points.append((max(points[-1][0], min(at + QUARTER_S, until)), block.tokens * risen / whole))
    return Rise(record, (*points, (until, float(block.tokens))))


def _insights(records: Sequence[Record], used: Sequence[UsageRow], inside: Sequence[Record], days: Sequence[UsageGroup],
              quarters: Mapping[int, float], period: Period, zone: Zone, now: int) -> List[str]:
    if len(inside) < insights.LEAST_SESSIONS:
        return []
    since = period.start - USUAL_WEEKS * WEEK_S
    usual_days = by_period(_in(records, since, period.end), _spent(used, since, period.end), "day", zone)
    sentences = (
        insights.near_limit(days), insights.trend(_periods(used, period, zone, now), period.kind),
        insights.busiest(quarters, zone), insights.reset_hour(inside, quarters, zone), insights.unusual(days, usual_days))
    return [sentence for sentence in sentences if sentence]


def _periods(used: Sequence[UsageRow], period: Period, zone: Zone, now: int) -> List[int]:
    """Tokens of the completed periods up to this one, the oldest first; without the first one stored, which may be incomplete."""
    last = period if period.end <= now else before(period, zone)
    tokens = {group.begins: group.tokens for group in by_period((), used, period.kind, zone)}
    periods: List[int] = []
    while len(periods) < insights.TREND_PERIODS and tokens and last.first > min(filter(None, tokens)):
        periods.insert(0, tokens.get(last.first, 0))
        last = before(last, zone)
    return periods
