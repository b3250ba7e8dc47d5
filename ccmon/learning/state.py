"""The learned state as a text for the store, and read again. Nothing here learns: what only shows the state loads little."""

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate

from ccmon import checked
from ccmon.learning.values import (
    ENOUGH,
    HISTORY_S,
    LEAST_COMPARED,
    LEAST_TAIL,
    MENU,
    WIDEST_TAIL,
    Change,
    Choice,
    Comparison,
    Estimate,
    Learned,
    LearnedState,
    Reading,
    RunwayModel,
    UnitWeights,
    UsageCurve,
    WeekModel,
)
from ccmon.quick_typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

VERSION = 2
_Part = TypeVar("_Part")


def dump(state: LearnedState) -> str:
    """The state as a text for the store: a line of JSON, and what forecasts of the points and of the tokens compare with."""
    models = (state.points, state.tokens)
    import json
    value = [VERSION, state.learned, *(model and runway_parts(model) for model in models), state.week and dump_week(state.week)]
    return "\n".join([json.dumps(_brief(value), separators=(",", ":")), *(model.moments if model else "" for model in models)])


def _brief(value: Any) -> Any:
    """With five digits of every fraction; what is whole was counted, and is shown as it is."""
    if isinstance(value, (list, tuple)):
        return [_brief(part) for part in value]
    return float(f"{value:.5g}") if isinstance(value, float) and not value.is_integer() else value


@lru_cache(maxsize=2)
def load(text: Optional[str]) -> Optional[LearnedState]:
    """The state that was dumped; None when there is none, or it is damaged or of another version."""
    if not text:
        return None
    try:
        line, *moments = text.split("\n")
        version, learned, points, tokens, week = checked.unchecked_value(line)
        if version != VERSION:
            return None
        models = [_whole(parts, load_runway) for parts in (points, tokens)]
        for model, its_moments in zip(models, moments):        # older states have none
            if model:
                model.moments = its_moments
        return LearnedState(_learned(learned), models[0], models[1], _whole(week, load_week))
    except checked.Damage:
        return None


def _whole(part: Any, read: Callable[[Any], Optional[_Part]]) -> Optional[_Part]:
    """A damaged part takes the rest with it, so that all is learned anew at once. Raises ValueError."""
    value = None if part is None else read(part)
    if value is None and part is not None:
        raise ValueError("damaged")
    return value


# --- the limit ----------------------------------------------------------------------------------------------------------

def _learned(parts: List[Any]) -> Learned:
    at, weights, estimate, changes, readings, hits, at_least, sessions, per_load, mae_min, scored, tail, session, week = parts
    return Learned(checked.epoch(at), _unit_weights(*weights) if weights else None, _estimate(*estimate) if estimate else None,
                   tuple(Change(checked.epoch(at), checked.positive(factor), checked.epoch(found_at), checked.name(sure))
                         for at, factor, found_at, sure in changes), checked.count(readings), checked.count(hits),
                   checked.amount(at_least), checked.count(sessions), checked.amount(per_load),
                   checked.optional(mae_min, checked.amount), checked.count(scored),
                   checked.within(float(tail), LEAST_TAIL, WIDEST_TAIL), load_choice(session), load_choice(week))


def _unit_weights(name: str, weights: Sequence[Tuple[str, str, float]], error: Any, readings: Any, doubt: Any) -> UnitWeights:
    if name not in MENU:
        raise ValueError("no weights of ours")
    entries = tuple((checked.name(model), checked.name(kind), checked.amount(weight)) for model, kind, weight in weights)
    return UnitWeights(name, entries, checked.amount(error), checked.count(readings), checked.amount(doubt))


def _estimate(median: Any, low: Any, high: Any, noise: Any, readings: Any, windows: Any, covered: Any, learned: Any) -> Estimate:
    if not low <= median <= high:
        raise ValueError("no interval")
    return Estimate(checked.positive(median), checked.positive(low), checked.positive(high), checked.amount(noise),
                    checked.count(readings), checked.count(windows), checked.share(covered), checked.boolean(learned))


