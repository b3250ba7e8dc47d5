"""The pages beside the dashboard: help, and the history as a list of sessions, a chart by day, week or month, a heat map, and
the weekly limit.
"""

from __future__ import annotations

from ccmon import text, when
from ccmon.choices import PERIODS
from ccmon.history import groups
from ccmon.history.windows import PastWindow
from ccmon.model import NEAR_PERCENT, Record, UsageRow
from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Sequence, Tuple
from ccmon.text import Line, Span
from ccmon.views.history import chart, heatmap
from ccmon.views.history.rows import is_active
from ccmon.views.layout import pick
from ccmon.views.screen import foot, parts
from ccmon.views.screen.scene import Page, Past, Scene
from ccmon.when import HOUR_S, Zone, day_text, local

WEEK = "week"                          # the view of the 7-day windows, where any is known
VIEWS = ("list", "chart", "heat map", WEEK)
NEXT_KEYS, BACK_KEYS = ("v", "tab", "right"), ("left",)
SCROLL_KEYS = ("up", "down", "pgup", "pgdn", "home", "end")
EMPTY = "No sessions are stored yet. They are kept from now on."
READING = "No sessions are stored yet: Claude Code's logs are still being read."
HEADED_ROWS = 3                        # windows of fewer rows have no heading
NOTES = (
    "Tokens are input + output; cache tokens are shown apart.",
    "The mark on the bar is where even use would be by now: left of it is good.",
    "`93 % lasts` is how likely a limit lasts; `out Wed {at}` its pace so far.",
    "Burn is tokens a minute over the last hour; `lasts at` is the pace that would last just to the reset.",
    "In the graph, solid is what was seen; dashed goes on at this pace; nine of ten cases lie between the dots.",
    "Plan figures are reference values, not published limits: --limit N sets your own.",
)
BACK = (("q", "back"),)


class ListColumn(NamedTuple):
    """A column of the page; the one of the highest rank is dropped first."""

    name: str
    cells: int
    rank: int


START, SHORT_START = ListColumn("start", 17, 0), ListColumn("start", 13, 0)
STARTS = {12: (START._replace(cells=19), SHORT_START._replace(cells=15)), 24: (START, SHORT_START)}    # 2:05pm takes more
FIGURES = (ListColumn("length", 8, 5), ListColumn("tokens", 10, 1), ListColumn("cost", 10, 4), ListColumn("share", 7, 2))
BRIEF_TOKENS = ListColumn("tokens", 5, 1)  # 9.1k, where there is room for nothing else
BAR = ListColumn("limit", 12, 3)
MODELS = ListColumn("models", 14, 6)       # at least: it takes what is free
HOURS = ListColumn("hours", 8, 7)          # a session touches six hours of the clock at most


def gathered(records: Sequence[Record], used: Sequence[UsageRow], zone: Zone, now: int, weeks: Sequence[PastWindow] = ()) -> Past:
    """Everything that is worked out once, and not for every frame."""
    today = local(now, zone).date()
    days = groups.by_period(records, used, "day", zone)
    by_period = {period: chart.filled(days, period, today) for period in PERIODS}
    seen = groups.by_quarter(row for row in used if row.model is not None)
    return Past(tuple(records), by_period, groups.heat(groups.by_quarter(used), zone), seen, tuple(weeks))


def views(past: Past) -> Sequence[str]:
    """Those that there is something to show in."""
    return VIEWS if past.weeks else VIEWS[:-1]


def after_key(page: Page, key: str, past: Past, width: int, height: int) -> Page:
    """What is to be seen after that key; any other key changes nothing."""
    if key in NEXT_KEYS or key in BACK_KEYS:
        return page._replace(view=_next_view(page, past, 1 if key in NEXT_KEYS else -1), offset=0)
    if key == "b" and page.view == "chart":
        return page._replace(period=_next_period(page.period), offset=0)
    if key in SCROLL_KEYS:
        shown, count = _extent(page, past, width, height)
        last, screenful = max(0, count - shown), max(1, shown - 1)
        step = {"up": -1, "down": 1, "pgup": -screenful, "pgdn": screenful, "home": -count, "end": count}[key]
        return page._replace(offset=max(0, min(last, page.offset + step)))
    return page


def _next_view(page: Page, past: Past, step: int) -> str:
    shown = views(past)
    return shown[(shown.index(page.view) + step) % len(shown)] if page.view in shown else shown[0]


def _next_period(period: str) -> str:
    return PERIODS[(PERIODS.index(period) + 1) % len(PERIODS)]


def _extent(page: Page, past: Past, width: int, height: int) -> Tuple[int, int]:
    """How many sessions, periods or windows the page shows at most, and how many there are."""
    rows = _body_rows(page, height)
    if page.view == "list":
        return _fitting(rows), len(past.records)
    if page.view == "heat map":
        return 0, 0
    if page.view == WEEK:
        return 1, len(past.weeks)
    count = len(past.groups[page.period])
    return chart.fitting(count, page.period, width, rows), count


