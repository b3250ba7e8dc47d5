"""The runway: when the limit is reached, as a distribution learned from what followed on moments like this one.

For each horizon a load is predicted from the rates of the last minutes and hours, a part of the average load, and the hour of
the day. How far the loads that came were from such predictions is kept as curves: for small and large predictions, for quiet
moments and others; forecasts interpolate between them. Curves of few moments are drawn towards those of all. What would have come
after a limit was hit is unknown, not zero (Kaplan-Meier).
"""

from bisect import bisect_left, bisect_right
from math import log
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import score
from ccmon.learning.course import at, stop_after, window_start
from ccmon.learning.values import Course
from ccmon.model import Runway

SPANS = (15, 30, 60, 120, 300)         # minutes: rates over these and over the window so far predict
HORIZONS = (5, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300)
APART_S = 300                          # between training rows
MOST = 2000                            # training rows
HALF_LIFE_S = 14 * 86400
KEPT_S = 90 * 86400                    # older rows weigh next to nothing
ENOUGH = 80                            # training rows
BINS = 4                               # by size of the prediction, each for quiet moments and others
BASE = 0.4                             # share of the average load that is expected whatever the rates say
GRID = 24                              # points of a curve
SLOTS = 24                             # of a day: the hour's factor on what is predicted
NEAR = 2                               # slots on each side count for a slot, too, less and less
TRUST = 12.0                           # moments of average load that the factor 1 is worth
TAIL = 0.1                             # what the 90 % interval leaves out
WIDEST_TAIL = 0.3
SURE = 0.95                            # above this probability of reaching the limit the interval ends before the reset
RECENT = 3000                          # past forecasts by which the tail is chosen
STAND_INS = 200.0                      # made-up forecasts among them, of which each tail leaves out its share
SHRINK = 40.0                          # moments that the curve of all is worth in that of a bin


class Horizon(NamedTuple):
    """What was learned for one horizon."""

    minutes: int
    weights: Tuple[float, ...]         # of the rates, none negative
    base: float                        # what is expected whatever the rates say, in the course's unit
    hours: Tuple[float, ...]           # factors by time of day, from midnight UTC
    centres: Tuple[float, ...]         # of the bins: logarithms of predictions
    ratios: Tuple[float, ...]          # actual / predicted, rising
    shares: Tuple[Tuple[float, ...], ...]      # of moments that reached at least that ratio; a bin each: not quiet, then quiet


class Trained(NamedTuple):
    """Everything a forecast needs but the course."""

    at: int                            # epoch s
    rows: int                          # training rows; fewer than ENOUGH: the seed's rule is used
    horizons: Tuple[Horizon, ...] = ()


class _Row(NamedTuple):
    ts: int
    weight: float
    rates: List[float]                 # per minute
    quiet: bool
    stop: float                        # minutes until a stop, or until now: what is used later is unknown
    slot: int


class _Ratio(NamedTuple):
    ratio: float
    open: bool                         # a stop came first: it may have become more
    weight: float
    bin: int
    quiet: bool


def rates(course: Course, now: float) -> List[float]:
    """Use per minute over the spans and over the window so far."""
    here = at(course, now)
    found = [(here - at(course, now - 60.0 * span)) / span for span in SPANS]
    start = window_start(course, int(now))
    found.append((here - at(course, start)) / max(5.0, (now - start) / 60.0))
    return found


def slot_of(ts: float) -> int:
    """The part of the day."""
    return int(ts) % 86400 * SLOTS // 86400


def train(course: Course, now: int) -> Trained:
    """Learn from the moments of the last 90 days; the course must end at now."""
    rows = _rows(course, now)
    if len(rows) < ENOUGH:
        return Trained(now, len(rows))
    here = [at(course, row.ts) for row in rows]
    square = _square(rows)
    return Trained(now, len(rows), tuple(_horizon(course, rows, here, square, minutes) for minutes in HORIZONS))


