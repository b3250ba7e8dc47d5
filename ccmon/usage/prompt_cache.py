"""Claude's prompt cache of the session that was used last: until when it is warm, and what is paid again after that."""

from __future__ import annotations

from typing import Any, List, Optional

from ccmon import checked
from ccmon.model import PromptCache
from ccmon.sources.session_json import CACHE
from ccmon.when import SKEW_S

_LONGEST_TTL_S = 7 * 86_400            # a later end is no end of ours


def parse(line: str) -> Optional[PromptCache]:
    """What a line of the spool says of it: cache=END/SECONDS/TOKENS/PERCENT, a dash for not known; None for nothing."""
    word = next((word[len(CACHE):] for word in line.split()[8:] if word.startswith(CACHE)), "")
    try:
        return load([None if part == "-" else int(part) for part in word.split("/")])
    except checked.Damage:
        return None


def newer_cache(before: Optional[PromptCache], told: Optional[PromptCache], now: int) -> Optional[PromptCache]:
    """That of the session that was used last: idle ones repeat what they were told once."""
    possible = [one for one in (before, told) if one is not None and one.expires_at - one.ttl_s <= now + SKEW_S]
    return max(possible, key=lambda one: (one.expires_at - one.ttl_s, one is told), default=None)


def dump(cache: Optional[PromptCache]) -> Optional[List[Optional[int]]]:
    """As JSON values, for `load`."""
    return None if cache is None else list(cache)


def load(stored: Any) -> Optional[PromptCache]:
    """What was dumped. Raises what checked.Damage names."""
    if stored is None:
        return None
    expires_at, ttl_s, tokens, percent = stored
    return PromptCache(checked.epoch(expires_at), _whole(ttl_s, _LONGEST_TTL_S), checked.optional(tokens, checked.count),
                       checked.optional(percent, lambda one: _whole(one, 100)))


def _whole(number: Any, most: int) -> int:
    return int(checked.within(int(number), 0, most))
