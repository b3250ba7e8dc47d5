"""ccmon init without arguments: three questions on a real terminal, and nothing is written but on yes."""

import stat
import time
from contextlib import contextmanager

import pytest
from commands import wait_until
from hypothesis import given
from hypothesis import strategies as st
from line_shells import NOT_TRIED, contents, installed  # noqa: F401
from terminal import CLEAN, Terminal

from ccmon.errors import CcmonError
from ccmon.settings import config_file
from ccmon.setup import first_run
from ccmon.text import width
from ccmon.typed_values import PLANS

pytestmark = pytest.mark.newest_only

CONFIG = ".config/ccmon/config.ini"


@pytest.fixture
def place(installed):
    """A machine with ccmon as a command and a start-up file."""
    (installed.home / ".bashrc").write_text("# mine\n")
    return installed


@contextmanager
def dialogue(machine, columns=100, name="ccmon", **env):
    """A terminal in which it asks."""
    variables = machine.env(**{"SHELL": "/bin/bash", **NOT_TRIED, **env})
    variables.pop("TERM")
    with Terminal([str(machine.bin / name), "init"], columns=columns, rows=190, env=variables, cwd=str(machine.cwd)) as term:
        yield term


def answer_all(term, *answers):
    """Type each answer at its prompt."""
    for at, answer in enumerate(answers, 1):
        wait_until(lambda at=at: term.text().count("]:") >= at, f"prompt {at}")
        term.send(answer)


def asked(machine, *answers, ending="", **env):
    """The dialogue with these answers, one at each prompt: the exit code, and what the terminal showed."""
    with dialogue(machine, **env) as term:
        answer_all(term, *(f"{answer}\r" for answer in answers), *ending)
        code = term.wait_exit()
        assert term.leftover() == CLEAN
        return code, term.text()


# --- yes ------------------------------------------------------------------------------------------------------------------

def test_the_answers_go_into_the_configuration_and_the_startup_file(place):
    code, said = asked(place, "max5", "europe/berlin", "bash", "y", CCMON_PROBE=None)
    assert code == 0 and "It is seen: a new bash shows it" in said
    assert (place.home / CONFIG).read_text() == "[ccmon]\nplan = max5\ntimezone = Europe/Berlin\n"
    assert stat.S_IMODE((place.home / CONFIG).stat().st_mode) == 0o600
    assert "ccmon init bash" in (place.home / ".bashrc").read_text() and "_ccmon_status" in said
    assert "Europe/Berlin" in place.run("--json").out
    place.run("init", "bash", "--undo", now=None)
    assert (place.home / ".bashrc").read_text() == "# mine\n"


def test_what_is_shown_before_the_yes_is_what_is_written(place):
    code, said = asked(place, "2", "local", "bash, claude", "yes")
    shown = "".join(said.split("This would be written:")[1].split("Write it?")[0].split())
    for name in (CONFIG, ".bashrc", ".claude/settings.json"):
        assert str(place.home / name) in shown
        for line in (place.home / name).read_text().splitlines():
            assert line == "# mine" or "".join(f"+ {line}".split()) in shown, line
    assert code == 0


def test_enter_takes_what_is_likely(place):
    (place.home / ".claude").mkdir()
    asked(place, "", "", "", "y")
    assert (place.home / CONFIG).read_text() == "[ccmon]\nplan = pro\ntimezone = local\n"
    assert "ccmon" in (place.home / ".bashrc").read_text() and "ccmon" in (place.home / ".claude/settings.json").read_text()


def test_a_second_time_there_is_nothing_to_write(place):
    asked(place, "max20", "local", "bash", "y")
    before = contents(place.home)
    code, said = asked(place, "", "", "bash")
    assert code == 0 and "nothing to write" in said and contents(place.home) == before


# --- anything but yes -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answers, ending, code", [
    (["max5", "local", "bash", "n"], "", 0), (["max5", "local", "bash", ""], "", 0), (["max5", "local", "bash", "ye"], "", 0),
    (["q"], "", 0), (["max5", "Q"], "", 0), (["max5", "local", "q"], "", 0), (["max5", "local", "bash", "q"], "", 0),
    ([], "\x04", 0), (["max5", "local", "bash"], "\x04", 0), ([], "\x03", 130), (["max5", "local", "bash"], "\x03", 130)])
