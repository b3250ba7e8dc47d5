"""The official percentages of simulated accounts: sessions that repeat their last answer, clear, log in, and share a folder.

The lines have the shape of what Claude Code passes to its status line command; the oracle knows which answers are new.
"""

import json

import pytest
from account_windows import pairs
from hypothesis import given
from hypothesis import strategies as st

from ccmon import claude_row
from ccmon.sources import hook, spool_lines
from ccmon.sources.session_json import WINDOWS_S
from ccmon.usage import official
from ccmon.usage.windows import running
from ccmon.views.line import dialects

pytestmark = pytest.mark.newest_only

T0 = 1_764_000_000
HOUR, WEEK = 3600, 7 * 86_400
NAMES = tuple(WINDOWS_S)


class Account:
    """What Claude knows of an account, and what is to be shown of it: a value falls when two answers in a row say so."""

    def __init__(self, phase_s):
        self.week_s = T0 + phase_s
        self.used, self.resets_at = [0.0, 0.0], [0, 0]
        self.shown, self.doubted = [None, None], [False, False]

    def answer(self, at, gains):
        for place, gain in enumerate(gains):
            if self.resets_at[place] <= at:
                self.resets_at[place] = (at // 600 * 600 + 5 * HOUR, at + WEEK - (at - self.week_s) % WEEK)[place]
                self.used[place] = 0.0
            self.used[place] = max(0.0, min(180.0, self.used[place] + gain))
            if self.resets_at[place] - at > WINDOWS_S[NAMES[place]] - 300:
                self.used[place] = min(94.0, self.used[place])
            self._show(place, at, (self.used[place], self.resets_at[place]))
        return tuple(zip(self.used, self.resets_at))

    def _show(self, place, at, value):
        before = self.shown[place]
        less = before is not None and before[1] > at and value[0] < before[0]
        if not less or self.doubted[place]:
            self.shown[place] = value
        self.doubted[place] = less and not self.doubted[place]

    def at(self, now):
        return [shown if shown and shown[1] > now else None for shown in self.shown]


class Terminal:
    """A session of Claude Code: it says what its own last answer said, whatever others were told since."""

    def __init__(self, name, account):
        self.name, self.account, self.said_by = name, account, None
        self.began, self.counter, self.answers, self.windows = None, 0, 0, None

    def answer(self, at, gains):
        self.began = at if self.began is None else self.began
        self.answers += 1              # no two answers take equally long
        self.counter += 700 + self.answers
        self.windows, self.said_by = self.account.answer(at, gains), self.account

    def clear(self, at):
        self.began, self.counter = at, 0

    def document(self, at, jitter_s):
        limits = {name: {"used_percentage": used + 7e-15, "resets_at": ends + jitter_s}
                  for name, (used, ends) in zip(NAMES, self.windows or ())}
        return {"session_id": self.name, "version": "2.1.183", "model": {"id": "claude-opus-4-8"},
                "cost": {"total_cost_usd": 0.2, "total_duration_ms": 1000 * (at - (self.began or at)),
                         "total_api_duration_ms": self.counter}, **({"rate_limits": limits} if limits else {})}


GAINS = st.sampled_from([0, 0, 1, 1, 2, 14, 67, -1, -30, -180])
EVENTS = st.lists(st.tuples(
    st.integers(0, 5), st.sampled_from(["answer", "answer", "repeat", "repeat", "clear", "login"]), st.tuples(GAINS, GAINS),
    st.sampled_from([1, 9, 60, 400, 400, 3 * HOUR, 30 * HOUR]), st.integers(-1, 1), st.booleans()), max_size=40)


@given(EVENTS, st.integers(1, 167))
def test_what_is_shown_is_what_the_newest_answer_said(events, apart_h):
    accounts = [Account(0), Account(apart_h * HOUR)]
    terminals = [Terminal(f"s{number}", accounts[number % 3 % 2]) for number in range(6)]
    ledger, spool, now, newest = official.Ledger(), [], T0, None
    for number, event, gains, later_s, jitter_s, refreshed in events:
        terminal, now = terminals[number], now + later_s
        if event == "answer":
            terminal.answer(now, gains)
            newest = terminal.account
        elif event == "login":
            terminal.account = accounts[terminal.account is accounts[0]]
        if event in ("clear", "login") and terminal.windows:
            terminal.clear(now)
        document = terminal.document(now, jitter_s)
        spool += [hook.spool_line(document, now)]
        if refreshed:
            ledger, spool = official.with_lines(official.load(official.dump(ledger)), spool, now)[0], []
            shown = pairs(running(ledger.windows, now))
            assert shown == (newest.at(now) if newest else [None, None])
            if terminal.windows:
                known = row(ledger, document, now)
                over = all(ends <= now for _, ends in terminal.windows)
                assert known == terminal.said_by.at(now) or over and known == [None, None]


def row(ledger, document, now):
    """What Claude Code's row shows of each window, with the record that a refresh has just left."""
    record = dialects.settled(running(ledger.windows, now), official.apart(ledger, now))
    known, _ = claude_row.windows_of(json.loads(json.dumps(record)), document, now)
    return [known.get(name) for name in NAMES]


def told(*said, session="s1", counter=1000, age_s=None):
    """A document; said are percentage and reset of each window."""
    cost = {"total_api_duration_ms": counter, **({} if age_s is None else {"total_duration_ms": 1000 * age_s})}
    windows = {name: {"used_percentage": one[0], "resets_at": one[1]} for name, one in zip(NAMES, said) if one}
    return {"session_id": session, "cost": cost, "rate_limits": windows}


R, W = T0 + 3 * HOUR, T0 + 80 * HOUR
OLD, NEW = "old", "new"


def after(*calls):
    """The ledger after these documents, ten seconds apart."""
    ledger = official.Ledger()
    for number, document in enumerate(calls):
        ledger, _ = official.with_lines(official.load(official.dump(ledger)), [hook.spool_line(document, T0 + 10 * number)],
                                    T0 + 10 * number)
    return ledger


def five_hour(ledger):
    return pairs(ledger.windows)[0]


def said(percent, session, counter, resets_at=R, week=W, **more):
    return told((percent, resets_at), week and (12, week), session=session, counter=counter, **more)


IDLE = said(67, OLD, 5000)


@pytest.mark.parametrize("calls, expected", [
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), IDLE], 1),
    ([IDLE, said(0, NEW, 700), IDLE, said(1, NEW, 1400), IDLE, IDLE], 1),
    ([IDLE, said(0, NEW, 700), IDLE, IDLE], 67),                       # one answer says less
    ([IDLE, said(0, NEW, 700), said(0, NEW, 700), said(0, NEW, 700)], 67),
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), IDLE, said(2, NEW, 2100), IDLE], 2),
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), said(68, OLD, 6000)], 68),
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), said(66, "third", 9000)], 1),               # an old answer, or a new one?
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), said(2, NEW, 2100), said(66, "third", 9000)], 2),
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), said(3, "third", 9000), said(4, "third", 9900)], 4),
    ([IDLE, said(0, NEW, 700), said(1, NEW, 1400), said(3, "third", 900, age_s=9)], 3),
    ([IDLE, said(0, "b", 700, age_s=9), said(1, "c", 700, age_s=9)], 1),
    ([IDLE, said(30, "b", 90_000), said(25, "c", 80_000)], 67),        # ccmon is new here: three idle sessions
    ([said(1, NEW, 700), said(67, OLD, 5000)], 67),
    ([said(1, NEW, 700), said(67, NEW, 0)], 1), ([said(1, NEW, 700), said(67, OLD, 0)], 1), ([said(67, OLD, 0)], 67),
    ([IDLE, said(0, OLD, 5600), said(1, OLD, 6200), IDLE], 1),         # resumed in a second terminal
    ([IDLE, said(0, NEW, 700), said(67, OLD, 0), said(1, NEW, 1400), said(67, OLD, 0)], 1),
    ([said(67, OLD, None), said(0, NEW, None), said(1, NEW, None), said(67, OLD, None)], 1),
    ([said(67, None, None), said(0, None, None), said(1, None, None), said(67, None, None)], 1),
    ([IDLE, said(0, NEW, 700, R + 60), said(1, NEW, 1400, R + 60), IDLE], 1),
    ([IDLE, said(0, NEW, 700, R - 60), said(1, NEW, 1400, R), IDLE], 1),
    ([IDLE, said(0, NEW, 700, R - HOUR), said(1, NEW, 1400, R - HOUR), IDLE], 1),
    ([IDLE, said(0, NEW, 700, R + HOUR), said(1, NEW, 1400, R + HOUR), IDLE], 1),
    ([IDLE, said(67, NEW, 700), said(0, NEW, 1400, R - HOUR), said(1, NEW, 2100, R - HOUR), IDLE], 1),
    ([said(67, OLD, 5000, week=None), said(0, NEW, 700, week=None), said(1, NEW, 1400, week=None),
      said(67, OLD, 5000, week=None)], 1),
    ([said(67, OLD, 5000), said(4, NEW, 700, R + HOUR, W - HOUR), IDLE, said(67, OLD, 5000)], 4),        # another account
    ([said(67, OLD, 5000), said(4, NEW, 700, R + HOUR, W - HOUR), said(68, OLD, 6000)], 68),
    ([said(104, OLD, 5000)], 104), ([said(95, OLD, 5000), said(1000, OLD, 6000)], 1000), ([said(1000.5, OLD, 5000)], None),
    ([said(R, OLD, 5000)], None), ([said(1000 * R, OLD, 5000)], None), ([said(R // 86_400, OLD, 5000)], None),
    ([said(57.99999999, OLD, 5000)], 58), ([said("41", OLD, 5000)], 41), ([said(None, OLD, 5000)], None),
    ([said(41, OLD, 5000, T0 + 57 * 86_400)], None), ([said(41, OLD, 5000, T0 - 1)], None),
], ids=str)
def test_the_value_of_the_five_hours(calls, expected):
    found = five_hour(after(*calls))
    assert (found and found[0]) == expected


def test_a_terminal_never_shows_what_has_been_lowered():
    ledger = after(IDLE, said(0, NEW, 700), said(1, NEW, 1400), IDLE)
    assert row(ledger, IDLE, T0 + 40) == [(1, R), (12, W)]
    assert row(ledger, said(2, NEW, 2100), T0 + 40) == [(2, R), (12, W)]           # not settled yet
    cleared = said(66, "after /clear", 0)
    assert row(after(IDLE, said(0, NEW, 700), said(1, NEW, 1400), cleared), cleared, T0 + 40) == [(1, R), (12, W)]
    moved = after(said(67, NEW, 700), IDLE, said(0, NEW, 1400, R - HOUR), said(1, NEW, 2100, R - HOUR), IDLE)
    assert row(moved, IDLE, T0 + 60) == [(1, R - HOUR), (12, W)]


def test_terminals_of_two_accounts_each_show_their_own():
    theirs = said(4, NEW, 700, R + HOUR, W - HOUR)
    ledger = after(IDLE, theirs, IDLE, said(9, "their other", 700, R + HOUR, W - HOUR), IDLE)
    assert row(ledger, IDLE, T0 + 60) == [(67, R), (12, W)] and row(ledger, theirs, T0 + 60) == [(9, R + HOUR), (12, W - HOUR)]
    assert row(ledger, {}, T0 + 60) == [(9, R + HOUR), (12, W - HOUR)]
    assert row(ledger, said(5, "third", 9, R - HOUR, W + HOUR), T0 + 60) == [(5, R - HOUR), (12, W + HOUR)]


def test_an_idle_terminal_of_the_account_that_is_not_shown():
    lowered = [told((used, R + HOUR), (used, W - HOUR), session=name, counter=counter)
               for used, name, counter in ((67, "idle", 9), (0, NEW, 700), (1, NEW, 1400), (67, "idle", 9))]
    ledger = after(*lowered, IDLE)
    assert five_hour(ledger) == (67, R)
    assert row(ledger, lowered[0], T0 + 60) == [(1, R + HOUR), (1, W - HOUR)]


def test_accounts_whose_5_hours_end_together_differ_in_their_weeks():
    idle, theirs = told((1, R), (8, W), session=OLD, counter=9), told((4, R), (3, T0 + HOUR), session="their", counter=9)
    lowering = [told((1, R), (7, W), session=NEW, counter=counter) for counter in (9, 19)]
    ledger = after(idle, *lowering, theirs, idle)
    assert row(ledger, idle, T0 + 60) == [(1, R), (7, W)] and row(ledger, theirs, T0 + 60) == [(4, R), (3, T0 + HOUR)]
    later = T0 + 2 * HOUR              # their week is over
    assert row(ledger, idle, later) == [(1, R), (7, W)] and row(ledger, theirs, later) == [(4, R), None]
    ledger, _ = official.with_lines(ledger, [hook.spool_line(told((2, R), (9, W), session="new here", age_s=9), later)], later)
    assert pairs(ledger.windows) == [(2, R), (9, W)]
    ended = told((1, T0 + 60), (8, W), session=OLD, counter=9)
    ledger = after(ended, told((4, R), session="their", counter=9))        # of their week nothing is known
    ledger, _ = official.with_lines(ledger, [hook.spool_line(told((2, R), (9, W), session="new here"), T0 + 90)], T0 + 90)
    assert pairs(ledger.windows) == [(2, R), (9, W)] and len(ledger.accounts) == 2


def test_a_week_that_is_over_still_tells_whose_it_was():
    ledger = after(said(5, "a", 9), told((7, R + HOUR), (3, W - HOUR), session="b", counter=9))
    assert row(ledger, told((60, T0 - HOUR), (70, W - WEEK), session="a"), T0 + 60) == [(5, R), (12, W)]
    assert row(ledger, told((60, T0 - HOUR), (70, W - WEEK + 2 * HOUR), session="c"), T0 + 60) == [None, None]
    assert row(ledger, told((60, T0 - HOUR), session="c"), T0 + 60) == [(7, R + HOUR), (3, W - HOUR)]


def test_a_session_belongs_to_its_account_when_only_the_5_hours_are_told():
    one, other = told((67, T0 + 60), (12, W), session=OLD, counter=9), told((4, T0 + 120), (5, W - HOUR), session=NEW, counter=9)
    ledger = after(one, other)
    ledger, _ = official.with_lines(ledger, [hook.spool_line(told((2, R), session=OLD, counter=20), T0 + 200)], T0 + 200)
    assert pairs(ledger.windows) == [(2, R), (12, W)]


@pytest.mark.parametrize("percent, left_s, shown", [
    (97, 5 * HOUR - 60, False), (95, 5 * HOUR, False), (104, 5 * HOUR - 240, False), (94, 5 * HOUR - 60, True),
    (97, 5 * HOUR - 400, True), (37, 57 * 86_400, False), (37, 5 * HOUR + 400, False), (37, 0, False), (37, 120, True),
    (1001, HOUR, False), (1000, HOUR, True), (T0, HOUR, False),
])
def test_what_cannot_be_is_shown_nowhere(percent, left_s, shown):
    document = told((percent, T0 + left_s), (percent, T0 + (left_s if left_s > WEEK else HOUR)))
    ledger = after(document)
    assert (five_hour(ledger) is not None) is shown
    assert (row(official.Ledger(), document, T0)[0] is not None) is shown
    assert (row(ledger, document, T0)[0] is not None) is shown
    words = claude_row.compose({}, document, 80, T0)
    assert ("5h" in words) is shown


def test_what_was_said_as_the_window_began_is_not_believed_later_either():
    early = told((97, T0 + 5 * HOUR - 60), (12, W))
    ledger = after(early)
    for at in (T0 + 200, T0 + 400, T0 + HOUR):
        ledger, changed = official.with_lines(ledger, [hook.spool_line(early, at)], at)
        assert changed == [] and five_hour(ledger) is None
        assert row(ledger, early, at) == [None, (12, W)]


def test_a_line_that_comes_late_says_nothing_new():
    ledger = after(said(40, "a", 1))
    ledger, _ = official.with_lines(ledger, [hook.spool_line(said(45, "a", 9), T0 + 60)], T0 + 60)
    lines = [hook.spool_line(said(67, "b", 9), T0 + 10), hook.spool_line(said(41, "a", 5), T0 + 20)]
    late, changed = official.with_lines(ledger, lines, T0 + 70)
    assert changed == [] and five_hour(late) == (45, R)
    lines = [hook.spool_line(said(5, "a", 9), T0 + 60), hook.spool_line(said(41, "b", 5), T0 + 20)]
    assert five_hour(official.with_lines(official.Ledger(), lines, T0 + 70)[0]) == (5, R)


def test_a_late_line_of_another_account_does_not_take_over():
    ledger = after(said(40, "a", 1))
    ledger, _ = official.with_lines(ledger, [hook.spool_line(said(45, "a", 9), T0 + 60)], T0 + 60)
    late, _ = official.with_lines(ledger, [hook.spool_line(said(4, "b", 9, R + HOUR, W - HOUR), T0 + 20)], T0 + 70)
    assert five_hour(late) == (45, R) and len(late.accounts) == 2


def test_a_ledger_of_an_older_ccmon_is_taken_over():
    kept = json.dumps([[[67, R, T0], [12, W, T0]], ["five_hour"], [[OLD, 5000, T0], [NEW, -1, T0]]])
    ledger = official.load(kept)
    assert five_hour(ledger) == (67, R) and [session[0] for session in ledger.sessions] == [OLD, NEW]
    ledger, _ = official.with_lines(ledger, [hook.spool_line(said(80, OLD, 5000), T0 + 10)], T0 + 10)
    assert five_hour(ledger) == (67, R)
    ledger, _ = official.with_lines(ledger, [hook.spool_line(said(1, OLD, 5600), T0 + 20)], T0 + 20)
    assert five_hour(ledger) == (1, R)
    assert official.load(json.dumps([[None, None], [], []])) == official.Ledger()


@pytest.mark.parametrize("limits", [
    None, "full", 3, [], [1], {"five_hour": None}, {"five_hour": "41"}, {"five_hour": []}, {"five_hour": {}},
    {"five_hour": {"used_percentage": None, "resets_at": R}}, {"five_hour": {"used_percentage": 41, "resets_at": None}},
    {"five_hour": {"used_percentage": "much", "resets_at": R}}, {"five_hour": {"used_percentage": True, "resets_at": R}},
    {"five_hour": {"used_percentage": 41, "resets_at": "soon"}}, {"seven_day": {"used_percentage": [41], "resets_at": {}}},
], ids=str)
def test_strange_limits_say_nothing(limits):
    document = {"session_id": "s1", "rate_limits": limits}
    assert spool_lines.parse(hook.spool_line(document, T0)) == []
    assert claude_row.windows_of({}, document, T0)[0] == {}


@given(st.lists(st.tuples(
    st.sampled_from("abc?"), st.none() | st.integers(0, 3), st.integers(0, 101), st.sampled_from([0, 1, 60]),
    st.sampled_from([R, R + 60, R - HOUR]), st.sampled_from([None, W, W - HOUR])), max_size=25))
def test_a_line_that_was_said_before_changes_nothing(calls):
    ledger, now = official.Ledger(), T0
    for session, counter, percent, later_s, resets_at, week in calls:
        now += later_s
        document = said(percent, session, counter, resets_at, week)
        ledger, _ = official.with_lines(ledger, [hook.spool_line(document, now)], now)
        again, changed = official.with_lines(ledger, [hook.spool_line(document, now + 5)], now + 5)
        assert changed == [] and again.windows == ledger.windows and again.accounts == ledger.accounts
        assert official.load(official.dump(again)) == again