def _head_rows(page: Page, height: int) -> int:
    """Title and rule, where they leave room for something to see: a map of the week needs more of it."""
    least = (9, 13) if page.view == "heat map" else (6, 8)
    return sum(height >= rows for rows in least)


def _body_rows(page: Page, height: int) -> int:
    return max(0, height - 1 - _head_rows(page, height))


def history_page(scene: Scene, past: Past, page: Page, width: int, height: int) -> List[Line]:
    """At most `height` lines: the title, the view, and the keys last."""
    page = page if page.view in views(past) else Page()
    shown, count = _extent(page, past, width, height)
    page = page._replace(offset=max(0, min(page.offset, count - shown)))       # the window may have grown
    head = [parts.title(scene, width, _title(page, width)), parts.rule(scene, width)][:_head_rows(page, height)]
    body = _body(scene, past, page, width, _body_rows(page, height))
    lines = [*head, *body]
    end = foot.page_keys(_keys(page, past, count), _where(page, min(shown, count), count), width)
    return [text.clip_line(line, width) for line in (*lines, *[()] * (height - len(lines) - 1), end)][:height]


def _title(page: Page, width: int) -> str:
    by_hour = "history by weekday and hour" if width >= 60 else "history by hour"
    return {"list": "history", "chart": f"history by {page.period}", "heat map": by_hour,
            WEEK: "history of the weekly limit" if width >= 60 else "weekly limit"}[page.view]


def _keys(page: Page, past: Past, count: int) -> List[Tuple[str, str]]:
    """What can be done here, most wanted first."""
    back, following = ("h", "back"), ("v", _next_view(page, past, 1))
    if page.view == "heat map" or not count:
        return [back, following]
    by = [("b", f"by {_next_period(page.period)}")] if page.view == "chart" else []
    return [back, following, *by, ("up/down", "scroll")]


def _where(page: Page, shown: int, count: int) -> str:
    """Which of how many are on the screen."""
    if page.view == "heat map":
        return ""
    noun = "session" if page.view == "list" else "week" if page.view == WEEK else page.period
    counted = text.plural(count, noun)
    if page.view == WEEK and shown:
        return f"{page.offset + 1} of {counted}"
    return f"{page.offset + 1}-{page.offset + shown} of {counted}" if shown else counted


def _body(scene: Scene, past: Past, page: Page, width: int, rows: int) -> List[Line]:
    if page.view == WEEK and past.weeks:
        window = past.weeks[len(past.weeks) - 1 - page.offset]
        return chart.window_lines(window, scene.snapshot.now, scene.zone, width, rows, scene.charset)
    if not past.records and (page.view == "list" or not past.groups["day"]):
        return _nothing_stored(width, rows, scene.is_first_read or scene.snapshot.source.progress is not None)
    if page.view == "list":
        return session_rows(scene, past.records, past.seen, page.offset, width, rows)
    if page.view == "heat map":
        return heatmap.lines(past.heat, width, scene.charset, scene.zone.dial, rows)
    periods = past.groups[page.period]
    shown = periods[:len(periods) - page.offset]
    return chart.picture(shown, len(periods), page.period, width, rows, scene.charset)


# --- the list of sessions: one row each, with a bar for the share of the limit -----------------------------------------

def _fitting(rows: int) -> int:
    """How many sessions stand in so many lines."""
    return rows - (rows >= HEADED_ROWS)


def _nothing_stored(width: int, rows: int, is_reading: bool = False) -> List[Line]:
    """The sentence while nothing is stored, or the logs are still being read for the first time."""
    sentence = READING if is_reading else EMPTY
    words: List[Line] = [(Span("  " + line, "value"),) for line in text.wrap(sentence, max(1, width - 3))]
    return [(), *words] if len(words) < rows else words[:rows]


def session_rows(scene: Scene, records: Sequence[Record], seen: Mapping[int, float], offset: int, width: int,
                 height: int) -> List[Line]:
    """At most `height` lines: the sessions, the newest first without `offset` of them.

    seen: tokens by quarter of an hour, where messages are stored.
    """
    count = _fitting(height)
    shown = records[max(0, len(records) - offset - count):len(records) - offset][::-1]
    columns = _columns(width, bool(seen), scene.zone.dial)
    heading = [_cells([(column.name, "label") for column in columns], columns)] if height >= HEADED_ROWS else []
    return [*heading, *(_session_row(scene, record, seen, columns) for record in shown)]


