"""ccmon-line in real shells: the bytes of ccmon, no process while the line is fresh, nothing that waits."""

import os
import re
import time

import pytest
from commands import HOUR, ROOT, wait_until
from line_shells import call, install, processes
from live_lines import STALE_S, age, end_refresher, live, warm

from ccmon import line_answer
from ccmon.settings.options import OPTIONS
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

SCRIPT = (ROOT / "ccmon/ccmon-line").read_text()
SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "ash"]]              # what /bin/sh is: bash is posix there


@pytest.fixture
def line(machine):
    """A machine with both programs and a session that runs."""
    install(machine)
    live(machine)
    return machine


def ask(machine, shell, *words, **env):
    """ccmon-line in this shell; it keeps its promises."""
    done = call(machine, [*shell, str(machine.bin / "ccmon-line"), *words], **env)
    assert (done.code, done.err) == (0, "") and done.out.count("\n") == 1 and done.out.strip(), done
    return done.out


def forks(machine, shell, *words):
    return processes(machine, [*shell, str(machine.bin / "ccmon-line"), *words])


@pytest.fixture(params=SHELLS, ids=" ".join)
def shell(request):
    """A shell that /bin/sh may be."""
    return request.param


def timeless(text):
    """Without what changes while one looks: all lines are written anew when one is asked for that is not there yet."""
    return re.sub(r"[0-9.]+(?=/min)|[0-9.]{6,}", "N", text)


# --- the same line --------------------------------------------------------------------------------------------------------

def test_the_line_of_every_dialect_is_that_of_ccmon_and_costs_no_process(line, shell):
    line.configure("[ccmon]\nline_ttl = 60\n", is_old=True)
    every = sorted({*DIALECTS} - {"claude"})           # that one is made of what stdin says
    for dialect in every if shell == SHELLS[0] else ("bash", "tmux"):
        expected = warm(line, "--format", dialect) + "\n"
        assert timeless(ask(line, shell, dialect)) == timeless(expected)
        assert forks(line, shell, dialect) == []
    assert timeless(ask(line, shell)) == timeless(warm(line) + "\n") and forks(line, shell) == []
    assert line.runs() == 1


def test_it_is_no_longer_than_a_link_away(line):
    os.symlink(str(line.bin / "ccmon-line"), str(line.folder / "link"))
    warm(line)
    assert call(line, [str(line.folder / "link")]).out.startswith("CC 131%")


def test_every_byte_goes_through(line, shell):
    warm(line)
    text = "█▁▂\u0080 \x01\x1b[1m\x02 \\n %s $(x) `y` * ? ~ -n  two  blanks " + "".join(map(chr, range(1, 10)))
    (line.cache / "ansi").write_bytes(text.encode() + b"\xff\x81\x88\n")
    assert ask(line, shell, "ansi").encode("utf-8", "surrogateescape") == text.encode() + b"\xff\x81\x88\n"


def test_the_first_call_waits_for_the_first_line(line, shell):
    line.configure("[ccmon]\nwait = 30\n")
    assert ask(line, shell, "tmux").startswith("CC ")
    wait_until(line.idle, "the refresher ends")
    assert (line.cache / "tmux").exists() and line.runs() == 1


@pytest.mark.parametrize("word", ["state", "lock", "fresh", "expires", "ends", "now", "../state", "a b", "$(touch x)", "--x"])
def test_what_is_no_dialect_is_told(line, word):
    warm(line)
    assert ask(line, ["dash"], word).startswith("CC ! ")
    assert ask(line, ["dash"], "plain", word).startswith("CC ! ")


def test_the_script_knows_every_setting_and_every_file_of_the_cache():
    for option in (option for option in OPTIONS if not option.name.startswith("alert")):       # these change no line
        assert "${CCMON_" + option.name.upper() + ":+x}" in SCRIPT
    for name in line_answer.DOMAIN:
        assert "${" + name + ":+x}" in SCRIPT
    names = next(line for line in SCRIPT.splitlines() if "*[!a-z0-9]*" in line)
    assert set(line_answer.NOT_LINES) <= set(names.replace(")", " ").split())


@pytest.mark.parametrize("env", [
    {"NO_COLOR": "1"}, {"TZ": "Asia/Tokyo"}, {"CCMON_PLAN": "max5"}, {"CCMON_MAX_WIDTH": "8"}, {"LC_ALL": "C"}, {"LC_ALL": None},
    {"CLAUDE_CONFIG_DIR": "/a"}, {"XDG_CACHE_HOME": "/elsewhere"}, {"XDG_CACHE_HOME": "relative"},
    {"XDG_CONFIG_HOME": "/proc/nope"}, {"XDG_DATA_HOME": "/proc/nope"}, {"LC_ALL": "", "LANG": "de_DE.utf8"}],
    ids=lambda env: ",".join(map(str, env)))
