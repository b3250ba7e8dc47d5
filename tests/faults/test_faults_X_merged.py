"""A merged file that fights back: what it may hold, each within bounds of memory and time, and what is shown afterwards."""

import os
import shutil
import signal
import sqlite3
import struct
import sys
import time
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from account_windows import keep_readings
from commands import HOUR, NOW, Machine, wait_until
from commands import block as answered
from hostile_home import is_csv, is_html, is_json, is_openmetrics, is_wide
from merge_cases import message

from ccmon import cli
from ccmon.model import Owner
from ccmon.store import learning, ledger
from ccmon.store.database import open_store

pytestmark = pytest.mark.newest_only

SERVER = Owner("server", "a1")
LEGACY = "CREATE TABLE legacy (owner_id, ts, span_s, model_id, input, output, cache_creation, cache_read"
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
CPU_S, MEMORY = 20, 700 << 20          # only ever spent by a test that fails
EVIL = "x\x1b[31m\u202e\n=1+1\"<script>alert(1)</script>`touch PWNED`$(touch PWNED)#(touch PWNED)%n{__x__}'"


def theirs(folder):
    """A sound history of a server with a little of everything."""
    path = str(folder / "theirs.db")
    start = NOW - 30 * HOUR
    with open_store(path, 1000, NOW) as store:
        store.change_owner(SERVER, lambda db, n: ledger.count(db, n, [
            message(at, start - 1_750_032_000 + 60 * at, model="claude-opus-4") for at in range(40)]))
        store.change_owner(SERVER, lambda db, n: ledger.finish(db, n, [], NOW, True))
        keep_readings(store, SERVER, [(18_000, start + 5, 37.0, start + 4 * HOUR)])
        store.change_owner(SERVER, lambda db, n: learning.note_hit(db, n, start + 9, start + 60))
    return path


