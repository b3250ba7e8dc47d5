"""The screen without an active session: the last one, today and the week, the record, the next reset; or, on the first run,
what is missing, the one command for it, and what else there is to try.
"""

from __future__ import annotations

from datetime import date, timedelta

from ccmon import text
from ccmon.errors import INSTALL_COMMAND
from ccmon.model import Block
from ccmon.quick_typing import Dict, List, NamedTuple, Sequence, Tuple
from ccmon.text import Line, Span
from ccmon.usage.notices import CONNECT
from ccmon.views.layout import LABEL_CELLS, Slot, bottom, fit_both, margin, pick, pick_text, rate_text
from ccmon.views.limit_words import is_account_plan, limit_words, plan_words
from ccmon.views.line import statusline
from ccmon.views.screen import foot, parts, windows
from ccmon.views.screen.scene import COMPACT_ROWS, Scene
from ccmon.when import DAYS, day_text

WELCOME = "Welcome! Nothing to read yet: no logs of Claude Code, and no ccusage."
STORED = "Every session is kept from now on: press h to see them."
TINY, TINIEST = "start claude, or ccmon --demo", "start claude"
NO_SESSION = "No active session found. Start a Claude Code session and it shows up here."
READING = "Looking for Claude Code's logs, and reading the usage ..."
FEW_DAYS = 3                           # fewer need no rows
SPARE_ROWS = 8                         # a window with fewer stays airy
WINDOW_RANKS = (3, 3.5, 4.5, 5.5, 6.5)     # the loosest window gives way first
EXAMPLE_ROWS = 22                      # a window with fewer shows no example to who is new


