"""The integrity of a history: sqlite's own checks, and the rules for every row. Reads only."""

from __future__ import annotations

import os
import sqlite3
import struct
import zlib

from ccmon.errors import PathError
from ccmon.model import Block
from ccmon.quick_typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple
from ccmon.store import archive, connection, copy, history_path, reported, rows, schema, usage
from ccmon.typed_values import MOST_PERCENT
from ccmon.when import HOUR_S, SESSION_S

# What is counted, and what a row of it is called.
TABLES = {"session": "session", "snapshot": "snapshot", "reading": "reading", "limit_event": "limit event",
          "window_reading": "reading of a window", "minute": "minute", "hour": "hour", "message": "message",
          "archive": "packed day", "forecast": "forecast", "alert": "alert"}


class CheckResult(NamedTuple):
    """What was checked, and what is wrong with it."""

    problems: Tuple[str, ...]
    rows: Dict[str, int]               # by table
    hosts: Tuple[str, ...]
    version: int                       # of the schema
    size: int                          # bytes, without -wal
    aside: Tuple[Block, ...] = ()      # sessions that overlap others, which count instead; by start
    copy: Optional[str] = None         # path of the file as it was before an upgrade that changed what counts


class _Rule(NamedTuple):
    table: str
    wrong: str                         # SQL that is true of a wrong row
    what: str
    since: int = 0                     # number of the schema


_LEDGER = schema.BREAKING
_TOLERATED = {"settled", "noted_at", "ctime_ns", "crc", "check_at"}      # where one cannot be, it is read as unknown
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
    *(_Rule(table, "owner_id NOT IN (SELECT id FROM owner)", "of nobody") for table in _OWNED),
    _Rule("session", "end_ts < start_ts", "that end before they start"),
    _Rule("session", _COUNTS, "with negative counts"),
    _Rule("session", f"end_ts - start_ts > {SESSION_S}", "that are longer than five hours", _LEDGER),
    _Rule("snapshot", "seen < ts", "that were last seen before they were first seen"),
    _Rule("snapshot", _COUNTS, "with negative counts"),
    _Rule("snapshot", "owner_id <> (SELECT owner_id FROM session WHERE id = session_id)", "of a session of somebody else"),
    *(_Rule(table, f"typeof(percent) NOT IN ('integer', 'real') OR percent NOT BETWEEN 0 AND {MOST_PERCENT}",
            "that are no percentage") for table in ("reading", "window_reading")),
    _Rule("forecast", "typeof(percent) NOT IN ('integer', 'real') OR typeof(probability) NOT IN ('integer', 'real') "
                      "OR probability NOT BETWEEN 0 AND 1", "that are none"),
    _Rule("forecast", "outcome_at <= ts OR (outcome_at IS NULL) <> (reached IS NULL)", "with an outcome that cannot be"),
    *(_Rule(table, f"ts % {span_s} <> 0 OR {_KINDS}", "that are none, or with negative counts")
      for table, span_s in (("minute", 60), ("hour", HOUR_S))),
    _Rule("message", "min(input, output, cache_5m, cache_1h, cache_read, at_ms, coalesce(cost_nano, 0)) < 0",
          "with negative counts"),
    _Rule("message", "model_id NOT IN (SELECT id FROM model) OR project_id NOT IN (SELECT id FROM project)",
          "without a model or a project"),
    _Rule("usage", f"ts % {usage.QUARTER_S} <> 0 OR {_KINDS} OR min(cost_nano, unpriced, entries) < 0",
          "that are no quarters of an hour, or with negative counts"),
    _Rule("usage", f"model_id NOT IN (SELECT id FROM model UNION SELECT {usage.UNKNOWN}) OR project_id NOT IN "
                   f"(SELECT id FROM project UNION SELECT {usage.UNKNOWN})", "without a model or a project"),
    _Rule("legacy", f"span_s NOT IN ({usage.QUARTER_S}, {HOUR_S}) OR ts % span_s <> 0 OR {_KINDS}",
          "that are none, or with negative counts"),
    _Rule("legacy", "model_id NOT IN (SELECT id FROM model)", "without a model"),
    _Rule("reported", _COUNTS, "with negative counts"),
    _Rule("reported", "session_id NOT IN (SELECT id FROM session)", "without its session"),
    *(_Rule(table, f"max(0, {', '.join(f'abs(coalesce({name}, 0))' for name in names.split())}) > {rows.MOST_SUMMED}",
            "with numbers that cannot be") for table, names in _COUNTED.items()),
    _Rule("log_file", "typeof(path) <> 'blob' OR typeof(print) <> 'blob' OR min(offset, lines, damaged) < 0", "that are none"),
)


def examine(path: str) -> Optional[CheckResult]:
    """Check everything; None when there is no file. CcmonError when it cannot be read or made, or is not for us."""
    if not history_path.exists(path):
        return None
    size = os.stat(path).st_size
    try:
        with copy.reading(path) as db:
            return _findings(db, path, size)
    except copy.Broken as error:
        return CheckResult((str(error),), {}, (), 0, size)


