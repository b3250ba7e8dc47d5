"""The screen: parts stacked in a window; what does not fit drops out in order of worth, nothing wraps."""

from typing import List

from ccmon import text
from ccmon.text import Line, Span
from ccmon.views import idle, parts, statusline
from ccmon.views.scene import LABEL_CELLS, Scene, pick
from ccmon.views.stack import Part, bottom, fit

WIDE, NARROW, TINY = 72, 38, 18        # cells from which a layout is used
COMPACT_ROWS = 12
LEAST_GRAPH, MOST_NOTICES = 5, 2


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines of at most `width` cells."""
    if width < 1 or height < 1:
        return []
    if height < 3 or width < TINY:
        lines = _micro(scene, width, height)
    elif not scene.snapshot.active:
        lines = idle.render(scene, width, height)
    elif width < NARROW:
        lines = _tiny(scene, width, height)
    elif scene.compact or width < WIDE:
        lines = _narrow(scene, width, height)
    else:
        lines = _wide(scene, width, height)
    return [text.clip_line(line, width) for line in lines[:height]]


def _wide(scene: Scene, width: int, height: int) -> List[Line]:
    inner = min(width, 160)
    half = inner * 64 // 100
    pairs = [_beside(row(scene, half - 1), money, half) for row, money in
             zip((parts.burn_row, parts.lasts_row, parts.runs_out_row), parts.money_rows(scene, inner - half - 1))]
    notices = parts.notices(scene, inner, MOST_NOTICES if height >= 20 else 1)
    space = [()] * (MOST_NOTICES - len(notices)) if height >= 20 else []
    foot = fit([Part(2, notices), Part(6, space), Part(5, [parts.keys(scene, inner)])], height)
    lines = fit([Part(4, [parts.title(scene, inner)]), Part(8, [parts.rule(scene, inner)]), *_meters(scene, inner),
                 Part(9, [()]), Part(5, pairs[:1]), Part(6, pairs[1:2]), Part(3, pairs[2:]), Part(9, [()])],
                height - len(foot))
    return bottom(lines + _graph(scene, inner, height - len(lines) - len(foot)), foot, height)


def _meters(scene: Scene, width: int) -> List[Part]:
    return [Part(0, [parts.tokens_bar(scene, width)]), Part(1, [parts.tokens_figures(scene, width)]),
            Part(3, [parts.time_bar(scene, width)]), Part(2, [parts.time_figures(scene, width)])]


def _beside(left: Line, right: Line, column: int) -> Line:
    return (*left, Span(" " * max(1, column - text.line_width(left))), *right)


def _graph(scene: Scene, width: int, rows: int) -> List[Line]:
    return [(Span(" "), *line) for line in parts.curve(scene, width, rows)] if rows >= LEAST_GRAPH else []


def _narrow(scene: Scene, width: int, height: int) -> List[Line]:
    rows = min(height, COMPACT_ROWS) if scene.compact else height
    notices = parts.notices(scene, width, 1)
    foot = fit([Part(1, notices), Part(7, [parts.keys(scene, width)])], rows)
    money = parts.money_rows(scene, width - LABEL_CELLS)
    lines = fit([Part(4, [parts.title(scene, width)]), Part(9, [parts.rule(scene, width)]), *_meters(scene, width),
                 Part(6, [parts.burn_row(scene, width)]), Part(8, [parts.lasts_row(scene, width)]),
                 Part(2, [parts.runs_out_row(scene, width)]), Part(10, [_under_label(money[0])]),
                 Part(11, [_under_label(money[1])]), Part(12, [_under_label(money[2])])], rows - len(foot))
    picture = [] if scene.compact else _graph(scene, width, height - len(lines) - len(foot))
    return bottom(lines + picture, foot, rows)


def _under_label(line: Line) -> Line:
    """A row of the right column as a row of its own."""
    head, rest = line[0], line[1:]
    return (Span(text.pad("    " + head.text.strip(), LABEL_CELLS), head.role), *rest)


def _tiny(scene: Scene, width: int, height: int) -> List[Line]:
    snapshot = scene.snapshot
    assert snapshot.session is not None and snapshot.percent is not None and snapshot.left is not None
    role = text.level_role(snapshot.percent)
    over = "!" if snapshot.percent > 100 else ""
    bar = text.bar(snapshot.percent / 100, width - 2, role, scene.charset, parts.elapsed_share(snapshot, snapshot.session))
    reset = Span(f"reset {scene.hour(snapshot.reset.at)}", "value")
    until = Span(f" in {text.duration(snapshot.reset.at - snapshot.now)}", "label")
    left = Span(" " + text.duration(snapshot.reset.at - snapshot.now), "label")
    out = f"out {scene.hour(snapshot.predicted_end)}" if snapshot.predicted_end else ""
    notice = parts.notices(scene, width, 1)
    stack = [Part(0, [(Span(" " + text.percent(snapshot.percent) + over, role), Span(" used", "label"))]),
             Part(4, [(Span(" "), *bar)]),
             Part(1, [(Span(" " + text.short_count(snapshot.left), "value"), Span(" left", "label"))]),
             Part(2, [pick([(Span(" "), reset, until), (Span(" "), reset, left), (Span(" "), reset)], width)]),
             Part(3, [(Span(" " + out, "label"),)] if out else []),
             Part(5, notice)]
    return fit(stack, height)


def _micro(scene: Scene, width: int, height: int) -> List[Line]:
    """What the status line says, as much as fits between blanks."""
    words = statusline.render(scene.snapshot, scene.zone, scene.charset).split()
    if width < 8:
        percent = scene.snapshot.percent
        short = "-" if percent is None else f"{int(percent)}%"
        return [(Span(short if len(short) <= width else "", text.level_role(percent)),)]
    groups = [(Span(word, "value"),) for word in words]
    return [text.words_fit(groups, width, gap=1)]
