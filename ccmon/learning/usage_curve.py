"""What was used over time: rows of the store as uses, and the usage curve: cumulative over all windows, in one unit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ccmon.learning.values import KINDS, WANDER_S, WINDOW_S, Key, RatesOf, Reading, UsageCurve, Use, tokens_of
from ccmon.quick_typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

COST: Key = ("", "cost")
_FOUR = KINDS[:4]
_QUARTER_S = 900
IDLE_S = 900                           # between the points of a running window in which nothing is used
FULL = 100.0                           # per cent: the limit has been reached

Row = Sequence[int]                    # epoch s, number of the model, four kinds


class _Model(NamedTuple):
    keys: Tuple[Key, Key, Key, Key]
    rates: Optional[Tuple[float, ...]]     # USD per token of each kind


def by_model(models: Mapping[int, str], minutes: Sequence[Row], quarters: Sequence[Row], rates_of: RatesOf) -> List[Use]:
    """Uses by time, from minutes and from quarters of an hour; models have their names by number.

    The cost of a time is left out where a model has no price.
    """
    by_number = {number: _model(name, rates_of) for number, name in models.items()}
    if not quarters:
        return _uses(minutes, 60, by_number)
    return sorted(_uses(quarters, _QUARTER_S, by_number) + _uses(minutes, 60, by_number), key=lambda use: use.ts)


def _model(name: str, rates_of: RatesOf) -> _Model:
    first, second, third, fourth = ((name, kind) for kind in _FOUR)
    return _Model((first, second, third, fourth), rates_of(name) if name else None)


def _uses(rows: Sequence[Row], span_s: int, models: Mapping[int, _Model]) -> List[Use]:
    """A year has hundreds of thousands of rows: no calls in the loop that can be spared."""
    uses: List[Use] = []
    before = -1
    load: Dict[Key, float] = {}
    for ts, number, given, made, created, read in rows:
        (one, two, three, four), rates = models[number]
        if ts != before:
            load = {COST: 0.0}
            uses.append(Use(ts, span_s, load))
            before = ts
        load[one], load[two], load[three], load[four] = given, made, created, read
        if rates and COST in load:
            load[COST] += given * rates[0] + made * rates[1] + created * rates[2] + read * rates[3]
        elif given or made or created or read:
            load.pop(COST, None)
    return uses


def of_session(start: int, shots: Sequence[Sequence[Optional[int]]]) -> List[Use]:
    """What was used between what was seen of a session: from when to when, four counts and micro-dollars, all since its start."""
    uses: List[Use] = []
    since, counts, spent = start, [0, 0, 0, 0], 0
    for first, last, *rest in shots:
        counts_now = [max(one or 0, before) for one, before in zip(rest, counts)]
        cost = rest[4] if len(rest) > 4 else None
        assert first is not None and last is not None
        if counts_now != counts:
            load: Dict[Key, float] = {("", kind): one - before for kind, one, before in zip(_FOUR, counts_now, counts)}
            if cost is not None:
                load[COST] = max(0, cost - spent) / 1e6
            begin = min(since, first - 1)
            uses.append(Use(begin, first - begin, load))
        counts, since, spent = counts_now, max(since, last), spent if cost is None else max(spent, cost)
    return uses


def at(usage: UsageCurve, ts: float) -> float:
    """Cumulative use at that time, linear in between; level before the first point and after the last one."""
    times, loads = usage.times, usage.loads
    after = bisect_right(times, ts)
    if not after:
        return loads[0] if loads else 0.0
    if after == len(times):
        return loads[-1]
    begin, low = times[after - 1], loads[after - 1]
    return low + (loads[after] - low) * (ts - begin) / (times[after] - begin)


def reached_at(usage: UsageCurve, load: float) -> Optional[float]:
    """Epoch s when that much had been used since the beginning, linear in between; None where it never was."""
    times, loads = usage.times, usage.loads
    after = bisect_left(loads, load)
    if not 0 < after < len(loads):
        return None
    begin, low = times[after - 1], loads[after - 1]
    return begin + (load - low) / (loads[after] - low) * (times[after] - begin)


def between(usage: UsageCurve, start: float, end: float) -> float:
    """What was used from start to end, in the curve's unit."""
    return at(usage, end) - at(usage, start)


