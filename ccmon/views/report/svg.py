"""The pictures of the HTML report as SVG: days, sessions, weekly limit, hours, bars in tables. Everything from data is escaped.

Positions across are percentages and those down are pixels, so that a picture fits every width and its text keeps its size.
"""

from datetime import date, timedelta
from html import escape

from ccmon import text
from ccmon.history.digest import Digest, Rise
from ccmon.history.groups import OFFICIAL, UsageGroup
from ccmon.history.windows import PastWindow
from ccmon.model import NEAR_PERCENT
from ccmon.quick_typing import Iterator, List, Optional, Sequence, Tuple
from ccmon.views import graph
from ccmon.views.report import words
from ccmon.when import DAYS, day_and_hour, day_name, hour_name, midnight, time_of_day

GUTTER = 9.0                           # percent of the width, for the scale at the left
LEVELS = 5                             # of the heat map
PLOT_PX, HEAD_PX, FOOT_PX = 190, 22, 24
CURVE_PX, CELL_PX = 220, 26
ACROSS = 10_000                        # units of the curve's own width
FAR_LIMIT = 2.5                        # a limit so many times the highest session is written, not drawn
DAYS_LABELLED = 7
_WEEKS_TOP = 108.0                           # per cent at the upper edge, or more where there was extra usage
XML = "http://www.w3.org/2000/svg"
Point = Tuple[float, float]            # across as a share of the period; tokens or per cent
_SHAPES = {"warn": "M0-5L5 4H-5Z", "danger": "M0-6L6 0L0 6L-6 0Z"}


def frame(name: str, title: str, description: str, height: int, parts: Sequence[str]) -> str:
    """A picture with its title and description for those who cannot see it."""
    return (f'<svg xmlns="{XML}" width="100%" height="{height}" role="img" '
            f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
            f'<desc id="{name}-d">{escape(description)}</desc>{"".join(parts)}</svg>')


def _x(share: float) -> str:
    """The position across the plot of a share, 0..1."""
    return f"{GUTTER + share * (100 - GUTTER):.3f}%"


def _wide(share: float) -> str:
    return f"{share * (100 - GUTTER):.3f}%"


def _label(x: str, y: float, words_: str, kind: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(words_)}</text>'


def _day_label(x: str, y: int, day: date, week: bool, kind: str = "axis") -> str:
    """The weekday with the number, which gives way where there is no room for it; in a month the number alone."""
    name = f'{DAYS[day.weekday()]}<tspan class="minor"> {day.day}</tspan>' if week else day.day
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="middle">{name}</text>'


def _mark(x: str, y: float, kind: str, title: str) -> str:
    """A triangle from 80 % of the limit on, a diamond from all of it on."""
    return (f'<svg x="{x}" y="{y:.1f}" overflow="visible"><path class="mark {kind}" d="{_SHAPES[kind]}">'
            f'<title>{escape(title)}</title></path></svg>')


def mark(kind: str) -> str:
    """The same sign for a legend."""
    return (f'<svg xmlns="{XML}" class="sign" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">'
            f'<path class="mark {kind}" d="{_SHAPES[kind]}"/></svg>')


def level(percent: float) -> str:
    """The class of what is so far used."""
    return "danger" if percent >= 100 else "warn" if percent >= NEAR_PERCENT else "plain"


