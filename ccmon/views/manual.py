"""A page of the manual as plain text, for where no `man` is: what the pages use of roff (tests/man_page.py), and no more."""

import re
from textwrap import wrap

from ccmon.quick_typing import Callable, Dict, List

WIDEST, NARROWEST = 100, 30            # columns
BODY, INNER = 7, 7                     # where a text begins, and how much further to the right what belongs to a name
_NAMED = {"aq": "'", "bu": "*", "ti": "~", "ha": "^", "ga": "`"}
_SIGNS = {"-": "-", "e": "\\"}
_ESCAPE = re.compile(r"\\(?:f[BIRP]|\((?P<name>..)|(?P<sign>[-e])|&)")
_ARGUMENT = re.compile(r'"([^"]*)"|(\S+)')


def text(source: str, columns: int) -> List[str]:
    """The lines of the page, none wider than that where its words allow it."""
    page = _Page(max(NARROWEST, min(columns, WIDEST)))
    for row in source.splitlines():
        page.take(row)
    page.end()
    return [row.rstrip() for row in page.rows]


def _plain(row: str) -> str:
    """Without fonts and escapes."""
    return _ESCAPE.sub(lambda match: _NAMED.get(match["name"], "?") if match["name"] else _SIGNS.get(match["sign"], ""), row)


class _Page:
    """The page as far as it is read."""

    def __init__(self, columns: int) -> None:
        self.rows: List[str] = []
        self._columns, self._left, self._outer = columns, BODY, [BODY]
        self._words: List[str] = []
        self._name, self._inner = "", 0             # what stands at the left of a paragraph, and how far that is shifted
        self._awaits_name = self._is_exact = self._is_headed = False
        self._foot = ""
        self._requests: Dict[str, Callable[[List[str]], None]] = {
            "TH": self._title, "SH": self._section, "SS": self._subsection, "PP": lambda _: self._paragraph(), "TP": self._named,
            "IP": self._marked, "EX": self._exact, "RS": self._shift, "RE": lambda _: self._shift_back(), "in": self._edge}

    def take(self, row: str) -> None:
        """The next line of the source."""
        if row == ".EE":
            self._is_exact = False
        elif self._is_exact:
            self.rows.append(" " * self._left + _plain(row))
        elif not row.startswith((".", "'")):
            self._say(_plain(row))
        else:
            name, _, words = row[1:].partition(" ")
            if name in self._requests:
                arguments = [match[2] if match[1] is None else match[1] for match in _ARGUMENT.finditer(words)]
                self._requests[name](list(map(_plain, arguments)))

    def end(self) -> None:
        """After the last one."""
        self._flush()
        self.rows += ["", self._foot]

    def _say(self, words: str) -> None:
        if self._awaits_name:
            self._name, self._awaits_name = words, False
        else:
            self._words.append(words)

    def _flush(self) -> None:
        """Write the paragraph."""
        name, lead, rest = self._name, " " * self._left, " " * (self._left + self._inner)
        first = (lead + name).ljust(len(rest)) if name and len(name) < self._inner else rest
        if name and first is rest:
            self._wrap(name, self._columns, lead, lead)
        if self._words:
            self._wrap(" ".join(self._words), max(self._columns, len(rest) + 20), first, rest)
        elif first is not rest:
            self.rows.append(first)
        self._is_headed = self._is_headed and not (name or self._words)
        self._words, self._name, self._inner, self._awaits_name = [], "", 0, False

    def _wrap(self, words: str, columns: int, first: str, rest: str) -> None:
        self.rows += wrap(words, columns, initial_indent=first, subsequent_indent=rest, break_long_words=False,
                          break_on_hyphens=False)

    def _paragraph(self, inner: int = 0) -> None:
        self._flush()
        self._gap()
        self._inner = inner

    def _gap(self) -> None:
        if self.rows and self.rows[-1] and not self._is_headed:
            self.rows.append("")
        self._is_headed = False

    def _title(self, words: List[str]) -> None:
        name, number, dated, version, book = (words + [""] * 5)[:5]
        page = f"{name}({number})"
        self.rows.append(page + f" {book} ".center(self._columns - 2 * len(page)) + page)
        self._foot = version + dated.center(self._columns - 2 * len(version)).rstrip()

    def _section(self, words: List[str]) -> None:
        self._flush()
        self._is_headed = False
        self._gap()
        self._left, self._outer, self._is_headed = BODY, [BODY], True
        self.rows.append(" ".join(words))

    def _subsection(self, words: List[str]) -> None:
        self._section(words)
        self.rows[-1] = " " * (BODY // 2) + self.rows[-1]

    def _named(self, _words: List[str]) -> None:
        self._paragraph(INNER)
        self._awaits_name = True

    def _marked(self, words: List[str]) -> None:
        self._paragraph(int(words[1]) if words[1:] and words[1].isdigit() else 2)
        self._name = words[0] if words else ""

    def _exact(self, _words: List[str]) -> None:
        self._flush()
        self._gap()
        self._is_exact = True

    def _shift(self, words: List[str]) -> None:
        self._flush()
        self._outer.append(self._left)
        self._left += int(words[0])

    def _edge(self, words: List[str]) -> None:
        self._flush()
        self._left = int(words[0]) if words else BODY

    def _shift_back(self) -> None:
        self._flush()
        self._left = self._outer.pop() if len(self._outer) > 1 else BODY
