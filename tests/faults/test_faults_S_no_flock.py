"""S-13: a file system, or a Python, without flock (Lustre, SMB, some NFS and FUSE mounts)."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, alive, wait_until
from extent import ALL
from live_lines import STALE_S, age, live, one_line, refresher, warm

from ccmon import locks

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]
MISSING = "import sys\nsys.modules['fcntl'] = None\n"
REFUSING = "import fcntl\ndef flock(fd, operation):\n    raise OSError({0}, 'refused')\nfcntl.flock = flock\n"
KINDS = {"ENOLCK": REFUSING.format(errno.ENOLCK), "EOPNOTSUPP": REFUSING.format(errno.EOPNOTSUPP),
         "EINVAL": REFUSING.format(errno.EINVAL), "ENOSYS": REFUSING.format(errno.ENOSYS), "EPERM": REFUSING.format(errno.EPERM),
         "no fcntl": MISSING}

CROWD = 20 if ALL else 8


@pytest.fixture
def without(machine, monkeypatch):
    """A machine on which every Python that is started finds no flock."""
    folder = machine.folder / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(KINDS["ENOLCK"])
    usual = machine.env
    machine.env = lambda **more: usual(**{"PYTHONPATH": f"{folder}:{ROOT}", **more})
    monkeypatch.setattr(locks, "flocked", lambda _fd: None)       # machine.idle() asks in this process
    return machine


@pytest.mark.parametrize("kind", KINDS)
def test_S13_there_is_one_holder_whatever_says_that_there_are_no_locks(tmp_path, monkeypatch, kind):
    import fcntl
    monkeypatch.setattr(fcntl, "flock", fcntl.flock)
    monkeypatch.setitem(sys.modules, "fcntl", fcntl)
    exec(KINDS[kind], {})
    where = str(tmp_path / "cache")
    fd = locks.lock(where)
    assert fd is not None and fd > 2 and locks.lock(where) is None and locks.held(fd)
    locks.leave_group(fd, "12345 678")
    assert locks.left_group(fd) == "12345 678"
    locks.unlock(fd)
    assert os.listdir(where) == ["lock"]


def test_S13_many_first_lines_run_ccusage_once(without):
    live(without)
    without.gated()
    calls = [without.start("--statusline", "--wait", "0.1") for _ in range(CROWD)]
    assert {process.communicate(timeout=120) for process in calls} == {("CC -\n", "")}
    without.opens()
    wait_until(without.idle, "the refresher ends")
    assert without.runs() == 1 and not without.overlaps()
    assert one_line(without.run("--statusline", now=None)).startswith("CC 131%")


def test_S13_many_on_a_stale_line_run_ccusage_once(without):
    live(without)
    line = warm(without)
    age(without, STALE_S)
    without.gated()
    calls = [without.start("--statusline") for _ in range(CROWD)]
    assert {process.communicate(timeout=120)[0][:20] for process in calls} == {line[:20]}
    without.opens()
    wait_until(without.idle, "the refresher ends")
    assert without.runs() == 2 and not list(without.cache.glob("lock.held*"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_S13_after_a_killed_or_stopped_refresher_the_next_call_refreshes_and_ends_its_ccusage(without, number):
    live(without)
    without.gated()
    without.run("--statusline", "--wait", "0", now=None)
    pid, orphan = refresher(without), without.pids()[-1]
    wait_until(lambda: (without.cache / "lock.held").read_bytes()[locks.WIDTH:].strip(), "its ccusage is noted")
    os.kill(pid, number)
    wait_until(lambda: not alive(pid) or "T (stopped)" in Path(f"/proc/{pid}/status").read_text(), "it is dead or stopped")
    live(without, 350)
    without.run("--statusline", "--wait", "0", now=None)
    wait_until(lambda: not alive(orphan), "the orphan is killed")
    wait_until(without.idle, "the refresher ends")
    assert one_line(without.run("--statusline", now=None)).startswith("CC 5%")
    if number == signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
        wait_until(lambda: not alive(pid), "it ends")
        assert one_line(without.run("--statusline", now=None)).startswith("CC 5%")


def test_S13_record_waits_for_the_one_that_reads(without):
    live(without)
    without.gated()
    calls = [without.start("record") for _ in range(3)]
    wait_until(lambda: without.runs() == 1, "ccusage runs")
    without.opens()
    assert {process.communicate(timeout=60) for process in calls} == {("", "")}
    assert {process.returncode for process in calls} == {0} and not without.overlaps()


@pytest.mark.parametrize("left", ["", "1 1 1 1", "99999999 7 {machine} {boot}"], ids=["nothing", "other", "dead"])
def test_S13_many_at_once_are_one_whatever_was_left(tmp_path, left):
    _, _, machine, boot = locks._name(os.getpid()).split()
    if left:
        (tmp_path / "lock.held").write_text(left.format(machine=machine, boot=boot))
        os.utime(str(tmp_path / "lock.held"), (1, 1))
    code = (KINDS["ENOLCK"] + "import sys\nfrom ccmon import locks\nfd = locks.lock(sys.argv[1])\n"
            "print('no' if fd is None else 'yes', flush=True)\nsys.stdin.read()\nlocks.unlock(fd or -1)")
    calls = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) for _ in range(CROWD)]
    found = [process.stdout.readline() for process in calls]
    for process in calls:
        process.communicate()
    assert sorted(found) == ["no\n"] * (CROWD - 1) + ["yes\n"]
    assert os.listdir(str(tmp_path)) == ["lock"]


# --- what stands in the place of a lock -----------------------------------------------------------------------------------

def folder(path):
    path.mkdir(parents=True)


def fifo(path):
    os.mkfifo(str(path))


def dangling(path):
    path.symlink_to("nowhere/at/all")


def not_ours(path):
    path.write_text("")
    os.chown(str(path), 54321, 54321)


@pytest.mark.parametrize("flock", [True, None], ids=["flock", "none"])
@pytest.mark.parametrize("name", ["lock", "lock.held"])
@pytest.mark.parametrize("make", [folder, fifo, dangling, not_ours], ids=lambda make: make.__name__)
def test_S13_what_is_no_lock_keeps_nobody_out(tmp_path, monkeypatch, make, name, flock):
    if make is not_ours and (os.getuid() != 0 or name == "lock.held"):
        pytest.skip("needs root; in one's own folder it is one that nobody can see, held for a minute")
    if flock is None:
        monkeypatch.setattr(locks, "flocked", lambda _fd: None)
    where = tmp_path / "cache"
    where.mkdir(mode=0o700)
    make(where / name)
    lock = locks.lock(str(where))
    if make is folder and name == "lock.held" and flock is None:
        assert lock == -1              # there can be no lock, and nothing waits for one
        return
    assert lock is not None and lock >= 0 and locks.held(lock) and locks.lock(str(where)) is None
    locks.unlock(lock)
    assert not (where / "lock.held").is_file()


def test_S13_a_lock_that_was_given_back_is_not_removed_when_it_is_made_anew(tmp_path, monkeypatch):
    path, read, seen = tmp_path / "lock.held", locks.private.content_of, []

    def faster(name):
        if name == str(path) and not seen:
            path.unlink()
        content = read(name)
        if name == str(path):
            seen.append(content)
        if len(seen) == 2 and content is None:
            path.write_text("another one")
        return content

    path.write_text("given back soon")
    monkeypatch.setattr(locks, "_keeps_out", lambda _content, _path: False)
    monkeypatch.setattr(locks.private, "content_of", faster)
    assert locks._removed(str(path)) == "" and len(seen) == 1
