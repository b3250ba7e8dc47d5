"""What the store survives: many processes at once, kills, full and foreign folders, planted links."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_cases import ME, T0, block, fill, keep, kept_files, saved, tokens_in

from ccmon.model import SESSION_S, Sample
from ccmon.store import StoreError, open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")

ROOT = str(Path(__file__).resolve().parent.parent)

@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "ccmon" / "history.sqlite3")


# --- many processes ---

CHILD = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from ccmon.compute import active
from ccmon.model import SESSION_S, Block, Limit, Owner
from ccmon.store import Busy, StoreError, open_store
path, number = sys.argv[2], int(sys.argv[3])
T0, ME = 1_750_000_000, Owner("laptop", "a1")

def block(start=T0, tokens=1000):
    return Block(start, start + SESSION_S, start, tokens, tokens, 0, 0, 0, 1.0, ("opus",), 1)

def limit_of(tokens, high):
    return Limit(7000, "pro", "plan", "pro")

def keep(store, blocks, now):
    return store.record(blocks, ME, now, limit_of, active)

sys.stdin.readline()
"""


def start_together(number, code, path):
    """Processes that run the code after CHILD's lines, from the same moment on."""
    started = [subprocess.Popen([sys.executable, "-c", CHILD + code, ROOT, path, str(n)], universal_newlines=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for n in range(number)]
    for child in started:
        child.stdin.write("go\n")
        child.stdin.flush()
    return started


def run_together(number, code, path):
    """What each process printed; fails when one of them ended with an error."""
    started = start_together(number, code, path)
    ended = [(*child.communicate(timeout=60), child.returncode) for child in started]
    assert [(err, rc) for _, err, rc in ended if err or rc] == []
    return [out for out, _, _ in ended]


OWN_SESSION = """
with open_store(path, 5000, T0) as store:
    keep(store, [block(T0 + number * SESSION_S, number + 1)], T0 + 99 * SESSION_S)
    print(store.trouble or "")
"""


@pytest.mark.parametrize("attempt", range(2))
def test_twenty_first_runs_at_once(path, attempt):
    run_together(20, OWN_SESSION, path)
    assert tokens_in(path) == list(range(1, 21))
    assert kept_files(path) == []
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
        assert db.execute("SELECT count(*) FROM owner").fetchone()[0] == 1


def test_a_damaged_file_met_by_many_is_moved_once(path):
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"broken" * 1000)
    told = [out for out in run_together(12, OWN_SESSION, path) if out.strip()]
    assert len(kept_files(path)) == len(told) == 1
    assert tokens_in(path) == list(range(1, 13))


WRITERS = """
saved = 0
for turn in range(15):
    mine = block(T0 + (20 * turn + number) * SESSION_S, number + 1)
    try:
        with open_store(path, 250, T0) as store:
            keep(store, [mine], T0 + 999 * SESSION_S)
            saved += 1
    except Busy:
        pass
print(saved)
"""


def test_twenty_writers_lose_nothing_that_was_acknowledged(path):
    saved = [int(out) for out in run_together(20, WRITERS, path)]
    found = tokens_in(path)
    assert [found.count(number + 1) >= count for number, count in enumerate(saved)] == [True] * 20
    assert sum(saved) > 20
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


ENDLESS = """
store = open_store(path, 1000, T0)
for tokens in range(1, 10 ** 9):
    now = T0 + tokens
    keep(store, [block(tokens=tokens)] + [block(T0 - n * SESSION_S, tokens) for n in range(1, 30)], now)
    print(tokens, flush=True)
"""


def test_kill_9_in_the_middle_of_a_write(path):
    chance = random.Random(9)
    for _ in range(20):
        child, = start_together(1, ENDLESS, path)
        first = child.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        lines = (first + child.communicate()[0]).split("\n")
        with open_store(path, 1000, T0) as store:
            assert store.trouble is None
            assert len(saved(store)) == 30
            last = saved(store)[-1].tokens
            assert last >= int(lines[-2])                                            # all that was acknowledged is there
            assert store.facts(ME, T0 + last).samples[-1] == Sample(T0 + last, T0 + last, T0, last)      # nothing by halves
            assert store._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert child.returncode == -9


