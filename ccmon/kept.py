"""What ccmon kept as JSON, read again: whatever has become of it meanwhile, what comes out can be, or nothing does."""

from typing import Any, NoReturn, Optional

from ccmon.text import clean

MOST = 2 ** 63 - 1                     # no number of ours is larger, nor does sqlite take one
LATEST_S = 10 ** 11                    # no moment is later: the year 5138
_LEAST = 1e-12                         # of what is above zero
_LONGEST = 200                         # characters of a text

# What taking a value of another shape apart may raise.
Damage = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


def value(text: Optional[str]) -> Any:
    """The JSON value. Raises ValueError where there is none, or a number in it that cannot be; RecursionError."""
    text = (text or "").strip(" \t\n\r")
    try:
        from _json import make_scanner  # private: each Python may ask for other rules than these, or have none
        found, end = make_scanner(_Rules)(text, 0)  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        raise
    except (StopIteration, SystemError):               # Python 3.9 to 3.11 have no words for it where json is not loaded
        raise ValueError("no JSON") from None
    except Exception:
        return _value_slowly(text)
    if end != len(text):
        raise ValueError("more than one value")
    return found


def _value_slowly(text: str) -> Any:
    """The same by what Python documents."""
    import json
    return json.loads(text, parse_constant=_refuse, parse_float=_fraction, parse_int=_integer)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of ours")


def _fraction(digits: str) -> float:
    return within(float(digits), -MOST, MOST)


def _integer(digits: str) -> int:
    return int(digits) if len(digits) < 20 and abs(int(digits)) <= MOST else _refuse(digits[:20])


class _Rules:
    """What the scanner behind the json module is set up with; the module itself loads re, and takes half a start of Python."""

    strict, object_hook, object_pairs_hook, array_hook = True, None, None, None
    parse_float, parse_int, parse_constant = staticmethod(_fraction), staticmethod(_integer), staticmethod(_refuse)


def within(number: float, low: float, high: float) -> float:
    """The number. ValueError when it is outside, or not a number."""
    if not low <= number <= high:
        raise ValueError(f"{number} is not between {low} and {high}")
    return number


def moment(kept: Any) -> int:
    """Epoch seconds. ValueError."""
    return int(within(int(kept), 0, LATEST_S))


def count(kept: Any) -> int:
    """A whole number, none negative. ValueError."""
    return int(within(int(kept), 0, MOST))


def share(kept: Any) -> float:
    """From 0 to 1. ValueError."""
    return within(float(kept), 0.0, 1.0)


def amount(kept: Any) -> float:
    """A number, none negative. ValueError."""
    return within(float(kept), 0.0, MOST)


def positive(kept: Any) -> float:
    """A number above zero that can be divided by. ValueError."""
    return within(float(kept), _LEAST, MOST)


def name(kept: Any) -> str:
    """A text of one line. ValueError when it is none."""
    if not isinstance(kept, str) or not kept.isprintable() or len(kept) > _LONGEST:
        raise ValueError("no text of ours")
    return kept


def sentence(kept: Any) -> str:
    """A text of any length, cleaned. ValueError when it is none."""
    if not isinstance(kept, str):
        raise ValueError("no text")
    return clean(kept)


def truth(kept: Any) -> bool:
    """True or false. ValueError."""
    if not isinstance(kept, bool):
        raise ValueError("neither true nor false")
    return kept


def optional(kept: Any, made: Any) -> Any:
    """What `made` makes of it, None of nothing."""
    return None if kept is None else made(kept)


