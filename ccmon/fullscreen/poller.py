"""The thread beside the screen: it refreshes at every interval, hands over what is known, and rings for alerts."""

import queue
import threading
import time
import traceback
from typing import Optional

from ccmon import linecache, locks
from ccmon.alerts.kinds import BELL
from ccmon.fullscreen.screen import Screen
from ccmon.model import Facts
from ccmon.pipeline import memory, refresh
from ccmon.settings.context import Context
from ccmon.sources import ccusage

FAULT_S = 3600


class Poller(threading.Thread):
    """Refreshes at every interval and hands the facts over; never holds the screen up."""

    def __init__(self, ctx: Context, screen: Screen) -> None:
        super().__init__(name="poller", daemon=True)
        self.ctx, self.screen = ctx, screen
        self.facts: "queue.Queue[Facts]" = queue.Queue()
        self.cancel = ccusage.Cancel()
        self._now = threading.Event()
        self._stopped = False
        self._last = Facts()
        self._failures, self._retry_at = 0, 0.0                # monotonic s; holds where no state can be kept
        self._rest_until = 0.0                                 # monotonic s; holds where it cannot be noted that we read
        self._learn_at = 0.0                                   # monotonic s
        self.bell = threading.Event()                          # the screen is to ring

    def run(self) -> None:
        """Look, hand over, pause; until stop()."""
        at_once = refresh.source_before(self.ctx).missing      # it may have been installed since
        while not self._stopped:
            started, before = time.monotonic(), self._last.source.ran
            self._last = self._looked(at_once)
            self.facts.put(self._last)
            self.screen.wake()
            self._alert()
            self._learn()
            rest_s = self._rest_s(before, time.monotonic() - started)
            at_once = self._now.wait(max(self.ctx.settings.interval, rest_s))
            self._now.clear()

    def _learn(self) -> None:
        """What may take a while, and nobody waits for; after a fault not again for long."""
        if time.monotonic() >= self._learn_at and not refresh.learn_quietly(self.ctx):
            self._learn_at = time.monotonic() + FAULT_S

    def _alert(self) -> None:
        """Tell what is due; who is slow to take it does not hold the numbers up."""
        found = refresh.alerts_due(self.ctx, self._last, on_screen=True)
        if any(BELL in one.channels for one in found):
            self.bell.set()
            self.screen.wake()
        if found:
            threading.Thread(target=refresh.send_alerts, args=(self.ctx, found), name="alerts", daemon=True).start()

    def _rest_s(self, ran_before: Optional[int], took_s: float) -> float:
        """The least pause after a run: what it took is a small part of the time. Failures have pauses of their own."""
        source = self._last.source
        return 0 if source.error else 5 * (took_s if source.ran == ran_before else max(took_s, source.took_s))

    def _looked(self, at_once: bool) -> Facts:
        try:
            return self._look(at_once)
        except Exception as err:       # a thread that dies in silence would freeze the numbers
            traceback.print_exc()      # stderr is the log while the screen is open
            error = f"internal error ({type(err).__name__}), see the log"
            return self._last._replace(source=self._last.source._replace(error=error))

    def _look(self, at_once: bool) -> Facts:
        """The facts of a refresh of our own, or what another process has stored."""
        ctx, now = self.ctx, self.ctx.now()
        if ctx.is_stored_only:
            return refresh.load(ctx, now)
        if not at_once and time.monotonic() < self._rest_until:
            return self._last
        lock = locks.lock(ctx.cache) if ctx.cache else -1
        if lock is None:
            return refresh.load(ctx, now)
        try:
            if at_once or not (self._backing_off() or self._just_read(now)):
                facts = self._read(lock, at_once)
                if ctx.cache and linecache.read_state(ctx.cache).quiet_until <= now:
                    self._rest_until = time.monotonic() + refresh.rest_s(ctx, facts.source)
                return facts
            return refresh.load(ctx, now) if ctx.cache else self._last
        finally:
            locks.unlock(lock)

    def _read(self, lock: int, at_once: bool) -> Facts:
        facts = refresh.once(self.ctx, lock, memory.SCREEN_BUSY_MS, self.cancel, at_once)
        self._failures = self._failures + 1 if facts.source.error else 0
        self._retry_at = time.monotonic() + refresh.pause_s(self._failures) if self._failures else 0.0
        return facts

    def _backing_off(self) -> bool:
        return refresh.backing_off(self.ctx) or (not self.ctx.cache and time.monotonic() < self._retry_at)

    def _just_read(self, now: int) -> bool:
        """Another process, or we, have the numbers of this moment."""
        state = linecache.read_state(self.ctx.cache) if self.ctx.cache else linecache.State()
        return 0 <= now - state.refreshed < self.ctx.settings.interval / 2

    def ask(self) -> None:
        """Refresh at once."""
        self._now.set()

    def stop(self) -> None:
        """End, and kill the ccusage that runs."""
        self._stopped = True
        self.cancel.set()
        self._now.set()
