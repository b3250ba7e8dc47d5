"""The stored sessions as table cells, as objects for --json, and as lines of the screen."""

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from ccmon import text, when
from ccmon.model import Record
from ccmon.text import Line, Span
from ccmon.views import foot, parts
from ccmon.views.scene import Scene, day_text, model_name, models
from ccmon.when import Zone

COLUMNS = ("start", "length", "tokens", "cost", "share", "models")
ALIGN = ("left", "right", "right", "right", "right", "left")


def active(record: Record, now: int) -> bool:
    """Whether the session still runs: what the source lists no more does not."""
    return record.listed and record.block.start <= now < record.block.end


def share(record: Record) -> float:
    """Percent of the limit of its time."""
    return record.block.tokens * 100 / record.limit if record.limit > 0 else 0.0


def objects(records: Sequence[Record], now: int) -> List[Dict[str, Any]]:
    """One object for each session; times in epoch seconds, costs in US dollars."""
    return [{
        "start": block.start, "end": block.end, "last": block.last, "active": active(record, now), "tokens": block.tokens,
        "input": block.input, "output": block.output, "cache_creation": block.cache_creation, "cache_read": block.cache_read,
        "cost_usd": block.cost_usd, "models": list(block.models), "limit": record.limit, "percent": round(share(record), 4),
        "source": block.source,
    } for record, block in ((record, record.block) for record in records)]


def cells(records: Sequence[Record], now: int, zone: Zone) -> List[List[str]]:
    """The rows of the table, as text."""
    return [[*_row(record, now, zone), ", ".join(map(model_name, record.block.models))] for record in records]


def _row(record: Record, now: int, zone: Zone) -> List[str]:
    block = record.block
    start = when.local(block.start, zone).strftime("%Y-%m-%d %H:%M")
    until = now if active(record, now) else block.used_until(now)
    tokens = ("" if block.counted else "~") + text.count(block.tokens)
    return [start, text.duration(until - block.start), tokens, text.usd(block.cost_usd), text.percent(share(record))]


# --- the page of the screen ---------------------------------------------------------------------------------------------

KEYS = (("h", "back"), ("up/down", "scroll"))
FRAME_ROWS = 4                         # title, rule, heading, keys


class Column(NamedTuple):
    """A column of the page; the one of least worth gives way first."""

    name: str
    cells: int
    worth: int


START, SHORT_START = Column("start", 17, 0), Column("start", 13, 0)
FIGURES = (Column("length", 8, 5), Column("tokens", 10, 1), Column("cost", 10, 4), Column("share", 7, 2))
BAR = Column("limit", 12, 3)
MODELS = Column("models", 14, 6)       # at least: it takes what is free


def screen(scene: Scene, records: Sequence[Record], offset: int, width: int, height: int) -> List[Line]:
    """A window of `height` lines onto the sessions, the newest first; offset is the number of rows scrolled away."""
    shown = list(reversed(records))[offset:offset + max(0, height - FRAME_ROWS)]
    more = f"{offset + 1}-{offset + len(shown)} of {len(records)}" if shown else "0 sessions"
    columns = _columns(width)
    empty = "No sessions are stored yet. They are kept from now on."
    body = [_line(scene, record, columns, width) for record in shown] or [
        (Span("  " + words, "value"),) for words in text.wrap(empty, max(1, width - 3))]
    heading = [_cells([(column.name, "label") for column in columns], columns)] if shown else [()]
    head = [parts.title(scene, width, "history"), parts.rule(scene, width), *heading][:max(0, height - 2)]
    lines = [*head, *body[:max(0, height - len(head) - 1)]]
    end = foot.page_keys(KEYS, more, width)
    return [text.clip_line(line, width) for line in (*lines, *[()] * (height - len(lines) - 1), end)][:height]


def _columns(width: int) -> List[Column]:
    """Those that fit; bars and names take what is left."""
    chosen = [START if width >= 60 else SHORT_START, *FIGURES, BAR, MODELS]
    while sum(column.cells for column in chosen) + 2 > width and len(chosen) > 1:
        chosen.remove(max(chosen, key=lambda column: column.worth))
    free = width - 2 - sum(column.cells for column in chosen)
    wider = {BAR.name: min(26, free // 2), MODELS.name: free - min(26, free // 2)}
    return [column._replace(cells=column.cells + wider.get(column.name, 0)) for column in chosen]


def _cells(words: Sequence[Tuple[str, str]], columns: Sequence[Column]) -> Line:
    """Words with their roles in columns: figures at the right edge, everything else at the left."""
    out = [Span(" ")]
    for (word, role), column in zip(words, columns):
        right = any(column.name == figure.name for figure in FIGURES)
        left = text.pad(("  " if column.worth else "") + word, column.cells)
        out.append(Span(f"{word:>{column.cells}}" if right else left, role))
    return tuple(out)


def _line(scene: Scene, record: Record, columns: Sequence[Column], width: int) -> Line:
    now, percent = scene.snapshot.now, share(record)
    role = "value" if active(record, now) else "text"
    words = dict(zip(COLUMNS, _row(record, now, scene.zone)))
    if columns[0].cells == SHORT_START.cells:
        words["start"] = f"{day_text(record.block.start, scene.zone):>6} {scene.hour(record.block.start)}"
    line: List[Span] = [Span(" ")]
    for column in columns:
        if column.name == BAR.name:
            bar = text.bar(percent / 100, column.cells - 3, text.level_role(percent), scene.charset)
            line += [Span("  "), *bar, Span("!" if percent >= 80 else " ", text.level_role(percent))]
        elif column.name == MODELS.name:
            line.append(Span("  " + models(record.block, column.cells - 2), "dim"))
        else:
            line += _cells([(words[column.name], role)], [column])[1:]
    return tuple(line)


def last_offset(count: int, height: int) -> int:
    """How far the window can be scrolled."""
    return max(0, count - max(0, height - FRAME_ROWS))
