"""The runway: when the limit is reached, as a distribution: how long it took at past moments like this one.

A past moment counts by how alike it is: the rates of the last minutes and hours, how long the window has run, the hour of the
day, and how long ago it was. At each, what is left now, in proportion to how fast it went then, was used after so many minutes.
Where a stop or the present came first, that is unknown, not never (Kaplan-Meier).
"""

from binascii import a2b_base64
from bisect import bisect_left
from functools import lru_cache
from math import erf, exp, log
from operator import itemgetter

from ccmon import checked
from ccmon.learning.state import gains_of, loads_of, past_moments
from ccmon.learning.usage_curve import at, between, reached_at, stop_after, window_start
from ccmon.learning.values import ENOUGH, HISTORY_S, LEAST_TAIL, NO_CURVE, TAIL, WIDEST_TAIL, Estimate, RunwayModel, UsageCurve
from ccmon.model import Runway
from ccmon.quick_typing import Iterable, Iterator, List, Sequence, Tuple
from ccmon.when import DAY_S

Curve = Sequence[Tuple[float, float]]          # minutes from now, probability of having reached the limit by then: both rising
NEVER = float("inf")
SURE = 0.95                            # above this probability of reaching the limit the interval ends before the reset
HORIZONS = (5, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300)
GRID = tuple(float(minute) for minute in range(0, 301, 5))     # the points of a curve
APART_S = 300                          # between past moments
MOST = 400                             # past moments
MOST_POINTS = 2000                     # of the curve
HALF_LIFE_S = 14 * DAY_S
SPANS = (15, 30, 60, 120, 300)         # minutes: rates over these and over the window so far
ALIKE = (0, 2, 4, 5)                   # of these rates, those by which moments are alike
SPEED = (0, 2, 5)                      # those of which the mean is how fast it goes
WIDTH_RATE = 1.5                       # logarithms of rates that differ by so much are half alike, and so on
WIDTH_AGE = 10.0                       # square roots of minutes since the window began
WIDTH_HOURS = 2.0                      # of the day
ANY = 0.02                             # what a moment counts at least, however unlike it is
REST = 0.02                            # share of the average rate that no rate is taken to be below
TAIL_STEP = 0.002                      # what one forecast changes of it
QUIET_S = 900


# By what moments are compared: logarithms of the rates ALIKE; age: the square root of the minutes since the window began; hour of
# the day; speed, per minute. A moment of the past: epoch s, cumulative use, minutes until what was used is unknown, cumulative
# use by the end of a curve that begins there, weight by how long ago it was; and these.
Traits = Tuple[float, float, float, float, float, float, float]
Moment = Tuple[float, float, float, float, float, float, float, float, float, float, float, float]
_NUMBERS = 12                          # of a moment
_FIRST = itemgetter(0)


def quantile(curve: Curve, cut: float, share: float) -> float:
    """Minutes until the limit has been reached with that probability, at most those until the reset."""
    begin, low = 0.0, 0.0
    for end, high in curve:
        if high >= share and high > low:
            return min(cut, begin + (end - begin) * max(0.0, share - low) / (high - low))
        begin, low = end, high
    return cut


def reached(curve: Curve, cut: float) -> float:
    """Probability that the limit has been reached within that many minutes."""
    begin, low = 0.0, 0.0
    for end, high in curve:
        if end >= cut:
            return low + (high - low) * (cut - begin) / (end - begin) if end > begin else high
        begin, low = end, high
    return low


def interval(curve: Curve, cut: float, tail: float = TAIL) -> Tuple[float, float]:
    """Minutes that hold 90 %. Where the reset itself holds 5 % or more it ends there and the tail lies before it."""
    if reached(curve, cut) > SURE:
        return quantile(curve, cut, tail / 2), quantile(curve, cut, 1 - tail / 2)
    return quantile(curve, cut, tail), cut


def delayed(curve: List[Tuple[float, float]], minutes: float) -> List[Tuple[float, float]]:
    """The same distribution where nothing can be used for so many minutes from now."""
    return [(0.0, 0.0), *((at + minutes, share) for at, share in curve)] if minutes > 0 else curve


