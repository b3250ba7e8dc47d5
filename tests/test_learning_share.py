"""The anonymous summary: what is in it and what is not; and one's own place among summaries of others."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import FixedZone

from ccmon import choices
from ccmon.learning import share
from ccmon.learning.share import Summary
from ccmon.learning.values import Estimate, Learned, UnitWeights
from ccmon.text import line_width, plain
from ccmon.views import learn_report

ZONE = FixedZone()
T = 1_764_000_000                      # Monday 24 November 2025, 16:00 UTC
HOUR, DAY = 3600, 86_400
COST = UnitWeights("cost", (), 0.4, 123)
SURE = Estimate(12.345, 12.001, 12.789, 0.01, 123, 31, 0.7, True)
LEARNED = Learned(T, COST, SURE, (), 123, 2, 31_416.0, 41, 2843.7)


def own(learned=LEARNED, subscription="max5", hits=(), hours=()):
    return share.summary(learned, subscription, list(hits), dict(hours), ZONE)


# --- what is told -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number, expected", [(0, 0), (-3, 0), (7, 7), (41, 41), (104, 100), (105.5, 110), (31_416, 31_000),
                                              (99_600, 100_000), (1.2e15, 0), (float("nan"), 0), (0.4, 0)])
def test_numbers_have_two_digits(number, expected):
    assert share.rounded(number) == expected


def test_a_learned_limit_is_told_in_tokens_whatever_its_ruler():
    told = own()
    assert (told.subscription, told.high_water, told.sessions) == ("Max5", 31_000, 41)
    assert (told.limit, told.low, told.high, told.unit) == (35_100, 34_100, 36_400, "cost")


@pytest.mark.parametrize("learned", [
    Learned(T), LEARNED._replace(estimate=SURE._replace(learned=False)), LEARNED._replace(estimate=None),
    LEARNED._replace(tokens_per_load=0.0)])
def test_what_is_not_learned_is_not_told(learned):
    told = own(learned)
    assert (told.limit, told.low, told.high, told.unit) == (None, None, None, "tokens")


def test_when_one_was_cut_off_is_told_by_weekday_and_part_of_the_day_only_when_it_was_often():
    assert own(hits=[T, T + DAY])[7:10] == (2, (), ())
    told = own(hits=[T, T + 7 * DAY, T + 14 * DAY, T + DAY + 4 * HOUR])
    assert told.hits == 4
    assert sum(told.hit_days) == 100 and told.hit_days[0] == 80 and told.hit_days[1] == 20
    assert len(told.hit_hours) == 6 and told.hit_hours[4] == 80


def test_hours_are_shares_of_the_local_day():
    told = own(hours={T: 300.0, T + DAY: 300.0, T + HOUR: 400.0})
    assert len(told.hours) == 24 and told.hours[17:19] == (60, 40) and sum(told.hours) == 100
    assert own(hours={}).hours == () == own(hours={T: 0.0}).hours


def test_nothing_in_it_says_who_or_when():
    """Every value is a rounded number, a word of a fixed list, or a list of shares."""
    told = share.document(own(hits=[T + 61 * place for place in range(9)], hours={T + HOUR * place: 17.3 for place in range(99)}))
    assert set(told) == {"ccmon_share", *Summary._fields}
    words = (None, *share.SUBSCRIPTIONS.values(), "tokens", "cost", "weighted")
    for value in told.values():
        for one in value if isinstance(value, tuple) else [value]:
            assert one in words or one == share.rounded(one, 3)
    assert not re.search("[0-9]{6,}[1-9]", json.dumps(told))          # no time in it, however written


@given(st.integers(0, 10**13), st.floats(0, 1e9), st.lists(st.integers(T, T + 10**7), max_size=20))
def test_any_history_gives_a_line_that_is_read_again(tokens, limit, hits):
    estimate = SURE._replace(median=limit, low=limit * 0.9, high=limit * 1.1)
    told = own(LEARNED._replace(at_least=float(tokens), estimate=estimate), hits=hits, hours={at: 5.0 for at in hits})
    (again,), bad = share.read([json.dumps(share.document(told))])
    assert bad == 0
    assert again == told._replace(hit_days=(), hit_hours=(), limit=told.limit or None, low=told.low or None,
                                  high=told.high or None)


def test_the_parser_knows_the_same_subscriptions():
    assert tuple(share.SUBSCRIPTIONS) == choices.SUBSCRIPTIONS


# --- what is read -------------------------------------------------------------------------------------------------------

def line(**fields):
    return json.dumps({"ccmon_share": 1, "subscription": "Pro", "high_water": 9000, "sessions": 10, "limit": 7000, **fields})


@pytest.mark.parametrize("text", [
    "junk", "[]", "7", "null", '"ccmon_share"', "{}", '{"ccmon_share": "1"}', '{"ccmon_share": 1', "[" * 100_000, '{"a": NaN}',
    '{"ccmon_share": 1, "hours": 7}'])
def test_bad_lines_are_counted(text):
    assert share.read([text, "", "  \n", line()]) == (share.read([line()])[0], 1)


@pytest.mark.parametrize("fields, expected", [
    ({"limit": "7000"}, None), ({"limit": -1}, None), ({"limit": 1e300}, None), ({"limit": True}, None),
    ({"limit": 7000.5}, 7000), ({"limit": float("nan")}, None), ({"limit": float("inf")}, None), ({"limit": None}, None)])
def test_a_wrong_number_is_no_number(fields, expected):
    (found,), bad = share.read([line(**fields)])
    assert found.limit == expected and found.high_water == 9000 and bad == 0


@pytest.mark.parametrize("told, known", [("pro", "Pro"), ("MAX20", "Max20"), ("Gold\x1b[31m", None), (7, None), (None, None)])
def test_subscriptions_are_of_the_known_ones(told, known):
    assert share.read([line(subscription=told)])[0][0].subscription == known


def test_a_summary_that_is_posted_twice_counts_once():
    assert len(share.read([line(), line(), line(limit=8000)])[0]) == 2


# --- one's own place ----------------------------------------------------------------------------------------------------

OTHERS = [Summary("Pro", 6000, 30, 7000), Summary("Pro", 6500, 20, 7400), Summary("Max5", 30_000, 40, 34_000),
          Summary("Max5", 31_000, 5, 36_000), Summary("Max5", 20_000, 9), Summary(None, 100_000, 9, 140_000)]


def test_learned_limits_are_compared_where_there_is_one():
    found = share.place(own(), OTHERS, 2)
    assert (found.number, found.bad, found.by, found.own, found.rank, found.of) == (6, 2, "limit", 35_100, 3, 6)
    assert found.alike == (2, 3)
    assert [(group.name, group.number, group.learned) for group in found.groups] == [("Pro", 2, 2), ("Max5", 3, 2),
                                                                                    ("not stated", 1, 1)]
    assert found.groups[1].limits == (34_500, 35_000, 35_500) and found.groups[1].high_waters == (25_000, 30_000, 30_500)


def test_else_the_largest_sessions_are_compared():
    found = share.place(own(Learned(T, at_least=30_400.0, sessions=9), subscription=None), OTHERS, 0)
    assert (found.by, found.own, found.rank, found.of, found.alike) == ("high_water", 30_000, 3, 7, None)


def test_ones_own_line_among_them_is_not_someone_else():
    others, _ = share.read([json.dumps(share.document(own())), json.dumps(share.document(OTHERS[0]))])
    assert share.place(own(), others, 0).number == 1
    assert share.place(own(subscription=None), others, 0).number == 1


@pytest.mark.parametrize("others", [[], [Summary("Pro")]])
def test_with_nobody_to_compare_with_there_is_no_rank(others):
    found = share.place(own(), others, 0)
    assert found.rank is None and len(found.groups) == len(others)


def test_with_nothing_of_ones_own_there_is_no_rank():
    found = share.place(own(Learned(T)), OTHERS, 0)
    assert (found.own, found.rank) == (0, None)


@pytest.mark.parametrize("values, expected", [([], None), ([5], (5, 5, 5)), ([1, 3], (2, 2, 2)), ([1, 2, 3, 4, 5], (2, 3, 4)),
                                              ([9, 1, 5], (3, 5, 7))])
def test_quartiles(values, expected):
    assert share.quartiles(values) == expected


# --- as lines -----------------------------------------------------------------------------------------------------------

def rows(lines):
    return [plain(line) for line in lines]


def test_the_summary_in_words():
    assert rows(learn_report.summary_lines(own(hits=[T, T, T + DAY], hours={T: 60.0, T + HOUR: 20.0}), 80)) == [
        "subscription  Max5",
        "largest       31,000 tokens of 41 sessions",
        "limit         about 35,100 tokens, 90 % interval 34,100-36,400",
        "              constant in cost, not in tokens",
        "cut off       3 times",
        "              by weekday: Mon 70 %, Tue 30 %",
        "              by hour: 16-20 100 %",
        "hours of use  _________________@-_____  from 0 to 24",
        "Nothing is sent. There is no name, host, account, path or date in it, and",
        "numbers are rounded. Read it, and post the line below where limits are compared,",
        "if you like:"]


def test_the_place_in_words():
    assert rows(learn_report.rank_lines(share.place(own(), OTHERS, 2), 80)) == [
        "6 summaries; 2 other lines left out.",
        "Your learned limit, about 35,100 tokens, is the 3rd of 6; 2nd of 3 with your",
        "subscription (1 is the largest).",
        "                all  learned       25 %     median       75 %  median record",
        "Pro               2        2      7,100      7,200      7,300          6,250",
        "Max5              3        2     34,500     35,000     35,500         30,000",
        "not stated        1        1    140,000    140,000    140,000        100,000"]


@pytest.mark.parametrize("mine, others, expected", [
    (Learned(T), OTHERS, "Nothing is known of your own limit or sessions yet."),
    (LEARNED, [], "Your largest session of 31,000 tokens has nothing to be compared with."),
    (LEARNED, [OTHERS[4]], "Your largest session of 31,000 tokens is the 1st of 2; 1st of 2 with your subscription (1 is the"),
])
def test_other_places_in_words(mine, others, expected):
    assert expected in rows(learn_report.rank_lines(share.place(own(mine), others, 0), 100))


@given(st.lists(st.builds(lambda *values: Summary(*values), st.sampled_from([None, *share.SUBSCRIPTIONS.values()]),
                          st.integers(0, 10**12), st.integers(0, 10**12), st.one_of(st.none(), st.integers(1, 10**12))),
                max_size=8),
       st.integers(40, 120))
def test_no_line_is_wider_than_asked(others, cells):
    shown = learn_report.rank_lines(share.place(own(), others, 3), cells)
    for line in [*shown, *learn_report.summary_lines(own(hits=[T] * 9), cells)]:
        assert line_width(line) <= cells