def test_without_a_yes_nothing_is_written(place, answers, ending, code):
    before = contents(place.home)
    found, said = asked(place, *answers, ending=ending)
    assert found == code and "Nothing was written." in said and contents(place.home) == before


def test_wrong_answers_are_told_and_asked_again(place):
    before = contents(place.home)
    _, said = asked(place, "mx5", "9", "max5", "europ/berlin", "local", "bsh", "bash, waybar", "none", "n")
    for word in ("did you mean max5?", "1 to 5", "Did you mean Europe/Berlin?", "did you mean bash?", "'waybar' is unknown"):
        assert word in said
    assert contents(place.home) == before


def test_a_place_that_cannot_be_written_to_is_told_at_once(place):
    (place.home / ".claude").mkdir()
    (place.home / ".claude/settings.json").write_text("{ not json")
    _, said = asked(place, "pro", "local", "claude", "none", "n")
    assert all(word in said.replace("\n", "") for word in ("settings.json", "Nothing was changed"))


def test_without_the_command_the_settings_can_still_be_made(place):
    (place.bin / "ccmon").rename(place.bin / "ccmon-2")
    with dialogue(place, name="ccmon-2") as term:
        for prompt, answer in (("plan [", "max5"), ("zone [", "local"), ("line [", "bash"), ("Install it", "none"),
                               ("Write it?", "y")):
            term.wait_for(prompt)
            term.send(answer + "\r")
        assert term.wait_exit() == 0
    assert "plan = max5" in (place.home / CONFIG).read_text()


@pytest.mark.parametrize("text, env, told", [
    ("", {"CCMON_PLAN": "max20"}, "CCMON_PLAN is set in this environment"),
    ("limit = 30000\n", {}, "limit in config.ini is set to 30,000: it counts in place of the plan's figure. To take it back: "
     "ccmon config unset limit"),
    ("", {"CCMON_LIMIT": "40000"}, "CCMON_LIMIT is set to 40,000"), ("limit =\n", {}, None), ("", {}, None)])
def test_what_wins_over_the_answers_is_told(place, text, env, told):
    place.configure("[ccmon]\n" + text)
    _, said = asked(place, "max5", "local", "none", "y", **env)
    found = " ".join(said.split())
    assert told in found if told else "in place of the plan" not in found
    assert f"plan [{env.get('CCMON_PLAN', 'pro')}]" in found


# --- a narrow terminal ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("columns", [80, 40])
def test_no_word_is_cut_by_the_edge_of_the_terminal(place, columns):
    (place.home / ".claude").mkdir()
    place.configure("[ccmon]\nlimit = 30000\n")
    with dialogue(place, columns, CCMON_TIMEZONE="America/Argentina/ComodRivadavia") as term:
        answer_all(term, "mx5\r", "max5\r", "europ/berlin\r", "\r", "bsh\r", "bash, claude\r", "y\r")
        assert term.wait_exit() == 0
        rows = bytes(term.raw).decode().replace("\r", "").split("\n")
    too_wide = [row for row in rows if len(row) > columns and " " in row.strip()]
    assert not [row for row in too_wide if "]:" not in row], too_wide       # an answer is typed behind its prompt
    assert max(len(row.split("]:")[0]) for row in rows if "]:" in row) <= columns - 2
    text = " ".join(" ".join(rows).split())
    for words in ("2 max5 35,000 tokens a session", "claude Claude Code's status line, and its percentages for ccmon",
                  "limit in config.ini is set to 30,000: it counts in place of the plan's figure.", "That is all: run ccmon."):
        assert words in text


def test_what_an_option_means_stays_below_itself():
    assert first_run.question_rows(first_run.plan_question(PLANS, "pro"), 40) == [
        "1/3  Your plan. The figures are", "     references, not promises:",
        "     1  pro         7,000 tokens a", "                    session", "     2  max5        35,000 tokens a",
        "                    session", "     3  max20       140,000 tokens a", "                    session",
        "     4  custom_max  your largest", "                    completed session",
        "     5  ml_auto     the limit learned", "                    from Claude's own", "                    percentages"]
    assert max(map(len, first_run.question_rows(first_run.plan_question(PLANS, "pro"), 80))) == 67


