"""The topic logs: Claude Code's log files."""

import os
from contextlib import suppress
from typing import NamedTuple, Optional, Tuple

from ccmon.doctor import files
from ccmon.doctor.check import FAULT, HINT, OK, Check, Place
from ccmon.doctor.machine import Machine
from ccmon.doctor.shell import Commands
from ccmon.errors import CcmonError
from ccmon.settings import config
from ccmon.sources import log_files
from ccmon.sources.ccusage_errors import INSTALL_COMMAND
from ccmon.store import facts
from ccmon.text import count, duration, plural


class Logs(NamedTuple):
    """Claude Code's log files."""

    folders: Tuple[str, ...]           # those that are there
    files: int
    newest_s: Optional[int]            # ago
    shut: Tuple[Place, ...]            # folders with something that cannot be read
    wanted: Tuple[str, ...]            # where they were looked for
    named: bool                        # by CLAUDE_CONFIG_DIR
    differs: Optional[Tuple[int, int]] = None          # tokens of the session that runs: as ccusage and as the logs have it


def check(machine: Machine) -> Check:
    """Whether there are any, and all can be read."""
    configured = config.claude_folders(machine.env)
    folders = log_files.projects(configured)
    there = tuple(folder for folder in dict.fromkeys(folders) if os.path.isdir(folder))
    scanned = log_files.scan(folders)
    newest_s = max(0, machine.now - max(file.mtime_ns for file in scanned) // 10 ** 9) if scanned else None
    named = any(part.strip() for part in machine.env.get("CLAUDE_CONFIG_DIR", "").split(","))
    return verdict(Logs(there, len(scanned), newest_s, tuple(files.shut_logs(configured, folders)), tuple(folders), named,
                        _difference(machine, log_files.stamp(scanned))), machine.commands)


def _difference(machine: Machine, stamp: str) -> Optional[Tuple[int, int]]:
    path = machine.stored()
    with suppress(CcmonError):
        if path:
            return facts.look(path, lambda db: facts.difference(db, machine.ctx.owner, machine.now, stamp))
    return None


def verdict(logs: Logs, commands: Commands) -> Check:
    """None is no fault of a new machine, but one of a wrong CLAUDE_CONFIG_DIR."""
    if logs.shut:
        first = logs.shut[0]           # one command a call: the next one names the next folder
        return Check("logs", FAULT, f"{first.path} cannot be read, or not all in it",
                     commands.permit(first, "-R u+rX", "CLAUDE_CONFIG_DIR" if logs.named else None))
    if not logs.folders and logs.named:
        return Check("logs", FAULT, f"CLAUDE_CONFIG_DIR leads to {logs.wanted[0]}, which is not there",
                     "unset CLAUDE_CONFIG_DIR")
    if not logs.files:
        return Check("logs", HINT, f"none yet in {logs.wanted[-1]}: Claude Code writes them", "claude")
    if logs.differs:
        return Check("logs", HINT, f"ccusage counts {count(logs.differs[0])} tokens in the session that runs, the log files "
                     f"hold {count(logs.differs[1])}: the screen says ccusage's figure, the history that of the logs",
                     INSTALL_COMMAND)
    newest = f", the newest {duration(logs.newest_s)} old" if logs.newest_s is not None else ""
    return Check("logs", OK, f"{plural(logs.files, 'file')}{newest}, {', '.join(logs.folders)}")
