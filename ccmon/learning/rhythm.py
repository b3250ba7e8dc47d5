"""A limit that is another one at some hours: detected so that the change of hours is not taken for a change of the limit."""

from __future__ import annotations

import math
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from ccmon.learning.evidence import STEP, Vector, log_sum, marginal, mean, minus, plus
from ccmon.named_tuple import NamedTuple
from ccmon.when import DAY_S

_HOUR_S = 3600
_LENGTHS = (3, 4, 6, 8, 10, 12)        # hours
_LEAST = 3.0                           # log Bayes factor
_WINDOWS = 3                           # at the hours and at others, at least

Days = Tuple[int, ...]
_WORKDAYS, _WEEKEND = (0, 1, 2, 3, 4), (5, 6)


class Rhythm(NamedTuple):
    """Windows that start at these hours (UTC) have another limit."""

    days: Days                         # 0: Monday
    begin_h: int
    hours: int
    log_factor: float
    log_bayes: float

    def covers(self, start: int) -> bool:
        """True for a window that starts then."""
        day, hour = _when(start)
        return day in self.days and (hour - self.begin_h) % 24 < self.hours

    def shift(self, start: int) -> float:
        """What the log limit of a window that starts then differs by."""
        return self.log_factor if self.covers(start) else 0.0


def _when(start: int) -> Tuple[int, int]:
    return (start // DAY_S + 3) % 7, start % DAY_S // _HOUR_S


def rhythm_of(starts: Sequence[int], vectors: Sequence[Vector]) -> Optional[Rhythm]:
    """The hours at which these windows, by their log-likelihoods, had another limit; none when one limit does as well."""
    if len(starts) < 2 * _WINDOWS:
        return None
    total = [sum(values) for values in zip(*vectors)]
    one, cells = marginal(total), _cells(starts, vectors)
    best: Optional[Rhythm] = None
    gains: List[float] = []
    for days, begin, hours in _arcs():
        inner = _inner(cells, days, begin, hours)
        if inner is None or len(starts) - inner[0] < _WINDOWS:
            continue
        outer = minus(total, inner[1])
        gain = marginal(inner[1]) + marginal(outer) - one
        gains.append(gain)
        if best is None or gain > best.log_bayes:
            best = Rhythm(days, begin, hours, STEP * (mean(inner[1]) - mean(outer)), gain)
    if best is None or log_sum(gains) - math.log(len(gains)) < _LEAST:
        return None
    return best._replace(log_bayes=log_sum(gains) - math.log(len(gains)))


def _arcs() -> Iterator[Tuple[Days, int, int]]:
    yield _WEEKEND, 0, 24
    for days in (_WORKDAYS + _WEEKEND, _WORKDAYS, _WEEKEND):
        for hours in _LENGTHS:
            for begin in range(24):
                yield days, begin, hours


def _cells(starts: Sequence[int], vectors: Sequence[Vector]) -> Dict[Tuple[bool, int], Tuple[int, Vector]]:
    """Number and sum of the windows by weekend and hour."""
    cells: Dict[Tuple[bool, int], Tuple[int, Vector]] = {}
    for start, vector in zip(starts, vectors):
        day, hour = _when(start)
        key = (day in _WEEKEND, hour)
        count, total = cells.get(key, (0, [0.0] * len(vector)))
        cells[key] = (count + 1, plus(total, vector))
    return cells


def _inner(cells: Dict[Tuple[bool, int], Tuple[int, Vector]], days: Days, begin: int, hours: int) -> Optional[Tuple[int, Vector]]:
    """Number and sum of the windows at these hours; none when there are too few."""
    weekends = [weekend for weekend, day in ((False, 0), (True, 5)) if day in days]
    chosen = [cells[key] for weekend in weekends for hour in range(begin, begin + hours)
              for key in [(weekend, hour % 24)] if key in cells]
    count = sum(cell[0] for cell in chosen)
    if count < _WINDOWS:
        return None
    total = chosen[0][1]
    for cell in chosen[1:]:
        total = plus(total, cell[1])
    return count, total
