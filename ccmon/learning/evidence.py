"""How well each possible limit explains a window: log-likelihoods on a grid of log limits, cheap enough to be taken often.

A window was used on this machine alone, or its intervals partly so (each for itself, or all by one share); 1 % is anything.
"""

from __future__ import annotations

import math
from itertools import repeat
from operator import add, sub

from ccmon.learning.intervals import OUTLIER, densities
from ccmon.quick_typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import DAY_S

STEP = 0.01                            # of the grid, in log limit
_ONE_SHARE = math.log(0.2)             # of such windows: intervals that show one share, as against each its own
_BEYOND = 150                          # places beyond the grid for intervals, so that those do not meet at its edge
_PRIOR_WIDTH = 3.2                     # of the log limit before any reading
_ROUNDING = {False: 0.41, True: 0.29}  # points, standard deviation: both ends of an interval are rounded, or its end only
_LEAST_SD, _SD_STEP = 0.008, 1.15
_GUESSES = 4.0                         # intervals that the first guess of the noise counts as

_HOUR_S = 3600
_LENGTHS = (3, 4, 6, 8, 10, 12)        # hours that may have another limit
_LEAST = 3.0                           # log Bayes factor
_WINDOWS = 3                           # at the hours and at others, at least
_WORKDAYS, _WEEKEND = (0, 1, 2, 3, 4), (5, 6)

Vector = List[float]
_Days = Tuple[int, ...]
_Cells = Dict[Tuple[bool, int], Tuple[int, Vector]]        # number and sum of windows


class Row(NamedTuple):
    """One interval in one unit."""

    log_limit: float                   # the limit by this interval, if all of the use was here
    blur: float                        # standard deviation of that by rounding


class Noise(NamedTuple):
    """What a machine's readings are like."""

    sd: float = 0.02                   # of an interval's log limit
    whole: float = 0.6                 # share of windows that were used on this machine alone
    local: float = 0.6                 # share of such intervals in the other windows


def row(load: float, points: float, sharp: bool) -> Row:
    """The row of an interval of so many points; sharp when one of its ends is not rounded."""
    return Row(math.log(max(load, 1e-12) * 100 / points), _ROUNDING[sharp] / points)


def log_sum(vector: Sequence[float]) -> float:
    """The logarithm of the sum of exponentials."""
    top = max(vector)
    return top + math.log(sum([math.exp(value - top) for value in vector if value > top - 30]))


def marginal(vector: Sequence[float]) -> float:
    """The log evidence of windows whose log-likelihoods were added up: the limit is anything, evenly."""
    return log_sum(vector) + math.log(STEP / _PRIOR_WIDTH)


def mean(vector: Sequence[float]) -> float:
    """The mean place on the grid, weighted by likelihood."""
    top = max(vector)
    weights = [math.exp(value - top) if value > top - 30 else 0.0 for value in vector]
    return sum([place * weight for place, weight in enumerate(weights)]) / sum(weights)


class Grid(NamedTuple):
    """Log limits from low on."""

    low: float
    size: int

    def log_limit(self, place: float) -> float:
        """The log limit at a place, which may lie between two."""
        return self.low + place * STEP


