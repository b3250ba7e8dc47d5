"""The limit as a posterior: a grid over limit, noise, share of windows that were used here alone, and way of rounding."""

from __future__ import annotations

from itertools import repeat
from math import erfc, exp, hypot, log
from typing import Dict, List, Optional, Sequence, Set, Tuple

from ccmon.learning.intervals import NOISES, OUTLIER, Interval, alike_groups, densities, merged, rounding_error
from ccmon.learning.values import LEAST_INTERVALS, LEAST_WINDOWS, MOST_NOISE, Estimate, UnitWeights, meter
from ccmon.named_tuple import NamedTuple

MOST_INTERVALS, MOST_RUNS = 600, 150   # the latest
WIDEST = 1.35                          # nor when its interval is wider, high / low
SHARES = (0.1, 0.3, 0.5, 0.7, 0.85, 0.97)
ROUNDINGS = (-0.8, -0.3, 0.15, 0.5)    # true minus shown points: up, to the nearest, down; down and seldom looked at
_FLOORS = 3                            # the highest tell all
_CHUNK = 12                            # runs whose densities are multiplied before a logarithm is taken
_FIRST = 24                            # runs after which what is hopeless is given up
_FEWEST = 40                           # runs by which to find where the limit is
_HOPELESS = 18.0                       # logarithm of the likelihood below the best
_MARGIN = 0.02                         # what rounding may shift a limit by, as a share
UNSEEN = 0.002                        # what the moments of readings may shift all of them by


class Run(NamedTuple):
    """Neighbouring intervals of one window, in the unit of the weights."""

    amount: float
    points: float
    rounding_error: float              # of the points
    shift: int                         # how often the way of rounding adds to the points: 1, 0, -1
    window: int
    start: int


class Cell(NamedTuple):
    """One noise, one share and one way of rounding: the logarithm of the likelihood for each limit of the grid."""

    noise: float
    rounding: float
    share: float
    logs: List[float]


def estimate(intervals: Sequence[Interval], unit: UnitWeights, floors: Sequence[float] = ()) -> Optional[Estimate]:
    """The limit in the unit of the weights, with the interval that holds it in 90 of 100 cases; None without any percentage.

    Floors are what was used in windows that ended without an event, in the same unit: the limit is at least that.
    """
    recent = intervals[-MOST_INTERVALS:]
    runs = runs_of(recent, unit)
    if not runs:
        return None
    ordered = sorted(runs, key=lambda run: -run.points)     # those that tell most come first
    nodes = _nodes(ordered, *_narrowed(ordered))
    cells = _thorough(ordered, nodes, floors)
    mass = masses(cells, nodes)
    limits = widened([quantile(nodes, mass, part) for part in (0.5, 0.05, 0.95)], hypot(unit.doubt, UNSEEN))
    behind = [interval for interval in recent if interval.end >= runs[0].start]
    return _estimate_of(limits, cells, runs, behind)


def _estimate_of(limits: Sequence[float], cells: Sequence[Cell], runs: Sequence[Run], behind: Sequence[Interval]) -> Estimate:
    noise, windows = mean_noise(cells), {interval.window for interval in behind}
    here = windows_used_here(runs, limits[0], max(cells, key=lambda cell: max(cell.logs)))
    fits = noise <= MOST_NOISE and limits[2] <= WIDEST * limits[1]
    enough = len(behind) >= LEAST_INTERVALS and len({run.window for run in runs}) >= LEAST_WINDOWS
    return Estimate(limits[0], limits[1], limits[2], noise, len(behind), len(windows), len(here) / len(windows), fits and enough)


def widened(quantiles: Sequence[float], doubt: float) -> List[float]:
    """The limits, the interval widened by what the grid does not know of, as a share."""
    middle, low, high = quantiles
    down, up = hypot(middle - low, 1.645 * doubt), hypot(high - middle, 1.645 * doubt)
    return [exp(middle), exp(middle - down), exp(middle + up)]


