"""The full screen: a state, a pure step from event to state and effect, the loop, and the poller beside it."""

import queue
import threading
import time
import traceback
from contextlib import contextmanager
from typing import Iterator, List, NamedTuple, Optional, Sequence, TextIO, Tuple

from ccmon import linecache
from ccmon.alerts.rules import BELL
from ccmon.fullscreen import guardian
from ccmon.fullscreen.screen import Event, Screen
from ccmon.fullscreen.screen_signals import exit_code
from ccmon.fullscreen.terminal import FAREWELL
from ccmon.model import Facts
from ccmon.pipeline import memory, refresh
from ccmon.settings.context import Context
from ccmon.settings.themes import THEMES, colourless
from ccmon.sources import ccusage
from ccmon.store.database import StoreError
from ccmon.text import Charset, Line
from ccmon.usage import hits
from ccmon.usage.limits import PLAN_NAMES
from ccmon.views.screen import dashboard, foot, help, history_page
from ccmon.views.screen.history_page import NO_PAST, Look, Past
from ccmon.views.screen.scene import Scene

MESSAGE_S = 4
UNDO_S = 10
FAULT_S = 3600
TICK_S = 1.0


class State(NamedTuple):
    """What the screen shows and how."""

    facts: Facts
    page: str = "dashboard"            # dashboard | history | help
    plan: Optional[str] = None         # chosen with p, for this window only
    theme: str = "dark"
    themes: Tuple[str, ...] = tuple(THEMES)        # what t goes through
    compact: bool = False
    reading: bool = True               # a refresh is under way
    past: Past = NO_PAST
    look: Look = Look()                # what of the past the history page shows
    message: str = ""
    message_until: int = 0             # epoch s
    noted_at: Optional[int] = None     # epoch s when L was pressed; it takes that back for a while


def update(state: State, event: Event, now: int, asked: str, width: int, height: int) -> Tuple[State, str]:
    """The next state and an effect: "", quit, refresh, history or theme. `asked` is the plan of the settings."""
    if event.kind != "key":
        return state, ""
    key = event.value
    if key == "q":
        return (state, "quit") if state.page == "dashboard" else (state._replace(page="dashboard"), "")
    if key == "esc":
        return state._replace(page="dashboard", message=""), ""
    if state.page == "history":
        state = state._replace(look=history_page.after_key(state.look, str(key), state.past, width, height))
    return _command(state, str(key), now, asked)


def _command(state: State, key: str, now: int, asked: str) -> Tuple[State, str]:
    if key == "r":
        return _said(state, "Reading the usage ...", now)._replace(reading=True), "refresh"
    if key == "p":
        plan = after(state.plan or asked, PLAN_NAMES if asked in PLAN_NAMES else (asked, *PLAN_NAMES))
        if plan == asked:              # back to the settings, whatever limit they name
            return _said(state._replace(plan=None), f"Plan {plan}, as set", now), ""
        return _said(state._replace(plan=plan), f"Plan {plan} in this window. For good: plan = {plan} in config.ini", now), ""
    if key == "t":
        theme = after(state.theme, state.themes)
        return _said(state._replace(theme=theme), f"Theme {theme}. For good: set theme in config.ini", now), "theme"
    if key == "L":
        undo = state.noted_at is not None and 0 <= now - state.noted_at <= UNDO_S
        return state._replace(noted_at=None if undo else now), "undo" if undo else "hit"
    if key == "c":
        return state._replace(compact=not state.compact), ""
    if key == "h":
        page = "dashboard" if state.page == "history" else "history"
        return state._replace(page=page, look=state.look._replace(offset=0)), "history" if page == "history" else ""
    if key == "?":
        return state._replace(page="dashboard" if state.page == "help" else "help"), ""
    return state, ""


def _said(state: State, message: str, now: int) -> State:
    return state._replace(message=message, message_until=now + MESSAGE_S)


