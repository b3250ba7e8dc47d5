"""The windows of the account: a row each, the tightest first; the bar of the one that binds; and what may be spent beyond."""

from __future__ import annotations

from ccmon import text
from ccmon.model import NEAR_PERCENT, Credits, Runway, Snapshot, Window, Windows
from ccmon.quick_typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.sources.session_json import length_s
from ccmon.text import Line, Span
from ccmon.usage import notices
from ccmon.usage.binding import SESSION, runs_out
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import name_words, opens_at
from ccmon.views.layout import LABEL_CELLS, LEAD_CELLS, label, margin, percent_text, pick, pick_text
from ccmon.views.screen import parts
from ccmon.views.screen.foot import shorten
from ccmon.views.screen.scene import Scene

OLD_S = 600                            # what Claude reported longer ago than this is shown with its age
_LONGEST_LABEL = 14                    # 7d Oauth Apps; of longer ones the first words
_LEAST_BAR = 4                         # cells below which a bar says nothing
_COMFORTABLE_BAR = 16
_GAP = 2                               # cells between columns
LIKELY, POSSIBLE = 0.5, 0.05           # from the first on it is a warning, below the second a risk in brackets


class WindowRow(NamedTuple):
    """A window or the credits, ready to be set in columns."""

    label: str
    percent: Optional[float]
    mark: Optional[float]              # 0..1: where even use would be
    reset: Line
    state: Line                        # the likelihood that it lasts, or what was spent
    age: Line
    old_copy: bool                     # read from a file that is seldom written: never without its age

    @property
    def role(self) -> str:
        """The level's colour."""
        return level_role(self.percent)


def level_role(percent: Optional[float]) -> str:
    """The role of a window's percentage: one that is used up is a danger."""
    return "danger" if percent is not None and percent >= 100 else text.level_role(percent)


# --- what binds ----------------------------------------------------------------------------------------------------------

def binding_window(snapshot: Snapshot) -> Optional[Window]:
    """The window that decides how much is left, where it is not the 5 hours."""
    bound = snapshot.binding
    return None if bound is None or bound.name == SESSION else next(
        (one for one in snapshot.windows if one.name == bound.name), None)


def used_up_words(scene: Scene) -> List[str]:
    """! week used up: nothing until Tue 14:18, and shorter; empty where what binds is not used up."""
    bound = scene.snapshot.binding
    if bound is None or bound.why != "full":
        return []
    whole = notices.used_up(bound, scene.snapshot, scene.zone)
    return [f"! {words}" for words in (whole, whole.replace(name_words(bound.name), bound.label, 1), whole.partition(": ")[2])]


def alarm(scene: Scene) -> Span:
    """The headline where no session runs: that the tightest window is used up, or nearly so; else no text."""
    bound, words = scene.snapshot.binding, used_up_words(scene)
    if words:
        return Span(words[0], "danger")
    if bound is None or (bound.percent or 0) < NEAR_PERCENT:
        return Span("", "warn")
    share, name = text.percent(bound.percent or 0), name_words(bound.name)
    return Span(f"! {share} of the {name} is used, reset {scene.clock(bound.resets_at)}", "warn")


def without_alarm(scene: Scene) -> Scene:
    """The same without the notice that another row says already: that of the window that binds comes first."""
    snapshot = scene.snapshot
    bound = snapshot.binding
    code = "over_limit" if bound is not None and bound.why == "full" else "near_limit"
    blocked = notices.is_blocked_elsewhere(snapshot) if snapshot.active else bool(alarm(scene).text)
    shown_above = next((one for one in snapshot.warnings if one.code == code), None) if blocked else None
    return scene._replace(snapshot=snapshot._replace(warnings=tuple(one for one in snapshot.warnings if one is not shown_above)))


def headline(scene: Scene, cells: int) -> List[Line]:
    """The bar of the window that binds and the row below it; nothing where that is the session, which has its own."""
    window = binding_window(scene.snapshot)
    return [] if window is None else [_bar(scene, window, cells), _figures(scene, window, cells)]


def _bar(scene: Scene, window: Window, cells: int) -> Line:
    row = window_row(scene, window)
    name = shorten(row.label, LABEL_CELLS - LEAD_CELLS - 1)            # the row below has it in full
    return parts.meter(scene, cells, label(scene.charset, "📅", name), window.percent / 100, row.role,
                       percent_text(window.percent), row.mark)


