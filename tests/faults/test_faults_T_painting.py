"""Rows T-11 to T-14, T-18 to T-20, T-22 and T-23: sizes, wide and hostile characters, noise, and how few bytes are written."""

import ast
import ctypes
import os
import random
import re
import shutil
import subprocess
import sys
import time
import unicodedata

import own_sources
import pytest
import wcwidth
from clock_screen import clock, drawn, log, ticks  # noqa: F401
from commands import ROOT, asleep, block, wait_until
from full_screen import leave, live, monitor, shown
from hypothesis import given
from hypothesis import strategies as st
from terminal import CLEAN, Terminal

from ccmon import output, text

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]

WORDS = st.text(st.characters(), max_size=40)


def cells(row):
    return max(0, wcwidth.wcswidth(row))


def fits(term, columns, rows):
    """Nothing on the screen is wider or taller than it; the first line is no rest of a wrapped one."""
    lines = term.lines()
    return len(lines) == rows and all(cells(line) <= columns for line in lines)


# --- T-11 -----------------------------------------------------------------------------------------------------------------

def test_T11_a_storm_of_sizes_leaves_no_glitch(log):
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


@pytest.mark.parametrize("page, sign", [("", "1,234 of"), ("?", "Tokens are input + output"), ("h", "up/down scroll")])
def test_T11_a_storm_of_sizes_in_the_monitor(machine, page, sign):
    now = int(time.time())             # stands still: the chart moves with the minutes
    machine.answers([block(now - 7200, 1234), block(now - 90000, 4321)])
    draw = random.Random(11)
    with monitor(machine, env={"CCMON_NOW": now}) as term:
        shown(term)
        term.send(page)
        term.wait_for(sign)
        for _ in range(100):
            term.resize(draw.randint(1, 150), draw.randint(1, 50))
            time.sleep(0.002)
        term.resize(80, 24)
        term.wait_for(sign)
        rows = []                      # None while anything of it runs: it is not at rest, however seldom it may
        term.wait_until(lambda: rows.append(term.lines()[1:] if asleep(term.process.pid) else None) or len(rows) > 20 and
                        rows[-1] and rows[-20:] == 20 * rows[-1:] and sign in term.text(), "at rest")
        term.send("ctrl-l")
        term.pause()
        term.wait_until(lambda: shapes(term.lines()[1:]) == shapes(rows[-1]), "painted anew it is the same, but for the time")
        term.send(page)
        shown(term)
        leave(term)


def shapes(rows):
    return [re.sub(r"\d+", "0", row) for row in rows]


@pytest.mark.parametrize("columns, rows", [(1, 1), (2, 2), (20, 5), (5, 20), (40, 10), (79, 23), (200, 60)])
def test_T11_every_size_is_survived_and_nothing_wraps(machine, columns, rows):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        term.resize(columns, rows)
        if columns >= 20 and rows > 1:
            term.wait_for("17")
        term.pause()
        assert fits(term, columns, rows)
        term.resize(80, 24)
        term.wait_for("1,234 of")
        leave(term)


@pytest.mark.parametrize("columns, rows", [(0, 0), (65535, 65535), (65535, 1), (1, 65535)])
def test_T11_sizes_that_no_window_has_cost_neither_memory_nor_the_screen(machine, columns, rows, monkeypatch):
    monkeypatch.setattr("terminal._Stream.feed", lambda *_: None)      # pyte would take a minute
    live(machine)
    with Terminal(machine.command("--interval", "0.5"), env=machine.env(TERM=None), cwd=str(machine.cwd),
                  window=(columns, rows)) as term:
        term.wait_until(lambda: b"\x1b[?1049h" in term.raw and term.written() > 100, "a frame")
        with open(f"/proc/{term.process.pid}/status") as status:
            peak_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        assert peak_kb < 500_000
        leave(term)


# --- T-12, T-13 ---------------------------------------------------------------------------------------------------------

def test_T12_the_bottom_right_cell_is_painted(log):
    with clock(log, columns=40, rows=12) as term:
        drawn(term)
        assert term.lines()[11] == "row 11 " + "." * 33


