"""Text as values: spans and lines with roles, cell widths, and how durations, tokens, bars and sparklines are written.

A role is a meaning, never a colour: title, label, value, text, dim, accent, ok, fair, warn, danger, marker, key, track.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby
from operator import attrgetter

from ccmon.quick_typing import FrozenSet, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

ROLES = ("text", "title", "label", "value", "dim", "accent", "ok", "fair", "warn", "danger", "marker", "key", "track")


class Span(NamedTuple):
    """A run of text with one role."""

    text: str
    role: str = "text"


Line = Tuple[Span, ...]


class Charset(NamedTuple):
    """Which characters the terminal shows: block and braille graphics or ASCII, emoji or not."""

    unicode: bool = True
    emoji: bool = True


_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str) -> str:
    """The text without control, format (bidi, zero-width), surrogate and unassigned characters."""
    return "".join(c for c in text if unicodedata.category(c) not in _FORBIDDEN)


_DATA = {"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc"}

_ODD = (("\u1160", "\u11ff"), ("\ud7b0", "\ud7ff"), ("\u3164", "\u3164"), ("\uffa0", "\uffa0"), ("\U0001d360", "\U0001d378"))


def printable(text: str) -> str:
    """Data as it may stand on a screen: only characters whose width every terminal agrees on, on one line."""
    if text.isascii() and text.isprintable():
        return text
    characters = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if c.isspace() or _agreed(c))
    return "".join(characters)


def _agreed(char: str) -> bool:
    # Hangul's fillers and joining letters take no cell of their own; counting rods became wide in Unicode 16.
    return unicodedata.category(char) in _DATA and not any(first <= char <= last for first, last in _ODD)


LONGEST_MODEL = 200                    # characters of a model's id; those of Amazon's inference profiles are long


def model_id(name: str) -> str:
    """The id of a model as it is stored: nothing is exchanged but the comma, which is put between several of them."""
    return clean(name).replace(",", "_")[:LONGEST_MODEL] or "_"


# Patterns are compiled where they are first used: most calls use few.
_PATH = r"(?s)(?:arn:|projects/|publishers/|accounts/).*/(?=.)"      # before an id: whose it is, and where
_FOR_PROGRAMS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
_FOR_PEOPLE = _FOR_PROGRAMS | frozenset("/@[]|~+ ")
_LONGEST_REAL, _CUT_TO = 64, 40        # characters: no id of a model is longer, and what is left of others


def without_path(name: str) -> str:
    """The id of a model without what Amazon and Google put before it, as arn:aws:bedrock:us-east-1:123456789012:.../."""
    if "/" not in name:                # as nearly always
        return name
    import re
    match = re.match(_PATH, name)
    return name[match.end():] if match else name


def model_for_people(name: str) -> str:
    """The id of a model as it may stand on a screen or a page, of which people copy things."""
    return _restricted(printable(without_path(name)), _FOR_PEOPLE)


def model_for_programs(name: str) -> str:
    """The same as a shell, a bar or a script may have it: without anything that one of them could act on."""
    return _restricted(without_path(name), _FOR_PROGRAMS)


def _restricted(name: str, allowed: FrozenSet[str]) -> str:
    """The name with one _ for each run of other characters, not longer than a real one."""
    if not allowed.issuperset(name):
        name = "".join("".join(run) if is_allowed else "_" for is_allowed, run in groupby(name, allowed.__contains__))
    safe = name or "_"
    return safe if len(safe) <= _LONGEST_REAL else safe[:_CUT_TO]


def models_for_programs(names: Iterable[str]) -> List[str]:
    """Each of them once."""
    return list(dict.fromkeys(map(model_for_programs, names)))


def first_of(names: Sequence[str], most: int) -> List[str]:
    """The first ones, and behind them how many more there are, as +97."""
    return [*names[:most], *([f"+{len(names) - most}"] if len(names) > most else [])]


def char_width(char: str) -> int:
    """Terminal cells of one character: 0, 1 or 2."""
    if char < "\x7f":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Terminal cells of the text."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def line_width(line: Sequence[Span]) -> int:
    """Terminal cells of the line."""
    return sum(width(span.text) for span in line)


def clip(text: str, cells: int) -> str:
    """The longest beginning of the text that fits."""
    if width(text) <= cells:
        return text
    out, used = [], 0
    for char in text:
        used += char_width(char)
        if used > cells:
            break
        out.append(char)
    return "".join(out)


def clip_line(line: Sequence[Span], cells: int) -> Line:
    """The line cut at the given width, without empty spans."""
    out: List[Span] = []
    for span in line:
        text = clip(span.text, cells)
        cells -= width(text)
        if text:
            out.append(Span(text, span.role))
        if text != span.text:
            break
    return tuple(out)


def pad(text: str, cells: int) -> str:
    """The text with spaces behind it up to the given width."""
    return text + " " * max(0, cells - width(text))


def spread(left: Sequence[Span], right: Sequence[Span], cells: int) -> Line:
    """left and right at the two ends of a line; right is dropped when both do not fit."""
    free = cells - line_width(left) - line_width(right)
    if free < 1 or not right:
        return clip_line(left, cells)
    return (*left, Span(" " * free), *right)


def merged(spans: Iterable[Span]) -> Line:
    """Neighbours of one role as one span."""
    return tuple(Span("".join(span.text for span in run), role) for role, run in groupby(spans, attrgetter("role")))


def plain(line: Sequence[Span]) -> str:
    """The text of the line without roles, no blanks at its end."""
    return "".join(span.text for span in line).rstrip()


_WORDS = r"[^\s`]*`[^`]*`[^\s`]*|\S+"


def _words(text: str, cells: int) -> Iterator[str]:
    """Words; what stands between backquotes is a command, and one word where it fits."""
    if "`" not in text:
        yield from text.split()
        return
    import re
    for word in re.findall(_WORDS, text):
        yield from [word] if width(word) <= cells else word.split()


def wrap(text: str, cells: int) -> List[str]:
    """The text in lines of at most the given width, broken at spaces; words that are longer are cut."""
    lines, current = [], ""
    for word in _words(text, cells):
        joined = f"{current} {word}" if current else word
        if width(joined) <= cells:
            current = joined
            continue
        if current:
            lines.append(current)
        current = clip(word, cells)
    return lines + [current] if current else lines


def model_name(name: str) -> str:
    """claude-opus-4-1-20250805 -> opus-4-1; safe on any screen."""
    return short_name(model_for_people(name))


def short_name(name: str) -> str:
    """The same of a name that is safe already."""
    short = name[len("claude-"):] if name.startswith("claude-") else name
    day = short[-6:]
    if short[-9:-6] == "-20" and day.isascii() and day.isdigit():
        short = short[:-9]
    return short or name or "?"


def model_names(ids: Sequence[str], cells: int) -> str:
    """The models by name, as many as fit, then how many more."""
    names = list(dict.fromkeys(map(model_name, ids)))
    for shown in range(len(names), 0, -1):
        rest = f" +{len(names) - shown}" if shown < len(names) else ""
        words = ", ".join(names[:shown]) + rest
        if width(words) <= cells:
            return words
    return plural(len(names), "model") if names and cells > 8 else "-"


# --- numbers -------------------------------------------------------------------------------------------------------

def count(number: int) -> str:
    """15412 -> 15,412."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """1 session, 2,000 sessions."""
    return f"{count(number)} {noun}" + ("" if number == 1 else "s")


def times(number: int) -> str:
    """once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(number, f"{count(number)} times")


