"""What `ccmon doctor` makes of measured facts: verdicts and commands, and how they are laid out."""

import shlex
import subprocess
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.doctor import prices, shown, surroundings, verdicts, view
from ccmon.doctor.verdicts import Check, Owned
from ccmon.model import Place
from ccmon.setup import snippets
from ccmon.sources import ccusage_find
from ccmon.text import line_width, plain
from ccmon.usage.price_table import DATE

HOME = Owned("/home/me")
NODE = verdicts.Node("/usr/bin/node", "v22.3.0", "/usr/bin/npm", "apt-get")


# --- prices -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("days, state, says", [(0, "ok", "2.0"), (90, "ok", "2.0"), (-5, "ok", "2.0"),
                                               (91, "hint", f"2.0: its prices are of {DATE}, 91 days old")])
def test_a_table_of_prices_grows_old(days, state, says):
    made = datetime.strptime(DATE, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()
    for hour in (0, 23):
        check = prices.aged(Check("ccmon", "ok", "2.0"), int(made) + days * 86_400 + hour * 3600)
        assert (check.state, check.says) == (state, says) and (check.mend is None) is (state == "ok")
    worse = Check("ccmon", "hint", "not on PATH", "export PATH")
    assert prices.aged(worse, int(made) + 999 * 86_400) == worse


# --- commands -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sentence, says, command", [
    (f"ccusage was not found. {ccusage_find.INSTALL} (ccmon --demo works meanwhile)", "ccusage was not found",
     "npm install -g ccusage"),
    ("/a.b/c may not be run by you. Try: chmod +x '/a.b/c'", "/a.b/c may not be run by you", "chmod +x '/a.b/c'"),
    ("Node.js is too old for this ccusage (x: y). Update Node.js, or run: npm install -g ccusage@latest",
     "Node.js is too old for this ccusage (x: y)", "npm install -g ccusage@latest"),
    ("ccusage took longer than 30 s and was stopped, try --timeout 60", "ccusage took longer than 30 s and was stopped",
     "ccmon config set timeout 60"),
    ("the native part of ccusage is not executable. Run once: sudo ccusage --version",
     "the native part of ccusage is not executable", "sudo ccusage --version"),
    ("ccusage failed with exit code 3: on fire. To see it, run: ccusage blocks --json",
     "ccusage failed with exit code 3: on fire", "ccusage blocks --json"),
    ("pytz is missing. Install it with: pip install pytz", "pytz is missing", "pip install pytz"),
    ("nothing: to be done", "nothing: to be done", None)])
def test_the_way_out_of_a_sentence(sentence, says, command):
    assert verdicts.remedy(sentence) == (says, command)


@pytest.mark.parametrize("path, word", [("/home/me/a b/c", "~/'a b/c'"), ("/home/me/x", "~/x"), ("/home/mean/x", "/home/mean/x"),
                                        ("/home/me/$(id)", "~/'$(id)'"), ("/home/me", "/home/me")])
def test_paths_in_commands(path, word):
    assert HOME.word(path) == word
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {word}"], env={"HOME": "/home/me"}, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode() == path


@pytest.mark.parametrize("place, variable, command", [
    (Place("/home/me/x", own=True), None, "chmod -R u+rX ~/x"),
    (Place("/home/me/x", own=False), None, 'sudo chown -R "$(id -un)" ~/x'),
    (Place("/etc", own=False), "XDG_DATA_HOME", "unset XDG_DATA_HOME"),
    (Place("/", own=False), None, verdicts.HOMELESS)])
def test_nothing_outside_the_home_is_given_away(place, variable, command):
    assert HOME.permit(place, "-R u+rX", variable) == command


@pytest.mark.parametrize("error, command", [
    ("/home/me/c.ini, line 12: unknown option", "${EDITOR:-vi} +12 ~/c.ini"),
    ("/home/me/c.ini is no text", "${EDITOR:-vi} +1 ~/c.ini"),
    ("CCMON_PLAN: 'x' is no plan", "unset CCMON_PLAN"), ("--plan: 'x' is no plan", "ccmon doctor"),
    ("reset and reset_hour are both set", "${EDITOR:-vi} +1 ~/c.ini")])
