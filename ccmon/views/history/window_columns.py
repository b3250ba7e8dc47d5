"""What stands in the columns of past windows: who was logged in, when the highest percentage was reached, what 1 % was worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional, Union

from ccmon import text
from ccmon.views.history.rows import Row

if TYPE_CHECKING:
    from ccmon.history.windows import Range

Value = Union[None, str, int, float]


def login(row: Row) -> str:
    """Short hash; a dash where nobody knew."""
    return (row.window.login or "-") if row.window else ""


def reached(row: Row) -> Optional[int]:
    """Epoch s at which the highest percentage was first read."""
    return row.window.reached_at if row.window else None


def worth(row: Row, unit: str) -> "Optional[Range]":
    """What one per cent was worth, in tokens or cost."""
    found = row.window.worth if row.window else None
    return None if found is None else found.tokens if unit == "tokens" else found.cost_usd


def figure(number: float, unit: str) -> str:
    """1,234; $0.36, with two digits where it is a matter of cents."""
    if unit == "tokens":
        return text.count(round(number)) if number >= 10 else f"{number:.1f}"
    return f"${number:,.2f}" if number >= 1 else f"${number:.3f}"


def shown(unit: str) -> Callable[[Row], str]:
    """The most likely worth."""
    def words(row: Row) -> str:
        found = worth(row, unit)
        return figure(found.value, unit) if found else "-" if row.window else ""
    return words


def shown_range(unit: str) -> Callable[[Row], str]:
    """From the least to the most that it may be."""
    def words(row: Row) -> str:
        found = worth(row, unit)
        return f"{figure(found.low, unit)}-{figure(found.high, unit).lstrip('$')}" if found else "-" if row.window else ""
    return words


def part(unit: str, name: str) -> Callable[[Row], Value]:
    """value, low or high of it, as data."""
    def number(row: Row) -> Value:
        found = worth(row, unit)
        return None if found is None else round(getattr(found, name), 2 if unit == "tokens" else 6)
    return number


def by(row: Row) -> Optional[str]:
    """learned | readings."""
    found = row.window.worth if row.window else None
    return found.by if found else None


def change(row: Row) -> str:
    """+12 %; same where the ranges are not apart."""
    found = row.window.change if row.window else None
    if found is None:
        return "-" if row.window else ""
    return f"{min(found.percent, 99_999):+.0f} %" if found.is_clear else "same"


def change_value(row: Row) -> Optional[float]:
    """Per cent, also within the ranges."""
    found = row.window.change if row.window else None
    return None if found is None else round(found.percent, 4)


def changed(row: Row) -> Optional[int]:
    """1 where the ranges are apart, else 0."""
    found = row.window.change if row.window else None
    return None if found is None else int(found.is_clear)
