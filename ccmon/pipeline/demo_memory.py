"""The memory of a demo: what would have been seen of the simulated session."""

from ccmon.learning import state
from ccmon.model import Source
from ccmon.pipeline import demo_past
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, SourceAnswer, opened
from ccmon.settings.context import Context
from ccmon.sources import demo


def remember_demo(ctx: Context) -> None:
    """Fill the memory of a demo with what would have been seen since the session began."""
    now = ctx.now()
    assert ctx.demo is not None
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        memory.keep_learned(state.dump(demo_past.learned_state(ctx.demo)))
        for at in demo.moments(now, ctx.demo):
            memory.keep(SourceAnswer(demo.blocks(at, ctx.demo), Source("demo", refreshed=at)), at)
        memory.note_readings(demo_past.readings(list(demo.moments(now, ctx.demo)), ctx.demo))
