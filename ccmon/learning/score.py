"""How good forecasts were beside the seed's rule, whether likelihoods came true, and which rule is shown."""

from __future__ import annotations

from math import sqrt

from ccmon.learning import runway
from ccmon.learning.runway import Curve, quantile, reached
from ccmon.learning.values import LEAST_COMPARED, Choice, Comparison
from ccmon.model import PLAIN_RATES, Forecast
from ccmon.quick_typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, TypeVar
from ccmon.when import SESSION_S

_SAME_S = 600                          # the reset of one window moves about by less
BINS = 10
LEAST_WINDOWS = 5                      # in a bin: with fewer it is put together with the next one
_SURE_Z = 1.645                        # beyond which what happened differs by more than chance, one window counting once
LAST = 20                              # windows that are compared at most
LEAST_MIN = 1.0                        # a smaller mean loss is none: where it surely lasts, a likelihood is hardly off
CHANCE = 0.005                         # below this chance of such a loss by luck the simpler rule is shown
BACK_CHANCE = 0.1                      # below this chance of such a gain by luck the learned one is shown again
_STEPS = 400                           # into which the sum of the differences is cut
Row = TypeVar("Row")


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
    mae, crps_, brier = (sum(values) / len(values) for values in list(zip(*errors))[:3])
    return Score(len(errors), mae, crps_, brier, sum(covered) / len(covered) if covered else None)


