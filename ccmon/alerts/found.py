"""What was found worth telling, before it is put into words for programs; and which percentages were passed."""

from __future__ import annotations

from typing import Iterable, Optional

from ccmon.alerts.kinds import key
from ccmon.model import Credits
from ccmon.named_tuple import NamedTuple


class Found(NamedTuple):
    """Something that is due, told before or not."""

    kind: str                          # as the user names it: 80, runs_out, credits
    window: str                        # name of the window; "" where it is about none
    window_end: int                    # epoch s; of the allocation when that changed
    title: str
    text: str
    level: Optional[int] = None        # percent: the highest threshold that was passed
    credits: Optional[Credits] = None
    key: str = ""                      # what stands for it in the history, where that is not kind and window

    @property
    def history_key(self) -> str:
        """What stands for it in the history."""
        return self.key or key(self.kind, self.window)


class Noted(NamedTuple):
    """A window that came near its limit, or, where it is full, reached it: its reset will be news."""

    window: str
    window_end: int                    # epoch s
    full: bool = False


def highest(levels: Iterable[int], percent: float) -> Optional[int]:
    """The highest of these thresholds that was passed; None of none."""
    return max((level for level in levels if percent >= level), default=None)
