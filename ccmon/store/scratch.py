"""A ledger in memory, for sessions that cannot be kept, or not yet: cut by the same rules, gone with the call."""

import sqlite3
from contextlib import closing
from typing import Iterable, List

from ccmon.model import Block
from ccmon.store import ledger, messages, rows, schema, sessions
from ccmon.store.messages import LogMessage
from ccmon.when import SESSION_S

_OWNER = 1


def recent_sessions(found: Iterable[LogMessage], is_all: bool) -> List[Block]:
    """The sessions of these messages that can be known from them: all, or those from the first pause of five hours on."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.create(db)
        ledger.count(db, _OWNER, list(found))
        kept = messages.between(db, _OWNER, 0, 1 << 62)
        if not is_all:
            starts = [at for at in range(1, len(kept)) if kept[at].at_ms - kept[at - 1].at_ms > SESSION_S * 1000]
            kept = kept[starts[0]:] if starts else []
        made = [rows.stored_session((0, *cut.columns)) for cut in sessions.cuts(db, kept, 0, 1 << 40)]
        return [row.block for row in made if row]
