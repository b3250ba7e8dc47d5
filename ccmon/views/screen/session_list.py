"""The stored sessions as the list on the screen: one row each, with a bar for the share of the limit."""

from __future__ import annotations

from typing import Dict, List, Mapping, Sequence, Tuple

from ccmon import text, when
from ccmon.history.groups import tokens_by_part
from ccmon.model import NEAR_PERCENT, Record
from ccmon.named_tuple import NamedTuple
from ccmon.text import Line, Span
from ccmon.views.history.rows import is_active
from ccmon.views.screen.scene import Scene
from ccmon.when import HOUR_S, day_text

EMPTY = "No sessions are stored yet. They are kept from now on."
READING = "No sessions are stored yet: Claude Code's logs are still being read."
HEADED_ROWS = 3                        # windows of fewer rows have no heading


class ListColumn(NamedTuple):
    """A column of the page; the one of the highest rank is dropped first."""

    name: str
    cells: int
    rank: int


START, SHORT_START = ListColumn("start", 17, 0), ListColumn("start", 13, 0)
STARTS = {12: (START._replace(cells=19), SHORT_START._replace(cells=15)), 24: (START, SHORT_START)}    # 2:05pm takes more
FIGURES = (ListColumn("length", 8, 5), ListColumn("tokens", 10, 1), ListColumn("cost", 10, 4), ListColumn("share", 7, 2))
BRIEF_TOKENS = ListColumn("tokens", 5, 1)  # 9.1k, where there is room for nothing else
BAR = ListColumn("limit", 12, 3)
MODELS = ListColumn("models", 14, 6)       # at least: it takes what is free
HOURS = ListColumn("hours", 8, 7)          # a session touches six hours of the clock at most


def fitting(rows: int) -> int:
    """How many sessions stand in so many lines."""
    return rows - (rows >= HEADED_ROWS)


def nothing(width: int, rows: int, is_reading: bool = False) -> List[Line]:
    """The sentence while nothing is stored, or the logs are still being read for the first time."""
    sentence = READING if is_reading else EMPTY
    words: List[Line] = [(Span("  " + line, "value"),) for line in text.wrap(sentence, max(1, width - 3))]
    return [(), *words] if len(words) < rows else words[:rows]


def lines(scene: Scene, records: Sequence[Record], seen: Mapping[int, float], offset: int, width: int, height: int) -> List[Line]:
    """At most `height` lines: the sessions, the newest first without `offset` of them.

    seen: tokens by quarter of an hour, where messages are stored.
    """
    count = fitting(height)
    shown = records[max(0, len(records) - offset - count):len(records) - offset][::-1]
    columns = _columns(width, bool(seen), scene.zone.dial)
    heading = [_cells([(column.name, "label") for column in columns], columns)] if height >= HEADED_ROWS else []
    return [*heading, *(_line(scene, record, seen, columns) for record in shown)]


def _columns(width: int, hours: bool, dial: int = 24) -> List[ListColumn]:
    """Those that fit; bars and names take what is left."""
    start, short = STARTS[dial]
    if width < short.cells + FIGURES[1].cells + 2:
        return [short, BRIEF_TOKENS][:1 + (width >= short.cells + BRIEF_TOKENS.cells + 2)]
    chosen = [start if width >= 60 else short, *FIGURES, BAR, *[HOURS][:hours], MODELS]
    while sum(column.cells for column in chosen) + 2 > width and len(chosen) > 1:
        chosen.remove(max(chosen, key=lambda column: column.rank))
    free = width - 2 - sum(column.cells for column in chosen)
    wider = {BAR.name: min(26, free // 2), MODELS.name: free - min(26, free // 2)}
    return [column._replace(cells=column.cells + wider.get(column.name, 0)) for column in chosen]


def _cells(words: Sequence[Tuple[str, str]], columns: Sequence[ListColumn]) -> Line:
    """Words with their roles in columns: figures at the right edge, everything else at the left."""
    out = [Span(" ")]
    for (word, role), column in zip(words, columns):
        right = any(column.name == figure.name for figure in FIGURES)
        left = text.pad(("  " if column.rank else "") + word, column.cells)
        out.append(Span(f"{word:>{column.cells}}" if right else left, role))
    return tuple(out)


def _line(scene: Scene, record: Record, seen: Mapping[int, float], columns: Sequence[ListColumn]) -> Line:
    percent = record.percent
    role = "value" if is_active(record, scene.snapshot.now) else "text"
    words = _words(scene, record, columns)
    line: List[Span] = [Span(" ")]
    for column in columns:
        if column.name == BAR.name:
            bar = text.bar(percent / 100, column.cells - 3, text.level_role(percent), scene.charset)
            line += [Span("  "), *bar, Span("!" if percent >= NEAR_PERCENT else " ", text.level_role(percent))]
        elif column.name == HOURS.name:
            line.append(Span("  " + text.pad(_hours(record, seen, scene), column.cells - 2), "accent"))
        elif column.name == MODELS.name:
            line.append(Span("  " + text.model_names(record.block.models, column.cells - 2), "dim"))
        else:
            line += _cells([(words[column.name], role)], [column])[1:]
    return tuple(line)


def _words(scene: Scene, record: Record, columns: Sequence[ListColumn]) -> Dict[str, str]:
    """Start and figures as text, by the name of the column."""
    block, now = record.block, scene.snapshot.now
    start = when.dated(block.start, scene.zone)
    until = now if is_active(record, now) else block.used_until(now)
    count = text.short_count if BRIEF_TOKENS in columns else text.count
    short = f"{day_text(block.start, scene.zone):>6} {scene.hour(block.start)}"
    return {"start": short if STARTS[scene.zone.dial][1] in columns else start, "length": text.duration(until - block.start),
            "tokens": ("" if block.counted else "~") + count(block.tokens), "cost": text.usd(block.cost_usd),
            "share": text.percent(record.percent)}


def _hours(record: Record, seen: Mapping[int, float], scene: Scene) -> str:
    """The session hour by hour up to its last message, where messages are stored."""
    start, until = record.block.start, record.block.used_until(scene.snapshot.now)
    cells = max(1, min(HOURS.cells - 2, -(-(until + 1 - start) // HOUR_S)))
    tokens = tokens_by_part(seen, start, start + cells * HOUR_S, cells)
    return text.sparkline(tokens, scene.charset) if any(tokens) else ""
