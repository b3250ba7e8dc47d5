"""ccmon init without arguments: three questions on a real terminal, and nothing is written but on yes."""

import stat

import pytest
from commands import wait_until
from line_shells import call, install
from terminal import CLEAN, Terminal

from ccmon.model import CcmonError
from ccmon.setup import questions
from ccmon.usage.limits import PLANS

CONFIG = ".config/ccmon/config.ini"


@pytest.fixture
def place(machine):
    """A machine with ccmon as a command and a start-up file."""
    install(machine)
    (machine.home / ".bashrc").write_text("# mine\n")
    return machine


def kept(machine):
    """Every file of the home."""
    return {str(path.relative_to(machine.home)): path.read_bytes() for path in machine.home.rglob("*") if path.is_file()}


def asked(machine, *answers, ending="", **env):
    """The dialogue with these answers, one at each prompt: the exit code, and what the terminal showed."""
    variables = machine.env(SHELL="/bin/bash", **env)
    variables.pop("TERM")
    with Terminal([str(machine.bin / "ccmon"), "init"], columns=100, rows=90, env=variables, cwd=str(machine.cwd)) as term:
        for at, answer in enumerate((*(f"{answer}\r" for answer in answers), *ending), 1):
            wait_until(lambda at=at: term.text().count("]:") >= at, f"prompt {at}")
            term.send(answer)
        code = term.wait_exit()
        assert term.leftover() == CLEAN
        return code, term.text()


# --- yes ------------------------------------------------------------------------------------------------------------------

def test_the_answers_go_into_the_configuration_and_the_startup_file(place):
    code, said = asked(place, "max5", "europe/berlin", "bash", "y")
    assert code == 0 and (place.home / CONFIG).read_text() == "[ccmon]\nplan = max5\ntimezone = Europe/Berlin\n"
    assert stat.S_IMODE((place.home / CONFIG).stat().st_mode) == 0o600
    assert "ccmon init bash" in (place.home / ".bashrc").read_text() and "CCMON_LINE" in said
    assert "Europe/Berlin" in place.run("--json").out
    call(place, [str(place.bin / "ccmon"), "init", "bash", "--undo"])
    assert (place.home / ".bashrc").read_text() == "# mine\n"


def test_what_is_shown_before_the_yes_is_what_is_written(place):
    code, said = asked(place, "2", "local", "bash, claude", "yes")
    shown = said.split("This would be written:")[1].split("Write it?")[0].replace("\n", "")
    for name in (CONFIG, ".bashrc", ".claude/settings.json"):
        assert str(place.home / name) in shown
        for line in (place.home / name).read_text().splitlines():
            assert line == "# mine" or f"+ {line}" in shown, line
    assert code == 0


def test_enter_takes_what_is_likely(place):
    (place.home / ".claude").mkdir()
    asked(place, "", "", "", "y")
    assert (place.home / CONFIG).read_text() == "[ccmon]\nplan = pro\ntimezone = local\n"
    assert "ccmon" in (place.home / ".bashrc").read_text() and "ccmon" in (place.home / ".claude/settings.json").read_text()


def test_comments_order_and_other_settings_stay(place):
    path = place.configure("# mine\n[ccmon]\ntheme = light\n; the plan\nplan = pro\n\n[plans]\nteam = 60000\n")
    asked(place, "team", "local", "none", "y")
    assert path.read_text() == ("# mine\n[ccmon]\ntheme = light\n; the plan\nplan = team\ntimezone = local\n\n"
                                "[plans]\nteam = 60000\n")


def test_a_second_time_there_is_nothing_to_write(place):
    asked(place, "max20", "local", "bash", "y")
    before = kept(place)
    code, said = asked(place, "", "", "bash")
    assert code == 0 and "nothing to write" in said and kept(place) == before


# --- anything but yes -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answers, ending, code", [
    (["max5", "local", "bash", "n"], "", 0), (["max5", "local", "bash", ""], "", 0), (["max5", "local", "bash", "ye"], "", 0),
    (["q"], "", 0), (["max5", "Q"], "", 0), (["max5", "local", "q"], "", 0), (["max5", "local", "bash", "q"], "", 0),
    ([], "\x04", 0), (["max5", "local", "bash"], "\x04", 0), ([], "\x03", 130), (["max5", "local", "bash"], "\x03", 130)])
def test_without_a_yes_nothing_is_written(place, answers, ending, code):
    before = kept(place)
    found, said = asked(place, *answers, ending=ending)
    assert found == code and "Nothing was written." in said and kept(place) == before