def test_T12_T13_text_is_cut_at_the_edges_and_harmless(log):
    with clock(log, columns=40, rows=12) as term:
        drawn(term)
        lines = term.lines()
        assert lines[4].startswith("🎯 wide 日本語 é 🎯")
        assert lines[5] == "control[2Jled zero"
        assert lines[6] == "R" * 40
        assert [line[:6].strip() for line in lines[7:]] == ["row 7", "row 8", "row 9", "row 10", "row 11"]


@pytest.mark.parametrize("columns", range(30, 38))
def test_T13_wide_characters_never_stand_across_the_edge(log, columns):
    with clock(log, columns=columns) as term:
        drawn(term)
        assert term.lines()[6] == "R" * columns
        assert "日本" in term.lines()[4]


SPILL = """
import os, sys; sys.path.insert(0, os.getcwd())
from ccmon import output; from ccmon.fullscreen import screen as door
from ccmon.settings.themes import THEMES
from ccmon.text import Span
door.clip_line = lambda line, cells: line          # as if every character were narrower than the C library thinks
output.utf8()
with open(os.devnull, 'w') as log, door.Screen(THEMES['dark'], log) as screen:
    while True:
        screen.paint([(Span("x" * 95),), (Span("second"), Span(" row"))]); screen.wait(0.02)
"""


def test_T13_too_wide_a_row_never_spills_on_the_next():
    with Terminal([sys.executable, "-c", SPILL], cwd=str(ROOT)) as term:
        term.wait_for("second")
        assert term.lines()[:3] == ["x" * 80, "second row", ""]


def test_T13_a_model_named_in_emoji_takes_one_line(machine):
    live(machine, models=["🎯" * 79, "日本語" * 40, "e\u0301" * 99, "👩\u200d👧\u200d👦" * 30])
    with monitor(machine) as term:
        shown(term)
        term.wait_for("models")
        assert fits(term, 80, 24) and term.lines()[23].startswith(" q quit")
        assert sum("models" in line for line in term.lines()) == 1
        leave(term)


def test_T13_T14_every_character_that_may_be_shown_is_as_wide_as_terminals_say():
    wrong = [hex(code) for code in range(sys.maxunicode + 1)
             for char in [text.printable(chr(code))] if char and wcwidth.wcswidth(char) != text.width(char)]
    assert wrong == []


@given(WORDS)
def test_T13_T20_printable_data_is_one_line_that_every_terminal_measures_alike(words):
    made = text.printable(words)
    assert wcwidth.wcswidth(made) == text.width(made)
    assert text.printable(made) == made and len(made.splitlines()) <= 1


# --- T-14 -----------------------------------------------------------------------------------------------------------------

def written_in_the_program():
    """Every character outside ASCII in a string of the program that is no docstring."""
    found = set()
    for nodes in own_sources.nodes().values():
        told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        found |= {char for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
                  and id(node) not in told for char in node.value}
    return sorted(char for char in found if not char.isascii() and unicodedata.category(char) == "So")


@own_sources.together
def test_T14_no_character_of_ours_needs_a_selector_or_a_joiner():
    ours = written_in_the_program() + [chr(code) for code in range(0x2800, 0x2900)] + list("▏▎▍▌▋▊▉─┃│┤└┬┸┄")
    assert set("🎯📊🔥⏰⏳🚀█") <= set(ours) and output.utf8()
    library = ctypes.CDLL(None)
    for char in ours:
        assert text.char_width(char) == wcwidth.wcwidth(char) == library.wcwidth(ctypes.c_wchar(char)), char
        assert unicodedata.category(char) == "So", char
        assert not 0x1F1E6 <= ord(char) <= 0x1F1FF
    sources = "".join(own_sources.texts().values())
    assert "\ufe0f" not in sources and "\u200d" not in sources


