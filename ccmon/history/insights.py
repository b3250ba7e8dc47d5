"""What the numbers of a report say in words: sentences that are computed, and left out where the numbers do not carry them."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ccmon.history.groups import UsageGroup
from ccmon.model import NEAR_PERCENT, Record
from ccmon.text import plural, short_count
from ccmon.when import HOUR_S, Zone, local, time_of_day

LEAST_SESSIONS = 4                     # fewer say nothing about habits
BUSY_HOURS, BUSY_SHARE, BUSY_DAYS = 3, 0.25, 3
# Two-sided 5 % of Mann and Kendall's test: so many more pairs must rise than fall (or the reverse) to call it a trend.
CLEAR = {5: 10, 6: 13, 7: 15, 8: 18}
TREND_PERIODS, LEAST_SLOPE = 8, 0.05
RESET_SESSIONS, RESET_GAIN, WINDOW_HOURS = 8, 0.15, 5
NAMED_DAYS = 4
USUAL_DAYS, UNUSUAL_FACTOR, UNUSUAL_MADS = 10, 2.0, 3.0


# --- hours ------------------------------------------------------------------------------------------------------------

def busiest(hours: Mapping[int, float], zone: Zone) -> Optional[str]:
    """The three hours on end of the day with the most tokens.

    Only when they hold a quarter of all tokens (twice their share of the day) and were used on three days or more.
    hours: tokens by epoch s of an hour's or a quarter's start; likewise below.
    """
    tokens = [0.0] * 24
    days: List[Set[date]] = [set() for _ in range(24)]
    for hour, number in hours.items():
        at = local(hour, zone)
        tokens[at.hour] += number
        if number > 0:
            days[at.hour].add(at.date())
    tokens_from = [sum(tokens[(first + n) % 24] for n in range(BUSY_HOURS)) for first in range(24)]
    first = max(range(24), key=lambda hour: (tokens_from[hour], -hour))
    seen = {day for n in range(BUSY_HOURS) for day in days[(first + n) % 24]}
    if tokens_from[first] < BUSY_SHARE * sum(tokens) or len(seen) < BUSY_DAYS or not sum(tokens):
        return None
    began, over = (time_of_day(hour, 0, zone.dial) for hour in (first, first + BUSY_HOURS))
    return f"The busiest hours were {began} to {over}, with {tokens_from[first] * 100 / sum(tokens):.0f} % of the tokens."


def reset_hour(records: Sequence[Record], hours: Mapping[int, float], zone: Zone) -> Optional[str]:
    """The daily reset hour with the lowest fullest 5-hour window, by simulation.

    For each hour h of the day, the tokens of every hour are put into the windows that begin at h, h+5, h+10, h+15 and h+20
    (the last one ends after four hours, at the next h); the h with the lowest fullest window is named. Only with eight sessions
    or more, when one used 80 % of its limit, and when that window is at least 15 % below the largest session.
    """
    if len(records) < RESET_SESSIONS or max(record.percent for record in records) < NEAR_PERCENT:
        return None
    highest = max(record.block.tokens for record in records)
    best, peak = min(enumerate(peaks(hours, zone)), key=lambda pair: (pair[1], pair[0]))
    if peak > (1 - RESET_GAIN) * highest:
        return None
    others = [time_of_day(best + n * WINDOW_HOURS, 0, zone.dial) for n in range(1, 4)]
    less = 100 - peak * 100 / highest
    return (f"A reset at {time_of_day(best, 0, zone.dial)}, then {', '.join(others)}, would have suited: no window would have "
            f"held more than {short_count(peak)} tokens, {less:.0f} % less than the largest session ({short_count(highest)}).")


def peaks(hours: Mapping[int, float], zone: Zone) -> List[float]:
    """Tokens of the fullest window for each of the 24 daily reset hours."""
    walls = [(divmod((hour + zone.offset_s(hour)) // HOUR_S, 24), tokens) for hour, tokens in hours.items()]
    highest: List[float] = []
    for reset in range(24):
        windows: Dict[Tuple[int, int], float] = {}
        for (day, hour), tokens in walls:
            key = day - (hour < reset), (hour - reset) % 24 // WINDOW_HOURS
            windows[key] = windows.get(key, 0.0) + tokens
        highest.append(max(windows.values(), default=0.0))
    return highest


# --- periods ----------------------------------------------------------------------------------------------------------

def trend(tokens: Sequence[int], period: str) -> Optional[str]:
    """Whether use grows or falls over the last completed periods (at most eight, the oldest first).

    Only with five of them or more, when Mann and Kendall's test calls it a trend at 5 %, and when the slope (the median of
    those between all pairs, Theil and Sen) is at least 5 % of the median period.
    """
    last = tokens[-TREND_PERIODS:]
    pairs = [(later - sooner, at - before) for at, later in enumerate(last) for before, sooner in enumerate(last[:at])]
    rising = sum((rise > 0) - (rise < 0) for rise, _ in pairs)
    if abs(rising) < CLEAR.get(len(last), len(pairs) + 1):
        return None
    slope, usual = median(rise / gap for rise, gap in pairs), median(last)
    if usual <= 0 or abs(slope) < LEAST_SLOPE * usual:
        return None
    verb, more = ("grows", "more") if slope > 0 else ("falls", "fewer")
    return (f"Use {verb}: about {short_count(abs(slope))} tokens {more} each {period} over the last {len(last)} {period}s, "
            f"{abs(slope) * 100 / usual:.0f} % of the median {period} ({short_count(usual)}).")


# --- days -------------------------------------------------------------------------------------------------------------

def near_limit(days: Sequence[UsageGroup]) -> Optional[str]:
    """On how many days a session used 80 % of its limit, and on how many it was cut off. Only when there was one."""
    active = [day for day in days if not day.is_empty]
    near, hit = [day for day in active if day.near], [day for day in active if day.hits]
    if not near:
        return None
    names = f" ({_listed([day.day_name for day in near])})" if len(near) <= NAMED_DAYS else ""
    which = "not" if not hit else "on both" if len(hit) == len(near) == 2 else f"on {len(hit)} of them" if near[1:] else "too"
    return (f"On {len(near)} of {plural(len(active), 'active day')} a session used 80 % of its limit or more{names}; "
            f"the limit itself was reached {which}.".replace("reached not", "not reached"))


def unusual(days: Sequence[UsageGroup], usual_days: Sequence[UsageGroup]) -> Optional[str]:
    """The days of the period with far more tokens than is usual.

    Far more: twice the median of the stored active days (ten at least), and three scaled median deviations above it.
    At most two are named, the largest first.
    """
    usual = [day.tokens for day in usual_days if not day.is_empty]
    if len(usual) < USUAL_DAYS:
        return None
    middle = median(usual)
    deviation = 1.4826 * median(abs(tokens - middle) for tokens in usual)
    least = max(UNUSUAL_FACTOR * middle, middle + UNUSUAL_MADS * deviation)
    days_above = sorted((day for day in days if middle > 0 and day.tokens >= least), key=lambda day: -day.tokens)[:2]
    phrases = [f"{day.day_name} with {short_count(day.tokens)} tokens, {day.tokens / middle:.1f} times" for day in days_above]
    return f"Unusual: {_listed(phrases)} the median active day ({short_count(middle)})." if days_above else None


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
