"""Styles of roles: one table a theme from role to colour and attributes, and the same as SGR sequences for plain output.

No curses here: the screen and the coloured plain text read the same tables. tests/test_themes.py measures them: contrast on
the grounds they are for, and how the colour-blind tell the levels apart.
"""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional, Sequence

from ccmon.named_tuple import NamedTuple
from ccmon.text import Span, clean


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

_LIGHT: Dict[str, Style] = {               # of the first eight, blue, magenta and red alone can be read on white
    **_DARK,
    "title": Style(fg=23, fg8=4, bold=True),
    "dim": Style(fg=241, dim=True),
    "accent": Style(fg=23, fg8=4),
    "ok": Style(fg=23, fg8=4),
    "fair": Style(fg=56, fg8=5),
    "warn": Style(fg=94, fg8=1),
    "danger": Style(fg=88, fg8=1, bold=True),
    "key": Style(fg=23, fg8=4),
    "track": Style(fg=244, dim=True),
}

_MONO: Dict[str, Style] = {
    **dict.fromkeys(_DARK, Style()),
    "title": Style(bold=True),
    "value": Style(bold=True),
    "dim": Style(dim=True),
    "warn": Style(bold=True),
    "danger": Style(bold=True, reverse=True),
    "marker": Style(bold=True),
    "key": Style(bold=True),
    "track": Style(dim=True),
}

_HIGH_CONTRAST: Dict[str, Style] = {
    **_DARK,
    "title": Style(fg=123, fg8=6, bold=True, fg16=14),
    "dim": Style(fg=250),
    "accent": Style(fg=123, fg8=6, fg16=14),
    "ok": Style(fg=123, fg8=6, fg16=14),
    "fair": Style(fg=147, fg8=5, fg16=13),
    "warn": Style(fg=220, fg8=3, bold=True, fg16=11),
    "danger": Style(fg=210, fg8=1, bold=True, reverse=True, fg16=9),
    "key": Style(fg=123, fg8=6, bold=True, fg16=14),
    "track": Style(fg=248),
}

_HIGH_CONTRAST_LIGHT: Dict[str, Style] = {
    **_LIGHT,
    "dim": Style(fg=237),
    "fair": Style(fg=55, fg8=5),
    "warn": Style(fg=58, fg8=1, bold=True),
    "danger": Style(fg=52, fg8=1, bold=True, reverse=True),
    "key": Style(fg=23, fg8=4, bold=True),
    "track": Style(fg=240),
}

_SOLARIZED: Dict[str, Style] = {           # no bright ones of the 16: that palette has greys there
    **_DARK,
    "title": Style(fg=37, fg8=6, bold=True),
    "accent": Style(fg=37, fg8=6),
    "ok": Style(fg=37, fg8=6),
    "fair": Style(fg=105, fg8=5),
    "warn": Style(fg=178, fg8=3),
    "danger": Style(fg=203, fg8=1, bold=True),
    "key": Style(fg=37, fg8=6),
}

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
    return style._replace(reverse=False) if style.reverse and any(map(_is_drawing, text)) else style


def _is_drawing(char: str) -> bool:
    return "\u2500" <= char <= "\u259f" or "\u2800" <= char <= "\u28ff"


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
