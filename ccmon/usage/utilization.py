"""How full the window is, and by which source: Claude's own percentage, the learned limit, or tokens against the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ccmon.model import NEAR_PERCENT, Block, Facts, Hit, LearnedLimit, Limit, Window, Windows
from ccmon.named_tuple import NamedTuple
from ccmon.sources.session_json import length_s
from ccmon.usage.windows import running, window, window_named, with_window
from ccmon.when import HOUR_S, SESSION_S, SKEW_S

if TYPE_CHECKING:
    from ccmon.learning.values import Learned, Load

FRESH_S = 600                          # an official percentage counts for so long, whatever was used since
MOST_TOKENS = 10 ** 15
LEAST_TOKENS = 500                     # with less a session has no mix of its own
LEAST_PERCENT = 5                      # with less a percentage says little of how many tokens make 100


class Utilization(NamedTuple):
    """How much of the window is used."""

    percent: Optional[float]           # None without a session and a report of Claude
    source: str                        # official | learned | tokens
    capacity: int                      # tokens that fill it: what was used here and what is left
    left: Optional[int]                # tokens; None without a session
    about: bool = False                # capacity and left are converted from another unit


def session_utilization(session: Optional[Block], limit: Limit, official: Optional[Window], learned: Optional[LearnedLimit],
         least: float = 0.0) -> Utilization:
    """The utilization by an official percentage that counts, else by the limit; least: see `least_percent`."""
    tokens = session.tokens if session else 0
    if official is None:
        return _by_limit(session, limit, least) if session else Utilization(None, _whose(limit), limit.tokens, None)
    left = round(_whole(tokens, limit, official, learned) * max(0.0, 100 - official.percent) / 100)
    return Utilization(official.percent, "official", tokens + left, left if session else None, True)


def _whose(limit: Limit) -> str:
    return "learned" if limit.source == "learned" else "tokens"


def _by_limit(session: Block, limit: Limit, least: float) -> Utilization:
    """Tokens against the limit in force; with a learned one at least Claude's last percentage, which includes use elsewhere."""
    percent, about = 100 * session.tokens / limit.tokens, limit.unit != "tokens"
    if limit.source != "learned" or least <= percent:
        source = _whose(limit)
        return Utilization(percent, source, limit.tokens, max(0, limit.tokens - session.tokens), about)
    left = max(0, round(limit.tokens * (1 - least / 100)))
    return Utilization(least, "learned", session.tokens + left if left else limit.tokens, left, True)


def _whole(tokens: int, limit: Limit, official: Window, learned: Optional[LearnedLimit]) -> int:
    """About how many tokens make 100 points."""
    if learned:
        return learned.tokens
    if tokens > 0 and official.percent >= LEAST_PERCENT:
        return max(1, round(100 * tokens / official.percent))
    return limit.tokens


# --- Claude's own reports ------------------------------------------------------------------------------------------------

def reported_windows(facts: Facts, now: int) -> Windows:
    """The running windows whose resets Claude has reported, by percentages or by limit events."""
    windows = running(facts.windows, now)
    for hit in facts.hits:
        windows = _with_hit(windows, hit, now)
    return windows


def current_windows(facts: Facts, session: Optional[Block], now: int) -> Windows:
    """The running windows as Claude reported them, at 100 % after a limit event."""
    windows = reported_windows(facts, now)
    used, hit_at = window_named(windows, "five_hour"), facts.hit_at
    if hit_at is None or hit_at > now + SKEW_S:
        return windows
    if used is None and session and session.start <= hit_at:
        whole = with_window(windows, window("five_hour", 100.0, session.end, hit_at, "limit"))
        return whole if fresh_window(whole, session, now) else windows       # work goes on: it is over
    if used and hit_at >= max(used.resets_at - SESSION_S, used.read_at - SKEW_S):
        return with_window(windows, used._replace(percent=max(100.0, used.percent), read_at=max(hit_at, used.read_at)))
    return windows


