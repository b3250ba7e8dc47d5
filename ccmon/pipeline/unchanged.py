"""Whether a refresh could only repeat what is stored; the facts then, without what reads and without a write.

The refresh of refresh.py comes at least every few minutes all the same: what is stored for later is stored by it.
"""

import time

from ccmon import line_answer
from ccmon.errors import CcmonError
from ccmon.model import Facts, Source
from ccmon.pipeline import learned_state
from ccmon.pipeline.catch_up import claude_logs, is_current
from ccmon.pipeline.history import SCREEN_BUSY_MS, History, SourceAnswer, opened
from ccmon.pipeline.present import load, source_before
from ccmon.quick_typing import Optional, Sequence
from ccmon.settings.context import Context
from ccmon.sources import claude_files, log_files
from ccmon.sources.log_files import LogFile
from ccmon.store.database import StoreError
from ccmon.usage import price_table

MOST_REST_S = 300                      # a source is asked again after that, also where no file has changed
JUST_S = 60                            # what is due now and then waits for so long after a refresh
HOW = ("timeout", "ccusage", "source")             # the settings of how a source is asked


def stored_facts(ctx: Context) -> Optional[Facts]:
    """The facts that are stored, seen to hold still; None where a refresh could find more, or has to take what waits for it."""
    if ctx.is_stored_only:
        return load(ctx, ctx.now())
    before, now = source_before(ctx), ctx.now()
    if not _may_hold(ctx, before):
        return None
    with opened(ctx, SCREEN_BUSY_MS) as history:
        facts = None if _is_waiting(history) else unchanged_facts(ctx, before, claude_logs(ctx), history, now)
        return facts and learned_state.recall(history, facts, now).with_source(before._replace(refreshed=now))


def is_recorded(ctx: Context) -> bool:
    """Whether a refresh has just stored all that there is, and its lines are fresh; False where only another one can show it."""
    before, now = source_before(ctx), ctx.now()
    if ctx.is_stored_only or ctx.settings.alerts or not _may_hold(ctx, before):
        return False
    state = line_answer.read_state(ctx.cache or "")
    is_fresh = now < state.fresh_until and 0 <= now - state.refreshed < JUST_S
    if not is_fresh or state.outdated(line_answer.config_path(ctx.env)):
        return False
    with opened(ctx, SCREEN_BUSY_MS) as history:
        try:
            return not _is_waiting(history) and answer_of_logs(ctx, before, claude_logs(ctx), history) is not None
        except StoreError:
            return False


def _may_hold(ctx: Context, before: Source) -> bool:
    """Whether a source was asked before, as it would be now, and Claude Code has sent nothing since."""
    is_asked_so = before.ran is not None and "flag" not in [ctx.settings.origin[name] for name in HOW]
    return is_asked_so and ctx.demo is None and ctx.cache is not None and not claude_files.may_hold_spool(ctx.cache)


def _is_waiting(history: History) -> bool:
    """Whether there is anything to take but from the source, or nothing can be written."""
    is_open = history.store is not None and not history.is_frozen()
    return not is_open or history.has_waiting_readings() or history.has_account_changed()


def unchanged_facts(ctx: Context, before: Source, files: Sequence[LogFile], history: History, now: int) -> Optional[Facts]:
    """What is stored where the source could only repeat itself: no log has changed, no session has ended, it was asked lately."""
    by_hand = ctx.settings.origin["ccusage"] in ("flag", "environment")
    if not files or by_hand or before.error or before.ran is None or before.progress is not None or history.trouble:
        return None
    if not 0 <= now - before.ran < MOST_REST_S or before.logs != log_files.stamp(files):
        return None
    if ctx.settings.source not in ("auto", before.name) or before.reason == "no_ccusage" and _is_there(ctx, history):
        return None
    if ctx.cache and line_answer.read_state(ctx.cache).outdated(line_answer.config_path(ctx.env)):
        return None                    # another source may be wanted now
    facts = history.facts(now)
    has_ended = any(before.ran < block.end <= now for block in facts.stored.blocks)
    return facts if facts.stored.blocks and not has_ended and not history.trouble else None


def answer_of_logs(ctx: Context, before: Source, files: Sequence[LogFile], history: History) -> Optional[SourceAnswer]:
    """The answer of the logs where they are the only source, and all of them are in the ledger as they are; else None.

    Raises StoreError.
    """
    started, store = time.monotonic(), history.store
    if not files or store is None or history.is_frozen() or not _are_only_source(ctx, before, history):
        return None
    stamp, now = price_table.stamp(ctx.settings.prices), ctx.now()
    if not store.read_owner(ctx.owner, lambda db, owner: is_current(db, owner, files, stamp, now), False):
        return None
    skipped, worst = history.damaged_lines()
    return SourceAnswer(None, before._replace(refreshed=now, took_s=round(time.monotonic() - started, 2), skipped=skipped,
                                        skipped_in=worst, future=0), False)


def _are_only_source(ctx: Context, before: Source, history: History) -> bool:
    """Whether the logs were asked for, or there is still no ccusage; and they were read whole the last time."""
    if before.name != "logs" or before.ran is None or before.error or before.progress is not None:
        return False
    if ctx.settings.source == "auto":
        return before.reason == "no_ccusage" and not before.unstarted and not _is_there(ctx, history)
    return ctx.settings.source == "logs" and before.reason == "asked_for"


def _is_there(ctx: Context, history: History) -> bool:
    """True when there is a ccusage by now; whether it can be started is for ask to find out."""
    from ccmon.sources import program_search
    try:
        return bool(program_search.find_ccusage(ctx.settings.ccusage, history.ccusage_path(), ctx.env, ctx.paths.home))
    except CcmonError:
        return False