def grid_for(windows: Sequence[Sequence[Row]]) -> Grid:
    """A grid that holds every limit that several windows in a row speak for."""
    tops = [max(row.log_limit for row in window) for window in windows]
    calm = [sorted(tops[max(0, n - 2):n + 1])[len(tops[max(0, n - 2):n + 1]) // 2] for n in range(len(tops))]
    middle = sorted(calm)[len(calm) // 2]
    low, high = max(min(calm), middle - 3.5) - 0.3, min(max(calm), middle + 3.5) + 0.3
    low = math.floor(low / STEP) * STEP            # the same places, whatever comes later
    return Grid(low, int((high - low) / STEP) + 2)


class Likelihood:
    """Log-likelihoods of windows for one noise, as slices of tables that are made once."""

    def __init__(self, grid: Grid, noise: Noise) -> None:
        self.grid, self.noise = grid, noise
        self.tables: Dict[int, Tuple[Vector, Vector]] = {}
        self.whole = math.log(noise.whole)
        self.partly = math.log((1 - noise.whole) / 2)
        self.shared = [math.log(partly + OUTLIER) for _, partly in self._pairs(noise.sd)]

    def window(self, rows: Sequence[Row]) -> Vector:
        """The log-likelihood of a window's intervals at every limit of the grid."""
        size = self.grid.size
        near, mixed = [self.whole] * size, [self.partly] * size
        for one in rows:
            tables = self._tables(math.hypot(self.noise.sd, one.blur))
            begin = self._begin(one.log_limit)
            near = list(map(add, near, tables[0][begin:begin + size]))
            mixed = list(map(add, mixed, tables[1][begin:begin + size]))
        if len(rows) < 2:
            return list(map(max, near, mixed))
        return list(map(max, near, mixed, self._by_one_share(rows)))

    def _begin(self, log_limit: float) -> int:
        """Where in a table the grid begins, for an interval of this log limit."""
        place = math.floor((log_limit - self.grid.low) / STEP + 0.5)
        return self.grid.size + _BEYOND - min(self.grid.size + _BEYOND, max(-_BEYOND, place))

    def _by_one_share(self, rows: Sequence[Row]) -> Vector:
        """All intervals show the same share of the use."""
        centre, agreed = agreement(rows, self.noise.sd)
        begin = self._begin(centre)
        constant = self.partly + agreed + _ONE_SHARE
        return [constant + value for value in self.shared[begin:begin + self.grid.size]]

    def _tables(self, sd: float) -> Tuple[Vector, Vector]:
        """Near and mixed log densities by (limit - the interval's limit), for all the steps that there may be."""
        bucket = max(0, int(math.log(sd / _LEAST_SD) / math.log(_SD_STEP) + 0.5))
        if bucket not in self.tables:
            local, pairs = self.noise.local, self._pairs(_LEAST_SD * _SD_STEP ** bucket)
            self.tables[bucket] = ([math.log(here + OUTLIER) for here, _ in pairs],
                                   [math.log(local * here + (1 - local) * partly + OUTLIER) for here, partly in pairs])
        return self.tables[bucket]

    def _pairs(self, sd: float) -> List[Tuple[float, float]]:
        furthest = self.grid.size + _BEYOND
        return densities([-n * STEP for n in range(-furthest, furthest + 1)], repeat(sd))


def agreement(rows: Sequence[Row], sd: float) -> Tuple[float, float]:
    """The mean log limit of the rows, and the log density of their being scattered round any such."""
    variances = [sd * sd + one.blur * one.blur for one in rows]
    precision = sum([1 / variance for variance in variances])
    centre = sum([one.log_limit / variance for one, variance in zip(rows, variances)]) / precision
    scatter = sum([(one.log_limit - centre) ** 2 / variance for one, variance in zip(rows, variances)])
    logs = sum([math.log(variance) for variance in variances])
    return centre, -0.5 * (scatter + logs + math.log(precision) + (len(rows) - 1) * 1.8378770664)


def fitted(windows: Sequence[Sequence[Row]], grid: Grid, start: Noise, rounds: int = 8) -> Noise:
    """The noise by these windows, which had one limit: expectation and maximisation in turn."""
    if not windows:
        return start
    likelihood = Likelihood(grid, start)
    total = [0.0] * grid.size
    for window in windows:
        total = list(map(add, total, likelihood.window(window)))
    limit, noise = grid.log_limit(mean(total)), start
    for _ in range(rounds):
        limit, noise = _refitted(windows, limit, noise, start)
    return noise


def _refitted(windows: Sequence[Sequence[Row]], limit: float, noise: Noise, start: Noise) -> Tuple[float, Noise]:
    whole, local, others = 2 * start.whole, 2 * start.local, 2.0
    weights, offs, squares = _GUESSES, 0.0, _GUESSES * start.sd ** 2
    for rows in windows:
        share, regular, locals_ = _shares(rows, limit, noise)
        whole += share
        for one, inside, own in zip(rows, regular, locals_):
            certain = share * inside + own
            off = one.log_limit - limit
            weights, offs = weights + certain, offs + certain * off
            squares += certain * (off * off - one.blur ** 2)
            local, others = local + own, others + (1 - share)
    sd = math.sqrt(max(squares / weights - (offs / weights) ** 2, 0.005 ** 2))
    return limit + offs / weights, Noise(sd, _inner(whole / (len(windows) + 2)), _inner(local / others))


def _inner(share: float) -> float:
    return min(0.95, max(0.05, share))


def _shares(rows: Sequence[Row], limit: float, noise: Noise) -> Tuple[float, List[float], List[float]]:
    """How likely the window was used here alone; and for each interval that it was, in a window that was not."""
    near, partly, locals_, regular = math.log(noise.whole), math.log((1 - noise.whole) / 2), [], []
    mixed = partly
    offs, sds = [one.log_limit - limit for one in rows], [math.hypot(noise.sd, one.blur) for one in rows]
    for here, partly_here in densities(offs, sds):
        both = noise.local * here + (1 - noise.local) * partly_here + OUTLIER
        near, mixed = near + math.log(here + OUTLIER), mixed + math.log(both)
        regular.append(here / (here + OUTLIER))
        locals_.append(noise.local * here / both)
    centre, agreed = agreement(rows, noise.sd)
    (_, of_part), = densities([centre - limit], [noise.sd])
    shared = partly + agreed + _ONE_SHARE + math.log(of_part + OUTLIER) if len(rows) > 1 else -1e9
    top = max(near, mixed, shared)
    whole, mixture, one_share = math.exp(near - top), math.exp(mixed - top), math.exp(shared - top)
    everything = whole + mixture + one_share
    return whole / everything, regular, [own * mixture / everything for own in locals_]


class Rhythm(NamedTuple):
    """Windows that start at these hours (UTC) have another limit."""

    days: _Days                         # 0: Monday
    begin_h: int
    hours: int
    log_factor: float
    log_bayes: float

    def shift(self, start: int) -> float:
        """What the log limit of a window that starts then (epoch s) differs by."""
        day, hour = _when(start)
        return self.log_factor if day in self.days and (hour - self.begin_h) % 24 < self.hours else 0.0


def _when(start: int) -> Tuple[int, int]:
    return (start // DAY_S + 3) % 7, start % DAY_S // _HOUR_S


def rhythm_of(starts: Sequence[int], vectors: Sequence[Vector]) -> Optional[Rhythm]:
    """The hours at which these windows, by their log-likelihoods, had another limit; none when one limit does as well."""
    if len(starts) < 2 * _WINDOWS:
        return None
    total = [sum(values) for values in zip(*vectors)]
    one, cells = marginal(total), _cells(starts, vectors)
    best: Optional[Rhythm] = None
    gains: List[float] = []
    for days, begin, hours in _arcs():
        inner = _at_hours(cells, days, begin, hours)
        if inner is None or len(starts) - inner[0] < _WINDOWS:
            continue
        outer = list(map(sub, total, inner[1]))
        gain = marginal(inner[1]) + marginal(outer) - one
        gains.append(gain)
        if best is None or gain > best.log_bayes:
            best = Rhythm(days, begin, hours, STEP * (mean(inner[1]) - mean(outer)), gain)
    if best is None or log_sum(gains) - math.log(len(gains)) < _LEAST:
        return None
    return best._replace(log_bayes=log_sum(gains) - math.log(len(gains)))


def _arcs() -> Iterator[Tuple[_Days, int, int]]:
    yield _WEEKEND, 0, 24
    for days in (_WORKDAYS + _WEEKEND, _WORKDAYS, _WEEKEND):
        for hours in _LENGTHS:
            for begin in range(24):
                yield days, begin, hours


def _cells(starts: Sequence[int], vectors: Sequence[Vector]) -> _Cells:
    """Of the windows by weekend and hour."""
    cells: _Cells = {}
    for start, vector in zip(starts, vectors):
        day, hour = _when(start)
        key = (day in _WEEKEND, hour)
        count, total = cells.get(key, (0, [0.0] * len(vector)))
        cells[key] = (count + 1, list(map(add, total, vector)))
    return cells


def _at_hours(cells: _Cells, days: _Days, begin: int, hours: int) -> Optional[Tuple[int, Vector]]:
    """Number and sum of the windows at these hours; none when there are too few."""
    weekends = [weekend for weekend, day in ((False, 0), (True, 5)) if day in days]
    chosen = [cells[key] for weekend in weekends for hour in range(begin, begin + hours)
              for key in [(weekend, hour % 24)] if key in cells]
    count = sum(cell[0] for cell in chosen)
    if count < _WINDOWS:
        return None
    total = chosen[0][1]
    for cell in chosen[1:]:
        total = list(map(add, total, cell[1]))
    return count, total
