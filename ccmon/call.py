"""A call: its words, parsed by the table alone where they are plain, as most are, else by argparse; and what it works with."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace

from ccmon.call_table import ABSENT, COMMANDS, Argument, arguments_of
from ccmon.errors import UsageError
from ccmon.quick_typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Tuple
from ccmon.settings.options import OPTIONS, flag_name
from ccmon.text import clean
from ccmon.typed_values import FALSE, TRUE, Layer, RawValue, folded

if TYPE_CHECKING:
    from ccmon.settings.context import Context

REWRITTEN = ("config", "alerts")       # commands whose words may stand for others


def parse(argv: Sequence[str]) -> SimpleNamespace:
    """The arguments of a call by name; options may stand before or after the command. UsageError on wrong words."""
    values = plain(argv)
    return by_argparse(argv) if values is None else SimpleNamespace(**values)


@lru_cache(maxsize=64)                 # a cached line is refreshed by the same words again and again
def flags_of(argv: Tuple[str, ...]) -> Layer:
    """The settings that the words of a cached line make. UsageError on wrong words."""
    return flags(parse(argv))


def flags(given: SimpleNamespace) -> Dict[str, RawValue]:
    """The settings that the call's own words make."""
    return {option.name: RawValue(str(getattr(given, option.name)), flag_name(option))
            for option in OPTIONS if hasattr(given, option.name)}


# --- plain calls ------------------------------------------------------------------------------------------------------------

def plain(argv: Sequence[str]) -> Optional[Dict[str, Any]]:
    """The values of a call by name; None where argparse has to see it."""
    name = argv[0] if argv and argv[0] in COMMANDS else ""
    arguments = arguments_of(name)
    options = {argument.name: argument for argument in arguments if argument.is_option}
    words = [argument for argument in arguments if not argument.is_option]
    values = {argument.key: argument.default for argument in arguments if argument.default is not ABSENT}
    values["command"] = name or None
    left, excluded = list(argv[1:] if name else argv), {""}
    while left:
        word = left.pop(0)
        argument = options.get(word.partition("=")[0]) if word[:1] == "-" else words.pop(0) if words else None
        if argument is None or argument.excludes and argument.excludes in excluded:
            return None
        excluded.add(argument.excludes)
        if not _is_taken(name, argument, word, left, values):
            return None
    needed = COMMANDS[name].required if name else ""
    if any(not one.takes for one in words) or needed not in excluded:
        return None
    return values


def _is_taken(command: str, argument: Argument, word: str, left: List[str], values: Dict[str, Any]) -> bool:
    """Store the value of one argument, whose value is taken off what is left; False where it is not plain."""
    _, equals, value = word.partition("=")
    if argument.switch is not None:
        if equals or left and left[0].lower() in TRUE + FALSE:
            return False
        values[argument.key] = argument.switch
        return True
    if not argument.is_option:
        if command in REWRITTEN or folded(word) == "help":
            return False
        value = word
    elif argument.takes:
        return False
    elif not equals:
        value = left.pop(0) if left else ""
    if not value or value[:1] == "-":
        return False
    return _is_valid(argument, value, values)


def _is_valid(argument: Argument, text: str, values: Dict[str, Any]) -> bool:
    try:
        value = argument.parse(text) if argument.parse else text
    except ValueError:
        return False
    values[argument.key] = value
    return argument.choices is None or value in argument.choices


# --- all others -------------------------------------------------------------------------------------------------------------

def by_argparse(argv: Sequence[str]) -> SimpleNamespace:
    """The same of any call. --help and --version print and end it."""
    from ccmon import call_parser, streams
    call_parser.Filled.columns = streams.columns()
    if argv and argv[-1] in ("-h", "--help") and len(argv) <= 2 and (len(argv) == 1 or argv[0] in COMMANDS):
        sys.stdout.write(call_parser.help_text(argv[:-1]))
        raise SystemExit(0)
    from ccmon import call_words  # help does without
    topics = call_parser.topics(argv)
    page = call_parser.manual_file(topics or ())
    if page:
        return SimpleNamespace(command="manual", page=page)
    if topics is not None:
        sys.stdout.write(call_parser.help_text(topics))
        raise SystemExit(0)
    call = call_words.call(_joined(argv))
    parser = call_parser.command_parser(call.command) if call.command else call_parser.root_parser(())
    given, more = parser.parse_known_args(call.words)
    if more:
        raise UsageError(f"unrecognized arguments: {clean(' '.join(more))}",
                         f"A value of several words stands between quotation marks. See: {parser.prog} --help")
    return SimpleNamespace(**{"command": call.command or None, **vars(given), **call.switches})


def _joined(argv: Sequence[str]) -> List[str]:
    """--sort -tokens as one word: argparse would take the second for an option."""
    words: List[str] = []
    for word in argv:
        if words and words[-1] == "--sort" and word[:1] == "-" and word[1:2].isalpha():
            words[-1] += "=" + word
        else:
            words.append(word)
    return words


# --- what it works with -----------------------------------------------------------------------------------------------------

@contextmanager
def context_of(given: SimpleNamespace) -> "Iterator[Context]":
    """The user's own home and settings, or those of a demo, whose home goes when the call ends."""
    from ccmon.settings.context import prepare, sweep
    sweep(os.environ)
    if not getattr(given, "demo", False):
        yield prepare(flags(given), os.environ)
        return
    from ccmon.system import newfiles
    with newfiles.temporary(".ccmon-demo-", os.environ) as folder:
        yield _demo_context(flags(given), folder)


def _demo_context(flags: Layer, folder: str) -> "Context":
    """A context whose home is the folder, with a history of simulated sessions."""
    from ccmon.pipeline import demo
    from ccmon.settings import config
    from ccmon.settings.context import prepare
    configured = config.paths(os.environ).config
    own = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder,
           "XDG_CONFIG_HOME": os.path.dirname(os.path.dirname(configured)) if configured else folder}
    ctx = prepare(flags, {**{name: value for name, value in os.environ.items() if name != "CCMON_DATA_DIR"}, **own},
                  switch=False)
    if ctx.settings.origin["plan"] == "default":
        ctx = ctx._replace(settings=ctx.settings._replace(plan=demo.PLAN))
    first = demo.anchor(ctx.now())
    ctx = ctx._replace(demo=first)
    demo.write_history(ctx, first)
    return ctx
