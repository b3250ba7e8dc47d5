"""Intervals of windows: cut at the window's own start, ended by events and re-baselines, joined where they are of one kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator import Scenario, simulate

from ccmon.learning.intervals import Interval, UseLookup, alike_groups, intervals_of, merged, rounding_error, with_resets
from ccmon.learning.values import WINDOW_S, Reading, Use

HOUR = 3600
BEGIN = 1_780_272_000
RESET = BEGIN + WINDOW_S
KEY = ("opus", "output")


def minutes(*pairs):
    """Use of so many tokens at so many minutes after the beginning."""
    return [Use(BEGIN + 60 * at, 60, {KEY: float(count)}) for at, count in pairs]


def shown(*pairs, reset=RESET, source="statusline"):
    return [Reading(BEGIN + 60 * at, percent, reset, source) for at, percent in pairs]


EVEN = minutes(*[(at, 10) for at in range(300)])


def brief(intervals):
    """Window, start and end in minutes, points, tokens, and whether whole and exact."""
    return [((s.window - RESET) // 60, (s.start - BEGIN) // 60, (s.end - BEGIN) // 60, s.points, s.load.get(KEY, 0.0),
             s.whole, s.exact) for s in intervals]


@pytest.mark.parametrize("readings, expected", [
    ([], []),
    (shown((10, 7)), []),                                                            # too little
    (shown((10, 10)), [(0, 0, 10, 10, 100, True, False)]),
    (shown((10, 10), (20, 17), (30, 21)), [(0, 0, 10, 10, 100, True, False), (0, 10, 30, 11, 200, False, False)]),
    (shown((10, 10), (20, 17)), [(0, 0, 20, 17, 200, True, False)]),                 # the rest belongs to the last
    (shown((20, 17), (10, 10), (10, 10)), [(0, 0, 20, 17, 200, True, False)]),       # unsorted, twice
    (shown((10, 10), (20, 3), (30, 15)), [(0, 0, 10, 10, 100, True, False), (0, 20, 30, 12, 100, False, False)]),
    (shown((10, 10), (20, 9.99999), (30, 18)), [(0, 0, 10, 10, 100, True, False), (0, 10, 30, 8, 200, False, False)]),
    (shown((10, 100), (200, 100)), [(0, 0, 10, 100, 100, True, False)]),             # what follows is cut off at 100
], ids=["none", "few points", "one", "two", "rest", "unsorted", "re-baseline", "float noise", "full"])
def test_a_window_is_cut_into_intervals(readings, expected):
    assert brief(intervals_of(readings, EVEN)) == expected


@pytest.mark.parametrize("event", ["limit", "hit"])
def test_an_event_is_exact_and_ends_the_window(event):
    readings = shown((30, 50), (58, 100)) + shown((60, 100), (70, 100), source=event)
    assert brief(intervals_of(readings, EVEN)) == [(0, 0, 30, 50, 300, True, False), (0, 30, 60, 50, 300, False, True)]


@pytest.mark.parametrize("reset", [0, RESET + 20, RESET - 25, RESET + 50 * 60], ids=["none", "late", "early", "the hour"])
def test_an_event_belongs_to_the_window_that_runs(reset):
    readings = shown((30, 50)) + shown((60, 100), source="limit", reset=reset)
    assert [s[:4] + s[6:] for s in brief(intervals_of(readings, EVEN))] == [(0, 0, 30, 50, False), (0, 30, 60, 50, True)]


@pytest.mark.parametrize("after_min", [1, 290])
def test_an_event_belongs_to_the_window_even_when_that_is_told_later(after_min):
    readings = [*shown((0, 100), source="hit", reset=0), *shown((after_min, 100), source="limit")]
    assert [reading.resets_at for reading in with_resets(readings, EVEN)] == [RESET, RESET]


def test_without_any_reset_the_use_suggests_the_windows():
    use = minutes((0, 10), (299, 10), (310, 10), (400, 10))
    found = intervals_of(shown((405, 100), reset=0, source="hit"), use)
    assert brief(found) == [(310, 310, 405, 100, 20, True, True)]


@pytest.mark.parametrize("use", [[], minutes((0, 10))], ids=["no use", "long ago"])
def test_an_event_of_no_known_window_is_left_out(use):
    assert intervals_of(shown((405, 100), reset=0, source="hit"), use) == []


def test_resets_that_differ_by_seconds_are_one_window():
    readings = shown((10, 10)) + shown((20, 20), reset=RESET + 1) + shown((30, 30), reset=RESET - 2)
    assert [s[:4] for s in brief(intervals_of(readings, EVEN))] == [(0, 0, 10, 10), (0, 10, 20, 10), (0, 20, 30, 10)]


def test_a_reset_that_goes_back_begins_a_part_without_a_start():
    readings = shown((100, 30)) + shown((110, 5), (120, 15), reset=RESET - 2 * HOUR)
    assert brief(intervals_of(readings, EVEN)) == [(0, 0, 100, 30, 1000, True, False), (-120, 110, 120, 10, 100, False, False)]


def test_the_next_window_starts_anew():
    readings = shown((100, 30)) + shown((310, 9), reset=RESET + WINDOW_S)
    use = minutes((50, 7), (299, 7), (305, 7), (312, 7))
    assert brief(intervals_of(readings, use)) == [(0, 0, 100, 30, 7, True, False), (300, 300, 310, 9, 7, True, False)]


def test_a_window_with_hardly_any_use_here_is_kept():
    assert brief(intervals_of(shown((200, 40)), minutes((199, 1)))) == [(0, 0, 200, 40, 1, True, False)]


@pytest.mark.parametrize("start, end, expected", [(0, 3600, 60), (1800, 3600, 30), (-600, 900, 15), (3600, 7200, 0),
                                                  (900, 900, 0)])
def test_long_spans_count_by_their_share_of_time(start, end, expected):
    used = UseLookup([Use(BEGIN, HOUR, {KEY: 60.0}), Use(BEGIN - 90000, 60, {KEY: 5.0})])
    assert used.between(BEGIN + start, BEGIN + end).get(KEY, 0) == expected


@given(st.lists(st.builds(Reading, st.integers(BEGIN - 40000, BEGIN + 40000), st.floats(0, 101),
                          st.one_of(st.just(0), st.integers(BEGIN - 40000, BEGIN + 60000)),
                          st.sampled_from(["statusline", "limit", "hit"])), max_size=30))
def test_whatever_was_read_intervals_are_in_order_and_of_one_window(readings):
    for interval in intervals_of(readings, EVEN):
        assert interval.window - WINDOW_S - 90 <= interval.start < interval.end <= interval.window + 90
        assert 8 <= interval.points <= 101
        assert interval.whole is (interval.start == interval.window - WINDOW_S)


def test_no_use_is_counted_twice_or_lost():
    sim = simulate(Scenario(seed=3, days=10, elsewhere=0.5))
    found = intervals_of(sim.readings, sim.use)
    assert all(one.end <= other.start for one, other in zip(found, found[1:]))
    hits = {window.resets_at: window for window in sim.windows if window.hit_at}
    ends = [interval for interval in found if interval.exact]
    assert {interval.window for interval in ends} <= set(hits) and len(ends) >= 3
    for interval in ends:               # the answer that crosses the limit was still given
        window = hits[interval.window]
        total = sum(sim.units(Use(0, 1, one.load)) for one in found if one.window == interval.window)
        assert total <= window.limit * 1.005


def test_the_whole_window_weighs_what_the_server_counted():
    sim = simulate(Scenario(seed=1, days=14, elsewhere=0.0))
    found = intervals_of(sim.readings, sim.use)
    for interval in found:
        points = 100 * sim.units(Use(0, 1, interval.load)) / sim.limit_at(interval.start)
        assert points == pytest.approx(interval.points, abs=1.01)


def one(points, count, number=0, **parts):
    return Interval(RESET, BEGIN + number * 600, BEGIN + number * 600 + 600, points, {KEY: count}, **parts)


def tokens(load):
    return load.get(KEY, 0.0)


@pytest.mark.parametrize("counts, expected", [
    ([80, 81, 79, 80], [[0, 1, 2, 3]]),
    ([80, 40, 80, 80], [[0], [1], [2, 3]]),
    ([80, 80, 0, 0], [[0, 1], [2, 3]]),
    ([80, 83, 77, 10], [[0, 1, 2], [3]]),
])
def test_neighbours_of_one_kind_are_joined(counts, expected):
    assert alike_groups([one(8, count, number) for number, count in enumerate(counts)], tokens) == expected


@pytest.mark.parametrize("change", [{"window": RESET + 60}, {"start": BEGIN + 700}], ids=["window", "gap"])
def test_only_neighbours_of_one_window_are_joined(change):
    assert alike_groups([one(8, 80), one(8, 80, 1)._replace(**change)], tokens) == [[0], [1]]


def test_joined_intervals_are_one():
    parts = [one(8, 80, 0, whole=True), one(9, 90, 1), one(11, 112, 2, exact=True)]
    assert merged(parts, [0, 1, 2]) == Interval(RESET, BEGIN, BEGIN + 1800, 28, {KEY: 282.0}, True, True)
    assert rounding_error(merged(parts, [0, 1, 2])) < rounding_error(parts[0]) < rounding_error(parts[1])
