"""Ledgers that join: any of them, in any order, again; once each message, whatever stands where."""

import os
import shutil
import sqlite3
from contextlib import closing
from itertools import permutations

import pytest
from extent import ALL, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_cases import (
    B0,
    DAY,
    DESK,
    HOUR,
    LAPTOP,
    LATER,
    SERVER,
    assert_sound,
    contents,
    merge,
    message,
    older,
    report,
    sessions_of,
    take,
    told,
    used,
)

from ccmon.store import archive, ledger, log_state
from ccmon.store.database import open_store

pytestmark = pytest.mark.newest_only

OWNERS = (LAPTOP, SERVER, DESK)


@pytest.fixture
def paths(tmp_path):
    return [str(tmp_path / f"{owner.host}.db") for owner in OWNERS]


# --- any ledgers -------------------------------------------------------------------------------------------------------------

# A message: its moment, by quarters of an hour so that sessions end and begin at it, and how long its first copy is.
TIMES = st.builds(lambda quarters, ms: quarters * 900 + ms / 1000, st.integers(0, 6 * 96), st.sampled_from([0, 0, 1, 450_000]))
POOL = st.lists(st.tuples(TIMES, st.integers(1, 50)), min_size=1, max_size=14)
COPIES = st.dictionaries(st.integers(0, 13), st.integers(0, 2), max_size=14)        # number of the message -> how long a copy
LEDGER = st.tuples(COPIES, st.sampled_from([None, None, 2 * DAY, 4 * DAY, 9 * DAY]), st.booleans())
BLOCKS = st.lists(st.tuples(st.integers(0, 6 * 24), st.integers(1, 500)), max_size=4)


def messages_of(pool, copies):
    return [message(number, pool[number][0], pool[number][1] + 100 * longer) for number, longer in sorted(copies.items())
            if number < len(pool)]


def made(folder, pool, ledgers):
    found = []
    for owner, (copies, packed, complete) in zip(OWNERS, ledgers):
        path = os.path.join(folder, f"{owner.host}.db")
        take(path, owner, messages_of(pool, copies), complete=complete, packed_until=packed)
        found.append(path)
    return found


def expected(pool, ledgers):
    """Each message once, the longest copy of it."""
    longest = {}
    for copies, _, _ in ledgers:
        for number, longer in copies.items():
            if number < len(pool):
                longest[number] = max(longest.get(number, 0), pool[number][1] + 100 * longer)
    return sum(longest.values())


@settings(max_examples=examples(15), deadline=None)
@given(pool=POOL, ledgers=st.tuples(LEDGER, LEDGER, LEDGER))
def test_machines_with_shared_messages_count_each_once_in_any_order(tmp_path_factory, pool, ledgers):
    for order in list(permutations(range(3)))[::1 if ALL else 5]:
        paths = made(str(tmp_path_factory.mktemp("merge")), pool, ledgers)
        first, *others = [paths[at] for at in order]
        for other in others:
            merge(first, other)
            assert_sound(first)
        assert sum(used(first).values()) == expected(pool, ledgers)
        before = contents(first)
        assert [merge(first, other) for other in others] == [[], []]
        assert contents(first) == before


@settings(max_examples=examples(15), deadline=None)
@given(pool=POOL, ledgers=st.tuples(LEDGER, LEDGER), later=COPIES)
def test_two_histories_of_one_account_are_one(tmp_path_factory, pool, ledgers, later):
    """A backup of this machine, or what was begun anew after the history was lost."""
    totals = []
    for order in (0, 1), (1, 0):
        folder = str(tmp_path_factory.mktemp("merge"))
        paths = [os.path.join(folder, f"{at}.db") for at in range(2)]
        for path, (copies, packed, complete) in zip(paths, ledgers):
            take(path, LAPTOP, messages_of(pool, copies), complete=complete, packed_until=packed)
        first, second = paths[order[0]], paths[order[1]]
        backup = first + ".backup"
        shutil.copy(first, backup)
        merge(first, second)
        assert_sound(first)
        before = contents(first)
        assert merge(first, second) == [] == merge(first, backup) and contents(first) == before
        take(first, LAPTOP, messages_of(pool, later))                # its logs are read on
        assert_sound(first)
        totals.append(sum(used(first).values()))
    assert totals == [expected(pool, (*ledgers, (later, None, True)))] * 2


