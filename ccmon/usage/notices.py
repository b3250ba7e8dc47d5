"""The warnings of a snapshot as codes and sentences, the most urgent first, and its exit code."""

from __future__ import annotations

from ccmon.model import NEAR_PERCENT, PLAIN_RATES, Binding, Credits, Facts, Limit, Notice, Runway, Snapshot, Source, Window
from ccmon.quick_typing import TYPE_CHECKING, Iterator, Optional
from ccmon.text import count, duration, money, percent, plural
from ccmon.typed_values import PLANS
from ccmon.usage.binding import SESSION, runs_out
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import name_words, opens_at, running, window_named
from ccmon.when import SESSION_S, SKEW_S, Zone, clock_text

if TYPE_CHECKING:
    from ccmon.learning.values import Change, Learned

CONNECT = "ccmon init claude --write"
NO_SESSION, NO_DATA = 20, 30           # exit codes


def snapshot_notices(snapshot: Snapshot, facts: Facts, zone: Zone, stale_after_s: int) -> Iterator[Notice]:
    """The order here is the order on the screen."""
    yield from _source_failed(facts.reported.source)
    yield from _binding(snapshot, zone)
    yield from _session_notices(snapshot, facts, zone)
    yield from _windows(snapshot, zone)
    if snapshot.active and snapshot.session and not snapshot.session.counted:
        yield Notice("tokens_include_cache", "ccusage gave no input and output counts: these tokens may include cache")
    yield from _clock_skew(snapshot)
    yield from _stale(snapshot, stale_after_s)
    if facts.stored.trouble:
        yield Notice("store_failed", facts.stored.trouble)
    if facts.reported.source.skipped > 0:
        what = "damaged line" if facts.reported.source.name == "logs" else "malformed session"
        name = (facts.reported.source.skipped_in or "").replace("\\", "/").rpartition("/")[2]
        where = f" ({name}; see: ccmon why)" if name else ""
        yield Notice("blocks_skipped", f"{plural(facts.reported.source.skipped, what)} left out{where}")
    yield from _learning(snapshot, facts, zone)


def _source_failed(source: Source) -> Iterator[Notice]:
    lead = "Failed to get usage data"
    if source.error is not None:
        text = source.error if source.error.startswith(lead) else f"{lead}: {source.error}"
        yield Notice("source_failed", text)


def _session_notices(snapshot: Snapshot, facts: Facts, zone: Zone) -> Iterator[Notice]:
    limit = snapshot.limit
    if snapshot.percent is None:
        return
    yield from _over(snapshot, facts, zone)
    if not is_blocked_elsewhere(snapshot):
        yield from _runs_out(snapshot, zone)
        yield from _near(snapshot)
    if limit.switched:
        yield _switched(limit, snapshot.session.tokens if snapshot.session else 0)
    if snapshot.others:
        yield Notice("several_active", f"+{plural(snapshot.others, 'active session')}, not added")


# --- windows other than the session's ----------------------------------------------------------------------------------------

def is_blocked_elsewhere(snapshot: Snapshot) -> bool:
    """Whether another window than the session's is used up, so that the session's pace says nothing."""
    bound = snapshot.binding
    return bound is not None and bound.name != SESSION and bound.why == "full"


def used_up(bound: Binding, snapshot: Snapshot, zone: Zone) -> str:
    """week used up: nothing until Tue 14:18; or that it goes on with credits."""
    extra = next((one for one in snapshot.credits if one.kind == "extra_usage" and one.left), None)
    what = f"{name_words(bound.name)} used up"
    if extra:
        return f"{what}: on extra usage{', ' + amounts(extra) if extra.used is not None else ''}"
    return f"{what}: nothing until {clock_text(bound.resets_at, snapshot.now, zone)}"


def amounts(one: Credits) -> str:
    """$3 of $50; $3 where there is no limit."""
    used = money(one.used or 0, one.currency)
    return used if one.limit is None else f"{used} of {money(one.limit, one.currency)}"


