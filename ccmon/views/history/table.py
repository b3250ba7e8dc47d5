"""The history as a table: aligned lines that fit a width, cells for other table formats, and comma-separated values."""

from __future__ import annotations

from ccmon import text
from ccmon.quick_typing import Dict, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import Charset, Line, Span, model_names
from ccmon.views.history.rows import HistoryRow
from ccmon.views.history.table_columns import HistoryColumn, Value, pictured
from ccmon.when import Zone

GAP = 2
BAR_CELLS, LEAST_BAR, MOST_BAR = 20, 6, 30
LEAST = {"models": 8, "project": 16}   # cells of columns that give way, and take what is left
_NO_SUM = ("share", "limit")           # nothing stands under these where a sum would stand


class HistoryTable(NamedTuple):
    """What is to be shown: of which kind the rows are, and those under the last rule."""

    kind: str                          # of choices.GROUPS, or window
    columns: Sequence[HistoryColumn]
    rows: Sequence[HistoryRow]
    feet: Sequence[HistoryRow]
    zone: Zone
    charset: Charset


class _Cells(NamedTuple):
    """A column with its texts, and the cells that it takes at least and at most."""

    column: HistoryColumn
    texts: List[str]
    least: int
    most: int


def lines(table: HistoryTable, width: Optional[int] = None, named: bool = False) -> List[Line]:
    """Heading, rule, rows, rule and feet in lines of at most that width; without one everything is shown.

    named: the columns were asked for, so none is left out; what does not fit is cut.
    """
    columns = [_measure(table, column) for column in table.columns]
    columns, cells = (columns, [column.most for column in columns]) if width is None else _fitted(columns, width, named)
    rule = (Span((" " * GAP).join("-" * wide for wide in cells), "track"),)
    heading = _line([Span(column.column.name, "label") for column in columns], columns, cells)
    body = [_row(table, at, row, columns, cells) for at, row in enumerate((*table.rows, *_feet(table)))]
    feet = body[len(table.rows):]
    rows = [heading, rule, *body[:len(table.rows)], *([rule, *feet] if feet else [])]
    return rows if width is None else [text.clip_line(line, width) for line in rows]


def _feet(table: HistoryTable) -> Sequence[HistoryRow]:
    """Only where a column can hold their names."""
    return table.feet if any(map(_can_name, table.columns)) else ()


def _can_name(column: HistoryColumn) -> bool:
    return not column.is_picture and not column.right


def _foot(column: HistoryColumn, row: HistoryRow, zone: Zone) -> str:
    if not column.right:
        return ""
    shown = column.shown(row, zone)
    return "" if shown == "-" and column.name in _NO_SUM else shown


# --- widths -----------------------------------------------------------------------------------------------------------------

def _measure(table: HistoryTable, column: HistoryColumn) -> _Cells:
    names = next(one for one in (*filter(_can_name, table.columns), column))       # the column of the feet's names
    texts = [column.shown(row, table.zone) for row in table.rows]
    texts += [row.label if column is names else _foot(column, row, table.zone) for row in _feet(table)]
    most = max([text.width(column.name), *map(text.width, texts)])
    if column.name == "bar":
        return _Cells(column, texts, LEAST_BAR, BAR_CELLS)
    if column.name == "spark":
        most = max([len(column.name), *(len(row.spark) for row in table.rows)])
    return _Cells(column, texts, min(most, LEAST.get(column.name, most)), most)


def _fitted(columns: Sequence[_Cells], width: int, named: bool) -> Tuple[List[_Cells], List[int]]:
    """The columns that fit and their widths; bars and models take what is left."""
    fitting = list(columns)
    while not named and len(fitting) > 1 and _least(fitting) > width:
        fitting.remove(min(fitting, key=lambda cells: cells.column.priority))
    wide = {cells.column.name: cells.least for cells in fitting}
    free = max(0, width - _least(fitting))
    for name, most in (("bar", 10), *((name, 1000) for name in LEAST), ("bar", MOST_BAR)):
        for cells in fitting:
            if cells.column.name == name and free > 0:
                more = min(free, max(0, min(most, cells.most if name in LEAST else most) - wide[name]))
                wide[name], free = wide[name] + more, free - more
    return fitting, [wide[cells.column.name] for cells in fitting]


