"""What a line of a log is that holds usage and gave no entry: damaged, or whole and of another kind. Opens nothing."""

import re
from codecs import BOM_UTF8
from datetime import date
from json import JSONDecoder

from ccmon.quick_typing import Any, Dict, NoReturn, Optional, Tuple
from ccmon.sources.log_entries import MOST

DAMAGED, PROGRESS, TOOL_RESULT, API_ERROR, SYNTHETIC, EMPTY, REFUSED, OTHER = (
    "damaged", "progress", "tool_result", "api_error", "synthetic", "empty", "refused", "other")
_LONGEST_NUMBER = 300                  # digits: a longer one counts nothing
_SHORT = 4300                          # bytes: no number in a shorter line is longer than Python converts
_NEEDED = ("input_tokens", "output_tokens")
_COUNTS = (*_NEEDED, "cache_creation_input_tokens", "cache_read_input_tokens")
_PARTS = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
_TIME = re.compile(r"""(20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9]|:60)?
    (?:[.,][0-9]+)?\ ?(?:[Zz]|[+-][0-9]{2}:?(?:[0-9]{2})?)?""", re.ASCII | re.VERBOSE)
_EPOCHS = (10 ** 9, 4 * 10 ** 12)      # from s to ms


def unused_kind(line: bytes, record: Optional[Dict[str, Any]] = None) -> str:
    """The kind of a line that holds usage and of which log_entries.parse made nothing; record: of log_entries. Never raises.

    Damaged is what is no JSON, what is cut off, and an answer whose counts or time cannot be. What ccusage refuses though
    it is whole is refused.
    """
    if record is not None:
        return _of_record(record)
    try:
        text = (line[3:] if line.startswith(BOM_UTF8) else line).decode()
        data = (_DECODER if len(line) < _SHORT else _CAREFUL).decode(text)
    except RecursionError:
        return REFUSED                 # nested more deeply than Python reads
    except ValueError:
        return DAMAGED
    return _of_record(data) if isinstance(data, dict) else OTHER


def _of_record(data: Dict[str, Any]) -> str:
    message = data.get("message")
    kind, inside = data.get("type"), message if isinstance(message, dict) else {}
    if kind == "user" or kind is None and inside.get("role") == "user":
        return TOOL_RESULT
    if kind == "progress" or kind != "assistant" and isinstance(data.get("data"), dict):
        return PROGRESS
    if kind != "assistant" and not isinstance(inside.get("usage"), dict):
        return OTHER
    usage = inside.get("usage")
    if not _can_be(usage) or not _is_time(data.get("timestamp")):
        return DAMAGED
    if data.get("isApiErrorMessage") is True:
        return API_ERROR
    if inside.get("model") == "<synthetic>":
        return SYNTHETIC
    return _of_answer(usage or {})


def _of_answer(usage: Dict[str, Any]) -> str:
    """By the counts, each of which can be or is missing."""
    counted = [usage.get(name) is not None for name in _NEEDED]
    if not any(counted) and not any(usage.get(name) for name in _COUNTS):
        return EMPTY
    return REFUSED if all(counted) else DAMAGED


def _can_be(usage: Any) -> bool:
    """Whether these may be the counts of a message; what is null is ignored."""
    if usage is None:
        return True
    parts = usage.get("cache_creation") if isinstance(usage, dict) else ""
    return isinstance(parts, (dict, type(None))) and _all_count(usage, _COUNTS) and _all_count(parts or {}, _PARTS)


def _all_count(given: Dict[str, Any], names: Tuple[str, ...]) -> bool:
    counts = [given[name] for name in names if given.get(name) is not None]
    return all(type(count) is int and 0 <= count <= MOST for count in counts)


def _is_time(value: Any) -> bool:
    """Whether it is a time of this century, in any form; ccusage takes one of them."""
    if isinstance(value, str):
        match = _TIME.fullmatch(value)
        return match is not None and _is_day(*map(int, match.groups()[:3]))
    return type(value) in (int, float) and _EPOCHS[0] <= value <= _EPOCHS[1]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _integer(digits: str) -> Optional[int]:
    """The number; -1, which counts nothing, for an absurdly long one."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else -1


def _refuse(_name: str) -> NoReturn:
    raise ValueError                   # NaN and Infinity are no JSON


_DECODER, _CAREFUL = JSONDecoder(parse_constant=_refuse), JSONDecoder(parse_constant=_refuse, parse_int=_integer)
