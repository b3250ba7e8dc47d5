"""Where the numbers come from: ccusage, or the log files themselves, which are read beside ccusage, too."""

import os
import time
from contextlib import suppress
from functools import partial

from ccmon import locks
from ccmon.errors import CcmonError
from ccmon.model import Block, Source
from ccmon.pipeline.catch_up import claude_logs
from ccmon.pipeline.history import READING_BUSY_MS, History, SourceAnswer, opened
from ccmon.quick_typing import Optional, Sequence
from ccmon.settings import config
from ccmon.settings.context import Context, prepare
from ccmon.sources import log_files, log_reader
from ccmon.sources.cancel import Cancel
from ccmon.sources.log_files import LogFile
from ccmon.sources.log_reader import OnProgress
from ccmon.store import learning, log_state, rows
from ccmon.store.database import Store, StoreError
from ccmon.usage import price_table, prices
from ccmon.when import SKEW_S

LEARN_S = 60                           # the logs are read beside ccusage at most so often
MOST_LEARN_S = 5.0
MOST_STILL_S = 60.0                    # whoever reads a long history has got further within that


# --- asking -----------------------------------------------------------------------------------------------------------

def ask(ctx: Context, before: Source, history: History, lock: int, cancel: Cancel, files: Sequence[LogFile],
        whole: Optional[OnProgress] = None) -> SourceAnswer:
    """The source's answer. Raises CcmonError, cancel.Cancelled.

    A ccusage that fails is an error, and never replaced in silence; one that cannot be started at all is. whole: logs that were
    never read are read to their ends first, and it is called with the share read (0..1).
    """
    if ctx.demo is not None:
        from ccmon.pipeline import demo
        now = ctx.now()
        return SourceAnswer(demo.blocks(now, ctx.demo), Source("demo", refreshed=now))
    if ctx.settings.source == "logs":
        return _from_logs(ctx, history, files, "asked_for", whole, cancel)
    from ccmon.pipeline import from_ccusage  # who reads the logs does without
    from ccmon.sources import ccusage_output
    try:
        answer = from_ccusage.answer(ctx, before, history, lock, cancel)
        return answer._replace(is_history=_is_history(ctx, history, files))
    except ccusage_output.Failed as err:
        if ctx.settings.source == "auto" and err.missing and files:
            answer = _from_logs(ctx, history, files, "no_ccusage", whole, cancel)
            why = None if isinstance(err, ccusage_output.NotFound) else str(err)
            return answer._replace(source=answer.source._replace(unstarted=why))
        if err.missing and files:
            raise ccusage_output.Failed(str(err), "Claude Code's logs are there: --source logs reads them without",
                                 missing=True) from None
        raise


def _is_history(ctx: Context, history: History, before: Sequence[LogFile]) -> bool:
    """Whether ccusage alone knows what was used: there were and are no logs, or they hold no message.

    The files are listed again: the first one may just have come, and what is reported of it meanwhile would count twice.
    """
    if ctx.settings.source == "ccusage":
        return True
    files = before or claude_logs(ctx)
    if files and history.store is not None and history.has_read_logs() and not history.has_messages():
        with suppress(CcmonError):
            done = log_reader.read(history.store, logs_of(ctx, claude_logs(ctx)), ctx.now(), None,
                                   time.monotonic() + MOST_LEARN_S)
            return done and not history.has_messages()
    return not files


# --- the log files ------------------------------------------------------------------------------------------------------

def logs_of(ctx: Context, files: Sequence[LogFile]) -> log_reader.LogSet:
    """These log files, with whose they are and what their answers cost."""
    own = ctx.settings.prices
    folders = log_files.projects(config.claude_folders(ctx.env)) if ctx.demo is None else []
    return log_reader.LogSet(folders, files, ctx.owner,
                             log_reader.EntryPrices(partial(prices.cost_usd, own=own), price_table.stamp(own),
                                                    partial(prices.plain_rates, own=own), price_table.LONG_TOKENS))


def _heeding(cancel: Cancel, progress: Optional[OnProgress]) -> OnProgress:
    """The same, that ends the reading where that is wanted meanwhile: what was read so far stays. Raises Cancelled."""
    def cancellable(share: float) -> None:
        cancel.check()
        if progress:
            progress(share)
    return cancellable


