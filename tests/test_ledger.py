"""The ledger of messages: whatever becomes of the logs, each message counts once, in sessions that do not overlap."""

import sqlite3

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_world import HOUR_S, ME, MONDAY, SESSION_S, Line, World

from ccmon.sources import log_reader
from ccmon.store import archive, log_state, sessions


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def at(hour, message=None, tokens=1, **fields):
    """A line at that hour of Monday."""
    return Line(round(hour * 1000) if message is None else message, MONDAY * 1000 + round(hour * 3_600_000), tokens, **fields)


def shown(world):
    """Sessions by hours of Monday."""
    return [((start - MONDAY) / HOUR_S, (end - MONDAY) / HOUR_S, tokens) for start, end, tokens in world.sessions()]


def recorded(world, hour):
    world.now = MONDAY + round(hour * HOUR_S)
    world.record()
    world.check()


# --- logs that vanish and come late -------------------------------------------------------------------------------------------

def test_deleting_a_log_counts_nothing_twice(world):
    world.write("p/a.jsonl", at(9, tokens=1))
    world.write("p/b.jsonl", at(11, tokens=50), at(15, tokens=2500))
    recorded(world, 15.5)
    before = shown(world)
    world.delete("p/a.jsonl")
    recorded(world, 15.6)
    assert shown(world) == before == [(9, 14, 102), (15, 20, 5000)]


def test_what_is_shown_says_that_ccusage_cuts_otherwise(world):
    world.write("p/a.jsonl", at(9))
    world.write("p/b.jsonl", at(11), at(15))
    recorded(world, 15.5)
    with world.store() as store:
        assert world.observe(store).cut_since is None
    world.delete("p/a.jsonl")
    recorded(world, 15.6)
    with world.store() as store:
        facts = world.observe(store)
    assert facts.cut_since == MONDAY + 9 * HOUR_S and [block.start for block in facts.blocks][-1:] == [MONDAY + 15 * HOUR_S]


def test_after_a_pause_of_five_hours_the_cuts_are_the_same_again(world):
    world.write("p/a.jsonl", at(1))
    world.write("p/b.jsonl", at(9), at(15))
    recorded(world, 9.5)
    world.delete("p/a.jsonl")
    recorded(world, 15.6)
    with world.store() as store:
        assert world.observe(store).cut_since is None


def test_a_running_session_does_not_shrink_with_its_logs(world):
    world.write("p/a.jsonl", at(9, tokens=900))
    world.write("p/b.jsonl", at(10, tokens=100))
    recorded(world, 10.5)
    world.delete("p/a.jsonl")
    world.write("p/b.jsonl", at(11, tokens=5))
    recorded(world, 11.5)
    assert shown(world) == [(9, 14, 2010)]
    with world.store() as store:
        assert [(block.start, block.tokens) for block in world.observe(store).blocks] == [(MONDAY + 9 * HOUR_S, 2010)]


def test_a_late_message_joins_the_session_that_it_falls_into(world):
    world.write("p/a.jsonl", at(9))
    recorded(world, 20)
    world.write("p/b.jsonl", at(13.99, tokens=7), at(12, tokens=3))
    recorded(world, 20)
    assert shown(world) == [(9, 14, 22)]


def test_a_late_message_in_a_gap_opens_a_session_that_ends_where_the_next_begins(world):
    world.write("p/a.jsonl", at(9), at(16))
    recorded(world, 30)
    world.write("p/b.jsonl", at(6.5), at(14.25), at(15.75))
    recorded(world, 30)
    assert shown(world) == [(6, 9, 2), (9, 14, 2), (14, 16, 4), (16, 21, 2)]


def test_a_message_at_the_very_end_belongs_to_the_session_as_ccusage_has_it(world):
    world.write("p/a.jsonl", at(9), at(14), at(14 + 1 / 3_600_000, message=7))
    recorded(world, 30)
    assert shown(world) == [(9, 14, 4), (14, 19, 2)]
    world.write("p/b.jsonl", at(14, message=8))
    recorded(world, 30)
    assert shown(world) == [(9, 14, 6), (14, 19, 2)]


def test_an_unfinished_first_read_settles_nothing(world):
    world.write("p/a.jsonl", at(9))
    world.write("p/b.jsonl", at(7), at(11))
    world.now = MONDAY + 30 * HOUR_S
    with world.store() as store:
        assert not log_reader.read(store, world.logs(), world.now, None, 0)    # the time is over after the first log
        assert not store.read_owner(ME, log_state.is_complete, True)
        assert store.read_owner(ME, sessions.bounds, None) == []
    recorded(world, 30)
    assert shown(world) == [(7, 12, 6)]