class DaySum(NamedTuple):
    """The sum of one local day."""

    date: date
    tokens: int
    sessions: int
    cost_usd: float


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines."""
    height = min(height, COMPACT_ROWS) if scene.compact else height
    notices = foot.notices(windows.without_alarm(scene), width, 2 if height >= 20 else 1)
    notices = notices if scene.message or not _unread(scene) else []
    end = [Slot(3, notices), Slot(6, [foot.keys(scene, width)])]
    lines, end_lines = fit_both(_body(scene, width, height >= EXAMPLE_ROWS), end, height)
    spare = height - len(lines) - len(end_lines)
    more = parts.sessions_before(scene, width, spare - 1) if spare >= SPARE_ROWS else []
    return bottom(lines + more, end_lines, height)


def _body(scene: Scene, width: int, has_room: bool) -> List[Slot]:
    alarm, bound, whole = windows.alarm(scene), scene.snapshot.binding, text.printable(headline(scene))
    unparted = (INSTALL_COMMAND, *([scene.clock(bound.resets_at)] if bound else []))
    for words in unparted:
        whole = whole.replace(words, words.replace(" ", "_"))
    lines = text.wrap(whole, max(1, width - 3))
    for words in unparted:
        lines = [line.replace(words.replace(" ", "_"), words) for line in lines]
    first_lines = [(Span("  " + line, alarm.role if whole.startswith("! ") else "value"),) for line in lines]
    days, shown = _week(scene), windows.rows(scene, width, width * 64 // 100 if width >= 72 else None)
    rows = [_day(scene, day, top, width) for day, top in days]
    steps = [] if days or scene.snapshot.session or scene.is_first_read and _unread(scene) else first_steps(scene, width)
    first, later = ([Slot(9, [()]), Slot(0, steps)], []) if is_first(scene) else ([], [Slot(7, steps)])
    plan = [] if days else example(scene, width) if has_room and is_first(scene) else [_plan(scene, width)]
    return [Slot(4, [parts.title(scene, width)]), Slot(8, [parts.rule(scene, width)]), Slot(9, [()]), Slot(0, first_lines),
            *first, Slot(9, [()]), Slot(1, _reset(scene, width)),
            *(Slot(rank, [row]) for rank, row in zip((*WINDOW_RANKS, *[8] * len(shown)), shown)),
            Slot(2, _last(scene, width)), Slot(5, _record(scene, width)), Slot(11, plan),
            Slot(10, [()]), Slot(7, rows[:FEW_DAYS]), *(Slot(7 + at / 10, [row]) for at, row in enumerate(rows[FEW_DAYS:], 1)),
            Slot(9, _total(scene, days, width)), *later]


def _unread(scene: Scene) -> bool:
    return scene.snapshot.age_s is None and scene.snapshot.session is None


def headline(scene: Scene) -> str:
    """What there is to say first."""
    snapshot = scene.snapshot
    if is_first(scene):
        return WELCOME
    failed = next((notice.text for notice in snapshot.warnings if notice.code == "source_failed"), "")
    if _unread(scene):
        return READING if scene.is_first_read or not failed else failed
    alarm = windows.alarm(scene).text
    if snapshot.source.progress is not None and not alarm:
        return f"Reading Claude Code's logs for the first time: {int(100 * snapshot.source.progress)} % so far."
    return f"{alarm}. No active session." if alarm else NO_SESSION


def _plan(scene: Scene, width: int) -> Line:
    limit = scene.snapshot.limit
    tokens, more = Span(f"{text.count(limit.tokens)} tokens", "value"), Span(" a session", "label")
    reference = " (reference figure)" if limit.source == "plan" and not is_account_plan(limit) else ""
    why = (Span(f"  plan {plan_words(limit)}", "dim"), Span(reference, "dim"))
    return parts.row(scene, width, "📊", "limit", [(tokens, more, *why), (tokens, more), (tokens,)])


def _reset(scene: Scene, width: int) -> List[Line]:
    reset = scene.snapshot.reset
    if reset.is_reference:
        return [] if _unread(scene) else [_idle_since(scene, width)]
    kind = "reference time" if reset.rule == "schedule" else "daily" if reset.rule == "hour" else reset.rule
    at = (Span(scene.clock(reset.at), "value"), Span(f"  in {text.duration(reset.at - scene.snapshot.now)}", "label"))
    more = (Span(f"  {kind}, {scene.zone_name}", "dim"),)
    return [parts.row(scene, width, "⏰", "reset", [(*at, *more), at, at[:1]])]


def _idle_since(scene: Scene, width: int) -> Line:
    """Where no session runs, nothing resets."""
    since = statusline.idle_since(scene.snapshot)
    at = Span("no session yet" if since is None else f"since {scene.clock(since)}", "value")
    gone = Span("" if since is None else f"  {text.duration(scene.snapshot.now - since)}", "label")
    more, zone = Span("  nothing to reset", "dim"), Span(f", {scene.zone_name}", "dim")
    return parts.row(scene, width, "⏰", "idle", [(at, gone, more, zone), (at, gone, more), (at, gone), (at,)])


def _last(scene: Scene, width: int) -> List[Line]:
    block = scene.snapshot.session
    if block is None:
        return []
    when = Span(f"{scene.clock(block.start)}-{scene.hour(block.end)}", "value")
    now = scene.snapshot.now
    over = block.end if block.end <= now else block.used_until(now)      # the source lists it no more
    ago = Span(f"  {text.duration(now - over)} ago", "label")
    used, cost = Span(f"  {text.count(block.tokens)} tokens", "text"), Span(f"  {text.usd(block.cost_usd)}", "text")
    names = Span("  " + text.model_names(block.models, max(20, width - 64)), "dim")
    return [parts.row(scene, width, "⏳", "last", [
        (when, ago, used, cost, names), (when, ago, used, cost), (when, used, cost), (when, used), (when,)])]


def _record(scene: Scene, width: int) -> List[Line]:
    high = scene.snapshot.high_water
    if high is None:
        return []
    tokens, on = Span(f"{text.count(high.tokens)} tokens", "value"), Span(f" on {day_text(high.at, scene.zone)}", "label")
    among = Span(f"  the most of {text.plural(high.sessions, 'session')}", "dim")
    return [parts.row(scene, width, "🚀", "record", [(tokens, on, among), (tokens, on), (tokens,)])]


# --- the week ------------------------------------------------------------------------------------------------------------

def sums(scene: Scene, blocks: Sequence[Block]) -> Dict[date, DaySum]:
    """Tokens, sessions and cost by the local day on which a session began."""
    days: Dict[date, DaySum] = {}
    for block in blocks:
        day = scene.day(block.start)
        old = days.get(day, DaySum(day, 0, 0, 0.0))
        days[day] = DaySum(day, old.tokens + block.tokens, old.sessions + 1, old.cost_usd + (block.cost_usd or 0))
    return days


def _week(scene: Scene) -> List[Tuple[DaySum, int]]:
    """Today and the six days before it, with the week's largest day; empty when the week was."""
    by_day, today = sums(scene, scene.snapshot.blocks), scene.day(scene.snapshot.now)
    week = [by_day.get(day, DaySum(day, 0, 0, 0.0)) for day in (today - timedelta(days=ago) for ago in range(7))]
    top = max(day.tokens for day in week)
    return [(day, top) for day in week] if top else []


def _day(scene: Scene, day: DaySum, top: int, width: int) -> Line:
    today = day.date == scene.day(scene.snapshot.now)
    name = "today" if today else f"{DAYS[day.date.weekday()]} {day.date.day:>2}"
    head = Span(text.pad("    " + name, LABEL_CELLS), "value" if today else "label")
    tail = _tail(day, width)
    cells = max(1, width - LABEL_CELLS - text.width(tail))
    bar = parts.blank_track(text.bar(day.tokens / top, cells, "accent", scene.charset))
    return (head, *bar, Span(tail, "value" if today else "text" if day.sessions else "dim"))


