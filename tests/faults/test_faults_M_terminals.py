"""Row M-2: an ncurses before 6.1, which repeats the low byte of a character where the terminal's entry has `rep`."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from commands import ROOT
from full_screen import leave, live, monitor, shown
from terminal import CLEAN

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(os.name != "posix" or not shutil.which("tic"), reason="pseudo-terminals, entries made by tic")]
REP = r"rep=%p1%c\E[%p2%{1}%-%db"
ENTRIES = f"""
xterm-kitty|as kitty brings it, use=screen-256color, {REP},
xterm-ghostty|as Ghostty brings it, use=screen-256color, {REP},
xterm-256color|of a newer database, use=screen-256color, {REP},
xterm|likewise, use=screen, {REP},
alone|a family of its own, use=screen-256color, {REP},
mute|another, use=screen-256color,
"""
OLD = "import curses\ncurses.ncurses_version = (5, 7, 20081102)\n"
REPEATED = re.compile(rb"\x1b\[\d+b")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Entries as newer machines have them, of which every xterm has `rep`."""
    folder = tmp_path_factory.mktemp("terminfo")
    (folder / "source").write_text(ENTRIES)
    subprocess.run(["tic", "-x", "-o", str(folder), str(folder / "source")], check=True, capture_output=True)
    return str(folder)


CHOICES = """
import curses, os, sys
from ccmon.fullscreen import entries
if sys.argv[1]:
    curses.ncurses_version = eval(sys.argv[1])
else:
    del curses.ncurses_version
for term in sys.argv[2:]:
    sys.stdout.flush()
    if os.fork() == 0:
        name = entries.entry_for(term)
        has = (bool(curses.tigetstr("rep")), curses.tigetnum("colors")) if name else (False, -1)
        print(term, name, *has, entries.draws_ascii_alone(term))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""
KINDS = ("xterm-kitty", "xterm-ghostty", "xterm-256color", "foot", "xterm", "tmux-256color", "tmux-unknown", "mute", "vt100",
         "alone", "unknown")


@pytest.mark.parametrize("version", ["(5, 7, 20081102)", "(6, 0, 20150808)", "", "(6, 1, 20180127)", "(6, 5, 20240427)"])
def test_M02_the_entry_of_every_terminal(database, version):
    is_old = version[:5] < "(6, 1"
    run = subprocess.run([sys.executable, "-c", CHOICES, version, *KINDS], env={**os.environ, "TERMINFO": database}, cwd=ROOT,
                         capture_output=True, text=True, check=True)
    chosen = {words[0]: words[1:] for words in map(str.split, run.stdout.splitlines())}
    assert set(chosen) == set(KINDS)
    for term, (name, has_rep, colours, ascii_alone) in chosen.items():
        assert (name == "None") == (term == "unknown")
        assert ascii_alone == str(is_old and term == "alone")
        if is_old and term != "alone" and name != "None":
            assert (has_rep, colours) == ("False", {"xterm": "8", "vt100": "-1"}.get(term, "256")), (term, name)
        elif term not in ("foot", "tmux-unknown", "unknown"):
            assert name == term


def rows(term):
    """The picture, without the clock."""
    return [re.sub(r"\d\d:\d\d:\d\d|, \d+ s", "", line) for line in term.lines()]


@pytest.mark.parametrize("name, locale", [("xterm-kitty", "C"), ("foot", "C.UTF-8"), ("alone", "C.UTF-8")])
def test_M02_nothing_is_repeated_and_the_picture_is_that_of_a_newer_curses(machine, database, name, locale):
    """A newer curses, as this one, repeats only what is no UTF-8: under LC_ALL=C it shows whether `rep` could be used at all."""
    live(machine)
    machine.behaves(f'echo "$TERM" >>"{machine.folder}/terms"; cat "{machine.folder}/answer.json"')
    (machine.cwd / "sitecustomize.py").write_text(OLD)
    variables = {"TERMINFO": database, "LC_ALL": locale, "PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}
    newer = monitor(machine, term="mute", env={"TERMINFO": database, "LC_ALL": locale})
    with monitor(machine, term=name, env=variables) as term, newer as plain:
        for one in (term, plain):
            shown(one)
            one.wait_for(", 0 s")
            one.send("?")
            one.wait_for("read the usage now")
            one.send("?")
            one.wait_until(lambda one=one: "read the usage" not in one.text() and "1,234" in one.text(), "the first page again")
        modes = term.private_modes()
        assert modes[1049] and modes[2004] and bytes(term.raw).isascii() == (name != "foot")
        if name != "alone":
            assert not REPEATED.search(bytes(term.raw))
            term.wait_until(lambda: rows(term) == rows(plain), "the same picture")
            cells = [(row, column) for row in range(24) for column in range(80)]
            assert [term.style_at(*cell).fg for cell in cells] == [plain.style_at(*cell).fg for cell in cells]
            assert len({term.style_at(*cell).fg for cell in cells}) > 3
        leave(term)
        leave(plain)
        assert term.leftover() == CLEAN
    assert set((machine.folder / "terms").read_text().split()) <= {name, "mute"}
