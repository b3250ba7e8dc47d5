"""X-10: what another program writes meanwhile into a start-up file, Claude Code's settings or config.ini is not lost."""

import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import time

import pytest
from line_shells import put_block

from ccmon.errors import CcmonError
from ccmon.settings import config_file
from ccmon.setup import dotfiles, init
from ccmon.system import shared_files

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="shells")]
LINES = 1500
# Each turn's line is added as nvm, conda and their like do it; a moment between two, so that many rounds fit in.
APPENDS = 'i=0; while [ $i -lt $2 ]; do echo "line $i" >>"$1"; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.002; done'
# As editors and Claude Code save: a new file in place of the old one. Nobody else may take its own last turn away.
REPLACES = """
import json, os, sys, time
path, turns = sys.argv[1], int(sys.argv[2])
for turn in range(1, turns + 1):
    for _ in range(3):
        try:
            before = json.load(open(path))
        except FileNotFoundError:
            before = {}
        if before.get("turn", 0) != turn - 1:
            print("lost", turn - 1, before, flush=True)
    before["turn"] = turn
    with open(path + ".new", "w") as file:
        json.dump(before, file)
    os.rename(path + ".new", path)
    time.sleep(0.002)
"""


@pytest.fixture(params=["exchange", "rename"])
def way(request, monkeypatch):
    """As on Linux and macOS, and where two names cannot be exchanged in one step."""
    if request.param == "rename":
        monkeypatch.setattr(shared_files, "_call", lambda: None)
    elif shared_files._call() is None:
        pytest.skip("names cannot be exchanged here")
    return request.param


