"""The extra models: their portable form, the trial beside the built-in runway, and (with the libraries) the models themselves.

The last part needs scikit-learn and statsmodels: pip install '.[ml]', then this file again. Without them it is skipped.
"""

import json
import math
from functools import lru_cache
from random import Random

import pytest
import scenes
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone
from simulator import Scenario, simulate

from ccmon.learning import extra, portable, runway, usage_curve
from ccmon.learning.portable import Extra, FrozenModel, Tried
from ccmon.learning.runway import HORIZONS
from ccmon.learning.score import Score
from ccmon.learning.values import UsageCurve

pytestmark = pytest.mark.newest_only

HOUR, DAY = 3600, 86_400
T = 1_764_000_000
ARIMA = FrozenModel("arima", "tokens", {"ar": [0.5, 0.1], "ma": [0.2, -0.1], "sigma2": 0.04, "scale": 100.0})
FORESTS = [{"start": start, "trees": [[[1, 0.5, 1, 2], [0.1], [0.3]], [[0.05]]]} for start in (0.0, 0.2, 0.4, 0.6, 0.9)]
BOOSTING = FrozenModel("boosting", "points", {"scale": 100.0, "forests": FORESTS})
NETWORK = FrozenModel("network", "tokens", {
    "scale": 100.0, "means": [0.0] * 10, "spreads": [1.0] * 10, "misses": [[-0.4, -0.2, 0.0, 0.2, 0.4]] * len(HORIZONS),
    "hidden": [[0.1] * 10, [-0.2] * 10], "biases": [0.0, 0.1], "out": [0.7, 0.1], "bias": 0.2})
KEPT = (ARIMA, BOOSTING, NETWORK)


@lru_cache(maxsize=8)
def steady(days=40, per_min=10.0):
    """Use from 9 to 18, a point each 10 minutes, in two windows a day."""
    times, loads, starts, total = [], [], [], 0.0
    for day in range(days):
        begin = T - T % DAY + day * DAY + 9 * HOUR
        starts += [begin, begin + 5 * HOUR]
        for minute in range(0, 9 * 60 + 1, 10):
            times.append(begin + minute * 60)
            loads.append(total)
            total += 10 * per_min * (0.5 + Random(day * 1000 + minute).random())
    return UsageCurve(tuple(times), tuple(loads), (), tuple(starts))


@pytest.fixture(scope="module")
def simulated():
    """Five weeks of a simulated user: the course of tokens, and its end."""
    made = simulate(Scenario(2, days=35))
    return usage_curve.from_uses(made.use, made.readings), made.use[-1].ts + 60


# --- the portable form --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_loads_rise_with_share_and_are_never_negative(kept):
    for ts in steady().times[100:400:37]:
        for row in portable.loads(kept, steady(), ts):
            assert len(row) == len(portable.SHARES) and row == sorted(row) and row[0] >= 0


def test_arima_goes_on_as_the_last_gains_were():
    """ARIMA(0,1,1)-like numbers: a gain decays, its surprise is added up; the spread grows with the square root."""
    still = FrozenModel("arima", "tokens", {"ar": [1.0, 0.0], "ma": [0.0, 0.0], "sigma2": 0.0, "scale": 1.0})
    known = UsageCurve((T - 10 * HOUR, T), (0.0, 40 * 6.0), (), (T - HOUR,))
    found = portable.loads(still, known, T)
    assert [row[2] for row in found] == pytest.approx([6.0 * minutes / 15 for minutes in HORIZONS])
    noise = FrozenModel("arima", "tokens", {"ar": [0.0, 0.0], "ma": [0.0, 0.0], "sigma2": 4.0, "scale": 1.0})
    assert [row[4] for row in portable.loads(noise, known, T)] == pytest.approx(
        [1.6449 * 2 * math.sqrt(minutes / 15) for minutes in HORIZONS])


def test_a_tree_is_walked_by_its_thresholds():
    tree = [[0, 1.5, 1, 2], [7.0], [1, 0.5, 3, 4], [8.0], [9.0]]
    assert [portable.leaf(tree, row) for row in ([1.5, 0], [2, 0.5], [2, 0.6])] == [7.0, 8.0, 9.0]


@pytest.mark.parametrize("left, expected", [(0, 1.0), (10, 0.95), (30, 0.5), (50, 0.05), (75, 0.025), (100, 0.0), (500, 0.0),
                                            (20, 0.75), (25, 0.625)])
def test_the_chance_that_a_load_is_reached(left, expected):
    ((_, none), (_, chance), *_) = portable.reach_curve([[10, 20, 30, 40, 50]] * len(HORIZONS), [left])
    assert none == 0 and chance == pytest.approx(expected)


