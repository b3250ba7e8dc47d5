"""What the source reported, stored in one transaction: it is read, the limits are computed, then all of it is written."""

import sqlite3

from ccmon.model import Block, HighWater, Limit, Owner, StoredFacts, Windows
from ccmon.quick_typing import Callable, List, Optional, Sequence, Tuple
from ccmon.sources import spool_lines
from ccmon.sources.spool_lines import SpoolReading
from ccmon.store import present, reported, rows, window_readings
from ccmon.store.database import Store
from ccmon.store.window_readings import WindowReading
from ccmon.usage import official
from ccmon.usage.official import Ledger
from ccmon.when import SKEW_S

LimitOf = Callable[[int, Optional[HighWater]], Limit]      # tokens of a session, high water -> its limit


def store_answer(store: Store, owner: Owner, blocks: Optional[Sequence[Block]], now: int, limit_of: LimitOf,
                 is_history: bool = True) -> StoredFacts:
    """Store what the source reported and what the active session shows; the stored facts then.

    blocks: None where the source is the ledger, which has what it read. is_history: the blocks are the history, too; else the
    ledger is, and of the blocks only those that run are shown. Raises Busy, StoreError.
    """
    from ccmon.usage import compute

    def write(db: sqlite3.Connection, owner_id: int) -> StoredFacts:
        trust = reported.write_reports(db, owner_id, blocks, now, is_history)
        stored = present.facts_without_samples(db, owner_id, now)
        write_limits(db, owner_id, now, limit_of)
        active = compute.active(stored.blocks, stored.listed, now)
        reported.write_snapshot(db, owner_id, active[0] if active else None, now, trust)
        return store.with_trouble(db, stored, now)
    stored = store.change_owner(owner, write)
    # In a transaction of their own, thousands of rows: others may write meanwhile.
    return stored._replace(samples=store.read_owner(
        owner, lambda db, owner_id: tuple(present.samples(db, owner_id, now, stored.blocks)), ()))


def write_limits(db: sqlite3.Connection, owner_id: int, now: int, limit_of: LimitOf, with_running: bool = True) -> None:
    """Write the plan and limit of this time for the sessions that are new, or that run, too; all by the same high water."""
    high_water = present.high_water(db, owner_id, now)
    rows = reported.sessions_without_limit(db, owner_id, now, with_running)
    reported.write_limits(db, [(row, limit_of(row.tokens, high_water)) for row in rows])


_MOST_HELD = 500


def write_lines(db: sqlite3.Connection, owner: int, lines: Sequence[str], now: int, login: str = "") -> None:
    """Store the readings of these lines; login is who is logged in, "" where nobody knows.

    Lines of the future are no readings; to a clock that is behind, all that were written by the right one are of the future: they
    wait for their time. Those of a clock that was ahead are of windows that were over by it.
    """
    window_readings.note_login(db, owner, login)
    noted = rows.note(db, f"{window_readings.AHEAD} {owner}") or ""
    lines = [*(line for line in noted.splitlines() if line not in lines), *lines]
    if not lines:
        return
    _settle(db, owner, "statusline", lambda ledger: official.with_lines(ledger, lines, now, login))
    ahead = [line for line in lines if any(now + SKEW_S < one.at < one.resets_at for one in spool_lines.parse(line))]
    if ahead or noted:
        rows.write_note(db, f"{window_readings.AHEAD} {owner}", "\n".join(ahead[-_MOST_HELD:]))


def write_windows(db: sqlite3.Connection, owner: int, windows: Windows, login: str, now: int) -> None:
    """Store what Claude Code's own file, or Claude Code when it was asked, reports of the windows of that login."""
    window_readings.note_login(db, owner, login)
    source = windows[0].source if windows else ""
    _settle(db, owner, source, lambda ledger: official.with_file_windows(ledger, windows, login, now))


def _settle(db: sqlite3.Connection, owner: int, source: str,
            settled: Callable[[Ledger], Tuple[Ledger, List[SpoolReading]]]) -> None:
    key = rows.ledger_key(owner)
    ledger, changed = settled(official.load(rows.note(db, key)))
    rows.write_note(db, key, official.dump(ledger))
    window_readings.add(db, owner, [WindowReading(one.login, one.window, one.at, one.percent, one.resets_at, source)
                                        for one in changed])
