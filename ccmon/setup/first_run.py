"""`ccmon init` without arguments: three questions, what they would write, and the writing, on yes alone."""

import os
import sys
from typing import Callable, List, Mapping, NamedTuple, Optional

from ccmon.model import CcmonError, UsageError
from ccmon.settings import config, ini_text
from ccmon.settings.context import Context, prepare
from ccmon.setup import init, questions
from ccmon.setup.init import Edit
from ccmon.setup.questions import Question
from ccmon.system import clock, dotfiles
from ccmon.text import count

Ask = Callable[[str], str]
YES = ("y", "yes")


class Left(Exception):
    """The user wants no more."""


class Plan(NamedTuple):
    """What the answers would write."""

    settings: Edit
    places: List[str]
    edits: List[Edit]

    @property
    def all(self) -> List[Edit]:
        """The files that would change."""
        return [edit for edit in (self.settings, *self.edits) if edit.before != edit.after]


def run(env: Mapping[str, str]) -> int:
    """The exit code. UsageError without a terminal, and when the configuration is broken."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("init asks three questions, and this is no terminal. Run it in one, or name the place: ccmon init SHELL")
    ctx = prepare({}, env)
    path = ctx.paths.config
    if path is None:
        raise UsageError("there is no home directory to write to. Set HOME")
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        _dialogue(ctx, path)
        return 0
    except (Left, EOFError):
        print(f"\n{questions.ASIDE}")
        return 0
    except KeyboardInterrupt:
        print(f"\n{questions.ASIDE}")
        return 130


def _dialogue(ctx: Context, path: str) -> None:
    print(questions.INTRO)
    plan = _plan(ctx, path)
    if not plan.all:
        print("\nAll of it stands there already: nothing to write.")
        return
    _show(plan, ctx)
    if _answer("Write it? [y/N]: ").lower() not in YES:
        raise Left
    _write(plan, ctx.env)


def _plan(ctx: Context, path: str) -> Plan:
    env, settings = ctx.env, ctx.settings
    plan = _asked(questions.plan(settings.plans, settings.plan))
    zone = _asked(questions.zone("local" if settings.origin["timezone"] == "default" else settings.timezone, _zone_name))
    has_claude = any(map(os.path.isdir, config.claude_folders(env)))
    line = _asked(questions.places(questions.likely_places(env, has_claude), lambda place: init.edit(place, env)))
    places = [] if line == questions.NONE else line.split(", ")
    return Plan(_settings(path, {"plan": plan, "timezone": zone}), places, [init.edit(place, env) for place in places])


def _settings(path: str, values: Mapping[str, str]) -> Edit:
    """config.ini with these values; every other line stays as it is."""
    before = dotfiles.read(path)
    after = "" if before is None else before.decode("utf-8")
    for name, value in values.items():
        after = ini_text.with_value(after, "ccmon", name, value)
    return Edit(path, before, after.encode("utf-8"))


def _zone_name(answer: str) -> str:
    """The zone as it is to be written. CcmonError with near names."""
    return "local" if answer.lower() == "local" else clock.zone(answer).name


# --- on the terminal ------------------------------------------------------------------------------------------------------

def _asked(question: Question) -> str:
    """Ask until the answer is one."""
    print("\n".join(question.lines))
    while True:
        answer = _answer(f"     {question.word} [{question.default}]: ") or question.default
        try:
            checked = question.check(answer)
            print()
            return checked
        except CcmonError as err:
            print(f"     {err}")


def _answer(prompt: str) -> str:
    answer = input(prompt).strip()
    if answer.lower() == "q":
        raise Left
    return answer


def _show(plan: Plan, ctx: Context) -> None:
    """Every line that would be written, and what would win over it."""
    print("This would be written:")
    for edit in plan.all:
        new = "  (a new file)" if edit.before is None else ""
        print(f"\n{edit.path}{new}")
        print("\n".join(questions.changes(_text(edit.before), edit.after.decode("utf-8", "replace"))))
    print()
    for name in ("CCMON_PLAN", "CCMON_TIMEZONE"):
        if ctx.env.get(name):
            print(f"{name} is set in this environment: it wins over config.ini.\n")
    if ctx.settings.limit is not None:
        where = "CCMON_LIMIT" if ctx.settings.origin["limit"] == "environment" else "limit in config.ini"
        way_out = "unset CCMON_LIMIT" if where.isupper() else "ccmon config unset limit"
        print(f"{where} is set to {count(ctx.settings.limit)}: it counts in place of the plan's figure.\n"
              f"To take it back: {way_out}\n")


def _text(content: Optional[bytes]) -> Optional[str]:
    return None if content is None else content.decode("utf-8", "replace")


def _write(plan: Plan, env: Mapping[str, str]) -> None:
    """The configuration first; each file as a whole. CcmonError says which could not be written."""
    print()
    if plan.settings in plan.all:
        dotfiles.replace(plan.settings.path, plan.settings.before, plan.settings.after)
        print(f"The settings are in {plan.settings.path}.")
    for place, edit in zip(plan.places, plan.edits):
        if edit in plan.all:
            print(init.run(place, True, False, env), end="")
    print("That is all: run ccmon.")
