"""`ccmon why` of the account: what Claude Code's own file says, how old that is, and what was left out."""

from typing import Any, Dict, Iterator, Optional

from ccmon.text import clip, duration, plural, printable, width
from ccmon.usage.account_note import newest_credits
from ccmon.usage.notices import amounts
from ccmon.views.evidence import Evidence
from ccmon.when import clock_text


def account(evidence: Evidence, cells: int) -> Iterator[str]:
    """Nothing where no such file was ever read."""
    note, now = evidence.account, evidence.snapshot.now
    if note.path:
        login = note.login
        who = f"login {login.account}" if login.account else "nobody is logged in"
        plan = f", plan {login.plan}" if login.plan else ""
        tier = f", tier {login.tier}" if login.tier else ""
        yield f"{_path(evidence, cells)}"
        yield f"{who}{plan}{tier}"
        if note.read_at:
            yield f"its windows are of {clock_text(note.read_at, now, evidence.zone)}, {duration(now - note.read_at)} old"
    if evidence.asked.at:
        asked = f"claude was asked {duration(now - evidence.asked.at)} ago"
        yield f"! {asked}: {evidence.asked.error}" if evidence.asked.error else asked
    for one in newest_credits(note.credits, evidence.asked.credits):
        state = "" if one.enabled else ", switched off"
        yield f"extra usage: {amounts(one) if one.used is not None else 'not known how much'}{state}"
    if note.fault:
        yield f"! it is not read now: {note.fault}" + ("; what stands here was read before" if note.path else "")
    rest = evidence.windows_dropped - note.dropped
    for number, where in ((note.dropped, "this file"), (rest, "the last status line")):
        if number > 0:
            yield f"{plural(number, 'member')} of {where} left out: no reset, or no percentage that can be"


def _path(evidence: Evidence, cells: int) -> str:
    home, path = (evidence.home or "").rstrip("/"), evidence.account.path
    short = printable("~" + path[len(home):] if home and path.startswith(home + "/") else path)
    return short if width(short) <= cells else clip(short, cells)


def document(evidence: Evidence) -> Optional[Dict[str, Any]]:
    """The same for programs; null where no such file was ever read."""
    note, asked = evidence.account, evidence.asked
    if not note.path and not note.fault and not asked.at:
        return None
    return {"path": note.path or None, "read_at": note.read_at or None, "login": note.login.account or None,
            "plan": note.login.plan or None, "tier": note.login.tier or None, "dropped": note.dropped,
            "fault": note.fault or None, "credits": [one._asdict() for one in newest_credits(note.credits, asked.credits)],
            "asked": {"at": asked.at, "failures": asked.failures, "error": asked.error or None} if asked.at else None}
