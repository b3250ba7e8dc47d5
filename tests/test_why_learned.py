"""What why says of the learned limit and of the runway, as it is read by somebody who sees it for the first time."""

from types import SimpleNamespace

import pytest
import scenes
from scenes import NOW, official, outlook, scene

from ccmon.learning.values import UsageCurve, WeekModel
from ccmon.model import Runway
from ccmon.views import why_learned

pytestmark = pytest.mark.newest_only


def told(made, topic, **changes):
    return list(topic(SimpleNamespace(snapshot=made.snapshot._replace(**changes), zone=made.zone), 80))


@pytest.mark.parametrize("low_min, median_min, span", [(60, 90, " (median 17:12, 16:42-17:42)"), (60, 120, " (16:42-17:42)"),
                                                       (120, 120, "")])
def test_no_time_is_named_that_is_the_reset(low_min, median_min, span):
    made = scene(9)
    low, median, end = (made.snapshot.now + 60 * minutes for minutes in (low_min, median_min, 120))
    words = told(made, why_learned.runway, runway=Runway(median, low, end, 0.3, "runway", 90, (), end))
    assert words[0] == f"session: 30 % likely to run out before the reset{span}, from 90 past moments"


def test_of_a_week_that_is_used_up_no_more_is_said():
    made = scene(9, windows=official(61, 100), outlook=outlook(61, 9)._replace(week=WeekModel(NOW, 9, None, UsageCurve((), ()))))
    assert told(made, why_learned.runway)[-1] == "7 days: used up"


@pytest.mark.parametrize("readings, noise, words", [
    (41, 0.02, "41 readings of 12 windows are not enough"), (1, 0.07, "1 reading of 12 windows is not enough"),
    (41, 0.071, "the readings do not fit one limit (noise 7.1 %)")])
def test_why_no_limit_is_learned(readings, noise, words):
    unsure = scenes.learned(is_learned=False)
    unsure = unsure._replace(estimate=unsure.estimate._replace(readings=readings, noise=noise))
    assert told(scene(21_012, learned=unsure), why_learned.learned)[0] == f"not learned so far: {words}"
