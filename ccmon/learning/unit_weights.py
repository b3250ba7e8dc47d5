"""The unit in which the limit is constant: chosen by how well it tells the percentages of windows that it has not seen."""

from __future__ import annotations

from functools import lru_cache
from math import exp, hypot, log, sqrt
from operator import mul

from ccmon.learning.intervals import NOISES, Interval, alike_groups, rounding_error
from ccmon.learning.least_squares import Fit, Rows, fit, likelihoods, predicted, scale, shares, spread
from ccmon.learning.values import KINDS, MENU, Load, RatesOf, UnitWeights, meter
from ccmon.quick_typing import Dict, List, NamedTuple, Sequence, Set, Tuple

TOKENS = KINDS[:4]
MOST_INTERVALS = 300                   # the latest; more would cost time and tell little
_FOLDS = 4
_LEAST_WINDOWS = 2
_GAINS = {"kinds": 3.0, "models": 1.0}     # how much more likely fitted weights must make what was held out (logarithm)
_SHARES = (0.2, 0.4, 0.6, 0.8, 0.95)
_LOOSE = 2.0                           # fitted weights are tied to the price list, but so loosely
_SHIFT = 1.0                           # what the use of a model may change by, as a share, before it is learned anew
_FEW = 4.0                             # windows for which the doubt is doubled: so few do not show how much is uncertain
_PLAIN = (5 / 1e6, 25 / 1e6, 6.25 / 1e6, 0.5 / 1e6)        # rates of models that the table does not know, for a start
_MOST_UNKNOWN = 0.05                   # of all use may be of unknown models for weights by model
_CHEAP_READS = (0.3, 0.1, 0.0)         # of their price: some servers count cache reads for less, or not at all
_LEAST_SHARE = 0.005                   # models with less of all use get no weights of their own

Column = List[Tuple[str, str, float]]  # model ("" for any), kind, weight within the column


class _Data(NamedTuple):
    """Intervals as rows, for the fit (each from its run's start) and for the test (one for each run)."""

    loads: List[Load]
    fitted: List[List[int]]            # places of the intervals that make each row
    tested: List[List[int]]
    intervals: List[Interval]
    rates_of: RatesOf


class _Trial(NamedTuple):
    """How unit weights do on windows that it has not seen."""

    unit_weights: UnitWeights
    log_likelihood: float
    parts: List[float]                 # what it says of the first, second and last third of all that was used
    doubts: List[float]                # by how much each may be off, as a share
    windows: Set[int]


def ranked(intervals: Sequence[Interval], rates_of: RatesOf, menu: Sequence[str] = MENU) -> List[UnitWeights]:
    """Unit weights of each name of the menu, the chosen ones first, then by how well they predict held-out windows; none without
    any interval."""
    usable = [interval for interval in intervals if any(interval.load.values())]
    if not usable:
        return []
    data = _data(usable[-MOST_INTERVALS:], rates_of)
    trials = [_trial(name, data) for name in menu if _columns(name, data)]
    trials.sort(key=lambda trial: _GAINS.get(trial.unit_weights.name, 0.0) - trial.log_likelihood)
    return [trial.unit_weights._replace(doubt=_doubt(trial, trials)) for trial in trials]


def unfitted(intervals: Sequence[Interval], rates_of: RatesOf) -> List[UnitWeights]:
    """Unit weights that need no fit, also the price list with cache reads below their price (as "models")."""
    alone = [[place] for place in range(len(intervals))]
    data = _Data([interval.load for interval in intervals], alone, alone, list(intervals), rates_of)
    listed = [(name, _columns(name, data)) for name in ("cost", "tokens", "all_tokens")]
    units = [_unit_weights(name, columns, [1.0], data) for name, columns in listed if len(columns) == 1]
    for share in _CHEAP_READS if _models(data) else ():
        columns = [[(model, kind, 1.0)] for model in _models(data) for kind in TOKENS]
        weights = [_price(rates_of, model, kind) * (share if kind == "cache_read" else 1.0) for ((model, kind, _),) in columns]
        units.append(_unit_weights("models", columns, weights, data))
    return units


