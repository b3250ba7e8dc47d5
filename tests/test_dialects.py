"""The line in the places that show it: escapes as functions, and the formats of bars."""

import json
import re
from xml.etree import ElementTree

import pytest
import scenes
from hostile_lines import EVIL, hostile_texts, put_place, spelled
from hypothesis import example, given
from hypothesis import strategies as st

from ccmon import text
from ccmon.settings import options, themes
from ccmon.text import Span
from ccmon.views.line import dialects, fields, statusline
from ccmon.views.line.dialects import DIALECTS, Extras, hexadecimal, painted

pytestmark = pytest.mark.newest_only

THEME = themes.THEMES["dark"]
OWN = {"ansi": r"\x1b\[[0-9;]+m", "fish": r"\x1b\[[0-9;]+m", "bash": r"\x01\x1b\[[0-9;]+m\x02",
       "claude": r"\x1b\[[0-9;]+m"}


def value(name, shown):
    """A value as it stands in a line of the dialect."""
    return fields.fill("{x}", lambda *_: shown, DIALECTS[name], 1000)


# --- as functions -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", DIALECTS)
@given(shown=hostile_texts, role=st.sampled_from(text.ROLES), theme=st.sampled_from([None, *themes.THEMES.values()]))
def test_no_control_character_but_the_dialects_own(name, shown, role, theme):
    line = painted(Span(shown, role), DIALECTS[name], theme)
    assert text.clean(re.sub(OWN.get(name, "(?!)"), "", line)) == re.sub(OWN.get(name, "(?!)"), "", line)


@pytest.mark.parametrize("name", DIALECTS)
@example(shown="\u17b4")                # takes no cells
@given(shown=hostile_texts)
def test_a_template_says_the_same_as_the_line(name, shown):
    seen = painted(Span(shown), DIALECTS[name], None)
    assert value(name, shown) == (seen if seen.strip() else "")


@given(shown=hostile_texts)
def test_every_escape_can_be_undone(shown):
    for name in ("plain", "ansi", "fish", "starship", "i3blocks", "json"):
        assert painted(Span(shown), DIALECTS[name], None) == text.clean(shown)
    assert painted(Span(shown), DIALECTS["zsh"], None).replace("%%", "%") == spelled("zsh", shown)
    pango = ElementTree.fromstring(f"<m>{painted(Span(shown), DIALECTS['waybar'], None)}</m>")
    assert (pango.text or "") == text.clean(shown) and len(pango) == 0


@given(shown=hostile_texts)
def test_what_a_place_would_read_as_its_own_is_gone(shown):
    assert "#" not in value("tmux", shown)
    assert not set(value("bash", shown)) & set("$`\\")
    assert not set(value("zsh", shown)) & set("$`\\") and "%" not in value("zsh", shown).replace("%%", "")
    assert "%{" not in value("polybar", shown)
    assert "|" not in value("xbar", shown) and "---" not in value("xbar", shown)


@pytest.mark.parametrize("name", DIALECTS)
@given(parts=st.lists(hostile_texts, max_size=4), told=st.builds(
    Extras, st.just("error"), st.lists(hostile_texts.map(text.clean), min_size=1), st.none() | st.floats(0, 1e9),
    st.sampled_from([None, "#ff0000"]), st.just({}), st.sampled_from(text.ROLES), hostile_texts.map(text.clean),
    hostile_texts.map(text.clean)))
def test_an_envelope_is_one_line(name, parts, told):
    body = " ".join(painted(Span(part), DIALECTS[name], THEME) for part in parts)
    line = DIALECTS[name].envelope(body, told)
    assert len(line.splitlines()) <= 1
    if name in ("waybar", "i3blocks", "json"):
        found = json.loads(line)
        assert found[{"i3blocks": "full_text"}.get(name, "text")] == body
    if name == "waybar":
        ElementTree.fromstring(f"<m>{found['tooltip']}</m>")
        assert 0 <= found["percentage"] <= 100


@pytest.mark.parametrize("tokens, role", [(14_012, "ok"), (21_012, "fair"), (29_780, "warn"), (38_512, "danger")])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_colours_change_at_the_screens_thresholds(tokens, role, theme):
    shown = scenes.scene(tokens)
    word = statusline.groups(shown.snapshot, shown.zone)[1]
    style, looks = themes.THEMES[theme][role], themes.THEMES[theme]
    bold = "%B{}%b" if style.bold else "{}"
    percent = word.text
    assert word.role == role == text.level_role(shown.snapshot.percent) and percent.startswith(str(int(tokens / 350)) + "%")
    assert painted(word, DIALECTS["ansi"], looks) == f"{themes.ansi(style, 256)}{percent}\x1b[0m"
    assert painted(word, DIALECTS["bash"], looks) == f"\x01{themes.ansi(style, 256)}\x02{percent}\x01\x1b[0m\x02"
    assert painted(word, DIALECTS["zsh"], looks) == f"%F{{{style.fg}}}{bold.format(percent.replace('%', '%%'))}%f"
    flags = " bold" if style.bold else ""
    assert painted(word, DIALECTS["tmux"], looks) == f"#[fg=colour{style.fg}{flags}]{percent}#[default]"
    assert painted(word, DIALECTS["polybar"], looks) == f"%{{F{hexadecimal(style.fg)}}}{percent}%{{F-}}"
    told = dialects.extras(shown.snapshot, [word], looks, shown.zone)
    assert json.loads(DIALECTS["i3blocks"].envelope("x", told))["color"] == hexadecimal(style.fg)
    assert DIALECTS["xbar"].envelope("x", told) == f"x | color={hexadecimal(style.fg)}"
    assert json.loads(DIALECTS["waybar"].envelope("x", told))["class"] == [role, "active"]


