"""Which official percentages are believed: sessions repeat their own last answer, and old windows come again."""

import pytest
from account_windows import five_hour as five_hour_window
from account_windows import pairs, seven_day
from hypothesis import given
from hypothesis import strategies as st

from ccmon.sources import hook
from ccmon.usage.official import MOST_SESSIONS, Ledger, dump, load, parse, spend_limit, with_lines

T0 = 1_764_000_000
HOUR = 3600
RESET = T0 + 3 * HOUR
WEEK = T0 + 80 * HOUR


def line(at, percent, resets_at=RESET, session="a", counter=None, week="- -"):
    return f"{at} {session} {'-' if counter is None else counter} {percent} {resets_at} {week}"


def after(*lines, now=None):
    return with_lines(Ledger(), lines, now or max(int(text.split()[0]) for text in lines))


def five_hour(*lines, now=None):
    return pairs(after(*lines, now=now)[0].windows)[0]


@pytest.mark.parametrize("lines, expected", [
    ([line(T0, 37)], (37, RESET)),
    ([line(T0, 37), line(T0 + 60, 38)], (38, RESET)),
    ([line(T0, 37), line(T0 + 60, 30, session="idle", counter=5)], (37, RESET)),
    ([line(T0, 37, counter=1), line(T0 + 9, 36, counter=1), line(T0 + 18, 36, counter=1)], (37, RESET)),
    ([line(T0, 37, counter=1), line(T0 + 9, 30, counter=2)], (37, RESET)),
    ([line(T0, 37, counter=1), line(T0 + 9, 30, counter=2), line(T0 + 18, 31, counter=3)], (31, RESET)),
    ([line(T0, 37, counter=1), line(T0 + 9, 30, counter=2), line(T0 + 18, 38, counter=3), line(T0 + 27, 30, counter=4)],
     (38, RESET)),
    ([line(T0, 90, T0 + 60), line(T0 + 61, 1, RESET)], (1, RESET)),
    ([line(T0, 90, T0 + 60), line(T0 + 61, 90, T0 + 60)], (90, T0 + 60)),
    ([line(T0, 20, RESET + 60, counter=1), line(T0 + 9, 50, RESET, counter=2)], (20, RESET + 60)),
    ([line(T0, 20, RESET + 60, counter=1), line(T0 + 9, 50, RESET, counter=2), line(T0 + 18, 51, RESET, counter=3)], (51, RESET)),
    ([line(T0, 97, T0 + 5 * HOUR)], None),
    ([line(T0, 97, T0 + 5 * HOUR - 299)], None),
    ([line(T0, 97, T0 + 5 * HOUR - 301)], (97, T0 + 5 * HOUR - 301)),
    ([line(T0, 94, T0 + 5 * HOUR)], (94, T0 + 5 * HOUR)),
    ([line(T0, 50, T0)], None),
    ([line(T0, 50, T0 + 6 * HOUR)], None),
    (["", "x", "1 a", f"{T0} a - 37", f"{T0} a - x {RESET} - -", f"{T0} a 1 - - - -"], None),
], ids=str)
def test_what_is_believed(lines, expected):
    assert five_hour(*lines, now=T0 + 100) == expected


def test_each_window_on_its_own():
    ledger, told = after(f"{T0} a 1 37 {RESET} 12.5 {WEEK}")
    assert ledger.windows == (five_hour_window(37, RESET, T0), seven_day(12.5, WEEK, T0))
    assert [(r.window, r.percent) for r in told] == [("five_hour", 37), ("seven_day", 12.5)]
    assert after(f"{T0} a 1 - - 12.5 {WEEK}")[0].windows == (seven_day(12.5, WEEK, T0),)


def test_the_same_value_is_newer_only_with_a_new_answer():
    ledgers = [after(line(T0, 37, counter=1), line(T0 + 60, 37, counter=counter))[0] for counter in (1, 2)]
    assert [ledger.windows[0].read_at for ledger in ledgers] == [T0, T0 + 60]


