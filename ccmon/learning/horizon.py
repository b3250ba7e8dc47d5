"""One horizon of the runway: the load predicted within so many minutes, and how loads came out that were predicted like it."""

from bisect import bisect_left, bisect_right
from math import log
from typing import List, NamedTuple, Sequence, Tuple

from ccmon.learning.course import at, window_start
from ccmon.learning.values import Course

SPANS = (15, 30, 60, 120, 300)         # minutes: rates over these and over the window so far predict
BINS = 4                               # by size of the prediction, each for quiet moments and others
BASE = 0.4                             # share of the average load that is expected whatever the rates say
GRID = 20                              # points of a curve
SLOTS = 24                             # of a day: the hour's factor on what is predicted
NEAR = 1                               # slots on each side count half for a slot, too
TRUST = 12.0                           # moments of average load that the factor of the whole day is worth in that of an hour
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


class Moment(NamedTuple):
    """What was known at a time in the past, and for how long what followed is known."""

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


def learn(course: Course, rows: Sequence[Moment], here: Sequence[float], square: Sequence[List[float]], minutes: int) -> Horizon:
    """Learn one horizon: the weights first, then how far what came was from what they predict."""
    came = [at(course, row.ts + 60 * min(minutes, row.stop)) - load for row, load in zip(rows, here)]
    whole = [(row, load) for row, load in zip(rows, came) if row.stop >= minutes]
    mass = sum(row.weight for row, _ in whole)
    mean = sum(row.weight * load for row, load in whole) / mass if mass else 0.0
    cut_off = squares([row for row in rows if row.stop < minutes])
    weights = solve([[one - other for one, other in zip(*lines)] for lines in zip(square, cut_off)], _right(whole, minutes))
    base = rounded(max(1e-9, BASE * mean))
    raw = [base + minutes * sum(map(float.__mul__, weights, row.rates)) for row in rows]
    hours = _hours(rows, raw, came, mean, minutes)
    predicted = [load * hours[row.slot] for load, row in zip(raw, rows)]
    edges, centres = _bins(predicted)
    seen = sorted(_Ratio(load / forecast, row.stop < minutes, row.weight, bisect_right(edges, forecast), row.quiet)
                  for row, forecast, load in zip(rows, predicted, came))
    ratios = _grid(seen)
    return Horizon(minutes, tuple(map(rounded, weights)), base, hours, centres, ratios, curves(seen, ratios))


def rounded(value: float) -> float:
    """To four digits: what is learned is kept as text."""
    return float(f"{value:.4g}")


def squares(rows: Sequence[Moment]) -> List[List[float]]:
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


def _right(whole: Sequence[Tuple[Moment, float]], minutes: int) -> List[float]:
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


def _hours(rows: Sequence[Moment], predicted: Sequence[float], came: Sequence[float], mean: float,
           minutes: int) -> Tuple[float, ...]:
    """Factors by time of day: what came to what was predicted within about an hour of it, drawn towards that of the whole day."""
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
        found.append(round(min(5.0, max(0.05, above / below)), 3) if below > 0 else 1.0)
    return tuple(found)


def _bins(predicted: Sequence[float]) -> Tuple[Tuple[float, ...], Tuple[float, ...]]:
    """Predictions between the bins, and the logarithm of each bin's middle one."""
    ordered = sorted(predicted)
    edges = tuple(ordered[len(ordered) * part // BINS] for part in range(1, BINS))
    return edges, tuple(round(log(ordered[len(ordered) * (2 * part + 1) // (2 * BINS)]), 3) for part in range(BINS))


def _grid(seen: Sequence[_Ratio]) -> Tuple[float, ...]:
    """Ratios at which all curves are kept: more of them among the large ones, where limits are."""
    count = len(seen) - 1
    places = sorted({count - int(count * (1 - part / (GRID - 1)) ** 2) for part in range(GRID)})
    return tuple(sorted({rounded(seen[place].ratio) for place in places}))


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
            line.append(round(_drawn(share, mass, place), 3))
    return tuple(map(tuple, found))


def _drawn(share: Sequence[float], mass: Sequence[float], place: int) -> float:
    """A bin's share, drawn towards that of its class and of all by as much as it has few moments."""
    group, everything = 2 * BINS + (place >= BINS), 2 * BINS + 2
    wide = (mass[group] * share[group] + SHRINK * share[everything]) / (mass[group] + SHRINK)
    return (mass[place] * share[place] + SHRINK * wide) / (mass[place] + SHRINK)


def predict(horizon: Horizon, speeds: Sequence[float], slot: int) -> float:
    """The load expected within a horizon, in the course's unit."""
    return (horizon.base + horizon.minutes * sum(map(float.__mul__, horizon.weights, speeds))) * horizon.hours[slot]


def between_bins(horizon: Horizon, predicted: float, quiet: bool) -> Tuple[Sequence[float], Sequence[float], float]:
    """The curves of the bins below and above a prediction, and how far it is towards the upper one."""
    centres, size = horizon.centres, log(predicted)
    upper = min(BINS - 1, max(1, bisect_right(centres, size)))
    apart = centres[upper] - centres[upper - 1]
    along = min(1.0, max(0.0, (size - centres[upper - 1]) / apart)) if apart > 1e-9 else 1.0
    first = upper + BINS * quiet
    return horizon.shares[first - 1], horizon.shares[first], along


def reached_share(horizon: Horizon, predicted: float, quiet: bool, left: float) -> float:
    """Probability that what is left is used within the horizon."""
    low, high, along = between_bins(horizon, predicted, quiet)
    ratio, ratios = left / predicted, horizon.ratios
    after = bisect_left(ratios, ratio)
    if after == len(ratios):           # more than ever came
        return (low[-1] + (high[-1] - low[-1]) * along) * (ratios[-1] / ratio) ** 2 if ratios[-1] > 0 else 0.0
    end = low[after] + (high[after] - low[after]) * along
    if not after:
        return end
    begin = low[after - 1] + (high[after - 1] - low[after - 1]) * along
    return begin + (end - begin) * (ratio - ratios[after - 1]) / (ratios[after] - ratios[after - 1])


def ratio_at(ratios: Sequence[float], shares: Sequence[float], share: float) -> float:
    """The ratio that this share of moments reached."""
    for index, reached in enumerate(shares):
        if reached < share:
            if not index:
                return 0.0
            along = (shares[index - 1] - share) / (shares[index - 1] - reached)
            return ratios[index - 1] + (ratios[index] - ratios[index - 1]) * along
    return ratios[-1]
