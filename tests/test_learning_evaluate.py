"""`ccmon learn --evaluate`: the definitions by hand, any file, and never a look ahead."""

import json
import math
import random

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.learning import evaluate, runway
from ccmon.learning.values import WINDOW_S
from ccmon.model import CcmonError

HEADER = "ts,five_hour_pct,five_hour_resets_at"
T0 = 1_700_006_400                     # midnight UTC
RESET = T0 + 10 * 3600 + WINDOW_S      # the window of these cases runs from 10:00 to 15:00


def row(minute, percent, reset=RESET):
    return f"{T0 + 36000 + 60 * minute},{percent},{reset}"


def walked(lines, limits=(100.0,)):
    walk = evaluate._Walk(limits)
    for one in evaluate.rows(lines):
        if one is not None:
            walk.take(one)
    return walk


def seen(lines, limits=(100.0,)):
    """Minute, limit, minutes by the seed's rule, outcome, whether it was reached: of every decision."""
    walk = walked(lines, limits)
    return [((one.ts - T0 - 36000) / 60, one.limit, one.seed, *walk.outcome(one)) for one in walk.decisions]


def test_the_seeds_rule_by_hand():
    lines = [HEADER, row(10, 5), row(40, 20), row(80, 30), row(130, 32), row(200, 32)]
    assert seen(lines) == [
        (10, 100, 95 * 60 / 5, 290, False),        # the window's start counts as 0 %
        (40, 100, 80 * 60 / 20, 260, False),
        (80, 100, 70 * 60 / 25, 220, False),       # 60 minutes before stood 5 %, the last known value
        (130, 100, 68 * 60 / 12, 170, False),      # from 20 % at minute 40, the last known value at or before minute 70
        (200, 100, math.inf, 100, False)]


def test_the_last_known_value_is_at_or_before_an_hour_ago():
    at = T0 + 36000 + 7200
    lines = [HEADER, f"{at - 3601},10,{RESET}", f"{at - 3600},20,{RESET}", f"{at - 3599},25,{RESET}", f"{at},30,{RESET}"]
    assert seen(lines)[-1][2] == 70 * 60 / 10


def test_the_outcome_is_the_first_time_at_the_limit():
    lines = [HEADER, row(10, 5), row(40, 49), row(60, 50), row(70, 40), row(90, 60), row(95, 100)]
    assert [(minute, outcome, hit) for minute, _, _, outcome, hit in seen(lines, (50.0,))] == [
        (10, 50, True), (40, 20, True), (70, 20, True)]


def test_a_decision_in_five_minutes_at_most_and_none_at_the_limit():
    lines = [HEADER, *(row(minute, 10 if minute < 9 else 100) for minute in range(20))]
    assert [minute for minute, *_ in seen(lines)] == [0, 5]
    lines = [HEADER, f"{T0 + 36000},1,{RESET}", f"{T0 + 36299},1,{RESET}", f"{T0 + 36300},1,{RESET}"]
    assert [minute for minute, *_ in seen(lines)] == [0, 5]


def test_limits_are_pooled():
    lines = [HEADER, row(0, 10), row(6, 25), row(12, 45)]
    assert [(minute, limit) for minute, limit, *_ in seen(lines, (20.0, 40.0))] == [(0, 20), (0, 40), (6, 40)]
    assert evaluate.evaluate(lines, (20.0, 40.0)).ours.n == 3


def test_windows_are_told_apart_by_the_minute():
    lines = [HEADER, row(0, 10, RESET - 1), row(10, 20, RESET), row(20, 100, RESET + 1), row(30, 5, RESET + 1800)]
    assert [(minute, outcome, hit) for minute, _, _, outcome, hit in seen(lines)] == [
        (0, 20, True), (10, 10, True), (30, 300, False)]


