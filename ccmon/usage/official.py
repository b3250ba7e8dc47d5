"""The official percentages made trustworthy: each session repeats its own last answer, so old values come again and again.

A reading raises the value at once. It lowers it, or takes the reset back, only when it comes with a new answer of Claude,
twice. Readings of windows that have passed, or that cannot be, are dropped.
"""

import json
from typing import Any, Iterable, List, NamedTuple, Optional, Tuple

from ccmon import kept
from ccmon.line.session_json import WINDOWS_S, percent
from ccmon.model import SKEW_S, Official, Quota

MOST_SESSIONS = 32
_OPENING_S, _OPENING_PERCENT = 300, 95     # right after a reset the last window's values still come


class Reading(NamedTuple):
    """What one call of the status line command was told of one window."""

    at: int                            # epoch s
    session: str
    counter: Optional[int]             # grows with every answer; None when unknown
    window: str                        # five_hour | seven_day
    percent: float
    resets_at: int                     # epoch s


class Ledger(NamedTuple):
    """What is held to be true, and what is needed to judge the next reading."""

    official: Official = Official()
    doubted: Tuple[str, ...] = ()      # windows for which a new answer said less, once
    sessions: Tuple[Tuple[str, int, int], ...] = ()       # id, counter and time of the last reading, the newest last


def parse(line: str) -> List[Reading]:
    """The readings of one line: time, session, counter, then percentage and reset of each window, a dash for none."""
    words = line.split()
    try:
        at, counter = int(words[0]), None if words[2] == "-" else int(words[2])
        pairs = zip(WINDOWS_S, words[3::2], words[4::2])
        return [Reading(at, words[1], counter, window, float(percent), int(resets_at))
                for window, percent, resets_at in pairs if percent != "-"]
    except (ValueError, IndexError):
        return []                      # half a line: the disk was full


def settle(ledger: Ledger, lines: Iterable[str], now: int) -> Tuple[Ledger, List[Reading]]:
    """The ledger after these lines, in the order in which they were written, and the readings that changed a value."""
    told: List[Reading] = []
    for line in lines:
        readings = [r for r in parse(line) if r.at <= now + SKEW_S]
        if readings and not _known(ledger, readings[0], now):
            fresh = _fresh(ledger, readings[0])
            for reading in readings:
                ledger, changed = _weighed(ledger, reading, fresh)
                told += [reading] if changed else []
            ledger = _remembered(ledger, readings[0])
    return ledger, told


def _last(ledger: Ledger, session: str) -> Optional[Tuple[int, int]]:
    return next(((counter, at) for name, counter, at in ledger.sessions if name == session), None)


def _known(ledger: Ledger, reading: Reading, now: int) -> bool:
    """True for a line that was taken before."""
    last = _last(ledger, reading.session)
    return last is not None and reading.at < last[1] <= now + SKEW_S


def _fresh(ledger: Ledger, reading: Reading) -> bool:
    """True when Claude has answered since the session's last reading."""
    last = _last(ledger, reading.session)
    return last is not None and reading.counter is not None and reading.counter != last[0]


def _remembered(ledger: Ledger, reading: Reading) -> Ledger:
    others = [entry for entry in ledger.sessions if entry[0] != reading.session]
    entry = (reading.session, -1 if reading.counter is None else reading.counter, reading.at)
    return ledger._replace(sessions=(*others[1 - MOST_SESSIONS:], entry))


def _weighed(ledger: Ledger, reading: Reading, fresh: bool) -> Tuple[Ledger, bool]:
    """The ledger with the reading, and whether it changed the percentage or the reset."""
    before: Optional[Quota] = getattr(ledger.official, reading.window)
    if not _possible(reading):
        return ledger, False
    after = Quota(reading.percent, reading.resets_at, reading.at)
    if before is None or before.resets_at <= reading.at or reading.resets_at > before.resets_at:
        return _taken(ledger, reading.window, after), True
    less = reading.percent < before.percent or reading.resets_at < before.resets_at
    if not less and (fresh or reading.percent > before.percent):
        return _taken(ledger, reading.window, after), reading.percent > before.percent
    if less and fresh and reading.window in ledger.doubted:
        return _taken(ledger, reading.window, after), True
    if less and fresh:
        return ledger._replace(doubted=(*ledger.doubted, reading.window)), False
    return ledger, False


def _possible(reading: Reading) -> bool:
    left_s, whole_s = reading.resets_at - reading.at, WINDOWS_S[reading.window]
    opening = whole_s - left_s < _OPENING_S and reading.percent >= _OPENING_PERCENT
    return 0 < left_s <= whole_s + _OPENING_S and not opening


def _taken(ledger: Ledger, window: str, quota: Quota) -> Ledger:
    official = ledger.official._replace(**{window: quota})
    return ledger._replace(official=official, doubted=tuple(name for name in ledger.doubted if name != window))


def dump(ledger: Ledger) -> str:
    """The ledger as a text for the store."""
    return json.dumps([ledger.official, ledger.doubted, ledger.sessions])


def load(text: Optional[str]) -> Ledger:
    """The ledger that was dumped; an empty one when there is none or it is damaged."""
    try:
        quotas, doubted, sessions = kept.value(text)
        return Ledger(Official(*map(_quota, quotas, WINDOWS_S.values())), tuple(map(kept.name, doubted)),
                      tuple((kept.name(told), int(counter), kept.moment(at)) for told, counter, at in sessions))
    except kept.Damage:
        return Ledger()


def _quota(known: Any, whole_s: int) -> Optional[Quota]:
    if known is None:
        return None
    found, resets_at, read_at = percent(known[0]), kept.moment(known[1]), kept.moment(known[2])
    if found is None or not 0 < resets_at - read_at <= whole_s + _OPENING_S:
        raise ValueError("not of a window")
    return Quota(found, resets_at, read_at)
