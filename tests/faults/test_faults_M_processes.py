"""M-6: a kernel without /proc: what `ps` says of the same processes, and what is done by it."""

import ast
import os
import signal
import subprocess
import time
from pathlib import Path

import own_sources
import pytest
from commands import alive, wait_until
from live_lines import live, one_line, refresher
from no_proc import hide, site
from test_uninstall import assert_what_runs_is_ended, install

from ccmon import locks
from ccmon.setup import prompt_probe
from ccmon.sources import ccusage
from ccmon.system import process_facts, tmux

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(not Path("/proc/self/stat").exists() or not os.path.exists(process_facts.PS),
                                 reason="needs /proc and ps to compare them")]
TREE = "sleep 600 & echo $!; exec sleep 601"


@pytest.fixture
def blind(monkeypatch):
    """Call it, and this process finds no /proc."""
    return lambda: hide(monkeypatch.setattr)


@pytest.fixture
def tree():
    """A group of two, one that is stopped, one that has ended and is not buried, and one in another's session."""
    parent = subprocess.Popen(["sh", "-c", TREE], stdout=subprocess.PIPE, start_new_session=True)
    child = int(parent.stdout.readline())
    stopped, ended = subprocess.Popen(["sleep", "602"]), subprocess.Popen(["true"])
    os.kill(stopped.pid, signal.SIGSTOP)
    wait_until(lambda: not alive(ended.pid) and b"T" in Path(f"/proc/{stopped.pid}/stat").read_bytes().split(b")")[1]
               and b"601" in Path(f"/proc/{parent.pid}/cmdline").read_bytes(), "they are what they are")
    yield {"parent": parent.pid, "child": child, "stopped": stopped.pid, "ended": ended.pid, "nobody": 2 ** 22 + 1, "none": -1}
    for pid in (parent.pid, child, stopped.pid):
        os.kill(pid, signal.SIGKILL)
    for process in (parent, stopped, ended):
        process.wait()
    parent.stdout.close()


def told(pids):
    """All that is said of them, but for when they started."""
    listed = {what: {one.pid: one for one in process_facts.listed(what) if one.pid in pids.values()}
              for what in (process_facts.NAME, process_facts.WORDS)}
    return listed, {name: (process_facts.state(pid), process_facts.name(pid), process_facts.session(pid))
                    for name, pid in pids.items() if name != "ended"}, process_facts.state(pids["ended"])


def test_M06_ps_says_what_proc_says(tree, blind):
    listed, single, ended = told(tree)
    start_s = time.time() - float(Path("/proc/uptime").read_text().split()[0])
    ticks = process_facts.started(tree["child"])
    blind()
    assert not process_facts.has_proc()
    assert told(tree) == (listed, single, ended)
    assert listed["comm"].keys() == {tree[name] for name in ("parent", "child", "stopped")} and ended == ""
    assert listed["args"][tree["parent"]].texts == ("sleep", "601") and single["stopped"][0] == "T"
    assert listed["comm"][tree["child"]][1:4] == (tree["parent"],) * 3
    assert single["nobody"] == single["none"] == ("", None, None)
    started = process_facts.started(tree["child"])
    assert abs(int(started[1:]) - start_s - int(ticks) / os.sysconf("SC_CLK_TCK")) < 3


@pytest.mark.parametrize("locale, zone", [("C", "UTC"), ("de_DE.UTF-8", "America/St_Johns"), ("C.UTF-8", "Asia/Kathmandu")])
def test_M06_only_the_group_that_started_then_is_ended(blind, monkeypatch, locale, zone):
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("TZ", zone)
    blind()
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        started = process_facts.started(process.pid)
        assert started[:1] == "@" and abs(int(started[1:]) - time.time()) < 60
        seconds = int(started[1:])
        for other in ("", "@", "12345", f"@{seconds - 60}", f"@{seconds + 60}", started + "0"):
            assert not ccusage.kill_group(process.pid, other) and process.poll() is None
        assert ccusage.kill_group(process.pid, started)
        assert process.wait() == -signal.SIGKILL
    finally:
        process.kill()
        process.wait()
    assert process_facts.started(process.pid) == "" and not ccusage.kill_group(process.pid, started)


def test_M06_the_holder_of_a_lock(tree, blind, monkeypatch, tmp_path):
    """The living keep out, the dead, the stopped and a process that has a dead one's number do not; nobody runs `ps` at once."""
    asked = []
    monkeypatch.setattr(locks, "flocked", lambda _fd: None)
    blind()
    real = process_facts._ps_output
    monkeypatch.setattr(process_facts, "_ps_output", lambda *words: asked.append(words) or real(*words))
    path, now = tmp_path / "lock.held", int(time.time())
    fd = locks.lock(str(tmp_path))
    assert fd > 2 and locks.held(fd) and locks.lock(str(tmp_path)) is None and locks.holder_pid(str(tmp_path)) == os.getpid()
    assert asked == []
    locks.sign(fd, tree["child"])
    assert not locks.held(fd)
    os.close(fd)
    machine = " ".join(locks._name(1).split()[2:])
    for name, noted, keeps_out, asks in [
            ("child", now + 60, True, 1), ("child", now, True, 0), ("child", "-", True, 1), ("child", now - 3600, False, 1),
            ("stopped", now + 60, False, 1), ("nobody", now + 60, False, 0), ("ended", now + 60, False, 1)]:
        asked.clear()
        path.write_text(f"{tree[name]} {noted if noted == '-' else f'@{noted}'} {machine}".ljust(locks.WIDTH - 1) + "\n")
        fd = locks.lock(str(tmp_path))
        assert ((fd is None), len(asked)) == (keeps_out, asks), (name, noted)
        if fd is not None:
            locks.unlock(fd)


