"""What the store keeps of limits that were reached: every kind once, readings of those that teach, and what closed a session."""

import sqlite3
from contextlib import closing

import pytest
from store_cases import DAY, HOUR, ME, OTHER, T0, block, keep, path, store  # noqa: F401

from ccmon.model import Forecast
from ccmon.sources.limit_events import KINDS
from ccmon.store import learning
from ccmon.store.learning import LimitEvent
from ccmon.system import clock
from ccmon.usage import hits
from ccmon.when import SESSION_S

WEEK_S = 7 * DAY
ENDS = T0 + 2 * HOUR


@pytest.fixture
def db(store):  # noqa: F811
    """A history of today's with the table, and of two owners: 1 and 2."""
    for owner in (ME, OTHER):
        keep(store, [block()], T0, owner)
    with closing(sqlite3.connect(store.path)) as db:
        yield db


def add(db, *events, owner=1):
    learning.add_limit_events(db, owner, events)


def kept(db):
    return db.execute("SELECT owner_id, ts, kind, model, resets_at FROM limit_event ORDER BY 1, 2, 3, 4").fetchall()


def readings(db):
    return db.execute("SELECT owner_id, window_s, ts, percent, resets_at, source FROM reading ORDER BY 1, 3, 2").fetchall()


def hit(db, at, source="hit", window_s=SESSION_S, resets_at=0):
    db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source) VALUES (1, ?, ?, 100, ?, ?)",
               (window_s, at, resets_at, source))


# --- what is written ---

def test_only_session_and_week_become_readings(db):
    add(db, *(LimitEvent(T0 + number, kind, "Fable" if kind == "model" else "", ENDS) for number, kind in enumerate(KINDS)))
    assert [(row[2], row[3]) for row in kept(db)] == [(kind, "Fable" if kind == "model" else "") for kind in KINDS]
    assert readings(db) == [(1, SESSION_S, T0, 100.0, ENDS, "limit"), (1, WEEK_S, T0 + 1, 100.0, ENDS, "limit")]


def test_the_same_again_changes_nothing(db):
    for _ in range(3):
        add(db, LimitEvent(T0, "session", "", ENDS), LimitEvent(T0, "session", "", ENDS), LimitEvent(T0, "extra"))
    before = db.total_changes
    add(db, LimitEvent(T0, "session", "", ENDS), LimitEvent(T0, "session"), LimitEvent(T0, "extra"))
    assert db.total_changes == before
    assert kept(db) == [(1, T0, "extra", "", 0), (1, T0, "session", "", ENDS)] and len(readings(db)) == 1


def test_a_reset_is_given_later_and_once(db):
    for resets_at in (0, ENDS, 0, ENDS + 60):
        add(db, LimitEvent(T0, "session", "", resets_at))
    assert kept(db) == [(1, T0, "session", "", ENDS)] and readings(db) == [(1, SESSION_S, T0, 100.0, ENDS, "limit")]


def test_which_limit_it_was_may_be_known_later(db):
    add(db, LimitEvent(T0, "other"))
    assert [row[2] for row in kept(db)] == ["other"] and readings(db) == []
    for _ in range(2):
        add(db, LimitEvent(T0, "session", "", ENDS), LimitEvent(T0, "other"))
        assert [row[2] for row in kept(db)] == ["session"] and len(readings(db)) == 1


def test_a_message_about_a_window_that_was_over_teaches_nothing(db):
    add(db, LimitEvent(T0, "session", "", T0 - 1200))
    assert len(kept(db)) == 1 and readings(db) == []


def test_every_account_has_its_own(db):
    add(db, LimitEvent(T0, "session"), owner=2)
    assert [row[0] for row in kept(db)] == [row[0] for row in readings(db)] == [2]
    assert learning.limit_events(db, 1) == [] and learning.reached(db, 1, 0, T0 + 1) == []


@pytest.mark.parametrize("event", [
    LimitEvent(-1, "session"), LimitEvent(T0, "session", "", -5), LimitEvent(T0, "x" * 99),
    LimitEvent(T0, "model", "m" * 99), LimitEvent(None, "session"), LimitEvent(T0, None), LimitEvent(10 ** 12, "session")])
def test_what_cannot_be_is_left_out(db, event):
    add(db, event)
    assert kept(db) == [] and readings(db) == []


