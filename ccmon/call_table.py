"""The commands and their arguments as data: help texts, completions, the manual and both parsers are made from it."""

from __future__ import annotations

from ccmon.alerts.kinds import VALID as ALERTS
from ccmon.alerts.kinds import parse_kind
from ccmon.choices import BY_WORDS, GROUPS, PERIODS, SHELLS, START_UP_FILES, SUBSCRIPTIONS, TARGET_WORDS, TARGETS, WINDOW
from ccmon.quick_typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings.options import BY_NAME, NEGATIVE_FLAGS, OPTIONS, Option, flag_name
from ccmon.typed_values import folded, plan_of, word_of

CONFIG_ACTIONS = {"list": "every option (this is the default)", "get": "one value", "set": "write a value",
                  "unset": "take it out", "edit": "open the file in VISUAL or EDITOR", "path": "where it is"}
ABSENT = object()                      # the default of an argument that leaves no trace where it is not given
ALSO_COMMON = ("demo", "version")


class Argument(NamedTuple):
    """One option, or with a name without dashes one word, of a command."""

    name: str                          # --rows, or file
    help: str
    metavar: Optional[str] = None
    switch: Any = None                 # the value that stands for an option without one; None where it takes one
    takes: str = ""                    # "" for one value, ? for one that may be left out, + for one or more
    bare: Optional[str] = None         # the value of an option with ? that is given without one
    default: Any = None
    parse: Optional[Callable[[str], Any]] = None       # text -> value; ValueError says what is wrong
    choices: Optional[Sequence[str]] = None
    excludes: str = ""                 # a call has one at most of the arguments with the same word here
    dest: str = ""                     # its name among the values, where that is not the name above

    @property
    def key(self) -> str:
        """Its name among the values of the call."""
        return self.dest or self.name.lstrip("-").replace("-", "_")

    @property
    def is_option(self) -> bool:
        """Whether it is given by its name."""
        return self.name[:1] == "-"

    @property
    def is_common(self) -> bool:
        """Whether all commands have it."""
        return self.key in BY_NAME or self.key in ALSO_COMMON


class Command(NamedTuple):
    """What one command takes besides the common options."""

    help: str
    description: str
    arguments: Tuple[Argument, ...] = ()
    required: str = ""                 # one of the arguments with that word in excludes has to be given
    has_settings: bool = True


def _switch(name: str, text: str, excludes: str = "") -> Argument:
    return Argument(name, text, switch=True, default=False, excludes=excludes)


def _meant(names: Sequence[str], synonyms: Optional[Mapping[str, str]] = None) -> Callable[[str], str]:
    """The name that a word means, in any case; the word itself where it means none: the list of choices says so."""
    return lambda text: word_of(text, names, synonyms) or text


def _setting(option: Option) -> Argument:
    text = option.help + (f" (default: {option.default})" if option.default and not option.switch else "")
    if option.switch:
        text = ("no " if option.name in NEGATIVE_FLAGS else "") + text
        return Argument(flag_name(option), text, switch=option.switch, default=ABSENT, dest=option.name)
    return Argument(flag_name(option), text, option.metavar, default=ABSENT, dest=option.name)


VERSION_FLAG = "--version"
MODES = (
    _switch("--once", "print one frame as text and exit", "mode"),
    _switch("--json", "print all numbers as one JSON object and exit", "mode"),
    _switch("--statusline", "print one line for tmux, prompts and bars; always exit 0", "mode"),
    _switch("--reset-terminal", "bring back a terminal that any program has left unusable", "mode"),
)
SETTINGS = (*map(_setting, OPTIONS),
            Argument("--demo", "simulated usage; nothing is read or kept", switch=True, default=ABSENT))
