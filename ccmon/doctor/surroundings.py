"""The topics settings, time, terminal, locale and alerts: what ccmon is called with, where it draws, whom it can tell."""

from __future__ import annotations

import locale as c_locale
import os
import shlex
import stat
import sys
from contextlib import suppress

from ccmon import output
from ccmon.doctor.check import FAULT, HINT, OK, Check, Commands, FileStat
from ccmon.doctor.machine import Machine, status_of
from ccmon.errors import CcmonError, SettingError
from ccmon.fullscreen import entries, screen
from ccmon.pipeline import alerting
from ccmon.quick_typing import List, NamedTuple, Optional, Tuple
from ccmon.settings import config
from ccmon.system import clock, processes
from ccmon.text import plural

_INSTALLERS = {                        # of notify-send; the first that is there
    "apt-get": "sudo apt-get install libnotify-bin", "dnf": "sudo dnf install libnotify", "pacman": "sudo pacman -S libnotify",
    "apk": "sudo apk add libnotify", "zypper": "sudo zypper install libnotify-tools"}


def check_settings(machine: Machine) -> Check:
    """config.ini and the CCMON_ variables."""
    file, error = machine.config_file(), machine.config_error
    if error is not None:
        return Check("settings", FAULT, str(error), mend(error, file, machine.commands))
    if file and file.exists and not file.readable:
        says = f"{file.path} cannot be read: what is set in it is not in force"
        return Check("settings", FAULT, says, machine.commands.permit(file, "u+rwx", None))
    own = len({name for layer in machine.layers[1:] for name in layer})
    there = file.path if file and file.exists else "no config.ini"
    return Check("settings", OK, f"{plural(own, 'setting') + ' of your own' if own else 'all by default'}, {there}")


def mend(error: CcmonError, file: Optional[FileStat], commands: Commands) -> str:
    """The command that takes back what is wrong, or leads to it; file: config.ini."""
    origin, line = (error.place, error.line) if isinstance(error, SettingError) else ("", 0)
    if file and line and file.exists and not file.readable:
        return commands.permit(file, "u+rw", None)
    if file and line:
        with suppress(OSError):
            status = os.stat(file.path)
            if not stat.S_ISREG(status.st_mode):
                return commands.aside(file.path, "moved")
            if config.whose(status):
                return commands.permit(file, "go-w", None if commands.inside(file.path) else "XDG_CONFIG_HOME")
    return commands.unset(origin, line, file)


def check_time(machine: Machine) -> Check:
    """The zone, and whether the clock goes."""
    error, unset = machine.zone_error, machine.unset("timezone")
    try:
        clock.now(machine.env)
    except CcmonError as err:
        error, unset = err, "unset CCMON_NOW"
    if error is not None:
        return Check("time", FAULT, error.what if error.command else str(error), error.command or unset)
    if machine.env.get("CCMON_NOW", "").strip():
        return Check("time", HINT, "the clock stands still: CCMON_NOW is set", "unset CCMON_NOW")
    zone, here = machine.zone, clock.zone("local")
    differs = zone.offset_s(machine.now) != here.offset_s(machine.now)
    if differs and machine.settings.origin["timezone"] == "default":
        return Check("time", HINT, f"times are shown in {zone.name}, clocks here show {here.name}",
                     machine.commands.setting("timezone", "local"))
    return Check("time", OK, f"zone {zone.name}" + (f"; clocks here show {here.name}" if differs else ""))


# --- terminal ---------------------------------------------------------------------------------------------------------

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
                             entries.curses_command(machine.env) if screen.curses is None else ""))


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
    mend = "setx PYTHONUTF8 1" if os.name == "nt" else f"export LC_ALL={output.installed_locale()}"
    if not output.utf8():
        return Check("locale", HINT, f"{name or 'none is set'}, not UTF-8: only ASCII is drawn", mend)
    try:
        c_locale.setlocale(c_locale.LC_CTYPE, "")
    except c_locale.Error:
        return Check("locale", HINT, f"{name} is not generated on this machine", mend)
    return Check("locale", OK, f"{name}, UTF-8")


# --- alerts -----------------------------------------------------------------------------------------------------------

def check_alerts(machine: Machine) -> Check:
    """Off is fine; on without a way to tell it is not."""
    settings, commands = machine.settings, machine.commands
    if not settings.alerts:
        return Check("alerts", OK, "off")
    if not settings.alert_by:
        usable = "bell,desktop" if alerting.ready(machine.ctx, "desktop").succeeded else "bell"
        return Check("alerts", FAULT, "they are on, but alert_by names no channel: nobody is told",
                     commands.setting("alert_by", usable))
    errors = [(channel, alerting.ready(machine.ctx, channel).error) for channel in settings.alert_by]
    unusable = [(channel, error) for channel, error in errors if error]
    if not unusable:
        return Check("alerts", OK, f"{', '.join(settings.alerts)}; told by {', '.join(settings.alert_by)}")
    channel, error = unusable[0]       # one command a call: the next one names the next channel
    says, mend = _mended(machine, channel, error)
    return Check("alerts", FAULT if len(unusable) == len(settings.alert_by) else HINT, f"{channel}: {says}", mend)


def _mended(machine: Machine, channel: str, error: CcmonError) -> Tuple[str, str]:
    """What is wrong with the channel, and what mends it, or else does without it."""
    commands, path = machine.commands, os.path.expanduser(machine.settings.alert_webhook_file or "")
    from_file = channel == "webhook" and path and not machine.env.get(processes.SECRET_VARIABLES[0], "").strip()
    if error.command:                  # chmod
        return error.what, commands.permit(status_of(path), "600", None)
    if from_file:                      # a new one: empty, and nobody else can read it
        new = "" if os.path.lexists(path) else f"(umask 077; touch {commands.word(path)}) && "
        return str(error), new + commands.edit(path, 1)
    install = machine.installer(_INSTALLERS) if channel == "desktop" and error.way_out else None
    if install:
        return error.what, install
    rest = ",".join(other for other in machine.settings.alert_by if other != channel)
    return str(error), commands.setting("alert_by", shlex.quote(rest or "bell"))
