"""The past of the account's windows: what belongs to which, what one per cent was worth, the course, and the command."""

import csv
import io
from functools import partial
from typing import Dict, List, NamedTuple, Tuple

import pytest
import wcwidth
from commands import NOW, block
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone, learned

from ccmon import call, text
from ccmon.commands import history as history_command
from ccmon.errors import UsageError
from ccmon.history import windows
from ccmon.history.windows import LoginReading, PastWindow, PercentValue, Range, WindowKind, grouped_windows
from ccmon.learning.values import Change
from ccmon.model import UsageRow
from ccmon.pipeline import history, past_windows
from ccmon.settings import context
from ccmon.store import window_readings
from ccmon.store.window_readings import WindowReading
from ccmon.text import Charset
from ccmon.views.history import chart, rows

pytestmark = pytest.mark.newest_only

T0, MINUTE, QUARTER, HOUR, DAY = 1_764_000_000, 60, 900, 3600, 86_400
FIVE, WEEK = 5 * HOUR, 7 * DAY
ACCOUNT = WindowKind("five_hour", FIVE, lambda model: True, lambda rows, end: None)


def used(at: int, tokens: int, cost_usd=0.0, model="claude-opus-4-6") -> UsageRow:
    """What was used in the quarter of an hour of that moment."""
    return UsageRow(at // QUARTER * QUARTER, model, "/src", tokens // 4, tokens - tokens // 4, 0, 0, cost_usd)


# --- what belongs to which: a world that knows the truth ------------------------------------------------------------------

class True_(NamedTuple):
    """A window as it was."""

    login: str
    start: int
    said: Tuple[LoginReading, ...]


@st.composite
def lives(draw, login: str) -> List[True_]:
    """The windows of a login: one after another, with gaps; not every one was read, and resets jitter by a minute."""
    at, found, jitters = T0 + draw(st.integers(0, 60)) * MINUTE, [], draw(st.booleans())
    for _ in range(draw(st.integers(0, 6))):
        at += draw(st.sampled_from([2 * MINUTE * jitters, 4 * MINUTE, 16 * MINUTE, 7 * HOUR]))
        moments = sorted(draw(st.sets(st.integers(1, FIVE - 1), max_size=4)))
        percents = sorted(draw(st.lists(st.integers(0, 120), min_size=len(moments), max_size=len(moments))))
        said = [LoginReading(login, at + moment, float(percent),
                              at + FIVE + (draw(st.sampled_from([0, MINUTE])) if jitters else 0))
                for moment, percent in zip(moments, percents)]
        found.append(True_(login, at, tuple(said)))
        at += FIVE
    return found


WORLDS = st.tuples(lives("ada"), lives("bob"), st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9000)), max_size=60))


def belongs(row: UsageRow, own: Tuple[int, int], spans: List[Tuple[int, int]]) -> bool:
    """Whether no other window has more of that quarter of an hour; of equals the first."""
    def shared(span: Tuple[int, int]) -> int:
        return max(0, min(row.at + QUARTER, span[1]) - max(row.at, span[0]))
    return shared(own) > 0 and max(sorted(spans), key=shared) == own


