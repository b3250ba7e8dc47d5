"""The lines of the spool, read: what hook.spool_line writes of the windows, members left out and the spend limit."""

from __future__ import annotations

from ccmon.quick_typing import List, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import DROPPED, MOST_PERCENT, MOST_WINDOWS, SPEND, WINDOWS_S, window_name

_LATEST_S, _MOST_COUNTED, _LONGEST = 10 ** 11, 10 ** 18, 64


class SpoolReading(NamedTuple):
    """What Claude Code reported of one window to one call of the status line command."""

    at: int                            # epoch s
    session: str
    counter: Optional[int]             # grows with every answer; None when unknown
    window: str                        # its name
    percent: float
    resets_at: int                     # epoch s
    began: Optional[int] = None        # epoch s when the session began; None when unknown
    login: str = ""                    # short hash of the account's login, where known


def parse(line: str) -> List[SpoolReading]:
    """The readings of one line: time, session, counter, percentage and reset of the two first windows, begin, a dash for
    none; then those of others as NAME=PERCENTAGE,RESET. An older ccmon reads what stands before those."""
    words = line.split()
    try:
        at, counter, began = int(words[0]), _count(words[2]), _count(words[7]) if len(words) > 7 else None
        if not 0 <= at <= _LATEST_S or not words[1].isprintable() or len(words[1]) > _LONGEST:
            return []
        triples = [*zip(WINDOWS_S, words[3:7:2], words[4:7:2]), *filter(None, map(_other, words[8:8 + MOST_WINDOWS]))]
        readings = [SpoolReading(at, words[1], counter, name, float(percent), int(resets_at), began)
                 for name, percent, resets_at in triples if percent != "-"]
    except (ValueError, IndexError):
        return []                      # half a line: the disk was full
    return [one for one in readings if 0 <= one.percent <= MOST_PERCENT and 0 <= one.resets_at <= _LATEST_S]


def _other(word: str) -> Optional[Tuple[str, str, str]]:
    """Name, percentage and reset; None for any other word. ValueError."""
    name, equals, pair = word.partition("=")
    percent, comma, resets_at = pair.partition(",")
    if not comma:
        return None
    if not equals or name != window_name(name) or name in WINDOWS_S:
        raise ValueError("no window of ours")
    return name, percent, resets_at


def dropped(line: str) -> int:
    """How many members of rate_limits that line says were left out."""
    last = line.split()[-1:]
    word = last[0][len(DROPPED):] if last and last[0].startswith(DROPPED) else ""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else 0


def _count(word: str) -> Optional[int]:
    """The number; None for a dash. ValueError."""
    if word != "-" and not 0 <= int(word) < _MOST_COUNTED:
        raise ValueError("no number of ours")
    return None if word == "-" else int(word)


def spend_usd(line: str) -> Optional[Tuple[Optional[float], Optional[float]]]:
    """Used and limit of the spend limit that the line names; None where it names none."""
    word = next((word[len(SPEND):] for word in line.split()[8:] if word.startswith(SPEND)), "")
    try:
        used, limit = (None if part == "-" else float(part) for part in word.split("/"))
    except ValueError:
        return None
    return (used, limit) if all(one is None or 0 <= one < 1e9 for one in (used, limit)) else None
