"""The full screen from its beginning: the first frame is of what is stored, and all that it can do without is loaded after it."""

from contextlib import contextmanager
from typing import Iterator, TextIO

from ccmon.fullscreen import guardian
from ccmon.fullscreen.picture import Picture, View
from ccmon.fullscreen.screen import Screen
from ccmon.fullscreen.state import ScreenState
from ccmon.fullscreen.terminal import FAREWELL
from ccmon.pipeline import present
from ccmon.settings.context import Context
from ccmon.settings.themes import fitting
from ccmon.text import Charset


@contextmanager
def _guarded(wanted: bool) -> Iterator[None]:
    """The guardian knows how to bring the terminal back, as long as the screen is up; where none is wanted it goes at once."""
    if wanted:
        guardian.send(FAREWELL)
    else:
        guardian.dismiss()
    try:
        yield
    finally:
        guardian.dismiss()


def run(ctx: Context, charset: Charset, log: TextIO) -> int:
    """The screen until the user leaves it; the exit code."""
    settings = ctx.settings
    theme = settings.theme if settings.theme_is_set else fitting(None, ctx.callers_env).theme
    with _guarded(settings.guardian), Screen(settings.themes[theme], log) as screen:
        charset = charset._replace(emoji=charset.emoji and screen.coloured)
        state = ScreenState(present.load(ctx, ctx.now()), theme=theme, is_theme_sought=not settings.theme_is_set,
                      themes=tuple(settings.themes), compact=settings.compact)
        picture = Picture()
        screen.paint(picture.lines(View(ctx, state, charset, *screen.size()), ctx.now()))
        from ccmon.fullscreen import live  # what reads, learns and tells: nobody should wait for it
        return live.run(ctx, screen, charset, state, picture, log)
