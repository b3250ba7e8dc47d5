"""The table of options: one row serves the flag, the environment variable, the configuration file and the manual."""

from __future__ import annotations

from ccmon import typed_values
from ccmon.alerts.kinds import CHANNELS, parse_kinds
from ccmon.alerts.kinds import KINDS as ALERTS
from ccmon.errors import CcmonError
from ccmon.quick_typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings.themes import AUTO, THEMES, USUAL, Theme
from ccmon.text import did_you_mean
from ccmon.typed_values import PLANS, Layer, Layers, RawValue, ResetRule, boolean, folded, one_of, seconds, several_of, whole

if TYPE_CHECKING:
    from ccmon.usage.prices import Price

SECTIONS = ("ccmon", "plans", "prices", "accounts", "theme.NAME")             # of config.ini; NAME is any
SOURCES = ("auto", "ccusage", "logs")
FORMATS = ("plain", "ansi", "tmux", "tmuxdark", "tmuxlight", "tmuxbright", "bash", "zsh", "fish", "starship", "waybar",
           "i3blocks", "polybar", "xbar", "json", "claude")        # of the line; dialects.py makes them
OFFICIAL = ("statusline", "claude")
PRICE_KINDS = ("input", "output", "cache for 5 minutes", "cache for an hour", "cache read")
OFFICIAL_SYNONYMS = {"no": "statusline", "off": "statusline", "none": "statusline", "nobody": "statusline"}       # of official
THEME_SYNONYMS = {"solarized-dark": "solarized", "monochrome": "mono", "none": "mono", "no-colors": "mono", "no-colours": "mono"}
CHANNEL_SYNONYMS = {"notify": "desktop", "notification": "desktop", "beep": "bell", "sound": "bell", "hook": "webhook"}


class Option(NamedTuple):
    """One setting: --name-with-dashes, CCMON_NAME, `name = value` under [ccmon] in config.ini."""

    name: str
    parse: Callable[[str], Any]        # text -> value, ValueError with the valid values
    default: str
    metavar: str
    help: str
    choices: Tuple[str, ...] = ()      # for completion
    switch: Optional[str] = None       # a flag without a value stands for this text
    verbatim: bool = False             # blanks at the ends belong to the value


def secret_file(text: str) -> str:
    """The path of a file with a secret; the secret itself does not belong here, and is not repeated in the message."""
    if "://" in text:
        raise ValueError("an address is a secret and does not belong here: put it into a file of mode 0600, and name that file")
    return text


def clock_hours(text: str) -> int:
    """12 or 24."""
    named = {name: hours for hours in ("12", "24") for name in (f"{hours}h", f"{hours}-h", f"{hours}-hour", f"{hours}-hours")}
    return int(one_of(("12", "24"), {**named, "am/pm": "12", "ampm": "12"})(text))


def zone_name(text: str) -> str:
    """A zone's name, not checked."""
    return "local" if folded(text) in ("local", "localtime", "system") else typed_values.bare(text)


