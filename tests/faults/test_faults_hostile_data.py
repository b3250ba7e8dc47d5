"""Hostile data: every file of data/hostile/ through what reads it, and some inputs of each property of hostile_properties.py.

fuzz.py beside this file tries the properties for as long as one likes. Same inputs in every run: a failure is a change of ours.
"""

import re
from pathlib import Path

import hostile
import hostile_properties as properties
import pytest
from commands import NOW
from hostile_home import COMMANDS, FEW, Home, is_json, is_wide
from hypothesis import HealthCheck, Phase, given, settings

from ccmon.learning import portable, state
from ccmon.usage import official
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

CORPUS = Path(__file__).parents[1] / "data/hostile"


def corpus(*kinds):
    """The files of these kinds."""
    return [pytest.param(path, id=f"{kind}/{path.stem}") for kind in kinds for path in sorted((CORPUS / kind).iterdir())]


@pytest.mark.parametrize("path", corpus("ccusage"))
def test_P08_P09_P10_P11_P12_P13_P14_P15_P16_hostile_answers_of_ccusage_are_shown_or_refused(path):
    answer = path.read_bytes()
    properties.ccusage_is_parsed(answer)
    properties.ccusage_is_shown((answer, b"", "ml_auto", 60, 12))
    properties.ccusage_goes_through_commands((answer, (FEW, ["bash", "tmux"])))


@pytest.mark.parametrize("path", corpus("logs"))
def test_P16_hostile_logs_are_read_or_left(path):
    for line in path.read_bytes().split(b"\n"):
        properties.log_lines_are_read(line)
    properties.logs_go_through_commands(path.read_bytes())


@pytest.mark.parametrize("path", corpus("hooks"))
def test_S07_hostile_json_of_claude_code_makes_one_row(path):
    properties.hook_json_is_joined((path.read_bytes(), 50))
    properties.hook_json_goes_through_the_line(path.read_bytes())


@pytest.mark.parametrize("path", corpus("stores"))
def test_D08_values_that_cannot_be_in_the_store_are_left_out(path):
    home = properties.begun()
    home.script(path.read_text())
    turn = sorted((CORPUS / "stores").iterdir()).index(path)       # each file through a third of the commands
    home.check_all(COMMANDS if path.stem == "names" else COMMANDS[turn % 3::3], sorted(DIALECTS)[turn % 4::4])


@pytest.mark.parametrize("path", corpus("stores"))
def test_D07_a_hostile_history_is_merged_or_refused(path):
    home = properties.begun()
    home.script(path.read_text())
    properties.merged(home)


READERS = {"configurations": properties.configuration_is_read, "shared": properties.shared_summaries_are_compared,
           "series": properties.series_are_evaluated, "spools": properties.spools_are_taken,
           "settings": lambda content: properties.settings_are_edited((content, b"{}"))}


@pytest.mark.parametrize("path", corpus(*READERS))
def test_X05_files_of_users_and_other_programs_are_read_or_refused(path):
    READERS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", properties.PROPERTIES)
def test_P13_X05_whatever_is_read(name):
    made = properties.PROPERTIES[name]

    @settings(max_examples=made.tries, deadline=None, database=None, derandomize=True, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck))
    @given(made.inputs)
    def holds(inputs):
        made.holds(inputs)
    holds()


NO_LEDGER = ("", "null", "[]", "{}", "[[null, null], [], []", '[[{"a": 1}, null], [], []]', "[[[1e999, 1, 2], null], [], []]",
             f"[[[50, {NOW}, {NOW}], null], [], []]", f"[[[50, {NOW + 10 ** 9}, {NOW}], null], [], []]",
             f"[[[{NOW}, {NOW + 60}, {NOW}], null], [], []]", '[[null, null], ["\\u001b[31m"], []]', "[[null, null], [], [[1]]]",
             "[" * 20_000, "9" * 5000, "NaN", '[[null, null, null], [], []]')


@pytest.mark.parametrize("kept", NO_LEDGER, ids=range(len(NO_LEDGER)))
def test_P13_what_was_kept_and_cannot_be_is_given_up(kept):
    assert official.load(kept) == official.Ledger()
    assert state.load(kept) is None and portable.load(kept) is None


LOADERS = [("learned 1", state.load), ("learned_extra 1", portable.load), ("official 1", official.load)]


@pytest.mark.parametrize("value", ["null", '"9"', "-1", "1e999", "NaN", "9" * 400, "[]", "{}", "true"])
@pytest.mark.parametrize("name, load", LOADERS)
def test_P09_P10_a_number_that_cannot_be_takes_nothing_with_it(name, load, value):
    usual = hostile.NOTES[name]
    assert load(usual) and load(usual) != official.Ledger()
    for number in re.finditer(r"(?<=[\[, :])-?[0-9][0-9.e+-]*", usual[:3000]):
        load(usual[:number.start()] + value + usual[number.end():])


def test_P18_a_program_that_the_store_remembers_is_not_run_because_it_says_so(tmp_path):
    home = Home(tmp_path)
    for value in ("\0", "relative/ccusage", "$(touch PWNED)", "x" * 5000, "/dev/null", "/etc/passwd", str(tmp_path)):
        home.begin()
        home.poison([], {"ccusage_path": value})
        home.check("record", is_wide, PATH="/usr/bin:/bin", CCMON_CCUSAGE="")
        home.check("--json", is_json, PATH="/usr/bin:/bin", CCMON_CCUSAGE="")
        home.check_untouched()
