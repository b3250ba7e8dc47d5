"""Windows of an account as tests make them."""

from typing import Optional

from ccmon.model import Window, Windows
from ccmon.usage.windows import named, window

WEEK_S = 7 * 86_400


def five_hour(percent: float, resets_at: int, read_at: int) -> Window:
    """The 5 hours."""
    return window("five_hour", percent, resets_at, read_at)


def seven_day(percent: float, resets_at: int, read_at: int) -> Window:
    """The week."""
    return window("seven_day", percent, resets_at, read_at)


def windows(*found: Optional[Window]) -> Windows:
    """Those that are known."""
    return tuple(one for one in found if one is not None)


def pairs(found: Windows) -> list:
    """Percentage and reset of the 5 hours and of the week, None for what is not known."""
    both = [named(found, name) for name in ("five_hour", "seven_day")]
    return [None if one is None else (one.percent, one.resets_at) for one in both]
