"""D-7, D-8 and D-9: a history that is no database, damaged anywhere, or has half a journal. --all: far more damage."""

import os
import random
import shutil
import sqlite3
import stat
import sys
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest
from extent import ALL
from logged import Hit, Minute, keep_logs
from store_cases import DAY, HOUR, ME, T0, block, fill, keep, kept_files, path, saved, tokens_in  # noqa: F401
from store_processes import OWN_SESSION, active, run_together  # noqa: F401

from ccmon.errors import CcmonError
from ccmon.model import Forecast
from ccmon.store import (
    alerts,
    check,
    learning,
    ledger,
    log_state,
    merge,
    present,
    rows,
    sessions,
    usage,
    window_readings,
)
from ccmon.store import copy as store_copy
from ccmon.store.database import open_store
from ccmon.store.window_readings import WindowReading
from ccmon.when import SESSION_S

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")]


def overwrite(path, at, data, cut=False):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)
        if cut:
            file.truncate()


NOISE = random.Random(4).getrandbits(8 * 3000).to_bytes(3000, "big")


@pytest.mark.parametrize("damage", [
    pytest.param(lambda path: overwrite(path, 0, b"hi", cut=True), id="2 bytes"),
    pytest.param(lambda path: overwrite(path, 0, b"not a database " * 999, cut=True), id="text"),
    pytest.param(lambda path: overwrite(path, 0, NOISE, cut=True), id="noise"),
    pytest.param(lambda path: overwrite(path, 100, NOISE[:900]), id="schema page"),
    pytest.param(lambda path: overwrite(path, 4096, b"", cut=True), id="truncated"),
])
def test_D07_a_damaged_file_is_kept_and_a_new_one_begun(path, damage):
    fill(path)
    damage(path)
    before = Path(path).read_bytes()
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        kept, = kept_files(path)
        assert kept in store.trouble
        assert store.facts(ME, T0).trouble == store.trouble
        told = store.trouble
    assert Path(kept).read_bytes() == before
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open_store(path, 1000, T0) as again:
        assert again.trouble is None
        assert [again.facts(ME, now).trouble for now in (T0 - DAY, T0 + 60, T0 + DAY - 1, T0 + DAY)] == [told] * 3 + [None]
        assert keep(again, [block(tokens=5)], T0 + 60).trouble == told
    assert tokens_in(path) == [5]


def test_D07_only_the_newest_damage_is_told(path):
    for number, now in enumerate([T0, T0 + 3 * DAY]):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(b"broken %d" % number * 200)
        open_store(path, 1000, now).close()
        with open_store(path, 1000, now) as store:
            assert kept_files(path)[number] in store.facts(ME, now + 60).trouble


def test_D07_an_empty_file_is_a_new_store(path):
    os.makedirs(os.path.dirname(path))
    open(path, "w").close()
    with open_store(path, 1000, T0) as store:
        assert (store.trouble, store.records(None, T0)) == (None, [])


def test_D07_each_damaged_file_has_its_own_name(path):
    for number in (1, 2, 3):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(b"broken %d" % number * 200)
        os.utime(path, (T0, T0))
        open_store(path, 1000, T0).close()
    assert [os.path.basename(name).split(".corrupt-")[1] for name in kept_files(path)] == [
        "20250615-150000", "20250615-150000-1", "20250615-150000-2"]


def test_D07_the_companions_of_a_damaged_file_are_kept_too(path):
    os.makedirs(os.path.dirname(path))
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).write_bytes(b"broken" * 1000)
    fill(path)
    kept, = kept_files(path)
    assert [Path(kept + suffix).read_bytes() for suffix in ("", "-wal")] == [b"broken" * 1000] * 2
    assert os.path.exists(kept + "-shm")
    assert tokens_in(path) == [1]


def test_D07_a_store_that_another_process_renewed_is_followed(path):
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        os.rename(path, path + ".away")
        keep(store, [block(tokens=5)], T0)
        assert tokens_in(path) == [5]
        assert store.trouble is None


def test_D07_a_damaged_file_met_by_many_is_moved_once(path):
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"broken" * 1000)
    told = [out for out in run_together(12, OWN_SESSION, path) if out.strip()]
    assert len(kept_files(path)) == len(told) == 1
    assert tokens_in(path) == list(range(1, 13))


