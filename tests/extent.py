"""How much of what is costly a run tries: with `--all` everything, else a part that is always the same."""

from typing import Sequence, TypeVar
from zlib import crc32

Value = TypeVar("Value")
ALL = False                            # set by conftest.py before a test is loaded
SHARE = 12                             # else one of so many


def examples(number: int) -> int:
    """The examples of a property."""
    return number if ALL else max(4, number // 4)


def part(values: Sequence[Value]) -> Sequence[Value]:
    """The values to try."""
    return values if ALL else values[::SHARE]


def is_chosen(name: str) -> bool:
    """Whether that variant of a test is tried."""
    return ALL or crc32(name.encode()) % SHARE == 0
