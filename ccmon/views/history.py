"""The stored sessions as table cells, as objects for --json, and as lines of the screen."""

from typing import Any, Dict, List, Sequence

from ccmon import text, when
from ccmon.model import Block, Record
from ccmon.text import Charset, Line, Span
from ccmon.views import parts
from ccmon.views.scene import Scene, model_name
from ccmon.when import Zone

COLUMNS = ("start", "length", "tokens", "cost", "share", "models")
ALIGN = ("left", "right", "right", "right", "right", "left")


def active(block: Block, now: int) -> bool:
    """Whether the session still runs."""
    return block.start <= now < block.end


def share(record: Record) -> float:
    """Percent of the limit of its time."""
    return record.block.tokens * 100 / record.limit if record.limit > 0 else 0.0


def objects(records: Sequence[Record], now: int) -> List[Dict[str, Any]]:
    """One object for each session; times in epoch seconds, costs in US dollars."""
    return [{
        "start": block.start, "end": block.end, "last": block.last, "active": active(block, now), "tokens": block.tokens,
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
    until = now if active(block, now) else block.last or block.end
    return [start, text.duration(until - block.start), text.count(block.tokens), text.usd(block.cost_usd),
            text.percent(share(record))]


def screen(scene: Scene, records: Sequence[Record], offset: int, width: int, height: int) -> List[Line]:
    """A window of `height` lines onto the sessions, the newest first; offset is the number of rows scrolled away."""
    now = scene.snapshot.now
    rows = max(0, height - 4)
    shown = list(reversed(records))[offset:offset + rows]
    more = f"{offset + 1}-{offset + len(shown)} of {len(records)}" if shown else ""
    foot = (Span(" h", "key"), Span(" back  ", "dim"), Span("up/down", "key"), Span(" scroll  ", "dim"), Span(more, "dim"))
    body = [_line(record, now, scene.zone, scene.charset, width) for record in shown] or [
        (Span("  No sessions are stored yet. They are kept from now on.", "value"),)]
    head = [parts.title(scene, width), parts.rule(scene, width), _head(width)][:max(0, height - 2)]
    lines = [*head, *body[:max(0, height - len(head) - 1)]]
    return [text.clip_line(line, width) for line in (*lines, *[()] * (height - len(lines) - 1), foot)][:height]


WIDTHS = (17, 8, 10, 10, 8)


def _head(width: int) -> Line:
    return text.clip_line((Span(" " + _columns(COLUMNS[:5]) + "  limit        models", "label"),), width)


def _columns(words: Sequence[str]) -> str:
    first, *rest = (f"{word:<{size}}" if at == 0 else f"{word:>{size}}" for at, (word, size) in enumerate(zip(words, WIDTHS)))
    return first + "".join(rest)


def _line(record: Record, now: int, zone: Zone, charset: Charset, width: int) -> Line:
    percent = share(record)
    bar = text.bar(percent / 100, 10, text.level_role(percent), charset)
    names = ", ".join(map(model_name, record.block.models))
    role = "value" if active(record.block, now) else "text"
    free = max(0, width - 2 - sum(WIDTHS) - 14)
    return (Span(" " + _columns(_row(record, now, zone)), role), Span("  "), *bar, Span("   " + text.clip(names, free), "dim"))


def last_offset(count: int, height: int) -> int:
    """How far the window can be scrolled."""
    return max(0, count - max(0, height - 4))
