"""Claude's prompt cache of the session that was used last: until when it is warm, and what is paid again after that."""

from __future__ import annotations

from ccmon import checked
from ccmon.model import PromptCache
from ccmon.quick_typing import Any, Optional
from ccmon.sources.session_json import CACHE
from ccmon.when import SKEW_S, WEEK_S

_LONGEST_TTL_S = WEEK_S            # a later end is no end of ours


def parse(line: str) -> Optional[PromptCache]:
    """The cache in a line of the spool: cache=END/SECONDS/TOKENS/PERCENT, a dash for unknown; None without one."""
    word = next((word[len(CACHE):] for word in line.split()[8:] if word.startswith(CACHE)), "")
    try:
        return load([None if part == "-" else int(part) for part in word.split("/")])
    except checked.Damage:
        return None


def newer_cache(before: Optional[PromptCache], new: Optional[PromptCache], now: int) -> Optional[PromptCache]:
    """That of the session that was used last: idle ones repeat old values."""
    possible = [one for one in (before, new) if one is not None and one.expires_at - one.ttl_s <= now + SKEW_S]
    return max(possible, key=lambda one: (one.expires_at - one.ttl_s, one is new), default=None)


def load(stored: Any) -> Optional[PromptCache]:
    """The cache in stored values. Raises checked.Damage."""
    if stored is None:
        return None
    expires_at, ttl_s, tokens, percent = stored
    return PromptCache(checked.epoch(expires_at), _whole(ttl_s, _LONGEST_TTL_S), checked.optional(tokens, checked.count),
                       checked.optional(percent, lambda one: _whole(one, 100)))


def _whole(number: Any, most: int) -> int:
    return int(checked.within(int(number), 0, most))
