"""Rows T-3 and T-21: Ctrl-Z and fg, and a start in the background, in the shells of a real tmux."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from clock_screen import APP, log  # noqa: F401
from full_screen import live

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(os.name != "posix" or shutil.which("tmux") is None, reason="needs tmux")]

SHELLS = {"bash": "bash --norc --noprofile -i", "zsh": "zsh -f -i", "fish": "fish --no-config -i"}


class Window:
    """A tmux of our own whose one window runs a shell; the socket stands in a short path."""

    def __init__(self, folder, shell, env=None):
        self.socket = f"{folder}/s"
        self.env = env
        self("new-session", "-d", "-x", "80", "-y", "24", shell)
        if shell.startswith("zsh"):
            self.types("PS1='$ '")

    def __call__(self, *words):
        command = ["tmux", "-S", self.socket, "-f", "/dev/null", *words]
        done = subprocess.run(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout.decode()

    def types(self, text):
        """A line of input."""
        self("send-keys", text, "Enter")

    def text(self):
        """The screen."""
        return self("capture-pane", "-p")

    def mode(self):
        """Alternate screen, cursor, application keypad, mouse: 1 where it is on."""
        return self("display", "-p", "#{alternate_on}#{cursor_flag}#{keypad_cursor_flag}#{mouse_any_flag}").strip()

    def until(self, seen, what):
        deadline = time.monotonic() + 30
        while not seen():
            assert time.monotonic() < deadline, f"{what}; {self.mode()}\n{self.text()}"
            time.sleep(0.05)

    def foreground(self):
        """The leader of the job that has the terminal."""
        with open(f"/proc/{self('display', '-p', '#{pane_pid}').strip()}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[5])

    def stty(self, name):
        """The modes of the terminal, as the shell's commands see them."""
        self.types(f"stty -a > {name}")
        self.until(lambda: os.path.exists(name) and os.path.getsize(name) > 0, "stty")
        with open(name) as modes:
            return modes.read()


@pytest.fixture
def window():
    """Make windows; they go at the end."""
    opened = []
    with tempfile.TemporaryDirectory() as folder:
        def new(shell, env=None):
            opened.append(Window(folder, shell, env))
            return opened[-1]
        yield new
        for one in opened:
            one("kill-server")


# --- T-3 ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shell", SHELLS)
def test_T03_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back(machine, window, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    live(machine)
    tmux = window(SHELLS[shell], machine.env(PS1="$ "))
    before = tmux.stty(machine.folder / "before")
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))}")
    tmux.until(lambda: "1,234" in tmux.text() and tmux.mode() == "1010", "drawn")
    for turn in range(2):
        tmux("send-keys", "C-z")
        tmux.until(lambda: tmux.mode()[:2] == "01" and "topped" in tmux.text() or "suspended" in tmux.text(), "stopped")
        assert tmux.mode()[3] == "0"
        assert tmux.stty(machine.folder / f"stopped{turn}") == before
        tmux.types("fg")
        tmux.until(lambda: "1,234" in tmux.text() and tmux.mode() == "1010", "drawn again, arrow keys are keys")
        tmux("send-keys", "?")
        tmux.until(lambda: "Tokens are input + output" in tmux.text(), "it listens")
        tmux("send-keys", "?")
        tmux.until(lambda: "1,234" in tmux.text(), "the dashboard")    # Ctrl-Z throws away what was typed before it
    tmux("send-keys", "q")
    tmux.until(lambda: tmux.mode()[:2] == "01", "left")
    assert tmux.stty(machine.folder / "after") == before


def test_T03_the_status_after_ctrl_z_fg_and_q_is_0(window, log):
    tmux = window(SHELLS["bash"])
    tmux.types(f"'{sys.executable}' '{APP}' '{log}' 0.05")
    tmux.until(lambda: tmux.mode() == "1010" and "tick 0000" in tmux.text(), "drawn")
    tmux("send-keys", "C-z")
    tmux.until(lambda: tmux.mode()[:2] == "01" and "Stopped" in tmux.text(), "stopped")
    tmux.types("fg")
    tmux.until(lambda: tmux.mode() == "1010" and "row 20" in tmux.text(), "drawn again")
    tmux("send-keys", "q")
    tmux.until(lambda: tmux.mode() == "0100", "left")
    tmux.types("echo status $?")
    tmux.until(lambda: "status 0" in tmux.text(), "status")