def _least(columns: Sequence[_Cells]) -> int:
    return sum(cells.least for cells in columns) + GAP * (len(columns) - 1)


# --- lines ------------------------------------------------------------------------------------------------------------------

def _row(table: HistoryTable, at: int, row: HistoryRow, columns: Sequence[_Cells], cells: Sequence[int]) -> Line:
    is_foot = at >= len(table.rows)
    spans = [Span(_fit(column, at, row, wide, is_foot), _role(column.column, row, is_foot))
             for column, wide in zip(columns, cells)]
    drawn = {column.column.name: () if is_foot else pictured(column.column, row, table.kind, wide, table.charset)
             for column, wide in zip(columns, cells) if column.column.is_picture}
    return _line(spans, columns, cells, drawn)


def _fit(column: _Cells, at: int, row: HistoryRow, wide: int, is_foot: bool) -> str:
    words = column.texts[at]
    if column.column.name == "models" and not is_foot and text.width(words) > wide:
        return model_names(row.models, wide)
    return _end_of(words, wide) if column.column.name == "project" else words


def _end_of(path: str, cells: int) -> str:
    """The end of a path tells most of it: ..rc/shop."""
    if text.width(path) <= cells:
        return path
    while path and text.width(path) > cells - 2:
        path = path[1:]
    return ".." + path


def _role(column: HistoryColumn, row: HistoryRow, is_foot: bool) -> str:
    role = column.role(row)
    return "value" if role == "text" and (row.active or is_foot) else role


def _line(words: Sequence[Span], columns: Sequence[_Cells], cells: Sequence[int],
          drawn: Optional[Dict[str, Line]] = None) -> Line:
    """Spans in columns: figures at the right edge, everything else at the left."""
    out: List[Span] = []
    for span, column, wide in zip(words, columns, cells):
        line = (drawn or {}).get(column.column.name, (span,))
        blank = Span(" " * max(0, wide - text.line_width(line)))
        out += [Span(" " * GAP), *((blank, *line) if column.column.right else (*line, blank))]
    return tuple(span for span in out[1:] if span.text)


# --- other shapes -----------------------------------------------------------------------------------------------------------

def grid(table: HistoryTable) -> Tuple[List[str], List[List[str]], List[str]]:
    """Headings, cells and alignments for a maker of tables; | would end a cell in many formats."""
    columns = [_measure(table, column) for column in table.columns]
    rows = [*table.rows, *_feet(table)]
    cell_texts = [[_cell(table, cells, at, row).replace("|", "/") for cells in columns] for at, row in enumerate(rows)]
    return [cells.column.name for cells in columns], cell_texts, ["right" if cells.column.right else "left" for cells in columns]


def _cell(table: HistoryTable, cells: _Cells, at: int, row: HistoryRow) -> str:
    if not cells.column.is_picture:
        return cells.texts[at].rstrip()
    return text.plain(pictured(cells.column, row, table.kind, BAR_CELLS, table.charset)) if at < len(table.rows) else ""


_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def csv(columns: Sequence[HistoryColumn], rows: Sequence[HistoryRow], zone: Zone) -> str:
    """A heading and a line for each row (RFC 4180); no text can be taken for a formula, what is not known is empty."""
    heading: List[List[Value]] = [[column.data for column in columns]]
    lines = heading + [[column.value(row, zone) for column in columns] for row in rows]
    return "".join(",".join(map(_field, values)) + "\r\n" for values in lines)


def _field(value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    safe = "'" + value if value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else value
    return '"' + safe.replace('"', '""') + '"' if any(char in safe for char in ',"\r\n') or safe != safe.strip() else safe
