"""How lines reach the user: which colours and characters standard output takes, its size, the pager, and what goes wrong.

What only some calls need is loaded there: ccmon starts several times a minute.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache

from ccmon import line_answer, streams
from ccmon.quick_typing import TYPE_CHECKING, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, TextIO
from ccmon.settings import ini_sections, themes
from ccmon.settings.context import Context
from ccmon.settings.ini_sections import Setting
from ccmon.settings.themes import Fitting
from ccmon.system import processes
from ccmon.text import OWN_NAME, Charset, Line, clip, pad, plain, with_name

if TYPE_CHECKING:
    import locale

    from ccmon.pipeline.stored import StoreAccess
else:
    try:
        import _locale as locale  # private: the part of the C library, without what needs re
    except ImportError:
        import locale

PAGERS = ("less", "more")
MOST_COLUMNS, MOST_ROWS = 1000, 500    # COLUMNS may be anything
WAIT_S, WAIT_FAR_S = 0.1, 0.3          # for the terminal's answer; over ssh

_UTF8_ON_MACS = "en_US.UTF-8"               # C.UTF-8 is there from macOS 15 on
_UTF8_LOCALES = ("C.UTF-8", _UTF8_ON_MACS, "UTF-8")        # the last one macOS and the BSDs have, for the characters alone

def colours(ctx: Context, stream: TextIO) -> int:
    """How many colours the stream is given: 0, 8, 16 or 256."""
    env = ctx.env
    if colourless(ctx) or env.get("TERM", "dumb") == "dumb":
        return 0
    if not (stream.isatty() or env.get("FORCE_COLOR")):
        return 0
    if "256" in env.get("TERM", "") or env.get("COLORTERM"):
        return 256
    return 16 if "16color" in env.get("TERM", "") else 8


def colourless(ctx: Context) -> bool:
    """Whether the user wants no colours anywhere."""
    return bool(ctx.env.get("NO_COLOR")) or ctx.env.get("CLICOLOR") == "0"


def charset(ctx: Context, stream: Optional[TextIO]) -> Charset:
    """The characters that the stream and the settings allow."""
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    wide = encoding.startswith("utf") and utf8() and not ctx.settings.ascii
    coloured = not colourless(ctx) and not themes.colourless(ctx.settings.theme_in_force)
    return Charset(wide, wide and coloured and ctx.settings.emoji)


def painted(ctx: Context, lines: Sequence[Line]) -> Iterator[str]:
    """The lines as standard output takes them, with colours or plain."""
    number = colours(ctx, sys.stdout)
    theme = ctx.settings.themes[theme_shown(ctx).theme] if number else {}
    for line in lines:
        yield themes.sgr_line(line, theme, number) if number else plain(line)


def theme_shown(ctx: Context) -> Fitting:
    """The theme that is set, else the one that fits the terminal, which is asked once."""
    settings = ctx.settings
    return Fitting(settings.theme, "it is set") if settings.theme_is_set else fitting_theme(ctx.callers_env)


def fitting_theme(env: Mapping[str, str]) -> Fitting:
    """The theme for the terminal of standard input and output, where there is one."""
    return themes.fitting(_background(env.get("TERM", ""), WAIT_FAR_S if env.get("SSH_CONNECTION") else WAIT_S), env)


def with_theme(settings: Iterable[Setting], env: Mapping[str, str]) -> List[Setting]:
    """The settings, on a terminal with the theme that fits it, where none is set."""
    is_coloured = sys.stdout.isatty() and not env.get("NO_COLOR")
    return list(ini_sections.with_theme(settings, *fitting_theme(env)) if is_coloured else settings)


@lru_cache(maxsize=None)
def _background(term: str, wait_s: float) -> Optional[str]:
    """#rrggbb, where the terminal answers in time."""
    from ccmon.fullscreen import terminal
    is_asked = term.startswith(terminal.XTERM_LIKE) and os.name == "posix" and sys.stdin and sys.stdin.isatty()
    if not (is_asked and sys.stdout.isatty() and terminal.in_front()):
        return None
    sys.stdout.flush()
    return themes.background_of(terminal.background(wait_s))


class Size(NamedTuple):
    """Cells of the terminal."""

    columns: int
    rows: int


def size() -> Size:
    """Of the terminal, or by COLUMNS and LINES, within reason; 80x24 where there is none."""
    columns, rows = streams.size()
    return Size(min(columns or 80, MOST_COLUMNS), min(rows or 24, MOST_ROWS))


def show(ctx: Context, lines: Sequence[Line], pager: bool, paged: Optional[Sequence[Line]] = None) -> None:
    """Print the lines; through the user's pager when that is wanted, and they are more than a terminal shows.

    paged: what the pager has instead. It begins above, a terminal ends below: what is newest is there in either.
    """
    rows = list(painted(ctx, with_own_command(lines)))
    in_pager = rows if paged is None else list(painted(ctx, with_own_command(paged)))
    show_text(ctx.env, rows, in_pager if pager else ())


