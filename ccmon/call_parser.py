"""A parser that remembers what it was given: its help texts are made of that, by nothing but what argparse documents.

What a newer Python adds to helps and messages by itself, colours and other words that were meant, is switched off: every Python
says the same.
"""

import argparse
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, NamedTuple, NoReturn, Tuple

from ccmon.errors import UsageError
from ccmon.settings.options import BY_NAME
from ccmon.text import near

ALSO_COMMON = ("demo", "version")
EVERYWHERE = "Each is also a variable in the environment, as CCMON_PLAN, and a line of config.ini: ccmon config"


def is_common(action: argparse.Action) -> bool:
    """Whether all commands have this option."""
    return action.dest in BY_NAME or action.dest in ALSO_COMMON


def _switched_off() -> Dict[str, Any]:
    off: Dict[str, Any] = {"color": False, "suggest_on_error": False}              # since Python 3.14
    try:
        argparse.ArgumentParser(**off)
    except TypeError:
        return {}
    return off


_NEWER = _switched_off()


class Added(NamedTuple):
    """One argument: what was made, and of what."""

    action: argparse.Action
    flags: Tuple[str, ...]             # none of them for a word
    options: Dict[str, Any]


class Parser(argparse.ArgumentParser):
    """argparse that raises one sentence instead of printing its usage."""

    def __init__(self, **options: Any) -> None:
        self.added: List[Added] = []
        self.commands: Dict[str, Parser] = {}
        super().__init__(**{**options, **_NEWER, "add_help": False, "allow_abbrev": False})
        self.add_argument("-h", "--help", action="help", help="show this help message and exit")

    def add_argument(self, *flags: str, **options: Any) -> argparse.Action:        # type: ignore[override]
        """As argparse does, and remembered."""
        return self.remember(super().add_argument(*flags, **options), flags, options)

    def remember(self, action: argparse.Action, flags: Tuple[str, ...], options: Dict[str, Any]) -> argparse.Action:
        """Note an argument that one of its groups has made."""
        self.added.append(Added(action, flags if flags[0][:1] == "-" else (), options))
        return action

    def group(self, title: str, description: str = "") -> "Group":
        """Options under a heading."""
        return Group(self, self.add_argument_group(title, description or None))

    def exclusive(self, required: bool = False) -> "Group":
        """Options of which a call has one at most."""
        return Group(self, self.add_mutually_exclusive_group(required=required))

    def commands_of(self, **options: Any) -> "Commands":
        """The commands, which parse their own words."""
        return Commands(self, self.add_subparsers(parser_class=Parser, prog=self.prog, **options))

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the nearest valid word."""
        raise UsageError(f"{message.replace('argument ', '', 1)}{self._hint(message)}. See: {self.prog} --help")

    def format_help(self) -> str:
        """A command's own options, with one line on the common ones; of ccmon itself everything."""
        if self.commands:
            return super().format_help()
        with _hidden([one.action for one in self.added if is_common(one.action)]) as number:
            others = f"... and the {number} common options, such as --plan and --theme: ccmon help options"
            self.epilog = others if number else None
            try:
                return super().format_help()
            finally:
                self.epilog = None

    def _hint(self, message: str) -> str:
        quoted = message.split("'")
        return near(quoted[1], quoted[3::2]) if "invalid choice" in message else ""


class Group:
    """Some options of a parser, which remembers them."""

    def __init__(self, parser: Parser, made: Any) -> None:
        self._parser, self._made = parser, made

    def add_argument(self, *flags: str, **options: Any) -> argparse.Action:
        """As argparse does, and remembered."""
        return self._parser.remember(self._made.add_argument(*flags, **options), flags, options)

    def exclusive(self) -> "Group":
        """Options of which a call has one at most, under the same heading."""
        return Group(self._parser, self._made.add_mutually_exclusive_group())


class Commands:
    """The commands of a parser, which remembers them."""

    def __init__(self, parser: Parser, made: Any) -> None:
        self._parser, self._made = parser, made

    def add_parser(self, name: str, **options: Any) -> Parser:
        """The parser of a new command."""
        made: Parser = self._made.add_parser(name, **options)
        self._parser.commands[name] = made
        return made


@contextmanager
def _hidden(actions: List[argparse.Action]) -> Iterator[int]:
    """In no usage and no list; how many they are."""
    texts = [action.help for action in actions]
    try:
        for action in actions:
            action.help = argparse.SUPPRESS
        yield len(actions)
    finally:
        for action, text in zip(actions, texts):
            action.help = text


def section(parser: Parser, title: str, added: List[Added]) -> str:
    """The help on some options alone, under that heading."""
    has_settings = any(one.action.dest in BY_NAME for one in added)
    alone = argparse.ArgumentParser(prog=parser.prog, usage=parser.prog, add_help=False, formatter_class=parser.formatter_class,
                                    epilog=EVERYWHERE if has_settings else None, **_NEWER)
    group = alone.add_argument_group(title or "one of the common options")
    for one in added:
        group.add_argument(*(one.flags or (one.action.dest,)), **one.options)
    return alone.format_help().partition("\n\n")[2]
