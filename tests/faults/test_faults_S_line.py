"""S-7 and S-9: whatever fails and wherever it is called, one line of the width that was asked for, and exit 0."""

import json
import os
import re
import resource
import subprocess
import sys

import pytest
from commands import HOUR, NOW, PATIENCE_S, alive, block, wait_until
from line_shells import call
from live_lines import age, live, one_line, warm
from test_ccmon_line import ask, line  # noqa: F401
from test_hook import CLAUDE, told, used, words_of  # noqa: F401

from ccmon import text
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

ACTIVE = "CC 26% 9.2k/35k"
SGR = re.compile("\x1b\\[[0-9;]*m")


# --- S-7: exit code 0 and one line, whatever fails ------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["--bogus"], ["--plan"], ["--plan", "max50"], ["--timezone", "Mars"], ["histroy"], ["history"],
                                   ["--once"], ["--reset-hour", "24"], ["--plan", "a\nb"], ["--format", "claud"], ["\udcff"]])
def test_S07_wrong_words_are_told_in_the_line(machine, words):
    result = machine.run("--statusline", *words)
    shown = one_line(result)
    assert shown.startswith("CC ! ") and len(shown) <= 80 and result.err == ""
    assert machine.runs() == 0


@pytest.mark.parametrize("config", ["plan = pro\n", "[ccmon]\nplam = pro\n", "[ccmon\n", "\0\1\2", "[ccmon]\ntimezone = Mars\n"])
def test_S07_a_broken_configuration_is_told_in_the_line_at_once_even_when_a_line_is_cached(machine, config):
    live(machine)
    assert warm(machine).startswith("CC 131%")
    age(machine, 5)
    machine.configure(config)
    assert one_line(machine.run("--statusline", now=None)).startswith("CC ! ")
    assert machine.runs() == 1


