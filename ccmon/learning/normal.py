"""The normal distribution's quantiles: `statistics` would cost every command some milliseconds."""

from math import erf


def normal_quantile(part: float) -> float:
    """The standard normal distribution's quantile."""
    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 + 0.5 * erf(middle / 1.41421356) < part else (low, middle)
    return low
