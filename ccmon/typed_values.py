"""One parser for each kind of value that people type: numbers, spans of time, on or off, hours, words of a list.

The command line, config.ini, the environment and the questions of `ccmon init` all use these, so that a value means the same
wherever it stands. Each takes a text and raises ValueError with what is valid.
"""

from __future__ import annotations

from ccmon.errors import CcmonError, SettingError
from ccmon.quick_typing import Callable, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple
from ccmon.text import clean, clip, did_you_mean

TRUE = ("1", "yes", "true", "on", "y", "t", "enable", "enabled")
FALSE = ("0", "no", "false", "off", "n", "f", "disable", "disabled")
ALL = ("all", "any", "everything", *TRUE[1:])      # of a list; 1 is a percentage
NONE = ("none", "nothing", *FALSE[1:])
UNSET = ("none", "unset", "default")   # as good as nothing, where nothing is a choice
MOST_PERCENT = 1000                    # of what Claude says is used; see sources/session_json.py
PLANS: Mapping[str, int] = {"pro": 7000, "max5": 35000, "max20": 140000}    # tokens; reference figures
PLAN_NAMES = (*PLANS, "custom_max", "ml_auto")
PLAN_WORDS: Mapping[str, str] = {      # letters and digits alone
    "5x": "max5", "max5x": "max5", "20x": "max20", "max20x": "max20", "custom": "custommax", "largest": "custommax",
    "ml": "mlauto", "learned": "mlauto", "team": "teams"}

SECOND_UNITS: Dict[str, float] = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60 * 60)}
DAY_UNITS: Dict[str, float] = {
    **{unit: size / (24 * SECOND_UNITS["h"]) for unit, size in SECOND_UNITS.items() if unit and size >= 1},
    **dict.fromkeys(("", "d", "day", "days"), 1), **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7),
    **dict.fromkeys(("mo", "month", "months"), 30), **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365)}
_COUNT_UNITS: Dict[str, int] = {
    "": 1, **dict.fromkeys(("k", "thousand"), 1_000), **dict.fromkeys(("m", "mio", "million", "millions"), 1_000_000),
    **dict.fromkeys(("g", "b", "bn", "billion", "billions"), 10 ** 9), "t": 10 ** 12}

_GROUPED = r"[0-9]{1,3}(?:[,_' \u00a0\u2009\u202f][0-9]{3})+"
_NUMBER = rf"(?i)([+-]?(?:{_GROUPED}|[0-9]+(?:_[0-9]+)*|(?=\.[0-9]))(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?)"
_QUANTITY = _NUMBER + r"\s*([a-z]*)"
_DECIMAL_COMMA = r"(?i)([0-9]+),([0-9]{1,2})(?=\s*[a-z])"
_SEPARATORS = r"[,_' \u00a0\u2009\u202f]"
_HOUR = r"(?i)([0-9]{1,2})(?:[:.]00|h|h00)?\s*(am|pm|a\.m\.|p\.m\.|uhr|o'clock)?"
_NAMED_HOURS = {"midnight": 0, "noon": 12}
_LONGEST = 60                          # characters of a number: more are none


class RawValue(NamedTuple):
    """A setting as it was written, and where it stands, for messages."""

    text: str
    where: str
    line: int = 0                      # of config.ini, 0 where it is not in that

    def error(self, what: str) -> SettingError:
        """What to raise where it is wrong."""
        return SettingError(f"{self.where}: {what}", place=self.where, line=self.line)


Layer = Mapping[str, RawValue]         # option -> what one source gives it
Layers = Mapping[str, Layer]           # flag, environment, file, or a section of config.ini -> what it gives


class ResetRule(NamedTuple):
    """When usage counts anew: with the session, at the reference times, or at hours of one's own."""

    kind: str                          # session | schedule | hour
    hours: Tuple[int, ...] = ()        # local hours 0..23, sorted; only for hour


def bare(text: str) -> str:
    """The text without blanks around it, and without the quotation marks that a shell would have taken away."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].strip()
    return text


def folded(text: str) -> str:
    """In small letters, with - for blanks and _: High Contrast and high_contrast are one word."""
    word = bare(text).lower()
    parts = word.replace("_", " ").replace("-", " ").split()
    return "-" * (word[:1] in ("_", "-")) + "-".join(parts) + "-" * (bool(parts) and word[-1:] in ("_", "-"))


# --- numbers ----------------------------------------------------------------------------------------------------------------

def _figure(text: str) -> float:
    """The number, with separators between thousands or without. ValueError when it is none."""
    import re
    if len(text) > _LONGEST or not re.fullmatch(_NUMBER, text):
        raise ValueError(text)
    return float(re.sub(_SEPARATORS, "", text))


def _sum(text: str, units: Mapping[str, float]) -> float:
    """90, 1.5h or 1h30m in the unit that has the size 1. ValueError when it is no such text."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST and "" in units:
        return float(text) * units[""]     # as most are
    import re
    text = re.sub(_DECIMAL_COMMA, r"\1.\2", bare(text))
    parts = list(re.finditer(_QUANTITY, text)) if len(text) <= _LONGEST else []
    rest = re.sub(_QUANTITY, "", text)
    if not parts or rest.strip() or any(part[2].lower() not in units for part in parts):
        raise ValueError(text)
    if len(parts) > 1 and not all(part[2] for part in parts):
        raise ValueError(text)         # 1 2 is no number
    return sum(_figure(part[1]) * units[part[2].lower()] for part in parts)


def _within(text: str, units: Mapping[str, float], low: float, high: float, unit: str) -> float:
    try:
        value = _sum(text, units)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        within = f"above 0, up to {high:g}" if 0 < low < 1e-3 else f"from {low:g} to {high:g}"
        raise ValueError(f"'{text}' is not a number of {unit} {within}")
    return value


