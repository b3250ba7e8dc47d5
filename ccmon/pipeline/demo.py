"""Simulated usage for --demo, which depends on nothing but the time, so that every call agrees; and the history of that."""

import math
from functools import lru_cache

from ccmon.learning import runway, state
from ccmon.learning.values import Estimate, Learned, LearnedState, RunwayModel, UnitWeights, UsageCurve
from ccmon.model import Block, Source
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, WEEK_S, SourceAnswer, opened
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.settings.context import Context
from ccmon.when import DAY_S, SESSION_S

MODELS = ("claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929")
PLAN = "ml_auto"
LIMIT = 33_000                         # tokens that Claude really lets this user have
HISTORY_S = 8 * DAY_S
USD_PER_TOKEN = 0.00022
WEEK_SESSIONS = 16                     # full sessions that make a week's 100 %
LEARNED_S = SESSION_S                  # so long before the session
READINGS, WINDOWS, SCORED, ERROR_MIN = 640, 24, 18, 14.0
PAST_S = 5 * DAY_S                     # how this user works shows in so long before
STEP_S = 300


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


def sample_epochs(now: int, first: int) -> List[int]:
    """The times at which somebody would have looked, two minutes apart, since before the session began."""
    return [first - 60, *range(first, now - 60, 120), now - 60]


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


# --- the history ------------------------------------------------------------------------------------------------------

def write_history(ctx: Context, first: int) -> None:
    """Fill the history of a demo with what would have been observed since the session began that starts at `first`."""
    now = ctx.now()
    epochs = sample_epochs(now, first)
    with opened(ctx, BACKGROUND_BUSY_MS) as history:
        history.write_learned(state.dump(learned_state(first)))
        for at in epochs:
            history.store_answer(SourceAnswer(blocks(at, first), Source("demo", refreshed=at)), at)
        history.store_readings(readings(epochs, first))


def learned_state(first: int) -> LearnedState:
    """What was learned before the session began that starts at `first`."""
    at, limit = first - LEARNED_S, float(LIMIT)
    weights = UnitWeights("tokens", (("", "input", 1.0), ("", "output", 1.0)), 0.6, READINGS)
    estimate = Estimate(limit, 0.97 * limit, 1.035 * limit, 0.014, READINGS, WINDOWS, 1.0, True)
    learned = Learned(at, weights, estimate, (), READINGS, 3, 0.98 * limit, WINDOWS, 1.0, ERROR_MIN, SCORED)
    return LearnedState(learned, _trained(at, 100 / limit), _trained(at, 1.0))


def _trained(at: int, unit: float) -> RunwayModel:
    """The sessions of the days before, more and busier ones than the demo shows, in a unit of so much for a token."""
    times, loads, total = [at - PAST_S], [0.0], 0.0
    starts = range(at - PAST_S, at, SESSION_S)
    for start in starts:
        scale = unit * (0.6 + 0.8 * noise(start // SESSION_S, 7)) * (noise(start // SESSION_S, 3) > 0.45)
        for ts in range(start, min(at, start + SESSION_S), STEP_S):
            total += scale * pace(ts // 60) * STEP_S / 60
            times.append(ts + STEP_S)
            loads.append(total)
    return runway.train(UsageCurve(tuple(times), tuple(loads), (), tuple(starts)), at)


def readings(epochs: Sequence[int], first: int) -> str:
    """What Claude Code would have sent to its status line at these epochs: lines as spool_lines.parse reads them."""
    return "".join(_line(at, first) for at in epochs if at >= first)


def _line(at: int, first: int) -> str:
    sessions = blocks(at, first)
    week_end = (at // WEEK_S + 1) * WEEK_S + 9 * 3600 - (WEEK_S if at % WEEK_S < 9 * 3600 else 0)
    week = sum(block.tokens for block in sessions if block.start >= week_end - WEEK_S)
    return (f"{at} demo {at} {min(100, 100 * sessions[-1].tokens // LIMIT)} {sessions[-1].end} "
            f"{min(100, 100 * week // (WEEK_SESSIONS * LIMIT))} {week_end}\n")
