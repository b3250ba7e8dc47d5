"""The topics terminal and locale: whether the full screen can be drawn, and with which characters."""

from __future__ import annotations

import locale as c_locale
import os
import sys
from typing import List, Optional

from ccmon import output
from ccmon.doctor.check import FAULT, HINT, OK, Check
from ccmon.doctor.machine import Machine
from ccmon.fullscreen import curses_package, screen
from ccmon.named_tuple import NamedTuple
from ccmon.text import plural


class Terminal(NamedTuple):
    """The terminal that ccmon runs in."""

    trouble: Optional[str]             # why no full screen can be drawn
    is_terminal: bool
    term: str
    colours: int
    columns: int
    rows: int
    theme: str = ""
    install: str = ""                  # what brings curses, where that is missing


def check_terminal(machine: Machine) -> Check:
    """Whether the full screen can be drawn, and how."""
    streams: List[object] = [sys.stdin, sys.stdout]
    is_terminal = all(stream is not None and stream.isatty() for stream in streams)  # type: ignore[attr-defined]
    size, colours = output.size(), output.colours(machine.ctx, sys.stdout)
    trouble = screen.usable(machine.env) if is_terminal else None
    theme = output.theme_shown(machine.ctx).theme if is_terminal and colours else ""
    return terminal(Terminal(trouble, is_terminal, machine.env.get("TERM", ""), colours, size.columns, size.rows, theme,
                             curses_package.command(machine.env) if screen.curses is None else ""))


def terminal(here: Terminal) -> Check:
    """Of that terminal."""
    if not here.is_terminal:
        return Check("terminal", OK, "none here: standard input or output is something else")
    if here.trouble is not None:
        return Check("terminal", FAULT, here.trouble, here.install or "export TERM=xterm-256color")
    says = f"{here.term}, {here.columns}x{here.rows}, {plural(here.colours, 'colour')}"
    if here.columns < 20 or here.rows < 5:
        return Check("terminal", HINT, f"{says}: very small", "stty columns 80 rows 24")
    return Check("terminal", OK, says + (f", theme {here.theme}" if here.theme else ""))


def check_locale(machine: Machine) -> Check:
    """Whether bars and boxes can be drawn."""
    name = next(filter(None, map(machine.env.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "") or ""
    known = _is_generated()
    mend = "setx PYTHONUTF8 1" if os.name == "nt" else f"export LC_ALL={output.installed_locale()}"
    if not output.utf8():
        return Check("locale", HINT, f"{name or 'none is set'}, not UTF-8: only ASCII is drawn", mend)
    if not known:
        return Check("locale", HINT, f"{name} is not generated on this machine", mend)
    return Check("locale", OK, f"{name}, UTF-8")


def _is_generated() -> bool:
    """Whether this machine has the locale that the environment names."""
    try:
        c_locale.setlocale(c_locale.LC_CTYPE, "")
    except c_locale.Error:
        return False
    return True
