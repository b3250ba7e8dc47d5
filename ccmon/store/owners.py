"""One account that is stored under several names: their rows join those of the present name, in our own file.

"""

import sqlite3
from typing import Dict, Sequence

from ccmon.model import Owner
from ccmon.store import join, log_state, rows, sessions, values
from ccmon.store.join_messages import JoinTimes, OtherOwner

_TABLES = ("snapshot", "session", "reported", "reading", "window_reading", "limit_event", "forecast", "alert", "message",
           "archive", "usage", "legacy", "log_file")
_AS_THEY_ARE = ("alert", "log_file")   # one row of each key, ours where there are both
_LARGER = (log_state.LATE, log_state.VANISHED, log_state.PACKED)
_MADE_ANEW = ("thinned", log_state.OPEN_SPAN, log_state.PRICES)


def join_accounts(db: sqlite3.Connection, owner: Owner, former: Sequence[str]) -> bool:
    """Let the owner have all that is stored of this machine under one of the former accounts; True when there was any."""
    names = set(former) - {owner.account}
    numbers = dict(db.execute(rows.ACCOUNTS, (owner.host,)).fetchall())
    old = [numbers[name] for name in sorted(numbers.keys() & names, key=lambda name: numbers[name])]
    for number in old:
        if owner.account not in numbers:
            db.execute("UPDATE owner SET account = ? WHERE id = ?", (owner.account, number))
            numbers[owner.account] = number
        else:
            _join(db, numbers[owner.account], number)
    return bool(old)


def _join(db: sqlite3.Connection, owner: int, former: int) -> None:
    sessions.recut(db, former)
    join.join(db, owner, OtherOwner(db, former), JoinTimes(sessions.EVER, 0))
    for table in _AS_THEY_ARE:
        db.execute(f"UPDATE OR IGNORE {table} SET owner_id = ? WHERE owner_id = ?", (owner, former))
    _join_notes(db, owner, former)
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE owner_id = ?", (former,))
    db.execute("DELETE FROM owner WHERE id = ?", (former,))


def _join_notes(db: sqlite3.Connection, owner: int, former: int) -> None:
    """What is noted of the owner stays; what is noted of the former one alone is taken over."""
    ours, theirs = _notes(db, owner), _notes(db, former)
    for key, value in theirs.items():
        db.execute("DELETE FROM note WHERE key = ?", (_key(key, former),))
        if key in _MADE_ANEW:
            db.execute("DELETE FROM note WHERE key = ?", (_key(key, owner),))
        elif key in _LARGER:
            rows.write_note(db, _key(key, owner), str(max(values.number(value) or 0, values.number(ours.get(key)) or 0)))
        elif key not in ours:
            rows.write_note(db, _key(key, owner), value)


def _notes(db: sqlite3.Connection, owner: int) -> Dict[str, str]:
    """What is noted of an owner: `name NUMBER`, or `name NUMBER more`; here without the number."""
    notes: Dict[str, str] = {}
    for key, value in db.execute("SELECT key, value FROM note WHERE typeof(key) = 'text' AND typeof(value) = 'text'"):
        name, _, rest = key.partition(" ")
        number, space, more = rest.partition(" ")
        if number == str(owner):
            notes[name + space + more] = value
    return notes


def _key(key: str, owner: int) -> str:
    name, space, more = key.partition(" ")
    return f"{name} {owner}{space}{more}"
