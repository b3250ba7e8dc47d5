"""What is coloured can be read on the ground that it is on: tmux's bars in six palettes, terminals, and where none is known."""

import itertools
import re
from typing import Iterator, NamedTuple

import line_scenes
import pytest
import scenes
from hypothesis import given
from hypothesis import strategies as st
from test_themes import contrast

from ccmon.fullscreen.keyboard import may_pass
from ccmon.settings import grounds
from ccmon.settings.themes import THEMES, Style, hexadecimal
from ccmon.setup import tmux_line
from ccmon.setup.tmux_line import PALETTES, Bar
from ccmon.views.line import statusline
from ccmon.views.line.dialects import DIALECTS, painted

READABLE = 4.5
LEVELS = {14_012: False, 21_012: False, 29_780: True, 38_512: True}        # tokens -> whether the percentage stands out
SCENES = [*map(scenes.scene, LEVELS), *(make() for make in line_scenes.LINES.values())]
LINES = [statusline.groups(shown.snapshot, shown.zone) for shown in SCENES]
DEFAULT = "bg=green,fg=black"
# The style of status-right's ground under the themes that are used most, and the format that fits it.
BARS = {
    "tmux": (DEFAULT, "tmuxbright"), "catppuccin mocha": ("bg=#181825,fg=#cdd6f4", "tmuxdark"),
    "catppuccin macchiato": ("bg=#1e2030,fg=#cad3f5", "tmuxdark"), "catppuccin frappe": ("bg=#292c3c,fg=#c6d0f5", "tmuxdark"),
    "catppuccin latte": ("bg=#e6e9ef,fg=#4c4f69", "tmuxlight"), "dracula": ("bg=#44475a,fg=#f8f8f2", "tmuxdark"),
    "nord": ("bg=black,fg=white", "tmuxdark"), "gruvbox": ("bg=#3c3836,fg=#ebdbb2", "tmuxdark"),
    "gruvbox light": ("bg=#ebdbb2,fg=#3c3836", "tmuxlight"), "tokyo-night": ("fg=#7aa2f7,bg=#16161e", "tmuxdark"),
    "onedark": ("bg=#282c34,fg=#abb2bf", "tmuxdark"), "solarized": ("fg=colour136,bg=colour235", "tmuxdark"),
    "solarized light": ("fg=colour136,bg=colour254", "tmuxbright"), "rose-pine": ("fg=#e0def4,bg=#191724", "tmuxdark"),
    "rose-pine dawn": ("fg=#575279,bg=#faf4ed", "tmuxlight"), "oh-my-tmux": ("fg=#8a8a8a,bg=#080808,none", "tmux"),
    "oh-my-tmux, as it is": ("fg=#8a8a8a,bg=#080808", "tmuxdark"), "powerline": ("bg=colour234,fg=colour137", "tmuxdark"),
    "transparent": ("bg=default,fg=white", "tmux"), "reversed": ("reverse", "tmux"),
    "dim": ("bg=black,fg=white,dim", "tmux"), "blue": ("bg=blue,fg=white", "tmux"),
    "unknown": ("bg=DarkSeaGreen,fg=black", "tmux"),
    "yellow": ("bg=yellow,fg=black", "tmux"), "cyan": ("bg=cyan,fg=black", "tmuxbright"),
}


def plain_bar(options):
    """The bar of options without formats."""
    return Bar(options, options)


class Piece(NamedTuple):
    """Text with the colours that tmux gives it; None: those of the bar."""

    text: str
    fg: object
    bold: bool
    reverse: bool


def pieces(line: str) -> Iterator[Piece]:
    """The line as tmux reads it."""
    plain = look = Piece("", None, False, False)
    for words, text in re.findall(r"(?:#\[([^\]]*)\])?([^#]*)", line):
        for word in words.split():
            fg = re.fullmatch(r"fg=colour(\d+)", word)
            change = {"fg": hexadecimal(int(fg[1]))} if fg else {word.replace("no", ""): not word.startswith("no")}
            look = plain if word == "default" else look._replace(**change)
        if text.strip():
            yield look._replace(text=text)


def line(words, name: str, theme=THEMES["dark"], is_set=False, is_of_line=False) -> str:
    """What the dialect makes of the words."""
    look = grounds.line_theme(DIALECTS[name].ground, theme, is_set, is_of_line)
    return " ".join(painted(word, DIALECTS[name], look) for word in words)


