"""Which terminals can be drawn on, job control, and first aid after a kill."""

import os
import subprocess
import sys
import tempfile
import time

import pytest
from clock_screen import APP, clock, drawn, environment, log, ticks  # noqa: F401
from terminal import CLEAN, Terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")


# --- whether it can be drawn on ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("term_name, reason", [
    ("dumb", "a terminal of type 'dumb' (TERM) cannot place the cursor"),
    (None, "TERM is not set"),
    ("", "TERM is not set"),
    ("no-such-terminal", "the terminal type 'no-such-terminal' (TERM) is not known"),
])
def test_terminals_that_cannot(log, term_name, reason):
    with clock(log, term=term_name) as term:
        assert term.wait_exit() == 3
        assert term.text().startswith(f"plain: {reason}")
        assert b"\x1b" not in term.raw


@pytest.mark.parametrize("term_name", ["xterm-ghostty", "foot", "wezterm", "alacritty", "rxvt-unknown", "tmux-direct-unknown",
                                       "screen.unknown"])
def test_families_unknown_here_borrow_an_entry(log, term_name):
    with clock(log, term=term_name) as term:
        drawn(term)
        term.send("q")
        assert term.wait_exit() == 0
        assert f"TERM {term_name}" in term.text()


@pytest.mark.parametrize("streams, name", [({"stdin": subprocess.DEVNULL}, "input"), ({"stdout": subprocess.PIPE}, "output")])
def test_streams_that_are_no_terminal(log, streams, name):
    with clock(log, **streams) as term:
        assert term.wait_exit() == 3
        told = term.process.stdout.read().decode() if term.process.stdout else term.text()
        assert told.startswith(f"plain: standard {name} is not a terminal")


def test_closed_input(log):
    with Terminal(["/bin/sh", "-c", f"exec '{sys.executable}' '{APP}' '{log}' 0.1 <&-"]) as term:
        assert term.wait_exit() == 3
        assert term.text().startswith("plain: standard input is not a terminal")


@pytest.mark.parametrize("changes, expected", [
    ({"LC_ALL": "C.UTF-8"}, True),
    ({"LC_ALL": "C"}, False),
    ({"LC_ALL": "POSIX"}, False),
    ({"LC_ALL": "xx_YY"}, False),
    ({"LC_ALL": "xx_YY.UTF-8"}, True),
    ({"LC_ALL": None, "LANG": "xx_YY.utf8"}, True),
    ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
])
def test_utf8_is_the_locale_of_the_c_library(changes, expected):
    code = "from ccmon.codec import utf8; print(utf8())"
    environ = environment(LANG=None, LC_CTYPE=None)
    environ = {name: value for name, value in {**environ, **changes}.items() if value is not None}
    run = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, check=True)
    assert run.stdout.decode().split()[-1:] == [str(expected)], run.stderr


# --- job control ------------------------------------------------------------------------------------------------------

@pytest.fixture
def tmux():
    """Run tmux on a socket of its own, in a short path."""
    with tempfile.TemporaryDirectory() as folder:
        def run(*words):
            command = ["tmux", "-S", f"{folder}/s", "-f", "/dev/null", *words]
            return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode()
        yield run
        run("kill-server")


def until(seen, what):
    deadline = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_ctrl_z_and_fg(tmux, log):
    tmux("new-session", "-d", "-x", "80", "-y", "24", "bash --norc --noprofile -i")
    flags = lambda: tmux("display", "-p", "#{alternate_on} #{cursor_flag}").strip()  # noqa: E731
    pane = lambda: tmux("capture-pane", "-p")  # noqa: E731
    tmux("send-keys", f"'{sys.executable}' '{APP}' '{log}' 0.05", "Enter")
    until(lambda: flags() == "1 0" and "tick 0000" in pane(), "drawn")
    tmux("send-keys", "C-z")
    until(lambda: flags() == "0 1" and "Stopped" in pane(), "stopped")
    tmux("send-keys", "fg", "Enter")
    until(lambda: flags() == "1 0" and "row 20" in pane(), "drawn again")
    until(lambda: tmux("display", "-p", "#{keypad_cursor_flag}").strip() == "1", "arrow keys are keys again")
    tmux("send-keys", "q")
    until(lambda: flags() == "0 1", "left")
    tmux("send-keys", "echo status $?", "Enter")
    until(lambda: "status 0" in pane(), "status")


# --- first aid --------------------------------------------------------------------------------------------------------

def test_reset_terminal_after_a_kill(log):
    first = f"'{sys.executable}' '{APP}' '{log}' 0.05"
    second = f"'{sys.executable}' -c 'from ccmon.screen import reset_terminal; reset_terminal()'"
    with Terminal(["/bin/sh", "-c", f"{first}; read answer; {second}"]) as term:
        drawn(term)
        term.send("k")
        term.wait_for("Killed")
        assert term.leftover() != CLEAN
        term.send("\n")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


def test_reset_terminal_without_one_writes_nothing():
    code = "from ccmon.screen import reset_terminal; reset_terminal()"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout == b""
