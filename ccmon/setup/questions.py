"""The three questions of `ccmon init`: what is asked, what an answer means, and how a change of a file is shown."""

from __future__ import annotations

import difflib
import re
from typing import Callable, List, Mapping, Sequence, Tuple

from ccmon.errors import CcmonError
from ccmon.named_tuple import NamedTuple
from ccmon.setup.snippets import WRITABLE
from ccmon.text import clean, clip, count, did_you_mean, width
from ccmon.typed_values import PLAN_NAMES, plan_of

INTRO = ("ccmon asks three questions, shows what it would write, and writes only on yes.",
         "Enter takes what stands in [ ]; q leaves, and then nothing is written.")
ASIDE = "Nothing was written."
NONE = "none"
_MEANING = {"custom_max": "your largest completed session", "ml_auto": "the limit learned from Claude's own percentages"}
_MARGIN = " " * 5
_LEAST_ROOM = 16                       # cells; a text with less of them is not put below its beginning
_SHELLS = ("bash", "zsh", "fish")
_TARGETS = (("bash, zsh, fish", "the prompt"), ("tmux", "the status bar"),
           ("claude", "Claude Code's status line, and its percentages for ccmon"), (NONE, "nowhere for now"))


class Question(NamedTuple):
    """One question: what stands above it, and the answer that Enter gives."""

    title: str
    options: Tuple[Tuple[str, str], ...]           # name and what it means
    word: str
    default: str
    check: Callable[[str], str]        # the answer in its proper form; CcmonError says what is wrong with it


def plan(plans: Mapping[str, int], default: str) -> Question:
    """Which plan, by name or by number."""
    names = [*plans, *(name for name in PLAN_NAMES if name not in plans)]
    meant = [_MEANING.get(name, f"{count(plans.get(name, 0))} tokens a session") for name in names]
    options = tuple((f"{at}  {name:<11}", words) for at, (name, words) in enumerate(zip(names, meant), 1))

    def check(answer: str) -> str:
        name = names[int(answer) - 1] if answer in map(str, range(1, len(names) + 1)) else plan_of(answer, names)
        if name is None:
            raise _unknown(answer, names, f"Take a number from 1 to {len(names)}, or a name")
        return name
    return Question("1/3  Your plan. The figures are references, not promises:", options, "plan", default, check)


def zone(default: str, named: Callable[[str], str]) -> Question:
    """In which zone times are shown; `named` gives a zone's proper name or raises CcmonError."""
    words = "2/3  The zone of all times: local (this machine's), or one like Europe/Berlin:"
    return Question(words, (), "zone", default, named)


def targets(default: Sequence[str], usable: Callable[[str], object]) -> Question:
    """Where the line is shown; `usable` raises CcmonError for a target that cannot be written to."""
    def check(answer: str) -> str:
        words = answer.lower().replace(",", " ").split()
        if words == [NONE]:
            return NONE
        for word in words:
            if word not in WRITABLE:
                raise _unknown(word, (*WRITABLE, NONE), f"Take {', '.join(WRITABLE)} or {NONE}")
            usable(word)
        return ", ".join(dict.fromkeys(words)) or NONE
    options = tuple((f"{name:<16}", words) for name, words in _TARGETS)
    return Question("3/3  Where the line is shown, several with commas:", options, "line", ", ".join(default) or NONE, check)


def _unknown(answer: str, names: Sequence[str], way_out: str) -> CcmonError:
    shown = clip(clean(answer), 40)
    return CcmonError(f"'{shown}' is unknown{did_you_mean(answer.lower(), names)}", way_out)


def likely_targets(env: Mapping[str, str], has_claude: bool) -> List[str]:
    """tmux inside of it, else the shell; and Claude Code where it has been used."""
    shell = env.get("SHELL", "").replace("\\", "/").rsplit("/", 1)[-1]
    first = "tmux" if env.get("TMUX") else shell if shell in _SHELLS else None
    return [target for target in (first, "claude" if has_claude else None) if target]


# --- lines of a terminal that is so many cells wide -------------------------------------------------------------------------

def asked(question: Question, cells: int) -> List[str]:
    """What stands above the answer; what an option means stays below itself."""
    rows = wrapped(question.title, cells, len(_MARGIN))
    for name, words in question.options:
        rows += wrapped(f"{_MARGIN}{name} {words}", cells, len(_MARGIN) + width(name) + 1)
    return rows


def prompt(question: Question, cells: int) -> str:
    """What stands before the answer."""
    return "\n".join(wrapped(f"{_MARGIN}{question.word} [{question.default}]:", cells - 1, len(_MARGIN))) + " "


def error_rows(error: CcmonError, cells: int) -> List[str]:
    """What is wrong with an answer."""
    return wrapped(f"{_MARGIN}{error}", cells, len(_MARGIN))


def changes(before: bytes, after: bytes, cells: int) -> List[str]:
    """The lines that a file gains and loses."""
    old, new = (content.decode("utf-8", "replace").splitlines() for content in (before, after))
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    shown = [f"  {line[0]} {clean(line[1:])}" for line in list(lines)[2:] if not line.startswith("@@")]
    return [row for line in shown for row in wrapped(line, cells, 6)]


def wrapped(words: str, cells: int, hang: int = 0) -> List[str]:
    """The text in lines, broken before a word alone, the further ones indented; a word that is too long stays whole."""
    rows, indent = [""], " " * (hang if cells - hang >= _LEAST_ROOM else min(hang, 2))
    for word in re.findall(r"\s*\S+", words):
        if rows[-1].strip() and width(rows[-1] + word) > cells:
            rows.append(indent + word.lstrip())
        else:
            rows[-1] += word
    return rows
