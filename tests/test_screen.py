"""The terminal door, in real pseudo-terminals: what is painted, what is heard, and that every exit leaves it clean."""

import os
import random
import re
import signal
import sys
import time

import pytest
from clock_screen import APP, clock, drawn, environment, log, ticks  # noqa: F401
from terminal import CLEAN, KEYS, Terminal

from ccmon import screen as door

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")


# --- leaving ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 0)])
def test_signals_leave_a_clean_terminal(log, number, status):
    with clock(log) as term:
        drawn(term)
        assert term.leftover() != CLEAN
        term.signal(number)
        assert term.wait_exit() == status == door.exit_code(number)
        assert term.leftover() == CLEAN
        assert "Traceback" not in term.text()


@pytest.mark.parametrize("keys, status", [("q", 0), ("ctrl-c", 0), ("ctrl-\\", 131), ("x", 70)])
def test_keys_leave_a_clean_terminal(log, keys, status):
    with clock(log) as term:
        drawn(term)
        term.send(keys)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN


def test_the_error_is_told_after_the_screen_is_gone(log):
    with clock(log) as term:
        drawn(term)
        term.send("x")
        term.wait_exit()
        assert term.raw.rindex(b"clock: division by zero") > term.raw.rindex(b"\x1b[?1049l")


def test_a_signal_needs_no_time_out(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143


def test_closed_window_ends_the_program_without_spinning(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.close()
        assert term.wait_exit() == 129


def test_end_of_input_is_seen_without_a_signal(log):
    with clock(log, tick_s=3600, controlling=False) as term:
        term.wait_for("tick 000001")
        term.close()
        assert term.wait_exit() == 129


@pytest.mark.parametrize("keys", ["", "ctrl-s"], ids=["dead ssh", "Ctrl-S"])
def test_a_stalled_reader_does_not_keep_it_alive(log, keys):
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


def test_stopped_by_ctrl_s_and_idle(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.send("ctrl-s")
        term.pause()
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143
        assert term.leftover() == CLEAN


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_a_main_thread_that_hangs_is_replaced(log, number, status):
    with clock(log) as term:
        drawn(term)
        term.send("h")
        term.pause()
        term.signal(number)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN


def test_handlers_variables_and_streams_are_as_before(log):
    code = ("import os, signal, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.screen import Screen\n"
            "watched = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGCONT]\n"
            "state = lambda: ([signal.getsignal(n) for n in watched], dict(os.environ), sys.stderr,\n"
            "                 sorted(os.listdir('/proc/self/fd')))\n"
            "before = state()\n"
            "with open(os.devnull, 'w') as log:\n"
            "    for _ in range(2):\n"
            "        with Screen('dark', log) as screen: screen.paint([])\n"
            "after = state()\n"
            "print('same' if after == before and signal.set_wakeup_fd(-1) == -1 else (before, after))\n")
    with Terminal([sys.executable, "-c", code], env=environment(LINES="10", COLUMNS="40")) as term:
        assert term.wait_exit() == 0
        assert term.text().split() == ["same"]
        assert term.leftover() == CLEAN


# --- hearing ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("keys", [name for name in KEYS if not name.startswith("ctrl")] + ["p", "?", "Z"])
def test_keys_have_names(log, keys):
    with clock(log) as term:
        drawn(term)
        term.send(keys)
        term.wait_for(f"events key:{keys}")


def test_unknown_keys_are_passed_over(log):
    with clock(log) as term:
        drawn(term)
        term.send("é\x1b[200~日z")
        term.wait_for("key:z")
        term.send("q")
        assert term.wait_exit() == 0


def test_wake_from_a_thread(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.send("w")
        term.wait_for("key:w wake:None")


def test_wake_is_harmless_after_the_end():
    code = ("import os, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.screen import Screen\n"
            "with open(os.devnull, 'w') as log, Screen('dark', log) as screen: pass\n"
            "mine = [os.memfd_create('mine') for _ in range(20)]\n"
            "screen.wake()\n"
            "sizes = [os.fstat(fd).st_size for fd in mine]; os.write(1, str(sum(sizes)).encode())\n")
    with Terminal([sys.executable, "-c", code]) as term:
        assert term.wait_exit() == 0
        assert term.text().split() == ["0"]


def test_waiting_costs_nothing(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        before = term.cpu_s()
        term.pause(1)
        assert term.cpu_s() - before < 0.2


# --- painting -----------------------------------------------------------------------------------------------------------

def test_an_idle_tick_is_few_bytes_and_never_clears(log):
    with clock(log) as term:
        drawn(term)
        first, before = ticks(term), term.written()
        drawn(term, first + 20)
        last, written = ticks(term), bytes(term.raw[before:])
        assert 0 < len(written) <= (last + 1 - first) * 200
        assert b"\x1b[2J" not in written and b"\x1b[H\x1b[J" not in written


def test_an_unchanged_frame_writes_nothing():
    code = ("import os, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.screen import Screen; from ccmon.text import Span\n"
            "with open(os.devnull, 'w') as log, Screen('dark', log) as screen:\n"
            "    while True:\n"
            "        screen.paint([(Span('steady'),)]); screen.wait(0.02)\n")
    with Terminal([sys.executable, "-c", code]) as term:
        term.wait_for("steady")
        term.pause()
        before = term.written()
        term.pause()
        assert term.written() == before


def test_text_is_cut_at_the_edges_and_harmless(log):
    with clock(log, columns=40, rows=12) as term:
        drawn(term)
        lines = term.lines()
        assert lines[4].startswith("🎯 wide 日本語 é 🎯")
        assert lines[5] == "control[2Jled zero"
        assert lines[6] == "R" * 40
        assert [line[:6].strip() for line in lines[7:]] == ["row 7", "row 8", "row 9", "row 10", "row 11"]
        assert lines[11] == "row 11 " + "." * 33           # the bottom right cell too


@pytest.mark.parametrize("columns", range(30, 38))
def test_wide_characters_never_stand_across_the_edge(log, columns):
    with clock(log, columns=columns) as term:
        drawn(term)
        assert term.lines()[6] == "R" * columns
        assert "日本" in term.lines()[4]


def test_sizes_down_to_one_cell(log):
    draw = random.Random(7)
    sizes = [(1, 1), (2, 2), (5, 20), (200, 1), (1, 50)] + [(draw.randint(1, 120), draw.randint(1, 50)) for _ in range(195)]
    with clock(log, tick_s=0.001) as term:
        drawn(term)
        for columns, rows in sizes:
            term.resize(columns, rows)
            time.sleep(0.002)
        term.resize(90, 20)
        term.wait_for("size 90x20")
        whole = ["R" * 90] + [f"row {n} ".ljust(90, ".") for n in range(7, 20)]
        term.wait_until(lambda: term.lines()[6:] == whole, "whole rows")
        term.send("q")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


SHRINK = """
import os, sys; sys.path.insert(0, os.getcwd())
from ccmon.screen import Screen
from ccmon.text import Span
with open(os.devnull, 'w') as log, Screen('dark', log) as screen:
    screen.paint([(Span("first"),)] * 9); screen.paint([(Span("second"),)] * 2)
    while True: screen.wait(9)
"""


def test_a_shorter_frame_leaves_nothing_of_the_longer():
    with Terminal([sys.executable, "-c", SHRINK]) as term:
        term.wait_until(lambda: term.text().split() == ["second", "second"], "two rows")


SPILL = """
import os, sys; sys.path.insert(0, os.getcwd())
from ccmon import codec, screen as door
from ccmon.text import Span
door.clip_line = lambda line, cells: line          # as if every character were narrower than the C library thinks
codec.utf8()
with open(os.devnull, 'w') as log, door.Screen('dark', log) as screen:
    while True:
        screen.paint([(Span("x" * 95),), (Span("second"), Span(" row"))]); screen.wait(0.02)
"""


def test_too_wide_a_row_never_spills_on_the_next(log):
    with Terminal([sys.executable, "-c", SPILL]) as term:
        term.wait_for("second")
        assert term.lines()[:3] == ["x" * 80, "second row", ""]


def test_ctrl_l_paints_everything_again(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        before = term.written()
        term.send("ctrl-l")
        term.wait_for("resize:None")
        assert b"row 23" in term.raw[before:]


def role_colours(term):
    """The colour in which each role's name is painted on the fourth row."""
    row = term.lines()[3]
    return {word.group(): term.style_at(3, word.start()) for word in re.finditer(r"\w+", row)}


@pytest.mark.parametrize("term_name, changes, ok, danger", [
    ("xterm-256color", {}, "5fd7d7", "ff5f5f"),
    ("xterm-kitty", {}, "5fd7d7", "ff5f5f"),
    ("tmux-256color", {}, "5fd7d7", "ff5f5f"),
    ("xterm", {}, "cyan", "red"),
    ("linux", {}, "cyan", "red"),
    ("vt100", {}, "default", "default"),
    ("xterm-256color", {"NO_COLOR": "1"}, "default", "default"),
    ("xterm-256color", {"NO_COLOR": ""}, "5fd7d7", "ff5f5f"),
    ("xterm-256color", {"CLICOLOR": "0"}, "default", "default"),
])
def test_colours_by_terminal_and_wish(log, term_name, changes, ok, danger):
    with clock(log, term=term_name, env=environment(**changes)) as term:
        drawn(term)
        styles = role_colours(term)
        assert (styles["ok"].fg, styles["danger"].fg) == (ok, danger)
        assert styles["value"].bold and styles["danger"].reverse == (ok == "default")
        term.send("q")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


def test_another_theme_while_it_runs(log):
    with clock(log) as term:
        drawn(term)
        term.send("m")
        term.wait_until(lambda: role_colours(term)["ok"].fg == "008787", "light theme")


def test_a_failing_thread_writes_to_the_log_only(log):
    with clock(log) as term:
        drawn(term)
        term.send("t")
        term.wait_until(lambda: "ZeroDivisionError: in a thread" in log.read_text(), "the log")
        term.send("q")
        assert term.wait_exit() == 0
        assert b"ZeroDivisionError" not in term.raw


def test_exported_lines_and_columns_are_not_believed(log):
    with clock(log, env=environment(LINES="10", COLUMNS="40")) as term:
        term.wait_for("size 80x24")
        term.send("q")
        term.wait_exit()
        assert "LINES 10 TERM xterm-256color" in term.text()