@pytest.mark.parametrize("index, colour", [(1, "#800000"), (16, "#000000"), (196, "#ff0000"), (214, "#ffaf00"), (231, "#ffffff"),
                                           (232, "#080808"), (255, "#eeeeee")])
def test_colours_as_xterm_has_them(index, colour):
    assert hexadecimal(index) == colour


def test_bars_are_not_reversed():
    assert painted(Span("██▌", "danger"), DIALECTS["tmux"], themes.THEMES["mono"]) == "██▌"
    assert painted(Span("110%", "danger"), DIALECTS["tmux"], themes.THEMES["mono"]) == "#[reverse]110%#[noreverse]"
    assert painted(Span("110%", "danger"), DIALECTS["polybar"], themes.THEMES["mono"]) == "%{R}110%%{R}"


def test_without_a_theme_nothing_is_coloured():
    shown = scenes.scene(38_512)
    words = statusline.groups(shown.snapshot, shown.zone)
    for dialect in DIALECTS.values():
        body = " ".join(painted(word, dialect, None) for word in words)
        line = dialect.envelope(body, dialects.extras(shown.snapshot, words, None, shown.zone))
        assert not re.search(r"\x1b|\x01|#\[|%F|%B|%\{|color", line)


def test_xbars_own_parameters_are_left_alone():
    assert DIALECTS["xbar"].envelope("CC | size=12", Extras("active", [], 3.0, "#ffffff")) == "CC | size=12"


# --- bars, by their documented format -----------------------------------------------------------------------------------

@pytest.fixture
def place(machine):
    """A machine on which everything wants to run; nothing did."""
    put_place(machine)
    yield machine
    assert not [path for path in machine.folder.rglob("pwned")]


def test_waybar_gets_one_object_with_pango_text(place):
    found = place.run("--statusline", "--format", "waybar", "--template", "<b>{plan}</b>").json
    bold = ElementTree.fromstring(f"<m>{found['text']}</m>")[0]
    assert bold.text == EVIL and bold.tag == "b"
    assert found["percentage"] == 40 and found["class"] == ["ok", "active"] and found["tooltip"].startswith("CC 40%")


def test_i3blocks_gets_one_object(place):
    words = ["--statusline", "--format", "i3blocks", "--template", "{plan}"]
    assert place.run(*words).json == {"full_text": EVIL, "short_text": "40%"}
    assert place.run(*words, "--theme", "dark").json == {"full_text": EVIL, "short_text": "40%", "color": "#5fd7d7"}


def test_json_is_the_line_and_the_document(place):
    place.run("record")
    found, document = (place.run(*words).json for words in (["--statusline", "--format", "json"], ["--json"]))
    assert found == {"text": found["text"], "state": "active", **document} and found["text"].startswith("CC 40% 2.8k/7k 23/min")


@pytest.mark.parametrize("name, end", [("polybar", ""), ("xbar", " | color=#5fd7d7"), ("starship", ""), ("plain", "")])
def test_plain_texts(place, name, end):
    words = ["--statusline", "--theme", "dark", "--format", name, "--template", "{plan}"]
    assert place.run(*words).out == spelled(name, EVIL) + end + "\n"


@pytest.mark.parametrize("name", DIALECTS)
def test_complaints_come_in_the_dialect_that_was_meant(place, name):
    for words, env in ((["--format", name], {}), ([f"--format={name}"], {}), ([], {"CCMON_FORMAT": name})):
        done = place.run("--statusline", "--theme", "<$(x)|#(x)>", *words, **env)
        assert done.code == 0 and done.out.count("\n") == 1
        if name in ("waybar", "i3blocks", "json"):
            assert "CC ! --theme" in done.json[{"i3blocks": "full_text"}.get(name, "text")]
        else:
            assert done.out.startswith(DIALECTS[name].escape(DIALECTS[name].spell("CC ! --theme: '<$(x)|#(x)>' is unknown")))
    place.configure(f"[ccmon]\nformat = {name}\n")
    begins = {"i3blocks": '{"full_text": "CC !', "waybar": '{"text": "CC !', "json": '{"text": "CC !'}.get(name, "CC !")
    assert place.run("--statusline", "--plan", "max50").out.startswith(begins)


def test_the_names_are_those_that_the_table_of_options_has():
    assert tuple(DIALECTS) == options.FORMATS
