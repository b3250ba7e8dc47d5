"""D-10, D-11, D-12 and D-18: full and read-only disks, folders of somebody else, no home."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest
import strangers
from commands import HOUR, NOW, ROOT, Machine, wait_until
from commands import block as answer
from store_cases import DAY, ME, T0, block, fill, keep, kept_files, path, tokens_in  # noqa: F401
from store_processes import (  # noqa: F401
    CHILD,
    NOBODY,
    OWN_SESSION,
    ROOT,
    TRY,
    active,
    disk,
    fill_disk,
    free_disk,
    read_only,
    run_together,
    shared,
)

from ccmon import line_answer, line_cache
from ccmon.model import Sample
from ccmon.settings import config
from ccmon.store.database import StoreError, open_store
from ccmon.when import SESSION_S

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes, signals and kills of POSIX")]
LINE = line_answer.key(["--statusline"], {"LANG": "C.UTF-8"})


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 400 kB: an empty history, and what its first minutes write, is 300."""
    with disk(tmp_path / "disk", "size=400k") as folder:
        yield folder


@pytest.fixture
def small_home(active):
    """A machine with an active session, its home on a disk of 2 MB."""
    with disk(active.home, "size=2m"):
        yield active


def cached_line(machine):
    """The line as it is when nobody works behind it any more."""
    machine.run("--statusline", "--wait", "20", now=None)
    journal = machine.home / ".local/share/ccmon/ccmon.db-wal"
    wait_until(lambda: machine.idle() and not journal.exists(), "the refresher is done")
    return machine.run("--statusline", now=None).out


# --- a full disk ---

def test_D10_a_full_disk_costs_the_moment_and_not_the_history(small_disk):
    path = small_disk + "/history.sqlite3"
    many = [block(T0 - n * SESSION_S, n) for n in range(1, 300)]
    with open_store(path, 1000, T0) as store:
        keep(store, [block()], T0)
        fill_disk(small_disk)
        for _ in range(2):
            with pytest.raises(StoreError, match="history is off until the disk has space .or set CCMON_DATA_DIR"):
                keep(store, many, T0)
        assert [b.tokens for b in store.facts(ME, T0).blocks] == [1000]
        free_disk(small_disk)
        assert len(keep(store, many, T0 + 60).blocks) > 30
        assert store.facts(ME, T0 + 60).samples == (Sample(T0, T0, T0, 1000), Sample(T0 + 60, T0 + 60, None, 0))
        assert store.trouble is None
    assert len(tokens_in(path)) == 300


def test_D10_what_is_stored_is_read_on_a_full_disk_too(small_disk):
    """sqlite cannot make its shared memory there: whoever comes new reads the file as it is, and writes when there is space."""
    path = small_disk + "/history.sqlite3"
    fill(path, 20)
    fill_disk(small_disk)
    with open_store(path, 100, T0) as store:
        assert len(store.records(ME, T0 + 20 * SESSION_S)) == 20
        facts = store.facts(ME, T0 + 20 * SESSION_S)
        assert facts.high_water.tokens == 20 and "nothing is recorded until the disk has space" in facts.trouble
        for work in (lambda: keep(store, [block()], T0), lambda: store.put("a", "b")):
            with pytest.raises(StoreError, match="until the disk has space"):
                work()
        assert kept_files(path) == []
        free_disk(small_disk)
        keep(store, [block(T0 + 20 * SESSION_S, 99)], T0 + 20 * SESSION_S)
        assert store.facts(ME, T0 + 20 * SESSION_S).trouble is None
    assert tokens_in(path)[-1] == 99


def test_D10_what_a_killed_writer_left_in_its_journal_is_not_passed_over_on_a_full_disk(small_disk):
    """As it is the file would not be whole: nothing is read, and nothing is lost."""
    path = small_disk + "/history.sqlite3"
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=4)], T0)
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        keep(store, [block(tokens=5)], T0 + 60)
        for suffix in ("", "-wal"):
            shutil.copy(path + suffix, path + ".killed" + suffix)
    killed = path + ".killed"
    fill_disk(small_disk)
    with pytest.raises(StoreError, match="until the disk has space"):
        open_store(killed, 100, T0)
    free_disk(small_disk)
    assert tokens_in(killed) == [5] and kept_files(killed) == []


def test_D10_a_damaged_file_on_a_full_disk_waits_until_there_is_space(small_disk):
    """Where nothing can be written the file is read beside its writers: what looks damaged need not be."""
    path = small_disk + "/history.sqlite3"
    fill(path, 100)
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[:4096] + bytes(len(data) - 4096))
    fill_disk(small_disk)
    with open_store(path, 100, T0) as store:
        for _ in range(2):
            with pytest.raises(StoreError, match="until the disk has space"):
                store.records(ME, T0)
        assert kept_files(path) == []
        free_disk(small_disk)
        keep(store, [block(tokens=5)], T0)
    assert len(kept_files(path)) == 1 and tokens_in(path) == [5]


