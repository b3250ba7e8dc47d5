"""How long it takes to learn from a year of history, in seconds of one processor."""

from time import process_time
from typing import Callable, List, Tuple

from ccmon.learning import change, course, posterior, ruler, runway, stretches

from . import goals, history
from .changes import rulers
from .goals import Row
from .users import user

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
    """The table's lines."""
    sim = user(first, 0, days=42 if quick else YEAR_DAYS)
    known = history.cut(sim)
    chosen = ruler.choose(known)
    assert chosen is not None
    floors = [ruler.measure(chosen, load) for window, load in history.loads(sim) if not window.hit_at]
    own = course.from_readings(sim.readings)
    two = rulers(known)
    steps: List[Tuple[str, Callable[[], object]]] = [
        ("cut into stretches", lambda: stretches.cut(sim.readings, sim.use)),
        ("choose the ruler", lambda: ruler.choose(known)),
        ("estimate the limit", lambda: posterior.estimate(known, chosen, floors)),
        ("look for changes", lambda: change.find(known, two)),
        ("train the runway", lambda: runway.train(own, sim.points[-1].ts)),
    ]
    timed = [(name, best(work)) for name, work in steps]
    total = sum(seconds for _, seconds in timed)
    text = "{:.2f} s ({} readings, {} stretches; {})".format(total, len(sim.readings), len(known), ", ".join(
        f"{name} {seconds:.2f}" for name, seconds in timed))
    return [Row(f"all that is learned from {sim.scenario.days} days", total, text, goals.TRAINING)]
