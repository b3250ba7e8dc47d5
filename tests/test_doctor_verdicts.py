"""What `ccmon doctor` makes of measured facts: verdicts and commands, and how they are laid out."""

import shlex
import subprocess
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.doctor import check as page
from ccmon.doctor import files, line, programs, surroundings
from ccmon.doctor.check import HOMELESS, Check, Commands, FileStat, exit_code, summary
from ccmon.errors import CcmonError, SettingError
from ccmon.setup import snippets
from ccmon.sources import ccusage_output
from ccmon.text import line_width, plain
from ccmon.usage.price_table import DATE

HOME = Commands("/home/me")
NODE = programs.Node("/usr/bin/node", "v22.3.0", "/usr/bin/npm", "install it")


# --- prices -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("days, state, says", [(0, "ok", "2.0"), (90, "ok", "2.0"), (-5, "ok", "2.0"),
                                               (91, "hint", f"2.0: its prices are of {DATE}, 91 days old")])
def test_a_table_of_prices_grows_old(days, state, says):
    made = datetime.strptime(DATE, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()
    for hour in (0, 23):
        check = programs.prices_aged(Check("ccmon", "ok", "2.0"), int(made) + days * 86_400 + hour * 3600)
        assert (check.state, check.says) == (state, says) and (check.mend is None) is (state == "ok")
    worse = Check("ccmon", "hint", "not on PATH", "export PATH")
    assert programs.prices_aged(worse, int(made) + 999 * 86_400) == worse


# --- commands -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path, word", [("/home/me/a b/c", "~/'a b/c'"), ("/home/me/x", "~/x"), ("/home/mean/x", "/home/mean/x"),
                                        ("/home/me/$(id)", "~/'$(id)'"), ("/home/me", "/home/me")])
def test_paths_in_commands(path, word):
    assert HOME.word(path) == word
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {word}"], env={"HOME": "/home/me"}, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode() == path


@pytest.mark.parametrize("place, variable, command", [
    (FileStat("/home/me/x", own=True), None, "chmod -R u+rX ~/x"),
    (FileStat("/home/me/x", own=False), None, 'sudo chown -R "$(id -un)" ~/x'),
    (FileStat("/etc", own=False), "XDG_DATA_HOME", "unset XDG_DATA_HOME"),
    (FileStat("/", own=False), None, HOMELESS)])
def test_nothing_outside_the_home_is_given_away(place, variable, command):
    assert HOME.permit(place, "-R u+rX", variable) == command


@pytest.mark.parametrize("error, command", [
    (SettingError("unknown option", place="/home/me/c.ini, line 12", line=12), "${EDITOR:-vi} +12 ~/c.ini"),
    (SettingError("no plan", place="CCMON_PLAN"), "unset CCMON_PLAN"), (SettingError("no plan", place="--plan"), "ccmon doctor"),
    (CcmonError("reset and reset_hour are both set"), "${EDITOR:-vi} +1 ~/c.ini")])
def test_a_setting_is_taken_back_where_it_was_made(error, command):
    assert surroundings.mend(error, FileStat("/home/me/c.ini", True), HOME) == command


def test_two_variables_that_contradict_each_other_are_listed():
    assert surroundings.mend(CcmonError("both are set"), FileStat("/home/me/c.ini"), HOME) == "env | grep ^CCMON_"


@pytest.mark.parametrize("variables, command", [
    ((), "ccmon config set timeout 60"), (("CCMON_TIMEOUT",), "export CCMON_TIMEOUT=60")])
def test_a_setting_is_changed_where_it_counts(variables, command):
    assert HOME._replace(variables=variables).setting("timeout", "60") == command


@pytest.mark.parametrize("target", ["bash", "zsh", "fish", "tmux"])
@pytest.mark.parametrize("folder", ["/opt/bin", "/my own/50% #1"])
def test_the_program_of_a_block_is_found(target, folder):
    places = snippets.SnippetValues(folder + "/ccmon", [folder + "/ccmon-line"], "/c", "f", "/c/config.ini")
    assert line.program_in(snippets.block(target, places)) in (folder + "/ccmon", folder + "/ccmon-line")


# --- verdicts -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("there, runs, state", [
    (NODE, True, "ok"), (NODE, False, "ok"), (NODE._replace(path=None), True, "ok"), (NODE._replace(path=None), False, "hint"),
    (NODE._replace(version=None), True, "hint"), (NODE._replace(version=None), False, "fault"),
    (NODE._replace(npm=None), False, "hint"), (NODE._replace(npm=None), True, "ok")])
