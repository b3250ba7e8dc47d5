"""The pipeline, once: run the source, compute, save, write the lines; and what follows it: alerts, learning.

Poller, refresher and `record` all call it.
"""

import os
import threading
import time
from contextlib import contextmanager

from ccmon import checked, line_answer, line_cache, locks, private
from ccmon.errors import CcmonError, SourceError, UsageError
from ccmon.model import Facts, Source
from ccmon.pipeline import account, learned_state, lines, present, unchanged
from ccmon.pipeline.catch_up import claude_logs
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, SCREEN_BUSY_MS, History, SourceAnswer, opened
from ccmon.pipeline.present import load, read_facts, source_before
from ccmon.quick_typing import TYPE_CHECKING, Iterator, List, Optional, Sequence
from ccmon.settings import config
from ccmon.settings.context import Context, sweep
from ccmon.sources import claude_files, log_files
from ccmon.sources.cancel import Cancel, Cancelled
from ccmon.system import signals
from ccmon.usage import compute

if TYPE_CHECKING:
    from ccmon.pipeline.alerting import ClaimedAlert
    from ccmon.sources.log_files import LogFile
    from ccmon.sources.log_reader import OnProgress


def once(ctx: Context, lock: int, busy_ms: int = BACKGROUND_BUSY_MS, cancel: Optional[Cancel] = None,
         insist: bool = False, whole: "Optional[OnProgress]" = None) -> Facts:
    """Ask the source, store its answer and write every line; the caller holds the refresh lock.

    Without insist a source is left alone as long as no log has changed. whole: where logs are the only source, and they were
    never read, they are read to their ends first. Never raises CcmonError: a failure stands in the facts' source and starts
    the back-off.
    """
    now = ctx.now()
    before = source_before(ctx)
    with opened(ctx, busy_ms) as history:
        _take_readings(ctx, history)
        files = claude_logs(ctx)
        stamp = log_files.stamp(files)
        is_unchanged = not insist and unchanged.unchanged_facts(ctx, before, files, history, now) is not None
        try:
            answer = None if is_unchanged else _asked(ctx, before, history, lock, cancel or Cancel(), files, whole)
        except Cancelled:
            return learned_state.recall(history, history.facts(now, before), now)
        except CcmonError as err:
            now = ctx.now()            # a time-out has taken its time: the pause begins after it
            if not locks.held(lock):
                return read_facts(ctx, history, ctx.now())        # of the process that took the lock
            facts = history.facts(now, _failed(ctx, before, err))
            _note_failure(ctx, facts, now)
        else:
            if not locks.held(lock):
                return read_facts(ctx, history, ctx.now())        # of the process that took the lock
            facts = _with_answer(history, answer, before, stamp, now)
            if answer and facts.stored.cut_since is not None and _may_read_beside(ctx, facts.reported.source):
                from ccmon.pipeline import sources
                sources.read_beside(ctx, facts.reported.source, history, at_once=True)       # what is shown is the ledger's
                facts = history.facts(now, facts.reported.source)
            _note_success(ctx, facts.with_source(_visible_source(facts, before)), now)
        facts = learned_state.recall(history, facts, now)
        lines.write_all(ctx, facts, now, of_account)
        if facts.reported.source.progress is None:
            if before.refreshed:       # the first refresh has read all logs: that is waited for
                history.maintain(now)
            if not (ctx.chosen and ctx.chosen.is_other_login):         # what is scored is of one login
                snapshot = present.snapshot(ctx, facts, now)
                learned_state.store_forecasts(history, snapshot)
                learned_state.note_binding(history, snapshot)
    return facts


def _asked(ctx: Context, before: Source, history: History, lock: int, cancel: Cancel, files: "Sequence[LogFile]",
           whole: "Optional[OnProgress]") -> SourceAnswer:
    """The source's answer; what asks and reads is not loaded where the logs, as the only source, hold nothing new."""
    answer = unchanged.answer_of_logs(ctx, before, files, history)
    if answer is None:
        from ccmon.pipeline import sources
        with _signals_end(cancel):
            answer = sources.ask(ctx, before, history, lock, cancel, files, whole)
    return answer


