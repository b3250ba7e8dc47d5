"""What is known without asking anything: the facts that are stored, and what the last refresh noted about the source."""

from typing import Any, Callable, Dict

from ccmon import kept, line_answer
from ccmon.model import Facts, Source
from ccmon.pipeline import learned_state
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, opened
from ccmon.settings.context import Context

_NOTED: Dict[str, Callable[[Any], Any]] = {
    "name": kept.name, "version": kept.sentence, "path": kept.sentence, "stamp": kept.count, "refreshed": kept.moment,
    "took_s": kept.amount, "error": kept.sentence, "missing": kept.truth, "skipped": kept.count, "future": kept.count,
    "skipped_in": kept.sentence, "ran": kept.moment, "logs": kept.sentence, "reason": kept.sentence, "progress": kept.share,
    "not_installed": kept.truth, "unstarted": kept.sentence}
_FIELDS = [(name, _NOTED[name]) for name in Source._fields]     # one that is noted and not read again would be lost in silence


def source_before(ctx: Context) -> Source:
    """What the last refresh, of whichever process, noted about the source."""
    name = "ccusage" if ctx.demo is None else "demo"
    try:
        noted = kept.value(line_answer.read_state(ctx.cache).note) if ctx.cache else {}
        known = {key: made(noted[key]) for key, made in _FIELDS if noted.get(key) is not None}
        return Source(**known) if known else Source(name)
    except kept.Damage:
        return Source(name)


def load(ctx: Context, now: int, busy_ms: int = BACKGROUND_BUSY_MS) -> Facts:
    """The newest facts that are stored, without running anything."""
    source = source_before(ctx)        # first: it is noted after the facts, which must not be older than it
    with opened(ctx, busy_ms) as history:
        facts = learned_state.recall(history, history.facts(now), now)
        return facts if ctx.is_stored_only else facts._replace(source=source)