def seed_minutes(left: float, gained: float) -> float:
    """The seed's rule: minutes that what is left lasts at the rate of the last 60 minutes, infinity without any."""
    return left * 60.0 / gained if gained > 0 else NEVER


def limit_draws(limit: Estimate, count: int = 9) -> List[float]:
    """So many equally likely limits, rising, in the estimate's unit."""
    up, down = log(limit.high / limit.median) / 1.645, log(limit.median / limit.low) / 1.645
    places = [normal_quantile((number + 0.5) / count) for number in range(count)]
    return [limit.median * exp(place * (up if place > 0 else down)) for place in places]


def normal_quantile(part: float) -> float:
    """The standard normal distribution's quantile."""
    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 + 0.5 * erf(middle / 1.41421356) < part else (low, middle)
    return low


def train(usage: UsageCurve, now: int) -> RunwayModel:
    """What forecasts compare with: the last 90 days of a usage curve that ends at now, thinned."""
    thin = _thinned(usage, now - HISTORY_S, APART_S)
    count = past_moments(thin, now)
    return RunwayModel(now, count, thin if count >= ENOUGH else NO_CURVE)


def _thinned(usage: UsageCurve, since: int, apart_s: int) -> UsageCurve:
    """Its points from then on, so far apart at least; farther where they are many."""
    times, places = usage.times, []
    index = max(0, bisect_left(times, since) - 1)
    while index < len(times):
        places.append(index)
        index = bisect_left(times, times[index] + apart_s, index + 1)
    if len(places) > MOST_POINTS:
        return _thinned(usage, since, 2 * apart_s)
    loads = loads_of(gains_of([usage.loads[place] for place in places])) if places else ()
    return UsageCurve(tuple(times[place] for place in places), loads,
                  tuple(stop for stop in usage.stops if stop[1] > since),
                  tuple(start for start in usage.starts if start > since))


def rates(usage: UsageCurve, now: float) -> List[float]:
    """Use per minute over the spans and over the window so far."""
    here = at(usage, now)
    per_min = [(here - at(usage, now - 60.0 * span)) / span for span in SPANS]
    start = window_start(usage, int(now))
    per_min.append((here - at(usage, start)) / max(5.0, (now - start) / 60.0))
    return per_min


def with_moments(model: RunwayModel) -> RunwayModel:
    """The same model with what forecasts compare with, so that this takes a sixth of the time where it was stored."""
    if model.rows < ENOUGH:
        return model
    from array import array
    from binascii import b2a_base64
    numbers = array("d", [number for moment in _past(model)[1] for number in moment])
    return RunwayModel(model.at, model.rows, model.usage, b2a_base64(numbers.tobytes(), newline=False).decode())


@lru_cache(maxsize=2)
def _past(model: RunwayModel) -> Tuple[float, List[Moment]]:
    """The average rate per minute, and the moments that a forecast compares with."""
    usage = model.usage
    mean = max(1e-9, (usage.loads[-1] - usage.loads[0]) / max(1.0, (model.at - usage.times[0]) / 60.0))
    try:
        return mean, _stored_moments(model)
    except checked.Damage:             # or an older state, without any
        return mean, _moments(usage, model.at, mean)


def _stored_moments(model: RunwayModel) -> List[Moment]:
    """Raises checked.Damage where there are none, or none of these."""
    numbers = memoryview(a2b_base64(model.moments)).cast("d").tolist()
    moments: List[Moment] = list(zip(*[iter(numbers)] * _NUMBERS))
    checked.positive(min([moment[-1] for moment in moments]))
    checked.amount(sum(map(abs, numbers)))
    if moments[0][0] not in model.usage.times or len(numbers) % _NUMBERS:
        raise ValueError("moments of another curve")
    return moments


