"""The unit weights: the percentage predicted for the end of a window against the one that is shown, for every way to weigh."""

from collections import Counter
from typing import Callable, Dict, List, Sequence, Tuple

from ccmon.learning import values
from ccmon.learning.values import Key, Load

from ..simulator import ROUNDINGS, Simulated, Window
from . import goals, history
from .goals import Row, median, quantile
from .history import WEIGHTING_NAMES, user

READINGS = 100
ENOUGH_PERCENT = 20                    # windows with less say little


def _kinds(*kinds: str) -> Callable[[Load], float]:
    return lambda load: sum(count for (_, kind), count in load.items() if kind in kinds)


UNITS: Dict[str, Callable[[Load], float]] = {
    "cost": _kinds("cost"), "in+out": _kinds("input", "output"),
    "all tokens": _kinds("input", "output", "cache_creation", "cache_read")}


def shown(sim: Simulated, window: Window) -> float:
    """What the server showed at the end of a window."""
    return float(min(100, ROUNDINGS[sim.scenario.rounding](round(window.percent, 9))))


def judged(sim: Simulated, after: int) -> List[Tuple[float, Dict[Key, float]]]:
    """Percentage shown at the end and load of windows that were used on this machine alone and not cut off."""
    return [(shown(sim, window), dict(load)) for window, load in history.loads(sim)
            if window.start >= after and window.seen > 0.999 and not window.hit_at and window.percent >= ENOUGH_PERCENT]


def off(sim: Simulated, name: str, known: Sequence[Tuple[float, Load]], later: Sequence[Tuple[float, Load]]) -> List[float]:
    """The same by one unit whose limit is the median of the windows known."""
    limit = median([100 * UNITS[name](load) / percent for percent, load in known])
    return [abs(100 * UNITS[name](load) / limit - percent) for percent, load in later]


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines."""
    return [_row(weighting, [user(first + number, number, weighting=weighting) for number in range(count)])
            for weighting in WEIGHTING_NAMES]


def _row(weighting: str, sims: Sequence[Simulated]) -> Row:
    wrong: List[float] = []
    others: Dict[str, List[float]] = {name: [] for name in UNITS}
    chosen: Counter = Counter()
    for sim in sims:
        fit = history.learn(sim, history.cut(sim)[:READINGS])
        if fit is None:
            chosen["none"] += 1
            continue
        later = judged(sim, fit.until)
        chosen[fit.unit_weights.name] += 1
        wrong += [abs(100 * values.measure(fit.unit_weights, load) / fit.estimate.median - percent) for percent, load in later]
        known = [one for one in judged(sim, 0) if one not in later]
        for name in UNITS if known else ():
            others[name] += off(sim, name, known, later)
    names = ", ".join(f"{name} {number}" for name, number in chosen.most_common())
    text = f"{median(wrong):.2f} points (9 of 10 windows: {quantile(wrong, 0.9):.1f}; weights: {names})"
    return Row(f"the server weighs {weighting}", median(wrong), text, goals.POINTS,
               ", ".join(f"{name} {median(values):.1f}" for name, values in others.items()))
