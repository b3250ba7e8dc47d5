"""Whether a history is sound: sqlite's own checks, and what every row of ours has to keep to. Reads only."""

from __future__ import annotations

import os
import sqlite3
import struct
import zlib
from contextlib import closing
from typing import Dict, Iterable, List, Optional, Set, Tuple

from ccmon.errors import PathError
from ccmon.named_tuple import NamedTuple
from ccmon.store import archive, copy, history_path, integrity, migrations, reported, rows, schema, upgrade, usage, values
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import SESSION_S

# What is counted, and what a row of it is called.
TABLES = {"session": "session", "snapshot": "snapshot", "reading": "reading", "limit_event": "limit event",
          "window_reading": "reading of a window", "minute": "minute", "hour": "hour", "message": "message",
          "archive": "packed day", "forecast": "forecast", "alert": "alert"}


class SetAside(NamedTuple):
    """A session that overlaps others, which count in its place."""

    start: int
    tokens: int


class CheckResult(NamedTuple):
    """What was looked at, and what is wrong with it."""

    problems: Tuple[str, ...]
    rows: Dict[str, int]               # by table
    hosts: Tuple[str, ...]
    version: int                       # of the schema
    size: int                          # bytes, without -wal
    aside: Tuple[SetAside, ...] = ()      # by start
    copy: Optional[str] = None         # path of the file as it was before an upgrade that changed what counts


class _Rule(NamedTuple):
    table: str
    wrong: str                         # SQL that is true of a wrong row
    what: str
    since: int = 0                     # number of the schema


_LEDGER = upgrade.BREAKING
_INTEGERS = {
    "session": "owner_id start_ts end_ts last_ts tokens input output cache_creation cache_read cost_micro_usd entries counted "
               "listed limit_tokens",
    "snapshot": "owner_id ts seen session_id tokens input output cache_creation cache_read cost_micro_usd",
    "reading": "owner_id window_s ts resets_at",
    "forecast": "owner_id window_s ts resets_at median low high seed_at outcome_at reached",
    "alert": "owner_id window_end ts",
    "minute": "owner_id ts model_id input output cache_creation cache_read",
    "hour": "owner_id ts model_id input output cache_creation cache_read",
    "message": "owner_id message key session at_ms model_id project_id input output cache_5m cache_1h cache_read cost_nano flags",
    "archive": "owner_id day",
    "usage": "owner_id ts model_id project_id input output cache_creation cache_read cost_nano unpriced entries",
    "legacy": "owner_id ts model_id span_s input output cache_creation cache_read",
    "reported": "owner_id start_ts end_ts last_ts tokens input output cache_creation cache_read cost_micro_usd entries counted "
                "session_id",
    "limit_event": "owner_id ts resets_at",
    "window_reading": "owner_id ts resets_at",
    "log_file": "owner_id device inode size mtime_ns offset lines damaged first_damaged last_ms",
}
_TEXTS = {"session": "models source plan limit_source", "reading": "source", "forecast": "rule", "alert": "kind channel outcome",
          "owner": "host account", "model": "name", "project": "name path", "reported": "models source",
          "limit_event": "kind model", "window_reading": "login name source", "log_file": "left_out"}
