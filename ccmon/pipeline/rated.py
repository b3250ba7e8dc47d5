"""The stored sessions with what they are rated by: the same for the history, its page on the screen, reports and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Union

from ccmon.history import rating
from ccmon.history.rating import RunningRating, Scale
from ccmon.model import Block, Limit, Record, Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.pipeline import learned_state, snapshots
from ccmon.pipeline.memory import Memory
from ccmon.usage import fullness, limits, utilization

if TYPE_CHECKING:
    from ccmon.learning.learned import Learned


class Rated(NamedTuple):
    """Sessions by start, and the one limit of those of which Claude has told no percentage."""

    records: List[Record]
    scale: Scale


class Moment(NamedTuple):
    """What of a snapshot tells how sessions are rated, with its names."""

    limit: Limit
    learned: "Optional[Learned]"
    session: Optional[Block]           # that runs
    percent: Optional[float]
    percent_source: str

    @property
    def active(self) -> bool:
        """Whether a session runs."""
        return self.session is not None


def present(kept: Memory) -> Moment:
    """The moment by what is stored: what the screen says of it."""
    now = kept.ctx.now()
    facts = learned_state.recall_limit(kept, kept.facts(now), now)
    full = fullness.session_fullness(facts, snapshots.usage_options(kept.ctx, facts.login), now)
    return Moment(full.limit, facts.learned, full.session, full.utilization.percent, full.utilization.source)


def sessions(kept: Memory, moment: Union[Moment, Snapshot], since: Optional[int] = None, everywhere: bool = False) -> Rated:
    """The sessions that ended since then; of all machines if everywhere. moment: what the screen says. Raises StoreError."""
    scale, running = _scale(kept, moment), _running(moment)
    found = [record for seen in kept.seen(since, everywhere)
             for record in rating.rated(seen.records, seen.windows, seen.cuts, scale, running if seen.is_own else None)]
    return Rated(sorted((one for one in found if since is None or one.block.end > since), key=lambda one: one.block.start), scale)


def _scale(kept: Memory, moment: Union[Moment, Snapshot]) -> Scale:
    """The learned limit where the plan leaves room for it, else the limit in force.

    On plan pro, or that of the account, a session above its figure shows that it is another: then the record is the limit of the
    whole list, as it is on the screen while such a session runs. Only while the screen rates a session by it the list does so.
    """
    limit = moment.limit
    if (limit.asked in ("pro", "ml_auto") or limit.by_account) and limit.source not in ("flag", "config"):
        learned = utilization.limit_in_tokens(moment.learned, None, None)
        if learned:
            return Scale(learned.tokens, "learned", limit.plan)
        if limit.high_water and not moment.active:
            limit = limits.resolve(limit.asked, None, limit.high_water.tokens, limit.high_water, kept.ctx.settings.plans,
                                   by_account=limit.by_account)
    return Scale(limit.tokens, limit.source, limit.plan)


def _running(moment: Union[Moment, Snapshot]) -> Optional[RunningRating]:
    if not moment.active or moment.session is None or moment.percent is None:
        return None
    by = rating.LIMIT if moment.percent_source == "tokens" else moment.percent_source
    return RunningRating(moment.session.start, moment.percent, by)
