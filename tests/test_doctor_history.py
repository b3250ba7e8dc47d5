"""`ccmon doctor` on the room for the history, and on official percentages that stay away."""

import shutil
import sqlite3
import time
from contextlib import closing

import pytest
from patient import patient  # noqa: F401
from store_processes import disk, fill_disk, free_disk

from ccmon.store.connection import read_file

pytestmark = pytest.mark.newest_only

DAY = 86_400


@pytest.mark.parametrize("size, full, state", [("60m", False, "ok"), ("1m", False, "hint"), ("1m", True, "fault")])
def test_room_where_the_history_lies(patient, size, full, state):
    shutil.rmtree(patient.store.parent)
    with disk(patient.store.parent, f"size={size},mode=0700") as folder:
        if full:
            fill_disk(folder)
        code, checks = patient.doctor()
        says, mend = checks["history"]["says"], checks["history"]["mend"]
        assert (checks["history"]["state"], code) == (state, int(full)), says
        assert ("the disk is full" in says, "the disk has 1 MB left" in says) == (state == "fault", state == "hint")
        if mend:
            assert mend == "du -xh ~ | sort -h | tail -n 20" and patient.shell(mend).code == 0
        if full:
            free_disk(folder)
            assert patient.doctor()[1]["history"]["state"] == "hint"


def test_a_home_that_begins_with_two_slashes_is_no_host(patient):
    for _ in range(2):
        code, checks = patient.doctor(HOME=f"/{patient.home}")
        assert (code, checks["history"]["state"]) == (0, "ok"), checks["history"]
    assert read_file(f"/{patient.store}", lambda db: db.execute("SELECT count(*) FROM session").fetchone()) == (1,)


@pytest.mark.parametrize("told_days, began_days, state", [(4, 1, "hint"), (4, 5, "ok"), (2, 1, "ok"), (None, 1, "ok")])
def test_a_connection_that_tells_nothing_any_more(patient, told_days, began_days, state):
    now = int(time.time())
    with closing(sqlite3.connect(str(patient.store))) as db, db:
        db.execute("UPDATE session SET start_ts = ?, end_ts = ?", (now - began_days * DAY, now - began_days * DAY + 18_000))
        if told_days:
            db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at) SELECT id, 18000, ?, 40, ? FROM owner",
                       (now - told_days * DAY, now - told_days * DAY + 9000))
    check = patient.doctor()[1]["Claude Code"]
    assert check["state"] == state and ("told no percentage for 4d" in check["says"]) is (state == "hint"), check
    assert check["mend"] == ("ccmon init claude --write" if state == "hint" else None)


def test_a_percentage_of_somebody_else_or_by_hand_counts_for_nothing(patient):
    with closing(sqlite3.connect(str(patient.store))) as db, db:
        db.execute("INSERT INTO owner (id, host, account) VALUES (99, 'other', 'x')")
        db.executemany("""INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source)
            VALUES (?, 18000, 1000000, 9, 0, ?)""", [(99, "statusline"), (1, "hit")])
    assert patient.doctor()[1]["Claude Code"]["state"] == "ok"
