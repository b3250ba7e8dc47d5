"""Where each setting comes from: the source that counts, and those that do not."""

from __future__ import annotations

import unicodedata
from typing import Iterable, Iterator, List, Optional, Sequence, Tuple

from ccmon.errors import UsageError
from ccmon.named_tuple import NamedTuple
from ccmon.settings.options import BY_NAME, LEVELS, OPTIONS, SECTIONS
from ccmon.text import clean, did_you_mean
from ccmon.typed_values import Layers

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
