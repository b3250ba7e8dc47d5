"""Claude Code's log files as they lie on a disk: found, told apart, read line by line."""

import os
from binascii import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.sources import log_files
from ccmon.sources.log_files import Lines, fingerprint, lines, open_log, projects, scan, stamp


def write(path, content=b"x\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def found(*folders):
    return [os.path.relpath(file.path, str(folders[0])) for file in scan([str(folder) for folder in folders])]


def read(path, offset=0, final=False):
    fd = open_log(scan([str(path.parent)])[0])
    try:
        return list(lines(fd, offset, final))
    finally:
        os.close(fd)


def test_the_folders_of_logs():
    assert projects(["/h/.claude", "/x/projects", "/y/projects/"]) == ["/h/.claude/projects", "/x/projects", "/y/projects"]


def test_every_jsonl_below_in_the_order_of_the_paths(tmp_path):
    for name in ("b/2.jsonl", "a/z.jsonl", "a/s/subagents/agent-1.jsonl", "a.jsonl", "b/no.json", "b/N.JSONL", "b/.jsonl"):
        write(tmp_path / name)
    os.symlink(str(tmp_path / "a"), str(tmp_path / "loop"))
    os.symlink(str(tmp_path / "b/2.jsonl"), str(tmp_path / "b/link.jsonl"))
    (tmp_path / "b/folder.jsonl").mkdir()
    os.mkfifo(str(tmp_path / "b/pipe.jsonl"))
    assert found(tmp_path) == ["a.jsonl", "a/s/subagents/agent-1.jsonl", "a/z.jsonl", "b/.jsonl", "b/2.jsonl"]


def test_a_folder_named_twice_or_missing(tmp_path):
    write(tmp_path / "a.jsonl")
    assert found(tmp_path, tmp_path, tmp_path / "none") == ["a.jsonl"]
    assert scan([str(tmp_path / "none"), "\0"]) == []


def test_the_stamp_changes_with_every_file(tmp_path):
    assert stamp(scan([str(tmp_path)])) == ""
    seen = set()
    for change in (lambda: write(tmp_path / "a.jsonl"), lambda: write(tmp_path / "a.jsonl", b"xy\n"),
                   lambda: os.utime(str(tmp_path / "a.jsonl"), (1, 1)), lambda: write(tmp_path / "b.jsonl"),
                   lambda: os.unlink(str(tmp_path / "b.jsonl"))):
        change()
        now = stamp(scan([str(tmp_path)]))
        assert now == stamp(scan([str(tmp_path)]))
        seen.add(now)
    assert len(seen) == 4              # without b it is what it was before


@pytest.mark.parametrize("content, offset, final, expected", [
    (b"", 0, True, []), (b"a\nbc\n", 0, False, [Lines(0, 5, b"a\nbc\n")]), (b"a\nbc\n", 2, False, [Lines(2, 5, b"bc\n")]),
    (b"a\nbc", 0, False, [Lines(0, 2, b"a\n")]), (b"a\nbc", 0, True, [Lines(0, 2, b"a\n"), Lines(2, 4, b"bc", False)]),
    (b"\n\n", 0, True, [Lines(0, 2, b"\n\n")]), (b"a\r\n", 0, False, [Lines(0, 3, b"a\r\n")]), (b"a\n", 9, False, []),
])
def test_complete_lines(tmp_path, content, offset, final, expected):
    found = read(write(tmp_path / "a.jsonl", content), offset, final)
    assert [line._replace(crc=0) for line in found] == expected


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.integers(1, 40))
def test_whatever_the_size_of_a_chunk(tmp_path_factory, contents, chunk):
    path = write(tmp_path_factory.mktemp("logs") / "a.jsonl", b"\n".join(contents))
    before, log_files.CHUNK = log_files.CHUNK, chunk
    try:
        got = read(path, final=True)
    finally:
        log_files.CHUNK = before
    assert b"".join(some.content for some in got) == path.read_bytes()
    assert all(some.content.endswith(b"\n") == some.is_whole and not some.too_long for some in got)
    assert all(after.start == line.end for line, after in zip(got, got[1:]))
    assert all(line.crc == crc32(path.read_bytes()[:line.end]) for line in got)


def test_a_line_that_is_too_long_is_skipped_and_those_after_it_read(tmp_path, monkeypatch):
    monkeypatch.setattr(log_files, "MOST_LINE", 10)
    monkeypatch.setattr(log_files, "CHUNK", 4)
    path = write(tmp_path / "a.jsonl", b"a\n" + b"x" * 99 + b"\nb\n" + b"y" * 11)
    found = [line._replace(crc=0) for line in read(path, final=True)]
    assert found == [Lines(0, 2, b"a\n"), Lines(2, 104, b"b\n", too_long=1), Lines(104, 115, b"", False, 1)]


def test_the_fingerprint_is_of_what_was_read(tmp_path):
    path = write(tmp_path / "a.jsonl", b"begin" + b"-" * 5000 + b"end\n")
    fd = open_log(scan([str(tmp_path)])[0])
    first = fingerprint(fd, 5009)
    with path.open("ab") as file:
        file.write(b"more\n")
    assert fingerprint(fd, 5009) == first and fingerprint(fd, 5014) != first
    for at in (0, 5000):
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"#")
        assert fingerprint(fd, 5009) != first
    os.close(fd)


def test_what_took_a_logs_place_is_not_opened(tmp_path):
    path = write(tmp_path / "a.jsonl")
    file = scan([str(tmp_path)])[0]
    path.unlink()
    assert open_log(file) is None
    os.mkfifo(str(path))
    assert open_log(file) is None
    path.unlink()
    os.symlink("/etc/passwd", str(path))
    assert open_log(file) is None
