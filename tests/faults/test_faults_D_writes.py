"""D-23: commands killed at a write, run again, and compared with a run that nobody disturbed. --all: at every write."""

import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from itertools import count

import pytest
from claude_logs import write
from commands import HOUR, NOW, PATIENCE_S, Machine
from extent import ALL
from store_processes import OLD, fill_old
from whole_history import DAY_S, EVERYTHING, blocks, call, entries, preload, spool

from ccmon.store import archive, check
from ccmon.store.alerts import LEASE_S
from ccmon.store.database import open_store

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(sys.platform == "win32", reason="tracing of Linux"),
              pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")]

CALLS = ("pwrite64", "write", "rename", "unlink")
HALF = len(entries()) // 2


class World:
    """A home in which a command is about to run: its history and cache can be had back as they were."""

    def __init__(self, folder, source="auto"):
        self.machine = Machine(folder)
        self.data, self.cache = self.machine.home / ".local/share/ccmon", self.machine.cache
        self.told = folder / "told"
        self.machine.answers(blocks())
        self.machine.configure(EVERYTHING.format(source, folder))
        self.calls = 0

    def keep(self):
        """This is how it was."""
        for place in (self.data, self.cache):
            place.mkdir(parents=True, exist_ok=True)
            shutil.copytree(place, f"{place}.kept")

    def begin_anew(self):
        """Have it back; the logs stay, so that they are the same files."""
        for place in (self.data, self.cache):
            shutil.rmtree(place)
            shutil.copytree(f"{place}.kept", place)
        if self.told.exists():
            self.told.unlink()

    def killed(self, words, now, name, number):
        """Whether there was such a call to be killed at."""
        log = self.machine.folder / "strace"
        tracer = ["strace", "-f", "-qq", "-o", str(log), "-e", f"inject={name}:signal=KILL:when={number}", "-e", f"trace={name}"]
        done = subprocess.run(tracer + self.machine.command(*words), env=self.machine.env(CCMON_NOW=now), cwd=self.machine.cwd,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)
        if "not permitted" in done.stderr:
            pytest.skip("processes cannot be traced here")
        assert "Traceback" not in done.stderr and "internal error" not in done.stderr
        return "killed by SIGKILL" in log.read_text() or done.returncode == -9

    def go_on(self, words, now):
        """The command once more, undisturbed; later what a claim that was not followed up waits for."""
        for again, later in ((words, 0), (("record",), LEASE_S), (("record",), 2 * LEASE_S)):
            ended = call(self.machine, *again, CCMON_NOW=now + later)
            assert ended.is_clean and ended.code in (0, 10, 11), ended
        with open_store(str(self.data / "ccmon.db"), 5000, now) as store:
            assert store.maintain(now + 2 * HOUR, PATIENCE_S, 0)       # what was settled later is packed later

    def contents(self):
        """All that counts, without the numbers that rows happen to have."""
        path = str(self.data / "ccmon.db")
        assert check.examine(path).problems == ()
        with closing(sqlite3.connect(path)) as db:
            names = {f"{table}_id": dict(db.execute(f"SELECT id, name FROM {table}")) for table in ("model", "project")}
            found = {table: rows_of(db, table, names) for table in TABLES}
            found["archive"] = sorted((key, row[6:]) for day, data in db.execute("SELECT day, data FROM archive")
                                      for key, row in archive.unpack(data, day * archive.DAY_MS).items())
        found["told"] = sorted(set(self.told.read_text().splitlines())) if self.told.exists() else []
        return found


TABLES = {"message": "", "usage": "", "session": "id", "reading": "", "limit_event": "", "legacy": "", "reported": "session_id",
          "log_file": "", "alert": "ts", "owner": ""}


def rows_of(db, table, names):
    found = db.execute(f"SELECT * FROM {table}")
    columns = [column[0] for column in found.description]
    return sorted(repr([names[name].get(value) if name in names else value for name, value in zip(columns, row)
                        if name not in TABLES[table].split()]) for row in found)


# --- what is killed ---

def first_run(world):
    """Logs, a spool, alerts, and no history."""
    write(world.machine.home / ".claude", entries())
    spool(world.machine, NOW - 1800, 30)
    return ("record",), NOW


def growing(world):
    """Some of it was read, and the spool was taken before."""
    write(world.machine.home / ".claude", entries()[:HALF])
    spool(world.machine, NOW - DAY_S, 20)
    assert call(world.machine, "record", CCMON_NOW=NOW - HOUR).code == 0
    write(world.machine.home / ".claude", entries()[HALF:])
    spool(world.machine, NOW - 1800, 30)
    return ("record",), NOW


def looking(world):
    """A look where the logs are the source."""
    world.machine.configure(EVERYTHING.format("logs", world.machine.folder))
    growing(world)
    return ("--once",), NOW


def ageing(world):
    """What was read is thinned and packed."""
    growing(world)
    for later in range(0, 600, 60):
        call(world.machine, "--json", CCMON_NOW=NOW + later)
    return ("record",), NOW + 200 * DAY_S


def merging(world):
    """Another machine's history, which knows other messages."""
    other = Machine(made(world.machine.folder / "other"))
    other.answers(blocks())
    write(other.home / ".claude", [entry._replace(message=f"other {n}", request=f"other {n}")
                                   for n, entry in enumerate(entries())])
    assert call(other, "record", CCMON_NOW=NOW).code == 0
    growing(world)
    return ("merge", str(other.home / ".local/share/ccmon/ccmon.db")), NOW


def upgrading(world):
    """A history from before the ledger."""
    fill_old(str(world.data / "ccmon.db"), OLD, 5)
    write(world.machine.home / ".claude", entries())
    return ("record",), NOW


def made(folder):
    folder.mkdir()
    return folder


SCENES = (first_run, growing, looking, ageing, merging, upgrading)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_D23_a_command_that_is_killed_at_any_write_loses_nothing(scene, tmp_path, capsys):
    preload()
    world, total = World(tmp_path), Counter()
    words, now = scene(world)
    world.keep()
    world.go_on(words, now)
    whole = world.contents()
    assert whole["message"] and whole["usage"] and whole["session"]
    for name in CALLS if ALL else CALLS[:1]:
        for number in count(1) if ALL else (5 + 11 * SCENES.index(scene),):
            world.begin_anew()
            if not world.killed(words, now, name, number):
                break
            total[name] += 1
            world.go_on(words, now)
            found = world.contents()
            lost = {table for table in whole if found[table] != whole[table]}
            assert lost == set(), (name, number, [(table, sorted(set(whole[table]) ^ set(found[table]))[:4]) for table in lost])
    assert total["pwrite64"] > (20 if ALL else 0)
    with capsys.disabled():
        print(f"\n{scene.__name__}: {sum(total.values())} kills {dict(total)}, 0 lost" if ALL else "", end="")