def _moments(usage: UsageCurve, now: int, mean: float) -> List[Moment]:
    chosen = [ts for ts in usage.times if now - HISTORY_S <= ts < now]
    stops = [(ts, stop_after(usage, ts)) for ts in chosen[::len(chosen) // MOST + 1]]
    return [(ts, at(usage, ts), (min(stop, now) - ts) / 60.0, at(usage, ts + 60 * GRID[-1]), 0.5 ** ((now - ts) / HALF_LIFE_S),
             *_traits(usage, ts, mean)) for ts, stop in stops if stop > ts]


def _traits(usage: UsageCurve, ts: float, mean: float) -> Traits:
    speeds = rates(usage, ts)
    first, second, third, fourth = (log(speeds[place] + REST * mean) for place in ALIKE)
    age = (ts - window_start(usage, int(ts))) / 60.0
    return (first, second, third, fourth, max(0.0, age) ** 0.5, ts % DAY_S / 3600.0,
            sum(speeds[place] for place in SPEED) / len(SPEED) + mean)


def _weights(moments: Sequence[Moment], here: Traits) -> List[float]:
    """How much each moment counts."""
    first, second, third, fourth, here_age, here_hour, _ = here
    weights = []
    for _, _, _, _, weight, one, two, three, four, age, hour, _ in moments:
        apart = abs(hour - here_hour)
        apart = min(apart, 24.0 - apart) / WIDTH_HOURS
        far = ((one - first) ** 2 + (two - second) ** 2 + (three - third) ** 2 + (four - fourth) ** 2) / WIDTH_RATE ** 2
        far += ((age - here_age) / WIDTH_AGE) ** 2 + apart * apart
        weights.append(weight * (exp(-0.5 * far) + ANY))
    return weights


def reached_by(seen: List[Tuple[float, bool, float]], values: Sequence[float]) -> List[float]:
    """The share of (value, whether it may have become more, weight) that is at most each of these rising values."""
    seen.sort()
    left, share, index, shares, count = sum([weight for _, _, weight in seen]), 1.0, 0, [], len(seen)
    for limit in values:
        while index < count and seen[index][0] <= limit:
            _, is_open, weight = seen[index]
            if not is_open and left > 0:
                share *= max(0.0, 1.0 - weight / left)
            left -= weight
            index += 1
        shares.append(1.0 - share)
    return shares


def _took(usage: UsageCurve, moments: Sequence[Moment], wanted: float, speed: float,
          weights: Sequence[float]) -> List[Tuple[float, bool, float]]:
    """After how many minutes so much was used from each moment on, in proportion to how fast it went then; else how long that
    did not happen, and True. With the moment's weight."""
    times = []
    for (ts, load, stop, most, *_, its_speed), weight in zip(moments, weights):
        need = load + wanted * its_speed / speed
        when = reached_at(usage, need) if need <= most else None      # else it was later than the curve's end, or never
        took = stop + 1.0 if when is None else (when - ts) / 60.0
        times.append((stop, True, weight) if took > stop else (max(0.0, took), False, weight))
    return times


def _compared(model: RunwayModel, usage: UsageCurve, now: float) -> Tuple[List[Moment], List[float], float]:
    """Past moments, how much each counts now, and how fast it goes."""
    mean, moments = _past(model)
    here = _traits(usage, now, mean)
    return moments, _weights(moments, here), here[-1]


def curves(model: RunwayModel, usage: UsageCurve, lefts: Sequence[float], now: float) -> Iterator[List[Tuple[float, float]]]:
    """For each amount the probability of having used it, by minutes from now."""
    moments, weights, speed = _compared(model, usage, now)
    for left in lefts:
        shares = reached_by(_took(model.usage, moments, left, speed, weights), GRID)
        yield [(0.0, 0.0), *zip(GRID[1:], shares[1:])]


def reach_curve(model: RunwayModel, usage: UsageCurve, lefts: Sequence[float], now: float) -> List[Tuple[float, float]]:
    """Probability of having used what is left (equally likely amounts), by minutes from now."""
    drawn = list(curves(model, usage, lefts, now))
    return [(points[0][0], sum(share for _, share in points) / len(drawn)) for points in zip(*drawn)]


def blocked_min(usage: UsageCurve, week_percent: float, week_resets_at: float, now: float) -> float:
    """Minutes for which nothing can be used because the week is used up; 0 where something was used of late all the same."""
    is_blocked = week_percent >= 100 and between(usage, now - QUIET_S, now) <= 0
    return max(0.0, (week_resets_at - now) / 60.0) if is_blocked else 0.0


def last_hour_min(usage: UsageCurve, left: float, now: int) -> float:
    """Minutes that what is left lasts by the seed's rule."""
    return seed_minutes(left, between(usage, max(now - 3600, window_start(usage, now)), now))


def lefts_of(usage: UsageCurve, left: float, now: int, spread: Sequence[float]) -> List[float]:
    """What is left by each of these factors on the limit, of which what was used since the window began is taken; those by which
    it would have been reached already are impossible and left out."""
    used = max(0.0, between(usage, window_start(usage, now), now))
    return [amount for amount in (factor * (left + used) - used for factor in spread) if amount > 0]


def tail_after(are_covered: Iterable[bool]) -> float:
    """The share that the interval leaves out, after past forecasts in order, each of which held its outcome or not: a little
    less after each that did not, a little more after each that did, so that nine of ten hold in the long run."""
    tail = TAIL
    for is_covered in are_covered:
        tail = min(WIDEST_TAIL, max(LEAST_TAIL, tail + TAIL_STEP * (TAIL - (not is_covered))))
    return tail


def _band(model: RunwayModel, usage: UsageCurve, now: int, reset_at: int) -> Tuple[Tuple[int, float, float], ...]:
    """5 % and 95 % of what will have been used by then."""
    moments, weights, speed = _compared(model, usage, now)
    by_weight = sorted([(weight, int(ts), load, stop, rest[-1])            # whole seconds are found in half the time
                        for weight, (ts, load, stop, *rest) in zip(weights, moments)])
    band, low, high, past = [], 0.0, 0.0, model.usage
    for minutes in HORIZONS:
        if now + 60 * minutes <= reset_at:
            seen = [((at(past, ts + 60 * minutes) - load) * speed / its_speed, False, weight)
                    for weight, ts, load, stop, its_speed in by_weight if stop >= minutes]
            seen += [((at(past, ts + 60 * stop) - load) * speed / its_speed, True, weight)
                     for weight, ts, load, stop, its_speed in by_weight if stop < minutes]
            seen.sort(key=_FIRST)      # equal ones stay as they are, by the rest
            low, high = map(max, (low, high), _reaching(seen, (0.05, 0.95)))
            band.append((now + 60 * minutes, low, high))
    return tuple(band)


def _reaching(seen: Sequence[Tuple[float, bool, float]], shares: Sequence[float]) -> List[float]:
    """The first values at which reached_by is at least these rising shares, else the last one; seen is in order."""
    left, above = sum([weight for _, _, weight in seen]), 1.0
    values: List[float] = []
    for value, is_open, weight in seen:
        if not is_open and left > 0:
            above *= max(0.0, 1.0 - weight / left)
            while len(values) < len(shares) and 1.0 - above >= shares[len(values)]:
                values.append(value)
        left -= weight
    return values + [seen[-1][0]] * (len(shares) - len(values))


def forecast(model: RunwayModel, usage: UsageCurve, left: float, now: int, reset_at: int,
             spread: Sequence[float] = (1.0,), tail: float = TAIL, wait_min: float = 0.0) -> Runway:
    """The runway of what is left (in the curve's unit). spread: equally likely factors on the limit. wait_min: so long nothing
    can be used."""
    cut = max(0.0, (reset_at - now) / 60.0)
    lefts = lefts_of(usage, left, now, spread)
    if left <= 0 or not lefts:
        return Runway(now, now, now, 1.0, "runway" if model.rows >= ENOUGH else "last_hour", model.rows, (), reset_at)
    if model.rows < ENOUGH:
        lasts = wait_min + last_hour_min(usage, left, now)
        end = int(now + 60 * min(lasts, cut))
        return Runway(end, end, end, float(lasts < cut), "last_hour", model.rows, (), reset_at)
    curve = delayed(reach_curve(model, usage, lefts, now), wait_min)
    low, high = interval(curve, cut, tail)
    median, low_at, high_at = (int(now + 60 * minutes) for minutes in (quantile(curve, cut, 0.5), low, high))
    return Runway(median, low_at, high_at, reached(curve, cut), "runway", model.rows,
                  () if wait_min else _band(model, usage, now, reset_at), reset_at)
