"""The JSON and the times in Claude Code's logs, with the strictness and the laxness of ccusage 20.

ccusage refuses a whole line for one name given twice, for half a character, for nesting beyond 127 and for a null in one of
the names below, wherever they stand. Few lines can hold any of it: bytes tell which, and only those are looked through.
"""

import re
from datetime import date
from functools import lru_cache
from json import JSONDecoder
from math import isinf

from ccmon.quick_typing import Any, Callable, Dict, List, NoReturn, Tuple

_DAY_MS = 86_400_000
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_DAY_MS = 946_684_800_000
_DEEPEST = 127
_MOST_PLAIN = _DEEPEST // 2            # of each kind of bracket: with more of them a line is looked through
_LONGEST_NUMBER = 308                  # digits
_SHORT = 4300                          # bytes: no number in a shorter line is longer than Python converts
_NEVER_NULL = frozenset(("id", "cwd", "model", "speed", "costUSD", "version", "sessionId", "requestId", "isApiErrorMessage",
                         "cache_read_input_tokens", "cache_creation_input_tokens"))
_NULL_REACH = 40                       # characters before a null in which its name is looked for
# What stands before nearly every null, parentUuid and stop_reason and the like: the end of no name that is never null
_HARMLESS = frozenset(('Uuid":', 'ason":', 'ence":', 'ails":', 'iner":', 'ment":', 'tier":', 'ions":', '_geo":'))
_DAY = re.compile(r"(20[0-9]{2})-([0-9]{2})-([0-9]{2})")
_HOURS = {f"{number:02d}": number * 3_600_000 for number in range(24)}
_MINUTES = {f"{number:02d}": number * 60_000 for number in range(60)}
_SECONDS = {f"{number:02d}": number * 1000 for number in range(60)}
_MILLIS = {f".{number:03d}": number for number in range(1000)}
_MILLIS_UTC = {f"{text}Z": number for text, number in _MILLIS.items()}
_MINUTES_SEEN: Dict[str, int] = {}     # epoch ms: neighbouring lines share their minute
_MOST_MINUTES = 10_000
_SPACE = " \t\r\n"


class BadLine(ValueError):
    """ccusage does not use this line."""


# --- JSON -----------------------------------------------------------------------------------------------------------------

def decode(line: bytes) -> Dict[str, Any]:
    """The JSON object of the line. Raises ValueError (BadLine among them), RecursionError."""
    text = line.decode().strip(_SPACE)
    suspect = is_suspect(text)
    try:
        data, end = (_scan_carefully if suspect or len(text) >= _SHORT else _scan)(text, 0)
    except StopIteration:              # what it raises where no value begins
        raise BadLine from None
    if type(data) is not dict or end != len(text):
        raise BadLine
    if suspect and _null_models(data, _DEEPEST) != _null_models_of_iterations(data):
        raise BadLine
    return data


def is_plain_value(text: str, length: int, others: int = 0) -> bool:
    """Whether a part of a line of that length (characters) is JSON in which nothing needs a second look; others: brackets of
    each kind in the rest of the line."""
    try:
        scan = _scan if length < _SHORT else _scan_carefully
        return not is_suspect(text, others) and scan(text, 0)[1] == len(text)
    except (ValueError, RecursionError, StopIteration):
        return False


def is_suspect(text: str, others: int = 0) -> bool:
    """Whether the text may hold what ccusage refuses and plain JSON allows."""
    most = _MOST_PLAIN - others
    if text.count("{") > most or text.count("[") > most:
        return True
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        return True
    if "null" not in text:
        return False
    parts = text.split("null")
    parts.pop()
    return not {part[-6:] for part in parts} <= _HARMLESS and any(_is_odd(part[-_NULL_REACH:]) for part in parts)


