"""Whether the line is seen: what is said of a shell's start, tmux's options and Claude Code's settings; the small screen."""

import json

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.setup import snippets, tmux_line
from ccmon.setup.prompt_check import MAKERS, NOT_SEEN, SEEN, UNKNOWN, Start, maker_of, room_beside, shows, start_visibility
from ccmon.setup.prompt_probe import SmallScreen, Trial
from ccmon.setup.visibility import PROJECT, USER, SettingsFile, settings_visibility

MARK = snippets.stand_in_mark("/tmp/x/report.52")
LINE = snippets.stand_in("/tmp/x/report.52")
RAN = frozenset({snippets.BLOCK_READ, snippets.HOOK_RAN})
AGAIN = "ccmon init {0} --undo && ccmon init {0} --write"
EDIT = "${EDITOR:-vi} +7 /h/rc"


def start(shell, written, **more):
    fields = {name: more.pop(name) for name in [*more] if name in Trial._fields}
    trial = Trial(written, **{"has_prompt": True, "program": shell, "took_s": 0.4, **fields})
    usual = {"columns": 80, "report": RAN, "mark": MARK, "path": "/h/rc", "line": 7, "is_last": True}
    return Start(shell, trial, **{**usual, **more})


@pytest.mark.parametrize("found, state, says, command", [
    (start("bash", f"\x1b[?2004h{LINE}\r\n~ $ "), SEEN, "a new bash shows it", None),
    (start("bash", f"{LINE} me@host:~$ "), SEEN, "leaves 16 cells of a row of 80", "ccmon init bash --write --above"),
    (start("bash", f"{LINE} me@host:/a/folder/with/a/long/name$ "), SEEN, "leaves no room", "ccmon init bash --write --above"),
    (start("bash", f"{LINE} me@host:~$ ", is_above=True), SEEN, "a new bash shows it", None),
    (start("zsh", f"vm# \x1b[K\x1b[22C{LINE}\x1b[74D"), SEEN, "a new zsh shows it", None),
    (start("bash", f"+ CCMON_LINE={LINE}\r\n+ PS1='${{CCMON_LINE:+$CCMON_LINE }}'\r\n> "), NOT_SEEN, "makes the prompt anew",
     "ccmon init bash --write --above"),
    (start("bash", f"{LINE}\r\x1b[Kmine> "), NOT_SEEN, "makes the prompt anew each time", "ccmon init bash --write --above"),
    (start("bash", "mine> ", is_above=True), NOT_SEEN, "makes the prompt anew each time", EDIT),
    (start("bash", "mine> ", is_last=False), NOT_SEEN, "below ccmon's lines in /h/rc", AGAIN.format("bash")),
    (start("bash", "mine> ", report=frozenset()), NOT_SEEN, "does not get to ccmon's lines", EDIT),
    (start("fish", "\x1b[?2004h> ", report=frozenset(), beside=("python3",)), NOT_SEEN, "does not get to ccmon's lines", EDIT),
    (start("bash", "mine> ", report=RAN | {snippets.FIXED}), NOT_SEEN, "is read-only", "ccmon init bash --write --above"),
    (start("bash", "mine> ", report=RAN | {snippets.FIXED, snippets.NO_HOOK}), NOT_SEEN, "is read-only", EDIT),
    (start("bash", "> ", report=RAN | {snippets.NO_VARS}), NOT_SEEN, "promptvars is off", "ccmon init bash --write --above"),
    (start("bash", "mine> ", report=RAN | {"starship_precmd"}), NOT_SEEN, "starship makes the prompt", "ccmon init starship"),
    (start("bash", "mine> ", report=RAN | {"_omp_hook"}), NOT_SEEN, "oh-my-posh makes the prompt", "ccmon init oh-my-posh"),
    (start("bash", "> ", report=RAN | {"BASH_IT"}), NOT_SEEN, "bash-it makes the prompt", "ccmon init bash --write --above"),
    (start("zsh", "> ", report=RAN | {"p10k", "omz", "ZSH_THEME"}), NOT_SEEN, "powerlevel10k makes", "ccmon init p10k"),
    (start("bash", "${_ccmon_ready:+$(x)}$ "), NOT_SEEN, "promptvars is off", EDIT),
    (start("zsh", "~ %  ${CCMON_LINE}", is_last=False), NOT_SEEN, "prompt_subst is off", AGAIN.format("zsh")),
    (start("bash", "", has_prompt=False, status=3), UNKNOWN, "bash ended with status 3", EDIT),
    (start("bash", "", has_prompt=False, status=-9), UNKNOWN, "bash ended by signal 9", EDIT),
    (start("bash", "vm# ", has_prompt=False, program="zsh"), NOT_SEEN, "starts zsh", "ccmon init zsh --write"),
    (start("fish", "", has_prompt=False, beside=("tmux: client",)), NOT_SEEN, "starts tmux", "ccmon init tmux --write"),
    (start("bash", "hello\r\nLoad? [y/N] ", has_prompt=False, took_s=10.2), UNKNOWN,
     "bash came to no prompt within 10 s; the last that it showed is 'Load? [y/N]'", EDIT),
    (start("zsh", "", has_prompt=False, beside=("sleep",)), UNKNOWN, "within 0 s: sleep still runs", EDIT),
    (start("bash", "x", has_prompt=False, program="-bash\x1b[31m"), UNKNOWN, "the last that it showed is 'x'", EDIT)])