def _figures(scene: Scene, window: Window, cells: int) -> Line:
    """Time to the reset, whose it is, and who says so how long ago."""
    left = (Span(text.duration(window.resets_at - scene.snapshot.now), "value"),
            Span(f" to {scene.clock(window.resets_at)}", "label"))
    room = cells - LABEL_CELLS - 1
    numbers = pick([*((*left, Span(f" ({name})", "label")) for name in (name_words(window.name), window.label)), left], room)
    source = pick_text(_source_words(scene, window), room - text.line_width(numbers) - 2)
    return parts.ends(numbers, (Span(source, "dim"),) if source else (), cells)


def _source_words(scene: Scene, window: Window) -> List[str]:
    """Who says how much is used, with the age of what is old."""
    who = {"account_file": "Claude Code's own file", "limit": "limit message of Claude"}.get(window.source, "Claude's own figure")
    age = text.plain(_age(scene, window.read_at, window.source))
    return [f"{who}, read {age}", f"read {age}", age] if age else [who, "official"]


# --- a row a window --------------------------------------------------------------------------------------------------------

def beside(snapshot: Snapshot) -> Windows:
    """The windows that have no bar of their own above, the tightest first."""
    bound = binding_window(snapshot) if snapshot.active else None
    in_bar = {bound.name} if bound else set()
    if snapshot.active and snapshot.percent_source == "official":
        in_bar.add(SESSION)
    return tuple(one for one in snapshot.windows if one.name not in in_bar)


def rows(scene: Scene, cells: int, column: Optional[int] = None) -> List[Line]:
    """A row for each window without a bar of its own, and one for each kind of credits, in common columns.

    column: where what stands at the right begins, if there is room for that.
    """
    rows_ = [window_row(scene, one) for one in beside(scene.snapshot)]
    money = [credits_row(scene, one) for one in scene.snapshot.credits if one.enabled or one.used]
    return _set([*rows_, *money], scene, cells, column)


def window_row(scene: Scene, window: Window) -> WindowRow:
    """The window's row."""
    whole_s = length_s(window.name)
    mark = None if whole_s is None else min(1.0, max(0.0, 1 - (window.resets_at - scene.snapshot.now) / whole_s))
    reset = (Span(f"to {scene.clock(window.resets_at)}", "label"),)
    age = _age(scene, window.read_at, window.source)
    return WindowRow(window.label, window.percent, mark, reset, lasts(scene, window), age, window.source == "account_file")


def credits_row(scene: Scene, credits: Credits) -> WindowRow:
    """What may be spent: $3 of $50."""
    percent = credits.percent
    if percent is None and credits.limit and credits.used is not None:
        percent = 100 * credits.used / credits.limit
    words = notices.amounts(credits) if credits.used is not None else ""
    words += " no limit" * (credits.limit is None and credits.percent is None) + " off" * (not credits.enabled)
    reset = () if credits.resets_at is None else (Span(f"to {scene.clock(credits.resets_at)}", "label"),)
    name = "spend" if credits.kind == "spend_limit" else "credits"
    return WindowRow(name, percent, None, reset, (Span(words.strip(), "value"),), _age(scene, credits.read_at, credits.source),
                     credits.source == "account_file")


def lasts(scene: Scene, window: Window) -> Line:
    """93 % lasts where a likelihood is known, ~93 % where few days stand behind it; else by the pace so far: lasts, or out
    Wed 14:00; nothing without any."""
    forecast = window.forecast
    if window.percent >= 100:
        return (Span("used up", "danger"),)
    if forecast is None:
        return ()
    if is_likelihood(forecast):
        about = "~" if forecast.rule == "pace" else ""
        return (Span(f"{about}{text.percent(round(100 * (1 - forecast.probability)))} lasts",
                     "warn" if forecast.probability >= 0.5 else "text"),)
    if forecast.probability <= 0:
        return (Span("lasts", "ok"),)
    return (Span(f"out {scene.clock(forecast.median)}", "warn" if runs_out(window.percent, forecast) else "label"),)


def _age(scene: Scene, read_at: int, source: str) -> Line:
    """25m ago, for what is old or was read from a file that is seldom written."""
    age_s = scene.snapshot.now - read_at
    return (Span(f"{text.duration(age_s).split()[0]} ago", "dim"),) if age_s > OLD_S or source == "account_file" else ()


# --- columns -------------------------------------------------------------------------------------------------------------