def beside(ours: Score, seed: Score) -> Dict[str, Dict[str, Optional[float]]]:
    """Both rules' scores by name of the score, for --json."""
    return {"mae": {"ccmon": ours.mae_min, "seed": seed.mae_min}, "crps": {"ccmon": ours.crps_min, "seed": seed.crps_min},
            "brier": {"ccmon": ours.brier, "seed": seed.brier}}


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
    seed = []
    for made in over:
        cut = _minutes(made, made.resets_at)
        seed.append(certain(_minutes(made, made.seed_at), cut, *_outcome(made, cut)))
    return ForecastScores(total(ours), total(seed), len(by_window(over, reset_at)), median([one.mae for one in ours]),
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
        return certain(middle if made.probability >= 0.5 else runway.NEVER, cut, outcome, hit)
    return errors(sketch(middle, low, high, made.probability, cut), (low, high), cut, outcome, hit)


def _outcome(made: Forecast, cut: float) -> Tuple[float, bool]:
    outcome = cut if made.outcome_at is None else min(cut, _minutes(made, made.outcome_at))
    return (outcome, True) if made.reached else (cut, False)


class Bin(NamedTuple):
    """Forecasts whose likelihoods were alike."""

    low: float                         # 0..1
    high: float
    said: float                        # mean likelihood of running out before the reset, 0..1
    happened: float                    # share in which it did
    forecasts: int
    windows: int                       # whose forecasts these are: those of one window have one outcome

    @property
    def verdict(self) -> str:
        """too high, too low, or nothing where chance may have made the difference (Wilson's interval, 90 %)."""
        spread = _SURE_Z ** 2 / self.windows
        middle = (self.happened + spread / 2) / (1 + spread)
        half = sqrt(spread * (self.happened * (1 - self.happened) + spread / 4)) / (1 + spread)
        return "too high" if self.said > middle + half else "too low" if self.said < middle - half else ""


class Reliability(NamedTuple):
    """The likelihoods of one kind of window against what came, the lowest first."""

    bins: Tuple[Bin, ...] = ()
    forecasts: int = 0                 # with a likelihood, and an outcome
    windows: int = 0
    before_median: Optional[float] = None      # share of outcomes before the median, where one was stated before the reset: 0.5
    in_interval: Optional[float] = None        # share of outcomes in the 90 % interval: 0.9


def reliability_of(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> Reliability:
    """Of the forecasts with an outcome; plain rates know no likelihood, and are left out."""
    over = [made for made in with_outcome(forecasts, window_s) if made.rule not in PLAIN_RATES]
    middle = [made for made in over if made.median < made.resets_at]
    return Reliability(tuple(map(_bin, _groups(over))), len(over), _window_count(over),
                       _share([_came_at(made) <= made.median for made in middle]),
                       _share([made.low <= _came_at(made) <= made.high for made in over]))


def _came_at(made: Forecast) -> int:
    return made.outcome_at if made.reached and made.outcome_at is not None else made.resets_at


def _window_count(group: Sequence[Forecast]) -> int:
    return len(by_window(group, reset_at))


def _share(values: Sequence[bool]) -> Optional[float]:
    return sum(values) / len(values) if values else None


def _bin(group: Sequence[Forecast]) -> Bin:
    said = [made.probability for made in group]
    return Bin(_place(min(said)) / BINS, (_place(max(said)) + 1) / BINS, sum(said) / len(said),
               sum(bool(made.reached) for made in group) / len(group), len(group), _window_count(group))


def _place(probability: float) -> int:
    return min(BINS - 1, int(probability * BINS))


def _groups(over: Sequence[Forecast]) -> List[List[Forecast]]:
    """By tenths of the likelihood; the one with the fewest windows joins its smaller neighbour until each has enough."""
    groups = [group for group in ([made for made in over if _place(made.probability) == place] for place in range(BINS)) if group]
    while len(groups) > 1:
        sizes = list(map(_window_count, groups))
        least = sizes.index(min(sizes))
        if sizes[least] >= LEAST_WINDOWS:
            break
        sides = [side for side in (least - 1, least + 1) if 0 <= side < len(groups)]
        first = min(least, min(sides, key=lambda side: sizes[side]))
        groups[first:first + 2] = [groups[first] + groups[first + 1]]
    return groups


def choice_of(windows: Sequence[Loss]) -> Choice:
    """The rule to show by all windows with an outcome, as in ForecastScores.losses; after a change those since then count.

    Forecasts within one window share their outcome, so that a window counts once. Both rules go on being scored whichever is
    shown, and the learned one comes back when it has won.
    """
    choice, begin = Choice(), 0
    for count in range(LEAST_COMPARED, len(windows) + 1):
        recent = windows[max(begin, count - LAST):count]
        if len(recent) >= LEAST_COMPARED and _has_lost(choice.rule, recent):
            rule = "simple" if choice.rule == "learned" else "learned"
            choice, begin = Choice(rule, recent[-1].end, compared(recent)), count
    return choice._replace(now=compared(windows[max(begin, len(windows) - LAST):]))


def _has_lost(rule: str, windows: Sequence[Loss]) -> bool:
    """Whether the rule in force was worse by more than chance."""
    sign, least, most = (1.0, LEAST_MIN, CHANCE) if rule == "learned" else (-1.0, 0.0, BACK_CHANCE)
    lost = [sign * one.minutes for one in windows]
    return sum(lost) > least * len(lost) and chance(lost) < most


def compared(windows: Sequence[Loss]) -> Comparison:
    """The mean loss of the learned rule, and how likely one at least as large is where neither rule is better."""
    if not windows:
        return Comparison()
    minutes = [one.minutes for one in windows]
    return Comparison(len(windows), sum(minutes) / len(minutes), chance(minutes))


def chance(minutes: Sequence[float]) -> float:
    """How likely a sum at least as large is, if each difference might as well have had the other sign (to 1 part in 400)."""
    whole = sum(map(abs, minutes))
    if whole <= 0:
        return 1.0
    steps = [round(_STEPS * abs(value) / whole) for value in minutes]
    least = sum(step if value > 0 else -step for step, value in zip(steps, minutes))
    shares = {0: 1.0}
    for step in steps:
        after: Dict[int, float] = {}
        for total, share in shares.items():
            for now in (total - step, total + step):
                after[now] = after.get(now, 0.0) + share / 2
        shares = after
    return min(1.0, sum(share for total, share in shares.items() if total >= least))
