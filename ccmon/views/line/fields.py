"""Templates for the line: `{field}` stands for a value, everything else is the author's own text and goes through as it is."""

from __future__ import annotations

from ccmon import claude_row, text
from ccmon.claude_row import LATER, MARKUP
from ccmon.model import Snapshot
from ccmon.quick_typing import Callable, Dict, Iterator, Match, NamedTuple, Optional, Pattern, Tuple
from ccmon.text import Charset
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import window_named
from ccmon.views.layout import rate_text
from ccmon.views.line import statusline
from ccmon.views.line.dialects import Dialect
from ccmon.when import Zone, clock_text, hour_text

NONE, UNKNOWN = "-", "?"
BAR_CELLS = 10

Value = Callable[[str, Optional[int], int], str]     # field, its number, free cells -> text


class Piece(NamedTuple):
    """A part of the line: the cells it takes, or MARKUP, or LATER (the text names a field that is filled in later); its text."""

    cells: int
    written: str


def fill(template: str, value: Value, dialect: Dialect, room: int) -> str:
    """The template with its fields filled in; "" when nothing of it is to be seen."""
    parts = list(pieces(template, value, dialect, room))
    return "".join(part.written for part in parts) if any(part.cells != MARKUP and part.written.strip() for part in parts) else ""


def pieces(template: str, value: Value, dialect: Dialect, room: int,
           later: Optional[Callable[[str], bool]] = None) -> Iterator[Piece]:
    """The template's parts with the values in their places, but for the fields that are filled in later.

    From the first character or value that does not fit into `room` cells on, only the author's markup is written: half a
    number would be another number.
    """
    for match in _tokens(dialect).finditer(template):
        if match.group("markup") is not None:
            yield Piece(MARKUP, match.group())
        elif later and match.group("number") is None and match.group("field") is not None and later(match.group("field")):
            yield Piece(LATER, match.group("field"))
        else:
            shown, written = _piece(match, value, dialect, room)
            room = room - text.width(shown) if text.width(shown) <= room else -1
            if room >= 0:
                yield Piece(text.width(shown), written)


def _tokens(dialect: Dialect) -> "Pattern[str]":
    import re  # for templates alone
    field = r"\{\{|\}\}|\{(?P<field>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?::(?P<number>[0-9]+))?\}"
    return re.compile(f"(?P<markup>{dialect.markup})|(?P<single>{dialect.single})|{field}|.", re.DOTALL)


def _piece(match: "Match[str]", value: Value, dialect: Dialect, room: int) -> Tuple[str, str]:
    """What is seen, and how it is written."""
    name, number = match.group("field", "number")
    if name is not None:
        shown = dialect.spell(text.clean(value(name, None if number is None else int(number[:9]), max(0, room))))
        return shown, dialect.escape(shown)
    if match.group("single") is not None:
        return ".", match.group()
    return (match.group()[0],) * 2     # {{ is {


def values(snapshot: Snapshot, zone: Zone, charset: Charset) -> Value:
    """The value of each field; a dash where there is no value, ? where there is no such field."""
    table = _table(snapshot, zone)

    def value(name: str, number: Optional[int], room: int) -> str:
        if name == "bar":
            cells = min(room, BAR_CELLS if number is None else number)
            return text.plain(text.bar((snapshot.percent or 0) / 100, cells, "ok", charset))
        if number is not None:
            shown = UNKNOWN
        else:
            shown = _of_window(name, snapshot, zone) if name.startswith("w.") else table.get(name, UNKNOWN)
        return shown if charset.unicode else shown.encode("ascii", "replace").decode()
    return value


