"""The topic alerts of `ccmon doctor`: whether each channel could be used now. Sends nothing; the secret is in no word of it."""

import os
import shlex
from typing import List, Tuple

from ccmon.doctor import probes
from ccmon.doctor.surroundings import Surroundings
from ccmon.doctor.verdicts import FAULT, HINT, OK, Check, Owned
from ccmon.pipeline import alerting
from ccmon.system.processes import SECRET_VARIABLES

TOPIC = "alerts"
_INSTALLERS = {                        # of notify-send; the first that is there
    "apt-get": "sudo apt-get install libnotify-bin", "dnf": "sudo dnf install libnotify", "pacman": "sudo pacman -S libnotify",
    "apk": "sudo apk add libnotify", "zypper": "sudo zypper install libnotify-tools"}


def channels(around: Surroundings) -> Check:
    """Off is fine; on without a way to tell it is not."""
    settings = around.settings
    if not settings.alerts:
        return Check(TOPIC, OK, "off")
    if not settings.alert_by:
        return Check(TOPIC, FAULT, "they are on, but alert_by names no channel: nobody is told",
                     f"ccmon config set alert_by {'bell,desktop' if alerting.ready(around.ctx, 'desktop').told else 'bell'}")
    shut = [(channel, outcome.words) for channel in settings.alert_by
            for outcome in [alerting.ready(around.ctx, channel)] if not outcome.told]
    if not shut:
        return Check(TOPIC, OK, f"{', '.join(settings.alerts)}; told by {', '.join(settings.alert_by)}")
    channel, words = shut[0]           # one command a look: the next one tells the next channel
    says, mend = _mended(around, channel, words)
    return Check(TOPIC, FAULT if len(shut) == len(settings.alert_by) else HINT, f"{channel}: {says}", mend)


def _mended(around: Surroundings, channel: str, words: str) -> Tuple[str, str]:
    """What is wrong with the channel, and what mends it, or else does without it."""
    says, colon, way_out = words.rpartition(": ")
    path = os.path.expanduser(around.settings.alert_webhook_file or "")
    from_file = channel == "webhook" and path and not around.env.get(SECRET_VARIABLES[0], "").strip()
    if colon and way_out.startswith("chmod "):
        return says, around.owned.permit(probes.place(path), "600", None)
    if from_file and not os.path.lexists(path):
        return words, _new_file(around.owned, path)
    if from_file:
        return words, around.owned.edit(path, 1)
    installer = next((name for name in _INSTALLERS if probes.which(name, around.env)), None)
    if channel == "desktop" and installer and "notify-send" in words:
        return words.partition(":")[0], _INSTALLERS[installer]
    return words, _without(list(around.settings.alert_by), channel)


def _new_file(owned: Owned, path: str) -> str:
    """An empty file that nobody else can read, opened for the address."""
    return f"(umask 077; touch {owned.word(path)}) && {owned.edit(path, 1)}"


def _without(channels: List[str], left: str) -> str:
    rest = ",".join(channel for channel in channels if channel != left)
    return f"ccmon config set alert_by {shlex.quote(rest or 'bell')}"
