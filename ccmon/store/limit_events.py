"""Stub until the helper's version is merged."""

import sqlite3
from typing import Any, Iterable, NamedTuple


class Row(NamedTuple):
    """A limit event."""

    ts: int
    kind: str
    model: str
    resets_at: int


def create(db: sqlite3.Connection) -> None:
    """Its table."""
    db.execute("""CREATE TABLE limit_event (owner_id INTEGER NOT NULL, ts INTEGER NOT NULL, kind TEXT NOT NULL,
        model TEXT NOT NULL DEFAULT '', resets_at INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (owner_id, ts, kind, model)) WITHOUT ROWID""")


def add(db: sqlite3.Connection, owner: int, events: Iterable[Any]) -> None:
    """Nothing yet."""


def row(at: int, kind: str, resets_at: "int | None") -> Row:
    """Stub."""
    return Row(at, kind, "", resets_at or 0)


def reached(db: sqlite3.Connection, owner: int, since: int, until: int) -> "list[int]":
    """When a session was cut off, by time."""
    return [ts for ts, in db.execute("""SELECT DISTINCT ts FROM reading WHERE owner_id = ? AND window_s = 18000
        AND source IN ('hit', 'limit') AND ts >= ? AND ts < ? AND typeof(ts) = 'integer' ORDER BY ts""", (owner, since, until))]
