"""The simulated users of the back-test, what is learned from the history of one, and what would have been true."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import intervals, posterior, unit_weights, values
from ccmon.learning.intervals import Interval
from ccmon.learning.values import Estimate, Key, Load, UnitWeights
from ccmon.usage.prices import token_rates

from ..simulator import ROUNDINGS, WEIGHTINGS, Scenario, Simulated, Window, simulate

ROUNDING_NAMES = tuple(ROUNDINGS)
WEIGHTING_NAMES = tuple(WEIGHTINGS)


class Fit(NamedTuple):
    """The unit weights and the limit after so many intervals."""

    unit_weights: UnitWeights
    estimate: Estimate
    until: int                         # epoch s of the last reading that was used
    readings: int                      # whole percents behind it


def user(seed: int, number: int, **wishes: object) -> Simulated:
    """One simulated user: ways to weigh and to round take turns unless they are wished."""
    scenario = Scenario(seed, weighting=WEIGHTING_NAMES[number % len(WEIGHTING_NAMES)],
                        rounding=ROUNDING_NAMES[number % len(ROUNDING_NAMES)])
    return simulate(scenario._replace(**wishes))           # type: ignore[arg-type]


def cut(sim: Simulated) -> List[Interval]:
    """All intervals of a history."""
    return intervals.intervals_of(sim.readings, sim.use)


def learn(sim: Simulated, known: Sequence[Interval]) -> Optional[Fit]:
    """What these intervals teach; None when they fit no weights."""
    ranked = unit_weights.ranked(known, token_rates)
    if not ranked:
        return None
    chosen = ranked[0]
    until = max(interval.end for interval in known)
    floors = [values.measure(chosen, load) for window, load in loads(sim) if window.resets_at <= until and not window.hit_at]
    estimate = posterior.estimate(known, chosen, floors)
    return estimate and Fit(chosen, estimate, until, sum(1 for reading in sim.readings if reading.ts <= until))


def by_events(sim: Simulated, count: int) -> Optional[Fit]:
    """What so many windows that were cut off teach where no percentage is known; None where there are fewer."""
    limits = [one for one in sim.readings if one.source == "limit"]
    known = [one for one in intervals.intervals_of(limits, sim.use) if one.exact][:count]
    if len(known) < count:
        return None
    now = known[-1].window + 60
    found = posterior.by_events(known, [one for one in sim.use if one.ts < now], now, token_rates)
    return found and Fit(*found, now, count)


def loads(sim: Simulated) -> List[Tuple[Window, Load]]:
    """What was used here in each window, by model and kind."""
    found: List[Tuple[Window, Load]] = []
    place = 0
    for window in sim.windows:
        total: Dict[Key, float] = {}
        while place < len(sim.use) and sim.use[place].ts < window.resets_at:
            for key, count in sim.use[place].load.items():
                total[key] = total.get(key, 0.0) + count
            place += 1
        found.append((window, total))
    return found


def true_limit(sim: Simulated, chosen: UnitWeights) -> float:
    """The limit in the unit of these weights, by the mix of all that this user uses."""
    units = sum(window.here for window in sim.windows)
    return sim.limits[0][1] / units * sum(values.measure(chosen, load) for _, load in loads(sim))
