"""ccmon --statusline from outside: always one line and exit 0, one ccusage however many ask, nothing left hanging."""

import os
import signal
import time
from pathlib import Path

import pytest
from commands import HOUR, NOW, Machine, Result, alive, block, wait_until

from ccmon import linecache, linefiles

ACTIVE = "CC 26% 9.2k/35k"


def one_line(result: Result) -> str:
    """The line, when the call kept its promises."""
    assert result.code == 0
    assert result.out.endswith("\n") and result.out.count("\n") == 1 and result.out.strip(), result.out
    return result.out[:-1]


LONG = "[ccmon]\nline_ttl = 600\n"       # no line grows stale by itself, however slow the machine is
STALE_S = 700


def live(machine: Machine, tokens: int = 9200, ago_s: int = 2 * HOUR) -> None:
    """ccusage knows a session that runs now."""
    machine.answers([block(int(time.time()) - ago_s, tokens)])
    config = machine.home / ".config/ccmon/config.ini"
    if not config.exists():
        machine.configure(LONG)
        os.utime(config, (1, 1))


def warm(machine: Machine, *words: str) -> str:
    """The line once it is cached and nobody refreshes."""
    machine.run("--statusline", *words, now=None)
    wait_until(machine.idle, "the refresher ends")
    return one_line(machine.run("--statusline", *words, now=None))


def age(machine: Machine, seconds: int) -> None:
    """As if the last refresh had been that long ago."""
    state = linecache.read_state(str(machine.cache))
    for name in ("fresh_until", "retry_at", "expires_at", "refreshed"):
        setattr(state, name, max(0, getattr(state, name) - seconds))
    linefiles.write_state(str(machine.cache), state)


# --- one line and exit 0, whatever happens ------------------------------------------------------------------------------

def test_the_line_of_an_active_session(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200, models=["a"])])
    line = one_line(machine.run("--statusline", "--plan", "max5", "--timezone", "UTC"))
    assert line == "CC 26% 9.2k/35k 77/min out 21:36 reset 19:00"


@pytest.mark.parametrize("words", [["--bogus"], ["--plan"], ["--plan", "max50"], ["--timezone", "Mars"], ["histroy"], ["history"],
                                   ["--once"], ["--reset-hour", "24"], ["--plan", "a\nb"], ["--format", "claud"], ["\udcff"]])
def test_wrong_words_are_told_in_the_line(machine, words):
    result = machine.run("--statusline", *words)
    line = one_line(result)
    assert line.startswith("CC ! ") and len(line) <= 80 and result.err == ""
    assert machine.runs() == 0


@pytest.mark.parametrize("config", ["plan = pro\n", "[ccmon]\nplam = pro\n", "[ccmon\n", "\0\1\2", "[ccmon]\ntimezone = Mars\n"])
def test_a_broken_configuration_is_told_in_the_line_at_once_even_when_a_line_is_cached(machine, config):
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
def test_odd_environments(machine, env):
    live(machine)
    assert one_line(machine.run("--statusline", **{"now": None, "CCMON_WAIT": "0.2", **env})).startswith("CC ")


@pytest.mark.parametrize("home", [None, ""])
def test_without_the_variable_the_home_is_that_of_the_user(machine, home):
    places = {f"XDG_{kind}_HOME": machine.home / kind for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
    live(machine)
    assert one_line(machine.run("--statusline", "--wait", "30", now=None, **{"HOME": home, **places})).startswith("CC 131%")


@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "2>&-", "<&-", "<&- >&- 2>&-", "2>/dev/full", "| head -c 0"])
@pytest.mark.parametrize("cached", [False, True])
def test_closed_and_broken_streams(machine, streams, cached):
    live(machine)
    if cached:
        warm(machine)
    done = machine.shell(f"$CCMON --statusline {streams}")
    assert (done.code, done.err) == (0, "")
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 1
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")


