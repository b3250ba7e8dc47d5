"""What the columns of the store may hold. sqlite takes any value anywhere, and a disk may turn one into another: what
cannot be is not read, the row is left out or the value is unknown. The rest of the history stays of use.
"""

from typing import Any, Iterable, Optional, Sequence

from ccmon.model import Forecast
from ccmon.text import clean
from ccmon.typed_values import MOST_PERCENT

MOST = 10 ** 15                        # tokens, micro-dollars
LATEST_S = 10 ** 11                    # epoch s
MOST_SUMMED = 10 ** 18                 # of many of them, and billionths of a US dollar
TIMES = "typeof({0}) = 'integer' AND {0} BETWEEN 0 AND " + str(LATEST_S)


ABSORBED = 8                           # flag of a message that another copy stands for


def counted(names: Iterable[str], most: int = MOST) -> str:
    """SQL that is true of a row in which all of these count something."""
    return " AND ".join(f"typeof({name}) = 'integer' AND {name} BETWEEN 0 AND {most}" for name in names)


def whole(names: Iterable[str]) -> str:
    """SQL that is true of a row in which all of these are whole numbers."""
    return " AND ".join(f"typeof({name}) = 'integer'" for name in names)


FOUR = counted(("input", "output", "cache_creation", "cache_read"), MOST_SUMMED)
# An undamaged message. `+`: the guard is no reason to read another index.
MESSAGE = " AND ".join((whole(("message", "key", "session", "model_id", "project_id", "flags")),
                        counted(("+at_ms", "input", "output", "cache_5m", "cache_1h", "cache_read")),
                        counted(("coalesce(cost_nano, 0)",), MOST_SUMMED)))


def count(value: Any) -> Optional[int]:
    """The number where it counts something, else None."""
    return value if type(value) is int and 0 <= value <= MOST else None


def epoch(value: Any) -> Optional[int]:
    """The epoch seconds where it is a time, else None."""
    return value if type(value) is int and 0 <= value <= LATEST_S else None


def text(value: Any) -> str:
    """The text without control characters, "" where it is none."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() and value.isprintable() else clean(value)


def number(noted: Optional[str]) -> Optional[int]:
    """The whole number that was noted as a text; None where it is none."""
    digits = noted or ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def is_sample(row: Sequence[Any]) -> bool:
    """ts, seen, start of the session or None, tokens."""
    ts, seen, start, tokens = row
    return (epoch(ts) is not None and epoch(seen) is not None and (start is None or epoch(start) is not None)
            and count(tokens) is not None)


def is_reading(row: Sequence[Any]) -> bool:
    """ts, percent, resets_at, source."""
    ts, percent, resets_at, source = row
    return (epoch(ts) is not None and epoch(resets_at) is not None and isinstance(source, str)
            and type(percent) in (int, float) and 0 <= percent <= MOST_PERCENT)


def is_forecast(made: Forecast) -> bool:
    """Whether it can have been made."""
    times = (made.ts, made.resets_at, made.median, made.low, made.high, made.seed_at, made.outcome_at or 0)
    shares = ((made.percent, MOST_PERCENT), (made.probability, 1))
    return (all(epoch(at) is not None for at in times) and isinstance(made.rule, str) and isinstance(made.window_s, int)
            and all(type(value) in (int, float) and 0 <= value <= most for value, most in shares))
