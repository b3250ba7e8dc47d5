"""When it runs out, as a row: the likelihood and its span where enough is known, else the end at the last hour's pace."""

from typing import List, Optional

from ccmon import text
from ccmon.model import Runway
from ccmon.text import Line, Span
from ccmon.usage.outlook import is_likelihood
from ccmon.views.screen.scene import LABEL_CELLS, Scene, label, pick

LIKELY, POSSIBLE = 0.5, 0.05           # from here on it is a warning, and below it is hardly worth a word


def runs_out_row(scene: Scene, cells: int) -> Line:
    """When the tokens are used up, and how that lies to the reset."""
    return (*label(scene.charset, "⏰", "runs out"), *pick(_variants(scene), cells - LABEL_CELLS))


def known(scene: Scene) -> Optional[Runway]:
    """The runway where it is more than the pace of the last hour."""
    runway = scene.snapshot.runway
    return runway if is_likelihood(runway) and scene.snapshot.left != 0 else None


def _variants(scene: Scene) -> List[Line]:
    runway = known(scene)
    return _at_this_pace(scene) if runway is None else _likely(scene, runway)


def _likely(scene: Scene, runway: Runway) -> List[Line]:
    """62 % likely to run out before 18:00 (median 16:40, 15:50-17:30)."""
    reset = scene.clock(runway.resets_at)
    share = text.percent(round(100 * runway.probability))
    if runway.probability < POSSIBLE:
        words = (f"lasts to {reset}, {share} likely to run out before", f"lasts to {reset} ({share} risk)", f"lasts to {reset}")
        return [(Span(word, "ok"),) for word in words]
    role = "warn" if runway.probability >= LIKELY else "value"
    span, median = f"{scene.clock(runway.low)}-{scene.clock(runway.high)}", scene.clock(runway.median)
    middle = f"median {median}, " if runway.median < runway.resets_at else ""
    return [(Span(share, role), Span(f" likely to run out before {reset} ({middle}{span})", "label")),
            (Span(share, role), Span(f" likely before {reset} ({middle}{span})", "label")),
            (Span(share, role), Span(f" before {reset} ({middle}{span})", "label")),
            (Span(share, role), Span(f" before {reset}, {span}", "label")),
            (Span(share, role), Span(f" before {reset}", "label")), (Span(share, role),)]


def _at_this_pace(scene: Scene) -> List[Line]:
    snapshot = scene.snapshot
    if snapshot.predicted_end is None:
        words = "all used" if snapshot.left == 0 else "not at this pace"
        return [(Span(words, "danger" if snapshot.left == 0 else "ok"),)]
    before_s = snapshot.reset.at - snapshot.predicted_end
    role, side = ("warn", "before") if before_s > 0 else ("ok", "after")
    at = Span(scene.clock(snapshot.predicted_end), role if before_s > 0 else "value")
    gap = text.duration(abs(before_s))
    return [(at, Span(f"  {gap} {side} the reset", role), Span("  (last-hour rate)", "dim")),
            (at, Span(f"  {gap} {side}", role), Span(", last-hour rate", "dim")),
            (at, Span(f"  {gap} {side} the reset", role)), (at, Span(f"  {side} the reset", role)), (at, Span(f" {side}", role)),
            (at,)]