@given(st.text(alphabet="ab .,\u4e2d", max_size=120), st.integers(1, 60), st.integers(0, 30))
def test_wrapped_text_is_all_there_and_no_wider_than_its_longest_word(words, cells, hang):
    rows = first_run.wrapped(words, cells, hang)
    assert " ".join(rows).split() == words.split()
    assert all(width(row) <= cells or len(row.split()) == 1 for row in rows)
    assert not words.strip() or rows[0].startswith(words[:len(words) - len(words.lstrip())])


# --- others write as well -------------------------------------------------------------------------------------------------

@contextmanager
def asked_for_a_yes(place, before, line="none"):
    """The terminal at the last question, and the configuration."""
    path = place.configure(before)
    with dialogue(place) as term:
        answer_all(term, "max5\r", "local\r", f"{line}\r")
        term.wait_for("Write it?")
        yield term, path


def test_what_is_set_while_it_asks_is_kept_and_so_are_comments(place):
    before = "# mine\n[ccmon]\ntheme = light\n; the plan\nplan = pro\n\n[plans]\nteam = 60000\n"
    with asked_for_a_yes(place, before) as (term, path):
        assert place.run("config", "set", "alerts", "80").code == 0
        term.send("y\r")
        assert term.wait_exit() == 0
    assert path.read_text() == before.replace("plan = pro\n", "plan = max5\nalerts = 80\ntimezone = local\n")


def test_it_writes_when_nobody_else_does(place):
    """Under the lock of `ccmon config set`: what another one writes as long as it has that is not lost."""
    with asked_for_a_yes(place, "[ccmon]\n") as (term, path):
        with config_file.locked(str(path)):
            term.send("y\r")
            time.sleep(0.3)            # without the lock it would write now, and lose its lines
            path.write_text("[ccmon]\ntheme = light\n")
        assert term.wait_exit() == 0
    assert path.read_text() == "[ccmon]\ntheme = light\nplan = max5\ntimezone = local\n"


def test_a_configuration_that_is_broken_meanwhile_is_left_alone(place):
    with asked_for_a_yes(place, "[ccmon]\n", "bash") as (term, path):
        path.write_text("plan = pro\n")
        term.send("y\r")
        assert term.wait_exit() == 2 and "line 1: settings stand below" in term.text().replace("\n", "")
    assert path.read_text() == "plan = pro\n" and (place.home / ".bashrc").read_text() == "# mine\n"


# --- no dialogue ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, told", [([], "no terminal"), (["--write"], "ccmon init SHELL --write"),
                                         (["--undo"], "SHELL")])
def test_without_a_terminal_or_with_half_a_call_one_sentence(place, words, told):
    done = place.run("init", *words, now=None)
    assert done.code == 2 and told in done.err and done.err.count("\n") == 1 and done.out == ""


def test_a_broken_configuration_is_told_before_anything_is_asked(place):
    place.configure("[ccmon]\nplna = pro\n")
    code, said = asked(place)
    assert code == 2 and "plna" in said and "1/3" not in said


# --- the questions themselves ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, found", [("1", "pro"), ("3", "max20"), ("MAX5", "max5"), ("ml_auto", "ml_auto"),
                                           ("6", None), ("0", None), ("-1", None), ("", None), ("\x1b[31m", None), ("²", None)])
def test_a_plan_by_name_or_number(answer, found):
    question = first_run.plan_question(PLANS, "pro")
    if found:
        assert question.check(answer) == found
    else:
        with pytest.raises(CcmonError) as err:
            question.check(answer)
        assert "\x1b" not in str(err.value)


@pytest.mark.parametrize("answer, found", [("bash", "bash"), ("Bash,claude", "bash, claude"), ("tmux tmux", "tmux"),
                                           ("none", "none"), (",", "none")])
def test_places_in_any_form(answer, found):
    assert first_run.targets_question([], lambda place: None).check(answer) == found


@pytest.mark.parametrize("env, claude, found", [({"SHELL": "/usr/bin/zsh"}, False, ["zsh"]),
                                                ({"SHELL": "/bin/dash"}, True, ["claude"]),
                                                ({"SHELL": "/bin/bash", "TMUX": "/tmp/x"}, True, ["tmux", "claude"]),
                                                ({}, False, [])])
def test_likely_places(env, claude, found):
    assert first_run.likely_targets(env, claude) == found


def test_a_change_is_shown_without_control_characters():
    assert first_run.changes(b"a\nold\x1b[2J\n", b"a\nnew\n", 80) == ["  - old[2J", "  + new"]
    assert first_run.changes(b"", b"x\n", 80) == ["  + x"]
