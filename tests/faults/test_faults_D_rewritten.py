"""D-22: logs that are written anew, in their middle or anywhere, whatever their sizes and times say of it."""

import os
import sqlite3
from contextlib import closing

import pytest
from claude_logs import Entry, line
from commands import HOUR, NOW, block
from log_looks import Logs, tokens

from ccmon.pipeline import refresh
from ccmon.settings import context
from ccmon.sources import log_entries, log_files, log_parts
from ccmon.store import log_state

pytestmark = pytest.mark.newest_only

LINES = 40
ENTRIES = [Entry(NOW - HOUR + number, input=100, output=100, message=f"m{number}", request=f"r{number}")
           for number in range(LINES)]
BEFORE, AFTER = b'"output_tokens":100', b'"output_tokens":900'
MORE = (line(Entry(NOW, input=50, output=50, message="more", request="more")) + "\n").encode()


@pytest.fixture
def logs(tmp_path):
    logs = Logs(tmp_path)
    logs.path = [logs.write(entry, line(entry).encode() + b"\n") for entry in ENTRIES][-1]
    assert tokens(logs.look(NOW)) == 200 * LINES
    return logs


def changed(content, at):
    """The same with 800 tokens more in one of the lines."""
    lines = content.split(b"\n")
    lines[at] = lines[at].replace(BEFORE, AFTER)
    return b"\n".join(lines)


def in_place(path, content):
    with path.open("r+b") as file:
        file.write(content)


def line_alone(path, content):
    """Only the bytes that differ are written."""
    before = path.read_bytes()
    at = next(number for number, (old, new) in enumerate(zip(before, content)) if old != new)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content[at:at + 1])


def with_its_time(path, content):
    found = path.stat()
    in_place(path, content)
    os.utime(str(path), ns=(found.st_atime_ns, found.st_mtime_ns))


def as_another_file(path, content):
    found = path.stat()
    path.with_suffix(".new").write_bytes(content)
    os.utime(str(path.with_suffix(".new")), ns=(found.st_atime_ns, found.st_mtime_ns))
    os.replace(str(path.with_suffix(".new")), str(path))


def cut_and_grown(path, content):
    found = path.stat()
    path.write_bytes(b"")
    path.write_bytes(content[:5000])
    path.write_bytes(content)
    os.utime(str(path), ns=(found.st_atime_ns, found.st_mtime_ns))


def to_the_past(path, content):
    in_place(path, content)
    os.utime(str(path), (1, 1))


WAYS = (in_place, line_alone, with_its_time, as_another_file, cut_and_grown, to_the_past)


