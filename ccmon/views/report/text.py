"""A report as lines for the terminal, and its pictures in characters."""

from datetime import timedelta
from typing import List, Sequence, Tuple

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.history.groups import UsageGroup
from ccmon.learning.score import Reliability
from ccmon.text import Charset, Line, Span
from ccmon.views import graph, reliability_words
from ccmon.views.history import columns, heatmap, window_course
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
    parts = [_figures(digest, width), _insights(digest, width, charset), _days(digest, width, charset),
             _titled("Sessions", curve(digest, width, charset)), _weeks(digest, width, charset),
             _titled("Hours", heatmap.lines(digest.heat, width, charset, digest.zone.dial)), _models(digest, width, charset),
             _table(words.limits_table(digest), width), _forecasts(reliability, width, charset)]
    if digest.hosts:
        parts.append(_table(words.hosts_table(digest), width))
    body = [line for part in parts if part for line in [*part, ()]]
    end = [*_wrapped(words.COUNTING, "dim", width)]
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


def _figures(digest: Digest, width: int) -> List[Line]:
    figures = words.figures(digest)
    before = f"  {words.before_name(digest):>18}" if digest.before else ""
    head = (Span(f" {'':14}{'this ' + digest.period.kind:>12}{before}", "dim"),)
    roles = {"80 % passed": "warn" if digest.total.near else "value", "limit reached": "danger" if digest.total.hits else "value"}
    return [head, *((Span(f" {figure.name:14}", "label"), Span(f"{figure.now:>12}", roles.get(figure.name, "value")),
                     Span(f"  {figure.before:>18}  {figure.change:>11}" if before else "", "text")) for figure in figures)]


def _insights(digest: Digest, width: int, charset: Charset) -> List[Line]:
    lead = " • " if charset.unicode else " * "
    return [line for sentence in digest.insights for line in _wrapped(sentence, "text", width, lead)]


# --- days ---------------------------------------------------------------------------------------------------------------

def _days(digest: Digest, width: int, charset: Charset) -> List[Line]:
    if len(digest.days) > 7:
        shown = columns.render(digest.days, "day", width, COLUMNS_ROWS, charset)
        return _titled("Days", [*shown, (Span("       ! a session used 80 % of its limit or more", "dim"),)])
    top = max(day.tokens for day in digest.days)
    return _titled("Days", [_day(day, top, width, charset) for day in digest.days])


def _day(day: UsageGroup, top: int, width: int, charset: Charset) -> Line:
    role = "dim" if day.is_empty else text.level_role(day.percent)
    label = f" {day.day_name:10}"
    figures = f"{'-' if day.is_empty else text.short_count(day.tokens):>6}"
    sessions = f"  {text.plural(day.sessions, 'session') if day.sessions else '':11}" if width >= 60 else ""
    cost = f"{'' if day.is_empty else text.usd(day.cost_usd):>10}" if width >= 70 else ""
    percent = f"{text.percent(day.percent) if day.sessions else '':>7}{' !' if day.near else '  '}"
    room = width - sum(map(len, (label, figures, sessions, cost, percent))) - 3
    drawn = text.bar(day.tokens / top if top else 0.0, room, role, charset)
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
    if not digest.weeks:
        return []
    period, now = digest.period, min(digest.now, digest.period.end)
    strokes = [stroke for week in digest.weeks for stroke in window_course.strokes(week, now)]
    return graph.render(graph.Curve(period.start, period.end, 100, strokes, now), width - 2, CURVE_ROWS, charset, _dates(digest))


def _dates(digest: Digest) -> List[Tuple[int, str]]:
    """Where days begin, as ticks: all of a week, the Mondays of a month."""
    period, ticks = digest.period, []
    for n in range((period.last - period.first).days + 1):
        day = period.first + timedelta(days=n)
        if period.kind == "week" or day.weekday() == 0:
            ticks.append((midnight(day, digest.zone), day_name(day)[:-4]))
    return ticks


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
    rows = [(Span(" "), *line) for line in reliability_words.chart(reliability, width - 1, charset)]
    below = _wrapped(words.forecasts_sentence(reliability), "dim", width) if rows else []
    return _titled(reliability_words.TITLE, [*rows, *below])


def _table(table: words.ReportTable, width: int) -> List[Line]:
    """Columns two cells apart, the first at the left."""
    wide = [max(text.width(row[at]) for row in (table.head, *table.rows)) for at in range(len(table.head))]
    rows = [(Span(_row(row, wide), "label" if row is table.head else "text"),) for row in (table.head, *table.rows)]
    return _titled(table.title, rows) if table.rows else []


def _row(cells: Sequence[str], wide: Sequence[int]) -> str:
    first, *rest = zip(cells, wide)
    return " " + text.pad(*first) + "".join("  " + " " * (room - text.width(cell)) + cell for cell, room in rest)
