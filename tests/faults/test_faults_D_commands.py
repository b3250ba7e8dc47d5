"""D-24: every command beside a history that is damaged anywhere, locked, or moved. --all: each at every page."""

import os
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from extent import ALL
from store_cases import ME, T0, fill, keep, kept_files, path, tokens_in  # noqa: F401
from store_cases import block as session
from whole_history import call, live, preload

from ccmon.store import copy, history_path
from ccmon.store.database import Busy, moved_aside, open_store

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="forks and signals of POSIX")]

PAGE = 4096
CODES = (0, 1, 10, 11, 30)             # all is well, doctor finds a fault, no session, near the limit, no data
READS = (("history",), ("history", "--json"), ("history", "--by", "model"), ("history", "--heatmap"), ("why",), ("report",),
         ("export", "--openmetrics"), ("learn",), ("learn", "--share"), ("learn", "--report"), ("hit", "--list"), ("alerts",),
         ("--once",), ("--json",), ("record",))
WRITES = (("learn", "--forget"), ("hit",), ("hit", "--undo"), ("merge", "OTHER"))
CHECKS = (("history", "--check"), ("doctor",), ("history", "--backup", "COPY"))
LINE = ("--statusline", "--wait", "20")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A machine that was used for some days, its history as bytes, and a copy of it as another machine's."""
    from commands import Machine
    machine = Machine(tmp_path_factory.mktemp("lived"))
    stored = live(machine)
    copy.backup(str(stored), str(machine.folder / "good"))
    preload()
    yield machine, stored, (machine.folder / "good").read_bytes()
    machine.close()


def put(stored, content):
    shutil.rmtree(stored.parent)
    stored.parent.mkdir(mode=0o700)
    stored.write_bytes(content)


def called(lived, words, content, other=None):
    """The command with that history, and that of another machine."""
    machine, stored, good = lived
    put(stored, content)
    (machine.folder / "other").write_bytes(good if other is None else other)
    names = {"OTHER": str(machine.folder / "other"), "COPY": str(machine.folder / "copy")}
    return call(machine, *(names.get(word, word) for word in words))


def damaged(good):
    """All that is behind the schema is noise; the store opens, and the first row that is read is damage."""
    noise = random.Random(5).getrandbits(8 * PAGE).to_bytes(PAGE, "big")
    pages = [good[at:at + PAGE] for at in range(0, len(good), PAGE)]
    return b"".join(page if not at or b"CREATE " in page else noise for at, page in enumerate(pages))


@pytest.mark.parametrize("words", READS + WRITES, ids=" ".join)
def test_D24_who_meets_damage_says_so_once_whatever_the_command(lived, words):
    machine, stored, good = lived
    ended = called(lived, words, damaged(good))
    kept, = kept_files(str(stored))
    assert ended.is_clean and ended.code in CODES and ended.err.count(f"it is kept as {kept}, and a new one was begun") == 1
    again = call(machine, *ended.words)
    assert again.is_clean and "damaged" not in again.err and kept_files(str(stored)) == [kept]


@pytest.mark.parametrize("words", CHECKS, ids=" ".join)
def test_D24_who_looks_for_damage_moves_nothing(lived, words):
    machine, stored, good = lived
    ended = called(lived, words, damaged(good))
    assert ended.is_clean and ended.code in (1, 30) and kept_files(str(stored)) == []
    assert "damaged" in ended.out + ended.err


def spoilt(page, other, chance):
    """The page, spoilt in each of many ways."""
    noise = chance.getrandbits(8 * PAGE).to_bytes(PAGE, "big")
    yield from (bytes(PAGE), noise, page[:2048] + bytes(2048), bytes(2048) + page[2048:], other)
    for width, most in ((6, PAGE - 6), (1, 12), (1, 12), (1, PAGE - 1)):                # the header of a page is short
        at = chance.randrange(most)
        yield page[:at] + noise[:width] + page[at + width:]


