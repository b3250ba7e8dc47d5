"""The themes of config.ini: a section [theme.NAME] is a table from role to style, on top of a theme that is there already."""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional

from ccmon.errors import CcmonError
from ccmon.settings.themes import THEMES, Style, Theme, hexadecimal
from ccmon.text import ROLES, clean, did_you_mean
from ccmon.typed_values import Layer, Layers, RawValue, folded, items, word_of

PREFIX, BASE = "theme.", "based_on"
NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLOURS: Dict[str, Optional[int]] = {
    "default": None, **{name: index for index, name in enumerate(NAMES)},
    **{f"bright-{name}": index for index, name in enumerate(NAMES, 8)}}
ATTRIBUTES = ("bold", "dim", "reverse")
_SYNONYMS = {"gray": "bright-black", "grey": "bright-black", "purple": "magenta", "none": "default", "normal": "default",
             "faint": "dim", "inverse": "reverse", "reversed": "reverse", "strong": "bold"}
_PARTS = r"#[0-9a-f]{3}"
_NUMBERED = r"colou?r-?(?=[0-9])|(?:fg|color|colour|foreground)="       # as tmux and others write them
_BRIGHT = r"(?:bright|light)-?(?=[a-z])"
MOST_CHARACTERS = 32                   # of a name
VALID = f"a number from 0 to 255, #rrggbb, {', '.join(NAMES)}, bright-NAME or default, and {', '.join(ATTRIBUTES)}"


def table(sections: Layers) -> Dict[str, Theme]:
    """The themes of ccmon and of config.ini, in which mono stays the last. CcmonError names the line of a wrong one."""
    themes: Dict[str, Theme] = dict(THEMES)
    for section, rows in sections.items():
        if section.startswith(PREFIX):
            name = _name(section)
            themes[name] = _theme(name, rows, themes)
    return {**{name: theme for name, theme in themes.items() if name != "mono"}, "mono": themes["mono"]}


def _name(section: str) -> str:
    name = section[len(PREFIX):]
    if not (0 < len(name) <= MOST_CHARACTERS and name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
        raise CcmonError(f"config.ini: [{clean(section)}]: a theme's name is made of letters, digits, - and _, "
                         f"{MOST_CHARACTERS} at most")
    return name


def _theme(name: str, rows: Layer, themes: Mapping[str, Theme]) -> Theme:
    """A style for every role; what the section does not name is that of its base."""
    base = _base(rows.get(BASE), themes)
    own: Dict[str, Style] = {}
    for role, given in rows.items():
        if role not in (*ROLES, BASE):
            roles = (*ROLES, BASE)
            raise given.error(f"'{role}' is no role of a theme{did_you_mean(role, roles)}; choose from {', '.join(roles)}")
        if role != BASE:
            own[role] = _style(given, base[role])
    return {**base, **own}


def _base(given: Optional[RawValue], themes: Mapping[str, Theme]) -> Theme:
    text = given.text.strip() if given else "dark"
    name = word_of(text, themes)
    if given and name is None:
        raise given.error(f"'{text}' is no theme{did_you_mean(folded(text), themes)}; choose from {', '.join(themes)}, "
                          "or one of your own that stands above")
    return themes[name or "dark"]


def _style(given: RawValue, base: Style) -> Style:
    """The style that the words name: at most one colour, and attributes."""
    words = [_proper(word) for word in items(given.text)]
    colours = [word for word in words if word not in ATTRIBUTES]
    if len(colours) > 1:
        raise given.error(f"'{colours[0]}' and '{colours[1]}' are two colours; a role has one")
    plain = Style(bold="bold" in words, dim="dim" in words, reverse="reverse" in words)
    index = _index(colours[0], given) if colours else None
    if index is None:
        return plain
    if index > 15:                     # where there are fewer colours, those of the base differ
        return plain._replace(fg=index, fg8=base.fg8, fg16=base.fg16)
    return plain._replace(fg=index, fg8=index % 8, fg16=index)


def _proper(word: str) -> str:
    """The name of the colour or attribute that a word stands for: grey, BrightRed, bright_red, colour208, fg=blue, #fa0."""
    import re
    word = re.sub(_BRIGHT, "bright-", re.sub(_NUMBERED, "", word.lower().replace("_", "-")), count=1)
    if re.fullmatch(_PARTS, word):
        return "#" + "".join(2 * digit for digit in word[1:])
    return _SYNONYMS.get(word, word)


def _index(word: str, given: RawValue) -> Optional[int]:
    """The colour of the 256, None for the terminal's own."""
    if word in COLOURS:
        return COLOURS[word]
    if word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 255:
        return int(word)
    if len(word) == 7 and word[0] == "#" and set(word[1:]) <= set("0123456789abcdef"):
        return min(range(16, 256), key=lambda index: _distance(_parts(hexadecimal(index)), _parts(word)))
    raise given.error(f"'{word}' is no colour{did_you_mean(word, (*COLOURS, *ATTRIBUTES))}; valid are {VALID}")


def _parts(colour: str) -> List[int]:
    return [int(colour[at:at + 2], 16) for at in (1, 3, 5)]


def _distance(one: List[int], other: List[int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other))
