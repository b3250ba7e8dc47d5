"""Faults C-8, C-9, C-10: a clock that was ahead once, a machine that was off for weeks, a clock that is behind."""

import os
import shutil
import sqlite3
import time
from argparse import Namespace
from contextlib import closing

import claude_logs
import pytest
from account_windows import keep_readings
from claude_logs import Entry
from commands import NOW, block
from extent import examples
from false_clock import false_clock  # noqa: F401
from full_screen import leave, monitor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccmon.commands import merge
from ccmon.pipeline import history, learned_state, refresh
from ccmon.settings import context
from ccmon.store import alerts, trusted
from ccmon.store.trusted import Clock, judged_clock
from ccmon.when import SESSION_S

pytestmark = pytest.mark.newest_only

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
JUMPS = [2 * DAY + 7, YEAR, -47 * HOUR - 120, -YEAR]


class Life:
    """A machine whose logs are read by the whole pipeline in this process, at any time."""

    def __init__(self, folder):
        self.home, self.said = folder, 0
        (folder / ".config/ccmon").mkdir(parents=True, exist_ok=True)
        (folder / ".config/ccmon/config.ini").write_text("[ccmon]\nsource = logs\n")

    def ctx(self, now):
        return context.prepare({}, {"HOME": str(self.home), "CCMON_NOW": str(now), "LC_ALL": "C.UTF-8"})

    def answer(self, at, tokens=500):
        """Claude Code writes a message, and tells the line how much is used; whatever ccmon's clock says."""
        self.said += 1
        claude_logs.write(self.home / ".claude", [Entry(at, tokens // 5, tokens - tokens // 5, message=f"m{self.said}",
                                                         request=f"r{self.said}")])

    def spool(self, at, percent):
        folder = self.home / ".cache/ccmon"
        folder.mkdir(parents=True, exist_ok=True)
        reset = at // SESSION_S * SESSION_S + SESSION_S
        with (folder / "readings").open("a") as file:
            file.write(f"{at} s1 {self.said} {percent} {reset} - - -\n")

    def look(self, now):
        ctx = self.ctx(now)
        facts = refresh.current_facts(ctx, insist=True)
        refresh.learn(ctx)
        return facts

    def path(self):
        return self.ctx(NOW).paths.store

    def rows(self, sql, *given):
        with closing(sqlite3.connect(self.path())) as db:
            return db.execute(sql, given).fetchall()

    def moments(self, until=1 << 40):
        """What was seen while something ran: when, the start of the session, and its tokens."""
        return self.rows("SELECT ts, start_ts, snapshot.tokens FROM snapshot JOIN session ON session.id = session_id "
                         "WHERE ts <= ? ORDER BY ts", until)

    def told(self):
        """All that does not come back when it is lost."""
        return {"session": self.rows("SELECT start_ts, end_ts, tokens, models, entries, plan, limit_tokens, limit_source "
                                     "FROM session ORDER BY start_ts"),
                "message": self.rows("SELECT * FROM message ORDER BY at_ms"), "archive": self.rows("SELECT * FROM archive"),
                "usage": self.rows("SELECT * FROM usage ORDER BY ts"), "reading": self.rows("SELECT * FROM reading ORDER BY ts")}


@pytest.fixture
def life(tmp_path):
    return Life(tmp_path)


def worked(life, now, moments=5):
    """A session, looked at every few seconds."""
    for number in range(moments):
        life.answer(now - (moments - number) * 7)
        life.look(now - (moments - number) * 7 + 1)
    return life.moments()


# --- whether the clock is believed ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("looks, in_doubt", [
    pytest.param([0, DAY], False, id="a day"), pytest.param([0, DAY + 1], True, id="more"),
    pytest.param([0, 2 * DAY, 3 * DAY - 1], True, id="not for a day"), pytest.param([0, 2 * DAY, 3 * DAY], False, id="for a day"),
    pytest.param([0, 2 * DAY, 2 * DAY + HOUR, 3 * DAY], False, id="with looks between"),
    pytest.param([0, YEAR, 2 * YEAR], True, id="another wrong one"), pytest.param([0, YEAR, YEAR + 2 * DAY], True, id="a gap"),
    pytest.param([0, 2 * DAY, 3 * DAY + 1], True, id="a day and more without a look"),
    pytest.param([0, YEAR, 5, YEAR + DAY], True, id="right between"),
    pytest.param([0, YEAR, YEAR - HOUR, YEAR - HOUR + DAY - 1], True, id="went back"),
    pytest.param([0, -YEAR, -YEAR + DAY - 1], True, id="behind"),
    pytest.param([0, -YEAR, -YEAR + DAY], False, id="behind for a day"),
    pytest.param([0, YEAR, -YEAR, 5], False, id="right again"),
])
def test_C08_a_clock_that_has_jumped_is_believed_after_a_day(looks, in_doubt):
    clock = Clock(NOW)
    for at in looks:
        clock = judged_clock(clock, NOW + at, False)
    assert bool(clock.since) == in_doubt
    assert clock.believed == NOW + (looks[-1] if not in_doubt else 5 if 5 in looks else 0)
    assert judged_clock(clock, NOW + YEAR * 9, True) == Clock(NOW + YEAR * 9)


