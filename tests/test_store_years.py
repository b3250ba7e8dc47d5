"""Faults of the database, by their row in the list of faults, as far as no other file has them.

D-1 many writers, D-3 first runs, D-10 and D-12 full and foreign disks: test_store_processes.py. D-4 locked is not empty,
D-5 newer, D-7 and D-8 damage, D-13 a held lock, D-16 modes, D-19 a planted link: test_store_faults.py. D-11: a line is
replaced whole or not at all, test_linecache.py. D-17 growth: test_store_thin.py and benchmarks/store.py. Rows that cannot
be met here: D-14, a network file system, is not looked for; the README asks for a local CCMON_DATA_DIR, where sqlite cannot
make shared memory it says so and history is off, and the line never waits for it. On Windows a damaged file is closed before
it is renamed, and there are no modes to set.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from store_cases import DAY, ME, T0, block, fill, keep, kept_files, saved, tokens_in
from test_store_processes import CHILD, NOBODY, ROOT, TRY, run_together, shared  # noqa: F401

from ccmon import config, migrations, store_check, store_copy
from ccmon.model import SESSION_S, UsageError
from ccmon.store import open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "ccmon" / "history.sqlite3")


def fill_old(path, steps, number=1):
    """A file as an older ccmon leaves it, of so many steps."""
    with pytest.MonkeyPatch.context() as old:
        old.setattr(migrations, "STEPS", migrations.STEPS[:steps])
        old.setattr(migrations, "VERSION", migrations.STEPS[-1][0])
        fill(path, number)


def version(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


# --- D-2: the n-th write fails, or kills ---

ROUND = """
with open_store(path, 1000, T0) as store:
    keep(store, [block(T0 - n * SESSION_S, n) for n in range(60)], T0 + SESSION_S)
    print("kept", flush=True)
    for _ in range(3):
        store.maintain(T0 + 200 * 86400, 60, 0)
"""


def traced(path, fault, number):
    """The round with the number-th write to a file failing in that way."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    words = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject=pwrite64:{fault}:when={number}", "-e", "trace=pwrite64"]
    done = subprocess.run([*words, sys.executable, "-c", CHILD + ROUND, ROOT, path, "0"], input="go\n", text=True,
                          capture_output=True, check=False, timeout=60)
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("processes cannot be traced here")
    return done


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["error=ENOSPC", "error=EIO", "signal=KILL"])
@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 21])
def test_d2_any_failing_write_leaves_a_sound_file(path, fault, number):
    """The file is of an old schema: the first writes are those of the migration."""
    fill_old(path, 1, 5)
    done = traced(path, fault, number)
    assert "Traceback" not in done.stderr or "ccmon.store." in done.stderr       # a StoreError, which the caller tells
    assert store_check.examine(path).problems == ()
    with open_store(path, 1000, T0) as store:
        found = saved(store)
        assert store.trouble is None and kept_files(path) == []
        assert len(found) == 64 if "kept" in done.stdout else len(found) in (5, 64)
    assert version(path) == migrations.VERSION


# --- D-3: many meet an old schema ---

def test_d3_an_old_schema_is_migrated_once_by_many(path):
    fill_old(path, 1)
    run_together(12, """
with open_store(path, 5000, T0) as store:
    keep(store, [block(T0 + (number + 1) * SESSION_S, number + 2)], T0 + 99 * SESSION_S)
""", path)
    assert tokens_in(path) == list(range(1, 14)) and version(path) == migrations.VERSION


# --- D-6: two versions at once ---

@pytest.mark.parametrize("steps", range(1, len(migrations.STEPS)))
def test_d6_an_older_ccmon_goes_on_beside_a_newer_one(path, steps):
    """Both have it open, write in turns, and thin; the older one knows less tables."""
    with open_store(path, 1000, T0) as newer:
        with pytest.MonkeyPatch.context() as old:
            old.setattr(migrations, "STEPS", migrations.STEPS[:steps])
            old.setattr(migrations, "VERSION", migrations.STEPS[-1][0])
            older = open_store(path, 1000, T0)
        for turn in range(6):
            now = T0 + turn * SESSION_S
            facts = keep((older, newer)[turn % 2], [block(now, turn + 1)], now)
            assert facts.blocks == older.facts(ME, now).blocks == newer.facts(ME, now).blocks
        while not newer.maintain(T0 + 200 * DAY, 60, 0):
            pass
        keep(older, [block(T0 + 9 * SESSION_S, 77)], T0 + 9 * SESSION_S)
        assert [b.tokens for b in saved(newer)] == [1, 2, 3, 4, 5, 6, 77]
        older.close()
    assert version(path) == migrations.VERSION


