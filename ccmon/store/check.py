"""Whether a history is sound: sqlite's own checks, and what every row of ours has to keep to. Reads only."""

import os
import sqlite3
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from ccmon.model import MOST_PERCENT, CcmonError
from ccmon.store import copy, migrations, sound

TABLES = ("session", "snapshot", "reading", "minute", "hour", "forecast", "alert")


class Findings(NamedTuple):
    """What was looked at, and what is wrong with it."""

    problems: Tuple[str, ...]
    rows: Dict[str, int]               # by table
    hosts: Tuple[str, ...]
    version: int                       # of the schema
    size: int                          # bytes, without -wal


class _Rule(NamedTuple):
    table: str
    wrong: str                         # SQL that is true of a wrong row
    what: str


_INTEGERS = {
    "session": "owner_id start_ts end_ts last_ts tokens input output cache_creation cache_read cost_micro_usd entries counted "
               "listed limit_tokens",
    "snapshot": "owner_id ts seen session_id tokens input output cache_creation cache_read cost_micro_usd",
    "reading": "owner_id window_s ts resets_at",
    "forecast": "owner_id window_s ts resets_at median low high seed_at outcome_at reached",
    "alert": "owner_id window_end ts",
    "minute": "owner_id ts model_id input output cache_creation cache_read",
    "hour": "owner_id ts model_id input output cache_creation cache_read",
}
_TEXTS = {"session": "models source plan limit_source", "reading": "source", "forecast": "rule", "alert": "kind channel outcome",
          "owner": "host account", "model": "name"}
_COUNTS = "min(tokens, coalesce(input, 0), coalesce(output, 0), coalesce(cache_creation, 0), coalesce(cache_read, 0)) < 0"
_KINDS = "min(input, output, cache_creation, cache_read) < 0"
_RULES = (
    *(_Rule(table, " OR ".join(f"typeof({name}) NOT IN ('integer', 'null')" for name in names.split()), "without whole numbers")
      for table, names in _INTEGERS.items()),
    *(_Rule(table, " OR ".join(f"typeof({name}) <> 'text'" for name in names.split()), "with a text that is none")
      for table, names in _TEXTS.items()),
    _Rule("session", "end_ts < start_ts", "that end before they start"),
    _Rule("session", _COUNTS, "with negative counts"),
    _Rule("snapshot", "seen < ts", "that were last seen before they were first seen"),
    _Rule("snapshot", _COUNTS, "with negative counts"),
    _Rule("snapshot", "owner_id <> (SELECT owner_id FROM session WHERE id = session_id)", "of a session of somebody else"),
    _Rule("reading", f"typeof(percent) NOT IN ('integer', 'real') OR percent NOT BETWEEN 0 AND {MOST_PERCENT}",
          "that are no percentage"),
    _Rule("forecast", "typeof(percent) NOT IN ('integer', 'real') OR typeof(probability) NOT IN ('integer', 'real') "
                      "OR probability NOT BETWEEN 0 AND 1", "that are none"),
    _Rule("forecast", "outcome_at <= ts OR (outcome_at IS NULL) <> (reached IS NULL)", "with an outcome that cannot be"),
    _Rule("minute", f"ts % 60 <> 0 OR {_KINDS}", "that are none, or with negative counts"),
    _Rule("hour", f"ts % 3600 <> 0 OR {_KINDS}", "that are none, or with negative counts"),
)


def examine(path: str) -> Optional[Findings]:
    """Look at everything; None when there is no file. CcmonError when it cannot be read, or is not for us."""
    if not os.path.lexists(path):
        return None
    size = os.stat(path).st_size if os.path.exists(path) else 0
    try:
        with copy.reading(path) as db:
            return _findings(db, path, size)
    except copy.Broken as error:
        return Findings((str(error),), {}, (), 0, size)


def _findings(db: sqlite3.Connection, path: str, size: int) -> Findings:
    db.execute("BEGIN")                # one moment, whoever writes meanwhile
    why = copy.strangeness(db) if size else None
    if why:
        raise CcmonError(f"{path} {why}")
    there = _tables(db)
    rows = {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in TABLES if table in there}
    hosts = tuple(host for host, in db.execute("SELECT DISTINCT host FROM owner ORDER BY host")) if "owner" in there else ()
    return Findings(tuple(problems(db)), rows, hosts, migrations.version_of(db), size)


def _tables(db: sqlite3.Connection) -> Set[str]:
    return {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def problems(db: sqlite3.Connection) -> List[str]:
    """What is wrong, each in a few words; sqlite's own findings first, and alone where there are any."""
    found = sound.faults(db, "integrity_check")
    if found:
        return found
    loose = [f"a row of {row[0]} without its {row[2]}" for row in db.execute("PRAGMA foreign_key_check")]
    there = _tables(db)
    for table in _TEXTS.keys() & there:
        db.execute(f"SELECT {', '.join(_TEXTS[table].split())} FROM {table}").fetchall()       # not UTF-8: sqlite3.Error
    return loose + [problem for rule in _RULES if rule.table in there for problem in _broken(db, rule)]


def _broken(db: sqlite3.Connection, rule: _Rule) -> List[str]:
    number = db.execute(f"SELECT count(*) FROM {rule.table} WHERE {rule.wrong}").fetchone()[0]
    return [f"{number} row{'s' if number > 1 else ''} of {rule.table} {rule.what}"] if number else []
