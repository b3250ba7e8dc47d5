"""The runway against the seed's rule and against the other rates that tools use, on series that are walked forward."""

from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple

from ccmon.learning import evaluate
from ccmon.views import score_words

from ..simulator import Simulated
from . import blind, goals, peers
from .goals import Row, percent
from .users import user

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
    found = score_words.document(evaluate.evaluate(sim.rows(series.every_s), series.percents))
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
    return found if quick else found + blind.rows(first, count)


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
        by_rate = ", ".join(f"{name} {values[place] / seed[place] - 1:+.0%}" for name, values in rates.items())
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
