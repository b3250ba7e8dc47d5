"""What config.ini and the other layers set: accounts and themes of one's own, and where each setting comes from."""

from __future__ import annotations

import unicodedata

from ccmon.errors import CcmonError, UsageError
from ccmon.quick_typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings.options import BY_NAME, LEVELS, OPTIONS, SECTIONS
from ccmon.settings.themes import THEMES, Style, Theme, hexadecimal, rgb
from ccmon.text import ROLES, clean, did_you_mean
from ccmon.typed_values import Layer, Layers, RawValue, folded, items, word_of

RIVALS = {"reset": "reset_hour", "reset_hour": "reset"}
_BREAKING = {"Cc", "Cs", "Zl", "Zp"}               # categories of characters that cannot stand on a line


class Setting(NamedTuple):
    """One option, where it was set, and where else it is set but does not count."""

    name: str
    text: str
    level: str                         # default | account | terminal | file | environment | flag
    where: Optional[str] = None        # a flag, a variable, or a file and its line; None for a default
    hidden: Tuple[str, ...] = ()


class Address(NamedTuple):
    """Where a value stands in config.ini."""

    section: str
    key: str


def settings(layers: Layers, plan_of_account: str = "") -> Iterator[Setting]:
    """Every option as it is written, in the order of the table; with the account's plan ("": none) where none is set."""
    for option in OPTIONS:
        result = setting((option.name,), option.default, layers)
        if option.name == "plan" and result.level == "default" and plan_of_account:
            result = Setting("plan", plan_of_account, "account", "your account")
        rival = RIVALS.get(option.name)
        if rival and _level(rival, layers) < _level(option.name, layers):
            hidden = tuple(where for where in (result.where, *result.hidden) if where)
            result = Setting(option.name, "", "default", f"{rival} is set", hidden)
        yield result


def with_theme(settings: Iterable[Setting], theme: str, why: str) -> Iterator[Setting]:
    """The settings with the theme that fits the terminal, where none is set; why: the reason."""
    for one in settings:
        yield Setting("theme", theme, "terminal", why) if one.name == "theme" and one.level == "default" else one


def setting(names: Sequence[str], default: str, layers: Layers) -> Setting:
    """What these names of one option are set to."""
    values = [(level, layers[level][name]) for level in LEVELS for name in names if name in layers[level]]
    if not values:
        return Setting(names[0], default, "default")
    (level, first), *rest = values
    return Setting(names[0], first.text, level, first.where, tuple(other.where for _, other in rest))


def _level(name: str, layers: Layers) -> int:
    """The index of the level that sets it; set to nothing is not set."""
    at = next((at for at, level in enumerate(LEVELS) if name in layers[level]), len(LEVELS))
    return at if at < len(LEVELS) and layers[LEVELS[at]][name].text.strip() else len(LEVELS)


def other_settings(sections: Layers) -> List[Setting]:
    """The values of config.ini outside [ccmon]: plans.team, prices.claude-foo-9."""
    return [Setting(f"{section}.{key}", given.text, "file", given.where)
            for section, values in sections.items() if section != "ccmon" for key, given in values.items()]


def address(name: str) -> Address:
    """Of plan, reset-hour, plans.team, theme.mine.ok. UsageError names the nearest option."""
    section, dot, key = name.partition(".")
    if section == "theme" and "." in key:          # [theme.mine] is a section of its own
        inner, _, key = key.rpartition(".")
        section = f"theme.{inner}"
    if dot and section != "ccmon":
        return _elsewhere(section, key.strip().lower(), name)
    key = (key if dot else name).lstrip("-").replace("-", "_").lower()
    if key not in BY_NAME:
        raise UsageError(f"unknown option '{clean(name)}'{did_you_mean(key, BY_NAME)}", "To see them all: ccmon config")
    return Address("ccmon", key)


def _elsewhere(section: str, key: str, name: str) -> Address:
    sections = [one for one in SECTIONS if one != "ccmon"]
    if section.partition(".")[0] not in (*sections, "theme") or not key:
        examples = ", ".join(f"{one}.ROLE" if one.endswith(".NAME") else f"{one}.NAME" for one in sections)
        raise UsageError(f"unknown name '{clean(name)}'{did_you_mean(section, sections)}: it is that of an option, or {examples}",
                         "To see them all: ccmon config")
    return Address(section, key)


def ini_value(address: Address, text: str) -> str:
    """The text as it may stand on a line of config.ini. UsageError says what may not."""
    if any(unicodedata.category(char) in _BREAKING for char in address.key + text):
        raise UsageError(f"{clean(address.key)}: a value in config.ini is one line without control characters")
    option = BY_NAME.get(address.key) if address.section == "ccmon" else None
    if option and option.verbatim and text != text.strip():
        raise UsageError(f"{address.key}: config.ini keeps no blanks at the ends of a value", "Leave them out, or give "
                         f"CCMON_{address.key.upper()} in the environment")
    return text.strip()


# --- [accounts] -------------------------------------------------------------------------------------------------------

LONGEST_NAME = 32                      # characters of the name of an account
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def account_table(sections: Layers) -> Dict[str, Tuple[str, ...]]:
    """The accounts of config.ini with their folders, as they are written. CcmonError names the line of a wrong one."""
    return {_account_name(name, given): _account_folders(name, given) for name, given in sections.get("accounts", {}).items()}