def _doubt(trial: _Trial, trials: Sequence[_Trial]) -> float:
    """How much others that do as well disagree, and how much it may be off by itself."""
    best = max(other.log_likelihood for other in trials)
    weights = [exp(max(-50.0, other.log_likelihood - best)) for other in trials]
    apart = [_mean([_gap(one, two) ** 2 for one, two in zip(other.parts, trial.parts)]) for other in trials]
    own = _mean([doubt * doubt for doubt in trial.doubts])
    few = 1 + _FEW / len(trial.windows)
    return few * sqrt(sum(map(mul, weights, apart)) / sum(weights) + own)


def _gap(one: float, other: float) -> float:
    return log(one / other) if one > 0 and other > 0 else 1.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _data(intervals: List[Interval], rates_of: RatesOf) -> _Data:
    """Runs of neighbours are cut by the loosest weights: the others are tested on the same."""
    alone = [[place] for place in range(len(intervals))]
    data = _Data([interval.load for interval in intervals], alone, alone, intervals, rates_of)
    name = next((name for name in ("models", "kinds", "cost") if _columns(name, data)), "")
    columns = _columns(name, data)     # without minutes there are no models
    loosest = UnitWeights("", ())
    if columns:
        rows = _rows(columns, data, data.fitted)
        loosest = _unit_weights(name, columns, fit(rows, _prior(columns, rows, rates_of), _LOOSE).weights, data)
    runs = alike_groups(intervals, meter(loosest))
    return data._replace(fitted=[run[:end] for run in runs for end in range(1, len(run) + 1)], tested=runs)


def _columns(name: str, data: _Data) -> List[Column]:
    """What is weighed, each column with one weight that is fitted; none where there is nothing of it."""
    columns = _listed(name, data)
    kinds = {kind for load in data.loads for (_, kind), count in load.items() if count > 0}
    return columns if any(kind in kinds for column in columns for _, kind, _ in column) else []


def _listed(name: str, data: _Data) -> List[Column]:
    if name == "tokens":
        return [[("", "input", 1.0), ("", "output", 1.0)]]
    if name == "all_tokens":
        return [[("", kind, 1.0) for kind in TOKENS]]
    if name == "cost":
        return _cost(data)
    if name == "kinds":
        return [[("", kind, 1.0)] for kind in TOKENS]
    return [[(model, kind, 1.0)] for model in _models(data) for kind in TOKENS]


def _models(data: _Data) -> List[str]:
    """Those that take part in notable use, by rough price; none when the models of much of it are unknown."""
    sums: Dict[str, float] = {}
    for load in data.loads:
        for (model, kind), count in load.items():
            if kind in TOKENS:
                sums[model] = sums.get(model, 0.0) + count * _price(data.rates_of, model, kind)
    total = sum(sums.values())
    if sums.get("", 0.0) > _MOST_UNKNOWN * total:
        return []
    return sorted([model for model in sums if model and sums[model] > _LEAST_SHARE * total])


def _cost(data: _Data) -> List[Column]:
    """The cost that is stated, or else by the price list."""
    with_cost = sum([any(kind == "cost" and count for (_, kind), count in load.items()) for load in data.loads])
    if with_cost >= 0.9 * len(data.loads):
        return [[("", "cost", 1.0)]]
    priced = [model for model in _models(data) if data.rates_of(model)]
    return [[(model, kind, _price(data.rates_of, model, kind)) for model in priced for kind in TOKENS]] if priced else []


@lru_cache(maxsize=256)
def _price(rates_of: RatesOf, model: str, kind: str) -> float:
    """USD for each token, a plain model's where the model is unknown."""
    rates = rates_of(model) if model else None
    return (rates or _PLAIN)[TOKENS.index(kind)]


