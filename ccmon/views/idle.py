"""The screen without an active session: the last one, today and the week, the record, the next reset."""

from datetime import date, timedelta
from typing import Dict, List, NamedTuple, Sequence, Tuple

from ccmon import text
from ccmon.model import Block
from ccmon.text import Line, Span
from ccmon.views import parts
from ccmon.views.scene import LABEL_CELLS, Scene, day_text, label, models, pick
from ccmon.views.stack import Part, bottom, fit
from ccmon.when import DAYS

NO_SESSION = "No active session found. Start a Claude Code session: it shows up here by itself."


class Day(NamedTuple):
    """The sum of one local day."""

    date: date
    tokens: int
    sessions: int
    cost_usd: float


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines."""
    room = max(1, width - 4)
    words = [(Span("  " + line, "value"),) for line in text.wrap(headline(scene), room)]
    notices = [] if _unread(scene) else parts.notices(scene, width, 1)
    foot = fit([Part(3, notices), Part(6, [parts.keys(scene, width)])], height)
    days = [_day(scene, day, top, width) for day, top in _week(scene)]
    lines = fit([Part(4, [parts.title(scene, width)]), Part(8, [parts.rule(scene, width)]), Part(9, [()]), Part(0, words),
                 Part(9, [()]), Part(1, [_reset(scene, width)]), Part(2, _last(scene, width)), Part(5, _record(scene, width)),
                 Part(10, [()]), Part(7, days)], height - len(foot))
    return bottom(lines, foot, height)


def _unread(scene: Scene) -> bool:
    return scene.snapshot.age_s is None and scene.snapshot.session is None


def headline(scene: Scene) -> str:
    """What there is to say first."""
    snapshot = scene.snapshot
    failed = next((notice.text for notice in snapshot.warnings if notice.code == "source_failed"), "")
    if _unread(scene):
        return failed or "Reading the usage with ccusage ..."
    return NO_SESSION


def _reset(scene: Scene, width: int) -> Line:
    reset = scene.snapshot.reset
    kind = "reference time" if reset.rule == "schedule" else "daily" if reset.rule == "hour" else reset.rule
    at = (Span(scene.clock(reset.at), "value"), Span(f"  in {text.duration(reset.at - scene.snapshot.now)}", "label"))
    more = (Span(f"  {kind}, {reset.timezone}", "dim"),)
    return (*label(scene.charset, "⏰", "next reset"), *pick([(*at, *more), at, at[:1]], width - LABEL_CELLS))


def _last(scene: Scene, width: int) -> List[Line]:
    block = scene.snapshot.session
    if block is None:
        return []
    when = Span(f"{scene.clock(block.start)}-{scene.hour(block.end)}", "value")
    used = Span(f"  {text.count(block.tokens)} tokens", "text")
    cost, names = Span(f"  {text.usd(block.cost_usd)}", "text"), Span("  " + models(block, 30), "dim")
    return [(*label(scene.charset, "📊", "last"), *pick([(when, used, cost, names), (when, used, cost), (when, used), (when,)],
                                                       width - LABEL_CELLS))]


def _record(scene: Scene, width: int) -> List[Line]:
    high = scene.facts.high_water
    if high is None:
        return []
    sessions = "1 session" if high.sessions == 1 else f"{text.count(high.sessions)} sessions"
    tokens, on = Span(f"{text.count(high.tokens)} tokens", "value"), Span(f" on {day_text(high.at, scene.zone)}", "label")
    return [(*label(scene.charset, "🚀", "record"), *pick([(tokens, on, Span(f"  {sessions}", "dim")), (tokens, on), (tokens,)],
                                                         width - LABEL_CELLS))]


def sums(scene: Scene, blocks: Sequence[Block]) -> Dict[date, Day]:
    """Tokens, sessions and cost by the local day on which a session began."""
    days: Dict[date, Day] = {}
    for block in blocks:
        day = scene.day(block.start)
        old = days.get(day, Day(day, 0, 0, 0.0))
        days[day] = Day(day, old.tokens + block.tokens, old.sessions + 1, old.cost_usd + (block.cost_usd or 0))
    return days


def _week(scene: Scene) -> List[Tuple[Day, int]]:
    """Today and the six days before it, with the week's largest day; empty when the week was."""
    known, today = sums(scene, scene.facts.blocks), scene.day(scene.snapshot.now)
    week = [known.get(day, Day(day, 0, 0, 0.0)) for day in (today - timedelta(days=ago) for ago in range(7))]
    top = max(day.tokens for day in week)
    return [(day, top) for day in week] if top else []


def _day(scene: Scene, day: Day, top: int, width: int) -> Line:
    today = day.date == scene.day(scene.snapshot.now)
    name = "today" if today else f"{DAYS[day.date.weekday()]} {day.date.day}"
    head = Span(text.pad("    " + name, LABEL_CELLS), "value" if today else "label")
    sessions = f"{day.sessions} session{'s' if day.sessions != 1 else ' '}" if day.sessions else ""
    tail = f"{text.count(day.tokens):>12}" + (f"  {sessions:<11} {text.usd(day.cost_usd):>8} " if width >= 60 else " ")
    cells = max(1, width - LABEL_CELLS - text.width(tail))
    bar = text.bar(day.tokens / top, cells, "accent" if today else "ok", scene.charset)
    blank = tuple(Span(" " * len(span.text)) if span.role == "track" else span for span in bar)
    return (head, *blank, Span(tail, "value" if today else "text"))
