"""How good the forecasts would have been on a series of percentages (CSV), walking forward: what comes later is not seen."""

from __future__ import annotations

import csv
from bisect import bisect_right
from math import isfinite

from ccmon.errors import CcmonError
from ccmon.learning import runway, score, usage_curve, week
from ccmon.learning.runway import NEVER
from ccmon.learning.score import ForecastScores
from ccmon.learning.usage_curve import CurveBuilder
from ccmon.learning.values import ENOUGH, TAIL, WANDER_S, WINDOW_S, Reading, RunwayModel, WeekModel
from ccmon.quick_typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import DAY_S, WEEK_S

COLUMNS = ("ts", "five_hour_pct", "five_hour_resets_at")
WEEK_COLUMNS = ("seven_day_pct", "seven_day_resets_at")
EARLY_S = 600                          # a window may seem to start that much after its first row: clocks differ
NONE = ("null", "none", "nan", "na", "n/a")       # what programs write into a cell that is empty
LATEST_TS = 32_503_680_000.0          # the year 3000: later are milliseconds
APART_S = 300                          # at most one decision in that time
WEEK_APART_S = 3600                    # the same of the week
_LATE_S = (0, -60, 60, -120, 120)      # of the same window, within WANDER_S


class SeriesRow(NamedTuple):
    """One usable row; resets are rounded to the minute."""

    ts: float
    percent: float
    resets_at: int                     # 0: no window is open, nothing is used
    week_percent: float = 0.0
    week_resets_at: int = 0            # 0: the row says nothing of the week


def rows(lines: Iterable[str], name: str = "The file") -> Iterator[Optional[SeriesRow]]:
    """The usable rows in their order, None for each that is skipped; CcmonError, which begins with the name, when a column is
    missing."""
    each = iter(lines)
    places = _places(next((_cells(line) for line in each if line.strip()), []), name)
    latest = 0.0
    for line in each:
        row = _row(_cells(line), places)
        if row is not None and row.ts < latest:
            row = None
        if row is not None:
            latest = row.ts
        yield row


def _cells(line: str) -> List[str]:
    """Without the words for nothing; a line that is no CSV, such as one with a NUL, is one cell."""
    try:
        cells = next(csv.reader([line.strip()], skipinitialspace=True), [])
    except csv.Error:
        return [line]
    words = (cell.strip().strip('"').strip() for cell in cells)
    return ["" if word.lower() in NONE else word for word in words]


def _places(header: Sequence[str], name: str) -> Dict[str, int]:
    """Where the columns are that are read; nowhere in an empty file."""
    names = [word.lstrip("\ufeff").strip('"').lower() for word in header]
    missing = [column for column in COLUMNS if names and column not in names]
    if missing:
        raise CcmonError("{} has no column {}: its first line must name {}, with commas between.".format(
            name, missing[0], ",".join(COLUMNS)))
    return {column: names.index(column) for column in (*COLUMNS, *WEEK_COLUMNS) if column in names}


def _row(cells: Sequence[str], places: Dict[str, int]) -> Optional[SeriesRow]:
    """The row of these cells, None when it is empty or cannot be true."""
    if not places or len(cells) <= max(places[column] for column in COLUMNS):
        return None
    ts, percent, resets_at = (_number(cells[places[column]]) for column in COLUMNS)
    if not 0 < ts < LATEST_TS:
        return None
    if resets_at == 0:
        return _with_week(SeriesRow(ts, 0.0, 0), cells, places) if percent == 0 else None
    if not (0 <= percent <= MOST_PERCENT and ts <= resets_at <= ts + WINDOW_S + EARLY_S) or not cells[places[COLUMNS[1]]]:
        return None
    return _with_week(SeriesRow(ts, percent, _minute(resets_at)), cells, places)


def _with_week(row: SeriesRow, cells: Sequence[str], places: Dict[str, int]) -> SeriesRow:
    """With what the row says of the week, where it says something that can be true."""
    pair = [cells[places[column]] for column in WEEK_COLUMNS if places.get(column, len(cells)) < len(cells)]
    if len(pair) < 2 or not all(pair):
        return row
    percent, resets_at = map(_number, pair)
    is_true = 0 <= percent <= MOST_PERCENT and row.ts <= resets_at <= row.ts + WEEK_S + EARLY_S
    return row._replace(week_percent=percent, week_resets_at=_minute(resets_at)) if is_true else row