def _amounts(column: Column, loads: Sequence[Load]) -> List[float]:
    """What each load has of a column; a weight of any model takes them all."""
    own = {(model, kind): weight for model, kind, weight in column if model}
    any_of = {kind: weight for model, kind, weight in column if not model}
    return [sum([count * (own.get(key, 0.0) or any_of.get(key[1], 0.0)) for key, count in load.items()]) for load in loads]


def _rows(columns: Sequence[Column], data: _Data, groups: Sequence[Sequence[int]]) -> Rows:
    """One row for each group of neighbouring intervals."""
    amounts = [_amounts(column, data.loads) for column in columns]
    intervals = data.intervals
    points = [sum([intervals[place].points for place in group]) for group in groups]
    errors = [rounding_error(intervals[group[0]]._replace(exact=intervals[group[-1]].exact)) for group in groups]
    return Rows([[sum([column[place] for place in group]) for group in groups] for column in amounts], points, errors,
                [intervals[group[0]].window for group in groups])


def _prior(columns: Sequence[Column], rows: Rows, rates_of: RatesOf) -> List[float]:
    """Weights to begin with: by the price list, so large that the most rows agree."""
    if len(columns) == 1:
        return [scale(rows, rows.columns[0])]
    prices = [_price(rates_of, column[0][0], column[0][1]) for column in columns]
    rate = scale(rows, predicted(prices, rows.columns))
    return [rate * price for price in prices]


def _trial(name: str, data: _Data) -> _Trial:
    columns = _columns(name, data)
    rows, tests = _rows(columns, data, data.fitted), _rows(columns, data, data.tested)
    prior = _prior(columns, rows, data.rates_of)
    whole = fit(rows, prior, _LOOSE)
    others = _without(rows, prior)
    points = _held_out(tests, whole.weights, others)
    log_likelihood, noise, clean = max((value, noise, clean) for noise in NOISES
                              for value, clean in zip(likelihoods(tests, points, noise, _SHARES), _SHARES))
    missed = _error(tests, points, shares(tests, points, noise, clean))
    unit = _unit_weights(name, columns, whole.weights, data)._replace(error_points=missed)
    thirds = _thirds(columns, data)
    parts = [sum(map(mul, whole.weights, sums)) for sums in thirds]
    doubts = [_off(sums, part, whole, others) for sums, part in zip(thirds, parts)] if len(columns) > 1 else []
    doubts = [hypot(doubt, _shifted(columns, thirds, whole)) for doubt in doubts]
    return _Trial(unit, log_likelihood, parts, doubts, set(rows.windows))