PLACES = {"first": 0, "second": 1, "middle": LINES // 2, "last but one": LINES - 2, "last": LINES - 1}


@pytest.mark.parametrize("at", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_D22_a_line_that_is_another_one_now_is_read(logs, way, at):
    way(logs.path, changed(logs.path.read_bytes(), at))
    found = logs.look(NOW + 3)
    assert tokens(found) == 200 * LINES + 800 and found[0] == logs.anew(NOW + 3)[0]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_D22_also_when_lines_were_added_at_the_same_time(logs, way):
    way(logs.path, changed(logs.path.read_bytes(), LINES // 2))
    logs.write(ENTRIES[0], MORE)
    found = logs.look(NOW + 3)
    assert tokens(found) == 200 * LINES + 900 and found[0] == logs.anew(NOW + 3)[0]


def test_D22_between_two_looks_at_a_growing_log_within_five_minutes(logs, monkeypatch):
    """A large log is not read whole whenever it has grown."""
    monkeypatch.setattr(log_parts, "MOST_COMPARED", 1000)
    logs.write(ENTRIES[0], MORE)
    logs.look(NOW + 3)
    in_place(logs.path, changed(logs.path.read_bytes(), LINES // 2))
    logs.write(ENTRIES[0], MORE.replace(b'"more"', b'"most"'))
    assert tokens(logs.look(NOW + 9)) == 200 * LINES + 200
    assert tokens(logs.look(NOW + 3 + log_state.CHECK_S)) == 200 * LINES + 1000


@pytest.mark.parametrize("clock", [log_state.CHECK_S, -40 * 24 * HOUR], ids=["later", "set back"])
def test_D22_bytes_that_change_without_any_sign_are_seen_within_five_minutes(logs, monkeypatch, clock):
    """Where the file system does not tell when a file was changed."""
    monkeypatch.setattr(log_files, "HAS_CTIME", False)
    os.utime(str(logs.path), (NOW, NOW))
    logs.look(NOW)
    with_its_time(logs.path, changed(logs.path.read_bytes(), LINES // 2))
    assert tokens(logs.look(NOW + clock)) == 200 * LINES + 800


SIGNS = {"touched": lambda path: os.utime(str(path), (1, 1)), "of another mode": lambda path: path.chmod(0o640),
         "as it was": lambda path: None, "grown": lambda path: path.write_bytes(path.read_bytes() + MORE)}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_D22_what_is_still_the_same_is_not_read_again(logs, monkeypatch, sign):
    """Nor the log that an older ccmon has read, which did not note what tells that."""
    with closing(sqlite3.connect(logs.store)) as db, db:
        db.execute("UPDATE log_file SET ctime_ns = 0, crc = -1")
    read, record = [], log_entries.record
    monkeypatch.setattr(log_entries, "record", lambda line: read.append(line) or record(line))
    for _ in range(2):
        sign(logs.path)
        logs.look(NOW + 3)
    grown = b"more" in logs.path.read_bytes()
    assert read == [MORE[:-1]] * 2 * grown
    with_its_time(logs.path, changed(logs.path.read_bytes(), LINES // 2))
    assert tokens(logs.look(NOW + 9)) == 200 * LINES + 800 + 100 * grown


def test_D22_a_log_that_only_grows_is_read_on_alone(logs, monkeypatch):
    """And compared every four minutes, once more after it has come to rest, and then no more."""
    monkeypatch.setattr(log_parts, "MOST_COMPARED", 1000)
    compared, checksum = [], log_files.checksum
    monkeypatch.setattr(log_files, "checksum", lambda fd, size: compared.append(now - NOW) or checksum(fd, size))
    for now in range(NOW, NOW + 5000, 50):
        if now < NOW + 1000:
            logs.write(ENTRIES[0], MORE.replace(b'"more"', b'"%d"' % now))
        logs.look(now)
    assert compared == [250, 500, 750, 1000]
    assert tokens(logs.look(now)) == 200 * LINES + 2000


def test_D22_a_number_only_grows(logs):
    """Of two copies the larger one counts, also when the smaller one stands in the place of it now: nobody can tell from a
    history whether the other one was wrong, or is lost."""
    content = logs.path.read_bytes()
    logs.path.write_bytes(changed(content, 7))
    logs.look(NOW)
    logs.path.write_bytes(content)
    assert tokens(logs.look(NOW)) == 200 * LINES + 800


# --- as the user meets it -----------------------------------------------------------------------------------------------------

@pytest.fixture
def quiet(machine):
    """A machine with ccusage whose logs have been read."""
    logs = Logs(machine.folder)
    machine.log = [logs.write(entry, line(entry).encode() + b"\n") for entry in ENTRIES][-1]
    os.utime(str(machine.log), (NOW, NOW))
    machine.answers([block(NOW - HOUR, 200 * LINES)])
    return machine


def stored(machine):
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"))) as db:
        return db.execute("SELECT sum(input + output) FROM message").fetchone()[0]


@pytest.mark.parametrize("words", [(), ("--source", "logs")], ids=["ccusage", "logs"])
def test_D22_every_number_is_that_of_the_log_as_it_is(quiet, words):
    quiet.run("record", *words)
    with_its_time(quiet.log, changed(quiet.log.read_bytes(), LINES // 2))
    quiet.answers([block(NOW - HOUR, 200 * LINES + 800)])
    assert quiet.run("--json", *words, now=NOW + 2).json["session"]["tokens"] == 200 * LINES + 800
    assert [row["tokens"] for row in quiet.run("history", "--json", now=NOW + 3).json] == [200 * LINES + 800]


@pytest.mark.parametrize("name", ["auto", "logs"])
def test_D22_an_open_screen_sees_within_five_minutes_what_gives_no_sign(quiet, monkeypatch, name):
    monkeypatch.setattr(log_files, "HAS_CTIME", False)

    def look(now):
        ctx = context.prepare({}, {**quiet.env(), "CCMON_NOW": str(now), "CCMON_SOURCE": name})
        refresh.current_facts(ctx)
        refresh.learn(ctx)
        return stored(quiet)
    assert look(NOW) == 200 * LINES
    with_its_time(quiet.log, changed(quiet.log.read_bytes(), LINES // 2))
    assert [look(NOW + later) for later in (60, 120, 239)] == [200 * LINES] * 3
    assert look(NOW + 300) == 200 * LINES + 800
