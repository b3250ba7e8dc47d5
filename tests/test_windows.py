"""The branches for Windows, each with the calls of that system faked; T-24 in tests/faults plays whole commands."""

import ast
import ntpath
import os
import sqlite3
import subprocess
import sys
import time
import types
from pathlib import Path

import own_sources
import pytest
from claude_logs import talk, write
from commands import HOUR, NOW, ROOT, block

from ccmon import line_answer, locks, private, refresher
from ccmon.doctor import machine as doctors_machine
from ccmon.fullscreen import screen
from ccmon.settings import config
from ccmon.setup import init
from ccmon.sources import ccusage, hook, program_search
from ccmon.store import history_path
from ccmon.system import clock, processes
from ccmon.text import Charset

pytestmark = pytest.mark.newest_only

HOME = r"C:\Users\Ada"
LOCAL = HOME + r"\AppData\Local"
ENV = {"USERPROFILE": HOME, "LOCALAPPDATA": LOCAL, "APPDATA": HOME + r"\AppData\Roaming", "ProgramFiles": r"C:\Program Files"}


class Windows:
    """`os` as a module finds it there: its names, its paths, and no call that it lacks."""

    name, path, sep, pathsep = "nt", ntpath, "\\", ";"
    gone = {"fork", "setsid", "getuid", "killpg", "kill", "pread", "pwrite", "fchmod", "O_NOFOLLOW", "O_NONBLOCK", "uname"}

    def __init__(self, **more):
        vars(self).update(more)

    def __getattr__(self, name):
        if name in self.gone:
            raise AttributeError(name)
        return getattr(os, name)


@pytest.fixture
def windows(monkeypatch):
    """A function that lets a module believe to be on Windows."""
    def play(module, **more):
        monkeypatch.setattr(module, "os", Windows(**more))
        if module is processes:
            monkeypatch.setattr(processes, "WINDOWS", True)
    return play


# --- programs -----------------------------------------------------------------------------------------------------------

def test_only_folders_with_a_drive_are_searched(windows):
    r"""\bin and /usr/bin are folders of the present drive, where anybody may make one."""
    windows(processes)
    path = r".;;bin;\bin;/usr/bin;C:bin;C:\npm;\\server\share\bin;D:/tools"
    assert processes.folders({"PATH": path}) == [r"C:\npm", r"\\server\share\bin", "D:/tools"]
    assert processes.folders({}) == []


@pytest.mark.parametrize("name, env, want", [
    ("ccusage", {}, ["ccusage.COM", "ccusage.EXE", "ccusage.BAT", "ccusage.CMD"]),
    ("ccusage", {"PATHEXT": ".EXE;;.CMD"}, ["ccusage.EXE", "ccusage.CMD"]), ("ccusage.cmd", {}, ["ccusage.cmd"])])
def test_a_program_has_an_ending(windows, name, env, want):
    windows(processes)
    assert processes.names(name, env) == want


def test_the_current_folder_is_never_searched(windows, monkeypatch):
    windows(processes)
    monkeypatch.setattr(processes, "is_program", lambda path: path.lower().endswith("powershell.exe"))
    assert processes.which("powershell", {"PATH": r"C:\Windows\System32"}) == r"C:\Windows\System32\powershell.EXE"
    assert processes.which("powershell", {"PATH": ".;"}) is None
    assert processes.which(r".\powershell.exe", {"PATH": ""}) is None


@pytest.mark.parametrize("command, words", [
    (r'"C:\Program Files\nodejs\node.exe" C:\cc\cli.js --x', [r"C:\Program Files\nodejs\node.exe", r"C:\cc\cli.js", "--x"]),
    (r"C:\Users\O'Brien\ccusage.cmd", [r"C:\Users\O'Brien\ccusage.cmd"]), ("a # b", ["a", "#", "b"]), ("", [])])
def test_a_backslash_is_part_of_a_path(windows, command, words):
    windows(processes)
    assert processes.split(command) == words


def test_quotes_and_backslashes_elsewhere():
    assert processes.split(r"'a b' c\ d # e") == ["a b", "c d", "#", "e"]
    assert processes.arguments(["/x/a&b.cmd", "c d"]) == ["/x/a&b.cmd", "c d"]


