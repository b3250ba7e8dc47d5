"""The numbered steps to the present schema. A step that only adds counts up by one, anything else goes to the next hundred.

PRAGMA user_version is 100 x breaking + additive: an older ccmon goes on with a higher additive number, and refuses a
higher breaking one.
"""

import sqlite3
from contextlib import closing, contextmanager
from typing import Callable, Dict, Iterator, Tuple

from ccmon.store import rows, upgrade

_OWNED = "owner_id INTEGER NOT NULL REFERENCES owner (id)"
_KINDS = "input output cache_creation cache_read"
_KINDS_OR_NULL = "input? output? cache_creation? cache_read? cost_micro_usd?"


def _table(db: sqlite3.Connection, name: str, *columns: str, key: str = "") -> None:
    """Create a table. columns: definitions, or names of whole numbers, those that may be NULL with `?`."""
    lines = []
    for column in columns:
        names = column.split() if column.islower() else []
        lines += [f"{name.rstrip('?')} INTEGER{'' if name.endswith('?') else ' NOT NULL'}" for name in names] or [column]
    end = f", PRIMARY KEY ({key})) WITHOUT ROWID" if key else ")"
    db.execute(f"CREATE TABLE {name} ({', '.join(lines)}{end}")


def _first(db: sqlite3.Connection) -> None:
    """Because the logs are deleted after about 30 days: sessions for ever, and snapshots of them.
    Owners have a table of their own so that the databases of several machines can be merged; everything is an integer
    where it can be, ten times smaller than text; a snapshot is stored under its time, so that ranges are read in one go."""
    _table(db, "owner", "id INTEGER PRIMARY KEY", "host TEXT NOT NULL", "account TEXT NOT NULL", "UNIQUE (host, account)")
    _table(db, "session", "id INTEGER PRIMARY KEY", _OWNED, f"start_ts end_ts last_ts? tokens {_KINDS_OR_NULL}",
           "models TEXT NOT NULL DEFAULT ''", "entries INTEGER NOT NULL DEFAULT 0", "counted INTEGER NOT NULL DEFAULT 1",
           "source TEXT NOT NULL DEFAULT 'ccusage'", "listed INTEGER NOT NULL DEFAULT 1", "plan TEXT NOT NULL DEFAULT ''",
           "limit_tokens INTEGER NOT NULL DEFAULT 0", "limit_source TEXT NOT NULL DEFAULT ''", "UNIQUE (owner_id, start_ts)")
    db.execute("CREATE INDEX session_by_end ON session (owner_id, end_ts)")
    _table(db, "snapshot", _OWNED, "ts seen", "session_id INTEGER REFERENCES session (id)", f"tokens {_KINDS_OR_NULL}",
           key="owner_id, ts")
    db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


def _readings(db: sqlite3.Connection) -> None:
    """Because Claude's own percentages are the only truth about the limit, and nobody else stores them: every change of one."""
    _table(db, "reading", _OWNED, "window_s ts", "percent REAL NOT NULL", "resets_at",
           "source TEXT NOT NULL DEFAULT 'statusline'", key="owner_id, window_s, ts, source")


def _minutes(db: sqlite3.Connection) -> None:
    """Because the real limit can only be learned from tokens by minute, model and kind, and the logs are deleted."""
    _table(db, "model", "id INTEGER PRIMARY KEY", "name TEXT NOT NULL UNIQUE")
    _table(db, "minute", _OWNED, "ts", _MODEL, _KINDS, key="owner_id, ts, model_id")


_MODEL = "model_id INTEGER NOT NULL REFERENCES model (id)"


def _hours(db: sqlite3.Connection) -> None:
    """Because minutes of all years would fill the disk, and after 90 days the hour is enough: sums of what was minutes."""
    _table(db, "hour", _OWNED, "ts", _MODEL, _KINDS, key="owner_id, ts, model_id")


def _forecasts(db: sqlite3.Connection) -> None:
    """Because a forecast is judged by the past ones: each with its outcome, and beside it that of a simple rule.
    And when a reading was noted by the user, so that the newest can be taken back, whatever time it is about."""
    _table(db, "forecast", _OWNED, "window_s ts resets_at", "percent REAL NOT NULL", "median low high",
           "probability REAL NOT NULL", "rule TEXT NOT NULL", "seed_at outcome_at? reached?", key="owner_id, window_s, ts")
    db.execute("ALTER TABLE reading ADD COLUMN noted_at INTEGER")


