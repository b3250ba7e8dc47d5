"""`python -m tests.backtest`: prints the tables and exits with 1 when a goal is missed by more than the noise."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from . import changes, choice, limit, points, runway, speed
from .goals import Row, Table

Part = Callable[[int, int, bool], List[Row]]
PARTS: Dict[str, Tuple[str, Part]] = {
    "limit": ("The limit", limit.rows),
    "points": ("Predicted against shown percentage at the end of a window, after 100 readings", points.rows),
    "changes": ("Changes of the limit", changes.rows),
    "runway": ("The runway against the seed's rule", runway.rows),
    "choice": ("The last-hour rate in the runway's place", choice.rows),
    "speed": ("Training", speed.rows),
}
FULL_USERS = 20
QUICK_USERS = {"limit": 6, "points": 2, "changes": 2, "runway": 3, "choice": 1, "speed": 1}


def table(part: str, first: int, count: int, quick: bool) -> Table:
    """One part's results on users with these seeds."""
    title, rows = PARTS[part]
    begin = perf_counter()
    found = rows(first, count, quick)
    return Table(f"{title} ({count} users, seeds from {first})", found, perf_counter() - begin)


def tables(wishes: argparse.Namespace) -> Iterator[Table]:
    """The tables that are wished, in order; times are taken alone."""
    asked = [(part, wishes.first, wishes.seeds or (QUICK_USERS[part] if wishes.quick else FULL_USERS), wishes.quick)
             for part in wishes.part or PARTS]
    if wishes.jobs < 2:
        yield from (table(*one) for one in asked)
        return
    with ProcessPoolExecutor(wishes.jobs) as pool:
        for task in [pool.submit(table, *one) for one in asked if one[0] != "speed"]:
            yield task.result()
    yield from (table(*one) for one in asked if one[0] == "speed")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Exit code: 0, or 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.backtest", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer users and cases")
    parser.add_argument("--seeds", type=int, metavar="N", help=f"users (default {FULL_USERS}, quick 1 to 6)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first user's seed")
    parser.add_argument("--part", choices=list(PARTS), action="append", help="only this part (may be given again)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many parts at a time (default 1)")
    wishes = parser.parse_args(arguments)
    missed: List[str] = []
    for found in tables(wishes):
        print("\n".join(found.lines(wishes.quick)), f"({found.seconds:.0f} s)\n", sep="", flush=True)
        missed += found.missed(wishes.quick)
    print("\n".join(["Missed by more than the noise:", *missed]) if missed else "No goal is missed by more than the noise.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
