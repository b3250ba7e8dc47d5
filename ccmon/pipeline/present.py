"""What there is without asking anything: the facts that are stored, what the last refresh noted about the source; and the numbers
that follow from facts under a call's settings, which every view shows."""

from __future__ import annotations

from ccmon import checked, line_answer
from ccmon.model import Facts, Login, Snapshot, Source
from ccmon.pipeline import learned_state
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, History, opened
from ccmon.quick_typing import TYPE_CHECKING, Any, Callable, Dict, Optional
from ccmon.settings.context import Context
from ccmon.system import processes
from ccmon.text import with_name

if TYPE_CHECKING:
    from ccmon.usage.utilization import Options

_NOTED: Dict[str, Callable[[Any], Any]] = {
    "name": checked.name, "version": checked.sentence, "path": checked.sentence, "stamp": checked.count,
    "refreshed": checked.epoch, "took_s": checked.amount, "error": checked.sentence, "missing": checked.boolean,
    "skipped": checked.count, "future": checked.count, "skipped_in": checked.sentence, "ran": checked.epoch,
    "logs": checked.sentence, "reason": checked.sentence, "progress": checked.share, "not_installed": checked.boolean,
    "unstarted": checked.sentence}
_FIELDS = [(name, _NOTED[name]) for name in Source._fields]     # one that is noted and not read again would be lost in silence
_MOST_READS = 3


def source_before(ctx: Context) -> Source:
    """What the last refresh, of whichever process, noted about the source."""
    name = "ccusage" if ctx.demo is None else "demo"
    try:
        noted = checked.value(line_answer.read_state(ctx.cache).note) if ctx.cache else {}
        values = {key: made(noted[key]) for key, made in _FIELDS if noted.get(key) is not None}
        return Source(**values) if values else Source(name)
    except checked.Damage:
        return Source(name)


def load(ctx: Context, now: int, busy_ms: int = BACKGROUND_BUSY_MS) -> Facts:
    """The newest facts that are stored, without running anything."""
    with opened(ctx, busy_ms) as history:
        return read_facts(ctx, history, now)


def read_facts(ctx: Context, history: History, now: int) -> Facts:
    """The same of a history that is open. The source is noted in a file of its own: both are of one refresh where it is the same
    before and after."""
    if ctx.is_stored_only:
        return learned_state.recall(history, history.facts(now), now)
    source = source_before(ctx)
    for _ in range(_MOST_READS):
        facts, before, source = history.facts(now), source, source_before(ctx)
        if source == before:
            break
    return learned_state.recall(history, facts.with_source(before), now)


def snapshot(ctx: Context, facts: Facts, now: int, plan: Optional[str] = None) -> Snapshot:
    """The numbers at `now` (epoch s), under another plan where one is named; commands in warnings as they are typed here."""
    from ccmon.usage import compute  # most of the history does without
    result = compute.assess(facts, usage_options(ctx, facts.reported.login, plan), ctx.zone, now,
                            stale_after_s=ctx.stale_after_s(facts.reported.source))
    return result._replace(warnings=tuple(
        notice._replace(text=with_name(notice.text, processes.own_command(ctx.callers_env)))
        if "ccmon " in notice.text else notice for notice in result.warnings))


def usage_options(ctx: Context, login: Login, plan: Optional[str] = None) -> Options:
    """What the settings ask for of the account of that login, or another plan."""
    from ccmon.usage.utilization import Options
    settings, (name, by_account) = ctx.settings, (plan, False) if plan else ctx.plan_of(login)
    return Options(plan=name, explicit_limit=None if plan else settings.explicit_limit, rule=settings.reset,
                   plans=settings.plans, by_account=by_account)
