"""`ccmon history --check` and `--backup FILE`: what they find, say, write and refuse."""

import os
import shutil
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from account_windows import keep_readings
from commands import HOUR, NOW, block
from merge_cases import message, older, take, told
from store_cases import ME, T0, kept_files, path, store, tokens_in  # noqa: F401
from store_cases import fill as fill_store

from ccmon.errors import CcmonError, Unwritable, UsageError
from ccmon.store import check, connection, schema
from ccmon.store import copy as store_copy
from ccmon.store.database import open_store

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")]


@pytest.fixture
def history(machine):
    """The path of a history with one session."""
    machine.answers([block(NOW - HOUR, 700)])
    assert machine.run("record").code == 0
    return str(machine.home / ".local/share/ccmon/ccmon.db")


def spoil(path, at=4096, data=b"broken" * 700):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def execute(path, *statements):
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def backup_of(path):
    shutil.copy(path, path + ".copy")
    return path + ".copy"


def in_folder(path):
    return sorted(name for name in os.listdir(os.path.dirname(path)) if not name.endswith(("-wal", "-shm")))


# --- a look at it ---

def test_a_sound_history_says_what_was_looked_at(machine, history):
    told = machine.run("history", "--check")
    first, contents, looked = told.out.splitlines()
    assert (told.code, told.err, first) == (0, "", f"{history} is sound")
    assert contents.startswith("  1 session, 1 snapshot of ") and f"; schema {connection.VERSION}, 0." in contents
    assert looked == "  looked at: every page and index, the links between tables, the values"


def test_no_history_is_not_damaged(machine):
    told = machine.run("history", "--check")
    assert (told.code, told.err) == (0, "") and told.out.startswith("Nothing is stored yet: ")
    assert not (machine.home / ".local/share/ccmon").exists()


ASIDE = "INSERT INTO reported (owner_id, start_ts, end_ts, tokens, models, entries, counted, source) " \
        "VALUES (1, 1750000000, 1750018000, {}, '', 1, 1, 'ccusage')"


def by(*statements):
    """Damage done by SQL."""
    return lambda path: execute(path, *statements)


