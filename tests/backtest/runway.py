"""The runway against the seed's rule and against the other rates that tools use, on series that are walked forward."""

from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple

from ccmon.learning import evaluate, runway, usage_curve, values
from ccmon.learning.values import WINDOW_S, UsageCurve
from ccmon.views import score_words

from ..simulator import DAY_S, START, Simulated
from . import goals, history, peers
from .goals import Row, mean, percent
from .history import user

SEEN_DAYS = 28
APART_S = 300

Pooled = Dict[str, float]              # sums over decisions


class Series(NamedTuple):
    """One way to look at the users."""

    name: str
    every_s: int                       # 0: a row at each minute with use here
    percents: Tuple[float, ...]
    elsewhere: float
    known: str = ""                    # why its interval may hold more than it should


SERIES = (
    Series("rows while Claude Code runs, limit 100 %", 0, (100.0,), 0.3),
    Series("the same, limits at 50 and 80 %", 0, (50.0, 80.0), 0.3),
    Series("a row every 5 minutes, limit 100 %", 300, (100.0,), 0.3, "in most of these rows it is sure that it lasts"),
    Series("70 % of windows used elsewhere too", 0, (100.0,), 0.7),
)


def add(sums: Pooled, sim: Simulated, series: Series) -> Pooled:
    """One user's scores, added; and returned by themselves as means."""
    found = score_words.document(evaluate.walked(*evaluate.read(sim.rows(series.every_s)), series.percents))
    count = float(found["decisions"])
    alone = {f"{score}.{rule}": found[score][rule] for score in ("mae", "crps", "brier") for rule in ("ccmon", "seed")}
    alone["coverage"] = found["coverage90"]
    for name, value in alone.items():
        sums[name] = sums.get(name, 0.0) + value * count
    sums["n"] = sums.get("n", 0.0) + count
    return alone


def others(sims: Iterable[Simulated], series: Series) -> Dict[str, Tuple[float, float]]:
    """Mean error in minutes and Brier score of every rule that is a rate."""
    sums = {name: [0.0, 0.0] for name in peers.RATES}
    count = 0
    for sim in sims:
        lines = list(sim.rows(series.every_s))
        for limit in series.percents:
            for now in peers.moments(lines, limit):
                count += 1
                for name, rate in peers.RATES.items():
                    error, brier = peers.score(now, rate(now))
                    sums[name][0] += error
                    sums[name][1] += brier
    return {name: (error / count, brier / count) for name, (error, brier) in sums.items()}


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines."""
    found: List[Row] = []
    for series in SERIES[:1] if quick else SERIES:
        sims = [user(first + number, number, elsewhere=series.elsewhere) for number in range(count)]
        found += _rows(series, sims)
    return found if quick else found + _blind_rows(first, count)


def _rows(series: Series, sims: Sequence[Simulated]) -> List[Row]:
    sums: Pooled = {}
    alone = [add(sums, sim, series) for sim in sims]
    rates = others(sims, series)
    seed = rates.pop("seed")
    if abs(seed[0] * sums["n"] - sums["mae.seed"]) > 1e-6 * sums["mae.seed"]:
        raise AssertionError(f"evaluate's seed rule is not that of the issue: {sums['mae.seed'] / sums['n']}, {seed[0]}")
    found = []
    for score, goal in (("mae", goals.RUNWAY_MAE), ("crps", goals.RUNWAY_CRPS), ("brier", goals.RUNWAY_BRIER)):
        place = int(score == "brier")
        by_rate = ", ".join(f"{name} {those[place] / seed[place] - 1:+.0%}" for name, those in rates.items())
        better = sums[score + ".ccmon"] / sums[score + ".seed"] - 1
        worse = sum(1 for one in alone if one[score + ".ccmon"] > one[score + ".seed"])
        text = "{:+.0%} ({} to {}; worse for {} of {} users)".format(
            better, *(_digits(sums[f"{score}.{rule}"] / sums["n"], score) for rule in ("seed", "ccmon")), worse, len(alone))
        found.append(Row(f"{series.name}: {score.upper() if score != 'brier' else 'Brier'}", better, text, goal, by_rate))
    covered = sums["coverage"] / sums["n"]
    found.append(Row(f"{series.name}: 90 % interval", covered, percent(covered), goals.RUNWAY_COVERAGE, known=series.known))
    return found


def _digits(value: float, score: str) -> str:
    return f"{value:.3f}" if score == "brier" else f"{value:.1f} min"


class Blind(NamedTuple):
    """One forecast without any percentage against what came; minutes."""

    error: float
    brier: float
    covered: bool
    seed_error: float
    seed_brier: float


def _blind(sim: Simulated) -> List[Blind]:
    """Forecasts at least five minutes apart in the last two weeks."""
    end = START + SEEN_DAYS * DAY_S
    fit = history.learn(sim, [interval for interval in history.cut(sim) if interval.end <= end])
    if fit is None:
        return []
    limit = fit.estimate.median
    spread = [draw / limit for draw in runway.limit_draws(fit.estimate, 9)]
    seen = [reading for reading in sim.readings if reading.ts <= end or reading.source == "limit"]
    whole = usage_curve.from_loads([(use.ts, use.span_s, values.measure(fit.unit_weights, use.load)) for use in sim.use], seen)
    found: List[Blind] = []
    day = last = 0
    for now, outcome, cut, hit in _moments(sim, end):
        if now - last < APART_S:
            continue
        last = now
        if now // DAY_S != day:
            day = now // DAY_S
            trained = runway.train(usage_curve.until(whole, now), now)
        known = usage_curve.until(whole, now)
        found.append(_blind_one(known, trained, limit, spread, now, (outcome, cut, hit)))
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


def _blind_one(known: UsageCurve, trained: values.RunwayModel, limit: float, spread: Sequence[float], now: int,
            came: Tuple[float, float, bool]) -> Blind:
    outcome, cut, hit = came
    start = usage_curve.window_start(known, now)
    left = limit - usage_curve.between(known, start, now)
    told = runway.forecast(trained, known, left, now, start + WINDOW_S, spread)
    rate = usage_curve.between(known, max(start, now - 3600), now) / 60
    lasts = left / rate if rate > 0 else float("inf")
    low, median, high = (min(cut, (at - now) / 60) if at < start + WINDOW_S else cut for at in (told.low, told.median, told.high))
    return Blind(abs(median - outcome), (told.probability - hit) ** 2, low - 1 <= outcome <= high + 1,
                  abs(max(0.0, min(lasts, cut)) - outcome), float((lasts < cut) != hit))


def _blind_rows(first: int, count: int) -> List[Row]:
    """No percentage is known for two weeks, the limit was learned in the four before; no goal is set for them."""
    found = [one for number in range(count) for one in _blind(user(first + number, number, elsewhere=0.0))]
    name = "no percentage for two weeks, limit learned before"
    return [_against(f"{name}: MAE", [one.error for one in found], [one.seed_error for one in found], " min"),
            _against(f"{name}: Brier", [one.brier for one in found], [one.seed_brier for one in found], ""),
            Row(f"{name}: 90 % interval", mean([one.covered for one in found]), percent(mean([one.covered for one in found])))]


def _against(name: str, ours: Sequence[float], seed: Sequence[float], unit: str) -> Row:
    better = mean(ours) / mean(seed) - 1
    digits = 1 if unit else 3
    return Row(name, better, f"{better:+.0%} ({mean(seed):.{digits}f}{unit} to {mean(ours):.{digits}f}{unit})")
