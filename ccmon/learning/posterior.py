"""The limit as a posterior: on a grid over limit, noise, share of windows that were used here alone, and way of rounding.

Where there are limit events and no percentage, in several units at once: a few events seldom single out the right one.
"""

from __future__ import annotations

from itertools import repeat
from math import erfc, exp, hypot, log

from ccmon.learning import intervals, unit_weights
from ccmon.learning.intervals import NOISES, OUTLIER, Interval, densities, rounding_error
from ccmon.learning.values import LEAST_INTERVALS, LEAST_WINDOWS, MOST_NOISE, Estimate, Load, RatesOf, UnitWeights, Use, meter
from ccmon.quick_typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple
from ccmon.when import SESSION_S

_MOST_INTERVALS, _MOST_RUNS = 600, 150  # the latest
_WIDEST = 1.35                         # nor when its interval is wider, high / low
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.85, 0.97)
_ROUNDINGS = (-0.8, -0.3, 0.15, 0.5)   # true minus shown points: up, to the nearest, down; down and seldom looked at
_FLOORS = 3                            # the highest tell all
_CHUNK = 12                            # runs whose densities are multiplied before a logarithm is taken
_FIRST = 24                            # runs after which what is hopeless is given up
_FEWEST = 40                           # runs by which to find where the limit is
_HOPELESS = 18.0                       # logarithm of the likelihood below the best
_MARGIN = 0.02                         # what rounding may shift a limit by, as a share
_UNSEEN = 0.002                        # what the moments of readings may shift all of them by
LEAST_EVENTS = 3                       # windows with one, from which on a limit may be called learned
MOST_EVENTS = 40                       # the latest
_COST = log(0.4)                       # how likely the price list is before anything was seen, and each of the other units
_OTHER = log(0.12)
_FIT = 5                               # events from which on weights are fitted, too
_WRONG_FLOORS = 0.15                   # of windows as the use suggests them may have been two
_MOSTLY = 0.5                          # who is cut off here has used most of it here, as often as any part
_EXACT = 0.15                          # points: an event is at 100 %, and the answer that crosses it is still given
_NODES = 80
_LARGEST = 4
_HOPELESS_UNIT = 7.0                   # logarithm of the likelihood below the best
_NEAR = (-0.03, -0.01, -0.004, -0.002, 0.0, 0.002, 0.004, 0.01, 0.03)  # of the grid, round the largest loads


class _Run(NamedTuple):
    """Neighbouring intervals of one window, in the unit of the weights."""

    amount: float
    points: float
    rounding_error: float              # of the points
    shift: int                         # how often the way of rounding adds to the points: 1, 0, -1
    window: int
    start: int


class _Cell(NamedTuple):
    """One noise, one share and one way of rounding: the logarithm of the likelihood for each limit of the grid."""

    noise: float
    rounding: float
    share: float
    logs: List[float]


def estimate(pieces: Sequence[Interval], unit: UnitWeights, floors: Sequence[float] = ()) -> Optional[Estimate]:
    """The limit in the unit of the weights, with the interval that holds it in 90 of 100 cases; None without any percentage.

    Floors are what was used in windows that ended without an event, in the same unit: the limit is at least that.
    """
    recent = pieces[-_MOST_INTERVALS:]
    runs = _runs_of(recent, unit)
    if not runs:
        return None
    ordered = sorted(runs, key=lambda run: -run.points)     # those that tell most come first
    nodes = _nodes(ordered, *_narrowed(ordered))
    cells = _thorough(ordered, nodes, floors)
    mass = _masses(cells, nodes)
    limits = _widened([_quantile(nodes, mass, part) for part in (0.5, 0.05, 0.95)], hypot(unit.doubt, _UNSEEN))
    behind = [piece for piece in recent if piece.end >= runs[0].start]
    return _estimate_of(limits, cells, runs, behind)


def _estimate_of(limits: Sequence[float], cells: Sequence[_Cell], runs: Sequence[_Run], behind: Sequence[Interval]) -> Estimate:
    noise, windows = _mean_noise(cells), {interval.window for interval in behind}
    here = _windows_used_here(runs, limits[0], max(cells, key=lambda cell: max(cell.logs)))
    fits = noise <= MOST_NOISE and limits[2] <= _WIDEST * limits[1]
    enough = len(behind) >= LEAST_INTERVALS and len({run.window for run in runs}) >= LEAST_WINDOWS
    return Estimate(limits[0], limits[1], limits[2], noise, len(behind), len(windows), len(here) / len(windows), fits and enough)


