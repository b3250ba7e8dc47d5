"""D-28: what a kill leaves behind of files and folders that were not finished, and who sweeps it."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest
from commands import HOUR, NOW, ROOT, block, wait_until
from line_shells import put_block
from store_cases import T0, path, saved  # noqa: F401

from ccmon import line_cache
from ccmon.model import Owner
from ccmon.settings import context
from ccmon.setup import dotfiles
from ccmon.store import copy, merge, rows
from ccmon.store.database import open_store
from ccmon.system import named_files, newfiles

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="fork and signals")]

DAY_S = 86_400
NEW, NEW_DEMO = ".ccmon-0123456789ab", ".ccmon-demo-0123456789ab"
STEPS = ("open", "os.mkdir", "os.chmod", "os.rename", "os.link", "os.remove", "os.rmdir", "fcntl.flock", "sqlite3.connect")


def report(folder):
    named_files.write(f"{folder}/page.html", b"page")


def start_up_file(folder):
    put_block(f"{folder}/rc", "block\n")
    dotfiles.take_out("bash", f"{folder}/rc")


def line(folder):
    line_cache.replace(str(folder), "state", b"1")


def folder_of_a_while(folder):
    with newfiles.temporary(".ccmon-demo-", {"HOME": str(folder)}) as path:
        os.mkdir(path + "/inside")
        Path(path, "inside/history").write_bytes(b"x")


def backup(folder):
    copy.backup(f"{folder}/.source", f"{folder}/backup.db")


MAKERS = [report, start_up_file, line, folder_of_a_while, backup]


def in_a_child(work):
    """How a child ends that does the work as a process that has just started."""
    pid = os.fork()
    if not pid:
        try:
            newfiles._ONCE.clear()
            work()
        finally:
            os._exit(0)
    return -os.WTERMSIG(os.waitpid(pid, 0)[1])


def killed_at(number, work):
    def steps():
        seen = count(1)

        def hook(event, _words):
            if event in STEPS and next(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        work()
    return in_a_child(steps) == -9


def left(folder):
    return {name for name in os.listdir(folder) if ".ccmon-" in name}


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_D28_whenever_it_is_killed_the_next_one_sweeps(tmp_path, maker, path):
    if maker is backup:
        with open_store(path, 1000, T0):
            pass
        os.rename(path, tmp_path / ".source")
    found = set()
    for number in count(1):
        was_killed = killed_at(number, lambda: maker(tmp_path))
        found |= left(tmp_path)
        in_a_child(lambda: maker(tmp_path))
        assert left(tmp_path) == set(), number
        if not was_killed:
            break
    assert number > 5 and found, "nothing was ever left"


def test_D28_what_a_living_process_makes_stays(tmp_path):
    code = ("import sys, time\nfrom ccmon.system import newfiles\nwith newfiles.making(sys.argv[1]), "
            "newfiles.folder_in(sys.argv[1], '.ccmon-demo-'):\n    print(1, flush=True)\n    time.sleep(600)\n")
    maker = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert maker.stdout.read(1) == b"1"
        made = left(tmp_path)
        for name in made:
            os.utime(tmp_path / name, (1, 1))
        in_a_child(lambda: newfiles.sweep([str(tmp_path)]))
        assert left(tmp_path) == made and len(made) == 2
    finally:
        maker.kill()
        maker.communicate()
    in_a_child(lambda: newfiles.sweep([str(tmp_path)]))
    assert left(tmp_path) == set()


def put(folder, name, age_s=0.0):
    if "demo" in name or name.endswith("/"):
        (folder / name).mkdir()
        (folder / name / "inside").write_text("")
    else:
        (folder / name).write_text("")
    os.utime(folder / name, (time.time() - age_s,) * 2)


@pytest.mark.parametrize("name, age_s, cache, swept", [
    (NEW, 0, False, True), (NEW_DEMO, 0, False, True), (NEW + "-journal", 0, False, True),
    (".ccmon-abcd_123", 2 * DAY_S, False, True), (".ccmon-abcd_123", HOUR, False, False),
    (".ccmon-demo-abcd_123", 2 * DAY_S, False, True), (".ccmon-demo-abcd_123", HOUR, False, False),
    (".state.4711", 2 * DAY_S, True, True), (".0123abcd.line.4711", 2 * DAY_S, True, True), (".state.4711", HOUR, True, False),
    ("logs.db", 2 * DAY_S, True, True), ("logs.db-wal", 2 * DAY_S, True, True), ("logs.db", 2 * DAY_S, False, False),
    (".state.4711", 2 * DAY_S, False, False), (".ccmon-notes", 2 * DAY_S, True, False),
    (".ccmon-demo-mine", 2 * DAY_S, True, False),
    (NEW + ".txt", 2 * DAY_S, True, False), (NEW + "/", 2 * DAY_S, True, False), (".vimrc", 2 * DAY_S, True, False)])
def test_D28_only_what_has_such_a_name_is_swept(tmp_path, name, age_s, cache, swept):
    """Names of six random bytes are held by a lock; those of an older ccmon, which holds none, have to be a day old."""
    put(tmp_path, name, age_s)
    in_a_child(lambda: newfiles.sweep([str(tmp_path)], cache))
    assert os.listdir(tmp_path) == ([] if swept else [name.rstrip("/")])


def test_D28_links_pipes_and_the_files_of_others_stay(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/kept").write_text("")
    (tmp_path / ".ccmon-demo-00000000000a").symlink_to("mine")
    (tmp_path / ".ccmon-00000000000b").symlink_to("mine/kept")
    os.mkfifo(tmp_path / ".ccmon-00000000000c")
    if os.getuid() == 0:
        put(tmp_path, ".ccmon-00000000000d")
        put(tmp_path, ".ccmon-demo-00000000000e")
        for name in (".ccmon-00000000000d", ".ccmon-demo-00000000000e"):
            os.chown(tmp_path / name, 12345, 12345)
    before = sorted(os.listdir(tmp_path))
    in_a_child(lambda: newfiles.sweep([str(tmp_path)], True))
    assert sorted(os.listdir(tmp_path)) == before and os.listdir(tmp_path / "mine") == ["kept"]
    for name in os.listdir(tmp_path):
        if os.getuid() == 0:
            os.chown(tmp_path / name, 0, 0, follow_symlinks=False)


def test_D28_without_locks_it_has_to_be_a_day_old(tmp_path, monkeypatch):
    monkeypatch.setattr(newfiles.locks, "flocked", lambda _fd: None)
    put(tmp_path, NEW)
    put(tmp_path, ".ccmon-ffffffffffff", 2 * DAY_S)
    in_a_child(lambda: newfiles.sweep([str(tmp_path)]))
    assert os.listdir(tmp_path) == [NEW]


def test_D28_one_that_is_swept_before_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    real, names = newfiles.locks.flocked, []

    def late(fd):
        if not names:
            names.extend(os.listdir(tmp_path))
            os.unlink(tmp_path / names[0])
        return real(fd)
    monkeypatch.setattr(newfiles.locks, "flocked", late)
    named_files.write(str(tmp_path / "x"), b"whole")
    assert os.listdir(tmp_path) == ["x"] and (tmp_path / "x").read_bytes() == b"whole" and names


@pytest.mark.parametrize("words", ["record", "history", "--once", "--json"])
def test_D28_any_start_sweeps_where_ccmon_makes_files(machine, words):
    """A demo is killed while it is shown; parts lie beside the configuration, the history, start-up files and lines."""
    machine.answers([block(NOW - 2 * HOUR, 2800)])
    machine.run("record")
    machine.configure("[ccmon]\n")
    folders = [machine.home, machine.home / ".claude", machine.home / ".config/fish", machine.cache,
               machine.home / ".config/ccmon", machine.home / ".local/share/ccmon"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        put(folder, NEW)
    demo = subprocess.Popen(machine.command("--demo", "history"), env=machine.env(), cwd=machine.cwd, stdout=subprocess.DEVNULL)
    places = [machine.home, machine.home / ".cache", machine.folder / "tmp"]
    wait_until(lambda: any(list(place.glob(".ccmon-demo-*/ccmon/ccmon.db")) for place in places), "the demo has a history")
    demo.kill()
    demo.wait()
    machine.run(words)
    machine.run("--statusline", now=None)
    # The refresher that the line has started may be making a file of its own just now.
    wait_until(lambda: not any(list(folder.glob(".ccmon-*")) for folder in (*places, *folders)), "nothing is left behind")


def test_D28_a_backup_is_whole_or_not_there(tmp_path, path):
    with open_store(path, 1000, T0):
        pass
    os.rename(path, tmp_path / ".source")
    for number in (3, 9, 15, 21):
        killed_at(number, lambda: backup(tmp_path))
        for found in tmp_path.glob("backup.db"):
            with sqlite3.connect(str(found)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            db.close()


def test_D28_who_has_no_place_of_their_own_has_the_common_one_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o1777)
    nowhere = {"HOME": str(tmp_path / "gone")}

    def demo():
        with newfiles.temporary(".ccmon-demo-", nowhere):
            os.kill(os.getpid(), signal.SIGKILL)
    assert in_a_child(demo) == -9 and left(tmp_path)
    in_a_child(lambda: context.sweep(nowhere))
    assert not left(tmp_path)


def test_D28_a_copy_that_is_merged_has_no_name_any_more(tmp_path, path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with open_store(path, 1000, T0) as store:
        store.change(lambda db: rows.ensured_owner_id(db, Owner("server", "a1")))
    with copy.copied(path, str(tmp_path / "ours.db")) as file, merge.opened(file, path, T0) as theirs:
        assert not os.listdir(os.path.dirname(file))
        assert theirs.db.execute("SELECT host FROM owner").fetchone() == ("server",)
