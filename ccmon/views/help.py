"""The help page of the screen."""

from typing import List

from ccmon import text
from ccmon.text import Line, Span
from ccmon.views import parts
from ccmon.views.scene import Scene

KEYS = (("q", "quit"), ("r", "read the usage now"), ("p", "next plan, for this window only"), ("h", "history"),
        ("c", "compact layout"), ("t", "next theme"), ("?", "this page"), ("up/down", "scroll the history"))
NOTES = (
    "Tokens are input + output. Cache tokens are shown apart.",
    "The mark on the token bar is where even use over the session would be: left of it is good.",
    "Burn is tokens a minute over the last hour; `lasts at` is the pace that would last to the reset.",
    "Plan figures are reference values, not published limits: --limit N sets your own.",
)


def render(scene: Scene, width: int, height: int) -> List[Line]:
    """At most `height` lines."""
    lines: List[Line] = [parts.title(scene, width), parts.rule(scene, width), ()]
    lines += [(Span(f"  {key:<9}", "key"), Span(words, "text")) for key, words in KEYS] + [()]
    for note in NOTES:
        lines += [(Span("  " + row, "dim"),) for row in text.wrap(note, max(1, width - 4))]
    lines = lines if len(lines) <= height else lines[3:3 + height]
    return [text.clip_line(line, width) for line in lines]