def test_with_little_known_ccmon_is_the_seeds_rule():
    lines = [HEADER, row(0, 10), row(60, 60), row(100, 100)]
    document = evaluate.evaluate(lines).document()
    assert document["mae"] == {"ccmon": pytest.approx((200 + 8) / 2), "seed": pytest.approx((200 + 8) / 2)}
    assert document["crps"] == document["mae"]             # a certain forecast: its absolute error
    assert document["brier"] == {"ccmon": 0.5, "seed": 0.5}        # 90 / 10 % an hour is after the reset, yet it was reached
    assert document["coverage90"] is None                  # that rule has no interval


@pytest.mark.parametrize("bad", [
    "", ",,", "x,1,2", row(5, -1), row(5, 1001), row(5, "nan"), f"{T0 + 36300},5", f"{T0 + 36300},5,", row(5, 5, T0 + 36299),
    row(5, 5, T0 + 36300 + WINDOW_S + 3600), row(5, 5, "inf"), f"-5,5,{RESET}", row(-1, 5), '"', "\0"])
def test_bad_rows_are_counted_and_skipped(bad):
    found = evaluate.evaluate([HEADER, row(0, 10), bad, row(10, 20)])
    assert (found.rows, found.skipped, found.ours.n) == (2, 1, 2)


def test_columns_go_by_their_names():
    lines = ["cost, five_hour_resets_at ,ts,five_hour_pct,tokens_in",
             f"0.5,{RESET},{T0 + 36000},10,", f",{RESET},{T0 + 39600},60,7"]
    assert [minutes for _, _, minutes, *_ in seen(lines)] == [540, 48]
    assert seen(["\ufeff" + HEADER + "\r\n", row(0, 10) + "\r\n"]) == [(0, 100, 540, 300, False)]


@pytest.mark.parametrize("lines", [[], [""], [HEADER], [HEADER, ""], [HEADER, row(0, 100)]])
def test_nothing_to_decide_is_no_error(lines):
    found = evaluate.evaluate(lines)
    assert found.document() == {
        "rows": len(lines[1:]) - lines[1:].count(""), "skipped": lines[1:].count(""),
        "decisions": 0, "mae": {"ccmon": None, "seed": None}, "crps": {"ccmon": None, "seed": None},
        "brier": {"ccmon": None, "seed": None}, "coverage90": None}
    assert "Nothing to decide" in evaluate.text(found)[-1]


def test_a_file_without_the_columns():
    with pytest.raises(CcmonError, match="no column five_hour_pct"):
        evaluate.evaluate(["ts,percent,five_hour_resets_at", "1,2,3"])


# --- a series long enough to learn from --------------------------------------------------------------------------------------

def series(days, seed=1):
    """Rows each 5 minutes while someone works from 8 to 18 o'clock in bursts."""
    rng, lines, pace = random.Random(seed), [HEADER], 0.0
    for day in range(days):
        percent = 0.0
        for step in range(120):
            if step % 60 == 0:
                percent = 0.0
            if step % 6 == 0:
                pace = rng.choice((0.0, 0.3, 2.0, 4.0))
            percent = min(100.0, percent + rng.random() * pace)
            ts = T0 + 86400 * day + 8 * 3600 + 300 * step
            lines.append(f"{ts},{int(percent)},{T0 + 86400 * day + (8 + 5 * (step // 60 + 1)) * 3600}")
    return lines


LONG = series(4)
WHOLE = walked(LONG, (60.0, 100.0)).decisions


def test_it_learns_each_day_from_the_days_before():
    decisions = WHOLE
    learned = [one.curve is not None for one in decisions]
    first = learned.index(True)
    assert not any(learned[:first]) and all(learned[first:])
    assert decisions[first].ts % 86400 == 8 * 3600         # the first of a day: a model is a day old at most


def test_the_learned_runway_beats_the_seeds_rule():
    document = evaluate.evaluate(series(14), (50.0, 100.0)).document()
    assert document["crps"]["ccmon"] < 0.75 * document["crps"]["seed"]
    assert document["brier"]["ccmon"] < 0.85 * document["brier"]["seed"]
    assert document["mae"]["ccmon"] < document["mae"]["seed"]
    assert 0.85 < document["coverage90"] < 0.98
    assert json.loads(json.dumps(document)) == document


