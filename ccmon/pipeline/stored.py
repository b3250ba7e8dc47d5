"""The store under this call's settings: how it is read and changed where it may be missing, held or damaged; and of the account
that is shown, whoever else uses the same folders, its windows, readings and learned state."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from ccmon.model import Login, ReportedFacts, Source, StoredFacts, Windows
from ccmon.quick_typing import TYPE_CHECKING, Callable, Dict, List, Optional, Tuple, TypeVar
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.store import learning, rows, window_readings
from ccmon.store.database import Busy, Store, StoreError, open_store
from ccmon.text import clean
from ccmon.usage import account_note
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.usage.windows import order, running, window

if TYPE_CHECKING:
    from ccmon.usage.accounts import Chosen
    from ccmon.usage.official import Ledger
    Result = TypeVar('Result')
    Kind = TypeVar('Kind', bound='StoreAccess')

BACKGROUND_BUSY_MS, SCREEN_BUSY_MS, READING_BUSY_MS = 250, 2000, 10_000


class StoreAccess:
    """The store, or its absence; the last error of it is in `trouble`."""

    def __init__(self, ctx: Context, store: Optional[Store], trouble: Optional[str]) -> None:
        self.ctx, self.store, self.trouble = ctx, store, trouble
        self.is_held = False           # the trouble is another program that uses the store, and passes

    def __enter__(self: Kind) -> Kind:
        return self

    def __exit__(self, *_: object) -> None:
        if self.store:
            self.store.close()

    def is_frozen(self) -> bool:
        """True when the store can only be read as it is."""
        return self.store is not None and self.store.is_frozen()

    def is_writable(self) -> bool:
        """True when there is a store that takes what is written."""
        return self.store is not None and not self.store.is_frozen()

    def required_store(self) -> Store:
        """The store; StoreError where there is none."""
        if self.store is None:
            raise StoreError(self.trouble or "There is no store")
        return self.store

    def _own_store(self) -> Store:
        """The store, for a change that belongs to this machine alone. Raises StoreError."""
        if self.ctx.is_stored_only:
            raise StoreError(f"This account is of the machine {clean(self.ctx.owner.host)}: note that there")
        return self.required_store()

    def _read(self, query: Callable[[sqlite3.Connection, int], Result], default: Result) -> Result:
        try:
            return self.store.read_owner(self.ctx.owner, query, default) if self.store else default
        except StoreError as err:
            self.trouble = str(err)
            return default

    def _write(self, change: Callable[[sqlite3.Connection, int], Result], default: Result) -> Result:
        try:
            return self.store.change_owner(self.ctx.owner, change) if self.store and not self.ctx.is_stored_only else default
        except StoreError as err:
            self.trouble = str(err)
            return default


def opened(ctx: Context, busy_ms: int, kind: Callable[[Context, Optional[Store], Optional[str]], Kind]) -> Kind:
    """The store of this context as that kind of access; an error on opening it is in `trouble`, never fatal."""
    if not ctx.paths.store:
        return kind(ctx, None, "There is no home directory: history is off. Set HOME or CCMON_DATA_DIR")
    try:
        store = open_store(ctx.paths.store, busy_ms, ctx.now())
        _join_accounts(ctx, store)
        return kind(ctx, store, None)
    except StoreError as err:
        without = kind(ctx, None, str(err))
        without.is_held = isinstance(err, Busy)
        return without


def _join_accounts(ctx: Context, store: Store) -> None:
    """What is stored under other names of the same folders is of this account: an older ccmon, or another list, named it so."""
    if ctx.demo is None and not ctx.is_stored_only and not store.is_frozen():
        others = store.accounts(ctx.owner)
        former = others & set(config.former_accounts(ctx.env)) if others else others
        if former:
            with suppress(Busy):       # the next process does it
                store.join_accounts(ctx.owner, sorted(former))


ASKED = "claude_asked"
STORED = "history"                     # name of the source of what came from another machine


class AccountHistory(StoreAccess):
    """The part of the history that is about the account."""

    def account_note(self) -> AccountNote:
        """What Claude Code's own file held when it was last read; an empty one where it is not to be read."""
        return self._read(read_account_note, AccountNote()) if self.ctx.settings.account_file else AccountNote()

    def asked_note(self) -> AskedNote:
        """What came of asking claude; an empty one where it is not to be asked."""
        return self._read(read_asked_note, AskedNote()) if self.ctx.settings.official == "claude" else AskedNote()

    def has_account_changed(self) -> bool:
        """Whether that file is another one than it was then; False where it is not to be read, or nothing can be stored."""
        if self.ctx.demo is not None or not self.ctx.settings.account_file or not self.is_writable():
            return False
        from ccmon.sources import claude_files  # who shows the past does without
        before, stamp = self.account_note(), claude_files.stamp(config.login_files(self.ctx.env))
        return stamp != before.stamp and (bool(before.path) or not set(stamp.split()) <= {claude_files.MISSING})

    def write_account(self, note: AccountNote, windows: Windows) -> None:
        """Store the note on that file, and its windows as readings of its login, in one transaction."""
        note, now = note._replace(path=clean(note.path), fault=clean(note.fault)), self.ctx.now()

        def write(db: sqlite3.Connection, owner: int) -> None:
            from ccmon.pipeline import recording
            rows.write_note(db, f"{account_note.KEY} {owner}", account_note.dump(note))
            recording.write_windows(db, owner, windows, note.login.account, now)
        self._write(write, None)

    def write_asked(self, note: AskedNote, windows: Windows, login: str) -> None:
        """Store how asking went, and the windows that claude reported of that login, in one transaction."""
        now = self.ctx.now()

        def write(db: sqlite3.Connection, owner: int) -> None:
            from ccmon.pipeline import recording
            rows.write_note(db, f"{ASKED} {owner}", account_note.dump_asked(note._replace(sentence=clean(note.sentence))))
            if windows:
                recording.write_windows(db, owner, windows, login, now)
        self._write(write, None)

    # --- what it reports, and what is learned from ----------------------------------------------------------------------

    def reported(self, store: Store, stored: StoredFacts, source: Source, now: int) -> ReportedFacts:
        """The windows of the account that is shown, and what Claude Code's own file has of it, beside the source; where only
        stored rows are read, the source is the history. Raises StoreError."""
        chosen = self.ctx.chosen
        if self.ctx.is_stored_only:
            return self._merged(store, stored, now)
        note, asked = self.account_note(), self.asked_note()
        text = store.read_owner(self.ctx.owner, rows.ledger, None)
        credits = account_note.newest_credits(note.credits, asked.credits)
        if text is None:               # Claude has never reported how much is used
            return ReportedFacts(source, credits=credits, login=note.login, windows_dropped=note.dropped)
        from ccmon.usage import official
        ledger = official.load(text)
        if chosen and chosen.is_other_login:
            ledger = official.with_shown(ledger, chosen.login, chosen.number)
        windows = running(ledger.windows, now)
        limit = official.spend_limit(ledger, windows)
        other = _other_login(ledger, chosen, note)
        login = note.login if other is None else note.of_login(other)      # the file may be about another one
        return ReportedFacts(source, windows, official.apart(ledger, now), (*credits, *limit) if other is None else limit, login,
                             ledger.cache, ledger.dropped + note.dropped)

    def _merged(self, store: Store, stored: StoredFacts, now: int) -> ReportedFacts:
        """Of another machine: what was read there last, as old as that is."""
        none: Dict[str, List[window_readings.WindowReading]] = {}
        by_login = store.read_owner(self.ctx.owner, lambda db, owner: window_readings.newest(db, owner, now), none)
        login = self.ctx.chosen.login if self.ctx.chosen else ""
        if login not in by_login or not login:                 # whichever was read last
            login = max(by_login, key=lambda one: max(row.ts for row in by_login[one]), default=login)
        found = [window(row.name, row.percent, row.resets_at, row.ts, row.source) for row in by_login.get(login, [])]
        seen = [*(block.used_until(now) for block in stored.blocks), *(one.read_at for one in found)]
        source = Source(STORED, refreshed=max(seen, default=None))
        return ReportedFacts(source, running(sorted(found, key=order), now), login=Login(login))

    def _login(self, db: sqlite3.Connection, owner: int) -> str:
        """Short hash of the login that is shown; "" where nobody knows it."""
        if self.ctx.chosen and self.ctx.chosen.is_other_login:
            return self.ctx.chosen.login
        text = rows.note(db, rows.ledger_key(owner))
        if text is None:
            return ""
        from ccmon.usage import official
        accounts = official.load(text).accounts
        return accounts[-1].login if accounts else ""

    def reading_rows(self, window_s: int, since: int, until: int) -> List[Tuple[int, float, int, str]]:
        """What is learned from, as learning.readings has it, without what was read of other logins."""
        def read(db: sqlite3.Connection, owner: int) -> List[Tuple[int, float, int, str]]:
            found = learning.readings(db, owner, window_s, since, until)
            name = next(name for name, seconds in window_readings.NAMES_S.items() if seconds == window_s)
            others = window_readings.other_logins(db, owner, name, self._login(db, owner), since, until)
            return [row for row in found if (row[0], row[2]) not in others] if others else found
        return self._read(read, [])

    def learned(self) -> Optional[str]:
        """The learned state of that login as it was last written."""
        return self._read(lambda db, owner: rows.note(db, self._learned_key(db, owner)), None)

    def write_learned(self, text: str) -> None:
        """Store the learned state of that login."""
        self._write(lambda db, owner: rows.write_note(db, self._learned_key(db, owner), text), None)

    def _learned_key(self, db: sqlite3.Connection, owner: int) -> str:
        """An existing history is of the first login that was noted: only others have notes of their own."""
        login, first = self._login(db, owner), window_readings.first_login(db, owner)
        return f"{learning.LEARNED} {owner}" + (f" {login}" if login and first and login != first else "")


def _other_login(ledger: "Ledger", chosen: "Optional[Chosen]", note: AccountNote) -> Optional[str]:
    """The login that is shown where that is another one than Claude Code's file names; "" where nobody knows it."""
    if chosen and chosen.is_other_login:
        return chosen.login if chosen.login != note.login.account else None
    last = ledger.accounts[-1].login if ledger.accounts and ledger.windows else ""
    return last if last and note.login.account and last != note.login.account else None


def read_account_note(db: sqlite3.Connection, owner: int) -> AccountNote:
    """What is stored of Claude Code's own file for that owner."""
    return account_note.load(rows.note(db, f"{account_note.KEY} {owner}"))


def read_asked_note(db: sqlite3.Connection, owner: int) -> AskedNote:
    """What is stored of asking claude for that owner."""
    return account_note.load_asked(rows.note(db, f"{ASKED} {owner}"))
