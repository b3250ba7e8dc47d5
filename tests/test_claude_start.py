"""What `ccmon init claude` writes to start soonest: right in every kind of install, taken only where a trial says so."""

import json
import subprocess
import sys
import zipfile

import installs
import pytest
from line_shells import program

from ccmon import refresher
from ccmon.setup import init, settings_json
from ccmon.setup.snippets import CLAUDE_OPTIONS, claude_command
from ccmon.system import processes

SHELLS = {"sh": [], "bash": [], "dash": [], "busybox": ["sh"], "zsh": ["-f"], "fish": ["--no-config"]}
PATH = "-it's \u00e9 100% & (more); #1"


# --- layouts: the program, its Python, and the folder of packages ------------------------------------------------------------

def _venv(folder):
    return installs.install(folder / "venv", installs.OLD_WRAPPER), folder / "venv"


def _pipx(folder):
    ccmon = _venv(folder)[0]
    (folder / ".local/bin").mkdir(parents=True)
    (folder / ".local/bin/ccmon").symlink_to(ccmon)
    return folder / ".local/bin/ccmon", folder / "venv"


def _editable(folder):
    packages = installs.link_packages(installs.environment(folder / "venv"))
    (packages / "ccmon").unlink()
    (packages / "ccmon.pth").write_text(f"{installs.ROOT}\n")
    return installs.put_program(folder / "venv/bin/ccmon", installs.OLD_WRAPPER, str(folder / "venv/bin/python")), folder / "venv"


def _user_site(folder):
    packages = folder / ".local/lib" / installs.VERSION / "site-packages"
    packages.mkdir(parents=True)
    installs.link_packages(packages)
    return installs.put_program(folder / ".local/bin/ccmon", installs.OLD_WRAPPER, installs.BASE), folder / ".local"


def _zipped(folder):
    ccmon, venv = _venv(folder)
    packages = venv / "lib" / installs.VERSION / "site-packages"
    (packages / "ccmon").unlink()
    with zipfile.ZipFile(packages / "ccmon.zip", "w") as archive:
        for path in (installs.ROOT / "ccmon").rglob("*.py"):
            archive.write(path, str(path.relative_to(installs.ROOT)))
    (packages / "ccmon.pth").write_text("ccmon.zip\n")
    return ccmon, venv


def _without_packages(folder):
    ccmon, venv = _venv(folder)
    (venv / "lib" / installs.VERSION / "site-packages" / "pytz").unlink()
    return ccmon, venv


def _says_else(folder):
    venv = _venv(folder)[1]
    return installs.put_program(venv / "bin/ccmon", "print('another line')\n", str(venv / "bin/python")), venv


LAYOUTS = {"venv": _venv, "pipx, uv tool": _pipx, "pip install -e": _editable, "pip install --user": _user_site}
UNFIT = {"zipped": _zipped, "what it needs is gone": _without_packages, "says something else": _says_else}


