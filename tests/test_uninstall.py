"""ccmon uninstall: the home is afterwards as it was before, what is not ccmon's stays, and nothing comes back."""

import ast
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import own_sources
import pytest
import strangers
from claude_logs import talk, write
from commands import HOUR, NOW, PATIENCE_S, alive, block, wait_until
from line_shells import NOT_TRIED, install, program
from live_lines import live, warm
from strangers import Place
from terminal import Terminal

from ccmon.setup import dotfiles, init, tmux_line, written
from ccmon.setup.uninstall import Uninstall, Where, package_command
from ccmon.system import process_facts

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="files and processes of POSIX")]
ALL, TARGETS = ["uninstall", "--history", "--yes"], ("bash", "zsh", "fish", "tmux", "claude")


def listing(folder):
    """Every name below, with its mode, and what is in it."""
    found = {}
    for path in folder.rglob("*"):
        state = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (stat.S_IFMT(state.st_mode), stat.S_IMODE(state.st_mode), content)
    return found


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    made = Place(folder)
    made.answers([block(NOW - HOUR, 1234)])
    install(made)
    made.own()
    yield made
    subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)


# --- the home of before ---------------------------------------------------------------------------------------------------

CALLS = [["config", "set", "plan", "max5"], ["config", "set", "plans.team", "60000"], ["config", "set", "theme", "light"],
         ["--source", "logs", "record"], ["record"], ["--once"], ["--json"], ["history"], ["learn"], ["hit"], ["why"], ["report"],
         ["doctor"], ["accounts"], ["alerts"], ["completion", "bash"], ["export", "--openmetrics"], ["--demo", "--once"],
         ["--statusline"], *(["--statusline", "--format", name] for name in ("json", "tmux", "claude", "bash")),
         ["--account", "work", "--statusline"], ["--account", "work", "record"], ["merge", "OTHER"],
         *(["init", target, "--write"] for target in TARGETS)]
FEW = [["config", "set", "plan", "max5"], ["record"], ["--statusline", "--wait", "9"],
       *(["init", target, "--write"] for target in TARGETS)]
PLACES = [{}, {"CCMON_DATA_DIR": "DATA"}, {"XDG_DATA_HOME": "x/d", "XDG_CACHE_HOME": "x/c", "XDG_STATE_HOME": "x/s",
                                           "XDG_CONFIG_HOME": "x/f"}, {"CLAUDE_CONFIG_DIR": ".claude-work"}]


def filled(place, env, calls):
    """These commands were called in that environment; a history has been damaged, and upgraded."""
    other = place.folder / "other.db"
    for words in calls:
        done = strangers.call([str(other) if word == "OTHER" else word for word in words], env)
        assert done.code in (0, 1, 2, 10, 11, 20) and "Traceback" not in done.err, (words, done)
    for folder in (one.path for one in written.folders([env]) if one.kind == written.HISTORY):
        for name in ("ccmon.db.corrupt-20260101-000000-1", "ccmon.db.before-200", "ccmon.db.before-200.part", ".ccmon-lock"):
            Path(folder, name).write_text("")
    place.own()


@pytest.mark.parametrize("has_files", [False, True], ids=["empty", "with files"])
def test_the_home_is_as_it_was_before(place, has_files):
    home = place.home
    write(home / ".claude-work", talk(1, NOW - HOUR, 1, 5))
    if has_files:
        for name in (".bashrc", ".zshrc", ".tmux.conf", ".config/fish/config.fish"):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text("# mine, and ccmon is not called here\n")
            (home / name).chmod(0o640)
        (home / ".claude").mkdir()
        (home / ".claude/settings.json").write_text('{"statusLine": {"type": "command", "command": "mine"}}')
        (home / ".cache").mkdir()
    place.own()
    before = listing(home)
    for variables in PLACES[:1] if has_files else PLACES:
        env = {**place.env(CCMON_NOW=NOW, TERM="dumb", **{name: home / path for name, path in variables.items()}),
               **(NOT_TRIED if variables else {})}
        filled(place, env, FEW if has_files or variables else CALLS)
        wait_until(place.idle, "no refresher runs")
        looked = strangers.call(["uninstall", "--dry-run", "--history"], env)
        made = listing(home)
        assert looked.code == 0 and ".bashrc" in looked.out and "settings.json" in looked.out and "history" in looked.out, looked
        assert listing(home) == made, "only looking changes nothing"
        kept = strangers.call(["uninstall", "--yes"], env)
        assert kept.code == 0 and "The history stays: " in kept.out, kept.out
        assert all("ccmon.db" in name or not name.count("ccmon") for name in set(listing(home)) - set(before) if
                   not (home / name).is_dir())
        done = strangers.call(ALL, env)
        assert (done.code, done.err) == (0, ""), done.out
        assert listing(home) == before, variables
        again = strangers.call(ALL, env)
        assert again.code == 0 and again.out.startswith("Nothing is left to take out.\nLeft to type: "), again
    assert not list((place.folder / "tmp").glob("*ccmon*"))


