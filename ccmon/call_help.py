"""The help texts: a command's own options first, the common ones in one line; `ccmon help options` has them all."""

import argparse
from typing import List, Mapping, Optional, Sequence

from ccmon.model import UsageError
from ccmon.settings.options import BY_NAME
from ccmon.text import clean, clip, near
from ccmon.typed_values import folded

OPTIONS = ("options", "option", "settings", "setting", "common", "common-options")
ALSO_COMMON = ("demo", "version")
EVERYWHERE = "Each is also a variable in the environment, as CCMON_PLAN, and a line of config.ini: ccmon config"


def is_common(action: argparse.Action) -> bool:
    """Whether all commands have this option."""
    return action.dest in BY_NAME or action.dest in ALSO_COMMON


def topics(argv: Sequence[str]) -> Optional[List[str]]:
    """What `ccmon help ...` asks about, empty for ccmon itself; None when it is no such call."""
    if argv and (folded(argv[0]) == "help" or argv[0] in ("--help", "-h") and len(argv) > 1 and argv[1][:1] != "-"):
        return [folded(word.lstrip("-")) for word in argv[1:]]
    return None


def text(wanted: Sequence[str], parsers: Mapping[str, argparse.ArgumentParser]) -> str:
    """The help on that: on a command, on all common options, on one option, or on ccmon itself. UsageError for other words."""
    root = parsers[""]
    words = [word for word in wanted if word and word != "help"]
    command = next((word for word in words if word in parsers), None)
    if command or not words:
        return parsers[command or ""].format_help()
    if words[0] in OPTIONS:
        return _section(root, "the common options, of ccmon itself and of its commands", list(filter(is_common, root._actions)))
    named = [(name, action) for name, parser in parsers.items() for action in parser._actions
             if "--" + words[0] in action.option_strings or action.dest == words[0].replace("-", "_") and is_common(action)]
    if not named:
        known = [*filter(None, parsers), "options", *(word[2:] for action in root._actions for word in action.option_strings)]
        word = clip(clean(words[0]), 40)
        raise UsageError(f"there is no help on '{word}'{near(words[0], known)}. See: ccmon help, ccmon help COMMAND, "
                         "ccmon help options")
    name, action = named[0]
    return _section(parsers[name], "" if is_common(action) else f"of ccmon {name}".rstrip(), [action])


def of_command(parser: argparse.ArgumentParser) -> str:
    """The help of one command."""
    formatter = parser._get_formatter()
    formatter.add_usage(parser.usage, [action for action in parser._actions if not is_common(action)],
                        parser._mutually_exclusive_groups)
    formatter.add_text(parser.description)
    for group in parser._action_groups:
        own = [action for action in group._group_actions if not is_common(action)]
        if own:
            formatter.start_section(group.title)
            formatter.add_arguments(own)
            formatter.end_section()
    common = [action.option_strings[0] for action in parser._actions if is_common(action)]
    if common:
        formatter.add_text(f"... and the {len(common)} common options, such as --plan and --theme: ccmon help options")
    return formatter.format_help()


def of_ccmon(parser: argparse.ArgumentParser) -> str:
    """The help of ccmon itself: what it prints and its commands come before the many settings."""
    formatter = parser._get_formatter()
    formatter.add_usage("%(prog)s [--once | --json | --statusline] [option ...]\n       %(prog)s COMMAND [option ...]",
                        parser._actions, parser._mutually_exclusive_groups)
    formatter.add_text(parser.description)
    groups = sorted(parser._action_groups, key=lambda group: group.title == "settings")
    for group in groups:
        formatter.start_section(group.title)
        formatter.add_text(group.description)
        formatter.add_arguments(group._group_actions)
        formatter.end_section()
    formatter.add_text(parser.epilog)
    return formatter.format_help()


def _section(parser: argparse.ArgumentParser, title: str, actions: Sequence[argparse.Action]) -> str:
    formatter = parser._get_formatter()
    formatter.start_section(title or "one of the common options")
    formatter.add_arguments(actions)
    formatter.end_section()
    if any(action.dest in BY_NAME for action in actions):
        formatter.add_text(EVERYWHERE)
    return formatter.format_help()
