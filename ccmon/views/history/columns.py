"""Periods as columns from left to right: eighth blocks or ASCII, a scale at the left, dates below."""

from __future__ import annotations

from typing import Dict, List, Sequence

from ccmon import text
from ccmon.history.groups import UsageGroup
from ccmon.model import NEAR_PERCENT
from ccmon.text import Charset, Line, Span
from ccmon.views import graph
from ccmon.when import MONTHS

LABEL_CELLS = 6                        # the scale
WIDEST = 8                             # cells of a period at most
NAMED_CELLS = 5                        # columns as wide as this have their tokens above them
GROUPED = {"day": 7, "week": 4, "month": 12}   # periods from one date below to the next, at least
_EIGHTHS = "▁▂▃▄▅▆▇█"
_ASCII = "...::::#"


def most_columns(width: int, period: str) -> int:
    """How many periods there is room for; the narrowest columns stand in groups with a gap before each."""
    return max(1, _plot_cells(width) * GROUPED[period] // (GROUPED[period] + 1))


def _plot_cells(width: int) -> int:
    return width - LABEL_CELLS - 1


def render(shown: Sequence[UsageGroup], period: str, width: int, rows: int, charset: Charset) -> List[Line]:
    """Exactly `rows` lines: columns under a row for signs, their axis, and dates below."""
    step = max(1, min(WIDEST, _plot_cells(width) // len(shown)))
    top, plot_rows = max(1, *(group.tokens for group in shown)), rows - 3
    plot: List[List[Span]] = [[] for _ in range(plot_rows + 1)]
    ticks: Dict[int, str] = {}
    at = 0
    for group in shown:
        tick = _tick(group, period, step)
        gap = 1 if step > 1 or (tick and at) else 0
        if tick:
            ticks[at + gap] = tick
        for row, piece in zip(plot, _column(group, top, plot_rows, max(1, step - 1), charset)):
            row += [Span(" " * gap), piece]
        at += gap + max(1, step - 1)
    labels = _scale(top, plot_rows)
    lines = [_line(labels.get(row, ""), plot[row], charset) for row in range(plot_rows, -1, -1)]
    return [*lines, *_axis(ticks, width, charset)]


def _column(group: UsageGroup, top: int, rows: int, cells: int, charset: Charset) -> List[Span]:
    """From the bottom up; the sign or the figure stands on top."""
    eighths = max(1, round(group.tokens * rows * 8 / top)) if group.tokens else 0
    marks, role = _EIGHTHS if charset.unicode else _ASCII, text.level_role(group.percent)
    full, rest = divmod(eighths, 8)
    pieces = [marks[7]] * full + ([marks[rest - 1]] if rest else [])
    column = [Span(piece * cells, role) for piece in pieces]
    figure = text.short_count(group.tokens) if cells >= NAMED_CELLS and group.tokens else ""
    sign = "!" + figure if group.percent >= NEAR_PERCENT else figure
    column.append(Span(f"{text.clip(sign, cells):^{cells}}", role if sign else "text"))
    return [*column, *[Span(" " * cells)] * (rows + 1 - len(column))][:rows + 1]


def _scale(top: int, rows: int) -> Dict[int, str]:
    """Figures at round numbers, by the row in which a column of so many ends."""
    step = graph.round_step(top / max(1, rows / 3))
    return {-(-tokens * rows // top) - 1: text.short_count(tokens) for tokens in range(step, top + 1, step)}


def _line(label: str, pieces: Sequence[Span], charset: Charset) -> Line:
    wall, notch = ("│", "┤") if charset.unicode else ("|", "+")
    return text.merged([Span(f"{label:>4} " + (notch if label else wall), "dim"), *pieces])


def _tick(group: UsageGroup, period: str, step: int) -> str:
    """What is written below: the Mondays, or where a month or, of months that stand close, a year begins."""
    day = group.begins
    assert day is not None
    if period == "day":
        return f"{day.day} {MONTHS[day.month - 1]}" if day.weekday() == 0 else ""
    if day.month == 1 and day.day <= 7:
        return str(day.year)
    return "" if day.day > 7 or (period == "month" and step < 4) else MONTHS[day.month - 1]


def _axis(ticks: Dict[int, str], width: int, charset: Charset) -> List[Line]:
    """The line below the columns, and the dates that have room."""
    corner, flat, mark = ("└", "─", "┬") if charset.unicode else ("+", "-", "+")
    axis, names, free = [flat] * _plot_cells(width), "", 0
    for at, name in ticks.items():
        if at >= free and LABEL_CELLS + at + len(name) <= width:
            axis[at], names, free = mark, text.pad(names, at) + name, at + len(name) + 1
    return [(Span(f"{0:>4} {corner}{''.join(axis)}", "dim"),), (Span(" " * LABEL_CELLS + names, "dim"),)]
