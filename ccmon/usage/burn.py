"""The burn rate: tokens per minute over the last hour, measured where it was watched, else spread evenly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ccmon.model import Block, Runway, Sample
from ccmon.quick_typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.when import DAY_S, HOUR_S, WEEK_S

WINDOW_S = HOUR_S
HOLE_S = 600                            # a time without samples longer than this is unknown


class BurnInterval(NamedTuple):
    """A time between two samples, and the tokens used in it."""

    start: int                          # epoch s
    end: int                            # epoch s, at least start
    tokens: int

    def share(self, start: float, end: float) -> float:
        """The tokens that fall into start < t <= end when they were used at an even pace."""
        if self.end == self.start:
            return float(self.tokens) if start < self.end <= end else 0.0
        overlap_s = min(self.end, end) - max(self.start, start)
        return self.tokens * max(0.0, overlap_s) / (self.end - self.start)


class Term(NamedTuple):
    """What one session adds to the burn rate."""

    start: Optional[int]                # epoch s, the session's
    tokens: float                       # used within the last hour
    whole: int                          # all its tokens
    spread_s: int                       # the time over which those are spread; 0 when they were measured


class Terms(NamedTuple):
    """What the burn rate rests on."""

    source: str                         # measured | even
    tokens: float                       # used within the last hour
    parts: Tuple[Term, ...]             # sessions that used any
    samples: int = 0                    # how often the tokens were seen to change, or to stand still; 0 when they were not
    first: Optional[int] = None         # epoch s of the first of these

    @property
    def per_min(self) -> float:
        """The burn rate."""
        return self.tokens * 60 / WINDOW_S


def terms(blocks: Sequence[Block], samples: Sequence[Sample], now: int) -> Terms:
    """The burn rate session by session. samples are by ts."""
    rows, peaks = _window(samples, now, WINDOW_S)
    if rows and _watched(rows, blocks, now):
        return _measured(rows, peaks, now)
    used = [Term(block.start, _even_tokens(block, now), block.tokens, max(0, _last_use(block, now) - block.start))
            for block in blocks]
    return Terms("even", sum(term.tokens for term in used), tuple(term for term in used if term.tokens))


def _measured(rows: Sequence[Sample], peaks: Mapping[Optional[int], int], now: int) -> Terms:
    """Each stretch between two samples belongs to the session of the later one."""
    used: Dict[Optional[int], float] = {}
    total = 0.0
    for row, stretch in zip(rows[1:], _stretches(rows, peaks)):
        tokens = stretch.share(now - WINDOW_S, now)
        total += tokens
        used[row.session] = used.get(row.session, 0.0) + tokens
    whole = {session: max(row.tokens for row in rows if row.session == session) for session in used}
    parts = tuple(Term(session, tokens, whole[session], 0) for session, tokens in used.items() if tokens)
    return Terms("measured", total, parts, len(rows), rows[0].ts)


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
    """Epoch s up to which its tokens were used: now while it runs."""
    return now if now < block.end else block.used_until(now)


# --- measured: what the samples saw -----------------------------------------------------------------------------------

def _window(samples: Sequence[Sample], now: int, span_s: int) -> Tuple[List[Sample], Dict[Optional[int], int]]:
    """The rows that tell about so long a time up to now, the one before it among them; and each session's peak before those.

    Rows after now are left out: they were written before the clock was set back.
    """
    times = [row.ts for row in samples]
    last = bisect_right(times, now)
    first = max(0, bisect_right(times, now - span_s, 0, last) - 1)
    peaks: Dict[Optional[int], int] = {}
    for row in samples[:first]:
        if row.tokens > peaks.get(row.session, 0):
            peaks[row.session] = row.tokens
    return [_until(row, now) for row in samples[first:last]], peaks


def _until(row: Sample, now: int) -> Sample:
    return row if row.ts <= row.seen <= now else row._replace(seen=max(row.ts, min(row.seen, now)))


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


def _stretches(rows: Sequence[Sample], peaks: Mapping[Optional[int], int]) -> Iterator[BurnInterval]:
    """The times between the rows, with the tokens by which the later row is above the most ever seen of its session."""
    # The most, not the last: a number that falls and rises again (two versions of ccusage in turn) is used only once.
    peaks_so_far = dict(peaks)
    for before, row in zip([None, *rows], rows):
        peak = max(peaks_so_far.get(row.session, 0), row.tokens)
        if before is not None:
            more = peak - peaks_so_far.get(row.session, 0) if row.session is not None else 0
            yield BurnInterval(min(before.seen, row.ts), row.ts, more)
        peaks_so_far[row.session] = peak


# --- the last hour in parts -------------------------------------------------------------------------------------------

def history(samples: Sequence[Sample], now: int, buckets: int, span_s: int = WINDOW_S) -> List[Optional[float]]:
    """Tokens used in each of so many equal parts of the time up to now, oldest first; None where nobody watched.

    samples are by ts.
    """
    rows, peaks = _window(samples, now, span_s)
    edges = [now - span_s + span_s * n / max(1, buckets) for n in range(buckets + 1)]
    watched, used = [False] * buckets, [0.0] * buckets
    for first, last in _looked(rows, now):
        for at in _touched(edges, first, last):
            watched[at] |= first < edges[at + 1] and last > edges[at]
    for stretch in _stretches(rows, peaks):
        if stretch.tokens and stretch.end - stretch.start <= HOLE_S:
            for at in _touched(edges, stretch.start, stretch.end):
                used[at] += stretch.share(edges[at], edges[at + 1])
    return [tokens if is_watched else None for tokens, is_watched in zip(used, watched)]


def _looked(rows: Sequence[Sample], now: int) -> List[Tuple[int, int]]:
    """The times without a hole, from the first sample to the last."""
    spans: List[Tuple[int, int]] = []
    for row in rows:
        if spans and row.ts - spans[-1][1] <= HOLE_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], row.seen))
        else:
            spans.append((row.ts, row.seen))
    if spans and now - spans[-1][1] <= HOLE_S:
        spans[-1] = (spans[-1][0], now)
    return spans


def _touched(edges: Sequence[float], start: float, end: float) -> range:
    """The parts between the edges that this time may reach into."""
    return range(max(0, bisect_left(edges, start) - 1), min(len(edges) - 1, bisect_right(edges, end)))


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