def runs_of(intervals: Sequence[Interval], unit: UnitWeights) -> List[Run]:
    """Neighbouring intervals that are alike as one, in the unit of the weights; the latest."""
    measure = meter(unit)
    runs: List[Run] = []
    for places in alike_groups(intervals, measure):
        run = merged(intervals, places)
        amount = measure(run.load)
        if amount > 0:
            shift = int(run.whole) - int(run.exact)
            runs.append(Run(amount, run.points, rounding_error(run), shift, run.window, run.start))
    return runs[-MOST_RUNS:]


def _narrowed(runs: Sequence[Run]) -> Tuple[float, float]:
    """Where on the logarithmic scale the limit is, from wide to narrow."""
    runs = runs[:_FEWEST]
    rates = [rate(run, 0.0) for run in runs]
    low, high = min(rates) - 0.3, max(rates) + 1.4
    coarse = sorted({low + (high - low) * n / 60 for n in range(61)} | set(rates))
    rough = summed([_weighed(noise, 0.0, share, runs, coarse) for noise in (0.01, 0.03, 0.1) for share in (0.2, 0.5, 0.9)])
    low, high = _around(coarse, rough, 6.0)
    low, high = low - _MARGIN, high + _MARGIN
    fine = [low + (high - low) * n / 40 for n in range(41)]
    cells = [cell for noise in (0.004, 0.012, 0.04) for rounding in ROUNDINGS
             for cell in cells_of(noise, rounding, (0.3, 0.8), runs, fine)]
    return _around(fine, summed([cell.logs for cell in cells]), 9.0)


def _around(nodes: Sequence[float], logs: Sequence[float], least: float) -> Tuple[float, float]:
    """The neighbours of those limits that are not hopeless."""
    best = max(logs)
    alive = [n for n, value in enumerate(logs) if value > best - least]
    return nodes[max(0, alive[0] - 1)], nodes[min(len(nodes) - 1, alive[-1] + 1)]


def _nodes(runs: Sequence[Run], low: float, high: float) -> List[float]:
    """The grid of limits: close together where the limit seems to be, and some elsewhere."""
    rates = [rate(run, 0.0) for run in runs]
    wide = [min(rates) - 0.3 + (max(rates) - min(rates) + 1.7) * n / 20 for n in range(21)]
    return sorted({low + (high - low) * n / 48 for n in range(49)} | {node for node in wide if not low <= node <= high})


def rate(run: Run, rounding: float) -> float:
    """The logarithm of the limit by this run alone, if all of the use was here."""
    return log(100 * run.amount / max(0.5, run.points + run.shift * rounding))


def _thorough(runs: Sequence[Run], nodes: Sequence[float], floors: Sequence[float]) -> List[Cell]:
    """All of the grid for the runs that tell most, then only what is not hopeless for the others."""
    cells = [cell for noise in NOISES for rounding in ROUNDINGS
             for cell in cells_of(noise, rounding, SHARES, runs[:_FIRST], nodes)]
    best = max(max(cell.logs) for cell in cells)
    alive = [cell for cell in cells if max(cell.logs) > best - _HOPELESS]
    groups: Dict[Tuple[float, float], List[Cell]] = {}
    for cell in alive:
        groups.setdefault((cell.noise, cell.rounding), []).append(cell)
    weighed = []
    for (noise, rounding), before in groups.items():
        after = cells_of(noise, rounding, [cell.share for cell in before], runs[_FIRST:], nodes)
        bound = bounded(noise, nodes, floors)
        weighed += [cell._replace(logs=[a + b + c for a, b, c in zip(cell.logs, more.logs, bound)])
                  for cell, more in zip(before, after)]
    return weighed


