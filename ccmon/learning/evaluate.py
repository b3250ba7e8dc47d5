"""`ccmon learn --evaluate`: how good the runway would have been on a series of percentages, walking forward."""

from bisect import bisect_right
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import runway, score, usage_curve
from ccmon.learning.evaluate_week import WeekWalk, keep
from ccmon.learning.series import SeriesRow, rows
from ccmon.learning.usage_curve import CurveBuilder
from ccmon.learning.values import ENOUGH, TAIL, WANDER_S, Reading, RunwayModel
from ccmon.when import DAY_S

APART_S = 300                          # at most one decision in that time
_LATE_S = (0, -60, 60, -120, 120)      # of the same window, within WANDER_S


class Decision(NamedTuple):
    """A forecast taken at one row for one limit, before its outcome; minutes from then."""

    ts: float
    limit: float                       # per cent that was taken as the limit
    resets_at: int
    place: int                         # of the row in its window
    seed: float                        # by the seed's rule, infinity for never
    curve: Optional[runway.Curve]    # None with too few past moments: by the seed's rule, without interval
    interval: Tuple[float, float]


class Judged(NamedTuple):
    """How ccmon and the seed's rule did at the same moments of one kind of window."""

    ours: score.Score
    seed: score.Score
    own: int = 0                       # moments with a forecast of ccmon's own; at the others it says what the seed's rule says
    own_from: Optional[float] = None   # epoch s of the first of these


class Result(NamedTuple):
    """The result of an evaluation."""

    rows: int                          # usable ones, the idle included
    idle: int                          # those that say that no window is open
    skipped: int
    begin: float                       # epoch s of the first and of the last usable row; 0 without any
    end: float
    limits: Tuple[float, ...]          # per cents that were taken as the session's limit
    session: Judged
    week: Optional[Judged] = None      # None where no row says anything of the week
    week_limits: Tuple[float, ...] = ()


class Walk:
    """The state while the rows pass: the usage curve so far, each window's rows, and what was trained last."""

    def __init__(self, limits: Sequence[float]) -> None:
        self.limits = limits
        self.curve = CurveBuilder()
        self.weekly: List[Reading] = []
        self.windows: Dict[int, Tuple[List[float], List[float]]] = {}
        self.window = 0                # resets_at of the one that the last row was in, as it was stated first
        self.decided = [-1e18] * len(limits)
        self.day = -1
        self.trained: Optional[RunwayModel] = None
        self.decisions: List[Decision] = []
        self.pending: List[Decision] = []
        self.are_covered: List[bool] = []
        self.tail = TAIL

    def take(self, row: SeriesRow) -> None:
        """One more row: it is learned from on the next day, and decided at now."""
        if row.resets_at and int(row.ts) // DAY_S != self.day:
            self.day = int(row.ts) // DAY_S
            self._learn(row.ts)
        if row.week_resets_at:
            keep(self.weekly, Reading(int(row.ts), row.week_percent, row.week_resets_at))
        if not row.resets_at:
            self.curve.rest(int(row.ts))
            return
        if abs(row.resets_at - self.window) <= WANDER_S:
            row = row._replace(resets_at=self.window)
        self.window = row.resets_at
        times, percents = self.windows.setdefault(row.resets_at, ([], []))
        times.append(row.ts)
        percents.append(row.percent)
        self.curve.add(int(row.ts), row.percent, row.resets_at)
        self._decide(row)

    def _learn(self, now: float) -> None:
        """Train on the rows so far, and choose the interval's tail by the forecasts whose windows are over."""
        self.trained = runway.train(usage_curve.stopped(self.curve.usage, usage_curve.blocked(self.weekly)), int(now))
        over = [decision for decision in self.pending if decision.resets_at <= now]
        self.pending = [decision for decision in self.pending if decision.resets_at > now]
        for decision in over:
            if decision.curve is not None:
                self.are_covered.append(bool(self.errors(decision)[0].covered))
        self.tail = runway.tail_after(self.are_covered)

    def _decide(self, row: SeriesRow) -> None:
        """A decision for each limit that has not been reached and had none of late."""
        due = [index for index, limit in enumerate(self.limits)
               if row.percent < limit and row.ts < row.resets_at and row.ts - self.decided[index] >= APART_S]
        lefts = [self.limits[index] - row.percent for index in due]
        for index, left, (curve, interval) in zip(due, lefts, self._curves(row, lefts) if due else ()):
            self.decided[index] = row.ts
            place = len(self.windows[row.resets_at][0]) - 1
            seed = runway.seed_minutes(left, self._gained(row))
            self.pending.append(Decision(row.ts, self.limits[index], row.resets_at, place, seed, curve, interval))
            self.decisions.append(self.pending[-1])

    def _curves(self, row: SeriesRow,
                lefts: Sequence[float]) -> Iterator[Tuple[Optional[runway.Curve], Tuple[float, float]]]:
        """A distribution with its interval for each amount that is left; None while there are too few past moments."""
        assert self.trained is not None
        if self.trained.rows < ENOUGH:
            yield from [(None, (0.0, 0.0))] * len(lefts)
            return
        cut = (row.resets_at - row.ts) / 60.0
        wait = runway.blocked_min(self.curve.usage, row.week_percent, row.week_resets_at, row.ts)
        for curve in runway.curves(self.trained, self.curve.usage, lefts, row.ts):
            delayed = runway.delayed(curve, wait)
            yield delayed, runway.interval(delayed, cut, self.tail)

    def _gained(self, row: SeriesRow) -> float:
        """Percentage points of the window's last 60 minutes; its own start counts as 0 %."""
        times, percents = self.windows[row.resets_at]
        index = bisect_right(times, row.ts - 3600.0)
        return row.percent - (percents[index - 1] if index else 0.0)

    def outcome(self, decision: Decision) -> Tuple[float, bool]:
        """Minutes until the limit was reached, else until the reset; and whether it was."""
        times, percents = self.windows[decision.resets_at]
        for index in range(decision.place + 1, len(times)):
            if percents[index] >= decision.limit:
                return (min(times[index], decision.resets_at) - decision.ts) / 60.0, True
        return (decision.resets_at - decision.ts) / 60.0, False

    def errors(self, decision: Decision) -> Tuple[score.Errors, score.Errors]:
        """Those of ccmon's forecast and those of the seed's rule."""
        outcome, hit = self.outcome(decision)
        cut = (decision.resets_at - decision.ts) / 60.0
        seed = score.certain(decision.seed, cut, outcome, hit)
        if decision.curve is None:
            return seed, seed
        return score.errors(decision.curve, decision.interval, cut, outcome, hit), seed

    def judged(self) -> Judged:
        """The means over all decisions so far."""
        own = [decision.ts for decision in self.decisions if decision.curve is not None]
        return _judged([self.errors(decision) for decision in self.decisions], own)


