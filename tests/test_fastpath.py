"""The short cut: what a cached `ccmon --statusline` loads and what it does not."""

import re
import subprocess
import sys
import time

import claude_logs
import pytest
from commands import HOUR, ROOT, block, wait_until

BANNED = {"json", "re", "argparse", "subprocess", "sqlite3", "pathlib", "datetime", "typing", "dataclasses", "pytz", "tabulate",
          "shutil", "tempfile", "threading", "signal", "enum", "collections", "functools", "contextlib", "importlib.metadata"}


def loaded(words, env):
    """The modules that this interpreter loads for the words."""
    done = subprocess.run([sys.executable, "-X", "importtime", *words], env=env, stdin=subprocess.DEVNULL, check=True,
                          capture_output=True, text=True)
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE)), done.stdout


def start(machine, tmp_path):
    """The words that start ccmon as its installed script does, without runpy."""
    script = tmp_path / "ccmon-script"
    script.write_text("from ccmon.__main__ import main\nmain()\n")
    return [str(script), "--statusline"]


@pytest.fixture
def cached(machine, tmp_path):
    """A machine with a fresh line, and how to ask for it."""
    machine.answers([block(int(time.time()) - HOUR, 700)])
    machine.run("record", now=None)
    return machine, start(machine, tmp_path)


@pytest.mark.parametrize("more", [[], ["--format", "tmux"], ["--format", "json"], ["--format=bash", "--template", "{percent}"]])
def test_a_cached_line_loads_almost_nothing(cached, more):
    machine, words = cached
    words = [*words, *more]
    subprocess.run([sys.executable, *words], env=machine.env(), check=True, stdout=subprocess.DEVNULL)
    modules, out = loaded(words, machine.env())
    bare, _ = loaded(["-c", "pass"], machine.env())
    new = modules - bare
    assert "10" in out and machine.runs() == 1
    assert new & BANNED == set()
    assert {name for name in new if name.startswith("ccmon")} == {"ccmon", "ccmon.__main__", "ccmon.line_answer", "ccmon.private"}
    assert len(new) <= 7, new


def test_the_row_of_claude_code_loads_a_json_scanner_and_nothing_slow(cached):
    machine, words = cached
    words = [*words, "--format", "claude"]
    subprocess.run([sys.executable, *words], env=machine.env(), check=True, stdout=subprocess.DEVNULL)
    told = b'{"model": {"id": "x"}, "rate_limits": {"five_hour": {"used_percentage": 3, "resets_at": %d}}}' % (time.time() + HOUR)
    done = subprocess.run([sys.executable, "-X", "importtime", *words], env=machine.env(), input=told, check=True,
                          capture_output=True)
    bare, _ = loaded(["-c", "pass"], machine.env())
    new = set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr.decode(), re.MULTILINE)) - bare
    assert b"x" in done.stdout and b"5h 3%" in done.stdout
    assert new & BANNED == set()
    assert {name for name in new if name.startswith("ccmon")} == {
        "ccmon", "ccmon.__main__", "ccmon.line_answer", "ccmon.private", "ccmon.claude_row",
        "ccmon.sources", "ccmon.sources.hook", "ccmon.sources.session_json"}
    assert len(new) <= 14, new


def test_refreshing_behind_the_callers_back_loads_little_more(cached):
    machine, words = cached
    state = machine.cache / "state"
    head, note = state.read_text().split("\n", 1)
    _, *rest = head.split()
    state.write_text(" ".join(["1", *rest]) + "\n" + note)
    before = machine.runs()
    modules, out = loaded(words, machine.env())
    bare, _ = loaded(["-c", "pass"], machine.env())
    assert out.startswith("CC 10%")
    assert {name for name in modules - bare if name.startswith("ccmon.")} == {
        "ccmon.__main__", "ccmon.line_answer", "ccmon.private", "ccmon.locks", "ccmon.refresher"}
    assert (modules - bare) & BANNED == set()
    wait_until(lambda: machine.runs() == before + 1, "the refresher runs ccusage")


HEAVY = ("typing", "argparse", "ccmon.call_words", "ccmon.doctor", "ccmon.views.report", "ccmon.setup", "ccmon.learning.learner",
         "ccmon.learning.change", "ccmon.learning.extra", "ccmon.store.schema", "ccmon.store.merge")
SLOW = ("re", "enum", "json", "signal", "locale", "subprocess", "shlex", "traceback", "textwrap", "zlib", "shutil",
        *(["hashlib"] if sys.version_info >= (3, 13) else []))     # before, it alone has what is used of it
