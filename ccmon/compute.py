"""From facts to the snapshot that every view shows: the active session, its limit, burn rate, forecast and notices."""

from typing import Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon import burn, forecast, limits, schedule
from ccmon.model import SKEW_S, Block, Facts, Limit, Notice, Sample, Snapshot, Source
from ccmon.schedule import ResetRule
from ccmon.text import count, duration, percent, plural
from ccmon.when import Zone, clock_text

STALE_AFTER_S = 45


class Options(NamedTuple):
    """What the user asked for."""

    plan: str = "pro"                                       # one of limits.PLAN_NAMES
    explicit_limit: Optional[Tuple[int, str]] = None        # tokens, and who says so: flag | config
    rule: ResetRule = ResetRule("session")
    plans: Mapping[str, int] = limits.PLANS                 # tokens of each plan


def active(blocks: Iterable[Block], listed: Iterable[int], now: int) -> List[Block]:
    """The sessions that run at that moment and that the source still lists, the latest start first."""
    starts = set(listed)
    running = [b for b in blocks if b.start <= now < b.end and b.start in starts]
    return sorted(running, key=lambda b: b.start, reverse=True)


def assess(facts: Facts, options: Options, zone: Zone, now: int, stale_after_s: int = STALE_AFTER_S) -> Snapshot:
    """All numbers of this moment, with the warnings they call for, most urgent first."""
    snapshot = _numbers(facts, options, zone, now)
    return snapshot._replace(warnings=tuple(_notices(snapshot, facts, zone, stale_after_s)))


def _numbers(facts: Facts, options: Options, zone: Zone, now: int) -> Snapshot:
    running = active(facts.blocks, facts.listed, now)
    session = running[0] if running else None
    known = limits.join(limits.high_water(facts.blocks, now), facts.high_water)
    limit = limits.resolve(options.plan, options.explicit_limit, session.tokens if session else 0, known, options.plans)
    left = max(0, limit.tokens - session.tokens) if session else None
    pace = burn_terms(facts, now)
    official = facts.official.at(now)
    reset = schedule.next_reset(now, options.rule, session.end if session else None, zone, official.five_hour)
    return Snapshot(
        now=now, source=facts.source, age_s=_age_s(facts.source, now),
        session=session or _newest(facts.blocks, now), active=session is not None, others=max(0, len(running) - 1),
        limit=limit, percent=100 * session.tokens / limit.tokens if session else None, left=left,
        burn_per_min=pace.per_min, burn_source=pace.source,
        sustainable_per_min=None if left is None else forecast.sustainable(left, now, reset.at),
        predicted_end=None if left is None else forecast.predicted_end(now, left, pace.per_min),
        reset=reset, official=official)


def burn_terms(facts: Facts, now: int) -> burn.Terms:
    """What the burn rate of this moment rests on."""
    return burn.terms(_trusted(facts, now), _seen(facts, now), now)


def _newest(blocks: Iterable[Block], now: int) -> Optional[Block]:
    begun = [b for b in blocks if b.start <= now]
    return max(begun, key=lambda b: (b.end, b.start), default=None)


def _trusted(facts: Facts, now: int) -> List[Block]:
    """Without the sessions that should run but that the source lists no more: they would count twice."""
    listed = set(facts.listed)
    return [b for b in facts.blocks if b.end <= now or b.start in listed]


def _seen(facts: Facts, now: int) -> Sequence[Sample]:
    """The samples, and the last answer of the source where it is newer than they are."""
    at = facts.source.refreshed
    if not facts.samples or at is None or not facts.samples[-1].seen < at <= now:
        return facts.samples
    running = active(facts.blocks, facts.listed, at)
    newest = Sample(at, at, running[0].start, running[0].tokens) if running else Sample(at, at, None, 0)
    return (*facts.samples, newest)


def _age_s(source: Source, now: int) -> Optional[int]:
    return None if source.refreshed is None else max(0, now - source.refreshed)


# --- notices: the order here is the order on the screen ---------------------------------------------------------------

def _notices(snapshot: Snapshot, facts: Facts, zone: Zone, stale_after_s: int) -> Iterator[Notice]:
    yield from _source_failed(facts.source)
    yield from _session_notices(snapshot, zone)
    if snapshot.active and snapshot.session and not snapshot.session.counted:
        yield Notice("tokens_include_cache", "ccusage gave no input and output counts: these tokens may include cache")
    yield from _clock_skew(snapshot)
    yield from _stale(snapshot, stale_after_s)
    if facts.trouble:
        yield Notice("store_failed", facts.trouble)
    if facts.source.skipped > 0:
        what = "damaged line" if facts.source.name == "logs" else "malformed session"
        yield Notice("blocks_skipped", f"{plural(facts.source.skipped, what)} left out")


def _source_failed(source: Source) -> Iterator[Notice]:
    lead = "Failed to get usage data"
    if source.error is not None:
        text = source.error if source.error.startswith(lead) else f"{lead}: {source.error}"
        yield Notice("source_failed", text)


def _session_notices(snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    session, limit = snapshot.session, snapshot.limit
    if session is None or not snapshot.active:
        return
    yield from _over(session.tokens, limit)
    yield from _runs_out(snapshot, zone)
    yield from _near(session.tokens, limit)
    if limit.switched:
        yield Notice("switched_to_custom_max", f"Tokens exceeded Pro limit - switched to custom_max ({count(limit.tokens)})")
    if snapshot.others:
        yield Notice("several_active", f"+{plural(snapshot.others, 'active session')}, not added")


def _over(tokens: int, limit: Limit) -> Iterator[Notice]:
    if limit.unknown:
        yield Notice("limit_unknown", f"Above your record: the real limit is at least {count(tokens)}")
    elif tokens > limit.tokens:
        yield Notice("over_limit", f"Limit reached: {count(tokens)} of {count(limit.tokens)} tokens ({_whose(limit)})")


def _whose(limit: Limit) -> str:
    own = {"flag": "your --limit", "config": "your configured limit"}
    return own.get(limit.source, f"plan {limit.plan}")


def _runs_out(snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    end, reset_at = snapshot.predicted_end, snapshot.reset.at
    if end is not None and end < reset_at:
        at = clock_text(end, snapshot.now, zone)
        yield Notice("runs_out_before_reset",
                     f"Runs out at {at}, {duration(reset_at - end)} before the reset")


def _near(tokens: int, limit: Limit) -> Iterator[Notice]:
    share = 100 * tokens / limit.tokens
    if 80 <= share <= 100:
        yield Notice("near_limit", f"Near the limit: {count(tokens)} of {count(limit.tokens)} tokens ({percent(share)})")


def _clock_skew(snapshot: Snapshot) -> Iterator[Notice]:
    future, session = snapshot.source.future, snapshot.session
    if future > 0:
        verb = "are" if future > 1 else "is"
        yield Notice("clock_skew", f"Check the clock: {plural(future, 'session')} {verb} dated in the future")
    elif snapshot.active and session is not None and session.last is not None and session.last > snapshot.now + SKEW_S:
        ahead = duration(session.last - snapshot.now)
        yield Notice("clock_skew", f"Check the clock: the last message is {ahead} in the future")


def _stale(snapshot: Snapshot, stale_after_s: int) -> Iterator[Notice]:
    refreshed = snapshot.source.refreshed
    if refreshed is not None and refreshed > snapshot.now + SKEW_S:
        yield Notice("stale", f"Data is dated {duration(refreshed - snapshot.now)} ahead: was the clock set back?")
    elif snapshot.age_s is not None and snapshot.age_s > stale_after_s:
        yield Notice("stale", f"Data is {duration(snapshot.age_s)} old")
