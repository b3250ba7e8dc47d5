"""What is stored of Claude Code's own file between refreshes: who is logged in, credits, and in which file."""

from __future__ import annotations

from ccmon import checked
from ccmon.model import Credits, Login
from ccmon.quick_typing import Any, NamedTuple, Optional, Tuple
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


REST_S, MOST_REST_S = 300, 3600
SWITCH_OFF = "ccmon config set official statusline"


class AskedNote(NamedTuple):
    """The last time that claude was asked."""

    at: int = 0                        # epoch s, 0 for never
    failures: int = 0                  # in a row
    sentence: str = ""                 # what went wrong, "" where nothing did
    credits: Tuple[Credits, ...] = ()
    is_lasting: bool = False           # asking again will not help

    @property
    def error(self) -> str:
        """What went wrong with all ways out, "" where nothing did."""
        return self.sentence + (f", or switch that off: {SWITCH_OFF}" if self.sentence and self.is_lasting else "")

    @property
    def rest_s(self) -> int:
        """How long it is left alone after that: 5 minutes, and twice as long with each failure, up to an hour."""
        return min(MOST_REST_S, REST_S * 2 ** min(10, self.failures))


def dump_asked(note: AskedNote) -> str:
    """The note as a text for the store."""
    import json
    return json.dumps(note._asdict())


def load_asked(text: Optional[str]) -> AskedNote:
    """The note that was dumped; an empty one when there is none or it is damaged."""
    try:
        stored = checked.value(text)
        return AskedNote(checked.epoch(stored["at"]), checked.count(stored["failures"]), checked.sentence(stored["sentence"]),
                         tuple(checked_credits(*one) for one in stored["credits"][:MOST_CREDITS]),
                         checked.boolean(stored.get("is_lasting", False)))
    except checked.Damage:
        return AskedNote()


def is_due(note: AskedNote, newest_at: int, now: int) -> bool:
    """Whether no reading (newest_at: epoch s of the last one) is fresher, and claude has had its rest."""
    return not 0 <= now - newest_at < REST_S and not 0 <= now - note.at < note.rest_s


def newest_credits(*groups: Tuple[Credits, ...]) -> Tuple[Credits, ...]:
    """Of each kind what was read last."""
    by_kind = {one.kind: one for one in sorted((one for some in groups for one in some), key=lambda one: one.read_at)}
    return tuple(by_kind[kind] for kind in sorted(by_kind))