_COUNTS = "min(tokens, coalesce(input, 0), coalesce(output, 0), coalesce(cache_creation, 0), coalesce(cache_read, 0)) < 0"
_KINDS = "min(input, output, cache_creation, cache_read) < 0"
_COUNTED = {                           # else sums of them would be none
    "session": "tokens input output cache_creation cache_read cost_micro_usd entries",
    "reported": "tokens input output cache_creation cache_read cost_micro_usd entries",
    "message": "at_ms input output cache_5m cache_1h cache_read cost_nano",
    "usage": "ts input output cache_creation cache_read cost_nano unpriced entries",
    "legacy": "ts input output cache_creation cache_read",
    "archive": "day", "log_file": "offset lines damaged",
}
_OWNED = "message", "archive", "usage", "legacy", "reported", "log_file", "window_reading"
_RULES = (
    *(_Rule(table, " OR ".join(f"typeof({name}) NOT IN ('integer', 'null')" for name in names.split()), "without whole numbers")
      for table, names in _INTEGERS.items()),
    *(_Rule(table, " OR ".join(f"typeof({name}) <> 'text'" for name in names.split()), "with a text that is none")
      for table, names in _TEXTS.items()),
    *(_Rule(table, "owner_id NOT IN (SELECT id FROM owner)", "of nobody") for table in _OWNED),
    _Rule("session", "end_ts < start_ts", "that end before they start"),
    _Rule("session", _COUNTS, "with negative counts"),
    _Rule("session", f"end_ts - start_ts > {SESSION_S}", "that are longer than five hours", _LEDGER),
    _Rule("snapshot", "seen < ts", "that were last seen before they were first seen"),
    _Rule("snapshot", _COUNTS, "with negative counts"),
    _Rule("snapshot", "owner_id <> (SELECT owner_id FROM session WHERE id = session_id)", "of a session of somebody else"),
    _Rule("reading", f"typeof(percent) NOT IN ('integer', 'real') OR percent NOT BETWEEN 0 AND {MOST_PERCENT}",
          "that are no percentage"),
    _Rule("window_reading", f"typeof(percent) NOT IN ('integer', 'real') OR percent NOT BETWEEN 0 AND {MOST_PERCENT}",
          "that are no percentage"),
    _Rule("forecast", "typeof(percent) NOT IN ('integer', 'real') OR typeof(probability) NOT IN ('integer', 'real') "
                      "OR probability NOT BETWEEN 0 AND 1", "that are none"),
    _Rule("forecast", "outcome_at <= ts OR (outcome_at IS NULL) <> (reached IS NULL)", "with an outcome that cannot be"),
    _Rule("minute", f"ts % 60 <> 0 OR {_KINDS}", "that are none, or with negative counts"),
    _Rule("hour", f"ts % 3600 <> 0 OR {_KINDS}", "that are none, or with negative counts"),
    _Rule("message", "min(input, output, cache_5m, cache_1h, cache_read, at_ms, coalesce(cost_nano, 0)) < 0",
          "with negative counts"),
    _Rule("message", "model_id NOT IN (SELECT id FROM model) OR project_id NOT IN (SELECT id FROM project)",
          "without a model or a project"),
    _Rule("usage", f"ts % {usage.QUARTER_S} <> 0 OR {_KINDS} OR min(cost_nano, unpriced, entries) < 0",
          "that are no quarters of an hour, or with negative counts"),
    _Rule("usage", f"model_id NOT IN (SELECT id FROM model UNION SELECT {usage.UNKNOWN}) OR project_id NOT IN "
                   f"(SELECT id FROM project UNION SELECT {usage.UNKNOWN})", "without a model or a project"),
    _Rule("legacy", f"span_s NOT IN ({usage.QUARTER_S}, 3600) OR ts % span_s <> 0 OR {_KINDS}",
          "that are none, or with negative counts"),
    _Rule("legacy", "model_id NOT IN (SELECT id FROM model)", "without a model"),
    _Rule("reported", _COUNTS, "with negative counts"),
    _Rule("reported", "session_id NOT IN (SELECT id FROM session)", "without its session"),
    *(_Rule(table, f"max(0, {', '.join(f'abs(coalesce({name}, 0))' for name in names.split())}) > {values.MOST_SUMMED}",
            "with numbers that cannot be") for table, names in _COUNTED.items()),
    _Rule("log_file", "typeof(path) <> 'blob' OR typeof(print) <> 'blob' OR min(offset, lines, damaged) < 0", "that are none"),
)


def examine(path: str) -> Optional[CheckResult]:
    """Look at everything; None when there is no file. CcmonError when it cannot be read or made, or is not for us."""
    if not history_path.exists(path):
        return None
    size = os.stat(path).st_size
    try:
        with copy.reading(path) as db:
            return _findings(db, path, size)
    except copy.Broken as error:
        return CheckResult((str(error),), {}, (), 0, size)


