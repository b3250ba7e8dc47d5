"""Rows T-6 and T-7: input or output that is no terminal, is closed, or is full."""

import os
import subprocess
import sys

import pytest
from clock_screen import APP, clock, log  # noqa: F401
from commands import HOUR, NOW, block
from full_screen import live, monitor
from terminal import CLEAN, Terminal

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]


@pytest.fixture
def active(machine):
    """A machine with an active session at NOW."""
    machine.answers([block(NOW - 2 * HOUR, 1234)])
    return machine


def one_report(term):
    """A plain report in the terminal, once, by a program that ends by itself and leaves the terminal alone."""
    assert term.wait_exit() == 0
    assert term.text().count("1,234") == 1 and b"\x1b[?" not in term.raw
    assert term.leftover() == CLEAN


# --- T-6 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", ["</dev/null", "<&-", "</dev/full", "</etc/passwd", "<&- 2>&-"])
def test_T06_without_a_terminal_to_read_there_is_one_report_in_the_terminal(machine, words):
    live(machine)
    script = f'exec "{sys.executable}" -m ccmon {words}'
    with Terminal(["/bin/sh", "-c", script], env=machine.env(TERM=None), cwd=str(machine.cwd)) as term:
        one_report(term)
    assert machine.runs() == 1


def test_T06_a_silent_pipe_is_not_waited_for(machine):
    live(machine)
    reading, writing = os.pipe()
    with monitor(machine, stdin=reading) as term:
        one_report(term)
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("streams", ["</dev/null", "<&-", "| cat", "</dev/null 2>&-", "2>/dev/full"])
@pytest.mark.parametrize("term", ["xterm-256color", "dumb", "", "nope", "vt100"])
def test_T06_T07_one_plain_report(active, streams, term):
    done = active.shell(f"$CCMON {streams}; exit $?", TERM=term, CCMON_NOW=NOW)
    assert (done.code, done.err) == (0, "")
    assert "1,234" in done.out and "\x1b" not in done.out and all(len(line) <= 80 for line in done.out.splitlines())


@pytest.mark.parametrize("streams, name", [({"stdin": subprocess.DEVNULL}, "input"), ({"stdout": subprocess.PIPE}, "output")])
def test_T06_T07_the_door_says_which_stream_is_no_terminal(log, streams, name):
    with clock(log, **streams) as term:
        assert term.wait_exit() == 3
        told = term.process.stdout.read().decode() if term.process.stdout else term.text()
        assert told.startswith(f"plain: standard {name} is not a terminal")


def test_T06_the_door_says_that_the_input_is_closed(log):
    with Terminal(["/bin/sh", "-c", f"exec '{sys.executable}' '{APP}' '{log}' 0.1 <&-"]) as term:
        assert term.wait_exit() == 3
        assert term.text().startswith("plain: standard input is not a terminal")


# --- T-7 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("stream", ["stdout", "both"])
def test_T07_an_output_that_is_no_terminal_gets_one_report(machine, stream):
    live(machine)
    with open(machine.folder / "out", "w+") as out:
        streams = {"stdout": out, **({"stderr": out} if stream == "both" else {})}
        with monitor(machine, **streams) as term:
            assert term.wait_exit() == 0
            assert term.raw == b"" and term.leftover() == CLEAN
        out.seek(0)
        text = out.read()
    assert text.count("1,234") == 1 and "\x1b" not in text


@pytest.mark.parametrize("words", ["", "--once", "--json", "history --table grid", "--help", "--demo --once"])
def test_T07_a_reader_that_leaves_early(active, words):
    done = active.shell(f"($CCMON {words}; echo rc $? >&2) | head -c 1", CCMON_NOW=NOW)
    assert done.err == "rc 0\n"


@pytest.mark.parametrize("words, code", [("", 0), ("--once", 0), ("--json", 0), ("history", 0), ("record", 0), ("--version", 0)])
def test_T07_closed_output(active, words, code):
    assert active.shell(f"$CCMON {words} >&-", CCMON_NOW=NOW) == (code, "", "")
    assert active.shell(f"$CCMON {words} <&- >&- 2>&-", CCMON_NOW=NOW) == (code, "", "")


@pytest.mark.parametrize("words", ["", "--once", "--json", "history", "--version"])
def test_T07_full_output_is_told(active, words):
    done = active.shell(f"$CCMON {words} >/dev/full", CCMON_NOW=NOW)
    assert done.code == 1 and "No space left" in done.err and done.err.count("\n") == 1


def test_T07_a_reader_that_has_gone_before_the_start_is_no_error(active):
    reading, writing = os.pipe()
    os.close(reading)
    call = active.start(env={"CCMON_NOW": NOW}, stdout=writing)
    os.close(writing)
    assert call.communicate(timeout=40)[1] == "" and call.returncode == 0
