"""The history of a demo: sessions, Claude's percentages, the learned limit, and how such a user works."""

from typing import Sequence

from ccmon.learning import runway, state
from ccmon.learning.values import Estimate, Learned, LearnedState, RunwayModel, UnitWeights, UsageCurve
from ccmon.model import Source
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, WEEK_S, SourceAnswer, opened
from ccmon.settings.context import Context
from ccmon.sources import demo
from ccmon.when import DAY_S, SESSION_S

WEEK_SESSIONS = 16                     # full sessions that make a week's 100 %
LEARNED_S = SESSION_S                  # so long before the session
READINGS, WINDOWS, SCORED, ERROR_MIN = 640, 24, 18, 14.0
PAST_S = 5 * DAY_S                     # how this user works shows in so long before
STEP_S = 300


def write_history(ctx: Context, first: int) -> None:
    """Fill the history of a demo with what would have been observed since the session began that starts at `first`."""
    now = ctx.now()
    epochs = list(demo.sample_epochs(now, first))
    with opened(ctx, BACKGROUND_BUSY_MS) as history:
        history.write_learned(state.dump(learned_state(first)))
        for at in epochs:
            history.store_answer(SourceAnswer(demo.blocks(at, first), Source("demo", refreshed=at)), at)
        history.store_readings(readings(epochs, first))


def learned_state(first: int) -> LearnedState:
    """What was learned before the session began that starts at `first`."""
    at, limit = first - LEARNED_S, float(demo.LIMIT)
    weights = UnitWeights("tokens", (("", "input", 1.0), ("", "output", 1.0)), 0.6, READINGS)
    estimate = Estimate(limit, 0.97 * limit, 1.035 * limit, 0.014, READINGS, WINDOWS, 1.0, True)
    learned = Learned(at, weights, estimate, (), READINGS, 3, 0.98 * limit, WINDOWS, 1.0, ERROR_MIN, SCORED)
    return LearnedState(learned, _trained(at, 100 / limit), _trained(at, 1.0))


def _trained(at: int, unit: float) -> RunwayModel:
    """The sessions of the days before, more and busier ones than the demo shows, in a unit of so much for a token."""
    times, loads, total = [at - PAST_S], [0.0], 0.0
    starts = range(at - PAST_S, at, SESSION_S)
    for start in starts:
        scale = unit * (0.6 + 0.8 * demo.noise(start // SESSION_S, 7)) * (demo.noise(start // SESSION_S, 3) > 0.45)
        for ts in range(start, min(at, start + SESSION_S), STEP_S):
            total += scale * demo.pace(ts // 60) * STEP_S / 60
            times.append(ts + STEP_S)
            loads.append(total)
    return runway.train(UsageCurve(tuple(times), tuple(loads), (), tuple(starts)), at)


def readings(epochs: Sequence[int], first: int) -> str:
    """What Claude Code would have sent to its status line at these epochs: lines as spool_lines.parse reads them."""
    return "".join(_line(at, first) for at in epochs if at >= first)


def _line(at: int, first: int) -> str:
    blocks = demo.blocks(at, first)
    week_end = (at // WEEK_S + 1) * WEEK_S + 9 * 3600 - (WEEK_S if at % WEEK_S < 9 * 3600 else 0)
    week = sum(block.tokens for block in blocks if block.start >= week_end - WEEK_S)
    return (f"{at} demo {at} {min(100, 100 * blocks[-1].tokens // demo.LIMIT)} {blocks[-1].end} "
            f"{min(100, 100 * week // (WEEK_SESSIONS * demo.LIMIT))} {week_end}\n")
