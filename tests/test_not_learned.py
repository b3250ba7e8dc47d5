"""A limit that the learner does not know: nobody tells its numbers, neither to people nor to programs."""

import json

import pytest
import scenes
from scenes import NOW as THEN
from scenes import RECORD, official
from test_why import ZONE, working

from ccmon.learning import share
from ccmon.learning.score import scores_of
from ccmon.learning.values import LearnedState
from ccmon.text import plain
from ccmon.typed_values import PLANS
from ccmon.views import document, learn_report, why, why_json
from ccmon.views.line import statusline
from ccmon.views.screen import dashboard


@pytest.mark.parametrize("name", ["cost", "tokens"])
@pytest.mark.parametrize("choice", ["max20", "ml_auto", "custom_max", "pro"])
def test_nobody_tells_a_limit_that_the_learner_does_not_know(name, choice):
    known = scenes.learned(name, False)
    known = known._replace(estimate=known.estimate._replace(**{
        part: value / known.tokens_per_load for part, value in (("median", 54_321), ("low", 4467), ("high", 317_673))}))
    made = scenes.scene(3012, scenes.plan(choice), learned=known, windows=official(), high_water=RECORD)
    told = working()._replace(snapshot=made.snapshot)
    said = [*map(plain, why.lines(told, 100)), json.dumps(why_json.document(told)), json.dumps(document.document(made.snapshot)),
            statusline.render(made.snapshot, ZONE), json.dumps(share.document(share.summary(known, None, [], {}, ZONE)))]
    findings = learn_report.LearnReport(THEN, ZONE, LearnedState(known), dict(PLANS), scores_of(()), scores_of(()), None)
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
    made = scenes.scene(21_012, learned=known)
    said = " ".join(plain(line).strip() for line in why.lines(working()._replace(snapshot=made.snapshot), 80))
    assert all(words in said for words in expected) and "3 limit events" not in said
