"""`ccmon hit`: when the user was cut off, as people write times, and what is answered."""

from __future__ import annotations

from ccmon.errors import UsageError
from ccmon.quick_typing import List, NamedTuple, Optional, Sequence
from ccmon.text import clean, clip
from ccmon.typed_times import Typed, typed
from ccmon.when import DAY_S, SKEW_S, Zone, clock_text, dated

MOST_DAYS = 30
VALID = "a time such as 14:30, 2026-11-22 14:30, or epoch seconds; 2pm, 10m and yesterday 14:30 are times, too"
_SOURCES = {"hit": "ccmon hit", "limit": "message in the logs"}
_LIMITS = {"session": "session", "weekly": "week", "extra": "extra usage", "spend": "spend limit", "credit": "credit",
           "admin": "set by an admin", "other": "another limit"}
_TEACHES = {"session": "session", "weekly": "week"}


class CutOff(NamedTuple):
    """A limit was reached."""

    at: int                            # epoch s
    resets_at: int                     # epoch s, 0 when unknown
    source: str                        # hit | limit
    kind: str = "session"              # session | weekly | model | extra | spend | credit | admin | other
    model: str = ""                    # whose limit it is, "" where none is named

    @property
    def teaches(self) -> str:
        """The kind of the limit that is learned from it, "" for none: a message about a window that was over teaches nothing."""
        return self.kind if self.kind in _TEACHES and not 0 < self.resets_at <= self.at else ""


def cut_off_epoch(words: str, now: int, zone: Zone, oldest: Optional[int]) -> int:
    """Epoch s of the time that --at names; a time of day is the last one. UsageError when it cannot have been.

    oldest: epoch s at which the history begins, None without one.
    """
    try:
        typed_time = typed(words, now, zone)
    except (ValueError, OverflowError):
        typed_time = Typed()
    if typed_time.at is None:
        day = f"'{clip(clean(words), 40)}' is a whole day: add the time, as in yesterday 14:30"
        raise UsageError(f"--at: {day}" if typed_time.first else f"--at: '{clip(clean(words), 40)}' is not {VALID}")
    at = typed_time.at
    if at > now + SKEW_S:
        raise UsageError(f"--at: {_clock(at, now, zone)} is still to come")
    if at < now - MOST_DAYS * DAY_S:
        raise UsageError(f"--at: {dated(at, zone)} ({zone.name}) is more than {MOST_DAYS} days ago")
    if oldest is not None and at < oldest:
        began = _clock(oldest, now, zone)
        raise UsageError(f"--at: {_clock(at, now, zone)} is before all that ccmon knows, which begins {began}")
    return min(at, now)


def noted(at: int, new: bool, now: int, zone: Zone) -> str:
    """The answer to what was noted."""
    return f"{'Noted' if new else 'Noted before'}: cut off at {_clock(at, now, zone)}."


def taken_back(at: Optional[int], now: int, zone: Zone) -> str:
    """The answer to --undo."""
    return "Nothing is noted." if at is None else f"Taken back: cut off at {_clock(at, now, zone)}."


def table(events: Sequence[CutOff], now: int, zone: Zone) -> List[str]:
    """A row for each, the newest last, below a head; whose limit is learned from it stands last."""
    rows: List[Sequence[str]] = [("cut off", "limit", "reset", "known from", "teaches")]
    for event in events:
        reset = clock_text(event.resets_at, now, zone) if event.resets_at else "-"
        rows.append((clock_text(event.at, now, zone), limit_words(event), reset, _SOURCES.get(event.source, event.source),
                     _TEACHES.get(event.teaches, "-")))
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(f"{cell:<{cells}}" for cell, cells in zip(row, wide)), row[4]]) for row in rows]


def limit_words(event: CutOff) -> str:
    """Which limit was reached, in plain words."""
    if event.kind == "model":
        return f"week of {event.model or 'a model'}"
    words = _LIMITS.get(event.kind, event.kind)
    return f"{words} ({event.model})" if event.model else words


def _clock(at: int, now: int, zone: Zone) -> str:
    return f"{clock_text(at, now, zone)} ({zone.name})"
