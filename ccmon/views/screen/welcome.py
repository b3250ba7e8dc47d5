"""The first run: what is missing, the one command for it, and what else there is to try, while there is nothing to see."""

from __future__ import annotations

from typing import List, Sequence

from ccmon import text
from ccmon.named_tuple import NamedTuple
from ccmon.text import Line, Span
from ccmon.usage.notices import CONNECT
from ccmon.views.layout import LABEL_CELLS, margin, pick
from ccmon.views.screen.scene import Scene

WELCOME = "Welcome! Nothing to read yet: no logs of Claude Code, and no ccusage."
STORED = "Every session is kept from now on: press h to see them."
TINY, TINIEST = "start claude, or ccmon --demo", "start claude"


class Step(NamedTuple):
    """Something to type, and why; shorter for narrow windows."""

    number: str
    command: str
    why: str = ""
    brief: str = ""


LOGS = Step("1", "claude", "work with Claude Code: its logs alone suffice", "its logs alone suffice")
SETTLE = Step("2", "ccmon init", "plan, time zone and line, in three questions", "three questions")
OFFICIAL = Step("3", CONNECT, "Claude's own percentages on this screen", "Claude's own percentages")
DEMO = Step("or", "ccmon --demo", "the same screen on simulated usage", "simulated usage")
BROKEN = (Step("1", "install Node.js", "https://nodejs.org"), Step("2", "npm install -g ccusage"),
          Step("3", "press r", "to look again"), DEMO)


def is_first(scene: Scene) -> bool:
    """True when there is no source and never was one; not while the first read is under way."""
    snapshot = scene.snapshot
    return not scene.is_first_read and snapshot.source.not_installed and snapshot.age_s is None and snapshot.session is None


def steps(scene: Scene, width: int) -> List[Line]:
    """What to do while there is nothing to see."""
    if is_first(scene):
        return _rows(scene, [LOGS, SETTLE, OFFICIAL, DEMO], width)
    if scene.snapshot.source.missing:
        return _rows(scene, BROKEN, width)
    more = [SETTLE] if scene.snapshot.windows else [SETTLE, OFFICIAL]
    stored: List[Line] = [(Span("    " + words, "dim"),) for words in text.wrap(STORED, max(1, width - 5))]
    return [*stored, (), *_rows(scene, [step._replace(number="") for step in (*more, DEMO)], width)]


def preview(scene: Scene, width: int, rows: int) -> List[Line]:
    """What will stand here, dim, and called an example; nothing where it has no room."""
    now, cells = scene.snapshot.now, max(1, width - LABEL_CELLS - 9)
    used, time = (text.plain(text.bar(share, cells, "dim", scene.charset, 0.54)) for share in (0.44, 0.54))
    figures = (("📊", "tokens", used + "   44 %"), ("", "", "15,412 of 35,000   19,588 left"),
               ("⏳", "time", time + "   54 %"), ("", "", f"2h 17m to {scene.hour(now + 8220)}"), ("", "", ""),
               ("🔥", "burn", "124 /min"), ("⏰", "runs out", f"{scene.hour(now + 9480)}  21m after the reset"))
    heading: Line = (Span("    so it looks with some usage (an example, not yours):", "dim"),)
    heads = (text.pad(margin(scene.charset, emoji) + word, LABEL_CELLS) for emoji, word, _ in figures)
    shown = [heading, *((Span(head + words, "dim"),) for head, (_, _, words) in zip(heads, figures))]
    return [(), *(text.clip_line(line, width) for line in shown)] if rows > len(shown) else []


def _rows(scene: Scene, steps_: Sequence[Step], width: int) -> List[Line]:
    listed = [step._replace(command=scene.named(step.command)) for step in steps_]
    column = max(text.width(step.command) for step in listed if step.why)
    return [_row(step, column, width) for step in listed]


def _row(step: Step, column: int, width: int) -> Line:
    head, command = Span(f"{step.number:>5}  ", "key"), Span(step.command, "text")
    blank = " " * (column - text.width(step.command) + 2)
    whys = [(Span(blank + why, "dim"),) for why in (step.why, step.brief) if why]
    return pick([*((head, command, *why) for why in whys), (head, command)], width)
