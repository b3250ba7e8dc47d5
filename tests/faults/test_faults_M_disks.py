"""M-9: a disk that refuses sqlite's shared memory, whatever it is called; and one that does not tell upper from lower case.

The disk is played by a way of sqlite's to open files, unix-dotfile, that has no shared memory: sqlite cannot read a file in WAL
there, nor make one. Where the refusal comes later, as on 9p, the connection says what sqlite says then.
"""

import os
import random
import sqlite3
import sys
import time
import unicodedata

import pytest
from store_cases import T0, block, keep, path, tokens_in  # noqa: F401
from store_processes import OWN_SESSION, run_together, start_together
from test_faults_D_kills import TURNS, acknowledged, look

from ccmon import line_answer, line_cache, private
from ccmon.settings.options import FORMATS
from ccmon.setup.written import LINES, Folder
from ccmon.store import check, connection, history_path
from ccmon.store.database import StoreError, moved_aside, open_store

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="sqlite's ways of POSIX")]
REFUSALS = ["disk I/O error", "unable to open database file", "locking protocol"]
PLAYED = """
import sqlite3
usual = sqlite3.connect
def without_memory(path, **given):
    if str(path).startswith("file:") or path == ":memory:":
        return usual(path, **given)
    return usual(f"file:{path}?vfs=unix-dotfile", uri=True, **given)
sqlite3.connect = without_memory
"""


def mode_of(path):
    """What the head of the file says, without sqlite."""
    with open(path, "rb") as file:
        return {1: "delete", 2: "wal"}[file.read(20)[18]]


@pytest.fixture
def refusing(monkeypatch):
    """Call it, and the disk has no shared memory from now on; with words, sqlite says those at the first use of it."""
    def refuse(words=None):
        if words is None:
            scope = {}
            usual = sqlite3.connect
            exec(PLAYED, scope)
            played, sqlite3.connect = sqlite3.connect, usual
            monkeypatch.setattr(sqlite3, "connect", played)
            return

        class Refusing(sqlite3.Connection):
            alone = False

            def execute(self, sql, *given):
                self.alone = self.alone or "locking_mode = EXCLUSIVE" in sql
                answer = super().execute(sql, *given)
                if not self.alone and sql.startswith(("SELECT", "PRAGMA journal_mode")) and self.is_wal():
                    answer.close()
                    raise sqlite3.OperationalError(words)
                return answer

            def is_wal(self):
                return super().execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        usual = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda path, **given: usual(path, factory=Refusing, **given))
    return refuse


@pytest.mark.parametrize("was_wal", [False, True], ids=["new", "moved from a disk with WAL"])
@pytest.mark.parametrize("words", [None, *REFUSALS])
def test_M09_a_disk_that_refuses_gets_a_rollback_journal(path, monkeypatch, refusing, words, was_wal):
    if was_wal:
        with open_store(path, 1000, T0) as store:
            keep(store, [block(tokens=5)], T0)
        assert mode_of(path) == "wal"
    tried = []
    real = connection.leave
    monkeypatch.setattr(connection, "leave", lambda *given: tried.append(given) or real(*given))
    refusing(words)
    for turn in range(3):
        with open_store(path, 100, T0) as store:
            keep(store, [block(tokens=6 + turn)], T0 + turn)
            assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
            assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2 and store.trouble is None
            assert not os.path.exists(path + "-shm")
    assert len(tried) == (1 if words or was_wal else 0), "what was refused is not asked for again"
    assert moved_aside() == [] and mode_of(path) == "delete" and tokens_in(path) == [8] and check.examine(path).problems == ()


def test_M09_many_processes_on_a_disk_that_refuses_lose_nothing(path):
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0 - 86_400)
    run_together(6, PLAYED + OWN_SESSION, path)
    assert mode_of(path) == "delete" and set(range(1, 7)) <= set(tokens_in(path)) and check.examine(path).problems == ()


def test_M09_a_writer_that_is_killed_on_such_a_disk_loses_nothing(path, monkeypatch):
    """With kill -9, in the middle of a rollback journal: what it said to be written is there, and nothing by halves."""
    monkeypatch.setattr(history_path, "is_remote", lambda _path: True)
    code = "from ccmon.store import history_path\nhistory_path.is_remote = lambda path: True\n"
    chance, turns = random.Random(19), 0
    for _ in range(4):
        child, = start_together(1, code + TURNS, path)
        first = child.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        child.kill()
        told, err = acknowledged(first + child.stdout.read()), child.stderr.read()
        assert (err, child.wait()) == ("", -9)
        look(path, told)
        turns += told["kept"] > 0
    assert turns and mode_of(path) == "delete" and not os.path.exists(path + "-wal")


def test_M09_a_file_that_another_one_has_in_wal_is_left_so(path, refusing):
    with open_store(path, 1000, T0) as store:
        keep(store, [block(tokens=5)], T0)
        refusing("disk I/O error")
        with pytest.raises(StoreError), open_store(path, 100, T0) as other:
            keep(other, [block(tokens=6)], T0)
        assert mode_of(path) == "wal"


# --- which disk it is ---

