"""Looking into a sqlite file without leaving a trace: what is found, and what is not made or changed."""

import os
import sqlite3
from contextlib import closing

import pytest

from ccmon.errors import CcmonError
from ccmon.store import history_path, rows
from ccmon.store.connection import read_file

NAMES = ["plain.db", "a b?c=d#e%41.db", "\u00fcml\u00e4ut\u202e.db", "line\nend.db", os.fsdecode(b"\xff.db")]


def made(path):
    """A database with two tables, one of them oddly named, and a log of changes beside it while it is in use."""
    db = sqlite3.connect(str(path), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    for sql in ("CREATE TABLE z (n INTEGER PRIMARY KEY AUTOINCREMENT)", 'CREATE TABLE "a""; --" (n)',
                "INSERT INTO z VALUES (1), (2)", "PRAGMA user_version = 103"):
        db.execute(sql)
    return db


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("in_use", [True, False])
def test_tables_and_rows_in_their_order(tmp_path, name, in_use):
    with closing(made(tmp_path / name)) as db:
        if not in_use:
            db.close()
        before = sorted(os.listdir(tmp_path))
        assert read_file(str(tmp_path / name), rows.table_counts) == (103, (("z", 2), ('a"; --', 0)))
        assert sorted(os.listdir(tmp_path)) == before
        sizes = [os.path.getsize(tmp_path / file) for file in before if not file.endswith("-shm")]
        assert history_path.size_bytes(str(tmp_path / name), f"{tmp_path / name}-wal") == sum(sizes) > 0


def test_many_tables_are_cut(tmp_path):
    with closing(sqlite3.connect(str(tmp_path / "x"))) as db:
        for number in range(50):
            db.execute(f"CREATE TABLE t{number} (n)")
    _, counts = read_file(str(tmp_path / "x"), rows.table_counts)
    assert [name for name, _ in counts] == [f"t{number}" for number in range(rows.MOST_TABLES)]


@pytest.mark.parametrize("name", [*NAMES, "missing/x.db", "nul\0.db"])
def test_what_is_not_there_is_not_made(tmp_path, name):
    with pytest.raises(CcmonError):
        read_file(str(tmp_path / name), rows.table_counts)
    assert os.listdir(tmp_path) == []
    assert "\0" in name or history_path.size_bytes(str(tmp_path / name), f"{tmp_path / name}-wal") == 0


@pytest.mark.parametrize("content", [b"garbage" * 999, b"SQLite format 3\0" + b"\xff" * 4080])
def test_what_is_no_database_is_left_as_it_is(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(CcmonError, match="cannot be read"):
        read_file(str(tmp_path / "x"), rows.table_counts)
    assert (tmp_path / "x").read_bytes() == content and os.listdir(tmp_path) == ["x"]


def test_nothing_can_be_written(tmp_path):
    made(tmp_path / "x").close()
    with pytest.raises(CcmonError, match="readonly"):
        read_file(str(tmp_path / "x"), lambda db: db.execute("DELETE FROM z"))
