"""Weekdays and hours as a heat map: how many tokens were used on which day at what time."""

from __future__ import annotations

from math import ceil, isfinite

from ccmon import text
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.text import Charset, Line, Span
from ccmon.views.layout import Slot, fit, pick
from ccmon.when import DAYS, hour_name, time_of_day

LABEL_CELLS = 6                        # margin and weekday
DAY_ROWS, MOST_ROWS = 7, 99
MOST_TOKENS = 1e15
SENTENCE_RANK = 4                      # the sentence stands alone in the lowest windows
SUM_CELLS, WIDE_SUM_CELLS = 6, 8
NOTHING = "No tokens to draw."
_SHADES = "░▒▓█"
_ASCII_SHADES = ".:-=+*#@"


def lines(table: Sequence[Sequence[float]], width: int, charset: Charset, dial: int = 24, height: int = MOST_ROWS) -> List[Line]:
    """Seven rows (Monday first) of 24 hours with tokens, labels, sums, legend and the busiest hour, as far as they fit.

    A sentence where it is narrow or low. dial: by how many hours times are written, 12 or 24.
    """
    made = _parts(table, width, charset, dial)
    return fit(made if height >= DAY_ROWS else [part for part in made if part.rank == SENTENCE_RANK], height)


def _parts(table: Sequence[Sequence[float]], width: int, charset: Charset, dial: int) -> List[Slot]:
    """The map from top to bottom; the days have the lowest rank."""
    finite = [[min(tokens, MOST_TOKENS) if isfinite(tokens) and tokens > 0 else 0.0 for tokens in row] for row in table]
    if not any(map(any, finite)):
        return [_words(NOTHING, "dim", width)]
    joined, cells = _shape(width)
    long, brief = _busiest(finite, dial)
    words = _words(long if text.width(long) <= width - 2 else brief, "label", width)
    if not joined:
        return [words]
    rows = [[sum(row[hour:hour + joined]) for hour in range(0, 24, joined)] for row in finite]
    top = max(map(max, rows))
    days = [_day(name, row, top, cells, width, charset) for name, row in zip(DAYS, rows)]
    sums = [sum(column) for column in zip(*rows)]
    return [Slot(2, [_hours(joined, cells, width, dial)]), Slot(1, days), Slot(5, [_sums(sums, cells, width, charset)]),
            Slot(6, [()]), words, Slot(3, [_legend(top, joined, width, charset)])]


def _words(sentence: str, role: str, width: int) -> Slot:
    rows = text.wrap(sentence, max(1, width - 2))
    return Slot(SENTENCE_RANK, [text.clip_line((Span(" " + row, role),), width) for row in rows])


def _shape(width: int) -> List[int]:
    """Hours to a cell and columns to a cell; 0 hours where not even two to a cell have room."""
    room = width - LABEL_CELLS
    choices = ((1, 3, room - SUM_CELLS), (1, 2, room - SUM_CELLS), (1, 1, room), (2, 1, room))
    return next(([joined, cells] for joined, cells, free in choices if 24 // joined * cells <= free), [0, 0])


def _hours(joined: int, cells: int, width: int, dial: int) -> Line:
    every = 3 if cells > 1 else 6
    wide = every * cells // joined
    spare = 2 if dial == 12 and wide < 5 else 0            # cells that the letters of 12am would take from the next hour
    names = "".join(hour_name(hour, dial)[:4 - spare].rstrip("apm" if spare else "").ljust(wide) for hour in range(0, 24, every))
    return _with_sum(Span(" " * LABEL_CELLS + names, "dim"), "tokens", "dim", width, 24 // joined * cells)


def _with_sum(row: Span, words: str, role: str, width: int, cells: int) -> Line:
    """A sum at the right of the map where it has room."""
    gap = LABEL_CELLS + cells - text.width(row.text)
    room = min(WIDE_SUM_CELLS, width - LABEL_CELLS - cells)
    return (row, Span(" " * gap + f"{words:>{room}}", role)) if room >= SUM_CELLS else (row,)


def _level(tokens: float, top: float, shades: str) -> int:
    """0 for nothing, else 1 for the lightest shade up to their number; a figure of the legend belongs to its shade."""
    return max(1, min(len(shades), ceil(tokens * len(shades) / top - 1e-9))) if tokens else 0


def _role(level: int, count: int) -> str:
    """From dim to bold, so that the densest stand out in every theme."""
    return "track" if not level else ("dim", "accent", "accent", "title")[(level - 1) * 4 // count]


def _day(name: str, row: Sequence[float], top: float, cells: int, width: int, charset: Charset) -> Line:
    shades = _SHADES if charset.unicode else _ASCII_SHADES
    levels = [_level(tokens, top, shades) for tokens in row]
    none = "·" if charset.unicode else " "
    drawn = [Span(shades[level - 1] * cells if level else none.ljust(cells), _role(level, len(shades))) for level in levels]
    used = sum(row)
    ends = _with_sum(Span(" " * (LABEL_CELLS + len(row) * cells)), text.short_count(used) if used else "-", "text", width,
                     len(row) * cells)[1:]
    return (Span(f"  {name} ", "label"), *text.merged(drawn), *ends)


def _sums(sums: Sequence[float], cells: int, width: int, charset: Charset) -> Line:
    """All days together, hour by hour."""
    marks = "".join(mark * cells for mark in text.sparkline([used or None for used in sums], charset))
    whole = _with_sum(Span(" " * LABEL_CELLS + marks), text.short_count(sum(sums)), "value", width, len(marks))[1:]
    return (Span("  all ", "label"), Span(marks, "accent"), *whole)


def _legend(top: float, joined: int, width: int, charset: Charset) -> Line:
    """The tokens behind the shades: each up to the number beside it."""
    shades = _SHADES if charset.unicode else _ASCII_SHADES
    spans: List[Span] = []
    for at, shade in enumerate(shades, 1):
        spans += [Span(shade * (2 if charset.unicode else 1), _role(at, len(shades))),
                  Span(f" {text.short_count(top * at / len(shades))}  ", "dim")]
    unit = "an hour" if joined == 1 else "two hours"
    lead = (Span("  up to ", "dim"), *spans)
    some = (Span("  up to ", "dim"), *spans[:2], *spans[-2:])
    return pick([(*lead, Span(f"tokens {unit}", "dim")), lead, (Span(" "), *spans), some], width)


def _busiest(table: Sequence[Sequence[float]], dial: int) -> Tuple[str, str]:
    """The busiest hour of the week in words; before that, with the busiest day and hour of the day."""
    tokens, day, hour = max((tokens, -day, -hour) for day, row in enumerate(table) for hour, tokens in enumerate(row))
    days, hours = [sum(row) for row in table], [sum(column) for column in zip(*table)]
    lead = f"Busiest: {DAYS[-day]} {_span(-hour, dial)}"
    return (f"{lead} with {text.short_count(tokens)} tokens; day: {DAYS[days.index(max(days))]}; "
            f"time of day: {_span(hours.index(max(hours)), dial)}.", f"{lead}, {text.short_count(tokens)} tokens")


def _span(hour: int, dial: int) -> str:
    return f"{time_of_day(hour, 0, dial)}-{time_of_day(hour + 1, 0, dial)}"