_RANGE = (
    Argument("--days", "only what was used in the last N days; of sessions those that ended in them", "N"),
    Argument("--since", "only what was used from this day on, sessions that began: 2026-11-01, 2026-11, today, monday, 3d; "
             "from a moment on, sessions that ended after it: 2h, 14:30", "DATE"),
    Argument("--until", "only up to the end of this day, or to that moment", "DATE"),
    Argument("--host", "of another machine whose history was merged; all: of all", "NAME"),
)
_HISTORY = (
    Argument("--by", f"one row for each {', '.join(GROUPS)} or {WINDOW} of Claude's own", default="session",
             parse=_meant((*GROUPS, WINDOW), BY_WORDS), choices=(*GROUPS, WINDOW)),
    Argument("--window", "with --by window: five_hour (the default), seven_day, or another one that Claude has told of", "NAME"),
    *_RANGE,
    Argument("--rows", "only the last N rows; of sorted rows, models and projects the first", "N"),
    Argument("--sort", "sort by a column; -COLUMN: the largest first", "COLUMN"),
    Argument("--columns", "the columns to show, such as start,tokens,cost; help: those that there are", "LIST"),
    _switch("--no-pager", "print long tables, too, without a pager"),
    Argument("--table", "a table format of tabulate; github when none is named", "FORMAT", takes="?", bare="github",
             excludes="shape"),
    _switch("--json", "a list of objects", "shape"),
    _switch("--csv", "comma-separated values", "shape"),
    Argument("--chart", "bars by day, week or month", "PERIOD", takes="?", bare="day", parse=_meant(PERIODS, BY_WORDS),
             choices=PERIODS, excludes="shape"),
    _switch("--heatmap", "tokens by weekday and hour", "shape"),
    _switch("--check", "look whether the stored history is sound", "shape"),
    Argument("--backup", "copy the stored history, also while it is in use", "FILE", excludes="shape"),
)
_INIT = (
    Argument("target", ", ".join(TARGETS), "SHELL", takes="?", parse=_meant(TARGETS, TARGET_WORDS), choices=TARGETS),
    _switch("--write", f"put it into the start-up file of {', '.join(START_UP_FILES)}, or into Claude Code's settings.json",
            "edit"),
    _switch("--undo", "take out what --write has put there", "edit"),
    _switch("--shown", "bash, zsh, fish: the text also puts the line into the prompt; --write does so in any case", "place"),
    _switch("--above", "bash: on a row of its own above the prompt, whatever makes that", "place"),
)
_UNINSTALL = (
    _switch("--history", "the history, too, with the copies of it that ccmon has made"),
    _switch("--yes", "do not ask; needed where there is no terminal", "how"),
    _switch("--dry-run", "only list it", "how"),
)
_REPORT = (
    Argument("--period", "what it is about (default: week)", default="week", parse=_meant(PERIODS[1:], BY_WORDS),
             choices=PERIODS[1:]),
    _switch("--last", "the one before the present one"),
    Argument("--host", "another machine whose history was merged; all: every one", "NAME"),
    _switch("--markdown", "as Markdown", "shape"),
    Argument("--html", "as one page that needs nothing else; - is standard output", "FILE", excludes="shape"),
)
_HIT = (
    Argument("--at", "not now but then: 14:30, 2pm, 10m (ago), yesterday 14:30, 2026-11-22 14:30, epoch seconds", "TIME",
             excludes="task"),
    _switch("--undo", "take back what was noted last", "task"),
    _switch("--list", "what is noted, with the limit messages in the logs", "task"),
)
_LEARN = (
    _switch("--report", "what is known, and the score of the forecasts so far", "task"),
    _switch("--forget", "start anew: readings so far count no more; the history stays", "task"),
    _switch("--share", "an anonymous summary, to read and post where limits are compared", "task"),
    Argument("--compare", "one's own place among such summaries; - is standard input", "FILE", excludes="task"),
    Argument("--evaluate", "try the forecasts on series, CSV files; - is standard input", "FILE", takes="+", excludes="task"),
    Argument("--at-percent", "with --evaluate: P % is the limit (default: 100)", "P[,P]"),
    Argument("--at-quantile", "with --evaluate: the limit is what Q % of the series' own sessions stay below", "Q[,Q]"),
    Argument("--subscription", "with --share and --compare: your subscription: " + ", ".join(SUBSCRIPTIONS), "NAME",
             parse=lambda text: plan_of(text, SUBSCRIPTIONS) or folded(text), choices=SUBSCRIPTIONS),
    _switch("--json", "as JSON"),
)
_CONFIG = (
    Argument("action", "; ".join(f"{name}: {words}" for name, words in CONFIG_ACTIONS.items()), "ACTION", takes="?",
             default="list", parse=_meant(tuple(CONFIG_ACTIONS)), choices=tuple(CONFIG_ACTIONS)),
    Argument("name", "an option such as plan, or plans.NAME, prices.MODEL", "NAME", takes="?"),
    Argument("value", "what it is set to", "VALUE", takes="?"),
    _switch("--json", "with list: as one JSON object"),
)
_EXPORT = (
    _switch("--openmetrics", "as OpenMetrics text", "what"),
    _switch("--rules", "alerting rules for Prometheus, by the names of --openmetrics", "what"),
    Argument("--output", "write a file, whole or not at all, instead of printing", "FILE"),
)
_ALERTS = (
    Argument("task", "try every channel", "test", takes="?", parse=_meant(("test",)), choices=("test",)),
    Argument("kind", "the kind to try: " + ALERTS, "KIND", takes="?", parse=parse_kind),
)
_JSON = (_switch("--json", "as one JSON object"),)


