"""Where the session is heading: when the tokens run out, which pace would last, and the curve so far."""

from __future__ import annotations

from typing import Iterable, List, Optional, Tuple

from ccmon.model import Block, Runway, Sample
from ccmon.when import DAY_S, WEEK_S

HORIZON_S = 366 * DAY_S                 # a forecast beyond a year says nothing


def predicted_end(now: int, left: int, rate_per_min: float) -> Optional[int]:
    """Epoch s when the tokens left are used up at that pace; None without a pace, tokens, or an end within a year."""
    if not (rate_per_min > 0 and left > 0):
        return None
    lasts_s = left * 60 / rate_per_min
    return now + int(lasts_s) if lasts_s <= HORIZON_S else None


def sustainable(left: int, now: int, reset_at: int) -> float:
    """Tokens per minute that would last just to the reset."""
    return max(0, left) * 60 / max(1, reset_at - now)


def curve(samples: Iterable[Sample], block: Block, now: int) -> List[Tuple[int, int]]:
    """(epoch s, tokens) of the session from (start, 0) over what was seen to what it holds now (or held at its end).

    Neither time nor tokens ever fall, and at most two points have the same time.
    """
    end = min(now, block.end)
    if end < block.start:
        return []
    points = [(block.start, 0)]
    for row in samples:
        if row.session == block.start and row.ts <= end:
            tokens = min(row.tokens, block.tokens)
            _add(points, row.ts, tokens)
            _add(points, min(row.seen, end), tokens)
    _add(points, end, block.tokens)
    return points


def thinned(points: Iterable[Tuple[int, int]], step_s: int) -> List[Tuple[int, int]]:
    """The curve without the points between two that lie less than step_s apart."""
    fewer: List[Tuple[int, int]] = []
    for ts, tokens in points:
        _add(fewer, ts, tokens, step_s)
    return fewer


def _add(points: List[Tuple[int, int]], ts: int, tokens: int, step_s: int = 1) -> None:
    last_ts, last_tokens = points[-1] if points else (ts, tokens)
    point = (ts if ts > last_ts else last_ts, tokens if tokens > last_tokens else last_tokens)
    if len(points) > 1 and point[0] - points[-2][0] < step_s:
        points[-1] = point
    elif not points or point != points[-1]:
        points.append(point)


def window_by_pace(percent: float, now: int, reset_at: int, days: int, whole_s: int = WEEK_S) -> Runway:
    """The seed's rule: as fast as on average since the window of that length began, for certain."""
    gone_s = now - (reset_at - whole_s)
    left_s = max(0.0, 100.0 - percent) * gone_s / percent if percent > 0 and gone_s > 0 else float(whole_s)
    end = int(min(reset_at, now + left_s))
    return Runway(end, end, end, float(end < reset_at), "average", days)
