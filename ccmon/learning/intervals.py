"""Parts of 5-hour windows: how many percentage points were gained, what was used here meanwhile, and how likely that is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import groupby
from math import erfc, exp

from ccmon.learning.values import JITTER_S, WINDOW_S, Key, Load, Reading, Use
from ccmon.model import EVENTS
from ccmon.quick_typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

NOISES = (0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25)     # of a limit, as shares: those that are tried
OUTLIER = 0.01 / 6                     # density: 1 % of the intervals are anything, within a factor of twenty either way
_FAR = 8.5                             # standard deviations beyond which a density is taken as zero
HOUR_S = 3600
ROUNDED = 0.29                         # standard deviation of a rounded percentage, points
_FALL = 0.5                            # points; less is noise of floating point
_TOLERANCE = 0.02                      # neighbours of one kind differ by so much besides the rounding, as a share
_APART = 2.2                           # standard deviations from which on two neighbours are not of one kind


class Interval(NamedTuple):
    """A part of one window between two readings."""

    window: int                        # resets_at of the window
    start: int
    end: int
    points: float                      # percentage points gained
    load: Load                         # used here meanwhile
    whole: bool = False                # start is the window's own start (0 %)
    exact: bool = False                # end is a limit event: 100 %, not rounded


class Mark(NamedTuple):
    """A moment with a percentage of its window."""

    ts: int
    percent: float
    exact: bool = False                # an event: 100 %, not rounded
    whole: bool = False                # the window's own start


def intervals_of(readings: Sequence[Reading], use: Sequence[Use], least_points: float = 8) -> List[Interval]:
    """Intervals of at least so many points, in order of time; what remains at a window's end belongs to the last one.

    A window begins five hours before its reset, whatever was read then. What was read before a limit event and says
    100 % too counts for nothing, and so does all that was used after the event.
    """
    used = UseLookup(use)
    cut: List[Interval] = []
    for window, marks in _parts(with_resets(readings, use)):
        for first, last in _pairs(marks, least_points):
            load = used.between(first.ts, last.ts)
            cut.append(Interval(window, first.ts, last.ts, last.percent - first.percent, load, first.whole, last.exact))
    return cut


class UseLookup:
    """What was used between any two moments."""

    def __init__(self, use: Sequence[Use]) -> None:
        self.rows = sorted(use, key=lambda row: row.ts)
        self.starts = [row.ts for row in self.rows]
        self.longest_s = max([row.span_s for row in self.rows], default=0)

    def between(self, start: int, end: int) -> Dict[Key, float]:
        """The load from start to end (epoch s); a span that reaches over either counts by its share of time."""
        total: Dict[Key, float] = {}
        first, last = bisect_right(self.starts, start - self.longest_s), bisect_left(self.starts, end)
        for ts, span_s, load in self.rows[first:last]:
            inside = min(end, ts + span_s) - max(start, ts)
            share = inside / span_s if span_s > 0 else 1.0
            if share > 0:
                for key, count in load.items():
                    total[key] = total.get(key, 0.0) + count * share
        return total


def with_resets(readings: Sequence[Reading], use: Sequence[Use]) -> List[Reading]:
    """In order of time, each with the reset of its window, to the minute; without those whose window nobody knows."""
    ordered = sorted(set(readings))
    resets = _resets(ordered)
    suggested: Optional[List[int]] = None
    placed: List[Reading] = []
    for reading in ordered:
        runs = placed[-1].resets_at if placed and placed[-1].resets_at > reading.ts else 0     # the window that was stated last
        window = resets.get(reading.resets_at, 0) or runs or _holding(sorted(resets.values()), reading.ts)
        if not window:
            suggested = suggested_resets(use, sorted(resets.values())) if suggested is None else suggested
            window = _holding(suggested, reading.ts)
        if window and window - WINDOW_S - JITTER_S <= reading.ts <= window + JITTER_S:
            placed.append(reading if reading.resets_at == window else reading._replace(resets_at=window))
    return placed


def _resets(readings: Sequence[Reading]) -> Dict[int, int]:
    """Each reset that was stated, to the minute, one for all that differ by seconds; messages may state the hour only."""
    rounded: Dict[int, int] = {}
    last = -WINDOW_S
    for reset in sorted({reading.resets_at for reading in readings if reading.resets_at > 0 and reading.source not in EVENTS}):
        last = last if reset - last <= JITTER_S else (reset + 30) // 60 * 60
        rounded[reset] = last
    shown = sorted(set(rounded.values()))
    for reset in sorted({reading.resets_at for reading in readings if reading.resets_at > 0} - set(rounded)):
        place = bisect_right(shown, reset)
        near = [other for other in shown[max(0, place - 1):place + 1] if abs(other - reset) <= HOUR_S]
        rounded[reset] = min(near, key=lambda other: abs(other - reset)) if near else (reset + 30) // 60 * 60
    return rounded


def _holding(resets: Sequence[int], ts: int) -> int:
    """The first of the windows that holds the moment; 0 if none does."""
    place = bisect_right(resets, ts)
    return resets[place] if place < len(resets) and resets[place] - WINDOW_S <= ts else 0


def suggested_resets(use: Sequence[Use], official: Sequence[int]) -> List[int]:
    """Resets of windows as the use suggests: each begins with the first use after the last, but for the official ones."""
    resets: List[int] = []
    end = 0
    for ts in sorted({row.ts for row in use}):
        if ts >= end:
            end = _holding(official, ts) or ts // 60 * 60 + WINDOW_S
            resets.append(end)
    return resets


def _parts(readings: Sequence[Reading]) -> List[Tuple[int, List[Mark]]]:
    """The windows with their marks; in several parts where the percentage falls or the reset goes back."""
    parts: List[Tuple[int, List[Mark]]] = []
    for window, group in groupby(readings, key=lambda reading: reading.resets_at):
        readings_of = _marks(list(group))
        before = parts[-1][1][-1].ts if parts and parts[-1][1] else 0
        begin = Mark(window - WINDOW_S, 0.0, whole=True)
        begun = all(window != other for other, _ in parts[-8:]) and before <= begin.ts + JITTER_S
        for number, marks in enumerate(_rising(readings_of)):
            parts.append((window, [begin, *marks] if begun and not number and marks[0].ts > begin.ts else marks))
    return parts


def _marks(readings: Sequence[Reading]) -> List[Mark]:
    """The marks of one window. Before an event, what the status line says of 100 % may have been rounded up."""
    marks = [Mark(reading.ts, reading.percent, reading.source in EVENTS) for reading in readings]
    if any(mark.exact for mark in marks):
        marks = [mark for mark in marks if mark.exact or mark.percent < 100]
    return marks


def _rising(marks: Sequence[Mark]) -> List[List[Mark]]:
    """Parts in which the percentage never falls; each ends with the first mark of 100 %."""
    parts: List[List[Mark]] = []
    for mark in marks:
        if not parts or mark.percent <= parts[-1][-1].percent - _FALL:
            parts.append([mark])
        elif parts[-1][-1].percent < min(100, mark.percent):
            parts[-1][-1 if mark.ts == parts[-1][-1].ts else len(parts[-1]):] = [mark]
    return parts


def _pairs(marks: Sequence[Mark], least_points: float) -> List[Tuple[Mark, Mark]]:
    """Start and end of each interval."""
    pairs: List[Tuple[Mark, Mark]] = []
    first = marks[0]
    for mark in marks[1:]:
        if mark.percent - first.percent >= least_points:
            pairs.append((first, mark))
            first = mark
    if pairs and marks[-1].percent > pairs[-1][1].percent:
        pairs[-1] = (pairs[-1][0], marks[-1])
    return pairs


def rounding_error(interval: Interval) -> float:
    """Standard deviation of its points by rounding alone."""
    rounded = (not interval.whole) + (not interval.exact)
    return ROUNDED * rounded ** 0.5 if rounded else 0.05


def densities(offs: Iterable[float], sds: Iterable[float], mostly: float = 0.0) -> List[Tuple[float, float]]:
    """How likely intervals are: for each the density where all use was seen here, and where a part was: any share alike, or with
    the probability `mostly` most of it. offs: the logarithm of the limit by the interval alone, as if all of its use had been
    seen, less that of the limit that is tried: only noise makes it positive. sds: their standard deviations."""
    pairs = []
    for off, sd in zip(offs, sds):
        gap = off / sd
        if gap > _FAR:
            pairs.append((0.0, 0.0))
            continue
        share = exp(off)
        partly = share * (1 - mostly + 4 * mostly * share ** 3) if mostly else share
        if gap < -_FAR:
            pairs.append((0.0, partly))
        else:
            pairs.append((0.3989422804 / sd * exp(-0.5 * gap * gap), partly * 0.5 * erfc(0.7071067812 * gap)))
    return pairs


def alike_groups(intervals: Sequence[Interval], measure: Callable[[Load], float]) -> List[List[int]]:
    """Places of neighbours that can be taken as one interval: each of their points took about the same measure.

    One long interval says far more than many short ones, whose rounding it leaves out; but where something was used
    elsewhere, the points before and after are of another kind.
    """
    groups: List[List[_Piece]] = []
    for place, interval in enumerate(intervals):
        piece = _Piece([place], interval.points, measure(interval.load))
        before = intervals[place - 1] if place else None
        if before is not None and before.window == interval.window and before.end == interval.start:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [piece.places for group in groups for piece in _merged(group)]


class _Piece(NamedTuple):
    places: List[int]
    points: float
    amount: float


def _merged(pieces: List[_Piece]) -> List[_Piece]:
    """The most alike neighbours become one, until none are alike."""
    pieces = list(pieces)
    apart = [_apart(one, other) for one, other in zip(pieces, pieces[1:])]
    while apart and min(apart) < _APART:
        at = apart.index(min(apart))
        one, other = pieces[at], pieces[at + 1]
        pieces[at:at + 2] = [_Piece(one.places + other.places, one.points + other.points, one.amount + other.amount)]
        low = max(0, at - 1)
        apart[low:at + 2] = [_apart(a, b) for a, b in zip(pieces[low:at + 1], pieces[low + 1:at + 2])]
    return pieces


def _apart(one: _Piece, other: _Piece) -> float:
    """How many standard deviations the measures per point of two neighbours differ."""
    a, b = one.amount / one.points, other.amount / other.points
    mean = (one.amount + other.amount) / (one.points + other.points)
    # Neighbours share the moment between them: what rounding adds to one, it takes from the other.
    rounding = ROUNDED * ((1 / one.points + 1 / other.points) ** 2 + 1 / one.points ** 2 + 1 / other.points ** 2) ** 0.5
    spread = mean * (rounding ** 2 + 2 * _TOLERANCE ** 2) ** 0.5
    return abs(a - b) / spread if spread else 0.0


def merged(intervals: Sequence[Interval], places: Sequence[int]) -> Interval:
    """Neighbours as one interval."""
    first, last = intervals[places[0]], intervals[places[-1]]
    load: Dict[Key, float] = {}
    for place in places:
        for key, count in intervals[place].load.items():
            load[key] = load.get(key, 0.0) + count
    points = sum([intervals[place].points for place in places])
    return Interval(first.window, first.start, last.end, points, load, first.whole, last.exact)
