"""`ccmon learn --evaluate`: the definitions by hand, any file, and never a look ahead."""

import json
import math
import random
from functools import lru_cache

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.errors import CcmonError
from ccmon.learning import evaluate, runway, score, values
from ccmon.learning.values import WINDOW_S
from ccmon.text import plain
from ccmon.views import score_words

pytestmark = pytest.mark.newest_only

HEADER = "ts,five_hour_pct,five_hour_resets_at"
T0 = 1_700_006_400                     # midnight UTC
RESET = T0 + 10 * 3600 + WINDOW_S      # the window of these cases runs from 10:00 to 15:00


def row(minute, percent, reset=RESET):
    return f"{T0 + 36000 + 60 * minute},{percent},{reset}"


def document(found):
    return score_words.document(found)


def text(*found):
    """What people see of one result, or of several."""
    named = [score_words.FileResult(f"/x/{number}.csv", one) for number, one in enumerate(found)]
    return [plain(line) for line in (score_words.table_lines(named) if len(found) > 1 else score_words.series_lines(found[0]))]


def walked(lines, limits=(100.0,)):
    walk = evaluate.Walk(limits)
    for one in evaluate.rows(lines):
        if one is not None:
            walk.take(one)
    return walk


def evaluated(lines, percents=(100.0,)):
    return evaluate.walked(*evaluate.read(lines), percents, percents)


def seen(lines, limits=(100.0,)):
    """Minute, limit, minutes by the seed's rule, outcome, whether it was reached: of every decision."""
    walk = walked(lines, limits)
    return [((one.ts - T0 - 36000) / 60, one.limit, one.plain, *walk.outcome(one)) for one in walk.decisions]


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
    assert evaluated(lines, (20.0, 40.0)).session.ours.n == 3


def test_windows_are_told_apart_by_the_minute():
    lines = [HEADER, row(0, 10, RESET - 1), row(10, 20, RESET), row(20, 100, RESET + 1), row(30, 5, RESET + 1800)]
    assert [(minute, outcome, hit) for minute, _, _, outcome, hit in seen(lines)] == [
        (0, 20, True), (10, 10, True), (30, 300, False)]


def test_with_little_known_ccmon_is_the_seeds_rule():
    lines = [HEADER, row(0, 10), row(60, 60), row(100, 100)]
    said = document(evaluated(lines))
    assert said["mae"] == {"ccmon": pytest.approx((200 + 8) / 2), "seed": pytest.approx((200 + 8) / 2)}
    assert said["crps"] == said["mae"]             # a certain forecast: its absolute error
    assert said["brier"] == {"ccmon": 0.5, "seed": 0.5}        # 90 / 10 % an hour is after the reset, yet it was reached
    assert said["coverage90"] is None                  # that rule has no interval


@pytest.mark.parametrize("bad", [
    "", ",,", "x,1,2", row(5, -1), row(5, 1001), row(5, "nan"), f"{T0 + 36300},5", f"{T0 + 36300},5,", row(5, 5, T0 + 36299),
    row(5, 5, T0 + 36300 + WINDOW_S + 3600), row(5, 5, "inf"), f"-5,5,{RESET}", row(-1, 5), '"', "\0"])
def test_bad_rows_are_counted_and_skipped(bad):
    found = evaluated([HEADER, row(0, 10), bad, row(10, 20)])
    assert (found.rows, found.skipped, found.session.ours.n) == (2, 1, 2)


@pytest.mark.parametrize("cells", [",", "0,", "0,0", ",0", " , ", '"0",""', "null,null", "0,None", ",NaN"])
def test_an_idle_row_says_that_no_window_is_open(cells):
    """It teaches when the next window began at the earliest, and is no moment to judge or to compare with."""
    lines = [HEADER, f"{T0 + 36000 + 300},{cells}", row(10, 5), row(20, 8)]
    found, walk = evaluated(lines), walked(lines)
    assert (found.rows, found.idle, found.skipped, found.session.ours.n) == (3, 1, 0, 2)
    assert walk.curve.times == [T0 + 36000 + 60 * minute for minute in (5, 10, 20)] and walk.curve.starts == [T0 + 36300]


def test_idle_time_is_the_same_whether_it_is_said_or_left_out():
    idle = [f"{T0 + 86400 * day + 60 * minute},," for day in range(4) for minute in (0, 30, 470, 1100, 1430)]
    mixed = sorted(LONG[1:] + idle, key=lambda line: int(line.split(",")[0]))
    assert walked([HEADER, *mixed], (60.0, 100.0)).decisions == whole()


WEEK = HEADER + ",seven_day_pct,seven_day_resets_at"