def _may_read_beside(ctx: Context, source: Source) -> bool:
    """False where the logs are not to be read, or were read for the numbers already."""
    return ctx.demo is None and ctx.settings.source == "auto" and source.name == "ccusage"


def _with_answer(history: History, answer: Optional[SourceAnswer], before: Source, stamp: str, now: int) -> Facts:
    """The facts with the answer stored; without one, what is stored is what it would be."""
    if answer is None:
        return history.facts(now, before._replace(refreshed=now))
    return history.store_answer(answer._replace(source=answer.source._replace(ran=now, logs=stamp)), now)


def _visible_source(facts: Facts, before: Source) -> Source:
    """The source as the others may know it: of an answer that could not be stored they see nothing."""
    source = facts.reported.source
    return source._replace(refreshed=before.refreshed, ran=before.ran, logs=before.logs) if facts.stored.trouble else source


def _take_readings(ctx: Context, history: History) -> None:
    """Bring the lines of Claude Code from the spool into the store; what cannot be stored now stays where it is."""
    if ctx.demo is not None:
        from ccmon.pipeline import demo
        history.store_readings(demo.readings([ctx.now()], ctx.demo))
        return
    account.take(ctx, history)         # first: the lines are of the login that it names
    for content in claude_files.spool_contents(ctx.cache) if ctx.cache else ():
        if not history.store_readings(content):
            return


def take_readings(ctx: Context) -> None:
    """Bring what Claude Code has sent into the store, unless another process is about to."""
    lock = locks.lock(ctx.cache) if ctx.cache and not ctx.is_stored_only else None
    if lock is not None:
        try:
            with opened(ctx, BACKGROUND_BUSY_MS) as history:
                _take_readings(ctx, history)
        finally:
            locks.unlock(lock)


def catch_up(ctx: Context, progress: "Optional[OnProgress]" = None) -> None:
    """Read what the history lacks of the logs, before it is shown; progress is called with the share read (0..1)."""
    if ctx.is_stored_only:
        return                         # the logs are elsewhere
    from ccmon.pipeline import sources
    with opened(ctx, SCREEN_BUSY_MS) as history:
        sources.catch_up(ctx, history, progress)


# --- after the answer ---------------------------------------------------------------------------------------------------

def learn(ctx: Context) -> None:
    """Read from the logs what ccusage does not report, and learn anew when that is due; after an answer: it may take a while."""
    if not ctx.cache or ctx.demo is not None or ctx.is_stored_only:
        return
    lock = locks.lock(f"{ctx.cache}/learning")
    if lock is None:
        return                         # another process is at it
    try:
        with opened(ctx, BACKGROUND_BUSY_MS) as history:
            source = source_before(ctx)
            if _may_read_beside(ctx, source):
                from ccmon.pipeline import sources
                sources.read_beside(ctx, source, history)
            if ctx.settings.official == "claude":
                account.ask_when_due(ctx, history)
            learned_state.study_when_due(history, ctx.now())
    finally:
        locks.unlock(lock)


def learn_quietly(ctx: Context) -> bool:
    """The same, where a fault in it may not spoil what was answered: it is written to the log; False then."""
    try:
        learn(ctx)
        return True
    except Exception:
        _log(ctx)
        return False


def alerts_due(ctx: Context, facts: Facts, on_screen: bool = False) -> "List[ClaimedAlert]":
    """The alerts that this process is to send; a fault in it is written to the log, and spoils nothing."""
    try:
        if ctx.is_stored_only or not ctx.settings.alerts:
            return []
        from ccmon.pipeline import alerting
        return alerting.claim(ctx, facts, on_screen)
    except Exception:
        _log(ctx)
        return []


def send_alerts(ctx: Context, claims: "List[ClaimedAlert]") -> None:
    """Send them; it takes its time, so no lock may be held."""
    if not claims:
        return
    try:
        from ccmon.pipeline import alerting
        alerting.send(ctx, claims)
    except Exception:
        _log(ctx)


