"""Windows of an account as tests make them."""

from typing import Iterable, Optional, Tuple

from ccmon.model import Owner, Window, Windows
from ccmon.store import window_readings
from ccmon.store.database import Store
from ccmon.usage.windows import named, window


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


def keep_readings(store: Store, owner: Owner, rows: Iterable[Tuple[int, int, float, int]]) -> None:
    """Store readings of the 5 hours or the week: length (s), time, percentage, reset."""
    names = {seconds: name for name, seconds in window_readings.NAMES_S.items()}
    found = [window_readings.Row("", names[seconds], *row, "statusline") for seconds, *row in rows]
    store.change_of(owner, lambda db, number: window_readings.add(db, number, found))
