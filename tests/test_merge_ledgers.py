"""Ledgers that join: any of them, in any order, again; once each message, whatever stands where."""

import os
import shutil
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_cases import (B0, DAY, DESK, HOUR, LAPTOP, SERVER, assert_sound, contents, merge, message, older, report, sessions_of, take, told,
                         used)

OWNERS = (LAPTOP, SERVER, DESK)


@pytest.fixture
def paths(tmp_path):
    return [str(tmp_path / f"{owner.host}.db") for owner in OWNERS]


# --- any ledgers -------------------------------------------------------------------------------------------------------------

# A message: its moment, by quarters of an hour so that sessions end and begin at it, and its copies, each longer than the one before.
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


@settings(max_examples=15, deadline=None)
@given(pool=POOL, ledgers=st.tuples(LEDGER, LEDGER, LEDGER))
def test_machines_with_shared_messages_count_each_once_in_any_order(tmp_path_factory, pool, ledgers):
    for order in permutations(range(3)):
        paths = made(str(tmp_path_factory.mktemp("merge")), pool, ledgers)
        first, *others = [paths[at] for at in order]
        for other in others:
            merge(first, other)
            assert_sound(first)
        assert sum(used(first).values()) == expected(pool, ledgers)
        before = contents(first)
        assert [merge(first, other) for other in others] == [[], []]
        assert contents(first) == before


@settings(max_examples=15, deadline=None)
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


@settings(max_examples=15, deadline=None)
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


@settings(max_examples=15, deadline=None)
@given(pool=POOL, ledger=LEDGER, blocks=BLOCKS, minutes=MINUTES, same=st.booleans())
def test_an_older_file_joins_a_ledger_of_messages(tmp_path_factory, pool, ledger, blocks, minutes, same):
    folder = str(tmp_path_factory.mktemp("merge"))
    ours, theirs = os.path.join(folder, "ours.db"), os.path.join(folder, "theirs.db")
    copies, packed, complete = ledger
    take(ours, LAPTOP, messages_of(pool, copies), complete=complete, packed_until=packed)
    older(theirs, LAPTOP if same else SERVER, {told(at * HOUR, tokens) for at, tokens in dict(blocks).items()}, dict(minutes).items())
    known = sum(used(ours).values())
    merge(ours, theirs)
    assert_sound(ours)
    assert sum(used(ours).values()) >= known
    before = contents(ours)
    assert merge(ours, theirs) == [] and contents(ours) == before