def test_D10_a_full_home_costs_neither_the_numbers_nor_the_history_nor_the_line(small_home):
    assert small_home.run("record").code == 0
    small_home.answers([answer(NOW - HOUR, 1250)])
    line = cached_line(small_home)
    fill_disk(str(small_home.home))
    told = small_home.run("--json")
    assert told.code == 0 and told.json["session"]["tokens"] == 1250 and told.json["warnings"] == ["store_failed"]
    again = small_home.run("--statusline", now=None)
    assert (again.code, again.err) == (0, "") and again.out == line
    history = small_home.run("history", "--json")
    assert history.code == 0 and len(history.json) == 1
    assert small_home.run("--once").code == 0 and small_home.run("record").code == 30
    free_disk(str(small_home.home))
    assert small_home.run("record").code == 0 and small_home.run("--json").json["warnings"] == []


@pytest.mark.parametrize("taken", [1, 2])
def test_D10_a_disk_that_takes_no_more_files_wants_space(tmp_path, taken):
    with disk(tmp_path / "disk", f"size=300k,nr_inodes={taken}") as folder:
        with pytest.raises(StoreError, match="history is off until the disk has space"):
            open_store(folder + "/ccmon/history.sqlite3", 100, T0)


def test_D10_a_file_that_may_not_grow_keeps_what_it_has(path):
    fill(path)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({os.path.getsize(path)}, -1))\n"
    grow = "keep(store, [block(T0 - n * SESSION_S, n) for n in range(1, 3000)], T0)"
    said, = run_together(1, limit + TRY.replace("keep(store, [block()], T0)", grow), path)
    assert said.startswith("opened 1\nShut ") and "until the disk can be read and written" in said
    assert tokens_in(path) == [1]


def test_D10_files_that_may_hold_nothing_cost_no_numbers(active):
    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    active.ccusage.write_text(f'#!/bin/sh\ncat "{active.folder}/answer.json"\n')      # one that writes nothing itself
    for words, code in ([["--json"], 0], [["--once"], 0], [["--statusline", "--wait", "0"], 0], [["record"], 30]):
        call = active.start(*words, env={"CCMON_NOW": NOW}, preexec_fn=no_room)
        out, err = call.communicate(timeout=40)
        assert call.returncode == code and "Traceback" not in err, (words, err)
        assert words == ["record"] or out


READER = """
import os, sys
torn, seen = 0, set()
print("reading", flush=True)
while not os.path.exists(sys.argv[1] + "/stop"):
    with open(sys.argv[1] + "/plain", "rb") as file:
        line = file.read()
    torn += line not in (b"a" * 50 + b"\\n", b"b" * 3000 + b"\\n")
    seen.add(line[:1])
print(torn, len(seen))
"""


def test_D11_no_reader_sees_half_a_line_and_a_full_disk_leaves_the_old_one(small_disk):
    where = small_disk + "/ccmon"
    lines = (b"a" * 50 + b"\n", b"b" * 3000 + b"\n")
    line_cache.write_line(where, LINE, lines[0])
    reader = subprocess.Popen([sys.executable, "-c", READER, where], stdout=subprocess.PIPE, text=True)
    assert reader.stdout.readline() == "reading\n"
    for turn in range(3000):
        line_cache.write_line(where, LINE, lines[turn % 2])
    line_cache.replace(where, "stop", b"")
    assert reader.communicate()[0] == "0 2\n"
    fill_disk(small_disk)
    for turn in range(100):
        line_cache.write_line(where, LINE, lines[turn % 2])
        line_cache.write_state(where, line_answer.State(turn, turn, turn, turn))
        assert line_answer.read_line(where, LINE) == lines[1]
    free_disk(small_disk)
    line_cache.write_line(where, LINE, lines[0])
    assert line_answer.read_line(where, LINE) == lines[0]
    assert [name for name in os.listdir(where) if name.startswith(".")] == []


# --- folders of somebody else, and read-only ones ---

@pytest.mark.parametrize("is_new", [True, False])
def test_D12_a_folder_of_somebody_else_is_read_at_most(shared, is_new):
    path = os.path.join(shared, "history.sqlite3")
    if not is_new:
        fill(path)
        os.chmod(path, 0o444)
    os.chmod(shared, 0o555)
    said, = run_together(1, NOBODY + TRY, path)
    assert said.startswith(("" if is_new else "opened 1\n") + f"Shut {path} cannot be ")
    assert said.endswith("can be written (or set CCMON_DATA_DIR to another folder)\n")
    assert os.listdir(shared) == ([] if is_new else ["history.sqlite3"])


def test_D12_a_file_of_somebody_else_that_cannot_be_read_is_left_alone(shared):
    path = os.path.join(shared, "history.sqlite3")
    fill(path)
    os.chmod(path, 0o600 if os.getuid() == 0 else 0)
    said, = run_together(1, NOBODY + TRY, path)
    assert said.startswith(f"Shut {path} cannot be used") and os.listdir(shared) == ["history.sqlite3"]


@pytest.mark.parametrize("folder", ["/proc/ccmon", "/dev/null/ccmon", "/" + "x" * 300])
def test_D12_a_folder_that_cannot_be_is_told(folder):
    with pytest.raises(StoreError, match=r"cannot be created \(.+\); history is off until its folder can be written"):
        open_store(folder + "/history.sqlite3", 100, T0)


