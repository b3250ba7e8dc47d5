"""Faults P-1, P-18, P-19, P-20: the ccusage program is not there, cannot be started, lies in wait, or wants the network."""

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from ccusage_places import NOWHERE, found, no_system_ccusage, put, sentence  # noqa: F401
from ccusage_stand_in import ENV, Windows, failure, run, stand_in  # noqa: F401
from commands import NOW, wait_until
from full_screen import leave, live, monitor
from terminal import Terminal
from test_cli import START, active  # noqa: F401

from ccmon.sources import ccusage
from ccmon.sources.ccusage_output import NotFound
from ccmon.sources.program_search import Program
from ccmon.system import processes

pytestmark = pytest.mark.newest_only


def test_P01_a_program_that_is_gone(tmp_path):
    path = str(tmp_path / "ccusage")
    with pytest.raises(NotFound, match=f"^{path} is gone. Install it with: npm install -g ccusage$"):
        run(Program((path,), path))


@pytest.mark.parametrize("shebang, mode, words", [
    ("#!/bin/sh", 0o644, "may not be run by you. Try: chmod +x"), ("#!/nonexistent/node", 0o755, "needs an interpreter"),
    ("", 0o755, "could not be started (Exec format error)"), ("\x7fELF", 0o755, "could not be started (Exec format error)")])
def test_P01_a_program_that_cannot_be_started(stand_in, shebang, mode, words):
    program = stand_in("echo hello", shebang, mode)
    sentence, missing = failure(program)
    assert sentence.startswith(program.path + " ") and words in sentence and missing


def test_P01_words_that_no_program_can_get(stand_in):
    for word in ("a\0b", "\ud800", "x" * 9_000_000):
        assert "could not be started" in failure(stand_in("")._replace(argv=(stand_in("").path, word)))[0]


@pytest.mark.parametrize("mode", [0o644, 0o000])
def test_P01_what_may_not_be_run_is_passed_over(tmp_path, mode):
    put(tmp_path / "a" / "ccusage", mode)
    (tmp_path / "b" / "ccusage").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "ccusage").symlink_to("/nonexistent")
    good = put(tmp_path / "d" / "ccusage")
    assert found(env={"PATH": ":".join(f"{tmp_path}/{name}" for name in "abcd")}).path == good


def test_P01_a_named_program_that_may_not_be_run(tmp_path):
    path = put(tmp_path / "ccusage", 0o644)
    assert sentence(path).endswith(f"may not be run. Try: chmod +x {path}")


