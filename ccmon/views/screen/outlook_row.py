"""When it runs out, as a row: the likelihood and its span where enough is known, else the end at the last hour's pace."""

from typing import List, Optional

from ccmon import text
from ccmon.model import Runway, Window
from ccmon.text import Line, Span, plural
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import opens_at
from ccmon.views.layout import LABEL_CELLS, LEAD_CELLS, label, margin, pick, pick_text
from ccmon.views.screen import windows
from ccmon.views.screen.scene import Scene

LIKELY, POSSIBLE = 0.5, 0.05           # from the first on it is a warning, below the second a risk in brackets


def runs_out_row(scene: Scene, cells: int) -> Line:
    """When what binds is used up, and how that lies to the reset; the window is named where it is not the session."""
    bound = windows.binding_window(scene.snapshot)
    if bound is None:
        variants = _variants(scene)
    elif bound.percent >= 100:
        return _used_up(scene, cells)
    else:
        name = "week" if bound.name == "seven_day" else bound.label
        variants = [(Span(f"{name}: ", "label"), *end) for end in _of_window(scene, bound)]
    return (*label(scene.charset, "⏰", "runs out"), *pick(variants, cells - LABEL_CELLS))


def _used_up(scene: Scene, cells: int) -> Line:
    """Nothing goes on until a reset."""
    words = pick_text(windows.used_up_words(scene), cells - LEAD_CELLS)
    return (Span(margin(scene.charset, "⏰"), "label"), Span(words, "danger"))


def _of_window(scene: Scene, bound: Window) -> List[Line]:
    forecast = bound.forecast
    if forecast is None:
        return [(Span("-", "dim"),)]
    if is_likelihood(forecast):
        variants = _likely(scene, forecast._replace(resets_at=bound.resets_at))
        behind = f"  (pace of {plural(max(1, forecast.rows), 'day')})"
        return [(*variant, Span(behind, "dim")) for variant in variants[:5] if forecast.rule == "pace"] + variants
    if forecast.probability <= 0:
        return [(Span(f"lasts to {scene.clock(bound.resets_at)}", "ok"), Span("  (pace so far)", "dim")),
                (Span("lasts", "ok"),)]
    variants = _at(scene, forecast.median, bound.resets_at, "pace so far")
    gap = text.duration(bound.resets_at - forecast.median)
    return [*variants[:3], (variants[0][0], Span(f"  {gap} before", "warn")), *variants[3:]]


def likelihood_runway(scene: Scene) -> Optional[Runway]:
    """The runway where it is more than the pace of the last hour."""
    runway = scene.snapshot.runway
    return runway if is_likelihood(runway) and scene.snapshot.left != 0 else None


def _variants(scene: Scene) -> List[Line]:
    runway = likelihood_runway(scene)
    return _at_this_pace(scene) if runway is None else _likely(scene, runway)


def _likely(scene: Scene, runway: Runway) -> List[Line]:
    """62 % likely to run out before 18:00 (median 16:40, 15:50-17:30); ~62 % where hardly any day stands behind it."""
    reset = scene.clock(runway.resets_at)
    share = "~" * (runway.rule == "pace") + text.percent(round(100 * runway.probability))
    if runway.probability < POSSIBLE:
        words = (f"lasts to {reset}, {share} likely to run out before", f"lasts to {reset} ({share} risk)", f"lasts to {reset}")
        return [(Span(word, "ok"),) for word in words]
    role = "warn" if runway.probability >= LIKELY else "value"
    low, high, median = map(scene.clock, (runway.low, runway.high, runway.median))
    if low == high:                    # a span from there to there says nothing
        return [(Span(share, role), Span(f" likely to run out before {reset}", "label")),
                (Span(share, role), Span(f" before {reset}", "label")), (Span(share, role),)]
    span = f"{low}-{high}"
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
    opens = opens_at(snapshot.windows, snapshot.percent_source, snapshot.reset.at)
    if opens <= snapshot.predicted_end < snapshot.reset.at:            # Claude's window ends before the reset that is shown
        return [(Span(f"lasts to {scene.clock(opens)}", "ok"), Span("  (last-hour rate)", "dim")),
                (Span(f"lasts to {scene.clock(opens)}", "ok"),), (Span("lasts", "ok"),)]
    return _at(scene, snapshot.predicted_end, snapshot.reset.at, "last-hour rate")


def _at(scene: Scene, end: int, reset_at: int, rate: str) -> List[Line]:
    """16:40  1h 20m before the reset  (last-hour rate)."""
    before_s = reset_at - end
    role, side = ("warn", "before") if before_s > 0 else ("ok", "after")
    at = Span(scene.clock(end), role if before_s > 0 else "value")
    gap = text.duration(abs(before_s))
    return [(at, Span(f"  {gap} {side} the reset", role), Span(f"  ({rate})", "dim")),
            (at, Span(f"  {gap} {side}", role), Span(f", {rate}", "dim")),
            (at, Span(f"  {gap} {side} the reset", role)), (at, Span(f"  {side} the reset", role)), (at, Span(f" {side}", role)),
            (at,)]