def short_count(number: float) -> str:
    """At most four characters up to a trillion: 950, 9.2k, 35k, 1.2M."""
    for unit, size in (("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000)):
        scaled = number / size
        if scaled < 9.95 and unit:
            return f"{scaled:.1f}{unit}".replace(".0", "")
        if scaled < 999.5:
            return f"{scaled:.0f}{unit}"
    return f"{number / 1e15:.0f}P"


def percent(value: float) -> str:
    """44 %; the tenth is dropped, and 79.9 never reads 80."""
    return f"{min(int(value), 99_999)} %"


def usd(cost: Optional[float]) -> str:
    """$3.41, or a dash without a cost."""
    return "-" if cost is None else f"${cost:,.2f}"


def money(amount: float, currency: str) -> str:
    """$3, $3.41, 3.41 EUR; dollars where no currency is named."""
    figure = f"{amount:,.0f}" if abs(amount - round(amount)) < 0.005 else f"{amount:,.2f}"
    return f"${figure}" if currency in ("", "USD") else f"{figure} {currency}"


def duration(seconds: int) -> str:
    """2d 3h, 2h 17m, 17m or 45s: two units at most, never negative."""
    seconds = max(0, int(seconds))
    minutes = seconds // 60
    hours = minutes // 60
    if hours >= 24:
        return f"{hours // 24}d {hours % 24}h"
    if hours:
        return f"{hours}h {minutes % 60:02d}m"
    return f"{minutes}m" if minutes else f"{seconds}s"


def level_role(value: Optional[float]) -> str:
    """The role of a percentage: ok below 50, fair to 80, warn to 100, danger above."""
    if value is None:
        return "dim"
    return "ok" if value < 50 else "fair" if value < 80 else "warn" if value <= 100 else "danger"


# --- pictures of one row ----------------------------------------------------------------------------------------------

_EIGHTHS = "▏▎▍▌▋▊▉"
_SPARKS = "▁▂▃▄▅▆▇█"
_ASCII_SPARKS = "_.-=+*#@"


def bar(share: float, cells: int, role: str, charset: Charset, mark: Optional[float] = None) -> Line:
    """A bar of exactly `cells` cells; share and mark are 0..1 and clamped; the mark stands where time is."""
    eighths = round(min(1.0, max(0.0, share)) * cells * 8)
    full, rest = divmod(eighths, 8)
    if charset.unicode:
        filled = "█" * full + (_EIGHTHS[rest - 1] if rest else "")
        track, mark_char = "─", "┃"
    else:
        filled, track, mark_char = "#" * (full + (rest >= 4)), ".", "|"
    text = filled + track * (cells - len(filled))
    roles = [role] * len(filled) + ["track"] * (cells - len(filled))
    if mark is not None and cells:
        at = min(cells - 1, int(min(1.0, max(0.0, mark)) * cells))
        text, roles[at] = text[:at] + mark_char + text[at + 1:], "marker"
    return merged(map(Span, text, roles))


def sparkline(values: Sequence[Optional[float]], charset: Charset) -> str:
    """One character a value, scaled to the largest; a blank where there is none."""
    marks = _SPARKS if charset.unicode else _ASCII_SPARKS
    top = max((v for v in values if v), default=0.0)
    if top <= 0:
        return "".join(" " if v is None else marks[0] for v in values)
    return "".join(" " if v is None else marks[min(7, int(v / top * 7.999))] for v in values)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """ (did you mean X?), or nothing."""
    from difflib import get_close_matches
    matches = get_close_matches(word, list(words), 1)
    return f" (did you mean {matches[0]}?)" if matches else ""


# --- commands in sentences --------------------------------------------------------------------------------------------

OWN_NAME = "ccmon"
_COMMANDS = ("accounts", "alerts", "completion", "config", "doctor", "export", "help", "history", "hit", "init", "learn", "merge",
             "record", "report", "uninstall", "version", "why")
_TYPED = rf"(?<![\w/.~-])ccmon(?= (?:--[a-z]|(?:{'|'.join(_COMMANDS)})\b))|(?<=[Rr]un )ccmon\b(?! [a-z])"


def with_name(sentence: str, name: str) -> str:
    """The sentence with every command of ccmon as it is called here: the name, or the path that works where that is not on PATH.

    Sentences about ccmon stay as they are.
    """
    if name == OWN_NAME or OWN_NAME not in sentence:
        return sentence
    import re
    return re.sub(_TYPED, lambda _: name, sentence)