def change(path, *statements):
    """Let sqlite do these with the file, also what it only does to a schema that is edited by hand."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        for statement in statements:
            db.execute(*statement) if isinstance(statement, tuple) else db.execute(statement)


def instead(table, made):
    """The table goes, and something else has its name."""
    return f"PRAGMA foreign_keys = OFF; DROP TABLE {table}; {made}".split("; ")


def view(table):
    columns = {"reading": "owner_id, window_s, ts, percent, resets_at, source, noted_at", "note": "key, value",
               "owner": "id, host, account"}[table]
    values = ", ".join("x" for _ in columns.split(","))
    return instead(table, f"CREATE VIEW {table} ({columns}) AS {ENDLESS} SELECT {values} FROM n")


def schema_edit(sql, where):
    return ["PRAGMA writable_schema = ON", (f"UPDATE sqlite_master SET {sql} WHERE {where}",), "PRAGMA writable_schema = RESET"]


STATEMENTS = {                         # words of the reason, or None where the sane rows come
    "a view for reading": (view("reading"), "reading is no table"),
    "a view for note": (view("note"), "is not a history"),
    "a view for owner": (view("owner"), "is not a history"),
    "a view beside": ([f"CREATE VIEW other AS {ENDLESS} SELECT x FROM n"], None),
    "a trigger on insert": ([f"CREATE TRIGGER t AFTER INSERT ON snapshot BEGIN INSERT INTO note SELECT x, x FROM ({ENDLESS} "
                             "SELECT x FROM n); END"], None),
    "a trigger on delete": (["CREATE TRIGGER t AFTER DELETE ON snapshot BEGIN DELETE FROM session; END"], None),
    "a virtual table": (instead("reading", "CREATE VIRTUAL TABLE reading USING fts5(owner_id, window_s, ts, percent, resets_at, "
                                "source, noted_at)"), "reading is no table"),
    "a computed column": (instead("legacy", f"{LEGACY} AS (length(hex(zeroblob(900000000)))))"), "computed"),
    "a computed column that is stored": (["ALTER TABLE legacy RENAME TO old",
                                          f"{LEGACY} AS (length(hex('a'))) STORED)"], "computed"),
    "a computed column beside": (["ALTER TABLE session ADD COLUMN mood AS (length(hex(zeroblob(900000000))))"], "computed"),
    "an index of an expression": (["CREATE INDEX evil ON session (length(hex(zeroblob(tokens * 0 + 400))))",
                                   *schema_edit("sql = replace(sql, '400', '900000000')", "name = 'evil'")], None),
    "a part of an index": (["CREATE INDEX evil ON session (tokens) WHERE length(hex(zeroblob(tokens * 0 + 400))) > 0",
                            *schema_edit("sql = replace(sql, '400', '900000000')", "name = 'evil'")], None),
    "a costly check": (schema_edit("sql = replace(sql, 'UNIQUE (owner_id, start_ts)', 'UNIQUE (owner_id, start_ts), "
                                   "CHECK (length(hex(zeroblob(900000000 + tokens))) > 0)')", "name = 'session'"), None),
    "another order": (schema_edit("sql = replace(sql, 'models TEXT', 'models TEXT COLLATE evil')", "name = 'session'"), None),
    "another order of an index": (schema_edit("sql = replace(sql, 'end_ts)', 'end_ts COLLATE evil)')", "name = 'session_by_end'"),
                                  "damaged"),
    "a page of the schema as a table": (schema_edit("rootpage = 1", "name = 'reading'"), "damaged"),
    "a page that is not there": (schema_edit("rootpage = 99999", "name = 'reading'"), "damaged"),
    "a table that is none": (schema_edit("rootpage = 0", "name = 'reading'"), "is no table"),
    "no schema at all": (schema_edit("sql = 'CREATE TABLE reading AS SELECT 1'", "name = 'reading'"), "damaged"),
    "a thousand tables": ([f"CREATE TABLE t{n} (a)" for n in range(1001)], "more tables than any"),
    "a thousand owners": ([f"INSERT INTO owner (host, account) {ENDLESS} SELECT 'h' || x, '' FROM n LIMIT 1001"],
                          "more than 1000 rows"),
    "a long name": (["UPDATE owner SET host = hex(zeroblob(50000))"], "too long"),
    "a long blob": (["INSERT INTO archive VALUES (1, 20000, zeroblob(67200000))"], ""),
    "a packed bomb": ([("INSERT INTO archive VALUES (1, 20000, ?)", "bomb")], "cannot be unpacked"),
    "packed nonsense": (["INSERT INTO archive VALUES (1, 20000, x'00')"], "cannot be unpacked"),
    "large numbers": (["UPDATE message SET input = 999999999999999999"], "numbers that cannot be"),
    "the largest": (["UPDATE message SET input = 9223372036854775807"], "numbers that cannot be"),
    "the smallest": (["UPDATE message SET input = -9223372036854775808"], ""),
    "infinity": (["UPDATE reading SET percent = 9e999"], "no percentage"),
    "nothing": (instead("legacy", f"{LEGACY}); INSERT INTO legacy (owner_id) VALUES (1)"), ""),
    "texts for numbers": (["UPDATE session SET end_ts = 'x'"], "without whole numbers"),
    "no utf-8": (["UPDATE owner SET host = CAST(x'ff' AS TEXT)"], "Could not decode"),
    "a program to run": (["INSERT INTO note VALUES ('ccusage_path', '/tmp/evil')", "INSERT INTO note VALUES ('tried', 'x')"],
                         None),
    "positions of logs": (["INSERT INTO log_file VALUES (1, CAST('/x' AS BLOB), 1, 1, 9, 9, 9, x'', 1, 0, 0, '{}', 0, 0, 0, 0)"],
                          None),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A home with a history of its own, and a history of a server."""
    folder = tmp_path_factory.mktemp("recorded")
    machine = Machine(folder)
    machine.answers([answered(NOW - HOUR, 700, isActive=True)])
    assert machine.run("record").code == 0
    theirs(folder)
    return folder


@pytest.fixture
def home(machine, recorded):
    """The same, for a test alone; its server's history is theirs.db."""
    machine.answers([answered(NOW - HOUR, 700, isActive=True)])
    shutil.rmtree(str(machine.home))
    shutil.copytree(str(recorded / "home"), str(machine.home))
    shutil.copy(str(recorded / "theirs.db"), str(machine.folder))
    return machine


def bounded(machine, *words):
    """A call that gets so much memory and time of the processor: in a fork, which has loaded everything."""
    import resource
    streams = [open(machine.folder / name, "w+b") for name in ("out", "err")]
    child = os.fork()
    if child == 0:
        try:
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if os.path.exists("/proc") else 0
            resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_S,) * 2)
            for number, stream in enumerate(streams, 1):
                os.dup2(stream.fileno(), number)
            sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8") for number in (1, 2))
            os.environ.clear()
            os.environ.update(machine.env(CCMON_NOW=NOW))
            os.chdir(machine.cwd)
            code = cli.main(words)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        finally:
            os._exit(99)
    status = os.waitpid(child, 0)[1]
    out, err = (read_again(stream) for stream in streams)
    assert "Traceback" not in err, err
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status), out, err