def _is_odd(tail: str) -> bool:
    """Whether the null behind this may belong to a name that must not have it."""
    if tail[-2:] == '":':
        name = tail[:-2].rpartition('"')[2]
        return name in _NEVER_NULL or "\\" in name[:-1]
    return tail[-1:] in (":", " ", "\t", "\r", "")


def _null_models(value: Any, deepest: int) -> int:
    """How many models are null in the value; the other names are judged here. Raises BadLine."""
    if type(value) is str:
        value.encode()
    if type(value) not in (dict, list):
        return 0
    if not deepest:
        raise BadLine
    if type(value) is list:
        return sum(_null_models(item, deepest - 1) for item in value)
    nulls = {name for name, item in value.items() if item is None and name in _NEVER_NULL}
    if nulls - {"model"}:
        raise BadLine
    return len(nulls) + sum(_null_models(name, 0) + _null_models(item, deepest - 1) for name, item in value.items())


def _null_models_of_iterations(data: Dict[str, Any]) -> int:
    """How many are null where ccusage allows it."""
    try:
        iterations = data["message"]["usage"]["iterations"]
    except (LookupError, TypeError):
        return 0
    items = iterations if type(iterations) is list else ()
    return sum(type(item) is dict and item.get("model", "") is None for item in items)


def _refuse(_name: str) -> NoReturn:
    raise BadLine


def _float(digits: str) -> float:
    if isinf(float(digits)):
        raise BadLine
    return float(digits)


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _LONGEST_NUMBER:
        raise BadLine
    return int(digits)


def _members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadLine
    return made


_DECODER = JSONDecoder(parse_constant=_refuse, parse_float=_float)
_CAREFUL = JSONDecoder(parse_constant=_refuse, parse_float=_float, parse_int=_integer, object_pairs_hook=_members)
_Scan = Callable[[str, int], Tuple[Any, int]]
_scan: _Scan = getattr(_DECODER, "scan_once", _DECODER.raw_decode)              # what raw_decode calls, where it is there
_scan_carefully: _Scan = getattr(_CAREFUL, "scan_once", _CAREFUL.raw_decode)


# --- times ----------------------------------------------------------------------------------------------------------------

def time_ms(text: str) -> int:
    """Epoch ms of the only forms that ccusage takes: 2026-11-22T07:00:00Z, with milliseconds or not, Z or +hh:mm.

    Raises ValueError, LookupError, TypeError for all others, and for years outside 2000 to 2099.
    """
    minute = _MINUTES_SEEN.get(text[:17]) or _minute_ms(text[:17])
    millis = _MILLIS_UTC.get(text[19:])
    if millis is not None:
        return minute + _SECONDS[text[17:19]] + millis
    at, zone = minute + _SECONDS[text[17:19]], text[19:]
    if zone[0] == ".":
        at, zone = at + _MILLIS[zone[:4]], zone[4:]
    return at if zone == "Z" else at - _offset_ms(zone)


def _minute_ms(text: str) -> int:
    if len(text) != 17 or text[10] != "T" or text[13] != ":" or text[16] != ":":
        raise BadLine
    made = _day_ms(text[:10]) + _HOURS[text[11:13]] + _MINUTES[text[14:16]]
    if len(_MINUTES_SEEN) >= _MOST_MINUTES:
        _MINUTES_SEEN.clear()
    _MINUTES_SEEN[text] = made
    return made


def _offset_ms(zone: str) -> int:
    if len(zone) != 6 or zone[0] not in "+-" or zone[3] != ":":
        raise BadLine
    offset = _HOURS[zone[1:3]] + _MINUTES[zone[4:]]
    return offset if zone[0] == "+" else -offset


@lru_cache(maxsize=512)
def _day_ms(text: str) -> int:
    """Epoch ms of midnight (UTC). Raises ValueError."""
    match = _DAY.fullmatch(text)
    if not match:
        raise BadLine
    day = date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    return _FIRST_DAY_MS + (day.toordinal() - _FIRST_DAY) * _DAY_MS
