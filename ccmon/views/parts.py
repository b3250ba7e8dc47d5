"""The parts of the screen while a session is active: each is a function from the scene and a width to lines."""

from typing import List, Optional, Sequence, Tuple

from ccmon import burn, forecast, text
from ccmon.model import Block, Notice, Snapshot
from ccmon.text import Line, Span
from ccmon.views import graph
from ccmon.views.scene import LABEL_CELLS, Scene, figure, label, limit_words, models, pick, pick_text

PERCENT_CELLS = 9
SPARKS, LEAST_SPARKS = 15, 3
HOLE_S = 600                           # a longer stretch without a look is guessed, not seen
SERIOUS = ("over_limit", "limit_unknown", "source_failed", "store_failed", "runs_out_before_reset")
KEYS = (("q", "quit"), ("r", "refresh"), ("p", "plan"), ("h", "history"), ("t", "theme"), ("?", "help"))


def title(scene: Scene, cells: int) -> Line:
    """Name and session at the left; plan, zone and clock at the right."""
    snapshot = scene.snapshot
    mark = " 🎯 " if scene.charset.unicode and scene.charset.emoji else " "
    span = ""
    if snapshot.active and snapshot.session:
        span = f"  session {scene.hour(snapshot.session.start)}-{scene.hour(snapshot.session.end)}"
    clock = scene.second(snapshot.now) + " "
    zone, plan = scene.zone.name, snapshot.limit.plan
    variants = [(f"{span}", f"{plan}   {zone}   "), (span, f"{plan}   {zone.split('/')[-1]}   "), (span, f"{plan}  "),
                (span.replace("session ", ""), ""), ("", "")]
    for shown, right in variants:
        left = (Span(mark + "ccmon", "title"), Span(shown, "text"))
        ends = (Span(right, "label"), Span(clock, "value"))
        if text.line_width(left) + text.line_width(ends) < cells:
            return text.spread(left, ends, cells)
    return text.clip_line((Span(mark + "ccmon", "title"),), cells)


def rule(scene: Scene, cells: int) -> Line:
    """A dim line across."""
    return (Span(" " + ("─" if scene.charset.unicode else "-") * max(0, cells - 2), "track"),)


def elapsed_share(snapshot: Snapshot, block: Block) -> float:
    """How much of the session's time is over, 0..1."""
    return min(1.0, max(0.0, (snapshot.now - block.start) / max(1, block.end - block.start)))


def _meter(scene: Scene, cells: int, head: Line, share: float, role: str, shown: str, mark: Optional[float] = None) -> Line:
    bar = text.bar(share, max(1, cells - LABEL_CELLS - PERCENT_CELLS), role, scene.charset, mark)
    return (*head, *bar, Span(f"{shown:>{PERCENT_CELLS - 1}} ", role if role != "track" else "value"))


def tokens_bar(scene: Scene, cells: int) -> Line:
    """How much of the limit is used; the mark is where it would be if use were even over time."""
    snapshot = scene.snapshot
    assert snapshot.session is not None and snapshot.percent is not None
    over = "!" if snapshot.percent > 100 else ""
    return _meter(scene, cells, label(scene.charset, "📊", "tokens"), snapshot.percent / 100, text.level_role(snapshot.percent),
                  text.percent(snapshot.percent) + over, elapsed_share(snapshot, snapshot.session))


def tokens_figures(scene: Scene, cells: int) -> Line:
    """Used, limit, left, and who says what the limit is."""
    snapshot, room = scene.snapshot, cells - LABEL_CELLS - 1
    assert snapshot.session is not None and snapshot.left is not None
    used, limit, left = snapshot.session.tokens, snapshot.limit.tokens, snapshot.left
    numbers = pick([_figures(text.count(used), text.count(limit), text.count(left), 3),
                    _figures(text.count(used), text.count(limit), text.count(left), 2),
                    _figures(text.short_count(used), text.short_count(limit), text.short_count(left), 2),
                    (Span(f"{text.short_count(used)}/{text.short_count(limit)}", "value"),)], room)
    free = room - text.line_width(numbers)
    source = pick_text(limit_words(snapshot.limit, scene.zone), free - 2)
    gap = max(2, min(5, free - text.width(source)))
    return (Span(" " * LABEL_CELLS), *numbers, Span((" " * gap + source) if source else "", "dim"))