def _columns(width: int, hours: bool, dial: int = 24) -> List[ListColumn]:
    """Those that fit; bars and names take what is left."""
    start, short = STARTS[dial]
    if width < short.cells + FIGURES[1].cells + 2:
        return [short, BRIEF_TOKENS][:1 + (width >= short.cells + BRIEF_TOKENS.cells + 2)]
    chosen = [start if width >= 60 else short, *FIGURES, BAR, *[HOURS][:hours], MODELS]
    while sum(column.cells for column in chosen) + 2 > width and len(chosen) > 1:
        chosen.remove(max(chosen, key=lambda column: column.rank))
    free = width - 2 - sum(column.cells for column in chosen)
    wider = {BAR.name: min(26, free // 2), MODELS.name: free - min(26, free // 2)}
    return [column._replace(cells=column.cells + wider.get(column.name, 0)) for column in chosen]


def _cells(words: Sequence[Tuple[str, str]], columns: Sequence[ListColumn]) -> Line:
    """Words with their roles in columns: figures at the right edge, everything else at the left."""
    out = [Span(" ")]
    for (word, role), column in zip(words, columns):
        right = any(column.name == figure.name for figure in FIGURES)
        left = text.pad(("  " if column.rank else "") + word, column.cells)
        out.append(Span(f"{word:>{column.cells}}" if right else left, role))
    return tuple(out)


def _session_row(scene: Scene, record: Record, seen: Mapping[int, float], columns: Sequence[ListColumn]) -> Line:
    percent = record.percent
    role = "value" if is_active(record, scene.snapshot.now) else "text"
    words = _words(scene, record, columns)
    line: List[Span] = [Span(" ")]
    for column in columns:
        if column.name == BAR.name:
            bar = text.bar(percent / 100, column.cells - 3, text.level_role(percent), scene.charset)
            line += [Span("  "), *bar, Span("!" if percent >= NEAR_PERCENT else " ", text.level_role(percent))]
        elif column.name == HOURS.name:
            line.append(Span("  " + text.pad(_hours(record, seen, scene), column.cells - 2), "accent"))
        elif column.name == MODELS.name:
            line.append(Span("  " + text.model_names(record.block.models, column.cells - 2), "dim"))
        else:
            line += _cells([(words[column.name], role)], [column])[1:]
    return tuple(line)


def _words(scene: Scene, record: Record, columns: Sequence[ListColumn]) -> Dict[str, str]:
    """Start and figures as text, by the name of the column."""
    block, now = record.block, scene.snapshot.now
    start = when.dated(block.start, scene.zone)
    until = now if is_active(record, now) else block.used_until(now)
    count = text.short_count if BRIEF_TOKENS in columns else text.count
    short = f"{day_text(block.start, scene.zone):>6} {scene.hour(block.start)}"
    return {"start": short if STARTS[scene.zone.dial][1] in columns else start, "length": text.duration(until - block.start),
            "tokens": ("" if block.counted else "~") + count(block.tokens), "cost": text.usd(block.cost_usd),
            "share": text.percent(record.percent)}


def _hours(record: Record, seen: Mapping[int, float], scene: Scene) -> str:
    """The session hour by hour up to its last message, where messages are stored."""
    start, until = record.block.start, record.block.used_until(scene.snapshot.now)
    cells = max(1, min(HOURS.cells - 2, -(-(until + 1 - start) // HOUR_S)))
    tokens = groups.tokens_by_part(seen, start, start + cells * HOUR_S, cells)
    return text.sparkline(tokens, scene.charset) if any(tokens) else ""


# --- help --------------------------------------------------------------------------------------------------------------

def help_page(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines: the keys first, then as many whole notes as fit."""
    head: List[Line] = [parts.title(scene, width, "help"), parts.rule(scene, width), ()]
    has_rows = len(foot.KEYS) + 3 <= height            # with the title, a row between, and the way back
    keys = _key_rows(width) if has_rows else _key_flow(width)
    lines = [*head[:max(0, height - 2 - len(keys))], *keys]
    for note in _notes(width, scene.zone.dial):
        if len(lines) + len(note) < height:
            lines += note
    back = foot.page_keys(BACK, text.printable(scene.status), width)
    lines = [*lines[:max(1, height - 1)], *[()] * (height - 1 - len(lines)), back]
    return [text.clip_line(line, width) for line in lines[:height]]


def _key_rows(width: int) -> List[Line]:
    rows = []
    for key, word, more in foot.KEYS:
        brief = (Span(f"  {key}  ", "key"), Span(f"{word:<9}", "text"))
        rows.append(pick([(*brief, Span(more, "dim")), brief, (Span(f" {key} ", "key"), Span(word, "text"))], width))
    return rows


def _key_flow(width: int) -> List[Line]:
    """The keys side by side, those of one page last."""
    lines: List[Tuple[Span, ...]] = [()]
    for key, word, _ in sorted(foot.KEYS, key=lambda row: row[0] in foot.HISTORY_KEYS):
        pair = (Span(f" {key} ", "key"), Span(f"{word} ", "text"))
        if text.line_width(lines[-1]) + text.line_width(pair) > width:
            lines.append(())
        lines[-1] = (*lines[-1], *pair)
    return list(lines)


def _notes(width: int, dial: int) -> List[List[Line]]:
    """Each note as its lines, the first after a blank."""
    at = when.time_of_day(14, 0, dial)
    notes: List[List[Line]] = [[(Span("  " + row, "dim"),) for row in text.wrap(note.format(at=at), max(1, width - 4))]
                               for note in NOTES]
    return [[(), *notes[0]], *notes[1:]]
