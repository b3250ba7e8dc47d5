"""Past windows of the account: readings grouped by their reset, what was used meanwhile, and the value of one per cent.

Percentages are the account's, tokens those of this machine's folder: use elsewhere makes one per cent look cheaper.
"""

from __future__ import annotations

from bisect import bisect_left

from ccmon.history.groups import QUARTER_S, UsageGroup, single_group, sum_known
from ccmon.model import UsageRow
from ccmon.quick_typing import Callable, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import HOUR_S

SAME_RESET_S = 60                            # resets that differ by no more are one
MESSAGE_TOLERANCE_S = HOUR_S           # what a message says of a reset may be off by this much
LEAST_PERCENT = 5.0                    # with less a percentage says little of the value of one per cent
ROUNDING = 0.5                         # points by which a percentage may be off
BY_LEARNING, BY_READINGS = "learned", "readings"

Point = Tuple[int, float]              # epoch s, percentage


class LoginReading(NamedTuple):
    """What Claude reported of a window at one time, and of which login."""

    login: str                         # short hash, "" where nobody knew
    at: int                            # epoch s
    percent: float
    resets_at: int                     # epoch s; 0 where unknown: then it is about the window that ran
    is_event: bool = False             # a message that the limit is reached: it names no login


class Range(NamedTuple):
    """A number and how far off it may be."""

    value: float
    low: float
    high: float


class PercentValue(NamedTuple):
    """The value of one per cent of a window."""

    tokens: Range
    cost_usd: Optional[Range]          # None where the cost is not known
    by: str                            # learned | readings


class ValueChange(NamedTuple):
    """How the value of one per cent differs from that of an earlier window."""

    percent: float
    is_clear: bool                     # the two ranges are apart
    unit: str                          # cost | tokens: what was compared


class PastWindow(NamedTuple):
    """One window between two resets; the last one may still run."""

    name: str
    login: str
    start: Optional[int]               # epoch s; None where nobody knows how long such windows are
    end: int                           # epoch s: its reset, or when another window followed it
    resets_at: int                     # epoch s, as it was last read
    readings: Tuple[Point, ...]        # by time, at least one
    percent: float                     # the highest
    reached_at: int                    # epoch s when that was first read
    used: Optional[UsageGroup] = None       # None where it is not known
    percent_value: Optional[PercentValue] = None   # None where nothing was used here, or too little of the window
    change: Optional[ValueChange] = None    # None where there is nothing to compare with


class WindowKind(NamedTuple):
    """What is known of all windows of a name."""

    name: str
    length_s: Optional[int]
    counts: Callable[[Optional[str]], Optional[bool]]          # whether a model's use counts in it; None where unknown
    part: Callable[[Sequence[UsageRow], int], Optional[Range]]     # what part of that use one per cent is, as learned; epoch s


def grouped_windows(kind: WindowKind, readings: Sequence[LoginReading], used: Sequence[UsageRow]) -> List[PastWindow]:
    """All windows of a name, by their ends. readings: in any order; used: by time."""
    events = [reading for reading in readings if reading.is_event]
    windows = _with_events(_grouped(kind, [reading for reading in readings if not reading.is_event]), kind, events)
    logins = dict.fromkeys(window.login for window in windows)
    apart = [_disjoint([window for window in windows if window.login == login]) for login in logins]
    spent = [_with_changes(_with_use(windows, kind, used)) for windows in apart]
    return sorted((window for windows in spent for window in windows), key=lambda window: (window.end, window.login))


# --- windows of readings ------------------------------------------------------------------------------------------------

def _grouped(kind: WindowKind, readings: Sequence[LoginReading]) -> List[PastWindow]:
    """One window for each reset of a login."""
    groups: List[List[LoginReading]] = []
    for one in sorted(readings, key=lambda one: (one.login, one.resets_at)):
        last = groups[-1][-1] if groups else None
        if last is not None and last.login == one.login and one.resets_at - last.resets_at <= SAME_RESET_S:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [_window(kind, group) for group in groups]


def _window(kind: WindowKind, readings: Sequence[LoginReading]) -> PastWindow:
    newest = max(readings, key=lambda one: one.at)
    start = None if kind.length_s is None else newest.resets_at - kind.length_s
    bare = PastWindow(kind.name, newest.login, start, newest.resets_at, newest.resets_at, (), 0.0, 0)
    return _with_points(bare, [(one.at, one.percent) for one in readings])


def _with_points(window: PastWindow, points: Iterable[Point]) -> PastWindow:
    readings = tuple(sorted({*window.readings, *points}))
    highest = max(percent for _, percent in readings)
    return window._replace(readings=readings, percent=highest,
                           reached_at=next(at for at, percent in readings if percent == highest))


def _with_events(windows: List[PastWindow], kind: WindowKind, events: Sequence[LoginReading]) -> List[PastWindow]:
    """A message that the limit is reached belongs to the window that ran; one that nobody has read makes its own."""
    merged, alone = list(windows), []
    for event in events:
        index = _window_index(merged, event)
        if index is not None:
            merged[index] = _with_points(merged[index], [(event.at, event.percent)])
        elif event.resets_at > event.at:
            alone.append(event)
    return merged + _grouped(kind, alone)


def _window_index(windows: Sequence[PastWindow], event: LoginReading) -> Optional[int]:
    """The window whose reset is the nearest to the one that the message names, else the one that was read last before it."""
    running = [(at, window) for at, window in enumerate(windows)
               if (window.start or window.readings[0][0]) <= event.at < window.end]
    if event.resets_at:
        gaps = [(abs(window.resets_at - event.resets_at), at) for at, window in running]
        return min(((gap, at) for gap, at in gaps if gap <= MESSAGE_TOLERANCE_S), default=(0, None))[1]
    return max((((max((at for at, _ in window.readings if at <= event.at), default=0)), index) for index, window in running),
               default=(0, None))[1]