@pytest.fixture
def env(tmp_path, monkeypatch):
    """A home with a ccmon."""
    (tmp_path / "home/.claude").mkdir(parents=True)
    (tmp_path / "ccmon").write_text("#!/bin/sh\n")
    (tmp_path / "ccmon").chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "ccmon")])
    return {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("target", ["bash", "tmux"])
def test_X10_a_shell_that_appends_meanwhile_loses_no_line(env, way, target):
    path = dotfiles.path_of(target, env)
    with open(path, "w") as file:
        file.write("# mine\n")
    other, rounds = subprocess.Popen(["sh", "-c", APPENDS, "sh", path, str(LINES)]), 0
    while other.poll() is None:
        init.run(target, True, False, env)
        init.run(target, False, True, env)
        rounds += 1
    with open(path) as file:
        found = file.read().splitlines()
    assert sorted(found) == sorted(["# mine"] + [f"line {n}" for n in range(LINES)]) and rounds
    name = os.path.basename(path)
    assert sorted(os.listdir(env["HOME"])) == sorted([name, ".claude"])


def test_X10_a_program_that_saves_meanwhile_loses_no_turn(env, tmp_path):
    """Where names can be exchanged: elsewhere there is a moment between the look and the rename."""
    if shared_files._call() is None:
        pytest.skip("names cannot be exchanged here")
    path = tmp_path / "home/.claude/settings.json"
    path.write_text('{"mine": 1}')
    other = subprocess.Popen([sys.executable, "-c", REPLACES, str(path), "300"], stdout=subprocess.PIPE, text=True)
    while other.poll() is None:
        init.run("claude", True, False, env)
        try:
            init.run("claude", False, True, env)
        except CcmonError as err:      # a turn that was read before it brings the line back
            assert "JSON" not in str(err)
    assert other.communicate()[0] == "" and json.loads(path.read_text())["turn"] == 300


def append(path):
    with open(path, "a") as file:
        file.write("late\n")


def replace(path):
    with open(path) as file:
        before = file.read()
    with open(path + ".new", "w") as file:
        file.write(before + "late\n")
    os.rename(path + ".new", path)


def rewrite(path):
    """In the same file, as `cat >` does."""
    with open(path) as file:
        before = file.read()
    with open(path, "w") as file:
        file.write("early\n" + before)


def take_block(path):
    dotfiles.take_out("bash", path)


def set_value(path):
    def change():
        before = config_file.text_of(path)
        config_file.write(path, before, config_file.with_value(before or "", "ccmon", "plan", "pro"))
    shared_files.repeated(change)


@pytest.mark.parametrize("step", ["before", "after"])
@pytest.mark.parametrize("other", [append, replace, rewrite], ids=lambda other: other.__name__)
@pytest.mark.parametrize("change", [put_block, take_block, set_value], ids=lambda change: change.__name__)
def test_X10_a_change_right_before_or_after_the_exchange_is_kept(tmp_path, monkeypatch, change, other, step):
    if shared_files._call() is None:
        pytest.skip("names cannot be exchanged here")
    path, real, calls = str(tmp_path / "rc"), shared_files._swap, []
    with open(path, "w") as file:
        file.write("# mine\n")
    if change is take_block:
        put_block(path)

    def swapped(place, name):
        calls.append(name)
        if step == "before" and len(calls) == 1:
            other(path)
        done = real(place, name)
        if step == "after" and len(calls) == 1:
            other(path)
        return done
    monkeypatch.setattr(shared_files, "_swap", swapped)
    change(path)
    with open(path) as file:
        found = file.read()
    assert found.count("late\n" if other is not rewrite else "early\n") == 1 and found.count("# mine") == 1
    assert ("block" in found) is (change is put_block) and ("plan = pro" in found) is (change is set_value)
    assert [name for name in os.listdir(tmp_path) if name not in ("rc", "rc.before-ccmon")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is waited for a fifth of a second")
def test_X10_who_has_the_old_file_open_is_waited_for(tmp_path, way):
    path, late = str(tmp_path / "rc"), []
    with open(path, "w") as file:
        file.write("# mine\n")

    def slow():
        with open(path, "a") as file:
            late.append(1)
            time.sleep(0.4)
            file.write("late\n")
    writer = threading.Thread(target=slow)
    writer.start()
    while not late:
        time.sleep(0.001)
    put_block(path)
    writer.join()
    with open(path) as file:
        found = file.read()
    assert found.count("late\n") == 1 and "block" in found


def test_X10_a_disk_that_is_full_by_then_costs_nothing_of_the_others(tmp_path, monkeypatch):
    if shared_files._call() is None:
        pytest.skip("names cannot be exchanged here")
    path, real, calls = str(tmp_path / "rc"), shared_files._swap, []
    with open(path, "w") as file:
        file.write("# mine\n")

    def swapped(place, name):
        if not calls:
            append(path)
        calls.append(name)
        return real(place, name)

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(shared_files, "_swap", swapped)
    monkeypatch.setattr(shared_files, "_append", full)
    with pytest.raises(CcmonError, match="No space left"):
        shared_files.replace(path, b"# mine\n", b"# mine\nblock\n", lines=True)
    with open(path) as file:
        assert file.read() == "# mine\nlate\n"
    assert os.listdir(tmp_path) == ["rc"]


def test_X10_what_somebody_makes_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    path, real = str(tmp_path / "rc"), shared_files._create

    def create(place, new):
        if not os.path.exists(path):
            append(path)
        real(place, new)
    monkeypatch.setattr(shared_files, "_create", create)
    put_block(path)
    with open(path) as file:
        assert file.read().startswith("late\n# >>>")


def test_X10_a_file_that_is_never_still_is_left_alone(tmp_path, monkeypatch):
    path = tmp_path / "config.ini"
    path.write_text("[ccmon]\n")
    monkeypatch.setattr(shared_files, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(shared_files, "_content", lambda _fd: os.urandom(8))
    with pytest.raises(CcmonError, match="all the time") as failed:
        set_value(str(path))
    assert "\n" not in str(failed.value) and path.read_text() == "[ccmon]\n" and os.listdir(tmp_path) == ["config.ini"]


def test_X10_config_set_beside_a_program_that_saves(machine):
    """Every value is set, and no turn of the other one is lost."""
    path = machine.configure("[ccmon]\n")
    script = REPLACES.replace("json.load(open(path))", "read()").replace("json.dump(before, file)", "write(before, file)")
    script = ("import re\ndef read():\n    text = open(path).read()\n"
              "    turn = int((re.findall('# turn ([0-9]+)', text) or [0])[0])\n"
              "    return {'turn': turn, 'text': re.sub('# turn .*\\n', '', text)}\n"
              "def write(what, file):\n    file.write('# turn %d\\n%s' % (what['turn'], what['text']))\n" + script)
    other = subprocess.Popen([sys.executable, "-c", script, str(path), "200"], stdout=subprocess.PIPE, text=True)
    while other.poll() is None:
        set_value(str(path))
    assert other.communicate()[0] == "" and "# turn 200\n" in path.read_text()
    assert machine.run("config", "set", "plan", "max5").code == 0 and "plan = max5" in path.read_text()


# --- a last line without an end -----------------------------------------------------------------------------------------

SHELLS = {"bash": ["bash", "--norc", "-c", '. "$1"; echo "[$A]"', "-"], "zsh": ["zsh", "-f", "-c", '. "$1"; echo "[$A]"', "-"],
          "fish": ["fish", "--no-config", "-c", 'source $argv[1]; echo "[$A]"'],
          "sh": ["sh", "-c", '. "$1"; echo "[$A]"', "-"]}


@pytest.mark.parametrize("content", [b"export A=b\\\n", b"export A=b\\", b"export A=b", b"export A=b\\\\\n",
                                     b"export A=b # \\\n"], ids=repr)
@pytest.mark.parametrize("shell", sorted(SHELLS))
def test_X10_a_backslash_at_the_end_does_not_take_the_block_in(tmp_path, shell, content):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "rc"
    path.write_bytes(content)
    put_block(str(path), "export IN_BLOCK=1\n")
    done = subprocess.run([*SHELLS[shell], str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.stdout.startswith("[b") and ">" not in done.stdout
    put_block(str(path), "export IN_BLOCK=2\n")
    dotfiles.take_out("bash", str(path))
    assert path.read_bytes() == content


def test_X10_a_block_of_an_older_ccmon_below_a_backslash_is_mended(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"export A=b\\\n# >>> ccmon >>>\nold\n# <<< ccmon <<<\n")
    put_block(str(path), "new\n")
    assert path.read_bytes().startswith(b"export A=b\\\n\n# >>> ccmon >>>")
    dotfiles.take_out("bash", str(path))
    assert path.read_bytes() == b"export A=b\\\n"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may write for others")
def test_X10_what_root_writes_in_the_home_of_another_stays_theirs(tmp_path, way):
    for name, mode in (("", 0o755), ("/rc", 0o640)):
        (tmp_path / "home").mkdir(exist_ok=True)
        path = f"{tmp_path}/home{name}"
        if name:
            with open(path, "w") as file:
                file.write("mine\n")
        os.chown(path, 12345, 23456)
        os.chmod(path, mode)
    for name, mode in (("rc", 0o640), ("rc.before-ccmon", 0o640), ("new", 0o600)):
        put_block(f"{tmp_path}/home/{name.split('.')[0]}", "block\n")
        found = os.stat(f"{tmp_path}/home/{name}")
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (12345, 23456, mode)


def test_X10_an_access_list_goes_with_the_file(tmp_path, way):
    path, rights = str(tmp_path / "rc"), [(1, 6, -1), (2, 6, 12345), (4, 4, -1), (0x10, 6, -1), (0x20, 4, -1)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *right) for right in rights)
    (tmp_path / "rc").write_text("mine\n")
    try:
        os.setxattr(path, "system.posix_acl_access", acl)
    except (AttributeError, OSError):
        pytest.skip("no access lists here")
    put_block(path)
    assert os.getxattr(path, "system.posix_acl_access") == acl         # else its group might write