def test_d6_a_newer_ccmon_thinned_and_added_columns(path):
    fill(path)
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("session", "snapshot", "minute", "hour", "reading"):
            db.execute(f"ALTER TABLE {table} ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")
        db.execute("INSERT INTO meta VALUES ('thinned 1', '5 5 5 5 5')")
        db.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=9)], T0 + 60)
        store.settle(ME, lambda ledger: ("l", [(18_000, T0, 1.0, T0 + 60)]))
        assert store.maintain(T0 + 200 * DAY, 60, 0)
    assert store_check.examine(path).problems == () and version(path) == migrations.VERSION + 1


# --- D-9: half a journal ---

@pytest.mark.parametrize("spoil", [
    lambda data: data[:len(data) // 2], lambda data: data[:len(data) // 2] + b"x" * (len(data) // 2),
    lambda data: b"x" * len(data), lambda data: data[:7]], ids=["cut", "garbage from the middle", "garbage", "seven bytes"])
def test_d9_a_spoiled_journal_costs_its_tail_only(path, spoil):
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
    assert tokens_in(path + ".killed")[-1] == 99 and store_check.examine(path + ".killed").problems == ()


# --- D-12: a folder of somebody else ---

LOADED = "import urllib.parse\nfrom ccmon import store_check, store_copy\n"      # nobody cannot reach every interpreter
LOOK = """
found = store_check.examine(path)
print(found.problems, found.rows["session"], store_copy.backup(path, sys.argv[4])[0])
"""


@pytest.mark.parametrize("in_use", [True, False])
def test_d12_a_folder_that_cannot_be_written_can_be_looked_at_and_copied(shared, in_use):
    path, target = os.path.join(shared, "history.sqlite3"), os.path.join(tempfile.mkdtemp(dir="/tmp"), "copy.db")
    fill(path)
    with open_store(path, 1000, T0) if in_use else nullcontext():
        for name in os.listdir(shared):
            os.chmod(os.path.join(shared, name), 0o644)
        os.chmod(shared, 0o555)
        os.chmod(os.path.dirname(target), 0o777)
        words = [sys.executable, "-c", CHILD + LOADED + NOBODY + LOOK, ROOT, path, "0", target]
        done = subprocess.run(words, input="go\n", text=True, capture_output=True, check=False)
    shutil.rmtree(os.path.dirname(target))
    assert (done.stdout, done.stderr) == ("() 1 1\n", "")


# --- D-15: locks ---

def test_d15_no_look_at_the_file_drops_the_lock_of_this_process(path, tmp_path):
    """POSIX frees all locks of a process when it closes the file by any of its descriptors."""
    fill(path)
    with open_store(path, 1000, T0) as store:
        store._db.execute("BEGIN IMMEDIATE")
        open_store(path, 20, T0).close()
        migrations.make_place(path)
        assert store_check.examine(path).problems == ()
        store_copy.backup(path, str(tmp_path / "copy.db"))
        with pytest.raises(UsageError), store_copy.copied(path, path):
            pass
        said, = run_together(1, TRY, path)
        assert said.startswith("opened 1\nBusy ")
        store._db.execute("ROLLBACK")
    assert tokens_in(path) == [1]


def test_d15_a_program_that_is_run_meanwhile_does_not_get_the_file(path):
    fill(path)
    look = "import json, os; print(json.dumps([os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') " \
           "if os.path.exists(f'/proc/self/fd/{fd}')]))"
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        done = subprocess.run([sys.executable, "-c", look], stdout=subprocess.PIPE, text=True, close_fds=False, check=True)
    assert [name for name in json.loads(done.stdout) if "history.sqlite3" in name] == []


# --- D-18: no home, no descriptors ---

@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "relative"}, {"HOME": "/nonexistent"},
                                 {"HOME": "/nonexistent", "XDG_DATA_HOME": "relative", "CCMON_DATA_DIR": "relative"}])
def test_d18_without_a_home_there_is_no_place_for_a_store(env, monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: "/nonexistent")
    assert config.paths(env).store is None


@pytest.mark.parametrize("left", range(3))
def test_d18_without_descriptors_history_is_off_and_says_so(path, left):
    fill(path)
    few = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir('/proc/self/fd'))) + %d, 99))\n"
    said, = run_together(1, few % left + TRY, path)
    assert said.startswith("StoreError ") and "history is off until" in said and said.count("\n") == 1
    assert tokens_in(path) == [1]


