"""Other processes at one history, small disks and folders of other users, for the tests of what the store survives."""

import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from commands import HOUR, NOW, block, wait_until
from store_cases import ME, T0
from store_cases import block as session

from ccmon.store import rows, schema
from ccmon.when import SESSION_S

ROOT = str(Path(__file__).resolve().parent.parent)
PATIENCE_S = 120
OLD = sum(number < schema.BREAKING for number, _ in schema.STEPS)     # steps of the schemas before the ledger

CHILD = """
import os, sys, time
sys.path[:0] = [sys.argv[1], os.path.join(sys.argv[1], "tests")]
from ccmon.pipeline.recording import store_answer
from ccmon.model import SESSION_S, Block, Limit, Owner
from ccmon.store.database import Busy, StoreError, open_store
path, number = sys.argv[2], int(sys.argv[3])
T0, ME = 1_750_000_000, Owner("laptop", "a1")

def block(start=T0, tokens=1000):
    return Block(start, start + SESSION_S, start, tokens, tokens, 0, 0, 0, 1.0, ("opus",), 1)

def limit_of(tokens, high):
    return Limit(7000, "pro", "plan", "pro")

def keep(store, blocks, now):
    return store_answer(store, ME, blocks, now, limit_of)

sys.stdin.readline()
"""


def words(code, path, number=0):
    """The argument list of a process that runs the code after CHILD's lines."""
    return [sys.executable, "-c", CHILD + code, ROOT, path, str(number)]


def start_together(number, code, path, first=0):
    """Processes that run the code after CHILD's lines, from the same moment on."""
    started = [subprocess.Popen(words(code, path, first + n), universal_newlines=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE) for n in range(number)]
    for child in started:
        child.stdin.write("go\n")
        child.stdin.flush()
    return started


HERD = """
import json, tempfile
from ccmon.store import archive, check, copy, ledger, present, reported, usage
from ccmon.usage import compute
gate, opener = os.pipe()
children = []
for number in range(int(sys.argv[3])):
    said = [tempfile.TemporaryFile("w+") for _ in range(2)]
    pid = os.fork()
    if not pid:
        os.close(opener)
        for fd, file in enumerate(said, 1):
            os.dup2(file.fileno(), fd)
        os.read(gate, 1)
        break
    children.append((pid, said))
else:
    os.close(opener)
    ended = []
    for pid, said in children:
        status = os.waitpid(pid, 0)[1]
        for file in said:
            file.seek(0)
        ended.append([file.read() for file in said] + [status])
    print(json.dumps(ended))
    sys.exit()
"""


def run_together(number, code, path):
    """What each process printed, all forked from one that has loaded the store; fails when one of them ended with an error."""
    parent, = start_together(1, HERD + code, path, number)
    out, err = parent.communicate(timeout=PATIENCE_S)
    assert (err, parent.returncode) == ("", 0)
    ended = json.loads(out)
    assert [(err, status) for _, err, status in ended if err or status] == [] and len(ended) == number, ended
    return [out for out, _, _ in ended]


OWN_SESSION = """
with open_store(path, 20_000, T0) as store:
    keep(store, [block(T0 + number * SESSION_S, number + 1)], T0 + 99 * SESSION_S)
    print(store.trouble or "")
"""
TRY = """
try:
    with open_store(path, 100, T0) as store:
        print("opened", len(store.records(None, T0)))
        keep(store, [block()], T0)
        print("saved")
except StoreError as error:
    print(type(error).__name__, error)
"""
NOBODY = "if os.getuid() == 0: os.setgroups([]); os.setresgid(*3 * [65534]); os.setresuid(*3 * [65534])"


@pytest.fixture
def active(machine):
    """A machine with an active session."""
    machine.answers([block(NOW - HOUR, 1234)])
    return machine


@pytest.fixture
def shared():
    """A folder that other users can reach, which pytest's are not."""
    folder = tempfile.mkdtemp(dir="/tmp")
    os.chmod(folder, 0o755)
    yield folder
    os.chmod(folder, 0o755)
    shutil.rmtree(folder)


@contextmanager
def disk(folder, options):
    """A file system of its own at the folder."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.getuid() or not shutil.which("mount") or subprocess.call(mount, stderr=subprocess.DEVNULL):
        pytest.skip("only root can mount a small disk")
    try:
        yield str(folder)
    finally:
        subprocess.check_call(["umount", "-l", str(folder)])


def fill_disk(folder):
    """Leave no byte on the disk."""
    with pytest.raises(OSError), open(folder + "/filler", "wb", buffering=0) as file:
        while True:
            if file.write(b"x" * 4096) < 4096:
                file.write(b"x")


def read_only(folder):
    """Let nothing be written to the disk from now on."""
    wait_until(lambda: subprocess.call(["mount", "-o", "remount,ro", folder], stderr=subprocess.DEVNULL) == 0, "nobody writes")


def free_disk(folder):
    """Take that back."""
    os.remove(folder + "/filler")


def fill_old(path, steps, number=1):
    """A file as a ccmon before the ledger leaves it, of so many steps: sessions of 1, 2, 3 ... tokens, the last in minutes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        for _, step in schema.STEPS[:steps]:
            step(db)
        db.execute(f"PRAGMA user_version = {schema.STEPS[steps - 1][0]}")
        db.execute("INSERT INTO meta VALUES ('host', ?)", (ME.host,))
        db.execute("INSERT INTO owner VALUES (1, ?, ?)", ME)
        for n in range(number):
            start = T0 + n * SESSION_S
            db.execute(rows.INSERT, (1, *rows.session_columns(session(start, n + 1))))
            db.execute("INSERT INTO snapshot (owner_id, ts, seen, session_id, tokens) VALUES (1, ?, ?, ?, ?)",
                       (start, start + 60, n + 1, n + 1))
        if steps > 2:
            db.execute("INSERT INTO model VALUES (1, 'opus')")
            db.execute("INSERT INTO minute VALUES (1, ?, 1, ?, 0, 0, 0)", (start + 60, number))


def old_copies(path):
    """Version and number of sessions in each copy that was kept of such a file; fails when one is not sound."""
    found = []
    for name in sorted(glob.glob(glob.escape(path) + ".before-*")):
        with closing(sqlite3.connect(name)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            found.append((version(name), db.execute("SELECT count(*) FROM session").fetchone()[0]))
    return found


def version(path):
    """The number of the schema."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]