@settings(max_examples=examples(15), deadline=None)
@given(ours=BLOCKS, theirs=BLOCKS)
def test_what_ccusage_reported_has_the_same_total_whichever_joins_the_other(tmp_path_factory, ours, theirs):
    totals = []
    for pair in (ours, theirs), (theirs, ours):
        folder = str(tmp_path_factory.mktemp("merge"))
        paths = [os.path.join(folder, f"{at}.db") for at in range(2)]
        for path, blocks in zip(paths, pair):
            report(path, LAPTOP, [told(at * HOUR, tokens) for at, tokens in blocks])
        merge(*paths)
        assert_sound(paths[0])
        before = contents(paths[0])
        assert merge(*paths) == [] and contents(paths[0]) == before
        totals.append(sum(used(paths[0]).values()))
    assert totals[0] == totals[1]


MINUTES = st.lists(st.tuples(st.integers(0, 3 * 24 * 60).map(lambda minute: minute * 60), st.integers(1, 50)), max_size=12)


@settings(max_examples=examples(15), deadline=None)
@given(pool=POOL, ledger=LEDGER, blocks=BLOCKS, minutes=MINUTES, same=st.booleans())
def test_an_older_file_joins_a_ledger_of_messages(tmp_path_factory, pool, ledger, blocks, minutes, same):
    folder = str(tmp_path_factory.mktemp("merge"))
    ours, theirs = os.path.join(folder, "ours.db"), os.path.join(folder, "theirs.db")
    copies, packed, complete = ledger
    take(ours, LAPTOP, messages_of(pool, copies), complete=complete, packed_until=packed)
    older(theirs, LAPTOP if same else SERVER, [told(at * HOUR, tokens) for at, tokens in dict(blocks).items()],
          list(dict(minutes).items()))
    known = sum(used(ours).values())
    merge(ours, theirs)
    assert_sound(ours)
    assert sum(used(ours).values()) >= known
    before = contents(ours)
    assert merge(ours, theirs) == [] and contents(ours) == before


# --- single ones -------------------------------------------------------------------------------------------------------------

def notes(path):
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT key, value FROM note"))


