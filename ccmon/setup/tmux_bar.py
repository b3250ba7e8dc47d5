"""The ground of tmux's bar, out of its style: which of the formats for tmux can be read there, and as long as it stays so."""

from __future__ import annotations

import re
from typing import List, Optional, Sequence

from ccmon.named_tuple import NamedTuple
from ccmon.settings.themes import BRIGHT, DARK, LIGHT, READABLE, contrast, hexadecimal, surface_on

OPTIONS = ("status-style", "status-bg", "status-right-style")          # what the ground of status-right is made of
FORMATS = {DARK: "tmuxdark", LIGHT: "tmuxlight", BRIGHT: "tmuxbright"}
USUAL = "tmux"                         # on any ground

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# The sixteen colours are the terminal's: as xterm, VGA, GNOME (Tango), Solarized, macOS and Windows have them.
PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "vga": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "tango": "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    "solarized": "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 "
                 "002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3",
    "macos": "000000 990000 00a600 999900 0000b2 b200b2 00a6b2 bfbfbf 666666 e50000 00d900 e5e500 0000ff e500e5 00e5e5 e5e5e5",
    "windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
_FIRST = tuple(zip(*(colours.split() for colours in PALETTES.values())))


class Bar(NamedTuple):
    """The values of OPTIONS: as they are set, and what their formats stand for now; the same ones where there are none."""

    options: Sequence[str]
    expanded: Sequence[str]


def question(expanded: bool) -> str:
    """What tmux is asked for: the values, with a bar between them."""
    return "|".join(f"#{{E:{name}}}" if expanded else f"#{{{name}}}" for name in OPTIONS)


def answered(as_they_are: str, expanded: str) -> Optional[Bar]:
    """The bar in tmux's answers; None when it does not know what it was asked for."""
    both = [tuple(text.strip().split("|")) for text in (as_they_are, expanded)]
    if any(len(values) != len(OPTIONS) or not values[0] for values in both):
        return None
    # Not expanded where there are no formats: in a colour such as #F5E0DC they would read #F as one.
    return Bar(*both) if "#{" in as_they_are else Bar(both[0], both[0])


def format_of(bar: Optional[Bar]) -> str:
    """tmuxdark, tmuxlight or tmuxbright, where what they colour can be read on that bar; else the one for any ground."""
    if bar is None:
        return USUAL
    surface = surface_on(grounds(bar))
    if surface == LIGHT and _is_pale(bar, grounds(bar)):           # the one that gives every word a colour
        return FORMATS[BRIGHT]
    return FORMATS.get(surface, USUAL)


def has_usual_ground(formats: str) -> bool:
    """Whether status-right stands on the ground that OPTIONS give it, in the rows of status-format."""
    rows = [row for row in formats.splitlines() if "status-right}" in row]
    return all("status-right-style}" in row or "push-default" not in row for row in rows)


def grounds(bar: Bar) -> List[str]:
    """What the ground of status-right may be, as #rrggbb: several for one of the terminal's own colours, none if open."""
    style, background, right = bar.expanded
    if any(set(re.split("[ ,]+", one)) & {"reverse", "dim"} for one in (style, right)):
        return []
    named = filter(None, (_colour(right, "bg="), _usual(background), _colour(style, "bg=")))
    return _colours(next(named, ""))


def _is_pale(bar: Bar, on: Sequence[str]) -> bool:
    """Whether the bar's own words are hard to read on these grounds."""
    style, _, right = bar.expanded
    own = _colours(_colour(right, "fg=") or _colour(style, "fg=") or "")
    return any(contrast(one, ground) < READABLE for one in own for ground in on)


def _colour(style: str, lead: str) -> Optional[str]:
    """What follows `fg=` or `bg=`, as tmux reads a style: the last one counts."""
    colour: Optional[str] = None
    for word in re.split("[ ,]+", style):
        colour = word[len(lead):] if word.startswith(lead) else None if word in ("default", "none") else colour
    return _usual(colour)


def _usual(colour: Optional[str]) -> Optional[str]:
    return None if colour in (None, "", "default") else colour


def _colours(name: str) -> List[str]:
    """A colour as tmux writes it."""
    number = re.fullmatch(r"colou?r([0-9]{1,3})", name)
    bright = name.startswith("bright")
    plain = name[len("bright"):] if bright else name
    if re.fullmatch("#[0-9a-fA-F]{6}", name):
        return [name.lower()]
    if plain in NAMES:
        return ["#" + colour for colour in _FIRST[NAMES.index(plain) + 8 * bright]]
    index = int(number[1]) if number else 256
    if index < 16:
        return ["#" + colour for colour in _FIRST[index]]
    return [hexadecimal(index)] if index < 256 else []


def word(bar: Optional[Bar]) -> str:
    """The format's name for the command in status-right: as long as the bar is that one, and USUAL on any other.

    tmux chooses each time. Nothing of a style is written that could mean something there: ? stands for any one character.
    """
    name = format_of(bar)
    if bar is None or name == USUAL:
        return USUAL
    expanded = bar.expanded is not bar.options
    pattern = re.sub("[^A-Za-z0-9=|_-]", "?", "|".join(bar.expanded))
    return f"#{{?#{{m:{pattern},{question(expanded)}}},{name},{USUAL}}}"


def of_config(text: str) -> Optional[Bar]:
    """The bar that a tmux.conf makes, where no server runs; None where formats make it."""
    values = {"status-style": "bg=green,fg=black", "status-bg": "default", "status-right-style": "default"}
    for name in OPTIONS:
        settings = re.findall(rf"^[ \t]*set(?:-option)?[ \t]+-[gaqsuw]*[ \t]+{name}[ \t]+(.*?)[ \t]*$", text, re.MULTILINE)
        if settings:
            values[name] = settings[-1].strip("'\"")
    if re.search(r"^[ \t]*set(?:-option)?[ \t][^#\n]*status-format", text, re.MULTILINE):
        return None
    options = tuple(values.values())
    return None if any("#{" in value or "|" in value for value in options) else Bar(options, options)