def test_node(there, runs, state):
    check = programs.node(there, runs)
    assert (check.state, check.mend) == (state, None if state == "ok" else "install it")


SEE = "ccusage blocks --json"
NO_NODE, NOT_THERE = NODE._replace(path=None), ccusage_output.NotFound("'/x' is not there", "Check the path")


@pytest.mark.parametrize("source, error, there, state, says, mend", [
    ("auto", ccusage_output.NotInstalled(), NODE, "hint", "ccusage was not found", ccusage_output.INSTALL_COMMAND),
    ("ccusage", ccusage_output.NotInstalled(), NODE, "fault", "ccusage was not found", ccusage_output.INSTALL_COMMAND),
    ("auto", ccusage_output.Failed("on fire", *ccusage_output.SEE), NODE, "fault", "on fire", SEE),
    ("auto", ccusage_output.NoNode("/c"), NO_NODE, "hint", str(ccusage_output.NoNode("/c")), "install it"),
    ("auto", ccusage_output.NoNode("/c"), NODE, "hint", str(ccusage_output.NoNode("/c")), "unset it"),
    ("auto", ccusage_output.NoData(), NODE, "fault", str(ccusage_output.NoData()), "claude"),
    ("auto", ccusage_output.TooSlow(40), NODE, "fault", ccusage_output.TooSlow(40).what,
     "ccmon config set timeout 80"),
    ("auto", NOT_THERE, NODE, "hint", str(NOT_THERE), "unset it")])
def test_ccusage_that_gives_nothing(source, error, there, state, says, mend):
    check = programs.run_of_ccusage(programs.CcusageRun(source, error=error, unset="unset it"), there, HOME)
    instead = ": Claude Code's log files are read instead" if state == "hint" else ""
    assert check == Check("ccusage", state, says + instead, mend)


def test_ccusage_that_runs_or_is_not_wanted():
    for run in programs.CcusageRun("logs"), programs.CcusageRun("auto", "/c", "20.0.24", 0.1):
        assert programs.run_of_ccusage(run, NO_NODE, HOME).state == "ok"


OWN = files.OwnFile(FileStat("/home/me/.x/h.db", True, mode=0o600), FileStat("/home/me/.x", True, True), contents="1 session")


@pytest.mark.parametrize("file, state, mend", [
    (OWN, "ok", None), (OWN._replace(free=50_000_000), "ok", None),
    (OWN._replace(free=49_999_999), "hint", "du -xh ~ | sort -h | tail -n 20"),
    (OWN._replace(free=65_536), "hint", "du -xh ~ | sort -h | tail -n 20"),
    (OWN._replace(free=65_535, problem="x"), "fault", "du -xh ~ | sort -h | tail -n 20"),
    (OWN._replace(free=0, status=FileStat("/d/h.db")), "fault", "du -xh /d | sort -h | tail -n 20"),
    (OWN._replace(free=1_500_000, status=FileStat("/d/h.db")), "hint", "du -xh /d | sort -h | tail -n 20")])
def test_room_on_the_disk(file, state, mend):
    check = files.history(file, HOME)
    assert (check.state, check.mend) == (state, mend)
    assert ("full" in check.says, " MB left" in check.says) == (state == "fault", state == "hint")


@pytest.mark.parametrize("silent_s, state", [(None, "ok"), (3 * 86_400, "ok"), (3 * 86_400 + 1, "hint")])
def test_percentages_that_stay_away(silent_s, state):
    check = line.claude(line.Installed("claude", "/s.json", set_up=True, silent_s=silent_s), HOME)
    assert (check.state, check.mend) == (state, None if state == "ok" else "ccmon init claude --write")


@pytest.mark.parametrize("path, first, same, state", [
    (None, None, False, "ok"), (None, "/b/ccmon", False, "ok"), ("/a b/ccmon", "/b/ccmon", True, "ok"),
    ("/a b/ccmon", "/b/ccmon", False, "hint"), ("/a b/ccmon", None, False, "hint")])
def test_which_ccmon(path, first, same, state):
    check = programs.ccmon(path, first, same)
    assert check.state == state and check.mend in (None, "export PATH='/a b':\"$PATH\"")


@pytest.mark.parametrize("file, says", [
    (files.OwnFile(FileStat("/d/x"), FileStat("/d", True, True, writable=False)), "written to /d"),
    (files.OwnFile(FileStat("/d/x"), FileStat("/d", True)), "/d is in the way"),
    (files.OwnFile(FileStat("/d/x", True, True, writable=False), FileStat("/d", True, True)),
     "/d/x cannot be read and written")])
