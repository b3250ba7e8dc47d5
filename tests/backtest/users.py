"""The simulated users of the back-test."""

from ..simulator import ROUNDINGS, WEIGHTINGS, Scenario, Simulated, simulate

ROUNDING_NAMES = tuple(ROUNDINGS)
WEIGHTING_NAMES = tuple(WEIGHTINGS)


def user(seed: int, number: int, **wishes: object) -> Simulated:
    """One simulated user: ways to weigh and to round take turns unless they are wished."""
    scenario = Scenario(seed, weighting=WEIGHTING_NAMES[number % len(WEIGHTING_NAMES)],
                        rounding=ROUNDING_NAMES[number % len(ROUNDING_NAMES)])
    return simulate(scenario._replace(**wishes))           # type: ignore[arg-type]
