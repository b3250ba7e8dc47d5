"""The parser that argparse makes of the table: for calls that are not as plain as most, and for all that `ccmon help` prints.

Colours and suggestions of newer Pythons are switched off: every Python prints the same.
"""

from __future__ import annotations

import argparse
from contextlib import contextmanager

from ccmon import __version__
from ccmon.call_table import ABSENT, COMMANDS, HELP, MODES, PAGES, SETTINGS, VERSION_FLAG, Argument, Command, arguments_of
from ccmon.errors import UsageError
from ccmon.quick_typing import Any, Callable, Dict, Iterable, Iterator, List, NoReturn, Optional, Sequence
from ccmon.text import clean, clip, did_you_mean
from ccmon.typed_values import folded

ALSO = "each is also CCMON_<NAME> in the environment and a line of config.ini"
EVERYWHERE = "Each is also a variable in the environment, as CCMON_PLAN, and a line of config.ini: ccmon config"
EXAMPLES = """examples:
  ccmon                            the full screen
  ccmon --demo                     the same on simulated data: nothing else is needed
  ccmon --plan max5 --timezone local
  ccmon --reset-hour 9             a daily reset at 09:00 instead of the session's end
  ccmon --once                     one frame as text
  ccmon --json                     every number for scripts
  ccmon --statusline               one line for tmux and prompts
  ccmon init bash                  the line in a prompt; also zsh, fish, tmux, bars
  ccmon history --days 7           the sessions of the last week
"""


def _switched_off() -> Dict[str, Any]:
    off: Dict[str, Any] = {"color": False, "suggest_on_error": False}              # since Python 3.14
    try:
        argparse.ArgumentParser(**off)
    except TypeError:
        return {}
    return off


_NEWER = _switched_off()


class Filled(argparse.HelpFormatter):
    """argparse's, with the terminal's width: it would load what unpacks archives to ask for it."""

    columns: Optional[int] = None      # cells; None: it asks

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{"width": self.columns and self.columns - 2, **more})


class RawDescription(Filled, argparse.RawDescriptionHelpFormatter):
    """The same, whose descriptions stay as they are."""


class Parser(argparse.ArgumentParser):
    """argparse that raises one sentence instead of printing its usage."""

    def __init__(self, **options: Any) -> None:
        self.common: List[argparse.Action] = []
        self.commands: Dict[str, Parser] = {}
        super().__init__(**{"formatter_class": Filled, **options, **_NEWER, "add_help": False, "allow_abbrev": False})
        self.add_argument("-h", "--help", action="help", help="show this help message and exit")

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the nearest valid word."""
        quoted = message.split("'")
        hint = did_you_mean(quoted[1], quoted[3::2]) if "invalid choice" in message else ""
        raise UsageError(message.replace("argument ", "", 1) + hint, f"See: {self.prog} --help")

    def format_help(self) -> str:
        """A command's own options, with one line on the common ones; of ccmon itself everything."""
        if self.commands:
            return super().format_help()
        with _hidden(self.common):
            number = len(self.common)
            others = f"... and the {number} common options, such as --plan and --theme: ccmon help options"
            self.epilog = others if number else None
            try:
                return super().format_help()
            finally:
                self.epilog = None


@contextmanager
def _hidden(actions: List[argparse.Action]) -> Iterator[None]:
    """In no usage and no list."""
    texts = [action.help for action in actions]
    try:
        for action in actions:
            action.help = argparse.SUPPRESS
        yield
    finally:
        for action, text in zip(actions, texts):
            action.help = text


# --- made of the table ------------------------------------------------------------------------------------------------------

def root_parser(commands: Iterable[str] = (*COMMANDS, "help")) -> Parser:
    """The parser of ccmon itself; in full those commands, of the others no more than their names."""
    made = Parser(prog="ccmon", epilog=EXAMPLES, formatter_class=RawDescription,
                  usage="%(prog)s [--once | --json | --statusline] [option ...]\n       %(prog)s COMMAND [option ...]",
                  description="How much of the Claude Code session is used, until when it lasts, when it resets.")
    modes = made.add_argument_group("output").add_mutually_exclusive_group()
    for mode in MODES:
        _add(modes, mode)
    subparsers = made.add_subparsers(parser_class=Parser, prog=made.prog, dest="command", metavar="COMMAND", title="commands")
    for name, command in {**COMMANDS, "help": HELP}.items():
        one = subparsers.add_parser(name, help=command.help, description=command.description)
        made.commands[name] = _filled(one, command) if name in commands else one
    _add_settings(made, ALSO)          # the many settings come last
    return made


def command_parser(name: str) -> Parser:
    """The parser of one command alone, of the words behind its name."""
    return _filled(Parser(prog=f"ccmon {name}", description=COMMANDS[name].description), COMMANDS[name])


def _filled(parser: Parser, command: Command) -> Parser:
    groups: Dict[str, Any] = {}
    for argument in command.arguments:
        if argument.excludes and argument.excludes not in groups:
            groups[argument.excludes] = parser.add_mutually_exclusive_group(required=argument.excludes == command.required)
        _add(groups[argument.excludes] if argument.excludes else parser, argument)
    if command.has_settings:
        _add_settings(parser)
    return parser


def _add_settings(parser: Parser, description: Optional[str] = None) -> None:
    parser.common.append(_add_version(parser))
    group = parser.add_argument_group("settings", description)
    parser.common.extend(_add(group, setting) for setting in SETTINGS)


