"""How long the 7-day window lasts: past days are drawn again and again, and spread until that had been right in the past.

All use is in percentage points of the window; days are spans of 24 h that end at the moment in question.
"""

import json
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from math import exp
from random import Random
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ccmon import kept
from ccmon.learning import score
from ccmon.learning.course import at as used_by
from ccmon.learning.normal import normal_quantile
from ccmon.learning.values import Course, Reading
from ccmon.model import Runway

HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 7 * 86_400
LEAST_DAYS, MOST_DAYS = 14, 56
_LEAST_TRIED = 10                      # days behind a forecast that is tried
_UNTRIED = 0.3                         # the spread while there is no past to try it on
_PATHS, _TRIED_PATHS = 400, 120
_ORIGINS = 42                          # past days from which a forecast is tried
_HALF_LIFE_DAYS = 28.0
_UNSEEN_S = 2 * DAY_S                  # without a reading for longer before a reset: what was used is not known
_SPREADS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_SEED = 7


class Week(NamedTuple):
    """What the past says: all that a forecast needs."""

    at: int                            # epoch s: nothing later is in it
    spread: float                      # weeks differ by this much (lognormal) beyond what drawing days shows
    covered: float                     # share of past outcomes inside the 90 % interval with that spread
    days: int                          # known days behind it
    known: Course                      # points used, at most one value an hour


class Day(NamedTuple):
    """A past span of 24 hours."""

    ago: int                           # 1 is the last one
    hours: Tuple[float, ...]           # points used by the end of each of its 24 hours


# --- what is known ----------------------------------------------------------------------------------------------------

def course(readings: Sequence[Reading]) -> Course:
    """Points used over all windows, from the readings of the 7-day window in any order; stops are spans that nobody saw."""
    times: List[int] = []
    loads: List[float] = []
    stops: List[Tuple[int, int]] = []
    last: Optional[Reading] = None
    seen = 0                           # until when what was used is known: not beyond 100 %
    for reading in sorted(readings, key=lambda r: (r.ts, r.percent)):
        begin, gain = _step(last, reading)
        if last is not None and begin > last.ts:
            _add(times, loads, begin, 0.0)
            if last.percent >= 100 or begin - last.ts > _UNSEEN_S:
                stops.append((seen, begin))
        seen = seen if last is not None and begin == last.ts and last.percent >= 100 else reading.ts
        _add(times, loads, reading.ts, gain)
        last = reading
    return Course(tuple(times), tuple(loads), tuple(stops))


def _step(last: Optional[Reading], reading: Reading) -> Tuple[int, float]:
    """From when on and how many points were used since the reading before."""
    if last is None:
        return reading.ts, 0.0
    if reading.ts >= last.resets_at > 0:
        return max(last.ts, min(reading.ts, reading.resets_at - WEEK_S)), reading.percent
    return last.ts, max(0.0, reading.percent - last.percent)


def _add(times: List[int], loads: List[float], at: int, gain: float) -> None:
    if times and at <= times[-1]:
        loads[-1] += gain
    else:
        times.append(at)
        loads.append((loads[-1] if loads else 0.0) + gain)