def test_D07_the_command_moves_a_damaged_history_aside_once(active):
    active.run("record")
    store = active.home / ".local/share/ccmon/ccmon.db"
    for name in ("-wal", "-shm"):
        store.with_name(store.name + name).unlink() if store.with_name(store.name + name).exists() else None
    store.write_bytes(b"this is not a database" * 99)
    result = active.run("record")
    assert result.code == 0 and "damaged" in result.err
    assert len(list(store.parent.glob("*corrupt*"))) >= 1
    assert active.run("record") == (0, "", "")
    assert len(active.run("history", "--json").json) == 1


def spoil_rows(path):
    """Noise on each page but the first, and those that the schema lies on, which is all that opening looks at."""
    data = Path(path).read_bytes()
    pages = [data[at:at + 4096] for at in range(0, len(data), 4096)]
    noise = NOISE * 2
    Path(path).write_bytes(b"".join(page if not at or b"CREATE " in page else noise[:4096] for at, page in enumerate(pages)))


@pytest.mark.parametrize("work", [
    pytest.param(lambda store: keep(store, [block(tokens=5)], T0), id="save"),
    pytest.param(lambda store: store.facts(ME, T0), id="facts"),
    pytest.param(lambda store: store.records(ME, T0), id="records"),
])
def test_D08_damage_in_the_middle_is_met_by_any_statement(path, work):
    fill(path, 300)
    spoil_rows(path)
    with open_store(path, 1000, T0) as store:
        assert store.trouble is None                   # the schema is sound: nothing to see at the door
        work(store)
        assert kept_files(path)[0] in store.trouble
        with open_store(path, 1000, T0) as another:
            assert another.facts(ME, T0).trouble == store.trouble
        keep(store, [block(tokens=5)], T0)
    assert tokens_in(path) == [5]


# --- damage at every page ---

THEN = T0 + 60 * SESSION_S
LATER = THEN + 400 * DAY
ROUNDS = 20 if ALL else 1


def fill_all(path):
    """Some pages of every table."""
    minute = T0 // 60 * 60
    with open_store(path, 1000, T0) as store:
        store.change_owner(ME, lambda db, owner: window_readings.add(db, owner, [
            WindowReading("", "five_hour", T0 + n * 60, n % 100, T0 + SESSION_S, "statusline") for n in range(80)]))
        keep_logs(store, ME, [Minute(minute - (100 - n) * 3 * HOUR, f"model {n % 5}", n, n, n, n) for n in range(100)],
                  [Hit(T0 + n, T0 + HOUR) for n in range(0, 9000, 300)])
        store.maintain(T0 + 85 * DAY, 60, 0)           # some days of messages are packed
        keep(store, [block(T0 + n * SESSION_S, n + 1) for n in range(60)], THEN)
        for n in range(60):
            keep(store, [block(THEN, n + 1)], THEN + n)
        store.change_owner(ME, fill_rest)
        store.put("ccusage_path", "/opt/ccusage")


def fill_rest(db, owner):
    """What an upgrade and a reader of logs leave."""
    many = range(60)
    db.executemany("INSERT INTO legacy VALUES (?, ?, 1, 900, 5, 5, 5, 5)", [(owner, T0 - 90 * DAY + n * 900) for n in many])
    sessions.apply(db, owner, [], usage.settle_legacy(db, owner, None))
    after = log_state.LogPosition(1, 2, 3, 4, 5, b"print", 6, 1, 2, '{"other": 1}', T0 * 1000)
    ledger.store_parts(db, owner, [ledger.LogPart(b"/logs/%d.jsonl" % n, None, after._replace(inode=n), [], []) for n in many])
    for n in many:
        learning.write_forecast(db, owner, Forecast(T0 + n * 600, T0 + n * 600 + HOUR, 5.0, T0, T0, T0, 0.5, "rule", T0))
        alerts.claim(db, owner, "near", T0 + n * SESSION_S, ["bell"], T0, 60)


