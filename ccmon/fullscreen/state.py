"""What the full screen shows, and the pure step from an event to the next state and an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence, Tuple

from ccmon.model import Facts
from ccmon.named_tuple import NamedTuple
from ccmon.settings.themes import THEMES, USUAL, theme_on
from ccmon.typed_values import PLAN_NAMES
from ccmon.views.screen.scene import NO_PAST, Page, Past

if TYPE_CHECKING:
    from ccmon.fullscreen.keys import ScreenEvent

MESSAGE_S = 4
UNDO_S = 10


class ScreenState(NamedTuple):
    """What the screen shows and how."""

    facts: Facts
    page: str = "dashboard"            # dashboard | history | help
    plan: Optional[str] = None         # chosen with p, for this window only
    theme: str = USUAL
    is_theme_sought: bool = False      # none is set: the terminal's background says which
    themes: Tuple[str, ...] = tuple(THEMES)        # what t goes through
    compact: bool = False
    reading: bool = True               # a refresh is under way
    is_read: bool = False              # one has come to its end since the screen is up
    past: Past = NO_PAST
    history_view: Page = Page()        # what the history page shows
    message: str = ""
    message_until: int = 0             # epoch s
    noted_at: Optional[int] = None     # epoch s when L was pressed; it takes that back for a while


def update(state: ScreenState, event: ScreenEvent, now: int, asked: str, width: int, height: int) -> Tuple[ScreenState, str]:
    """The next state and an effect: "", quit, refresh, history, theme, account, hit or undo. `asked` is the settings' plan."""
    if event.kind == "paste":
        return with_message(state, "Pasted text was left out", now), ""
    if event.kind == "background" and state.is_theme_sought:
        theme = theme_on(str(event.value))
        return state._replace(theme=theme), "theme" if theme != state.theme else ""
    if event.kind != "key":
        return state, ""
    key = event.value
    if key == "q":
        return (state, "quit") if state.page == "dashboard" else (state._replace(page="dashboard"), "")
    if key == "esc":
        return state._replace(page="dashboard", message=""), ""
    if state.page == "history":
        from ccmon.views.screen import pages  # only for those who go there: the first frame does without
        state = state._replace(history_view=pages.after_key(state.history_view, str(key), state.past, width, height))
    return _command(state, str(key), now, asked)


def _command(state: ScreenState, key: str, now: int, asked: str) -> Tuple[ScreenState, str]:
    if key == "r":
        return with_message(state, "Reading the usage ...", now)._replace(reading=True), "refresh"
    if key == "p":
        plan = next_name(state.plan or asked, PLAN_NAMES if asked in PLAN_NAMES else (asked, *PLAN_NAMES))
        if plan == asked:              # back to the settings, whatever limit they name
            return with_message(state._replace(plan=None), f"Plan {plan}, as set", now), ""
        words = f"Plan {plan} in this window. For good: ccmon config set plan {plan}"
        return with_message(state._replace(plan=plan), words, now), ""
    if key == "t":
        theme = next_name(state.theme, state.themes)
        state = state._replace(theme=theme, is_theme_sought=False)
        return with_message(state, f"Theme {theme}. For good: ccmon config set theme {theme}", now), "theme"
    if key == "L":
        undo = state.noted_at is not None and 0 <= now - state.noted_at <= UNDO_S
        return state._replace(noted_at=None if undo else now), "undo" if undo else "hit"
    if key == "a":
        return state, "account"
    if key == "c":
        return state._replace(compact=not state.compact), ""
    if key == "h":
        page = "dashboard" if state.page == "history" else "history"
        state = state._replace(page=page, history_view=state.history_view._replace(offset=0))
        return state, "history" if page == "history" else ""
    if key == "?":
        return state._replace(page="dashboard" if state.page == "help" else "help"), ""
    return state, ""


def with_message(state: ScreenState, message: str, now: int) -> ScreenState:
    """The state with a message for a few seconds."""
    return state._replace(message=message, message_until=now + MESSAGE_S)


def next_name(name: str, names: Sequence[str]) -> str:
    """The next name of a list, in a circle."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
