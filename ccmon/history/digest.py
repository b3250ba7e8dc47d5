"""All that a report says, as numbers and sentences: the period, the one before, days, hours, models, plans and sessions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from statistics import median

from ccmon.history import groups
from ccmon.history.groups import OFFICIAL, QUARTER_S, Scale, UsageGroup, by_period
from ccmon.history.windows import PastWindow
from ccmon.model import NEAR_PERCENT, Record, UsageRow
from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple
from ccmon.text import plural, short_count
from ccmon.when import HOUR_S, WEEK_S, Zone, local, midnight, time_of_day

Point = Tuple[int, float]              # epoch s, tokens
USUAL_WEEKS = 8                        # before the period: what usual days are computed from
LEAST_SESSIONS = 4                     # fewer say nothing about habits
BUSY_HOURS, BUSY_SHARE, BUSY_DAYS = 3, 0.25, 3
# Two-sided 5 % of Mann and Kendall's test: so many more pairs must rise than fall (or the reverse) to call it a trend.
CLEAR = {5: 10, 6: 13, 7: 15, 8: 18}
TREND_PERIODS, LEAST_SLOPE = 8, 0.05
RESET_SESSIONS, RESET_GAIN, WINDOW_HOURS = 8, 0.15, 5
NAMED_DAYS = 4
USUAL_DAYS, UNUSUAL_FACTOR, UNUSUAL_MADS = 10, 2.0, 3.0


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
    return period_at(period.start, period.kind, zone, TREND_PERIODS + 2).start


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
    if len(inside) < LEAST_SESSIONS:
        return []
    since = period.start - USUAL_WEEKS * WEEK_S
    usual_days = by_period(_in(records, since, period.end), _spent(used, since, period.end), "day", zone)
    sentences = (
        near_limit(days), trend(_periods(used, period, zone, now), period.kind),
        busiest(quarters, zone), reset_hour(inside, quarters, zone), unusual(days, usual_days))
    return [sentence for sentence in sentences if sentence]


def _periods(used: Sequence[UsageRow], period: Period, zone: Zone, now: int) -> List[int]:
    """Tokens of the completed periods up to this one, the oldest first; without the first one stored, which may be incomplete."""
    last = period if period.end <= now else before(period, zone)
    tokens = {group.begins: group.tokens for group in by_period((), used, period.kind, zone)}
    periods: List[int] = []
    while len(periods) < TREND_PERIODS and tokens and last.first > min(filter(None, tokens)):
        periods.insert(0, tokens.get(last.first, 0))
        last = before(last, zone)
    return periods


# --- sentences about hours: None where the numbers do not carry them ---------------------------------------------------

def busiest(hours: Mapping[int, float], zone: Zone) -> Optional[str]:
    """The three hours on end of the day with the most tokens.

    Only when they hold a quarter of all tokens (twice their share of the day) and were used on three days or more.
    hours: tokens by epoch s of an hour's or a quarter's start; likewise below.
    """
    tokens = [0.0] * 24
    days: List[Set[date]] = [set() for _ in range(24)]
    for hour, number in hours.items():
        at = local(hour, zone)
        tokens[at.hour] += number
        if number > 0:
            days[at.hour].add(at.date())
    tokens_from = [sum(tokens[(first + n) % 24] for n in range(BUSY_HOURS)) for first in range(24)]
    first = max(range(24), key=lambda hour: (tokens_from[hour], -hour))
    seen = {day for n in range(BUSY_HOURS) for day in days[(first + n) % 24]}
    if tokens_from[first] < BUSY_SHARE * sum(tokens) or len(seen) < BUSY_DAYS or not sum(tokens):
        return None
    began, over = (time_of_day(hour, 0, zone.dial) for hour in (first, first + BUSY_HOURS))
    return f"The busiest hours were {began} to {over}, with {tokens_from[first] * 100 / sum(tokens):.0f} % of the tokens."


def reset_hour(records: Sequence[Record], hours: Mapping[int, float], zone: Zone) -> Optional[str]:
    """The daily reset hour with the lowest fullest 5-hour window, by simulation.

    For each hour h of the day, the tokens of every hour are put into the windows that begin at h, h+5, h+10, h+15 and h+20
    (the last one ends after four hours, at the next h); the h with the lowest fullest window is named. Only with eight sessions
    or more, when one used 80 % of its limit, and when that window is at least 15 % below the largest session.
    """
    if len(records) < RESET_SESSIONS or max(record.percent for record in records) < NEAR_PERCENT:
        return None
    highest = max(record.block.tokens for record in records)
    best, peak = min(enumerate(peaks(hours, zone)), key=lambda pair: (pair[1], pair[0]))
    if peak > (1 - RESET_GAIN) * highest:
        return None
    others = [time_of_day(best + n * WINDOW_HOURS, 0, zone.dial) for n in range(1, 4)]
    less = 100 - peak * 100 / highest
    return (f"A reset at {time_of_day(best, 0, zone.dial)}, then {', '.join(others)}, would have suited: no window would have "
            f"held more than {short_count(peak)} tokens, {less:.0f} % less than the largest session ({short_count(highest)}).")


def peaks(hours: Mapping[int, float], zone: Zone) -> List[float]:
    """Tokens of the fullest window for each of the 24 daily reset hours."""
    walls = [(divmod((hour + zone.offset_s(hour)) // HOUR_S, 24), tokens) for hour, tokens in hours.items()]
    highest: List[float] = []
    for reset in range(24):
        windows: Dict[Tuple[int, int], float] = {}
        for (day, hour), tokens in walls:
            key = day - (hour < reset), (hour - reset) % 24 // WINDOW_HOURS
            windows[key] = windows.get(key, 0.0) + tokens
        highest.append(max(windows.values(), default=0.0))
    return highest


# --- about periods ----------------------------------------------------------------------------------------------------

def trend(tokens: Sequence[int], period: str) -> Optional[str]:
    """Whether use grows or falls over the last completed periods (at most eight, the oldest first).

    Only with five of them or more, when Mann and Kendall's test calls it a trend at 5 %, and when the slope (the median of
    those between all pairs, Theil and Sen) is at least 5 % of the median period.
    """
    last = tokens[-TREND_PERIODS:]
    pairs = [(later - sooner, at - before) for at, later in enumerate(last) for before, sooner in enumerate(last[:at])]
    rising = sum((rise > 0) - (rise < 0) for rise, _ in pairs)
    if abs(rising) < CLEAR.get(len(last), len(pairs) + 1):
        return None
    slope, usual = median(rise / gap for rise, gap in pairs), median(last)
    if usual <= 0 or abs(slope) < LEAST_SLOPE * usual:
        return None
    verb, more = ("grows", "more") if slope > 0 else ("falls", "fewer")
    return (f"Use {verb}: about {short_count(abs(slope))} tokens {more} each {period} over the last {len(last)} {period}s, "
            f"{abs(slope) * 100 / usual:.0f} % of the median {period} ({short_count(usual)}).")


# --- about days -------------------------------------------------------------------------------------------------------

def near_limit(days: Sequence[UsageGroup]) -> Optional[str]:
    """On how many days a session used 80 % of its limit, and on how many it was cut off. Only when there was one."""
    active = [day for day in days if not day.is_empty]
    near, hit = [day for day in active if day.near], [day for day in active if day.hits]
    if not near:
        return None
    names = f" ({_listed([day.day_name for day in near])})" if len(near) <= NAMED_DAYS else ""
    which = "not" if not hit else "on both" if len(hit) == len(near) == 2 else f"on {len(hit)} of them" if near[1:] else "too"
    return (f"On {len(near)} of {plural(len(active), 'active day')} a session used 80 % of its limit or more{names}; "
            f"the limit itself was reached {which}.".replace("reached not", "not reached"))


def unusual(days: Sequence[UsageGroup], usual_days: Sequence[UsageGroup]) -> Optional[str]:
    """The days of the period with far more tokens than is usual.

    Far more: twice the median of the stored active days (ten at least), and three scaled median deviations above it.
    At most two are named, the largest first.
    """
    usual = [day.tokens for day in usual_days if not day.is_empty]
    if len(usual) < USUAL_DAYS:
        return None
    middle = median(usual)
    deviation = 1.4826 * median(abs(tokens - middle) for tokens in usual)
    least = max(UNUSUAL_FACTOR * middle, middle + UNUSUAL_MADS * deviation)
    days_above = sorted((day for day in days if middle > 0 and day.tokens >= least), key=lambda day: -day.tokens)[:2]
    phrases = [f"{day.day_name} with {short_count(day.tokens)} tokens, {day.tokens / middle:.1f} times" for day in days_above]
    return f"Unusual: {_listed(phrases)} the median active day ({short_count(middle)})." if days_above else None


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