def window_start(usage: UsageCurve, ts: int) -> int:
    """When the window that runs at ts began; ts itself when none runs."""
    index = bisect_right(usage.starts, ts) - 1
    if index >= 0 and usage.starts[index] > ts - WINDOW_S:
        return usage.starts[index]
    return ts


def stop_after(usage: UsageCurve, ts: int) -> float:
    """When the next stop begins, ts itself within one, infinity when there is none: use after that is unknown."""
    index = bisect_right(usage.stops, (ts, 1 << 62)) - 1
    if index >= 0 and usage.stops[index][1] > ts:
        return float(ts)
    return float(usage.stops[index + 1][0]) if index + 1 < len(usage.stops) else float("inf")


def until(usage: UsageCurve, now: int) -> UsageCurve:
    """The same curve as it was at now."""
    count = bisect_right(usage.times, now)
    return UsageCurve(usage.times[:count], usage.loads[:count],
                  usage.stops[:bisect_left(usage.stops, (now, 0))], usage.starts[:bisect_right(usage.starts, now)])


def blocked(weekly: Iterable[Reading]) -> List[Tuple[int, int]]:
    """From when until when nothing could be used because the week was used up; readings of the week by time. One without a reset
    (a limit message) counts until that of the reading before."""
    stops: List[Tuple[int, int]] = []
    reset = 0
    for reading in weekly:
        reset = reading.resets_at or reset
        running = bool(stops) and stops[-1][1] > reading.ts
        if reading.percent < FULL and running:
            stops[-1] = (stops[-1][0], reading.ts)
        elif reading.percent >= FULL and reset > reading.ts:
            stops.append((stops.pop()[0] if running else reading.ts, reset))
    return stops


def stopped(usage: UsageCurve, stops: Sequence[Tuple[int, int]]) -> UsageCurve:
    """The same curve with further stops; those that overlap become one."""
    merged: List[Tuple[int, int]] = []
    for begin, end in sorted([*usage.stops, *stops]):
        if merged and begin <= merged[-1][1]:
            begin, end = merged[-1][0], max(end, merged.pop()[1])
        merged.append((begin, end))
    return usage._replace(stops=tuple(merged)) if stops else usage


class CurveBuilder:
    """A curve of percentage points that takes one reading after the other: it cannot know what comes later."""

    def __init__(self) -> None:
        self.times: List[int] = []
        self.loads: List[float] = []
        self.stops: List[Tuple[int, int]] = []
        self.starts: List[int] = []
        self.window = 0                # resets_at of the window seen last, as it was stated first
        self.top = 0.0                 # per cent: what has been counted of it
        self.lower = 0                 # readings in a row that were below the top
        self.rested = 0                # when it was last said that no window is open
        self.usage = UsageCurve(self.times, self.loads, self.stops, self.starts)      # type: ignore[arg-type]

    def add(self, ts: int, percent: float, resets_at: int) -> None:
        """Take a reading; ts must not fall. A value below an earlier one counts as a new base once seen three times."""
        if abs(resets_at - self.window) > WANDER_S:
            self._begin(ts, resets_at)
        gained = percent - self.top
        self.lower = self.lower + 1 if gained < 0 else 0
        if gained > 0 or self.lower >= 3:
            self.top = percent
        self.point(ts, (self.loads[-1] if self.loads else 0.0) + max(0.0, gained))
        self._stop(ts, percent, resets_at)

    def rest(self, ts: int) -> None:
        """Take that no window was open then: the next one started later. No point: nobody asks how long a limit lasts then."""
        self.rested = ts

    def _begin(self, ts: int, resets_at: int) -> None:
        """Open a window: it stood at 0 % when it started."""
        self.window, self.top, self.lower = resets_at, 0.0, 0
        start = max(resets_at - WINDOW_S, self.times[-1] if self.times else 0, self.rested)
        if start <= ts and (not self.starts or start > self.starts[-1]):
            self.starts.append(start)
            self.point(start, self.loads[-1] if self.loads else 0.0)

    def point(self, ts: int, load: float) -> None:
        """Add a point; the last one has that load where time would not go on: spans may overlap."""
        if not self.times or ts > self.times[-1]:
            self.times.append(ts)
            self.loads.append(load)
        else:
            self.loads[-1] = load

    def _stop(self, ts: int, percent: float, resets_at: int) -> None:
        """Begin a stop at 100 %, end it when the percentage has fallen or a new window runs."""
        running = bool(self.stops) and self.stops[-1][1] > ts
        if percent >= FULL and not running and resets_at > ts:
            self.stops.append((ts, resets_at))
        elif percent < FULL and running and self.lower in (0, 3):
            self.stops[-1] = (self.stops[-1][0], ts)


