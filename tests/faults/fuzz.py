"""The long form of test_faults_hostile_data.py: every property in turn, for so many minutes; counts and failures are printed.

python tests/faults/fuzz.py [--minutes 20] [--only NAME,NAME] [--seed N]
python tests/faults/fuzz.py --atheris NAME [arguments of libFuzzer, such as -max_total_time=600]    (guided by coverage)
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402

SLICE_S = 10.0                         # of one property at a time
BATCH = 50


def counted(holds: Callable[[Any], None], counts: Counter, name: str, until: float) -> Callable[[Any], None]:
    """The property, counting what it is tried on."""
    failed = []

    def tried(given: Any) -> None:
        if failed or time.monotonic() < until:     # to give up by an exception would be a failure to make small
            counts[name] += 1
            try:
                holds(given)
            except BaseException as error:
                failed.append(error)
                raise
    return tried


def tries(strategy: Any, holds: Callable[[Any], None], number: int, start: int) -> None:
    """Try the property so often; what fails is made small first."""
    loose = settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck),
                     phases=(Phase.generate, Phase.shrink), print_blob=False, report_multiple_bugs=False)

    @seed(start)
    @loose
    @given(strategy)
    def test(given: Any) -> None:
        holds(given)
    test()


def run(minutes: float, only: List[str], start: int) -> int:
    """Every property in turn until the time is over; the number of failures."""
    from hostile_properties import PROPERTIES
    names = only or list(PROPERTIES)
    counts: Counter = Counter()
    failed: Dict[str, str] = {}
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        for name in names:
            made = PROPERTIES[name]
            until = min(end, time.monotonic() + SLICE_S)
            while time.monotonic() < until:
                start += 1
                try:
                    tries(made.inputs, counted(made.holds, counts, name, until), BATCH, start)
                except BaseException as error:
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    told = "".join(traceback.format_exception(type(error), error, error.__traceback__))
                    where = f"{name}: {type(error).__name__}: {error}"[:300]
                    if where not in failed:
                        failed[where] = told
                        print(f"--- seed {start}, after {counts[name]:,}\n{told}", flush=True)
                    break
    for name in names:
        print(f"{counts[name]:>9,}  {name}")
    print(f"{sum(counts.values()):>9,}  inputs, {len(failed)} failures, {minutes:g} minutes")
    return len(failed)


def guided(name: str, arguments: List[str]) -> None:
    """Let atheris choose the inputs by the code that they reach. Ends the process."""
    import atheris
    with atheris.instrument_imports(include=["ccmon"]):
        from hostile_properties import PROPERTIES
    made = PROPERTIES[name]

    @settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(made.inputs)
    def test(given: Any) -> None:
        made.holds(given)

    atheris.Setup([sys.argv[0], *arguments], test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


def main(argv: Optional[List[str]] = None) -> int:
    """Fuzz as the arguments say; 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 6) * 1000)
    parser.add_argument("--atheris", metavar="NAME")
    given, rest = parser.parse_known_args(argv)
    if given.atheris:
        guided(given.atheris, rest)
    return min(1, run(given.minutes, [name for name in given.only.split(",") if name], given.seed))


if __name__ == "__main__":
    sys.exit(main())
