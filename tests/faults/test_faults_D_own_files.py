"""D-25: a pipe, a socket, a device, a folder or a link that leads nowhere in the place of any file of ccmon's own.

Nobody waits for it: each is opened without blocking, looked at, and left alone when it is no plain file.
"""

import ast
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import own_sources
import pytest
import strangers
from claude_logs import talk, write
from commands import HOUR, PATIENCE_S, ROOT, block
from line_shells import install
from strangers import USER, Place

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")]
LINE = ["--statusline"]
CACHE, DATA = ".cache/ccmon/", ".local/share/ccmon/"


def bound(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path)


KINDS = {"pipe": os.mkfifo, "socket": bound, "folder": os.mkdir, "zero": lambda path: os.symlink("/dev/zero", path),
         "terminal": lambda path: os.symlink("/dev/tty", path), "dangling": lambda path: os.symlink("nowhere/at/all", path),
         "loop": lambda path: os.symlink(path, path)}
FILES = {                              # each with the calls that open it
    CACHE + "plain": [LINE, ["record"]], CACHE + "json": [["--statusline", "--format", "json"]],
    CACHE + "claude": [["--statusline", "--format", "claude"]], CACHE + "state": [LINE, ["--json"], ["doctor"]],
    CACHE + "lock": [LINE, ["record"]], CACHE + "learning/lock": [["record"]], CACHE + "fresh": [LINE, ["record"]],
    CACHE + "expires": [["record"]], CACHE + "ends": [["record"]], CACHE + "now": [["record"]],
    CACHE + "readings": [["record"], ["--statusline", "--format", "claude"]], CACHE + "readings.taken": [["record"], ["--once"]],
    CACHE[:-1]: [LINE, ["record"]],
    DATA + "ccmon.db": [LINE, ["record"], ["history"], ["doctor"], ["hit"]],
    DATA + "ccmon.db-wal": [["record"], ["history", "--check"]],
    DATA + "ccmon.db-shm": [["history"]], DATA + "ccmon.db-journal": [["doctor"], ["why"], ["accounts"]],
    DATA[:-1]: [["--json"], ["doctor"]],
    ".config/ccmon/config.ini": [LINE, ["--once"], ["config"], ["config", "set", "plan", "max5"], ["doctor"]],
    ".config/ccmon": [["config", "set", "plan", "max5"], ["config"]],
    ".local/state/ccmon/ccmon.log": [["record"]], ".local/state/ccmon": [["record"]],
    "secret": [["alerts", "test"]], ".claude/settings.json": [["init", "claude", "--write"], ["doctor"]],
    ".claude/projects": [["--source", "logs", "--json"]], ".claude/projects/p/s.jsonl": [["--source", "logs", "record"]],
    ".bashrc": [["init", "bash", "--write"], ["doctor"]], ".bashrc.before-ccmon": [["init", "bash", "--write"]],
    ".tmux.conf": [["init", "tmux", "--undo"]], ".config/fish/config.fish": [["init", "fish", "--write"]]}


@pytest.fixture(scope="module")
def model():
    """A home in which all of it is there, and current."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    made, now = Place(folder), int(time.time())
    made.answers([block(now - HOUR, 1234)])
    write(made.home / ".claude", talk(1, now - HOUR, 1, 5))
    install(made)
    (made.home / "secret").write_text("http://127.0.0.1:9/x\n")
    (made.home / "secret").chmod(0o600)
    made.configure("[ccmon]\nalerts = 100\nalert_by = webhook\nalert_webhook_file = ~/secret\n")
    (made.home / ".bashrc").write_text("# mine\n")
    made.own()
    for words in (["record"], LINE, ["--statusline", "--format", "json"], ["--statusline", "--format", "claude"]):
        assert strangers.call(words, made.env(TERM="dumb")).code == 0
    yield made
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(model):
    """A copy of it for one test; the ccusage is that of the model."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    subprocess.run(["cp", "-a", str(model.home), str(folder / "home")], check=True)
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


def planted(home, name, kind):
    """The kind of thing lies in the place of that file."""
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()
    KINDS[kind](str(path))
    if os.getuid() == 0:
        os.chown(path, USER, USER, follow_symlinks=False)
        os.chown(path.parent, USER, USER)
    return path


def called(model, home, words):
    """How the call ends: in time, and in order."""
    done = strangers.call(words, model.env(HOME=home, TERM="dumb"))
    assert done.code in (0, 1, 2, 10, 11, 20, 30), done
    assert "Traceback" not in done.err and "internal error" not in done.out + done.err, done
    if words[0] == "--statusline":
        assert done.code == 0 and done.out.count("\n") == 1 and done.out != "\n" and not done.err, done
    assert done.err.count("\n") <= 1, done
    return done


@pytest.mark.parametrize("kind", ["pipe", "folder"])
@pytest.mark.parametrize("name", FILES)
def test_D25_nobody_waits_for_what_is_no_plain_file(model, home, name, kind):
    planted(home, name, kind)
    for words in FILES[name]:
        called(model, home, words)