def from_readings(readings: Iterable[Reading]) -> UsageCurve:
    """The usage curve of the account's percentage points; readings by time, those without a reset are left out. Only changes are
    stored as readings, so that nothing has changed between two that are far apart."""
    growing = CurveBuilder()
    for reading in readings:
        if reading.resets_at > reading.ts >= (growing.times[-1] if growing.times else 0):
            _idle_points(growing, growing.starts, reading.ts, growing.loads[-1] if growing.loads else 0.0)
            growing.add(reading.ts, reading.percent, reading.resets_at)
    return UsageCurve(tuple(growing.times), tuple(growing.loads), tuple(growing.stops), tuple(growing.starts))


def from_loads(loads: Sequence[Tuple[int, int, float]], readings: Sequence[Reading] = ()) -> UsageCurve:
    """The usage curve of what was used here: (epoch s, seconds, load) by time, with windows and stops from the readings."""
    starts = _starts([ts for ts, _, load in loads if load > 0], readings)
    stops = set()
    for reading in readings:
        if reading.percent >= FULL:    # one that names no reset is of the window that runs
            begun = bisect_right(starts, reading.ts)
            stops.add((reading.ts, reading.resets_at or (starts[begun - 1] + WINDOW_S if begun else reading.ts)))
    growing = CurveBuilder()
    total = 0.0
    for ts, span, load in loads:
        _idle_points(growing, starts, ts, total)
        growing.point(ts, total)
        total += max(0.0, load)
        growing.point(ts + max(1, span), total)
    apart: List[Tuple[int, int]] = []
    for begin, end in sorted(stops):
        if end > begin and (not apart or begin >= apart[-1][1]):
            apart.append((begin, end))
    return UsageCurve(tuple(growing.times), tuple(growing.loads), tuple(apart), tuple(starts))


def from_uses(use: Sequence[Use], readings: Sequence[Reading]) -> UsageCurve:
    """The usage curve of input and output tokens."""
    return from_loads([(one.ts, one.span_s, tokens_of(one.load)) for one in use], readings)


def _starts(used: Sequence[int], readings: Sequence[Reading]) -> List[int]:
    """When windows began: as the readings say, else with the full hour of the first use outside any official window."""
    official = sorted({reading.resets_at - WINDOW_S for reading in readings if reading.resets_at})
    starts: List[int] = []
    for ts in used:
        index = bisect_right(official, ts) - 1
        if index >= 0 and ts < official[index] + WINDOW_S or starts and ts < starts[-1] + WINDOW_S:
            continue
        starts.append(ts // 3600 * 3600)
    return sorted({*official, *starts})


def _idle_points(growing: CurveBuilder, starts: Sequence[int], ts: int, total: float) -> None:
    """Points each 15 minutes while a window runs in which nothing is used: someone may ask then, too."""
    if not growing.times:
        return
    index = bisect_right(starts, growing.times[-1]) - 1
    end = min(ts, starts[index] + WINDOW_S) if index >= 0 else 0
    for at in range(growing.times[-1] + IDLE_S, end, IDLE_S):
        growing.point(at, total)
