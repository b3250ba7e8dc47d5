"""From facts to the snapshot that every view shows: the active session, its limit, burn rate, forecast and notices."""

from __future__ import annotations

from ccmon.model import Block, Facts, Reset, Runway, Sample, Snapshot, Window, Windows
from ccmon.quick_typing import Callable, Iterable, List, Optional, Sequence
from ccmon.typed_values import ResetRule
from ccmon.usage import binding, burn, notices, outlook, utilization
from ccmon.usage.utilization import Options as Options
from ccmon.usage.utilization import active as active
from ccmon.usage.windows import opens_at, window_named
from ccmon.when import DAY_S, HOUR_S, Zone

STALE_AFTER_S = 45
REFERENCE_HOURS = (4, 9, 14, 18, 23)     # by which a reset is shown where no session runs
BURN_PARTS = 12                        # of the last hour, in the burn history
CALM_S = 120                           # after so long without any use nothing is expected to move soon


def assess(facts: Facts, options: Options, zone: Zone, now: int, stale_after_s: int = STALE_AFTER_S) -> Snapshot:
    """All numbers at this time, with the warnings they call for, most urgent first."""
    snapshot = _numbers(facts, options, zone, now)
    return snapshot._replace(warnings=tuple(notices.snapshot_notices(snapshot, facts, zone, stale_after_s)))


def _numbers(facts: Facts, options: Options, zone: Zone, now: int) -> Snapshot:
    running_blocks, session, windows, limit, full = utilization.session_fullness(facts, options, now)
    pace = burn_terms(facts, now)
    reset = next_reset(now, options.rule, session.end if session else None, zone,
                       window_named(utilization.reported_windows(facts, now), "five_hour"))
    window_end = session and _window_end(windows, session)
    ends_at = None if full.left is None else burn.predicted_end(now, full.left, pace.per_min)
    runway = outlook.session_runway(facts, full, limit, window_end, now) if session and window_end else None
    runway = outlook.shown_session_runway(runway, facts.learned.state, ends_at)
    pace_end = binding.pace_runway(ends_at, opens_at(windows, full.source, reset.at))
    of_session = runway or (pace_end if session else None)
    windows = tuple(one._replace(forecast=of_session if one.name == binding.SESSION else outlook.window_runway(facts, one, now))
                    for one in windows)
    own = binding.session_candidate(full, limit, runway or pace_end, _window_end(windows, session) or reset.at, now, ends_at)
    bound = binding.tightest(windows, own or _session_of(windows), session, facts.learned.bound, now)
    stored, source, reported = facts.stored, facts.reported.source, facts.reported
    return Snapshot(
        now=now, source=source, age_s=None if source.refreshed is None else max(0, now - source.refreshed),
        session=session or _newest(stored.blocks, now), active=session is not None, others=max(0, len(running_blocks) - 1),
        limit=limit, percent=full.percent, left=full.left,
        burn_per_min=pace.per_min, burn_source=pace.source,
        sustainable_per_min=None if full.left is None else burn.sustainable(full.left, now, reset.at),
        predicted_end=ends_at, reset=reset, windows=binding.tightest_first(windows, bound), binding=bound,
        percent_source=full.source, capacity=full.capacity, about=full.about, runway=runway,
        week=_learned_week(facts, windows), learned=facts.learned.state, credits=reported.credits, login=reported.login,
        apart=reported.apart, cache=reported.cache,
        usage_curve=tuple(burn.curve(stored.samples, session, now)) if session else (),
        burn_history=tuple(burn.history(stored.samples, now, BURN_PARTS)), blocks=stored.blocks, high_water=stored.high_water)


def _session_of(windows: Windows) -> Optional[binding.Candidate]:
    """The 5 hours where no session runs here, but Claude has reported a percentage."""
    session = window_named(windows, binding.SESSION)
    return session and binding.Candidate(session.name, session.percent, session.resets_at, session.percent >= 100, None)


def _learned_week(facts: Facts, windows: Windows) -> Optional[Runway]:
    """The runway of Claude's seven days; None where nothing was learned of them."""
    week = window_named(windows, "seven_day")
    return week.forecast if week and facts.learned.outlook and facts.learned.outlook.week else None