# --- nothing is done for good ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("jump_s", JUMPS)
def test_C08_a_look_with_a_wrong_clock_thins_nothing_and_changes_nothing(life, jump_s):
    worked(life, NOW - 47 * HOUR, 3)
    before, told, seen = worked(life, NOW), life.told(), life.rows("SELECT * FROM snapshot")
    assert len(before) == 8
    for _ in range(2):
        life.look(NOW + jump_s)
    assert life.moments() == before and life.rows("SELECT * FROM snapshot WHERE ts > ?", NOW - 9 * DAY) == seen
    life.look(NOW + 60)
    assert (life.moments(NOW), life.told()) == (before, told)


@pytest.mark.parametrize("jump_s", [YEAR, -YEAR])
def test_C08_whatever_the_command(machine, jump_s):
    """From outside, with ccusage: 24 moments stay 24."""
    for number in range(24):
        machine.answers([block(NOW - 2 * HOUR, 1000 + number)])
        if number in (0, 23):
            assert machine.run("record", now=NOW + number * 3).code == 0
    path = machine.home / ".local/share/ccmon/ccmon.db"
    with closing(sqlite3.connect(path)) as db, db:
        number = db.execute("SELECT max(session_id) FROM snapshot").fetchone()[0]
        db.executemany("INSERT OR IGNORE INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, ?, ?)",
                       [(NOW + at * 3, NOW + at * 3, number, 1000 + at) for at in range(1, 23)])

    def stored():
        with closing(sqlite3.connect(path)) as db:
            return (db.execute("SELECT ts, seen, session_id, tokens FROM snapshot WHERE ts BETWEEN ? AND ?",
                               (NOW, NOW + 99)).fetchall(),
                    db.execute("SELECT start_ts, tokens, plan, limit_tokens FROM session").fetchall(),
                    db.execute("SELECT * FROM reading WHERE ts < ?", (NOW + 99,)).fetchall())
    before = stored()
    assert len(before[0]) == 24
    merged = machine.folder / "copy.db"
    shutil.copy(path, merged)
    for words in (["record"], ["--statusline", "--wait", "9"], ["--once"], ["--json"], ["history"], ["learn"], ["why"],
                  ["merge", str(merged)]):
        assert machine.run(*words, now=NOW + jump_s).code in (0, 20), words
        assert stored() == before, words


def test_C08_the_screen_of_a_clock_that_is_ahead_thins_nothing(machine, false_clock):
    now = int(time.time())
    for at in range(6):
        machine.answers([block(now - 2 * HOUR, 1000 + at)])
        assert machine.run("record", now=now - 60 + at * 5).code == 0
    false_clock.ahead(YEAR)
    with monitor(machine, env=false_clock.env()) as term:
        term.wait_for("No active session")
        leave(term)
    with closing(sqlite3.connect(machine.home / ".local/share/ccmon/ccmon.db")) as db:
        assert db.execute("SELECT count(*) FROM snapshot WHERE ts <= ?", (now,)).fetchone() == (6,)


STEP = st.tuples(st.sampled_from([20, 600, 2 * HOUR, 26 * HOUR]), st.booleans(),
                 st.lists(st.sampled_from([HOUR + 1, *JUMPS]), max_size=2))


