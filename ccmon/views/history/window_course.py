"""The course of a window against even use: percentages as they were read, and a line from its start to 100 % at its reset."""

from __future__ import annotations

from datetime import timedelta
from typing import List, Optional, Tuple

from ccmon import text
from ccmon.history.windows import PastWindow
from ccmon.sources.session_json import label
from ccmon.text import Charset, Line, Span
from ccmon.usage.windows import name_words
from ccmon.views import graph
from ccmon.views.layout import pick
from ccmon.when import DAY_S, DAYS, HOUR_S, Zone, day_and_hour, hour_text, local, midnight


def begin(window: PastWindow) -> int:
    """Epoch s of its start, or of what was first read of it where nobody knows how long it is."""
    return window.readings[0][0] if window.start is None else window.start


def even_percent(window: PastWindow, now: int) -> Optional[float]:
    """What even use would have come to by then; None where its length is not known."""
    if window.start is None or window.resets_at <= window.start:
        return None
    return max(0.0, min(100.0, 100 * (now - window.start) / (window.resets_at - window.start)))


def strokes(window: PastWindow, now: int) -> List[graph.Stroke]:
    """Even use, dashed, and the percentage: what was read holds until the next reading; what was before the first is dashed."""
    first, drawn = window.readings[0], []
    if window.start is not None:
        drawn = [graph.Stroke((window.start, 0.0), (window.resets_at, 100.0), "dim", "dashed"),
                 graph.Stroke((window.start, 0.0), first, text.level_role(first[1]), "dashed")]
    last = (max(window.readings[-1][0], min(now, window.end)), window.readings[-1][1])
    for (at, percent), (later, more) in zip(window.readings, (*window.readings[1:], last)):
        drawn += [graph.Stroke((at, percent), (later, percent), text.level_role(percent)),
                  graph.Stroke((later, min(percent, more)), (later, max(percent, more)), text.level_role(more))]
    return drawn


def headline(window: PastWindow, now: int, zone: Zone) -> Tuple[str, str]:
    """Which window, and how it stands, or stood at its end."""
    even = even_percent(window, now)
    if window.end <= now:
        return (f"{name_words(window.name)} until {day_and_hour(window.end, zone)}",
                f"{text.percent(window.percent)} at most, on {day_and_hour(window.reached_at, zone)}")
    used = window.readings[-1][1]
    beside = "" if even is None else f", even use would be {text.percent(even)}"
    return f"{name_words(window.name)} until {day_and_hour(window.resets_at, zone)}", f"{text.percent(used)} used{beside}"


def lines(window: PastWindow, now: int, zone: Zone, width: int, rows: int, charset: Charset) -> List[Line]:
    """At most `rows` lines: what it says in words, and the picture."""
    lead, state = headline(window, now, zone)
    role = text.level_role(window.readings[-1][1] if window.end > now else window.percent)
    choices = [(Span(f" {lead[:1].upper()}{lead[1:]}: ", "label"), Span(state, role)),
               (Span(f" {label(window.name)}: ", "label"), Span(state, role)), (Span(f" {state.split(',')[0]}", role),)]
    begun = begin(window)
    curve = graph.Curve(begun, max(begun + 1, window.resets_at), 100, strokes(window, now),
                        max(begun, min(now, window.resets_at)))
    picture = graph.render(curve, width - 2, rows - 1, charset, ticks(begun, window.resets_at, zone)) if rows > 1 else []
    rows_ = [pick(choices, width), *(picture if any(picture) else [])]
    return [text.clip_line(line, width) for line in rows_[:rows]]


def ticks(start: int, end: int, zone: Zone) -> List[Tuple[int, str]]:
    """Where days begin, or full hours in a window that is no longer than a day."""
    if end - start <= DAY_S:
        return [(at, hour_text(at, zone)) for at in range(-(-start // HOUR_S) * HOUR_S, end + 1, HOUR_S)]
    day = local(start, zone).date() + timedelta(days=1)
    days: List[Tuple[int, str]] = []
    while len(days) < 400 and midnight(day, zone) <= end:
        days.append((midnight(day, zone), f"{DAYS[day.weekday()]} {day.day}"))
        day += timedelta(days=1)
    return days