def cases(good):
    """Every page, spoilt; each in the long form with every command, else with one of them."""
    chance, commands = random.Random(24), [*READS, *WRITES, *CHECKS, LINE]
    turn = 0
    for at in range(0, len(good), PAGE):
        other = chance.randrange(len(good) // PAGE) * PAGE
        ways = list(spoilt(good[at:at + PAGE], good[other:other + PAGE], chance))
        for way in ways if ALL else ways[turn % len(ways)::len(ways)]:
            turn += 1
            for words in commands if ALL else commands[turn % len(commands)::len(commands)]:
                yield words, good[:at] + way + good[at + PAGE:]


def test_D24_no_page_costs_any_command_more_than_the_history(lived):
    """Each ends with a code of its own, says what became of the file, and the next moment is recorded."""
    machine, stored, good = lived
    total, moved = 0, 0
    for words, content in cases(good):
        ended = called(lived, words, content)
        kept = kept_files(str(stored))
        assert ended.is_clean and ended.code in CODES and len(kept) <= 1, ended
        assert words == LINE or ended.err.count("it is kept as") == len(kept), ended
        after = call(machine, "record")
        assert after.is_clean and after.code == 0 and len(kept_files(str(stored))) <= 1, (words, after)
        total, moved = total + 1, moved + len(kept)
    assert moved > 3
    print("calls:", total, "moved aside:", moved)


def test_D24_no_page_of_another_machines_history_costs_the_own(lived):
    machine, stored, good = lived
    refused = 0
    for words, content in cases(good):
        if ALL or words in READS[::3]:
            ended = called(lived, ("merge", "OTHER"), good, content)
            assert ended.is_clean and ended.code in (0, 2, 30) and kept_files(str(stored)) == [], ended
            refused += ended.code > 0
    assert refused > 1


@pytest.mark.parametrize("journal, reads", [("WAL", True), ("DELETE", False)])
def test_D24_a_locked_history_is_called_held_not_damaged_nor_new(lived, journal, reads):
    machine, stored, good = lived
    put(stored, good)
    (machine.folder / "other").write_bytes(good)
    with closing(sqlite3.connect(str(stored), isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode = {journal}").fetchall()
        db.execute("BEGIN EXCLUSIVE")
        for words in (("history",), ("record",), ("hit",), ("merge", str(machine.folder / "other"))):
            ended = call(machine, *words)
            held = words != ("history",) or not reads
            assert ended.is_clean and ended.code == (30 if held else 0) and ("is held by another program" in ended.err) == held
        for words in (("--json",), LINE, ("why",)):
            ended = call(machine, *words)
            assert ended.is_clean and "was damaged" not in ended.out + ended.err
    assert kept_files(str(stored)) == [] and stored.read_bytes()[100:] == good[100:] and call(machine, "record").code == 0


# --- moved by others ---

@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_D24_a_file_that_is_moved_while_it_is_written_to_is_followed(path, journal, monkeypatch):
    """sqlite writes to what was moved, or calls it read-only: no reason to lose what is written, or to do without a history."""
    monkeypatch.setattr(history_path, "is_remote", lambda path: journal == "DELETE")
    fill(path)
    turns = []

    def work(db):
        turns.append(1)
        if len(turns) == 1:
            os.rename(path, path + ".away")
            fill(path, 2)
        db.execute("INSERT OR REPLACE INTO note VALUES ('turns', ?)", (str(len(turns)),))
    with open_store(path, 1000, T0) as store:
        store.change(work)
        assert (store.get("turns"), store.trouble) == ("2", None)
    assert tokens_in(path) == [1, 2] and kept_files(path) == []


def test_D24_the_sound_file_of_another_process_is_not_moved(path):
    """Two meet the same damage; the second one finds what the first has begun."""
    fill(path)
    before = len(moved_aside())
    with open_store(path, 1000, T0) as late:
        Path(path).write_bytes(b"broken" * 1000)
        late.close()
        with open_store(path, 1000, T0) as first:
            keep(first, [session(tokens=7)], T0)
            late._renew()
            assert late.trouble is None and first.trouble and len(kept_files(path)) == 1
            keep(late, [session(tokens=8)], T0)
            keep(first, [session(tokens=9)], T0)
    assert tokens_in(path) == [9] and len(moved_aside()) == before + 1


def test_D24_a_first_run_beside_a_lock_waits_and_makes_no_second_file(path):
    os.makedirs(os.path.dirname(path))
    Path(path).touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        before = os.stat(path).st_ino
        with pytest.raises(Busy, match="is held by another program"):
            open_store(path, 20, T0)
    with open_store(path, 1000, T0) as store:
        keep(store, [session(tokens=5)], T0)
    assert tokens_in(path) == [5] and os.stat(path).st_ino == before and os.listdir(os.path.dirname(path)) == [
        os.path.basename(path)]
