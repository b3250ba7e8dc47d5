"""Plans, the largest session so far, custom_max and the switch from pro."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_facts import made_facts

from ccmon.errors import CcmonError
from ccmon.model import Block, HighWater, Limit
from ccmon.system import clock
from ccmon.typed_values import PLAN_NAMES
from ccmon.usage import compute, utilization

HOUR = 3600
NOW = 1_700_000_000


def block(tokens, start_h=-10, hours=5, counted=True):
    """A session that starts so many hours from now."""
    start = NOW + start_h * HOUR
    return Block(start, start + hours * HOUR, None, tokens, None, None, None, None, None, counted=counted)


def water(tokens, at_h=-10, sessions=1):
    return HighWater(tokens, NOW + at_h * HOUR, sessions)


# --- the largest session ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("blocks, expected", [
    ([], None),
    ([block(500)], water(500)),
    ([block(500, -5)], water(500, -5)),                                     # ends at this very moment
    ([block(500, -4)], None),                                               # still runs
    ([block(500), block(9000, -2), block(9000, 30)], water(500)),           # running and future ones do not count
    ([block(500, 1, hours=-9)], None),                                      # ends before it starts, in the future
    ([block(500, -30), block(800, -20), block(700, -10)], water(800, -20, 3)),
    ([block(800, -20), block(800, -30), block(800, -10)], water(800, -30, 3)),     # a tie: the earliest
    ([block(0), block(0, -20)], None),
    ([block(1)], water(1)),
    ([block(0), block(3, -20)], water(3, -20)),                               # unused ones are no record's rivals
    ([block(90_000, -20, counted=False), block(800)], water(800, -10)),            # may be cache tokens
    ([block(90_000, -20, counted=False), block(80_000, counted=False)], water(90_000, -20, 2)),
    ([block(0), block(90_000, -20, counted=False)], water(90_000, -20)),           # a session without tokens says nothing
])
def test_high_water(blocks, expected):
    assert utilization.high_water(blocks, NOW) == expected


@pytest.mark.parametrize("a, b, expected", [
    (None, None, None), (water(5), None, water(5)), (None, water(5), water(5)),
    (water(5, -9, 7), water(6, -8, 2), water(6, -8, 7)),
    (water(6, -9, 2), water(6, -8, 3), water(6, -9, 3)),
    (water(6, -8, 3), water(6, -9, 2), water(6, -9, 3)),
])
def test_join(a, b, expected):
    assert utilization.larger_high_water(a, b) == expected


# --- the limit in force -----------------------------------------------------------------------------------------------

BIG, SMALL = water(30_000), water(900)


@pytest.mark.parametrize("plan, explicit, tokens, known, expected", [
    ("pro", None, 0, None, Limit(7000, "pro", "plan", "pro")),
    ("pro", None, 7000, None, Limit(7000, "pro", "plan", "pro")),
    ("pro", None, 7000, BIG, Limit(7000, "pro", "plan", "pro", BIG)),
    ("pro", None, 7001, BIG, Limit(30_000, "custom_max", "high_water", "pro", BIG, switched=True)),
    ("pro", None, 30_000, BIG, Limit(30_000, "custom_max", "high_water", "pro", BIG, switched=True)),
    ("pro", None, 30_001, BIG, Limit(30_000, "custom_max", "high_water", "pro", BIG, switched=True, unknown=True)),
    ("pro", None, 8000, None, Limit(7000, "custom_max", "plan", "pro", None, switched=True, unknown=True)),
    ("pro", None, 8000, SMALL, Limit(7000, "custom_max", "plan", "pro", SMALL, switched=True, unknown=True)),
    ("max5", None, 36_000, BIG, Limit(35_000, "max5", "plan", "max5", BIG)),
    ("max20", None, 7001, None, Limit(140_000, "max20", "plan", "max20")),
    ("custom_max", None, 100, BIG, Limit(30_000, "custom_max", "high_water", "custom_max", BIG)),
    ("custom_max", None, 900, SMALL, Limit(900, "custom_max", "high_water", "custom_max", SMALL)),
    ("custom_max", None, 901, SMALL, Limit(900, "custom_max", "high_water", "custom_max", SMALL, unknown=True)),
    ("custom_max", None, 7000, None, Limit(7000, "custom_max", "plan", "custom_max")),
    ("custom_max", None, 7001, None, Limit(7000, "custom_max", "plan", "custom_max", unknown=True)),
    ("custom_max", None, 7001, water(0), Limit(7000, "custom_max", "plan", "custom_max", unknown=True)),
    ("ml_auto", None, 100, SMALL, Limit(900, "ml_auto", "high_water", "ml_auto", SMALL)),
    ("ml_auto", None, 100, None, Limit(7000, "ml_auto", "plan", "ml_auto")),
    ("pro", (5000, "flag"), 9000, BIG, Limit(5000, "pro", "flag", "pro", BIG)),
    ("max5", (50_000, "config"), 9000, None, Limit(50_000, "max5", "config", "max5")),
    ("custom_max", (5000, "flag"), 9000, BIG, Limit(5000, "custom_max", "flag", "custom_max", BIG)),
    ("max5", (1, "flag"), 10, water(1), Limit(1, "max5", "flag", "max5", water(1))),
    ("custom_max", None, 1, water(1), Limit(1, "custom_max", "high_water", "custom_max", water(1))),
    ("pro", (0, "flag"), 10, None, Limit(7000, "pro", "plan", "pro")),
])
def test_resolve(plan, explicit, tokens, known, expected):
    assert utilization.resolve(plan, explicit, tokens, known) == expected


@pytest.mark.parametrize("plan, tokens, known, expected", [
    ("max5", 35_000, BIG, Limit(35_000, "max5", "plan", "max5", BIG, by_account=True)),
    ("max5", 35_001, BIG, Limit(35_000, "custom_max", "plan", "max5", BIG, switched=True, unknown=True, by_account=True)),
    ("max5", 36_000, water(40_000), Limit(40_000, "custom_max", "high_water", "max5", water(40_000), switched=True,
                                          by_account=True)),
    ("max20", 140_000, None, Limit(140_000, "max20", "plan", "max20", by_account=True)),
    ("pro", 8000, BIG, Limit(30_000, "custom_max", "high_water", "pro", BIG, switched=True, by_account=True)),
])
def test_the_plan_of_the_account_holds_until_it_is_exceeded(plan, tokens, known, expected):
    assert utilization.resolve(plan, None, tokens, known, by_account=True) == expected
    assert utilization.resolve(plan, (9, "flag"), tokens, known, by_account=True) == Limit(9, plan, "flag", plan, known)


@pytest.mark.parametrize("plan, words", [("pro", "Pro"), ("max5", "Max5"), ("max20", "Max20")])
def test_the_switch_is_told_in_the_same_words_for_each_plan(plan, words):
    facts = made_facts((block(900_000, -1)._replace(source="ccusage"),), (NOW - HOUR,), high_water=water(150_000))
    options = compute.Options(plan=plan, by_account=True)
    told = compute.assess(facts, options, clock.zone("UTC"), NOW).warnings
    text = f"Tokens exceeded {words} limit - switched to custom_max (150,000)"
    assert [one.text for one in told if one.code.startswith("switched")] == [text]


def test_the_table_can_be_replaced():
    own = {"pro": 10_000, "max5": 0, "team": 99, "one": 1}
    assert utilization.resolve("pro", None, 9000, None, own).tokens == 10_000
    assert utilization.resolve("custom_max", None, 0, None, own).tokens == 10_000
    assert utilization.resolve("max5", None, 0, None, own).tokens == 35_000
    assert utilization.resolve("max5", None, 0, None, {}).tokens == 35_000
    assert utilization.resolve("one", None, 0, None, own).tokens == 1
    assert utilization.resolve("team", None, 0, None, own) == Limit(99, "team", "plan", "team")


def test_an_unknown_plan():
    with pytest.raises(CcmonError, match="^Unknown plan 'max'. Use pro, max5, max20, custom_max or ml_auto$"):
        utilization.resolve("max", None, 0, None)


@given(st.sampled_from(PLAN_NAMES), st.none() | st.tuples(st.integers(0, 10**6), st.just("flag")),
       st.integers(0, 10**6), st.none() | st.builds(water, st.integers(0, 10**6)))
def test_a_limit_is_above_zero_and_unknown_only_when_it_is_exceeded(plan, explicit, tokens, known):
    limit = utilization.resolve(plan, explicit, tokens, known)
    assert limit.tokens > 0 and limit.asked == plan
    assert not limit.unknown or tokens > limit.tokens
    assert limit.switched == (plan == "pro" and limit.source != "flag" and tokens > 7000)
