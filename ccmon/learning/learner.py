"""Learning from all that is stored: the unit weights, the limit, changes of the allocation, and how this user works."""

from typing import Optional, Sequence

from ccmon.learning import limit, runway, usage_curve, week
from ccmon.learning.values import HISTORY_S, Change, LearnedState, RatesOf, Reading, RunwayModel, UsageCurve, Use
from ccmon.model import Block


def learn(use: Sequence[Use], readings: Sequence[Reading], sessions: Sequence[Block], weekly: Sequence[Reading],
          now: int, rates_of: RatesOf, changes: Sequence[Change] = ()) -> LearnedState:
    """Everything anew from what is stored; each sequence by time, readings of the 5-hour window, sessions with tokens.

    changes are those of the allocation that were learned before. Only the last 90 days count.
    """
    use, readings = [one for one in use if one.ts > now - HISTORY_S], [one for one in readings if one.ts > now - HISTORY_S]
    stops = usage_curve.blocked(reading for reading in weekly if reading.ts > now - HISTORY_S)
    seen = usage_curve.stopped(usage_curve.from_readings(readings), stops)
    used = usage_curve.stopped(usage_curve.from_uses(use, readings), stops)
    return LearnedState(limit.learned(use, readings, sessions, changes, now, rates_of), _trained(seen, now), _trained(used, now),
                   week.train(weekly, now) if weekly else None)


def _trained(usage: UsageCurve, now: int) -> Optional[RunwayModel]:
    return runway.with_moments(runway.train(usage, now)) if usage.times else None
