"""D-23, the spool of readings: taken once, whoever dies, is late, or cannot store them."""

import os
import sqlite3
import sys
from contextlib import closing

import pytest
from commands import HOUR, NOW

from ccmon import line_answer, line_cache, private
from ccmon.pipeline import history
from ccmon.settings import context
from ccmon.sources import claude_files, hook
from ccmon.store import rows

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="renames of open files")


def line(n, session="s1", counter=True):
    """What Claude Code said in the n-th second."""
    return f"{NOW - 900 + n} {session} {n + 1 if counter else '-'} {n + 1} {NOW + HOUR} - - -\n"


def lines(first, number):
    return "".join(map(line, range(first, first + number)))


@pytest.fixture
def ctx(home):
    made = context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(NOW)})
    os.makedirs(made.cache)
    return made


def write(ctx, text):
    with open(f"{ctx.cache}/readings", "a") as file:
        file.write(text)


def take(ctx, most=9):
    """What a refresh does with the spool; it may be killed before it asks for the next file."""
    with history.opened(ctx, 1000) as kept:
        for number, content in enumerate(claude_files.spool_contents(ctx.cache)):
            if number == most or not kept.store_readings(content):
                return


def percents(ctx):
    with closing(sqlite3.connect(ctx.paths.store)) as db:
        return [percent for percent, in db.execute("SELECT percent FROM reading ORDER BY ts")]


@pytest.mark.parametrize("dies_at", range(4))
def test_D23_who_dies_between_two_files_of_the_spool_loses_nothing(ctx, dies_at):
    write(ctx, lines(0, 3))
    take(ctx)
    write(ctx, lines(3, 3))
    take(ctx, dies_at)
    write(ctx, lines(6, 3))
    take(ctx, dies_at)
    take(ctx)
    assert percents(ctx) == list(range(1, 10))


def test_D23_a_writer_that_is_late_by_one_refresh_is_heard(ctx):
    write(ctx, line(0))
    with open(f"{ctx.cache}/readings", "a") as late:
        take(ctx)
        late.write(line(1))
    write(ctx, line(2))
    take(ctx)
    assert percents(ctx) == [1, 2, 3]


def test_D23_a_line_that_comes_while_its_file_loses_its_name_is_heard(ctx, monkeypatch):
    """The refresh has read the file, another takes its place, and the writer has it open all the time."""
    write(ctx, line(0))
    late = open(f"{ctx.cache}/readings", "a")
    take(ctx)
    write(ctx, line(2))
    put = line_cache.private.put_in_place

    def put_late(temporary, path):
        put(temporary, path)
        late.write(line(1))
        late.flush()
    monkeypatch.setattr(line_cache.private, "put_in_place", put_late)
    take(ctx)
    late.close()
    assert percents(ctx) == [1, 2, 3]


def test_D23_a_line_that_is_written_to_a_file_without_a_name_is_written_anew(ctx, monkeypatch):
    path, write_line = f"{ctx.cache}/readings", os.write
    write(ctx, line(0))

    def write_late(fd, data):
        monkeypatch.undo()
        os.unlink(path)
        return write_line(fd, data)
    monkeypatch.setattr(line_answer.os, "write", write_late)
    hook.append(ctx.cache, line(1).encode())
    take(ctx)
    assert percents(ctx) == [2]


def test_D23_half_a_line_waits_for_its_end(ctx):
    whole = lines(0, 3)
    write(ctx, whole[:-7])
    with open(f"{ctx.cache}/readings", "a") as late:
        take(ctx)
        assert percents(ctx) == [1, 2]
        late.write(whole[-7:])
    take(ctx)
    assert percents(ctx) == [1, 2, 3]


def test_D23_what_was_taken_and_is_read_again_changes_nothing(ctx):
    """Without a counter, and of more sessions than are remembered, no line could be known again by what it says."""
    text = "".join(line(n, f"s{n % 70}", counter=False) for n in range(200))
    write(ctx, text)
    take(ctx)
    with history.opened(ctx, 1000) as kept:
        before = kept.store.read_owner(ctx.owner, rows.ledger, None), percents(ctx)
        assert kept.store_readings(text) and (kept.store.read_owner(ctx.owner, rows.ledger, None), percents(ctx)) == before


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_D23_a_locked_store_leaves_the_spool(ctx, begin):
    take(ctx)
    write(ctx, lines(0, 3))
    with history.opened(ctx, 1).store as store, closing(sqlite3.connect(ctx.paths.store, isolation_level=None)) as db:
        db.execute(begin)
        for _ in claude_files.spool_contents(ctx.cache):
            assert not history.History(ctx, store, None).store_readings(lines(0, 3))
            break
        assert (private.content_of(f"{ctx.cache}/readings") or b"").decode() == lines(0, 3)
    take(ctx)
    assert percents(ctx) == [1, 2, 3]


def test_D23_a_file_that_cannot_be_read_is_not_replaced(ctx):
    os.mkdir(f"{ctx.cache}/readings.taken")
    write(ctx, line(0))
    take(ctx)
    assert os.path.exists(f"{ctx.cache}/readings")
    os.rmdir(f"{ctx.cache}/readings.taken")
    take(ctx)
    assert percents(ctx) == [1]