@pytest.mark.parametrize("env", [
    {"HOME": "/nonexistent"}, {"HOME": "relative"}, {"XDG_CACHE_HOME": "/proc/nope"}, {"PATH": None},
    {"PATH": ""}, {"LC_ALL": "C"}, {"LC_ALL": "xx_YY.nope"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0", "LC_ALL": "C"},
    {"TERM": None}, {"COLUMNS": "1"}, {"CCMON_NOW": "soon"}, {"CCMON_WAIT": "x"}, {"CLAUDE_CONFIG_DIR": "/a,/b"},
    {"CCMON_DATA_DIR": "/proc/nope"}, {"CCMON_CCUSAGE": "/nonexistent"}, {"TZ": "Nowhere/Land", "CCMON_TIMEZONE": "local"}])
def test_S07_odd_environments(machine, env):
    live(machine)
    assert one_line(machine.run("--statusline", **{"now": None, "CCMON_WAIT": "0.2", **env})).startswith("CC ")


@pytest.mark.parametrize("home", [None, ""])
def test_S07_without_the_variable_the_home_is_that_of_the_user(machine, home):
    places = {f"XDG_{kind}_HOME": machine.home / kind for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
    live(machine)
    assert one_line(machine.run("--statusline", "--wait", "30", now=None, **{"HOME": home, **places})).startswith("CC 131%")


def damage_the_store(machine):
    """As a disk that goes bad does."""
    (machine.home / ".local/share/ccmon/ccmon.db").write_bytes(b"no database " * 1000)


def damage_the_cache(machine):
    """Every file of it holds something else."""
    for path in machine.cache.iterdir():
        if path.is_file():
            path.write_bytes(os.urandom(300))


def block_the_cache(machine):
    """A file stands where the folder should."""
    machine.cache.rename(machine.cache.with_name("away"))
    machine.cache.write_text("")


def break_the_library(machine):
    """A module that ccmon needs raises what nobody expects."""
    (machine.folder / "first").mkdir()
    (machine.folder / "first/sqlite3.py").write_text("raise RuntimeError('broken\\ninstallation')\n")


FAULTS = {"store": damage_the_store, "cache": damage_the_cache, "no folder": block_the_cache, "library": break_the_library}


@pytest.mark.parametrize("fault", FAULTS)
def test_S07_what_is_damaged_costs_neither_the_line_nor_the_exit_code(line, fault):  # noqa: F811
    assert warm(line).startswith("CC 131%")
    FAULTS[fault](line)
    env = {"PYTHONPATH": f"{line.folder}/first:{line.env()['PYTHONPATH']}"}
    for words in ([], ["--plan", "max5"], ["--format", "claude"]):
        done = line.run("--statusline", *words, now=None, **env)
        assert one_line(done) and done.err == "" and "internal" not in done.out
    assert "internal" not in ask(line, ["dash"], "ansi", **env)
    wait_until(line.idle, "the refresher ends")


@pytest.mark.parametrize("limit, most", [("RLIMIT_NOFILE", 8), ("RLIMIT_FSIZE", 0)])
@pytest.mark.parametrize("cached", [False, True])
def test_S07_where_a_limit_of_the_system_is_reached(machine, limit, most, cached):
    live(machine)
    if cached:
        warm(machine)
        age(machine, 700)
    number = getattr(resource, limit)
    words = machine.command("--statusline", "--wait", "0.2")
    done = subprocess.run(words, env=machine.env(), cwd=str(machine.cwd), stdin=subprocess.DEVNULL, capture_output=True,
                          preexec_fn=lambda: resource.setrlimit(number, (most, most)), timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, b"") and done.stdout.count(b"\n") == 1
    assert done.stdout.startswith(b"CC 131%" if cached else b"CC ") and b"internal" not in done.stdout
    wait_until(lambda: machine.idle() and not any(map(alive, machine.pids())), "the refresher ends")


def cells_of(shown, name):
    """The cells of the text that a dialect's line shows."""
    if name in ("waybar", "i3blocks", "json"):
        shown = json.loads(shown)[{"i3blocks": "full_text"}.get(name, "text")]
    if name == "xbar":
        shown = shown.partition(" | ")[0]
    shown = re.sub(r"\x01.*?\x02|#\[[^]]*\]|%\{[^}]*\}|%F\{\d+\}|%[fBb]", "", SGR.sub("", shown)).replace("%%", "%")
    return text.width(re.sub(r"&\w+;", "x", shown))


WRONG = [["--plan", "日本語" * 30], ["--bogus" * 30], ["--theme", "x"], ["--timezone", "a\nb"]]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("words, cells, env", [
    (["--max-width", "20"], 20, {}), (["--max-width=7"], 7, {}), ([], 12, {"CCMON_MAX_WIDTH": "12"}), ([], 80, {}),
    (["--max-width", "1"], 1, {}), (["--max-width", "x"], 80, {}), (["--max-width", "0"], 80, {"COLUMNS": "200"})],
    ids=lambda value: str(value))
def test_S07_a_complaint_keeps_to_the_width_that_was_asked_for(name, words, cells, env):
    from ccmon.pipeline.lines import error_line
    for wrong in WRONG:
        told = error_line([*wrong, *words, "--format", name], {"HOME": "/nonexistent", **env}, f"{wrong[-1]} is wrong " * 5)
        if name == "claude":
            from ccmon import claude_row
            from ccmon.sources import hook
            told = claude_row.compose(hook.parse(told[1:]), None, int(env.get("COLUMNS", 80)), 0.0) + "\n"
            cells = 200 if "COLUMNS" in env else cells
        assert told.endswith("\n") and told.strip() and 0 < cells_of(told[:-1], name) <= cells, told


@pytest.mark.parametrize("words, env, cells", [
    (["--max-width", "9", "--theme", "x"], {}, 9), (["--max-width", "9"], {}, 9), (["--format", "claude"], {"COLUMNS": "4"}, 4),
    (["--format", "claude", "--theme", "日本" * 9], {"COLUMNS": "30"}, 30),
    (["--format", "claude", "--template", "ab{official_5h}"], {"COLUMNS": "1"}, 1),
    (["--template", "日本{used}{bar:99}", "--max-width", "3"], {}, 3)], ids=str)
def test_S07_no_line_is_wider_than_asked(machine, words, env, cells):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    shown = one_line(machine.run("--statusline", *words, **env))
    assert 0 < text.width(SGR.sub("", shown)) <= cells


def test_S07_an_error_is_told_even_where_claudes_own_words_would_fill_the_row(used):  # noqa: F811
    done = subprocess.run(used.command(*CLAUDE, "--plan", "nope"), env=used.env(COLUMNS=60), cwd=str(used.cwd),
                          input=json.dumps(told()).encode(), capture_output=True, timeout=PATIENCE_S, check=True)
    row = words_of(done.stdout.decode()[:-1])
    assert row.startswith("CC ! --plan: 'nope'") and len(row) <= 60


def test_S07_what_was_not_expected_is_in_the_log(machine):
    live(machine)
    (machine.folder / "sitecustomize.py").write_text("from ccmon.pipeline import lines\nlines.line_of = lambda *_: 1 / broken\n")
    shown = one_line(machine.run("--statusline", now=None, PYTHONPATH=f"{machine.folder}:{machine.env()['PYTHONPATH']}"))
    assert shown == "CC ! internal error: NameError"
    logs = [path for path in machine.home.rglob("*") if path.is_file() and "broken" in path.read_text(errors="replace")]
    assert logs, "the reason is kept"


# --- S-9: the folder it is called in ----------------------------------------------------------------------------------------

def test_S09_a_deleted_working_directory(machine):
    live(machine)
    warm(machine)
    done = machine.shell("mkdir gone && cd gone && rmdir ../gone && $CCMON --statusline --plan max5 && $CCMON --statusline")
    assert done.code == 0 and done.out.count("\n") == 2 and done.out.startswith(ACTIVE)


@pytest.mark.parametrize("shell", [["dash"], ["bash"]], ids=" ".join)
def test_S09_a_deleted_working_directory_of_the_launcher(line, shell):  # noqa: F811
    warm(line)
    for old_s in (0, 700, 10 * HOUR):          # printed, printed and refreshed, made anew
        age(line, old_s)
        done = line.shell(f"mkdir gone && cd gone && rmdir ../gone && {' '.join(shell)} {line.bin}/ccmon-line")
        assert done.code == 0 and done.out.startswith("CC 131%")       # the shells themselves complain, before the script runs
        wait_until(line.idle, "the refresher ends")


MODULES = ("json", "sqlite3", "curses", "pytz", "tabulate", "argparse", "subprocess", "re", "typing", "datetime", "time",
           "binascii", "os", "site", "zlib", "fcntl", "line_answer", "sitecustomize", "usercustomize")


@pytest.fixture
def hostile(line):  # noqa: F811
    """A folder with a trap under the name of every module that ccmon could load, and a ccusage and a ccmon besides."""
    trap = f"open({str(line.folder / 'PWNED')!r}, 'a').write(__file__)\n"
    for name in MODULES:
        (line.cwd / f"{name}.py").write_text(trap)
    for name in ("ccusage", "ccmon", "sh", "node"):
        (line.cwd / name).write_text(f"#!/bin/sh\necho {name} >>{line.folder}/PWNED\n")
        (line.cwd / name).chmod(0o755)
    yield line
    wait_until(line.idle, "the refresher ends")
    assert not (line.folder / "PWNED").exists(), (line.folder / "PWNED").read_text()


def script(machine):
    """ccmon as pip installs it: a script of its own folder."""
    path = machine.bin / "ccmon"
    path.write_text(f"#!{sys.executable}\nimport sys\nfrom ccmon.__main__ import main\nsys.exit(main())\n")
    return str(path)


@pytest.mark.parametrize("way, cached", [("script", False), ("script", True), ("-m", False), ("launcher", True)])
def test_S09_nothing_of_a_hostile_folder_is_run(hostile, way, cached):
    if cached:
        warm_elsewhere(hostile)
    words = {"script": [script(hostile), "--statusline"], "-m": hostile.command("--statusline"),
             "launcher": [str(hostile.bin / "ccmon-line")]}[way]
    done = call(hostile, words, CCMON_WAIT="30", PATH=f":.:{hostile.env()['PATH']}", COLUMNS="80")
    assert (done.code, done.err) == (0, "") and done.out.startswith("CC 131%" if cached else "CC ") and "CC !" not in done.out


def warm_elsewhere(machine):
    """A cached line that is stale, made by a call from another folder."""
    there, machine.cwd = machine.cwd, machine.home
    warm(machine)
    age(machine, 700)
    machine.cwd = there


def test_S09_the_traps_would_catch_a_program_that_looks_there(hostile):
    subprocess.run([sys.executable, "-c", "import tabulate"], cwd=str(hostile.cwd), env=hostile.env(), check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (hostile.folder / "PWNED").unlink()