def _disjoint(windows: Sequence[PastWindow]) -> List[PastWindow]:
    """One login has one window at a time: where a reset was moved, the earlier one ends when the later one begins.

    Windows that were read by turns are of several accounts that are not distinguished: they stay as they are.
    """
    disjoint: List[PastWindow] = []
    for window in sorted(windows, key=lambda window: window.end):
        before = disjoint[-1] if disjoint else None
        if before is not None and window.start is not None and window.start < before.end:
            first, last = window.readings[0][0], before.readings[-1][0]
            if first >= last:
                border = max(window.start, min(before.end, window.start if window.start >= last else first))
                disjoint[-1] = before._replace(end=border)
                window = window._replace(start=border)
        disjoint.append(window)
    return disjoint


# --- use ------------------------------------------------------------------------------------------------------------------

def _with_use(windows: Sequence[PastWindow], kind: WindowKind, used: Sequence[UsageRow]) -> List[PastWindow]:
    counts = {model: kind.counts(model) for model in {row.model for row in used}}
    times = [row.at for row in used]
    with_use: List[PastWindow] = []
    for at, window in enumerate(windows):
        if window.start is None:
            with_use.append(window)
            continue
        before = windows[at - 1] if at else None
        rows = _rows(window, before, windows[at + 1] if at + 1 < len(windows) else None, used, times)
        if any(counts[row.model] is None for row in rows):
            with_use.append(window)
            continue
        rows = [row for row in rows if counts[row.model]]
        with_use.append(window._replace(used=single_group("", rows, ()), percent_value=_percent_value(window, kind, rows)))
    return with_use


def _rows(window: PastWindow, before: Optional[PastWindow], after: Optional[PastWindow], used: Sequence[UsageRow],
          times: Sequence[int]) -> List[UsageRow]:
    """What was used in it; a quarter of an hour on its edge is its own unless its neighbour has more of it."""
    assert window.start is not None
    first, last = (at // QUARTER_S * QUARTER_S for at in (window.start, window.end))
    rows = list(used[bisect_left(times, first):bisect_left(times, window.end)])
    if before is not None and before.start is not None and first < before.end <= window.start:
        if before.end - max(before.start, first) >= min(window.end, first + QUARTER_S) - window.start:
            rows = [row for row in rows if row.at != first]
    if after is not None and after.start is not None and window.end <= after.start < last + QUARTER_S:
        if min(after.end, last + QUARTER_S) - after.start > window.end - max(window.start, last):
            rows = [row for row in rows if row.at != last]
    return rows


# --- value ----------------------------------------------------------------------------------------------------------------

def _percent_value(window: PastWindow, kind: WindowKind, rows: Sequence[UsageRow]) -> Optional[PercentValue]:
    tokens = _tokens(rows)
    if window.start is None or tokens <= 0 or window.percent < LEAST_PERCENT:
        return None
    part = kind.part(rows, window.end)
    if part is not None:
        spent = _cost(rows)
        return PercentValue(_times(tokens, part), None if spent is None else _times(spent, part), BY_LEARNING)
    low, whole, high = _counted(rows, window)
    most, least = window.percent + ROUNDING, window.percent - ROUNDING
    costs = [_cost(some) for some in (low, whole, high)]
    cost = None if None in costs else _range([number or 0.0 for number in costs], window.percent, most, least)
    return PercentValue(_range([_tokens(some) for some in (low, whole, high)], window.percent, most, least), cost, BY_READINGS)


def _range(amounts: Sequence[float], percent: float, most: float, least: float) -> Range:
    low, value, high = amounts
    return Range(value / percent, low / most, high / least)


def _counted(rows: Sequence[UsageRow], window: PastWindow) -> Tuple[Sequence[UsageRow], Sequence[UsageRow], Sequence[UsageRow]]:
    """What the highest percentage is of: at least, most likely, and at most; all, unless more than one per cent came later."""
    until = [row for row in rows if row.at <= window.reached_at]
    if (_tokens(rows) - _tokens(until)) * window.percent <= _tokens(until):
        return rows, rows, rows
    whole = [row for row in until if row.at + QUARTER_S <= window.reached_at]
    late = window.reached_at % QUARTER_S * 2 >= QUARTER_S
    return whole, until if late or not whole else whole, until


def _tokens(rows: Sequence[UsageRow]) -> int:
    return sum(row.input + row.output for row in rows)


def _cost(rows: Sequence[UsageRow]) -> Optional[float]:
    return sum_known(row.cost_usd for row in rows)


def _times(amount: float, part: Range) -> Range:
    return Range(*(amount * one for one in part))


def _with_changes(windows: Sequence[PastWindow]) -> List[PastWindow]:
    """Each compared with the last one before it of which the same is known."""
    before: Optional[PercentValue] = None
    compared: List[PastWindow] = []
    for window in windows:
        compared.append(window._replace(change=change(before, window.percent_value)))
        before = window.percent_value or before
    return compared


def change(before: Optional[PercentValue], now: Optional[PercentValue]) -> Optional[ValueChange]:
    """By cost where both are known, which depends less on the models than tokens do."""
    if before is None or now is None:
        return None
    unit, one, other = "tokens", before.tokens, now.tokens
    if before.cost_usd is not None and now.cost_usd is not None and before.cost_usd.value > 0:
        unit, one, other = "cost", before.cost_usd, now.cost_usd
    if one.value <= 0:
        return None
    return ValueChange(100 * (other.value / one.value - 1), other.low > one.high or other.high < one.low, unit)
