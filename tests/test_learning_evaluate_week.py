"""The forecast of the week on a series: what is decided when, what counts as its outcome, and never a look ahead."""

import pytest

from ccmon.learning import score, usage_curve, week
from ccmon.learning.evaluate import WeekWalk, keep
from ccmon.learning.values import Reading

pytestmark = pytest.mark.newest_only

HOUR, DAY = 3600, 86_400
T0 = 1_763_942_400
RESET = T0 + 7 * DAY


def walked(rows, limits=(50.0,)):
    walk = WeekWalk(limits)
    for at, percent, resets_at in rows:
        walk.take(T0 + at, percent, resets_at)
    return walk


def test_decisions_are_an_hour_apart_and_below_the_limit():
    rows = [(DAY, 20.0, RESET), (DAY + 1800, 21.0, RESET), (DAY + HOUR, 22.0, RESET + 60), (DAY + 3 * HOUR, 50.0, RESET)]
    walk = walked(rows)
    assert [(one.ts - T0, one.resets_at) for one in walk.decisions] == [(DAY, RESET), (DAY + HOUR, RESET)]


def test_the_straight_line_and_the_outcome_by_hand():
    """20 % in a day: 50 % after another 1.5 days by the straight line, in fact after two; the second week is not over."""
    rows = [(DAY, 20.0, RESET), (3 * DAY, 50.0, RESET), (8 * DAY, 10.0, RESET + 7 * DAY)]
    (_, straight), = walked(rows).errors()
    assert straight == score.Errors(12 * 60, 12 * 60, 0.0)
    (_, lasted), = walked([(DAY, 20.0, RESET), (8 * DAY, 0.0, RESET + 7 * DAY)]).errors()
    assert lasted == score.Errors(4.5 * 1440, 4.5 * 1440, 1.0)


def test_a_reset_that_is_a_minute_off_either_way_is_one_week():
    rows = [(DAY + hour * HOUR, 10.0 + hour, RESET + 60 * (-1, 0, 1)[hour % 3]) for hour in range(30)]
    walk = walked(rows)
    assert list(walk.windows) == [RESET - 60] and walk.week.usage.loads[-1] == 10 + 23


def test_readings_that_repeat_the_last_one_are_not_kept_and_say_the_same():
    """A row each 30 seconds for a year is a million: each day looks at all that is kept."""
    every = [Reading(T0 + 30 * number, min(100.0, float(number // 150)), RESET + number // 20160 * 7 * DAY)
             for number in range(25000)]
    few = []
    for number, one in enumerate(every):
        keep(few, one)
        if number in (5000, 17017, 24999):
            assert week.train(few, one.ts) == week.train(every, one.ts)
    assert len(few) < 900 and usage_curve.blocked(few) == usage_curve.blocked(every) != []
