"""What `ccmon help ...` is about: a command, all common options, or one option."""

from typing import List, Mapping, Optional, Sequence

from ccmon.call_parser import Parser, is_common, section
from ccmon.errors import UsageError
from ccmon.text import clean, clip, near
from ccmon.typed_values import folded

OPTIONS = ("options", "option", "settings", "setting", "common", "common-options")
MANUAL = ("man", "manual", "manpage")


def topics(argv: Sequence[str]) -> Optional[List[str]]:
    """What `ccmon help ...` asks about, empty for ccmon itself; None when it is no such call."""
    more = argv[1] if len(argv) > 1 else "-"
    if argv and (folded(argv[0]) == "help" or argv[0] in ("--help", "-h") and (more[:1] != "-" or more == "--man")):
        return [folded(word.lstrip("-")) for word in argv[1:]]
    return None


def page(wanted: Sequence[str]) -> Optional[str]:
    """The page of the manual that `ccmon help --man` asks for; None when the help is no such one."""
    if not any(word in MANUAL for word in wanted):
        return None
    return "ccmon-line" if any(word in ("line", "ccmon-line") for word in wanted) else "ccmon"


def text(wanted: Sequence[str], parsers: Mapping[str, Parser]) -> str:
    """The help on that: on a command, on all common options, on one option, or on ccmon itself. UsageError for other words."""
    root = parsers[""]
    words = [word for word in wanted if word and word != "help"]
    command = next((word for word in words if word in parsers), None)
    if command or not words:
        return parsers[command or ""].format_help()
    if words[0] in OPTIONS:
        return section(root, "the common options, of ccmon itself and of its commands",
                       [one for one in root.added if is_common(one.action)])
    named = [(name, one) for name, parser in parsers.items() for one in parser.added if "--" + words[0] in one.flags
             or one.action.dest == words[0].replace("-", "_") and is_common(one.action)]
    if not named:
        known = [*filter(None, parsers), "options", "man", *(word[2:] for one in root.added for word in one.flags)]
        word = clip(clean(words[0]), 40)
        raise UsageError(f"there is no help on '{word}'{near(words[0], known)}. See: ccmon help, ccmon help COMMAND, "
                         "ccmon help options, ccmon help --man")
    name, one = named[0]
    return section(parsers[name], "" if is_common(one.action) else f"of ccmon {name}".rstrip(), [one])
