"""Where the session is heading: when the tokens run out, which pace would last, and the curve so far."""

from typing import Iterable, List, Optional, Tuple

from ccmon.model import Block, Sample

HORIZON_S = 366 * 86400                 # a forecast beyond a year says nothing


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

    Neither time nor tokens ever fall.
    """
    end = min(now, block.end)
    if end < block.start:
        return []
    points = [(block.start, 0)]
    for row in samples:
        if row.session == block.start and row.ts <= end:
            _add(points, row.ts, min(row.tokens, block.tokens))
            _add(points, min(row.seen, end), min(row.tokens, block.tokens))
    _add(points, end, block.tokens)
    return points


def _add(points: List[Tuple[int, int]], ts: int, tokens: int) -> None:
    last_ts, last_tokens = points[-1]
    point = (max(ts, last_ts), max(tokens, last_tokens))
    if point != points[-1]:
        points.append(point)
