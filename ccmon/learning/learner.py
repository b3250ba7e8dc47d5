"""Learning from all that is stored: the unit weights, the limit, changes of the allocation, and how this user works."""

from ccmon.learning import change, intervals, posterior, runway, unit_weights, usage_curve, week
from ccmon.learning.intervals import Interval
from ccmon.learning.values import HISTORY_S, Change, Learned, LearnedState, RatesOf, Reading, UnitWeights, Use, meter, tokens_of
from ccmon.model import EVENTS, Block
from ccmon.quick_typing import List, Sequence
from ccmon.when import DAY_S, SESSION_S

MIX_S = 21 * DAY_S
PIECES = 200                           # intervals for the unit weights of before
LEAST_SINCE = 8                        # intervals after a change from which on the unit weights are chosen by them alone


def learn(use: Sequence[Use], readings: Sequence[Reading], sessions: Sequence[Block], weekly: Sequence[Reading],
          now: int, rates_of: RatesOf, changes: Sequence[Change] = ()) -> LearnedState:
    """Everything anew from what is stored; each sequence by time, readings of the 5-hour window, sessions with tokens.

    changes are those of the allocation that were learned before. Only the last 90 days count.
    """
    use, readings = [one for one in use if one.ts > now - HISTORY_S], [one for one in readings if one.ts > now - HISTORY_S]
    stops = usage_curve.blocked(reading for reading in weekly if reading.ts > now - HISTORY_S)
    seen, used = usage_curve.from_readings(readings), usage_curve.from_uses(use, readings)
    points, tokens = (runway.with_moments(runway.train(usage_curve.stopped(one, stops), now)) if one.times else None
                      for one in (seen, used))
    return LearnedState(_learned_limit(use, readings, sessions, changes, now, rates_of), points, tokens,
                        week.train(weekly, now) if weekly else None)


def _learned_limit(use: Sequence[Use], readings: Sequence[Reading], sessions: Sequence[Block], before: Sequence[Change],
                   now: int, rates_of: RatesOf) -> Learned:
    """All that is said of the limit; arguments as those of learn."""
    hits = [reading for reading in readings if reading.source in EVENTS]
    over = [block.tokens for block in sessions if block.end <= now and block.counted and block.tokens]
    result = Learned(now, readings=len(readings), hits=len(hits), at_least=float(max(over, default=0)), sessions=len(over))
    pieces = intervals.intervals_of(readings, use)
    ranked = unit_weights.ranked(pieces, rates_of)
    if not ranked:
        return result
    changes = all_changes(pieces, readings, ranked[0], before, now, rates_of)
    recent, chosen = change.since_last_change(pieces, changes), ranked[0]
    if posterior.are_alone(recent):
        return _by_events(result._replace(changes=tuple(changes)), recent, use if len(recent) == len(pieces) else
                          [one for one in use if one.ts >= recent[0].start], now, rates_of)
    if len(recent) < len(pieces):      # what the weights are of stays, but their points were of other limits
        alike = recent if len(recent) >= LEAST_SINCE else change.levelled(pieces, changes)
        chosen = (unit_weights.ranked(alike, rates_of) or ranked)[0]
    since = recent[0].start if recent else now
    chosen = chosen._replace(readings=sum(reading.ts >= since for reading in readings))
    estimate = posterior.estimate(recent, chosen, _floors(use, readings, chosen, since, now))
    return result._replace(unit_weights=chosen, estimate=estimate, changes=tuple(changes),
                          tokens_per_load=_tokens_per_load(use, chosen, since))


def _by_events(result: Learned, pieces: Sequence[Interval], use: Sequence[Use], now: int, rates_of: RatesOf) -> Learned:
    """The same where there are limit events and hardly a percentage."""
    by_events = posterior.by_events(pieces, use, now, rates_of)
    if by_events is None:
        return result
    weights, estimate = by_events
    return result._replace(unit_weights=weights, estimate=estimate, tokens_per_load=_tokens_per_load(use, weights, 0))


def all_changes(pieces: Sequence[Interval], readings: Sequence[Reading], chosen: UnitWeights, before: Sequence[Change],
                now: int, rates_of: RatesOf) -> List[Change]:
    """By statistics in two units, or seen within a window; those of before stay as they were."""
    settled = [piece for piece in pieces if piece.end <= now - change.SETTLED_S][-PIECES:]     # nothing that may have changed
    settled_units = unit_weights.ranked(settled, rates_of, menu=(chosen.name,))
    return change.joined([*change.changes_of(pieces, [*settled_units, chosen]), *change.rebaselined(readings)], before)


def _floors(use: Sequence[Use], readings: Sequence[Reading], chosen: UnitWeights, since: int, now: int) -> List[float]:
    """What windows held that ended without an event: the limit is at least that."""
    used = intervals.UseLookup(use)
    full = {reading.resets_at for reading in intervals.with_resets(readings, use) if reading.percent >= 100}
    resets = sorted({reading.resets_at for reading in readings if since + SESSION_S <= reading.resets_at <= now})
    loads = (used.between(reset - SESSION_S, reset) for reset in resets if reset not in full)
    return [amount for amount in map(meter(chosen), loads) if amount > 0]


def _tokens_per_load(use: Sequence[Use], chosen: UnitWeights, since: int) -> float:
    """By the mix of the last weeks."""
    recent = [one.load for one in use if one.ts >= max(since, use[-1].ts - MIX_S)]
    measured = sum(map(meter(chosen), recent))
    return sum(map(tokens_of, recent)) / measured if measured > 0 else 0.0
