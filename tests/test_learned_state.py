"""What was learned is kept, recalled with every look, learned anew when that is due, and scored."""

import json

import learning_home
import pytest
from simulator import Scenario

from ccmon.learning import state, values
from ccmon.learning.values import Learned
from ccmon.model import Runway, Source
from ccmon.pipeline import history, learned_state, present
from ccmon.settings import context
from ccmon.store import trusted

pytestmark = pytest.mark.newest_only

HOUR, DAY_S = 3600, 86_400


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """The home of somebody who has worked for twelve days, and the end of that time."""
    home = str(tmp_path_factory.mktemp("worked"))
    return home, learning_home.fill({"HOME": home}, Scenario(seed=5, days=12, elsewhere=0.3))


def kept_in(home, now, **settings):
    ctx = context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(now), **settings})
    return history.opened(ctx, 5000)


@pytest.fixture
def kept(worked):
    with kept_in(*worked) as memory_:
        yield memory_


def test_what_is_learned_is_kept_and_recalled(worked, kept):
    now = worked[1]
    made = learned_state.study(kept, now)
    assert made.learned.estimate.learned and made.learned.unit_weights.name == "cost" and made.learned.readings > 100
    facts = learned_state.recall(kept, kept.facts(now), now)
    assert facts.learned.state == made.learned
    assert facts.learned.outlook.points.model.rows == made.points.rows > 80 and facts.learned.outlook.tokens is not None
    assert facts.learned.outlook.week.days == made.week.days


def test_the_limit_is_that_of_the_account(worked, kept):
    sim = learning_home.simulate(Scenario(seed=5, days=12, elsewhere=0.3))
    made = learned_state.study(kept, worked[1]).learned
    assert made.estimate.median == pytest.approx(sim.limits[-1][1], rel=0.05)
    assert made.estimate.low < made.estimate.median < made.estimate.high
    assert made.tokens_per_load * made.estimate.median > made.at_least * 0.5 and made.sessions > 5


def test_before_anything_is_learned_only_the_event_is_known(tmp_path, worked):
    with kept_in(tmp_path, worked[1]) as empty:
        assert learned_state.study(empty, worked[1]) is None
        facts = learned_state.recall(empty, empty.facts(worked[1]), worked[1])
        assert (facts.learned.state, facts.learned.outlook, facts.learned.hit_at, facts.learned.load) == (None, None, None, None)
        empty.add_hit(worked[1] - 60)
        assert learned_state.recall(empty, empty.facts(worked[1]), worked[1]).learned.hit_at == worked[1] - 60
        assert learned_state.recall(empty, empty.facts(worked[1]), worked[1] + 5 * HOUR).learned.hit_at is None


def test_the_load_is_that_of_the_running_window(worked, kept):
    learned_state.study(kept, worked[1])
    uses = kept.uses(worked[1] - 30 * DAY_S, worked[1])
    at = uses[-1].ts + 30
    facts = learned_state.recall(kept, kept.facts(at), at)
    block = max((block for block in facts.stored.blocks if block.start <= at), key=lambda block: block.start)
    assert facts.learned.load is not None and sum(
        count for (_, kind), count in facts.learned.load.items() if kind in ("input", "output")) <= 1.01 * block.tokens
    assert facts.learned.load[("", "cost")] > 0


@pytest.mark.parametrize("damage", ["", "{}", "[]", "[1]", "[1, [1, 2], null, null, null]", "null", "[99, 0, 0, 0, 0]", "\x00"])
def test_a_damaged_state_is_nothing_learned(damage):
    assert state.load(damage) is None


def test_the_state_survives_its_way_through_the_store():
    made = values.LearnedState(Learned(5, at_least=9.0))
    assert state.load(state.dump(made)) == made
    json.loads(state.dump(made))


# --- when it is due -------------------------------------------------------------------------------------------------------

def learned_at(kept):
    made = state.load(kept.learned())
    return made and made.learned.at


def test_it_is_learned_anew_each_day_and_after_news(worked, kept):
    now = worked[1]
    learned_state.study(kept, now - 2 * DAY_S)
    for at, expected in ((now, now), (now + 60, now), (now + DAY_S - 1, now), (now + DAY_S, now + DAY_S)):
        learned_state.study_when_due(kept, at)
        assert learned_at(kept) == expected, at
    learned_state.study(kept, now - 10 * HOUR)           # Claude has said something since then
    learned_state.study_when_due(kept, now - 10 * HOUR + 1800)
    assert learned_at(kept) == now - 10 * HOUR
    learned_state.study_when_due(kept, now)
    assert learned_at(kept) == now


def test_a_limit_event_is_learned_from_at_once(worked, kept):
    now = worked[1] + 3 * DAY_S
    kept.store.change(lambda db: trusted.update(db, now, [now]))
    learned_state.study(kept, now - 100)
    kept.add_hit(now - 50)
    learned_state.study_when_due(kept, now)
    assert learned_at(kept) == now
    kept.undo_hit()


