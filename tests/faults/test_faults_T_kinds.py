"""Rows T-8 to T-10 and T-15 to T-17: the kinds of terminals, their sizes by hearsay, locales and colours."""

import os
import re
import subprocess
import sys

import pytest
from clock_screen import clock, drawn, environment, log, role_colours  # noqa: F401
from commands import ROOT
from full_screen import leave, live, monitor, shown
from terminal import CLEAN

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]


# --- T-8, T-9 -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["dumb", None, "", "no-such-terminal", "x" * 5000, "../../etc/passwd", "vt100\x1b[2J"])
def test_T08_T09_a_terminal_that_cannot_be_drawn_on_gets_one_plain_report(machine, name):
    live(machine)
    with monitor(machine, term=name) as term:
        assert term.wait_exit() == 0
        assert term.text().count("1,234") == 1 and b"\x1b[?" not in term.raw and b"\x1b[H" not in term.raw
        assert term.leftover() == CLEAN
    assert machine.runs() == 1


@pytest.mark.parametrize("term_name, reason", [
    ("dumb", "a terminal of type 'dumb' (TERM) cannot place the cursor"),
    (None, "TERM is not set"),
    ("", "TERM is not set"),
    ("no-such-terminal", "the terminal type 'no-such-terminal' (TERM) is not known"),
])
def test_T08_T09_the_door_says_why(log, term_name, reason):
    with clock(log, term=term_name) as term:
        assert term.wait_exit() == 3
        assert term.text().startswith(f"plain: {reason}")
        assert b"\x1b" not in term.raw


@pytest.mark.parametrize("term_name", ["xterm-ghostty", "foot", "wezterm", "alacritty", "rxvt-unknown", "tmux-direct-unknown",
                                       "screen.unknown"])
def test_T09_families_unknown_here_borrow_an_entry(log, term_name):
    with clock(log, term=term_name) as term:
        drawn(term)
        term.send("q")
        assert term.wait_exit() == 0
        assert f"TERM {term_name}" in term.text()


@pytest.mark.parametrize("name", ["xterm-kitty", "xterm-ghostty", "foot", "wezterm"])
def test_T09_the_monitor_draws_in_new_terminals_and_leaves_them_clean(machine, name):
    live(machine)
    with monitor(machine, term=name, env={"TERMINFO_DIRS": "/nonexistent:", "TERMINFO": "/nonexistent"}) as term:
        shown(term)
        assert term.leftover() != CLEAN
        leave(term)


