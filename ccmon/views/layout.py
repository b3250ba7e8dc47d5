"""Layout that all views share: variants and parts that fit, the label column, and how rates and percentages are written."""

from __future__ import annotations

from ccmon import text
from ccmon.model import NEAR_PERCENT
from ccmon.quick_typing import List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import Charset, Line, Span

LABEL_CELLS = 14                       # margin, emoji, label
LEAD_CELLS = 4                         # margin and emoji


# --- what fits into a row ----------------------------------------------------------------------------------------------

def pick(variants: Sequence[Sequence[Span]], cells: int) -> Line:
    """The first variant that fits; nothing when none does."""
    return next((tuple(line) for line in variants if text.line_width(line) <= cells), ())


def pick_text(variants: Sequence[str], cells: int) -> str:
    """The first text that fits; nothing when none does."""
    return next((words for words in variants if text.width(words) <= cells), "")


# --- what fits into a window -------------------------------------------------------------------------------------------

class Slot(NamedTuple):
    """Lines that are shown or dropped together; the highest rank is dropped first."""

    rank: float
    lines: Sequence[Line]


def fit(stack: Sequence[Slot], height: int) -> List[Line]:
    """The lines of the parts that fit, in their order."""
    return fit_both(stack, [], height)[0]


def fit_both(body: Sequence[Slot], foot: Sequence[Slot], height: int) -> Tuple[List[Line], List[Line]]:
    """The lines of the parts that fit together, those of the body and those of the foot."""
    stack = [*body, *foot]
    shown = list(range(len(stack)))
    while shown and sum(len(stack[at].lines) for at in shown) > height:
        shown.remove(max(shown, key=lambda at: (bool(stack[at].lines), stack[at].rank)))
    return ([line for at in shown if at < len(body) for line in stack[at].lines],
            [line for at in shown if at >= len(body) for line in stack[at].lines])


def bottom(lines: Sequence[Line], foot: Sequence[Line], height: int) -> List[Line]:
    """The lines, with the foot on the last rows of the window."""
    return [*lines, *[()] * max(0, height - len(lines) - len(foot)), *foot]


# --- labels and figures ------------------------------------------------------------------------------------------------

def label(charset: Charset, emoji: str, word: str) -> Line:
    """The label column; it is as wide without the emoji as with it."""
    return (Span(text.pad(margin(charset, emoji) + word, LABEL_CELLS), "label"),)


def margin(charset: Charset, emoji: str) -> str:
    """Margin and emoji, or as many blanks."""
    return text.pad(f" {emoji} " if charset.unicode and charset.emoji else "", LEAD_CELLS)


def rate_text(per_min: Optional[float]) -> str:
    """A rate without its unit: 142, 9.2 below ten, a dash when there is none."""
    if per_min is None:
        return "-"
    return text.count(round(per_min)) if per_min >= 9.95 or per_min == 0 else f"{per_min:.1f}"


def percent_text(percent: float) -> str:
    """44 %, from 80 % on with a sign, so that colour never says it alone; the digits stay in their columns."""
    return ("! " if NEAR_PERCENT <= percent < 1000 else "!" if percent >= 1000 else "") + text.percent(percent)
