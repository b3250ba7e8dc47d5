"""`ccmon config`: every setting with its origin; values set, taken out and edited, and what is refused with a reason."""

import json
import os
import stat

import pytest
from extent import ALL
from hypothesis import given
from hypothesis import strategies as st

from ccmon.commands import config
from ccmon.settings import ini_sections, options
from ccmon.settings.options import OPTIONS
from ccmon.text import line_width, plain
from ccmon.views import config_table
from ccmon.views.evidence import Setting

pytestmark = pytest.mark.newest_only

SHOWN = """\
option      value   from
plan        team    CCMON_PLAN; not config.ini, line 2
limit       -       default
reset       -       reset_hour is set; not config.ini, line 3
reset_hour  9       --reset-hour
timezone    local   config.ini, line 4
"""
MINE = "[ccmon]\nplan = max5\nreset = schedule\ntimezone = local\n\n# those of the firm\n[plans]\nteam = 60,000\n"


@pytest.fixture
def edits(machine):
    """A machine whose editor runs the shell text that it is given, with the file as $1."""
    def edit(script, **env):
        editor = machine.bin / "my editor"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o755)
        return machine.run("config", "edit", **{"VISUAL": f"'{editor}'", **env})
    return edit


def path_of(machine):
    return machine.home / ".config/ccmon/config.ini"


# --- what is set ----------------------------------------------------------------------------------------------------------

def test_the_table_says_where_each_value_comes_from(machine):
    path = machine.configure(MINE)
    result = machine.run("config", "--reset-hour", "9", CCMON_PLAN="team")
    assert (result.code, result.err) == (0, "")
    rows = [" ".join(row.split()) for row in result.out.splitlines()]
    assert rows[:6] == [" ".join(row.split()) for row in SHOWN.splitlines()]
    assert len({row.index(word) for row, word in zip(result.out.splitlines()[1:6], ["CCMON_PLAN", "default", "reset_hour is",
                                                                                    "--reset", "config.ini"])}) == 1
    assert "plans.team 60,000 config.ini, line 8" in rows
    assert result.out.endswith(f"config.ini is {path}\nTo change a value: ccmon config set plan max5\n")


def test_every_option_has_a_row_and_defaults_are_those_of_the_table(machine):
    result = machine.run("config")
    rows = [line.split() for line in result.out.split("\n\n")[0].splitlines()[1:]]
    assert [row[0] for row in rows] == [option.name for option in OPTIONS]
    assert all(row[1:] == [option.default or "-", "default"] for row, option in zip(rows, OPTIONS))
    assert "(not there yet)" in result.out and not path_of(machine).exists()


def test_the_document_is_for_programs(machine):
    path = machine.configure(MINE)
    found = machine.run("config", "--json", "--plan", "pro", CCMON_PLAN="team", CCMON_THEME="mono").json
    by_name = {one["name"]: one for one in found["settings"]}
    assert (found["path"], found["exists"], found["fault"]) == (str(path), True, None)
    assert by_name["plan"] == {"name": "plan", "value": "pro", "source": "flag", "where": "--plan",
                               "overridden": ["CCMON_PLAN", f"{path}, line 2"]}
    assert by_name["theme"]["source"] == "environment" and by_name["limit"]["value"] is None
    assert by_name["plans.team"] == {"name": "plans.team", "value": "60,000", "source": "file", "where": f"{path}, line 8",
                                     "overridden": []}
    assert by_name["wait"] == {"name": "wait", "value": "1", "source": "default", "where": None, "overridden": []}


@pytest.mark.parametrize("text, said, shown", [
    ("[ccmon]\nplam = max5\n", ["line 2", "did you mean plan?"], "pro"),
    ("[ccmon]\nplan = max50\n", ["line 2", "did you mean max5?"], "max50"),
    ("plan = max5\n", ["line 1", "[ccmon]"], "pro"),
])
def test_a_wrong_file_is_told_and_the_table_is_there_all_the_same(machine, text, said, shown):
    machine.configure(text)
    result = machine.run("config")
    assert result.code == 2 and result.err.count("\n") == 1 and all(word in result.err for word in said)
    assert result.out.splitlines()[1].split()[:2] == ["plan", shown]
    found = machine.run("config", "--json")
    assert found.code == 2 and said[0] in json.loads(found.out)["fault"]


