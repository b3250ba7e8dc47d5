"""What the history page is given, apart from how it is drawn: the screen has it before anybody wants that page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Mapping, Tuple

from ccmon.named_tuple import NamedTuple

if TYPE_CHECKING:
    from ccmon.history.groups import UsageGroup
    from ccmon.history.windows import PastWindow
    from ccmon.model import Record


class Past(NamedTuple):
    """The stored sessions and what the pictures need of them."""

    records: "Tuple[Record, ...]"              # by start
    groups: "Dict[str, List[UsageGroup]]"           # by day, week and month, without gaps
    heat: List[List[float]]                    # tokens by weekday and hour
    seen: Mapping[int, float]                  # tokens by quarter of an hour (epoch s of its start), where messages are known
    weeks: "Tuple[PastWindow, ...]" = ()       # the 7-day windows, by time


class Page(NamedTuple):
    """What of it is to be seen."""

    view: str = "list"
    period: str = "day"
    offset: int = 0                            # sessions, periods or windows scrolled away, the newest first


NO_PAST = Past((), {"day": [], "week": [], "month": []}, [[0.0] * 24 for _ in range(7)], {})
