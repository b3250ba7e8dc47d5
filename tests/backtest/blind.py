"""The runway without any percentage: learned in four weeks with percentages, used in two without, by the learned limit."""

from typing import List, NamedTuple, Sequence, Tuple

from ccmon.learning import runway, usage_curve, values
from ccmon.learning.values import WINDOW_S, UsageCurve

from ..simulator import DAY_S, START, Simulated
from . import history
from .goals import Row, mean, percent
from .users import user

SEEN_DAYS = 28
APART_S = 300


class Judged(NamedTuple):
    """One forecast against what came; minutes."""

    error: float
    brier: float
    covered: bool
    seed_error: float
    seed_brier: float


def judged(sim: Simulated) -> List[Judged]:
    """Forecasts at least five minutes apart in the last two weeks."""
    end = START + SEEN_DAYS * DAY_S
    fit = history.learn(sim, [interval for interval in history.cut(sim) if interval.end <= end])
    if fit is None:
        return []
    limit = fit.estimate.median
    spread = [draw / limit for draw in runway.limit_draws(fit.estimate, 9)]
    seen = [reading for reading in sim.readings if reading.ts <= end or reading.source == "limit"]
    whole = usage_curve.from_loads([(use.ts, use.span_s, values.measure(fit.unit_weights, use.load)) for use in sim.use], seen)
    found: List[Judged] = []
    day = last = 0
    for now, outcome, cut, hit in _moments(sim, end):
        if now - last < APART_S:
            continue
        last = now
        if now // DAY_S != day:
            day = now // DAY_S
            trained = runway.train(usage_curve.until(whole, now), now)
        known = usage_curve.until(whole, now)
        found.append(_judged(known, trained, limit, spread, now, (outcome, cut, hit)))
    return found


def _moments(sim: Simulated, after: int) -> List[Tuple[int, float, float, bool]]:
    """Time, minutes until the limit is reached or else the reset, minutes until the reset, and whether it is reached."""
    hits = {window.resets_at: window.hit_at for window in sim.windows}
    found = []
    for point in sim.points:
        hit_at = hits[point.resets_at]
        if point.ts > after and not (hit_at and point.ts >= hit_at):
            left_s, cut_s = (hit_at or point.resets_at) - point.ts, point.resets_at - point.ts
            found.append((point.ts, left_s / 60, cut_s / 60, bool(hit_at)))
    return found


def _judged(known: UsageCurve, trained: values.RunwayModel, limit: float, spread: Sequence[float], now: int,
            came: Tuple[float, float, bool]) -> Judged:
    outcome, cut, hit = came
    start = usage_curve.window_start(known, now)
    left = limit - usage_curve.between(known, start, now)
    told = runway.forecast(trained, known, left, now, start + WINDOW_S, spread)
    rate = usage_curve.between(known, max(start, now - 3600), now) / 60
    lasts = left / rate if rate > 0 else float("inf")
    low, median, high = (min(cut, (at - now) / 60) if at < start + WINDOW_S else cut for at in (told.low, told.median, told.high))
    return Judged(abs(median - outcome), (told.probability - hit) ** 2, low - 1 <= outcome <= high + 1,
                  abs(max(0.0, min(lasts, cut)) - outcome), float((lasts < cut) != hit))


def rows(first: int, count: int) -> List[Row]:
    """The table's lines; no goal is set for them."""
    found = [one for number in range(count) for one in judged(user(first + number, number, elsewhere=0.0))]
    name = "no percentage for two weeks, limit learned before"
    return [_against(f"{name}: MAE", [one.error for one in found], [one.seed_error for one in found], " min"),
            _against(f"{name}: Brier", [one.brier for one in found], [one.seed_brier for one in found], ""),
            Row(f"{name}: 90 % interval", mean([one.covered for one in found]), percent(mean([one.covered for one in found])))]


def _against(name: str, ours: Sequence[float], seed: Sequence[float], unit: str) -> Row:
    better = mean(ours) / mean(seed) - 1
    digits = 1 if unit else 3
    return Row(name, better, f"{better:+.0%} ({mean(seed):.{digits}f}{unit} to {mean(ours):.{digits}f}{unit})")