def _figures(used: str, limit: str, left: str, gap: int) -> Line:
    return (Span(used, "value"), Span(" of ", "label"), Span(limit, "value"), Span(" " * gap), Span(left, "value"),
            Span(" left", "label"))


def time_bar(scene: Scene, cells: int) -> Line:
    """How much of the session's time is over."""
    snapshot = scene.snapshot
    assert snapshot.session is not None
    share = elapsed_share(snapshot, snapshot.session)
    return _meter(scene, cells, label(scene.charset, "⏳", "time"), share, "accent", text.percent(share * 100))


def time_figures(scene: Scene, cells: int) -> Line:
    """Time to the session's end, to another reset when there is one, and the next reference time."""
    snapshot, room = scene.snapshot, cells - LABEL_CELLS - 1
    assert snapshot.session is not None
    reset, end = snapshot.reset, snapshot.session.end
    left = (Span(text.duration(end - snapshot.now), "value"), Span(f" to {scene.clock(end)}", "label"))
    reference = (Span(f"next reference time {scene.clock(reset.reference_at)}", "dim"),)
    short_reference = (Span(f"ref {scene.clock(reset.reference_at)}", "dim"),)
    if reset.rule == "session":
        ended = (*left, Span(" (session end)", "label"))
        return _indented(pick([_joined(5, ended, reference), _joined(3, ended, short_reference), ended, left], room))
    name = {"hour": "daily", "schedule": "schedule", "official": "official"}[reset.rule]
    at = Span(f"reset {scene.clock(reset.at)}", "value")
    other = (at, Span(f" in {text.duration(reset.at - snapshot.now)} ({name})", "label"))
    brief = (at, Span(f" ({name})", "label"))
    return _indented(pick([_joined(3, left, other, short_reference), _joined(3, left, other), _joined(2, left, brief),
                           brief, left], room))


def _indented(line: Sequence[Span]) -> Line:
    return (Span(" " * LABEL_CELLS), *line)


def _joined(gap: int, *groups: Sequence[Span]) -> Line:
    out: List[Span] = list(groups[0])
    for group in groups[1:]:
        out += [Span(" " * gap), *group]
    return tuple(out)


def burn_row(scene: Scene, cells: int) -> Line:
    """Tokens a minute, and the last hour as a sparkline."""
    snapshot = scene.snapshot
    values = burn.history(scene.facts.samples, snapshot.now, SPARKS)
    sparks = text.sparkline(values, scene.charset) if sum(v is not None for v in values) >= LEAST_SPARKS else ""
    rate = (Span(figure(snapshot.burn_per_min), "value"), Span(" /min", "label"))
    graphed = _joined(2, rate, (Span(sparks, "accent"), Span("  last hour", "dim")))
    variants = [graphed, _joined(2, rate, (Span(sparks, "accent"),))] if sparks.strip() else []
    return (*label(scene.charset, "🔥", "burn"),
            *pick([*variants, _joined(2, rate, (Span("last hour", "dim"),)), rate], cells - LABEL_CELLS))


def lasts_row(scene: Scene, cells: int) -> Line:
    """The pace that would last just to the reset."""
    rate = (Span(figure(scene.snapshot.sustainable_per_min), "value"), Span(" /min", "label"))
    return (*label(scene.charset, "🚀", "lasts at"), *pick([_joined(2, rate, (Span("to the reset", "dim"),)), rate],
                                                          cells - LABEL_CELLS))


def runs_out_row(scene: Scene, cells: int) -> Line:
    """When the tokens are used up at the present pace, and how that lies to the reset."""
    return (*label(scene.charset, "⏰", "runs out"), *pick(_runs_out(scene), cells - LABEL_CELLS))