def test_flags_are_never_remembered(machine):
    machine.configure(MINE)
    machine.run("config", "--plan", "max20")
    machine.run("config", "set", "theme", "mono", "--plan", "max20")
    assert machine.run("config", "get", "plan").out == "max5\n" and "max20" not in path_of(machine).read_text()


@pytest.mark.parametrize("name, value", [("plan", "max5"), ("limit", ""), ("theme", "auto"), ("reset", "schedule"),
                                         ("reset-hour", ""), ("--plan", "max5"), ("ccmon.plan", "max5"), ("plans.team", "60,000"),
                                         ("plans.pro", "7000"), ("PLAN", "max5")])
def test_one_value_for_scripts(machine, name, value):
    machine.configure(MINE)
    words = ["--", name] if name.startswith("-") else [name]
    assert machine.run("config", "get", *words)[:3] == (0, value + "\n", "")


@pytest.mark.parametrize("words, said", [
    (["get", "plam"], "did you mean plan?"), (["get", "plans.tem"], "did you mean team?"), (["get", "prices.x"], "no 'prices.x'"),
    (["get", "plan.x"], "did you mean plans?"), (["get", "plans."], "plans.NAME"), (["get"], "ccmon config get plan"),
    (["set", "plan"], "ccmon config set plan max5"), (["path", "x"], "no further words"),
    (["sett", "plan", "pro"], "did you mean set"), (["set", "plan", "max5", "x"], "x"), (["edit", "plan"], "no further words"),
    (["get", "plan", "--json"], "ccmon config --json"),
])
def test_wrong_words(machine, words, said):
    machine.configure(MINE)
    result = machine.run("config", *words)
    assert (result.code, result.out) == (2, "") and said in result.err and result.err.count("\n") == 1
    assert path_of(machine).read_text() == MINE


def test_where_it_is(machine, tmp_path):
    assert machine.run("config", "path").out == f"{path_of(machine)}\n"
    assert machine.run("config", "path", XDG_CONFIG_HOME=tmp_path / "x").out == f"{tmp_path}/x/ccmon/config.ini\n"
    result = machine.run("config", "path", HOME="/nonexistent")
    assert result.code == 2 and "Set HOME" in result.err
    assert machine.run("config", HOME="/nonexistent").out.endswith("There is no home directory, so no config.ini\n")


WORDS = st.text(max_size=60)
SETTINGS = st.lists(st.builds(Setting, WORDS, WORDS, st.sampled_from(["default", "file"]), st.none() | WORDS,
                              st.tuples(WORDS) | st.just(())), max_size=4)


@given(SETTINGS, st.none() | WORDS, st.booleans(), st.integers(1, 200))
def test_no_line_is_wider_than_the_terminal(settings, path, exists, cells):
    shown = config_table.lines(settings, path, exists, cells)
    assert all(line_width(line) <= cells for line in shown) and len(shown) >= len(settings) + 3
    assert all("\n" not in plain(line) for line in config_table.lines(settings, path, exists, None))


def test_a_long_value_is_cut_on_a_terminal_and_whole_in_a_pipe():
    long = Setting("template", "x" * 50, "file", "/h/config.ini, line 2")
    on_terminal, in_a_pipe = (plain(config_table.lines([long], "/h/config.ini", True, cells)[1]) for cells in (80, None))
    assert on_terminal == "template  " + "x" * 27 + "...  config.ini, line 2"
    assert in_a_pipe == "template  " + "x" * 50 + "  config.ini, line 2"


# --- set ------------------------------------------------------------------------------------------------------------------

def test_a_first_value_makes_a_private_file(machine):
    result = machine.run("config", "set", "plan", "max5")
    path = path_of(machine)
    assert result == (0, f"plan = max5: {path}, line 2\n", "") and path.read_text() == "[ccmon]\nplan = max5\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["config.ini"]