@pytest.mark.parametrize("kind", KINDS)
def test_D25_all_at_once(model, home, kind):
    """What one of them hides is met behind the next."""
    names = [name for name in FILES if not any(other.startswith(name + "/") for other in FILES)]
    for name in names:
        planted(home, name, kind)
    for words in (LINE, ["record"], ["--json"], ["history"], ["config"], ["doctor"]):
        called(model, home, words)


def test_D25_a_sentence_names_it_and_the_way_out(model, home):
    path = planted(home, ".config/ccmon/config.ini", "pipe")
    assert f"{path} cannot be read (it is a pipe, not a plain file). Mend or remove it" in called(model, home, ["--once"]).err
    path = planted(home, ".bashrc", "zero")
    assert f"{path} cannot be read (it is a device, not a plain file)" in called(model, home, ["init", "bash", "--write"]).err
    path = planted(home, DATA + "ccmon.db", "pipe")
    os.unlink(home / ".config/ccmon/config.ini")
    assert "is a link or not a plain file; history is off" in called(model, home, ["history"]).err


# --- ccmon-line and the prompts -------------------------------------------------------------------------------------------

SHELLS = [shell for shell in (["dash"], ["bash"], ["busybox", "ash"]) if shutil.which(shell[0])]
PROMPTS = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


@pytest.fixture
def asking(home):
    """Beside ccmon-line lies a ccmon that only says that it was asked; the lines of the home are current."""
    tools = home.parent / "tools"
    tools.mkdir()
    shutil.copy(ROOT / "ccmon/ccmon-line", tools)
    (tools / "ccmon").write_text("#!/bin/sh\necho asked\n")
    (tools / "ccmon").chmod(0o755)
    for path in (home / CACHE).iterdir():
        if os.getuid() == 0:
            os.chown(path, 0, 0)
        ahead = 9000 if path.name in ("fresh", "expires", "ends") else -9000
        os.utime(path, (time.time() + ahead,) * 2)
    os.utime(home / ".config/ccmon/config.ini", (1, 1))
    return home


def shell(home, words):
    """What it prints."""
    done = subprocess.run(words, env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout


def in_turn(folder, names, kind, look):
    """Each of them is that kind of thing for one look, and then as before."""
    for name in names:
        path = folder / name
        away = path.with_name(".away")
        if path.exists():
            os.rename(path, away)
        KINDS[kind](str(path))
        look(name)
        path.rmdir() if kind == "folder" else path.unlink()
        if away.exists():
            os.rename(away, path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", SHELLS, ids=" ".join)
def test_D25_ccmon_line_waits_for_nothing(asking, words, kind):
    ask = [*words, str(asking.parent / "tools/ccmon-line"), "json"]
    assert shell(asking, ask).startswith("{")

    def look(name):
        said = shell(asking, ask)
        assert said.count("\n") == 1 and (said == "asked\n" or name != "json"), (name, said)
    in_turn(asking / CACHE, ("now", "fresh", "expires", "state", "json"), kind, look)
    assert shell(asking, ask).startswith("{")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PROMPTS)
def test_D25_prompts_wait_for_nothing(model, asking, name, kind):
    init = subprocess.run(model.command("init", name), env=model.env(), capture_output=True, text=True, check=True).stdout
    text = init.replace(str(model.bin / "ccmon"), str(asking.parent / "tools/ccmon")).replace(str(model.home), str(asking))
    script = asking.parent / "script"
    (asking / CACHE / name).write_text("CC 7%\n")
    script.write_text(f"{text}\n_ccmon_refresh\necho \"<$CCMON_LINE>\"\n")
    words = {"bash": ["bash", "--norc"], "zsh": ["zsh", "-f"], "fish": ["fish", "--no-config"]}[name] + [str(script)]
    assert shell(asking, words) == "<CC 7%>\n"

    def look(place):
        said = shell(asking, words)
        assert said in ("<asked>\n", "<CC 7%>\n") and (said == "<asked>\n" or place != name), (place, said)
    in_turn(asking / CACHE, (name, "now"), kind, look)


# --- no other door --------------------------------------------------------------------------------------------------------

OPENERS = {                            # what opens files, where, how often: doors, and what is no file of ccmon's own
    "open": {"cli": 1, "commands/completion": 1, "commands/manual": 1, "settings/config": 2,
             "store/copy": 4, "store/history_path": 1, "system/clock": 1, "system/named_files": 1},
    "os.open": {"__main__": 1, "cli": 1, "fullscreen/screen_signals": 1, "private": 1, "refresher": 1, "sources/log_files": 1,
                "store/copy": 1, "system/newfiles": 4, "system/named_files": 4, "system/shared_files": 4}}


@own_sources.together
def test_D25_nothing_is_opened_beside_the_doors():
    """Who opens a file of ccmon's own does it by open_plain or open_file; a new one of another kind is entered here."""
    found = {"open": {}, "os.open": {}}
    for room, nodes in own_sources.nodes().items():
        for call in [node.func for node in nodes if isinstance(node, ast.Call)]:
            name = getattr(call, "attr", getattr(call, "id", ""))
            whole = f"{getattr(call.value, 'id', '?')}.{name}" if isinstance(call, ast.Attribute) else name
            if whole in found:
                found[whole][room] = found[whole].get(room, 0) + 1
            assert name not in ("read_text", "read_bytes", "write_text", "write_bytes"), room
    assert found == OPENERS
