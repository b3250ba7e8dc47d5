"""One refresh at a time, back-off, and the screen on a source that is slow, fails or hangs: the whole program, in a terminal."""

import signal
import subprocess
import sys
import time

import pytest
from claude_logs import Entry, write
from commands import HOUR, NOW, alive, block, wait_until
from extent import ALL
from full_screen import leave, live, monitor

pytestmark = pytest.mark.newest_only


def ended(machine):
    """No ccusage is left."""
    wait_until(lambda: not any(map(alive, machine.pids())), "every ccusage ends")


# --- the screen -----------------------------------------------------------------------------------------------------------

def test_a_changed_answer_is_on_the_screen_after_two_looks_at_most(machine):
    """A log that grows says that ccusage may know more."""
    live(machine, 1234)
    with monitor(machine) as term:
        term.wait_for("1,234")
        live(machine, 2345)
        runs = machine.runs()
        write(machine.home / ".claude", [Entry(time.time(), 1, 1)])
        term.wait_for("2,345")
        assert machine.runs() - runs <= 2
        leave(term)
    assert not machine.overlaps()


def test_old_data_are_shown_with_their_age_and_the_reason(machine):
    machine.answers([block(NOW - 2 * HOUR, 1234)])
    machine.run("record")
    machine.fails()
    with monitor(machine, env={"CCMON_NOW": NOW + 600}) as term:
        term.wait_for("Failed to get usage data")
        term.wait_for("1,234")
        assert "10m" in term.text()
        leave(term)


# --- several processes ------------------------------------------------------------------------------------------------------

def test_a_screen_and_everything_else_never_run_two_at_once(machine):
    live(machine)
    machine.slow(0.3)
    with monitor(machine) as term:
        term.wait_for("1,234")
        words = [["record"], ["--json"], ["--once"], ["--statusline"], ["record"]] * (3 if ALL else 1)
        calls = [machine.start(*one) for one in words]
        for call in calls:
            out, err = call.communicate(timeout=60)
            assert call.returncode == 0 and err == ""
        leave(term)
    ended(machine)
    assert not machine.overlaps()


def test_who_does_not_get_the_lock_shows_the_newest_snapshot_at_once(machine):
    live(machine)
    machine.run("record", now=None)
    machine.slow(600)
    other = machine.start("record")
    wait_until(lambda: machine.runs() == 2, "the other reads")
    assert machine.run("--json", now=None).json["session"]["tokens"] == 1234
    assert "1,234" in machine.run("--once", now=None).out
    assert machine.runs() == 2
    other.terminate()
    assert other.wait(20) == 143
    ended(machine)


def test_on_an_empty_store_the_loser_waits_for_the_other(machine):
    live(machine)
    machine.gated()
    other = machine.start("record")
    wait_until(machine.runs, "the other reads")
    call = machine.start("--json")
    time.sleep(1)
    assert call.poll() is None and machine.runs() == 1
    machine.opens()
    assert '"tokens": 1234' in call.communicate(timeout=40)[0]
    assert other.wait(20) == 0 and not machine.overlaps()


def test_record_waits_for_the_refresh_of_another_process(machine):
    live(machine)
    machine.gated()
    calls = [machine.start("record")]
    wait_until(machine.runs, "ccusage runs")
    calls += [machine.start("record") for _ in range(2)]
    machine.opens()
    assert [call.wait(60) for call in calls] == [0, 0, 0]
    assert machine.runs() in (1, 2, 3) and not machine.overlaps()          # who came before a run has its answer


def test_two_first_runs_at_once_share_one_store(machine):
    live(machine)
    machine.slow(0.2)
    calls = [machine.start("--json") for _ in range(8 if ALL else 4)]
    for call in calls:
        out, err = call.communicate(timeout=60)
        assert call.returncode == 0 and err == "" and '"tokens": 1234' in out
    assert not machine.overlaps()
    assert len(machine.run("history", "--json", now=None).json) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("words", [["record"], ["--json"], ["--once"]])
def test_a_signal_ends_a_call_with_its_ccusage_even_while_that_starts(machine, words, number):
    machine.behaves("sleep 600 & sleep 600")
    call = machine.start(*words)
    wait_until(machine.runs, "ccusage hangs")
    call.send_signal(number)
    _, err = call.communicate(timeout=20)
    assert (call.returncode, err) == (128 + number, "")
    ended(machine)


def test_with_ctrl_c_ignored_as_in_a_background_job_the_other_signals_still_end_it(machine):
    machine.behaves("sleep 600")
    words = ["sh", "-c", 'trap "" INT; exec "$0" -m ccmon record', sys.executable]
    call = subprocess.Popen(words, env=machine.env(), cwd=machine.cwd)
    wait_until(machine.runs, "ccusage hangs")
    call.terminate()
    assert call.wait(20) == 143
    ended(machine)