def test_forecasts_of_the_window_are_looked_at_again(db):
    made = Forecast(T0 - 600, ENDS, 50.0, ENDS, ENDS, ENDS, 0.5, "unlikely", T0)
    learning.write_forecast(db, 1, made)
    learning.close(db, 1, [(SESSION_S, made.ts, ENDS, False)])
    add(db, LimitEvent(T0, "extra", "", ENDS), LimitEvent(T0, "model", "Opus", ENDS))
    assert learning.forecasts(db, 1, 0)[0].reached is False
    add(db, LimitEvent(T0, "session", "", ENDS))
    assert learning.forecasts(db, 1, 0)[0].reached is None


# --- what is asked ---

def test_the_list_has_all_kinds_hits_and_what_was_kept_before_the_table(db):
    add(db, LimitEvent(T0, "session", "", ENDS), LimitEvent(T0 + 100, "weekly"),
        LimitEvent(T0 + 200, "model", "Fable 5", T0 + DAY))
    hit(db, T0 + 150, resets_at=ENDS)
    hit(db, T0 - HOUR, "limit")
    hit(db, T0 - DAY, "limit", WEEK_S, T0)
    hit(db, T0 - 5, "statusline")
    assert learning.limit_events(db, 1) == [
        (T0 - DAY, T0, "limit", "weekly", ""), (T0 - HOUR, 0, "limit", "session", ""), (T0, ENDS, "limit", "session", ""),
        (T0 + 100, 0, "limit", "weekly", ""), (T0 + 150, ENDS, "hit", "session", ""),
        (T0 + 200, T0 + DAY, "limit", "model", "Fable 5")]


@pytest.mark.parametrize("events, listed", [
    ([LimitEvent(T0, "extra", "", ENDS), LimitEvent(T0 + 59, "extra", "", ENDS),
      LimitEvent(T0 + 60, "extra", "", ENDS)], [T0, T0 + 60]),
    ([LimitEvent(T0, "extra"), LimitEvent(T0 + 5, "extra", "", ENDS)], [T0]),
    ([LimitEvent(T0, "extra", "", ENDS), LimitEvent(T0 + 5, "extra")], [T0]),
    ([LimitEvent(T0, "extra", "", ENDS), LimitEvent(T0 + 5, "extra", "", ENDS + HOUR)], [T0, T0 + 5]),
    ([LimitEvent(T0, "extra"), LimitEvent(T0 + 5, "session"), LimitEvent(T0 + 9, "extra")], [T0, T0 + 5]),
    ([LimitEvent(T0, "model", "Opus"), LimitEvent(T0 + 5, "model", "Fable")], [T0, T0 + 5])])
def test_what_is_said_again_within_a_minute_is_listed_once(db, events, listed):
    add(db, *events)
    found = learning.limit_events(db, 1)
    assert [row[0] for row in found] == listed
    assert found[0][1] == max(event.resets_at for event in events if event.at == T0 or len(listed) == 1)


def test_the_rows_are_what_the_list_shows(db):
    add(db, LimitEvent(T0, "model", "Fable 5", ENDS))
    hit(db, T0 + 60)
    rows = hits.table([hits.CutOff(*row) for row in learning.limit_events(db, 1)], T0 + HOUR, clock.zone("UTC"))
    at = rows[0].index("limit")
    assert [row[at:at + 15].strip() for row in rows[1:]] == ["week of Fable 5", "session"]


def test_hits_of_the_user_are_never_joined(db):
    hit(db, T0)
    hit(db, T0 + 59)
    assert len(learning.limit_events(db, 1)) == 2


def test_what_closed_a_session(db):
    add(db, *(LimitEvent(T0 + number, kind) for number, kind in enumerate(KINDS)))
    hit(db, T0 + 50)
    hit(db, T0 - HOUR, "limit")
    hit(db, T0 + 60, "limit", WEEK_S)
    hit(db, T0 + 70, "statusline")
    closed = [T0 - HOUR, T0 + KINDS.index("session"), T0 + KINDS.index("extra"), T0 + 50]
    assert learning.reached(db, 1, T0 - DAY, T0 + DAY) == closed
    assert learning.reached(db, 1, closed[0] + 1, closed[3]) == closed[1:3]
    assert learning.reached(db, 1, closed[0], closed[3] + 1) == closed


def test_damaged_values_are_left_out(db):
    db.executemany("INSERT INTO limit_event VALUES (1, ?, ?, ?, ?)", [
        ("x", "session", "", 0), (T0, "session", "", "soon"), (-T0, "extra", "", 0), (T0 + 1, b"\xff", "", 0),
        (T0 + 2, "extra", "a\x1b[31mb", 0)])
    assert learning.limit_events(db, 1) == [(T0 + 1, 0, "limit", "", ""), (T0 + 2, 0, "limit", "extra", "a[31mb")]
    assert learning.reached(db, 1, 0, T0 + DAY) == [T0 + 2]