def _judged(errors: Sequence[Tuple[score.Errors, score.Errors]], own: Sequence[float]) -> Judged:
    ours, seed = (score.total([pair[rule] for pair in errors]) for rule in (0, 1))
    return Judged(ours, seed, len(own), min(own, default=None))


def quantiles(series: Sequence[SeriesRow], percents: Sequence[float]) -> Tuple[List[float], List[float]]:
    """By so many per cents the limits that so many of this account's own sessions, and of its weeks, stay below."""
    tops: Tuple[Dict[int, float], Dict[int, float]] = ({}, {})
    for row in series:
        for top, resets_at, percent in zip(tops, (row.resets_at, row.week_resets_at), (row.percent, row.week_percent)):
            if resets_at:
                key = next((resets_at + late for late in _LATE_S if resets_at + late in top), resets_at)
                top[key] = max(top.get(key, 0.0), percent)
    session, weekly = (_quantiles(sorted(top.values()), percents) for top in tops)
    return session, weekly


def _quantiles(rising: Sequence[float], percents: Sequence[float]) -> List[float]:
    """Those of these values that are above zero, each once."""
    places = (min(int(percent / 100.0 * len(rising)), len(rising) - 1) for percent in percents if rising)
    return list(dict.fromkeys(rising[place] for place in places if rising[place] > 0))


def read(lines: Iterable[str], name: str = "The file") -> Tuple[List[SeriesRow], int]:
    """The usable rows, and how many are none. Raises CcmonError, which begins with the name, when a column is missing."""
    parsed = list(rows(lines, name))
    usable = [row for row in parsed if row is not None]
    return usable, len(parsed) - len(usable)


def walked(usable: Sequence[SeriesRow], skipped: int, limits: Sequence[float], week_limits: Sequence[float] = (),
           show: Callable[[float], None] = lambda done: None) -> Result:
    """The scores of the runway and of the seed's rule on these rows, all limits pooled. show is given the share that is done."""
    walk, week = Walk(limits), WeekWalk(week_limits)
    for number, row in enumerate(usable):
        if not number % 100:
            show(number / len(usable))
        walk.take(row)
        if row.week_resets_at:
            week.take(row.ts, row.week_percent, row.week_resets_at)
    weekly = _week(week) if walk.weekly else None
    return Result(len(usable), sum(not row.resets_at for row in usable), skipped, usable[0].ts if usable else 0.0,
                  usable[-1].ts if usable else 0.0, tuple(limits), walk.judged(), weekly, tuple(week_limits) if weekly else ())


def _week(walk: WeekWalk) -> Judged:
    """The means of the week over the decisions of windows that the rows see to their end."""
    return _judged(walk.errors(), [decision.ts for decision in walk.decisions if decision.curve is not None])


def evaluate(lines: Iterable[str], percents: Sequence[float] = (100.0,)) -> Result:
    """The scores of the runway and of the seed's rule on these lines of CSV; the limits are per cents, of the week as well."""
    return walked(*read(lines), percents, percents)
