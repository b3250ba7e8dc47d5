"""The simulator itself: the same from the same seed, its windows, limits and percentages as the scenario says."""

import math

import pytest
from simulator import DAY_S, HEADER, ROUNDINGS, START, WEIGHTINGS, Scenario, simulate

from ccmon.learning.values import WINDOW_S
from ccmon.usage import official

pytestmark = pytest.mark.newest_only

SEEDS = (1, 2, 4)


@pytest.fixture(scope="module", params=SEEDS)
def sim(request):
    return simulate(Scenario(request.param, days=21))


def test_the_same_seed_gives_the_same_history(sim):
    again = simulate(sim.scenario)
    assert again == sim
    assert list(again.rows(300)) == list(sim.rows(300)) and again.lines() == sim.lines()


def test_another_seed_gives_another_user():
    assert simulate(Scenario(1, days=7)).use != simulate(Scenario(2, days=7)).use


def test_windows_follow_each_other_on_whole_minutes(sim):
    for before, after in zip(sim.windows, sim.windows[1:]):
        assert before.resets_at <= after.start
    for window in sim.windows:
        assert window.start % 60 == 0 and window.resets_at == window.start + WINDOW_S


def test_a_window_begins_with_its_first_message_here_when_nothing_is_used_elsewhere():
    sim = simulate(Scenario(3, days=14, elsewhere=0.0))
    starts = {use.ts for use in sim.use}
    assert all(window.start in starts for window in sim.windows)
    assert all(window.seen == 1.0 for window in sim.windows)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_that_share_of_windows_is_partly_used_elsewhere(share):
    windows = [window for seed in range(6) for window in simulate(Scenario(seed, elsewhere=share)).windows]
    partly = sum(window.seen < 0.999 for window in windows) / len(windows)
    assert abs(partly - share) < 0.06


def test_units_are_those_of_the_use_here(sim):
    for window in sim.windows:
        here = math.fsum(sim.units(use) for use in sim.use if window.start <= use.ts < window.resets_at)
        assert math.isclose(here, window.here, rel_tol=2e-3)           # whole tokens, when an answer is cut off
        assert window.here <= window.units * (1 + 1e-9)


@pytest.mark.parametrize("weighting", sorted(WEIGHTINGS))
def test_some_reach_the_limit_and_then_little_is_used(weighting):
    users = [simulate(Scenario(seed, weighting=weighting, days=21)) for seed in range(6)]
    hits = [sum(window.hit_at > 0 for window in user.windows) / len(user.windows) for user in users]
    assert min(hits) < 0.15 and max(hits) > 0.3
    for window in (window for user in users for window in user.windows):
        assert window.hit_at == 0 if window.percent < 100 else window.percent < 105


def test_the_messages_come_after_the_limit_was_reached(sim):
    hits = [(window.hit_at, window.resets_at) for window in sim.windows if window.hit_at]
    told = [reading for reading in sim.readings if reading.source == "limit"]
    assert told
    for reading in told:
        assert reading.percent == 100
        assert any(hit <= reading.ts <= reset and reading.resets_at in (0, reset) for hit, reset in hits)
        assert sum(reset - WINDOW_S <= other.ts <= reset for hit, reset in hits for other in told
                   if reset - WINDOW_S <= reading.ts < reset) <= 3
    assert {reading.resets_at == 0 for reading in told} == {True, False}


@pytest.mark.parametrize("rounding, least, most", [("floor", 0.0, 1.0), ("round", -0.5, 0.5), ("ceil", -1.0, 0.0)])
def test_percentages_are_rounded_that_way(rounding, least, most):
    sim = simulate(Scenario(5, days=14, elsewhere=0.0, rounding=rounding))
    used, place, window = 0.0, 0, 0
    for point in sim.points:
        if point.resets_at != window:
            window, used = point.resets_at, 0.0
        while place < len(sim.use) and sim.use[place].ts < point.ts:
            used += sim.units(sim.use[place]) * (sim.use[place].ts >= window - WINDOW_S)      # none left over from the last
            place += 1
        if point.percent < 100:
            assert least - 0.01 <= 100 * used / sim.limits[0][1] - point.percent <= most + 0.01


