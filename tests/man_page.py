"""A page of the manual, written in a few words of Markdown, as roff.

The words are: headings, paragraphs, lists, tables, fenced blocks, `code`, **bold**, *italics* and links. An item that begins with
code or bold and a colon, and a row of a table, become a name with its text below it; comments are left out.
"""

import re
import textwrap
from typing import Iterator, List

WIDTH = 79                             # columns of a line of roff
FENCE = 71                             # columns that are left of 80 within a section, shifted
HEAD = ".nr HY 0\n.hy 0\n.ad l\n"             # neither stretched nor broken words: commands and paths are read to the letter
BOOKS = {"1": "User Commands", "5": "File Formats"}
_SIGNS = {"\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga", "'": "\\(aq"}
_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|(?<![\w*])\*(?P<italic>[^*\s][^*]*)\*(?![\w*])"
                     r"|\[(?P<words>(?:`[^`]*`|[^]`])+)\]\((?P<target>[^)\s]+)\)")
_NAMED = re.compile(r"((?:`[^`]+`|\*\*[^*]+\*\*)(?:[^:`*]|`[^`]+`|\*\*[^*]+\*\*)*): (.*)", re.S)
_CELLS = re.compile(r"(?<!\\)\|")


def roff(page: str, dated: str, version: str) -> str:
    """The source for man(1) of a page whose first line is `# name(1): what it is`."""
    title, _, body = page.partition("\n")
    name, section, what = re.fullmatch(r"# ([\w-]+)\((\d)\): (.*)", title).groups()  # type: ignore[union-attr]
    head = f'.TH {_exact(name.upper())} "{section}" "{dated}" "ccmon {version}" "{BOOKS[section]}"\n{HEAD}'
    lines = [".SH NAME", *_filled(f"{name} - {what}"), *_blocks(body.splitlines()), ""]
    return head + re.sub(r"(?m)^(\.S[HS] .*\n)\.PP\n", r"\1", "\n".join(lines))


def _blocks(lines: List[str]) -> Iterator[str]:
    rows = [row for row in lines if not re.fullmatch(r" *<!--.*-->", row)]
    while rows:
        row = rows.pop(0)
        if row.startswith("```"):
            fenced = [rows.pop(0) for _ in range(rows.index("```"))]
            yield from _commands(fenced) if row == "```sh" and "  # " in "".join(fenced) else _fence(fenced)
            rows.pop(0)
        elif row.startswith("#"):
            yield f".SH {_exact(row[3:].upper())}" if row.startswith("## ") else f".SS {_exact(row.lstrip('# '))}"
            if rows and not rows[0]:
                rows.pop(0)
        elif row.startswith("|"):
            yield from _table([row, *_taken(rows, r"\|")])
        elif row.startswith("- "):
            yield from _item(" ".join([row[2:], *(more.strip() for more in _taken(rows, "  "))]))
        elif row:
            yield from (".PP", *_filled(" ".join([row, *_taken(rows, r"(?!- |[|#]|```|$)")])))


def _taken(rows: List[str], beginning: str) -> List[str]:
    """The first rows as far as each begins so, taken out."""
    taken: List[str] = []
    while rows and re.match(beginning, rows[0]):
        taken.append(rows.pop(0))
    return taken


def _fence(rows: List[str]) -> Iterator[str]:
    """As it is; what is too wide for a shift to the right begins at the left edge."""
    is_wide = max(map(len, rows), default=0) > FENCE
    yield from (".PP", ".in 0" if is_wide else ".RS 2", ".EX")
    yield from (re.sub(r"^(?=[.']|\\\(aq|$)", r"\\&", _exact(row)) for row in rows)
    yield from (".EE", ".in" if is_wide else ".RE")


def _commands(rows: List[str]) -> Iterator[str]:
    """Each with the comment behind it as its text."""
    for row in rows:
        command, _, comment = row.partition("  # ")
        yield from _entry(f"**{command.strip()}**", comment) if comment else (".PP", f"\\fB{_exact(command)}\\fR")


def _item(text: str) -> Iterator[str]:
    named = _NAMED.fullmatch(text)
    if named:
        yield from _entry(named[1], named[2])
    else:
        yield from (".IP \\(bu 2", *_filled(text))


def _table(rows: List[str]) -> Iterator[str]:
    """A name of the first cell, the middle ones in brackets behind it, and the text of the last."""
    for row in rows[2:]:
        first, *more, text = [cell.strip().replace("\\|", "|") for cell in _CELLS.split(row)[1:-1]]
        notes = ", ".join(filter(None, more))
        yield from _entry(first + (f" ({notes})" if notes else ""), text)


def _entry(name: str, text: str) -> Iterator[str]:
    yield from (".TP", _inline(name), *_filled(text or "\\&"))


def _filled(text: str) -> Iterator[str]:
    """Short lines, a sentence on a line of its own."""
    for sentence in re.split(r"(?<=[a-z0-9)`][.:]) (?=[A-Z`])", text):
        for line in textwrap.wrap(_inline(sentence), WIDTH, break_long_words=False, break_on_hyphens=False):
            yield re.sub(r"^(?=[.']|\\\(aq)", r"\\&", line)


def _inline(text: str) -> str:
    def mark(found: "re.Match[str]") -> str:
        if found["code"] or found["bold"]:
            return f"\\fB{_exact(found['code'] or found['bold'])}\\fR"
        if found["italic"]:
            return f"\\fI{_exact(found['italic'])}\\fR"
        page = re.fullmatch(r"(\S+)(\(\d\))", found["words"])
        return f"\\fB{_exact(page[1])}\\fR{page[2]}" if page else _inline(found["words"]) + _address(found["target"])
    parts: List[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts += [_exact(text[end:found.start()]), mark(found)]
        end = found.end()
    return "".join([*parts, _exact(text[end:])])


def _address(target: str) -> str:
    return f" <{_exact(target)}>" if target.startswith("https:") else ""


def _exact(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)