def test_T03_a_window_resized_while_it_was_stopped_is_filled(machine, window):
    live(machine)
    tmux = window(SHELLS["bash"], machine.env(PS1="$ "))
    tmux("set", "-g", "window-size", "manual")
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))}")
    tmux.until(lambda: "1,234" in tmux.text(), "drawn")
    tmux("send-keys", "C-z")
    tmux.until(lambda: "Stopped" in tmux.text(), "stopped")
    tmux("resize-window", "-x", "60", "-y", "15")
    tmux.types("fg")
    tmux.until(lambda: "to the reset" in tmux.text() and "─" * 58 in tmux.text() and tmux.mode() == "1010", "the new size")
    tmux("send-keys", "q")
    tmux.until(lambda: tmux.mode() == "0100", "left")


@pytest.mark.parametrize("signals, status", [("TERM", 143), ("HUP", 129), ("QUIT", 131), ("INT", 0)])
def test_T03_a_signal_ends_it_while_it_is_stopped_and_the_shell_keeps_its_screen(machine, window, signals, status):
    live(machine)
    tmux = window(SHELLS["bash"], machine.env(PS1="$ "))
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))}")
    tmux.until(lambda: "1,234" in tmux.text() and tmux.mode() == "1010", "drawn")
    tmux("send-keys", "C-z")
    tmux.until(lambda: "Stopped" in tmux.text() and tmux.mode()[:2] == "01", "stopped")
    tmux.types(f"kill -{signals} %1; kill -CONT %1; wait %1; echo ended $?")
    tmux.until(lambda: f"ended {status}" in tmux.text(), "ended")
    assert tmux.mode()[:2] == "01" and "1,234" not in tmux.text()


@pytest.fixture
def behind(machine, window):
    """bash in tmux, whose ccmon was stopped by force and sent to the background."""
    live(machine)
    tmux = window(SHELLS["bash"], machine.env(PS1="$ "))
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))}")
    tmux.until(lambda: "1,234" in tmux.text(), "drawn")
    os.kill(tmux.foreground(), signal.SIGSTOP)
    tmux.until(lambda: "Stopped" in tmux.text(), "stopped")
    tmux.types("clear; bg; sleep 0.5; jobs; echo looked $?")
    tmux.until(lambda: "looked 0" in tmux.text() and "Stopped" in tmux.text(), "stopped again, by the kernel")
    return tmux


def test_T03_stopped_by_force_and_sent_to_the_background_it_draws_nothing_there(behind):
    tmux = behind
    assert "1,234" not in tmux.text()
    tmux.types("fg")
    tmux.until(lambda: "1,234" in tmux.text(), "drawn again")
    tmux("send-keys", "q")
    tmux.until(lambda: tmux.mode()[:2] == "01", "left")


def test_T03_stopped_by_force_it_is_ended_in_the_background(behind):
    tmux = behind
    tmux.types("clear; kill %1; kill -CONT %1; wait %1; echo ended $?")
    tmux.until(lambda: "ended 143" in tmux.text() and tmux.mode()[:2] == "01", "ended, and the main screen is back")


# --- T-21 ---------------------------------------------------------------------------------------------------------------

def test_T21_started_in_the_background_it_waits_without_touching_the_screen(machine, window):
    live(machine)
    tmux = window(SHELLS["bash"], machine.env(PS1="$ "))
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))} &")
    tmux.types("echo $((40+2)) is the answer")
    tmux.until(lambda: "42 is" in tmux.text(), "the shell goes on")
    for _ in range(200):
        tmux.types("jobs")
        if "Stopped" in tmux.text():
            break
        time.sleep(0.1)
    assert "Stopped" in tmux.text() and tmux.mode() == "0100"
    tmux.types("fg")
    tmux.until(lambda: "1,234" in tmux.text() and tmux.mode() == "1010", "drawn")
    tmux("send-keys", "q")
    tmux.until(lambda: tmux.mode() == "0100", "left")


def test_T21_ended_in_the_background_it_leaves_the_screen_to_the_shell(machine, window):
    live(machine)
    tmux = window(SHELLS["bash"], machine.env(PS1="$ "))
    tmux.types(f"{' '.join(machine.command('--interval', '0.5'))} &")
    for _ in range(200):
        tmux.types("jobs")
        if "Stopped" in tmux.text():
            break
        time.sleep(0.1)
    tmux.types("kill %1; kill -CONT %1; wait %1; echo ended $?")
    tmux.until(lambda: "ended 143" in tmux.text(), "ended")
    assert tmux.mode() == "0100"
    tmux.types("echo still $((40+2))")
    tmux.until(lambda: "still 42" in tmux.text(), "the shell listens")
