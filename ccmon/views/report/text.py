"""A report as lines for the terminal and as Markdown, with pictures in characters; what is data cannot become markup."""

import re

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.history.groups import UsageGroup
from ccmon.learning.score import Reliability
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.text import Charset, Line, Span
from ccmon.views import graph, score_words
from ccmon.views.history import chart, heatmap
from ccmon.views.report import words
from ccmon.when import day_name, midnight

LEAST, MOST = 40, 110                  # cells of a line
_NOTHING = Reliability()
CURVE_ROWS, COLUMNS_ROWS = 9, 9


def lines(digest: Digest, width: int, charset: Charset, reliability: Reliability = _NOTHING) -> List[Line]:
    """The whole report, no line wider than the given width (at least 40)."""
    width = max(LEAST, min(width, MOST))
    if digest.is_empty:
        return [*_head(digest, width, charset), *_wrapped(words.nothing(digest), "text", width)]
    lead = " • " if charset.unicode else " * "
    insights = [line for sentence in digest.insights for line in _wrapped(sentence, "text", width, lead)]
    parts = [_figures(digest), insights, _days(digest, width, charset),
             _titled("Sessions", curve(digest, width, charset)), _weeks(digest, width, charset),
             _titled("Hours", heatmap.lines(digest.heat, width, charset, digest.zone.dial)), _models(digest, width, charset),
             _table(words.limits_table(digest)), _forecasts(reliability, width, charset),
             _table(words.hosts_table(digest))]
    body = [line for part in parts if part for line in [*part, ()]]
    end = _wrapped(words.COUNTING, "dim", width)
    return [text.clip_line(line, width) for line in [*_head(digest, width, charset), *body, *end]]


def _head(digest: Digest, width: int, charset: Charset) -> List[Line]:
    left = (Span(" " + words.heading(digest), "title"), Span(f"   {words.state(digest)}", "label"))
    rule = Span(" " + ("─" if charset.unicode else "-") * (width - 2), "track")
    return [text.spread(left, (Span(words.zone_name(digest) + " ", "label"),), width), (rule,)]


def _wrapped(sentence: str, role: str, width: int, lead: str = " ") -> List[Line]:
    rows = text.wrap(sentence, width - len(lead) - 1)
    return [(Span((" " * len(lead) if at else lead) + row, role),) for at, row in enumerate(rows)]


def _titled(title: str, body: Sequence[Line]) -> List[Line]:
    return [(Span(f" {title}", "title"),), *body] if body else []


def _figures(digest: Digest) -> List[Line]:
    figures = words.figures(digest)
    before = f"  {words.before_name(digest):>18}" if digest.before else ""
    head = (Span(f" {'':14}{'this ' + digest.period.kind:>12}{before}", "dim"),)
    roles = {"80 % passed": "warn" if digest.total.near else "value", "limit reached": "danger" if digest.total.hits else "value"}
    return [head, *((Span(f" {figure.name:14}", "label"), Span(f"{figure.now:>12}", roles.get(figure.name, "value")),
                     Span(f"  {figure.before:>18}  {figure.change:>11}" if before else "", "text")) for figure in figures)]


# --- days ---------------------------------------------------------------------------------------------------------------

def _days(digest: Digest, width: int, charset: Charset) -> List[Line]:
    if len(digest.days) > 7:
        shown = chart.column_lines(digest.days, "day", width, COLUMNS_ROWS, charset)
        return _titled("Days", [*shown, (Span("       ! a session used 80 % of its limit or more", "dim"),)])
    top = max(1, *(day.tokens for day in digest.days))
    return _titled("Days", [_day(day, top, width, charset) for day in digest.days])


def _day(day: UsageGroup, top: int, width: int, charset: Charset) -> Line:
    role = "dim" if day.is_empty else text.level_role(day.percent)
    label = f" {day.day_name:10}"
    figures = f"{'-' if day.is_empty else text.short_count(day.tokens):>6}"
    sessions = f"  {text.plural(day.sessions, 'session') if day.sessions else '':11}" if width >= 60 else ""
    cost = f"{'' if day.is_empty else text.usd(day.cost_usd):>10}" if width >= 70 else ""
    percent = f"{text.percent(day.percent) if day.sessions else '':>7}{' !' if day.near else '  '}"
    room = width - sum(map(len, (label, figures, sessions, cost, percent))) - 3
    drawn = text.bar(day.tokens / top, room, role, charset)
    return (Span(label + " ", "label"), *drawn, Span(figures, "value"), Span(sessions, "label"), Span(cost, "text"),
            Span(percent, role))


# --- sessions ---------------------------------------------------------------------------------------------------------

def curve(digest: Digest, width: int, charset: Charset) -> List[Line]:
    """Each session as a rise to its tokens, with the one limit of all."""
    if not digest.rises:
        return []
    strokes: List[graph.Stroke] = []
    for rise in digest.rises:
        role = text.level_role(rise.record.percent)
        points = [*rise.points, (rise.points[-1][0], 0.0)]
        strokes += [graph.Stroke(one, other, role) for one, other in zip(points, points[1:])]
    period = digest.period
    picture = graph.Curve(period.start, period.end, max(1, digest.scale.tokens), strokes, min(digest.now, period.end))
    return graph.render(picture, width - 2, CURVE_ROWS, charset, _dates(digest))


def _weeks(digest: Digest, width: int, charset: Charset) -> List[Line]:
    if not digest.weeks:
        return []
    return _titled("Weekly limit", [*weeks(digest, width, charset), *_wrapped(words.weeks_sentence(digest), "dim", width)])