@settings(max_examples=examples(4), deadline=None)
@given(steps=st.lists(STEP, min_size=1, max_size=6))
@example(steps=[(20, True, []), (20, True, [HOUR + 1]), (26 * HOUR, False, [HOUR + 1, 2 * DAY + 7])])
def test_C08_looks_with_wrong_clocks_lose_and_alter_nothing_of_the_right_ones(tmp_path_factory, steps):
    right, wrong = (Life(tmp_path_factory.mktemp(name)) for name in ("right", "wrong"))
    now, shown = NOW, []
    for number, (wait_s, speaks, jumps) in enumerate([(1, True, [YEAR]), *steps]):
        now += wait_s
        for life in (right, wrong):
            if speaks:
                life.answer(now - 5, 500 + number)
                life.spool(now - 5, number + 1)
        for jump_s in jumps:
            wrong.look(now + jump_s)
        for life in (right, wrong):
            shown.append([one for one in life.look(now).stored.blocks if one.start <= now < one.end])
        assert shown[-1] == shown[-2]
    assert wrong.told() == right.told()
    assert set(right.moments()) <= set(wrong.moments())


# --- each thing that cannot be undone ------------------------------------------------------------------------------------------

@pytest.fixture
def kept(life):
    worked(life, NOW, 2)
    with history.opened(life.ctx(NOW), 5000) as opened:
        yield opened


def test_C08_no_forecast_is_closed(kept, life):
    life.look(NOW + 10 * DAY)
    assert {one.outcome_at for one in kept.forecasts()} == {None}
    life.look(NOW + 6 * HOUR)
    assert kept.forecasts() and None not in {one.outcome_at for one in kept.forecasts()}


def test_C08_no_session_is_settled(kept, life):
    life.look(NOW + YEAR)
    assert life.rows("SELECT settled FROM session") == [(0,)]
    life.look(NOW + 6 * HOUR)
    assert life.rows("SELECT settled FROM session") == [(1,)]


def test_C08_no_alert_is_forgotten(kept):
    def claim(end, now):
        kept.store.change_owner(kept.ctx.owner, lambda db, owner: alerts.claim(db, owner, "80", end, ["bell"], now, 60))
    claim(NOW, NOW)
    claim(NOW + YEAR, NOW + YEAR)
    assert [one.window_end for one in kept.sent_alerts(0)] == [NOW, NOW + YEAR]
    kept.store.change(lambda db: trusted.update(db, NOW + YEAR, [NOW + YEAR]))
    claim(NOW + YEAR + DAY, NOW + YEAR)
    assert [one.window_end for one in kept.sent_alerts(0)] == [NOW + YEAR, NOW + YEAR + DAY]


def test_C08_what_was_learned_is_not_learned_anew(kept):
    kept.write_learned("as it was")
    learned_state.study_when_due(kept, NOW + 10 * DAY)
    assert kept.learned() == "as it was"


@pytest.mark.parametrize("jump_s", [YEAR, -YEAR])
def test_C08_what_is_to_be_forgotten_is_what_is_there(kept, jump_s):
    def tell(at):
        keep_readings(kept.store, kept.ctx.owner, [(SESSION_S, at, 7.0, at + HOUR)])
    tell(NOW - 60)
    kept.forget_learning(NOW + jump_s)
    tell(NOW + 60)
    assert [one.ts for one in kept.readings(0, NOW + HOUR)] == [NOW + 60]


def test_C08_the_hit_that_is_taken_back_is_the_one_noted_last(life, kept):
    def command(at):
        return history.opened(life.ctx(at), 5000)
    for at in (NOW - 900, NOW + YEAR, NOW):
        with command(at) as opened:
            opened.add_hit(at)
    with command(NOW + 5) as opened:
        assert [opened.undo_hit() for _ in range(4)] == [NOW, NOW + YEAR, NOW - 900, None]


def test_C08_a_merge_does_not_make_the_clock_believed(life, tmp_path):
    other = Life(tmp_path / "other")
    worked(other, NOW + YEAR, 3)
    before = worked(life, NOW)
    for at in (NOW, NOW + YEAR):
        assert merge.run(Namespace(file=other.path()), life.ctx(at)) == 0
        life.look(NOW + YEAR)
        assert life.moments(NOW) == before


def test_C08_a_merge_with_a_wrong_clock_brings_the_moments_as_they_are(life, tmp_path):
    other = Life(tmp_path / "other")
    other.said = 100
    theirs, ours = worked(other, NOW - 10 * HOUR), worked(life, NOW)
    assert merge.run(Namespace(file=other.path()), life.ctx(NOW + YEAR)) == 0
    assert sorted(life.moments()) == sorted(theirs + ours)


