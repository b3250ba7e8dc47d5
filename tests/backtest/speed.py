"""How long it takes to learn from a year of history, in seconds of one processor."""

from time import process_time
from typing import Callable, List

from ccmon.learning import change, intervals, learner, posterior, runway, unit_weights, usage_curve, values
from ccmon.usage.prices import token_rates

from . import goals, history
from .goals import Row
from .history import user

YEAR_DAYS = 365
TRIES = 3                              # the best counts


def best(work: Callable[[], object]) -> float:
    """Seconds."""
    times = []
    for _ in range(TRIES):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times)


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines; one user, however many are wished."""
    sim = user(first, 0, days=42 if quick else YEAR_DAYS)
    known = history.cut(sim)
    now = sim.points[-1].ts
    two = unit_weights.ranked(known, token_rates)[:2]
    floors = [values.measure(two[0], load) for window, load in history.loads(sim) if not window.hit_at]
    own = usage_curve.from_readings(sim.readings)
    whole = best(lambda: learner.learn(sim.use, sim.readings, (), (), now, token_rates))
    steps = {
        "cutting into intervals": best(lambda: intervals.intervals_of(sim.readings, sim.use)),
        "unit weights": best(lambda: unit_weights.ranked(known, token_rates)),
        "limit": best(lambda: posterior.estimate(known, two[0], floors)),
        "changes": best(lambda: change.changes_of(known, two)),
        "runway": best(lambda: runway.train(own, now)),
    }
    parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in steps.items())
    return [Row(f"all that is learned from {sim.scenario.days} days", whole,
                f"{whole:.2f} s ({len(sim.readings)} readings, {len(known)} intervals; of which {parts})", goals.TRAINING)]
