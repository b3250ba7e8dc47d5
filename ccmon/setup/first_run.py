"""`ccmon init` without arguments: three questions, what they would write, and the writing, on yes alone."""

from __future__ import annotations

import difflib
import os
import re
import sys

from ccmon import line_cache, output, streams
from ccmon.errors import CcmonError, UsageError
from ccmon.quick_typing import Callable, List, Mapping, NamedTuple, Sequence, Tuple
from ccmon.settings import config, config_file, options
from ccmon.settings.context import Context, prepare
from ccmon.setup import init, visibility
from ccmon.setup.init import Edit
from ccmon.setup.prompt_check import NOT_SEEN, SHELLS
from ccmon.setup.snippets import WRITABLE
from ccmon.system import clock, ready, shared_files
from ccmon.text import clean, clip, count, did_you_mean, width
from ccmon.typed_values import PLAN_NAMES, plan_of

YES = ("y", "yes")
INTRO = ("ccmon asks three questions, shows what it would write, and writes only on yes.",
         "Enter takes what stands in [ ]; q leaves, and then nothing is written.")
ASIDE = "Nothing was written."
NONE = "none"
_MEANING = {"custom_max": "your largest completed session", "ml_auto": "the limit learned from Claude's own percentages"}
_MARGIN = " " * 5
_LEAST_ROOM = 16                       # cells; a text with less of them is not put below its beginning
_TARGETS = (("bash, zsh, fish", "the prompt"), ("tmux", "the status bar"),
           ("claude", "Claude Code's status line, and its percentages for ccmon"), (NONE, "nowhere for now"))


class Quit(Exception):
    """The user wants no more."""


class Plan(NamedTuple):
    """What the answers would write."""

    settings: Edit
    values: Mapping[str, str]          # of config.ini
    edits: Mapping[str, Edit]          # target -> what puts the line there

    @property
    def all(self) -> List[Edit]:
        """The files that would change."""
        every = [self.settings, *(one for edit in self.edits.values() for one in (edit, *edit.moved))]
        return [edit for edit in every if edit.before != edit.after]


