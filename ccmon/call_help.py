"""What `ccmon help ...` is about: a command, all common options, or one option."""

from __future__ import annotations

from typing import List, Optional, Sequence

from ccmon import call_parser
from ccmon.call_table import COMMANDS, PAGES, SETTINGS, arguments_of
from ccmon.errors import UsageError
from ccmon.text import clean, clip, did_you_mean
from ccmon.typed_values import folded

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
        return call_parser.command_parser(command).format_help()
    if not words:
        return call_parser.root_parser(()).format_help()
    if words[0] in OPTIONS:
        return call_parser.section_help("ccmon", "the common options, of ccmon itself and of its commands", SETTINGS,
                                        has_version=True)
    if words[0] == "version":
        return call_parser.section_help("ccmon", "", (), has_version=True)
    for name in ("", *COMMANDS):
        for argument in arguments_of(name):
            if argument.name == "--" + words[0] or argument.key == words[0].replace("-", "_") and argument.is_common:
                title = "" if argument.is_common else f"of ccmon {name}".rstrip()
                return call_parser.section_help(f"ccmon {name}".rstrip(), title, (argument,))
    names = [*COMMANDS, "options", "man", "help", "version", *(one.name[2:] for one in arguments_of(""))]
    word, topic = clip(clean(words[0]), 40), manual_topic(words[0])
    if topic:
        raise UsageError(f"there is no help on '{word}', but a page of the manual", f"Type: ccmon help --man {topic}")
    raise UsageError(f"there is no help on '{word}'{did_you_mean(words[0], names)}", "See: ccmon help, ccmon help COMMAND, "
                     "ccmon help options, ccmon help --man")
