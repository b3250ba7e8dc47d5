"""How good forecasts were: the errors of one against its outcome, and their means over many, beside the seed's rule."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Tuple

from ccmon.learning.runway import Curve, quantile, reached
from ccmon.named_tuple import NamedTuple


class Errors(NamedTuple):
    """What one forecast got wrong; minutes, but for the Brier score."""

    mae: float                         # |median - outcome|, both cut at the reset
    crps: float                        # minutes: the integral of (probability - what happened)^2 up to the reset
    brier: float                       # (probability of reaching the limit before the reset - whether it was)^2
    covered: Optional[bool] = None     # the outcome was inside the 90 % interval; None where there is no interval


class Score(NamedTuple):
    """Means over n forecasts; None where there are none."""

    n: int
    mae_min: Optional[float]
    crps_min: Optional[float]
    brier: Optional[float]
    coverage90: Optional[float] = None


def crps(curve: Curve, cut: float, outcome: float) -> float:
    """Exact CRPS in minutes of a distribution that is linear between its points and cut at the reset."""
    total, begin, low = 0.0, 0.0, 0.0
    for end, high in [*curve, (cut, curve[-1][1] if curve else 0.0)]:
        if begin < cut and end > begin:
            if end > cut:
                high, end = low + (high - low) * (cut - begin) / (end - begin), cut
            total += _piece(begin, low, end, high, outcome)
            begin = end
        low = high
    return total


def _piece(begin: float, low: float, end: float, high: float, outcome: float) -> float:
    """The integral over one linear piece, split where the outcome lies within it."""
    if begin < outcome < end:
        middle = low + (high - low) * (outcome - begin) / (end - begin)
        return _piece(begin, low, outcome, middle, outcome) + _piece(outcome, middle, end, high, outcome)
    if outcome <= begin:
        low, high = low - 1.0, high - 1.0
    return (end - begin) * (low * low + low * high + high * high) / 3.0


def errors(curve: Curve, interval: Optional[Tuple[float, float]], cut: float, outcome: float, hit: bool) -> Errors:
    """The errors of a distribution; minutes from the decision: the interval, the reset (cut) and what came (outcome)."""
    missed = reached(curve, cut) - (1.0 if hit else 0.0)
    covered = None if interval is None else interval[0] - 1e-9 <= outcome <= interval[1] + 1e-9
    return Errors(abs(quantile(curve, cut, 0.5) - outcome), crps(curve, cut, outcome), missed * missed, covered)


def certain(minutes: float, cut: float, outcome: float, hit: bool) -> Errors:
    """The errors of one certain time; infinity means never. Its CRPS is its absolute error."""
    error = abs(min(minutes, cut) - outcome)
    return Errors(error, error, float((minutes < cut) != hit))


def sketch(median: float, low: float, high: float, probability: float, cut: float) -> List[Tuple[float, float]]:
    """The distribution that a stored forecast stands for, in minutes: linear between the numbers that were shown."""
    marks = [(low, 0.05), (median, 0.5), (high, 0.95)]
    points = [(0.0, 0.0)] + [(at, share) for at, share in marks if at < cut and share < probability]
    return points + [(cut, max(probability, points[-1][1]))]


def total(errors: Sequence[Errors]) -> Score:
    """Means over all forecasts."""
    if not errors:
        return Score(0, None, None, None)
    covered = [error.covered for error in errors if error.covered is not None]
    return Score(len(errors), _mean([error.mae for error in errors]), _mean([error.crps for error in errors]),
                 _mean([error.brier for error in errors]), _mean([float(inside) for inside in covered]) if covered else None)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def beside(ours: Score, seed: Score) -> Dict[str, Dict[str, Optional[float]]]:
    """Both rules' scores by name of the score, for --json."""
    return {"mae": {"ccmon": ours.mae_min, "seed": seed.mae_min}, "crps": {"ccmon": ours.crps_min, "seed": seed.crps_min},
            "brier": {"ccmon": ours.brier, "seed": seed.brier}}
