"""The full screen once its first frame stands: its loop, and what a key brings about outside."""

import time
from contextlib import suppress
from typing import Mapping, TextIO

from ccmon import line_cache
from ccmon.errors import CcmonError
from ccmon.fullscreen import keyboard
from ccmon.fullscreen.picture import Picture, View
from ccmon.fullscreen.poller import Poller
from ccmon.fullscreen.screen import Screen
from ccmon.fullscreen.screen_signals import exit_code
from ccmon.fullscreen.state import UNDO_S, ScreenState, update, with_message
from ccmon.pipeline import accounts, past_windows, present, rated, snapshots
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, opened
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.store.database import StoreError
from ccmon.system import processes
from ccmon.text import Charset
from ccmon.usage import hits
from ccmon.usage.compute import CALM_S
from ccmon.views.screen import history_page
from ccmon.views.screen.scene import Past


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
            state, effect = update(state, event, ctx.now(), snapshots.plan_of(ctx, state.facts.reported.login)[0], width, height)
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
        records = rated.rated_sessions(history, snapshots.snapshot(ctx, state.facts, now, state.plan)).records
        used = history.usage_rows(0, now + 1)
        weeks = past_windows.weeks(history, now - past_windows.COURSES_S)
    return history_page.gathered(records, used, ctx.zone, now, weeks)


def _received(ctx: Context, poller: Poller, state: ScreenState) -> ScreenState:
    """The state with the facts that the poller has handed over, and the history page with them where it can be read."""
    if poller.facts.empty():
        return state
    while not poller.facts.empty():
        state = state._replace(facts=poller.facts.get(), reading=False, is_read=True)
    with suppress(StoreError):
        return state._replace(past=_past(ctx, state)) if state.page == "history" else state
    return state