def test_a_value_keeps_comments_order_mode_and_link(machine, tmp_path):
    path = machine.configure("")
    real = tmp_path / "dotfiles.ini"
    real.write_bytes(b"\xef\xbb\xbf# mine\r\n[ccmon]\r\n; my plan\r\nplan: max5\r\n\r\n[plans]\r\nteam = 5\r\n")
    real.chmod(0o644)
    path.unlink()
    path.symlink_to(real)
    assert machine.run("config", "set", "plan", "team").out == f"plan = team (was max5): {path}, line 4\n"
    assert real.read_bytes() == b"\xef\xbb\xbf# mine\r\n[ccmon]\r\n; my plan\r\nplan: team\r\n\r\n[plans]\r\nteam = 5\r\n"
    assert path.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o644


@pytest.mark.parametrize("name, value, line", [
    ("reset-hour", "9", "reset_hour = 9"), ("plans.Firm", "80_000", "firm = 80_000"), ("template", "CC {percent} # %", None),
    ("prices.claude-foo-9", "3, 15, 3.75, 6, 0.30", None), ("timezone", "Asia/Tokyo", None), ("limit", "", "limit ="),
    ("ccusage", "  /opt/cc usage ", "ccusage = /opt/cc usage"), ("template", "ü 👩‍💻 {percent}", None),
])
def test_good_values_are_read_back(machine, name, value, line):
    assert machine.run("config", "set", name, value).code == 0
    lines = [one.rstrip() for one in path_of(machine).read_text(encoding="utf-8").splitlines()]
    assert (line or f"{name.partition('.')[2] or name} = {value}") in lines
    assert machine.run("config", "get", name).out == value.strip() + "\n" and machine.run("config").code == 0


@pytest.mark.parametrize("name, value, said", [
    ("plan", "max50", "did you mean max5?"), ("theme", "drak", "did you mean dark?"), ("limit", "many", "whole number"),
    ("timezone", "Europe/Warszawa", "Europe/Warsaw"), ("thme", "dark", "did you mean theme?"), ("reset_hour", "9", "both set"),
    ("format", "claude", "another format"), ("template", " x ", "no blanks"), ("template", "a\nb", "one line"),
    ("plans.team", "many", "whole number"), ("plans.a=b", "5", "cannot be a name"), ("plans.#a", "5", "cannot be a name"),
    ("prices.claude-x", "1, 2", "5 prices"), ("prize.x", "1", "did you mean prices?"), ("interval", "-1", "0.5 to 3600"),
])
def test_wrong_values_are_refused_with_the_nearest_and_nothing_is_written(machine, name, value, said):
    path = machine.configure(MINE)
    before = path.stat()
    result = machine.run("config", "set", name, "--", value)
    assert (result.code, result.out) == (2, "") and said in result.err and result.err.count("\n") == 1
    assert path.read_text() == MINE and path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_wrong_value_can_be_mended_and_another_fault_is_told(machine):
    path = machine.configure("[ccmon]\nplan = max50\nthme = dark\n")
    result = machine.run("config", "set", "theme", "drak")
    assert result.code == 2 and "did you mean dark?" in result.err           # although line 2 is wrong, too
    result = machine.run("config", "set", "plan", "max5")
    assert result.code == 0 and "still wrong" in result.err and "line 3" in result.err and "did you mean theme?" in result.err
    result = machine.run("config", "unset", "thme")
    assert (result.code, result.err) == (0, "") and path.read_text() == "[ccmon]\nplan = max5\n"


def test_a_file_whose_lines_cannot_be_told_apart_is_left_alone(machine):
    path = machine.configure("[ccmon]\nplan = pro\nplan = max5\n")
    for words in (["set", "plan", "max20"], ["unset", "plan"]):
        result = machine.run("config", *words)
        assert result.code == 2 and "line 3" in result.err and "ccmon config edit" in result.err
    assert path.read_text() == "[ccmon]\nplan = pro\nplan = max5\n"


def test_a_variable_that_counts_before_it_is_told(machine):
    result = machine.run("config", "set", "plan", "max5", CCMON_PLAN="max20")
    assert result.code == 0 and "CCMON_PLAN" in result.err and "max20" in result.err


