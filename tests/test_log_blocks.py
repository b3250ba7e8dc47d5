"""Duplicates and sessions of log entries: the rules of ccusage 20 one by one, and what a reader of parts may rely on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import Block
from ccmon.sources import ccusage_json, log_blocks
from ccmon.sources.log_blocks import SESSION_MS, Counts, blocks, cut, groups, minutes, pauses, places, survivors
from ccmon.sources.log_entries import Entry

HOUR_MS = 3_600_000
T0 = 1_790_031_600_000                 # a full hour
E = Entry(T0, 1, 1, 1, "m", 1, 2, 3, 4, 5, False, False, None, None)
SIDE = E._replace(sidechain=True)
FREE = E._replace(request=None)


def at(hours, ms=0, **fields):
    return E._replace(at_ms=T0 + int(hours * HOUR_MS) + ms, **fields)


@pytest.mark.parametrize("entries, kept", [
    ([E, E], [0]),
    ([E, E._replace(output=9)], [1]),                                       # streamed: the largest
    ([E._replace(output=9), E], [0]),
    ([E, E._replace(cache_read=6), E._replace(cache_1h=6)], [2]),           # all kinds count
    ([E, E._replace(speed=True)], [1]),
    ([E._replace(speed=True), E], [0]),
    ([E._replace(speed=True), E._replace(speed=True, session=2)], [0]),
    ([E, E._replace(session=2)], [0]),                                      # resumed: whatever the session
    ([E, E._replace(at_ms=T0 + 9)], [0]),
    ([E, E._replace(request=2)], [0, 1]),
    ([E, E._replace(message=2)], [0, 1]),
    ([E._replace(message=None), E._replace(message=None)], [0, 1]),
    ([FREE, FREE], [0]),
    ([FREE, FREE._replace(at_ms=T0 + 9, output=9)], [1]),
    ([FREE, FREE._replace(session=2)], [0, 1]),                             # without a request the session counts
    ([FREE, E], [0, 1]),
    ([E, SIDE], [0]),
    ([SIDE, E], [1]),
    ([SIDE._replace(output=99), E], [1]),                                   # the conversation itself, however small
    ([E, SIDE._replace(request=2)], [0]),                                   # repeated beside it
    ([SIDE._replace(request=2), E], [1]),
    ([E, SIDE._replace(request=None)], [0]),
    ([E, SIDE._replace(request=2, at_ms=T0 + 1)], [0, 1]),                  # at another moment
    ([E, SIDE._replace(request=2, session=2)], [0, 1]),                     # in another conversation
    ([E, E._replace(session=2), SIDE._replace(request=2, session=2)], [0]),  # which was seen to have it, too
    ([SIDE, SIDE._replace(request=2, output=9)], [1]),
    ([SIDE, E._replace(request=2), SIDE], [1]),
    ([SIDE, E._replace(request=2), E._replace(at_ms=T0 + 1)], [1, 2]),      # the key of the replaced one is forgotten
    ([E._replace(at_ms=T0 + 1), SIDE._replace(request=2), E._replace(output=9), SIDE._replace(request=3, output=99)], [1, 2]),
    # A place that an entry of another session has taken is looked for last.
    ([E._replace(at_ms=T0 + 1), SIDE._replace(request=None), E._replace(session=2, output=9),
      SIDE._replace(request=2, output=99)], [2, 3]),
])
def test_duplicates(entries, kept):
    assert sorted(survivor for _, survivor in places(entries)) == kept
    assert log_blocks.kept(entries) == set(kept)


def test_a_survivor_stands_at_the_place_of_the_first():
    small, other, large = E, E._replace(message=2), E._replace(output=9)
    assert survivors([small, other, large]) == [large, other] and places([small, other, large]) == [(0, 2), (1, 1)]


entry_lists = st.lists(st.builds(
    lambda message, request, session, ms, output, side, speed: Entry(
        T0 + ms, message, request, session, f"m{session}", 1, output, 0, 0, 0, side, speed, None, None),
    st.sampled_from([None, 1, 2, 3]), st.sampled_from([None, 1, 2]), st.integers(1, 2),
    st.sampled_from([0, 1, HOUR_MS, SESSION_MS]), st.integers(0, 2), st.booleans(), st.booleans()), max_size=12)


@given(entry_lists)
def test_messages_can_be_decided_one_by_one(entries):
    """Whatever the batches they came in."""
    apart = []
    for message in {entry.message for entry in entries}:
        own = [index for index, entry in enumerate(entries) if entry.message == message]
        apart += [(own[first], own[kept]) for first, kept in places([entries[index] for index in own])]
    assert sorted(apart) == places(entries)


@given(entry_lists)
def test_what_survives(entries):
    kept = places(entries)
    assert len({first for first, _ in kept}) == len({survivor for _, survivor in kept}) == len(kept)
    assert all(first <= survivor and entries[first].message == entries[survivor].message for first, survivor in kept)
    assert {entry.message for entry in survivors(entries)} == {entry.message for entry in entries}


@given(entry_lists)
def test_each_answer_of_the_conversation_itself_survives_once_and_whole(entries):
    known = [entry._replace(sidechain=False) for entry in entries if entry.message is not None and entry.request is not None]
    largest = {}
    for entry in known:
        key = (entry.message, entry.request)
        largest[key] = max(largest.get(key, 0), entry.total)
    assert [((entry.message, entry.request), entry.total) for entry in survivors(known)] == list(largest.items())


@given(entry_lists)
def test_nothing_changes_when_all_lines_come_twice(entries):
    known = [entry for entry in entries if entry.message is not None and entry.request is not None and not entry.sidechain]
    assert survivors(known + known) == survivors(known)


# --- sessions -----------------------------------------------------------------------------------------------------------------

def starts(entries):
    return [(block.start * 1000 - T0) / HOUR_MS for block in blocks(entries, lambda entry: 0.0)]


@pytest.mark.parametrize("entries, expected", [
    ([], []),
    ([at(0.5)], [0]),
    ([at(0.5), at(4.9)], [0]),
    ([at(0.5), at(5)], [0]),                                                # exactly 5 hours after the start
    ([at(0.5), at(5, 1)], [0, 5]),
    ([at(0), at(5)], [0]),                                                  # exactly 5 hours after the last
    ([at(0.25), at(0.5), at(5.5)], [0, 5]),
    ([at(0.5), at(5.5, 1)], [0, 5]),
    ([at(3.5), at(0.5)], [0]),                                              # in any order
    ([at(0.5), at(23.99), at(24.01)], [0, 23]),                             # across midnight
    ([at(-0.001), at(0)], [-1]),
])
def test_where_sessions_begin(entries, expected):
    assert starts(entries) == expected


def test_one_session():
    entries = [at(1.5, model="b"), at(0.2, ms=999, model="a", cost_usd=1.0), at(2, model="b"), at(1.7, model=None)]
    made = blocks(entries, lambda entry: entry.cost_usd or 0.25)
    assert made == [Block(start=T0 // 1000, end=T0 // 1000 + 18_000, last=T0 // 1000 + 7200, tokens=12, input=4, output=8,
                          cache_creation=28, cache_read=20, cost_usd=1.75, models=("a", "b"), entries=4, source="logs")]


def test_entries_of_one_moment_keep_their_order():
    assert blocks([at(1, model="z"), at(1, model="a")], lambda entry: 0.0)[0].models == ("z", "a")


def test_a_cost_is_unknown_when_one_price_is():
    entries = [at(0), at(1, model="new"), at(9)]
    assert [block.cost_usd for block in blocks(entries, lambda entry: None if entry.model == "new" else 0.5)] == [None, 0.5]


def test_the_same_block_as_from_the_json_of_ccusage():
    entries = [at(0.25, ms=250, model="a-fast"), at(1)]
    text = json.dumps({"blocks": [{
        "id": "2026-09-21T23:00:00.000Z", "startTime": "2026-09-21T23:00:00.000Z", "endTime": "2026-09-22T04:00:00.000Z",
        "actualEndTime": "2026-09-22T00:00:00.000Z", "isGap": False, "entries": 2, "costUSD": 0.5, "totalTokens": 30,
        "tokenCounts": {"inputTokens": 2, "outputTokens": 4, "cacheCreationInputTokens": 14, "cacheReadInputTokens": 10},
        "models": ["a-fast", "m"]}]})
    assert blocks(entries, lambda entry: 0.25) == [block._replace(source="logs") for block in ccusage_json.parse(text, T0).blocks]


times = st.lists(st.builds(at, st.integers(0, 60), st.sampled_from([-1, 0, 1, 1_700_000])), max_size=25)


@given(times)
def test_no_session_is_longer_than_five_hours_and_none_overlap(entries):
    made = list(groups(sorted(entries)))
    assert [entry for group in made for entry in group] == sorted(entries)
    assert all(group[-1].at_ms - group[0].at_ms // HOUR_MS * HOUR_MS <= SESSION_MS for group in made)
    found = blocks(entries, lambda entry: 0.0)
    assert all(one.end <= other.start for one, other in zip(found, found[1:]))


@given(times)
def test_a_pause_separates(entries):
    entries = sorted(entries)
    for index in pauses(entries):
        parts = [*blocks(entries[:index], lambda entry: 0.0), *blocks(entries[index:], lambda entry: 0.0)]
        assert parts == blocks(entries, lambda entry: 0.0)


@given(times, times)
def test_what_comes_before_the_cut_stays(entries, new):
    """Entries that come or go at a moment or later change no session before the cut."""
    entries = sorted(entries)
    from_ms = min((entry.at_ms for entry in new), default=T0)
    index = cut(entries, from_ms)
    for later in (sorted(entries[index:] + new), sorted([entry for entry in entries[index:] if entry.at_ms < from_ms] + new)):
        parts = [*blocks(entries[:index], lambda entry: 0.0), *blocks(later, lambda entry: 0.0)]
        assert parts == blocks(entries[:index] + later, lambda entry: 0.0)
    assert index == 0 or from_ms - entries[index - 1].at_ms > SESSION_MS


def test_the_cut_is_the_last_possible():
    entries = [at(0), at(6), at(7), at(20)]
    assert [cut(entries, at(hours).at_ms) for hours in (0, 5, 6, 8, 13, 20, 26)] == [0, 0, 1, 1, 3, 3, 4]


def test_minutes():
    entries = [at(0), at(0, 59_999), at(0, 60_000), at(0, 5, model=None)]
    first = T0 // 1000
    assert minutes(entries) == {(first, "m"): Counts(2, 4, 14, 10), (first + 60, "m"): Counts(1, 2, 7, 5),
                                (first, None): Counts(1, 2, 7, 5)}


@given(entry_lists)
def test_minutes_hold_all_tokens(entries):
    sums = [sum(kind) for kind in zip(*minutes(entries).values())] or [0, 0, 0, 0]
    assert sums == [sum(entry.input for entry in entries), sum(entry.output for entry in entries), 0, 0]
