"""When the session's and the week's limit is reached, as a distribution: what was learned, applied now."""

from __future__ import annotations

from functools import lru_cache

from ccmon import checked
from ccmon.model import PLAIN_RATES, Facts, Limit, Runway, Window
from ccmon.quick_typing import TYPE_CHECKING, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import length_s
from ccmon.usage import burn
from ccmon.usage.utilization import Utilization
from ccmon.usage.windows import window_named
from ccmon.when import WEEK_S

if TYPE_CHECKING:
    from ccmon.learning.portable import FrozenModel
    from ccmon.learning.values import Choice, Learned, RunwayModel, UsageCurve, WeekModel

EARLY_RULES = (*PLAIN_RATES, "pace")           # rules that hardly any day stands behind
_DRAWS = 7
_STEP_S = 300                          # the week's forecast is made anew after that


class Pace(NamedTuple):
    """How this user works, and what was used of late, in one unit."""

    model: "RunwayModel"
    usage: "UsageCurve"                # of the last hours


class Outlook(NamedTuple):
    """What forecasts rest on; None where nothing was learned."""

    points: Optional[Pace] = None      # of the official percentage
    tokens: Optional[Pace] = None      # used on this machine
    week: Optional["WeekModel"] = None
    extra: Optional["FrozenModel"] = None     # better than the runway by `ccmon learn`, for points or tokens
    weeks: Tuple[Tuple[str, "WeekModel"], ...] = ()   # of single models, by the window's name


def is_likelihood(forecast: Optional[Runway]) -> bool:
    """True where it is more than a plain rate."""
    return forecast is not None and forecast.rule not in PLAIN_RATES


def session_runway(facts: Facts, full: Utilization, limit: Limit, window_end: int, now: int) -> Optional[Runway]:
    """The runway of the session; None where nothing was learned of how this user works."""
    outlook = facts.learned.outlook
    if outlook is None or full.left is None or full.percent is None or window_end <= now:
        return None
    official = full.source == "official"
    pace, left = (outlook.points, 100 - full.percent) if official else (outlook.tokens, float(full.left))
    if pace is None:
        return None
    from ccmon.learning import usage_curve  # there is something learned
    from ccmon.learning.values import TAIL
    usage = usage_curve.until(pace.usage, now)
    spread = (1.0,) if official else _spread(facts.learned.state, limit)
    wait_min = _blocked_min(facts, usage, now)
    extra = outlook.extra if outlook.extra and outlook.extra.unit == ("points" if official else "tokens") else None
    runway = _by_extra(extra, usage, left, now, window_end, spread) if extra and not wait_min else None
    tail = facts.learned.state.tail if facts.learned.state else TAIL
    runway = runway or _runway(pace.model, usage, left, now, window_end, spread, tail, wait_min)
    factor = full.left / left if left > 0 else 0.0     # of the band in tokens
    return runway._replace(resets_at=window_end,
                           band=tuple((at, low * factor, high * factor) for at, low, high in runway.band))


@lru_cache(maxsize=4)                  # the lines of one refresh show the same one
def _runway(model: "RunwayModel", usage: "UsageCurve", left: float, now: int, window_end: int, spread: Tuple[float, ...],
            tail: float, wait_min: float) -> Runway:
    from ccmon.learning import runway
    return runway.forecast(model, usage, left, now, window_end, spread, tail, wait_min)


def _blocked_min(facts: Facts, usage: "UsageCurve", now: int) -> float:
    """Minutes for which nothing can be used because the week is used up."""
    from ccmon.learning import runway
    week = window_named(facts.reported.windows, "seven_day")
    return runway.blocked_min(usage, week.percent, week.resets_at, now) if week else 0.0


def _by_extra(extra: "FrozenModel", usage: "UsageCurve", left: float, now: int, window_end: int,
              spread: Tuple[float, ...]) -> Optional[Runway]:
    """None where the stored model's numbers lead nowhere."""
    from ccmon.learning import portable
    try:
        return portable.forecast(extra, usage, left, now, window_end, spread)
    except checked.Damage:
        return None


def _spread(learned: Optional["Learned"], limit: Limit) -> Tuple[float, ...]:
    """Equally likely factors on the limit: how sure it is."""
    if limit.source != "learned" or learned is None or learned.estimate is None:
        return (1.0,)
    from ccmon.learning import runway
    return tuple(drawn / learned.estimate.median for drawn in runway.limit_draws(learned.estimate, _DRAWS))


def shown_session_runway(runway: Optional[Runway], learned: Optional["Learned"], ends_at: Optional[int]) -> Optional[Runway]:
    """The runway to show: or the rate of the last hour (ends_at, None where nothing is used) where that was better."""
    if runway is None or not _is_simpler_shown(runway, learned and learned.session_choice):
        return runway
    end = runway.resets_at if ends_at is None else min(ends_at, runway.resets_at)
    return Runway(end, end, end, float(end < runway.resets_at), "last_hour", runway.rows, (), runway.resets_at, runway)


def _is_simpler_shown(forecast: Runway, choice: Optional["Choice"]) -> bool:
    return is_likelihood(forecast) and choice is not None and choice.rule == "simple"


def window_runway(facts: Facts, window: Window, now: int) -> Optional[Runway]:
    """When a window that is not the session's is used up: of the week by what was learned, of others by their own pace so far.

    None where the window's length is unknown.
    """
    outlook, whole_s = facts.learned.outlook, length_s(window.name)
    at = now // _STEP_S * _STEP_S
    learned = outlook and (dict(outlook.weeks).get(window.name) or (outlook.week if window.name == "seven_day" else None))
    if learned is not None:
        forecast = _of_week(learned, window.percent, at, window.resets_at)
        choice = facts.learned.state.week_choice if facts.learned.state and window.name == "seven_day" else None
        return _by_pace(window, at, WEEK_S)._replace(learned=forecast) if _is_simpler_shown(forecast, choice) else forecast
    if whole_s is None:
        return None
    return _by_pace(window, at, whole_s)


def _by_pace(window: Window, at: int, whole_s: int) -> Runway:
    return burn.window_by_pace(window.percent, at, window.resets_at, 0, whole_s)._replace(resets_at=window.resets_at)


@lru_cache(maxsize=4)
def _of_week(model: "WeekModel", percent: float, now: int, reset_at: int) -> Runway:
    from ccmon.learning import week
    return week.forecast(model, percent, now, reset_at)._replace(resets_at=reset_at)


def week_by_pace(window: Window, now: int) -> int:
    """Epoch s when the week is used up at the pace of its window so far, at the latest its reset."""
    return burn.window_by_pace(window.percent, now, window.resets_at, 0).median
