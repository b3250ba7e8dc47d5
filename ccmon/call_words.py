"""The words of a call as people type them, in those of the parser: `history today`, `hit 2pm`, `config plan=max5`, `once`.

UsageError names the words that are meant, and the help of the command that was typed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ccmon.alerts.kinds import KINDS as ALERTS
from ccmon.alerts.kinds import parse_kinds
from ccmon.call_table import COMMANDS, CONFIG_ACTIONS, VERSION_FLAG, arguments_of
from ccmon.choices import ACTIONS, AS_OPTIONS, BY_WORDS, FLAGS, INSTEAD, PERIODS, WORDS
from ccmon.errors import UsageError
from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Sequence, Tuple
from ccmon.settings.options import BY_NAME, OPTIONS, flag_name
from ccmon.settings.themes import THEMES
from ccmon.text import clean, clip, did_you_mean
from ccmon.typed_times import typed
from ccmon.typed_values import FALSE, PLAN_NAMES, TRUE, boolean, folded, plan_of, word_of

HELP, VERSION = ("-h", "-?", "-help"), ("-V", "-v", "-version")
MOST_TIME_WORDS = 6
_REPORT = re.compile(r"(?:(?:this|last|previous) )?(?:week|month)|weekly|monthly|last|previous")
_NEGATIVE = re.compile(r"-\.?[0-9]")


class CommandWords(NamedTuple):
    """What a command takes: options with the number of values that each has, and whether it takes words."""

    options: Mapping[str, str]         # --name -> "" for none, 1 for one, ? for one that may be left out
    own: Tuple[str, ...]               # those that are not common to all commands
    takes_words: bool


class Call(NamedTuple):
    """A call in the words of the parser."""

    command: str                       # "" is ccmon itself
    words: List[str]                   # of that command's own parser
    switches: Dict[str, str]           # option that is yes or no -> its text


class _Parts(NamedTuple):
    options: List[str]
    words: List[str]
    rest: List[str]                    # behind --
    switches: Dict[str, str]


@lru_cache(maxsize=None)
def command_words() -> Mapping[str, CommandWords]:
    """What each command takes, by name; "" is ccmon itself."""
    return {name: _words_of_command(name) for name in ("", *COMMANDS)}


def _words_of_command(name: str) -> CommandWords:
    arguments = arguments_of(name)
    takes = {one.name: "" if one.switch is not None else one.takes or "1" for one in arguments if one.is_option}
    ends = dict.fromkeys(("-h", "--help", *([VERSION_FLAG] if "--plan" in takes else [])), "")
    own = tuple(one.name for one in arguments if one.is_option and not one.is_common)
    return CommandWords({**ends, **takes}, ("--help", *own), not name or any(not one.is_option for one in arguments))


def call(argv: Sequence[str]) -> Call:
    """The command, its words, its options. UsageError names what is valid."""
    commands = command_words()
    name, others = _command(list(argv), commands)
    parts = _parted(name, others, commands)
    words, more = parts.words, []
    if name and commands[name].takes_words:
        if words and folded(words[0]) == "help":
            words, more = [], ["--help"]
        words = _config_words(words, parts) if name == "config" else _alerts_words(words) if name == "alerts" else words
    elif words:
        words, more = [], _as_options(name, words, commands[name])
    if not name and parts.rest:
        raise UsageError(_no_command(parts.rest[0], commands))
    rest = ["--", *parts.rest] if parts.rest else []
    if any(word[:1] == "-" and not _NEGATIVE.match(word) for word in words):
        return Call(name, [*parts.options, *more, "--", *words, *parts.rest], parts.switches)
    return Call(name, [*words, *parts.options, *more, *rest], parts.switches)


def _see(name: str) -> str:
    return f"See: ccmon {name} --help" if name else "See: ccmon --help"


def _quoted(word: str) -> str:
    return f"'{clip(clean(word), 40)}'"


# --- the command ------------------------------------------------------------------------------------------------------------

def _command(argv: List[str], commands: Mapping[str, CommandWords]) -> Tuple[str, List[str]]:
    """The command, wherever it stands, and what else there is; words that stand for options become such."""
    is_value = False
    first = None
    for at, word in enumerate(argv):
        if is_value:
            is_value = False
        elif word == "--":
            break
        elif word.startswith("-") and word != "-":
            is_value = _takes_value(word, argv[at + 1:], commands)
        elif folded(word) in commands and word:
            return folded(word), [*argv[:at], *argv[at + 1:]]
        elif first is None:
            first = at
    if first is None:
        return "", argv
    option = AS_OPTIONS.get(folded(argv[first]))
    if option is None:
        _parted("", argv, commands)    # a wrong option is reported first
        raise UsageError(_no_command(argv[first], commands))
    return "", [*argv[:first], option, *argv[first + 1:]]


def _takes_value(word: str, behind: Sequence[str], commands: Mapping[str, CommandWords]) -> bool:
    """Whether the next word belongs to this option of any command."""
    name, equals, _ = word.partition("=")
    if equals:
        return False
    if _switch(name):
        return bool(behind) and behind[0].lower() in TRUE + FALSE
    return any(one.options.get(_proper(name, one.options)) in ("1", "+") for one in commands.values())


def _no_command(word: str, commands: Mapping[str, CommandWords]) -> str:
    meant = folded(word)
    plan = plan_of(word, PLAN_NAMES)
    if meant in INSTEAD:
        return f"{_quoted(word)} is no command. Type: {f'ccmon {INSTEAD[meant]}'.rstrip()}. {_see('')}"
    if plan:
        return f"{_quoted(word)} is a plan, no command. Type: ccmon --plan {plan}. {_see('')}"
    theme = word_of(word, THEMES)
    if theme:
        return f"{_quoted(word)} is a theme, no command. Type: ccmon --theme {theme}. {_see('')}"
    option = BY_NAME.get(meant.replace("-", "_"))
    if option:
        value = "" if option.switch else f" {option.metavar}"
        return (f"{_quoted(word)} is an option, no command. Type: ccmon {flag_name(option)}{value}, or for good: "
                f"ccmon config set {option.name} VALUE. {_see('')}")
    names = [name for name in commands if name]
    hint = "" if meant in names else did_you_mean(meant, [*names, *AS_OPTIONS])
    return f"unknown command {_quoted(word)}{hint}. {_see('')}"


# --- options ----------------------------------------------------------------------------------------------------------------

def _proper(name: str, options: Mapping[str, str]) -> str:
    """--Reset_Hour is --reset-hour; but --statusline, which __main__ reads, is written in one way alone."""
    if name in options or not name.startswith("--"):
        return name
    other = "--" + name[2:].lower().replace("_", "-")
    return other if other in options and other != "--statusline" else name


def _switch(name: str) -> "Tuple[str, bool] | None":
    """Of --emoji, --no-emoji: the option, and whether it says yes; None of an option that takes no yes or no."""
    plain = name[2:].lower().replace("-", "_") if name.startswith("--") else ""
    is_no = plain.startswith("no_")
    option = BY_NAME.get(plain[3:] if is_no else plain)
    return (option.name, not is_no) if option and option.switch else None


def _parted(name: str, argv: List[str], commands: Mapping[str, CommandWords]) -> _Parts:
    """Options with their values, switches, and other words apart."""
    parts = _Parts([], [], [], {})
    at = 0
    while at < len(argv):
        word, at = argv[at], at + 1
        if word == "--":
            parts.rest.extend(argv[at:])
            break
        if not word.startswith("-") or word == "-" or _NEGATIVE.match(word):
            parts.words.append(word)
            continue
        at = _option(name, word, argv, at, parts, commands)
    return parts


def _option(name: str, word: str, argv: List[str], at: int, parts: _Parts, commands: Mapping[str, CommandWords]) -> int:
    """Take one option, and what belongs to it; where the next word stands. UsageError when there is no such option."""
    command = commands[name]
    flag, equals, value = word.partition("=")
    flag = _proper("--help" if flag in HELP else "--version" if flag in VERSION else flag, command.options)
    switch = _switch(flag)
    if switch and flag_name(BY_NAME[switch[0]]) in command.options:
        if not equals and at < len(argv) and argv[at].lower() in TRUE + FALSE:
            value, equals, at = argv[at], "=", at + 1
        try:
            is_yes = boolean(value) if equals else True
        except ValueError as err:
            raise UsageError(f"{flag}: {err}. {_see(name)}") from None
        parts.switches[switch[0]] = "yes" if is_yes == switch[1] else "no"
        return at
    takes = command.options.get(flag)
    if takes is None:
        raise UsageError(_unknown_option(name, flag, commands))
    if takes == "1" and not equals and at < len(argv):
        parts.options.extend([flag, argv[at]])
        return at + 1
    if takes == "+" and not equals:
        parts.options.append(flag)
        while at < len(argv) and (argv[at] == "-" or not argv[at].startswith("-")):
            parts.options.append(argv[at])
            at += 1
        return at
    if takes == "?" and not equals and at < len(argv) and _is_value_of(flag, argv[at]):
        parts.options.append(f"{flag}={argv[at]}")
        return at + 1
    parts.options.append(flag + equals + value)
    return at


def _is_value_of(flag: str, word: str) -> bool:
    """Whether the word behind --table or --chart is its format or period."""
    meant = BY_WORDS.get(folded(word), folded(word))
    if flag == "--chart" and meant in (*PERIODS, "year"):
        return True
    return not (word.startswith("-") or meant in BY_WORDS or _is_time(word))


def _unknown_option(name: str, flag: str, commands: Mapping[str, CommandWords]) -> str:
    options, here = commands[name].options, f"ccmon {name}".rstrip()
    others = [f"ccmon {other}".rstrip() for other in commands if flag in commands[other].own]
    if flag in commands[""].options or others:
        return f"{clean(flag)} is no option of {here}{', but of ' + ' and '.join(others) if others else ''}. {_see(name)}"
    meant = FLAGS.get(flag.lower(), "")
    if meant.partition(" ")[0] in options:
        return f"unknown option {clean(flag)} (did you mean {meant}?). {_see(name)}"
    word = folded(flag.strip("-"))
    if name == "history" and (word in BY_WORDS or _is_time(word)):
        return f"unknown option {clean(flag)}. Type: ccmon history {word}. {_see(name)}"
    hint = did_you_mean(word, [one[2:] for one in options if one[:2] == "--"])
    return f"unknown option {clean(flag)}{hint.replace('mean ', 'mean --')}. {_see(name)}"


# --- words of a command -----------------------------------------------------------------------------------------------------

def _as_options(name: str, words: Sequence[str], command: CommandWords) -> List[str]:
    """Words of a command that takes none: what they are as its options."""
    left, options = list(words), []
    while left:
        flag = "--" + folded(left[0])
        takes = command.options.get(flag) if flag in (*command.own, "--help") else None
        time = _time(left) if name in ("history", "hit") else _period(left) if name == "report" else []
        if takes == "1" and len(left) > 1:
            value = _time(left[1:]) or left[1:2]
            options += [flag, " ".join(value)]
            left = left[1 + len(value):]
        elif takes == "+" and len(left) > 1:
            options += [flag, *left[1:]]
            left = []
        elif takes == "?" and len(left) > 1 and _is_value_of(flag, left[1]):
            options.append(f"{flag}={left[1]}")
            left = left[2:]
        elif takes in ("", "?"):
            options.append(flag)
            left = left[1:]
        elif time:
            options += _time_options(name, " ".join(time))
            left = left[len(time):]
        elif name == "history" and folded(left[0]) in ("by", *BY_WORDS):
            at = 1 if folded(left[0]) == "by" and len(left) > 1 else 0
            options += ["--by", left[at]]
            left = left[at + 1:]
        else:
            raise UsageError(_unknown_word(name, left[0], command))
    return options


def _time(words: Sequence[str]) -> List[str]:
    """As many of the first words as are a time together."""
    for length in range(min(len(words), MOST_TIME_WORDS), 0, -1):
        if _is_time(" ".join(words[:length])):
            return list(words[:length])
    return []


def _is_time(text: str) -> bool:
    try:
        typed(text, _ANY_EPOCH, _UTC)
    except (ValueError, OverflowError):
        return False
    return True


def _period(words: Sequence[str]) -> List[str]:
    """As many of the first words as name a week or month of a report together."""
    return next((list(words[:length]) for length in (2, 1) if _REPORT.fullmatch(" ".join(words[:length]).lower())), [])


class _Utc:
    """The zone for finding out whether words are a time at all."""

    name, dial = "UTC", 24

    def offset_s(self, epoch: int) -> int:
        """It is the one that others are ahead of."""
        return 0 * epoch


_UTC, _ANY_EPOCH = _Utc(), 1_800_000_000


def _time_options(name: str, text: str) -> List[str]:
    """A day, a week or a month is one alone; a time and a length of time are from then on."""
    if name == "hit":
        return ["--at", text]
    if name == "report":
        names = text.lower().replace("ly", "").split()
        return [f"--period={one}" if one in ("week", "month") else "--last" for one in names if one != "this"]
    return ["--since", text] if typed(text, _ANY_EPOCH, _UTC).at is not None else ["--since", text, "--until", text]


def _unknown_word(name: str, word: str, command: CommandWords) -> str:
    if name == "history" and word.isascii() and word.isdigit():
        return f"history {word}: type --days {word} for the last days, or --rows {word} for the last rows. {_see(name)}"
    if (name, folded(word)) in WORDS:
        return f"{name}: {_quoted(word)} is no word of it. Type: ccmon {WORDS[name, folded(word)]}. {_see(name)}"
    if name == "accounts" and folded(word) not in ("list", "ls", "show", "add"):
        return f"accounts takes no name. To see one of them: ccmon --account {clip(clean(word), 40)}. {_see(name)}"
    words = [flag[2:] for flag in command.own] + ([*BY_WORDS, "today", "yesterday"] if name == "history" else [])
    more = {"history": "; as in ccmon history today, ccmon history --by week", "hit": "; as in ccmon hit 14:30",
            "report": "; as in ccmon report last month"}.get(name, "")
    here = f"{name}: " if name else ""
    return f"{here}unknown word {_quoted(word)}{did_you_mean(folded(word), words)}{more}. {_see(name)}"


def _alerts_words(words: List[str]) -> List[str]:
    """UsageError for what is set elsewhere."""
    if words and folded(words[0]) != "test":
        try:
            kinds_meant = parse_kinds(" ".join(words))
        except ValueError:
            return words
        kinds = "all" if kinds_meant == ALERTS else ",".join(kinds_meant) or "none"
        raise UsageError("alerts shows them", f"To set them: ccmon config set alerts {kinds}. {_see('alerts')}")
    return words


def _config_words(words: Sequence[str], parts: _Parts) -> List[str]:
    """ACTION NAME VALUE, of set plan=max5, plan = max5, plan and others."""
    out = list(words)
    if not out:
        return out
    action = ACTIONS.get(out[0].lower(), out[0].lower())
    if action in CONFIG_ACTIONS:
        out[0] = "get" if action == "list" and len(out) > 1 else action
    elif _is_name(out[0].partition("=")[0]):
        out.insert(0, "set" if len(out) > 1 or parts.rest or "=" in out[0] else "get")
    else:
        hint = did_you_mean(action, CONFIG_ACTIONS) or did_you_mean(folded(out[0]).replace("-", "_"), BY_NAME)
        raise UsageError(f"config: unknown word {_quoted(out[0])}{hint}; as in ccmon config set plan max5. "
                         + _see("config"))
    if out[0] == "set":
        out[1:] = _named_value(out[1:], parts)
    return out


def _named_value(words: List[str], parts: _Parts) -> List[str]:
    """NAME VALUE, of plan=max5, plan = max5, plan= max5 and --plan max5."""
    if not words and len(parts.options) == 2 and parts.options[0] in map(flag_name, OPTIONS):
        words = [parts.options[0][2:].replace("-", "_"), parts.options[1]]
        parts.options.clear()
    elif not words and not parts.options and len(parts.switches) == 1:
        words = list(parts.switches.popitem())
    if len(words) == 1 and "=" in words[0] and not parts.rest:
        name, _, value = words[0].partition("=")
        return [name.strip(), value.strip()]
    if len(words) == 3 and words[1] == "=":
        return [words[0], words[2]]
    if len(words) == 2 and (words[0].endswith("=") or words[1].startswith("=")) and _is_name(words[0].rstrip("=")):
        return [words[0].rstrip("="), words[1][1:] if words[1].startswith("=") else words[1]]
    return words


def _is_name(word: str) -> bool:
    """Whether it is the name of an option, or of a value in another section of config.ini."""
    section, dot, key = word.partition(".")
    if dot:
        return section.lower() in ("ccmon", "plans", "prices", "accounts", "theme") and bool(key)
    return word.lstrip("-").replace("-", "_").lower() in BY_NAME
