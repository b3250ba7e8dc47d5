"""`ccmon merge FILE`: the history of another machine joins this one; a line for each host that came."""

import os
from types import SimpleNamespace

from ccmon import line_cache
from ccmon.commands.store import stored_at
from ccmon.errors import CcmonError
from ccmon.pipeline.history import SCREEN_BUSY_MS
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.store import copy, merge, trusted
from ccmon.store.database import Busy, open_store
from ccmon.store.merge import MergedRows
from ccmon.system import signals
from ccmon.text import clean, plural

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Take in the history in the file, and print what came; the exit code."""
    own, now = stored_at(ctx), ctx.now()
    with signals.deferred() as is_over, copy.copied(given.file, own) as file, \
            merge.opened(file, given.file, now, is_over, _old_at(ctx, own)) as theirs:
        try:
            with open_store(own, SCREEN_BUSY_MS, now) as store:
                came = store.change(lambda db: merge.merge(db, theirs, now, config.owner(ctx.env).host))
        except Busy:
            raise CcmonError(f"{own} is held by another program: nothing was merged", "Try again in a moment") from None
    line_cache.outdate(ctx.env)
    print("\n".join(map(_summary, came)) or "nothing new")
    return OK


def _old_at(ctx: Context, own: str) -> int:
    """Epoch s by which snapshots are old in our own history; the clock alone does not say it."""
    now = ctx.now()
    if not os.path.exists(own):
        return now
    with open_store(own, SCREEN_BUSY_MS, now) as store:
        return store.read(ctx.owner, lambda db, _: trusted.current(db, now)).epoch


def _summary(came: MergedRows) -> str:
    parts = [plural(number, noun[:-1]) for noun, number in zip(MergedRows._fields[1:], came[1:]) if number]
    return f"{', '.join(parts)} of host {clean(came.host)}"
