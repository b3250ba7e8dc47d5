"""The full screen from its beginning: what it shows, the pure step from an event to the next state and an effect, and its
frames, made no more often than they can change; the first is of what is stored.

All that the first frame can do without is loaded after it.
"""

from __future__ import annotations

from ccmon import when
from ccmon.fullscreen import guardian
from ccmon.fullscreen.screen import Screen
from ccmon.fullscreen.terminal import FAREWELL
from ccmon.model import Facts, Snapshot, Source
from ccmon.pipeline import present
from ccmon.quick_typing import TYPE_CHECKING, List, NamedTuple, Optional, Sequence, TextIO, Tuple
from ccmon.settings.context import Context
from ccmon.settings.themes import THEMES, USUAL, colourless, fitting, theme_on
from ccmon.system import processes
from ccmon.text import Charset, Line, with_name
from ccmon.typed_values import PLAN_NAMES
from ccmon.usage.compute import next_edge
from ccmon.views.screen import dashboard, foot
from ccmon.views.screen.scene import NO_PAST, Page, Past, Scene

if TYPE_CHECKING:
    from ccmon.fullscreen.keys import ScreenEvent

SECOND_S, MINUTE_S = 1, 60
SNAPSHOT_S = 60                        # so long the numbers of the same facts stand; the time left is always of now
LINES_S = 10                           # so long the lines of the same numbers stand, but for the clock and the source's age
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


# --- frames -------------------------------------------------------------------------------------------------------------

class View(NamedTuple):
    """What a frame is made from, but for the time."""

    ctx: Context
    state: ScreenState
    charset: Charset
    width: int                         # cells
    height: int
    is_calm: bool = False              # nothing has been used for a while


class _Drawn(NamedTuple):
    view: View
    snapshot: Snapshot
    at: int                            # epoch s
    until: float                       # epoch s: from then on all of it may be another
    ticking: Tuple[str, str]           # the clock, in its first line, and the source's age, in the last one
    lines: List[Line]


class Picture:
    """The frames of one screen, one after the other."""

    def __init__(self) -> None:
        self._seen: Optional[_Drawn] = None
        self._snapshot: Optional[Snapshot] = None
        self._snapshot_of: object = None
        self._snapshot_until = 0.0     # epoch s

    def lines(self, view: View, now: int, checked_at: int = 0) -> List[Line]:
        """The screen at `now`; checked_at: when the facts were last the newest ones (both epoch s)."""
        source = view.state.facts.reported.source
        if source.refreshed is not None and source.refreshed < checked_at <= now:
            source = source._replace(refreshed=checked_at)
        snapshot = self._snapshot_at(view, now, source)
        status = foot.source_words(source, now, view.state.reading, snapshot.active and not view.is_calm)
        ticking = when.second_text(now, view.ctx.zone), status
        seen = self._seen
        if (seen and seen.lines and (seen.view, seen.snapshot) == (view, snapshot) and seen.at <= now < seen.until
                and list(map(len, seen.ticking)) == list(map(len, ticking))):
            lines = _ticked(seen.lines, seen.ticking, ticking)
            self._seen = seen._replace(ticking=ticking, lines=lines)
        else:
            lines = _made(view, snapshot._replace(now=now), status)
            self._seen = _Drawn(view, snapshot, now, self._until(view, lines, ticking, now), ticking, lines)
        return lines

    def changes_in_s(self, now_s: float) -> float:
        """How long (s) the last frame can stand if nothing happens: to the next second where it shows any, else to the minute."""
        seen = self._seen
        ticks = seen is None or seen.view.state.message_until > now_s or _shows_seconds(seen.lines)
        step = SECOND_S if ticks else MINUTE_S
        return step - now_s % step + 0.002

    def _snapshot_at(self, view: View, now: int, source: Source) -> Snapshot:
        of = view.ctx, view.state.facts, view.state.plan
        if self._snapshot is None or self._snapshot_of != of or not self._snapshot.now <= now < self._snapshot_until:
            self._snapshot = present.snapshot(view.ctx, view.state.facts.with_source(source), now, view.state.plan)
            self._snapshot_of = of
            self._snapshot_until = min(now + SNAPSHOT_S, next_edge(view.state.facts, now))
        return self._snapshot

    def _until(self, view: View, lines: List[Line], ticking: Tuple[str, str], now: int) -> float:
        message_until = view.state.message_until if view.state.message_until > now else now + LINES_S
        others = _ticked(lines, ticking, ("", ""))
        return min(now + (SECOND_S if _shows_seconds(others) else LINES_S), self._snapshot_until, message_until)


def _ticked(lines: List[Line], before: Tuple[str, str], ticking: Tuple[str, str]) -> List[Line]:
    """The lines with another clock and age instead of those before."""
    changed = list(lines)
    for at, old, new in zip((0, -1), before, ticking):
        if lines and old != new:
            changed[at] = tuple(span._replace(text=span.text.replace(old, new)) for span in changed[at])
    return changed


def _shows_seconds(lines: List[Line]) -> bool:
    return any(_has_seconds("".join(span.text for span in line)) for line in lines)


def _has_seconds(text: str) -> bool:
    """Whether 1:02:03, 5 s or 5s stands in it; without re, which would hold the first frame up."""
    words = [word.strip(".,;()") for word in text.split()]
    clocks = (word.split(":") for word in words)
    return (any(word.endswith("s") and (before + word)[:-1][-1:].isdigit() for before, word in zip(["", *words], words))
            or any(len(clock) == 3 and clock[1].isdigit() and clock[2][:2].isdigit() for clock in clocks))


def _made(view: View, snapshot: Snapshot, status: str) -> List[Line]:
    ctx, state, now = view.ctx, view.state, snapshot.now
    charset = view.charset._replace(emoji=view.charset.emoji and not colourless(ctx.settings.themes[state.theme]))
    message = state.message if 0 < state.message_until - now <= UNDO_S else ""      # also when the clock was set back
    name = ctx.chosen.name if ctx.chosen else ""
    command = processes.own_command(ctx.callers_env)
    scene = Scene(snapshot, ctx.zone, charset, status, with_name(message, command), state.compact, name,
                  command, ctx.zone_hint(now), state.reading and not state.is_read, snapshot.active and not view.is_calm)
    if state.page == "dashboard":
        return dashboard.render(scene, view.width, view.height)
    from ccmon.views.screen import pages  # not for the first frame
    if state.page == "help":
        return pages.help_page(scene, view.width, view.height)
    return pages.history_page(scene, state.past, state.history_view, view.width, view.height)


# --- the beginning ------------------------------------------------------------------------------------------------------

def run(ctx: Context, charset: Charset, log: TextIO) -> int:
    """The screen until the user leaves it; the exit code."""
    settings = ctx.settings
    theme = settings.theme if settings.theme_is_set else fitting(None, ctx.callers_env).theme
    if settings.guardian:              # it knows how to bring the terminal back, as long as the screen is up
        guardian.send(FAREWELL)
    else:
        guardian.dismiss()
    try:
        with Screen(settings.themes[theme], log) as screen:
            charset = charset._replace(emoji=charset.emoji and screen.coloured)
            state = ScreenState(present.load(ctx, ctx.now()), theme=theme, is_theme_sought=not settings.theme_is_set,
                          themes=tuple(settings.themes), compact=settings.compact)
            picture = Picture()
            screen.paint(picture.lines(View(ctx, state, charset, *screen.size()), ctx.now()))
            from ccmon.fullscreen import live  # what reads, learns and tells: nobody should wait for it
            return live.run(ctx, screen, charset, state, picture, log)
    finally:
        guardian.dismiss()
