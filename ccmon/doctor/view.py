"""`ccmon doctor` as lines and as a document: one row a topic, below it the command that mends it."""

import re
from typing import Any, Dict, Iterator, List, Optional

from ccmon import text
from ccmon.doctor.check import FAULT, HINT, OK, Check, exit_code, summary
from ccmon.text import Line, Span, pad, printable, width

STATES = {OK: "ok", HINT: "warn", FAULT: "danger"}             # roles
_STATE_CELLS, _TOPIC_CELLS = 7, 13
_NAMES_COMMAND = "ccmon init "          # whole: it is copied
_WORDS = re.compile(r"(?:'[^']*'|\"[^\"]*\"|\$\([^)]*\)|[^\s'\"])+")       # of a shell: what is quoted stays together


def lines(checks: List[Check], home: Optional[str], cells: int) -> List[Line]:
    """Nothing is wider than asked, but for a word of a command that has to be: it is copied whole."""
    out = [line for check in checks for line in _rows(check, home or "", cells)]
    role = STATES[FAULT] if exit_code(checks) else STATES[OK]
    return [*out, (Span(""),), text.clip_line((Span(summary(checks), role),), cells)]


def _rows(check: Check, home: str, cells: int) -> Iterator[Line]:
    begin = (Span(pad(check.state, _STATE_CELLS), STATES[check.state]), Span(pad(check.topic, _TOPIC_CELLS), "label"))
    room = max(1, cells - _STATE_CELLS - _TOPIC_CELLS)
    says = _fitted(_with_tilde(printable(check.says), home), room,
                   check.state != OK or _NAMES_COMMAND in check.says)
    for number, row in enumerate(says):
        head = begin if number == 0 else (Span(" " * (_STATE_CELLS + _TOPIC_CELLS)),)
        yield text.clip_line((*head, Span(row)), cells)
    for number, row in enumerate(_broken(check.mend or "", cells - _STATE_CELLS - 5)):
        yield (Span(" " * _STATE_CELLS), Span("run: " if number == 0 else "     ", "dim"), Span(row, "value"))


def _with_tilde(words: str, home: str) -> str:
    stem = home.rstrip("/")
    return re.sub(rf"(?<![\w/]){re.escape(stem)}(?=/)", "~", words) if stem else words


def _fitted(words: str, cells: int, may_wrap: bool) -> List[str]:
    """A verdict is one row, with the middle of a long path left out; what is wrong, or to be typed, goes on below."""
    if width(words) <= cells:
        return [words]
    if may_wrap:
        return text.wrap(words, cells)
    half = max(0, cells - 2) // 2
    return [text.clip(words, cells - 2 - half) + ".." + text.clip(words[::-1], half)[::-1]]


def _broken(command: str, cells: int) -> List[str]:
    """The command in rows that a shell takes as one, broken between words."""
    rows: List[str] = []
    for word in _WORDS.findall(command):
        if rows and width(rows[-1]) + 1 + width(word) <= cells - 2:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return [row + " \\" for row in rows[:-1]] + rows[-1:] if width(command) > cells else [command] if command else []


def document(checks: List[Check]) -> Dict[str, Any]:
    """What --json prints."""
    return {"ok": not exit_code(checks), "faults": sum(check.state == FAULT for check in checks),
            "hints": sum(check.state == HINT for check in checks), "checks": [check._asdict() for check in checks]}

