"""The week of a single model: by its pace so far at first, later by what its own past readings say."""

import pytest
from made_facts import changed_facts

from ccmon.pipeline import history, learned_state
from ccmon.settings import context
from ccmon.store import learning, window_readings
from ccmon.store.window_readings import WindowReading
from ccmon.usage import outlook
from ccmon.usage.outlook import Outlook
from ccmon.usage.windows import window

pytestmark = pytest.mark.newest_only

NOW = 1_764_000_000
HOUR, DAY = 3600, 86_400
OPUS = "seven_day_opus"


def rows(days, login=""):
    """Weeks of which 15 points are used in each of the first four days, in the hours of work, and nothing after that."""
    found = []
    begin = NOW - days * DAY
    for at in range(begin, NOW, 2 * HOUR):
        week = (at - begin) // (7 * DAY)
        day, hour = divmod((at - begin) % (7 * DAY) // HOUR, 24)
        percent = 15 * min(4, day) + (15 * min(8, hour) // 8 if day < 4 else 0)
        found.append(WindowReading(login, OPUS, at, float(percent), begin + (week + 1) * 7 * DAY, "account_file"))
    return found


@pytest.fixture
def kept(tmp_path):
    ctx = context.prepare({}, {"HOME": str(tmp_path), "CCMON_NOW": str(NOW)})
    with history.opened(ctx, 5000) as found:
        yield found


def keep(kept, found):
    kept.store.change_owner(kept.ctx.owner, lambda db, owner: window_readings.add(db, owner, found))
    learned_state.store_weekly_models(kept, NOW)


@pytest.mark.parametrize("days, rule", [(0, "average"), (2, "pace"), (9, "week"), (44, "week")])
def test_the_pace_at_first_then_what_was_learned(kept, days, rule):
    keep(kept, rows(days))
    facts = changed_facts(kept.facts(NOW), outlook=Outlook(weeks=learned_state.weekly_models(kept)))
    found = outlook.window_runway(facts, window(OPUS, 30.0, NOW + 5 * DAY, NOW), NOW)
    assert found.rule == rule
    # After two days 30 % are used: at that pace it runs out, but nothing is ever used on the last three days.
    assert (found.probability >= 0.4) is (rule in ("average", "pace"))


def test_it_is_of_the_login_that_was_read_last_and_forgotten_with_the_rest(kept):
    keep(kept, rows(44, "a") + [row._replace(login="b", ts=row.ts + 1, percent=0.0) for row in rows(44)])
    ((name, week),) = learned_state.weekly_models(kept)
    assert name == OPUS and max(week.usage.loads) == 0
    kept.forget_learning(NOW)
    assert learned_state.weekly_models(kept) == ()


def test_damaged_notes_are_nothing(kept):
    for text in ("", "[]", "{", '{"seven_day_opus": 7}', '{"seven_day_opus": "[1]"}'):
        kept.write_note(learning.WEEKS, text)
        assert learned_state.weekly_models(kept) == ()


def test_its_forecasts_are_judged_by_going_through_its_readings_again(kept):
    keep(kept, rows(44))
    ((name, told),) = learned_state.weekly_scores(kept, NOW)
    assert name == OPUS and told.windows == 6 and told.open > 0 and told.ours.n == told.seed.n > 40
    # Nothing is ever used on the last three days, which the straight line never learns.
    assert told.ours.crps_min < 0.5 * told.seed.crps_min and told.ours.brier < told.seed.brier
