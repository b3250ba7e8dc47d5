"""Past windows of the account as rows of the history, as objects for --json, and the notes below their table."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from ccmon.history.windows import BY_LEARNING, BY_READINGS, LEAST_PERCENT, PastWindow, Range
from ccmon.model import NEAR_PERCENT
from ccmon.sources.session_json import label
from ccmon.text import Line, Span, count, models_for_programs
from ccmon.usage.windows import name_words
from ccmon.views.history.rows import HistoryRow

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
