"""Who says what the limit is, in words: the longest wording first. What was learned is never shown without its error."""

from ccmon import text
from ccmon.model import LearnedLimit, Limit, Snapshot
from ccmon.quick_typing import TYPE_CHECKING, Optional, Tuple
from ccmon.usage.binding import SESSION
from ccmon.usage.utilization import FRESH_S
from ccmon.when import Zone, day_text

if TYPE_CHECKING:
    from ccmon.learning.values import Estimate, Learned, UnitWeights

Words = Tuple[str, ...]
RULERS = {"tokens": "by tokens", "all_tokens": "by all tokens", "cost": "by cost", "kinds": "weighted by kind",
          "models": "weighted by model"}


def plan_name(limit: Limit) -> str:
    """The plan in force; the configuration may hold plans of any name."""
    return text.printable(limit.plan)


def plan_words(limit: Limit) -> str:
    """The same with who set it, where that is the account and nobody here: max20 (your account)."""
    return plan_name(limit) + (" (your account)" if is_account_plan(limit) else "")


def is_account_plan(limit: Limit) -> bool:
    """Whether the plan in force is that of the account, and nobody has set one."""
    return limit.by_account and not limit.switched and limit.source == "plan"


def limit_words(snapshot: Snapshot, zone: Zone) -> Words:
    """For the row below the bar."""
    limit = snapshot.limit
    if snapshot.percent_source == "official":
        return _official(snapshot)
    if limit.source == "flag":
        return ("limit: set by --limit", "by --limit")
    if limit.source == "config":
        return ("limit: set in the configuration", "limit: configured", "configured")
    if limit.learned and limit.source == "learned" and snapshot.learned and snapshot.learned.unit_weights:
        return _learned(limit.learned, snapshot.learned)
    if is_unknown(snapshot):
        return _unknown(snapshot, zone)
    if limit.plan == "ml_auto":
        return ("nothing learned yet: plan pro (reference figure)", "nothing learned yet: plan pro", "nothing learned yet")
    if limit.high_water and limit.source == "high_water":
        brief = f"record {day_text(limit.high_water.at, zone)}"
        words = f"{brief}, {text.plural(limit.high_water.sessions, 'session')}"
        return (f"limit: {words}", words, brief, "record")
    if limit.plan == "custom_max":
        return ("no record yet: plan pro (reference figure)", "no record yet: plan pro", "no record yet")
    name = f"plan {plan_name(limit)}"
    if is_account_plan(limit):
        return (f"limit: {name} (your account)", f"{name} (your account)", name)
    return (f"limit: {name} (reference figure)", f"limit: {name} (reference)", f"{name} (reference)", name)


def _official(snapshot: Snapshot) -> Words:
    learned = snapshot.learned
    if (snapshot.percent or 0) >= 100:
        return ("the limit was reached", "limit reached")
    if learned and learned.unit_weights and learned.estimate and learned.estimate.learned:
        error = f"{learned.unit_weights.error_points:.1f}"
        return (f"Claude's own figure; tokens {RULERS[learned.unit_weights.name]}, error {error} points",
                f"Claude's own figure, error {error} points", f"Claude's own, error {error} points",
                f"official, error {error} points", "official")
    age_s = snapshot.now - max([one.read_at for one in snapshot.windows if one.name == SESSION], default=snapshot.now)
    if age_s > FRESH_S:
        age = f"{text.duration(age_s)} ago"
        return (f"Claude's own figure, read {age}", f"Claude's own, {age}", f"read {age}", age, "official")
    return ("Claude's own figure", "official")


def cut_offs(learned: Optional["Learned"]) -> str:
    """cut off 3 times: what a limit rests on where no percentage is known; empty where one is, or nothing."""
    count = learned.estimate.windows if learned and learned.is_by_events and learned.estimate else 0
    return f"cut off {text.times(count)}" if count else ""


def between(learned: "Learned", ruler: "UnitWeights", estimate: "Estimate") -> str:
    """between $15.10 and $60.60 (90 % interval): without a middle that nobody knows, and in the ruler's own unit."""
    if ruler.unit == "cost":
        return f"between ${estimate.low:,.2f} and ${estimate.high:,.2f} (90 % interval)"
    low, high = (text.count(round(learned.tokens_per_load * value)) for value in estimate[1:3])
    return f"between {low} and {high} tokens (90 % interval)"


def _learned(limit: LearnedLimit, learned: "Learned") -> Words:
    ruler, events = learned.unit_weights, cut_offs(learned)
    assert ruler is not None
    span = f"{text.short_count(limit.low)}-{text.short_count(limit.high)}"
    if events:
        return (f"learned {span}, {RULERS[ruler.name]}, {events}", f"learned {span}, {events}", f"learned, {events}", "learned")
    error = f"error {ruler.error_points:.1f} points"
    by, readings = RULERS[ruler.name], text.plural(ruler.readings, "reading")
    return (f"learned {span}, {by}, {error}, {readings}", f"learned {span}, {by}, {error}", f"learned {span}, {error}",
            f"learned, {error}", "learned")


def is_unknown(snapshot: Snapshot) -> bool:
    """True where the limit is at least the record, or above it."""
    limit = snapshot.limit
    above = limit.unknown or limit.plan == "ml_auto" and limit.source == "high_water"
    return above and limit.high_water is not None and snapshot.percent_source == "tokens"


def _unknown(snapshot: Snapshot, zone: Zone) -> Words:
    high, tokens = snapshot.limit.high_water, snapshot.session.tokens if snapshot.active and snapshot.session else 0
    assert high is not None
    most, among, events = max(high.tokens, tokens), text.plural(high.sessions, "session"), cut_offs(snapshot.learned)
    among = f"{among}; {events}" if events else among
    record = f"record {day_text(high.at, zone)}"
    return (f"limit unknown, at least {text.count(most)} ({among})", f"limit unknown, at least {text.short_count(most)}",
            f"unknown, at least {text.short_count(most)}", record, "record")
