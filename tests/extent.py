"""How much of what is costly a run tries: everything, or in CI, which is to end in time, a part that is always the same."""

import os
from typing import Sequence, TypeVar
from zlib import crc32

Value = TypeVar("Value")
SHORT = os.environ.get("CI") == "true"
SHARE = 12                             # in CI one of so many


def examples(number: int) -> int:
    """The examples of a property."""
    return max(4, number // 4) if SHORT else number


def part(values: Sequence[Value]) -> Sequence[Value]:
    """The values to try."""
    return values[::SHARE] if SHORT else values


def is_chosen(name: str) -> bool:
    """Whether that variant of a costly test is tried."""
    return not SHORT or crc32(name.encode()) % SHARE == 0
