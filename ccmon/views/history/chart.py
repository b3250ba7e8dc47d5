"""Days, weeks or months as rows with bars, or as columns when they are many; and the course of a window of the account."""

from __future__ import annotations

from datetime import date, timedelta

from ccmon import text
from ccmon.history.groups import UsageGroup, first_day, label, total
from ccmon.model import NEAR_PERCENT
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.sources.session_json import label as short_label
from ccmon.text import Charset, Line, Span
from ccmon.usage.windows import name_words
from ccmon.views import graph
from ccmon.views.layout import percent_text, pick
from ccmon.when import DAY_S, DAYS, HOUR_S, MONTHS, Zone, day_and_hour, hour_text, local, midnight

if TYPE_CHECKING:
    from ccmon.history.windows import PastWindow

MOST = 4_000                           # periods at most when gaps are filled: one wrong date shall not cost minutes
COLUMNS_CELLS, COLUMNS_ROWS = 60, 10   # the least window for columns
NOTHING = "No sessions to draw."
_GAP = 2                               # cells between the parts of a row
LABEL_CELLS = 6                        # the scale
WIDEST = 8                             # cells of a period at most
NAMED_CELLS = 5                        # columns as wide as this have their tokens above them
GROUPED = {"day": 7, "week": 4, "month": 12}   # periods from one date below to the next, at least
_EIGHTHS = "▁▂▃▄▅▆▇█"
_ASCII = "...::::#"


class Widths(NamedTuple):
    """The cells of a row's parts; 0 for a part that is left out."""

    label: int
    bar: int
    tokens: int
    cost: int
    percent: int
    brief: bool                        # 15 Jan and 35k, not Thu 15 Jan and 35,120


def lines(groups: Sequence[UsageGroup], period: str, width: int, height: int, charset: Charset) -> List[Line]:
    """At most `height` lines: every day, week or month from the first to the last; the newest when that is too many."""
    periods = filled(groups, period)
    return picture(periods, len(periods), period, width, height, charset)


def picture(periods: Sequence[UsageGroup], count: int, period: str, width: int, height: int, charset: Charset) -> List[Line]:
    """The last of the filled periods that fit; `count` is how many there are with those that were scrolled away."""
    if not periods:
        words: List[Line] = [(Span(" " + line, "dim"),) for line in text.wrap(NOTHING, max(1, width - 2))]
        return [text.clip_line(line, width) for line in words[:height]]
    shown = periods[-fitting(count, period, width, height):]
    if _as_columns(count, width, height):
        drawn = [_legend(width, charset), *column_lines(shown, period, width, height - 2, charset),
                 _below(shown, count, period, width)]
    else:
        drawn = _rows(shown, count, period, width, height, charset)
    return [text.clip_line(line, width) for line in drawn[:height]]


def fitting(count: int, period: str, width: int, height: int) -> int:
    """How many of so many periods the picture shows, at least 1."""
    grouped = GROUPED[period]          # the narrowest columns stand in groups with a gap before each
    room = _plot_cells(width) * grouped // (grouped + 1) if _as_columns(count, width, height) else height - _around(height)
    return max(1, min(count, room))


def _as_columns(count: int, width: int, height: int) -> bool:
    """Whether so many periods are drawn as columns: rows would leave some out, and there is room for columns."""
    return count > height - _around(height) and width >= COLUMNS_CELLS and height >= COLUMNS_ROWS


def _around(height: int) -> int:
    """Lines around the rows: a heading and the sum, where the window is not too low for them."""
    return 2 if height >= 6 else 1 if height >= 3 else 0


# --- periods ------------------------------------------------------------------------------------------------------------

def filled(groups: Sequence[UsageGroup], period: str, today: Optional[date] = None) -> List[UsageGroup]:
    """The groups by time, with an empty one for each period without any use between them and up to that of today."""
    by_first_day: Dict[date, List[UsageGroup]] = {}
    for group in groups:
        if group.begins:
            by_first_day.setdefault(first_day(group.begins, period), []).append(group)
    if not by_first_day:
        return []
    first, at = min(by_first_day), max([*by_first_day, *([first_day(today, period)] if today else [])])
    periods = [_joined(at, period, by_first_day.get(at, []))]
    while at > first and len(periods) < MOST:
        at = first_day(at - timedelta(days=1), period)
        periods.append(_joined(at, period, by_first_day.get(at, [])))
    return periods[::-1]


def _joined(begins: date, period: str, groups: Sequence[UsageGroup]) -> UsageGroup:
    return total(groups)._replace(key=label(begins, period), begins=begins)