def number(low: float, high: float, unit: str) -> Callable[[str], float]:
    """A parser for a number of the given range, with separators or without."""
    return lambda text: _within(text, {"": 1}, low, high, unit)


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A parser for seconds: 90, 90s, 1.5m, 1m30s, 500ms."""
    return lambda text: _within(text, SECOND_UNITS, low, high, "seconds")


def days(low: float, high: float) -> Callable[[str], float]:
    """A parser for days: 7, 7d, 2w, 36h."""
    return lambda text: _within(text, DAY_UNITS, low, high, "days")


def whole(low: int, high: int, unit: str) -> Callable[[str], int]:
    """A parser for a whole number of the given range: 35000, 35,000, 35_000, 35k and 1.5M, with its unit or without."""
    def parse(text: str) -> int:
        value = _whole(text, unit)
        if value is None or not low <= value <= high:
            more = "; 500,000, 500k and 1.5M are numbers, too" if high > 1_000_000 else ""
            raise ValueError(f"'{text}' is not a whole number of {unit} from {low:,} to {high:,}{more}")
        return value
    return parse


def _whole(text: str, unit: str) -> Optional[int]:
    """None when it is no whole number."""
    words = bare(text)
    if words.lower().endswith(unit):
        words = words[:-len(unit)].rstrip()
    try:
        value = _sum(words, _COUNT_UNITS)
    except (ValueError, OverflowError):
        return None
    rounded = round(value) if abs(value) < 1e16 else None
    return rounded if rounded is not None and abs(value - rounded) < 1e-6 else None


def hour_of_day(text: str) -> int:
    """0 to 23, of 9, 09:00, 9h, 9am, 9 pm, noon or midnight."""
    words = bare(text).lower()
    if words in _NAMED_HOURS:
        return _NAMED_HOURS[words]
    import re
    match = re.fullmatch(_HOUR, words) if words.isascii() else None
    half = (match[2] or "")[:1] if match else ""
    value = int(match[1]) if match else -1
    if half in ("a", "p"):
        value = value % 12 + (12 if half == "p" else 0) if 1 <= value <= 12 else -1
    if not 0 <= value <= 23:
        raise ValueError(f"'{text}' is not an hour from 0 to 23, such as 9, 09:00 or 9am")
    return value


# --- words ------------------------------------------------------------------------------------------------------------------

def boolean(text: str) -> bool:
    """yes or no, on or off, true or false, 1 or 0, in any case."""
    word = bare(text).lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"'{text}' is neither yes nor no")
    return word in TRUE


def word_of(text: str, names: Iterable[str], synonyms: Optional[Mapping[str, str]] = None) -> Optional[str]:
    """The one of the names that the text means, whatever its case and whatever joins its parts; None when it means none."""
    valid = list(names)
    if text in valid:
        return text
    word = folded(text)
    other = (synonyms or {}).get(word)
    return {folded(name): name for name in reversed(valid)}.get(word) or (other if other in valid else None)


def one_of(names: Iterable[str], synonyms: Optional[Mapping[str, str]] = None) -> Callable[[str], str]:
    """A parser for a word of a list."""
    valid = tuple(names)

    def parse(text: str) -> str:
        name = word_of(text, valid, synonyms)
        if name is None:
            raise ValueError(f"'{text}' is unknown{did_you_mean(folded(text), valid)}; choose from {', '.join(valid)}")
        return name
    return parse


def several_of(names: Iterable[str], synonyms: Optional[Mapping[str, str]] = None) -> Callable[[str], Tuple[str, ...]]:
    """A parser for words of a list, with commas between them; all stands for all of them, none for none."""
    valid = tuple(names)
    parse_one = one_of((*valid, "all", "none"), {**(synonyms or {}), **dict.fromkeys(ALL, "all"), **dict.fromkeys(NONE, "none")})

    def parse(text: str) -> Tuple[str, ...]:
        words = {parse_one(word) for word in items(text)}
        if len(words) > 1 and "none" in words:
            raise ValueError("'none' stands alone")
        return valid if "all" in words else tuple(name for name in valid if name in words)
    return parse


def items(text: str) -> Tuple[str, ...]:
    """The words of a list, with commas or blanks between them."""
    return tuple(bare(text).replace(",", " ").replace("+", " ").split())


def plan_of(text: str, plans: Iterable[str]) -> Optional[str]:
    """The name that is meant: Max5, "Max 5x", Claude Max (20x) and custom-max are plans; None for others."""
    names = list(plans)
    plan = word_of(text, names)
    if plan:
        return plan
    import re
    word = re.sub(r"[^a-z0-9]", "", bare(text).lower())
    by_letters = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(names)}
    candidates = (PLAN_WORDS.get(name, name) for name in (word, re.sub(r"^claude|plan$", "", word)))
    return next((by_letters[name] for name in candidates if name and name in by_letters), None)


def parse_rule(text: str) -> ResetRule:
    """session, schedule, or hours such as 5 or 5,10,15,20; CcmonError for anything else."""
    words = [bare(word) for word in bare(text).split(",")]
    if len(words) == 1:
        name = {"reference": "schedule"}.get(folded(text), folded(text))
        if name in ("session", "schedule"):
            return ResetRule(name)
        words = text.split() if all(map(str.isdigit, text.split())) and text.split() else words
    try:
        return ResetRule("hour", tuple(sorted(set(map(hour_of_day, words)))))
    except ValueError:
        shown = clip(clean(text), 40)
        raise CcmonError(f"'{shown}' is no reset rule",
                         "Use session, schedule, or hours from 0 to 23 such as 5 or 5,10,15,20") from None
