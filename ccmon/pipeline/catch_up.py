"""Whether the history has all of the logs: seen without loading what reads them, as nearly always it has."""

import os

from ccmon.pipeline.stored import StoreAccess
from ccmon.quick_typing import TYPE_CHECKING, Callable, List, Optional, Sequence
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources import log_files
from ccmon.sources.log_files import LogFile
from ccmon.store import log_state, trusted
from ccmon.store.database import StoreError
from ccmon.store.log_state import is_read
from ccmon.usage import price_table

if TYPE_CHECKING:
    import sqlite3


def claude_logs(ctx: Context) -> List[LogFile]:
    """Claude Code's log files, none where they are not to be read: of a demo, of another machine."""
    if ctx.demo is not None or ctx.is_stored_only:
        return []
    return log_files.scan(log_files.projects(config.claude_folders(ctx.env)))


def is_needed(ctx: Context, stored: StoreAccess) -> bool:
    """Whether catch_up would have anything to do; False where the logs are not to be read, or nothing can be written."""
    if ctx.demo is not None or ctx.is_stored_only or ctx.settings.source == "ccusage" or stored.is_frozen():
        return False
    if stored.store is None:
        return False
    logs, price_stamp, now = claude_logs(ctx), price_table.stamp(ctx.settings.prices), ctx.now()
    try:
        return stored.store.read_owner(
            ctx.owner, lambda db, owner: not is_current(db, owner, logs, price_stamp, now), bool(logs))
    except StoreError:                 # what is stored can be shown all the same, or its error
        return False


def catch_up(ctx: Context, stored: StoreAccess, progress: Optional[Callable[[float], None]] = None) -> None:
    """Read what the history lacks of the logs, before it is shown; progress is called with the share read (0..1)."""
    if is_needed(ctx, stored):
        from ccmon.pipeline.refresh import catch_up
        catch_up(ctx, progress)


def is_current(db: "sqlite3.Connection", owner: int, logs: Sequence[LogFile], price_stamp: int, now: int) -> bool:
    """Whether the store has these logs as they are, at those prices, and nothing is left to do about them."""
    if not log_state.is_complete(db, owner):
        return not logs
    positions, stamp = log_state.standing(db, owner)
    paths = [os.fsencode(file.path) for file in logs]
    return (stamp == price_stamp and len(paths) == len(positions)
            and all(path in positions and is_read(file.status, positions[path], now) for path, file in zip(paths, logs))
            and not log_state.is_unfinished(db, owner, trusted.current(db, now).epoch)
            and not log_state.has_new_sessions(db, owner, now))