def _widened(quantiles: Sequence[float], doubt: float) -> List[float]:
    """The limits, the interval widened by what the grid does not know of, as a share."""
    middle, low, high = quantiles
    down, up = hypot(middle - low, 1.645 * doubt), hypot(high - middle, 1.645 * doubt)
    return [exp(middle), exp(middle - down), exp(middle + up)]


def _runs_of(pieces: Sequence[Interval], unit: UnitWeights) -> List[_Run]:
    """Neighbouring intervals that are alike as one, in the unit of the weights; the latest."""
    measure = meter(unit)
    runs: List[_Run] = []
    for places in intervals.alike_groups(pieces, measure):
        run = intervals.merged(pieces, places)
        amount = measure(run.load)
        if amount > 0:
            shift = int(run.whole) - int(run.exact)
            runs.append(_Run(amount, run.points, rounding_error(run), shift, run.window, run.start))
    return runs[-_MOST_RUNS:]


def _narrowed(runs: Sequence[_Run]) -> Tuple[float, float]:
    """Where on the logarithmic scale the limit is, from wide to narrow."""
    runs = runs[:_FEWEST]
    rates = [_rate(run, 0.0) for run in runs]
    low, high = min(rates) - 0.3, max(rates) + 1.4
    coarse = sorted({low + (high - low) * n / 60 for n in range(61)} | set(rates))
    rough = [cell.logs for noise in (0.01, 0.03, 0.1) for cell in _cells_of(noise, 0.0, (0.2, 0.5, 0.9), runs, coarse)]
    low, high = _around(coarse, _summed(rough), 6.0)
    low, high = low - _MARGIN, high + _MARGIN
    fine = [low + (high - low) * n / 40 for n in range(41)]
    cells = [cell for noise in (0.004, 0.012, 0.04) for rounding in _ROUNDINGS
             for cell in _cells_of(noise, rounding, (0.3, 0.8), runs, fine)]
    return _around(fine, _summed([cell.logs for cell in cells]), 9.0)


def _around(nodes: Sequence[float], logs: Sequence[float], least: float) -> Tuple[float, float]:
    """The neighbours of those limits that are not hopeless."""
    best = max(logs)
    alive = [n for n, value in enumerate(logs) if value > best - least]
    return nodes[max(0, alive[0] - 1)], nodes[min(len(nodes) - 1, alive[-1] + 1)]


def _nodes(runs: Sequence[_Run], low: float, high: float) -> List[float]:
    """The grid of limits: close together where the limit seems to be, and some elsewhere."""
    rates = [_rate(run, 0.0) for run in runs]
    wide = [min(rates) - 0.3 + (max(rates) - min(rates) + 1.7) * n / 20 for n in range(21)]
    return sorted({low + (high - low) * n / 48 for n in range(49)} | {node for node in wide if not low <= node <= high})


def _rate(run: _Run, rounding: float) -> float:
    """The logarithm of the limit by this run alone, if all of the use was here."""
    return log(100 * run.amount / max(0.5, run.points + run.shift * rounding))


def _thorough(runs: Sequence[_Run], nodes: Sequence[float], floors: Sequence[float]) -> List[_Cell]:
    """All of the grid for the runs that tell most, then only what is not hopeless for the others."""
    cells = [cell for noise in NOISES for rounding in _ROUNDINGS
             for cell in _cells_of(noise, rounding, _SHARES, runs[:_FIRST], nodes)]
    best = max(max(cell.logs) for cell in cells)
    alive = [cell for cell in cells if max(cell.logs) > best - _HOPELESS]
    groups: Dict[Tuple[float, float], List[_Cell]] = {}
    for cell in alive:
        groups.setdefault((cell.noise, cell.rounding), []).append(cell)
    weighed = []
    for (noise, rounding), before in groups.items():
        after = _cells_of(noise, rounding, [cell.share for cell in before], runs[_FIRST:], nodes)
        bound = _bounded(noise, nodes, floors)
        weighed += [cell._replace(logs=[a + b + c for a, b, c in zip(cell.logs, more.logs, bound)])
                  for cell, more in zip(before, after)]
    return weighed


def _cells_of(noise: float, rounding: float, shares: Sequence[float], runs: Sequence[_Run], nodes: Sequence[float],
             mostly: float = 0.0) -> List[_Cell]:
    """The likelihood of the runs for every limit of the grid and every share; mostly: see intervals.densities."""
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
    return [_Cell(noise, rounding, share, logs) for share, logs in zip(shares, logs_of)]


