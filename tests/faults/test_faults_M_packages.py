"""Rows M of tests/faults/README.md, packages: what an archive holds, what is asked for where, what is missing or off PATH."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
from types import SimpleNamespace

import pytest
import pytz
from commands import HOUR, ROOT, block
from terminal import Terminal

from ccmon import call_table
from ccmon.commands import manual as pages
from ccmon.fullscreen import entries
from ccmon.system import processes
from ccmon.views import manual

pytestmark = pytest.mark.newest_only

PAGES = [ROOT / "man" / name for name in call_table.PAGES.values()]
MADE = re.compile(r"PKG-INFO|ccmon_cli\.egg-info/.*")
STAND_IN_MAN = "#!/bin/sh\n[ \"$1\" = -w ] && { %s; }\necho shown by man: \"$@\"\n"


def ran(words, **options):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          check=False, **options)


# --- the manual -----------------------------------------------------------------------------------------------------------

def test_M11_the_manual_in_a_zip(monkeypatch):
    """There a page has no path: what loaded ccmon has it."""
    asked = []
    loader = SimpleNamespace(get_data=lambda path: asked.append(path) or PAGES[0].read_bytes())
    monkeypatch.setattr(pages, "path_of", lambda page: None)
    monkeypatch.setattr("pkgutil.get_data", lambda package, path: loader.get_data(f"{package}/{path}"))
    told = []
    monkeypatch.setattr(pages.output, "show_text", lambda env, rows: told.extend(rows))
    assert pages.run(SimpleNamespace(page="ccmon.1")) == 0 and asked == ["ccmon/man/ccmon.1"] and "NAME" in told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("columns", [1, 40, 80, 500])
def test_M11_the_manual_as_text_says_what_mandoc_shows(page, columns):
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    rows = manual.text(page.read_text(encoding="utf-8"), columns)
    shown = re.sub(r".\x08", "", ran(["mandoc", "-Tutf8", "-Owidth=1000", page]).stdout)
    words = [[word for word in text.split() if word not in "*\u2022"]
             for text in ("\n".join(rows[1:-1]), shown.split("\n", 1)[1])]
    assert words[0] == words[1][:len(words[0])] and len(words[1]) - len(words[0]) < 8        # the last row
    assert not [row for row in rows if re.search(r"\\[fe(&-]", row) or row.startswith(".")]
    assert columns < 80 or max(map(len, rows)) <= min(columns, 100)
    assert "\n\n\n" not in "\n".join(rows) and not [row for row in rows if row != row.rstrip()]


def test_M11_help_man_shows_the_page_through_man_or_as_text(machine):
    """Without a terminal as text; on one by man, where that can show it, else as text, in any locale."""
    bare = machine.run("help", "--man")
    assert bare.code == 0 and bare.err == "" and bare.out.startswith("CCMON(1)") and "\n   ccmon doctor\n" in bare.out
    assert machine.run("--help", "--man").out == machine.run("help", "MANUAL").out == bare.out
    for words, head in (("line --man", "-LINE(1)"), ("--man ccmon-line", "-LINE(1)"), ("--man report", "-HISTORY(1)"),
                        ("--man hit", "-LEARN(1)"), ("--man config", "-CONFIG(5)"), ("doctor --man", "(1)")):
        assert machine.run("help", *words.split()).out.startswith("CCMON" + head), words
    unknown = machine.run("help", "--man", "histroy")
    assert unknown.code == 2 and unknown.out == "" and unknown.err.count("\n") == 1
    assert "Type: ccmon help --man line" in machine.run("help", "templates").err
    assert "'histroy'" in unknown.err and "history" in unknown.err and "ccmon help --man ccmon | line" in unknown.err
    for says, mark in (("echo $2; exit", "shown by man: "), ("echo no manual; exit", "ccmon - how much"), ("exit 3", "NAME")):
        man = machine.bin / "man"
        man.write_text(STAND_IN_MAN % says)
        man.chmod(0o755)
        with Terminal(machine.command("help", "--man"), env=machine.env(TERM=None, PAGER="cat", LC_ALL="C"), rows=3000) as term:
            assert term.wait_exit() == 0 and mark in term.text() and ("shown by man" in term.text()) == (mark == "shown by man: ")


# --- the archive ----------------------------------------------------------------------------------------------------------

def clone(folder):
    """A copy of all that git has of this tree; nothing is built in the tree itself."""
    listed = ran(["git", "ls-files", "-z"], cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a clone")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return names


def test_M11_the_archive_of_the_sources_is_the_clone_and_passes_its_tests(tmp_path):
    pytest.importorskip("setuptools")
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    names = clone(source)
    code = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
    built = ran([sys.executable, "-c", code, out], cwd=source)
    assert built.returncode == 0, built.stderr
    (archive,) = out.iterdir()
    with tarfile.open(str(archive)) as files:
        held = {file.name.partition("/")[2] for file in files.getmembers() if file.isfile()}
        files.extractall(str(tmp_path / "else"), **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    assert {name for name in held if not MADE.fullmatch(name)} == set(names)
    (unpacked,) = (tmp_path / "else").iterdir()
    done = ran([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", "tests/test_svg.py",
                "tests/test_dockerfile.py", "tests/test_config_file.py"], cwd=unpacked, env=dict(os.environ))
    assert done.returncode == 0 and "passed" in done.stdout, done.stdout


def test_M11_how_it_is_built_is_declared_and_nothing_else_and_each_python_has_such_a_setuptools():
    """An old pip installs by setup.py where nothing is declared, and takes the newest setuptools that is not excluded."""
    tomllib, requirements = pytest.importorskip("tomllib"), pytest.importorskip("packaging.requirements")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert list(declared) == ["build-system"] and declared["build-system"]["build-backend"] == "setuptools.build_meta"
    asked = [requirements.Requirement(line) for line in declared["build-system"]["requires"]]
    for python, newest in (("3.8", "75.3"), ("3.9", "75.3"), ("3.10", "82.0"), ("3.15", "84.2")):
        allowed = [one for one in asked if one.marker.evaluate({"python_version": python})]
        assert len(allowed) == 1 and allowed[0].specifier.contains(newest), python
        assert allowed[0].specifier.contains("82.0") is (python not in ("3.8", "3.9"))


# --- what is asked for ----------------------------------------------------------------------------------------------------

def requirements():
    parser = configparser.ConfigParser()
    parser.read(str(ROOT / "setup.cfg"), encoding="utf-8")
    return [line for line in parser["options"]["install_requires"].split("\n") if line.strip()]


@pytest.mark.parametrize("platform, version, machine, name, wanted", [
    ("win32", "3.8", "AMD64", "cpython", True), ("win32", "3.14", "AMD64", "cpython", True),
    ("win32", "3.14", "x86", "cpython", True), ("win32", "3.15", "AMD64", "cpython", False),
    ("win32", "3.13", "ARM64", "cpython", False), ("win32", "3.10", "AMD64", "pypy", False),
    ("linux", "3.13", "x86_64", "cpython", False), ("darwin", "3.9", "arm64", "cpython", False)])
def test_M01_windows_curses_is_asked_for_where_there_is_a_build_of_it(platform, version, machine, name, wanted, monkeypatch):
    markers = pytest.importorskip("packaging.markers")
    (line,) = [line for line in requirements() if line.startswith("windows-curses")]
    env = {"sys_platform": platform, "python_version": version, "platform_machine": machine, "implementation_name": name}
    assert markers.Marker(line.partition(";")[2]).evaluate(env) is wanted
    if platform == "win32" and machine != "x86":
        monkeypatch.setattr(processes, "WINDOWS", True)
        monkeypatch.setattr(sys, "version_info", (3, int(version[2:]), 0))
        monkeypatch.setattr(sys, "implementation", SimpleNamespace(name=name))
        monkeypatch.setattr(sysconfig, "get_platform", lambda: f"win-{machine.lower()}")
        said = entries.without_curses({})
        assert ("pip install windows-curses" in said) is entries.has_curses_build() is wanted
        assert wanted or "winget install Python.Python.3.14 --architecture x64" in said


FREE_THREADED = """
import runpy, sys, sysconfig, setuptools
var, setup, here = sysconfig.get_config_var, setuptools.setup, sys.platform
sysconfig.get_config_var = lambda name: 1 if name == "Py_GIL_DISABLED" else var(name)
def as_here(**options):
    sys.platform = here
    setup(**options)