NOT_LOADED = {                         # what a command shows without, modules or whole rooms
    "--version": ("typing", "re", "signal", "ccmon.cli", "ccmon.fullscreen"),
    "--help": ("json", "shutil", "sqlite3", "pytz", "ccmon.model", "ccmon.store", "ccmon.usage", "ccmon.pipeline",
               "ccmon.settings.config", "ccmon.call_words"),
    "completion bash": (*HEAVY, *SLOW, "sqlite3", "pytz", "ccmon.model", "ccmon.store", "ccmon.usage", "ccmon.pipeline",
                        "ccmon.settings.config"),
    "config": (*HEAVY, *SLOW, "ccmon.learning", "ccmon.sources.ccusage", "ccmon.views.screen", "ccmon.history",
               "ccmon.usage.compute", "ccmon.settings.config_file", "ccmon.setup.dotfiles", "ccmon.pipeline",
               "ccmon.store.database", "pytz", "threading"),
    "history": (*HEAVY, *SLOW, "ccmon.views.screen", "ccmon.sources.log_parts", "ccmon.sources.log_reader", "ccmon.usage.compute",
                "ccmon.usage.prices", "ccmon.pipeline.refresh", "ccmon.pipeline.past_windows", "ccmon.learning.learner",
                "ccmon.learning.runway", "ccmon.store.ledger", "ccmon.store.reported", "ccmon.alerts.rules",
                "ccmon.pipeline.lines", "ccmon.typed_times", "pytz"),
    "--once": (*HEAVY, "curses", "shutil", "ccmon.views.history", "ccmon.sources.log_parts", "ccmon.fullscreen.screen"),
    "--json": (*HEAVY, "curses", "shutil", "ccmon.views.screen", "ccmon.views.history", "ccmon.sources.log_parts"),
    "record": (*HEAVY, "ccmon.fullscreen.screen", "ccmon.views.screen.dashboard", "ccmon.views.history",
               "ccmon.sources.log_parts", "ccmon.pipeline.alerting"),
}
MOST_MODULES = {"--version": 2, "--help": 21, "completion bash": 24, "config": 40, "history": 69}      # of ccmon
IDLE = (*HEAVY, *SLOW, "threading", "ccmon.blake", "curses", "pytz", "ccmon.pipeline.refresh", "ccmon.pipeline.sources",
        "ccmon.sources.log_reader", "ccmon.sources.ccusage", "ccmon.pipeline.lines", "ccmon.pipeline.alerting",
        "ccmon.fullscreen.screen", "ccmon.learning.learner", "ccmon.store.ledger", "ccmon.store.sessions", "ccmon.usage.prices",
        "ccmon.views.history")
MOST_WITHOUT_NEWS = {"--once": 81, "--json": 72, "record": 57}       # modules of ccmon where nothing is new


@pytest.mark.parametrize("words", NOT_LOADED)
def test_a_command_loads_what_it_shows(cached, words):
    machine, (script, _) = cached
    modules, out = loaded([script, *words.split()], machine.env())
    assert out or words == "record"
    bare, _ = loaded(["-c", "pass"], machine.env())        # an interpreter may begin with some of them
    new = modules - bare
    assert {name for name in new for room in NOT_LOADED[words] if f"{name}.".startswith(f"{room}.")} == set()
    assert len([name for name in new if name.split(".")[0] == "ccmon"]) <= MOST_MODULES.get(words, 1000)


def test_what_is_not_loaded_has_the_name_of_a_room():
    names = {name for names in (*NOT_LOADED.values(), IDLE) for name in names if name.startswith("ccmon.")}
    paths = {name: ROOT / name.replace(".", "/") for name in names}
    assert [name for name, path in paths.items() if not (path.is_dir() or path.with_suffix(".py").exists())] == []


@pytest.mark.parametrize("words", MOST_WITHOUT_NEWS)
def test_where_nothing_is_new_nothing_is_loaded_that_reads(machine, tmp_path, words):
    claude_logs.write(machine.home / ".claude", claude_logs.talk(seed=1, start=time.time() - HOUR, hours=0.9, messages=2))
    script, _ = start(machine, tmp_path)
    machine.run("record", now=None, CCMON_SOURCE="logs")
    modules, out = loaded([script, words], machine.env(CCMON_SOURCE="logs"))
    bare, _ = loaded(["-c", "pass"], machine.env())
    assert bool(out) == (words != "record")
    assert {name for name in modules - bare for room in IDLE if f"{name}.".startswith(f"{room}.")} == set()
    assert len([name for name in modules if name.split(".")[0] == "ccmon"]) <= MOST_WITHOUT_NEWS[words]


def test_the_first_frame_is_made_without_what_reads_learns_and_tells(machine):
    code = "import sys, ccmon.fullscreen.app; print(*sys.modules)"
    modules = set(subprocess.run([sys.executable, "-c", code], env=machine.env(), stdout=subprocess.PIPE, check=True,
                                 text=True).stdout.split())
    bare, _ = loaded(["-c", "pass"], machine.env())
    late = (*IDLE, "ccmon.fullscreen.live", "ccmon.fullscreen.keys", "ccmon.fullscreen.keyboard", "ccmon.alerts.channels")
    of_screen = {"curses", "threading", "ccmon.fullscreen.screen", "ccmon.fullscreen.screen_signals"}
    assert {name for name in modules - bare for room in late if f"{name}.".startswith(f"{room}.")} - of_screen == set()


@pytest.mark.parametrize("flags, looks", [([], ""), (["-X", "dev"], ""), (["-i"], ""),
                                          ([], "import cProfile; profile = cProfile.Profile(); profile.enable(); ")])
@pytest.mark.parametrize("words", ["--version", "--help", "history"])
def test_only_who_looks_into_the_interpreter_waits_for_its_end(machine, words, flags, looks):
    code = f"{looks}import atexit; atexit.register(print, 'the end'); from ccmon.__main__ import main; main()"
    done = subprocess.run([sys.executable, *flags, "-c", code, words], env=machine.env(), stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, text=True)
    assert done.stdout and ("the end" in done.stdout) == bool(flags or looks)


def test_the_package_itself_imports_nothing():
    assert "import" not in (ROOT / "ccmon/__init__.py").read_text()


def test_the_test_sees_the_long_road(cached):
    machine, words = cached
    modules, _ = loaded([*words, "--plan", "max5"], machine.env())
    assert {"ccmon.pipeline.lines", "sqlite3", "ccmon.cli"} <= modules
