"""An anonymous summary of one account's limit, for people to post, and one's own place among such summaries.

There is no host, account, path or date in it; numbers have two digits, limits three, shares are rounded. Nothing is ever sent.
"""

from __future__ import annotations

import json
import math

from ccmon.learning.values import Learned
from ccmon.quick_typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import Zone, local

SUBSCRIPTIONS: Mapping[str, str] = {"pro": "Pro", "max": "Max", "max5": "Max5", "max20": "Max20", "teams": "Teams",
                                    "enterprise": "Enterprise"}
VERSION = 1
LEAST_HITS = 3                         # with fewer, when they were would be too exact
_UNITS = ("tokens", "cost", "weighted")
_PART_HOURS = 4
_MOST = 1e12


class Summary(NamedTuple):
    """What a user may tell of an account."""

    subscription: Optional[str] = None         # as stated
    high_water: int = 0                # tokens of the largest session
    sessions: int = 0                  # behind it
    limit: Optional[int] = None        # tokens, about where unit is not tokens; learned
    low: Optional[int] = None          # its 90 % interval
    high: Optional[int] = None
    unit: str = "tokens"               # in which the limit is constant
    hits: int = 0
    hit_days: Tuple[int, ...] = ()     # percent of the hits, Monday first; empty when there are few
    hit_hours: Tuple[int, ...] = ()    # percent by four hours of the local day
    hours: Tuple[int, ...] = ()        # percent of all tokens by local hour; 24, or none


def rounded(number: float, digits: int = 2) -> int:
    """So many digits of it."""
    if not 0 < number < _MOST:
        return 0
    size = 10.0 ** max(0, math.floor(math.log10(number)) + 1 - digits)
    return int(round(number / size) * size)