def or_nothing(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same parser, for an option that may be unset: none is as good as an empty value."""
    return lambda text: None if folded(text) in typed_values.UNSET else parse(text)


def price(text: str) -> "Price":
    """The five prices of a model, USD per million tokens."""
    from ccmon.usage.prices import Price
    parts = typed_values.bare(text).replace("$", "").split(",")
    if len(parts) != len(PRICE_KINDS):
        raise ValueError(f"'{text}' is not a list of {len(PRICE_KINDS)} prices: {', '.join(PRICE_KINDS)}, in USD per million "
                         "tokens, as in 3, 15, 3.75, 6, 0.30")
    parse = typed_values.number(0, 10_000, "USD per million tokens")
    return Price._make([*(parse(part.strip()) for part in parts), None])


def reset_rule(text: str) -> ResetRule:
    """session, schedule or hours."""
    try:
        return typed_values.parse_rule(text)
    except CcmonError as err:
        raise ValueError(str(err)) from None


TOKENS = whole(1, 10 ** 12, "tokens")
OPTIONS: Tuple[Option, ...] = (
    Option("plan", str, "pro", "PLAN", "pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: "
           "your largest completed session; ml_auto: the learned limit", typed_values.PLAN_NAMES),
    Option("limit", or_nothing(TOKENS), "", "N", "the limit in tokens, instead of the plan's figure: 500000, 500k or 1.5M"),
    Option("reset", reset_rule, "session", "RULE", "session: the session's own end; schedule: the reference times 04:00, "
           "09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20", ("session", "schedule")),
    Option("reset_hour", typed_values.hour_of_day, "", "HOUR", "one daily reset hour, 0 (midnight) to 23",
           tuple(map(str, range(24)))),
    Option("timezone", zone_name, "Europe/Warsaw", "ZONE", "zone of all times shown: local, or a name such as Europe/Berlin"),
    Option("clock", clock_hours, "24", "HOURS", "times of day for people as 14:05 (24) or 2:05pm (12)",
           ("12", "24")),
    Option("interval", seconds(0.5, typed_values.SECOND_UNITS["h"]), "3", "S", "seconds between two looks at the usage"),
    Option("account", str, "", "NAME", "the account to show: a name that ccmon accounts prints"),
    Option("timeout", seconds(0.1, typed_values.SECOND_UNITS["h"]), "30", "S", "seconds that ccusage may take"),
    Option("ccusage", str, "", "CMD", "the ccusage program to run: an absolute path, or a name on PATH"),
    Option("source", one_of(SOURCES), "auto", "SOURCE", "where the usage is read: ccusage; logs: Claude Code's own log files; "
           "auto: ccusage, the logs when it cannot be started", SOURCES),
    Option("account_file", boolean, "yes", "YES|NO", "plan, limits and credits of the account out of Claude Code's own file "
           "~/.claude.json", switch="no"),
    Option("official", one_of(OFFICIAL, OFFICIAL_SYNONYMS), "statusline", "WHO", "who else tells the limits: statusline: nobody; "
           "claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic)", OFFICIAL),
    Option("theme", str, AUTO, "NAME", "colours: auto (dark or light, as the terminal is), " + ", ".join(THEMES) + "; or one of "
           "your own, [theme.NAME] in config.ini", (AUTO, *THEMES)),
    Option("compact", boolean, "no", "YES|NO", "the small layout in any window", switch="yes"),
    Option("ascii", boolean, "no", "YES|NO", "no characters beyond ASCII", switch="yes"),
    Option("guardian", boolean, "yes", "YES|NO", "small process that brings the terminal back after a kill", switch="no"),
    Option("emoji", boolean, "yes", "YES|NO", "emoji before the labels", switch="no"),
    Option("format", one_of(FORMATS), "plain", "DIALECT", "with --statusline: who shows the line: " + ", ".join(FORMATS),
           FORMATS),
    Option("template", str, "", "TEXT", "with --statusline: text of the line, with fields as {percent} or {bar:10}",
           verbatim=True),
    Option("max_width", whole(1, 1000, "cells"), "80", "N", "with --statusline: cells that the line may take"),
    Option("wait", seconds(0, 60), "1", "S", "with --statusline: seconds to wait when there is no line yet"),
    Option("line_ttl", seconds(1, typed_values.SECOND_UNITS["h"]), "15", "S", "seconds that a status line counts as fresh"),
    Option("alerts", parse_kinds, "", "LIST", "what to be told of: " + ", ".join(ALERTS) + "; all; or other percentages of "
           "each limit, as 50, 95", (*ALERTS, "all", "none")),
    Option("alert_by", several_of(CHANNELS, CHANNEL_SYNONYMS), "bell,desktop", "LIST", "how to be told: " + ", ".join(CHANNELS),
           CHANNELS),
    Option("alert_command", str, "", "CMD", "the command to run, with CCMON_ALERT_TEXT and other variables"),
    Option("alert_webhook_file", secret_file, "", "FILE", "the file, of mode 0600, with the address of the webhook"),
)
BY_NAME: Dict[str, Option] = {option.name: option for option in OPTIONS}
NEGATIVE_FLAGS = {"account_file": "--no-account-file", "guardian": "--no-guardian", "emoji": "--no-emoji"}


class Settings(NamedTuple):
    """Every option's value, and where each came from: default, file, environment or flag."""

    plan: str
    limit: Optional[int]
    reset: ResetRule
    timezone: str
    clock: int
    interval: float
    account: Optional[str]
    timeout: float
    ccusage: Optional[str]
    source: str
    account_file: bool
    official: str
    theme: str
    compact: bool
    ascii: bool
    guardian: bool
    emoji: bool
    format: str
    template: Optional[str]
    max_width: int
    wait: float
    line_ttl: float
    alerts: Optional[Tuple[str, ...]]
    alert_by: Tuple[str, ...]
    alert_command: Optional[str]
    alert_webhook_file: Optional[str]
    plans: Mapping[str, int]
    prices: Mapping[str, "Price"]        # of config.ini: the beginning of a model's id -> its price
    themes: Mapping[str, Theme]        # those of ccmon, and those of config.ini
    accounts: Mapping[str, Tuple[str, ...]]        # of config.ini: name -> folders as they are written
    origin: Mapping[str, str]

    @property
    def theme_in_force(self) -> Theme:
        """Its table; that of the usual one where the theme is to fit the terminal."""
        return self.themes[self.theme if self.theme_is_set else USUAL]

    @property
    def theme_is_set(self) -> bool:
        """Whether a theme was chosen, so that none is sought."""
        return self.theme in self.themes

    @property
    def explicit_limit(self) -> Optional[Tuple[int, str]]:
        """The limit set by hand and whether a flag or the configuration did it."""
        if self.limit is None:
            return None
        return self.limit, "flag" if self.origin["limit"] == "flag" else "config"


LEVELS = ("flag", "environment", "file")


def flag_name(option: Option) -> str:
    """--reset-hour, --no-emoji."""
    return NEGATIVE_FLAGS.get(option.name, "--" + option.name.replace("_", "-"))


def from_environment(env: Mapping[str, str]) -> Dict[str, RawValue]:
    """The options that CCMON_<OPTION> variables set; an empty variable counts as absent."""
    names = {option.name: "CCMON_" + option.name.upper() for option in OPTIONS}
    return {name: RawValue(env[var], var) for name, var in names.items() if env.get(var)}


def from_file(sections: Layers) -> Dict[str, RawValue]:
    """The options of the [ccmon] section; CcmonError for an unknown one, with the nearest name."""
    for key, given in sections.get("ccmon", {}).items():
        if key not in BY_NAME:
            raise given.error(f"unknown option '{key}'{did_you_mean(key, BY_NAME)}. Valid: {', '.join(BY_NAME)}")
    return dict(sections.get("ccmon", {}))


def plan_table(sections: Layers) -> Dict[str, int]:
    """The reference figures with those of the [plans] section instead of them or beside them."""
    return {**PLANS, **{name: _valued(TOKENS, given, given.text) for name, given in sections.get("plans", {}).items()}}


def price_table(sections: Layers) -> Dict[str, "Price"]:
    """The prices of the [prices] section, by the beginning of the models' ids."""
    return {name: _valued(price, given, given.text) for name, given in sections.get("prices", {}).items()}


def _valued(parse: Callable[[str], Any], given: RawValue, text: str) -> Any:
    try:
        return parse(text)
    except ValueError as err:
        raise given.error(str(err)) from None


def resolve(flags: Layer, environment: Layer, file: Layer,
            plans: Mapping[str, int] = PLANS, prices: Optional[Mapping[str, "Price"]] = None,
            themes: Mapping[str, Theme] = THEMES,
            accounts: Optional[Mapping[str, Tuple[str, ...]]] = None) -> Settings:
    """The settings in force: flag > environment > file > default. CcmonError names where a wrong value stands."""
    layers = dict(zip(LEVELS, (flags, environment, file)))
    values: Dict[str, Any] = {}
    origin: Dict[str, str] = {}
    for option in OPTIONS:
        level = next((name for name in LEVELS if option.name in layers[name]), "default")
        given = layers[level][option.name] if level in layers else RawValue(option.default, "default")
        origin[option.name] = level
        text = given.text if option.verbatim else given.text.strip()
        values[option.name] = _valued(option.parse, given, text) if text.strip() or option.default else None
    values["reset"] = _reset(values, origin)
    origin["reset"] = min(origin["reset"], origin.pop("reset_hour"), key=(*LEVELS, "default").index)
    del values["reset_hour"]
    names = [*plans, *(name for name in typed_values.PLAN_NAMES if name not in plans)]
    values["plan"] = _one_name("plan", typed_values.plan_of(values["plan"], names), values["plan"], names, layers)
    names = [AUTO, *themes]
    theme = typed_values.word_of(values["theme"], names, THEME_SYNONYMS)
    values["theme"] = _one_name("theme", theme, values["theme"], names, layers)
    _check_format(values["format"], origin["format"], layers)
    return Settings(plans=dict(plans), prices=dict(prices or {}), themes=dict(themes),
                    accounts=dict(accounts or {}), origin=origin, **values)


def _reset(values: Mapping[str, Any], origin: Mapping[str, str]) -> ResetRule:
    if values["reset_hour"] is None:
        return values["reset"]         # set to nothing, as by "reset_hour ="
    order = (*LEVELS, "default")
    by_rule, by_hour = order.index(origin["reset"]), order.index(origin["reset_hour"])
    if by_rule == by_hour != order.index("default"):
        raise CcmonError("reset and reset_hour are both set: keep one of them")
    return values["reset"] if by_rule <= by_hour else ResetRule("hour", (values["reset_hour"],))


def _check_format(name: str, origin: str, layers: Layers) -> None:
    """claude reads stdin: only a call that says so itself may do that."""
    if name == "claude" and origin != "flag":
        raise layers[origin]["format"].error("claude is for Claude Code only. Set another format, and give it the command: "
                                             "ccmon --statusline --format claude")


def _one_name(option: str, name: Optional[str], text: str, names: Sequence[str], layers: Layers) -> str:
    """The name that the text of the option means. CcmonError where it means none."""
    if name is None:
        given = next(layers[level][option] for level in LEVELS if option in layers[level])
        wrong = "is no plan" if option == "plan" else "is unknown"
        raise given.error(f"'{text}' {wrong}{did_you_mean(folded(text), names)}; choose from {', '.join(names)}")
    return name
