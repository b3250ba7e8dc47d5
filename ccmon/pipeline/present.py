"""What there is without asking anything: the facts that are stored, and what the last refresh noted about the source."""

from typing import Any, Callable, Dict

from ccmon import checked, line_answer
from ccmon.model import Facts, Source
from ccmon.pipeline import learned_state
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, opened
from ccmon.settings.context import Context

_NOTED: Dict[str, Callable[[Any], Any]] = {
    "name": checked.name, "version": checked.sentence, "path": checked.sentence, "stamp": checked.count,
    "refreshed": checked.epoch, "took_s": checked.amount, "error": checked.sentence, "missing": checked.boolean,
    "skipped": checked.count, "future": checked.count, "skipped_in": checked.sentence, "ran": checked.epoch,
    "logs": checked.sentence, "reason": checked.sentence, "progress": checked.share, "not_installed": checked.boolean,
    "unstarted": checked.sentence}
_FIELDS = [(name, _NOTED[name]) for name in Source._fields]     # one that is noted and not read again would be lost in silence


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
    source = source_before(ctx)        # first: it is noted after the facts, which must not be older than it
    with opened(ctx, busy_ms) as history:
        facts = learned_state.recall(history, history.facts(now), now)
        return facts if ctx.is_stored_only else facts._replace(source=source)
