"""Has the allocation been changed? One limit against a limit that changed at some window: the Bayes factor of the two, in log."""

from __future__ import annotations

import math
from operator import add, sub

from ccmon.learning.evidence import STEP, Likelihood, Noise, Rhythm, Row, Vector, fitted, grid_for, marginal, mean, rhythm_of, row
from ccmon.learning.intervals import Interval
from ccmon.learning.values import MOST_NOISE, WINDOW_S, Change, Reading, UnitWeights, measure
from ccmon.quick_typing import Iterator, List, NamedTuple, Optional, Sequence
from ccmon.when import DAY_S

ALARM = 10.0                           # log Bayes factor
CONFIRM = 0.0                          # the same by the second weights, which fit what came after the change, too
_LOOSE = 0.06                          # noise from which on they say nothing
_LEAST_READINGS = 30                   # behind unit weights; 0: not stated
_AS_GOOD = 1.0                         # the windows before that are of either limit are not counted to the new one
_CLEARER = 3.0                         # than by the hours of the week a change must explain what was seen
_SCREEN = 7.0                          # the least gain in log-likelihood that is examined in full
_BEFORE, _AFTER = 8, 3                 # windows before and after a change
_REACH, _BACK = 100, 48                # the latest windows that are looked at, and how many of them may be the change's first
_PATIENCE = 8                          # windows until a change that was not confirmed is looked at again, at most
_REFITS = (6, 9, 13, 20, 30, 45, 70)   # windows after which the noise is fitted anew
_SLACK_S, _LEAST_FALL = 300, 2.0       # points
_LEAST_SCALED, _MOST_SCALED = 5.0, 5.0 # points, and times: a deeper fall is a fresh start, and says nothing of the limit
SETTLED_S = 4 * DAY_S                  # weights that are to show a change must not be fitted to what comes after it
_SAME_S = 3 * DAY_S

Rows = List[Row]


class _Candidate(NamedTuple):
    window: int                        # the first after the change
    log_bayes: float
    factor: float


def changes_of(intervals: Sequence[Interval], units: Sequence[UnitWeights]) -> List[Change]:
    """The changes of the limit, walking forward: what comes later alters no earlier result. All units (two) must agree."""
    windows = _by_window(intervals)
    young = any(0 < unit.readings < _LEAST_READINGS for unit in units)
    if len(windows) < _BEFORE + _AFTER or not units or young:
        return []
    return list(_changes(windows, [_History(windows, unit) for unit in units]))


def _by_window(intervals: Sequence[Interval]) -> List[List[Interval]]:
    windows: List[List[Interval]] = []
    for one in sorted(intervals, key=lambda one: (one.start, one.end)):
        if one.points <= 0:
            continue
        if windows and windows[-1][0].window == one.window:
            windows[-1].append(one)
        else:
            windows.append([one])
    return windows


def _changes(windows: Sequence[Sequence[Interval]], histories: Sequence["_History"]) -> Iterator[Change]:
    first, wait, patience = histories[0], 0, 1
    for now in range(len(windows)):
        first.take(now)
        candidate = first.best(now) if now >= wait and first.suspicious(now) else None
        if candidate is None or candidate.log_bayes < ALARM:
            continue
        candidate = _confirmed(candidate, histories, now)
        if candidate is None:              # costly: not at each window where one unit errs for long
            wait, patience = now + patience, min(_PATIENCE, 2 * patience)
            continue
        yield Change(windows[candidate.window][0].start, candidate.factor, windows[now][-1].end)
        first.begin = candidate.window     # from there on the windows are of another limit than those before
        first.add_again(now)
        patience = 1


def _confirmed(candidate: _Candidate, histories: Sequence["_History"], now: int) -> Optional[_Candidate]:
    """The change that the first unit shows, if the others agree and the hours of the week do not explain it."""
    first = histories[0]
    if not all(other.agrees(candidate, first.begin, now) for other in histories[1:]):
        return None
    beside = first.beside_rhythm(candidate, now)
    return beside if beside and beside.log_bayes >= ALARM and first.likelihood.noise.sd <= _LOOSE else None


def rebaselined(readings: Sequence[Reading]) -> List[Change]:
    """The moments at which the server took a percentage back, or began a window before the last one was over.

    The factor is how much the percentage fell; 1 where only the window was begun anew.
    """
    changes: List[Change] = []
    before: Optional[Reading] = None
    for reading in readings:
        if reading.source != "statusline" or not reading.resets_at:
            continue
        if before is not None and reading.ts >= before.ts:
            changes += _taken_back(before, reading)
        before = reading
    return changes


def _taken_back(before: Reading, after: Reading) -> List[Change]:
    if after.ts >= before.resets_at - _SLACK_S:
        return []
    if abs(after.resets_at - before.resets_at) > _SLACK_S:
        return [Change(after.ts, 1.0, after.ts, "rebaseline")]
    if before.percent - after.percent < _LEAST_FALL:
        return []
    scaled = after.percent >= _LEAST_SCALED and before.percent <= _MOST_SCALED * after.percent
    return [Change(after.ts, before.percent / after.percent if scaled else 1.0, after.ts, "rebaseline")]


def joined(new: Sequence[Change], old: Sequence[Change]) -> List[Change]:
    """Both in order of time, each change once: as it was detected first, and the old ones as they are."""
    both = list(old)
    for one in sorted(new, key=lambda one: one.found_at):
        if not any(_same(one, other) for other in both):
            both.append(one)
    return sorted(both)


def _same(one: Change, other: Change) -> bool:
    """Two signs of one change. Re-baselines have their moment; one that was detected by statistics lies some windows round it."""
    if one.sure == other.sure == "rebaseline":
        return one.at == other.at
    alike = (one.factor - 1) * (other.factor - 1) > 0
    return alike and abs(one.at - other.at) <= _SAME_S


