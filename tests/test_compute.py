"""From facts to the snapshot: the active session, the numbers, and every notice with its text and place."""

import pytest
from account_windows import five_hour, seven_day, windows
from hypothesis import given
from hypothesis import strategies as st
from made_facts import changed_facts, made_facts

from ccmon.model import Block, Facts, HighWater, Sample, Source
from ccmon.system import clock
from ccmon.typed_values import PLAN_NAMES, ResetRule
from ccmon.usage.compute import Options, active, assess

WAY_OUT = ". Your plan: ccmon config set plan max20 (or max5)"
HOUR = 3600
NOW = 1_714_578_120                     # Wed 2024-05-01 15:42:00 UTC
START = NOW - 2 * HOUR - 42 * 60        # 13:00
WARSAW = clock.zone("Europe/Warsaw")
UTC = clock.zone("UTC")


def block(tokens, start=START, last=None, hours=5):
    return Block(start, start + hours * HOUR, last, tokens, tokens, 0, 0, 0, 1.0)


def facts(*blocks, **more):
    """The blocks, all of them listed, read two seconds ago."""
    known = {"listed": tuple(b.start for b in blocks), "source": source(), **more}
    return made_facts(blocks, **known)


def source(**more):
    return Source(**{"refreshed": NOW - 2, **more})


def told(snapshot):
    return [notice.text for notice in snapshot.warnings if not notice.advice]


def codes(snapshot):
    return [notice.code for notice in snapshot.warnings if not notice.advice]


# --- the active session -----------------------------------------------------------------------------------------------

OLDER, FUTURE, PAST = block(5, START - HOUR), block(7, NOW + 400 * 86400), block(9, START - 9 * HOUR, START - 8 * HOUR)


@pytest.mark.parametrize("blocks, expected", [
    ([], []), ([PAST], []), ([FUTURE], []), ([block(1)], [block(1)]), ([block(1, NOW)], [block(1, NOW)]),
    ([block(1, NOW - 5 * HOUR)], []), ([block(1, NOW - 5 * HOUR + 1)], [block(1, NOW - 5 * HOUR + 1)]),
    ([PAST, OLDER, block(1), FUTURE], [block(1), OLDER]), ([block(1), OLDER], [block(1), OLDER]),
])
def test_active(blocks, expected):
    assert active(blocks, [b.start for b in blocks], NOW) == expected


def test_only_what_the_source_lists_is_active():
    assert active([OLDER, block(1)], [OLDER.start], NOW) == [OLDER]
    assert active([OLDER, block(1)], [], NOW) == []


# --- the numbers ------------------------------------------------------------------------------------------------------

def test_a_session_on_max5():
    shot = assess(facts(PAST, block(15_412)), Options("max5"), WARSAW, NOW)
    assert (shot.now, shot.active, shot.session, shot.others, shot.age_s) == (NOW, True, block(15_412), 0, 2)
    assert (shot.limit.tokens, shot.left) == (35_000, 19_588)
    assert shot.percent == pytest.approx(44.03, abs=0.01)
    assert shot.burn_per_min == pytest.approx(15_412 / 162) and shot.burn_source == "even"
    assert shot.sustainable_per_min == pytest.approx(19_588 / 138)
    assert shot.predicted_end == NOW + int(19_588 / (15_412 / 162) * 60)
    assert (shot.reset.at, shot.reset.rule, shot.reset.timezone) == (START + 5 * HOUR, "session", "Europe/Warsaw")
    assert shot.reset.reference_at == START + 3 * HOUR          # 18:00 in Warsaw is 16:00 UTC
    assert shot.warnings == ()


def test_idle_shows_the_last_session_and_the_next_reference_time():
    shot = assess(facts(block(3, START - 30 * HOUR), PAST), Options(), WARSAW, NOW)
    assert (shot.active, shot.session, shot.others) == (False, PAST, 0)
    assert (shot.percent, shot.left, shot.sustainable_per_min, shot.predicted_end) == (None, None, None, None)
    assert (shot.reset.at, shot.reset.rule) == (START + 3 * HOUR, "schedule")
    assert shot.limit.tokens == 7000 and shot.limit.high_water == HighWater(9, PAST.start, 2) and shot.warnings == ()


def test_nothing_at_all():
    shot = assess(Facts(), Options(), UTC, NOW)
    assert (shot.session, shot.active, shot.age_s, shot.burn_per_min, shot.warnings) == (None, False, None, 0.0, ())


def test_an_idle_session_neither_switches_the_plan_nor_warns():
    shot = assess(facts(block(9000, START - 9 * HOUR)), Options(), UTC, NOW)
    assert (shot.limit.plan, shot.limit.tokens, shot.warnings) == ("pro", 7000, ())


