"""D-26: a history, cache, configuration or log folder of another user, planted where a variable leads; another user's program."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import strangers
from commands import HOUR, ROOT, Machine, block
from line_shells import install
from strangers import USER, Place

from ccmon import private
from ccmon.doctor.check import HOMELESS
from ccmon.errors import CcmonError
from ccmon.settings import config
from ccmon.sources import hook, program_search
from ccmon.store import history_path as history_place

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="users of POSIX")]
as_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
OTHER = 4242
EVIL = "CC $(touch PWNED)\n"


@pytest.fixture(scope="module")
def model():
    """A home that is used, and beside it what is about to be another user's."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    made = Place(folder)
    made.answers([block(int(time.time()) - HOUR, 1234)])
    install(made)
    planted = folder / "planted"
    made.own()
    planted.mkdir()
    os.chown(planted, *(USER, USER) if os.getuid() == 0 else (-1, -1))
    for words in (["record"], ["--statusline"]):
        assert strangers.call(words, {**made.env(TERM="dumb"), **dict.fromkeys(BASES, str(planted))}).code == 0
    (planted / "ccmon/config.ini").write_text("[ccmon]\nalerts = 100\nalert_by = command\nalert_command = /bin/touch PWNED\n")
    next(planted.glob("ccmon/*/plain")).write_text(EVIL)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


BASES = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")


def given(folder, uid):
    """All of it belongs to that user, and everyone may write there."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, uid, uid)
        path.chmod(0o777 if path.is_dir() else 0o666)


def seen(folder):
    """All that lies there."""
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_uid, path.is_file() and path.read_bytes())
            for path in [folder, *folder.rglob("*")]}


@as_root
@pytest.mark.parametrize("words", [["--statusline"], ["--statusline", "--format", "claude"], ["record"], ["--once"], ["--json"],
                                   ["history"], ["hit"], ["learn"], ["config", "set", "plan", "max5"], ["doctor"]], ids=" ".join)
@pytest.mark.parametrize("variable", [*BASES, "CCMON_DATA_DIR"])
def test_D26_what_another_user_planted_is_neither_read_nor_written(model, variable, words):
    planted = model.folder / "planted"
    given(planted, OTHER)
    before = seen(planted)
    leads_to = planted / "ccmon" if variable == "CCMON_DATA_DIR" else planted
    done = strangers.call(words, model.env(TERM="dumb", **{variable: leads_to}))
    assert "Traceback" not in done.err and "PWNED" not in done.out and done.code in (0, 1, 2, 10, 11, 20, 30)
    assert seen(planted) == before
    if words[0] == "--statusline":
        assert done.code == 0 and done.out.count("\n") == 1 and not done.err
        assert variable in ("XDG_DATA_HOME", "CCMON_DATA_DIR", "XDG_STATE_HOME") or "CC ! " in done.out, done
    if words == ["doctor"] and variable != "XDG_STATE_HOME":
        assert "belongs to another" in " ".join(done.out.split()) and f"run: unset {variable}" in done.out


@as_root
@pytest.mark.parametrize("uid, mode, is_used", [(USER, 0o700, True), (USER, 0o775, True), (0, 0o1777, True),
                                                (OTHER, 0o777, False), (USER, 0o777, False)])
def test_D26_ordinary_folders_go_on(model, tmp_path, uid, mode, is_used):
    """Private user groups with umask 002, and a folder for everybody as /tmp and the volume of a container."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    os.chown(folder, uid, uid)
    folder.chmod(mode)
    done = strangers.call(["record"], model.env(TERM="dumb", CCMON_DATA_DIR=folder))
    again = strangers.call(["history"], model.env(TERM="dumb", CCMON_DATA_DIR=folder))
    assert (again.code == 0) is is_used, (done, again)
    assert is_used or f"{folder} " + ("belongs to another user" if uid == OTHER else "can be written by others") in again.err
    shutil.rmtree(folder)