def read_again(stream):
    with stream:
        stream.seek(0)
        return stream.read().decode()


def own(machine):
    """What is stored of this machine itself, and what is noted."""
    path = machine.home / ".local/share/ccmon/ccmon.db"
    with closing(sqlite3.connect(str(path))) as db:
        (number, host), = db.execute("SELECT id, host FROM owner WHERE host = (SELECT value FROM note WHERE key = 'host')")
        return [db.execute(f"SELECT * FROM {table} WHERE owner_id = ? ORDER BY 1, 2, 3", (number,)).fetchall()
                for table in ("session", "usage", "message", "reading", "log_file", "legacy")], host, db.execute(
                    "SELECT * FROM note WHERE key <> 'thinned' AND key NOT LIKE '% 2' ORDER BY key").fetchall()


def merged(machine, path, reason):
    """Merge it: what comes, or one sentence; nothing of ours is touched, and no copy is left."""
    before = own(machine)
    code, out, err = bounded(machine, "merge", path)
    assert os.listdir(machine.folder / "tmp") == [] and not list(machine.home.rglob(".ccmon-*"))
    if reason is None:
        assert (code, err) == (0, "") and "of host server" in out
    else:
        assert code in (2, 30) and out == "" and err.count("\n") == 1 and reason in err, (code, out, err)
    assert own(machine) == before
    return code


@pytest.mark.parametrize("name", STATEMENTS)
def test_X11_nothing_of_a_merged_file_runs(home, name):
    path = str(home.folder / "theirs.db")
    statements, reason = STATEMENTS[name]
    change(path, *[(one[0], (bomb(),)) if one[1:] == ("bomb",) else one for one in statements])
    merged(home, path, reason)


def bomb():
    """A little more of nothing than any day has, packed."""
    return zlib.compress(bytes((64 << 20) + 1), 1)


# --- the file itself -------------------------------------------------------------------------------------------------------

