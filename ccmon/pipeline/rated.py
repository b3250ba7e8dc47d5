"""The stored sessions with what they are rated by: the same for the history, its page on the screen, reports and exports."""

from __future__ import annotations

from ccmon.history import groups
from ccmon.history.groups import RunningRating, Scale
from ccmon.model import Block, Limit, Record, Snapshot
from ccmon.pipeline import learned_state, present
from ccmon.pipeline.history import History
from ccmon.quick_typing import TYPE_CHECKING, List, NamedTuple, Optional, Union
from ccmon.usage import utilization

if TYPE_CHECKING:
    from ccmon.learning.values import Learned


class RatedSessions(NamedTuple):
    """Sessions by start, and the one limit of those of which Claude has reported no percentage."""

    records: List[Record]
    scale: Scale


class RatingBasis(NamedTuple):
    """What of a snapshot decides how sessions are rated, under the snapshot's names."""

    limit: Limit
    learned: "Optional[Learned]"
    session: Optional[Block]           # that runs
    percent: Optional[float]
    percent_source: str

    @property
    def active(self) -> bool:
        """Whether a session runs."""
        return self.session is not None


def stored_basis(history: History) -> RatingBasis:
    """The basis by what is stored: the same that the screen has."""
    now = history.ctx.now()
    facts = learned_state.recall_limit(history, history.facts(now), now)
    full = utilization.session_fullness(facts, present.usage_options(history.ctx, facts.reported.login), now)
    return RatingBasis(full.limit, facts.learned.state, full.session, full.utilization.percent, full.utilization.source)


def rated_sessions(history: History, basis: Union[RatingBasis, Snapshot], since: Optional[int] = None,
                   everywhere: bool = False) -> RatedSessions:
    """The sessions that ended since then; of all machines if everywhere. Raises StoreError."""
    scale, running = _scale(history, basis), _running(basis)
    records = [record for owner in history.rating_rows(since, everywhere)
               for record in groups.rated(owner.records, owner.windows, owner.cuts, scale, running if owner.is_own else None)
               if since is None or record.block.end > since]
    return RatedSessions(sorted(records, key=lambda record: record.block.start), scale)


def _scale(history: History, basis: Union[RatingBasis, Snapshot]) -> Scale:
    """The learned limit where the plan leaves room for it, else the limit in force.

    On plan pro, or that of the account, a session above its figure shows that it is another: then the record is the limit of the
    whole list, as it is on the screen while such a session runs. Only while the screen rates a session by it the list does so.
    """
    limit = basis.limit
    if (limit.asked in ("pro", "ml_auto") or limit.by_account) and limit.source not in ("flag", "config"):
        learned = utilization.limit_in_tokens(basis.learned, None, None)
        if learned:
            return Scale(learned.tokens, "learned", limit.plan)
        if limit.high_water and not basis.active:
            limit = utilization.resolve(limit.asked, None, limit.high_water.tokens, limit.high_water, history.ctx.settings.plans,
                                   by_account=limit.by_account)
    return Scale(limit.tokens, limit.source, limit.plan)


def _running(basis: Union[RatingBasis, Snapshot]) -> Optional[RunningRating]:
    if not basis.active or basis.session is None or basis.percent is None:
        return None
    by = groups.LIMIT if basis.percent_source == "tokens" else basis.percent_source
    return RunningRating(basis.session.start, basis.percent, by)