def test_a_chance_never_falls_with_time():
    rows = [[10.0, 20.0, 30.0, 40.0, 50.0]] * 3 + [[1.0, 2.0, 3.0, 4.0, 5.0]] * (len(HORIZONS) - 3)
    chances = [chance for _, chance in portable.reach_curve(rows, [25.0])]
    assert chances == sorted(chances) and chances[-1] == pytest.approx(0.625)


def test_nothing_used_is_no_certainty_of_nothing():
    assert portable.reach_curve([[0, 0, 0, 4, 9]] * len(HORIZONS), [1.0])[1][1] == pytest.approx(0.5 - 0.25 / 4)


@settings(max_examples=examples(30), deadline=None)
@given(st.sampled_from(KEPT), st.integers(0, 1500), st.floats(0, 1e6), st.integers(0, 5 * HOUR), st.booleans())
def test_the_runway_of_any_of_them_is_in_order(kept, at, left, left_s, unsure):
    known = steady()
    now = known.times[at]
    made = portable.forecast(kept, usage_curve.until(known, now), left, now, now + left_s, (0.9, 1.0, 1.1) if unsure else (1.0,))
    assert now <= made.low <= made.median <= made.high <= max(now, now + left_s)
    assert 0 <= made.probability <= 1 and made.rule == kept.name
    assert all(low <= high for _, low, high in made.band) and [at for at, *_ in made.band] == sorted(at for at, *_ in made.band)


def test_more_left_is_less_likely_to_run_out():
    known = steady()
    now = known.times[300]
    chances = [portable.forecast(NETWORK, known, left, now, now + 3 * HOUR).probability for left in (10, 50, 100, 200, 1e6)]
    assert chances == sorted(chances, reverse=True) and chances[0] > 0.9 > 0.1 > chances[-1]


def test_a_limit_that_has_been_reached():
    assert portable.forecast(ARIMA, steady(), 0.0, T, T + HOUR)[:4] == (T, T, T, 1.0)


# --- what is kept -------------------------------------------------------------------------------------------------------

SCORE = Score(300, 12.0, 7.0, 0.1, 0.9)


@pytest.mark.parametrize("kept", [None, *KEPT], ids=lambda kept: kept.name if kept else "none")
def test_a_trial_comes_back_from_its_text(kept):
    tried = Tried("runway", SCORE), Tried("arima", Score(0, None, None, None), "failed: ValueError")
    made = Extra(T, tried, kept, "max5", ("3 days",))
    assert portable.load(portable.dump(made)) == made


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "[1,2]", "[1,[],[],\"\"]", '[1,[],["arima","tokens",{}],"",[]]',
                                  '[1,[],["oracle","tokens",{}],"",[]]', '[1,[["a",[1],""]],null,"",[]]',
                                  '[1,[],["boosting","points",{"scale":0,"forests":[]}],"",[]]'])
def test_a_damaged_text_is_none(text):
    assert portable.load(text) is None


@pytest.mark.parametrize("later, used", [(0, True), (29 * DAY, True), (30 * DAY, False), (-60, False)])
def test_a_model_is_used_for_a_month(later, used):
    assert (portable.in_force(Extra(T, (), ARIMA), T + later) == ARIMA) == used
    assert portable.in_force(None, T) is None is portable.in_force(Extra(T), T)


@pytest.mark.parametrize("kept, percent, rule", [(ARIMA, None, "arima"), (ARIMA, 61, "runway"), (BOOSTING, 61, "boosting"),
                                                 (BOOSTING, None, "runway"), (None, 61, "runway")])
def test_the_screen_uses_it_for_the_course_that_it_was_taught(kept, percent, rule):
    """points where Claude's own percentage counts, else tokens."""
    official = scenes.official(percent) if percent else ()
    outlook = scenes.outlook(percent or 0, 21_012)._replace(extra=kept)
    found = scenes.scene(21_012, scenes.MAX5, windows=official, outlook=outlook).snapshot
    assert found.runway.rule == rule and found.now <= found.runway.low <= found.runway.median <= found.runway.high


def test_a_kept_model_that_cannot_speak_is_none():
    broken = json.loads(portable.dump(Extra(T, (), NETWORK)))
    broken[2][2]["means"] = "x"
    assert portable.load(json.dumps(broken)) is None
    shorter = NETWORK._replace(numbers={**NETWORK.numbers, "misses": NETWORK.numbers["misses"][1:]})
    assert portable.load(portable.dump(Extra(T, (), shorter))) is None


# --- the trial ----------------------------------------------------------------------------------------------------------

class Watcher:
    """A stand-in for a library: remembers what it is taught, and gives one model of plain numbers."""

    def __init__(self, kept):
        self.kept, self.calls = kept, []

    def __call__(self, known, now, unit):
        self.calls.append((known.times[-1], now, unit))
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept._replace(unit=unit)


