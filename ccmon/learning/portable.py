"""The extra models in the form in which they are used: without the libraries that trained them.

A model is plain numbers. For each horizon it gives loads by share of likely outcomes, from which the runway follows.
"""

from __future__ import annotations

from bisect import bisect_right
from math import cos, expm1, log1p, pi, sin, sqrt, tanh

from ccmon import checked
from ccmon.learning.runway import HORIZONS, lefts_of, quantile, rates, reached
from ccmon.learning.score import Score
from ccmon.learning.usage_curve import at, window_start
from ccmon.learning.values import UsageCurve
from ccmon.model import Runway
from ccmon.quick_typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import DAY_S

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NORMAL = (-1.6449, -0.6745, 0.0, 0.6745, 1.6449)      # the same shares of the normal distribution
STEP_S = 900                           # of the series that ARIMA sees
LOOK_BACK = 40                         # steps of it
GOOD_S = 30 * DAY_S                   # a model that was not tried again for longer is used no more
_DAY_MIN, _WINDOW_MIN = 1440.0, 300.0


class FrozenModel(NamedTuple):
    """A trained model as plain numbers."""

    name: str                          # arima | boosting | network
    unit: str                          # of the loads: points | tokens | ... as the curve that it was fitted on
    numbers: Dict[str, Any]


class Tried(NamedTuple):
    """How a model did on the user's own past."""

    name: str                          # runway is the built-in one
    score: Score
    note: str = ""                     # why there is no score


class Extra(NamedTuple):
    """What the last trial of the extra models has shown."""

    at: int                            # epoch s
    tried: Tuple[Tried, ...] = ()      # the built-in one first
    used: Optional[FrozenModel] = None        # that is better than the built-in one
    forest: str = ""                   # plan that the Random Forest names
    days: Tuple[str, ...] = ()         # kinds of days, in words


# --- what a model sees --------------------------------------------------------------------------------------------------

def features(usage: UsageCurve, now: float, scale: float) -> List[float]:
    """The rates of the last spans and of the window in units of scale, the place in the window, the hour as a circle."""
    logs = [log1p(60.0 * rate / scale) for rate in rates(usage, now)]
    hour = 2 * pi * (now / 60.0 % _DAY_MIN) / _DAY_MIN
    gone = (now - window_start(usage, int(now))) / 60.0 / _WINDOW_MIN
    return [*logs, min(1.0, gone), sin(hour), cos(hour)]


def gains(usage: UsageCurve, now: float, scale: float, steps: int = LOOK_BACK) -> List[float]:
    """What was used in each of the last steps, in units of scale, the newest last."""
    marks = [at(usage, now - STEP_S * step) for step in range(steps, -1, -1)]
    return [(after - before) / scale for before, after in zip(marks, marks[1:])]


# --- loads by horizon -----------------------------------------------------------------------------------------------------

def loads(model: FrozenModel, usage: UsageCurve, now: float) -> List[List[float]]:
    """For each of the horizons the loads by SHARES, none falling."""
    rows = {"arima": _arima, "boosting": _boosting, "network": _network}[model.name](model.numbers, usage, now)
    for row in rows:
        for place in range(1, len(row)):
            row[place] = max(row[place], row[place - 1])
    return rows