def test_only_changes_are_told():
    lines = [line(T0 + n, 37 + n // 4, counter=n) for n in range(12)]
    assert [(r.at - T0, r.percent) for r in after(*lines)[1]] == [(0, 37), (4, 38), (8, 39)]


def test_lines_from_the_future_are_left():
    assert five_hour(line(T0 + 120, 37), now=T0) is None
    assert five_hour(line(T0 + 30, 37), now=T0) == (37, RESET)


def test_after_the_clock_was_set_back_readings_count():
    ledger, _ = after(line(T0, 37, counter=1))
    ledger, told = with_lines(ledger, [line(T0 - 7200, 41, counter=2)], T0 - 7200)
    assert told and ledger.windows[0].percent == 41


def test_sessions_are_forgotten_but_the_newest():
    ledger, _ = after(*(line(T0 + n, 37, session=f"s{n}", counter=n) for n in range(100)))
    assert [name for name, _, _ in ledger.sessions] == [f"s{n}" for n in range(100 - MOST_SESSIONS, 100)]


RESETS = st.sampled_from([RESET, RESET + 60, RESET - HOUR])
WEEKS = st.sampled_from(["- -", f"5 {WEEK}", f"9 {WEEK}"])
LINES = st.lists(st.builds(line, st.integers(T0, T0 + HOUR), st.integers(0, 101), RESETS, st.sampled_from("ab"),
                           st.none() | st.integers(0, 4), WEEKS), max_size=12).map(sorted)


@given(LINES)
def test_lines_that_were_taken_before_change_nothing(lines):
    once, _ = with_lines(Ledger(), lines, T0 + HOUR)
    last = {name: at for name, _, at in once.sessions}
    earlier = [text for text in lines if int(text.split()[0]) < last.get(text.split()[1], T0)]
    again, told = with_lines(once, earlier, T0 + HOUR)
    assert again == once and told == []


@given(LINES, LINES)
def test_the_order_of_batches_does_not_matter(first, second):
    lines = sorted(first + second)
    whole = with_lines(Ledger(), lines, T0 + HOUR)[0]
    part = with_lines(Ledger(), lines[:len(first)], T0 + HOUR)[0]
    assert with_lines(load(dump(part)), lines[len(first):], T0 + HOUR)[0] == whole


@given(st.text())
def test_parse_never_fails(text):
    assert all(0 <= len(reading.session) for reading in parse(text))


@pytest.mark.parametrize("text", [None, "", "x", "[]", "[1,2,3]", "{}", "[[[1]],[],[]]", '[[null,null],["x"],[["a"]]]'])
def test_a_damaged_ledger_is_an_empty_one(text):
    assert load(text) == Ledger()


def spooled(**limits):
    return hook.spool_line({"session_id": "a", "cost": {"total_api_duration_ms": 9}, "rate_limits": limits}, T0)


@pytest.mark.parametrize("amounts, credit", [
    ({"used_usd": 12.5, "limit_usd": 50}, (12.5, 50.0)), ({"used_usd": 12.5}, (12.5, None)), ({}, (None, None)),
    ({"used_usd": "much", "limit_usd": -1}, (None, None)), ({"used_usd": 1e300, "limit_usd": 50}, (None, 50.0))])
def test_a_spend_limit_is_a_window_and_credits(amounts, credit):
    text = spooled(spend_limit={"used_percentage": 104, "resets_at": WEEK, "period": "monthly", **amounts})
    ledger = load(dump(with_lines(Ledger(), [text], T0)[0]))
    (found,) = spend_limit(ledger, ledger.windows)
    assert (found.kind, found.percent, found.resets_at, found.left) == ("spend_limit", 104, WEEK, False)
    assert (found.used, found.limit) == credit and ledger.windows[0].scope == "account"


def test_what_cannot_be_taken_is_counted():
    good, epoch, share = ({"used_percentage": used, "resets_at": WEEK} for used in (7, T0, 0.4))
    for limits, dropped in (({"five_hour": epoch}, 1), ({"five_hour": share, "x": {"used_percentage": 3}}, 2),
                            ({"seven_day": good}, 0), ({"seven_day": good, "one": epoch, "two": epoch}, 2)):
        assert with_lines(Ledger(dropped=9), [spooled(**limits)], T0)[0].dropped == dropped