@as_root
def test_D26_root_uses_nothing_of_a_user(model):
    """As with sudo -E: files of root in a user's home would shut that user out, and a user's program would run as root."""
    home = model.folder / "home"
    path = home / ".local/share/ccmon/ccmon.db"
    strangers.call(["record"], model.env(TERM="dumb"))
    done = model.run("history", now=None, XDG_CONFIG_HOME=model.folder / "tmp")
    assert done.code == 30 and f"{path} cannot be used: {path.parent} belongs to another user" in done.err
    assert {found.stat().st_uid for found in home.rglob("*")} == {USER}


# --- as the functions see it, without root ---------------------------------------------------------------------------------

@pytest.fixture
def foreign(monkeypatch):
    """This process is another user, who is not root; what it makes is not its own."""
    def become():
        monkeypatch.setattr(os, "getuid", lambda: 12_345_678)
    made = Path(tempfile.mkdtemp(dir="/tmp"))
    if os.getuid() == 0:
        os.chown(made, OTHER, OTHER)
    yield made, become
    monkeypatch.undo()
    shutil.rmtree(made)


def of_other(path, content=""):
    """A file of a user who is neither this one nor root."""
    path.write_text(content)
    if os.getuid() == 0:
        os.chown(path, OTHER, OTHER)
    return str(path)


def test_D26_files_of_another_user_are_refused(foreign):
    folder, become = foreign
    line, ini = of_other(folder / "plain", "CC 1\n"), of_other(folder / "config.ini", "[ccmon]\nplan = pro\n")
    secret, store = of_other(folder / "secret"), of_other(folder / "ccmon.db")
    become()
    assert private.content_of(line) is None and private.foreign_folder(str(folder / "ccmon/abc"))
    hook.append(str(folder), b"1\n")
    with pytest.raises(CcmonError, match="cannot be read .it belongs to another user.. Set XDG_CONFIG_HOME"):
        config.read(ini, ["ccmon"])
    with pytest.raises(PermissionError, match="it belongs to another user"):
        private.open_plain(secret, os.O_RDONLY)
    with pytest.raises(PermissionError, match="it belongs to another user"):
        private.own_folder(str(folder / "new"))
    assert "belongs to another user; history is off until" in str(history_place.refusal(store))
    with config.open_log(str(folder / "ccmon.log")) as log:
        log.write("x")
    assert sorted(os.listdir(folder)) == ["ccmon.db", "config.ini", "plain", "secret"]


@pytest.mark.parametrize("side", ["-wal", "-shm", "-journal"])
@as_root
def test_D26_a_journal_of_another_user_is_no_part_of_the_history(tmp_path, side):
    store = tmp_path / "ccmon.db"
    store.write_text("")
    assert history_place.refusal(str(store)) is None
    of_other(tmp_path / f"ccmon.db{side}")
    assert f"{store}{side} belongs to another user" in str(history_place.refusal(str(store)))


@as_root
def test_D26_under_sudo_the_way_out_takes_nothing_from_the_user(model):
    """Root's own home is the way out; a chown would shut the user out of what is theirs."""
    strangers.call(["config", "set", "plan", "max5"], model.env(TERM="dumb"))
    done = model.run("doctor", "--json", now=None)
    faults = {check["topic"]: check for check in json.loads(done.out)["checks"] if check["state"] == "fault"}
    assert {"settings", "history", "cache"} <= set(faults), faults
    assert {faults[topic]["mend"] for topic in ("settings", "history", "cache")} == {HOMELESS}
    strangers.call(["config", "unset", "plan"], model.env(TERM="dumb"))


@as_root
def test_D26_a_home_of_another_user_is_not_mended_by_modes(tmp_path):
    """There is no folder yet: what is refused is the one in which it would be made."""
    machine = Machine(tmp_path)
    os.chown(machine.home, OTHER, OTHER)
    checks = {check["topic"]: check for check in json.loads(machine.run("doctor", "--json", now=None).out)["checks"]}
    assert {checks[topic]["mend"] for topic in ("history", "cache")} == {HOMELESS}


