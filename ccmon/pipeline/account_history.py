"""What the history holds of the account: the notes on Claude Code's own file and on asking claude, and their windows."""

import sqlite3
from typing import Tuple

from ccmon.model import Windows
from ccmon.pipeline.stored import StoreAccess
from ccmon.store import rows
from ccmon.text import clean
from ccmon.usage import account_note
from ccmon.usage.account_note import AccountNote, AskedNote

ASKED = "claude_asked"


class AccountHistory(StoreAccess):
    """The part of the history that is about the account."""

    def account_note(self) -> AccountNote:
        """What Claude Code's own file held when it was last read; an empty one where it is not to be read."""
        return self._read(read_account_note, AccountNote()) if self.ctx.settings.account_file else AccountNote()

    def asked_note(self) -> AskedNote:
        """What came of asking claude; an empty one where it is not to be asked."""
        return self._read(read_asked_note, AskedNote()) if self.ctx.settings.official == "claude" else AskedNote()

    def account_notes(self) -> Tuple[AccountNote, AskedNote]:
        """Both notes."""
        return self.account_note(), self.asked_note()

    def write_account(self, note: AccountNote, windows: Windows) -> None:
        """Store the note on that file, and its windows as readings of its login, in one transaction."""
        note, now = note._replace(path=clean(note.path), fault=clean(note.fault)), self.ctx.now()

        def write(db: sqlite3.Connection, owner: int) -> None:
            from ccmon.pipeline import readings
            rows.write_note(db, f"{account_note.KEY} {owner}", account_note.dump(note))
            readings.write_windows(db, owner, windows, note.login.account, now)
        self._write(write, None)

    def write_asked(self, note: AskedNote, windows: Windows, login: str) -> None:
        """Store how asking went, and the windows that claude reported of that login, in one transaction."""
        now = self.ctx.now()

        def write(db: sqlite3.Connection, owner: int) -> None:
            from ccmon.pipeline import readings
            rows.write_note(db, f"{ASKED} {owner}", account_note.dump_asked(note._replace(sentence=clean(note.sentence))))
            if windows:
                readings.write_windows(db, owner, windows, login, now)
        self._write(write, None)


def read_account_note(db: sqlite3.Connection, owner: int) -> AccountNote:
    """What is stored of Claude Code's own file for that owner."""
    return account_note.load(rows.note(db, f"{account_note.KEY} {owner}"))


def read_asked_note(db: sqlite3.Connection, owner: int) -> AskedNote:
    """What is stored of asking claude for that owner."""
    return account_note.load_asked(rows.note(db, f"{ASKED} {owner}"))
