"""The smallest windows: percentage, left and reset in a few rows; the status line in one or two; one sign in one cell."""

from typing import List

from ccmon import text
from ccmon.line import statusline
from ccmon.text import Line, Span
from ccmon.views.screen import foot, outlook_row, parts, welcome
from ccmon.views.screen.scene import Scene, pick
from ccmon.views.screen.stack import Part, fit

TINY = 16                              # cells below which only words stand


def tiny(scene: Scene, width: int, height: int) -> List[Line]:
    """A handful of short rows; an answer to a key stands before the rest for its time."""
    rows = _active(scene, width) if scene.snapshot.active else _idle(scene, width)
    said = [Part(0, [(Span(" " + text.clip(text.clean(scene.message), width - 1), "value"),)])] if scene.message else []
    return fit([*said, *rows], height)


def _active(scene: Scene, width: int) -> List[Part]:
    snapshot = scene.snapshot
    assert snapshot.session is not None and snapshot.percent is not None and snapshot.left is not None
    role = text.level_role(snapshot.percent)
    bar = text.bar(snapshot.percent / 100, width - 2, role, scene.charset, parts.elapsed_share(snapshot))
    return [Part(0, [(Span(" " + parts.percent_words(snapshot.percent), role), Span(" used", "label"))]),
            Part(4, [(Span(" "), *bar)]),
            Part(1, [(Span(" " + text.short_count(snapshot.left), "value"), Span(" left", "label"))]),
            Part(2, [_reset(scene, width)]), Part(5, _out(scene)), Part(3, foot.brief(snapshot, width))]


def _out(scene: Scene) -> List[Line]:
    """When it runs out, or how likely that is."""
    runway, out_at = outlook_row.known(scene), statusline.runs_out(scene.snapshot)
    if runway:
        return [(Span(" " + text.percent(round(100 * runway.probability)), "value"), Span(" likely out", "label"))]
    return [] if out_at is None else [(Span(f" out {scene.hour(out_at)}", "label"),)]


def _reset(scene: Scene, width: int) -> Line:
    reset = scene.snapshot.reset
    at, left = Span(f" reset {scene.hour(reset.at)}", "value"), text.duration(reset.at - scene.snapshot.now)
    return pick([(at, Span(f" in {left}", "label")), (at, Span(f" {left}", "label")), (at,)], width)


def _idle(scene: Scene, width: int) -> List[Part]:
    snapshot = scene.snapshot
    last = snapshot.session
    used = [pick([(Span(f" last {text.short_count(last.tokens)}", "value"), Span(f" at {scene.clock(last.start)}", "label")),
                  (Span(f" last {text.short_count(last.tokens)}", "value"),)], width)] if last else []
    if welcome.is_first(scene):
        way = [(Span(" " + words, "text"),) for words in text.wrap(welcome.TINY, width - 2)]
        return [Part(0, [(Span(" nothing to read yet", "value"),)]), Part(1, way), Part(2, [_reset(scene, width)])]
    if snapshot.source.missing:
        way_out = [(Span(" " + words, "text"),) for words in text.wrap("npm install -g ccusage", width - 2)]
        missing = pick([(Span(" ! ccusage missing", "danger"),), (Span(" ! no ccusage", "danger"),)], width)
        return [Part(0, [missing]), Part(1, way_out), Part(2, [_reset(scene, width)]), Part(3, used)]
    head = "no session" if snapshot.age_s is not None or last else "no data" if snapshot.source.error else "reading"
    return [Part(0, [(Span(" " + head, "value"),)]), Part(1, [_reset(scene, width)]), Part(3, used),
            Part(2, foot.brief(snapshot, width))]


def micro(scene: Scene, width: int, height: int) -> List[Line]:
    """What the status line says, in as many rows as there are; a sign where not even the percentage fits."""
    percent = scene.snapshot.percent
    short = "-" if percent is None else f"{int(percent)}%"
    if width < 8:
        return [(Span(short if len(short) <= width else _sign(scene), text.level_role(percent)),)]
    waiting = [span.text for span in statusline.groups(scene.snapshot, scene.zone)]
    lines: List[Line] = []
    while waiting and len(lines) < height:
        taken = _taken(waiting, width)
        lines.append(text.clip_line(_worded(scene, waiting[:taken]), width))
        waiting = waiting[taken:]
    return lines


def _worded(scene: Scene, groups: List[str]) -> Line:
    """The percentage in its colour, a blank between the groups."""
    level = text.level_role(scene.snapshot.percent)
    return tuple(Span(("" if at == 0 else " ") + word, level if "%" in word else "value") for at, word in enumerate(groups))


def _taken(words: List[str], width: int) -> int:
    return next((n for n in range(len(words), 0, -1) if len(" ".join(words[:n])) <= width), 1)


def _sign(scene: Scene) -> str:
    """How full it is, in one cell."""
    percent = scene.snapshot.percent
    if percent is None or percent > 100:
        return "-" if percent is None else "!"
    return text.sparkline([percent, 100.0], scene.charset)[0]
