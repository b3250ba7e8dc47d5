"""Calls from outside: words, messages, exit codes, and broken surroundings. Never a traceback, always a way out."""

import os
import resource
from pathlib import Path

import pytest
from commands import HOUR, NOW, block

import ccmon

START = NOW - 2 * HOUR


@pytest.fixture
def active(machine):
    """A machine with an active session."""
    machine.answers([block(START, 1234)])
    return machine


# --- the plain report: stdin or stdout is no terminal -------------------------------------------------------------------

@pytest.mark.parametrize("streams", ["</dev/null", "<&-", "| cat", "</dev/null 2>&-", "2>/dev/full"])
@pytest.mark.parametrize("term", ["xterm-256color", "dumb", "", "nope", "vt100"])
def test_one_plain_report(active, streams, term):
    done = active.shell(f"$CCMON {streams}; exit $?", TERM=term, CCMON_NOW=NOW)
    assert (done.code, done.err) == (0, "")
    assert "1,234" in done.out and "\x1b" not in done.out and all(len(line) <= 80 for line in done.out.splitlines())


@pytest.mark.parametrize("words", ["", "--once", "--json", "history --table grid", "--help", "--demo --once"])
def test_a_reader_that_leaves_early(active, words):
    done = active.shell(f"($CCMON {words}; echo rc $? >&2) | head -c 1", CCMON_NOW=NOW)
    assert done.err == "rc 0\n"


@pytest.mark.parametrize("words, code", [("", 0), ("--once", 0), ("--json", 0), ("history", 0), ("record", 0), ("--version", 0)])
def test_closed_output(active, words, code):
    assert active.shell(f"$CCMON {words} >&-", CCMON_NOW=NOW) == (code, "", "")
    assert active.shell(f"$CCMON {words} <&- >&- 2>&-", CCMON_NOW=NOW) == (code, "", "")


@pytest.mark.parametrize("words", ["", "--once", "--json", "history", "--version"])
def test_full_output_is_told(active, words):
    done = active.shell(f"$CCMON {words} >/dev/full", CCMON_NOW=NOW)
    assert done.code == 1 and "No space left" in done.err and done.err.count("\n") == 1


def test_a_message_does_not_land_in_stdout_when_stderr_is_closed(active):
    assert active.shell("$CCMON --plna 2>&-") == (2, "", "")


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "xx_YY"},
                                 {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_ascii_where_the_locale_knows_no_more(active, env):
    for words in (["--once"], [], ["history"], ["history", "--table", "fancy_grid"], ["--demo", "--once"]):
        result = active.run(*words, **env)
        assert result.code in (0, 10) and (env.get("LC_ALL") != "C" or "fancy_grid" in words or result.out.isascii())


def test_colour_only_when_it_is_asked_for(active):
    assert "\x1b[" in active.run("--once", FORCE_COLOR="1").out
    assert "\x1b" not in active.run("--once", FORCE_COLOR="1", NO_COLOR="1").out + active.run("--once").out


# --- messages ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, code", [(["--json"], 30), (["--once"], 30), (["record"], 30)])
@pytest.mark.parametrize("script, said", [
    ("echo 'error: the disk is on fire' >&2; code=3", "on fire"), ("code=1", "exit code 1"), ("echo nonsense", "nonsense"),
    ("", "nothing"), ("kill -9 $$", "signal 9"), ("echo '{\"blocks\": ['", "ccusage"), ("yes | head -c 9000000", "8 MB"),
    ("yes >&2 & sleep 0.2; kill $!; code=4", "exit code 4")])
def test_failures_begin_with_the_words_that_people_search_for(machine, words, code, script, said):
    machine.behaves(script)
    result = machine.run(*words)
    assert result.code == code
    assert result.err.startswith("ccmon: Failed to get usage data: ") and said in result.err and result.err.count("\n") == 1


@pytest.mark.skipif(any(os.access(f"{place}/ccusage", os.X_OK) for place in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")),
                    reason="this machine has a ccusage that would be found")
@pytest.mark.parametrize("words", [["--json"], ["--once"], ["record"], []])
def test_a_missing_ccusage(machine, words):
    machine.ccusage.unlink()
    result = machine.run(*words)
    assert result.code == (30 if words else 0)
    said = " ".join((result.err or result.out).split())
    assert "Failed to get usage data" in said and "npm install -g ccusage" in said and "--demo" in said


@pytest.mark.parametrize("words, code", [(["--json"], 20), (["--once"], 20), ([], 0)])
def test_no_active_session(machine, words, code):
    result = machine.run(*words)
    assert result.code == code
    if words:
        assert result.err.startswith("ccmon: No active session found. Start a Claude Code session")
    if words != ["--json"]:
        assert "No active session found. Start a Claude Code session" in " ".join(result.out.split())


# --- which ccusage --------------------------------------------------------------------------------------------------------

def test_the_command_can_be_named(machine, tmp_path):
    other = tmp_path / "my ccusage"
    other.write_text(machine.ccusage.read_text())
    other.chmod(0o755)
    machine.ccusage.unlink()
    machine.answers([block(START, 1234)])
    for words, env in ([["--ccusage", str(other)], {}], [[f"--ccusage=/bin/sh '{other}'"], {}], [[], {"CCMON_CCUSAGE": other}]):
        assert machine.run("--json", *words, **env).code == 0
    assert machine.run("--json", CCMON_CCUSAGE="/nonexistent").json["source"]["error"].startswith("'/nonexistent'")


def test_the_path_that_worked_is_remembered_for_a_poor_path(active):
    assert active.run("record") == (0, "", "")
    assert active.run("record", PATH="/usr/bin:/bin") == (0, "", "")
    assert active.runs() == 2


@pytest.mark.parametrize("path", ["", ".", ":/usr/bin", "elsewhere:/usr/bin"])
def test_a_program_in_the_working_directory_is_never_run(machine, path):
    trap = machine.cwd / "ccusage"
    trap.write_text(f'#!/bin/sh\ntouch "{machine.folder}/trapped"\n')
    trap.chmod(0o755)
    machine.ccusage.unlink()
    machine.run("--json", PATH=path)
    machine.run("--json", "--ccusage", "./ccusage")
    assert not (machine.folder / "trapped").exists()


# --- surroundings -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("env", [{"HOME": "/nonexistent"}, {"HOME": "relative"}, {"XDG_DATA_HOME": "/proc/nope"},
                                 {"CCMON_DATA_DIR": "/dev/null/x"}, {"XDG_CACHE_HOME": "/proc/nope"},
                                 {"XDG_STATE_HOME": "/proc/nope"}])
