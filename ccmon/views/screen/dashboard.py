"""The screen: parts stacked in a window; what does not fit is dropped by its rank, nothing wraps."""

from ccmon import text
from ccmon.model import Block, Runway, Snapshot
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.text import Line, Span
from ccmon.usage import burn, notices
from ccmon.usage.burn import HOLE_S
from ccmon.views import graph
from ccmon.views.layout import LABEL_CELLS, Slot, bottom, fit_both
from ccmon.views.screen import foot, parts, windows
from ccmon.views.screen.scene import COMPACT_ROWS, TINY, Scene
from ccmon.when import HOUR_S

WIDE, THIRD, NARROW = 72, 110, 38      # cells from which a layout is used
LEAST_GRAPH, TALL_GRAPH = 5, 22        # rows of the graph with its axis
MANY_WINDOWS = 5                       # more rows of them than that give way to the graph


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines of at most `width` cells."""
    if width < 1 or height < 1:
        return []
    if height < 3 or width < TINY or width < NARROW or height < 5:
        from ccmon.views.screen import small  # each size and state has a room of its own
        made = small.micro if height < 3 or width < TINY else small.tiny
        lines = made(scene, width, height)
    elif not scene.snapshot.active:
        from ccmon.views.screen import idle
        lines = idle.render(scene, width, height)
    elif scene.compact or width < WIDE:
        lines = _narrow(scene, width, height)
    else:
        lines = _wide(scene, width, height)
    return [text.clip_line(line, width) for line in lines[:height]]


def _wide(scene: Scene, width: int, height: int) -> List[Line]:
    columns = _columns(scene, width)
    least = 3 if height >= 30 else 2 if height >= 9 else 1
    meters = _meters(scene, width)
    fixed = 2 + sum(len(part.lines) for part in meters) + len(columns) + 1 + LEAST_GRAPH       # title, rule, keys
    rows = windows.rows(scene, width, _edges(width)[1 if width >= THIRD else 0])
    rows = rows[:max(MANY_WINDOWS, height - fixed - least)]
    air = [()] * (fixed + least + len(rows) + 2 <= height or fixed + least + len(rows) > height)     # the graph needs it more
    body = [Slot(4, [parts.title(scene, width)]), Slot(8, [parts.rule(scene, width)]), *meters, *_windows(rows), Slot(9, air),
            Slot(5, columns[:1]), Slot(6, columns[1:2]), Slot(_end_rank(scene, 3), columns[2:]), Slot(9, air)]
    spare = height - sum(len(part.lines) for part in body) - 1 - LEAST_GRAPH
    shown = windows.without_alarm(scene)
    foot_rows = max(least, min(spare, len(foot.notices(shown, width, spare))))      # a graph can do with less, a warning cannot
    lines, end = fit_both(body, _foot(shown, width, foot_rows, roomy=height >= 20), height)
    return bottom(lines + _below(scene, width, height - len(lines) - len(end)), end, height)


def _windows(rows: Sequence[Line]) -> List[Slot]:
    """The loosest window gives way first."""
    return [Slot(min(4 + at, 8), [row]) for at, row in enumerate(rows)]


def _end_rank(scene: Scene, usual: int) -> int:
    """Of the row that says when it runs out, or that nothing goes on."""
    return 0 if notices.is_blocked_elsewhere(scene.snapshot) else usual


def _foot(scene: Scene, width: int, rows: int, roomy: bool) -> List[Slot]:
    """Notices just above the keys; roomy keeps their rows free when there are none."""
    notices = foot.notices(scene, width, rows)
    space = [()] * (rows - len(notices)) if roomy else []
    return [Slot(9, space), Slot(1, notices[:1]), Slot(5, notices[1:]), Slot(7, [foot.keys(scene, width)])]


def _columns(scene: Scene, width: int) -> List[Line]:
    """Burn rate and forecast, cost and models, and with room the kinds of tokens."""
    half, third = _edges(width)
    lines = [parts.burn_row(scene, half - 2), parts.lasts_row(scene, half - 2), windows.runs_out_row(scene, half - 2)]
    lines = [_beside(*pair, half) for pair in zip(lines, parts.money_rows(scene, third - half - 1))]
    if width >= THIRD:
        lines = [_beside(*pair, third) for pair in zip(lines, parts.split_rows(scene, width - third - 1))]
    return lines


def _edges(width: int) -> Tuple[int, int]:
    """Where the second and the third column begin."""
    return (width * 45 // 100, width * 73 // 100) if width >= THIRD else (width * 64 // 100, width)


def _meters(scene: Scene, width: int) -> List[Slot]:
    """The bar of the window that binds, where that is another one, and those of the session."""
    head = windows.headline(scene, width)
    ranks = (2, 4, 5, 4) if head else (0, 1, 3, 2)
    session = (parts.tokens_bar, parts.tokens_figures, parts.time_bar, parts.time_figures)
    return [*(Slot(at, [row]) for at, row in enumerate(head)),
            *(Slot(rank, [made(scene, width)]) for rank, made in zip(ranks, session))]


def _beside(left: Line, right: Line, column: int) -> Line:
    return (*left, Span(" " * max(1, column - text.line_width(left))), *right) if right else left


def _below(scene: Scene, width: int, rows: int) -> List[Line]:
    """The graph, and in tall windows the sessions before this one."""
    before = parts.sessions_before(scene, width, min(10, rows - TALL_GRAPH))
    left = rows - len(before)
    curve = session_curve(scene, width, left) if left >= LEAST_GRAPH else []
    return [*((Span(" "), *line) for line in curve), *before]


def _narrow(scene: Scene, width: int, height: int) -> List[Line]:
    rows = min(height, COMPACT_ROWS) if scene.compact else height
    money = [_under_label(line) for line in parts.money_rows(scene, width - LABEL_CELLS + parts.MONEY_LABEL_CELLS)]
    body = [Slot(4, [parts.title(scene, width)]), Slot(9, [parts.rule(scene, width)]), *_meters(scene, width),
            *_windows(windows.rows(scene, width)), Slot(7, [parts.burn_row(scene, width)]),
            Slot(8, [parts.lasts_row(scene, width)]), Slot(_end_rank(scene, 2), [windows.runs_out_row(scene, width)]),
            *(Slot(10 + at, [line]) for at, line in enumerate(money) if line)]
    shown = windows.without_alarm(scene)
    lines, end = fit_both(body, _foot(shown, width, 3 if rows >= 14 else 2 if rows >= 9 else 1, roomy=False), rows)
    picture = [] if scene.compact else _below(scene, width, height - len(lines) - len(end))
    return bottom(lines + picture, end, rows)


def _under_label(line: Line) -> Line:
    """A row of the right column as a row of its own."""
    return (Span(text.pad("    " + line[0].text.strip(), LABEL_CELLS), line[0].role), *line[1:]) if line else ()


# --- the graph of the session ------------------------------------------------------------------------------------------

def session_curve(scene: Scene, cells: int, rows: int) -> List[Line]:
    """The graph of this session with the projection to the limit."""
    snapshot = scene.snapshot
    block = snapshot.session
    assert block is not None
    dots = 2 * cells                       # across; a point for each half of one is fine enough
    points = burn.thinned(snapshot.usage_curve, max(1, (block.end - block.start) // (2 * dots)))
    role = text.level_role(snapshot.percent)
    strokes = [graph.Stroke(a, b, "dim" if b[0] - a[0] > HOLE_S and b[1] != a[1] else role) for a, b in zip(points, points[1:])]
    step_s = HOUR_S * max(1, (block.end - block.start) // (8 * HOUR_S))
    hours = [(at, scene.hour(at)) for at in range(block.start, block.end, step_s)]
    runway = windows.likelihood_runway(scene)
    ahead = _band(snapshot, block, runway) if runway and runway.band else _pace(snapshot, block)
    picture = graph.Curve(block.start, block.end, snapshot.capacity, strokes + ahead, snapshot.now)
    return graph.render(picture, cells - 2, rows, scene.charset, hours)


def _pace(snapshot: Snapshot, block: Block) -> List[graph.Stroke]:
    """The projection: at the present pace until the limit, the official reset or the end of the session."""
    if snapshot.burn_per_min <= 0 or not snapshot.left:
        return []
    until = min(block.end, parts.window(snapshot)[1], snapshot.predicted_end or block.end)
    reached = block.tokens + snapshot.burn_per_min * (until - snapshot.now) / 60
    return [graph.Stroke((snapshot.now, block.tokens), (until, reached), "dim", "dashed")]


def _band(snapshot: Snapshot, block: Block, runway: Runway) -> List[graph.Stroke]:
    """The edges between which the curve will be, nine times of ten."""
    until = min(block.end, parts.window(snapshot)[1])
    edges = [(snapshot.now, 0.0, 0.0), *(edge for edge in runway.band if edge[0] <= until)]
    return [graph.Stroke((before[0], block.tokens + before[at]), (after[0], block.tokens + after[at]), "dim", "dotted")
            for before, after in zip(edges, edges[1:]) for at in (1, 2)]
