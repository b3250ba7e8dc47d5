"""One refresh at a time, back-off, and the screen on a source that is slow, fails or hangs: the whole program, in a terminal."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import HOUR, NOW, alive, block, wait_until
from terminal import CLEAN, Terminal

from ccmon import linecache


def live(machine, tokens=1234):
    """ccusage knows a session that runs now."""
    machine.answers([block(int(time.time()) - 2 * HOUR, tokens)])


def screen(machine, *words, **env):
    """The full screen in a terminal."""
    variables = machine.env(**env)
    variables.pop("TERM")
    return Terminal(machine.command("--interval", "0.5", *words), env=variables, cwd=str(machine.cwd))


def leave(term):
    """q, and everything is as it was."""
    term.send("q")
    assert term.wait_exit() == 0
    assert term.leftover() == CLEAN


def ended(machine):
    """No ccusage is left."""
    wait_until(lambda: not any(map(alive, machine.pids())), "every ccusage ends")


# --- the screen -----------------------------------------------------------------------------------------------------------

def test_a_changed_answer_is_on_the_screen_after_two_looks_at_most(machine):
    live(machine, 1234)
    with screen(machine) as term:
        term.wait_for("1,234")
        live(machine, 2345)
        runs = machine.runs()
        term.wait_for("2,345")
        assert machine.runs() - runs <= 2
        leave(term)
    assert not machine.overlaps()


def test_a_failing_source_is_tried_by_its_pauses_and_the_numbers_stay(machine):
    live(machine)
    with screen(machine) as term:
        term.wait_for("1,234")
        machine.fails()
        term.wait_for("Failed to get usage data")
        runs = machine.runs()
        failures = linecache.read_state(str(machine.cache)).failures
        time.sleep(2)                                    # four intervals, less than the first pause
        assert machine.runs() - runs <= 1
        term.wait_for("1,234")
        wait_until(lambda: linecache.read_state(str(machine.cache)).failures > failures, "the next try")
        live(machine, 3456)
        term.send("r")
        term.wait_for("3,456")
        term.wait_until(lambda: "Failed" not in term.text())
        leave(term)


def test_old_data_are_shown_with_their_age_and_the_reason(machine):
    machine.answers([block(NOW - 2 * HOUR, 1234)])
    machine.run("record")
    machine.fails()
    with screen(machine, CCMON_NOW=NOW + 600) as term:
        term.wait_for("Failed to get usage data")
        term.wait_for("1,234")
        assert "10m" in term.text()
        leave(term)


@pytest.mark.parametrize("ending", ["q", "ctrl-c", signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_leaving_while_ccusage_hangs_leaves_no_process(machine, ending):
    live(machine)
    machine.run("record", now=None)
    machine.behaves("trap '' TERM; sleep 600 & sleep 600")
    with screen(machine) as term:
        term.wait_for("1,234")
        term.send("r")
        wait_until(lambda: alive(machine.pids()[-1]) and machine.runs() > 1, "ccusage hangs")
        begun = time.monotonic()
        if isinstance(ending, str):
            term.send(ending)
        else:
            term.signal(ending)
        code = term.wait_exit()
        assert code == {"q": 0, "ctrl-c": 0, signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGQUIT: 131}[ending]
        assert term.leftover() == CLEAN
        assert time.monotonic() - begun < 10
    ended(machine)


def test_keys_work_while_ccusage_hangs(machine):
    machine.slow(600)
    with screen(machine) as term:
        wait_until(machine.runs, "ccusage hangs")
        term.send("?")
        term.wait_for("help")
        term.send("?")
        term.resize(60, 15)
        leave(term)
    ended(machine)


def test_what_ccusage_says_on_stderr_is_not_painted(machine):
    live(machine)
    machine.behaves(f'echo NOISE-NOISE >&2; cat "{machine.folder}/answer.json"')
    with screen(machine) as term:
        term.wait_for("1,234")
        wait_until(lambda: machine.runs() >= 3, "three looks")
        assert "NOISE" not in bytes(term.raw).decode("utf-8", "replace")
        leave(term)


@pytest.mark.parametrize("text", ["", "nonsense", '{"blocks": [', '{"blocks": 3}', "[" * 100_000,
                                  '{"blocks": [{"startTime": 7}]}'])
def test_bad_output_never_costs_the_screen(machine, text):
    live(machine)
    machine.run("record", now=None)
    (machine.folder / "answer.json").write_text(text)
    with screen(machine) as term:
        wait_until(lambda: machine.runs() >= 2, "a look")
        term.wait_for("1,234" if text != '{"blocks": [{"startTime": 7}]}' else "left out")
        leave(term)


def test_a_missing_ccusage_names_the_way_out_and_an_installed_one_is_found_at_the_next_start(machine):
    wanted = machine.folder / "later/ccusage"
    with screen(machine, CCMON_CCUSAGE=wanted) as term:
        term.wait_for("Failed to get usage data")
        leave(term)
    live(machine)
    wanted.parent.mkdir()
    wanted.symlink_to(machine.ccusage)
    with screen(machine, CCMON_CCUSAGE=wanted) as term:
        term.wait_for("1,234")
        leave(term)


@pytest.mark.parametrize("columns, rows", [(1, 1), (2, 2), (20, 5), (5, 20), (40, 10), (200, 60)])
def test_every_size_is_survived(machine, columns, rows):
    live(machine)
    with screen(machine) as term:
        term.wait_for("1,234")
        term.resize(columns, rows)
        if columns >= 20:
            term.wait_for("17")
        term.resize(80, 24)
        term.wait_for("1,234 of")
        leave(term)


# --- several processes ------------------------------------------------------------------------------------------------------

def test_a_screen_and_everything_else_never_run_two_at_once(machine):
    live(machine)
    machine.slow(0.3)
    with screen(machine) as term:
        term.wait_for("1,234")
        calls = [machine.start(*words) for words in [["record"], ["--json"], ["--once"], ["--statusline"], ["record"]] * 3]
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


@pytest.mark.parametrize("words", [["--json"], ["--once"], []])
def test_a_pause_after_a_failure_holds_for_every_process(machine, words):
    machine.fails()
    assert machine.run("record", now=None).code == 30
    for _ in range(3):
        result = machine.run(*words, now=None)
        assert "on fire" in result.out + result.err
    assert machine.runs() <= 2                           # the first pause is 3 s


@pytest.mark.parametrize("words", [["record"], ["--json", "--timeout", "20"]])
def test_a_pause_does_not_hold_for_who_insists(machine, words):
    machine.fails()
    assert machine.run("record", now=None).code == 30
    live(machine)
    assert machine.run(*words, now=None).code == 0


def test_record_waits_for_the_refresh_of_another_process(machine):
    machine.slow(0.5)
    live(machine)
    calls = [machine.start("record") for _ in range(3)]
    assert [call.wait(60) for call in calls] == [0, 0, 0]
    assert machine.runs() == 3 and not machine.overlaps()


def test_two_first_runs_at_once_share_one_store(machine):
    live(machine)
    machine.slow(0.2)
    calls = [machine.start("--json") for _ in range(8)]
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


def test_the_processes_that_ccusage_leaves_behind_are_ended(machine):
    machine.answers([])
    machine.behaves(f'sleep 600 & echo $! >>"{machine.folder}/runs"; cat "{machine.folder}/answer.json"')
    assert machine.run("record") == (0, "", "")
    ended(machine)


def test_a_timeout_ends_ccusage_and_says_what_to_try(machine):
    machine.behaves("trap '' TERM; sleep 600")
    result = machine.run("record", "--timeout", "0.3")
    assert result.code == 30 and "took longer than 0.3 s" in result.err and "--timeout" in result.err
    ended(machine)


def test_no_network_tool_is_ever_called(machine):
    for tool in ("npx", "npm", "bunx", "pnpm"):
        (machine.bin / tool).write_text(f'#!/bin/sh\necho used >>"{machine.folder}/tools"\n')
        (machine.bin / tool).chmod(0o755)
    machine.ccusage.unlink()
    machine.run("--json")
    assert not Path(machine.folder / "tools").exists()


def test_ccusage_is_called_as_agreed(machine):
    machine.behaves(f'echo "$@" >"{machine.folder}/words"; pwd >>"{machine.folder}/words"; cat "{machine.folder}/answer.json"')
    machine.run("record")
    words, folder = (machine.folder / "words").read_text().splitlines()
    assert words == "blocks --json --offline --order asc --session-length 5"
    assert folder == str(machine.home)


def test_with_ctrl_c_ignored_as_in_a_background_job_the_other_signals_still_end_it(machine):
    machine.behaves("sleep 600")
    words = ["sh", "-c", 'trap "" INT; exec "$0" -m ccmon record', sys.executable]
    call = subprocess.Popen(words, env=machine.env(), cwd=machine.cwd)
    wait_until(machine.runs, "ccusage hangs")
    call.terminate()
    assert call.wait(20) == 143
    ended(machine)