def test_a_variable_of_the_same_name_says_nothing_of_a_plan(machine):
    done = machine.run("config", "set", "plans.theme", "5000", CCMON_THEME="light")
    assert (done.code, done.err) == (0, "")


def test_a_good_value_beside_a_wrong_section_is_written(machine):
    path = machine.configure("[ccmon]\n[plans]\nteam = many\n")
    done = machine.run("config", "set", "theme", "light")
    assert done.code == 0 and "still wrong" in done.err and "theme = light\n" in path.read_text()


def test_only_another_value_is_told_as_the_old_one(machine):
    said = [machine.run("config", "set", "plan", plan).out for plan in ("max5", "max5", "pro")]
    assert ["(was" in out for out in said] == [False, False, True] and "plan = pro (was max5)" in said[2]


@pytest.mark.parametrize("name, place", [("theme.mine.ok", ("theme.mine", "ok")), ("theme.a.b.ok", ("theme.a.b", "ok")),
                                         ("ccmon.plan", ("ccmon", "plan")), ("--reset-hour", ("ccmon", "reset_hour")),
                                         ("prices.claude-3.5", ("prices", "claude-3.5"))])
def test_where_a_name_leads(name, place):
    assert ini_sections.address(name) == place


def test_a_place_that_cannot_be_written_is_told(machine):
    (machine.home / ".config").write_text("a file in the way")
    result = machine.run("config", "set", "plan", "max5")
    assert result.code == 1 and result.out == "" and "config.ini" in result.err and result.err.count("\n") == 1


def test_a_file_that_is_no_text_is_never_overwritten(machine, edits):
    path = machine.configure("")
    path.write_bytes(b"[ccmon]\nplan = \xff\xfe\n")
    for words in (["set", "plan", "max5"], ["unset", "plan"]):
        result = machine.run("config", *words)
        assert result.code == 1 and "UTF-8" in result.err
    assert edits(":").code == 1 and path.read_bytes() == b"[ccmon]\nplan = \xff\xfe\n"
    assert machine.run("config").code == 2


def test_the_line_follows_the_new_value(machine):
    machine.run("config", "set", "template", "{plan}")
    machine.run("record")
    first = machine.run("--statusline").out
    machine.run("config", "set", "template", "plan {plan}")
    machine.run("record")
    assert (first, machine.run("--statusline").out) == ("pro\n", "plan pro\n")


# --- unset ----------------------------------------------------------------------------------------------------------------

def test_a_value_is_taken_out(machine):
    path = machine.configure(MINE)
    assert machine.run("config", "unset", "plan") == (0, f"Taken out: plan, which was {path}, line 2\n", "")
    assert path.read_text() == MINE.replace("plan = max5\n", "") and machine.run("config", "get", "plan").out == "pro\n"
    assert machine.run("config", "unset", "plan").out == f"plan is not set in {path}.\n"


def test_a_question_mark_ends_a_sentence(machine):
    told = machine.run("config", "set", "timezone", "Berlin").err
    assert told == "ccmon: timezone: Unknown time zone 'Berlin'. Did you mean Europe/Berlin? Nothing was changed\n"


def test_a_plan_in_use_is_not_taken_out(machine):
    path = machine.configure("[ccmon]\nplan = team\n[plans]\nteam = 5\n")
    result = machine.run("config", "unset", "plans.team")
    assert result.code == 2 and "'team' is no plan" in result.err and "Nothing was changed" in result.err
    assert "team = 5" in path.read_text()


def test_the_last_value_takes_its_section_along(machine):
    path = machine.configure(MINE)
    machine.run("config", "set", "prices.claude-foo-9", "1, 2, 3, 4, 5")
    assert machine.run("config", "unset", "prices.claude-foo-9").code == 0 and path.read_text() == MINE
    for name in ("plan", "reset", "timezone"):
        machine.run("config", "unset", name)
    assert path.read_text() == MINE[MINE.index("# those of the firm"):]
    machine.run("config", "unset", "plans.team")
    assert path.read_text() == "# those of the firm\n[plans]\n"           # the comment is about it


