"""How full the session is under these settings: which one runs, its limit, and which source counts."""

from __future__ import annotations

from typing import Iterable, List, Mapping, Optional, Tuple

from ccmon.model import Block, Facts, Limit, Windows
from ccmon.named_tuple import NamedTuple
from ccmon.typed_values import PLANS, ResetRule
from ccmon.usage import limits, utilization
from ccmon.usage.utilization import Utilization


class Options(NamedTuple):
    """What the user asked for."""

    plan: str = "pro"                                       # one of typed_values.PLAN_NAMES
    explicit_limit: Optional[Tuple[int, str]] = None        # tokens, and who says so: flag | config
    rule: ResetRule = ResetRule("session")
    plans: Mapping[str, int] = PLANS                 # tokens of each plan
    by_account: bool = False                                # the plan is that of the account: nobody has asked for it


def active(blocks: Iterable[Block], listed: Iterable[int], now: int) -> List[Block]:
    """The sessions that run then and that the source still lists, the latest start first."""
    starts = set(listed)
    running = [b for b in blocks if b.start <= now < b.end and b.start in starts]
    return sorted(running, key=lambda b: b.start, reverse=True)


class Fullness(NamedTuple):
    """The session, and how much of its limit is used."""

    running: List[Block]               # all that run, the latest start first
    session: Optional[Block]           # the first of them, None where none runs
    windows: Windows                   # those that run
    limit: Limit
    utilization: Utilization


def session_fullness(facts: Facts, options: Options, now: int) -> Fullness:
    """How full the session is then (epoch s)."""
    running = active(facts.stored.blocks, facts.stored.listed, now)
    session = running[0] if running else None
    windows = utilization.current_windows(facts, session, now)
    counting = utilization.fresh_window(windows, session, now)
    learned = utilization.limit_in_tokens(facts.learned.state, facts.learned.load, session)
    record = limits.larger_high_water(limits.high_water(facts.stored.blocks, now), facts.stored.high_water)
    judged = session.tokens if session and not counting else 0         # plan figures are silent where Claude itself speaks
    limit = limits.resolve(options.plan, options.explicit_limit, judged, record, options.plans, learned,
                           options.by_account)
    counting = counting or utilization.last_window(facts, session, limit, now)
    full = utilization.session_utilization(session, limit, counting, learned,
                                           utilization.least_percent(facts, session, limit, now))
    return Fullness(running, session, windows, limit, full)
