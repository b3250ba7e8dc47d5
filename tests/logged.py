"""What the log reader would have handed over, put into a store: tokens of minutes, one message each, and limit messages."""

from typing import NamedTuple, Optional, Sequence
from zlib import crc32

from ccmon.model import Owner
from ccmon.store import learning, ledger, sessions
from ccmon.store.database import Store
from ccmon.store.messages import LogMessage
from ccmon.when import SESSION_S


class Minute(NamedTuple):
    """Tokens of one minute and model; told again, the larger sum counts."""

    ts: int                            # epoch s of its start
    model: str
    input: int
    output: int
    cache_creation: int
    cache_read: int


class Hit(NamedTuple):
    """Claude Code said that a limit was reached."""

    at: int                            # epoch s
    resets_at: Optional[int]           # epoch s
    window_s: int = SESSION_S          # or that of the week


def keep_logs(store: Store, owner: Owner, minutes: Sequence[Minute], hits: Sequence[Hit] = ()) -> None:
    """Keep them."""
    found = [LogMessage(m.ts * 1000, crc32(f"{m.ts} {m.model}".encode()), 1, 1, m.model, "-src-shop", m.input, m.output,
                     m.cache_creation, 0, m.cache_read, None) for m in minutes]
    kinds = {SESSION_S: "session"}
    events = [learning.LimitEvent(hit.at, kinds.get(hit.window_s, "weekly"), "", hit.resets_at or 0) for hit in hits]

    def work(db, number):
        ledger.count(db, number, found)
        sessions.recut(db, number)
        if minutes:                    # what is over by the newest of them is over for good
            sessions.settle(db, number, max(minute.ts for minute in minutes))
        learning.add_limit_events(db, number, events)
    store.change_owner(owner, work)