def cells_of(noise: float, rounding: float, shares: Sequence[float], runs: Sequence[Run], nodes: Sequence[float],
             mostly: float = 0.0) -> List[Cell]:
    """The likelihood of the runs for every limit of the grid and every share; mostly: see likelihood.densities."""
    logs_of = [[0.0] * len(nodes) for _ in shares]
    for begin in range(0, len(runs), _CHUNK):
        products = [[1.0] * len(nodes) for _ in shares]
        for run in runs[begin:begin + _CHUNK]:
            pairs = _densities(run, noise, rounding, nodes, mostly)
            for number, share in enumerate(shares):
                rest = 1 - share
                products[number] = [so_far * (share * here + rest * partly + OUTLIER)
                                    for so_far, (here, partly) in zip(products[number], pairs)]
        logs_of = [[value + log(product) for value, product in zip(logs, row)] for logs, row in zip(logs_of, products)]
    return [Cell(noise, rounding, share, logs) for share, logs in zip(shares, logs_of)]


def _weighed(noise: float, rounding: float, share: float, runs: Sequence[Run], nodes: Sequence[float]) -> List[float]:
    return cells_of(noise, rounding, (share,), runs, nodes)[0].logs


def _densities(run: Run, noise: float, rounding: float, nodes: Sequence[float], mostly: float = 0.0) -> List[Tuple[float, float]]:
    """For each limit, see likelihood.densities."""
    alone = rate(run, rounding)
    return densities([alone - node for node in nodes], repeat(hypot(noise, run.rounding_error / run.points)), mostly)


def bounded(noise: float, nodes: Sequence[float], floors: Sequence[float], wrong: float = 0.01) -> List[float]:
    """What windows without an event say: the limit is not below them, but for the share of them that is wrong."""
    logs = [0.0] * len(nodes)
    for floor in sorted([floor for floor in floors if floor > 0])[-_FLOORS:]:
        least, scaled = log(floor), 0.70710678 / noise
        logs = [value + log(wrong + (1 - wrong) * 0.5 * erfc((least - node) * scaled)) for value, node in zip(logs, nodes)]
    return logs


def summed(rows: Sequence[Sequence[float]]) -> List[float]:
    """The logarithm of the sum for each limit, up to a constant."""
    best = max(max(row) for row in rows)
    sums = [sum([exp(value - best) for value in column]) for column in zip(*rows)]
    return [log(total) if total > 0 else -1e9 for total in sums]


def masses(cells: Sequence[Cell], nodes: Sequence[float]) -> List[float]:
    """The posterior's mass between each two neighbouring limits, summing to one."""
    mass = _areas(summed([cell.logs for cell in cells]), nodes)
    total = sum(mass)
    return [part / total for part in mass]


def evidence(cells: Sequence[Cell], nodes: Sequence[float]) -> float:
    """The logarithm of how likely what was seen is by all of these cells together, up to a constant."""
    return max(max(cell.logs) for cell in cells) + log(sum(_areas(summed([cell.logs for cell in cells]), nodes)))


def _areas(logs: Sequence[float], nodes: Sequence[float]) -> List[float]:
    density = [exp(value) for value in logs]
    return [(one + other) / 2 * (b - a) for one, other, a, b in zip(density, density[1:], nodes, nodes[1:])]


def quantile(nodes: Sequence[float], mass: Sequence[float], part: float) -> float:
    """The logarithm of the limit below which that part of the mass lies."""
    below = 0.0
    for place, share in enumerate(mass):
        if below + share >= part and share > 0:
            return nodes[place] + (nodes[place + 1] - nodes[place]) * (part - below) / share
        below += share
    return nodes[-1]


def mean_noise(cells: Sequence[Cell]) -> float:
    """The noise of the cells, weighted by likelihood, as a share."""
    best = max(max(cell.logs) for cell in cells)
    weights = [sum([exp(value - best) for value in cell.logs]) for cell in cells]
    return sum([weight * cell.noise for weight, cell in zip(weights, cells)]) / sum(weights)


def windows_used_here(runs: Sequence[Run], limit: float, cell: Cell) -> Set[int]:
    """Windows of which every run took about as much as the limit says."""
    missed = {run.window for run in runs if not _here(run, limit, cell)}
    return {run.window for run in runs} - missed


def _here(run: Run, limit: float, cell: Cell) -> bool:
    (here, partly), = _densities(run, cell.noise, cell.rounding, [log(limit)])
    return cell.share * here > (1 - cell.share) * partly + OUTLIER
