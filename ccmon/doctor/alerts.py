"""The topic alerts of `ccmon doctor`: whether each channel could be used now. Sends nothing; the secret is in no word of it."""

import os
import shlex
from typing import Tuple

from ccmon.doctor import files
from ccmon.doctor.check import FAULT, HINT, OK, Check, Commands
from ccmon.doctor.machine import Machine
from ccmon.errors import CcmonError
from ccmon.pipeline import alerting
from ccmon.system import processes

TOPIC = "alerts"
_INSTALLERS = {                        # of notify-send; the first that is there
    "apt-get": "sudo apt-get install libnotify-bin", "dnf": "sudo dnf install libnotify", "pacman": "sudo pacman -S libnotify",
    "apk": "sudo apk add libnotify", "zypper": "sudo zypper install libnotify-tools"}


def check(machine: Machine) -> Check:
    """Off is fine; on without a way to tell it is not."""
    settings, commands = machine.settings, machine.commands
    if not settings.alerts:
        return Check(TOPIC, OK, "off")
    if not settings.alert_by:
        usable = "bell,desktop" if alerting.ready(machine.ctx, "desktop").succeeded else "bell"
        return Check(TOPIC, FAULT, "they are on, but alert_by names no channel: nobody is told",
                     commands.setting("alert_by", usable))
    errors = [(channel, alerting.ready(machine.ctx, channel).error) for channel in settings.alert_by]
    unusable = [(channel, error) for channel, error in errors if error]
    if not unusable:
        return Check(TOPIC, OK, f"{', '.join(settings.alerts)}; told by {', '.join(settings.alert_by)}")
    channel, error = unusable[0]       # one command a call: the next one names the next channel
    says, mend = _mended(machine, channel, error)
    return Check(TOPIC, FAULT if len(unusable) == len(settings.alert_by) else HINT, f"{channel}: {says}", mend)


def _mended(machine: Machine, channel: str, error: CcmonError) -> Tuple[str, str]:
    """What is wrong with the channel, and what mends it, or else does without it."""
    commands, path = machine.commands, os.path.expanduser(machine.settings.alert_webhook_file or "")
    from_file = channel == "webhook" and path and not machine.env.get(processes.SECRET_VARIABLES[0], "").strip()
    if error.command:                  # chmod
        return error.what, commands.permit(files.status_of(path), "600", None)
    if from_file and not os.path.lexists(path):
        return str(error), _new_file(commands, path)
    if from_file:
        return str(error), commands.edit(path, 1)
    installer = next((name for name in _INSTALLERS if processes.which(name, machine.env)), None)
    if channel == "desktop" and installer and error.way_out:
        return error.what, _INSTALLERS[installer]
    rest = ",".join(other for other in machine.settings.alert_by if other != channel)
    return str(error), commands.setting("alert_by", shlex.quote(rest or "bell"))


def _new_file(commands: Commands, path: str) -> str:
    """An empty file that nobody else can read, opened for the address."""
    return f"(umask 077; touch {commands.word(path)}) && {commands.edit(path, 1)}"