def test_T09_without_any_terminfo_there_is_one_plain_report(machine):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text(
        "import curses\nfind = curses.setupterm\ncurses.setupterm = lambda name, fd: find('no-' + name, fd)\n")
    with monitor(machine, env={"PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}) as term:
        assert term.wait_exit() == 0
        assert term.text().count("1,234") == 1 and term.leftover() == CLEAN


# --- T-10 -----------------------------------------------------------------------------------------------------------------

def test_T10_exported_lines_and_columns_are_not_believed(machine):
    live(machine)
    with monitor(machine, env={"LINES": "10", "COLUMNS": "40"}) as term:
        shown(term)
        term.wait_until(lambda: term.lines()[23].startswith(" q quit") and "─" * 78 in term.text(), "all of the window")
        term.resize(60, 15)
        term.wait_until(lambda: term.lines()[14].startswith(" q quit") and "─" * 58 in term.text(), "the smaller window")
        leave(term)


def test_T10_the_variables_are_back_afterwards(log):
    with clock(log, env=environment(LINES="10", COLUMNS="40")) as term:
        term.wait_for("size 80x24")
        term.send("q")
        term.wait_exit()
        assert "LINES 10 TERM xterm-256color" in term.text()


@pytest.mark.parametrize("columns, lines", [("0", "0"), ("-5", "x"), ("99999999999", "24"), ("80", "99999999999"), ("1", "1")])
def test_T10_nonsense_in_lines_and_columns_harms_no_report(machine, columns, lines):
    live(machine)
    result = machine.run("--once", now=None, COLUMNS=columns, LINES=lines)
    assert result.code == 0 and result.out
    assert len(result.out) < 100_000


# --- T-15, T-16 -------------------------------------------------------------------------------------------------------------

def bars(text):
    """The fillings of the bars on the screen."""
    return set(re.findall(r"[█#]{3,}", text))


@pytest.mark.parametrize("changes, ascii_only", [
    ({"LC_ALL": "C"}, True), ({"LC_ALL": "POSIX"}, True), ({"LC_ALL": "C", "PYTHONUTF8": "1"}, True),
    ({"LC_ALL": "xx_YY"}, True), ({"LC_ALL": "xx_YY.UTF-8"}, False), ({"LC_ALL": None, "LANG": "C"}, False)])
def test_T15_T16_bars_are_never_blank_whatever_the_locale(machine, changes, ascii_only):
    live(machine)
    with monitor(machine, env=changes) as term:
        shown(term)
        term.wait_for(", 0 s")
        assert {bar[0] for bar in bars(term.text())} == {"#" if ascii_only else "█"}
        assert bytes(term.raw).isascii() == ascii_only
        leave(term)


@pytest.mark.parametrize("changes, expected", [
    ({"LC_ALL": "C.UTF-8"}, True),
    ({"LC_ALL": "C"}, False),
    ({"LC_ALL": "POSIX"}, False),
    ({"LC_ALL": "xx_YY"}, False),
    ({"LC_ALL": "xx_YY.UTF-8"}, True),
    ({"LC_ALL": None, "LANG": "xx_YY.utf8"}, True),
    ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
])
def test_T15_T16_utf8_is_the_locale_of_the_c_library(changes, expected):
    code = "from ccmon.output import utf8; print(utf8())"
    environ = environment(LANG=None, LC_CTYPE=None)
    environ = {name: value for name, value in {**environ, **changes}.items() if value is not None}
    run = subprocess.run([sys.executable, "-c", code], env=environ, cwd=ROOT, capture_output=True, check=True)
    assert run.stdout.decode().split()[-1:] == [str(expected)], run.stderr


def test_T15_ascii_can_be_asked_for(machine):
    live(machine)
    with monitor(machine, "--ascii") as term:
        shown(term)
        term.wait_for(", 0 s")
        assert bytes(term.raw).isascii() and {bar[0] for bar in bars(term.text())} == {"#"}
        leave(term)


# --- T-17 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("term_name, changes, ok, danger", [
    ("xterm-256color", {}, "5fd7d7", "ff5f5f"),
    ("xterm-kitty", {}, "5fd7d7", "ff5f5f"),
    ("tmux-256color", {}, "5fd7d7", "ff5f5f"),
    ("xterm", {}, "cyan", "red"),
    ("linux", {}, "cyan", "red"),
    ("vt100", {}, "default", "default"),
    ("vt100", {"FORCE_COLOR": "1"}, "default", "default"),
    ("xterm-256color", {"NO_COLOR": "1"}, "default", "default"),
    ("xterm-256color", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, "default", "default"),
    ("xterm-256color", {"NO_COLOR": ""}, "5fd7d7", "ff5f5f"),
    ("xterm-256color", {"CLICOLOR": "0"}, "default", "default"),
])
def test_T17_colours_by_terminal_and_wish(log, term_name, changes, ok, danger):
    with clock(log, term=term_name, env=environment(**changes)) as term:
        drawn(term)
        styles = role_colours(term)
        assert (styles["ok"].fg, styles["danger"].fg) == (ok, danger)
        assert styles["value"].bold and styles["danger"].reverse == (ok == "default")
        term.send("q")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


@pytest.mark.parametrize("name", ["vt100", "linux", "ansi", "sun"])
def test_T17_the_monitor_draws_with_what_the_terminal_has(machine, name):
    """Without colours, cursor switches, alternate screen or keypad, as the type has it."""
    live(machine)
    with monitor(machine, term=name) as term:
        shown(term)
        leave(term)


@pytest.mark.parametrize("changes, coloured", [
    ({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ({"FORCE_COLOR": "1", "CLICOLOR": "0"}, False), ({"NO_COLOR": "1"}, False)])
def test_T17_colours_of_the_plain_report(machine, changes, coloured):
    live(machine)
    assert ("\x1b[" in machine.run("--once", now=None, **changes).out) == coloured
