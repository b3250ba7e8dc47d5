"""How good the forecasts that were shown have been: those whose window is over, beside the seed's rule."""

from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import score
from ccmon.learning.score import Errors, Score
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
    over = [made for made in mine if made.outcome_at is not None]
    ours = [_errors(made) for made in over]
    return Told(score.total(ours), score.total([_seed_errors(made) for made in over]), _windows(over),
                median([found.mae for found in ours]), len(mine) - len(over))


def median(values: Sequence[float]) -> Optional[float]:
    """The middle value; None where there is none."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[-1 - half]) / 2 if ordered else None


def _windows(forecasts: Iterable[Forecast]) -> int:
    ends: List[int] = []
    for end in sorted(made.resets_at for made in forecasts):
        if not ends or end - ends[-1] > _SAME_S:
            ends.append(end)
    return len(ends)


def _minutes(made: Forecast, at: float) -> float:
    return max(0.0, (at - made.ts) / 60.0)


def _errors(made: Forecast) -> Errors:
    """An interval where one was told: the seed's rule, used while little is known, gives none."""
    low, middle, high, cut = (_minutes(made, at) for at in (made.low, made.median, made.high, made.resets_at))
    outcome, hit = _outcome(made, cut)
    if made.rule in ("last_hour", "average"):
        return score.certain(middle if made.probability >= 0.5 else score.NEVER, cut, outcome, hit)
    return score.errors(score.sketch(middle, low, high, made.probability, cut), (low, high), cut, outcome, hit)


def _seed_errors(made: Forecast) -> Errors:
    cut = _minutes(made, made.resets_at)
    return score.certain(_minutes(made, made.seed_at), cut, *_outcome(made, cut))


def _outcome(made: Forecast, cut: float) -> Tuple[float, bool]:
    outcome = cut if made.outcome_at is None else min(cut, _minutes(made, made.outcome_at))
    return (outcome, True) if made.reached else (cut, False)