def test_a_setting_is_taken_back_where_it_was_made(error, command):
    assert verdicts.undo(error, Place("/home/me/c.ini", True), HOME) == command


def test_two_variables_that_contradict_each_other_are_listed():
    assert verdicts.undo("reset and reset_hour are both set", Place("/home/me/c.ini"), HOME) == "env | grep ^CCMON_"


@pytest.mark.parametrize("target", ["bash", "zsh", "fish", "tmux"])
@pytest.mark.parametrize("folder", ["/opt/bin", "/my own/50% #1"])
def test_the_program_of_a_block_is_found(target, folder):
    places = snippets.Places(folder + "/ccmon", [folder + "/ccmon-line"], "/c", "f", "/c/config.ini")
    assert surroundings._program_in(snippets.block(target, places)) in (folder + "/ccmon", folder + "/ccmon-line")


# --- verdicts -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("found, runs, state, mend", [
    (NODE, True, "ok", None), (NODE, False, "ok", None),
    (NODE._replace(path=None), True, "ok", None), (NODE._replace(path=None), False, "hint", "sudo apt-get install nodejs npm"),
    (NODE._replace(version=None), True, "hint", "sudo apt-get install nodejs npm"),
    (NODE._replace(version=None, installer="brew"), False, "fault", "brew install node"),
    (NODE._replace(npm=None, installer=None), False, "hint", verdicts.BY_HAND), (NODE._replace(npm=None), True, "ok", None)])
def test_node(found, runs, state, mend):
    check = verdicts.node(found, runs)
    assert (check.state, check.mend) == (state, mend)


FAILED = verdicts.Ccusage("auto", error="ccusage was not found. Install it with: npm install -g ccusage", missing=True)


@pytest.mark.parametrize("found, state, mend", [
    (verdicts.Ccusage("logs"), "ok", None), (verdicts.Ccusage("auto", "/c", "20.0.24", 0.1), "ok", None),
    (FAILED, "hint", "npm install -g ccusage"), (FAILED._replace(source="ccusage"), "fault", "npm install -g ccusage"),
    (FAILED._replace(missing=False), "fault", "npm install -g ccusage"),
    (FAILED._replace(error="Node.js was not found by /c. Put it on PATH, or name both: x"), "hint", "brew install node"),
    (FAILED._replace(error="ccusage found no Claude Code data. Start it, or set X", missing=False), "fault", "claude"),
    (FAILED._replace(error="'/x' is not there", undo="unset CCMON_CCUSAGE"), "hint", "unset CCMON_CCUSAGE"),
    (FAILED._replace(error="no idea", missing=False), "fault", "ccusage blocks --json")])
def test_ccusage(found, state, mend):
    check = verdicts.ccusage(found, False, "brew install node")
    assert (check.state, check.mend) == (state, mend)
    assert (check.says.endswith(": Claude Code's log files are read instead")) is (state == "hint")


KEPT = verdicts.Kept(Place("/home/me/.x/h.db", True, mode=0o600), Place("/home/me/.x", True, True), contents="1 session")


@pytest.mark.parametrize("kept, state, mend", [
    (KEPT, "ok", None), (KEPT._replace(free=50_000_000), "ok", None),
    (KEPT._replace(free=49_999_999), "hint", "du -xh ~ | sort -h | tail -n 20"),
    (KEPT._replace(free=65_536), "hint", "du -xh ~ | sort -h | tail -n 20"),
    (KEPT._replace(free=65_535, problem="x"), "fault", "du -xh ~ | sort -h | tail -n 20"),
    (KEPT._replace(free=0, place=Place("/d/h.db")), "fault", "du -xh /d | sort -h | tail -n 20"),
    (KEPT._replace(free=1_500_000, place=Place("/d/h.db")), "hint", "du -xh /d | sort -h | tail -n 20")])
def test_room_on_the_disk(kept, state, mend):
    check = verdicts.history(kept, False, HOME)
    assert (check.state, check.mend) == (state, mend)
    assert ("full" in check.says, " MB left" in check.says) == (state == "fault", state == "hint")


@pytest.mark.parametrize("silent_s, state", [(None, "ok"), (3 * 86_400, "ok"), (3 * 86_400 + 1, "hint")])
def test_percentages_that_stay_away(silent_s, state):
    check = shown.claude(shown.Shown("claude", "/s.json", set_up=True, silent_s=silent_s), HOME)
    assert (check.state, check.mend) == (state, None if state == "ok" else "ccmon init claude --write")


