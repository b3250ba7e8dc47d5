"""What learning works with: plain values, all of which can be written as JSON.

Times are integer epoch seconds; a load is what was used on this machine, by model and kind; points are percentage points.
"""

from __future__ import annotations

from typing import Callable, Mapping, Optional, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.when import SESSION_S

WINDOW_S = SESSION_S
JITTER_S = 90                          # two resets that differ by less are one
WANDER_S = 150                         # the same of two that were rounded to the minute, each a minute off
KINDS = ("input", "output", "cache_creation", "cache_read", "cost")     # tokens, but for cost: US dollars by the price list

Key = Tuple[str, str]                  # model ("" for all together, or unknown), kind
Load = Mapping[Key, float]
RatesOf = Callable[[str], Optional[Tuple[float, ...]]]     # of a model: USD per token of four KINDS; None without a price


class Use(NamedTuple):
    """What was used on this machine within a minute (or another short span)."""

    ts: int                            # epoch s of its start
    span_s: int
    load: Load                         # kinds by model, and the cost of all under ("", "cost") where all have a price


class Reading(NamedTuple):
    """The official percentage at one moment, after the hygiene of usage/official.py."""

    ts: int
    percent: float                     # 0..1000; 100 for a limit message and for `ccmon hit`
    resets_at: int                     # end of the 5-hour window; 0 when unknown (limit messages without an epoch)
    source: str = "statusline"         # statusline | limit | hit


class UsageCurve(NamedTuple):
    """What was used over time, in any one unit: cumulative over all windows, never falling, linear in between."""

    times: Tuple[int, ...]             # rising
    loads: Tuple[float, ...]
    stops: Tuple[Tuple[int, int], ...] = ()    # from a limit that was hit to its reset: what would have been used is unknown
    starts: Tuple[int, ...] = ()       # when 5-hour windows began


def tokens_of(load: Load) -> float:
    """Input and output together."""
    return sum(count for (_, kind), count in load.items() if kind in ("input", "output"))
