"""The one parser: options, commands, help texts; completions and the manual are made from it."""

import argparse
from typing import Callable, Dict, List, Mapping, Optional, Sequence

from ccmon import __version__, call_help, call_words
from ccmon.alerts.kinds import VALID as ALERTS
from ccmon.alerts.kinds import parse_kind
from ccmon.call_parser import Commands, Group, Parser, is_common
from ccmon.errors import UsageError
from ccmon.history.groups import KINDS, PERIODS, WINDOW
from ccmon.settings.options import NEGATIVE_FLAGS, OPTIONS, Option, flag_name
from ccmon.setup.snippets import BLOCKS, TARGETS
from ccmon.text import clean
from ccmon.typed_values import Given, folded, plan_of, word_of

SUBSCRIPTIONS = ("pro", "max", "max5", "max20", "teams", "enterprise")
SHELLS = ("bash", "zsh", "fish")
TARGET_WORDS = {"claude-code": "claude", "claudecode": "claude", "statusline": "claude", "sh": "bash", "byobu": "tmux"}
CONFIG_ACTIONS = {"list": "every option (this is the default)", "get": "one value", "set": "write a value",
                  "unset": "take it out", "edit": "open the file in VISUAL or EDITOR", "path": "where it is"}
ALSO = "each is also CCMON_<NAME> in the environment and a line of config.ini"
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


def _add_settings(parser: Parser) -> None:
    parser.add_argument("--version", action="version", version=f"ccmon {__version__}", help="print the version and exit")
    group = parser.group("settings", ALSO if parser.commands else "")
    for option in OPTIONS:
        _add_setting(group, option)
    group.add_argument("--demo", action="store_true", default=argparse.SUPPRESS, help="simulated usage; nothing is read or kept")


def _add_setting(group: Group, option: Option) -> None:
    text = option.help.replace("%", "%%") + (f" (default: {option.default})" if option.default and not option.switch else "")
    if option.switch:
        group.add_argument(flag_name(option), dest=option.name, action="store_const", const=option.switch,
                           default=argparse.SUPPRESS, help=("no " if option.name in NEGATIVE_FLAGS else "") + text)
    else:
        group.add_argument(flag_name(option), dest=option.name, metavar=option.metavar, default=argparse.SUPPRESS, help=text)


def build() -> Parser:
    """The parser of everything that `ccmon` understands."""
    parser = Parser(prog="ccmon", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
                    usage="%(prog)s [--once | --json | --statusline] [option ...]\n       %(prog)s COMMAND [option ...]",
                    description="How much of the Claude Code session is used, until when it lasts, when it resets.")
    modes = parser.group("output").exclusive()
    modes.add_argument("--once", action="store_true", help="print one frame as text and exit")
    modes.add_argument("--json", action="store_true", help="print all numbers as one JSON object and exit")
    modes.add_argument("--statusline", action="store_true", help="print one line for tmux, prompts and bars; always exit 0")
    modes.add_argument("--reset-terminal", action="store_true", help="bring back a terminal that any program has left unusable")
    commands = parser.commands_of(dest="command", metavar="COMMAND", title="commands")
    _add_history(commands)
    record = commands.add_parser("record", help="read the usage once and store it, for cron",
                                 description="Read the usage once, store it and refresh the status lines; prints nothing.")
    _add_settings(record)
    _add_init(commands)
    _add_others(commands)
    _add_hit(commands)
    _add_learn(commands)
    _add_config(commands)
    _add_completion(commands)
    _add_doctor(commands)
    _add_alerts(commands)
    _add_accounts(commands)
    _add_uninstall(commands)
    _add_settings(parser)              # the many settings come last
    return parser


def _add_accounts(commands: Commands) -> None:
    text = "the accounts that are known here, with their limits"
    accounts = commands.add_parser("accounts", help=text,
                                   description=text.capitalize() + ": a row each, never summed. --account shows one of them.")
    accounts.add_argument("--json", action="store_true", help="as one JSON object")
    _add_settings(accounts)


