"""Learned state of which any one value was changed: learned anew, or shown; never an error."""

import json

import learning_home
import pytest
from extent import part
from simulator import Scenario

from ccmon.learning import score, state
from ccmon.learning.values import Choice, Comparison
from ccmon.pipeline import history, learned_state, present
from ccmon.settings import context
from ccmon.views import learn_report, why_numbers
from ccmon.views.evidence import Evidence
from ccmon.views.learn_report import LearnReport

pytestmark = pytest.mark.newest_only

DAY_S = 86_400
VALUES = (None, True, -1, 0, 2, 1e18, 99_999_999_999, "", "simple", [], [1, 2], {})
LOST = Choice("simple", 1_780_000_000, Comparison(9, 12.5, 0.004), Comparison(3, -2.0, 0.7))


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A home with everything learned, the last hours of its time, and what was kept there."""
    home = str(tmp_path_factory.mktemp("damaged"))
    now = learning_home.fill({"HOME": home}, Scenario(seed=5, days=6))
    with history.opened(context.prepare({}, {"HOME": home, "CCMON_NOW": str(now)}), 5000) as kept:
        made = learned_state.study(kept, now)
        made = made._replace(learned=made.learned._replace(session_choice=LOST, week_choice=LOST))
        yield kept, kept.uses(now - DAY_S, now)[-5].ts, state.dump(made)


def places(value, path=()):
    """Of every value within lists, but of long ones only the first two and the last one."""
    yield path
    if isinstance(value, list):
        for place in sorted({*range(len(value))} if len(value) < 15 else {0, 1, len(value) - 1}):
            yield from places(value[place], (*path, place))


def changed(value, path, new):
    if not path:
        return new
    return [changed(part, path[1:], new) if place == path[0] else part for place, part in enumerate(value)]


def damaged(text):
    """Each text with one change: also within the week, which is a text of its own, and in what is compared with."""
    yield from (text[:-60] + one for one in ("", "\n", "AAAA" * 15, "?" * 60))
    whole = json.loads(text.split("\n")[0])
    for path in places(whole):
        yield from (json.dumps(changed(whole, path, value)) for value in VALUES)
    weekly = json.loads(whole[4])
    for path in places(weekly):
        yield from (json.dumps([*whole[:4], json.dumps(changed(weekly, path, value))]) for value in VALUES)


def show(kept, at, found):
    """All that is said of it."""
    facts = learned_state.recall(kept, kept.facts(at), at)
    seen = Evidence(present.snapshot(kept.ctx, facts, at), kept.ctx.zone, *[None] * 11)
    nothing = score.scores_of([])
    report = LearnReport(at, kept.ctx.zone, found, kept.ctx.settings.plans, nothing, nothing)
    json.dumps([learn_report.document(report), [*why_numbers.learned(seen, 80), *why_numbers.runway(seen, 80)]], allow_nan=False)
    assert learn_report.lines(report, 80, True)


def test_any_one_change_is_learned_anew_or_can_be_shown(learned, monkeypatch):
    kept, at, text = learned
    shown = 0
    for one in part(list(damaged(text))):
        found = state.load(one)
        if found is not None:
            monkeypatch.setattr(kept, "learned", lambda one=one: one)
            show(kept, at, found)
            shown += 1
    assert shown and state.load(text).learned.session_choice == LOST


@pytest.mark.parametrize("place", [2, 3, 4])
def test_a_damaged_part_is_no_reason_to_wait_a_day(learned, place):
    whole = json.loads(learned[2].split("\n")[0])
    assert state.load(json.dumps(whole[:place] + [[1]] + whole[place + 1:])) is None


@pytest.mark.parametrize("rows", [0, 39, 40, 100_000])
def test_moments_that_are_not_there_are_not_compared_with(learned, rows):
    """Rows without a course, and a course of other rows."""
    whole = json.loads(learned[2].split("\n")[0])
    at = whole[2][0]
    assert (state.load(json.dumps([*whole[:2], [at, rows, [], [], [], []], *whole[3:]])) is None) is (rows >= 40)
    assert state.load(json.dumps([*whole[:2], [at, rows, *whole[2][2:]], *whole[3:]])) is None
