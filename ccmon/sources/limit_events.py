"""Records of Claude Code that a limit was reached, read for what they are: what they hold first, then what they say.

Leniently, unlike the entries of log_entries.py: nothing is counted here, and these records have nulls where answers may not.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, Iterator, List, Optional

from ccmon.named_tuple import NamedTuple
from ccmon.sources import limit_texts
from ccmon.sources.limit_texts import CREDIT, EXTRA, MODEL, OTHER, SESSION, SPEND, UNNAMED, WEEKLY, NamedLimit
from ccmon.sources.log_json import time_ms
from ccmon.text import clean
from ccmon.when import SESSION_S, WEEK_S

KINDS = (SESSION, WEEKLY, MODEL, EXTRA, SPEND, CREDIT, limit_texts.ADMIN, OTHER)
SLACK_S = 300                          # the clocks of a machine and of the server differ
LONGEST_TEXT = 240                     # characters of a message
FLAG = b"isApiErrorMessage"             # no line without it is about a limit
_MOST_PARTS = 50
_OF_TYPE = {"five_hour": NamedLimit(SESSION), "seven_day": NamedLimit(WEEKLY), "seven_day_opus": NamedLimit(MODEL, "Opus"),
            "seven_day_sonnet": NamedLimit(MODEL, "Sonnet"), "seven_day_overage_included": NamedLimit(MODEL, "Fable"),
            "overage": NamedLimit(EXTRA)}
_OF_MODEL = re.compile(r"seven_day_([a-z][a-z0-9_]{0,20})")
_EPOCH = re.compile(r"limit reached ?\| ?([0-9]{9,11})(?![0-9])", re.IGNORECASE)
_FRACTION = re.compile(r"(\.[0-9]{3})[0-9]+")


class LimitMessage(NamedTuple):
    """A message of Claude Code that a limit was reached."""

    at_ms: int                         # epoch ms
    kind: str                          # one of KINDS, or unnamed: log_limits.with_reset decides by the reset
    model: str                         # whose limit it is, "" where no model is named
    resets_at: int                     # epoch s where the message has it as a number, else 0
    text: str                          # the message, cleaned and cut


def limit_message(line: bytes) -> Optional[LimitMessage]:
    """The event in a line of a log; None in nearly all lines. Never raises."""
    if FLAG not in line:
        return None
    try:
        data = json.loads(line.decode("utf-8", "replace"))
        return _event(data) if data["isApiErrorMessage"] is True else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def by_reset(at: int, resets_at: int) -> str:
    """Which limit of the plan resets then (epoch s, 0 when unknown): no session's is further off than five hours."""
    ahead_s = resets_at - at - SLACK_S
    return OTHER if not resets_at or ahead_s > WEEK_S else WEEKLY if ahead_s > SESSION_S else SESSION


def _event(data: Dict[str, Any]) -> Optional[LimitMessage]:
    at_ms = time_ms(_FRACTION.sub(r"\1", data["timestamp"]))
    quota = _quota(data)
    if quota is not None and quota["status"] != "rejected":
        return None
    texts, limited = list(_texts(data)), _is_limited(data)
    recognised = [(words, text) for words, text in ((limit_texts.named_limit(text, limited), text) for text in texts) if words]
    words, text = recognised[0] if recognised else (None, texts[0] if texts else "")
    limit = words if quota is None else _decided(quota, words)
    if limit is None:
        return None
    resets_at = (_epoch_s(quota.get("resetsAt")) if quota else 0) or _epoch_in(text)
    if limit.kind == UNNAMED and resets_at:
        limit = NamedLimit(by_reset(at_ms // 1000, resets_at))
    return LimitMessage(at_ms, limit.kind, limit.model, resets_at, text)


# --- what the record holds ------------------------------------------------------------------------------------------------

def _quota(data: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """What the record holds about the limits, wherever it stands; None when there is nothing or no status in it."""
    inside = [data.get("message"), data.get("error"), data.get("errorDetails")]
    members = [data, *inside, *(member.get("error") for member in inside if isinstance(member, dict))]
    for member in members:
        for name in ("quotaLimits", "rate_limit_info"):
            value = member.get(name) if isinstance(member, dict) else None
            for quota in value[:_MOST_PARTS] if isinstance(value, list) else [value]:
                if isinstance(quota, dict) and isinstance(quota.get("status"), str):
                    return quota
    return None


def _decided(quota: Dict[str, Any], words: Optional[NamedLimit]) -> NamedLimit:
    """The limit that a rejection is about.

    A window of the plan that rejects when extra usage, a budget or credits are used up was full before: such words say more.
    """
    held = _of_type(quota.get("rateLimitType"))
    if held is None:
        return words or NamedLimit(OTHER)
    if held.kind == MODEL:
        return words if words and words.kind == MODEL else held
    if words and words.kind in (EXTRA, SPEND, CREDIT):
        return words
    return NamedLimit(EXTRA) if quota.get("isUsingOverage") is True else held


def _of_type(name: Any) -> Optional[NamedLimit]:
    if not isinstance(name, str):
        return None
    match = _OF_MODEL.fullmatch(name)
    limit = _OF_TYPE.get(name)
    return limit or (NamedLimit(MODEL, match.group(1).replace("_", " ").capitalize()) if match else None)


def _is_limited(data: Dict[str, Any]) -> bool:
    """True when the record calls itself one of a limit."""
    error = data.get("error")
    kind = error.get("type") if isinstance(error, dict) else error
    return kind in ("rate_limit", "rate_limit_error") or data.get("apiErrorStatus") == 429


def _texts(data: Dict[str, Any]) -> Iterator[str]:
    """The texts of the message, each cleaned and cut."""
    message = data.get("message")
    content = message.get("content") if isinstance(message, dict) else message
    parts: List[Any] = content[:_MOST_PARTS] if isinstance(content, list) else [content]
    for part in parts:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str) and text.strip():
            yield clean(" ".join(text[:2 * LONGEST_TEXT].split()))[:LONGEST_TEXT]


def _epoch_in(text: str) -> int:
    """The reset in the oldest wording, epoch s; 0 without one."""
    match = _EPOCH.search(text)
    return int(match.group(1)) if match else 0


def _epoch_s(value: Any) -> int:
    """Epoch s, 0 where it is no such number."""
    if type(value) not in (int, float) or not 10 ** 9 <= value < 10 ** 14:
        return 0
    return int(value) if value < 10 ** 11 else int(value) // 1000
