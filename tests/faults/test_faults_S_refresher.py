"""S-1 to S-4: fifty ask at once, the refresher is killed, its ccusage is left behind, a caller reads to the end."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from commands import alive, wait_until
from extent import ALL
from line_shells import call, install, program
from live_lines import STALE_S, age, end_refresher, live, one_line, refresher, warm
from terminal import Terminal

from ccmon import locks
from ccmon.system import process_facts

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")]
ACTIVE = "CC 131%"
CROWD = 50 if ALL else 8


@pytest.fixture
def where(tmp_path):
    """A cache folder that is not there yet."""
    return str(tmp_path / "cache/ccmon")


# --- S-1: the herd ----------------------------------------------------------------------------------------------------

def test_S01_fifty_at_once_run_ccusage_once(machine):
    live(machine)
    machine.gated()
    calls = [machine.start("--statusline", "--wait", "0.1") for _ in range(CROWD)]
    for process in calls:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "CC -\n", "")
    machine.opens()
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 1 and not machine.overlaps()
    assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)


def test_S01_fifty_on_a_stale_line_run_ccusage_once(machine):
    live(machine)
    line = warm(machine)
    age(machine, STALE_S)
    machine.gated()
    calls = [machine.start("--statusline") for _ in range(CROWD)]
    assert {process.communicate(timeout=120)[0][:20] for process in calls} == {line[:20]}
    machine.opens()
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 2


def test_S01_tmux_with_29_prompts_and_its_own_line_runs_ccusage_once(machine):
    """A server that is restored with all its windows, every prompt stale at once."""
    install(machine)
    live(machine)
    warm(machine, "--format", "tmux")
    line = warm(machine, "--format", "bash")
    age(machine, STALE_S)
    machine.gated()
    socket, shown = ["tmux", "-S", str(machine.folder / "socket")], machine.folder / "shown"
    shown.mkdir()
    (machine.folder / "tmux.conf").write_text("set -g status-left ''\nset -g status-interval 1\nset -g status-right-length 99\n"
                                              f'set -g default-command "ccmon-line bash >{shown}/\\$\\$; exec cat"\n'
                                              'set -g status-right "#(ccmon-line tmux)"\n')
    windows = " ; ".join(["new-window -d"] * 28).split()
    program("tmux")
    command = [*socket, "-f", str(machine.folder / "tmux.conf"), "new-session", ";", *windows]
    with Terminal(command, env=machine.env(), columns=150) as term:
        try:
            term.wait_until(lambda: ACTIVE in term.lines()[-1], "the status line")
            wait_until(lambda: len(list(shown.iterdir())) == 29 and all(map(os.path.getsize, shown.iterdir())), "29 prompts")
            assert {path.read_text() for path in shown.iterdir()} == {line + "\n"}
            wait_until(lambda: machine.runs() == 2, "ccusage runs")
            machine.opens()
            wait_until(machine.idle, "the refresher ends")
            assert machine.runs() == 2 and not machine.overlaps()
        finally:
            subprocess.run([*socket, "kill-server"], env=machine.env(), stderr=subprocess.DEVNULL, check=False)


# --- S-2: a lock whose holder is dead -----------------------------------------------------------------------------------

def test_S02_one_holder_at_a_time(where):
    first = locks.lock(where)
    assert first is not None and first > 2 and locks.lock(where) is None
    locks.unlock(first)
    second = locks.lock(where)
    assert second is not None
    locks.unlock(second)


def noted(lock):
    """The group of ccusage that the lock file names."""
    return lock.read_bytes()[locks.WIDTH:2 * locks.WIDTH].strip()


def killed(machine):
    """Kill the refresher that runs, as the OOM killer does, and give its ccusage."""
    wait_until(lambda: (machine.folder / "busy").exists() and noted(machine.cache / "lock"), "ccusage is at work")
    pid, orphan = refresher(machine), machine.pids()[-1]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "it is dead")
    os.rmdir(str(machine.folder / "busy"))
    return orphan


def test_S02_S03_after_a_killed_refresher_the_next_call_refreshes_and_ends_its_ccusage(machine):
    machine.behaves("sleep 600 & echo $! >child; wait")
    machine.run("--statusline", "--wait", "0", now=None)
    orphan = killed(machine)
    child = int((machine.home / "child").read_text())
    assert alive(orphan) and alive(child)
    live(machine)
    machine.run("--statusline", "--wait", "0", now=None)
    wait_until(lambda: not alive(orphan) and not alive(child), "the orphan and its child are killed")
    wait_until(machine.idle, "the refresher ends")
    assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)


@pytest.mark.parametrize("shell", [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "ash"]], ids=" ".join)
def test_S02_after_a_killed_refresher_the_next_call_of_the_launcher_refreshes(machine, shell):
    install(machine)
    live(machine)
    warm(machine)
    machine.slow(600)
    age(machine, STALE_S)
    call(machine, [*shell, str(machine.bin / "ccmon-line")])
    orphan = killed(machine)
    live(machine, 350)
    os.utime(str(machine.cache / "fresh"), (1, time.time() - 1))       # the 3 s are over in which nobody asks again
    wait_until(lambda: call(machine, [*shell, str(machine.bin / "ccmon-line")]).out.startswith("CC 5%"), "the new line")
    assert not alive(orphan)


@pytest.mark.parametrize("seed", range(100 if ALL else 1))
def test_S02_a_refresher_killed_at_any_moment_is_followed_by_another(machine, seed):
    live(machine)
    machine.slow(1)
    machine.start("--statusline", "--wait", "0").communicate(timeout=20)
    time.sleep(random.Random(seed).uniform(0, 1.3))        # from its first import to its last file
    for pid, command in machine_processes(machine).items():
        if "--statusline" in command:
            os.kill(pid, signal.SIGKILL)
    live(machine, 350)
    age(machine, STALE_S)
    wait_until(lambda: one_line(machine.run("--statusline", now=None)).startswith("CC 5%"), "the new number")
    wait_until(machine.idle, "the refresher ends")
    wait_until(lambda: not any(map(alive, machine.pids())), "no ccusage is left")


def machine_processes(machine):
    """What runs in the machine's home, and its command."""
    mark, found = f"HOME={machine.home}".encode(), {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes().split(b"\0"):
                found[int(path.name)] = (path / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            continue
    return found


@pytest.mark.parametrize("left", ["{pid} {start}1", "{pid} ", "1 1", "99999999999999999999 x\x00"])
def test_S02_the_number_of_a_dead_holder_given_to_another_process_is_neither_a_lock_nor_killed(machine, left):
    live(machine)
    bystander = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        machine.cache.mkdir(parents=True)
        group = left.format(pid=bystander.pid, start=process_facts.started(bystander.pid))
        (machine.cache / "lock").write_text(" " * locks.WIDTH + group.ljust(locks.WIDTH))
        assert one_line(machine.run("--statusline", "--wait", "30", now=None)).startswith(ACTIVE)
        wait_until(machine.idle, "the refresher ends")
        assert machine.runs() == 1 and bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


# --- S-3: a ccusage whose refresher is dead ---------------------------------------------------------------------------

def test_S03_what_a_dead_holder_left(where):
    fd = locks.lock(where)
    locks.leave_group(fd, "12345 678")
    locks.leave_group(fd, "9 8")
    locks.unlock(fd)
    fd = locks.lock(where)
    assert locks.left_group(fd) == "9 8"
    locks.leave_group(fd, "")
    assert locks.left_group(fd) == ""
    locks.unlock(fd)


# --- S-4: a caller that reads to the end ------------------------------------------------------------------------------

def test_S04_a_caller_that_reads_to_the_end_is_not_held_up_by_the_refresher(machine):
    live(machine)
    warm(machine)
    machine.slow(600)
    age(machine, STALE_S)
    done = machine.shell('x=$($CCMON --statusline 2>&1); y=$($CCMON --statusline --plan max5 2>&1); echo "$x"; echo "$y"')
    assert [line[:4] for line in done.out.splitlines()] == ["CC 1", "CC 2"]
    end_refresher(machine)


def test_S04_a_first_caller_that_reads_to_the_end_is_not_held_up_either(machine):
    machine.slow(600)
    done = machine.shell('x=$($CCMON --statusline --wait 0 2>&1); echo "[$x]"')
    assert done.out == "[CC -]\n"
    end_refresher(machine)


@pytest.mark.parametrize("cached", [False, True])
def test_S04_the_refresher_holds_nothing_of_its_caller(machine, cached):
    live(machine)
    if cached:
        warm(machine)
        age(machine, STALE_S)
    machine.slow(600)
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    process = machine.start("--statusline", "--wait", "0", pass_fds=[writer])
    process.communicate(timeout=20)
    pid = refresher(machine)
    held = {fd.name: os.readlink(str(fd)) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    assert {held.pop(str(fd)) for fd in range(3)} == {"/dev/null"}
    pipe = os.readlink(f"/proc/self/fd/{writer}")
    assert pipe not in held.values() and str(machine.cache / "lock") in held.values()
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert os.getsid(pid) != os.getsid(0)
    ccusage_holds = [os.readlink(str(fd)) for fd in Path(f"/proc/{machine.pids()[-1]}/fd").iterdir()]
    assert str(machine.cache / "lock") not in ccusage_holds
    os.close(reader)
    os.close(writer)
    end_refresher(machine)