@pytest.mark.parametrize("words, want", [
    ([r"C:\A&B\ccusage.cmd", "blocks", "--json"], r'"C:\A&B\ccusage.cmd" blocks --json'),
    ([r"C:\npm\x.BAT", "a b"], r'"C:\npm\x.BAT" "a b"'), ([r"C:\npm\x.cmd"], r'"C:\npm\x.cmd"'),
    ([r"C:\A&B\node.exe", "c"], [r"C:\A&B\node.exe", "c"])])
def test_cmd_reads_nothing_in_the_path_of_a_batch_file(windows, words, want):
    windows(processes)
    assert processes.arguments(words) == want


def test_programs_get_no_window_and_no_ctrl_c():
    code = "import subprocess, os; os.name = 'nt'; from ccmon.system import processes; print(processes.APART)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert ast.literal_eval(done.stdout) == {"creationflags": 0x08000000 | 0x200}      # as Windows' own headers have them
    assert processes.APART == {"start_new_session": True}


@pytest.mark.parametrize("error", [None, FileNotFoundError(), subprocess.TimeoutExpired("taskkill", 5)])
def test_a_tree_is_ended_by_taskkill_of_the_system(windows, monkeypatch, error):
    """And never by os.kill, which the stand-in for os does not have."""
    calls = []

    def run(words, **options):
        calls.append((words, options["timeout"]))
        if error:
            raise error
    windows(processes, environ={"SystemRoot": r"D:\Windows"})
    monkeypatch.setattr(subprocess, "run", run)
    processes.end(77, gently=True)
    assert calls == [([r"D:\Windows\System32\taskkill.exe", "/T", "/F", "/PID", "77"], processes.PATIENCE_S)]


def test_the_usual_places_of_ccusage(windows):
    windows(processes)
    windows(program_search)
    places = program_search.folders({**ENV, "NVM_SYMLINK": "relative"}, None)
    assert places == [HOME + r"\AppData\Roaming\npm", r"C:\Program Files\nodejs", LOCAL + r"\pnpm", LOCAL + r"\Volta\bin",
                      HOME + r"\scoop\shims"]


def test_a_child_of_the_child_holds_nothing_up(tmp_path, monkeypatch):
    """P-4, P-6 and P-7 where pipes cannot be waited for: threads read them."""
    monkeypatch.setattr(ccusage, "os", type("Windows", (), {"name": "nt", "__getattr__": lambda _, name: getattr(os, name)})())
    for body, said in (("sleep 30 & echo '{}'", "{}\n"), ("head -c 1000000 /dev/zero >&2; echo x", "x\n")):
        program = tmp_path / "ccusage"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        pids = []
        found = program_search.Program((str(program),), str(program))
        try:
            assert ccusage.fetch(found, 25, {"PATH": "/usr/bin:/bin"}, None, pids.append) == said
        finally:
            processes.end(pids[0])


# --- files ---------------------------------------------------------------------------------------------------------------

def test_everything_is_below_localappdata(windows, monkeypatch):
    windows(config)
    windows(line_answer)
    monkeypatch.setattr(ntpath, "expanduser", lambda path: path.replace("~", HOME))
    monkeypatch.setattr(ntpath, "isdir", lambda path: path == HOME)
    paths = config.paths(ENV)
    assert paths == (HOME, LOCAL + r"\ccmon\config.ini", LOCAL + r"\ccmon\ccmon.db", LOCAL + r"\ccmon\ccmon.log")
    assert ntpath.normpath(line_answer.config_path(ENV)) == paths.config, "a changed config.ini would not be seen"
    assert ntpath.normpath(line_answer.folder(ENV)).startswith(LOCAL + "\\ccmon\\")
    own = {**ENV, "XDG_CONFIG_HOME": r"D:\conf", "XDG_CACHE_HOME": r"D:\cache"}
    assert ntpath.normpath(line_answer.config_path(own)) == config.paths(own).config == r"D:\conf\ccmon\config.ini"
    assert line_answer.folder(own).startswith("D:\\cache/ccmon")