def _log(ctx: Context) -> None:
    import traceback
    with config.open_log(ctx.paths.log) as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {traceback.format_exc()}")


# --- what there is ------------------------------------------------------------------------------------------------------

def of_account(ctx: Context) -> Facts:
    """The facts of an account that a line shows beside another one's: refreshed where that is due and nobody is at it."""
    now = ctx.now()
    due = ctx.cache and not ctx.is_stored_only and line_answer.read_state(ctx.cache).due(now, line_answer.config_path(ctx.env))
    lock = locks.lock(ctx.cache) if ctx.cache and due else None
    if lock is None:
        return load(ctx, now)
    try:
        return once(ctx, lock)
    finally:
        locks.unlock(lock)


def current_facts(ctx: Context, insist: bool = False, whole: "Optional[OnProgress]" = None) -> Facts:
    """A refresh when no other process is at it, else what is stored; waits for the other only when nothing is.

    A failing source is left alone between two tries, unless the user changed how it is run; a missing one may have been
    installed since. Who insists tries at any time and waits for the other process.
    """
    if ctx.is_stored_only:
        return load(ctx, ctx.now())
    asked_at, deadline = ctx.now(), time.monotonic() + ctx.settings.timeout
    waited = False
    changed = "flag" in [ctx.settings.origin[name] for name in ("timeout", "ccusage", "source")]
    while insist or changed or not backing_off(ctx) or source_before(ctx).missing:
        lock = locks.lock(ctx.cache) if ctx.cache else -1
        if lock is not None:
            try:
                if waited and (source_before(ctx).refreshed or 0) > asked_at:
                    break              # the other process has read what there is
                is_begun = whole is not None and source_before(ctx).progress is not None      # to read them, another process has
                facts = once(ctx, lock, insist=insist or changed or is_begun, whole=whole)
                if locks.held(lock) or not insist:
                    return facts
                deadline = time.monotonic() + ctx.settings.timeout     # it was stopped for longer than that, perhaps
            finally:
                locks.unlock(lock)
        waited = True
        facts = load(ctx, ctx.now())
        if insist and time.monotonic() > deadline:
            return facts.with_source(facts.reported.source._replace(error=_waited_in_vain(ctx)))
        if not insist and (facts.stored.blocks or facts.reported.source.refreshed or time.monotonic() > deadline):
            return facts
        time.sleep(0.05)
    return load(ctx, ctx.now())


def _waited_in_vain(ctx: Context) -> str:
    return (f"{locks.holder(ctx.cache or '')}, another ccmon, has not read them within {ctx.settings.timeout:g} s, "
            f"and nothing was read. Try again, or end that one")

# --- the source -------------------------------------------------------------------------------------------------------

def _failed(ctx: Context, before: Source, err: CcmonError) -> Source:
    name = "logs" if ctx.settings.source == "logs" else "ccusage"
    before = before if before.name == name else Source(name, refreshed=before.refreshed)
    return before._replace(error=str(err), missing=isinstance(err, SourceError) and err.missing,
                           not_installed=isinstance(err, SourceError) and err.not_installed)


def pause_s(failures: int) -> int:
    """Seconds to wait after the n-th failure in a row (n from 1): 3, 6, 12, 24, 48, 60."""
    return min(line_answer.MOST_PAUSE_S, 3 * 2 ** min(10, failures - 1))


def rest_s(ctx: Context, source: Source) -> float:
    """Seconds between two runs where it cannot be noted when the last one was."""
    return min(line_answer.MOST_PAUSE_S, max(line_answer.TTL_S, ctx.fresh_s(source)))


def backing_off(ctx: Context) -> bool:
    """True while a failing source has to be left alone, whichever process saw it fail. A fixed clock would end no pause."""
    if not ctx.cache or "CCMON_NOW" in ctx.env:
        return False
    return line_answer.read_state(ctx.cache).backing_off(ctx.now())


