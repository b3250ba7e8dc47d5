"""One account stored under several names: all of it is under the present one afterwards, once, with what was noted."""

import sqlite3
from contextlib import closing

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_cases import B0, DAY, HOUR, LATER, assert_sound, contents, merge, message, report, sessions_of, take, told, used

from ccmon.model import Owner
from ccmon.store import join, log_state, rows
from ccmon.store.database import open_store

NOW_NAMED, ONCE, BEFORE = (Owner("laptop", name) for name in ("new", "old", "older"))
FORMER = ["unknown", "old", "older"]


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "ccmon.db")


def join_former(path, former=FORMER, owner=NOW_NAMED):
    with open_store(path, 1000, LATER) as store:
        return store.change(lambda db: join.join_accounts(db, owner, former))


def owners_of(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT host, account FROM owner ORDER BY id").fetchall()


def notes(path):
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT key, value FROM note"))


def number(path, owner):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT id FROM owner WHERE account = ?", (owner.account,)).fetchone()[0]


def execute(path, *statements):
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(*statement)


def test_an_account_alone_under_a_former_name_has_the_present_one_and_nothing_else_changes(path):
    take(path, ONCE, [message(1, 0), message(2, HOUR)])
    before = contents(path)
    assert join_former(path) and owners_of(path) == [("laptop", "new")]
    after = contents(path)
    assert {table for table in after if after[table] != before[table]} == {"owner"}
    assert not join_former(path) and contents(path) == after


def test_three_names_are_one_account_with_each_message_once(path):
    take(path, NOW_NAMED, [message(1, 0, 5), message(2, HOUR, 7)])
    take(path, ONCE, [message(2, HOUR, 9), message(3, 30 * HOUR)], packed_until=9 * DAY)
    take(path, BEFORE, [message(3, 30 * HOUR), message(4, -10 * HOUR)])
    report(path, BEFORE, [told(60 * HOUR, 100)])
    assert join_former(path) and owners_of(path) == [("laptop", "new")]
    assert used(path) == {"laptop": 5 + 9 + 10 + 10 + 100}
    assert sessions_of(path, NOW_NAMED) == [(-10, -5, 10), (0, 5, 14), (30, 35, 10), (60, 65, 100)]
    assert_sound(path)
    before = contents(path)
    assert not join_former(path) and contents(path) == before


@pytest.mark.parametrize("owner", [Owner("server", "old"), Owner("laptop", "foreign")])
def test_other_machines_and_other_accounts_stay(path, owner):
    take(path, NOW_NAMED, [message(1, 0)])
    execute(path, ("INSERT INTO owner (host, account) VALUES (?, ?)", owner))
    before = contents(path)
    assert not join_former(path) and contents(path) == before


def test_a_message_that_another_machine_has_too_is_still_ours(path, tmp_path):
    """Nothing is lost of one's own account because logs are synced."""
    other = str(tmp_path / "other.db")
    take(path, NOW_NAMED, [message(1, 0)])
    take(other, Owner("server", "x"), [message(2, HOUR)])
    merge(path, other)
    take(path, ONCE, [message(2, HOUR)])
    assert join_former(path) and sessions_of(path, NOW_NAMED) == [(0, 5, 20)]


def test_what_is_noted_of_the_present_name_stays_and_the_rest_is_taken_over(path):
    take(path, NOW_NAMED, [message(1, 0)])
    take(path, ONCE, [message(2, 0)])
    ours, theirs = number(path, NOW_NAMED), number(path, ONCE)
    execute(path, *(("INSERT OR REPLACE INTO note VALUES (?, ?)", note) for note in [
        (f"official {ours}", "A"), (f"official {theirs}", "B"), (f"learned {theirs}", "L"), (f"told {theirs} week change", "9"),
        (f"vanished_ms {ours}", "7"), (f"vanished_ms {theirs}", "1000"), (f"prices {ours}", "1"), (f"prices {theirs}", "1"),
        (f"thinned {theirs}", "1 2 3"), ("copy_before_200", "x")]))
    assert join_former(path)
    found = notes(path)
    assert [found.get(f"{name} {ours}") for name in ("official", "learned", "vanished_ms", "prices", "logs_read")] == [
        "A", "L", "1000", None, "1"]
    assert found[f"told {ours} week change"] == "9" and found["copy_before_200"] == "x"
    assert not [key for key in found if str(theirs) in key.split()]


def test_readings_alerts_and_what_was_read_of_logs_come_along(path):
    take(path, NOW_NAMED, [message(1, 0)])
    take(path, ONCE, [message(2, 0)])
    ours, theirs = number(path, NOW_NAMED), number(path, ONCE)
    position = log_state.LogPosition(1, 2, 3, 4, 5, b"print")
    execute(path, *((f"INSERT INTO log_file VALUES (?, ?{', ?' * len(position)})", (owner, name, *position))
                    for owner, name in [(ours, b"/a"), (theirs, b"/a"), (theirs, b"/b")]))
    execute(path, *(("INSERT INTO alert VALUES (?, 'limit', ?, 'bell', 5, '')", row)
                    for row in [(ours, 7), (theirs, 7), (theirs, 8)]))
    execute(path, ("INSERT INTO reading VALUES (?, 18000, ?, 37.0, ?, 'statusline', NULL)", (theirs, B0, B0 + HOUR)),
            ("INSERT INTO limit_event VALUES (?, ?, 'session', '', 0)", (theirs, B0)))
    assert join_former(path)
    with closing(sqlite3.connect(path)) as db:
        for table, number_of in (("log_file", 2), ("alert", 2), ("reading", 1), ("limit_event", 1)):
            assert db.execute(f"SELECT count(*), min(owner_id), max(owner_id) FROM {table}").fetchone() == (number_of, ours, ours)


def test_nothing_to_do_costs_one_look(path):
    take(path, NOW_NAMED, [message(1, 0)])
    said = []
    with open_store(path, 1000, LATER) as store:
        def work(db):
            db.set_trace_callback(said.append)
            joined = join.join_accounts(db, NOW_NAMED, [f"{n:012x}" for n in range(900)])
            db.set_trace_callback(None)
            return joined
        assert store.change(work) is False
    assert len(said) == 1 and said[0].startswith("SELECT")


def test_all_or_nothing(path, monkeypatch):
    take(path, NOW_NAMED, [message(1, 0)])
    take(path, ONCE, [message(2, 0)])
    before = contents(path)

    def stop(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(join, "_join_notes", stop)
    with pytest.raises(KeyboardInterrupt):
        join_former(path)
    assert contents(path) == before


FOUND = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 19), st.integers(1, 50)), max_size=8, unique_by=lambda one: one[0])


@settings(max_examples=examples(25), deadline=None)
@given(parts=st.lists(st.tuples(FOUND, st.sampled_from([None, 2 * DAY, 9 * DAY])), min_size=2, max_size=3))
def test_any_accounts_hold_together_what_they_held(tmp_path_factory, parts):
    path = str(tmp_path_factory.mktemp("owners") / "ccmon.db")
    longest = {}
    for owner, (found, packed) in zip((NOW_NAMED, ONCE, BEFORE), parts):
        take(path, owner, [message(n, n * 5 * HOUR + 900 * at, tokens) for n, at, tokens in found], packed_until=packed)
        for n, _, tokens in found:
            longest[n] = max(longest.get(n, 0), tokens)
    join_former(path)
    assert_sound(path)
    assert sum(used(path).values()) == sum(longest.values()) and len(owners_of(path)) == 1
    with open_store(path, 1000, LATER) as store:
        assert store.change(lambda db: rows.owner_id(db, NOW_NAMED)) is not None