def name(begins: date, period: str, brief: bool = False, year: bool = False) -> str:
    """Thu 15 Jan, W03 12 Jan, Jan 2026; brief: 15 Jan, W03, Jan 26. With the year where it is asked for."""
    month = MONTHS[begins.month - 1]
    if period == "month":
        return f"{month} {begins.year % 100:02d}" if brief else f"{month} {begins.year}"
    lead = f"W{begins.isocalendar()[1]:02d}" if period == "week" else DAYS[begins.weekday()]
    if brief:
        return lead if period == "week" else f"{begins.day:>2} {month}"
    return f"{lead} {begins.day:>2} {month}" + (f" {begins.year}" if year else "")


def _count_words(shown: int, count: int, period: str) -> str:
    """How many periods the picture shows, and of how many."""
    return text.plural(count, period) if shown == count else f"{shown} of {text.plural(count, period)}"


# --- rows ---------------------------------------------------------------------------------------------------------------

def _rows(shown: Sequence[UsageGroup], count: int, period: str, width: int, height: int, charset: Charset) -> List[Line]:
    """The newest first, as in the list of sessions."""
    year = len({group.begins.year for group in shown if group.begins}) > 1
    widths = _widths(shown, period, width, year)
    top = max(1, *(group.tokens for group in shown))
    rows = [_row(group, period, top, widths, year, charset) for group in reversed(shown)]
    around = _around(height) if len(shown) > 1 or count > 1 else 0
    heading = [_heading(period, widths)] if around > 1 else []
    return [*heading, *rows, *([_sum(shown, count, period, widths, width)] if around else [])]


def _widths(shown: Sequence[UsageGroup], period: str, width: int, year: bool) -> Widths:
    """The most telling parts for which the bar keeps some length."""
    both = [*shown, total(shown)]
    tokens = max(6, *(text.width(text.count(group.tokens)) for group in both))
    cost = max(4, *(text.width(text.usd(group.cost_usd)) for group in both))
    brief = max(text.width(text.short_count(group.tokens)) for group in both)
    long, short = (max(map(text.width, names)) for names in zip(*(_names(group, period, year) for group in shown)))
    choices = ((16, Widths(long, 0, tokens, cost, 8, False)), (10, Widths(short, 0, tokens, cost, 8, False)),
               (8, Widths(short, 0, brief, 0, 8, True)), (3, Widths(short, 0, brief, 0, 1, True)))
    for least, widths in choices:
        bar = width - 2 - widths.label - _GAP - sum(_GAP + cells for cells in widths[2:5] if cells > 1) - (widths.percent == 1)
        if bar >= least:
            return widths._replace(bar=bar)
    return choices[-1][1]


def _names(group: UsageGroup, period: str, year: bool) -> Tuple[str, str]:
    assert group.begins is not None
    return name(group.begins, period, year=year), name(group.begins, period, brief=True)


def _row(group: UsageGroup, period: str, top: int, widths: Widths, year: bool, charset: Charset) -> Line:
    long, short = _names(group, period, year)
    role = text.level_role(group.percent)
    words = text.pad(long if text.width(long) <= widths.label else short, widths.label)
    head = Span(" " + words, "dim" if group.is_empty else "label")
    return (head, *_bar(group, top, widths, role, charset), *_figures(group, widths, "dim" if group.is_empty else "value", role))


def _bar(group: UsageGroup, top: int, widths: Widths, role: str, charset: Charset) -> Line:
    """Not shorter than a trace where there was anything at all."""
    trace = 0.126 if charset.unicode else 0.51
    share = max(group.tokens / top, trace / widths.bar) if group.tokens and widths.bar else 0.0
    drawn = text.bar(share, widths.bar, role, charset)
    return (Span(" " * (_GAP if widths.bar else 0)), *(Span(" " * len(s.text)) if s.role == "track" else s for s in drawn))


def _figures(group: UsageGroup, widths: Widths, role: str, level: str) -> Line:
    """Tokens, cost and the share of the limit, each at the right edge of its column."""
    some = not group.is_empty
    tokens = text.short_count(group.tokens) if widths.brief else text.count(group.tokens)
    cost = text.usd(group.cost_usd) if some else ""
    percent = percent_text(group.percent) if widths.percent > 1 else "!" if group.percent >= NEAR_PERCENT else ""
    parts = ((tokens if some else "-", widths.tokens, role), (cost, widths.cost, "text"),
             (percent if group.sessions else "", widths.percent, level))
    return tuple(Span(" " * (_GAP if cells > 1 else 0) + f"{words:>{cells}}", part) for words, cells, part in parts if cells)


