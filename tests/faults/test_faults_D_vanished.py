"""D-27: the home is unmounted or renamed under running processes, and comes back, or a new one is made in its place."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from commands import NOW, wait_until
from full_screen import leave, live, monitor, shown
from store_cases import T0, block, keep, path, tokens_in  # noqa: F401

from ccmon import line_cache, locks, private
from ccmon.settings import config
from ccmon.sources import hook
from ccmon.store.database import StoreError, open_store

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(sys.platform == "win32", reason="there no folder with an open file can be renamed")]


def contents(folder):
    """All files below, with their bytes."""
    return {str(found.relative_to(folder)): found.read_bytes() for found in folder.rglob("*") if found.is_file()}


def looked(machine):
    """A function that says whether ccusage has run again since."""
    before = machine.runs()
    return lambda: machine.runs() > before + 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc")
@pytest.mark.parametrize("is_gone", [False, True], ids=["renamed", "deleted"])
def test_D27_the_screen_goes_on_with_what_is_there_now(machine, is_gone):
    live(machine, 1234)
    home, away = machine.home, machine.folder / "away"
    with monitor(machine, cwd=str(home), env={"CCMON_INTERVAL": None}) as term:
        shown(term)
        wait_until(lambda: (home / ".local/share/ccmon/ccmon.db").exists() and (home / ".cache/ccmon/plain").exists(), "a home")
        os.rename(home, away)
        if is_gone:
            shutil.rmtree(away)
            away.mkdir()
        term.send("r")
        live(machine, 2345)
        term.wait_for("2,345")         # without a home, too
        assert not home.exists()
        before = contents(away)
        home.mkdir()
        live(machine, 3456)
        term.send("r")
        term.wait_for("3,456")
        wait_until(lambda: (home / ".cache/ccmon/state").exists(), "lines in the new home")
        assert "3,456" in term.text() and tokens_at(home) == [3456]
        wait_until(lambda: not leading_to(term.process.pid, str(away)), "nothing of the old home is open")
        assert contents(away) == before
        leave(term)
    assert contents(away) == before and tokens_at(home) == [3456]


def tokens_at(home):
    with closing(sqlite3.connect(home / ".local/share/ccmon/ccmon.db")) as db:
        return [tokens for tokens, in db.execute("SELECT tokens FROM session")]


def leading_to(pid, folder):
    """The open files of a process that lie in the folder, or nowhere any more. sqlite keeps some until the next transaction."""
    links = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue
    return [link for link in links if link.startswith(folder) or link.endswith("ccmon.log (deleted)")]


def test_D27_a_connection_notices_that_its_history_is_another_file(path, tmp_path):
    folder = os.path.dirname(path)
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        os.rename(folder, tmp_path / "away")
        os.makedirs(folder)
        with open_store(path, 1000, T0) as other:
            keep(other, [block(tokens=7)], T0)           # its -wal must not go when the first one closes
            keep(store, [block(tokens=8)], T0 + 60)
    assert tokens_in(path) == [8]
    assert tokens_in(str(tmp_path / "away" / os.path.basename(path))) == [5]


def test_D27_closing_what_is_gone_takes_nothing_from_what_is_there(path, tmp_path):
    folder, name = os.path.split(path)
    store = open_store(path, 1000, T0)
    keep(store, [block(tokens=5)], T0)
    os.rename(folder, tmp_path / "away")
    os.makedirs(folder)
    with open_store(path, 1000, T0) as other:
        keep(other, [block(tokens=7)], T0)
        store.close()
        assert os.path.getsize(path + "-wal") > 0
    assert tokens_in(path) == [7] and name in os.listdir(tmp_path / "away")


@pytest.fixture
def gone(tmp_path, monkeypatch):
    """A home that was there when the process began."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    return home


def test_D27_no_home_is_made(gone):
    """Whoever mounts or makes it would find ccmon's in the way."""
    for make in (private.make_folder, private.own_folder):
        with pytest.raises(FileNotFoundError):
            make(str(gone / ".cache/ccmon"))
    assert locks.lock(str(gone / ".cache/ccmon")) == -1
    line_cache.replace(str(gone / ".cache/ccmon"), "plain", b"CC 1\n")
    hook.append(str(gone / ".cache/ccmon"), b"1\n")
    with config.open_log(str(gone / ".local/state/ccmon/ccmon.log")) as log:
        log.write("x")
    with pytest.raises(StoreError, match="cannot be created .the home is gone.; history is off until its folder can be written"):
        open_store(str(gone / ".local/share/ccmon/ccmon.db"), 100, NOW)
    assert not gone.exists()
    gone.mkdir()
    line_cache.replace(str(gone / ".cache/ccmon"), "plain", b"CC 1\n")
    assert (gone / ".cache/ccmon/plain").read_bytes() == b"CC 1\n"


def test_D27_the_log_is_the_file_that_lies_there_now(gone):
    gone.mkdir()
    where = str(gone / "ccmon/ccmon.log")
    with config.open_log(where) as log:
        log.write("one\n")
        os.rename(gone, gone.parent / "away")
        config.follow_log(log, where)
        log.write("nowhere\n")
        gone.mkdir()
        config.follow_log(log, where)
        log.write("two\n")
        config.follow_log(log, where)
        log.write("three\n")
    assert Path(where).read_text() == "two\nthree\n" and (gone.parent / "away/ccmon/ccmon.log").read_text() == "one\n"
