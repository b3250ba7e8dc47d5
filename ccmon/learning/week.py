"""How long the 7-day window lasts: how long it took at past moments like this one, and at first a wide guess around the pace.

All use is in percentage points of the window. At each past moment, what is left now, in proportion to how fast it went then, was
used after so many hours; where the present or a full window came first, that is unknown, not never (Kaplan-Meier). Beside those
moments stands a prior that weighs as much as a few days: the pace, off by a factor that is lognormal.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log

from ccmon.learning import runway
from ccmon.learning.runway import Curve, interval, normal_quantile, quantile, reached
from ccmon.learning.usage_curve import at as used_by
from ccmon.learning.usage_curve import reached_at, stop_after
from ccmon.learning.values import WANDER_S, Reading, UsageCurve, WeekModel
from ccmon.model import Runway
from ccmon.quick_typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import DAY_S

HOUR_S, WEEK_S = 3600, 7 * DAY_S
LEAST_DAYS, MOST_DAYS = 3, 56
_STEP_S = 3 * HOUR_S                   # between past moments
_HALF_LIFE_DAYS = 14.0
_SPANS_DAYS = (1, 3, 7)                # how fast it goes is the mean over these and over everything
_USUAL_PER_DAY, _USUAL_DAYS = 0.07, 0.5        # of the limit: what a day is taken to use before any reading, and its weight
_PRIOR_DAYS = 3.0                      # of moments, that the prior weighs as much as
_PRIOR_SPREAD = 1.3                    # of the logarithm of how long it takes beside what the pace says
_NEVER = 0.05                          # the prior's share of those who stop
_PRIOR = tuple(exp(_PRIOR_SPREAD * normal_quantile((place + 0.5) / 20)) for place in range(20))
_WIDTH = 1.2                           # logarithms of rates that differ by so much are half alike, and so on
_WIDTH_HOURS = 4.0                     # of the day
_SAME_WEEKDAY = 3.0                    # what a moment counts more on the weekday of now
_ANY = 0.05                            # what a moment counts at least, however unlike it is
_REST = 0.1                            # of the speed: no rate is taken to be below
_GRID_H = (0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 42, 48, 56, 64, 72, 84, 96, 108, 120, 132, 144, 156, 168)


class Moment(NamedTuple):
    """A moment of the past, or now."""

    ts: float
    load: float                        # points used by then
    days: float                        # what it weighs by its age
    stop: float                        # epoch s from when on what was used is unknown
    speed: float                       # points a day, never zero
    logs: Tuple[float, ...]            # by what moments are compared: rates beside the speed, as logarithms


# --- the usage curve --------------------------------------------------------------------------------------------------

def weekly_usage(readings: Sequence[Reading]) -> UsageCurve:
    """Points used since the first window began, from the readings of the 7-day window in any order. Between readings nobody used
    anything but what the next one says; stops are from 100 % to the reset: what would have been used is unknown."""
    times: List[int] = []
    loads: List[float] = []
    stops: List[Tuple[int, int]] = []
    last: Optional[Reading] = None
    full_at: Optional[int] = None      # since when the window has been used up
    for reading in sorted(readings, key=lambda r: (r.ts, r.percent)):
        begin, gain = _step(last, reading)
        if last is None or begin > last.ts:
            _add(times, loads, begin, 0.0)
        if full_at is not None and last is not None and (begin > last.ts or reading.percent < 100):
            stops.append((full_at, max(begin, full_at + 1)))
            full_at = None
        _add(times, loads, reading.ts, gain)
        full_at = reading.ts if reading.percent >= 100 and full_at is None else full_at
        last = reading
    return UsageCurve(tuple(times), tuple(loads), tuple(stops))


def _step(last: Optional[Reading], reading: Reading) -> Tuple[int, float]:
    """From when on and how many points were used since the reading before."""
    begin = reading.resets_at - WEEK_S if reading.resets_at else reading.ts
    if last is None:
        return min(reading.ts, begin), reading.percent
    if reading.ts >= last.resets_at > 0:
        return max(last.ts, min(reading.ts, begin)), reading.percent
    return last.ts, max(0.0, reading.percent - last.percent)


def _add(times: List[int], loads: List[float], at: int, gain: float) -> None:
    if times and at <= times[-1]:
        loads[-1] += gain
    else:
        times.append(at)
        loads.append((loads[-1] if loads else 0.0) + gain)


def _thinned(usage: UsageCurve) -> UsageCurve:
    """The last value of each hour."""
    last = [place for place, at in enumerate(usage.times)
            if place + 1 == len(usage.times) or usage.times[place + 1] // HOUR_S != at // HOUR_S]
    return usage._replace(times=tuple(usage.times[place] for place in last),
                          loads=tuple(round(usage.loads[place], 1) for place in last))


def train(readings: Sequence[Reading], now: int) -> WeekModel:
    """What these readings say at that time, in any order; later ones do not count. A few ms."""
    since = now - (MOST_DAYS + 7) * DAY_S
    past = sorted((reading for reading in readings if since < reading.ts <= now), key=lambda r: (r.ts, r.percent))
    days = (now - past[0].ts) // DAY_S if past else 0
    return WeekModel(now, days, past[-1] if past else None, _thinned(weekly_usage(past)))


def _with(week: WeekModel, percent: float, now: int, reset_at: int) -> UsageCurve:
    """The curve until now, whose percentage may be newer than what was learned from."""
    reading = Reading(now, percent, reset_at)
    last = week.last
    if last is not None and abs(last.resets_at - reset_at) <= WANDER_S:
        last = last._replace(resets_at=reset_at)
    begin, gain = _step(last, reading)
    times, loads = list(week.usage.times), list(week.usage.loads)
    _add(times, loads, begin, 0.0)
    _add(times, loads, max(now, begin), gain)
    return week.usage._replace(times=tuple(times), loads=tuple(loads))


# --- moments ------------------------------------------------------------------------------------------------------------

def _moment(usage: UsageCurve, ts: float, now: float, usual: float) -> Moment:
    """usual: points that a day is taken to use before any reading."""
    load, blocked = used_by(usage, ts), sum(max(0.0, min(end, ts) - begin) for begin, end in usage.stops)
    age = max(0.0, (ts - usage.times[0] - blocked) / DAY_S)
    used = [load - used_by(usage, _back(usage, ts, span * DAY_S)) for span in _SPANS_DAYS] + [load - usage.loads[0]]
    rates = [(points + usual * _USUAL_DAYS) / (min(span, age) + _USUAL_DAYS) for points, span in zip(used, (*_SPANS_DAYS, age))]
    speed = sum(rates) / len(rates)
    latest = (load - used_by(usage, _back(usage, ts, _STEP_S))) / (_STEP_S / DAY_S)
    return Moment(ts, load, _STEP_S / DAY_S * 0.5 ** ((now - ts) / DAY_S / _HALF_LIFE_DAYS), min(stop_after(usage, int(ts)), now),
                  speed, tuple(log(rate / speed + _REST) for rate in (latest, *rates[:2])))


def _back(usage: UsageCurve, ts: float, span_s: float) -> float:
    """So long before ts, without the time in which the window was full."""
    begin = ts - span_s
    for start, end in reversed(usage.stops):
        if begin < end and start < ts:
            begin -= min(end, ts) - start
    return begin


@lru_cache(maxsize=4)
def _past(week: WeekModel, usual: float) -> List[Moment]:
    """The moments that a forecast compares with: each three hours from the first reading on."""
    first = week.at - min(week.days, MOST_DAYS) * DAY_S if week.usage.times else week.at
    moments = (_moment(week.usage, ts, week.at, usual) for ts in range(week.at - _STEP_S, first + 2 * _STEP_S, -_STEP_S))
    return [moment for moment in moments if moment.stop > moment.ts]


def _hours(usage: UsageCurve, moment: Moment, need: float) -> Tuple[float, bool]:
    """After how many hours so many points were used from then on; else how long that did not happen, and True."""
    when = reached_at(usage, moment.load + need)
    is_open = when is None or when > moment.stop
    return max(0.0, (moment.stop if when is None or is_open else when) - moment.ts) / HOUR_S, is_open


def _seen(week: WeekModel, usage: UsageCurve, left: float, now: int, limit: float) -> Iterator[Tuple[float, bool, float]]:
    """Hours, whether it may have become more, and weight: of each past moment, and of the prior."""
    usual = _USUAL_PER_DAY * limit
    here = _moment(usage, now, now, usual)
    for moment in _past(week, usual):
        apart_h = abs((now - moment.ts) / HOUR_S % 24 - 12)            # 12: the same hour of the day
        far = sum((one - other) ** 2 for one, other in zip(moment.logs, here.logs)) / _WIDTH ** 2
        far += ((12 - apart_h) / _WIDTH_HOURS) ** 2
        weight = moment.days * (exp(-0.5 * far) + _ANY) / (1 + _ANY)
        weight *= _SAME_WEEKDAY if abs((now - moment.ts + WEEK_S // 2) % WEEK_S - WEEK_S // 2) < DAY_S // 2 else 1.0
        yield (*_hours(week.usage, moment, left * moment.speed / here.speed), weight)
    for factor in _PRIOR:
        yield 24 * left / here.speed * factor, False, _PRIOR_DAYS * (1 - _NEVER) / len(_PRIOR)
    yield float("inf"), False, _PRIOR_DAYS * _NEVER


# --- the runway -------------------------------------------------------------------------------------------------------

def curve(week: WeekModel, percent: float, limit: float, now: int, reset_at: int) -> Curve:
    """The probability of having reached that limit (per cent), by minutes from now."""
    seen = list(_seen(week, _with(week, percent, now, reset_at), limit - percent, now, limit))
    return [(0.0, 0.0), *((60.0 * hours, share) for hours, share in zip(_GRID_H, runway.reached_by(seen, _GRID_H)))]


def forecast(week: WeekModel, percent: float, now: int, reset_at: int) -> Runway:
    """When the 7-day window is used up, from the percentage used so far. rule: pace while there are few days behind it."""
    if percent >= 100 or now >= reset_at:
        return Runway(now, now, now, float(percent >= 100), "week", week.days)
    chances, cut = curve(week, percent, 100.0, now, reset_at), (reset_at - now) / 60.0
    low, high = interval(chances, cut)
    median, low_at, high_at = (min(reset_at, int(now + 60 * minutes)) for minutes in (quantile(chances, cut, 0.5), low, high))
    return Runway(median, low_at, high_at, reached(chances, cut), "week" if week.days >= LEAST_DAYS else "pace", week.days)
