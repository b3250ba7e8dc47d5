"""The messages of the logs, each once, whatever file it stands in: which copy of one counts is decided by ccusage 20's rule.

The key of a message is a digest of its id, and one of its request (or, without a request, of its conversation). Reading the
same logs again, in another order or folder, changes nothing.
"""

from __future__ import annotations

import sqlite3
from operator import itemgetter

from ccmon.quick_typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.store import rows

ALONE, SIDECHAIN, SPEED, ABSORBED, PRICED, UNENDED = 1, 2, 4, rows.ABSORBED, 16, 32
_SOME = 400                            # values in one statement
_32_BITS = 0xFFFFFFFF


class LogMessage(NamedTuple):
    """One answer of Claude as a line of a log has it."""

    at_ms: int                         # epoch ms
    message: int                       # digest of the message's id, 63 bits; where it has none, of all of the line
    request: Optional[int]             # digest of the request's id
    session: int                       # digest of the conversation's id
    model: str                         # "" for Claude Code's own messages
    project: str                       # the folder it was sent from, "" where that is unknown
    input: int                         # tokens
    output: int
    cache_5m: int                      # cache creation, for five minutes or an unknown time
    cache_1h: int                      # cache creation, for an hour
    cache_read: int
    cost_nano: Optional[int]           # billionths of a US dollar, None when unknown
    alone: bool = False                # it has no id: nobody's duplicate but its own
    sidechain: bool = False            # by a sub-agent, or beside the conversation
    speed: bool = False                # the line tells the speed
    priced: bool = False               # the line tells the cost
    unended: bool = False              # the line has no end yet


class MessageRow(NamedTuple):
    """A stored message; in the order of the table's columns behind the owner."""

    message: int
    key: int                           # of the request from 0 on, of the conversation below 0
    session: int
    at_ms: int
    model_id: int
    project_id: int
    input: int
    output: int
    cache_5m: int
    cache_1h: int
    cache_read: int
    cost_nano: Optional[int]
    flags: int

    @property
    def counts(self) -> bool:
        """False for a copy that another one stands for."""
        return not self.flags & ABSORBED

    @property
    def total(self) -> int:
        """Tokens of all kinds."""
        return self.input + self.output + self.cache_5m + self.cache_1h + self.cache_read


MessageIndex = Dict[int, Dict[int, MessageRow]]      # message, key
CountedMessage = Tuple[int, int, int, int, int, int, Optional[int]]
# at_ms, model_id, input, output, tokens written to the cache, cache_read, cost_nano
MessageChange = Tuple[Optional[MessageRow], MessageRow]     # before, after

_NAMES = ", ".join(MessageRow._fields)
SELECT = f"SELECT {_NAMES} FROM message WHERE owner_id = ? AND {rows.MESSAGE}"
_PUT = f"INSERT OR REPLACE INTO message (owner_id, {_NAMES}) VALUES (?{', ?' * len(MessageRow._fields)})"


def fold(index: MessageIndex, rows: Iterable[MessageRow]) -> List[MessageChange]:
    """Take the rows up in their order; index gets them too. What changed: each row before (None for a new one) and after."""
    before: Dict[Tuple[int, int], Optional[MessageRow]] = {}
    for row in rows:
        message, key = row[:2]
        group = index.get(message)
        if group is None:
            index[message], before[message, key] = {key: row}, None
            continue
        same = group.get(key)
        if same is not None and row[6:11] == same[6:11] and row.flags == same.flags and row.counts:
            continue                   # repeated: half of all lines
        for changed in _decided(group, row):
            before.setdefault(changed[:2], group.get(changed.key))
            group[changed.key] = changed
    changes = [(old, index[message][key]) for (message, key), old in before.items()]
    return [change for change in changes if change[0] != change[1]]


def _decided(group: Mapping[int, MessageRow], row: MessageRow) -> Sequence[MessageRow]:
    """What has to be written for one more copy of a message of which these are stored."""
    same = group.get(row.key)
    if not row.counts:
        return _absorbed(group, row, same)
    if same is not None and same.counts:
        return (row,) if not row.flags & ALONE and (is_better(row, same) or _confirms(row, same)) else ()
    twin = _twin(group, row)
    if twin is None:
        return (row,) if same is None else ()
    if is_better(row, twin):
        return (twin._replace(flags=twin.flags | ABSORBED), row)
    return (row._replace(flags=row.flags | ABSORBED),) if same is None else ()