def load_choice(parts: Any) -> Choice:
    """Of a choice as JSON. Raises what checked.Damage names, of something else."""
    rule, since, then, now = parts
    if rule not in ("learned", "simple"):
        raise ValueError("no rule of ours")
    choice = Choice(rule, checked.epoch(since), _comparison(*then), _comparison(*now))
    if (choice.since > 0) is not (choice.then.windows >= LEAST_COMPARED) or rule == "simple" and not choice.since:
        raise ValueError("no change of ours")
    return choice


def _comparison(windows: Any, lost_min: Any, likely: Any) -> Comparison:
    return Comparison(checked.count(windows), checked.within(float(lost_min), -checked.MOST, checked.MOST), checked.share(likely))


# --- the session's runway -----------------------------------------------------------------------------------------------

def runway_parts(model: RunwayModel) -> List[Any]:
    """As plain lists for JSON: times and loads as differences, which need few digits."""
    times, loads, stops, starts = model.usage[:4]
    steps = [*times[:1], *(after - before for before, after in zip(times, times[1:]))]
    return [model.at, model.rows, steps, gains_of(loads), [list(stop) for stop in stops], list(starts)]


def gains_of(loads: Sequence[float]) -> List[float]:
    """What was used between two points each, with five digits: as it is stored."""
    return [float(f"{after - before:.5g}") for before, after in zip(loads, loads[1:])]


def loads_of(gains: Sequence[float]) -> Tuple[float, ...]:
    """The loads of a curve, from 0 on, of what was used between its points."""
    return tuple(accumulate(gains, initial=0.0))


def load_runway(parts: Any) -> Optional[RunwayModel]:
    """The model of the lists that runway_parts gave; None of something else."""
    try:
        model = _runway(*parts)
    except checked.Damage:
        return None
    usage = model.usage
    is_rising = all(list(line) == sorted(set(line)) for line in (usage.times, usage.starts))
    if not is_rising or list(usage.stops) != sorted(usage.stops) or len(usage.times) != len(usage.loads):
        return None
    return model if model.rows == past_moments(usage, model.at) or model.rows < ENOUGH and not usage.times else None


def _runway(at: Any, rows: Any, steps: Any, gains: Any, stops: Any, starts: Any) -> RunwayModel:
    usage = UsageCurve(checked.epochs(accumulate(checked.epochs(steps))), loads_of(checked.amounts(gains)) if steps else (),
                       tuple((checked.epoch(begin), checked.epoch(end)) for begin, end in stops), checked.epochs(starts))
    return RunwayModel(checked.epoch(at), checked.count(rows), usage)


def past_moments(usage: UsageCurve, now: int) -> int:
    """How many of its points are moments that a forecast can compare with."""
    times, since = usage.times, now - HISTORY_S
    stopped = (bisect_left(times, min(end, now)) - bisect_left(times, max(begin, since)) for begin, end in usage.stops)
    return bisect_left(times, now) - bisect_left(times, since) - sum(max(0, count) for count in stopped)


# --- the week -----------------------------------------------------------------------------------------------------------

def dump_week(week: WeekModel) -> str:
    """The model of a 7-day window as a text for the store."""
    import json
    return json.dumps([week.at, week.days, week.last and week.last[:3], *week.usage[:3]], separators=(",", ":"))


def load_week(text: Optional[str]) -> Optional[WeekModel]:
    """The model that was dumped; None when there is none or it is damaged."""
    try:
        at, days, last, times, loads, stops = checked.unchecked_value(text or "")
        usage = UsageCurve(checked.epochs(times), checked.amounts(loads),
                           tuple((checked.epoch(begin), checked.epoch(end)) for begin, end in stops))
        model = WeekModel(checked.epoch(at), checked.count(days), None if last is None else _reading(*last), usage)
        return model if _is_sound(model) else None
    except checked.Damage:
        return None


def _is_sound(model: WeekModel) -> bool:
    """Whether its curve rises, and ends before it was learned."""
    times, loads = list(model.usage.times), list(model.usage.loads)
    is_rising = len(times) == len(loads) and times == sorted(set(times)) and loads == sorted(loads)
    return is_rising and (model.last is None) is (not times) and model.at >= max(times, default=0)


def _reading(ts: Any, percent: Any, resets_at: Any) -> Reading:
    return Reading(checked.epoch(ts), checked.amount(percent), checked.epoch(resets_at))