def _binding(snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    bound = snapshot.binding
    if bound is not None and bound.name != SESSION:
        yield from _window(bound, snapshot, zone)


def _window(bound: Binding, snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    name = name_words(bound.name)
    if bound.why == "full":
        yield Notice("over_limit", used_up(bound, snapshot, zone), window=bound.name)
    elif bound.why == "runs_out" and bound.forecast is not None:
        words = window_runs_out(bound.forecast, bound.resets_at, snapshot, zone)
        yield Notice("runs_out_before_reset", f"{name}: {words}", window=bound.name)
    if bound.why != "full" and (bound.percent or 0) >= NEAR_PERCENT:
        yield Notice("near_limit", f"Near the limit: Claude says {percent(bound.percent or 0)} of the {name} is used",
                     window=bound.name)


def window_runs_out(forecast: Runway, resets_at: int, snapshot: Snapshot, zone: Zone) -> str:
    """runs out at Mon 16:40, 12h 3m before the reset; or how likely that is."""
    if is_likelihood(forecast):
        return likely(forecast._replace(resets_at=resets_at), snapshot, zone)
    early = duration(resets_at - forecast.median)
    return f"runs out at {clock_text(forecast.median, snapshot.now, zone)}, {early} before the reset"


def _windows(snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    """The windows that are neither the session's nor the one that binds."""
    bound = snapshot.binding
    for one in snapshot.windows:
        if one.name == SESSION or bound is not None and one.name == bound.name:
            continue
        if one.scope != "account":
            yield from _of_model(one, snapshot, zone)
        elif not is_blocked_elsewhere(snapshot):
            why = "full" if one.percent >= 100 else "runs_out" if runs_out(one.percent, one.forecast) else "near"
            yield from _window(Binding(one.name, one.label, one.percent, one.resets_at, why, one.forecast), snapshot, zone)


def _of_model(one: Window, snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    """What stops one model alone."""
    name, at = name_words(one.name), clock_text(one.resets_at, snapshot.now, zone)
    if one.percent >= 100:
        yield Notice("model_over_limit", model_used_up(one, snapshot, zone), window=one.name)
    elif one.percent >= NEAR_PERCENT:
        yield Notice("model_near_limit", f"Claude says {percent(one.percent)} of the {name} is used, reset {at}", window=one.name)


def model_used_up(one: Window, snapshot: Snapshot, zone: Zone) -> str:
    """week of Opus used up until Tue 14:18; the rest goes on."""
    return f"{name_words(one.name)} used up until {clock_text(one.resets_at, snapshot.now, zone)}; the rest goes on"


def _switched(limit: Limit, used: int) -> Notice:
    lead = f"Tokens exceeded {limit.asked.capitalize()} limit - switched to"
    way_out = "" if limit.by_account else f". {way_out_of_plan(used)}"
    if limit.source == "learned":
        about = "about " * (limit.unit != "tokens")
        return Notice("switched_to_ml_auto", f"{lead} ml_auto ({about}{count(limit.tokens)}){way_out}")
    return Notice("switched_to_custom_max", f"{lead} custom_max ({count(limit.tokens)}){way_out}")


def way_out_of_plan(used: int) -> str:
    """How to say which plan is yours, once that of the settings was exceeded by so many tokens."""
    return "Your plan: ccmon config set plan max20" + (" (or max5)" if used <= PLANS["max5"] else "")


def _over(snapshot: Snapshot, facts: Facts, zone: Zone) -> Iterator[Notice]:
    limit, used = snapshot.limit, snapshot.percent or 0
    tokens = snapshot.session.tokens if snapshot.session else 0
    if snapshot.percent_source == "official":
        if used >= 100:
            window = window_named(running(facts.reported.windows, snapshot.now), "five_hour")
            claude = facts.learned.hit_at is None or window is not None and window.percent >= 100
            words = f"Claude says {percent(used)} of the 5-hour window is used"
            cut_off = "" if facts.learned.hit_at is None else f"cut off at {clock_text(facts.learned.hit_at, snapshot.now, zone)}"
            yield Notice("over_limit", f"Limit reached: {words if claude else cut_off}")
    elif limit.unknown:
        yield Notice("limit_unknown", f"Above your record: the real limit is at least {count(tokens)}")
    elif used > 100:
        yield Notice("over_limit", f"Limit reached: {_amounts(snapshot)} ({_whose(limit)})")


def _amounts(snapshot: Snapshot) -> str:
    """26,361 of 35,000 tokens; of a converted limit only about."""
    about = "about " if snapshot.about else ""
    return f"{count(snapshot.session.tokens if snapshot.session else 0)} of {about}{count(snapshot.capacity)} tokens"


def _whose(limit: Limit) -> str:
    own = {"flag": "your --limit", "config": "your configured limit", "learned": "the learned limit"}
    return own.get(limit.source, f"plan {limit.plan}")


def _runs_out(snapshot: Snapshot, zone: Zone) -> Iterator[Notice]:
    end, reset_at, runway = snapshot.predicted_end, snapshot.reset.at, snapshot.runway
    opens = opens_at(snapshot.windows, snapshot.percent_source, reset_at)
    if snapshot.left == 0:
        return
    if runway is not None and runway.rule not in PLAIN_RATES:
        if runway.probability >= 0.5:
            yield Notice("runs_out_before_reset", likely(runway, snapshot, zone))
    elif end is not None and end < opens:
        at = clock_text(end, snapshot.now, zone)
        yield Notice("runs_out_before_reset",
                     f"Runs out at {at}, {duration(reset_at - end)} before the reset")


def likely(runway: Runway, snapshot: Snapshot, zone: Zone) -> str:
    """62 % likely to run out before 18:00 (median 16:40, 15:50-17:30)."""
    reset, median, low, high = (clock_text(at, snapshot.now, zone) for at in (runway.resets_at, *runway[:3]))
    return f"{percent(round(100 * runway.probability))} likely to run out before {reset} (median {median}, {low}-{high})"


def _near(snapshot: Snapshot) -> Iterator[Notice]:
    share = snapshot.percent or 0
    official = snapshot.percent_source == "official"
    if 80 <= share < 100 or share == 100 and not official:
        yield Notice("near_limit", f"Near the limit: {session_used(snapshot)}")


def session_used(snapshot: Snapshot) -> str:
    """26,361 of 35,000 tokens (75 %); or what Claude says."""
    share = percent(snapshot.percent or 0)
    if snapshot.percent_source == "official":
        return f"Claude says {share} of the 5-hour window is used"
    return f"{_amounts(snapshot)} ({share})"


def _learning(snapshot: Snapshot, facts: Facts, zone: Zone) -> Iterator[Notice]:
    """A change of the allocation, once; a limit that was learned and is not used; how to come to one."""
    learned, limit = facts.learned.state, snapshot.limit
    for change in learned.changes[-1:] if learned else ():
        if change.found_at <= snapshot.now < change.found_at + SESSION_S:
            yield Notice("allocation_changed", change_sentence(change, clock_text(change.at, snapshot.now, zone)))
    unused = snapshot.percent_source == "tokens" and limit.source in ("plan", "high_water") and snapshot.active
    if unused and learned and learned.estimate and learned.estimate.learned:
        source = "where you were cut off" if learned.is_by_events else "Claude's percentages"
        yield Notice("limit_learned", f"A limit was learned from {source}: --plan ml_auto uses it", True)
    elif unused and limit.plan == "ml_auto" or limit.unknown:
        yield Notice("nothing_learned", _not_learned(learned, limit), True)
    if learned and learned.scored and is_likelihood(snapshot.runway):
        yield Notice("score", score(learned), True)


def change_sentence(change: "Change", clock_text: str) -> str:
    """The change as a sentence; the clock text is its time as users read it: "Tue 14:05"."""
    words = change_meaning(change)
    return f"{words[0].upper()}{words[1:]} (since {clock_text})"


def change_meaning(change: "Change") -> str:
    """What it means for the user, without its time."""
    if change.factor == 1:
        return "Claude began your 5-hour window anew"
    if change.sure == "rebaseline":
        return "Claude took back a part of the percentage: the limit was raised, or use was forgiven"
    share = round(100 * abs(1 / change.factor - 1))
    less = change.factor > 1
    cause = "raised, or less is used elsewhere" if less else "lowered, or the account is also used elsewhere"
    return f"the same local work now takes {share} % {'less' if less else 'more'} of your quota: the limit was {cause}"


def _not_learned(learned: Optional["Learned"], limit: Limit) -> str:
    """Why there is no learned limit, what stands in for it, and the way to one."""
    if learned is None or not learned.readings:
        instead = {"high_water": "custom_max", "plan": "plan pro"}.get(limit.source) if limit.plan == "ml_auto" else None
        lead = f"Nothing learned, {instead} in force. To learn" if instead else "To learn the real limit, connect Claude Code"
        return f"{lead}: {CONNECT}"
    if learned.is_by_events:
        return f"Percentages teach the limit within days, limit messages within weeks: {CONNECT}"
    if learned.estimate and learned.estimate.is_unfit:
        noise = percent(round(100 * learned.estimate.noise))
        return f"Nothing learned: the readings do not fit the use here (noise {noise})"
    return f"Learning the limit from {plural(learned.readings, 'reading')}: it takes a few days of work"


def score(learned: "Learned") -> str:
    """How good the forecasts have been, in a few words."""
    return f"Forecasts so far: mean error {round(learned.mae_min or 0)} min over {plural(learned.scored, 'session')}"


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


def exit_code(snapshot: Snapshot) -> int:
    """11 a limit is used up, 10 from 80 % of one on or limit unknown, 30 no data, 20 no active session, else 0."""
    windows = [one.percent for one in snapshot.windows if one.scope == "account"]
    bound, codes = snapshot.binding, {notice.code for notice in snapshot.warnings}
    if bound and bound.why == "full":
        return 11
    if max([*windows, bound.percent or 0 if bound else 0, snapshot.percent or 0]) >= NEAR_PERCENT or "limit_unknown" in codes:
        return 10
    if snapshot.age_s is None and snapshot.session is None:
        return NO_DATA
    return 0 if snapshot.active else NO_SESSION


def failure(source: Source) -> str:
    """The sentence that people search for."""
    return f"Failed to get usage data: {source.error or 'another ccmon is still reading them. Try again in a moment'}"
