"""The topic logs: Claude Code's log files."""

import os
from contextlib import suppress
from typing import Optional, Tuple

from ccmon.doctor import files
from ccmon.doctor.check import FAULT, HINT, OK, Check
from ccmon.doctor.machine import Machine
from ccmon.errors import CcmonError
from ccmon.settings import config
from ccmon.sources import log_files
from ccmon.sources.ccusage_errors import INSTALL_COMMAND
from ccmon.store import inspection
from ccmon.text import count, duration, plural


def check(machine: Machine) -> Check:
    """None is no fault of a new machine, but one of a wrong CLAUDE_CONFIG_DIR."""
    configured = config.claude_folders(machine.env)
    folders = log_files.projects(configured)
    is_named = any(part.strip() for part in machine.env.get("CLAUDE_CONFIG_DIR", "").split(","))
    shut = files.shut_logs(configured, folders)
    if shut:                           # one command a call: the next one names the next folder
        return Check("logs", FAULT, f"{shut[0].path} cannot be read, or not all in it",
                     machine.commands.permit(shut[0], "-R u+rX", "CLAUDE_CONFIG_DIR" if is_named else None))
    there = [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]
    if not there and is_named:
        return Check("logs", FAULT, f"CLAUDE_CONFIG_DIR leads to {folders[0]}, which is not there", "unset CLAUDE_CONFIG_DIR")
    logs = log_files.scan(folders)
    if not logs:
        return Check("logs", HINT, f"none yet in {folders[-1]}: Claude Code writes them", "claude")
    by_ccusage, by_logs = _difference(machine, log_files.stamp(logs)) or (None, None)
    if by_ccusage is not None and by_logs is not None:
        return Check("logs", HINT, f"ccusage counts {count(by_ccusage)} tokens in the session that runs, the log files "
                     f"hold {count(by_logs)}: the screen says ccusage's figure, the history that of the logs", INSTALL_COMMAND)
    newest_s = max(0, machine.now - max(file.mtime_ns for file in logs) // 10 ** 9)
    return Check("logs", OK, f"{plural(len(logs), 'file')}, the newest {duration(newest_s)} old, {', '.join(there)}")


def _difference(machine: Machine, stamp: str) -> Optional[Tuple[int, int]]:
    """Tokens of the session that runs, as ccusage and as the logs have it; None where they are the same."""
    path = machine.stored()
    with suppress(CcmonError):
        if path:
            return inspection.read(path, lambda db: inspection.difference(db, machine.ctx.owner, machine.now, stamp))
    return None
