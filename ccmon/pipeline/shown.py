"""The windows, readings and learned state of the account that is shown: of one login, whoever else uses the same folders."""

import sqlite3

from ccmon.model import Login, ReportedFacts, Source, StoredFacts
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, Optional, Tuple
from ccmon.settings.context import Context
from ccmon.store import learning, rows, window_readings
from ccmon.store.database import Store
from ccmon.usage import account_note
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.usage.windows import order, running, window

if TYPE_CHECKING:
    from ccmon.usage.accounts import Chosen
    from ccmon.usage.official import Ledger

STORED = "history"                     # name of the source of what came from another machine


def reported(store: Store, ctx: Context, stored: StoredFacts, source: Source, notes: Tuple[AccountNote, AskedNote],
             now: int) -> ReportedFacts:
    """The windows of the account that is shown, and what Claude Code's own file has of it, beside the source; where only stored
    rows are read, the source is the history. Raises StoreError."""
    if ctx.is_stored_only:
        return _merged(store, ctx, stored, now)
    note, asked = notes
    text = store.read_owner(ctx.owner, rows.ledger, None)
    credits = account_note.newest_credits(note.credits, asked.credits)
    if text is None:                   # Claude has never reported how much is used
        return ReportedFacts(source, credits=credits, login=note.login, windows_dropped=note.dropped)
    from ccmon.usage import official
    ledger = _of_shown(official.load(text), ctx.chosen)
    windows = running(ledger.windows, now)
    limit = official.spend_limit(ledger, windows)
    other = _other_login(ledger, ctx.chosen, note)
    login = note.login if other is None else note.of_login(other)      # the file may be about another one
    return ReportedFacts(source, windows, official.apart(ledger, now), (*credits, *limit) if other is None else limit, login,
                         ledger.cache, ledger.dropped + note.dropped)


def _other_login(ledger: "Ledger", chosen: "Optional[Chosen]", note: AccountNote) -> Optional[str]:
    """The login that is shown where that is another one than Claude Code's file names; "" where nobody knows it."""
    if chosen and chosen.is_other_login:
        return chosen.login if chosen.login != note.login.account else None
    last = ledger.accounts[-1].login if ledger.accounts and ledger.windows else ""
    return last if last and note.login.account and last != note.login.account else None


def _of_shown(ledger: "Ledger", chosen: "Optional[Chosen]") -> "Ledger":
    from ccmon.usage import official
    return official.with_shown(ledger, chosen.login, chosen.number) if chosen and chosen.is_other_login else ledger


def _merged(store: Store, ctx: Context, stored: StoredFacts, now: int) -> ReportedFacts:
    """Of another machine: what was read there last, as old as that is."""
    none: Dict[str, List[window_readings.WindowReading]] = {}
    by_login = store.read_owner(ctx.owner, lambda db, owner: window_readings.newest(db, owner, now), none)
    login = ctx.chosen.login if ctx.chosen else ""
    if login not in by_login or not login:                 # whichever was read last
        login = max(by_login, key=lambda one: max(row.ts for row in by_login[one]), default=login)
    found = [window(row.name, row.percent, row.resets_at, row.ts, row.source) for row in by_login.get(login, [])]
    seen = [*(block.used_until(now) for block in stored.blocks), *(one.read_at for one in found)]
    source = Source(STORED, refreshed=max(seen, default=None))
    return ReportedFacts(source, running(sorted(found, key=order), now), login=Login(login))


# --- what is learned from ---------------------------------------------------------------------------------------------

def login_of(db: sqlite3.Connection, owner: int, chosen: "Optional[Chosen]") -> str:
    """Short hash of the login that is shown; "" where nobody knows it."""
    if chosen and chosen.is_other_login:
        return chosen.login
    text = rows.note(db, rows.ledger_key(owner))
    if text is None:
        return ""
    from ccmon.usage import official
    accounts = official.load(text).accounts
    return accounts[-1].login if accounts else ""


def readings(db: sqlite3.Connection, owner: int, chosen: "Optional[Chosen]", window_s: int, since: int,
             until: int) -> List[Tuple[int, float, int, str]]:
    """What is learned from, as learning.readings has it, without what was read of other logins."""
    found = learning.readings(db, owner, window_s, since, until)
    name = next(name for name, seconds in window_readings.NAMES_S.items() if seconds == window_s)
    others = window_readings.other_logins(db, owner, name, login_of(db, owner, chosen), since, until)
    return [row for row in found if (row[0], row[2]) not in others] if others else found


def learned(db: sqlite3.Connection, owner: int, chosen: "Optional[Chosen]") -> Optional[str]:
    """What write_learned was last given for that login."""
    return rows.note(db, _key(db, owner, chosen))


def write_learned(db: sqlite3.Connection, owner: int, chosen: "Optional[Chosen]", text: str) -> None:
    """Store what was learned of that login."""
    rows.write_note(db, _key(db, owner, chosen), text)


def _key(db: sqlite3.Connection, owner: int, chosen: "Optional[Chosen]") -> str:
    """An existing history is of the first login that was noted: only others have notes of their own."""
    login = login_of(db, owner, chosen)
    first = window_readings.first_login(db, owner)
    return f"{learning.LEARNED} {owner}" + (f" {login}" if login and first and login != first else "")
