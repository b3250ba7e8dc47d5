"""How one line is written for each program that shows it: spelling, escapes, colours, and the envelope around the text.

Values have lost their control characters before they come here. `spell` takes out what could not be shown there safely,
`escape` makes what is left mean only itself: the first changes what is read, the second does not.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ccmon.model import Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.settings.themes import BAR, BRIGHT, DARK, LIGHT, TERMINAL, Style, Theme, ansi, hexadecimal, worn
from ccmon.text import Span, clean, clip, first_of
from ccmon.usage.binding import SESSION
from ccmon.usage.notices import amounts
from ccmon.views import document
from ccmon.views.line import statusline
from ccmon.when import Zone, clock_text

MOST_SENTENCES, SENTENCE_CELLS = 12, 500           # of a tooltip
Paint = Callable[[str, Style], str]    # text, already escaped, and its style -> text with colour
Rewrite = Callable[[str], str]


# --- spelling and escapes -----------------------------------------------------------------------------------------------

_OPENING = "({["                       # at the beginning of a value they could join an author's own $, # or %


def unchanged(value: str) -> str:
    """Nothing has a meaning there."""
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

def _none(text: str, _style: Style) -> str:
    return text


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


def _bare(text: str, _extras: Extras) -> str:
    return text


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
    paint: Paint = _none
    envelope: Envelope = _bare
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
    "claude": Dialect(paint=_sgr, markup=_SGR),          # see claude_record.py
}


def painted(word: Span, dialect: Dialect, theme: Optional[Theme]) -> str:
    """A word of the line, harmless and in its colour; without a theme there are no colours."""
    text = dialect.escape(dialect.spell(clean(word.text)))
    return dialect.paint(text, worn(theme.get(word.role, Style()), word.text)) if theme and text.strip() else text
