"""`ccmon doctor` of Claude Code's own file: what it is read for, how old it is, and whether its plan fits what was learned."""

from __future__ import annotations

import math
import os
import sqlite3
from contextlib import suppress
from typing import Optional

from ccmon.doctor.check import HINT, OK, Check
from ccmon.doctor.machine import Machine
from ccmon.doctor.shell import Commands
from ccmon.errors import CcmonError
from ccmon.learning import state
from ccmon.model import LearnedLimit
from ccmon.named_tuple import NamedTuple
from ccmon.pipeline import account_history
from ccmon.store import inspection, learning, rows
from ccmon.text import count, duration
from ccmon.typed_values import PLANS
from ccmon.usage import utilization
from ccmon.usage.account_note import AccountNote
from ccmon.usage.asked_note import AskedNote

TOPIC = "account"
FAR = 2.0                              # the figures of plans are references: less than that apart says nothing


class StoredAccount(NamedTuple):
    """What the history has of the account."""

    note: AccountNote = AccountNote()
    learned: Optional[LearnedLimit] = None
    asked: AskedNote = AskedNote()     # where claude is to be asked


def check(machine: Machine) -> Check:
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
        return Check(TOPIC, HINT, stored.asked.sentence.rstrip("."), commands.setting("official", "statusline"))
    if not is_read:
        return Check(TOPIC, OK, "Claude Code's own file is not read: account_file = no")
    if not note.path and not note.fault:
        return Check(TOPIC, OK, "Claude Code's own file .claude.json has not been read so far")
    age = f", {duration(now - note.read_at)} old" if note.read_at else ""
    says = f"reads {note.path or '.claude.json'}{age} (off: account_file = no)"      # one row of 60 cells
    if note.fault:
        return Check(TOPIC, HINT, f"{note.path or '.claude.json'} is not read: {note.fault}",
                     commands.setting("account_file", "no"))
    far = _disagreement(note.login.plan, stored.learned)
    return Check(TOPIC, HINT, far, commands.setting("plan", "ml_auto")) if far else Check(TOPIC, OK, says)


def _disagreement(plan: str, learned: Optional[LearnedLimit]) -> str:
    """Where another plan's figure is much nearer to what was learned; the file is as old as the last login."""
    if not plan or learned is None:
        return ""
    nearest = min(PLANS, key=lambda name: abs(math.log(PLANS[name] / learned.tokens)))
    if nearest == plan or learned.low / FAR <= PLANS[plan] <= learned.high * FAR:
        return ""
    return (f"plan {plan} by Claude Code's own file, which is as old as the last login; the learned limit, "
            f"about {count(learned.tokens)} tokens, is nearer to {nearest}")
