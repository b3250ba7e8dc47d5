"""How full the window is, and by which source: Claude's own percentage, the learned limit, or tokens against the plan."""

from __future__ import annotations

from ccmon.errors import CcmonError
from ccmon.model import NEAR_PERCENT, Block, Facts, HighWater, Hit, LearnedLimit, Limit, Window, Windows
from ccmon.quick_typing import TYPE_CHECKING, Iterable, List, Mapping, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import length_s
from ccmon.text import clean, clip
from ccmon.typed_values import PLAN_NAMES, PLANS, ResetRule
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
    windows = running(facts.reported.windows, now)
    for hit in facts.learned.hits:
        windows = _with_hit(windows, hit, now)
    return windows


def current_windows(facts: Facts, session: Optional[Block], now: int) -> Windows:
    """The running windows as Claude reported them, at 100 % after a limit event."""
    windows = reported_windows(facts, now)
    used, hit_at = window_named(windows, "five_hour"), facts.learned.hit_at
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
    session_window = window_named(running(facts.reported.windows, now), "five_hour")
    if session_window is None or session is None or limit.source == "learned":
        return None
    return session_window if session_window.percent >= max(NEAR_PERCENT, 100 * session.tokens / limit.tokens) else None


def least_percent(facts: Facts, session: Optional[Block], limit: Limit, now: int) -> float:
    """Per cent by Claude's last report in this window and by what was used here since; use elsewhere may add to it."""
    session_window = window_named(running(facts.reported.windows, now), "five_hour")
    if session_window is None or session is None:
        return 0.0
    then = [one.tokens for one in facts.stored.samples if one.session == session.start and one.ts <= session_window.read_at]
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
    windows = current_windows(facts, session, now)
    counting = fresh_window(windows, session, now)
    learned = limit_in_tokens(facts.learned.state, facts.learned.load, session)
    record = larger_high_water(high_water(facts.stored.blocks, now), facts.stored.high_water)
    judged = session.tokens if session and not counting else 0         # plan figures are silent where Claude itself speaks
    limit = resolve(options.plan, options.explicit_limit, judged, record, options.plans, learned,
                           options.by_account)
    counting = counting or last_window(facts, session, limit, now)
    full = session_utilization(session, limit, counting, learned,
                                           least_percent(facts, session, limit, now))
    return Fullness(running, session, windows, limit, full)


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
