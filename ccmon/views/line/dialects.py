"""How one line is written for each program that shows it: spelling, escapes, colours, envelopes; and the record for Claude Code.

Values have lost their control characters before they come here. `spell` takes out what could not be shown there safely,
`escape` makes what is left mean only itself: the first changes what is read, the second does not.
"""

from __future__ import annotations

from ccmon.claude_row import LATER
from ccmon.model import NEAR_PERCENT, Apart, Snapshot, Windows
from ccmon.quick_typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence
from ccmon.settings.themes import BAR, BRIGHT, DARK, LIGHT, TERMINAL, Style, Theme, ansi, hexadecimal, worn
from ccmon.text import Span, clean, clip, first_of, short_count, width
from ccmon.usage.binding import SESSION
from ccmon.usage.notices import amounts
from ccmon.usage.windows import window_named
from ccmon.views import document
from ccmon.views.layout import rate_text
from ccmon.views.line import statusline
from ccmon.when import Zone, clock_text

if TYPE_CHECKING:
    from ccmon.views.line.fields import Piece, Value

MOST_SENTENCES, SENTENCE_CELLS = 12, 500           # of a tooltip
Paint = Callable[[str, Style], str]    # text, already escaped, and its style -> text with colour
Rewrite = Callable[[str], str]


# --- spelling and escapes -----------------------------------------------------------------------------------------------

_OPENING = "({["                       # at the beginning of a value they could join an author's own $, # or %


def unchanged(value: str, *_others: object) -> str:
    """Nothing has a meaning there, and nothing is added: also for what paints and envelops."""
    return value


def for_tmux(value: str) -> str:
    """No # at all: tmux halves runs of them once or twice, depending on its version, and some versions run #(command)."""
    return value.lstrip(_OPENING).replace("#", "=")


def for_shell(value: str) -> str:
    """Safe in PS1='$(..)' and in PS1="$(..)": nothing is left that a prompt expands; dollars are named."""
    return value.lstrip(_OPENING).replace("$", "USD ").replace("\\", "/").replace("`", "'")


def for_zsh(value: str) -> str:
    """% is doubled: PROMPT expands it always."""
    return value.replace("%", "%%")


