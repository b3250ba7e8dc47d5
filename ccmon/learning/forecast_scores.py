"""How good the forecasts that were shown have been: those whose window is over, beside the seed's rule."""

from __future__ import annotations

from typing import Callable, Iterable, List, Optional, Sequence, Tuple, TypeVar

from ccmon.learning import runway, score
from ccmon.learning.score import Errors, Score
from ccmon.model import PLAIN_RATES, Forecast
from ccmon.named_tuple import NamedTuple
from ccmon.when import SESSION_S

_SAME_S = 600                          # the reset of one window moves about by less


Row = TypeVar("Row")


class Loss(NamedTuple):
    """One window with an outcome."""

    end: int                           # epoch s
    minutes: float                     # mean CRPS of the learned rule - that of the seed's: positive where it lost


class ForecastScores(NamedTuple):
    """The scores of all forecasts for one kind of window."""

    ours: Score                        # minutes
    seed: Score
    windows: int                       # sessions, or weeks, behind them
    error_min: Optional[float]         # median of |median - outcome|; None where nothing is over yet
    open: int = 0                      # forecasts whose outcome nobody knows so far
    losses: Tuple[Loss, ...] = ()      # of each window with a learned rule, by its end


def scores_of(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> ForecastScores:
    """The forecasts of windows of that length, scored."""
    mine = [made for made in forecasts if made.window_s == window_s]
    over = with_outcome(mine, window_s)
    ours = [_errors(made) for made in over]
    seed = [_seed_errors(made) for made in over]
    return ForecastScores(score.total(ours), score.total(seed), len(by_window(over, reset_at)), median([one.mae for one in ours]),
                          len(mine) - len(over), _losses(over, ours, seed))


def are_covered(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> List[bool]:
    """Whether the 90 % interval held what came, of each forecast that had one and has an outcome, by window and time."""
    held = [_errors(made).covered for window in by_window(with_outcome(forecasts, window_s), reset_at) for made in window]
    return [one for one in held if one is not None]


def with_outcome(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> List[Forecast]:
    """Those of windows of that length that have an outcome."""
    return [made for made in forecasts if made.window_s == window_s and made.outcome_at is not None]


def reset_at(made: Forecast) -> int:
    """Of the window that it is about, epoch s."""
    return made.resets_at


def by_window(rows: Iterable[Row], end: Callable[[Row], int]) -> List[List[Row]]:
    """Those of one window together, by its end (epoch s)."""
    groups: List[List[Row]] = []
    for row in sorted(rows, key=end):
        if not groups or end(row) - end(groups[-1][0]) > _SAME_S:
            groups.append([])
        groups[-1].append(row)
    return groups


def _losses(over: Sequence[Forecast], ours: Sequence[Errors], seed: Sequence[Errors]) -> Tuple[Loss, ...]:
    """Forecasts that were plain rates themselves compare nothing."""
    lost = [Loss(made.resets_at, one.crps - other.crps) for made, one, other in zip(over, ours, seed)
            if made.rule not in PLAIN_RATES]
    return tuple(Loss(window[-1].end, sum(one.minutes for one in window) / len(window))
                 for window in by_window(lost, lambda one: one.end))


def median(values: Sequence[float]) -> Optional[float]:
    """The middle value; None where there is none."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[-1 - half]) / 2 if ordered else None


def _minutes(made: Forecast, at: float) -> float:
    return max(0.0, (at - made.ts) / 60.0)


def _errors(made: Forecast) -> Errors:
    """With an interval where one was stated: the seed's rule, used at first, gives none."""
    low, middle, high, cut = (_minutes(made, at) for at in (made.low, made.median, made.high, made.resets_at))
    outcome, hit = _outcome(made, cut)
    if made.rule in PLAIN_RATES:
        return score.certain(middle if made.probability >= 0.5 else runway.NEVER, cut, outcome, hit)
    return score.errors(score.sketch(middle, low, high, made.probability, cut), (low, high), cut, outcome, hit)


def _seed_errors(made: Forecast) -> Errors:
    cut = _minutes(made, made.resets_at)
    return score.certain(_minutes(made, made.seed_at), cut, *_outcome(made, cut))


def _outcome(made: Forecast, cut: float) -> Tuple[float, bool]:
    outcome = cut if made.outcome_at is None else min(cut, _minutes(made, made.outcome_at))
    return (outcome, True) if made.reached else (cut, False)