def _add_version(parser: Any) -> argparse.Action:
    added: argparse.Action = parser.add_argument(VERSION_FLAG, action="version", version=f"ccmon {__version__}",
                                                 help="print the version and exit")
    return added


def _add(parser: Any, argument: Argument) -> argparse.Action:
    """Add it to a parser or a group as argparse wants it."""
    options: Dict[str, Any] = {"help": argument.help.replace("%", "%%"),
                               "default": argparse.SUPPRESS if argument.default is ABSENT else argument.default}
    if argument.is_option:
        options["dest"] = argument.key
    if argument.switch is not None:
        options.update(action="store_const", const=argument.switch)
    else:
        options.update(metavar=argument.metavar, nargs=argument.takes or None, choices=argument.choices,
                       type=_type(argument.parse), const=argument.bare)
        if argument.takes == "+":
            options["action"] = "extend"
    if options.get("const") is None:
        options.pop("const", None)
    added: argparse.Action = parser.add_argument(argument.name, **options)
    return added


def _type(parse: Optional[Callable[[str], Any]]) -> Optional[Callable[[str], Any]]:
    """The same with the error that argparse shows as it is."""
    if parse is None:
        return None
    made = parse

    def typed(text: str) -> Any:
        try:
            return made(text)
        except ValueError as err:
            raise argparse.ArgumentTypeError(str(err)) from None
    return typed


def section_help(prog: str, title: str, arguments: Iterable[Argument], has_version: bool = False) -> str:
    """The help on some options alone, under that heading."""
    chosen = list(arguments)
    has_settings = any(one.is_common and one.key != "demo" for one in chosen)
    alone = argparse.ArgumentParser(prog=prog, usage=prog, add_help=False, epilog=EVERYWHERE if has_settings else None,
                                    formatter_class=RawDescription, **_NEWER)
    group = alone.add_argument_group(title or "one of the common options")
    if has_version:
        _add_version(group)
    for argument in chosen:
        _add(group, argument)
    return alone.format_help().partition("\n\n")[2]


# --- what `ccmon help ...` is about ---------------------------------------------------------------------------------------------

OPTIONS = ("options", "option", "settings", "setting", "common", "common-options")
MANUAL = ("man", "manual", "manpage")
_TOPICS = {**dict.fromkeys(("init", "statusline", "format", "formats", "template", "templates"), "line"),
           **dict.fromkeys(("report", "merge", "export"), "history"), "hit": "learn",
           **dict.fromkeys((*OPTIONS, "plans", "prices", "accounts", "themes", "alerts"), "config")}


def topics(argv: Sequence[str]) -> Optional[List[str]]:
    """What `ccmon help ...` asks about, empty for ccmon itself; None when it is no such call."""
    more = argv[1] if len(argv) > 1 else "-"
    if argv and (folded(argv[0]) == "help" or argv[0] in ("--help", "-h") and (more[:1] != "-" or more == "--man")):
        return [folded(word.lstrip("-")) for word in argv[1:]]
    return None


def manual_file(wanted: Sequence[str]) -> Optional[str]:
    """The file of the manual that `ccmon help --man` asks for; None when the help is no such one. UsageError for other topics."""
    if not any(word in MANUAL for word in wanted):
        return None
    words = [word for word in wanted if word not in (*MANUAL, "help", "")]
    word = next((word for word in words if not manual_topic(word)), None)
    if word is not None:
        raise UsageError(f"there is no page on '{clip(clean(word), 40)}'{did_you_mean(word, tuple(PAGES))}",
                         f"See: ccmon help --man {' | '.join(PAGES)}")
    return PAGES[manual_topic(words[0]) if words else "ccmon"]


def manual_topic(word: str) -> str:
    """The topic that tells of a command, or whose page has that name, as ccmon-line(1); "" for a word that is on no page."""
    name = word.replace("ccmon-", "", 1)
    name = name[:-3] if name[-3:] in ("(1)", "(5)") else name[:-2] if name[-2:] in (".1", ".5") else name
    return name if name in PAGES else _TOPICS.get(name, "ccmon" if name in COMMANDS else "")


def help_text(wanted: Sequence[str]) -> str:
    """The help on that: on a command, on all common options, on one option, or on ccmon itself. UsageError for other words."""
    words = [word for word in wanted if word and word != "help"]
    command = next((word for word in words if word in COMMANDS), None)
    if command:
        return command_parser(command).format_help()
    if not words:
        return root_parser(()).format_help()
    if words[0] in OPTIONS:
        return section_help("ccmon", "the common options, of ccmon itself and of its commands", SETTINGS,
                                        has_version=True)
    if words[0] == "version":
        return section_help("ccmon", "", (), has_version=True)
    for name in ("", *COMMANDS):
        for argument in arguments_of(name):
            if argument.name == "--" + words[0] or argument.key == words[0].replace("-", "_") and argument.is_common:
                title = "" if argument.is_common else f"of ccmon {name}".rstrip()
                return section_help(f"ccmon {name}".rstrip(), title, (argument,))
    names = [*COMMANDS, "options", "man", "help", "version", *(one.name[2:] for one in arguments_of(""))]
    word, topic = clip(clean(words[0]), 40), manual_topic(words[0])
    if topic:
        raise UsageError(f"there is no help on '{word}', but a page of the manual", f"Type: ccmon help --man {topic}")
    raise UsageError(f"there is no help on '{word}'{did_you_mean(words[0], names)}", "See: ccmon help, ccmon help COMMAND, "
                     "ccmon help options, ccmon help --man")
