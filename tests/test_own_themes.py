"""The themes of config.ini: what a row means, what is wrong with its line, and that every place shows it."""

import re

import pytest
from commands import ROOT
from hypothesis import given
from hypothesis import strategies as st
from terminal import Terminal

from ccmon.errors import CcmonError, UsageError
from ccmon.settings import context, ini_sections
from ccmon.settings.themes import THEMES, Style, colourless
from ccmon.text import ROLES
from ccmon.typed_values import RawValue

pytestmark = pytest.mark.newest_only


def table(**sections):
    """The themes of sections, each a dictionary of rows."""
    return ini_sections.theme_table({f"theme.{name}": {key: RawValue(text, f"config.ini, line {n}") for n, (key, text) in
                                               enumerate(rows.items(), 2)} for name, rows in sections.items()})


def ok(text, **more):
    """The style that the words make of ok."""
    return table(mine={"ok": text, **more})["mine"]["ok"]


@pytest.mark.parametrize("text, expected", [
    ("40", Style(40, 6, fg16=14)),                       # 8 and 16 colours as dark has them
    ("40 bold", Style(40, 6, bold=True, fg16=14)),
    ("BOLD 40 reverse", Style(40, 6, bold=True, reverse=True, fg16=14)),
    ("7", Style(7, 7, fg16=7)),
    ("bright-green", Style(10, 2, fg16=10)),
    ("magenta dim", Style(5, 5, dim=True, fg16=5)),
    ("#ff8700", Style(208, 6, fg16=14)),
    ("#FF8601", Style(208, 6, fg16=14)),
    ("#F80 bold", Style(208, 6, bold=True, fg16=14)),
    ("Bright_Green", Style(10, 2, fg16=10)), ("lightgreen", Style(10, 2, fg16=10)),
    ("fg=magenta,dim", Style(5, 5, dim=True, fg16=5)),
    ("colour40", Style(40, 6, fg16=14)), ("grey", Style(8, 0, fg16=8)), ("purple inverse", Style(5, 5, reverse=True, fg16=5)),
    ("default bold", Style(bold=True)),
    ("bold", Style(bold=True)),
    ("", Style()),
])
def test_rows(text, expected):
    assert ok(text) == expected


def test_what_is_not_named_is_that_of_the_base():
    made = table(mine={"based_on": "light", "warn": "208"}, other={"based_on": "mine", "ok": "2"}, dark={"ok": "4"})
    assert {role for role in ROLES if made["mine"][role] != THEMES["light"][role]} == {"warn"}
    assert made["other"] == {**made["mine"], "ok": Style(2, 2, fg16=2)}
    assert made["dark"] == {**THEMES["dark"], "ok": Style(4, 4, fg16=4)}


def test_the_order_that_t_goes_through():
    assert list(table(mine={})) == [*list(THEMES)[:-1], "mine", "mono"] and ini_sections.theme_table({}) == THEMES


@pytest.mark.parametrize("rows, words", [
    ({"okay": "4"}, ["line 2", "'okay' is no role of a theme (did you mean ok?)", "based_on"]),
    ({"ok": "gren"}, ["line 2", "'gren' is no colour (did you mean green?)", "0 to 255"]),
    ({"warn": "1", "ok": "256"}, ["line 3", "'256' is no colour"]),
    ({"ok": "-1"}, ["'-1' is no colour"]),
    ({"ok": "٣"}, ["'٣' is no colour"]),
    ({"ok": "#ff"}, ["'#ff' is no colour"]),
    ({"ok": "#ggg000"}, ["'#ggg000' is no colour"]),
    ({"ok": "red blue"}, ["two colours"]),
    ({"ok": "red boldly"}, ["two colours"]),
    ({"based_on": "darc"}, ["line 2", "'darc' is no theme (did you mean dark?)"]),
    ({"based_on": "mine"}, ["'mine' is no theme"]),
])
def test_wrong_rows_are_told_with_their_line(rows, words):
    with pytest.raises(CcmonError) as told:
        table(mine=rows)
    assert all(word in str(told.value) for word in words), told.value


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "ä", "a;b", "#[fg=red]"])
def test_names_of_themes_are_words(name):
    with pytest.raises(CcmonError, match="letters, digits"):
        table(**{name: {}})


