"""Themes: role -> colour and attributes, as SGR sequences for plain output; how readable colours are on which ground.

A ground is the background's colour as #rrggbb. Contrast is that of WCAG 2: from 1 to 21, and 4.5 at least for text.
"""

from __future__ import annotations

from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Optional, Sequence
from ccmon.text import ROLES, Span, clean


class Style(NamedTuple):
    """Colour and attributes of one role. `dim` only stands in for a grey that the terminal does not have."""

    fg: Optional[int] = None           # index 0-255 on terminals with 256 colours, None: the terminal's own foreground
    fg8: Optional[int] = None          # index 0-7 on terminals with 8 colours
    bold: bool = False
    dim: bool = False
    reverse: bool = False
    fg16: Optional[int] = None         # index 0-15 on terminals with 16 colours, None: fg8


Theme = Mapping[str, Style]

_DARK: Dict[str, Style] = {
    "text": Style(),
    "title": Style(fg=80, fg8=6, bold=True, fg16=14),
    "label": Style(),
    "value": Style(bold=True),
    "dim": Style(fg=246, dim=True),
    "accent": Style(fg=80, fg8=6, fg16=14),
    "ok": Style(fg=80, fg8=6, fg16=14),
    "fair": Style(fg=111, fg8=5, fg16=12),
    "warn": Style(fg=214, fg8=3, fg16=11),
    "danger": Style(fg=203, fg8=1, bold=True, fg16=9),
    "marker": Style(bold=True),
    "key": Style(fg=80, fg8=6, fg16=14),
    "track": Style(fg=243, dim=True),
}


def _accented(base: Mapping[str, Style], accent: Style, **others: Style) -> Dict[str, Style]:
    """The base with that accent, the title's in bold, and with other styles for the roles named."""
    return {**base, "title": accent._replace(bold=True), **dict.fromkeys(("accent", "ok", "key"), accent), **others}


_LIGHT = _accented(                        # of the first eight, blue, magenta and red alone can be read on white
    _DARK, Style(fg=23, fg8=4),
    dim=Style(fg=241, dim=True),
    fair=Style(fg=56, fg8=5),
    warn=Style(fg=94, fg8=1),
    danger=Style(fg=88, fg8=1, bold=True),
    track=Style(fg=244, dim=True))

_MONO: Dict[str, Style] = {
    **dict.fromkeys(_DARK, Style()),
    **dict.fromkeys(("title", "value", "warn", "marker", "key"), Style(bold=True)),
    **dict.fromkeys(("dim", "track"), Style(dim=True)),
    "danger": Style(bold=True, reverse=True),
}

_HIGH_CONTRAST = _accented(
    _DARK, Style(fg=123, fg8=6, fg16=14),
    dim=Style(fg=250),
    fair=Style(fg=147, fg8=5, fg16=13),
    warn=Style(fg=220, fg8=3, bold=True, fg16=11),
    danger=Style(fg=210, fg8=1, bold=True, reverse=True, fg16=9),
    key=Style(fg=123, fg8=6, bold=True, fg16=14),
    track=Style(fg=248))

_HIGH_CONTRAST_LIGHT: Dict[str, Style] = {
    **_LIGHT,
    "dim": Style(fg=237),
    "fair": Style(fg=55, fg8=5),
    "warn": Style(fg=58, fg8=1, bold=True),
    "danger": Style(fg=52, fg8=1, bold=True, reverse=True),
    "key": Style(fg=23, fg8=4, bold=True),
    "track": Style(fg=240),
}

_SOLARIZED = _accented(                    # no bright ones of the 16: that palette has greys there
    _DARK, Style(fg=37, fg8=6),
    fair=Style(fg=105, fg8=5),
    warn=Style(fg=178, fg8=3),
    danger=Style(fg=203, fg8=1, bold=True))

_SOLARIZED_LIGHT: Dict[str, Style] = {
    **_LIGHT,
    "fair": Style(fg=62, fg8=5),
    "dim": Style(fg=242, dim=True),
    "track": Style(fg=244, dim=True),
}