# --- folders and disks ---

NOBODY = "if os.getuid() == 0: os.setgroups([]); os.setresgid(*3 * [65534]); os.setresuid(*3 * [65534])"
TRY = """
try:
    with open_store(path, 100, T0) as store:
        print("opened", len(store.records(None, T0)))
        keep(store, [block()], T0)
        print("saved")
except StoreError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def shared():
    """A folder that other users can reach, which pytest's are not."""
    folder = tempfile.mkdtemp(dir="/tmp")
    os.chmod(folder, 0o755)
    yield folder
    os.chmod(folder, 0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_folder_of_somebody_else_turns_history_off(shared, is_new):
    path = os.path.join(shared, "history.sqlite3")
    if not is_new:
        fill(path)
        os.chmod(path, 0o444)
    os.chmod(shared, 0o555)
    said, = run_together(1, NOBODY + TRY, path)
    assert said.startswith(f"StoreError {path} cannot be ")
    assert said.endswith("can be written (or set CCMON_DATA_DIR to another folder)\n")
    assert os.listdir(shared) == ([] if is_new else ["history.sqlite3"])


@pytest.mark.parametrize("folder", ["/proc/ccmon", "/dev/null/ccmon", "/" + "x" * 300])
def test_a_folder_that_cannot_be_is_told(folder):
    with pytest.raises(StoreError, match=r"cannot be created \(.+\); history is off until its folder can be written"):
        open_store(folder + "/history.sqlite3", 100, T0)


@contextmanager
def disk(folder, options):
    """A file system of its own at a new folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.getuid() or not shutil.which("mount") or subprocess.call(mount, stderr=subprocess.DEVNULL):
        pytest.skip("only root can mount a small disk")
    try:
        yield str(folder)
    finally:
        subprocess.check_call(["umount", "-l", str(folder)])


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 300 kB."""
    with disk(tmp_path / "disk", "size=300k") as folder:
        yield folder


def fill_disk(folder):
    with pytest.raises(OSError), open(folder + "/filler", "wb", buffering=0) as file:
        while True:
            if file.write(b"x" * 4096) < 4096:
                file.write(b"x")


def test_a_full_disk_costs_history_until_there_is_space(small_disk):
    path = small_disk + "/history.sqlite3"
    many = [block(T0 - n * SESSION_S, n) for n in range(1, 300)]
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        fill_disk(small_disk)
        for _ in range(2):
            with pytest.raises(StoreError, match="history is off until the disk has space .or set CCMON_DATA_DIR"):
                keep(store, many, T0)
        assert [b.tokens for b in store.facts(ME, T0).blocks] == [1000]
        os.remove(small_disk + "/filler")
        assert len(keep(store, many, T0 + 60).blocks) > 30
        assert store.facts(ME, T0 + 60).samples == (Sample(T0, T0, T0, 1000), Sample(T0 + 60, T0 + 60, None, 0))
        assert store.trouble is None
    fill_disk(small_disk)
    with pytest.raises(StoreError, match="history is off until the disk has space"):
        open_store(path, 100, T0)
    os.remove(small_disk + "/filler")
    assert len(tokens_in(path)) == 300


@pytest.mark.parametrize("taken", [1, 2])
def test_a_disk_that_takes_no_more_files_wants_space(tmp_path, taken):
    with disk(tmp_path / "disk", f"size=300k,nr_inodes={taken}") as folder:
        with pytest.raises(StoreError, match="history is off until the disk has space"):
            open_store(folder + "/ccmon/history.sqlite3", 100, T0)


def test_a_file_that_may_not_grow_keeps_what_it_has(path):
    fill(path)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({os.path.getsize(path)}, -1))\n"
    grow = "keep(store, [block(T0 - n * SESSION_S, n) for n in range(1, 3000)], T0)"
    said, = run_together(1, limit + TRY.replace("keep(store, [block()], T0)", grow), path)
    assert said.startswith("opened 1\nStoreError ") and "history is off until the disk can be read and written" in said
    assert tokens_in(path) == [1]