@pytest.mark.parametrize("path, first, same, state", [
    (None, None, False, "ok"), (None, "/b/ccmon", False, "ok"), ("/a b/ccmon", "/b/ccmon", True, "ok"),
    ("/a b/ccmon", "/b/ccmon", False, "hint"), ("/a b/ccmon", None, False, "hint")])
def test_which_ccmon(path, first, same, state):
    check = verdicts.ccmon("1.0", "3.8.18", path, first, same)
    assert check.state == state and check.mend in (None, "export PATH='/a b':\"$PATH\"")


@pytest.mark.parametrize("kept, says", [
    (verdicts.Kept(None), "no home directory"),
    (verdicts.Kept(Place("/d/x"), Place("/d", True, True, writable=False)), "written to /d"),
    (verdicts.Kept(Place("/d/x"), Place("/d", True)), "/d is in the way"),
    (verdicts.Kept(Place("/d/x", True, True, writable=False), Place("/d", True, True)), "/d/x cannot be read and written")])
def test_places_that_cannot_be_written(kept, says):
    for check in (verdicts.history(kept, False, HOME), verdicts.cache(kept, 0, HOME)):
        assert check.state == "fault" and says in check.says and check.mend


TMUX = shown.Tmux("tmux 3.4", "/usr/bin", True, False, True)


@pytest.mark.parametrize("found, state", [
    (TMUX, "ok"), (TMUX._replace(version=None), "ok"), (TMUX._replace(path=None), "ok"), (TMUX._replace(finds=None), "ok"),
    (TMUX._replace(finds=False), "fault"),
    (TMUX._replace(finds=False, shown=False), "hint"), (TMUX._replace(remembered=True), "hint")])
def test_tmux(found, state):
    assert shown.tmux(found, HOME).state == state


@pytest.mark.parametrize("fields, state", [({}, "ok"), ({"is_terminal": False, "trouble": "x"}, "ok"), ({"columns": 19}, "hint"),
                                           ({"rows": 4}, "hint"), ({"trouble": "TERM is not set"}, "fault")])
def test_terminal(fields, state):
    assert verdicts.terminal(verdicts.Terminal(None, True, "xterm", 256, 80, 24)._replace(**fields)).state == state


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
    assert "\n".join(map(plain, view.lines(CHECKS, "/home/me", 80))) == PAGE


def test_a_verdict_has_a_role_beside_its_word():
    firsts = [line[0] for line in view.lines(CHECKS, None, 80) if line[0].text.strip() in ("ok", "hint", "fault")]
    assert [span.role for span in firsts] == ["danger", "ok", "danger", "warn"]


@given(st.lists(st.builds(Check, st.just("logs"), st.sampled_from(["ok", "hint", "fault"]), st.text(max_size=200), st.none())),
       st.integers(1, 120))
def test_nothing_is_wider_than_asked(checks, cells):
    assert all(line_width(line) <= cells for line in view.lines(checks, "/home/me", cells))


@pytest.mark.parametrize("command", [check.mend for check in CHECKS if check.mend] + [
    verdicts.HOMELESS, "${EDITOR:-vi} +3 ~/'a b'/config.ini", 'sudo chown -R "$(id -un)" ~/.claude',
    *verdicts.INSTALLERS.values()])
@pytest.mark.parametrize("cells", [30, 60, 80])
def test_a_command_in_rows_is_the_same_command(command, cells):
    rows = view._broken(command, cells - 12)
    assert " ".join(row[:-2] if row.endswith(" \\") else row for row in rows) == command
    assert shlex.split("\n".join(rows).replace("\\\n", " ")) == shlex.split(command)


def test_the_document():
    document = view.document(CHECKS)
    assert (document["ok"], document["faults"], document["hints"]) == (False, 2, 1)
    assert document["checks"][0] == {"topic": "ccusage", "state": "fault", "says": "ccusage was not found",
                                     "mend": "npm install -g ccusage"}
    assert verdicts.summary(CHECKS[1:2]) == "nothing is wrong" and verdicts.exit_code(CHECKS[1:2]) == 0
