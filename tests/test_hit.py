"""`ccmon hit` and key L: what is noted, taken back, listed and refused."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from account_windows import keep_readings
from commands import HOUR, NOW, block
from logged import Hit, keep_logs

from ccmon.errors import UsageError
from ccmon.fullscreen import live
from ccmon.fullscreen.app import ScreenState, update
from ccmon.fullscreen.keys import ScreenEvent as Key
from ccmon.model import Facts
from ccmon.pipeline import history
from ccmon.settings import context
from ccmon.sources import limit_events
from ccmon.system import clock
from ccmon.usage import hits
from ccmon.usage.hits import CutOff
from ccmon.when import SESSION_S

WARSAW = clock.zone("Europe/Warsaw")               # 17:00 there
DAY = 24 * HOUR


@pytest.fixture
def ctx(home):
    return context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(NOW)})


def stored(machine):
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"))) as db:
        return db.execute("SELECT ts - ?, window_s, percent, resets_at, source FROM reading ORDER BY ts", (NOW,)).fetchall()


def read_at(ctx, *readings):
    with history.opened(ctx, 1000) as kept:
        keep_readings(kept.store, ctx.owner, [(SESSION_S, *reading) for reading in readings])


# --- the command ---

def test_a_hit_is_a_reading_of_100(machine):
    assert machine.run("hit") == (0, "Noted: cut off at 17:00 (Europe/Warsaw). Undo: ccmon hit --undo\n", "")
    assert stored(machine) == [(0, SESSION_S, 100.0, 0, "hit")] and machine.runs() == 0


def test_twice_within_a_minute_is_one(machine):
    machine.run("hit")
    assert machine.run("hit", now=NOW + 59).out.startswith("Noted before: cut off at 17:00 ")
    assert machine.run("hit", now=NOW + 60).out.startswith("Noted: cut off at 17:01 ")
    assert [row[0] for row in stored(machine)] == [0, 60]


def test_undo_takes_back_what_was_noted_last(machine):
    """Not what happened last."""
    machine.run("hit")
    machine.run("hit", "--at", "16:20", now=NOW + 100)
    assert machine.run("hit", "--undo", now=NOW + 200).out == "Taken back: cut off at 16:20 (Europe/Warsaw).\n"
    assert machine.run("hit", "--undo", now=NOW + 200).out == "Taken back: cut off at 17:00 (Europe/Warsaw).\n"
    assert machine.run("hit", "--undo", now=NOW + 200) == (0, "Nothing is noted.\n", "") and stored(machine) == []


def test_the_list_names_the_sources(machine):
    assert machine.run("hit", "--list") == (0, "Nothing is noted.\n", "")
    ctx = context.prepare({}, {**machine.env(), "CCMON_NOW": str(NOW)})
    with history.opened(ctx, 1000) as kept:
        keep_logs(kept.store, kept.ctx.owner, [], [Hit(NOW - DAY, NOW - DAY + HOUR), Hit(NOW - 60, None, 7 * DAY)])
    machine.run("hit")
    assert machine.run("hit", "--list").out.splitlines() == [
        "cut off    limit    reset      known from           teaches",
        "Sun 17:00  session  Sun 18:00  message in the logs  session",
        "16:59      week     -          message in the logs  week",
        "17:00      session  -          ccmon hit            session"]
    machine.run("hit", "--undo")
    assert machine.run("hit", "--undo").out == "Nothing is noted.\n"           # what Claude said is not ours to take back
    assert len(stored(machine)) == 2


@pytest.mark.parametrize("words, said", [
    (("--at", "18:61"), "--at: '18:61' is not a time such as 14:30, 2026-11-22 14:30, or epoch seconds"),
    (("--at", ""), "--at: '' is not a time such as"), (("--at", "\x1b[31mnow"), "--at: '[31mnow' is not a time"),
    (("--at", str(NOW + 3600)), "--at: 18:00 (Europe/Warsaw) is still to come"),
    (("--at", "2025-10-24 17:00"), "--at: 2025-10-24 17:00 (Europe/Warsaw) is more than 30 days ago"),
    (("--at", "14:59"), "--at: 14:59 (Europe/Warsaw) is before all that ccmon knows, which begins 15:00 (Europe/Warsaw)"),
    (("--at", "17:00", "--undo"), "not allowed with"), (("nwo",), "unknown word 'nwo'"),
    (("--at", "yesterday"), "--at: 'yesterday' is a whole day: add the time, as in yesterday 14:30")])
def test_what_cannot_be_is_refused(machine, words, said):
    machine.answers([block(NOW - 2 * HOUR, 700)])
    machine.run("record")
    result = machine.run("hit", *words)
    assert result.code == 2 and said in result.err and result.out == "" and stored(machine) == []


def test_without_a_store_it_is_said(machine):
    result = machine.run("hit", CCMON_DATA_DIR="/dev/null/x")
    assert result.code == 30 and "cannot be created" in result.err and result.out == ""


def test_a_demo_keeps_nothing(machine):
    assert machine.run("hit", "--demo").out.startswith("Noted: cut off at ")
    assert not (machine.home / ".local").exists()


def test_the_list_names_each_limit_and_what_is_learned_from_it():
    told = [("session", ""), ("weekly", ""), ("model", "Fable 5"), ("model", ""), ("extra", ""), ("spend", ""), ("credit", ""),
            ("credit", "Fable 5"), ("admin", ""), ("other", "")]
    rows = [CutOff(NOW - HOUR + number * 60, NOW + HOUR, "limit", *limit) for number, limit in enumerate(told)]
    assert hits.table([*rows, CutOff(NOW, NOW - 600, "limit")], NOW, WARSAW) == [
        "cut off  limit             reset  known from           teaches",
        "16:00    session           18:00  message in the logs  session",
        "16:01    week              18:00  message in the logs  week",
        "16:02    week of Fable 5   18:00  message in the logs  -",
        "16:03    week of a model   18:00  message in the logs  -",
        "16:04    extra usage       18:00  message in the logs  -",
        "16:05    spend limit       18:00  message in the logs  -",
        "16:06    credit            18:00  message in the logs  -",
        "16:07    credit (Fable 5)  18:00  message in the logs  -",
        "16:08    set by an admin   18:00  message in the logs  -",
        "16:09    another limit     18:00  message in the logs  -",
        "17:00    session           16:50  message in the logs  -"]         # of a window that was over


def test_every_kind_that_is_read_has_its_words():
    assert {*hits._LIMITS, "model"} == {*limit_events.KINDS}


# --- the time ---

@pytest.mark.parametrize("words, ago_s", [
    ("17:00", 0), ("16:59", 60), ("5:00pm", 0), ("4:59 PM", 60), ("12:00am", 17 * HOUR),
    ("17:01", 0), ("17:02", DAY - 120), ("9:05", 7 * HOUR + 3300), ("23:59", 17 * HOUR + 60),
    ("16:59:30", 30), ("2025-11-23 17:00", DAY), ("2025-11-23T17:00:05", DAY - 5), ("2025-10-26 02:30", 0), (" 17:00 ", 0),
    (str(NOW - 5), 5), (str(NOW + 60), 0), ("now", 0), ("5pm", 0), ("4:30 PM", 1800), ("10 min ago", 600), ("10m", 600),
    ("1h30m", 5400), ("an hour ago", HOUR), ("yesterday 5pm", DAY), ("17:00 yesterday", DAY), ("Sunday at 17:00", DAY),
    ("noon", 5 * HOUR), ("Nov 23 17:00", DAY), ("2 days ago", 2 * DAY), ("2025-11-24T15:30:00Z", 1800),
    ("2025-11-24 16:30+01:00", 1800), (str(1000 * NOW), 0), ("@" + str(NOW), 0)])
def test_times_as_people_write_them(words, ago_s):
    ago_s = NOW - 1_761_438_600 if "02:30" in words else ago_s         # that hour was there twice: the first
    assert hits.cut_off_epoch(words, NOW, WARSAW, None) == NOW - ago_s


@pytest.mark.parametrize("words", ["24:00", "1:5", "17", "-5", "17:00pm", "0:30am", "5:00xm", "2025-13-01 10:00",
                                   "2025-02-30 10:00", "0000-01-01 00:00", "99999999999", "\u0661\u0667:00", "10 mni ago",
                                   "1234567", "monday", "2025-11-23", "13pm", "9" * 400])
def test_other_words_are_no_time(words):
    with pytest.raises(UsageError, match="--at: "):
        hits.cut_off_epoch(words, NOW, WARSAW, None)


@pytest.mark.parametrize("oldest, fits", [(None, True), (NOW - 3600, True), (NOW - 3599, False)])
def test_nothing_is_noted_before_the_history_began(oldest, fits):
    if fits:
        assert hits.cut_off_epoch("16:00", NOW, WARSAW, oldest) == NOW - 3600
    else:
        with pytest.raises(UsageError, match="before all that ccmon knows"):
            hits.cut_off_epoch("16:00", NOW, WARSAW, oldest)


# --- its window ---

@pytest.mark.parametrize("at, resets_at", [
    (NOW, NOW + HOUR), (NOW - 4 * HOUR, NOW + HOUR), (NOW - 5 * HOUR, NOW - 4 * HOUR), (NOW - 10 * HOUR, 0)])
def test_the_reset_is_that_of_the_official_window(ctx, at, resets_at):
    read_at(ctx, (NOW - 6 * HOUR, 80.0, NOW - 4 * HOUR), (NOW - 2 * HOUR, 20.0, NOW + HOUR))
    with history.opened(ctx, 1000) as kept:
        kept.add_hit(at)
        assert kept.limit_events() == [CutOff(at, resets_at, "hit")]


def test_of_two_resets_the_last_one_told_before_counts(ctx):
    read_at(ctx, (NOW - 600, 20.0, NOW + HOUR), (NOW - 300, 30.0, NOW + 2 * HOUR), (NOW + 10, 10.0, NOW + 3 * HOUR))
    with history.opened(ctx, 1000) as kept:
        kept.add_hit(NOW)
        assert kept.limit_events() == [CutOff(NOW, NOW + 2 * HOUR, "hit")]


# --- the screen ---

def pressed(state, key, now):
    return update(state, Key("key", key), now, "pro", 80, 24)


def effect_of(ctx, state, key, now):
    later = ctx._replace(env={**ctx.env, "CCMON_NOW": str(now)})
    state, effect = pressed(state, key, now)
    return live._effect(SimpleNamespace(ctx=later), None, state, effect)


@pytest.mark.parametrize("page", ["dashboard", "history", "help"])
def test_key_l_notes_and_takes_back(ctx, page):
    state = effect_of(ctx, ScreenState(Facts(), page), "L", NOW)
    assert state.message == "Noted: cut off at 17:00 (Europe/Warsaw). L again within 10 s takes it back"
    assert state.message_until == NOW + 10 and state.page == page
    assert state.facts.learned.hit_at == NOW                   # the screen says it at once
    state = effect_of(ctx, state, "L", NOW + 10)
    assert state.message == "Taken back: cut off at 17:00 (Europe/Warsaw)." and state.facts.learned.hit_at is None
    with history.opened(ctx, 1000) as kept:
        assert kept.limit_events() == []


def test_key_l_much_later_is_another_one(ctx):
    state = effect_of(ctx, ScreenState(Facts()), "L", NOW)
    state = effect_of(ctx, effect_of(ctx, state, "L", NOW + 30), "L", NOW + 100)
    with history.opened(ctx, 1000) as kept:
        assert [event.at - NOW for event in kept.limit_events()] == [0, 100]
    assert pressed(state, "l", NOW + 101) == (state, "")


def test_key_l_tells_what_is_wrong_with_the_store(ctx):
    poor = context.prepare({}, {**ctx.env, "CCMON_DATA_DIR": "/dev/null/x"})
    state = effect_of(poor, ScreenState(Facts()), "L", NOW)
    assert "cannot be created" in state.message and state.noted_at is None
