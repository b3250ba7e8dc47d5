"""How full the window is, and by whose word: Claude's own percentage, the learned limit, or tokens against the plan."""

from typing import NamedTuple, Optional

from ccmon.learning.ruler import measure
from ccmon.learning.values import Learned, Load
from ccmon.model import SESSION_S, SKEW_S, Block, Facts, LearnedLimit, Limit, Official, Quota

FRESH_S = 600                          # an official percentage counts for so long, whatever was used since
MOST_TOKENS = 10 ** 15
LEAST_TOKENS = 500                     # with less a session has no mix of its own
LEAST_PERCENT = 5                      # with less a percentage says little of how many tokens make 100


class Gauge(NamedTuple):
    """How much of the window is used."""

    percent: Optional[float]           # None when nothing runs and Claude has said nothing
    source: str                        # official | learned | tokens
    capacity: int                      # tokens that fill it: what was used here and what is left
    left: Optional[int]                # tokens; None without a session
    about: bool = False                # capacity and left are converted from another unit


def read(session: Optional[Block], limit: Limit, official: Optional[Quota], learned: Optional[LearnedLimit],
         least: float = 0.0) -> Gauge:
    """The gauge of this moment; official is a percentage that counts (see `counting`), least see `at_least`."""
    tokens = session.tokens if session else 0
    if official is None:
        return _by_limit(session, limit, least) if session else Gauge(None, _whose(limit), limit.tokens, None)
    left = round(_whole(tokens, limit, official, learned) * max(0.0, 100 - official.percent) / 100)
    return Gauge(official.percent, "official", tokens + left, left if session else None, True)


def _whose(limit: Limit) -> str:
    return "learned" if limit.source == "learned" else "tokens"


def _by_limit(session: Block, limit: Limit, least: float) -> Gauge:
    """Tokens against the limit in force; a learned one knows of use elsewhere by what Claude said last."""
    percent, about = 100 * session.tokens / limit.tokens, limit.unit != "tokens"
    if limit.source != "learned" or least <= percent:
        source = _whose(limit)
        return Gauge(percent, source, limit.tokens, max(0, limit.tokens - session.tokens), about)
    left = max(0, round(limit.tokens * (1 - least / 100)))
    return Gauge(least, "learned", session.tokens + left if left else limit.tokens, left, True)


def _whole(tokens: int, limit: Limit, official: Quota, learned: Optional[LearnedLimit]) -> int:
    """About how many tokens make 100 points."""
    if learned:
        return learned.tokens
    if tokens > 0 and official.percent >= LEAST_PERCENT:
        return max(1, round(100 * tokens / official.percent))
    return limit.tokens


# --- Claude's own word ------------------------------------------------------------------------------------------------

def known(facts: Facts, session: Optional[Block], now: int) -> Official:
    """What Claude has said of the windows that run: its percentages, and 100 where it said that the limit is reached."""
    official, hit_at = facts.official.at(now), facts.hit_at
    quota = official.five_hour
    if hit_at is None or hit_at > now + SKEW_S:
        return official
    if quota is None and session and session.start <= hit_at:
        return official._replace(five_hour=Quota(100.0, session.end, hit_at))
    if quota and hit_at >= max(quota.resets_at - SESSION_S, quota.read_at - SKEW_S):
        return official._replace(five_hour=quota._replace(percent=max(100.0, quota.percent), read_at=max(hit_at, quota.read_at)))
    return official


def counting(official: Official, session: Optional[Block], now: int) -> Optional[Quota]:
    """The percentage of the 5-hour window where it is fresh: read of late, or nothing was used here since."""
    quota = official.five_hour
    if quota is None or quota.resets_at <= now:
        return None
    last = None if session is None else now if session.last is None else session.last
    unused = last is None or last <= quota.read_at + SKEW_S
    return quota if unused or now - quota.read_at <= FRESH_S else None


def at_least(facts: Facts, session: Optional[Block], limit: Limit, now: int) -> float:
    """Per cent by what Claude said in this window, however long ago, and by what was used here since: the account may also be
    used elsewhere."""
    quota = facts.official.at(now).five_hour
    if quota is None or session is None:
        return 0.0
    then = [sample.tokens for sample in facts.samples if sample.session == session.start and sample.ts <= quota.read_at]
    since = max(0, session.tokens - max(then)) if then else 0
    return quota.percent + 100 * since / limit.tokens


# --- the learned limit in tokens --------------------------------------------------------------------------------------

def in_tokens(learned: Optional[Learned], load: Optional[Load], session: Optional[Block]) -> Optional[LearnedLimit]:
    """The learned limit by this session's own mix of models and kinds; None when nothing was learned."""
    if learned is None or learned.ruler is None or learned.estimate is None or not learned.estimate.learned:
        return None
    rate = _tokens_per_load(learned, load if load else _load_of(session))
    if rate <= 0:
        return None
    median, low, high = (max(1, round(min(MOST_TOKENS, rate * value))) for value in learned.estimate[:3])
    return LearnedLimit(median, low, high, learned.ruler.unit)


def _tokens_per_load(learned: Learned, load: Load) -> float:
    assert learned.ruler is not None
    tokens = sum(count for (_, kind), count in load.items() if kind in ("input", "output"))
    measured = measure(learned.ruler, load)
    return tokens / measured if tokens >= LEAST_TOKENS and measured > 0 else learned.tokens_per_load


def _load_of(session: Optional[Block]) -> Load:
    """What ccusage tells of the session: its kinds, and of the models only one that is alone."""
    if session is None or not session.counted:
        return {}
    model = session.models[0] if len(session.models) == 1 else ""
    kinds = zip(("input", "output", "cache_creation", "cache_read"), session[4:8])
    load = {(model, kind): float(count or 0) for kind, count in kinds}
    return load if session.cost_usd is None else {**load, ("", "cost"): session.cost_usd}
