"""The parts of the screen while a session is active: each is a function from the scene and a width to lines."""

from ccmon import claude_row, text
from ccmon.model import Block, Snapshot
from ccmon.quick_typing import Iterator, List, Optional, Sequence, Tuple
from ccmon.text import Line, Span
from ccmon.usage.binding import SESSION
from ccmon.views.layout import LABEL_CELLS, label, percent_text, pick, pick_text, rate_text
from ccmon.views.limit_words import is_unknown, limit_words, plan_name, plan_words
from ccmon.views.screen.scene import Scene
from ccmon.when import DAYS, SESSION_S

PERCENT_CELLS = 9
LEAST_SPARKS = 3                       # fewer of the twelve tell nothing
FIGURES_CELLS = 30                     # room for the figures, so that what stands beside them does not change with them
MONEY_LABEL_CELLS = 8
OWN_RESETS = {"session": ("session end",), "official": ("official reset", "official")}     # at the end of the time row's window
WHEN_CELLS = {12: 15, 24: 11}          # of 10:05am-10:05pm, 14:05-19:05
LEAST_BEFORE = 4                         # a blank, a heading and two sessions
_BAR_CELLS = 20


def title(scene: Scene, cells: int, page: str = "") -> Line:
    """Name and session (or the page's name) at the left; plan, zone and clock at the right."""
    mark = " 🎯 " if scene.charset.unicode and scene.charset.emoji else " " * 4
    span, session = f"  {page}" if page else "", scene.snapshot.session
    if session and scene.snapshot.active and not page:
        span = f"  session {scene.hour(session.start)}-{scene.hour(session.end)}"
    clock = (scene.second if scene.has_seconds else scene.hour)(scene.snapshot.now) + " "
    zone, plan = scene.zone_name, plan_name(scene.snapshot.limit)
    city = zone.split("/")[-1]
    short = span.replace("session ", "")
    long = plan if plan_words(scene.snapshot.limit) == plan else f"plan {plan_words(scene.snapshot.limit)}"
    variants = [(span, f"{long}   {zone}   "), (span, f"{long}   {city}   "), (span, f"{plan}   {zone}   "),
                (span, f"{plan}   {city}   "), (span, f"{plan}   "), (short, f"{plan}   "), (short, ""), ("", "")]
    for shown, right in variants:
        left = (Span(mark + "ccmon", "title"), *_account(scene), Span(shown, "text"))
        ends = (Span(right, "label"), Span(clock, "value"))
        if text.line_width(left) + text.line_width(ends) + 1 < cells:
            return text.spread(left, ends, cells)
    return pick([(Span(mark + "ccmon", "title"), *_account(scene)), (Span(mark + "ccmon", "title"),)], cells)


def _account(scene: Scene) -> Line:
    """The name of the account that was chosen."""
    return (Span(f" {text.printable(scene.account)}", "accent"),) if scene.account else ()


def row(scene: Scene, cells: int, emoji: str, word: str, variants: Sequence[Sequence[Span]]) -> Line:
    """A label, and the first variant that fits beside it."""
    return (*label(scene.charset, emoji, word), *pick(variants, cells - LABEL_CELLS))


def rule(scene: Scene, cells: int) -> Line:
    """A dim line across."""
    return (Span(" " + ("─" if scene.charset.unicode else "-") * max(0, cells - 2), "track"),)


def window(snapshot: Snapshot) -> Tuple[int, int]:
    """Start and end (epoch s) of what the time row is about: Claude's own window where it gives the reset, else the session."""
    reset, session = snapshot.reset, snapshot.session
    assert session is not None
    return (reset.at - SESSION_S, reset.at) if reset.rule == "official" else (session.start, session.end)


def elapsed_share(snapshot: Snapshot) -> float:
    """How much of the window's time is over, 0..1."""
    start, end = window(snapshot)
    return min(1.0, max(0.0, (snapshot.now - start) / max(1, end - start)))


def meter(scene: Scene, cells: int, head: Line, share: float, role: str, shown: str, mark: Optional[float] = None) -> Line:
    """A label, a bar across, and the percentage at the right edge."""
    bar = text.bar(share, max(1, cells - LABEL_CELLS - PERCENT_CELLS), role, scene.charset, mark)
    return (*head, *bar, Span(f"{shown:>{PERCENT_CELLS - 1}} ", role if role != "accent" else "value"))


def tokens_bar(scene: Scene, cells: int) -> Line:
    """How much of the limit is used; the mark is where it would be if use were even over time."""
    snapshot = scene.snapshot
    assert snapshot.session is not None and snapshot.percent is not None
    word = "used" if snapshot.percent_source == "official" else "tokens"
    if snapshot.binding is not None and snapshot.binding.name != SESSION:
        word = f"5h {word}"            # another window has the first bar
    return meter(scene, cells, label(scene.charset, "📊", word), snapshot.percent / 100, text.level_role(snapshot.percent),
                 percent_text(snapshot.percent), elapsed_share(snapshot))