def tried_with(monkeypatch, known, now, **fits):
    models = {name: Watcher(kept) for name, kept in fits.items()}
    monkeypatch.setattr(extra, "MODELS", models)
    steps = []
    scores, used = extra.trial(known, now, "points", lambda done, name: steps.append(done))
    return {one.name: one for one in scores}, used, models, steps


def test_each_fold_is_taught_by_its_past_only(simulated, monkeypatch):
    known, now = simulated
    _, _, models, steps = tried_with(monkeypatch, known, now, arima=ARIMA)
    calls = models["arima"].calls
    assert len(calls) == extra.FOLDS and all(last <= then and unit == "points" for last, then, unit in calls)
    assert [then for _, then, _ in calls] == sorted({then for _, then, _ in calls}) and calls[-1][1] < now - 5 * DAY
    assert steps == sorted(steps) and steps[0] == 0 and steps[-1] < 1.01


def test_a_bad_model_loses_and_is_told(simulated, monkeypatch):
    """One that says that nothing will ever be used."""
    zero = FrozenModel("arima", "tokens", {"ar": [0.0, 0.0], "ma": [0.0, 0.0], "sigma2": 0.0, "scale": 1.0})
    scores, used, _, _ = tried_with(monkeypatch, *simulated, arima=zero)
    assert used is None
    assert scores["arima"].score.crps_min > scores["runway"].score.crps_min
    assert scores["arima"].score.n == scores["runway"].score.n == scores["last_hour"].score.n > extra.LEAST_DECISIONS
    assert scores["last_hour"].score.coverage90 is None


def test_a_better_model_is_kept_trained_on_everything(simulated, monkeypatch):
    """The built-in runway is made bad: the stand-in wins, and is taught once more, by all."""
    monkeypatch.setattr(runway, "reach_curve", lambda trained, known, lefts, now: [(300.0, 0.0)])
    good = FrozenModel("arima", "tokens", {"ar": [0.9, 0.0], "ma": [0.0, 0.0], "sigma2": 0.02, "scale": 20_000.0})
    scores, used, models, _ = tried_with(monkeypatch, *simulated, arima=good)
    assert used == good._replace(unit="points") and scores["arima"].score.crps_min < scores["runway"].score.crps_min
    assert models["arima"].calls[-1][1] == simulated[1] and len(models["arima"].calls) == extra.FOLDS + 1


@pytest.mark.parametrize("error, note", [(ValueError("singular"), "failed: ValueError"),
                                         (ModuleNotFoundError("no", name="sklearn"), "sklearn is not installed")])
def test_a_library_that_fails_is_told_and_stops_nothing(simulated, monkeypatch, error, note):
    scores, used, models, _ = tried_with(monkeypatch, *simulated, arima=error)
    assert scores["arima"] == Tried("arima", Score(0, None, None, None), note) and used is None
    assert len(models["arima"].calls) == 1 and scores["runway"].score.n > 0


@pytest.mark.parametrize("known", [UsageCurve((), ()), UsageCurve((T,), (0.0,), (), (T,)), steady(1)])
def test_with_little_known_nothing_is_tried(known, monkeypatch):
    now = (known.times or (T,))[-1] + 60
    scores, used, models, _ = tried_with(monkeypatch, known, now, arima=ARIMA)
    assert used is None and models["arima"].calls == [] and scores["arima"].note == "too little is known"


@pytest.mark.parametrize("crps, brier, n, wins", [(6.0, 0.1, 300, True), (6.9, 0.1, 300, False), (6.0, 0.11, 300, False),
                                                  (6.0, 0.05, 99, False)])
def test_only_what_is_clearly_better_is_used(crps, brier, n, wins):
    scores = {"runway": SCORE._replace(n=n), "last_hour": Score(n, 1.0, 1.0, 0.0), "arima": Score(n, 12.0, crps, brier, 0.9)}
    assert extra._better(scores, {}) == ("arima" if wins else None)
    assert extra._better(scores, {"arima": "failed"}) is None


def test_what_came_after_a_limit_was_hit_is_no_outcome():
    known = steady()._replace(stops=((steady().times[500], steady().times[500] + 2 * HOUR),))
    moment = known.times[498]
    assert extra._case(known, moment, 1e9) is None and extra._case(steady(), moment, 1e9) is not None
    window = usage_curve.window_start(known, moment)
    soon = usage_curve.between(known, window, known.times[499])
    assert extra._case(known, moment, soon).hit


