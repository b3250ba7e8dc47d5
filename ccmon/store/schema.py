"""The numbered steps to the present schema. A step that only adds counts up by one, anything else goes to the next hundred.

PRAGMA user_version is 100 x breaking + additive: an older ccmon goes on with a higher additive number, and keeps off a
higher breaking one.
"""

import sqlite3
from typing import Callable, Tuple

from ccmon.store import archive, ledger, limit_events, messages, reported, upgrade, usage, window_readings


def _first(db: sqlite3.Connection) -> None:
    """Because the logs are deleted after about 30 days: sessions for ever, and what was seen of them from moment to moment.

    Owners have a table of their own so that the databases of several machines can be merged; everything is an integer
    where it can be, ten times smaller than text; a snapshot is stored under its time, so that ranges are read in one go.
    """
    for statement in _FIRST:
        db.execute(statement)


_FIRST = (
    """CREATE TABLE owner (
        id INTEGER PRIMARY KEY,
        host TEXT NOT NULL,
        account TEXT NOT NULL,
        UNIQUE (host, account))""",
    """CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        start_ts INTEGER NOT NULL,
        end_ts INTEGER NOT NULL,
        last_ts INTEGER,
        tokens INTEGER NOT NULL,
        input INTEGER,
        output INTEGER,
        cache_creation INTEGER,
        cache_read INTEGER,
        cost_micro_usd INTEGER,
        models TEXT NOT NULL DEFAULT '',
        entries INTEGER NOT NULL DEFAULT 0,
        counted INTEGER NOT NULL DEFAULT 1,
        source TEXT NOT NULL DEFAULT 'ccusage',
        listed INTEGER NOT NULL DEFAULT 1,
        plan TEXT NOT NULL DEFAULT '',
        limit_tokens INTEGER NOT NULL DEFAULT 0,
        limit_source TEXT NOT NULL DEFAULT '',
        UNIQUE (owner_id, start_ts))""",
    "CREATE INDEX session_by_end ON session (owner_id, end_ts)",
    """CREATE TABLE snapshot (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        ts INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        session_id INTEGER REFERENCES session (id),
        tokens INTEGER NOT NULL,
        input INTEGER,
        output INTEGER,
        cache_creation INTEGER,
        cache_read INTEGER,
        cost_micro_usd INTEGER,
        PRIMARY KEY (owner_id, ts)) WITHOUT ROWID""",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)

def _readings(db: sqlite3.Connection) -> None:
    """Because Claude's own percentages are the only truth about the limit, and nobody else keeps them: every change of one."""
    db.execute("""CREATE TABLE reading (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        window_s INTEGER NOT NULL,
        ts INTEGER NOT NULL,
        percent REAL NOT NULL,
        resets_at INTEGER NOT NULL,
        source TEXT NOT NULL DEFAULT 'statusline',
        PRIMARY KEY (owner_id, window_s, ts, source)) WITHOUT ROWID""")


def _minutes(db: sqlite3.Connection) -> None:
    """Because the real limit can only be learned from tokens by minute, model and kind, and the logs are deleted."""
    db.execute("CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
    db.execute("""CREATE TABLE minute (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        ts INTEGER NOT NULL,
        model_id INTEGER NOT NULL REFERENCES model (id),
        input INTEGER NOT NULL,
        output INTEGER NOT NULL,
        cache_creation INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        PRIMARY KEY (owner_id, ts, model_id)) WITHOUT ROWID""")


def _hours(db: sqlite3.Connection) -> None:
    """Because minutes of all years would fill the disk, and after 90 days the hour is enough: sums of what was minutes."""
    db.execute("""CREATE TABLE hour (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        ts INTEGER NOT NULL,
        model_id INTEGER NOT NULL REFERENCES model (id),
        input INTEGER NOT NULL,
        output INTEGER NOT NULL,
        cache_creation INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        PRIMARY KEY (owner_id, ts, model_id)) WITHOUT ROWID""")


def _forecasts(db: sqlite3.Connection) -> None:
    """Because a forecast is worth what the past ones were: each with its outcome, and beside it what a simple rule said.

    And when a reading was noted by the user, so that the newest can be taken back, whatever time it is about.
    """
    db.execute("""CREATE TABLE forecast (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        window_s INTEGER NOT NULL,
        ts INTEGER NOT NULL,
        resets_at INTEGER NOT NULL,
        percent REAL NOT NULL,
        median INTEGER NOT NULL,
        low INTEGER NOT NULL,
        high INTEGER NOT NULL,
        probability REAL NOT NULL,
        rule TEXT NOT NULL,
        seed_at INTEGER NOT NULL,
        outcome_at INTEGER,
        reached INTEGER,
        PRIMARY KEY (owner_id, window_s, ts)) WITHOUT ROWID""")
    db.execute("ALTER TABLE reading ADD COLUMN noted_at INTEGER")


def _alerts(db: sqlite3.Connection) -> None:
    """Because many processes see the same moment, and the user wants to be told once: who writes the row first tells it."""
    db.execute("""CREATE TABLE alert (
        owner_id INTEGER NOT NULL REFERENCES owner (id),
        kind TEXT NOT NULL,
        window_end INTEGER NOT NULL,
        channel TEXT NOT NULL,
        ts INTEGER NOT NULL,
        outcome TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (owner_id, kind, window_end, channel)) WITHOUT ROWID""")


def _ledger(db: sqlite3.Connection) -> None:
    """Because logs vanish file by file and come late: each message once, whatever file it stands in, instead of the largest
    sum that was ever seen of a minute; and sessions that no vanishing file can cut anew, so that nothing counts twice.

    Breaking: who does not know messages would count them again. The notes are renamed so that one which is running meanwhile
    meets that in its next transaction, opens the file anew and keeps off.
    """
    db.execute("ALTER TABLE meta RENAME TO note")
    for statement in (*messages.CREATE, *usage.CREATE, *archive.CREATE, *reported.CREATE, *ledger.CREATE):
        db.execute(statement)
    limit_events.create(db)
    db.execute("ALTER TABLE session ADD COLUMN settled INTEGER NOT NULL DEFAULT 0")
    upgrade.repair(db)
    db.execute("DROP TABLE minute")
    db.execute("DROP TABLE hour")


def _checks(db: sqlite3.Connection) -> None:
    """Because a log may be written anew in its middle: what tells whether all that was read of it is still there."""
    for statement in ledger.ADD_CHECKS:
        db.execute(statement)


def _windows(db: sqlite3.Connection) -> None:
    """Because an account has more limits than the 5 hours and the week, and a folder may have had several logins."""
    db.execute(window_readings.CREATE)


STEPS: Tuple[Tuple[int, Callable[[sqlite3.Connection], None]], ...] = (
    (100, _first), (101, _readings), (102, _minutes), (103, _hours), (104, _forecasts), (105, _alerts), (200, _ledger),
    (201, _checks), (202, _windows))


def create(db: sqlite3.Connection) -> None:
    """All steps, in an empty database."""
    for _, step in STEPS:
        step(db)