def _tail(day: DaySum, width: int) -> str:
    """Tokens, sessions and cost in columns; a dash for a day without."""
    if not day.sessions:
        return f"{'-':>12}" + (" " * 25 if width >= 60 else " ")
    sessions = text.plural(day.sessions, "session")
    return f"{text.count(day.tokens):>12}" + (f"  {sessions:<12}{text.usd(day.cost_usd):>10} " if width >= 60 else " ")


def _total(scene: Scene, days: Sequence[Tuple[DaySum, int]], width: int) -> List[Line]:
    if not days:
        return []
    week = DaySum(days[0][0].date, sum(day.tokens for day, _ in days), sum(day.sessions for day, _ in days),
                  sum(day.cost_usd for day, _ in days))
    return [text.spread((Span("    seven days", "label"),), (Span(_tail(week, width).strip(" ") + " ", "label"),), width)]


# --- the first run -------------------------------------------------------------------------------------------------------

class Step(NamedTuple):
    """Something to type, and why; shorter for narrow windows."""

    number: str
    command: str
    why: str = ""
    brief: str = ""


LOGS = Step("1", "claude", "work with Claude Code: its logs alone suffice", "its logs alone suffice")
SETTLE = Step("2", "ccmon init", "plan, time zone and line, in three questions", "three questions")
OFFICIAL = Step("3", CONNECT, "Claude's own percentages on this screen", "Claude's own percentages")
DEMO = Step("or", "ccmon --demo", "the same screen on simulated usage", "simulated usage")
BROKEN = (Step("1", "install Node.js", "https://nodejs.org"), Step("2", "npm install -g ccusage"),
          Step("3", "press r", "to look again"), DEMO)


def is_first(scene: Scene) -> bool:
    """True when there is no source and never was one; not while the first read is under way."""
    snapshot = scene.snapshot
    return not scene.is_first_read and snapshot.source.not_installed and snapshot.age_s is None and snapshot.session is None


def first_steps(scene: Scene, width: int) -> List[Line]:
    """What to do while there is nothing to see."""
    if is_first(scene):
        return _rows(scene, [LOGS, SETTLE, OFFICIAL, DEMO], width)
    if scene.snapshot.source.missing:
        return _rows(scene, BROKEN, width)
    more = [SETTLE] if scene.snapshot.windows else [SETTLE, OFFICIAL]
    stored: List[Line] = [(Span("    " + words, "dim"),) for words in text.wrap(STORED, max(1, width - 5))]
    return [*stored, (), *_rows(scene, [step._replace(number="") for step in (*more, DEMO)], width)]


def example(scene: Scene, width: int) -> List[Line]:
    """What will stand here with the limit of now, dim, and called an example."""
    now, cells, limit = scene.snapshot.now, max(1, width - LABEL_CELLS - 9), scene.snapshot.limit.tokens
    used, time = (text.plain(text.bar(share, cells, "dim", scene.charset, 0.54)) for share in (0.44, 0.54))
    tokens = limit * 44 // 100
    amounts = f"{text.count(tokens)} of {text.count(limit)}   {text.count(limit - tokens)} left"
    room = cells + 7 - len(amounts)
    source = pick_text(limit_words(scene.snapshot, scene.zone), room - 2)
    figures = (("📊", "tokens", used + "   44 %"), ("", "", amounts + source.rjust(max(0, room))),
               ("⏳", "time", time + "   54 %"), ("", "", f"2h 17m to {scene.hour(now + 8220)}"),
               ("🔥", "burn", f"{rate_text((limit - tokens) / 158)} /min"),
               ("⏰", "runs out", f"{scene.hour(now + 158 * 60)}  21m after the reset"))
    headings = ("An example of this screen once there is usage (not yours):", "An example of this screen:", "Example:")
    heads = (text.pad(margin(scene.charset, emoji) + word, LABEL_CELLS) for emoji, word, _ in figures)
    rows = ["  " + pick_text(headings, width - 2), *(head + words for head, (_, _, words) in zip(heads, figures))]
    return [text.clip_line((Span(row, "dim"),), width) for row in rows]


def _rows(scene: Scene, steps_: Sequence[Step], width: int) -> List[Line]:
    listed = [step._replace(command=scene.named(step.command)) for step in steps_]
    column = max(text.width(step.command) for step in listed if step.why)
    return [_row(step, column, width) for step in listed]


def _row(step: Step, column: int, width: int) -> Line:
    head, command = Span(f"{step.number:>5}  ", "key"), Span(step.command, "text")
    blank = " " * (column - text.width(step.command) + 2)
    whys = [(Span(blank + why, "dim"),) for why in (step.why, step.brief) if why]
    return pick([*((head, command, *why) for why in whys), (head, command)], width)
