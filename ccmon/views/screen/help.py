"""The help page of the screen."""

from typing import List, Tuple

from ccmon import text, when
from ccmon.text import Line, Span
from ccmon.views.layout import pick
from ccmon.views.screen import foot, parts
from ccmon.views.screen.scene import Scene

NOTES = (
    "Tokens are input + output; cache tokens are shown apart.",
    "The mark on the bar is where even use would be by now: left of it is good.",
    "`93 % lasts` is how likely a limit lasts; `out Wed {at}` its pace so far.",
    "Burn is tokens a minute over the last hour; `lasts at` is the pace that would last just to the reset.",
    "In the graph, solid is what was seen; dashed goes on at this pace; nine of ten cases lie between the dots.",
    "Plan figures are reference values, not published limits: --limit N sets your own.",
)
BACK = (("q", "back"),)


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines: the keys first, then as many whole notes as fit."""
    head: List[Line] = [parts.title(scene, width, "help"), parts.rule(scene, width), ()]
    keys = _rows(width) if len(foot.KEYS) + 3 <= height else _flow(width)      # with the title, a row between, and the way back
    lines = [*head[:max(0, height - 2 - len(keys))], *keys]
    for note in _notes(width, scene.zone.dial):
        if len(lines) + len(note) < height:
            lines += note
    back = foot.page_keys(BACK, text.printable(scene.status), width)
    lines = [*lines[:max(1, height - 1)], *[()] * (height - 1 - len(lines)), back]
    return [text.clip_line(line, width) for line in lines[:height]]


def _rows(width: int) -> List[Line]:
    rows = []
    for key, word, more in foot.KEYS:
        brief = (Span(f"  {key}  ", "key"), Span(f"{word:<9}", "text"))
        rows.append(pick([(*brief, Span(more, "dim")), brief, (Span(f" {key} ", "key"), Span(word, "text"))], width))
    return rows


def _flow(width: int) -> List[Line]:
    """The keys side by side, those of one page last."""
    lines: List[Tuple[Span, ...]] = [()]
    for key, word, _ in sorted(foot.KEYS, key=lambda row: row[0] in foot.HISTORY_KEYS):
        pair = (Span(f" {key} ", "key"), Span(f"{word} ", "text"))
        if text.line_width(lines[-1]) + text.line_width(pair) > width:
            lines.append(())
        lines[-1] = (*lines[-1], *pair)
    return list(lines)


def _notes(width: int, dial: int) -> List[List[Line]]:
    """Each note as its lines, the first after a blank."""
    at = when.time_of_day(14, 0, dial)
    notes: List[List[Line]] = [[(Span("  " + row, "dim"),) for row in text.wrap(note.format(at=at), max(1, width - 4))]
                               for note in NOTES]
    return [[(), *notes[0]], *notes[1:]]