def _rows(course: Course, now: int) -> List[_Row]:
    """Moments to learn from: at most one in 5 minutes, none within a stop; every other one (and so on) where they are many."""
    times, chosen = course.times, []
    index = bisect_left(times, now - KEPT_S)
    while index < len(times) and times[index] < now:
        chosen.append(times[index])
        index = bisect_left(times, times[index] + APART_S, index)
    found: List[_Row] = []
    for ts in chosen[::len(chosen) // MOST + 1]:
        stop = stop_after(course, ts)
        if stop > ts:
            speeds = rates(course, ts)
            weight = 0.5 ** ((now - ts) / HALF_LIFE_S)
            found.append(_Row(ts, weight, speeds, speeds[1] <= 0, (min(stop, now) - ts) / 60.0, slot_of(ts)))
    return found


def _horizon(course: Course, rows: Sequence[_Row], here: Sequence[float], square: Sequence[List[float]], minutes: int) -> Horizon:
    """Learn one horizon: the weights first, then how far what came was from what they predict."""
    came = [at(course, row.ts + 60 * min(minutes, row.stop)) - load for row, load in zip(rows, here)]
    whole = [(row, load) for row, load in zip(rows, came) if row.stop >= minutes]
    mass = sum(row.weight for row, _ in whole)
    mean = sum(row.weight * load for row, load in whole) / mass if mass else 0.0
    cut_off = _square([row for row in rows if row.stop < minutes])
    weights = solve([[one - other for one, other in zip(*lines)] for lines in zip(square, cut_off)], _right(whole, minutes))
    base = max(1e-9, BASE * mean)
    raw = [base + minutes * sum(map(float.__mul__, weights, row.rates)) for row in rows]
    hours = _hours(rows, raw, came, mean, minutes)
    predicted = [load * hours[row.slot] for load, row in zip(raw, rows)]
    edges, centres = _bins(predicted)
    seen = sorted(_Ratio(load / forecast, row.stop < minutes, row.weight, bisect_right(edges, forecast), row.quiet)
                  for row, forecast, load in zip(rows, predicted, came))
    ratios = _grid(seen)
    return Horizon(minutes, weights, base, hours, centres, ratios, curves(seen, ratios))


def _square(rows: Sequence[_Row]) -> List[List[float]]:
    """The weighted sums of products of the rates."""
    size = len(SPANS) + 1
    square = [[0.0] * size for _ in range(size)]
    for row in rows:
        speeds = row.rates
        for one in range(size):
            scaled = row.weight * speeds[one]
            if scaled:
                line = square[one]
                for other in range(one + 1):
                    line[other] += scaled * speeds[other]
    for one in range(size):
        for other in range(one):
            square[other][one] = square[one][other]
    return square


def _right(whole: Sequence[Tuple[_Row, float]], minutes: int) -> List[float]:
    """The weighted sums of products of each rate with what came per minute."""
    size = len(SPANS) + 1
    right = [0.0] * size
    for row, load in whole:
        scaled = row.weight * load / minutes
        if scaled:
            speeds = row.rates
            for one in range(size):
                right[one] += scaled * speeds[one]
    return right


def solve(square: Sequence[Sequence[float]], right: Sequence[float]) -> Tuple[float, ...]:
    """The non-negative weights that minimise w'Sw / 2 - r'w: one at a time in turn until nothing moves."""
    weights = [0.0] * len(right)
    for _ in range(300):
        moved = 0.0
        for one, line in enumerate(square):
            if line[one] <= 1e-12:
                continue
            better = max(0.0, weights[one] + (right[one] - sum(map(float.__mul__, line, weights))) / line[one])
            moved = max(moved, abs(better - weights[one]))
            weights[one] = better
        if moved < 1e-5:
            break
    return tuple(weights)


def _hours(rows: Sequence[_Row], predicted: Sequence[float], came: Sequence[float], mean: float,
           minutes: int) -> Tuple[float, ...]:
    """Factors by time of day: what came to what was predicted within two hours of it, drawn towards that of the whole day."""
    forecast, actual = [0.0] * SLOTS, [0.0] * SLOTS
    for row, load, real in zip(rows, predicted, came):
        if row.stop >= minutes:
            forecast[row.slot] += row.weight * load
            actual[row.slot] += row.weight * real
    trust = TRUST * mean
    overall = sum(actual) / sum(forecast) if sum(forecast) > 0 else 1.0
    found = []
    for slot in range(SLOTS):
        near = [(1.0 - abs(away) / (NEAR + 1.0), (slot + away) % SLOTS) for away in range(-NEAR, NEAR + 1)]
        above = trust * overall + sum(share * actual[other] for share, other in near)
        below = trust + sum(share * forecast[other] for share, other in near)
        found.append(min(5.0, max(0.05, above / below)) if below > 0 else 1.0)
    return tuple(found)


def _bins(predicted: Sequence[float]) -> Tuple[Tuple[float, ...], Tuple[float, ...]]:
    """Predictions between the bins, and the logarithm of each bin's middle one."""
    ordered = sorted(predicted)
    edges = tuple(ordered[len(ordered) * part // BINS] for part in range(1, BINS))
    return edges, tuple(log(ordered[len(ordered) * (2 * part + 1) // (2 * BINS)]) for part in range(BINS))


def _grid(seen: Sequence[_Ratio]) -> Tuple[float, ...]:
    """Ratios at which all curves are kept: more of them among the large ones, where limits are."""
    count = len(seen) - 1
    places = sorted({count - int(count * (1 - part / (GRID - 1)) ** 2) for part in range(GRID)})
    return tuple(sorted({seen[place].ratio for place in places}))


def curves(seen: Sequence[_Ratio], ratios: Sequence[float]) -> Tuple[Tuple[float, ...], ...]:
    """Kaplan-Meier shares at these ratios for each bin, drawn towards its class's curve, and that towards the curve of all."""
    keys = [(entry.bin + BINS * entry.quiet, 2 * BINS + entry.quiet, 2 * BINS + 2) for entry in seen]
    left = [0.0] * (2 * BINS + 3)
    for entry, places in zip(seen, keys):
        for place in places:
            left[place] += entry.weight
    mass, share = list(left), [1.0] * len(left)
    found: List[List[float]] = [[] for _ in range(2 * BINS)]
    index = 0
    for ratio in ratios:
        while index < len(seen) and seen[index].ratio < ratio:
            entry = seen[index]
            for place in keys[index]:
                if not entry.open and left[place] > 0:
                    share[place] *= max(0.0, 1.0 - entry.weight / left[place])
                left[place] -= entry.weight
            index += 1
        for place, line in enumerate(found):
            line.append(round(_drawn(share, mass, place), 4))
    return tuple(map(tuple, found))


def _drawn(share: Sequence[float], mass: Sequence[float], place: int) -> float:
    """A bin's share, drawn towards that of its class and of all by as much as it has few moments."""
    group, everything = 2 * BINS + (place >= BINS), 2 * BINS + 2
    wide = (mass[group] * share[group] + SHRINK * share[everything]) / (mass[group] + SHRINK)
    return (mass[place] * share[place] + SHRINK * wide) / (mass[place] + SHRINK)


def _predict(horizon: Horizon, speeds: Sequence[float], slot: int) -> float:
    """The load expected within a horizon, in the course's unit."""
    return (horizon.base + horizon.minutes * sum(map(float.__mul__, horizon.weights, speeds))) * horizon.hours[slot]


def _between(horizon: Horizon, predicted: float, quiet: bool) -> Tuple[Sequence[float], Sequence[float], float]:
    """The curves of the bins below and above a prediction, and how far it is towards the upper one."""
    centres, size = horizon.centres, log(predicted)
    upper = min(BINS - 1, max(1, bisect_right(centres, size)))
    apart = centres[upper] - centres[upper - 1]
    along = min(1.0, max(0.0, (size - centres[upper - 1]) / apart)) if apart > 1e-9 else 1.0
    first = upper + BINS * quiet
    return horizon.shares[first - 1], horizon.shares[first], along


def _reached(horizon: Horizon, predicted: float, quiet: bool, left: float) -> float:
    """Probability that what is left is used within the horizon."""
    low, high, along = _between(horizon, predicted, quiet)
    ratio, ratios = left / predicted, horizon.ratios
    after = bisect_left(ratios, ratio)
    if after == len(ratios):           # more than ever came
        return (low[-1] + (high[-1] - low[-1]) * along) * (ratios[-1] / ratio) ** 2 if ratios[-1] > 0 else 0.0
    end = low[after] + (high[after] - low[after]) * along
    if not after:
        return end
    begin = low[after - 1] + (high[after - 1] - low[after - 1]) * along
    return begin + (end - begin) * (ratio - ratios[after - 1]) / (ratios[after] - ratios[after - 1])


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
    for horizon in trained.horizons:
        predicted = _predict(horizon, speeds, slot)
        chance = sum(_reached(horizon, predicted, speeds[1] <= 0, left) for left in lefts) / len(lefts)
        highest = max(highest, chance)
        curve.append((float(horizon.minutes), highest))
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
    """The tail with which 90 % of the last past forecasts would have held their outcomes, drawn towards 10 % while they are few."""
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
    for horizon in trained.horizons:
        predicted = _predict(horizon, speeds, slot)
        below, above, along = _between(horizon, predicted, speeds[1] <= 0)
        shares = [one + (other - one) * along for one, other in zip(below, above)]
        low = max(low, predicted * _ratio(horizon.ratios, shares, 0.95))
        high = max(high, predicted * _ratio(horizon.ratios, shares, 0.05))
        if now + 60 * horizon.minutes <= reset_at:
            found.append((now + 60 * horizon.minutes, low, high))
    return tuple(found)


def _ratio(ratios: Sequence[float], shares: Sequence[float], share: float) -> float:
    """The ratio that this share of moments reached."""
    for index, reached in enumerate(shares):
        if reached < share:
            if not index:
                return 0.0
            along = (shares[index - 1] - share) / (shares[index - 1] - reached)
            return ratios[index - 1] + (ratios[index] - ratios[index - 1]) * along
    return ratios[-1]


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
    return [trained.at, trained.rows, [[list(part) if isinstance(part, tuple) else part for part in horizon]
                                       for horizon in trained.horizons]]


def load(kept: Any) -> Optional[Trained]:
    """What dump gave, None when it is something else."""
    try:
        found, count, horizons = kept
        return Trained(int(found), int(count), tuple(_horizon_of(*parts) for parts in horizons))
    except (TypeError, ValueError):
        return None


def _horizon_of(minutes: Any, weights: Any, base: Any, hours: Any, centres: Any, ratios: Any, shares: Any) -> Horizon:
    lines = tuple(_numbers(line, len(ratios)) for line in shares)
    if len(lines) != 2 * BINS or not ratios:
        raise ValueError("of another version")
    return Horizon(int(minutes), _numbers(weights, len(SPANS) + 1), float(base), _numbers(hours, SLOTS),
                   _numbers(centres, BINS), _numbers(ratios, len(ratios)), lines)


def _numbers(kept: Any, count: int) -> Tuple[float, ...]:
    found = tuple(map(float, kept))
    if len(found) != count:
        raise ValueError("of another version")
    return found