def test_a_start(found, state, says, command):
    seen = start_visibility(found, lambda: None)
    assert (seen.state, seen.command) == (state, command) and says in seen.says and "\x1b" not in seen.says


@pytest.mark.parametrize("room, command", [(38, "ccmon config set max_width 38"), (3, "ccmon init tmux"),
                                           (-20, "ccmon init tmux")])
def test_a_right_prompt_without_room(room, command):
    seen = start_visibility(start("zsh", "a long left prompt% "), lambda: room)
    assert seen.state == NOT_SEEN and "80 cells" in seen.says and seen.command == command


def test_the_room_beside_a_prompt_is_what_it_leaves_of_80_cells():
    assert room_beside("0123456789" + " " * 200 + LINE + " 12:30\r\x1b[10C", MARK) == 80 - 10 - 6 - 3
    assert room_beside("0123456789", MARK) is None


@pytest.mark.parametrize("shell, written, judged", [
    ("bash", "", None), ("bash", "\x1b[?2004h", None), ("bash", "$ ", False), ("bash", LINE, True),
    ("fish", "Welcome to fish\r\n", None), ("fish", "Welcome\r\n\x1b[?2004h", None),
    ("fish", "Welcome\x1b[?2004h\x1b]0;~\x07", None),
    ("fish", f"Welcome\x1b[?2004h\x1b]0;~\x07> {LINE}", True)])
def test_when_there_is_a_prompt(shell, written, judged):
    assert shows(shell, MARK, 80)(written) is judged


def test_the_stand_in_is_as_wide_as_the_line_may_be_and_not_in_the_environment():
    for max_width, cells in ((80, 52), (30, 30), (1, 12)):
        path = "/tmp/x/" + snippets.probe_file_name(max_width)
        assert len(snippets.stand_in(path)) == cells and snippets.stand_in(path).startswith(snippets.stand_in_mark(path))
        assert snippets.stand_in_mark(path)[:11] not in path
    assert snippets.stand_in_of({}) is None and snippets.probe_code("bash", {}) == ""


@pytest.mark.parametrize("name, maker", [
    ("_p9k_precmd", "powerlevel10k"), ("prompt_powerlevel9k_setup", "powerlevel9k"), ("prompt_starship_precmd", "starship"),
    ("_lp_set_prompt", "liquidprompt"), ("spaceship::prompt", "spaceship"), ("prompt_pure_precmd", "pure"),
    ("_tide_item_pwd", "tide"), ("_hydro_prompt", "hydro"), ("pmodload", "prezto"), ("OSH_THEME", "oh-my-bash"),
    ("STARSHIP_SHELL", None), ("precmd", None)])
def test_makers_of_prompts(name, maker):
    found = maker_of(frozenset({name, "PATH"}))
    assert (found and found.name) == maker and len({one.name for one in MAKERS}) == len(MAKERS)


# --- tmux -----------------------------------------------------------------------------------------------------------------

OURS = ['status on', 'status-right "%H:%M #(/bin/ccmon-line tmux)"', "status-right-length 100",
        'status-format[0] "#{T:status-left}#{T:status-right}"']