# --- a machine that was off ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("weeks", [1, 3, 60])
def test_C09_after_weeks_a_message_confirms_the_clock_and_the_display_never_waits(life, weeks):
    before, back = worked(life, NOW), NOW + weeks * 7 * DAY
    assert [one for one in life.look(back).stored.blocks if one.start <= back < one.end] == []
    assert life.moments() == before
    life.answer(back + 30, 700)
    shown = [one.tokens for one in life.look(back + 60).stored.blocks if one.start <= back < one.end]
    assert shown == [700] and life.moments()[-1][2] == 700
    assert len(life.moments(NOW)) < len(before)


def test_C09_after_weeks_an_answer_of_ccusage_confirms_the_clock(machine):
    back = NOW + 21 * DAY
    for at in range(3):
        machine.answers([block(NOW - 2 * HOUR, 1000 + at)])
        assert machine.run("record", now=NOW + at).code == 0
    path = machine.home / ".local/share/ccmon/ccmon.db"

    def moments():
        with closing(sqlite3.connect(path)) as db:
            return db.execute("SELECT count(*) FROM snapshot WHERE ts < ?", (NOW + 60,)).fetchone()[0]
    assert machine.run("record", now=back).code == 0 and moments() == 3
    machine.answers([block(NOW - 2 * HOUR, 1002), block(back - HOUR, 55, actualEndTime=claude_logs.stamp(back))])
    assert machine.run("--json", now=back + 60).json["session"]["tokens"] == 55 and moments() == 1


def test_C09_without_a_message_the_clock_is_believed_after_a_day(life):
    before, back = worked(life, NOW), NOW + 21 * DAY
    for at in (0, HOUR, 20 * HOUR, DAY - 60):
        life.look(back + at)
        assert life.moments() == before
    life.look(back + DAY)
    assert len(life.moments()) < len(before)


# --- a clock that is behind -------------------------------------------------------------------------------------------------

def test_C10_readings_of_the_right_time_wait_for_it(life):
    worked(life, NOW, 2)
    life.spool(NOW + 60, 41)
    for _ in range(2):
        life.look(NOW - YEAR)
    for name in ("readings", "readings.taken"):
        if (life.home / ".cache/ccmon" / name).exists():
            os.unlink(life.home / ".cache/ccmon" / name)       # they are safe in the history
    life.answer(NOW + 90)
    life.spool(NOW + 90, 42)
    shown = life.look(NOW + 120)
    assert life.rows("SELECT ts, percent FROM reading ORDER BY ts") == [(NOW + 60, 41.0), (NOW + 90, 42.0)]
    assert [one.percent for one in shown.reported.windows] == [42]


def test_C10_plans_and_limits_of_sessions_that_are_over_stay(life):
    worked(life, NOW, 2)
    life.look(NOW + 6 * HOUR)
    before = life.told()["session"]
    (life.home / ".config/ccmon/config.ini").write_text("[ccmon]\nsource = logs\nplan = max20\n")
    life.look(NOW - YEAR)
    life.look(NOW + 6 * HOUR + 60)
    assert life.told()["session"] == before


@pytest.mark.parametrize("back_s", [18 * HOUR, 2 * DAY, YEAR])
def test_C10_a_session_of_the_future_gets_no_plan_and_limit(tmp_path, back_s):
    lives = [Life(tmp_path / name) for name in ("right", "wrong")]
    for life in lives:
        life.answer(NOW, 20_000)
        life.look(NOW + 60)
        life.look(NOW + 6 * HOUR)
        life.answer(NOW + 8 * HOUR, 9_000)
        if life is lives[1]:
            life.look(NOW + 20 * HOUR - back_s)
        life.look(NOW + 20 * HOUR)
    assert lives[0].told()["session"] == lives[1].told()["session"]


@pytest.mark.parametrize("ahead_s", [2 * DAY, YEAR])
def test_C10_after_a_clock_that_was_ahead_for_long_the_right_one_works_at_once(life, ahead_s):
    """Messages of the wrong time confirmed it; those of the right time are seen, and noted, all the same."""
    worked(life, NOW, 3)
    life.answer(NOW + ahead_s, 900)
    life.look(NOW + ahead_s + 5)
    life.answer(NOW + 60, 77)
    shown = [one.tokens for one in life.look(NOW + 65).stored.blocks if one.start <= NOW + 65 < one.end]
    assert shown == [3 * 500 + 77] and life.moments(NOW + HOUR)[-1][::2] == (NOW + 65, 3 * 500 + 77)
    assert sum(row[2] for row in life.told()["session"]) == 3 * 500 + 900 + 77
