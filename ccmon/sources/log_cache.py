"""The door to what the log reader keeps between two looks: a sqlite file of its own, which may be deleted at any time.

Places in files, entries under hashed keys, and the sessions made of them. Whatever is wrong with the file, it is made anew.
"""

import json
import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ccmon.model import Block, CcmonError
from ccmon.sources.log_entries import Entry
from ccmon.sources.log_files import LogFile
from ccmon.system import private

VERSION = 1
BUSY_MS = 5000
_SOME = 400                            # values in one statement
_COLUMNS = ("at_ms", "message", "request", "session", "model_id", "input", "output", "cache_5m", "cache_1h", "cache_read",
            "flags", "cost_usd", "reset_at")
_SIDECHAIN, _SPEED = 1, 2

Key = Tuple[int, int]                  # number of the file, place in it


class Known(NamedTuple):
    """How far a file has been read."""

    id: int
    device: int
    inode: int
    size: int                          # when it was last looked at
    mtime_ns: int
    offset: int                        # bytes read
    print: bytes                       # fingerprint of those


class Read(NamedTuple):
    """What came of reading a part of a file."""

    offset: int
    print: bytes
    rows: Sequence[Tuple[int, Optional[bool], Entry]]      # place in the file, whether it counts (None: undecided), entry
    limits: Sequence[Tuple[int, str, Optional[int]]]       # epoch s, kind, epoch s of the reset
    lines: int
    skipped: int                       # neither used nor of another kind: damaged
    last: bool                         # up to the end that the file had


class Made(NamedTuple):
    """One session made of entries."""

    first_ms: int
    last_ms: int
    block: Block
    minutes: Mapping[Tuple[int, Optional[str]], Sequence[int]]     # epoch s and model: input, output, cache created and read


class Counts(NamedTuple):
    """What lies behind the numbers."""

    files: int
    lines: int
    entries: int
    duplicates: int
    skipped: int


def counts(db: sqlite3.Connection) -> Counts:
    """Of all files together, from any connection to a cache. Raises sqlite3.Error."""
    files, lines, skipped = db.execute("SELECT count(*), sum(lines), sum(skipped) FROM file").fetchone()
    entries, alive = db.execute("SELECT count(*), sum(alive) FROM entry").fetchone()
    return Counts(files, lines or 0, alive or 0, entries - (alive or 0), skipped or 0)


