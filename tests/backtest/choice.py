"""How often the last-hour rate is shown: to users of whom the runway knows more, and after a change that it cannot know."""

from typing import Iterator, List, Sequence, Tuple

from ccmon.learning import runway, score, usage_curve
from ccmon.learning.score import Loss
from ccmon.learning.values import WINDOW_S, Reading
from ccmon.model import Forecast

from ..simulator import DAY_S, START
from . import goals
from .goals import Row
from .history import user

APART_S = 900                          # between forecasts; ccmon stores three times as many
CHANGE_DAYS, REGIME_DAYS = 21, 21


def losses(readings: Sequence[Reading]) -> Tuple[Loss, ...]:
    """What each window says of the two rules, as it would have been stored at these readings of Claude's."""
    return score.scores_of(list(_forecasts([one for one in readings if one.resets_at]))).losses


def _forecasts(readings: Sequence[Reading]) -> Iterator[Forecast]:
    known, day, last = usage_curve.from_readings(readings), -1, 0
    full = {one.resets_at: one.ts for one in reversed(readings) if one.percent >= 100}
    for one in readings:
        if one.ts // DAY_S != day:
            day, trained = one.ts // DAY_S, runway.train(usage_curve.until(known, one.ts), one.ts)
        if one.percent < 100 and last + APART_S <= one.ts < full.get(one.resets_at, one.resets_at):
            last, now = one.ts, usage_curve.until(known, one.ts)
            made = runway.forecast(trained, now, 100 - one.percent, one.ts, one.resets_at)
            since = max(one.ts - 3600, one.resets_at - WINDOW_S)
            lasts_min = runway.seed_minutes(100 - one.percent, usage_curve.between(now, since, one.ts))
            seed_at = int(min(one.ts + 60 * lasts_min, one.resets_at))
            outcome = full.get(one.resets_at)
            yield Forecast(one.ts, one.resets_at, one.percent, *made[:5], seed_at, outcome or one.resets_at, outcome is not None)


def shown(windows: Sequence[Loss]) -> List[str]:
    """The rule that was shown in each of these windows: by those before it."""
    return [score.choice_of(windows[:count]).rule for count in range(len(windows))]


def regime(pace: float) -> List[Reading]:
    """Three windows a day of 50 busy minutes each; after three weeks steady use as long as the window lasts; then as before."""
    found: List[Reading] = []
    for day in range(CHANGE_DAYS + REGIME_DAYS + 14):
        steady = CHANGE_DAYS <= day < CHANGE_DAYS + REGIME_DAYS
        for start in range(START + day * DAY_S + 8 * 3600, START + day * DAY_S + 23 * 3600, WINDOW_S):
            for minute in range(5, 300, 5):
                percent = min(100.0, float(int(pace * minute if steady else min(minute, 50))))
                if not found or percent < 100 or found[-1].percent < 100:
                    found.append(Reading(start + 60 * minute, percent, start + WINDOW_S))
    return found


def rows(first: int, count: int, quick: bool) -> List[Row]:
    """The table's lines."""
    users = [losses(user(first + number, number, days=14 if quick else 42).readings) for number in range(count)]
    switched = sum("simple" in shown(one) for one in users)
    windows = sum(map(len, users))
    found = [Row("users of whom the runway knows more that are shown the last-hour rate", switched / count,
                 f"{switched} of {count} users, {windows} windows", goals.FALSE_CHOICES)]
    return found if quick else [*found, _after_a_change()]


def _after_a_change() -> Row:
    """CRPS of what is shown against that of the runway alone, in the weeks of steady use."""
    end, gains, days = START + (CHANGE_DAYS + REGIME_DAYS) * DAY_S, [], []
    for pace in (0.35, 0.5, 0.7):
        found = losses(regime(pace))
        inside = [(one, rule) for one, rule in zip(found, shown(found)) if START + CHANGE_DAYS * DAY_S < one.end <= end]
        gains += [one.minutes if rule == "simple" else 0.0 for one, rule in inside]
        days += [(one.end - START) / DAY_S - CHANGE_DAYS for one, rule in inside if rule == "simple"][:1]
    text = f"{goals.mean(gains):+.1f} min, shown from day {goals.mean(days):.0f} on" if days else "never shown"
    return Row("CRPS that it saves after a change of rhythm that the runway does not know", goals.mean(gains), text)
