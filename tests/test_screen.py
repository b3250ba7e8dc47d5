"""The terminal door, in real pseudo-terminals: what is painted, what is heard; its faults are tested in tests/faults."""

import os
import shutil
import subprocess
import sys

import pytest
from clock_screen import APP, clock, drawn, environment, log, role_colours  # noqa: F401
from terminal import CLEAN, KEYS, Terminal

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]


# --- leaving ------------------------------------------------------------------------------------------------------------

def test_handlers_variables_and_streams_are_as_before(log):
    code = ("import os, signal, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.fullscreen.screen import Screen; from ccmon.settings.themes import THEMES\n"
            "watched = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGCONT,\n"
            "           signal.SIGTSTP, signal.SIGTTOU]\n"
            "state = lambda: ([signal.getsignal(n) for n in watched], dict(os.environ), sys.stderr,\n"
            "                 sorted(os.listdir('/proc/self/fd')))\n"
            "before = state()\n"
            "with open(os.devnull, 'w') as log:\n"
            "    for _ in range(2):\n"
            "        with Screen(THEMES['dark'], log) as screen: screen.paint([])\n"
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
        term.send("é\x1b[201~日z")
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
            "from ccmon.fullscreen.screen import Screen; from ccmon.settings.themes import THEMES\n"
            "with open(os.devnull, 'w') as log, Screen(THEMES['dark'], log) as screen: pass\n"
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

SHRINK = """
import os, sys; sys.path.insert(0, os.getcwd())
from ccmon.fullscreen.screen import Screen
from ccmon.settings.themes import THEMES
from ccmon.text import Span
with open(os.devnull, 'w') as log, Screen(THEMES['dark'], log) as screen:
    screen.paint([(Span("first"),)] * 9); screen.paint([(Span("second"),)] * 2)
    while True: screen.wait(9)
"""


def test_a_shorter_frame_leaves_nothing_of_the_longer():
    with Terminal([sys.executable, "-c", SHRINK]) as term:
        term.wait_until(lambda: term.text().split() == ["second", "second"], "two rows")


def test_ctrl_l_paints_everything_again(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        before = term.written()
        term.send("ctrl-l")
        term.wait_for("resize:None")
        assert b"row 23" in term.raw[before:]


KINDS = """
xterm-sixteen|16 colours, colors#16, pairs#256, use=xterm-256color,
xterm-true|a number above 7 is red green and blue, RGB, colors#0x1000000, pairs#0x7fff, use=xterm-256color,
"""


@pytest.mark.skipif(not shutil.which("tic"), reason="no compiler of terminfo entries")
@pytest.mark.parametrize("term_name, ok, danger", [("xterm-sixteen", "brightcyan", "brightred"), ("xterm-true", "cyan", "red")])
def test_as_many_colours_as_the_terminal_has_by_number(log, tmp_path, term_name, ok, danger):
    (tmp_path / "kinds").write_text(KINDS)
    subprocess.run(["tic", "-x", "-o", str(tmp_path / "terminfo"), str(tmp_path / "kinds")], check=True)
    with clock(log, term=term_name, env=environment(TERMINFO=str(tmp_path / "terminfo"))) as term:
        drawn(term)
        assert [role_colours(term)[role].fg for role in ("ok", "danger")] == [ok, danger]
        term.send("q")
        assert term.wait_exit() == 0


def test_bars_are_not_reversed(log):
    code = ("import os, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.fullscreen.screen import Screen; from ccmon.text import Span; from ccmon.settings.themes import THEMES\n"
            "with open(os.devnull, 'w') as log, Screen(THEMES['mono'], log) as screen:\n"
            "    screen.paint([(Span('####', 'danger'), Span(chr(0x2588) * 4, 'danger'))])\n"
            "    while True: screen.wait(9)\n")
    with Terminal([sys.executable, "-c", code]) as term:
        term.wait_for("####")
        assert [term.style_at(0, column).reverse for column in (0, 5)] == [True, False]


def test_another_theme_while_it_runs(log):
    with clock(log) as term:
        drawn(term)
        term.send("m")
        term.wait_until(lambda: role_colours(term)["ok"].fg == "005f5f", "light theme")
