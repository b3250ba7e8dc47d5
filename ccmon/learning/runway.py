"""The runway: when the limit is reached, as a distribution learned from what followed on moments like this one.

For each horizon a load is predicted from the rates of the last minutes and hours, a part of the average load, and the hour of
the day. How far the loads that came were from such predictions is kept as curves: for small and large predictions, for quiet
moments and others; forecasts interpolate between them. Curves of few moments are drawn towards those of all. What would have come
after a limit was hit is unknown, not zero (Kaplan-Meier).
"""

from bisect import bisect_left
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from ccmon import kept
from ccmon.learning import horizon, score
from ccmon.learning.course import at, stop_after, window_start
from ccmon.learning.horizon import BINS, SLOTS, SPANS, Horizon, Moment, rates, slot_of
from ccmon.learning.values import Course
from ccmon.model import Runway

HORIZONS = (5, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300)
APART_S = 300                          # between training rows
MOST = 2000                            # training rows
HALF_LIFE_S = 14 * 86400
KEPT_S = 90 * 86400                    # older rows weigh next to nothing
ENOUGH = 80                            # training rows
TAIL = 0.1                             # what the 90 % interval leaves out
WIDEST_TAIL = 0.3
SURE = 0.95                            # above this probability of reaching the limit the interval ends before the reset
RECENT = 3000                          # past forecasts by which the tail is chosen
STAND_INS = 200.0                      # made-up forecasts among them, of which each tail leaves out its share


class Trained(NamedTuple):
    """Everything a forecast needs but the course."""

    at: int                            # epoch s
    rows: int                          # training rows; fewer than ENOUGH: the seed's rule is used
    horizons: Tuple[Horizon, ...] = ()


def train(course: Course, now: int, most: int = MOST) -> Trained:
    """Learn from so many moments of the last 90 days; the course must end at now."""
    rows = _rows(course, now, most)
    if len(rows) < ENOUGH:
        return Trained(now, len(rows))
    here = [at(course, row.ts) for row in rows]
    square = horizon.squares(rows)
    return Trained(now, len(rows), tuple(horizon.learn(course, rows, here, square, minutes) for minutes in HORIZONS))