def tokens_figures(scene: Scene, cells: int) -> Line:
    """Used, limit, left, and who says what the limit is."""
    snapshot, room = scene.snapshot, cells - LABEL_CELLS - 1
    assert snapshot.session is not None and snapshot.left is not None
    used, limit, left = snapshot.session.tokens, snapshot.capacity, snapshot.left
    bare = [(Span(text.count(used), "value"), Span(" used", "label"))] if is_unknown(snapshot) else []
    numbers = pick([*bare, *_figures(snapshot, used, limit, left),
                    (Span(f"{text.short_count(used)}/{text.short_count(limit)}", "value"),)], room)
    free = room - max(FIGURES_CELLS if cells >= 72 and not bare else 0, text.line_width(numbers)) - 2
    source = pick_text(limit_words(snapshot, scene.zone), free)
    return ends(numbers, (Span(source, "dim"),) if source else (), cells)


def ends(left: Line, right: Line, cells: int) -> Line:
    """Under the bars: one group at their beginning, one at the right edge of the percentages."""
    return text.spread((Span(" " * LABEL_CELLS), *left), (*right, Span(" ")) if right else (), cells)


def _figures(snapshot: Snapshot, used: int, limit: int, left: int) -> Iterator[Line]:
    """26,361 of 35,000   8,639 left; what is converted from another unit is rounded and named so."""
    long, short = ("of about ", "of ~") if snapshot.about else ("of ", "of ")
    whole = text.short_count if snapshot.about else text.count
    for count, of, converted, gap in ((text.count, long, whole, 3), (text.count, long, whole, 2),
                                      (text.short_count, short, text.short_count, 2)):
        yield (Span(count(used), "value"), Span(f" {of}", "label"), Span(converted(limit), "value"), Span(" " * gap),
               Span(converted(left), "value"), Span(" left", "label"))


def time_bar(scene: Scene, cells: int) -> Line:
    """How much of the time to the session's end, or to the official reset, is over."""
    share = elapsed_share(scene.snapshot)
    return meter(scene, cells, label(scene.charset, "⏳", "time"), share, "accent", text.percent(share * 100))


def time_figures(scene: Scene, cells: int) -> Line:
    """Time to the session's end or the official reset, to another reset when there is one, and the next reference time."""
    snapshot, room = scene.snapshot, cells - LABEL_CELLS - 1
    end = window(snapshot)[1]
    left = (Span(text.duration(end - snapshot.now), "value"), Span(f" to {scene.clock(end)}", "label"))
    named: List[Line] = [(*left, Span(f" ({name})", "label")) for name in OWN_RESETS.get(snapshot.reset.rule, ())]
    numbers = pick([*(named or [_other_reset(scene, left, room)]), left], room)
    at = scene.clock(snapshot.reset.reference_at)
    reference = pick_text([f"next reference time {at}", f"reference {at}", f"ref {at}"], room - text.line_width(numbers) - 2)
    return ends(numbers, (Span(reference, "dim"),) if reference else (), cells)


def _other_reset(scene: Scene, left: Line, room: int) -> Line:
    """The session's end, and the reset by the user's own rule."""
    reset = scene.snapshot.reset
    name = {"hour": "daily", "schedule": "schedule"}[reset.rule]
    at = Span(f"reset {scene.clock(reset.at)}", "value")
    other = (at, Span(f" in {text.duration(reset.at - scene.snapshot.now)} ({name})", "label"))
    brief = (at, Span(f" ({name})", "label"))
    return pick([_joined(3, left, other), _joined(2, left, brief), _joined(2, left, (at,)), brief, left], room)


def _joined(gap: int, *groups: Sequence[Span]) -> Line:
    out: List[Span] = list(groups[0])
    for group in groups[1:]:
        out += [Span(" " * gap), *group]
    return tuple(out)


# --- pace ----------------------------------------------------------------------------------------------------------------

def _rate(scene: Scene, number: Optional[float]) -> Line:
    """A rate as wide as the other one: the units stand below each other."""
    both = (rate_text(scene.snapshot.burn_per_min), rate_text(scene.snapshot.sustainable_per_min))
    return (Span(f"{rate_text(number):>{max(3, *map(len, both))}}", "value"), Span(" /min", "label"))