def test_a_clock_that_was_set_back_is_no_reason_to_wait(worked, kept):
    learned_state.study(kept, worked[1] + 90 * DAY_S)
    learned_state.study_when_due(kept, worked[1])
    assert learned_at(kept) == worked[1]


# --- the score ---------------------------------------------------------------------------------------------------------------

def moment(kept, now):
    """The snapshot of that time, as a refresh would see it."""
    facts = learned_state.recall(kept, kept.facts(now, Source(refreshed=now)), now)
    return present.snapshot(kept.ctx, facts, now)


def running(kept, now):
    """A moment at which a session runs: the fifth minute before the last use."""
    return kept.uses(now - 30 * DAY_S, now)[-5].ts


def test_what_is_said_is_kept_with_what_came_of_it(tmp_path):
    now = learning_home.fill({"HOME": str(tmp_path)}, Scenario(seed=5, days=12))
    with kept_in(tmp_path, now) as kept:
        learned_state.study(kept, now)
        at = running(kept, now)
        with kept_in(tmp_path, at) as then:
            for later in (0, 100, 299, 300):
                seen = moment(then, at + later)
                learned_state.store_forecasts(then, seen)
        made = [one for one in kept.forecasts() if one.window_s == 5 * HOUR]
        assert len(made) in (1, 2) and made[0].ts == at and made[0].outcome_at is None
        if seen.runway.rule == "runway":
            assert 0 <= made[0].probability <= 1 and made[0].low <= made[0].median <= made[0].high <= made[0].resets_at
        learned_state.store_forecasts(kept, moment(kept, now + 6 * HOUR))
        over = [one for one in kept.forecasts() if one.window_s == 5 * HOUR]
        assert all(one.outcome_at is not None for one in over)
        assert learned_state.study(kept, now + 6 * HOUR).learned.scored == 1


def test_the_rule_that_lost_is_not_shown_but_kept_and_scored(tmp_path):
    """Ten sessions of which the runway said nothing and the last-hour rate everything."""
    now = learning_home.fill({"HOME": str(tmp_path)}, Scenario(seed=5, days=12))
    with kept_in(tmp_path, now) as kept:
        for back in range(10, 0, -1):
            end = now - back * 5 * HOUR - 3 * HOUR
            wrong = Runway(end, end - HOUR, end, 0.5, "runway", 99, (), end)
            kept.store_forecast(end - 2 * HOUR, end, 40.0, wrong, end)
        kept._write(lambda db, owner: db.execute("UPDATE forecast SET outcome_at = resets_at, reached = 0"), None)
        assert learned_state.study(kept, now).learned.session_choice.rule == "simple"
        at = running(kept, now)
        with kept_in(tmp_path, at) as then:
            seen = moment(then, at)
            learned_state.store_forecasts(then, seen)
        made = [one for one in kept.forecasts() if one.ts == at and one.window_s == 5 * HOUR]
        assert seen.runway.rule == "last_hour" and [one.rule for one in made] == ["runway"]
        assert made[0].probability == seen.runway.learned.probability


def test_intervals_that_did_not_hold_make_the_next_one_wider(tmp_path):
    now = learning_home.fill({"HOME": str(tmp_path)}, Scenario(seed=5, days=12))
    with kept_in(tmp_path, now) as kept:
        before = learned_state.study(kept, now)
        at = running(kept, now)
        with kept_in(tmp_path, at) as then:
            narrow = moment(then, at).runway
        for back in range(90, 0, -1):
            end = now - back * 5 * HOUR - 3 * HOUR
            kept.store_forecast(end - 2 * HOUR, end, 40.0, Runway(end, end - HOUR, end, 0.4, "runway", 99, (), end), end)
        kept._write(lambda db, owner: db.execute("UPDATE forecast SET outcome_at = ts + 60, reached = 1"), None)
        assert before.learned.tail == 0.1 and learned_state.study(kept, now).learned.tail == 0.02
        with kept_in(tmp_path, at) as then:
            wide = moment(then, at).runway
        wide = wide.learned or wide
        assert wide.low < narrow.low and wide.median == narrow.median


def test_the_weekly_forecast_is_kept_beside_it(tmp_path):
    now = learning_home.fill({"HOME": str(tmp_path)}, Scenario(seed=6, days=20))
    with kept_in(tmp_path, now) as kept:
        learned_state.study(kept, now)
        at = running(kept, now)
        learned_state.store_forecasts(kept, moment(kept, at))
        weekly = [one for one in kept.forecasts() if one.window_s == 7 * DAY_S]
        assert len(weekly) <= 1 and all(at < one.median <= one.resets_at for one in weekly)
