"""S-11: a process that is stopped (Ctrl-Z, kill -STOP) while it holds a lock, and goes on later."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from claude_logs import talk, write
from commands import ROOT, alive, wait_until
from live_lines import STALE_S, age, live, one_line, refresher, warm
from store_cases import T0
from terminal import Terminal

from ccmon import locks, private
from ccmon.errors import Unwritable
from ccmon.settings import config_file
from ccmon.store.database import open_store
from ccmon.system import newfiles, process_facts

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")]
HOLD = "import sys, time; from ccmon import locks; assert locks.lock(sys.argv[1]) > 2; print(flush=True); time.sleep(600)"
HOLD_FOLDER = """import sys, time
from ccmon.system import newfiles
with newfiles.locked(sys.argv[1]):
    print(flush=True)
    time.sleep(600)
"""
WRITE = """import os, signal, sys
from ccmon.store.database import open_store
with open_store(sys.argv[1], 5000, 1764000000) as store:
    store.change(lambda db: (db.execute("CREATE TABLE here (x)"), os.kill(os.getpid(), signal.SIGTSTP)))
"""


def letter(pid):
    """The state of the process: T stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def stopped(process, number=signal.SIGSTOP):
    """Stop it, and wait until it is."""
    os.kill(process.pid, number)
    wait_until(lambda: letter(process.pid) == "T", "it is stopped")


def ended(process):
    """Let a stopped process go on to its end; its exit code."""
    os.kill(process.pid, signal.SIGCONT)
    process.communicate(timeout=40)
    return process.returncode


def test_S11_a_holder_is_known_without_asking_another_program(tmp_path):
    fd = locks.lock(str(tmp_path))
    pid, start, _, boot = (tmp_path / "lock").read_bytes()[:locks.WIDTH].decode().split()
    stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    assert (int(pid), start) == (os.getpid(), stat[19])
    assert Path("/proc/sys/kernel/random/boot_id").read_text().startswith(boot) and len(boot) == 8
    locks.unlock(fd)


@pytest.fixture
def holder():
    """A function that starts Python code which prints a line once it holds what it is to hold, and stops it."""
    started = []

    def hold(code, where, stop=True):
        process = subprocess.Popen([sys.executable, "-c", code, str(where)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "\n"
        if stop:
            stopped(process)
        return process
    yield hold
    for process in started:
        process.kill()
        process.wait()


def left(machine):
    """The group of ccusage that is noted in the lock file."""
    return (machine.cache / "lock").read_bytes()[locks.WIDTH:2 * locks.WIDTH].strip()


def reading(machine, *words):
    """A call that reads, while its ccusage runs: the process, and that ccusage."""
    machine.gated()
    process = machine.start(*words)
    wait_until(lambda: (machine.folder / "busy").exists() and left(machine), "ccusage runs, and it is noted")
    return process, machine.pids()[-1]


# --- who else wants to read -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["record"], ["--once"], ["--json"]], ids=" ".join)
def test_S11_record_reads_while_another_is_stopped_and_ends_its_ccusage(machine, words):
    live(machine)
    process, theirs = reading(machine, *words)
    stopped(process)
    os.rmdir(str(machine.folder / "busy"))
    live(machine, 350)
    assert machine.run("record", "--timeout", "15", now=None) == (0, "", "")
    assert machine.runs() == 2 and not alive(theirs)
    assert machine.run("record", "--timeout", "15", now=None) == (0, "", ""), "and again"
    assert ended(process) == 0
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 5%")
    assert locks.lock(str(machine.cache)) is not None


def test_S11_what_was_read_before_the_stop_does_not_replace_what_was_read_since(machine):
    live(machine)
    process, theirs = reading(machine, "record")
    stopped(process)
    machine.opens()
    wait_until(lambda: letter(theirs) in ("Z", ""), "its ccusage has answered")
    live(machine, 350)
    assert machine.run("record", now=None) == (0, "", "")
    assert ended(process) == 0
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 5%")


def test_S11_a_line_is_refreshed_while_a_refresher_is_stopped(machine):
    live(machine)
    warm(machine)
    age(machine, STALE_S)
    machine.gated()
    machine.run("--statusline", now=None)
    pid = refresher(machine)
    os.kill(pid, signal.SIGSTOP)
    live(machine, 350)
    wait_until(lambda: one_line(machine.run("--statusline", now=None)).startswith("CC 5%"), "the new number")
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not alive(pid), "it ends")
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 5%")


def test_S11_ctrl_z_in_the_screen_keeps_nobody_out(machine):
    live(machine)
    machine.gated()
    shell = ["bash", "--norc", "-i"]
    with Terminal(shell, env=machine.env(PS1="$ "), cwd=str(machine.cwd)) as term:
        term.send(" ".join(machine.command("--interval", "1")) + "\r")
        wait_until(lambda: (machine.folder / "busy").exists() and left(machine), "ccusage runs, and it is noted")
        term.send("\x1a")
        term.wait_for("Stopped")
        live(machine, 350)
        assert machine.run("record", "--timeout", "15", now=None) == (0, "", "") and machine.runs() == 2
        term.send("fg\r")
        term.wait_for("350 of")
        term.send("q")
        term.wait_until(lambda: term.lines()[-1].startswith("$") or "$" in term.text(), "the shell is back")


def test_S11_record_that_could_not_read_says_so(machine):
    live(machine)
    process, _ = reading(machine, "record")
    done = machine.run("record", "--timeout", "1", now=None)
    assert done.code == 30 and done.err.count("\n") == 1
    assert f"process {process.pid}, another ccmon, has not read them within 1 s, and nothing was read" in done.err
    machine.opens()
    assert ended(process) == 0


# --- every lock ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["", "learning", "logs.reading"])
def test_S11_each_lock_is_taken_from_one_that_is_stopped_by_one_process(tmp_path, holder, name):
    where = str(tmp_path / name)
    first = holder(HOLD, where, stop=False)
    assert locks.lock(where) is None
    stopped(first)
    fd = locks.lock(where)
    assert fd is not None and fd > 2 and locks.held(fd) and locks.lock(where) is None
    first.send_signal(signal.SIGCONT)
    wait_until(lambda: letter(first.pid) != "T", "it goes on")
    assert locks.lock(where) is None
    locks.unlock(fd)
    assert locks.lock(where) is None, "it holds the system's lock still"
    first.kill()
    first.wait()
    fd = locks.lock(where)
    assert fd is not None and sorted(os.listdir(where)) == ["lock"]
    locks.unlock(fd)


def test_S11_many_that_see_it_stopped_do_not_all_take_it(tmp_path, holder):
    holder(HOLD, tmp_path)
    code = ("import sys; from ccmon import locks; fd = locks.lock(sys.argv[1]);"
            "print('no' if fd is None else 'yes', flush=True); sys.stdin.read()")
    calls = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) for _ in range(12)]
    found = [process.stdout.readline() for process in calls]
    for process in calls:
        process.communicate()
    assert sorted(found) == ["no\n"] * 11 + ["yes\n"]


