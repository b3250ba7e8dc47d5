"""A ledger in memory, for sessions that cannot be stored, or not yet: cut by the same rules."""

from typing import Iterable, List

from ccmon.model import Block
from ccmon.store import ledger, messages, rows, schema, sessions
from ccmon.store.messages import LogMessage
from ccmon.when import SESSION_S

_OWNER = 1


def recent_sessions(logged: Iterable[LogMessage], is_all: bool) -> List[Block]:
    """The sessions that these messages make: all, or those from the first pause of five hours on."""
    with schema.empty() as db:
        ledger.count(db, _OWNER, list(logged))
        rows_by_time = messages.between(db, _OWNER, 0, 1 << 62)
        if not is_all:
            starts = [at for at in range(1, len(rows_by_time))
                      if rows_by_time[at].at_ms - rows_by_time[at - 1].at_ms > SESSION_S * 1000]
            rows_by_time = rows_by_time[starts[0]:] if starts else []
        made = [rows.stored_session((0, *cut.columns)) for cut in sessions.cuts(db, rows_by_time, 0, 1 << 40)]
        return [row.block for row in made if row]