def summary(learned: Learned, subscription: Optional[str], hits: Sequence[int], hours: Mapping[int, float],
            zone: Zone) -> Summary:
    """The summary: hits are times, hours the tokens of each hour by the epoch s of its start."""
    limit, low, high = _limit(learned)
    whens = [local(at, zone) for at in hits] if len(hits) >= LEAST_HITS else []
    return Summary(
        SUBSCRIPTIONS.get(subscription or ""), rounded(learned.at_least), rounded(learned.sessions), limit, low, high,
        learned.unit_weights.unit if limit and learned.unit_weights else "tokens",
        len(hits) if len(hits) < LEAST_HITS else rounded(len(hits)),
        _shares([when.weekday() for when in whens], 7, 10), _shares([when.hour // _PART_HOURS for when in whens], 6, 10),
        _hours(hours, zone))


def _limit(learned: Learned) -> Tuple[Optional[int], Optional[int], Optional[int]]:
    """In tokens; nothing where it is not learned."""
    estimate, weights = learned.estimate, learned.unit_weights
    if estimate is None or weights is None or not estimate.learned:
        return None, None, None
    per_load = 1.0 if weights.unit == "tokens" else learned.tokens_per_load
    if per_load <= 0:
        return None, None, None
    return rounded(estimate.median * per_load, 3), rounded(estimate.low * per_load, 3), rounded(estimate.high * per_load, 3)


def _shares(places: Sequence[int], size: int, step: int) -> Tuple[int, ...]:
    """How often each place comes, in percent, rounded to whole steps."""
    return tuple(round(100 * places.count(place) / len(places) / step) * step for place in range(size)) if places else ()


def _hours(hours: Mapping[int, float], zone: Zone) -> Tuple[int, ...]:
    sums = [0.0] * 24
    for at, tokens in hours.items():
        sums[local(at, zone).hour] += tokens
    total = sum(sums)
    return tuple(round(100 * tokens / total) for tokens in sums) if total > 0 else ()


# --- as a line of JSON --------------------------------------------------------------------------------------------------

def document(summary: Summary) -> Dict[str, Any]:
    """The summary as one JSON object; unknown is null."""
    return {"ccmon_share": VERSION, **{name: value if value != () else None for name, value in summary._asdict().items()}}


def read(lines: Iterable[str]) -> Tuple[List[Summary], int]:
    """The summaries in these lines, each of them once, and how many lines were none. Blank lines do not count."""
    summaries: Dict[Summary, None] = {}
    bad = 0
    for line in lines:
        one = _summary(line)
        if one is not None:
            summaries[one] = None
        elif line.strip():
            bad += 1
    return list(summaries), bad


def _summary(line: str) -> Optional[Summary]:
    try:
        given = json.loads(line)
        if not isinstance(given, dict) or not isinstance(given["ccmon_share"], int):
            return None
        stated = given.get("subscription")
        subscription = SUBSCRIPTIONS.get(stated.lower()) if isinstance(stated, str) else None
        limit, low, high = (_number(given.get(name)) for name in ("limit", "low", "high"))
        unit = given.get("unit")
        return Summary(subscription, _number(given.get("high_water")) or 0, _number(given.get("sessions")) or 0, limit,
                       low, high, unit if unit in _UNITS else "tokens", _number(given.get("hits")) or 0,
                       hours=tuple(_number(part) or 0 for part in given.get("hours") or ())[:24])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _number(value: Any) -> Optional[int]:
    """A whole number that can be one of these; None for all else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < _MOST:
        return None
    return int(value)


# --- one's own place ----------------------------------------------------------------------------------------------------

class Group(NamedTuple):
    """The summaries of one subscription."""

    name: str
    number: int
    limits: Optional[Tuple[int, int, int]]     # quartiles of the learned limits, tokens
    learned: int                       # summaries with one
    high_waters: Optional[Tuple[int, int, int]]


class Place(NamedTuple):
    """One's own place among others; rank 1 is the largest."""

    number: int                        # summaries, one's own not among them
    bad: int                           # lines that were none
    by: str                            # limit | high_water: what is compared
    own: int                           # tokens; 0 without any
    rank: Optional[int]                # among those who state it, oneself included
    of: int
    alike: Optional[Tuple[int, int]]   # rank and number among those of the same subscription
    groups: Tuple[Group, ...]


def place(own: Summary, others: Sequence[Summary], bad: int) -> Place:
    """Where one's own numbers stand: learned limits are compared where there is one, else the largest sessions."""
    rest = [one for one in others if _key(one) != _key(own)]
    by = "limit" if own.limit and any(one.limit for one in rest) else "high_water"
    mine = getattr(own, by) or 0
    rank, of = _rank(mine, rest, by)
    same = _rank(mine, [one for one in rest if one.subscription == own.subscription], by) if own.subscription else (None, 0)
    alike = (same[0], same[1]) if same[0] is not None and same[1] > 1 else None
    names = [name for name in (*SUBSCRIPTIONS.values(), None) if any(one.subscription == name for one in rest)]
    return Place(len(rest), bad, by, mine, rank, of, alike,
                 tuple(_group(name, [one for one in rest if one.subscription == name]) for name in names))


def _key(one: Summary) -> Tuple[Any, ...]:
    """What stays of a summary that was written and read; the subscription may be stated now and not then."""
    return one._replace(subscription=None, hit_days=(), hit_hours=())


def _rank(own: int, others: Sequence[Summary], by: str) -> Tuple[Optional[int], int]:
    values = [getattr(one, by) for one in others if getattr(one, by)]
    if not own or not values:
        return None, len(values)
    return 1 + sum(value > own for value in values), len(values) + 1


def _group(name: Optional[str], of: Sequence[Summary]) -> Group:
    limits = [one.limit for one in of if one.limit]
    marks = quartiles([one.high_water for one in of if one.high_water])
    return Group(name or "not stated", len(of), quartiles(limits), len(limits), marks)


def quartiles(values: Sequence[int]) -> Optional[Tuple[int, int, int]]:
    """25 %, 50 % and 75 %; None for no values."""
    if not values:
        return None
    ranked, last = sorted(values), len(values) - 1

    def at(part: float) -> int:
        low = int(part * last)
        return round(ranked[low] + (ranked[min(low + 1, last)] - ranked[low]) * (part * last - low))
    return at(0.25), at(0.5), at(0.75)


def place_document(own_place: Place) -> Dict[str, Any]:
    """For --json."""
    return {**own_place._asdict(), "groups": [group._asdict() for group in own_place.groups]}
