"""Row M-8: what ccmon tells people to type is there on their system: a Mac has no xdg-open, no getent, no GNU options."""

import ast
import json
import os
import pwd
import re
import shutil
import subprocess
import sys

import own_sources
import pytest
from commands import ROOT

from ccmon.doctor import programs as doctors_programs
from ccmon.doctor.check import HOMELESS, Commands, FileStat
from ccmon.fullscreen import entries

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="commands of a POSIX shell")]
OF_LINUX = re.compile(r"""xdg-open|\bapt\b|apt-get|\bdnf\b|pacman|zypper|\bapk\b|systemctl|journalctl|notify-send|libnotify
    |getent|/proc\b|\bstat\ -c|\bdate\ -d|\bsed\ -i|readlink\ -f|\bcp\ --|\bls\ --|\bmv\ --|\bps\ --|\bdu\ --|setfattr|ldconfig
    |free\ -|\bss\ -|update-alternatives|locale-gen|localectl|chattr|inotify|\btac\b|\bnproc\b|sha256sum|md5sum""", re.VERBOSE)
# Where such words stand, and why nobody on a Mac is shown them.
KNOWN = {"doctor/programs.py": "by what is installed; the opener by the platform",
         "fullscreen/entries.py": "by what is installed; the opener by the platform",
         "doctor/surroundings.py": "by what is installed",
         "alerts/channels.py": "by the platform", "setup/uninstall.py": "by what is installed"}
# Of a Mac as it is sold, of its shells, and what people of Claude Code have installed.
OF_MACS = set("""chmod chown mv cp mktemp du sort tail stty env grep id touch sudo open vi git rm echo eval export unset umask cd
    brew npm claude ccmon ccusage tmux pip python3""".split())
NO_PLACES = "from ccmon.sources import program_search\nprogram_search._EVERYWHERE = ()\n"
DARWIN = "import sys\nsys.platform = 'darwin'\n"


def texts(nodes):
    """Every text of a file but for the docstrings."""
    said = {id(node.body[0].value) for node in nodes if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and node.body and isinstance(node.body[0], ast.Expr)}
    return [node.value for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said]


def opens(text):
    """Whether it is a path that ccmon itself reads, with another way beside it."""
    return text.startswith("/proc") or "|/proc/" in text


@own_sources.together
def test_M08_no_text_names_what_linux_alone_has():
    found = {f"{name}.py" for name, nodes in own_sources.nodes().items() for text in texts(nodes)
             if OF_LINUX.search(text) and not opens(text)}
    assert found <= set(KNOWN), found


def programs(command):
    """The first words of all the commands of a line."""
    bare = re.sub(r"'[^']*'", "''", command).replace("${EDITOR:-vi}", "vi")
    parts = re.split(r"\||&&|\$\(|\(|\n|;", bare)
    return {part.split()[0].strip('")') for part in parts if part.strip(' ")')}


def test_M08_the_commands_of_the_doctor_are_there_on_a_mac(monkeypatch):
    own, place = Commands("/Users/me"), FileStat("/Users/me/x y", True)
    said = [own.edit(place.path, 3), own.permit(place._replace(own=True), "-R u+rX", None), own.permit(place, "600", None),
            own.permit(FileStat("/", True), "600", None), own.permit(FileStat("/", True), "600", "XDG_DATA_HOME"),
            own.untangle(place.path, True), own.untangle(place.path, False), own.largest(place.path), own.take(place, None),
            doctors_programs.by_hand("darwin"), HOMELESS, doctors_programs.INSTALLERS["brew"], own.unset("", 0, None)]
    for command in filter(None, said):
        assert programs(command) <= OF_MACS, (command, programs(command))
    assert doctors_programs.by_hand("darwin").startswith("open https://") and doctors_programs.by_hand("win32").startswith("start https://")
    assert doctors_programs.by_hand("linux").startswith("xdg-open https://")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert entries.without_curses({"PATH": "/nowhere"}).endswith(": open https://www.python.org/downloads/")


@pytest.mark.parametrize("shell", [name for name in ("sh", "bash", "zsh", "fish") if shutil.which(name)])
def test_M08_the_home_is_found_without_getent(shell):
    command, env = f'{HOMELESS}\nprintf "%s" "$HOME"', {"PATH": "/usr/bin:/bin", "HOME": "/gone"}
    run = subprocess.run([shell, "-c", command], env=env, capture_output=True, text=True, check=True)
    assert run.stdout == pwd.getpwuid(os.getuid()).pw_dir


def test_M08_a_doctor_on_a_mac(machine):
    """Without Node.js and whatever installs it on Linux, without a home, in a locale that it has not."""
    (machine.cwd / "sitecustomize.py").write_text(DARWIN + NO_PLACES)
    env = {"PATH": str(machine.cwd), "PYTHONPATH": f"{machine.cwd}:{ROOT}", "LC_ALL": "en_PL.UTF-8"}
    run = subprocess.run(machine.command("doctor", "--json"), cwd=machine.cwd, env=env, capture_output=True, timeout=60)
    checks = {check["topic"]: check for check in json.loads(run.stdout)["checks"]}
    assert checks["Node"]["mend"] == "open https://nodejs.org/en/download"
    assert checks["locale"]["mend"] == "export LC_ALL=en_US.UTF-8" and "en_PL.UTF-8" in checks["locale"]["says"]
    for check in checks.values():
        assert not OF_LINUX.search(f"{check['says']} {check['mend']}"), check
        assert programs(check["mend"] or "") <= OF_MACS, check
