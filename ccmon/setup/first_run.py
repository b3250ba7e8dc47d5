"""`ccmon init` without arguments: three questions, what they would write, and the writing, on yes alone."""

from __future__ import annotations

import os
import sys
from typing import List, Mapping, Sequence

from ccmon import line_cache, output, streams
from ccmon.errors import CcmonError, UsageError
from ccmon.named_tuple import NamedTuple
from ccmon.settings import config, config_file, options
from ccmon.settings.context import Context, prepare
from ccmon.setup import init, questions, visibility
from ccmon.setup.init import Edit
from ccmon.setup.prompt_check import NOT_SEEN, SHELLS
from ccmon.setup.questions import Question
from ccmon.system import clock, ready, shared_files
from ccmon.text import count

YES = ("y", "yes")


class Quit(Exception):
    """The user wants no more."""


class Plan(NamedTuple):
    """What the answers would write."""

    settings: Edit
    values: Mapping[str, str]          # of config.ini
    targets: List[str]
    edits: List[Edit]

    @property
    def all(self) -> List[Edit]:
        """The files that would change."""
        every = [self.settings, *(one for edit in self.edits for one in (edit, *edit.moved))]
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
        print(f"\n{questions.ASIDE}")
        return 0
    except KeyboardInterrupt:
        print(f"\n{questions.ASIDE}")
        return 130
    is_seen = _is_seen(targets, env)    # written by now, whatever interrupts this
    _say("That is all: run ccmon.")
    return 0 if is_seen else 1


def _dialogue(ctx: Context, path: str) -> Sequence[str]:
    """Where the line is set up."""
    _say(*questions.INTRO, "")
    plan = _plan(ctx, path)
    if not plan.all:
        _say("", "All of it stands there already: nothing to write.")
        return plan.targets
    _show(plan, ctx)
    ready.discard_typed()               # lines pasted at a question before are no answer to this one
    if _answer("Write it? [y/N]: ").lower() not in YES:
        raise Quit
    _write(plan, ctx.env)
    return plan.targets


def _plan(ctx: Context, path: str) -> Plan:
    env, settings = ctx.env, ctx.settings
    plan = _asked(questions.plan(settings.plans, settings.plan))
    zone = _asked(questions.zone("local" if settings.origin["timezone"] == "default" else settings.timezone, _zone_name))
    has_claude = any(map(os.path.isdir, config.claude_folders(env)))
    line = _asked(questions.targets(questions.likely_targets(env, has_claude), lambda target: init.edit(target, env)))
    targets = [] if line == questions.NONE else line.split(", ")
    values = {"plan": plan, "timezone": zone}
    return Plan(_settings(path, values), values, targets, [init.edit(target, env) for target in targets])


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
        print("\n".join(questions.wrapped(streams.named(text), output.size().columns)))


def _asked(question: Question) -> str:
    """Ask until the answer is one."""
    print("\n".join(questions.asked(question, output.size().columns)))
    while True:
        answer = _answer(questions.prompt(question, output.size().columns)) or question.default
        try:
            checked = question.check(answer)
            print()
            return checked
        except CcmonError as err:
            print("\n".join(questions.error_rows(err, output.size().columns)))


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
        print("\n".join(questions.changes(edit.before or b"", edit.after, output.size().columns)))
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
    for target, edit in zip(plan.targets, plan.edits):
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
