"""The smallest windows: percentage, left and reset in a few rows; the status line in one or two; one sign in one cell."""

from ccmon import text
from ccmon.model import Window
from ccmon.quick_typing import List, Optional, Sequence
from ccmon.text import Line, Span
from ccmon.usage.binding import SESSION
from ccmon.usage.windows import name_words, window, window_named
from ccmon.views.layout import Slot, fit, percent_text, pick, pick_text
from ccmon.views.line import statusline
from ccmon.views.screen import foot, idle, parts, windows
from ccmon.views.screen.scene import Scene


def tiny(scene: Scene, width: int, height: int) -> List[Line]:
    """A handful of short rows; an answer to a key stands before the rest for its time."""
    rows = _active(scene, width) if scene.snapshot.active else _idle(scene, width)
    message = [Slot(0, [(Span(" " + text.clip(text.clean(scene.message), width - 1), "value"),)])] if scene.message else []
    return fit([*message, *rows], height)


def _active(scene: Scene, width: int) -> List[Slot]:
    snapshot = scene.snapshot
    assert snapshot.session is not None and snapshot.percent is not None and snapshot.left is not None
    beside = _windows(scene, windows.beside(snapshot), width)
    bound = windows.binding_window(snapshot)
    if bound is not None:
        session = window(SESSION, snapshot.percent, snapshot.reset.at, snapshot.now)
        return [*_bound(scene, bound, width), *_windows(scene, [session], width, 3), *beside]
    role = text.level_role(snapshot.percent)
    bar = text.bar(snapshot.percent / 100, width - 2, role, scene.charset, parts.elapsed_share(snapshot))
    return [Slot(0, [(Span(" " + percent_text(snapshot.percent), role), Span(" used", "label"))]),
            Slot(4, [(Span(" "), *bar)]),
            Slot(1, [(Span(" " + text.short_count(snapshot.left), "value"), Span(" left", "label"))]),
            Slot(2, _reset(scene, width)), Slot(5, _out(scene)), Slot(3, foot.brief(snapshot, width)), *beside]


def _bound(scene: Scene, bound: Window, width: int) -> List[Slot]:
    """The window that binds, where it is not the session: how full, until when, and whether it lasts."""
    row, at = windows.window_row(scene, bound), scene.clock(bound.resets_at)
    bar = text.bar(bound.percent / 100, width - 2, row.role, scene.charset, row.mark)
    share = Span(" " + percent_text(bound.percent), row.role)
    names = (f"of the {name_words(bound.name)}", f"of {name_words(bound.name)}", f"of {bound.label}", bound.label)
    heading = pick([*((share, Span(f" {name}", "label")) for name in names), (share,)], width)
    if bound.percent >= 100:
        end = windows.used_up_words(scene)[-1][2:].replace(at, at.replace(" ", "_"))       # a time is not parted
        until: List[Line] = [(Span(f" {line.replace('_', ' ')}", "danger"),) for line in text.wrap(end, width - 1)]
        return [Slot(0, [heading]), Slot(5, [(Span(" "), *bar)]), Slot(1, until)]
    return [Slot(0, [heading]), Slot(5, [(Span(" "), *bar)]), Slot(1, [pick([(Span(f" reset {at}", "value"),)], width)]),
            Slot(2, [(Span(" "), *row.state)] if row.state else [])]


def _windows(scene: Scene, windows_: Sequence[Window], width: int, rank: int = 6) -> List[Slot]:
    """A short row for each, the loosest gives way first."""
    slots = []
    for at, one in enumerate(windows_):
        head = (Span(f" {one.label} ", "label"), Span(percent_text(one.percent), windows.level_role(one.percent)))
        reset = Span(f"  to {scene.clock(one.resets_at)}", "label")
        slots.append(Slot(rank + at, [pick([(*head, reset), head], width)]))
    return slots


def _out(scene: Scene) -> List[Line]:
    """When it runs out, or how likely that is."""
    runway, out_at = windows.likelihood_runway(scene), statusline.runs_out(scene.snapshot)
    if runway:
        return [(Span(" " + text.percent(round(100 * runway.probability)), "value"), Span(" likely out", "label"))]
    return [] if out_at is None else [(Span(f" out {scene.hour(out_at)}", "label"),)]


