"""Themes: complete, calm, told apart without seeing red and green; SGR text that a terminal reads back as meant."""

import itertools
import re
from typing import List, Optional, Tuple

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.settings.themes import THEMES, Style, ansi, colour, colourless, sgr_line, worn
from ccmon.text import ROLES, Span, clean
from ccmon.views.line.dialects import hexadecimal

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
