"""Learning from all that is stored: the ruler, the limit, changes of the allocation, and how this user works."""

import json
from functools import lru_cache
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, TypeVar

from ccmon import kept
from ccmon.learning import choice, course, runway, week
from ccmon.learning.runway import Trained
from ccmon.learning.values import MENU, Change, Course, Estimate, Learned, Load, Reading, Ruler, Use
from ccmon.learning.week import Week
from ccmon.model import Block

VERSION = 2
KEPT_S = 90 * 86_400
_Part = TypeVar("_Part")


class Lessons(NamedTuple):
    """What was learned, and what forecasts are made from."""

    learned: Learned
    points: Optional[Trained] = None   # of the official percentage
    tokens: Optional[Trained] = None   # of what was used on this machine
    week: Optional[Week] = None


def learn(use: Sequence[Use], readings: Sequence[Reading], sessions: Sequence[Block], weekly: Sequence[Reading],
          now: int, told: Sequence[Change] = ()) -> Lessons:
    """Everything anew from what is stored; each sequence by time, readings of the 5-hour window, sessions with tokens.

    told are the changes of the allocation that were found before. Only the last 90 days count.
    """
    use, readings = [one for one in use if one.ts > now - KEPT_S], [one for one in readings if one.ts > now - KEPT_S]
    stops = course.blocked(reading for reading in weekly if reading.ts > now - KEPT_S)
    seen = course.stopped(course.from_readings(readings), stops)
    used = course.stopped(tokens_course(use, readings), stops)
    from ccmon.learning import limit  # who only shows what was learned does without
    return Lessons(limit.learned(use, readings, sessions, told, now), _trained(seen, now), _trained(used, now),
                   week.train(weekly, now) if weekly else None)


def _trained(known: Course, now: int) -> Optional[Trained]:
    return runway.train(known, now) if known.times else None


def tokens_course(use: Sequence[Use], readings: Sequence[Reading]) -> Course:
    """The course of input and output tokens."""
    return course.from_loads([(one.ts, one.span_s, tokens_of(one.load)) for one in use], readings)


def tokens_of(load: Load) -> float:
    """Input and output together."""
    return sum(count for (_, kind), count in load.items() if kind in ("input", "output"))


# --- as text ------------------------------------------------------------------------------------------------------------

def dump(lessons: Lessons) -> str:
    """The lessons as a text for the store."""
    paces = [found and runway.dump(found) for found in (lessons.points, lessons.tokens)]
    return json.dumps(_brief([VERSION, lessons.learned, *paces, lessons.week and week.dump(lessons.week)]), separators=(",", ":"))


def _brief(value: Any) -> Any:
    """With five digits of every fraction; what is whole was counted, and is shown as it is."""
    if isinstance(value, (list, tuple)):
        return [_brief(part) for part in value]
    return float(f"{value:.5g}") if isinstance(value, float) and not value.is_integer() else value


@lru_cache(maxsize=2)
def load(text: Optional[str]) -> Optional[Lessons]:
    """The lessons that were dumped; None when there are none, or they are damaged or of another version."""
    try:
        version, learned, points, tokens, weekly = kept.value(text)
        if version != VERSION:
            return None
        return Lessons(_learned(learned), _whole(points, runway.load), _whole(tokens, runway.load), _whole(weekly, week.load))
    except kept.Damage:
        return None


def _whole(part: Any, made: Callable[[Any], Optional[_Part]]) -> Optional[_Part]:
    """A damaged part takes the rest with it, so that all is learned anew at once. Raises ValueError."""
    found = None if part is None else made(part)
    if found is None and part is not None:
        raise ValueError("damaged")
    return found


def _learned(parts: List[Any]) -> Learned:
    at, chosen, estimate, changes, readings, hits, at_least, sessions, per_load, mae_min, scored, tail, session, week_ = parts
    return Learned(kept.moment(at), _ruler(*chosen) if chosen else None, _estimate(*estimate) if estimate else None,
                   tuple(_change(*one) for one in changes), kept.count(readings), kept.count(hits), kept.amount(at_least),
                   kept.count(sessions), kept.amount(per_load), kept.optional(mae_min, kept.amount), kept.count(scored),
                   kept.within(float(tail), runway.LEAST_TAIL, runway.WIDEST_TAIL), choice.load(session), choice.load(week_))


def _ruler(name: str, weights: Sequence[Tuple[str, str, float]], error: Any, readings: Any, doubt: Any) -> Ruler:
    if name not in MENU:
        raise ValueError("no ruler")
    known = tuple((kept.name(model), kept.name(kind), kept.amount(weight)) for model, kind, weight in weights)
    return Ruler(name, known, kept.amount(error), kept.count(readings), kept.amount(doubt))


def _estimate(median: Any, low: Any, high: Any, noise: Any, readings: Any, windows: Any, covered: Any, learned: Any) -> Estimate:
    if not low <= median <= high:
        raise ValueError("no interval")
    return Estimate(kept.positive(median), kept.positive(low), kept.positive(high), kept.amount(noise), kept.count(readings),
                    kept.count(windows), kept.share(covered), kept.truth(learned))


def _change(at: Any, factor: Any, found_at: Any, sure: Any) -> Change:
    return Change(kept.moment(at), kept.positive(factor), kept.moment(found_at), kept.name(sure))