# --- tmux ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("style, name", BARS.values(), ids=BARS)
def test_what_tmux_colours_can_be_read_on_its_bar(style, name):
    bar = plain_bar((style, "default", "default"))
    assert tmux_line.format_of(bar) == name
    for words, theme, is_set in itertools.product(LINES, THEMES.values(), (False, True)):
        for piece in pieces(line(words, name, theme, is_set)):
            if piece.fg is None:       # as readable as the bar's own text, reversed or not, and bold black may be drawn as grey
                assert not piece.bold
            else:
                assert min(contrast(piece.fg, ground) for ground in tmux_line.grounds(bar)) >= READABLE, piece


@pytest.mark.parametrize("palette", PALETTES)
def test_every_word_can_be_read_on_the_green_bar(palette):
    green = "#" + PALETTES[palette].split()[2]
    name = tmux_line.format_of(plain_bar((DEFAULT, "default", "default")))
    for words in LINES:
        found = list(pieces(line(words, name)))
        assert found and all(piece.fg and contrast(piece.fg, green) >= READABLE for piece in found)


@pytest.mark.parametrize("name", ["tmux", "tmuxbright"])
def test_without_colours_the_levels_are_reversed(name):
    for words, stands_out in zip(LINES, LEVELS.values()):
        text = line(words, name)
        assert stands_out == any(piece.reverse and "%" in piece.text for piece in pieces(text))
        assert name == "tmuxbright" or not re.search("fg|bold|default", text)


def test_a_theme_given_in_the_very_command_counts_everywhere():
    assert "#[fg=colour80]" in line(LINES[0], "tmux", is_set=True, is_of_line=True)


STYLES = st.lists(st.sampled_from(["bg=#F5E0DC", "fg=red", "bold", ",", " ", "bg=#{@x}", "'", '"', "$x", "%H", "}", ")",
                                   "#(date)", "日", "\\"]), max_size=5).map("".join)


@given(STYLES, st.sampled_from(["#181825", "#e6e9ef", "#00cd00"]), st.booleans())
def test_what_is_written_of_a_style_means_nothing_there(style, ground, with_formats):
    expanded = (f"{style},bg={ground}", "default", "default")
    word = tmux_line.word(Bar(("bg=#{@x}", *expanded[1:]), expanded) if with_formats else plain_bar(expanded))
    pattern = re.fullmatch(r"#\{\?#\{m:([^,]*),([^,]*)\},(tmux[a-z]+),tmux\}", word)
    assert word == "tmux" if pattern is None else re.fullmatch(r"[\w=?|-]+", pattern[1], re.ASCII) and (
        re.fullmatch(pattern[1].replace("|", r"\|").replace("?", "."), "|".join(expanded)) and ("E:" in word) == with_formats)


@pytest.mark.parametrize("plain, expanded, found", [
    ("bg=#F5E0DC|default|default", "bg=*5E0DC|default|default", ["#f5e0dc"]),
    ("bg=#{@x}|default|default\n", "bg=#181825|default|default\n", ["#181825"]),
    ("bg=green|colour231|default", "", None), ("bg=green|#1e1e2e|default", "x|y|z", ["#1e1e2e"]),
    ("bg=green|default|bg=#112233 bold", "x|y|z", ["#112233"]), ("", "", None), ("||", "||", None), ("a|b", "a|b", None)])
def test_the_ground_is_that_of_the_right_part_of_the_bar(plain, expanded, found):
    bar = tmux_line.answered(plain, expanded)
    assert (bar and tmux_line.grounds(bar)) == found


@pytest.mark.parametrize("right, usual", [
    ("#[align=right range=right #{E:status-right-style}]#[push-default]#{T;=/#{status-right-length}:status-right}", True),
    ("#[align=right,bg=#eeeeee]#[push-default]#{T;=/#{status-right-length}:status-right}#[pop-default]", False),
    ("#[align=right,bg=#eeeeee]#{T:status-right}", True), ("#[align=centre]#W", True)])
def test_a_format_of_the_bar_may_put_another_ground_below(right, usual):
    assert tmux_line.has_usual_ground(f"#[align=left]#S{right}\n#[align=centre]#[push-default]#W\n") is usual


