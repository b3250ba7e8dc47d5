"""The topics settings and time: config.ini, the CCMON_ variables, the zone and the clock."""

import os
import stat
from contextlib import suppress
from typing import Optional

from ccmon.doctor.check import FAULT, HINT, OK, Check, FileStat
from ccmon.doctor.machine import Machine
from ccmon.doctor.shell import Commands
from ccmon.errors import CcmonError, SettingError
from ccmon.settings import config
from ccmon.system import clock
from ccmon.text import plural


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