def rows_of(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_a_session_keeps_the_cut_that_it_had_there(paths):
    """There 9:00 was gone when 11:00 was read, so that a session began then; here nothing is known of that time."""
    take(paths[1], SERVER, [message(1, 11 * HOUR, 100)])
    take(paths[1], SERVER, [message(2, 9 * HOUR, 2)])
    assert sessions_of(paths[1]) == [(9, 11, 2), (11, 16, 100)]
    assert merge(paths[0], paths[1]) == [("server", 2, 0, 2, 0)]
    assert sessions_of(paths[0]) == [(9, 11, 2), (11, 16, 100)]
    assert rows_of(paths[0], "SELECT settled FROM session") == [(1,), (1,)]


def test_messages_inside_a_session_of_ours_join_it_and_others_open_one_in_the_gap(paths):
    take(paths[0], LAPTOP, [message(1, 11 * HOUR, 100)])
    take(paths[1], LAPTOP, [message(2, 9 * HOUR, 2), message(3, 12 * HOUR, 30)])
    merge(paths[0], paths[1])
    assert sessions_of(paths[0]) == [(9, 11, 2), (11, 16, 130)]
    assert_sound(paths[0])


@pytest.mark.parametrize("ours, theirs", [(None, None), (9 * DAY, None), (None, 9 * DAY), (9 * DAY, 9 * DAY)])
def test_a_better_copy_corrects_the_message_where_it_stands(paths, ours, theirs):
    """Synced logs: the server's copy of a message of the laptop; whichever of them is packed."""
    later = [message(8, 20 * DAY, 1), message(9, 21 * DAY, 1)]
    take(paths[0], LAPTOP, [message(1, 0, 5), *later], packed_until=ours)
    take(paths[1], SERVER, [message(1, 60, 9), message(2, 90, 4), *later], packed_until=theirs)
    merge(paths[0], paths[1])
    assert used(paths[0]) == {"laptop": 11, "server": 4}
    assert_sound(paths[0])


def test_a_session_of_messages_that_all_stand_elsewhere_does_not_come(paths):
    take(paths[0], LAPTOP, [message(1, 0, 5)])
    take(paths[1], SERVER, [message(1, 0, 5), message(2, 9 * HOUR, 4)])
    with open_store(paths[1], 1000, LATER) as store:
        store.change_owner(SERVER, lambda db, n: db.executemany(
            "INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (?, ?, ?, ?, 5)",
            [(n, B0 + 1, B0 + 1, 1), (n, B0 + 9 * HOUR, B0 + 9 * HOUR, 2)]))
    assert merge(paths[0], paths[1]) == [("server", 1, 0, 1, 1)]
    assert sessions_of(paths[0]) == [(0, 5, 5), (9, 14, 4)]
    assert rows_of(paths[0], "SELECT start_ts FROM snapshot JOIN session ON id = session_id") == [(B0 + 9 * HOUR,)]


def test_two_accounts_of_one_machine_may_both_have_a_message(paths):
    """Each is the history of its own folders, there as here."""
    take(paths[1], SERVER, [message(1, 0, 5)])
    take(paths[1], SERVER._replace(account="both"), [message(1, 0, 5)])
    merge(paths[0], paths[1])
    assert used(paths[0]) == {"server": 10} == used(paths[1])


def test_another_home_of_this_machine_has_copies_of_the_same_logs(paths):
    """Its account is another one; through a third file, too."""
    other = LAPTOP._replace(account="home2")
    take(paths[0], LAPTOP, [message(1, 0, 5), message(2, 60, 7)])
    take(paths[1], other, [message(2, 60, 7), message(3, 90, 2)])
    for path in paths[:2]:
        shutil.copy(path, path + ".copy")
    merge(paths[0], paths[1] + ".copy")
    merge(paths[1], paths[0])
    assert used(paths[0]) == used(paths[1]) == {"laptop": 14}
    assert [sessions_of(path, LAPTOP)[0][2] for path in paths[:2]] == [12, 5]


def test_a_restored_backup_of_two_accounts_has_all_of_both(paths):
    take(paths[1], LAPTOP, [message(1, 0, 5)])
    both = LAPTOP._replace(account="both")
    take(paths[1], both, [message(1, 0, 5), message(2, 60, 7)], packed_until=9 * DAY)
    take(paths[0], both, [message(3, 90, 1)])
    merge(paths[0], paths[1])
    assert [sessions_of(paths[0], owner)[0][2] for owner in (LAPTOP, both)] == [5, 13]


@pytest.mark.parametrize("first", [0, 1])
def test_a_message_at_the_end_of_one_session_and_the_start_of_another_is_in_one_of_them(paths, first):
    """Of 11:00 and 16:00: where 11:00 is known, 16:00 is the end of its session, else a session begins then."""
    take(paths[0], LAPTOP, [message(1, 11 * HOUR, 5), message(2, 16 * HOUR, 7)])
    take(paths[1], LAPTOP, [message(2, 16 * HOUR, 7)])
    shutil.copy(paths[1 - first], paths[2])
    merge(paths[first], paths[2])
    assert sum(row[2] for row in sessions_of(paths[first])) == 12
    assert_sound(paths[first])


@pytest.mark.parametrize("at", [16, 15.5])
def test_a_reported_session_beside_one_of_messages_shares_nothing_with_it(paths, at):
    take(paths[0], LAPTOP, [message(1, 11 * HOUR, 5), message(2, 16 * HOUR, 7)])
    report(paths[1], LAPTOP, [told(int(at * HOUR), 100)])
    merge(paths[0], paths[1])
    assert sessions_of(paths[0]) == [(11, 16, 5), (16, 21, 100)] if at == 16 else [(11, 16, 5), (16, 20.5, 100)]
    assert_sound(paths[0])


def test_what_has_come_in_a_running_session_is_cut_with_it(paths):
    now = B0 + 3 * HOUR
    take(paths[0], LAPTOP, [message(1, 2 * HOUR, 5)], now)
    take(paths[1], LAPTOP, [message(2, 0, 7)], B0 + HOUR)
    merge(paths[0], paths[1], now)
    assert sessions_of(paths[0]) == [(0, 5, 12)]
    assert rows_of(paths[0], "SELECT settled FROM session") == [(0,)]


def test_an_unfinished_first_read_settles_nothing_here_nor_there(paths):
    take(paths[0], LAPTOP, [message(1, 11 * HOUR, 5)], complete=False)
    take(paths[1], SERVER, [message(2, 11 * HOUR, 7)], complete=False)
    merge(paths[0], paths[1])
    shutil.copy(paths[0], paths[2])
    merge(paths[0], paths[2])
    take(paths[0], LAPTOP, [message(3, 9 * HOUR, 1)])
    assert sessions_of(paths[0], LAPTOP) == [(9, 14, 6)]
    assert rows_of(paths[0], "SELECT settled FROM session JOIN owner ON owner.id = owner_id WHERE host = 'server'") == [(0,)]
    take(paths[1], SERVER, [message(4, 9 * HOUR, 1)])
    merge(paths[0], paths[1])
    assert sessions_of(paths[0]) == [(9, 14, 6), (9, 14, 8)]


@pytest.mark.parametrize("complete, vanished", [(True, str((B0 + HOUR) * 1000)), (False, None)])
def test_messages_that_are_in_no_log_here_are_noted_once_all_logs_are_read(paths, complete, vanished):
    """From there on ccusage cuts its sessions otherwise; and their prices are not those of today."""
    take(paths[0], LAPTOP, [message(1, 0, 5)], complete=complete)
    with open_store(paths[0], 1000, LATER) as store:
        store.change_owner(LAPTOP, lambda db, n: ledger.reprice(db, n, 7, lambda name, row: 1))
    take(paths[1], LAPTOP, [message(2, HOUR, 5)])
    merge(paths[0], paths[1], own_host="laptop")
    found = notes(paths[0])
    assert (found.get("vanished_ms 1"), found.get("late_ms 1"), "prices 1" in found) == (vanished, vanished, False)
    with open_store(paths[0], 1000, LATER) as store:
        store.change_owner(LAPTOP, lambda db, n: ledger.reprice(db, n, 7, lambda name, row: 1))
    assert {row[0] for row in rows_of(paths[0], "SELECT cost_nano FROM message")} == {1}


def test_how_far_logs_are_read_there_is_nothing_to_us(paths):
    take(paths[1], LAPTOP, [message(1, 0)])
    with open_store(paths[1], 1000, LATER) as store:
        store.change_owner(LAPTOP, lambda db, n: ledger.store_parts(db, n, [
            ledger.LogPart(b"/log", None, log_state.LogPosition(1, 2, 3, 4, 5, b"print"), [message(2, HOUR)], [])]))
    merge(paths[0], paths[1], own_host="laptop")
    assert rows_of(paths[0], "SELECT * FROM log_file") == [] and "logs_read 1" not in notes(paths[0])


ASIDE = "SELECT start_ts, tokens FROM reported WHERE session_id IS NULL"


def test_what_did_not_count_there_is_listed_here_unless_it_is_known(paths):
    older(paths[1], SERVER, [told(0, 900), told(3 * HOUR, 500)])
    for _ in range(2):
        merge(paths[0], paths[1])
        assert rows_of(paths[0], ASIDE) == [(B0 + 3 * HOUR, 500)]
        assert sessions_of(paths[0]) == [(0, 5, 900)]
    report(paths[2], SERVER, [told(3 * HOUR, 500)])
    merge(paths[2], paths[1])
    assert sessions_of(paths[2]) == [(0, 5, 900)]
    assert rows_of(paths[2], ASIDE) == [(B0 + 3 * HOUR, 500)]


def test_of_older_sums_the_larger_ones_count_whether_of_an_hour_or_its_quarters(paths):
    older(paths[0], LAPTOP, minutes=[(0, 5), (20 * 60, 5), (2 * HOUR, 9)])
    older(paths[1], LAPTOP, minutes=[(0, 7), (2 * HOUR, 1), (7 * HOUR, 3)])
    older(paths[2], LAPTOP)
    with closing(sqlite3.connect(paths[2])) as db, db:
        db.execute("INSERT INTO model VALUES (5, 'opus')")
        db.executemany("INSERT INTO hour VALUES (1, ?, 5, ?, 0, 0, 0)", [(B0, 11), (B0 + 2 * HOUR, 14)])
    merge(paths[0], paths[1])
    assert used(paths[0]) == {"laptop": 7 + 5 + 9 + 3}
    merge(paths[0], paths[2])
    assert used(paths[0]) == {"laptop": 12 + 14 + 3}
    assert_sound(paths[0])


def test_a_copy_that_another_one_stands_for_stays_so(paths):
    """A question beside the conversation repeats an answer under a request of its own."""
    aside = message(1, 0, 5, request=77, sidechain=True)
    take(paths[0], LAPTOP, [aside])
    take(paths[1], LAPTOP, [aside, message(1, 0, 5), message(1, 2, 6)])
    assert used(paths[1]) == {"laptop": 6}
    shutil.copy(paths[0], paths[2])
    merge(paths[0], paths[1])
    merge(paths[1], paths[2])
    assert used(paths[0]) == used(paths[1]) == {"laptop": 6}
    assert_sound(paths[0])


# --- what is packed ------------------------------------------------------------------------------------------------------------

def test_an_old_message_that_comes_late_is_cut_by_its_moment_and_packed_afterwards(paths):
    later = [message(8, 20 * DAY, 1), message(9, 21 * DAY, 1)]
    take(paths[0], LAPTOP, [message(1, 0, 5), *later], packed_until=9 * DAY)
    take(paths[0], LAPTOP, [message(2, 7.9 * HOUR, 4), message(3, 12.95 * HOUR, 2)])
    assert sessions_of(paths[0])[:3] == [(0, 5, 5), (7, 12, 4), (12, 17, 2)]
    assert_sound(paths[0])
    with open_store(paths[0], 1000, LATER) as store:
        store.change_owner(LAPTOP, lambda db, n: archive.pack_oldest_day(db, n, (B0 + 9 * DAY) * 1000))
        assert store.change_owner(LAPTOP, lambda db, n: log_state.packed_ms(db, n)) == (B0 + DAY) * 1000
    assert len(rows_of(paths[0], "SELECT * FROM message")) == 2
    take(paths[0], LAPTOP, [message(2, 7.9 * HOUR, 4), message(3, 12.95 * HOUR, 3)])
    assert used(paths[0]) == {"laptop": 5 + 4 + 3 + 2}
    assert_sound(paths[0])


def test_a_better_copy_of_a_packed_message_counts_at_its_own_time(paths):
    take(paths[0], LAPTOP, [message(1, 0, 5), message(8, 20 * DAY, 1), message(9, 21 * DAY, 1)], packed_until=9 * DAY)
    take(paths[0], LAPTOP, [message(1, 6 * HOUR, 9)])
    assert [row for row in sessions_of(paths[0]) if row[2]][0] == (6, 11, 9)
    assert_sound(paths[0])


def test_a_packed_message_with_the_end_of_its_session_stays_in_it(paths):
    take(paths[0], LAPTOP, [message(1, 0, 5), message(2, 5 * HOUR, 7), message(8, 20 * DAY, 1), message(9, 21 * DAY, 1)],
         packed_until=9 * DAY)
    take(paths[0], LAPTOP, [message(2, 5 * HOUR, 8)])
    assert sessions_of(paths[0])[0] == (0, 5, 13)
    assert_sound(paths[0])
    merge(paths[1], paths[0])
    assert sessions_of(paths[1]) == sessions_of(paths[0])


@pytest.mark.parametrize("settles, expected", [(True, [(9, 11, 1), (11, 16, 5)]), (False, [(9, 14, 6)])])
def test_a_backup_taken_in_before_the_logs_are_read_settles_nothing(paths, settles, expected):
    """Its session that ran is cut with what the logs say; on another machine's history nothing more is known."""
    take(paths[1], LAPTOP, [message(1, 11 * HOUR, 5)], B0 + 12 * HOUR)
    merge(paths[0], paths[1], own_host="desk" if settles else "laptop")
    take(paths[0], LAPTOP, [message(2, 9 * HOUR, 1)])
    assert sessions_of(paths[0]) == expected
    assert_sound(paths[0])


def test_a_message_that_came_packed_is_known_when_its_log_is_read(paths):
    """A restored backup beside restored logs."""
    found = [message(1, HOUR, 5), message(8, 20 * DAY, 1), message(9, 21 * DAY, 1)]
    take(paths[1], LAPTOP, found, packed_until=9 * DAY)
    merge(paths[0], paths[1])
    take(paths[0], LAPTOP, found)
    assert used(paths[0]) == {"laptop": 7}
    assert_sound(paths[0])
