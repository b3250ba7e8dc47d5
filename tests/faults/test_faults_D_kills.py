"""D-2 and the kills of D-3: writers killed at any moment, every n-th call to the system failing. --all: all of them.

A power cut cannot be had here: the file is written in WAL with synchronous = NORMAL, which sqlite keeps whole through one; the
last moments may be missing then.
"""

import glob
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from itertools import count

import pytest
from extent import ALL
from store_cases import ME, T0, kept_files, path, saved  # noqa: F401
from store_processes import OLD, fill_old, old_copies, start_together, version, words

from ccmon.store import check, connection, rows
from ccmon.store.database import open_store
from ccmon.when import SESSION_S

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="signals and tracing of Linux")]

KILLS = 1000 if ALL else 25
EVER = 2 ** 40

# --- kill -9 at any moment ---

TURNS = """
from logged import Minute, keep_logs
from ccmon.store import rows, window_readings
store = open_store(path, 20_000, T0)
first = int(store.read_owner(ME, rows.ledger, None) or 0) + 1
for turn in range(first, first + 10 ** 6):
    now = T0 + turn * SESSION_S
    for second in (0, 20, 40):
        keep(store, [block(now, turn + second)] + [block(T0 - n * SESSION_S, turn) for n in range(1, 11)], now + second)
    print("kept", turn, flush=True)
    keep_logs(store, ME, [Minute(now // 60 * 60, "opus", turn, 1, 1, 1)])
    print("minutes", turn, flush=True)
    row = window_readings.WindowReading("", "five_hour", now, turn % 100, now + 60, "statusline")
    store.change_owner(ME, lambda db, owner: (rows.write_note(db, rows.ledger_key(owner), str(turn)),
                                           window_readings.add(db, owner, [row])))
    print("settled", turn, flush=True)
    store.maintain(now, 60, 0)
"""
NEIGHBOUR = """
from itertools import count
with open_store(path, 60_000, T0) as store:
    for turn in count(1):
        store.put("neighbour", str(turn))
        print(turn, flush=True)
        time.sleep(0.002)
"""


def acknowledged(out):
    """The last turn of each kind that the process said it had written."""
    found = {"kept": 0, "minutes": 0, "settled": 0}
    for line in out.split("\n")[:-1]:
        kind, _, turn = line.partition(" ")
        found[kind] = int(turn)
    return found


def killed(path, chance):
    """What a writer acknowledged before it was killed, while it started or while it wrote."""
    child, = start_together(1, TURNS, path)
    starting = chance.random() < 0.3
    first = "" if starting else child.stdout.readline()
    time.sleep(chance.uniform(0, 0.12 if starting else 0.03))
    child.kill()
    out, err = first + child.stdout.read(), child.stderr.read()
    assert (err, child.wait()) == ("", -9)
    return acknowledged(out)


def look(path, told):
    """Fails when anything that was acknowledged is missing, or anything is there by halves."""
    with open_store(path, 20_000, T0) as store:
        assert store.trouble is None and kept_files(path) == []
        turns = {block.tokens for block in saved(store) if block.start < T0}
        assert len(turns) <= 1 and max(turns, default=0) >= told["kept"]
        minutes = [row for row in store.used(ME, 0, EVER) if row.model]      # not what was merely reported
        last = max((row.input for row in minutes), default=0)
        assert sum(row.input for row in minutes) == last * (last + 1) // 2 and last >= told["minutes"]
        settled = int(store.read_owner(ME, rows.ledger, None) or 0)
        readings = store.read_owner(ME, lambda db, owner: db.execute("SELECT count(*) FROM reading").fetchone()[0], 0)
        assert readings == settled >= told["settled"]
    found = check.examine(path)
    assert found is None or found.problems == ()


def test_D02_kill_9_at_any_moment_loses_nothing_that_was_acknowledged(path, tmp_path):
    """A writer is killed again and again, beside another one that goes on."""
    chance, total = random.Random(9), Counter()
    with open(str(tmp_path / "said"), "w+") as said, open(str(tmp_path / "complained"), "w+") as complained:
        neighbour = subprocess.Popen(words(NEIGHBOUR, path), stdin=subprocess.DEVNULL, stdout=said, stderr=complained)
        try:
            for _ in range(KILLS):
                told = killed(path, chance)
                look(path, told)
                total["kills"] += 1
                total["before anything was written"] += not told["kept"]
            assert neighbour.poll() is None
        finally:
            neighbour.kill()
            neighbour.wait()
        said.seek(0)
        complained.seek(0)
        last = int(said.read().split("\n")[-2])
        assert complained.read() == ""
    with open_store(path, 20_000, T0) as store:
        assert int(store.get("neighbour")) >= last
        total["turns"] = int(store.read_owner(ME, rows.ledger, None))
    assert total["turns"] > KILLS // 4
    print(dict(total), "turns of the neighbour:", last)