def _add_init(commands: Commands) -> None:
    init = commands.add_parser("init", help="what to put where to see the line in a shell or bar",
                               description="Print what shows the line in a shell or bar, and where to put it; only --write and "
                                           "--undo change files. "
                                           'In a shell\'s start-up file: eval "$(ccmon init bash)". Without SHELL: asks for '
                                           "plan, zone and place, shows what it would write, and writes on yes.")
    init.add_argument("target", metavar="SHELL", nargs="?", type=_meant(tuple(TARGETS), TARGET_WORDS),
                      choices=tuple(TARGETS), help=", ".join(TARGETS))
    edit = init.exclusive()
    edit.add_argument("--write", action="store_true", help=f"put it into the start-up file of {', '.join(BLOCKS)}, or "
                                                                  "into Claude Code's settings.json")
    edit.add_argument("--undo", action="store_true", help="take out what --write has put there")
    place = init.exclusive()
    place.add_argument("--shown", action="store_true", help="bash, zsh, fish: the text also puts the line into the prompt; "
                                                            "--write does so in any case")
    place.add_argument("--above", action="store_true", help="bash: on a row of its own above the prompt, whatever makes that")


def _add_uninstall(commands: Commands) -> None:
    uninstall = commands.add_parser(
        "uninstall", help="take out all that ccmon has written",
        description="Take out all that ccmon has written: its lines in start-up files, in the tmux that runs and in Claude "
                    "Code's settings, its own settings, cached lines and log. It lists them and asks before; the history stays. "
                    "Exit code 1 when something had to be left alone, which it names.")
    uninstall.add_argument("--history", action="store_true", help="the history, too, with the copies of it that ccmon has made")
    how = uninstall.exclusive()
    how.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    how.add_argument("--dry-run", action="store_true", help="only list it")


def _add_history(commands: Commands) -> None:
    text = "the sessions that ccmon remembers, oldest first"
    history = commands.add_parser("history", help=text, description=text.capitalize() + ".")
    history.add_argument("--by", type=_meant((*KINDS, WINDOW), call_words.BY_WORDS), choices=(*KINDS, WINDOW),
                         default="session",
                         help=f"one row for each {', '.join(KINDS)} or {WINDOW} of Claude's own")
    history.add_argument("--window", metavar="NAME", default=None,
                         help="with --by window: five_hour (the default), seven_day, or another one that Claude has told of")
    _add_range(history)
    history.add_argument("--rows", metavar="N", default=None,
                         help="only the last N rows; of sorted rows, models and projects the first")
    history.add_argument("--sort", metavar="COLUMN", default=None, help="sort by a column; -COLUMN: the largest first")
    history.add_argument("--columns", metavar="LIST", default=None, help="the columns to show, such as start,tokens,cost; "
                                                                         "help: those that there are")
    history.add_argument("--no-pager", action="store_true", help="print long tables, too, without a pager")
    shape = history.exclusive()
    shape.add_argument("--table", metavar="FORMAT", nargs="?", const="github", default=None,
                       help="a table format of tabulate; github when none is named")
    shape.add_argument("--json", action="store_true", help="a list of objects")
    shape.add_argument("--csv", action="store_true", help="comma-separated values")
    shape.add_argument("--chart", metavar="PERIOD", nargs="?", const="day", default=None,
                       type=_meant(PERIODS, call_words.BY_WORDS), choices=PERIODS,
                       help="bars by day, week or month")
    shape.add_argument("--heatmap", action="store_true", help="tokens by weekday and hour")
    shape.add_argument("--check", action="store_true", help="look whether the stored history is sound")
    shape.add_argument("--backup", metavar="FILE", default=None, help="copy the stored history, also while it is in use")
    _add_settings(history)


def _add_range(parser: Parser) -> None:
    parser.add_argument("--days", metavar="N", default=None,
                        help="only what was used in the last N days; of sessions those that ended in them")
    parser.add_argument("--since", metavar="DATE", default=None,
                        help="only what was used from this day on, sessions that began: 2026-11-01, 2026-11, today, monday, 3d; "
                             "from a moment on, sessions that ended after it: 2h, 14:30")
    parser.add_argument("--until", metavar="DATE", default=None, help="only up to the end of this day, or to that moment")
    parser.add_argument("--host", metavar="NAME", default=None, help="of another machine whose history was merged; all: of all")