@pytest.mark.parametrize("spoiled, what", [
    pytest.param(lambda path: spoil(path, 0), "file is not a database", id="header"),
    pytest.param(lambda path: spoil(path), "", id="second page"),
    pytest.param(lambda path: os.truncate(path, os.path.getsize(path) - 4096), "", id="truncated"),
    (by("UPDATE snapshot SET session_id = 99"), "a row of snapshot without its session"),
    (by("UPDATE session SET end_ts = start_ts - 1"), "1 row of session that end before they start)"),
    (by("UPDATE session SET tokens = -5", "UPDATE snapshot SET input = -1"), "1 row of session with negative counts, and 1"),
    (by("UPDATE snapshot SET seen = ts - 1"), "1 row of snapshot that were last seen before they were first seen)"),
    (by("UPDATE session SET tokens = 'many'"), "1 row of session without whole numbers"),
    (by("UPDATE session SET plan = x'00'"), "1 row of session with a text that is none)"),
    (by("UPDATE session SET plan = CAST(x'ff' AS TEXT)"), "Could not decode to UTF-8"),
    (by("INSERT INTO reading VALUES (1, 18000, 5, 1000.5, 9, 'x', NULL)"), "1 row of reading that are no percentage)"),
    (by("UPDATE session SET end_ts = start_ts + 18001"), "1 row of session that are longer than five hours)"),
    (by("INSERT INTO model VALUES (1, 'a')", "INSERT INTO usage VALUES (1, 901, 1, -1, 0, 0, 0, 0, 0, 0, 0)"),
     "1 row of usage that are no quarters"),
    (by("UPDATE usage SET input = -1 WHERE ts = (SELECT min(ts) FROM usage)"),
     "1 row of usage that are no quarters of an hour, or with negative counts)"),
    (by("UPDATE usage SET model_id = 7 WHERE ts = (SELECT min(ts) FROM usage)"), "1 row of usage without a model or a project)"),
    (by("INSERT INTO session (owner_id, start_ts, end_ts, tokens) SELECT owner_id, start_ts + 60, end_ts, 0 FROM session"),
     "1 row of session that overlap the one before)"),
    (by("INSERT INTO archive VALUES (1, 7, x'00')"), "1 row of archive that cannot be unpacked)"),
    (by("INSERT INTO archive VALUES (1, 7, 'text')"), "1 row of archive that cannot be unpacked)"),
    (by("INSERT INTO archive VALUES (9, 7, x'00')"), "1 row of archive of nobody)"),
    (by("INSERT INTO message VALUES (1, 5, 0, 0, 7, 1, 1, 1, 1, 1, 1, -1, NULL, 0)"),
     "1 row of message with negative counts, and 1"),
    (by("INSERT INTO message VALUES (1, 5, 'x', 0, 7, 1, 1, 1, 1, 1, 1, 1, NULL, 0)"), "1 row of message without whole numbers"),
    (by("INSERT INTO project VALUES (1, x'00', '')"), "1 row of project with a text that is none)"),
    (by("INSERT INTO model VALUES (1, 'a')", "INSERT INTO legacy VALUES (1, 900, 1, 3600, 0, 0, 0, 0)"),
     "1 row of legacy that are none"),
    (by(ASIDE.format(-1)), "1 row of reported with negative counts"),
    (by("UPDATE reported SET tokens = -1"), "1 row of reported with negative counts)"),
    (by("INSERT INTO log_file VALUES (1, 'text', 1, 1, 1, 1, 1, x'', 1, 0, 0, '{}', 0, 0, 0, 0)"),
     "1 row of log_file that are none)"),
])
def test_damage_is_told_with_the_way_out_and_left_where_it_is(machine, history, spoiled, what):
    execute(history, "PRAGMA wal_checkpoint(TRUNCATE)")
    spoiled(history)
    before = Path(history).read_bytes()
    told = machine.run("history", "--check")
    assert (told.code, told.out) == (30, "") and f"ccmon: {history} is damaged ({what}" in told.err
    assert told.err.endswith("a backup can take its place, else a new history is begun\n") and told.err.count("\n") == 1
    assert kept_files(history) == [] and Path(history).read_bytes() == before


def test_a_fault_that_sqlite_imagines_is_none(path):
    """3.40 reports NULL in a table without rowid whose key is not its first columns."""
    fill_store(path)
    with open_store(path, 1000, T0) as opened:
        keep_readings(opened, ME, [(18_000, T0 + n, 37.0, T0 + 60) for n in range(200)])
    assert check.examine(path).problems == ()


@pytest.mark.parametrize("statement, sentence", [
    (f"PRAGMA user_version = {connection.VERSION // 100 + 1}00", "was written by a newer ccmon"),
    ("PRAGMA user_version = 0", "is not a history of ccmon")])
def test_what_is_not_for_us_is_not_called_damaged(machine, history, statement, sentence):
    execute(history, statement)
    for words in (["--check"], ["--backup", str(machine.folder / "copy.db")]):
        told = machine.run("history", *words)
        assert told.code == 30 and sentence in told.err and "damaged" not in told.err


@pytest.mark.parametrize("version", [number for number, _ in schema.STEPS if number < 200])
def test_an_older_schema_is_looked_at_and_copied_as_it_is(tmp_path, version):
    path = str(tmp_path / "history.db")
    older(path, ME, [told(0, 700), told(3 * HOUR, 9)], version=version)          # which may overlap
    found = check.examine(path)
    assert (found.problems, found.version, found.rows["session"]) == ((), version, 2)
    copy = str(tmp_path / "copy.db")
    store_copy.backup(path, copy)
    assert check.examine(copy).version == found.version


@pytest.mark.parametrize("statement, what", [
    ("UPDATE minute SET ts = 61", "1 row of minute that are none"), ("UPDATE minute SET output = -1", "1 row of minute that are"),
    ("INSERT INTO hour SELECT owner_id, 60, model_id, 0, 0, 0, 0 FROM minute", "1 row of hour that are none")])
