"""The history page of the screen: the list of sessions, a chart by day, week or month, a heat map, the weekly limit."""

from typing import List, Sequence, Tuple

from ccmon import text
from ccmon.choices import PERIODS
from ccmon.history import groups
from ccmon.history.windows import PastWindow
from ccmon.model import Record, UsageRow
from ccmon.text import Line
from ccmon.views.history import chart, heatmap, listing, window_course
from ccmon.views.screen import foot, parts
from ccmon.views.screen.past import Look, Past
from ccmon.views.screen.scene import Scene
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


def after_key(look: Look, key: str, past: Past, width: int, height: int) -> Look:
    """What is to be seen after that key; any other key changes nothing."""
    if key in NEXT_KEYS or key in BACK_KEYS:
        return look._replace(view=_next_view(look, past, 1 if key in NEXT_KEYS else -1), offset=0)
    if key == "b" and look.view == "chart":
        return look._replace(period=_next_period(look.period), offset=0)
    if key in SCROLL_KEYS:
        shown, known = _extent(look, past, width, height)
        last, page = max(0, known - shown), max(1, shown - 1)
        step = {"up": -1, "down": 1, "pgup": -page, "pgdn": page, "home": -known, "end": known}[key]
        return look._replace(offset=max(0, min(last, look.offset + step)))
    return look


def _next_view(look: Look, past: Past, step: int) -> str:
    shown = views(past)
    return shown[(shown.index(look.view) + step) % len(shown)] if look.view in shown else shown[0]


def _next_period(period: str) -> str:
    return PERIODS[(PERIODS.index(period) + 1) % len(PERIODS)]


def _extent(look: Look, past: Past, width: int, height: int) -> Tuple[int, int]:
    """How many sessions, periods or windows the page shows at most, and how many there are."""
    rows = _body_rows(look, height)
    if look.view == "list":
        return listing.fitting(rows), len(past.records)
    if look.view == "heat map":
        return 0, 0
    if look.view == WEEK:
        return 1, len(past.weeks)
    known = len(past.groups[look.period])
    return chart.fitting(known, look.period, width, rows), known


def _head_rows(look: Look, height: int) -> int:
    """Title and rule, where they leave room for something to see: a map of the week needs more of it."""
    least = (9, 13) if look.view == "heat map" else (6, 8)
    return sum(height >= rows for rows in least)


def _body_rows(look: Look, height: int) -> int:
    return max(0, height - 1 - _head_rows(look, height))


def render(scene: Scene, past: Past, look: Look, width: int, height: int) -> List[Line]:
    """At most `height` lines: the title, the view, and the keys last."""
    look = look if look.view in views(past) else Look()
    shown, known = _extent(look, past, width, height)
    look = look._replace(offset=max(0, min(look.offset, known - shown)))       # the window may have grown
    head = [parts.title(scene, width, _title(look, width)), parts.rule(scene, width)][:_head_rows(look, height)]
    body = _body(scene, past, look, width, _body_rows(look, height))
    lines = [*head, *body]
    end = foot.page_keys(_keys(look, past, known), _where(look, min(shown, known), known), width)
    return [text.clip_line(line, width) for line in (*lines, *[()] * (height - len(lines) - 1), end)][:height]


def _title(look: Look, width: int) -> str:
    by_hour = "history by weekday and hour" if width >= 60 else "history by hour"
    return {"list": "history", "chart": f"history by {look.period}", "heat map": by_hour,
            WEEK: "history of the weekly limit" if width >= 60 else "weekly limit"}[look.view]


def _keys(look: Look, past: Past, known: int) -> List[Tuple[str, str]]:
    """What can be done here, most wanted first."""
    back, following = ("h", "back"), ("v", _next_view(look, past, 1))
    if look.view == "heat map" or not known:
        return [back, following]
    by = [("b", f"by {_next_period(look.period)}")] if look.view == "chart" else []
    return [back, following, *by, ("up/down", "scroll")]


def _where(look: Look, shown: int, known: int) -> str:
    """Which of how many are on the screen."""
    if look.view == "heat map":
        return ""
    noun = "session" if look.view == "list" else "week" if look.view == WEEK else look.period
    counted = text.plural(known, noun)
    if look.view == WEEK and shown:
        return f"{look.offset + 1} of {counted}"
    return f"{look.offset + 1}-{look.offset + shown} of {counted}" if shown else counted


def _body(scene: Scene, past: Past, look: Look, width: int, rows: int) -> List[Line]:
    if look.view == WEEK and past.weeks:
        window = past.weeks[len(past.weeks) - 1 - look.offset]
        return window_course.lines(window, scene.snapshot.now, scene.zone, width, rows, scene.charset)
    if not past.records and (look.view == "list" or not past.groups["day"]):
        return listing.nothing(width, rows, scene.looking or scene.snapshot.source.progress is not None)
    if look.view == "list":
        return listing.lines(scene, past.records, past.seen, look.offset, width, rows)
    if look.view == "heat map":
        return heatmap.fitted(past.heat, width, rows, scene.charset, scene.zone.dial)
    known = past.groups[look.period]
    periods = known[:len(known) - look.offset]
    return chart.picture(periods, len(known), look.period, width, rows, scene.charset)
