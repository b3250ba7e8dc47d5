"""The record that a refresh leaves for Claude Code's row: ccmon's words, colours and official percentages, as JSON.

claude_row.py joins it with what Claude Code reports with the call.
"""

from typing import Any, Dict, List, Optional, Sequence

from ccmon import text
from ccmon.claude_row import LATER
from ccmon.model import NEAR_PERCENT, Apart, Snapshot, Windows
from ccmon.settings.themes import Style, Theme, ansi
from ccmon.text import Span
from ccmon.usage.windows import window_named
from ccmon.views.layout import rate_text
from ccmon.views.line import statusline
from ccmon.views.line.fields import Piece, Value
from ccmon.when import Zone, clock_text

RECORD = "\x1e"                        # as in RFC 7464; no line begins so
_LEVELS = (0, 50, NEAR_PERCENT, 100)


def words_record(snapshot: Snapshot, zone: Zone, theme: Optional[Theme], unicode: bool, cells: Optional[int]) -> str:
    """The record of the usual row; cells when the user limited it."""
    words, credit = statusline.session_words(snapshot, zone), statusline.usable_credit(snapshot)
    return _written(snapshot, cells, gap=" · " if unicode else " | ", strong=_sgr("value", theme),
                    levels=[[least, _sgr(statusline.role_of(least), theme)] for least in _LEVELS],
                    words=_coloured([_joined(words[:2]), *words[2:]], theme),
                    beside=_coloured(_beside(snapshot, words), theme), **_ahead(snapshot, zone, theme),
                    **({"extra": statusline.extra_words(credit)} if credit else {}))


def template_record(pieces: Sequence[Piece], snapshot: Snapshot, zone: Zone, value: Value, cells: Optional[int]) -> str:
    """The record of an author's template; a piece of -1 cells names a field of claude_row.py, and only those need more."""
    later = [piece.written for piece in pieces if piece.cells == LATER]
    values = {field: value(field, None, 0) for field in later if _by_tokens(snapshot) and field.startswith("binding")}
    resets = {one.resets_at for windows in (snapshot.windows, *snapshot.apart.accounts) for one in windows}
    clocks = {str(at): clock_text(at, snapshot.now, zone) for at in sorted(resets)}
    return _written(snapshot, cells, pieces=[list(piece) for piece in pieces], **({"said": values} if values else {}),
                    **({"clocks": clocks} if any(field.endswith(".reset") for field in later) else {}))


def error_record(sentence: str, cells: Optional[int]) -> str:
    """The record that says what is wrong; every character of it takes one cell."""
    narrow = "".join(char if text.width(char) == 1 else "?" for char in sentence)
    import json
    return RECORD + json.dumps({"error": narrow, **({"cells": cells} if cells else {})})


def _by_tokens(snapshot: Snapshot) -> bool:
    """Whether only tokens say how full the session is that binds."""
    return snapshot.binding is not None and window_named(snapshot.windows, snapshot.binding.name) is None


def _written(snapshot: Snapshot, cells: Optional[int], **more: Any) -> str:
    binds = {"binding": snapshot.binding.name} if snapshot.binding and snapshot.binding.why != "session" else {}
    by_tokens = {"by_tokens": True} if _by_tokens(snapshot) else {}
    fields = {**settled(snapshot.windows, snapshot.apart), **binds, **by_tokens, **more, **({"cells": cells} if cells else {})}
    import json
    return RECORD + json.dumps(fields, ensure_ascii=False)


def settled(windows: Windows, apart: Apart) -> Dict[str, Any]:
    """The windows as the row reads them, with every call: only what there is."""
    return {"official": _windows(windows), **({"others": list(map(_windows, apart.accounts))} if apart.accounts else {}),
            **({"stale": apart.stale} if apart.stale else {})}


def _windows(windows: Windows) -> Dict[str, Any]:
    return {one.name: [one.percent, one.resets_at] for one in windows}


def _beside(snapshot: Snapshot, words: Sequence[Span]) -> List[Span]:
    """The words where the official percentage stands: how much is used, how fast, and what is wrong."""
    state = statusline.state_of(snapshot)
    if state in statusline.EMPTY:
        return [_joined(words[:2])] if state != "none" else []
    shown = [words[-1]] if state == "stale" else []
    if snapshot.active and snapshot.session is not None:
        used = Span(text.short_count(snapshot.session.tokens) + " tokens", "value")
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
    return [[text.clean(word.text), _sgr(word.role, theme)] for word in words]


def _sgr(role: str, theme: Optional[Theme]) -> str:
    return ansi(theme.get(role, Style()), 256) if theme else ""
