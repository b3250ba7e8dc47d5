"""What stands in the columns of past windows: who was logged in, when the highest percentage was reached, the value of 1 %."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional, Union

from ccmon import text
from ccmon.views.history.rows import HistoryRow

if TYPE_CHECKING:
    from ccmon.history.windows import Range

Value = Union[None, str, int, float]


def login(row: HistoryRow) -> str:
    """Short hash; a dash where nobody knew."""
    return (row.window.login or "-") if row.window else ""


def reached(row: HistoryRow) -> Optional[int]:
    """Epoch s at which the highest percentage was first read."""
    return row.window.reached_at if row.window else None


def percent_range(row: HistoryRow, unit: str) -> "Optional[Range]":
    """The value of one per cent, in tokens or cost."""
    percent_value = row.window.percent_value if row.window else None
    return None if percent_value is None else percent_value.tokens if unit == "tokens" else percent_value.cost_usd


def figure(number: float, unit: str) -> str:
    """1,234; $0.36, with two digits where it is a matter of cents."""
    if unit == "tokens":
        return text.count(round(number)) if number >= 10 else f"{number:.1f}"
    return f"${number:,.2f}" if number >= 1 else f"${number:.3f}"


def shown(unit: str) -> Callable[[HistoryRow], str]:
    """The most likely value."""
    def words(row: HistoryRow) -> str:
        values = percent_range(row, unit)
        return figure(values.value, unit) if values else "-" if row.window else ""
    return words


def shown_range(unit: str) -> Callable[[HistoryRow], str]:
    """From the least to the most that it may be."""
    def words(row: HistoryRow) -> str:
        values = percent_range(row, unit)
        return f"{figure(values.low, unit)}-{figure(values.high, unit).lstrip('$')}" if values else "-" if row.window else ""
    return words


def part(unit: str, name: str) -> Callable[[HistoryRow], Value]:
    """value, low or high of it, as data."""
    def number(row: HistoryRow) -> Value:
        values = percent_range(row, unit)
        return None if values is None else round(getattr(values, name), 2 if unit == "tokens" else 6)
    return number


def by(row: HistoryRow) -> Optional[str]:
    """learned | readings."""
    percent_value = row.window.percent_value if row.window else None
    return percent_value.by if percent_value else None


def change(row: HistoryRow) -> str:
    """+12 %; same where the ranges are not apart."""
    change = row.window.change if row.window else None
    if change is None:
        return "-" if row.window else ""
    return f"{min(change.percent, 99_999):+.0f} %" if change.is_clear else "same"


def change_value(row: HistoryRow) -> Optional[float]:
    """Per cent, also within the ranges."""
    change = row.window.change if row.window else None
    return None if change is None else round(change.percent, 4)


def changed(row: HistoryRow) -> Optional[int]:
    """1 where the ranges are apart, else 0."""
    change = row.window.change if row.window else None
    return None if change is None else int(change.is_clear)