def _note_failure(ctx: Context, facts: Facts, now: int) -> None:
    if ctx.cache:
        before = line_answer.read_state(ctx.cache)
        retry_at = now + pause_s(before.failures + 1)
        _note(ctx, facts, now, line_answer.State(0, retry_at, retry_at, before.refreshed, before.failures + 1))


def _note_success(ctx: Context, facts: Facts, now: int) -> None:
    if ctx.cache:
        fresh_until = int(now + min(line_answer.MOST_FRESH_S, _fresh_s(ctx, facts.reported.source, now)))
        _note(ctx, facts, now, line_answer.State(fresh_until, 0, fresh_until, now))


def _fresh_s(ctx: Context, source: Source, now: int) -> float:
    """Not long where the configuration was written just now: a further change in the same second may leave the same time."""
    is_new = abs(now - private.mtime_s(line_answer.config_path(ctx.env))) <= line_answer.COARSE_S
    return min(ctx.fresh_s(source), line_answer.COARSE_S + 1) if is_new else ctx.fresh_s(source)


def _note(ctx: Context, facts: Facts, now: int, state: line_answer.State) -> None:
    """The lines may be shown as they are for a while after they were fresh, but not beyond the session's end."""
    assert ctx.cache is not None
    ends = [block.end for block in compute.active(facts.stored.blocks, facts.stored.listed, now)]
    expires_at = min([state.expires_at + ctx.stale_after_s(facts.reported.source), *ends])
    config_stamp = line_answer.config_stamp(line_answer.config_path(ctx.env))
    line_cache.mark(ctx.cache, "ends", max(expires_at, min([now + line_answer.MOST_FRESH_S, *ends])))
    noted = state.replaced(expires_at=expires_at, config=config_stamp, note=checked.json_text(facts.reported.source._asdict()))
    if line_cache.write_state(ctx.cache, noted):
        locks.rest(ctx.cache, 0)
    elif not locks.rest(ctx.cache, rest_s(ctx, facts.reported.source)) and ctx.background:
        time.sleep(rest_s(ctx, facts.reported.source))      # whoever cannot note that it ran holds the others off


def in_background(argv: List[str], lock: int) -> None:
    """The detached refresher: one refresh with the settings of the words that asked."""
    env = dict(os.environ)
    try:
        own = lines.context_of(argv, env)._replace(background=True)
        ctx = lines.context_of(argv, env, switch=False)._replace(background=True)      # whose lock that is
    except UsageError:                 # a configuration that was broken meanwhile: the line will show that
        return
    signals.end_in_order()
    sweep(env)
    facts = _once_quietly(ctx, lock)
    if facts is None:
        return
    locks.unlock(lock)             # the others need not wait for what follows
    alerted = own if own.chosen and own.settings.origin["account"] != "flag" else ctx       # a flag is one window's
    send_alerts(alerted, alerts_due(alerted, load(alerted, alerted.now()) if alerted is own else facts))
    for shown in [ctx, own] if own.cache != ctx.cache else [ctx]:
        learn_quietly(shown)


def account_in_background(argv: List[str], lock: int) -> None:
    """The same for the account alone that the words name, whose lock that is: its line is waited for."""
    try:
        ctx = lines.context_of(argv, dict(os.environ))._replace(background=True)
    except UsageError:
        return
    signals.end_in_order()
    _once_quietly(ctx, lock)


def _once_quietly(ctx: Context, lock: int) -> Optional[Facts]:
    """None after a fault, which is written to the log, and not met again with every call."""
    try:
        return once(ctx, lock)
    except Exception:
        _log(ctx)
        _note_failure(ctx, Facts().with_source(source_before(ctx)._replace(error="internal error, see the log")), ctx.now())
        return None


@contextmanager
def _signals_end(cancel: Cancel) -> Iterator[None]:
    """Until left, a signal ends ccusage first and this process then: an exception in its start would leave it behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    import signal  # with its enumerations, which who asks nothing does without
    noted: List[int] = []

    def note(number: int, _frame: object) -> None:
        noted.append(number)
        cancel.ask()

    before = {number: signal.signal(number, note) for number in signals.heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        for number in noted[:1]:
            signal.raise_signal(number)
