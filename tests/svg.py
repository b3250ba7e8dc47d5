"""Pictures of the README: man/*.svg, each made from a golden screen and a theme. python tests/svg.py writes them.

Bars, graphs and frames are drawn as shapes, so that they meet whatever font the reader's browser has; words stay text.
"""

import sys
from itertools import groupby
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from test_views_golden import GOLDEN, LETTERS  # noqa: E402

from ccmon.settings.themes import THEMES, Style  # noqa: E402
from ccmon.text import char_width  # noqa: E402
from ccmon.views.line.dialects import hexadecimal  # noqa: E402

CELL, ROW, SIZE, EDGE = 9, 20, 15, 16  # pixels: width and height of a cell, of the font, and around all
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
ROLES = {letter: role for role, letter in LETTERS.items()}
THROUGH = {"─": 1, "━": 3, "█": ROW, "░": ROW, "▒": ROW, "▓": ROW}                 # and their heights
STROKES = {"│": "ud", "┃": "ud", "└": "ur", "┬": "lrd", "┤": "lud", "┸": "lru"}
HEAVY = "┃"
SHADES = {"░": 0.3, "▒": 0.55, "▓": 0.8}
BRAILLE = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))        # column and row of each bit


class Ground(NamedTuple):
    """The paper and the ink of a terminal that the theme is for."""

    back: str
    fore: str


class Picture(NamedTuple):
    """A golden screen in a theme, and what it shows to those who cannot see it."""

    golden: str
    theme: str
    title: str


GROUNDS = {"dark": Ground("#1e1e1e", "#d7dade"), "light": Ground("#ffffff", "#24292f")}
SCREEN = "The full screen of ccmon: 61 % used, 40 % likely to run out before the reset at 17:40, and the course of the session"
CHART = "The history page of ccmon: a bar for each day, those at 80 % of the limit and more are marked"
PICTURES = {
    "screen-dark.svg": Picture("learned-official-80x24", "dark", SCREEN),
    "screen-light.svg": Picture("learned-official-80x24", "light", SCREEN),
    "history-dark.svg": Picture("chart-many-80x24", "dark", CHART),
    "history-light.svg": Picture("chart-many-80x24", "light", CHART),
}


class Cell(NamedTuple):
    """A character, where it stands, and its role."""

    column: int
    char: str
    role: str


def cells(text: str, letters: str) -> Iterator[Cell]:
    """The characters of a row that can be seen."""
    column = 0
    for char in text:
        letter = letters[column:column + 1].strip()
        if not char.isspace():
            yield Cell(column, char, ROLES[letter])
        column += char_width(char)


def svg(picture: Picture) -> str:
    """The picture."""
    files = [GOLDEN / (picture.golden + suffix) for suffix in (".txt", ".roles")]
    rows, letters = (file.read_text(encoding="utf-8").splitlines() for file in files)
    columns = int(picture.golden.rpartition("-")[2].partition("x")[0])
    width, height, ground = 2 * EDGE + columns * CELL, 2 * EDGE + len(rows) * ROW, GROUNDS[picture.theme]
    body = [shape for at, row in enumerate(zip(rows, letters))
            for shape in _row(EDGE + at * ROW, list(cells(*row)), picture.theme)]
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" font-family="{FONT}" font-size="{SIZE}" fill="{ground.fore}">\n<title>{escape(picture.title)}</title>\n'
            f'<rect width="{width}" height="{height}" rx="8" fill="{ground.back}"/>')
    return "\n".join([head, *body, "</svg>\n"])


def _row(top: int, row: List[Cell], theme: str) -> Iterator[str]:
    """Shapes of one role and kind side by side are one element."""
    for (role, kind), run in groupby(row, key=lambda cell: (cell.role, _kind(cell.char))):
        style, found = THEMES[theme][role], list(run)
        if kind == "text":
            yield from _words(found, top, style)
        else:
            yield f'<path d="{"".join(_paths(found, top))}"{_colour(style)}{_opacity(kind)}/>'