def _window_end(windows: Windows, session: Optional[Block]) -> Optional[int]:
    """When the limit begins anew, whatever reset is shown; None without a window and a session."""
    window = window_named(windows, binding.SESSION)
    return window.resets_at if window else session.end if session else None


def burn_terms(facts: Facts, now: int) -> burn.Terms:
    """What the burn rate rests on."""
    return burn.terms(_trusted(facts, now), _seen(facts, now), now)


def _newest(blocks: Iterable[Block], now: int) -> Optional[Block]:
    begun = [b for b in blocks if b.start <= now]
    return max(begun, key=lambda b: (b.end, b.start), default=None)


def _trusted(facts: Facts, now: int) -> List[Block]:
    """Without the sessions that should run but that the source lists no more: they would count twice."""
    listed = set(facts.stored.listed)
    return [b for b in facts.stored.blocks if b.end <= now or b.start in listed]


def _seen(facts: Facts, now: int) -> Sequence[Sample]:
    """The samples, and the last answer of the source where it is newer than they are."""
    at = facts.reported.source.refreshed
    if not facts.stored.samples or at is None or not facts.stored.samples[-1].seen < at <= now:
        return facts.stored.samples
    running = active(facts.stored.blocks, facts.stored.listed, at)
    newest = Sample(at, at, running[0].start, running[0].tokens) if running else Sample(at, at, None, 0)
    return (*facts.stored.samples, newest)


def next_edge(facts: Facts, now: int) -> float:
    """Epoch s when a session or a window ends next; infinite when none does."""
    ends = [block.end for block in facts.stored.blocks] + [window.resets_at for window in facts.reported.windows]
    return min((end for end in ends if end > now), default=float("inf"))


# --- when it resets: local hours to epochs, right across changes of the clocks ------------------------------------------------

def _first_at(offset_s: Callable[[int], int], wall_s: int) -> int:
    """Epoch s when local clocks first show that wall time, or first pass it where they skip it."""
    # No zone is a day away from UTC, and clocks do not change twice within two days: one change at most is in sight.
    low, high = wall_s - DAY_S, wall_s + DAY_S
    before, after = offset_s(low), offset_s(high)
    if before == after:
        return wall_s - before
    change = _first_change(offset_s, low, high)
    return wall_s - before if wall_s - before < change else max(change, wall_s - after)


def _first_change(offset_s: Callable[[int], int], low: int, high: int) -> int:
    """The first second in (low, high] with another offset than low, by bisection."""
    before = offset_s(low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_s(middle) == before:
            low = middle
        else:
            high = middle
    return high


def next_hour(now: int, hours: Sequence[int], zone: Zone) -> int:
    """Epoch s, after now, when local clocks next reach one of the hours."""
    today = (now + zone.offset_s(now)) // DAY_S
    # Up to the day after tomorrow: clocks set back over midnight return to today when tomorrow's 00:00 has been.
    walls = ((today + day) * DAY_S + hour * HOUR_S for day in range(3) for hour in hours)
    return min(at for at in (_first_at(zone.offset_s, wall) for wall in walls) if at > now)


def next_reset(now: int, rule: ResetRule, session_end: Optional[int], zone: Zone, window: Optional[Window] = None) -> Reset:
    """The next reset by the rule; session_end is that of the active session, None (or past) when there is none.

    By the rule session, what Claude says of its 5-hour window comes first: ccusage only estimates where that begins.
    """
    reference = next_hour(now, REFERENCE_HOURS, zone)
    if rule.kind == "hour" and rule.hours:
        return Reset(next_hour(now, rule.hours, zone), "hour", zone.name, reference)
    if rule.kind == "session" and window is not None and window.resets_at > now:
        return Reset(window.resets_at, "official", zone.name, reference)
    if rule.kind == "session" and session_end is not None and session_end > now:
        return Reset(session_end, "session", zone.name, reference)
    return Reset(reference, "schedule", zone.name, reference, rule.kind == "session")
