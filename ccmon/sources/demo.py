"""Simulated usage for --demo: sessions that depend on nothing but the time, so that every call agrees."""

import math
from functools import lru_cache
from typing import Iterator, List, Tuple

from ccmon.model import Block
from ccmon.when import DAY_S, SESSION_S

MODELS = ("claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929")
PLAN = "ml_auto"
LIMIT = 33_000                         # tokens that Claude really lets this user have
HISTORY_S = 8 * DAY_S
USD_PER_TOKEN = 0.00022


def anchor(now: int) -> int:
    """The start of the simulated session: a full hour that lies between two and three hours back."""
    return (now - 2 * 3600) // 3600 * 3600


def blocks(now: int, first: int) -> Tuple[Block, ...]:
    """The sessions of the last eight days and the active one; `first` is one of their starts."""
    sessions: List[Block] = []
    for at in range(first - HISTORY_S // SESSION_S * SESSION_S, now + 1, SESSION_S):
        if at >= first or noise(at // SESSION_S, 3) > 0.45:
            sessions.append(_block(at, min(now, at + SESSION_S), _scale(at, first)))
    return tuple(block for block in sessions if block.tokens)


def _scale(at: int, first: int) -> float:
    """How busy the session that starts then is; the one on the screen comes near its limit."""
    return 1.0 if at == first else 0.35 + 0.55 * noise(at // SESSION_S, 7)


def sample_epochs(now: int, first: int) -> Iterator[int]:
    """The times at which somebody would have looked, two minutes apart, since before the session began."""
    return iter([first - 60, *range(first, now - 60, 120), now - 60])


def noise(number: int, salt: int) -> float:
    """A fixed share 0..1 for a number: noise without a generator."""
    return math.modf(abs(math.sin(number * 12.9898 + salt * 78.233)) * 43758.5453)[0]


def pace(minute: int) -> float:
    """Tokens in that minute: waves, noise, and pauses."""
    wave = 1 + 0.55 * math.sin(minute / 13) + 0.35 * math.sin(minute / 4.1)
    return 0.0 if noise(minute // 9, 5) < 0.15 else 118 * max(0.05, wave) * (0.5 + noise(minute, 11))


def _tokens(start: int, until: int, scale: float) -> int:
    whole, rest_s = divmod(until - start, 60)
    first = start // 60
    used = sum(pace(first + minute) for minute in range(whole)) + pace(first + whole) * rest_s / 60
    return int(used * scale)


@lru_cache(maxsize=256)                # the sessions that are over are the same at every call
def _block(start: int, until: int, scale: float) -> Block:
    tokens = _tokens(start, until, scale)
    return Block(start=start, end=start + SESSION_S, last=until, tokens=tokens, input=tokens * 38 // 100,
                 output=tokens - tokens * 38 // 100, cache_creation=tokens * 5, cache_read=tokens * 78,
                 cost_usd=round(tokens * USD_PER_TOKEN, 2), models=MODELS, entries=tokens // 90, source="demo")
