"""How good the forecasts that were shown have been: those whose window is over, beside the seed's rule."""

from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import score
from ccmon.learning.score import Errors, Score
from ccmon.learning.values import PLAIN_RATES
from ccmon.model import SESSION_S, Forecast

_SAME_S = 600                          # the reset of one window moves about by less


class Told(NamedTuple):
    """The scores of all forecasts for one kind of window."""

    ours: Score                        # minutes
    seed: Score
    windows: int                       # sessions, or weeks, behind them
    error_min: Optional[float]         # median of |median - outcome|; None where nothing is over yet
    open: int = 0                      # forecasts whose outcome nobody knows so far


def scored(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> Told:
    """The forecasts of windows of that length, scored."""
    mine = [made for made in forecasts if made.window_s == window_s]
    over = over_of(mine, window_s)
    ours = [errors(made) for made in over]
    return Told(score.total(ours), score.total([seed_errors(made) for made in over]), len(by_window(over)),
                _median([found.mae for found in ours]), len(mine) - len(over))


def are_covered(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> List[bool]:
    """Whether the 90 % interval held what came, of each forecast that had one and whose outcome is known, by window and time."""
    held = [errors(made).covered for window in by_window(over_of(forecasts, window_s)) for made in window]
    return [one for one in held if one is not None]


def over_of(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> List[Forecast]:
    """Those of windows of that length of which it is known what came."""
    return [made for made in forecasts if made.window_s == window_s and made.outcome_at is not None]


def by_window(forecasts: Iterable[Forecast]) -> List[List[Forecast]]:
    """Those of one window together, by its reset, within it by time."""
    found: List[List[Forecast]] = []
    for made in sorted(forecasts, key=lambda one: (one.resets_at, one.ts)):
        if not found or made.resets_at - found[-1][0].resets_at > _SAME_S:
            found.append([])
        found[-1].append(made)
    return [sorted(window, key=lambda one: one.ts) for window in found]


def _median(values: Sequence[float]) -> Optional[float]:
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[-1 - half]) / 2 if ordered else None


def _minutes(made: Forecast, at: float) -> float:
    return max(0.0, (at - made.ts) / 60.0)


def errors(made: Forecast) -> Errors:
    """Those of the forecast itself; an interval where one was told: the seed's rule, used while little is known, gives none."""
    low, middle, high, cut = (_minutes(made, at) for at in (made.low, made.median, made.high, made.resets_at))
    outcome, hit = _outcome(made, cut)
    if made.rule in PLAIN_RATES:
        return score.certain(middle if made.probability >= 0.5 else score.NEVER, cut, outcome, hit)
    return score.errors(score.sketch(middle, low, high, made.probability, cut), (low, high), cut, outcome, hit)


def seed_errors(made: Forecast) -> Errors:
    """Those of the seed's rule at that moment."""
    cut = _minutes(made, made.resets_at)
    return score.certain(_minutes(made, made.seed_at), cut, *_outcome(made, cut))


def _outcome(made: Forecast, cut: float) -> Tuple[float, bool]:
    outcome = cut if made.outcome_at is None else min(cut, _minutes(made, made.outcome_at))
    return (outcome, True) if made.reached else (cut, False)
