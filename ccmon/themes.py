"""How roles look: one table a theme from role to colour and attributes, and the same as SGR sequences for plain output.

No curses here: the screen and the coloured plain text read the same tables.
"""

from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence

from ccmon.text import Span, clean


class Style(NamedTuple):
    """The look of one role. `dim` only stands in for a grey that the terminal does not have."""

    fg: Optional[int] = None           # index 0-255 on terminals with 256 colours, None: the terminal's own foreground
    fg8: Optional[int] = None          # index 0-7 on terminals with 8 or 16 colours
    bold: bool = False
    dim: bool = False
    reverse: bool = False


Theme = Mapping[str, Style]

_DARK = {
    "text": Style(),
    "title": Style(fg=80, fg8=6, bold=True),
    "label": Style(),
    "value": Style(bold=True),
    "dim": Style(fg=244, dim=True),
    "accent": Style(fg=80, fg8=6),
    "ok": Style(fg=80, fg8=6),
    "fair": Style(fg=111, fg8=5),
    "warn": Style(fg=214, fg8=3),
    "danger": Style(fg=203, fg8=1, bold=True),
    "marker": Style(bold=True),
    "key": Style(fg=80, fg8=6),
    "track": Style(fg=238, dim=True),
}

_LIGHT = {
    **_DARK,
    "title": Style(fg=30, fg8=6, bold=True),
    "dim": Style(fg=242, dim=True),
    "accent": Style(fg=30, fg8=6),
    "ok": Style(fg=30, fg8=6),
    "fair": Style(fg=62, fg8=4),
    "warn": Style(fg=136, fg8=3),
    "danger": Style(fg=124, fg8=1, bold=True),
    "key": Style(fg=30, fg8=6),
    "track": Style(fg=252, dim=True),
}

_MONO = {
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

THEMES: Dict[str, Theme] = {"dark": _DARK, "light": _LIGHT, "mono": _MONO}


def colour(style: Style, colours: int) -> Optional[int]:
    """The colour index of the style on a terminal with that many colours; None: its own foreground."""
    if colours >= 256:
        return style.fg
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
        codes.append(f"38;5;{index}" if colours >= 256 else str(30 + index))
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def sgr_line(line: Sequence[Span], theme: Theme, colours: int) -> str:
    """The line as text with SGR sequences, every span closed; data in it cannot add sequences of its own."""
    out: List[str] = []
    for span in line:
        begin = ansi(theme.get(span.role, theme["text"]), colours)
        text = clean(span.text)
        out.append(f"{begin}{text}\x1b[0m" if begin and text else text)
    return "".join(out)
