"""How a run of another program is ended from elsewhere: by another thread, or by a signal. Loaded where nothing is run, too."""

import threading

from ccmon.errors import CcmonError
from ccmon.quick_typing import TYPE_CHECKING, Callable, Optional
from ccmon.system import processes

if TYPE_CHECKING:
    import subprocess


class Cancelled(CcmonError):
    """Another thread ended the run."""


class Cancel:
    """Ends a fetch from another thread, like an Event: whoever holds it may set it once, at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._pgid: Optional[int] = None

    def set(self) -> None:
        """Kill the running ccusage with all its children, at once, and let no other begin."""
        with self._lock:
            self._set = True
            if self._pgid is not None:
                processes.end(self._pgid)

    def ask(self) -> None:
        """set() for a signal handler, which may not wait for a lock: the run ends itself within a tick."""
        self._set = True

    def check(self) -> None:
        """Raise Cancelled once it is set."""
        if self._set:
            raise Cancelled("Reading the usage data was cancelled")

    def start(self, popen: "Callable[[], subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
        """Start a process that set() may kill, with its whole group, unless it is too late for that."""
        with self._lock:
            self.check()
            process = popen()
            self._pgid = process.pid
            return process

    def release(self) -> None:
        """From here on the number of the process may be given to another one."""
        with self._lock:
            self._pgid = None