@settings(deadline=None, max_examples=examples(50))
@given(WORLDS, st.randoms(use_true_random=False))
def test_each_window_has_its_readings_and_its_own_quarters_of_an_hour(world, dice):
    first, second, spent = world
    rows = sorted((used(T0 + at * QUARTER, tokens) for at, tokens in spent), key=lambda row: row.at)
    told = [one for life in (first, second) for true in life for one in true.said]
    dice.shuffle(told)
    wanted: Dict[Tuple[str, int], tuple] = {}
    for life in (first, second):
        read = [true for true in life if true.said]
        ends = [max(true.said, key=lambda one: one.at).resets_at for true in read]
        spans = [(end - FIVE, end) for end in ends]
        for true, span in zip(read, spans):
            highest = max(one.percent for one in true.said)
            tokens = sum(row.input + row.output for row in rows if belongs(row, span, spans))
            wanted[true.login, span[1]] = (*span, highest, min(one.at for one in true.said if one.percent == highest), tokens)
    found = grouped_windows(ACCOUNT, told, rows)
    assert {(one.login, one.resets_at): (one.start, one.end, one.percent, one.reached_at, one.used.tokens)
            for one in found} == wanted and len(found) == len(wanted)
    assert [one.end for one in found] == sorted(one.end for one in found)
    for one in found:
        assert (one.percent_value is not None) == (one.used.tokens > 0 and one.percent >= 5)
        if one.percent_value:
            assert 0 <= one.percent_value.tokens.low <= one.percent_value.tokens.value <= one.percent_value.tokens.high
            assert one.percent_value.tokens.value <= one.used.tokens / one.percent


