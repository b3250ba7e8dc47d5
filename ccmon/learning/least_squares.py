"""Fitting weights that are never negative to intervals of which some saw only a part of the use."""

from __future__ import annotations

from math import hypot, inf, log, sqrt
from operator import mul

from ccmon.learning.intervals import OUTLIER, densities
from ccmon.quick_typing import List, NamedTuple, Sequence, Tuple

_NOISES = (0.25, 0.2, 0.15, 0.12, 0.09, 0.07, 0.05, 0.04, 0.04, 0.04)      # the widest noise allowed, step by step
_ROUGH = 0.1                           # of these, those at which weights are still far off
_LEAST_NOISE = 0.003
_SCALE_NOISE = 0.15


class Rows(NamedTuple):
    """Intervals as columns of numbers."""

    columns: List[List[float]]         # for each weight, what every interval has of it
    points: List[float]                # what every interval gained
    errors: List[float]                # standard deviation of its points by rounding
    windows: List[int]

    def only(self, places: Sequence[int]) -> "Rows":
        """Some of the rows."""
        return Rows([[column[n] for n in places] for column in self.columns], [self.points[n] for n in places],
                    [self.errors[n] for n in places], [self.windows[n] for n in places])


class Fit(NamedTuple):
    """Weights in points for each unit of a column."""

    weights: List[float]
    noise: float                       # as a share of the points
    clean: float                       # share of rows of which all use was seen
    gram: List[List[float]]            # how firmly the rows and the prior hold the weights


def predicted(weights: Sequence[float], columns: Sequence[Sequence[float]]) -> List[float]:
    """Points of each row."""
    sums = [0.0] * len(columns[0])
    for weight, column in zip(weights, columns):
        if weight:
            sums = [total + weight * count for total, count in zip(sums, column)]
    return sums


def _densities(rows: Rows, points_of: Sequence[float], noise: float) -> List[Tuple[float, float]]:
    """Of each row, see intervals.densities: more points by the weights than are shown is a limit that is too low."""
    offs = [log(points / shown) if points > 0 else -inf for shown, points in zip(rows.points, points_of)]
    return densities(offs, [hypot(noise, error / shown) for shown, error in zip(rows.points, rows.errors)])


def likelihoods(rows: Rows, points_of: Sequence[float], noise: float, cleans: Sequence[float]) -> List[float]:
    """The logarithm for all rows, the three cases together, for each share of rows of which all use was seen."""
    pairs = _densities(rows, points_of, noise)
    return [sum([log(clean * here + (1 - clean) * partly + OUTLIER) for here, partly in pairs]) for clean in cleans]


def shares(rows: Rows, points_of: Sequence[float], noise: float, clean: float) -> List[float]:
    """How surely all use of each row was seen, 0..1."""
    return [clean * here / (clean * here + (1 - clean) * partly + OUTLIER) for here, partly in _densities(rows, points_of, noise)]


def scale(rows: Rows, amounts: Sequence[float]) -> float:
    """Points per unit of one single measure: where the most rows agree, those that saw too little left out."""
    rates = sorted([shown / amount for shown, amount in zip(rows.points, amounts) if amount > 0])
    if not rates:
        return 0.0
    candidates = rates[::max(1, len(rates) // 30)]
    def likelihood(rate: float) -> float:
        return likelihoods(rows, [rate * amount for amount in amounts], _SCALE_NOISE, (0.6,))[0]
    return max(candidates, key=likelihood)


def fit(rows: Rows, prior: Sequence[float], loose: float, noises: Sequence[float] = _NOISES) -> Fit:
    """Weights near the prior's, by so loose a tie (as a share of each), fitted to the rows that saw all use."""
    weights, clean, noise = list(prior), 0.6, noises[0]
    gram: List[List[float]] = []
    ties = [1 / (loose * weight) ** 2 if weight > 0 else 0.0 for weight in prior]
    for most in noises:
        points_of = predicted(weights, rows.columns)
        sure = shares(rows, points_of, noise, clean)
        if most > _ROUGH:              # use elsewhere does not explain more use here than points: the weights are too large
            sure = [1.0 if points > shown else share for share, points, shown in zip(sure, points_of, rows.points)]
        precise = [share / (error * error + (noise * points) ** 2) for share, error, points in zip(sure, rows.errors, points_of)]
        gram, right = _normal(rows, precise, prior, ties)
        weights = least_squares(gram, right, weights)
        points_of = predicted(weights, rows.columns)
        clean = min(0.98, max(0.05, sum(sure) / len(sure)))
        noise = max(_LEAST_NOISE, min(most, _noise(rows, points_of, sure)))
    return Fit(weights, noise, clean, gram)


def _noise(rows: Rows, points_of: Sequence[float], sure: Sequence[float]) -> float:
    excess = sum([share * ((shown - points) ** 2 - error * error)
                  for share, shown, points, error in zip(sure, rows.points, points_of, rows.errors)])
    size = sum([share * points * points for share, points in zip(sure, points_of)])
    return sqrt(max(0.0, excess) / size) if size > 0 else _NOISES[0]


def _normal(rows: Rows, precise: Sequence[float], prior: Sequence[float],
            ties: Sequence[float]) -> Tuple[List[List[float]], List[float]]:
    """The equations of weighted least squares with the ties to the prior."""
    gram, right = [], []
    for place, column in enumerate(rows.columns):
        weighted = list(map(mul, precise, column))
        gram.append([sum(map(mul, weighted, other)) for other in rows.columns])
        gram[place][place] += ties[place]
        right.append(sum(map(mul, weighted, rows.points)) + ties[place] * prior[place])
    return gram, right


def least_squares(gram: Sequence[Sequence[float]], right: Sequence[float], start: Sequence[float],
                  rounds: int = 60) -> List[float]:
    """The weights, none below zero, that solve gram * weights = right as well as can be; one weight after the other."""
    weights = list(start)
    for _ in range(rounds):
        moved = 0.0
        for place, row in enumerate(gram):
            if row[place] > 0:
                was = weights[place]
                new = max(0.0, was + (right[place] - sum(map(mul, row, weights))) / row[place])
                weights[place] = new
                moved = max(moved, abs(new - was) / (new + was) if new + was else 0.0)
        if moved < 1e-4:
            break
    return weights


def spread(gram: Sequence[Sequence[float]], amounts: Sequence[float]) -> float:
    """Standard deviation of what the weights tell of these amounts (of each column), in points."""
    rows = [[*row, amount] for row, amount in zip(gram, amounts)]
    size = len(amounts)
    for place, row in enumerate(rows):
        pivot = row[place]
        if pivot <= 0:
            continue
        for below in rows[place + 1:]:
            factor = below[place] / pivot
            if factor:
                below[place:] = [a - factor * b for a, b in zip(below[place:], row[place:])]
    # After the elimination the variance is the sum of the squares on the right, each by its pivot.
    return sqrt(sum([row[size] ** 2 / row[place] for place, row in enumerate(rows) if row[place] > 0]))