@pytest.mark.parametrize("streams", ["<&-", "<&- >&- 2>&-"])
def test_the_lock_is_held_even_when_it_could_have_got_the_number_of_a_closed_stream(machine, streams):
    live(machine)
    machine.gated()
    machine.shell(f"$CCMON --statusline --wait 0 {streams}")
    wait_until(machine.runs, "ccusage runs")
    assert not machine.idle()
    machine.opens()
    wait_until(machine.idle, "the refresher ends")


def test_a_deleted_working_directory(machine):
    live(machine)
    warm(machine)
    done = machine.shell("mkdir gone && cd gone && rmdir ../gone && $CCMON --statusline --plan max5 && $CCMON --statusline")
    assert done.code == 0 and done.out.count("\n") == 2 and done.out.startswith(ACTIVE)


def test_a_terminal_or_a_silent_pipe_on_stdin_is_never_read(machine):
    live(machine)
    reader, writer = os.pipe()
    process = machine.start("--statusline", "--wait", "0.1", stdin=reader)
    out, _ = process.communicate(timeout=20)
    os.close(reader)
    os.close(writer)
    assert process.returncode == 0 and out.count("\n") == 1


# --- states ---------------------------------------------------------------------------------------------------------------

def test_nothing_known_yet(machine):
    machine.slow(30)
    assert one_line(machine.run("--statusline", "--wait", "0", now=None)) == "CC -"


def test_idle_names_the_next_reference_time(machine):
    machine.answers([block(NOW - 30 * HOUR, 900)])
    assert one_line(machine.run("--statusline")) == "CC idle reset 18:00"


def test_missing(machine):
    line = one_line(machine.run("--statusline", CCMON_CCUSAGE="/nonexistent/ccusage"))
    assert line == "CC ! ccusage missing"


def test_old_data_are_marked_with_their_age(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    machine.fails()
    line = one_line(machine.run("--statusline", "--plan", "max5", now=NOW + 300))
    assert line.startswith("~CC 26%") and line.endswith(" 5m old")


def test_numbers_are_dropped_when_the_session_is_over(machine):
    machine.answers([block(NOW - 2 * HOUR, 9200)])
    machine.run("record")
    machine.fails()
    line = one_line(machine.run("--statusline", now=NOW + 4 * HOUR))
    assert line.startswith("~CC idle") and "9.2k" not in line


def test_a_cached_line_does_not_outlive_its_session(machine):
    live(machine, ago_s=5 * HOUR - 3)
    assert warm(machine, "--line-ttl", "60").startswith("CC 131%")
    wait_until(lambda: "idle" in one_line(machine.run("--statusline", "--line-ttl", "60", now=None)), "the session ends")


# --- waiting --------------------------------------------------------------------------------------------------------------

def test_the_first_call_waits_for_a_quick_ccusage(machine):
    live(machine)
    assert one_line(machine.run("--statusline", "--plan", "max5", "--wait", "30", now=None)).startswith(ACTIVE)


def test_only_the_first_call_waits(machine):
    machine.slow(600)
    assert one_line(machine.run("--statusline", "--wait", "0.5", now=None)) == "CC -"
    for words in ([], [], ["--plan", "max5"]):
        assert one_line(machine.run("--statusline", "--wait", "60", *words, now=None)) == "CC -"     # else PATIENCE_S runs out
    assert machine.runs() == 1
    end_refresher(machine)


def test_a_caller_that_reads_to_the_end_is_not_held_up_by_the_refresher(machine):
    live(machine)
    warm(machine)
    machine.slow(600)
    age(machine, STALE_S)
    done = machine.shell('x=$($CCMON --statusline 2>&1); y=$($CCMON --statusline --plan max5 2>&1); echo "$x"; echo "$y"')
    assert [line[:4] for line in done.out.splitlines()] == ["CC 1", "CC 2"]
    end_refresher(machine)


def test_where_no_cache_can_be_written_nobody_waits(machine):
    live(machine)
    (machine.home / ".cache").write_text("a file in the way")
    assert one_line(machine.run("--statusline", "--wait", "60", now=None)).startswith("CC ")


# --- the refresher ----------------------------------------------------------------------------------------------------------

def refresher(machine: Machine) -> int:
    """The process that refreshes, once its ccusage runs."""
    pid = wait_until(lambda: [p for p in machine.pids() if alive(p)], "ccusage runs")[-1]
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def end_refresher(machine: Machine) -> None:
    """SIGTERM: it takes its ccusage along."""
    pid = refresher(machine)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not alive(pid) and not any(map(alive, machine.pids())), "both end")