@given(st.dictionaries(st.sampled_from(ROLES), st.text(max_size=20), max_size=5))
def test_every_text_is_a_look_or_a_sentence(rows):
    try:
        made = table(mine=rows)["mine"]
    except CcmonError as err:
        assert "config.ini, line " in str(err)
    else:
        assert set(made) == set(ROLES)


def manual():
    return (ROOT / "man" / "ccmon-config.md").read_text(encoding="utf-8").split("\n## Themes\n", 1)[1].split("\n### ", 1)[0]


def test_the_manual_names_every_theme_and_every_role():
    assert re.findall(r"^\| `([\w-]+)` \|", manual(), re.M) == list(THEMES)
    assert re.findall(r"`(\w+)`", manual().split("The roles are", 1)[1]) == list(ROLES)


def test_the_theme_in_the_manual_is_valid(home):
    write(home, manual().split("```ini\n", 1)[1].split("```", 1)[0])
    settings = context.prepare({}, {"HOME": str(home)}).settings
    assert settings.theme == "sunset" and settings.theme_in_force["fair"].fg == 177 and settings.theme_in_force["danger"].reverse


# --- in use ---------------------------------------------------------------------------------------------------------------

INI = """[ccmon]
theme = sunset

[theme.sunset]
based_on = light
fair = 205 bold
"""


def write(home, text=INI):
    path = home / ".config" / "ccmon" / "config.ini"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_it_is_chosen_by_name_in_every_layer(home):
    write(home)
    env = {"HOME": str(home)}
    assert context.prepare({}, env).settings.theme_in_force["fair"].fg == 205
    assert context.prepare({}, {**env, "CCMON_THEME": "dark"}).settings.theme_in_force == THEMES["dark"]
    assert colourless(context.prepare({"theme": RawValue("mono", "--theme")}, env).settings.theme_in_force)
    with pytest.raises(UsageError, match="CCMON_THEME: 'sunse' is unknown .did you mean sunset"):
        context.prepare({}, {**env, "CCMON_THEME": "sunse"})


@pytest.mark.parametrize("text, words", [
    (INI.replace("205", "2o5"), "line 6: '2o5' is no colour"),
    (INI.replace("[theme.sunset]", "[themes.sunset]"), "line 4: unknown section [themes.sunset]; valid are"),
    (INI.replace("fair =", "fairr ="), "line 6: 'fairr' is no role"),
    (INI + "[theme.sunset]\n", "begins a second time"),
])
def test_what_is_wrong_is_told_with_its_line(home, text, words):
    path = write(home, text)
    with pytest.raises(UsageError) as told:
        context.prepare({}, {"HOME": str(home)})
    assert str(path) in str(told.value) and words in str(told.value)


@pytest.mark.parametrize("dialect, sign", [
    ("tmux", "#[fg=colour205 bold]"), ("zsh", "%F{205}%B"), ("ansi", "\x1b[1;38;5;205m"), ("polybar", "%{F#ff5faf}"),
    ("xbar", "color=#ff5faf"), ("i3blocks", '"color": "#ff5faf"'), ("bash", "\x01\x1b[1;38;5;205m\x02")])
def test_every_dialect_follows(machine, dialect, sign):
    write(machine.home)
    words = ["--demo", "--statusline", "--format", dialect]
    assert sign in machine.run(*words, "--theme", "sunset", now=1795358530).out
    on_terminal = dialect in ("zsh", "ansi", "bash")   # what is chosen for the terminal may not fit the bars
    assert (sign in machine.run(*words, now=1795358530).out) == on_terminal


def test_t_goes_through_it_on_the_screen(machine):
    write(machine.home, INI.replace("theme = sunset", "theme = terminal"))
    with Terminal(machine.command("--demo"), env=machine.env(CCMON_NOW="1795358530", TERM="xterm-256color")) as term:
        term.wait_for("55 %")
        term.send("t")
        term.wait_for("Theme sunset. For good: ccmon config set theme sunset")
        row = next(n for n, line in enumerate(term.lines()) if "55 %" in line)
        term.wait_until(lambda: term.style_at(row, term.lines()[row].index("55 %")).fg == "ff5faf", "the colour of one's own")