def _command(text: str, more: str, arguments: Tuple[Argument, ...] = (), required: str = "", settings: bool = True) -> Command:
    """A command whose description begins as its line in the list of commands."""
    return Command(text, text[:1].upper() + text[1:] + more, arguments, required, settings)


COMMANDS: Dict[str, Command] = {
    "history": _command("the sessions that ccmon remembers, oldest first", ".", _HISTORY),
    "record": Command("read the usage once and store it, for cron",
                      "Read the usage once, store it and refresh the status lines; prints nothing."),
    "init": Command("what to put where to see the line in a shell or bar",
                    "Print what shows the line in a shell or bar, and where to put it; only --write and --undo change files. "
                    'In a shell\'s start-up file: eval "$(ccmon init bash)". Without SHELL: asks for plan, zone and place, shows '
                    "what it would write, and writes on yes.", _INIT, has_settings=False),
    "report": _command("a week or a month in words and pictures", ".", _REPORT),
    "merge": _command("take the history of another machine into this one", "; twice does no more than once.",
                      (Argument("file", "ccmon.db of the other machine, or a copy made with history --backup", "FILE"),)),
    "export": _command("the present numbers for monitoring systems", ".", _EXPORT, required="what"),
    "why": _command("where each number comes from", ".", _JSON),
    "hit": _command("note that Claude has just cut you off",
                    ": the limit is learned from it. L on the screen does the same.", _HIT),
    "learn": _command("learn the account's real limit, and say how good the forecasts are", ". Nothing is ever sent.", _LEARN),
    "config": _command("the settings: their values, and where each comes from", "; set, unset and edit change config.ini.",
                       _CONFIG),
    "completion": _command("print the completions for a shell",
                           '. In its start-up file: eval "$(ccmon completion bash)"; for fish: ccmon completion fish | source.',
                           (Argument("shell", ", ".join(SHELLS), "SHELL", parse=_meant(SHELLS), choices=SHELLS),),
                           settings=False),
    "doctor": _command("look what is wrong around ccmon, and say which command mends it",
                       ". It changes nothing; exit code 1 when it finds a fault.", _JSON),
    "alerts": _command("what you are told without looking, and how",
                       ". Off unless alerts is set. test sends one through every channel of alert_by, and says what happened.",
                       _ALERTS),
    "accounts": _command("the accounts that are known here, with their limits",
                         ": a row each, never summed. --account shows one of them.", _JSON),
    "uninstall": Command("take out all that ccmon has written",
                         "Take out all that ccmon has written: its lines in start-up files, in the tmux that runs and in Claude "
                         "Code's settings, its own settings, cached lines and log. It lists them and asks before; the history "
                         "stays. Exit code 1 when something had to be left alone, which it names.", _UNINSTALL,
                         has_settings=False),
}


PAGES = {"ccmon": "ccmon.1", "line": "ccmon-line.1", "history": "ccmon-history.1", "learn": "ccmon-learn.1",
         "config": "ccmon-config.5"}   # of the manual: topic -> file
HELP = Command("the help of a command, or a page of the manual",
               "The help of a command, of an option, or of all options; or a page of the manual, also where man knows none.",
               (Argument("topic", "a command, the name of an option, or options", "TOPIC", takes="?",
                         choices=(*COMMANDS, "options")),
                Argument("--man", "a page of the manual: " + ", ".join(PAGES), "PAGE", takes="?", bare="ccmon",
                         choices=tuple(PAGES))), has_settings=False)


def arguments_of(name: str) -> Tuple[Argument, ...]:
    """All that the command takes, "" for ccmon itself; --help and --version, which end a call, are not among them."""
    if not name:
        return (*MODES, *SETTINGS)
    command = COMMANDS[name]
    return (*command.arguments, *SETTINGS) if command.has_settings else command.arguments