LOADED = "import urllib.parse\nfrom ccmon.store import check, copy\n"      # nobody cannot reach every interpreter
LOOK = """
found = check.examine(path)
print(found.problems, found.rows["session"], copy.backup(path, sys.argv[4])[0])
"""


@pytest.mark.parametrize("in_use", [True, False])
def test_D12_a_folder_that_cannot_be_written_can_be_looked_at_and_copied(shared, in_use):
    path, target = os.path.join(shared, "history.sqlite3"), os.path.join(tempfile.mkdtemp(dir="/tmp"), "copy.db")
    fill(path)
    with open_store(path, 1000, T0) if in_use else nullcontext():
        for name in os.listdir(shared):
            os.chmod(os.path.join(shared, name), 0o644)
        os.chmod(shared, 0o555)
        os.chmod(os.path.dirname(target), 0o777)
        words = [sys.executable, "-c", CHILD + LOADED + NOBODY + LOOK, ROOT, path, "0", target]
        done = subprocess.run(words, input="go\n", text=True, capture_output=True, check=False)
    shutil.rmtree(os.path.dirname(target))
    assert (done.stdout, done.stderr) == ("() 1 1\n", "")


def test_D12_a_home_on_a_read_only_disk(small_home):
    assert small_home.run("record").code == 0
    line = cached_line(small_home)
    read_only(str(small_home.home))
    told = small_home.run("--json")
    assert told.code == 0 and told.json["session"]["tokens"] == 1234 and told.json["warnings"] == ["store_failed"]
    again = small_home.run("--statusline", "--wait", "20", now=None)
    assert (again.code, again.err) == (0, "") and again.out == line
    assert len(small_home.run("history", "--json").json) == 1 and "1,234" in small_home.run("--once").out
    assert small_home.run("record").code == 30


@pytest.mark.parametrize("home", [True, False])
def test_D12_D18_the_home_of_somebody_else_or_none_costs_no_numbers(shared, home):
    machine = Machine(Path(shared))
    machine.answers([answer(NOW - HOUR, 1234)])
    assert machine.run("record").code == 0
    before = {file: file.stat().st_mtime_ns for file in machine.home.rglob("*")}
    env = machine.env(CCMON_NOW=NOW, **({} if home else {"HOME": None}))
    if os.getuid():
        machine.home.chmod(0o555)
    told = strangers.call(["--json"], env)
    assert told.code == 0 and '"tokens": 1234' in told.out and "store_failed" in told.out and told.err == ""
    line = strangers.call(["--statusline", "--wait", "20"], env)
    assert (line.code, line.err, line.out.count("\n")) == (0, "", 1) and line.out.strip()
    assert "Traceback" not in strangers.call(["history"], env).err
    assert strangers.call(["record"], env).code == 30
    assert {file: file.stat().st_mtime_ns for file in machine.home.rglob("*")} == before


@pytest.mark.parametrize("target, name", [("claude", ".claude/settings.json"), ("bash", ".bashrc")])
def test_D12_a_start_up_file_in_a_folder_that_cannot_be_written_stays(shared, target, name):
    machine = Machine(Path(shared))
    shutil.copy(machine.ccusage, machine.bin / "ccmon")
    path = machine.home / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}\n")
    if os.getuid():
        path.parent.chmod(0o555)
    told = strangers.call(["init", target, "--write"], machine.env(CCMON_NOW=NOW))
    said = f"ccmon: {path}.before-ccmon cannot be written (Permission denied). Nothing was changed\n"
    assert (told.code, told.err) == (30, said)
    assert path.read_text() == "{}\n" and list(path.parent.iterdir()) == [path]


# --- no home, no descriptors ---

@pytest.mark.parametrize("env", [{"HOME": "/nonexistent"}, {"HOME": "relative"}, {"XDG_DATA_HOME": "/proc/nope"},
                                 {"CCMON_DATA_DIR": "/dev/null/x"}, {"XDG_CACHE_HOME": "/proc/nope"},
                                 {"XDG_STATE_HOME": "/proc/nope"}])
def test_D18_without_a_place_to_write_the_numbers_are_still_right(active, env):
    told = active.run("--json", **env)
    assert told.code == 0 and told.json["session"]["tokens"] == 1234
    assert "1,234" in active.run("--once", **env).out


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "relative"}, {"HOME": "/nonexistent"},
                                 {"HOME": "/nonexistent", "XDG_DATA_HOME": "relative", "CCMON_DATA_DIR": "relative"}])
def test_D18_without_a_home_there_is_no_place_for_a_store(env, monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: "/nonexistent")
    assert config.paths(env).store is None


@pytest.mark.parametrize("left", range(3))
def test_D18_without_descriptors_history_is_at_most_read(path, left):
    fill(path)
    few = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir('/proc/self/fd'))) + %d, 99))\n"
    said, = run_together(1, few % left + TRY, path)
    assert said.replace("opened 1\n", "").startswith("Shut ") and said.endswith("to another folder)\n")
    assert tokens_in(path) == [1]
