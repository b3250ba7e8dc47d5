"""`ccmon learn --evaluate`: how good the runway would have been on a series of percentages, walking forward."""

from bisect import bisect_right
from math import isfinite
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import runway, score
from ccmon.learning.course import Growing
from ccmon.learning.runway import Trained
from ccmon.learning.values import JITTER_S, WINDOW_S
from ccmon.model import MOST_PERCENT, CcmonError

COLUMNS = ("ts", "five_hour_pct", "five_hour_resets_at")
APART_S = 300                          # at most one decision in that time
DAY_S = 86400
EARLY_S = 600                          # a window may seem to start that much after its first row: clocks differ


class Row(NamedTuple):
    """One usable row."""

    ts: float
    percent: float
    resets_at: int                     # rounded to the minute


class Decision(NamedTuple):
    """A forecast taken at one row for one limit, before its outcome is known; minutes from then."""

    ts: float
    limit: float                       # per cent that was taken as the limit
    resets_at: int
    place: int                         # of the row in its window
    seed: float                        # by the seed's rule, infinity for never
    curve: Optional[score.Curve]       # None while too little is known: the seed's rule is used, which has no interval
    interval: Tuple[float, float]


class Result(NamedTuple):
    """What an evaluation found."""

    rows: int
    skipped: int
    ours: score.Score
    seed: score.Score

    def document(self) -> Dict[str, Any]:
        """The object of --json; minutes for mae and crps, null where there was no decision."""
        found: Dict[str, Any] = {"rows": self.rows, "skipped": self.skipped, "decisions": self.ours.n}
        found.update(score.beside(self.ours, self.seed))
        found["coverage90"] = self.ours.coverage90
        return found


def rows(lines: Iterable[str]) -> Iterator[Optional[Row]]:
    """The usable rows in their order, None for each that is skipped; CcmonError when a column is missing."""
    each = iter(lines)
    places = _places(next((_cells(line) for line in each if line.strip()), []))
    latest = 0.0
    for line in each:
        row = _row(_cells(line), places)
        if row is not None and row.ts < latest:
            row = None
        if row is not None:
            latest = row.ts
        yield row


def _cells(line: str) -> List[str]:
    return [cell.strip().strip('"') for cell in line.split(",")]


def _places(header: List[str]) -> Optional[Tuple[int, int, int]]:
    """Where the needed columns are; None in an empty file."""
    names = [name.lstrip("\ufeff").strip('"').lower() for name in header]
    if not names:
        return None
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise CcmonError("The file has no column {}: its first line must name {}.".format(missing[0], ",".join(COLUMNS)))
    return names.index(COLUMNS[0]), names.index(COLUMNS[1]), names.index(COLUMNS[2])


def _row(cells: List[str], places: Optional[Tuple[int, int, int]]) -> Optional[Row]:
    """The row of these cells, None when it is empty or cannot be true."""
    if places is None or len(cells) <= max(places):
        return None
    try:
        ts, percent, resets_at = (float(cells[place]) for place in places)
    except ValueError:
        return None
    if not (isfinite(ts) and isfinite(percent) and isfinite(resets_at) and 0 <= percent <= MOST_PERCENT):
        return None
    if not 0 < ts <= resets_at <= ts + WINDOW_S + EARLY_S:
        return None
    return Row(ts, percent, int(resets_at / 60 + 0.5) * 60)


