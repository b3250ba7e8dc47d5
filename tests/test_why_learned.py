"""What why says of the runway and of a learned limit; of one that the learner does not know nobody tells the numbers."""

import json

import pytest
import scenes
from scenes import NOW, RECORD, line_words, official, outlook, plan, scene
from test_why import ZONE, working

from ccmon.learning import share
from ccmon.learning.score import scores_of
from ccmon.learning.values import LearnedState, UsageCurve, WeekModel
from ccmon.model import Runway
from ccmon.text import plain
from ccmon.typed_values import PLANS
from ccmon.views import document, evidence, learn_report, why, why_numbers
from ccmon.views.evidence import Evidence
from ccmon.views.screen import dashboard

pytestmark = pytest.mark.newest_only


def told(made, topic, **changes):
    return list(topic(Evidence(made.snapshot._replace(**changes), made.zone, *[None] * 11), 80))


@pytest.mark.parametrize("low_min, median_min, span", [(60, 90, " (median 17:12, 16:42-17:42)"), (60, 120, " (16:42-17:42)"),
                                                       (120, 120, "")])
def test_no_time_is_named_that_is_the_reset(low_min, median_min, span):
    made = scene(9)
    low, median, end = (made.snapshot.now + 60 * minutes for minutes in (low_min, median_min, 120))
    words = told(made, why_numbers.runway, runway=Runway(median, low, end, 0.3, "runway", 90, (), end))
    assert words[0] == f"session: 30 % likely to run out before the reset{span}, from 90 past moments"


def test_of_a_week_that_is_used_up_no_more_is_said():
    made = scene(9, windows=official(61, 100), outlook=outlook(61, 9)._replace(week=WeekModel(NOW, 9, None, UsageCurve((), ()))))
    assert told(made, why_numbers.runway)[-1] == "7 days: used up"


@pytest.mark.parametrize("readings, noise, words", [
    (41, 0.02, "41 readings of 12 windows are not enough"), (1, 0.07, "1 reading of 12 windows is not enough"),
    (41, 0.071, "the readings do not fit one limit (noise 7.1 %)")])
def test_why_no_limit_is_learned(readings, noise, words):
    unsure = scenes.learned(is_learned=False)
    unsure = unsure._replace(estimate=unsure.estimate._replace(readings=readings, noise=noise))
    assert told(scene(21_012, learned=unsure), why_numbers.learned)[0] == f"not learned so far: {words}"


@pytest.mark.parametrize("name", ["cost", "tokens"])
@pytest.mark.parametrize("choice", ["max20", "ml_auto", "custom_max", "pro"])
def test_nobody_tells_a_limit_that_the_learner_does_not_know(name, choice):
    known = scenes.learned(name, False)
    known = known._replace(estimate=known.estimate._replace(**{
        part: value / known.tokens_per_load for part, value in (("median", 54_321), ("low", 4467), ("high", 317_673))}))
    made = scene(3012, plan(choice), learned=known, windows=official(), high_water=RECORD)
    seen = working()._replace(snapshot=made.snapshot)
    said = [*map(plain, why.lines(seen, 100)), *map(json.dumps, (evidence.why_document(seen), document.document(made.snapshot))),
            line_words(made.snapshot, ZONE), json.dumps(share.document(share.summary(known, None, [], {}, ZONE)))]
    findings = learn_report.LearnReport(NOW, ZONE, LearnedState(known), dict(PLANS), scores_of(()), scores_of(()), None)
    said += [*map(plain, learn_report.lines(findings, 80, True)), json.dumps(learn_report.document(findings))]
    said += [plain(row) for cells in (80, 132) for row in dashboard.render(made, cells, 40)]
    own = known.estimate
    numbers = {f"{round(number):,}" for number in (54_321, 4467, 317_673)} | {"54321", "4467", "317673", "54k", "317k", "318k"}
    numbers |= {f"{number:.2f}" for number in own[:3]} | {str(round(number, 4)) for number in own[:3]}
    assert not [(words, number) for words in said for number in numbers if number in words]


@pytest.mark.parametrize("is_learned, expected", [
    (True, ("about 35,000 tokens (33,600-36,750), by cost, error 0.6 points", "cut off 12 times; noise 1.2 %")),
    (False, ("not learned so far: between $7.43 and $8.12 (90 % interval)", "cut off 12 times; noise 7.0 %"))])
def test_a_limit_from_events_alone_says_how_often_one_was_cut_off(is_learned, expected):
    known = scenes.learned(is_learned=is_learned)._replace(readings=3)
    made = scene(21_012, learned=known)
    said = " ".join(plain(line).strip() for line in why.lines(working()._replace(snapshot=made.snapshot), 80))
    assert all(words in said for words in expected) and "3 limit events" not in said