def _thinned(known: Course) -> Course:
    """The last value of each hour."""
    last = [place for place, at in enumerate(known.times)
            if place + 1 == len(known.times) or known.times[place + 1] // HOUR_S != at // HOUR_S]
    return known._replace(times=tuple(known.times[place] for place in last),
                          loads=tuple(round(known.loads[place], 1) for place in last))


def _days(known: Course, now: int, until: Optional[int] = None) -> List[Day]:
    """The past days that were seen, and ended by then, the last first."""
    found = []
    first = known.times[0] if known.times else now
    for ago in range(1, min(MOST_DAYS, (now - first) // DAY_S) + 1):
        begin = now - ago * DAY_S
        if begin + DAY_S <= (now if until is None else until) and not _unseen(known, begin, begin + DAY_S):
            before = used_by(known, begin)
            found.append(Day(ago, tuple(used_by(known, begin + hour * HOUR_S) - before for hour in range(1, 25))))
    return found


def _unseen(known: Course, begin: int, end: int) -> bool:
    return any(start < end and begin < stop for start, stop in known.stops)


# --- drawing days -----------------------------------------------------------------------------------------------------

class _Pool:
    """The days to draw from for one day of the future: often those of its weekday, else any; newer ones rather."""

    def __init__(self, days: Sequence[Day], ahead: int) -> None:
        self.days = days
        alike = sum(1 for day in days if (day.ago + ahead) % 7 == 0)
        weights = [0.5 ** (day.ago / _HALF_LIFE_DAYS) for day in days]
        same = sum(w for w, day in zip(weights, days) if (day.ago + ahead) % 7 == 0)
        part = alike / (alike + 2.0)
        raised = part / (1 - part) * sum(weights) / same if same else 0.0
        self.steps = list(accumulate(w * (1 + raised * ((day.ago + ahead) % 7 == 0)) for w, day in zip(weights, days)))

    def draw(self, rng: Random) -> Day:
        """One of them."""
        return self.days[min(bisect_right(self.steps, rng.random() * self.steps[-1]), len(self.days) - 1)]


def _paths(days: Sequence[Day], ahead: int, number: int) -> Iterator[List[Day]]:
    """So many futures of so many days; always the same ones for the same past."""
    rng = Random(_SEED)
    pools = [_Pool(days, day) for day in range(ahead)]
    return ([pool.draw(rng) for pool in pools] for _ in range(number))


@lru_cache(maxsize=32)
def _factors(number: int, spread: float) -> Tuple[float, ...]:
    """Equally likely factors by which a week is heavier than its days say, in an order of their own."""
    found = [exp(spread * normal_quantile((place + 0.5) / number)) for place in range(number)]
    Random(_SEED).shuffle(found)
    return tuple(found)


# --- how far past forecasts were off ------------------------------------------------------------------------------------

def train(readings: Sequence[Reading], now: int) -> Week:
    """The smallest spread with which nine of ten past outcomes fell inside the 90 % interval. Some 50 ms."""
    since = now - (MOST_DAYS + 1) * DAY_S
    known = _thinned(course([reading for reading in readings if since < reading.ts <= now]))
    days = _days(known, now)
    tried = list(_tried(known, days, now))
    covered = 0.0
    for spread in _SPREADS if tried else ():
        covered = sum(_inside(totals, outcome, spread) for totals, outcome in tried) / len(tried)
        if covered >= 0.9:
            return Week(now, spread, covered, len(days), known)
    return Week(now, _SPREADS[-1] if tried else _UNTRIED, covered, len(days), known)


def _tried(known: Course, days: Sequence[Day], now: int) -> Iterator[Tuple[List[float], float]]:
    """What would have been forecast on past days for the days after them, and what was used then."""
    for back in range(1, _ORIGINS + 1):
        then = now - back * DAY_S
        past = [day._replace(ago=day.ago - back) for day in days if day.ago > back]
        if len(past) < _LEAST_TRIED:
            return
        paths = [list(accumulate(day.hours[-1] for day in path)) for path in _paths(past, min(back, 7), _TRIED_PATHS)]
        for span in sorted({1, 3, 5, 7} & set(range(back + 1))):
            if not _unseen(known, then, then + span * DAY_S):
                yield [path[span - 1] for path in paths], used_by(known, then + span * DAY_S) - used_by(known, then)


def _inside(totals: Sequence[float], outcome: float, spread: float) -> bool:
    ranked = sorted(total * factor for total, factor in zip(totals, _factors(len(totals), spread)))
    low, _, high = _quantiles(ranked)
    return low - 0.5 <= outcome <= high + 0.5      # readings are whole percents


def _quantiles(ranked: Sequence[float]) -> Tuple[float, float, float]:
    """5 %, 50 % and 95 %."""
    last = len(ranked) - 1
    return ranked[int(0.05 * last)], ranked[last // 2], ranked[last - int(0.05 * last)]


# --- the runway -------------------------------------------------------------------------------------------------------

def forecast(week: Week, percent: float, now: int, reset_at: int) -> Runway:
    """When the 7-day window is used up, from the percentage used so far; by the pace of this window when little is known."""
    if percent >= 100 or now >= reset_at:
        return Runway(now, now, now, float(percent >= 100), "week", week.days)
    days = _days(week.known, now, week.at)
    if len(days) < LEAST_DAYS - 1:     # the last one ends after what is known
        return by_pace(percent, now, reset_at, len(days))
    ends = _ends(week, days, 100.0 - percent, now, reset_at)
    low, median, high = _quantiles(ends)
    return Runway(int(median), int(low), int(high), sum(end < reset_at for end in ends) / len(ends), "week", len(days))


def curve(week: Week, percent: float, limit: float, now: int, reset_at: int) -> Tuple[Optional[score.Curve], Tuple[float, float]]:
    """The probability of having reached that limit (per cent) by minutes from now, and the 90 % interval; None where the
    straight line is all there is."""
    days = _days(week.known, now, week.at)
    if len(days) < LEAST_DAYS - 1:
        return None, (0.0, 0.0)
    ends = [(end - now) / 60.0 for end in _ends(week, days, limit - percent, now, reset_at)]
    low, _, high = _quantiles(ends)
    cut = (reset_at - now) / 60.0
    return [(end, (place + 1) / len(ends)) for place, end in enumerate(ends) if end < cut], (low, high)


def _ends(week: Week, days: Sequence[Day], left: float, now: int, reset_at: int) -> List[int]:
    """When so many points have been used on each path, rising."""
    ahead = -((now - reset_at) // DAY_S)
    return sorted(_end(path, left / factor, now, reset_at)
                  for path, factor in zip(_paths(days, ahead, _PATHS), _factors(_PATHS, week.spread)))


def _end(path: Sequence[Day], left: float, now: int, reset_at: int) -> int:
    """When so many points have been used on that path; the reset where that comes first."""
    for ahead, day in enumerate(path):
        if day.hours[-1] >= left:
            hour = next(at for at, used in enumerate(day.hours) if used >= left)
            before = day.hours[hour - 1] if hour else 0.0
            part = (left - before) / (day.hours[hour] - before) if day.hours[hour] > before else 0.0
            return min(reset_at, now + ahead * DAY_S + int((hour + part) * HOUR_S))
        left -= day.hours[-1]
    return reset_at


def by_pace(percent: float, now: int, reset_at: int, days: int, whole_s: int = WEEK_S) -> Runway:
    """The seed's rule: as fast as on average since the window of that length began, for certain."""
    gone_s = now - (reset_at - whole_s)
    left_s = max(0.0, 100.0 - percent) * gone_s / percent if percent > 0 and gone_s > 0 else float(whole_s)
    end = int(min(reset_at, now + left_s))
    return Runway(end, end, end, float(end < reset_at), "average", days)


# --- as text ------------------------------------------------------------------------------------------------------------

def dump(week: Week) -> str:
    """The knowledge as a text for the store."""
    return json.dumps([*week[:-1], week.known.times, week.known.loads, week.known.stops], separators=(",", ":"))


def load(text: Optional[str]) -> Optional[Week]:
    """The knowledge that was dumped; None when there is none or it is damaged."""
    try:
        at, spread, covered, days, times, loads, stops = kept.value(text)
        known = Course(tuple(map(kept.moment, times)), tuple(map(kept.amount, loads)),
                       tuple((kept.moment(begin), kept.moment(end)) for begin, end in stops))
        sound = len(known.times) == len(known.loads) and list(known.times) == sorted(set(known.times))
        sound = sound and list(known.loads) == sorted(known.loads)
        return Week(kept.moment(at), kept.share(spread), kept.share(covered), kept.count(days), known) if sound else None
    except kept.Damage:
        return None
