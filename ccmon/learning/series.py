"""A series of percentages as CSV: its rows, one by one, with what each says."""

from __future__ import annotations

import csv
from math import isfinite
from typing import Dict, Iterable, Iterator, List, Optional, Sequence

from ccmon.errors import CcmonError
from ccmon.learning.values import WINDOW_S
from ccmon.named_tuple import NamedTuple
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import DAY_S

COLUMNS = ("ts", "five_hour_pct", "five_hour_resets_at")
WEEK_COLUMNS = ("seven_day_pct", "seven_day_resets_at")
WEEK_S = 7 * DAY_S
EARLY_S = 600                          # a window may seem to start that much after its first row: clocks differ
NONE = ("null", "none", "nan", "na", "n/a")       # what programs write into a cell that is empty
LATEST_TS = 32_503_680_000.0          # the year 3000: later are milliseconds


class SeriesRow(NamedTuple):
    """One usable row; resets are rounded to the minute."""

    ts: float
    percent: float
    resets_at: int                     # 0: no window is open, nothing is used
    week_percent: float = 0.0
    week_resets_at: int = 0            # 0: the row says nothing of the week


def rows(lines: Iterable[str], name: str = "The file") -> Iterator[Optional[SeriesRow]]:
    """The usable rows in their order, None for each that is skipped; CcmonError, which begins with the name, when a column is
    missing."""
    each = iter(lines)
    places = _places(next((_cells(line) for line in each if line.strip()), []), name)
    latest = 0.0
    for line in each:
        row = _row(_cells(line), places)
        if row is not None and row.ts < latest:
            row = None
        if row is not None:
            latest = row.ts
        yield row


def _cells(line: str) -> List[str]:
    """Without the words for nothing; a line that is no CSV, such as one with a NUL, is one cell."""
    try:
        cells = next(csv.reader([line.strip()], skipinitialspace=True), [])
    except csv.Error:
        return [line]
    words = (cell.strip().strip('"').strip() for cell in cells)
    return ["" if word.lower() in NONE else word for word in words]


def _places(header: Sequence[str], name: str) -> Dict[str, int]:
    """Where the columns are that are read; nowhere in an empty file."""
    names = [word.lstrip("\ufeff").strip('"').lower() for word in header]
    missing = [column for column in COLUMNS if names and column not in names]
    if missing:
        raise CcmonError("{} has no column {}: its first line must name {}, with commas between.".format(
            name, missing[0], ",".join(COLUMNS)))
    return {column: names.index(column) for column in (*COLUMNS, *WEEK_COLUMNS) if column in names}


def _row(cells: Sequence[str], places: Dict[str, int]) -> Optional[SeriesRow]:
    """The row of these cells, None when it is empty or cannot be true."""
    if not places or len(cells) <= max(places[column] for column in COLUMNS):
        return None
    ts, percent, resets_at = (_number(cells[places[column]]) for column in COLUMNS)
    if not 0 < ts < LATEST_TS:
        return None
    if resets_at == 0:
        return _with_week(SeriesRow(ts, 0.0, 0), cells, places) if percent == 0 else None
    if not (0 <= percent <= MOST_PERCENT and ts <= resets_at <= ts + WINDOW_S + EARLY_S) or not cells[places[COLUMNS[1]]]:
        return None
    return _with_week(SeriesRow(ts, percent, _minute(resets_at)), cells, places)


def _with_week(row: SeriesRow, cells: Sequence[str], places: Dict[str, int]) -> SeriesRow:
    """With what the row says of the week, where it says something that can be true."""
    pair = [cells[places[column]] for column in WEEK_COLUMNS if places.get(column, len(cells)) < len(cells)]
    if len(pair) < 2 or not all(pair):
        return row
    percent, resets_at = map(_number, pair)
    is_true = 0 <= percent <= MOST_PERCENT and row.ts <= resets_at <= row.ts + WEEK_S + EARLY_S
    return row._replace(week_percent=percent, week_resets_at=_minute(resets_at)) if is_true else row


def _number(cell: str) -> float:
    """Zero for an empty cell; -1 for one that is no number."""
    try:
        value = float(cell or 0)
    except ValueError:
        return -1.0
    return value if isfinite(value) else -1.0


def _minute(ts: float) -> int:
    return int(ts / 60 + 0.5) * 60