def _rows(course: Course, now: int, most: int) -> List[Moment]:
    """Moments to learn from: at most one in 5 minutes, none within a stop; every other one (and so on) where they are many."""
    times, chosen = course.times, []
    index = bisect_left(times, now - KEPT_S)
    while index < len(times) and times[index] < now:
        chosen.append(times[index])
        index = bisect_left(times, times[index] + APART_S, index)
    found: List[Moment] = []
    for ts in chosen[::len(chosen) // most + 1]:
        stop = stop_after(course, ts)
        if stop > ts:
            speeds = rates(course, ts)
            weight = 0.5 ** ((now - ts) / HALF_LIFE_S)
            found.append(Moment(ts, weight, speeds, speeds[1] <= 0, (min(stop, now) - ts) / 60.0, slot_of(ts)))
    return found


def look(trained: Trained, course: Course, left: float, now: float, reset_at: float,
         tail: float = TAIL) -> Tuple[List[Tuple[float, float]], Tuple[float, float], str]:
    """The distribution (minutes, probability), its 90 % interval in minutes, and the rule behind it."""
    cut = max(0.0, (reset_at - now) / 60.0)
    if not trained.horizons:
        lasts = _last_hour(course, left, now)
        curve = [(lasts, 0.0), (lasts, 1.0)] if lasts < cut else [(cut, 0.0)]
        return curve, (min(lasts, cut), min(lasts, cut)), "last_hour"
    curve = distribution(trained, course, [left], now)
    return curve, interval(curve, cut, tail), "runway"


def _last_hour(course: Course, left: float, now: float) -> float:
    """Minutes that what is left lasts by the seed's rule."""
    return score.seed_minutes(left, at(course, now) - at(course, max(now - 3600, window_start(course, int(now)))))


def distribution(trained: Trained, course: Course, lefts: Sequence[float], now: float) -> List[Tuple[float, float]]:
    """Probability of having used what is left (equally likely amounts), by minutes from now."""
    speeds, slot = rates(course, now), slot_of(now)
    curve, highest = [(0.0, 0.0)], 0.0
    for one in trained.horizons:
        predicted = horizon.predict(one, speeds, slot)
        chance = sum(horizon.reached_share(one, predicted, speeds[1] <= 0, left) for left in lefts) / len(lefts)
        highest = max(highest, chance)
        curve.append((float(one.minutes), highest))
    return curve


def interval(curve: score.Curve, cut: float, tail: float = TAIL) -> Tuple[float, float]:
    """Minutes that hold 90 %. Where the reset itself holds 5 % or more it ends there and the tail lies before it."""
    if score.reached(curve, cut) > SURE:
        return score.quantile(curve, cut, tail / 2), score.quantile(curve, cut, 1 - tail / 2)
    return score.quantile(curve, cut, tail), cut


def needed(curve: score.Curve, cut: float, outcome: float, hit: bool) -> float:
    """The largest tail with which the interval of a past forecast would have held its outcome (minutes from then)."""
    if score.reached(curve, cut) <= SURE and not hit:
        return 1.0
    share = score.reached(curve, min(outcome, cut))
    return share if score.reached(curve, cut) <= SURE else 2 * min(share, 1 - share)


def tail_of(tails: Sequence[float]) -> float:
    """The tail with which 90 % of the last forecasts would have held their outcomes, drawn towards 10 % while they are few."""
    recent = sorted(tails[-RECENT:])
    wanted = 0.1 * (len(recent) + STAND_INS)
    low, high = 0.0, WIDEST_TAIL
    for _ in range(20):
        tail = (low + high) / 2
        low, high = (tail, high) if bisect_left(recent, tail) + STAND_INS * tail < wanted else (low, tail)
    return low


def _band(trained: Trained, course: Course, now: int, reset_at: int) -> Tuple[Tuple[int, float, float], ...]:
    """5 % and 95 % of what will have been used by then."""
    found, low, high = [], 0.0, 0.0
    speeds, slot = rates(course, now), slot_of(now)
    for one in trained.horizons:
        predicted = horizon.predict(one, speeds, slot)
        below, above, along = horizon.between_bins(one, predicted, speeds[1] <= 0)
        shares = [small + (large - small) * along for small, large in zip(below, above)]
        low = max(low, predicted * horizon.ratio_at(one.ratios, shares, 0.95))
        high = max(high, predicted * horizon.ratio_at(one.ratios, shares, 0.05))
        if now + 60 * one.minutes <= reset_at:
            found.append((now + 60 * one.minutes, low, high))
    return tuple(found)


def forecast(trained: Trained, course: Course, left: float, now: int, reset_at: int,
             spread: Sequence[float] = (1.0,), tail: float = TAIL) -> Runway:
    """The runway of what is left (in the course's unit). spread: equally likely factors on the limit, of which what was used
    since the window began is taken; those by which it would have been reached already are impossible and left out."""
    cut = max(0.0, (reset_at - now) / 60.0)
    used = max(0.0, at(course, now) - at(course, window_start(course, now)))
    lefts = [amount for amount in (factor * (left + used) - used for factor in spread) if amount > 0]
    if left <= 0 or not lefts:
        return Runway(now, now, now, 1.0, "runway" if trained.horizons else "last_hour", trained.rows, (), reset_at)
    if not trained.horizons:
        lasts = _last_hour(course, left, now)
        end = int(now + 60 * min(lasts, cut))
        return Runway(end, end, end, float(lasts < cut), "last_hour", trained.rows, (), reset_at)
    curve = distribution(trained, course, lefts, now)
    low, high = interval(curve, cut, tail)
    median, low_at, high_at = (int(now + 60 * minutes) for minutes in (score.quantile(curve, cut, 0.5), low, high))
    return Runway(median, low_at, high_at, score.reached(curve, cut), "runway", trained.rows,
                  _band(trained, course, now, reset_at), reset_at)


def dump(trained: Trained) -> List[Any]:
    """As plain lists for JSON."""
    return [trained.at, trained.rows,
            [[list(part) if isinstance(part, tuple) else part for part in one] for one in trained.horizons]]


def load(parts: Any) -> Optional[Trained]:
    """What dump gave, None when it is something else."""
    try:
        at, rows, horizons = parts
        return Trained(kept.moment(at), kept.count(rows), tuple(_horizon_of(*one) for one in horizons))
    except kept.Damage:
        return None


def _horizon_of(minutes: Any, weights: Any, base: Any, hours: Any, centres: Any, ratios: Any, shares: Any) -> Horizon:
    lines = tuple(_numbers(tuple(map(kept.share, line)), len(ratios)) for line in shares)
    rising = _numbers(ratios, len(ratios))
    if len(lines) != 2 * BINS or not rising or list(rising) != sorted(set(rising)) or minutes not in HORIZONS:
        raise ValueError("of another version")
    factors, rates = tuple(map(kept.positive, hours)), tuple(map(kept.amount, weights))
    return Horizon(minutes, _numbers(rates, len(SPANS) + 1), kept.positive(base), _numbers(factors, SLOTS),
                   _numbers(centres, BINS), rising, lines)


def _numbers(parts: Any, count: int) -> Tuple[float, ...]:
    found = tuple(map(float, parts))
    if len(found) != count:
        raise ValueError("of another version")
    return found
