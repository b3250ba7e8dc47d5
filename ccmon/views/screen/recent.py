"""The sessions before this one, newest first, for windows with rows to spare."""

from typing import List

from ccmon import text
from ccmon.model import Block
from ccmon.text import Line, Span
from ccmon.views.layout import LABEL_CELLS, pick
from ccmon.views.screen.scene import Scene
from ccmon.when import DAYS

WHEN_CELLS = {12: 15, 24: 11}          # of 10:05am-10:05pm, 14:05-19:05
LEAST_ROWS = 4                         # a blank, a heading and two sessions
_BAR_CELLS = 20


def lines(scene: Scene, width: int, rows: int) -> List[Line]:
    """A blank row, a heading and as many sessions as there is room for; nothing when there is too little of either."""
    running = scene.snapshot.session if scene.snapshot.active else None
    ended = [block for block in reversed(scene.snapshot.blocks) if block is not running and block.end <= scene.snapshot.now]
    shown = ended[:max(0, rows - 2)]
    if rows < LEAST_ROWS or not shown:
        return []
    top = max(1, *(block.tokens for block in shown))
    heading = (Span(" " * 4 + "sessions before", "dim"),)
    return [(), heading, *(_line(scene, block, top, width) for block in shown)]


def _line(scene: Scene, block: Block, top: int, width: int) -> Line:
    day = scene.day(block.start)
    name = "today" if day == scene.day(scene.snapshot.now) else f"{DAYS[day.weekday()]} {day.day:>2}"
    head = Span(text.pad("    " + name, LABEL_CELLS), "label")
    when = Span(text.pad(f"{scene.hour(block.start)}-{scene.hour(block.end)}", WHEN_CELLS[scene.zone.dial]), "text")
    used, cost = Span(f"{text.count(block.tokens):>12}", "value"), Span(f"{text.usd(block.cost_usd):>11}", "text")
    bar = (Span("  "), *blank_track(text.bar(block.tokens / top, _BAR_CELLS, "accent", scene.charset)))
    names = (Span("  " + text.model_names(block.models, max(0, width - 73)), "dim"),)
    return pick([(head, when, used, *bar, cost, *names), (head, when, used, *bar, cost), (head, when, used, cost),
                 (head, when, used)], width)


def blank_track(bar: Line) -> Line:
    """A bar in a list: lengths are compared with each other, so there is nothing to fill up."""
    return tuple(Span(" " * len(span.text)) if span.role == "track" else span for span in bar)