def _findings(db: sqlite3.Connection, path: str, size: int) -> CheckResult:
    db.execute("BEGIN")                # one moment, whoever writes meanwhile
    why = None if copy.is_blank(db) else copy.strangeness(db)
    if why:
        raise (copy.Newer if copy.is_newer(db) else PathError)(path, why)
    there = _tables(db)
    found = {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in TABLES if table in there}
    hosts = tuple(host for host, in db.execute("SELECT DISTINCT host FROM owner ORDER BY host")) if "owner" in there else ()
    wrong = tuple(problems(db))
    aside, kept = [], None
    if "reported" in there and not wrong:
        aside = [(block.start, block.tokens) for block in reported.set_aside(db)]
        kept = rows.note(db, upgrade.COPY)
    return CheckResult(wrong, found, hosts, migrations.version_of(db), size, tuple(map(SetAside._make, aside)), kept)


def _tables(db: sqlite3.Connection) -> Set[str]:
    return {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def problems(db: sqlite3.Connection) -> List[str]:
    """What is wrong, each in a few words; sqlite's own findings first, and alone where there are any."""
    found = faults(db)
    if found:
        return found
    loose = [f"a row of {row[0]} without its {row[2]}" for row in db.execute("PRAGMA foreign_key_check")]
    there, version = _tables(db), migrations.version_of(db)
    for table in _TEXTS.keys() & there:
        db.execute(f"SELECT {', '.join(_TEXTS[table].split())} FROM {table}").fetchall()       # not UTF-8: sqlite3.Error
    wrong = [problem for rule in _RULES if rule.table in there and rule.since <= version for problem in _broken(db, rule)]
    # What is summed up of wrong rows says nothing more.
    return [*loose, *wrong] or (list(_of_the_ledger(db)) if version >= _LEDGER else [])


def faults(db: sqlite3.Connection) -> List[str]:
    """What is wrong with its pages, indexes and columns, without a look at what the rows say."""
    return integrity.faults(db, "integrity_check") or missing(db)


def missing(db: sqlite3.Connection) -> List[str]:
    """What a history of that schema would have, and this one has not."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as whole:
        version = migrations.version_of(db)
        for number, step in schema.STEPS:
            if number <= version:
                step(whole)
        absent = {table: _columns(whole, table) - _columns(db, table) for table in sorted(_tables(whole))}
    return [f"the table {table} is missing" if not _columns(db, table) else f"{table} has no {', '.join(sorted(columns))}"
            for table, columns in absent.items() if columns]


def _columns(db: sqlite3.Connection, table: str) -> Set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _broken(db: sqlite3.Connection, rule: _Rule) -> List[str]:
    return _counted(db.execute(f"SELECT count(*) FROM {rule.table} WHERE {rule.wrong}").fetchone()[0], rule.table, rule.what)


def _counted(number: int, table: str, what: str) -> List[str]:
    return [f"{number} row{'s' if number > 1 else ''} of {table} {what}"] if number else []


# --- the ledger ------------------------------------------------------------------------------------------------------------

def _of_the_ledger(db: sqlite3.Connection) -> Iterable[str]:
    """What no single row shows."""
    for owner, in db.execute("SELECT id FROM owner ORDER BY id").fetchall():
        yield from _counted(_overlapping(db, owner), "session", "that overlap the one before")
        yield from _counted(_packed_wrongly(db, owner), "archive", "that cannot be unpacked")


def _overlapping(db: sqlite3.Connection, owner: int) -> int:
    found, latest = 0, -1
    for start, end in db.execute("SELECT start_ts, end_ts FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)):
        found += start < latest
        latest = max(latest, end)
    return found


def _packed_wrongly(db: sqlite3.Connection, owner: int) -> int:
    found = 0
    numbers = [{number for number, in db.execute(f"SELECT id FROM {table}")} for table in ("model", "project")]
    for day, data in db.execute("SELECT day, data FROM archive WHERE owner_id = ?", (owner,)):
        try:
            content = archive.unpack(data, day * 86_400_000)
            found += not all(row.model_id in numbers[0] and row.project_id in numbers[1] and min(row[6:11]) >= 0
                             and 0 <= row.at_ms - day * 86_400_000 < 86_400_000 for row in content.values())
        except (zlib.error, struct.error, TypeError, ValueError):
            found += 1
    return found