def _heading(period: str, widths: Widths) -> Line:
    over_bar = " " * (_GAP + widths.bar if widths.bar else 0)
    parts = (("tokens", widths.tokens), ("cost", widths.cost), ("of limit", widths.percent))
    named = (Span(f"{'':{_GAP}}{words:>{cells}}", "dim") for words, cells in parts if cells >= len(words))
    return (Span(" " + text.pad(period, widths.label) + over_bar, "dim"), *named)


def _sum(shown: Sequence[UsageGroup], count: int, period: str, widths: Widths, width: int) -> Line:
    """How much of it is shown, and its sums below the columns."""
    whole = total(shown)
    head = " " + _count_words(len(shown), count, period)
    figures = _figures(whole, widths._replace(percent=0), "label", "dim")
    before = 1 + widths.label + (_GAP + widths.bar if widths.bar else 0)
    return pick([(Span(text.pad(head, before), "label"), *figures), (Span(head, "label"),)], width)


# --- columns ------------------------------------------------------------------------------------------------------------

def _legend(width: int, charset: Charset) -> Line:
    """What the colours say, and where they say nothing new the sign does."""
    mark = "▆" if charset.unicode else "#"
    head = Span(" highest share of a limit   ", "dim")
    levels = ((0, "to 50 %"), (50, "to 80 %"), (NEAR_PERCENT, "! to 100 %"), (101, "! above"))
    spans = [piece for least, words in levels for piece in (Span(mark, text.level_role(least)), Span(f" {words}  ", "dim"))]
    sign = (Span(" ! 80 % of a limit or more", "dim"),)
    return pick([(head, *spans), (Span(" limit   ", "dim"), *spans), sign], width)


def _below(shown: Sequence[UsageGroup], count: int, period: str, width: int) -> Line:
    """How much of it is shown, the largest, and the sums."""
    whole, most = total(shown), max(shown, key=lambda group: group.tokens)
    assert most.begins is not None
    head = Span(" " + _count_words(len(shown), count, period), "label")
    cost = "" if whole.cost_usd is None else f"  {text.usd(whole.cost_usd)}"
    sums = Span(f"{text.count(whole.tokens)} tokens{cost} ", "label")
    peak = Span(f"   most {text.short_count(most.tokens)} on {' '.join(name(most.begins, period).split())}", "dim")
    return text.spread(pick([(head, peak), (head,)], width - text.line_width((sums,)) - 1), (sums,), width)


def _plot_cells(width: int) -> int:
    return width - LABEL_CELLS - 1


