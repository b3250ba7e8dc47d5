"""The thread beside the screen: at every interval it sees whether there is anything new, which it hands over and rings for."""

import queue
import threading
import time
import traceback
from typing import Optional

from ccmon import line_answer, locks
from ccmon.alerts.kinds import BELL
from ccmon.fullscreen.screen import Screen
from ccmon.model import Facts, Source
from ccmon.pipeline import history, present, refresh
from ccmon.pipeline.watch import Watch
from ccmon.settings.context import Context
from ccmon.sources.cancel import Cancel
from ccmon.usage.compute import next_edge
from ccmon.when import HOUR_S

NOTHING, LOAD, READ, NOW = "", "load", "read", "now"


class Poller(threading.Thread):
    """Refreshes when there is something new, seen at every interval, and hands the facts over; never holds the screen up."""

    def __init__(self, ctx: Context, screen: Screen) -> None:
        super().__init__(name="poller", daemon=True)
        self.ctx, self.screen = ctx, screen
        self.facts: "queue.Queue[Facts]" = queue.Queue()
        self.cancel = Cancel()
        self._now = threading.Event()
        self._stopped = False
        self._last = Facts()
        self._failures, self._retry_at = 0, 0.0                # monotonic s; holds where no state can be written
        self._rest_until = 0.0                                 # monotonic s; holds where it cannot be noted that we read
        self._learn_at = 0.0                                   # monotonic s
        self._watch = Watch(ctx)
        self._unread_at: Optional[int] = None                  # epoch s: something new was seen then, and not read since
        self._edge, self._due_s = 0.0, 0.0                     # epoch s, monotonic s: a read is due then, whatever is new
        self.checked_at = 0                                    # epoch s: the facts still held then
        self.changed_at = ctx.now()                            # epoch s: what is read was seen to change then
        self.bell = threading.Event()                          # the screen is to ring

    def run(self) -> None:
        """Read where that may be of use, hand over, pause; until stop()."""
        self._watch.has_input()                                # from now on
        due = NOW if present.source_before(self.ctx).missing else READ         # it may have been installed since
        while not self._stopped:
            rest_s = self._turn(due) if due else 0.0
            due = NOW if self._now.wait(max(self.ctx.settings.interval, rest_s)) else self._due()
            self._now.clear()

    def _turn(self, due: str) -> float:
        """A read with all that follows it; the least pause then (s)."""
        started, before = time.monotonic(), self._last
        self._last = self._facts_or_error(due)
        self._plan(before.reported.source)
        if self._last is before:
            return 0.0
        self.facts.put(self._last)
        self.screen.wake()
        self._alert()
        self._learn()
        return self._rest_s(before.reported.source.ran, time.monotonic() - started)

    def _plan(self, before: Source) -> None:
        """After a read: whether what was new has been read, by whichever process, and when the next is due in any case."""
        now, source = self.ctx.now(), self._last.reported.source
        self._edge = next_edge(self._last, now)
        if source.refreshed != before.refreshed or self.ctx.is_stored_only:
            self._due_s = time.monotonic() + self._watch.rest_s(source, now, self.changed_at)
        if self._unread_at is not None and (source.refreshed or 0) >= self._unread_at:
            self._unread_at = None

    def _due(self) -> str:
        """What could bring anything new since the last read: NOTHING, LOAD or READ."""
        try:
            now = self.ctx.now()
            if self._watch.has_input():
                self._unread_at = self.changed_at = now
            if self._unread_at is not None or self._is_time(now):
                return READ
            if self._watch.has_stored():
                return LOAD
            self.checked_at = now
            return NOTHING
        except Exception:              # a read will report what is wrong
            traceback.print_exc()
            return READ

    def _is_time(self, now: int) -> bool:
        """Whether time alone calls for a read: after a fault, at the end of a session or window, and now and then."""
        source = self._last.reported.source
        is_open = bool(source.error or self._last.stored.trouble or source.progress is not None) or self._watch.is_blind(source)
        return is_open or now >= self._edge or time.monotonic() >= self._due_s or self._watch.is_line_due(now)

    def _learn(self) -> None:
        """What may take a while, and nobody waits for; after a fault not again for long."""
        if time.monotonic() >= self._learn_at and not refresh.learn_quietly(self.ctx):
            self._learn_at = time.monotonic() + HOUR_S

    def _alert(self) -> None:
        """Send the alerts that are due; a slow channel does not hold the numbers up."""
        alerts = refresh.alerts_due(self.ctx, self._last, on_screen=True)
        if any(BELL in one.channels for one in alerts):
            self.bell.set()
            self.screen.wake()
        if alerts:
            threading.Thread(target=refresh.send_alerts, args=(self.ctx, alerts), name="alerts", daemon=True).start()

    def _rest_s(self, ran_before: Optional[int], took_s: float) -> float:
        """The least pause after a run: what it took is a small part of the time. Failures have pauses of their own."""
        source = self._last.reported.source
        return 0 if source.error else 5 * (took_s if source.ran == ran_before else max(took_s, source.took_s))

    def _facts_or_error(self, due: str) -> Facts:
        try:
            return self._new_facts(due)
        except Exception as err:       # a thread that dies in silence would freeze the numbers
            traceback.print_exc()      # stderr is the log while the screen is open
            error = f"internal error ({type(err).__name__}), see the log"
            return self._last.with_source(self._last.reported.source._replace(error=error))

    def _new_facts(self, due: str) -> Facts:
        """The facts of a refresh of our own, or what another process has stored; the same ones where there is neither."""
        ctx, now = self.ctx, self.ctx.now()
        if ctx.is_stored_only or due == LOAD:
            return self._loaded(now)
        if due != NOW and time.monotonic() < self._rest_until:
            return self._last
        lock = locks.lock(ctx.cache) if ctx.cache else -1
        if lock is None:
            return self._loaded(now)
        try:
            waits = refresh.backing_off(ctx) or not ctx.cache and time.monotonic() < self._retry_at
            if due == NOW or not (waits or self._just_read(now)):
                return self._read(lock, now, due == NOW)
            return self._loaded(now) if ctx.cache and self._watch.has_stored() else self._last
        finally:
            locks.unlock(lock)

    def _loaded(self, now: int) -> Facts:
        self._watch.note_stored()      # before: what is stored meanwhile is news
        return present.load(self.ctx, now)

    def _read(self, lock: int, now: int, insist: bool) -> Facts:
        ctx = self.ctx
        facts = refresh.once(ctx, lock, history.SCREEN_BUSY_MS, self.cancel, insist)
        self._watch.note_stored()
        self._failures = self._failures + 1 if facts.reported.source.error else 0
        self._retry_at = time.monotonic() + refresh.pause_s(self._failures) if self._failures else 0.0
        if ctx.cache and line_answer.read_state(ctx.cache).quiet_until <= now:
            self._rest_until = time.monotonic() + refresh.rest_s(ctx, facts.reported.source)
        return facts

    def _just_read(self, now: int) -> bool:
        """Another process, or we, have the present numbers."""
        state = line_answer.read_state(self.ctx.cache) if self.ctx.cache else line_answer.State()
        return 0 <= now - state.refreshed < self.ctx.settings.interval / 2

    def ask(self) -> None:
        """Refresh at once."""
        self._now.set()

    def stop(self) -> None:
        """End, and kill the ccusage that runs."""
        self._stopped = True
        self.cancel.set()
        self._now.set()
