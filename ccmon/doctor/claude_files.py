"""The topics logs and account: Claude Code's log files; its own file, and whether its plan fits what was learned."""

from __future__ import annotations

import math
import os
import sqlite3
from contextlib import suppress
from typing import Optional, Tuple

from ccmon.doctor import files
from ccmon.doctor.check import FAULT, HINT, OK, Check, Commands
from ccmon.doctor.machine import Machine
from ccmon.errors import INSTALL_COMMAND, CcmonError
from ccmon.learning import state
from ccmon.model import LearnedLimit
from ccmon.named_tuple import NamedTuple
from ccmon.pipeline import account_history
from ccmon.settings import config
from ccmon.sources import log_files
from ccmon.store import inspection, learning, rows
from ccmon.text import count, duration, plural
from ccmon.typed_values import PLANS
from ccmon.usage import utilization
from ccmon.usage.account_note import AccountNote
from ccmon.usage.asked_note import AskedNote

FAR = 2.0                              # the figures of plans are references: less than that apart says nothing


# --- logs -------------------------------------------------------------------------------------------------------------

def check_logs(machine: Machine) -> Check:
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


# --- account ----------------------------------------------------------------------------------------------------------

class StoredAccount(NamedTuple):
    """What the history has of the account."""

    note: AccountNote = AccountNote()
    learned: Optional[LearnedLimit] = None
    asked: AskedNote = AskedNote()     # where claude is to be asked


def check_account(machine: Machine) -> Check:
    """Which file is read, and for what."""
    stored, settings = _stored(machine), machine.settings
    if settings.official != "claude":
        stored = stored._replace(asked=AskedNote())
    if settings.origin["plan"] != "default":
        stored = stored._replace(learned=None)
    return verdict(stored, settings.account_file, machine.now, machine.commands)


def _stored(machine: Machine) -> StoredAccount:
    path = machine.ctx.paths.store or ""
    with suppress(CcmonError):
        return inspection.read(path, lambda db: _of_owner(db, machine)) if path and os.path.lexists(path) else StoredAccount()
    return StoredAccount()


def _of_owner(db: sqlite3.Connection, machine: Machine) -> StoredAccount:
    owner = rows.owner_id(db, machine.ctx.owner)
    if owner is None:
        return StoredAccount()
    learned = state.load(learning.note(db, owner, learning.LEARNED))
    limit = utilization.limit_in_tokens(learned.learned, None, None) if learned else None
    return StoredAccount(account_history.read_account_note(db, owner), limit, account_history.read_asked_note(db, owner))


def verdict(stored: StoredAccount, is_read: bool, now: int, commands: Commands) -> Check:
    """A file that is not there is no fault: not everybody has used Claude Code here."""
    note = stored.note
    if stored.asked.sentence:
        return Check("account", HINT, stored.asked.sentence.rstrip("."), commands.setting("official", "statusline"))
    if not is_read:
        return Check("account", OK, "Claude Code's own file is not read: account_file = no")
    if not note.path and not note.fault:
        return Check("account", OK, "Claude Code's own file .claude.json has not been read so far")
    age = f", {duration(now - note.read_at)} old" if note.read_at else ""
    says = f"reads {note.path or '.claude.json'}{age} (off: account_file = no)"      # one row of 60 cells
    if note.fault:
        return Check("account", HINT, f"{note.path or '.claude.json'} is not read: {note.fault}",
                     commands.setting("account_file", "no"))
    far = _disagreement(note.login.plan, stored.learned)
    return Check("account", HINT, far, commands.setting("plan", "ml_auto")) if far else Check("account", OK, says)


def _disagreement(plan: str, learned: Optional[LearnedLimit]) -> str:
    """Where another plan's figure is much nearer to what was learned; the file is as old as the last login."""
    if not plan or learned is None:
        return ""
    nearest = min(PLANS, key=lambda name: abs(math.log(PLANS[name] / learned.tokens)))
    if nearest == plan or learned.low / FAR <= PLANS[plan] <= learned.high * FAR:
        return ""
    return (f"plan {plan} by Claude Code's own file, which is as old as the last login; the learned limit, "
            f"about {count(learned.tokens)} tokens, is nearer to {nearest}")