def _absorbed(group: Mapping[int, MessageRow], row: MessageRow, same: Optional[MessageRow]) -> Sequence[MessageRow]:
    """A copy that another one stands for where it comes from (a history that joins this one), and here too if that is here."""
    if same is None:
        return (row,)
    stands = any(other.counts and other.key != row.key and other.session == row.session for other in group.values())
    return (same._replace(flags=same.flags | ABSORBED),) if same.counts and stands else ()


def _twin(group: Mapping[int, MessageRow], row: MessageRow) -> Optional[MessageRow]:
    """The same answer under another request: a question asked beside the conversation repeats it."""
    for other in group.values():
        if (other.counts and other.session == row.session and other.at_ms == row.at_ms
                and (other.flags | row.flags) & SIDECHAIN):
            return other
    return None


def _confirms(row: MessageRow, same: MessageRow) -> bool:
    """Whether the line of that copy has its end now."""
    return bool(same.flags & UNENDED and not row.flags & UNENDED and not is_better(same, row))


def is_better(row: MessageRow, than: MessageRow) -> bool:
    """Whether a copy is to stand for the message, by ccusage's rule."""
    if (row.flags ^ than.flags) & SIDECHAIN:
        return bool(than.flags & SIDECHAIN)
    if row.total != than.total:
        return row.total > than.total
    return bool(row.flags & SPEED and not than.flags & SPEED)


def message_rows(messages: Iterable[LogMessage], models: Mapping[str, int], projects: Mapping[str, int]) -> List[MessageRow]:
    """As they are stored, with the numbers of their models and projects."""
    new = tuple.__new__
    return [new(MessageRow, (
                message, -1 - (session & _32_BITS) if request is None else request & _32_BITS, session & _32_BITS, at_ms,
                models[model], projects[project], given, made, five, hour, read, cost,
                ALONE * alone + SIDECHAIN * sidechain + SPEED * speed + PRICED * priced + UNENDED * unended))
            for at_ms, message, request, session, model, project, given, made, five, hour, read, cost, alone, sidechain, speed,
            priced, unended in messages]


def load(db: sqlite3.Connection, owner: int, messages: Iterable[int]) -> MessageIndex:
    """What is stored of these messages."""
    index: MessageIndex = {}
    wanted = list(set(messages))
    for at in range(0, len(wanted), _SOME):
        some = wanted[at:at + _SOME]
        marks = ",".join("?" * len(some))
        for columns in db.execute(f"{SELECT} AND message IN ({marks})", (owner, *some)):
            index.setdefault(columns[0], {})[columns[1]] = MessageRow._make(columns)
    return index


def save(db: sqlite3.Connection, owner: int, rows: Iterable[MessageRow]) -> None:
    """Write these rows."""
    db.executemany(_PUT, [(owner, *row) for row in rows])


def between(db: sqlite3.Connection, owner: int, since_ms: int, until_ms: int) -> List[MessageRow]:
    """The messages that count, from since on and before until, by time."""
    fetched = db.execute(f"{SELECT} AND at_ms >= ? AND at_ms < ? AND NOT flags & {ABSORBED} ORDER BY at_ms",
                       (owner, since_ms, until_ms))
    return list(map(MessageRow._make, fetched))


def counted_by_time(db: sqlite3.Connection, owner: int, since_ms: int, until_ms: int, is_all: bool) -> List[CountedMessage]:
    """What sessions are made of: the messages of between, in the same order. is_all: those are all, which are read sooner
    without their index, that leads to each row apart."""
    fetched = db.execute(f"""SELECT at_ms, model_id, input, output, cache_5m + cache_1h, cache_read, cost_nano
        FROM message {'NOT INDEXED' if is_all else ''} WHERE owner_id = ? AND {rows.MESSAGE} AND at_ms >= ? AND at_ms < ?
        AND NOT flags & {ABSORBED}""", (owner, since_ms, until_ms))
    return sorted(fetched, key=itemgetter(0))


def numbers(db: sqlite3.Connection, names: Iterable[str], table: str) -> Dict[str, int]:
    """The numbers of these names in the table model or project, given where they had none."""
    by_name: Dict[str, int] = {}
    for name in dict.fromkeys(names):
        number = db.execute(f"SELECT id FROM {table} WHERE name = ?", (name,)).fetchone()
        by_name[name] = number[0] if number else db.execute(f"INSERT INTO {table} (name) VALUES (?)", (name,)).lastrowid or 0
    return by_name