@pytest.mark.parametrize("text, style", [
    ("", DEFAULT), ("set -g status-style bg=red\nset-option -g status-style 'bg=#181825'\n", "bg=#181825"),
    ("  set -g status-style \"bg=#1e1e2e,fg=white\"  ", "bg=#1e1e2e,fg=white"), ("# set -g status-style bg=red\n", DEFAULT),
    ("set -g status-style 'bg=#{@thm}'", None), ("set -g status-format[0] '#[bg=#eeeeee]#{T:status-right}'\n", None)])
def test_a_configuration_says_the_style_where_no_server_runs(text, style):
    assert tmux_line.of_config(text) == (style and plain_bar((style, "default", "default")))


@pytest.mark.parametrize("state, expected", [
    ("11100 1\n", True), ("11100 on", True), ("11100 all", True), ("11100 ", True), ("11100", True), ("11100 0", False),
    ("11100 off", False), ("01100 1", False), ("10100 1", False), ("11200 1", False), ("11110 1", False), ("11101 1", False),
    ("", False)])
def test_tmuxs_terminal_is_asked_where_the_answer_comes_back_to_this_pane_alone(state, expected):
    assert may_pass(state) is expected


# --- other lines --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [name for name, dialect in DIALECTS.items() if dialect.ground in ("terminal", "bar")])
def test_no_line_is_coloured_where_its_ground_is_not_known(name):
    looks = [grounds.line_theme(DIALECTS[name].ground, THEMES["dark"], is_set, False) for is_set in (False, True)]
    assert all(style.fg is None and not style.dim for style in looks[0].values())
    assert looks[0]["danger"].reverse and looks[0]["ok"] == Style()
    # A theme that was chosen fits the terminal, and not the bars beside it.
    assert (looks[1] == THEMES["dark"]) == (DIALECTS[name].ground == "terminal")


# --- terminals ----------------------------------------------------------------------------------------------------------

TERMINALS = {"light": "ffffff fafafa eeeeee fdf6e3 eff1f5 fbf1c7 faf4ed", "high-contrast-light": "d5d6db",
             "dark": "000000 1e1e1e 282c34 002b36 282a36 1a1b26 282828 300a24 1e1e2e 0c0c0c",
             "high-contrast": "2e3440 2e3436 303446", "mono": "224fbc 929292 13773d 7a251e"}     # as macOS has some


@pytest.mark.parametrize("theme, ground", [(name, "#" + one) for name, found in TERMINALS.items() for one in found.split()])
def test_the_theme_that_is_found_can_be_read(theme, ground):
    assert grounds.fitting(ground, {"COLORFGBG": "0;15"}).theme == grounds.theme_on(ground) == theme
    texts = [style.fg for role, style in THEMES[theme].items() if style.fg is not None and role != "track"]
    assert all(contrast(hexadecimal(fg), ground) >= READABLE for fg in texts)


@pytest.mark.parametrize("palette", [name for name in PALETTES if name != "solarized"])        # which has themes of its own
@pytest.mark.parametrize("theme", ["light", "high-contrast-light"])
def test_the_first_eight_colours_can_be_read_on_white(theme, palette):
    colours = PALETTES[palette].split()
    for style in THEMES[theme].values():
        assert style.fg16 is None and (style.fg8 is None or contrast("#" + colours[style.fg8], "#ffffff") >= READABLE)


@pytest.mark.parametrize("said, theme", [
    ("15;0", "dark"), ("0;15", "light"), ("0;default;15", "light"), ("12;7", "light"), ("7;8", "dark"), ("0;231", "light"),
    ("15;235", "dark"), ("15;default", "dark"), ("", "dark"), ("0;256", "dark"), ("0;-1", "dark"), ("0;²", "dark"),
    ("15;4", "mono"), ("0;11", "mono")])
def test_colorfgbg_says_it_where_the_terminal_does_not(said, theme):
    assert grounds.fitting(None, {"COLORFGBG": said}).theme == theme


@pytest.mark.parametrize("answer, colour", [
    (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "#ffffff"), (b"\x1b]11;rgb:1e/1e/2e\x07", "#1e1e2e"), (b"rgb:f/0/8", "#ff0088"),
    (b"\x1b]11;rgba:0000/2b2b/3636/ffff\x07", "#002b36"), (b"\x1b]11;?\x07", None), (b"\x1b[?62;4c", None)])
def test_a_terminals_answer(answer, colour):
    assert grounds.background_of(answer) == colour


def test_the_palettes_are_whole():
    assert all(re.fullmatch(r"[0-9a-f]{6}( [0-9a-f]{6}){15}", colours) for colours in PALETTES.values())
