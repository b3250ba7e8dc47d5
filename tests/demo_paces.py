"""Train the runway on two months of the demo's user and print the tables that ccmon/sources/demo_past.py keeps.

python tests/demo_paces.py
"""

import sys
from pathlib import Path
from typing import List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ccmon.learning import course, runway  # noqa: E402
from ccmon.learning.horizon import BINS, Horizon  # noqa: E402
from ccmon.model import SESSION_S  # noqa: E402
from ccmon.sources import demo  # noqa: E402

END = 1_795_356_000
DAYS = 60


def loads(end: int = END, days: int = DAYS) -> List[Tuple[int, int, float]]:
    """Tokens by minute: more sessions, and busier ones, than the demo shows."""
    found = []
    for start in range(end // SESSION_S * SESSION_S - days * 86_400 // SESSION_S * SESSION_S, end - SESSION_S, SESSION_S):
        if demo._share(start // SESSION_S, 3) > 0.45:
            scale = 0.6 + 0.8 * demo._share(start // SESSION_S, 7)
            found += [(60 * minute, 60, scale * demo._pace(minute)) for minute in range(start // 60, (start + SESSION_S) // 60)]
    return found


def brief(values: object) -> str:
    """Three digits of each."""
    return ", ".join(f"{value:.3g}" for value in values)  # type: ignore[attr-defined]


def shares(horizons: Tuple[Horizon, ...], first: int) -> List[float]:
    """The curves of all horizons and bins are much alike: their mean."""
    lines = [line for one in horizons for line in one.shares[first:first + BINS]]
    return [sum(values) / len(lines) for values in zip(*lines)]


if __name__ == "__main__":
    trained = runway.train(course.from_loads(loads()), END)
    print(f"ROWS = {trained.rows}")
    for name, first in (("BUSY", 0), ("QUIET", BINS)):
        print(f"{name} = ({brief(shares(trained.horizons, first))})")
    for one in trained.horizons:
        print(f"    ({one.minutes}, ({brief(one.weights)}), {one.base:.3g}, ({brief(one.centres)}),\n"
              f"     ({brief(one.ratios)})),")