def test_files_hold_the_bytes_that_were_written(windows, tmp_path):
    """Without O_BINARY a line end would become two bytes, and Ctrl-Z the end of the file."""
    flags = []

    def opened(path, flag, mode=0o777):
        flags.append(flag)
        return os.open(path, flag & ~0x8000, mode)
    windows(private, open=opened, O_BINARY=0x8000)
    os.close(private.open_file(str(tmp_path / "file"), os.O_WRONLY | os.O_CREAT))
    assert [flag & 0x8000 for flag in flags] == [0x8000]


@pytest.mark.parametrize("busy, system, works", [(0, "nt", True), (3, "nt", True), (99, "nt", False), (1, "posix", False)])
def test_a_file_that_is_being_read_is_replaced_in_a_moment(windows, monkeypatch, busy, system, works):
    tries = []

    def replace(*paths):
        tries.append(paths)
        if len(tries) <= busy:
            raise PermissionError
    windows(private, replace=replace, name=system)
    monkeypatch.setattr(private.time, "sleep", lambda _: None)
    if works:
        private.put_in_place("new", "old")
    else:
        with pytest.raises(PermissionError):
            private.put_in_place("new", "old")
    assert len(tries) == (1 if system == "posix" else min(busy + 1, len(private._PAUSES_S) + 1))


@pytest.mark.parametrize("place, remote", [(r"C:\Users\x", False), (r"\\server\share\x", True), (r"\\?\C:\x", False),
                                           (r"\\?\UNC\server\share", True)])
def test_shares_have_no_wal(windows, monkeypatch, place, remote):
    windows(history_path)
    monkeypatch.setattr(ntpath, "realpath", lambda path: path)
    assert history_path.is_remote(place) is remote


def test_modes_mean_nothing_there(windows, tmp_path):
    windows(doctors_machine, path=os.path)
    tmp_path.chmod(0o777)
    assert doctors_machine.status_of(str(tmp_path)).mode == 0 and doctors_machine.status_of(str(tmp_path)).own


# --- the line ------------------------------------------------------------------------------------------------------------

@pytest.fixture
def held(windows, monkeypatch):
    """Locks with msvcrt: the descriptors that are locked, and whether somebody else has the lock."""
    held = types.SimpleNamespace(fds=[], other=False)

    def locking(fd, mode, count):
        assert os.lseek(fd, 0, os.SEEK_CUR) == 0 and count == 1
        if mode == 2 and held.other:
            raise PermissionError
        (held.fds.append if mode == 2 else held.fds.remove)(fd)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=2, LK_UNLCK=0))
    for door in (locks, refresher):
        windows(door, path=os.path)
    return held


def test_one_byte_is_locked_and_given_back(held, tmp_path):
    fd = locks.lock(str(tmp_path))
    assert held.fds == [fd]
    os.write(fd, b"1")
    locks.unlock(fd)
    assert held.fds == []
    held.other = True
    assert locks.lock(str(tmp_path)) is None


def test_a_refresher_is_started_once_without_a_window(held, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda words, **options: started.append((words, options)))
    for _ in range(3):
        assert refresher.refresh(str(tmp_path), ["--statusline"], {}, lambda *_: None)
    (words, options), = started
    assert words[-1] == "record" and options["creationflags"] == 0x08000000 | 0x200
    assert os.path.isdir(options["cwd"]) and options["stdin"] is options["stdout"] is subprocess.DEVNULL and held.fds == []
    os.utime(tmp_path / "lock", (1, 1))
    refresher.refresh(str(tmp_path), ["--statusline"], {}, lambda *_: None)
    assert len(started) == 2


def test_what_comes_in_pieces_is_read_whole(windows, monkeypatch):
    pieces = [b'{"a":', b"1}", b""]
    windows(hook, read=lambda _fd, _most: pieces.pop(0), isatty=lambda _: False)
    assert hook.read_stdin() == '{"a":1}'


def test_paths_for_shells_have_slashes(windows, monkeypatch):
    windows(init)
    assert init._with_slashes(r"C:\Users\Ada\Scripts\ccmon.exe") == "C:/Users/Ada/Scripts/ccmon.exe"
    monkeypatch.setattr(processes, "WINDOWS", True)
    assert init._line("C:/x/ccmon.exe") == ["C:/x/ccmon.exe", "--statusline", "--format"]


# --- the rest ------------------------------------------------------------------------------------------------------------