@pytest.mark.parametrize(("cells", "said"), [
    (f"40,{T0 + 86400}", (40, T0 + 86400)), (f"40,{T0 + 86400}.4", (40, T0 + 86400)), (",", None),
    ("40,", None), (f",{T0 + 86400}", None), ("x,y", None),
    (f"-1,{T0 + 86400}", None), (f"40,{T0 + 30000}", None), (f"40,{T0 + 9 * 86400}", None)])
def test_cells_of_the_week_that_say_nothing_leave_the_row_as_it_is(cells, said):
    read, skipped = evaluate.read([WEEK, f"{row(5, 30)},{cells}"])
    assert skipped == 0 and read == [evaluate.SeriesRow(T0 + 36300, 30, RESET, *(said or ()))]
    assert (evaluate.walked(read, 0, [100.0], [100.0]).week is not None) is bool(said)
    assert evaluate.read([WEEK, row(5, 30)]) == ([evaluate.SeriesRow(T0 + 36300, 30, RESET)], 0)


def test_the_week_is_judged_where_the_series_sees_its_end():
    lines = [WEEK]
    for hour in range(0, 20 * 24, 3):
        ts, percent = T0 + 3600 * hour, hour % 168 // 2
        lines.append(f"{ts},,,{percent},{T0 + (hour // 168 + 1) * 7 * 86400}")
    found = evaluated(lines, (50.0,))
    assert found.idle == found.rows == 160 and found.session.ours.n == 0
    assert found.week.ours.n == 2 * 100 // 3 + 2          # until 50 % in each of the two whole weeks
    assert "the week: 68 moments judged" in "\n".join(text(found))


def test_while_the_week_is_used_up_nothing_is_expected_and_later_that_is_a_stop():
    """From 10:00 of the third day to 12:30; something was used until then, so that it counts from a quarter past on."""
    begin, end, chances = T0 + 2 * 86400 + 10 * 3600, T0 + 2 * 86400 + 12 * 3600 + 1800, []
    for said in ((100.0, end), ()):
        walk = evaluate.Walk((45.0,))
        for ts, percent, reset in (map(int, line.split(",")) for line in LONG[1:]):
            shown = (40.0, reset, *said) if begin <= ts < end else (percent, reset)
            walk.take(evaluate.SeriesRow(ts, *shown))
        stops = walk.trained.usage.stops
        chances.append([runway.reached(one.curve, (end - one.ts) / 60.0) for one in walk.decisions
                        if begin + 900 < one.ts < end])
        assert ((begin, end) in stops) is bool(said)
    assert len(chances[0]) > 20 and not any(chances[0]) and all(chances[1])


def test_quantiles_are_those_of_the_series_own_windows():
    """Resets that jitter round the minute are of one window."""
    rows = [evaluate.SeriesRow(T0 + 18000 * number, top, T0 + 18000 * (number + 1) + late, 10 * number, T0 + 86400 * 7)
            for number, top in enumerate((30, 0, 10, 20, 40)) for late in (0, 60)]
    assert evaluate.quantiles(rows, (1, 50, 65, 100)) == ([20, 30, 40], [40])
    assert evaluate.quantiles([], (50,)) == ([], [])


def test_columns_go_by_their_names():
    lines = ["cost, five_hour_resets_at ,ts,five_hour_pct,tokens_in",
             f"0.5,{RESET},{T0 + 36000},10,", f",{RESET},{T0 + 39600},60,7"]
    assert [minutes for _, _, minutes, *_ in seen(lines)] == [540, 48]
    assert seen(["\ufeff" + HEADER + "\r\n", row(0, 10) + "\r\n"]) == [(0, 100, 540, 300, False)]


def test_a_quoted_cell_may_hold_commas():
    lines = ['name,ts,five_hour_pct,five_hour_resets_at,model', f'"a, ""b""",{T0 + 36000},"10",{RESET},"Opus, 4"\r\n']
    assert seen(lines) == [(0, 100, 540, 300, False)]


def test_where_most_rows_are_skipped_it_is_said_what_a_row_must_be():
    """Milliseconds, ISO times, the newest row first."""
    for bad in (f"{T0}000,5,{RESET}000", "2026-01-01T10:00:00Z,5,2026-01-01T12:00:00Z", row(-1, 5)):
        said = text(evaluated([HEADER, row(0, 10), bad, bad]))
        assert said[0].startswith("1 row from") and said[1].startswith("Most rows are skipped: ts and resets are epoch seconds")
    assert "Most" not in "".join(text(evaluated([HEADER, row(0, 10), ""])))


