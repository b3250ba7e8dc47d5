"""`ccmon doctor` of Claude Code's own file: what it is read for, how old it is, and whether its plan fits what was learned."""

import math
import os
import sqlite3
from contextlib import suppress
from typing import NamedTuple, Optional

from ccmon.doctor.surroundings import Surroundings
from ccmon.doctor.verdicts import HINT, OK, Check
from ccmon.errors import CcmonError
from ccmon.learning import state
from ccmon.model import LearnedLimit
from ccmon.pipeline import account_note
from ccmon.store import facts, learning, rows
from ccmon.text import count, duration
from ccmon.typed_values import PLANS
from ccmon.usage import utilization
from ccmon.usage.account_note import AccountNote
from ccmon.usage.asked_note import AskedNote

TOPIC = "account"
OFF = "ccmon config set account_file no"
ASK_NO_MORE = "ccmon config set official statusline"
FAR = 2.0                              # the figures of plans are references: less than that apart says nothing


class Known(NamedTuple):
    """What the history has of the account."""

    note: AccountNote = AccountNote()
    learned: Optional[LearnedLimit] = None
    asked: AskedNote = AskedNote()     # where claude is to be asked


def account(around: Surroundings) -> Check:
    """Which file is read, and for what."""
    known = _known(around)
    known = known if around.settings.official == "claude" else known._replace(asked=AskedNote())
    return verdict(known if around.settings.origin["plan"] == "default" else known._replace(learned=None),
                   around.settings.account_file, around.now)


def _known(around: Surroundings) -> Known:
    path = around.ctx.paths.store or ""
    with suppress(CcmonError):
        return facts.look(path, lambda db: _of_owner(db, around)) if path and os.path.lexists(path) else Known()
    return Known()


def _of_owner(db: sqlite3.Connection, around: Surroundings) -> Known:
    owner = rows.owner_id(db, around.ctx.owner)
    if owner is None:
        return Known()
    learned = state.load(learning.note(db, owner, learning.LEARNED))
    limit = utilization.limit_in_tokens(learned.learned, None, None) if learned else None
    return Known(account_note.of_owner(db, owner), limit, account_note.asked(db, owner))


def verdict(known: Known, is_read: bool, now: int) -> Check:
    """A file that is not there is no fault: not everybody has used Claude Code here."""
    note = known.note
    if known.asked.sentence:
        return Check(TOPIC, HINT, known.asked.sentence.split(", or switch that off")[0].rstrip("."), ASK_NO_MORE)
    if not is_read:
        return Check(TOPIC, OK, "Claude Code's own file is not read: account_file = no")
    if not note.path and not note.fault:
        return Check(TOPIC, OK, "Claude Code's own file .claude.json has not been read so far")
    age = f", {duration(now - note.read_at)} old" if note.read_at else ""
    says = f"reads {note.path or '.claude.json'}{age} (off: account_file = no)"      # one row of 60 cells
    if note.fault:
        return Check(TOPIC, HINT, f"{note.path or '.claude.json'} is not read: {note.fault}", OFF)
    far = _disagreement(note.login.plan, known.learned)
    return Check(TOPIC, HINT, far, "ccmon config set plan ml_auto") if far else Check(TOPIC, OK, says)


def _disagreement(plan: str, learned: Optional[LearnedLimit]) -> str:
    """Where another plan's figure is much nearer to what was learned; the file is as old as the last login."""
    if not plan or learned is None:
        return ""
    nearest = min(PLANS, key=lambda name: abs(math.log(PLANS[name] / learned.tokens)))
    if nearest == plan or learned.low / FAR <= PLANS[plan] <= learned.high * FAR:
        return ""
    return (f"plan {plan} by Claude Code's own file, which is as old as the last login; the learned limit, "
            f"about {count(learned.tokens)} tokens, is nearer to {nearest}")
