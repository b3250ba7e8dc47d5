"""What Claude Code said of its limits, from the spool into the history, inside one transaction."""

import sqlite3
from typing import List, Optional, Sequence, Tuple

from ccmon.line.session_json import WINDOWS_S
from ccmon.model import SKEW_S
from ccmon.store import rows, trusted
from ccmon.usage import official

_MOST_HELD = 500


def keep(db: sqlite3.Connection, owner: int, lines: Sequence[str], now: int) -> None:
    """Keep what these lines tell.

    Lines of the future tell nothing; to a clock that may be behind, all that were written by the right one are of the future:
    they wait until it is known which of them was right.
    """
    noted = rows.note(db, f"readings_ahead {owner}") or ""
    lines = [*(line for line in noted.splitlines() if line not in lines), *lines]

    def settle(text: Optional[str]) -> Tuple[str, List[Tuple[int, int, float, int]]]:
        ledger, told = official.settle(official.load(text), lines, now)
        return official.dump(ledger), [(WINDOWS_S[r.window], r.at, r.percent, r.resets_at) for r in told]
    rows.settle(db, owner, settle)
    is_behind = trusted.peek(db, now).is_behind
    ahead = [line for line in lines if any(reading.at > now + SKEW_S for reading in official.parse(line))] if is_behind else []
    if ahead or noted:
        rows.write_note(db, f"readings_ahead {owner}", "\n".join(ahead[-_MOST_HELD:]))