@pytest.mark.parametrize("lines", [[], [""], [HEADER], [HEADER, ""], [HEADER, row(0, 100)]])
def test_nothing_to_decide_is_no_error(lines):
    found = evaluated(lines)
    said = document(found)
    assert (said["rows"], said["skipped"]) == (len(lines[1:]) - lines[1:].count(""), lines[1:].count(""))
    none = {"ccmon": None, "seed": None}
    assert said["decisions"] == said["own_decisions"] == 0
    assert said["mae"] == said["crps"] == said["brier"] == none and said["coverage90"] is said["week"] is said["own_from"] is None
    assert "Nothing to decide" in text(found)[-1]


def test_a_file_without_the_columns():
    with pytest.raises(CcmonError, match="no column five_hour_pct"):
        evaluated(["ts,percent,five_hour_resets_at", "1,2,3"])


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


@lru_cache(maxsize=None)
def whole():
    """The decisions of all of it."""
    return walked(LONG, (60.0, 100.0)).decisions


def test_it_learns_each_day_from_the_days_before():
    decisions = whole()
    learned = [one.curve is not None for one in decisions]
    first = learned.index(True)
    assert not any(learned[:first]) and all(learned[first:])
    assert decisions[first].ts % 86400 == 8 * 3600         # the first of a day: a model is a day old at most


def test_the_learned_runway_beats_the_seeds_rule():
    said = document(evaluated(series(14), (50.0, 100.0)))
    assert said["crps"]["ccmon"] < 0.75 * said["crps"]["seed"]
    assert said["brier"]["ccmon"] < 0.85 * said["brier"]["seed"]
    assert said["mae"]["ccmon"] < said["mae"]["seed"]
    assert 0.85 < said["coverage90"] < 0.98
    assert json.loads(json.dumps(said)) == said


def test_a_reset_that_jitters_round_the_minute_is_one_window():
    """16:59:59.7 and 17:00:00.2, cut to the minute, are a minute apart: nothing is counted twice, and all outcomes stay."""
    steady = [line.split(",")[:2] + [int(line.split(",")[2])] for line in LONG[1:]]
    jittered = [f"{ts},{percent},{reset - 60 * (number % 3 == 1)}" for number, (ts, percent, reset) in enumerate(steady)]
    limits, plain = (60.0, 100.0), evaluated(LONG, (60.0, 100.0))
    found = evaluated([HEADER, *jittered], limits)
    assert found.rows > len(jittered) - 50                    # those of a window's last minute are over
    assert found.session.ours.n == pytest.approx(plain.session.ours.n, rel=0.02)
    for ours, theirs in ((found.session.ours, plain.session.ours), (found.session.seed, plain.session.seed)):
        assert ours[1:4] == pytest.approx(theirs[1:4], rel=0.02)
    course = walked([HEADER, *jittered]).curve.usage
    assert course.loads[-1] == pytest.approx(walked(LONG).curve.usage.loads[-1], rel=0.01)


def test_a_reset_that_is_a_minute_off_either_way_is_one_window():
    late = [",".join([*line.split(",")[:2], str(int(line.split(",")[2]) + (-60, 0, 60)[number % 3])])
            for number, line in enumerate(LONG[1:])]
    walk, plain = walked([HEADER, *late]), walked(LONG)
    assert walk.curve.usage.loads[-1] == pytest.approx(plain.curve.usage.loads[-1], rel=0.01)
    assert len(walk.windows) == len(plain.windows)
    assert evaluate.quantiles(evaluate.read([HEADER, *late])[0], (50,)) == evaluate.quantiles(evaluate.read(LONG)[0], (50,))


def test_the_tail_is_chosen_by_windows_that_are_over():
    late = [HEADER, *LONG[1:], *(f"{T0 + 86400 * 4 - 3600 + 300 * step},{step},{T0 + 86400 * 4 + 7200}" for step in range(20))]
    walk = walked(late)
    midnight = T0 + 86400 * 4
    assert [one.ts for one in walk.pending if one.ts < midnight] == [midnight - 3600 + 300 * step for step in range(12)]
    assert len(walk.are_covered) == sum(one.curve is not None for one in walk.decisions if one.resets_at <= T0 + 86400 * 4)


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(260, len(LONG)))
def test_what_comes_later_changes_no_forecast(count):
    part = walked(LONG[:count], (60.0, 100.0)).decisions
    assert part == whole()[:len(part)]
    assert part[-1].curve is not None


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(260, len(LONG) - 1), st.integers(0, 100))
def test_another_future_changes_no_forecast(count, percent):
    later = [",".join([line.split(",")[0], str(percent), line.split(",")[2]]) for line in LONG[count:]]
    known = [one for one in whole() if one.ts < float(LONG[count].split(",")[0])]
    assert walked(LONG[:count] + later, (60.0, 100.0)).decisions[:len(known)] == known


