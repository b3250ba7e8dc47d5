"""The limit: how far the learned one is from the true one, whether the interval holds it, and what others' rules give.

A reading counts here when the percentage has risen by 8 points since the last: the first 30 intervals of the history, then 100.
"""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning.intervals import Interval

from ..simulator import Simulated
from . import goals, history, peers
from .goals import Goal, Row, median, percent, quantile
from .history import user

ELSEWHERE = (0.3, 0.7)
FEW = "of three windows, often none was used here alone"


class Outcome(NamedTuple):
    """One user's limit after so many readings."""

    error: float                       # learned / true - 1, absolute
    covered: bool
    width: float                       # of the interval, as a share of the limit
    learned: bool
    unit: str
    readings: int                      # whole percents
    peers: Dict[str, float]            # absolute error by rule


def outcome(sim: Simulated, known: Sequence[Interval], count: int) -> Optional[Outcome]:
    """That user's after the first intervals, None when there are fewer."""
    if len(known) < count:
        return None
    fit = history.learn(sim, known[:count])
    if fit is None:
        return Outcome(1.0, False, 0.0, False, "none", 0, {})
    true, found = history.true_limit(sim, fit.unit_weights), fit.estimate
    seen = peers.samples(sim, fit.until)
    others = {name: abs(rule(seen) / sim.limits[0][1] - 1) for name, rule in peers.LIMITS.items()}
    return Outcome(abs(found.median / true - 1), found.low <= true <= found.high, (found.high - found.low) / found.median,
                   found.learned, fit.unit_weights.name, fit.readings, others)


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines."""
    found: List[Row] = []
    for elsewhere in ELSEWHERE:
        sims = [user(first + number, number, elsewhere=elsewhere) for number in range(count)]
        name = f"{percent(elsewhere, 0)} of windows used elsewhere too"
        found += _sized(name, [(sim, history.cut(sim)) for sim in sims])
    found += [row for elsewhere in ELSEWHERE[:1 if quick else 2] for row in _by_events(elsewhere, first, count)]
    if not quick:
        sims = [user(first + number, number, any_second=True) for number in range(count)]
        found += _sized("percentages read at any second", [(sim, history.cut(sim)) for sim in sims])
    return found


def _by_events(elsewhere: float, first: int, count: int) -> List[Row]:
    """Nothing but limit events: users who are cut off in about a third of their windows."""
    sims = [user(first + number, number, elsewhere=elsewhere, fullness=0.8) for number in range(count)]
    found: List[Row] = []
    for events, goal, known in ((3, goals.EVENTS_3, FEW if elsewhere > 0.5 else ""), (10, goals.EVENTS_10, "")):
        fits = [(sim, history.by_events(sim, events)) for sim in sims]
        judged = [(fit.estimate, history.true_limit(sim, fit.unit_weights)) for sim, fit in fits if fit]
        errors = [abs(one.median / true - 1) for one, true in judged]
        held = sum(one.low <= true <= one.high for one, true in judged) / max(1, len(judged))
        width = percent(median([(one.high - one.low) / one.median for one, _ in judged]), 0)
        name = f"{percent(elsewhere, 0)} of windows used elsewhere too, cut off {events} times and no percentage"
        text = f"{percent(median(errors))} (9 of 10 users: {percent(quantile(errors, 0.9))})"
        found.append(Row(f"{name}: median error", median(errors), text, goal, known=known))
        found.append(Row(f"{name}: 90 % interval holds it", held, f"{percent(held, 0)} (median width {width})", goals.COVERED))
    return found


def _sized(name: str, users: Sequence[Tuple[Simulated, Sequence[Interval]]]) -> List[Row]:
    found: List[Row] = []
    for size, goal in ((30, goals.LIMIT_30), (100, goals.LIMIT_100)):
        outcomes = [outcome(sim, known, size) for sim, known in users]
        found += _rows(f"{name}, {size} readings", [one for one in outcomes if one is not None], goal)
    return found


def _rows(name: str, outcomes: Sequence[Outcome], goal: Goal) -> List[Row]:
    errors = [one.error for one in outcomes]
    others = ", ".join(f"{rule} {percent(median([one.peers.get(rule, 1.0) for one in outcomes]))}" for rule in peers.LIMITS)
    text = f"{percent(median(errors))} (9 of 10 users: {percent(quantile(errors, 0.9))})"
    covered = sum(one.covered for one in outcomes) / max(1, len(outcomes))
    learned = sum(one.learned for one in outcomes) / max(1, len(outcomes))
    width, wholes = percent(median([one.width for one in outcomes])), median([one.readings for one in outcomes])
    return [Row(f"{name}: median error", median(errors), text, goal, others),
            Row(f"{name}: 90 % interval holds it", covered, f"{percent(covered, 0)} (median width {width})", goals.COVERED),
            Row(f"{name}: called learned", learned, f"{percent(learned, 0)}; {wholes:.0f} whole percents")]
