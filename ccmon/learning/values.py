"""Plain values that learning works with and gives, all of which can be written as JSON. Times are integer epoch seconds."""

from __future__ import annotations

from ccmon.quick_typing import Callable, Dict, Mapping, NamedTuple, Optional, Tuple
from ccmon.when import DAY_S, SESSION_S

WINDOW_S = SESSION_S
JITTER_S = 90                          # two resets that differ by less are one
WANDER_S = 150                         # the same of two that were rounded to the minute, each a minute off
KINDS = ("input", "output", "cache_creation", "cache_read", "cost")     # tokens, but for cost: US dollars by the price list

Key = Tuple[str, str]                  # model ("" for all together, or unknown), kind
Load = Mapping[Key, float]
RatesOf = Callable[[str], Optional[Tuple[float, ...]]]     # of a model: USD per token of four KINDS; None without a price


class Use(NamedTuple):
    """What was used on this machine within a minute (or another short span)."""

    ts: int                            # epoch s of its start
    span_s: int
    load: Load                         # kinds by model, and the cost of all under ("", "cost") where all have a price


class Reading(NamedTuple):
    """The official percentage at one moment, after the hygiene of usage/official.py."""

    ts: int
    percent: float                     # 0..1000; 100 for a limit message and for `ccmon hit`
    resets_at: int                     # end of the 5-hour window; 0 when unknown (limit messages without an epoch)
    source: str = "statusline"         # statusline | limit | hit


class UsageCurve(NamedTuple):
    """What was used over time, in any one unit: cumulative over all windows, never falling, linear in between."""

    times: Tuple[int, ...]             # rising
    loads: Tuple[float, ...]
    stops: Tuple[Tuple[int, int], ...] = ()    # from a limit that was hit to its reset: what would have been used is unknown
    starts: Tuple[int, ...] = ()       # when 5-hour windows began


def tokens_of(load: Load) -> float:
    """Input and output together."""
    return sum(count for (_, kind), count in load.items() if kind in ("input", "output"))


HISTORY_S = 90 * DAY_S                 # what is older is not learned from
MOST_NOISE = 0.04                      # a share: above, a limit is not called learned
LEAST_INTERVALS, LEAST_WINDOWS = 6, 3  # nor with fewer behind it
ENOUGH = 40                            # past moments from which on a likelihood is shown; until then the last-hour rate
TAIL = 0.1                             # what a 90 % interval leaves out
LEAST_TAIL, WIDEST_TAIL = 0.02, 0.3    # between which that is fitted to how past ones held
LEAST_COMPARED = 8                     # windows on which two rules are compared
MENU = ("tokens", "cost", "all_tokens", "kinds", "models")      # of unit weights, see UnitWeights.name
NO_CURVE = UsageCurve((), ())


class UnitWeights(NamedTuple):
    """The unit in which the limit is constant: weights for each kind, or for each model and kind."""

    name: str                          # tokens | all_tokens | cost | kinds | models
    weights: Tuple[Tuple[str, str, float], ...]        # model, kind, weight; model "" stands for models without an own weight
    error_points: float = 0.0          # |predicted - shown| at the end of held-out windows, median, points
    readings: int = 0                  # behind it
    doubt: float = 0.0                 # by how much a limit in this unit may be off because the weights are, as a share

    @property
    def unit(self) -> str:
        """tokens | cost | weighted: as users read it."""
        return self.name if self.name in ("tokens", "cost") else "weighted"


def measure(weights: UnitWeights, load: Load) -> float:
    """The load in the unit of these weights."""
    return meter(weights)(load)


def meter(unit_weights: UnitWeights) -> Callable[[Load], float]:
    """The same as a function of the load: quicker for many."""
    weights: Dict[Key, float] = {(model, kind): weight for model, kind, weight in unit_weights.weights}
    common = {kind: weight for (model, kind), weight in weights.items() if not model}

    def measured(load: Load) -> float:
        total = 0.0
        for key, count in load.items():
            weight = weights.get(key)
            total += count * (common.get(key[1], 0.0) if weight is None else weight)
        return total
    return measured


class Estimate(NamedTuple):
    """The limit of a 5-hour window as a posterior, in the unit of the weights."""

    median: float
    low: float                         # 5 %
    high: float                        # 95 %
    noise: float                       # fitted, as a share (0.02 = 2 %)
    readings: int
    windows: int
    covered: float                     # share of windows fully used on this machine, 0..1
    learned: bool                      # the noise is at most 4 % and there is enough behind it

    @property
    def is_unfit(self) -> bool:
        """Whether there is enough behind it, and it does not fit one limit."""
        return self.noise > MOST_NOISE and self.readings >= LEAST_INTERVALS and self.windows >= LEAST_WINDOWS


class Change(NamedTuple):
    """The allocation has changed."""

    at: int                            # epoch s from which on
    factor: float                      # new limit / old limit
    found_at: int                      # epoch s when it was noticed
    sure: str = "statistics"           # statistics | rebaseline


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
    """All that was learned of the limit."""

    at: int                            # when it was learned
    unit_weights: Optional[UnitWeights] = None
    estimate: Optional[Estimate] = None
    changes: Tuple[Change, ...] = ()
    readings: int = 0                  # official percentages and events that were used
    hits: int = 0                      # limit events among them
    at_least: float = 0.0              # tokens: the most that was used in a window without an event
    sessions: int = 0                  # behind at_least
    tokens_per_load: float = 0.0       # input + output for one of the unit of the weights, by the mix of all that was used
    mae_min: Optional[float] = None    # of this machine's own past forecasts, mean, minutes
    scored: int = 0                    # sessions behind it
    tail: float = TAIL                 # share that the session's 90 % interval leaves out, by how past ones held
    session_choice: Choice = Choice()
    week_choice: Choice = Choice()

    @property
    def is_by_events(self) -> bool:
        """There are limit events alone, no percentage."""
        return 0 < self.hits == self.readings


class RunwayModel:
    """Everything a forecast needs but what was used of late."""

    def __init__(self, at: int, rows: int, usage: UsageCurve = NO_CURVE, moments: str = "") -> None:
        self.at = at                   # epoch s
        self.rows = rows               # past moments; fewer than ENOUGH: the last-hour rate is used
        self.usage = usage             # of the past, a point each 5 minutes at most
        self.moments = moments         # what follows from these, see runway.with_moments; empty: not worked out

    __hash__ = object.__hash__         # quick: what is made of it is cached by it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunwayModel) and (self.at, self.rows, self.usage) == (other.at, other.rows, other.usage)


class WeekModel(NamedTuple):
    """What the past says: all that a forecast needs."""

    at: int                            # epoch s: nothing later is in it
    days: int                          # since the first reading
    last: Optional[Reading]            # the newest
    usage: UsageCurve                  # points used since the first window began, at most one value an hour


class LearnedState(NamedTuple):
    """What was learned, and what forecasts are made from."""

    learned: Learned
    points: Optional[RunwayModel] = None   # of the official percentage
    tokens: Optional[RunwayModel] = None   # of what was used on this machine
    week: Optional[WeekModel] = None