def test_another_environment_has_the_line_of_ccmon(line, env):
    warm(line, "--format", "ansi")
    if "XDG_CACHE_HOME" in env and env["XDG_CACHE_HOME"][0] == "/":
        env = {"XDG_CACHE_HOME": str(line.folder / "cache")}
    line.run("--statusline", "--format", "ansi", "--wait", "30", now=None, **env)
    wait_until(line.idle, "the refresher ends")
    expected = line.run("--statusline", "--format", "ansi", now=None, **env).out
    assert ask(line, ["dash"], "ansi", **env) == expected


def test_a_cache_folder_inside_the_home_is_read_without_a_process(line):
    env = {"XDG_CACHE_HOME": str(line.home / "my cache")}
    line.run("--statusline", now=None, **env)
    wait_until((line.home / "my cache/ccmon/fresh").exists, "the line")
    call(line, ["dash", str(line.bin / "ccmon-line")], **env)
    assert processes(line, ["dash", str(line.bin / "ccmon-line")], **env) == []


# --- streams and folders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["now", "plain", "fresh", "expires", "state"])
def test_a_folder_in_the_place_of_a_file(line, shell, broken):
    warm(line)
    path = line.cache / broken
    if path.exists():
        path.unlink()
    path.mkdir()
    assert ask(line, shell).startswith("CC ")


@pytest.mark.parametrize("home", [None, "", "relative", "/nonexistent"])
def test_without_a_home(line, shell, home):
    assert ask(line, shell, HOME=home, XDG_CACHE_HOME=str(line.home / "c"), XDG_DATA_HOME=str(line.home / "d")).startswith("CC ")


def test_without_ccmon_the_line_is_shown_while_it_may_be(line, shell):
    expected = warm(line)
    (line.bin / "ccmon").unlink()
    assert ask(line, shell) == expected + "\n"
    age(line, STALE_S)
    assert ask(line, shell) == expected + "\n"
    age(line, 10 * HOUR)
    assert ask(line, shell) == "CC ! ccmon does not run\n"


# --- stale ------------------------------------------------------------------------------------------------------------------

def test_a_stale_line_is_shown_at_once_and_refreshed_once(line, shell):
    expected = warm(line)
    live(line, 350)
    line.gated()
    age(line, STALE_S)
    asked_at = time.time()
    done = line.shell(f'x=$({" ".join(shell)} {line.bin}/ccmon-line 2>&1); echo "$x"')
    assert done.out == expected + "\n"
    wait_until(lambda: line.runs() == 2, "ccusage runs")
    assert os.stat(str(line.cache / "fresh")).st_mtime >= asked_at + line_answer.HOLD_S, "until then nobody else is started"
    line.opens()
    wait_until(line.idle, "the refresher ends")
    assert ask(line, shell).startswith("CC 5%") and forks(line, shell) == [] and line.runs() == 2


def test_back_off_is_obeyed(line, shell):
    warm(line)
    line.fails()
    line.configure("[ccmon]\nline_ttl = 600\ninterval = 3000\n", is_old=True)
    for _ in range(2):                 # the second failure in a row pauses for 6 s
        age(line, STALE_S)
        line.run("record", now=None)
    state = line_answer.read_state(str(line.cache))
    assert state.failures == 2 and os.stat(str(line.cache / "fresh")).st_mtime == state.retry_at > 0
    soon = int(time.time()) + 60
    os.utime(str(line.cache / "fresh"), (soon, soon))
    assert forks(line, shell) == []


def test_a_line_that_is_too_old_is_made_anew(line, shell):
    warm(line)
    (line.cache / "plain").write_text("CC old\n")
    line.slow(600)
    age(line, STALE_S)
    assert ask(line, shell) == "CC old\n"
    age(line, 9000)
    assert ask(line, shell).startswith("CC 131%")
    end_refresher(line)


def test_a_newer_configuration_shows_at_once(line, shell):
    assert warm(line).startswith("CC 131%")
    state, config = line.cache / "state", line.configure("[ccmon]\nline_ttl = 600\nplan = max5\n")
    os.utime(str(state), (1, os.stat(str(config)).st_mtime - 2))
    assert ask(line, shell).startswith("CC 26%")


def test_one_that_asks_too_soon_learns_when_to_ask_again(line):
    warm(line)
    os.utime(str(line.cache / "fresh"), (1, 1))
    assert line.run("--statusline", now=None).out.startswith("CC 131%")
    assert os.stat(str(line.cache / "fresh")).st_mtime == line_answer.read_state(str(line.cache)).quiet_until
    assert forks(line, ["dash"]) == [] and line.runs() == 1