def weeks(digest: Digest, width: int, charset: Charset) -> List[Line]:
    """How the 7-day windows of the period rose, each against even use, in per cent."""
    period, now = digest.period, min(digest.now, digest.period.end)
    strokes = [stroke for week in digest.weeks for stroke in chart.window_strokes(week, now)]
    return graph.render(graph.Curve(period.start, period.end, 100, strokes, now), width - 2, CURVE_ROWS, charset, _dates(digest))


def _dates(digest: Digest) -> List[Tuple[int, str]]:
    return [(midnight(day, digest.zone), day_name(day)[:-4]) for day in words.marked_days(digest)]


# --- tables -----------------------------------------------------------------------------------------------------------

def _models(digest: Digest, width: int, charset: Charset) -> List[Line]:
    groups = words.model_groups(digest)
    lines: List[Line] = []
    for group, part in zip(groups, words.shares(groups)):
        name = text.pad(words.short_group_name(group, 26), 26)
        figures = f"{part * 100:>4.0f} %{text.short_count(group.tokens):>7}{text.usd(group.cost_usd):>11}"
        room = width - 26 - len(figures) - 3
        bar = text.bar(part, room, "accent", charset) if room >= 6 else ()
        lines.append((Span(f" {name} ", "label"), *bar, Span(figures, "value")))
    return _titled("Models", lines)


def _forecasts(reliability: Reliability, width: int, charset: Charset) -> List[Line]:
    """The likelihoods of sessions against what came; nothing before any came."""
    rows = [(Span(" "), *line) for line in score_words.chart(reliability, width - 1, charset)]
    below = _wrapped(words.forecasts_sentence(reliability), "dim", width) if rows else []
    return _titled(score_words.TITLE, [*rows, *below])


def _table(table: words.ReportTable) -> List[Line]:
    """Columns two cells apart, the first at the left."""
    wide = [max(text.width(row[at]) for row in (table.head, *table.rows)) for at in range(len(table.head))]
    rows: List[Line] = []
    for row in (table.head, *table.rows):
        (first, room), *rest = zip(row, wide)
        words = text.pad(first, room) + "".join("  " + " " * (room - text.width(cell)) + cell for cell, room in rest)
        rows.append((Span(" " + words, "label" if row is table.head else "text"),))
    return _titled(table.title, rows) if table.rows else []


# --- as Markdown ---------------------------------------------------------------------------------------------------------

MARKDOWN_CELLS = 80                    # width of the pictures
BAR_CELLS = 12
_CHARSET = Charset(emoji=False)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$^]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(cell: str) -> str:
    """The text as Markdown shows it: no markup, no HTML, no link, no mention."""
    plain = _MARKUP.sub(r"\\\g<0>", text.printable(cell))
    return "".join(_ENTITIES.get(char, char) for char in plain)


def markdown(digest: Digest, reliability: Reliability = _NOTHING) -> str:
    """The whole report, ending with a line end; reliability: the likelihoods of forecasts against what came."""
    parts = [f"# {escaped(words.heading(digest))}", f"{escaped(words.state(digest))}, {escaped(words.zone_name(digest))}"]
    parts += [escaped(words.nothing(digest))] if digest.is_empty else _markdown_parts(digest, reliability)
    return "\n\n".join(parts) + "\n"


def _markdown_parts(digest: Digest, reliability: Reliability) -> List[str]:
    map_lines = heatmap.lines(digest.heat, MARKDOWN_CELLS, _CHARSET, digest.zone.dial)
    week_lines = weeks(digest, MARKDOWN_CELLS, _CHARSET) if digest.weeks else []
    parts = [_markdown_figures(digest), "\n".join(f"- {escaped(sentence)}" for sentence in digest.insights),
             _markdown_days(digest), _fenced("Sessions", curve(digest, MARKDOWN_CELLS, _CHARSET)),
             _fenced("Weekly limit", week_lines), escaped(words.weeks_sentence(digest)) if digest.weeks else "",
             _fenced("Hours", map_lines), _headed(words.models_table(digest)), _headed(words.limits_table(digest)),
             *_markdown_forecasts(reliability), _headed(words.hosts_table(digest)), escaped(words.COUNTING)]
    return [part for part in parts if part]


def _markdown_figures(digest: Digest) -> str:
    shown = 4 if digest.before else 2
    head = ("", f"this {digest.period.kind}", words.before_name(digest), "change")[:shown]
    return _markdown_table(words.ReportTable("", head, tuple(figure[:shown] for figure in words.figures(digest))))


def _markdown_days(digest: Digest) -> str:
    top = max(1, *(day.tokens for day in digest.days))
    bars = [text.bar(day.tokens / top, BAR_CELLS, "text", _CHARSET) for day in digest.days]
    return _headed(words.days_table(digest), [text.plain(bar).replace("─", "") for bar in bars])


def _markdown_forecasts(reliability: Reliability) -> List[str]:
    if not reliability.bins:
        return []
    bars = [text.plain(text.bar(one.happened, BAR_CELLS, "text", _CHARSET, one.said)) for one in reliability.bins]
    return [_headed(words.forecasts_table(reliability), bars), escaped(words.forecasts_sentence(reliability))]


def _fenced(title: str, lines: Sequence[Line]) -> str:
    """A picture; nothing in it comes from outside."""
    return "\n".join([f"## {title}", "", "```text", *map(text.plain, lines), "```"]) if lines else ""


def _headed(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    return f"## {escaped(table.title)}\n\n{_markdown_table(table, bars)}" if table.rows else ""


def _markdown_table(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    """The table, with a last column of bars where there are some."""
    rows = [[escaped(cell) for cell in row] for row in (table.head, *table.rows)]
    marks = [":---", *["---:"] * (len(table.head) - 1)]
    if bars:
        rows, marks = [[*row, bar] for row, bar in zip(rows, ("", *bars))], [*marks, ":---"]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in cells)} |" for cells in (rows[0], marks, *rows[1:]))