def test_a_future_session_is_never_shown():
    assert assess(facts(PAST, FUTURE), Options(), UTC, NOW).session == PAST
    assert assess(facts(FUTURE), Options(), UTC, NOW).session is None


@pytest.mark.parametrize("stored, expected", [
    (None, HighWater(9, PAST.start, 1)), (HighWater(4000, 77, 40), HighWater(4000, 77, 40)),
    (HighWater(4, 77, 40), HighWater(9, PAST.start, 40)),
])
def test_the_high_water_of_the_blocks_and_of_the_store(stored, expected):
    shot = assess(facts(PAST, high_water=stored), Options("custom_max"), UTC, NOW)
    assert shot.limit.high_water == expected and shot.limit.tokens == expected.tokens


def test_options_reach_their_rooms():
    shot = assess(facts(block(10)), Options("pro", (50, "flag"), ResetRule("hour", (20,)), {"pro": 9}), UTC, NOW)
    assert (shot.limit.tokens, shot.limit.source, shot.reset.rule, shot.reset.at) == (50, "flag", "hour", START + 7 * HOUR)
    assert assess(facts(block(10)), Options(plans={"pro": 11}), UTC, NOW).limit.tokens == 11


def test_sessions_that_the_source_dropped_burn_nothing():
    ghost = block(60_000, START + HOUR)
    shot = assess(facts(block(162), ghost, listed=(START,)), Options(), UTC, NOW)
    assert shot.burn_per_min == pytest.approx(1.0) and shot.session == block(162)


FIVE, SEVEN = five_hour(37.0, NOW + HOUR, NOW - 9), seven_day(12.0, NOW + 90 * HOUR, NOW - 9)


@pytest.mark.parametrize("later_s, official, rule, reset_s", [
    (0, (FIVE, SEVEN), "official", HOUR), (HOUR - 1, (FIVE, SEVEN), "official", HOUR),
    (HOUR, (None, SEVEN), "session", 138 * 60), (90 * HOUR - 1, (None, SEVEN), "schedule", 94 * HOUR + 18 * 60),
    (90 * HOUR, (None, None), "schedule", 94 * HOUR + 18 * 60),
])
def test_official_windows_count_until_they_are_reset(later_s, official, rule, reset_s):
    known = facts(block(10), windows=(FIVE, SEVEN))
    shot = assess(known, Options(), UTC, NOW + later_s)
    assert sorted(one._replace(forecast=None) for one in shot.windows) == list(windows(*official))
    assert (shot.reset.rule, shot.reset.at) == (rule, NOW + reset_s)


@pytest.mark.parametrize("reset_s, texts", [(HOUR, []), (2 * HOUR, ["Runs out at 16:48, 54m before the reset"])])
def test_the_forecast_looks_at_the_official_reset(reset_s, texts):
    stale = FIVE._replace(resets_at=NOW + reset_s, read_at=NOW - 601)
    known = facts(block(16_200), windows=(stale,))
    shot = assess(known, Options("pro", (16_200 + 6600, "flag")), UTC, NOW)
    assert shot.sustainable_per_min == pytest.approx(6600 / (reset_s / 60)) and told(shot) == texts


# --- measured burn: the last answer counts as a look ------------------------------------------------------------------

SEEN = (Sample(NOW - 2 * HOUR, NOW - 300, START, 400),)


@pytest.mark.parametrize("samples, refreshed, expected", [
    (SEEN, NOW - 2, (600 / 60, "measured")),                    # 400 seen, 1000 now
    (SEEN, NOW, (600 / 60, "measured")),
    (SEEN, NOW - 300, (0.0, "measured")),                       # the answer is what was seen
    (SEEN, NOW + 5, (0.0, "measured")),                         # no looks in the future
    (SEEN, None, (0.0, "measured")),
    ((), NOW - 2, (1000 / 162, "even")),                        # one look is no measure
])
def test_the_last_answer_is_a_look(samples, refreshed, expected):
    shot = assess(facts(block(1000), samples=samples, source=Source(refreshed=refreshed)), Options(), UTC, NOW)
    assert (shot.burn_per_min, shot.burn_source) == (pytest.approx(expected[0]), expected[1])


def test_the_last_answer_may_say_idle():
    old = block(400, START - 3 * HOUR)                          # over since 42 minutes
    samples = (Sample(NOW - 2 * HOUR, NOW - 500, None, 0),)
    shot = assess(facts(old, samples=samples, source=Source(refreshed=NOW)), Options(), UTC, NOW)
    assert (shot.burn_per_min, shot.burn_source) == (0.0, "measured")


