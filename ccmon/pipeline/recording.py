"""What the source reported, stored in one transaction: it is read, the limits are computed, then all of it is written."""

import sqlite3
from typing import Callable, Optional, Sequence

from ccmon.model import Block, HighWater, Limit, Owner, StoredFacts
from ccmon.store import present, reported
from ccmon.store.database import Store

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