def _alerts(db: sqlite3.Connection) -> None:
    """Because many processes see the same state, and the user wants one alert of it: who writes the row first sends it."""
    _table(db, "alert", _OWNED, "kind TEXT NOT NULL", "window_end", "channel TEXT NOT NULL", "ts",
           "outcome TEXT NOT NULL DEFAULT ''", key="owner_id, kind, window_end, channel")


def _ledger(db: sqlite3.Connection) -> None:
    """Because logs vanish file by file and come late: each message once, whatever file it stands in, instead of the largest
    sum that was ever seen of a minute; and sessions that no vanishing file can cut anew, so that nothing counts twice.

    Breaking: who does not know messages would count them again. The notes are renamed so that one which is running meanwhile
    meets that in its next transaction, opens the file anew and refuses it.
    """
    db.execute("ALTER TABLE meta RENAME TO note")
    _table(db, "project", "id INTEGER PRIMARY KEY", "name TEXT NOT NULL UNIQUE", "path TEXT NOT NULL DEFAULT ''")
    _table(db, "message", "owner_id message key session at_ms model_id project_id input output cache_5m cache_1h cache_read "
           "cost_nano? flags", key="owner_id, message, key")
    db.execute("CREATE INDEX message_by_time ON message (owner_id, at_ms)")
    _table(db, "usage", f"owner_id ts model_id project_id {_KINDS} cost_nano unpriced entries",
           key="owner_id, ts, model_id, project_id")
    _table(db, "legacy", f"owner_id ts model_id span_s {_KINDS}", key="owner_id, ts, model_id")
    _table(db, "archive", "owner_id day", "data BLOB NOT NULL", key="owner_id, day")
    db.execute(f"CREATE TABLE reported (owner_id INTEGER NOT NULL, {', '.join(rows.CONTENT)}, session_id INTEGER, "
               "PRIMARY KEY (owner_id, start_ts)) WITHOUT ROWID")
    db.execute("CREATE INDEX reported_of_session ON reported (session_id)")
    _table(db, "log_file", "owner_id", "path BLOB NOT NULL", "device inode size mtime_ns offset", "print BLOB NOT NULL",
           "lines damaged first_damaged", "left_out TEXT NOT NULL", "last_ms", key="owner_id, path")
    _table(db, "limit_event", _OWNED, "ts", "kind TEXT NOT NULL", "model TEXT NOT NULL DEFAULT ''",
           "resets_at INTEGER NOT NULL DEFAULT 0", key="owner_id, ts, kind, model")
    db.execute("ALTER TABLE session ADD COLUMN settled INTEGER NOT NULL DEFAULT 0")
    upgrade.repair(db)
    db.execute("DROP TABLE minute")
    db.execute("DROP TABLE hour")


def _checks(db: sqlite3.Connection) -> None:
    """Because a log may be written anew in its middle: what tells whether all that was read of it is still there."""
    for name, default in ("ctime_ns", 0), ("crc", -1), ("check_at", 0):
        db.execute(f"ALTER TABLE log_file ADD COLUMN {name} INTEGER NOT NULL DEFAULT {default}")


def _windows(db: sqlite3.Connection) -> None:
    """Because an account has more limits than the 5 hours and the week, and a folder may have had several logins."""
    _table(db, "window_reading", _OWNED, "login TEXT NOT NULL DEFAULT ''", "name TEXT NOT NULL", "ts", "percent REAL NOT NULL",
           "resets_at", "source TEXT NOT NULL DEFAULT 'statusline'", key="owner_id, name, ts, login, source")


STEPS: Tuple[Tuple[int, Callable[[sqlite3.Connection], None]], ...] = (
    (100, _first), (101, _readings), (102, _minutes), (103, _hours), (104, _forecasts), (105, _alerts), (200, _ledger),
    (201, _checks), (202, _windows))


def create(db: sqlite3.Connection, version: int = STEPS[-1][0]) -> None:
    """All steps up to that version, in an empty database."""
    for number, step in STEPS:
        if number <= version:
            step(db)


@contextmanager
def empty(version: int = STEPS[-1][0]) -> Iterator[sqlite3.Connection]:
    """An empty history of that version, in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        create(db, version)
        yield db


def columns(version: int) -> Dict[str, Dict[str, str]]:
    """The tables of that version: name of each column -> its type, "" where it has none."""
    with empty(version) as db:
        names = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")} for table in names}
