"""Records of Claude Code that a limit was reached: what they hold first, then their first words, in any wording since 2025.

Leniently, unlike the entries of log_entries.py: nothing is counted here, and these records have nulls where answers may not.
"""

from __future__ import annotations

import json
import re

from ccmon.quick_typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from ccmon.sources.log_json import time_ms
from ccmon.text import clean
from ccmon.when import SESSION_S, WEEK_S

KINDS = SESSION, WEEKLY, MODEL, EXTRA, SPEND, CREDIT, ADMIN, OTHER = (
    "session", "weekly", "model", "extra", "spend", "credit", "admin", "other")
UNNAMED = "unnamed"                    # a limit of the plan without a name: its reset decides which
LONGEST_MODEL = 24                     # characters of a model's name
SLACK_S = 300                          # the clocks of a machine and of the server differ
LONGEST_TEXT = 240                     # characters of a message
FLAG = b"isApiErrorMessage"             # no line without it is about a limit
_MOST_PARTS = 50


class NamedLimit(NamedTuple):
    """The limit that a message names."""

    kind: str                          # one of KINDS, or unnamed
    model: str = ""                    # "" where it names none


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
    recognised = [(words, text) for words, text in ((named_limit(text, limited), text) for text in texts) if words]
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
    """The limit that a rejection is about: words of extra usage, a budget or credits say more than a window, full before."""
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


# --- what it says -----------------------------------------------------------------------------------------------------

_NAME = r"(?P<name>(?:[^\u00b7\u2219\u2022|:;!?,.]|\.(?=[0-9])){0,60}?)"
_HIT = re.compile(rf"you(?:'ve| have) (?:hit|reached) your {_NAME}(?<![\w'-])(?:limits?|budget)\b", re.IGNORECASE)
_REACHED = re.compile(rf"(?:your )?{_NAME}(?<![\w'-])limit (?:was |has been )?reached\b", re.IGNORECASE)
_REQUIRES = re.compile(rf"{_NAME} requires (?:usage credits|extra usage)\b", re.IGNORECASE)
_KEEP_USING = re.compile(r"\bkeep using (?P<name>[A-Z][A-Za-z]*(?: [0-9]+(?:\.[0-9]+)?)?)|/model\b|"
                         r"(?i:switch (?:to another )?model)")
_RESETS = re.compile(r"\b(?:resets|will reset)\b", re.IGNORECASE)
_FIRST_WORDS: Tuple[Tuple[str, str], ...] = (
    ("you're out of extra usage", EXTRA), ("you're out of usage credits", EXTRA), ("your org is out of usage", CREDIT),
    ("your organization is out of usage", CREDIT), ("your seat type doesn't include", ADMIN),
    ("your usage allocation has been disabled", ADMIN), ("your group's usage limit is set to", ADMIN))
_NO_CREDIT = "credit balance is too low"
_NOBODYS = frozenset("""api context conversation file image input length memory message messages output rate request requests size
    thinking time token tokens tool turn turns""".split())               # such limits are not the account's
_SHARED = frozenset("channel group individual member monthly org organization seat service team workspace".split())
_PLAIN = frozenset("account ai claude plan subscription the usage".split())
_WEEK = frozenset("weekly week 7-day seven-day".split())
_SESSION = frozenset("session 5-hour five-hour 5-hr 5h".split())
_NO_MODELS = _NOBODYS | _SHARED | _PLAIN | _WEEK | _SESSION | frozenset("""budget credit credits daily enterprise extra fast free
    hourly limit max mode model overage pro quota shared spend spending window""".split())
_FAMILIES = frozenset("opus sonnet haiku fable".split())
_VERSION = re.compile(r"[0-9][0-9.]*", re.ASCII)
_CAPITALISED = re.compile(r"[A-Z][A-Za-z0-9.-]*", re.ASCII)


def named_limit(text: str, limited: bool) -> Optional[NamedLimit]:
    """The limit that the text names, None for none; limited: the record calls itself one of a limit.

    The first words decide: what follows them may name another limit ("... your weekly limit resets 8pm").
    """
    text = " ".join(text.replace("\u2019", "'").split())
    lower = text.lower()
    if _NO_CREDIT in lower:
        return NamedLimit(CREDIT)
    if lower.startswith("api error"):
        return None
    kind = next((kind for words, kind in _FIRST_WORDS if lower.startswith(words)), None)
    if kind:
        return _for_a_model(text) or NamedLimit(kind) if kind == EXTRA else NamedLimit(kind)
    needs = _REQUIRES.match(text)
    if needs:
        return NamedLimit(CREDIT, _model(needs["name"].split()))
    match = _HIT.match(text) or _REACHED.match(text)
    if match:
        return _named(match["name"].split(), match.group().lower().endswith("budget"), text[match.end():].lstrip()[:1] == "|")
    return NamedLimit(UNNAMED) if limited and _RESETS.search(text) else None


def _for_a_model(text: str) -> Optional[NamedLimit]:
    """Credits that one model needs, while the others go on: the plan's own limits are not concerned."""
    match = _KEEP_USING.search(text)
    return NamedLimit(CREDIT, (match["name"] or "")[:LONGEST_MODEL]) if match else None


def _named(words: List[str], budget: bool, epoch: bool) -> Optional[NamedLimit]:
    """By the words before "limit"; epoch: the oldest wording, the same for every limit, with the reset as a number."""
    names = {word.lower().replace("'s", "") for word in words}
    if names & _NOBODYS:
        return None
    if budget or names & {"spend", "spending"}:
        return NamedLimit(SPEND)
    if names & {"extra", "overage"} or "usage" in names and names & {"credit", "credits"}:
        return NamedLimit(EXTRA)
    if names & {"credit", "credits"}:
        return NamedLimit(CREDIT)
    if names & _SHARED:
        return NamedLimit(SPEND)
    model = _model(words)
    if model:
        return NamedLimit(MODEL, model)
    if names & _WEEK:
        return NamedLimit(WEEKLY)
    if names & _SESSION or "ai" in names and not epoch:
        return NamedLimit(SESSION)
    return NamedLimit(UNNAMED if names <= _PLAIN else OTHER)


def _model(words: List[str]) -> str:
    """The capitalised name among the words with its version, "" without one."""
    for index, word in enumerate(words):
        if word.lower() in _FAMILIES or _CAPITALISED.fullmatch(word) and word.lower() not in _NO_MODELS:
            version = words[index + 1] if index + 1 < len(words) and _VERSION.fullmatch(words[index + 1]) else ""
            return f"{word[0].upper()}{word[1:]} {version}".strip()[:LONGEST_MODEL]
    return ""
