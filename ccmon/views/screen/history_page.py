"""The history page of the screen: the list of sessions, a chart by day, week or month, a heat map, the weekly limit."""

from typing import List, Sequence, Tuple

from ccmon import text
from ccmon.choices import PERIODS
from ccmon.history import groups
from ccmon.history.windows import PastWindow
from ccmon.model import Record, UsageRow
from ccmon.text import Line
from ccmon.views.history import chart, heatmap
from ccmon.views.screen import foot, parts, session_list
from ccmon.views.screen.scene import Page, Past, Scene
from ccmon.when import Zone, local

WEEK = "week"                          # the view of the 7-day windows, where any is known
VIEWS = ("list", "chart", "heat map", WEEK)
NEXT_KEYS, BACK_KEYS = ("v", "tab", "right"), ("left",)
SCROLL_KEYS = ("up", "down", "pgup", "pgdn", "home", "end")


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
        return session_list.fitting(rows), len(past.records)
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


def render(scene: Scene, past: Past, page: Page, width: int, height: int) -> List[Line]:
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
        return session_list.nothing(width, rows, scene.is_first_read or scene.snapshot.source.progress is not None)
    if page.view == "list":
        return session_list.lines(scene, past.records, past.seen, page.offset, width, rows)
    if page.view == "heat map":
        return heatmap.lines(past.heat, width, scene.charset, scene.zone.dial, rows)
    periods = past.groups[page.period]
    shown = periods[:len(periods) - page.offset]
    return chart.picture(shown, len(periods), page.period, width, rows, scene.charset)