def _arima(numbers: Dict[str, Any], usage: UsageCurve, now: float) -> List[List[float]]:
    """ARIMA(2,1,2) of the cumulative use: its gains are predicted from the last two and the last two surprises."""
    (ar1, ar2), (ma1, ma2), scale = numbers["ar"], numbers["ma"], numbers["scale"]
    seen = gains(usage, now, scale)
    g1 = g2 = e1 = e2 = 0.0            # gains and surprises, one and two steps ago
    for gain in seen:
        surprise = gain - ar1 * g1 - ar2 * g2 - ma1 * e1 - ma2 * e2
        g1, g2, e1, e2 = gain, g1, surprise, e1
    sums = [0.0]                       # what comes in the next steps
    for _ in range(HORIZONS[-1] * 60 // STEP_S + 1):
        gain = ar1 * g1 + ar2 * g2 + ma1 * e1 + ma2 * e2
        g1, g2, e1, e2 = gain, g1, 0.0, e1
        sums.append(sums[-1] + gain)
    variances = _variances(ar1, ar2, ma1, ma2, numbers["sigma2"], len(sums) - 1)
    places = [minutes * 60 / STEP_S for minutes in HORIZONS]
    return [[max(0.0, scale * (_between(sums, steps) + z * sqrt(_between(variances, steps)))) for z in _NORMAL]
            for steps in places]


def _between(values: Sequence[float], steps: float) -> float:
    """The value after so many steps, evenly between two."""
    whole = int(steps)
    return values[whole] + (steps - whole) * (values[whole + 1] - values[whole])


def _variances(ar1: float, ar2: float, ma1: float, ma2: float, sigma2: float, steps: int) -> List[float]:
    """Of the sum of the next gains, from none on: a surprise goes on as its weights say."""
    weights = [1.0, ar1 + ma1]
    weights.append(ar1 * weights[1] + ar2 + ma2)
    while len(weights) < steps:
        weights.append(ar1 * weights[-1] + ar2 * weights[-2])
    total, variances = 0.0, [0.0]
    for weight in weights[:steps]:
        total += weight
        variances.append(variances[-1] + sigma2 * total * total)
    return variances


def _boosting(numbers: Dict[str, Any], usage: UsageCurve, now: float) -> List[List[float]]:
    """For each share its own sum of small trees; a tree is nodes of feature, threshold, left, right, or a lone value."""
    scale, base = numbers["scale"], features(usage, now, numbers["scale"])
    return [[_load(forest["start"] + sum(leaf(tree, [*base, minutes / 300.0]) for tree in forest["trees"]), scale)
             for forest in numbers["forests"]] for minutes in HORIZONS]


def leaf(tree: Sequence[Sequence[float]], row: Sequence[float]) -> float:
    """The value of the tree for that row."""
    node = tree[0]
    while len(node) > 1:
        node = tree[int(node[2] if row[int(node[0])] <= node[1] else node[3])]
    return node[0]


def _network(numbers: Dict[str, Any], usage: UsageCurve, now: float) -> List[List[float]]:
    """One hidden layer; around what it says as far as it was off in the past at that horizon."""
    scale, base = numbers["scale"], features(usage, now, numbers["scale"])
    means, spreads, layer = numbers["means"], numbers["spreads"], list(zip(numbers["hidden"], numbers["biases"]))
    rows = []
    for minutes, misses in zip(HORIZONS, numbers["misses"]):
        row = [(value - mean) / spread for value, mean, spread in zip([*base, minutes / 300.0], means, spreads)]
        hidden = [tanh(sum(map(float.__mul__, weights, row)) + bias) for weights, bias in layer]
        middle = sum(map(float.__mul__, numbers["out"], hidden)) + numbers["bias"]
        rows.append([_load(middle + miss, scale) for miss in misses])
    return rows


def _load(value: float, scale: float) -> float:
    """Models speak of log(1 + load / scale)."""
    return max(0.0, scale * expm1(min(30.0, value)))


# --- the runway ---------------------------------------------------------------------------------------------------------

def reach_curve(rows: Sequence[Sequence[float]], lefts: Sequence[float]) -> List[Tuple[float, float]]:
    """Probability of having used what is left (equally likely amounts), by minutes from now."""
    curve, highest = [(0.0, 0.0)], 0.0
    for minutes, row in zip(HORIZONS, rows):
        highest = max(highest, sum(_reaching(row, left) for left in lefts) / len(lefts))
        curve.append((float(minutes), highest))
    return curve


def _reaching(row: Sequence[float], left: float) -> float:
    """Probability that a load with these quantiles is at least that."""
    points = [(0.0, 0.0), *zip(row, SHARES), (2 * row[-1], 1.0)]
    place = bisect_right([load for load, _ in points], left)
    if place == len(points):
        return 0.0
    (low, below), (high, above) = points[place - 1], points[place]
    return 1.0 - (below + (above - below) * (left - low) / (high - low) if high > low else below)


def forecast(model: FrozenModel, usage: UsageCurve, left: float, now: int, reset_at: int,
             spread: Sequence[float] = (1.0,)) -> Runway:
    """The runway as in runway.forecast, by an extra model; the rule is its name. Raises checked.Damage where it leads nowhere."""
    cut = max(0.0, (reset_at - now) / 60.0)
    lefts = lefts_of(usage, left, now, spread)
    if left <= 0 or not lefts:
        return Runway(now, now, now, 1.0, model.name)
    rows = loads(model, usage, now)
    curve = reach_curve(rows, lefts)
    low, median, high = (int(now + 60 * quantile(curve, cut, share)) for share in (0.05, 0.5, 0.95))
    return Runway(median, low, high, checked.share(reached(curve, cut)), model.name, 0, _band(rows, now, reset_at))


def _band(rows: Sequence[Sequence[float]], now: int, reset_at: int) -> Tuple[Tuple[int, float, float], ...]:
    band, low, high = [], 0.0, 0.0
    for minutes, row in zip(HORIZONS, rows):
        low, high = max(low, row[0]), max(high, row[-1])
        if now + 60 * minutes <= reset_at:
            band.append((now + 60 * minutes, low, high))
    return tuple(band)


def in_force(extra: Optional[Extra], now: int) -> Optional[FrozenModel]:
    """The model that is used: the better one of a trial that is not old."""
    return extra.used if extra and 0 <= now - extra.at < GOOD_S else None


# --- as text ------------------------------------------------------------------------------------------------------------

def dump(extra: Extra) -> str:
    """The outcome of a trial as a text for the store."""
    import json
    return json.dumps(extra, separators=(",", ":"))


def load(text: Optional[str]) -> Optional[Extra]:
    """What was dumped; None when there is none, or it is damaged or of another version."""
    try:
        when, tried, used, forest, days = checked.value(text)
        scores = tuple(Tried(checked.name(name),
                             Score(checked.count(number), *(checked.optional(mean, checked.amount) for mean in means)),
                             checked.name(note)) for name, (number, *means), note in tried)
        model = _model(*used) if used else None
        return Extra(checked.epoch(when), scores, model, checked.name(forest), tuple(map(checked.name, days)))
    except checked.Damage:
        return None


def _model(name: str, unit: str, numbers: Any) -> FrozenModel:
    """A model that can speak, and of these horizons. ValueError and others for any other."""
    made = FrozenModel(checked.name(name), checked.name(unit), dict(numbers))
    if not all(_falls(tree) for forest in made.numbers.get("forests", ()) for tree in forest["trees"]):
        raise ValueError("a tree without an end")
    if len(loads(made, UsageCurve((0, 60), (0.0, 1.0)), 60)) != len(HORIZONS):
        raise ValueError("of other horizons")
    return made


def _falls(tree: Sequence[Sequence[float]]) -> bool:
    """Whether every way through the tree leads on."""
    return all(len(node) == 1 or at < min(node[2:4]) and max(node[2:4]) < len(tree) for at, node in enumerate(tree))
