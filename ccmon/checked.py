"""Stored JSON, read again: each value is checked to be of its kind and within bounds, or raises."""

from ccmon.quick_typing import Any, Callable, NoReturn, Optional, Tuple, Type, TypeVar
from ccmon.text import clean

MOST = 2 ** 63 - 1                     # no number of ours is larger, nor does sqlite take one
LATEST_S = 10 ** 11                    # no time is later: the year 5138
_LEAST = 1e-12                         # of what is above zero
_Number = TypeVar("_Number", int, float)
_LONGEST = 200                         # characters of a text
_BLANKS = " \t\n\r"                   # of JSON
_DIGITS_ALONE = dict.fromkeys({*range(128)} - {*range(48, 58)}, " ")

# What taking a value of another shape apart may raise.
Damage = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


def value(text: Optional[str]) -> Any:
    """The JSON value. Raises ValueError where there is none, or a number in it that cannot be; RecursionError."""
    return _parsed((text or "").strip(_BLANKS), _Checked)


def unchecked_value(text: str) -> Any:
    """The JSON value with unchecked numbers, five times as quick: the caller checks each. Raises ValueError."""
    longest = max(map(len, text.translate(_DIGITS_ALONE).split()), default=0)
    return _parsed(text.strip(_BLANKS), _Rules) if longest < 20 else value(text)


def _parsed(text: str, rules: "Type[_Rules]") -> Any:
    try:
        from _json import make_scanner  # private: each Python may ask for other rules than these, or have none
        value, end = make_scanner(rules)(text, 0)  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        raise
    except (StopIteration, SystemError):               # Python 3.9 to 3.11 have no words for it where json is not loaded
        raise ValueError("no JSON") from None
    except Exception:
        import json  # what Python documents
        return json.loads(text, parse_constant=rules.parse_constant, parse_float=rules.parse_float, parse_int=rules.parse_int)
    if end != len(text):
        raise ValueError("more than one value")
    return value


def json_text(value: Any) -> str:
    """The value as JSON, as json.dumps has it, of which the encoder alone is loaded where that can be had."""
    try:
        from _json import encode_basestring_ascii, make_encoder
        chunks = make_encoder(None, _refuse, encode_basestring_ascii, None, ": ", ", ", False, False, True)(value, 0)
        return "".join(chunks)
    except Exception:
        import json
        return json.dumps(value)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of ours")


def _fraction(digits: str) -> float:
    return within(float(digits), -MOST, MOST)


def _integer(digits: str) -> int:
    return int(digits) if len(digits) < 20 and abs(int(digits)) <= MOST else _refuse(digits[:20])


class _Rules:
    """What the scanner behind the json module is set up with; the module itself loads re, and takes half a start of Python."""

    strict, object_hook, object_pairs_hook, array_hook = True, None, None, None
    parse_float: Callable[[str], float] = float
    parse_int: Callable[[str], int] = int
    parse_constant = staticmethod(_refuse)


class _Checked(_Rules):
    """The same with each number checked."""

    parse_float, parse_int = staticmethod(_fraction), staticmethod(_integer)  # type: ignore[assignment]


def within(number: float, low: float, high: float) -> float:
    """The number. ValueError when it is outside, or not a number."""
    if not low <= number <= high:
        raise ValueError(f"{number} is not between {low} and {high}")
    return number


def epoch(stored: Any) -> int:
    """Epoch seconds. ValueError."""
    return int(within(int(stored), 0, LATEST_S))


def count(stored: Any) -> int:
    """A whole number, none negative. ValueError."""
    return int(within(int(stored), 0, MOST))


def epochs(stored: Any) -> Tuple[int, ...]:
    """Many epochs at once. ValueError, TypeError."""
    return _all_within(tuple(map(int, stored)), LATEST_S)


def amounts(stored: Any) -> Tuple[float, ...]:
    """Many amounts at once. ValueError, TypeError."""
    return _all_within(tuple(map(float, stored)), MOST)


def _all_within(numbers: "Tuple[_Number, ...]", high: float) -> "Tuple[_Number, ...]":
    for number in (min(numbers), max(numbers)) if numbers else ():
        within(number, 0, high)
    return numbers


def share(stored: Any) -> float:
    """From 0 to 1. ValueError."""
    return within(float(stored), 0.0, 1.0)


def amount(stored: Any) -> float:
    """A number, none negative. ValueError."""
    return within(float(stored), 0.0, MOST)


def positive(stored: Any) -> float:
    """A number above zero that can be divided by. ValueError."""
    return within(float(stored), _LEAST, MOST)


def name(stored: Any) -> str:
    """A text of one line. ValueError when it is none."""
    if not isinstance(stored, str) or not stored.isprintable() or len(stored) > _LONGEST:
        raise ValueError("no text of ours")
    return stored


def sentence(stored: Any) -> str:
    """A text of any length, cleaned. ValueError when it is none."""
    if not isinstance(stored, str):
        raise ValueError("no text")
    return clean(stored)


def boolean(stored: Any) -> bool:
    """True or false. ValueError."""
    if not isinstance(stored, bool):
        raise ValueError("neither true nor false")
    return stored


def optional(stored: Any, convert: Any) -> Any:
    """What `made` makes of it, None of nothing."""
    return None if stored is None else convert(stored)