def test_readings_are_changes_of_whole_percents_seen_while_something_is_used_here(sim):
    minutes = {use.ts for use in sim.use}
    last = {}
    for reading in (reading for reading in sim.readings if reading.source == "statusline"):
        assert reading.percent == int(reading.percent) and last.get(reading.resets_at) != reading.percent
        assert reading.percent == 100 or any(reading.ts - 60 <= ts < reading.ts for ts in minutes if abs(ts - reading.ts) < 120)
        last[reading.resets_at] = reading.percent


def test_readings_pass_the_hygiene_unchanged_however_often_they_are_repeated(sim):
    lines = sim.lines()
    assert len(lines) > 1.2 * len(sim.points)
    _, told = official.with_lines(official.Ledger(), lines, sim.points[-1].ts)
    assert [(one.at, one.percent, one.resets_at) for one in told] == [
        (one.ts, one.percent, one.resets_at) for one in sim.readings if one.source == "statusline"]


def test_a_change_counts_from_the_next_window_on():
    sim = simulate(Scenario(2, days=21, elsewhere=0.0, changes=((10.5, 0.5),)))
    at = START + int(10.5 * DAY_S)
    limits = {(window.start >= at): window.limit for window in sim.windows}
    assert limits[True] == pytest.approx(0.5 * limits[False])
    assert sim.limit_at(at) == limits[True] and sim.limit_at(at - 1) == limits[False]


def test_a_rebaseline_lets_the_percentage_fall_within_its_window():
    falls = 0
    for seed in range(6):
        sim = simulate(Scenario(seed, days=21, changes=((10.6, 2.0),), rebaseline=True))
        falls += sum(a.resets_at == b.resets_at and b.percent < a.percent - 2 for a, b in zip(sim.points, sim.points[1:]))
    assert falls


def test_peak_hours_have_their_own_limit():
    sim = simulate(Scenario(1, days=14, peak=0.7))
    peak = [window.limit for window in sim.windows if 13 <= window.start % DAY_S // 3600 < 19
            and (window.start - START) // DAY_S % 7 < 5]
    assert peak and set(peak) == {sim.limits[0][1] * 0.7}
    assert {window.limit for window in sim.windows} - set(peak) == {sim.limits[0][1]}


def test_rows_sum_up_what_was_used_in_the_window(sim):
    header, *rows = sim.rows()
    assert header == HEADER
    cells = [[float(cell) for cell in row.split(",")] for row in rows]
    assert [cell[0] for cell in cells] == sorted(cell[0] for cell in cells)
    for before, after in zip(cells, cells[1:]):
        assert before[2] != after[2] or all(b >= a for a, b in zip(before[3:], after[3:]))
    outputs = sum(last[4] for last, after in zip(cells, [*cells[1:], [0, 0, 0]]) if last[2] != after[2])
    used = sum(count for use in sim.use for (_, kind), count in use.load.items() if kind == "output")
    assert 0.99 * used < outputs <= used


def test_a_poller_sees_the_account_also_while_nothing_is_used_here(sim):
    header, *rows = sim.rows(300)
    times = [int(row.split(",")[0]) for row in rows]
    assert header == HEADER and all(ts % 300 == 0 for ts in times) and len(set(times)) == len(times)
    assert len(rows) > 40 * len(sim.windows)
    shown = {(point.resets_at, point.percent) for point in sim.account}
    assert {(int(row.split(",")[2]), float(row.split(",")[1])) for row in rows} <= shown


def test_the_rhythm_differs_by_user_and_weekends_are_quieter():
    users = [simulate(Scenario(seed, elsewhere=0.0)) for seed in range(8)]
    weekend = sum((use.ts - START) // DAY_S % 7 > 4 for user in users for use in user.use)
    assert weekend / sum(len(user.use) for user in users) < 2 / 7 * 0.8
    hours = {max(range(24), key=[use.ts % DAY_S // 3600 for use in user.use].count) for user in users}
    assert len(hours) > 2


def test_cache_reads_are_a_hundred_times_what_is_said_and_asked(sim):
    kinds = {kind: sum(count for use in sim.use for (_, name), count in use.load.items() if name == kind)
             for kind in ("input", "output", "cache_read")}
    assert 50 < kinds["cache_read"] / (kinds["input"] + kinds["output"]) < 300
    assert len({model for use in sim.use for model, _ in use.load if model}) == 3


def test_every_rounding_is_of_its_name():
    assert {name: way(1.5) for name, way in ROUNDINGS.items()} == {"floor": 1, "round": 2, "ceil": 2}