def _account_name(name: str, given: RawValue) -> str:
    if not name or len(name) > LONGEST_NAME or not set(name) <= NAME_CHARACTERS:
        raise given.error(f"'{clean(name)[:LONGEST_NAME]}' cannot be the name of an account, which is made of "
                          f"letters, digits, - _ and ., {LONGEST_NAME} at most")
    return name


def _account_folders(name: str, given: RawValue) -> Tuple[str, ...]:
    folders = tuple(filter(None, (part.strip() for part in given.text.split(","))))
    if not folders or "\0" in given.text:
        raise given.error(f"account '{name}' needs a folder, as in {name} = ~/.claude-{name}")
    return folders


# --- [theme.NAME]: a table from role to style, on top of a theme that is there already ------------------------------

THEME_PREFIX, _BASE = "theme.", "based_on"
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLOURS: Dict[str, Optional[int]] = {
    "default": None, **{name: index for index, name in enumerate(_COLOURS)},
    **{f"bright-{name}": index for index, name in enumerate(_COLOURS, 8)}}
ATTRIBUTES = ("bold", "dim", "reverse")
_SYNONYMS = {"gray": "bright-black", "grey": "bright-black", "purple": "magenta", "none": "default", "normal": "default",
             "faint": "dim", "inverse": "reverse", "reversed": "reverse", "strong": "bold"}
_PARTS = r"#[0-9a-f]{3}"
_NUMBERED = r"colou?r-?(?=[0-9])|(?:fg|color|colour|foreground)="       # as tmux and others write them
_BRIGHT = r"(?:bright|light)-?(?=[a-z])"
_MOST_CHARACTERS = 32                   # of the name of a theme
VALID = f"a number from 0 to 255, #rrggbb, {', '.join(_COLOURS)}, bright-NAME or default, and {', '.join(ATTRIBUTES)}"


def theme_table(sections: Layers) -> Dict[str, Theme]:
    """The themes of ccmon and of config.ini, in which mono stays the last. CcmonError names the line of a wrong one."""
    themes: Dict[str, Theme] = dict(THEMES)
    for section, rows in sections.items():
        if section.startswith(THEME_PREFIX):
            name = _theme_name(section)
            themes[name] = _theme(name, rows, themes)
    return {**{name: theme for name, theme in themes.items() if name != "mono"}, "mono": themes["mono"]}


def _theme_name(section: str) -> str:
    name = section[len(THEME_PREFIX):]
    if not (0 < len(name) <= _MOST_CHARACTERS and name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
        raise CcmonError(f"config.ini: [{clean(section)}]: a theme's name is made of letters, digits, - and _, "
                         f"{_MOST_CHARACTERS} at most")
    return name


def _theme(name: str, rows: Layer, themes: Mapping[str, Theme]) -> Theme:
    """A style for every role; what the section does not name is that of its base."""
    base = _base(rows.get(_BASE), themes)
    own: Dict[str, Style] = {}
    for role, given in rows.items():
        if role not in (*ROLES, _BASE):
            roles = (*ROLES, _BASE)
            raise given.error(f"'{role}' is no role of a theme{did_you_mean(role, roles)}; choose from {', '.join(roles)}")
        if role != _BASE:
            own[role] = _style(given, base[role])
    return {**base, **own}


def _base(given: Optional[RawValue], themes: Mapping[str, Theme]) -> Theme:
    text = given.text.strip() if given else "dark"
    name = word_of(text, themes)
    if given and name is None:
        raise given.error(f"'{text}' is no theme{did_you_mean(folded(text), themes)}; choose from {', '.join(themes)}, "
                          "or one of your own that stands above")
    return themes[name or "dark"]


def _style(given: RawValue, base: Style) -> Style:
    """The style that the words name: at most one colour, and attributes."""
    words = [_proper(word) for word in items(given.text)]
    colours = [word for word in words if word not in ATTRIBUTES]
    if len(colours) > 1:
        raise given.error(f"'{colours[0]}' and '{colours[1]}' are two colours; a role has one")
    plain = Style(bold="bold" in words, dim="dim" in words, reverse="reverse" in words)
    index = _index(colours[0], given) if colours else None
    if index is None:
        return plain
    if index > 15:                     # where there are fewer colours, those of the base differ
        return plain._replace(fg=index, fg8=base.fg8, fg16=base.fg16)
    return plain._replace(fg=index, fg8=index % 8, fg16=index)


def _proper(word: str) -> str:
    """The name of the colour or attribute that a word stands for: grey, BrightRed, bright_red, colour208, fg=blue, #fa0."""
    import re
    word = re.sub(_BRIGHT, "bright-", re.sub(_NUMBERED, "", word.lower().replace("_", "-")), count=1)
    if re.fullmatch(_PARTS, word):
        return "#" + "".join(2 * digit for digit in word[1:])
    return _SYNONYMS.get(word, word)


def _index(word: str, given: RawValue) -> Optional[int]:
    """The colour of the 256, None for the terminal's own."""
    if word in COLOURS:
        return COLOURS[word]
    if word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 255:
        return int(word)
    if len(word) == 7 and word[0] == "#" and set(word[1:]) <= set("0123456789abcdef"):
        return min(range(16, 256), key=lambda index: sum((a - b) ** 2 for a, b in zip(rgb(hexadecimal(index)), rgb(word))))
    raise given.error(f"'{word}' is no colour{did_you_mean(word, (*COLOURS, *ATTRIBUTES))}; valid are {VALID}")