# --- notices ----------------------------------------------------------------------------------------------------------

RECORD = block(6000, START - 9 * HOUR)


@pytest.mark.parametrize("plan, explicit, tokens, expected", [
    ("max5", None, 27_999, ["runs_out_before_reset"]),
    ("max5", None, 28_000, ["runs_out_before_reset", "near_limit"]),
    ("max5", None, 35_000, ["near_limit"]),
    ("max5", None, 35_001, ["over_limit"]),
    ("pro", None, 7000, ["near_limit"]),
    ("pro", None, 7001, ["limit_unknown", "switched_to_custom_max"]),
    ("custom_max", None, 6001, ["limit_unknown"]),
    ("custom_max", None, 1000, []),
    ("pro", (100, "flag"), 7001, ["over_limit"]),
])
def test_codes(plan, explicit, tokens, expected):
    assert codes(assess(facts(RECORD, block(tokens)), Options(plan, explicit), UTC, NOW)) == expected


@pytest.mark.parametrize("options, tokens, text", [
    (Options("max5"), 36_000, "Limit reached: 36,000 of 35,000 tokens (plan max5)"),
    (Options("max5", (9000, "flag")), 9001, "Limit reached: 9,001 of 9,000 tokens (your --limit)"),
    (Options("max5", (9000, "config")), 9001, "Limit reached: 9,001 of 9,000 tokens (your configured limit)"),
    (Options("max5"), 34_999, "Near the limit: 34,999 of 35,000 tokens (99 %)"),
    (Options("custom_max"), 8000, "Above your record: the real limit is at least 8,000"),
    (Options("pro"), 8000, "Tokens exceeded Pro limit - switched to custom_max (7,000)" + WAY_OUT),
])
def test_texts(options, tokens, text):
    assert text in told(assess(facts(RECORD, block(tokens)), options, UTC, NOW))


def test_the_switch_goes_up_to_the_record():
    shot = assess(facts(block(8000), high_water=HighWater(30_000, 5, 9)), Options(), UTC, NOW)
    assert told(shot) == ["Tokens exceeded Pro limit - switched to custom_max (30,000)" + WAY_OUT]
    assert shot.percent == pytest.approx(26.67, abs=0.01)


@pytest.mark.parametrize("zone, tokens, rule, text", [
    # 162 minutes since 13:00, so tokens / 162 a minute
    (UTC, 16_200, ResetRule("session"), "Runs out at 16:30, 1h 30m before the reset"),
    (WARSAW, 16_200, ResetRule("session"), "Runs out at 18:30, 1h 30m before the reset"),
    (UTC, 1620, ResetRule("hour", (15,)), "Runs out at Thu 13:40, 1h 20m before the reset"),
])
def test_when_the_tokens_run_out(zone, tokens, rule, text):
    limit = tokens + (4800 if tokens == 16_200 else 13_180)
    shot = assess(facts(block(tokens)), Options("pro", (limit, "flag"), rule), zone, NOW)
    assert text in told(shot) and codes(shot)[0] == "runs_out_before_reset" and len(text) <= 70


def test_an_end_at_the_reset_itself_is_in_time():
    shot = assess(facts(block(16_200)), Options("pro", (16_200 + 13_800, "flag")), UTC, NOW)
    assert shot.predicted_end == shot.reset.at and shot.warnings == ()
    assert codes(assess(facts(block(16_200)), Options("pro", (16_200 + 13_700, "flag")), UTC, NOW)) == ["runs_out_before_reset"]


@pytest.mark.parametrize("more, code, text", [
    ({"source": source(error="ccusage not found")}, "source_failed", "Failed to get usage data: ccusage not found"),
    ({"source": source(error="Failed to get usage data: x")}, "source_failed", "Failed to get usage data: x"),
    ({"source": source(refreshed=NOW - 46)}, "stale", "Data is 46s old"),
    ({"source": source(refreshed=NOW - 7300)}, "stale", "Data is 2h 01m old"),
    ({"source": source(refreshed=NOW + 7200)}, "stale", "Data is dated 2h 00m ahead: was the clock set back?"),
    ({"source": source(future=1)}, "clock_skew", "Check the clock: 1 session is dated in the future"),
    ({"source": source(future=2)}, "clock_skew", "Check the clock: 2 sessions are dated in the future"),
    ({"source": source(skipped=1)}, "blocks_skipped", "1 malformed session left out"),
    ({"source": source(skipped=2000)}, "blocks_skipped", "2,000 malformed sessions left out"),
    ({"trouble": "The store is full."}, "store_failed", "The store is full."),
])
def test_notices_of_the_source(more, code, text):
    for blocks in ((), (PAST,), (block(10),)):
        shot = assess(facts(*blocks, **more), Options(), UTC, NOW)
        assert [notice[:2] for notice in shot.warnings] == [(code, text)]


