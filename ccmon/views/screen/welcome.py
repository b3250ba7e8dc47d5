"""The first run: what is missing, the one command for it, and what else there is to try, while there is nothing to see."""

from __future__ import annotations

from typing import List, Sequence

from ccmon import text
from ccmon.named_tuple import NamedTuple
from ccmon.text import Line, Span
from ccmon.usage.notices import CONNECT
from ccmon.views.layout import LABEL_CELLS, margin, pick, pick_text, rate_text
from ccmon.views.limit_words import limit_words
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


def example(scene: Scene, width: int) -> List[Line]:
    """What will stand here with the limit of now, dim, and called an example."""
    now, cells, limit = scene.snapshot.now, max(1, width - LABEL_CELLS - 9), scene.snapshot.limit.tokens
    used, time = (text.plain(text.bar(share, cells, "dim", scene.charset, 0.54)) for share in (0.44, 0.54))
    tokens = limit * 44 // 100
    amounts = f"{text.count(tokens)} of {text.count(limit)}   {text.count(limit - tokens)} left"
    room = cells + 7 - len(amounts)
    source = pick_text(limit_words(scene.snapshot, scene.zone), room - 2)
    figures = (("📊", "tokens", used + "   44 %"), ("", "", amounts + source.rjust(max(0, room))),
               ("⏳", "time", time + "   54 %"), ("", "", f"2h 17m to {scene.hour(now + 8220)}"),
               ("🔥", "burn", f"{rate_text((limit - tokens) / 158)} /min"),
               ("⏰", "runs out", f"{scene.hour(now + 158 * 60)}  21m after the reset"))
    headings = ("An example of this screen once there is usage (not yours):", "An example of this screen:", "Example:")
    heads = (text.pad(margin(scene.charset, emoji) + word, LABEL_CELLS) for emoji, word, _ in figures)
    rows = ["  " + pick_text(headings, width - 2), *(head + words for head, (_, _, words) in zip(heads, figures))]
    return [text.clip_line((Span(row, "dim"),), width) for row in rows]


def _rows(scene: Scene, steps_: Sequence[Step], width: int) -> List[Line]:
    listed = [step._replace(command=scene.named(step.command)) for step in steps_]
    column = max(text.width(step.command) for step in listed if step.why)
    return [_row(step, column, width) for step in listed]


def _row(step: Step, column: int, width: int) -> Line:
    head, command = Span(f"{step.number:>5}  ", "key"), Span(step.command, "text")
    blank = " " * (column - text.width(step.command) + 2)
    whys = [(Span(blank + why, "dim"),) for why in (step.why, step.brief) if why]
    return pick([*((head, command, *why) for why in whys), (head, command)], width)
