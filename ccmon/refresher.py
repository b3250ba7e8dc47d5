"""The door to the detached refresher: a process of its own, started behind the caller's back unless one runs."""

import os
import sys
import time

from ccmon import line_answer, locks

EXECUTES = sys.platform == "darwin"    # there, what a forked process may ask of the system it may after an exec alone
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Mapping
    Environ = Mapping[str, str]
    Work = Callable[[list[str], int], None]


def import_folder() -> str:
    """The folder that ccmon is imported from: the first one of a child that ccmon starts."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def refresh(where: str, argv: "list[str]", env: "Environ", work: "Work") -> bool:
    """Start the detached refresher unless one runs or another process was faster; True when one runs now.

    None is started where nothing that is read could be stored: each line would start another one.
    """
    now = time.time()
    fd = -1 if locks.rests(where, now) else locks.lock(where)
    if fd is None:
        line_answer.hold(where, now, now + line_answer.HOLD_S)
        return True
    started = _just_started(fd, now)
    if started or fd == -1 or not line_answer.read_state(where).due(now, line_answer.config_path(env)):
        locks.unlock(fd)
        return started
    line_answer.hold(where, now, now + line_answer.HOLD_S)
    detach(argv, fd, work)
    return True


def _just_started(fd: int, now: float) -> bool:
    """Whether a refresher that has to take the lock itself, for want of fork, is on its way."""
    if fd < 0 or os.name != "nt":
        return False
    lock = os.fstat(fd)
    return lock.st_size > 0 and 0 <= now - lock.st_mtime < line_answer.HOLD_S


def detach(argv: "list[str]", fd: int, work: "Work") -> None:
    """Call work(argv, fd) in a process of its own that holds the lock and nothing else of the caller."""
    if not hasattr(os, "fork"):
        if fd >= 0:
            os.write(fd, b"1")         # see _just_started
        locks.unlock(fd)
        _spawn()
        return
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid:
        if pid > 0:
            locks.hand_over(fd, pid)
        else:
            locks.unlock(fd)
        return
    try:
        locks.sign(fd, os.getpid())
        _leave_caller(fd)
        if EXECUTES:
            _begin_anew(argv, fd, work)
        work(argv, fd)
    finally:
        os._exit(0)


def _begin_anew(argv: "list[str]", fd: int, work: "Work") -> None:
    """Go on in the same process as a new Python, which has the lock; where none can be started, as it is."""
    module = "ccmon.__main__" if work.__module__ == "__main__" else work.__module__
    flags = [flag for flag, is_set in (("-I", sys.flags.isolated), ("-E", sys.flags.ignore_environment),
                                       ("-s", sys.flags.no_user_site)) if is_set]
    try:
        if fd >= 0:
            os.set_inheritable(fd, True)
        words = [import_folder(), sys.argv[0], module, work.__name__, str(fd), locks.file_of(fd), *argv]
        os.execv(sys.executable, [sys.executable, *flags, "-c", ANEW, *words])       # our own words  # nosec B606
    except (OSError, ValueError):
        return


ANEW = "import sys; sys.path[:] = [sys.argv.pop(1), *filter(None, sys.path)]; from ccmon.refresher import go_on; go_on()"


def go_on() -> None:
    """What the new Python does: the work of that name, with the lock."""
    from importlib import import_module
    _, called, module, name, fd, path, *argv = sys.argv
    sys.argv = [called, *argv]
    if int(fd) >= 0:
        os.set_inheritable(int(fd), False)
        locks.take_over(int(fd), path)
    getattr(import_module(module), name)(argv, int(fd))


def _spawn() -> None:
    import subprocess  # Windows: no fork; the child takes the lock itself
    flags = 0x00000200 | 0x08000000  # CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW: detached, ccusage would open a window
    code = "import sys; sys.path[:] = [sys.argv.pop(1), *filter(None, sys.path)]; from ccmon.__main__ import main; main()"
    package = import_folder()
    subprocess.Popen([sys.executable, "-c", code, package, "record"], close_fds=True, creationflags=flags, cwd=package,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # our own words  # nosec B603


def _leave_caller(fd: int) -> None:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target)
    top = os.sysconf("SC_OPEN_MAX")
    if fd > 3:
        os.closerange(3, fd)
    os.closerange(max(3, fd + 1), top if 0 < top < 65536 else 65536)   # -1: the system names no bound
    os.chdir("/")
