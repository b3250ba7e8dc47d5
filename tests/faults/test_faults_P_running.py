"""Faults P-2 to P-7: ccusage is asked too often, hangs, leaves children behind, prints too much. No process may be left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ccusage_stand_in import EMPTY, ENV, LONG, Windows, failure, members, run, stand_in, wait_for  # noqa: F401
from commands import NOW, alive, wait_until
from full_screen import leave, live, monitor
from terminal import CLEAN
from test_cli import active  # noqa: F401
from test_refresh import ended

from ccmon import line_answer
from ccmon.sources import ccusage
from ccmon.sources.ccusage_output import Failed
from ccmon.system import processes

pytestmark = pytest.mark.newest_only


def timed(machine, script):
    """ccusage notes the moment at which it is run, and does this."""
    machine.behaves(f'date +%s%N >>"{machine.folder}/times"; {script}')


def gaps_s(machine):
    """The seconds from each of the noted runs to the next."""
    times = machine.folder / "times"
    noted = [int(line) / 1e9 for line in times.read_text().split()] if times.exists() else []
    return [later - earlier for earlier, later in zip(noted, noted[1:])]


# --- P-2: asked too often ---------------------------------------------------------------------------------------------

def test_P02_without_a_session_it_is_run_once_in_an_interval(machine):
    timed(machine, f'cat "{machine.folder}/answer.json"')
    with monitor(machine) as term:
        term.wait_for("No active session")
        wait_until(lambda: len(gaps_s(machine)) >= 4, "five runs")
        leave(term)
    assert min(gaps_s(machine)) >= 0.5


def test_P02_a_failing_source_is_tried_by_its_pauses_and_the_numbers_stay(machine):
    live(machine)
    with monitor(machine) as term:
        term.wait_for("1,234")
        timed(machine, "echo 'error: the disk is on fire' >&2; code=3")
        term.wait_for("Failed to get usage data")
        wait_until(lambda: gaps_s(machine), "the next try")
        assert gaps_s(machine)[0] > 2                    # the pause is 3 s of a clock in whole seconds
        term.wait_for("1,234")
        live(machine, 3456)
        term.send("r")
        term.wait_for("3,456")
        term.wait_until(lambda: "Failed" not in term.text())
        leave(term)


@pytest.mark.parametrize("script", ['cat "{}/answer.json"', "echo 'error: on fire' >&2; code=3"], ids=["idle", "failing"])
def test_P02_a_dozen_lines_on_an_idle_or_failing_source_are_one_run(machine, script):
    machine.configure("[ccmon]\nline_ttl = 600\n", is_old=True)
    timed(machine, script.format(machine.folder))
    for _ in range(12):
        assert machine.run("--statusline", "--wait", "0", now=None).code == 0
        wait_until(machine.idle, "the refresher ends")
    assert all(gap > 2 for gap in gaps_s(machine)) and ("cat" not in script or machine.runs() == 1)


@pytest.mark.parametrize("words", [["--json"], ["--once"], []])
def test_P02_a_pause_after_a_failure_holds_for_every_process(machine, words):
    machine.fails()
    assert machine.run("record", now=None).code == 30
    for _ in range(3):
        result = machine.run(*words, now=None)
        assert "on fire" in result.out + result.err
    assert machine.runs() <= 2                           # the first pause is 3 s


@pytest.mark.parametrize("words", [["record"], ["--json", "--timeout", "20"]])
def test_P02_a_pause_does_not_hold_for_who_insists(machine, words):
    machine.fails()
    assert machine.run("record", now=None).code == 30
    live(machine)
    assert machine.run(*words, now=None).code == 0


@pytest.mark.parametrize("body", [
    "exec sleep 60", "sleep 60", "sleep 60 & sleep 60", "trap '' TERM HUP INT; sleep 60 & while :; do sleep 1; done",
    "exec >&- 2>&-; sleep 60", "cat /dev/zero >&2", "while :; do echo x; sleep 0.01; done", "kill -STOP $$",
    "(trap '' TERM; sleep 60; sleep 60) >/dev/null 2>&1 & sleep 60"])
def test_P03_a_time_out_leaves_no_process(stand_in, body):
    """run() checks that nothing is left."""
    sentence, missing = failure(stand_in(body), timeout_s=0.3)
    assert sentence == "ccusage took longer than 0.3 s and was stopped, try --timeout 60" and not missing


@pytest.mark.parametrize("body", ["exec sleep 60", "sleep 60 & sleep 60", "cat /dev/zero"])
def test_P03_on_windows_taskkill_ends_the_whole_tree(stand_in, tmp_path, monkeypatch, body):
    """Its subprocess and taskkill stand-ins: what is run here is our half of it."""
    program = stand_in(body)
    taskkill = tmp_path / "System32" / "taskkill.exe"
    taskkill.parent.mkdir()
    taskkill.write_text(f'#!/bin/sh\necho "$*" >>"{tmp_path}/killed"\nkill -KILL "-$4"\n')
    taskkill.chmod(0o755)
    monkeypatch.setenv("SystemRoot", str(tmp_path))
    monkeypatch.setattr(ccusage, "os", Windows())
    monkeypatch.setattr(processes, "WINDOWS", True)
    monkeypatch.setattr(processes, "is_absolute", os.path.isabs)
    pids = []
    with pytest.raises(Failed, match="took longer|more than 8 MB"):
        ccusage.fetch(program, 0.3, ENV, None, pids.append)
    assert (tmp_path / "killed").read_text() == f"/T /F /PID {pids[0]}\n"
    wait_for(lambda: not members(pids[0]))


def test_P03_a_refresher_in_the_background_ends_it_too(machine):
    machine.configure("[ccmon]\ntimeout = 0.5\n")
    machine.behaves("trap '' TERM; sleep 600 & sleep 600")
    assert machine.run("--statusline", "--wait", "0", now=None).code == 0
    wait_until(lambda: line_answer.read_state(str(machine.cache)).failures == 1, "the time-out")
    assert machine.runs() == 1
    ended(machine)


def test_P03_a_time_out_lets_it_clean_up(stand_in, tmp_path):
    body = f"trap 'echo clean >{tmp_path}/log; exit 0' TERM; while :; do sleep 0.01; done"
    assert "took longer" in failure(stand_in(body), timeout_s=0.5)[0]
    assert (tmp_path / "log").read_text() == "clean\n"


def test_P03_a_time_out_ends_ccusage_and_says_what_to_try(machine):
    machine.behaves("trap '' TERM; sleep 600")
    result = machine.run("record", "--timeout", "0.3")
    assert result.code == 30 and "took longer than 0.3 s" in result.err and "--timeout" in result.err
    ended(machine)


@pytest.mark.parametrize("ending", ["q", "ctrl-c", signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_P03_leaving_while_ccusage_hangs_leaves_no_process(machine, ending):
    live(machine)
    machine.run("record", now=None)
    machine.behaves("trap '' TERM; sleep 600 & sleep 600")
    with monitor(machine) as term:
        term.wait_for("1,234")
        term.send("r")
        wait_until(lambda: alive(machine.pids()[-1]) and machine.runs() > 1, "ccusage hangs")
        if isinstance(ending, str):
            term.send(ending)
        else:
            term.signal(ending)
        code = term.wait_exit()
        assert code == {"q": 0, "ctrl-c": 0, signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGQUIT: 131}[ending]
        assert term.leftover() == CLEAN
    ended(machine)


def test_P03_keys_work_while_ccusage_hangs(machine):
    machine.slow(600)
    with monitor(machine) as term:
        wait_until(machine.runs, "ccusage hangs")
        term.send("?")
        term.wait_for("help")
        term.send("?")
        term.resize(60, 15)
        leave(term)
    ended(machine)


def test_P04_a_grandchild_that_holds_the_pipe(stand_in):
    """The answer is complete when ccusage is gone; who stays behind is killed."""
    assert run(stand_in(f"sleep 60 & echo '{EMPTY}'")) == EMPTY + "\n"
    assert run(stand_in(f"(sleep 0.1; echo later) & echo '{EMPTY}'")) == EMPTY + "\nlater\n"
    assert run(stand_in(f"sleep 60 >/dev/null 2>&1 & echo '{EMPTY}'")) == EMPTY + "\n"
    assert "exit code 3: Error: x" in failure(stand_in("sleep 60 & echo 'Error: x' >&2; exit 3"))[0]


def test_P04_the_processes_that_ccusage_leaves_behind_are_ended(machine):
    machine.answers([])
    machine.behaves(f'sleep 600 & echo $! >>"{machine.folder}/runs"; cat "{machine.folder}/answer.json"')
    assert machine.run("record") == (0, "", "")
    ended(machine)


@pytest.mark.skipif(not Path("/usr/bin/setsid").exists(), reason="no setsid")
@pytest.mark.parametrize("timeout_s, end", [(LONG, f"echo '{EMPTY}'"), (0.5, "sleep 60")])
def test_P05_an_escapee_does_not_make_it_hang(stand_in, tmp_path, timeout_s, end):
    """It cannot be killed with the group."""
    program = stand_in(f"setsid sh -c 'echo $$ >{tmp_path}/pid; exec sleep 60' & "
                       f"while ! [ -s {tmp_path}/pid ]; do sleep 0.01; done; {end}")
    try:
        assert run(program, timeout_s) == EMPTY + "\n"
    except Failed as error:
        assert "took longer" in str(error) and timeout_s != LONG
    finally:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def test_P06_endless_output(stand_in):
    """Stopped at 8 MB."""
    assert failure(stand_in("cat /dev/zero & cat /dev/zero"))[0].startswith("ccusage printed more than 8 MB and was stopped.")
    assert len(run(stand_in(f"head -c {8 << 20} /dev/zero"))) == 8 << 20


def most_kb(machine, *words):
    """The exit code of a call and the most memory that it took, in kB."""
    call = machine.start(*words, env={"CCMON_NOW": NOW}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(call.pid, 0)
    call.returncode = os.WEXITSTATUS(status)
    return call.returncode, usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)


@pytest.mark.parametrize("flood", ["head -c 300000000 /dev/zero", "head -c 300000000 /dev/zero >&2; code=1"])
def test_P06_P07_300_MB_cost_no_memory_and_no_numbers(active, flood):
    code, usual_kb = most_kb(active, "record")
    active.behaves(flood)
    flooded_code, flooded_kb = most_kb(active, "record")
    assert (code, flooded_code) == (0, 30) and flooded_kb < usual_kb + 40_000
    assert active.run("--json").json["session"]["tokens"] == 1234
    ended(active)


def test_P07_a_flood_on_stderr(stand_in):
    """Both pipes are drained, whichever fills first."""
    flood = "head -c 1000000 /dev/zero | tr '\\0' x"
    assert run(stand_in(f"{flood} >&2; echo '{EMPTY}'; {flood} >&2")) == EMPTY + "\n"
    assert failure(stand_in(f"{flood} >&2; {flood}; echo >&2; echo 'Error: the end' >&2; exit 1"))[0].startswith(
        "ccusage failed with exit code 1: Error: the end.")
