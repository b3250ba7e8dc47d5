"""Use over time as a picture: what was seen, the way it goes on, the limit. Braille dots or ASCII."""

from __future__ import annotations

from ccmon import text
from ccmon.quick_typing import Dict, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import Charset, Line, Span

Point = Tuple[float, float]            # epoch s, tokens
LABEL_CELLS = 6
LIMIT = " limit"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # braille bit of (row, column) in a cell


class Stroke(NamedTuple):
    """A straight piece of a curve: solid where it was seen, twice as thick unless its role is dim; else dashed, or dotted."""

    begin: Point
    end: Point
    role: str
    pattern: str = "solid"             # solid | dashed | dotted, each lighter than the one before


class Curve(NamedTuple):
    """What the graph shows."""

    start: int                         # epoch s, left edge
    end: int                           # epoch s, right edge
    limit: int                         # tokens
    strokes: Sequence[Stroke]
    now: int                           # epoch s


class Canvas:
    """Cells of dots; a cell has the role of the most telling curve through it."""

    def __init__(self, cells: int, rows: int, charset: Charset) -> None:
        self.cells, self.rows, self.charset = cells, rows, charset
        self.across, self.down = (2, 4) if charset.unicode else (1, 1)
        self.bits: Dict[Tuple[int, int], int] = {}
        self.roles: Dict[Tuple[int, int], str] = {}

    def dot(self, x: int, y: int, role: str) -> None:
        """Set one dot; y counts from the bottom. Dots outside are left out."""
        column, row = x // self.across, self.rows - 1 - y // self.down
        if not (0 <= column < self.cells and 0 <= row < self.rows):
            return
        bit = _DOTS[self.down - 1 - y % self.down][x % self.across] if self.charset.unicode else 1
        self.bits[row, column] = self.bits.get((row, column), 0) | bit
        if self.roles.get((row, column), "dim") == "dim":
            self.roles[row, column] = role

    def cell(self, row: int, column: int) -> Optional[Span]:
        """The cell's character, None where it is empty."""
        bits = self.bits.get((row, column))
        if not bits:
            return None
        role = self.roles[row, column]
        return Span(chr(0x2800 + bits) if self.charset.unicode else "." if role == "dim" else "*", role)


def render(curve: Curve, cells: int, rows: int, charset: Charset, hours: Sequence[Tuple[int, str]]) -> List[Line]:
    """Exactly `rows` lines of at most `cells` cells: the plot, its axis and the hours (epoch, label) below."""
    plot_rows, plot_cells = rows - 2, cells - LABEL_CELLS
    if plot_rows < 2 or plot_cells < 10:
        return [()] * rows
    top = _top(curve, plot_rows)
    canvas = Canvas(plot_cells, plot_rows, charset)
    for stroke in sorted(curve.strokes, key=lambda stroke: stroke.role != "dim"):
        _draw(canvas, curve, stroke, top)
    limit_row = _row_of(curve.limit, top, plot_rows)
    labels = {**_scale(curve.limit, top, plot_rows), limit_row: text.short_count(curve.limit)}
    lines = [_row(canvas, row, labels.get(row, ""), row == limit_row) for row in range(plot_rows)]
    return [*lines, _axis(curve, plot_cells, charset, hours), _hours(curve, plot_cells, hours)]


def _top(curve: Curve, plot_rows: int) -> float:
    """Tokens at the upper edge; what is over the limit gets a row of its own above it."""
    highest = max((stroke.end[1] for stroke in curve.strokes if stroke.pattern == "solid"), default=0)
    return max(1, curve.limit if highest <= curve.limit else max(highest, curve.limit * plot_rows / (plot_rows - 1)))


def _row_of(tokens: float, top: float, plot_rows: int) -> int:
    return plot_rows - 1 - min(plot_rows - 1, int(tokens / top * (plot_rows - 0.001)))


