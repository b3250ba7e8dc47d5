"""Alerts that were sent: of each window each kind once on each channel, whichever process is the first. Times are epoch seconds.

A kind names the window, too, where that is not the session's (80 seven_day): ends of different windows may be near each other.
"""

from __future__ import annotations

import sqlite3

from ccmon.quick_typing import Iterable, List, NamedTuple, Optional
from ccmon.store import rows, trusted
from ccmon.when import DAY_S

KEEP_S = 90 * DAY_S
LEASE_S = 180                          # then a claim may be taken over: no channel takes as long to send an alert
NOTED = ""                             # the channel of what is only noted: that a window came near its limit
_SAME = "owner_id = ? AND kind = ? AND channel = ? AND window_end > ? AND window_end < ?"


class SentAlert(NamedTuple):
    """One alert on one channel."""

    kind: str
    window_end: int
    channel: str
    ts: int                            # when it was claimed
    outcome: str                       # what became of it; "" as long as nobody knows


def is_claimed(one: SentAlert, now: int) -> bool:
    """Whether it was sent, or some process is sending it."""
    return bool(one.outcome) or one.channel == NOTED or 0 <= now - one.ts < LEASE_S


def sent_alerts(db: sqlite3.Connection, owner: int, since: int, ending_since: Optional[int] = None) -> List[SentAlert]:
    """The alerts sent since then, and of windows that end after ending_since, by time."""
    fetched = db.execute("""SELECT kind, window_end, channel, ts, outcome FROM alert
        WHERE owner_id = ?1 AND (ts >= ?2 OR window_end >= ?3)
        ORDER BY ts, CAST(kind AS INTEGER), kind, channel""", (owner, since, ending_since))
    return [SentAlert(rows.text(kind), end, rows.text(channel), ts, rows.text(outcome))
            for kind, end, channel, ts, outcome in fetched
            if rows.epoch(end) is not None and rows.epoch(ts) is not None]


def claim(db: sqlite3.Connection, owner: int, kind: str, window_end: int, channels: Iterable[str], now: int,
          same_s: int) -> List[str]:
    """The channels on which this process, and no other, is to send that alert.
    Reported ends of one window vary: those that differ by less than same_s are the same."""
    channels = list(channels)
    for channel in channels:
        db.execute(f"DELETE FROM alert WHERE {_SAME} AND outcome = '' AND channel <> '' AND NOT ts BETWEEN ? AND ?",
                   (owner, kind, channel, window_end - same_s, window_end + same_s, now - LEASE_S + 1, now))
    sent = f"SELECT 1 FROM alert WHERE {_SAME}"
    claimed = [channel for channel in channels
               if not db.execute(sent, (owner, kind, channel, window_end - same_s, window_end + same_s)).fetchone()
               and db.execute("INSERT OR IGNORE INTO alert (owner_id, kind, window_end, channel, ts) VALUES (?, ?, ?, ?, ?)",
                              (owner, kind, window_end, channel, now)).rowcount]
    if claimed:
        db.execute("DELETE FROM alert WHERE owner_id = ? AND ts < ?", (owner, trusted.current(db, now).epoch - KEEP_S))
    return claimed


def renew(db: sqlite3.Connection, owner: int, kind: str, window_end: int, channel: str, claimed_at: int, now: int) -> bool:
    """Hold a claim for longer; False when another process has taken it over meanwhile."""
    return bool(db.execute("""UPDATE alert SET ts = ? WHERE owner_id = ? AND kind = ? AND window_end = ? AND channel = ?
        AND ts = ? AND outcome = ''""", (now, owner, kind, window_end, channel, claimed_at)).rowcount)


def note_outcome(db: sqlite3.Connection, owner: int, kind: str, window_end: int, channel: str, outcome: str) -> None:
    """Write what became of it."""
    db.execute("UPDATE alert SET outcome = ? WHERE owner_id = ? AND kind = ? AND window_end = ? AND channel = ?",
               (outcome, owner, kind, window_end, channel))