def test_D26_a_disk_without_modes_is_no_fault(tmp_path):
    machine = Machine(tmp_path)
    machine.answers([block(int(time.time()) - HOUR, 1234)])
    assert machine.run("record", now=None).code == 0 and machine.run("--statusline", now=None).code == 0
    cache = machine.home / ".cache/ccmon"
    for mode, state in ((0o600, "fault"), (0o777, "ok")):
        cache.chmod(0o777)
        (cache / "state").chmod(mode)
        done = json.loads(machine.run("doctor", "--json", now=None).out)["checks"]
        assert [check["state"] for check in done if check["topic"] == "cache"] == [state], done


def test_D26_the_users_first_group_is_their_own_in_another_one_too(monkeypatch, tmp_path):
    """As under newgrp docker: what a umask of 002 has left is the private group's."""
    (tmp_path / "file").touch(0o664)
    (tmp_path / "file").chmod(0o664)
    found = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "getgid", lambda: found.st_gid + 1)
    assert private.open_to_others(found) is None
    other = os.stat_result([*found[:5], found.st_gid + 2, *found[6:]])
    assert private.open_to_others(other) == private.SHARED


def test_D26_root_has_another_number_in_a_namespace_of_users(monkeypatch):
    """There root's files, as those of /nix/store, are those of whom / belongs to."""
    real, other = os.stat, os.stat_result([0o100644, 1, 1, 1, 65534, 65534, *[0] * 4])
    monkeypatch.setattr(os, "getuid", lambda: OTHER)
    assert private.foreign(other) == private.FOREIGN
    monkeypatch.setattr(os, "stat", lambda path, **more: other if path == "/" else real(path, **more))
    assert private.foreign(other) is None


def test_D26_a_configuration_that_others_may_write_is_refused(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("[ccmon]\nplan = pro\n")
    for mode, is_used in ((0o600, True), (0o664, True), (0o777, True), (0o666, False)):       # 0777: a disk without modes
        path.chmod(mode)
        if is_used:
            assert config.read(str(path), ["ccmon"])["ccmon"]["plan"].text == "pro"
        else:
            with pytest.raises(CcmonError, match="can be written by others.. Make it yours alone: chmod go-w "):
                config.read(str(path), ["ccmon"])


def test_D26_a_remembered_program_that_others_may_change_is_not_run(tmp_path):
    def found(path):
        try:
            return program_search.find_ccusage(None, str(path), {"PATH": "/nonexistent"}, None).path
        except program_search.NotFound as err:
            return str(err)
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    program = folder / "bin/ccusage"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o775)
    assert found(program) == str(program)
    for wrong, mode, right in ((program, 0o777, 0o775), (program.parent, 0o777, 0o775), (folder, 0o707, 0o1777)):
        before = wrong.stat().st_mode
        wrong.chmod(mode)
        assert f"is not run: {wrong} can be written by others. Name one with --ccusage" in found(program)
        assert str(program) == program_search.find_ccusage(str(program), None, {}, None).path         # named by the user
        wrong.chmod(right)
        assert found(program) == str(program)
        wrong.chmod(before)
    link = folder / "link"
    link.symlink_to(program)
    assert found(link) == str(link)
    if os.getuid() == 0:
        for wrong in (program, program.parent):
            os.chown(wrong, OTHER, OTHER)
            assert f"is not run: {wrong} belongs to another user" in found(link)
            os.chown(wrong, 0, 0)


@as_root
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_D26_ccmon_line_does_not_print_the_line_of_another_user(tmp_path, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    shutil.copy(ROOT / "ccmon/ccmon-line", tmp_path)
    (tmp_path / "ccmon").write_text("#!/bin/sh\necho asked\n")
    (tmp_path / "ccmon").chmod(0o755)
    cache = tmp_path / "home/.cache/ccmon"
    cache.mkdir(parents=True)
    for name, ahead in (("fresh", 99), ("expires", 99), ("state", -9), ("tmux", 0)):
        (cache / name).write_text(EVIL)
        os.utime(cache / name, (time.time() + ahead,) * 2)
    words = [shell, *(["ash"] if shell == "busybox" else []), str(tmp_path / "ccmon-line"), "tmux"]
    env = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    assert subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout == EVIL
    os.chown(cache / "tmux", OTHER, OTHER)
    assert subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout == "asked\n"