def test_fifty_at_once_run_ccusage_once(machine):
    live(machine)
    machine.gated()
    calls = [machine.start("--statusline", "--wait", "0.1") for _ in range(50)]
    for call in calls:
        out, err = call.communicate(timeout=120)
        assert (call.returncode, out, err) == (0, "CC -\n", "")
    machine.opens()
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 1 and not machine.overlaps()
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")


def test_fifty_on_a_stale_line_run_ccusage_once(machine):
    live(machine)
    line = warm(machine)
    age(machine, STALE_S)
    machine.gated()
    calls = [machine.start("--statusline") for _ in range(50)]
    assert {call.communicate(timeout=120)[0][:20] for call in calls} == {line[:20]}
    machine.opens()
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize("cached", [False, True])
def test_the_refresher_holds_nothing_of_its_caller(machine, cached):
    live(machine)
    if cached:
        warm(machine)
        age(machine, STALE_S)
    machine.slow(600)
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    process = machine.start("--statusline", "--wait", "0", pass_fds=[writer])
    process.communicate(timeout=20)
    pid = refresher(machine)
    held = {fd.name: os.readlink(str(fd)) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    assert {held.pop(str(fd)) for fd in range(3)} == {"/dev/null"}
    pipe = os.readlink(f"/proc/self/fd/{writer}")
    assert pipe not in held.values() and str(machine.cache / "lock") in held.values()
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert os.getsid(pid) != os.getsid(0)
    ccusage_holds = [os.readlink(str(fd)) for fd in Path(f"/proc/{machine.pids()[-1]}/fd").iterdir()]
    assert str(machine.cache / "lock") not in ccusage_holds
    os.close(reader)
    os.close(writer)
    end_refresher(machine)


def test_after_a_killed_refresher_the_next_call_refreshes_and_ends_its_ccusage(machine):
    machine.slow(600)
    machine.run("--statusline", "--wait", "0", now=None)
    pid = refresher(machine)
    orphan = machine.pids()[-1]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "it is dead")
    assert alive(orphan)
    os.rmdir(machine.folder / "busy")
    live(machine)
    machine.run("--statusline", "--wait", "0", now=None)
    wait_until(lambda: not alive(orphan), "the orphan is killed")
    wait_until(machine.idle, "the refresher ends")
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")


def test_back_off_is_obeyed_and_the_numbers_stay(machine):
    live(machine)
    line = warm(machine)
    machine.fails()
    age(machine, STALE_S)
    machine.run("--statusline", now=None)
    wait_until(lambda: linecache.read_state(str(machine.cache)).failures == 1, "it fails")
    runs = machine.runs()
    for _ in range(10):
        assert one_line(machine.run("--statusline", now=None))[:8] == line[:8]
    assert machine.runs() - runs <= 1                    # the pause is 3 s, then 6
    age(machine, 3600)
    machine.run("--statusline", now=None)
    wait_until(lambda: machine.runs() > runs, "the pause ends")


