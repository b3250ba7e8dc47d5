"""Themes: complete, calm, told apart without seeing red and green; SGR text that a terminal reads back as meant."""

import itertools
import re
from typing import Iterator, List, NamedTuple, Optional, Tuple

import line_scenes
import pyte
import pytest
import scenes
from hypothesis import given
from hypothesis import strategies as st

from ccmon.fullscreen.keyboard import may_pass
from ccmon.settings import themes
from ccmon.settings.themes import THEMES, Style, ansi, colour, colourless, hexadecimal, sgr_line, worn
from ccmon.setup import tmux_line
from ccmon.setup.tmux_line import PALETTES, Bar
from ccmon.text import ROLES, Span, clean
from ccmon.views.line import statusline
from ccmon.views.line.dialects import DIALECTS, hexadecimal, painted

LEVELS = ("ok", "fair", "warn", "danger")
COLOURED = [name for name in THEMES if name not in ("mono", "terminal")]       # of their own, not of the terminal's palette
# The grounds that a theme is for, and the contrast that its texts have there at least (WCAG 2: 4.5 is AA, 7 is AAA).
GROUNDS = {"dark": (["#000000", "#1e1e1e", "#282c34"], 4.5), "light": (["#ffffff", "#fafafa", "#eeeeee"], 4.5),
           "high-contrast": (["#000000"], 7), "high-contrast-light": (["#ffffff"], 6.5),
           "solarized": (["#002b36"], 4.5), "solarized-light": (["#fdf6e3"], 4.5)}