def arranged(monkeypatch, layout, folder, share=100.0):
    """The layout as if its ccmon ran now: program and environment. Any start is soon enough for it, unless share says more."""
    folder.mkdir(exist_ok=True)
    ccmon, place = layout(folder)
    python, packages = place / "bin/python", place / "lib" / installs.VERSION / "site-packages"
    imported = installs.ROOT if layout is _editable else packages / "ccmon.zip" if layout is _zipped else packages
    monkeypatch.setattr(processes, "own_program", lambda: str(ccmon))
    monkeypatch.setattr(sys, "executable", str(python if python.exists() else installs.BASE))
    monkeypatch.setattr(refresher, "import_folder", lambda: str(imported))
    monkeypatch.setattr(init, "MOST_SHARE", share)
    monkeypatch.setattr(init, "TURNS", 1)
    init._is_sooner.cache_clear()
    return str(ccmon), {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TMPDIR": str(folder), "TZ": "UTC"}


def answered(words, env):
    return subprocess.run(words, env=env, input=b"{}", capture_output=True, timeout=60, cwd="/")


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_prints_the_same_line_in_every_layout_and_shell(monkeypatch, home, name):
    ccmon, env = arranged(monkeypatch, LAYOUTS[name], home / PATH)
    direct = init.direct_start(ccmon, env)           # all of ccmon has been loaded so, too
    assert direct and not list((home / PATH).glob("tmp*"))
    init._put_line(env)
    by_name = answered([ccmon, *CLAUDE_OPTIONS.split()], env).stdout
    for shell, flags in SHELLS.items() if name == "venv" else [("sh", [])]:
        said = answered([program(shell), *flags, "-c", claude_command("false", direct)], env)
        assert (said.returncode, said.stdout, said.stderr) == (0, by_name, b"") and by_name, shell
    assert not (home / PATH / ".local/share/ccmon").exists()            # nobody asked for more than the line that was there


@pytest.mark.parametrize("name", UNFIT)
def test_it_stays_the_name_where_the_other_start_is_not_the_same(monkeypatch, home, name):
    assert init.direct_start(*arranged(monkeypatch, UNFIT[name], home / "x")) == ""


@pytest.mark.parametrize("change", [
    lambda patch: patch.setattr(processes, "own_program", lambda: None), lambda patch: patch.setattr(sys, "executable", ""),
    lambda patch: patch.setattr(processes, "own_program", lambda: "/another/ccmon"),
    lambda patch: patch.setattr(processes, "WINDOWS", True), lambda patch: patch.setattr(init, "SHELL", "/nowhere")])
def test_it_stays_the_name_where_nobody_knows(monkeypatch, home, change):
    ccmon, env = arranged(monkeypatch, _venv, home / "x")
    change(monkeypatch)
    assert init.direct_start(ccmon, env) == ""


@pytest.mark.parametrize("name_s, direct_s, is_sooner", [(0.030, 0.020, True), (0.030, 0.029, False), (0.020, 0.030, False)])
def test_a_trial_decides(monkeypatch, home, name_s, direct_s, is_sooner):
    ccmon, env = arranged(monkeypatch, _venv, home / "x", init.MOST_SHARE)
    monkeypatch.setattr(init, "TURNS", 5)
    asked = []

    def measured(words, _env):
        asked.append(words)
        return (direct_s if "-S" in words[-1] else name_s), "line"
    monkeypatch.setattr(processes, "measured", measured)
    monkeypatch.setattr(processes, "printed", lambda *_: "line")
    assert bool(init.direct_start(ccmon, env)) is is_sooner
    assert bool(init.direct_start(ccmon, env)) is is_sooner and len(asked) == 10       # the second time it is remembered


# --- the whole life ------------------------------------------------------------------------------------------------------------

SLOW = installs.OLD_WRAPPER.replace("import re\n", "import re, argparse, difflib, json, typing\n")


@pytest.mark.parametrize("old", [None, "echo old; exit 3"])
def test_it_answers_without_its_start_is_renewed_and_taken_out(home, old):
    settings = home / ".claude/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"statusLine": {"type": "command", "command": old}} if old else {}))
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    before, rows = settings.read_text(), b"old\n\n" if old else b""
    for name in ("first", "second"):                   # the second is another Python's
        ccmon = installs.install(home / name, SLOW)
        start = home / name / "lib" / installs.VERSION / "site-packages/ccmon/bare_start.py"
        assert answered([str(ccmon), "init", "claude", "--write"], env).returncode == 0
        command = json.loads(settings.read_text())["statusLine"]["command"]
        call = claude_command(str(ccmon), f"{home}/{name}/bin/python -S {start}")
        assert call == command if old is None else f"{{ {call}; }}" in command and command.count("bare_start") == 1
        assert settings_json.programs(settings.read_bytes()) == [f"{home}/{name}/bin/python", str(start), str(ccmon)]
    done = answered(["/bin/sh", "-c", command], env)
    assert done.returncode == 0 and done.stdout.startswith(rows + b"CC no logs yet")
    assert answered([str(ccmon), "init", "claude", "--undo"], env).returncode == 0 and settings.read_text() == before
    start.parent.unlink()
    ccmon.write_text("#!/bin/sh\necho by name; cat\n")
    done = answered(["/bin/sh", "-c", command], env)
    assert (done.returncode, done.stdout) == (0, rows + b"by name\n{}" + (b"\n" if old else b""))


def test_doctor_names_the_file_that_is_gone(home, monkeypatch):
    from ccmon.doctor.line import connection
    (home / ".claude").mkdir()
    direct = f"{installs.BASE} -S {home}/ccmon/bare_start.py"
    settings = settings_json.with_line(None, sys.executable.replace("python", "ccmon"), direct)
    (home / ".claude/settings.json").write_bytes(settings)
    assert connection({"HOME": str(home)}).gone == f"{home}/ccmon/bare_start.py"