def test_M06_the_ccusage_of_a_killed_refresher_is_ended(machine, tmp_path):
    usual, machine.env = machine.env, lambda **more: usual(**{"PYTHONPATH": site(tmp_path / "site"), **more})
    machine.behaves("sleep 600 & echo $! >child; wait")
    machine.run("--statusline", "--wait", "0", now=None)
    lock, noted = machine.cache / "lock", slice(locks.WIDTH, 2 * locks.WIDTH)
    wait_until(lambda: (machine.home / "child").exists() and lock.read_bytes()[noted].strip(), "it is at work")
    pid, orphan, child = refresher(machine), machine.pids()[-1], int((machine.home / "child").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "it is dead")
    os.rmdir(str(machine.folder / "busy"))
    live(machine)
    machine.run("--statusline", "--wait", "0", now=None)
    wait_until(lambda: not alive(orphan) and not alive(child), "the orphan and its child are killed")
    wait_until(machine.idle, "the refresher ends")
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")


# --- who is a ccmon -----------------------------------------------------------------------------------------------------------

def test_M06_a_ccmon_is_known_by_a_call_that_is_cut_at_its_spaces(tmp_path):
    python = tmp_path / "Application Support/a b/bin/python3.13"
    python.parent.mkdir(parents=True)
    for path in (python, python.parent / "ccmon", python.parent / "other.py", tmp_path / "Python"):
        path.touch()
    for call, is_one in [(f"{python} {python.parent}/ccmon --statusline", True), (f"{python} -m ccmon", True),
                         (f"{tmp_path}/Python {python.parent}/ccmon", True), (f"{python.parent}/ccmon", True),
                         (f"{python} -I {python.parent}/other.py {python.parent}/ccmon", False),
                         (f"{python} {python.parent}/gone.py ccmon", False), (f"{python.parent}/other.py ccmon", False)]:
        assert process_facts.is_ccmon(process_facts._joined(call.split())) is is_one, call
    assert process_facts.is_ccmon(["/opt/Python.app/Contents/MacOS/Python", "/b/ccmon"])
    assert process_facts.is_ccmon(["python3.14t", "/b/ccmon"])


def test_M06_uninstall_ends_a_screen_and_its_refresher(machine, tmp_path):
    install(machine)
    usual, machine.env = machine.env, lambda **more: usual(**{"PYTHONPATH": site(tmp_path / "site"), **more})
    assert_what_runs_is_ended(machine)


def test_M06_the_sockets_of_tmux_are_those_that_it_was_called_with(blind, monkeypatch):
    def one(*words, others=0):
        return process_facts.Process(7, 1, 7, 7, os.getuid() + others, "S", words)
    monkeypatch.setattr(process_facts, "listed", lambda _what: [
        one("tmux", "-S", "/tmp/mine", "new"), one("/opt/bin/tmux", "-2", "-S/tmp/too"), one("tmux", "-S", "/tmp/no", others=1),
        one("vim", "-S", "/tmp/vim"), one("tmux"), one("tmux", "-S"), one()])
    blind()
    assert list(tmux._of_servers()) == ["/tmp/mine", "/tmp/too", ""]


# --- a shell that is looked at -------------------------------------------------------------------------------------------------

RC = "sleep 611 & disown; (set -m; sleep 612 & echo $! >{0}/apart); PS1='ready> '\n"


@pytest.mark.parametrize("is_blind", [False, True])
def test_M06_a_shell_that_was_looked_at_leaves_nothing_running(tmp_path, blind, is_blind):
    (tmp_path / ".bashrc").write_text(RC.format(tmp_path))
    if is_blind:
        blind()
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "xterm", "CCMON_PROBE": f"{tmp_path}/x"}
    trial = prompt_probe.tried(["/bin/bash", "-i"], env, str(tmp_path), (80, 24), f"CCMON_PROBE={tmp_path}/x",
                               lambda text: True if "ready>" in text else None)
    assert (trial.has_prompt, trial.program, trial.status) == (True, "bash", None) and "ready>" in trial.written
    left = subprocess.run(["/bin/ps", "-A", "-o", "args="], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert not {"sleep 611", "sleep 612"} & set(left)


# --- nothing else -------------------------------------------------------------------------------------------------------------

@own_sources.together
def test_M06_no_other_file_reads_proc():
    """A path below /proc is made of locks.PROC, by who has another way; named_files.py only knows such a name from another."""
    may = {"locks": {"/proc"}, "system/named_files": None, "store/history_path": {"/proc/self/mounts"}}
    for room, nodes in own_sources.nodes().items():
        said = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
                and "/proc" in node.value and "\n" not in node.value and " " not in node.value}
        assert may.get(room, set()) is None or said <= may.get(room, set()), room
    users = {room for room, text in own_sources.texts().items() if "process_facts.proc_path(" in text}
    assert users == {"system/tmux", "setup/prompt_probe"}