def _with_hit(windows: Windows, hit: Hit, now: int) -> Windows:
    """A limit event holds until its reset, unless Claude has reported something else since."""
    before = window_named(windows, hit.name)
    if before and (before.read_at - SKEW_S > hit.at or hit.resets_at and before.resets_at - hit.resets_at > HOUR_S):
        return windows                 # reported later, or of the window after that one
    resets_at = hit.resets_at or (before.resets_at if before else 0)
    whole_s = length_s(hit.name)
    if not hit.at <= now + SKEW_S or resets_at <= now or whole_s is not None and resets_at - hit.at > whole_s + HOUR_S:
        return windows
    if before is None or resets_at - before.resets_at > HOUR_S:        # another window than before
        return with_window(windows, window(hit.name, 100.0, resets_at, hit.at, "limit"))
    return with_window(windows, before._replace(percent=max(100.0, before.percent), read_at=max(hit.at, before.read_at)))


def fresh_window(windows: Windows, session: Optional[Block], now: int) -> Optional[Window]:
    """The percentage of the 5-hour window where it is fresh: read of late, nothing was used here since, or all of it was."""
    session_window = window_named(windows, "five_hour")
    if session_window is None or session_window.resets_at <= now:
        return None
    last = None if session is None else now if session.last is None else session.last
    unused = last is None or last <= session_window.read_at + SKEW_S
    whole = session_window.percent >= 100 and session_window.source != "limit"           # of that one the reset is not sure
    return session_window if unused or whole or now - session_window.read_at <= FRESH_S else None


def last_window(facts: Facts, session: Optional[Block], limit: Limit, now: int) -> Optional[Window]:
    """Claude's last report of the running 5-hour window, where it is near the limit, tokens show less and nothing was learned."""
    session_window = window_named(running(facts.windows, now), "five_hour")
    if session_window is None or session is None or limit.source == "learned":
        return None
    return session_window if session_window.percent >= max(NEAR_PERCENT, 100 * session.tokens / limit.tokens) else None


def least_percent(facts: Facts, session: Optional[Block], limit: Limit, now: int) -> float:
    """Per cent by Claude's last report in this window and by what was used here since; use elsewhere may add to it."""
    session_window = window_named(running(facts.windows, now), "five_hour")
    if session_window is None or session is None:
        return 0.0
    then = [sample.tokens for sample in facts.samples if sample.session == session.start and sample.ts <= session_window.read_at]
    since = max(0, session.tokens - max(then)) if then else 0
    return session_window.percent + 100 * since / limit.tokens


# --- the learned limit in tokens --------------------------------------------------------------------------------------

def limit_in_tokens(learned: Optional["Learned"], load: Optional["Load"], session: Optional[Block]) -> Optional[LearnedLimit]:
    """The learned limit by this session's own mix of models and kinds; None when nothing was learned."""
    if learned is None or learned.unit_weights is None or learned.estimate is None or not learned.estimate.learned:
        return None
    rate = _tokens_per_load(learned, load if load else _load_of(session))
    if rate <= 0:
        return None
    median, low, high = (max(1, round(min(MOST_TOKENS, rate * value))) for value in learned.estimate[:3])
    return LearnedLimit(median, low, high, learned.unit_weights.unit)


def _tokens_per_load(learned: "Learned", load: "Load") -> float:
    assert learned.unit_weights is not None
    tokens = sum(count for (_, kind), count in load.items() if kind in ("input", "output"))
    from ccmon.learning.values import measure
    measured = measure(learned.unit_weights, load)
    return tokens / measured if tokens >= LEAST_TOKENS and measured > 0 else learned.tokens_per_load


def _load_of(session: Optional[Block]) -> "Load":
    """The session's kinds as ccusage counts them, and its model where it is the only one."""
    if session is None or not session.counted:
        return {}
    model = session.models[0] if len(session.models) == 1 else ""
    kinds = zip(("input", "output", "cache_creation", "cache_read"), session[4:8])
    load = {(model, kind): float(count or 0) for kind, count in kinds}
    return load if session.cost_usd is None else {**load, ("", "cost"): session.cost_usd}