def _thirds(columns: Sequence[Column], data: _Data) -> List[List[float]]:
    """What the first, second and last third of the intervals have of each column."""
    amounts, size = [_amounts(column, data.loads) for column in columns], -(-len(data.loads) // 3)
    return [[sum(column[begin:begin + size]) for column in amounts] for begin in range(0, len(data.loads), size)]


def _off(sums: Sequence[float], points: float, whole: Fit, others: Sequence[Tuple[Set[int], List[float]]]) -> float:
    """By how much the points of these sums may be off: as the fit says, and as leaving out windows does (jackknife)."""
    gaps = [_gap(sum(map(mul, weights, sums)), points) for _, weights in others]
    jackknife = sqrt(sum([gap * gap for gap in gaps]) * (len(gaps) - 1) / len(gaps)) if gaps else 0.5
    return max(jackknife, spread(whole.gram, sums) / points if points > 0 else 1.0)


def _shifted(columns: Sequence[Column], thirds: Sequence[Sequence[float]], whole: Fit) -> float:
    """By how much the limit would be off if a model were used twice as much, as a share."""
    sums = [sum(column) for column in zip(*thirds)]
    points = sum(map(mul, whole.weights, sums))
    models = sorted({column[0][0] for column in columns})
    alone = [[amount if column[0][0] == model else 0.0 for column, amount in zip(columns, sums)] for model in models]
    return _SHIFT * sqrt(sum([spread(whole.gram, part) ** 2 for part in alone])) / points if points > 0 else 0.0


def _without(rows: Rows, prior: Sequence[float]) -> List[Tuple[Set[int], List[float]]]:
    """A part of the windows, and the weights that were fitted without it; every window is in one part."""
    windows = sorted(set(rows.windows))
    if len(windows) < _LEAST_WINDOWS:
        return []
    parts = [set(windows[fold::_FOLDS]) for fold in range(min(_FOLDS, len(windows)))]
    return [(part, fit(rows.only([place for place, window in enumerate(rows.windows) if window not in part]), prior,
                       _LOOSE).weights) for part in parts]


def _held_out(tests: Rows, weights: Sequence[float], others: Sequence[Tuple[Set[int], List[float]]]) -> List[float]:
    """Points of the tested rows by fits that did not see their windows; by all there is where there are too few."""
    points = predicted(weights, tests.columns)
    for part, fitted in others:
        for place, window in enumerate(tests.windows):
            if window in part:
                points[place] = sum([weight * column[place] for weight, column in zip(fitted, tests.columns)])
    return points


def _error(tests: Rows, held_out: Sequence[float], sure: Sequence[float]) -> float:
    """Median of what was missed at the end of each window's longest run of which all use was seen, points."""
    ends: Dict[int, Tuple[bool, float, float]] = {}
    for window, shown, points, share in zip(tests.windows, tests.points, held_out, sure):
        ends[window] = max(ends.get(window, (False, 0.0, 0.0)), (share > 0.5, shown, abs(points - shown)))
    missed = sorted([miss for seen, _, miss in ends.values() if seen] or [miss for _, _, miss in ends.values()])
    return missed[len(missed) // 2]


def _unit_weights(name: str, columns: Sequence[Column], weights: Sequence[float], data: _Data) -> UnitWeights:
    """The weights as users read them: one token of the plain kinds counts about as one."""
    scaled = [(model, kind, inner * (weight if len(columns) > 1 else 1.0))
             for column, weight in zip(columns, weights) for model, kind, inner in column]
    if len(columns) > 1:
        scaled = _in_tokens(scaled + _for_the_rest(scaled, data), data)
    elif name == "cost" and scaled[0][0]:
        scaled += _for_the_rest(scaled, data)
    return UnitWeights(name, tuple(scaled), 0.0, len(data.intervals))


def _for_the_rest(weights: Sequence[Tuple[str, str, float]], data: _Data) -> List[Tuple[str, str, float]]:
    """Weights for models that took hardly any part, by the price list, and for all others the mean of what was used."""
    if any(not model for model, _, _ in weights):
        return []
    own = {(model, kind): weight for model, kind, weight in weights}
    counts: Dict[str, List[float]] = {kind: [0.0, 0.0, 0.0] for kind in TOKENS}    # tokens, what they weigh and cost
    small = set()
    for load in data.loads:
        for key, count in load.items():
            if key in own:
                for place, each in enumerate((1.0, own[key], _price(data.rates_of, *key))):
                    counts[key[1]][place] += count * each
            elif key[0]:
                small.add(key[0])
    rate = sum([weighed for _, weighed, _ in counts.values()]) / (sum([usd for _, _, usd in counts.values()]) or 1.0)
    rest = [(model, kind, rate * _price(data.rates_of, model, kind)) for model in sorted(small) for kind in TOKENS]
    return rest + [("", kind, weighed / count if count else 0.0) for kind, (count, weighed, _) in counts.items()]


def _in_tokens(weights: List[Tuple[str, str, float]], data: _Data) -> List[Tuple[str, str, float]]:
    """Scaled so that all that was used measures as many as it had input and output tokens."""
    measured = sum(map(meter(UnitWeights("", tuple(weights))), data.loads))
    tokens = sum([count for load in data.loads for (_, kind), count in load.items() if kind in ("input", "output")])
    factor = tokens / measured if measured and tokens else 1.0
    return [(model, kind, weight * factor) for model, kind, weight in weights]