def test_a_theme_in_use_may_lose_its_last_role(machine):
    path = machine.configure("[ccmon]\ntheme = mine\n\n[theme.mine]\nok = 2\n")
    assert machine.run("config", "unset", "theme.mine.ok").code == 0
    assert path.read_text() == "[ccmon]\ntheme = mine\n\n[theme.mine]\n" and machine.run("config").code == 0


def test_many_at_once_lose_no_value(machine):
    """Into a folder that is not there yet; and out again."""
    values = {option.name: option.default for option in OPTIONS if option.default and option.name != "reset"}
    values = {name: values[name] for name in (values if ALL else list(values)[::4])}
    assert len(values) > 3
    for words in [["set", name, value] for name, value in values.items()], [["unset", name] for name in values]:
        calls = [machine.start("config", *one) for one in words]
        assert [(call.communicate()[1], call.returncode) for call in calls] == [("", 0)] * len(values)
        kept = machine.run("config", "--json").json["settings"]
        assert {one["name"] for one in kept if one["source"] == "file"} == (set(values) if words[0][0] == "set" else set())
    assert path_of(machine).read_text() == "" and os.listdir(path_of(machine).parent) == ["config.ini"]


# --- edit -----------------------------------------------------------------------------------------------------------------

def test_the_editor_gets_a_file_that_lists_every_option(machine, edits):
    result = edits('cp "$1" seen; stat -c %a "$1" >mode; echo "plan = max5" >>"$1"')
    seen = (machine.cwd / "seen").read_text()
    assert result == (0, f"{path_of(machine)} is in order\n", "") and (machine.cwd / "mode").read_text() == "600\n"
    assert all(f"# {option.name} = {option.default}".rstrip() in seen.splitlines() for option in OPTIONS)
    assert machine.run("config", "get", "plan").out == "max5\n"


def test_every_option_of_that_file_can_be_set_by_taking_the_mark_away(machine):
    own = [option for option in OPTIONS if option.default]
    text = config.template()
    for option in own:
        text = text.replace(f"\n# {option.name} = ", f"\n{option.name} = ")
    machine.configure(text)
    found = machine.run("config", "--json").json
    assert [one["name"] for one in found["settings"] if one["source"] == "file"] == [option.name for option in own]


def test_a_new_file_that_was_left_alone_goes_again(machine, edits):
    assert edits(":").out == "Nothing was changed\n" and not path_of(machine).exists()
    machine.configure(MINE)
    assert edits(":").out == "Nothing was changed\n" and path_of(machine).read_text() == MINE


def test_what_is_wrong_afterwards_is_told_with_its_line(machine, edits):
    machine.configure(MINE)
    result = edits("sed -i s/max5/max55/ \"$1\"")
    assert result.code == 2 and "line 2" in result.err and "did you mean max5?" in result.err
    assert "ccmon config edit" in result.err and "max55" in path_of(machine).read_text()
    assert edits("sed -i s/max55/max5/ \"$1\"").code == 0            # a wrong file can be edited


@pytest.mark.parametrize("env, code, said", [
    ({"VISUAL": "/nonexistent/ed"}, 2, "cannot be started"), ({"VISUAL": "'x"}, 2, "quotation mark"),
    ({"VISUAL": None}, 2, "no terminal"), ({"VISUAL": "", "EDITOR": "false"}, 1, "ended with 1"),
])
def test_an_editor_that_does_not_work(machine, edits, env, code, said):
    result = edits(":", **env)
    assert (result.code, result.out) == (code, "") and said in result.err and not path_of(machine).exists()


def test_visual_comes_before_editor_and_both_may_have_words(machine, edits):
    assert edits(":", EDITOR="false").code == 0
    assert edits(":", VISUAL=None, EDITOR="sh -c 'echo theme = mono >>\"$1\"' sh").code == 0
    assert machine.run("config", "get", "theme").out == "mono\n"


# --- for other rooms --------------------------------------------------------------------------------------------------------

def test_sections_known_to_the_reader_are_known_here():
    assert set(options.SECTIONS) >= {"ccmon", "plans", "prices"}