BAR_CONTRAST = 3
# Machado 2009, severity 1: what the colour-blind see of linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def rgb(index: int) -> List[float]:
    if index >= 232:
        return [(8 + 10 * (index - 232)) / 255] * 3
    steps = (0, 95, 135, 175, 215, 255)
    cube = index - 16
    return [steps[n] / 255 for n in (cube // 36, cube // 6 % 6, cube % 6)]


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def lab(channels: List[float]) -> Tuple[float, float, float]:
    """CIE Lab of linear RGB, in which distance is what eyes call different."""
    red, green, blue = (min(1.0, max(0.0, c)) for c in channels)
    axes = ((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505, 0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    x, y, z = (a ** (1 / 3) if a > 0.008856 else 7.787 * a + 16 / 116 for a in axes)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(index: int, blindness: str) -> Tuple[float, float, float]:
    light = [linear(c) for c in rgb(index)]
    return lab([sum(m * c for m, c in zip(row, light)) for row in BLINDNESS[blindness]])


def luminance(colour: str) -> float:
    """Of #rrggbb, as WCAG has it."""
    return sum(w * linear(int(colour[at:at + 2], 16) / 255) for w, at in zip((0.2126, 0.7152, 0.0722), (1, 3, 5)))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_knows_every_role_and_no_other(name):
    assert set(THEMES[name]) == set(ROLES)


@pytest.mark.parametrize("name", THEMES)
def test_indexes_are_in_range(name):
    for style in THEMES[name].values():
        assert style.fg is None or 0 <= style.fg <= 255
        assert style.fg8 is None or 0 <= style.fg8 <= 7
        assert style.fg16 is None or 0 <= style.fg16 <= 15


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("name", COLOURED)
def test_levels_look_different_to_every_eye(name, blindness):
    for one, other in itertools.combinations(LEVELS, 2):
        pair = [seen(THEMES[name][role].fg, blindness) for role in (one, other)]
        distance = sum((a - b) ** 2 for a, b in zip(*pair)) ** 0.5
        assert distance > 15, (one, other, distance)


@pytest.mark.parametrize("name", COLOURED)
def test_coloured_text_and_bars_can_be_read_on_the_grounds_they_are_for(name):
    grounds, least = GROUNDS[name]
    for role, style in THEMES[name].items():
        if style.fg is not None:
            found = min(contrast(hexadecimal(style.fg), ground) for ground in grounds)
            assert found >= (BAR_CONTRAST if role == "track" else least), (role, found)


def test_contrast_is_what_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", COLOURED)
def test_danger_differs_in_shape_too(name):
    danger, others = THEMES[name]["danger"], [THEMES[name][role] for role in ("ok", "fair")]
    assert danger.bold and not any(style.bold or style.reverse for style in others)


@pytest.mark.parametrize("name", COLOURED)
def test_no_level_is_green(name):
    for role in LEVELS:
        red, green, blue = rgb(THEMES[name][role].fg)
        assert not (green > red and green > blue), role


@pytest.mark.parametrize("colours", [8, 16])
@pytest.mark.parametrize("name", THEMES)
def test_levels_differ_with_few_colours(name, colours):
    looks = {role: ansi(THEMES[name][role], colours) for role in LEVELS}
    assert looks["danger"] != looks["warn"] and looks["warn"] != looks["ok"]
    if name != "mono":
        assert len(set(looks.values())) == 4


def test_mono_has_no_colour_but_danger_stands_out():
    assert all(colour(style, 256) is None for style in THEMES["mono"].values())
    assert THEMES["mono"]["danger"].reverse
    assert [name for name in THEMES if colourless(THEMES[name])] == ["mono"]


def test_terminal_has_the_palette_of_the_terminal_alone():
    for style in THEMES["terminal"].values():
        assert colour(style, 256) == colour(style, 16) == colour(style, 8)


@pytest.mark.parametrize("text, expected", [("110 %", True), ("██▍", False), ("#####", True), ("⣀⠤", False), (" ", True)])
def test_bars_and_graphs_are_never_reversed(text, expected):
    for style in (Style(reverse=True, bold=True), Style(bold=True)):
        assert worn(style, text) == style._replace(reverse=expected and style.reverse)
    assert ("7m" in sgr_line((Span(text, "danger"),), THEMES["mono"], 8)) == expected


@pytest.mark.parametrize("style, colours, expected", [
    (Style(), 256, ""),
    (Style(fg=80, fg8=6), 256, "\x1b[38;5;80m"),
    (Style(fg=80, fg8=6), 8, "\x1b[36m"),
    (Style(fg=80, fg8=6), 16, "\x1b[36m"),
    (Style(fg=80, fg8=6, fg16=14), 16, "\x1b[96m"),
    (Style(fg=80, fg8=6, fg16=14), 8, "\x1b[36m"),
    (Style(fg=80, fg8=6, fg16=2), 16, "\x1b[32m"),
    (Style(fg=1, fg8=1), 256, "\x1b[38;5;1m"),
    (Style(fg=80, fg8=6, bold=True, reverse=True), 0, ""),
    (Style(fg=203, fg8=1, bold=True), 256, "\x1b[1;38;5;203m"),
    (Style(bold=True, reverse=True), 8, "\x1b[1;7m"),
    (Style(fg=244, dim=True), 256, "\x1b[38;5;244m"),
    (Style(fg=244, dim=True), 8, "\x1b[2m"),
])
def test_ansi(style, colours, expected):
    assert ansi(style, colours) == expected


def test_sgr_line_closes_every_span():
    line = (Span("a ", "label"), Span("44 %", "danger"), Span("", "ok"), Span("?", "no such role"))
    assert sgr_line(line, THEMES["dark"], 256) == "a \x1b[1;38;5;203m44 %\x1b[0m?"


spans = st.lists(st.builds(Span, st.text(max_size=12), st.sampled_from(ROLES)), max_size=5)


@given(spans, st.sampled_from(sorted(THEMES)), st.sampled_from([0, 8, 16, 256]))
def test_sgr_line_says_what_the_line_says(line, name, colours):
    shown = sgr_line(line, THEMES[name], colours)
    assert re.sub(r"\x1b\[[\d;]*m", "", shown) == "".join(clean(span.text) for span in line)
    assert "\x1b" not in shown or (colours and shown.rpartition("\x1b")[2].startswith("[0m"))


def fg_seen(text: str) -> Tuple[str, bool, Optional[str]]:
    screen = pyte.Screen(20, 1)
    pyte.Stream(screen).feed(text + "after")
    first, after = screen.buffer[0][0], screen.buffer[0][1]
    return first.fg, first.bold, after.fg


@pytest.mark.parametrize("role, colours, expected", [
    ("danger", 256, ("ff5f5f", True, "default")),
    ("danger", 8, ("red", True, "default")),
    ("danger", 16, ("brightred", True, "default")),
    ("ok", 8, ("cyan", False, "default")),
    ("ok", 0, ("default", False, "default")),
    ("value", 256, ("default", True, "default")),
])
def test_a_terminal_reads_it_back(role, colours, expected):
    assert fg_seen(sgr_line((Span("x", role),), THEMES["dark"], colours)) == expected


# --- what can be read on which ground ---------------------------------------------------------------------------------

READABLE = 4.5
TOKENS = {14_012: False, 21_012: False, 29_780: True, 38_512: True}        # tokens -> whether the percentage stands out
SCENES = [*map(scenes.scene, TOKENS), *(make() for make in line_scenes.LINES.values())]
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
    look = themes.line_theme(DIALECTS[name].ground, theme, is_set, is_of_line)
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
    for words, stands_out in zip(LINES, TOKENS.values()):
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
    looks = [themes.line_theme(DIALECTS[name].ground, THEMES["dark"], is_set, False) for is_set in (False, True)]
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
    assert themes.fitting(ground, {"COLORFGBG": "0;15"}).theme == themes.theme_on(ground) == theme
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
    assert themes.fitting(None, {"COLORFGBG": said}).theme == theme


@pytest.mark.parametrize("answer, colour", [
    (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "#ffffff"), (b"\x1b]11;rgb:1e/1e/2e\x07", "#1e1e2e"), (b"rgb:f/0/8", "#ff0088"),
    (b"\x1b]11;rgba:0000/2b2b/3636/ffff\x07", "#002b36"), (b"\x1b]11;?\x07", None), (b"\x1b[?62;4c", None)])
def test_a_terminals_answer(answer, colour):
    assert themes.background_of(answer) == colour


def test_the_palettes_are_whole():
    assert all(re.fullmatch(r"[0-9a-f]{6}( [0-9a-f]{6}){15}", colours) for colours in PALETTES.values())