@settings(deadline=None)
@given(st.lists(st.text(alphabet="0123456789,.-e\"n \r\n\0x", max_size=40), max_size=20))
def test_no_file_is_an_accident(lines):
    found = evaluated([HEADER, *lines])
    assert found.rows >= 0 and document(found) and text(found) and text(found, found)


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.tuples(st.integers(0, 400000), st.integers(0, 101), st.integers(0, 20000)), max_size=400),
       st.lists(st.floats(1, 100), min_size=1, max_size=3))
def test_any_percentages_can_be_judged(rows, limits):
    lines = [HEADER, *(f"{T0 + ts},{percent},{T0 + ts + ahead}" for ts, percent, ahead in sorted(rows))]
    found = evaluated(lines, limits)
    assert found.rows + found.skipped == len(rows)
    ours = found.session.ours
    if ours.n:
        most = 311                     # minutes: a window may seem to begin ten minutes late, and resets are rounded
        assert 0 <= ours.brier <= 1 and 0 <= ours.crps_min <= most and ours.mae_min <= most
    assert all(len(line) <= 80 for line in text(found) + text(found, found))


def result(mae, coverage, day, week=None):
    ours, seed = score.Score(99, mae, 6, 0.1, coverage), score.Score(99, 12, 12, 0.2)
    judged = evaluate.Judged(ours, seed, 50, T0 + 86400 * (day - 1) + 3600)
    of_week = (judged, (60.0,)) if week else (None, ())
    return evaluate.Result(1234, 40, 5, T0 + 7200, T0 + 86400 * 55, (60.0, 80.0), judged, *of_week)


def test_the_words_say_by_how_much_and_from_when_on():
    assert text(result(10, 0.9, 3, week=True)) == """\
1,234 rows (40 idle) from 2023-11-15 on, 56 days; 5 skipped

the session: 99 moments judged, with the limit at 60, 80 %
ccmon's own forecast from day 3 (2023-11-17) on; before that the last-hour rate
                                       ccmon      seed  difference
mean absolute error, minutes            10.0      12.0        -17%
CRPS, minutes                            6.0      12.0        -50%
Brier, used up before the reset        0.100     0.200        -50%
coverage of the 90 % interval          90.0%      none

the week: 99 moments judged, with the limit at 60 %
ccmon's own forecast from day 3 (2023-11-17) on; before that the straight line
                                       ccmon      line  difference
mean absolute error, hours               0.2       0.2        -17%
CRPS, hours                              0.1       0.2        -50%
Brier, used up before the reset        0.100     0.200        -50%
coverage of the 90 % interval          90.0%      none""".splitlines()


def test_several_files_have_a_row_each_and_the_median_of_each_column():
    nothing = evaluated([])
    found = [result(10, 0.9, 3), result(13, 0.8, 9, week=True), nothing]
    assert text(*found) == """\
the session, against the last-hour rate
file                             moments  from day    MAE   CRPS  Brier    90 %
0.csv                                 99         3   -17%   -50%   -50%   90.0%
1.csv                                 99         9    +8%   -50%   -50%   80.0%
2.csv                                  0         -      -      -      -       -
median                                99         6    -4%   -50%   -50%   85.0%

the week, against the straight line
file                             moments  from day    MAE   CRPS  Brier    90 %
1.csv                                 99         9    +8%   -50%   -50%   80.0%
median                                99         9    +8%   -50%   -50%   80.0%""".splitlines()
    long = [score_words.FileResult(name, nothing) for name in ("/x/" + 40 * "y" + "/a.csv", "/y/b.csv", "-")]
    shown = [plain(line)[:33].rstrip() for line in score_words.table_lines(long)[2:5]]
    assert shown[0].endswith("yyyy/a.csv") and len(shown[0]) == 30 and shown[1:] == ["/y/b.csv", "standard input"]
    said = score_words.documents([score_words.FileResult("/x/a\x1b.csv", one) for one in found])
    assert [one["file"] for one in said["files"]] == ["/x/a.csv"] * 3
    assert {**said["files"][1], "file": 0} == {**document(found[1]), "file": 0}
    middle = said["median"]
    assert (middle["decisions"], middle["own_from_day"], middle["week"]["own_from_day"]) == (99, 6, 9)
    assert (middle["coverage90"], middle["difference"]["mae"]) == (pytest.approx(0.85), pytest.approx(-1 / 24))


def test_few_rows_stay_with_the_seeds_rule():
    assert values.ENOUGH == 40
    assert all(one.curve is None for one in walked(series(1)).decisions)
