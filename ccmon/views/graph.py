"""The session's tokens over time as a picture: what was seen, the way it goes on, the limit. Braille dots or ASCII."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ccmon import text
from ccmon.text import Charset, Line, Span

Point = Tuple[float, float]            # epoch s, tokens
LABEL_CELLS = 6
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # braille bit of (row, column) in a cell


class Stroke(NamedTuple):
    """A straight piece of a curve; its role tells seen from guessed."""

    begin: Point
    end: Point
    role: str


class Curve(NamedTuple):
    """What the graph shows."""

    start: int                         # epoch s, left edge
    end: int                           # epoch s, right edge
    limit: int                         # tokens
    strokes: Sequence[Stroke]


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
    top = max([curve.limit, *(int(stroke.end[1]) for stroke in curve.strokes if stroke.role != "dim")])
    canvas = Canvas(plot_cells, plot_rows, charset)
    for stroke in sorted(curve.strokes, key=lambda stroke: stroke.role != "dim"):
        _draw(canvas, curve, stroke, top)
    limit_row = plot_rows - 1 - min(plot_rows - 1, int(curve.limit / top * (plot_rows - 0.001)))
    lines = [_row(canvas, curve, row, limit_row) for row in range(plot_rows)]
    return [*lines, _axis(curve, plot_cells, charset, hours), _hours(curve, plot_cells, hours)]


def _draw(canvas: Canvas, curve: Curve, stroke: Stroke, top: int) -> None:
    across, down = canvas.cells * canvas.across - 1, canvas.rows * canvas.down - 1
    (x0, y0), (x1, y1) = [(round((at - curve.start) / max(1, curve.end - curve.start) * across),
                           round(tokens / max(1, top) * down)) for at, tokens in (stroke.begin, stroke.end)]
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in range(steps + 1):
        canvas.dot(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), stroke.role)


def _row(canvas: Canvas, curve: Curve, row: int, limit_row: int) -> Line:
    wall, dash = ("│", "┄") if canvas.charset.unicode else ("|", "-")
    on_limit = row == limit_row
    label = text.short_count(curve.limit) if on_limit else ""
    cells = [canvas.cell(row, column) or Span(dash if on_limit else " ", "dim") for column in range(canvas.cells)]
    if on_limit:
        cells[-6:] = [Span(" limit", "dim")]
    return merged([Span(f"{label:>4} ", "label"), Span(dash if on_limit else wall, "dim"), *cells])


def _column(curve: Curve, plot_cells: int, at: int) -> int:
    return round((at - curve.start) / max(1, curve.end - curve.start) * (plot_cells - 1))


def _axis(curve: Curve, plot_cells: int, charset: Charset, hours: Sequence[Tuple[int, str]]) -> Line:
    corner, flat, tick = ("└", "─", "┬") if charset.unicode else ("+", "-", "+")
    cells = [flat] * plot_cells
    for at, _ in hours:
        cells[max(0, min(plot_cells - 1, _column(curve, plot_cells, at)))] = tick
    return (Span("   0 ", "label"), Span(corner + "".join(cells), "dim"))


def _hours(curve: Curve, plot_cells: int, hours: Sequence[Tuple[int, str]]) -> Line:
    row = " " * (LABEL_CELLS + plot_cells)
    free_from = 0
    for at, label in hours:
        begin = min(LABEL_CELLS + _column(curve, plot_cells, at) - len(label) // 2, len(row) - len(label))
        if begin >= free_from:
            row = row[:begin] + label + row[begin + len(label):]
            free_from = begin + len(label) + 2
    return (Span(row.rstrip(), "dim"),)


def merged(spans: Sequence[Span]) -> Line:
    """Neighbours of one role as one span."""
    out: List[Span] = []
    for span in spans:
        if out and out[-1].role == span.role:
            out[-1] = Span(out[-1].text + span.text, span.role)
        else:
            out.append(span)
    return tuple(out)
