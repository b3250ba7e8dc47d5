"""The stored sessions with what they are rated by: the same for the history, its page on the screen, reports and exports."""

from typing import List, NamedTuple, Optional

from ccmon.history import rating
from ccmon.history.rating import Running, Scale
from ccmon.model import Limit, Record, Snapshot
from ccmon.pipeline import lessons
from ccmon.pipeline.memory import Memory
from ccmon.usage import gauge


class Rated(NamedTuple):
    """Sessions by start, and the one limit of those of which Claude has told no percentage."""

    records: List[Record]
    scale: Scale


def present(kept: Memory) -> Snapshot:
    """The moment by what is stored: what the screen says of it."""
    now = kept.ctx.now()
    return kept.ctx.view(lessons.recall(kept, kept.facts(now), now), now)


def sessions(kept: Memory, moment: Snapshot, since: Optional[int] = None, everywhere: bool = False) -> Rated:
    """The sessions that ended since then; of all machines if everywhere. moment: what the screen says. Raises StoreError."""
    scale, running = _scale(moment), _running(moment)
    found = [record for seen in kept.seen(since, everywhere)
             for record in rating.rated(seen.records, seen.windows, seen.cuts, scale, running if seen.is_own else None)]
    return Rated(sorted((one for one in found if since is None or one.block.end > since), key=lambda one: one.block.start), scale)


def _scale(moment: Snapshot) -> Scale:
    """The learned limit where the plan leaves room for it, else the limit in force."""
    limit = moment.limit
    learned = gauge.in_tokens(moment.learned, None, None) if _may_learn(limit) else None
    return Scale(learned.tokens, "learned", limit.plan) if learned else Scale(limit.tokens, limit.source, limit.plan)


def _may_learn(limit: Limit) -> bool:
    return limit.asked in ("pro", "ml_auto") and limit.source not in ("flag", "config")


def _running(moment: Snapshot) -> Optional[Running]:
    if not moment.active or moment.session is None or moment.percent is None:
        return None
    by = rating.LIMIT if moment.percent_source == "tokens" else moment.percent_source
    return Running(moment.session.start, moment.percent, by)
