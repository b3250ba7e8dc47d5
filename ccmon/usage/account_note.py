"""What is kept of Claude Code's own file between refreshes: who is logged in, credits, and which file said so."""

import json
from typing import Any, NamedTuple, Optional, Tuple

from ccmon import kept
from ccmon.line.session_json import percent
from ccmon.model import Credits, Login

KEY = "account_file"                   # under which it is noted
_PLANS = ("", "pro", "max5", "max20")
MOST_CREDITS = 8


class AccountNote(NamedTuple):
    """What the file said when it was last read, and how that went."""

    stamp: str = ""                    # of the files as they were then
    path: str = ""                     # of the one that counts, "" as long as there was none
    read_at: int = 0                   # epoch s when Claude Code was told of the windows in it, 0 where it does not say
    dropped: int = 0                   # members that could not be taken
    fault: str = ""                    # why the file could not be read the last time; what stands here was read before
    login: Login = Login("")
    credits: Tuple[Credits, ...] = ()


def dump(note: AccountNote) -> str:
    """The note as a text for the store."""
    return json.dumps(note._asdict())


def load(text: Optional[str]) -> AccountNote:
    """The note that was dumped; an empty one when there is none or it is damaged."""
    try:
        found = kept.value(text)
        return AccountNote(kept.sentence(found["stamp"]), kept.sentence(found["path"]), kept.moment(found["read_at"]),
                           kept.count(found["dropped"]), kept.sentence(found["fault"]), _login(*found["login"]),
                           tuple(credits_of(*one) for one in found["credits"][:MOST_CREDITS]))
    except kept.Damage:
        return AccountNote()


def _login(account: Any, plan: Any, tier: Any) -> Login:
    if plan not in _PLANS:
        raise ValueError("no plan of ours")
    return Login(kept.name(account), plan, kept.name(tier))


def credits_of(kind: Any, used: Any, limit: Any, currency: Any, share: Any, enabled: Any, resets_at: Any, read_at: Any,
               source: Any) -> Credits:
    """Of what was kept of one, whatever has become of it. Raises what is in kept.Damage."""
    return Credits(kept.name(kind), kept.optional(used, kept.amount), kept.optional(limit, kept.amount),
                   kept.name(currency)[:3], percent(share), kept.truth(enabled), kept.optional(resets_at, kept.moment),
                   kept.moment(read_at), kept.name(source))
