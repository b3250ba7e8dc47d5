"""What learning works with and what it gives: plain values, all of which can be written as JSON.

Times are integer epoch seconds; a load is what was used on this machine, by model and kind; points are percentage points.
"""

from typing import Mapping, NamedTuple, Optional, Tuple

WINDOW_S = 5 * 3600
JITTER_S = 90                          # two resets that differ by less are one
WANDER_S = 150                         # the same of two that were rounded to the minute, each a minute off
KINDS = ("input", "output", "cache_creation", "cache_read", "cost")     # tokens, but for cost: US dollars by the price list

Key = Tuple[str, str]                  # model ("" for all together, or unknown), kind
Load = Mapping[Key, float]


class Use(NamedTuple):
    """What was used on this machine within a minute (or another short span)."""

    ts: int                            # epoch s of its start
    span_s: int
    load: Load                         # kinds by model, and the cost of all under ("", "cost") where it is known


class Reading(NamedTuple):
    """The official percentage at one moment, after the hygiene of usage/official.py."""

    ts: int
    percent: float                     # 0..1000; 100 for a limit message and for `ccmon hit`
    resets_at: int                     # end of the 5-hour window; 0 when unknown (limit messages without an epoch)
    source: str = "statusline"         # statusline | limit | hit


class Stretch(NamedTuple):
    """A part of one window between two readings."""

    window: int                        # resets_at of the window
    start: int
    end: int
    points: float                      # percentage points gained
    load: Load                         # used here meanwhile
    whole: bool = False                # start is the window's own start (0 %)
    exact: bool = False                # end is a limit event: 100 %, not rounded


MENU = ("tokens", "cost", "all_tokens", "kinds", "models")      # of rulers


class Ruler(NamedTuple):
    """The unit in which the limit is constant: weights for each kind, or for each model and kind."""

    name: str                          # tokens | all_tokens | cost | kinds | models
    weights: Tuple[Tuple[str, str, float], ...]        # model, kind, weight; model "" stands for models without an own weight
    error_points: float = 0.0          # |predicted - shown| at the end of held-out windows, median, points
    readings: int = 0                  # behind it
    doubt: float = 0.0                 # by how much a limit in this unit may be off because the weights are, as a share

    @property
    def unit(self) -> str:
        """tokens | cost | weighted: what users are told."""
        return self.name if self.name in ("tokens", "cost") else "weighted"


class Estimate(NamedTuple):
    """The limit of a 5-hour window as a posterior, in the ruler's units."""

    median: float
    low: float                         # 5 %
    high: float                        # 95 %
    noise: float                       # fitted, as a share (0.02 = 2 %)
    readings: int
    windows: int
    covered: float                     # share of windows fully used on this machine, 0..1
    learned: bool                      # the noise is at most 4 % and there is enough behind it


class Change(NamedTuple):
    """The allocation has changed."""

    at: int                            # epoch s from which on
    factor: float                      # new limit / old limit
    found_at: int                      # epoch s when it was noticed
    sure: str = "statistics"           # statistics | rebaseline


class Course(NamedTuple):
    """What was used over time, in any one unit: cumulative over all windows, never falling, linear in between."""

    times: Tuple[int, ...]             # rising
    loads: Tuple[float, ...]
    stops: Tuple[Tuple[int, int], ...] = ()    # from a limit that was hit to its reset: what would have been used is unknown
    starts: Tuple[int, ...] = ()       # when 5-hour windows began


class Comparison(NamedTuple):
    """Two rules on the same windows."""

    windows: int = 0
    lost_min: float = 0.0              # mean CRPS by which the learned rule was worse, minutes; negative where it was better
    chance: float = 1.0                # how likely so large a loss is where neither is better


class Choice(NamedTuple):
    """Which rule's forecasts of one kind of window are shown, and why."""

    rule: str = "learned"              # learned | simple: the last hour's rate; of a week its pace so far
    since: int = 0                     # epoch s of the last change, 0 without any
    then: Comparison = Comparison()    # the windows that made the change
    now: Comparison = Comparison()     # the last windows, only those since the change


class Learned(NamedTuple):
    """All that is known of the limit."""

    at: int                            # when it was learned
    ruler: Optional[Ruler] = None
    estimate: Optional[Estimate] = None
    changes: Tuple[Change, ...] = ()
    readings: int = 0                  # official percentages and events that were used
    hits: int = 0                      # limit events among them
    at_least: float = 0.0              # tokens: the most that was used in a window without an event
    sessions: int = 0                  # behind at_least
    tokens_per_load: float = 0.0       # input + output for one of the ruler's units, by the mix of all that was used
    mae_min: Optional[float] = None    # of this machine's own past forecasts, mean, minutes
    scored: int = 0                    # sessions behind it
    tail: float = 0.1                  # share that the session's 90 % interval leaves out, by how past ones held
    session_choice: Choice = Choice()
    week_choice: Choice = Choice()

    @property
    def is_by_events(self) -> bool:
        """Nothing but limit events is known, no percentage."""
        return 0 < self.hits == self.readings