def _densities(run: _Run, noise: float, rounding: float, nodes: Sequence[float], mostly: float) -> List[Tuple[float, float]]:
    """For each limit, see intervals.densities."""
    alone = _rate(run, rounding)
    return densities([alone - node for node in nodes], repeat(hypot(noise, run.rounding_error / run.points)), mostly)


def _bounded(noise: float, nodes: Sequence[float], floors: Sequence[float], wrong: float = 0.01) -> List[float]:
    """What windows without an event say: the limit is not below them, but for the share of them that is wrong."""
    logs = [0.0] * len(nodes)
    for floor in sorted([floor for floor in floors if floor > 0])[-_FLOORS:]:
        least, scaled = log(floor), 0.70710678 / noise
        logs = [value + log(wrong + (1 - wrong) * 0.5 * erfc((least - node) * scaled)) for value, node in zip(logs, nodes)]
    return logs


def _summed(rows: Sequence[Sequence[float]]) -> List[float]:
    """The logarithm of the sum for each limit, up to a constant."""
    best = max(max(row) for row in rows)
    sums = [sum([exp(value - best) for value in column]) for column in zip(*rows)]
    return [log(total) if total > 0 else -1e9 for total in sums]


def _masses(cells: Sequence[_Cell], nodes: Sequence[float]) -> List[float]:
    """The posterior's mass between each two neighbouring limits, summing to one."""
    mass = _areas(_summed([cell.logs for cell in cells]), nodes)
    total = sum(mass)
    return [part / total for part in mass]


def _areas(logs: Sequence[float], nodes: Sequence[float]) -> List[float]:
    density = [exp(value) for value in logs]
    return [(one + other) / 2 * (b - a) for one, other, a, b in zip(density, density[1:], nodes, nodes[1:])]


def _quantile(nodes: Sequence[float], mass: Sequence[float], part: float) -> float:
    """The logarithm of the limit below which that part of the mass lies."""
    below = 0.0
    for place, share in enumerate(mass):
        if below + share >= part and share > 0:
            return nodes[place] + (nodes[place + 1] - nodes[place]) * (part - below) / share
        below += share
    return nodes[-1]


def _mean_noise(cells: Sequence[_Cell]) -> float:
    """The noise of the cells, weighted by likelihood, as a share."""
    best = max(max(cell.logs) for cell in cells)
    weights = [sum([exp(value - best) for value in cell.logs]) for cell in cells]
    return sum([weight * cell.noise for weight, cell in zip(weights, cells)]) / sum(weights)


def _windows_used_here(runs: Sequence[_Run], limit: float, cell: _Cell) -> Set[int]:
    """Windows of which every run took about as much as the limit says."""
    missed = set()
    for run in runs:
        (here, partly), = _densities(run, cell.noise, cell.rounding, [log(limit)], 0.0)
        if cell.share * here <= (1 - cell.share) * partly + OUTLIER:
            missed.add(run.window)
    return {run.window for run in runs} - missed


class _View(NamedTuple):
    """The events in one unit; amounts are shares of all that was used, so that they are the same in every unit."""

    unit_weights: UnitWeights
    log_prior: float
    runs: List[_Run]
    floors: List[float]
    all_used: float                    # in that unit


def are_alone(pieces: Sequence[Interval]) -> bool:
    """True where most of the intervals are windows from their beginning to a limit event."""
    return 2 * sum(piece.whole and piece.exact for piece in pieces) > len(pieces)


def by_events(pieces: Sequence[Interval], use: Sequence[Use], now: int,
              rates_of: RatesOf) -> Optional[Tuple[UnitWeights, Estimate]]:
    """The likeliest unit weights and the limit in their unit; None where nothing was used here before an event.

    The interval is that of all units together, each as likely as it explains the events and the windows without one.
    """
    pieces = pieces[-MOST_EVENTS:]
    if not pieces:
        return None
    floors = _event_floors(pieces, use, now)
    views = [view for chosen, log_prior in _units(pieces, rates_of) for view in _viewed(chosen, log_prior, pieces, floors, use)]
    if not views:
        return None
    views = _likely(views)
    nodes = _grid(views)
    cells = [_event_cells(view, nodes) for view in views]
    mass = _masses([cell for group in cells for cell in group], nodes)
    quantiles = [_quantile(nodes, mass, part) for part in (0.5, 0.05, 0.95)]
    return _unit_and_limit(views[0], _widened(quantiles, hypot(views[0].unit_weights.doubt, _UNSEEN)), cells)


