"""Words that people try: they work, or the right ones are named with the help of the command that was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon import call, call_table, call_words
from ccmon.call_table import COMMANDS
from ccmon.errors import UsageError
from ccmon.fullscreen import guardian
from ccmon.settings.options import OPTIONS, flag_name

WORDS = """
history today -> history --since today --until today
history Last Week -> history --since Last+Week --until Last+Week
history week -> history --since week --until week
history 3d -> history --since 3d
history 2h json -> history --json --since 2h
history since monday -> history --since monday
history last 3 days -> history --since last+3+days
history weekly -> history --by week
history by Model -> history --by model
history Projects csv -> history --by project --csv
history days 7 -> history --days 7
history --chart Weekly -> history --chart week
history chart week -> history --chart week
history --table today -> history --table --since today --until today
history table grid -> history --table grid
history chart today -> history --chart --since today --until today
History --Since 3d -> history --since 3d
history window five_hour -> history --window five_hour
hit 14:30 -> hit --at 14:30
hit 10 min ago -> hit --at 10+min+ago
hit undo -> hit --undo
report last month -> report --period month --last
report weekly markdown -> report --period week --markdown
learn report -> learn --report
learn --share --subscription Team -> learn --share --subscription teams
why json -> why --json
doctor json -> doctor --json
export rules -> export --rules
init TMUX --write -> init tmux --write
completion Bash -> completion bash
alerts Test 80% -> alerts test 80
config plan -> config get plan
config plan max5 -> config set plan max5
config set plans.a=b -- 5 -> config set plans.a=b 5
config set plan=max5 -> config set plan max5
config plan = max5 -> config set plan max5
config SET plan =max5 -> config set plan max5
config set --plan max5 -> config set plan max5
config set --no-emoji -> config set emoji no
config rm plan -> config unset plan
config show -> config list
config show plans.pro -> config get plans.pro
config set template {a}=b -> config set template {a}=b
config --theme mono set plan max5 -> config set plan max5 --theme mono
once -> --once
json --plan max5 -> --json --plan max5
Demo -> --demo
--MAX_WIDTH 9 -> --max-width 9
--compact on -> --compact
--emoji off history -> history --no-emoji
--no-emoji=yes -> --no-emoji
"""                                    # what is typed -> the same in the words of the parser; + joins words to one
TOLD = """
history --chart year -> invalid choice: 'year'
hsitory -> unknown command 'hsitory' (did you mean history?). See: ccmon --help
statusline -> Type: ccmon --statusline.
daily -> Type: ccmon history --by day.
setup -> Type: ccmon init.
max5x -> 'max5x' is a plan, no command. Type: ccmon --plan max5.
theme light -> Type: ccmon --theme NAME, or for good: ccmon config set theme VALUE.
screen -> Type: ccmon. See
history --bogus -> unknown option --bogus. See: ccmon history --help
--bogus history -> See: ccmon history --help
history --sine 3d -> (did you mean --since?). See: ccmon history --help
history -plan -> (did you mean --plan?). See: ccmon history
history --output x -> --output is no option of ccmon history, but of ccmon export. See: ccmon history --help
--days 3 -> --days is no option of ccmon, but of ccmon history.
history modles -> (did you mean models?)
history 7 -> --days 7 for the last days, or --rows 7 for the last rows. See: ccmon history --help
hit udno -> unknown word 'udno' (did you mean undo?); as in ccmon hit 14:30. See: ccmon hit --help
report lst -> (did you mean last?); as in ccmon report last month. See: ccmon report --help
learn reprot -> (did you mean report?). See: ccmon learn --help
config plam -> unknown word 'plam' (did you mean plan?)
config set plan max5 x -> See: ccmon config --help
accounts work -> ccmon --account work.
alerts on -> ccmon config set alerts all. See: ccmon alerts --help
record now -> unknown word 'now'. See: ccmon record --help
--emoji=jein -> 'jein' is neither yes nor no. See: ccmon --help
completion --theme x -> --theme is no option of ccmon completion.
help hsitory -> (did you mean history?). See: ccmon help
merge -> See: ccmon merge --help
init bsh -> (did you mean bash?). See: ccmon init --help
--Statusline -> did you mean --statusline?
"""                                    # what cannot be meant -> what is said


def rows(table):
    """Both sides of each line."""
    return [tuple(line.split(" -> ")) for line in table.strip().splitlines()]


def parsed(line):
    """The arguments that the line makes."""
    return vars(call.parse([word.replace("+", " ") for word in line.split()]))


@pytest.mark.parametrize("line, same", rows(WORDS))
def test_words_that_work(line, same):
    assert parsed(line) == parsed(same)


@pytest.mark.parametrize("line, said", rows(TOLD))
def test_the_right_words_are_named_with_the_help_of_the_command(line, said):
    with pytest.raises(UsageError) as told:
        call.parse(line.split())
    assert said in str(told.value) and str(told.value).isprintable()


def test_every_word_that_is_named_instead_is_right():
    for meant in {*call_words.INSTEAD.values(), *call_words.WORDS.values()} - {"", "help options"}:
        call.parse(meant.replace("FILE", "f").split())


@pytest.mark.parametrize("typed, named", [
    ("history --from monday", "mean --since?"), ("history --week", "Type: ccmon history week."),
    ("--tz local", "mean --timezone?"), ("history export", "Type: ccmon history --csv."),
    ("history clear", "Type: ccmon uninstall --history."),
    ("--no-color", "mean --theme mono?"), ("uninstall -y", "mean --yes?"), ("light", "Type: ccmon --theme light."),
    ("tmux", "Type: ccmon init tmux."), ("stat", "'stat'. See"), ("-- history", "'history'. See"),
    ("json pretty", "unknown word 'pretty'. See"), ("accounts list", "Type: ccmon accounts.")])
def test_words_of_other_programs_and_commands_name_the_right_ones(typed, named):
    with pytest.raises(UsageError) as told:
        call.parse(typed.split())
    assert named in str(told.value) and not str(told.value).startswith(":")


@given(st.sampled_from(["history", "hit", "report", "config", "learn", "alerts", "init", "why", "merge"]),
       st.lists(st.sampled_from("--bogus x -z --plan last = -- json set by 3".split()) | st.text(max_size=4), max_size=4))
def test_a_complaint_names_the_command_that_was_typed(command, words):
    if {"--help", "-h", "help", "-?", "/?"} & {word.lower() for word in words}:
        return
    try:
        call.parse([command, *words])
    except UsageError as told:
        assert f"See: ccmon {command} --help" in str(told)
    except SystemExit:
        pass                           # --version


WORDS_OF_CALLS = st.sampled_from([
    *COMMANDS, *(one.name for one in call_table.SETTINGS), *(one.name for name in COMMANDS for one in COMMANDS[name].arguments),
    "--help", "-V", "--", "help", "max5", "yes", "off", "9", "day", "bash", "today", "--plan=max20", "--limit=", "",
    "-5", "-tokens"])


@given(st.lists(WORDS_OF_CALLS, max_size=5), st.none() | st.sampled_from([*COMMANDS]))
def test_a_plain_call_means_what_argparse_makes_of_it(words, command):
    words = [command, *words] if command else words
    found = call.plain(words)
    if found is not None:
        assert {"json": False, **found} == {"json": False, **vars(call.by_argparse(words))}


@pytest.mark.parametrize("words, is_plain", [
    ("", True), ("--once", True), ("history --rows 3 --csv", True), ("completion bash", True), ("--plan max5 --compact", True),
    ("history today", False), ("history --csv --json", False), ("export", False), ("merge", False), ("--emoji no", False)])
def test_usual_calls_are_plain_and_doubtful_ones_are_not(words, is_plain):
    assert (call.plain(words.split()) is not None) is is_plain


def test_every_switch_goes_both_ways():
    switches = [option for option in OPTIONS if option.switch]
    for option in switches:
        name = option.name.replace("_", "-")
        for words, yes in ((f"--{name}", "yes"), (f"--no-{name}", "no"), (f"--{name}=off", "no"), (f"--NO-{name}=0", "yes"),
                           (f"--{name} --no-{name}", "no")):
            assert call.flags(call.parse(words.split()))[option.name].text == yes
    both = {f"--{'no-' * no}{option.name.replace('_', '-')}" for option in switches for no in (0, 1)}
    assert {*guardian.ALSO} == both - {flag_name(option) for option in switches} | {"demo"}


def printed(capsys, *words):
    with pytest.raises(SystemExit) as done:
        call.parse(words)
    assert done.value.code == 0
    return capsys.readouterr().out


def test_the_help_of_a_command_is_about_the_command(capsys):
    common = [flag_name(option) for option in OPTIONS]
    for name, command in COMMANDS.items():
        text = printed(capsys, name, "--help")
        assert printed(capsys, "help", name) == printed(capsys, "Help", name.upper()) == text
        assert text.startswith(f"usage: ccmon {name}") and not any(f"\n  {flag} " in text for flag in common)
        assert ("common options, such as --plan and --theme: ccmon help options" in " ".join(text.split())) == (
            command.has_settings)
    every = printed(capsys, "help", "options")
    assert all(f"\n  {flag}" in every for flag in common) and "CCMON_PLAN" in every
    assert printed(capsys, "help") == printed(capsys, "--help") and "examples:" in printed(capsys, "-h")
    assert printed(capsys, "help", "max_width").count("--max-width") == 1
