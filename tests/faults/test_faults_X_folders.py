"""Rules of rows P-19, S-9 and X: nothing is run or imported from the folder that ccmon happens to be called in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from claude_logs import talk, write
from commands import HOUR, NOW, ROOT, block, wait_until
from full_screen import leave, live, monitor, shown
from terminal import Terminal

from ccmon import refresher
from ccmon.sources import log_reader

pytestmark = pytest.mark.newest_only

PROGRAMS = ("ccusage", "ccmon", "ccmon-line", "node", "npx", "less", "more", "pager", "cat", "sh", "stty", "tput", "tty", "uname",
            "taskkill", "taskkill.exe")
# What runpy itself imports before ccmon is there is left out: -m looks in the folder for that, and -I or -P mends it.
MODULES = """json sqlite3 argparse configparser subprocess datetime curses _curses hashlib shutil tempfile signal pytz tabulate
    calendar locale difflib random statistics concurrent multiprocessing select selectors fcntl termios shlex gettext decimal
    zoneinfo model text sklearn statsmodels numpy csv glob uuid platform queue threading bisect math usercustomize""".split()


@pytest.fixture
def trap(machine):
    """A working directory in which every name that could be looked for leaves a mark; nothing has."""
    mark = machine.folder / "pwned"
    for folder in (machine.cwd, machine.cwd / "bin"):
        folder.mkdir(exist_ok=True)
        for name in PROGRAMS:
            (folder / name).write_text(f"#!/bin/sh\n/usr/bin/touch '{mark}'\n")
            (folder / name).chmod(0o755)
    for name in MODULES:
        (machine.cwd / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    machine.answers([block(NOW - n * 6 * HOUR - HOUR, 700 + n) for n in range(60)])
    write(machine.home / ".claude", [entry for n in range(60) for entry in talk(n, NOW - n * 6 * HOUR - HOUR, 0.5, 2)])
    yield machine
    assert not mark.exists()


@pytest.mark.parametrize("path", [".:{}", "bin:{}", ":{}", "{}:", "./bin::{}"])
def test_P19_S09_no_relative_entry_of_the_path_is_used(trap, path):
    trap.run("--once", PATH=path.format("/usr/bin:/bin"))
    assert trap.runs() == 0            # there is none but in the folder
    trap.run("--once", PATH=path.format(f"{trap.bin}:/usr/bin:/bin"))
    assert trap.runs() == 1
    assert trap.run("init", "bash", PATH=path.format("/usr/bin:/bin")).code == 2


@pytest.mark.skipif(not shutil.which("less"), reason="less is not installed")
@pytest.mark.parametrize("pager", [None, "less"])
def test_the_pager_is_not_one_of_the_folder(trap, pager):
    trap.run("record")
    variables = trap.env(CCMON_NOW=NOW, PATH=f".:{trap.bin}:/usr/bin:/bin", PAGER=pager)
    with Terminal(trap.command("history"), 80, 24, env=variables, cwd=str(trap.cwd)) as term:
        term.wait_for("start")
        term.wait_until(lambda: "average" not in term.text() and term.process.poll() is None, "the pager")
        term.send("q")
        assert term.wait_exit() == 0


@pytest.mark.skipif(not shutil.which("less"), reason="less is not installed")
def test_a_pager_that_is_only_in_the_folder_is_none(trap):
    trap.run("record")
    (trap.cwd / "mine").write_text((trap.cwd / "less").read_text())
    (trap.cwd / "mine").chmod(0o755)
    variables = trap.env(CCMON_NOW=NOW, PATH=f".:{trap.bin}:/usr/bin:/bin", PAGER="mine")
    with Terminal(trap.command("history"), 80, 24, env=variables, cwd=str(trap.cwd)) as term:
        assert term.wait_exit() == 0 and "average" in term.text()


@pytest.mark.parametrize("words", [["--once"], ["--json"], ["--statusline"], ["record"], ["history"], ["history", "--table"],
                                   ["report"], ["why"], ["learn"], ["--demo", "--once"], ["--source", "logs", "--once"]],
                         ids=" ".join)
def test_S09_nothing_is_imported_from_the_folder(trap, words):
    assert trap.run(*words).code in (0, 10, 11, 20)


def test_S09_the_detached_refresher_imports_nothing_from_the_folder(trap):
    live(trap)
    shutil.rmtree(str(trap.home / ".claude"))      # the reader of all logs would note its end in the state, too
    trap.run("record", now=None)
    state = trap.cache / "state"
    head, note = state.read_text().split("\n", 1)
    state.write_text(" ".join(["1", *head.split()[1:]]) + "\n" + note)
    before = trap.runs()
    trap.run("--statusline", now=None)
    wait_until(lambda: trap.runs() > before and trap.idle(), "the refresher is done")


def test_S09_the_screen_imports_nothing_from_the_folder(trap):
    live(trap)
    with monitor(trap, cwd=str(trap.cwd)) as term:
        shown(term)
        leave(term)


def test_S09_the_interpreter_without_a_folder_is_left_alone(machine):
    """-I, -P, a folder that is gone, and a checkout in which ccmon itself is found."""
    start = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('ccmon', None, '__main__', True)"
    for flags in (["-I"], ["-P"] if sys.version_info >= (3, 11) else ["-I"]):
        done = subprocess.run([sys.executable, *flags, "-c", start, "--version"], cwd=machine.cwd, env=machine.env(), check=False)
        assert done.returncode == 0
    assert machine.shell("mkdir gone && cd gone && rmdir ../gone && $CCMON --version").code == 0
    done = subprocess.run(machine.command("--demo", "--once"), cwd=ROOT, env=machine.env(PYTHONPATH=None), check=False,
                          stdout=subprocess.DEVNULL)
    assert done.returncode == 0


def test_where_processes_cannot_fork_the_refresher_is_started_elsewhere_too(trap, monkeypatch):
    """As on Windows: the refresher is a new interpreter, which would look for everything in the folder first."""
    for name, value in {**trap.env(), "CCMON_NOW": str(NOW)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(trap.cwd)
    started = []
    real = subprocess.Popen

    def popen(words, **more):
        started.append(real(words, **{**more, "creationflags": 0}))

    monkeypatch.setattr(subprocess, "Popen", popen)
    refresher._spawn()
    assert started[0].wait() == 0 and trap.runs() == 1 and Path(trap.cache / "state").exists()


def test_S09_the_reader_of_all_logs_imports_nothing_from_its_folder(trap, monkeypatch):
    """It runs in /, where whoever may write there could leave a module."""
    real, seen = subprocess.Popen, []
    monkeypatch.setattr(subprocess, "Popen", lambda words, **more: seen.append((words, more)))
    log_reader.start(str(trap.cache))
    (words, more), = seen
    assert os.path.isabs(more["cwd"])
    assert real([*words[:2], words[2] + "; assert '' not in sys.path", *words[3:]], cwd=trap.cwd, env=trap.env()).wait() == 0