def _from_logs(ctx: Context, history: History, files: Sequence[LogFile], reason: str, whole: Optional[OnProgress],
               cancel: Cancel) -> SourceAnswer:
    started, now = time.monotonic(), ctx.now()
    logs = logs_of(ctx, files)
    progress: Optional[float] = None
    blocks: Optional[Sequence[Block]] = None
    if history.store is None or history.is_frozen():
        blocks = log_reader.recent(logs, now)
    elif whole or not ctx.cache:
        read_whole(ctx, history, files, _heeding(cancel, whole))
    elif history.has_read_logs() or sum(file.size for file in files) <= log_reader.AT_ONCE_BYTES:
        _read_all(history.store, logs, now, _heeding(cancel, None))
    else:
        log_reader.start(ctx.cache, ctx.env)
        progress = min(0.99, history.share_read(sum(file.size for file in files)))
        blocks = log_reader.recent(logs, now)
    skipped, worst = history.damaged_lines()
    future = sum(block.start > now + SKEW_S for block in blocks or ())
    source = Source("logs", refreshed=now, took_s=round(time.monotonic() - started, 2), skipped=skipped, skipped_in=worst,
                    future=future, reason=reason, progress=progress)
    begun = None if blocks is None else tuple(block for block in blocks if block.start <= now + SKEW_S)
    return SourceAnswer(begun, source, False)


def _read_all(store: Store, logs: log_reader.LogSet, now: int, progress: Optional[OnProgress] = None) -> None:
    """Read to the ends, also what another process has begun to read meanwhile and was killed at. Raises StoreError."""
    if not log_reader.read(store, logs, now, progress):
        log_reader.read(store, logs, now, progress)


def read_whole(ctx: Context, history: History, files: Sequence[LogFile], progress: Optional[OnProgress]) -> None:
    """Read the logs to their ends; where another process reads them, wait for it as long as it gets on. Raises StoreError."""
    assert history.store is not None
    size = sum(file.size for file in files)
    come, until = -1.0, 0.0
    while True:
        lock = locks.lock(os.path.join(ctx.cache, "logs.reading")) if ctx.cache else -1
        if lock is not None:
            break
        share = history.share_read(size)
        if share != come:
            come, until = share, time.monotonic() + max(MOST_STILL_S, ctx.settings.timeout)
        if time.monotonic() > until:
            raise StoreError(f"{locks.holder(os.path.join(ctx.cache or '', 'logs.reading'))}, another ccmon, reads the logs "
                             "and does not get on", "Try again, or end that one")
        if progress:
            progress(share)
        time.sleep(0.1)
    try:
        _read_all(history.store, logs_of(ctx, files), ctx.now(), progress)
    finally:
        locks.unlock(lock)


# --- the log files beside ccusage ------------------------------------------------------------------------------------------

def read_beside(ctx: Context, source: Source, history: History, at_once: bool = False) -> None:
    """Bring the models, hours, projects and limits of the logs into the ledger.

    At most once a minute, and only when a log has changed; what fails is tried again then. at_once: now, if any has changed.
    """
    noted_at, seen = ((history.note(learning.LOGS) or "0 ").split(" ") + [""])[:2]
    rests = not at_once and 0 <= ctx.now() - (rows.number(noted_at) or 0) < LEARN_S
    if history.store is None or rests or seen == source.logs != "":
        return
    files = claude_logs(ctx)
    history.write_note(learning.LOGS, f"{ctx.now()} ")          # whatever becomes of it, not at once again
    with suppress(CcmonError):
        if history.has_read_logs() or sum(file.size for file in files) <= log_reader.AT_ONCE_BYTES or not ctx.cache:
            done = log_reader.read(history.store, logs_of(ctx, files), ctx.now(), None, time.monotonic() + MOST_LEARN_S)
            history.store_limits()
            if done and not history.store.read_owner(ctx.owner, log_state.has_checks, False):
                history.write_note(learning.LOGS, f"{ctx.now()} {log_files.stamp(files)}")
        elif files:
            log_reader.start(ctx.cache, ctx.env)


def catch_up(ctx: Context, history: History, progress: Optional[OnProgress]) -> None:
    """Read what the ledger lacks of the logs, all of it, before its history is shown; nothing where logs are not to be read, and
    where nothing can be written: what is stored can be shown all the same."""
    if ctx.demo is not None or ctx.settings.source == "ccusage" or history.store is None or history.is_frozen():
        return
    files = claude_logs(ctx)
    with suppress(StoreError):
        if history.has_read_logs():
            _read_all(history.store, logs_of(ctx, files), ctx.now())
        elif files:
            read_whole(ctx, history, files, progress)
        history.store_limits()


def read_all_logs() -> None:
    """What the process does that reads a long history: everything, once; nothing when another one is at it."""
    ctx = prepare({}, os.environ, switch=False)
    lock = locks.lock(os.path.join(ctx.cache, "logs.reading")) if ctx.cache else None
    if lock is None:
        return
    if hasattr(os, "nice"):            # not on Windows
        os.nice(5)
    with opened(ctx, READING_BUSY_MS) as history:
        if history.store:
            log_reader.read(history.store, logs_of(ctx, claude_logs(ctx)), ctx.now())
    locks.unlock(lock)