def _kind(char: str) -> str:
    """How it is drawn."""
    if char in SHADES:
        return char
    return "shape" if char in THROUGH or char in STROKES or char == "┄" or "▁" <= char <= "▏" or _dots(char) else "text"


def _dots(char: str) -> int:
    """The bits of a braille character."""
    return ord(char) - 0x2800 if "\u2800" < char <= "\u28ff" else 0


def _colour(style: Style) -> str:
    return "" if style.fg is None else f' fill="{hexadecimal(style.fg)}"'


def _opacity(kind: str) -> str:
    return f' fill-opacity="{SHADES[kind]}"' if kind in SHADES else ""


def _words(run: List[Cell], top: int, style: Style) -> Iterator[str]:
    """Words with a gap of one blank stay together; every letter has its place, whatever the font."""
    bold = ' font-weight="700"' if style.bold else ""
    for group in _together(run):
        first, last = group[0], group[-1]
        blanks = {cell.column: cell.char for cell in group}
        words = "".join(blanks.get(at, " ") for at in range(first.column, last.column + 1))
        length = f' textLength="{(last.column + 1 - first.column) * CELL}"' if len(words) > 1 else ""
        yield (f'<text x="{EDGE + first.column * CELL}" y="{top + 15}"{length}{_colour(style)}{bold}>{escape(words)}</text>')


def _together(run: List[Cell]) -> Iterator[List[Cell]]:
    group: List[Cell] = []
    for cell in run:
        if group and (cell.column > group[-1].column + 2 or char_width(group[-1].char) > 1):
            yield group
            group = []
        group.append(cell)
    yield group


def _paths(run: List[Cell], top: int) -> Iterator[str]:
    """Shapes that go through from side to side are one as long as they go on."""
    for _, group in groupby(enumerate(run), key=lambda pair: (pair[1].char, pair[1].column - pair[0])):
        same = [cell for _, cell in group]
        if same[0].char in THROUGH:
            left, high = EDGE + same[0].column * CELL, THROUGH[same[0].char]
            yield _box(left, top + (ROW - high) / 2, CELL * len(same), high)
        else:
            yield from (_path(cell, top) for cell in same)


def _path(cell: Cell, top: int) -> str:
    left, char = EDGE + cell.column * CELL, cell.char
    if char == "┄":
        return "".join(_box(left + 3 * part, top + ROW / 2 - 0.5, 2, 1) for part in range(3))
    if char in STROKES:
        return "".join(_box(*_stroke(left, top, side, 3 if char in HEAVY else 1)) for side in STROKES[char])
    if _dots(char):
        return "".join(_box(left + 1 + 4.5 * across, top + 1.2 + 5 * down, 2.6, 2.6)
                       for bit, (across, down) in enumerate(BRAILLE) if _dots(char) >> bit & 1)
    eighths = ord(char) - 0x2580       # 1 to 8 from below, then 7 to 1 from the left
    if eighths < 8:
        return _box(left, top + ROW - eighths * ROW / 8, CELL, eighths * ROW / 8)
    return _box(left, top, CELL * (16 - eighths) / 8, ROW)


def _stroke(left: float, top: float, side: str, wide: int) -> Tuple[float, float, float, float]:
    """From the middle of the cell to one of its sides."""
    x, y = left + (CELL - wide) / 2, top + (ROW - wide) / 2
    return {"l": (left, y, (CELL + wide) / 2, wide), "r": (x, y, (CELL + wide) / 2, wide),
            "u": (x, top, wide, (ROW + wide) / 2), "d": (x, y, wide, (ROW + wide) / 2)}[side]


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def texts(folder: Optional[Path] = None) -> Dict[Path, str]:
    """Every picture's path, and what it should hold."""
    return {(folder or ROOT / "man") / name: svg(picture) for name, picture in PICTURES.items()}


if __name__ == "__main__":
    for path, content in texts().items():
        path.write_text(content, encoding="utf-8")
