"""The graph of the session: what was seen, and how it may go on."""

from typing import List

from ccmon import text
from ccmon.model import Block, Runway, Snapshot
from ccmon.text import Line
from ccmon.usage import forecast
from ccmon.usage.burn import HOLE_S
from ccmon.views import graph
from ccmon.views.screen import outlook_row
from ccmon.views.screen.parts import window
from ccmon.views.screen.scene import Scene


def curve(scene: Scene, cells: int, rows: int) -> List[Line]:
    """The graph of this session with the projection to the limit."""
    snapshot = scene.snapshot
    block = snapshot.session
    assert block is not None
    dots = 2 * cells                       # across; a point for each half of one is fine enough
    points = forecast.thinned(snapshot.usage_curve, max(1, (block.end - block.start) // (2 * dots)))
    role = text.level_role(snapshot.percent)
    strokes = [graph.Stroke(a, b, "dim" if b[0] - a[0] > HOLE_S and b[1] != a[1] else role) for a, b in zip(points, points[1:])]
    step_s = 3600 * max(1, (block.end - block.start) // (8 * 3600))
    hours = [(at, scene.hour(at)) for at in range(block.start, block.end, step_s)]
    runway = outlook_row.likelihood_runway(scene)
    ahead, band = ([], _band(snapshot, block, runway)) if runway and runway.band else (_ahead(snapshot, block), [])
    picture = graph.Curve(block.start, block.end, snapshot.capacity, strokes + ahead, snapshot.now, band)
    return graph.render(picture, cells - 2, rows, scene.charset, hours)


def _ahead(snapshot: Snapshot, block: Block) -> List[graph.Stroke]:
    """The projection: at the present pace until the limit, the official reset or the end of the session."""
    if snapshot.burn_per_min <= 0 or not snapshot.left:
        return []
    until = min(block.end, window(snapshot)[1], snapshot.predicted_end or block.end)
    reached = block.tokens + snapshot.burn_per_min * (until - snapshot.now) / 60
    return [graph.Stroke((snapshot.now, block.tokens), (until, reached), "dim", dashed=True)]


def _band(snapshot: Snapshot, block: Block, runway: Runway) -> List[graph.Between]:
    """Where the curve will be, nine times of ten."""
    until = min(block.end, window(snapshot)[1])
    later = [graph.Between(at, block.tokens + low, block.tokens + high) for at, low, high in runway.band if at <= until]
    return [graph.Between(snapshot.now, block.tokens, block.tokens), *later]
