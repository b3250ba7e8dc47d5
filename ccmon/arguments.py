"""The words of a call, parsed: by the table alone where they are plain, as most are, else by argparse, made of the table."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from ccmon.call_table import ABSENT, COMMANDS, Argument, arguments_of
from ccmon.errors import UsageError
from ccmon.settings.options import OPTIONS, flag_name
from ccmon.text import clean
from ccmon.typed_values import FALSE, TRUE, Layer, RawValue, folded

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
    left, seen = list(argv[1:] if name else argv), _Excluded()
    while left:
        word = left.pop(0)
        argument = options.get(word.partition("=")[0]) if word[:1] == "-" else words.pop(0) if words else None
        if argument is None or not seen.takes(argument.excludes) or not _is_taken(name, argument, word, left, values):
            return None
    needed = COMMANDS[name].required if name else ""
    if any(not one.takes for one in words) or needed and needed not in seen.words:
        return None
    return values


class _Excluded:
    """Which words of `excludes` have been given."""

    def __init__(self) -> None:
        self.words: Set[str] = set()

    def takes(self, word: str) -> bool:
        """Whether one more with that word may come."""
        is_new = not word or word not in self.words
        self.words.add(word)
        return is_new


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
    from ccmon import call_help, call_parser, streams
    call_parser.Filled.columns = streams.columns()
    if argv and argv[-1] in ("-h", "--help") and len(argv) <= 2 and (len(argv) == 1 or argv[0] in COMMANDS):
        sys.stdout.write(call_help.help_text(argv[:-1]))
        raise SystemExit(0)
    from ccmon import call_words  # help does without
    topics = call_help.topics(argv)
    page = call_help.manual_file(topics or ())
    if page:
        return SimpleNamespace(command="manual", page=page)
    if topics is not None:
        sys.stdout.write(call_help.help_text(topics))
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
