"""The extra models, tried on the user's own past beside the built-in runway; only `ccmon learn` comes here.

They need scikit-learn and statsmodels (the extra ccmon-cli[ml]), which are loaded when a model is trained. A model that wins is
stored as plain numbers (see portable.py): these libraries are never needed to use it.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from contextlib import nullcontext
from importlib import import_module
from importlib.util import find_spec
from math import exp, log, log1p
from random import Random

from ccmon.learning import portable, runway, score
from ccmon.learning.portable import SHARES, STEP_S, FrozenModel, Tried
from ccmon.learning.runway import HORIZONS
from ccmon.learning.score import Errors
from ccmon.learning.usage_curve import at, stop_after, until, window_start
from ccmon.learning.values import ENOUGH, WINDOW_S, RunwayModel, UsageCurve
from ccmon.quick_typing import (
    Any,
    Callable,
    ContextManager,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)
from ccmon.text import plural, short_count
from ccmon.when import DAY_S, DAYS, Zone, local

FOLDS, TRIED_DAYS = 4, 28              # each fold is forecast by what came before it
LEAST_DECISIONS = 100                  # with fewer nobody wins
BETTER = 0.97                          # of the built-in CRPS: less is no luck
_MOST_ROWS, _TRAINED_DAYS, _ARIMA_STEPS = 3000, 60, 700
_MOST_DECISIONS = 240                  # a fold
_LIMITS = (0.5, 0.75, 0.9)             # shares of the windows that stay below a limit
_SEED = 5

Progress = Callable[[float, str], None]
Fit = Callable[[UsageCurve, int, str], FrozenModel]


def missing() -> List[str]:
    """The packages that are not installed."""
    return [name for name, module in (("scikit-learn", "sklearn"), ("statsmodels", "statsmodels")) if find_spec(module) is None]


# --- what it is trained by -----------------------------------------------------------------------------------------------

class _Example(NamedTuple):
    """What was seen at one moment, with the horizon, and log(1 + what came / scale)."""

    row: List[float]
    horizon: int                       # index in HORIZONS
    outcome: float


def _moments(usage: UsageCurve, begin: int, end: int, apart_s: int) -> List[int]:
    """Times of the curve within windows that run, none within a stop."""
    moments: List[int] = []
    for ts in usage.times[bisect_left(usage.times, begin):bisect_left(usage.times, end)]:
        if (not moments or ts - moments[-1] >= apart_s) and window_start(usage, ts) < ts < stop_after(usage, ts):
            moments.append(ts)
    return moments


def _scale(usage: UsageCurve, moments: Sequence[int]) -> float:
    """What is used in an hour in which something is used."""
    hours = [load for load in (at(usage, ts) - at(usage, ts - 3600) for ts in moments) if load > 0]
    return sum(hours) / len(hours) if hours else 1.0


def _examples(usage: UsageCurve, now: int) -> Tuple[float, List[_Example]]:
    """The scale, and the examples by time, no more than a trial of a minute can take."""
    moments = _moments(usage, now - _TRAINED_DAYS * DAY_S, now, 900)
    scale = _scale(usage, moments)
    pairs = [(ts, index) for ts in moments for index, minutes in enumerate(HORIZONS)
             if ts + 60 * minutes <= min(now, stop_after(usage, ts))]
    chosen = sorted(Random(_SEED).sample(pairs, min(_MOST_ROWS, len(pairs))))
    return scale, [_Example([*portable.features(usage, ts, scale), HORIZONS[index] / 300.0], index,
                            log1p((at(usage, ts + 60 * HORIZONS[index]) - at(usage, ts)) / scale)) for ts, index in chosen]


# --- a function for each model --------------------------------------------------------------------------------------------

def arima(usage: UsageCurve, now: int, unit: str) -> FrozenModel:
    """ARIMA(2,1,2) of the cumulative use in steps of 15 minutes, of the windows of the last weeks."""
    scale = _scale(usage, _moments(usage, now - _TRAINED_DAYS * DAY_S, now, 900))
    steps = [gain for start in usage.starts for gain in _steps(usage, start, now, scale)][-_ARIMA_STEPS:]
    total, series = 0.0, []
    for gain in steps:
        total += gain
        series.append(total)
    model = import_module("statsmodels.tsa.arima.model").ARIMA(series, order=(2, 1, 2))
    fitted = dict(zip(model.param_names, map(float, model.fit(method="innovations_mle").params)))
    return FrozenModel("arima", unit, {"ar": [fitted["ar.L1"], fitted["ar.L2"]], "ma": [fitted["ma.L1"], fitted["ma.L2"]],
                                "sigma2": fitted["sigma2"], "scale": scale})


def _steps(usage: UsageCurve, start: int, now: int, scale: float) -> Iterator[float]:
    for begin in range(start, min(start + WINDOW_S, now) - STEP_S, STEP_S):
        if stop_after(usage, begin) > begin:
            yield (at(usage, begin + STEP_S) - at(usage, begin)) / scale


def boosting(usage: UsageCurve, now: int, unit: str) -> FrozenModel:
    """Gradient-boosted quantiles: for each share of likely outcomes a sum of small trees."""
    scale, examples = _examples(usage, now)
    rows, outcomes = [example.row for example in examples], [example.outcome for example in examples]
    make = import_module("sklearn.ensemble").GradientBoostingRegressor
    forests = [_forest(make(loss="quantile", alpha=share, n_estimators=30, max_depth=3, learning_rate=0.15, subsample=0.5,
                            min_samples_leaf=20, random_state=_SEED).fit(rows, outcomes), rows[0]) for share in SHARES]
    return FrozenModel("boosting", unit, {"scale": scale, "forests": forests})


def _forest(model: Any, row: Sequence[float]) -> Dict[str, Any]:
    """Its trees as lists of nodes, each [feature, threshold, left, right], or [value]."""
    trees = [_nodes(tree.tree_, model.learning_rate) for (tree,) in model.estimators_]
    start = float(model.predict([row])[0]) - sum(portable.leaf(tree, row) for tree in trees)
    return {"start": round(start, 5), "trees": trees}


def _nodes(tree: Any, rate: float) -> List[List[float]]:
    return [[round(rate * float(tree.value[node][0][0]), 5)] if tree.children_left[node] < 0 else
            [int(tree.feature[node]), round(float(tree.threshold[node]), 6), int(tree.children_left[node]),
             int(tree.children_right[node])] for node in range(tree.node_count)]


def network(usage: UsageCurve, now: int, unit: str) -> FrozenModel:
    """A small neural network: one hidden layer of eight."""
    scale, examples = _examples(usage, now)
    columns = list(zip(*(example.row for example in examples)))
    means = [sum(column) / len(column) for column in columns]
    spreads = [max(1e-6, (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5) for column, mean in zip(columns, means)]
    rows = [[(x - mean) / spread for x, mean, spread in zip(example.row, means, spreads)] for example in examples]
    cut = len(rows) * 3 // 4           # how far it is off is seen on what it was not taught
    misses = _misses(_trained(rows[:cut], examples[:cut]).predict(rows[cut:]), examples[cut:])
    model = _trained(rows, examples)
    return FrozenModel("network", unit, {
        "scale": scale, "means": means, "spreads": spreads, "misses": misses, "bias": float(model.intercepts_[1][0]),
        "hidden": [list(map(float, column)) for column in zip(*model.coefs_[0])],
        "biases": list(map(float, model.intercepts_[0])),
        "out": [float(weight[0]) for weight in model.coefs_[1]]})


def _trained(rows: Sequence[Sequence[float]], examples: Sequence[_Example]) -> Any:
    make = import_module("sklearn.neural_network").MLPRegressor
    return make(hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", alpha=1.0, max_iter=150, random_state=_SEED).fit(
        rows, [example.outcome for example in examples])


def _misses(predicted: Sequence[float], examples: Sequence[_Example]) -> List[List[float]]:
    """For each horizon by SHARES what came less what was predicted."""
    by_horizon: List[List[float]] = [[] for _ in HORIZONS]
    for value, example in zip(predicted, examples):
        by_horizon[example.horizon].append(example.outcome - float(value))
    everything = [miss for misses in by_horizon for miss in misses]
    return [_quantiles(misses if len(misses) >= 20 else everything) for misses in by_horizon]


def _quantiles(values: Sequence[float]) -> List[float]:
    ranked = sorted(values)
    return [ranked[int(share * (len(ranked) - 1) + 0.5)] for share in SHARES]


MODELS: Mapping[str, Fit] = {"arima": arima, "boosting": boosting, "network": network}


# --- the trial ------------------------------------------------------------------------------------------------------------

class _Case(NamedTuple):
    """A forecast that would have been made, and what came."""

    ts: int
    left: float
    cut: float                         # minutes to the reset
    outcome: float                     # minutes
    hit: bool


def trial(usage: UsageCurve, now: int, unit: str, progress: Progress) -> Tuple[Tuple[Tried, ...], Optional[FrozenModel]]:
    """The scores of the built-in runway and of each model on the last weeks, and the model that is better, trained on all.

    Walking forward in folds; taught by nothing that came later. The limits are such that half, a quarter and a tenth of the
    windows reach them.
    """
    begin = max(usage.times[0] + (now - usage.times[0]) // 3, now - TRIED_DAYS * DAY_S) if usage.times else now
    edges = [begin + (now - begin) * fold // FOLDS for fold in range(FOLDS + 1)]
    folds = [(start, _cases(usage, start, end)) for start, end in zip(edges, edges[1:])]
    errors_of: Dict[str, List[Errors]] = {"runway": [], "last_hour": []}
    done, work = 0, len(MODELS) * FOLDS + 1
    notes: Dict[str, str] = {}
    for start, cases in folds:
        past = until(usage, start)
        trained = runway.train(past, start)
        errors_of["last_hour"] += (simple := [_seed(usage, case) for case in cases])
        errors_of["runway"] += [_built_in(trained, usage, case) for case in cases] if trained.rows >= ENOUGH else simple
        for name, fit in MODELS.items():
            progress(done / work, name)
            done += 1
            if name not in notes and trained.rows >= ENOUGH:
                notes.update(_tried(name, fit, past, usage, start, unit, cases, errors_of.setdefault(name, [])))
            elif name not in notes:
                notes[name] = "too little is known"
    scores = {name: score.total(errors) for name, errors in errors_of.items()}
    best = _better(scores, notes)
    progress(done / work, best or "tier")
    frozen = _fitted(MODELS[best], usage, now, unit) if best else None
    tried = [Tried(name, scores.get(name, score.total([])), notes.get(name, "")) for name in ("runway", "last_hour", *MODELS)]
    return tuple(tried), frozen if isinstance(frozen, FrozenModel) else None


def _tried(name: str, fit: Fit, past: UsageCurve, usage: UsageCurve, start: int, unit: str, cases: Sequence[_Case],
           errors: List[Errors]) -> Dict[str, str]:
    """Adds the errors of one fold; what went wrong, by the model's name."""
    frozen = _fitted(fit, past, start, unit)
    if isinstance(frozen, str):
        return {name: frozen}
    loads: Dict[int, List[List[float]]] = {}
    for case in cases:
        if case.ts not in loads:
            loads = {case.ts: portable.loads(frozen, usage, case.ts)}
        errors.append(_errors(case, portable.reach_curve(loads[case.ts], [case.left])))
    return {}


