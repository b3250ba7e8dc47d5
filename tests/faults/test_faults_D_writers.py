"""D-11, D-12, D-28: whichever step of a write fails, or is the last one, the old content or the new one is there, whole."""

import errno
import os
import signal
import stat
import sys
from itertools import count

import pytest

from ccmon import line_cache
from ccmon.errors import CcmonError
from ccmon.system import named_files, newfiles, shared_files

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="fork and modes of POSIX")]
OLD, NEW = b"old\n" * 3000, b"new\n" * 5000
STEPS = ("open", "write", "fsync", "fchmod", "link", "replace")


def line(path, content):
    """A file of the cache."""
    if not line_cache.replace(os.path.dirname(path), os.path.basename(path), content):
        raise OSError("not written")


def start_up_file(path, content):
    """Others may write it, too."""
    shared_files.repeated(lambda: shared_files.replace(path, shared_files.read(path), content))


def exchanged_by_rename(path, content):
    """The same where two names cannot be swapped in one step."""
    shared_files._call = lambda: None
    start_up_file(path, content)


WRITERS = [line, named_files.write, start_up_file, exchanged_by_rename]
each_writer = pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)


@pytest.fixture(autouse=True)
def each_swap(monkeypatch):
    """What a test sets there is gone after it; each one sweeps anew."""
    monkeypatch.setattr(shared_files, "_call", shared_files._call)
    monkeypatch.setattr(newfiles, "_ONCE", set())


def interrupted(monkeypatch, number, interrupt):
    """Have the step of that number, counted from 1, interrupted; a list of all that were begun."""
    begun = []

    def at(name, real):
        def step(*words, **named):
            if name != "open" or words[1] & os.O_CREAT:
                begun.append(name)
                if len(begun) == number:
                    interrupt()
            return real(*words, **named)
        return step
    for name in STEPS:
        monkeypatch.setattr(os, name, at(name, getattr(os, name)))
    monkeypatch.setattr(shared_files, "_swap", at("swap", shared_files._swap))
    return begun


def outcome(path, write, before):
    """What is in the file after the call that shall put NEW in place of `before` (None: no file), and whether it said so."""
    try:
        write(str(path), NEW)
        said = True
    except (CcmonError, OSError):
        said = False
    return path.read_bytes() if path.exists() else None, said


@each_writer
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize("before", [None, OLD], ids=["new", "there"])
def test_D11_a_step_that_fails_leaves_the_old_content_and_says_so(tmp_path, monkeypatch, write, number, before):
    def fail():
        raise OSError(number, os.strerror(number))
    path = tmp_path / "plain"
    for step in count(1):
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
        with monkeypatch.context() as patch:
            begun = interrupted(patch, step, fail)
            content, said = outcome(path, write, before)
        assert (content == NEW) if said else (content == before), begun
        assert os.listdir(tmp_path) == ([] if content is None else ["plain"]), begun
        if len(begun) < step:
            break
    assert said and step > 3


@each_writer
@pytest.mark.parametrize("before", [None, OLD], ids=["new", "there"])
def test_D28_whatever_step_is_its_last_one_the_file_is_whole(tmp_path, monkeypatch, write, before):
    path = tmp_path / "plain"
    for step in count(1):
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
        pid = os.fork()
        if not pid:
            interrupted(monkeypatch, step, lambda: os.kill(os.getpid(), signal.SIGKILL))
            write(str(path), NEW)
            os._exit(0)
        was_killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        content = path.read_bytes() if path.exists() else None
        assert content in (before, NEW) if was_killed else content == NEW, step
        newfiles._ONCE.clear()
        write(str(path), OLD + NEW)
        assert path.read_bytes() == OLD + NEW and os.listdir(tmp_path) == ["plain"], step
        if not was_killed:
            break
    assert step > 3


@each_writer
def test_D11_a_write_that_takes_a_part_is_gone_on_with(tmp_path, monkeypatch, write):
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:4099]))
    write(str(tmp_path / "plain"), NEW)
    assert (tmp_path / "plain").read_bytes() == NEW


@each_writer
def test_D11_of_writers_at_the_same_time_one_is_the_last_and_nobody_sees_half(tmp_path, write):
    path, pids = tmp_path / "plain", []
    path.write_bytes(b"0" * 9000)
    for letter in b"abc":
        pids.append(os.fork())
        if not pids[-1]:
            for _ in range(20):
                write(str(path), bytes([letter]) * (9000 + letter))
            os._exit(0)
    seen, codes = set(), []
    while len(codes) < len(pids):
        content = path.read_bytes()
        assert len(set(content)) == 1 and len(content) in (9000, 9000 + content[0])
        seen.add(content[:1])
        pid, code = os.waitpid(-1, os.WNOHANG)
        codes += [code] if pid else []
    assert codes == [0, 0, 0] and path.read_bytes()[:1] in (b"a", b"b", b"c") and len(seen) > 1
    assert os.listdir(tmp_path) == ["plain"]


@each_writer
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777], ids=oct)
def test_D12_the_mode_is_as_it_should_be_and_a_link_stays_where_it_may(tmp_path, write, umask):
    """A file of others keeps its mode, one of the cache is nobody else's; the cache has no links, so one there is replaced."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "real").write_bytes(OLD)
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "folder/plain").symlink_to("../real")
    before = os.umask(umask)
    try:
        write(str(tmp_path / "folder/plain"), NEW)
    finally:
        os.umask(before)
    is_line = write is line
    assert (tmp_path / "folder/plain").is_symlink() is not is_line and (tmp_path / "folder/plain").read_bytes() == NEW
    assert (tmp_path / "real").read_bytes() == (OLD if is_line else NEW)
    assert stat.S_IMODE((tmp_path / "folder/plain").stat().st_mode) == (0o600 if is_line else 0o640)