def _reset(scene: Scene, width: int) -> List[Line]:
    """When it resets; where nothing does, since when nothing is used."""
    reset, since = scene.snapshot.reset, statusline.idle_since(scene.snapshot)
    if reset.is_reference:
        return [] if since is None else [pick([(Span(f" idle since {scene.clock(since)}", "value"),),
                                               (Span(f" since {scene.clock(since)}", "value"),)], width)]
    at, left = Span(f" reset {scene.hour(reset.at)}", "value"), text.duration(reset.at - scene.snapshot.now)
    return [pick([(at, Span(f" in {left}", "label")), (at, Span(f" {left}", "label")), (at,)], width)]


def _idle(scene: Scene, width: int) -> List[Slot]:
    snapshot = scene.snapshot
    last = snapshot.session
    used = [pick([(Span(f" last {text.short_count(last.tokens)}", "value"), Span(f" at {scene.clock(last.start)}", "label")),
                  (Span(f" last {text.short_count(last.tokens)}", "value"),)], width)] if last else []
    if idle.is_first(scene):
        hint = scene.named(idle.TINY)
        fits = all(text.width(word) <= width - 2 for word in hint.split(" "))        # half a path is no command
        way = [(Span(" " + words, "text"),) for words in text.wrap(hint if fits else idle.TINIEST, width - 2)]
        return [Slot(0, [(Span(" nothing to read yet", "value"),)]), Slot(1, way), Slot(2, _reset(scene, width))]
    if snapshot.source.missing and not scene.is_first_read:
        way_out = [(Span(" " + words, "text"),) for words in text.wrap("npm install -g ccusage", width - 2)]
        missing = pick([(Span(" ! ccusage missing", "danger"),), (Span(" ! no ccusage", "danger"),)], width)
        return [Slot(0, [missing]), Slot(1, way_out), Slot(2, _reset(scene, width)), Slot(3, used)]
    alarm = windows.alarm(scene)
    bound = snapshot.binding
    full = window_named(snapshot.windows, bound.name) if bound and alarm.text else None
    if full:
        others = [one for one in snapshot.windows if one is not full]
        return [*_bound(scene, full, width), *_windows(scene, others, width)]
    unread = "reading" if scene.is_first_read or not snapshot.source.error else "no data"
    head = "no session" if snapshot.age_s is not None or last else unread
    return [Slot(0, [(Span(" " + head, "value"),)]), Slot(1, _reset(scene, width)), Slot(3, used),
            Slot(2, foot.brief(snapshot, width)), *_windows(scene, snapshot.windows, width)]


def micro(scene: Scene, width: int, height: int) -> List[Line]:
    """What the status line says, in as many rows as there are; a sign where not even the percentage fits."""
    if width < 8:
        return [_shortest(scene, width)]
    waiting = statusline.groups(scene.snapshot, scene.zone)
    lines: List[Line] = []
    while waiting and len(lines) < height:
        count = next((n for n in range(len(waiting), 0, -1) if len(" ".join(span.text for span in waiting[:n])) <= width), 1)
        line = [Span(" " * (at > 0) + span.text, span.role if "%" in span.text else "value")       # percentages in their colours
                for at, span in enumerate(waiting[:count])]
        lines.append(text.clip_line(line, width))
        waiting = waiting[count:]
    return lines


def _shortest(scene: Scene, width: int) -> Line:
    """7d 84%, 84%, or one sign."""
    bound, percent = windows.binding_window(scene.snapshot), _percent(scene)
    short = "-" if percent is None else f"{int(percent)}%"
    marked = short + statusline.mark(percent)
    role = windows.level_role(percent) if bound else text.level_role(percent)
    named = [f"{bound.label} {marked}", f"{bound.label} {short}"] if bound else []
    return (Span(pick_text([*named, marked, short], width) or _sign(scene), role),)


def _percent(scene: Scene) -> Optional[float]:
    """Of what binds."""
    bound = windows.binding_window(scene.snapshot)
    return scene.snapshot.percent if bound is None else bound.percent


def _sign(scene: Scene) -> str:
    """How full it is, in one cell."""
    percent = _percent(scene)
    if percent is None or percent > 100 or percent == 100 and windows.binding_window(scene.snapshot):
        return "-" if percent is None else "!"
    return text.sparkline([percent, 100.0], scene.charset)[0]