def for_pango(value: str) -> str:
    """Markup of waybar."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&#39;")


def for_polybar(value: str) -> str:
    """A tag begins with %{."""
    return value.lstrip(_OPENING).replace("%{", "%(")


def for_xbar(value: str) -> str:
    """A bar ends the text and begins parameters; three dashes begin the menu."""
    return value.replace("|", "/").replace("--", "- ")


# --- colours ------------------------------------------------------------------------------------------------------------

def _sgr(text: str, style: Style) -> str:
    begin = ansi(style, 256)
    return f"{begin}{text}\x1b[0m" if begin else text


def _bash(text: str, style: Style) -> str:
    begin = ansi(style, 256)           # between \x01 and \x02, so that readline knows the width
    return f"\x01{begin}\x02{text}\x01\x1b[0m\x02" if begin else text


def _zsh(text: str, style: Style) -> str:
    text = f"%S{text}%s" if style.reverse else text
    text = f"%B{text}%b" if style.bold else text
    return text if style.fg is None else f"%F{{{style.fg}}}{text}%f"


def _tmux(text: str, style: Style) -> str:
    """Without a colour of its own nothing but reverse: the bar's colours, whoever has set them, come back after it."""
    if style.fg is None:
        return f"#[reverse]{text}#[noreverse]" if style.reverse else text
    words = [f"fg=colour{style.fg}", *(["bold"] if style.bold else []), *(["reverse"] if style.reverse else [])]
    return f"#[{' '.join(words)}]{text}#[default]"


def _polybar(text: str, style: Style) -> str:
    text = f"%{{R}}{text}%{{R}}" if style.reverse else text
    return f"%{{F{hexadecimal(style.fg)}}}{text}%{{F-}}" if style.fg is not None else text


# --- envelopes ----------------------------------------------------------------------------------------------------------

class Extras(NamedTuple):
    """What an envelope may add to the text."""

    state: str                         # as of statusline.state_of, or error
    sentences: Sequence[str]           # the whole line, all windows, then the notices
    percent: Optional[float] = None    # of the window that binds, as all below
    colour: Optional[str] = None       # #rrggbb
    document: Mapping[str, Any] = {}   # every number
    role: str = "dim"
    name: str = ""                     # "" where nothing binds
    label: str = ""                    # "" for the session's 5 hours


def extras(snapshot: Snapshot, words: Sequence[Span], theme: Optional[Theme], zone: Zone) -> Extras:
    """All that may stand beside the text; without a theme there are no colours."""
    bound, role = snapshot.binding, statusline.tightest_role(snapshot)
    fg = theme[role].fg if theme else None
    first = [" ".join(word.text for word in words), *_windows(snapshot, zone)]
    notices = first_of([clean(notice.text) for notice in snapshot.warnings], MOST_SENTENCES - 1)
    sentences = [clip(clean(sentence), SENTENCE_CELLS) for sentence in (*first, *notices)]
    return Extras(statusline.state_of(snapshot), sentences, statusline.tightest_percent(snapshot),
                None if fg is None else hexadecimal(fg), _bounded(document.document(snapshot)), role,
                clean(bound.name) if bound else "", clean(bound.label) if bound and bound.name != SESSION else "")


def _windows(snapshot: Snapshot, zone: Zone) -> List[str]:
    """A sentence for each window of the account, the one that binds first; then what is paid beyond them."""
    bound = snapshot.binding.name if snapshot.binding else ""
    sentences = [f"{statusline.percent_of(one)}, reset {clock_text(one.resets_at, snapshot.now, zone)}"
             + (" (tightest)" if one.name == bound else "") for one in snapshot.windows]
    paid = [one for one in snapshot.credits if one.enabled and one.used is not None]
    return sentences + [f"{one.kind.replace('_', ' ')} {amounts(one)}" for one in paid]


def _bounded(numbers: Dict[str, Any]) -> Dict[str, Any]:
    """The document with no more models than a line may name: bars and prompts read it several times a minute."""
    session = numbers["session"]
    models = {"models": first_of(session["models"], statusline.MOST_MODELS)} if session else {}
    return {**numbers, "session": session and {**session, **models}}


Envelope = Callable[[str, Extras], str]


def _on_the_bar(text: str, _extras: Extras) -> str:
    """What has colours stands on the ground of the bar, not on that of a theme's words before it."""
    return f"#[default]{text}" if "#[" in text else text


def _waybar(text: str, extras: Extras) -> str:
    kinds = [extras.state] if extras.percent is None else [extras.role, extras.state]
    return _object(text=text, alt=extras.name or extras.state, tooltip=for_pango("\n".join(extras.sentences)), **{"class": kinds},
                   percentage=min(100, int(extras.percent or 0)))


def _i3blocks(text: str, extras: Extras) -> str:
    short = "CC" if extras.percent is None else f"{extras.label} {int(extras.percent)}%{statusline.mark(extras.percent)}".lstrip()
    return _object(full_text=text, short_text=short, **({"color": extras.colour} if extras.colour else {}))


def _xbar(text: str, extras: Extras) -> str:
    return f"{text} | color={extras.colour}" if extras.colour and "|" not in text else text


def _json(text: str, extras: Extras) -> str:
    return _object(text=text, state=extras.state, **extras.document)


def _object(**fields: Any) -> str:
    import json
    return json.dumps(fields, ensure_ascii=False)


# --- the table ----------------------------------------------------------------------------------------------------------

_SGR = r"\x1b\[[0-9;:]*m"
_NEVER = r"(?!)"


class Dialect(NamedTuple):
    """One program that shows the line."""

    spell: Rewrite = unchanged
    escape: Rewrite = unchanged
    paint: Paint = unchanged
    envelope: Envelope = unchanged
    markup: str = _NEVER               # pattern of an author's own markup, which takes no cells
    single: str = _NEVER               # pattern of what takes one cell
    ground: str = TERMINAL             # whose ground it is on, as themes.py has it


_TMUX = Dialect(for_tmux, paint=_tmux, markup=r"#\[[^\]]*\]|#\{[^{}]*\}|#\([^)]*\)", single="##", ground=BAR)

DIALECTS: Dict[str, Dialect] = {
    "plain": Dialect(markup=_SGR),
    "ansi": Dialect(paint=_sgr, markup=_SGR),
    "tmux": _TMUX,
    "tmuxdark": _TMUX._replace(envelope=_on_the_bar, ground=DARK),
    "tmuxlight": _TMUX._replace(envelope=_on_the_bar, ground=LIGHT),
    "tmuxbright": _TMUX._replace(envelope=_on_the_bar, ground=BRIGHT),
    "bash": Dialect(for_shell, paint=_bash, markup=r"\x01[^\x02]*\x02|\\\[.*?\\\]|" + _SGR),
    "zsh": Dialect(for_shell, for_zsh, _zsh, markup=r"%\{.*?%\}|%[FK]\{[^{}]*\}|%[fkBbUuSs]", single="%%"),
    "fish": Dialect(paint=_sgr, markup=_SGR),
    "starship": Dialect(markup=_SGR),
    "waybar": Dialect(escape=for_pango, envelope=_waybar, markup=r"<[^<>]*>", single=r"&#?\w+;", ground=BAR),
    "i3blocks": Dialect(envelope=_i3blocks, ground=BAR),
    "polybar": Dialect(for_polybar, paint=_polybar, markup=r"%\{[^{}]*\}", ground=BAR),
    "xbar": Dialect(for_xbar, envelope=_xbar, markup=r"\|[^{}]*", ground=BAR),
    "json": Dialect(envelope=_json),
    "claude": Dialect(paint=_sgr, markup=_SGR),
}


def painted(word: Span, dialect: Dialect, theme: Optional[Theme]) -> str:
    """A word of the line, harmless and in its colour; without a theme there are no colours."""
    text = dialect.escape(dialect.spell(clean(word.text)))
    return dialect.paint(text, worn(theme.get(word.role, Style()), word.text)) if theme and text.strip() else text


# --- the record for Claude Code's row: claude_row.py joins it with what Claude Code reports with the call ---------------------

RECORD = "\x1e"                        # as in RFC 7464; no line begins so
_LEVELS = (0, 50, NEAR_PERCENT, 100)


def words_record(snapshot: Snapshot, zone: Zone, theme: Optional[Theme], unicode: bool, cells: Optional[int]) -> str:
    """The record of the usual row; cells when the user limited it."""
    words, credit = statusline.session_words(snapshot, zone), statusline.usable_credit(snapshot)
    return _written(snapshot, cells, gap=" · " if unicode else " | ", strong=_sgr_of("value", theme),
                    levels=[[least, _sgr_of(statusline.role_of(least), theme)] for least in _LEVELS],
                    words=_coloured([_joined(words[:2]), *words[2:]], theme),
                    beside=_coloured(_beside(snapshot, words), theme), **_ahead(snapshot, zone, theme),
                    **_some(extra=credit and statusline.extra_words(credit)))


def template_record(pieces: Sequence[Piece], snapshot: Snapshot, zone: Zone, value: Value, cells: Optional[int]) -> str:
    """The record of an author's template; a piece of -1 cells names a field of claude_row.py, and only those need more."""
    later = [piece.written for piece in pieces if piece.cells == LATER]
    values = {field: value(field, None, 0) for field in later if _by_tokens(snapshot) and field.startswith("binding")}
    resets = {one.resets_at for windows in (snapshot.windows, *snapshot.apart.accounts) for one in windows}
    clocks = {str(at): clock_text(at, snapshot.now, zone) for at in sorted(resets)}
    return _written(snapshot, cells, pieces=[list(piece) for piece in pieces],
                    **_some(said=values, clocks=any(field.endswith(".reset") for field in later) and clocks))


def error_record(sentence: str, cells: Optional[int]) -> str:
    """The record that says what is wrong; every character of it takes one cell."""
    narrow = "".join(char if width(char) == 1 else "?" for char in sentence)
    import json
    return RECORD + json.dumps({"error": narrow, **_some(cells=cells)})


def _by_tokens(snapshot: Snapshot) -> bool:
    """Whether only tokens say how full the session is that binds."""
    return snapshot.binding is not None and window_named(snapshot.windows, snapshot.binding.name) is None


def _written(snapshot: Snapshot, cells: Optional[int], **more: Any) -> str:
    bound = snapshot.binding
    binding = bound.name if bound and bound.why != "session" else ""
    return RECORD + _object(**settled(snapshot.windows, snapshot.apart),
                            **_some(binding=binding, by_tokens=_by_tokens(snapshot)), **more, **_some(cells=cells))


def _some(**fields: Any) -> Dict[str, Any]:
    """Only what there is."""
    return {name: value for name, value in fields.items() if value}


def settled(windows: Windows, apart: Apart) -> Dict[str, Any]:
    """The windows as the row reads them, with every call."""
    return {"official": _percents(windows), **_some(others=list(map(_percents, apart.accounts)), stale=apart.stale)}


def _percents(windows: Windows) -> Dict[str, Any]:
    return {one.name: [one.percent, one.resets_at] for one in windows}


def _beside(snapshot: Snapshot, words: Sequence[Span]) -> List[Span]:
    """The words where the official percentage stands: how much is used, how fast, and what is wrong."""
    state = statusline.state_of(snapshot)
    if state in statusline.EMPTY:
        return [_joined(words[:2])] if state != "none" else []
    shown = [words[-1]] if state == "stale" else []
    if snapshot.active and snapshot.session is not None:
        used = Span(short_count(snapshot.session.tokens) + " tokens", "value")
        shown = [used, Span(rate_text(snapshot.burn_per_min) + "/min", "label"), *shown]
    return shown


def _ahead(snapshot: Snapshot, zone: Zone, theme: Optional[Theme]) -> Dict[str, Any]:
    """What is ahead of the window that binds, where Claude has reported how full it is: its name, reset, words and colour."""
    bound = snapshot.binding
    one = bound and window_named(snapshot.windows, bound.name)
    words = statusline.ahead(snapshot, zone)
    return {"ahead": [one.name, one.resets_at, *_coloured([_joined(words)], theme)[0]]} if one and words else {}


def _joined(words: Sequence[Span]) -> Span:
    return Span(" ".join(word.text for word in words), words[-1].role)


def _coloured(words: Sequence[Span], theme: Optional[Theme]) -> List[List[str]]:
    return [[clean(word.text), _sgr_of(word.role, theme)] for word in words]


def _sgr_of(role: str, theme: Optional[Theme]) -> str:
    return ansi(theme.get(role, Style()), 256) if theme else ""
