"""The first run: what is missing, the one command for it, and what else there is to try, while there is nothing to see."""

from typing import List, NamedTuple, Sequence

from ccmon import text
from ccmon.model import NO_CCUSAGE
from ccmon.text import Line, Span
from ccmon.usage.notices import CONNECT
from ccmon.views.screen.scene import Scene, pick

WELCOME = "Welcome! Nothing to read yet: no logs of Claude Code, and no ccusage."
KEPT = "Every session is kept from now on: press h to see them."
TINY = "start claude, or ccmon --demo"


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
    """True when no source was found and none ever was; not while the first look is under way."""
    snapshot = scene.snapshot
    return not scene.looking and snapshot.source.error == NO_CCUSAGE and snapshot.age_s is None and snapshot.session is None


def steps(scene: Scene, width: int) -> List[Line]:
    """What to do while there is nothing to see."""
    if is_first(scene):
        return _rows(scene, [LOGS, SETTLE, OFFICIAL, DEMO], width)
    if scene.snapshot.source.missing:
        return _rows(scene, BROKEN, width)
    more = [SETTLE] if scene.snapshot.windows else [SETTLE, OFFICIAL]
    kept: List[Line] = [(Span("    " + words, "dim"),) for words in text.wrap(KEPT, max(1, width - 5))]
    return [*kept, (), *_rows(scene, [step._replace(number="") for step in (*more, DEMO)], width)]


def _rows(scene: Scene, steps_: Sequence[Step], width: int) -> List[Line]:
    listed = [step._replace(command=scene.named(step.command)) for step in steps_]
    column = max(text.width(step.command) for step in listed if step.why)
    return [_row(step, column, width) for step in listed]


def _row(step: Step, column: int, width: int) -> Line:
    head, command = Span(f"{step.number:>5}  ", "key"), Span(step.command, "text")
    blank = " " * (column - text.width(step.command) + 2)
    whys = [(Span(blank + why, "dim"),) for why in (step.why, step.brief) if why]
    return pick([*((head, command, *why) for why in whys), (head, command)], width)
