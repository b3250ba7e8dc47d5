"""`ccmon config`: every setting with its value and where it comes from, as lines and as an object."""

from ccmon.quick_typing import Any, Dict, Iterator, List, Optional, Sequence
from ccmon.settings.ini_sections import Setting
from ccmon.text import Line, Span, clip, clip_line, pad, printable, width

HEADINGS = ("option", "value", "from")
MOST_NAME, MOST_VALUE = 28, 30         # cells, where the width is limited


def lines(settings: Sequence[Setting], path: Optional[str], exists: bool, cells: Optional[int]) -> List[Line]:
    """One row a setting, cut at so many cells (None: as wide as they are), and where config.ini is."""
    rows = [(printable(one.name), printable(one.text) or "-", _from(one, path)) for one in settings]
    columns = [max(width(row[at]) for row in (*rows, HEADINGS)) for at in (0, 1)]
    if cells is not None:
        columns = [min(column, most) for column, most in zip(columns, (MOST_NAME, MOST_VALUE))]
        rows = [(_cut(name, columns[0]), _cut(value, columns[1]), where) for name, value, where in rows]
    table = [_row(HEADINGS, columns, ("label", "label", "label"))]
    table += [_row(row, columns, ("text", "dim", "dim") if one.level == "default" else ("text", "value", "text"))
              for row, one in zip(rows, settings)]
    table += [(), *_foot(path, exists)]
    return table if cells is None else [clip_line(row, cells) for row in table]


def _row(texts: Sequence[str], columns: Sequence[int], roles: Sequence[str]) -> Line:
    """Two padded columns and a last one."""
    cells = [*map(pad, texts[:2], columns), texts[2]]
    return tuple(Span(text + gap, role) for text, gap, role in zip(cells, ("  ", "  ", ""), roles))


def _cut(value: str, cells: int) -> str:
    return value if width(value) <= cells else clip(value, cells - 3) + "..."


def _from(one: Setting, path: Optional[str]) -> str:
    where = _short(one.where or one.level, path)
    hidden = ", ".join(_short(other, path) for other in one.hidden)
    return where + (f"; not {hidden}" if hidden else "")


def _short(where: str, path: Optional[str]) -> str:
    """A position in config.ini without its folder, which stands below."""
    return printable(where.replace(path, path.replace("\\", "/").rpartition("/")[2], 1) if path else where)


def _foot(path: Optional[str], exists: bool) -> Iterator[Line]:
    if path is None:
        yield (Span("There is no home directory, so no config.ini", "dim"),)
        return
    yield Span("config.ini is ", "dim"), Span(printable(path), "text"), Span("" if exists else " (not there yet)", "dim")
    yield (Span("To change a value: ccmon config set plan max5", "dim"),)


def document(settings: Sequence[Setting], path: Optional[str], exists: bool) -> Dict[str, Any]:
    """The same for programs: nothing is cut or shortened."""
    return {"path": path, "exists": exists,
            "settings": [{"name": one.name, "value": one.text or None, "source": one.level,
                          "where": one.where, "overridden": list(one.hidden)} for one in settings]}
