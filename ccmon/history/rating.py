"""What a session is rated by: Claude's own percentage of its window, else one limit for the whole list.

The limit of the settings in force now, or the learned one: one list never has two scales.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Dict, List, Optional, Sequence, Tuple

from ccmon.model import Record
from ccmon.named_tuple import NamedTuple
from ccmon.when import SESSION_S

OFFICIAL, LEARNED, LIMIT = "official", "learned", "limit"
FULL_PERCENT = 100.0


class Scale(NamedTuple):
    """The limit of all sessions of which Claude has reported no percentage."""

    tokens: int
    source: str                        # plan | flag | config | high_water | learned
    plan: str

    @property
    def by(self) -> str:
        """What Record.rated_by says of sessions that are rated by it."""
        return LEARNED if self.source == "learned" else LIMIT

    @property
    def name(self) -> str:
        """What it is, in words: nobody knows whether it is Claude's own limit."""
        named = {"plan": "the reference figure", "high_water": "the record", "learned": "the learned limit"}
        return named.get(self.source, "the limit set")


class RunningRating(NamedTuple):
    """What the screen says of the running session: its word stands here, too."""

    start: int                         # epoch s
    percent: float
    by: str                            # official | learned | limit


def rated(records: Sequence[Record], windows: Sequence[Tuple[int, float]], cuts: Sequence[int], scale: Scale,
          running: Optional[RunningRating] = None) -> List[Record]:
    """One owner's sessions, by start, with what they are rated by.

    windows: the reset (epoch s) and a percentage that Claude reported of it; cuts: when a session was cut off (epoch s), by time.
    """
    percents = _highest_by_session(records, windows)
    return [_rated(record, percents.get(at), _is_cut(record, cuts), scale, running) for at, record in enumerate(records)]


def _highest_by_session(records: Sequence[Record], windows: Sequence[Tuple[int, float]]) -> Dict[int, float]:
    """The highest percentage of each session, by its index: a window belongs to the one that it overlaps most."""
    highest: Dict[int, float] = {}
    for reset, percent in windows:
        highest[reset] = max(percent, highest.get(reset, 0.0))
    by_session: Dict[int, float] = {}
    starts = [record.block.start for record in records]
    for reset, percent in highest.items():
        near = range(bisect_left(starts, reset - 2 * SESSION_S), bisect_left(starts, reset))
        overlaps = {at: min(records[at].block.end, reset) - max(starts[at], reset - SESSION_S) for at in near}
        most = max(overlaps, key=lambda at: overlaps[at], default=None)
        if most is not None and overlaps[most] > 0:
            by_session[most] = max(percent, by_session.get(most, 0.0))
    return by_session


def _is_cut(record: Record, cuts: Sequence[int]) -> bool:
    at = bisect_left(cuts, record.block.start)
    return at < len(cuts) and cuts[at] < record.block.end


def _rated(record: Record, percent: Optional[float], is_cut: bool, scale: Scale, running: Optional[RunningRating]) -> Record:
    """A cut-off is Claude's word, too: the session has used at least all of its limit."""
    by, hit = OFFICIAL, is_cut or percent is not None and percent >= FULL_PERCENT
    if is_cut:
        percent = max(FULL_PERCENT, percent or 0.0)
    if running and record.listed and record.block.start == running.start:
        percent, by = running.percent, running.by
    elif percent is None:
        percent, by = record.block.tokens * FULL_PERCENT / scale.tokens if scale.tokens > 0 else 0.0, scale.by
    return record._replace(percent=percent, rated_by=by, hit=hit)