def _add_others(commands: Commands) -> None:
    """The commands that look at the whole memory."""
    text = "a week or a month in words and pictures"
    report = commands.add_parser("report", help=text, description=text.capitalize() + ".")
    report.add_argument("--period", type=_meant(PERIODS[1:], call_words.BY_WORDS), choices=PERIODS[1:], default="week",
                        help="what it is about (default: week)")
    report.add_argument("--last", action="store_true", help="the one before the present one")
    report.add_argument("--host", metavar="NAME", default=None, help="another machine whose history was merged; all: every one")
    shape = report.exclusive()
    shape.add_argument("--markdown", action="store_true", help="as Markdown")
    shape.add_argument("--html", metavar="FILE", default=None, help="as one page that needs nothing else; - is standard output")
    _add_settings(report)
    text = "take the history of another machine into this one"
    merge = commands.add_parser("merge", help=text,
                                description=text.capitalize() + "; twice does no more than once.")
    merge.add_argument("file", metavar="FILE", help="ccmon.db of the other machine, or a copy made with history --backup")
    _add_settings(merge)
    text = "the present numbers for monitoring systems"
    export = commands.add_parser("export", help=text, description=text.capitalize() + ".")
    what = export.exclusive(required=True)
    what.add_argument("--openmetrics", action="store_true", help="as OpenMetrics text")
    what.add_argument("--rules", action="store_true", help="alerting rules for Prometheus, by the names of --openmetrics")
    export.add_argument("--output", metavar="FILE", default=None, help="write a file, whole or not at all, instead of printing")
    _add_settings(export)
    text = "where each number comes from"
    why = commands.add_parser("why", help=text, description=text.capitalize() + ".")
    why.add_argument("--json", action="store_true", help="as one JSON object")
    _add_settings(why)


def _add_hit(commands: Commands) -> None:
    text = "note that Claude has just cut you off"
    hit = commands.add_parser("hit", help=text,
                              description=f"N{text[1:]}: the limit is learned from it. L on the screen does the same.")
    task = hit.exclusive()
    task.add_argument("--at", metavar="TIME", default=None,
                      help="not now but then: 14:30, 2pm, 10m (ago), yesterday 14:30, 2026-11-22 14:30, epoch seconds")
    task.add_argument("--undo", action="store_true", help="take back what was noted last")
    task.add_argument("--list", action="store_true", help="what is noted, with the limit messages in the logs")
    _add_settings(hit)


def _add_learn(commands: Commands) -> None:
    text = "learn the account's real limit, and say how good the forecasts are"
    learn = commands.add_parser("learn", help=text, description=text.capitalize() + ". Nothing is ever sent.")
    task = learn.exclusive()
    task.add_argument("--report", action="store_true", help="what is known, and the score of the forecasts so far")
    task.add_argument("--forget", action="store_true", help="start anew: readings so far count no more; the history stays")
    task.add_argument("--share", action="store_true", help="an anonymous summary, to read and post where limits are compared")
    task.add_argument("--compare", metavar="FILE", default=None, help="one's own place among such summaries; - is standard input")
    task.add_argument("--evaluate", metavar="FILE", nargs="+", action="extend", default=None,
                      help="try the forecasts on series, CSV files; - is standard input")
    learn.add_argument("--at-percent", metavar="P[,P]", default=None, help="with --evaluate: P %% is the limit (default: 100)")
    learn.add_argument("--at-quantile", metavar="Q[,Q]", default=None,
                       help="with --evaluate: the limit is what Q %% of the series' own sessions stay below")
    learn.add_argument("--subscription", metavar="NAME", type=_subscription, choices=SUBSCRIPTIONS, default=None,
                       help="with --share and --compare: your subscription: " + ", ".join(SUBSCRIPTIONS))
    learn.add_argument("--json", action="store_true", help="as JSON")
    _add_settings(learn)