def _fitted(fit: Fit, usage: UsageCurve, now: int, unit: str) -> Union[FrozenModel, str]:
    """The model, or why there is none: a library may fail on any data."""
    try:
        with warnings.catch_warnings(), _one_thread():
            warnings.simplefilter("ignore")
            return fit(usage, now, unit)
    except ImportError as error:
        return f"{error.name} is not installed"
    except Exception as error:         # of a library: no reason to stop
        return f"failed: {type(error).__name__}"


def _one_thread() -> ContextManager[Any]:
    """On these small tables several threads mostly wait for each other."""
    if find_spec("threadpoolctl") is None:
        return nullcontext()
    limits: ContextManager[Any] = import_module("threadpoolctl").threadpool_limits(1)
    return limits


def _better(scores: Mapping[str, score.Score], notes: Mapping[str, str]) -> Optional[str]:
    """The model with the least CRPS, if it is clearly below the built-in one and no worse at telling whether it lasts."""
    ours = scores["runway"]
    if ours.n < LEAST_DECISIONS or ours.crps_min is None or ours.brier is None:
        return None
    able = [(made.crps_min, name) for name, made in scores.items() if name in MODELS and name not in notes
            and made.crps_min is not None and made.crps_min < BETTER * ours.crps_min and (made.brier or 0.0) <= ours.brier]
    return min(able)[1] if able else None


