"""Thinning with age: what stays, what is never touched, and that it may be interrupted, repeated and disturbed."""

import sqlite3
from contextlib import closing

import pytest
from account_windows import keep_readings
from commands import wait_until
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from logged import Minute, keep_logs
from store_cases import DAY, HOUR, ME, OTHER, T0, block, keep, path, store, written_rows  # noqa: F401

from ccmon.pipeline import history
from ccmon.settings import context
from ccmon.store import archive
from ccmon.store.archive import MINUTES_S, RAW_S, ROWS
from ccmon.store.database import open_store
from ccmon.usage.burn import terms
from ccmon.when import SESSION_S

pytestmark = pytest.mark.newest_only

AGE0 = T0 // HOUR * HOUR                # a full hour
TWO_DAYS, QUARTER = AGE0 + RAW_S, AGE0 + MINUTES_S


def put(store, rows, owner=ME):
    """Snapshots of (time, seen, session or None, tokens); sessions are numbers from 1 on."""
    keep(store, [], AGE0 - DAY, owner)
    for number in sorted({session for _, _, session, _ in rows if session}):
        keep(store, [block(AGE0 - DAY + number * SESSION_S)], AGE0 - DAY + number * SESSION_S, owner)
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("DELETE FROM snapshot")
        number = db.execute("SELECT id FROM owner WHERE account = ?", (owner.account,)).fetchone()[0]
        db.executemany(f"INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES ({number}, ?, ?, ?, ?)", rows)


def rows_of(store):
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("SELECT ts, seen, session_id, tokens FROM snapshot ORDER BY owner_id, ts").fetchall()


def thinned(store, now):
    """After as many calls as it takes."""
    for _ in range(1000):
        if store.maintain(now, most_s=60, rest=0):
            return rows_of(store)
    raise AssertionError("it has no end")


def shots(*rows):
    return [(AGE0 + ts, AGE0 + seen, session, tokens) for ts, seen, session, tokens in rows]


# --- which snapshots stay ---

@pytest.mark.parametrize("given, now, expected", [
    pytest.param(shots((0, 2, 1, 10), (3, 5, 1, 20), (59, 70, 1, 30)), TWO_DAYS + 60, shots((59, 70, 1, 30)), id="growing"),
    pytest.param(shots((0, 2, 1, 10), (3, 5, 1, 20), (59, 70, 1, 30)), TWO_DAYS + 59,
                 shots((0, 2, 1, 10), (3, 5, 1, 20), (59, 70, 1, 30)), id="the minute is not old enough as a whole"),
    pytest.param(shots((5, 5, 1, 90), (20, 40, 1, 30)), TWO_DAYS + 60, shots((5, 40, 1, 90)), id="the maximum, not the last"),
    pytest.param(shots((5, 9, 1, 90), (20, 40, 1, 90)), TWO_DAYS + 60, shots((20, 40, 1, 90)), id="of equals the last"),
    pytest.param(shots((0, 4, 1, 9), (5, 9, None, 0), (10, 11, 2, 3), (15, 15, 2, 4)), TWO_DAYS + 60,
                 shots((0, 4, 1, 9), (5, 9, None, 0), (15, 15, 2, 4)), id="each session, and nobody"),
    pytest.param(shots((0, 900, None, 0), (950, 950, 1, 5)), TWO_DAYS + HOUR, shots((0, 900, None, 0), (950, 950, 1, 5)),
                 id="one a minute already"),
    pytest.param(shots((0, 50, 1, 10), (60, 100, 1, 20), (3599, 4000, 1, 15)), QUARTER + HOUR, shots((60, 4000, 1, 20)),
                 id="an hour"),
    pytest.param(shots((0, 50, 1, 10), (60, 100, 1, 20)), QUARTER + HOUR - 1, shots((0, 50, 1, 10), (60, 100, 1, 20)),
                 id="the hour is not old enough as a whole"),
    pytest.param(shots((0, 0, 1, 1), (3599, 3599, 1, 2), (3600, 3600, 1, 3)), QUARTER + 2 * HOUR,
                 shots((3599, 3599, 1, 2), (3600, 3600, 1, 3)), id="two hours"),
])
def test_of_a_minute_or_an_hour_the_most_of_each_session_stays(store, given, now, expected):
    put(store, given)
    assert thinned(store, now) == expected
    assert thinned(store, now + HOUR)[-1:] == expected[-1:]


ROW = st.tuples(st.integers(0, 3 * HOUR), st.integers(0, 400), st.sampled_from([None, 1, 2]), st.integers(1, 60))
SHOTS = st.lists(ROW, max_size=60, unique_by=lambda row: row[0])