def _scale(limit: int, top: float, plot_rows: int) -> Dict[int, str]:
    """Labels at round numbers below the limit, as many as the height bears, none beside the limit's own."""
    step = round_step(limit / max(1, plot_rows * 3 // 8))
    rows = {_row_of(tokens, top, plot_rows): text.short_count(tokens) for tokens in range(step, limit, step)}
    limit_row = _row_of(limit, top, plot_rows)
    return {row: label for row, label in rows.items() if row > limit_row + 1}


def round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... that is not smaller."""
    size = 1
    while size * 10 < least:
        size *= 10
    return next(size * n for n in (1, 2, 5, 10) if size * n >= least)


def _draw(canvas: Canvas, curve: Curve, stroke: Stroke, top: float) -> None:
    across, down = canvas.cells * canvas.across - 1, canvas.rows * canvas.down - 1
    span_s = max(1, curve.end - curve.start)
    (x0, y0), (x1, y1) = [(round((at - curve.start) / span_s * across), round(min(99, tokens / top) * down))
                          for at, tokens in (stroke.begin, stroke.end)]
    steps = min(max(abs(x1 - x0), abs(y1 - y0), 1), across + down)     # one may lead far out of the picture
    flat = abs(x1 - x0) >= abs(y1 - y0)
    thick = canvas.charset.unicode and stroke.pattern == "solid" and stroke.role != "dim"
    for step in range(steps + 1):
        x, y = round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)
        if not _is_gap(canvas, stroke.pattern, x, y, flat):
            canvas.dot(x, y, stroke.role)
        if thick:
            canvas.dot(x, y - 1, stroke.role)


def _is_gap(canvas: Canvas, pattern: str, x: int, y: int, flat: bool) -> bool:
    """Every other cell; in ASCII a dashed stroke has none, as its character is lighter anyway."""
    if pattern == "dotted":
        return x % (2 * canvas.across) != 0
    return pattern == "dashed" and canvas.charset.unicode and (x // canvas.across if flat else y // canvas.down) % 2 != 0


def _row(canvas: Canvas, row: int, label: str, on_limit: bool) -> Line:
    wall, notch, dash = ("│", "┤", "┄") if canvas.charset.unicode else ("|", "+", "-")
    drawn = [canvas.cell(row, column) for column in range(canvas.cells)]
    cells = [cell or Span(dash if on_limit else " ", "dim") for cell in drawn]
    if on_limit:
        _name_limit(cells, drawn)
    edge = dash if on_limit else notch if label else wall
    return text.merged([Span(f"{label:>4} ", "label" if on_limit else "dim"), Span(edge, "dim"), *cells])


def _name_limit(cells: List[Span], drawn: Sequence[Optional[Span]]) -> None:
    """Write the word where no curve runs: at the right, else at the left."""
    if not any(drawn[-len(LIMIT):]):
        cells[-len(LIMIT):] = [Span(LIMIT, "dim")]
    elif not any(drawn[:len(LIMIT) + 2]):
        cells[1:len(LIMIT) + 2] = [Span(LIMIT + " ", "dim")]


def _column(curve: Curve, plot_cells: int, at: int) -> int:
    share = (at - curve.start) / max(1, curve.end - curve.start)
    return max(0, min(plot_cells - 1, round(share * (plot_cells - 1))))


def _axis(curve: Curve, plot_cells: int, charset: Charset, hours: Sequence[Tuple[int, str]]) -> Line:
    corner, flat, tick, mark = ("└", "─", "┬", "┸") if charset.unicode else ("+", "-", "+", "|")
    cells = [flat] * plot_cells
    for at, _ in hours:
        cells[_column(curve, plot_cells, at)] = tick
    now = _column(curve, plot_cells, curve.now)
    return (Span("   0 ", "dim"), Span(corner + "".join(cells[:now]), "dim"), Span(mark, "marker"),
            Span("".join(cells[now + 1:]), "dim"))


def _hours(curve: Curve, plot_cells: int, hours: Sequence[Tuple[int, str]]) -> Line:
    row = " " * (LABEL_CELLS + plot_cells)
    free_from = 0
    for at, label in hours:
        begin = min(LABEL_CELLS + _column(curve, plot_cells, at) - len(label) // 2, len(row) - len(label))
        if begin >= free_from:
            row = row[:begin] + label + row[begin + len(label):]
            free_from = begin + len(label) + 2
    return (Span(row.rstrip(), "dim"),)
