"""Past windows of the account as rows of the history with the notes below, as objects for --json, and the course of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ccmon import text
from ccmon.history.windows import BY_LEARNING, BY_READINGS, LEAST_PERCENT, PastWindow, Range
from ccmon.model import NEAR_PERCENT
from ccmon.sources.session_json import label
from ccmon.text import Charset, Line, Span, count, models_for_programs
from ccmon.usage.windows import name_words
from ccmon.views import graph
from ccmon.views.history.rows import HistoryRow
from ccmon.views.layout import pick
from ccmon.when import DAY_S, DAYS, HOUR_S, Zone, day_and_hour, hour_text, local, midnight

NOTHING_READ = ("Nothing is known of Claude's windows yet: Claude Code tells its percentages to its status line. "
                "To have them kept: ccmon init claude")


def window_row(window: PastWindow, now: int) -> HistoryRow:
    """A window as a row."""
    used = window.used
    kinds = (None,) * 5 if used is None else (used.input, used.output, used.cache_creation, used.cache_read, used.cost_usd)
    return HistoryRow("", 1, None if used is None else used.tokens, *kinds, used.models if used else (), window.percent, None,
                      None, None, start=window.start, end=window.end, active=window.end > now, window=window)


def document(window: PastWindow, now: int) -> Dict[str, Any]:
    """A window as an object; times in epoch seconds, costs in US dollars. Keys are only ever added."""
    row, value, change = window_row(window, now), window.percent_value, window.change
    return {"window": window.name, "label": label(window.name), "login": window.login, "start": window.start, "end": window.end,
            "resets_at": window.resets_at, "active": row.active, "percent": window.percent, "reached": window.reached_at,
            "tokens": row.tokens, "input": row.input, "output": row.output, "cache_creation": row.cache_creation,
            "cache_read": row.cache_read, "cost_usd": None if row.cost_usd is None else round(row.cost_usd, 6),
            "models": models_for_programs(row.models), **_range("tokens_per_percent", value.tokens if value else None, 2),
            **_range("usd_per_percent", value.cost_usd if value else None, 6), "worth_by": value.by if value else None,
            "change": None if change is None else round(change.percent, 4), "change_of": change.unit if change else None,
            "changed": change.is_clear if change else None}


def _range(name: str, percent_range: Optional[Range], digits: int) -> Dict[str, Optional[float]]:
    parts = (None, None, None) if percent_range is None else tuple(round(number, digits) for number in percent_range)
    return dict(zip((name, f"{name}_low", f"{name}_high"), parts))


def notes(windows: Sequence[PastWindow], now: int) -> List[Line]:
    """What the rows are, and what the value of one per cent rests on."""
    sentences = ["* still runs" if any(window.end > now for window in windows) else "", _worth_by(windows),
                 "Change is that of its cost (of its tokens where costs are not known); same: less than it may be off by."
                 if any(window.change for window in windows) else "",
                 _full(windows)]
    return [(), *((Span(words, "label"),) for words in sentences if words)]


def _worth_by(windows: Sequence[PastWindow]) -> str:
    """What the value rests on."""
    sources = {window.percent_value.by for window in windows if window.percent_value}
    read = "what was used here and Claude's rounded percentage: use elsewhere makes it less"
    if not sources:
        return f"What 1 % was worth is not known: it takes use on this machine, and {LEAST_PERCENT:.0f} % or more."
    if BY_READINGS not in sources:
        return "Worth is what 1 % was worth, by the learned limit."
    return f"Worth is what 1 % was worth, by {'the learned limit; of others by ' if BY_LEARNING in sources else ''}{read}."


def _full(windows: Sequence[PastWindow]) -> str:
    if len(windows) < 2:
        return ""
    full, near = (sum(window.percent >= least for window in windows) for least in (100, NEAR_PERCENT))
    about = f"{count(full)} of {count(len(windows))} windows ({name_words(windows[0].name)})"
    return f"{about} were used up, {count(near)} passed 80 %"


# --- the course of a window against even use ------------------------------------------------------------------------------

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


def _headline(window: PastWindow, now: int, zone: Zone) -> Tuple[str, str]:
    """Which window, and how it stands beside even use, or stood at its end."""
    if window.end <= now:
        return (f"{name_words(window.name)} until {day_and_hour(window.end, zone)}",
                f"{text.percent(window.percent)} at most, on {day_and_hour(window.reached_at, zone)}")
    beside = ""
    if window.start is not None and window.resets_at > window.start:
        even = 100 * (now - window.start) / (window.resets_at - window.start)
        beside = f", even use would be {text.percent(max(0.0, min(100.0, even)))}"
    return (f"{name_words(window.name)} until {day_and_hour(window.resets_at, zone)}",
            f"{text.percent(window.readings[-1][1])} used{beside}")


def lines(window: PastWindow, now: int, zone: Zone, width: int, rows: int, charset: Charset) -> List[Line]:
    """At most `rows` lines: what it says in words, and the picture."""
    lead, state = _headline(window, now, zone)
    role = text.level_role(window.readings[-1][1] if window.end > now else window.percent)
    choices = [(Span(f" {lead[:1].upper()}{lead[1:]}: ", "label"), Span(state, role)),
               (Span(f" {label(window.name)}: ", "label"), Span(state, role)), (Span(f" {state.split(',')[0]}", role),)]
    begun = window.readings[0][0] if window.start is None else window.start
    curve = graph.Curve(begun, max(begun + 1, window.resets_at), 100, strokes(window, now),
                        max(begun, min(now, window.resets_at)))
    picture = graph.render(curve, width - 2, rows - 1, charset, _ticks(begun, window.resets_at, zone)) if rows > 1 else []
    rows_ = [pick(choices, width), *(picture if any(picture) else [])]
    return [text.clip_line(line, width) for line in rows_[:rows]]


def _ticks(start: int, end: int, zone: Zone) -> List[Tuple[int, str]]:
    """Where days begin, or full hours in a window that is no longer than a day."""
    if end - start <= DAY_S:
        return [(at, hour_text(at, zone)) for at in range(-(-start // HOUR_S) * HOUR_S, end + 1, HOUR_S)]
    day = local(start, zone).date() + timedelta(days=1)
    days: List[Tuple[int, str]] = []
    while len(days) < 400 and midnight(day, zone) <= end:
        days.append((midnight(day, zone), f"{DAYS[day.weekday()]} {day.day}"))
        day += timedelta(days=1)
    return days
