"""A report as Markdown: tables, and pictures of characters in fenced blocks. What is data cannot become markup."""

import re
from typing import List, Sequence

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.learning.score import Reliability
from ccmon.text import Charset, Line
from ccmon.views.history import heatmap
from ccmon.views.report import text as report_text
from ccmon.views.report import words

CELLS = 80                             # width of the pictures
BAR_CELLS = 12
_NOTHING = Reliability()
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$^]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(cell: str) -> str:
    """The text as Markdown shows it: no markup, no HTML, no link, no mention."""
    plain = _MARKUP.sub(r"\\\g<0>", text.printable(cell))
    return "".join(_ENTITIES.get(char, char) for char in plain)


def document(digest: Digest, reliability: Reliability = _NOTHING) -> str:
    """The whole report, ending with a line end; reliability: the likelihoods of forecasts against what came."""
    parts = [f"# {escaped(words.heading(digest))}", f"{escaped(words.state(digest))}, {escaped(words.zone_name(digest))}"]
    parts += [escaped(words.nothing(digest))] if digest.is_empty else _body(digest, reliability)
    return "\n\n".join(parts) + "\n"


def _body(digest: Digest, reliability: Reliability) -> List[str]:
    charset = Charset(emoji=False)
    parts = [_figures(digest), "\n".join(f"- {escaped(sentence)}" for sentence in digest.insights), _days(digest),
             _fenced("Sessions", report_text.curve(digest, CELLS, charset)),
             _weeks(digest, charset), _fenced("Hours", heatmap.lines(digest.heat, CELLS, charset, digest.zone.dial)),
             _titled(words.models_table(digest)), _titled(words.limits_table(digest)), _forecasts(reliability, charset),
             _titled(words.hosts_table(digest)) if digest.hosts else "",
             escaped(words.COUNTING)]
    return [part for part in parts if part]


def _figures(digest: Digest) -> str:
    shown = 4 if digest.before else 2
    rows = tuple((figure.name, figure.now, figure.before, figure.change)[:shown] for figure in words.figures(digest))
    return _table(words.ReportTable("", ("", f"this {digest.period.kind}", words.before_name(digest), "change")[:shown], rows))


def _days(digest: Digest) -> str:
    table, top = words.days_table(digest), max(day.tokens for day in digest.days)
    charset = Charset(emoji=False)
    bars = [text.plain(text.bar(day.tokens / top if top else 0.0, BAR_CELLS, "text", charset)).replace("─", "")
            for day in digest.days]
    return _titled(table, bars)


def _weeks(digest: Digest, charset: Charset) -> str:
    if not digest.weeks:
        return ""
    return f"{_fenced('Weekly limit', report_text.weeks(digest, CELLS, charset))}\n\n{escaped(words.weeks_sentence(digest))}"


def _forecasts(reliability: Reliability, charset: Charset) -> str:
    if not reliability.bins:
        return ""
    bars = [text.plain(text.bar(one.happened, BAR_CELLS, "text", charset, one.said)) for one in reliability.bins]
    return f"{_titled(words.forecasts_table(reliability), bars)}\n\n{escaped(words.forecasts_sentence(reliability))}"


def _fenced(title: str, lines: Sequence[Line]) -> str:
    """A picture; nothing in it comes from outside."""
    return "\n".join([f"## {title}", "", "```text", *map(text.plain, lines), "```"]) if lines else ""


def _titled(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    return f"## {escaped(table.title)}\n\n{_table(table, bars)}" if table.rows else ""


def _table(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    """The table, with a last column of bars where there are some."""
    rows = [[escaped(cell) for cell in row] for row in (table.head, *table.rows)]
    marks = [":---", *["---:"] * (len(table.head) - 1)]
    if bars:
        rows, marks = [[*row, bar] for row, bar in zip(rows, ("", *bars))], [*marks, ":---"]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in cells)} |" for cells in (rows[0], marks, *rows[1:]))