def _add_config(commands: Commands) -> None:
    text = "the settings: their values, and where each comes from"
    config = commands.add_parser("config", help=text,
                                 description=text.capitalize() + "; set, unset and edit change config.ini.")
    config.add_argument("action", metavar="ACTION", nargs="?", type=_meant(tuple(CONFIG_ACTIONS)),
                        choices=tuple(CONFIG_ACTIONS), default="list",
                        help="; ".join(f"{name}: {words}" for name, words in CONFIG_ACTIONS.items()))
    config.add_argument("name", metavar="NAME", nargs="?", default=None,
                        help="an option such as plan, or plans.NAME, prices.MODEL")
    config.add_argument("value", metavar="VALUE", nargs="?", default=None, help="what it is set to")
    config.add_argument("--json", action="store_true", help="with list: as one JSON object")
    _add_settings(config)


def _add_completion(commands: Commands) -> None:
    text = "print the completions for a shell"
    completion = commands.add_parser("completion", help=text,
                                     description=text.capitalize() + '. In its start-up file: eval "$(ccmon completion bash)"; '
                                                                     "for fish: ccmon completion fish | source.")
    completion.add_argument("shell", metavar="SHELL", type=_meant(SHELLS), choices=SHELLS, help=", ".join(SHELLS))


def _add_doctor(commands: Commands) -> None:
    text = "look what is wrong around ccmon, and say which command mends it"
    doctor = commands.add_parser("doctor", help=text,
                                 description=text.capitalize() + ". It changes nothing; exit code 1 when it finds a fault.")
    doctor.add_argument("--json", action="store_true", help="as one JSON object")
    _add_settings(doctor)


def _add_alerts(commands: Commands) -> None:
    text = "what you are told without looking, and how"
    told = commands.add_parser("alerts", help=text,
                               description=text.capitalize() + ". Off unless alerts is set. test sends one through every channel "
                                                               "of alert_by, and says what happened.")
    told.add_argument("task", metavar="test", nargs="?", type=_meant(("test",)), choices=("test",), help="try every channel")
    told.add_argument("kind", metavar="KIND", nargs="?", type=_alert, help="the kind to try: " + ALERTS)
    _add_settings(told)


def _meant(names: Sequence[str], synonyms: Optional[Mapping[str, str]] = None) -> Callable[[str], str]:
    """The name that a word means, in any case; the word itself where it means none: argparse says so."""
    return lambda text: word_of(text, names, synonyms) or text


def _subscription(text: str) -> str:
    return plan_of(text, SUBSCRIPTIONS) or folded(text)


def _alert(text: str) -> str:
    try:
        return parse_kind(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from None


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of a call; options may stand before or after the command. UsageError on wrong words."""
    parser = build()
    commands = {"": parser, **parser.commands}
    topics = call_help.topics(argv)
    page = call_help.page(topics or ())
    if page:
        return argparse.Namespace(command="manual", page=page)
    if topics is not None:
        print(call_help.text(topics, commands), end="")
        raise SystemExit(0)
    call = call_words.call(_joined(argv), {name: _command(one) for name, one in commands.items()})
    given, more = parser.parse_known_args(call.words)
    if more:
        here = f"ccmon {given.command or ''}".rstrip()
        raise UsageError(f"unrecognized arguments: {clean(' '.join(more))}. "
                         f"A value of several words stands between quotation marks. See: {here} --help")
    for name, text in call.switches.items():
        setattr(given, name, text)
    return given


def _joined(argv: Sequence[str]) -> List[str]:
    """--sort -tokens as one word: argparse would take the second for an option."""
    words: List[str] = []
    for word in argv:
        if words and words[-1] == "--sort" and word[:1] == "-" and word[1:2].isalpha():
            words[-1] += "=" + word
        else:
            words.append(word)
    return words


def _command(parser: Parser) -> call_words.Command:
    takes = {word: "" if one.action.nargs == 0 else str(one.action.nargs or 1)
             for one in parser.added for word in one.flags}
    own = tuple(word for one in parser.added if not is_common(one.action) for word in one.flags if word[:2] == "--")
    return call_words.Command(takes, own, bool(parser.commands) or any(not one.flags for one in parser.added))


def flags(given: argparse.Namespace) -> Dict[str, Given]:
    """The settings that the call's own words make."""
    return {option.name: Given(str(getattr(given, option.name)), flag_name(option))
            for option in OPTIONS if hasattr(given, option.name)}