def _grid(top: float, height: int) -> List[str]:
    """Lines at round numbers, their labels at the left."""
    out: List[str] = []
    step = graph.round_step(top / 5)
    for tokens in range(0, int(top) + 1, step):
        y = HEAD_PX + height * (1 - tokens / top)
        out.append(f'<line x1="{GUTTER}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        out.append(_label(f"{GUTTER - 1.2}%", y + 4, text.short_count(tokens), "axis", "end"))
    return out


# --- days ---------------------------------------------------------------------------------------------------------------

def days(digest: Digest) -> str:
    """Tokens of each day as bars, marked where a session came near its limit."""
    period = digest.period
    count = (period.last - period.first).days + 1
    top = max(1, *(day.tokens for day in digest.days)) * 1.04
    parts = _grid(top, PLOT_PX)
    for at in range(count):
        parts += _day(digest.days[at], at, count, top) if at < len(digest.days) else []
        kind = "axis minor" if count > DAYS_LABELLED and at % 3 else "axis"
        day = period.first + timedelta(days=at)
        parts.append(_day_label(_x((at + 0.5) / count), HEAD_PX + PLOT_PX + 17, day, count <= DAYS_LABELLED, kind))
    most = max(digest.days, key=lambda day: day.tokens)
    description = (f"{words.heading(digest)}: {text.count(digest.total.tokens)} tokens; "
                   f"the most on {most.day_name}, {text.count(most.tokens)}.")
    return frame("days", "Tokens by day", description, HEAD_PX + PLOT_PX + FOOT_PX, parts)


def _day(day: UsageGroup, at: int, count: int, top: float) -> List[str]:
    if day.is_empty:
        return []
    height = max(2.0, PLOT_PX * day.tokens / top)
    y, kind = HEAD_PX + PLOT_PX - height, level(day.percent)
    title = f"{day.day_name}: {text.count(day.tokens)} tokens, {text.plural(day.sessions, 'session')}, {text.usd(day.cost_usd)}"
    middle, many = _x((at + 0.5) / count), count > DAYS_LABELLED
    out = [f'<rect x="{_x((at + 0.17) / count)}" y="{y:.1f}" width="{_wide(0.66 / count)}" height="{height:.1f}" rx="2" '
           f'class="bar {kind}"><title>{escape(title)}</title></rect>']
    if not many:
        out.append(_label(middle, y - 6, text.short_count(day.tokens), "figure"))
    if kind != "plain":
        out.append(_mark(middle, y - (10 if many else 14 - 26), kind, f"{day.day_name}: {words.nearness(day)}"))
    return out


# --- sessions ---------------------------------------------------------------------------------------------------------

def sessions(digest: Digest) -> str:
    """How the tokens of each session rose, the one limit of all, and where one was near its own."""
    highest = max(rise.record.block.tokens for rise in digest.rises)
    limit = digest.scale.tokens
    drawn = limit <= FAR_LIMIT * max(1, highest)
    top = max(1, highest, limit if drawn else 0) * 1.08
    whole = [_dashed([(0.0, limit), (1.0, limit)], top)] if drawn else []
    parts = _plot(digest, top, [*(_area(digest, rise, top) for rise in digest.rises), *whole])
    parts += [_rise_mark(digest, rise, top) for rise in digest.rises if rise.record.percent >= NEAR_PERCENT]
    y = HEAD_PX + CURVE_PX * (1 - limit / top) if drawn else HEAD_PX
    label = f"limit {text.count(limit)}" + ("" if drawn else ", above this picture")
    parts.append(_label("100%", y - 6, label, "axis over", "end"))
    description = (f"{text.plural(len(digest.rises), 'session')}; the largest used {text.count(highest)} tokens. "
                   f"The limit drawn is {text.count(limit)} tokens, {digest.scale.name}; "
                   f"{text.plural(digest.total.hits, 'session')} reached the limit.")
    return frame("sessions", "Tokens of each session", description, HEAD_PX + CURVE_PX + FOOT_PX, parts)


def _plot(digest: Digest, top: float, shapes: Sequence[str]) -> List[str]:
    """The grid with days, and above it the shapes; what lies outside the period is cut off by the picture's edge."""
    return [*_grid(top, CURVE_PX), *_day_lines(digest),
            f'<svg x="{GUTTER}%" y="{HEAD_PX}" width="{100 - GUTTER}%" height="{CURVE_PX}" viewBox="0 0 {ACROSS} {CURVE_PX}" '
            f'preserveAspectRatio="none">', *shapes, "</svg>"]


def _share(digest: Digest, epoch: float) -> float:
    """The part of the period that was over."""
    return (epoch - digest.period.start) / (digest.period.end - digest.period.start)


def _share_within(digest: Digest, epoch: float) -> float:
    return min(1.0, max(0.0, _share(digest, epoch)))


def _path(points: Sequence[Point], top: float) -> str:
    return "L".join(f"{share * ACROSS:.0f} {CURVE_PX * (1 - value / top):.1f}" for share, value in points)


def _filled(points: Sequence[Point], top: float, kind: str, title: str) -> str:
    return f'<path class="area {kind}" d="M{_path(points, top)}Z"><title>{escape(title)}</title></path>'


def _dashed(points: Sequence[Point], top: float) -> str:
    return f'<path class="limit" d="M{_path(points, top)}"/>'


def _area(digest: Digest, rise: Rise, top: float) -> str:
    """The rise, and level from the last message to the session's end."""
    block = rise.record.block
    last, tokens = rise.points[-1]
    end = max(last, min(block.end, digest.now))
    points = [(_share_within(digest, at), number) for at, number in (*rise.points, (end, tokens), (end, 0.0))]
    return _filled(points, top, level(rise.record.percent), _rise_title(digest, rise))


def _rise_title(digest: Digest, rise: Rise) -> str:
    block = rise.record.block
    share, whole = words.share(rise, digest)
    of = f"of {whole}" if rise.record.rated_by != OFFICIAL else "by Claude's own word"
    start = day_and_hour(block.start, digest.zone)
    return f"{start}: {text.count(block.tokens)} tokens, {share} {of}, {text.usd(block.cost_usd)}"


def _rise_mark(digest: Digest, rise: Rise, top: float) -> str:
    last, tokens = rise.points[-1]
    y = HEAD_PX + CURVE_PX * (1 - tokens / top) - 9
    return _mark(_x(_share_within(digest, last)), y, level(rise.record.percent), _rise_title(digest, rise))


def _day_lines(digest: Digest) -> List[str]:
    """Where days begin: all of a week, the Mondays of a month."""
    week, y = digest.period.kind == "week", HEAD_PX + CURVE_PX + 18
    out: List[str] = []
    for day in words.marked_days(digest):
        at = _share_within(digest, midnight(day, digest.zone))
        out.append(f'<line x1="{_x(at)}" x2="{_x(at)}" y1="{HEAD_PX}" y2="{HEAD_PX + CURVE_PX + 6}" class="grid"/>')
        out.append(_day_label(_x(at + 0.5 / DAYS_LABELLED), y, day, week) if week
                   else _label(_x(at), y, day_name(day)[4:], "axis", "start"))
    return out


# --- the weekly limit ---------------------------------------------------------------------------------------------------

def weeks(digest: Digest) -> str:
    """How the 7-day windows of the period rose; dashed is even use."""
    top = max(_WEEKS_TOP, *(week.percent * 1.05 for week in digest.weeks))
    parts = _plot(digest, top, [shape for week in digest.weeks for shape in _week_shapes(digest, week, top)])
    return frame("weeks", "The weekly limit", words.weeks_sentence(digest), HEAD_PX + CURVE_PX + FOOT_PX, parts)


def _week_shapes(digest: Digest, week: PastWindow, top: float) -> Iterator[str]:
    """What was read holds until the next reading; even use where the window's length is known."""
    points: List[Tuple[int, float]] = [(week.readings[0][0], 0.0)] if week.start is None else [(week.start, 0.0)]
    for at, percent in week.readings:
        points += [(at, points[-1][1]), (at, percent)] if len(points) > 1 else [(at, percent)]
    end = max(points[-1][0], min(week.end, digest.now))
    shown = [(_share(digest, at), percent) for at, percent in (*points, (end, points[-1][1]), (end, 0.0))]
    title = f"until {day_and_hour(week.end, digest.zone)}: {text.percent(week.percent)}"
    yield _filled(shown, top, level(week.percent), title)
    if week.start is not None:
        yield _dashed([(_share(digest, week.start), 0.0), (_share(digest, week.resets_at), 100.0)], top)


# --- hours ------------------------------------------------------------------------------------------------------------

def hours(digest: Digest) -> str:
    """Weekdays down, hours across; darker is more."""
    top = words.fullest(digest.heat)
    parts: List[str] = []
    for hour in range(0, 24, 3):
        parts.append(_label(_x(hour / 24), 14, hour_name(hour, digest.zone.dial), "axis", "start"))
    for row, (name, tokens) in enumerate(zip(DAYS, digest.heat)):
        y = HEAD_PX + row * CELL_PX
        parts.append(_label(f"{GUTTER - 1.2}%", y + CELL_PX / 2 + 4, name, "axis", "end"))
        parts += [_hour(name, hour, number, top, y, digest.zone.dial) for hour, number in enumerate(tokens)]
    weekday, hour = max(((row, hour) for row in range(7) for hour in range(24)), key=lambda at: digest.heat[at[0]][at[1]])
    description = (f"The fullest hour of the week was {DAYS[weekday]} {time_of_day(hour, 0, digest.zone.dial)} with "
                   f"{text.count(round(top))} tokens.")
    return frame("hours", "Tokens by weekday and hour", description, HEAD_PX + 7 * CELL_PX + 2, parts)


def _hour(name: str, hour: int, tokens: float, top: float, y: int, dial: int) -> str:
    level = 0 if tokens <= 0 or top <= 0 else min(LEVELS, 1 + int(tokens / top * LEVELS * 0.9999))
    words_of = f"{name} {time_of_day(hour, 0, dial)}, {text.count(round(tokens))} tokens"
    title = f"<title>{escape(words_of)}</title>" if level else ""
    return (f'<rect x="{_x(hour / 24)}" y="{y}" width="{_wide(1 / 24)}" height="{CELL_PX}" rx="4" '
            f'class="cell h{level}">{title}</rect>')


# --- tables -----------------------------------------------------------------------------------------------------------

def bar(share: float, mark: Optional[float] = None) -> str:
    """A bar for a table's cell, with a mark at another share; the figures stand beside it."""
    drawn = "" if mark is None else f'<rect x="{min(0.99, mark) * 100:.2f}%" width="2" height="10" class="said"/>'
    return (f'<svg xmlns="{XML}" class="share" width="100%" height="10" aria-hidden="true">'
            '<rect width="100%" height="10" rx="3" class="track"/>'
            f'<rect width="{share * 100:.2f}%" height="10" rx="3" class="bar plain"/>{drawn}</svg>')