def test_damage_of_an_older_schema_is_found(tmp_path, statement, what):
    path = str(tmp_path / "history.db")
    older(path, ME, minutes=[(0, 5)])
    execute(path, statement)
    assert [problem for problem in check.examine(path).problems if problem.startswith(what)]


# --- what does not count ---

def test_sessions_that_overlap_others_are_listed_with_the_file_as_it_was(machine):
    """A few of them, and how many more; they are no damage."""
    path = str(machine.home / ".local/share/ccmon/ccmon.db")
    os.makedirs(os.path.dirname(path))
    hours = [day * 24 for day in range(7)]
    older(path, ME, [told(hour * HOUR, 9_000) for hour in hours] + [told((hour + 3) * HOUR, 5_100) for hour in hours])
    assert machine.run("merge", backup_of(path)).code == 0                       # opens it: the upgrade
    shown = machine.run("history", "--check", "--timezone", "UTC")
    assert (shown.code, shown.err) == (0, "")
    *_, copy = shown.out.splitlines()
    text = " ".join(shown.out.split())
    assert "7 sessions overlap others and do not count: 2025-06-16 03:00 5,100 tokens, 2025-06-17 03:00 5,100 tokens, " in text
    assert text.count("5,100 tokens") == 5 and " and 2 more " in text
    assert copy == f"  as it was before the upgrade: {path}.before-200" and os.path.exists(f"{path}.before-200")
    os.unlink(f"{path}.before-200")
    assert "before the upgrade" not in machine.run("history", "--check").out


def test_one_session_that_does_not_count_is_told_alone(machine, history):
    execute(history, ASIDE.format(1))
    shown = machine.run("history", "--check", "--timezone", "UTC")
    assert shown.code == 0 and "  1 session overlaps others and does not count: 2025-06-15 15:06 1 token\n" in shown.out


def test_what_has_come_and_is_not_cut_yet_is_no_damage(path):
    """An unfinished first read: messages that are in no session yet."""
    take(path, ME, [message(1, 0)], complete=False)
    assert check.examine(path).problems == ()
    take(path, ME, [message(2, 60)])
    assert (check.examine(path).problems, check.examine(path).rows["message"]) == ((), 2)


def test_a_locked_history_is_neither(path):
    fill_store(path)
    execute(path, "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(path, isolation_level=None)) as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_copy, "BUSY_MS", 20)
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CcmonError, match="is held by another program"):
            check.examine(path)


# --- a backup ---

def test_a_backup_is_one_private_file_that_opens_anywhere(machine, history):
    target = machine.folder / "copies" / "ccmon.db"
    target.parent.mkdir()
    told = machine.run("history", "--backup", str(target))
    assert (told.code, told.err) == (0, "") and told.out.startswith(f"1 session copied to {target} (0.")
    assert os.listdir(str(target.parent)) == ["ccmon.db"] and stat.S_IMODE(target.stat().st_mode) == 0o600
    target.parent.chmod(0o555)
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT tokens FROM session").fetchall() == [(700,)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    target.parent.chmod(0o755)


def test_a_backup_in_the_place_of_a_lost_history(machine, history):
    copy = str(machine.folder / "copy.db")
    assert machine.run("history", "--backup", copy).code == 0
    before = machine.run("history", "--json").json
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(history + suffix):
            os.unlink(history + suffix)
    shutil.copy(copy, history)
    assert machine.run("history", "--json").json == before


def test_a_backup_has_what_others_have_just_written_and_stops_nobody(path, tmp_path):
    fill_store(path)
    stop, copies = threading.Event(), []

    def write():
        with open_store(path, 5000, T0) as mine:
            number = 0
            while not stop.is_set():
                number += 1
                mine.put("turn", str(number))
                mine.put("turn again", str(number))
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            copies.append(str(tmp_path / f"copy{number}.db"))
            store_copy.backup(path, copies[-1])
    finally:
        stop.set()
        writer.join()
    turns = []
    for copy in copies:
        with closing(sqlite3.connect(copy)) as db:
            first, again = (int((db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone() or ["0"])[0])
                            for key in ("turn", "turn again"))
            assert 0 <= first - again <= 1
            turns.append(first)
        assert tokens_in(copy) == [1]
    assert turns == sorted(turns)


