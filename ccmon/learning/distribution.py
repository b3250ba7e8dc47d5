"""When the limit is reached, as a distribution: its quantiles and its interval; and equally likely limits."""

from math import erf, exp, log
from typing import TYPE_CHECKING, List, Sequence, Tuple

if TYPE_CHECKING:
    from ccmon.learning.values import Estimate

Curve = Sequence[Tuple[float, float]]          # minutes from now, probability of having reached the limit by then: both rising
NEVER = float("inf")
TAIL = 0.1                             # what the 90 % interval leaves out
LEAST_TAIL, WIDEST_TAIL = 0.02, 0.3
SURE = 0.95                            # above this probability of reaching the limit the interval ends before the reset


def quantile(curve: Curve, cut: float, share: float) -> float:
    """Minutes until the limit has been reached with that probability, at most those until the reset."""
    begin, low = 0.0, 0.0
    for end, high in curve:
        if high >= share and high > low:
            return min(cut, begin + (end - begin) * max(0.0, share - low) / (high - low))
        begin, low = end, high
    return cut


def reached(curve: Curve, cut: float) -> float:
    """Probability that the limit has been reached within that many minutes."""
    begin, low = 0.0, 0.0
    for end, high in curve:
        if end >= cut:
            return low + (high - low) * (cut - begin) / (end - begin) if end > begin else high
        begin, low = end, high
    return low


def interval(curve: Curve, cut: float, tail: float = TAIL) -> Tuple[float, float]:
    """Minutes that hold 90 %. Where the reset itself holds 5 % or more it ends there and the tail lies before it."""
    if reached(curve, cut) > SURE:
        return quantile(curve, cut, tail / 2), quantile(curve, cut, 1 - tail / 2)
    return quantile(curve, cut, tail), cut


def delayed(curve: List[Tuple[float, float]], minutes: float) -> List[Tuple[float, float]]:
    """The same distribution where nothing can be used for so many minutes from now."""
    return [(0.0, 0.0), *((at + minutes, share) for at, share in curve)] if minutes > 0 else curve


def seed_minutes(left: float, gained: float) -> float:
    """The seed's rule: minutes that what is left lasts at the rate of the last 60 minutes, infinity without any."""
    return left * 60.0 / gained if gained > 0 else NEVER


def limit_draws(limit: "Estimate", count: int = 9) -> List[float]:
    """So many equally likely limits, rising, in the estimate's unit."""
    up, down = log(limit.high / limit.median) / 1.645, log(limit.median / limit.low) / 1.645
    places = [normal_quantile((number + 0.5) / count) for number in range(count)]
    return [limit.median * exp(place * (up if place > 0 else down)) for place in places]


def normal_quantile(part: float) -> float:
    """The standard normal distribution's quantile."""
    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 + 0.5 * erf(middle / 1.41421356) < part else (low, middle)
    return low
