"""Changes of the limit: false alarms where there is none, how many are found and how soon, and re-baselines."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.learning import change, learner, unit_weights
from ccmon.learning.values import Change
from ccmon.usage.prices import token_rates

from ..simulator import DAY_S, START, Simulated
from . import goals, history
from .goals import Row, mean, median, percent
from .history import user

FACTORS = (0.5, 0.75, 0.9, 1.1, 1.33, 2.0)
CHANGE_DAY = 21.0
IN_TIME_S, AT_MOST_S = 3 * DAY_S, 4 * DAY_S     # found so soon; and its time not further off: a window or two and a weekend


class Calm(NamedTuple):
    """Users whose limit does not change: alarms are false."""

    name: str
    wishes: Dict[str, Any]
    known: str = ""                    # why a miss is a known weak point


CALM = (Calm("30 % of windows used elsewhere too", {"elsewhere": 0.3}),
        Calm("70 % of windows used elsewhere too", {"elsewhere": 0.7}),
        Calm("limit 30 % lower on workdays from 13 to 19 o'clock", {"peak": 0.7}, "limits that vary with the hour"))


class Found(NamedTuple):
    """What became of one change."""

    delay_days: Optional[float]        # since the first window with the new limit; infinite: later than in time; None: never
    factor_error: float = 0.0          # found / true - 1
    onset_days: float = 0.0            # how far the time told is from the true one
    false: int = 0                     # other alarms


def told(sim: Simulated, times: Sequence[int]) -> List[List[Change]]:
    """The changes that were told when ccmon learned at these times, one after the other."""
    known = history.cut(sim)
    found: List[List[Change]] = [[]]
    for now in times:
        before = [interval for interval in known if interval.end <= now]
        ranked = unit_weights.ranked(before, token_rates)
        seen = [reading for reading in sim.readings if reading.ts <= now]
        found.append(learner.all_changes(before, seen, ranked[0], found[-1], now, token_rates) if ranked else [])
    return found[1:]


def looked_for(sim: Simulated) -> Found:
    """What became of the change on CHANGE_DAY: looked for before, twice within three days, and at the end."""
    first = min(window.start for window in sim.windows if window.start >= START + CHANGE_DAY * DAY_S)
    true = sim.scenario.changes[0][1]
    *_, in_time, at_last = told(sim, [START + 14 * DAY_S, first + IN_TIME_S // 2, first + IN_TIME_S, sim.points[-1].ts])
    for found in (in_time, at_last):
        right = [alarm for alarm in found if abs(alarm.at - first) <= AT_MOST_S and alarm.found_at >= first
                 and (alarm.factor > 1) == (true > 1)]
        if right:
            delay = (right[0].found_at - first) / DAY_S if found is in_time else float("inf")
            return Found(delay, abs(right[0].factor / true - 1), abs(right[0].at - first) / DAY_S, len(at_last) - 1)
    return Found(None, false=len(at_last))


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines."""
    found = [_calm(case, first, count, 21 if quick else 14) for case in (CALM[:2] if quick else CALM)]
    by_factor = [(factor, [looked_for(_changed(first, number, factor)) for number in range(count)])
                 for factor in ((0.75, 1.2) if quick else FACTORS)]
    found.append(_found("all changes", [one for _, group in by_factor for one in group], goals.FOUND))
    found += [_found(f"limit times {factor:g}", group) for factor, group in by_factor]
    return found + [_rebaselined(first, count)]


def _changed(first: int, number: int, factor: float) -> Simulated:
    return user(first + number, number, changes=((CHANGE_DAY, factor),), elsewhere=(0.3, 0.7)[number % 2])


def _calm(case: Calm, first: int, count: int, every_days: int) -> Row:
    false = days = 0.0
    for number in range(count):
        sim = user(first + number, number, **case.wishes)
        false += len(told(sim, range(START + every_days * DAY_S, sim.points[-1].ts + DAY_S, every_days * DAY_S))[-1])
        days += sim.scenario.days
    rate = 30 * false / days
    return Row(f"false alarms in 30 days: {case.name}", rate, f"{rate:.2f} ({false:.0f} in {days:.0f} days)", goals.FALSE_ALARMS,
               known=case.known)


def _found(name: str, group: Sequence[Found], goal: Optional[goals.Goal] = None) -> Row:
    delays = [one.delay_days for one in group if one.delay_days is not None]
    share = sum(delay <= IN_TIME_S / DAY_S for delay in delays) / len(group)
    seen = [one for one in group if one.delay_days is not None]
    text = (f"{percent(share, 0)} (ever {percent(len(seen) / len(group), 0)}; median delay {median(delays):.1f} days, "
            f"its time off by {mean([one.onset_days for one in seen]):.1f} days, its size by "
            f"{percent(median([one.factor_error for one in seen]))}; other alarms {mean([one.false for one in group]):.2f})")
    return Row(f"found within 3 days: {name}", share, text, goal)


def _rebaselined(first: int, count: int) -> Row:
    """A limit that is raised at once, within a window: the percentage falls."""
    found, due = 0, 0
    for number in range(count):
        sim = user(first + number, number, changes=((CHANGE_DAY + 0.6, 1.5),), rebaseline=True)
        fell = _fall(sim)
        if fell is not None:
            due += 1
            found += any(abs(one.at - fell[1]) <= 3600 for one in change.rebaselined(sim.readings))
    return Row("a percentage that falls within its window is noticed", found / max(1, due), f"{found} of {due}")


def _fall(sim: Simulated) -> Optional[Tuple[float, int]]:
    """How far the percentage fell, and when; None where it did not, or by a point or two."""
    for before, after in zip(sim.points, sim.points[1:]):
        if before.resets_at == after.resets_at and before.percent - after.percent > 2:
            return before.percent - after.percent, after.ts
    return None