def _runs_out(scene: Scene) -> List[Line]:
    snapshot = scene.snapshot
    if snapshot.predicted_end is None:
        words = "all used" if snapshot.left == 0 else "not at this pace"
        return [(Span(words, "danger" if snapshot.left == 0 else "ok"),)]
    before_s = snapshot.reset.at - snapshot.predicted_end
    role, side = ("warn", "before") if before_s > 0 else ("ok", "after")
    at = Span(scene.clock(snapshot.predicted_end), role if before_s > 0 else "value")
    gap = text.duration(abs(before_s))
    return [(at, Span(f"  {gap} {side} the reset", role)), (at, Span(f"  {side} the reset", role)), (at, Span(f" {side}", role)),
            (at,)]


def money_rows(scene: Scene, cells: int) -> List[Line]:
    """Cost, models and cache tokens, for the column at the right."""
    block = scene.snapshot.session
    assert block is not None
    cache = "-" if block.cache_read is None else (
        f"{text.short_count(block.cache_read)} read  {text.short_count(block.cache_creation or 0)} new")
    pairs = [("cost", text.usd(block.cost_usd), "value"), ("models", models(block, cells - 8), "text"), ("cache", cache, "text")]
    return [text.clip_line((Span(text.pad(name, 8), "label"), Span(words, role)), cells) for name, words, role in pairs]


def curve(scene: Scene, cells: int, rows: int) -> List[Line]:
    """The graph of this session with the projection to the limit."""
    snapshot = scene.snapshot
    block = snapshot.session
    assert block is not None
    points = forecast.curve(scene.facts.samples, block, snapshot.now)
    role = text.level_role(snapshot.percent)
    strokes = [graph.Stroke(a, b, "dim" if b[0] - a[0] > HOLE_S and b[1] != a[1] else role) for a, b in zip(points, points[1:])]
    hours = [(at, scene.hour(at)) for at in range(block.start, block.end, 3600)]
    picture = graph.Curve(block.start, block.end, snapshot.limit.tokens, strokes + _ahead(snapshot, block))
    return graph.render(picture, cells - 2, rows, scene.charset, hours)


def _ahead(snapshot: Snapshot, block: Block) -> List[graph.Stroke]:
    """The projection: at the present pace until the limit or the end of the session."""
    if snapshot.burn_per_min <= 0 or not snapshot.left:
        return []
    until = min(block.end, snapshot.predicted_end or block.end)
    reached = block.tokens + snapshot.burn_per_min * (until - snapshot.now) / 60
    return [graph.Stroke((snapshot.now, block.tokens), (until, reached), "dim")]


def notices(scene: Scene, cells: int, rows: int) -> List[Line]:
    """At most `rows` lines: the answer to a key first, then what is wrong, then how many more there are."""
    texts = [Notice("", scene.message)] if scene.message else []
    all_of_them: Tuple[Notice, ...] = (*texts, *scene.snapshot.warnings)
    more = len(all_of_them) - rows
    ends = [""] * (rows - 1) + [f" (+{more})" if more > 0 else ""]
    return [_notice(notice, cells, end) for notice, end in zip(all_of_them, ends)]


def _notice(notice: Notice, cells: int, end: str) -> Line:
    room = cells - len(end) - (4 if notice.code else 2)
    if not notice.code:
        return (Span(" " + shorten(notice.text, room), "accent"), Span(end, "dim"))
    role = "danger" if notice.code in SERIOUS else "warn"
    return (Span(" ! " + shorten(notice.text, room), role), Span(end, "dim"))


def shorten(words: str, cells: int) -> str:
    """The text, or its beginning up to a word's end with two dots."""
    if text.width(words) <= cells:
        return words
    first = text.wrap(words, max(1, cells - 2))
    return first[0] + ".." if first else ""


def keys(scene: Scene, cells: int) -> Line:
    """The keys at the left, the source and its age at the right."""
    groups = [(Span(key, "key"), Span(" " + word, "dim")) for key, word in KEYS]
    status = scene.status
    left = (Span(" "), *text.words_fit(groups, cells - 2))
    if text.line_width(left) + text.width(status) + 3 > cells:
        status = ""
    return text.spread(left, (Span(status + " ", "dim"),) if status else (), cells)
