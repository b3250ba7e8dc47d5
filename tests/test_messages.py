"""Which copy of a message counts: the rules of ccusage 20 one by one, in one go and bit by bit."""


import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from log_sessions import groups, rows_of, survivors

from ccmon.sources.log_entries import LogEntry
from ccmon.store import ledger, messages, schema, session_sums, sessions
from ccmon.when import SESSION_S

HOUR_MS = 3_600_000
SESSION_MS = 5 * HOUR_MS
T0 = 1_790_031_600_000                 # a full hour
E = LogEntry(T0, 1, 1, 1, "m", 1, 2, 3, 4, 5, False, False, None, None)
SIDE = E._replace(sidechain=True)
FREE = E._replace(request=None)


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
    ([SIDE, SIDE._replace(request=2, output=9)], [1]),
    ([SIDE, E._replace(request=2), SIDE], [1]),
])
def test_which_copy_counts(entries, kept):
    assert survivors(entries) == [entries[at] for at in kept]


@pytest.mark.parametrize("times, starts", [
    ([0], [0]), ([0, SESSION_MS], [0]), ([0, SESSION_MS + 1], [0, SESSION_MS]), ([5, 5 + SESSION_MS - 5], [0]),
    ([HOUR_MS - 1, SESSION_MS, SESSION_MS + 1, SESSION_MS + HOUR_MS], [0, SESSION_MS]),
    ([0, 4 * HOUR_MS, 8 * HOUR_MS, 13 * HOUR_MS, 13 * HOUR_MS + 1], [0, 8 * HOUR_MS, 13 * HOUR_MS])])
def test_where_sessions_begin(times, starts):
    found = groups([E._replace(at_ms=T0 + ms, message=number) for number, ms in enumerate(times)])
    assert [group[0].at_ms // HOUR_MS * HOUR_MS - T0 for group in found] == starts


ENTRIES = st.lists(st.builds(
    lambda message, request, session, ms, output, side, speed: LogEntry(
        T0 + ms, message, request, session, f"m{session}", 1, output, 0, 0, 0, side, speed, None, None),
    st.sampled_from([1, 2, 3]), st.sampled_from([None, 1, 2]), st.integers(1, 2),
    st.sampled_from([0, 1, HOUR_MS, SESSION_MS]), st.integers(0, 2), st.booleans(), st.booleans()), max_size=12)


@given(ENTRIES, st.integers(0, 12))
def test_it_does_not_matter_in_how_many_batches_they_come(entries, at):
    """What is known of a message is all that is needed to judge its next copy."""
    whole, parts = {}, {}
    messages.fold(whole, rows_of(entries))
    rows = rows_of(entries)
    for batch in (rows[:at], rows[at:]):
        stored = {message: dict(group) for message, group in parts.items()}
        for _, after in messages.fold(stored, batch):
            parts.setdefault(after.message, {})[after.key] = after
    assert parts == whole


@given(ENTRIES)
def test_reading_them_again_changes_nothing(entries):
    known = {}
    messages.fold(known, rows_of(entries))
    assert messages.fold(known, rows_of(entries)) == []


@given(ENTRIES)
def test_each_answer_of_the_conversation_itself_counts_once_and_whole(entries):
    known = [entry._replace(sidechain=False) for entry in entries if entry.request is not None]
    largest = {}
    for entry in known:
        largest[entry.message, entry.request] = max(largest.get((entry.message, entry.request), 0), entry.total)
    kept = survivors(known)
    assert sorted((e.message, e.request, e.total) for e in kept) == sorted((*key, total) for key, total in largest.items())


@given(ENTRIES)
@settings(max_examples=30, deadline=None)
def test_all_are_read_in_the_same_order_as_those_of_a_time(entries):
    with schema.empty() as db:
        messages.save(db, 1, rows_of(entries))
        expected = [(row.at_ms, row.model_id, *row[6:8], row.cache_5m + row.cache_1h, row.cache_read, row.cost_nano)
                    for row in messages.between(db, 1, 0, 1 << 50)]
        assert messages.counted_by_time(db, 1, 0, 1 << 50, True) == messages.counted_by_time(db, 1, 0, 1 << 50, False) == expected


TIMED = st.builds(lambda number, at, ms, model, cost, output: messages.MessageRow(
    number, 1, 1, T0 + at * HOUR_MS // 4 + ms, model, number % 2, 1, output, 3, 4, 5, cost, 0),
    st.integers(1, 30), st.sampled_from([0, 1, 2, 19, 20, 21, 40]), st.sampled_from([0, 1, 2, 899_999]), st.integers(1, 3),
    st.sampled_from([None, 10, 1_000_777]), st.integers(0, 9))


@given(st.lists(TIMED, min_size=1, max_size=30))
@example([messages.MessageRow(number, 1, 1, T0 + number * SESSION_MS, 1, 1, 1, 1, 1, 1, 1, 1, 0) for number in (0, 1)])
@example([messages.MessageRow(number, 1, 1, T0 - number, number, 1, 1, 1, 1, 1, 1, 1, 0) for number in (1, 2)])
@settings(max_examples=60, deadline=None)
def test_sums_of_quarters_make_the_sessions_that_the_messages_make(rows):
    """But where a message lies at the very end of a session, which is still its own: that no sum tells."""
    with schema.empty() as db:
        db.executemany("INSERT INTO model (id, name) VALUES (?, ?)", [(1, "one"), (2, "two"), (3, "")])
        ledger.fold(db, 1, rows)
        by_time = messages.counted_by_time(db, 1, 0, 1 << 50, True)
        expected = list(sessions.cuts(db, by_time, -sessions.EVER, sessions.EVER))
        ends_ms = {(cut[0] + SESSION_S) * 1000 for cut in expected}
        made = session_sums.cuts(db, 1)
        assert made == expected or made is None and ends_ms & {message[0] for message in by_time}
