"""What Claude reported of its limits, from the spool and Claude Code's own file into the history, inside one transaction."""

import sqlite3
from typing import Callable, List, Sequence, Tuple

from ccmon.model import Windows
from ccmon.sources import spool_lines
from ccmon.sources.spool_lines import SpoolReading
from ccmon.store import rows, window_readings
from ccmon.store.window_readings import WindowReading
from ccmon.usage import official
from ccmon.usage.official import Ledger
from ccmon.when import SKEW_S

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