def burn_row(scene: Scene, cells: int) -> Line:
    """Tokens a minute, and the last hour as a sparkline."""
    snapshot = scene.snapshot
    is_watched = sum(tokens is not None for tokens in snapshot.burn_history) >= LEAST_SPARKS
    sparks = text.sparkline(snapshot.burn_history, scene.charset) if is_watched else ""
    rate = _rate(scene, snapshot.burn_per_min)
    graphed = _joined(2, rate, (Span(sparks, "accent"), Span("  last hour", "dim")))
    variants = [graphed, _joined(2, rate, (Span(sparks, "accent"),))] if sparks.strip() else []
    return row(scene, cells, "🔥", "burn", [*variants, _joined(2, rate, (Span("last hour", "dim"),)), rate])


def lasts_row(scene: Scene, cells: int) -> Line:
    """The pace that would last just to the reset."""
    rate = _rate(scene, scene.snapshot.sustainable_per_min)
    words = "nothing is left" if scene.snapshot.left == 0 else "to the reset"
    return row(scene, cells, "🚀", "lasts at", [_joined(2, rate, (Span(words, "dim"),)), rate])


def money_rows(scene: Scene, cells: int) -> List[Line]:
    """Cost, models and cache tokens, for a column at the right."""
    block = scene.snapshot.session
    assert block is not None
    room = cells - MONEY_LABEL_CELLS
    fresh = text.short_count(block.cache_creation or 0)
    cache = ["-"] if block.cache_read is None else [f"{text.short_count(block.cache_read)} read  {fresh} new"]
    state = claude_row.cache_words(scene.snapshot.cache, scene.snapshot.now)[len("cache "):]
    read = cache[0].split("  ")[0]
    cache = [*([f"{state}  {cache[0]}", f"{state}  {read}", state] if state else []), *cache]
    return [_pair("cost", [text.usd(block.cost_usd)], "value", room),
            _pair("models", [text.model_names(block.models, room)], "text", room), _pair("cache", cache, "text", room)]


def split_rows(scene: Scene, cells: int) -> List[Line]:
    """Input and output, and how the burn rate is known, for a third column."""
    block, room = scene.snapshot.session, cells - MONEY_LABEL_CELLS
    assert block is not None
    is_known = block.input is not None and block.output is not None
    counts = [f"{text.count(count)} tokens" if is_known else "-" for count in (block.input or 0, block.output or 0)]
    measured = scene.snapshot.burn_source == "measured"
    how = ["measured from snapshots", "measured"] if measured else ["spread evenly over the session", "spread evenly", "even"]
    return [_pair("input", counts[:1], "text", room), _pair("output", counts[1:], "text", room),
            _pair("burn is", how, "dim", room)]


def _pair(name: str, words: Sequence[str], role: str, room: int) -> Line:
    shown = pick_text(words, room)
    return (Span(text.pad(name, MONEY_LABEL_CELLS), "label"), Span(shown, role)) if shown else ()


# --- the sessions before this one, newest first --------------------------------------------------------------------------

def sessions_before(scene: Scene, width: int, rows: int) -> List[Line]:
    """A blank row, a heading and as many sessions as there is room for; nothing when there is too little of either."""
    running = scene.snapshot.session if scene.snapshot.active else None
    ended = [block for block in reversed(scene.snapshot.blocks) if block is not running and block.end <= scene.snapshot.now]
    shown = ended[:max(0, rows - 2)]
    if rows < LEAST_BEFORE or not shown:
        return []
    top = max(1, *(block.tokens for block in shown))
    heading = (Span(" " * 4 + "sessions before", "dim"),)
    return [(), heading, *(_session_before(scene, block, top, width) for block in shown)]


def _session_before(scene: Scene, block: Block, top: int, width: int) -> Line:
    day = scene.day(block.start)
    name = "today" if day == scene.day(scene.snapshot.now) else f"{DAYS[day.weekday()]} {day.day:>2}"
    head = Span(text.pad("    " + name, LABEL_CELLS), "label")
    when = Span(text.pad(f"{scene.hour(block.start)}-{scene.hour(block.end)}", WHEN_CELLS[scene.zone.dial]), "text")
    used, cost = Span(f"{text.count(block.tokens):>12}", "value"), Span(f"{text.usd(block.cost_usd):>11}", "text")
    bar = (Span("  "), *blank_track(text.bar(block.tokens / top, _BAR_CELLS, "accent", scene.charset)))
    names = (Span("  " + text.model_names(block.models, max(0, width - 73)), "dim"),)
    return pick([(head, when, used, *bar, cost, *names), (head, when, used, *bar, cost), (head, when, used, cost),
                 (head, when, used)], width)


def blank_track(bar: Line) -> Line:
    """A bar in a list: lengths are compared with each other, so there is nothing to fill up."""
    return tuple(Span(" " * len(span.text)) if span.role == "track" else span for span in bar)