ASK = r"""
import os, sys, termios, tty
chars, told = sys.argv[1], []
before = termios.tcgetattr(0)
tty.setraw(0)
for char in chars:
    os.write(1, b"\r\x1b[K" + char.encode() + b"\x1b[6n")
    answer = b""
    while not answer.endswith(b"R"):
        answer += os.read(0, 1)
    told.append(int(answer.rpartition(b";")[2][:-1]) - 1)
termios.tcsetattr(0, termios.TCSANOW, before)
open(sys.argv[2], "w").write(repr(told))
"""


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_T14_tmux_moves_its_cursor_by_as_many_cells(tmp_path):
    chars, answer = "".join(written_in_the_program()), tmp_path / "answer"
    tmux = ["tmux", "-u", "-S", str(tmp_path / "s"), "-f", "/dev/null"]
    asking = [sys.executable, "-c", ASK, chars, str(answer)]
    subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", *asking], check=True)
    try:
        wait_until(lambda: answer.exists() and answer.read_text().endswith("]"), "the answers")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, stderr=subprocess.DEVNULL)
    told = ast.literal_eval(answer.read_text())
    assert {char: seen for char, seen in zip(chars, told) if seen != text.char_width(char)} == {}


# --- T-18 -----------------------------------------------------------------------------------------------------------------

def test_T18_what_ccusage_says_on_stderr_is_not_painted(machine):
    live(machine)
    machine.behaves(f'echo NOISE-NOISE >&2; echo NOISE-NOISE >/dev/tty; cat "{machine.folder}/answer.json"')
    with monitor(machine) as term:
        shown(term)
        wait_until(lambda: machine.runs() >= 3, "three looks")
        assert "NOISE" not in bytes(term.raw).decode("utf-8", "replace")
        leave(term)


NOISE = """
import os, sys, threading, time, warnings
def noise():
    while not hasattr(sys.modules.get("ccmon.fullscreen.app"), "run") or sys.stderr is sys.__stderr__:
        time.sleep(0.02)
    warnings.warn("NOISE-warning")
    print("NOISE-print", file=sys.stderr)
    os.write(2, b"NOISE-of-a-C-library\\n")
    os.system("echo NOISE-of-a-child >&2")
    print("NOISE-end", file=sys.stderr, flush=True)
    1 / 0
threading.Thread(target=noise, daemon=True).start()
"""


def test_T18_warnings_failing_threads_and_libraries_write_to_the_log_only(machine):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text(NOISE)
    journal = machine.home / ".local/state/ccmon/ccmon.log"
    with monitor(machine, env={"PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}) as term:
        shown(term)
        wait_until(lambda: "ZeroDivisionError" in journal.read_text(), "the log")
        assert "NOISE" not in bytes(term.raw).decode()
        leave(term)
        assert "NOISE" not in bytes(term.raw).decode()
    told = journal.read_text()
    assert all(f"NOISE-{what}" in told for what in ("warning", "print", "of-a-C-library", "of-a-child", "end"))


def test_T18_a_failing_thread_writes_to_the_log_only(log):
    with clock(log) as term:
        drawn(term)
        term.send("t")
        term.wait_until(lambda: "ZeroDivisionError: in a thread" in log.read_text(), "the log")
        term.send("q")
        assert term.wait_exit() == 0
        assert b"ZeroDivisionError" not in term.raw


# --- T-19 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("tokens, limit", [(1234, 1), (10 ** 12, 7000), (1234, 10 ** 12)])
def test_T19_a_bar_is_never_longer_than_its_place(machine, tokens, limit):
    live(machine, tokens)
    with monitor(machine, "--limit", str(limit)) as term:
        term.wait_for(f"{tokens:,}"[:12])
        for columns, rows in ((80, 24), (60, 15), (40, 10), (20, 5)):
            term.resize(columns, rows)
            term.wait_for("%")
            term.pause(0.1)
            bars = [line for line in term.lines() if "█" in line or "─" in line]
            assert all(cells(line) <= columns for line in bars)
            assert fits(term, columns, rows)
        term.resize(80, 24)
        term.wait_until(lambda: "%" in term.lines()[2], "the bar")
        row = term.lines()[2]
        assert ("─" not in row) == (tokens >= limit) and ("█" in row) == (tokens * 100 >= limit)
        assert cells(row) == 79                 # bar and percentage end where those of the time do
        leave(term)


# --- T-20 -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data, made", [
    ("plain words", "plain words"), ("a\tb\r\nc", "a b  c"), ("\x1b[31mred\x1b[0m", "[31mred[0m"), ("\ud800x", "x"), ("", ""),
    ("\u202eabc\u200b\ufeff", "abc"), ("e\u0301", "é"), ("00\u093e", "00"), ("日本", "日本"), ("👩\u200d👧 ok", " ok")])