APPLE = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//me@nas.local/a%20b on /Volumes/My NAS (smbfs, nodev, nosuid, mounted by me)
nas:/x (1) on /Volumes/nfs (nfs, nodev)
/dev/disk5s1 on /Volumes/Stick (msdos, local, nodev)
me@host: on /Volumes/ssh (macfuse, nodev, nosuid, synchronous)
"""
OTHERS = """zroot/ROOT on / (zfs, local, noatime, nfsv4acls)
/dev/sda1 on /mnt/ext type ext4 (rw,relatime)
C:\\ on /mnt/c type 9p (rw,noatime,aname=drvfs;path=C:\\;uid=1000)
nonsense
"""


@pytest.mark.parametrize("said, place, remote", [
    (APPLE, "/Users/me/Library/ccmon.db", False), (APPLE, "/Volumes/My NAS/x/ccmon.db", True),
    (APPLE, "/volumes/my nas/ccmon.db", True),
    (APPLE, "/Volumes/nfs/ccmon.db", True), (APPLE, "/Volumes/Stick/ccmon.db", False), (APPLE, "/Volumes/ssh/ccmon.db", True),
    (APPLE, "/Volumes/nfs2/ccmon.db", False), (OTHERS, "/home/me/ccmon.db", False), (OTHERS, "/mnt/c/Users/me/ccmon.db", True),
    (OTHERS, "/mnt/ext/ccmon.db", False), ("", "/home/me/ccmon.db", False)])
def test_M09_mount_tells_of_the_disk_where_there_is_no_table(tmp_path, monkeypatch, said, place, remote):
    program = tmp_path / "mount"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\n")
    program.chmod(0o755)
    monkeypatch.setattr(history_path, "PROGRAMS", ("/none/mount", str(program)))
    assert history_path.is_remote_by_program(place) is remote


def test_M09_mount_is_asked_once_for_each_disk(path, tmp_path, monkeypatch):
    asked, now = [], [(False, 1)]
    monkeypatch.setattr(history_path, "_MOUNTS", str(tmp_path / "none"))
    monkeypatch.setattr(history_path, "is_remote_by_program", lambda path: asked.append(path) or now[0][0])
    monkeypatch.setattr(history_path, "disk", lambda path: now[0][1])
    modes = []
    for now[0] in [(False, 1), (False, 1), (True, 2), (True, 2), (False, 1), (False, 1)]:
        with open_store(path, 1000, T0) as store:
            modes.append(store._db.execute("PRAGMA journal_mode").fetchone()[0])
    assert (modes, len(asked)) == (["wal", "wal", "delete", "delete", "wal", "wal"], 3)


@pytest.mark.parametrize("kind", """fakeowner fuse.osxfs osxfs grpcfuse fuse.grpcfuse fuse drvfs 9p vboxsf vmhgfs prl_fs
    fuse.vmhgfs-fuse virtiofs afpfs webdav nfs4 smb3 macfuse fuse.sshfs wslfs lxfs a-new-one""".split())
def test_M09_wal_only_on_what_is_known_as_a_disk_of_this_machine(tmp_path, monkeypatch, kind):
    table = tmp_path / "mounts"
    table.write_text(f"a / ext4 rw 0 0\nC:\\134 /mnt/c {kind} rw 0 0\n")
    monkeypatch.setattr(history_path, "_MOUNTS", str(table))
    assert history_path.is_remote("/mnt/c/Users/me/ccmon.db") and history_path.is_remote("/home/me/ccmon.db") is False


# --- names of files ---

RESERVED = (*line_answer.NOT_LINES, "learning", "con", "nul", "aux", "com1", "lpt9")
WORDS = [spelled for word in (*RESERVED, *FORMATS, "a" * 8, "é", "e\u0301", "ﬁ") for spelled in (
    word, word.upper(), word.title(), word + ".", word + " ", word + ".line", unicodedata.normalize("NFD", word))]


def key_of(word):
    return line_answer.key(["--statusline", "--format", word], {"LANG": "C.UTF-8"})


def test_M09_no_word_of_a_user_names_a_file_that_is_another_one_on_any_disk():
    """Upper and lower case, composed or not, trailing dots: two words have two files, and none is another file of ccmon."""
    files = {}
    for word in dict.fromkeys(WORDS):
        name = line_answer.file_of(key_of(word))
        assert unicodedata.normalize("NFC", name.casefold().rstrip(". ")) == name and name.isascii()
        assert files.setdefault(name, word) == word and name not in RESERVED
        assert (name == word) is (word in FORMATS and word != "plain")
    assert line_answer.FORMATS == FORMATS


def test_M09_format_state_is_a_format(tmp_path, monkeypatch, capfd):
    """On a disk that calls State and state one file, its line is none of the cache's."""
    real, where = private.open_plain, str(tmp_path / ".cache/ccmon")
    monkeypatch.setattr(private, "open_plain", lambda path, flags: real(
        os.path.join(os.path.dirname(path), os.path.basename(path).lower()), flags))
    monkeypatch.setattr(line_answer.os, "environ", {"HOME": str(tmp_path), "LANG": "C.UTF-8"})
    soon = int(time.time()) + 60
    line_cache.write_state(where, line_answer.State(soon, 0, soon, soon - 60, 0, 0, "{}"))
    for word in ("State", "STATE", "Lock", "Fresh", "NOW", "Readings", "Tmux"):
        assert line_answer.read_line(where, key_of(word)) is None
        assert not line_answer.answer(["--statusline", "--format", word], lambda *_: None, lambda line: line)
    assert capfd.readouterr().out == ""
    line_cache.write_line(where, key_of("tmux"), b"CC 1%\n")
    assert line_answer.answer(["--statusline", "--format", "tmux"], lambda *_: None, lambda line: line)
    assert capfd.readouterr().out == "CC 1%\n" and Folder(where, LINES).others() == []
