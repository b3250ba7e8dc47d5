"""The numbered steps to the present schema. A step that only adds counts up by one, anything else goes to the next hundred.

PRAGMA user_version is 100 x breaking + additive: an older ccmon goes on with a higher additive number, and refuses a
higher breaking one.
"""

import os
import sqlite3
from contextlib import closing, contextmanager, suppress

from ccmon import private
from ccmon.model import Block
from ccmon.quick_typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple
from ccmon.store import history_path, reported, rows, sessions, usage
from ccmon.store.rows import StoredSession
from ccmon.store.sessions import SUMMED, Bound
from ccmon.when import HOUR_S, SESSION_S

# --- from histories of minutes to the ledger: a copy is left, and what was counted twice is cut anew or set aside ------------
# Where the minutes hold all of a session, sessions are made of them; of those that merely overlap the fullest counts.

BREAKING = 200
COPY = "copy_before_200"

Sums = Sequence[int]                   # four kinds


class CopyBeforeUpgrade:
    """A copy of the file as it is, beside it; nobody writes meanwhile. Its name is noted, and is its own from put() on: who is
    killed before leaves a part, which the next one writes anew."""

    def __init__(self, path: str) -> None:
        self.name, self._part, number = f"{path}.before-{BREAKING}", f"{path}.before-{BREAKING}.part", 0
        while os.path.lexists(self.name):
            number += 1
            self.name = f"{path}.before-{BREAKING}-{number}"
        self._path = path

    def make(self) -> None:
        """Write it, under the name of a part."""
        self.drop_part()
        os.close(private.open_file(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(self._part)) as copy:
            source.backup(copy)

    def put(self, db: sqlite3.Connection) -> None:
        """Give it its name; the file is about to be another one."""
        rows.write_note(db, COPY, self.name)
        private.put_in_place(self._part, self.name)

    def drop(self) -> None:
        """The file stays as it is: with each attempt on a full disk there would be one more."""
        with suppress(OSError):
            os.unlink(self.name)

    def drop_part(self) -> None:
        """Only as long as nobody else can write one."""
        history_path.delete(self._part, "")


_FOUR = "input, output, cache_creation, cache_read"
_ROWS = f"""SELECT ts, model_id, {_FOUR} FROM {{}} WHERE owner_id = ? AND {rows.TIMES.format('ts')} AND {rows.FOUR}
    ORDER BY ts"""


def _take_minutes(db: sqlite3.Connection, owner: int) -> None:
    """Minutes become quarters of an hour; of hours that were summed up and reported again, the larger sum counts."""
    quarters: Dict[Tuple[int, int], List[int]] = {}
    for ts, model, *kinds in db.execute(_ROWS.format("minute"), (owner,)):
        sums = quarters.setdefault((ts // usage.QUARTER_S * usage.QUARTER_S, model), [0] * 4)
        sums[:] = [before + more for before, more in zip(sums, kinds)]
    for ts, model, *kinds in db.execute(_ROWS.format("hour"), (owner,)):
        parts = [(ts + at, model) for at in range(0, HOUR_S, usage.QUARTER_S) if (ts + at, model) in quarters]
        if sum(kinds) >= sum(sum(quarters[part]) for part in parts):
            for part in parts:
                del quarters[part]
            _put(db, owner, ts, model, HOUR_S, kinds)
    for (ts, model), sums in quarters.items():
        _put(db, owner, ts, model, usage.QUARTER_S, sums)
    usage.settle_legacy(db, owner, None)


def _put(db: sqlite3.Connection, owner: int, ts: int, model: int, span_s: int, kinds: Sums) -> None:
    db.execute(f"INSERT INTO legacy (owner_id, ts, model_id, span_s, {_FOUR}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               (owner, ts, model, span_s, *kinds))


def _take_sessions(db: sqlite3.Connection, owner: int) -> None:
    """Those of which the minutes hold all are made anew of them; the others stay what was reported."""
    old = rows.stored_sessions(db.execute(f"{rows.SELECT} FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)))
    covered = [row for row in old if _is_covered(db, owner, row)]
    rest = [_fitted(row.block) for row in old if row not in covered]
    placed = reported.chosen_reports([fitted for fitted, _ in rest], [])
    starts = dict(rest)
    wanted = [(one.start, one.end, starts[one.report]) for one in placed]
    wanted += [(start, end, start) for start, end in _cuts_of_minutes(db, owner, [one[1:] for one in placed])]
    for row in old:
        db.execute("UPDATE session SET start_ts = -id WHERE id = ?", (row.id,))
        if row not in covered or row.block.start not in [was for _, _, was in wanted]:
            db.execute(f"INSERT INTO reported (owner_id, {_CONTENT}) VALUES (?{', ?' * len(rows.CONTENT)})",
                       (owner, *rows.session_columns(row.block)))
    left = {row.block.start: row.id for row in old}
    for start, end, was in sorted(wanted):
        _settle(db, owner, start, end, left.pop(was, None), was)
    _remove(db, owner, list(left.values()))


def _fitted(block: Block) -> Tuple[Block, int]:
    """A session that was reported with two starts may be longer than any is: its last five hours; and its start as it was."""
    return block._replace(start=max(block.start, block.end - SESSION_S)), block.start


_CONTENT = ", ".join(rows.CONTENT)


def _is_covered(db: sqlite3.Connection, owner: int, row: StoredSession) -> bool:
    """Whether the minutes hold all that the session has."""
    block = row.block
    total = usage.UsageTotal(db, owner, block.start, block.end)
    return any(total.kinds) and (not block.counted or total.tokens >= block.tokens)


def _settle(db: sqlite3.Connection, owner: int, start: int, end: int, number: Optional[int], was: int) -> None:
    """Give a session its time for good; it goes on with the row that it had, and with the report of the start that it had."""
    if number is None:
        number = db.execute("INSERT INTO session (owner_id, start_ts, end_ts, tokens, source) VALUES (?, ?, ?, 0, 'logs')",
                            (owner, start, end)).lastrowid or 0
    tokens = db.execute("SELECT tokens FROM session WHERE id = ?", (number,)).fetchone()[0]
    db.execute("UPDATE session SET start_ts = ?, end_ts = ?, settled = ? WHERE id = ?", (start, end, SUMMED, number))
    db.execute("UPDATE reported SET session_id = ? WHERE owner_id = ? AND start_ts = ?", (number, owner, was))
    if usage.UsageTotal(db, owner, start, end).tokens != tokens:
        db.execute("UPDATE session SET cost_micro_usd = NULL WHERE id = ? AND NOT EXISTS "
                   "(SELECT 1 FROM reported WHERE session_id = ?1)", (number,))
    sessions.sum_up(db, owner, Bound(start, end, number, SUMMED))


def _cuts_of_minutes(db: sqlite3.Connection, owner: int, fixed: Sequence[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Start and end of the sessions that the minutes between those that stay make, as far as minutes show it."""
    times = {ts for table in ("minute", "hour") for ts, in
             db.execute(f"SELECT DISTINCT ts FROM {table} WHERE owner_id = ? AND {rows.TIMES.format('ts')}", (owner,))}
    cuts: List[Tuple[int, int]] = []
    for ts in sorted(times):
        if not any(start <= ts < end for start, end in (*fixed, *cuts[-1:])):
            low = max([end for _, end in (*fixed, *cuts) if end <= ts], default=-sessions.EVER)
            high = min([start for start, _ in fixed if start > ts], default=sessions.EVER)
            start = max(ts // HOUR_S * HOUR_S, low)
            cuts.append((start, min(start + SESSION_S, high)))
    return cuts


def _remove(db: sqlite3.Connection, owner: int, gone: Sequence[int]) -> None:
    """Take these rows out; what was seen of one is what was seen of the session that ran then."""
    for number in gone:
        seen = db.execute("SELECT min(ts) FROM snapshot WHERE session_id = ?", (number,)).fetchone()[0]
        heir = db.execute("SELECT id FROM session WHERE owner_id = ? AND start_ts <= ? AND end_ts > ? AND id <> ?",
                          (owner, seen, seen, number)).fetchone()
        sessions.remove(db, number, heir[0] if heir else None)


# --- the steps ---------------------------------------------------------------------------------------------------------

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
    for owner, in db.execute("SELECT id FROM owner").fetchall():
        _take_minutes(db, owner)
        _take_sessions(db, owner)
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
