"""The demo in a real tmux: what it shows, how it follows a resize, its keys, and what it leaves behind."""

import os
import shutil
import subprocess
import sys
import time
import unicodedata
from typing import Any, Callable, Iterator, List

import pytest
from commands import ROOT

PATIENCE_S = 20.0                      # only ever spent by a test that fails

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")]


class Tmux:
    """A tmux server of our own with one window that runs a shell."""

    def __init__(self, folder: Any) -> None:
        self.socket = str(folder / "tmux.sock")
        self.env = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PS1": "$ ",
                    "TERM": "xterm-256color", "CCMON_NOW": "1768488130"}
        self("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "env", "ENV=", "sh")
        self("set", "-g", "status", "off")
        self("set", "-g", "window-size", "manual")
        self("resize-window", "-x", "80", "-y", "24")

    def __call__(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self.socket, *words], env=self.env, stdout=subprocess.PIPE, check=True, timeout=30)
        return done.stdout.decode()

    def rows(self) -> List[str]:
        """The screen as it is shown, without blanks at the ends."""
        return self("capture-pane", "-p").rstrip("\n").split("\n")

    def keys(self, *names: str) -> None:
        """Type them."""
        self("send-keys", *names)

    def until(self, seen: Callable[[List[str]], Any], what: str) -> List[str]:
        """The rows, once it is so."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            rows = self.rows()
            if seen(rows):
                return rows
            assert time.monotonic() < deadline, f"never seen: {what}; on the screen:\n" + "\n".join(rows)
            time.sleep(0.05)

    def wait_for(self, text: str) -> List[str]:
        """The rows, once the text is on the screen."""
        return self.until(lambda rows: text in "\n".join(rows), text)

    def resize(self, columns: int, rows: int) -> None:
        """A new size of the window."""
        self("resize-window", "-x", str(columns), "-y", str(rows))


@pytest.fixture
def tmux(tmp_path) -> Iterator[Tmux]:
    """The demo on the screen of a tmux at 80x24."""
    server = Tmux(tmp_path)
    try:
        server.keys("echo before-the-demo", "Enter")
        server.wait_for("before-the-demo")
        server.keys(f"{sys.executable} -m ccmon --demo", "Enter")
        server.wait_for("demo, 0 s")     # the first look is over: nothing changes by itself any more
        yield server
    finally:
        subprocess.run(["tmux", "-S", server.socket, "kill-server"], stdout=subprocess.DEVNULL, check=False)
        if os.path.exists(server.socket):
            os.remove(server.socket)


def cells(row: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in row)


def test_rows_align(tmux):
    rows = tmux.wait_for("cost")
    assert len(rows) == 24 and all(cells(row) <= 80 for row in rows)
    assert "ccmon" in rows[0] and rows[23].startswith(" q quit")
    assert {cells(row) for row in rows if row.rstrip().endswith("%")} == {79}, "both bars end in the same column"
    columns = {cells(row[:row.index(word)]) for row in rows for word in ("cost  ", "models  ", "cache  ") if word in row}
    assert len(columns) == 1
    assert len({cells(row[:row.index("/min")]) for row in rows if "/min" in row}) == 1


def test_every_size_is_followed_and_the_way_back_restores_the_screen(tmux):
    before = tmux.wait_for("cost")
    for columns, rows, sign in ((60, 15, "ml_auto   Warsaw"), (40, 10, "k of ~33k"), (20, 5, "% used")):
        tmux.resize(columns, rows)
        shown = tmux.wait_for(sign)
        assert len(shown) <= rows and all(cells(row) <= columns for row in shown)
        assert "left" in "\n".join(shown)
    tmux.resize(80, 24)
    assert tmux.wait_for("cost  ") == before


def test_keys(tmux):
    tmux.wait_for("cost")
    tmux.keys("?")
    tmux.wait_for("Tokens are input + output")
    tmux.keys("?")
    tmux.wait_for("cost")
    tmux.keys("h")
    tmux.wait_for("up/down scroll")
    newest = tmux.wait_for("1-")[3]
    tmux.keys("Down")
    tmux.until(lambda rows: "2-" in rows[-1] or newest == rows[3], "scrolled")
    tmux.keys("Home", "M-q")           # as tmux sends them: neither is Esc, nor the key behind it
    assert "history" in tmux.wait_for("1-")[0]
    tmux.keys("v")
    tmux.wait_for("of limit")
    tmux.wait_for("history by day")
    tmux.keys("b")
    tmux.wait_for("history by week")
    tmux.keys("Tab")
    tmux.wait_for("Busiest: ")
    tmux.keys("Left")
    tmux.wait_for("history by week")
    tmux.keys("h")
    tmux.wait_for("cost  ")
    tmux.keys("c")
    tmux.until(lambda rows: len(rows) <= 12, "the compact layout")
    tmux.keys("c")
    tmux.until(lambda rows: len(rows) == 24, "the full layout")
    tmux.keys("t")
    tmux.wait_for("Theme light")
    tmux.keys("p")
    tmux.wait_for("Plan pro in this window")


@pytest.mark.parametrize("key", ["q", "C-c"])
def test_leaving_gives_the_screen_back(tmux, key):
    tmux.wait_for("cost")
    assert tmux("display-message", "-p", "#{alternate_on}").strip() == "1"
    tmux.keys(key)
    tmux.until(lambda _: tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}").split() == ["0", "1"], "the main screen")
    rows = tmux.wait_for("before-the-demo")
    assert not any("tokens" in row and "%" in row for row in rows)
    tmux.keys("echo status=$?", "Enter")
    tmux.wait_for("status=0")


@pytest.mark.parametrize("marked", [["-p"], []], ids=["marked", "not marked"])
def test_a_buffer_that_is_pasted_is_no_keys(tmux, tmp_path, marked):
    tmux.wait_for("cost")
    (tmp_path / "text").write_text("a Line that has an L and a q in it, L\n" * 1501)
    tmux("load-buffer", str(tmp_path / "text"))
    tmux("paste-buffer", *marked)
    tmux.wait_for("Pasted text was left out")
    assert "cost" in "\n".join(tmux.rows())
    time.sleep(1)                      # L at once would be of the text
    tmux.keys("L")
    tmux.wait_for("Noted: cut off")
    tmux.keys("q")
    tmux.until(lambda _: tmux("display-message", "-p", "#{alternate_on}").strip() == "0", "the main screen")