def _likely(views: Sequence[_View]) -> List[_View]:
    """The views that are not hopeless, the likeliest first."""
    evidences = []                     # logarithms, up to a constant
    for view in views:
        nodes = _grid([view])
        logs = [cell.logs for cell in _event_cells(view, nodes)]
        evidences.append(max(map(max, logs)) + log(sum(_areas(_summed(logs), nodes))))
    order = sorted(range(len(views)), key=lambda place: -evidences[place])
    return [views[place] for place in order if evidences[place] > max(evidences) - _HOPELESS_UNIT]


def _unit_and_limit(view: _View, shares: Sequence[float], cells: Sequence[Sequence[_Cell]]) -> Tuple[UnitWeights, Estimate]:
    median, low, high = shares
    count, noise = len({run.window for run in view.runs}), _mean_noise([cell for group in cells for cell in group])
    seen = _windows_used_here(view.runs, median, max(cells[0], key=lambda cell: max(cell.logs)))
    missed = sorted([abs(100 * run.amount / median - run.points) for run in view.runs if run.window in seen])
    is_learned = count >= LEAST_EVENTS and noise <= MOST_NOISE and high <= _WIDEST * low
    chosen = view.unit_weights._replace(error_points=missed[len(missed) // 2] if missed else 0.0)
    return chosen, Estimate(median * view.all_used, low * view.all_used, high * view.all_used, noise, len(view.runs), count,
                            len(seen) / count, is_learned)


def _units(pieces: Sequence[Interval], rates_of: RatesOf) -> List[Tuple[UnitWeights, float]]:
    """Unit weights and how likely each are before the events are weighed, as a logarithm; fitted ones pay for each weight."""
    plain = [(one, _COST if one.name == "cost" else _OTHER) for one in unit_weights.unfitted(pieces, rates_of)]
    if len(pieces) < _FIT:
        return plain
    paid = 0.5 * log(len(pieces))
    fitted = unit_weights.ranked(pieces, rates_of, menu=("kinds", "models"))
    return plain + [(one, _OTHER - paid * (len([model for model, _, _ in one.weights if model]) or len(one.weights)))
                    for one in fitted]


def _event_floors(pieces: Sequence[Interval], use: Sequence[Use], now: int) -> List[Load]:
    """What was used in the windows, as the use suggests them, that ended without an event."""
    full, used = {piece.window for piece in pieces}, intervals.UseLookup(use)
    begin = pieces[0].start
    resets = intervals.suggested_resets([one for one in use if one.ts >= begin], sorted(full))
    return [used.between(reset - SESSION_S, reset) for reset in resets if reset <= now and reset not in full]


def _viewed(chosen: UnitWeights, log_prior: float, pieces: Sequence[Interval], floors: Sequence[Load],
            use: Sequence[Use]) -> List[_View]:
    """The events in this unit; none where it measures nothing of them."""
    measure = meter(chosen)
    total = sum([measure(one.load) for one in use])
    if total <= 0:
        return []
    runs = [run._replace(amount=run.amount / total) for run in _runs_of(pieces, chosen)]
    return [_View(chosen, log_prior, runs, [measure(load) / total for load in floors], total)] if runs else []


def _grid(views: Sequence[_View]) -> List[float]:
    """Logarithms of limits: evenly over all that may be, and close together round the largest loads of each view."""
    rates = [sorted([_rate(run, 0.0) for run in view.runs]) for view in views]
    low, high = min(one[0] for one in rates) - 0.3, max(one[-1] for one in rates) + 1.4
    even = {low + (high - low) * n / _NODES for n in range(_NODES + 1)}
    return sorted(even | {value + off for one in rates for value in one[-_LARGEST:] for off in _NEAR})


def _event_cells(view: _View, nodes: List[float]) -> List[_Cell]:
    cells: List[_Cell] = []
    for noise in NOISES[:-1]:          # the widest would take what was used elsewhere for noise
        bound = _bounded(noise, nodes, view.floors, _WRONG_FLOORS)
        for cell in _cells_of(noise, _EXACT, _SHARES, view.runs, nodes, _MOSTLY):
            cells.append(cell._replace(logs=[value + more + view.log_prior for value, more in zip(cell.logs, bound)]))
    return cells