def column_lines(shown: Sequence[UsageGroup], period: str, width: int, rows: int, charset: Charset) -> List[Line]:
    """Exactly `rows` lines: columns under a row for signs, their axis, and dates below."""
    step = max(1, min(WIDEST, _plot_cells(width) // len(shown)))
    top, plot_rows = max(1, *(group.tokens for group in shown)), rows - 3
    plot: List[List[Span]] = [[] for _ in range(plot_rows + 1)]
    ticks: Dict[int, str] = {}
    at = 0
    for group in shown:
        tick = _tick(group, period, step)
        gap = 1 if step > 1 or (tick and at) else 0
        if tick:
            ticks[at + gap] = tick
        for row, piece in zip(plot, _column(group, top, plot_rows, max(1, step - 1), charset)):
            row += [Span(" " * gap), piece]
        at += gap + max(1, step - 1)
    labels, (wall, notch) = _scale(top, plot_rows), ("│", "┤") if charset.unicode else ("|", "+")
    edges = [f"{labels.get(row, ''):>4} " + (notch if row in labels else wall) for row in range(plot_rows + 1)]
    lines = [text.merged([Span(edge, "dim"), *pieces]) for edge, pieces in zip(edges[::-1], plot[::-1])]
    return [*lines, *_axis(ticks, width, charset)]


def _column(group: UsageGroup, top: int, rows: int, cells: int, charset: Charset) -> List[Span]:
    """From the bottom up; the sign or the figure stands on top."""
    eighths = max(1, round(group.tokens * rows * 8 / top)) if group.tokens else 0
    marks, role = _EIGHTHS if charset.unicode else _ASCII, text.level_role(group.percent)
    full, rest = divmod(eighths, 8)
    pieces = [marks[7]] * full + ([marks[rest - 1]] if rest else [])
    column = [Span(piece * cells, role) for piece in pieces]
    figure = text.short_count(group.tokens) if cells >= NAMED_CELLS and group.tokens else ""
    sign = "!" + figure if group.percent >= NEAR_PERCENT else figure
    column.append(Span(f"{text.clip(sign, cells):^{cells}}", role if sign else "text"))
    return [*column, *[Span(" " * cells)] * (rows + 1 - len(column))][:rows + 1]


def _scale(top: int, rows: int) -> Dict[int, str]:
    """Figures at round numbers, by the row in which a column of so many ends."""
    step = graph.round_step(top / max(1, rows / 3))
    return {-(-tokens * rows // top) - 1: text.short_count(tokens) for tokens in range(step, top + 1, step)}


def _tick(group: UsageGroup, period: str, step: int) -> str:
    """What is written below: the Mondays, or where a month or, of months that stand close, a year begins."""
    day = group.begins
    assert day is not None
    if period == "day":
        return f"{day.day} {MONTHS[day.month - 1]}" if day.weekday() == 0 else ""
    if day.month == 1 and day.day <= 7:
        return str(day.year)
    return "" if day.day > 7 or (period == "month" and step < 4) else MONTHS[day.month - 1]


def _axis(ticks: Dict[int, str], width: int, charset: Charset) -> List[Line]:
    """The line below the columns, and the dates that have room."""
    corner, flat, mark = ("└", "─", "┬") if charset.unicode else ("+", "-", "+")
    axis, names, free = [flat] * _plot_cells(width), "", 0
    for at, name in ticks.items():
        if at >= free and LABEL_CELLS + at + len(name) <= width:
            axis[at], names, free = mark, text.pad(names, at) + name, at + len(name) + 1
    return [(Span(f"{0:>4} {corner}{''.join(axis)}", "dim"),), (Span(" " * LABEL_CELLS + names, "dim"),)]


# --- the course of a window of the account against even use ------------------------------------------------------------------

def window_strokes(window: PastWindow, now: int) -> List[graph.Stroke]:
    """Even use, dashed, and the percentage: what was read holds until the next reading; what was before the first is dashed."""
    first, drawn = window.readings[0], []
    if window.start is not None:
        drawn = [graph.Stroke((window.start, 0.0), (window.resets_at, 100.0), "dim", "dashed"),
                 graph.Stroke((window.start, 0.0), first, text.level_role(first[1]), "dashed")]
    last = (max(window.readings[-1][0], min(now, window.end)), window.readings[-1][1])
    for (at, percent), (later, more) in zip(window.readings, (*window.readings[1:], last)):
        drawn += [graph.Stroke((at, percent), (later, percent), text.level_role(percent)),
                  graph.Stroke((later, min(percent, more)), (later, max(percent, more)), text.level_role(more))]
    return drawn


def _headline(window: PastWindow, now: int, zone: Zone) -> Tuple[str, str]:
    """Which window, and how it stands beside even use, or stood at its end."""
    if window.end <= now:
        return (f"{name_words(window.name)} until {day_and_hour(window.end, zone)}",
                f"{text.percent(window.percent)} at most, on {day_and_hour(window.reached_at, zone)}")
    beside = ""
    if window.start is not None and window.resets_at > window.start:
        even = 100 * (now - window.start) / (window.resets_at - window.start)
        beside = f", even use would be {text.percent(max(0.0, min(100.0, even)))}"
    return (f"{name_words(window.name)} until {day_and_hour(window.resets_at, zone)}",
            f"{text.percent(window.readings[-1][1])} used{beside}")


def window_lines(window: PastWindow, now: int, zone: Zone, width: int, rows: int, charset: Charset) -> List[Line]:
    """At most `rows` lines: what it says in words, and the picture."""
    lead, state = _headline(window, now, zone)
    role = text.level_role(window.readings[-1][1] if window.end > now else window.percent)
    choices = [(Span(f" {lead[:1].upper()}{lead[1:]}: ", "label"), Span(state, role)),
               (Span(f" {short_label(window.name)}: ", "label"), Span(state, role)), (Span(f" {state.split(',')[0]}", role),)]
    begun = window.readings[0][0] if window.start is None else window.start
    curve = graph.Curve(begun, max(begun + 1, window.resets_at), 100, window_strokes(window, now),
                        max(begun, min(now, window.resets_at)))
    picture = graph.render(curve, width - 2, rows - 1, charset, _window_ticks(begun, window.resets_at, zone)) if rows > 1 else []
    rows_ = [pick(choices, width), *(picture if any(picture) else [])]
    return [text.clip_line(line, width) for line in rows_[:rows]]


def _window_ticks(start: int, end: int, zone: Zone) -> List[Tuple[int, str]]:
    """Where days begin, or full hours in a window that is no longer than a day."""
    if end - start <= DAY_S:
        return [(at, hour_text(at, zone)) for at in range(-(-start // HOUR_S) * HOUR_S, end + 1, HOUR_S)]
    day = local(start, zone).date() + timedelta(days=1)
    days: List[Tuple[int, str]] = []
    while len(days) < 400 and midnight(day, zone) <= end:
        days.append((midnight(day, zone), f"{DAYS[day.weekday()]} {day.day}"))
        day += timedelta(days=1)
    return days