def _table(snapshot: Snapshot, zone: Zone) -> Dict[str, str]:
    block = snapshot.session if snapshot.active else None
    names = list(map(text.model_name, text.models_for_programs(block.models))) if block else []
    idle_since = statusline.idle_since(snapshot)
    return {
        "percent": NONE if snapshot.percent is None else str(int(snapshot.percent)),
        "mark": statusline.mark(snapshot.percent),
        "used": NONE if block is None else text.short_count(block.tokens),
        "limit": statusline.about(snapshot, snapshot.capacity or snapshot.limit.tokens),
        "left": NONE if snapshot.left is None else statusline.about(snapshot, snapshot.left),
        "burn": rate_text(snapshot.burn_per_min),
        "sustainable": rate_text(snapshot.sustainable_per_min),
        "outlook": " ".join(span.text for span in statusline.outlook(snapshot, zone)) or NONE,
        "end": _hour(statusline.runs_out(snapshot), zone),
        "reset": NONE if snapshot.reset.is_reference else _hour(snapshot.reset.at, zone),
        "left_time": NONE if snapshot.reset.is_reference else text.duration(snapshot.reset.at - snapshot.now),
        "idle_since": NONE if idle_since is None else clock_text(idle_since, snapshot.now, zone),
        "cost": NONE if block is None else text.usd(block.cost_usd),
        "model": names[0] if names else NONE,
        "models": ",".join(text.first_of(names, statusline.MOST_MODELS)) or NONE,
        "plan": text.printable(snapshot.limit.plan),
        "percent_source": snapshot.percent_source,
        **_runway(snapshot, zone),
        "official_5h": _of_window("w.five_hour.percent", snapshot, zone),
        "official_7d": _of_window("w.seven_day.percent", snapshot, zone),
        **_binding(snapshot, zone),
        "context": NONE, "session_model": NONE, "session_cost": NONE,      # only Claude Code's own call knows them
        **dict(zip(("cache", "cache_hit", "cache_tokens"), claude_row.cache_values(snapshot.cache, snapshot.now))),
        "age": NONE if snapshot.age_s is None else text.duration(snapshot.age_s),
        "state": statusline.state_of(snapshot),
        "source": snapshot.source.name,
    }


def _runway(snapshot: Snapshot, zone: Zone) -> Dict[str, str]:
    """How likely it is that the limit comes before the reset, in whole percent, and when."""
    runway, week = snapshot.runway, snapshot.week
    has_likelihood = is_likelihood(runway)
    names, over = ("out_median", "out_low", "out_high"), statusline.is_over(snapshot)
    return {"likely": str(round(100 * runway.probability)) if runway and has_likelihood else NONE,
            "likely_week": str(round(100 * week.probability)) if week and is_likelihood(week) else NONE,
            **{name: _hour(at if runway and has_likelihood and not over and at < runway.resets_at else None, zone)
               for name, at in zip(names, runway[:3] if runway else (0,) * 3)}}


def _binding(snapshot: Snapshot, zone: Zone) -> Dict[str, str]:
    """The window that decides how much is left."""
    bound = snapshot.binding
    parts = {"": "label", ".percent": "percent", ".reset": "reset", ".left": "left"}
    if bound is None:
        return {"binding" + end: NONE for end in parts}
    return {"binding" + end: _part(part, bound.label, bound.percent, bound.resets_at, snapshot.now, zone)
            for end, part in parts.items()}


def _of_window(field: str, snapshot: Snapshot, zone: Zone) -> str:
    """What w.NAME.PART stands for."""
    name, part = claude_row.name_and_part(field)
    one = window_named(snapshot.windows, name)
    if part not in claude_row.PARTS:
        return UNKNOWN
    return NONE if one is None else _part(part, one.label, one.percent, one.resets_at, snapshot.now, zone)


def _part(part: str, label: str, percent: Optional[float], resets_at: int, now: int, zone: Zone) -> str:
    if part == "reset":
        return clock_text(resets_at, now, zone)
    return claude_row.window_part(part, label, percent, resets_at - now)


def _hour(epoch: Optional[int], zone: Zone) -> str:
    return NONE if epoch is None else hour_text(epoch, zone)