def test_places_that_cannot_be_written(file, says):
    for check in (files.history(file, HOME), files.cache(file, 0, HOME)):
        assert check.state == "fault" and says in check.says and check.mend


TMUX = line.Tmux("tmux 3.4", "/usr/bin", True, False, True)


@pytest.mark.parametrize("server, state", [
    (TMUX, "ok"), (TMUX._replace(version=None), "ok"), (TMUX._replace(path=None), "ok"), (TMUX._replace(finds=None), "ok"),
    (TMUX._replace(finds=False), "fault"),
    (TMUX._replace(finds=False, shown=False), "hint"), (TMUX._replace(remembered=True), "hint")])
def test_tmux(server, state):
    assert line.tmux(server, HOME).state == state


@pytest.mark.parametrize("fields, state", [({}, "ok"), ({"is_terminal": False, "trouble": "x"}, "ok"), ({"columns": 19}, "hint"),
                                           ({"rows": 4}, "hint"), ({"trouble": "TERM is not set"}, "fault")])
def test_terminal(fields, state):
    assert surroundings.terminal(surroundings.Terminal(None, True, "xterm", 256, 80, 24)._replace(**fields)).state == state


# --- the page -------------------------------------------------------------------------------------------------------------

CHECKS = [
    Check("ccusage", "fault", "ccusage was not found", "npm install -g ccusage"),
    Check("logs", "ok", "12 files, the newest 3m old, /home/me/.claude/projects, /home/me/.config/claude-of-work/projects"),
    Check("history", "fault", "/home/me/.local/share/ccmon/ccmon.db is damaged: Tree 2 page 2: "
          "btreeInitPage() returns error code 11",
          "(cd ~/.local/share/ccmon && mv ccmon.db* \"$(mktemp -d damaged.XXXXXX)\")"),
    Check("tmux", "hint", "the server's PATH lacks ccusage; ccmon remembers where it is", 'tmux set-environment -g PATH "$PATH"')]
PAGE = """\
fault  ccusage      ccusage was not found
       run: npm install -g ccusage
ok     logs         12 files, the newest 3m old, ..onfig/claude-of-work/projects
fault  history      ~/.local/share/ccmon/ccmon.db is damaged: Tree 2 page 2:
                    btreeInitPage() returns error code 11
       run: (cd ~/.local/share/ccmon && mv ccmon.db* \\
            "$(mktemp -d damaged.XXXXXX)")
hint   tmux         the server's PATH lacks ccusage; ccmon remembers where it is
       run: tmux set-environment -g PATH "$PATH"

2 faults, 1 hint"""


def test_the_page():
    assert "\n".join(map(plain, page.page_lines(CHECKS, "/home/me", 80))) == PAGE


def test_a_verdict_has_a_role_beside_its_word():
    firsts = [line[0] for line in page.page_lines(CHECKS, None, 80) if line[0].text.strip() in ("ok", "hint", "fault")]
    assert [span.role for span in firsts] == ["danger", "ok", "danger", "warn"]


@given(st.lists(st.builds(Check, st.just("logs"), st.sampled_from(["ok", "hint", "fault"]), st.text(max_size=200), st.none())),
       st.integers(1, 120))
def test_nothing_is_wider_than_asked(checks, cells):
    assert all(line_width(line) <= cells for line in page.page_lines(checks, "/home/me", cells))


@pytest.mark.parametrize("command", [check.mend for check in CHECKS if check.mend] + [
    HOMELESS, "${EDITOR:-vi} +3 ~/'a b'/config.ini", 'sudo chown -R "$(id -un)" ~/.claude',
    *programs.INSTALLERS.values()])
@pytest.mark.parametrize("cells", [30, 60, 80])
def test_a_command_in_rows_is_the_same_command(command, cells):
    rows = page._broken(command, cells - 12)
    assert " ".join(row[:-2] if row.endswith(" \\") else row for row in rows) == command
    assert shlex.split("\n".join(rows).replace("\\\n", " ")) == shlex.split(command)


def test_the_document():
    document = page.document(CHECKS)
    assert (document["ok"], document["faults"], document["hints"]) == (False, 2, 1)
    assert document["checks"][0] == {"topic": "ccusage", "state": "fault", "says": "ccusage was not found",
                                     "mend": "npm install -g ccusage"}
    assert summary(CHECKS[1:2]) == "nothing is wrong" and exit_code(CHECKS[1:2]) == 0
