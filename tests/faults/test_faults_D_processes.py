"""D-1, D-3 and D-15: many writers, first runs and migrations at once, forks and locks. --all: far more runs."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from commands import wait_until
from extent import ALL
from store_cases import ME, T0, block, fill, keep, kept_files, path, tokens_in  # noqa: F401
from store_processes import OLD, OWN_SESSION, PATIENCE_S, TRY, fill_old, old_copies, run_together, start_together, version

from ccmon.errors import UsageError
from ccmon.store import check, connection, copy, schema
from ccmon.store.database import Busy, open_store

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")]


PROCESSES = 50 if ALL else 20

WRITERS = """
saved = 0
for turn in range(6):
    mine = block(T0 + (50 * turn + number) * SESSION_S, number + 1)
    try:
        with open_store(path, (250, 2000)[number % 2], T0) as store:
            keep(store, [mine], T0 + 999 * SESSION_S)
            saved += 1
    except Busy:
        pass
    time.sleep((0, 0.001, 0.01, 0.05)[number % 4])
print(saved)
"""


def is_sound(path):
    return check.examine(path).problems == () and kept_files(path) == []


def test_D01_fifty_writers_lose_nothing_that_was_acknowledged(path):
    """At several rates, half with the patience of the background, half with that of the screen."""
    saved = [int(out) for out in run_together(PROCESSES, WRITERS, path)]
    found = tokens_in(path)
    assert all(found.count(number + 1) >= count for number, count in enumerate(saved))
    assert sum(saved) > 2 * PROCESSES and is_sound(path)
    print("writes:", sum(saved), "dropped:", 6 * PROCESSES - sum(saved))


@pytest.mark.parametrize("attempt", range(20 if ALL else 1))
def test_D03_fifty_first_runs_at_once(path, attempt):
    run_together(PROCESSES, OWN_SESSION, path)
    assert tokens_in(path) == list(range(1, PROCESSES + 1)) and is_sound(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
        assert db.execute("SELECT count(*) FROM owner").fetchone()[0] == 1


ADDED = """
with open_store(path, 20_000, T0) as store:
    keep(store, [block(T0 + (number + 1) * SESSION_S, number + 2)], T0 + 99 * SESSION_S)
    print("kept", flush=True)
"""


@pytest.mark.parametrize("steps", range(1, OLD + 1))
def test_D03_an_old_schema_is_migrated_once_by_many(path, steps):
    fill_old(path, steps)
    before = version(path)
    run_together(6, ADDED, path)
    assert tokens_in(path) == list(range(1, 8)) and version(path) == connection.VERSION and is_sound(path)
    assert old_copies(path) == [(before, 1)]


def test_D03_a_migration_is_raced_and_killed(path):
    """Of eight that begin to migrate half are killed; the others, and who comes next, find it done or do it."""
    chance, kills = random.Random(3), 0
    for turn in range(200 if ALL else 4):
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)
        steps = turn % (OLD + 1)
        if steps:
            fill_old(path, steps)
        children = start_together(8, ADDED, path)
        time.sleep(chance.uniform(0.02, 0.3))
        for child in children[::2]:
            child.kill()
        ended = [(*child.communicate(timeout=PATIENCE_S), child.returncode) for child in children]
        kills += sum(rc == -9 for _, _, rc in ended)
        assert [(err, rc) for _, err, rc in ended if err or rc not in (0, -9)] == []
        kept = {number + 2 for number, (out, _, _) in enumerate(ended) if out}
        found = set(tokens_in(path))
        assert kept | set(range(3, 10, 2)) | ({1} if steps else set()) <= found and is_sound(path)
        assert version(path) == connection.VERSION
        copies = old_copies(path)      # more than one when one was killed with the first in place and nothing else
        assert set(copies) == ({(schema.STEPS[steps - 1][0], 1)} if steps else set()) and len(copies) <= 2
    print("kills:", kills)


def test_D15_no_look_at_the_file_drops_the_lock_of_this_process(path, tmp_path):
    """POSIX frees all locks of a process when it closes the file by any of its descriptors."""
    fill(path)
    with open_store(path, 1000, T0) as store:
        store._db.execute("BEGIN IMMEDIATE")
        open_store(path, 20, T0).close()
        connection.create_file(path)
        assert check.examine(path).problems == ()
        copy.backup(path, str(tmp_path / "copy.db"))
        with pytest.raises(UsageError), copy.copied(path, path):
            pass
        said, = run_together(1, TRY, path)
        assert said.startswith("opened 1\nBusy ")
        store._db.execute("ROLLBACK")
    assert tokens_in(path) == [1]


def test_D15_a_program_that_is_run_meanwhile_does_not_get_the_file(path):
    fill(path)
    look = "import json, os; print(json.dumps([os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') " \
           "if os.path.exists(f'/proc/self/fd/{fd}')]))"
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        done = subprocess.run([sys.executable, "-c", look], stdout=subprocess.PIPE, text=True, close_fds=False, check=True)
    assert [name for name in json.loads(done.stdout) if "history.sqlite3" in name] == []


DETACHED = """
from ccmon import refresher
store = open_store(path, 1000, T0)
store._db.execute("BEGIN IMMEDIATE")
def work(argv, fd):
    try:
        with open_store(path, 20, T0) as own:
            own.put("a", "b")
    except Busy:
        open(path + ".busy", "w").close()
    open(path + ".done", "w").close()
refresher.detach([], -1, work)
print("forked", flush=True)
sys.stdin.readline()
store._db.execute("COMMIT")
"""


def test_D15_a_fork_with_the_history_open_drops_no_lock(path):
    """The refresher closes what it inherited, and opens its own."""
    fill(path)
    child, = start_together(1, DETACHED, path)
    assert child.stdout.readline() == "forked\n"
    wait_until(lambda: os.path.exists(path + ".done"), "the refresher is done")
    assert os.path.exists(path + ".busy")
    with pytest.raises(Busy), open_store(path, 20, T0) as store:
        keep(store, [block()], T0)
    assert child.communicate("go on\n")[1] == "" and child.returncode == 0
    assert is_sound(path) and tokens_in(path) == [1]
