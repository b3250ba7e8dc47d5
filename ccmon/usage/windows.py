"""Windows of the account as values: made of Claude's reports, taken by name, without those that are over."""

from __future__ import annotations

from ccmon.model import Apart, Credits, Window, Windows
from ccmon.quick_typing import Iterable, Optional
from ccmon.sources.session_json import MOST_WINDOWS, label, scope

SAME_S = 900                           # messages have resets to the quarter of an hour


def window(name: str, percent: float, resets_at: int, read_at: int, source: str = "statusline") -> Window:
    """The window with its label and scope, which its name tells."""
    return Window(name, percent, resets_at, read_at, source, label(name), scope(name))


def window_named(windows: Iterable[Window], name: str) -> Optional[Window]:
    """The window of that name; None without one."""
    return next((one for one in windows if one.name == name), None)


def running(windows: Iterable[Window], now: int) -> Windows:
    """Without the windows that have been reset by then (epoch s)."""
    return tuple(one for one in windows if one.resets_at > now)


def opens_at(windows: Iterable[Window], whose: str, reset_at: int) -> int:
    """Epoch s when the session's percentage begins anew: Claude's own (whose: official) with its window."""
    session_window = window_named(windows, "five_hour")
    return min(reset_at, session_window.resets_at) if session_window and whose == "official" else reset_at


def with_window(windows: Windows, new: Window) -> Windows:
    """With this one instead of that of its name, the 5 hours and the week first; at most MOST_WINDOWS."""
    others = [one for one in windows if one.name != new.name]
    return tuple(sorted((*others[1 - MOST_WINDOWS:], new), key=order))


def order(one: Window) -> "tuple[bool, bool, str]":
    """The 5 hours, the week, then by name."""
    return one.name != "five_hour", one.name != "seven_day", one.name


def is_of_another(name: str, resets_at: int, windows: Windows, apart: Apart) -> bool:
    """Whether a limit event fits another account that uses the same folders, and not the windows of the one that is shown: the
    logs do not name a login."""
    def fits(of_account: Windows) -> bool:
        one = window_named(of_account, name)
        return one is not None and abs(one.resets_at - resets_at) <= SAME_S
    return bool(resets_at) and not fits(windows) and any(map(fits, apart.accounts))


def name_words(name: str) -> str:
    """In plain words: week, 5 hours, week of Opus; the name in words where its length is unknown: monthly limit."""
    about = scope(name)
    whole = {"five_hour": "5 hours", "seven_day": "week"}
    lead = next((lead for lead in whole if name.startswith(lead)), "")
    if not lead:
        return label(name) if name.endswith(("limit", "budget", "quota")) else f"{label(name)} limit"
    return whole[lead] if about == "account" else f"{whole[lead]} of {about}"


def credits_percent(one: Credits) -> Optional[float]:
    """How much of them is used; None where unknown or unlimited."""
    if one.percent is not None:
        return one.percent
    return 100 * one.used / one.limit if one.used is not None and one.limit else None