# --- a new file cannot be forgotten -----------------------------------------------------------------------------------------

WRITERS = {                            # who makes files, and where what is made stands in written.py
    "line_cache.replace": {}, "private.open_file": {"locks": "lock", "sources/hook": "readings",
        "settings/config": "ccmon.log", "store/connection": "ccmon.db", "store/schema": "ccmon.db.before-200.part",
        "setup/prompt_check": "swept"},
    "newfiles.locked": {"settings/config_file": ".ccmon-lock", "store/history_path": ".ccmon-lock"},
    "newfiles.temporary": {"call": "swept", "store/copy": "swept", "setup/prompt_check": "swept"},
    "newfiles.making": {"store/copy": "of the user", "system/shared_files": "config.ini"},
    "newfiles.replace": {"line_cache": "state", "system/named_files": "of the user"},
    "named_files.write": {"commands/export": "of the user", "commands/report": "of the user"},
    "newfiles.written": {"system/shared_files": "config.ini"}, "dotfiles.put": {"setup/init": "start-up file"},
    "shared_files.replace": {**dict.fromkeys(("settings/config_file", "setup/first_run"), "config.ini"),
        "setup/dotfiles": "start-up file"}, "newfiles.folder_in": {}}


@own_sources.together
def test_who_makes_files_is_known():
    """Whoever adds a caller of these adds the file to written.py, or it stays when ccmon goes."""
    found, folders = {name: set() for name in WRITERS}, set()
    for room, nodes in own_sources.nodes().items():
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                name = f"{node.func.value.id}.{node.func.attr}"
                if name in found:
                    found[name].add(room)
                if name == "locks.lock":
                    folders |= {part.value.strip("/") for arg in node.args for part in ast.walk(arg)
                                if isinstance(part, ast.Constant) and part.value}
    assert found == {name: set(rooms) for name, rooms in WRITERS.items()}
    assert folders == set(written.LOCK_FOLDERS)
    kinds = (written.HISTORY, written.SETTINGS, written.LINES, written.LOG)
    for name in {name for rooms in WRITERS.values() for name in rooms.values()} - {"swept", "of the user", "start-up file"}:
        assert any(written._kind(kind, name) for kind in kinds), name


def test_each_file_that_must_be_no_pipe_is_known(home):
    """The list of ccmon's own files in another test is the same."""
    from faults.test_faults_D_own_files import FILES
    env = {"HOME": str(home)}
    folders = {folder.path: folder for folder in written.folders(written.environments(env))}
    start_up = written.start_up_files([env])
    for name in set(FILES) - {"secret", ".claude/projects", ".claude/projects/p/s.jsonl"}:
        path = str(home / name)
        folder = folders.get(os.path.dirname(path))
        assert (path in folders or path in start_up or path[:-len(dotfiles.BACKUP)] in start_up
                or os.path.basename(os.path.dirname(path)) in written.LOCK_FOLDERS
                or folder and written._kind(folder.kind, os.path.basename(path))), name


# --- what stays -------------------------------------------------------------------------------------------------------------

def linked(path):
    real = path.parent.parent / "real"
    path.rename(real)
    path.symlink_to(real)


