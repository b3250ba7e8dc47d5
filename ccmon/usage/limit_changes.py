"""A change of the limit in words for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccmon.learning.learned import Change


def sentence(change: "Change", clock_text: str) -> str:
    """The change as a sentence; the clock text is its time as users read it: "Tue 14:05"."""
    words = meaning(change)
    return f"{words[0].upper()}{words[1:]} (since {clock_text})"


def meaning(change: "Change") -> str:
    """What it means for the user, without its time."""
    if change.factor == 1:
        return "Claude began your 5-hour window anew"
    if change.sure == "rebaseline":
        return "Claude took back a part of the percentage: the limit was raised, or use was forgiven"
    percent = round(100 * abs(1 / change.factor - 1))
    less = change.factor > 1
    cause = "raised, or less is used elsewhere" if less else "lowered, or the account is also used elsewhere"
    return f"the same local work now takes {percent} % {'less' if less else 'more'} of your quota: the limit was {cause}"
