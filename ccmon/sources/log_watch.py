"""The door to changes of the log files: cheap to ask every few seconds, as nearly always there are none.

All files are scanned as often as that takes no more than a small part of the time, and every MOST_S seconds at least. In
between only those that were written last are checked, and the folders in which new ones appear.
"""

import os
import time

from ccmon.quick_typing import Callable, Dict, Iterable, Optional, Sequence, Tuple
from ccmon.sources import log_files
from ccmon.sources.log_files import LogFile

MOST_S = 30.0                          # between two scans of everything
REST = 1000                            # a scan is followed by a rest that takes so many times as long
HOT_FILES = 20                         # those written last
COARSE_S = 3                           # what has changed so lately may change again without another time
_CPU_S = getattr(time, "thread_time", time.process_time)

Mark = Optional[Tuple[int, int, int, int]]     # inode, size, and times of change (ns); None of what is not there


class LogWatch:
    """Whether any log below some folders has changed since it was last asked."""

    def __init__(self, folders: Sequence[str], monotonic_s: Callable[[], float] = time.monotonic,
                 cpu_s: Callable[[], float] = _CPU_S) -> None:
        self._folders, self._monotonic_s, self._cpu_s = folders, monotonic_s, cpu_s
        self._files: Optional[Sequence[LogFile]] = None
        self._hot: Dict[str, Mark] = {}
        self._scan_at = 0.0            # monotonic s

    def has_changed(self) -> bool:
        """True the first time, and when a log has come, gone, or become another; later than MOST_S never missed."""
        if self._monotonic_s() < self._scan_at and all(_mark(path) == mark for path, mark in self._hot.items()):
            return False
        began_s = self._cpu_s()
        before, self._files = self._files, log_files.scan(self._folders)
        self._hot = {**{path: _mark(path) for path in _places(self._folders, self._files)},
                     **{one.path: (one.inode, one.size, one.mtime_ns, one.ctime_ns) for one in _newest(self._files)}}
        rest_s = 0.0 if self._is_settling() else REST * (self._cpu_s() - began_s)
        self._scan_at = self._monotonic_s() + min(MOST_S, rest_s)
        return before != self._files

    def _is_settling(self) -> bool:
        """Whether what is watched has changed just now: perhaps since it was listed, or again in the same tick of its clock."""
        now_ns = time.time_ns()
        return any(mark is not None and abs(now_ns - mark[2]) < COARSE_S * 10 ** 9 for mark in self._hot.values())


def _newest(files: Sequence[LogFile]) -> Sequence[LogFile]:
    return sorted(files, key=lambda one: one.mtime_ns)[-HOT_FILES:]


def _places(folders: Sequence[str], files: Sequence[LogFile]) -> Iterable[str]:
    """The folders in which a new log may appear: those named, each project's, and those of the files written last."""
    tops = list(dict.fromkeys(folders))
    projects = {os.path.join(tops[one.root], one.path[len(tops[one.root]):].lstrip(os.sep).split(os.sep)[0]) for one in files}
    newest = _newest(files)
    own = {one.path[:-len(".jsonl")] for one in newest}    # where Claude Code puts the sub-agents of a session
    agents = {os.path.join(one, "subagents") for one in own}
    return {*tops, *projects, *own, *agents, *(os.path.dirname(one.path) for one in newest)}


def _mark(path: str) -> Mark:
    try:
        status = os.stat(path, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns if log_files.HAS_CTIME else 0