sys.platform, setuptools.setup, sys.argv = sys.argv[1], as_here, ["setup.py", "-q", "egg_info", "-e", sys.argv[2]]
runpy.run_path("setup.py", run_name="__main__")
"""


def test_M01_a_free_threaded_python_on_windows_is_not_asked_for_it_either(tmp_path):
    pytest.importorskip("setuptools")
    for platform in ("win32", "linux"):
        (tmp_path / platform).mkdir()
        done = ran([sys.executable, "-c", FREE_THREADED, platform, tmp_path / platform], cwd=ROOT)
        assert done.returncode == 0, done.stderr
    asked = {path.parent.parent.name: path.read_text() for path in tmp_path.glob("*/*.egg-info/requires.txt")}
    assert "windows-curses" not in asked["win32"] and "windows-curses" in asked["linux"] and "pytz" in asked["win32"]


# --- no curses, no _json --------------------------------------------------------------------------------------------------

WITHOUT = "import sys\nfor name in ('curses', '_curses', '_json'):\n    sys.modules[name] = None\n"
EVERY_CALL = """
import contextlib, io, sys
from ccmon import cli
for words in sys.argv[1:]:
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(words.split())
    out.flush()
    print(f"{words}: {code}, {bool(out.buffer.getvalue())}, {err.getvalue()!r}")