def test_pauses_grow_and_end_with_success(machine):
    machine.fails()
    pauses = []
    for at in range(7):
        machine.run("record", now=NOW + 100 * at)
        pauses.append(linecache.read_state(str(machine.cache)).retry_at - NOW - 100 * at)
    machine.answers([])
    machine.run("record", now=NOW + 1000)
    assert pauses == [3, 6, 12, 24, 48, 60, 60]
    assert linecache.read_state(str(machine.cache)).failures == 0


def test_a_clock_set_back_makes_the_line_stale_not_eternal(machine):
    live(machine)
    warm(machine)
    age(machine, -6 * 365 * 86_400)
    live(machine, 350)
    machine.run("--statusline", now=None)
    wait_until(lambda: "5%" in one_line(machine.run("--statusline", now=None)), "the new numbers")
    assert machine.runs() == 2


def test_a_changed_configuration_shows_at_once_and_refreshes_once(machine):
    live(machine)
    assert warm(machine).startswith("CC 131%")
    age(machine, 5)
    machine.configure(LONG + "plan = max5\n")
    assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)
    wait_until(machine.idle, "the refresher ends")
    for _ in range(3):
        assert one_line(machine.run("--statusline", now=None)).startswith(ACTIVE)
    assert machine.runs() == 2


def test_a_configuration_dated_in_the_future_does_not_refresh_for_ever(machine):
    live(machine)
    os.utime(machine.configure(LONG + "plan = max5\n"), (time.time() + 9999, time.time() + 9999))
    for _ in range(5):
        warm(machine)
    assert machine.runs() == 1


# --- both roads -----------------------------------------------------------------------------------------------------------

WORDS = [["--statusline"], ["--statusline", "--plan", "max5"], ["--plan=max20", "--statusline", "--timezone", "Asia/Tokyo"],
         ["--statusline", "--limit", "500"], ["--statusline", "--ascii"], ["--statusline", "--reset-hour", "3"]]


@pytest.mark.parametrize("env", [{}, {"LC_ALL": "C"}, {"CCMON_PLAN": "max20"}, {"NO_COLOR": "1"}, {"TZ": "Asia/Tokyo"}])
def test_both_roads_print_the_same_bytes(machine, env):
    live(machine)
    machine.run("record", now=None)
    long_road = [one_line(machine.run(*words, now=None, **env)) for words in WORDS]
    age(machine, STALE_S)
    machine.run(*WORDS[0], now=None, **env)              # renders every line anew
    wait_until(machine.idle, "the refresher ends")
    cached = [one_line(machine.run(*words, now=None, **env)) for words in WORDS]
    assert [line.split(" ")[:3] for line in cached] == [line.split(" ")[:3] for line in long_road]
    assert machine.runs() == 2
    for path in machine.cache.glob("*.line"):
        path.unlink()
    again = [one_line(machine.run(*words, now=None, **env)) for words in WORDS]
    assert [words[:3] for words in map(str.split, again)] == [words[:3] for words in map(str.split, cached)]


def test_the_screens_flags_do_not_change_the_line(machine):
    live(machine)
    line = warm(machine)
    machine.run("record", "--plan", "max20", now=None)
    assert one_line(machine.run("--statusline", now=None)).split()[1] == line.split()[1]


def test_at_most_32_lines_are_kept_current_and_no_other_is_shown(machine):
    live(machine)
    machine.run("record", now=None)
    for limit in range(100, 140):
        key = linecache.key(["--statusline", f"--limit={limit}"], {"LC_ALL": "C.UTF-8"})
        linefiles.write_line(str(machine.cache), key, b"old\n")
    machine.run("record", now=None)
    assert len(list(machine.cache.glob("*.line"))) == 32
    for limit in (100, 120, 139):
        assert one_line(machine.run("--statusline", f"--limit={limit}", now=None)) != "old"


def test_the_plain_line_is_a_file_that_shells_can_read(machine):
    live(machine)
    line = warm(machine)
    assert (machine.cache / "plain").read_text() == line + "\n"
    assert oct((machine.cache / "plain").stat().st_mode & 0o777) == "0o600"