def run(env: Mapping[str, str]) -> int:
    """The exit code. UsageError without a terminal, and when the configuration is broken."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("init asks three questions, and this is no terminal",
                         "Run it in one, or name the place: ccmon init SHELL")
    ctx = prepare({}, env, switch=False)
    path = ctx.paths.config
    if path is None:
        raise UsageError("there is no home directory to write to", "Set HOME")
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        targets = _dialogue(ctx, path)
    except (Quit, EOFError):
        print(f"\n{ASIDE}")
        return 0
    except KeyboardInterrupt:
        print(f"\n{ASIDE}")
        return 130
    is_seen = _is_seen(targets, env)    # written by now, whatever interrupts this
    _say("That is all: run ccmon.")
    return 0 if is_seen else 1


def _dialogue(ctx: Context, path: str) -> Sequence[str]:
    """Where the line is set up."""
    _say(*INTRO, "")
    plan = _plan(ctx, path)
    if plan.all:
        _show(plan, ctx)
        ready.discard_typed()           # lines pasted at a question before are no answer to this one
        if _answer("Write it? [y/N]: ").lower() not in YES:
            raise Quit
        _write(plan, ctx.env)
    else:
        _say("", "All of it stands there already: nothing to write.")
    return list(plan.edits)


def _plan(ctx: Context, path: str) -> Plan:
    env, settings = ctx.env, ctx.settings
    plan = _asked(plan_question(settings.plans, settings.plan))
    zone = _asked(Question("2/3  The zone of all times: local (this machine's), or one like Europe/Berlin:", (), "zone",
                           "local" if settings.origin["timezone"] == "default" else settings.timezone, _zone_name))
    has_claude = any(map(os.path.isdir, config.claude_folders(env)))
    line = _asked(targets_question(likely_targets(env, has_claude), lambda target: init.edit(target, env)))
    values, targets = {"plan": plan, "timezone": zone}, [] if line == NONE else line.split(", ")
    return Plan(_settings(path, values), values, {target: init.edit(target, env) for target in targets})


def _settings(path: str, values: Mapping[str, str]) -> Edit:
    """config.ini as it is now, with these values; every other line stays as it is. UsageError when it is wrong by now."""
    before = config_file.text_of(path)
    try:
        config.read(path, options.SECTIONS)
    except CcmonError as err:
        raise UsageError(f"{err}; nothing was changed") from None
    after = before or ""
    for name, value in values.items():
        after = config_file.with_value(after, "ccmon", name, value)
    return Edit(path, None if before is None else before.encode("utf-8"), after.encode("utf-8"))


def _zone_name(answer: str) -> str:
    """The zone as it is to be written. CcmonError with near names."""
    name = options.zone_name(answer)
    return "local" if name == "local" else clock.zone(name).name


# --- on the terminal ------------------------------------------------------------------------------------------------------

def _say(*texts: str) -> None:
    for text in texts:
        print("\n".join(wrapped(streams.named(text), output.size().columns)))


def _asked(question: Question) -> str:
    """Ask until the answer is one."""
    print("\n".join(question_rows(question, output.size().columns)))
    while True:
        answer = _answer(prompt_text(question, output.size().columns)) or question.default
        try:
            checked = question.check(answer)
            print()
            return checked
        except CcmonError as err:
            print("\n".join(wrapped(f"{_MARGIN}{err}", output.size().columns, len(_MARGIN))))


def _answer(prompt: str) -> str:
    answer = input(prompt).strip()
    if answer.lower() == "q":
        raise Quit
    return answer


def _show(plan: Plan, ctx: Context) -> None:
    """Every line that would be written, and what would win over it."""
    _say("This would be written:")
    for edit in plan.all:
        _say("", edit.path + ("  (a new file)" if edit.before is None else ""))
        print("\n".join(changes(edit.before or b"", edit.after, output.size().columns)))
    print()
    for name in ("CCMON_PLAN", "CCMON_TIMEZONE"):
        if ctx.env.get(name):
            _say(f"{name} is set in this environment: it wins over config.ini.", "")
    if ctx.settings.limit is not None:
        where = "CCMON_LIMIT" if ctx.settings.origin["limit"] == "environment" else "limit in config.ini"
        way_out = "unset CCMON_LIMIT" if where.isupper() else "ccmon config unset limit"
        _say(f"{where} is set to {count(ctx.settings.limit)}: it counts in place of the plan's figure.",
             f"To take it back: {way_out}", "")


def _put_settings(path: str, values: Mapping[str, str]) -> None:
    now = _settings(path, values)      # what was written there meanwhile stays
    shared_files.replace(path, now.before, now.after)


def _write(plan: Plan, env: Mapping[str, str]) -> None:
    """The configuration first; each file as a whole. CcmonError says which could not be written."""
    print()
    path = plan.settings.path
    if plan.settings in plan.all:
        with config_file.locked(path):
            shared_files.repeated(lambda: _put_settings(path, plan.values))
        line_cache.outdate(env)
        _say(f"The settings are in {path}.")
    for target, edit in plan.edits.items():
        if edit in plan.all or edit.moved:
            _say(*init.run(target, True, False, env).splitlines())


def _is_seen(targets: Sequence[str], env: Mapping[str, str]) -> bool:
    """Say of each target whether the line is seen there; False when it is not in one of them."""
    all_seen = True
    for target in targets:
        if target in SHELLS:
            _say(f"Starting {target} once, to see its prompt ...")
        seen = visibility.visibility(target, env)
        _say(*visibility.sentences(target, env, seen))
        all_seen = all_seen and (seen is None or seen.state != NOT_SEEN)
    _say(*visibility.colours_hint(targets, env))
    return all_seen


# --- the questions ------------------------------------------------------------------------------------------------------

class Question(NamedTuple):
    """One question: what stands above it, and the answer that Enter gives."""

    title: str
    options: Tuple[Tuple[str, str], ...]           # name and what it means
    word: str
    default: str
    check: Callable[[str], str]        # the answer in its proper form; CcmonError says what is wrong with it


def plan_question(plans: Mapping[str, int], default: str) -> Question:
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


def targets_question(default: Sequence[str], usable: Callable[[str], object]) -> Question:
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
    first = "tmux" if env.get("TMUX") else shell if shell in SHELLS else None
    return [target for target in (first, "claude" if has_claude else None) if target]


# --- lines of a terminal that is so many cells wide -----------------------------------------------------------------------

def question_rows(question: Question, cells: int) -> List[str]:
    """What stands above the answer; what an option means stays below itself."""
    rows = wrapped(question.title, cells, len(_MARGIN))
    for name, words in question.options:
        rows += wrapped(f"{_MARGIN}{name} {words}", cells, len(_MARGIN) + width(name) + 1)
    return rows


def prompt_text(question: Question, cells: int) -> str:
    """What stands before the answer."""
    return "\n".join(wrapped(f"{_MARGIN}{question.word} [{question.default}]:", cells - 1, len(_MARGIN))) + " "


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
