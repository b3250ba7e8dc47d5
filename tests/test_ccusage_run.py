"""Running ccusage: stand-ins written as shell scripts do everything that a program can do wrong. No process may be left."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from ccusage_stand_in import EMPTY, ENV, LONG, failure, members, python, run, stand_in, wait_for  # noqa: F401

from ccmon.errors import CcmonError
from ccmon.sources import ccusage, ccusage_output
from ccmon.sources.cancel import Cancel, Cancelled
from ccmon.sources.ccusage import fetch, kill_group
from ccmon.sources.ccusage_output import Failed, parse
from ccmon.sources.program_search import Program
from ccmon.system.process_facts import started

# --- how it is run -------------------------------------------------------------------------------------------------

def test_words(stand_in):
    assert run(stand_in('printf "%s|" "$@"')) == "blocks|--json|--offline|--order|asc|--session-length|5|"
    program = stand_in('printf "%s|" "$@"')
    several = Program(("/bin/sh", program.path, "a b", "$x"), "/bin/sh")
    assert run(several).startswith("a b|$x|blocks|--json|")


def test_environment_of_the_child(stand_in, tmp_path):
    program = stand_in("env")
    real = tmp_path / "lib" / "real"
    real.parent.mkdir()
    os.rename(program.path, real)
    os.symlink(real, program.path)
    env = {"PATH": f".::bin:/usr/bin:{tmp_path}/bin:/bin", "CLAUDE_CONFIG_DIR": "", "OTHER": "", "X": "1"}
    child = dict(line.split("=", 1) for line in run(program, env=env).splitlines())
    assert child["PATH"] == f"{tmp_path}/bin:{tmp_path}/lib:/usr/bin:/bin"
    assert "CLAUDE_CONFIG_DIR" not in child and child["OTHER"] == "" and child["X"] == "1" and "HOME" not in child
    assert "CLAUDE_CONFIG_DIR=/x\n" in run(program, env={**ENV, "CLAUDE_CONFIG_DIR": "/x"})
    assert "/usr/bin" in run(program, env={}), "no PATH at all: the system's default"


def test_nothing_is_inherited(stand_in, tmp_path):
    with open(tmp_path / "secret", "w") as secret:
        os.set_inheritable(secret.fileno(), True)
        listing = run(stand_in("ls -l /proc/self/fd 2>/dev/null || ls -l /dev/fd"))
    assert "/dev/null" in listing and "secret" not in listing
    program = stand_in("cat; echo end")
    assert python(f"""
from ccmon.sources.ccusage import fetch
from ccmon.sources.program_search import Program
print(fetch(Program({program.argv!r}, ""), 60, {ENV!r}, None))
""", typed="typed ahead") == "end\n\n"


def test_session_of_its_own(stand_in):
    pid, pgid, sid = run(stand_in("ps -o pid=,pgid=,sid= -p $$")).split()
    assert pid == pgid == sid != str(os.getsid(0))


def test_on_start_gets_the_process(stand_in):
    pids = []
    assert fetch(stand_in("echo $$"), LONG, ENV, None, pids.append).split() == [str(pid) for pid in pids]


def test_on_start_that_raises_leaves_nothing(stand_in):
    pids = []

    def on_start(pid):
        pids.append(pid)
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        fetch(stand_in("sleep 60 & sleep 60"), LONG, ENV, None, on_start)
    wait_for(lambda: not members(pids[0]))


@pytest.mark.parametrize("out, text", [
    (r"\357\273\277{}", "{}"), (r"caf\351 {}", "caf\ufffd {}"), ("", ""), (r"\0\001", "\0\x01")])
def test_decoding(stand_in, out, text):
    assert run(stand_in(f"printf '{out}'")) == text


def test_many_open_files(stand_in):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2000, hard), hard))
    files = []
    try:
        files += [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
        assert run(stand_in(f"echo '{EMPTY}'")) == EMPTY + "\n"
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_files_left(stand_in):
    """Whichever call runs out of descriptors, it is our error, and not that ccusage is missing."""
    program = stand_in(f"echo '{EMPTY}'")
    code = f"""
import os, resource
from ccmon.sources.ccusage import fetch
from ccmon.sources.ccusage_output import Failed
from ccmon.sources.program_search import Program
fetch(Program({program.argv!r}, ""), 60, {ENV!r}, None)
for limit in range(3, 16):
    os.closerange(3, 64)               # Popen of Python 3.8 leaks when it runs out
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, 64))
    try:
        fetch(Program({program.argv!r}, ""), 60, {ENV!r}, None)
        print("ok")
    except Failed as error:
        print("missing" if error.missing else "later")