def _number(cell: str) -> float:
    """Zero for an empty cell; -1 for one that is no number."""
    try:
        value = float(cell or 0)
    except ValueError:
        return -1.0
    return value if isfinite(value) else -1.0


def _minute(ts: float) -> int:
    return int(ts / 60 + 0.5) * 60


class Decision(NamedTuple):
    """A forecast taken at one row for one limit, before its outcome; minutes from then."""

    ts: float
    limit: float                       # per cent that was taken as the limit
    resets_at: int
    place: int                         # of the row in its window
    plain: float                       # by the seed's rule, of the week by its pace so far; infinity for never
    curve: Optional[runway.Curve]      # None with too few past moments: by the plain rule, without interval
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


class _Windows:
    """The windows of a series while its rows pass, each by the reset that was stated first, and what was decided."""

    def __init__(self) -> None:
        self.windows: Dict[int, Tuple[List[float], List[float]]] = {}      # times and percentages
        self.window = 0                # resets_at of the one that the last row was in
        self.decisions: List[Decision] = []

    def _add(self, ts: float, percent: float, resets_at: int) -> Tuple[List[float], List[float]]:
        """Adds a row to its window: resets that differ by WANDER_S are one. That window's times and percentages."""
        if abs(resets_at - self.window) > WANDER_S:
            self.window = resets_at
        times, percents = self.windows.setdefault(self.window, ([], []))
        times.append(ts)
        percents.append(percent)
        return times, percents

    def outcome(self, decision: Decision) -> Tuple[float, bool]:
        """Minutes until the limit was reached, else until the reset; and whether it was."""
        times, percents = self.windows[decision.resets_at]
        for place in range(decision.place + 1, len(times)):
            if percents[place] >= decision.limit:
                return (min(times[place], decision.resets_at) - decision.ts) / 60.0, True
        return (decision.resets_at - decision.ts) / 60.0, False

    def errors_of(self, decision: Decision) -> Tuple[score.Errors, score.Errors]:
        """Those of ccmon's forecast and those of the plain rule."""
        outcome, hit = self.outcome(decision)
        cut = (decision.resets_at - decision.ts) / 60.0
        plain = score.certain(decision.plain, cut, outcome, hit)
        if decision.curve is None:
            return plain, plain
        return score.errors(decision.curve, decision.interval, cut, outcome, hit), plain


class Walk(_Windows):
    """The state while the rows pass: the usage curve so far, each window's rows, and what was trained last."""

    def __init__(self, limits: Sequence[float]) -> None:
        super().__init__()
        self.limits = limits
        self.curve = CurveBuilder()
        self.weekly: List[Reading] = []
        self.decided = [-1e18] * len(limits)
        self.day = -1
        self.trained: Optional[RunwayModel] = None
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
        self._add(row.ts, row.percent, row.resets_at)
        row = row._replace(resets_at=self.window)
        self.curve.add(int(row.ts), row.percent, row.resets_at)
        self._decide(row)

    def _learn(self, now: float) -> None:
        """Train on the rows so far, and choose the interval's tail by the forecasts whose windows are over."""
        self.trained = runway.train(usage_curve.stopped(self.curve.usage, usage_curve.blocked(self.weekly)), int(now))
        over = [decision for decision in self.pending if decision.resets_at <= now]
        self.pending = [decision for decision in self.pending if decision.resets_at > now]
        for decision in over:
            if decision.curve is not None:
                self.are_covered.append(bool(self.errors_of(decision)[0].covered))
        self.tail = runway.tail_after(self.are_covered)

    def _decide(self, row: SeriesRow) -> None:
        """A decision for each limit that has not been reached and had none of late."""
        due = [index for index, limit in enumerate(self.limits)
               if row.percent < limit and row.ts < row.resets_at and row.ts - self.decided[index] >= APART_S]
        lefts = [self.limits[index] - row.percent for index in due]
        times, percents = self.windows[row.resets_at]
        an_hour_ago = bisect_right(times, row.ts - 3600.0)
        before = percents[an_hour_ago - 1] if an_hour_ago else 0.0     # the window's own start counts as 0 %
        for index, left, (curve, interval) in zip(due, lefts, self._curves(row, lefts) if due else ()):
            self.decided[index] = row.ts
            plain = runway.seed_minutes(left, row.percent - before)
            self.pending.append(Decision(row.ts, self.limits[index], row.resets_at, len(times) - 1, plain, curve, interval))
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

    def judged(self) -> Judged:
        """The means over all decisions so far."""
        return _judged(list(map(self.errors_of, self.decisions)), self.decisions)


