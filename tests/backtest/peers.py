"""What others do: their rules for the limit and for the time that is left, given the right unit."""

from bisect import bisect_right
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

from ..simulator import Simulated
from .goals import mean, median

APART = 8                              # points between two samples of a window


class Sample(NamedTuple):
    """What a tool sees at a reading: the window's percentage, and what was used here in it so far (server units)."""

    window: int
    percent: float
    units: float


def samples(sim: Simulated, until: int) -> List[Sample]:
    """Readings at least 8 points apart, up to that time."""
    found: List[Sample] = []
    window, units, place = 0, 0.0, 0
    for point in sim.points:
        if point.ts > until:
            break
        if point.resets_at != window:
            window, units = point.resets_at, 0.0
        while place < len(sim.use) and sim.use[place].ts < point.ts:
            units += sim.units(sim.use[place]) if sim.use[place].ts >= window - 5 * 3600 else 0.0
            place += 1
        same = found and found[-1].window == window
        if point.percent >= (found[-1].percent + APART if same else APART):
            found.append(Sample(window, point.percent, units))
    return found


def mean_ratio(seen: Sequence[Sample]) -> float:
    """The limit by the mean of used / percentage."""
    return mean([100 * sample.units / sample.percent for sample in seen])


def ewma(seen: Sequence[Sample]) -> float:
    """The limit by an exponentially weighted mean (0.2 for the newest)."""
    limit = 0.0
    for sample in seen:
        ratio = 100 * sample.units / sample.percent
        limit = 0.8 * limit + 0.2 * ratio if limit else ratio
    return limit


def least_squares(seen: Sequence[Sample]) -> float:
    """The limit by the line through (percentage, used)."""
    x_mean, y_mean = mean([sample.percent for sample in seen]), mean([sample.units for sample in seen])
    square = sum((sample.percent - x_mean) ** 2 for sample in seen)
    slope = sum((sample.percent - x_mean) * (sample.units - y_mean) for sample in seen) / square if square else 0.0
    return y_mean + slope * (100 - x_mean)


def theil_sen(seen: Sequence[Sample]) -> float:
    """The limit by the median slope between two readings of a window."""
    by_window: Dict[int, List[Sample]] = {}
    for sample in seen:
        by_window.setdefault(sample.window, [Sample(sample.window, 0.0, 0.0)]).append(sample)
    slopes = [100 * (b.units - a.units) / (b.percent - a.percent) for group in by_window.values()
              for index, b in enumerate(group) for a in group[:index]]
    return median(slopes)


LIMITS: Dict[str, Callable[[Sequence[Sample]], float]] = {
    "mean ratio": mean_ratio, "EWMA": ewma, "least squares": least_squares, "Theil-Sen": theil_sen}


class Left(NamedTuple):
    """One moment at which a forecast is due, and what came. Minutes."""

    left: float                        # points
    times: Sequence[float]             # of the window's rows so far, from now (0 or less)
    percents: Sequence[float]
    age: float                         # since the window's start
    cut: float                         # until the reset
    outcome: float
    hit: bool


def moments(lines: Iterable[str], limit: float) -> Iterator[Left]:
    """Decisions as `ccmon learn --evaluate` takes them, found in another way than there."""
    windows: Dict[int, List[Tuple[int, float]]] = {}
    for line in list(lines)[1:]:
        ts, percent, resets_at = line.split(",")[:3]
        windows.setdefault(int(resets_at), []).append((int(ts), float(percent)))
    last = -1e9
    for resets_at, rows in sorted(windows.items()):
        hit_at = next((ts for ts, percent in rows if percent >= limit), 0)
        for place, (ts, percent) in enumerate(rows):
            if percent >= limit or ts - last < 300 or ts >= resets_at:
                continue
            last = ts
            later = hit_at if hit_at > ts else next((at for at, p in rows[place + 1:] if p >= limit), 0)
            yield Left(limit - percent, [(at - ts) / 60 for at, _ in rows[:place + 1]], [p for _, p in rows[:place + 1]],
                       (ts - resets_at) / 60 + 300, (resets_at - ts) / 60, ((later or resets_at) - ts) / 60, bool(later))


def seed_rate(now: Left) -> float:
    """Points a minute in the last hour: the seed's rule."""
    index = bisect_right(now.times, -60.0)
    return (now.percents[-1] - (now.percents[index - 1] if index else 0.0)) / 60


def whole_window(now: Left) -> float:
    """Points a minute since the window began."""
    return now.percents[-1] / max(1.0, now.age)


def _line(now: Left, minutes: float) -> float:
    index = bisect_right(now.times, -minutes)
    times, percents = now.times[index:], now.percents[index:]
    if len(times) < 2:
        return 0.0
    x_mean, y_mean = mean(times), mean(percents)
    square = sum((x - x_mean) ** 2 for x in times)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(times, percents)) / square if square else 0.0


RATES: Dict[str, Callable[[Left], float]] = {
    "seed": seed_rate,
    "line over 30 min": lambda now: _line(now, 30),
    "line over 60 min": lambda now: _line(now, 60),
    "line over the window": lambda now: _line(now, 300),
    "window's average": whole_window,
}


def score(now: Left, rate: float) -> Tuple[float, float]:
    """Absolute error in minutes (which is the CRPS of a certain time) and Brier score of that rate."""
    lasts = now.left / rate if rate > 0 else float("inf")
    return abs(min(lasts, now.cut) - now.outcome), float((lasts < now.cut) != now.hit)
