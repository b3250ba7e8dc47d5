"""Which limit a message of Claude Code is about, by its first words, in any wording since 2025. Opens nothing."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from ccmon.named_tuple import NamedTuple

SESSION, WEEKLY, MODEL, EXTRA, SPEND, CREDIT, ADMIN, OTHER = ("session", "weekly", "model", "extra", "spend", "credit", "admin",
                                                              "other")
UNNAMED = "unnamed"                    # a limit of the plan without a name: its reset decides which
LONGEST_MODEL = 24                     # characters of a model's name
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


class NamedLimit(NamedTuple):
    """The limit that a message names."""

    kind: str                          # as of a limit event, or unnamed
    model: str = ""                    # "" where it names none


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
