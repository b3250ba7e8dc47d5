"""D-14, D-16, D-17 and D-19: network disks, modes, growth, planted links.

Network file systems cannot be mounted here: what is done on one is tested on a disk that the table of mounts calls so.
"""

import os
import stat
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_cases import DAY, T0, block, keep, path, tokens_in  # noqa: F401
from store_processes import OWN_SESSION, run_together

from ccmon import line_answer, line_cache, locks
from ccmon.store import check, history_path
from ccmon.store.database import StoreError, open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
LINE = line_answer.key(["--statusline"], {"LANG": "C.UTF-8"})


# --- network disks ---

@contextmanager
def called(monkeypatch, tmp_path, kind):
    """The table of mounts says that the test's folder is of that kind."""
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/a\\040b {str(tmp_path)} {kind} rw 0 0\nbroken\n")
    monkeypatch.setattr(history_path, "_MOUNTS", str(table))
    yield f"from ccmon.store import history_path\nhistory_path._MOUNTS = {str(table)!r}\n"


REMOTE = ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "lustre", "virtiofs"]


@pytest.mark.parametrize("kind, remote", [*((kind, True) for kind in REMOTE), *((kind, False) for kind in (
    "ext4", "zfs", "btrfs", "tmpfs", "fuseblk", "overlay"))])
def test_D14_a_network_disk_has_no_shared_memory(path, tmp_path, monkeypatch, kind, remote):
    with called(monkeypatch, tmp_path, kind), open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == ("delete" if remote else "wal")
        assert os.path.exists(path + "-shm") == (not remote)
    assert tokens_in(path) == [5]


def test_D14_a_mount_above_another_counts(path, tmp_path, monkeypatch):
    table = tmp_path / "mounts"
    monkeypatch.setattr(history_path, "_MOUNTS", str(table))
    table.write_text(f"a {tmp_path} nfs rw 0 0\nb {tmp_path} ext4 rw 0 0\nc {tmp_path}2 nfs rw 0 0\nd /tmp nfs rw 0 0\n")
    assert not history_path.is_remote(path)
    table.write_text(f"a /home/a\\040b nfs rw 0 0\nb {tmp_path} ext4 rw 0 0\n")
    assert history_path.is_remote("/home/a b/ccmon.db") and not history_path.is_remote("/home/a/ccmon.db")
    table.unlink()
    assert not history_path.is_remote("/home/a b/ccmon.db")


def test_D14_many_processes_on_a_network_disk_lose_nothing(path, tmp_path, monkeypatch):
    with called(monkeypatch, tmp_path, "nfs4") as code:
        run_together(12, code + OWN_SESSION, path)
        assert sorted(os.listdir(os.path.dirname(path))) == ["history.sqlite3"]
        assert tokens_in(path) == list(range(1, 13)) and check.examine(path).problems == ()


def test_D14_a_history_that_is_in_use_goes_on_as_it_is(path, tmp_path, monkeypatch):
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        with called(monkeypatch, tmp_path, "nfs4"):
            assert tokens_in(path) == [5]
        keep(store, [block(tokens=6)], T0 + 60)
    with called(monkeypatch, tmp_path, "nfs4"):
        assert tokens_in(path) == [6] and os.listdir(os.path.dirname(path)) == ["history.sqlite3"]


# --- modes ---

@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277])
def test_D16_files_are_private_whatever_the_umask(tmp_path, mask):
    tmp_path.chmod(0o755)
    path = str(tmp_path / "data" / "ccmon" / "history.sqlite3")
    with umask(mask), open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        found = {suffix: mode(path + suffix) for suffix in ("", "-wal", "-shm")}
    assert found == {"": 0o600, "-wal": 0o600, "-shm": 0o600}
    assert [mode(folder) for folder in list(Path(path).parents)[:3]] == [0o700, 0o700, 0o755]      # the last was there


# --- growth ---

YEAR = """WITH RECURSIVE at (ts) AS (SELECT {since} UNION ALL SELECT ts + {every} FROM at WHERE ts + {every} < {until})
    INSERT INTO snapshot (owner_id, ts, seen, tokens) SELECT 1, ts, ts + 3, ts - {since} FROM at WHERE ts % 86400 < 10800"""


def test_D17_a_year_stays_small(path):
    """Three hours of every day: a row each 3 s of the last two days, before that one each minute."""
    now = T0 // DAY * DAY
    with open_store(path, 1000, now) as store:
        keep(store, [], now - 366 * DAY)
        for since, until, every in ((now - 365 * DAY, now - 2 * DAY, 60), (now - 2 * DAY, now, 3)):
            sql = YEAR.format(since=since, until=until, every=every)
            store.change(lambda db, sql=sql: db.execute(sql))
        large = os.path.getsize(path) + os.path.getsize(path + "-wal")
        while not store.maintain(now, 60, 0):
            pass
        rows = [store._db.execute(f"SELECT count(*) FROM snapshot WHERE ts >= {since} AND ts < {until}").fetchone()[0]
                for since, until in ((now - 2 * DAY, now), (now - 90 * DAY, now - 2 * DAY), (now - 365 * DAY, now - 90 * DAY))]
        assert rows == [2 * 3600, 88 * 180, 275 * 3]
    assert os.path.getsize(path) < 2_000_000 < large


# --- planted links ---

@pytest.mark.parametrize("target", ["victim", "absent", "."])
def test_D19_a_planted_link_is_refused(tmp_path, target):
    (tmp_path / "victim").write_text("")
    link = tmp_path / "history.sqlite3"
    link.symlink_to(tmp_path / target)
    with pytest.raises(StoreError, match="is a link or not a plain file; history is off until"):
        open_store(str(link), 100, T0)
    assert (tmp_path / "victim").read_text() == ""
    assert sorted(os.listdir(str(tmp_path))) == ["history.sqlite3", "victim"]


def test_D19_a_planted_link_is_not_followed(tmp_path):
    victim, where = tmp_path / "victim", str(tmp_path / "cache" / "ccmon")
    victim.write_text("mine")
    os.makedirs(where)
    os.symlink(victim, f"{where}/plain")
    os.symlink(victim, f"{where}/lock")
    line_cache.write_line(where, LINE, b"CC 1\n")
    locks.unlock(locks.lock(where))
    assert victim.read_text() == "mine" and line_answer.read_line(where, LINE) == b"CC 1\n"
