"""What is stored of Claude Code's own file between refreshes: who is logged in, credits, and in which file."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from ccmon import checked
from ccmon.model import Credits, Login
from ccmon.named_tuple import NamedTuple
from ccmon.sources.session_json import percent

KEY = "account_file"                   # under which it is noted
_PLANS = ("", "pro", "max5", "max20")
MOST_CREDITS = 8
MOST_EARLIER = 7                       # logins


class AccountNote(NamedTuple):
    """The file's content when it was last read, and how that went."""

    stamp: str = ""                    # of the files as they were then
    path: str = ""                     # of the one that counts, "" as long as there was none
    read_at: int = 0                   # epoch s when Claude Code read the windows in it, 0 where unknown
    dropped: int = 0                   # members that could not be taken
    fault: str = ""                    # why the file could not be read the last time; what stands here was read before
    login: Login = Login("")
    credits: Tuple[Credits, ...] = ()
    earlier: Tuple[Login, ...] = ()    # others that were logged in before, the last one first

    def of_login(self, account: str) -> Login:
        """The login with that hash, with its plan where known."""
        return next((one for one in (self.login, *self.earlier) if one.account == account), Login(account))

    def before(self, login: Login) -> Tuple[Login, ...]:
        """The earlier ones where that is the login now."""
        logins = (self.login, *self.earlier)
        return tuple(one for one in logins if one.account not in ("", login.account))[:MOST_EARLIER]


def dump(note: AccountNote) -> str:
    """The note as a text for the store."""
    import json
    return json.dumps(note._asdict())


def load(text: Optional[str]) -> AccountNote:
    """The note that was dumped; an empty one when there is none or it is damaged."""
    try:
        stored = checked.value(text)
        return AccountNote(checked.sentence(stored["stamp"]), checked.sentence(stored["path"]), checked.epoch(stored["read_at"]),
                           checked.count(stored["dropped"]), checked.sentence(stored["fault"]), _login(*stored["login"]),
                           tuple(checked_credits(*one) for one in stored["credits"][:MOST_CREDITS]),
                           tuple(_login(*one) for one in stored.get("earlier", ())[:MOST_EARLIER]))
    except checked.Damage:
        return AccountNote()


def _login(account: Any, plan: Any, tier: Any) -> Login:
    if plan not in _PLANS:
        raise ValueError("no plan of ours")
    return Login(checked.name(account), plan, checked.name(tier))


def checked_credits(kind: Any, used: Any, limit: Any, currency: Any, share: Any, enabled: Any, resets_at: Any, read_at: Any,
               source: Any) -> Credits:
    """The credits in stored values. Raises checked.Damage."""
    return Credits(checked.name(kind), checked.optional(used, checked.amount), checked.optional(limit, checked.amount),
                   checked.name(currency)[:3], percent(share), checked.boolean(enabled),
                   checked.optional(resets_at, checked.epoch),
                   checked.epoch(read_at), checked.name(source))
