"""The picture of the weekly limit in the HTML report, as SVG: per cent over time, each 7-day window against even use."""

from html import escape
from typing import List, Tuple

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.history.windows import PastWindow
from ccmon.views.report import svg, words

_TOP = 108.0                           # per cent at the upper edge, or more where there was extra usage


def weeks(digest: Digest) -> str:
    """How the 7-day windows of the period rose; dashed is even use."""
    top = max(_TOP, *(week.percent * 1.05 for week in digest.weeks))
    parts = [*svg.grid(top, svg.CURVE_PX), *svg.day_lines(digest),
             f'<svg x="{svg.GUTTER}%" y="{svg.HEAD_PX}" width="{100 - svg.GUTTER}%" height="{svg.CURVE_PX}" '
             f'viewBox="0 0 {svg.ACROSS} {svg.CURVE_PX}" preserveAspectRatio="none">']
    parts += [shape for week in digest.weeks for shape in (_area(digest, week, top), _even(digest, week, top))]
    parts.append("</svg>")
    return svg.frame("weeks", "The weekly limit", words.weeks_sentence(digest), svg.HEAD_PX + svg.CURVE_PX + svg.FOOT_PX, parts)


def _at(digest: Digest, epoch: int, percent: float, top: float) -> str:
    """What lies outside the period is cut off by the picture's edge."""
    period = digest.period
    share = (epoch - period.start) / (period.end - period.start)
    return f"{share * svg.ACROSS:.0f} {svg.CURVE_PX * (1 - percent / top):.1f}"


def _area(digest: Digest, week: PastWindow, top: float) -> str:
    """What was read holds until the next reading."""
    points: List[Tuple[int, float]] = [(week.readings[0][0], 0.0)] if week.start is None else [(week.start, 0.0)]
    for at, percent in week.readings:
        points += [(at, points[-1][1]), (at, percent)] if len(points) > 1 else [(at, percent)]
    end = max(points[-1][0], min(week.end, digest.now))
    shown = [_at(digest, at, percent, top) for at, percent in (*points, (end, points[-1][1]), (end, 0.0))]
    title = f"until {words.moment(week.end, digest)}: {text.percent(week.percent)}"
    return f'<path class="area {svg.level(week.percent)}" d="M{"L".join(shown)}Z"><title>{escape(title)}</title></path>'


def _even(digest: Digest, week: PastWindow, top: float) -> str:
    if week.start is None:
        return ""
    ends = [_at(digest, at, percent, top) for at, percent in ((week.start, 0.0), (week.resets_at, 100.0))]
    return f'<path class="limit" d="M{"L".join(ends)}"/>'