def _findings(db: sqlite3.Connection, path: str, size: int) -> CheckResult:
    db.execute("BEGIN")                # one state, whoever writes meanwhile
    why = None if copy.is_blank(db) else copy.strangeness(db)
    if why:
        raise (copy.Newer if copy.is_newer(db) else PathError)(path, why)
    there = _tables(db)
    numbers = {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in TABLES if table in there}
    hosts = tuple(host for host, in db.execute("SELECT DISTINCT host FROM owner ORDER BY host")) if "owner" in there else ()
    wrong = tuple(problems(db))
    result = CheckResult(wrong, numbers, hosts, connection.version_of(db), size)
    if "reported" not in there or wrong:
        return result
    return result._replace(aside=tuple(reported.set_aside(db)), copy=rows.note(db, schema.COPY))


def _tables(db: sqlite3.Connection) -> Set[str]:
    return {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def problems(db: sqlite3.Connection) -> List[str]:
    """What is wrong, each in a few words; sqlite's own findings first, and alone where there are any."""
    errors = faults(db)
    if errors:
        return errors
    loose = [f"a row of {row[0]} without its {row[2]}" for row in db.execute("PRAGMA foreign_key_check")]
    there, version = _tables(db), connection.version_of(db)
    for table, names in _names(version, "TEXT").items():
        if names and table in there:
            db.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()       # not UTF-8: sqlite3.Error
    rules = [rule for rule in (*_type_rules(version), *_RULES) if rule.table in there and rule.since <= version]
    wrong = [problem for rule in rules for problem in _counted(
        db.execute(f"SELECT count(*) FROM {rule.table} WHERE {rule.wrong}").fetchone()[0], rule.table, rule.what)]
    # Sums of wrong rows show nothing more.
    return [*loose, *wrong] or (list(_ledger_problems(db)) if version >= _LEDGER else [])


def faults(db: sqlite3.Connection) -> List[str]:
    """What is wrong with its pages, indexes and columns, without the contents of the rows."""
    return connection.faults(db, "integrity_check") or missing(db)


def missing(db: sqlite3.Connection) -> List[str]:
    """The tables and columns of a history of that version that this one has not."""
    wanted = sorted(schema.columns(connection.version_of(db)).items())
    absent = {table: names.keys() - _columns(db, table) for table, names in wanted}
    return [f"the table {table} is missing" if not _columns(db, table) else f"{table} has no {', '.join(sorted(names))}"
            for table, names in absent.items() if names]


def _columns(db: sqlite3.Connection, table: str) -> Set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _names(version: int, kind: str) -> Dict[str, List[str]]:
    """By table, the columns of this type; those of reports are declared without one."""
    reported_texts = {"models": "TEXT", "source": "TEXT"}
    return {table: [name for name, declared in columns.items()
                    if name not in _TOLERATED and (declared or reported_texts.get(name, "INTEGER")) == kind]
            for table, columns in schema.columns(version).items() if table not in ("note", "meta")}


def _type_rules(version: int) -> Iterator[_Rule]:
    for kind, wrong, what in (("INTEGER", "NOT IN ('integer', 'null')", "without whole numbers"),
                               ("TEXT", "<> 'text'", "with a text that is none")):
        for table, names in _names(version, kind).items():
            if names:
                yield _Rule(table, " OR ".join(f"typeof({name}) {wrong}" for name in names), what)


def _counted(number: int, table: str, what: str) -> List[str]:
    return [f"{number} row{'s' if number > 1 else ''} of {table} {what}"] if number else []


def _ledger_problems(db: sqlite3.Connection) -> Iterable[str]:
    """What no single row shows."""
    for owner, in db.execute("SELECT id FROM owner ORDER BY id").fetchall():
        yield from _counted(_overlapping(db, owner), "session", "that overlap the one before")
        yield from _counted(_packed_wrongly(db, owner), "archive", "that cannot be unpacked")


def _overlapping(db: sqlite3.Connection, owner: int) -> int:
    number, latest = 0, -1
    for start, end in db.execute("SELECT start_ts, end_ts FROM session WHERE owner_id = ? ORDER BY start_ts", (owner,)):
        number += start < latest
        latest = max(latest, end)
    return number


def _packed_wrongly(db: sqlite3.Connection, owner: int) -> int:
    wrong = 0
    numbers = [{number for number, in db.execute(f"SELECT id FROM {table}")} for table in ("model", "project")]
    for day, data in db.execute("SELECT day, data FROM archive WHERE owner_id = ?", (owner,)):
        try:
            start_ms = day * archive.DAY_MS
            content = archive.unpack(data, start_ms)
            wrong += not all(row.model_id in numbers[0] and row.project_id in numbers[1] and min(row[6:11]) >= 0
                             and 0 <= row.at_ms - start_ms < archive.DAY_MS for row in content.values())
        except (zlib.error, struct.error, TypeError, ValueError):
            wrong += 1
    return wrong
