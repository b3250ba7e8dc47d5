"""The note on Claude Code's own file in the history, beside the readings of the windows that it told."""

import sqlite3

from ccmon.model import Windows
from ccmon.store import rows
from ccmon.text import clean
from ccmon.usage import asked_note
from ccmon.usage.account_note import KEY, AccountNote, dump, load
from ccmon.usage.asked_note import AskedNote

ASKED = "claude_asked"


def of_owner(db: sqlite3.Connection, owner: int) -> AccountNote:
    """What is kept for that owner."""
    return load(rows.note(db, f"{KEY} {owner}"))


def keep(db: sqlite3.Connection, owner: int, note: AccountNote, windows: Windows, now: int) -> None:
    """Keep the note, and the windows as readings of its login."""
    from ccmon.pipeline import readings
    note = note._replace(path=clean(note.path), fault=clean(note.fault))
    rows.write_note(db, f"{KEY} {owner}", dump(note))
    readings.keep_told(db, owner, windows, note.login.account, now)


def asked(db: sqlite3.Connection, owner: int) -> AskedNote:
    """What is kept of asking claude."""
    return asked_note.load(rows.note(db, f"{ASKED} {owner}"))


def keep_asked(db: sqlite3.Connection, owner: int, note: AskedNote, windows: Windows, login: str, now: int) -> None:
    """Keep how that went, and the windows as readings of that login."""
    from ccmon.pipeline import readings
    rows.write_note(db, f"{ASKED} {owner}", asked_note.dump(note._replace(sentence=clean(note.sentence))))
    if windows:
        readings.keep_told(db, owner, windows, login, now)