class LogCache:
    """One connection. Errors of sqlite come as CcmonError; the file is thrown away first."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._models: Dict[Optional[str], int] = {}
        try:
            self._open()
        except (sqlite3.Error, OSError):
            self._discard()
            try:
                self._open()
            except (sqlite3.Error, OSError) as err:
                raise CcmonError(f"The cache of the log reader cannot be written ({err}): {path}. Make room there, or set "
                                 "XDG_CACHE_HOME") from None

    def _open(self) -> None:
        private.make_folder(os.path.dirname(self.path))
        with suppress(FileExistsError):
            os.close(private.open_file(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        self.db = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)
        self.db.execute("PRAGMA temp_store = MEMORY")     # not in the common temporary folder
        self.db.execute("PRAGMA journal_mode = WAL").fetchall()
        self.db.execute("PRAGMA synchronous = OFF")       # what a power loss takes can be read again
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError("of another version")
        if version == 0:
            self.db.executescript("BEGIN IMMEDIATE;" + _SCHEMA + f"PRAGMA user_version = {VERSION}; COMMIT;")
        self._models = {name: number for number, name in self.db.execute("SELECT id, name FROM model")}

    def _discard(self) -> None:
        with suppress(AttributeError, sqlite3.Error):
            self.db.close()
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(self.path + suffix)

    def __enter__(self) -> "LogCache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        with suppress(sqlite3.Error):
            self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; a damaged file is thrown away."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except sqlite3.DatabaseError as err:
            if not isinstance(err, sqlite3.OperationalError):
                self._discard()
            raise CcmonError(f"The cache of the log reader failed ({err}): {self.path}. It is made anew") from None
        finally:
            with suppress(sqlite3.Error):
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")

    # --- notes ------------------------------------------------------------------------------------------------------

    def note(self, name: str) -> int:
        """A number noted under the name, 0 when none is."""
        found = self.db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return int(found[0]) if found else 0

    def write_note(self, name: str, value: int) -> None:
        """Note a number."""
        self.db.execute("INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)", (name, value))

    # --- files ------------------------------------------------------------------------------------------------------

    def known(self) -> Dict[str, Known]:
        """The files that were read, by path."""
        return {os.fsdecode(path): Known(*rest) for path, *rest in self.db.execute(_KNOWN)}

    def add_file(self, file: LogFile) -> Known:
        """Take up a file, unless another process was faster."""
        path = os.fsencode(file.path)
        self.db.execute("INSERT OR IGNORE INTO file (path, root, device, inode) VALUES (?, ?, ?, ?)",
                        (path, file.root, file.device, file.inode))
        return Known(*self.db.execute(_KNOWN + " WHERE path = ?", (path,)).fetchone()[1:])

    def forget(self, file: int) -> None:
        """Take out a file with all its entries."""
        for table in ("entry", "hit"):
            self.db.execute(f"DELETE FROM {table} WHERE file_id = ?", (file,))
        self.db.execute("DELETE FROM file WHERE id = ?", (file,))

    def add(self, known: Known, file: LogFile, read: Read) -> None:
        """Keep what was read."""
        self.db.executemany(_INSERT, [(known.id, place, alive, *self._row(entry)) for place, alive, entry in read.rows])
        self.db.executemany("INSERT OR REPLACE INTO hit (file_id, at, kind, resets_at) VALUES (?, ?, ?, ?)",
                            [(known.id, *hit) for hit in read.limits])
        self.db.execute("""UPDATE file SET size = ?, mtime_ns = ?, offset = ?, print = ?, lines = lines + ?, skipped = skipped + ?
            WHERE id = ?""", (file.size if read.last else 0, file.mtime_ns, read.offset, read.print, read.lines, read.skipped,
                            known.id))

    def offset(self, file: int) -> int:
        """How far the file has been read, -1 when it is not known: another process may have been faster."""
        found = self.db.execute("SELECT offset FROM file WHERE id = ?", (file,)).fetchone()
        return int(found[0]) if found else -1

    def skipped(self) -> int:
        """Damaged lines in all files."""
        return int(self.db.execute("SELECT ifnull(sum(skipped), 0) FROM file").fetchone()[0])

    def counts(self) -> Counts:
        """Of all files together; takes a while when they are many."""
        return counts(self.db)

    # --- entries ----------------------------------------------------------------------------------------------------

    def _row(self, entry: Entry) -> Tuple[object, ...]:
        flags = _SIDECHAIN * entry.sidechain + _SPEED * entry.speed
        return (entry.at_ms, entry.message, entry.request, entry.session, self._model(entry.model), entry.input, entry.output,
                entry.cache_5m, entry.cache_1h, entry.cache_read, flags, entry.cost_usd, entry.reset_at)

    def _model(self, name: Optional[str]) -> Optional[int]:
        if name is None:
            return None
        if name not in self._models:
            self.db.execute("INSERT OR IGNORE INTO model (name) VALUES (?)", (name,))
            self._models[name] = self.db.execute("SELECT id FROM model WHERE name = ?", (name,)).fetchone()[0]
        return self._models[name]

    def messages_of(self, file: int) -> List[int]:
        """The messages of which a file has entries."""
        return [row[0] for row in self.db.execute("SELECT DISTINCT message FROM entry WHERE file_id = ? AND message IS NOT NULL",
                                                  (file,))]

    def span_of(self, file: int) -> Optional[int]:
        """Epoch ms of the earliest entry of a file that counts."""
        found: Optional[int] = self.db.execute("SELECT min(at_ms) FROM entry WHERE file_id = ? AND alive", (file,)).fetchone()[0]
        return found

    def of_messages(self, messages: Sequence[int]) -> Iterator[Tuple[Key, Optional[bool], Entry]]:
        """The entries of these messages, in order of message, file and line, with whether they count."""
        for at in range(0, len(messages), _SOME):
            some = messages[at:at + _SOME]
            marks = ",".join("?" * len(some))
            yield from self._entries(f"WHERE message IN ({marks}) ORDER BY message, root, path, place", some)

    def doubt_shared(self) -> None:
        """Messages that stand in several files have to be decided on again."""
        shared = "SELECT message FROM entry WHERE message IS NOT NULL GROUP BY message HAVING min(file_id) < max(file_id)"
        self.db.execute(f"UPDATE entry SET alive = NULL WHERE message IN ({shared})")

    def undecided(self) -> Iterator[Tuple[Key, Optional[bool], Entry]]:
        """The entries of all messages with one that is not decided, in order of message, file and line."""
        wanted = "SELECT message FROM entry WHERE alive IS NULL AND message IS NOT NULL"
        return self._entries(f"WHERE message IN ({wanted}) ORDER BY message, root, path, place", ())

    def index(self, wanted: bool) -> None:
        """Entries by message; without it many are added faster."""
        self.db.execute("CREATE INDEX IF NOT EXISTS entry_of_message ON entry (message)" if wanted
                        else "DROP INDEX IF EXISTS entry_of_message")

    def alive_from(self, at_ms: int) -> Iterator[Entry]:
        """The entries that count from then on, by time."""
        return (entry for _, _, entry in self._entries("WHERE alive AND at_ms >= ? ORDER BY at_ms, root, path, place", (at_ms,)))

    def _entries(self, condition: str, values: Sequence[object]) -> Iterator[Tuple[Key, Optional[bool], Entry]]:
        rows = self.db.execute(_SELECT + condition, values)
        for file, place, alive, name, at_ms, message, request, session, _, given, made, c5, c1, read, flags, cost, reset in rows:
            entry = Entry(at_ms, message, request, session, name, given, made, c5, c1, read, bool(flags & _SIDECHAIN),
                          bool(flags & _SPEED), cost, reset)
            yield (file, place), alive, entry

    def decide(self, decisions: Iterable[Tuple[bool, int, int]]) -> None:
        """Write whether entries count: (alive, file, place)."""
        self.db.executemany("UPDATE entry SET alive = ? WHERE file_id = ? AND place = ?", decisions)

    def decide_rest(self) -> None:
        """Entries without a message are nobody's duplicate."""
        self.db.execute("UPDATE entry SET alive = 1 WHERE alive IS NULL AND message IS NULL")

    # --- sessions ---------------------------------------------------------------------------------------------------

    def edges(self) -> List[Tuple[int, int]]:
        """First and last entry (epoch ms) of every session, the newest first."""
        return list(self.db.execute("SELECT first_ms, last_ms FROM block ORDER BY first_ms DESC"))

    def replace_sessions(self, from_ms: int, made: Iterable[Made]) -> None:
        """Put these sessions in the place of all that begin at from_ms or later."""
        self.db.execute("DELETE FROM block WHERE first_ms >= ?", (from_ms,))
        for session in made:
            self.db.execute("INSERT OR REPLACE INTO block VALUES (?, ?, ?)",
                            (session.first_ms, session.last_ms, json.dumps(session.block)))
            self.db.executemany(_MINUTE, [(ts, model or "", *counts) for (ts, model), counts in session.minutes.items()])

    def unsent(self, most: int) -> List[Tuple[int, str, int, int, int, int]]:
        """Minutes that the store does not have yet: time (epoch s), model, and four counts."""
        return list(self.db.execute("""SELECT ts, model, input, output, cache_creation, cache_read FROM minute
            WHERE NOT sent ORDER BY ts LIMIT ?""", (most,)))

    def sent(self, minutes: Sequence[Sequence[object]]) -> None:
        """The store has these now."""
        self.db.executemany("UPDATE minute SET sent = 1 WHERE ts = ? AND model = ? AND input = ? AND output = ? "
                            "AND cache_creation = ? AND cache_read = ?", [tuple(minute) for minute in minutes])

    def blocks(self) -> List[Block]:
        """All sessions, by start."""
        found = [Block(*json.loads(row[0])) for row in self.db.execute("SELECT data FROM block ORDER BY first_ms")]
        return [block._replace(models=tuple(block.models)) for block in found]

    def hits(self) -> List[Tuple[int, str, Optional[int]]]:
        """The limit messages: epoch s, kind, epoch s of the reset."""
        return list(self.db.execute("SELECT DISTINCT at, kind, resets_at FROM hit ORDER BY at"))


