"""What Claude Code said of its limits, from the spool into the history, inside one transaction."""

import sqlite3
from typing import List, Optional, Sequence, Tuple

from ccmon.line.session_json import WINDOWS_S
from ccmon.model import SKEW_S
from ccmon.store import rows
from ccmon.usage import official

_AHEAD, _MOST_HELD = "readings_ahead", 500


def are_waiting(db: sqlite3.Connection, owner: int) -> bool:
    """Whether lines wait for the right clock."""
    return bool(rows.note(db, f"{_AHEAD} {owner}"))


def keep(db: sqlite3.Connection, owner: int, lines: Sequence[str], now: int) -> None:
    """Keep what these lines tell.

    Lines of the future tell nothing; to a clock that is behind, all that were written by the right one are of the future: they
    wait for their time. Those of a clock that was ahead are of windows that were over by it.
    """
    noted = rows.note(db, f"{_AHEAD} {owner}") or ""
    lines = [*(line for line in noted.splitlines() if line not in lines), *lines]
    if not lines:
        return

    def settle(text: Optional[str]) -> Tuple[str, List[Tuple[int, int, float, int]]]:
        ledger, told = official.settle(official.load(text), lines, now)
        return official.dump(ledger), [(WINDOWS_S[r.window], r.at, r.percent, r.resets_at) for r in told]
    rows.settle(db, owner, settle)
    ahead = [line for line in lines if any(now + SKEW_S < one.at < one.resets_at for one in official.parse(line))]
    if ahead or noted:
        rows.write_note(db, f"{_AHEAD} {owner}", "\n".join(ahead[-_MOST_HELD:]))
