"""`ccmon hit`: the user was cut off, which is the limit to the last token; taken back, or listed."""

from types import SimpleNamespace

from ccmon import line_cache, output, streams
from ccmon.pipeline.history import SCREEN_BUSY_MS, History, opened
from ccmon.settings.context import Context
from ccmon.usage import hits

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Note it, take it back or list what is noted; the exit code."""
    if given.list:
        output.read_logs(ctx)
    with opened(ctx, SCREEN_BUSY_MS) as memory:
        said = _list(ctx, memory) if given.list else _undo(ctx, memory) if given.undo else _note(given, ctx, memory)
        print(streams.named(said))
    if not given.list:
        line_cache.outdate(ctx.env)
    return OK


def _note(given: SimpleNamespace, ctx: Context, memory: History) -> str:
    now = ctx.now()
    at = now if given.at is None else hits.moment(given.at, now, ctx.zone, memory.oldest())
    return hits.noted(*memory.note_hit(at), now, ctx.zone) + " Undo: ccmon hit --undo"


def _undo(ctx: Context, memory: History) -> str:
    return hits.taken_back(memory.undo_hit(), ctx.now(), ctx.zone)


def _list(ctx: Context, memory: History) -> str:
    events = memory.events()
    return "\n".join(hits.table(events, ctx.now(), ctx.zone)) if events else "Nothing is noted."
