"""X-9: links, pipes and folders that another user has planted where a file of the user's is to be written."""

import os
import stat
import sys

import pytest
from commands import HOUR, NOW, block

from ccmon.errors import Unwritable
from ccmon.system import named_files, newfiles, shared_files

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="owners and links of POSIX")]
AS_ROOT = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root to play other users")
OTHER, ME = 12345, 23456
WRITERS = ["report --html", "export --openmetrics --output", "history --backup"]


@pytest.fixture
def shared(tmp_path):
    """A folder as /tmp, a victim of ours elsewhere."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "victim").write_text("mine")
    return folder


@pytest.fixture
def strange(monkeypatch):
    """Whatever lies there is another user's: for those who are not root."""
    monkeypatch.setattr(named_files, "_owners", lambda: {99_999})


def give(path, owner=OTHER):
    os.chown(path, owner, owner, follow_symlinks=False)


@AS_ROOT
@pytest.mark.parametrize("target", ["victim", "nowhere"])
@pytest.mark.parametrize("words", WRITERS)
def test_X09_no_command_follows_the_link_of_another_user(machine, shared, tmp_path, words, target):
    machine.answers([block(NOW - 2 * HOUR, 2800)])
    machine.run("record")
    (shared / "out").symlink_to(tmp_path / target)
    give(shared / "out")
    assert machine.run(*words.split(), str(shared / "out")).code == 0
    assert (tmp_path / "victim").read_text() == "mine" and not (tmp_path / "nowhere").exists()
    assert not (shared / "out").is_symlink() and (shared / "out").stat().st_size > 100 and (shared / "out").owner() == "root"


@AS_ROOT
def test_X09_where_the_link_cannot_be_replaced_it_is_refused_in_one_sentence(machine, shared, tmp_path):
    """In a sticky folder nobody but its owner may take it away."""
    (shared / "out").symlink_to(tmp_path / "victim")
    give(shared / "out")
    give(tmp_path / "victim", ME)
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001 and folder.owner() == "root":
            folder.chmod(folder.stat().st_mode | 0o011)
    pid = os.fork()
    if not pid:
        os.setgroups([])
        os.setgid(ME)
        os.setuid(ME)
        try:
            named_files.write(str(shared / "out"), b"new")
        except Unwritable as err:
            os._exit(7 if "not permitted" in str(err) and "\n" not in str(err) else 1)
        os._exit(2)
    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 7
    assert (tmp_path / "victim").read_text() == "mine" and os.listdir(shared) == ["out"]


def test_X09_a_link_that_may_be_another_users_is_replaced_itself(shared, tmp_path, strange):
    (shared / "out").symlink_to(tmp_path / "victim")
    named_files.write(str(shared / "out"), b"new")
    assert (tmp_path / "victim").read_text() == "mine" and (shared / "out").read_bytes() == b"new"
    assert not (shared / "out").is_symlink()


def test_X09_nor_is_one_on_the_way(shared, tmp_path, strange):
    (tmp_path / "own").mkdir()
    (shared / "folder").symlink_to(tmp_path / "own")
    with pytest.raises(Unwritable, match="link of another user"):
        named_files.write(str(shared / "folder/out"), b"new")
    with pytest.raises(Unwritable, match="link of another user"):
        named_files.write(str(shared / "folder/../out"), b"new")
    assert os.listdir(tmp_path / "own") == []


def test_X09_ones_own_links_are_followed_there_too(shared, tmp_path):
    (shared / "out").symlink_to("hop")
    (shared / "hop").symlink_to(tmp_path / "folder/../victim")
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    named_files.write(str(shared / "out"), b"new")
    assert (shared / "out").is_symlink() and (tmp_path / "victim").read_bytes() == b"new"
    (shared / "round").symlink_to("round")
    with pytest.raises(Unwritable, match="symbolic links"):
        named_files.write(str(shared / "round"), b"new")


@AS_ROOT
@pytest.mark.parametrize("closed", [False, True])
def test_X09_a_link_in_a_folder_that_only_root_can_write_to_is_followed_whoever_it_is_of(shared, tmp_path, closed):
    shared.chmod(0o755 if closed else 0o775)
    (shared / "out").symlink_to(tmp_path / "victim")
    give(shared / "out")
    named_files.write(str(shared / "out"), b"new")
    assert (shared / "out").is_symlink() is closed and ((tmp_path / "victim").read_text() == "new") is closed


def test_X09_another_name_of_a_file_keeps_its_content(shared, tmp_path):
    os.link(tmp_path / "victim", shared / "out")
    named_files.write(str(shared / "out"), b"new")
    assert (tmp_path / "victim").read_text() == "mine" and (shared / "out").read_bytes() == b"new"


@AS_ROOT
def test_X09_the_mode_of_another_users_file_is_not_taken(shared):
    (shared / "out").write_text("")
    (shared / "out").chmod(0o4777)
    give(shared / "out")
    named_files.write(str(shared / "out"), b"new")
    assert stat.S_IMODE((shared / "out").stat().st_mode) & 0o7022 == 0 and (shared / "out").owner() == "root"


def test_X09_the_pipe_of_another_user_gets_nothing(shared, strange):
    """And is not waited for."""
    os.mkfifo(shared / "out")
    with pytest.raises(Unwritable, match="belongs to another user"):
        named_files.write(str(shared / "out"), b"new")
    assert stat.S_ISFIFO((shared / "out").stat().st_mode)


@pytest.mark.parametrize("door", ["named_files", "dotfiles"])
def test_X09_a_folder_that_is_exchanged_meanwhile_leads_nowhere(shared, tmp_path, monkeypatch, door):
    """It is held open from the look to the rename."""
    (shared / "folder").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "own/out").write_text("mine")
    real = newfiles.NewFile.write

    def exchanged(self, *words):
        real(self, *words)
        os.rename(shared / "folder", shared / "before")
        (shared / "folder").symlink_to(tmp_path / "own")
    monkeypatch.setattr(newfiles.NewFile, "write", exchanged)
    if door == "named_files":
        named_files.write(str(shared / "folder/out"), b"new")
    else:
        shared_files.replace(str(shared / "folder/out"), None, b"new")
    assert (tmp_path / "own/out").read_text() == "mine" and os.listdir(tmp_path / "own") == ["out"]
    assert (shared / "before/out").read_bytes() == b"new" and os.listdir(shared / "before") == ["out"]


@pytest.mark.parametrize("script, out", [
    ("echo before >all; $CCMON {} /dev/stdout >>all; head -n 1 all; tail -n 1 all", "before\n# EOF\n"),
    ("$CCMON {} /dev/stdout >all; tail -n 1 all", "# EOF\n"), ("$CCMON {} /dev/stdout | tail -n 1", "# EOF\n"),
    ("$CCMON {} /dev/fd/7 7>all; tail -n 1 all", "# EOF\n"), ("$CCMON {} /proc/self/fd/1 | tail -n 1", "# EOF\n"),
    ("$CCMON {} /dev/null; test -c /dev/null && echo still", "still\n"),
    ("bash -c '$CCMON {} >(tail -n 1 >all); sleep 0.3; cat all'", "# EOF\n")])
def test_X09_descriptors_and_devices_are_written_to(machine, script, out):
    """What was in a file that the shell appends to stays."""
    machine.answers([block(NOW - 2 * HOUR, 2800)])
    done = machine.shell(script.replace("{}", "export --openmetrics --output"))
    assert (done.code, done.out, done.err) == (0, out, "")