def test_T20_printable(data, made):
    assert text.printable(data) == made


HOSTILE = ["a\0b", "\x1b]0;PWNED\x07", "\x1b[2J\x1b[31m", "\x9b31m", "\u202eabc", "\u200b\ufeff", "\x07\x08\x7f", "\ud800",
           "$(id)`id`"]


def test_T20_control_characters_in_the_data_never_reach_the_terminal(machine):
    live(machine, models=[f"claude-{word}" for word in HOSTILE])
    with monitor(machine) as term:
        shown(term)
        term.send("h")
        term.wait_for("up/down scroll")
        term.send("h")
        term.wait_for("models")
        term.resize(100, 40)
        term.wait_for("models")
        leave(term)
        raw = bytes(term.raw)
    shown_text = raw.decode("utf-8").replace("\x1b]11;?\x1b\\", "")       # the question for the background
    assert not any(bad in shown_text for bad in ("\0", "\x07", "\x7f", "\x9b", "\x1b]", "\u202e", "\u200b", "\ufeff", "^["))
    assert "\x1b[2J" not in shown_text.partition("1,234")[2].partition("claude")[2][:200]


# --- T-22, T-23 -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["xterm-256color", "rxvt-unicode-256color"])
def test_T22_neither_mouse_nor_focus_reports_are_ever_switched_on_and_none_is_a_key(machine, name):
    live(machine)
    with monitor(machine, term=name) as term:
        shown(term)
        term.send("\x1b[<0;113;10M\x1b[I\x1b[Mq!!\x1b[0;1;113M")            # should another program have left them on
        term.send("\x1b]11;rgb:qq/qq/qq\x07\x1bP1$rq\x1b\\\x1b[113;5u\x1b[?62;q")
        term.pause()
        assert "1,234" in term.text() and term.process.poll() is None
        leave(term)
        assert not {9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015} & set(term.private_modes())


def test_T23_an_idle_tick_is_few_bytes_and_never_clears(log):
    with clock(log) as term:
        drawn(term)
        first, before = ticks(term), term.written()
        drawn(term, first + 20)
        last, written = ticks(term), bytes(term.raw[before:])
        assert 0 < len(written) <= (last + 1 - first) * 200
        assert b"\x1b[2J" not in written and b"\x1b[H\x1b[J" not in written


def test_T23_an_idle_second_of_the_monitor_is_few_bytes_and_never_clears(machine):
    live(machine)
    with monitor(machine, "--interval", "3600") as term:
        shown(term)
        term.wait_until(lambda: ", 1 s" in term.text() or ", 2 s" in term.text(), "the second tick")
        before, row = term.written(), term.lines()[0]
        term.wait_until(lambda: term.lines()[0] != row, "a tick")
        seen = {term.lines()[0]}
        term.wait_until(lambda: seen.add(term.lines()[0]) or len(seen) >= 4, "three ticks")
        written = bytes(term.raw[before:])
        assert 0 < len(written) <= 5 * 200
        assert b"\x1b[2J" not in written and b"\x1b[H\x1b[J" not in written and b"\x1b[J" not in written
        leave(term)


def test_T23_an_unchanged_frame_writes_nothing():
    code = ("import os, sys; sys.path.insert(0, os.getcwd())\n"
            "from ccmon.fullscreen.screen import Screen; from ccmon.text import Span; from ccmon.settings.themes import THEMES\n"
            "with open(os.devnull, 'w') as log, Screen(THEMES['dark'], log) as screen:\n"
            "    while True:\n"
            "        screen.paint([(Span('steady'),)]); screen.wait(0.02)\n")
    with Terminal([sys.executable, "-c", code], cwd=str(ROOT)) as term:
        term.wait_for("steady")
        term.pause()
        before = term.written()
        term.pause()
        assert term.written() == before