@pytest.mark.parametrize("past_the_quarter, wanted", [(0, [0, 1000]), (5, [0, 1000]), (7.5, [1000, 0]), (10, [1000, 0])])
def test_a_quarter_of_an_hour_on_a_border_is_of_the_window_that_has_more_of_it(past_the_quarter, wanted):
    border = (T0 // QUARTER + 20) * QUARTER + int(past_the_quarter * MINUTE)
    told = [LoginReading("", border - HOUR, 50.0, border), LoginReading("", border + HOUR, 50.0, border + FIVE)]
    assert [one.used.tokens for one in grouped_windows(ACCOUNT, told, [used(border, 1000)])] == wanted


# --- tables ---------------------------------------------------------------------------------------------------------------

def said(*pairs: Tuple[int, float], end: int = T0 + FIVE, login: str = "") -> List[LoginReading]:
    """Minutes after T0 and what was read then."""
    return [LoginReading(login, T0 + minute * MINUTE, percent, end) for minute, percent in pairs]


@pytest.mark.parametrize("readings, spent, tokens, cost", [
    ([(30, 10), (200, 50)], [(0, 10_000, 5.0), (190, 15_000, 7.5)], (500, 25_000 / 50.5, 25_000 / 49.5), 0.25),
    ([(30, 10), (200, 50)], [(0, 10_000, None)], (200, 10_000 / 50.5, 10_000 / 49.5), None),
    ([(200, 100)], [(0, 10_000, 5.0)], (100, 10_000 / 100.5, 10_000 / 99.5), 0.05),
    ([(10, 10), (59, 10)], [(0, 10_000, 1.0), (90, 900, 1.0)], (1090, 10_900 / 10.5, 10_900 / 9.5), 0.2),  # less than a point
    ([(40, 10)], [(0, 10_000, 1.0), (90, 90_000, 9.0)], (1000, 10_000 / 10.5, 10_000 / 9.5), 0.1),         # nobody read that
    ([(40, 10)], [(0, 5000, 1.0), (30, 5000, 1.0), (90, 90_000, 9.0)], (1000, 5000 / 10.5, 10_000 / 9.5), 0.2),
    ([(31, 10)], [(0, 5000, 1.0), (30, 5000, 1.0), (90, 90_000, 9.0)], (500, 5000 / 10.5, 10_000 / 9.5), 0.1),
    ([(40, 4.9)], [(0, 10_000, 1.0)], None, None), ([(40, 50)], [], None, None),
    ([(40, 50)], [(-20, 10_000, 1.0)], None, None), ([(40, 50)], [(300, 10_000, 1.0)], None, None),
    ([(40, 5)], [(0, 100, 1.0)], (20, 100 / 5.5, 100 / 4.5), 0.2)])
def test_what_one_per_cent_was_worth(readings, spent, tokens, cost):
    one, = grouped_windows(ACCOUNT, said(*readings), [used(T0 + minute * MINUTE, count, usd) for minute, count, usd in spent])
    if tokens is None:
        assert one.percent_value is None
    else:
        assert one.percent_value.tokens == pytest.approx(tokens) and one.percent_value.by == "readings"
        assert one.percent_value.cost_usd is None if cost is None else one.percent_value.cost_usd.value == pytest.approx(cost)


def worth(low: float, high: float, cost: bool = True) -> PercentValue:
    found = Range((low + high) / 2, low, high)
    return PercentValue(Range(100.0, 100.0, 100.0), found, "readings") if cost else PercentValue(found, None, "readings")


@pytest.mark.parametrize("before, now, wanted", [
    (worth(9, 11), worth(11, 13), (20.0, False, "cost")), (worth(9, 11), worth(11.5, 12.5), (20.0, True, "cost")),
    (worth(9, 11), worth(4, 6), (-50.0, True, "cost")), (worth(9, 11, False), worth(19, 21, False), (100.0, True, "tokens")),
    (worth(9, 11), worth(150, 250, False), (100.0, True, "tokens")), (worth(0, 0), worth(1, 2), (0.0, False, "tokens")),
    (None, worth(1, 2), None), (worth(1, 2), None, None)])
def test_how_that_changed(before, now, wanted):
    found = windows.change(before, now)
    assert found == wanted if wanted is None else found == (pytest.approx(wanted[0]), *wanted[1:])


def test_it_is_compared_with_the_last_window_of_that_login_of_which_it_is_known():
    told = [*said((30, 50)), *said((800, 3), end=T0 + 3 * FIVE), *said((1300, 50), end=T0 + 5 * FIVE),
            *said((1300, 50), end=T0 + 5 * FIVE, login="bob")]
    found = grouped_windows(ACCOUNT, told, [used(T0, 100, 1.0), used(T0 + 14 * HOUR, 50, 1.0), used(T0 + 4 * FIVE, 1000, 3.0)])
    assert [one.change and round(one.change.percent) for one in found] == [None, None, 200, None]


@pytest.mark.parametrize("second, wanted", [
    (said((130, 1), end=T0 + FIVE + 2 * HOUR), [(0, 120), (120, 420)]),                   # it began when the first was last read
    (said((100, 1), end=T0 + FIVE + HOUR), [(0, 100), (100, 360)]),                       # its reset says it began before that
    (said((20, 1), end=T0 + FIVE + HOUR), [(0, 300), (60, 360)])])                        # read by turns: two accounts
def test_a_moved_reset_ends_the_window_before(second, wanted):
    found = grouped_windows(ACCOUNT, [*said((10, 5), (90, 40)), *second], [])
    assert [((one.start - T0) // MINUTE, (one.end - T0) // MINUTE) for one in found] == wanted


@pytest.mark.parametrize("event, wanted", [
    (LoginReading("", T0 + HOUR, 100.0, 0, True), [("ada", 100.0, 60)]),
    (LoginReading("", T0 + HOUR, 100.0, T0 + FIVE + 20 * MINUTE, True), [("ada", 100.0, 60)]),    # messages are rounded
    (LoginReading("", T0 + 9 * HOUR, 100.0, T0 + 13 * HOUR, True), [("ada", 40.0, 90), ("", 100.0, 540)]),
    (LoginReading("", T0 + 9 * HOUR, 100.0, 0, True), [("ada", 40.0, 90)])])
def test_a_limit_message_is_a_hundred_per_cent_of_the_window_that_ran(event, wanted):
    found = grouped_windows(ACCOUNT, [*said((10, 5), (90, 40), login="ada"), event], [])
    assert [(one.login, one.percent, (one.reached_at - T0) // MINUTE) for one in found] == wanted


@pytest.mark.parametrize("name, models, tokens", [
    ("seven_day_opus", ["claude-opus-4-6", "claude-sonnet-4-6"], 100), ("seven_day_opus_4_5", ["claude-opus-4-6"], 0),
    ("seven_day_opus", ["claude-opus-4-6", None], None), ("seven_day", ["claude-opus-4-6", None], 200),
    ("seven_day_oauth_apps", ["claude-opus-4-6"], 0), ("spend_limit", ["claude-opus-4-6"], None)])
def test_a_windows_scope_says_whose_use_counts(name, models, tokens):
    kind = WindowKind(name, past_windows.length_s(name), partial(past_windows.counts, past_windows.scope(name)), ACCOUNT.part)
    one, = grouped_windows(kind, said((30, 50), end=T0 + WEEK), [used(T0 + HOUR, 100, 1.0, model) for model in models])
    assert (one.used and one.used.tokens) == tokens and (one.percent_value is None) == (not tokens)


@pytest.mark.parametrize("rows, end, more, wanted", [
    ([used(T0, 7000, 1.0)], T0, {}, 0.05), ([used(T0, 7000, 1.0), used(T0, 7000, 1.0, None)], T0, {}, 0.025),
    ([used(T0, 400, 1.0)], T0, {}, None), ([used(T0, 7000, 1.0)], T0 - 200 * DAY, {}, None),
    ([used(T0, 7000, 1.0)], T0, {"is_learned": False}, None),
    ([used(T0, 7000, 1.0)], T0, {"changes": (Change(T0 + DAY, 0.5, T0 + DAY),)}, 0.1),
    ([used(T0, 7000, 1.0)], T0, {"changes": (Change(T0 - DAY, 0.5, T0),)}, 0.05)])
def test_what_was_learned_says_what_part_of_the_use_one_per_cent_is(rows, end, more, wanted):
    known = learned("tokens", **more)._replace(at=T0 + 2 * DAY)
    found = past_windows.learned_part(known, rows, end)
    assert found is None if wanted is None else found == pytest.approx((wanted, wanted * 0.96, wanted * 1.05))


# --- the course -----------------------------------------------------------------------------------------------------------

def week(*pairs: Tuple[int, float], start: int = T0, end: int = T0 + WEEK) -> PastWindow:
    """Hours after T0 and what was read then."""
    readings = tuple((T0 + hour * HOUR, percent) for hour, percent in pairs)
    highest = max(percent for _, percent in readings)
    return PastWindow("seven_day", "", start, end, end, readings, highest, max(at for at, one in readings if one == highest))


WEEKS = st.lists(st.tuples(st.integers(0, 167), st.floats(0, 1000)), min_size=1, max_size=30).map(
    lambda pairs: week(*sorted(pairs))) | st.just(week((5, 10.0), start=None))


@settings(deadline=None, max_examples=examples(30))
@given(WEEKS, st.integers(-DAY, 9 * DAY), st.integers(1, 160), st.integers(1, 50), st.booleans())
def test_no_course_breaks_the_picture(window, passed, width, height, unicode):
    lines = chart.window_lines(window, T0 + passed, FixedZone(), width, height, Charset(unicode, unicode))
    assert 1 <= len(lines) <= height
    for line in lines:
        assert wcwidth.wcswidth("".join(span.text for span in line)) == text.line_width(line) <= width


@pytest.mark.parametrize("now, wanted", [
    (T0 + 84 * HOUR, "Week until Mon 1 Dec 17:00: 45 % used, even use would be 50 %"),
    (T0 + WEEK, "Week until Mon 1 Dec 17:00: 45 % at most, on Wed 26 Nov 17:00")])
def test_the_course_is_set_beside_even_use(now, wanted):
    shown = chart.window_lines(week((2, 1.0), (48, 45.0)), now, FixedZone(), 80, 14, Charset(False, False))
    assert text.plain(shown[0]).strip() == wanted
    rows = [text.plain(line) for line in shown[1:]]
    assert rows[0].startswith(" 100 -") and rows[-1].split()[:2] == ["Tue", "25"]
    marks = [(row, column) for row, line in enumerate(rows[:-2]) for column, char in enumerate(line[6:]) if char == "*"]
    assert max(row for row, _ in marks) > min(row for row, _ in marks) >= 5       # from 0 to less than half of the height


# --- the command ----------------------------------------------------------------------------------------------------------

JSON = ["window", "label", "login", "start", "end", "resets_at", "active", "percent", "reached", "tokens", "input", "output",
        "cache_creation", "cache_read", "cost_usd", "models", "tokens_per_percent", "tokens_per_percent_low",
        "tokens_per_percent_high", "usd_per_percent", "usd_per_percent_low", "usd_per_percent_high", "worth_by", "change",
        "change_of", "changed"]
END = NOW // HOUR * HOUR + 2 * HOUR


def keep(machine, *rows: WindowReading) -> None:
    """Store what Claude would have said."""
    ctx = context.prepare({}, machine.env(CCMON_NOW=NOW))
    with history.opened(ctx, 5000) as kept:
        kept.store.change_owner(ctx.owner, lambda db, owner: window_readings.add(db, owner, rows))


@pytest.mark.parametrize("words, told", [
    ("--window 7d --by day", "use --by window"), ("--by window --host x", "--host"), ("--by window --heatmap", "--heatmap")])
def test_words_without_a_meaning_together(words, told):
    with pytest.raises(UsageError, match=told):
        history_command._refuse_pairs(call.parse(["history", *words.split()]))


@pytest.mark.parametrize("wanted, name", [(None, "five_hour"), ("seven_day", "seven_day"), ("7D", "seven_day"), (" 7d Opus",
                                                                                                             "seven_day_opus")])
def test_a_window_is_named_by_its_name_or_label(wanted, name):
    known = ["five_hour", "seven_day", "seven_day_opus"]
    assert past_windows.named(known, wanted) == name and past_windows.named([], wanted) == ""


def test_the_command(machine):
    assert machine.run("history", "--by", "window") == (0, rows.NOTHING_READ + "\n", "")
    machine.answers([block(END - DAY - FIVE, 5000), block(END - FIVE, 6000)])
    assert machine.run("record").code == 0
    keep(machine, WindowReading("ada", "five_hour", END - DAY - HOUR, 50.0, END - DAY, "statusline"),
         WindowReading("ada", "five_hour", NOW - HOUR, 20.0, END, "statusline"),
         WindowReading("ada", "seven_day", NOW - HOUR, 9.0, END + DAY, "statusline"),
         WindowReading("bob", "five_hour", NOW - DAY, 3.0, END - DAY + HOUR, "account_file"))
    found = machine.run("history", "--by", "window", "--json").json
    assert [list(one) for one in found] == [JSON] * 3
    assert [tuple(one[name] for name in ("login", "start", "percent", "tokens", "tokens_per_percent", "change", "active"))
            for one in found] == [("ada", END - DAY - FIVE, 50, 5000, 100, None, False),
                                  ("bob", END - DAY - 4 * HOUR, 3, 1000, None, None, False),
                                  ("ada", END - FIVE, 20, 6000, 300, 150, True)]
    words = list(csv.DictReader(io.StringIO(machine.run("history", "--by", "window", "--csv").out)))
    for row, one in zip(words, found):
        same = {"start_epoch": "start", "end_epoch": "end", "reached_epoch": "reached"}
        for name in row.keys() & {*JSON} - {"start", "end", "reached", "models", "changed"} | same.keys():
            value = one[same.get(name, name)]
            assert row[name] == ("" if value is None else str(value)), name
    shown = machine.run("history", "--by", "window").out.splitlines()
    assert shown[0].split() == "start login end highest reached tokens cost worth range worth_usd change".split()
    assert shown[2].split()[2] == "ada" and shown[3].split()[-4:] == ["-"] * 4 and shown[4].split()[-2:] == ["+150", "%"]
    assert "9 % used, even use would be" in machine.run("history", "--window", "7d", "--chart").out
    assert "Weekly limit" in machine.run("report").out
    result = machine.run("history", "--window", "opus")
    assert (result.code, result.out) == (2, "") and "there are five_hour, seven_day" in result.err
