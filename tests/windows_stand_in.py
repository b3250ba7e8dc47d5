"""A Python like that of Windows: `windows_stand_in.py ROOT [words]` runs ccmon in it, -c CODE code, nothing loads every room.

What the standard library itself needs is loaded first. Then the modules, calls, flags and signals that Windows lacks are gone,
and os.name and sys.platform say Windows. Its paths begin with a drive, which is called /; processes are started as here.
"""

# What the standard library chooses by is chosen when it is loaded: so all that ccmon needs of it is, first.
import asyncio  # noqa: F401
import concurrent.futures.process  # noqa: F401
import csv  # noqa: F401
import ctypes  # noqa: F401
import fcntl
import glob  # noqa: F401
import http.client  # noqa: F401
import importlib
import locale
import multiprocessing.util  # noqa: F401
import os
import pathlib  # noqa: F401
import pkgutil
import platform  # noqa: F401
import posixpath
import random  # noqa: F401
import runpy
import select
import selectors  # noqa: F401
import shlex
import shutil
import signal
import sqlite3  # noqa: F401
import ssl  # noqa: F401
import statistics  # noqa: F401
import subprocess
import sys
import tempfile  # noqa: F401
import threading  # noqa: F401
import types
import urllib.request  # noqa: F401
import uuid  # noqa: F401

MODULES = {"fcntl", "termios", "pwd", "grp", "resource", "tty", "pty", "curses", "_curses", "syslog", "posix", "readline"}
CALLS = """fork forkpty setsid getsid getuid geteuid getgid getegid setuid setgid getpgid getpgrp setpgid setpgrp killpg uname
    waitid wait wait3 wait4 chown fchown lchown fchmod mkfifo mknod pread preadv pwrite pwritev sysconf tcgetpgrp tcsetpgrp
    ttyname sync statvfs fstatvfs nice getloadavg openpty login_tty register_at_fork set_blocking get_blocking sched_yield
    getpriority
    O_NOFOLLOW O_NONBLOCK O_NOCTTY O_CLOEXEC O_DIRECTORY O_SYNC O_DSYNC P_PID P_PGID WEXITED WNOHANG WNOWAIT WIFEXITED""".split()
SIGNALS = """SIGHUP SIGQUIT SIGKILL SIGTSTP SIGSTOP SIGCONT SIGWINCH SIGTTOU SIGTTIN SIGALRM SIGPIPE SIGUSR1 SIGUSR2 SIGCHLD
    pthread_sigmask pthread_kill sigwait alarm setitimer pause siginterrupt""".split()


class Gone:
    """Finds that a module is not there."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def kill(pid, number):
    """There it ends the process, whatever the number."""
    raise AssertionError(f"os.kill({pid}, {number})")


def popen(begin):
    """Popen as there: with its flags, and a line instead of words for a batch file."""
    def made(self, words, *rest, creationflags=0, **options):
        assert not options.get("start_new_session") and not options.get("preexec_fn") and not options.get("pass_fds")
        words = shlex.split(words) if isinstance(words, str) else words
        begin(self, words, *rest, start_new_session=bool(creationflags & 0x200), **options)
    return made


def become_windows():
    """From here on this is Windows, as far as ccmon can see."""
    flock, exclusive, nothing = fcntl.flock, fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_UN
    msvcrt = types.ModuleType("msvcrt")
    msvcrt.LK_NBLCK, msvcrt.LK_UNLCK = 2, 0
    msvcrt.locking = lambda fd, mode, _bytes: flock(fd, exclusive if mode == 2 else nothing)
    sys.modules["msvcrt"] = msvcrt
    subprocess.Popen.__init__ = popen(subprocess.Popen.__init__)
    posixpath.splitdrive = lambda path: (path[:1], path[1:]) if path[:1] == "/" else (path[:0], path)
    shutil._use_fd_functions = False       # as it chose on Windows
    if hasattr(shutil, "_rmtree_impl"):    # since Python 3.15
        shutil._rmtree_impl = shutil._rmtree_unsafe
    for module, names in ((os, CALLS), (signal, SIGNALS), (locale, ["nl_langinfo"]), (select, ["poll"])):
        for name in filter(vars(module).__contains__, names):
            delattr(module, name)
    for name in [name for name in sys.modules if name.partition(".")[0] in MODULES]:
        del sys.modules[name]
    sys.meta_path.insert(0, Gone)
    os.kill, os.O_BINARY, signal.SIGBREAK = kill, 0, signal.SIGTERM
    os.name, sys.platform = "nt", "win32"


def load_all(root):
    """Every room, in any order; how many."""
    import ccmon
    rooms = [found.name for found in pkgutil.walk_packages(ccmon.__path__, "ccmon.") if found.name != "ccmon.__main__"]
    for room in rooms:
        importlib.import_module(room)
    assert ccmon.__file__.startswith(root)
    print(len(rooms), "rooms")


if __name__ == "__main__":
    ROOT, *WORDS = sys.argv[1:]
    sys.path.insert(0, ROOT)
    become_windows()
    if WORDS[:1] == ["-c"]:
        exec(WORDS[1])  # noqa: S102
    elif WORDS:
        sys.argv = ["ccmon", *WORDS]
        runpy.run_module("ccmon", run_name="__main__")
    else:
        load_all(ROOT)