WORKS = (
    lambda store: store.facts(ME, THEN + 200), lambda store: store.records(ME, THEN),
    lambda store: store.used(ME, 0, 2 ** 40), lambda store: store.read_owner(ME, rows.ledger, None),
    lambda store: store.get("ccusage_path"),
    lambda store: keep(store, [block(THEN, 500)], THEN + 200), lambda store: store.put("ccusage_path", "/usr/ccusage"),
    lambda store: store.change_owner(ME, lambda db, owner: window_readings.add(
        db, owner, [WindowReading("", "five_hour", THEN, 5.0, THEN + 60, "statusline")])),
    lambda store: keep_logs(store, ME, [Minute(T0 // 60 * 60 + 60_000, "model 1", 1, 1, 1, 1)], []),
    lambda store: keep_logs(store, ME, [Minute(T0 // 60 * 60 - 97 * 3 * HOUR, "model 3", 9, 9, 9, 9)], []),     # of a packed day
    lambda store: store.change_owner(ME, lambda db, owner: ledger.reprice(db, owner, 5, lambda model, row: 7)),
    lambda store: store.change_owner(ME, lambda db, owner: ledger.finish(db, owner, [b"/logs/5.jsonl"], THEN, True)),
    lambda store: store.read_owner(ME, ledger.counts, None), lambda store: store.read_owner(ME, log_state.damaged, None),
    lambda store: store.read_owner(ME, lambda db, owner: present.recorded_use(db, owner, T0 - 20 * DAY, THEN), None),
    lambda store: store.read_owner(ME, learning.limit_events, None),
    lambda store: store.maintain(LATER, 5, 0), lambda store: keep(store, [block(LATER, 9)], LATER))


def spoilt(page, other, chance):
    """The page, spoilt in each of many ways."""
    noise = chance.getrandbits(8 * len(page)).to_bytes(len(page), "big")
    yield from (bytes(len(page)), noise, page[:2048] + bytes(2048), bytes(2048) + page[2048:], other)
    for width in 3 * (1, 6) + 3 * (-1,):
        at = chance.randrange(12) if width < 0 else chance.randrange(len(page) - width)       # the header of a page is short
        yield page[:at] + noise[:abs(width)] + page[at + abs(width):]


@pytest.mark.parametrize("part", range(2))
def test_D08_a_value_that_cannot_be_costs_no_call(path, part):
    """sqlite takes any value anywhere: such rows are left out, or the file is moved aside."""
    fill_all(path)
    store_copy.backup(path, path + ".good")
    good, chance = Path(path + ".good").read_bytes(), random.Random(part)
    for table, column in columns_of(path)[part::2 if ALL else 6]:
        for value in VALUES if ALL else chance.sample(VALUES, 1):
            shutil.rmtree(os.path.dirname(path))
            os.makedirs(os.path.dirname(path))
            Path(path).write_bytes(good)
            share = chance.choice((0.5, 1))
            with closing(sqlite3.connect(path)) as db, db, suppress(sqlite3.IntegrityError):
                db.create_function("is_hit", 0, lambda share=share: chance.random() < share)
                db.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE is_hit()", (value,))
            work_on(path, chance)


VALUES = ("x", "2025-06-15", b"\xff", 1.5, -5, 7, 2 ** 62)


def columns_of(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("""SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
            WHERE m.type = 'table'""").fetchall()


def work_on(path, chance):
    """All works in any order; afterwards the next moment is recorded all the same."""
    with open_store(path, 1000, T0) as store:
        for work in chance.sample(WORKS, len(WORKS)):
            work(store)
        keep(store, [block(LATER + DAY, 777)], LATER + DAY)
        assert store.records(ME, LATER + DAY)[-1].block.tokens == 777
        assert store.facts(ME, LATER + DAY).blocks[-1].tokens == 777
        assert bool(store.trouble) == bool(kept_files(path))


@pytest.mark.parametrize("part", range(4))
def test_D08_damage_at_every_page_is_survived(path, part):
    """Whatever is met is moved aside, or not met at all: the next moment is recorded, and no call fails."""
    fill_all(path)
    store_copy.backup(path, path + ".good")
    good, chance, total = Path(path + ".good").read_bytes(), random.Random(part), Counter()
    for turn, at in enumerate(at for _ in range(ROUNDS) for at in range(part * 4096, len(good), 4 * 4096)):
        other = chance.randrange(len(good) // 4096) * 4096
        for page in list(spoilt(good[at:at + 4096], good[other:other + 4096], chance))[0 if ALL else turn % 4::1 if ALL else 4]:
            shutil.rmtree(os.path.dirname(path))
            os.makedirs(os.path.dirname(path))
            Path(path).write_bytes(good[:at] + page + good[at + 4096:])
            work_on(path, chance)
            total["moved aside" if kept_files(path) else "not met"] += 1
    assert min(total.values()) > 10
    print(dict(total))


def test_D08_a_schema_that_is_no_text_is_damage(path):
    """sqlite quotes it in its message, which Python then cannot decode."""
    fill(path)
    data = Path(path).read_bytes()
    at = data.index(b"owner_id INTEGER")
    Path(path).write_bytes(data[:at] + b"[\xc4\xff " + data[at + 4:])
    assert check.examine(path).problems
    with pytest.raises(store_copy.Broken):
        store_copy.backup(path, path + ".copy")
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        assert store.trouble and kept_files(path)
    assert tokens_in(path) == [5]


@pytest.mark.parametrize("part", range(2))
def test_D08_a_damaged_history_of_another_machine_never_costs_the_own(path, tmp_path, part):
    other = str(tmp_path / "other" / "ccmon.db")
    fill_all(other)
    fill(path, 3)
    store_copy.backup(other, other + ".good")
    good, chance, refused = Path(other + ".good").read_bytes(), random.Random(part), 0
    for at in range(part * 4096, len(good), 2 * 4096):
        for page in list(spoilt(good[at:at + 4096], good[:4096], chance))[::1 if ALL else 8]:
            Path(other).write_bytes(good[:at] + page + good[at + 4096:])
            came = None
            with open_store(path, 1000, T0) as store:
                with suppress(CcmonError), store_copy.copied(other, path) as copy, merge.opened(copy, other, LATER) as theirs:
                    came = store.change(lambda db, theirs=theirs: merge.merge(db, theirs, LATER, ME.host))
                refused += came is None
                assert store.trouble is None and {block.tokens for block in saved(store)} >= {1, 2, 3}
    assert refused > 3 and kept_files(path) == [] and check.examine(path).problems == ()


def test_D08_damage_is_told_by_the_check_whatever_it_hit(path):
    """A look says what is wrong, and never fails otherwise."""
    fill_all(path)
    store_copy.backup(path, path + ".good")
    good, chance, told = Path(path + ".good").read_bytes(), random.Random(3), 0
    for turn, at in enumerate(range(0, len(good), 4096)):
        for page in list(spoilt(good[at:at + 4096], good[:4096], chance))[0 if ALL else turn % 5::1 if ALL else 8]:
            Path(path).write_bytes(good[:at] + page + good[at + 4096:])
            with suppress(CcmonError):
                told += bool(check.examine(path).problems)
            with suppress(CcmonError, store_copy.Broken):
                store_copy.backup(path, path + ".copy")
    assert told > len(good) // 4096 // 2


# --- half a journal ---

@pytest.mark.parametrize("spoil", [
    lambda data: data[:len(data) // 2], lambda data: data[:len(data) // 2] + b"x" * (len(data) // 2),
    lambda data: b"x" * len(data), lambda data: data[:7]], ids=["cut", "garbage from the middle", "garbage", "seven bytes"])
def test_D09_a_spoiled_journal_costs_its_tail_only(path, spoil):
    with open_store(path, 1000, T0) as store:
        keep(store, [block(T0 - DAY, 5)], T0)
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for n in range(20):
            keep(store, [block(tokens=n + 10)], T0 + n)
        for suffix in ("", "-wal"):
            shutil.copy(path + suffix, path + ".killed" + suffix)
    journal = Path(path + ".killed-wal")
    journal.write_bytes(spoil(journal.read_bytes()))
    with open_store(path + ".killed", 1000, T0) as store:
        tokens = [b.tokens for b in saved(store)]
        assert store.trouble is None and tokens[:1] == [5] and tokens[1:] in [[], *([n + 10] for n in range(20))]
        keep(store, [block(tokens=99)], T0 + 60)
    assert tokens_in(path + ".killed")[-1] == 99 and check.examine(path + ".killed").problems == ()