def test_wrong_answers_are_told_and_asked_again(place):
    before = kept(place)
    _, said = asked(place, "mx5", "9", "max5", "europ/berlin", "local", "bsh", "bash, waybar", "none", "n")
    for word in ("did you mean max5?", "1 to 5", "Did you mean Europe/Berlin?", "did you mean bash?", "'waybar' is unknown"):
        assert word in said
    assert kept(place) == before


def test_no_question_is_wider_than_a_terminal():
    asked = (questions.plan({"pro": 7000}, "pro"), questions.zone("local", str), questions.places(["tmux"], str))
    assert all(len(line) <= 79 for question in asked for line in question.lines)


def test_a_place_that_cannot_be_written_to_is_told_at_once(place):
    (place.home / ".claude").mkdir()
    (place.home / ".claude/settings.json").write_text("{ not json")
    _, said = asked(place, "pro", "local", "claude", "none", "n")
    assert all(word in said.replace("\n", "") for word in ("settings.json", "Nothing was changed"))


def test_without_the_command_the_settings_can_still_be_made(machine):
    install(machine)
    (machine.bin / "ccmon").rename(machine.bin / "other")
    (machine.bin / "other").replace(machine.bin / "ccmon-2")
    variables = machine.env(SHELL="/bin/bash")
    variables.pop("TERM")
    with Terminal([str(machine.bin / "ccmon-2"), "init"], columns=100, rows=60, env=variables, cwd=str(machine.cwd)) as term:
        for prompt, answer in (("plan [", "max5"), ("zone [", "local"), ("line [", "bash"), ("Install it", "none"),
                               ("Write it?", "y")):
            term.wait_for(prompt)
            term.send(answer + "\r")
        assert term.wait_exit() == 0
    assert "plan = max5" in (machine.home / CONFIG).read_text()


def test_the_environment_that_wins_is_named(place):
    _, said = asked(place, "max5", "local", "none", "n", CCMON_PLAN="max20")
    assert "plan [max20]" in said and "CCMON_PLAN is set in this environment" in said


@pytest.mark.parametrize("text, env, told", [
    ("limit = 30000\n", {}, "limit in config.ini is set to 30,000: it counts in place of the plan's figure. To take it back: "
     "ccmon config unset limit"),
    ("", {"CCMON_LIMIT": "40000"}, "CCMON_LIMIT is set to 40,000"), ("limit =\n", {}, None), ("", {}, None)])
def test_a_limit_that_wins_over_the_plan_is_told(place, text, env, told):
    place.configure("[ccmon]\n" + text)
    _, said = asked(place, "max5", "local", "none", "y", **env)
    found = " ".join(said.split())
    assert told in found if told else "in place of the plan" not in found


# --- no dialogue ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, told", [([], "no terminal"), (["--write"], "ccmon init SHELL --write"),
                                         (["--undo"], "SHELL")])
def test_without_a_terminal_or_with_half_a_call_one_sentence(place, words, told):
    done = call(place, [str(place.bin / "ccmon"), "init", *words])
    assert done.code == 2 and told in done.err and done.err.count("\n") == 1 and done.out == ""


def test_a_broken_configuration_is_told_before_anything_is_asked(place):
    place.configure("[ccmon]\nplna = pro\n")
    code, said = asked(place)
    assert code == 2 and "plna" in said and "1/3" not in said


# --- the questions themselves ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, found", [("1", "pro"), ("3", "max20"), ("MAX5", "max5"), ("ml_auto", "ml_auto"),
                                           ("6", None), ("0", None), ("-1", None), ("", None), ("\x1b[31m", None), ("²", None)])
def test_a_plan_by_name_or_number(answer, found):
    question = questions.plan(PLANS, "pro")
    if found:
        assert question.check(answer) == found
    else:
        with pytest.raises(CcmonError) as err:
            question.check(answer)
        assert "\x1b" not in str(err.value)


@pytest.mark.parametrize("answer, found", [("bash", "bash"), ("Bash,claude", "bash, claude"), ("tmux tmux", "tmux"),
                                           ("none", "none"), (",", "none")])
def test_places_in_any_form(answer, found):
    assert questions.places([], lambda place: None).check(answer) == found


@pytest.mark.parametrize("env, claude, found", [({"SHELL": "/usr/bin/zsh"}, False, ["zsh"]),
                                                ({"SHELL": "/bin/dash"}, True, ["claude"]),
                                                ({"SHELL": "/bin/bash", "TMUX": "/tmp/x"}, True, ["tmux", "claude"]),
                                                ({}, False, [])])
def test_likely_places(env, claude, found):
    assert questions.likely_places(env, claude) == found


def test_a_change_is_shown_without_control_characters():
    assert questions.changes("a\nold\x1b[2J\n", "a\nnew\n") == ["  - old[2J", "  + new"]
    assert questions.changes(None, "x\n") == ["  + x"]