def _judged(errors: Sequence[Tuple[score.Errors, score.Errors]], decisions: Sequence[Decision]) -> Judged:
    ours, seed = (score.total([pair[rule] for pair in errors]) for rule in (0, 1))
    own = [decision.ts for decision in decisions if decision.curve is not None]
    return Judged(ours, seed, len(own), min(own, default=None))


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


class WeekWalk(_Windows):
    """The same of the 7-day window. Learned anew on each day, from the rows of the days before alone."""

    def __init__(self, limits_percent: Sequence[float], apart_s: int = WEEK_APART_S) -> None:
        super().__init__()
        self.limits = limits_percent
        self.apart_s = apart_s
        self.readings: List[Reading] = []
        self.decided: Dict[float, float] = {}
        self.day = -1
        self.week: Optional[WeekModel] = None

    def take(self, ts: float, percent: float, resets_at: int) -> None:
        """One more row, by time: decided at with the rows before it."""
        times, percents = self._add(ts, percent, resets_at)
        percents[-1] = max(percents[-2:])      # the highest so far
        if int(ts) // DAY_S != self.day:
            self.day = int(ts) // DAY_S
            self.week = week.train(self.readings, int(ts))
        keep(self.readings, Reading(int(ts), percent, self.window))
        for limit in self.limits:
            if percents[-1] < limit and ts < self.window and ts - self.decided.get(limit, -WEEK_S) >= self.apart_s:
                self.decided[limit] = ts
                self.decisions.append(self._decide(ts, percents[-1], limit, len(times) - 1))

    def _decide(self, ts: float, percent: float, limit: float, place: int) -> Decision:
        assert self.week is not None
        straight = _straight_min(ts, percent, limit, self.window)
        curve = week.curve(self.week, percent, limit, int(ts), self.window)
        return Decision(ts, limit, self.window, place, straight, curve, runway.interval(curve, (self.window - ts) / 60.0))

    def errors(self) -> List[Tuple[score.Errors, score.Errors]]:
        """ccmon's and the straight line's, of each decision in a window that the rows see to its end: never the last one."""
        return list(map(self.errors_of, self._over()))

    def _over(self) -> List[Decision]:
        latest = max((times[-1] for times, _ in self.windows.values()), default=0.0)
        return [one for one in self.decisions if one.resets_at <= latest]

    def scores(self) -> ForecastScores:
        """The same as means, minutes, in the form for stored forecasts."""
        both = self.errors()
        over = {one.resets_at for one in self._over()}
        return ForecastScores(score.total([ours for ours, _ in both]), score.total([straight for _, straight in both]), len(over),
                    score.median([ours.mae for ours, _ in both]), len(self.decisions) - len(both))


def quantiles(series: Sequence[SeriesRow], percents: Sequence[float]) -> Tuple[List[float], List[float]]:
    """By so many per cents the limits that so many of this account's own sessions, and of its weeks, stay below."""
    tops: Tuple[Dict[int, float], Dict[int, float]] = ({}, {})
    for row in series:
        for top, resets_at, percent in zip(tops, (row.resets_at, row.week_resets_at), (row.percent, row.week_percent)):
            if resets_at:
                key = next((resets_at + late for late in _LATE_S if resets_at + late in top), resets_at)
                top[key] = max(top.get(key, 0.0), percent)
    limits: List[List[float]] = []
    for rising in (sorted(top.values()) for top in tops):
        places = (min(int(percent / 100.0 * len(rising)), len(rising) - 1) for percent in percents if rising)
        limits.append(list(dict.fromkeys(rising[place] for place in places if rising[place] > 0)))
    return limits[0], limits[1]


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
    weekly = _judged(week.errors(), week.decisions) if walk.weekly else None
    return Result(len(usable), sum(not row.resets_at for row in usable), skipped, usable[0].ts if usable else 0.0,
                  usable[-1].ts if usable else 0.0, tuple(limits), walk.judged(), weekly, tuple(week_limits) if weekly else ())
