"""What the demo's user has taught ccmon: Claude's percentages, the learned limit, and how such a user works.

The tables were learned from two months of the demo's own user (tests/demo_paces.py): learning when the demo begins would
hold it up.
"""

from math import log
from typing import Sequence, Tuple

from ccmon.learning.horizon import BINS, SLOTS, Horizon
from ccmon.learning.learner import Lessons
from ccmon.learning.runway import Trained
from ccmon.learning.values import Estimate, Learned, Ruler
from ccmon.sources import demo

WEEK_S = 7 * 86_400
WEEK_SESSIONS = 16                     # full sessions that make a week's 100 %
LEARNED_S = 5 * 3600                   # so long before the session
READINGS, WINDOWS, SCORED, ERROR_MIN = 640, 24, 18, 14.0
ROWS = 1767
BUSY = (1, 0.896, 0.799, 0.707, 0.62, 0.537, 0.461, 0.391, 0.327, 0.27, 0.217, 0.168, 0.125, 0.0894, 0.0594, 0.0356, 0.0182,
        0.00436, 6.82e-05, 0)
QUIET = (1, 0.915, 0.836, 0.76, 0.686, 0.619, 0.558, 0.501, 0.447, 0.396, 0.345, 0.304, 0.265, 0.232, 0.204, 0.181, 0.162,
         0.102, 0.0385, 0.00277)
HORIZONS: Tuple[Tuple[int, Sequence[float], float, Sequence[float], Sequence[float]], ...] = (
    (5, (0.505, 0, 0, 0, 0.112, 0.445), 201, (5.86, 6.11, 6.29, 6.57),
     (0, 0.0153, 0.382, 0.609, 0.768, 0.898, 1.02, 1.12, 1.24, 1.35, 1.47, 1.59, 1.73, 1.82, 1.96, 2.08, 2.36, 2.88, 4.6, 8.38)),
    (15, (0.286, 0, 0, 0, 0.194, 0.534), 574, (6.96, 7.19, 7.35, 7.56),
     (0, 0.335, 0.498, 0.624, 0.733, 0.851, 0.958, 1.08, 1.21, 1.33, 1.45, 1.54, 1.66, 1.79, 1.94, 2.11, 2.35, 2.77, 4.2, 7.92)),
    (30, (0.0279, 0, 0, 0, 0.166, 0.802), 1.14e+03, (7.71, 7.88, 8.05, 8.23),
     (0, 0.449, 0.577, 0.674, 0.774, 0.87, 0.985, 1.09, 1.19, 1.3, 1.4, 1.51, 1.61, 1.72, 1.86, 2.04, 2.25, 2.96, 4.48, 5.94)),
    (45, (0, 0, 0.0523, 0, 0.157, 0.76), 1.68e+03, (8.1, 8.27, 8.43, 8.61),
     (0, 0.507, 0.642, 0.737, 0.829, 0.924, 1, 1.08, 1.16, 1.24, 1.33, 1.42, 1.52, 1.61, 1.76, 1.94, 2.3, 2.88, 4.51, 5.75)),
    (60, (0, 0, 0.251, 0, 0.0412, 0.651), 2.21e+03, (8.36, 8.55, 8.7, 8.89),
     (0, 0.58, 0.728, 0.824, 0.89, 0.952, 1.01, 1.07, 1.14, 1.2, 1.25, 1.33, 1.4, 1.49, 1.61, 1.78, 2.17, 2.74, 4.38, 5.15)),
    (90, (0.0634, 0, 0.135, 0.00132, 0.0218, 0.686), 3.22e+03, (8.73, 8.92, 9.08, 9.27),
     (0, 0.608, 0.778, 0.873, 0.936, 0.987, 1.03, 1.08, 1.12, 1.17, 1.23, 1.28, 1.34, 1.42, 1.53, 1.69, 2.1, 2.95, 4.16, 5.81)),
    (120, (0.00943, 0, 0.114, 0, 0.0195, 0.729), 4.16e+03, (8.99, 9.18, 9.34, 9.53),
     (0, 0.518, 0.751, 0.848, 0.916, 0.983, 1.03, 1.09, 1.14, 1.2, 1.27, 1.33, 1.4, 1.49, 1.63, 1.83, 2.19, 3.19, 4.48, 5.39)),
    (150, (0.0039, 0, 0.162, 0, 0, 0.677), 5.05e+03, (9.18, 9.37, 9.53, 9.72),
     (0, 0.434, 0.751, 0.875, 0.953, 1.01, 1.05, 1.1, 1.15, 1.2, 1.26, 1.32, 1.39, 1.48, 1.59, 1.83, 2.25, 3.29, 4.62, 5.53)),
    (180, (0.0556, 0, 0.0866, 0, 0, 0.672), 5.88e+03, (9.33, 9.52, 9.69, 9.87),
     (0, 0.371, 0.707, 0.869, 0.958, 1.02, 1.07, 1.12, 1.17, 1.22, 1.28, 1.35, 1.43, 1.51, 1.62, 1.85, 2.34, 3.72, 4.64, 5.86)),
    (240, (0.0385, 0, 0.0773, 0, 0.00422, 0.639), 7.34e+03, (9.55, 9.75, 9.91, 10.1),
     (0, 0.3, 0.597, 0.826, 0.942, 1.02, 1.09, 1.16, 1.21, 1.27, 1.33, 1.41, 1.5, 1.6, 1.74, 1.95, 2.5, 4, 5.01, 5.89)),
    (300, (0.0323, 0, 0.0254, 0, 0.0619, 0.597), 8.57e+03, (9.7, 9.9, 10.1, 10.2),
     (0, 0.258, 0.514, 0.741, 0.898, 1.01, 1.09, 1.18, 1.25, 1.32, 1.4, 1.49, 1.59, 1.73, 1.89, 2.06, 2.62, 4.14, 5.61, 6.25)),
)                                      # minutes; weights of the rates; tokens in any case; centres of the bins; ratios