# --- the n-th call fails, or kills ---

ROUND = """
from logged import Minute, keep_logs
try:
    with open_store(path, 1000, T0) as store:
        keep(store, [block(T0 - n * SESSION_S, 9) for n in range(1, 7)], T0 + SESSION_S)
        print("kept", 9, flush=True)
        keep_logs(store, ME, [Minute(T0 // 60 * 60 + 9 * SESSION_S + 60 * n, "opus", n, 1, 1, 1) for n in (1, 2)])
        print("minutes", 2, flush=True)
        store.maintain(T0 + 200 * 86400, 60, 0)
    print("done", 1, flush=True)
except StoreError as error:
    print("told", 1, flush=True)
"""
WRITES, OTHERS = ("pwrite64",), ("fdatasync", "ftruncate", "unlink", "pread64")
FAULTS = ("error=ENOSPC", "error=EIO", "signal=KILL")


def traced(path, call, fault, number):
    """The round with the number-th such call failing so: what it said, and whether there was such a call."""
    log = os.path.dirname(os.path.dirname(path)) + "/strace"
    tracer = ["strace", "-f", "-qq", "-o", log, "-e", f"inject={call}:{fault}:when={number}", "-e", f"trace={call}"]
    if call == "pread64":              # the program itself is read so too
        tracer += [word for suffix in ("", "-wal", "-shm") for word in ("-P", path + suffix)]
    done = subprocess.run(tracer + words(ROUND, path), input="go\n", text=True, capture_output=True, check=False, timeout=120)
    if "not permitted" in done.stderr:
        pytest.skip("processes cannot be traced here")
    with open(log) as file:
        met = "INJECTED" in file.read() or done.returncode == -9
    assert done.stderr == "" and done.returncode in (0, -9)
    return acknowledged(done.stdout), met


def check_round(path, said, before):
    with open_store(path, 1000, T0) as store:
        found = [(block.start > T0 + 8 * SESSION_S, block.tokens) for block in saved(store)]
        assert store.trouble is None and kept_files(path) == []
        reported, logged = ([tokens for is_logged, tokens in sorted(found) if is_logged == kind] for kind in (False, True))
        assert reported in ([before, before + 6 * [9]] if not said["kept"] else [before + 6 * [9]])
        assert logged in ([[], [5]] if not said["minutes"] else [[5]])
        assert sum(row.input + row.output for row in store.used(ME, 0, EVER)) == sum(reported + logged)
    found = check.examine(path)
    assert found.problems == () and found.version == connection.VERSION


def clean(path):
    for name in glob.glob(glob.escape(path) + "*"):
        os.unlink(name)


def faults_of(steps):
    """By number: every fault of every call in the long form, else of every ninth one each in turn."""
    step = 1 if ALL else 9
    for number in count(1, step):
        yield number, FAULTS if ALL else (FAULTS[(number // step + steps) % 3],)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("steps", range(OLD + 1) if ALL else [0, 3], ids=lambda n: f"{n} steps before")
@pytest.mark.parametrize("call", WRITES + OTHERS if ALL else WRITES)
def test_D02_D03_any_failing_call_leaves_a_sound_file(path, call, steps):
    """The first calls are those of the first run, or of the migration of an old schema, which leaves one copy of the old file."""
    old = os.path.join(os.path.dirname(os.path.dirname(path)), "old")
    os.makedirs(os.path.dirname(path))
    before, failed = [], Counter()
    if steps:
        fill_old(old, steps, 3)
        before = [1, 2, 3]
    for number, faults in faults_of(steps):
        met = False
        for fault in faults:
            clean(path)
            if steps:
                shutil.copy(old, path)
            said, now_met = traced(path, call, fault, number)
            check_round(path, said, before)
            copies = old_copies(path)  # two when it was killed with the first one in place and nothing else
            assert set(copies) == ({(version(old), 3)} if steps else set()) and len(copies) <= 1 + (fault == FAULTS[-1])
            met |= now_met
            failed[fault] += now_met
        if not met:
            assert said.get("done")
            break
    assert number > 30 or call not in WRITES
    print(call, steps, dict(failed))