def test_weeks_without_ccmon(world):
    world.write("p/a.jsonl", at(9))
    recorded(world, 10)
    world.write("p/a.jsonl", at(13), at(200), at(400))
    world.delete("p/a.jsonl")
    world.write("q/b.jsonl", at(300), at(700))
    recorded(world, 720)
    assert [tokens for _, _, tokens in shown(world)] == [2, 2, 2]


# --- copies -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("tokens, session", [(6, (20, 25, 12)), (5, (9, 14, 10))], ids=["better", "equal"])
def test_a_better_copy_moves_the_message_to_where_it_stands_and_an_equal_one_does_not(world, tokens, session):
    world.write("p/a.jsonl", at(9, message=1, tokens=5))
    recorded(world, 30)
    world.write("p/b.jsonl", at(20, message=1, tokens=tokens))
    recorded(world, 31)
    assert shown(world) == [session]


def test_a_question_beside_the_conversation_repeats_an_answer_under_other_requests(world):
    main = at(9, message=1, tokens=5)
    world.write("p/a.jsonl", main)
    recorded(world, 9.5)
    path = world.projects / "p" / "b.jsonl"
    beside = main._replace(sidechain=True, tokens=8).text().replace("req_1", "req_2")
    for _ in range(3):                 # read, and read again after it was moved
        path.write_text(beside + "\n")
        recorded(world, 9.6)
        path.unlink()
        path = path.with_name(path.name + ".jsonl")
    assert shown(world) == [(9, 14, 10)]


def test_lines_without_an_id_count_as_often_as_they_stand_in_a_log(world):
    line = at(9, message=1).text().replace('"id":"msg_1",', "")
    path = world.projects / "p" / "a.jsonl"
    path.parent.mkdir()
    path.write_text(f"{line}\n{line}\n")
    world.now = MONDAY + 10 * HOUR_S
    world.record()
    assert shown(world) == [(9, 14, 4)]
    path.rename(path.parent / "moved")
    world.record()
    (path.parent / "moved").rename(path)
    world.record()
    assert shown(world) == [(9, 14, 4)]


def test_half_a_line_is_read_when_it_is_whole(world):
    path = world.projects / "p" / "a.jsonl"
    path.parent.mkdir()
    whole = at(9).text()
    path.write_text(whole[:-20])
    recorded(world, 9.5)
    assert shown(world) == []
    recorded(world, 500)               # however old it is
    with path.open("a") as file:
        file.write(whole[-20:])
    world.record()
    assert shown(world) == [(9, 14, 2)]                    # without its end, as ccusage takes it
    with path.open("a") as file:
        file.write("\n" + at(10).text() + "\n")
    world.record()
    assert shown(world) == [(9, 14, 4)]


# --- old messages -------------------------------------------------------------------------------------------------------------

def grown_old(world, hour=100 * 24):
    """Long after, with something newer, and all upkeep done."""
    world.write("p/new.jsonl", at(hour, message=999_999))
    recorded(world, hour)
    with world.store() as store:
        while not store.maintain(world.now, 5.0):
            pass
    world.check()


def test_packed_messages_are_known_again(world):
    world.write("p/a.jsonl", at(9, tokens=3), at(9.3, tokens=4, model=1), at(30, tokens=5))
    recorded(world, 40)
    before = shown(world)
    grown_old(world)
    with sqlite3.connect(world.path) as db:
        assert db.execute("SELECT count(*) FROM message").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM archive").fetchone() == (2,)
    world.rewrite("p/a.jsonl")
    recorded(world, 100 * 24 + 1)
    assert shown(world)[:-1] == before


def test_a_packed_message_is_corrected_by_a_better_copy(world):
    world.write("p/a.jsonl", at(9, message=1, tokens=3), at(11, message=2, tokens=1))
    recorded(world, 40)
    grown_old(world)
    world.write("p/b.jsonl", at(9.5, message=1, tokens=8))
    recorded(world, 100 * 24 + 1)
    assert shown(world)[:-1] == [(9, 14, 18)]


