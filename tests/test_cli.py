"""Calls from outside: words, messages, exit codes, and broken surroundings. Never a traceback, always a way out."""


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


# --- surroundings -----------------------------------------------------------------------------------------------------------

def test_a_bad_clock_is_told(machine):
    result = machine.run("--json", now="soon")
    assert result.code == 2 and "CCMON_NOW" in result.err


def test_a_wrong_working_directory_does_not_matter(active):
    done = active.shell("mkdir gone && cd gone && rmdir ../gone && $CCMON --json", CCMON_NOW=NOW)
    assert done.code == 0


def test_an_internal_error_is_one_sentence_and_in_the_log(active):
    (active.cwd / "sitecustomize.py").write_text("import ccmon.views.document as r\nr.document = lambda s: 1 / 0\n")
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