def _set(rows_: Sequence[WindowRow], scene: Scene, cells: int, column: Optional[int]) -> List[Line]:
    if not rows_:
        return []
    longest = max(text.width(row.label) for row in rows_)
    lead = max(LABEL_CELLS, LEAD_CELLS + min(longest, _LONGEST_LABEL) + 1)
    room = cells - lead - parts.PERCENT_CELLS
    details, width = next((made for made in _layouts(rows_) if room - made[1] - _GAP >= made[2]), ([()] * len(rows_), 0, 0))[:2]
    start = min(cells - width - 1 if width else cells, column or cells)
    emoji = ["💳" if row.label in ("credits", "spend") else "📡" if at == 0 else "  " for at, row in enumerate(rows_)]
    return [_row(row, scene, lead, start, detail, mark) for row, detail, mark in zip(rows_, details, emoji)]


def _row(row: WindowRow, scene: Scene, lead: int, start: int, details: Line, emoji: str) -> Line:
    name = Span(text.pad(margin(scene.charset, emoji) + shorten(row.label, lead - LEAD_CELLS - 1), lead), "label")
    cells = start - lead - parts.PERCENT_CELLS
    share = "-" if row.percent is None else percent_text(row.percent)
    shown = Span(f"{share:>{parts.PERCENT_CELLS - 1}} ", row.role)
    if cells < _LEAST_BAR or row.percent is None:
        return (name, Span(" " * max(0, cells)), shown, *details)
    return (name, *text.bar(row.percent / 100, cells, row.role, scene.charset, row.mark), shown, *details)


def _layouts(rows_: Sequence[WindowRow]) -> Iterator[Tuple[List[Line], int, int]]:
    """What stands at the right of each row, how wide that is, and the least bar beside it; the most first."""
    always = [row.age if row.old_copy else () for row in rows_]
    resets, states = [row.reset for row in rows_], [row.state for row in rows_]
    yield (*_columns(resets, states, [row.age for row in rows_]), _COMFORTABLE_BAR)
    yield (*_columns(resets, states, always), _COMFORTABLE_BAR)
    yield (*_columns(resets, states, always), 2 * _LEAST_BAR)
    yield (*_columns(states, always), 2 * _LEAST_BAR)
    yield (*_columns(resets, always), _LEAST_BAR)
    for other in (states, resets):
        yield (*_columns([row.age if row.old_copy else shown for row, shown in zip(rows_, other)]), 2 * _LEAST_BAR)
    yield (*_columns(always), 0)


def _columns(*columns: Sequence[Line]) -> Tuple[List[Line], int]:
    """The columns side by side, each as wide as its widest; and their common width."""
    widths = [max(map(text.line_width, column)) for column in columns]
    filled = [(column, width) for column, width in zip(columns, widths) if width]
    lines: List[Line] = [()] * len(columns[0])
    for at, (column, width) in enumerate(filled):
        gap = _GAP if at < len(filled) - 1 else 0
        lines = [(*line, *cell, Span(" " * (width - text.line_width(cell) + gap))) for line, cell in zip(lines, column)]
    return lines, max(0, sum(width + _GAP for _, width in filled) - _GAP)


# --- when it runs out: the likelihood and its span where enough is known, else the end at the last hour's pace ------------

def runs_out_row(scene: Scene, cells: int) -> Line:
    """When what binds is used up, and how that lies to the reset; the window is named where it is not the session."""
    bound = binding_window(scene.snapshot)
    if bound is None:
        runway = likelihood_runway(scene)
        variants = _at_this_pace(scene) if runway is None else _likely(scene, runway)
    elif bound.percent >= 100:
        words = pick_text(used_up_words(scene), cells - LEAD_CELLS)
        return (Span(margin(scene.charset, "⏰"), "label"), Span(words, "danger"))
    else:
        name = "week" if bound.name == "seven_day" else bound.label
        variants = [(Span(f"{name}: ", "label"), *end) for end in _of_window(scene, bound)]
    return parts.row(scene, cells, "⏰", "runs out", variants)


def _of_window(scene: Scene, bound: Window) -> List[Line]:
    forecast = bound.forecast
    if forecast is None:
        return [(Span("-", "dim"),)]
    if is_likelihood(forecast):
        variants = _likely(scene, forecast._replace(resets_at=bound.resets_at))
        behind = f"  (pace of {text.plural(max(1, forecast.rows), 'day')})"
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