def test_S11_who_lost_the_lock_knows_even_after_the_other_has_ended(tmp_path):
    code = ("import os, signal, sys; from ccmon import locks; fd = locks.lock(sys.argv[1]); print(locks.held(fd), flush=True);"
            "os.kill(os.getpid(), signal.SIGSTOP); print(locks.held(fd)); locks.unlock(fd);"
            "fd = locks.lock(sys.argv[1]); print(fd > 2 and locks.held(fd))")
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    wait_until(lambda: letter(process.pid) == "T", "it has stopped itself")
    locks.unlock(locks.lock(str(tmp_path)))
    os.kill(process.pid, signal.SIGCONT)
    assert process.communicate()[0] == "True\nFalse\nTrue\n"


def test_S11_the_reading_of_a_long_history_goes_on_in_another_process(machine, holder):
    write(machine.home / ".claude", talk(1, time.time() - 7200, 1, 20))
    holder(HOLD, machine.cache / "logs.reading")
    assert machine.run("record", "--source", "logs", now=None) == (0, "", "")


def test_S11_the_configuration_is_changed_while_another_is_stopped(machine, holder):
    path = machine.configure("[ccmon]\n")
    holder(HOLD_FOLDER, path.parent)
    assert machine.run("config", "set", "plan", "max5").code == 0
    assert "max5" in path.read_text() and os.listdir(str(path.parent)) == ["config.ini"]


def test_S11_another_that_holds_the_configuration_and_does_not_end_is_named(tmp_path, holder, monkeypatch):
    other = holder(HOLD_FOLDER, tmp_path, stop=False)
    monkeypatch.setattr(newfiles, "PATIENCE_S", 0.1)
    with pytest.raises(Unwritable, match=f"config.ini is held by process {other.pid}, which is to change it. Try again, or end"):
        with config_file.locked(str(tmp_path / "config.ini")):
            raise AssertionError


def test_S11_ctrl_z_waits_for_the_end_of_a_transaction(tmp_path):
    path = str(tmp_path / "h.sqlite3")
    process = subprocess.Popen([sys.executable, "-c", WRITE, path], cwd=ROOT, preexec_fn=lambda: os.setpgid(0, 0))
    wait_until(lambda: letter(process.pid) == "T", "it is stopped")
    with open_store(path, 1000, T0) as store:
        store.put("key", "value")
        assert store.change(lambda db: db.execute("SELECT count(*) FROM here").fetchone()) == (0,)
    assert ended(process) == 0


@pytest.mark.parametrize("left", ["{pid} {start}1 {machine} {boot}", "{pid} {start} {machine} 00000000",
                                  "99999999 7 {machine} {boot}"])
def test_S11_the_number_of_a_dead_holder_that_another_process_has_keeps_nobody_out(tmp_path, left):
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        _, _, machine, boot = locks._name(os.getpid()).split()
        named = left.format(pid=bystander.pid, start=process_facts.started(bystander.pid), machine=machine, boot=boot)
        (tmp_path / "lock.held").write_text(named.ljust(locks.WIDTH - 1) + "\n")
        fd = locks.lock(str(tmp_path))
        assert fd is not None and fd > 2
        locks.unlock(fd)
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("age_s, content, is_held", [
    (1, "7 7 ffffffff 00000000", True), (locks.OLD_S - 60, "7 7 ffffffff 00000000", True),
    (locks.OLD_S + 60, "7 7 ffffffff 00000000", False), (1, "", True), (locks.YOUNG_S + 60, "", False)])
def test_S11_a_holder_that_cannot_be_seen_holds_for_a_while(tmp_path, age_s, content, is_held):
    path = tmp_path / "lock.held"
    path.write_text(content)
    private.set_time(str(path), time.time() - age_s)
    fd = locks.lock(str(tmp_path))
    assert (fd is None) == is_held
    locks.unlock(-1 if fd is None else fd)
