"""How likely an interval is by a limit: where all that was used was seen here, and where only a part of it was.

In logarithms of the limit: `off` is the limit by the interval alone, as if all of its use had been seen, less the limit that is
tried. Part of the use unseen makes it smaller, by any share alike; nothing but noise makes it larger.
"""

from math import erfc, exp
from typing import Iterable, List, Tuple

NOISES = (0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25)     # of a limit, as shares: those that are tried
OUTLIER = 0.01 / 6                     # density: 1 % of the intervals are anything, within a factor of twenty either way
_FAR = 8.5                             # standard deviations beyond which a density is taken as zero


def densities(offs: Iterable[float], sds: Iterable[float], mostly: float = 0.0) -> List[Tuple[float, float]]:
    """For each: the density where all was seen, and where a part was: any share alike, or with the probability `mostly` most of
    it. sds: standard deviations of the offs."""
    pairs = []
    for off, sd in zip(offs, sds):
        gap = off / sd
        if gap > _FAR:
            pairs.append((0.0, 0.0))
            continue
        share = exp(off)
        partly = share * (1 - mostly + 4 * mostly * share ** 3) if mostly else share
        if gap < -_FAR:
            pairs.append((0.0, partly))
        else:
            pairs.append((0.3989422804 / sd * exp(-0.5 * gap * gap), partly * 0.5 * erfc(0.7071067812 * gap)))
    return pairs
