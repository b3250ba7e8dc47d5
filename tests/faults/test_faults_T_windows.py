"""Row T-24: Windows, as far as it can be played here: modules, signals and system calls that are missing there."""

import subprocess

import pytest
from full_screen import live, shown
from terminal import CLEAN, Terminal

pytestmark = pytest.mark.newest_only

# Modules, signals and calls that are not there; msvcrt locks bytes as Windows does, by means of this machine.
NO_POSIX_MODULES = """
import fcntl, os, signal, sys, types
class Windows:
    name = "nt"
    gone = {{"fork", "setsid", "getuid", "geteuid", "getpgid", "getpgrp", "setpgid", "killpg", "pread", "O_NOFOLLOW", "fchmod",
            "O_NONBLOCK", "O_NOCTTY", "set_blocking", "tcgetpgrp", "ttyname", "register_at_fork", "statvfs", "getpriority"}}
    def __getattr__(self, name):
        if name in self.gone:
            raise AttributeError(f"module 'os' has no attribute {{name!r}}")
        return getattr(os, name)
msvcrt = types.ModuleType("msvcrt")
msvcrt.LK_NBLCK, msvcrt.LK_UNLCK = 2, 0
msvcrt.locking = lambda fd, mode, _: fcntl.flock(fd, fcntl.LOCK_UN if mode == 0 else fcntl.LOCK_EX | fcntl.LOCK_NB)
import subprocess                      # before they are gone: it chooses by them
sys.modules["msvcrt"] = msvcrt
for name in ({names}):
    sys.modules[name] = None
for name in ("SIGHUP", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGWINCH", "SIGTTOU", "SIGTTIN"):
    delattr(signal, name)
from importlib import import_module
for room in ("line_answer", "locks", "line_cache", "private", "settings.config", "setup.dotfiles", "system.shared_files",
             "system.named_files", "fullscreen.guardian", "fullscreen.terminal", "store.history_path", "store.connection",
             "store.database", "sources.hook", "sources.claude_files", "system.signals", "output"):
    module = import_module(f"ccmon.{{room}}")
    if getattr(module, "os", None) is os:
        module.os = Windows()
"""

# The terminal door as on Windows, on the curses of this machine, made to behave as PDCurses: a new size is a key, and
# resize_term(0, 0) takes it.
LIKE_WINDOWS = "import signal; NEW_SIZE = signal.SIGWINCH" + NO_POSIX_MODULES.format(names="'termios',") + """
import curses, os
signal.signal(NEW_SIZE, lambda *_: curses.ungetch(curses.KEY_RESIZE))
resize = curses.resize_term
def resize_term(rows, columns):
    assert (rows, columns) == (0, 0)
    size = os.get_terminal_size(1)
    resize(size.lines, size.columns)
curses.resize_term = resize_term
import ccmon.fullscreen.screen, ccmon.fullscreen.screen_signals, ccmon.fullscreen.terminal
ccmon.fullscreen.screen._POSIX = ccmon.fullscreen.screen_signals._POSIX = False
assert ccmon.fullscreen.screen_signals.termios is ccmon.fullscreen.terminal.termios is None
"""


def played(machine, code, *words, columns=80, **options):
    """The monitor where that code has run first."""
    (machine.cwd / "sitecustomize.py").write_text(code)
    env = machine.env(TERM=None, PYTHONPATH=f"{machine.cwd}:{machine.env()['PYTHONPATH']}")
    return Terminal(machine.command("--interval", "0.5", *words), env=env, cwd=str(machine.cwd), columns=columns, **options)


def test_T24_without_curses_there_is_one_plain_report(machine):
    live(machine)
    with played(machine, NO_POSIX_MODULES.format(names="'curses', '_curses', 'termios', 'fcntl'")) as term:
        assert term.wait_exit() == 0
        assert term.text().count("1,234") == 1 and b"\x1b[?" not in term.raw
        assert term.leftover() == CLEAN


@pytest.mark.parametrize("words", [["--json"], ["record"], ["history"], ["--statusline", "--wait", "5"], ["--once"]])
def test_T24_no_command_needs_what_windows_lacks(machine, words):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text(
        NO_POSIX_MODULES.format(names="'curses', '_curses', 'termios', 'fcntl', 'resource', 'pwd', 'grp'"))
    result = machine.run(*words, now=None, PYTHONPATH=f"{machine.cwd}:{machine.env()['PYTHONPATH']}")
    assert result.code == 0 and "internal error" not in result.err


@pytest.mark.parametrize("term_name", ["xterm-256color", "vt100"])
def test_T24_without_signals_keys_and_sizes_are_asked_for(machine, term_name):
    live(machine)
    with played(machine, LIKE_WINDOWS, term=term_name) as term:
        shown(term)
        term.send("?")
        term.wait_for("Tokens are input + output")
        term.send("?")
        term.resize(60, 15)
        term.wait_until(lambda: "─" * 58 in term.text() and "─" * 61 not in term.text(), "the new size")
        live(machine, 2345)
        term.wait_for("2,345")
        term.send("q")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


def test_T24_ctrl_c_is_a_key_or_a_signal_there_and_leaves_either_way(machine):
    live(machine)
    with played(machine, LIKE_WINDOWS + "curses.cbreak = curses.raw\n") as term:
        shown(term)
        term.send("ctrl-c")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN
    with played(machine, LIKE_WINDOWS) as term:
        shown(term)
        term.send("ctrl-c")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "cp437", "utf-8"])
def test_T24_reports_in_the_code_pages_of_windows(machine, encoding):
    live(machine, models=["claude-日本語"])
    out = subprocess.run(machine.command("--once"), env=machine.env(PYTHONIOENCODING=encoding), cwd=machine.cwd, check=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.decode(encoding)
    assert "1,234" in out and all(line.isprintable() for line in out.splitlines())