@pytest.mark.parametrize("refreshed, age_s, expected", [
    (NOW - 45, 45, []), (NOW + 60, 0, []), (NOW + 61, 0, ["stale"]), (None, None, []),
])
def test_the_age_of_the_data(refreshed, age_s, expected):
    shot = assess(facts(block(10), source=Source(refreshed=refreshed)), Options(), UTC, NOW)
    assert (shot.age_s, codes(shot)) == (age_s, expected)


def test_how_old_is_stale_can_be_said():
    old = facts(block(10), source=Source(refreshed=NOW - 100))
    assert codes(assess(old, Options(), UTC, NOW, stale_after_s=99)) == ["stale"]
    assert codes(assess(old, Options(), UTC, NOW, stale_after_s=100)) == []


@pytest.mark.parametrize("last, expected", [
    (NOW, []), (NOW + 60, []), (NOW + 300, ["Check the clock: the last message is 5m in the future"]),
])
def test_a_message_from_the_future(last, expected):
    assert told(assess(facts(block(10, last=last)), Options(), UTC, NOW)) == expected
    assert told(assess(facts(block(10, last=last, hours=1)), Options(), UTC, NOW)) == []


@pytest.mark.parametrize("others, text", [(1, "+1 active session, not added"), (2, "+2 active sessions, not added")])
def test_several_active_sessions(others, text):
    more = [block(500, START - n * 60) for n in range(1, others + 1)]
    shot = assess(facts(*more, block(10)), Options(), UTC, NOW)
    assert (shot.others, shot.session.tokens, shot.percent, told(shot)) == (others, 10, pytest.approx(1000 / 7000), [text])


def test_the_order_is_by_urgency():
    everything = facts(OLDER, block(8000), source=Source(refreshed=NOW - 99, error="x", future=1, skipped=1), trouble="y")
    assert codes(assess(everything, Options(), UTC, NOW)) == [
        "source_failed", "limit_unknown", "switched_to_custom_max", "several_active", "clock_skew", "stale", "store_failed",
        "blocks_skipped"]
    near = facts(OLDER, block(6000), source=Source(refreshed=NOW, future=1))
    assert codes(assess(near, Options(), UTC, NOW)) == ["runs_out_before_reset", "near_limit", "several_active", "clock_skew"]


# --- what always holds ------------------------------------------------------------------------------------------------

BLOCKS = st.builds(block, st.integers(0, 200_000), st.integers(NOW - 9 * HOUR, NOW + 9 * HOUR),
                   st.none() | st.integers(NOW - 9 * HOUR, NOW + 9 * HOUR), st.sampled_from([1, 5, 24]))
SAMPLES = st.builds(lambda ts, more, session, tokens: Sample(ts, ts + more, session, tokens if session else 0),
                    st.integers(NOW - 2 * HOUR, NOW + HOUR), st.integers(0, HOUR), st.none() | st.just(START),
                    st.integers(0, 50_000))


@given(st.lists(BLOCKS, max_size=5), st.lists(SAMPLES, max_size=5), st.sampled_from(PLAN_NAMES), st.booleans())
def test_what_always_holds(blocks, samples, plan, listed):
    known = facts(*sorted(blocks, key=lambda b: b.start), samples=tuple(sorted(samples, key=lambda s: s.ts)))
    shot = assess(known if listed else changed_facts(known, listed=()), Options(plan), WARSAW, NOW)
    assert shot.reset.at > NOW and shot.reset.reference_at > NOW and shot.burn_per_min >= 0
    assert shot.predicted_end is None or shot.predicted_end >= NOW
    assert shot.active == (shot.percent is not None) == (shot.left is not None) and (listed or not shot.active)
    assert shot.left is None or 0 <= shot.left <= shot.limit.tokens
    assert len(set(codes(shot))) == len(told(shot)) and all(0 < len(text) <= 120 for text in told(shot))
    assert not {"over_limit", "limit_unknown"} <= set(codes(shot))


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.sampled_from(["max5", "max20", "custom_max"]))
def test_percent_grows_with_the_tokens(a, b, plan):
    shots = [assess(facts(RECORD, block(tokens)), Options(plan), UTC, NOW) for tokens in sorted((a, b))]
    assert shots[0].percent <= shots[1].percent and shots[0].left >= shots[1].left