def of_another(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE mine (x)")


def with_text(text):
    return lambda path: path.write_bytes(path.read_bytes().replace(b"\n", text, 1))


def shut(path):
    path.parent.chmod(0o500)


LEFT = [                               # a file, what happens to it, what is said
    (".config/ccmon/config.ini", linked, "it is a link"), (".cache/ccmon/state", linked, "it is a link"),
    (".local/share/ccmon/ccmon.db", linked, "it is a link"), (".local/share/ccmon/ccmon.db", of_another, "of another program"),
    (".config/ccmon/config.ini", with_text(b"\n# why I set it\n"), "comments of your own"),
    (".bashrc", with_text(b"\nexport MINE=1\n"), "were changed since ccmon wrote them"),
    (".cache/ccmon/state", lambda path: (path.parent / "notes.txt").write_text("mine"), "notes.txt in it is not a file of ccmon"),
    (".zshrc", lambda path: path.write_text("alias x=/usr/local/bin/ccmon\n" + path.read_text()), "line 1, which was put there"),
    (".claude/settings.json", lambda path: path.write_text(path.read_text().replace("ccmon --", "ccmon --wait 2 --")),
     "in a way of its own"),
    (".config/fish/config.fish.before-ccmon", lambda path: path.write_text("other\n" + path.read_text()), "holds what is not in")]


@pytest.fixture
def env(home):
    """What a home has after a few calls, made by hand; a stand-in ccmon is on PATH."""
    ccmon = home.parent / "bin/ccmon"
    ccmon.parent.mkdir()
    ccmon.write_text("#!/bin/sh\n")
    ccmon.chmod(0o755)
    env = {"HOME": str(home), "PATH": str(ccmon.parent), "TMPDIR": str(home.parent)}
    (home / ".config/fish").mkdir(parents=True)
    (home / ".config/fish/config.fish").write_text("set mine\n")
    for target in TARGETS:
        init.run(target, True, False, env)
    for name, content in (("state", "0 0 0 0 0 0\n"), ("plain", "CC 1%\n")):
        (home / ".cache/ccmon").mkdir(parents=True, exist_ok=True)
        (home / ".cache/ccmon" / name).write_text(content)
    (home / ".config/ccmon").mkdir()
    (home / ".config/ccmon/config.ini").write_text("[ccmon]\nplan = max5\n")
    (home / ".local/share/ccmon").mkdir(parents=True)
    (home / ".local/share/ccmon/ccmon.db").write_text("")
    return env


@pytest.mark.parametrize("name, change, why", LEFT, ids=[f"{name}-{why[:20]}" for name, _, why in LEFT])
def test_what_is_not_ccmons_is_left_alone_and_named_and_the_rest_is_done(env, home, name, change, why):
    path = home / name
    change(path)
    before = listing(path.parent)
    call = Uninstall(env, True)
    left = call.take_out(call.survey())
    left += call.by_hand([one.path for one in left])
    said = [f"{one.path}: {one.why}" for one in left]
    assert len(said) == 1 and why in said[0] and str(path.parent) in said[0], said
    kept = {one for one in listing(path.parent) if before.get(one) == listing(path.parent)[one]}
    assert path.name in kept or "notes.txt" in kept or path.name == ".zshrc" and b"alias" in path.read_bytes(), kept
    others = [one for one in (".bashrc", ".tmux.conf", ".claude/settings.json", ".cache/ccmon/plain",
                              ".config/ccmon/config.ini", ".local/share/ccmon/ccmon.db") if one != name]
    assert not any(os.path.lexists(home / one) for one in others), listing(home)
    again = Uninstall(env, True)
    assert again.survey().is_empty and (again.survey().left or again.by_hand([]))


def test_without_rights_each_is_named(place):
    """Another user's files, and a folder that cannot be written."""
    for words in (["config", "set", "plan", "max5"], ["record"], ["init", "bash", "--write"]):
        assert strangers.call(words, place.env(CCMON_NOW=NOW)).code in (0, 1)          # set up, and not seen in a bare bash
    shut(place.config)
    if os.getuid() == 0:
        os.chown(place.store, 0, 0)
    done = strangers.call(ALL, place.env())
    assert done.code == 1 and f"{place.config}: {place.config.parent} cannot be written" in done.out, done
    assert place.config.exists() and not (place.home / ".bashrc").exists() and not place.cache.exists()
    assert os.getuid() or f"{place.store}: it belongs to another user" in done.out and place.store.exists()


def test_what_cannot_be_read_is_named_and_a_copy_stays_while_the_line_does(place):
    """Nothing is said to be out that nobody could look for."""
    bashrc, zshrc = place.home / ".bashrc", place.home / ".zshrc"
    zshrc.write_text("mine\n")
    place.own()
    for words in (["record"], ["init", "bash", "--write"], ["init", "zsh", "--write"]):
        assert strangers.call(words, place.env(CCMON_NOW=NOW, CCMON_PROBE="x")).code == 0
    for path in (bashrc, place.store.parent):
        path.chmod(0)
    shut(zshrc)
    done = strangers.call(ALL, place.env())
    place.home.chmod(0o700)
    assert done.code == 1 and f"{bashrc}: cannot be read" in done.out, done
    assert f"{place.store.parent}: it cannot be looked into" in done.out, done
    assert f"{zshrc}.before-ccmon: it is what {zshrc} held" in done.out and Path(f"{zshrc}.before-ccmon").exists(), done


def test_folders_that_a_killed_call_has_left_are_taken_out_by_the_next(env, home):
    call = Uninstall(env, True)
    call.take_out(call.survey()._replace(start_up={}, copies={}))
    (home / ".config/ccmon").mkdir(parents=True)
    assert call.survey()._replace(start_up={}, copies={}).folders == [str(home / ".config/ccmon")] and not call.survey().is_empty
    call.take_out(call.survey())
    assert not (home / ".config/ccmon").exists() and call.survey().is_empty


def test_it_asks_and_without_a_terminal_it_needs_yes(machine):
    config, done = machine.configure("[ccmon]\n"), machine.run("uninstall")
    assert done.code == 2 and "--yes" in done.err and str(config) in done.out and config.exists()
    for answer, is_gone in (("n", False), ("", False), ("y", True)):
        with Terminal(machine.command("uninstall"), env=machine.env(), cwd=str(machine.cwd)) as term:
            term.wait_for("Take it out?")
            term.send(answer + "\r")
            assert term.process.wait(PATIENCE_S) == 0
            assert ("Left to type: " in term.text()) is is_gone or not is_gone
        assert config.exists() is not is_gone


# --- what runs --------------------------------------------------------------------------------------------------------------

def assert_what_runs_is_ended(machine):
    """A screen and the ccusage that it has started."""
    live(machine)
    warm(machine)
    before = machine.runs()
    machine.gated()
    with Terminal(machine.command(), env=machine.env(), cwd=str(machine.cwd)) as term:
        pid = wait_until(lambda: [p for p in machine.pids()[before:] if alive(p)], "ccusage runs")[-1]
        done = machine.run(*ALL, now=None)
        assert done.code == 0 and f"process {term.process.pid}\n" in done.out and term.process.wait(PATIENCE_S) is not None, done
        wait_until(lambda: not alive(pid), "its ccusage has ended")
    machine.opens()


def test_a_refresher_and_a_screen_that_run_are_ended_and_write_nothing_any_more(machine):
    install(machine)
    assert_what_runs_is_ended(machine)
    assert set(listing(machine.home)) == {".config"}, "which the test has made"


@pytest.mark.parametrize("words, is_one", [
    ("/usr/bin/python3 /home/u/.local/bin/ccmon --statusline", True), ("python -m ccmon", True), ("ccmon record", True),
    ("/v/bin/python3.13 -I -X dev /v/bin/ccmon", True), ("pypy3 -m ccmon history", True),
    ("/p/bin/python3.13 -S /x/ccmon/bare_start.py --statusline", True), ("python -S /x/bare_start.py", False),
    ("vim ccmon", False), ("sh -c ccmon", False), ("python3 -m ccmon2", False), ("python3 -c ccmon", False), ("", False),
    ("python3 /x/ccmon/other.py", False), ("python3", False), ("less /bin/ccmon", False)])
def test_which_processes_are_a_ccmon(words, is_one):
    assert process_facts.is_ccmon(words.split(" ")) is is_one


SHELLS = {"bash": ["bash", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_that_is_open_brings_nothing_back(machine, name):
    """The very one in which it is typed: its prompt still has the hook."""
    program(name)
    install(machine)
    live(machine)
    assert machine.run("init", name, "--write", now=None).code == 0
    with Terminal(SHELLS[name], columns=200, rows=40, env=machine.env(), cwd=str(machine.cwd)) as term:
        term.wait_for("CC 131%")
        wait_until(machine.idle, "the refresher ends")
        term.send("ccmon uninstall --history --yes; echo do''ne\r")
        term.wait_for("done")
        for number in range(3):
            term.send(f"echo ag''ain{number}\r")
            term.wait_for(f"again{number}")
        assert not (machine.home / ".cache/ccmon").exists() and not (machine.home / ".local/share/ccmon").exists()
        term.send("exit\r")


# --- tmux -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("conf", ["", "set -g status-right 'mine #(date)'\nset -g status-right-length 60\n"], ids=["none", "own"])
def test_undo_leaves_tmux_as_it_was(machine, conf):
    """A server behind a socket of its own somewhere; what else has changed in it since stays."""
    program("tmux")
    install(machine)
    live(machine)
    path, socket = machine.home / ".tmux.conf", ["tmux", "-S", str(machine.folder / "socket")]
    path.write_text(conf)

    def tmux(*words):
        return subprocess.run([*socket, *words], env=machine.env(), capture_output=True, text=True, check=True).stdout
    try:
        tmux("new-session", "-d", "-x", "150", "cat")
        before = tmux("show", "-g")
        for words in (["--write"], ["--undo"]):
            assert machine.run("init", "tmux", *words, now=None).code == 0
            if words == ["--write"]:
                tmux("source-file", str(path))
                tmux("source-file", str(path))
                assert "ccmon-line" in tmux("show", "-g", "status-right") and "100" in tmux("show", "-g", "status-right-length")
        assert tmux("show", "-g") == before and path.read_text() == conf
        assert sorted(os.listdir(machine.home)) == [".config", ".tmux.conf"], "no copy is left"
    finally:
        subprocess.run([*socket, "kill-server"], env=machine.env(), stderr=subprocess.DEVNULL, check=False)


@pytest.mark.parametrize("right, after", [
    ("a #(/x/ccmon-line tmux) b", "a b"), ("a#[default] #(/x/ccmon-line tmux) b", "a b"),
    ("#(/x/ccmon-line tmuxdark)", ""), ("a", None), (None, None),
    ("a #(/x/ccmon-line #{?#{m:a?b,#{status-style}},tmuxdark,tmux})", "a"), ("a #(/y/ccmon-line tmux)", None)])
def test_only_the_call_is_cut_out_of_the_bar(right, after):
    assert tmux_line._cut(right, ["#(/x/ccmon-line tmux)"]) == after


# --- the package ------------------------------------------------------------------------------------------------------------

USUAL = Where("/home/u/p/.venv", True, ["bin", "lib"], ["ccmon-cli", "pip", "pytz", "tabulate"], "/home/u/p/.venv/lib",
              "/home/u/p/.venv/bin/pip", True, False)


@pytest.mark.parametrize("there, command", [
    (USUAL, "rm -r /home/u/p/.venv"), (USUAL._replace(prefix="/my venv"), "rm -r '/my venv'"),
    (USUAL._replace(packages=["ccmon-cli", "django"]), "/home/u/p/.venv/bin/pip uninstall ccmon-cli"),
    (USUAL._replace(packages=["ccmon-cli", "x"], has_pip=False), "uv pip uninstall --python /home/u/p/.venv ccmon-cli"),
    (USUAL._replace(prefix="/home/u/.local/pipx/venvs/ccmon-cli", names=["pipx_metadata.json"]), "pipx uninstall ccmon-cli"),
    (USUAL._replace(prefix="/home/u/.local/share/uv/tools/ccmon-cli", names=["uv-receipt.toml"]), "uv tool uninstall ccmon-cli"),
    (USUAL._replace(is_venv=False, pip="/usr/bin/python3 -m pip"), "/usr/bin/python3 -m pip uninstall ccmon-cli"),
    (USUAL._replace(is_venv=False, pip="python3 -m pip", is_managed=True),
     "python3 -m pip uninstall --break-system-packages ccmon-cli"),
    (USUAL._replace(packages=None, folder="/home/u/clone"), "nothing: ccmon runs from /home/u/clone, which no package owns")])
def test_the_package_command_fits_where_ccmon_runs(there, command):
    assert package_command(there) == command