def lessons(first: int) -> Lessons:
    """What was learned before the session began that starts at `first`."""
    at, limit = first - LEARNED_S, float(demo.LIMIT)
    ruler = Ruler("tokens", (("", "input", 1.0), ("", "output", 1.0)), 0.6, READINGS)
    estimate = Estimate(limit, 0.97 * limit, 1.035 * limit, 0.014, READINGS, WINDOWS, 1.0, True)
    learned = Learned(at, ruler, estimate, (), READINGS, 3, 0.98 * limit, WINDOWS, 1.0, ERROR_MIN, SCORED)
    return Lessons(learned, _trained(at, 100 / limit), _trained(at, 1.0))


def _trained(at: int, unit: float) -> Trained:
    """The tables in another unit of so much for a token."""
    day, shares = (1.0,) * SLOTS, (BUSY,) * BINS + (QUIET,) * BINS
    return Trained(at, ROWS, tuple(
        Horizon(minutes, tuple(weights), unit * base, day, tuple(centre + log(unit) for centre in centres), tuple(ratios), shares)
        for minutes, weights, base, centres, ratios in HORIZONS))


def readings(moments: Sequence[int], first: int) -> str:
    """What Claude Code would have told its status line at these moments: lines as official.parse reads them."""
    return "".join(_line(at, first) for at in moments if at >= first)


def _line(at: int, first: int) -> str:
    blocks = demo.blocks(at, first)
    week_end = (at // WEEK_S + 1) * WEEK_S + 9 * 3600 - (WEEK_S if at % WEEK_S < 9 * 3600 else 0)
    week = sum(block.tokens for block in blocks if block.start >= week_end - WEEK_S)
    return (f"{at} demo {at} {min(100, 100 * blocks[-1].tokens // demo.LIMIT)} {blocks[-1].end} "
            f"{min(100, 100 * week // (WEEK_SESSIONS * demo.LIMIT))} {week_end}\n")