def super_journal(path, victim):
    """A journal that sqlite plays back, and then deletes the file that it names at its end, where no journal names that."""
    size = os.path.getsize(path) // 4096
    header = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + struct.pack(">IIIII", 0, 1, size, 512, 4096)
    name = str(victim).encode()
    Path(path + "-journal").write_bytes(header.ljust(512, b"\0") + struct.pack(">I", 4096 // 4096 + 262145) + name
                                        + struct.pack(">II", len(name), sum(name)) + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")


def test_X11_a_journal_deletes_no_file_that_it_names(home):
    path, victim = str(home.folder / "theirs.db"), home.folder / "victim"
    change(path, "PRAGMA journal_mode = DELETE")
    victim.write_text("/nowhere\0")
    super_journal(path, victim)
    merged(home, path, "-journal is of a change to several files")
    assert victim.exists()


def sparse(path):
    os.truncate(path, 1 << 40)


def fifo(name):
    return lambda path: os.mkfifo(path + name)


def link(name, to):
    return lambda path: os.symlink(to, path + name)


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2 // 4096 * 4096)


def noise(path):
    data = bytearray(Path(path).read_bytes())
    data[4096:] = bytes(range(7, 250)) * (len(data) // 243)
    Path(path).write_bytes(bytes(data))


def another(path):
    """The -wal of another database."""
    with closing(sqlite3.connect(path + "2", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("CREATE TABLE a (a)")
        Path(path + "-wal").write_bytes(Path(path + "2-wal").read_bytes())
    change(path, "PRAGMA user_version")


FILES = {"sparse": (sparse, "larger than any history"), "a pipe as -wal": (fifo("-wal"), "-wal is not a plain file"),
         "a pipe as -journal": (fifo("-journal"), "-journal is not a plain file"),
         "a device as -wal": (link("-wal", "/dev/zero"), "-wal is not a plain file"),
         "a folder as -wal": (lambda path: os.mkdir(path + "-wal"), ""),
         "a link that leads nowhere": (link("-wal", "nowhere"), ""),
         "sparse beside it": (lambda path: (Path(path + "-wal").touch(), os.truncate(path + "-wal", 1 << 40)), "larger than"),
         "cut short": (cut, "damaged"), "noise": (noise, "damaged"), "a -wal of another": (another, "is not a history")}


@pytest.mark.parametrize("name", FILES)
def test_X11_files_that_are_not_what_they_seem(home, name):
    path = str(home.folder / "theirs.db")
    make, reason = FILES[name]
    make(path)
    merged(home, path, reason)


def test_X11_a_file_that_is_read_by_a_ctrl_c_is_left_at_once(home):
    """As many pages as fit, each of which is read: what sqlite does then is ended, too."""
    path = str(home.folder / "theirs.db")
    change(path, f"INSERT INTO legacy {ENDLESS} SELECT 1, x * 900, 900, 1, 1, 1, 1, 1 FROM n LIMIT 600000")
    before = own(home)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        process = home.start("merge", path, env={"CCMON_NOW": NOW})
        copy = wait_until(lambda: list((home.folder / "tmp").glob("*/other.db.taken")), "the copy is begun")
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (code, "", "") and not copy[0].exists()
    assert os.listdir(home.folder / "tmp") == [] and own(home) == before


# --- what is shown ---------------------------------------------------------------------------------------------------------

SHOWN = [("--once", is_wide), ("--json", is_json), ("history --host all", is_wide), ("history --json --host all", is_json),
         ("history --csv --host all --by project", is_csv), ("history --csv --host all --by model", is_csv),
         ("report --html - --host all", is_html), ("report --markdown --host all", is_wide), ("why --json", is_json),
         ("export --openmetrics", is_openmetrics), ("history --check", is_wide), ("doctor", is_wide)]


def test_X11_texts_of_a_merged_file_are_data_wherever_they_are_shown(home):
    path = str(home.folder / "theirs.db")
    change(path, ("UPDATE owner SET host = ?, account = ?", (EVIL + "h", EVIL)), ("UPDATE model SET name = ?", (EVIL + "m",)),
           ("UPDATE project SET name = ?, path = ?", (EVIL + "p", EVIL)),
           ("UPDATE session SET models = ?, plan = ?", (EVIL, EVIL)),
           ("UPDATE limit_event SET kind = ?", (EVIL,)), ("UPDATE note SET value = ?", (EVIL,)))
    code, out, err = bounded(home, "merge", path)
    assert (code, err) == (0, "")
    is_wide(out)
    for words, is_right in SHOWN:
        code, out, err = bounded(home, *words.split())
        assert code in (0, 1, 10, 11), (words, err)
        is_right(out)
    assert not list(home.cwd.rglob("PWNED")) and not list(home.home.rglob("PWNED"))


def test_X11_times_that_lie_ahead_stay_behind(home):
    path, late = str(home.folder / "theirs.db"), 10 ** 10
    change(path, "UPDATE reading SET noted_at = 9999999999", f"UPDATE snapshot SET seen = {late}",
           "UPDATE session SET last_ts = 9999999999",
           f"INSERT INTO reading VALUES (1, 18000, {NOW - HOUR}, 50, {late}, 'statusline', NULL)",
           f"INSERT INTO reading VALUES (1, 18000, {late}, 50, {late}, 'statusline', NULL)",
           f"INSERT INTO limit_event VALUES (1, {NOW - HOUR}, 'session', '', {late})",
           f"INSERT INTO reported VALUES (1, {NOW - HOUR}, {late}, {late}, 5, 5, 0, 0, 0, 0, '', 1, 1, 'ccusage', NULL)")
    before = own(home)
    bounded(home, "merge", path)
    assert own(home) == before
    with closing(sqlite3.connect(str(home.home / ".local/share/ccmon/ccmon.db"))) as db:
        for table, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in db.execute(f"SELECT * FROM {table}"):
                assert not any(type(value) is int and NOW + 8 * 86_400 < value < 10 ** 11 for value in row), (table, row)


@pytest.mark.parametrize("words", [["learn", "--compare", "/dev/zero"], ["learn", "--evaluate", "/dev/zero"]])
def test_X11_a_file_to_compare_with_that_has_no_end(home, words):
    code, out, err = bounded(home, *words)
    assert code == 30 and out == "" and "it has a line that is too long" in err


# --- the own file, brought back from somewhere ------------------------------------------------------------------------------

REFUSES = "holds a trigger, or a view in the place of a table"


@pytest.mark.parametrize("made", [["CREATE TRIGGER t AFTER INSERT ON note BEGIN DELETE FROM session; END"], view("reading")],
                         ids=["a trigger", "a view"])
def test_X11_a_history_that_brings_programs_is_not_used(home, made):
    change(str(home.home / ".local/share/ccmon/ccmon.db"), *made)
    for words, said in (("record", REFUSES), ("history", REFUSES), ("--json", "store_failed"), ("--once", "history")):
        code, out, err = bounded(home, words)
        assert code in (0, 1, 10, 11, 30) and said in out + err, (words, out, err)