_SCHEMA = """
CREATE TABLE note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE file (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, root INTEGER NOT NULL, device INTEGER, inode INTEGER,
    size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL DEFAULT 0, offset INTEGER NOT NULL DEFAULT 0,
    print BLOB NOT NULL DEFAULT x'', lines INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0);
CREATE TABLE entry (file_id INTEGER NOT NULL, place INTEGER NOT NULL, at_ms INTEGER NOT NULL, message INTEGER, request INTEGER,
    session INTEGER NOT NULL, model_id INTEGER, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_5m INTEGER NOT NULL,
    cache_1h INTEGER NOT NULL, cache_read INTEGER NOT NULL, flags INTEGER NOT NULL, cost_usd REAL, reset_at INTEGER,
    alive INTEGER, PRIMARY KEY (file_id, place)) WITHOUT ROWID;
CREATE INDEX entry_of_message ON entry (message);
CREATE INDEX entry_by_time ON entry (at_ms) WHERE alive;
CREATE INDEX entry_undecided ON entry (message) WHERE alive IS NULL;
CREATE TABLE hit (file_id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, resets_at INTEGER,
    PRIMARY KEY (file_id, at, kind)) WITHOUT ROWID;
CREATE TABLE minute (ts INTEGER NOT NULL, model TEXT NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL,
    cache_creation INTEGER NOT NULL, cache_read INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ts, model)) WITHOUT ROWID;
CREATE INDEX minute_to_send ON minute (ts) WHERE NOT sent;
CREATE TABLE block (first_ms INTEGER PRIMARY KEY, last_ms INTEGER NOT NULL, data TEXT NOT NULL);
"""
_INSERT = (f"INSERT OR REPLACE INTO entry (file_id, place, alive, {', '.join(_COLUMNS)}) "
           f"VALUES ({', '.join('?' * (len(_COLUMNS) + 3))})")
_MINUTE = """INSERT INTO minute (ts, model, input, output, cache_creation, cache_read) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (ts, model) DO UPDATE SET input = excluded.input, output = excluded.output, sent = 0,
        cache_creation = excluded.cache_creation, cache_read = excluded.cache_read
    WHERE (input, output, cache_creation, cache_read)
        <> (excluded.input, excluded.output, excluded.cache_creation, excluded.cache_read)"""
_KNOWN = "SELECT path, id, device, inode, size, mtime_ns, offset, print FROM file"
_SELECT = (f"SELECT file_id, place, alive, model.name, {', '.join(_COLUMNS)} FROM entry JOIN file ON file.id = file_id "
           "LEFT JOIN model ON model.id = model_id ")
