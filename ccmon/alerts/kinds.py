"""The names of alerts and of their channels, for the table of options too."""

from __future__ import annotations

from ccmon.quick_typing import Optional, Tuple
from ccmon.text import did_you_mean
from ccmon.typed_values import ALL, MOST_PERCENT, NONE, bare, folded, items, word_of

NAMES = ("runs_out", "reset", "allocation", "unusual", "credits")
KINDS = ("80", "100", *NAMES)          # what `all` stands for; any other percentage is a kind, too
CHANNELS = ("bell", "desktop", "command", "webhook")
BELL = "bell"
SESSION = "five_hour"                  # its keys in the history are older than windows, and hold no name
VALID = f"{', '.join(KINDS)}, or another percentage from 1 to {MOST_PERCENT}"
_CREDITS = "credits "
_SYNONYMS = {"run-out": "runs_out", "out": "runs_out", "resets": "reset", "credit": "credits"}


def threshold(kind: str) -> Optional[int]:
    """The percentage that a kind stands for; None of runs_out and other names."""
    number = int(kind) if kind.isascii() and kind.isdigit() and len(kind) < 9 else 0
    return number if 1 <= number <= MOST_PERCENT else None


def parse_kind(text: str) -> str:
    """A name, or a percentage without leading zeros. ValueError says what is valid."""
    number = threshold(bare(text).rstrip("%").rstrip())
    if number is not None:
        return str(number)
    name = word_of(text, NAMES, _SYNONYMS)
    if name is None:
        raise ValueError(f"'{text}' is unknown{did_you_mean(folded(text).replace('-', '_'), NAMES)}; choose from {VALID}")
    return name


def parse_kinds(text: str) -> Tuple[str, ...]:
    """Several, with commas or blanks between them: percentages first. all stands for those of KINDS, none for none."""
    lists = {**dict.fromkeys(ALL, "all"), **dict.fromkeys(NONE, "none")}
    words = {lists.get(folded(word), word) for word in items(text)}
    if len(words) > 1 and "none" in words:
        raise ValueError("'none' stands alone")
    kinds = {kind for word in words if word != "none" for kind in (KINDS if word == "all" else (parse_kind(word),))}
    numbers = sorted(number for number in map(threshold, kinds) if number is not None)
    return (*map(str, numbers), *(name for name in NAMES if name in kinds))


# --- in the history -------------------------------------------------------------------------------------------------------

def key(kind: str, window: str) -> str:
    """What stands in the history for a kind of one window: 80, 80 seven_day, reset seven_day_opus."""
    return kind if window in ("", SESSION) else f"{kind} {window}"


def credits_key(percent: int, kind: str) -> str:
    """The same of credits: credits 80 extra_usage."""
    return f"{_CREDITS}{percent} {kind}"


def kind_and_window(text: str) -> Tuple[str, str]:
    """The kind and the name of the window, or of the kind of credits, that a key stands for."""
    words = text.split(" ", 2)
    if len(words) == 3 and text.startswith(_CREDITS):
        return _CREDITS + words[1], words[2]
    kind, _, window = text.partition(" ")
    return kind, window or SESSION


def covers(done: str, wanted: str) -> bool:
    """Whether one that was sent makes another needless (both as keys): itself, or a lower percentage of the same window."""
    if done == wanted:
        return True
    (higher, window), (lower, same) = kind_and_window(done), kind_and_window(wanted)
    if window != same or higher.startswith(_CREDITS) != lower.startswith(_CREDITS):
        return False
    above, below = (threshold(kind.rpartition(" ")[2]) for kind in (higher, lower))
    return above is not None and below is not None and above > below
