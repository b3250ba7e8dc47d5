"""The full screen once its first frame stands: its loop, what a key brings about outside, and the thread that reads beside it."""

import queue
import threading
import time
import traceback
from contextlib import suppress

from ccmon import line_answer, line_cache, locks
from ccmon.alerts.kinds import BELL
from ccmon.errors import CcmonError
from ccmon.fullscreen import keyboard
from ccmon.fullscreen.app import UNDO_S, Picture, ScreenState, View, update, with_message
from ccmon.fullscreen.screen import Screen
from ccmon.fullscreen.screen_signals import exit_code
from ccmon.model import Facts, Source
from ccmon.pipeline import accounts, past_windows, present, rated, refresh
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, SCREEN_BUSY_MS, opened
from ccmon.pipeline.watch import Watch
from ccmon.quick_typing import Mapping, Optional, TextIO
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources.cancel import Cancel
from ccmon.store.database import StoreError
from ccmon.system import processes
from ccmon.text import Charset
from ccmon.usage import hits
from ccmon.usage.compute import CALM_S, next_edge
from ccmon.views.screen import pages
from ccmon.views.screen.scene import Past
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
        facts = refresh.once(ctx, lock, SCREEN_BUSY_MS, self.cancel, insist)
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


# --- the loop -----------------------------------------------------------------------------------------------------------

class _Shown:
    """The account on the screen, and the poller that follows it."""

    def __init__(self, ctx: Context, screen: Screen) -> None:
        self.screen = screen
        self._follow(ctx)

    def _follow(self, ctx: Context) -> None:
        self.ctx, self.poller = ctx, Poller(ctx, self.screen)
        self.poller.start()

    def go_to(self, ctx: Context) -> None:
        """Show another account from now on, with a poller of its own."""
        self.poller.stop()
        self._follow(ctx)

    def stop(self) -> None:
        """End the poller."""
        self.poller.stop()
        self.poller.join(1)


def run(ctx: Context, screen: Screen, charset: Charset, state: ScreenState, picture: Picture, log: TextIO) -> int:
    """Follow the account and obey the keys, until the user leaves; the exit code."""
    shown = _Shown(ctx, screen)
    try:
        return _loop(shown, charset, screen, state, picture, log)
    finally:
        shown.stop()


def _loop(shown: _Shown, charset: Charset, screen: Screen, state: ScreenState, picture: Picture, log: TextIO) -> int:
    is_asking = state.is_theme_sought and screen.coloured
    while True:
        ctx = shown.ctx
        config.follow_log(log, ctx.paths.log)
        width, height = screen.size()
        now, poller = ctx.now(), shown.poller
        is_calm = not 0 <= now - poller.changed_at < CALM_S and ctx.demo is None
        screen.paint(picture.lines(View(ctx, state, charset, width, height, is_calm), now, poller.checked_at))
        if is_asking:                  # after the first picture, as nobody waits for the answer
            is_asking = False
            screen.ask_background(ctx.callers_env.get("TERM", ""), _passes_tmux(ctx.callers_env))
        for event in screen.wait(picture.changes_in_s(time.time())):
            if event.kind == "closed":
                return 129
            if event.kind == "signal":
                return exit_code(int(str(event.value)))
            state, effect = update(state, event, ctx.now(), ctx.plan_of(state.facts.reported.login)[0], width, height)
            if effect == "quit":
                return 0
            state = _effect(shown, screen, state, effect)
        state = _received(shown.ctx, shown.poller, state)
        if shown.poller.bell.is_set():
            shown.poller.bell.clear()
            screen.ring()


def _passes_tmux(env: Mapping[str, str]) -> bool:
    """Whether tmux may be had to ask its own terminal."""
    pane, program = env.get("TMUX_PANE"), processes.which("tmux", env) if env.get("TMUX") else None
    words = [program, "display-message", "-p", "-t", pane, keyboard.TMUX_STATE] if program and pane else []
    return bool(words) and keyboard.may_pass(processes.printed(words, env) or "")


def _effect(shown: _Shown, screen: Screen, state: ScreenState, effect: str) -> ScreenState:
    if effect == "refresh":
        shown.poller.ask()
    elif effect == "theme":
        screen.set_theme(shown.ctx.settings.themes[state.theme])
    elif effect == "history":
        return _with_history(shown.ctx, state)
    elif effect == "account":
        return _with_next_account(shown, state)
    elif effect in ("hit", "undo"):
        return _with_hit(shown.ctx, state, effect)
    return state


def _with_next_account(shown: _Shown, state: ScreenState) -> ScreenState:
    """The next account with what is stored of it; the poller brings what is new."""
    now = shown.ctx.now()
    try:
        ctx, index, count = accounts.following(shown.ctx)
    except CcmonError as err:
        return with_message(state, str(err), now)
    if count < 2:
        return with_message(state, "No other account is known here. To name one: ccmon config set accounts.work FOLDER", now)
    shown.go_to(ctx)
    state = state._replace(facts=present.load(ctx, now), reading=not ctx.is_stored_only, is_read=False, noted_at=None,
                           history_view=state.history_view._replace(offset=0))
    state = _with_history(ctx, state) if state.page == "history" else state
    return with_message(state, f"Account {ctx.chosen.name if ctx.chosen else ''}, {index} of {count}", now)


def _with_hit(ctx: Context, state: ScreenState, effect: str) -> ScreenState:
    """The limit was reached now, as the user says, or was not."""
    now = ctx.now()
    try:
        with opened(ctx, BACKGROUND_BUSY_MS) as history:
            if effect == "undo":
                words = hits.taken_back(history.undo_hit(), now, ctx.zone)
            else:
                words = hits.noted(*history.add_hit(now), now, ctx.zone)
    except StoreError as err:
        return with_message(state._replace(noted_at=None), str(err), now)
    line_cache.outdate(ctx.env)
    state = state._replace(facts=present.load(ctx, now))       # the screen follows at once
    if effect == "undo":
        return with_message(state, words, now)
    return with_message(state, f"{words} L again within {UNDO_S} s takes it back", now)._replace(message_until=now + UNDO_S)


def _with_history(ctx: Context, state: ScreenState) -> ScreenState:
    """The history page with what is stored now."""
    try:
        return state._replace(past=_past(ctx, state))
    except StoreError as err:
        return with_message(state._replace(page="dashboard"), str(err), ctx.now())


def _past(ctx: Context, state: ScreenState) -> Past:
    now = ctx.now()
    with opened(ctx, BACKGROUND_BUSY_MS) as history:
        records = rated.rated_sessions(history, present.snapshot(ctx, state.facts, now, state.plan)).records
        used = history.usage_rows(0, now + 1)
        weeks = past_windows.weeks(history, now - past_windows.COURSES_S)
    return pages.gathered(records, used, ctx.zone, now, weeks)


def _received(ctx: Context, poller: Poller, state: ScreenState) -> ScreenState:
    """The state with the facts that the poller has handed over, and the history page with them where it can be read."""
    if poller.facts.empty():
        return state
    while not poller.facts.empty():
        state = state._replace(facts=poller.facts.get(), reading=False, is_read=True)
    with suppress(StoreError):
        return state._replace(past=_past(ctx, state)) if state.page == "history" else state
    return state
