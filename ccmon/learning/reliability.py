"""Whether likelihoods come true: of the forecasts that said so much, in how many the limit was reached before the reset."""

from __future__ import annotations

from math import sqrt
from typing import Iterable, List, Optional, Sequence, Tuple

from ccmon.learning import forecast_scores
from ccmon.model import PLAIN_RATES, Forecast
from ccmon.named_tuple import NamedTuple
from ccmon.when import SESSION_S

BINS = 10
LEAST_WINDOWS = 5                      # in a bin: with fewer it is put together with the next one
_SURE_Z = 1.645                        # beyond which what happened differs by more than chance, one window counting once


class Bin(NamedTuple):
    """Forecasts whose likelihoods were alike."""

    low: float                         # 0..1
    high: float
    said: float                        # mean likelihood of running out before the reset, 0..1
    happened: float                    # share in which it did
    forecasts: int
    windows: int                       # whose forecasts these are: those of one window have one outcome

    @property
    def verdict(self) -> str:
        """too high, too low, or nothing where chance may have made the difference (Wilson's interval, 90 %)."""
        spread = _SURE_Z ** 2 / self.windows
        middle = (self.happened + spread / 2) / (1 + spread)
        half = sqrt(spread * (self.happened * (1 - self.happened) + spread / 4)) / (1 + spread)
        return "too high" if self.said > middle + half else "too low" if self.said < middle - half else ""


class Reliability(NamedTuple):
    """The likelihoods of one kind of window against what came, the lowest first."""

    bins: Tuple[Bin, ...] = ()
    forecasts: int = 0                 # with a likelihood, and an outcome
    windows: int = 0
    before_median: Optional[float] = None      # share of outcomes before the median, where one was stated before the reset: 0.5
    in_interval: Optional[float] = None        # share of outcomes in the 90 % interval: 0.9


def of(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> Reliability:
    """Of the forecasts with an outcome; plain rates know no likelihood, and are left out."""
    over = [made for made in forecast_scores.with_outcome(forecasts, window_s) if made.rule not in PLAIN_RATES]
    middle = [made for made in over if made.median < made.resets_at]
    return Reliability(tuple(map(_bin, _groups(over))), len(over), _windows(over),
                       _share([_outcome(made) <= made.median for made in middle]),
                       _share([made.low <= _outcome(made) <= made.high for made in over]))


def _outcome(made: Forecast) -> int:
    return made.outcome_at if made.reached and made.outcome_at is not None else made.resets_at


def _windows(group: Sequence[Forecast]) -> int:
    return len(forecast_scores.by_window(group, forecast_scores.reset_at))


def _share(values: Sequence[bool]) -> Optional[float]:
    return sum(values) / len(values) if values else None


def _bin(group: Sequence[Forecast]) -> Bin:
    said = [made.probability for made in group]
    return Bin(_place(min(said)) / BINS, (_place(max(said)) + 1) / BINS, sum(said) / len(said),
               sum(bool(made.reached) for made in group) / len(group), len(group), _windows(group))


def _place(probability: float) -> int:
    return min(BINS - 1, int(probability * BINS))


def _groups(over: Sequence[Forecast]) -> List[List[Forecast]]:
    """By tenths of the likelihood; the one with the fewest windows joins its smaller neighbour until each has enough."""
    groups = [group for group in ([made for made in over if _place(made.probability) == place] for place in range(BINS)) if group]
    while len(groups) > 1:
        sizes = [_windows(group) for group in groups]
        least = sizes.index(min(sizes))
        if sizes[least] >= LEAST_WINDOWS:
            break
        sides = [side for side in (least - 1, least + 1) if 0 <= side < len(groups)]
        first = min(least, min(sides, key=lambda side: sizes[side]))
        groups[first:first + 2] = [groups[first] + groups[first + 1]]
    return groups
