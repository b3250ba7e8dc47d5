"""Reset rules and the next reset they give: local hours to epochs, right across changes of the clocks."""

from __future__ import annotations

from ccmon.model import Reset, Window
from ccmon.quick_typing import Callable, Optional, Sequence
from ccmon.typed_values import ResetRule
from ccmon.when import DAY_S, HOUR_S, Zone

REFERENCE_HOURS = (4, 9, 14, 18, 23)


def _first_at(offset_s: Callable[[int], int], wall_s: int) -> int:
    """Epoch s when local clocks first show that wall time, or first pass it where they skip it."""
    # No zone is a day away from UTC, and clocks do not change twice within two days: one change at most is in sight.
    low, high = wall_s - DAY_S, wall_s + DAY_S
    before, after = offset_s(low), offset_s(high)
    if before == after:
        return wall_s - before
    change = _first_change(offset_s, low, high)
    return wall_s - before if wall_s - before < change else max(change, wall_s - after)


def _first_change(offset_s: Callable[[int], int], low: int, high: int) -> int:
    """The first second in (low, high] with another offset than low, by bisection."""
    before = offset_s(low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_s(middle) == before:
            low = middle
        else:
            high = middle
    return high


def next_hour(now: int, hours: Sequence[int], zone: Zone) -> int:
    """Epoch s, after now, when local clocks next reach one of the hours."""
    today = (now + zone.offset_s(now)) // DAY_S
    # Up to the day after tomorrow: clocks set back over midnight return to today when tomorrow's 00:00 has been.
    walls = ((today + day) * DAY_S + hour * HOUR_S for day in range(3) for hour in hours)
    return min(at for at in (_first_at(zone.offset_s, wall) for wall in walls) if at > now)


def next_reset(now: int, rule: ResetRule, session_end: Optional[int], zone: Zone, window: Optional[Window] = None) -> Reset:
    """The next reset by the rule; session_end is that of the active session, None (or past) when there is none.

    By the rule session, what Claude says of its 5-hour window comes first: ccusage only estimates where that begins.
    """
    reference = next_hour(now, REFERENCE_HOURS, zone)
    if rule.kind == "hour" and rule.hours:
        return Reset(next_hour(now, rule.hours, zone), "hour", zone.name, reference)
    if rule.kind == "session" and window is not None and window.resets_at > now:
        return Reset(window.resets_at, "official", zone.name, reference)
    if rule.kind == "session" and session_end is not None and session_end > now:
        return Reset(session_end, "session", zone.name, reference)
    return Reset(reference, "schedule", zone.name, reference, rule.kind == "session")
