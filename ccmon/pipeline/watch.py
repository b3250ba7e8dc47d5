"""Whether a refresh could bring anything new: what is read, what others have stored, and what time alone brings about."""

import os
import time

from ccmon import line_answer, line_cache
from ccmon.model import Source
from ccmon.quick_typing import Iterable, List, Optional, Tuple
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources import claude_files, log_files
from ccmon.sources.log_watch import LogWatch
from ccmon.usage.compute import CALM_S

REST_S = 45                            # a refresh comes at least so often while cached lines are asked for, or logs change,
CALM_REST_S = 240                      # and so often when neither has happened for a while
LATELY_S = 600                         # a line that was asked for since stays fresh
JUMP_S = 2.0                           # what the clock was set by, or the machine was asleep

Stamp = Tuple[Optional[Tuple[int, int, int]], ...]


class Watch:
    """What lies outside of one account, compared with how it was."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._logs = LogWatch(log_files.projects(config.claude_folders(ctx.env)))
        self._accounts = config.login_files(ctx.env) if ctx.settings.account_file else []
        self._read: object = None
        self._stored: Stamp = ()
        self._asked_before: Optional[float] = None     # epoch s: the lines that the first refresh has written do not count
        self._ahead_s = _ahead_s()

    def has_input(self) -> bool:
        """Whether what is read has changed since the last call: logs, what Claude Code has sent, its own file, the configuration;
        or the clock was set."""
        before, self._read = self._read, (claude_files.stamp(self._accounts), _stamp(self._inputs()))
        have_logs = not self._ctx.is_stored_only and self._logs.has_changed()
        return have_logs or self._has_jumped() or before != self._read

    def has_stored(self) -> bool:
        """Whether another process has stored anything since note_stored was called."""
        return _stamp(self._stores()) != self._stored

    def note_stored(self) -> None:
        """What is stored now is nothing new: this process has written or read it."""
        self._stored = _stamp(self._stores())
        if self._asked_before is None:
            self._asked_before = line_cache.last_asked_s(self._ctx.cache) if self._ctx.cache else 0.0

    def is_blind(self, source: Source) -> bool:
        """Whether it cannot be seen from here that something was used: there are no logs, or a ccusage of one's own is asked."""
        own = self._ctx.settings.origin["ccusage"] in ("flag", "environment")
        return not self._ctx.is_stored_only and (own or not source.logs)

    def is_line_due(self, now: int) -> bool:
        """Whether a line that was asked for of late is fresh no more: who asks again would start a process of its own."""
        cache = self._ctx.cache
        return cache is not None and self._is_line_asked(now) and line_answer.read_state(cache).quiet_until <= now

    def rest_s(self, source: Source, now: int, changed_at: int) -> float:
        """How long (s) a refresh can wait that nothing calls for, where what is read has changed last at changed_at."""
        if not self._is_line_asked(now) and now - changed_at >= CALM_S:
            return CALM_REST_S
        return max(self._ctx.settings.interval, min(REST_S, self._ctx.stale_after_s(source)))      # lines are shown so long

    def _is_line_asked(self, now: int) -> bool:
        at = line_cache.last_asked_s(self._ctx.cache) if self._ctx.cache else 0.0
        return at != self._asked_before and now - at < LATELY_S

    def _has_jumped(self) -> bool:
        before, self._ahead_s = self._ahead_s, _ahead_s()
        return abs(self._ahead_s - before) > JUMP_S

    def _inputs(self) -> List[str]:
        spool = [os.path.join(self._ctx.cache, line_answer.SPOOL)] if self._ctx.cache else []
        return [line_answer.config_path(self._ctx.env), *spool]

    def _stores(self) -> List[str]:
        store = self._ctx.paths.store
        state = [os.path.join(self._ctx.cache, "state")] if self._ctx.cache else []
        return [store, store + "-wal", *state] if store else state


def _ahead_s() -> float:
    return time.time() - time.monotonic()


def _stamp(paths: Iterable[str]) -> Stamp:
    return tuple(map(_stamp_of, paths))


def _stamp_of(path: str) -> Optional[Tuple[int, int, int]]:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns) if stat.st_size else None      # an empty -wal is as good as none