def test_an_outcome_is_when_the_load_is_reached():
    known = steady(3)
    start = known.starts[2]
    case = extra._case(known, start + HOUR, usage_curve.between(known, start, start + 2 * HOUR))
    assert (case.outcome, case.hit, case.cut) == (60.0, True, 240.0)
    never = extra._case(known, start + HOUR, 1e9)
    assert (never.outcome, never.hit) == (240.0, False)
    assert extra._case(known, start + HOUR, 1.0) is None


def test_parts_of_days_are_joined():
    assert list(extra._spans([True, False, True, True, False, True])) == ["00-04", "08-16", "20-24"]
    assert list(extra._spans([True] * 6)) == ["00-24"]


# --- the models themselves --------------------------------------------------------------------------------------------------

needs_libraries = pytest.mark.skipif(bool(extra.missing()), reason="needs the extra ml: pip install '.[ml]'")


@needs_libraries
@pytest.mark.parametrize("name", list(extra.MODELS))
def test_a_model_is_as_good_in_numbers_as_in_its_library(name, simulated):
    """Taught by a simulated user: sane scores, and the same in its portable form after a round trip."""
    known, now = simulated
    kept = extra._fitted(extra.MODELS[name], usage_curve.until(known, now - 7 * DAY), now - 7 * DAY, "tokens")
    assert isinstance(kept, FrozenModel), kept
    again = portable.load(portable.dump(Extra(T, (), kept))).used
    assert again == kept and len(json.dumps(kept)) < 60_000
    cases = extra._cases(known, now - 7 * DAY, now)
    errors = [extra._errors(case, portable.reach_curve(portable.loads(kept, known, case.ts), [case.left])) for case in cases]
    plain = [extra._seed(known, case) for case in cases]
    assert len(cases) > 50
    assert sum(error.crps for error in errors) < sum(error.crps for error in plain)
    assert 0.75 < sum(bool(error.covered) for error in errors) / len(errors) <= 1


@needs_libraries
def test_exported_trees_say_what_the_library_says(simulated):
    from sklearn.ensemble import GradientBoostingRegressor
    rng = Random(1)
    rows = [[rng.random() for _ in range(4)] for _ in range(300)]
    model = GradientBoostingRegressor(loss="quantile", alpha=0.75, n_estimators=30, random_state=1).fit(
        rows, [row[0] + row[1] * row[2] + rng.gauss(0, 0.1) for row in rows])
    forest = extra._forest(model, rows[0])
    for row, value in zip(rows, model.predict(rows)):
        assert forest["start"] + sum(portable.leaf(tree, row) for tree in forest["trees"]) == pytest.approx(value, abs=2e-3)


@needs_libraries
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_the_exported_network_says_what_the_library_says(simulated):
    known, now = simulated
    kept = extra.network(known, now, "tokens")
    scale, examples = extra._examples(known, now)
    assert scale == kept.numbers["scale"]
    rows = [[(x - mean) / spread for x, mean, spread in zip(example.row, kept.numbers["means"], kept.numbers["spreads"])]
            for example in examples]
    ts = known.times[-200]
    row = [*portable.features(known, ts, scale), HORIZONS[4] / 300.0]
    scaled = [(x - mean) / spread for x, mean, spread in zip(row, kept.numbers["means"], kept.numbers["spreads"])]
    expected = float(extra._trained(rows, examples).predict([scaled])[0]) + kept.numbers["misses"][4][2]
    assert portable.loads(kept, known, ts)[4][2] == pytest.approx(max(0.0, scale * math.expm1(expected)), rel=1e-3, abs=1.0)


@needs_libraries
@pytest.mark.parametrize("plan, limit", [("pro", 7000), ("max5", 35_000), ("max20", 140_000)])
def test_the_forest_names_the_plan_of_a_user_who_is_cut_off(plan, limit):
    rng = Random(3)
    sessions = [int(min(limit, limit * rng.lognormvariate(-0.5, 0.7))) for _ in range(60)]
    assert extra.tier(sessions, {"pro": 7000, "max5": 35_000, "max20": 140_000}) == plan


@needs_libraries
def test_kinds_of_days_in_words():
    """Four weeks: long workdays, a short Saturday morning."""
    monday, rng, hours = T - T % DAY, Random(5), {}
    for day in range(28):
        if day % 7 < 5:
            hours.update({monday + day * DAY + hour * HOUR: 4000.0 + rng.gauss(0, 300) for hour in range(8, 19)})
        elif day % 7 == 5:
            hours.update({monday + day * DAY + hour * HOUR: 500.0 + rng.gauss(0, 50) for hour in range(7, 9)})
    assert extra.days(hours, FixedZone("UTC", 0)) == (
        "20 days: 44k tokens, mostly 08-20 h; often Mon, Tue, Wed, Thu, Fri", "4 days: 1k tokens, mostly 04-12 h; often Sat")
    assert extra.days({T: 5.0}, FixedZone("UTC", 0)) == ()
