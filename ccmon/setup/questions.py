"""The three questions of `ccmon init`: what is asked, what an answer means, and how a change of a file is shown."""

import difflib
from typing import Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import CcmonError
from ccmon.setup.snippets import WRITABLE
from ccmon.text import clean, clip, count, near
from ccmon.usage.limits import PLAN_NAMES

INTRO = """ccmon asks three questions, shows what it would write, and writes only on yes.
Enter takes what stands in [ ]; q leaves, and then nothing is written.
"""
ASIDE = "Nothing was written."
NONE = "none"
_MEANING = {"custom_max": "your largest completed session", "ml_auto": "the limit learned from Claude's own percentages"}
_SHELLS = ("bash", "zsh", "fish")
_PLACES = (("bash, zsh, fish", "the prompt"), ("tmux", "the status bar"),
           ("claude", "Claude Code's status line, and its percentages for ccmon"), (NONE, "nowhere for now"))


class Question(NamedTuple):
    """One question: what stands above it, and the answer that Enter gives."""

    lines: Tuple[str, ...]
    word: str
    default: str
    check: Callable[[str], str]        # the answer in its proper form; CcmonError says what is wrong with it


def plan(known: Mapping[str, int], default: str) -> Question:
    """Which plan, by name or by number."""
    names = [*known, *(name for name in PLAN_NAMES if name not in known)]
    meant = [_MEANING.get(name, f"{count(known.get(name, 0))} tokens a session") for name in names]
    rows = [f"     {at}  {name:<11} {words}" for at, (name, words) in enumerate(zip(names, meant), 1)]

    def check(answer: str) -> str:
        name = names[int(answer) - 1] if answer in map(str, range(1, len(names) + 1)) else answer.lower()
        found = next((known for known in names if known.lower() == name.lower()), None)
        if found is None:
            raise _unknown(answer, names, f"Take a number from 1 to {len(names)}, or a name")
        return found
    return Question(("1/3  Your plan. The figures are references, not promises:", *rows), "plan", default, check)


def zone(default: str, named: Callable[[str], str]) -> Question:
    """In which zone times are shown; `named` gives a zone's proper name or raises CcmonError."""
    words = "2/3  The zone of all times: local (this machine's), or one like Europe/Berlin:"
    return Question((words,), "zone", default, named)


def places(default: Sequence[str], usable: Callable[[str], object]) -> Question:
    """Where the line is shown; `usable` raises CcmonError for a place that cannot be written to."""
    def check(answer: str) -> str:
        words = answer.lower().replace(",", " ").split()
        if words == [NONE]:
            return NONE
        for word in words:
            if word not in WRITABLE:
                raise _unknown(word, (*WRITABLE, NONE), f"Take {', '.join(WRITABLE)} or {NONE}")
            usable(word)
        return ", ".join(dict.fromkeys(words)) or NONE
    rows = [f"     {name:<16} {words}" for name, words in _PLACES]
    return Question(("3/3  Where the line is shown, several with commas:", *rows), "line", ", ".join(default) or NONE, check)


def _unknown(answer: str, known: Sequence[str], way_out: str) -> CcmonError:
    shown = clip(clean(answer), 40)
    return CcmonError(f"'{shown}' is unknown{near(answer.lower(), known)}. {way_out}")


def likely_places(env: Mapping[str, str], has_claude: bool) -> List[str]:
    """tmux inside of it, else the shell; and Claude Code where it has been used."""
    shell = env.get("SHELL", "").replace("\\", "/").rsplit("/", 1)[-1]
    seen = "tmux" if env.get("TMUX") else shell if shell in _SHELLS else None
    return [place for place in (seen, "claude" if has_claude else None) if place]


def changes(before: Optional[str], after: str) -> List[str]:
    """The lines that a file gains and loses."""
    lines = difflib.unified_diff((before or "").splitlines(), after.splitlines(), n=0, lineterm="")
    return [f"  {line[0]} {clean(line[1:])}" for line in list(lines)[2:] if not line.startswith("@@")]