def _cases(usage: UsageCurve, begin: int, end: int) -> List[_Case]:
    """Forecasts from begin on whose windows end by then; those whose outcome nobody knows are left out."""
    limits = _limits(until(usage, begin))
    moments = [ts for ts in _moments(usage, begin, end, 1800) if window_start(usage, ts) + WINDOW_S <= end]
    every = max(1, len(moments) * len(limits) // _MOST_DECISIONS)
    cases = (_case(usage, ts, limit) for ts in moments[::every] for limit in limits)
    return [case for case in cases if case is not None]


def _limits(usage: UsageCurve) -> List[float]:
    """Loads of a window that half, a quarter and a tenth of the windows reach."""
    sums = sorted(load for load in (at(usage, start + WINDOW_S) - at(usage, start) for start in usage.starts) if load > 0)
    return sorted({sums[int(share * (len(sums) - 1))] for share in _LIMITS}) if sums else []


def _case(usage: UsageCurve, ts: int, limit: float) -> Optional[_Case]:
    start = window_start(usage, ts)
    reset_at, here = start + WINDOW_S, at(usage, ts)
    left = limit - (here - at(usage, start))
    if left <= 0:
        return None
    place = bisect_left(usage.loads, here + left)
    reached = usage.times[place] if place < len(usage.times) else reset_at
    if min(reached, reset_at) > stop_after(usage, ts):
        return None
    return _Case(ts, left, (reset_at - ts) / 60.0, (min(reached, reset_at) - ts) / 60.0, reached < reset_at)


def _built_in(trained: RunwayModel, usage: UsageCurve, case: _Case) -> Errors:
    curve = runway.reach_curve(trained, usage, [case.left], case.ts)
    return _errors(case, curve, runway.interval(curve, case.cut))


def _errors(case: _Case, curve: Sequence[Tuple[float, float]], interval: Optional[Tuple[float, float]] = None) -> Errors:
    span = interval or (runway.quantile(curve, case.cut, 0.05), runway.quantile(curve, case.cut, 0.95))
    return score.errors(curve, span, case.cut, case.outcome, case.hit)


def _seed(usage: UsageCurve, case: _Case) -> Errors:
    return score.certain(runway.last_hour_min(usage, case.left, case.ts), case.cut, case.outcome, case.hit)


# --- the tier ---------------------------------------------------------------------------------------------------------------

def tier(sessions: Sequence[int], plans: Mapping[str, int]) -> str:
    """The plan that a Random Forest names from the tokens of past sessions; it was taught by made-up users of each plan."""
    rng, rows, names = Random(_SEED), [], []
    for name, limit in plans.items():
        for _ in range(150):
            rows.append(_habits(_made_up(limit, rng)))
            names.append(name)
    forest = import_module("sklearn.ensemble").RandomForestClassifier(100, random_state=_SEED).fit(rows, names)
    return str(forest.predict([_habits([tokens for tokens in sessions if tokens > 0])])[0])


def _made_up(limit: int, rng: Random) -> List[float]:
    """Sessions of a user who is cut off at the limit."""
    usual = exp(rng.gauss(log(0.3), 0.8))
    return [limit * min(rng.uniform(0.97, 1.03), usual * exp(rng.gauss(0, 0.7))) for _ in range(rng.randrange(5, 120))]


def _habits(sessions: Sequence[float]) -> List[float]:
    ranked = sorted(sessions) or [1.0]
    top, last = ranked[-1], len(ranked) - 1
    near = sum(tokens >= 0.9 * top for tokens in ranked) / len(ranked)
    return [log(top), log(ranked[int(0.9 * last)] + 1), log(ranked[last // 2] + 1), near, log(len(ranked))]


# --- kinds of days ----------------------------------------------------------------------------------------------------------

_PART_H, _PARTS = 4, 6
_LEAST_DAYS, _MOST_KINDS = 14, 4


def days(hours: Mapping[int, float], zone: Zone) -> Tuple[str, ...]:
    """Kinds of days in words, the commonest first, by k-means of the loads of their parts; hours: tokens by epoch s."""
    table: Dict[Tuple[str, int], List[float]] = {}
    for ts, tokens in hours.items():
        when = local(ts, zone)
        table.setdefault((when.date().isoformat(), when.weekday()), [0.0] * _PARTS)[when.hour // _PART_H] += tokens
    used = {day: parts for day, parts in table.items() if sum(parts) > 0}
    if len(used) < _LEAST_DAYS:
        return ()
    kinds = _clusters([[log1p(tokens / 1000.0) for tokens in parts] for parts in used.values()])
    groups = [[(day, parts) for (day, parts), kind in zip(used.items(), kinds) if kind == one] for one in sorted(set(kinds))]
    return tuple(_in_words(group) for group in sorted(groups, key=len, reverse=True))


def _clusters(rows: Sequence[Sequence[float]]) -> List[int]:
    """The kind of each; as many kinds as can be distinguished best."""
    cluster, metrics = import_module("sklearn.cluster"), import_module("sklearn.metrics")
    best, clusters = 0.0, [0] * len(rows)
    for number in range(2, min(_MOST_KINDS, len({tuple(row) for row in rows}) - 1) + 1):
        kinds = [int(kind) for kind in cluster.KMeans(number, n_init=5, random_state=_SEED).fit_predict(rows)]
        quality = float(metrics.silhouette_score(rows, kinds)) if len(set(kinds)) > 1 else 0.0
        if quality > best:
            best, clusters = quality, kinds
    return clusters


def _spans(busy: Sequence[bool]) -> Iterator[str]:
    """08-12, 16-24: parts of the day that follow each other as one."""
    for place in range(_PARTS):
        if busy[place] and not (place and busy[place - 1]):
            end = next((after for after in range(place, _PARTS) if not busy[after]), _PARTS)
            yield f"{_PART_H * place:02d}-{_PART_H * end:02d}"


def _in_words(group: Sequence[Tuple[Tuple[str, int], Sequence[float]]]) -> str:
    """18 days: 42k tokens, mostly 12-20 h; often Mon, Tue."""
    sums = [sum(parts[place] for _, parts in group) for place in range(_PARTS)]
    spans = ", ".join(_spans([part >= 0.5 * max(sums) for part in sums]))
    counts = [sum(weekday == day for (_, weekday), _ in group) for day in range(7)]
    often = [DAYS[day] for day in range(7) if counts[day] >= max(2, 0.6 * max(counts))]
    tail = f"; often {', '.join(often)}" if often else ""
    return f"{plural(len(group), 'day')}: {short_count(sum(sums) / len(group))} tokens, mostly {spans} h{tail}"
