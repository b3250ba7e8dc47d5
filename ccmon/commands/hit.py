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
    with opened(ctx, SCREEN_BUSY_MS) as history:
        words = _list(ctx, history) if given.list else _undo(ctx, history) if given.undo else _note(given, ctx, history)
        print(streams.named(words))
    if not given.list:
        line_cache.outdate(ctx.env)
    return OK


def _note(given: SimpleNamespace, ctx: Context, history: History) -> str:
    now = ctx.now()
    at = now if given.at is None else hits.cut_off_epoch(given.at, now, ctx.zone, history.first_epoch())
    return hits.noted(*history.add_hit(at), now, ctx.zone) + " Undo: ccmon hit --undo"


def _undo(ctx: Context, history: History) -> str:
    return hits.taken_back(history.undo_hit(), ctx.now(), ctx.zone)


def _list(ctx: Context, history: History) -> str:
    events = history.limit_events()
    return "\n".join(hits.table(events, ctx.now(), ctx.zone)) if events else "Nothing is noted."