def test_without_a_place_to_write_the_numbers_are_still_right(active, env):
    told = active.run("--json", **env)
    assert told.code == 0 and told.json["session"]["tokens"] == 1234
    assert "1,234" in active.run("--once", **env).out


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root ignores permissions")
def test_a_read_only_home(active):
    for place in (active.home, active.folder):
        place.chmod(0o555)
    drop = "setpriv --reuid 65534 --regid 65534 --clear-groups " if os.geteuid() == 0 else ""
    try:
        active.folder.parent.chmod(0o755)
        done = active.shell(f"{drop}true && {drop}$CCMON --statusline --wait 0; {drop}$CCMON --json", CCMON_NOW=NOW)
    finally:
        for place in (active.home, active.folder):
            place.chmod(0o755)
    assert "Traceback" not in done.err and done.code in (0, 30, 126, 127)


def test_a_full_disk_costs_the_history_not_the_numbers(active):
    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    active.ccusage.write_text(f'#!/bin/sh\ncat "{active.folder}/answer.json"\n')      # one that writes nothing itself
    for words, code in ([["--json"], 0], [["--once"], 0], [["--statusline", "--wait", "0"], 0], [["record"], 30]):
        call = active.start(*words, env={"CCMON_NOW": NOW}, preexec_fn=no_room)
        out, err = call.communicate(timeout=40)
        assert call.returncode == code and "Traceback" not in err, (words, err)
        assert words == ["record"] or out


def test_a_damaged_store_is_moved_aside_and_told(active):
    active.run("record")
    store = active.home / ".local/share/ccmon/ccmon.db"
    for name in ("-wal", "-shm"):
        store.with_name(store.name + name).unlink() if store.with_name(store.name + name).exists() else None
    store.write_bytes(b"this is not a database" * 99)
    result = active.run("record")
    assert result.code == 0 and "damaged" in result.err
    assert len(list(store.parent.glob("*corrupt*"))) >= 1
    assert active.run("record") == (0, "", "")
    assert len(active.run("history", "--json").json) == 1


def test_a_bad_clock_is_told(machine):
    result = machine.run("--json", now="soon")
    assert result.code == 2 and "CCMON_NOW" in result.err


def test_a_wrong_working_directory_does_not_matter(active):
    done = active.shell("mkdir gone && cd gone && rmdir ../gone && $CCMON --json", CCMON_NOW=NOW)
    assert done.code == 0


def test_an_internal_error_is_one_sentence_and_in_the_log(active):
    (active.cwd / "sitecustomize.py").write_text("import ccmon.views.report as r\nr.document = lambda s: 1 / 0\n")
    result = active.run("--json", PYTHONPATH=f"{active.cwd}:{active.env()['PYTHONPATH']}")
    assert result.code == 70 and result.err.startswith("ccmon: internal error: ZeroDivisionError") and result.err.count("\n") == 1
    assert "Traceback" in (active.home / ".local/state/ccmon/ccmon.log").read_text()


def test_private_files(active):
    active.run("record")
    active.run("--statusline", now=None)
    modes = {path: path.stat().st_mode & 0o777 for path in active.home.rglob("*") if path.is_file()}
    assert modes and set(modes.values()) == {0o600}


def test_version(machine):
    for words in (["--version"], ["history", "--version"], ["--version", "record"]):
        assert machine.run(*words) == (0, f"ccmon {ccmon.__version__}\n", "")


def test_help_has_examples(machine):
    said = machine.run("--help").out
    assert "examples:" in said and "ccmon --demo" in said and "history" in said
    assert machine.run("history", "--help").out.startswith("usage: ccmon history")
