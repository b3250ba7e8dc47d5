"""How many tokens a session may hold: plans, the largest session so far, what was learned, and which of them is in force."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Tuple

from ccmon.errors import CcmonError
from ccmon.model import Block, HighWater, LearnedLimit, Limit
from ccmon.text import clean, clip
from ccmon.typed_values import PLAN_NAMES, PLANS


def high_water(blocks: Iterable[Block], now: int) -> Optional[HighWater]:
    """The largest completed session (the earliest of equals) among those it can be compared with; None when there is none."""
    completed = [b for b in blocks if b.end <= now and b.start <= now and b.tokens > 0]
    # Sessions without counts may include cache tokens, a hundred times as many: they speak only where nothing better does.
    comparable = [b for b in completed if b.counted] or completed
    best = max(comparable, key=lambda b: (b.tokens, -b.start), default=None)
    return None if best is None else HighWater(best.tokens, best.start, len(comparable))


def larger_high_water(a: Optional[HighWater], b: Optional[HighWater]) -> Optional[HighWater]:
    """The larger of two (the earlier of equals) with the larger number of sessions."""
    if a is None or b is None:
        return a or b
    best = max(a, b, key=lambda mark: (mark.tokens, -mark.at))
    return best._replace(sessions=max(a.sessions, b.sessions))


def resolve(plan: str, explicit: Optional[Tuple[int, str]], tokens: int, high_water: Optional[HighWater],
            plans: Mapping[str, int] = PLANS, learned: Optional[LearnedLimit] = None, by_account: bool = False) -> Limit:
    """The limit in force for a session of so many tokens.

    explicit is a limit the user set, in tokens, and where: flag or config. by_account: the plan is that of the account, and
    nobody has asked for it; like pro, the default, it holds until it is exceeded. CcmonError for an unknown plan.
    """
    limit = _of_plan(plan, explicit, tokens, high_water, plans, learned, by_account)
    return limit._replace(by_account=by_account and limit.source in ("plan", "high_water", "learned"))


def _of_plan(plan: str, explicit: Optional[Tuple[int, str]], tokens: int, high_water: Optional[HighWater],
             plans: Mapping[str, int], learned: Optional[LearnedLimit], is_default: bool) -> Limit:
    record = high_water if high_water is not None and high_water.tokens > 0 else None
    if explicit is not None and explicit[0] > 0:
        return Limit(explicit[0], plan, explicit[1], plan, record)
    if plan == "ml_auto" and learned:
        return Limit(learned.tokens, plan, "learned", plan, record, learned=learned)
    if plan in ("custom_max", "ml_auto"):
        return _record(plan, tokens, record, _figure("pro", plans))
    figure = _figure(plan, plans)
    if (plan == "pro" or is_default) and tokens > figure:
        return _switched(plan, tokens, record, figure, learned)
    return Limit(figure, plan, "plan", plan, record)


def _figure(plan: str, plans: Mapping[str, int]) -> int:
    """Tokens of a plan by the given table, or by ours where that has no usable figure."""
    figure = plans.get(plan, 0)
    if figure <= 0 and plan not in PLANS:
        raise CcmonError(f"Unknown plan '{clip(clean(plan), 40)}'", f"Use {', '.join(PLAN_NAMES[:-1])} or {PLAN_NAMES[-1]}")
    return figure if figure > 0 else PLANS[plan]


def _record(plan: str, tokens: int, record: Optional[HighWater], default: int) -> Limit:
    """The largest session is the limit, even where it is below the smallest plan."""
    limit = record.tokens if record else default
    return Limit(limit, plan, "high_water" if record else "plan", plan, record, unknown=tokens > limit)


def _switched(plan: str, tokens: int, record: Optional[HighWater], figure: int, learned: Optional[LearnedLimit]) -> Limit:
    """The plan was exceeded, so it is another: what was learned counts, else the largest session where it is above the plan."""
    if learned:
        return Limit(learned.tokens, "ml_auto", "learned", plan, record, switched=True, learned=learned)
    limit = max(figure, record.tokens if record else 0)
    source = "high_water" if limit > figure else "plan"
    return Limit(limit, "custom_max", source, plan, record, switched=True, unknown=tokens > limit)