@pytest.mark.parametrize("rows, session, in_file, is_last, state, command", [
    (OURS, [], True, True, SEEN, None),
    ([*OURS, "status off"], [], True, True, NOT_SEEN, "tmux set -g status on"),
    (OURS, ["status off"], True, True, NOT_SEEN, "tmux set status on"),
    ([*OURS, "status-right-length 40"], [], True, True, NOT_SEEN, "tmux set -g status-right-length 100"),
    ([*OURS, 'status-right "theme"'], [], True, True, UNKNOWN, "tmux source-file '/h/a b'"),
    ([*OURS, 'status-right "theme"'], [], True, False, NOT_SEEN, f"{AGAIN.format('tmux')} && tmux source-file '/h/a b'"),
    ([*OURS, 'status-right "theme"'], [], False, True, NOT_SEEN, "ccmon init tmux --write"),
    (OURS, ['status-right "mine"'], True, True, NOT_SEEN, "tmux set -u status-right"),
    ([*OURS, 'status-format[0] "only windows"'], [], True, True, NOT_SEEN, "tmux set -gu status-format"),
    ([*OURS, 'status-right ""', 'status-left "#(ccmon-line tmux)"'], [], False, True, SEEN, None)])
def test_a_tmux_server(rows, session, in_file, is_last, state, command):
    server = tmux_line.Server(*(tmux_line.options_of("\n".join(lines)) for lines in (rows, session)), "/h/a b", in_file, is_last)
    seen = tmux_line.server_visibility(server)
    assert (seen.state, seen.command) == (state, command)


# --- Claude Code ----------------------------------------------------------------------------------------------------------

LINED = {"statusLine": {"type": "command", "command": "/bin/ccmon --statusline --format claude"}}
OTHER = {"statusLine": {"type": "command", "command": "date"}}
OFF, ON = {"disableAllHooks": True}, {"disableAllHooks": False}


@pytest.mark.parametrize("project, user, says", [
    ({}, LINED, None), (LINED, LINED, None), (OTHER, LINED, "/p has a status line for this project"),
    (OFF, LINED, "disableAllHooks in /p"),
    ({}, {**LINED, **OFF}, "disableAllHooks in /u"), (ON, {**LINED, **OFF}, None), ("no object", LINED, None)])
def test_settings_of_claude_code(project, user, says):
    sources = [SettingsFile(PROJECT, "/p", json.dumps(project, indent=1)),
               SettingsFile(USER, "/u", json.dumps(user, indent=1))]
    seen = settings_visibility([*sources, SettingsFile(USER, "/broken", "{")])
    if says is None:
        assert (seen.state, seen.command) == (SEEN, None)
    else:
        assert seen.state == NOT_SEEN and says in seen.says
        path = seen.command.split()[-1]
        row = next(source for source in sources if source.path == path).text.splitlines()[int(seen.command.split()[1]) - 1]
        assert "disableAllHooks" in row or "statusLine" in row


# --- the small terminal in which a prompt is read, beside pyte -----------------------------------------------------------

COLUMNS, ROWS = 12, 4
NUMBER = st.integers(0, 15).map(lambda number: str(number or ""))
MOVES = st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("ABCDGdX"))
PLACES = st.builds("\x1b[{};{}{}".format, NUMBER, NUMBER, st.sampled_from("Hf"))
ERASED = st.builds("\x1b[{}{}".format, st.sampled_from(["", "0", "1", "2"]), st.sampled_from("JK"))
SHIFTS = st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("P@"))
OTHERS = st.sampled_from(["\r", "\n", "\b", "\t", "\x1b7", "\x1b[31m", "\x1b[?2004h", "\x1b]0;title\x07", "\x1b(B", "\x1b=",
                          "%" + " " * (COLUMNS - 1), "\r \r"])
TEXT = st.text(alphabet="abc $>", max_size=15)


def from_a_column(moves):
    """Begun at a column: pyte leaves the cursor behind the last cell when it goes elsewhere from there, terminals do not."""
    return st.builds("\x1b[{}G{}".format, st.integers(1, COLUMNS), moves)


@pytest.mark.newest_only
@settings(derandomize=True)               # pyte has corners of its own
@given(st.lists(st.one_of(TEXT, *map(from_a_column, (MOVES, PLACES, ERASED, SHIFTS, OTHERS))), max_size=25))
def test_it_shows_what_a_terminal_shows(pieces):
    ours, theirs = SmallScreen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    ours.write("".join(pieces))
    pyte.Stream(theirs).feed("".join(pieces))
    assert ours.rows() == [row.rstrip() for row in theirs.display]
    assert (ours.row, ours.column) == (theirs.cursor.y, min(theirs.cursor.x, COLUMNS - 1))


@pytest.mark.newest_only
@given(st.text(alphabet="\x1b[]();?0123456789ABCHJKmX\x07\r\n\u4e2d\u0301 abc", max_size=200))
def test_no_text_is_too_much_for_it(text):
    screen = SmallScreen(COLUMNS, ROWS)
    screen.write(text)
    assert len(screen.rows()) == ROWS and 0 <= screen.row < ROWS and 0 <= screen.column < COLUMNS
