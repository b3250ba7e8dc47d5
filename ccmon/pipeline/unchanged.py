"""Whether a look could only find again what is stored; the facts then, without what reads and without a write.

A look that finds more is that of refresh.py, which comes at least every few minutes: what it keeps for later is kept by it.
"""

from typing import Optional, Sequence

from ccmon import linecache
from ccmon.errors import CcmonError
from ccmon.line import linefiles
from ccmon.model import Facts, Source
from ccmon.pipeline import account, lessons
from ccmon.pipeline.catch_up import files
from ccmon.pipeline.memory import SCREEN_BUSY_MS, Memory, opened
from ccmon.pipeline.present import load, source_before
from ccmon.settings.context import Context
from ccmon.sources import log_files
from ccmon.sources.log_files import LogFile

MOST_REST_S = 300                      # a source is asked again after that, whatever the files say
HOW = ("timeout", "ccusage", "source")             # the settings that say how a source is asked


def stored_facts(ctx: Context) -> Optional[Facts]:
    """The facts that are stored, seen to hold still; None where a refresh could find more, or has to take what waits for it."""
    if ctx.is_stored_only:
        return load(ctx, ctx.now())
    if ctx.demo is not None or not ctx.cache or linefiles.may_be_spooled(ctx.cache):
        return None
    before, now = source_before(ctx), ctx.now()
    if before.ran is None or "flag" in [ctx.settings.origin[name] for name in HOW]:
        return None
    with opened(ctx, SCREEN_BUSY_MS) as memory:
        if memory.store is None or memory.is_frozen() or memory.has_waiting_readings() or account.has_changed(ctx, memory):
            return None
        facts = unchanged_facts(ctx, before, files(ctx), memory, now)
        return facts and lessons.recall(memory, facts, now)._replace(source=before._replace(refreshed=now))


def unchanged_facts(ctx: Context, before: Source, found: Sequence[LogFile], memory: Memory, now: int) -> Optional[Facts]:
    """What is stored where the source could only repeat itself: no log has changed, no session has ended, it was asked lately."""
    by_hand = ctx.settings.origin["ccusage"] in ("flag", "environment")
    if not found or by_hand or before.error or before.ran is None or before.progress is not None or memory.trouble:
        return None
    if not 0 <= now - before.ran < MOST_REST_S or before.logs != log_files.stamp(found):
        return None
    if ctx.settings.source not in ("auto", before.name) or before.reason == "no_ccusage" and _is_there(ctx, memory):
        return None
    if ctx.cache and linecache.read_state(ctx.cache).outdated(linecache.config_path(ctx.env)):
        return None                    # another source may be wanted now
    facts = memory.facts(now)
    has_ended = any(before.ran < block.end <= now for block in facts.blocks)
    return facts if facts.blocks and not has_ended and not memory.trouble else None


def _is_there(ctx: Context, memory: Memory) -> bool:
    """True when there is a ccusage by now; whether it can be started is for ask to find out."""
    from ccmon.sources import ccusage_find
    try:
        return bool(ccusage_find.find(ctx.settings.ccusage, memory.remembered_path(), ctx.env, ctx.paths.home))
    except CcmonError:
        return False