def test_an_older_backup_is_replaced(path, tmp_path):
    copy = str(tmp_path / "copy.db")
    for number in (1, 3):
        fill_store(path, number)
        assert store_copy.backup(path, copy)[0] == number
    assert tokens_in(copy) == [1, 2, 3]


def make_pipe(target):
    os.mkfifo(target)


def text(target):
    Path(target).write_text("precious")


def foreign(target):
    execute(target, "CREATE TABLE precious (a)")


def in_use(target):
    fill_store(target)
    Path(target + "-wal").write_bytes(b"x")


def states(folder):
    """What tells that files have not changed."""
    return {path.name: (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


@pytest.mark.parametrize("make, sentence", [
    (text, "is there already, and not a history of ccmon"), (foreign, "is there already, and not a history"),
    (lambda target: Path(target).touch(), "is there already"), (make_pipe, "is there already"), (os.mkdir, "is a folder"),
    (in_use, "is in use: ")])
def test_nothing_but_a_history_is_replaced(path, tmp_path, make, sentence):
    fill_store(path)
    folder = tmp_path / "copies"
    folder.mkdir()
    target = str(folder / "there")
    make(target)
    before = states(folder)
    with pytest.raises(UsageError) as caught:
        store_copy.backup(path, target)
    assert str(caught.value).startswith(f"{target} {sentence}")
    assert states(folder) == before


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_the_history_is_not_copied_onto_itself(path, tmp_path, link):
    fill_store(path)
    target = str(tmp_path / "link") if link else path
    if link:
        link(path, target)
    with pytest.raises(UsageError, match="is the history itself"):
        store_copy.backup(path, target)
    assert tokens_in(path) == [1]


@pytest.mark.parametrize("target, sentence", [
    ("/nonexistent/copy.db", "cannot be written (No such file or directory)"), ("/proc/copy.db", "cannot be written ("),
    ("/dev/null/copy.db", "cannot be written (Not a directory)"), ("/dev/null", "is there already")])
def test_a_place_that_cannot_be_written_is_told(machine, history, target, sentence):
    told = machine.run("history", "--backup", target)
    assert told.code in (1, 2) and told.out == "" and f"ccmon: {target} {sentence}" in told.err and told.err.count("\n") == 1


def test_a_damaged_history_replaces_no_good_backup(path, tmp_path):
    copy = str(tmp_path / "copy.db")
    fill_store(path, 300)
    execute(path, "CREATE TABLE seldom (a)", "INSERT INTO seldom VALUES (zeroblob(3000))")
    store_copy.backup(path, copy)
    before = Path(copy).read_bytes()
    execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(path, os.path.getsize(path) - 4096, b"broken" * 600)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM session").fetchone() == (300,)       # who does not look does not see
    with pytest.raises(store_copy.Broken):
        store_copy.backup(path, copy)
    assert Path(copy).read_bytes() == before and in_folder(copy) == ["ccmon", "copy.db"]


def test_a_disk_that_gets_full_leaves_the_old_backup(path, tmp_path, monkeypatch):
    copy = str(tmp_path / "copy.db")
    fill_store(path)
    store_copy.backup(path, copy)
    before = Path(copy).read_bytes()

    def no_space(fd):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(Unwritable, match="No space left on device"):
        store_copy.backup(path, copy)
    assert Path(copy).read_bytes() == before and in_folder(copy) == ["ccmon", "copy.db"]


def test_nothing_to_copy_is_told(machine):
    target = machine.folder / "copy.db"
    told = machine.run("history", "--backup", str(target))
    assert told.code == 30 and "There is nothing to copy yet: " in told.err and not target.exists()
    assert machine.run("history", "--check", HOME="/nonexistent").code == 30