def test_local_time_beyond_what_windows_knows(monkeypatch):
    def localtime(epoch):
        if epoch > 32_536_850_399:
            raise OSError(22, "Invalid argument")
        return time.gmtime(epoch)
    monkeypatch.setattr(clock, "time", types.SimpleNamespace(localtime=localtime, time=time.time))
    assert clock.zone("local").offset_s(200_000_000_000) == 0
    assert clock.zone("local", 200_000_000_000).name


def test_a_cell_of_windows_curses_holds_no_emoji(monkeypatch):
    assert screen.drawable(Charset()) == Charset()
    monkeypatch.setattr(screen, "_POSIX", False)
    assert screen.drawable(Charset()) == Charset(True, False)


def test_a_console_that_is_closed_ends_it_in_order():
    code = ("import signal, _signal; _signal.SIGBREAK = signal.SIGBREAK = 21; "
            "from ccmon.fullscreen import screen_signals; from ccmon.system import signals; "
            "print(21 in signals.ENDINGS, 21 in screen_signals.FATAL)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


# --- where it may differ ---------------------------------------------------------------------------------------------------

LACKING = {                            # what Windows does not have, or has in another way, and the rooms that own it
    "creationflags": {"refresher", "system/processes"}, "ctypes": {"system/shared_files"},
    "curses": {"fullscreen/entries", "fullscreen/screen"},
    "fcntl": {"locks", "setup/prompt_probe", "sources/log_workers", "system/shared_files"},
    "locale.nl_langinfo": {"output"}, "msvcrt": {"locks"}, "os.O_NOCTTY": {"fullscreen/screen_signals"},
    "os.O_NONBLOCK": {"fullscreen/screen_signals"},
    "os.fchmod": {"private", "system/newfiles", "system/shared_files"},
    "os.fchown": {"system/shared_files"},
    "os.fork": {"fullscreen/entries", "fullscreen/guardian", "refresher", "sources/log_workers"},
    "os.getgid": {"private"}, "os.getpgrp": {"fullscreen/guardian", "fullscreen/screen_signals", "fullscreen/terminal"},
    "os.getsid": {"system/process_facts"},
    "os.getuid": {"alerts/channels", "private", "system/named_files", "system/process_facts", "system/tmux"},
    "os.kill": {"fullscreen/guardian", "locks", "sources/log_workers", "system/process_facts", "system/processes",
        "system/signals"},
    "os.killpg": {"fullscreen/screen_signals", "system/processes"}, "os.nice": {"pipeline/sources"}, "os.pread": {"locks"},
    "os.pwrite": {"locks"}, "os.replace": {"private"},
    "os.set_blocking": {"fullscreen/screen_signals", "sources/ccusage"}, "os.setpgid": {"fullscreen/guardian"},
    "os.setsid": {"refresher"}, "os.statvfs": {"doctor/machine"}, "os.sysconf": {"refresher"},
    "os.tcgetpgrp": {"fullscreen/guardian", "fullscreen/terminal", "setup/prompt_probe"},
    "os.ttyname": {"fullscreen/screen_signals"}, "os.uname": {"locks", "settings/config"}, "os.waitid": {"sources/ccusage"},
    "os.waitpid": {"fullscreen/entries", "fullscreen/guardian", "setup/prompt_probe", "sources/log_workers"},
    "pty": {"setup/prompt_probe"}, "pwd": {"private"}, "resource": {"pipeline/from_ccusage", "system/processes"},
    "select.poll": {"system/ready"},
    "signal.SIGKILL": {"setup/prompt_probe", "sources/log_workers", "system/process_facts", "system/processes"},
    "signal.SIGTTOU": {"fullscreen/screen", "fullscreen/screen_signals"},
    "signal.pthread_sigmask": {"fullscreen/screen_signals", "setup/prompt_probe"},
    "signal.set_wakeup_fd": {"fullscreen/screen_signals"}, "start_new_session": {"system/processes"},
    "termios": {"fullscreen/guardian", "fullscreen/screen_signals", "fullscreen/terminal", "setup/prompt_probe",
        "system/ready"}}
MODULES = set("fcntl termios msvcrt curses resource pwd grp tty pty posix winreg ctypes syslog crypt".split())
CALLS = set("""fork forkpty setsid getsid killpg kill getuid geteuid getgid getegid uname replace rename waitid waitpid wait
    set_blocking fchmod chown fchown mkfifo pread pwrite sysconf setpgid getpgid getpgrp tcgetpgrp tcsetpgrp ttyname sync statvfs
    nice getloadavg
    O_NOFOLLOW O_NONBLOCK O_NOCTTY O_CLOEXEC O_DIRECTORY SIGKILL SIGHUP SIGQUIT SIGTSTP SIGCONT SIGWINCH SIGTTOU SIGTTIN SIGALRM
    SIGPIPE SIGUSR1 SIGUSR2 SIGCHLD alarm setitimer pause pthread_sigmask sigwait set_wakeup_fd poll PollSelector nl_langinfo
    tzset which""".split()) - {"rename"}
OF = {"os", "signal", "select", "selectors", "locale", "time", "shutil"}


def lacking(nodes):
    """What of it a file uses, by name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from {alias.name.split(".")[0] for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from {str(node.module)} & MODULES
            yield from {f"{node.module}.{alias.name}" for alias in node.names if node.module in OF and alias.name in CALLS}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in OF and node.attr in CALLS:
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.keyword) and node.arg in ("start_new_session", "creationflags", "preexec_fn", "pass_fds"):
            yield node.arg
        elif isinstance(node, ast.Constant) and node.value in ("start_new_session", "creationflags"):
            yield str(node.value)


@own_sources.together
def test_what_windows_lacks_is_in_the_rooms_that_own_it():
    found = {}
    for room, nodes in own_sources.nodes().items():
        for name in lacking(nodes):
            found.setdefault(name, set()).add(room)
    assert found == LACKING


def test_the_reader_of_names_sees_them():
    code = "import os, pwd\nfrom shutil import which\nos.kill(1, 0)\nrun(start_new_session=True)\nx = {'creationflags': 8}\n"
    assert set(lacking(ast.walk(ast.parse(code)))) == {"pwd", "shutil.which", "os.kill", "start_new_session", "creationflags"}


IMPORT_ALL = Path(__file__).with_name("windows_stand_in.py")


def stood_in(*words, **env):
    """A call of ccmon in a Python that has been made like the one of Windows."""
    return subprocess.run([sys.executable, "-I", str(IMPORT_ALL), str(ROOT), *words], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=60, check=False, env=env)


def test_every_room_can_be_loaded_there():
    done = stood_in(PATH="/usr/bin:/bin", LC_ALL="C.UTF-8")
    assert done.returncode == 0 and int(done.stdout.split()[0]) > 100, done.stderr


@pytest.mark.parametrize("words", [
    "--once", "--json", "--statusline", "--statusline --format claude", "history", "history --json", "record", "config", "alerts",
    "config path", "learn", "report", "why", "hit --list", "export --openmetrics", "completion bash", "--demo --once",
    "--demo --json", "--demo --statusline", "--help", "--version", "doctor"])
def test_commands_run_there(machine, words):
    machine.answers([block(int(time.time()) // HOUR * HOUR - HOUR, 1234)])
    (machine.bin / "ccusage.CMD").write_bytes((machine.bin / "ccusage").read_bytes())
    (machine.bin / "ccusage.CMD").chmod(0o755)
    done = stood_in(*words.split(), **machine.env(LOCALAPPDATA=str(machine.folder / "local"), USERPROFILE=str(machine.home)))
    assert done.returncode in ((0, 1) if words == "doctor" else (0,)) and "rror" not in done.stderr, done.stdout + done.stderr


def test_a_long_history_is_read_there(machine):
    write(machine.home / ".claude", talk(1, NOW - 3 * HOUR, 2, 20))
    code = "from ccmon.pipeline import sources; sources.read_all_logs()"
    done = stood_in("-c", code, **machine.env(LOCALAPPDATA=str(machine.folder / "local")))
    assert done.returncode == 0 and done.stderr == ""
    found, = (machine.folder / "local").rglob("ccmon.db")
    with sqlite3.connect(str(found)) as db:
        assert db.execute("SELECT count(*) FROM note WHERE key LIKE 'logs_read %'").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM message").fetchone()[0] > 10