"""
    answers = python(code).split()
    assert answers[0] == "later" and answers[-1] == "ok" and set(answers) == {"ok", "later"}


# --- what it prints ---------------------------------------------------------------------------------------------------

def test_noise_on_stderr_is_no_error(stand_in):
    assert parse(run(stand_in(f"echo 'Error: no network' >&2; echo '{EMPTY}'")), 0).blocks == ()


def test_output_larger_than_a_pipe(stand_in):
    assert len(run(stand_in("head -c 3000000 /dev/zero"))) == 3_000_000


# --- time-out, children, cancel ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("timeout_s, words", [(30, "longer than 30 s and was stopped, try --timeout 60"),
                                              (90.0, "longer than 90 s and was stopped, try --timeout 180")])
def test_sentence_of_the_time_out(timeout_s, words):
    assert words in str(ccusage_output.TooSlow(timeout_s))


@pytest.mark.parametrize("body", ["sleep 60 & sleep 60", "trap '' TERM; sleep 60 & while :; do sleep 1; done",
                                  "cat /dev/zero >&2", "exec >&- 2>&-; exec sleep 60"])
def test_cancel_from_another_thread(stand_in, body):
    cancel, running, left = Cancel(), threading.Event(), []

    def canceller():
        running.wait()
        time.sleep(0.1)
        cancel.set()

    def on_start(pid):
        left.append(pid)
        running.set()
    thread = threading.Thread(target=canceller)
    thread.start()
    with pytest.raises(Cancelled) as caught:
        fetch(stand_in(body), LONG, ENV, None, on_start, cancel)
    thread.join()
    assert isinstance(caught.value, CcmonError) and not isinstance(caught.value, Failed)
    wait_for(lambda: not members(left[0]))


def test_cancel_kills_without_help_of_the_reading_thread(stand_in):
    """The screen may leave at once: set() itself has killed the group when it returns."""
    cancel, pids = Cancel(), []

    def on_start(pid):
        pids.append(pid)
        cancel.set()
        wait_for(lambda: not members(pid))
    with pytest.raises(Cancelled):
        fetch(stand_in("sleep 60 & sleep 60"), LONG, ENV, None, on_start, cancel)
    assert len(pids) == 1


def test_cancel_before_and_after(stand_in):
    cancel, pids = Cancel(), []
    assert run(stand_in("echo {}"), cancel=cancel) == "{}\n"
    cancel.set()
    cancel.set()
    with pytest.raises(Cancelled):
        fetch(stand_in("echo {}"), LONG, ENV, None, pids.append, cancel)
    assert pids == [], "nothing was started"


# --- orphans ----------------------------------------------------------------------------------------------------------------

linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


@linux_only
def test_orphan_of_a_killed_refresher(stand_in):
    """S-3: the refresher dies in the middle, the next one kills what it had started."""
    program = stand_in("sleep 60 & sleep 60")
    code = f"""
from ccmon.sources import ccusage, program_search
from ccmon.system.process_facts import started
def told(pid): print(pid, started(pid), flush=True)
ccusage.fetch(program_search.Program({program.argv!r}, ""), 60, {ENV!r}, None, told)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as refresher:
        pgid, started_at = refresher.stdout.readline().split()
        refresher.kill()
    pgid, started_at = int(pgid), started_at.decode()
    assert members(pgid)
    for wrong in ("", "1", started_at + "0"):
        assert not kill_group(pgid, wrong) and members(pgid)
    assert kill_group(pgid, started_at)
    wait_for(lambda: not members(pgid))


@linux_only
def test_started(tmp_path):
    odd = tmp_path / "a) S 1 (b"
    odd.symlink_to("/bin/sleep")
    with subprocess.Popen([str(odd), "60"]) as process:
        wait_for(lambda: "(b)" in Path(f"/proc/{process.pid}/stat").read_text())
        boot_s = float(Path("/proc/uptime").read_text().split()[0])
        age_s = boot_s - int(started(process.pid)) / os.sysconf("SC_CLK_TCK")
        process.kill()
    assert -1 < age_s < 60
    assert started(process.pid) == "" and started(2 ** 30) == "" and started(-1) == ""


def test_kill_group_of_a_stranger(monkeypatch):
    """killpg(1) would be kill(-1), every process there is: only recorded here, never done."""
    killed = []
    monkeypatch.setattr(ccusage.processes, "end", killed.append)
    for pgid in (-1, 0, 1, 2 ** 30, os.getpid()):
        assert not kill_group(pgid, "") and not kill_group(pgid, "not this")
    monkeypatch.setattr(ccusage.process_facts, "started", lambda _pid: "7")
    assert not any(kill_group(pgid, "7") for pgid in (-1, 0, 1)) and killed == []
    assert kill_group(2, "7") and killed == [2]