_TERMINAL: Dict[str, Style] = {            # as the terminal's own eight colours are, however many it has
    role: style._replace(fg=style.fg8, fg16=None) for role, style in _DARK.items()
}

THEMES: Dict[str, Theme] = {
    "dark": _DARK, "light": _LIGHT, "high-contrast": _HIGH_CONTRAST, "high-contrast-light": _HIGH_CONTRAST_LIGHT,
    "solarized": _SOLARIZED, "solarized-light": _SOLARIZED_LIGHT, "terminal": _TERMINAL, "mono": _MONO,
}


def colourless(theme: Theme) -> bool:
    """Whether no role has a colour."""
    return all(style.fg is None for style in theme.values())


def worn(style: Style, text: str) -> Style:
    """The style as the text wears it: bars and graphs in reverse would show their gaps."""
    is_drawn = style.reverse and any("\u2500" <= char <= "\u259f" or "\u2800" <= char <= "\u28ff" for char in text)
    return style._replace(reverse=False) if is_drawn else style


def colour(style: Style, colours: int) -> Optional[int]:
    """The colour index of the style on a terminal with that many colours; None: its own foreground."""
    if colours >= 256:
        return style.fg
    if colours >= 16 and style.fg16 is not None:
        return style.fg16
    return style.fg8 if colours >= 8 else None


def is_dim(style: Style, colours: int) -> bool:
    """Whether the dim attribute is wanted: only where no colour does its work."""
    return style.dim and colour(style, colours) is None


def ansi(style: Style, colours: int) -> str:
    """The SGR sequence that begins the style with 256, 8 or 16 colours; nothing at all with 0."""
    if colours < 8:
        return ""
    index = colour(style, colours)
    codes: List[str] = ["1"] if style.bold else []
    codes += ["2"] if is_dim(style, colours) else []
    codes += ["7"] if style.reverse else []
    if index is not None:
        codes.append(f"38;5;{index}" if colours >= 256 else str(30 + index if index < 8 else 82 + index))
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def sgr_line(line: Sequence[Span], theme: Theme, colours: int) -> str:
    """The line as text with SGR sequences, every span closed; data in it cannot add sequences of its own."""
    out: List[str] = []
    for span in line:
        text = clean(span.text)
        begin = ansi(worn(theme.get(span.role, theme["text"]), text), colours)
        out.append(f"{begin}{text}\x1b[0m" if begin and text else text)
    return "".join(out)


# --- colours by number ---------------------------------------------------------------------------------------------------

_BASIC = ("000000", "800000", "008000", "808000", "000080", "800080", "008080", "c0c0c0",
          "808080", "ff0000", "00ff00", "ffff00", "0000ff", "ff00ff", "00ffff", "ffffff")
_LEVELS = (0, 95, 135, 175, 215, 255)


def hexadecimal(index: int) -> str:
    """#rrggbb of a colour of the 256."""
    if index < 16:
        return "#" + _BASIC[index]
    if index >= 232:
        return "#" + f"{8 + 10 * (index - 232):02x}" * 3
    red, rest = divmod(index - 16, 36)
    green, blue = divmod(rest, 6)
    return "#" + "".join(f"{_LEVELS[part]:02x}" for part in (red, green, blue))


READABLE = 4.5
UNKNOWN = "neither the terminal nor COLORFGBG says what the background is"
AUTO, USUAL = "auto", "dark"           # the theme that is looked for, and the one where nothing says what the ground is
COLOURLESS = "mono"
_ON_DARK, _ON_LIGHT = ("dark", "high-contrast"), ("light", "high-contrast-light")
_DRAWN = ("track",)                    # lines, which nobody reads
_ANSWER = rb"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
_GREYS = {0: "dark", 8: "dark", 7: "light", 15: "light"}       # of the first sixteen colours, which each terminal has its own of


# --- contrast -----------------------------------------------------------------------------------------------------------

def rgb(colour: str) -> List[int]:
    """Red, green and blue of #rrggbb."""
    return [int(colour[at:at + 2], 16) for at in (1, 3, 5)]


def luminance(colour: str) -> float:
    """Of #rrggbb, from 0 to 1."""
    parts = (part / 255 for part in rgb(colour))
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
