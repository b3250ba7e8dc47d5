"""Rows T-1, T-4 and T-5: signals, keys, errors, a window that closes, and a terminal that takes nothing more."""

import os
import re
import signal
import time

import pytest
from clock_screen import clock, drawn, log  # noqa: F401
from commands import alive, wait_until
from full_screen import leave, live, monitor, shown
from terminal import CLEAN

from ccmon.fullscreen.screen_signals import exit_code

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]

SIGNALS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 0)]


def journal(machine):
    """What stands in the log: nothing, when nothing went wrong."""
    path = machine.home / ".local/state/ccmon/ccmon.log"
    return path.read_text() if path.exists() else ""


def afterwards(term):
    """What was written after the screen was left, without the sequences that leave it."""
    rest = bytes(term.raw).rpartition(b"\x1b[?1049l")[2].decode()
    return re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|\x1b[=>]|\x1b\(B", "", rest).strip()


# --- T-1 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number, status", SIGNALS)
def test_T01_a_signal_ends_the_monitor_and_gives_the_terminal_back(machine, number, status):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        assert term.leftover() != CLEAN
        term.signal(number)
        assert term.wait_exit() == status == exit_code(number)
        assert term.leftover() == CLEAN
        assert afterwards(term) == "" == journal(machine)


@pytest.mark.parametrize("keys, status", [("q", 0), ("ctrl-c", 0), ("ctrl-\\", 131)])
def test_T01_a_key_ends_the_monitor_and_gives_the_terminal_back(machine, keys, status):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        term.send(keys)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN
        assert afterwards(term) == "" == journal(machine)


def test_T01_an_exception_is_one_sentence_after_the_screen_is_gone(machine):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text("import ccmon.views.screen.pages as h\nh.help_page = lambda *_: 1 / 0\n")
    with monitor(machine, env={"PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}) as term:
        shown(term)
        term.send("?")
        assert term.wait_exit() == 70
        assert term.leftover() == CLEAN
        assert b"Traceback" not in term.raw and "ZeroDivisionError" in term.text()
        assert term.raw.rindex(b"ZeroDivisionError") > term.raw.rindex(b"\x1b[?1049l")
        assert "Traceback" in journal(machine)


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_T01_a_second_signal_while_it_leaves_changes_nothing(machine, second):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        term.signal(signal.SIGTERM)
        while term.process.poll() is None:
            term.signal(second)
            time.sleep(0.001)
        assert term.wait_exit() in (143, exit_code(second), 128 + second, -second)
        assert term.leftover() == CLEAN
        assert b"Traceback" not in term.raw


INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize("name", ["ccmon.cli", "ccmon.pipeline.history", "ccmon.fullscreen.app"])
def test_T01_ctrl_c_while_it_is_loaded_is_no_traceback(machine, name):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text(INTERRUPTED.format(name=name))
    with monitor(machine, env={"PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}) as term:
        assert term.wait_exit() == 130
        assert term.raw == b"" and term.leftover() == CLEAN


def test_T01_a_signal_needs_no_time_out(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_T01_a_main_thread_that_hangs_is_replaced(log, number, status):
    with clock(log) as term:
        drawn(term)
        term.send("h")
        term.pause()
        term.signal(number)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN


# --- T-4 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("controlling", [True, False], ids=["with SIGHUP", "without a signal"])
def test_T04_a_closed_window_ends_the_monitor_and_its_ccusage(machine, controlling):
    live(machine)
    machine.run("record", now=None)
    machine.behaves("trap '' TERM; sleep 600 & sleep 600")
    with monitor(machine, controlling=controlling) as term:
        shown(term)
        term.send("r")
        wait_until(lambda: machine.runs() > 1 and alive(machine.pids()[-1]), "ccusage hangs")
        term.close()
        assert term.wait_exit() == 129
    wait_until(lambda: not any(map(alive, machine.pids())), "every ccusage ends")
    assert journal(machine) == ""


@pytest.mark.parametrize("controlling", [True, False], ids=["with SIGHUP", "without a signal"])
def test_T04_a_closed_window_needs_no_tick(log, controlling):
    with clock(log, tick_s=3600, controlling=controlling) as term:
        term.wait_for("tick 000001")
        term.close()
        assert term.wait_exit() == 129


def test_T04_a_window_that_closes_at_once_is_no_trouble(machine):
    live(machine)
    for _ in range(3):
        with monitor(machine) as term:
            term.wait_until(lambda: b"\x1b[?1049h" in term.raw, "the first byte")
            term.close()
            assert term.wait_exit() == 129
    assert journal(machine) == ""


# --- T-5 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("keys", ["", "ctrl-s"], ids=["dead ssh", "Ctrl-S"])
def test_T05_a_stalled_terminal_costs_nothing_and_does_not_keep_it_alive(log, keys):
    with clock(log) as term:
        drawn(term)
        term.send("b")
        if keys:
            term.send(keys)
        term.stall()
        before = term.cpu_s()
        term.pause(1)
        assert term.cpu_s() - before < 0.5      # blocked in the terminal, not busy
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143
        term.resume()
        term.wait_until(lambda: term.leftover() == CLEAN, "a clean terminal")


def test_T05_stopped_by_ctrl_s_and_idle(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.send("ctrl-s")
        term.pause()
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143
        term.wait_until(lambda: term.leftover() == CLEAN, "a clean terminal")


def blocked(term):
    """Whether the main thread waits for the terminal to take bytes."""
    with open(f"/proc/{term.process.pid}/wchan") as place:
        name = place.read()
    return "woken" in name or "tty_write" in name or name in ("", "0")         # 0: this kernel does not tell


def test_T05_the_data_go_on_while_the_terminal_is_stalled(machine):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        term.send("ctrl-s")
        term.wait_until(lambda: blocked(term), "the next tick")
        live(machine, 2345)
        runs = machine.runs()
        wait_until(lambda: machine.runs() >= runs + 2, "ccusage is still asked")
        assert machine.run("--json", now=None).json["session"]["tokens"] == 2345
        assert machine.run("record", now=None) == (0, "", "")      # nothing is locked
        assert "1,234" in term.text()
        term.send("ctrl-q")
        term.wait_for("2,345")
        leave(term)


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_T05_a_signal_ends_a_monitor_whose_terminal_is_stalled(machine, number, status):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        term.send("ctrl-s")
        term.wait_until(lambda: blocked(term), "the next tick")
        term.signal(number)
        assert term.wait_exit() == status
        term.wait_until(lambda: term.leftover() == CLEAN, "whoever was last, perhaps the guardian, has given it back")
        assert journal(machine) == ""