"""
CALLS = ["record", "--once", "--json", "history", "history --by day --json", "report", "report --html -", "why", "learn",
         "hit --list", "config", "alerts", "accounts", "export --openmetrics", "completion bash", "help --man"]


def test_M01_without_curses_and_the_scanner_in_c_all_but_the_screen_works(machine):
    """Every command in one process; then the screen, which shows one frame and says what to install."""
    machine.answers([block(int(time.time()) - HOUR, 1234)])
    (machine.cwd / "sitecustomize.py").write_text(WITHOUT)
    env = machine.env(TERM=None, PYTHONPATH=f"{machine.cwd}:{ROOT}")
    done = ran([sys.executable, "-c", EVERY_CALL, *CALLS], env=env, cwd=machine.cwd)
    assert done.stdout.splitlines() == [f"{words}: 0, {words != 'record'}, ''" for words in CALLS], done.stderr
    told = json.dumps({"rate_limits": {"five_hour": {"used_percentage": 37, "resets_at": time.time() + HOUR}}})
    row = subprocess.run([sys.executable, "-m", "ccmon", "--statusline", "--format", "claude", "--wait", "9"], env=env, text=True,
                         input=told, capture_output=True, timeout=60, check=True)
    assert "5h 37%" in row.stdout
    with Terminal([sys.executable, "-m", "ccmon"], env=env, cwd=str(machine.cwd), rows=40, columns=200) as term:
        assert term.wait_exit() == 0
        text = term.text()
    assert "1,234" in text and "ccmon: no full screen: this Python has no curses. All else works. Install it" in text
    assert text.count("no curses") == 1 and "Traceback" not in text and b"\x1b[?1049h" not in term.raw


# --- off PATH -------------------------------------------------------------------------------------------------------------

def test_M11_pip_install_user_off_path_is_named_wherever_off_path_is_named(machine):
    """As on macOS: ~/Library/Python/3.x/bin, and `python3 -m ccmon` is what people are left with."""
    base = machine.home / "Library/Python/3.9"
    env = machine.env(PYTHONUSERBASE=base, PATH="/usr/bin:/bin")
    packages = ran([sys.executable, "-c", "import site; print(site.getusersitepackages())"], env=env).stdout.strip()
    shutil.copytree(str(ROOT / "ccmon"), f"{packages}/ccmon", ignore=shutil.ignore_patterns("__pycache__"))
    program = base / "bin/ccmon"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    env["PYTHONPATH"] = f"{packages}:{os.path.dirname(pytz.__path__[0])}"

    def said(*words):
        done = ran([sys.executable, "-m", "ccmon", *words], env=env, cwd=machine.cwd)
        return done.stdout + done.stderr
    doctor = " ".join(said("doctor").split())
    assert "Library/Python/3.9/bin/ccmon is not on PATH" in doctor and "/bin:\"$PATH\"" in doctor
    assert "all: ~/Library/Python/3.9/bin/ccmon config" in said("config", "get", "xyz")
    assert str(program) in said("init", "bash")