class _Walk:
    """What is known while the rows pass: the course so far, each window's rows, and what was trained last."""

    def __init__(self, limits: Sequence[float]) -> None:
        self.limits = limits
        self.growing = Growing()
        self.windows: Dict[int, Tuple[List[float], List[float]]] = {}
        self.window = 0                # resets_at of the one that the last row was in, as it was told first
        self.decided = [-1e18] * len(limits)
        self.day = -1
        self.trained: Optional[Trained] = None
        self.decisions: List[Decision] = []
        self.pending: List[Decision] = []
        self.tails: List[float] = []
        self.tail = runway.TAIL

    def take(self, row: Row) -> None:
        """One more row: it is learned from on the next day, and decided at now."""
        if abs(row.resets_at - self.window) <= JITTER_S:
            row = row._replace(resets_at=self.window)
        self.window = row.resets_at
        times, percents = self.windows.setdefault(row.resets_at, ([], []))
        if int(row.ts) // DAY_S != self.day:
            self.day = int(row.ts) // DAY_S
            self._learn(row.ts)
        times.append(row.ts)
        percents.append(row.percent)
        self.growing.add(int(row.ts), row.percent, row.resets_at)
        for index, limit in enumerate(self.limits):
            if row.percent < limit and row.ts < row.resets_at and row.ts - self.decided[index] >= APART_S:
                self.decided[index] = row.ts
                self.pending.append(self._decide(row, limit))
                self.decisions.append(self.pending[-1])

    def _learn(self, now: float) -> None:
        """Train on the rows so far, and choose the interval's tail by the forecasts whose windows are over."""
        self.trained = runway.train(self.growing.course, int(now))
        over = [decision for decision in self.pending if decision.resets_at <= now]
        self.pending = [decision for decision in self.pending if decision.resets_at > now]
        for decision in over:
            if decision.curve is not None:
                cut = (decision.resets_at - decision.ts) / 60.0
                self.tails.append(runway.needed(decision.curve, cut, *self.outcome(decision)))
        self.tail = runway.tail_of(self.tails)

    def _decide(self, row: Row, limit: float) -> Decision:
        assert self.trained is not None
        left = limit - row.percent
        curve, interval, rule = runway.look(self.trained, self.growing.course, left, row.ts, row.resets_at, self.tail)
        return Decision(row.ts, limit, row.resets_at, len(self.windows[row.resets_at][0]) - 1,
                        score.seed_minutes(left, self._gained(row)), curve if rule == "runway" else None, interval)

    def _gained(self, row: Row) -> float:
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


def evaluate(lines: Iterable[str], percents: Sequence[float] = (100.0,)) -> Result:
    """The scores of the runway and of the seed's rule on these lines of CSV; the limits are per cents, pooled."""
    walk = _Walk(percents)
    usable = skipped = 0
    for row in rows(lines):
        if row is None:
            skipped += 1
        else:
            usable += 1
            walk.take(row)
    both = [walk.errors(decision) for decision in walk.decisions]
    return Result(usable, skipped, score.total([ours for ours, _ in both]), score.total([seed for _, seed in both]))


def text(result: Result) -> List[str]:
    """The lines that people read, within 80 columns."""
    found = [f"{result.rows:,} rows, {result.skipped:,} skipped, {result.ours.n:,} decisions"]
    if not result.ours.n:
        return found + ["Nothing to decide: no row below the limit before its reset."]
    found.append("{:<34}{:>10}{:>10}{:>12}".format("", "ccmon", "seed", "difference"))
    for name, ours, seed, digits in (("mean absolute error, minutes", result.ours.mae_min, result.seed.mae_min, 1),
                                     ("CRPS, minutes", result.ours.crps_min, result.seed.crps_min, 1),
                                     ("Brier, used up before the reset", result.ours.brier, result.seed.brier, 3)):
        found.append("{:<34}{:>10}{:>10}{:>12}".format(name, *_compared(ours or 0.0, seed or 0.0, digits)))
    found.append("{:<34}{:>10}{:>10}".format("coverage of the 90 % interval", f"{result.ours.coverage90 or 0.0:.1%}", "none"))
    return found


def _compared(ours: float, seed: float, digits: int) -> Tuple[str, str, str]:
    change = f"{ours / seed - 1:+.0%}" if seed else "-"
    return "{:.{}f}".format(ours, digits), "{:.{}f}".format(seed, digits), change