def after(name: str, names: Sequence[str]) -> str:
    """The next name of a list, in a circle."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def frame(ctx: Context, state: State, charset: Charset, now: int, width: int, height: int) -> List[Line]:
    """The screen as lines."""
    snapshot = ctx.view(state.facts, now, state.plan)
    charset = charset._replace(emoji=charset.emoji and not colourless(ctx.settings.themes[state.theme]))
    message = state.message if 0 < state.message_until - now <= UNDO_S else ""      # also when the clock was set back
    status = foot.source_words(state.facts.source, now, state.reading)
    scene = Scene(snapshot, state.facts, ctx.zone, charset, status, message, state.compact)
    if state.page == "help":
        return help.render(scene, width, height)
    if state.page == "history":
        return history_page.render(scene, state.past, state.look, width, height)
    return dashboard.render(scene, width, height)


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
        lock = linecache.lock(ctx.cache) if ctx.cache else -1
        if lock is None:
            return refresh.load(ctx, now)
        try:
            if at_once or not (self._backing_off() or self._just_read(now)):
                return self._read(lock, at_once)
            return refresh.load(ctx, now) if ctx.cache else self._last
        finally:
            linecache.unlock(lock)

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


@contextmanager
def _guarded(wanted: bool) -> Iterator[None]:
    """The guardian knows how to bring the terminal back, as long as the screen is up."""
    if wanted:
        guardian.tell(FAREWELL)
    try:
        yield
    finally:
        guardian.tell()


def run(ctx: Context, charset: Charset, log: TextIO) -> int:
    """The screen until the user leaves it; the exit code."""
    with _guarded(ctx.settings.guardian), Screen(ctx.settings.look, log) as screen:
        charset = charset._replace(emoji=charset.emoji and screen.coloured)
        poller = Poller(ctx, screen)
        state = State(refresh.load(ctx, ctx.now()), theme=ctx.settings.theme, themes=tuple(ctx.settings.themes),
                      compact=ctx.settings.compact)
        poller.start()
        try:
            return _loop(ctx, charset, screen, poller, state)
        finally:
            poller.stop()
            poller.join(1)


def _loop(ctx: Context, charset: Charset, screen: Screen, poller: Poller, state: State) -> int:
    while True:
        width, height = screen.size()
        screen.paint(frame(ctx, state, charset, ctx.now(), width, height))
        for event in screen.wait(TICK_S - time.time() % TICK_S + 0.002):
            if event.kind == "closed":
                return 129
            if event.kind == "signal":
                return exit_code(int(str(event.value)))
            state, effect = update(state, event, ctx.now(), ctx.settings.plan, width, height)
            if effect == "quit":
                return 0
            state = _effect(ctx, screen, poller, state, effect)
        state = _received(poller, state)
        if poller.bell.is_set():
            poller.bell.clear()
            screen.ring()


def _effect(ctx: Context, screen: Screen, poller: Poller, state: State, effect: str) -> State:
    if effect == "refresh":
        poller.ask()
    elif effect == "theme":
        screen.set_theme(ctx.settings.themes[state.theme])
    elif effect == "history":
        return _with_history(ctx, state)
    elif effect in ("hit", "undo"):
        return _with_hit(ctx, state, effect)
    return state


def _with_hit(ctx: Context, state: State, effect: str) -> State:
    """The limit was reached now, as the user says, or was not."""
    now = ctx.now()
    try:
        with memory.opened(ctx, memory.BACKGROUND_BUSY_MS) as kept:
            if effect == "undo":
                return _said(state, hits.taken_back(kept.undo_hit(), now, ctx.zone), now)
            said = hits.noted(*kept.note_hit(now), now, ctx.zone)
    except StoreError as err:
        return _said(state._replace(noted_at=None), str(err), now)
    return _said(state, f"{said} L again within {UNDO_S} s takes it back", now)._replace(message_until=now + UNDO_S)


def _with_history(ctx: Context, state: State) -> State:
    try:
        with memory.opened(ctx, memory.BACKGROUND_BUSY_MS) as kept:
            records, now = kept.records(), ctx.now()
            used = kept.used(records[0].block.start // 3600 * 3600, now + 1) if records else []
        return state._replace(past=history_page.gathered(records, used, ctx.zone, now))
    except StoreError as err:
        return _said(state._replace(page="dashboard"), str(err), ctx.now())


def _received(poller: Poller, state: State) -> State:
    while not poller.facts.empty():
        state = state._replace(facts=poller.facts.get(), reading=False)
    return state