def show_text(env: Mapping[str, str], rows: Sequence[str], in_pager: Optional[Sequence[str]] = None) -> None:
    """Print plain rows; on a terminal that is too small for them, these or others through the pager, where there are any."""
    shown = rows if in_pager is None else in_pager
    if not (shown and sys.stdout.isatty() and len(rows) >= size().rows and _paged(env, shown)):
        for row in rows:
            print(row)


def _paged(env: Mapping[str, str], rows: Sequence[str]) -> bool:
    """Show them in the pager; False when there is none."""
    words = _pager(env)
    if not words:
        return False
    import signal
    from subprocess import PIPE, Popen
    sys.stdout.flush()
    try:
        process = Popen(words, stdin=PIPE, env={"LESS": "FRX", "LV": "-c", **processes.environment(env)})  # own, no shell  # nosec B603
    except OSError:
        return False
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)       # Ctrl-C is the pager's
    try:
        with suppress(OSError):        # it may be left before it has read everything
            assert process.stdin is not None
            process.stdin.write("".join(f"{row}\n" for row in rows).encode(sys.stdout.encoding or "utf-8", "replace"))
            process.stdin.close()
        return process.wait() not in (126, 127)
    finally:
        signal.signal(signal.SIGINT, interrupt)


def _pager(env: Mapping[str, str]) -> List[str]:
    """PAGER as words; less or more when it is not set, nothing when it is empty, cat or not there."""
    wanted = env.get("PAGER")
    if wanted is None:
        return next(([path] for path in (processes.which(name, env) for name in PAGERS) if path), [])
    try:
        words = processes.split(wanted)
    except ValueError:
        return []
    path = processes.which(words[0], env) if words and words[0] != "cat" else None
    return [path, *words[1:]] if path else []


class Progress:
    """How far a long work has come: one row on stderr, where that is a terminal; gone when the work is over."""

    def __init__(self, ctx: Context, words: str) -> None:
        self.words, self.charset = words, charset(ctx, sys.stderr)
        self.can_show = bool(sys.stderr and sys.stderr.isatty()) and ctx.env.get("TERM", "dumb") != "dumb"
        self.is_shown = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_shown:
            self._write("\r\x1b[K")

    def __call__(self, done: float, words: str = "") -> None:
        """done is 0..1; words stand for those that were given first."""
        self.is_shown = self.can_show
        full, empty = ("█", "─") if self.charset.unicode else ("#", ".")
        filled = round(20 * done)
        self._write(f"\r{full * filled}{empty * (20 - filled)} {100 * done:3.0f} %  {pad(clip(words or self.words, 40), 40)}")

    def _write(self, text: str) -> None:
        if self.can_show:
            with suppress(OSError):
                sys.stderr.write(text)
                sys.stderr.flush()


def read_logs(ctx: Context, stored: "Optional[StoreAccess]" = None) -> None:
    """Bring what the history lacks of the logs into it, before it is shown; seen by the history that is open, where one is."""
    from ccmon.pipeline.catch_up import catch_up
    from ccmon.pipeline.stored import SCREEN_BUSY_MS, StoreAccess, opened
    if stored is None:
        with opened(ctx, SCREEN_BUSY_MS, StoreAccess) as own:
            return read_logs(ctx, own)
    with Progress(ctx, "reading the logs") as progress:
        catch_up(ctx, stored, progress)


def with_own_command(lines: Sequence[Line]) -> Sequence[Line]:
    """The same of lines; where the name is longer, so are they."""
    name = processes.own_command(os.environ)
    return lines if name == OWN_NAME else [
        tuple(span._replace(text=with_name(span.text, name)) for span in line) for line in lines]


# --- the locale --------------------------------------------------------------------------------------------------------

def utf8() -> bool:
    """Whether UTF-8 is drawn, as the variables name it; sets the locale, as curses needs it.

    Names alone count, as for the line: ssh hands over locales that the machine has not, and Python's UTF-8 mode means UTF-8
    under LC_ALL=C. Only where the C library has no UTF-8 at all it is not drawn, as curses would paint blanks.
    """
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    if os.name != "posix":
        return sys.stdout.encoding.lower() in ("utf-8", "utf8")
    if not line_answer.is_utf8(os.environ):
        return False
    return _is_utf8_in_force() or any(map(_put_locale_in_force, _UTF8_LOCALES))


def installed_locale() -> str:
    """A locale of UTF-8 that this machine has, for LC_ALL."""
    if sys.platform == "darwin":
        return _UTF8_ON_MACS
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return next(filter(_put_locale_in_force, _UTF8_LOCALES[:2]), _UTF8_LOCALES[0])
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _put_locale_in_force(name: str) -> bool:
    """Take the characters of the locale; whether that is possible, and they are UTF-8."""
    with suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, name)
        return _is_utf8_in_force()
    return False


def _is_utf8_in_force() -> bool:
    return locale.nl_langinfo(locale.CODESET).lower() in ("utf-8", "utf8")
