"""Grounds: how readable a colour is on one, which theme fits a terminal's, and what a line may wear on any.

A ground is the background's colour as #rrggbb. Contrast is that of WCAG 2: from 1 to 21, and 4.5 at least for text.
"""

from __future__ import annotations

from typing import Dict, Mapping, Optional, Sequence

from ccmon.named_tuple import NamedTuple
from ccmon.settings.themes import THEMES, Style, Theme, colourless, hexadecimal
from ccmon.text import ROLES

READABLE = 4.5
UNKNOWN = "neither the terminal nor COLORFGBG says what the background is"
AUTO, USUAL = "auto", "dark"           # the theme that is looked for, and the one where nothing says what the ground is
COLOURLESS = "mono"
_ON_DARK, _ON_LIGHT = ("dark", "high-contrast"), ("light", "high-contrast-light")
_DRAWN = ("track",)                    # lines, which nobody reads
_ANSWER = rb"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
_GREYS = {0: "dark", 8: "dark", 7: "light", 15: "light"}       # of the first sixteen colours, which each terminal has its own of


# --- contrast -----------------------------------------------------------------------------------------------------------

def luminance(colour: str) -> float:
    """Of #rrggbb, from 0 to 1."""
    parts = (int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least_contrast(theme: Theme, ground: str) -> float:
    """That of the text which is hardest to read there; what has no colour is in the terminal's own."""
    return min([contrast(hexadecimal(style.fg), ground) for role, style in theme.items()
                if style.fg is not None and role not in _DRAWN], default=21.0)


# --- the terminal's -----------------------------------------------------------------------------------------------------

class Fitting(NamedTuple):
    """The theme for a terminal, and the reason."""

    theme: str
    why: str


def fitting(ground: Optional[str], env: Mapping[str, str]) -> Fitting:
    """The built-in theme for the background that the terminal has reported, else for COLORFGBG, else for a dark one."""
    if ground is not None:
        return Fitting(theme_on(ground), f"the terminal's background is {ground}")
    value = env.get("COLORFGBG", "")
    word = value.rpartition(";")[2]
    if word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 255:
        index = int(word)
        theme = theme_on(hexadecimal(index)) if index > 15 else _GREYS.get(index, COLOURLESS)
        return Fitting(theme, f"COLORFGBG says that the background is colour {index}")
    return Fitting(USUAL, UNKNOWN)


def theme_on(ground: str) -> str:
    """The first theme whose every text can be read there; in between, as on a blue, that of the terminal's own colour."""
    readable = [name for name in (*_ON_DARK, *_ON_LIGHT) if least_contrast(THEMES[name], ground) >= READABLE]
    return readable[0] if readable else COLOURLESS


def background_of(answer: bytes) -> Optional[str]:
    """#rrggbb in a terminal's answer to OSC 11; None when there is none in it."""
    import re
    match = re.search(_ANSWER, answer)
    if match is None:
        return None
    return "#" + "".join(f"{round(int(part, 16) * 255 / (16 ** len(part) - 1)):02x}" for part in match.groups())


# --- a line's -----------------------------------------------------------------------------------------------------------

TERMINAL, BAR, DARK, LIGHT, BRIGHT = "terminal", "bar", "dark", "light", "bright"        # where a dialect is shown

_PLAIN: Dict[str, Style] = dict.fromkeys(ROLES, Style())
_BLACK = Style(fg=16)                  # that of the cube: the first of the sixteen is a grey in some palettes
# No colours of its own. A bar has one of the sixteen, and many terminals draw bold black as grey; reversed it is as readable as
# before. Bold in the terminal's own foreground stays what it is.
ANY_BAR: Theme = {**_PLAIN, "warn": Style(reverse=True), "danger": Style(reverse=True)}
ANY_TERMINAL: Theme = {**_PLAIN, "warn": Style(bold=True), "danger": Style(bold=True, reverse=True)}
ON_GROUND: Mapping[str, Theme] = {
    DARK: {**_PLAIN, "ok": Style(fg=123), "fair": Style(fg=147), "warn": Style(fg=221), "danger": Style(fg=217, bold=True)},
    LIGHT: {**_PLAIN, "ok": Style(fg=23), "fair": Style(fg=55), "warn": Style(fg=58), "danger": Style(fg=52, bold=True)},
    # As tmux's own green bar: between the two there is room for black alone.
    BRIGHT: {**dict.fromkeys(ROLES, _BLACK), "warn": _BLACK._replace(reverse=True), "danger": _BLACK._replace(reverse=True)},
}
UTMOST = {DARK: "#44475a", LIGHT: "#ebdbb2", BRIGHT: "#767676"}        # the brightest dark one, and the darkest others


def line_theme(surface: str, theme: Theme, is_set: bool, is_of_line: bool) -> Theme:
    """What a line may wear there.

    is_set: the theme was chosen, so it fits the terminal; is_of_line: for this very line, so it fits wherever that is shown.
    """
    if is_of_line or surface == TERMINAL and is_set:
        return theme
    if surface == TERMINAL:
        return ANY_TERMINAL
    if surface == BAR or is_set and colourless(theme):
        return ANY_BAR
    own = {role: style for role, style in theme.items() if is_set and _is_readable(style, UTMOST[surface])}
    return {**ON_GROUND[surface], **own}


def _is_readable(style: Style, ground: str) -> bool:
    return style.fg is not None and style.fg > 15 and contrast(hexadecimal(style.fg), ground) >= READABLE


def surface_on(grounds: Sequence[str]) -> str:
    """Where a bar is whose ground is one of these: the first whose every colour can be read on each, BAR if there is none."""
    readable = [surface for surface, theme in ON_GROUND.items()
                if grounds and all(least_contrast(theme, ground) >= READABLE for ground in grounds)]
    return readable[0] if readable else BAR
