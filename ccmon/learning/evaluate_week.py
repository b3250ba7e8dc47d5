"""How good the forecast of a 7-day window would have been on a series of its percentages, walking forward."""

from bisect import bisect_left
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import score, week
from ccmon.learning.runway import NEVER, Curve, interval
from ccmon.learning.score import ForecastScores
from ccmon.learning.values import WANDER_S, Reading, WeekModel
from ccmon.learning.week import DAY_S, WEEK_S

APART_S = 3600                         # at most one decision in that time, for each limit


class WeekDecision(NamedTuple):
    """A forecast taken at one row for one limit, before its outcome; minutes from then."""

    ts: float
    limit: float                       # per cent that was taken as the limit
    resets_at: int
    straight: float                    # as fast as since the window began; infinity for never
    curve: Curve
    interval: Tuple[float, float]


def keep(readings: List[Reading], reading: Reading) -> None:
    """Add it; of those in a row that say the same within an hour the first and the last will do: a curve has no more."""
    if len(readings) > 1 and all(reading[1:] == one[1:] and reading.ts // 3600 == one.ts // 3600 for one in readings[-2:]):
        readings.pop()
    readings.append(reading)


def _straight_min(ts: float, percent: float, limit: float, resets_at: int) -> float:
    """Minutes until the limit, as fast as on average since the window began; NEVER where the reset comes first."""
    gone_s = int(ts) - (resets_at - WEEK_S)
    left_s = (limit - percent) * gone_s / percent if percent > 0 and gone_s > 0 else float(WEEK_S)
    end = int(min(resets_at, int(ts) + left_s))
    return (end - ts) / 60.0 if end < resets_at else NEVER


class WeekWalk:
    """The state while the rows pass. Learned anew on each day, from the rows of the days before alone."""

    def __init__(self, limits_percent: Sequence[float], apart_s: int = APART_S) -> None:
        self.limits = limits_percent
        self.apart_s = apart_s
        self.readings: List[Reading] = []
        self.windows: Dict[int, Tuple[List[float], List[float]]] = {}      # by reset: times, and the highest percentages so far
        self.window = 0                # resets_at of the one that the last row was in, as it was stated first
        self.decided: Dict[float, float] = {}
        self.day = -1
        self.week: Optional[WeekModel] = None
        self.decisions: List[WeekDecision] = []

    @property
    def first_ts(self) -> Optional[float]:
        """Epoch s of the first decision; None while there is none."""
        return self.decisions[0].ts if self.decisions else None

    def take(self, ts: float, percent: float, resets_at: int) -> None:
        """One more row, by time: decided at with the rows before it. Resets that differ by WANDER_S are one."""
        if abs(resets_at - self.window) > WANDER_S:
            self.window = resets_at
        times, percents = self.windows.setdefault(self.window, ([], []))
        times.append(ts)
        percents.append(max(percent, percents[-1] if percents else 0.0))
        if int(ts) // DAY_S != self.day:
            self.day = int(ts) // DAY_S
            self.week = week.train(self.readings, int(ts))
        keep(self.readings, Reading(int(ts), percent, self.window))
        for limit in self.limits:
            if percents[-1] < limit and ts < self.window and ts - self.decided.get(limit, -WEEK_S) >= self.apart_s:
                self.decided[limit] = ts
                self.decisions.append(self._decide(ts, percents[-1], limit))

    def _decide(self, ts: float, percent: float, limit: float) -> WeekDecision:
        assert self.week is not None
        straight = _straight_min(ts, percent, limit, self.window)
        curve = week.curve(self.week, percent, limit, int(ts), self.window)
        return WeekDecision(ts, limit, self.window, straight, curve, interval(curve, (self.window - ts) / 60.0))

    def errors(self) -> List[Tuple[score.Errors, score.Errors]]:
        """ccmon's and the straight line's, of each decision in a window that the rows see to its end: never the last one."""
        return [self._errors(one) for one in self._over()]

    def _over(self) -> List[WeekDecision]:
        latest = max((times[-1] for times, _ in self.windows.values()), default=0.0)
        return [one for one in self.decisions if one.resets_at <= latest]

    def _errors(self, decision: WeekDecision) -> Tuple[score.Errors, score.Errors]:
        outcome, hit = self._outcome(decision)
        cut = (decision.resets_at - decision.ts) / 60.0
        straight = score.certain(decision.straight, cut, outcome, hit)
        return score.errors(decision.curve, decision.interval, cut, outcome, hit), straight

    def _outcome(self, decision: WeekDecision) -> Tuple[float, bool]:
        """Minutes until the limit was reached, else until the reset; and whether it was."""
        times, percents = self.windows[decision.resets_at]
        place = bisect_left(percents, decision.limit)
        if place < len(times):
            return (min(times[place], decision.resets_at) - decision.ts) / 60.0, True
        return (decision.resets_at - decision.ts) / 60.0, False

    def scores(self) -> ForecastScores:
        """The same as means, minutes, in the form for stored forecasts."""
        both = self.errors()
        over = {one.resets_at for one in self._over()}
        return ForecastScores(score.total([ours for ours, _ in both]), score.total([straight for _, straight in both]), len(over),
                    score.median([ours.mae for ours, _ in both]), len(self.decisions) - len(both))