def test_a_reset_that_jitters_round_the_minute_is_one_window():
    """16:59:59.7 and 17:00:00.2, cut to the minute, are a minute apart: nothing is counted twice, and all outcomes stay."""
    steady = [line.split(",")[:2] + [int(line.split(",")[2])] for line in LONG[1:]]
    jittered = [f"{ts},{percent},{reset - 60 * (number % 3 == 1)}" for number, (ts, percent, reset) in enumerate(steady)]
    limits, plain = (60.0, 100.0), evaluate.evaluate(LONG, (60.0, 100.0))
    found = evaluate.evaluate([HEADER, *jittered], limits)
    assert found.rows > len(jittered) - 50                    # those of a window's last minute are over
    assert found.ours.n == pytest.approx(plain.ours.n, rel=0.02)
    for ours, theirs in ((found.ours, plain.ours), (found.seed, plain.seed)):
        assert ours[1:4] == pytest.approx(theirs[1:4], rel=0.02)
    course = walked([HEADER, *jittered]).growing.course
    assert course.loads[-1] == pytest.approx(walked(LONG).growing.course.loads[-1], rel=0.01)


def test_the_tail_is_chosen_by_windows_that_are_over():
    late = [HEADER, *LONG[1:], *(f"{T0 + 86400 * 4 - 3600 + 300 * step},{step},{T0 + 86400 * 4 + 7200}" for step in range(20))]
    walk = walked(late)
    midnight = T0 + 86400 * 4
    assert [one.ts for one in walk.pending if one.ts < midnight] == [midnight - 3600 + 300 * step for step in range(12)]
    assert len(walk.tails) == sum(one.curve is not None for one in walk.decisions if one.resets_at <= T0 + 86400 * 4)


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(260, len(LONG)))
def test_what_comes_later_changes_no_forecast(count):
    part = walked(LONG[:count], (60.0, 100.0)).decisions
    assert part == WHOLE[:len(part)]
    assert part[-1].curve is not None


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(260, len(LONG) - 1), st.integers(0, 100))
def test_another_future_changes_no_forecast(count, percent):
    later = [",".join([line.split(",")[0], str(percent), line.split(",")[2]]) for line in LONG[count:]]
    known = [one for one in WHOLE if one.ts < float(LONG[count].split(",")[0])]
    assert walked(LONG[:count] + later, (60.0, 100.0)).decisions[:len(known)] == known


@settings(deadline=None)
@given(st.lists(st.text(alphabet="0123456789,.-e\"n \r\n\0x", max_size=40), max_size=20))
def test_no_file_is_an_accident(lines):
    found = evaluate.evaluate([HEADER, *lines])
    assert found.rows >= 0 and found.document() and evaluate.text(found)


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.tuples(st.integers(0, 400000), st.integers(0, 101), st.integers(0, 20000)), max_size=400),
       st.lists(st.floats(1, 100), min_size=1, max_size=3))
def test_any_percentages_can_be_judged(rows, limits):
    lines = [HEADER, *(f"{T0 + ts},{percent},{T0 + ts + ahead}" for ts, percent, ahead in sorted(rows))]
    found = evaluate.evaluate(lines, limits)
    assert found.rows + found.skipped == len(rows)
    if found.ours.n:
        assert 0 <= found.ours.brier <= 1 and 0 <= found.ours.crps_min <= 300 and found.ours.mae_min <= 300
    assert all(len(line) <= 80 for line in evaluate.text(found))


def test_the_table_says_by_how_much():
    found = evaluate.Result(1234, 5, evaluate.score.Score(99, 10, 6, 0.1, 0.9), evaluate.score.Score(99, 12, 12, 0.2))
    table = evaluate.text(found)
    assert table[0] == "1,234 rows, 5 skipped, 99 decisions"
    assert table[3].split()[-3:] == ["6.0", "12.0", "-50%"] and table[-1].split()[-2:] == ["90.0%", "none"]


def test_few_rows_stay_with_the_seeds_rule():
    assert runway.ENOUGH == 40
    assert all(one.curve is None for one in walked(series(1)).decisions)