def test_a_message_that_comes_after_months_is_taken_up(world):
    world.write("p/a.jsonl", at(9))
    recorded(world, 40)
    grown_old(world)
    world.write("p/b.jsonl", at(10), at(60))
    for _ in range(2):
        recorded(world, 100 * 24 + 1)
        assert [tokens for _, _, tokens in shown(world)] == [4, 2, 2]
        world.rewrite("p/b.jsonl")


def test_a_packed_day_holds_what_was_packed():
    from ccmon.store.messages import MessageRow
    day = {number: MessageRow(0, 0, 0, 900_000 * (number % 96) + 1, 1, 2, number, 1, 2, 3, 4, None if number % 3 else 10 ** 17, 0)
           for number in range(1500)}
    packed = archive.pack(day, 0)
    assert archive.unpack(packed, 0) == day


def test_a_clock_that_jumps_ahead_packs_nothing_that_is_still_cut(world):
    world.write("p/a.jsonl", at(9), at(10))
    recorded(world, 11)
    world.now = MONDAY + 10 * 365 * 86_400
    world.record()
    with world.store() as store:
        store.maintain(world.now, 5.0)
    world.write("p/a.jsonl", at(12))
    recorded(world, 12.5)
    assert shown(world) == [(9, 14, 6)]


# --- prices -----------------------------------------------------------------------------------------------------------------

def test_new_prices_are_those_of_all_messages_that_are_not_packed(world, monkeypatch):
    world.write("p/a.jsonl", at(9, tokens=100_000), at(30, tokens=100_000))
    recorded(world, 31)

    def costs():
        with world.store() as store:
            return [record.block.cost_usd for record in store.records(ME, world.now)], sum(
                row.cost_usd for row in store.used(ME, 0, 1 << 40))
    assert costs() == ([1.8, 1.8], 3.6)                    # 3 and 15 dollars for a million
    monkeypatch.setattr("ledger_world.PRICE", log_reader.EntryPrices(lambda entry: 7.0, 2))
    world.record()
    assert costs() == ([7.0, 7.0], 14.0)


# --- any history ------------------------------------------------------------------------------------------------------------

NAMES = ("p/a.jsonl", "p/b.jsonl", "q/c.jsonl")
HOURS = st.integers(0, 60 * 4).map(lambda quarter: quarter / 4)
EVENTS = st.lists(st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 12), HOURS, st.integers(0, 9), st.booleans()),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("rewrite"), st.sampled_from(NAMES)),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("restore"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("wait"), st.sampled_from((0.5, 3, 6, 30, 24 * 20, 24 * 100))),
    st.tuples(st.just("record"))), max_size=25)


def happen(world, event):
    """Let it happen, where it can."""
    kind, *rest = event
    name = rest[0] if rest and isinstance(rest[0], str) else ""
    if kind == "write":
        _, message, hour, more, sidechain = rest
        # A copy has the time of the first one, or more tokens: of equal ones with other times the first that is read counts.
        known = next((line for lines in [*world.files.values(), *world.backup.values(), list(world.seen.values())]
                      for line in lines if line.message == message), None)
        line = known or Line(message, MONDAY * 1000 + round(hour * 3_600_000) + message, 10, message % 2, 0, sidechain)
        best = max([line.tokens, *(one.tokens for lines in [*world.files.values(), *world.backup.values()] for one in lines
                                   if one.message == message)])
        if known and more:
            line = line._replace(tokens=best + more, at_ms=min(line.at_ms + 1000 * more, world.now * 1000))
        world.write(name, line)
    elif kind in ("delete", "rewrite") and name in world.files:
        getattr(world, kind)(name)
    elif kind == "move" and name in world.files and rest[1] not in world.files:
        world.move(*rest)
    elif kind == "restore" and name in world.backup:
        world.restore(*rest)
    elif kind == "wait":
        world.now += round(rest[0] * HOUR_S)
    elif kind == "record":
        running = [(start, tokens) for start, end, tokens in world.sessions() if start <= world.now < end]
        world.record()
        world.check()
        after = world.sessions()
        for start, tokens in running:
            assert sum(more for begin, end, more in after if begin < start + SESSION_S and end > start) >= tokens - 40
        with world.store() as store:
            store.maintain(world.now, 0.05)
        world.check()


@settings(max_examples=examples(30))
@given(EVENTS)
def test_whatever_happens_to_the_logs_each_message_counts_once(tmp_path_factory, events):
    world = World(tmp_path_factory.mktemp("world"))
    world.now = MONDAY + 60 * HOUR_S
    for event in [*events, ("record",)]:
        happen(world, event)
