"""What a terminal of so many cells shows after the bytes that a shell wrote there: enough of one to read a prompt."""

import re
from typing import Callable, Dict, List

from ccmon.text import char_width

TAB_CELLS = 8
MOST_CHARACTERS = 1 << 20              # of a flood, its end
_PIECES = re.compile(r"\x1b\[(?P<arguments>[0-9:;<=>?]*)[ -/]*(?P<csi>[@-~])"
                     r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b)|$)"        # a title, a colour that is asked for
                     r"|\x1b[ -/]+.|\x1b(?P<escape>.)|(?P<char>[^\x1b])", re.DOTALL)


class SmallScreen:
    """The cells and the cursor."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.row_count = columns, rows
        self.cells = [self._blank() for _ in range(rows)]
        self.row = self.column = 0
        self._saved = (0, 0)
        self._wraps = False            # the last cell of the row is taken: the next character begins a new one
        self._actions: Dict[str, Callable[[List[int]], None]] = {
            "A": lambda n: self._go(self.row - (n[0] or 1), self.column),
            "B": lambda n: self._go(self.row + (n[0] or 1), self.column),
            "C": lambda n: self._go(self.row, self.column + (n[0] or 1)),
            "D": lambda n: self._go(self.row, self.column - (n[0] or 1)),
            "E": lambda n: self._go(self.row + (n[0] or 1), 0), "F": lambda n: self._go(self.row - (n[0] or 1), 0),
            "G": lambda n: self._go(self.row, (n[0] or 1) - 1), "d": lambda n: self._go((n[0] or 1) - 1, self.column),
            "H": lambda n: self._go((n[0] or 1) - 1, (n[1] or 1) - 1), "f": lambda n: self._go((n[0] or 1) - 1, (n[1] or 1) - 1),
            "J": lambda n: self._erase_screen(n[0]), "K": lambda n: self._erase_row(n[0]),
            "X": lambda n: self._put_blanks(n[0] or 1), "P": lambda n: self._shift(n[0] or 1),
            "@": lambda n: self._shift(-(n[0] or 1)), "s": lambda n: self._save(), "u": lambda n: self._restore()}

    def write(self, text: str) -> None:
        """Take what was written; any other sequence is left out."""
        for piece in _PIECES.finditer(text[-MOST_CHARACTERS:]):
            if piece["char"]:
                self._character(piece["char"])
            elif piece["csi"]:
                self._control(piece["csi"], piece["arguments"])
            elif piece["escape"] == "7":
                self._save()
            elif piece["escape"] == "8":
                self._restore()
            elif piece["escape"] == "M":
                self._go(self.row - 1, self.column)

    def rows(self) -> List[str]:
        """The rows, without what is blank at their ends."""
        return ["".join(row).rstrip() for row in self.cells]

    def text(self) -> str:
        """All cells in one line: what goes on in the next row is whole in it."""
        return "".join("".join(row) for row in self.cells)

    def _blank(self) -> List[str]:
        return [" "] * self.columns

    def _go(self, row: int, column: int) -> None:
        self.row, self.column = min(max(row, 0), self.row_count - 1), min(max(column, 0), self.columns - 1)
        self._wraps = False

    def _save(self) -> None:
        self._saved = (self.row, self.column)

    def _restore(self) -> None:
        self._go(*self._saved)

    def _control(self, final: str, arguments: str) -> None:
        if arguments[:1] in ("<", "=", ">", "?"):
            if arguments in ("?1049", "?47", "?1047"):              # the other screen, and back
                self._erase_screen(2)
            return
        numbers = [min(int(word), 9999) if word.isdigit() and len(word) < 9 else 0 for word in re.split("[;:]", arguments)]
        action = self._actions.get(final)
        if action:
            action([*numbers, 0])

    def _character(self, char: str) -> None:
        if char == "\r":
            self._go(self.row, 0)
        elif char in "\n\v\f":
            self._down()
        elif char == "\b":
            self._go(self.row, self.column - 1)
        elif char == "\t":
            self._go(self.row, (self.column // TAB_CELLS + 1) * TAB_CELLS)
        elif char >= " " and char != "\x7f":
            self._print(char)

    def _down(self) -> None:
        self._wraps = False
        if self.row < self.row_count - 1:
            self.row += 1
        else:
            self.cells = [*self.cells[1:], self._blank()]

    def _print(self, char: str) -> None:
        cells = char_width(char)
        if self._wraps or self.column + cells > self.columns:
            self.column = 0
            self._down()
        if cells == 0:
            return
        self.cells[self.row][self.column:self.column + cells] = [char, ""][:cells]
        self.column += cells
        if self.column >= self.columns:
            self.column, self._wraps = self.columns - 1, True

    def _erase_screen(self, how: int) -> None:
        if how == 0:
            self._erase_row(0)
        elif how == 1:
            self._erase_row(1)
        first, last = {0: (self.row + 1, self.row_count), 1: (0, self.row)}.get(how, (0, self.row_count))
        for row in range(first, last):
            self.cells[row] = self._blank()

    def _erase_row(self, how: int) -> None:
        first, last = {0: (self.column, self.columns), 1: (0, self.column + 1)}.get(how, (0, self.columns))
        self.cells[self.row][first:last] = [" "] * (last - first)

    def _put_blanks(self, number: int) -> None:
        last = min(self.columns, self.column + number)
        self.cells[self.row][self.column:last] = [" "] * (last - self.column)

    def _shift(self, number: int) -> None:
        """Take cells out at the cursor, or put blanks in when negative."""
        row = self.cells[self.row]
        before, after = row[:self.column], row[self.column + max(0, number):]
        self.cells[self.row] = ([*before, *[" "] * max(0, -number), *after] + self._blank())[:self.columns]