def since_last_change(intervals: Sequence[Interval], changes: Sequence[Change]) -> List[Interval]:
    """What the present limit is to be learned from: all from the last change on that altered the limit."""
    last = max((one.at for one in changes if one.factor != 1), default=0)
    return [interval for interval in intervals if interval.start >= last]


def levelled(intervals: Sequence[Interval], changes: Sequence[Change]) -> List[Interval]:
    """All intervals as if the present limit had always held: good for choosing the unit weights, not for learning the limit."""
    scaled = []
    for interval in intervals:
        factor = math.exp(sum([math.log(one.factor) for one in changes if one.at > interval.start]))
        scaled.append(interval._replace(points=interval.points / factor))
    return scaled


class _History:
    """The windows in one unit, from the last change on."""

    def __init__(self, windows: Sequence[Sequence[Interval]], unit: UnitWeights) -> None:
        self.starts = [window[0].window - WINDOW_S for window in windows]
        self.rows = [[row(measure(unit, one.load), one.points, one.whole or one.exact) for one in window] for window in windows]
        self.grid = grid_for(self.rows)
        self.rhythm: Optional[Rhythm] = None
        self.begin = 0
        self.likelihood = Likelihood(self.grid, Noise())
        self.sums: List[Vector] = [[0.0] * self.grid.size]     # of the vectors from begin on

    def take(self, now: int) -> None:
        """The next window."""
        self._add(now)
        if now + 1 - self.begin in _REFITS:
            self._refit(self.begin, now + 1)
            self.add_again(now)

    def _add(self, now: int) -> None:
        self.sums.append(list(map(add, self.sums[-1], self.likelihood.window(self._rows(now)))))

    def _rows(self, n: int) -> Rows:
        shift = self.rhythm.shift(self.starts[n]) if self.rhythm else 0.0
        return [Row(one.log_limit - shift, one.blur) for one in self.rows[n]] if shift else self.rows[n]

    def _refit(self, begin: int, end: int) -> None:
        rows = [self._rows(n) for n in range(max(begin, end - _REACH), end)]
        self.likelihood = Likelihood(self.grid, fitted(rows, self.grid, Noise()))

    def add_again(self, now: int) -> None:
        """The windows from begin to now, after a change of what they are weighed by."""
        self.sums = self.sums[:1]
        for n in range(self.begin, now + 1):
            self._add(n)

    def agrees(self, candidate: _Candidate, begin: int, now: int) -> bool:
        """The same change in this unit, if it fits at all; from begin on, the noise by the windows before the change."""
        self.begin = max(begin, now + 1 - _REACH)
        self._refit(self.begin, candidate.window)
        self.add_again(now)
        return self.likelihood.noise.sd > MOST_NOISE or self._agreement(candidate, now + 1) >= CONFIRM

    def _between(self, begin: int, end: int) -> Vector:
        return list(map(sub, self.sums[end - self.begin], self.sums[begin - self.begin]))

    def suspicious(self, now: int) -> bool:
        """Quickly: do some of the latest windows speak much more for another limit?"""
        end, oldest = now + 1, max(self.begin, now + 1 - _REACH)
        if end - oldest < _BEFORE + _AFTER:
            return False
        total = self._between(oldest, end)
        place = total.index(max(total))
        for back in (3, 5, 8, 13, 21, 34, 48):
            if end - back < oldest + _BEFORE:
                break
            latest = self._between(end - back, end)
            if max(latest) - latest[place] > _SCREEN:
                return True
        return False

    def best(self, now: int) -> Optional[_Candidate]:
        """The likeliest first window after a change, and the evidence for it; needs some windows (see suspicious)."""
        end, oldest = now + 1, max(self.begin, now + 1 - _REACH)
        places = range(max(oldest + _BEFORE, end - _BACK), end)
        one = marginal(self._between(oldest, end))
        gains = [marginal(self._between(oldest, place)) + marginal(self._between(place, end)) - one for place in places]
        if places[gains.index(max(gains))] > end - _AFTER:
            return None                # too fresh: it may be one odd day
        window = max(place for place, gain in zip(places, gains) if gain >= max(gains) - _AS_GOOD)
        steps = mean(self._between(window, end)) - mean(self._between(oldest, window))
        return _Candidate(window, max(gains), math.exp(STEP * steps))

    def _agreement(self, candidate: _Candidate, end: int) -> float:
        """How much likelier a change by half as much or more is than a small one, none or the opposite: log ratio."""
        old, after = mean(self._between(self.begin, candidate.window)), self._between(candidate.window, end)
        steps = math.log(candidate.factor) / STEP
        if steps < 0:                  # seen from the other end of the grid, a lower limit is a higher one
            old, steps, after = len(after) - 1 - old, -steps, after[::-1]
        changed, unchanged = after[max(0, round(old + 0.5 * steps)):], after[:max(1, round(old + 0.25 * steps))]
        return max(changed, default=-1e9) - max(unchanged)

    def beside_rhythm(self, candidate: _Candidate, now: int) -> Optional[_Candidate]:
        """The same after what the hours of the week explain; the evidence is small while they explain all of it."""
        oldest = max(self.begin, now + 1 - _REACH)
        vectors = [self.likelihood.window(self.rows[n]) for n in range(oldest, now + 1)]
        rhythm = rhythm_of(self.starts[oldest:now + 1], vectors)
        if rhythm is None or rhythm.log_bayes < candidate.log_bayes - _CLEARER:
            return candidate
        self.rhythm = rhythm
        self._refit(oldest, now + 1)
        self.add_again(now)
        return self.best(now)