def by_bucket(rows, now):
    """What is to be one row."""
    groups = {}
    for ts, seen, session, tokens in rows:
        span_s = archive.bucket_s(ts, now)
        groups.setdefault((ts // span_s, span_s, session), []).append((tokens, ts, seen))
    return groups


@settings(max_examples=examples(40), deadline=None)
@given(found=SHOTS, age=st.sampled_from([0, RAW_S, RAW_S + HOUR, MINUTES_S, MINUTES_S + 2 * HOUR, MINUTES_S + DAY]),
       rows=st.sampled_from([2, 7, ROWS]))
def test_maxima_stay_and_no_row_is_made_up(tmp_path_factory, found, age, rows):
    before = [(AGE0 + at, AGE0 + at + more, session, tokens if session else 0) for at, more, session, tokens in found]
    now = AGE0 + age
    with pytest.MonkeyPatch.context() as patch, open_store(str(tmp_path_factory.mktemp("s") / "h.db"), 1000, T0) as store:
        patch.setattr(archive, "ROWS", rows)
        put(store, before)
        after = thinned(store, now)
        assert thinned(store, now) == after
        assert {(ts, session, tokens) for ts, _, session, tokens in after} <= {(ts, s, tokens) for ts, _, s, tokens in before}
        groups, left = by_bucket(before, now), by_bucket(after, now)
        assert set(left) == set(groups)
        for key, members in groups.items():
            assert max(left[key])[0] == max(members)[0]
            if rows == ROWS:
                assert left[key] == [(*max(members)[:2], max(seen for _, _, seen in members))]


def test_the_last_two_days_stay_as_they_are(store):
    """Burn rate and graphs, which look back at most so far, do not change with it."""
    now = AGE0 + 5 * DAY
    session = block(now // HOUR * HOUR - 2 * HOUR, 9000)
    keep(store, [session], now)
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("DELETE FROM snapshot")
        db.executemany("INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, 1, ?)",
                       [(at, at, at - now + 5 * DAY) for at in range(now - 3 * DAY, now, 7)])
    before, facts = rows_of(store), store.facts(ME, now)
    after = thinned(store, now)
    edge = (now - RAW_S) // 60 * 60
    assert [row for row in after if row[0] >= edge] == [row for row in before if row[0] >= edge]
    assert len(after) < len(before) * 0.75
    assert store.facts(ME, now) == facts
    assert terms([session], facts.samples, now).source == "measured"


def test_sessions_and_readings_stay_for_ever(store):
    keep(store, [block(T0 + n * SESSION_S, n + 1) for n in range(50)], T0 + 50 * SESSION_S)
    keep_readings(store, ME, [(18_000, T0 + n, float(n), T0 + HOUR) for n in range(50)])
    thinned(store, T0 + 4000 * DAY)
    assert len(store.records(ME, T0)) == 50
    assert store._db.execute("SELECT count(*) FROM reading").fetchone() == (50,)


# --- step by step ---

def many(store, number=4000):
    put(store, [(AGE0 + 7 * n, AGE0 + 7 * n, 1 + n // 2000, n) for n in range(number)])
    return AGE0 + 200 * DAY


def test_no_step_writes_more_than_a_few_hundred_rows(store):
    now = many(store)
    steps = []
    while not steps or steps[-1] > 0:
        steps.append(written_rows(store, lambda: store.change(lambda db: archive.step(db, now))))
        assert steps[-1] <= ROWS + 10 and len(steps) < 100
    assert len(steps) > 10 and len(rows_of(store)) == 9           # eight hours, one of them of two sessions


def test_what_is_interrupted_goes_on_where_it_was(path):
    with open_store(path, 1000, T0) as store:
        now = many(store)
        calls = 0
        while not store.maintain(now, most_s=0.002, rest=0):
            calls += 1
            store.close()
            store = open_store(path, 1000, T0)
        interrupted = rows_of(store)
        store.close()
    with open_store(path + "2", 1000, T0) as other:
        many(other)
        assert interrupted == thinned(other, now)
    assert calls > 3


def test_each_owner_is_thinned(store):
    put(store, shots((0, 0, 1, 5), (9, 9, 1, 6)))
    rows = rows_of(store)
    put(store, shots((0, 0, None, 0), (9, 9, None, 0)), OTHER)
    with closing(sqlite3.connect(store.path)) as db, db:
        db.executemany("INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, ?, ?)", rows)
    assert thinned(store, TWO_DAYS + DAY) == shots((9, 9, 1, 6), (9, 9, None, 0))


def test_nothing_to_do_writes_nothing_and_needs_no_lock(store):
    now = many(store)
    thinned(store, now)
    assert written_rows(store, lambda: store.maintain(now + HOUR - 1)) == 0
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        assert store.maintain(now + HOUR - 1) is True


def test_a_held_lock_leaves_it_for_the_next_time(path):
    with open_store(path, 20, T0) as store:
        now = many(store, 100)
        before = rows_of(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            assert store.maintain(now) is False
        assert rows_of(store) == before
        assert len(thinned(store, now)) < len(before)


def test_it_runs_at_most_once_an_hour(store):
    thinned(store, TWO_DAYS)
    put(store, shots((0, 0, 1, 1), (9, 9, 1, 2)))
    assert len(thinned(store, TWO_DAYS + HOUR - 1)) == 2
    assert len(thinned(store, TWO_DAYS + HOUR)) == 1


def test_a_clock_that_was_ahead_stops_nothing_for_long(store):
    put(store, shots((0, 0, 1, 1)))
    thinned(store, T0 + 1000 * DAY)
    put(store, shots((0, 0, 1, 1), (9, 9, 1, 2), (120, 120, 1, 3), (125, 125, 1, 4)))
    thinned(store, AGE0)                                           # set right again; the rows are from now on
    assert thinned(store, TWO_DAYS + DAY) == shots((9, 9, 1, 2), (125, 125, 1, 4))


def test_the_disk_gets_its_pages_back(store):
    many(store, 60_000)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    thinned(store, AGE0 + 300 * DAY)
    left, free = (store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
    assert left < pages // 3 and free <= 64
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_without_incremental_vacuum_is_thinned_all_the_same(path):
    with open_store(path, 1000, T0) as store:
        now = many(store, 60_000)
        store._db.execute("PRAGMA journal_mode = DELETE").fetchall()
        store._db.execute("PRAGMA auto_vacuum = NONE")
        store._db.execute("VACUUM")
    with open_store(path, 1000, T0) as store:
        assert len(thinned(store, now)) < 200


# --- minutes ---

def told(at, tokens, model="opus"):
    return Minute(AGE0 + at, model, tokens, 2 * tokens, 3 * tokens, 4 * tokens)


LOGS = [told(0, 1), told(60, 2), told(60, 5, "haiku"), told(3540, 4), told(3600, 7), told(DAY, 9)]


def stored(store):
    """Messages that are not packed, and packed days."""
    return [store._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("message", "archive")]


def used(store, owner=ME):
    return store.used(owner, 0, 2 ** 40)


LATER = QUARTER + 3 * DAY
NEWEST = told(LATER - AGE0, 1)


def test_messages_are_packed_by_the_day_and_their_sums_stay(store):
    keep_logs(store, ME, [*LOGS, NEWEST])
    keep_logs(store, OTHER, [*LOGS[:2], NEWEST])
    before = used(store), used(store, None)
    thinned(store, LATER)
    assert stored(store) == [2, 3]     # the newest of each; two days of the one, one of the other
    assert (used(store), used(store, None)) == before
    assert [(row.at - AGE0, row.model, row.input, row.cache_read, row.host) for row in before[0]][:3] == [
        (0, "opus", 3, 12, ME.host), (0, "haiku", 5, 20, ME.host), (2700, "opus", 4, 16, ME.host)]


def test_packed_messages_that_are_read_again_count_once(store):
    keep_logs(store, ME, [*LOGS, NEWEST])
    before = used(store)
    thinned(store, LATER)
    keep_logs(store, ME, LOGS)
    assert used(store) == before
    keep_logs(store, ME, [told(0, 1), told(60, 12), told(3540, 4)])       # and a better copy
    assert sum(row.input for row in used(store)) == sum(row.input for row in before) + 10
    after = used(store)
    thinned(store, LATER + HOUR)
    assert used(store) == after


def test_to_pack_a_day_does_not_look_at_every_message(store):
    """Ten years of them are packed in as many steps as there are days: as much work for each, however many are left."""
    work = []
    for number in (300, 3000):
        keep_logs(store, ME, [*LOGS[:5], *(told(DAY + 60 * minute, 1) for minute in range(number)), NEWEST])
        calls = []
        store._db.set_progress_handler(lambda calls=calls: calls.append(1), 100)
        assert archive.pack_oldest_day(store._db, 1, (AGE0 + 2 * HOUR) // DAY * DAY * 1000 + DAY * 1000) is not None
        store._db.set_progress_handler(None, 0)
        work.append(len(calls))
        store._db.execute("DELETE FROM archive")
    assert work[1] <= work[0] + 10


# --- where it is called ---

def test_a_refresh_thins_what_is_old(machine):
    stored = str(machine.home / ".local/share/ccmon/ccmon.db")
    assert machine.run("record").code == 0
    with open_store(stored, 1000, T0) as store, closing(sqlite3.connect(stored)) as db, db:
        assert not db.execute("SELECT 1 FROM note WHERE key LIKE 'thinned%'").fetchall()    # left to the second one
        db.executemany("INSERT INTO snapshot (owner_id, ts, seen, tokens) VALUES (1, ?, ?, 0)", [row[:2] for row in shots(
            *((n, n, None, 0) for n in range(0, 3600, 9)))])
        db.commit()
        before = len(rows_of(store))
        wait_until(lambda: machine.run("record").code == 0 and len(rows_of(store)) == before - 400 + 1,
                   "one row is left of the hour")        # a busy machine does less of it each time


def test_a_memory_without_a_store_has_nothing_to_thin(home):
    with history.opened(context.prepare({}, {"HOME": "/nonexistent"}), 100) as kept:
        kept.maintain(T0)
    assert kept.trouble.startswith("There is no home")