no_other_ccusage = pytest.mark.skipif(
    any(os.access(f"{place}/ccusage", os.X_OK) for place in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")),
    reason="this machine has a ccusage that would be found")


@no_other_ccusage
@pytest.mark.parametrize("words", [["--json"], ["--once"], ["record"], []])
def test_P01_no_ccusage_anywhere(machine, words):
    machine.ccusage.unlink()
    result = machine.run(*words)
    assert result.code == (30 if words else 0)
    said = " ".join((result.err or result.out).split())
    told = ["Failed to get usage data", "npm install -g ccusage"] if words else ["Welcome", "claude", "ccmon init"]
    assert all(word in said for word in (*told, "ccmon --demo"))


def rewritten(text, mode=0o755):
    """A way to break the program: another text in its place."""
    def change(path):
        path.write_text(text)
        path.chmod(mode)
    return change


def replaced_by(make):
    """A way to break the program: something else in its place."""
    def change(path):
        path.unlink()
        make(path)
    return change


BROKEN = {
    "gone": lambda path: path.unlink(), "not executable": lambda path: path.chmod(0o644),
    "a folder": replaced_by(lambda path: path.mkdir()), "a link to itself": replaced_by(lambda path: path.symlink_to(path)),
    "no format": rewritten("\x7fELF\0\1\2"), "empty": rewritten(""), "no interpreter": rewritten("#!/nonexistent/node\n"),
    "no node": rewritten("#!/usr/bin/env node-that-nvm-took-away\n"),
    "an endless interpreter": replaced_by(lambda path: rewritten(f"#!{path}\n")(path)),
}


@no_other_ccusage
def test_P01_whatever_is_wrong_with_the_program_the_numbers_stay(active):
    active.run("record")
    sound = active.folder / "sound"
    active.ccusage.rename(sound)
    for way, breaks in BROKEN.items():
        shutil.copy(sound, active.ccusage)
        breaks(active.ccusage)
        result = active.run("--json", now=NOW + 60)
        assert (result.code, result.json["session"]["tokens"], result.json["source"]["age_s"]) == (0, 1234, 60), way
        assert result.json["source"]["error"] and "source_failed" in result.json["warnings"], way
        remove = active.ccusage.rmdir if active.ccusage.is_dir() else active.ccusage.unlink
        remove() if os.path.lexists(active.ccusage) else None
    assert active.run("record", now=NOW + 61).code == 30
    sound.rename(active.ccusage)
    assert active.run("record", now=NOW + 62).code == 0 and active.runs() == 2


def test_P01_an_installed_one_is_found_at_the_next_start_of_the_screen(machine):
    wanted = machine.folder / "later/ccusage"
    with monitor(machine, env={"CCMON_CCUSAGE": wanted}) as term:
        term.wait_for("Failed to get usage data")
        leave(term)
    live(machine)
    wanted.parent.mkdir()
    wanted.symlink_to(machine.ccusage)
    with monitor(machine, env={"CCMON_CCUSAGE": wanted}) as term:
        term.wait_for("1,234")
        leave(term)


def test_P18_a_remembered_path(tmp_path):
    path = put(tmp_path / "old" / "ccusage")
    usual = put(tmp_path / "home" / ".local" / "bin" / "ccusage")
    assert found(remembered=path, home=tmp_path / "home").path == path
    os.chmod(path, stat.S_IRUSR)
    assert found(remembered=path, home=tmp_path / "home").path == usual
    os.unlink(path)
    assert found(remembered=path, home=tmp_path / "home").path == usual


def test_P18_the_path_that_worked_is_remembered_for_a_poor_path(active):
    assert active.run("record") == (0, "", "")
    assert active.run("record", PATH="/usr/bin:/bin") == (0, "", "")
    assert active.runs() == 2


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
@no_other_ccusage
def test_P18_a_tmux_server_with_a_poor_path_runs_the_ccusage_of_the_users_shell(machine):
    """nvm: ccusage and the node that its first line asks for are on the PATH of interactive shells only."""
    nvm = machine.folder / "nvm"
    nvm.mkdir()
    (nvm / "node").symlink_to("/bin/sh")
    (nvm / "ccusage").write_text(machine.ccusage.read_text().replace("#!/bin/sh", "#!/usr/bin/env node", 1))
    (nvm / "ccusage").chmod(0o755)
    machine.ccusage.unlink()
    machine.configure("[ccmon]\nline_ttl = 1\nplan = max5\n")
    live(machine, 3500)
    assert machine.run("record", now=None, PATH=f"{nvm}:/usr/bin:/bin").code == 0
    live(machine, 7000)
    config = machine.folder / "tmux.conf"
    words = shlex.join(machine.command("--statusline", "--format", "tmux"))
    config.write_text(f"set -g status-interval 1\nset -g status-right-length 150\nset -g status-right \"#({words})\"\n")
    poor, tmux = machine.env(PATH="/usr/bin:/bin"), ["tmux", "-S", str(machine.folder / "socket"), "-f", str(config)]
    with Terminal([*tmux, "new-session", "cat"], columns=200, env=poor) as term:
        try:
            term.wait_for("CC 20% 7k/35k")
        finally:
            subprocess.run([*tmux, "kill-server"], env=poor, stderr=subprocess.DEVNULL, check=False)
    assert machine.runs() > 1
    wait_until(machine.idle, "the refresher ends")


def test_P19_relative_path_entries_are_ignored(tmp_path, monkeypatch):
    put(tmp_path / "ccusage")
    put(tmp_path / "bin" / "ccusage")
    monkeypatch.chdir(tmp_path)
    env = {"PATH": "::.:./:bin:./bin:~/bin:"}
    assert processes.folders(env) == []
    sentence(env=env)
    sentence("ccusage", env=env)
    sentence(remembered="ccusage")
    sentence(remembered="bin/ccusage")


@pytest.mark.parametrize("command", ["./ccusage", "bin/ccusage", "../ccusage", "bin/ccusage --x", "~other/ccusage", "~/ccusage"])
def test_P19_relative_commands_are_refused(tmp_path, monkeypatch, command):
    put(tmp_path / "ccusage")
    put(tmp_path / "bin" / "ccusage")
    monkeypatch.chdir(tmp_path)
    assert "depends on the current folder. Give an absolute path, or a name on PATH" in sentence(command)


def test_P19_a_bare_name_is_not_taken_from_the_current_folder(tmp_path, monkeypatch):
    put(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert "'mine', named by --ccusage or CCMON_CCUSAGE, was not found on PATH. Give its absolute path" in sentence("mine")


def test_P19_the_folder_in_which_it_runs(stand_in, tmp_path, monkeypatch):
    program = stand_in("pwd -P; node")
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "node").write_text("#!/bin/sh\necho trapped\n")
    (trap / "node").chmod(0o755)
    monkeypatch.chdir(trap)
    (tmp_path / "node").write_text("#!/bin/sh\necho honest\n")
    (tmp_path / "node").chmod(0o755)
    assert run(program, env={"PATH": f".::{tmp_path}:/bin"}, home=tmp_path) == f"{os.path.realpath(tmp_path)}\nhonest\n"
    for home in (None, tmp_path / "absent", "trap", program.path):
        assert run(stand_in("pwd"), home=home) == "/\n"


@pytest.mark.parametrize("path", ["", ".", ":/usr/bin", "elsewhere:/usr/bin"])
def test_P19_a_program_in_the_working_directory_is_never_run(machine, path):
    trap = machine.cwd / "ccusage"
    trap.write_text(f'#!/bin/sh\ntouch "{machine.folder}/trapped"\n')
    trap.chmod(0o755)
    machine.ccusage.unlink()
    machine.run("--json", PATH=path)
    machine.run("--json", "--ccusage", "./ccusage")
    assert not (machine.folder / "trapped").exists()


def test_P20_never_npx(tmp_path):
    put(tmp_path / "npx")
    put(tmp_path / "bunx")
    sentence(env={"PATH": str(tmp_path)}, home=tmp_path)


def test_P20_no_network_tool_is_ever_called(machine):
    for tool in ("npx", "npm", "bunx", "pnpm"):
        (machine.bin / tool).write_text(f'#!/bin/sh\necho used >>"{machine.folder}/tools"\n')
        (machine.bin / tool).chmod(0o755)
    machine.ccusage.unlink()
    machine.run("--json")
    assert not Path(machine.folder / "tools").exists()


def test_P20_ccusage_is_called_as_agreed(machine):
    machine.behaves(f'echo "$@" >"{machine.folder}/words"; pwd >>"{machine.folder}/words"; cat "{machine.folder}/answer.json"')
    machine.run("record")
    words, folder = (machine.folder / "words").read_text().splitlines()
    assert words == "blocks --json --offline --order asc --session-length 5"
    assert folder == str(machine.home)


def test_P19_windows_too_runs_nothing_from_the_current_folder(tmp_path, monkeypatch):
    """By its variable for programs that are started by name; ccusage itself is found as ccusage.cmd, on an absolute path."""
    monkeypatch.setattr(processes, "WINDOWS", True)
    monkeypatch.setattr(processes, "is_absolute", os.path.isabs)       # the drives are in test_windows.py
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "ccusage.cmd")
    put(tmp_path / "bin" / "ccusage")              # npm's script for other shells: Windows cannot run it
    sentence(env={"PATH": f".::{tmp_path}/bin"})
    path = put(tmp_path / "bin" / "ccusage.CMD")
    assert found(env={"PATH": f".::{tmp_path}/bin"}).path == found("ccusage", env={"PATH": f"{tmp_path}/bin"}).path == path
    monkeypatch.setattr(ccusage, "os", Windows())
    child = ccusage._environment(Program((path,), path), {"PATH": ".:/usr/bin"}, None)
    assert child["NoDefaultCurrentDirectoryInExePath"] == "1" and child["PATH"].split(":") == [f"{tmp_path}/bin", "/usr/bin"]
