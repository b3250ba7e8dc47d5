"""The limit by limit events alone: in several units at once, for a few events seldom single out the right one."""

from __future__ import annotations

from math import hypot, log
from typing import List, Optional, Sequence, Tuple

from ccmon.learning import intervals, posterior, unit_weights, values
from ccmon.learning.intervals import NOISES, Interval
from ccmon.learning.posterior import SHARES, WIDEST, Cell, Run
from ccmon.learning.values import WINDOW_S, Estimate, Load, RatesOf, UnitWeights, Use
from ccmon.named_tuple import NamedTuple

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
_HOPELESS = 7.0                        # logarithm of the likelihood below the best
_NEAR = (-0.03, -0.01, -0.004, -0.002, 0.0, 0.002, 0.004, 0.01, 0.03)  # of the grid, round the largest loads


class _View(NamedTuple):
    """The events in one unit; amounts are shares of all that was used, so that they are the same in every unit."""

    unit_weights: UnitWeights
    log_prior: float
    runs: List[Run]
    floors: List[float]
    all_used: float                    # in that unit


def are_alone(pieces: Sequence[Interval]) -> bool:
    """True where most of the intervals are windows from their beginning to a limit event."""
    return 2 * sum(piece.whole and piece.exact for piece in pieces) > len(pieces)


def learn(pieces: Sequence[Interval], use: Sequence[Use], now: int, rates_of: RatesOf) -> Optional[Tuple[UnitWeights, Estimate]]:
    """The likeliest unit weights and the limit in their unit; None where nothing was used here before an event.

    The interval is that of all units together, each as likely as it explains the events and the windows without one.
    """
    pieces = pieces[-MOST_EVENTS:]
    if not pieces:
        return None
    floors = _floors(pieces, use, now)
    views = [view for chosen, log_prior in _units(pieces, rates_of) for view in _viewed(chosen, log_prior, pieces, floors, use)]
    if not views:
        return None
    views = _likely(views)
    nodes = _grid(views)
    cells = [_cells(view, nodes) for view in views]
    mass = posterior.masses([cell for group in cells for cell in group], nodes)
    quantiles = [posterior.quantile(nodes, mass, part) for part in (0.5, 0.05, 0.95)]
    return _unit_and_limit(views[0], posterior.widened(quantiles, hypot(views[0].unit_weights.doubt, posterior.UNSEEN)), cells)


def _likely(views: Sequence[_View]) -> List[_View]:
    """The views that are not hopeless, the likeliest first."""
    evidences = []
    for view in views:
        nodes = _grid([view])
        evidences.append(posterior.evidence(_cells(view, nodes), nodes))
    order = sorted(range(len(views)), key=lambda place: -evidences[place])
    return [views[place] for place in order if evidences[place] > max(evidences) - _HOPELESS]


def _unit_and_limit(view: _View, shares: Sequence[float], cells: Sequence[Sequence[Cell]]) -> Tuple[UnitWeights, Estimate]:
    median, low, high = shares
    count, noise = len({run.window for run in view.runs}), posterior.mean_noise([cell for group in cells for cell in group])
    seen = posterior.windows_used_here(view.runs, median, max(cells[0], key=lambda cell: max(cell.logs)))
    missed = sorted([abs(100 * run.amount / median - run.points) for run in view.runs if run.window in seen])
    is_learned = count >= LEAST_EVENTS and noise <= values.MOST_NOISE and high <= WIDEST * low
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
    return plain + [(one, _OTHER - paid * unit_weights.fitted_weights(one)) for one in fitted]


def _floors(pieces: Sequence[Interval], use: Sequence[Use], now: int) -> List[Load]:
    """What was used in the windows, as the use suggests them, that ended without an event."""
    full, used = {piece.window for piece in pieces}, intervals.UseLookup(use)
    begin = pieces[0].start
    resets = intervals.suggested_resets([one for one in use if one.ts >= begin], sorted(full))
    return [used.between(reset - WINDOW_S, reset) for reset in resets if reset <= now and reset not in full]


def _viewed(chosen: UnitWeights, log_prior: float, pieces: Sequence[Interval], floors: Sequence[Load],
            use: Sequence[Use]) -> List[_View]:
    """The events in this unit; none where it measures nothing of them."""
    measure = values.meter(chosen)
    total = sum([measure(one.load) for one in use])
    if total <= 0:
        return []
    runs = [run._replace(amount=run.amount / total) for run in posterior.runs_of(pieces, chosen)]
    return [_View(chosen, log_prior, runs, [measure(load) / total for load in floors], total)] if runs else []


def _grid(views: Sequence[_View]) -> List[float]:
    """Logarithms of limits: evenly over all that may be, and close together round the largest loads of each view."""
    rates = [sorted([posterior.rate(run, 0.0) for run in view.runs]) for view in views]
    low, high = min(one[0] for one in rates) - 0.3, max(one[-1] for one in rates) + 1.4
    even = {low + (high - low) * n / _NODES for n in range(_NODES + 1)}
    return sorted(even | {value + off for one in rates for value in one[-_LARGEST:] for off in _NEAR})


def _cells(view: _View, nodes: List[float]) -> List[Cell]:
    cells: List[Cell] = []
    for noise in NOISES[:-1]:          # the widest would take what was used elsewhere for noise
        bound = posterior.bounded(noise, nodes, view.floors, _WRONG_FLOORS)
        for cell in posterior.cells_of(noise, _EXACT, SHARES, view.runs, nodes, _MOSTLY):
            cells.append(cell._replace(logs=[value + more + view.log_prior for value, more in zip(cell.logs, bound)]))
    return cells
