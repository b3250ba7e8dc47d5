"""Rows X-8 and the rules on files: every command in one home under strict watch - modes, places, names made from data.

The commands run under strace where that is allowed, with umask 000 and data that would like to be paths.
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import fork_server
import pytest
from claude_logs import Entry, line
from commands import HOUR, NOW, PATIENCE_S, ROOT, Machine, block

from ccmon.system import named_files, newfiles

pytestmark = [pytest.mark.newest_only, pytest.mark.xdist_group("walk")]
AT = int(time.time())                  # not CCMON_NOW: lines are only kept on the real clock
UP = "../" * 12 + "TRAV"
TOLD = {"session_id": UP, "transcript_path": UP, "cwd": UP, "model": {"id": UP, "display_name": UP},
        "rate_limits": {"five_hour": {"used_percentage": 12, "resets_at": AT + HOUR}}}
LOGGED = line(Entry(time=AT - HOUR, input=10, output=20, model=UP, message=UP, request=UP, session=UP))
COMMANDS = """
--once
--json
record
why
--statusline
--statusline --format tmux
--statusline --plan max5
--statusline --format $UP
--statusline --template $UP/{model}
--timezone $UP
CLAUDE_CONFIG_DIR=$HOME/.claude,$UP --once
CCMON_DATA_DIR=$UP record
XDG_CACHE_HOME=$UP --statusline
CCMON_PLAN=$UP --statusline
--statusline --format claude
--statusline --format claude
record
history
history --check
history --host $UP
history --table $UP
history --backup backup.db
merge backup.db
report
report --html page.html
export --openmetrics --output numbers.prom
hit
hit --undo
learn
learn --share
learn --forget
--source logs --once
--demo --once
--demo history
CCMON_PROBE=/nobody/looks init bash --write
CCMON_PROBE=/nobody/looks init zsh --write
CCMON_PROBE=/nobody/looks init fish --write
CCMON_PROBE=/nobody/looks init tmux --write
CCMON_PROBE=/nobody/looks init claude --write
"""
CALLS = "open openat creat mkdir mkdirat rename renameat renameat2 link linkat symlink symlinkat mknod mknodat".split()
UNMASKED = ["sh", "-c", 'umask 000; exec "$@"', "sh"]
WATCH = ["strace", "-f", "-qq", "-y", "-s", "4096", "--seccomp-bpf", "-e",
         "trace=" + ",".join("?" + name for name in CALLS), "-o"]
CALL = re.compile(rf"^[0-9]+ +({'|'.join(CALLS)})\((.*)", re.MULTILINE)
PATH = r'(?:<([^>]*)>, )?"((?:[^"\\]|\\.)*)"'            # and the folder that it is in
OUR_FILES = re.compile(r"""
    \.cache/ccmon (/[0-9a-f]{8})?
        (/\.?(state|lock|fresh|expires|ends|now|readings|plain|tmux|claude|[0-9a-f]{8}\.line)(\.taken)?|/\.ccmon-[0-9a-f]{12})?
  | \.cache/ccmon (/[0-9a-f]{8})? /(logs\.db(-wal|-shm|-journal)?|logs\.reading(/lock)?|learning(/lock)?)
  | \.local/share/ccmon (/ccmon\.db(-wal|-shm|-journal)?)?
  | \.local/state/ccmon (/ccmon\.log)?
  | (\.cache/)? \.ccmon-(demo|merge)-[0-9a-f]{12} (/.*)?
  | \.bashrc | \.zshrc | \.tmux\.conf | \.config/fish/config\.fish | \.claude/settings\.json
  | (\.config/fish/|\.claude/)? \.ccmon-[0-9a-f]{12}
  | \.cache | \.local(/share|/state)? | \.config(/fish)? | \.claude""", re.VERBOSE)


class Walk:
    """What the commands have made: the machine, and what strace saw of it (None where it may not look)."""

    def __init__(self, machine: Machine, seen) -> None:
        self.machine, self.home, self.seen = machine, machine.home, seen

    def modes(self):
        """The mode of all in the home, by path."""
        return {str(path.relative_to(self.home)): (path.is_dir(), stat.S_IMODE(path.lstat().st_mode))
                for path in self.home.rglob("*")}

    def made(self):
        """The paths that somebody tried to make, write to, or move."""
        found = set()
        for name, words in CALL.findall(self.seen):
            if "open" not in name or re.search(r"O_(WRONLY|RDWR|CREAT)", words):
                found |= {os.path.join(self.machine.cwd, *pair) for pair in re.findall(PATH, words)}
        return found - {"/dev/null", "/dev/tty"}


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Every command, once, in a home of its own under umask 000, with no TMPDIR named."""
    machine = Machine(tmp_path_factory.mktemp("walk"))
    program = machine.bin / "ccmon"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ccmon \"$@\"\n")
    program.chmod(0o755)
    machine.answers([block(AT - 2 * HOUR, 2800, models=[UP], id=UP), block(AT - 20 * HOUR, 700, id=UP)])
    logs = machine.home / ".claude/projects/-up"
    logs.mkdir(parents=True)
    (logs / "a.jsonl").write_text(LOGGED + "\n")
    for folder in (logs, logs.parent, logs.parent.parent):
        folder.chmod(0o700)
    (logs / "a.jsonl").chmod(0o600)
    trace = machine.folder / "trace"
    watch = [*WATCH, str(trace)] if can_watch() else []
    server, process = fork_server.start("C.UTF-8", [*UNMASKED, *watch], PYTHONDONTWRITEBYTECODE="1")
    for row in COMMANDS.replace("$UP", UP).replace("$HOME", str(machine.home)).split("\n"):
        variables = [word for word in row.split() if re.match("[A-Z_]+=", word)]
        words = [word for word in row.split() if word not in variables]
        env = machine.env(TMPDIR=None, **dict(word.split("=", 1) for word in variables))
        told = json.dumps(TOLD).encode() if "claude" in words else b""
        fork_server.call_of(server, [words, env, str(machine.cwd), 0], told, PATIENCE_S)
    server.close()
    (machine.folder / "tabulate.py").write_text("raise RuntimeError('on purpose')\n")
    again = [WATCH[0], "-A", *watch[1:]] if watch else []
    subprocess.run([*UNMASKED, *again, sys.executable, "-m", "ccmon", "history", "--table"], check=False, cwd=machine.cwd,
                   env=machine.env(TMPDIR=None, PYTHONPATH=f"{machine.folder}:{ROOT}", PYTHONDONTWRITEBYTECODE=1),
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(PATIENCE_S)           # and with it whatever it has left behind
    yield Walk(machine, trace.read_text(errors="replace") if watch else None)
    machine.close()


def can_watch() -> bool:
    """Whether strace is here and may look."""
    return bool(shutil.which("strace")) and subprocess.run([*WATCH, os.devnull, "true"], stderr=subprocess.DEVNULL,
                                                           check=False).returncode == 0


@pytest.fixture
def watched(walk):
    """The walk, where it was watched."""
    if walk.seen is None:
        pytest.skip("strace is not here or not allowed (ptrace)")
    return walk


def test_files_are_0600_and_folders_0700_under_umask_000(walk):
    modes = walk.modes()
    assert {".local/share/ccmon/ccmon.db", ".cache/ccmon/plain", ".local/state/ccmon/ccmon.log",
            ".bashrc", ".config/fish/config.fish", ".claude/settings.json"} <= set(modes)
    assert {path: oct(mode) for path, (is_dir, mode) in modes.items() if mode != (0o700 if is_dir else 0o600)} == {}
    assert len(modes) > 25


def test_X08_no_path_is_built_from_data(watched):
    """Ids of sessions and messages, models, plans, zones, dialects, templates wanted to be paths: only our own names are made."""
    home, cwd = f"{watched.home}/", f"{watched.machine.cwd}/"
    made = watched.made()
    assert len(made) > 60
    strange = {path for path in made if not (path.startswith(home) and OUR_FILES.fullmatch(path[len(home):]))}
    named = r"(backup\.db|page\.html|numbers\.prom|\.ccmon-[0-9a-f]{12}(-journal|-wal|-shm)?)"
    strange = {path for path in strange if not (path.startswith(cwd) and re.fullmatch(named, path[len(cwd):]))}
    assert strange - {f"{watched.machine.folder}/{name}" for name in ("runs", "busy", "overlaps")} == set()      # the stand-in's
    assert not list(watched.machine.folder.rglob("*TRAV*")) and "TRAV" not in "".join(made)


def test_nothing_is_made_in_a_shared_temporary_folder(watched):
    own = f"{watched.machine.folder}/"
    shared = re.compile(r"/(tmp|var/tmp|usr/tmp|dev/shm)/")
    assert {path for path in watched.made() if shared.match(path) and not path.startswith(own)} == set()
    assert any("/.ccmon-demo-" in path for path in watched.made()) and any("/.ccmon-merge-" in path for path in watched.made())


SORT = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
SELECT hex(randomblob(20)) AS x FROM n ORDER BY x"""
SORTS = """
import sys
from ccmon.store.database import open_store
folder, sort = sys.argv[1:]
with open_store(folder + "/ccmon.db", 1000, 1_764_000_000) as store:
    print(len(store.change(lambda db: db.execute(sort).fetchall())))
"""


@pytest.mark.skipif(not can_watch(), reason="strace is not here or not allowed (ptrace)")
def test_what_sqlite_has_no_room_for_is_not_put_into_a_shared_folder_either(machine):
    """Reading 100 MB of logs once left their index in /var/tmp for a while."""
    trace = machine.folder / "trace"
    done = subprocess.run([*WATCH, str(trace), sys.executable, "-c", SORTS, str(machine.home), SORT], check=True,
                          env=machine.env(TMPDIR=None, PYTHONDONTWRITEBYTECODE=1), stdout=subprocess.PIPE, text=True)
    assert done.stdout.split() == ["150000"]
    assert {os.path.dirname(path) for path in Walk(machine, trace.read_text()).made()} == {str(machine.home)}


# --- modes under other umasks; what the user named --------------------------------------------------------------------------

@pytest.mark.parametrize("umask", ["022", "077", "777"])
def test_the_umask_makes_no_difference(machine, umask):
    machine.answers([block(NOW - 2 * HOUR, 2800)])
    machine.shell(f"umask {umask}; $CCMON record; $CCMON --statusline --format claude </dev/null; echo '$TOLD' | $CCMON "
                  "--statusline --format claude; $CCMON history --backup $HOME/.local/backup.db", CCMON_NOW=NOW)
    modes = Walk(machine, None).modes()
    assert {".local/share/ccmon/ccmon.db", ".local/backup.db", ".cache/ccmon/state", ".cache/ccmon/lock"} <= set(modes)
    assert {path: oct(mode) for path, (is_dir, mode) in modes.items() if mode != (0o700 if is_dir else 0o600)} == {}


@pytest.mark.parametrize("umask, page", [(0o000, 0o644), (0o022, 0o644), (0o077, 0o600)])
def test_a_page_is_for_whom_the_umask_says_and_nobody_else_may_write_to_it(tmp_path, umask, page):
    """The file for a monitoring system's service is for everyone to read: test_export.py."""
    before = os.umask(umask)
    try:
        named_files.write(str(tmp_path / "new"), b"x")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == page


@pytest.mark.parametrize("for_all", [False, True])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_there_keeps_its_mode(tmp_path, mode, for_all):
    path = tmp_path / "kept"
    path.write_text("old")
    path.chmod(mode)
    named_files.write(str(path), b"new", for_all)
    assert path.read_bytes() == b"new" and stat.S_IMODE(path.stat().st_mode) == mode


def test_files_of_an_older_ccmon_are_made_private(machine):
    machine.answers([block(NOW - 2 * HOUR, 2800)])
    machine.run("record")
    for name in ("lock", "state", "plain"):
        (machine.cache / name).chmod(0o666)
    machine.answers([block(NOW - 2 * HOUR, 3500)])
    machine.run("record")
    assert {stat.S_IMODE((machine.cache / name).stat().st_mode) for name in ("lock", "state", "plain")} == {0o600}


# --- the folder of a while -------------------------------------------------------------------------------------------------

@pytest.fixture
def places(tmp_path):
    """Folders that may serve, each in the environment."""
    env = {}
    for name in ("TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "HOME"):
        (tmp_path / name).mkdir(mode=0o700)
        env[name] = str(tmp_path / name)
    return env


def used(env) -> str:
    """Where the folder is."""
    with newfiles.temporary("x-", env) as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
        return os.path.dirname(path)


def test_the_first_place_of_ones_own_is_taken(places):
    assert used(places) == places["TMPDIR"]
    for name, following in (("TMPDIR", "XDG_RUNTIME_DIR"), ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME"), ("XDG_CACHE_HOME", "HOME")):
        os.chmod(places[name], 0o1777)         # as /tmp
        assert used(places) == places[following]
    (Path(places["HOME"]) / ".cache").mkdir()
    assert used(places) == places["HOME"] + "/.cache"
    assert used({**places, "TMPDIR": "relative"}) == places["HOME"] + "/.cache"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to give a folder away")
def test_another_users_folder_is_not_taken(places):
    os.chown(places["TMPDIR"], 12345, 12345)
    assert used(places) == places["XDG_RUNTIME_DIR"]


def test_without_a_place_of_ones_own_it_is_a_private_one_in_the_shared(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o1777)
    assert used({}) == str(tmp_path) and list(tmp_path.iterdir()) == []
