"""The burn rate: tokens per minute over the last hour, measured where it was watched, else spread evenly."""

from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import Block, Sample

WINDOW_S = 3600
HOLE_S = 600                            # unwatched for longer than this, nothing is said about that time


class Stretch(NamedTuple):
    """A time between two looks, and the tokens used in it."""

    start: int                          # epoch s
    end: int                            # epoch s, at least start
    tokens: int

    def share(self, start: float, end: float) -> float:
        """The tokens that fall into start < t <= end when they were used at an even pace."""
        if self.end == self.start:
            return float(self.tokens) if start < self.end <= end else 0.0
        overlap_s = min(self.end, end) - max(self.start, start)
        return self.tokens * max(0.0, overlap_s) / (self.end - self.start)


def burn_rate(blocks: Sequence[Block], samples: Iterable[Sample], now: int) -> Tuple[float, str]:
    """Tokens per minute over the last hour, and how that is known: measured or even."""
    rows = _past(samples, now)
    if rows and _watched(_window(rows, now), blocks, now):
        used = sum(stretch.share(now - WINDOW_S, now) for stretch in _stretches(rows))
        return used * 60 / WINDOW_S, "measured"
    return sum(_even_tokens(block, now) for block in blocks) * 60 / WINDOW_S, "even"


# --- even: each session's tokens spread over its time -----------------------------------------------------------------

def _even_tokens(block: Block, now: int) -> float:
    """The block's tokens that fall into the last hour."""
    if block.start > now:
        return 0.0
    end = _last_use(block, now)
    if end <= block.start:
        return float(block.tokens) if block.start >= now - WINDOW_S else 0.0
    overlap_s = end - max(block.start, now - WINDOW_S)
    return block.tokens * max(0, overlap_s) / (end - block.start)


def _last_use(block: Block, now: int) -> int:
    """Epoch s up to which its tokens were used: now while it runs, else its last message, where known."""
    if now < block.end or block.last is None:
        return now
    return min(now, block.last)


# --- measured: what the samples saw -----------------------------------------------------------------------------------

def _past(samples: Iterable[Sample], now: int) -> List[Sample]:
    """The rows up to now: later ones were written before the clock was set back."""
    return [row._replace(seen=max(row.ts, min(row.seen, now))) for row in samples if row.ts <= now]


def _window(rows: List[Sample], now: int) -> List[Sample]:
    """The rows that tell about the last hour: those in it, and the one before it."""
    before = sum(1 for row in rows if row.ts <= now - WINDOW_S)
    return rows[max(0, before - 1):]


def _watched(rows: Sequence[Sample], blocks: Iterable[Block], now: int) -> bool:
    """True when no use within the last hour can have been missed."""
    gaps_s = [after.ts - row.seen for row, after in zip(rows, rows[1:])] + [now - rows[-1].seen]
    if max(gaps_s) > HOLE_S:
        return False
    return rows[0].ts <= now - WINDOW_S or not any(_used_before(rows[0], block, now) for block in blocks)


def _used_before(first: Sample, block: Block, now: int) -> bool:
    """True when the block may have used tokens within the hour, but before the first row."""
    # A session's start is set back to the full hour, so it may lie before a row that did not see the session yet.
    not_yet = block.end > first.ts and (first.session is None or first.session < block.start)
    return not not_yet and block.start < first.ts and _last_use(block, now) > now - WINDOW_S


def _stretches(rows: Iterable[Sample]) -> List[Stretch]:
    """The times between the rows, with the tokens that the later row has more than was last seen of its session."""
    out: List[Stretch] = []
    known: Dict[Optional[int], int] = {}
    before: Optional[Sample] = None
    for row in rows:
        if before is not None:
            more = max(0, row.tokens - known.get(row.session, 0)) if row.session is not None else 0
            out.append(Stretch(min(before.seen, row.ts), row.ts, more))
        known[row.session] = row.tokens
        before = row
    return out


def history(samples: Iterable[Sample], now: int, buckets: int, span_s: int = WINDOW_S) -> List[Optional[float]]:
    """Tokens used in each of so many equal parts of the time up to now, oldest first; None where nobody watched."""
    rows = _past(samples, now)
    stretches = [stretch for stretch in _stretches(rows) if stretch.end - stretch.start <= HOLE_S]
    seen = [(row.ts, row.seen) for row in rows] + [(stretch.start, stretch.end) for stretch in stretches]
    if rows and now - rows[-1].seen <= HOLE_S:
        seen.append((rows[-1].seen, now))
    edges = [now - span_s + span_s * n / max(1, buckets) for n in range(buckets + 1)]
    return [_bucket(stretches, seen, start, end) for start, end in zip(edges, edges[1:])]


def _bucket(stretches: Iterable[Stretch], seen: Iterable[Tuple[int, int]], start: float, end: float) -> Optional[float]:
    if not any(first < end and last > start for first, last in seen):
        return None
    return sum(stretch.share(start, end) for stretch in stretches)
